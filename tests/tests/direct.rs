//! Two replicas that sync directly, without a relay: nothing is lost, nothing is taken for being on a relay, and what a
//! visit costs follows what differs.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{PeerAnswer, PeerCall, Replica, ReplicaSync, SyncNews, SyncProblem};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{FieldPath, NewRecord, Value};
use samsyn_engine::sync::{ErrorCode, SyncError};
use samsyn_server::InlineConnection;
use samsyn_tests::simulation::{assert_projection_is_true, assert_same};
use samsyn_tests::wire::{Workspace, meet, sync};

fn contact(replica: &mut Replica, family: &str) -> RecordId {
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("family".to_owned(), Value::Text(family.to_owned()));
    replica.create_record(&new).unwrap().record
}

fn replicas(folder: &Path, workspace: &Workspace, count: usize) -> Vec<Replica> {
    (0..count)
        .map(|number| {
            workspace.replica(&folder.join(format!("{number}.samsyn")), &format!("Person {number}"))
        })
        .collect()
}

/// Two of them, to be written both.
fn two(all: &mut [Replica], one: usize, other: usize) -> (&mut Replica, &mut Replica) {
    let [one, other] = all.get_disjoint_mut([one, other]).unwrap();
    (one, other)
}

#[test]
fn two_on_a_train_have_the_same_afterwards_and_the_relay_gets_all_of_it_from_either() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut all = replicas(folder.path(), &workspace, 3);
    let ek = contact(&mut all[0], "Ek");
    contact(&mut all[1], "Berg");
    let (asa, bo) = two(&mut all, 0, 1);
    let (traffic, _) = meet(asa, bo, usize::MAX);
    assert_same(asa, bo);
    assert!(traffic.round_trips <= 6, "{traffic:?}");
    bo.edit(ek, &[Edit::set("given", Value::Text("Eva".to_owned()))], None).unwrap();
    asa.edit(ek, &[Edit::Count { path: FieldPath::field("ambassador_won"), by: 2 }], None).unwrap();
    meet(bo, asa, usize::MAX);
    assert_same(asa, bo);
    assert_projection_is_true(asa);
    for replica in [&*asa, &*bo] {
        let outbox = replica.store().outbox_state().unwrap();
        assert_eq!((outbox.refused, outbox.quarantined), (0, 0));
        // Two persons, two contacts and two edits: what came from each other waits for the relay, too.
        assert_eq!(outbox.waiting, 6);
        assert_eq!(replica.meta().unwrap().cursor, None, "another replica is no place in a log");
    }
    // Only Bo meets the relay. Somebody new gets from it what Åsa wrote.
    let mut relay = workspace.relay(&folder.path().join("log"));
    sync(&mut all[1], &mut relay);
    sync(&mut all[2], &mut relay);
    sync(&mut all[1], &mut relay);
    assert_same(&all[1], &all[2]);
    assert_eq!(all[2].record(ek).unwrap().get("ambassador_won"), &Value::Counter(2));
    // And Åsa, who comes later with all of it in her outbox, adds nothing a second time.
    let before = relay.head().unwrap();
    sync(&mut all[0], &mut relay);
    assert_eq!(relay.head().unwrap().position, before.position);
    for replica in &all[..2] {
        assert_eq!(replica.store().outbox_state().unwrap(), Default::default());
    }
}

#[test]
fn whoever_meets_whom_and_wherever_it_breaks_off_all_end_the_same() {
    for seed in 0..12 {
        let mut dice = StdRng::seed_from_u64(seed);
        let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
        let mut all = replicas(folder.path(), &workspace, 3);
        for turn in 0..40 {
            let who = dice.random_range(0..3);
            let records = all[who].store().records().unwrap();
            match dice.random_range(0..4) {
                0 => drop(contact(&mut all[who], &format!("Berg {turn}"))),
                1 | 2 => {
                    let id = records[dice.random_range(0..records.len())];
                    let name = Edit::set("family", Value::Text(format!("Ek {turn}")));
                    // Not every record has that field.
                    let _ = all[who].edit(id, &[name], None);
                }
                _ => {
                    let whom = (who + dice.random_range(1..3)) % 3;
                    let (one, other) = two(&mut all, who, whom);
                    meet(one, other, dice.random_range(0..12));
                }
            }
        }
        for (one, other) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
            let (one, other) = two(&mut all, one, other);
            meet(one, other, usize::MAX);
        }
        assert_same(&all[0], &all[1]);
        assert_same(&all[0], &all[2]);
        all.iter().for_each(assert_projection_is_true);
    }
}

#[test]
fn a_visit_costs_what_differs() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut all = replicas(folder.path(), &workspace, 2);
    let ids: Vec<_> = (0..600).map(|number| contact(&mut all[0], &format!("Berg {number}"))).collect();
    let (asa, bo) = two(&mut all, 0, 1);
    meet(bo, asa, usize::MAX);
    let (nothing, _) = meet(bo, asa, usize::MAX);
    assert!(nothing.up + nothing.down < 500, "{nothing:?}");
    for id in &ids[100..110] {
        asa.edit(*id, &[Edit::set("given", Value::Text("Eva".to_owned()))], None).unwrap();
    }
    let (some, _) = meet(bo, asa, usize::MAX);
    assert!(some.up + some.down < 25_000, "{some:?}");
    assert_same(asa, bo);
}

#[test]
fn a_replica_is_never_taken_for_a_relay_nor_a_relay_for_a_replica() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut all = replicas(folder.path(), &workspace, 2);
    let (asa, bo) = two(&mut all, 0, 1);
    // Somebody who looks for a relay comes to a replica.
    let mut sync = ReplicaSync::begin(asa, None, 0).unwrap();
    let mut answer = PeerAnswer::new();
    answer.handle_input(bo, &sync.poll_transmit(asa).unwrap().unwrap()).unwrap();
    let told = answer.poll_transmit(bo).unwrap().unwrap();
    assert!(answer.is_over());
    let news = sync.handle_input(asa, &told, 0).unwrap();
    let [SyncNews::Closed(notice)] = news.as_slice() else { panic!("{news:?}") };
    assert!(notice.words.contains("no relay"), "{notice:?}");
    // And the other way round.
    let mut relay = workspace.relay(&folder.path().join("log"));
    let mut call = PeerCall::begin(asa, 0).unwrap();
    let mut there = InlineConnection::default();
    let answers = relay.handle_input(&mut there, &call.poll_transmit(asa).unwrap().unwrap()).unwrap();
    let error = call.handle_input(asa, &answers[0], 0).unwrap_err();
    assert!(matches!(error, SyncProblem::Protocol(SyncError::ARelay)), "{error}");
}

#[test]
fn strangers_are_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Workspace::default(), Workspace::default());
    let mut here = ours.replica(&folder.path().join("ours.samsyn"), "Åsa");
    let stranger = theirs.replica(&folder.path().join("theirs.samsyn"), "Mallory");
    let mut call = PeerCall::begin(&stranger, 0).unwrap();
    let mut answer = PeerAnswer::new();
    answer.handle_input(&mut here, &call.poll_transmit(&stranger).unwrap().unwrap()).unwrap();
    let mut stranger = stranger;
    let told = answer.poll_transmit(&here).unwrap().unwrap();
    let news = call.handle_input(&mut stranger, &told, 0).unwrap();
    assert!(matches!(&news[..], [SyncNews::Closed(notice)] if notice.code == ErrorCode::Access), "{news:?}");
    assert_eq!(answer.poll_transmit(&here).unwrap(), None, "and gets nothing more");
}
