//! Whose turn it is: pushes wait by device, and each device has its turn.
//!
//! ```text
//!  pushes ─▶ parts of no more than a slice ─▶ a line for each device ─▶ groups: one of each line in turn, a slice in all
//! ```
//!
//! One line for all would be enough if pushes were alike. But how long a change takes to check can be a thousand times what its bytes look
//! like, and one device may have many connections. So what a device pushes waits behind its own, and a push of somebody else's waits for
//! one group at most, and for one of each other device.
//!
//! **Weight** is counted in operations: they are what checking and merging takes time for. It is read off a change's columns, which are
//! run lengths: without making any of it.

use std::collections::{HashMap, VecDeque};

use samsyn_engine::document::gate;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::{Entry, EntryBody, Push};

use super::job::Job;
use super::size;
use crate::limits::Pusher;

/// A group is not made larger once it has so many bytes of changes: the first in it wait for the last.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Nor once it has so many changes.
const GROUP_CHANGES: usize = 4_000;

/// Nor once it has so many operations.
pub(super) const SLICE: usize = 100_000;

/// What a change weighs beside its operations: it is read, hashed and looked up.
const EACH: usize = 20;

/// How much of a writer's time a push takes, about: in operations.
pub(crate) fn weight(push: &Push) -> usize {
    push.entries.iter().map(of_entry).sum()
}

/// The same for each of its records.
pub(super) fn weights(push: &Push) -> HashMap<RecordId, usize> {
    let mut weights = HashMap::new();
    for entry in &push.entries {
        *weights.entry(entry.record).or_default() += of_entry(entry);
    }
    weights
}

fn of_entry(entry: &Entry) -> usize {
    let EntryBody::Change(bytes) = &entry.body else { return EACH };
    // What comes compressed, which no client of ours does, is not inflated to be weighed.
    EACH + gate::operations_in(bytes).unwrap_or(SLICE)
}

/// Cuts a push into parts of about a slice each, in order. A record stays in one part as long as it is no more than a slice by
/// itself: of a new record no part is anybody's before the whole is. Answers each part with the place of its first change in the push.
pub(super) fn parts(push: Push) -> Vec<(u32, Push)> {
    let id = push.id;
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let (mut of_part, mut of_record) = (0, 0);
    for entry in push.entries {
        let weight = of_entry(&entry);
        let follows = part.last().is_some_and(|last: &Entry| last.record == entry.record);
        if !follows {
            of_record = 0;
        }
        if of_part + weight > SLICE && !part.is_empty() && (!follows || of_record > SLICE) {
            parts.push(std::mem::take(&mut part));
            (of_part, of_record) = (0, 0);
        }
        of_part += weight;
        of_record += weight;
        part.push(entry);
    }
    // Also where it is empty: it is answered.
    parts.push(part);
    let mut first = 0;
    let numbered = parts.into_iter().map(|entries| {
        let place = first;
        first += u32::try_from(entries.len()).unwrap_or(u32::MAX);
        (place, Push { id, entries })
    });
    numbered.collect()
}

/// Pushes that wait for the writer.
#[derive(Debug, Default)]
pub(super) struct Turns {
    lines: HashMap<Line, VecDeque<Job>>,
    /// The lines that are not empty, the one whose turn it is first.
    order: VecDeque<Line>,
}

/// Who waits in a line: for whom work is counted; the device where it is counted for nobody.
pub(super) type Line = Result<Pusher, DeviceId>;

/// The line of a push.
pub(super) fn line_of(job: &Job) -> Line {
    job.by.payer.as_ref().map(|payer| payer.pusher).ok_or(job.by.device)
}

impl Turns {
    /// Puts a push at the end of its device's line.
    pub(super) fn wait(&mut self, job: Job) {
        let of = line_of(&job);
        let line = self.lines.entry(of).or_default();
        if line.is_empty() {
            self.order.push_back(of);
        }
        line.push_back(job);
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Those whose turn it is, as long as the group is not large; at least one where any waits.
    pub(super) fn group(&mut self) -> Vec<Job> {
        let mut group = Vec::new();
        let (mut bytes, mut changes, mut weight) = (0, 0, 0);
        while bytes < GROUP_BYTES && changes < GROUP_CHANGES && weight < SLICE {
            let Some(job) = self.one() else { break };
            bytes += size(&job.push);
            changes += job.push.entries.len();
            weight += job.weight;
            group.push(job);
        }
        group
    }

    /// The one whose turn it is.
    pub(super) fn one(&mut self) -> Option<Job> {
        let of = self.order.pop_front()?;
        let line = self.lines.get_mut(&of)?;
        let job = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&of);
        } else {
            self.order.push_back(of);
        }
        job
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::document::{Document, Edit, Writer};
    use samsyn_engine::schema::kinds::CONTACT;
    use samsyn_engine::schema::{NewRecord, Value};
    use std::sync::Arc;

    use tokio::sync::mpsc;

    use super::*;
    use crate::writer::By;

    /// All changes of a contact with so long a note.
    fn contact(letters: usize) -> Vec<Entry> {
        let writer = Writer::new(&[1; 16], DeviceId::from_bytes([2; 16]), 0);
        let mut document = Document::create(&NewRecord::new(&CONTACT), &writer).unwrap();
        document.edit(&[Edit::set("notes", Value::Text("a".repeat(letters)))], &writer).unwrap();
        let entry = |change: samsyn_engine::document::EncodedChange| Entry {
            record: document.id(),
            body: EntryBody::Change(change.bytes),
        };
        document.changes_since(&[]).into_iter().map(entry).collect()
    }

    fn jobs(device: u8, entries: Vec<Entry>) -> Vec<Job> {
        let (answer, _) = mpsc::channel(1);
        let by = By {
            device: DeviceId::from_bytes([device; 16]),
            grant: None,
            payer: None,
            answer,
            seats: Arc::from([]),
        };
        Job::parts(Push { id: 1, entries }, &by)
    }

    #[test]
    fn a_push_is_cut_into_slices_between_records() {
        let small: Vec<Entry> = (0..100).flat_map(|_| contact(10)).collect();
        assert_eq!(parts(Push { id: 1, entries: small }).len(), 1);
        let large: Vec<Entry> = (0..6).flat_map(|_| contact(60_000)).collect();
        let (count, all) = (large.len(), large.clone());
        let parts = parts(Push { id: 9, entries: large });
        // A slice holds one of these and a half, and a record stays together.
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|(_, part)| part.id == 9 && weight(part) < 2 * SLICE));
        let last_and_first =
            parts.windows(2).map(|two| (two[0].1.entries.last().unwrap().record, two[1].1.entries[0].record));
        assert!(last_and_first.into_iter().all(|(last, first)| last != first));
        let mut next = 0;
        for (first, part) in &parts {
            assert_eq!(*first as usize, next);
            next += part.entries.len();
        }
        assert_eq!(next, count);
        let again: Vec<Entry> = parts.into_iter().flat_map(|(_, part)| part.entries).collect();
        assert_eq!(again, all, "in order");
        assert_eq!(super::parts(Push { id: 1, entries: Vec::new() }).len(), 1, "it is answered");
    }

    #[test]
    fn nobody_waits_behind_more_than_a_slice_of_anybody() {
        let mut turns = Turns::default();
        // One device has much to push, on several connections.
        for _ in 0..4 {
            jobs(1, (0..4).flat_map(|_| contact(120_000)).collect())
                .into_iter()
                .for_each(|job| turns.wait(job));
        }
        jobs(2, contact(10)).into_iter().for_each(|job| turns.wait(job));
        let devices =
            |group: Vec<Job>| -> Vec<u8> { group.iter().map(|job| job.by.device.as_bytes()[0]).collect() };
        let mut groups = Vec::new();
        while !turns.is_empty() {
            groups.push(devices(turns.group()));
        }
        let place = groups.iter().position(|group| group.contains(&2)).unwrap();
        assert!(place < 2 && groups.iter().all(|group| group.len() <= 3), "{groups:?}");
        assert_eq!(groups.iter().flatten().filter(|device| **device == 1).count(), 16);
    }

    #[test]
    fn pushes_of_one_device_stay_in_order() {
        let mut turns = Turns::default();
        let pushes: Vec<Vec<Entry>> = (0..3).map(|_| contact(5)).collect();
        for push in &pushes {
            jobs(1, push.clone()).into_iter().for_each(|job| turns.wait(job));
        }
        let group: Vec<Vec<Entry>> = turns.group().into_iter().map(|job| job.push.entries).collect();
        assert_eq!(group, pushes);
        assert!(turns.is_empty());
    }
}
