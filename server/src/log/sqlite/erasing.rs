//! Taking a record out of a log: its entries, its snapshot, what is known of it. Only its name stays, among what was erased.
//!
//! The entries behind it move up, so that positions have no gaps, and the rolling hash is made anew from there. It is
//! another log then, and says so: it gets a new epoch. Whoever had a place in the old one compares what it holds with what is
//! here, which costs what differs.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::{Cursor, Epoch, RollingHash};

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
) -> rusqlite::Result<Vec<(u64, RecordId)>> {
    connection
        .prepare_cached("SELECT number, record FROM erased WHERE number > ? ORDER BY number LIMIT ?")?
        .query_map(params![number.min(i64::MAX as u64), most], |row| {
            Ok((row.get(0)?, RecordId::from_bytes(row.get(1)?)))
        })?
        .collect()
}

/// Takes a record out. Says whether that was to be done: not where it was erased before.
pub(crate) fn erase(transaction: &Transaction<'_>, record: RecordId, at: i64) -> rusqlite::Result<bool> {
    if is_erased(transaction, record)? {
        return Ok(false);
    }
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    let gone = positions(transaction, record)?;
    for table in ["documents", "entries", "records"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE record = ?"), [record.as_bytes()])?;
    }
    if let Some(first) = gone.first() {
        move_up(transaction, &gone)?;
        make_hashes(transaction, *first)?;
        transaction.execute("UPDATE meta SET epoch = ?", [Epoch::random().as_bytes()])?;
    }
    transaction.execute(
        "INSERT INTO erased (number, record, at) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM erased), ?, ?)",
        params![record.as_bytes(), at],
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

/// Makes the rolling hashes anew, from the entry at `first` on.
fn make_hashes(connection: &Connection, first: u64) -> rusqlite::Result<()> {
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

/// Leaves nothing of what was deleted in the write-ahead log. Says whether nobody was in the way.
pub(crate) fn clear_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}
