//! Looking into a file that may be a database which is open in this very process.
//!
//! SQLite locks a file with POSIX locks, and these have a trap: a process that closes *any* descriptor of a file gives up *all* its
//! locks on it (SQLite's manual, "How To Corrupt An SQLite Database File", 2.2). Somebody else's program then takes itself for the only
//! one, and as it closes it takes the write-ahead log away from under the window that still writes to it. So what is looked into here
//! is not closed: its descriptor stays, and is used again.
//!
//! ```text
//!  a path ──stat──▶ which file of the disk ──▶ looked into before? ── yes ──▶ read by the same descriptor
//!                                                  └── no ──▶ opened, and kept
//! ```
//!
//! What nobody can reach by a name any more is let go of.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// A file that is read from its beginning.
#[derive(Debug)]
pub struct Peek {
    file: kept::Kept,
    at: u64,
}

impl Peek {
    /// Begins to read a file. Of what is none, as a folder or a device, there is nothing to be read.
    ///
    /// # Errors
    /// Where there is nothing, or it cannot be read.
    pub fn at(path: &Path) -> io::Result<Option<Peek>> {
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        Ok(Some(Peek { file: kept::open(path)?, at: 0 }))
    }
}

/// What a file begins with, and no more than so many bytes of it; nothing where it is no file.
///
/// # Errors
/// Where there is nothing, or it cannot be read.
pub fn beginning(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(peek) = Peek::at(path)? {
        peek.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Copies a file into another one, which is there.
///
/// # Errors
/// Where the one cannot be read, or the other not be written.
pub fn copy(from: &Path, to: &mut File) -> io::Result<()> {
    let mut peek = Peek::at(from)?.ok_or(io::ErrorKind::InvalidInput)?;
    io::copy(&mut peek, to).map(drop)
}

#[cfg(unix)]
impl Read for Peek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
mod kept {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;
    use std::sync::{Arc, Mutex, PoisonError};

    pub(super) type Kept = Arc<File>;

    /// So many are kept; then the one that was opened first goes. A process has a few databases open at once, and no more.
    const MOST: usize = 64;

    static ALL: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

    pub(super) fn open(path: &Path) -> io::Result<Kept> {
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|file| file.metadata().is_ok_and(|found| found.nlink() > 0));
        let which = std::fs::metadata(path)?;
        let known = all.iter().find(|file| {
            file.metadata().is_ok_and(|found| (found.dev(), found.ino()) == (which.dev(), which.ino()))
        });
        if let Some(known) = known {
            return Ok(Arc::clone(known));
        }
        let file = Arc::new(File::open(path)?);
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(Arc::clone(&file));
        Ok(file)
    }
}

/// Elsewhere locks are the descriptor's.
#[cfg(not(unix))]
mod kept {
    pub(super) type Kept = std::fs::File;

    pub(super) fn open(path: &std::path::Path) -> std::io::Result<Kept> {
        std::fs::File::open(path)
    }
}

#[cfg(not(unix))]
impl Read for Peek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::files::{encrypted_beginning, is_backup, look_at, with_ending};
    use crate::identity::WorkspaceId;
    use crate::replica::Replica;
    use crate::schema::NewRecord;
    use crate::schema::kinds::CONTACT;
    use crate::store::{FileKey, NewReplica, key_needed};

    /// Where in a file SQLite's shared lock begins: its manual, "File Locking And Concurrency".
    const SHARED: u64 = 0x4000_0002;

    /// Whether this process has a file locked, as others see it.
    fn is_locked(path: &Path) -> bool {
        let file = format!(":{}", fs::metadata(path).unwrap().ino());
        let ours = std::process::id().to_string();
        fs::read_to_string("/proc/locks").unwrap().lines().any(|line| {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let [.., process, place, from, _] = parts[..] else { return false };
            process == ours && place.ends_with(&file) && from == SHARED.to_string()
        })
    }

    #[test]
    fn a_file_that_is_open_stays_locked_whatever_else_looks_at_it() {
        let place = tempfile::tempdir().unwrap();
        let new =
            NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
        for key in [None, Some(FileKey::random())] {
            let path = place.path().join(if key.is_some() { "a.samsyn" } else { "b.samsyn" });
            let mut replica = Replica::create_with(&path, key.as_ref(), &new, "Åsa").unwrap();
            replica.create_record(&NewRecord::new(&CONTACT)).unwrap();
            assert!(is_locked(&path), "while it is open");
            let looks: [(&str, &dyn Fn()); 8] = [
                ("which key", &|| assert_eq!(key_needed(&path).unwrap().is_some(), key.is_some())),
                ("how it begins", &|| {
                    assert_eq!(encrypted_beginning(&path).unwrap().is_some(), key.is_some())
                }),
                ("whether it is a backup", &|| assert!(!is_backup(&path).unwrap())),
                ("whether it may be written over", &|| assert!(look_at(&path).unwrap().is_some())),
                ("what lies beside it", &|| assert!(look_at(&with_ending(&path, "-shm")).unwrap().is_some())),
                ("another thread of the window", &|| drop(Replica::open_with(&path, key.as_ref()).unwrap())),
                ("whoever only reads", &|| drop(Replica::open_to_read(&path, key.as_ref()).unwrap())),
                ("a copy of it", &|| {
                    let mut copy = File::create(place.path().join("copy")).unwrap();
                    super::copy(&path, &mut copy).unwrap();
                }),
            ];
            for (name, look) in looks {
                look();
                assert!(is_locked(&path), "{name}, encrypted: {}", key.is_some());
            }
        }
    }

    #[test]
    fn what_is_put_in_the_place_of_a_file_is_read_and_what_is_no_file_is_not() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a");
        fs::write(&path, "one").unwrap();
        assert_eq!(beginning(&path, 2).unwrap(), b"on");
        fs::write(&path, "three").unwrap();
        assert_eq!(beginning(&path, 100).unwrap(), b"three", "the same file, with something else in it");
        fs::write(place.path().join("b"), "two").unwrap();
        fs::rename(place.path().join("b"), &path).unwrap();
        assert_eq!(beginning(&path, 100).unwrap(), b"two");
        assert_eq!(beginning(place.path(), 100).unwrap(), b"");
        assert_eq!(beginning(&place.path().join("c"), 1).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
