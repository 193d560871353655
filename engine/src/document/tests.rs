//! Behaviour of documents: two people, one record.

use std::collections::BTreeSet;

use automerge::ActorId;
use jiff::civil::date;

use super::*;
use crate::id::RowId;
use crate::schema::kinds::CONTACT;
use crate::schema::{Cells, FieldPath, Row, Value};

mod hostile;

fn writer(number: u8) -> Writer {
    Writer {
        actor: ActorId::from(&[number; 16][..]),
        device: DeviceId::from_bytes([number; 16]),
        now: 1_700_000_000 + i64::from(number),
        why: None,
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn contact() -> Document {
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("given".into(), text("Åsa"));
    new.cells.insert("family".into(), text("Berg"));
    new.cells.insert("notes".into(), text("Met in Lund."));
    Document::create(&new, &writer(1)).unwrap()
}

/// Carries over to `to` what `from` has and it lacks, as a relay would.
fn send(from: &Document, to: &mut Document) {
    let changes = from.changes_since(&to.heads());
    let changes =
        changes.iter().map(|change| gate::admit(&change.bytes, &Limits::default()).unwrap()).collect();
    let received = to.receive(changes, &Limits::default()).unwrap();
    assert!(received.rejected.is_empty(), "{:?}", received.rejected);
}

fn merge(one: &mut Document, other: &mut Document) {
    send(one, other);
    send(other, one);
    assert_eq!(one.heads(), other.heads());
    assert_eq!(one.read(), other.read());
}

#[test]
fn a_record_reads_as_it_was_made_and_survives_saving() {
    let document = contact();
    let record = document.read();
    assert_eq!(record.title(), "Åsa Berg");
    assert_eq!(record.get("notes"), &text("Met in Lund."));
    assert_eq!(record.get("emails"), &Value::Empty);
    let again = Document::load(document.id(), &document.save(), &[]).unwrap();
    assert_eq!(again.read(), record);
    assert_eq!(again.heads(), document.heads());
}

/// The texts and sets of a row are made by whoever adds the row, and by no seed.
#[test]
fn what_a_row_brings_with_it_is_taken_by_others() {
    let mut plan = Document::create(&NewRecord::new(&crate::schema::kinds::PLAN), &writer(1)).unwrap();
    let mut there = Document::empty(plan.id());
    send(&plan, &mut there);
    let cells = [("title".to_owned(), text("Boka salen")), ("description".to_owned(), text("Den stora."))];
    plan.edit(&[Edit::add_row("tasks", cells.into())], &writer(2)).unwrap();
    merge(&mut plan, &mut there);
    assert_eq!(there.read().get("tasks").rows()[0].get("description"), &text("Den stora."));
}

#[test]
fn a_damaged_document_is_an_error() {
    let document = contact();
    let mut bytes = document.save();
    bytes.truncate(bytes.len() / 2);
    assert_eq!(
        Document::load(document.id(), &bytes, &[]).unwrap_err(),
        DocumentError::Damaged(document.id())
    );
}

#[test]
fn different_fields_merge_and_the_same_field_is_a_conflict_until_somebody_writes_it() {
    let mut one = contact();
    let mut other = one.clone();
    one.edit(&[Edit::set("family", text("Berglund"))], &writer(2)).unwrap();
    other
        .edit(&[Edit::set("family", text("Bergström")), Edit::set("given", text("Åsa Maria"))], &writer(3))
        .unwrap();
    merge(&mut one, &mut other);
    assert_eq!(one.read().get("given"), &text("Åsa Maria"));

    let conflicts = one.conflicts();
    assert_eq!(conflicts, other.conflicts());
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!(conflict.path, FieldPath::field("family"));
    let values: BTreeSet<_> = conflict.writings.iter().map(|w| w.value.as_text().unwrap()).collect();
    assert_eq!(values, ["Berglund", "Bergström"].into());
    assert_eq!(conflict.writings[0].value, *one.read().get("family"));
    assert!(conflict.writings[0].shown && !conflict.writings[1].shown);
    let devices: BTreeSet<_> = conflict.writings.iter().map(|w| w.stamp.device.unwrap()).collect();
    assert_eq!(devices, [writer(2).device, writer(3).device].into());

    // Choosing the value that is shown already is an edit all the same: it ends the conflict.
    let chosen = conflict.writings[0].value.clone();
    let changes = one.edit(&[Edit::set("family", chosen)], &writer(2)).unwrap();
    assert_eq!(changes.len(), 1);
    merge(&mut one, &mut other);
    assert_eq!(other.conflicts(), []);
}

#[test]
fn the_same_value_written_twice_is_no_conflict() {
    let mut one = contact();
    let mut other = one.clone();
    one.edit(&[Edit::set("family", text("Berglund"))], &writer(2)).unwrap();
    other.edit(&[Edit::set("family", text("Berglund"))], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    assert_eq!(one.conflicts(), []);
}

#[test]
fn clearing_a_field_contradicts_writing_it() {
    let mut one = contact();
    let mut other = one.clone();
    one.edit(&[Edit::set("family", Value::Empty)], &writer(2)).unwrap();
    other.edit(&[Edit::set("family", text("Berglund"))], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    assert_eq!(one.conflicts().len(), 1);
}

#[test]
fn prose_merges_by_character() {
    let mut one = contact();
    let mut other = one.clone();
    let prose = |base: &str, text: &str| Edit::Prose {
        path: FieldPath::field("notes"),
        base: base.to_owned(),
        text: text.to_owned(),
    };
    one.edit(&[prose("Met in Lund.", "Met in Lund in May.")], &writer(2)).unwrap();
    other.edit(&[prose("Met in Lund.", "Met in Lund. Speaks Sami.")], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    assert_eq!(one.read().get("notes"), &text("Met in Lund in May. Speaks Sami."));
    assert_eq!(one.conflicts(), []);
    // Typed while the other's words arrived.
    one.edit(&[prose("Met in Lund in May.", "Met in Lund in June.")], &writer(2)).unwrap();
    assert_eq!(one.read().get("notes"), &text("Met in Lund in June. Speaks Sami."));
}

#[test]
fn rows_made_apart_are_both_there_and_their_fields_merge() {
    let mut one = contact();
    let mut other = one.clone();
    let mail = |address: &str| Cells::from([("address".to_owned(), text(address))]);
    one.edit(&[Edit::add_row("emails", mail("a@example.se"))], &writer(2)).unwrap();
    other.edit(&[Edit::add_row("emails", mail("b@example.se"))], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    let record = one.read();
    let rows = record.get("emails").rows();
    assert_eq!(rows.len(), 2);

    let (first, second) = (rows[0].id, rows[1].id);
    let cell = |row, value| Edit::Set { path: FieldPath::cell("emails", row, "address"), value };
    one.edit(&[cell(first, text("a2@example.se"))], &writer(2)).unwrap();
    let front = crate::schema::order::between(None, Some(&rows[0].order));
    other.edit(&[Edit::MoveRow { list: "emails".into(), row: second, order: front }], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    let order: Vec<RowId> = one.read().get("emails").rows().iter().map(|row| row.id).collect();
    assert_eq!(order, [second, first]);
    assert_eq!(one.read().at(&FieldPath::cell("emails", first, "address")), text("a2@example.se"));
}

#[test]
fn a_removed_row_keeps_what_was_written_into_it_meanwhile() {
    let mut one = contact();
    let row = Row { id: RowId::random(), order: String::new(), cells: Cells::new() };
    one.edit(&[Edit::AddRow { list: "emails".into(), row: row.clone() }], &writer(1)).unwrap();
    let mut other = one.clone();
    one.edit(&[Edit::RemoveRow { list: "emails".into(), row: row.id }], &writer(2)).unwrap();
    let path = FieldPath::cell("emails", row.id, "address");
    other.edit(&[Edit::Set { path: path.clone(), value: text("a@example.se") }], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    assert_eq!(one.read().get("emails").rows(), []);
    one.edit(&[Edit::RestoreRow { list: "emails".into(), row: row.id }], &writer(2)).unwrap();
    assert_eq!(one.read().at(&path), text("a@example.se"));
}

#[test]
fn an_edit_that_changes_nothing_makes_no_change() {
    let mut document = contact();
    let before = document.heads();
    let edits = [
        Edit::set("family", text("Berg")),
        Edit::set("notes", text("Met in Lund.")),
        Edit::set("focus_areas", Value::Links(BTreeSet::new())),
        Edit::Restore,
    ];
    assert_eq!(document.edit(&edits, &writer(1)).unwrap(), []);
    assert_eq!(document.heads(), before);
}

#[test]
fn a_batch_with_one_bad_edit_writes_nothing() {
    let mut document = contact();
    let before = document.read();
    let nowhere = FieldPath::cell("emails", RowId::random(), "address");
    let bad = [
        Edit::set("nothing", text("x")),
        Edit::set("notes", Value::Date(date(2026, 1, 1))),
        Edit::Set { path: nowhere, value: text("a@example.se") },
        Edit::set("emails", Value::Empty),
        Edit::Count { path: FieldPath::field("given"), by: 1 },
    ];
    for edit in bad {
        let error = document.edit(&[Edit::set("given", text("Eva")), edit], &writer(1)).unwrap_err();
        assert!(!error.to_string().is_empty());
        assert_eq!(document.read(), before);
    }
}

#[test]
fn history_says_who_when_and_why() {
    let mut document = contact();
    let why = Writer { why: Some("she married".to_owned()), ..writer(2) };
    document.edit(&[Edit::set("family", text("Berglund"))], &why).unwrap();
    let history = document.history();
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].stamp.device, Some(why.device));
    assert_eq!(history[1].stamp.time, why.now);
    assert_eq!(history[1].why.as_deref(), Some("she married"));
    let expected =
        Difference::Field { path: FieldPath::field("family"), before: text("Berg"), after: text("Berglund") };
    assert_eq!(document.differences_of(&history[1]), [expected]);
    assert_eq!(document.differences_of(&history[0])[0], Difference::Created);
}

#[test]
fn who_began_and_who_came_last_does_not_depend_on_the_order_in_which_changes_came() {
    let made = contact();
    let all = made.changes_since(&[]);
    // Somebody who has the seed alone, because the connection broke behind it, writes at once.
    let mut early = Document::empty(made.id());
    let seed = gate::admit(&all[0].bytes, &Limits::default()).unwrap();
    early.receive(vec![seed], &Limits::default()).unwrap();
    early.edit(&[Edit::set("given", text("Eva"))], &writer(9)).unwrap();
    let mut late = made.clone();
    send(&early, &mut late);
    send(&made, &mut early);
    assert_eq!(early.heads(), late.heads());
    assert_ne!(early.history()[0], late.history()[0], "they came in another order");
    assert_eq!(early.first_and_last(), late.first_and_last());
    let loaded = Document::load(made.id(), &early.save(), &[]).unwrap();
    assert_eq!(loaded.first_and_last(), late.first_and_last());
    assert_eq!(late.first_and_last().unwrap().0.device, Some(writer(1).device));
}

#[test]
fn taking_back_a_difference_leaves_later_edits_alone() {
    let mut document = contact();
    let before = document.heads();
    let mail = Cells::from([("address".to_owned(), text("a@example.se"))]);
    let edits = [
        Edit::set("family", text("Berglund")),
        Edit::set("notes", text("Met in Lund. Plays the cello.")),
        Edit::add_row("emails", mail),
    ];
    document.edit(&edits, &writer(1)).unwrap();
    let differences = document.differences_between(&before, &document.heads());
    assert_eq!(differences.len(), 3);
    document
        .edit(&[Edit::set("notes", text("Met in Lund. Plays the cello. Call her."))], &writer(2))
        .unwrap();

    let inverse: Vec<Edit> = differences
        .iter()
        .map(|difference| {
            let path = difference.path().unwrap();
            difference.inverse(CONTACT.field_at(&path).map(|field| &field.field_type))
        })
        .collect();
    document.edit(&inverse, &writer(1)).unwrap();
    let record = document.read();
    assert_eq!(record.get("family"), &text("Berg"));
    assert_eq!(record.get("notes"), &text("Met in Lund. Call her."));
    assert_eq!(record.get("emails").rows(), []);
}

#[test]
fn writers_of_each_field_are_known() {
    let mut one = contact();
    let base = one.heads();
    let mut other = one.clone();
    let mail = Cells::from([("address".to_owned(), text("a@example.se"))]);
    one.edit(&[Edit::set("family", text("Berglund")), Edit::add_row("emails", mail)], &writer(2)).unwrap();
    other.edit(&[Edit::set("notes", text("Met in Lund. Tall."))], &writer(3)).unwrap();
    merge(&mut one, &mut other);
    let writers = one.writers_since(&base);
    let devices = |path: &FieldPath| -> Vec<_> { writers[path].iter().map(|s| s.device.unwrap()).collect() };
    assert_eq!(devices(&FieldPath::field("family")), [writer(2).device]);
    assert_eq!(devices(&FieldPath::field("notes")), [writer(3).device]);
    let row = one.read().get("emails").rows()[0].id;
    assert_eq!(devices(&FieldPath::Row("emails".into(), row)), [writer(2).device]);
}

#[test]
fn a_document_that_does_not_fit_its_kind_is_not_taken() {
    use automerge::transaction::Transactable;
    let document = contact();
    let foreign = |write: &dyn Fn(&mut automerge::transaction::Transaction<'_>)| {
        let mut automerge = document.automerge.clone().with_actor(ActorId::from(&[9; 16][..]));
        let mut transaction = automerge.transaction();
        write(&mut transaction);
        transaction.commit();
        automerge.get_changes(&document.heads())
    };
    let root = automerge::ROOT;
    let bad: [&dyn Fn(&mut automerge::transaction::Transaction<'_>); 5] = [
        &|t| drop(t.put_object(&root, "family", automerge::ObjType::Map).unwrap()),
        &|t| t.put(&root, "notes", "not a text").unwrap(),
        &|t| t.put(&root, "_id", RecordId::random().to_string()).unwrap(),
        &|t| t.put(&root, "family", automerge::ScalarValue::Bytes(vec![1])).unwrap(),
        &|t| t.delete(&root, "_kind").unwrap(),
    ];
    for write in bad {
        let mut target = document.clone();
        let error = target.receive(foreign(write), &Limits::default()).unwrap_err();
        assert!(matches!(error, ReceiveError::Layout(_)), "{error}");
        assert_eq!(target.heads(), document.heads());
    }
    // What a newer version may have added is no reason to refuse.
    let mut target = document.clone();
    let newer = foreign(&|t| {
        t.put(&root, "shoe_size", 41).unwrap();
        drop(t.put_object(&root, "pets", automerge::ObjType::List).unwrap());
    });
    target.receive(newer, &Limits::default()).unwrap();
    target.edit(&[Edit::set("family", text("Berglund"))], &writer(1)).unwrap();
    assert!(target.save().len() > document.save().len());
}

#[test]
fn removing_a_record_is_a_mark() {
    let mut document = contact();
    document.edit(&[Edit::Remove], &writer(1)).unwrap();
    assert!(document.read().removed);
    assert_eq!(document.read().title(), "Åsa Berg");
    document.edit(&[Edit::Restore], &writer(1)).unwrap();
    assert!(!document.read().removed);
}

#[test]
fn a_record_with_nothing_in_it_has_an_author() {
    let document = Document::create(&NewRecord::new(&CONTACT), &writer(4)).unwrap();
    assert_eq!(document.history()[0].stamp.device, Some(writer(4).device));
}

#[test]
fn seeds_follow_from_kind_and_name_alone_and_cannot_be_forged() {
    use automerge::transaction::Transactable;
    let id = RecordId::from_bytes([7; 16]);
    let hashes = |id| seeds::seeds(&CONTACT, id).iter().map(automerge::Change::hash).collect::<Vec<_>>();
    assert_eq!(hashes(id), hashes(id));
    assert_ne!(hashes(id), hashes(RecordId::from_bytes([8; 16])));

    let seed = &seeds::seeds(&CONTACT, id)[0];
    let mut forged = Automerge::new().with_actor(seed.actor_id().clone());
    let mut transaction = forged.transaction();
    transaction.put(automerge::ROOT, "_kind", "contact").unwrap();
    transaction.put(automerge::ROOT, "_id", id.to_string()).unwrap();
    transaction.commit();
    let error = Document::empty(id).receive(forged.get_changes(&[]), &Limits::default()).unwrap_err();
    assert!(matches!(error, ReceiveError::Layout(_)), "{error}");
}

/// A released layout is for ever: two versions that seed a record otherwise would hide each other's work. Where this
/// fails, give the new field a `since` of its own instead of changing the numbers.
#[test]
fn the_seeds_of_every_kind_are_what_they_were() {
    use sha2::{Digest, Sha256};
    let id = RecordId::from_bytes([7; 16]);
    let mut all = Sha256::new();
    for kind in crate::schema::KINDS {
        for seed in seeds::seeds(kind, id) {
            all.update(seed.hash().0);
        }
    }
    let digest = data_encoding::HEXLOWER.encode(&all.finalize());
    assert_eq!(&digest[..16], "4e71527b7605b171");
}

/// A document that grew change by change on several desks has its changes in another order on each. Sent whole it must be
/// what the gate takes all the same: a record that is refused whole is not there at all. (Found by simulation.)
#[test]
fn a_document_passes_the_gate_whole_however_it_grew() {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};
    for seed in 0..60 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut desks = vec![contact(); 4];
        for turn in 0..dice.random_range(5..60) {
            let who = dice.random_range(0..desks.len());
            if dice.random_bool(0.6) {
                let number = u8::try_from(who).unwrap() + 1;
                let edit = Edit::set("family", Value::Text(format!("Berg {turn}")));
                desks[who].edit(&[edit], &writer(number)).unwrap();
            } else {
                let other = desks[dice.random_range(0..desks.len())].clone();
                let lacking: Vec<_> = other
                    .changes_since(&[])
                    .into_iter()
                    .filter(|change| !desks[who].has(&change.hash))
                    .collect();
                let most = dice.random_range(0..=lacking.len());
                for change in &lacking[..most] {
                    let admitted = gate::admit(&change.bytes, &Limits::default()).unwrap();
                    desks[who].receive(vec![admitted], &Limits::default()).unwrap();
                }
            }
        }
        for desk in &desks {
            let whole = gate::admit_document(&desk.save_plain(), &Limits::default());
            assert!(whole.is_ok(), "seed {seed}: {:?}", whole.err());
            let again = Document::load(desk.id(), &desk.save_plain(), &[]).unwrap();
            assert_eq!((again.heads(), again.read()), (desk.heads(), desk.read()));
        }
    }
}
