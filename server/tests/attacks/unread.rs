//! By sending what is never whole: a request, a hello, a message.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use samsyn_engine::sync::FromRelay;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;

use super::*;
use crate::support::send_part;

pub(super) async fn never_whole(attacks: &mut Attacks) {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let town = Town::create(&relay.data, &relay.address);
    let eva = Laptop::new();
    let mut honest = caught_up(eva.join(&town, &town.first).await).await;
    before_the_hello(attacks, &town, &eva).await;
    by_a_member(attacks, &town).await;
    let venue = eva.record(&VENUE, &[("name", text("Storsjöteatern"))]);
    honest.push(venue.id(), &venue.changes_since(&[])).await;
    assert!(honest.refused.is_empty());
}

/// Whether a connection ends soon. (Nobody waits for long who is not ended.)
async fn ends(end: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(Duration::from_secs(8), end).await.is_ok()
}

/// By somebody who need not belong.
async fn before_the_hello(attacks: &mut Attacks, town: &Town, boss: &Laptop) {
    let address = town.relay.strip_prefix("ws://").unwrap();
    let request = format!("GET /sync/{} HTTP/1.1\r\nHost: {address}\r\n", town.id);
    let mut requests = Vec::new();
    for _ in 0..80 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(request.as_bytes()).await;
        for _ in 0..50 {
            let _ = stream.write_all(format!("X: {}\r\n", "a".repeat(6_000)).as_bytes()).await;
        }
        requests.push(stream);
    }
    // Of 24 MB the relay holds no more than 16, and whoever belongs comes in meanwhile.
    caught_up(boss.enter(town).await).await;
    let ended = requests.iter_mut().map(|stream| {
        ends(async {
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert!(!answer.starts_with(b"HTTP/1.1 101"));
        })
    });
    let ended = join_all(ended).await.into_iter().filter(|ended| *ended).count();
    assert!(ended >= 20, "{ended}");
    attacks.tried("requests without an end");
    drop(requests);

    let mut sockets = Vec::new();
    for _ in 0..24 {
        let (mut socket, _) = town.knock().await;
        let _ = send_part(&mut socket, (Data::Binary, 1024 * 1024)).await;
        sockets.push(socket);
    }
    caught_up(boss.enter(town).await).await;
    let ended = sockets.iter_mut().map(|socket| {
        ends(async {
            while let Some(Ok(message)) = socket.next().await {
                let Message::Binary(frame) = message else { continue };
                let FromRelay::Notice(told) = FromRelay::decode(&frame).unwrap() else {
                    panic!("it is let in")
                };
                assert_eq!(told.code, ErrorCode::Limited, "{told:?}");
            }
        })
    });
    let ended = join_all(ended).await.into_iter().filter(|ended| *ended).count();
    assert!(ended >= 8, "{ended}");
    attacks.tried("hellos without an end");
}

async fn by_a_member(attacks: &mut Attacks, town: &Town) {
    let mallory = town.somebody(&["--role", "reader"]).await;
    for (name, pings) in [("", false), (", with pings between their parts", true)] {
        let mut clients = Vec::new();
        for _ in 0..12 {
            let mut client = caught_up(mallory.enter(town).await).await;
            let mut opcode = Data::Binary;
            for _ in 0..10 {
                client.send_part((opcode, 100 * 1024)).await;
                opcode = Data::Continue;
                if pings {
                    client.ping().await;
                }
            }
            clients.push(client);
        }
        // Of 12 MB the relay holds no more than 4.
        let ended = clients.iter_mut().map(|client| {
            ends(async {
                let told = client.end().await.map(|notice| notice.code);
                assert!(matches!(told, None | Some(ErrorCode::Limited)), "{told:?}");
            })
        });
        let ended = join_all(ended).await.into_iter().filter(|ended| *ended).count();
        assert!(ended >= 8, "{ended}");
        attacks.tried(format!("messages on many connections that never end{name}"));
        drop(clients);
    }
    let mut again = caught_up(mallory.enter(town).await).await;
    let about = NewRecord { id: mallory.device, ..NewRecord::new(&MEMBER) };
    let about = Document::create(&about, &mallory.writer()).unwrap();
    again.push(about.id(), &about.changes_since(&[])).await;
    assert!(again.refused.is_empty());
}
