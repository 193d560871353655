//! Up to where this replica's person has reviewed each record.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, Store, StoreError, Transaction, heads_from_blob, heads_to_blob, record_id};
use crate::document::{ChangeHash, Heads};
use crate::id::RecordId;
use crate::identity::DeviceId;

/// A record with changes or conflicts that nobody here has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreviewed {
    /// Which.
    pub record: RecordId,
    /// What was reviewed last; empty where the record is new.
    pub reviewed: Heads,
    /// Its heads now: what reviewing it as it is covers, and no more.
    pub heads: Heads,
    /// How many field conflicts it has now.
    pub conflicts: u32,
    /// Whether it has changed since. A record with a conflict stays in the queue even where it has not.
    pub changed: bool,
    /// When the change that came here last was made, by the clock of the device that made it.
    pub last: i64,
    /// By which device it was made.
    pub by: Option<DeviceId>,
}

impl Store {
    /// What awaits review: conflicts first, then what came last first. Clocks do not decide: they differ.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unreviewed(&self) -> Result<Vec<Unreviewed>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT d.record, coalesce(v.heads, x''), r.conflicts, v.heads IS NULL OR v.heads <> d.heads,
                    c.time, c.device, d.heads
             FROM documents d JOIN rows r ON r.record = d.record LEFT JOIN reviewed v ON v.record = d.record
             JOIN changes c ON c.number = (SELECT max(number) FROM changes WHERE record = d.record)
             WHERE v.heads IS NULL OR v.heads <> d.heads OR r.conflicts > 0
             ORDER BY r.conflicts > 0 DESC, c.number DESC",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(Unreviewed {
                record: record_id(row.get_ref(0)?)?,
                reviewed: heads_from_blob(row.get_ref(1)?.as_blob()?),
                heads: heads_from_blob(row.get_ref(6)?.as_blob()?),
                conflicts: row.get(2)?,
                changed: row.get(3)?,
                last: row.get(4)?,
                by: row.get::<_, Option<Vec<u8>>>(5)?.and_then(|bytes| DeviceId::from_slice(&bytes)),
            })
        })?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// The heads up to which the record was reviewed; empty where it never was.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn reviewed(&self, id: RecordId) -> Result<Heads> {
        heads_of(&self.connection, id)
    }
}

impl Transaction<'_> {
    /// The heads up to which the record was reviewed, as this transaction sees it; empty where it never was.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn reviewed(&self, id: RecordId) -> Result<Heads> {
        heads_of(&self.inner, id)
    }
}

fn heads_of(connection: &Connection, id: RecordId) -> Result<Heads> {
    let mut statement = connection.prepare_cached("SELECT heads FROM reviewed WHERE record = ?1")?;
    let heads = statement.query_row(params![id.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    Ok(heads.map(|blob| heads_from_blob(&blob)).unwrap_or_default())
}

/// Whether there is nothing in the record that awaits review. True of a record that is not there yet.
pub(super) fn is_up_to_date(connection: &Connection, id: RecordId) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT v.heads IS NOT NULL AND v.heads = d.heads
         FROM documents d LEFT JOIN reviewed v ON v.record = d.record WHERE d.record = ?1",
    )?;
    Ok(statement.query_row(params![id.as_bytes()], |row| row.get(0)).optional()?.unwrap_or(true))
}

/// Notes up to where a record was reviewed; without heads that it never was.
pub(super) fn mark(connection: &Connection, id: RecordId, heads: &[ChangeHash], at: i64) -> Result<()> {
    if heads.is_empty() {
        let mut statement = connection.prepare_cached("DELETE FROM reviewed WHERE record = ?1")?;
        statement.execute(params![id.as_bytes()])?;
        return Ok(());
    }
    let mut heads = heads.to_vec();
    heads.sort_unstable();
    connection
        .prepare_cached(
            "INSERT INTO reviewed (record, heads, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (record) DO UPDATE SET heads = ?2, at = ?3",
        )?
        .execute(params![id.as_bytes(), heads_to_blob(&heads), at])?;
    Ok(())
}

/// Marks one record as reviewed as it is now.
pub(super) fn mark_as_it_is(connection: &Connection, id: RecordId, at: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO reviewed (record, heads, at) SELECT record, heads, ?2 FROM documents WHERE record = ?1
             ON CONFLICT (record) DO UPDATE SET heads = excluded.heads, at = excluded.at",
        )?
        .execute(params![id.as_bytes(), at])?;
    Ok(())
}

pub(super) fn mark_all(connection: &Connection, at: i64) -> Result<()> {
    connection.execute(
        "INSERT INTO reviewed (record, heads, at) SELECT record, heads, ?1 FROM documents WHERE true
         ON CONFLICT (record) DO UPDATE SET heads = excluded.heads, at = excluded.at",
        params![at],
    )?;
    Ok(())
}
