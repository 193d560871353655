//! What clients get from each other through a real relay process.

use crate::support::{Client, Desk, Process};
use samsyn_engine::document::Document;
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::sync::EntryBody;

fn relay() -> (tempfile::TempDir, Process) {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    (folder, relay)
}

#[tokio::test]
async fn what_one_pushes_the_other_gets_live_and_can_read() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
    let desk = Desk::new("Berg");
    let changes = desk.all();
    asa.push(desk.id(), &changes).await;
    assert_eq!(asa.acknowledged.len(), changes.len());

    bo.until(|bo| bo.entries.len() == changes.len()).await;
    let mut document = Document::empty(desk.id());
    let admitted = bo.entries.iter().map(|entry| match &entry.body {
        EntryBody::Change(bytes) => gate::admit(bytes, &Limits::default()).unwrap(),
        EntryBody::Known(_) | EntryBody::Document(_) => panic!("Bo has not pushed it"),
    });
    document.receive(admitted.collect(), &Limits::default()).unwrap();
    assert_eq!(document.read(), desk.document.read());
}

#[tokio::test]
async fn own_changes_come_back_by_name_so_that_the_cursor_moves() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
    for round in 1..=5 {
        let (one, other) = (Desk::new("Berg"), Desk::new("Ek"));
        asa.offer(one.id(), &one.all());
        bo.push(other.id(), &other.all()).await;
        asa.until(|asa| asa.is_idle() && asa.entries.len() == 4 * round).await;
        bo.until(|bo| bo.entries.len() == 4 * round).await;
    }
    assert_eq!((asa.by_name(), asa.in_full()), (10, 10));
    assert_eq!((bo.by_name(), bo.in_full()), (10, 10));
    assert_eq!(asa.cursor, bo.cursor);
}

#[tokio::test]
async fn catching_up_from_a_cursor_brings_only_what_is_new() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let mut asa = workspace.join().await;
    let desk = Desk::new("Berg");
    asa.push(desk.id(), &desk.all()).await;
    asa.until(|asa| asa.entries.len() == 2).await;
    let cursor = asa.cursor;
    let later = Desk::new("Ek");
    asa.push(later.id(), &later.all()).await;

    let mut hello = workspace.hello();
    hello.cursor = cursor;
    let mut back = Client::connect(&workspace.url(), hello).await;
    back.until(|back| back.caught_up).await;
    assert!(!back.fresh);
    assert_eq!(back.entries.len(), 2);
    assert!(back.entries.iter().all(|entry| entry.record == later.id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_connects_after_an_acknowledgement_finds_what_it_acknowledges() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    // Many at once: then a group of pushes is large, and the first is answered well before the last.
    let pushing = (0..8).map(|_| {
        let workspace = workspace.clone();
        tokio::spawn(async move {
            let mut client = workspace.join().await;
            for _ in 0..25 {
                let desk = Desk::new("Berg");
                client.push(desk.id(), &desk.all()).await;
                let found = workspace.join().await;
                let count = found.entries.iter().filter(|entry| entry.record == desk.id()).count();
                assert_eq!(count, 2);
            }
        })
    });
    for pushing in pushing.collect::<Vec<_>>() {
        pushing.await.unwrap();
    }
}

#[tokio::test]
async fn a_cursor_of_another_log_begins_at_the_beginning() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let mut asa = workspace.join().await;
    let desk = Desk::new("Berg");
    asa.push(desk.id(), &desk.all()).await;
    asa.until(|asa| asa.entries.len() == 2).await;
    let cursor = asa.cursor.unwrap();

    let beyond = samsyn_engine::sync::Cursor { position: 1_000_000, ..cursor };
    let other_content = cursor.then(&desk.all()[0].hash);
    let other_content = samsyn_engine::sync::Cursor { position: 2, ..other_content };
    let other_life = samsyn_engine::sync::Cursor { epoch: samsyn_engine::sync::Epoch::random(), ..cursor };
    for strange in [beyond, other_content, other_life] {
        let mut hello = workspace.hello();
        hello.cursor = Some(strange);
        let mut back = Client::connect(&workspace.url(), hello).await;
        back.until(|back| back.caught_up).await;
        assert!(back.fresh);
        assert_eq!(back.entries.len(), 2);
    }
}

#[tokio::test]
async fn pushing_twice_is_pushing_once() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
    let mut desk = Desk::new("Berg");
    let mut changes = desk.all();
    asa.push(desk.id(), &changes).await;
    asa.push(desk.id(), &changes).await;
    changes.push(desk.edit("Bergman"));
    bo.push(desk.id(), &changes).await;
    assert!(bo.refused.is_empty() && asa.refused.is_empty());
    assert_eq!(bo.acknowledged.len(), 3);
    bo.until(|bo| bo.entries.len() == 3).await;
    let mut third = workspace.join().await;
    third.until(|third| third.entries.len() == 3).await;
    assert_eq!(third.cursor, bo.cursor);
}

#[tokio::test]
async fn a_workspace_that_is_made_while_the_relay_serves_is_found_and_others_are_left_alone() {
    let (_folder, relay) = relay();
    let (one, other) = (relay.workspace(), relay.workspace());
    let mut asa = one.join().await;
    let desk = Desk::new("Berg");
    asa.push(desk.id(), &desk.all()).await;
    let bo = other.join().await;
    assert!(bo.entries.is_empty());
}

#[tokio::test]
async fn a_log_of_many_batches_comes_whole_and_in_order() {
    let (_folder, relay) = relay();
    let workspace = relay.workspace();
    let mut asa = workspace.join().await;
    let mut desk = Desk::new("Berg");
    let mut changes = desk.all();
    changes.extend((0..1_500).map(|number| desk.edit(&format!("Berg {number}"))));
    asa.push(desk.id(), &changes).await;
    assert!(asa.refused.is_empty());
    asa.until(|asa| asa.entries.len() == changes.len()).await;
    drop(asa);
    drop(relay);

    let relay = Process::start(_folder.path());
    let workspace = crate::support::Workspace { relay: relay.address.clone(), ..workspace };
    let bo = workspace.join().await;
    let bytes = bo.entries.iter().map(|entry| match &entry.body {
        EntryBody::Change(bytes) => bytes.clone(),
        EntryBody::Known(_) | EntryBody::Document(_) => panic!("Bo has not pushed it"),
    });
    assert!(bytes.eq(changes.iter().map(|change| change.bytes.clone())));
    // It is read from its snapshot and the changes since: more can be added.
    let mut bo = bo;
    bo.push(desk.id(), [&desk.edit("Berglund")]).await;
    assert!(bo.refused.is_empty());
}
