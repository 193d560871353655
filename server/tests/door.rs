//! Who is let in, and what becomes of those who do not keep to the protocol: they are told why, and nobody else notices.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{Client, Desk, Process, Workspace, notice, socket, wrong_secret};
use futures_util::{SinkExt, StreamExt};
use samsyn_engine::identity::{DeviceId, WorkspaceId};
use samsyn_engine::sync::limits::{BATCH_CHANGES, FRAME_BYTES};
use samsyn_engine::sync::{Entry, EntryBody, ErrorCode, FromClient, Notice, Push};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

fn relay() -> (tempfile::TempDir, Process, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let workspace = relay.workspace();
    (folder, relay, workspace)
}

/// The notice that answers these messages, the first of a connection.
async fn told(workspace: &Workspace, messages: impl IntoIterator<Item = Message>) -> Notice {
    let mut socket = socket(&workspace.url()).await;
    for message in messages {
        let _ = socket.send(message).await;
    }
    let told = notice(&mut socket).await;
    // Whoever it was, others get in.
    workspace.join().await;
    told
}

fn binary(message: &FromClient) -> Message {
    Message::Binary(message.encode().into())
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_workspace_are_answered_alike() {
    let (_folder, _relay, workspace) = relay();
    let wrong = samsyn_engine::sync::Hello { credential: wrong_secret(), ..workspace.hello() };
    let wrong = Client::connect(&workspace.url(), wrong).await.end().await.unwrap();

    let elsewhere = Workspace { id: WorkspaceId::random(), ..workspace.clone() };
    let unknown = Client::connect(&elsewhere.url(), elsewhere.hello()).await.end().await.unwrap();
    // Another workspace in the address than in the hello.
    let other = Client::connect(&elsewhere.url(), workspace.hello()).await.end().await.unwrap();
    let another = Client::connect(&workspace.url(), elsewhere.hello()).await.end().await.unwrap();

    assert_eq!(wrong.code, ErrorCode::Access);
    assert_eq!([&unknown, &other, &another], [&wrong; 3]);
}

#[tokio::test]
async fn one_workspaces_secret_does_not_open_another() {
    let (_folder, relay, workspace) = relay();
    let other = relay.workspace();
    let hello = samsyn_engine::sync::Hello { credential: workspace.secret.credential(), ..other.hello() };
    assert_eq!(Client::connect(&other.url(), hello).await.end().await.unwrap().code, ErrorCode::Access);
}

#[tokio::test]
async fn a_version_that_the_relay_does_not_speak_is_told() {
    let (_folder, _relay, workspace) = relay();
    let hello = samsyn_engine::sync::Hello { versions: (7, 9), ..workspace.hello() };
    let notice = told(&workspace, [binary(&FromClient::Hello(hello))]).await;
    assert_eq!(notice.code, ErrorCode::Version);
    assert!(notice.words.contains("must be updated"), "{}", notice.words);
}

#[tokio::test]
async fn what_is_no_message_is_told() {
    let (_folder, _relay, workspace) = relay();
    for garbage in [vec![], vec![200, 1, 2, 3], vec![1, 0xff, 0xff], vec![2; 1_000]] {
        assert_eq!(told(&workspace, [Message::Binary(garbage.into())]).await.code, ErrorCode::Frame);
    }
    let text = || Message::Text("hello".into());
    assert_eq!(told(&workspace, [text()]).await.code, ErrorCode::Frame);
    // Also in the middle of a good connection.
    let hello = || binary(&FromClient::Hello(workspace.hello()));
    for garbage in [vec![], vec![200, 1, 2, 3], vec![2, 0xff, 0xff], vec![2; 1_000]] {
        assert_eq!(told(&workspace, [hello(), Message::Binary(garbage.into())]).await.code, ErrorCode::Frame);
    }
    assert_eq!(told(&workspace, [hello(), text()]).await.code, ErrorCode::Frame);
}

#[tokio::test]
async fn messages_out_of_turn_are_told() {
    let (_folder, _relay, workspace) = relay();
    let hello = || binary(&FromClient::Hello(workspace.hello()));
    let push = || binary(&FromClient::Push(Push { id: 1, entries: Vec::new() }));
    assert_eq!(told(&workspace, [push()]).await.code, ErrorCode::Order);
    assert_eq!(told(&workspace, [binary(&FromClient::Ping)]).await.code, ErrorCode::Order);
    assert_eq!(told(&workspace, [hello(), hello()]).await.code, ErrorCode::Order);
}

#[tokio::test]
async fn what_is_too_large_is_told() {
    let (_folder, _relay, workspace) = relay();
    let hello = || binary(&FromClient::Hello(workspace.hello()));
    let frame = Message::Binary(vec![2; FRAME_BYTES + 1].into());
    assert_eq!(told(&workspace, [hello(), frame]).await.code, ErrorCode::TooLarge);
    let frame = Message::Binary(vec![2; 3 * FRAME_BYTES].into());
    assert_eq!(told(&workspace, [hello(), frame]).await.code, ErrorCode::TooLarge);
    let record = DeviceId::random();
    let entries = vec![Entry { record, body: EntryBody::Change(vec![1]) }; BATCH_CHANGES + 1];
    let push = binary(&FromClient::Push(Push { id: 1, entries }));
    assert_eq!(told(&workspace, [hello(), push]).await.code, ErrorCode::TooLarge);
}

#[tokio::test]
async fn who_says_nothing_of_use_costs_the_others_nothing() {
    let (_folder, _relay, workspace) = relay();
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(socket(&workspace.url()).await);
    }
    let (mut asa, desk) = (workspace.join().await, Desk::new("Berg"));
    asa.push(desk.id(), &desk.all()).await;
    // One leaves in the middle of a hello.
    drop(silent);
    workspace.join().await.until(|client| client.entries.len() == 2).await;
}

#[tokio::test]
async fn pages_of_other_origins_and_strange_addresses_are_refused_before_the_socket() {
    let (_folder, _relay, workspace) = relay();
    let status = async |url: String, origin: Option<&str>| {
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", origin.parse().unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok(_) => 101,
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(status(workspace.url(), Some("https://evil.example")).await, 403);
    assert_eq!(status(workspace.url(), Some("null")).await, 403);
    let own = workspace.relay.replace("ws://", "http://");
    assert_eq!(status(workspace.url(), Some(&own)).await, 101);
    assert_eq!(status(format!("{}/sync/nothing", workspace.relay), None).await, 404);
    assert_eq!(status(format!("{}/sync/../../etc/passwd", workspace.relay), None).await, 404);
    assert_eq!(status(workspace.url(), None).await, 101);
}

#[tokio::test]
async fn refused_changes_are_named_by_their_place_and_the_others_of_the_push_are_taken() {
    let (_folder, _relay, workspace) = relay();
    let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
    let mut desk = Desk::new("Berg");
    let not_sent = desk.another().edit("never sent");
    let (mut orphan, mut other) = (desk.another(), Desk::new("Ek"));
    orphan.edit("not sent either");
    let orphan = orphan.edit("builds on what was not sent");
    let good = desk.edit("Bergman");
    let copy = { Desk::new("Alm").copied().edit("of a record that nobody pushed") };

    let mut all = desk.all();
    all.retain(|change| change.hash != not_sent.hash);
    let (first, rest) = all.split_at(1);
    asa.offer(desk.id(), first);
    asa.offer(desk.id(), [&orphan]);
    asa.offer(desk.id(), rest);
    asa.offer(DeviceId::random(), [&copy]);
    asa.offer(other.id(), &other.all());
    asa.until(Client::is_idle).await;

    assert_eq!(asa.refused.len(), 2);
    assert_eq!(asa.refused[&orphan.hash].code, ErrorCode::MissingDependencies);
    assert_eq!(asa.refused[&copy.hash].code, ErrorCode::MissingDependencies);
    assert!(asa.acknowledged.contains(&good.hash) && !asa.acknowledged.contains(&orphan.hash));
    bo.until(|bo| bo.entries.len() == 5).await;
    // It goes on with the same connection.
    asa.push(other.id(), [&other.edit("Ekman")]).await;
    assert_eq!(asa.refused.len(), 2);
}

#[tokio::test]
async fn a_thousand_damaged_pushes_harm_nobody() {
    let (_folder, relay, workspace) = relay();
    let desk = Desk::new("Berg");
    let entries = desk.all().into_iter().map(|change| {
        let body = EntryBody::Change(change.bytes);
        Entry { record: desk.id(), body }
    });
    let (hello, entries) = (FromClient::Hello(workspace.hello()), entries.collect::<Vec<_>>());
    let good = FromClient::Push(Push { id: 1, entries: entries.clone() }).encode();
    // The frame damaged anywhere, and whole frames with changes that are damaged anywhere.
    let mut damaged: Vec<Vec<u8>> = (0..good.len()).step_by(3).map(|place| flipped(&good, place)).collect();
    for (number, entry) in entries.iter().enumerate() {
        let EntryBody::Change(bytes) = &entry.body else { continue };
        for place in 0..bytes.len() {
            let mut entries = entries.clone();
            entries[number].body = EntryBody::Change(flipped(bytes, place));
            damaged.push(FromClient::Push(Push { id: 1, entries }).encode());
        }
    }
    for frames in damaged.chunks(4) {
        let mut socket = socket(&workspace.url()).await;
        socket.send(binary(&hello)).await.unwrap();
        for frame in frames {
            let _ = socket.send(Message::Binary(frame.clone().into())).await;
        }
        let _ = socket.close(None).await;
        while let Some(Ok(_)) = socket.next().await {}
    }
    let mut client = Client::connect(&workspace.url(), workspace.hello()).await;
    client.until(|client| client.caught_up).await;
    client.push(desk.id(), &desk.all()).await;
    assert!(client.refused.is_empty());
    drop(relay);
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 0x41;
    bytes
}

/// The statuses that `docs/protocol.md` names, of whoever does not open a WebSocket as it says.
#[test]
fn what_opens_no_websocket_is_answered_as_the_page_says() {
    const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let (_folder, _relay, workspace) = relay();
    let host = workspace.url().split('/').nth(2).unwrap().to_owned();
    let opening = format!(
        "Host: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n{KEY}"
    );
    let good = format!("GET /sync/{} HTTP/1.1", workspace.id);
    let other = |from: &str, to: &str| opening.replace(from, to);
    let all = [
        (101, good.as_str(), opening.clone()),
        (404, "GET /elsewhere HTTP/1.1", opening.clone()),
        (404, "GET /sync/no-id HTTP/1.1", opening.clone()),
        (405, &good.replace("GET", "POST"), opening.clone()),
        (405, &good.replace("GET", "HEAD"), opening.clone()),
        (400, &good, other("Connection: Upgrade\r\n", "")),
        (400, &good, other("Upgrade: websocket\r\n", "")),
        (400, &good, other("Version: 13", "Version: 12")),
        (400, &good, other(KEY, "")),
        (400, "GET /sync/%ff HTTP/1.1", opening.clone()),
        (426, &good.replace("1.1", "1.0"), opening.clone()),
        (403, &good, format!("{opening}Origin: https://evil.example\r\n")),
        (200, "GET /healthz HTTP/1.1", format!("Host: {host}\r\n")),
        (200, "GET /readyz HTTP/1.1", format!("Host: {host}\r\n")),
    ];
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md")).unwrap();
    for (status, request, headers) in all {
        let mut socket = TcpStream::connect(&host).unwrap();
        write!(socket, "{request}\r\n{headers}\r\n").unwrap();
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(std::str::from_utf8(&answer[9..]).unwrap(), status.to_string(), "{request}\n{headers}");
        assert!(status < 300 || page.contains(&format!("| {status} | ")), "{status} is not in the page");
    }
}
