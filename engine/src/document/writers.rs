//! Which changes touched which field: so that a review can say who wrote what it shows.

use std::collections::{BTreeMap, HashMap};

use automerge::legacy::{Key, ObjectId, OpId};
use automerge::{ChangeHash, ObjId, ObjType, ROOT, ReadDoc, Value as Stored};

use super::history::Stamp;
use super::{Document, seeds};
use crate::id::RowId;
use crate::schema::{FieldPath, FieldType};

impl Document {
    /// For every field that changes since `heads` touched: by whom and when, the latest of each device last.
    ///
    /// A whole row that was added, removed or moved is found under its [`FieldPath::Row`].
    pub fn writers_since(&self, heads: &[ChangeHash]) -> BTreeMap<FieldPath, Vec<Stamp>> {
        let places = self.places();
        let mut found: BTreeMap<FieldPath, Vec<Stamp>> = BTreeMap::new();
        for change in self.automerge.get_changes(heads) {
            if seeds::is_seed_actor(change.actor_id()) {
                continue;
            }
            let Some(stamp) = self.stamp(&change.hash()) else { continue };
            for operation in change.decode().operations {
                let Some(path) = touched(&places, &operation.obj, &operation.key) else { continue };
                let stamps = found.entry(path).or_default();
                stamps.retain(|known| known.device != stamp.device);
                stamps.push(stamp.clone());
            }
        }
        found
    }

    /// Where each object of the document lies.
    fn places(&self) -> HashMap<OpId, FieldPath> {
        let mut places = HashMap::new();
        let Some(kind) = self.kind() else { return places };
        for field in kind.fields {
            for (_, object) in self.objects(&ROOT, field.name) {
                note(&mut places, &object, FieldPath::field(field.name));
                let FieldType::Rows(fields) = field.field_type else { continue };
                for key in self.automerge.keys(&object).collect::<Vec<_>>() {
                    let Ok(row_id) = key.parse::<RowId>() else { continue };
                    for (_, row) in self.objects(&object, &key) {
                        note(&mut places, &row, FieldPath::Row(field.name.to_owned(), row_id));
                        for inner in fields {
                            for (_, inside) in self.objects(&row, inner.name) {
                                note(&mut places, &inside, FieldPath::cell(field.name, row_id, inner.name));
                            }
                        }
                    }
                }
            }
        }
        places
    }

    fn objects(&self, parent: &ObjId, key: &str) -> Vec<(ObjType, ObjId)> {
        let all = self.automerge.get_all(parent, key).unwrap_or_default();
        let object = |(stored, id)| if let Stored::Object(kind) = stored { Some((kind, id)) } else { None };
        all.into_iter().filter_map(object).collect()
    }
}

fn note(places: &mut HashMap<OpId, FieldPath>, object: &ObjId, path: FieldPath) {
    if let ObjId::Id(counter, actor, _) = object {
        places.insert(OpId::new(*counter, actor), path);
    }
}

/// The field that an operation on `key` of `object` changes.
fn touched(places: &HashMap<OpId, FieldPath>, object: &ObjectId, key: &Key) -> Option<FieldPath> {
    let place = match object {
        ObjectId::Root => None,
        ObjectId::Id(id) => Some(places.get(id)?),
    };
    match (place, key) {
        (None, Key::Map(name)) if !name.starts_with('_') => Some(FieldPath::field(name.to_string())),
        (Some(FieldPath::Field(list)), Key::Map(key)) => Some(match key.parse::<RowId>() {
            Ok(row) => FieldPath::Row(list.clone(), row),
            Err(_) => FieldPath::Field(list.clone()),
        }),
        (Some(FieldPath::Row(list, row)), Key::Map(name)) => Some(if name.starts_with('_') {
            FieldPath::Row(list.clone(), *row)
        } else {
            FieldPath::cell(list.clone(), *row, name.to_string())
        }),
        (Some(path), _) => Some(path.clone()),
        _ => None,
    }
}
