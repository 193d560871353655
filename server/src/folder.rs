//! The data folder: which workspaces there are, and where their logs lie.
//!
//! ```text
//! DATA/relay.lock                        held by the relay that serves the folder; says where it listens
//! DATA/restore.lock                      held by a command that puts a workspace back
//! DATA/relay.id                          the relay's name, which devices sign when they enter
//! DATA/workspaces/<workspace>/log.sqlite one log, with SQLite's own files beside it
//! DATA/workspaces/.samsyn-<n>/           one that is being made or put back; renamed once it is whole, swept up where that was broken off
//! DATA/workspaces/.replaced-<n>-<workspace>/  one that was replaced from a backup
//! DATA/erased/<workspace>                what was erased of it, outside of its backups
//! DATA/acme/                             the account and the certificate of a relay that has one by ACME
//! ```
//!
//! No index beside the folders themselves: making a workspace is making its folder, at once, also while a relay
//! serves the others; moving a workspace to another relay is moving its folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use samsyn_engine::files::{self, Draft, private, room};
use samsyn_engine::identity::{RelayId, WorkspaceId};

use crate::error::{ROOM, RelayError};
use crate::log::{LogError, Meta, SqliteLog, care, restoring};

/// After this time nobody works any more on what an earlier version had begun.
const ABANDONED: Duration = Duration::from_secs(3_600);

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
    /// Where nobody can tell who was erased since the backup was made: the list that is not here, or does not have what the backup has erased.
    pub unlisted: Option<PathBuf>,
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
            Ok(found) if found.is_dir() => {
                // Earlier versions, or whoever made the folder, may have let others look into it.
                if is_ours(root) {
                    private::tighten(root);
                }
                let folder = Folder { root: root.to_owned() };
                folder.sweep();
                Ok(folder)
            }
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
            private::make_folder(root).map_err(RelayError::not_writable(root))?;
        }
        Folder::open(root)
    }

    /// Claims the folder for this process.
    ///
    /// # Errors
    /// Where another relay serves it, or nothing can be written to it.
    pub fn lock(&self) -> Result<FolderLock, RelayError> {
        let path = self.lock_path();
        let open = private::options().create(true).truncate(false).read(true).open(&path);
        private::tighten(&path);
        let file = open.map_err(RelayError::not_writable(&self.root))?;
        claim(&file, &self.root)?.then_some(()).ok_or_else(|| RelayError::Taken(self.root.clone()))?;
        match self.probe() {
            // What is there can be read, and people want to read it just then.
            Err(error) if room::says_full(&error) => tracing::error!(
                folder = %self.root.display(),
                "the disk under the data folder is full: what is there can be read, and nothing new is taken; make room"
            ),
            probed => probed.map_err(RelayError::not_writable(&self.root))?,
        }
        Ok(FolderLock { file })
    }

    /// Claims the folder for putting something back: two that do so at once would do it with each other's files.
    fn lock_for_restoring(&self) -> Result<FolderLock, RelayError> {
        let open = private::options().create(true).truncate(false).open(self.root.join("restore.lock"));
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
        let draft = Draft::file(&self.root.join("probe"))?;
        draft.open_file().write_all(&[0; 4096])?;
        draft.sync()
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
        let write = || {
            let draft = Draft::file(&path)?;
            draft.open_file().write_all(format!("{id}\n").as_bytes())?;
            draft.put_in_the_place_of(&path)
        };
        write().map_err(RelayError::not_writable(&self.root))?;
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
        self.make(meta).map_err(|error| error.with_room(&self.root, ROOM))
    }

    fn make(&self, meta: &Meta) -> Result<(), RelayError> {
        let refused = || RelayError::not_writable(&self.root);
        let finished = self.place(meta.workspace);
        let unfinished = self.begin(&finished)?;
        SqliteLog::create(&unfinished.path().join("log.sqlite"), meta)?;
        unfinished.put_in_place(&finished).map_err(refused())
    }

    /// A folder for a workspace that is being made.
    fn begin(&self, finished: &Path) -> Result<Draft, RelayError> {
        let begin = || {
            private::make_folders(&self.workspaces())?;
            Draft::folder(finished)
        };
        begin().map_err(RelayError::not_writable(&self.root))
    }

    /// Takes away what is left of workspaces whose making or putting back was broken off.
    fn sweep(&self) {
        let workspaces = self.workspaces();
        files::sweep(&self.root);
        files::sweep(&workspaces);
        // Earlier versions called them so, and held nothing by which it could be told that they are still at work: they are let alone
        // for an hour.
        for entry in fs::read_dir(workspaces).into_iter().flatten().flatten() {
            let is_one = entry.file_name().as_encoded_bytes().starts_with(b".new-");
            let age = entry.metadata().and_then(|found| found.modified()).map(|time| time.elapsed());
            if is_one && age.is_ok_and(|age| age.is_ok_and(|age| age > ABANDONED)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Puts a workspace back from a copy of its log, which is only read; also while a relay serves the folder.
    ///
    /// # Errors
    /// [`RelayError::IsThere`] where the workspace is there and is not to be replaced; [`RelayError::Restoring`] where something
    /// is being put back already; where the copy is no log or something in
    /// it is wrong; [`RelayError::Taken`] where what is there cannot be used, and a relay has it open; where nothing can be
    /// written. Then what is there is as it was.
    pub fn put_back(&self, copy: &Path, replace: bool) -> Result<PutBack, RelayError> {
        self.put_back_with(copy, replace, care::verify)
    }

    /// The same with what is whole of a damaged copy: what is lost of it is waited for.
    ///
    /// # Errors
    /// As [`Folder::put_back`], but that records in it may be damaged.
    pub fn put_back_what_is_whole(&self, copy: &Path, replace: bool) -> Result<PutBack, RelayError> {
        self.put_back_with(copy, replace, |ready| {
            care::mend(ready)?;
            match care::verify(ready) {
                Err(LogError::Damaged(damage)) if damage.is_taken_out() => Ok(care::holdings(ready)?.changes),
                verified => verified,
            }
        })
    }

    fn put_back_with(
        &self,
        copy: &Path,
        replace: bool,
        look: impl FnOnce(&Path) -> Result<u64, LogError>,
    ) -> Result<PutBack, RelayError> {
        // The copy, the log that becomes it, and what is kept of what was there.
        let needed = 3 * copy.metadata().map_or(0, |found| found.len()) + ROOM;
        self.put_back_from(copy, replace, look).map_err(|error| error.with_room(&self.root, needed))
    }

    fn put_back_from(
        &self,
        copy: &Path,
        replace: bool,
        look: impl FnOnce(&Path) -> Result<u64, LogError>,
    ) -> Result<PutBack, RelayError> {
        let workspace = SqliteLog::inspect(copy)?.0.workspace;
        let finished = self.place(workspace);
        if finished.exists() && !replace {
            return Err(RelayError::IsThere(workspace));
        }
        let _alone = self.lock_for_restoring()?;
        let unfinished = self.begin(&finished)?;
        let ready = unfinished.path().join("log.sqlite");
        // By SQLite: part of what it holds may stand in a write-ahead log beside it.
        care::copy(copy, &ready)?;
        let unlisted = restoring::prepare(&ready, &self.log(workspace))?;
        let changes = look(&ready)?;
        let (kept, members) = self.exchange(workspace, unfinished, &finished)?;
        // The log that was there knows what was erased, whatever became of the list.
        let unlisted = unlisted.filter(|_| members == WhoBelongs::AsInTheBackup);
        Ok(PutBack { workspace, changes, kept, members, unlisted })
    }

    /// Puts what was made ready in the workspace's place. Answers where what was there is kept, and whose members it has now.
    fn exchange(
        &self,
        workspace: WorkspaceId,
        ready: Draft,
        place: &Path,
    ) -> Result<(Option<PathBuf>, WhoBelongs), RelayError> {
        let refused = || RelayError::not_writable(&self.root);
        let log = self.log(workspace);
        let kept = place.exists().then(|| self.free_name(workspace));
        if let Some(kept) = &kept
            && restoring::is_sound(&log)
        {
            let aside = Draft::folder(kept).map_err(refused())?;
            let keep = || {
                care::copy(&log, &aside.path().join("log.sqlite"))?;
                aside
                    .put_in_place(kept)
                    .map_err(|error| LogError::Unusable { path: kept.clone(), reason: error.to_string() })
            };
            let exchanged = restoring::exchange(&log, &ready.path().join("log.sqlite"), keep);
            if exchanged.is_err() {
                // All that is in it is where it was.
                let _ = fs::remove_dir_all(kept);
            }
            exchanged?;
            return Ok((Some(kept.clone()), WhoBelongs::AsBefore));
        }
        // A relay that has the file open would write on in it.
        let lock = kept.is_some().then(|| self.lock()).transpose()?;
        if let Some(kept) = &kept {
            fs::rename(place, kept).map_err(refused())?;
        }
        ready.put_in_place(place).map_err(refused())?;
        drop(lock);
        Ok((kept, WhoBelongs::AsInTheBackup))
    }

    /// Where a workspace that is replaced is kept: a name that is no workspace's.
    fn free_name(&self, workspace: WorkspaceId) -> PathBuf {
        let name = |number| self.workspaces().join(format!(".replaced-{number}-{workspace}"));
        (1_u32..).map(name).find(|path| !path.exists()).expect("some number is free")
    }

    fn place(&self, workspace: WorkspaceId) -> PathBuf {
        self.workspaces().join(workspace.to_string())
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
        let address = address.to_string();
        self.file.rewind()?;
        // Over what stands there: a full disk has room for that.
        self.file.write_all(address.as_bytes())?;
        self.file.set_len(address.len() as u64)
    }
}

/// Whether a folder has workspaces in it, and nothing that is not a relay's: only then it is for us to say who may look into it.
fn is_ours(root: &Path) -> bool {
    const OURS: [&str; 6] = ["workspaces", "erased", "acme", "relay.lock", "relay.id", "restore.lock"];
    let mut names = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.file_name());
    root.join("workspaces").is_dir() && names.all(|name| OURS.iter().any(|ours| name == *ours))
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
