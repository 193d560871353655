//! Many clients at once, slow ones, silent ones: on a relay in this process, whose patience the tests choose.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use crate::support::{Client, Desk, Workspace, notice, socket};
use futures_util::StreamExt;
use samsyn_engine::sync::ErrorCode;
use samsyn_server::{Config, Patience, Relay, RunningRelay};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Error, Message};

/// So many large records are more than the sockets between two processes hold.
const MUCH: usize = 400;

async fn push_large(client: &mut Client, records: usize) {
    for _ in 0..records {
        let desk = Desk::large();
        client.offer(desk.id(), &desk.all());
    }
    client.until(Client::is_idle).await;
    assert!(client.refused.is_empty());
}

async fn start(folder: &Path, patience: Patience) -> (RunningRelay, Workspace) {
    let few = NonZeroUsize::new(20).unwrap();
    let config = Config { max_connections: few, patience, ..Config::new(folder) };
    let relay = Relay::start(config).await.unwrap();
    let workspace = Workspace::create(folder, &format!("ws://{}", relay.address()));
    (relay, workspace)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushes_at_the_same_time_ends_with_the_same_log() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path(), Patience::default()).await;
    let (clients, edits) = (8, 40);
    let work = (0..clients).map(|number| {
        let workspace = workspace.clone();
        tokio::spawn(async move {
            let mut client = workspace.join().await;
            let mut desk = Desk::new(&format!("Berg {number}"));
            client.offer(desk.id(), &desk.all());
            for edit in 0..edits {
                client.offer(desk.id(), [&desk.edit(&format!("Berg {number}-{edit}"))]);
                client.step().await;
            }
            client.until(|client| client.is_idle() && client.entries.len() == clients * (edits + 2)).await;
            assert!(client.refused.is_empty(), "{:?}", client.refused);
            assert_eq!(client.by_name(), edits + 2, "its own come back by name, all of them");
            client.cursor
        })
    });
    let mut cursors = Vec::new();
    for cursor in work.collect::<Vec<_>>() {
        cursors.push(cursor.await.unwrap());
    }
    cursors.dedup();
    assert_eq!(cursors.len(), 1, "one log, one order");
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_holds_up_nobody_and_gets_it_all_later() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path(), Patience::default()).await;
    let mut slow = Client::narrow(&workspace).await;
    let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
    // More than the sockets between the two hold.
    for records in (MUCH / 10..=MUCH).step_by(MUCH / 10) {
        push_large(&mut asa, MUCH / 10).await;
        bo.until(|bo| bo.entries.len() == 2 * records).await;
    }
    slow.until(|slow| slow.entries.len() == 2 * MUCH).await;
    assert_eq!(slow.cursor, bo.cursor);
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_again_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { send: Duration::from_millis(300), ..Patience::default() };
    let (relay, workspace) = start(folder.path(), patience).await;
    let mut stuck = Client::narrow(&workspace).await;
    let mut asa = workspace.join().await;
    push_large(&mut asa, MUCH).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stuck.end().await;
    assert!(stuck.entries.len() < 2 * MUCH, "it was let go before it had everything");
    // It comes back to where it was.
    let hello = samsyn_engine::sync::Hello { cursor: stuck.cursor, ..workspace.hello() };
    let mut back = Client::connect(&workspace.url(), hello).await;
    back.until(|back| back.caught_up).await;
    assert!(!back.fresh);
    assert_eq!(stuck.entries.len() + back.entries.len(), 2 * MUCH);
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_silent_are_asked_and_only_the_dead_are_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let (ask, silence) = (Duration::from_millis(50), Duration::from_millis(250));
    let (relay, workspace) = start(folder.path(), Patience { ask, silence, ..Patience::default() }).await;
    // A client that only listens answers the relay's pings without knowing.
    let mut listener = workspace.join().await;
    let listening = tokio::spawn(async move {
        listener.until(|listener| listener.entries.len() == 2).await;
    });
    // One that is stuck does not.
    let mut dead = workspace.join().await;
    tokio::time::sleep(4 * silence).await;
    let told = dead.end().await;
    assert_eq!(told.map(|notice| notice.code), Some(ErrorCode::Other));
    let desk = Desk::new("Berg");
    workspace.join().await.push(desk.id(), &desk.all()).await;
    listening.await.unwrap();
    relay.shutdown().await;
}

/// The answers to the relay's pings stand behind what the client pushes.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_takes_longer_than_the_relays_patience_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let (ask, silence) = (Duration::from_millis(200), Duration::from_millis(600));
    let (relay, workspace) = start(folder.path(), Patience { ask, silence, ..Patience::default() }).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = Workspace { relay: format!("ws://{}", listener.local_addr().unwrap()), ..workspace.clone() };
    let to = relay.address();
    let link = tokio::spawn(async move { slow_link(listener.accept().await.unwrap().0, to).await });
    let mut client = slow.join().await;
    push_large(&mut client, 4).await;
    drop(client);
    link.await.unwrap();
    relay.shutdown().await;
}

/// Carries what a client sends in small pieces with a pause after each, and what it is sent at once.
async fn slow_link(client: TcpStream, relay: std::net::SocketAddr) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_relay, mut to_relay) = TcpStream::connect(relay).await.unwrap().into_split();
    let down = tokio::spawn(async move { tokio::io::copy(&mut from_relay, &mut to_client).await });
    let mut piece = [0; 512];
    while let Ok(count @ 1..) = from_client.read(&mut piece).await {
        to_relay.write_all(&piece[..count]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    drop(to_relay);
    let _ = down.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_hello_in_time_is_told_and_who_is_no_client_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { hello: Duration::from_millis(200), ..Patience::default() };
    let (relay, workspace) = start(folder.path(), patience).await;
    let mut silent = socket(&workspace.url()).await;
    assert_eq!(notice(&mut silent).await.code, ErrorCode::Order);
    // One that never ends its request, one that never begins it.
    for beginning in ["GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", ""] {
        let mut stream = TcpStream::connect(relay.address()).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(crate::support::PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "the relay keeps the socket");
    }
    // One that has said it stays.
    let mut client = workspace.join().await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let desk = Desk::new("Berg");
    client.push(desk.id(), &desk.all()).await;
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_limit_clients_are_asked_to_come_later() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path(), Patience::default()).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(workspace.join().await);
    }
    match tokio_tungstenite::connect_async(workspace.url()).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 503),
        other => panic!("{other:?}"),
    }
    clients.pop();
    while tokio_tungstenite::connect_async(workspace.url()).await.is_err() {}
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_nobody_uses_is_closed_and_opens_again_with_all_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { unused: Duration::from_millis(20), ..Patience::default() };
    let (relay, workspace) = start(folder.path(), patience).await;
    let (mut cursor, mut desk) = (None, Desk::new("Berg"));
    let files = folder.path().join("workspaces").join(workspace.id.to_string());
    for round in 0..5 {
        let hello = samsyn_engine::sync::Hello { cursor, ..workspace.hello() };
        let mut client = Client::connect(&workspace.url(), hello).await;
        client.until(|client| client.caught_up).await;
        assert_eq!(client.fresh, round == 0);
        let change = desk.edit(&format!("Berg {round}"));
        let changes = if round == 0 { desk.all() } else { vec![change] };
        client.push(desk.id(), &changes).await;
        client.until(|client| client.entries.len() == changes.len()).await;
        cursor = client.cursor;
        drop(client);
        // Closed: SQLite's files beside the log are gone.
        while std::fs::read_dir(&files).unwrap().count() > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(workspace.join().await.entries.len(), 7);
    relay.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_every_connection_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, workspace) = start(folder.path(), Patience::default()).await;
    let mut client = workspace.join().await;
    let mut nobody_yet = socket(&workspace.url()).await;
    let stopped = tokio::spawn(relay.shutdown());
    assert_eq!(client.end().await.map(|notice| notice.code), Some(ErrorCode::Stopping));
    assert_eq!(notice(&mut nobody_yet).await.code, ErrorCode::Stopping);
    while let Some(Ok(message)) = nobody_yet.next().await {
        assert!(matches!(message, Message::Close(_)));
    }
    stopped.await.unwrap();
    assert!(tokio_tungstenite::connect_async(workspace.url()).await.is_err());
    // The folder is free again.
    start(folder.path(), Patience::default()).await.0.shutdown().await;
}
