//! A replica's file, encrypted where it rests.
//!
//! The file, its write-ahead log and its temporary pages are SQLCipher's (<https://www.zetetic.net/sqlcipher/design/>): each
//! page under AES-256 in CBC mode with an initialisation vector of its own, and an HMAC-SHA512 over both, so that what was
//! changed on the disk is noticed. The key is 32 random bytes, never a password: so nothing has to be stretched when a file is
//! opened. Where the key rests is its owner's business: not in the file, and not beside it.
//!
//! ```text
//!  replica.samsyn   [ 16 bytes: SQLCipher's salt = the key's name ][ encrypted pages … ]
//!  elsewhere        name ─▶ 32 bytes
//! ```
//!
//! SQLCipher keeps a salt in the first 16 bytes of a file, readable, for as long as the file lives. Here it is drawn together
//! with the key and **names** it: a file that was moved, copied or put back finds its key without anything beside it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use zeroize::Zeroize;

use super::{Result, StoreError, open};

/// How an unencrypted SQLite file begins.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";

/// The name of a file's key: what the file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName([u8; 16]);

impl std::fmt::Display for KeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// What a replica's file is encrypted with. Never printed; wiped from memory when it is let go.
pub struct FileKey {
    name: KeyName,
    secret: [u8; 32],
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for FileKey {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl FileKey {
    /// A key for a new file.
    pub fn random() -> FileKey {
        let name = loop {
            let name = crate::random::bytes();
            if &name != PLAIN {
                break KeyName(name);
            }
        };
        FileKey { name, secret: crate::random::bytes() }
    }

    /// The key of that name, as it was kept.
    pub fn kept(name: KeyName, secret: [u8; 32]) -> FileKey {
        FileKey { name, secret }
    }

    /// Its name.
    pub fn name(&self) -> KeyName {
        self.name
    }

    /// What is to be kept of it, where nobody else finds it.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Lets a connection read and write the file, before it does anything else.
    fn hand_to(&self, connection: &Connection) -> rusqlite::Result<()> {
        // What a wrong key comes to is said by ourselves.
        connection.pragma_update_and_check(None, "cipher_log_level", "NONE", |_| Ok(()))?;
        let mut pragma = self.pragma();
        let done = connection.pragma_update_and_check(None, "key", &pragma, |_| Ok(()));
        pragma.zeroize();
        done
    }

    /// The key and the salt as SQLCipher takes them.
    fn pragma(&self) -> String {
        format!("x'{}{}'", HEXLOWER.encode(&self.secret), HEXLOWER.encode(&self.name.0))
    }
}

/// The name of the key that a file needs; none where it is not encrypted, is not there, or cannot be an encrypted one.
///
/// # Errors
/// Where the file cannot be read.
pub fn key_needed(path: &Path) -> io::Result<Option<KeyName>> {
    let mut beginning = [0; 1024];
    match File::open(path).and_then(|mut file| file.read_exact(&mut beginning)) {
        Ok(()) if beginning.starts_with(PLAIN) || !is_noise(&beginning) => Ok(None),
        Ok(()) => Ok(beginning.first_chunk().copied().map(KeyName)),
        // Shorter than any database that something was written to.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether bytes may be a cipher's. Among 1,024 random ones there are some 251 different values, and fewer than 200 in none of as
/// many files as there will ever be; texts and most documents have far fewer.
fn is_noise(bytes: &[u8; 1024]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count() >= 200
}

/// Opens a connection with a key, or with none.
pub(super) fn unlock(connection: &Connection, key: Option<&FileKey>) -> Result<()> {
    match key {
        Some(key) => Ok(key.hand_to(connection)?),
        None => Ok(()),
    }
}

/// Writes a file anew under another key, or under none: the new one takes the place of the old one as a whole. For a file that
/// nobody else has open.
///
/// # Errors
/// [`StoreError::Busy`] where somebody else has it open; where it is no replica or cannot be written. It is as it was then.
pub fn encrypt_anew(path: &Path, from: Option<&FileKey>, to: Option<&FileKey>) -> Result<()> {
    let connection = open::open(path, from)?;
    have_alone(&connection)?;
    let draft = draft(path);
    let _ = std::fs::remove_file(&draft);
    let done = claim(&draft, path)
        .and_then(|()| export(&connection, &draft, to))
        .and_then(|()| put_in_place(&draft, path));
    if done.is_err() {
        let _ = std::fs::remove_file(&draft);
        return done;
    }
    // Whoever had begun to open the old file has it still, without a name: it must not write to it.
    Ok(connection.pragma_update(None, "application_id", 0)?)
}

/// Nobody else has the file open from now on, and all of it is in the one file.
fn have_alone(connection: &Connection) -> Result<()> {
    connection.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    connection.busy_timeout(std::time::Duration::from_secs(1))?;
    // SQLite takes a file out of its write-ahead mode only for the one that has it alone.
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    Ok(connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?)
}

/// Makes an empty file that the same people may read as the one whose place it is to take.
fn claim(draft: &Path, path: &Path) -> Result<()> {
    let made = File::create_new(draft)
        .and_then(|file| Ok((file, std::fs::metadata(path)?)))
        .and_then(|(file, old)| file.set_permissions(old.permissions()));
    made.map_err(|error| StoreError::Unusable { path: draft.to_owned(), reason: error.to_string() })
}

fn export(connection: &Connection, draft: &Path, to: Option<&FileKey>) -> Result<()> {
    let mut key = to.map(FileKey::pragma).unwrap_or_default();
    let attached = connection
        .execute("ATTACH DATABASE ?1 AS anew KEY ?2", rusqlite::params![draft.to_string_lossy(), key]);
    key.zeroize();
    attached?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (id, format) = (number("application_id")?, number("user_version")?);
    connection.query_row("SELECT sqlcipher_export('anew')", [], |_| Ok(()))?;
    connection.pragma_update(Some("anew"), "application_id", id)?;
    connection.pragma_update(Some("anew"), "user_version", format)?;
    connection.execute("DETACH DATABASE anew", [])?;
    Ok(())
}

/// Durable under its name before the old one is gone.
fn put_in_place(draft: &Path, path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let put = File::open(draft)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(draft, path))
        .and_then(|()| File::open(folder).and_then(|folder| folder.sync_all()));
    put.map_err(|error| StoreError::Unusable { path: path.to_owned(), reason: error.to_string() })
}

fn draft(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-anew");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::id::RecordId;
    use crate::identity::WorkspaceId;
    use crate::replica::Replica;
    use crate::schema::kinds::CONTACT;
    use crate::schema::{NewRecord, Value};
    use crate::store::{NewReplica, Store};

    fn new() -> NewReplica {
        NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None }
    }

    fn write(replica: &mut Replica, family: &str) -> RecordId {
        let mut contact = NewRecord::new(&CONTACT);
        contact.cells.insert("family".to_owned(), Value::Text(family.to_owned()));
        replica.create_record(&contact).unwrap().record
    }

    /// Whether one of the files in the folder has this text.
    fn anywhere(folder: &Path, text: &str) -> bool {
        fs::read_dir(folder).unwrap().any(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    fn family(replica: &Replica, id: RecordId) -> Value {
        replica.record(id).unwrap().get("family").clone()
    }

    #[test]
    fn nothing_that_was_written_stands_in_any_file_and_the_key_opens_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let key = FileKey::random();
        let mut replica = Replica::create_with(&path, Some(&key), &new(), "Planterad Person").unwrap();
        let id = write(&mut replica, "Planterad Familj");
        assert!(folder.path().join("a.samsyn-wal").exists(), "while it is open there is a log beside it");
        assert!(!anywhere(folder.path(), "Planterad"));
        drop(replica);
        assert!(!anywhere(folder.path(), "Planterad"));

        assert_eq!(key_needed(&path).unwrap(), Some(key.name()));
        let again = Replica::open_with(&path, Some(&FileKey::kept(key.name(), *key.secret()))).unwrap();
        assert_eq!(family(&again, id), Value::Text("Planterad Familj".to_owned()));
        let found = again.store().search("planterad", &[], 10).unwrap();
        assert_eq!(found.first().map(|hit| hit.id), Some(id), "search works in it");
    }

    #[test]
    fn what_is_no_cipher_needs_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let text = "Ring Åsa om hotellet på torsdag, och fråga om kongresshallen. ".repeat(200);
        for bytes in [text.as_bytes(), &[0; 8192], &[7; 1023], b""] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(key_needed(&path).unwrap(), None);
            let refused = Replica::open(&path).unwrap_err().to_string();
            assert!(refused.contains("not a Samsyn replica"), "{refused}");
            assert_eq!(fs::read(&path).unwrap(), bytes, "it is left as it was");
        }
        assert_eq!(key_needed(&folder.path().join("none")).unwrap(), None);
    }

    #[test]
    fn without_its_key_it_is_said_to_be_encrypted_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let key = FileKey::random();
        drop(Replica::create_with(&path, Some(&key), &new(), "Åsa").unwrap());
        let before = fs::read(&path).unwrap();
        let wrong = FileKey::kept(key.name(), [7; 32]);
        for key in [None, Some(&wrong)] {
            assert!(matches!(Store::open_with(&path, key), Err(StoreError::Encrypted(_))), "{key:?}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::write(folder.path().join("b"), "this is a letter, and no replica at all").unwrap();
        let other = Store::open_with(&folder.path().join("b"), None);
        assert!(matches!(other, Err(StoreError::Encrypted(_) | StoreError::NotAReplica(_))), "{other:?}");
    }

    #[test]
    fn what_was_changed_on_the_disk_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let key = FileKey::random();
        let mut replica = Replica::create_with(&path, Some(&key), &new(), "Åsa").unwrap();
        write(&mut replica, "Berg");
        drop(replica);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let connection = Connection::open(&path).unwrap();
        unlock(&connection, Some(&key)).unwrap();
        let found: String =
            connection.query_row("PRAGMA cipher_integrity_check", [], |row| row.get(0)).unwrap();
        assert!(found.contains("HMAC"), "{found}");
        drop(connection);
        let read = Store::open_with(&path, Some(&key)).and_then(|store| {
            let check =
                store.connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
            Ok(check.map_err(StoreError::from)? == "ok")
        });
        assert!(!matches!(read, Ok(true)), "nothing is read out of a page that was changed");
    }

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
            !name.ends_with("-anew") && !name.ends_with("-journal")
        }));
    }
}
