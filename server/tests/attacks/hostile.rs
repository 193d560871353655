//! Changes that no program of ours would make, by members who may write there: in a contact by an ambassador, in a venue by the partner whose
//! it is, in the record about its own device by a reader. Each is refused, each in the way that is written beside it; and everybody goes on as
//! if nothing had been tried.

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Author, Automerge, Change, ExpandedChange, ROOT, ScalarValue};

use super::*;

/// Makes something else of an honest change.
type Forge = fn(&mut ExpandedChange);

const FORGERIES: [(&str, Forge, ErrorCode); 14] = [
    (
        "an operation's number at the end of 32 bits",
        |c| start_at(c, u32::MAX as u64 - 2),
        ErrorCode::Malformed,
    ),
    ("an operation's number beyond 32 bits", |c| start_at(c, 1 << 40), ErrorCode::Malformed),
    ("an operation's number far ahead", |c| start_at(c, (1 << 31) + 1), ErrorCode::Malformed),
    ("a gap beyond the numbers that may be left out", |c| start_at(c, (1 << 30) + 1), ErrorCode::Malformed),
    ("the number of an operation that there is", |c| start_at(c, c.start_op.get() - 1), ErrorCode::Malformed),
    ("a time at the beginning of 64 bits", |c| c.time = i64::MIN, ErrorCode::Malformed),
    ("a time at the end of 64 bits", |c| c.time = i64::MAX, ErrorCode::Malformed),
    ("a time after the year 9999", |c| c.time = 253_402_300_800, ErrorCode::Malformed),
    ("a sequence number far ahead", |c| c.seq += 5, ErrorCode::ActorCollision),
    ("a sequence number beyond 32 bits", |c| c.seq = 1 << 40, ErrorCode::Malformed),
    ("a key of a kilobyte", |c| c.operations = vec![put(&"k".repeat(1_000)); 1], ErrorCode::TooLarge),
    (
        "a hundred thousand writings by run length",
        |c| c.operations = vec![put("zz"); 100_000],
        ErrorCode::TooLarge,
    ),
    (
        "half a million writings by run length",
        |c| c.operations = vec![put("name"); 499_000],
        ErrorCode::TooLarge,
    ),
    (
        "four hundred thousand deletions by run length",
        |c| c.operations = vec![delete("zz"); 400_000],
        ErrorCode::TooLarge,
    ),
];

/// Writes what nobody may write.
type Write = fn(&mut Transaction<'_>);

const WRITINGS: [(&str, Write); 7] = [
    ("another kind", |t| t.put(ROOT, "_kind", "gadget").unwrap()),
    ("the kind of members", |t| {
        t.put(ROOT, "_kind", "member").unwrap();
        t.put(ROOT, "_kind", "contact").unwrap();
        t.put(ROOT, "_kind", "member").unwrap();
    }),
    ("the same kind once more", |t| {
        let kind = automerge::ReadDoc::get(t, ROOT, "_kind").unwrap().unwrap().0.as_str().unwrap().to_owned();
        t.delete(ROOT, "_kind").unwrap();
        t.put(ROOT, "_kind", kind).unwrap();
    }),
    ("no kind at all", |t| t.delete(ROOT, "_kind").unwrap()),
    ("another record's name", |t| t.put(ROOT, "_id", RecordId::random().to_string()).unwrap()),
    ("no name at all", |t| t.delete(ROOT, "_id").unwrap()),
    ("a value that no field has", |t| name(t, &ScalarValue::Bytes(vec![1, 2, 3]))),
];

/// What all of these records are called by.
fn name(transaction: &mut Transaction<'_>, value: &ScalarValue) {
    ["name", "family"].iter().for_each(|field| transaction.put(ROOT, *field, value.clone()).unwrap());
}

fn start_at(change: &mut ExpandedChange, number: u64) {
    change.start_op = number.try_into().unwrap();
}

fn put(key: &str) -> Op {
    Op {
        action: OpType::Put(ScalarValue::Null),
        obj: ObjectId::Root,
        key: Key::Map(key.into()),
        pred: Vec::new().into(),
        insert: false,
    }
}

fn delete(key: &str) -> Op {
    Op { action: OpType::Delete, ..put(key) }
}

pub(super) fn encoded(change: &Change) -> EncodedChange {
    EncodedChange {
        hash: change.hash(),
        actor: change.actor_id().clone(),
        seq: change.seq(),
        time: change.timestamp(),
        bytes: change.raw_bytes().to_vec(),
    }
}

/// A change of that laptop under an actor of its own, made past everything that our programs look at.
fn made(
    by: &Laptop,
    actor: [u8; 16],
    document: &Document,
    write: impl FnOnce(&mut Transaction<'_>),
) -> Change {
    let mut automerge = Automerge::load(&document.save()).unwrap();
    automerge.set_author(Some(Author::from(by.device.as_bytes().to_vec())));
    automerge.set_actor(ActorId::from(&actor[..]));
    let mut transaction = automerge.transaction();
    write(&mut transaction);
    transaction.commit_with(CommitOptions::default().with_time(1_700_000_000));
    automerge.get_last_local_change().unwrap()
}

fn fresh() -> [u8; 16] {
    *RecordId::random().as_bytes()
}

/// Somebody, with a record that they may write.
struct Place {
    who: &'static str,
    by: Laptop,
    document: Document,
    client: Client,
}

/// The records in which it is tried: those in which many heads are left are others, for what is refused in them is refused for that.
struct Places {
    forged: Vec<Place>,
    crowded: Vec<Place>,
}

pub(super) fn by_members() -> Attacks {
    let make = async |stage: &Stage| Places { forged: places(stage).await, crowded: places(stage).await };
    everywhere(&[], make, async |attacks, stage, Places { forged, crowded }| {
        for place in forged.iter_mut().chain(&mut *crowded) {
            place.client = caught_up(place.by.enter(&stage.town).await).await;
            goes_on(place).await;
        }
        for place in &mut *forged {
            forgeries(attacks, place).await;
        }
        for place in &mut *crowded {
            too_many(attacks, place).await;
        }
        of_nobody(attacks, stage, forged).await;
        for place in forged.iter_mut().chain(&mut *crowded) {
            goes_on(place).await;
        }
    })
}

async fn places(stage: &Stage) -> Vec<Place> {
    let town = &stage.town;
    let ours = RecordId::random();
    let partner = town.somebody(&["--role", "partner", "--organisation", &ours.to_string()]).await;
    let reader = town.somebody(&["--role", "reader"]).await;
    let ambassador = town.somebody(&[]).await;
    let about = NewRecord { id: reader.device, ..NewRecord::new(&MEMBER) };
    let contact = ambassador.record(&CONTACT, &[("family", text("Ek"))]);
    let venue = partner.record(&VENUE, &[("organisation", link(ours))]);
    let about = Document::create(&about, &reader.writer()).unwrap();
    let own = [
        ("an ambassador in a contact", ambassador, contact),
        ("a partner in its venue", partner, venue),
        ("a reader about its device", reader, about),
    ];
    let mut places = Vec::new();
    for (who, by, document) in own {
        let mut client = caught_up(by.enter(town).await).await;
        client.push(document.id(), &document.changes_since(&[])).await;
        assert!(client.refused.is_empty(), "{who}: {:?}", client.refused);
        places.push(Place { who, by, document, client });
    }
    places
}

async fn forgeries(attacks: &mut Attacks, place: &mut Place) {
    let Place { who, by, document, client } = place;
    for (what, forge, code) in FORGERIES {
        let mut change = made(by, fresh(), document, |t| t.put(ROOT, "zz", 1).unwrap()).decode();
        forge(&mut change);
        change.hash = None;
        let change = encoded(&Change::from(change));
        attacks.refused(&format!("{who}: {what}"), client, (document.id(), vec![change]), code).await;
    }
    for (what, write) in WRITINGS {
        let change = encoded(&made(by, fresh(), document, write));
        let name = format!("{who}: {what}");
        let schema = ErrorCode::Schema;
        attacks.refused(&name, client, (document.id(), vec![change]), schema).await;
    }
    // Bad, and mended by the next of the same push: others could get the one without the other.
    let actor = fresh();
    let bad = made(by, actor, document, |t| name(t, &ScalarValue::Bytes(vec![1])));
    let mut with_bad = Automerge::load(&document.save()).unwrap();
    with_bad.apply_changes([bad.clone()]).unwrap();
    let with_bad = Document::load(document.id(), &with_bad.save(), &[]).unwrap();
    let mended = made(by, actor, &with_bad, |t| name(t, &ScalarValue::Str("Ek".into())));
    let name = format!("{who}: what is good only together");
    let missing = ErrorCode::MissingDependencies;
    let both = vec![encoded(&bad), encoded(&mended)];
    attacks.refused(&name, client, (document.id(), both), missing).await;
}

/// More names and more unmerged heads than one device may have in a record: some are taken, and the last are not.
async fn too_many(attacks: &mut Attacks, place: &mut Place) {
    let Place { who, by, document, client, .. } = place;
    let change =
        |number: usize| encoded(&made(by, fresh(), document, |t| t.put(ROOT, "zz", number as i64).unwrap()));
    let beside: Vec<EncodedChange> = (0..100).map(change).collect();
    client.push(document.id(), &beside).await;
    let refused = beside.iter().filter(|change| client.refused.contains_key(&change.hash)).count();
    // Of actors it may have 64 and of heads 32: in the end nothing more is taken under another name.
    assert!((60..=100).contains(&refused), "{who}, {}: {refused} of 100", attacks.now);
    let hashes = beside.iter().map(|change| change.hash);
    attacks.refused.extend(hashes.filter(|hash| client.refused.contains_key(hash)));
    attacks.tried(format!("{who}: a hundred changes beside each other"));
    let taken = beside.into_iter().filter(|change| !client.refused.contains_key(&change.hash));
    let mut all = Automerge::load(&document.save()).unwrap();
    all.apply_changes(taken.map(|change| Change::from_bytes(change.bytes).unwrap())).unwrap();
    *document = Document::load(document.id(), &all.save(), &[]).unwrap();
}

/// Records that are nobody's, or lie where somebody else's will.
async fn of_nobody(attacks: &mut Attacks, stage: &Stage, places: &mut [Place]) {
    let (town, boss) = (&stage.town, &stage.boss);
    let forbidden = ErrorCode::Forbidden;
    let seed = |kind: &'static Kind, id: RecordId| {
        let new = NewRecord { id, ..NewRecord::new(kind) };
        let document = Document::create(&new, &boss.writer()).unwrap();
        (id, document.changes_since(&[])[..1].to_vec())
    };
    let newcomer = town.somebody(&[]).await;
    for place in places {
        let Place { who, client, .. } = place;
        let name = format!("{who}: a member record of nobody");
        attacks.refused(&name, client, seed(&MEMBER, RecordId::random()), forbidden).await;
        let name = format!("{who}: the member record of one who has just come");
        attacks.refused(&name, client, seed(&MEMBER, newcomer.device), forbidden).await;
        for kind in [&VENUE, &CONTACT] {
            let name = format!("{who}: a {} under a device's name", kind.name);
            attacks.refused(&name, client, seed(kind, newcomer.device), forbidden).await;
        }
        if !who.contains("ambassador") {
            for kind in [&VENUE, &PLAN] {
                let name = format!("{who}: a {} of nobody", kind.name);
                attacks.refused(&name, client, seed(kind, RecordId::random()), forbidden).await;
            }
        }
    }
    let mut newcomer_in = caught_up(newcomer.enter(town).await).await;
    let about = NewRecord { id: newcomer.device, ..NewRecord::new(&MEMBER) };
    let about = Document::create(&about, &newcomer.writer()).unwrap();
    let changes = about.changes_since(&[]);
    newcomer_in.push(about.id(), &changes).await;
    attacks.taken_after_all(&changes);
    assert!(newcomer_in.refused.is_empty(), "{:?}", newcomer_in.refused);
}

/// An honest change goes on in the record.
async fn goes_on(Place { who, by, document, client }: &mut Place) {
    let before = document.heads();
    let field = document.kind().unwrap().fields.iter().find(|field| ["name", "family"].contains(&field.name));
    by.edit(document, field.unwrap().name, text(&format!("Nytt {}", RecordId::random())));
    let changes = document.changes_since(&before);
    client.push(document.id(), &changes).await;
    let refused: Vec<_> = changes.iter().filter_map(|change| client.refused.get(&change.hash)).collect();
    assert!(refused.is_empty(), "{who}: {refused:?}");
}
