//! The examples of `docs/protocol.md` are what the code says.

mod page;
mod records;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::document::gate::{Limits, TIMES};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    AUDIT_ENTRIES, Challenge, Credential, DeviceKey, Entrance, InvitationCode, Invited, LONGEST_INVITATION,
    LONGEST_LABEL, Managed, Management, ManagementError, Proof, Role, WorkspaceSecret,
};
use samsyn_engine::sync::compare::{self, Fingerprint, Held, Holding, Inventory, Range};
use samsyn_engine::sync::limits;
use samsyn_engine::sync::{
    Ack, Batch, Beginning, Cursor, Entry, EntryBody, Epoch, ErasurePlace, ErrorCode, FirstSync, FromClient,
    FromRelay, Hello, Here, Logged, Notice, Presence, Push, Records, Refused, RollingHash, Wait, Wanted,
    Welcome,
};
use samsyn_server::{Config, Patience};

use page::{constant, example, page, row, written};

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
        erasures: None,
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

    let comparing = |name| constant("engine/src/sync/compare.rs", name);
    assert!(page.contains(&format!("({} or fewer)", comparing("FEW"))));
    assert!(page.contains(&format!("fingerprints of about {} parts", comparing("PARTS"))));
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
        ("an actor's name", constant(&gate("header"), "ACTOR_BYTES"), " bytes"),
        ("columns", constant(&gate("header"), "COLUMNS"), ""),
        ("actors", limits.actors as u64 + 1, ""),
        ("heads", limits.dependencies as u64, ""),
    ] {
        assert_eq!(row(&page, words), format!("{}{unit}", written(most)), "{words}");
    }
    let says = |words: &str, what: String| assert_eq!(row(&page, words), what, "{words}");
    says("its number", format!("{}, and 1 at least", written(limits.changes as u64)));
    let number = |name| written(constant(&gate("header"), name));
    says("the number of its first operation", format!("{}, and 1 at least", number("NUMBERS")));
    says("the same, where it leaves out numbers", number("NUMBERS_LEFT_OUT"));
    let (first, last) = (TIMES.start().unsigned_abs(), TIMES.end().unsigned_abs());
    says(
        "its time",
        format!("{} seconds, and -{} at least: the years 1 to 9999", written(last), written(first)),
    );
    let growth = Limits::of_log().growth.unwrap();
    let (free, each) = (written(growth.free_operations as u64), growth.operations_per_byte);
    says(
        "operations of a change, deletions apart",
        format!("{free}, and {each} more for each byte of its contents"),
    );
    let both = |all: usize, own: usize| format!("{}, and {own} of one device", written(all as u64));
    says("actors of a record, with it", both(growth.actors, growth.actors_of_device));
    says("heads of a record, with it", both(growth.heads, growth.heads_of_device));
    says("operations of a record, with it, deletions apart", written(growth.document_operations));
    let full = |words: &str| format!("{words} of one device, with it, in ");
    says(
        &(full("operations") + "a record that is beyond one of the last two"),
        written(growth.operations_when_full),
    );
    says(&(full("changes") + "such a record"), written(growth.changes_when_full));
    assert!(page.contains(&format!("once {} such\ntries have failed", growth.failures)));
    let free = written(constant(&gate("document"), "FREE_OPERATIONS"));
    assert!(row(&page, "deletions of a change").starts_with(&free));
    let of_documents = |name| written(constant(&gate("document"), name));
    let inflated = written(limits.inflated_bytes as u64);
    assert_eq!(row(&page, "it, before and after its columns are inflated"), format!("{inflated} bytes"));
    let (most, free) = (written(limits.changes as u64), of_documents("FREE_CHANGES"));
    assert_eq!(constant(&gate("document"), "CHANGES_PER_BYTE"), 1, "the page says: one more for each byte");
    assert!(
        page.contains(&format!(
            "| changes | {most}, and {free} with one more for each byte of it, inflated |"
        ))
    );
    let each = of_documents("DEPENDENCIES_PER_CHANGE");
    assert!(
        row(&page, "dependencies of all its changes together")
            .starts_with(&format!("{each} for each change"))
    );
    let (free, each) = (of_documents("FREE_OPERATIONS"), of_documents("OPERATIONS_PER_BYTE"));
    assert_eq!(
        row(&page, "operations, and what took their place, each"),
        format!(
            "{}, and {free} with {each} more for each byte of it, inflated",
            written(limits.document_operations)
        )
    );
}

/// A file of the gate.
fn gate(name: &str) -> String {
    format!("engine/src/document/gate/{name}.rs")
}

#[test]
fn how_much_the_relay_takes() {
    let page = page();
    let limits = samsyn_server::Limits::default();
    let says = |words: &str, what: String| assert!(row(&page, words).starts_with(&what), "{words}: {what}");
    let number = |number: std::num::NonZeroU32| written(number.get().into());
    says("an address: connections at once", number(limits.connections_per_address));
    says("an address: connections in a minute", number(limits.handshakes_per_minute));
    says("an address: tries in a minute that are refused", number(limits.refusals_per_minute));
    says("a device: connections at once", number(limits.connections_per_device));
    let words = "a device: changes in a second, after a minute's worth at once";
    says(words, format!("{};", number(limits.changes_per_second)));
    says("a device: seconds of the relay's work in a minute", format!("{};", number(limits.work_per_minute)));
    says("a device: bytes of changes in a day", format!("{};", written(limits.bytes_per_day.get())));
    says("the relay: connections", written(Config::new("").max_connections.get() as u64));
    let invitations = constant("server/src/members/sqlite.rs", "MOST_INVITATIONS");
    says("a workspace: open invitations", written(invitations));
    assert!(page.contains(&format!("| `too-many` | {invitations} invitations are open |")));
    says("an invitation: how long it is good", format!("{} seconds", written(LONGEST_INVITATION.into())));
    says("words by which a device says whose it is", format!("{} characters", written(LONGEST_LABEL as u64)));
    says("erasures in a welcome", written(limits::ERASURES as u64));
    assert_eq!(
        constant("server/src/members/managing.rs", "TOLD"),
        AUDIT_ENTRIES as u64,
        "the page has one number"
    );
    says(
        "what was changed, and what was erased, in a roster",
        format!("{} each", written(AUDIT_ENTRIES as u64)),
    );
}

/// What a coordinator asks, and what comes of it.
#[test]
fn who_belongs() {
    let set_role = Management::SetRole {
        member: RecordId::from_bytes([0x33; 16]),
        role: Role::Reader,
        organisation: None,
    };
    assert_eq!(FromClient::Manage(set_role).encode(), example("manage"));
    let refused = Managed::Refused { why: ManagementError::NotAllowed };
    assert_eq!(FromRelay::Managed(refused).encode(), example("managed"));

    let page = page();
    let (_, words) = page.split_once("| word | why |").unwrap();
    let (words, _) = words.split_once("The *roster*").unwrap();
    let listed: Vec<_> =
        words.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    for word in &listed {
        let why: ManagementError = serde_json::from_value((*word).into()).unwrap();
        assert!(why != ManagementError::Other || *word == "other", "{word} is none");
        match why {
            // A new word is to be written down: then it stands here, and the number below is one larger.
            ManagementError::NotAllowed | ManagementError::Unknown | ManagementError::Already => {}
            ManagementError::LastCoordinator | ManagementError::Organisation => {}
            ManagementError::Duration | ManagementError::NotAPerson | ManagementError::Hold => {}
            ManagementError::TooMany | ManagementError::NoMembers | ManagementError::Storage => {}
            ManagementError::Other => {}
        }
    }
    assert_eq!(listed.len(), 12);
}

/// What stands behind what is described.
#[test]
fn what_stands_behind_is_as_the_page_says() {
    for name in ["push", "ping"] {
        let longer = [example(name), vec![0xff, 0x00]].concat();
        assert!(FromClient::decode(&longer).is_ok(), "behind the map of a frame: {name}");
    }
    let bundled = |bundle: &[u8]| {
        // {"i": 7, "b": …}
        let head = [2, 0xa2, 0x61, 0x69, 7, 0x61, 0x62, 0x58, u8::try_from(bundle.len()).unwrap()];
        FromClient::decode(&[&head[..], bundle].concat())
    };
    let array = [0x80];
    let zstd = |bytes: &[u8]| zstd::bulk::compress(bytes, 3).unwrap();
    assert!(bundled(&zstd(&array)).is_ok());
    assert!(bundled(&zstd(&[&array[..], &[0xff]].concat())).is_ok(), "behind the array of a bundle");
    assert!(bundled(&[zstd(&array), vec![0]].concat()).is_err(), "behind the zstd frame");
    assert!(bundled(&[zstd(&array), zstd(&array)].concat()).is_err(), "more than the first declares");
}

/// How a device shows that it is itself, and that it was invited.
#[test]
fn who_signs_what() {
    let (workspace, device) = (RecordId::from_bytes([0x22; 16]), RecordId::from_bytes([0x33; 16]));
    let challenge = Challenge { relay: RecordId::from_bytes([0x55; 16]), bytes: [0x66; 32] };
    let key = DeviceKey::from_bytes(&[0x77; 32]);
    let entrance =
        Entrance { workspace, device, key: key.public(), challenge: &challenge, nonce: [0x88; 32] };
    let code: InvitationCode = "0000-0000-0000-0001".parse().unwrap();
    assert_eq!(key.public().as_bytes().to_vec(), example("device-key"));
    assert_eq!(entrance.sign(&key).as_bytes().to_vec(), example("device-signature"));
    assert_eq!(code.public(workspace).as_bytes().to_vec(), example("invitation-key"));
    assert_eq!(code.sign(&entrance).as_bytes().to_vec(), example("invitation-signature"));
    let header = format!("samsyn-challenge: {challenge}");
    assert!(page().contains(&header), "{header}");

    let proof = Proof { key: key.public(), nonce: [0x88; 32], signature: entrance.sign(&key) };
    let (invitation, signature) = (code.public(workspace), code.sign(&entrance));
    let invited = Invited { proof, invitation, signature, label: "Åsa".to_owned() };
    let hello = |credential| Hello { versions: (1, 6), cursor: None, credential, ..hello() };
    let said = |hello| HEXLOWER.encode(&FromClient::Hello(hello).encode());
    let place = erasures(&[0x11, 0x55, 0x99]);
    let erasures = Some(place.hash);
    let known = Hello { erased: 3, scrubbed: 2, erasures, ..hello(Credential::Device(Box::new(proof))) };
    assert_eq!(said(known), HEXLOWER.encode(&example("hello-device")));
    let invited = hello(Credential::Invitation(Box::new(invited)));
    assert_eq!(said(invited), HEXLOWER.encode(&example("hello-invited")));
}

/// The place behind the erasure of these records.
fn erasures(records: &[u8]) -> ErasurePlace {
    let then = |place: ErasurePlace, byte: &u8| place.then(&RecordId::from_bytes([*byte; 16]));
    records.iter().fold(ErasurePlace::default(), then)
}

#[test]
fn the_places_among_what_was_erased() {
    let records = [0x11, 0x55, 0x99];
    for number in 1..=3 {
        let place = erasures(&records[..number]);
        assert_eq!(place.hash.as_bytes().to_vec(), example(&format!("erasures-{number}")));
    }
    let marked = erasures(&records).marked();
    assert!(page().contains(&format!("the third is {marked}")), "{marked}");
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
