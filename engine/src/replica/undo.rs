//! Taking back what was done, without taking back what others did since.

use super::{Edited, Replica, ReplicaError};
use crate::document::{Difference, Document, Edit};
use crate::schema::{FieldPath, FieldType};

/// What taking back did.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    /// What is different now. Taking this back is a redo.
    pub edited: Edited,
    /// The fields that were left as they are, because somebody has written them since.
    pub kept: Vec<FieldPath>,
}

impl Replica {
    /// Takes back what an edit did, as a new change.
    ///
    /// A register that somebody has written since is left alone and named in [`Undone::kept`]; prose, counters and sets
    /// lose only what the edit put there.
    ///
    /// # Errors
    /// Where the record is gone or the file cannot be written.
    pub fn undo(&mut self, done: &Edited) -> Result<Undone, ReplicaError> {
        let mut kept = Vec::new();
        let edited = self.edit_with(done.record, None, |document| {
            let (edits, left) = inverse(document, &done.differences);
            kept = left;
            edits
        })?;
        Ok(Undone { edited, kept })
    }
}

fn inverse(document: &Document, differences: &[Difference]) -> (Vec<Edit>, Vec<FieldPath>) {
    let (current, kind) = (document.read(), document.kind());
    // A record that was made is taken back as a whole: its fields stay, should it come back.
    if differences.contains(&Difference::Created) {
        return (vec![Edit::Remove], Vec::new());
    }
    let (mut edits, mut kept) = (Vec::new(), Vec::new());
    for difference in differences.iter().rev() {
        let path = difference.path();
        let field = path.as_ref().and_then(|path| kind?.field_at(path));
        let field_type = field.map(|field| &field.field_type);
        match difference {
            Difference::Field { path, after, .. }
                if field_type.is_some_and(FieldType::is_register) && current.at(path) != *after =>
            {
                kept.push(path.clone());
            }
            _ => edits.push(difference.inverse(field_type)),
        }
    }
    (edits, kept)
}
