//! Whether a document's changes could have come one by one, and stand in the order in which Automerge applies them when they
//! all come at once: found out from what is noted about each, without making them.
//!
//! As in [`super::order`], yes is certain and no is not.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::RangeInclusive;

use automerge::{ActorId, Automerge, ChangeHash, ChangeMetadata};

use super::header::{NUMBERS_LEFT_OUT, TIMES};
use super::rows::{Id, Runs};
use super::{GateError, Limits};

/// Whether the changes of a document of our own stand as if they had all come at once.
pub fn came_at_once(document: &Automerge) -> bool {
    links(&document.get_changes_meta(&[])).is_some_and(|links| is_order_of_applying(&links))
}

/// The same of a document's columns of changes (specification and data).
///
/// # Errors
/// Where they cannot be read.
pub(super) fn stands_as_applied<'a>(columns: impl Fn(u32) -> &'a [u8]) -> Result<bool, GateError> {
    // Of each change how many it builds on, and the places of all of those, each as the difference to the one before.
    let mut counts = Runs::numbers(columns(0x40));
    let mut places = Runs::differences(columns(0x43));
    let (mut links, mut place) = (Vec::new(), 0_i64);
    while !counts.is_over() {
        let mut builds_on = Vec::new();
        for _ in 0..counts.item()?.unwrap_or_default() {
            place = place.saturating_add(places.item()?.unwrap_or_default());
            match usize::try_from(place) {
                Ok(place) if place < links.len() => builds_on.push(place),
                _ => return Ok(false),
            }
        }
        links.push(builds_on);
    }
    Ok(is_order_of_applying(&links))
}

/// The type of what stands behind a change.
const BYTES: u64 = 7;

/// Whether these columns of a document's changes (specification and data) are written in the only way there is, as far as
/// what they say can be written in several: without a time for none, and with bytes behind each change.
pub(super) fn is_written_so<'a>(columns: impl Fn(u32) -> &'a [u8]) -> bool {
    let mut times = Runs::differences(columns(0x23));
    let mut footers = Runs::numbers(columns(0x56));
    while !times.is_over() {
        if !matches!(times.item(), Ok(Some(_))) {
            return false;
        }
    }
    while !footers.is_over() {
        if !matches!(footers.item(), Ok(Some(meta)) if meta & 0xf == BYTES) {
            return false;
        }
    }
    true
}

/// The operations of a document, as its changes number them.
pub(super) struct Numbers {
    /// For each actor, in the order of their names, the first and the last of each of its changes.
    of_actors: Vec<Vec<RangeInclusive<u64>>>,
    count: u64,
}

impl Numbers {
    /// What these changes of a document say. `None` where they are not all within `limits`, numbered as a change has to be, and
    /// in their order. `actors` is how many the document has.
    pub(super) fn of(changes: &[ChangeMetadata<'_>], actors: usize, limits: &Limits) -> Option<Numbers> {
        let links = links(changes)?;
        let fit = actors <= limits.actors && changes.iter().all(|change| fits(change, limits));
        if !fit || !are_numbered(changes, &links, actors) || !is_order_of_applying(&links) {
            return None;
        }
        let mut of_actors: BTreeMap<&ActorId, Vec<_>> = BTreeMap::new();
        for change in changes {
            of_actors.entry(change.actor.as_ref()).or_default().push(change.start_op..=change.max_op);
        }
        let count = changes.iter().map(|change| change.max_op + 1 - change.start_op).sum();
        let of_actors = of_actors.into_values().collect();
        (count <= limits.document_operations).then_some(Numbers { of_actors, count })
    }

    /// Whether these are all of them: none lacks, and none is in no change.
    pub(super) fn are_those_of(&self, mut operations: impl ExactSizeIterator<Item = Id>) -> bool {
        let is_one = |(number, actor): Id| {
            let (Ok(number), Some(changes)) = (u64::try_from(number), self.of_actors.get(actor as usize))
            else {
                return false;
            };
            // An actor's changes are numbered one behind the other.
            let place = changes.partition_point(|change| *change.end() < number);
            changes.get(place).is_some_and(|change| change.contains(&number))
        };
        operations.len() as u64 == self.count && operations.all(is_one)
    }
}

/// For each change the places of those that it builds on: `None` where one does not stand before it.
fn links(changes: &[ChangeMetadata<'_>]) -> Option<Vec<Vec<usize>>> {
    let mut places: HashMap<ChangeHash, usize> = HashMap::new();
    let mut links = Vec::with_capacity(changes.len());
    for (place, change) in changes.iter().enumerate() {
        links.push(change.deps.iter().map(|hash| places.get(hash).copied()).collect::<Option<_>>()?);
        places.insert(change.hash, place);
    }
    Some(links)
}

fn fits(change: &ChangeMetadata<'_>, limits: &Limits) -> bool {
    // The author stands in an actor's first change only. No message is written in one way: as none.
    let author = change.seq == 1 || change.extra.is_empty();
    let in_time = TIMES.contains(&change.timestamp);
    let message =
        change.message.as_ref().is_none_or(|text| !text.is_empty() && text.len() <= limits.message_bytes);
    change.deps.len() <= limits.dependencies
        && change.deps.is_sorted_by(|one, next| one < next)
        && change.extra.len() <= limits.footer_bytes
        && author
        && message
        && in_time
}

/// Whether each change follows its actor's last, which it builds on, and its operations those of all that it builds on.
fn are_numbered(changes: &[ChangeMetadata<'_>], links: &[Vec<usize>], actors: usize) -> bool {
    /// What all of them know takes so many numbers at most.
    const KNOWN: usize = 1_000_000;
    if changes.len().saturating_mul(actors) > KNOWN {
        return false;
    }
    let mut of_actor: HashMap<&ActorId, usize> = HashMap::new();
    // For each change how many of each actor's are before it, itself among them.
    let mut known: Vec<Vec<u64>> = Vec::with_capacity(changes.len());
    for (change, links) in changes.iter().zip(links) {
        let next = of_actor.len();
        let actor = *of_actor.entry(change.actor.as_ref()).or_insert(next);
        let mut before = vec![0; actors];
        for link in links {
            before.iter_mut().zip(&known[*link]).for_each(|(all, one)| *all = (*all).max(*one));
        }
        let last = links.iter().map(|link| changes[*link].max_op).max().unwrap_or_default();
        let Some(own) = before.get_mut(actor) else { return false };
        *own += 1;
        if change.seq != *own || !begins_behind(change, last) {
            return false;
        }
        known.push(before);
    }
    // An actor that wrote nothing would not be in the table.
    of_actor.len() == actors
}

/// Whether a change's operations are numbered behind that one, as `apply` wants it.
fn begins_behind(change: &ChangeMetadata<'_>, last: u64) -> bool {
    let is_empty = change.max_op + 1 == change.start_op;
    change.max_op + 1 >= change.start_op && may_begin(change.start_op, last, is_empty)
}

/// Whether a change that builds on operations up to `last` may begin with that number. A gap may be left below a bound only; and where there
/// is no operation, none: a saved document does not say where a change's operations begin.
pub(super) fn may_begin(start: u64, last: u64, is_empty: bool) -> bool {
    start == last + 1 || start > last && start <= NUMBERS_LEFT_OUT && !is_empty
}

/// Whether they stand as Automerge puts them: those that build on nothing, and then always what waits for nothing any more,
/// in the order in which that came to be so (Kahn, "Topological sorting of large networks", 1962).
fn is_order_of_applying(links: &[Vec<usize>]) -> bool {
    let mut waiting: Vec<usize> = links.iter().map(Vec::len).collect();
    let mut waited_for = vec![Vec::new(); links.len()];
    for (place, links) in links.iter().enumerate() {
        links.iter().for_each(|link| waited_for[*link].push(place));
    }
    let mut ready: VecDeque<usize> = (0..links.len()).filter(|place| waiting[*place] == 0).collect();
    for (place, waited) in waited_for.iter().enumerate() {
        if ready.pop_front() != Some(place) {
            return false;
        }
        for next in waited {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push_back(*next);
            }
        }
    }
    true
}
