//! What waits to be pushed.
//!
//! A change is in the outbox as long as it is not known to be durable in the relay's log. So the outbox is no list of its
//! own that could get out of step: it is a view of the changes.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, Store, StoreError, change_hash, record_id};
use crate::document::ChangeHash;
use crate::id::RecordId;
use crate::sync::Outgoing;

/// How much waits, as people count: a record's containers, which come with its first change, are part of what that one did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxState {
    /// Changes that wait to be pushed.
    pub waiting: u64,
    /// Changes that cannot reach the relay before others' work does: others' own, which came here directly and which this
    /// device may not hand on, and what builds on it.
    pub held: u64,
    /// Changes that the relay refused.
    pub refused: u64,
    /// Changes that did not pass the gate when they came.
    pub quarantined: u64,
    /// Records that a disk has damaged here: they come anew with the next contact.
    pub damaged: u64,
}

/// A change that the relay refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedChange {
    /// Which.
    pub hash: ChangeHash,
    /// Of which record.
    pub record: RecordId,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// What becomes of a change `c` that is not in the relay's log: 0 it waits to be pushed, 1 it is held, 2 it was refused. ?1 is
/// whether this device may hand on what others wrote.
pub(super) const BECOMES: &str = "CASE
    WHEN c.refused IS NULL AND (c.own OR ?1) THEN 0
    WHEN c.refused IS NULL OR c.refused = 'not-yours' THEN 1
    WHEN c.refused = 'missing-dependencies' AND EXISTS (
        SELECT 1 FROM changes o WHERE o.record = c.record AND NOT o.logged AND NOT o.own) THEN 1
    ELSE 2 END";

/// Whether a change `c` is a seed (see `document/seeds.rs`): nobody's, and without a time.
pub(super) const IS_SEED: &str = "(c.device IS NULL AND c.time = 0)";

/// Something that came and did not pass the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptApart {
    /// For which record.
    pub record: RecordId,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub reason: String,
    /// When it came, in seconds since 1970-01-01 UTC.
    pub at: i64,
}

impl Store {
    /// What came and did not pass the gate, in the order in which it came.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn kept_apart(&self) -> Result<Vec<KeptApart>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT record, code, reason, at FROM quarantine ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(KeptApart {
                record: record_id(row.get_ref(0)?)?,
                code: row.get(1)?,
                reason: row.get(2)?,
                at: row.get(3)?,
            })
        })?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// How many records are referred to that are not here and were not erased: they have not come yet, or are kept from this role.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn missing(&self) -> Result<u64> {
        let sql = "SELECT count(DISTINCT target) FROM links l
                   WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.record = l.target)
                     AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.record = l.target)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// How many records are here that somebody of this role may not read, because something was written in them here that the relay
    /// does not have.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn kept_unreadable(&self) -> Result<u64> {
        let grant = self.meta()?.grant;
        let Some(readable) = grant.and_then(|grant| grant.role.readable()) else { return Ok(0) };
        let kinds = vec!["?"; readable.len()].join(", ");
        let sql = format!("SELECT count(*) FROM documents WHERE kind <> '' AND kind NOT IN ({kinds})");
        Ok(self.connection.query_row(&sql, rusqlite::params_from_iter(readable), |row| row.get(0))?)
    }

    /// Whether this device may hand on what others wrote.
    fn carries(&self) -> Result<bool> {
        Ok(self.meta()?.grant.is_none_or(|grant| grant.role.carries()))
    }

    /// The next changes to push, from behind local number `after`, with the number of the last: in the order in which
    /// they were made, which is one in which they can be applied.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn outbox(&self, after: i64, most: usize) -> Result<(Vec<Outgoing>, i64)> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, record, hash, bytes FROM changes
             WHERE NOT logged AND refused IS NULL AND (own OR ?3) AND number > ?1 ORDER BY number LIMIT ?2",
        )?;
        let mut rows = statement.query(params![after, most as i64, self.carries()?])?;
        let (mut found, mut last) = (Vec::new(), after);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            let hash = row.get_ref(2)?.as_blob().ok().and_then(change_hash);
            let hash = hash.ok_or(StoreError::Database(rusqlite::Error::InvalidQuery))?;
            found.push(Outgoing { record: record_id(row.get_ref(1)?)?, hash, bytes: row.get(3)? });
        }
        Ok((found, last))
    }

    /// How much waits.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn outbox_state(&self) -> Result<OutboxState> {
        // Where seeds alone are left something is left.
        let counted = |becomes: u8| {
            let all = format!("count(*) FILTER (WHERE becomes = {becomes})");
            let edits = format!("count(*) FILTER (WHERE becomes = {becomes} AND NOT seed)");
            format!("CASE {edits} WHEN 0 THEN {all} ELSE {edits} END")
        };
        let becomes = format!(
            "SELECT {}, {}, {}, (SELECT count(*) FROM quarantine)
             FROM (SELECT {BECOMES} AS becomes, {IS_SEED} AS seed FROM changes c WHERE NOT c.logged)",
            counted(0),
            counted(1),
            counted(2),
        );
        let damaged = self.damaged()?.len() as u64;
        Ok(self.connection.prepare_cached(&becomes)?.query_row([self.carries()?], |row| {
            Ok(OutboxState {
                waiting: row.get(0)?,
                held: row.get(1)?,
                refused: row.get(2)?,
                quarantined: row.get(3)?,
                damaged,
            })
        })?)
    }

    /// How many of these changes are no seeds, but what somebody did.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn edits_among(&self, changes: &[ChangeHash]) -> Result<usize> {
        edits_among(&self.connection, changes)
    }

    /// Whether a change cannot reach the relay before others' work does.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_held(&self, hash: &ChangeHash) -> Result<bool> {
        let becomes = format!("SELECT {BECOMES} = 1 FROM changes c WHERE c.hash = ?2 AND NOT c.logged");
        let held = self
            .connection
            .prepare_cached(&becomes)?
            .query_row(params![self.carries()?, hash.0], |row| row.get(0))
            .optional()?;
        Ok(held.unwrap_or(false))
    }

    /// The changes that the relay refused.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn refused(&self) -> Result<Vec<RefusedChange>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT hash, record, refused, coalesce(reason, '') FROM changes
             WHERE NOT logged AND refused IS NOT NULL ORDER BY number",
        )?;
        let rows = statement.query_map([], |row| {
            let hash = row.get_ref(0)?.as_blob().ok().and_then(change_hash);
            Ok(RefusedChange {
                hash: hash.ok_or(rusqlite::Error::InvalidQuery)?,
                record: record_id(row.get_ref(1)?)?,
                code: row.get(2)?,
                reason: row.get(3)?,
            })
        })?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// Whether anything that somebody wrote in a record is known to be in the relay's log.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_known_to_relay(&self, record: RecordId) -> Result<bool> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM changes WHERE record = ?1 AND logged AND device IS NOT NULL")?;
        Ok(statement.exists(params![record.as_bytes()])?)
    }
}

/// How many of these changes are no seeds.
pub(super) fn edits_among(connection: &Connection, changes: &[ChangeHash]) -> Result<usize> {
    let sql = format!("SELECT {IS_SEED} FROM changes c WHERE c.hash = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut edits = 0;
    for hash in changes {
        let is_seed = statement.query_row(params![hash.0], |row| row.get::<_, bool>(0)).optional()?;
        edits += usize::from(!is_seed.unwrap_or(false));
    }
    Ok(edits)
}
