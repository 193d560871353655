//! The examples of `docs/protocol.md` are what the code says.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::document::gate::Limits;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Credential, WorkspaceSecret};
use samsyn_engine::sync::compare::{self, Fingerprint, Held, Holding, Inventory, Range};
use samsyn_engine::sync::limits;
use samsyn_engine::sync::{
    Ack, Batch, Beginning, Cursor, Entry, EntryBody, Epoch, ErrorCode, FirstSync, FromClient, FromRelay,
    Hello, Here, Logged, Notice, Presence, Push, Records, Refused, RollingHash, Wait, Wanted, Welcome,
};
use samsyn_server::Patience;

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md")).unwrap()
}

/// The bytes of the example of that name: the code block that begins with its name.
fn example(name: &str) -> Vec<u8> {
    let page = page();
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
        first_sync: None,
        holds_records: false,
        peer: false,
        erased: 0,
        scrubbed: 0,
        founds: false,
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
fn who_is_here() {
    let device = |byte| RecordId::from_bytes([byte; 16]);
    assert_eq!(FromClient::Presence(Some(record())).encode(), example("presence"));
    let here = vec![Here { device: device(0x33), open: Some(record()) }];
    let presence = Presence { here, gone: vec![device(0x55)] };
    assert_eq!(FromRelay::Presence(presence.clone()).encode(), example("present-are"));
    assert_eq!(FromRelay::decode(&example("present-are")).unwrap(), FromRelay::Presence(presence));
}

#[test]
fn what_two_replicas_say_without_a_relay() {
    let hello = Hello { versions: (2, 2), cursor: None, holds_records: true, peer: true, ..hello() };
    assert_eq!(FromClient::Hello(hello).encode(), example("hello-peer"));
    let welcome = Welcome {
        version: 2,
        workspace_name: "Byrån".to_owned(),
        epoch: Epoch::from_bytes([0xee; 16]),
        from: 0,
        position: 0,
        beginning: Beginning::Comparison,
        hash: Some(RollingHash::default()),
        records: 0,
        peer: true,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased: Vec::new(),
    };
    assert_eq!(FromRelay::Welcome(welcome).encode(), example("welcome-peer"));
    let secret: WorkspaceSecret = BASE64URL_NOPAD.encode(&[0x44; 32]).parse().unwrap();
    assert_eq!(secret.key_for("samsyn direct").to_vec(), example("direct-key"));
}

#[test]
fn what_a_relay_says() {
    let welcome = Welcome {
        version: 1,
        workspace_name: "Byrån".to_owned(),
        epoch: Epoch::from_bytes([0xee; 16]),
        from: 2,
        position: 500,
        beginning: Beginning::Log,
        hash: None,
        records: 0,
        peer: false,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased: Vec::new(),
    };
    assert_eq!(FromRelay::Welcome(welcome).encode(), example("welcome"));
    assert_eq!(FromRelay::CaughtUp.encode(), example("caught-up"));
    let words = "no".to_owned();
    let refused = vec![Refused { number: 3, code: ErrorCode::MissingDependencies, words: words.clone() }];
    assert_eq!(FromRelay::Ack(Ack { id: 7, refused, passed: Vec::new() }).encode(), example("ack"));
    let passed = vec![Logged { number: 0, position: 3 }];
    assert_eq!(FromRelay::Ack(Ack { id: 8, refused: Vec::new(), passed }).encode(), example("ack-passed"));
    assert_eq!(FromRelay::Notice(Notice::new(ErrorCode::Access, words)).encode(), example("notice"));
    let limited = Notice { again: Some(864), ..Notice::new(ErrorCode::Limited, "no") };
    assert_eq!(FromRelay::Notice(limited).encode(), example("notice-limited"));
    assert_eq!(FromRelay::Pong.encode(), example("pong"));
    assert_eq!(FromRelay::Wait(Wait { id: 7, seconds: 41 }).encode(), example("wait"));
    let entries = vec![
        Entry { record: record(), body: EntryBody::Change(b"a change chunk".to_vec()) },
        Entry { record: record(), body: EntryBody::Known(ChangeHash([2; 32])) },
    ];
    let batch = Batch { position: 2, hash: cursor().hash, entries };
    assert_eq!(FromRelay::decode(&example("batch")).unwrap(), FromRelay::Batch(batch));
}

/// Two records: 11…11 with one head, 55…55 with two.
struct Two;

impl Inventory for Two {
    type Error = std::convert::Infallible;

    fn holdings(
        &self,
        from: Option<RecordId>,
        upper: Option<RecordId>,
        most: usize,
    ) -> Result<Vec<Holding>, Self::Error> {
        let other = RecordId::from_bytes([0x55; 16]);
        let all = [
            Holding { record: record(), heads: vec![ChangeHash([1; 32])] },
            Holding { record: other, heads: vec![ChangeHash([2; 32]), ChangeHash([3; 32])] },
        ];
        let inside = |id| from.is_none_or(|from| id >= from) && upper.is_none_or(|upper| id < upper);
        Ok(all.into_iter().filter(|holding| inside(holding.record)).take(most).collect())
    }
}

#[test]
fn a_first_sync() {
    let first_sync = Some(FirstSync { cursor: cursor(), below: 300 });
    let hello = Hello { versions: (1, 2), cursor: None, first_sync, ..hello() };
    assert_eq!(FromClient::Hello(hello).encode(), example("hello-resumed"));
    let welcome = Welcome {
        version: 2,
        workspace_name: "Byrån".to_owned(),
        epoch: Epoch::from_bytes([0xee; 16]),
        from: 2,
        position: 500,
        beginning: Beginning::Records,
        hash: Some(cursor().hash),
        records: 60,
        peer: false,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased: Vec::new(),
    };
    assert_eq!(FromRelay::Welcome(welcome).encode(), example("welcome-records"));
    let entries = vec![
        Entry { record: record(), body: EntryBody::Document(b"a document chunk".to_vec()) },
        Entry { record: record(), body: EntryBody::Change(b"a change chunk".to_vec()) },
    ];
    let records = Records { number: Some(2), below: 300, left: 59, entries };
    assert_eq!(FromRelay::decode(&example("records")).unwrap(), FromRelay::Records(records));
}

#[test]
fn a_comparison() {
    let begun = compare::begin(&Two).unwrap();
    let Held::Fingerprint(Fingerprint(fingerprint)) = &begun[0].held else {
        panic!("it begins with another")
    };
    assert_eq!(fingerprint.as_slice(), example("fingerprint"));
    assert_eq!(FromClient::Compare(begun).encode(), example("compare"));

    let theirs = [Range { upper: None, held: Held::Fingerprint(Fingerprint([9; 16])) }];
    let answer = compare::respond(&Two, &theirs).unwrap();
    assert_eq!(FromRelay::Compare(answer).encode(), example("compared"));
    let upper = Some(RecordId::from_bytes([0x40; 16]));
    let ranges = vec![
        Range { upper, held: Held::Same },
        Range { upper: None, held: Held::Fingerprint(Fingerprint([9; 16])) },
    ];
    assert_eq!(FromRelay::Compare(ranges).encode(), example("compared-ranges"));

    let wanted = vec![Wanted { record: record(), known: vec![ChangeHash([1; 32])] }];
    assert_eq!(FromClient::Want(wanted).encode(), example("want"));
    assert_eq!(FromClient::Follow.encode(), example("follow"));
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

/// A number as the page writes it: 1,438,720.
fn written(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

/// The second column of the row of a table that begins with these words.
fn row<'a>(page: &'a str, words: &str) -> &'a str {
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {words} | "))).expect(words);
    row.split(" | ").next().unwrap().trim_end_matches(" |")
}

#[test]
fn the_limits_of_the_wire() {
    let page = page();
    let mebibyte = 1024 * 1024;
    let says = |words: &str, what: String| {
        assert!(row(&page, words).starts_with(&what), "{words}: {} is not {what}", row(&page, words));
    };
    let bytes = |number: usize| format!("{} bytes", written(number as u64));
    assert_eq!(limits::FRAME_BYTES, 2 * mebibyte);
    says("a frame", format!("2 MiB ({})", bytes(limits::FRAME_BYTES)));
    assert_eq!(limits::CHANGE_BYTES, mebibyte);
    says("a change, as it stands in a bundle", "1 MiB".into());
    says("a change, uncompressed, for the log", "1 MiB".into());
    says("entries in a bundle", written(limits::BATCH_CHANGES as u64));
    says("a bundle after decompression", bytes(limits::INFLATED_BYTES));
    says("a bundle of records before compression", bytes(limits::RECORDS_BYTES));
    says("names in a comparison", written(limits::COMPARED_NAMES as u64));
    says("ranges in a comparison", written(limits::COMPARED_RANGES as u64));
    says("heads of a record in a comparison", written(limits::HEADS as u64));
    says("records wanted at once", written(limits::WANTED_RECORDS as u64));
    says("changes known of a wanted record", written(limits::KNOWN_CHANGES as u64));
    says("who is here, in one message", format!("{} who came", written(limits::PRESENT as u64)));
    assert_eq!(limits::PRESENCE_PAUSE, 1_000, "the page says: at most once a second");
    says("pushes that wait for an answer", format!("{};", limits::PUSHES_IN_FLIGHT));
    says("words, names of programs and workspaces", bytes(limits::WORDS_BYTES));
    assert!(page.contains(&format!("brings it to {} KiB of changes", limits::BATCH_BYTES / 1024)));
    let (ask, soon) = (limits::PING_AFTER / 1000, limits::PING_AFTER_PUSH / 1000);
    assert!(page.contains(&format!("nothing for {ask} seconds sends a ping, or for {soon} seconds while")));
    let (answer, welcome) = (limits::ANSWER_WITHIN / 1000, limits::WELCOME_WITHIN / 1000);
    assert!(
        page.contains(&format!("for {answer} seconds after the ping ({welcome} before the welcome)")),
        "{answer}, {welcome}"
    );
    let (slowest, most) = (limits::SLOWEST_LINK / 1024, limits::UNDERWAY_BYTES / 1024);
    assert!(page.contains(&format!("each {slowest} KiB of pushes")));
    assert!(page.contains(&format!("up to {most} KiB;")));

    let patience = Patience::default();
    let seconds = |time: std::time::Duration| format!("{} seconds", time.as_secs());
    says("from connecting to the WebSocket, and from there to the hello", seconds(patience.hello));
    says("a frame that the client does not take", seconds(patience.send));
    let (ask, silence) = (patience.ask.as_secs(), patience.silence.as_secs());
    assert!(
        page.contains(&format!("after {ask} seconds of silence, and\nends the connection after {silence}"))
    );
}

#[test]
fn the_limits_of_the_gate() {
    let page = page();
    let limits = Limits::default();
    assert_eq!(limits.change_bytes, limits::CHANGE_BYTES);
    for (words, most, unit) in [
        ("a compressed change, inflated", limits.inflated_bytes as u64, " bytes"),
        ("operations", limits.operations as u64, ""),
        ("dependencies", limits.dependencies as u64, ""),
        ("other actors", limits.actors as u64, ""),
        ("its message", limits.message_bytes as u64, " bytes"),
        ("what stands behind its columns", limits.footer_bytes as u64, " bytes"),
        ("operations of its record, with it", limits.document_operations, ""),
    ] {
        assert_eq!(row(&page, words), format!("{}{unit}", written(most)), "{words}");
    }
}

#[test]
fn the_codes() {
    let page = page();
    let (_, codes) = page.split_once("## 7. Codes").unwrap();
    let (codes, _) = codes.split_once("## 8.").unwrap();
    let listed = codes.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: Vec<ErrorCode> = listed.map(|code| serde_json::from_value(code.into()).unwrap()).collect();
    for (code, place) in listed.iter().zip(0..) {
        let known = *code != ErrorCode::Other || place == listed.len() - 1;
        assert!(known, "row {place} is a code that the code does not know");
        match code {
            // A new code is to be written down: then it stands here, and the number below is one larger.
            ErrorCode::Version | ErrorCode::Access | ErrorCode::Frame | ErrorCode::Order => {}
            ErrorCode::TooLarge | ErrorCode::Malformed | ErrorCode::MissingDependencies => {}
            ErrorCode::ActorCollision | ErrorCode::Schema | ErrorCode::LogMismatch => {}
            ErrorCode::Stopping | ErrorCode::Storage | ErrorCode::Other => {}
            ErrorCode::Forbidden | ErrorCode::NotYours | ErrorCode::Erased | ErrorCode::Limited => {}
            ErrorCode::NotEmpty => {}
        }
    }
    let distinct: std::collections::HashSet<_> = listed.iter().collect();
    assert_eq!((listed.len(), distinct.len()), (18, 18));
}
