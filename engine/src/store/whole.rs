//! Documents that come whole: what the file will hold of one is made before the file is written to, and without it.
//!
//! So that thousands of them can be made ready on all cores, and the file's write lock is held for writing only.

use rusqlite::params;

use super::projection::Projection;
use super::{Result, Transaction};
use crate::document::{ChangeName, Contents, Document};
use crate::identity::DeviceId;

/// A document with all that the file will hold of it.
#[derive(Debug)]
pub struct Whole {
    document: Document,
    changes: Vec<(ChangeName, Option<DeviceId>)>,
    snapshot: Vec<u8>,
    projection: Projection,
}

impl Whole {
    /// Makes it ready, of a document and what that says.
    pub fn of(document: Document, contents: Contents) -> Whole {
        let named = |change: ChangeName| {
            let device = document.device_of(&change.actor);
            (change, device)
        };
        Whole {
            changes: document.change_names().into_iter().map(named).collect(),
            snapshot: document.save(),
            projection: Projection::of(&document, contents),
            document,
        }
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The document alone.
    pub fn into_document(self) -> Document {
        self.document
    }
}

impl Transaction<'_> {
    /// Stores a document that came whole out of the relay's log and was not here before: its changes are known by name,
    /// their bytes stand in the snapshot alone.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save_whole(&mut self, whole: &Whole) -> Result<()> {
        let id = whole.document.id();
        self.put_document(&whole.document)?;
        let mut insert = self.inner.prepare_cached(
            "INSERT INTO changes (hash, record, actor, seq, device, time, own, logged, folded, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 1, 1, NULL) ON CONFLICT (hash) DO NOTHING",
        )?;
        for (change, device) in &whole.changes {
            insert.execute(params![
                change.hash.0,
                id.as_bytes(),
                change.actor.to_bytes(),
                change.seq as i64,
                device.as_ref().map(DeviceId::as_bytes),
                change.time,
            ])?;
        }
        drop(insert);
        self.inner
            .prepare_cached("UPDATE documents SET snapshot = ?2 WHERE record = ?1")?
            .execute(params![id.as_bytes(), whole.snapshot])?;
        let row = whole.projection.write(&self.inner)?;
        self.words.insert(row, whole.projection.words.clone());
        self.touched.forget(id);
        Ok(())
    }
}
