//! Why a change is refused: the engine's reasons in the protocol's codes, with words for people.

use samsyn_engine::document::ReceiveError;
use samsyn_engine::document::gate::GateError;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::sync::limits::{CHANGE_BYTES, WORDS_BYTES};
use samsyn_engine::sync::{ErrorCode, reasons};

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

    /// In the words in which whoever reads another language finds it again (see [`reasons`]).
    fn said(code: ErrorCode, words: Caption, holes: &[&dyn std::fmt::Display]) -> Self {
        Refusal::new(code, words.fill(Language::English, holes))
    }

    /// It was named where it must stand in full.
    pub(super) fn named_only() -> Self {
        Refusal::said(ErrorCode::Malformed, reasons::NAMED_ONLY, &[])
    }

    /// Uncompressed it is larger than may stand in the log.
    pub(super) fn too_large(size: usize) -> Self {
        Refusal::said(ErrorCode::TooLarge, reasons::CHANGE_TOO_LARGE, &[&size, &CHANGE_BYTES])
    }

    /// The log has it as a change of another record.
    pub(super) fn of_another_record() -> Self {
        Refusal::said(ErrorCode::Malformed, reasons::OTHER_RECORD, &[])
    }

    /// What it builds on is not in the log, perhaps because it was refused itself.
    pub(super) fn missing_dependencies() -> Self {
        Refusal::said(ErrorCode::MissingDependencies, reasons::BUILDS_ON_MISSING, &[])
    }

    /// So many others of the same push did not fit that it was not tried any more.
    pub(super) fn not_tried() -> Self {
        Refusal::said(ErrorCode::Schema, reasons::NOT_TRIED, &[])
    }

    /// Its actor is another device's than it says.
    pub(super) fn anothers_actor() -> Self {
        Refusal::said(ErrorCode::Forbidden, reasons::OTHERS_NAME, &[])
    }

    /// Its record was erased.
    pub(super) fn erased() -> Self {
        Refusal::said(ErrorCode::Erased, reasons::ERASED, &[])
    }

    /// It does not say whose it is.
    pub(super) fn nobodys() -> Self {
        Refusal::said(ErrorCode::Forbidden, reasons::NOBODYS, &[])
    }

    /// Another device wrote it.
    pub(super) fn another_device() -> Self {
        Refusal::said(ErrorCode::NotYours, reasons::ANOTHER_DEVICE, &[])
    }

    /// The relay's own copy of the record does not load.
    pub(super) fn damaged() -> Self {
        Refusal::said(ErrorCode::Storage, reasons::DAMAGED, &[])
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
