//! Files that somebody else has written to: put back from a copy beside an old log, damaged, exchanged while they are open.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::*;
use crate::files::with_ending;

/// What a crash leaves of a replica, kept to be put back.
struct Left {
    path: PathBuf,
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
    written: SystemTime,
}

impl Left {
    fn of(path: &Path) -> Left {
        let names = [path.to_owned(), with_ending(path, "-wal"), with_ending(path, "-instance")];
        let files = names.into_iter().map(|name| (name.clone(), fs::read(name).ok())).collect();
        Left { path: path.to_owned(), files, written: path.metadata().unwrap().modified().unwrap() }
    }

    fn put_back(&self) {
        let _ = fs::remove_file(with_ending(&self.path, "-shm"));
        for (name, bytes) in &self.files {
            match bytes {
                Some(bytes) => fs::write(name, bytes).unwrap(),
                None => drop(fs::remove_file(name)),
            }
        }
        fs::File::options().append(true).open(&self.path).unwrap().set_modified(self.written).unwrap();
    }
}

/// A disk writes this much at once, in bytes.
const SECTOR: usize = 512;

/// Each way in which a file may rest.
fn keys() -> [Option<FileKey>; 2] {
    [None, Some(FileKey::random())]
}

fn created(path: &Path, key: Option<&FileKey>) -> Store {
    Store::create_with(path, key, &new_replica()).unwrap()
}

fn families(store: &Store) -> Vec<String> {
    titles(store, &ListQuery::all(&CONTACT))
}

fn long(number: usize) -> String {
    format!("Berg{number:04} {}", "granskog ".repeat(60))
}

fn add_all(store: &mut Store, given: &str, numbers: std::ops::Range<usize>) {
    for number in numbers {
        add(store, given, &long(number));
    }
}

fn is_whole(path: &Path, key: Option<&FileKey>) -> bool {
    intact::check(path, key).is_ok()
}

/// A replica that was closed with `before` in it, the bytes that it had then, and what a crash left after `after` was written.
fn crashed(path: &Path, key: Option<&FileKey>) -> (Vec<u8>, Left) {
    let mut store = created(path, key);
    add_all(&mut store, "before", 0..40);
    drop(store);
    let backup = fs::read(path).unwrap();
    // Somebody works in it and closes it, and then once more.
    let mut store = Store::open_with(path, key).unwrap();
    add_all(&mut store, "after", 100..120);
    drop(store);
    let mut store = Store::open_with(path, key).unwrap();
    add_all(&mut store, "after", 120..140);
    let left = Left::of(path);
    drop(store);
    assert!(left.files[1].1.as_ref().is_some_and(|log| log.len() > 4096), "there is a log");
    (backup, left)
}

/// Found by the simulation: of a page that was half written a stamp was read that nobody had made, and the log was taken for another
/// file's. With it the file was whole.
#[test]
fn power_that_goes_while_the_log_is_copied_into_the_file_costs_nothing() {
    use rand::{RngExt as _, SeedableRng as _};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let (_, mut left) = crashed(&path, None);
    left.put_back();
    let open = open::open(&path, None).unwrap().0;
    open.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
    let (old, new) = (left.files[0].1.clone().unwrap(), fs::read(&path).unwrap());
    drop(open);
    let without_log = folder.path().join("without log");
    fs::write(&without_log, &old).unwrap();
    let stamp = stamp::now(&Connection::open(&without_log).unwrap()).unwrap();
    let mut dice = rand::rngs::SmallRng::seed_from_u64(1);
    for turn in 0..100 {
        let mut torn = old.clone();
        torn.resize(old.len().max(new.len()), 0);
        for (old, new) in torn.chunks_mut(SECTOR).zip(new.chunks(SECTOR)) {
            if dice.random_bool(0.5) {
                old[..new.len()].copy_from_slice(new);
            }
        }
        // And where the cells of its page have moved, the stamp is of no state that there ever was.
        if turn % 2 == 1 {
            let stamp = torn.windows(16).position(|bytes| bytes == stamp).unwrap();
            torn[stamp..stamp + 8].fill(turn);
            let page =
                (0..old.len()).step_by(4096).rev().find(|at| old[*at..at + 4096] != new[*at..at + 4096]);
            torn[page.unwrap()..][..SECTOR].fill(0);
        }
        left.files[0].1 = Some(torn);
        left.put_back();
        let store = Store::open_with(&path, None).unwrap_or_else(|error| panic!("turn {turn}: {error}"));
        assert_eq!((families(&store).len(), store.set_aside()), (80, None), "turn {turn}");
    }
}

#[test]
fn what_a_crash_left_in_the_log_is_there_whether_the_file_was_touched_or_not() {
    for key in keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let (_, left) = crashed(&path, key.as_ref());
        for touched in [false, true] {
            left.put_back();
            if touched {
                fs::File::options()
                    .append(true)
                    .open(&path)
                    .unwrap()
                    .set_modified(SystemTime::now())
                    .unwrap();
            }
            let store = Store::open_with(&path, key.as_ref()).unwrap();
            assert_eq!((families(&store).len(), store.set_aside()), (80, None), "touched: {touched}");
        }
        // Also where the log has gone into the file already, in part or as a whole, and where nothing is left beside it.
        left.put_back();
        let open = open::open(&path, key.as_ref()).unwrap().0;
        open.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        let checkpointed = Left::of(&path);
        drop(open);
        checkpointed.put_back();
        fs::remove_file(with_ending(&path, "-instance")).unwrap();
        let store = Store::open_with(&path, key.as_ref()).unwrap();
        assert_eq!((families(&store).len(), store.set_aside()), (80, None));
    }
}

#[test]
fn a_backup_that_was_put_back_beside_an_old_log_is_what_it_was_and_the_log_is_kept() {
    for key in keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let (backup, left) = crashed(&path, key.as_ref());
        left.put_back();
        let actor_of_before = {
            let alone = intact::check(&path, key.as_ref()).unwrap();
            meta::get(&alone, meta::ACTOR).unwrap()
        };
        fs::write(&path, &backup).unwrap();
        let mut store = Store::open_with(&path, key.as_ref()).unwrap();
        assert_eq!(families(&store).len(), 40);
        let aside = store.set_aside().unwrap().to_owned();
        assert_eq!(Some(fs::read(&aside).unwrap()), left.files[1].1, "nothing of the log is lost");
        assert_ne!(Some(store.actor().unwrap().to_bytes().to_vec()), actor_of_before, "it is a copy");
        add(&mut store, "new", "Ek");
        drop(store);
        assert!(is_whole(&path, key.as_ref()));
        let store = Store::open_with(&path, key.as_ref()).unwrap();
        assert_eq!((families(&store).len(), store.set_aside()), (41, None));
        drop(store);
        // It happens again: the first log is not written over.
        left.put_back();
        fs::write(&path, &backup).unwrap();
        assert_ne!(Store::open_with(&path, key.as_ref()).unwrap().set_aside(), Some(&*aside));
        assert!(aside.exists());
    }
}

#[test]
fn the_log_of_another_replica_is_set_aside_whatever_that_was_encrypted_with() {
    for (key, other_key) in keys().into_iter().zip(keys().into_iter().rev()) {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.samsyn"), folder.path().join("b.samsyn"));
        let (_, left) = crashed(&other, other_key.as_ref());
        let mut store = created(&path, key.as_ref());
        add(&mut store, "Åsa", "Ek");
        drop(store);
        let log = left.files[1].1.clone().unwrap();
        fs::write(with_ending(&path, "-wal"), &log).unwrap();
        fs::write(with_ending(&path, "-shm"), vec![7; 32768]).unwrap();
        fs::File::options().append(true).open(&path).unwrap().set_modified(SystemTime::now()).unwrap();
        let store = Store::open_with(&path, key.as_ref()).unwrap();
        assert_eq!(families(&store), ["Åsa Ek"]);
        assert_eq!(fs::read(store.set_aside().unwrap()).unwrap(), log);
    }
}

#[test]
fn a_copy_from_the_middle_of_a_session_goes_with_the_log_of_just_that_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    add_all(&mut store, "one", 0..10);
    let same_log = fs::read(&path).unwrap();
    add_all(&mut store, "two", 10..20);
    let first = Left::of(&path);
    // The log goes into the file, and another one begins.
    assert!(store.clear_log().unwrap());
    add_all(&mut store, "three", 20..30);
    let second = Left::of(&path);
    drop(store);

    first.put_back();
    fs::write(&path, &same_log).unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!((families(&store).len(), store.set_aside()), (20, None), "the log has all that it lacks");
    drop(store);
    second.put_back();
    fs::write(&path, &same_log).unwrap();
    let opened = Store::open(&path);
    // What was copied from the middle of a session without its log is what stood in the file then, or no file at all.
    match opened {
        Ok(store) => assert!(store.set_aside().is_some() && families(&store).is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error}"),
    }
}

/// Ways in which a file is ruined.
fn ruined(whole: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.to_vec();
        change(&mut bytes);
        bytes
    };
    let middle = whole.len() / 2 / 4096 * 4096;
    vec![
        ("nothing left", Vec::new()),
        ("half of it", with(&|bytes| bytes.truncate(middle))),
        ("half of a page", with(&|bytes| bytes.truncate(middle + 1_000))),
        ("the first page", with(&|bytes| bytes[16..4096].fill(0))),
        ("a page of zeros", with(&|bytes| bytes[middle..middle + 4096].fill(0))),
        (
            "some pages of noise",
            with(&|bytes| bytes[4096..5 * 4096].iter_mut().for_each(|byte| *byte ^= 0xa5)),
        ),
        (
            "the last page",
            with(&|bytes| {
                let end = bytes.len();
                bytes[end - 4096..].fill(0xff);
            }),
        ),
    ]
}

#[test]
fn a_damaged_file_is_said_to_be_and_nothing_is_done_with_it() {
    for key in keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let mut store = created(&path, key.as_ref());
        add_all(&mut store, "before", 0..40);
        drop(store);
        let whole = fs::read(&path).unwrap();
        for (how, bytes) in ruined(&whole) {
            fs::write(&path, &bytes).unwrap();
            let error = Store::open_with(&path, key.as_ref()).unwrap_err();
            let words = error.to_string();
            assert!(matches!(error, StoreError::Damaged { .. }), "{how}: {words}");
            assert!(words.contains("a.samsyn-wal") && words.contains("samsyn restore"), "{how}: {words}");
            assert!(fs::read(&path).unwrap() == bytes, "{how}: it is as it was");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(families(&Store::open_with(&path, key.as_ref()).unwrap()).len(), 40);
    }
}

#[test]
fn a_damaged_file_beside_its_log_is_left_as_it_is_and_so_is_the_log() {
    for key in keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let (backup, left) = crashed(&path, key.as_ref());
        for (how, bytes) in ruined(&backup) {
            left.put_back();
            fs::write(&path, &bytes).unwrap();
            let opened = Store::open_with(&path, key.as_ref());
            // What the log has of a page makes up for what the file lacks of it.
            if let Ok(store) = opened {
                assert_eq!(families(&store).len(), 80, "{how}");
                continue;
            }
            assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{how}: {opened:?}");
            assert!(fs::read(&path).unwrap() == bytes, "{how}");
            assert_eq!(fs::read(with_ending(&path, "-wal")).ok(), left.files[1].1, "{how}");
        }
    }
}

#[test]
fn an_index_that_is_wrong_without_showing_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    add_all(&mut store, "Åsa", 0..5);
    drop(store);
    // An entry that says something else than the table, as where pages of two files are mixed.
    let step = |sql: &str| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    step(
        "PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'changes_by_record';
         DELETE FROM sqlite_schema WHERE name = 'changes_by_record';",
    );
    step(
        "UPDATE changes SET record = (SELECT max(record) FROM documents) WHERE record = (SELECT min(record) FROM documents);",
    );
    step("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; DROP TABLE kept;");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let quick: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
    drop(connection);
    assert_eq!(quick, "ok", "a quick look does not see it");
    assert!(matches!(Store::open(&path), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_text_that_was_changed_in_an_unencrypted_file_is_read_from_the_document_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    add(&mut store, "Xenia", "Zetterqvist");
    drop(store);
    let bytes = fs::read(&path).unwrap();
    let places = |part: &[u8]| {
        (0..bytes.len() - part.len()).filter(|at| &bytes[*at..*at + part.len()] == part).collect::<Vec<_>>()
    };
    // In the list's row, where it stands in JSON and in the title.
    let mut changed = bytes.clone();
    let title = places(b"Xenia Zetterqvist");
    assert!(!title.is_empty());
    title.iter().for_each(|at| changed[*at] = b'Y');
    fs::write(&path, &changed).unwrap();
    assert_eq!(families(&Store::open(&path).unwrap()), ["Xenia Zetterqvist"]);
}

#[test]
fn a_file_that_was_exchanged_while_it_is_open_is_written_to_by_nobody_who_had_it_open() {
    for key in keys() {
        for by_renaming in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.samsyn");
            let mut store = created(&path, key.as_ref());
            add(&mut store, "Åsa", "Berg");
            drop(store);
            let backup = fs::read(&path).unwrap();
            let mut store = Store::open_with(&path, key.as_ref()).unwrap();
            add(&mut store, "Eva", "Ek");
            drop(store);
            let mut store = Store::open_with(&path, key.as_ref()).unwrap();
            add(&mut store, "Bo", "Alm");
            match by_renaming {
                true => {
                    fs::write(with_ending(&path, "-new"), &backup).unwrap();
                    fs::rename(with_ending(&path, "-new"), &path).unwrap();
                }
                false => fs::write(&path, &backup).unwrap(),
            }
            assert!(matches!(store.transaction(), Err(StoreError::Replaced(_))), "{by_renaming}");
            if !by_renaming {
                let other = Store::open_with(&path, key.as_ref());
                assert!(matches!(other, Err(StoreError::Replaced(_))), "{other:?}");
            }
            drop(store);
            assert!(fs::read(&path).unwrap() == backup, "not a byte of it is another");
            let store = Store::open_with(&path, key.as_ref()).unwrap();
            assert_eq!(families(&store), ["Åsa Berg"]);
            assert!(store.set_aside().is_some());
        }
    }
}

#[test]
fn a_file_that_was_taken_away_while_it_is_open_takes_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    add(&mut store, "Åsa", "Berg");
    fs::rename(&path, folder.path().join("b.samsyn")).unwrap();
    assert!(matches!(store.transaction(), Err(StoreError::Replaced(_))));
    fs::rename(folder.path().join("b.samsyn"), &path).unwrap();
    add(&mut store, "Eva", "Ek");
    drop(store);
    assert_eq!(families(&Store::open(&path).unwrap()).len(), 2);
}

#[test]
fn whoever_works_beside_others_is_not_taken_for_somebody_who_exchanges_files() {
    for key in keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let mut window = created(&path, key.as_ref());
        for round in 0..4 {
            let mut command = Store::open_with(&path, key.as_ref()).unwrap();
            add(&mut command, "Åsa", &long(round));
            add(&mut window, "Eva", &long(round));
            if round % 2 == 0 {
                command.clear_log().unwrap();
            }
            add(&mut window, "Bo", &long(round));
            assert_eq!(command.set_aside(), None);
        }
        // As a program of before does, which notes nothing of it.
        let other = open::open(&path, key.as_ref()).unwrap().0;
        other.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        drop(other);
        add(&mut window, "Eva", "Ek");
        drop(window);
        assert_eq!(families(&Store::open_with(&path, key.as_ref()).unwrap()).len(), 13);
    }
}

#[test]
fn a_file_as_an_earlier_version_left_it_is_opened_without_more_ado() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let store = created(&path, None);
    let actor = store.actor().unwrap();
    store.connection.execute("DELETE FROM meta WHERE key IN ('stamp', 'before_stamp')", []).unwrap();
    drop(store);
    let companion = with_ending(&path, "-instance");
    let mut noted: serde_json::Value = serde_json::from_slice(&fs::read(&companion).unwrap()).unwrap();
    noted.as_object_mut().unwrap().remove("mark");
    fs::write(&companion, noted.to_string()).unwrap();
    assert_eq!(instance::left(&path), Some(None));
    let store = Store::open(&path).unwrap();
    assert_eq!(store.actor().unwrap(), actor);
    drop(store);
    assert!(instance::left(&path).flatten().is_some(), "from now on it is noted");
}

#[test]
fn the_log_is_copied_into_the_file_when_it_is_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    let log = || with_ending(&path, "-wal").metadata().unwrap().len();
    let mut longest = 0;
    for number in 0..400 {
        add(&mut store, "Åsa", &long(number));
        longest = longest.max(log());
    }
    assert!((4 << 20..6 << 20).contains(&longest), "{longest}");
    let left = Left::of(&path);
    drop(store);
    left.put_back();
    // Nothing has to be looked at: what the file is was noted when that was done.
    assert_eq!(instance::left(&path).flatten(), intact::FileMark::of(&path));
    let far = SystemTime::now() + Duration::from_secs(5);
    assert_eq!(families(&Store::open(&path).unwrap()).len(), 400);
    fs::File::options().append(true).open(&path).unwrap().set_modified(far).unwrap();
    assert_eq!(families(&Store::open(&path).unwrap()).len(), 400);
}

#[test]
fn whoever_waits_for_lists_and_search_to_be_made_anew_is_told() {
    use std::sync::Mutex;
    static TOLD: Mutex<Vec<Renewal>> = Mutex::new(Vec::new());
    listen_to_renewals(|renewal| TOLD.lock().unwrap().push(renewal));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let mut store = created(&path, None);
    add_all(&mut store, "Åsa", 0..37);
    let before = families(&store);
    meta::remove(&store.connection, meta::PROJECTION).unwrap();
    store.connection.execute_batch("DELETE FROM rows").unwrap();
    drop(store);
    assert_eq!(families(&Store::open(&path).unwrap()), before);
    // Other tests make theirs anew at the same time.
    let told: Vec<u64> =
        TOLD.lock().unwrap().iter().filter(|renewal| renewal.of == 37).map(|renewal| renewal.done).collect();
    assert_eq!(told, [0, 37]);
}
