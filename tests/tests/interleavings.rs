//! Whatever the order of edits, deliveries and broken links: three replicas that have met end up the same.

use proptest::prelude::*;
use samsyn_engine::document::Edit;
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::schema::kinds::{CONTACT, PLAN};
use samsyn_engine::schema::{Cells, FieldPath, NewRecord, Row, Value, order};
use samsyn_engine::store::NewReplica;
use samsyn_tests::memory_relay::{MemoryRelay, sync};
use samsyn_tests::simulation::{assert_projection_is_true, assert_same};

const REPLICAS: usize = 3;
const RECORDS: usize = 3;

/// One thing that happens on one of the replicas.
#[derive(Debug, Clone)]
enum Step {
    Line(usize, String),
    Clear(usize),
    Prose(usize, usize, String),
    AddRow(usize),
    RemoveRow(usize, usize),
    MoveRow(usize, usize),
    Cell(usize, usize, String),
    Count(usize, i64),
    Remove(usize, bool),
    Undo,
    Reopen,
    Sync(Option<usize>),
}

impl Step {
    /// The record that it is about.
    fn record(&self) -> Option<usize> {
        match self {
            Step::Line(r, _)
            | Step::Clear(r)
            | Step::Prose(r, ..)
            | Step::AddRow(r)
            | Step::RemoveRow(r, _)
            | Step::MoveRow(r, _)
            | Step::Cell(r, ..)
            | Step::Count(r, _)
            | Step::Remove(r, _) => Some(*r),
            Step::Undo | Step::Reopen | Step::Sync(_) => None,
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let record = 0..RECORDS;
    prop_oneof![
        (record.clone(), "[a-cå]{1,3}").prop_map(|(r, text)| Step::Line(r, text)),
        record.clone().prop_map(Step::Clear),
        (record.clone(), 0..20_usize, "[x-zö ]{1,6}").prop_map(|(r, at, text)| Step::Prose(r, at, text)),
        record.clone().prop_map(Step::AddRow),
        (record.clone(), 0..4_usize).prop_map(|(r, row)| Step::RemoveRow(r, row)),
        (record.clone(), 0..4_usize).prop_map(|(r, row)| Step::MoveRow(r, row)),
        (record.clone(), 0..4_usize, "[a-c]{1,3}").prop_map(|(r, row, text)| Step::Cell(r, row, text)),
        (record.clone(), -2..5_i64).prop_map(|(r, by)| Step::Count(r, by)),
        (record, any::<bool>()).prop_map(|(r, restore)| Step::Remove(r, restore)),
        Just(Step::Undo),
        Just(Step::Reopen),
        proptest::option::of(0..8_usize).prop_map(Step::Sync),
        Just(Step::Sync(None)),
    ]
}

struct World {
    folder: tempfile::TempDir,
    replicas: Vec<Replica>,
    relay: MemoryRelay,
    records: Vec<RecordId>,
    done: Vec<Option<samsyn_engine::replica::Edited>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
        let replicas = (0..REPLICAS)
            .map(|number| {
                let relay = Some(("ws://memory".to_owned(), secret.clone().into()));
                let new = NewReplica { workspace, workspace_name: String::new(), relay };
                let path = folder.path().join(format!("{number}.samsyn"));
                // Clocks that disagree by hours change nothing.
                let clock = move || 1_700_000_000 + number as i64 * 7_200;
                Replica::create(&path, &new, &format!("Person {number}")).unwrap().with_clock(clock)
            })
            .collect();
        let mut world = World {
            folder,
            replicas,
            relay: MemoryRelay::default(),
            records: Vec::new(),
            done: vec![None; REPLICAS],
        };
        for number in 0..RECORDS {
            let mut new = NewRecord::new(if number == 0 { &PLAN } else { &CONTACT });
            let name = if number == 0 { "name" } else { "family" };
            new.cells.insert(name.into(), Value::Text(format!("Record {number}")));
            world.records.push(world.replicas[0].create_record(&new).unwrap().record);
        }
        for replica in &mut world.replicas {
            sync(replica, &mut world.relay, None);
        }
        world
    }

    fn take(&mut self, who: usize, step: &Step) {
        match step {
            Step::Sync(cut) => drop(sync(&mut self.replicas[who], &mut self.relay, *cut)),
            Step::Reopen => {
                let path = self.folder.path().join(format!("{who}.samsyn"));
                let clock = move || 1_700_000_000 + who as i64 * 7_200;
                self.replicas[who] = Replica::open(&path).unwrap().with_clock(clock);
            }
            Step::Undo => {
                if let Some(done) = self.done[who].take() {
                    self.replicas[who].undo(&done).unwrap();
                }
            }
            edit => self.edit(who, edit),
        }
    }

    fn edit(&mut self, who: usize, step: &Step) {
        let Some((number, edit)) = self.make(who, step) else { return };
        match self.replicas[who].edit(self.records[number], &[edit], None) {
            Ok(edited) => self.done[who] = Some(edited),
            Err(error) => assert!(matches!(error, ReplicaError::Edit(_)), "{error}"),
        }
    }

    /// The edit of a step, where the record has what it is about.
    fn make(&self, who: usize, step: &Step) -> Option<(usize, Edit)> {
        let is_plan = |number: usize| number == 0;
        let (name, list, cell) = match is_plan(step.record()?) {
            true => ("name", "tasks", "title"),
            false => ("family", "emails", "type"),
        };
        let row = |number: usize, at: usize| -> Option<Row> {
            let record = self.replicas[who].record(self.records[number]).unwrap();
            record.get(list).rows().get(at).cloned()
        };
        Some(match step {
            Step::Line(r, text) => (*r, Edit::set(name, Value::Text(text.clone()))),
            Step::Clear(r) => (*r, Edit::set(name, Value::Empty)),
            Step::Prose(r, at, text) => {
                let path = FieldPath::field(if is_plan(*r) { "goal" } else { "notes" });
                let record = self.replicas[who].record(self.records[*r]).unwrap();
                let base = record.at(&path).as_text().unwrap_or_default().to_owned();
                let mut chars: Vec<char> = base.chars().collect();
                let at = (*at).min(chars.len());
                chars.splice(at..(at + 2).min(chars.len()), text.chars());
                (*r, Edit::Prose { path, base, text: chars.into_iter().collect() })
            }
            Step::AddRow(r) => (*r, Edit::add_row(list, Cells::new())),
            Step::RemoveRow(r, at) => (*r, Edit::RemoveRow { list: list.into(), row: row(*r, *at)?.id }),
            Step::MoveRow(r, at) => {
                let first = row(*r, 0)?;
                let order = order::between(None, Some(&first.order));
                (*r, Edit::MoveRow { list: list.into(), row: row(*r, *at)?.id, order })
            }
            Step::Cell(r, at, text) => {
                let value =
                    if is_plan(*r) { Value::Text(text.clone()) } else { Value::Choice("work".into()) };
                let id: RowId = row(*r, *at)?.id;
                (*r, Edit::Set { path: FieldPath::cell(list, id, cell), value })
            }
            Step::Count(r, by) if !is_plan(*r) => {
                (*r, Edit::Count { path: FieldPath::field("ambassador_bid"), by: *by })
            }
            Step::Remove(r, true) => (*r, Edit::Restore),
            Step::Remove(r, false) => (*r, Edit::Remove),
            _ => return None,
        })
    }

    fn settle(&mut self) {
        for _ in 0..2 {
            for replica in &mut self.replicas {
                sync(replica, &mut self.relay, None);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn replicas_that_have_met_are_the_same(steps in proptest::collection::vec((0..REPLICAS, step()), 1..60)) {
        let mut world = World::new();
        for (who, step) in &steps {
            world.take(*who, step);
        }
        world.settle();
        let first = &world.replicas[0];
        assert_projection_is_true(first);
        for other in &world.replicas[1..] {
            assert_same(first, other);
            prop_assert_eq!(other.store().outbox_state().unwrap(), Default::default());
        }
    }
}
