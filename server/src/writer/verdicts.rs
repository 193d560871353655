//! What becomes of each change of a group of pushes.

use samsyn_engine::sync::{Logged, Refused};

use super::refusal::Refusal;

/// A change's place in a group: which push, and which of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// The push's place in the group.
    pub(super) push: usize,
    /// The change's place in the push.
    pub(super) number: usize,
}

/// Where the changes of each push stand in the log, or why they do not.
#[derive(Debug)]
pub(super) struct Verdicts {
    of: Vec<(Vec<Refused>, Vec<Logged>)>,
}

impl Verdicts {
    /// For so many pushes, nothing decided.
    pub(super) fn new(pushes: usize) -> Self {
        Verdicts { of: vec![(Vec::new(), Vec::new()); pushes] }
    }

    /// The change stands at that position of the log.
    pub(super) fn take(&mut self, slot: Slot, position: u64) {
        self.of[slot.push].1.push(Logged { number: number(slot), position });
    }

    /// The change is not taken.
    pub(super) fn refuse(&mut self, slot: Slot, refusal: &Refusal) {
        let (code, words) = (refusal.code, refusal.words.clone());
        self.of[slot.push].0.push(Refused { number: number(slot), code, words });
    }

    /// For each push what was refused of it, in its order, and where the rest stands.
    pub(super) fn into_answers(self) -> impl Iterator<Item = (Vec<Refused>, Vec<Logged>)> {
        self.of.into_iter().map(|(mut refused, stand)| {
            refused.sort_unstable_by_key(|refused| refused.number);
            (refused, stand)
        })
    }
}

fn number(slot: Slot) -> u32 {
    u32::try_from(slot.number).unwrap_or(u32::MAX)
}
