//! What a member could make up: each is refused on the way into a log with its reason, and what is not refused hurts nobody.

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable as _;
use automerge::{ExpandedChange, ObjType, ROOT, ScalarValue};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::document::gate::{GateError, Growth};

/// A change as a hostile device makes it: an honest one, with something else in it.
fn forged(document: &Document, number: u8, change: impl FnOnce(&mut ExpandedChange)) -> Change {
    let mut automerge = document.automerge.clone();
    let mut scratch = Document { id: document.id, automerge: automerge.clone() };
    scratch.write_as(&writer(number));
    automerge = scratch.automerge;
    let mut transaction = automerge.transaction();
    transaction.put(ROOT, "zz", i64::from(number)).unwrap();
    transaction.commit_with(automerge::transaction::CommitOptions::default().with_time(1_700_000_000));
    let mut expanded = automerge.get_last_local_change().unwrap().decode();
    change(&mut expanded);
    expanded.hash = None;
    Change::from(expanded)
}

fn put(key: &str, value: impl Into<ScalarValue>) -> Op {
    Op {
        action: OpType::Put(value.into()),
        obj: ObjectId::Root,
        key: Key::Map(key.into()),
        pred: Vec::new().into(),
        insert: false,
    }
}

/// What the gate says of a change on the way into a log.
fn verdict(document: &Document, change: &Change) -> Result<(), String> {
    let limits = Limits::of_log();
    let admitted = gate::admit(change.raw_bytes(), &limits).map_err(|error| error.code().to_owned())?;
    let mut next = document.clone();
    let received = next.receive(vec![admitted], &limits).map_err(|error| match error {
        ReceiveError::Gate(error) => error.code().to_owned(),
        ReceiveError::Layout(error) => error.to_string(),
    })?;
    received.rejected.first().map_or(Ok(()), |(_, error)| Err(error.code().to_owned()))
}

fn refused(document: &Document, change: &Change) -> String {
    verdict(document, change).expect_err("it is let in")
}

#[test]
fn numbers_beyond_what_can_be_gone_on_from_are_refused() {
    let document = contact();
    assert_eq!(verdict(&document, &forged(&document, 7, |_| ())), Ok(()));
    let starts = [u64::from(u32::MAX) - 2, u64::from(u32::MAX), 1 << 31, (1 << 30) + 1, 1];
    for start in starts {
        let change = forged(&document, 7, |change| change.start_op = start.try_into().unwrap());
        let code = refused(&document, &change);
        assert!(["malformed", "operation-numbers"].contains(&code.as_str()), "{start}: {code}");
    }
    for time in [i64::MIN, i64::MAX, i64::MIN + 1, -1 << 40, 1 << 40] {
        assert_eq!(refused(&document, &forged(&document, 7, |change| change.time = time)), "malformed");
    }
    for seq in [0, 2, u64::from(u32::MAX), u64::MAX] {
        let change = forged(&document, 7, |change| change.seq = seq);
        let code = refused(&document, &change);
        assert!(["malformed", "sequence-gap"].contains(&code.as_str()), "{seq}: {code}");
    }
    let key = forged(&document, 7, |change| change.operations = vec![put(&"k".repeat(300), 1)]);
    assert_eq!(refused(&document, &key), "too-large");
}

/// However far somebody went: whoever goes on from there is let in, and nobody can go on leaving out numbers.
#[test]
fn behind_the_largest_number_that_is_let_in_honest_work_goes_on() {
    let mut document = contact();
    let far = forged(&document, 7, |change| change.start_op = (1 << 30).try_into().unwrap());
    assert_eq!(verdict(&document, &far), Ok(()));
    document.receive(vec![far], &Limits::of_log()).unwrap();
    let mut honest = document.clone();
    for round in 0..3 {
        let before = honest.clone();
        let words = Edit::set("notes", Value::Text("Möte i maj. ".repeat(100 * (round + 1))));
        let change = honest.edit(&[words], &writer(1)).unwrap().remove(0);
        assert_eq!(verdict(&before, &Change::from_bytes(change.bytes).unwrap()), Ok(()));
    }
    let whole = gate::admit_document(&honest.save_plain(), &Limits::default()).unwrap();
    assert_eq!(Document::whole(honest.id, whole).unwrap().0.read(), honest.read());
    let again = forged(&honest, 8, |change| change.start_op = change.start_op.checked_add(1).unwrap());
    assert_eq!(refused(&honest, &again), "operation-numbers");
}

#[test]
fn a_clock_that_is_beyond_all_times_writes_a_time_that_passes() {
    for now in [i64::MIN, i64::MAX] {
        let mut document = contact();
        let writer = Writer::new(&[3; 16], DeviceId::from_bytes([3; 16]), now);
        let change = document.edit(&[Edit::set("family", text("Ek"))], &writer).unwrap().remove(0);
        assert!(gate::admit(&change.bytes, &Limits::of_log()).is_ok());
    }
}

#[test]
fn operations_by_run_length_are_refused_and_honest_long_texts_are_not() {
    let document = contact();
    for key in ["x", "family"] {
        let many =
            forged(&document, 7, |change| change.operations = vec![put(key, ScalarValue::Null); 100_000]);
        assert!(many.raw_bytes().len() < 200, "{}", many.raw_bytes().len());
        assert_eq!(refused(&document, &many), "too-large");
    }
    let delete = |change: &mut ExpandedChange| {
        let pred = vec![OpId::new(1, &ActorId::from(&[1; 16][..]))];
        let op = Op { action: OpType::Delete, pred: pred.into(), ..put("family", 1) };
        change.operations = vec![op; 400_000];
    };
    assert_eq!(refused(&document, &forged(&document, 7, delete)), "too-large");

    let mut honest = contact();
    let mut before = honest.clone();
    let edit = |text: &str| Edit::set("notes", Value::Text(text.to_owned()));
    for words in ["a".repeat(60_000), String::new(), "åäö ".repeat(3_000), "kort".to_owned()] {
        for change in honest.edit(&[edit(&words)], &writer(1)).unwrap() {
            assert_eq!(verdict(&before, &Change::from_bytes(change.bytes).unwrap()), Ok(()));
        }
        before = honest.clone();
    }
}

#[test]
fn what_a_record_is_cannot_be_written_over() {
    let document = contact();
    let id = document.id.to_string();
    let attempts: [(&str, ScalarValue); 4] = [
        ("_kind", "gadget".into()),
        ("_kind", "contact".into()),
        ("_kind", "member".into()),
        ("_id", id.as_str().into()),
    ];
    for (key, value) in attempts {
        let mut automerge = document.automerge.clone().with_actor(ActorId::from(&[7; 16][..]));
        let mut transaction = automerge.transaction();
        // The same value would be left out.
        transaction.delete(ROOT, key).unwrap();
        transaction.put(ROOT, key, value.clone()).unwrap();
        transaction.commit();
        let change = automerge.get_last_local_change().unwrap();
        assert!(refused(&document, &change).contains("does not fit its kind"), "{key} {value}");
    }
    let containers: [&dyn Fn(&mut automerge::transaction::Transaction<'_>); 4] = [
        &|t| drop(t.put_object(ROOT, "emails", ObjType::Map).unwrap()),
        &|t| drop(t.put_object(ROOT, "notes", ObjType::Text).unwrap()),
        &|t| t.delete(ROOT, "emails").unwrap(),
        &|t| t.delete(ROOT, "notes").unwrap(),
    ];
    for write in containers {
        let mut automerge = document.automerge.clone().with_actor(ActorId::from(&[7; 16][..]));
        let mut transaction = automerge.transaction();
        write(&mut transaction);
        transaction.commit();
        let reason = refused(&document, &automerge.get_last_local_change().unwrap());
        assert!(reason.contains("does not fit its kind"), "{reason}");
    }
}

#[test]
fn a_record_of_a_known_kind_has_the_seeds_of_that_kind() {
    let id = RecordId::from_bytes([7; 16]);
    let mut automerge = Automerge::new().with_actor(ActorId::from(&[7; 16][..]));
    let mut transaction = automerge.transaction();
    transaction.put(ROOT, "_kind", "contact").unwrap();
    transaction.put(ROOT, "_id", id.to_string()).unwrap();
    transaction.commit();
    let reason = refused(&Document::empty(id), &automerge.get_last_local_change().unwrap());
    assert!(reason.contains("does not fit its kind"), "{reason}");
}

#[test]
fn a_row_has_one_name() {
    let document = contact();
    let mut automerge = document.automerge.clone().with_actor(ActorId::from(&[7; 16][..]));
    let mut transaction = automerge.transaction();
    let (_, emails) = transaction.get(ROOT, "emails").unwrap().unwrap();
    let name = RowId::from_bytes([9; 10]).to_string().to_uppercase();
    transaction.put_object(&emails, name, ObjType::Map).unwrap();
    transaction.commit();
    assert!(refused(&document, &automerge.get_last_local_change().unwrap()).contains("proper name"));
}

/// Changes of one device beside each other, each under an actor of its own.
fn beside(document: &Document, device: u8, count: u16) -> Vec<Change> {
    let change = |number: u16| {
        let mut one = document.clone();
        let actor = [&number.to_be_bytes()[..], &[device; 14]].concat();
        let writer = Writer { actor: ActorId::from(&actor[..]), ..writer(device) };
        let edit = Edit::set("family", text(&format!("Ek {number}")));
        Change::from_bytes(one.edit(&[edit], &writer).unwrap().remove(0).bytes).unwrap()
    };
    (0..count).map(change).collect()
}

#[test]
fn one_device_has_so_many_names_and_heads_and_the_others_have_theirs() {
    let limits = Limits::of_log();
    let mut document = contact();
    let received = document.receive(beside(&document, 7, 40), &limits).unwrap();
    assert_eq!((received.changes.len(), received.rejected.len()), (32, 8));
    assert!(received.rejected.iter().all(|(_, error)| error.code() == "too-large"));
    let base = contact();
    let received = document.receive(beside(&base, 8, 3), &limits).unwrap();
    assert!(received.changes.is_empty(), "they are of another record");
    let received = document.receive(beside(&document, 8, 3), &limits).unwrap();
    assert_eq!((received.changes.len(), received.rejected.len()), (3, 0));

    // Merged each time, so that only the names count.
    let mut document = contact();
    let mut taken = 0;
    for number in 0..80_u16 {
        let actor = [&number.to_be_bytes()[..], &[7; 14]].concat();
        let writer = Writer { actor: ActorId::from(&actor[..]), ..writer(7) };
        let edit = Edit::set("family", text(&format!("Ek {number}")));
        let change = document.clone().edit(&[edit], &writer).unwrap().remove(0);
        let received = document.receive(vec![Change::from_bytes(change.bytes).unwrap()], &limits).unwrap();
        taken += received.changes.len();
    }
    assert_eq!(taken, 64);
    let honest = document.clone().edit(&[Edit::set("family", text("Berg"))], &writer(8)).unwrap().remove(0);
    assert_eq!(verdict(&document, &Change::from_bytes(honest.bytes).unwrap()), Ok(()));
}

/// One device fills a record until nothing more of it is taken: by operations, by changes, or by what is too much for its bytes.
#[test]
fn a_record_that_one_device_has_filled_can_still_be_written_by_the_others() {
    let growth = || Growth { operations_when_full: 300, changes_when_full: 30, ..Growth::default() };
    let of_operations = Growth { document_operations: 2_000, ..growth() };
    let cases = [
        (Limits { growth: Some(of_operations), ..Limits::default() }, 100, 19),
        (Limits { growth: Some(growth()), changes: 100, ..Limits::default() }, 1, 1_990),
    ];
    for (limits, letters, count) in cases {
        let mut document = contact();
        let offer = |document: &mut Document, edit: Edit, by: u8| {
            let changes = document.clone().edit(&[edit], &writer(by)).unwrap();
            let changes = changes.into_iter().map(|change| Change::from_bytes(change.bytes).unwrap());
            document.receive(changes.collect(), &limits).unwrap().rejected.is_empty()
        };
        let written = |number: usize, letters: usize| {
            Edit::set("notes", text(&char::from(b'a' + (number % 26) as u8).to_string().repeat(letters)))
        };
        let mut writing = document.clone();
        let mut all = |number| writing.edit(&[written(number, letters)], &writer(7)).unwrap().remove(0).bytes;
        let all = (0..count).map(|number| Change::from_bytes(all(number)).unwrap()).collect();
        assert!(document.receive(all, &limits).unwrap().rejected.is_empty());
        let named = |number: usize| Edit::set("family", text(&format!("Ek {number}")));
        assert!((0..200).any(|number| !offer(&mut document, named(number), 7)), "it is full to that device");

        assert!(offer(&mut document, Edit::set("family", text("Berglund")), 8));
        assert!(offer(&mut document, written(9_999, 120), 8));
        assert!(offer(&mut document, Edit::Remove, 9), "each has a part of its own");
        let more = (0..32).filter(|number| offer(&mut document, named(*number), 8)).count();
        assert!((1..30).contains(&more), "which ends, too: {more}");
        assert!(!offer(&mut document, named(0), 7));
        let mut joiner = Document::empty(document.id());
        let all = document.changes_since(&[]).into_iter();
        let all = all.map(|change| Change::from_bytes(change.bytes).unwrap()).collect();
        assert!(joiner.receive(all, &Limits::default()).unwrap().rejected.is_empty());
        assert_eq!(joiner.heads(), document.heads());
    }
}

#[test]
fn a_record_with_very_many_heads_is_merged_in_steps() {
    let mut document = contact();
    document.receive(beside(&document, 7, 1_200), &Limits::default()).unwrap();
    assert_eq!(document.heads().len(), 1_200);
    let before = document.clone();
    let changes = document.edit(&[Edit::set("family", text("Berglund"))], &writer(1)).unwrap();
    assert_eq!((document.heads().len(), document.read().get("family")), (1, &text("Berglund")));
    let mut joiner = before;
    for change in changes {
        let change = gate::admit(&change.bytes, &Limits::of_log()).unwrap();
        assert!(change.deps().len() <= 100);
        let received = joiner.receive(vec![change], &Limits::of_log()).unwrap();
        assert!(received.rejected.is_empty(), "{:?}", received.rejected);
    }
    assert_eq!(joiner.heads(), document.heads());
    let step = (joiner.changes_since(&[]).first().unwrap().hash, joiner.heads());
    document.take_back((&[step.0], &step.1), &writer(2)).unwrap();
}

#[test]
fn what_is_good_only_together_is_refused_together() {
    let document = contact();
    let mut writing = document.automerge.clone().with_actor(ActorId::from(&[7; 16][..]));
    let mut before = writing.get_heads();
    let mut changes = Vec::new();
    for value in [ScalarValue::Bytes(vec![1]), ScalarValue::Str("Ek".into())] {
        let mut transaction = writing.transaction();
        transaction.put(ROOT, "family", value).unwrap();
        transaction.commit();
        changes.extend(writing.get_changes(&std::mem::replace(&mut before, writing.get_heads())));
    }
    let receive = |limits: &Limits| document.clone().receive(changes.clone(), limits);
    assert!(matches!(receive(&Limits::of_log()), Err(ReceiveError::Layout(_))));
    assert!(receive(&Limits::default()).is_ok(), "a replica takes what is in a log");
}

/// One bad change of many costs a few merges, and takes only those with it that build on it.
#[test]
fn the_good_ones_among_many_are_taken() {
    let mut document = contact();
    let mut all = beside(&document, 7, 30);
    let bad = forged(&document, 9, |change| change.operations = vec![put(&"k".repeat(20), 1); 2]);
    all.insert(11, bad.clone());
    let limits = Limits { growth: None, ..Limits::default() };
    let received = document.receive(all, &limits).unwrap();
    assert_eq!(received.changes.len() + received.rejected.len(), 31);
    assert!(received.rejected.iter().all(|(hash, _)| *hash == bad.hash()));
}

/// A history as a hostile device would try it: whatever of it a log takes, everybody takes, in whatever pieces it comes, and
/// honest work goes on behind it.
#[test]
fn what_a_log_takes_everybody_takes_in_whatever_pieces() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..25 {
        let mut random = SmallRng::seed_from_u64(seed);
        let base = contact();
        let mut relay = base.clone();
        let mut log: Vec<Change> = base
            .changes_since(&[])
            .into_iter()
            .map(|change| Change::from_bytes(change.bytes).unwrap())
            .collect();
        let mut states = vec![base];
        for _ in 0..25 {
            let from = states[random.random_range(0..states.len())].clone();
            let change = hostile(&from, &mut random);
            if let Ok(mut scratch) = Document::load(from.id, &from.save(), &[]) {
                let _ = scratch.receive(vec![change.clone()], &Limits::default());
                states.push(scratch);
            }
            let Ok(admitted) = gate::admit(change.raw_bytes(), &Limits::of_log()) else {
                refused += 1;
                continue;
            };
            let before = relay.heads();
            let _ = relay.receive(vec![admitted], &Limits::of_log());
            if relay.heads() == before {
                refused += 1;
            } else {
                (taken, log) = (taken + 1, [log, vec![change]].concat());
            }
        }
        everybody_takes(&relay, &log, &mut random, seed);
    }
    assert!(taken > 100 && refused > 50, "{taken} taken, {refused} refused");
}

fn everybody_takes(relay: &Document, log: &[Change], random: &mut SmallRng, seed: u64) {
    let whole = gate::admit_document(&relay.save_plain(), &Limits::default()).expect("as a whole");
    let (whole, _) = Document::whole(relay.id, whole).unwrap_or_else(|error| panic!("{seed}: {error}"));
    assert_eq!((whole.heads(), whole.read()), (relay.heads(), relay.read()), "{seed}");
    let mut pieces = Document::empty(relay.id);
    let mut rest = log;
    while !rest.is_empty() {
        let (some, left) = rest.split_at(random.random_range(1..=rest.len().min(6)));
        let admitted = some.iter().map(|change| gate::admit(change.raw_bytes(), &Limits::default()).unwrap());
        let received = pieces.receive(admitted.collect(), &Limits::default()).unwrap();
        assert!(received.rejected.is_empty(), "{seed}: {:?}", received.rejected);
        rest = left;
    }
    assert_eq!((pieces.heads(), pieces.read()), (relay.heads(), relay.read()), "{seed}");
    let again = Document::load(relay.id, &relay.save(), &[]).unwrap();
    assert_eq!(again.heads(), relay.heads());
    let mut honest = pieces;
    let edits = [
        Edit::set("given", text("Åsa")),
        Edit::set("notes", text("Ny text")),
        Edit::add_row("emails", Cells::default()),
    ];
    for change in honest.edit(&edits, &writer(1)).unwrap() {
        assert_eq!(verdict(relay, &Change::from_bytes(change.bytes).unwrap()), Ok(()), "{seed}");
    }
}

/// Something between an honest change and nonsense.
fn hostile(from: &Document, random: &mut SmallRng) -> Change {
    let number = random.random_range(5..9);
    let keys =
        ["_kind", "_id", "_removed", "given", "family", "family", "notes", "emails", "review_by", "zz", ""];
    let fresh = random.random_bool(0.3);
    let actor: [u8; 16] = random.random();
    let key = keys[random.random_range(0..keys.len())];
    let times = if random.random_bool(0.1) { random.random_range(1..1_500) } else { 1 };
    let what = random.random_range(0..9);
    let other: i64 = random.random();
    forged(from, number, |change| {
        if fresh {
            (change.actor_id, change.seq) = (ActorId::from(&actor[..]), 1);
            change.author = Some(automerge::Author::from(vec![number; 16]));
        }
        let value: ScalarValue = match what {
            0 => ScalarValue::Null,
            1 => ScalarValue::Str("Åsa".into()),
            2 => ScalarValue::Int(other),
            3 => ScalarValue::counter(other),
            4 => ScalarValue::F64(f64::NAN),
            5 => ScalarValue::Boolean(true),
            6 => ScalarValue::Timestamp(other),
            _ => ScalarValue::Bytes(vec![0; 3]),
        };
        let mut op = put(key, value);
        match what {
            7 => op.action = OpType::Make(ObjType::Map),
            8 => op.action = OpType::Increment(other),
            _ => {}
        }
        if other % 7 == 0 {
            change.start_op =
                change.start_op.checked_add(other.unsigned_abs() % 1_000).unwrap_or(change.start_op);
        }
        if other % 11 == 0 {
            change.time = other;
        }
        if other % 13 == 0 {
            change.deps.clear();
        }
        change.operations = vec![op; times];
    })
}

#[test]
fn a_panic_in_a_guarded_edit_is_an_error() {
    assert_eq!(gate::guarded(|| panic!("as Automerge does")), Err::<(), _>(GateError::Panicked));
    assert!(matches!(EditError::from(GateError::Panicked), EditError::Document(_)));
}
