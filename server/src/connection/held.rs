//! Pushes that have come and are not handed to the writer yet: because as many are under way as may be, or because their
//! device pushes faster than the relay takes it from one.
//!
//! Whoever has to wait is still heard: a client that asks whether the relay is there gets its answer. What waits here is not
//! acknowledged, so nothing of it is lost if the connection ends.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;

use samsyn_engine::sync::{EntryBody, Push};
use tokio::time::{Duration, Instant, sleep_until};

use super::End;
use crate::limits::{Enough, Payer, Pusher, Seat, Tally};
use crate::writer::weight;

/// Pushes of one connection that wait.
#[derive(Debug)]
pub(super) struct Held {
    pusher: Pusher,
    tally: Arc<Tally>,
    waiting: VecDeque<(Instant, Push, Seat)>,
}

impl Held {
    /// Nothing waits yet.
    pub(super) fn nothing(pusher: Pusher, tally: Arc<Tally>) -> Self {
        Held { pusher, tally, waiting: VecDeque::new() }
    }

    /// How many wait.
    pub(super) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// A push came. Answers for how long it waits.
    ///
    /// # Errors
    /// Where its device has pushed as much as it may in a day.
    pub(super) fn take(&mut self, push: Push) -> Result<Duration, End> {
        let bytes = push.entries.iter().map(|entry| match &entry.body {
            EntryBody::Change(bytes) | EntryBody::Document(bytes) => bytes.len(),
            EntryBody::Known(_) => 0,
        });
        let size = (push.entries.len() as u64, bytes.sum::<usize>() as u64);
        let wait = self.tally.push(self.pusher, size).map_err(used_up)?;
        let seat = self.tally.hold(self.pusher, size.1);
        self.waiting.push_back((Instant::now() + wait, push, seat));
        Ok(wait)
    }

    /// On whom it is counted what it takes to check them.
    pub(super) fn payer(&self) -> Payer {
        Payer { pusher: self.pusher, tally: Arc::clone(&self.tally) }
    }

    /// Whether another may be read: what its device has sent on all its connections is bounded until it is answered.
    pub(super) fn has_room(&self) -> bool {
        self.tally.has_room(self.pusher)
    }

    /// The next that may be handed over, once it may, and what it is counted by until it is answered; never where none waits. May be
    /// dropped and called again.
    pub(super) async fn next(&mut self) -> (Push, Arc<[Seat]>) {
        while let Some((when, push, _)) = self.waiting.front_mut() {
            sleep_until(*when).await;
            // Others of the same device may have been taken on meanwhile.
            match self.tally.take_on(self.pusher, weight(push)) {
                Err(wait) => *when = Instant::now() + wait,
                Ok(taken_on) => {
                    if let Some((_, push, held)) = self.waiting.pop_front() {
                        return (push, Arc::from([held, taken_on]));
                    }
                }
            }
        }
        pending().await
    }
}

fn used_up(enough: Enough) -> End {
    let minutes = enough.seconds().div_ceil(60);
    let words = format!(
        "this computer has sent as much as the relay takes from one in a day: what is not sent is safe where it is, and goes on in {minutes} minutes"
    );
    End::enough(words, enough)
}
