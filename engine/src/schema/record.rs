//! A record that is about to be made.

use super::{Cells, Kind, Value, ValueError};
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

    /// A record of that kind with a title. Of a title of several fields the last word goes into the last, as family names do,
    /// and what stands before it into the others.
    pub fn titled(kind: &'static Kind, title: &str) -> Self {
        let mut new = NewRecord::new(kind);
        let mut rest = title.trim();
        let names = kind.title.first().copied().unwrap_or_default();
        for (place, name) in names.iter().enumerate().rev() {
            let split = rest.rsplit_once(char::is_whitespace).filter(|_| place > 0);
            let (before, part) = split.unwrap_or(("", rest));
            if !part.is_empty() {
                new.cells.insert((*name).to_owned(), Value::Text(part.to_owned()));
            }
            rest = before.trim_end();
        }
        new
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::KINDS;
    use crate::schema::kinds::{CONTACT, ORGANISATION};

    #[test]
    fn a_title_goes_into_the_fields_that_make_it() {
        let fields = |kind, title: &str| {
            let new = NewRecord::titled(kind, title);
            let text =
                |name: &str| new.cells.get(name).and_then(Value::as_text).unwrap_or_default().to_owned();
            [text("given"), text("family"), text("name")]
        };
        assert_eq!(fields(&CONTACT, "Anna Maria Ek"), ["Anna Maria", "Ek", ""]);
        assert_eq!(fields(&CONTACT, "  Ek "), ["", "Ek", ""]);
        assert_eq!(fields(&ORGANISATION, "Fjäll och Hav AB"), ["", "", "Fjäll och Hav AB"]);
        for kind in KINDS.iter().filter(|kind| !kind.internal) {
            let new = NewRecord::titled(kind, "Ett namn");
            assert_eq!(new.check(), Ok(()), "{}", kind.name);
            let parts: Vec<&str> =
                kind.title[0].iter().filter_map(|name| new.cells.get(*name)?.as_text()).collect();
            assert_eq!(parts.join(" "), "Ett namn", "{}", kind.name);
        }
    }
}
