//! Field conflicts: registers that several people wrote without knowing of each other.

use automerge::legacy::{OpId, OpType};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value as Stored};

use super::Document;
use super::history::Stamp;
use super::layout::{self, KIND, REMOVED};
use super::view::{View, read_scalar};
use crate::id::RowId;
use crate::schema::{self, Field, FieldPath, FieldType, Value};

/// One of the concurrent values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// What was written.
    pub value: Value,
    /// By whom and when; of several who wrote the same, the last. A value that taking back a choice has brought back is of who
    /// wrote it first.
    pub stamp: Stamp,
    /// Whether this is the value that the field shows meanwhile. The same on every replica.
    pub shown: bool,
}

/// A field that holds several values, because they were written concurrently. Nothing chose between them yet.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldConflict {
    /// Which field.
    pub path: FieldPath,
    /// Its values, at least two and all different, the shown one first.
    pub writings: Vec<Writing>,
}

impl Document {
    /// All field conflicts, in the order of the form. Writing the field, any value, ends its conflict.
    pub fn conflicts(&self) -> Vec<FieldConflict> {
        self.conflicts_in(&View::now(&self.automerge))
    }

    /// The same in a view of the document as it is now.
    pub(super) fn conflicts_in(&self, view: &View<'_>) -> Vec<FieldConflict> {
        let kind = view.text(&ROOT, KIND).and_then(|name| schema::kind(&name));
        let Some(kind) = kind else { return Vec::new() };
        let mut found = Vec::new();
        for field in kind.fields {
            match field.field_type {
                FieldType::Rows(fields) => self.row_conflicts(view, field.name, fields, &mut found),
                _ => found.extend(self.conflict(view, &ROOT, field, FieldPath::field(field.name))),
            }
        }
        found
    }

    fn row_conflicts(&self, view: &View<'_>, list: &str, fields: &[Field], found: &mut Vec<FieldConflict>) {
        let Some((Stored::Object(ObjType::Map), rows)) = view.get(&ROOT, list) else { return };
        for key in view.keys(&rows) {
            let Ok(id) = key.parse::<RowId>() else { continue };
            let Some((Stored::Object(ObjType::Map), row)) = view.get(&rows, &key) else { continue };
            if view.flag(&row, REMOVED) {
                continue;
            }
            for field in fields {
                found.extend(self.conflict(view, &row, field, FieldPath::cell(list, id, field.name)));
            }
        }
    }

    fn conflict(
        &self,
        view: &View<'_>,
        object: &ObjId,
        field: &Field,
        path: FieldPath,
    ) -> Option<FieldConflict> {
        if layout::container(&field.field_type).is_some() || !field.field_type.is_register() {
            return None;
        }
        if !view.is_contested(object, field.name) {
            return None;
        }
        let all = view.all(object, field.name);
        let mut writings: Vec<Writing> = Vec::new();
        // The last is the winner.
        for (place, (stored, operation)) in all.iter().rev().enumerate() {
            let Stored::Scalar(scalar) = stored else { continue };
            let value = read_scalar(&field.field_type, scalar);
            let stamp = self.first_writer(operation)?;
            match writings.iter_mut().find(|writing| writing.value == value) {
                Some(same) if same.stamp.time < stamp.time => same.stamp = stamp,
                Some(_) => {}
                None => writings.push(Writing { value, stamp, shown: place == 0 }),
            }
        }
        (writings.len() > 1).then_some(FieldConflict { path, writings })
    }

    /// Who wrote a value, by the operation that wrote it: where it was there before and was brought back, who wrote it then.
    fn first_writer(&self, operation: &ObjId) -> Option<Stamp> {
        Some(self.first(self.origin(operation)?, BRANCHINGS))
    }

    /// The same. Of several who wrote the same, any of whom it may have been, it was the last.
    fn first(&self, mut found: Origin, branchings: u32) -> Stamp {
        // Each goes back in the history, so this ends.
        loop {
            let mut before = self.brought_back(&found);
            before.sort_by_key(|origin| origin.stamp.time);
            match (before.pop(), branchings) {
                (None, _) => return found.stamp,
                (Some(last), branchings) if before.is_empty() || branchings == 0 => found = last,
                (Some(last), branchings) => {
                    let others = before.into_iter().rev().take(BRANCHES - 1);
                    let all = std::iter::once(last).chain(others);
                    let stamps = all.map(|origin| self.first(origin, branchings - 1));
                    return stamps.max_by_key(|stamp| stamp.time).unwrap_or(found.stamp);
                }
            }
        }
    }

    /// Where a value came from that was written in place of the same one, or by somebody who had chosen another over it.
    fn brought_back(&self, found: &Origin) -> Vec<Origin> {
        let origins = |operations: &[ObjId]| -> Vec<Origin> {
            operations.iter().filter_map(|operation| self.origin(operation)).collect()
        };
        let same = |origin: &Origin| origin.value == found.value;
        let written_over = origins(&found.over);
        if written_over.iter().any(same) {
            return written_over.into_iter().filter(same).collect();
        }
        let chose = |over: &&Origin| over.over.len() > 1 && over.stamp.device == found.stamp.device;
        written_over.iter().filter(chose).flat_map(|over| origins(&over.over)).filter(same).collect()
    }

    fn origin(&self, operation: &ObjId) -> Option<Origin> {
        let ObjId::Id(number, ..) = operation else { return None };
        let stamp = self.stamp_of(operation)?;
        let change = self.automerge.get_change_by_hash(&stamp.change)?;
        let (start, actor) = (change.start_op().get(), change.actor_id());
        let operations = change.decode().operations;
        let at = |number: u64| operations.get(usize::try_from(number.checked_sub(start)?).ok()?);
        let operation = at(*number)?;
        let OpType::Put(value) = operation.action.clone() else { return None };
        // What the same change wrote before is nothing that anybody ever saw.
        let over = operation.pred.iter().flat_map(|id| match at(id.0).filter(|_| id.1 == *actor) {
            Some(before) => before.pred.iter().cloned().collect::<Vec<OpId>>(),
            None => vec![id.clone()],
        });
        let over = over.map(|OpId(number, actor)| ObjId::Id(number, actor, 0));
        Some(Origin { stamp, value, over: over.collect() })
    }
}

/// How often, and among how many, it is looked who wrote the same value first: a history may have been made to be endless work.
const BRANCHINGS: u32 = 4;
const BRANCHES: usize = 3;

/// Where a value came from.
struct Origin {
    stamp: Stamp,
    value: ScalarValue,
    /// What it was written over.
    over: Vec<ObjId>,
}
