//! What passes the gate by looking where its operations stand would have passed by applying its changes: documents that
//! people could have written, and what somebody could make of them who knows the format.

use automerge::{LoadOptions, VerificationMode};
use rand::seq::IndexedRandom;

use super::super::document::{Plain, apply_anew, is_as_applied, plain};
use super::super::rows::{self, Id};
use super::*;
use crate::document::{Document, Edit, Writer};
use crate::id::RecordId;
use crate::sample;
use crate::schema::kinds::KINDS;
use crate::schema::{FieldType, NewRecord, Value};

/// A document chunk, apart.
#[derive(Clone)]
struct Parts {
    actors: Vec<Vec<u8>>,
    heads: Vec<ChangeHash>,
    of_changes: Vec<(u32, Vec<u8>)>,
    rows: Vec<Row>,
    head_indexes: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Row {
    id: Id,
    object: Option<Id>,
    key: Key,
    insert: bool,
    action: u64,
    value: (u8, Vec<u8>),
    successors: Vec<Id>,
}

#[derive(Clone, Debug, PartialEq)]
enum Key {
    Name(String),
    Head,
    Element(Id),
}

impl Parts {
    fn of(document: &Automerge) -> Parts {
        let bytes = document.save_nocompress();
        let plain = plain(super::super::chunk::body(&bytes).unwrap(), &limits()).unwrap();
        let owned = |row: rows::Row<'_>| Row {
            id: row.id,
            object: row.object,
            key: match row.key {
                rows::Key::Name(name) => Key::Name(name.to_owned()),
                rows::Key::Head => Key::Head,
                rows::Key::Element(id) => Key::Element(id),
            },
            insert: row.insert,
            action: row.action,
            value: (row.value.of_type, row.value.bytes.to_vec()),
            successors: row.successors,
        };
        let rows = plain.rows().unwrap().into_iter().map(owned).collect();
        let mut actors: Vec<Vec<u8>> =
            changes(document).iter().map(|change| change.actor_id().to_bytes().to_vec()).collect();
        actors.sort();
        actors.dedup();
        let of_changes = plain.of_changes.iter().map(|(of, data)| (*of, data.to_vec())).collect();
        Parts { actors, heads: Vec::new(), of_changes, rows, head_indexes: Vec::new() }.with_right_heads()
    }

    /// With the heads of the changes that are in it, if Automerge finds any.
    fn with_right_heads(mut self) -> Parts {
        (self.heads, self.head_indexes) = (Vec::new(), Vec::new());
        let bytes = self.chunk();
        let options = LoadOptions::new().verification_mode(VerificationMode::DontCheck);
        if let Ok(Ok(document)) = guarded(|| Automerge::load_with_options(&bytes, options)) {
            let names = document.get_changes_meta(&[]);
            let is_built_on = |hash: &ChangeHash| names.iter().any(|change| change.deps.contains(hash));
            let mut heads: Vec<ChangeHash> =
                names.iter().map(|change| change.hash).filter(|hash| !is_built_on(hash)).collect();
            heads.sort();
            let index =
                |head: &ChangeHash| names.iter().position(|change| change.hash == *head).unwrap() as u64;
            self.head_indexes = heads.iter().map(index).collect();
            self.heads = heads;
        }
        self
    }

    fn chunk(&self) -> Vec<u8> {
        let mut body = Vec::new();
        write_unsigned(self.actors.len() as u64, &mut body);
        for actor in &self.actors {
            write_unsigned(actor.len() as u64, &mut body);
            body.extend(actor);
        }
        write_unsigned(self.heads.len() as u64, &mut body);
        self.heads.iter().for_each(|head| body.extend(head.0));
        let of_operations = columns(&self.rows);
        for columns in [&self.of_changes, &of_operations] {
            write_unsigned(columns.len() as u64, &mut body);
            for (specification, data) in columns {
                write_unsigned(u64::from(*specification), &mut body);
                write_unsigned(data.len() as u64, &mut body);
            }
        }
        self.of_changes.iter().chain(&of_operations).for_each(|(_, data)| body.extend(data));
        self.head_indexes.iter().for_each(|index| write_unsigned(*index, &mut body));
        super::super::chunk::write_document(&body)
    }
}

/// The columns of these rows, as Automerge writes them.
fn columns(rows: &[Row]) -> Vec<(u32, Vec<u8>)> {
    fn number(value: &u64, out: &mut Vec<u8>) {
        write_unsigned(*value, out);
    }
    fn difference(value: &i64, out: &mut Vec<u8>) {
        out.extend(signed(*value));
    }
    fn text(value: &&str, out: &mut Vec<u8>) {
        write_unsigned(value.len() as u64, out);
        out.extend(value.as_bytes());
    }
    let key = |row: &Row| match &row.key {
        Key::Name(_) => (None, None),
        Key::Head => (Some(0), None),
        Key::Element((number, actor)) => (Some(*number), Some(*actor)),
    };
    let name = |row: &'_ Row| match &row.key {
        Key::Name(name) => Some(name.clone()),
        _ => None,
    };
    let names: Vec<Option<String>> = rows.iter().map(name).collect();
    let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
    let successors: Vec<Id> = rows.iter().flat_map(|row| row.successors.clone()).collect();
    let each = |item: &dyn Fn(&Row) -> Option<u64>| rows.iter().map(item).collect::<Vec<_>>();
    let all = [
        (0x01, runs(&each(&|row| row.object.map(|id| id.1)), number)),
        (0x02, runs(&each(&|row| row.object.map(|id| id.0 as u64)), number)),
        (0x11, runs(&each(&|row| key(row).1), number)),
        (0x13, runs(&differences(rows.iter().map(|row| key(row).0)), difference)),
        (0x15, runs(&names, text)),
        (0x21, runs(&each(&|row| Some(row.id.1)), number)),
        (0x23, runs(&differences(rows.iter().map(|row| Some(row.id.0))), difference)),
        (0x34, booleans(rows.iter().map(|row| row.insert))),
        (0x42, runs(&each(&|row| Some(row.action)), number)),
        (0x56, runs(&each(&|row| Some((row.value.1.len() as u64) << 4 | u64::from(row.value.0))), number)),
        (0x57, rows.iter().flat_map(|row| row.value.1.clone()).collect()),
        (0x80, runs(&each(&|row| Some(row.successors.len() as u64)), number)),
        (0x81, runs(&successors.iter().map(|id| Some(id.1)).collect::<Vec<_>>(), number)),
        (0x83, runs(&differences(successors.iter().map(|id| Some(id.0))), difference)),
    ];
    all.into_iter().filter(|(_, data)| !data.is_empty()).collect()
}

fn differences(numbers: impl Iterator<Item = Option<i64>>) -> Vec<Option<i64>> {
    let mut last = 0;
    let mut difference = |number: i64| {
        let difference = number - last;
        last = number;
        difference
    };
    numbers.map(|number| number.map(&mut difference)).collect()
}

fn runs<T: PartialEq + Clone>(items: &[Option<T>], write: fn(&T, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    // A column of nulls alone is not there.
    if items.iter().all(Option::is_none) {
        return out;
    }
    let mut each: Vec<T> = Vec::new();
    fn flush<T>(each: &mut Vec<T>, write: fn(&T, &mut Vec<u8>), out: &mut Vec<u8>) {
        if !each.is_empty() {
            out.extend(signed(-(each.len() as i64)));
            each.drain(..).for_each(|item| write(&item, out));
        }
    }
    for run in items.chunk_by(|one, next| one == next) {
        match &run[0] {
            None => {
                flush(&mut each, write, &mut out);
                out.push(0);
                write_unsigned(run.len() as u64, &mut out);
            }
            Some(item) if run.len() == 1 => each.push(item.clone()),
            Some(item) => {
                flush(&mut each, write, &mut out);
                out.extend(signed(run.len() as i64));
                write(item, &mut out);
            }
        }
    }
    flush(&mut each, write, &mut out);
    out
}

fn booleans(items: impl Iterator<Item = bool>) -> Vec<u8> {
    let (mut out, mut value, mut count) = (Vec::new(), false, 0);
    for item in items {
        if item != value {
            write_unsigned(count, &mut out);
            (value, count) = (item, 0);
        }
        count += 1;
    }
    if count > 0 {
        write_unsigned(count, &mut out);
    }
    out
}

/// A document as the gate wants it, of what people have written.
fn written(random: &mut SmallRng) -> Automerge {
    at_once(&grown(random))
}

/// What some people write who merge now and then, in maps, lists and texts.
fn grown(random: &mut SmallRng) -> Automerge {
    let mut first = Automerge::new().with_actor(ActorId::from(&[random.random(); 16][..]));
    let mut transaction = first.transaction();
    let text = transaction.put_object(ROOT, "text", ObjType::Text).unwrap();
    let list = transaction.put_object(ROOT, "list", ObjType::List).unwrap();
    let map = transaction.put_object(ROOT, "map", ObjType::Map).unwrap();
    transaction.splice_text(&text, 0, 0, "åäö").unwrap();
    transaction.put(&map, "count", ScalarValue::counter(1)).unwrap();
    transaction.commit();
    let mut people = vec![first.clone()];
    for number in 1..3 {
        let author = Author::from(vec![number; 16]);
        people.push(
            first.fork().with_actor(ActorId::from(&[random.random(); 16][..])).with_author(Some(author)),
        );
    }
    for _ in 0..random.random_range(1..12) {
        let who = random.random_range(0..people.len());
        if random.random_range(0..3) == 0 {
            let mut other = people[random.random_range(0..people.len())].clone();
            people[who].merge(&mut other).unwrap();
            continue;
        }
        let document = &mut people[who];
        let mut transaction = document.transaction();
        for _ in 0..random.random_range(1..5) {
            let length = transaction.length(&text);
            let at = random.random_range(0..=length);
            let items = transaction.length(&list);
            let key = ["a", "b", "å"][random.random_range(0..3)];
            match random.random_range(0..10) {
                0 => transaction.splice_text(&text, at, (length - at).min(2) as isize, "xy").unwrap(),
                1 => transaction.splice_text(&text, at, 0, "z").unwrap(),
                2 => transaction.insert(&list, random.random_range(0..=items), 7).unwrap(),
                3 if items > 0 => transaction.put(&list, random.random_range(0..items), "new").unwrap(),
                4 if items > 0 => transaction.delete(&list, random.random_range(0..items)).unwrap(),
                5 => transaction.delete(&map, key).unwrap(),
                6 => {
                    let inner = transaction.put_object(&map, key, ObjType::Map).unwrap();
                    transaction.put(&inner, "inner", random.random::<bool>()).unwrap();
                }
                7 => transaction.increment(&map, "count", random.random_range(-3..4)).unwrap(),
                8 => transaction.put(&map, "count", ScalarValue::counter(7)).unwrap(),
                _ => transaction.put(&map, key, f64::from(random.random::<u8>())).unwrap(),
            }
        }
        let time = CommitOptions::default().with_time(random.random_range(0..3));
        transaction.commit_with(if random.random() { time.with_message("varför") } else { time });
    }
    let mut all = people.remove(0);
    people.iter_mut().for_each(|other| drop(all.merge(other).unwrap()));
    all
}

/// The document as it is when all its changes come at once: as the gate wants it.
pub(super) fn at_once(document: &Automerge) -> Automerge {
    let mut at_once = Automerge::new();
    at_once.apply_changes(changes(document)).unwrap();
    at_once
}

/// What somebody makes of it who knows the format.
fn tampered(parts: &Parts, random: &mut SmallRng) -> Parts {
    let mut parts = parts.clone();
    let rows = &mut parts.rows;
    let count = rows.len();
    let ids: Vec<Id> = rows.iter().flat_map(|row| row.successors.iter().copied().chain([row.id])).collect();
    let (one, other) = (random.random_range(0..count), random.random_range(0..count));
    let id = *ids.choose(random).unwrap();
    match random.random_range(0..20) {
        0 if one + 1 < count => rows.swap(one, one + 1),
        1 => rows.swap(one, other),
        2 => {
            let row = rows.remove(one);
            rows.insert(other.min(count - 1), row);
        }
        3 => rows[one].key = Key::Element(id),
        4 => rows[one].key = rows[other].key.clone(),
        5 => {
            let swapped = rows[one].id;
            rows[one].id = rows[other].id;
            rows[other].id = swapped;
        }
        6 => rows[one].insert = !rows[one].insert,
        7 => rows[one].object = rows[other].object,
        8 => rows[one].successors.push(id),
        9 => drop(rows[one].successors.pop()),
        10 => rows[one].successors.reverse(),
        // No marks: the gate lets none in, and Automerge cannot even be asked about them (it aborts the program).
        11 => rows[one].action = random.random_range(0..7),
        12 => rows[one].value = (random.random_range(0..11), rows[other].value.1.clone()),
        13 => drop(rows.remove(one)),
        14 => {
            let mut row = rows[one].clone();
            row.id.0 += random.random_range(-1..3);
            rows.insert(one + 1, row);
        }
        15 => rows[one].id.0 += random.random_range(-2..3),
        16 => parts.actors.push(vec![255; 16]),
        17 => parts.of_changes.retain(|(column, _)| *column != 0x35),
        _ => {
            let column = random.random_range(0..parts.of_changes.len());
            let data = &mut parts.of_changes[column].1;
            if !data.is_empty() {
                let at = random.random_range(0..data.len());
                data[at] ^= 1 << random.random_range(0..8);
            }
        }
    }
    parts
}

/// How a document passes: by looking, by applying; `None` where Automerge cannot load it.
fn passes(bytes: &[u8]) -> Option<(bool, bool)> {
    let body = super::super::chunk::read_document(bytes, &limits()).ok()?;
    let plain: Plain<'_> = plain(body, &limits()).ok()?;
    let document = guarded(|| Automerge::load(bytes)).ok()?.ok()?;
    let looking = guarded(|| is_as_applied(&document, &plain, &limits())).unwrap();
    Some((looking, apply_anew(&document, &plain, &limits()).is_ok()))
}

#[test]
fn documents_are_put_together_again_as_they_were() {
    let mut random = SmallRng::seed_from_u64(1);
    for _ in 0..50 {
        let document = written(&mut random);
        assert_eq!(Parts::of(&document).chunk(), document.save_nocompress());
    }
}

#[test]
fn what_people_write_passes_by_looking() {
    let mut random = SmallRng::seed_from_u64(2);
    for _ in 0..200 {
        assert_eq!(passes(&written(&mut random).save_nocompress()), Some((true, true)));
    }
}

#[test]
fn what_grew_in_the_order_of_applying_is_written_as_if_it_had_come_at_once() {
    let mut random = SmallRng::seed_from_u64(3);
    let mut of_each = [0, 0];
    for _ in 0..300 {
        let document = grown(&mut random);
        let same = document.save_nocompress() == at_once(&document).save_nocompress();
        assert_eq!(came_at_once(&document), same);
        assert_eq!(can_go_whole(&document.save_nocompress()), same, "it shows in what is written, too");
        of_each[usize::from(same)] += 1;
    }
    assert!(of_each.iter().all(|count| *count > 30), "{of_each:?}");
}

#[test]
fn records_of_every_kind_pass_by_looking() {
    const OF_EACH: usize = 5;
    let writer = |number: u8| Writer::new(&[number; 16], RecordId::from_bytes([number; 16]), 1_795_500_000);
    let all = sample::workspace(1, jiff::civil::date(2026, 11, 24));
    for kind in KINDS {
        let some = all.iter().filter(|new| new.kind == *kind).take(OF_EACH).cloned();
        for new in some.chain([NewRecord::new(kind)]) {
            let mut document = Document::create(&new, &writer(1)).unwrap();
            let line = kind.fields.iter().find(|field| field.field_type == FieldType::Line);
            for number in 2..5 {
                let edit = line.map(|line| Edit::set(line.name, Value::Text(format!("{number}"))));
                document.edit(edit.as_slice(), &writer(number)).unwrap();
            }
            assert_eq!(passes(&document.save_plain()), Some((true, true)), "{}", kind.name);
        }
    }
}

#[test]
fn what_passes_by_looking_would_pass_by_applying() {
    let mut random = SmallRng::seed_from_u64(20_261_126);
    let (mut loaded, mut looking, mut refused) = (0, 0, 0);
    for round in 0..200 {
        let parts = Parts::of(&written(&mut random));
        for _ in 0..40 {
            let mut mutant = tampered(&parts, &mut random);
            for _ in 0..random.random_range(0..2) {
                mutant = tampered(&mutant, &mut random);
            }
            let bytes = mutant.with_right_heads().chunk();
            let Some((by_looking, by_applying)) = passes(&bytes) else { continue };
            assert!(by_applying || !by_looking, "round {round}");
            loaded += 1;
            looking += usize::from(by_looking);
            refused += usize::from(!by_applying);
        }
    }
    assert!(loaded > 1_000 && looking > 100 && refused > 300, "{loaded}, {looking}, {refused}");
}
