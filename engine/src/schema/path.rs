//! Where in a record a value stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::RowId;

/// The address of a value inside a record. Written with dots: `given`, `emails.<row>`, `emails.<row>.address`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldPath {
    /// A field of the record.
    Field(String),
    /// A row of a keyed list: its being there at all, and its place.
    Row(String, RowId),
    /// A field of such a row.
    Cell(String, RowId, String),
}

impl FieldPath {
    /// A field of the record.
    pub fn field(name: impl Into<String>) -> Self {
        FieldPath::Field(name.into())
    }

    /// A field of a row.
    pub fn cell(list: impl Into<String>, row: RowId, name: impl Into<String>) -> Self {
        FieldPath::Cell(list.into(), row, name.into())
    }

    /// The record's own field that this is or lies in.
    pub fn root(&self) -> &str {
        match self {
            FieldPath::Field(name) | FieldPath::Row(name, _) | FieldPath::Cell(name, _, _) => name,
        }
    }

    /// The row that this is or lies in.
    pub fn row(&self) -> Option<RowId> {
        match self {
            FieldPath::Field(_) => None,
            FieldPath::Row(_, row) | FieldPath::Cell(_, row, _) => Some(*row),
        }
    }
}

/// A text that is not a [`FieldPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a field: expected FIELD, LIST.ROW or LIST.ROW.FIELD")]
pub struct PathError(String);

impl PathError {
    /// The text that is none.
    pub fn found(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldPath::Field(name) => f.write_str(name),
            FieldPath::Row(list, row) => write!(f, "{list}.{row}"),
            FieldPath::Cell(list, row, name) => write!(f, "{list}.{row}.{name}"),
        }
    }
}

impl FromStr for FieldPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let wrong = || PathError(text.chars().take(80).collect());
        let row = |part: &str| part.parse::<RowId>().map_err(|_| wrong());
        let parts: Vec<&str> = text.split('.').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(wrong());
        }
        match parts.as_slice() {
            [name] => Ok(FieldPath::Field((*name).to_owned())),
            [list, id] => Ok(FieldPath::Row((*list).to_owned(), row(id)?)),
            [list, id, name] => Ok(FieldPath::Cell((*list).to_owned(), row(id)?, (*name).to_owned())),
            _ => Err(wrong()),
        }
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_being_written_down() {
        let row = RowId::random();
        for path in [
            FieldPath::field("given"),
            FieldPath::Row("emails".into(), row),
            FieldPath::cell("emails", row, "address"),
        ] {
            assert_eq!(path.to_string().parse(), Ok(path));
        }
        assert!("".parse::<FieldPath>().is_err());
        assert!("a..b".parse::<FieldPath>().is_err());
        assert!("emails.notarow".parse::<FieldPath>().is_err());
    }
}
