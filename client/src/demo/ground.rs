//! The folder in which a demo plays. It is cleared before each, so it must be known to be a demo's: it carries a mark.
//!
//! ```text
//!  not there, or empty ──▶ the mark is written first of all ──▶ cleared ──▶ played in
//!  with the mark ─────────▶ somebody works in it? ── no ───────────┘
//!  anything else ─────────▶ refused
//! ```

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use samsyn_engine::files::{Existing, Output, private, sweep, with_ending};
use samsyn_engine::schema::Caption;
use samsyn_engine::store::{StoreError, have_alone};
use samsyn_server::{Folder, FolderLock, RelayError};

use super::FILES;
use crate::context::{Failure, Said};
use crate::keys::{self, Vault};

/// The file by which a demo's folder is known.
const MARK: &str = "samsyn-demo.txt";
const MARK_WORDS: &str = "Mappen tillhör \"samsyn demo\": nästa demo här tar bort allt som den förra lämnade.\n\
    This folder belongs to `samsyn demo`: the next demo here takes away all that the last one left.\n";

const NOT_OURS: Caption = Caption::new(
    "{} är inte tom och hör inte till någon tidigare demo. Inget ändrades; ange en ny mapp med --keep.",
    "{} is not empty and belongs to no earlier demo: nothing was changed; name a new folder with --keep",
);
const IN_USE: Caption = Caption::new(
    "Någon arbetar i {}. Inget ändrades; stäng fönstret eller reläet som använder den, eller ange en annan mapp.",
    "somebody works in {}: nothing was changed; close the window or the relay that uses it, or name another folder",
);

/// Makes a folder ready: it carries the mark, and has nothing else of a demo in it.
pub(super) fn clear(folder: &Path) -> Result<(), Failure> {
    let unusable = |error: io::Error| Said::file(folder, &error);
    let is_new = !folder.exists();
    private::make_folders(folder).map_err(unusable)?;
    sweep(folder);
    if !folder.join(MARK).is_file() {
        if fs::read_dir(folder).map_err(unusable)?.next().is_some() {
            return Err(Said::new(NOT_OURS, &[&folder.display()]).into());
        }
        if let Err(error) = mark(folder) {
            if is_new {
                // Nothing is in it; where that is not so it stays.
                let _ = fs::remove_dir(folder);
            }
            return Err(error);
        }
    }
    let relay = folder.join("relay");
    // Held while all is taken away: nobody begins to use it meanwhile.
    let _held = lock(&relay)?;
    let replicas = FILES.map(|file| folder.join(file));
    if let Some(used) = replicas.iter().find(|replica| is_in_use(folder, replica)) {
        return Err(Said::new(IN_USE, &[&used.display()]).into());
    }
    for replica in &replicas {
        for ending in ["", "-wal", "-shm", "-journal", "-instance"] {
            remove(&with_ending(replica, ending), |path| fs::remove_file(path)).map_err(unusable)?;
        }
    }
    for part in [relay, folder.join("keys")] {
        remove(&part, |path| fs::remove_dir_all(path)).map_err(unusable)?;
    }
    Ok(())
}

/// The right to use a relay's folder, where there is one.
fn lock(relay: &Path) -> Result<Option<FolderLock>, Failure> {
    let Ok(data) = Folder::open(relay) else { return Ok(None) };
    match data.lock() {
        Ok(lock) => Ok(Some(lock)),
        Err(RelayError::Taken(_)) => Err(Said::new(IN_USE, &[&relay.display()]).into()),
        Err(RelayError::NotWritable { reason, .. }) => Err(Said::file(relay, &reason).into()),
        Err(error) => Err(Said::file(relay, &io::Error::other(error.to_string())).into()),
    }
}

fn mark(folder: &Path) -> Result<(), Failure> {
    let mut output = Output::begin(&folder.join(MARK), None, Existing::Keep)?;
    output.write_all(MARK_WORDS.as_bytes()).map_err(|error| output.failed(error))?;
    Ok(output.finish()?)
}

/// Whether somebody has a replica open. What is none can be used by nobody.
fn is_in_use(folder: &Path, replica: &Path) -> bool {
    let key = keys::file_key(&Vault::in_folder(&folder.join("keys")), replica);
    key.is_ok_and(|key| matches!(have_alone(replica, key.as_ref()), Err(StoreError::Busy)))
}

fn remove(path: &Path, how: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    match how(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::WorkspaceId;
    use samsyn_engine::replica::Replica;
    use samsyn_engine::schema::Language;
    use samsyn_engine::store::NewReplica;

    use super::*;

    fn refused(folder: &Path) -> String {
        clear(folder).unwrap_err().explain(Language::English)
    }

    fn make(path: &Path) -> Replica {
        let new =
            NewReplica { workspace: WorkspaceId::random(), workspace_name: "B".to_owned(), relay: None };
        Replica::create(path, &new, "Åsa").unwrap()
    }

    #[test]
    fn only_a_demos_own_folder_is_cleared() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("demo");
        clear(&folder).unwrap();
        drop(make(&folder.join(FILES[2])));
        fs::create_dir_all(folder.join("relay/workspaces/x")).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        clear(&folder).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["notes.txt", MARK]);

        let theirs = place.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        drop(make(&theirs.join(FILES[2])));
        assert!(refused(&theirs).contains("belongs to no earlier demo"));
        assert!(theirs.join(FILES[2]).exists());
    }

    #[test]
    fn nothing_is_cleared_in_which_somebody_works() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("demo");
        clear(&folder).unwrap();
        let open = make(&folder.join(FILES[2]));
        assert!(refused(&folder).contains("somebody works in"));
        drop(open);
        let data = Folder::open_or_create(&folder.join("relay")).unwrap();
        let lock = data.lock().unwrap();
        assert!(refused(&folder).contains("relay"));
        assert!(folder.join(FILES[2]).exists());
        drop(lock);
        clear(&folder).unwrap();
        assert!(!folder.join(FILES[2]).exists());
    }
}
