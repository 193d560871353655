//! What was acknowledged is there: after the plug was pulled, after the relay was asked to stop, with a full disk.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Client, Desk, Process, Workspace, program, random_text};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::document::gate::hash_of;
use samsyn_engine::sync::{EntryBody, ErrorCode};

/// The names of all changes that a new client gets.
async fn logged(workspace: &Workspace) -> BTreeSet<ChangeHash> {
    let client = workspace.join().await;
    let name = |body: &EntryBody| match body {
        EntryBody::Change(bytes) => hash_of(bytes).unwrap(),
        EntryBody::Known(hash) => *hash,
        EntryBody::Document(_) => panic!("no documents come with the log"),
    };
    client.entries.iter().map(|entry| name(&entry.body)).collect()
}

fn at(workspace: &Workspace, relay: &Process) -> Workspace {
    Workspace { relay: relay.address.clone(), ..workspace.clone() }
}

#[tokio::test]
async fn an_acknowledged_change_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path());
    let workspace = relay.workspace();
    let mut acknowledged = BTreeSet::new();
    for round in 0..5 {
        let mut asa = at(&workspace, &relay).join().await;
        let mut desk = Desk::new(&format!("Berg {round}"));
        (0..30).for_each(|number| drop(desk.edit(&format!("Berg {round}-{number}"))));
        let changes = desk.all();
        // One change a push, and the plug is pulled while later ones are under way.
        for change in &changes {
            asa.offer(desk.id(), [change]);
        }
        let enough = 1 + 6 * round;
        asa.until(|asa| asa.acknowledged.len() >= enough).await;
        relay.kill();
        acknowledged.extend(asa.acknowledged);
        relay = Process::start(folder.path());
        let there = logged(&at(&workspace, &relay)).await;
        assert!(acknowledged.is_subset(&there), "round {round}");
    }
}

#[tokio::test]
async fn a_relay_that_is_asked_to_stop_answers_what_is_under_way_says_so_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path());
    let workspace = relay.workspace();
    let mut clients = Vec::new();
    for number in 0..8 {
        let mut client = workspace.join().await;
        let mut desk = Desk::new(&format!("Berg {number}"));
        (0..50).for_each(|edit| drop(desk.edit(&format!("Berg {number}-{edit}"))));
        for change in &desk.all() {
            client.offer(desk.id(), [change]);
        }
        client.until(|client| !client.acknowledged.is_empty()).await;
        clients.push(client);
    }
    relay.ask_to_stop();
    let mut acknowledged = BTreeSet::new();
    for mut client in clients {
        let notice = client.end().await;
        assert_eq!(notice.map(|notice| notice.code), Some(ErrorCode::Stopping));
        acknowledged.extend(client.acknowledged);
    }
    assert_eq!(relay.code(), Some(0));

    assert_eq!(relay.files(&workspace), ["log.sqlite"], "everything is in the one file");
    let relay = Process::start(folder.path());
    assert!(acknowledged.is_subset(&logged(&at(&workspace, &relay)).await));
}

/// A relay whose files cannot grow beyond 600 KiB: what a full disk is to a database. The limit can be lifted again.
#[cfg(unix)]
fn relay_with_little_room(data: &Path) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -f 1200; exec \"$0\" serve --listen 127.0.0.1:0 --data \"$1\""]);
    command.args([program().as_ref(), data]).stderr(full_file());
    Process::spawn(command, data)
}

/// A file that takes nothing any more: logs are often on the disk that is full.
#[cfg(unix)]
fn full_file() -> Stdio {
    if cfg!(target_os = "linux") {
        std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into()
    } else {
        Stdio::null()
    }
}

/// Pushes record after record until the relay says that it cannot store any more: all that it acknowledged, and the record
/// that it did not take.
#[cfg(unix)]
async fn fill_up(workspace: &Workspace) -> (BTreeSet<ChangeHash>, Desk) {
    let mut acknowledged = BTreeSet::new();
    for _ in 0..500 {
        let (mut writer, desk) = (workspace.join().await, Desk::new(&random_text(1_900)));
        writer.offer(desk.id(), &desk.all());
        while !writer.is_idle() {
            if !writer.step().await {
                assert_eq!(writer.closed.unwrap().code, ErrorCode::Storage);
                assert!(!acknowledged.is_empty() && writer.acknowledged.is_empty());
                return (acknowledged, desk);
            }
        }
        assert!(writer.refused.is_empty(), "{:?}", writer.refused);
        acknowledged.extend(writer.acknowledged);
    }
    panic!("the disk does not fill up");
}

#[cfg(unix)]
#[tokio::test]
async fn with_a_full_disk_nothing_is_acknowledged_readers_are_served_and_it_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let relay = relay_with_little_room(folder.path());
    let workspace = relay.workspace();
    let mut reader = workspace.join().await;
    let (acknowledged, last) = fill_up(&workspace).await;
    // Those who only read notice nothing.
    let count = acknowledged.len();
    reader.until(|reader| reader.entries.len() == count).await;
    assert_eq!(logged(&workspace).await, acknowledged);
    // With room it goes on from there.
    relay.kill();
    let relay = Process::start(folder.path());
    let workspace = at(&workspace, &relay);
    assert_eq!(logged(&workspace).await, acknowledged);
    let mut writer = workspace.join().await;
    writer.push(last.id(), &last.all()).await;
    assert_eq!((writer.acknowledged.len(), writer.refused.len()), (2, 0));
}

/// The limit is lifted by prlimit(1), which every Linux has.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_relay_whose_disk_was_full_serves_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = relay_with_little_room(folder.path());
    let workspace = relay.workspace();
    let mut reader = workspace.join().await;
    let (mut acknowledged, last) = fill_up(&workspace).await;
    // Several at once, again and again: each is told, and nothing of theirs is in the log.
    for _ in 0..3 {
        let (mut one, mut other) = (workspace.join().await, workspace.join().await);
        for client in [&mut one, &mut other] {
            let desk = Desk::new(&random_text(1_900));
            client.offer(desk.id(), &desk.all());
        }
        for client in [&mut one, &mut other] {
            assert_eq!(client.end().await.map(|notice| notice.code), Some(ErrorCode::Storage));
            assert!(client.acknowledged.is_empty());
        }
    }
    assert_eq!(logged(&workspace).await, acknowledged);

    relay.lift_the_limit_on_files();
    let mut writer = workspace.join().await;
    writer.push(last.id(), &last.all()).await;
    assert_eq!((writer.acknowledged.len(), writer.refused.len()), (2, 0));
    acknowledged.extend(writer.acknowledged);
    let count = acknowledged.len();
    reader.until(|reader| reader.entries.len() == count).await;
    assert_eq!(logged(&workspace).await, acknowledged);
    relay.ask_to_stop();
    assert_eq!(relay.code(), Some(0));
    assert_eq!(relay.files(&workspace), ["log.sqlite"]);
}

#[tokio::test]
async fn a_client_comes_back_to_its_place_after_the_relay_was_restarted() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let workspace = relay.workspace();
    let (mut asa, desk) = (workspace.join().await, Desk::new("Berg"));
    asa.push(desk.id(), &desk.all()).await;
    asa.until(|asa| asa.entries.len() == 2).await;
    relay.kill();
    let relay = Process::start(folder.path());
    let workspace = at(&workspace, &relay);
    let hello = samsyn_engine::sync::Hello { cursor: asa.cursor, ..workspace.hello() };
    let mut back = Client::connect(&workspace.url(), hello).await;
    back.until(|back| back.caught_up).await;
    assert!(!back.fresh && back.entries.is_empty());
}
