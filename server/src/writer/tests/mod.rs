//! What the writer does with groups of pushes, over a log in memory that can be made to fail.

mod bench;
mod folding;
mod lane;

use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::document::{Document, Edit};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::schema::kinds::FOCUS_AREA;
use samsyn_engine::schema::{FieldPath, FieldType, NewRecord, Value};
use samsyn_engine::sync::Entry as Sent;
use samsyn_engine::sync::ErrorCode;
use samsyn_engine::sync::limits::CHANGE_BYTES;

use super::documents::LONGEST_TAIL;
use super::*;
use crate::limits::{Payer, Pusher, Tally};
use crate::log::memory::Mood;
use bench::{Bench, Desk, author, logged};

#[test]
fn pushes_that_wait_together_are_one_commit() {
    let mut bench = Bench::new();
    let desks: Vec<_> = (1..=5).map(Desk::new).collect();
    desks.iter().for_each(|desk| bench.push(desk.all()));
    let outcomes = bench.work();
    assert_eq!(bench.log.appends(), 1);
    // Once, when everybody had the answer: so they know which entries are their own.
    assert_eq!(*bench.published.times.lock().unwrap(), [(10, 10, 5)]);
    for (outcome, first) in outcomes.iter().zip((1..).step_by(2)) {
        assert!(logged(&[], [first, first + 1])(outcome), "{outcome:?}");
    }
}

/// Found by reading: whoever hung up before the answer came was never counted.
#[test]
fn whose_work_it_was_is_counted_also_where_nobody_hears_the_answer() {
    let tally = Arc::new(Tally::new(crate::config::Limits::default()));
    let [one, other] = [(); 2].map(|()| Pusher::proven(WorkspaceId::random(), RecordId::random()));
    let mut bench = Bench::new();
    bench.payer = Some(Payer { pusher: one, tally: Arc::clone(&tally) });
    bench.push(Desk::new(1).all());
    bench.answers.close();
    bench.work();
    assert_eq!(bench.logged().len(), 2);
    assert!(tally.has_worked(one) && !tally.has_worked(other));
}

#[test]
fn what_is_in_the_log_is_accepted_again_without_an_entry() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    bench.push(desk.all());
    // In the same group by somebody else, and later alone, and later with something new.
    bench.push(desk.all());
    let outcomes = bench.work();
    assert!(outcomes.iter().all(logged(&[], [1, 2])), "{outcomes:?}");
    bench.push(desk.all());
    assert!(bench.work().iter().all(logged(&[], [1, 2])));
    let mut again = desk.all();
    again.push(desk.edit("Bergman"));
    bench.push(again);
    assert!(bench.work().iter().all(logged(&[], [1, 2, 3])));
    assert_eq!((bench.logged().len(), bench.log.appends()), (3, 2));
}

#[test]
fn what_is_bad_is_refused_by_its_place_and_the_others_are_taken() {
    let mut bench = Bench::new();
    let (one, mut other) = (Desk::new(1), Desk::new(2));
    let mut entries = one.all();
    let garbage = EntryBody::Change(vec![7; 100]);
    entries.push(Sent { record: RecordId::random(), body: garbage });
    let known = EntryBody::Known(one.document.heads()[0]);
    entries.push(Sent { record: one.id(), body: known });
    other.edit("not sent");
    entries.push(other.edit("builds on what was not sent"));
    let mut damaged = one.clone().edit("damaged on the way");
    if let EntryBody::Change(bytes) = &mut damaged.body {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
    }
    entries.push(damaged);
    entries.extend(Desk::new(3).all());
    let malformed = ErrorCode::Malformed;
    assert_eq!(
        bench.refused(entries),
        [(2, malformed), (3, malformed), (4, ErrorCode::MissingDependencies), (5, malformed)]
    );
    assert_eq!(bench.logged().len(), 4);
}

#[test]
fn a_change_under_another_records_name_is_refused() {
    let mut bench = Bench::new();
    let (desk, other) = (Desk::new(1), Desk::new(2));
    bench.push(desk.all());
    bench.push(other.all());
    bench.work();
    let stolen = |entry: Sent| Sent { record: other.id(), ..entry };
    let refused = bench.refused(desk.all().into_iter().map(stolen).collect());
    assert_eq!(refused, [(0, ErrorCode::Malformed), (1, ErrorCode::Malformed)]);
    // In one group, not in the log yet.
    let new = Desk::new(3);
    let both: Vec<_> = new.all().into_iter().flat_map(|entry| [entry.clone(), stolen(entry)]).collect();
    assert_eq!(bench.refused(both), [(1, ErrorCode::ActorCollision), (3, ErrorCode::MissingDependencies)]);
    // Whoever is first with it under another name takes nothing from whoever it belongs to.
    let later = Desk::new(5);
    let both: Vec<_> = later.all().into_iter().flat_map(|entry| [stolen(entry.clone()), entry]).collect();
    assert_eq!(bench.refused(both), [(0, ErrorCode::ActorCollision), (2, ErrorCode::MissingDependencies)]);
    // As the first that comes of it.
    let strange = Desk::new(4).all().into_iter().map(|entry| Sent { record: RecordId::random(), ..entry });
    let refused = bench.refused(strange.take(1).collect());
    assert_eq!(refused, [(0, ErrorCode::Schema)]);
}

#[test]
fn a_copied_actor_is_refused_and_the_innocent_of_the_same_push_are_not() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    bench.push(desk.all());
    bench.work();
    let (mut copy, mut innocent) = (desk.clone(), desk.clone());
    innocent.author = author(9);
    let first = desk.edit("written by the original");
    let entries = vec![copy.edit("written by the copy"), innocent.edit("written by another")];
    bench.push(vec![first]);
    bench.work();
    assert_eq!(bench.refused(entries), [(0, ErrorCode::ActorCollision)]);
    assert_eq!(bench.logged().len(), 4);
}

#[test]
fn a_change_that_breaks_the_schema_is_refused_with_its_dependents_and_the_words_say_where() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    bench.push(desk.all());
    // Two each write as much prose as a field may hold: each is good, together they are not.
    let long = |desk: &mut Desk, letter: &str| {
        let path = FieldPath::field("notes");
        let edit = Edit::Prose { path, base: String::new(), text: letter.repeat(150_000) };
        let change = desk.document.edit(&[edit], &desk.author).unwrap().remove(0);
        desk.sent(&change)
    };
    let mut other = desk.clone();
    other.author = author(2);
    let first = long(&mut desk, "a");
    let second = long(&mut other, "b");
    let dependent = other.edit("Bergman");
    let good = Desk::new(3).all();
    bench.push(vec![first]);
    bench.push([vec![second, dependent], good].concat());
    let outcomes = bench.work();
    assert!(logged(&[], [3])(&outcomes[1]), "{outcomes:?}");
    let Outcome::Logged { refused, places } = &outcomes[2] else { panic!("{outcomes:?}") };
    assert_eq!(refused.iter().map(|refused| refused.number).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(refused[0].code, ErrorCode::Schema);
    assert!(refused[0].words.contains("notes"), "{}", refused[0].words);
    assert_eq!(refused[1].code, ErrorCode::MissingDependencies);
    assert_eq!(places.len(), 2);
}

#[test]
fn a_compressed_change_that_is_larger_than_a_client_takes_is_refused() {
    let author = author(1);
    let mut document = Document::create(&NewRecord::new(&FOCUS_AREA), &author).unwrap();
    let prose = FOCUS_AREA.fields.iter().filter(|field| field.field_type == FieldType::Prose);
    let edits: Vec<_> = prose.map(|field| Edit::set(field.name, Value::Text("🎻".repeat(49_000)))).collect();
    let changes = document.changes_since(&[]);
    let large = document.edit(&edits, &author).unwrap().remove(0);
    let sent = |bytes: &[u8]| Sent { record: document.id(), body: EntryBody::Change(bytes.to_vec()) };
    let limits = Limits { change_bytes: usize::MAX, ..Limits::default() };
    let compressed = gate::admit(&large.bytes, &limits).unwrap().bytes().to_vec();
    assert!(large.bytes.len() > CHANGE_BYTES && compressed.len() < CHANGE_BYTES / 10);

    let mut bench = Bench::new();
    let mut entries: Vec<_> = changes.iter().map(|change| sent(&change.bytes)).collect();
    entries.push(sent(&compressed));
    assert_eq!(bench.refused(entries), [(2, ErrorCode::TooLarge)]);
    assert_eq!(bench.logged().len(), 2);
}

#[test]
fn a_compressed_change_stands_in_the_log_uncompressed() {
    let mut desk = Desk::new(1);
    let mut entries = desk.all();
    let path = FieldPath::field("notes");
    let edit = Edit::Prose { path, base: String::new(), text: "x".repeat(5_000) };
    let change = desk.document.edit(&[edit], &desk.author).unwrap().remove(0);
    let compressed = gate::admit(&change.bytes, &Limits::default()).unwrap().bytes().to_vec();
    assert!(compressed.len() < change.bytes.len());
    entries.push(Sent { record: desk.id(), body: EntryBody::Change(compressed) });
    let mut bench = Bench::new();
    assert_eq!(bench.refused(entries), []);
    assert_eq!(bench.logged()[2].bytes, change.bytes);
}

#[test]
fn a_push_that_makes_the_checks_panic_is_refused_and_costs_the_others_nothing() {
    let mut bench = Bench::new();
    let desks: Vec<_> = (1..=4).map(Desk::new).collect();
    bench.log.curse(desks[1].document.heads()[0]);
    desks.iter().for_each(|desk| bench.push(desk.all()));
    let outcomes = bench.work();
    assert!(logged(&[], [1, 2])(&outcomes[0]), "{outcomes:?}");
    assert!(logged(&[0, 1], [])(&outcomes[1]), "{outcomes:?}");
    assert!(logged(&[], [3, 4])(&outcomes[2]), "{outcomes:?}");
    assert!(logged(&[], [5, 6])(&outcomes[3]), "{outcomes:?}");
}

#[test]
fn changes_pushed_in_any_order_stand_in_the_log_in_causal_order() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    (0..20).for_each(|number| drop(desk.edit(&format!("Berg {number}"))));
    let mut entries = desk.all();
    entries.reverse();
    let other = Desk::new(2);
    entries.insert(5, other.all().remove(0));
    bench.push(entries);
    let Some(Outcome::Logged { refused, places }) = bench.work().pop() else { panic!("not stored") };
    let mut positions: Vec<u64> = places.iter().map(|place| place.position).collect();
    positions.sort_unstable();
    assert_eq!((refused, positions), (Vec::new(), (1..=23).collect()));
    let logged = bench.logged();
    assert_eq!(logged[5].record, other.id(), "between records the order is the one of the push");
    let causal: Vec<_> =
        logged.iter().filter(|entry| entry.record == desk.id()).map(|entry| entry.hash).collect();
    let expected: Vec<_> = desk.document.changes_since(&[]).iter().map(|change| change.hash).collect();
    assert_eq!(causal, expected);
}

#[test]
fn a_full_disk_takes_nothing_tells_so_and_goes_on_when_there_is_room() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    bench.push(desk.all());
    bench.work();
    bench.log.be(Mood::Full);
    let change = desk.edit("Bergman");
    bench.push(vec![change.clone()]);
    bench.push(Desk::new(2).all());
    assert_eq!(bench.work(), [Outcome::Failed, Outcome::Failed]);
    assert_eq!(bench.logged().len(), 2);
    // What depends on what failed is not taken from a memory of it.
    bench.log.be(Mood::Fine);
    let later = desk.edit("Berglund");
    assert_eq!(bench.refused(vec![later.clone()]), [(0, ErrorCode::MissingDependencies)]);
    assert_eq!(bench.refused(vec![change, later]), []);
    assert_eq!(bench.logged().len(), 4);
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_in_the_log() {
    let mut bench = Bench::new();
    let desk = Desk::new(1);
    bench.log.be(Mood::FullAfterWriting);
    bench.push(desk.all());
    assert_eq!(bench.work(), [Outcome::Failed]);
    // Those who read hear of the new end.
    assert_eq!(*bench.published.times.lock().unwrap(), [(0, 2, 0)]);
    bench.log.be(Mood::Fine);
    bench.push(desk.all());
    assert!(bench.work().iter().all(logged(&[], [1, 2])));
    assert_eq!(bench.logged().len(), 2);
}

#[test]
fn a_damaged_document_costs_only_its_own_record() {
    let mut bench = Bench::new();
    let (mut damaged, mut other) = (Desk::new(1), Desk::new(2));
    bench.push([damaged.all(), other.all()].concat());
    bench.work();
    bench.log.damage(damaged.id());
    let mut later = Bench::over(bench.log.clone());
    let refused = later.refused(vec![damaged.edit("Bergman"), other.edit("Ekman")]);
    assert_eq!(refused, [(0, ErrorCode::Storage)]);
    assert_eq!(later.logged().len(), 5);
}

#[test]
fn a_hot_document_is_folded_now_and_then_and_loads_from_its_snapshot() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    bench.push(desk.all());
    bench.work();
    assert_eq!(bench.log.snapshot_of(desk.id()), None);
    for number in 2..=LONGEST_TAIL + 10 {
        bench.push(vec![desk.edit(&format!("Berg {number}"))]);
        bench.work();
    }
    assert_eq!(bench.log.snapshot_of(desk.id()), Some(LONGEST_TAIL + 1));
    // A new writer knows only the log.
    let mut later = Bench::over(bench.log.clone());
    assert_eq!(later.refused(vec![desk.edit("Berglund")]), []);
    let stored = later.log.document(desk.id(), u64::MAX).unwrap();
    let loaded = Document::load(desk.id(), &stored.snapshot, &stored.tail).unwrap();
    assert_eq!(loaded.read(), desk.document.read());
}

#[test]
fn documents_are_opened_one_after_the_other_where_there_is_no_room_for_all_of_them() {
    let mut bench = Bench::new();
    let mut desks: Vec<_> = (1..=5).map(Desk::new).collect();
    bench.push(desks.iter().flat_map(Desk::all).collect());
    bench.work();
    for room in [1, 20 * 1024] {
        let log: Arc<dyn Log> = bench.log.clone();
        bench.writer.as_mut().unwrap().documents = Documents::new(log, room);
        let before = bench.logged().len() as u64;
        let names = (0..=LONGEST_TAIL).map(|number| format!("Berg {room} {number}"));
        let edits: Vec<_> = names
            .flat_map(|name| desks.iter_mut().map(|desk| desk.edit(&name)).collect::<Vec<_>>())
            .collect();
        let end = before + edits.len() as u64;
        bench.push(edits);
        let outcomes = bench.work();
        assert!(logged(&[], before + 1..=end)(&outcomes[0]), "{outcomes:?}");
        for desk in &desks {
            assert!(bench.log.snapshot_of(desk.id()).is_some(), "its tail had become long");
            let stored = bench.log.document(desk.id(), u64::MAX).unwrap();
            assert_eq!(
                (stored.load(desk.id()).unwrap().read(), stored.tail.len()),
                (desk.document.read(), 0)
            );
        }
    }
}

#[test]
fn the_writer_ends_when_nobody_can_push_any_more_and_has_then_answered_everything() {
    let mut bench = Bench::new();
    (1..=5).for_each(|number| bench.push(Desk::new(number).all()));
    let (writer, waiting) = (bench.writer.take().unwrap(), bench.waiting.take().unwrap());
    drop(std::mem::replace(&mut bench.queue, mpsc::channel(1).0));
    writer.run(waiting);
    assert_eq!(bench.logged().len(), 10);
    assert_eq!(std::iter::from_fn(|| bench.answers.try_recv().ok()).count(), 5);
}
