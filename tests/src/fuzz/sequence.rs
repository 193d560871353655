//! A record's whole life: what several people and a hostile member push, history that is folded, who joins, and who goes on.
//!
//! ```text
//!  bytes ─▶ steps: an honest edit, a change that is made up, bytes as they are, several in one push, folding
//!        ─▶ a log of what was taken ─▶ everybody gets it: whole, in pieces, folded, over what they had ─▶ an honest edit, taken
//! ```
//!
//! The promise (decision 0038): what a relay takes into its log every replica takes, in whatever form it comes, and all of them
//! have the same; and honest work goes on behind it.

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Author, Automerge, Change, ExpandedChange, ObjType, ROOT, ScalarValue};
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::document::{Document, Edit, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::{Cells, NewRecord, Value, kinds::CONTACT};

use super::chunk;

/// So many steps are taken of any input: what they come to stays small.
const STEPS: usize = 16;
/// A made-up change repeats what it does so often at most.
const TIMES: u16 = 60;
/// Keys that a made-up change writes to: fields of each type, what makes a record what it is, and none.
const KEYS: [&str; 11] =
    ["_kind", "_id", "_removed", "given", "family", "notes", "emails", "phones", "review_by", "zz", ""];

/// Bytes as numbers, as long as there are any; then zeros.
struct Program<'a>(&'a [u8]);

impl Program<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    fn number(&mut self) -> u64 {
        let shift = u32::from(self.byte() % 64);
        u64::from(self.word()).rotate_left(shift)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(usize::from(self.byte()) % all.len().max(1))
    }

    fn some(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (some, rest) = self.0.split_at(length);
        self.0 = rest;
        some.to_vec()
    }
}

/// The relay's side of a record.
struct Relay {
    document: Document,
    log: Vec<Vec<u8>>,
    /// How much of the log a snapshot holds.
    folded: usize,
    snapshot: Vec<u8>,
}

impl Relay {
    fn new() -> Relay {
        let new = NewRecord { id: RecordId::from_bytes([3; 16]), ..NewRecord::new(&CONTACT) };
        let document = Document::create(&new, &writer(1)).expect("a new contact can be made");
        let log = document.changes_since(&[]).into_iter().map(|change| change.bytes).collect();
        Relay { document, log, folded: 0, snapshot: Vec::new() }
    }

    /// Takes of a push what can be taken.
    fn push(&mut self, changes: &[Vec<u8>]) {
        let limits = Limits::of_log();
        let admitted: Vec<Change> =
            changes.iter().filter_map(|bytes| gate::admit(bytes, &limits).ok()).collect();
        let before = (self.document.heads(), self.document.read());
        match self.document.receive(admitted, &limits) {
            Ok(received) => self.log.extend(received.changes.into_iter().map(|change| change.bytes)),
            Err(_) => assert_eq!((self.document.heads(), self.document.read()), before, "nothing was taken"),
        }
    }

    fn fold(&mut self) {
        (self.snapshot, self.folded) = (self.document.save(), self.log.len());
        let again = Document::load(self.document.id(), &self.snapshot, &[]);
        self.document = again.expect("a log that was folded can be read");
    }
}

fn writer(number: u8) -> Writer {
    Writer::new(&[number; 16], DeviceId::from_bytes([number; 16]), 1_700_000_000)
}

/// What people do.
fn honest(program: &mut Program<'_>) -> Edit {
    let text = format!("Åsa {}", program.byte());
    match program.byte() % 5 {
        0 => Edit::set("given", Value::Text(text)),
        1 => Edit::set("family", Value::Text(text)),
        2 => Edit::set("notes", Value::Text(text.repeat(usize::from(program.byte() % 16) + 1))),
        3 => Edit::add_row("emails", Cells::default()),
        _ => Edit::set("family", Value::Empty),
    }
}

/// A change that no program of ours would make, on top of that document.
pub fn made_up(program: &[u8], device: DeviceId, from: &Document) -> Option<Vec<u8>> {
    made_up_by(&mut Program(program), device, from)
}

fn made_up_by(program: &mut Program<'_>, device: DeviceId, from: &Document) -> Option<Vec<u8>> {
    let mut automerge = Automerge::load(&from.save()).ok()?;
    automerge.set_author(Some(Author::from(device.as_bytes().to_vec())));
    let mut actor = *device.as_bytes();
    if program.byte().is_multiple_of(3) {
        actor[0] = program.byte();
    }
    automerge.set_actor(ActorId::from(&actor[..]));
    let mut transaction = automerge.transaction();
    transaction.put(ROOT, "zz", i64::from(actor[0])).ok()?;
    transaction.commit_with(CommitOptions::default().with_time(1_700_000_000));
    let mut change = automerge.get_last_local_change()?.decode();
    forge(program, &mut change);
    change.hash = None;
    // Automerge itself does not write everything that could be said.
    gate::guarded(|| Change::from(change).raw_bytes().to_vec()).ok()
}

fn forge(program: &mut Program<'_>, change: &mut ExpandedChange) {
    let op = operation(program);
    let times = if program.byte().is_multiple_of(4) { program.word() % TIMES } else { 1 };
    change.operations = vec![op; usize::from(times)];
    match program.byte() % 8 {
        0 => change.start_op = change.start_op.saturating_add(program.number()),
        1 => change.time = i64::from_ne_bytes(program.number().to_ne_bytes()),
        2 => change.seq = program.number(),
        3 => change.deps.clear(),
        4 => change.deps.truncate(usize::from(program.byte() % 3)),
        5 => change.message = Some("varför ".repeat(usize::from(program.byte() % 8))),
        6 => change.author = None,
        _ => {}
    }
}

fn operation(program: &mut Program<'_>) -> Op {
    let other = i64::from_ne_bytes(program.number().to_ne_bytes());
    let action = match program.byte() % 12 {
        0 => OpType::Make(ObjType::Map),
        1 => OpType::Make(ObjType::Text),
        2 => OpType::Increment(other),
        3 => OpType::Delete,
        4 => OpType::Put(ScalarValue::counter(other)),
        5 => OpType::Put(ScalarValue::Bytes(vec![7; 3])),
        6 => OpType::Put(ScalarValue::F64(f64::from_bits(other.unsigned_abs()))),
        7 => OpType::Put(ScalarValue::Timestamp(other)),
        8 => OpType::Put(ScalarValue::Boolean(other % 2 == 0)),
        9 => OpType::Put(ScalarValue::Int(other)),
        10 => OpType::Put(ScalarValue::Null),
        _ => OpType::Put(ScalarValue::Str("contact".into())),
    };
    let key = program.one_of(&KEYS).copied().unwrap_or_default();
    Op { action, obj: ObjectId::Root, key: Key::Map(key.into()), pred: Vec::new().into(), insert: false }
}

/// A record's life, step by step.
pub fn sequence(bytes: &[u8]) {
    let mut program = Program(bytes);
    let mut relay = Relay::new();
    let mut states = vec![relay.document.clone()];
    let mut pushed = Vec::new();
    for _ in 0..STEPS {
        if program.0.is_empty() {
            break;
        }
        let what = program.byte();
        let from = match what % 2 {
            0 => relay.document.clone(),
            _ => program.one_of(&states).unwrap_or(&relay.document).clone(),
        };
        match what / 2 % 8 {
            0 | 1 => pushed.extend(honest_changes(&mut program, &from)),
            2..=4 => {
                let device = DeviceId::from_bytes([program.byte() % 8 + 5; 16]);
                pushed.extend(made_up_by(&mut program, device, &from));
            }
            5 => pushed.push(chunk::repaired(&program.some())),
            6 => relay.fold(),
            // What follows is pushed together with what waits.
            _ => continue,
        }
        relay.push(&std::mem::take(&mut pushed));
        states.push(relay.document.clone());
    }
    relay.push(&pushed);
    everybody_has_it(&relay, &mut program);
}

fn honest_changes(program: &mut Program<'_>, from: &Document) -> Vec<Vec<u8>> {
    let (edit, number) = (honest(program), program.byte() % 3 + 1);
    let mut document = from.clone();
    let changes = document.edit(&[edit], &writer(number)).expect("people can edit whatever was taken");
    changes.into_iter().map(|change| change.bytes).collect()
}

fn everybody_has_it(relay: &Relay, program: &mut Program<'_>) {
    let id = relay.document.id();
    let all = (relay.document.heads(), relay.document.read());
    let has_all = |document: &Document, how: &str| {
        assert_eq!((document.heads(), document.read()), all, "{how}");
    };
    let whole = gate::admit_document(&relay.document.save_plain(), &Limits::default()).expect("whole");
    let (whole, _) = Document::whole(id, whole).expect("a whole record fits its kind");
    has_all(&whole, "whole");
    let folded = Document::load(id, &relay.snapshot, &relay.log[relay.folded..]).expect("folded");
    has_all(&folded, "folded");
    let mut pieces = Document::empty(id);
    let mut rest = &relay.log[..];
    let half = rest.len() / 2;
    let mut over = None;
    while !rest.is_empty() {
        let (some, left) = rest.split_at(rest.len().min(usize::from(program.byte() % 6) + 1));
        receive(&mut pieces, some);
        rest = left;
        if over.is_none() && left.len() <= half {
            over = Some(pieces.clone());
        }
    }
    has_all(&pieces, "in pieces");
    // Whoever had some of it, and gets all of it whole.
    let mut over = over.unwrap_or_else(|| Document::empty(id));
    let received = over.receive_whole(&whole, &Limits::default()).expect("over what was there");
    assert!(received.rejected.is_empty(), "over what was there: {:?}", received.rejected);
    has_all(&over, "over what was there");
    let mut relay =
        Relay { document: relay.document.clone(), log: Vec::new(), folded: 0, snapshot: Vec::new() };
    let [mut one, mut other] = [pieces, whole];
    for (document, number) in [(&mut one, 50), (&mut other, 51)] {
        let edits = [
            Edit::set("given", Value::Text("Åsa".to_owned())),
            Edit::set("notes", Value::Text("Ny text".to_owned())),
            Edit::add_row("emails", Cells::default()),
        ];
        let changes = document.edit(&edits, &writer(number)).expect("people can go on");
        let before = relay.log.len();
        let bytes: Vec<Vec<u8>> = changes.into_iter().map(|change| change.bytes).collect();
        relay.push(&bytes);
        assert_eq!(relay.log.len() - before, bytes.len(), "honest work is taken");
        assert_eq!(relay.document.read().get("given"), &Value::Text("Åsa".to_owned()));
    }
}

fn receive(document: &mut Document, changes: &[Vec<u8>]) {
    let limits = Limits::default();
    let admit =
        |bytes: &Vec<u8>| gate::admit(bytes, &limits).expect("what is in a log passes everybody's gate");
    let received = document.receive(changes.iter().map(admit).collect(), &limits).expect("in pieces");
    assert!(received.rejected.is_empty(), "{:?}", received.rejected);
}
