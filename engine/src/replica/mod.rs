//! The front door: what a window, a command line and a test do with a replica.
//!
//! ```text
//!  window ─┐                          ┌─ Store   (file)
//!  CLI    ─┼─▶ Replica ─▶ Document ─▶─┤
//!  test   ─┘      │                   └─ review
//!                 └─▶ ReplicaSync ─▶ ClientSession ─▶ frames
//! ```
//!
//! Everything a person does is [`Replica::edit`] or [`Replica::create`]: typed, checked, one change, durable when it
//! returns. Nothing here waits for a network. Time comes from the device's clock, which a test can set.

mod batch;
mod entering;
#[cfg(feature = "testing")]
mod newer;
mod refused;
mod sync;
mod undo;
mod writing;

use std::collections::HashMap;
use std::path::Path;

use crate::address::{RelayAddress, WorkspaceAddress};
use crate::clock::wall_clock;
use crate::document::{Difference, Document, Edit, EditError, FieldConflict, Heads, HistoryEntry, Record};
use crate::id::RecordId;
use crate::identity::{DeviceId, DeviceKey, Forbidden, Grant, InvitationCode};
use crate::schema::kinds::MEMBER;
use crate::schema::{NewRecord, NewRecordError, Value};
use crate::store::{self, FileKey, Meta, NewReplica, Place, Store, StoreError, Unfinished, WayIn};

pub use batch::{Applied, Batch, UndoneBatch};
pub use entering::Input;
pub use refused::{RefusedEntry, RefusedRecord};
pub use sync::{Answer, Inquiry, PeerAnswer, PeerCall, ReplicaSync, SyncNews, SyncProblem};
pub use undo::Undone;

/// Why a replica did not do what it was asked to. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// The file. Whoever asks for the source finds it, however it is wrapped.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The edit.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The new record.
    #[error(transparent)]
    New(#[from] NewRecordError),
    /// The role of whoever works here does not let them.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such record.
    #[error("there is no record {0} in this replica")]
    NoRecord(RecordId),
    /// There is a record of that name already.
    #[error("there is already a record {0} in this replica")]
    RecordExists(RecordId),
    /// The edit is larger than one change may be.
    #[error("that is too much for one change ({size} bytes, the most is {most}): make it in smaller steps")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// One of the writes of a batch.
    #[error("write {number} of the batch, record {record}: {why}")]
    InBatch {
        /// Which of them, from 1 on.
        number: usize,
        /// The record.
        record: RecordId,
        /// Why it cannot be done.
        #[source]
        why: Box<ReplicaError>,
    },
}

impl ReplicaError {
    /// Whether it is the disk that is in the way, for as long as nobody does something about it: it is full, or read-only.
    pub fn is_of_the_disk(&self) -> bool {
        matches!(self, ReplicaError::Store(StoreError::Full | StoreError::ReadOnly(_)))
    }
}

/// What an edit did.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// The record.
    pub record: RecordId,
    /// What is different now. Empty where the edit changed nothing, and where it says no more than that a value that was shown
    /// is the right one of several.
    pub differences: Vec<Difference>,
    /// The record's heads before; none where it is new.
    pub before: Heads,
    /// The record's heads afterwards.
    pub heads: Heads,
}

impl Edited {
    /// Whether anything was written.
    pub fn wrote(&self) -> bool {
        self.before != self.heads
    }
}

/// Up to where a record was noted as reviewed, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The record.
    pub record: RecordId,
    /// The heads that were noted before; none where it never was reviewed.
    pub before: Heads,
    /// The heads that are noted now.
    pub after: Heads,
}

/// A copy of a workspace on this device.
pub struct Replica {
    store: Store,
    device: DeviceId,
    key: Option<DeviceKey>,
    /// An invitation that is to be used with that key, until the relay has let us in with it.
    entering: Option<InvitationCode>,
    clock: Box<dyn Fn() -> i64 + Send>,
}

/// A replica that is whole, and stands nowhere yet: dropped, or the program killed, there is nothing.
#[derive(Debug)]
pub struct Newborn {
    replica: Replica,
    place: Place,
}

impl Newborn {
    /// Makes a new replica for a person, up to its name.
    ///
    /// # Errors
    /// Where there is a file already, or none can be made there.
    pub fn begin(
        path: &Path,
        key: Option<&FileKey>,
        new: &NewReplica,
        person: &str,
    ) -> Result<Newborn, ReplicaError> {
        let (store, place) = store::begin(path, key, new)?;
        let mut replica = Replica::over(store)?;
        replica.set_person(person)?;
        Ok(Newborn { replica, place })
    }

    /// The device that it will be on.
    pub fn device(&self) -> DeviceId {
        self.replica.device
    }

    /// Gives it its name; with the key that it was begun with.
    ///
    /// # Errors
    /// Where somebody else has made a file there meanwhile, or the disk does not take it. Then there is nothing of it.
    pub fn finish(self, key: Option<&FileKey>) -> Result<Replica, ReplicaError> {
        Replica::over(self.place.finish(self.replica.store, key)?)
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica").field("path", &self.store.path()).field("device", &self.device).finish()
    }
}

impl Replica {
    /// Makes a new replica file for a person.
    ///
    /// # Errors
    /// Where there is a file already, or none can be made there.
    pub fn create(path: &Path, new: &NewReplica, person: &str) -> Result<Replica, ReplicaError> {
        Replica::create_with(path, None, new, person)
    }

    /// Makes a new replica file that is encrypted with this key, where there is one.
    ///
    /// # Errors
    /// As [`Replica::create`].
    pub fn create_with(
        path: &Path,
        key: Option<&FileKey>,
        new: &NewReplica,
        person: &str,
    ) -> Result<Replica, ReplicaError> {
        Newborn::begin(path, key, new, person)?.finish(key)
    }

    /// Opens a replica file.
    ///
    /// # Errors
    /// Where it is not there, is none, is of a newer version, or cannot be used.
    pub fn open(path: &Path) -> Result<Replica, ReplicaError> {
        Replica::open_with(path, None)
    }

    /// Opens a replica file that is encrypted with this key, where there is one.
    ///
    /// # Errors
    /// As [`Replica::open`]; [`StoreError::Encrypted`] where it needs another key.
    pub fn open_with(path: &Path, key: Option<&FileKey>) -> Result<Replica, ReplicaError> {
        Replica::over(Store::open_with(path, key)?)
    }

    /// Opens a replica file only to read it, as [`Store::open_to_read`] does: whatever would write is refused.
    ///
    /// # Errors
    /// As [`Replica::open_with`].
    pub fn open_to_read(path: &Path, key: Option<&FileKey>) -> Result<Replica, ReplicaError> {
        Replica::over(Store::open_to_read(path, key)?)
    }

    /// Opens a replica file as [`Store::open_unnoticed_copy`] does.
    ///
    /// # Errors
    /// As [`Replica::open`].
    #[cfg(feature = "testing")]
    pub fn open_unnoticed_copy(path: &Path) -> Result<Replica, ReplicaError> {
        Replica::over(Store::open_unnoticed_copy(path)?)
    }

    /// Whether it was opened only to be read.
    pub fn only_reads(&self) -> bool {
        self.store.only_reads()
    }

    /// Opens a file to write that could only be read so far, as [`Store::open_to_write`] does.
    ///
    /// # Errors
    /// What is in the way.
    pub fn open_to_write(&mut self) -> Result<(), ReplicaError> {
        Ok(self.store.open_to_write()?)
    }

    /// Sees whether it can be written, by writing.
    ///
    /// # Errors
    /// Why not.
    pub fn try_writing(&mut self) -> Result<(), ReplicaError> {
        Ok(self.store.try_writing()?)
    }

    fn over(store: Store) -> Result<Replica, ReplicaError> {
        let device = store.meta()?.device;
        Ok(Replica { store, device, key: None, entering: None, clock: Box::new(wall_clock) })
    }

    /// The same replica with another clock: one that a test sets.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> i64 + Send + 'static) -> Replica {
        self.clock = Box::new(clock);
        self
    }

    /// The same replica with this device's private key, which is never in its file.
    #[must_use]
    pub fn with_key(mut self, key: DeviceKey) -> Replica {
        self.key = Some(key);
        self
    }

    /// Whether the relay knows this device by a key that is not here.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn lacks_key(&self) -> Result<bool, ReplicaError> {
        Ok(self.key.is_none() && self.store.meta()?.key.is_some())
    }

    /// This device's private key, where it is here.
    pub fn key(&self) -> Option<&DeviceKey> {
        self.key.as_ref()
    }

    /// Takes this device's private key, once it is there.
    pub fn take_key(&mut self, key: DeviceKey) {
        self.key = Some(key);
    }

    /// The same replica, that comes in with another key and an invitation. Only when the relay has let it in does the key take
    /// the place of the one before: whoever mistypes a code has lost nothing.
    #[must_use]
    pub fn entering(mut self, key: DeviceKey, code: InvitationCode) -> Replica {
        (self.key, self.entering) = (Some(key), Some(code));
        self
    }

    /// What whoever works here may do: as the relay said when it was last met. Where it never said anything, everything.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn grant(&self) -> Result<Grant, ReplicaError> {
        Ok(self.store.meta()?.grant.unwrap_or_else(|| Grant::unbounded(self.device)))
    }

    /// The file, to read from: lists, search, rows, outbox. Writing goes through the replica.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who and where this replica is.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn meta(&self) -> Result<Meta, ReplicaError> {
        Ok(self.store.meta()?)
    }

    /// The device that this replica is on.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// The time by this device's clock, in seconds since 1970-01-01 UTC.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Says whose this device is, for everybody to see.
    ///
    /// # Errors
    /// Where the name is no line of text, or the file cannot be written.
    pub fn set_person(&mut self, person: &str) -> Result<(), ReplicaError> {
        let name = Value::Text(person.trim().to_owned());
        if self.store.document(self.device)?.is_some() {
            self.edit(self.device, &[Edit::set("name", name)], None)?;
            return Ok(());
        }
        let mut member = NewRecord { id: self.device, ..NewRecord::new(&MEMBER) };
        member.cells.insert("name".to_owned(), name);
        member.cells.insert("device".to_owned(), Value::Text(device_label()));
        self.create_record(&member)?;
        Ok(())
    }

    /// The name of each device's person, as far as it is known here.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn people(&self) -> Result<HashMap<DeviceId, String>, ReplicaError> {
        let ids = self.store.list(&crate::store::ListQuery::all(&MEMBER))?;
        let titles = self.store.titles(&ids)?;
        Ok(ids.into_iter().zip(titles).filter_map(|(id, title)| Some((id, title?))).collect())
    }

    /// Says which relay to sync with from now on.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_relay(&mut self, address: &str, way: &WayIn) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        transaction.set_relay(address, way)?;
        Ok(transaction.commit()?)
    }

    /// Says at which address this workspace's relay is from now on.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn move_relay(&mut self, relay: &RelayAddress) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        transaction.move_relay(&relay.to_string())?;
        Ok(transaction.commit()?)
    }

    /// Takes the workspace, which was only here so far, to a relay: where an empty one was made there, whose name it has from now
    /// on, and an invitation for its first coordinator. All that is in it stays as it is, with who wrote it and when. It is there
    /// once the relay has let us in; until then [`Replica::end_sharing`] takes it back.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin_sharing(&mut self, address: &WorkspaceAddress, way: &WayIn) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        transaction.begin_sharing(address.workspace, (&address.relay.to_string(), way))?;
        Ok(transaction.commit()?)
    }

    /// The workspace stays only here after all.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end_sharing(&mut self) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        transaction.end_sharing()?;
        Ok(transaction.commit()?)
    }

    /// Makes a record.
    ///
    /// # Errors
    /// Where a field does not fit its kind, the name is taken, or the file cannot be written.
    pub fn create_record(&mut self, new: &NewRecord) -> Result<Edited, ReplicaError> {
        Ok(self.create_records(std::slice::from_ref(new))?.remove(0))
    }

    /// Makes many records at once: all or none.
    ///
    /// # Errors
    /// As [`Replica::create_record`].
    pub fn create_records(&mut self, all: &[NewRecord]) -> Result<Vec<Edited>, ReplicaError> {
        let mut writing = self.writing(None)?;
        let made = all.iter().map(|new| writing.create(new)).collect::<Result<_, _>>()?;
        writing.commit()?;
        Ok(made)
    }

    /// Edits a record: all of these edits as one change, or none.
    ///
    /// # Errors
    /// Where there is no such record, an edit does not fit, or the file cannot be written.
    pub fn edit(&mut self, id: RecordId, edits: &[Edit], why: Option<&str>) -> Result<Edited, ReplicaError> {
        let mut writing = self.writing(why)?;
        let edited = writing.change(id, |document, writer| document.edit(edits, writer))?;
        writing.commit()?;
        Ok(edited)
    }

    /// A record's document.
    ///
    /// # Errors
    /// Where there is no such record, or the file cannot be read.
    pub fn document(&self, id: RecordId) -> Result<Document, ReplicaError> {
        self.store.document(id)?.ok_or(ReplicaError::NoRecord(id))
    }

    /// A record as it is now.
    ///
    /// # Errors
    /// As [`Replica::document`].
    pub fn record(&self, id: RecordId) -> Result<Record, ReplicaError> {
        Ok(self.document(id)?.read())
    }

    /// A record's field conflicts.
    ///
    /// # Errors
    /// As [`Replica::document`].
    pub fn conflicts(&self, id: RecordId) -> Result<Vec<FieldConflict>, ReplicaError> {
        Ok(self.document(id)?.conflicts())
    }

    /// A record's history, the oldest change first.
    ///
    /// # Errors
    /// As [`Replica::document`].
    pub fn history(&self, id: RecordId) -> Result<Vec<HistoryEntry>, ReplicaError> {
        Ok(self.document(id)?.history())
    }

    /// Keeps a text that somebody typed and that is no value of its field yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep_unfinished(&mut self, unfinished: &Unfinished) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        // What was erased meanwhile leaves nothing behind, this neither.
        if !transaction.is_erased(unfinished.record)? {
            transaction.keep_unfinished(unfinished)?;
        }
        Ok(transaction.commit()?)
    }

    /// Such a text is finished, or taken back.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(&mut self, unfinished: &Unfinished) -> Result<(), ReplicaError> {
        let mut transaction = self.store.transaction()?;
        transaction.finish(unfinished)?;
        Ok(transaction.commit()?)
    }

    /// Notes that somebody here has reviewed the record up to these heads.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_reviewed(&mut self, id: RecordId, heads: &Heads) -> Result<(), ReplicaError> {
        self.mark_all_of(&[(id, heads.clone())]).map(drop)
    }

    /// Notes that somebody here has reviewed these records up to these heads: all or none. Answers what was noted before, to
    /// take it back by [`Replica::restore_marks`].
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_all_of(&mut self, records: &[(RecordId, Heads)]) -> Result<Vec<Marked>, ReplicaError> {
        let now = self.now();
        let mut transaction = self.store.transaction()?;
        let mut marked = Vec::with_capacity(records.len());
        for (id, heads) in records {
            marked.push(Marked { record: *id, before: transaction.reviewed(*id)?, after: heads.clone() });
            transaction.mark_reviewed(*id, heads, now)?;
        }
        transaction.commit()?;
        Ok(marked)
    }

    /// Puts back what was noted of these records before. One that somebody has reviewed since stays as it is. Answers what it
    /// did, by which that is taken back in turn.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn restore_marks(&mut self, marked: &[Marked]) -> Result<Vec<Marked>, ReplicaError> {
        let now = self.now();
        let mut transaction = self.store.transaction()?;
        let mut restored = Vec::with_capacity(marked.len());
        for Marked { record, before, after } in marked {
            if transaction.reviewed(*record)? == *after {
                transaction.mark_reviewed(*record, before, now)?;
                restored.push(Marked { record: *record, before: after.clone(), after: before.clone() });
            }
        }
        transaction.commit()?;
        Ok(restored)
    }

    /// Notes that somebody here has reviewed everything as it is now. Field conflicts stay until they are decided.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn mark_all_reviewed(&mut self) -> Result<(), ReplicaError> {
        let now = self.now();
        let mut transaction = self.store.transaction()?;
        transaction.mark_all_reviewed(now)?;
        Ok(transaction.commit()?)
    }

    /// Looks whether the next `most` records are as they were written. Those that are not are noted, and come anew with the next contact.
    /// Answers them, and whether the last record was among those that were looked at; then the first is next.
    ///
    /// # Errors
    /// Where the file cannot be read or written.
    pub fn look_for_damage(&mut self, most: usize) -> Result<(Vec<RecordId>, bool), ReplicaError> {
        Ok(self.store.look_for_damage(most)?)
    }

    /// Folds the history of some records, so that the file stays small: for moments in which nobody waits. Begins behind
    /// `after` and answers where to go on; none when it is through.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn fold(&mut self, after: Option<RecordId>, most: usize) -> Result<Option<RecordId>, ReplicaError> {
        Ok(self.store.fold(after, most)?)
    }
}

/// What this device calls itself.
fn device_label() -> String {
    let from_system = || std::fs::read_to_string("/etc/hostname").ok();
    let name = std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok().or_else(from_system);
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests;
