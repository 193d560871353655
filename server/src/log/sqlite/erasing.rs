//! Taking a record out of a log: its entries, its snapshot, what is known of it. Only its name stays, among what was erased.
//!
//! The entries behind it move up, so that positions have no gaps, and the rolling hash is made anew from there. It is
//! another log then, and says so: it gets a new epoch. Whoever had a place in the old one compares what it holds with what is
//! here, which costs what differs.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::{Cursor, Epoch, ErasurePlace, RollingHash};

use super::super::{Erase, Erased, Result};
use super::open::failed;
use super::purged::Purged;
use super::restoring::bump_epoch;

/// Whether a record was erased.
pub(super) fn is_erased(connection: &Connection, record: RecordId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM erased WHERE record = ?)")?
        .query_row([record.as_bytes()], |row| row.get(0))
}

/// What was erased behind the erasure of that number, the first first.
pub(super) fn erased_after(
    connection: &Connection,
    number: u64,
    most: usize,
) -> rusqlite::Result<Vec<Erased>> {
    connection
        .prepare_cached("SELECT number, record, at FROM erased WHERE number > ? ORDER BY number LIMIT ?")?
        .query_map(params![number.min(i64::MAX as u64), most], erased)?
        .collect()
}

/// What was erased, the last first.
pub(super) fn last_erased(connection: &Connection, most: usize) -> rusqlite::Result<Vec<Erased>> {
    connection
        .prepare_cached("SELECT number, record, at FROM erased ORDER BY number DESC LIMIT ?")?
        .query_map([most], erased)?
        .collect()
}

fn erased(row: &Row<'_>) -> rusqlite::Result<Erased> {
    Ok(Erased { number: row.get(0)?, record: RecordId::from_bytes(row.get(1)?), at: row.get(2)? })
}

/// The place behind the erasure of that number.
pub(super) fn place(connection: &Connection, number: u64) -> rusqlite::Result<Option<ErasurePlace>> {
    if number == 0 {
        return Ok(Some(ErasurePlace::default()));
    }
    let Ok(at) = i64::try_from(number) else { return Ok(None) };
    let hash = connection
        .prepare_cached("SELECT rolling FROM erased WHERE number = ?")?
        .query_row([at], |row| row.get(0))
        .optional()?;
    Ok(hash.map(|hash| ErasurePlace { number, hash: RollingHash::from_bytes(hash) }))
}

/// The place behind all that was erased.
fn last_place(connection: &Connection) -> rusqlite::Result<ErasurePlace> {
    let number = connection.query_row("SELECT coalesce(max(number), 0) FROM erased", [], |row| row.get(0))?;
    Ok(place(connection, number)?.unwrap_or_default())
}

/// Fills in the places that earlier versions did not note. What devices had said counts on.
pub(super) fn fill_places(connection: &Connection) -> Result<()> {
    let mut place = ErasurePlace::default();
    for record in all_erased(connection)? {
        place = place.then(&record);
        let noted = "UPDATE erased SET rolling = ? WHERE number = ?";
        connection.execute(noted, params![place.hash.as_bytes(), place.number]).map_err(failed)?;
    }
    let known = "UPDATE scrubbed SET rolling = coalesce((SELECT rolling FROM erased WHERE number = scrubbed.number), x'')";
    connection.execute(known, []).map(drop).map_err(failed)
}

/// Up to which erasure a device has confirmed: of what it said of another list nothing counts.
pub(super) fn confirmed(connection: &Connection, device: DeviceId) -> rusqlite::Result<u64> {
    let number = connection
        .prepare_cached("SELECT number FROM scrubbed JOIN erased USING (number, rolling) WHERE device = ?")?
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(number.unwrap_or(0))
}

/// Notes that a device has confirmed.
pub(super) fn confirm(connection: &Connection, device: DeviceId, up_to: u64) -> rusqlite::Result<()> {
    let last = last_place(connection)?;
    let Some(place) = place(connection, up_to.min(last.number))?.filter(|place| place.number > 0) else {
        return Ok(());
    };
    if confirmed(connection, device)? >= place.number {
        return Ok(());
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO scrubbed (device, number, rolling) VALUES (?, ?, ?)")?
        .execute(params![device.as_bytes(), place.number, place.hash.as_bytes()])
        .map(drop)
}

/// Takes a record out. Says whether that was to be done: not where it was erased before.
pub(super) fn erase(connection: &mut Connection, purged: &Purged, erase: &Erase) -> Result<bool> {
    if is_erased(connection, erase.record).map_err(failed)? {
        return Ok(false);
    }
    // From here on it is erased, if not now then when the log is next opened.
    purged.note(&[erase.record])?;
    let mut pending = purged.read()?;
    if !pending.contains(&erase.record) {
        pending.push(erase.record);
    }
    Ok(take_out(connection, &pending, erase)?.contains(&erase.record))
}

/// The records that were erased, the first first.
pub(super) fn all_erased(connection: &Connection) -> Result<Vec<RecordId>> {
    let read = || {
        connection
            .prepare("SELECT record FROM erased ORDER BY number")?
            .query_map([], |row| row.get(0).map(RecordId::from_bytes))?
            .collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(failed)
}

/// Puts what a log has erased onto the list that stays where the log is lost, if that lacks some of it: the list was lost, or the log was
/// put here from a backup without it.
pub(super) fn complete_list(connection: &Connection, purged: &Purged) -> Result<()> {
    let listed: BTreeSet<RecordId> = purged.read()?.into_iter().collect();
    let lacking: Vec<_> =
        all_erased(connection)?.into_iter().filter(|record| !listed.contains(record)).collect();
    let Some(list) = purged.path().filter(|_| !lacking.is_empty()) else { return Ok(()) };
    purged.note(&lacking)?;
    tracing::warn!(
        list = %list.display(),
        lacking = lacking.len(),
        "the list of what was erased lacked what this log has erased, and has it again: where the list was lost, whoever was erased after this log's last backup may be back"
    );
    Ok(())
}

/// Takes out what was erased before, where a backup brought it back.
pub(super) fn erase_again(connection: &mut Connection, purged: &Purged, at: i64) -> Result<()> {
    let all = purged.read()?;
    let mut pending = Vec::new();
    for record in all {
        if !is_erased(connection, record).map_err(failed)? {
            pending.push(record);
        }
    }
    let Some(first) = pending.first() else { return Ok(()) };
    let on_the_relay = Erase { record: *first, by: None, at };
    take_out(connection, &pending, &on_the_relay).map(drop)
}

/// Takes out all of these that are still to be, in this order: a number stands for the same erasure also in a log that was
/// put back from a backup. Says which they were.
fn take_out(connection: &mut Connection, records: &[RecordId], asked: &Erase) -> Result<Vec<RecordId>> {
    let mut out = || {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut taken_out = Vec::new();
        for record in records {
            let by = asked.by.filter(|_| *record == asked.record);
            if take_one_out(&transaction, &Erase { record: *record, by, at: asked.at })? {
                taken_out.push(*record);
            }
        }
        transaction.commit()?;
        Ok(taken_out)
    };
    out().map_err(failed)
}

pub(super) fn take_one_out(transaction: &Transaction<'_>, erase: &Erase) -> rusqlite::Result<bool> {
    let Erase { record, by, at } = *erase;
    if is_erased(transaction, record)? {
        return Ok(false);
    }
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    let gone = positions(transaction, record)?;
    for table in ["documents", "entries", "records", "missing"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE record = ?"), [record.as_bytes()])?;
    }
    if let Some(first) = gone.first() {
        move_up(transaction, &gone)?;
        make_hashes(transaction, *first)?;
    }
    bump_epoch(transaction)?;
    let place = last_place(transaction)?.then(&record);
    transaction.execute(
        "INSERT INTO erased (number, record, at, rolling) VALUES (?, ?, ?, ?)",
        params![place.number, record.as_bytes(), at, place.hash.as_bytes()],
    )?;
    transaction.execute(
        "INSERT INTO happenings (at, by_device, what, whom) VALUES (?, ?, 'erased', ?)",
        params![at, by.map(|device| *device.as_bytes()), record.as_bytes()],
    )?;
    Ok(true)
}

fn positions(connection: &Connection, record: RecordId) -> rusqlite::Result<Vec<u64>> {
    connection
        .prepare("SELECT position FROM entries WHERE record = ? ORDER BY position")?
        .query_map([record.as_bytes()], |row| row.get(0))?
        .collect()
}

/// Every position becomes less by the number of those before it, and at it, that are gone.
fn move_up(connection: &Connection, gone: &[u64]) -> rusqlite::Result<()> {
    let list = serde_json::json!(gone).to_string();
    for (table, column) in [
        ("entries", "position"),
        ("documents", "folded_at"),
        ("records", "first"),
        ("records", "last"),
        ("records", "folded"),
        ("meta", "looked_at"),
    ] {
        let update = format!(
            "UPDATE {table} SET {column} = {column} -
                 (SELECT count(*) FROM json_each(?1) WHERE json_each.value <= {table}.{column})
             WHERE {column} >= ?2"
        );
        connection.execute(&update, params![list, gone[0]])?;
    }
    Ok(())
}

/// The end of the log, whatever its life.
pub(super) fn end(connection: &Connection) -> rusqlite::Result<Cursor> {
    let last = connection
        .prepare_cached("SELECT position, rolling FROM entries ORDER BY position DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1).map(RollingHash::from_bytes)?)))
        .optional()?;
    let start = Cursor::start(Epoch::random());
    Ok(last.map_or(start, |(position, hash)| Cursor { position, hash, ..start }))
}

/// Makes the rolling hashes anew, from the entry at `first` on.
pub(super) fn make_hashes(connection: &Connection, first: u64) -> rusqlite::Result<()> {
    let before: Option<[u8; 16]> = connection
        .query_row("SELECT rolling FROM entries WHERE position = ?", [first - 1], |row| row.get(0))
        .optional()?;
    let hash = before.map_or_else(RollingHash::default, RollingHash::from_bytes);
    let mut end = Cursor { position: first - 1, hash, ..Cursor::start(Epoch::random()) };
    let hashes = connection
        .prepare("SELECT hash FROM entries WHERE position >= ? ORDER BY position")?
        .query_map([first], |row| row.get(0).map(ChangeHash))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut update = connection.prepare("UPDATE entries SET rolling = ? WHERE position = ?")?;
    for hash in hashes {
        end = end.then(&hash);
        update.execute(params![end.hash.as_bytes(), end.position])?;
    }
    Ok(())
}

/// Leaves nothing of what was deleted in the write-ahead log. Others may be reading just now: it is tried for some seconds, with
/// the connection let go of in between.
pub(super) fn clear_log(attempt: impl Fn() -> rusqlite::Result<bool>) -> Result<()> {
    for _ in 0..50 {
        if attempt().map_err(failed)? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    tracing::warn!("what was erased is still in a write-ahead log, until the relay is stopped");
    Ok(())
}

/// Puts the write-ahead log into the file and empties it. Says whether nobody was in the way.
pub(super) fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}
