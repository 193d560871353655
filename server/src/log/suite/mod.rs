//! What every implementation of [`Log`] must do. Each test runs over each of them.

use std::path::PathBuf;

use samsyn_engine::document::{ActorId, ChangeHash};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Role, WorkspaceId};
use samsyn_engine::sync::{Cursor, Epoch, ErasurePlace, RollingHash};

use super::memory::MemoryLog;
use super::*;

/// An empty log that can be closed and opened again, and put back from a backup.
trait Kept {
    type Backup;
    fn new(meta: &Meta) -> Self;
    fn log(&self) -> &dyn Log;
    fn reopen(&mut self);
    /// Opens it once more, as another process would.
    fn another(&self) -> Box<dyn Log>;
    fn back_up(&self) -> Self::Backup;
    /// Puts a backup in the log's place and opens it.
    fn put_back(&mut self, backup: Self::Backup);
}

struct InMemory(MemoryLog);

impl Kept for InMemory {
    type Backup = super::memory::State;

    fn new(meta: &Meta) -> Self {
        InMemory(MemoryLog::new(meta.clone()))
    }
    fn log(&self) -> &dyn Log {
        &self.0
    }
    fn reopen(&mut self) {
        self.0 = self.0.again();
    }
    fn another(&self) -> Box<dyn Log> {
        Box::new(self.0.again())
    }
    fn back_up(&self) -> Self::Backup {
        self.0.copy()
    }
    fn put_back(&mut self, backup: Self::Backup) {
        self.0.put_back(backup);
        self.reopen();
    }
}

struct InSqlite {
    folder: tempfile::TempDir,
    path: PathBuf,
    log: Option<SqliteLog>,
}

impl Kept for InSqlite {
    type Backup = PathBuf;

    fn new(meta: &Meta) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // As in a data folder: what was erased is noted beside the workspaces.
        let place = folder.path().join("workspaces").join(meta.workspace.to_string());
        std::fs::create_dir_all(&place).unwrap();
        let path = place.join("log.sqlite");
        SqliteLog::create(&path, meta).unwrap();
        let log = Some(SqliteLog::open(&path).unwrap());
        InSqlite { folder, path, log }
    }
    fn log(&self) -> &dyn Log {
        self.log.as_ref().unwrap()
    }
    fn reopen(&mut self) {
        self.log = None;
        self.log = Some(SqliteLog::open(&self.path).unwrap());
    }
    fn another(&self) -> Box<dyn Log> {
        Box::new(SqliteLog::open(&self.path).unwrap())
    }
    fn back_up(&self) -> PathBuf {
        let name = (1..).map(|number| format!("backup {number}"));
        let mut free = name.map(|name| self.folder.path().join(name)).filter(|path| !path.exists());
        let backup = free.next().unwrap();
        care::copy(&self.path, &backup).unwrap();
        backup
    }
    fn put_back(&mut self, backup: PathBuf) {
        let kept = self.back_up();
        std::fs::remove_file(&kept).unwrap();
        restoring::prepare(&backup, &self.path).unwrap();
        restoring::exchange(&self.path, &backup, || care::copy(&self.path, &kept)).unwrap();
        self.reopen();
    }
}

macro_rules! for_each_log {
    ($($(#[$doc:meta])* fn $name:ident($kept:ident: impl Kept, $meta:ident: Meta) $body:block)*) => {
        $( $(#[$doc])* fn $name<K: Kept>() {
            let $meta = meta();
            #[allow(unused_mut)]
            let mut $kept = K::new(&$meta);
            $body
        } )*
        mod in_memory { $( #[test] fn $name() { super::$name::<super::InMemory>() } )* }
        mod in_sqlite { $( #[test] fn $name() { super::$name::<super::InSqlite>() } )* }
    };
}

fn meta() -> Meta {
    Meta {
        workspace: WorkspaceId::random(),
        name: "Byrån".to_owned(),
        secret_hash: Some([7; 32]),
        epoch: Epoch::random(),
        created_at: 1_700_000_000,
    }
}

/// Records 0 and 1 are contacts, record 2 is a venue.
fn kind_of(number: u8) -> String {
    if number % 3 == 2 { "venue".to_owned() } else { "contact".to_owned() }
}

fn record(number: u8) -> RecordId {
    RecordId::from_bytes([number; 16])
}

/// A change of that number: record `number % 3`, `number` bytes long.
fn change(number: u8) -> NewEntry {
    let entry = Entry {
        record: record(number % 3),
        hash: ChangeHash([number; 32]),
        bytes: vec![number; usize::from(number)],
    };
    NewEntry { entry, dependencies: Vec::new(), device: DeviceId::from_bytes([9; 16]), kind: kind_of(number) }
}

/// A change of that number behind the last one of its record, as one that a log can read it from.
fn linked(number: u8) -> NewEntry {
    let last = number.checked_sub(3).filter(|last| *last > 0).map(|last| ChangeHash([last; 32]));
    let dependencies: Vec<_> = last.into_iter().collect();
    let mut body = vec![dependencies.len() as u8];
    body.extend(dependencies.iter().flat_map(|hash| hash.0));
    let mut new = change(number);
    // A change chunk's frame: magic, checksum, kind, length.
    new.entry.bytes = [&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1, body.len() as u8], &body[..]].concat();
    NewEntry { dependencies, ..new }
}

fn add(log: &dyn Log, numbers: impl IntoIterator<Item = u8>) -> Result<Cursor> {
    add_with(log, numbers, Vec::new())
}

fn add_with(
    log: &dyn Log,
    numbers: impl IntoIterator<Item = u8>,
    snapshots: Vec<Snapshot>,
) -> Result<Cursor> {
    let entries = numbers.into_iter().map(change).collect();
    log.append(&Append {
        after: log.head().unwrap(),
        entries,
        snapshots,
        actors: Vec::new(),
        received_at: 1_700_000_000,
    })
}

fn range(after: u64, up_to: u64) -> Range {
    Range { after, up_to, bytes: usize::MAX, entries: 1_000 }
}

fn numbers(stretch: &Stretch) -> Vec<u8> {
    stretch.entries.iter().map(|entry| entry.hash.0[0]).collect()
}

// Behind the macro, which it uses.
mod erasing;

for_each_log! {
    fn a_new_log_is_empty_and_says_whose_it_is(kept: impl Kept, meta: Meta) {
        assert_eq!(kept.log().meta().unwrap(), meta);
        assert_eq!(kept.log().head().unwrap(), Cursor::start(meta.epoch));
        assert_eq!(kept.log().rolling_at(0).unwrap(), Some(RollingHash::default()));
        assert_eq!(kept.log().rolling_at(1).unwrap(), None);
        assert!(kept.log().read(range(0, 10)).unwrap().entries.is_empty());
        assert_eq!(kept.log().find(&ChangeHash([1; 32])).unwrap(), None);
        assert_eq!(kept.log().document(record(1), u64::MAX).unwrap(), StoredDocument::default());
    }

    fn what_was_appended_is_there_in_order_also_after_opening_again(kept: impl Kept, meta: Meta) {
        assert_eq!(add(kept.log(), 1..=4).unwrap().position, 4);
        let end = add(kept.log(), 5..=9).unwrap();
        for _ in 0..2 {
            let stretch = kept.log().read(range(0, 100)).unwrap();
            assert_eq!(numbers(&stretch), (1..=9).collect::<Vec<_>>());
            assert_eq!((stretch.after, stretch.end), (0, end));
            assert_eq!(stretch.entries[4], change(5).entry);
            assert_eq!(kept.log().head().unwrap(), end);
            let folded = (1..=9).fold(Cursor::start(meta.epoch), |at, number| at.then(&ChangeHash([number; 32])));
            assert_eq!(end, folded, "the rolling hash is the protocol's");
            let place = Place { position: 5, record: record(2) };
            assert_eq!(kept.log().find(&ChangeHash([5; 32])).unwrap(), Some(place));
            kept.reopen();
        }
    }

    fn what_is_out_of_sight_is_not_told_of(kept: impl Kept, _meta: Meta) {
        let (after, entries) = (kept.log().head().unwrap(), (1..=7).map(linked).collect());
        let actor = ActorId::from(&[5; 16][..]);
        let actors = vec![(actor.clone(), DeviceId::from_bytes([6; 16]))];
        let append = Append { after, entries, snapshots: Vec::new(), actors, received_at: 0 };
        kept.log().append(&append).unwrap();
        kept.reopen();
        let (log, partner) = (kept.log(), ReadScope::of(Role::Partner));
        let held = log.holdings((None, None), 7, 100, partner).unwrap();
        assert_eq!(held.iter().map(|held| held.record).collect::<Vec<_>>(), [record(2)]);
        let newest = log.newest(u64::MAX, 9, partner).unwrap();
        assert_eq!(newest, [Standing { record: record(2), last: 5 }]);
        assert_eq!(log.changed_since(2, None, 9, partner).unwrap(), [record(2)]);
        assert_eq!((log.count(u64::MAX, partner).unwrap(), log.count(5, partner).unwrap()), (1, 0));
        let kinds = log.kinds(&[record(2), record(9), record(0)]).unwrap();
        assert_eq!(kinds, ["venue", "", "contact"]);
        assert_eq!(log.owner(&actor).unwrap(), Some(DeviceId::from_bytes([6; 16])));
        assert_eq!(log.owner(&ActorId::from(&[7; 16][..])).unwrap(), None);
        assert_ne!(log.seal().unwrap(), [0; 32]);
    }

    fn records_are_told_as_they_stood_then(kept: impl Kept, _meta: Meta) {
        let heads = |as_of| {
            let all = kept.log().holdings((None, None), as_of, 100, ReadScope::ALL).unwrap();
            all.into_iter().map(|held| (held.record, held.heads)).collect::<Vec<_>>()
        };
        let name = |number: u8| vec![ChangeHash([number; 32])];
        for numbers in [1..=2, 3..=7] {
            let (after, entries) = (kept.log().head().unwrap(), numbers.map(linked).collect());
            kept.log().append(&Append { after, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 }).unwrap();
        }
        // Records 0, 1, 2: changes 3 and 6, 1, 4 and 7, 2 and 5.
        assert_eq!(heads(7), [(record(0), name(6)), (record(1), name(7)), (record(2), name(5))]);
        assert_eq!(heads(5), [(record(0), name(3)), (record(1), name(4)), (record(2), name(5))]);
        assert_eq!(heads(2), [(record(1), name(1)), (record(2), name(2))]);
        assert_eq!(heads(0), []);
        let some = kept.log().holdings((Some(record(1)), Some(record(2))), u64::MAX, 100, ReadScope::ALL).unwrap();
        assert_eq!(some.len(), 1);
        assert_eq!(kept.log().holdings((None, None), 7, 2, ReadScope::ALL).unwrap().len(), 2);

        let order = |below, most| {
            let newest = kept.log().newest(below, most, ReadScope::ALL).unwrap();
            newest.into_iter().map(|standing| (standing.record, standing.last)).collect::<Vec<_>>()
        };
        assert_eq!(order(u64::MAX, 9), [(record(1), 7), (record(0), 6), (record(2), 5)]);
        assert_eq!(order(7, 1), [(record(0), 6)]);
        assert_eq!(kept.log().count(7, ReadScope::ALL).unwrap(), 2);
        assert_eq!(kept.log().changed_since(2, None, 9, ReadScope::ALL).unwrap(), [record(1), record(2)]);
        assert_eq!(kept.log().changed_since(2, Some(record(1)), 9, ReadScope::ALL).unwrap(), [record(2)]);
        assert_eq!(kept.log().changed_since(7, None, 9, ReadScope::ALL).unwrap(), []);

        let tail = |as_of| kept.log().document(record(1), as_of).unwrap().tail.len();
        assert_eq!((tail(0), tail(1), tail(4), tail(7)), (0, 1, 2, 3));
        let changes = kept.log().changes(record(1), 4).unwrap();
        assert_eq!(changes, [linked(1).entry.bytes, linked(4).entry.bytes]);
    }

    fn a_stretch_keeps_to_its_bounds_and_has_at_least_one_entry(kept: impl Kept, _meta: Meta) {
        let end = add(kept.log(), 1..=9).unwrap();
        assert_eq!(numbers(&kept.log().read(range(3, 6)).unwrap()), [4, 5, 6]);
        assert_eq!(numbers(&kept.log().read(Range { entries: 2, ..range(3, 9) }).unwrap()), [4, 5]);
        // With the entry that brings it to the bound.
        assert_eq!(numbers(&kept.log().read(Range { bytes: 9, ..range(3, 9) }).unwrap()), [4, 5]);
        assert_eq!(numbers(&kept.log().read(Range { bytes: 1, ..range(8, 9) }).unwrap()), [9]);
        assert_eq!(kept.log().read(range(3, 6)).unwrap().end.hash, kept.log().rolling_at(6).unwrap().unwrap());
        assert_eq!(kept.log().read(range(0, 9)).unwrap().end, end);
        assert!(kept.log().read(range(9, 9)).unwrap().entries.is_empty());
        assert!(kept.log().read(range(20, 30)).unwrap().entries.is_empty());
    }

    fn a_batch_goes_in_as_a_whole_or_not_at_all(kept: impl Kept, _meta: Meta) {
        let end = add(kept.log(), 1..=3).unwrap();
        let snapshot = snapshot(1, b"of the batch that failed");
        assert!(add_with(kept.log(), [4, 5, 2, 6], vec![snapshot]).is_err(), "2 is in it already");
        for _ in 0..2 {
            assert_eq!(kept.log().head().unwrap(), end);
            assert_eq!(kept.log().find(&ChangeHash([4; 32])).unwrap(), None);
            assert_eq!(kept.log().document(record(1), u64::MAX).unwrap().snapshot, b"");
            kept.reopen();
        }
        assert_eq!(add(kept.log(), [4]).unwrap().position, 4);
    }

    fn a_writer_that_is_not_at_the_end_is_told(kept: impl Kept, _meta: Meta) {
        let stale = kept.log().head().unwrap();
        add(kept.log(), 1..=3).unwrap();
        let entries = vec![change(4)];
        let append = Append { after: stale, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 };
        assert_eq!(kept.log().append(&append), Err(LogError::Moved));
        let position = kept.log().head().unwrap().position;
        let other_life = Cursor { epoch: Epoch::random(), ..kept.log().head().unwrap() };
        assert_eq!(kept.log().append(&Append { after: other_life, ..append }), Err(LogError::Moved));
        assert_eq!(kept.log().head().unwrap().position, position);
    }

    fn a_document_is_its_snapshot_and_what_came_since(kept: impl Kept, _meta: Meta) {
        add(kept.log(), [1, 4, 7]).unwrap();
        let stored = kept.log().document(record(1), u64::MAX).unwrap();
        assert_eq!((stored.snapshot, stored.tail.len()), (Vec::new(), 3));
        add_with(kept.log(), [2, 10], vec![snapshot(1, b"up to ten")]).unwrap();
        add(kept.log(), [13, 14]).unwrap();
        for _ in 0..2 {
            let stored = kept.log().document(record(1), u64::MAX).unwrap();
            assert_eq!((stored.snapshot.as_slice(), stored.tail), (&b"up to ten"[..], vec![vec![13; 13]]));
            let other = kept.log().document(record(2), u64::MAX).unwrap();
            assert_eq!((other.snapshot, other.tail), (Vec::new(), vec![vec![2; 2], vec![14; 14]]));
            kept.reopen();
        }
        add_with(kept.log(), [16], vec![snapshot(1, b"up to sixteen")]).unwrap();
        let stored = kept.log().document(record(1), u64::MAX).unwrap();
        assert_eq!((stored.snapshot.as_slice(), stored.tail.len()), (&b"up to sixteen"[..], 0));
    }

    fn any_position_can_be_checked(kept: impl Kept, meta: Meta) {
        add(kept.log(), 1..=3).unwrap();
        let mut cursor = Cursor::start(meta.epoch);
        for number in 1..=3 {
            cursor = cursor.then(&ChangeHash([number; 32]));
            assert_eq!(kept.log().rolling_at(cursor.position).unwrap(), Some(cursor.hash));
        }
        assert_eq!(kept.log().rolling_at(4).unwrap(), None);
        assert_eq!(kept.log().rolling_at(u64::MAX).unwrap(), None);
        kept.log().tidy().unwrap();
        assert_eq!(kept.log().head().unwrap(), cursor);
    }
}

fn snapshot(of: u8, bytes: &[u8]) -> Snapshot {
    Snapshot {
        record: record(of),
        kind: "contact".to_owned(),
        bytes: bytes.to_vec(),
        heads: vec![ChangeHash([of; 32])],
        is_heavy: false,
    }
}

#[test]
fn one_reads_while_another_writes() {
    let kept = InSqlite::new(&meta());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while seen < 200 {
                let stretch = kept.log().read(range(0, 1_000)).unwrap();
                assert_eq!(numbers(&stretch), (1..=stretch.end.position as u8).collect::<Vec<_>>());
                seen = stretch.end.position;
            }
        });
        for number in 1..=200 {
            add(kept.log(), [number]).unwrap();
        }
        reader.join().unwrap();
    });
}
