//! Is this still the same copy of the file?
//!
//! Two living copies of a replica that write under one actor break every document that both touch, for everybody: their
//! changes carry the same numbers. People copy files, restore backups and clone laptops. So a file remembers *which copy
//! it is*: a nonce that is also kept in a small companion file beside it, together with where the two stand (machine,
//! path, inode). Each opening and each orderly closing draws a new nonce. Where the two files do not agree, or stand
//! elsewhere than when last opened, this is a copy, and it writes under a fresh random actor from now on. Its unsent work
//! stays: those changes are what they are under the old actor, the same in both copies.
//!
//! A fresh actor where none was needed costs some bytes; a shared one costs the documents. When in doubt, fresh.
//!
//! A cloned machine has all of this in two places and shows nothing of it. What both copies then write collides in the
//! relay's log, and there the second is told apart (`replica/sync/identity.rs`).

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use automerge::ActorId;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};

use super::intact::FileMark;
use super::meta::{self, ACTOR, NONCE};
use super::{Result, StoreError, stamp};
use crate::files::{Draft, room, with_ending};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Companion {
    nonce: String,
    place: String,
    /// What the file was when it was last written here (`intact`). Earlier versions did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<FileMark>,
}

/// The actor of this copy; a fresh one where the file is not the copy that was last open here.
pub(super) fn claim(path: &Path, connection: &mut Connection) -> Result<()> {
    open_as(path, connection, is_same_copy)
}

/// The same without looking.
pub(super) fn claim_as_it_is(path: &Path, connection: &mut Connection) -> Result<()> {
    open_as(path, connection, |_, _| Ok(true))
}

/// The actor of this copy.
pub(super) fn actor(connection: &Connection) -> Result<ActorId> {
    let bytes = meta::get(connection, ACTOR)?.filter(|bytes| bytes.len() == 16);
    bytes.map(ActorId::from).ok_or(StoreError::Database(rusqlite::Error::InvalidQuery))
}

/// Gives a file that is being made its actor.
pub(super) fn begin(connection: &Connection) -> Result<()> {
    meta::put(connection, ACTOR, &crate::random::bytes::<16>())
}

fn is_same_copy(path: &Path, connection: &Connection) -> Result<bool> {
    let nonce = meta::get(connection, NONCE)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let companion = read_companion(path);
    Ok(companion
        .is_some_and(|companion| Some(&companion.nonce) == nonce.as_ref() && companion.place == place(path)))
}

/// Makes sure that the file has an actor, a fresh one where it is not the same copy.
fn open_as(
    path: &Path,
    connection: &mut Connection,
    is_same: impl Fn(&Path, &Connection) -> Result<bool>,
) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !is_same(path, &transaction)? || actor(&transaction).is_err() {
        meta::put(&transaction, ACTOR, &crate::random::bytes::<16>())?;
    }
    let fresh = put_fresh_nonce(path, &transaction)?;
    transaction.commit()?;
    // After the commit: a crash between the two makes the next opening take a fresh actor, never an old one.
    write_companion(path, fresh)
}

/// Draws a new nonce as the file is closed, so that a backup made while it was open is known as such when it comes back. What is in the
/// log is copied into the file by `tidy` before it is noted what the file is now.
pub(super) fn release(path: &Path, connection: &Connection, tidy: impl FnOnce()) {
    // Where it fails the next opening takes a fresh actor, which does no harm.
    let drawn = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
        .map_err(StoreError::from)
        .and_then(|transaction| {
            let fresh = put_fresh_nonce(path, &transaction)?;
            transaction.commit()?;
            Ok(fresh)
        });
    tidy();
    if let Ok(fresh) = drawn {
        let _ = write_companion(path, fresh);
    }
}

/// Notes what the file is now that its log was copied into it.
pub(super) fn note_mark(path: &Path) {
    if let Some(Companion { nonce, .. }) = read_companion(path) {
        // Where it fails the file is looked at as a whole when it is opened the next time.
        let _ = write_companion(path, nonce);
    }
}

/// What a file was when it was last written here, as far as an earlier version noted that; none where nothing is known of it, or it
/// stands elsewhere now.
pub(super) fn left(path: &Path) -> Option<Option<FileMark>> {
    read_companion(path).filter(|companion| companion.place == place(path)).map(|companion| companion.mark)
}

/// Whether a replica stood in this place when it was last open.
pub(super) fn stood_here(path: &Path) -> bool {
    left(path).is_some()
}

fn put_fresh_nonce(path: &Path, connection: &Connection) -> Result<String> {
    stamp::renew(connection, stamp::log_is_empty(path))?;
    let fresh = crate::id::RecordId::random().to_string();
    meta::put(connection, NONCE, fresh.as_bytes())?;
    Ok(fresh)
}

fn companion_path(path: &Path) -> PathBuf {
    with_ending(path, "-instance")
}

fn read_companion(path: &Path) -> Option<Companion> {
    serde_json::from_slice(&fs::read(companion_path(path)).ok()?).ok()
}

fn write_companion(path: &Path, nonce: String) -> Result<()> {
    let companion = Companion { nonce, place: place(path), mark: FileMark::of(path) };
    let text = serde_json::to_vec(&companion).unwrap_or_default();
    let target = companion_path(path);
    // Two processes may open the same replica at the same moment: each writes its own. A power cut may leave an empty one, and then the
    // next opening takes a fresh actor.
    let write = || {
        let draft = Draft::file(&target)?;
        draft.open_file().write_all(&text)?;
        draft.replace_at_once(&target)
    };
    write().map_err(|error| match error.kind() {
        _ if room::says_full(&error) => StoreError::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(path.to_owned())
        }
        _ => StoreError::Unusable { path: target.clone(), reason: error.to_string() },
    })
}

/// Where a file stands: on which machine, under which path, as which file of the disk.
fn place(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    format!("{} {} {}", machine.trim(), file_number(&full), full.display())
}

/// Which file of the disk stands there; nothing where there is none.
#[cfg(unix)]
pub(super) fn file_number(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|file| format!("{}:{}", file.dev(), file.ino())).unwrap_or_default()
}

#[cfg(not(unix))]
pub(super) fn file_number(path: &Path) -> String {
    let created = fs::metadata(path).and_then(|file| file.created());
    created.map(|time| format!("{time:?}")).unwrap_or_default()
}
