//! A file or folder that is being made beside the place where it is to stand.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{folder_of, private, sync_folder, with_ending};

/// How the names of drafts begin.
const PREFIX: &str = ".samsyn-";
/// So often another name is tried where one was swept up before it could be locked.
const TRIES: usize = 100;
/// What SQLite and a replica keep beside a file.
const COMPANIONS: [&str; 4] = ["-journal", "-wal", "-shm", "-instance"];

/// A file or folder that is being made: only its owner can read it. Dropped before it was put in place it is taken away.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    /// Locked for as long as this is here.
    held: File,
    is_folder: bool,
    /// It has its name: nothing of it is to be taken away.
    is_in_place: bool,
}

impl Draft {
    /// An empty file in the folder in which `target` is to stand.
    ///
    /// # Errors
    /// Where nothing can be made there.
    pub fn file(target: &Path) -> io::Result<Draft> {
        Draft::make(target, false, private::create_new)
    }

    /// An empty folder in the folder in which `target` is to stand.
    ///
    /// # Errors
    /// Where nothing can be made there.
    pub fn folder(target: &Path) -> io::Result<Draft> {
        Draft::make(target, true, |path| {
            private::make_folder(path)?;
            File::open(path).inspect_err(|_| {
                let _ = fs::remove_dir(path);
            })
        })
    }

    fn make(target: &Path, is_folder: bool, make: impl Fn(&Path) -> io::Result<File>) -> io::Result<Draft> {
        let mut why = io::ErrorKind::ResourceBusy.into();
        for _ in 0..TRIES {
            let path = free_name(target);
            let held = match make(&path) {
                // A folder that was made can be swept up before it is opened. Or where it was to stand is gone, and only seems to be there.
                Err(error) if error.kind() == io::ErrorKind::NotFound && folder_of(target).is_dir() => {
                    why = error;
                    continue;
                }
                made => made?,
            };
            let draft = Draft { held, path, is_folder, is_in_place: false };
            if draft.is_held() {
                return Ok(draft);
            }
        }
        Err(why)
    }

    /// Locks it. Whoever sweeps the folder may have come between: then it is another one's to take away, or gone.
    fn is_held(&self) -> bool {
        // A lock keeps others from writing where it is not only a promise.
        if !cfg!(unix) {
            return true;
        }
        match self.held.try_lock() {
            Ok(()) => is_at(&self.held, &self.path),
            Err(TryLockError::WouldBlock) => false,
            // Some file systems know no locks: what is left there stays.
            Err(TryLockError::Error(_)) => true,
        }
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, open for reading and writing.
    pub fn open_file(&self) -> &File {
        &self.held
    }

    /// Gives it the name of `target`, where nothing has that name.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something has; where the disk does not take it. Then there is nothing of it.
    pub fn put_in_place(mut self, target: &Path) -> io::Result<()> {
        self.sync()?;
        rename_to_free(&self.path, target)?;
        // A name that a power cut may take away again was not given.
        if let Err(error) = sync_folder(folder_of(target)) {
            self.is_in_place = fs::rename(target, &self.path).is_err();
            return Err(error);
        }
        self.is_in_place = true;
        Ok(())
    }

    /// Gives it the name of `target`, in the place of the file that has it.
    ///
    /// # Errors
    /// Where the disk does not take it. Then all is as it was.
    pub fn put_in_the_place_of(mut self, target: &Path) -> io::Result<()> {
        self.sync()?;
        fs::rename(&self.path, target)?;
        self.is_in_place = true;
        sync_folder(folder_of(target))
    }

    /// The same without waiting for the disk: after a power cut the old one may be there, or an empty one.
    ///
    /// # Errors
    /// Where it cannot be renamed. Then all is as it was.
    pub fn replace_at_once(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_in_place = true;
        Ok(())
    }

    /// Changes places with the folder that has the name of `target`; what stood there is taken away. There is no moment without one.
    ///
    /// # Errors
    /// Where that is not possible. Then all is as it was.
    pub fn exchange_with(self, target: &Path) -> io::Result<()> {
        self.sync()?;
        exchange(&self.path, target)?;
        sync_folder(folder_of(target))
    }

    /// Makes durable what is in it.
    ///
    /// # Errors
    /// Where the disk does not take it.
    pub fn sync(&self) -> io::Result<()> {
        // A folder cannot be synced elsewhere than on Unix.
        if self.is_folder && !cfg!(unix) { Ok(()) } else { self.held.sync_all() }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Of a folder that changed places the old one is here now.
        if !self.is_in_place {
            remove(&self.path, self.is_folder);
        }
    }
}

/// Whether a file that is open still has that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |found: fs::Metadata| (found.dev(), found.ino());
    let (open, named) = (file.metadata().map(number), fs::symlink_metadata(path).map(number));
    matches!((open, named), (Ok(open), Ok(named)) if open == named)
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

fn remove(path: &Path, is_folder: bool) {
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    for ending in COMPANIONS.iter().filter(|_| !is_folder) {
        let _ = fs::remove_file(with_ending(path, ending));
    }
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "what was not finished could not be taken away");
        }
        _ => {}
    }
}

/// A name that nothing has or ever had, short enough for every file system.
fn free_name(target: &Path) -> PathBuf {
    // Never out of a simulation's seed: names of files decide nothing.
    let number: u64 = rand::random();
    folder_of(target).join(format!("{PREFIX}{number:016x}"))
}

/// What of a draft's name is the draft's, if it is one.
fn draft_of(name: &str) -> Option<&str> {
    let (draft, companion) = name.split_at_checked(PREFIX.len() + 16)?;
    let number = draft.strip_prefix(PREFIX)?;
    let is_one = number.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    (is_one && (companion.is_empty() || COMPANIONS.contains(&companion))).then_some(draft)
}

/// Takes away the drafts in a folder that nobody makes any more: the program was killed. Says how many.
pub fn sweep(folder: &Path) -> usize {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // Without a promise that nobody holds it nothing is taken away.
    if !cfg!(unix) {
        return 0;
    }
    let mut swept = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(draft) = name.to_str().and_then(draft_of) else { continue };
        let path = folder.join(draft);
        let Ok(kind) = fs::symlink_metadata(&path).map(|found| found.file_type()) else {
            // Beside what was given its name, or taken away.
            let _ = fs::remove_file(folder.join(&name));
            continue;
        };
        if (kind.is_file() || kind.is_dir()) && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            remove(&path, kind.is_dir());
            swept += 1;
        }
    }
    swept
}

#[cfg(target_os = "linux")]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => look_and_rename(from, to),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    look_and_rename(from, to)
}

/// Where the file system cannot do both at once.
fn look_and_rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

#[cfg(target_os = "linux")]
fn exchange(draft: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, draft, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => take_turns(draft, target),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(draft: &Path, target: &Path) -> io::Result<()> {
    take_turns(draft, target)
}

/// Where the file system cannot do it at once: the old folder stands aside under the name of the new one with something added,
/// until that is in its place.
fn take_turns(draft: &Path, target: &Path) -> io::Result<()> {
    let aside = free_name(draft);
    fs::rename(target, &aside)?;
    if let Err(error) = fs::rename(draft, target) {
        fs::rename(&aside, target)?;
        return Err(error);
    }
    fs::remove_dir_all(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by three commands that put a workspace back at once.
    #[test]
    fn a_folder_that_is_swept_up_before_it_is_opened_gets_another_name() {
        let place = tempfile::tempdir().unwrap();
        let tries = std::cell::Cell::new(0);
        let make = |path: &Path| {
            private::make_folder(path)?;
            tries.set(tries.get() + 1);
            if tries.get() == 1 {
                assert_eq!(sweep(place.path()), 1);
            }
            File::open(path)
        };
        let draft = Draft::make(&place.path().join("a"), true, make).unwrap();
        assert!(draft.path().is_dir() && tries.get() == 2);
        let nowhere = place.path().join("none/a");
        assert_eq!(Draft::folder(&nowhere).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_draft_has_its_name_as_a_whole_or_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("a");
        let draft = Draft::file(&target).unwrap();
        fs::write(with_ending(draft.path(), "-journal"), "x").unwrap();
        drop(draft);
        assert_eq!(names(place.path()), Vec::<String>::new());
        let draft = Draft::file(&target).unwrap();
        fs::write(draft.path(), "one").unwrap();
        draft.put_in_place(&target).unwrap();
        let second = Draft::file(&target).unwrap();
        assert_eq!(second.put_in_place(&target).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (names(place.path()), fs::read(&target).unwrap()),
            (vec!["a".to_owned()], b"one".to_vec())
        );
        let third = Draft::file(&target).unwrap();
        fs::write(third.path(), "three").unwrap();
        third.put_in_the_place_of(&target).unwrap();
        assert_eq!(
            (names(place.path()), fs::read(&target).unwrap()),
            (vec!["a".to_owned()], b"three".to_vec())
        );
    }

    #[test]
    fn folders_change_places() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("a");
        let make = |name: &str| {
            let draft = Draft::folder(&target).unwrap();
            fs::write(draft.path().join(name), name).unwrap();
            draft
        };
        make("one").put_in_place(&target).unwrap();
        make("two").exchange_with(&target).unwrap();
        assert_eq!((names(place.path()), names(&target)), (vec!["a".to_owned()], vec!["two".to_owned()]));
        let draft = make("three");
        take_turns(draft.path(), &target).unwrap();
        drop(draft);
        assert_eq!((names(place.path()), names(&target)), (vec!["a".to_owned()], vec!["three".to_owned()]));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_program_left_is_swept_up_and_what_is_being_made_is_not() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("a");
        let alive = Draft::file(&target).unwrap();
        for left in
            [".samsyn-0123456789abcdef", ".samsyn-0123456789abcdef-wal", ".samsyn-00000000000000aa-shm"]
        {
            fs::write(place.path().join(left), "x").unwrap();
        }
        let folder = place.path().join(".samsyn-00000000000000bb");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("file"), "x").unwrap();
        let theirs = [
            ".samsyn-0123456789ABCDEF",
            ".samsyn-1",
            ".samsyn-0123456789abcdef.txt",
            "samsyn-0123456789abcdef",
        ];
        theirs.iter().for_each(|name| fs::write(place.path().join(name), "x").unwrap());
        assert_eq!(sweep(place.path()), 2);
        let mut left: Vec<String> = theirs.iter().map(|name| (*name).to_owned()).collect();
        left.push(alive.path().file_name().unwrap().to_str().unwrap().to_owned());
        left.sort();
        assert_eq!(names(place.path()), left);
        drop(alive);
        assert_eq!(names(place.path()).len(), theirs.len());
    }
}
