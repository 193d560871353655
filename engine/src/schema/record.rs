//! A record that is about to be made.

use super::{Cells, Kind, ValueError};
use crate::id::RecordId;

/// A record that is about to be made: by hand, from a file, or by the sample workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    /// Its name, chosen beforehand so that records made together can refer to each other.
    pub id: RecordId,
    /// What it is.
    pub kind: &'static Kind,
    /// What its fields hold from the start.
    pub cells: Cells,
}

/// A field of a new record that does not fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NewRecordError {
    /// The kind has no such field.
    #[error("{kind} has no field \"{field}\"")]
    UnknownField {
        /// The kind's name.
        kind: &'static str,
        /// The field that it has not.
        field: String,
    },
    /// The value does not fit the field.
    #[error("{field}: {error}")]
    Value {
        /// The field's name; `list.field` for a field of a row.
        field: String,
        /// What is wrong with it.
        error: ValueError,
    },
}

impl NewRecord {
    /// An empty record of that kind under a new name.
    pub fn new(kind: &'static Kind) -> Self {
        NewRecord { id: RecordId::random(), kind, cells: Cells::new() }
    }

    /// Whether all that it holds fits its kind.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), NewRecordError> {
        check_cells(self.kind, self.kind.fields, &self.cells, "")
    }
}

fn check_cells(
    kind: &Kind,
    fields: &'static [super::Field],
    cells: &Cells,
    prefix: &str,
) -> Result<(), NewRecordError> {
    for (name, value) in cells {
        let label = format!("{prefix}{name}");
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            return Err(NewRecordError::UnknownField { kind: kind.name, field: label });
        };
        match (field.field_type, value) {
            (super::FieldType::Rows(fields), super::Value::Rows(rows)) => {
                let prefix = format!("{label}.");
                rows.iter().try_for_each(|row| check_cells(kind, fields, &row.cells, &prefix))?;
            }
            (field_type, value) => {
                field_type.check(value).map_err(|error| NewRecordError::Value { field: label, error })?
            }
        }
    }
    Ok(())
}
