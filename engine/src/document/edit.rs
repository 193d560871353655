//! What people do to a record, as typed edits that are checked before anything is written.

use std::collections::BTreeSet;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{AutomergeError, ROOT, ReadDoc, ScalarValue};

use super::gate::{GateError, guarded};
use super::layout::{self, ORDER, REMOVED};
use super::prose::rebase;
use super::view::scalar_of;
use super::{ActorId, ChangeHash, Document, EncodedChange, Writer, seeds};
use crate::id::RowId;
use crate::schema::{
    Cells, Field, FieldPath, FieldType, Kind, NewRecord, Row, Scalar, Value, ValueError, order,
};
use crate::text::unwritable;

mod write;

use write::*;

/// So many heads are merged by one change. Where there are more they are merged in steps.
const HEADS_MERGED: usize = 100;

/// One thing a person does to a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Write a whole value. Sets become exactly this, a counter is moved to this sum, prose is replaced: where the
    /// person saw an older state, [`Edit::Members`], [`Edit::Count`] and [`Edit::Prose`] leave others' work alone.
    Set {
        /// Where.
        path: FieldPath,
        /// What; [`Value::Empty`] clears.
        value: Value,
    },
    /// Carry the difference between two texts over to the prose as it is now.
    Prose {
        /// Where.
        path: FieldPath,
        /// The text that the person began with.
        base: String,
        /// The text that they left.
        text: String,
    },
    /// Add to a counter; a negative number takes away.
    Count {
        /// Where.
        path: FieldPath,
        /// How many.
        by: i64,
    },
    /// Put members into a set and take others out.
    Members {
        /// Where.
        path: FieldPath,
        /// Those to be in it.
        include: BTreeSet<String>,
        /// Those not to be in it.
        exclude: BTreeSet<String>,
    },
    /// Add a row. A row with an empty order key goes to the end.
    AddRow {
        /// The keyed list.
        list: String,
        /// The row; its name must be new.
        row: Row,
    },
    /// Put a row at another place.
    MoveRow {
        /// The keyed list.
        list: String,
        /// Which row.
        row: RowId,
        /// Its new order key (see [`order::between`]).
        order: String,
    },
    /// Mark a row as removed.
    RemoveRow {
        /// The keyed list.
        list: String,
        /// Which row.
        row: RowId,
    },
    /// Take that mark away.
    RestoreRow {
        /// The keyed list.
        list: String,
        /// Which row.
        row: RowId,
    },
    /// Mark the record as removed.
    Remove,
    /// Take that mark away.
    Restore,
}

impl Edit {
    /// Write a value into a field of the record.
    pub fn set(field: &str, value: Value) -> Edit {
        Edit::Set { path: FieldPath::field(field), value }
    }

    /// The field that it writes; none where it is about a row or the record as a whole.
    pub fn path(&self) -> Option<&FieldPath> {
        match self {
            Edit::Set { path, .. }
            | Edit::Prose { path, .. }
            | Edit::Count { path, .. }
            | Edit::Members { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Add a row with these fields at the end of a keyed list, under a new name.
    pub fn add_row(list: &str, cells: Cells) -> Edit {
        Edit::AddRow { list: list.to_owned(), row: Row { id: RowId::random(), order: String::new(), cells } }
    }
}

/// Why an edit was not made. Nothing of the batch it was in was written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The record's kind is unknown to this version: it can be kept and sent on, not edited.
    #[error("this version does not know the kind \"{0}\": install a newer Samsyn to edit this record")]
    UnknownKind(String),
    /// The kind has no such field.
    #[error("{kind} has no field \"{path}\"")]
    UnknownField {
        /// The kind's name.
        kind: &'static str,
        /// The address that leads nowhere.
        path: FieldPath,
    },
    /// There is no such row.
    #[error("there is no row {row} in {list}")]
    NoRow {
        /// The keyed list.
        list: String,
        /// The row's name.
        row: RowId,
    },
    /// A row of that name is there already.
    #[error("row {row} is already in {list}")]
    RowExists {
        /// The keyed list.
        list: String,
        /// The row's name.
        row: RowId,
    },
    /// The value does not fit the field.
    #[error("{path}: {error}")]
    Value {
        /// Where.
        path: FieldPath,
        /// What is wrong with it.
        error: ValueError,
    },
    /// The document is not as it should be. It passed every check when it came in, so this is a defect.
    #[error("the document could not be written: {0}")]
    Document(String),
}

impl From<GateError> for EditError {
    fn from(error: GateError) -> Self {
        EditError::Document(error.to_string())
    }
}

impl From<AutomergeError> for EditError {
    fn from(error: AutomergeError) -> Self {
        EditError::Document(error.to_string())
    }
}

impl Document {
    /// Makes these edits, all or none, as one change.
    ///
    /// `None` where they change nothing: a field already holds the value and nobody contradicts it. The changes are
    /// more than one only where an older document first gets the containers of newer fields (see [`layout`]).
    ///
    /// # Errors
    /// The first edit that cannot be made. The document is as it was.
    pub fn edit(&mut self, edits: &[Edit], writer: &Writer) -> Result<Vec<EncodedChange>, EditError> {
        let name = self.kind_name().unwrap_or_default();
        let kind = self.kind().ok_or(EditError::UnknownKind(name))?;
        edits.iter().try_for_each(|edit| check(kind, edit))?;
        let before = self.heads();
        // A failed edit must leave no trace, not even of new containers.
        let next = guarded(|| self.edited(kind, edits, writer))??;
        let Some(next) = next else { return Ok(Vec::new()) };
        *self = next;
        Ok(self.changes_since(&before))
    }

    /// The document with these edits; `None` where they change nothing.
    fn edited(
        &self,
        kind: &'static Kind,
        edits: &[Edit],
        writer: &Writer,
    ) -> Result<Option<Document>, EditError> {
        let mut next = self.clone();
        next.prepare(kind, writer)?;
        let mut transaction = next.automerge.transaction();
        for edit in edits {
            make(&mut transaction, kind, edit)?;
        }
        if transaction.pending_ops() == 0 {
            return Ok(None);
        }
        transaction.commit_with(options(writer));
        Ok(Some(next))
    }

    /// Makes a document ready for a change of this writer: with the containers of all fields, and few heads.
    pub(super) fn prepare(&mut self, kind: &'static Kind, writer: &Writer) -> Result<(), EditError> {
        self.add_missing_seeds(kind)?;
        self.merge_heads(writer)?;
        self.write_as(writer);
        Ok(())
    }

    /// Merges heads in steps where they are many: a change builds on all heads, and one that builds on too many is refused.
    fn merge_heads(&mut self, writer: &Writer) -> Result<(), EditError> {
        let heads = self.heads();
        let Some((first, rest)) = heads.split_first().filter(|_| heads.len() > HEADS_MERGED) else {
            return Ok(());
        };
        // Its own last change could be behind any of them: so another actor merges, each step on the one before.
        let actor = ActorId::from(&crate::random::bytes::<16>()[..]);
        let mut merged = *first;
        for some in rest.chunks(HEADS_MERGED - 1) {
            let together: Vec<ChangeHash> = some.iter().copied().chain([merged]).collect();
            let automerge = self.automerge.fork_at(&together)?;
            let mut past = Document { id: self.id, automerge };
            past.write_as(&Writer { actor: actor.clone(), ..writer.clone() });
            merged = past.automerge.empty_commit(options(writer));
            self.automerge.apply_changes(past.automerge.get_changes(&together))?;
        }
        Ok(())
    }

    /// Whether there is a row of that name in a keyed list, also one that was removed.
    pub fn has_row(&self, list: &str, row: RowId) -> bool {
        let rows = self.automerge.get(ROOT, list).ok().flatten();
        rows.is_some_and(|(_, rows)| {
            self.automerge.get(&rows, row.to_string()).is_ok_and(|found| found.is_some())
        })
    }

    /// Adds the containers of fields that came with a newer generation than the document's first writer knew.
    fn add_missing_seeds(&mut self, kind: &'static Kind) -> Result<(), EditError> {
        let seeds = seeds::seeds(kind, self.id).into_iter();
        let missing: Vec<_> = seeds.filter(|seed| !self.has(&seed.hash())).collect();
        if !missing.is_empty() {
            self.automerge.apply_changes(missing)?;
        }
        Ok(())
    }
}

pub(super) fn options(writer: &Writer) -> CommitOptions {
    let options = CommitOptions::default().with_time(writer.now);
    match &writer.why {
        Some(why) => options.with_message(why.clone()),
        None => options,
    }
}

/// Writes a new record, already checked, into an empty document.
pub(super) fn create(document: &mut Document, new: &NewRecord, writer: &Writer) {
    document
        .automerge
        .apply_changes(seeds::seeds(new.kind, new.id))
        .expect("our own seeds apply to an empty document");
    document.write_as(writer);
    let mut transaction = document.automerge.transaction();
    // Said outright, so that a record with nothing in it yet has an author, too.
    let written = transaction
        .put(ROOT, REMOVED, false)
        .map_err(EditError::from)
        .and_then(|()| write_cells(&mut transaction, &ROOT, new.kind.fields, &new.cells));
    written.expect("checked cells fit the containers that the seeds have just made");
    transaction.commit_with(options(writer));
}

/// A text without those characters that are no text and stood in it before.
fn without_old(base: &str, text: &str) -> String {
    let old: BTreeSet<char> =
        base.chars().filter(|c| unwritable(c.encode_utf8(&mut [0; 4]), true).is_some()).collect();
    if old.is_empty() { text.to_owned() } else { text.chars().filter(|c| !old.contains(c)).collect() }
}

/// Whether the edit addresses something that is there in the schema, with a value that fits.
fn check(kind: &'static Kind, edit: &Edit) -> Result<(), EditError> {
    let field = |path: &FieldPath| {
        kind.field_at(path).ok_or_else(|| EditError::UnknownField { kind: kind.name, path: path.clone() })
    };
    let rows = |list: &str| {
        let unknown = || EditError::UnknownField { kind: kind.name, path: FieldPath::field(list) };
        kind.row_fields(list).ok_or_else(unknown)
    };
    let fits = |path: &FieldPath, field_type: FieldType, value: &Value| {
        field_type.check(value).map_err(|error| EditError::Value { path: path.clone(), error })
    };
    let wrong_type = |path: &FieldPath| EditError::Value { path: path.clone(), error: ValueError::Type };
    match edit {
        Edit::Set { path, value } => match (path, field(path)?.field_type) {
            (FieldPath::Row(..), _) | (_, FieldType::Rows(_)) => Err(wrong_type(path)),
            (_, field_type) => fits(path, field_type, value),
        },
        Edit::Prose { path, base, text } => match field(path)?.field_type {
            // What stood in it before they began is not theirs to answer for.
            FieldType::Prose => fits(path, FieldType::Prose, &Value::Text(without_old(base, text))),
            _ => Err(wrong_type(path)),
        },
        Edit::Count { path, .. } => match field(path)?.field_type {
            FieldType::Counter => Ok(()),
            _ => Err(wrong_type(path)),
        },
        Edit::Members { path, include, .. } => match field(path)?.field_type {
            field_type @ FieldType::EnumerationSet(_) => {
                fits(path, field_type, &Value::Choices(include.clone()))
            }
            FieldType::ReferenceSet(_) => {
                let all_links = include.iter().all(|member| member.parse::<crate::schema::Link>().is_ok());
                if all_links { Ok(()) } else { Err(wrong_type(path)) }
            }
            _ => Err(wrong_type(path)),
        },
        Edit::AddRow { list, row } => {
            let fields = rows(list)?;
            row.cells.iter().try_for_each(|(name, value)| {
                let path = FieldPath::cell(list, row.id, name);
                let unknown = || EditError::UnknownField { kind: kind.name, path: path.clone() };
                let field = fields.iter().find(|field| field.name == name).ok_or_else(unknown)?;
                fits(&path, field.field_type, value)
            })
        }
        Edit::MoveRow { list, .. } | Edit::RemoveRow { list, .. } | Edit::RestoreRow { list, .. } => {
            rows(list).map(drop)
        }
        Edit::Remove | Edit::Restore => Ok(()),
    }
}

/// Writes one edit that was checked.
pub(super) fn make(
    transaction: &mut Transaction<'_>,
    kind: &'static Kind,
    edit: &Edit,
) -> Result<(), EditError> {
    match edit {
        Edit::Remove => put_flag(transaction, &ROOT, true),
        Edit::Restore => put_flag(transaction, &ROOT, false),
        Edit::AddRow { list, row } => {
            let fields = kind.row_fields(list).unwrap_or_default();
            add_row(transaction, list, fields, row)
        }
        Edit::RemoveRow { list, row } => {
            let object = find_row(transaction, list, *row)?;
            put_flag(transaction, &object, true)
        }
        Edit::RestoreRow { list, row } => {
            let object = find_row(transaction, list, *row)?;
            put_flag(transaction, &object, false)
        }
        Edit::MoveRow { list, row, order } => {
            let object = find_row(transaction, list, *row)?;
            put_scalar(transaction, &object, ORDER, ScalarValue::from(order.as_str()))
        }
        Edit::Set { path, .. }
        | Edit::Prose { path, .. }
        | Edit::Count { path, .. }
        | Edit::Members { path, .. } => {
            let unknown = || EditError::UnknownField { kind: kind.name, path: path.clone() };
            let field = kind.field_at(path).ok_or_else(unknown)?;
            let object = match path {
                FieldPath::Cell(list, row, _) => find_row(transaction, list, *row)?,
                _ => ROOT,
            };
            write_field(transaction, &object, field, edit)
        }
    }
}
