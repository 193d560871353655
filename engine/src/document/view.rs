//! A document's objects at a point of its history, below any notion of a record.

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
pub(super) struct View<'a> {
    automerge: &'a Automerge,
    heads: Option<Heads>,
}

impl<'a> View<'a> {
    pub(super) fn now(automerge: &'a Automerge) -> Self {
        View { automerge, heads: None }
    }

    pub(super) fn at(automerge: &'a Automerge, heads: &[ChangeHash]) -> Self {
        let known = heads.iter().filter(|head| automerge.get_change_meta_by_hash(head).is_some());
        View { automerge, heads: Some(known.copied().collect()) }
    }

    pub(super) fn get(&self, object: &ObjId, key: &str) -> Option<(Stored<'a>, ObjId)> {
        match &self.heads {
            None => self.automerge.get(object, key),
            Some(heads) => self.automerge.get_at(object, key, heads),
        }
        .ok()
        .flatten()
    }

    /// All concurrent values; the last is the one that wins.
    pub(super) fn all(&self, object: &ObjId, key: &str) -> Vec<(Stored<'a>, ObjId)> {
        match &self.heads {
            None => self.automerge.get_all(object, key),
            Some(heads) => self.automerge.get_all_at(object, key, heads),
        }
        .unwrap_or_default()
    }

    pub(super) fn keys(&self, object: &ObjId) -> Vec<String> {
        match &self.heads {
            None => self.automerge.keys(object),
            Some(heads) => self.automerge.keys_at(object, heads),
        }
        .collect()
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
        match self.get(object, key)? {
            (Stored::Scalar(scalar), _) => scalar.as_str().map(str::to_owned),
            _ => None,
        }
    }

    pub(super) fn flag(&self, object: &ObjId, key: &str) -> bool {
        matches!(self.get(object, key), Some((Stored::Scalar(scalar), _)) if scalar.as_bool() == Some(true))
    }

    /// The keys of a set that are marked as members.
    pub(super) fn members<'b>(&'b self, set: &'b ObjId) -> impl Iterator<Item = String> + 'b {
        self.keys(set).into_iter().filter(|key| self.flag(set, key))
    }
}
