//! Who is here, on a live relay: told to those who want to be seen, never stored, and no more often than anybody can read.

use std::path::Path;
use std::time::Duration;

use crate::support::{Client, Desk, Workspace};
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::{Hello, VERSIONS};
use samsyn_server::{Config, Relay, RunningRelay};

async fn start(folder: &Path) -> (RunningRelay, Workspace) {
    let relay = Relay::start(Config::new(folder)).await.unwrap();
    let workspace = Workspace::create(folder, &format!("ws://{}", relay.address()));
    (relay, workspace)
}

/// A client of the newest version that has caught up with an empty log.
async fn join(workspace: &Workspace) -> Client {
    let hello = Hello { versions: VERSIONS, ..workspace.hello() };
    let mut client = Client::connect(&workspace.url(), hello).await;
    client.until(|client| client.caught_up).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_here_sees_who_comes_what_they_open_and_who_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path()).await;
    let (mut asa, mut bo) = (join(&workspace).await, join(&workspace).await);
    let record = RecordId::random();
    assert!(asa.open(None) && bo.open(Some(record)));
    let (one, other) = (asa.device, bo.device);
    tokio::join!(
        asa.until(|asa| asa.present.get(&other) == Some(&Some(record))),
        bo.until(|bo| bo.present.get(&one) == Some(&None)),
    );
    assert!(!asa.present.contains_key(&one), "nobody is told of itself");
    // However fast somebody turns pages, the others hear of the last, and of few before it.
    let told = asa.told_presence;
    let last = RecordId::random();
    for _ in 0..300 {
        bo.open(Some(RecordId::random()));
    }
    bo.open(Some(last));
    bo.flush().await;
    asa.until(|asa| asa.present.get(&other) == Some(&Some(last))).await;
    assert!(asa.told_presence - told < 20, "{} messages", asa.told_presence - told);
    drop(bo);
    asa.until(|asa| asa.present.is_empty()).await;
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_an_older_version_is_not_told_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path()).await;
    let mut old = workspace.join().await;
    let (mut asa, mut bo) = (join(&workspace).await, join(&workspace).await);
    assert!(!old.open(Some(RecordId::random())), "it does not know how to say it");
    assert!(asa.open(None) && bo.open(None));
    let (mine, old_device) = (asa.device, old.device);
    asa.flush().await;
    bo.until(|bo| bo.present.contains_key(&mine)).await;
    assert!(!bo.present.contains_key(&old_device));
    // And works as before.
    let desk = Desk::new("Berg");
    old.push(desk.id(), &desk.all()).await;
    assert_eq!(old.told_presence, 0);
    asa.until(|asa| !asa.entries.is_empty()).await;
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_it_reaches_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path()).await;
    let (mut asa, mut bo) = (join(&workspace).await, join(&workspace).await);
    let planted = RecordId::random();
    assert!(asa.open(Some(planted)) && bo.open(None));
    let asa_device = asa.device;
    asa.flush().await;
    bo.until(|bo| bo.present.get(&asa_device) == Some(&Some(planted))).await;
    let desk = Desk::new("Berg");
    bo.push(desk.id(), &desk.all()).await;
    relay.shutdown().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut folders = vec![folder.path().to_owned()];
    while let Some(path) = folders.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let text = planted.to_string();
            for wanted in [&planted.as_bytes()[..], text.as_bytes()] {
                assert!(!bytes.windows(wanted.len()).any(|window| window == wanted), "{}", path.display());
            }
        }
    }
}
