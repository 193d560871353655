//! A workspace's log: all its changes in one order, durable before they are acknowledged.
//!
//! The log is behind a trait, small and complete, so that nothing above it leans on SQLite. [`suite`] is what any
//! implementation must pass.

mod sqlite;
#[cfg(test)]
mod suite;

pub use sqlite::SqliteLog;

use samsyn_engine::document::{ChangeHash, Document};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::Cursor;

use crate::error::Result;

/// A change in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place, from 1.
    pub position: u64,
    /// The record it belongs to.
    pub record: RecordId,
    /// Its name.
    pub hash: ChangeHash,
    /// The change chunk.
    pub bytes: Vec<u8>,
}

/// A change on its way into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The record it belongs to.
    pub record: RecordId,
    /// Its name.
    pub hash: ChangeHash,
    /// The change chunk.
    pub bytes: Vec<u8>,
    /// The device that pushed it.
    pub device: DeviceId,
}

/// The log of one workspace.
pub trait Log: Send {
    /// The workspace's name.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn name(&self) -> Result<String>;

    /// The hash of the workspace's secret.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn secret_hash(&self) -> Result<[u8; 32]>;

    /// The place behind the last change.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn head(&self) -> Result<Cursor>;

    /// The place behind so many changes; `None` where there are fewer.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn cursor_at(&self, position: u64) -> Result<Option<Cursor>>;

    /// Whether the log has that change.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn has(&self, hash: &ChangeHash) -> Result<bool>;

    /// The changes behind `after`, in order: at least one where there is one, at most `changes`, and no more once they are
    /// `bytes` together.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn read(&self, after: u64, changes: usize, bytes: usize) -> Result<Vec<LogEntry>>;

    /// A record's document as the log has it; an empty one where there is none.
    ///
    /// # Errors
    /// Where the log cannot be read or the document is damaged.
    fn document(&self, record: RecordId) -> Result<Document>;

    /// Appends changes in this order, all or none, durable when it returns. `documents` are the records' documents with
    /// these changes. Answers the new head.
    ///
    /// # Errors
    /// Where the log cannot be written. Then nothing was appended.
    fn append(&mut self, entries: &[NewEntry], documents: &[&Document]) -> Result<Cursor>;
}
