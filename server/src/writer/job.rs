//! A push on its way into the log, in parts, and what becomes of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Grant};
use samsyn_engine::sync::{ErrorCode, Logged, Push, Refused};
use tokio::sync::mpsc;

use super::turns;
use crate::limits::{Payer, Seat};

/// A push, or a part of one, on its way into the log.
#[derive(Debug)]
pub(crate) struct Job {
    /// What was pushed.
    pub(super) push: Push,
    /// The place of its first change in the push that the client made.
    first: u32,
    /// About how much of the writer's time it takes, in operations.
    pub(super) weight: usize,
    /// The same for the record of it that takes most.
    heaviest: usize,
    /// What became of the other parts, for the answer.
    sum: Arc<Mutex<Sum>>,
    /// Who pushed it.
    pub(super) by: By,
}

/// Who pushed something, and where the answer goes.
#[derive(Debug, Clone)]
pub(crate) struct By {
    /// By which device.
    pub(crate) device: DeviceId,
    /// What that device may do; none in a workspace that has a secret instead of members.
    pub(crate) grant: Option<Grant>,
    /// On whom it is counted how long it takes to check it; none where that is not counted.
    pub(crate) payer: Option<Payer>,
    /// Where the answer goes. Has room for as many answers as its connection has pushes under way.
    pub(crate) answer: mpsc::Sender<Answer>,
    /// By what it is counted until it is answered.
    pub(crate) seats: Arc<[Seat]>,
}

/// What became of some parts of a push.
#[derive(Debug, Default)]
struct Sum {
    /// Of so many nothing is known yet. They need not end in their order.
    left: usize,
    refused: Vec<Refused>,
    places: Vec<Logged>,
    /// Some of it could not be stored.
    failed: bool,
}

/// What became of a push.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    /// The push's number.
    pub(crate) push: u64,
    /// What became of its changes.
    pub(crate) outcome: Outcome,
}

/// What became of the changes of a push.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// They are durable in the log, but for some.
    Logged {
        /// What was not taken.
        refused: Vec<Refused>,
        /// Where the others stand.
        places: Vec<Logged>,
    },
    /// Nothing could be stored.
    Failed,
}

impl Job {
    /// The parts of a push, so that others have their turn between them. They have to be handed over in order.
    pub(crate) fn parts(push: Push, by: &By) -> Vec<Job> {
        let parts = turns::parts(push);
        let sum = Arc::new(Mutex::new(Sum { left: parts.len(), ..Sum::default() }));
        let job = |(first, push): (u32, Push)| {
            let weights = turns::weights(&push);
            let (weight, heaviest) =
                (weights.values().sum(), weights.into_values().max().unwrap_or_default());
            Job { push, first, weight, heaviest, sum: Arc::clone(&sum), by: by.clone() }
        };
        parts.into_iter().map(job).collect()
    }

    /// About how much of the writer's time the record takes that takes most, in operations.
    pub(super) fn heaviest(&self) -> usize {
        self.heaviest
    }

    /// The records that it changes. One may come more than once.
    pub(super) fn records(&self) -> impl Iterator<Item = RecordId> {
        self.push.entries.iter().map(|entry| entry.record)
    }

    /// This became of it, and so long it took.
    pub(super) fn tell(self, outcome: Outcome, work: Duration) {
        if let Some(payer) = &self.by.payer {
            payer.worked(self.weight, work);
        }
        // With its last part it counts for nothing any more.
        drop(self.by.seats);
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.add(outcome, self.first);
        if sum.left == 0 {
            let outcome = std::mem::take(&mut *sum).outcome();
            // Nobody hears it where the connection is gone. The changes are in the log all the same.
            let _ = self.by.answer.try_send(Answer { push: self.push.id, outcome });
        }
    }

    /// Checking it panicked.
    pub(super) fn refuse_all(self, work: Duration) {
        tracing::error!(device = %self.by.device, "checking a push panicked: it was refused");
        let words = "the relay failed while it checked this change: tell whoever runs it";
        let refuse = |number| Refused { number, code: ErrorCode::Malformed, words: words.to_owned() };
        let count = u32::try_from(self.push.entries.len()).unwrap_or(u32::MAX);
        let refused = (0..count).map(refuse).collect();
        self.tell(Outcome::Logged { refused, places: Vec::new() }, work);
    }
}

impl Sum {
    /// What became of a part that begins at this place.
    fn add(&mut self, outcome: Outcome, first: u32) {
        self.left = self.left.saturating_sub(1);
        let Outcome::Logged { refused, places } = outcome else {
            self.failed = true;
            return;
        };
        self.refused.extend(refused.into_iter().map(|one| Refused { number: one.number + first, ..one }));
        self.places.extend(places.into_iter().map(|one| Logged { number: one.number + first, ..one }));
    }

    fn outcome(self) -> Outcome {
        if self.failed {
            return Outcome::Failed;
        }
        let Sum { mut refused, mut places, .. } = self;
        refused.sort_by_key(|one| one.number);
        places.sort_by_key(|one| one.number);
        Outcome::Logged { refused, places }
    }
}
