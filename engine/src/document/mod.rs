//! One Automerge document for each record.
//!
//! ```text
//!  bytes from outside ──▶ gate ──▶ Document::receive ─┐
//!                                                     ├─▶ Automerge ──▶ read ──▶ Record ──▶ difference
//!  Edit (typed, checked) ────────▶ Document::edit ────┘        │
//!                                                              ├─▶ conflicts   concurrent values of a register
//!                                                              └─▶ history     who, which device, when, why
//! ```
//!
//! The layout of a document is in [`layout`]. Everything above this module speaks of records, fields and values;
//! nothing above it looks into an Automerge type; what the gate gives is handed on as it is.

mod conflict;
mod difference;
mod discard;
mod edit;
pub mod gate;
mod history;
pub mod layout;
#[cfg(feature = "testing")]
mod newer;
mod prose;
mod read;
mod rename;
mod seeds;
mod taking_back;
#[cfg(test)]
mod tests;
mod view;
mod writers;

use std::collections::{BTreeSet, HashMap};

pub use automerge::{ActorId, Automerge, Change, ChangeHash};
use automerge::{Author, ReadDoc};

pub use conflict::{FieldConflict, Writing};
pub use difference::{Difference, differences};
pub use discard::Discarded;
pub use edit::{Edit, EditError};
pub use history::{HistoryEntry, Stamp};
#[cfg(feature = "testing")]
pub use newer::NewerEdit;
pub use prose::{Splice, rebase};
pub use read::{Contents, Record};
pub use rename::Renamed;
pub use taking_back::TakenBack;

use crate::id::RecordId;
use crate::identity::DeviceId;
use crate::schema::{self, Kind, NewRecord, NewRecordError};
use gate::{GateError, Limits};
use view::View;

/// The heads of a document: the changes that no other change depends on, sorted.
pub type Heads = Vec<ChangeHash>;

/// Who is writing: what every change made here carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The actor of this copy of the replica. Never shared by two living copies.
    pub actor: ActorId,
    /// The device, and by it the person.
    pub device: DeviceId,
    /// The device's clock, in seconds since 1970-01-01 UTC.
    pub now: i64,
    /// Why, where the person gave a reason.
    pub why: Option<String>,
}

impl Writer {
    /// A writer without a reason. `actor` is the 16 bytes of the copy's actor. Of a clock that is beyond all times that a change may
    /// have ([`gate::TIMES`]) the nearest is taken.
    pub fn new(actor: &[u8; 16], device: DeviceId, now: i64) -> Self {
        let now = now.clamp(*gate::TIMES.start(), *gate::TIMES.end());
        Writer { actor: ActorId::from(&actor[..]), device, now, why: None }
    }
}

/// A change together with what is needed to store and send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedChange {
    /// Its name everywhere.
    pub hash: ChangeHash,
    /// Whose it is.
    pub actor: ActorId,
    /// Its number among that actor's changes to this document, from 1.
    pub seq: u64,
    /// The author's clock, in seconds since 1970-01-01 UTC.
    pub time: i64,
    /// The change chunk, uncompressed, as Automerge's format has it.
    pub bytes: Vec<u8>,
}

/// A change by name, with what a store notes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeName {
    /// Its name everywhere.
    pub hash: ChangeHash,
    /// Whose it is.
    pub actor: ActorId,
    /// Its number among that actor's changes to this document, from 1.
    pub seq: u64,
    /// The author's clock, in seconds since 1970-01-01 UTC.
    pub time: i64,
}

impl EncodedChange {
    fn of(change: &automerge::Change) -> Self {
        EncodedChange {
            hash: change.hash(),
            actor: change.actor_id().clone(),
            seq: change.seq(),
            time: change.timestamp(),
            bytes: change.raw_bytes().to_vec(),
        }
    }
}

/// Whether that actor writes seeds, which are nobody's.
pub fn is_seed_actor(actor: &ActorId) -> bool {
    seeds::is_seed_actor(actor)
}

/// The device that a change says its actor belongs to; only the first change of an actor to a record says so.
pub fn author_of(change: &Change) -> Option<DeviceId> {
    DeviceId::from_slice(change.author()?.as_bytes())
}

/// Why a document cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DocumentError {
    /// Its bytes are not those of a document: the file they came from is damaged.
    #[error("the document of record {0} is damaged")]
    Damaged(RecordId),
    /// It does not say what it is, or says something else than it should.
    #[error("record {record} does not fit its kind: {reason}")]
    Layout {
        /// Which.
        record: RecordId,
        /// What does not fit.
        reason: String,
    },
}

/// A record's document.
#[derive(Debug, Clone)]
pub struct Document {
    id: RecordId,
    automerge: Automerge,
}

impl Document {
    /// A document that holds nothing yet: what a replica has before it receives a record's first changes.
    pub fn empty(id: RecordId) -> Self {
        Document { id, automerge: Automerge::new() }
    }

    /// A new record, written by `writer`.
    ///
    /// # Errors
    /// The first field that does not fit its kind.
    pub fn create(new: &NewRecord, writer: &Writer) -> Result<Document, NewRecordError> {
        new.check()?;
        let mut document = Document::empty(new.id);
        edit::create(&mut document, new, writer);
        Ok(document)
    }

    /// A document from what a store keeps of it: its snapshot and the changes since.
    ///
    /// # Errors
    /// [`DocumentError::Damaged`] where these bytes are not what was stored.
    pub fn load(id: RecordId, snapshot: &[u8], tail: &[Vec<u8>]) -> Result<Document, DocumentError> {
        let damaged = |_| DocumentError::Damaged(id);
        let limits = Limits::default();
        // What came compressed stands here uncompressed, with its frame.
        let limits = Limits { change_bytes: limits.inflated_bytes + 64, ..limits };
        let changes = tail.iter().map(|bytes| gate::stored(bytes, &limits)).collect::<Result<Vec<_>, _>>();
        let changes = changes.map_err(damaged)?;
        let automerge = gate::guarded(|| {
            let mut automerge =
                if snapshot.is_empty() { Automerge::new() } else { Automerge::load(snapshot)? };
            apply_in_pieces(&mut automerge, changes)?;
            Ok::<_, automerge::AutomergeError>(automerge)
        })
        .map_err(damaged)?
        .map_err(|_| DocumentError::Damaged(id))?;
        Ok(Document { id, automerge })
    }

    /// The compacted, compressed document with its whole history, in Automerge's standard format.
    pub fn save(&self) -> Vec<u8> {
        self.automerge.save()
    }

    /// The compacted document with its whole history, not compressed: many of them together compress much better than
    /// each by itself.
    ///
    /// Written as by somebody who got all changes at once. A document that grew change by change keeps them in the order in
    /// which they came, which is one of many; the gate takes the one that follows from the changes alone. That is not done with a heavy
    /// document ([`gate::HEAVY`]): [`gate::can_go_whole`] says then that it can only be loaded.
    pub fn save_plain(&self) -> Vec<u8> {
        if self.size() > gate::HEAVY || gate::came_at_once(&self.automerge) {
            return self.automerge.save_nocompress();
        }
        let at_once = gate::guarded(|| {
            let mut at_once = automerge::Automerge::new();
            at_once.apply_changes(self.automerge.get_changes(&[])).map(|()| at_once.save_nocompress())
        });
        // No document whose changes have passed the gate fails here.
        at_once.ok().and_then(Result::ok).unwrap_or_else(|| self.automerge.save_nocompress())
    }

    /// How many operations it has: what working with it takes time and memory for.
    pub fn size(&self) -> usize {
        usize::try_from(self.automerge.stats().num_ops).unwrap_or(usize::MAX)
    }

    /// The record's name.
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The name of the record's kind; `None` in a document that has no changes yet.
    pub fn kind_name(&self) -> Option<String> {
        layout::kind_name(&self.automerge)
    }

    /// The record that the document itself says it is; `None` in one that has no changes yet.
    pub fn says_it_is(&self) -> Option<RecordId> {
        layout::record_id(&self.automerge)
    }

    /// The record's kind, if this version knows it.
    pub fn kind(&self) -> Option<&'static Kind> {
        schema::kind(&self.kind_name()?)
    }

    /// The newest changes, sorted.
    pub fn heads(&self) -> Heads {
        let mut heads = self.automerge.get_heads();
        heads.sort_unstable();
        heads
    }

    /// Whether it has that change.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.automerge.get_change_meta_by_hash(hash).is_some()
    }

    /// One of its changes.
    pub fn change(&self, hash: &ChangeHash) -> Option<EncodedChange> {
        self.automerge.get_change_by_hash(hash).as_ref().map(EncodedChange::of)
    }

    /// All changes that are not among `heads` or before them, in an order in which they can be applied.
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<EncodedChange> {
        self.automerge.get_changes(heads).iter().map(EncodedChange::of).collect()
    }

    /// Changes from outside: through the gate, all that is good at once, what is not named with its reason.
    ///
    /// The document is swapped for the merged one only after the merged one has been found to be loadable and to fit
    /// its kind; on an error it is as it was.
    ///
    /// # Errors
    /// [`ReceiveError::Gate`] where nothing could be applied at all, [`ReceiveError::Layout`] where the merged record
    /// no longer fits its kind.
    pub fn receive(
        &mut self,
        changes: Vec<automerge::Change>,
        limits: &Limits,
    ) -> Result<Received, ReceiveError> {
        let seeds: BTreeSet<ChangeHash> = changes
            .iter()
            .filter(|change| seeds::is_seed_actor(change.actor_id()))
            .map(automerge::Change::hash)
            .collect();
        let places: HashMap<ChangeHash, (ActorId, u64)> =
            changes.iter().map(|change| (change.hash(), (change.actor_id().clone(), change.seq()))).collect();
        let applied = gate::apply(&self.automerge, changes, limits)?;
        if !applied.applied.is_empty() {
            let new_seeds: Vec<_> =
                applied.applied.iter().filter(|hash| seeds.contains(hash)).copied().collect();
            seeds::check_seeds(&applied.document, self.id, &new_seeds)?;
            layout::check(&applied.document, self.id)?;
            if limits.growth.is_some() {
                check_each(&applied, self.id, &new_seeds)?;
            }
        }
        let changes = applied.applied.iter().filter_map(|hash| applied.document.get_change_by_hash(hash));
        let changes = changes.map(|change| EncodedChange::of(&change)).collect();
        let collided = applied.rejected.iter().filter(|(_, error)| *error == GateError::ActorCollision);
        let collided = collided.filter_map(|(hash, _)| places.get(hash).cloned()).collect();
        self.automerge = applied.document;
        Ok(Received { changes, rejected: applied.rejected, collided })
    }

    /// A document of that record from outside, that has passed the gate, and what it says.
    ///
    /// # Errors
    /// [`DocumentError::Layout`] where it does not fit its kind, or is another record's.
    pub fn whole(id: RecordId, automerge: Automerge) -> Result<(Document, Contents), DocumentError> {
        let written = automerge.get_changes_meta(&[]);
        let seeds = written.iter().filter(|change| seeds::is_seed_actor(&change.actor));
        seeds::check_seeds(&automerge, id, &seeds.map(|change| change.hash).collect::<Vec<_>>())?;
        let document = Document { id, automerge };
        let view = View::now(&document.automerge);
        layout::check_in(&view, id)?;
        let contents = document.contents_in(&view);
        drop(view);
        Ok((document, contents))
    }

    /// All of another document of this record: what of it is new, as with [`Document::receive`].
    ///
    /// # Errors
    /// As [`Document::receive`].
    pub fn receive_whole(&mut self, whole: &Document, limits: &Limits) -> Result<Received, ReceiveError> {
        let news = whole.automerge.get_changes(&[]).into_iter().filter(|change| !self.has(&change.hash()));
        self.receive(news.collect(), limits)
    }

    /// The names of all its changes, in an order in which they can be applied.
    pub fn change_names(&self) -> Vec<ChangeName> {
        let name = |meta: automerge::ChangeMetadata<'_>| ChangeName {
            hash: meta.hash,
            actor: meta.actor.into_owned(),
            seq: meta.seq,
            time: meta.timestamp,
        };
        self.automerge.get_changes_meta(&[]).into_iter().map(name).collect()
    }

    /// Some of its changes, by which somebody who has another part of the same history finds what both have: the heads,
    /// and ever fewer the further back, `most` at most. What both have is missed by no more than the half.
    pub fn sample(&self, most: usize) -> Vec<ChangeHash> {
        let mut sample = self.heads();
        let names = self.automerge.get_changes_meta(&[]);
        let steps = std::iter::successors(Some(2_usize), |step| step.checked_mul(2));
        let back = steps.map_while(|step| names.len().checked_sub(step)).map(|place| names[place].hash);
        for hash in back {
            if !sample.contains(&hash) {
                sample.push(hash);
            }
        }
        sample.truncate(most);
        sample
    }

    /// Who wrote as which actor: the device that the actor's first change names.
    pub fn device_of(&self, actor: &ActorId) -> Option<DeviceId> {
        let author = self.automerge.get_author_for_actor(actor)?;
        DeviceId::from_slice(author.as_bytes())
    }

    fn write_as(&mut self, writer: &Writer) {
        let author = Author::from(writer.device.as_bytes().to_vec());
        // The author first: setting another author makes Automerge pick a new actor by itself.
        self.automerge.set_author(Some(author));
        self.automerge.set_actor(writer.actor.clone());
    }
}

/// Applies changes that are in a causal order. Together is faster, but takes some hundred bytes for each of all their operations at once.
fn apply_in_pieces(automerge: &mut Automerge, changes: Vec<Change>) -> Result<(), automerge::AutomergeError> {
    const OPERATIONS: usize = 100_000;
    let (mut piece, mut operations) = (Vec::new(), 0);
    for change in changes {
        operations += change.len();
        piece.push(change);
        if operations >= OPERATIONS {
            automerge.apply_changes(std::mem::take(&mut piece))?;
            operations = 0;
        }
    }
    automerge.apply_changes(piece)
}

/// Whether each of the changes is good by itself, too, and not only with those that came together with it: others may get them in other
/// pieces. What a change wrote is seen wherever the change is and none that builds on it: so it is enough to look there.
fn check_each(applied: &gate::Applied, id: RecordId, seeds: &[ChangeHash]) -> Result<(), DocumentError> {
    let heads = applied.document.get_heads();
    let is_looked_at = |hash: &&ChangeHash| heads != [**hash] && !seeds.contains(hash);
    let mut each = applied.applied.iter().filter(is_looked_at);
    each.try_for_each(|hash| layout::check_in(&View::at(&applied.document, &[*hash]), id))
}

/// What [`Document::receive`] took in.
#[derive(Debug)]
pub struct Received {
    /// The changes that are new here, in an order in which they can be applied.
    pub changes: Vec<EncodedChange>,
    /// The changes that were not taken, each with its reason.
    pub rejected: Vec<(ChangeHash, GateError)>,
    /// The places, each an actor and a number, that some of these have and that other changes have here.
    pub collided: Vec<(ActorId, u64)>,
}

/// Why nothing of a batch of changes was taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReceiveError {
    /// The gate refused them.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// With them the record would not fit its kind any more.
    #[error(transparent)]
    Layout(#[from] DocumentError),
}
