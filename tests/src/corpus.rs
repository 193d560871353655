//! What the fuzz targets begin with: small files, made from a seed, one for each thing that a target should know of.
//!
//! `cargo run -p samsyn-tests -- corpus` writes them. They stand in the repository, so that a change of the engine still
//! reads what an older one wrote; a file whose name begins with `crash` was found by a fuzzer and is never made anew.

mod sequences;

use std::path::{Path, PathBuf};
use std::{fs, io};

use automerge::{Automerge, Change, ChangeHash};
use jiff::civil::date;
use rand::RngExt;
use rand::rngs::SmallRng;
use samsyn_engine::document::{Document, Edit, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    AuditEntry, Credential, Device, DeviceId, DeviceKey, Erasure, Grant, Invitation, Invited, Managed,
    Management, ManagementError, Member, OpenInvitation, Proof, Role, Roster, Signature, WorkspaceId,
    WorkspaceSecret,
};
use samsyn_engine::sample::{self, Size};
use samsyn_engine::schema::{FieldType, NewRecord, Value};
use samsyn_engine::sync::compare::{Fingerprint, Held, Holding, Range};
use samsyn_engine::sync::{
    Ack, Batch, Beginning, Cursor, Entry, EntryBody, Epoch, ErrorCode, FirstSync, FromClient, FromRelay,
    Hello, Here, Logged, Notice, Presence, Push, Records, Refused, RollingHash, VERSIONS, Wait, Wanted,
    Welcome,
};

use crate::fuzz::chunk::{CHANGE, COMPRESSED, DOCUMENT, around, deflated, write_unsigned};

const SEED: u64 = 20_261_124;
/// More than any limit.
const MANY: u64 = 4_000_000;
const KEPT: &str = "crash";

/// A file of the corpus.
#[derive(Debug, Clone)]
pub struct Seed {
    /// The target that it is for.
    pub target: &'static str,
    /// What it is.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Where the corpus stands.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// Writes the corpus anew. Answers how many bytes that are.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write(folder: &Path) -> io::Result<usize> {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        for file in fs::read_dir(entry?.path())? {
            let file = file?;
            if !file.file_name().to_string_lossy().starts_with(KEPT) {
                fs::remove_file(file.path())?;
            }
        }
    }
    let seeds = seeds();
    for seed in &seeds {
        let folder = folder.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&seed.name), &seed.bytes)?;
    }
    Ok(seeds.iter().map(|seed| seed.bytes.len()).sum())
}

/// All of it.
pub fn seeds() -> Vec<Seed> {
    let documents: Vec<Document> = sample().iter().map(edited).collect();
    let mut seeds = Seeds(Vec::new());
    changes(&documents, &mut seeds);
    whole_documents(&documents, &mut seeds);
    columns(&mut seeds);
    messages(&documents, &mut seeds);
    bundles(&mut seeds);
    words(&mut seeds);
    sequences::add(&mut seeds);
    seeds.0
}

/// The same bytes with some of them changed: flipped, taken out, put in, cut off, or taken from `other`.
pub fn mutated(bytes: &[u8], other: &[u8], random: &mut SmallRng) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..random.random_range(1..5) {
        if mutant.is_empty() {
            return vec![random.random()];
        }
        let at = random.random_range(0..mutant.len());
        match random.random_range(0..8) {
            0 | 1 => mutant[at] ^= 1 << random.random_range(0..8),
            2 => mutant[at] = random.random(),
            3 => drop(mutant.remove(at)),
            4 => mutant.insert(at, random.random()),
            5 if random.random_range(0..4) == 0 => mutant.truncate(at),
            6 => {
                let end = (at + random.random_range(1..16)).min(mutant.len());
                mutant.extend_from_within(at..end);
                mutant[at..].rotate_right(end - at);
            }
            _ if !other.is_empty() => {
                let from = random.random_range(0..other.len());
                let to = (from + random.random_range(1..32)).min(other.len());
                let end = (at + to - from).min(mutant.len());
                mutant.splice(at..end, other[from..to].iter().copied());
            }
            _ => {}
        }
    }
    mutant
}

struct Seeds(Vec<Seed>);

impl Seeds {
    fn add(&mut self, target: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push(Seed { target, name: name.into(), bytes: bytes.into() });
    }

    /// A change, for the target that takes it as it is and for the one that repairs it.
    fn change(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let (name, bytes) = (name.into(), bytes.into());
        self.add("gate", &*name, &*bytes);
        self.add("gate_repaired", name, bytes);
    }
}

/// A record of each kind, with every type of field among them.
fn sample() -> Vec<NewRecord> {
    let size = Size { contacts: 2, organisations: 1, venues: 1, plans: 1, meetings: 1, focus_areas: 1 };
    sample::workspace_of(SEED, date(2026, 11, 24), size)
}

fn writer(number: u8) -> Writer {
    let device = DeviceId::from_bytes([number; 16]);
    let mut writer = Writer::new(&[number; 16], device, 1_700_000_000 + i64::from(number));
    writer.why = Some("varför".to_owned());
    writer
}

/// The record, and one edit of each of its fields that can simply be written.
fn edited(new: &NewRecord) -> Document {
    let mut document = Document::create(new, &writer(1)).expect("the sample fits its kinds");
    for field in new.kind.fields {
        let edit = match (field.field_type, new.cells.get(field.name)) {
            (FieldType::Prose, _) => Edit::set(field.name, Value::Text("Åter i Östersund.".to_owned())),
            (FieldType::Rows(_) | FieldType::Counter, _) | (_, None) => continue,
            (_, Some(_)) => Edit::set(field.name, field.field_type.cleared()),
        };
        document.edit(&[edit], &writer(2)).expect("a field can be emptied");
    }
    document
}

fn changes(documents: &[Document], seeds: &mut Seeds) {
    for document in documents {
        let kind = document.kind_name().unwrap_or_default();
        let changes = document.changes_since(&[]);
        let id = hex(&document.id().as_bytes()[..2]);
        for (place, change) in changes.iter().enumerate().take(3) {
            seeds.change(format!("{kind}-{id}-{place}"), &*change.bytes);
        }
        let largest = changes.iter().max_by_key(|change| change.bytes.len());
        if let Some(EncodedChange { bytes, .. }) = largest {
            let mut change = Change::from_bytes(bytes.clone()).expect("what was just written can be read");
            seeds.change(format!("{kind}-{id}-compressed"), &*change.bytes());
            seeds.add("gate", format!("truncated-{kind}-{id}"), &bytes[..bytes.len() / 2]);
            seeds.add("document", format!("change-{kind}-{id}"), &**bytes);
            let mut wrong = bytes.clone();
            wrong[5] ^= 1;
            seeds.add("gate", format!("wrong-checksum-{kind}-{id}"), wrong);
        }
        seeds.add("document", format!("{kind}-{id}"), document.save());
    }
    changes_that_bite(seeds);
}

fn changes_that_bite(seeds: &mut Seeds) {
    for (name, column, data) in run_length_bombs(0x70, 0x01) {
        seeds.change(format!("run-length-bomb-{name}"), around(CHANGE, &change_body(&[(column, data)])));
    }
    let zeros = deflated(&vec![0; 5 * 1024 * 1024]);
    seeds.change("deflate-bomb", around(COMPRESSED, &zeros));
    let huge = number(u64::from(u32::MAX));
    let head = [&[0, 16][..], &[7; 16], &[1, 1, 0]].concat();
    let claims: [(&str, Vec<u8>); 6] = [
        ("dependencies", huge.clone()),
        ("an-actor", [&[0][..], &huge].concat()),
        ("the-message", [&head[..], &huge].concat()),
        ("actors", [&head[..], &[0], &huge].concat()),
        ("columns", [&head[..], &[0, 0], &huge].concat()),
        ("a-column", [&head[..], &[0, 0, 1, 0x42], &huge].concat()),
    ];
    for (name, body) in claims {
        seeds.change(format!("claims-much-{name}"), around(CHANGE, &body));
    }
    let long = number((512 * 1024 * 1024) << 4 | 7);
    let values = [(0x56, [&[1][..], &long].concat()), (0x57, vec![1, 2, 3])];
    seeds.change("claims-a-long-value", around(CHANGE, &change_body(&values)));
    for kind in [DOCUMENT, 3, 255] {
        seeds.change(format!("chunk-of-kind-{kind}"), around(kind, &[0; 40]));
    }
    seeds.change("empty", Vec::new());
}

fn whole_documents(documents: &[Document], seeds: &mut Seeds) {
    for document in documents {
        let kind = document.kind_name().unwrap_or_default();
        let id = hex(&document.id().as_bytes()[..2]);
        let saved = document.save();
        let plain = Automerge::load(&saved).expect("what was just saved can be loaded").save_nocompress();
        seeds.add("gate_document", format!("{kind}-{id}"), &*saved);
        if plain.len() < 8 * 1024 {
            seeds.add("gate_document", format!("{kind}-{id}-plain"), plain);
        }
        seeds.add("gate_document", format!("truncated-{kind}-{id}"), &saved[..saved.len() / 2]);
    }
    for (name, column, data) in run_length_bombs(0x80, 0x21) {
        let of_operations = document_body(&[], &[(column, data.clone())]);
        seeds.add("gate_document", format!("run-length-bomb-{name}"), around(DOCUMENT, &of_operations));
        let of_changes = document_body(&[(column, data)], &[]);
        seeds.add("gate_document", format!("run-length-bomb-{name}-changes"), around(DOCUMENT, &of_changes));
    }
    let zeros = deflated(&vec![0; 5 * 1024 * 1024]);
    let bomb = around(DOCUMENT, &document_body(&[], &[(0x57 | 8, zeros)]));
    seeds.add("gate_document", "deflate-bomb", bomb);
    seeds.add("gate_document", "nothing", Automerge::new().save());
    let huge = number(u64::from(u32::MAX));
    for (place, name) in ["actors", "heads", "columns-of-changes", "columns-of-operations"].iter().enumerate()
    {
        let body = [&vec![0; place][..], &huge].concat();
        seeds.add("gate_document", format!("claims-many-{name}"), around(DOCUMENT, &body));
    }
}

/// Runs of more than there may be, in each way in which a column is written.
fn run_length_bombs(group: u32, actor: u32) -> Vec<(&'static str, u32, Vec<u8>)> {
    let run = |value: &[u8]| [&number_signed(MANY)[..], value].concat();
    vec![
        ("actors", actor, run(&[0])),
        ("nulls", 0x02, [&[0][..], &number(MANY)].concat()),
        ("differences", 0x13, run(&[1])),
        ("texts", 0x15, run(&[1, b'a'])),
        ("booleans", 0x34, number(MANY)),
        ("actions", 0x42, run(&[1])),
        ("values", 0x56, run(&[0])),
        ("one-group", group, [&[1][..], &number(MANY)].concat()),
        ("groups", group, run(&[1])),
    ]
}

/// Columns as the target [`crate::fuzz::columns`] takes them: one key written in the root, and runs.
fn columns(seeds: &mut Seeds) {
    let put = [&[3, 3, 0x7f, 1, b'a'][..], &[5, 1, 1], &[6, 2, 1, 1], &[7, 2, 1, 0], &[9, 2, 1, 0]].concat();
    seeds.add("columns", "put-null", put);
    let make = [&[3, 3, 0x7f, 1, b'a'][..], &[5, 1, 1], &[6, 2, 1, 4], &[7, 2, 1, 0], &[9, 2, 1, 0]].concat();
    seeds.add("columns", "make-text", make);
    for (name, column, data) in run_length_bombs(0x70, 0x01) {
        let place: u8 = match column {
            0x01 => 0,
            0x02 => 1,
            0x13 => 3,
            0x15 => 4,
            0x34 => 5,
            0x42 => 6,
            0x56 => 7,
            _ => 9,
        };
        seeds.add("columns", format!("bomb-{name}"), [&[place, data.len() as u8][..], &data].concat());
    }
}

fn messages(documents: &[Document], seeds: &mut Seeds) {
    let epoch = Epoch::from_bytes([0xee; 16]);
    let hello = |cursor| Hello {
        versions: VERSIONS,
        software: "samsyn 0.1.0".to_owned(),
        workspace: WorkspaceId::from_bytes([0x22; 16]),
        device: DeviceId::from_bytes([0x33; 16]),
        credential: Credential::WorkspaceSecret { secret: vec![0x44; 32] },
        cursor,
        first_sync: None,
        holds_records: false,
        peer: false,
        erased: 0,
        scrubbed: 0,
        erasures: None,
        founds: false,
    };
    let first_sync = Some(FirstSync { cursor: Cursor::start(epoch), below: 300 });
    let resumed = Hello { first_sync, holds_records: true, ..hello(None) };
    belonging(seeds, &hello);
    let some = documents.iter().min_by_key(|document| document.save().len());
    let entries: Vec<Entry> = some.map(entries).unwrap_or_default();
    let push = FromClient::Push(Push { id: 7, entries: entries.clone() });
    seeds.add("from_client", "hello-first", FromClient::Hello(hello(None)).encode());
    let founds = Hello { founds: true, ..hello(None) };
    seeds.add("from_client", "hello-founds", FromClient::Hello(founds).encode());
    seeds.add("from_client", "hello", FromClient::Hello(hello(Some(Cursor::start(epoch)))).encode());
    seeds.add("from_client", "push", push.encode());
    seeds.add("from_client", "ping", FromClient::Ping.encode());
    seeds.add("from_client", "hello-resumed", FromClient::Hello(resumed).encode());
    let known = vec![ChangeHash([1; 32]), ChangeHash([2; 32])];
    let wanted = vec![Wanted { record: RecordId::from_bytes([0x11; 16]), known }];
    seeds.add("from_client", "want", FromClient::Want(wanted).encode());
    seeds.add("from_client", "compare", FromClient::Compare(ranges()).encode());
    seeds.add("from_client", "follow", FromClient::Follow.encode());
    let open = Some(RecordId::from_bytes([0x11; 16]));
    seeds.add("from_client", "presence", FromClient::Presence(open).encode());
    let whole = some.map(|document| EntryBody::Document(document.save_plain()));
    let whole = whole.map(|body| Entry { record: RecordId::from_bytes([0x11; 16]), body });
    let records = Records { number: Some(0), below: 300, left: 59, entries: whole.into_iter().collect() };
    seeds.add("from_relay", "records", FromRelay::Records(records).encode());
    seeds.add("from_relay", "compare", FromRelay::Compare(ranges()).encode());
    for (name, message) in from_relay(epoch, entries) {
        seeds.add("from_relay", name, message.encode());
    }
    frames_that_bite(seeds);
}

/// What is said of who belongs. Fixed keys and signatures: whether they are right is not what a decoder asks.
fn belonging(seeds: &mut Seeds, hello: &dyn Fn(Option<Cursor>) -> Hello) {
    let (id, key) = (RecordId::from_bytes([0x11; 16]), DeviceKey::from_bytes(&[0x77; 32]).public());
    let signature = Signature::from_bytes([0x55; 64]);
    let proof = Proof { key, nonce: [0x66; 32], signature };
    let known =
        Hello { credential: Credential::Device(Box::new(proof)), erased: 3, scrubbed: 2, ..hello(None) };
    let invited = Invited { proof, invitation: key, signature, label: "Åsa".to_owned() };
    let invited = Hello { credential: Credential::Invitation(Box::new(invited)), ..hello(None) };
    seeds.add("from_client", "hello-device", FromClient::Hello(known).encode());
    seeds.add("from_client", "hello-invited", FromClient::Hello(invited).encode());
    let (role, organisation) = (Role::Partner, Some(id));
    let invitation = Invitation { key, role, organisation, member: Some(id), seconds: 60 };
    for (name, management) in [
        ("roster", Management::Roster),
        ("invite", Management::Invite { invitation }),
        ("withdraw", Management::Withdraw { key }),
        ("set-role", Management::SetRole { member: id, role, organisation }),
        ("remove", Management::Remove { member: id }),
        ("revoke", Management::Revoke { device: id }),
        ("erase", Management::Erase { record: id }),
    ] {
        seeds.add("from_client", format!("manage-{name}"), FromClient::Manage(management).encode());
    }
    let device = Device { device: id, key, joined_at: 7, revoked_at: Some(8) };
    let member = Member {
        member: id,
        label: "Åsa".to_owned(),
        role,
        organisation,
        removed_at: None,
        devices: vec![device],
    };
    let happening =
        AuditEntry { at: 1, by: Some(id), what: "role".to_owned(), whom: Some(id), role: Some(role) };
    let roster = Roster {
        members: vec![member],
        invitations: vec![OpenInvitation { key, role, expires_at: 9 }],
        history: vec![happening],
        erasures: vec![Erasure { number: 1, record: id, at: 3, waiting: vec![id] }],
    };
    for (name, managed) in [
        ("done", Managed::Done),
        ("roster", Managed::Roster { roster }),
        ("refused", Managed::Refused { why: ManagementError::LastCoordinator }),
    ] {
        seeds.add("from_relay", format!("managed-{name}"), FromRelay::Managed(managed).encode());
    }
    seeds.add("from_relay", "wait", FromRelay::Wait(Wait { id: 7, seconds: 41 }).encode());
    let epoch = Epoch::from_bytes([0xee; 16]);
    let welcome = Welcome {
        version: 4,
        workspace_name: "Byrån".to_owned(),
        epoch,
        from: 2,
        position: 500,
        beginning: Beginning::Log,
        hash: None,
        records: 0,
        peer: false,
        grant: Some(Grant { member: id, role, organisation }),
        sealed: true,
        meeting_key: Some(WorkspaceSecret::from_bytes([0x44; 32])),
        erased: vec![(1, id), (2, RecordId::from_bytes([0x12; 16]))],
    };
    seeds.add("from_relay", "welcome-sealed", FromRelay::Welcome(welcome).encode());
}

/// Ranges of every kind.
fn ranges() -> Vec<Range> {
    let heads = vec![ChangeHash([1; 32]), ChangeHash([2; 32])];
    let holding = Holding { record: RecordId::from_bytes([0x55; 16]), heads };
    let upper = |byte| Some(RecordId::from_bytes([byte; 16]));
    vec![
        Range { upper: upper(0x20), held: Held::Same },
        Range { upper: upper(0x40), held: Held::Fingerprint(Fingerprint([7; 16])) },
        Range { upper: None, held: Held::Records(vec![holding]) },
    ]
}

fn entries(document: &Document) -> Vec<Entry> {
    let record = document.id();
    let change = |change: EncodedChange| Entry { record, body: EntryBody::Change(change.bytes) };
    document.changes_since(&[]).into_iter().take(3).map(change).collect()
}

fn from_relay(epoch: Epoch, mut entries: Vec<Entry>) -> [(&'static str, FromRelay); 9] {
    let known = EntryBody::Known(ChangeHash([7; 32]));
    entries.push(Entry { record: RecordId::from_bytes([0x11; 16]), body: known });
    let passed = vec![Logged { number: 0, position: 3 }];
    let refused = Refused { number: 3, code: ErrorCode::MissingDependencies, words: "no".to_owned() };
    let workspace_name = "Byrån".to_owned();
    let welcome = Welcome {
        version: 2,
        workspace_name,
        epoch,
        from: 2,
        position: 500,
        beginning: Beginning::Records,
        hash: Some(RollingHash::from_bytes([0xf1; 16])),
        records: 60,
        peer: false,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased: Vec::new(),
    };
    [
        ("welcome", FromRelay::Welcome(welcome)),
        (
            "batch",
            FromRelay::Batch(Batch { position: 4, hash: RollingHash::from_bytes([0xf1; 16]), entries }),
        ),
        ("caught-up", FromRelay::CaughtUp),
        ("ack", FromRelay::Ack(Ack { id: 7, refused: vec![refused], passed: Vec::new() })),
        ("ack-passed", FromRelay::Ack(Ack { id: 8, refused: Vec::new(), passed })),
        ("notice", FromRelay::Notice(Notice::new(ErrorCode::Access, "no"))),
        (
            "notice-limited",
            FromRelay::Notice(Notice { again: Some(864), ..Notice::new(ErrorCode::Limited, "no") }),
        ),
        ("pong", FromRelay::Pong),
        (
            "presence",
            FromRelay::Presence(Presence {
                here: vec![Here { device: RecordId::from_bytes([0x33; 16]), open: None }],
                gone: vec![RecordId::from_bytes([0x55; 16])],
            }),
        ),
    ]
}

fn frames_that_bite(seeds: &mut Seeds) {
    let zeros = zstd::bulk::compress(&vec![0; 8 * 1024 * 1024], 19).expect("compressing in memory works");
    let claims =
        zstd::bulk::compress(&[0x9a, 0xff, 0xff, 0xff, 0xff], 1).expect("compressing in memory works");
    for (name, bundle) in [("zstd-bomb", zeros), ("claims-many-entries", claims)] {
        // {"i": 7, "b": bytes} and {"p": 7, "h": 16 bytes, "b": bytes}
        let length = (bundle.len() as u32).to_be_bytes();
        let tail = [&[0x61, b'b', 0x5a][..], &length, &bundle].concat();
        seeds.add("from_client", name, [&[2, 0xa2, 0x61, b'i', 7][..], &tail].concat());
        let head = [&[66, 0xa3, 0x61, b'p', 7, 0x61, b'h', 0x50][..], &[0; 16]].concat();
        seeds.add("from_relay", name, [head, tail].concat());
    }
    seeds.add("from_client", "nested", [&[1][..], &[0x81; 1000]].concat());
    seeds.add("from_relay", "nested", [&[68][..], &[0xa1, 0x61, b'r'], &[0x81; 1000]].concat());
    seeds.add("from_client", "claims-a-long-text", [1, 0xa1, 0x61, b's', 0x7b, 0, 0, 0, 1, 0, 0, 0, 0]);
    seeds.add("from_relay", "claims-a-long-array", [68, 0xa1, 0x61, b'r', 0x9b, 0, 0, 0, 1, 0, 0, 0, 0]);
    seeds.add("from_client", "unknown-type", [200, 1, 2]);
    seeds.add("from_relay", "unknown-type", [200, 1, 2]);
}

fn bundles(seeds: &mut Seeds) {
    let entry = |kind: u8, length: u8| {
        let head = [&[0x83, 0x50][..], &[0x11; 16], &[kind, 0x58, length]].concat();
        [head, vec![2; usize::from(length)]].concat()
    };
    seeds.add("bundle", "none", [0x80]);
    seeds.add("bundle", "two", [&[0x82][..], &entry(0, 40), &entry(1, 32)].concat());
    seeds.add("bundle", "known-of-wrong-length", [&[0x81][..], &entry(1, 31)].concat());
    seeds.add("bundle", "without-length", [&[0x9f][..], &entry(0, 4), &[0xff]].concat());
    seeds.add("bundle", "claims-many", [0x9a, 0xff, 0xff, 0xff, 0xff]);
    seeds.add("bundle", "claims-a-long-change", [0x81, 0x83, 0x40, 0, 0x5b, 0, 0, 0, 1, 0, 0, 0, 0]);
    seeds.add("bundle", "nested", vec![0x81; 1000]);
    seeds.add("bundle", "many-empty", [&[0x9f][..], &[0x83, 0x40, 0, 0x40].repeat(2_000), &[0xff]].concat());
}

fn words(seeds: &mut Seeds) {
    let texts = [
        "1250,5",
        "1 250.5",
        "1\u{a0}250,50 m",
        "125 000 kr",
        "SEK 125 000,00",
        "€0.50",
        "-1",
        "1e400",
        "nan",
        "2027-05-01/2027-05-03",
        "2027-05-03 2027-05-01",
        "2027-02-30",
        "-009999-01-01",
        "63.1792, 14.6357",
        "geo:63.1792,14.6357;u=35",
        "ja",
        "åsa@example.se",
        "+46 63 14 40 00",
        "example.se/å",
        "prov, skiss",
        "48h248h248h248h248h248h248",
        " \u{202f}'",
        "\u{feff}1",
        "İ",
    ];
    for choice in 0..24_u8 {
        let text = texts[usize::from(choice) % texts.len()];
        seeds.add("parse", format!("{choice:02}"), [&[choice][..], text.as_bytes()].concat());
    }
    // Any byte chooses a field: so these are read as several types.
    for (place, text) in texts.iter().enumerate() {
        seeds.add(
            "parse",
            format!("text-{place:02}"),
            [&[place as u8 * 7 + 3][..], text.as_bytes()].concat(),
        );
    }
}

/// A change without dependencies, with these columns.
fn change_body(columns: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut body = [&[0, 16][..], &[7; 16], &[1, 1, 0, 0, 0]].concat();
    specifications(columns, &mut body);
    columns.iter().for_each(|(_, data)| body.extend(data));
    body
}

/// A document of one actor without heads, with these columns.
fn document_body(changes: &[(u32, Vec<u8>)], operations: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut body = [&[1, 16][..], &[7; 16], &[0]].concat();
    specifications(changes, &mut body);
    specifications(operations, &mut body);
    changes.iter().chain(operations).for_each(|(_, data)| body.extend(data));
    body
}

fn specifications(columns: &[(u32, Vec<u8>)], body: &mut Vec<u8>) {
    write_unsigned(columns.len() as u64, body);
    for (specification, data) in columns {
        write_unsigned(u64::from(*specification), body);
        write_unsigned(data.len() as u64, body);
    }
}

fn number(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_unsigned(value, &mut bytes);
    bytes
}

/// A positive number that is to be read as a signed one.
fn number_signed(value: u64) -> Vec<u8> {
    let mut bytes = number(value);
    if let Some(last) = bytes.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        bytes.push(0);
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
