//! The data folder: which workspaces there are, and where their logs lie.
//!
//! ```text
//! DATA/relay.lock                        held by the relay that serves the folder; says where it listens
//! DATA/restore.lock                      held by a command that puts a workspace back
//! DATA/relay.id                          the relay's name, which devices sign when they enter
//! DATA/workspaces/<workspace>/log.sqlite one log, with SQLite's own files beside it
//! DATA/workspaces/.new-<workspace>/      one that is being made or put back; renamed once it is whole
//! DATA/workspaces/.replaced-<n>-<workspace>/  one that was replaced from a backup
//! DATA/erased/<workspace>                what was erased of it, outside of its backups
//! DATA/acme/                             the account and the certificate of a relay that has one by ACME
//! ```
//!
//! No index beside the folders themselves: making a workspace is making its folder, at once, also while a relay
//! serves the others; moving a workspace to another relay is moving its folder.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::Duration;

use samsyn_engine::identity::{RelayId, WorkspaceId};

use crate::error::RelayError;
use crate::log::{Meta, SqliteLog, care, restoring};

/// A relay's data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// The right to serve a folder, held until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

/// A workspace that was put back.
#[derive(Debug)]
pub struct PutBack {
    /// Which.
    pub workspace: WorkspaceId,
    /// How many changes it has now.
    pub changes: u64,
    /// The folder in which what was there is kept, if something was.
    pub kept: Option<PathBuf>,
    /// Who belongs to it now.
    pub members: WhoBelongs,
}

/// Who belongs to a workspace that was put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoBelongs {
    /// Those who did before: nobody comes back who was removed.
    AsBefore,
    /// Those who did when the backup was made.
    AsInTheBackup,
}

impl Folder {
    /// A folder that is there.
    ///
    /// # Errors
    /// Where it is not, or is something else.
    pub fn open(root: &Path) -> Result<Folder, RelayError> {
        match fs::metadata(root) {
            Ok(found) if found.is_dir() => Ok(Folder { root: root.to_owned() }),
            Ok(_) => Err(RelayError::NotAFolder(root.to_owned())),
            Err(_) => Err(RelayError::NoFolder(root.to_owned())),
        }
    }

    /// A folder that is made where it is not there; what it stands in must be there.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn open_or_create(root: &Path) -> Result<Folder, RelayError> {
        if !root.exists() {
            make_private(root).map_err(RelayError::not_writable(root))?;
        }
        Folder::open(root)
    }

    /// Claims the folder for this process.
    ///
    /// # Errors
    /// Where another relay serves it, or nothing can be written to it.
    pub fn lock(&self) -> Result<FolderLock, RelayError> {
        let open =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(self.lock_path());
        let file = open.map_err(RelayError::not_writable(&self.root))?;
        claim(&file, &self.root)?.then_some(()).ok_or_else(|| RelayError::Taken(self.root.clone()))?;
        self.probe().map_err(RelayError::not_writable(&self.root))?;
        Ok(FolderLock { file })
    }

    /// Claims the folder for putting something back: two that do so at once would do it with each other's files.
    fn lock_for_restoring(&self) -> Result<FolderLock, RelayError> {
        let open =
            OpenOptions::new().create(true).truncate(false).write(true).open(self.root.join("restore.lock"));
        let file = open.map_err(RelayError::not_writable(&self.root))?;
        if claim(&file, &self.root)? {
            Ok(FolderLock { file })
        } else {
            Err(RelayError::Restoring(self.root.clone()))
        }
    }

    /// Whether something can be written to the folder now.
    ///
    /// # Errors
    /// Why not.
    pub fn probe(&self) -> io::Result<()> {
        // Another process may look at the same time, as `config check` does. In containers both may have the same number.
        let path = self.root.join(format!("relay.probe-{}", process::id()));
        let mut file = File::create(&path)?;
        file.write_all(&[0; 4096])?;
        file.sync_all()?;
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Where the relay that serves the folder listens, if one does.
    pub fn served_at(&self) -> Option<SocketAddr> {
        let mut file = File::open(self.lock_path()).ok()?;
        if file.try_lock_shared().is_ok() {
            // Nobody serves: what stands there is of the last time.
            return None;
        }
        let mut address = String::new();
        file.read_to_string(&mut address).ok()?;
        address.trim().parse().ok()
    }

    /// The relay's name: made when it is first asked for, and the same from then on.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub fn relay_id(&self) -> Result<RelayId, RelayError> {
        let path = self.root.join("relay.id");
        if let Ok(text) = fs::read_to_string(&path)
            && let Ok(id) = text.trim().parse()
        {
            return Ok(id);
        }
        let id = RelayId::random();
        fs::write(&path, format!("{id}\n")).map_err(RelayError::not_writable(&self.root))?;
        Ok(id)
    }

    /// Where it is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a workspace's log, whether it is there or not.
    pub fn log(&self, workspace: WorkspaceId) -> PathBuf {
        self.workspaces().join(workspace.to_string()).join("log.sqlite")
    }

    /// All workspaces, by name of their folder.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn list(&self) -> Result<Vec<WorkspaceId>, RelayError> {
        let entries = match fs::read_dir(self.workspaces()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            // What is no workspace's name is none of ours: one that is being made, or somebody's notes.
            found.extend(entry?.file_name().to_str().and_then(|name| name.parse::<WorkspaceId>().ok()));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Makes a workspace with an empty log. It is there as a whole or not at all.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn create(&self, meta: &Meta) -> Result<(), RelayError> {
        let refused = || RelayError::not_writable(&self.root);
        let (unfinished, finished) = self.places(meta.workspace);
        if !self.workspaces().exists() {
            make_private(&self.workspaces()).map_err(refused())?;
        }
        make_private(&unfinished).map_err(refused())?;
        let made = SqliteLog::create(&unfinished.join("log.sqlite"), meta)
            .map_err(RelayError::from)
            .and_then(|()| {
                sync_folder(&unfinished).and_then(|()| fs::rename(&unfinished, finished)).map_err(refused())
            });
        if made.is_err() {
            // Nothing of anybody's is in it.
            let _ = fs::remove_dir_all(&unfinished);
        }
        made?;
        sync_folder(&self.workspaces()).map_err(refused())
    }

    /// Puts a workspace back from a copy of its log, which is only read; also while a relay serves the folder.
    ///
    /// # Errors
    /// [`RelayError::IsThere`] where the workspace is there and is not to be replaced; [`RelayError::Restoring`] where something
    /// is being put back already; where the copy is no log or something in
    /// it is wrong; [`RelayError::Taken`] where what is there cannot be used, and a relay has it open; where nothing can be
    /// written. Then what is there is as it was.
    pub fn put_back(&self, copy: &Path, replace: bool) -> Result<PutBack, RelayError> {
        let refused = || RelayError::not_writable(&self.root);
        let workspace = SqliteLog::inspect(copy)?.0.workspace;
        let (unfinished, finished) = self.places(workspace);
        if finished.exists() && !replace {
            return Err(RelayError::IsThere(workspace));
        }
        let _alone = self.lock_for_restoring()?;
        if !self.workspaces().exists() {
            make_private(&self.workspaces()).map_err(refused())?;
        }
        // Of an attempt that broke off.
        let _ = fs::remove_dir_all(&unfinished);
        make_private(&unfinished).map_err(refused())?;
        let ready = unfinished.join("log.sqlite");
        // By SQLite: part of what it holds may stand in a write-ahead log beside it.
        let put = care::copy(copy, &ready)
            .and_then(|()| restoring::prepare(&ready, &self.log(workspace)))
            .map_err(RelayError::from)
            .and_then(|()| Ok(care::verify(&ready)?))
            .and_then(|changes| {
                let (kept, members) = self.exchange(workspace, (&unfinished, &finished))?;
                Ok(PutBack { workspace, changes, kept, members })
            });
        // What is still there is a copy of the copy.
        let _ = fs::remove_dir_all(&unfinished);
        put
    }

    /// Puts what was made ready in the workspace's place. Answers where what was there is kept, and whose members it has now.
    fn exchange(
        &self,
        workspace: WorkspaceId,
        (ready, place): (&Path, &Path),
    ) -> Result<(Option<PathBuf>, WhoBelongs), RelayError> {
        let refused = || RelayError::not_writable(&self.root);
        let log = self.log(workspace);
        let kept = place.exists().then(|| self.free_name(workspace));
        if let Some(kept) = &kept
            && restoring::is_sound(&log)
        {
            make_private(kept).map_err(refused())?;
            let exchanged = restoring::exchange(&log, &ready.join("log.sqlite"), &kept.join("log.sqlite"));
            if exchanged.is_err() {
                // All that is in it is where it was.
                let _ = fs::remove_dir_all(kept);
            }
            exchanged?;
            sync_folder(kept).and_then(|()| sync_folder(&self.workspaces())).map_err(refused())?;
            return Ok((Some(kept.clone()), WhoBelongs::AsBefore));
        }
        // A relay that has the file open would write on in it.
        let lock = kept.is_some().then(|| self.lock()).transpose()?;
        sync_folder(ready).map_err(refused())?;
        if let Some(kept) = &kept {
            fs::rename(place, kept).map_err(refused())?;
        }
        fs::rename(ready, place).map_err(refused())?;
        sync_folder(&self.workspaces()).map_err(refused())?;
        drop(lock);
        Ok((kept, WhoBelongs::AsInTheBackup))
    }

    /// Where a workspace that is replaced is kept: a name that is no workspace's.
    fn free_name(&self, workspace: WorkspaceId) -> PathBuf {
        let name = |number| self.workspaces().join(format!(".replaced-{number}-{workspace}"));
        (1_u32..).map(name).find(|path| !path.exists()).expect("some number is free")
    }

    fn places(&self, workspace: WorkspaceId) -> (PathBuf, PathBuf) {
        let folder = self.workspaces();
        (folder.join(format!(".new-{workspace}")), folder.join(workspace.to_string()))
    }

    fn workspaces(&self) -> PathBuf {
        self.root.join("workspaces")
    }

    fn lock_path(&self) -> PathBuf {
        self.root.join("relay.lock")
    }
}

impl FolderLock {
    /// Writes down where the relay listens, for `workspace create` to tell.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn announce(&mut self, address: SocketAddr) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{address}")
    }
}

/// Takes a lock, if nobody has it. Tries a few times: a `workspace create` that looks who serves holds it for a moment.
fn claim(file: &File, root: &Path) -> Result<bool, RelayError> {
    for _ in 0..5 {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::Error(error)) => return Err(RelayError::not_writable(root)(error)),
        }
    }
    Ok(false)
}

/// Makes durable what a folder lists. Elsewhere than on Unix the system does so by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A folder that only this account can look into: the logs are not encrypted.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Log;
    use samsyn_engine::sync::Epoch;

    fn meta() -> Meta {
        Meta {
            workspace: WorkspaceId::random(),
            name: "Byrån".to_owned(),
            secret_hash: Some([7; 32]),
            epoch: Epoch::random(),
            created_at: 1_700_000_000,
        }
    }

    #[test]
    fn a_workspace_that_was_made_is_listed_and_opens() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&place.path().join("data")).unwrap();
        assert_eq!(folder.list().unwrap(), []);
        let meta = meta();
        folder.create(&meta).unwrap();
        fs::create_dir(folder.workspaces().join("notes")).unwrap();
        assert_eq!(folder.list().unwrap(), [meta.workspace]);
        let log = SqliteLog::open(&folder.log(meta.workspace)).unwrap();
        assert_eq!(log.meta().unwrap(), meta);
        assert_eq!(fs::read_dir(folder.workspaces()).unwrap().count(), 2, "nothing unfinished is left");
    }

    #[test]
    fn only_one_relay_serves_a_folder_and_says_where() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        assert_eq!(folder.served_at(), None);
        let mut lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(RelayError::Taken(_))));
        let (long, short) = ("127.0.0.1:7400".parse().unwrap(), "127.0.0.1:1".parse().unwrap());
        lock.announce(long).unwrap();
        lock.announce(short).unwrap();
        assert_eq!(folder.served_at(), Some(short));
        drop(lock);
        assert_eq!(folder.served_at(), None);
        folder.lock().unwrap();
    }

    #[test]
    fn many_look_at_once_whether_it_can_be_written_to_and_leave_nothing() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| folder.probe().unwrap()));
            }
        });
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_folder_is_said() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(matches!(Folder::open(&file), Err(RelayError::NotAFolder(_))));
        assert!(matches!(Folder::open(&place.path().join("none")), Err(RelayError::NoFolder(_))));
        let deep = place.path().join("none").join("deeper");
        assert!(matches!(Folder::open_or_create(&deep), Err(RelayError::NotWritable { .. })));
    }
}
