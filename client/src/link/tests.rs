//! Relays that let in and then lead nowhere, met once.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::channel;

use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::store::NewReplica;
use samsyn_engine::sync::{
    Ack, Beginning, Epoch, ErrorCode, FromClient, FromRelay, Refused, VERSIONS, Welcome,
};
use tokio_tungstenite::tungstenite::{Message, accept};

use super::*;

fn welcome() -> Welcome {
    Welcome {
        version: VERSIONS.1,
        workspace_name: "Byrån".into(),
        epoch: Epoch::from_bytes([7; 16]),
        from: 0,
        position: 0,
        beginning: Beginning::Log,
        hash: None,
        records: 0,
        peer: false,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased: Vec::new(),
    }
}

fn serve(stream: TcpStream, says: impl Fn(FromClient) -> Vec<FromRelay>) {
    let mut socket = accept(stream).unwrap();
    while let Ok(message) = socket.read() {
        let Message::Binary(frame) = message else { continue };
        for answer in says(FromClient::decode(&frame).unwrap()) {
            let _ = socket.send(Message::Binary(answer.encode().into()));
        }
    }
}

fn replica(path: &Path, listener: &TcpListener) -> Replica {
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let way = Some((address, WorkspaceSecret::random().into()));
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: way };
    Replica::create(path, &new, "Åsa").unwrap()
}

/// Meets a relay once that answers like that.
fn met(says: impl Fn(FromClient) -> Vec<FromRelay> + Send + 'static) -> (Result<Visit, LinkError>, Replica) {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut replica = replica(&folder.path().join("a.samsyn"), &listener);
    let relay = std::thread::spawn(move || serve(listener.accept().unwrap().0, says));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let met = runtime.block_on(visit(&mut replica, Duration::from_millis(300), &mut |_| {}));
    drop(runtime);
    relay.join().unwrap();
    (met, replica)
}

fn let_in() -> Vec<FromRelay> {
    vec![FromRelay::Welcome(welcome()), FromRelay::CaughtUp]
}

#[test]
fn what_is_acknowledged_and_never_comes_by_in_the_log_is_not_waited_for_for_ever() {
    let (met, replica) = met(|said| match said {
        FromClient::Hello(_) => let_in(),
        FromClient::Push(push) => {
            vec![FromRelay::Ack(Ack { id: push.id, refused: Vec::new(), passed: Vec::new() })]
        }
        FromClient::Ping => vec![FromRelay::Pong],
        _ => Vec::new(),
    });
    assert!(matches!(met, Err(LinkError::NotLogged(_))), "{met:?}");
    assert!(
        replica.store().outbox_state().unwrap().waiting > 0,
        "it is pushed again with the next connection"
    );
}

#[test]
fn a_window_whose_relay_says_that_everything_collides_connects_a_few_times_and_then_makes_pauses() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let path = folder.path().join("a.samsyn");
    drop(replica(&path, &listener));
    let (told, hears) = channel();
    let worker = worker::SyncWorker::start(path.clone(), false, move |report| drop(told.send(report)));
    let collide = |said| match said {
        FromClient::Hello(_) => let_in(),
        FromClient::Push(push) => {
            let refused = |number: usize| Refused {
                number: number as u32,
                code: ErrorCode::ActorCollision,
                words: "no".into(),
            };
            let refused = (0..push.entries.len()).map(refused).collect();
            vec![FromRelay::Ack(Ack { id: push.id, refused, passed: Vec::new() })]
        }
        _ => Vec::new(),
    };
    // Five at once; then the window is told that it waits, and why.
    (0..5).for_each(|_| serve(listener.accept().unwrap().0, collide));
    let waits = hears.iter().find_map(|report| match report {
        worker::Report::Status(status) => match status.link {
            worker::Link::Waiting { reason, .. } => Some(reason),
            _ => None,
        },
        _ => None,
    });
    assert!(matches!(waits.as_deref(), Some(LinkError::Anew(5))), "{waits:?}");
    drop(worker);
    assert!(Replica::open(&path).unwrap().store().outbox_state().unwrap().waiting > 0, "nothing is lost");
}
