//! Which write-ahead log belongs to which state of the file.
//!
//! SQLite takes whatever log lies beside a file for the file's own. Somebody who copies a backup over a replica whose log was left
//! there (by a crash, or by a window that is still open) would have pages of one written into the other. So each stretch of the log,
//! from empty to empty, is stamped: its first transaction puts a new random stamp into the file and notes the one that stands in the
//! file without the log. What was stamped since is noted, too, for the log is copied into the file bit by bit.
//!
//! ```text
//!  the file alone        stamp S1
//!  its log               … stamp S2, before it S1 …     the two belong together: S1 is among what was before
//!  another file put here stamp X                         X is not: the log is another file's
//! ```

use std::path::Path;

use rusqlite::Connection;

use super::Result;
use super::meta::{self, BEFORE_STAMP, STAMP};
use crate::files::with_ending;

const LENGTH: usize = 16;

/// A stamp; zeros where there never was one.
pub(super) type Stamp = [u8; LENGTH];

/// More than so many without the log having been empty once: then it is not known any more.
const MOST: usize = 64;

/// SQLite's header of a log that has nothing in it.
const EMPTY_LOG: u64 = 32;

/// The stamps that are seen through some connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamps {
    now: Stamp,
    /// Those that the file without its log may have; none where that is not known.
    before: Option<Vec<Stamp>>,
}

impl Stamps {
    /// Reads them.
    pub(super) fn read(connection: &Connection) -> Result<Stamps> {
        let before = meta::get(connection, BEFORE_STAMP)?;
        let before = before.map(|bytes| bytes.chunks_exact(LENGTH).filter_map(to_stamp).collect());
        Ok(Stamps { now: now(connection)?, before })
    }

    /// Whether a file that has `alone` without its log belongs to the log through which these are seen; none where nobody can know.
    pub(super) fn belong_to(&self, alone: Stamp) -> Option<bool> {
        if alone == self.now {
            return Some(true);
        }
        self.before.as_ref().map(|before| before.contains(&alone))
    }
}

/// The stamp that is seen through a connection.
pub(super) fn now(connection: &Connection) -> Result<Stamp> {
    Ok(meta::get(connection, STAMP)?.as_deref().and_then(to_stamp).unwrap_or_default())
}

/// Whether there is nothing in the log beside a file.
pub(super) fn log_is_empty(path: &Path) -> bool {
    let length = with_ending(path, "-wal").metadata().map_or(0, |log| log.len());
    length <= EMPTY_LOG
}

/// Stamps the file anew, in a transaction that holds the write lock: the first of a log that was empty when it began, or one before the
/// log is copied into the file.
pub(super) fn renew(connection: &Connection, log_was_empty: bool) -> Result<()> {
    let Stamps { now, before } = Stamps::read(connection)?;
    let before = match (log_was_empty, before) {
        (true, _) => Some(vec![now]),
        (false, Some(before)) if before.len() < MOST => Some([before, vec![now]].concat()),
        (false, _) => None,
    };
    match before {
        Some(before) => meta::put(connection, BEFORE_STAMP, &before.concat())?,
        None => meta::remove(connection, BEFORE_STAMP)?,
    }
    meta::put(connection, STAMP, &crate::random::bytes::<LENGTH>())
}

fn to_stamp(bytes: &[u8]) -> Option<Stamp> {
    bytes.try_into().ok()
}
