//! Finding what is not as it was written, and writing anew what is left of it.
//!
//! ```text
//!  entries ── bytes against the change's name, the rest against its sum, the order against the rolling hash ─┐
//!  documents ── the chunk's own sum, the changes it stands for ──────────────────────────────────────────────┼─▶ which records
//!  records ── what follows from the entries ─────────────────────────────────────────────────────────────────┘      │
//!        what of them is whole, and builds on nothing that is lost ─▶ to the end of the log, in causal order ◀──────┘
//!        what is whole and builds on what is lost ─▶ aside, until that comes again
//!        what is lost ─▶ its name among what is missing, until somebody pushes it again
//! ```
//!
//! With that it is another log, with a new life. So everybody compares what they hold, as after a backup was put back, and whoever has
//! what is lost brings it. Until then it is told as missing.

mod salvage;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use samsyn_engine::document::{ChangeHash, Document, gate};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::Cursor;
use sha2::{Digest as _, Sha256};

use super::super::{Append, Damage, DamagedRecord, Entry, LogError, NewEntry, Result};
use super::open::failed;
use super::restoring::bump_epoch;
use super::{erasing, folding, insert_entries, meta, records};
use salvage::{Salvage, label};

/// What is kept of an entry beside its change, by which it shows that it is as it was written.
pub(super) fn sum(record: RecordId, hash: &ChangeHash, device: &[u8], received_at: i64) -> [u8; 8] {
    let parts = [record.as_bytes(), &hash.0[..], device, &received_at.to_be_bytes()];
    let digest = parts.iter().fold(Sha256::new(), |sum, part| sum.chain_update(part)).finalize();
    let mut sum = [0; 8];
    sum.copy_from_slice(&digest[..8]);
    sum
}

/// Notes the sums of entries that an earlier version wrote.
pub(super) fn fill_sums(connection: &Connection) -> rusqlite::Result<()> {
    let mut update = connection.prepare("UPDATE entries SET sum = ? WHERE position = ?")?;
    let mut select = connection.prepare("SELECT position, record, hash, device, received_at FROM entries")?;
    let all = select.query_map([], |row| {
        let record = RecordId::from_bytes(row.get(1)?);
        let sum = sum(record, &ChangeHash(row.get(2)?), row.get_ref(3)?.as_blob()?, row.get(4)?);
        Ok((row.get::<_, i64>(0)?, sum))
    })?;
    for (position, sum) in all.collect::<rusqlite::Result<Vec<_>>>()? {
        update.execute(params![sum, position])?;
    }
    Ok(())
}

/// A row of the log, whether it is right or not.
struct Logged {
    position: i64,
    record: RecordId,
    hash: ChangeHash,
    device: DeviceId,
    received_at: i64,
    bytes: Vec<u8>,
    /// All but the bytes is as it was written.
    is_labelled: bool,
}

const LOGGED: &str = "SELECT position, record, hash, device, received_at, bytes, sum, rolling FROM entries";

impl Logged {
    fn read(row: &Row<'_>) -> rusqlite::Result<Logged> {
        let (record, hash) = (RecordId::from_bytes(row.get(1)?), ChangeHash(row.get(2)?));
        let (device, received_at): ([u8; 16], i64) = (row.get(3)?, row.get(4)?);
        let is_labelled = sum(record, &hash, &device, received_at) == *row.get_ref(6)?.as_blob()?;
        let (position, bytes, device) = (row.get(0)?, row.get(5)?, DeviceId::from_bytes(device));
        Ok(Logged { position, record, hash, device, received_at, bytes, is_labelled })
    }

    /// The change that it holds, if it does: by the name that it has, or as a chunk that is whole.
    fn whole(&self) -> Option<(ChangeHash, Vec<u8>)> {
        gate::written_anew(&self.bytes).filter(|(name, written)| *name == self.hash || *written == self.bytes)
    }

    /// As it was written, or bare: then its record's snapshot has it.
    fn is_right(&self) -> bool {
        self.is_labelled && (self.bytes.is_empty() || gate::is_change(&self.bytes, &self.hash))
    }
}

/// What is not right.
#[derive(Default)]
struct Found {
    /// These records are to be written anew.
    records: BTreeSet<RecordId>,
    order: Option<String>,
}

/// Looks at all of it. Changes nothing.
///
/// # Errors
/// Where the file itself cannot be read.
pub(super) fn find(connection: &Connection) -> Result<Damage> {
    let found = look(connection)?;
    let mut damage = Damage { records: Vec::new(), order: found.order };
    for salvage in Salvage::of_all(connection, &found.records).map_err(failed)? {
        damage.records.push(salvage.told(connection)?);
    }
    damage.records.extend(missing(connection).map_err(failed)?);
    damage.records.sort_by_key(|record| record.record);
    Ok(damage)
}

fn look(connection: &Connection) -> Result<Found> {
    let mut found = Found::default();
    in_order(connection, &mut found)?;
    let strangers = "SELECT record FROM entries WHERE record NOT IN (SELECT record FROM records)
                     UNION SELECT record FROM documents WHERE record NOT IN (SELECT record FROM records)
                         OR folded_at NOT IN (SELECT position FROM entries)";
    found.records.extend(ids(connection, strangers).map_err(failed)?);
    for record in records::all(connection).map_err(failed)? {
        if !found.records.contains(&record) && !is_right(connection, record)? {
            found.records.insert(record);
        }
    }
    Ok(found)
}

/// The entries stand one behind the other, and each is as it was written.
fn in_order(connection: &Connection, found: &mut Found) -> Result<()> {
    let mut end = Cursor::start(meta(connection)?.epoch);
    let mut select = connection.prepare(&format!("{LOGGED} ORDER BY position")).map_err(failed)?;
    let mut rows = select.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let logged = Logged::read(row).map_err(failed)?;
        if !logged.is_right() {
            found.records.insert(logged.record);
        }
        end = end.then(&logged.hash);
        let is_next = i64::try_from(end.position) == Ok(logged.position);
        if found.order.is_none()
            && (!is_next || row.get_ref(7).map_err(failed)?.as_blob() != Ok(end.hash.as_bytes()))
        {
            found.order = Some(format!("the log is not whole at position {}", logged.position));
        }
    }
    Ok(())
}

fn ids(connection: &Connection, select: &str) -> rusqlite::Result<Vec<RecordId>> {
    let mut select = connection.prepare(select)?;
    select.query_map([], |row| row.get(0).map(RecordId::from_bytes))?.collect()
}

/// Looks whether the next entries behind a position are as they were written, without the history that snapshots hold. Answers the last
/// that it looked at; none where there are no more.
pub(super) fn look_at(connection: &Connection, after: u64, most: usize) -> Result<Option<u64>> {
    let mut select = connection
        .prepare_cached(&format!("{LOGGED} WHERE position > ? ORDER BY position LIMIT ?"))
        .map_err(failed)?;
    let mut rows = select.query(params![super::position(after), most]).map_err(failed)?;
    let mut last = None;
    while let Some(row) = rows.next().map_err(failed)? {
        let logged = Logged::read(row).map_err(failed)?;
        if !logged.is_right() {
            return Err(LogError::Damaged(Damage::of(logged.record)));
        }
        last = u64::try_from(logged.position).ok();
    }
    Ok(last)
}

/// Whether some rows of the log are not there any more.
fn rows_are_gone(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT coalesce(max(position), 0) > count(*) FROM entries", [], |row| row.get(0))
}

/// Rows, each with its sum.
fn all_of(connection: &Connection, select: &str) -> rusqlite::Result<Vec<(Logged, Vec<u8>)>> {
    let mut select = connection.prepare(select)?;
    select.query_map([], |row| Ok((Logged::read(row)?, row.get(6)?)))?.collect()
}

/// A record's rows, in the order of their positions.
fn rows(connection: &Connection, record: RecordId) -> rusqlite::Result<Vec<Logged>> {
    let mut select = connection.prepare_cached(&format!("{LOGGED} WHERE record = ? ORDER BY position"))?;
    select.query_map([record.as_bytes()], Logged::read)?.collect()
}

/// Whether a record's document and what is noted of it are what its entries say. Its entries are right.
fn is_right(connection: &Connection, record: RecordId) -> Result<bool> {
    let rows = rows(connection, record).map_err(failed)?;
    let folded_at = folding::folded_at(connection, record).map_err(failed)?;
    let snapshot = match folded_at {
        Some(_) => match folding::snapshot(connection, record) {
            Ok(snapshot) => snapshot,
            Err(LogError::Damaged(_)) => return Ok(false),
            Err(error) => return Err(error),
        },
        None => Vec::new(),
    };
    let folded_at = folded_at.map_or(0, |at| i64::try_from(at).unwrap_or(i64::MAX));
    let Ok(folded) = Document::load(record, &snapshot, &[]) else { return Ok(false) };
    // The snapshot is all entries up to its place, and no other.
    let before = rows.iter().filter(|row| row.position <= folded_at);
    let names: HashSet<ChangeHash> = folded.change_names().into_iter().map(|change| change.hash).collect();
    let all_in = before.clone().all(|row| names.contains(&row.hash)) && before.count() == names.len();
    let tail: Vec<_> =
        rows.iter().filter(|row| row.position > folded_at).map(|row| row.bytes.clone()).collect();
    if !all_in || tail.iter().any(Vec::is_empty) {
        return Ok(false);
    }
    let Ok(document) = Document::load(record, &snapshot, &tail) else { return Ok(false) };
    let says = (rows.first().map(|row| row.position), rows.last().map(|row| row.position));
    let stands = records::standing(connection, record).map_err(failed)?;
    let heads = document.heads();
    let kind = document.kind_name().unwrap_or_default();
    let snapshot_heads = folding::heads(connection, record).map_err(failed)?;
    let folded_right = snapshot_heads
        .is_none_or(|(kept, of)| kept == folded.heads() && of == folded.kind_name().unwrap_or_default());
    Ok(stands.is_some_and(|stands| stands.is(&heads, &kind, says)) && folded_right)
}

/// The records of which something is missing that the log had before it was found damaged.
fn missing(connection: &Connection) -> rusqlite::Result<Vec<DamagedRecord>> {
    let mut select = connection.prepare(
        "SELECT m.record, coalesce(r.kind, ''), m.bytes IS NOT NULL, m.device FROM missing m
         LEFT JOIN records r ON r.record = m.record ORDER BY m.record",
    )?;
    let mut all: BTreeMap<RecordId, DamagedRecord> = BTreeMap::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (record, kind): (_, String) = (RecordId::from_bytes(row.get(0)?), row.get(1)?);
        let none = DamagedRecord { taken_out: true, ..DamagedRecord::nothing_of(record, kind) };
        let told = all.entry(record).or_insert(none);
        if row.get(2)? {
            told.aside += 1;
        } else {
            told.lost += 1;
            if let Some(device) = row.get::<_, Option<[u8; 16]>>(3)?.map(DeviceId::from_bytes) {
                told.devices.insert(device, label(connection, device)?);
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Writes anew what is left of damaged records, and the order of the log. Answers what was damaged; where nothing was, nothing is changed.
///
/// # Errors
/// Where the file itself is damaged, or cannot be written. Then nothing was changed.
pub(super) fn mend(connection: &mut Connection) -> Result<Damage> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // What a row says of itself may stand otherwise in an index of it.
    transaction.execute_batch("REINDEX").map_err(failed)?;
    let found = look(&transaction)?;
    if found.records.is_empty() && found.order.is_none() {
        return Ok(Damage::default());
    }
    let mut damage = Damage { records: Vec::new(), order: found.order };
    let salvaged = Salvage::of_all(&transaction, &found.records).map_err(failed)?;
    for salvage in &salvaged {
        damage.records.push(salvage.told(&transaction)?);
    }
    let write = || {
        transaction.pragma_update(None, "defer_foreign_keys", true)?;
        salvaged.iter().try_for_each(|salvage| salvage.write_anew(&transaction))?;
        close_ranks(&transaction)?;
        for Salvage { whole, received_at, .. } in salvaged {
            put_behind(&transaction, whole, received_at)?;
        }
        bump_epoch(&transaction)
    };
    write().map_err(failed)?;
    let left = look(&transaction)?;
    if !left.records.is_empty() || left.order.is_some() {
        return Err(LogError::Database(
            "what is damaged in it cannot be told apart from what is not".to_owned(),
        ));
    }
    transaction.commit().map_err(failed)?;
    Ok(damage)
}

/// Positions without gaps, and the rolling hash over them.
fn close_ranks(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let positions: Vec<i64> = transaction
        .prepare("SELECT position FROM entries ORDER BY position")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut moved = BTreeMap::new();
    for (new, old) in (1_i64..).zip(positions) {
        if new != old {
            transaction.execute("UPDATE entries SET position = ? WHERE position = ?", [new, old])?;
        }
        moved.insert(old, new);
    }
    // The last that stays before it, or at it.
    let now = |old: i64| moved.range(..=old).next_back().map_or(0, |(_, new)| *new);
    for (table, column) in
        [("documents", "folded_at"), ("records", "first"), ("records", "last"), ("records", "folded")]
    {
        let found: Vec<([u8; 16], i64)> = transaction
            .prepare(&format!("SELECT record, {column} FROM {table}"))?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (record, old) in found.into_iter().filter(|(_, old)| now(*old) != *old) {
            let update = format!("UPDATE {table} SET {column} = ? WHERE record = ?");
            transaction.execute(&update, params![now(old), record])?;
        }
    }
    let looked_at: i64 = transaction.query_row("SELECT looked_at FROM meta", [], |row| row.get(0))?;
    transaction.execute("UPDATE meta SET looked_at = ?", [now(looked_at)])?;
    erasing::make_hashes(transaction, 1)
}

/// Puts changes of one record to the end of the log.
fn put_behind(connection: &Connection, entries: Vec<NewEntry>, received_at: i64) -> rusqlite::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let after = erasing::end(connection)?;
    let append = Append { after, entries, snapshots: Vec::new(), actors: Vec::new(), received_at };
    insert_entries(connection, &append)?;
    records::note(connection, after.position, &append.entries)
}

/// Changes have come: what was missing of them is so no more. Answers whether something was.
pub(super) fn found_again(connection: &Connection, entries: &[NewEntry]) -> rusqlite::Result<bool> {
    let any: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM missing)")?
        .query_row([], |row| row.get(0))?;
    if !any {
        return Ok(false);
    }
    let mut delete = connection.prepare_cached("DELETE FROM missing WHERE hash = ?")?;
    let mut found = 0;
    for new in entries {
        found += delete.execute([new.entry.hash.0])?;
    }
    Ok(found > 0)
}

/// Whether something was put aside.
pub(super) fn has_aside(connection: &Connection) -> rusqlite::Result<bool> {
    let select = "SELECT EXISTS (SELECT 1 FROM missing WHERE bytes IS NOT NULL)";
    connection.query_row(select, [], |row| row.get(0))
}

/// Brings back what was put aside, where what it builds on is in the log again. Says whether something was: then it is another log.
///
/// # Errors
/// Where it cannot be read or written.
pub(super) fn bring_back(connection: &mut Connection) -> Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let bring = || -> rusqlite::Result<bool> {
        let mut some = false;
        loop {
            let ready = ready(&transaction)?;
            if ready.is_empty() {
                break;
            }
            some = true;
            for (new, received_at) in ready {
                transaction.execute("DELETE FROM missing WHERE hash = ?", [new.entry.hash.0])?;
                put_behind(&transaction, vec![new], received_at)?;
            }
        }
        if some {
            bump_epoch(&transaction)?;
        }
        Ok(some)
    };
    let some = bring().map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(some)
}

fn ready(connection: &Connection) -> rusqlite::Result<Vec<(NewEntry, i64)>> {
    let mut select = connection.prepare(
        "SELECT m.record, m.hash, m.bytes, m.device, m.received_at, coalesce(r.kind, '') FROM missing m
         LEFT JOIN records r ON r.record = m.record WHERE m.bytes IS NOT NULL",
    )?;
    let all = select.query_map([], |row| {
        let (record, hash) = (RecordId::from_bytes(row.get(0)?), ChangeHash(row.get(1)?));
        let entry = Entry { record, hash, bytes: row.get(2)? };
        let dependencies = gate::dependencies_of(&entry.bytes).unwrap_or_default();
        let new =
            NewEntry { entry, dependencies, device: DeviceId::from_bytes(row.get(3)?), kind: row.get(5)? };
        Ok((new, row.get(4)?))
    })?;
    let mut has = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM entries WHERE hash = ?)")?;
    let mut ready = Vec::new();
    for new in all {
        let new: (NewEntry, i64) = new?;
        let mut all_there = true;
        for dependency in &new.0.dependencies {
            all_there &= has.query_row([dependency.0], |row| row.get::<_, bool>(0))?;
        }
        if all_there {
            ready.push(new);
        }
    }
    Ok(ready)
}
