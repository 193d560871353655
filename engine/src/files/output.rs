//! What is written to a path that a person names.
//!
//! ```text
//!  begin ── refuses ──▶ what it is made from, a replica, a log, a key; what is there and was not to be replaced
//!    │
//!    ▼
//!  a draft beside it ── written ── finish: synced, given its name ──▶ there as a whole
//!                          └── dropped, failed, killed: what stood there before stands there still
//! ```

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::precious::{Precious, look_at};
use super::{Draft, draft, folder_of, private, room, with_ending};

/// What is done with a file that stands where something is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// It stays, and nothing is written.
    #[default]
    Keep,
    /// It is replaced: a person said so.
    Replace,
}

/// Why nothing was written. What stood there before stands there still.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Something is there.
    #[error("{0} is there already: choose another name")]
    Exists(PathBuf),
    /// It is a pipe or a device, into which nothing is put as a whole.
    #[error("{0} is a pipe or a device, and no file: choose another name")]
    NotAFile(PathBuf),
    /// It would be written over what it is made from.
    #[error("{0} is what would be read from: choose another name")]
    Itself(PathBuf),
    /// What is there must not be written over.
    #[error("{path} is {}: it was left as it is; choose another name", .what.in_words())]
    Precious {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: Precious,
    },
    /// It is a folder where a file is to be written.
    #[error("{0} is a folder: name a file in it")]
    IsAFolder(PathBuf),
    /// It is no folder where one is to be written, or one with something else in it.
    #[error("{0} has something else in it than an earlier export: name a folder that is not there yet")]
    NotAnExport(PathBuf),
    /// The folder in which it is to stand is not there.
    #[error("there is no folder {0}: make it first, or choose another place")]
    NoFolder(PathBuf),
    /// There is no room.
    #[error("the disk is full: {path} was not written{}; make room on that disk, or choose another one", in_words(*.free))]
    Full {
        /// Which file.
        path: PathBuf,
        /// How much is free, in bytes, where the system says.
        free: Option<u64>,
    },
    /// Nothing can be written there.
    #[error("{path} cannot be written to, it is read-only for you ({reason}): choose another place")]
    ReadOnly {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
    /// Something else.
    #[error("{path} cannot be written: {reason}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
}

impl Precious {
    fn in_words(self) -> &'static str {
        match self {
            Precious::Replica => "a Samsyn replica",
            Precious::Encrypted => "an encrypted Samsyn replica, or cannot be told from one",
            Precious::Log => "a relay's log",
            Precious::Companion => "part of a replica, a log or another database",
            Precious::Backup => "a backup of a replica",
            Precious::Database => "a database",
            Precious::Key => "a key",
            Precious::RelayData => "part of a relay's data",
        }
    }
}

fn in_words(free: Option<u64>) -> String {
    free.map_or(String::new(), |free| format!(" ({} kB are free)", free / 1_000))
}

impl OutputError {
    /// Why something could not be written there.
    pub fn file(path: &Path, reason: io::Error) -> OutputError {
        let path = path.to_owned();
        match reason.kind() {
            io::ErrorKind::AlreadyExists => OutputError::Exists(path),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                OutputError::ReadOnly { path, reason }
            }
            _ if room::says_full(&reason) => OutputError::Full { free: room::free(&path), path },
            _ => OutputError::File { path, reason },
        }
    }
}

/// A file that is being written. Only its owner can read it.
#[derive(Debug)]
pub struct Output {
    target: PathBuf,
    existing: Existing,
    draft: Draft,
}

impl Output {
    /// Begins to write a file that is made from `source`, if it is made from a file.
    ///
    /// # Errors
    /// Where it must not be written there, or cannot. Nothing is there then that was not before.
    pub fn begin(target: &Path, source: Option<&Path>, existing: Existing) -> Result<Output, OutputError> {
        Output::begin_over(target, source, (existing, None))
    }

    /// The same, where the file that is replaced may be of this kind: a backup may take the place of an earlier one, and nothing else
    /// may.
    ///
    /// # Errors
    /// As [`Output::begin`].
    pub fn begin_over(
        target: &Path,
        source: Option<&Path>,
        (existing, kind): (Existing, Option<Precious>),
    ) -> Result<Output, OutputError> {
        // Through links, so that what is looked at is what would be replaced.
        let target = &fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        if target.is_dir() {
            return Err(OutputError::IsAFolder(target.to_owned()));
        }
        if is_pipe(target) {
            return Err(OutputError::NotAFile(target.to_owned()));
        }
        refuse_treasure(target, source, kind)?;
        if existing == Existing::Keep && fs::symlink_metadata(target).is_ok() {
            return Err(OutputError::Exists(target.to_owned()));
        }
        let draft = begin_draft(target, Draft::file)?;
        Ok(Output { target: target.to_owned(), existing, draft })
    }

    /// Where it is being written: an empty file, for what writes its files by itself, such as SQLite.
    pub fn draft(&self) -> &Path {
        self.draft.path()
    }

    /// Makes durable what was written, before it has its name.
    ///
    /// # Errors
    /// Where the disk does not take it.
    pub fn sync(&self) -> Result<(), OutputError> {
        self.draft.sync().map_err(|error| OutputError::file(&self.target, error))
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// Where the disk does not take it. What stood there before stands there still.
    pub fn finish(self) -> Result<(), OutputError> {
        let Output { target, existing, draft } = self;
        let put = match existing {
            Existing::Keep => draft.put_in_place(&target),
            Existing::Replace => draft.put_in_the_place_of(&target),
        };
        put.map_err(|error| OutputError::file(&target, error))
    }

    /// Why a part of it could not be written.
    pub fn failed(&self, error: io::Error) -> OutputError {
        OutputError::file(&self.target, error)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.draft.open_file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written from its beginning to its end: to a file, or into a pipe, in which nothing stands that could be lost.
#[derive(Debug)]
pub enum Stream {
    /// A file.
    File(Output),
    /// A pipe or a terminal, and its name.
    Pipe(File, PathBuf),
}

impl Stream {
    /// Begins to write.
    ///
    /// # Errors
    /// As [`Output::begin`].
    pub fn begin(target: &Path, source: Option<&Path>, existing: Existing) -> Result<Stream, OutputError> {
        if !is_pipe(target) {
            return Ok(Stream::File(Output::begin(target, source, existing)?));
        }
        let pipe = private::options().open(target).map_err(|error| OutputError::file(target, error))?;
        Ok(Stream::Pipe(pipe, target.to_owned()))
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(self) -> Result<(), OutputError> {
        match self {
            Stream::File(output) => output.finish(),
            Stream::Pipe(..) => Ok(()),
        }
    }

    /// Why a part of it could not be written.
    pub fn failed(&self, error: io::Error) -> OutputError {
        match self {
            Stream::File(output) => output.failed(error),
            Stream::Pipe(_, name) => OutputError::file(name, error),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::File(output) => output.write(bytes),
            Stream::Pipe(pipe, _) => pipe.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether something is there that is neither a file nor a folder.
fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// A folder with folders of files in it that is being written.
#[derive(Debug)]
pub struct FolderOutput {
    target: PathBuf,
    replaces: Replaces,
    draft: Draft,
}

/// What stands where a folder is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Replaces {
    Nothing,
    Empty,
    AnExport,
}

impl FolderOutput {
    /// Begins to write a folder that is made from `source`. One that is there may be empty; one that has nothing in it but folders
    /// of files with this ending is an earlier one, and may be replaced.
    ///
    /// # Errors
    /// Where it must not be written there, or cannot. Nothing is there then that was not before.
    pub fn begin(
        target: &Path,
        source: Option<&Path>,
        (existing, ending): (Existing, &str),
    ) -> Result<FolderOutput, OutputError> {
        let target = &fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        refuse_treasure(target, source, None)?;
        let failed = |error| OutputError::file(target, error);
        let replaces = match fs::symlink_metadata(target) {
            Err(_) => Replaces::Nothing,
            Ok(found) if !found.is_dir() => return Err(OutputError::NotAnExport(target.to_owned())),
            Ok(_) if is_empty(target).map_err(failed)? => Replaces::Empty,
            Ok(_) if !is_export(target, ending).map_err(failed)? => {
                return Err(OutputError::NotAnExport(target.to_owned()));
            }
            Ok(_) if existing == Existing::Keep => return Err(OutputError::Exists(target.to_owned())),
            Ok(_) => Replaces::AnExport,
        };
        let draft = begin_draft(target, Draft::folder)?;
        Ok(FolderOutput { target: target.to_owned(), replaces, draft })
    }

    /// Writes a file into a folder in it.
    ///
    /// # Errors
    /// Where the disk does not take it.
    pub fn write(&self, folder: &str, name: &str, content: &[u8]) -> Result<(), OutputError> {
        let place = self.draft.path().join(folder);
        let write = || {
            private::make_folders(&place)?;
            let mut file = private::create_new(&place.join(name))?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(|error| OutputError::file(&self.target, error))
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// Where the disk does not take it. What stood there before stands there still.
    pub fn finish(self) -> Result<(), OutputError> {
        let FolderOutput { target, replaces, draft } = self;
        let put = sync_below(draft.path()).and_then(|()| match replaces {
            Replaces::Nothing => draft.put_in_place(&target),
            // A folder takes the place of one that is still empty, and of no other.
            Replaces::Empty => draft.put_in_the_place_of(&target),
            Replaces::AnExport => draft.exchange_with(&target),
        });
        put.map_err(|error| OutputError::file(&target, error))
    }
}

/// Makes a draft; takes away before it what programs that were killed have left there.
fn begin_draft(target: &Path, make: impl Fn(&Path) -> io::Result<Draft>) -> Result<Draft, OutputError> {
    let folder = folder_of(target);
    if !folder.is_dir() {
        return Err(OutputError::NoFolder(folder.to_owned()));
    }
    draft::sweep(folder);
    make(target).map_err(|error| OutputError::file(target, error))
}

fn refuse_treasure(target: &Path, source: Option<&Path>, but: Option<Precious>) -> Result<(), OutputError> {
    if let Some(source) = source {
        let parts = ["", "-wal", "-shm", "-journal", "-instance"].map(|ending| with_ending(source, ending));
        if parts.iter().any(|part| is_same_file(part, target)) {
            return Err(OutputError::Itself(target.to_owned()));
        }
    }
    match look_at(target) {
        Ok(None) => Ok(()),
        Ok(found) if found == but => Ok(()),
        Ok(Some(what)) => Err(OutputError::Precious { path: target.to_owned(), what }),
        Err(error) => Err(OutputError::file(target, error)),
    }
}

/// Whether two names stand for one file.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    number(one).is_some_and(|one| Some(one) == number(other))
}

/// Whether two names stand for one file.
#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    let full = |path: &Path| fs::canonicalize(path).ok();
    full(one).is_some_and(|one| Some(one) == full(other))
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}

/// Whether there is nothing in a folder but folders of files with that ending.
fn is_export(folder: &Path, ending: &str) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            return Ok(false);
        }
        for file in fs::read_dir(entry.path())? {
            let file = file?;
            let is_one = file.path().extension().is_some_and(|found| found == ending);
            if !file.file_type()?.is_file() || !is_one {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Makes durable what the folders in a folder list.
fn sync_below(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        super::sync_folder(&entry?.path())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
