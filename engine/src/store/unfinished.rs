//! What somebody is typing into a field, until it is a change: also what is no value of it yet, a day without its month, half an
//! address.
//!
//! It belongs to this replica alone: no change is made of it and nobody is sent it. It stands in `meta`, so that it rests as the
//! rest of the file does, encrypted where that is; and it goes with its record.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{Result, Store, Transaction, meta};
use crate::id::RecordId;
use crate::schema::FieldPath;

/// A text that is to be shown again where it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// In which record.
    pub record: RecordId,
    /// Of what kind the record is.
    pub kind: String,
    /// Where in it.
    pub path: FieldPath,
    /// In which part of the field, in words of whoever shows it.
    pub part: String,
    /// What stood there when the typing began.
    pub base: String,
    /// What was typed.
    pub text: String,
    /// Whether what it was typed in, the record or a row of it, was only begun: it is made with the first thing entered in it.
    #[serde(default)]
    pub begun: bool,
}

/// What all names in `meta` begin with under which such texts stand; what follows it is the record.
const BEGINS: &str = "unfinished:";
/// The first that stands behind them all.
const ENDS: &str = "unfinished;";

impl Unfinished {
    fn name(&self) -> String {
        format!("{BEGINS}{}:{}:{}", self.record, self.path, self.part)
    }
}

impl Store {
    /// All texts that are not finished. One that a later version wrote otherwise is left out.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Unfinished>> {
        let mut statement =
            self.connection.prepare_cached("SELECT value FROM meta WHERE key >= ?1 AND key < ?2")?;
        let found = statement.query_map([BEGINS, ENDS], |row| row.get::<_, Vec<u8>>(0))?;
        let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(found.iter().filter_map(|bytes| serde_json::from_slice(bytes).ok()).collect())
    }
}

impl Transaction<'_> {
    /// Keeps a text, in place of what was kept there before.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep_unfinished(&mut self, unfinished: &Unfinished) -> Result<()> {
        let text = serde_json::to_vec(unfinished).unwrap_or_default();
        meta::put(&self.inner, &unfinished.name(), &text)
    }

    /// A text is finished, or taken back.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(&mut self, unfinished: &Unfinished) -> Result<()> {
        meta::remove(&self.inner, &unfinished.name())
    }
}

/// Takes away all that is kept of a record.
pub(super) fn forget(connection: &Connection, record: RecordId) -> Result<()> {
    connection.execute(
        "DELETE FROM meta WHERE key >= ?1 AND key < ?2",
        params![format!("{BEGINS}{record}:"), format!("{BEGINS}{record};")],
    )?;
    Ok(())
}
