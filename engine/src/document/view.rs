//! A document's objects at a point of its history, below any notion of a record.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use automerge::iter::MapRangeItem;
use automerge::{Automerge, ChangeHash, ObjId, ReadDoc, ScalarValue, Value as Stored};

use super::Heads;
use crate::schema::{FieldType, Scalar, Value};

/// The value that a stored scalar is for a field of that type.
pub(super) fn read_scalar(field_type: &FieldType, scalar: &ScalarValue) -> Value {
    match scalar_of(scalar) {
        Some(known) => field_type.read(&known),
        None => Value::Unreadable(scalar.to_string()),
    }
}

/// Our form of a stored scalar; `None` for Automerge's kinds that no field uses.
pub(super) fn scalar_of(stored: &ScalarValue) -> Option<Scalar> {
    Some(match stored {
        ScalarValue::Null => Scalar::Null,
        ScalarValue::Str(text) => Scalar::Text(text.to_string()),
        ScalarValue::Int(number) => Scalar::Whole(*number),
        ScalarValue::Uint(number) => Scalar::Whole(i64::try_from(*number).ok()?),
        ScalarValue::F64(number) => Scalar::Number(*number),
        ScalarValue::Boolean(yes) => Scalar::YesNo(*yes),
        ScalarValue::Counter(counter) => Scalar::Whole(i64::from(counter)),
        _ => return None,
    })
}

/// A document at a point of its history. Reading what is not there gives nothing: documents come from others.
///
/// A map is read in one walk when it is first asked for anything: looking its keys up one by one costs Automerge a search
/// each, and who reads a record asks for nearly all of them.
pub(super) struct View<'a> {
    automerge: &'a Automerge,
    heads: Option<Heads>,
    maps: RefCell<HashMap<ObjId, Rc<Map>>>,
}

/// What stands under each key of a map.
type Map = BTreeMap<String, Slot>;

/// The value that wins under a key.
struct Slot {
    value: Stored<'static>,
    id: ObjId,
    /// Whether others were written beside it.
    contested: bool,
}

impl<'a> View<'a> {
    pub(super) fn now(automerge: &'a Automerge) -> Self {
        View { automerge, heads: None, maps: RefCell::default() }
    }

    pub(super) fn at(automerge: &'a Automerge, heads: &[ChangeHash]) -> Self {
        let known = heads.iter().filter(|head| automerge.get_change_meta_by_hash(head).is_some());
        View { heads: Some(known.copied().collect()), ..View::now(automerge) }
    }

    fn map(&self, object: &ObjId) -> Rc<Map> {
        if let Some(map) = self.maps.borrow().get(object) {
            return Rc::clone(map);
        }
        let items = match &self.heads {
            None => self.automerge.map_range(object, ..),
            Some(heads) => self.automerge.map_range_at(object, .., heads),
        };
        let slot = |item: MapRangeItem<'_>| {
            let (key, contested, id) = (item.key.to_string(), item.conflict, item.id());
            (key, Slot { value: item.value.into_value(), id, contested })
        };
        let map = Rc::new(items.map(slot).collect::<Map>());
        self.maps.borrow_mut().insert(object.clone(), Rc::clone(&map));
        map
    }

    pub(super) fn get(&self, object: &ObjId, key: &str) -> Option<(Stored<'static>, ObjId)> {
        self.map(object).get(key).map(|slot| (slot.value.clone(), slot.id.clone()))
    }

    /// All concurrent values; the last is the one that wins.
    pub(super) fn all(&self, object: &ObjId, key: &str) -> Vec<(Stored<'a>, ObjId)> {
        match self.map(object).get(key) {
            None => return Vec::new(),
            Some(slot) if !slot.contested => return vec![(slot.value.clone(), slot.id.clone())],
            Some(_) => {}
        }
        match &self.heads {
            None => self.automerge.get_all(object, key),
            Some(heads) => self.automerge.get_all_at(object, key, heads),
        }
        .unwrap_or_default()
    }

    /// Whether several people wrote under the key without knowing of each other.
    pub(super) fn is_contested(&self, object: &ObjId, key: &str) -> bool {
        self.map(object).get(key).is_some_and(|slot| slot.contested)
    }

    pub(super) fn keys(&self, object: &ObjId) -> Vec<String> {
        self.map(object).keys().cloned().collect()
    }

    pub(super) fn length(&self, object: &ObjId) -> usize {
        match &self.heads {
            None => self.automerge.length(object),
            Some(heads) => self.automerge.length_at(object, heads),
        }
    }

    pub(super) fn prose(&self, text: &ObjId) -> String {
        match &self.heads {
            None => self.automerge.text(text),
            Some(heads) => self.automerge.text_at(text, heads),
        }
        .unwrap_or_default()
    }

    pub(super) fn text(&self, object: &ObjId, key: &str) -> Option<String> {
        match &self.map(object).get(key)?.value {
            Stored::Scalar(scalar) => scalar.as_str().map(str::to_owned),
            Stored::Object(_) => None,
        }
    }

    pub(super) fn flag(&self, object: &ObjId, key: &str) -> bool {
        let is_true = |value: &Stored<'_>| value.as_scalar().is_some_and(|it| it.as_bool() == Some(true));
        self.map(object).get(key).is_some_and(|slot| is_true(&slot.value))
    }

    /// The keys of a set that are marked as members.
    pub(super) fn members<'b>(&'b self, set: &'b ObjId) -> impl Iterator<Item = String> + 'b {
        self.keys(set).into_iter().filter(|key| self.flag(set, key))
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable;
    use automerge::{ActorId, ObjType, ROOT};

    use super::*;

    /// A map with all that can stand under a key: alone, contested, won by an object, counted up, cleared by one and
    /// written by another, deleted.
    fn document() -> (Automerge, Heads) {
        let mut one = Automerge::new().with_actor(ActorId::from([1; 16]));
        one.transact::<_, _, automerge::AutomergeError>(|all| {
            all.put(ROOT, "count", ScalarValue::counter(3))?;
            ["alone", "both", "cleared", "gone"].into_iter().try_for_each(|key| all.put(ROOT, key, "first"))
        })
        .unwrap();
        let mut other = one.fork().with_actor(ActorId::from([2; 16]));
        one.transact::<_, _, automerge::AutomergeError>(|all| {
            all.put(ROOT, "both", "one")?;
            all.put_object(ROOT, "object", ObjType::Map)?;
            all.delete(ROOT, "cleared")?;
            all.delete(ROOT, "gone")?;
            all.increment(ROOT, "count", 4)
        })
        .unwrap();
        other
            .transact::<_, _, automerge::AutomergeError>(|all| {
                all.put(ROOT, "both", "other")?;
                all.put(ROOT, "object", "none")?;
                all.put(ROOT, "cleared", "written")?;
                all.increment(ROOT, "count", 5)
            })
            .unwrap();
        let before = one.get_heads();
        one.merge(&mut other).unwrap();
        (one, before)
    }

    #[test]
    fn a_map_read_in_one_walk_says_what_automerge_says_key_by_key() {
        let (document, before) = document();
        let keys = ["alone", "both", "cleared", "count", "gone", "object", "never"];
        for heads in [document.get_heads(), before] {
            for view in [View::at(&document, &heads), View::now(&document)] {
                let heads = view.heads.clone().unwrap_or_else(|| document.get_heads());
                for key in keys {
                    assert_eq!(
                        view.all(&ROOT, key),
                        document.get_all_at(ROOT, key, &heads).unwrap(),
                        "{key}"
                    );
                    assert_eq!(view.get(&ROOT, key), document.get_at(ROOT, key, &heads).unwrap(), "{key}");
                    assert_eq!(view.is_contested(&ROOT, key), view.all(&ROOT, key).len() > 1, "{key}");
                }
                assert_eq!(view.keys(&ROOT), document.keys_at(ROOT, &heads).collect::<Vec<_>>());
            }
        }
    }
}
