//! A file that is there, written anew under another key.
//!
//! The new one is made beside the old one, whole and durable, and takes its name: there is no moment in which the name stands for
//! half a file.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use zeroize::Zeroize;

use super::cipher::FileKey;
use super::literal::Literal;
use super::{Result, StoreError, leftovers, open};
use crate::files::{Draft, folder_of, room, sync_folder};

/// Writes a file anew under another key, or under none: the new one takes the place of the old one as a whole. For a file that
/// nobody else has open.
///
/// # Errors
/// [`StoreError::Busy`] where somebody else has it open; where it is no replica, has several names, or cannot be written. It is as it
/// was then.
pub fn encrypt_anew(path: &Path, from: Option<&FileKey>, to: Option<&FileKey>) -> Result<()> {
    // The file itself: a link to it would be replaced, and the file would lie where it was.
    let file = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = file.as_path();
    let (connection, _) = open::open(path, from)?;
    have_one_name(path)?;
    take_alone(&connection)?;
    leftovers::sweep(path);
    let draft = Draft::file(path).map_err(|error| unwritable(path, &error))?;
    export(&connection, (draft.path(), to), |_| Ok(()))?;
    leave_no_journal(&connection, path)?;
    put_in_place(connection, draft, path)
}

/// Under another name the file would stay what it was.
fn have_one_name(path: &Path) -> Result<()> {
    #[cfg(unix)]
    if std::fs::metadata(path).is_ok_and(|file| std::os::unix::fs::MetadataExt::nlink(&file) > 1) {
        let reason =
            "it has a second name (a hard link), under which it would stay as it is: remove that one"
                .to_owned();
        return Err(StoreError::Unusable { path: path.to_owned(), reason });
    }
    Ok(())
}

/// Says whether nobody else has a file open.
///
/// # Errors
/// [`StoreError::Busy`] where somebody has; as [`Store::open_with`](super::Store::open_with).
pub fn have_alone(path: &Path, key: Option<&FileKey>) -> Result<()> {
    take_alone(&open::open(path, key)?.0)
}

/// Nobody else has the file open from now on, and all of it is in the one file.
pub(super) fn take_alone(connection: &Connection) -> Result<()> {
    connection.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    connection.busy_timeout(std::time::Duration::from_secs(1))?;
    // SQLite takes a file out of its write-ahead mode only for the one that has it alone.
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    Ok(connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?)
}

/// Writes all that a connection reads at one moment to `draft`, an empty file, encrypted with this key, where there is one. Answers what
/// `of` says of just that moment.
pub(super) fn export<T>(
    connection: &Connection,
    (draft, to): (&Path, Option<&FileKey>),
    of: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let mut key = to.map(FileKey::pragma).unwrap_or_default();
    let attached =
        connection.execute("ATTACH DATABASE ?1 AS anew KEY ?2", rusqlite::params![Literal::of(draft), key]);
    key.zeroize();
    attached?;
    let exported = export_to_attached(connection, of);
    let detached = connection.execute("DETACH DATABASE anew", []);
    let exported = exported?;
    detached?;
    Ok(exported)
}

fn export_to_attached<T>(connection: &Connection, of: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    // One moment, whatever others write meanwhile.
    let moment = connection.unchecked_transaction()?;
    let answer = of(&moment)?;
    let number = |name: &str| moment.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (id, format) = (number("application_id")?, number("user_version")?);
    moment.query_row("SELECT sqlcipher_export('anew')", [], |_| Ok(()))?;
    moment.pragma_update(Some("anew"), "application_id", id)?;
    moment.pragma_update(Some("anew"), "user_version", format)?;
    moment.commit()?;
    Ok(answer)
}

/// What is written to the old file from now on is in memory until it is: a journal would lie beside the new file, and be taken for
/// its own.
fn leave_no_journal(connection: &Connection, path: &Path) -> Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    match std::fs::remove_file(&journal) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Unusable { path: PathBuf::from(journal), reason: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Gives the new file the old one's name, once all of it is on the disk. From then on nothing fails: the old one is no more.
fn put_in_place(connection: Connection, draft: Draft, path: &Path) -> Result<()> {
    // Where a file that is open cannot be replaced it is closed before.
    let connection = (!cfg!(windows)).then_some(connection);
    let put = draft.sync().and_then(|()| draft.replace_at_once(path));
    put.map_err(|error| unwritable(path, &error))?;
    if let Err(error) = sync_folder(folder_of(path)) {
        tracing::warn!(%error, "the folder of a replica cannot be synced: a power cut now may bring the old file back");
    }
    // Whoever had begun to open the old file has it still, without a name: it must not write to it.
    if let Some(Err(error)) = connection.map(|old| old.pragma_update(None, "application_id", 0)) {
        tracing::warn!(%error, "the file that was replaced could not be marked");
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match error.kind() {
        _ if room::says_full(error) => StoreError::Full,
        PermissionDenied | ReadOnlyFilesystem => StoreError::ReadOnly(path.to_owned()),
        _ => StoreError::Unusable { path: path.to_owned(), reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::cipher::tests::{anywhere, family, new, write};
    use super::*;
    use crate::replica::Replica;
    use crate::schema::Value;
    use crate::store::{Store, key_needed};

    #[test]
    fn a_file_is_encrypted_afterwards_with_all_that_is_in_it_and_laid_open_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let mut replica = Replica::create(&path, &new(), "Åsa").unwrap();
        let id = write(&mut replica, "Planterad Familj");
        let key = FileKey::random();
        assert!(
            matches!(encrypt_anew(&path, None, Some(&key)), Err(StoreError::Busy)),
            "not while somebody works in it"
        );
        write(&mut replica, "Ek");
        let device = replica.device();
        drop(replica);

        encrypt_anew(&path, None, Some(&key)).unwrap();
        assert!(!anywhere(folder.path(), "Planterad"));
        let mut replica = Replica::open_with(&path, Some(&key)).unwrap();
        assert_eq!(replica.device(), device);
        assert_eq!(family(&replica, id), Value::Text("Planterad Familj".to_owned()));
        let outbox = replica.store().outbox_state().unwrap().waiting;
        write(&mut replica, "Alm");
        assert!(replica.store().outbox_state().unwrap().waiting > outbox, "it is worked in as before");
        assert_eq!(replica.store().search("alm", &[], 10).unwrap().len(), 1);
        drop(replica);

        let other = FileKey::random();
        encrypt_anew(&path, Some(&key), Some(&other)).unwrap();
        assert!(matches!(Store::open_with(&path, Some(&key)), Err(StoreError::Encrypted(_))));
        encrypt_anew(&path, Some(&other), None).unwrap();
        assert_eq!(key_needed(&path).unwrap(), None);
        let replica = Replica::open(&path).unwrap();
        assert_eq!(replica.store().records().unwrap().len(), 4);
        assert!(fs::read_dir(folder.path()).unwrap().all(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            !name.starts_with('.') && !name.ends_with("-journal")
        }));
    }
}
