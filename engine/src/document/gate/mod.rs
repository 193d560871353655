//! The gate: whatever comes from outside passes here before Automerge sees it.
//!
//! Automerge does not defend itself. It accepts a change whose checksum is wrong, panics on some mutated input, and can be
//! made to allocate gigabytes by a hundred bytes: its columns are run-length encoded, and its inflate has no bound. So the
//! gate reads a change itself, strictly, before it hands it over:
//!
//! ```text
//! bytes ─▶ chunk    size, header, exact length, capped inflate, SHA-256 checksum
//!       ─▶ header   counts and lengths of dependencies, actors, message, columns
//!       ─▶ columns  every run counted: operations are bounded before anything is made from them
//!       ─▶ Automerge parses it, guarded ─▶ written back, it must be the same bytes
//!       ─▶ apply    known dependencies, numbers and actors in order, on a clone, guarded; the clone must still know the
//!                   change as it was, and load again
//!       ─▶ growth   on the way into a log: what the record comes to, so that it can be handed on whole and built upon
//! ```
//!
//! A whole document passes the same way: see [`admit_document`].
//!
//! What fails says why, and nothing else stops. A panic inside Automerge is caught ([`guarded`]) and the clone thrown
//! away; that needs `panic = "unwind"`, see the workspace's profiles.
//!
//! Source of the format: "Automerge Binary Document Format", <https://automerge.org/automerge-binary-format-spec/>.

mod apply;
mod chain;
mod chunk;
mod columns;
mod document;
mod growth;
mod guard;
mod header;
mod order;
mod reader;
mod rows;
#[cfg(test)]
mod tests;

use automerge::{Change, ChangeHash};

pub use apply::{Applied, apply};
pub use chain::came_at_once;
pub use document::{HEAVY, admit_document, can_go_whole, operations_in_document};
pub use guard::guarded;
pub use header::TIMES;

/// How large anything may be. Each bound holds before memory is set aside for what it bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A change as it comes, in bytes.
    pub change_bytes: usize,
    /// A compressed change after inflating, and a document before and after it, in bytes.
    pub inflated_bytes: usize,
    /// Operations in a change.
    pub operations: usize,
    /// Dependencies of a change.
    pub dependencies: usize,
    /// Other actors that a change names.
    pub actors: usize,
    /// The message of a change, in bytes.
    pub message_bytes: usize,
    /// What stands behind the columns (the author), in bytes.
    pub footer_bytes: usize,
    /// Operations in a document, after the changes are applied.
    pub document_operations: u64,
    /// Changes in a document that comes as a whole.
    pub changes: usize,
    /// A document up to this size (saved, in bytes) is loaded again before it is trusted.
    pub reload_bytes: usize,
    /// What a change may hold for its size, and a record grow to. `None` for a replica: it takes what is in a log.
    pub growth: Option<Growth>,
}

/// What a relay lets a record grow to, one change at a time. See the module `growth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// Operations that a change may hold whatever its size, deletions apart...
    pub free_operations: usize,
    /// ... and so many more for each of its bytes.
    pub operations_per_byte: usize,
    /// Actors of a document.
    pub actors: usize,
    /// Actors of a document that are one device's: each copy of a replica is one, and so is each value of a contradiction that is
    /// brought back.
    pub actors_of_device: usize,
    /// Heads of a document.
    pub heads: usize,
    /// Heads of a document that are one device's.
    pub heads_of_device: usize,
    /// Operations of a document that are not deletions: who loads it takes some 300 bytes of memory for each, for a moment.
    pub document_operations: u64,
    /// A device that has written no more operations in a record, deletions among them, can go on when it is full...
    pub operations_when_full: u64,
    /// ... and no more changes.
    pub changes_when_full: u64,
    /// So many merges may fail over the changes that come together.
    pub failures: usize,
}

impl Default for Growth {
    fn default() -> Self {
        Growth {
            free_operations: 1_000,
            // What people write takes a byte an operation, or more.
            operations_per_byte: 2,
            actors: 1_000,
            actors_of_device: 64,
            heads: 500,
            heads_of_device: 32,
            // The longest prose, written anew as a whole five times.
            document_operations: 1_000_000,
            operations_when_full: document::FREE_OPERATIONS as u64,
            changes_when_full: document::FREE_CHANGES as u64,
            failures: 32,
        }
    }
}

impl Limits {
    /// What a relay takes into its log.
    pub fn of_log() -> Limits {
        Limits { growth: Some(Growth::default()), ..Limits::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            change_bytes: 1024 * 1024,
            inflated_bytes: 4 * 1024 * 1024,
            // The longest prose, replaced as a whole, is 200,000 deletions and as many insertions.
            operations: 500_000,
            dependencies: 1_000,
            // More than a record may come to have (`Growth`): who writes over what all of them wrote names all of them.
            actors: 4_000,
            message_bytes: 4_000,
            footer_bytes: 256,
            document_operations: 5_000_000,
            changes: 100_000,
            reload_bytes: 64 * 1024,
            growth: None,
        }
    }
}

/// Why a change was not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Something is larger than it may be.
    #[error("{what} is too large: {size}, the most is {most}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large, at least.
        size: u64,
        /// How large it may be.
        most: u64,
    },
    /// The bytes are not those of a change or a document.
    #[error("it is not well-formed: {0}")]
    Malformed(&'static str),
    /// The checksum is not that of the bytes: damaged on the way, or tampered with.
    #[error("its checksum is wrong: it was damaged on the way")]
    Checksum,
    /// It is another kind of chunk: a bundle, which nobody sends us, or a document in the place of a change.
    #[error("it is another kind of chunk ({0})")]
    Kind(u8),
    /// Written back it is other bytes: something in it has no meaning.
    #[error("it is not written in the canonical form")]
    NotCanonical,
    /// Automerge cannot read it.
    #[error("it cannot be read")]
    Unreadable,
    /// Automerge panicked over it. The panic was caught.
    #[error("reading it failed in a way that should not be")]
    Panicked,
    /// It builds on changes that are not here.
    #[error("it builds on {} changes that are not here", .0.len())]
    MissingDependencies(Vec<ChangeHash>),
    /// It builds on a change that was refused.
    #[error("it builds on change {0}, which was refused")]
    DependsOnRefused(ChangeHash),
    /// Another change stands under the same actor and number: a database was copied, or somebody forges.
    #[error("another change stands under the same actor and number: a database was copied")]
    ActorCollision,
    /// Its number does not follow its actor's last.
    #[error("its number does not follow the last of its actor")]
    SequenceGap,
    /// Its operations' numbers are not right behind those it builds on, its actor's own among them.
    #[error("its operations are not numbered behind those that it builds on")]
    OperationNumbers,
    /// With it the document could not be used any more.
    #[error("with it the document could not be loaded any more")]
    Breaks,
    /// So many that came with it were refused that it was not looked at.
    #[error("too many of the changes that came with it were refused: it was not looked at")]
    NotTried,
}

impl GateError {
    /// A short, stable name for logs and statistics.
    pub fn code(&self) -> &'static str {
        match self {
            GateError::TooLarge { .. } => "too-large",
            GateError::Malformed(_) => "malformed",
            GateError::Checksum => "checksum",
            GateError::Kind(_) => "kind",
            GateError::NotCanonical => "not-canonical",
            GateError::Unreadable => "unreadable",
            GateError::Panicked => "panicked",
            GateError::MissingDependencies(_) => "missing-dependencies",
            GateError::DependsOnRefused(_) => "depends-on-refused",
            GateError::ActorCollision => "actor-collision",
            GateError::SequenceGap => "sequence-gap",
            GateError::OperationNumbers => "operation-numbers",
            GateError::Breaks => "breaks",
            GateError::NotTried => "not-tried",
        }
    }
}

fn at_most(what: &'static str, size: u64, most: usize) -> Result<(), GateError> {
    let most = most as u64;
    if size > most { Err(GateError::TooLarge { what, size, most }) } else { Ok(()) }
}

/// Reads one change from outside.
///
/// # Errors
/// Why it was not let in.
pub fn admit(bytes: &[u8], limits: &Limits) -> Result<Change, GateError> {
    let chunk = chunk::read(bytes, limits)?;
    let operations = header::check(chunk.body(), limits)?;
    let plain = chunk.into_plain();
    let change = guarded(|| Change::from_bytes(plain.clone()))?.map_err(|_| GateError::Unreadable)?;
    at_most("the number of operations", change.len() as u64, limits.operations)?;
    if change.len() > operations {
        return Err(GateError::Malformed("it holds more operations than its columns"));
    }
    let again = guarded(|| Change::from(change.decode()))?;
    if again.raw_bytes() != plain || change.raw_bytes() != plain {
        return Err(GateError::NotCanonical);
    }
    Ok(change)
}

/// The hash that a change chunk claims by its content, without reading the change: for the bookkeeping of a log, before
/// [`admit`] says whether it is worth anything. `None` where it is not an uncompressed change chunk.
pub fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    chunk::hash_of(bytes)
}

/// Whether these bytes are, each of them, the uncompressed change chunk of that name: what a disk has done to them shows.
pub fn is_change(bytes: &[u8], hash: &ChangeHash) -> bool {
    written_anew(bytes).is_some_and(|(name, written)| name == *hash && written == bytes)
}

/// The uncompressed change chunk of what is in one, with its name: another one, where a disk has got at its frame. `None` where it is none.
pub fn written_anew(bytes: &[u8]) -> Option<(ChangeHash, Vec<u8>)> {
    chunk::change_body(bytes).map(chunk::write_change)
}

/// Whether an uncompressed change chunk or a document chunk is as it was written, by its own checksum. Nothing in it is read.
pub fn is_sound(bytes: &[u8]) -> bool {
    chunk::is_sound(bytes)
}

/// How many operations an uncompressed change chunk claims to hold, without making any of them or looking at anything else: for whoever
/// has to know what work it is. `None` where that cannot be told; [`admit`] says why.
pub fn operations_in(bytes: &[u8]) -> Option<usize> {
    let body = chunk::change_body(bytes)?;
    header::check(body, &Limits::default()).ok()
}

/// What stands in the frame of an uncompressed change chunk of our own.
pub(super) fn body_of(bytes: &[u8]) -> Option<&[u8]> {
    chunk::body(bytes).ok()
}

/// The change chunk with that body, and its name.
pub(super) fn change_of(body: &[u8]) -> (ChangeHash, Vec<u8>) {
    chunk::write_change(body)
}

/// What a change chunk that was admitted before says it builds on. `None` where it is not an uncompressed change chunk.
pub fn dependencies_of(bytes: &[u8]) -> Option<Vec<ChangeHash>> {
    header::dependencies(chunk::body(bytes).ok()?)
}

/// Reads a change that was admitted before and stored since. A disk can fail too: the checksum must be right, and nothing
/// in it claims to be more than a change may be.
///
/// # Errors
/// Where it is not what was stored.
pub fn stored(bytes: &[u8], limits: &Limits) -> Result<Change, GateError> {
    header::check(chunk::read(bytes, limits)?.body(), limits)?;
    guarded(|| Change::from_bytes(bytes.to_vec()))?.map_err(|_| GateError::Unreadable)
}
