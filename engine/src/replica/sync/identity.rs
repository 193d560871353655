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
use crate::replica::Replica;

/// A change of this replica that collides with one in the relay's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Collision {
    /// The record.
    pub(super) record: RecordId,
    /// Our change.
    pub(super) change: ChangeHash,
}

/// The collision of a change that the relay refused.
pub(super) fn refused(replica: &mut Replica, change: ChangeHash) -> Result<Option<Collision>, SyncProblem> {
    let record = replica.store.transaction()?.record_of(&change)?;
    Ok(record.map(|record| Collision { record, change }))
}

/// Gives the changes that collided, and all that was built on them, names of their own. Answers the records where that was
/// done, none where it could not be, and the name that each of the changes has now.
pub(super) fn tell_apart(
    replica: &mut Replica,
    collisions: &[Collision],
) -> Result<(Vec<RecordId>, HashMap<ChangeHash, ChangeHash>), SyncProblem> {
    let (mut told_apart, mut names) = (Vec::new(), HashMap::new());
    let mut records: BTreeMap<RecordId, BTreeSet<ChangeHash>> = BTreeMap::new();
    for Collision { record, change } in collisions {
        records.entry(*record).or_default().insert(*change);
    }
    let mut transaction = replica.store.transaction()?;
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
            told_apart.push(record);
            names.extend(renamed.names);
        }
    }
    if !told_apart.is_empty() {
        transaction.begin_comparing()?;
    }
    transaction.commit()?;
    told_apart.dedup();
    Ok((told_apart, names))
}
