//! A copy of this replica has written under the same actor, and its changes are in the relay's log: what was written here
//! gets another name (`document/rename.rs`), and from now on this copy writes as another actor.
//!
//! That shows in two ways: the relay refuses a change of ours, or one comes that we have another of. The log decides which
//! of the two keeps its name, so only what comes from a relay counts.
//!
//! What came for such a record did not fit and was kept apart. So our place in the log is given up, and the next connection
//! begins with a comparison: it finds what is lacking here, and pushes what was written here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::SyncProblem;
use crate::document::ChangeHash;
use crate::id::RecordId;
use crate::store::Transaction;

/// A change of this replica that collides with one in the relay's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collision {
    /// The record.
    pub(super) record: RecordId,
    /// Our change.
    pub(super) change: ChangeHash,
}

/// What was told apart.
#[derive(Debug, Default)]
pub(super) struct ToldApart {
    /// The records where that was done; none where it could not be.
    pub(super) records: Vec<RecordId>,
    /// The name that each of the changes has now.
    pub(super) names: HashMap<ChangeHash, ChangeHash>,
}

/// Gives the changes that collided, and all that was built on them, names of their own. In the transaction in which they were
/// found: our place in the log may not be behind what did not fit, as long as nothing has been done about it.
pub(super) fn tell_apart(
    transaction: &mut Transaction<'_>,
    collisions: &[Collision],
) -> Result<ToldApart, SyncProblem> {
    let mut told = ToldApart::default();
    let mut records: BTreeMap<RecordId, BTreeSet<ChangeHash>> = BTreeMap::new();
    for Collision { record, change } in collisions {
        records.entry(*record).or_default().insert(*change);
    }
    for (record, collided) in records {
        // What was built on another that collided gets its name with that: somebody may have handed just this on already.
        // So the first comes first, and afterwards many of the others are not there any more.
        let all = transaction.document(record)?.change_names();
        for change in all.into_iter().filter(|change| collided.contains(&change.hash)) {
            let Some(renamed) = transaction.document(record)?.renamed(&change.hash) else { continue };
            if change.actor == transaction.actor()? {
                transaction.take_new_actor()?;
            }
            transaction.rename(&renamed)?;
            told.records.push(record);
            told.names.extend(renamed.names);
        }
    }
    if !told.records.is_empty() {
        transaction.begin_comparing()?;
    }
    told.records.dedup();
    Ok(told)
}

/// The same for a change that the relay refused because of it.
pub(super) fn refused(
    transaction: &mut Transaction<'_>,
    change: ChangeHash,
) -> Result<ToldApart, SyncProblem> {
    let record = transaction.record_of(&change)?;
    let collision = record.map(|record| Collision { record, change });
    tell_apart(transaction, collision.as_slice())
}
