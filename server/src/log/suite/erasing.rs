//! Taking records out: what every implementation of [`Log`] must do.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use samsyn_engine::document::{Document, Edit, EncodedChange, Writer};
use samsyn_engine::schema::kinds::VENUE;
use samsyn_engine::schema::{NewRecord, Value};

use super::*;

const NOW: i64 = 1_795_500_000;

fn erase(log: &dyn Log, number: u8) -> bool {
    log.erase(&Erase { record: record(number), by: None, at: NOW }).unwrap()
}

fn append(log: &dyn Log, entries: Vec<NewEntry>, snapshots: Vec<Snapshot>) -> Result<Cursor> {
    let after = log.head().unwrap();
    log.append(&Append { after, entries, snapshots, actors: Vec::new(), received_at: NOW })
}

/// All that can be read of a log, but for its life and for what was erased.
#[derive(Debug, PartialEq)]
struct Reading {
    end: (u64, RollingHash),
    stretches: Vec<Stretch>,
    rolling: Vec<Option<RollingHash>>,
    places: Vec<Option<Place>>,
    records: Vec<RecordReading>,
    then: Vec<ThenReading>,
    unfolded: Vec<RecordId>,
    kinds: Vec<String>,
    count: u64,
}

/// What can be read of a record: its document and its changes as they were at each place of the log.
type RecordReading = Vec<(StoredDocument, Vec<Vec<u8>>)>;

/// How the records stood at a place of the log, and which have changed since.
type ThenReading = (Vec<Holding>, Vec<Standing>, Vec<RecordId>);

/// Reads all there is. Entries are asked for by the names up to `names`, records by those up to `records`.
fn read_all(log: &dyn Log, names: u8, records: u8) -> Reading {
    let head = log.head().unwrap();
    let places = 0..=head.position;
    let stretch = |after| Stretch {
        end: Cursor::start(Epoch::from_bytes([0; 16])),
        ..log.read(Range { bytes: 1, ..range(after, head.position) }).unwrap()
    };
    let of_record = |number: u8| {
        let read = |as_of| {
            (log.document(record(number), as_of).unwrap(), log.changes(record(number), as_of).unwrap())
        };
        places.clone().map(read).collect()
    };
    let then = |place| {
        let holdings = log.holdings((None, None), place, 100, ReadScope::ALL).unwrap();
        let newest = log.newest(place, 100, ReadScope::ALL).unwrap();
        (holdings, newest, log.changed_since(place, None, 100, ReadScope::ALL).unwrap())
    };
    Reading {
        end: (head.position, head.hash),
        stretches: places.clone().map(stretch).collect(),
        rolling: (0..=head.position + 2).map(|place| log.rolling_at(place).unwrap()).collect(),
        places: (1..=names).map(|number| log.find(&ChangeHash([number; 32])).unwrap()).collect(),
        records: (0..records).map(of_record).collect(),
        then: places.clone().map(then).collect(),
        unfolded: log.unfolded(u64::MAX, 100).unwrap(),
        kinds: log.kinds(&(0..records).map(record).collect::<Vec<_>>()).unwrap(),
        count: log.count(u64::MAX, ReadScope::ALL).unwrap(),
    }
}

/// A change behind the last one of its record, which is one of four.
fn some_change(random: &mut StdRng, number: u8, last: &mut [Option<ChangeHash>; 4]) -> NewEntry {
    let of = random.random_range(0..last.len());
    let dependencies: Vec<_> = last[of].into_iter().collect();
    let mut body = vec![dependencies.len() as u8];
    body.extend(dependencies.iter().flat_map(|hash| hash.0));
    body.extend(vec![number; random.random_range(0..40)]);
    let bytes = [&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1, body.len() as u8], &body[..]].concat();
    let hash = ChangeHash([number; 32]);
    last[of] = Some(hash);
    let entry = Entry { record: record(of as u8), hash, bytes };
    NewEntry { entry, dependencies, device: DeviceId::from_bytes([9; 16]), kind: kind_of(of as u8) }
}

/// What some pushes bring, at times with a snapshot of one of their records.
fn some_appends(random: &mut StdRng) -> Vec<(Vec<NewEntry>, Vec<Snapshot>)> {
    let (mut last, mut number) = ([None; 4], 0);
    let appends = (0..random.random_range(3..10)).map(|_| {
        let entries: Vec<_> = (0..random.random_range(1..6))
            .map(|_| {
                number += 1;
                some_change(random, number, &mut last)
            })
            .collect();
        let of = entries[random.random_range(0..entries.len())].entry.record;
        let bytes = format!("up to {number}").into_bytes();
        let snapshot = Snapshot {
            record: of,
            kind: "contact".to_owned(),
            bytes,
            heads: vec![ChangeHash([1; 32])],
            is_heavy: false,
        };
        let snapshots = if random.random_bool(0.4) { vec![snapshot] } else { Vec::new() };
        (entries, snapshots)
    });
    appends.collect()
}

for_each_log! {
    fn a_log_out_of_which_records_were_taken_reads_as_one_that_never_had_them(kept: impl Kept, meta: Meta) {
        drop(kept);
        let mut taken_out = 0;
        for seed in 0..12 {
            let mut random = StdRng::seed_from_u64(seed);
            let appends = some_appends(&mut random);
            let names = appends.iter().map(|(entries, _)| entries.len() as u8).sum();
            let meta = || Meta { workspace: WorkspaceId::random(), ..meta.clone() };
            let (mut kept, other) = (K::new(&meta()), K::new(&meta()));
            let gone: Vec<u8> = (0..4).filter(|_| random.random_bool(0.4)).collect();
            for (entries, snapshots) in &appends {
                append(kept.log(), entries.clone(), snapshots.clone()).unwrap();
                let stays = |record: &RecordId| gone.iter().all(|number| super::record(*number) != *record);
                let entries: Vec<_> = entries.iter().filter(|new| stays(&new.entry.record)).cloned().collect();
                let snapshots = snapshots.iter().filter(|snapshot| stays(&snapshot.record)).cloned().collect();
                if !entries.is_empty() {
                    append(other.log(), entries, snapshots).unwrap();
                }
            }
            for number in &gone {
                assert!(erase(kept.log(), *number), "seed {seed}");
                taken_out += 1;
            }
            kept.reopen();
            for again in [false, true] {
                assert_eq!(read_all(kept.log(), names, 4), read_all(other.log(), names, 4), "seed {seed}, {again}");
                kept.reopen();
            }
            // It goes on from there.
            for log in [kept.log(), other.log()] {
                let stays = (0..4).find(|number| !gone.contains(number));
                if let Some(stays) = stays {
                    let mut new = linked(250);
                    new.entry.record = record(stays);
                    append(log, vec![new], Vec::new()).unwrap();
                }
            }
            assert_eq!(read_all(kept.log(), 250, 4), read_all(other.log(), 250, 4), "seed {seed}");
        }
        assert!(taken_out > 10, "{taken_out} are too few to say anything");
    }

    fn after_an_erasure_it_is_another_log_and_the_old_one_takes_nothing(kept: impl Kept, meta: Meta) {
        append(kept.log(), (1..=9).map(linked).collect(), Vec::new()).unwrap();
        let (other, end) = (kept.another(), kept.log().head().unwrap());
        assert!(kept.log().is_current().unwrap() && other.is_current().unwrap());
        assert!(erase(&*other, 1));
        for log in [kept.log(), &*other] {
            assert!(!log.is_current().unwrap());
            let entries = vec![linked(12)];
            let append = Append { after: end, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 };
            assert_eq!(log.append(&append), Err(LogError::Moved));
            let after = log.head().unwrap();
            assert_eq!(log.append(&Append { after, ..append }), Err(LogError::Moved));
            let at = after.position;
            assert_eq!(log.fold(&Fold { at, looked_at: at, ..Fold::default() }), Err(LogError::Moved));
        }
        kept.reopen();
        let log = kept.log();
        assert!(log.is_current().unwrap());
        assert_ne!(log.meta().unwrap().epoch, meta.epoch);
        assert_eq!(log.head().unwrap().epoch, log.meta().unwrap().epoch);
        assert_eq!(numbers(&log.read(range(0, 100)).unwrap()), [2, 3, 5, 6, 8, 9]);
        assert_eq!(append(log, vec![linked(12)], Vec::new()).unwrap().position, 7);
    }

    fn what_was_erased_is_not_taken_again(kept: impl Kept, _meta: Meta) {
        append(kept.log(), (1..=3).map(linked).collect(), Vec::new()).unwrap();
        assert!(erase(kept.log(), 1));
        kept.reopen();
        for again in [false, true] {
            assert!(!erase(kept.log(), 1), "once is enough");
            assert!(kept.log().is_current().unwrap());
            let end = kept.log().head().unwrap();
            // The same change, a later one, and one in the middle of others.
            for entries in [vec![linked(1)], vec![linked(4)], vec![linked(5), linked(4), linked(6)]] {
                let refused = append(kept.log(), entries, vec![snapshot(2, b"of what was not taken")]);
                assert_eq!(refused, Err(LogError::Erased(record(1))), "{again}");
            }
            assert_eq!(kept.log().head().unwrap(), end);
            assert_eq!(kept.log().find(&ChangeHash([5; 32])).unwrap(), None);
            assert_eq!(kept.log().document(record(2), u64::MAX).unwrap().snapshot, b"");
            kept.reopen();
        }
        assert_eq!(append(kept.log(), vec![linked(5), linked(6)], Vec::new()).unwrap().position, 4);
    }

    fn what_has_not_come_yet_can_be_erased_and_then_never_comes(kept: impl Kept, _meta: Meta) {
        append(kept.log(), vec![linked(2), linked(3)], Vec::new()).unwrap();
        let (pusher, end) = (kept.another(), kept.log().head().unwrap());
        assert!(erase(kept.log(), 1));
        // Somebody has looked just before whether the record was erased.
        let entries = vec![linked(1)];
        let append = Append { after: end, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 };
        assert!(pusher.append(&append).is_err());
        kept.reopen();
        assert_eq!(kept.log().find(&ChangeHash([1; 32])).unwrap(), None);
        assert_eq!(numbers(&kept.log().read(range(0, 9)).unwrap()), [2, 3]);
        assert!(kept.log().is_erased(record(1)).unwrap() && !kept.log().is_erased(record(2)).unwrap());
    }

    fn erasures_have_numbers_and_devices_confirm_them(kept: impl Kept, _meta: Meta) {
        let [one, other] = [DeviceId::from_bytes([7; 16]), DeviceId::from_bytes([8; 16])];
        let confirmed = |log: &dyn Log| log.confirmed(&[one, other]).unwrap();
        kept.log().confirm(one, 5).unwrap();
        assert_eq!(confirmed(kept.log()), [0, 0], "nothing was erased yet");
        append(kept.log(), (1..=9).map(linked).collect(), Vec::new()).unwrap();
        for number in [2, 0, 1] {
            assert!(erase(kept.log(), number));
            kept.reopen();
        }
        let erased = |number, of| Erased { number, record: record(of), at: NOW };
        let all = [erased(1, 2), erased(2, 0), erased(3, 1)];
        kept.log().confirm(one, 2).unwrap();
        for _ in 0..2 {
            assert_eq!(kept.log().erased_after(0, 9).unwrap(), all);
            assert_eq!(kept.log().erased_after(1, 1).unwrap(), all[1..2]);
            assert_eq!(kept.log().erased_after(3, 9).unwrap(), []);
            assert_eq!(kept.log().erased_after(u64::MAX, 9).unwrap(), []);
            assert_eq!(kept.log().last_erased(2).unwrap(), [all[2], all[1]]);
            assert_eq!(confirmed(kept.log()), [2, 0]);
            kept.reopen();
        }
        kept.log().confirm(one, 1).unwrap();
        assert_eq!(confirmed(kept.log()), [2, 0], "what was confirmed stays so");
        kept.log().confirm(other, u64::MAX).unwrap();
        assert_eq!(confirmed(kept.log()), [2, 3], "there is no more to confirm");
        assert_eq!(kept.log().head().unwrap().position, 0);
    }

    fn places_among_erasures_are_those_of_their_records_and_what_counts_is_of_this_list(kept: impl Kept, _meta: Meta) {
        append(kept.log(), (1..=9).map(linked).collect(), Vec::new()).unwrap();
        let before = kept.back_up();
        let mut place = ErasurePlace::default();
        assert_eq!(kept.log().erasures_at(0).unwrap(), Some(place));
        for number in [2, 0] {
            assert_eq!(kept.log().erasures_at(place.number + 1).unwrap(), None);
            assert!(erase(kept.log(), number));
            kept.reopen();
            place = place.then(&record(number));
            assert_eq!(kept.log().erasures_at(place.number).unwrap(), Some(place));
        }
        for beyond in [3, i64::MAX as u64, u64::MAX] {
            assert_eq!(kept.log().erasures_at(beyond).unwrap(), None);
        }
        kept.put_back(before);
        assert_eq!(kept.log().erasures_at(2).unwrap(), Some(place), "put back with the list of what was erased");
    }

    fn what_was_erased_stays_so_when_a_backup_of_before_is_put_back(kept: impl Kept, _meta: Meta) {
        append(kept.log(), (1..=9).map(linked).collect(), Vec::new()).unwrap();
        let device = DeviceId::from_bytes([7; 16]);
        let first = kept.back_up();
        assert!(erase(kept.log(), 2));
        kept.reopen();
        let second = kept.back_up();
        assert!(erase(kept.log(), 0));
        kept.reopen();
        kept.log().confirm(device, 2).unwrap();
        let last = kept.back_up();
        let expected = read_all(kept.log(), 9, 3);
        let names: Vec<_> = kept.log().erased_after(0, 9).unwrap().iter().map(|one| (one.number, one.record)).collect();
        let mut lives = vec![*kept.log().meta().unwrap().epoch.as_bytes()];
        for backup in [first, second, last] {
            kept.put_back(backup);
            let log = kept.log();
            assert!(log.is_current().unwrap());
            assert_eq!(read_all(log, 9, 3), expected);
            let again: Vec<_> = log.erased_after(0, 9).unwrap().iter().map(|one| (one.number, one.record)).collect();
            assert_eq!(again, names, "a number stands for the same erasure");
            assert_eq!(append(log, vec![linked(12)], Vec::new()), Err(LogError::Erased(record(0))));
            lives.push(*log.meta().unwrap().epoch.as_bytes());
        }
        lives.sort_unstable();
        lives.dedup();
        assert_eq!(lives.len(), 4, "each is a life of its own");
        assert_eq!(kept.log().confirmed(&[device]).unwrap(), [2]);
        assert_eq!(append(kept.log(), vec![linked(10)], Vec::new()).unwrap().position, 4);
    }

    fn what_is_folded_is_read_as_before_when_others_are_gone(kept: impl Kept, _meta: Meta) {
        let (mut documents, mut order) = (Vec::new(), Vec::new());
        for number in 0..3_u8 {
            let new = NewRecord { id: record(number), ..NewRecord::new(&VENUE) };
            let document = Document::create(&new, &writer(number, 0)).unwrap();
            order.extend(document.changes_since(&[]).into_iter().map(|change| new_entry(number, change)));
            documents.push(document);
        }
        for round in 1..=5 {
            for (number, document) in (0..).zip(&mut documents) {
                let edit = Edit::set("name", Value::Text(format!("Hall {number}, {round}")));
                let changes = document.edit(&[edit], &writer(number, i64::from(round))).unwrap();
                order.extend(changes.into_iter().map(|change| new_entry(number, change)));
            }
        }
        append(kept.log(), order.clone(), Vec::new()).unwrap();
        let at = kept.log().head().unwrap().position;
        let snapshots = documents.iter().map(Snapshot::of).collect();
        let bare = (1..=at).collect();
        kept.log().fold(&Fold { at, snapshots, bare, looked_at: at, resting: Vec::new() }).unwrap();
        assert!(erase(kept.log(), 1));
        kept.reopen();
        let left: Vec<_> = order.iter().map(|new| new.entry.clone()).filter(|entry| entry.record != record(1)).collect();
        assert_eq!(kept.log().read(range(0, 100)).unwrap().entries, left);
        assert_eq!(kept.log().looked_at().unwrap(), left.len() as u64);
        assert_eq!(kept.log().unfolded(u64::MAX, 9).unwrap(), []);
        let stored = kept.log().document(record(2), u64::MAX).unwrap();
        assert_eq!((stored.snapshot, stored.tail), (documents[2].save_plain(), Vec::new()));
        assert_eq!(kept.log().document(record(1), u64::MAX).unwrap(), StoredDocument::default());
    }
}

fn writer(number: u8, now: i64) -> Writer {
    Writer::new(&[number; 16], DeviceId::from_bytes([number; 16]), now)
}

fn new_entry(number: u8, change: EncodedChange) -> NewEntry {
    let dependencies = samsyn_engine::document::gate::dependencies_of(&change.bytes).unwrap_or_default();
    let entry = Entry { record: record(number), hash: change.hash, bytes: change.bytes };
    NewEntry { entry, dependencies, device: DeviceId::from_bytes([number; 16]), kind: "venue".to_owned() }
}
