//! What is different between two states of a record, field by field and typed.

use super::edit::Edit;
use super::read::Record;
use crate::id::RowId;
use crate::schema::{Field, FieldPath, FieldType, Row, Value};

/// One difference between an earlier and a later state.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The record came to be.
    Created,
    /// The record was marked as removed.
    Removed,
    /// The mark was taken away.
    Restored,
    /// A field, or a field of a row that is there in both, has another value.
    Field {
        /// Where.
        path: FieldPath,
        /// What it was.
        before: Value,
        /// What it is.
        after: Value,
    },
    /// A row is new, or back.
    RowAdded {
        /// The keyed list.
        list: String,
        /// The row with all it holds.
        row: Row,
    },
    /// A row is gone.
    RowRemoved {
        /// The keyed list.
        list: String,
        /// The row with all it held.
        row: Row,
    },
    /// A row has another place.
    RowMoved {
        /// The keyed list.
        list: String,
        /// Which row.
        row: RowId,
        /// Its order key before.
        before: String,
        /// Its order key after.
        after: String,
    },
}

impl Difference {
    /// Where in the record it is; `None` for the record as a whole.
    pub fn path(&self) -> Option<FieldPath> {
        match self {
            Difference::Created | Difference::Removed | Difference::Restored => None,
            Difference::Field { path, .. } => Some(path.clone()),
            Difference::RowAdded { list, row } | Difference::RowRemoved { list, row } => {
                Some(FieldPath::Row(list.clone(), row.id))
            }
            Difference::RowMoved { list, row, .. } => Some(FieldPath::Row(list.clone(), *row)),
        }
    }

    /// Whether a record, as it is now, still is as this made it. What several people may add to is always taken to be.
    pub fn stands_in(&self, record: &Record) -> bool {
        let there = |list: &str, row: &Row| record.get(list).rows().iter().any(|other| other.id == row.id);
        match self {
            Difference::Created | Difference::Restored => !record.removed,
            Difference::Removed => record.removed,
            Difference::Field { path, after, .. } => {
                let field_type =
                    record.kind().and_then(|kind| kind.field_at(path)).map(|field| field.field_type);
                !field_type.is_some_and(|field_type| field_type.is_register()) || record.at(path) == *after
            }
            Difference::RowAdded { list, row } => there(list, row),
            Difference::RowRemoved { list, row } => !there(list, row),
            Difference::RowMoved { list, row, after, .. } => {
                record.get(list).rows().iter().any(|other| other.id == *row && other.order == *after)
            }
        }
    }

    /// The edit that takes it back. For prose it leaves alone what others have written since.
    pub fn inverse(&self, field_type: Option<&FieldType>) -> Edit {
        match self {
            Difference::Created | Difference::Restored => Edit::Remove,
            Difference::Removed => Edit::Restore,
            Difference::Field { path, before, after } => inverse_field(path, before, after, field_type),
            Difference::RowAdded { list, row } => Edit::RemoveRow { list: list.clone(), row: row.id },
            Difference::RowRemoved { list, row } => Edit::RestoreRow { list: list.clone(), row: row.id },
            Difference::RowMoved { list, row, before, .. } => {
                Edit::MoveRow { list: list.clone(), row: *row, order: before.clone() }
            }
        }
    }
}

fn inverse_field(path: &FieldPath, before: &Value, after: &Value, field_type: Option<&FieldType>) -> Edit {
    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    match (field_type, before, after) {
        (Some(FieldType::Prose), ..) => {
            Edit::Prose { path: path.clone(), base: text(after), text: text(before) }
        }
        (Some(FieldType::Counter), before, after) => {
            let sum = |value: &Value| if let Value::Counter(sum) = value { *sum } else { 0 };
            Edit::Count { path: path.clone(), by: sum(before).wrapping_sub(sum(after)) }
        }
        (Some(FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_)), before, after) => {
            let (was, is) = (before.members(), after.members());
            Edit::Members {
                path: path.clone(),
                include: was.difference(&is).cloned().collect(),
                exclude: is.difference(&was).cloned().collect(),
            }
        }
        _ => Edit::Set { path: path.clone(), value: before.clone() },
    }
}

/// All differences from `before` to `after`, in the order of the form.
pub fn differences(before: &Record, after: &Record) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.kind.is_empty() && !after.kind.is_empty() {
        found.push(Difference::Created);
    }
    match (before.removed, after.removed) {
        (false, true) => found.push(Difference::Removed),
        (true, false) => found.push(Difference::Restored),
        _ => {}
    }
    let kind = after.kind().or(before.kind());
    for field in kind.map_or(&[][..], |kind| kind.fields) {
        let (was, is) = (before.get(field.name), after.get(field.name));
        match field.field_type {
            FieldType::Rows(fields) => {
                let list = Rows { name: field.name, fields, before: was.rows(), after: is.rows() };
                list.differences(&mut found);
            }
            _ if differs(was, is) => found.push(changed(FieldPath::field(field.name), was, is)),
            _ => {}
        }
    }
    found
}

fn changed(path: FieldPath, before: &Value, after: &Value) -> Difference {
    Difference::Field { path, before: before.clone(), after: after.clone() }
}

struct Rows<'a> {
    name: &'a str,
    fields: &'static [Field],
    before: &'a [Row],
    after: &'a [Row],
}

impl Rows<'_> {
    fn differences(&self, found: &mut Vec<Difference>) {
        let list = || self.name.to_owned();
        for row in self.after {
            match self.before.iter().find(|was| was.id == row.id) {
                None => found.push(Difference::RowAdded { list: list(), row: row.clone() }),
                Some(was) => self.row_differences(was, row, found),
            }
        }
        let gone = self.before.iter().filter(|was| self.after.iter().all(|row| row.id != was.id));
        found.extend(gone.map(|row| Difference::RowRemoved { list: list(), row: row.clone() }));
    }

    fn row_differences(&self, was: &Row, row: &Row, found: &mut Vec<Difference>) {
        if was.order != row.order {
            found.push(Difference::RowMoved {
                list: self.name.to_owned(),
                row: row.id,
                before: was.order.clone(),
                after: row.order.clone(),
            });
        }
        let names = self.fields.iter().map(|field| field.name);
        for name in names.filter(|name| differs(was.get(name), row.get(name))) {
            found.push(changed(FieldPath::cell(self.name, row.id, name), was.get(name), row.get(name)));
        }
    }
}

/// Whether a field says something else. A counter that came to be says nothing yet: it stands at zero either way.
fn differs(before: &Value, after: &Value) -> bool {
    let says_nothing = |value: &Value| matches!(value, Value::Empty | Value::Counter(0));
    before != after && !(says_nothing(before) && says_nothing(after))
}
