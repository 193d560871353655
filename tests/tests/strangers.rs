//! What answers where the relay should be, and what is wrong with a laptop's disk: one sentence, and nothing lost.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use samsyn_engine::document::{ChangeHash, Document, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    CHALLENGE_HEADER, Challenge, DeviceId, Grant, InvitationCode, RelayId, Role, WorkspaceId, WorkspaceSecret,
};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::NewRecord;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::NewReplica;
use samsyn_engine::sync::compare::{Fingerprint, Held, Holding, Range};
use samsyn_engine::sync::{
    Ack, Batch, Beginning, Entry, EntryBody, Epoch, ErrorCode, FromClient, FromRelay, Here, Presence, Push,
    Refused, RollingHash, VERSIONS, Wait, Welcome,
};
use samsyn_tests::process::{Desk, Relay, complaint, program};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{self, Message};

/// A replica with one contact whose relay is at this address.
fn desk(folder: &Path, address: &str) -> Desk {
    let path: PathBuf = folder.join("a.samsyn");
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
    let mut replica = Replica::create(&path, &new, "Åsa").unwrap();
    replica.set_relay(address, &WorkspaceSecret::random().into()).unwrap();
    drop(replica);
    let desk = Desk { path };
    desk.must(&["add", "contact", "family=Ek"]);
    desk
}

/// Runs `samsyn sync` against somebody who answers like that; says what it complained about.
fn sync_with(answer: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = desk(folder.path(), &format!("ws://{}", listener.local_addr().unwrap()));
    let stranger = std::thread::spawn(move || answer(listener.accept().unwrap().0));
    let output = desk.run(&["sync"]);
    stranger.join().unwrap();
    let complaint = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    let replica = Replica::open(&desk.path).unwrap();
    assert_eq!(desk.json(&["list", "contact"]).as_array().unwrap().len(), 1);
    assert!(replica.store().outbox_state().unwrap().waiting > 0, "it still waits to be sent");
    complaint
}

/// Reads the request, and answers it with this.
fn saying(answer: impl AsRef<[u8]> + Send + 'static) -> impl FnOnce(TcpStream) + Send + 'static {
    move |mut stream| {
        let _ = stream.read(&mut [0; 4_096]);
        let _ = stream.write_all(answer.as_ref());
    }
}

/// Reads what comes until the other side has had enough, and says nothing.
fn listen(mut stream: TcpStream) {
    while stream.read(&mut [0; 4_096]).is_ok_and(|count| count > 0) {}
}

#[test]
fn a_network_that_answers_with_a_page_to_sign_in_on_is_recognised() {
    let page = "<html>Welcome on board! Accept our terms.</html>";
    let length = page.len();
    for answer in [
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{page}"),
        format!("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n{page}"),
        format!("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: {length}\r\n\r\n{page}"),
        // Without end: of such a page only the beginning is read.
        format!("<!DOCTYPE html><html>{}", "Welcome! ".repeat(1_000_000)),
    ] {
        let said = sync_with(saying(answer));
        assert!(said.contains("wants you to sign in first") && said.contains("is safe here"), "{said}");
    }
}

#[test]
fn a_network_that_sends_the_program_elsewhere_is_recognised_and_the_page_is_named() {
    let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: https://login.train.example/?from=x\r\nContent-Length: 0\r\n\r\n";
    let said = sync_with(saying(elsewhere));
    assert!(said.contains("wants you to sign in first, at login.train.example:"), "{said}");
    let within = "HTTP/1.1 301 Moved Permanently\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    let said = sync_with(saying(within));
    assert!(said.contains("is not a Samsyn relay (HTTP 301)"), "{said}");
}

#[test]
fn a_relay_that_shows_browsers_a_page_is_not_taken_for_a_network_that_wants_somebody_to_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let host = relay.address.strip_prefix("ws://").unwrap();
    let mut browser = TcpStream::connect(host).unwrap();
    write!(browser, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    browser.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<!doctype html>"), "{page}");
    for (number, (address, words)) in [
        (relay.address.clone(), "does not let this device in"),
        (format!("{}/", relay.address), "does not let this device in"),
        (format!("{}/elsewhere", relay.address), "is not a Samsyn relay (HTTP 404)"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        let said = complaint(&desk(&folder, &address).run(&["sync"]));
        assert!(said.contains(words) && !said.contains("sign in first"), "{address}: {said}");
    }
}

#[test]
fn who_answers_with_garbage_is_no_relay() {
    let said = sync_with(saying([0x80, 0xff, 0x00, 0x17].repeat(50_000)));
    assert!(said.contains("is not a Samsyn relay") && said.contains("sign in to the network"), "{said}");
    let said = sync_with(saying([21, 3, 1, 0, 2, 2, 70]));
    assert!(said.contains("is not a Samsyn relay (it speaks TLS)"), "{said}");
}

#[test]
fn who_takes_the_connection_and_says_nothing_is_not_waited_for_for_ever() {
    let said = sync_with(listen);
    assert!(said.contains("cannot be reached (no answer)"), "{said}");
}

#[test]
fn who_lets_in_and_falls_dead_is_not_waited_for_for_ever() {
    let said = sync_with(|stream| {
        let socket = tungstenite::accept(stream).unwrap();
        listen(socket.get_ref().try_clone().unwrap());
    });
    assert!(said.contains("the connection is dead: nothing was heard for"), "{said}");
}

#[test]
fn a_relay_that_has_no_room_is_said() {
    let said = sync_with(|mut stream| {
        let _ = stream.read(&mut [0; 4_096]);
        let _ = write!(stream, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    });
    assert!(said.contains("cannot be reached") && said.contains("no room"), "{said}");
}

#[test]
fn who_hangs_up_at_once_is_said() {
    let said = sync_with(drop);
    // Which of them depends on how far the handshake got.
    let sentences = ["not a Samsyn relay", "broke", "cannot be reached"];
    assert!(sentences.iter().any(|words| said.contains(words)), "{said}");
}

/// A WebSocket that answers the hello with these messages.
fn answering(messages: Vec<Message>) -> impl FnOnce(TcpStream) + Send + 'static {
    move |stream| {
        let mut socket = tungstenite::accept(stream).unwrap();
        let _hello = socket.read().unwrap();
        for message in messages {
            let _ = socket.send(message);
        }
        // Until the client has had enough.
        while socket.read().is_ok() {}
    }
}

#[test]
fn garbage_frames_are_said_and_harm_nothing() {
    let cases: [Vec<Message>; 6] = [
        vec![Message::Binary(vec![0xff; 40].into())],
        vec![Message::Binary(Vec::new().into())],
        vec![Message::Text("hello".into())],
        // A welcome that is cut short, a batch before any welcome, and a frame larger than a frame may be.
        vec![Message::Binary(vec![65, 0xa5, 0x61].into())],
        vec![Message::Binary(vec![66, 0xa3, 0x61, 0x70, 0x02].into())],
        vec![Message::Binary(vec![65; 3 * 1024 * 1024].into())],
    ];
    for messages in cases {
        let words = format!("{:.80}", format!("{messages:?}"));
        let said = sync_with(answering(messages));
        assert!(said.starts_with("samsyn: "), "{words}: {said}");
    }
}

/// Runs a command of a desk with a disk on which no file may grow beyond so many blocks of 512 bytes.
fn with_little_room(desk: &Desk, blocks: u64, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    command.arg(program("samsyn")).args(arguments).arg("--replica").arg(&desk.path);
    command.env("SAMSYN_LANGUAGE", "en").output().unwrap()
}

#[test]
fn a_disk_without_room_is_said_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "ws://127.0.0.1:9");
    let size = std::fs::metadata(&desk.path).unwrap().len();
    let long = format!("notes={}", "lång text ".repeat(8_000));
    let output = with_little_room(&desk, size / 512, &["add", "contact", "family=Alm", &long]);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("full") || said.contains("cannot be written"), "{said}");
    assert_eq!(desk.json(&["list", "contact"]).as_array().unwrap().len(), 1, "what was there is there");
    desk.must(&["add", "contact", "family=Alm", &long]);
    assert_eq!(desk.json(&["list", "contact"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_replica_of_a_newer_version_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "ws://127.0.0.1:9");
    let mut bytes = std::fs::read(&desk.path).unwrap();
    // SQLite's file format: the header's bytes 60 to 63 are the user version.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&desk.path, &bytes).unwrap();
    let output = desk.run(&["list", "contact"]);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("newer") && said.lines().count() == 1, "{said}");
    assert_eq!(std::fs::read(&desk.path).unwrap(), bytes);
}

/// A relay that lets in whoever comes, and then says one thing after the other: what `next` gives for what the client says. It takes
/// as many connections as come.
struct Endless {
    address: String,
    /// How many connections there were.
    connections: Arc<AtomicU32>,
}

/// What a false relay says of a frame: the first is the hello.
type Says = fn(connection: u32, FromClient) -> Vec<FromRelay>;

impl Endless {
    fn start(says: Says) -> Endless {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("ws://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&connections);
        // Ends with the test's process: until then somebody may come.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = count.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || answer_all(stream, number, says));
            }
        });
        Endless { address, connections }
    }

    /// What `samsyn sync` says of it in both languages, and how often it came.
    fn met_by(&self, folder: &Path) -> ([String; 2], u32) {
        let desk = desk(folder, &self.address);
        let before = Replica::open(&desk.path).unwrap().store().outbox_state().unwrap().waiting;
        let said = ["en", "sv"].map(|language| {
            let mut command = Command::new(program("samsyn"));
            command.args(["sync", "--replica"]).arg(&desk.path).env("SAMSYN_LANGUAGE", language);
            let output = command.output().unwrap();
            let said = complaint(&output);
            assert_eq!(output.status.code(), Some(1), "{said}");
            // How far it has come may have been told before.
            said.lines().last().unwrap().to_owned()
        });
        let replica = Replica::open(&desk.path).unwrap();
        let contacts = desk.json(&["list", "contact"]).as_array().unwrap().len();
        assert_eq!(contacts, 1, "nothing is lost");
        let waiting = replica.store().outbox_state().unwrap().waiting;
        assert!(waiting >= before, "what was here waits: {waiting} of {before}");
        (said, self.connections.load(Ordering::SeqCst))
    }
}

fn answer_all(stream: TcpStream, number: u32, says: Says) {
    // Who comes with an invitation has to be given something to sign.
    let challenge = Challenge::of(RelayId::random()).to_string().parse().unwrap();
    let challenged = |_: &Request, mut response: Response| {
        response.headers_mut().insert(CHALLENGE_HEADER, challenge);
        Ok(response)
    };
    let Ok(mut socket) = tungstenite::accept_hdr(stream, challenged) else { return };
    while let Ok(message) = socket.read() {
        let Message::Binary(frame) = message else { continue };
        for answer in says(number, FromClient::decode(&frame).unwrap()) {
            if socket.send(Message::Binary(answer.encode().into())).is_err() {
                return;
            }
        }
    }
}

/// Lets in somebody who is caught up at once.
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

fn let_in() -> Vec<FromRelay> {
    vec![FromRelay::Welcome(welcome()), FromRelay::CaughtUp]
}

fn comparison() -> FromRelay {
    let hash = Some(RollingHash::default());
    FromRelay::Welcome(Welcome { beginning: Beginning::Comparison, hash, ..welcome() })
}

fn refuse(push: &Push, code: ErrorCode) -> FromRelay {
    let refused = |number: usize| Refused { number: number as u32, code, words: "no".into() };
    let refused = (0..push.entries.len()).map(refused).collect();
    FromRelay::Ack(Ack { id: push.id, refused, passed: Vec::new() })
}

fn a_fingerprint() -> Vec<Range> {
    let other = RecordId::random().as_bytes().to_owned();
    vec![Range { upper: None, held: Held::Fingerprint(Fingerprint(other)) }]
}

/// What a relay should not have taken: a change that builds on what is nowhere.
fn hands_on_what_nobody_can_use(_: u32, from: FromClient) -> Vec<FromRelay> {
    match from {
        FromClient::Hello(_) => {}
        FromClient::Push(push) => return vec![refuse(&push, ErrorCode::Forbidden)],
        _ => return vec![FromRelay::Pong],
    }
    let writer = Writer::new(&[7; 16], DeviceId::from_bytes([7; 16]), 1_700_000_000);
    let contact = Document::create(&NewRecord::new(&CONTACT), &writer).unwrap();
    let change = contact.changes_since(&[]).pop().unwrap();
    let hash = RollingHash::default().then(&change.hash);
    let entry = Entry { record: contact.id(), body: EntryBody::Change(change.bytes) };
    let batch = Batch { position: 1, hash, entries: vec![entry] };
    let grant = Grant { member: RecordId::random(), role: Role::Ambassador, organisation: None };
    let welcome = Welcome { position: 1, grant: Some(grant), ..welcome() };
    vec![FromRelay::Welcome(welcome), FromRelay::Batch(batch), FromRelay::CaughtUp]
}

#[test]
fn what_came_and_is_missing_is_told_by_joining_too() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Endless::start(hands_on_what_nobody_can_use);
    for (language, words) in [("en", "kept apart: "), ("sv", "lagt åt sidan: ")] {
        let desk = Desk { path: folder.path().join(language).join("a.samsyn") };
        std::fs::create_dir_all(desk.path.parent().unwrap()).unwrap();
        let code = InvitationCode::random().reveal();
        let invitation = format!("{}/{}#{code}", relay.address, WorkspaceId::random());
        let mut join = desk.command(&["join", &invitation, "--name", "Åsa"]);
        let joined = join.env("SAMSYN_LANGUAGE", language).output().unwrap();
        let said = complaint(&joined);
        assert!(joined.status.code() == Some(3) && said.contains(words), "{said}");
        let again = desk.command(&["sync"]).env("SAMSYN_LANGUAGE", language).output().unwrap();
        assert!(again.status.code() == Some(3) && complaint(&again).contains(words), "{}", complaint(&again));
    }
}

/// What such a relay does, what is said of it in both languages, and how often it is connected to.
const ENDLESS: [(&str, Says, [&str; 2], u32); 10] = [
    (
        "always another record to erase",
        |number, said| match said {
            FromClient::Hello(_) => {
                let erased = vec![(u64::from(number) + 1, RecordId::random())];
                vec![FromRelay::Welcome(Welcome { erased, ..welcome() })]
            }
            _ => Vec::new(),
        },
        ["begin anew 13 times", "börja om 13 gånger"],
        13,
    ),
    (
        "everything collides",
        |_, said| match said {
            FromClient::Hello(_) => let_in(),
            FromClient::Push(push) => vec![refuse(&push, ErrorCode::ActorCollision)],
            FromClient::Compare(_) => Vec::new(),
            _ => Vec::new(),
        },
        ["begin anew 13 times", "börja om 13 gånger"],
        13,
    ),
    (
        "pongs by the thousand",
        |_, said| match said {
            FromClient::Hello(_) => vec![FromRelay::Pong; 5_000],
            _ => Vec::new(),
        },
        ["says what nobody waits for", "sådant som ingen väntar på"],
        1,
    ),
    (
        "somebody new is here, again and again",
        |_, said| match said {
            FromClient::Hello(_) => {
                let here = |_| Here { device: DeviceId::random(), open: None };
                let one = |_| FromRelay::Presence(Presence { here: vec![here(0)], gone: Vec::new() });
                [let_in(), (0..5_000).map(one).collect()].concat()
            }
            _ => Vec::new(),
        },
        ["says what nobody waits for", "sådant som ingen väntar på"],
        1,
    ),
    (
        "waits without an end",
        |_, said| match said {
            FromClient::Hello(_) => let_in(),
            FromClient::Push(push) => vec![FromRelay::Wait(Wait { id: push.id, seconds: 60 }); 5_000],
            _ => Vec::new(),
        },
        ["says what nobody waits for", "sådant som ingen väntar på"],
        1,
    ),
    (
        "a wait of a hundred years",
        |_, said| match said {
            FromClient::Hello(_) => let_in(),
            FromClient::Push(push) => vec![FromRelay::Wait(Wait { id: push.id, seconds: u32::MAX })],
            _ => Vec::new(),
        },
        ["only in 71582789 minutes", "först om 71582789 min"],
        1,
    ),
    (
        "more is announced than there can be",
        |_, said| match said {
            FromClient::Hello(_) => {
                vec![FromRelay::Welcome(Welcome { position: u64::MAX, ..welcome() })]
            }
            _ => Vec::new(),
        },
        ["announces more than any workspace", "än någon arbetsyta rymmer"],
        1,
    ),
    (
        "a log that goes on behind its end",
        |_, said| match said {
            FromClient::Hello(_) => {
                let batch = |position| {
                    let hash = RollingHash::default();
                    FromRelay::Batch(Batch { position, hash, entries: Vec::new() })
                };
                let welcome = FromRelay::Welcome(Welcome { sealed: true, ..welcome() });
                [vec![welcome], (1..200).map(batch).collect()].concat()
            }
            _ => Vec::new(),
        },
        ["more than it has promised", "mer än den har lovat"],
        1,
    ),
    (
        "a comparison that finds nothing",
        |_, said| match said {
            FromClient::Hello(_) => vec![comparison()],
            FromClient::Compare(_) => vec![FromRelay::Compare(a_fingerprint())],
            _ => Vec::new(),
        },
        ["leads nowhere", "leder ingenvart"],
        1,
    ),
    (
        "a comparison that always finds another record",
        |_, said| match said {
            FromClient::Hello(_) => vec![comparison()],
            FromClient::Compare(_) => {
                let record = RecordId::from_bytes([0; 16]);
                let upper = RecordId::random();
                let heads = vec![ChangeHash(record_hash(upper))];
                let named = Held::Records(vec![Holding { record, heads }]);
                let rest = a_fingerprint();
                vec![FromRelay::Compare([vec![Range { upper: Some(upper), held: named }], rest].concat())]
            }
            _ => Vec::new(),
        },
        ["leads nowhere", "leder ingenvart"],
        1,
    ),
];

#[test]
fn a_relay_that_leads_nowhere_is_left_with_words_in_both_languages_and_nothing_is_lost() {
    // Some have pauses in them: all at once.
    std::thread::scope(|scope| {
        for (what, says, words, connections) in ENDLESS {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let relay = Endless::start(says);
                let (said, came) = relay.met_by(folder.path());
                for (said, words) in said.iter().zip(words) {
                    assert!(said.contains(words), "{what}: {said}");
                }
                assert_eq!(came, 2 * connections, "{what}");
            });
        }
    });
}

fn record_hash(record: RecordId) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(record.as_bytes());
    hash
}
