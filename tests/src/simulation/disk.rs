//! What is on the disk when the power goes.
//!
//! SQLite appends a transaction to its write-ahead log and syncs it; only then is the transaction durable. From time to time
//! it copies what stands in the log into the database file (a checkpoint), syncs that, and begins the log anew from its
//! start, over what stood there. So a crash leaves one of these, which are made here from two pictures of the files, one
//! from before an operation and one from after it:
//!
//! - the log went on: the database file as it was, and the log up to *any* byte behind the last synced one, the rest missing
//!   or, because disks write in blocks, garbage;
//! - the log was begun anew: the same, with the old log behind the cut;
//! - it was copied into the database: *any* of the sectors that differ old or new, and the whole log, which makes up for it.
//!
//! What is both at once (a checkpoint, and a log begun anew behind it) is taken as it is after the operation.

use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

/// So long is the header of a log, in bytes.
const HEADER: usize = 32;

/// So long is a frame of it: a header and a page of the size that SQLite takes by itself.
const FRAME: usize = 24 + 4096;

/// A disk writes this much at once, in bytes.
const SECTOR: usize = 512;

/// The files of a database, and what lies beside it.
#[derive(Debug, Clone)]
pub(super) struct Image {
    path: PathBuf,
    database: Vec<u8>,
    log: Vec<u8>,
    companion: Option<Vec<u8>>,
}

impl Image {
    /// A picture of the files as they are.
    pub(super) fn of(path: &Path) -> Image {
        Image {
            path: path.to_owned(),
            database: fs::read(path).expect("a database has a file"),
            log: fs::read(beside(path, "-wal")).unwrap_or_default(),
            companion: fs::read(beside(path, "-instance")).ok(),
        }
    }

    /// What a crash leaves that came between this picture and `after`; and whether all of `after` is in it.
    pub(super) fn torn(&self, after: Image, dice: &mut StdRng) -> (Image, bool) {
        // The header of a log that is begun anew is another (SQLite's file format, section 4.1).
        let same_log = self.log.len() >= HEADER && after.log.starts_with(&self.log[..HEADER]);
        match after.database == self.database {
            true if after.log == self.log => (after, true),
            true => self.torn_log(after, dice),
            false if same_log => (self.torn_checkpoint(after, dice), true),
            false => (after, true),
        }
    }

    /// The log was being written, from the first byte on that is another.
    fn torn_log(&self, after: Image, dice: &mut StdRng) -> (Image, bool) {
        let differs = |place: &usize| self.log.get(*place) != after.log.get(*place);
        let first = (0..after.log.len()).find(differs).unwrap_or(after.log.len());
        let last = (first..after.log.len()).rev().find(differs).unwrap_or(first);
        // Up to frames: which bytes of a frame differ is chance, its salts are. A seed has to take the same way again.
        let (synced, written) = (frame_around(first).0, frame_around(last).1.min(after.log.len()));
        let cut = dice.random_range(synced..=written);
        let mut log = after.log;
        log.truncate(cut);
        if dice.random_bool(0.5) {
            log.resize(written, 0);
            dice.fill_bytes(&mut log[cut..]);
        }
        // Where the log was begun anew what stood there before still does.
        log.extend(self.log.get(log.len()..).unwrap_or_default());
        (Image { log, ..self.clone() }, cut > last)
    }

    /// The log was being copied into the database.
    fn torn_checkpoint(&self, after: Image, dice: &mut StdRng) -> Image {
        let length = dice.random_range(self.database.len()..=after.database.len().max(self.database.len()));
        let mut database = self.database.clone();
        database.resize(length, 0);
        for (old, new) in database.chunks_mut(SECTOR).zip(after.database.chunks(SECTOR)) {
            if dice.random_bool(0.5) {
                let length = old.len().min(new.len());
                old[..length].copy_from_slice(&new[..length]);
            }
        }
        Image { database, ..after }
    }

    /// Puts the files back as they are in the picture. The database file itself is written over, not replaced: the disk
    /// is still the same one.
    pub(super) fn restore(&self) {
        self.write(&self.path);
    }

    /// Puts a copy of the files elsewhere, as somebody does who copies all that belongs to a database.
    pub(super) fn copy_to(&self, path: &Path) {
        self.write(path);
    }

    fn write(&self, path: &Path) {
        let _ = fs::remove_file(beside(path, "-shm"));
        fs::write(path, &self.database).expect("a file can be written");
        put(&beside(path, "-wal"), (!self.log.is_empty()).then_some(&self.log));
        put(&beside(path, "-instance"), self.companion.as_ref());
    }
}

/// Where the part of a log that a byte is in begins and ends: its header, or a frame.
fn frame_around(place: usize) -> (usize, usize) {
    match place.checked_sub(HEADER) {
        None => (0, HEADER),
        Some(behind) => {
            let start = HEADER + behind / FRAME * FRAME;
            (start, start + FRAME)
        }
    }
}

/// Has SQLite copy its log into the database file, as it does from time to time by itself.
pub(super) fn checkpoint(path: &Path) {
    let connection = rusqlite::Connection::open(path).expect("a database can be opened");
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    done.expect("a database can be checkpointed");
}

/// Of which record something was kept apart in a replica, and why.
pub(super) fn kept_apart(path: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(path).expect("a database can be opened");
    let mut select = connection
        .prepare("SELECT hex(record), code || ': ' || reason FROM quarantine")
        .expect("a replica has the table");
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("it can be read");
    rows.map(|row| row.expect("it can be read")).collect()
}

fn put(path: &Path, content: Option<&Vec<u8>>) {
    match content {
        Some(content) => fs::write(path, content).expect("a file can be written"),
        None => drop(fs::remove_file(path)),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
