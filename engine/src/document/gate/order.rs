//! Whether a document's operations stand as they would if its changes were applied anew: found out without applying them,
//! which is most of what a document takes at the gate.
//!
//! A document holds each operation once, and what its changes say follows from them (that is how Automerge makes the
//! changes out of a document that it loads). What does not follow from the changes, and what Automerge does not look at, is
//! where the operations stand:
//!
//! ```text
//! objects                 by the operation that made them, the root first
//!   in a map              by key, and for each key by the operation's name
//!   in a sequence         every element behind the one that it was inserted behind; of several behind the same, the one
//!                         with the greater name first (RGA: Roh et al., "Replicated abstract data types", 2011)
//!     of an element       its insertion, and then by the operation's name
//!   successors            by name, each about the same key or element as what it takes the place of
//! ```
//!
//! **Yes is certain, no is not**: what is rare and would make this longer (counters in lists, tables, values that are written
//! in two ways) is answered with no, and the gate then applies the changes to see.

use std::collections::HashMap;

use super::Limits;
use super::reader::Reader;
use super::rows::{Id, Key, Row, Value};

/// The operations that a document consists of which has these rows: also deletions, which have none of their own. `None`
/// where the rows do not stand in their order, or a change made of them could be larger than `limits` allow.
pub(super) fn operations(rows: &[Row<'_>], limits: &Limits) -> Option<Vec<Id>> {
    let mut objects = HashMap::from([(None, Object::Map)]);
    let mut before = None;
    for rows in rows.chunk_by(|one, next| one.object == next.object) {
        let object = rows[0].object;
        let stand = match objects.get(&object) {
            Some(Object::Map) => stand_in_map(rows),
            Some(Object::Sequence) => stand_in_sequence(rows),
            None => false,
        };
        if !stand || before.is_some_and(|before| before >= object) || !rows.iter().all(is_plain) {
            return None;
        }
        before = Some(object);
        objects.extend(rows.iter().filter_map(|row| Some((Some(row.id), Object::made_by(row.action)?))));
    }
    let operations = with_deletions(rows)?;
    (operations.len() <= limits.operations && bytes(rows) <= limits.inflated_bytes).then_some(operations)
}

#[derive(Debug, Clone, Copy)]
enum Object {
    Map,
    Sequence,
}

const MAKE_MAP: u64 = 0;
const SET: u64 = 1;
const MAKE_LIST: u64 = 2;
const MAKE_TEXT: u64 = 4;
const INCREMENT: u64 = 5;

/// The type of a signed number.
const SIGNED: u8 = 4;

impl Object {
    fn made_by(action: u64) -> Option<Object> {
        match action {
            MAKE_MAP => Some(Object::Map),
            MAKE_LIST | MAKE_TEXT => Some(Object::Sequence),
            _ => None,
        }
    }
}

/// Whether an operation can be judged here: it is about what is older than itself, and there is one way only to write it.
fn is_plain(row: &Row<'_>) -> bool {
    let known = match row.action {
        MAKE_MAP | SET | MAKE_LIST | MAKE_TEXT => true,
        INCREMENT => matches!(row.key, Key::Name(_)) && row.value.of_type == SIGNED,
        _ => false,
    };
    let about_older = match row.key {
        Key::Element(element) => element < row.id,
        Key::Name(_) | Key::Head => true,
    };
    known && about_older && row.object < Some(row.id) && row.id.0 > 0 && is_canonical(row.value)
}

fn is_canonical(Value { of_type, bytes }: Value<'_>) -> bool {
    let mut reader = Reader::new(bytes);
    match of_type {
        // Null, false, true.
        0..=2 => bytes.is_empty(),
        // A number; a signed one, a counter, a time.
        3 => reader.unsigned().is_ok() && reader.is_empty(),
        SIGNED | 8 | 9 => reader.signed().is_ok() && reader.is_empty(),
        5 => bytes.len() == size_of::<f64>(),
        6 => std::str::from_utf8(bytes).is_ok(),
        7 => true,
        _ => false,
    }
}

fn stand_in_map(rows: &[Row<'_>]) -> bool {
    fn place<'a>(row: &Row<'a>) -> Option<(&'a str, Id)> {
        match row.key {
            Key::Name(name) if !row.insert => Some((name, row.id)),
            _ => None,
        }
    }
    rows.iter().all(|row| place(row).is_some()) && rows.is_sorted_by(|one, next| place(one) < place(next))
}

fn stand_in_sequence(rows: &[Row<'_>]) -> bool {
    // The last element, what it stands behind, and so on to the beginning: the next is behind one of these.
    let mut path: Vec<Id> = Vec::new();
    // The last operation on the last element.
    let mut last = None;
    for row in rows {
        let stands = match (row.insert, row.key) {
            (true, Key::Head) => insert(&mut path, None, row.id),
            (true, Key::Element(behind)) => insert(&mut path, Some(behind), row.id),
            (false, Key::Element(element)) => path.last() == Some(&element) && last < Some(row.id),
            _ => false,
        };
        if !stands {
            return false;
        }
        last = Some(row.id);
    }
    true
}

/// Goes on to the element `id`, which was inserted behind that one. Says whether it stands there.
fn insert(path: &mut Vec<Id>, behind: Option<Id>, id: Id) -> bool {
    let mut sibling = None;
    while path.last().copied() != behind {
        let Some(last) = path.pop() else { return false };
        sibling = Some(last);
    }
    path.push(id);
    sibling.is_none_or(|sibling| sibling > id)
}

/// All operations, deletions among them. `None` where what takes an operation's place is neither about the same key or
/// element, nor a deletion of it.
fn with_deletions(rows: &[Row<'_>]) -> Option<Vec<Id>> {
    // What each operation is about, and whether it can take the place of another.
    let mut found = HashMap::new();
    let mut register = 0;
    for (place, row) in rows.iter().enumerate() {
        register += usize::from(place == 0 || !is_same_register(&rows[place - 1], row));
        found.insert(row.id, (register, !row.insert));
    }
    if found.len() != rows.len() {
        return None;
    }
    for row in rows {
        let (register, _) = found[&row.id];
        let mut last = row.id;
        for successor in &row.successors {
            let about = *found.entry(*successor).or_insert((register, true));
            if *successor <= last || about != (register, true) {
                return None;
            }
            last = *successor;
        }
    }
    Some(found.into_keys().collect())
}

/// Whether the second of two rows is about the same key or element as the first.
fn is_same_register(one: &Row<'_>, next: &Row<'_>) -> bool {
    let element = if one.insert { Key::Element(one.id) } else { one.key };
    one.object == next.object && !next.insert && next.key == element
}

/// What a change takes at most that is made of these: were they all in one, each with its key.
fn bytes(rows: &[Row<'_>]) -> usize {
    /// What a row's numbers take at most, and a successor's.
    const NUMBERS: usize = 100;
    const SUCCESSOR: usize = 20;
    let bytes = |row: &Row<'_>| {
        let key = if let Key::Name(name) = row.key { name.len() } else { 0 };
        // A deletion has the key, too.
        (NUMBERS + key + SUCCESSOR) * (1 + row.successors.len()) + row.value.bytes.len()
    };
    rows.iter().map(bytes).sum()
}
