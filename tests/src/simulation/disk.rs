//! What is on the disk when the power goes.
//!
//! SQLite appends a transaction to its write-ahead log and syncs it; only then is the transaction durable. So a file as a
//! crash leaves it is the database file together with the log up to *any* byte behind the last synced one, the rest
//! missing or, because disks write in blocks, garbage. That is made here from two pictures of the files, one from
//! before an operation and one from after it. Where the operation moved the log into the database (a checkpoint, which
//! SQLite does after a commit and syncs on its own), only the picture from after it is a state that a disk can be in.

use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

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
        let grown = after.log.len() > self.log.len() && after.log.starts_with(&self.log);
        if after.database != self.database || !grown {
            return (after, true);
        }
        let cut = dice.random_range(self.log.len()..=after.log.len());
        let whole = cut == after.log.len();
        let mut log = after.log;
        if dice.random_bool(0.5) && !whole {
            dice.fill_bytes(&mut log[cut..]);
        } else {
            log.truncate(cut);
        }
        (Image { log, ..self.clone() }, whole)
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
