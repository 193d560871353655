//! Looking into a file that may be a database which is open in this very process.
//!
//! SQLite locks a file with POSIX locks, and these have a trap: a process that closes *any* descriptor of a file gives up *all* its
//! locks on it (SQLite's manual, "How To Corrupt An SQLite Database File", 2.2). Somebody else's program then takes itself for the only
//! one, and as it closes it takes the write-ahead log away from under the window that still writes to it. So what is looked into here
//! is closed only where this process cannot have it open by SQLite; else its descriptor stays, and is used again.
//!
//! ```text
//!  a database is about to be opened ──▶ `will_open` notes which file of the disk that is
//!  a look into a file ends ──▶ noted, or what SQLite keeps beside a noted one? ── yes ──▶ its descriptor is kept
//!                                                                             └── no ──▶ closed
//! ```
//!
//! What was noted stays so, for how long SQLite keeps a file open is for SQLite to know. A process opens few databases, so few
//! descriptors are kept; and what nobody can reach by a name any more is let go of.

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

/// Notes that this process opens a database by SQLite from now on. To be called before it does.
pub fn will_open(database: &Path) {
    kept::will_open(database);
}

#[cfg(unix)]
impl Read for Peek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::unix::fs::FileExt::read_at(self.file.file(), buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
mod kept {
    use std::collections::HashMap;
    use std::fs::{File, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Path, PathBuf};
    use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

    use crate::files::with_ending;

    /// Which file of the disk: its device and its number there.
    type Which = (u64, u64);

    /// What SQLite locks or keeps open beside a database.
    const BESIDE: [&str; 3] = ["-shm", "-wal", "-journal"];

    #[derive(Default)]
    struct Registry {
        databases: HashMap<Which, PathBuf>,
        kept: Vec<File>,
    }

    static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

    fn registry() -> MutexGuard<'static, Registry> {
        REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn which(found: &Metadata) -> Which {
        (found.dev(), found.ino())
    }

    pub(super) fn will_open(database: &Path) {
        let Ok(found) = std::fs::metadata(database) else { return };
        let path = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        registry().databases.insert(which(&found), path);
    }

    impl Registry {
        fn may_be_open(&self, file: Which) -> bool {
            let is_beside = |database: &PathBuf| {
                let mut beside = BESIDE.iter().map(|ending| std::fs::metadata(with_ending(database, ending)));
                beside.any(|found| found.is_ok_and(|found| which(&found) == file))
            };
            self.databases.contains_key(&file) || self.databases.values().any(is_beside)
        }

        /// A kept descriptor of a file. Those of files that are gone are closed.
        fn take(&mut self, file: Which) -> Option<File> {
            self.kept.retain(|kept| kept.metadata().is_ok_and(|found| found.nlink() > 0));
            let at =
                self.kept.iter().position(|kept| kept.metadata().is_ok_and(|found| which(&found) == file))?;
            Some(self.kept.swap_remove(at))
        }
    }

    /// A descriptor that is closed only where that gives up no locks.
    #[derive(Debug)]
    pub(super) struct Kept(Option<File>);

    impl Kept {
        pub(super) fn file(&self) -> &File {
            self.0.as_ref().expect("it is there until it is dropped")
        }
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            let Some(file) = self.0.take() else { return };
            // Until it is closed, nobody can begin to open it as a database.
            let mut registry = registry();
            let may_be_open = file.metadata().is_ok_and(|found| registry.may_be_open(which(&found)));
            if may_be_open {
                registry.kept.push(file);
            } else {
                drop(file);
            }
        }
    }

    pub(super) fn open(path: &Path) -> io::Result<Kept> {
        let found = std::fs::metadata(path)?;
        let kept = registry().take(which(&found));
        Ok(Kept(Some(kept.map_or_else(|| File::open(path), Ok)?)))
    }
}

/// Elsewhere locks are the descriptor's.
#[cfg(not(unix))]
mod kept {
    pub(super) type Kept = std::fs::File;

    pub(super) fn open(path: &std::path::Path) -> std::io::Result<Kept> {
        std::fs::File::open(path)
    }

    pub(super) fn will_open(_: &std::path::Path) {}
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

    /// What this process has open in a folder.
    fn descriptors(folder: &Path) -> usize {
        let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
        open.filter(|open| fs::read_link(open.path()).is_ok_and(|file| file.starts_with(folder))).count()
    }

    #[test]
    fn however_many_other_files_are_looked_at_what_is_open_stays_locked() {
        let place = tempfile::tempdir().unwrap();
        let new =
            NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
        let path = place.path().join("a.samsyn");
        let mut replica = Replica::create_with(&path, None, &new, "Åsa").unwrap();
        replica.create_record(&NewRecord::new(&CONTACT)).unwrap();
        let others = place.path().join("others");
        fs::create_dir(&others).unwrap();
        look_at(&path).unwrap();
        fs::hard_link(with_ending(&path, "-shm"), place.path().join("index")).unwrap();
        for number in 0..200 {
            let other = others.join(number.to_string());
            fs::write(&other, "SQLite format 3\0, or not").unwrap();
            look_at(&other).unwrap();
        }
        look_at(&path).unwrap();
        look_at(&place.path().join("index")).unwrap();
        assert!(is_locked(&path));
        // A file may have the number on the disk that a database of another test had, which is gone.
        assert!(descriptors(&others) < 50, "what no database of this process is is closed");
        let beside = descriptors(place.path());
        (0..10).for_each(|_| assert!(look_at(&path).unwrap().is_some()));
        assert_eq!(descriptors(place.path()), beside, "a descriptor that is kept is used again");
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
