//! Copying the write-ahead log into the file, and making sure before that it is still the file that the log belongs to.
//!
//! SQLite would do the first by itself. It is done here so that what the file is afterwards can be noted beside it: whoever opens it the
//! next time sees at a glance whether anybody else has written to it since (`intact`).

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Transaction, TransactionBehavior};

use super::intact::{self, FileMark};
use super::{Result, Store, StoreError, instance, open, stamp};
use crate::files::with_ending;

/// From this length on the log is copied into the file before anything else is written: what SQLite does by itself at 1,000 pages.
const LONG: u64 = 4 << 20;

/// Nobody who writes waits longer for those who read.
const PATIENCE_WITH_READERS: Duration = Duration::from_millis(100);

impl Store {
    /// Makes sure that the file is still the one that was opened.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where it is not: whatever was written now would be lost, or ruin the other.
    pub(super) fn guard(&self) -> Result<()> {
        // What is being made has no place yet, and who only reads writes to nothing.
        if !self.is_claimed {
            return Ok(());
        }
        let mark = FileMark::of(&self.path);
        if mark.is_some() && mark == self.seen.get() {
            return Ok(());
        }
        if mark.is_none() || instance::file_number(&self.path) != self.number {
            return Err(StoreError::Replaced(self.path.clone()));
        }
        // Another process has copied the log into it and noted that; or it has not noted it yet, or it is another file.
        if instance::left(&self.path) != Some(mark) {
            intact::is_still_ours((&self.path, self.key.as_ref()), &self.connection)?;
        }
        self.seen.set(mark);
        Ok(())
    }

    /// Copies the log into the file where it has become long. Where that fails the log is longer, and it is tried again.
    pub(super) fn tidy_if_long(&self) {
        let length = with_ending(&self.path, "-wal").metadata().map_or(0, |log| log.len());
        if length < LONG {
            return;
        }
        if let Err(error) = self.stamp().and_then(|()| self.tidy()) {
            tracing::warn!(%error, "the write-ahead log could not be copied into the file yet");
        }
    }

    fn stamp(&self) -> Result<()> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        stamp::renew(&transaction, stamp::log_is_empty(&self.path))?;
        Ok(transaction.commit()?)
    }

    /// Copies the log into the file and leaves nothing of it, and notes what the file is then. Says whether nobody was in the way.
    pub(super) fn clear_log(&self) -> Result<bool> {
        self.guard()?;
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        self.seen.set(FileMark::of(&self.path));
        instance::note_mark(&self.path);
        Ok(busy == 0)
    }

    fn tidy(&self) -> Result<()> {
        self.connection.busy_timeout(PATIENCE_WITH_READERS)?;
        let cleared = self.clear_log();
        self.connection.busy_timeout(open::PATIENCE)?;
        cleared.map(drop)
    }

    /// Leaves the file in order. One that is another file now is not written to, nor by SQLite as it closes.
    pub(super) fn leave(&self) {
        if self.guard().is_ok() {
            // Where it fails the log stays, and whoever is next copies it.
            return instance::release(&self.path, &self.connection, || drop(self.tidy()));
        }
        tracing::error!(path = %self.path.display(), "another file stands in the place of the one that was open: it is left as it is");
        let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}
