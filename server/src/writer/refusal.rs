//! Why a change is refused: the engine's reasons in the protocol's codes, with words for people.

use samsyn_engine::document::ReceiveError;
use samsyn_engine::document::gate::GateError;
use samsyn_engine::sync::ErrorCode;
use samsyn_engine::sync::limits::{CHANGE_BYTES, WORDS_BYTES};

use super::settle::NotTaken;

/// Why a change is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// For programs.
    pub(super) code: ErrorCode,
    /// For people.
    pub(super) words: String,
}

impl Refusal {
    fn new(code: ErrorCode, words: impl Into<String>) -> Self {
        let mut words = words.into();
        if words.len() > WORDS_BYTES {
            let end = (0..=WORDS_BYTES).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
            words.truncate(end);
        }
        Refusal { code, words }
    }

    /// It was named where it must stand in full.
    pub(super) fn named_only() -> Self {
        Refusal::new(ErrorCode::Malformed, "a pushed change must stand in full")
    }

    /// Uncompressed it is larger than may stand in the log.
    pub(super) fn too_large(size: usize) -> Self {
        let words = format!("the change has {size} bytes, the most is {CHANGE_BYTES}");
        Refusal::new(ErrorCode::TooLarge, words)
    }

    /// The log has it as a change of another record.
    pub(super) fn of_another_record() -> Self {
        Refusal::new(ErrorCode::Malformed, "the log has this change as one of another record")
    }

    /// What it builds on is not in the log, perhaps because it was refused itself.
    pub(super) fn missing_dependencies() -> Self {
        let words = "the change builds on changes that the relay does not have or has refused";
        Refusal::new(ErrorCode::MissingDependencies, words)
    }

    /// So many others of the same push did not fit that it was not tried any more.
    pub(super) fn not_tried() -> Self {
        let words = "too many other changes of the same push do not fit this record: this one was not tried";
        Refusal::new(ErrorCode::Schema, words)
    }

    /// Its actor is another device's than it says.
    pub(super) fn anothers_actor() -> Self {
        let words = "the change says that it is one device's and was written under another's name";
        Refusal::new(ErrorCode::Forbidden, words)
    }

    /// Its record was erased.
    pub(super) fn erased() -> Self {
        Refusal::new(ErrorCode::Erased, "the record was erased: nothing of it is taken any more")
    }

    /// It does not say whose it is.
    pub(super) fn nobodys() -> Self {
        Refusal::new(ErrorCode::Forbidden, "the change does not say which device wrote it")
    }

    /// Another device wrote it.
    pub(super) fn another_device() -> Self {
        let words = "another device wrote this: it reaches the relay from there, or by a coordinator";
        Refusal::new(ErrorCode::NotYours, words)
    }

    /// The relay's own copy of the record does not load.
    pub(super) fn damaged() -> Self {
        let words = "the relay's copy of this record is damaged: tell whoever runs it";
        Refusal::new(ErrorCode::Storage, words)
    }
}

impl From<&GateError> for Refusal {
    fn from(error: &GateError) -> Self {
        Refusal::new(error.into(), error.to_string())
    }
}

impl From<&NotTaken> for Refusal {
    fn from(error: &NotTaken) -> Self {
        match error {
            NotTaken::Unfit(error) => error.into(),
            NotTaken::Forbidden { why, .. } => Refusal::new(ErrorCode::Forbidden, why.to_string()),
        }
    }
}

impl From<&ReceiveError> for Refusal {
    fn from(error: &ReceiveError) -> Self {
        match error {
            ReceiveError::Gate(error) => error.into(),
            ReceiveError::Layout(error) => Refusal::new(ErrorCode::Schema, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_are_cut_between_characters() {
        let refusal = Refusal::new(ErrorCode::Other, "å".repeat(WORDS_BYTES));
        assert_eq!(refusal.words.len(), WORDS_BYTES);
        let odd = Refusal::new(ErrorCode::Other, format!("x{}", "å".repeat(WORDS_BYTES)));
        assert_eq!(odd.words.len(), WORDS_BYTES - 1);
    }
}
