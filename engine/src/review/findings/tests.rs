//! Findings are what a reading of all documents says, whatever was written, merged and erased, on any day.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::document::{Document, NewerEdit, Record, Writer};
use crate::identity::{DeviceId, Grant, Role, WorkspaceId};
use crate::sample;
use crate::schema::kinds::{CONTACT, VENUE};
use crate::schema::{NewRecord, Value};
use crate::store::{NewReplica, Origin};

const TODAY: Date = date(2026, 11, 26);

fn replica(folder: &tempfile::TempDir) -> Replica {
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Test".into(), relay: None };
    Replica::create(&folder.path().join("a.samsyn"), &new, "Åsa").unwrap()
}

fn contact(replica: &mut Replica, cells: &[(&str, Value)]) -> RecordId {
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("family".into(), Value::Text("Ek".into()));
    new.cells.extend(cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    replica.create_record(&new).unwrap().record
}

fn basis(name: &str) -> (&'static str, Value) {
    ("legal_basis", Value::Choice(name.to_owned()))
}

/// What is wrong with a record on a day, told from the document alone.
fn wrong(record: &Record, today: Date) -> Vec<Finding> {
    if record.kind().is_none_or(|kind| kind.name != "contact") {
        return Vec::new();
    }
    let finding = |problem, quick_fix| Finding {
        record: record.id,
        kind: "contact",
        removed: record.removed,
        problem,
        quick_fix,
    };
    let mut found = Vec::new();
    if let Value::Date(by) = record.get("review_by") {
        let held = record.get("retention_hold") == &Value::YesNo(true);
        let days = today.until(*by).unwrap().get_days();
        let stand = if days < 0 { Stand::Passed } else { Stand::Near };
        if days <= 30 {
            let again = today.checked_add(1.year()).unwrap();
            let quick_fix = (!record.removed).then_some(QuickFix::DecideAgain(again));
            found.push(finding(Problem::ReviewBy { by: *by, stand, held }, quick_fix));
        }
    }
    if record.get("legal_basis").is_empty() {
        let consent = !record.get("consent_at").is_empty() && record.get("consent_withdrawn_at").is_empty();
        let quick_fix = (consent && !record.removed).then_some(QuickFix::RestOnConsent);
        found.push(finding(Problem::NoLegalBasis, quick_fix));
    }
    found
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.record, finding.problem.rule()));
    findings
}

fn by_reading_all(replica: &Replica, today: Date) -> Vec<Finding> {
    let ids = replica.store().records().unwrap();
    ids.into_iter().flat_map(|id| wrong(&replica.record(id).unwrap(), today)).collect()
}

/// A field of the rules, and something to write into it.
fn some_cell(random: &mut StdRng) -> (&'static str, Value) {
    let day = TODAY.checked_add(random.random_range(-60..90).days()).unwrap();
    let maybe = |random: &mut StdRng, value| if random.random_bool(0.7) { value } else { Value::Empty };
    match random.random_range(0..6) {
        0 | 1 => ("review_by", maybe(random, Value::Date(day))),
        2 => ("legal_basis", maybe(random, basis("public_task").1)),
        3 => ("retention_hold", Value::YesNo(random.random())),
        4 => ("consent_at", maybe(random, Value::Date(day))),
        _ => ("consent_withdrawn_at", maybe(random, Value::Date(day))),
    }
}

/// Somebody elsewhere writes a field without knowing of what is written here, and it arrives.
fn edit_elsewhere(replica: &mut Replica, id: RecordId, random: &mut StdRng) {
    let mut theirs = replica.document(id).unwrap();
    let (field, value) = some_cell(random);
    let writer = Writer::new(DeviceId::random().as_bytes(), DeviceId::random(), 1_790_000_000);
    let changes = theirs.edit(&[Edit::set(field, value)], &writer).unwrap();
    let (field, value) = some_cell(random);
    replica.edit(id, &[Edit::set(field, value)], None).unwrap();
    let bytes: Vec<Vec<u8>> = changes.iter().map(|change| change.bytes.clone()).collect();
    let merged = Document::load(id, &replica.document(id).unwrap().save(), &bytes).unwrap();
    let mut store = Store::open(replica.store().path()).unwrap();
    let mut transaction = store.transaction().unwrap();
    transaction.save(&merged, &changes, Origin::Log).unwrap();
    transaction.commit().unwrap();
}

fn erase(replica: &Replica, id: RecordId) {
    let mut store = Store::open(replica.store().path()).unwrap();
    let mut transaction = store.transaction().unwrap();
    transaction.erase(&crate::sync::Erasures::first(id), 1_790_000_000).unwrap();
    transaction.commit().unwrap();
}

fn step(replica: &mut Replica, contacts: &mut Vec<RecordId>, random: &mut StdRng) {
    let some = contacts.get(random.random_range(0..=contacts.len())).copied();
    let Some(id) = some else {
        let cells: Vec<_> = (0..random.random_range(0..5)).map(|_| some_cell(random)).collect();
        return contacts.push(contact(replica, &cells));
    };
    match random.random_range(0..10) {
        0 => drop(replica.edit(id, &[Edit::Remove], None).unwrap()),
        1 => drop(replica.edit(id, &[Edit::Restore], None).unwrap()),
        2 => edit_elsewhere(replica, id, random),
        3 => {
            // A basis that only a later version knows is one.
            let edit = NewerEdit::Set { name: "legal_basis".into(), text: "of_2031".into() };
            replica.edit_as_newer(id, &edit).unwrap();
        }
        4 if random.random_bool(0.3) => {
            contacts.retain(|other| *other != id);
            erase(replica, id);
        }
        _ => {
            let (field, value) = some_cell(random);
            replica.edit(id, &[Edit::set(field, value)], None).unwrap();
        }
    }
}

#[test]
fn findings_are_what_a_reading_of_all_documents_says() {
    let (mut all, mut quick_fixes) = (0, 0);
    for seed in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let (mut replica, mut random) = (replica(&folder), StdRng::seed_from_u64(seed));
        let mut contacts = Vec::new();
        replica.create_record(&NewRecord::new(&VENUE)).unwrap();
        for number in 0..48 {
            step(&mut replica, &mut contacts, &mut random);
            if number % 8 != 7 {
                continue;
            }
            // Nothing is written as time passes.
            for days in [-100, 0, 1, 29, 30, 31, 400] {
                let today = TODAY.checked_add(days.days()).unwrap();
                let findings = replica.findings(today).unwrap();
                assert!(findings.is_sorted_by_key(|finding| finding.problem.severity()), "seed {seed}");
                all += findings.len();
                assert_eq!(sorted(findings), sorted(by_reading_all(&replica, today)), "seed {seed}, {today}");
            }
        }
        for finding in replica.findings(TODAY).unwrap() {
            let Some(quick_fix) = finding.quick_fix else { continue };
            quick_fixes += 1;
            replica.apply(&quick_fix.batch(finding.record, "")).unwrap();
            let left = replica.findings(TODAY).unwrap();
            let same = |other: &Finding| {
                (other.record, other.problem.rule()) == (finding.record, finding.problem.rule())
            };
            assert!(!left.iter().any(same), "seed {seed}: {quick_fix:?} is no way out of {finding:?}");
        }
    }
    assert!(all > 500 && quick_fixes > 10, "{all} findings, {quick_fixes} ways out: too few to say anything");
}

#[test]
fn a_day_comes_near_comes_and_passes_while_nobody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = replica(&folder);
    let by = date(2027, 1, 31);
    contact(&mut replica, &[basis("contract"), ("review_by", Value::Date(by))]);
    let stand = |today| match replica.findings(today).unwrap().as_slice() {
        [] => None,
        [Finding { problem: Problem::ReviewBy { stand, .. }, .. }] => Some(*stand),
        other => panic!("{other:?}"),
    };
    assert_eq!(stand(date(2026, 12, 31)), None, "31 days are left");
    assert_eq!(stand(date(2027, 1, 1)), Some(Stand::Near), "30 days are left");
    assert_eq!(stand(by), Some(Stand::Near), "it is to be decided today");
    assert_eq!(stand(date(2027, 2, 1)), Some(Stand::Passed));
    assert_eq!(stand(Date::MAX), Some(Stand::Passed));
}

#[test]
fn whoever_was_removed_is_kept_without_a_basis_until_erased() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = replica(&folder);
    let id = contact(&mut replica, &[("consent_at", Value::Date(TODAY))]);
    let found = replica.findings(TODAY).unwrap();
    assert_eq!(found[0].quick_fix, Some(QuickFix::RestOnConsent));
    replica.edit(id, &[Edit::Remove], None).unwrap();
    let found = replica.findings(TODAY).unwrap();
    assert_eq!((found.len(), found[0].removed, found[0].quick_fix), (1, true, None));
    erase(&replica, id);
    assert_eq!(replica.findings(TODAY).unwrap(), []);
}

fn be(replica: &Replica, role: Role) {
    let grant = Grant { role, ..Grant::unbounded(replica.device()) };
    let mut store = Store::open(replica.store().path()).unwrap();
    let mut transaction = store.transaction().unwrap();
    transaction.set_grant(&grant, None).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn nobody_hears_of_what_they_may_not_read_or_is_offered_what_they_may_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = replica(&folder);
    contact(&mut replica, &[("consent_at", Value::Date(TODAY)), ("review_by", Value::Date(TODAY))]);
    for (role, findings, quick_fixes) in
        [(Role::Coordinator, 2, 2), (Role::Ambassador, 2, 2), (Role::Reader, 2, 0), (Role::Partner, 0, 0)]
    {
        be(&replica, role);
        let found = replica.findings(TODAY).unwrap();
        let offered = found.iter().filter(|finding| finding.quick_fix.is_some()).count();
        assert_eq!((found.len(), offered), (findings, quick_fixes), "{role}");
    }
}

#[test]
fn the_grave_comes_first_and_what_passed_longest_ago_first_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = replica(&folder);
    let mut by = |day| contact(&mut replica, &[basis("contract"), ("review_by", Value::Date(day))]);
    let near = by(date(2026, 12, 1));
    let passed = by(date(2026, 11, 1));
    let long_passed = by(date(2025, 11, 1));
    let without = contact(&mut replica, &[]);
    let order: Vec<_> = replica.findings(TODAY).unwrap().into_iter().map(|finding| finding.record).collect();
    assert_eq!(order, [long_passed, passed, without, near]);
}

#[test]
fn the_sample_has_a_basis_and_a_day_for_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = replica(&folder);
    replica.create_records(&sample::workspace(7, TODAY)).unwrap();
    assert_eq!(replica.findings(TODAY).unwrap(), []);
    assert!(!replica.findings(TODAY.checked_add(4.years()).unwrap()).unwrap().is_empty());
}
