//! What a record may grow to by changes that are each good: that everybody can still be given it whole, and build on it.
//!
//! A relay looks at this on the way into its log, where whoever pushed can be told. A replica does not: what is in a log already is
//! delivered, and taken. So whatever a relay takes, every replica takes, in whatever pieces it comes.
//!
//! ```text
//!  names    actors in all, and of one device: a change names all whose work it touches
//!  heads    in all, and of one device: the next change builds on all of them
//!  weight   operations and changes, in all and for the bytes of the whole document: memory and work for those who are given it
//! ```
//!
//! Names and heads are counted by device, too, so that one device does not use up what others need. A record whose weight is used up is
//! *full*: whoever has written little in it can still go on, so nobody can fill a record and so take it from the others. What was over a
//! bound before there was one can still be written.

use std::collections::HashMap;

use automerge::{ActorId, Automerge, ReadDoc};

use super::document::{FREE_CHANGES, FREE_OPERATIONS, weigh};
use super::{GateError, Growth, Limits};

/// Whether a document may grow to what it is `after`.
///
/// # Errors
/// The bound that it would go beyond.
pub(super) fn check(before: &Automerge, after: &Automerge, limits: &Limits) -> Result<(), GateError> {
    let Some(growth) = &limits.growth else { return Ok(()) };
    let (was, is) = (before.stats(), after.stats());
    if is.num_actors > was.num_actors {
        let (was, is) = (Count::of_actors(before), Count::of_actors(after));
        at_most("the number of actors", (was.all, is.all), growth.actors)?;
        at_most("the number of actors of one device", (was.of_one, is.of_one), growth.actors_of_device)?;
    }
    let heads = (Count::of_heads(before), Count::of_heads(after));
    at_most("the number of unmerged heads", (heads.0.all, heads.1.all), growth.heads)?;
    at_most(
        "the number of unmerged heads of one device",
        (heads.0.of_one, heads.1.of_one),
        growth.heads_of_device,
    )?;
    match weight(before, after, limits) {
        Err(_) if Share::of_writers(before, after).is_little(growth) => Ok(()),
        outcome => outcome,
    }
}

/// Whether it has grown to more than what is for everybody.
fn weight(before: &Automerge, after: &Automerge, limits: &Limits) -> Result<(), GateError> {
    let Some(growth) = &limits.growth else { return Ok(()) };
    let (was, is) = (before.stats(), after.stats());
    // What only deletes makes nothing heavier, and is how one makes room.
    if is.num_ops > was.num_ops && is.num_ops > growth.document_operations {
        let (what, size, most) = ("the record's history", is.num_ops, growth.document_operations);
        return Err(GateError::TooLarge { what, size, most });
    }
    if is.num_ops > FREE_OPERATIONS as u64 || is.num_changes > FREE_CHANGES as u64 {
        weigh(&after.save_nocompress(), limits)?;
    }
    Ok(())
}

/// The most that one device has written in a document.
#[derive(Default, Clone, Copy)]
struct Share {
    operations: u64,
    changes: u64,
}

impl Share {
    /// Of the devices that wrote what is new in it. What says of no device that it wrote it is one device's.
    fn of_writers(before: &Automerge, after: &Automerge) -> Share {
        let device =
            |actor: &ActorId| after.get_author_for_actor(actor).map(|author| author.as_bytes().to_vec());
        let new = after.get_changes_meta(&before.get_heads());
        let mut shares: HashMap<_, Share> =
            new.iter().map(|change| (device(&change.actor), Share::default())).collect();
        let mut devices = HashMap::new();
        for change in after.get_changes_meta(&[]) {
            let device = devices.entry(change.actor.clone()).or_insert_with(|| device(&change.actor));
            if let Some(share) = shares.get_mut(device) {
                share.operations += (change.max_op + 1).saturating_sub(change.start_op);
                share.changes += 1;
            }
        }
        let most = |of: fn(&Share) -> u64| shares.values().map(of).max().unwrap_or_default();
        Share { operations: most(|share| share.operations), changes: most(|share| share.changes) }
    }

    fn is_little(self, growth: &Growth) -> bool {
        self.operations <= growth.operations_when_full && self.changes <= growth.changes_when_full
    }
}

/// What was over a bound before there was one may still be written.
fn at_most(what: &'static str, (was, is): (usize, usize), most: usize) -> Result<(), GateError> {
    if was > most { Ok(()) } else { super::at_most(what, is as u64, most) }
}

/// How many there are, and how many of the device that has most.
struct Count {
    all: usize,
    of_one: usize,
}

impl Count {
    fn of_actors(document: &Automerge) -> Count {
        let changes = document.get_changes_meta(&[]);
        let first = changes.iter().filter(|change| change.seq == 1);
        Count::of(document, first.map(|change| change.actor.as_ref().clone()).collect())
    }

    fn of_heads(document: &Automerge) -> Count {
        let heads = document.get_heads();
        let changes = heads.iter().filter_map(|head| document.get_change_meta_by_hash(head));
        Count::of(document, changes.map(|change| change.actor.into_owned()).collect())
    }

    /// Of what these actors wrote. What is nobody's, as seeds are, counts for nobody.
    fn of(document: &Automerge, actors: Vec<ActorId>) -> Count {
        let mut counts: HashMap<Vec<u8>, usize> = HashMap::new();
        for author in actors.iter().filter_map(|actor| document.get_author_for_actor(actor)) {
            *counts.entry(author.as_bytes().to_vec()).or_default() += 1;
        }
        Count { all: actors.len(), of_one: counts.into_values().max().unwrap_or_default() }
    }
}
