//! What a later version of the program writes: fields, sets, choices and kinds that this one has no name for.
//!
//! There is no later version yet, but there are promises to it: what it writes is kept, sent on and merged by programs that
//! do not know it. Simulations and tests keep them to that, and write here as it would.

use automerge::transaction::Transactable;
use automerge::{ObjType, ROOT, ReadDoc, Value as Stored};

use super::edit::{EditError, options};
use super::layout::{ID, KIND, REMOVED};
use super::{Document, EncodedChange, Writer};
use crate::id::RecordId;

/// One thing that somebody does in a later version of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewerEdit {
    /// Writes a field that this version does not know; or, into an enumeration that it does know, another choice.
    Set {
        /// The field.
        name: String,
        /// What is in it from now on.
        text: String,
    },
    /// Puts a member into a set that this version does not know.
    Include {
        /// The set.
        name: String,
        /// The member.
        member: String,
    },
}

impl Document {
    /// A record of a kind that only a later version knows.
    pub fn create_as_newer(id: RecordId, kind: &str, writer: &Writer) -> Result<Document, EditError> {
        let mut document = Document::empty(id);
        document.write_as(writer);
        let mut transaction = document.automerge.transaction();
        transaction.put(ROOT, KIND, kind)?;
        transaction.put(ROOT, ID, id.to_string())?;
        transaction.put(ROOT, REMOVED, false)?;
        transaction.commit_with(options(writer));
        Ok(document)
    }

    /// Edits a record as a later version would.
    ///
    /// # Errors
    /// Where the document cannot be written. It is as it was then.
    pub fn edit_as_newer(
        &mut self,
        edit: &NewerEdit,
        writer: &Writer,
    ) -> Result<Vec<EncodedChange>, EditError> {
        let before = self.heads();
        let mut next = self.clone();
        next.write_as(writer);
        let mut transaction = next.automerge.transaction();
        match edit {
            NewerEdit::Set { name, text } => transaction.put(ROOT, name.as_str(), text.as_str())?,
            NewerEdit::Include { name, member } => {
                let set = match transaction.get(ROOT, name.as_str())? {
                    Some((Stored::Object(ObjType::Map), set)) => set,
                    _ => transaction.put_object(ROOT, name.as_str(), ObjType::Map)?,
                };
                transaction.put(set, member.as_str(), true)?;
            }
        }
        transaction.commit_with(options(writer));
        *self = next;
        Ok(self.changes_since(&before))
    }

    /// Everything that stands in the document, known to this version or not, as text. The same for the same heads.
    pub fn everything(&self) -> String {
        serde_json::to_string(&automerge::AutoSerde::from(&self.automerge)).unwrap_or_default()
    }
}
