//! What a comparison with another side asks: which records there are, with which heads. And who has written when.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use super::{Result, Store, StoreError, heads_from_blob, record_id};
use crate::document::Heads;
use crate::id::RecordId;
use crate::identity::DeviceId;
use crate::sync::compare::{Holding, Inventory};

impl Inventory for Store {
    type Error = StoreError;

    fn holdings(&self, from: Option<RecordId>, upper: Option<RecordId>, most: usize) -> Result<Vec<Holding>> {
        // What is damaged here is not had: it comes whole.
        let damaged: Vec<String> = self.damaged()?.iter().map(|record| hex(record.as_bytes())).collect();
        let mut statement = self.connection.prepare_cached(
            "SELECT record, heads FROM documents
             WHERE record >= ?1 AND record < ?2
                 AND (?4 = '[]' OR hex(record) NOT IN (SELECT value FROM json_each(?4)))
             ORDER BY record LIMIT ?3",
        )?;
        let from = from.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        // Both ends always, so that no more is walked than the range; 17 bytes are behind every id.
        let upper = upper.map_or_else(|| vec![0xff; 17], |id| id.as_bytes().to_vec());
        let rows = statement.query_map(
            params![from, upper, most as i64, serde_json::json!(damaged).to_string()],
            |row| {
                Ok(Holding {
                    record: record_id(row.get_ref(0)?)?,
                    heads: heads_from_blob(row.get_ref(1)?.as_blob()?),
                })
            },
        )?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }
}

/// As SQLite writes it.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

impl Store {
    /// The records with changes that are not known to be in the relay's log, each with its heads.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unsent(&self) -> Result<BTreeMap<RecordId, Heads>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record, heads FROM documents
             WHERE record IN (SELECT DISTINCT record FROM changes WHERE NOT logged)",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((record_id(row.get_ref(0)?)?, heads_from_blob(row.get_ref(1)?.as_blob()?)))
        })?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// When each device wrote last of what is here, by that device's clock (seconds since 1970-01-01 UTC).
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn last_written(&self) -> Result<HashMap<DeviceId, i64>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT device, max(time) FROM changes WHERE device IS NOT NULL GROUP BY device",
        )?;
        let rows = statement.query_map([], |row| Ok((record_id(row.get_ref(0)?)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }
}
