//! What a file is that something is about to be written onto: told by what it holds, for a name can be any.
//!
//! An encrypted replica holds nothing by which it could be told from other noise. So whatever looks like one counts as one: another
//! name for an export costs nothing, and a replica does.

use std::io;
use std::path::{Path, PathBuf};

use super::{folder_of, peek, with_ending};

/// How an unencrypted SQLite file begins.
pub const PLAIN: &[u8; 16] = b"SQLite format 3\0";

/// How a backup of a replica begins, of whatever version (`backup::container`).
pub const BACKUP: &[u8] = b"SAMSYN-BACKUP ";

/// Whether a file is a backup of a replica.
///
/// # Errors
/// Where it cannot be read.
pub fn is_backup(path: &Path) -> io::Result<bool> {
    Ok(peek::beginning(path, BACKUP.len() as u64)? == BACKUP)
}

/// What is never written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precious {
    /// A replica.
    Replica,
    /// A replica that is encrypted, or something that cannot be told from one.
    Encrypted,
    /// A relay's log.
    Log,
    /// What SQLite, or we, keep beside a replica, a log or another database.
    Companion,
    /// A backup of a replica.
    Backup,
    /// Another database.
    Database,
    /// A key.
    Key,
    /// Something else in a relay's data folder.
    RelayData,
}

/// What SQLite and a replica keep beside a file, and what earlier versions did.
const COMPANIONS: [&str; 5] = ["-wal", "-shm", "-journal", "-instance", "-anew"];

/// Says what a file is, if it is something that must not be written over. What is not there can be such as well: a name beside a
/// replica under which SQLite would read it.
///
/// # Errors
/// Where the file is there and cannot be read.
pub fn look_at(path: &Path) -> io::Result<Option<Precious>> {
    if let Some(main) = beside(path)
        && by_content(&main)?.is_some()
    {
        return Ok(Some(Precious::Companion));
    }
    let found = by_content(path)?;
    Ok(found.or_else(|| by_place(path)))
}

/// The file beside which one of that name would lie.
fn beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let main = COMPANIONS.iter().find_map(|ending| name.strip_suffix(ending))?;
    Some(folder_of(path).join(main)).filter(|main| main.is_file())
}

fn by_content(path: &Path) -> io::Result<Option<Precious>> {
    let beginning = match peek::beginning(path, 100) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    if let Some(found) = by_beginning(&beginning) {
        return Ok(Some(found));
    }
    // As long as nothing but a write-ahead log has it, a database may be empty.
    let has_companion = ["-wal", "-instance"].iter().any(|ending| with_ending(path, ending).is_file());
    Ok(match encrypted_beginning(path)? {
        Some(_) if has_companion || is_whole_pages(path)? => Some(Precious::Encrypted),
        None if has_companion => Some(Precious::Replica),
        _ => None,
    })
}

fn by_beginning(beginning: &[u8]) -> Option<Precious> {
    if beginning.starts_with(BACKUP) {
        return Some(Precious::Backup);
    }
    let is_database = beginning.starts_with(PLAIN);
    if is_database {
        // SQLite's manual, "Database File Format": the application's id.
        return Some(match beginning.get(68..72) {
            Some(b"SAMS") => Precious::Replica,
            Some(b"SAMR") => Precious::Log,
            _ => Precious::Database,
        });
    }
    // The same, "WAL-mode File Format": both byte orders of a log, and the version with which an index of it begins.
    let is_log =
        beginning.starts_with(&[0x37, 0x7f, 0x06, 0x82]) || beginning.starts_with(&[0x37, 0x7f, 0x06, 0x83]);
    let is_index = beginning.starts_with(&3_007_000_u32.to_ne_bytes());
    let is_journal = beginning.starts_with(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    let is_instance = beginning.starts_with(b"{\"nonce\":\"");
    (is_log || is_index || is_journal || is_instance).then_some(Precious::Companion)
}

/// What an encrypted file begins with; none where a file is not encrypted, is not there, or cannot be an encrypted one.
///
/// # Errors
/// Where the file cannot be read.
pub fn encrypted_beginning(path: &Path) -> io::Result<Option<[u8; 16]>> {
    let beginning = match peek::beginning(path, 1024) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    // Shorter than any database that something was written to.
    let Ok(beginning) = <[u8; 1024]>::try_from(beginning) else { return Ok(None) };
    if [&PLAIN[..], BACKUP].iter().any(|ours| beginning.starts_with(ours)) || !is_noise(&beginning) {
        return Ok(None);
    }
    Ok(beginning.first_chunk().copied())
}

/// Whether bytes may be a cipher's. Among 1,024 random ones there are some 251 different values, and fewer than 200 in none of as
/// many files as there will ever be; texts and most documents have far fewer.
fn is_noise(bytes: &[u8; 1024]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count() >= 200
}

/// SQLCipher writes whole pages of 4096 bytes.
fn is_whole_pages(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.len() % 4096 == 0)
}

/// What a file's name and place say of it.
fn by_place(path: &Path) -> Option<Precious> {
    let name = path.file_name()?.to_str()?;
    // Whatever stands there a relay would take for its own.
    let is_reserved = ["relay.id", "relay.lock", "restore.lock"].contains(&name);
    if is_reserved && folder_of(path).join("workspaces").is_dir() {
        return Some(Precious::RelayData);
    }
    if !path.is_file() {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_name = stem.len() >= 26 && stem.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name && ["key", "file-key", "locked", "entering"].contains(&ending) {
        return Some(Precious::Key);
    }
    // DATA/relay.id, DATA/erased/<workspace>, DATA/acme/<name>/key.pem
    let mut above = path.ancestors().skip(1).take(3);
    above.any(|folder| folder.join("relay.id").is_file()).then_some(Precious::RelayData)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::identity::WorkspaceId;
    use crate::store::{FileKey, NewReplica, Store};

    fn new() -> NewReplica {
        NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None }
    }

    #[test]
    fn replicas_and_all_that_lies_beside_them_are_known_under_any_name() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let (plain, closed, key) = (at("a.json"), at("b.txt"), FileKey::random());
        let open = [
            Store::create(&plain, &new()).unwrap(),
            Store::create_with(&closed, Some(&key), &new()).unwrap(),
        ];
        for ending in ["-wal", "-shm", "-instance"] {
            assert_eq!(look_at(&with_ending(&plain, ending)).unwrap(), Some(Precious::Companion), "{ending}");
            fs::copy(with_ending(&plain, ending), at("copy")).unwrap();
            assert_eq!(look_at(&at("copy")).unwrap(), Some(Precious::Companion), "{ending} elsewhere");
        }
        assert!(look_at(&plain).unwrap().is_some() && look_at(&closed).unwrap().is_some());
        drop(open);
        assert_eq!(look_at(&plain).unwrap(), Some(Precious::Replica));
        assert_eq!(look_at(&closed).unwrap(), Some(Precious::Encrypted));
        assert_eq!(
            look_at(&with_ending(&closed, "-wal")).unwrap(),
            Some(Precious::Companion),
            "it is not there"
        );
        fs::remove_file(at("copy")).unwrap();
        fs::copy(&closed, at("copy")).unwrap();
        assert_eq!(look_at(&at("copy")).unwrap(), Some(Precious::Encrypted), "nothing lies beside it");
    }

    #[test]
    fn what_is_nobodys_treasure_is_not_taken_for_one() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("export.json"), "{\"samsyn\":{},\"records\":[\n]}\n").unwrap();
        fs::write(at("empty"), "").unwrap();
        fs::write(at("letter-wal"), "Hej").unwrap();
        for name in ["export.json", "empty", "letter-wal", "nothing", "nothing-wal", "."] {
            assert_eq!(look_at(&at(name)).unwrap(), None, "{name}");
        }
        fs::write(at("0123456789abcdef0123456789abcdef.file-key"), [7; 32]).unwrap();
        assert_eq!(look_at(&at("0123456789abcdef0123456789abcdef.file-key")).unwrap(), Some(Precious::Key));
        fs::write(at("relay.id"), "x").unwrap();
        fs::create_dir(at("erased")).unwrap();
        fs::write(at("erased/town"), "x").unwrap();
        for name in ["relay.id", "erased/town"] {
            assert_eq!(look_at(&at(name)).unwrap(), Some(Precious::RelayData), "{name}");
        }
        assert_eq!(look_at(&at("backups.json")).unwrap(), None);
    }
}
