//! What only a file can do: be another one, be of another version, run full.

use std::fs;
use std::path::Path;

use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;

use super::*;
use crate::log::NewEntry;

fn meta() -> Meta {
    Meta {
        workspace: WorkspaceId::random(),
        name: "Byrån".to_owned(),
        secret_hash: Some([7; 32]),
        epoch: Epoch::random(),
        created_at: 0,
    }
}

fn made(folder: &Path) -> PathBuf {
    let path = folder.join("log.sqlite");
    SqliteLog::create(&path, &meta()).unwrap();
    path
}

fn entry(number: u32, size: usize) -> NewEntry {
    let mut hash = [0; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    let entry = Entry { record: RecordId::from_bytes([1; 16]), hash: ChangeHash(hash), bytes: vec![7; size] };
    NewEntry {
        entry,
        dependencies: Vec::new(),
        device: DeviceId::from_bytes([2; 16]),
        kind: "contact".to_owned(),
    }
}

fn append(log: &SqliteLog, entries: Vec<NewEntry>) -> Result<Cursor> {
    log.append(&Append {
        after: log.head().unwrap(),
        entries,
        snapshots: Vec::new(),
        actors: Vec::new(),
        received_at: 0,
    })
}

#[test]
fn what_is_no_log_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (text, other) = (folder.path().join("text"), folder.path().join("other"));
    fs::write(&text, "this is a letter, not a database. ".repeat(100)).unwrap();
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE letters (words)").unwrap();
    for path in [&text, &other] {
        let before = fs::read(path).unwrap();
        assert_eq!(SqliteLog::open(path).unwrap_err(), LogError::NotALog(path.clone()));
        assert_eq!(SqliteLog::inspect(path).unwrap_err(), LogError::NotALog(path.clone()));
        assert_eq!(fs::read(path).unwrap(), before);
    }
    let none = folder.path().join("none");
    assert_eq!(SqliteLog::open(&none).unwrap_err(), LogError::NotThere(none.clone()));
    assert!(!none.exists());
}

#[test]
fn a_log_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteLog::open(&path).unwrap_err();
    assert_eq!(error, LogError::Newer { path: path.clone(), found: 99, known: 7 });
    assert!(error.to_string().contains("install the newer one"), "{error}");
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let before = fs::read(&path).unwrap();
    assert!(matches!(SqliteLog::create(&path, &meta()), Err(LogError::Unusable { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_full_disk_takes_nothing_and_reading_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = SqliteLog::open(&made(folder.path())).unwrap();
    append(&log, vec![entry(1, 10)]).unwrap();
    let end = log.head().unwrap();
    let pages = |most: u32| lock(&log.writer).pragma_update(None, "max_page_count", most).unwrap();
    pages(20);
    assert_eq!(append(&log, (2..50).map(|number| entry(number, 10_000)).collect()), Err(LogError::Full));
    assert_eq!(log.head().unwrap(), end);
    let range = Range { after: 0, up_to: 10, bytes: usize::MAX, entries: 10 };
    assert_eq!(log.read(range).unwrap().entries.len(), 1);
    // There is room again.
    pages(100_000);
    assert_eq!(append(&log, (2..50).map(|number| entry(number, 10_000)).collect()).unwrap().position, 49);
}

#[test]
fn a_gap_in_the_log_is_an_error_and_not_a_shorter_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = SqliteLog::open(&made(folder.path())).unwrap();
    append(&log, (1..=5).map(|number| entry(number, 10)).collect()).unwrap();
    lock(&log.writer).execute("DELETE FROM entries WHERE position = 3", []).unwrap();
    let range = Range { after: 0, up_to: 10, bytes: usize::MAX, entries: 10 };
    assert!(matches!(log.read(range), Err(LogError::Database(_))));
}

/// Takes away what format 4 brought.
const BACK_TO_3: &str = "
    DROP TABLE missing; ALTER TABLE entries DROP COLUMN sum; DROP TABLE scrubbed; DROP TABLE erased; DROP INDEX records_by_kind; DROP TABLE actors; DROP TABLE invitations; DROP TABLE devices; DROP TABLE members; DROP TABLE happenings;
    ALTER TABLE meta DROP COLUMN has_members; ALTER TABLE meta DROP COLUMN seal;
    ALTER TABLE meta DROP COLUMN meeting_key; ALTER TABLE records DROP COLUMN kind;
    PRAGMA user_version = 3";

#[test]
fn a_log_of_the_third_format_learns_what_its_records_are_and_keeps_its_secret() {
    use samsyn_engine::document::{Document, Writer};
    use samsyn_engine::schema::{NewRecord, kinds::VENUE};
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let log = SqliteLog::open(&path).unwrap();
    let device = DeviceId::from_bytes([2; 16]);
    let venue = Document::create(&NewRecord::new(&VENUE), &Writer::new(&[7; 16], device, 0)).unwrap();
    let entry = |change: samsyn_engine::document::EncodedChange| NewEntry {
        entry: Entry { record: venue.id(), hash: change.hash, bytes: change.bytes },
        dependencies: Vec::new(),
        device,
        kind: String::new(),
    };
    append(&log, venue.changes_since(&[]).into_iter().map(entry).collect()).unwrap();
    drop(log);
    let old = Connection::open(&path).unwrap();
    old.execute_batch(BACK_TO_3).unwrap();
    drop(old);
    assert!(SqliteLog::inspect(&path).unwrap().0.secret_hash.is_some(), "looked at without being changed");
    let log = SqliteLog::open(&path).unwrap();
    assert_eq!(log.kinds(&[venue.id()]).unwrap(), ["venue"]);
    assert_eq!(log.meta().unwrap().secret_hash, Some([7; 32]));
    // Whose the actors are is found out when the secret is given up.
    let actor = samsyn_engine::document::ActorId::from(&[7; 16][..]);
    assert_eq!(log.owner(&actor).unwrap(), None);
    crate::members::SqliteMembers::open(&path).unwrap().replace_secret().unwrap();
    assert_eq!(log.owner(&actor).unwrap(), Some(device));
    assert_eq!(log.meta().unwrap().secret_hash, None);
}

#[test]
fn a_log_of_the_first_format_learns_how_its_records_stand() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let log = SqliteLog::open(&path).unwrap();
    // Two changes, the second behind the first, as Automerge frames them.
    let chunk = |body: &[u8]| [&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1, body.len() as u8], body].concat();
    let mut first = entry(1, 0);
    first.entry.bytes = chunk(&[0]);
    let mut second = entry(2, 0);
    second.entry.bytes = chunk(&[&[1][..], &first.entry.hash.0].concat());
    second.dependencies = vec![first.entry.hash];
    append(&log, vec![first, second.clone()]).unwrap();
    let stood = log.holdings((None, None), u64::MAX, 10, ReadScope::ALL).unwrap();
    assert_eq!(stood[0].heads, [second.entry.hash]);
    drop(log);

    let old = Connection::open(&path).unwrap();
    old.execute_batch(BACK_TO_3).unwrap();
    old.execute_batch(
        "DROP TABLE records; DROP INDEX documents_by_fold; ALTER TABLE meta DROP COLUMN looked_at;
         PRAGMA user_version = 1",
    )
    .unwrap();
    drop(old);
    let log = SqliteLog::open(&path).unwrap();
    assert_eq!(log.holdings((None, None), u64::MAX, 10, ReadScope::ALL).unwrap(), stood);
    assert_eq!(log.newest(u64::MAX, 10, ReadScope::ALL).unwrap().len(), 1);
}

/// The power goes after an erasure is durable and before what it left in the write-ahead log and in the file is gone. Nobody
/// erases that record once more, so it has to go when the log is next opened.
#[test]
fn what_a_power_cut_left_of_an_erasure_goes_when_the_log_is_opened() {
    let (folder, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let planted = b"Xylofonsson".as_slice();
    let log = SqliteLog::open(&made(folder.path())).unwrap();
    let mut person = entry(1, 0);
    person.entry.bytes = planted.repeat(100);
    append(&log, vec![person]).unwrap();
    log.tidy().unwrap();
    let erase = Erase { record: RecordId::from_bytes([1; 16]), by: None, at: 0 };
    assert!(erasing::erase(&mut lock(&log.writer), &log.purged, &erase).unwrap());
    for name in ["log.sqlite", "log.sqlite-wal"] {
        fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let left = || {
        let files = fs::read_dir(crashed.path()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        files.filter(|bytes| bytes.windows(planted.len()).any(|part| part == planted)).count()
    };
    assert!(left() > 0, "it was planted");
    let log = SqliteLog::open(&crashed.path().join("log.sqlite")).unwrap();
    assert!(log.is_erased(erase.record).unwrap());
    assert_eq!(left(), 0, "while the relay serves, too");
}

#[test]
fn a_copy_that_was_put_beside_an_old_write_ahead_log_is_not_taken_for_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let write_ahead = folder.path().join("log.sqlite-wal");
    let mut number = 0;
    let mut write = |log: &SqliteLog, count: u32| {
        for _ in 0..count {
            number += 1;
            append(log, vec![entry(number, 2_000)]).unwrap();
        }
    };
    let log = SqliteLog::open(&path).unwrap();
    write(&log, 20);
    drop(log);
    let copy = fs::read(&path).unwrap();
    let log = SqliteLog::open(&path).unwrap();
    write(&log, 200);
    drop(log);
    let log = SqliteLog::open(&path).unwrap();
    write(&log, 3);
    // What a crash leaves.
    let (file, left) = (fs::read(&path).unwrap(), fs::read(&write_ahead).unwrap());
    drop(log);
    let put = |file: &[u8]| {
        let _ = fs::remove_file(folder.path().join("log.sqlite-shm"));
        fs::write(&path, file).unwrap();
        fs::write(&write_ahead, &left).unwrap();
    };
    put(&file);
    care::look_after_crash(&path).unwrap();
    assert!(
        fs::read(&path).unwrap() == file && fs::read(&write_ahead).unwrap() == left,
        "nothing is written"
    );
    assert_eq!(SqliteLog::open(&path).unwrap().head().unwrap().position, 223);

    put(&copy);
    let refused = care::look_after_crash(&path).unwrap_err();
    assert!(matches!(refused, LogError::NotTogether { .. }), "{refused}");
    assert!(refused.to_string().contains("log.sqlite-wal"), "{refused}");
    assert!(
        fs::read(&path).unwrap() == copy && fs::read(&write_ahead).unwrap() == left,
        "nothing is written"
    );
    fs::remove_file(&write_ahead).unwrap();
    care::look_after_crash(&path).unwrap();
    assert_eq!(SqliteLog::open(&path).unwrap().head().unwrap().position, 20);
}
