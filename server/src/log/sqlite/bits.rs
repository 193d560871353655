//! What a disk does to a log: one bit at a time, anywhere in what holds changes and documents. Either nothing that is read is another, or it
//! is told, by record; and once those who have the changes have pushed again what the log lacks, all is right.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::types::Value as Cell;
use samsyn_engine::document::{Document, Edit, EncodedChange, Writer, gate};
use samsyn_engine::exchange::record_to_json;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{NewRecord, Value};

use super::*;
use crate::writer::Folding;

/// A log, and all that was ever pushed into it.
struct Place {
    folder: tempfile::TempDir,
    good: PathBuf,
    pushed: Vec<NewEntry>,
    texts: BTreeMap<RecordId, String>,
}

fn device(number: u8) -> DeviceId {
    DeviceId::from_bytes([number; 16])
}

fn writer(number: u8, now: i64) -> Writer {
    Writer::new(&[number; 16], device(number), now)
}

fn entries(
    document: &Document,
    changes: Vec<EncodedChange>,
    by: u8,
) -> impl Iterator<Item = NewEntry> + use<> {
    let (record, kind) = (document.id(), document.kind_name().unwrap());
    changes.into_iter().map(move |change| {
        let dependencies = gate::dependencies_of(&change.bytes).unwrap();
        let entry = Entry { record, hash: change.hash, bytes: change.bytes };
        NewEntry { entry, dependencies, device: device(by), kind: kind.clone() }
    })
}

fn append(log: &SqliteLog, entries: Vec<NewEntry>) {
    let after = log.head().unwrap();
    log.append(&Append {
        after,
        entries,
        snapshots: Vec::new(),
        actors: Vec::new(),
        received_at: 1_790_000_000,
    })
    .unwrap();
}

impl Place {
    /// Six records by two devices. Of the first the log holds a snapshot alone, of the next a snapshot and what came since.
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good");
        let meta = Meta {
            workspace: WorkspaceId::random(),
            name: "Byrån".to_owned(),
            secret_hash: None,
            epoch: Epoch::random(),
            created_at: 0,
        };
        SqliteLog::create(&good, &meta).unwrap();
        let log = SqliteLog::open(&good).unwrap();
        let mut place = Place { folder, good, pushed: Vec::new(), texts: BTreeMap::new() };
        let mut documents: Vec<Document> = Vec::new();
        for number in 0..6_u8 {
            let kind = if number % 2 == 0 { &CONTACT } else { &VENUE };
            let document = Document::create(&NewRecord::new(kind), &writer(1, 0)).unwrap();
            place.pushed.extend(entries(&document, document.changes_since(&[]), 1));
            documents.push(document);
        }
        for round in 1..=6_i64 {
            if round == 4 {
                append(&log, std::mem::take(&mut place.pushed));
                let folding = Folding { rest: 0, kept: 12, records: 4, ..Folding::default() };
                folding.all(&log).unwrap();
            }
            for (number, document) in (0_i64..).zip(&mut documents).skip(usize::from(round > 3)) {
                let field =
                    if document.kind_name().as_deref() == Some("contact") { "family" } else { "name" };
                let edit = Edit::set(field, Value::Text(format!("Namn {number}, {round}")));
                let by = if (round + number) % 2 == 0 { 1 } else { 2 };
                let changes = document.edit(&[edit], &writer(by, round)).unwrap();
                place.pushed.extend(entries(document, changes, by));
            }
        }
        append(&log, std::mem::take(&mut place.pushed));
        place.pushed =
            documents.iter().flat_map(|document| entries(document, document.changes_since(&[]), 1)).collect();
        place.texts = texts(&log);
        let bare = "SELECT count(*) FROM entries WHERE length(bytes) = 0";
        let connection = Connection::open(&place.good).unwrap();
        let count: u64 = connection.query_row(bare, [], |row| row.get(0)).unwrap();
        assert!(count > 5, "some are bare: {count}");
        drop((log, connection));
        Connection::open(&place.good).unwrap().execute_batch("PRAGMA journal_mode = DELETE").unwrap();
        place
    }

    fn copy(&self, number: u64) -> PathBuf {
        let path = self.folder.path().join(format!("{number}"));
        fs::copy(&self.good, &path).unwrap();
        path
    }
}

/// What each record says, as whoever joins gets it, and as the log has it change by change.
fn texts(log: &SqliteLog) -> BTreeMap<RecordId, String> {
    let all = log.holdings((None, None), u64::MAX, 100, ReadScope::ALL).unwrap();
    let mut by_change: BTreeMap<RecordId, Vec<Vec<u8>>> = BTreeMap::new();
    let range = Range { after: 0, up_to: log.head().unwrap().position, bytes: usize::MAX, entries: 1_000 };
    for entry in log.read(range).unwrap().checked().unwrap().entries {
        by_change.entry(entry.record).or_default().push(entry.bytes);
    }
    let text = |holding: Holding| {
        let stored = log.document(holding.record, u64::MAX).unwrap();
        let whole = Document::load(holding.record, &stored.snapshot, &stored.tail).unwrap();
        let changes = Document::load(holding.record, &[], &by_change[&holding.record]).unwrap();
        assert_eq!(whole.heads(), changes.heads());
        let kind = log.kinds(&[holding.record]).unwrap();
        (holding.record, format!("{kind:?} {:?} {}", holding.heads, record_to_json(&changes.read())))
    };
    all.into_iter().map(text).collect()
}

/// Flips a bit of a value.
fn flip(cell: Cell, dice: &mut StdRng) -> Option<Cell> {
    let flipped = |mut bytes: Vec<u8>, dice: &mut StdRng| {
        let place = (!bytes.is_empty()).then(|| dice.random_range(0..bytes.len()))?;
        bytes[place] ^= 1 << dice.random_range(0..8);
        Some(bytes)
    };
    match cell {
        Cell::Integer(number) => Some(Cell::Integer(number ^ (1 << dice.random_range(0..63)))),
        Cell::Blob(bytes) => flipped(bytes, dice).map(Cell::Blob),
        Cell::Text(text) => String::from_utf8(flipped(text.into_bytes(), dice)?).ok().map(Cell::Text),
        Cell::Null | Cell::Real(_) => None,
    }
}

const COLUMNS: [(&str, &[&str]); 3] = [
    (
        "entries",
        &["position", "record", "hash", "bytes", "bytes", "bytes", "device", "received_at", "rolling", "sum"],
    ),
    ("documents", &["record", "kind", "snapshot", "snapshot", "snapshot", "heads", "folded_at"]),
    ("records", &["record", "heads", "first", "last", "folded", "kind"]),
];

/// Flips a bit somewhere in a table. Says where, if anything was changed.
fn damage(path: &Path, dice: &mut StdRng) -> Option<String> {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").unwrap();
    let (table, columns) = COLUMNS[dice.random_range(0..COLUMNS.len())];
    let column = columns[dice.random_range(0..columns.len())];
    let count: u64 =
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    let row = dice.random_range(0..count);
    let key = if table == "entries" { "position" } else { "record" };
    let select = format!("SELECT {key}, {column} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row}");
    let (id, cell): (Cell, Cell) =
        connection.query_row(&select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let flipped = flip(cell, dice)?;
    let update = format!("UPDATE {table} SET {column} = ? WHERE {key} = ?");
    connection.execute(&update, params![flipped, id]).ok().map(|_| format!("{table}.{column}, row {row}"))
}

/// Those who have everything connect: what the log lacks is pushed again.
fn push_again(path: &Path, pushed: &[NewEntry]) {
    for _ in 0..4 {
        let log = SqliteLog::open(path).unwrap();
        let lacks = |new: &&NewEntry| log.find(&new.entry.hash).unwrap().is_none();
        let lacking: Vec<_> = pushed.iter().filter(lacks).cloned().collect();
        if lacking.is_empty() {
            return;
        }
        append(&log, lacking);
    }
    panic!("there is always something lacking");
}

#[test]
fn a_bit_that_flips_in_a_value_is_told_and_healed_by_those_who_have_the_changes() {
    let place = Place::new();
    let (mut told, mut lost, mut harmless) = (0, 0, BTreeMap::<String, u32>::new());
    for seed in 0..300 {
        let mut dice = StdRng::seed_from_u64(seed);
        let path = place.copy(seed);
        let Some(at) = damage(&path, &mut dice) else { continue };
        let at = format!("seed {seed}: {at}");
        match care::verify(&path) {
            Ok(_) => {
                let log = SqliteLog::open(&path).unwrap();
                assert_eq!(texts(&log), place.texts, "{at}");
                *harmless.entry(at.split([':', ',']).nth(1).unwrap().to_owned()).or_default() += 1;
            }
            Err(LogError::Damaged(damage)) => {
                told += 1;
                assert!(!damage.is_none(), "{at}");
                let found = SqliteLog::open(&path).unwrap().mend().unwrap();
                assert_eq!(found.records.len(), damage.records.len(), "{at}");
                let left = care::verify(&path);
                match &left {
                    Ok(_) => assert_eq!(found.lost(), 0, "{at}"),
                    Err(LogError::Damaged(left)) => {
                        lost += 1;
                        assert!(left.is_taken_out(), "{at}: {left:?}");
                        assert!(
                            left.records.iter().all(|record| record.lost > 0 && !record.devices.is_empty()
                                || record.record != place.pushed[0].entry.record),
                            "{at}: {left:?}"
                        );
                    }
                    Err(error) => panic!("{at}: {error}"),
                }
                // What is there of it is as it was; and then all is.
                let log = SqliteLog::open(&path).unwrap();
                texts(&log);
                drop(log);
                push_again(&path, &place.pushed);
                care::verify(&path).unwrap_or_else(|error| panic!("{at}: {error}"));
                assert_eq!(texts(&SqliteLog::open(&path).unwrap()), place.texts, "{at}");
            }
            Err(error) => panic!("{at}: {error}"),
        }
        fs::remove_file(&path).unwrap();
    }
    // When a record was folded follows from nothing, and says nothing of what it holds.
    harmless.remove(" records.folded");
    assert_eq!(harmless, BTreeMap::new());
    assert!(told > 200 && lost > 40, "{told} told, {lost} with something lost");
}

#[test]
fn what_builds_on_what_is_lost_comes_back_as_soon_as_that_does() {
    let place = Place::new();
    let path = place.copy(1);
    let record = place.pushed.last().unwrap().entry.record;
    let of_it: Vec<_> = place.pushed.iter().filter(|new| new.entry.record == record).collect();
    let connection = Connection::open(&path).unwrap();
    let lost = of_it[of_it.len() - 3];
    let damaged = "UPDATE entries SET bytes = x'00' WHERE hash = ? AND length(bytes) > 0";
    assert_eq!(connection.execute(damaged, [lost.entry.hash.0]).unwrap(), 1);
    drop(connection);
    let log = SqliteLog::open(&path).unwrap();
    let LogError::Damaged(seen) = log.look_at(0, 1_000).unwrap_err() else { panic!("it is damaged") };
    assert_eq!(seen.records[0].record, record);
    let found = log.mend().unwrap();
    let [told] = &found.records[..] else { panic!("one record: {found:?}") };
    assert_eq!((told.record, told.lost, told.aside), (record, 1, 2));
    assert_eq!(
        told.devices.keys().copied().collect::<Vec<_>>(),
        [lost.device].map(|_| *told.devices.keys().next().unwrap())
    );
    assert!(!log.is_current().unwrap(), "it is another log");
    drop(log);
    let log = SqliteLog::open(&path).unwrap();
    assert!(log.mend().unwrap().is_none(), "once is enough");
    assert!(
        matches!(care::verify(&path), Err(LogError::Damaged(damage)) if damage.lost() == 1),
        "told each time"
    );
    // Only the one comes again.
    append(&log, vec![lost.clone()]);
    assert!(!log.is_current().unwrap(), "what waited for it came behind it");
    drop(log);
    care::verify(&path).unwrap();
    assert_eq!(texts(&SqliteLog::open(&path).unwrap()), place.texts);
}

#[test]
fn who_is_erased_waits_among_nothing_that_is_missing() {
    let place = Place::new();
    let path = place.copy(1);
    let record = place.pushed.last().unwrap().entry.record;
    let connection = Connection::open(&path).unwrap();
    connection
        .execute(
            "UPDATE entries SET bytes = x'00' WHERE record = ? AND length(bytes) > 0",
            [record.as_bytes()],
        )
        .unwrap();
    SqliteLog::open(&path).unwrap().mend().unwrap();
    SqliteLog::open(&path).unwrap().erase(&Erase { record, by: None, at: 0 }).unwrap();
    let count = |table| {
        let select = format!("SELECT count(*) FROM {table} WHERE record = ?");
        connection.query_row(&select, [record.as_bytes()], |row| row.get::<_, u64>(0)).unwrap()
    };
    assert_eq!(["entries", "records", "documents", "missing"].map(count), [0; 4]);
    care::verify(&path).unwrap();
}

#[test]
fn a_bit_that_flips_anywhere_in_the_file_changes_nothing_or_is_told() {
    let place = Place::new();
    let good = fs::read(&place.good).unwrap();
    let mut told = 0;
    for seed in 0..300 {
        let mut dice = StdRng::seed_from_u64(seed);
        let path = place.folder.path().join("flipped");
        let mut bytes = good.clone();
        // The first page has what SQLite itself says of the file.
        let at = dice.random_range(4_096..bytes.len());
        bytes[at] ^= 1 << dice.random_range(0..8);
        fs::write(&path, &bytes).unwrap();
        let looked = catch_unwind(AssertUnwindSafe(|| match care::verify(&path) {
            Ok(_) => Some(texts(&SqliteLog::open(&path).unwrap())),
            Err(_) => None,
        }));
        match looked.unwrap_or_else(|_| panic!("seed {seed}, byte {at}")) {
            Some(found) => assert_eq!(found, place.texts, "seed {seed}, byte {at}"),
            None => told += 1,
        }
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", path.display()));
        }
    }
    assert!(told > 40, "{told}");
}
