//! Putting a backup in the place of a replica, so that nothing of what is there is lost, and nothing is there that is half of one and half
//! of the other.
//!
//! ```text
//!  what is there     its log goes into it (where it can be opened) ─▶ gets a second name ─▶ loses the first to the backup
//!  killed anywhere   the name stands for the one or the other; a log that is not the file's own is seen when it is opened (`store::intact`)
//! ```
//!
//! What is put back has nothing beside it by which it would be taken for the copy that was here: so it writes under an actor of its own
//! from its first opening on (`store::instance`, decision 0009).

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{BackupError, container, is_backup};
use crate::files::{folder_of, room, sync_folder, with_ending};
use crate::store::{About, FileKey, Held, Store, StoreError};

/// What lies beside a replica, but for its log.
const BESIDE: [&str; 3] = ["-shm", "-instance", "-journal"];

/// What came of putting a backup back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Under which name lies what was there before; none where nothing was.
    pub kept: Option<PathBuf>,
    /// How many changes are in that and neither in the backup nor known to be with the relay; none where it could not be opened.
    pub only_there: Option<u64>,
}

/// A copy that was taken out of a backup, and what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Prepared<'a> {
    /// The copy, and its key.
    pub held: Held<'a>,
    /// What is in it.
    pub about: &'a About,
}

/// Takes the replica out of a backup and looks at every part of it. A file that somebody has copied themselves will do as well, with the
/// log beside it, where there is one. `draft` is an empty file in the folder where the replica is to stand.
///
/// # Errors
/// Where it is no backup, damaged, or cannot be read or written. Nothing but the draft was touched.
pub fn prepare(backup: &Path, draft: &Path, key: Option<&FileKey>) -> Result<About, BackupError> {
    let unusable = |reason| match room::says_full(&reason) {
        true => BackupError::Store(StoreError::Full),
        false => BackupError::File { path: draft.to_owned(), reason },
    };
    if is_backup(backup).map_err(|reason| BackupError::File { path: backup.to_owned(), reason })? {
        let mut replica = File::options().write(true).truncate(true).open(draft).map_err(unusable)?;
        container::unpack(backup, &mut replica)?;
        replica.sync_all().map_err(unusable)?;
    } else {
        Store::copy_of_copy(backup, draft, key)?;
    }
    Ok(Store::examine(draft, key)?)
}

/// Puts what was prepared in its place. What is there gets another name, with `moment` in it; `key` is that of what is there, where it is
/// at hand.
///
/// # Errors
/// [`StoreError::Busy`] where somebody has it open, [`BackupError::AnotherWorkspace`] where it is not the same workspace. Then all is
/// as it was.
pub fn put_in_place(
    prepared: Prepared<'_>,
    target: &Path,
    (key, moment): (Option<&FileKey>, &str),
) -> Result<Restored, BackupError> {
    let draft = prepared.held.0;
    let target = &fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let unusable = |reason| match room::says_full(&reason) {
        true => BackupError::Store(StoreError::Full),
        false => BackupError::File { path: target.clone(), reason },
    };
    if fs::symlink_metadata(target).is_err() {
        take_away_beside(target, &["-wal", "-shm", "-instance", "-journal"]).map_err(unusable)?;
        fs::rename(draft, target).and_then(|()| sync_folder(folder_of(target))).map_err(unusable)?;
        return Ok(Restored { kept: None, only_there: None });
    }
    let only_there = look_at_what_is_there(prepared, target, key)?;
    let kept = free_name(target, moment);
    let second_name = fs::hard_link(target, &kept).or_else(|_| fs::copy(target, &kept).map(drop));
    second_name.map_err(unusable)?;
    let exchanged = move_log(target, &kept).and_then(|()| fs::rename(draft, target));
    if let Err(error) = exchanged {
        let _ = move_log(&kept, target);
        let _ = fs::remove_file(&kept);
        return Err(unusable(error));
    }
    take_away_beside(target, &BESIDE).and_then(|()| sync_folder(folder_of(target))).map_err(unusable)?;
    Ok(Restored { kept: Some(kept), only_there })
}

/// Says how much of what is there is nowhere else, and has it in one file. What cannot be opened stays as it is, with its log.
fn look_at_what_is_there(
    prepared: Prepared<'_>,
    target: &Path,
    key: Option<&FileKey>,
) -> Result<Option<u64>, BackupError> {
    if Store::is_in_use(target) {
        return Err(StoreError::Busy.into());
    }
    match Store::look_into(target, key) {
        Ok(there) if there.workspace != prepared.about.workspace => {
            let workspace = there.workspace_name;
            return Err(BackupError::AnotherWorkspace { path: target.to_owned(), workspace });
        }
        Ok(_) => {}
        Err(_) => return Ok(None),
    }
    match Store::only_in(target, key, prepared.held) {
        Ok(only_there) => Ok(Some(only_there)),
        Err(StoreError::Busy) => Err(StoreError::Busy.into()),
        Err(_) => Ok(None),
    }
}

/// A log goes where its file goes.
fn move_log(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(with_ending(from, "-wal"), with_ending(to, "-wal")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn take_away_beside(path: &Path, endings: &[&str]) -> io::Result<()> {
    for ending in endings {
        match fs::remove_file(with_ending(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A name beside a file that nothing has.
fn free_name(target: &Path, moment: &str) -> PathBuf {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending =
        target.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let name = |number: u32| {
        let number = if number == 0 { String::new() } else { format!("-{number}") };
        target.with_file_name(format!("{stem}-replaced-{moment}{number}{ending}"))
    };
    (0..u32::MAX).map(name).find(|name| fs::symlink_metadata(name).is_err()).unwrap_or_else(|| name(u32::MAX))
}
