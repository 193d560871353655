//! Taking steps back: several people, one record.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::document::gate::{self, Limits};
use crate::document::{FieldConflict, Heads};
use crate::identity::DeviceId;
use crate::schema::kinds::{CONTACT, VENUE};
use crate::schema::{Cells, Link, NewRecord, Row, Value};

fn writer(number: u8) -> Writer {
    let now = 1_700_000_000 + i64::from(number);
    Writer::new(&[number; 16], DeviceId::from_bytes([number; 16]), now)
}

fn capacity(number: u32) -> Edit {
    Edit::set("capacity", Value::Number(f64::from(number)))
}

fn venue() -> Document {
    let mut new = NewRecord::new(&VENUE);
    new.cells.insert("name".to_owned(), Value::Text("Arena".to_owned()));
    Document::create(&new, &writer(1)).unwrap()
}

/// Makes an edit. Answers between which heads it stands.
fn step(document: &mut Document, who: u8, edits: &[Edit]) -> (Heads, Heads) {
    let before = document.heads();
    document.edit(edits, &writer(who)).unwrap();
    (before, document.heads())
}

/// Takes a step back. Answers between which heads that stands, and what was left.
fn back(document: &mut Document, who: u8, step: &(Heads, Heads)) -> ((Heads, Heads), Vec<FieldPath>) {
    let before = document.heads();
    let taken = document.take_back((&step.0, &step.1), &writer(who)).unwrap();
    ((before, document.heads()), taken.kept)
}

/// Carries over what `to` lacks, through the gate as a relay would.
fn send(from: &Document, to: &mut Document) {
    let lacking = from.changes_since(&[]).into_iter().filter(|change| !to.has(&change.hash));
    let lacking: Vec<_> =
        lacking.map(|change| gate::admit(&change.bytes, &Limits::default()).unwrap()).collect();
    let received = to.receive(lacking, &Limits::default()).unwrap();
    assert!(received.rejected.is_empty(), "{:?}", received.rejected);
}

fn merge(one: &mut Document, other: &mut Document) {
    send(one, other);
    send(other, one);
    assert_eq!((one.heads(), one.contents()), (other.heads(), other.contents()));
    let whole = gate::admit_document(&one.save_plain(), &Limits::default());
    assert!(whole.is_ok(), "{:?}", whole.err());
    let again = Document::load(one.id(), &one.save(), &[]).unwrap();
    assert_eq!(again.contents(), one.contents());
}

/// A venue about whose capacity so many people contradict each other.
fn contradiction(people: u8) -> (Document, Document) {
    let mut one = venue();
    let mut desks: Vec<Document> = (0..people).map(|_| one.clone()).collect();
    for (desk, who) in desks.iter_mut().zip(2..) {
        step(desk, who, &[capacity(u32::from(who) * 1_000)]);
    }
    desks.iter().for_each(|desk| send(desk, &mut one));
    let other = one.clone();
    (one, other)
}

/// What a contradiction looks like: its values, whose they are, and which is shown.
fn seen(document: &Document) -> Vec<(Value, Option<DeviceId>, i64, bool)> {
    let conflicts: Vec<FieldConflict> = document.conflicts();
    let writings = conflicts.into_iter().flat_map(|conflict| conflict.writings);
    let mut seen: Vec<_> = writings
        .map(|writing| (writing.value, writing.stamp.device, writing.stamp.time, writing.shown))
        .collect();
    seen.sort_by_key(|(value, ..)| format!("{value:?}"));
    seen
}

#[test]
fn a_choice_that_is_taken_back_is_a_contradiction_again_for_everybody_and_whose_it_was_is_still_said() {
    for people in [2, 3, 5] {
        let (mut one, mut other) = contradiction(people);
        let before = seen(&one);
        assert_eq!(before.len(), usize::from(people));
        // Any of them: also the one that is shown, where no word changes.
        for writing in one.conflicts().remove(0).writings {
            let edit = Edit::Set { path: FieldPath::field("capacity"), value: writing.value };
            let choice = step(&mut one, 9, &[edit]);
            merge(&mut one, &mut other);
            assert_eq!(seen(&other), []);
            let (undo, kept) = back(&mut one, 9, &choice);
            assert_eq!((seen(&one), kept), (before.clone(), Vec::new()));
            merge(&mut one, &mut other);
            assert_eq!(seen(&other), before, "also where the choice had come already");
            let (redo, _) = back(&mut one, 9, &undo);
            assert_eq!(seen(&one), []);
            back(&mut one, 9, &redo);
            merge(&mut one, &mut other);
            assert_eq!(seen(&other), before, "as often as somebody likes");
        }
    }
}

#[test]
fn what_somebody_wrote_at_the_same_time_as_a_choice_is_not_written_over_by_taking_it_back() {
    let (mut one, mut other) = contradiction(2);
    let choice = step(&mut one, 9, &[capacity(2_000)]);
    let theirs = step(&mut other, 8, &[capacity(7_000)]);
    merge(&mut one, &mut other);
    assert_eq!(seen(&one).len(), 2, "the choice, and what knew nothing of it");
    back(&mut one, 9, &choice);
    merge(&mut one, &mut other);
    // They had seen both values and decided, too: without our choice only theirs stands.
    assert_eq!((seen(&one), one.read().get("capacity")), (vec![], &Value::Number(7_000.0)));
    back(&mut other, 8, &theirs);
    merge(&mut one, &mut other);
    assert_eq!(seen(&one).len(), 2, "nobody has decided");
}

#[test]
fn what_somebody_wrote_over_a_choice_is_theirs_and_stays() {
    let (mut one, mut other) = contradiction(2);
    let choice = step(&mut one, 9, &[capacity(2_000)]);
    merge(&mut one, &mut other);
    step(&mut other, 8, &[capacity(7_000)]);
    merge(&mut one, &mut other);
    let heads = one.heads();
    let (_, kept) = back(&mut one, 9, &choice);
    assert_eq!(kept, [FieldPath::field("capacity")]);
    assert_eq!(one.heads(), heads);
    // Where it is not known yet that they did, both stand beside each other then: nobody's work is lost.
    let (mut one, mut other) = contradiction(2);
    let choice = step(&mut one, 9, &[capacity(2_000)]);
    merge(&mut one, &mut other);
    step(&mut other, 8, &[capacity(7_000)]);
    back(&mut one, 9, &choice);
    merge(&mut one, &mut other);
    assert_eq!(seen(&one).len(), 3);
}

#[test]
fn a_first_value_that_is_taken_back_leaves_what_others_wrote_without_a_contradiction() {
    let mut one = venue();
    let mut other = one.clone();
    let own = step(&mut one, 2, &[capacity(2_000)]);
    step(&mut other, 3, &[capacity(3_000)]);
    merge(&mut one, &mut other);
    assert_eq!(seen(&one).len(), 2);
    let (undo, kept) = back(&mut one, 2, &own);
    merge(&mut one, &mut other);
    assert_eq!((seen(&one), kept), (vec![], vec![]));
    assert_eq!(one.read().get("capacity"), &Value::Number(3_000.0));
    back(&mut one, 2, &undo);
    merge(&mut one, &mut other);
    assert_eq!(seen(&one).len(), 2, "done again it contradicts again");
}

#[test]
fn several_contradictions_that_one_step_decided_are_all_there_again() {
    let mut one = venue();
    let mut desks = [one.clone(), one.clone(), one.clone()];
    for (desk, who) in desks.iter_mut().zip(2..) {
        let edits = [capacity(u32::from(who)), Edit::set("name", Value::Text(format!("Hall {who}")))];
        step(desk, who, &edits[..if who == 4 { 1 } else { 2 }]);
    }
    desks.iter().for_each(|desk| send(desk, &mut one));
    let before = seen(&one);
    assert_eq!(before.len(), 5);
    let edits = [capacity(2), Edit::set("name", Value::Text("Hall 3".to_owned()))];
    let choice = step(&mut one, 9, &edits);
    assert_eq!(seen(&one), []);
    back(&mut one, 9, &choice);
    assert_eq!(seen(&one), before);
}

fn contact() -> (Document, RowId) {
    let mut one = Document::create(&NewRecord::new(&CONTACT), &writer(1)).unwrap();
    let row = Row { id: RowId::random(), order: String::new(), cells: Cells::new() };
    step(&mut one, 1, &[Edit::AddRow { list: "emails".to_owned(), row: row.clone() }]);
    (one, row.id)
}

fn address(row: RowId, text: &str) -> Edit {
    let path = FieldPath::cell("emails", row, "address");
    Edit::Set { path, value: Value::Text(text.to_owned()) }
}

#[test]
fn a_row_comes_back_with_what_others_wrote_in_it_and_not_where_they_removed_it_too() {
    let (mut one, row) = contact();
    let mut other = one.clone();
    let remove = [Edit::RemoveRow { list: "emails".to_owned(), row }];
    let removal = step(&mut one, 2, &remove);
    step(&mut other, 3, &[address(row, "a@example.se")]);
    merge(&mut one, &mut other);
    let (undo, _) = back(&mut one, 2, &removal);
    let path = FieldPath::cell("emails", row, "address");
    assert_eq!(one.read().at(&path), Value::Text("a@example.se".to_owned()));
    back(&mut one, 2, &undo);
    assert_eq!(one.read().get("emails").rows(), []);

    let (mut one, row) = contact();
    let mut other = one.clone();
    let remove = [Edit::RemoveRow { list: "emails".to_owned(), row }];
    let removal = step(&mut one, 2, &remove);
    step(&mut other, 3, &remove);
    merge(&mut one, &mut other);
    let (_, kept) = back(&mut one, 2, &removal);
    assert_eq!(one.read().get("emails").rows(), []);
    assert_eq!(kept, [FieldPath::Row("emails".to_owned(), row)], "and that is said");
}

#[test]
fn what_was_made_is_not_taken_back_with_what_others_have_written_in_it() {
    let mut one = Document::create(&NewRecord::new(&CONTACT), &writer(1)).unwrap();
    let made = (Vec::new(), one.heads());
    let row = Row { id: RowId::random(), order: String::new(), cells: Cells::new() };
    let added = step(&mut one, 1, &[Edit::AddRow { list: "emails".to_owned(), row: row.clone() }]);
    let mut other = one.clone();
    step(&mut other, 2, &[address(row.id, "a@example.se")]);
    merge(&mut one, &mut other);
    let (_, kept) = back(&mut one, 1, &added);
    assert_eq!(kept, [FieldPath::Row("emails".to_owned(), row.id)]);
    assert_eq!(one.read().get("emails").rows().len(), 1);
    let (_, kept) = back(&mut one, 1, &made);
    assert!(!one.read().removed && !kept.is_empty(), "{kept:?}");

    let (mut alone, row) = (one, RowId::random());
    let row = Row { id: row, order: String::new(), cells: Cells::new() };
    let added = step(&mut alone, 1, &[Edit::AddRow { list: "phones".to_owned(), row }]);
    let (undo, kept) = back(&mut alone, 1, &added);
    assert_eq!((alone.read().get("phones").rows().len(), kept), (0, vec![]));
    back(&mut alone, 1, &undo);
    assert_eq!(alone.read().get("phones").rows().len(), 1);
}

#[test]
fn a_set_loses_only_what_the_step_put_there_and_gets_back_only_what_it_took() {
    let (first, second) = (crate::id::RecordId::random(), crate::id::RecordId::random());
    let members = |include: &[crate::id::RecordId], exclude: &[crate::id::RecordId]| {
        let names = |ids: &[crate::id::RecordId]| ids.iter().map(ToString::to_string).collect();
        let path = FieldPath::field("focus_areas");
        Edit::Members { path, include: names(include), exclude: names(exclude) }
    };
    let links = |ids: &[crate::id::RecordId]| Value::Links(ids.iter().copied().map(Link::Record).collect());
    let mut one = Document::create(&NewRecord::new(&CONTACT), &writer(1)).unwrap();
    let mut other = one.clone();
    let both = step(&mut one, 2, &[members(&[first, second], &[])]);
    step(&mut other, 3, &[members(&[second], &[])]);
    merge(&mut one, &mut other);
    let (undo, _) = back(&mut one, 2, &both);
    merge(&mut one, &mut other);
    assert_eq!(one.read().get("focus_areas"), &links(&[second]), "the other put it there, too");
    let _ = back(&mut one, 2, &undo);
    assert_eq!(one.read().get("focus_areas"), &links(&[first, second]));
    let taken = step(&mut one, 2, &[members(&[], &[first])]);
    back(&mut one, 2, &taken);
    assert_eq!(one.read().get("focus_areas"), &links(&[first, second]));
}

/// Three people write, choose, take back and do again in any order, and meet now and then. Whatever the history: a step that
/// is taken back at once leaves everything as it was before it, contradictions included; done again, as it was after it.
#[test]
fn a_step_that_is_taken_back_at_once_was_never_made_whatever_came_before() {
    for seed in 0..120 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut desks = vec![venue(); 3];
        let mut done: Vec<Vec<(Heads, Heads)>> = vec![Vec::new(); 3];
        for _ in 0..dice.random_range(4..40) {
            let who = dice.random_range(0..desks.len());
            let number = u8::try_from(who).unwrap() + 1;
            match dice.random_range(0..6) {
                0 | 1 => {
                    let edit = capacity(dice.random_range(1..5));
                    done[who].push(step(&mut desks[who], number, &[edit]));
                }
                2 => {
                    let edit = Edit::set("name", Value::Text(format!("Hall {}", dice.random_range(1..4))));
                    done[who].push(step(&mut desks[who], number, &[edit]));
                }
                3 if !done[who].is_empty() => {
                    let step = done[who].pop().unwrap();
                    back(&mut desks[who], number, &step);
                }
                _ => {
                    let other = desks[dice.random_range(0..3)].clone();
                    send(&other, &mut desks[who]);
                }
            }
            let mut desk = desks[who].clone();
            let (before, heads) = (desk.contents().record, desk.heads());
            let contradictions = seen(&desk);
            let edits = [capacity(dice.random_range(1..5)), Edit::set("name", Value::Text("Sal".to_owned()))];
            let one = step(&mut desk, 9, &edits[..dice.random_range(1..=2)]);
            if one.1 == heads {
                continue;
            }
            let (after, decided) = (desk.read(), seen(&desk));
            let (undo, kept) = back(&mut desk, 9, &one);
            assert_eq!((desk.read(), seen(&desk)), (before, contradictions), "seed {seed}");
            assert!(kept.is_empty(), "seed {seed}");
            back(&mut desk, 9, &undo);
            assert_eq!((desk.read(), seen(&desk)), (after, decided), "seed {seed}");
        }
        let (first, rest) = desks.split_first_mut().unwrap();
        for _ in 0..2 {
            rest.iter_mut().for_each(|other| merge(first, other));
        }
    }
}
