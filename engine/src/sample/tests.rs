//! What the sample workspace promises.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::*;
use crate::id::{RecordId, RowId};
use crate::schema::kinds::{MEETING_STAGE, MEETING_STATUS};
use crate::schema::{Cells, DateRange, Field, FieldType, Link, Row, Target, Value};

const TODAY: Date = date(2026, 11, 23);

const LARGE: Size =
    Size { contacts: 15_000, organisations: 800, venues: 300, plans: 200, meetings: 400, focus_areas: 20 };

fn known(id: RecordId) -> NewRecord {
    let records = workspace(1, TODAY);
    records.into_iter().find(|record| record.id == id).expect("the default size has all known records")
}

fn text<'a>(record: &'a NewRecord, field: &str) -> &'a str {
    record.cells.get(field).and_then(Value::as_text).unwrap_or_default()
}

fn rows<'a>(record: &'a NewRecord, field: &str) -> &'a [Row] {
    record.cells.get(field).map_or(&[], Value::rows)
}

fn links(value: &Value) -> Vec<Link> {
    match value {
        Value::Link(link) => vec![*link],
        Value::Links(set) => set.iter().copied().collect(),
        _ => Vec::new(),
    }
}

/// All that a record holds, in its fields and in the fields of its rows.
fn cells(record: &NewRecord) -> Vec<(&'static Field, &Value)> {
    fn of<'a>(fields: &'static [Field], cells: &'a Cells) -> Vec<(&'static Field, &'a Value)> {
        fields.iter().filter_map(|field| Some((field, cells.get(field.name)?))).collect()
    }
    let mut all = of(record.kind.fields, &record.cells);
    for field in record.kind.fields {
        if let FieldType::Rows(fields) = field.field_type {
            rows(record, field.name).iter().for_each(|row| all.extend(of(fields, &row.cells)));
        }
    }
    all
}

fn assert_sound(records: &[NewRecord]) {
    let kinds: BTreeMap<RecordId, &str> =
        records.iter().map(|record| (record.id, record.kind.name)).collect();
    assert_eq!(kinds.len(), records.len(), "ids differ");
    for record in records {
        assert_eq!(record.check(), Ok(()), "{:?}", record.cells);
        assert!(cells(record).iter().all(|(_, value)| !value.is_empty()), "what is empty is left out");
        for (field, value) in cells(record) {
            links(value).into_iter().for_each(|link| assert_reference(&kinds, record, field, link));
        }
    }
}

fn assert_reference(kinds: &BTreeMap<RecordId, &str>, record: &NewRecord, field: &Field, link: Link) {
    match (field.field_type, link) {
        (
            FieldType::Reference(Target::Records(wanted)) | FieldType::ReferenceSet(Target::Records(wanted)),
            Link::Record(id),
        ) => {
            let found = kinds.get(&id);
            assert!(found.is_some_and(|kind| wanted.contains(kind)), "{}: {found:?}", field.name);
        }
        (
            FieldType::Reference(Target::Rows(list)) | FieldType::ReferenceSet(Target::Rows(list)),
            Link::Row(id),
        ) => assert!(rows(record, list).iter().any(|row| row.id == id), "{}: no such row", field.name),
        _ => panic!("{}: {link} is no reference of its type", field.name),
    }
}

#[test]
fn every_record_fits_its_kind_and_refers_to_what_is_there() {
    assert_sound(&workspace(1, TODAY));
    assert_sound(&workspace_of(2, TODAY, LARGE));
}

#[test]
fn any_size_will_do() {
    let none = Size { contacts: 0, organisations: 0, venues: 0, plans: 0, meetings: 0, focus_areas: 0 };
    assert_eq!(workspace_of(1, TODAY, none), []);
    let one = Size { contacts: 1, organisations: 1, venues: 1, plans: 1, meetings: 1, focus_areas: 1 };
    assert_sound(&workspace_of(1, TODAY, one));
    for alone in [
        Size { contacts: 5, ..none },
        Size { venues: 30, ..none },
        Size { meetings: 30, ..none },
        Size { plans: 30, ..none },
        Size { organisations: 90, ..none },
    ] {
        let records = workspace_of(1, TODAY, alone);
        assert_eq!(records.len(), alone.records());
        assert_sound(&records);
    }
}

#[test]
fn the_same_seed_and_day_make_the_same_workspace() {
    assert_eq!(workspace(7, TODAY), workspace(7, TODAY));
    assert_ne!(workspace(7, TODAY), workspace(8, TODAY));
}

#[test]
fn a_larger_workspace_holds_the_records_of_a_smaller_one() {
    let ids = |records: Vec<NewRecord>| records.iter().map(|record| record.id).collect::<BTreeSet<_>>();
    let large = ids(workspace_of(3, TODAY, LARGE));
    assert!(ids(workspace(3, TODAY)).is_subset(&large));
}

#[test]
fn it_is_current_on_any_day() {
    for today in [date(2024, 2, 29), date(2031, 12, 31)] {
        let records = workspace(1, today);
        assert_sound(&records);
        let began = |record: &&NewRecord| matches!(record.cells.get("dates"), Some(Value::DateRange(range)) if range.first() <= today);
        let plans: Vec<_> = records.iter().filter(|record| record.kind.name == "plan").collect();
        let begun = plans.iter().copied().filter(began).count();
        assert!(begun > 0 && begun < plans.len(), "{today}: {begun} plans have begun");
    }
}

#[test]
fn tasks_begin_after_what_they_wait_for() {
    for record in workspace_of(1, TODAY, LARGE).iter().filter(|record| record.kind.name == "plan") {
        let tasks: BTreeMap<RowId, &Row> = rows(record, "tasks").iter().map(|row| (row.id, row)).collect();
        for task in tasks.values() {
            assert!(day(task, "start") <= day(task, "end"));
            for link in links(task.get("depends_on")) {
                let Link::Row(before) = link else { panic!("{link}") };
                assert!(day(tasks[&before], "end") < day(task, "start"));
            }
        }
    }
}

fn day(row: &Row, field: &str) -> Date {
    match row.get(field) {
        Value::Date(date) => *date,
        other => panic!("{field}: {other:?}"),
    }
}

#[test]
fn no_room_is_booked_twice() {
    let mut definite = 0;
    for venue in workspace_of(1, TODAY, LARGE).iter().filter(|record| record.kind.name == "venue") {
        let mut taken: Vec<(&Value, DateRange, bool, f64)> = Vec::new();
        for hold in rows(venue, "holds") {
            let Value::DateRange(days) = hold.get("dates") else { panic!("a hold without days") };
            let firm = hold.get("status") == &Value::Choice("definite".into());
            let rank = if let Value::Number(rank) = hold.get("rank") { *rank } else { 0.0 };
            for (space, others, other_firm, other_rank) in &taken {
                let same = *space == hold.get("space") && others.overlaps(days);
                assert!(!same || !(firm || *other_firm) && rank != *other_rank, "{}", text(venue, "name"));
            }
            definite += usize::from(firm);
            taken.push((hold.get("space"), *days, firm, rank));
        }
    }
    assert!(definite > 10, "only {definite} definite holds");
}

#[test]
fn every_venue_considered_takes_the_delegates() {
    let records = workspace_of(1, TODAY, LARGE);
    let seats = |venue: &NewRecord| {
        let rows = rows(venue, "spaces").iter();
        let seats = rows.filter_map(|row| {
            if let Value::Number(seats) = row.get("capacity_theatre") { Some(*seats) } else { None }
        });
        seats.fold(0.0, f64::max)
    };
    let seats: BTreeMap<RecordId, f64> = records.iter().map(|record| (record.id, seats(record))).collect();
    for meeting in records.iter().filter(|record| record.kind.name == "meeting") {
        let Some(Value::Number(delegates)) = meeting.cells.get("delegates") else { panic!("no delegates") };
        for venue in links(&meeting.cells["venues"]).iter().filter_map(Link::record) {
            assert!(seats[&venue] >= *delegates, "{}", text(meeting, "name"));
        }
    }
}

#[test]
fn nobody_in_it_exists() {
    let records = workspace(1, TODAY);
    let contacts: Vec<_> = records.iter().filter(|record| record.kind.name == "contact").collect();
    let cells = |list: &'static str, field: &'static str| {
        let rows = contacts.iter().flat_map(move |record| rows(record, list));
        rows.filter_map(move |row| row.get(field).as_text().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(contacts.iter().all(|record| text(record, "source").contains("påhittad")));
    let emails = cells("emails", "address");
    assert_eq!(emails.len(), contacts.len());
    assert!(emails.iter().all(|email| email.ends_with(".example.se")));
    let fiction = ["+46 70 174 06 ", "+46 8 465 004 ", "+46 31 390 06 ", "+46 40 628 04 ", "+46 980 31 92 "];
    let phones = cells("phones", "number");
    assert!(phones.len() > 200);
    assert!(phones.iter().all(|phone| fiction.iter().any(|range| phone.starts_with(range))));
    assert_eq!(phones.iter().collect::<BTreeSet<_>>().len(), phones.len(), "no number twice");
    let names: BTreeSet<_> =
        contacts.iter().map(|record| (text(record, "given"), text(record, "family"))).collect();
    assert_eq!(names.len(), contacts.len(), "no name twice");
}

#[test]
fn what_is_not_public_is_marked() {
    for venue in workspace(1, TODAY).iter().filter(|record| record.kind.name == "venue") {
        assert!(text(venue, "capacity_source").contains("Exempeldata"), "{}", text(venue, "name"));
        for space in rows(venue, "spaces") {
            assert!(space.get("note").as_text().is_some_and(|note| note.contains("påhittade")));
        }
    }
}

#[test]
fn every_stage_and_standing_of_a_meeting_can_be_seen() {
    let records = workspace(1, TODAY);
    let used = |field| records.iter().map(|record| text(record, field)).collect::<BTreeSet<_>>();
    let (statuses, stages) = (used("status"), used("stage"));
    assert!(MEETING_STATUS.choices.iter().all(|choice| statuses.contains(choice.value)), "{statuses:?}");
    assert!(MEETING_STAGE.choices.iter().all(|choice| stages.contains(choice.value)), "{stages:?}");
}

#[test]
fn the_known_records_are_there() {
    let arena = known(KNOWN.arena);
    assert_eq!(text(&arena, "name"), "Jämtkraft Arena");
    assert_eq!(arena.cells["capacity"], Value::Number(8_466.0));
    assert!(text(&arena, "description").len() > 50);
    assert_eq!(rows(&arena, "spaces")[0].id, KNOWN.arena_space);
    let plan = known(KNOWN.plan);
    assert_eq!(text(&plan, "name"), "Ambassadörer för vinterstaden");
    let tasks: Vec<RowId> = rows(&plan, "tasks").iter().map(|row| row.id).collect();
    assert_eq!(tasks[1..4], KNOWN.plan_tasks);
    assert_eq!(rows(&plan, "tasks")[1].get("progress"), &Value::Number(40.0));
    let meeting = known(KNOWN.meeting);
    assert_eq!(text(&meeting, "status"), "tentative");
    assert_eq!(meeting.cells["delegates"], Value::Number(480.0));
    assert_eq!(meeting.cells["host"], Value::Link(Link::Record(KNOWN.ambassadors[0])));
    let people = KNOWN.ambassadors.map(|id| text(&known(id), "family").to_owned());
    assert_eq!(people, ["Åkerblom", "Hedlund"]);
    assert_eq!(text(&known(KNOWN.focus_area), "status"), "agreed");
    assert_eq!(known(KNOWN.bureau).kind.name, "organisation");
}
