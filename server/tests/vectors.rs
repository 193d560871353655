//! The examples of `docs/protocol.md` are what the code says.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]

use data_encoding::HEXLOWER_PERMISSIVE;
use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Credential;
use samsyn_engine::sync::{
    Ack, Batch, Cursor, Entry, EntryBody, Epoch, ErrorCode, FromClient, FromRelay, Hello, Notice, Push,
    Refused, RollingHash, Welcome,
};

/// The bytes of the example of that name: the code block that begins with its name.
fn example(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, behind) = page.split_once(&format!("```hex {name}\n")).expect(name);
    let (block, _) = behind.split_once("```").unwrap();
    let digits: String = block.lines().flat_map(|line| line.split('#').next()).collect();
    let digits: String = digits.split_whitespace().collect();
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap()
}

fn record() -> RecordId {
    RecordId::from_bytes([0x11; 16])
}

fn cursor() -> Cursor {
    let start = Cursor::start(Epoch::from_bytes([0xee; 16]));
    start.then(&ChangeHash([1; 32])).then(&ChangeHash([2; 32]))
}

fn hello() -> Hello {
    Hello {
        versions: (1, 1),
        software: "example 1".to_owned(),
        workspace: RecordId::from_bytes([0x22; 16]),
        device: RecordId::from_bytes([0x33; 16]),
        credential: Credential::WorkspaceSecret { secret: vec![0x44; 32] },
        cursor: Some(cursor()),
    }
}

#[test]
fn what_a_client_says() {
    assert_eq!(FromClient::Hello(hello()).encode(), example("hello"));
    let first = FromClient::Hello(Hello { cursor: None, ..hello() }).encode();
    assert_eq!(first, example("hello-first"));
    assert_eq!(FromClient::Ping.encode(), example("ping"));
    let FromClient::Push(Push { id, entries }) = FromClient::decode(&example("push")).unwrap() else {
        panic!("it is no push")
    };
    let expected = Entry { record: record(), body: EntryBody::Change(b"a change chunk".to_vec()) };
    assert_eq!((id, entries), (7, vec![expected]));
}

#[test]
fn what_a_relay_says() {
    let welcome = Welcome {
        version: 1,
        workspace_name: "Byrån".to_owned(),
        epoch: Epoch::from_bytes([0xee; 16]),
        from: 2,
        position: 500,
    };
    assert_eq!(FromRelay::Welcome(welcome).encode(), example("welcome"));
    assert_eq!(FromRelay::CaughtUp.encode(), example("caught-up"));
    let words = "no".to_owned();
    let refused = vec![Refused { number: 3, code: ErrorCode::MissingDependencies, words: words.clone() }];
    assert_eq!(FromRelay::Ack(Ack { id: 7, refused }).encode(), example("ack"));
    assert_eq!(FromRelay::Notice(Notice { code: ErrorCode::Access, words }).encode(), example("notice"));
    assert_eq!(FromRelay::Pong.encode(), example("pong"));
    let entries = vec![
        Entry { record: record(), body: EntryBody::Change(b"a change chunk".to_vec()) },
        Entry { record: record(), body: EntryBody::Known(ChangeHash([2; 32])) },
    ];
    let batch = Batch { position: 2, hash: cursor().hash, entries };
    assert_eq!(FromRelay::decode(&example("batch")).unwrap(), FromRelay::Batch(batch));
}

#[test]
fn the_rolling_hash() {
    let mut hash = RollingHash::default();
    assert_eq!(hash.as_bytes().as_slice(), example("rolling-0"));
    hash = hash.then(&ChangeHash([1; 32]));
    assert_eq!(hash.as_bytes().as_slice(), example("rolling-1"));
    hash = hash.then(&ChangeHash([2; 32]));
    assert_eq!(hash.as_bytes().as_slice(), example("rolling-2"));
}
