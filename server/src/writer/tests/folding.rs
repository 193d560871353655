//! Folding changes nothing that can be read.

use samsyn_engine::sync::compare::Holding;

use super::*;
use crate::log::memory::MemoryLog;
use crate::log::{Meta, NewEntry, Range, SqliteLog};
use crate::writer::folding::Folding;

/// Folds all there is, at once.
const ALL: Folding = Folding { rest: 0, kept: 0, records: 3, entries: 7 };

fn meta() -> Meta {
    Meta {
        workspace: samsyn_engine::identity::WorkspaceId::random(),
        name: "Byrån".to_owned(),
        secret_hash: Some([0; 32]),
        epoch: samsyn_engine::sync::Epoch::random(),
        created_at: 0,
    }
}

/// Some people write some records in turns, one change an append.
fn write(log: &dyn Log, desks: &mut [Desk], turns: usize) {
    for turn in 0..turns {
        let place = turn % desks.len();
        let desk = &mut desks[place];
        let before = if log.head().unwrap().position < 2 * turns as u64 && turn < place + 1 {
            Vec::new()
        } else {
            desk.document.heads()
        };
        desk.edit(&format!("Berg {turn}"));
        let entry = |change: samsyn_engine::document::EncodedChange| NewEntry {
            dependencies: gate::dependencies_of(&change.bytes).unwrap(),
            entry: Entry { record: desk.id(), hash: change.hash, bytes: change.bytes },
            device: desk.author.device,
            kind: "contact".to_owned(),
        };
        let entries = desk.document.changes_since(&before).into_iter().map(entry).collect();
        let after = log.head().unwrap();
        log.append(&Append { after, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 })
            .unwrap();
    }
}

/// All that can be read of a log: its entries, and for each place how its records stood.
type Told = (Vec<Entry>, Vec<(Vec<Holding>, Vec<Document>)>);

fn told(log: &dyn Log, records: &[RecordId]) -> Told {
    let end = log.head().unwrap().position;
    let range = Range { after: 0, up_to: end, bytes: usize::MAX, entries: 10_000 };
    let stood = |as_of| {
        let documents = records.iter().map(|record| {
            let stored = log.document(*record, as_of).unwrap();
            Document::load(*record, &stored.snapshot, &stored.tail).unwrap()
        });
        (log.holdings((None, None), as_of, 1_000, crate::log::ReadScope::ALL).unwrap(), documents.collect())
    };
    (log.read(range).unwrap().entries, (0..=end).map(stood).collect())
}

fn assert_same(before: &Told, after: &Told) {
    assert_eq!(before.0, after.0, "entries");
    for (place, (one, other)) in before.1.iter().zip(&after.1).enumerate() {
        assert_eq!(one.0, other.0, "holdings at {place}");
        let heads = |documents: &[Document]| documents.iter().map(Document::heads).collect::<Vec<_>>();
        assert_eq!(heads(&one.1), heads(&other.1), "documents at {place}");
    }
}

fn fold_all(log: &dyn Log, folding: Folding) -> usize {
    let mut steps = 0;
    while folding.step(log, log.head().unwrap().position).unwrap() {
        steps += 1;
        assert!(steps < 1_000, "it has no end");
    }
    steps
}

fn nothing_changes(log: &dyn Log) {
    let mut desks: Vec<_> = (1..=5).map(Desk::new).collect();
    let records: Vec<_> = desks.iter().map(Desk::id).collect();
    write(log, &mut desks, 23);
    let before = told(log, &records);
    assert!(fold_all(log, ALL) > 3, "in small steps");
    assert_same(&before, &told(log, &records));
    assert!(!ALL.step(log, log.head().unwrap().position).unwrap(), "nothing is left");
    // It goes on, and old documents are asked for that newer snapshots hold.
    write(log, &mut desks, 9);
    let before = told(log, &records);
    fold_all(log, ALL);
    assert_same(&before, &told(log, &records));
}

#[test]
fn what_is_folded_reads_as_before() {
    nothing_changes(&MemoryLog::new(meta()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    SqliteLog::create(&path, &meta()).unwrap();
    let log = SqliteLog::open(&path).unwrap();
    nothing_changes(&log);
    let end = log.head().unwrap().position;
    let whole = Range { after: 0, up_to: end, bytes: usize::MAX, entries: 1_000 };
    let before = log.read(whole).unwrap();
    drop(log);
    assert_eq!(SqliteLog::open(&path).unwrap().read(whole).unwrap(), before);
}

#[test]
fn what_is_being_written_is_left_alone_and_the_newest_entries_are_kept() {
    let log = MemoryLog::new(meta());
    let mut desks: Vec<_> = (1..=4).map(Desk::new).collect();
    write(&log, &mut desks, 40);
    let end = log.head().unwrap().position;
    fold_all(&log, Folding { rest: 2, kept: end, ..ALL });
    let folded = |desk: &Desk| log.snapshot_of(desk.id()).is_some();
    assert_eq!(desks.iter().map(folded).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(log.looked_at().unwrap(), 0);
    fold_all(&log, Folding { rest: end, kept: 10, ..ALL });
    assert_eq!(log.looked_at().unwrap(), end - 10);
}

#[test]
fn a_damaged_record_is_left_alone_and_the_others_are_folded() {
    let log = MemoryLog::new(meta());
    let mut desks: Vec<_> = (1..=4).map(Desk::new).collect();
    write(&log, &mut desks, 12);
    log.damage(desks[1].id());
    fold_all(&log, ALL);
    let folded = |desk: &Desk| log.snapshot_of(desk.id()).is_some();
    assert_eq!(desks.iter().map(folded).collect::<Vec<_>>(), [true, false, true, true]);
    assert_eq!(log.looked_at().unwrap(), log.head().unwrap().position);
}

/// Writes so much that the document is heavy.
fn make_heavy(document: &mut Document, author: &samsyn_engine::document::Writer) {
    for letters in [60_000, 0, 60_000] {
        document.edit(&[Edit::set("notes", Value::Text("a".repeat(letters)))], author).unwrap();
    }
}

#[test]
fn a_heavy_record_is_left_alone_and_the_others_are_folded() {
    let log = MemoryLog::new(meta());
    let mut desks: Vec<_> = (1..=3).map(Desk::new).collect();
    let author = desks[1].author.clone();
    make_heavy(&mut desks[1].document, &author);
    write(&log, &mut desks, 9);
    fold_all(&log, ALL);
    let folded = |desk: &Desk| log.snapshot_of(desk.id()).is_some();
    assert_eq!(desks.iter().map(folded).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(log.looked_at().unwrap(), log.head().unwrap().position);
}

/// Whoever catches up with a record that became heavy later would have it loaded, and so would each of the others.
#[test]
fn what_was_folded_before_a_record_became_heavy_has_its_bytes_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    SqliteLog::create(&path, &meta()).unwrap();
    let log = SqliteLog::open(&path).unwrap();
    let mut desks: Vec<_> = (1..=2).map(Desk::new).collect();
    write(&log, &mut desks, 8);
    fold_all(&log, ALL);
    let bare = || -> u64 {
        let connection = SqliteLog::connect(&path).unwrap();
        let count = "SELECT count(*) FROM entries WHERE record = ? AND length(bytes) = 0";
        connection.query_row(count, [desks[0].id().as_bytes()], |row| row.get(0)).unwrap()
    };
    assert!(bare() > 3);
    let records: Vec<_> = desks.iter().map(Desk::id).collect();
    let before = told(&log, &records);
    let mut grown = desks[0].document.clone();
    make_heavy(&mut grown, &desks[0].author);
    let snapshots = vec![crate::log::Snapshot::of(&grown)];
    let after = log.head().unwrap();
    log.append(&Append { after, entries: Vec::new(), snapshots, actors: Vec::new(), received_at: 0 })
        .unwrap();
    assert_eq!(bare(), 0);
    assert_eq!(told(&log, &records[1..]).0, before.0);
}

#[test]
fn a_full_disk_folds_nothing_and_pushes_go_on() {
    let mut bench = Bench::new();
    let desk = Desk::new(1);
    bench.push(desk.all());
    bench.work();
    bench.log.be(Mood::Full);
    let mut writer = bench.writer.take().unwrap().that_folds(ALL);
    writer.fold();
    assert!(writer.is_folded(), "it does not try again and again");
    assert_eq!(bench.log.snapshot_of(desk.id()), None);
    bench.log.be(Mood::Fine);
    bench.writer = Some(writer);
    bench.push(Desk::new(2).all());
    assert!(bench.work().iter().all(logged(&[], [3, 4])));
    bench.writer.as_mut().unwrap().fold();
    assert!(bench.log.snapshot_of(desk.id()).is_some());
}
