//! Who did what, on which device, when and why.

use std::collections::HashSet;

use automerge::{ActorId, ChangeHash, ChangeMetadata, ObjId};

use super::difference::{Difference, differences};
use super::{Document, seeds};
use crate::identity::DeviceId;

/// Who made a change, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The change.
    pub change: ChangeHash,
    /// The device, and by it the person; `None` where a document came from elsewhere.
    pub device: Option<DeviceId>,
    /// That device's clock, in seconds since 1970-01-01 UTC.
    pub time: i64,
}

/// One change in a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Who and when.
    pub stamp: Stamp,
    /// The actor that wrote it.
    pub actor: ActorId,
    /// Why, where the person gave a reason.
    pub why: Option<String>,
    /// The changes it builds on.
    pub dependencies: Vec<ChangeHash>,
}

impl Document {
    /// All changes in an order in which each comes after those it builds on. Seeds are nobody's and left out.
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.history_since(&[])
    }

    /// The changes that are not among `heads` or before them.
    pub fn history_since(&self, heads: &[ChangeHash]) -> Vec<HistoryEntry> {
        let changes = self.automerge.get_changes_meta(heads);
        changes.iter().filter(|change| !seeds::is_seed_actor(&change.actor)).map(|c| self.entry(c)).collect()
    }

    /// The change that made the record, and the one that was made last by the clocks of those who made them. The same
    /// wherever the same changes are, in whatever order they came. (The order of [`Document::history`] is that in which
    /// they came, and there may be two beginnings: whoever had no more of a record than its seeds may have written.)
    pub fn first_and_last(&self) -> Option<(Stamp, Stamp)> {
        let history = self.history();
        let by_people: HashSet<ChangeHash> = history.iter().map(|entry| entry.stamp.change).collect();
        let begins =
            |entry: &&HistoryEntry| entry.dependencies.iter().all(|change| !by_people.contains(change));
        let order = |entry: &&HistoryEntry| (entry.stamp.time, entry.stamp.change);
        let first = history.iter().filter(begins).min_by_key(order)?;
        let last = history.iter().max_by_key(order)?;
        Some((first.stamp.clone(), last.stamp.clone()))
    }

    /// What one change changed, compared with the state it builds on.
    pub fn differences_of(&self, entry: &HistoryEntry) -> Vec<Difference> {
        differences(&self.read_at(&entry.dependencies), &self.read_at(&[entry.stamp.change]))
    }

    /// What is different between two points of the history.
    pub fn differences_between(&self, before: &[ChangeHash], after: &[ChangeHash]) -> Vec<Difference> {
        differences(&self.read_at(before), &self.read_at(after))
    }

    /// Who wrote a value, by the operation that wrote it.
    pub(super) fn stamp_of(&self, operation: &ObjId) -> Option<Stamp> {
        let hash = self.automerge.hash_for_opid(operation)?;
        self.stamp(&hash)
    }

    /// Who made that change.
    pub fn stamp(&self, hash: &ChangeHash) -> Option<Stamp> {
        let meta = self.automerge.get_change_meta_by_hash(hash)?;
        Some(self.entry(&meta).stamp)
    }

    fn entry(&self, meta: &ChangeMetadata<'_>) -> HistoryEntry {
        HistoryEntry {
            stamp: Stamp { change: meta.hash, device: self.device_of(&meta.actor), time: meta.timestamp },
            actor: meta.actor.clone().into_owned(),
            why: meta.message.as_ref().map(|text| text.to_string()),
            dependencies: meta.deps.clone(),
        }
    }
}
