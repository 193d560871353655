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

use std::io;
use std::path::Path;

use data_encoding::HEXLOWER;
use rusqlite::Connection;
use zeroize::Zeroize;

use super::Result;
use crate::files::{PLAIN, encrypted_beginning};

/// The name of a file's key: what the file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName([u8; 16]);

impl std::fmt::Display for KeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// A text that is no name of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that names no key")]
pub struct NoKeyName;

impl std::str::FromStr for KeyName {
    type Err = NoKeyName;

    fn from_str(text: &str) -> std::result::Result<KeyName, NoKeyName> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NoKeyName)?;
        bytes.try_into().map(KeyName).map_err(|_| NoKeyName)
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

    /// The same key once more.
    pub(super) fn again(&self) -> FileKey {
        FileKey { name: self.name, secret: self.secret }
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
    pub(super) fn pragma(&self) -> String {
        format!("x'{}{}'", HEXLOWER.encode(&self.secret), HEXLOWER.encode(&self.name.0))
    }
}

/// The name of the key that a file needs; none where it is not encrypted, is not there, or cannot be an encrypted one.
///
/// # Errors
/// Where the file cannot be read.
pub fn key_needed(path: &Path) -> io::Result<Option<KeyName>> {
    Ok(encrypted_beginning(path)?.map(KeyName))
}

/// Opens a connection with a key, or with none.
pub(super) fn unlock(connection: &Connection, key: Option<&FileKey>) -> Result<()> {
    match key {
        Some(key) => Ok(hand(key, connection)?),
        None => Ok(()),
    }
}

/// The same, where there is a key.
pub(super) fn hand(key: &FileKey, connection: &Connection) -> rusqlite::Result<()> {
    key.hand_to(connection)
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use super::*;
    use crate::id::RecordId;
    use crate::identity::WorkspaceId;
    use crate::replica::Replica;
    use crate::schema::kinds::CONTACT;
    use crate::schema::{NewRecord, Value};
    use crate::store::{NewReplica, Store, StoreError};

    pub(in crate::store) fn new() -> NewReplica {
        NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None }
    }

    pub(in crate::store) fn write(replica: &mut Replica, family: &str) -> RecordId {
        let mut contact = NewRecord::new(&CONTACT);
        contact.cells.insert("family".to_owned(), Value::Text(family.to_owned()));
        replica.create_record(&contact).unwrap().record
    }

    /// Whether one of the files in the folder has this text.
    pub(in crate::store) fn anywhere(folder: &Path, text: &str) -> bool {
        fs::read_dir(folder).unwrap().any(|file| {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    pub(in crate::store) fn family(replica: &Replica, id: RecordId) -> Value {
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
        let not_ours = "not a Samsyn replica";
        let cases = [
            (text.as_bytes(), not_ours),
            (&[0; 8192], not_ours),
            (&[7; 1023], not_ours),
            (b"", "broken off"),
        ];
        for (bytes, words) in cases {
            fs::write(&path, bytes).unwrap();
            assert_eq!(key_needed(&path).unwrap(), None);
            let refused = Replica::open(&path).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
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
}
