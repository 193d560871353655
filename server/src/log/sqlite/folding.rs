//! Snapshots, and entries whose bytes they alone hold.
//!
//! A snapshot is kept compressed (zstd): it is read far more often than it is made, for checking and for sending, and
//! what Automerge compresses itself it would have to make anew for sending. One of a file of an older format is not
//! compressed; the first bytes say which it is.

use std::io::Read as _;

use rusqlite::{Connection, OptionalExtension, Row, params};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;

use super::super::{Damage, Fold, LogError, Result, Snapshot};
use super::open::failed;
use super::records;

/// How a compressed snapshot begins (RFC 8878, section 3.1.1). A document does not begin like that.
const COMPRESSED: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A snapshot is not taken to be larger than this when it is decompressed, in bytes: it is damaged.
const MOST: u64 = 512 * 1024 * 1024;

/// A record's snapshot; empty where there is none.
pub(super) fn snapshot(connection: &Connection, record: RecordId) -> Result<Vec<u8>> {
    let kept: Option<Vec<u8>> = connection
        .prepare_cached("SELECT snapshot FROM documents WHERE record = ?")
        .and_then(|mut select| select.query_row([record.as_bytes()], |row| row.get(0)).optional())
        .map_err(failed)?;
    let Some(kept) = kept else { return Ok(Vec::new()) };
    let damaged = || LogError::Damaged(Damage::of(record));
    unpacked(kept).ok_or_else(damaged)
}

fn unpacked(kept: Vec<u8>) -> Option<Vec<u8>> {
    if !kept.starts_with(&COMPRESSED) {
        return Some(kept);
    }
    let mut plain = Vec::new();
    zstd::Decoder::new(&kept[..])
        .and_then(|decoder| decoder.take(MOST).read_to_end(&mut plain))
        .ok()
        .map(|_| plain)
}

/// The heads and the kind that are noted of a record's snapshot; none where there is none.
pub(super) fn heads(
    connection: &Connection,
    record: RecordId,
) -> rusqlite::Result<Option<(Vec<ChangeHash>, String)>> {
    let noted = |row: &Row<'_>| Ok((records::heads(row.get_ref(0)?.as_blob()?), row.get(1)?));
    connection
        .prepare_cached("SELECT heads, kind FROM documents WHERE record = ?")?
        .query_row([record.as_bytes()], noted)
        .optional()
}

/// Up to which place in the log a record's snapshot goes.
pub(super) fn folded_at(connection: &Connection, record: RecordId) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT folded_at FROM documents WHERE record = ?")?
        .query_row([record.as_bytes()], |row| row.get(0))
        .optional()
}

pub(super) fn keep_snapshot(
    connection: &Connection,
    snapshot: &Snapshot,
    folded_at: u64,
) -> rusqlite::Result<()> {
    let heads: Vec<u8> = snapshot.heads.iter().flat_map(|head| head.0).collect();
    // Where it cannot be compressed it is kept as it is.
    let packed = zstd::bulk::compress(&snapshot.bytes, zstd::DEFAULT_COMPRESSION_LEVEL);
    let bytes = packed.as_deref().unwrap_or(&snapshot.bytes);
    connection
        .prepare_cached(
            "INSERT INTO documents (record, kind, snapshot, heads, folded_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (record) DO UPDATE SET kind = excluded.kind, snapshot = excluded.snapshot,
             heads = excluded.heads, folded_at = excluded.folded_at",
        )?
        .execute(params![snapshot.record.as_bytes(), snapshot.kind, bytes, heads, folded_at])?;
    rest(connection, snapshot.record)
}

/// A record has nothing to fold until it changes again.
fn rest(connection: &Connection, record: RecordId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE records SET folded = last WHERE record = ?")?
        .execute([record.as_bytes()])
        .map(drop)
}

pub(super) fn unfolded(connection: &Connection, up_to: u64, most: usize) -> rusqlite::Result<Vec<RecordId>> {
    connection
        .prepare_cached("SELECT record FROM records WHERE folded < last AND last <= ? ORDER BY last LIMIT ?")?
        .query_map(params![up_to, most], |row| Ok(RecordId::from_bytes(row.get(0)?)))?
        .collect()
}

pub(super) fn looked_at(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT looked_at FROM meta")?.query_row([], |row| row.get(0))
}

pub(super) fn fold(connection: &Connection, fold: &Fold) -> rusqlite::Result<()> {
    fold.snapshots.iter().try_for_each(|snapshot| keep_snapshot(connection, snapshot, fold.at))?;
    fold.resting.iter().try_for_each(|record| rest(connection, *record))?;
    make_bare(connection, &fold.bare)?;
    connection.prepare_cached("UPDATE meta SET looked_at = ?")?.execute([fold.looked_at]).map(drop)
}

/// Lets go of the bytes of these entries. They are taken out and put in again: SQLite puts rows that have become short
/// together only where it inserts them, and pages that are three quarters empty would stay as they are.
fn make_bare(connection: &Connection, positions: &[u64]) -> rusqlite::Result<()> {
    // A snapshot may say that it was made at one of them.
    connection.pragma_update(None, "defer_foreign_keys", true)?;
    let mut take_out = connection.prepare_cached(
        "DELETE FROM entries WHERE position = ? RETURNING record, hash, device, received_at, rolling, sum",
    )?;
    let entry =
        |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?));
    let taken_out = positions.iter().map(|position| take_out.query_row([position], entry));
    let taken_out: Vec<Bare> = taken_out.collect::<rusqlite::Result<_>>()?;
    let mut put_in = connection.prepare_cached(
        "INSERT INTO entries (position, record, hash, bytes, device, received_at, rolling, sum)
         VALUES (?, ?, ?, x'', ?, ?, ?, ?)",
    )?;
    for (position, (record, hash, device, received_at, rolling, sum)) in positions.iter().zip(taken_out) {
        put_in.execute(params![position, record, hash, device, received_at, rolling, sum])?;
    }
    Ok(())
}

/// Of an entry all but its position and its bytes: record, hash, device, when it came, rolling hash, sum.
type Bare = ([u8; 16], [u8; 32], [u8; 16], i64, [u8; 16], Vec<u8>);

/// So many pages are given back to the disk after a step of folding: more than one step frees, on average.
const GIVEN_BACK: u32 = 128;

/// Gives free pages back to the disk. In a log that an older version made there is nothing to give: its free pages are
/// used again.
pub(super) fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    let free: u32 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    if free < GIVEN_BACK {
        return Ok(());
    }
    vacuum(connection, GIVEN_BACK)
}

/// Gives so many free pages back to the disk.
pub(super) fn vacuum(connection: &Connection, pages: u32) -> rusqlite::Result<()> {
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = vacuum.query([])?;
    // Each row is a page that was given back.
    while rows.next()?.is_some() {}
    Ok(())
}
