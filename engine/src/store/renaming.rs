//! A copy of a replica that is told apart from another one: its changes get other names, and it writes as another actor.

use automerge::ActorId;
use rusqlite::{OptionalExtension, params};

use super::meta::{self, ACTOR};
use super::{Origin, Result, StoreError, Transaction, heads_from_blob, record_id, reviewed};
use crate::document::{ChangeHash, Renamed};
use crate::id::RecordId;

/// What was kept apart for one of these reasons comes again, and fits, once the document's own changes have other names.
const CAUSED_BY_COLLISION: &str =
    "('actor-collision', 'sequence-gap', 'missing-dependencies', 'depends-on-refused')";

impl Transaction<'_> {
    /// The actor that this copy of the replica writes as.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn actor(&self) -> Result<ActorId> {
        super::instance::actor(&self.inner)
    }

    /// From now on this copy writes as another actor, a fresh one.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn take_new_actor(&mut self) -> Result<()> {
        meta::put(&self.inner, ACTOR, &crate::random::bytes::<16>())
    }

    /// The record that a change belongs to.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn record_of(&self, change: &ChangeHash) -> Result<Option<RecordId>> {
        let mut select = self.inner.prepare_cached("SELECT record FROM changes WHERE hash = ?1")?;
        Ok(select.query_row(params![change.0], |row| record_id(row.get_ref(0)?)).optional()?)
    }

    /// Stores a document of which changes have other names now. They wait in the outbox under these, whatever the relay
    /// said of them; what was kept apart because of the old ones is let go, to come again.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn rename(&mut self, renamed: &Renamed) -> Result<()> {
        let document = &renamed.document;
        let id = document.id();
        self.put_renamed_changes(renamed)?;
        let next = self.put_document(document)?;
        self.fold_now(document)?;
        self.put_renamed_reviewed(renamed)?;
        self.inner.execute(
            &format!("DELETE FROM quarantine WHERE record = ?1 AND code IN {CAUSED_BY_COLLISION}"),
            params![id.as_bytes()],
        )?;
        self.project(document)?;
        self.touched.put(next, document);
        Ok(())
    }

    fn put_renamed_changes(&self, renamed: &Renamed) -> Result<()> {
        let document = &renamed.document;
        let mut own = Vec::new();
        for (old, new) in &renamed.names {
            let mut delete =
                self.inner.prepare_cached("DELETE FROM changes WHERE hash = ?1 RETURNING own")?;
            let was_own: Option<bool> = delete.query_row(params![old.0], |row| row.get(0)).optional()?;
            own.extend(was_own.filter(|own| *own).map(|_| *new));
        }
        // One by one: their order is that of the outbox.
        for change in &renamed.changes {
            let origin = if own.contains(&change.hash) { Origin::Here } else { Origin::Elsewhere };
            self.insert_changes(document, std::slice::from_ref(change), origin)?;
        }
        Ok(())
    }

    /// Who had reviewed a change has reviewed it under its new name.
    fn put_renamed_reviewed(&self, renamed: &Renamed) -> Result<()> {
        let id = renamed.document.id();
        let mark = self
            .inner
            .prepare_cached("SELECT heads, at FROM reviewed WHERE record = ?1")?
            .query_row(params![id.as_bytes()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))
            .optional()?;
        let Some((heads, at)) = mark else { return Ok(()) };
        let now = |head: ChangeHash| renamed.names.get(&head).copied().unwrap_or(head);
        let heads: Vec<_> = heads_from_blob(&heads).into_iter().map(now).collect();
        reviewed::mark(&self.inner, id, &heads, at)
    }
}

impl super::Store {
    /// The actor that this copy of the replica writes as.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn actor(&self) -> std::result::Result<ActorId, StoreError> {
        super::instance::actor(&self.connection)
    }
}
