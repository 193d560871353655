//! By sending what is never whole: a request, a hello, a message; and what is small and becomes large.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use samsyn_engine::sync::FromRelay;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;

use super::*;
use crate::support::send_part;

pub(super) fn never_whole() -> Attacks {
    everywhere(&[], async |_| (), async |attacks, stage, ()| in_parts(attacks, &stage.town).await)
}

async fn in_parts(attacks: &mut Attacks, town: &Town) {
    let eva = town.somebody(&[]).await;
    let mut honest = caught_up(eva.enter(town).await).await;
    before_the_hello(attacks, town, &eva).await;
    by_a_member(attacks, town).await;
    let venue = eva.record(&VENUE, &[("name", text("Storsjöteatern"))]);
    honest.push(venue.id(), &venue.changes_since(&[])).await;
    assert!(honest.refused.is_empty());
}

/// So many of the connections end. (The others may be held.)
async fn so_many_end(connections: impl IntoIterator<Item = impl Future<Output = ()>>, least: usize) {
    let ends = FuturesUnordered::from_iter(connections).take(least).count();
    let ended = tokio::time::timeout(crate::support::PATIENCE, ends).await.expect("too few end");
    assert_eq!(ended, least);
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
    let ends = requests.iter_mut().map(|stream| async move {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 101"));
    });
    so_many_end(ends, 20).await;
    attacks.tried("requests without an end");
    drop(requests);

    let mut sockets = Vec::new();
    for _ in 0..24 {
        let (mut socket, _) = town.knock().await;
        let _ = send_part(&mut socket, (Data::Binary, 1024 * 1024)).await;
        sockets.push(socket);
    }
    caught_up(boss.enter(town).await).await;
    let ends = sockets.iter_mut().map(|socket| async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Binary(frame) = message else { continue };
            let FromRelay::Notice(told) = FromRelay::decode(&frame).unwrap() else { panic!("it is let in") };
            assert_eq!(told.code, ErrorCode::Limited, "{told:?}");
        }
    });
    so_many_end(ends, 8).await;
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
        let ends = clients.iter_mut().map(|client| async move {
            let told = client.end().await.map(|notice| notice.code);
            assert!(matches!(told, None | Some(ErrorCode::Limited)), "{told:?}");
        });
        so_many_end(ends, 8).await;
        attacks.tried(format!("messages on many connections that never end{name}"));
        drop(clients);
    }
    let mut again = caught_up(mallory.enter(town).await).await;
    let about = NewRecord { id: mallory.device, ..NewRecord::new(&MEMBER) };
    let about = Document::create(&about, &mallory.writer()).unwrap();
    again.push(about.id(), &about.changes_since(&[])).await;
    assert!(again.refused.is_empty());
}

/// What grows far beyond what was sent.
pub(super) async fn too_much(attacks: &mut Attacks, stage: &Stage) {
    let town = &stage.town;
    let mallory = town.somebody(&[]).await;
    let hello = |challenge: &Challenge| {
        let credential = Credential::device((town.id, mallory.device), &mallory.key, challenge);
        FromClient::Hello(mallory.hello(town, credential)).encode()
    };
    // A run of four million nulls in a push of some hundred bytes, inside a zstd bomb.
    let zeros = vec![0_u8; 64 * 1024 * 1024];
    let bomb = zstd::bulk::compress(&zeros, 3).unwrap();
    let frame =
        [&[2, 0xa2, 0x61, 0x69, 0x01, 0x61, 0x62, 0x59][..], &(bomb.len() as u16).to_be_bytes(), &bomb]
            .concat();
    let (mut socket, challenge) = town.knock().await;
    for frame in [hello(&challenge), frame] {
        socket.send(Message::Binary(frame.into())).await.unwrap();
    }
    assert_eq!(notice(&mut socket).await.code, ErrorCode::TooLarge);
    attacks.tried("a push that inflates to sixty-four megabytes");
    let nested = [vec![8], vec![0xa1, 0x61, 0x6d], vec![0x81; 100_000]].concat();
    let (mut socket, challenge) = town.knock().await;
    for frame in [hello(&challenge), nested] {
        socket.send(Message::Binary(frame.into())).await.unwrap();
    }
    assert_eq!(notice(&mut socket).await.code, ErrorCode::Frame);
    attacks.tried("a wish that nests a hundred thousand deep");
    // Words that are kept are cut.
    let (long, code) = (Laptop::new(), town.invite(&[]));
    let credential = |challenge: &Challenge| {
        let mut credential =
            Credential::invitation((town.id, long.device), &long.key, challenge, (&code, "x"));
        if let Credential::Invitation(invited) = &mut credential {
            invited.label = "\u{1b}[2J".repeat(100_000);
        }
        credential
    };
    caught_up(long.present(town, credential).await).await;
    let listed = String::from_utf8(town.operate(&["member", "list"], &[]).stdout).unwrap();
    assert!(!listed.contains('\u{1b}') && listed.lines().all(|line| line.len() < 600), "{listed}");
    attacks.tried("a name of four hundred kilobytes of control characters");
}
