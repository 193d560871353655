//! Which record stands how in the log: its heads, and where its first and last change are.
//!
//! What clients compare, and the order in which whole records are sent, is read from here. It is kept up with every
//! append. How a record stood *some time ago* is asked for while the log grows on: for the few records that have
//! changed since, it is worked out from their entries.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use samsyn_engine::document::{ActorId, ChangeHash, Document, gate};
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::compare::Holding;

use super::super::{Entry as LogEntry, LogError, NewEntry, ReadScope, Result, Standing};
use super::entries_of;
use super::open::failed;

/// How a record stands.
#[derive(Default)]
struct State {
    heads: BTreeSet<ChangeHash>,
    first: u64,
    last: u64,
    kind: String,
}

impl State {
    /// Another change of it stands at this position.
    fn add(&mut self, hash: ChangeHash, dependencies: &[ChangeHash], position: u64) {
        for dependency in dependencies {
            self.heads.remove(dependency);
        }
        self.heads.insert(hash);
        if self.first == 0 {
            self.first = position;
        }
        self.last = position;
    }
}

/// Notes the entries that come behind `position`.
pub(super) fn note(connection: &Connection, position: u64, entries: &[NewEntry]) -> rusqlite::Result<()> {
    let mut states: BTreeMap<RecordId, State> = BTreeMap::new();
    for (position, NewEntry { entry, dependencies, kind, .. }) in (position + 1..).zip(entries) {
        let state = match states.entry(entry.record) {
            Entry::Occupied(state) => state.into_mut(),
            Entry::Vacant(place) => place.insert(read(connection, entry.record)?),
        };
        state.add(entry.hash, dependencies, position);
        state.kind.clone_from(kind);
    }
    states.iter().try_for_each(|(record, state)| write(connection, *record, state))
}

fn read(connection: &Connection, record: RecordId) -> rusqlite::Result<State> {
    let state = |row: &Row<'_>| {
        Ok(State {
            heads: heads(&row.get::<_, Vec<u8>>(0)?).into_iter().collect(),
            first: row.get(1)?,
            last: row.get(2)?,
            kind: String::new(),
        })
    };
    let mut select = connection.prepare_cached("SELECT heads, first, last FROM records WHERE record = ?")?;
    Ok(select.query_row([record.as_bytes()], state).optional()?.unwrap_or_default())
}

fn write(connection: &Connection, record: RecordId, state: &State) -> rusqlite::Result<()> {
    let heads: Vec<u8> = state.heads.iter().flat_map(|head| head.0).collect();
    connection
        .prepare_cached(
            "INSERT INTO records (record, heads, first, last, kind) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (record) DO UPDATE SET heads = excluded.heads, last = excluded.last, kind = excluded.kind",
        )?
        .execute(params![record.as_bytes(), heads, state.first, state.last, state.kind])
        .map(drop)
}

/// Fills the table from the entries of a log of an older version.
pub(super) fn fill(connection: &Connection) -> rusqlite::Result<()> {
    let mut states: BTreeMap<RecordId, State> = BTreeMap::new();
    let mut select =
        connection.prepare("SELECT position, record, hash, bytes FROM entries ORDER BY position")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (record, hash) = (RecordId::from_bytes(row.get(1)?), ChangeHash(row.get(2)?));
        let dependencies = gate::dependencies_of(row.get_ref(3)?.as_blob()?).unwrap_or_default();
        states.entry(record).or_default().add(hash, &dependencies, row.get(0)?);
    }
    states.iter().try_for_each(|(record, state)| {
        let heads: Vec<u8> = state.heads.iter().flat_map(|head| head.0).collect();
        connection
            .prepare_cached("INSERT INTO records (record, heads, first, last) VALUES (?, ?, ?, ?)")?
            .execute(params![record.as_bytes(), heads, state.first, state.last])
            .map(drop)
    })
}

/// Notes the kinds of all records of a log of an older version. What cannot be read has none, and is seen by who sees all.
pub(super) fn fill_kinds(connection: &Connection) -> Result<()> {
    for record in all(connection).map_err(failed)? {
        let document = match super::stored(connection, record, super::position(u64::MAX)) {
            Ok(stored) => Document::load(record, &stored.snapshot, &stored.tail).ok(),
            Err(LogError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        let kind = document.and_then(|document| document.kind_name()).unwrap_or_default();
        connection
            .prepare_cached("UPDATE records SET kind = ? WHERE record = ?")
            .and_then(|mut update| update.execute(params![kind, record.as_bytes()]))
            .map_err(failed)?;
    }
    Ok(())
}

/// Binds the actors that have written so far to the devices that they said they were. Of a document that does not load
/// nothing is known.
pub(crate) fn bind_actors(connection: &Connection) -> Result<()> {
    for record in all(connection).map_err(failed)? {
        let stored = match super::stored(connection, record, super::position(u64::MAX)) {
            Err(LogError::Damaged(_)) => continue,
            stored => stored?,
        };
        let Ok(document) = Document::load(record, &stored.snapshot, &stored.tail) else { continue };
        let actors: BTreeSet<ActorId> =
            document.change_names().into_iter().map(|change| change.actor).collect();
        for actor in actors {
            let Some(device) = document.device_of(&actor) else { continue };
            connection
                .prepare_cached("INSERT INTO actors (actor, device) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .and_then(|mut insert| insert.execute(params![actor.to_bytes(), device.as_bytes()]))
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// All records, in the order of their ids.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<RecordId>> {
    let mut select = connection.prepare("SELECT record FROM records ORDER BY record")?;
    let ids = select.query_map([], |row| Ok(RecordId::from_bytes(row.get(0)?)))?;
    ids.collect()
}

/// The kinds of some records, in their order.
pub(super) fn kinds(connection: &Connection, records: &[RecordId]) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached("SELECT kind FROM records WHERE record = ?")?;
    let kind = |record: &RecordId| {
        Ok(select.query_row([record.as_bytes()], |row| row.get(0)).optional()?.unwrap_or_default())
    };
    records.iter().map(kind).collect()
}

/// What is in scope, as a list that SQLite reads; nothing where that is everything.
fn kinds_of(scope: ReadScope) -> Option<String> {
    scope.kinds().map(|kinds| serde_json::json!(kinds).to_string())
}

pub(super) fn holdings(
    connection: &Connection,
    (from, upper): (Option<RecordId>, Option<RecordId>),
    as_of: u64,
    most: usize,
    scope: ReadScope,
) -> Result<Vec<Holding>> {
    let from = from.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    // Both ends always, so that no more is walked than the span; 17 bytes are behind every id.
    let upper = upper.map_or_else(|| vec![0xff; 17], |id| id.as_bytes().to_vec());
    let read = || {
        let holding = |row: &Row<'_>| {
            let (record, last) = (RecordId::from_bytes(row.get(0)?), row.get::<_, u64>(2)?);
            Ok((Holding { record, heads: heads(row.get_ref(1)?.as_blob()?) }, last))
        };
        connection
            .prepare_cached(
                "SELECT record, heads, last FROM records
                 WHERE record >= ?1 AND record < ?2 AND first <= ?3
                     AND (?5 IS NULL OR kind IN (SELECT value FROM json_each(?5)))
                 ORDER BY record LIMIT ?4",
            )?
            .query_map(params![from, upper, as_of, most, kinds_of(scope)], holding)?
            .collect::<rusqlite::Result<Vec<_>>>()
    };
    let as_then = |(holding, last): (Holding, u64)| match last > as_of {
        true => Ok(Holding { heads: heads_as_of(connection, holding.record, as_of)?, ..holding }),
        false => Ok(holding),
    };
    read().map_err(failed)?.into_iter().map(as_then).collect()
}

/// What is noted of a record.
pub(super) struct Noted {
    heads: Vec<ChangeHash>,
    kind: String,
    first: i64,
    last: i64,
}

impl Noted {
    /// Whether it is just this: heads, kind, and the places of the first and the last change.
    pub(super) fn is(
        &self,
        heads: &[ChangeHash],
        kind: &str,
        (first, last): (Option<i64>, Option<i64>),
    ) -> bool {
        let mut sorted = heads.to_vec();
        sorted.sort_unstable();
        (&self.heads[..], self.kind.as_str()) == (&sorted[..], kind)
            && (Some(self.first), Some(self.last)) == (first, last)
    }
}

/// What is noted of a record, if anything is.
pub(super) fn standing(connection: &Connection, record: RecordId) -> rusqlite::Result<Option<Noted>> {
    let noted = |row: &Row<'_>| {
        let heads = heads(row.get_ref(0)?.as_blob()?);
        Ok(Noted { heads, kind: row.get(1)?, first: row.get(2)?, last: row.get(3)? })
    };
    connection
        .prepare_cached("SELECT heads, kind, first, last FROM records WHERE record = ?")?
        .query_row([record.as_bytes()], noted)
        .optional()
}

/// The heads that are noted of a record.
pub(super) fn heads_of(connection: &Connection, record: RecordId) -> rusqlite::Result<Vec<ChangeHash>> {
    Ok(standing(connection, record)?.map(|noted| noted.heads).unwrap_or_default())
}

pub(super) fn heads(blob: &[u8]) -> Vec<ChangeHash> {
    blob.chunks_exact(32).filter_map(|bytes| bytes.try_into().ok().map(ChangeHash)).collect()
}

/// The heads of a record that has changed since.
fn heads_as_of(connection: &Connection, record: RecordId, as_of: u64) -> Result<Vec<ChangeHash>> {
    let entries = entries_of(connection, record, (0, as_of))?;
    let dependencies = |entry: &LogEntry| gate::dependencies_of(&entry.bytes).unwrap_or_default();
    let built_on: HashSet<ChangeHash> = entries.iter().flat_map(dependencies).collect();
    let all: BTreeSet<ChangeHash> = entries.iter().map(|entry| entry.hash).collect();
    Ok(all.into_iter().filter(|hash| !built_on.contains(hash)).collect())
}

pub(super) fn newest(
    connection: &Connection,
    below: u64,
    most: usize,
    scope: ReadScope,
) -> rusqlite::Result<Vec<Standing>> {
    let standing =
        |row: &Row<'_>| Ok(Standing { record: RecordId::from_bytes(row.get(0)?), last: row.get(1)? });
    connection
        .prepare_cached(
            "SELECT record, last FROM records
             WHERE last < ?1 AND (?3 IS NULL OR kind IN (SELECT value FROM json_each(?3)))
             ORDER BY last DESC LIMIT ?2",
        )?
        .query_map(params![below, most, kinds_of(scope)], standing)?
        .collect()
}

pub(super) fn changed_since(
    connection: &Connection,
    as_of: u64,
    after: Option<RecordId>,
    most: usize,
    scope: ReadScope,
) -> rusqlite::Result<Vec<RecordId>> {
    let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    connection
        .prepare_cached(
            "SELECT record FROM records WHERE last > ?1 AND first <= ?1 AND record > ?2
                 AND (?4 IS NULL OR kind IN (SELECT value FROM json_each(?4)))
             ORDER BY record LIMIT ?3",
        )?
        .query_map(params![as_of, after, most, kinds_of(scope)], |row| Ok(RecordId::from_bytes(row.get(0)?)))?
        .collect()
}

pub(super) fn count(connection: &Connection, below: u64, scope: ReadScope) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM records
             WHERE last < ?1 AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2)))",
        )?
        .query_row(params![below, kinds_of(scope)], |row| row.get(0))
}
