//! Reading a log for those who are connected: in turns by device, and each no more than it gets.
//!
//! ```text
//!  connections of a device ─▶ its turn (one of them at a time) ─▶ what it may take in a minute ─▶ a reader of the log
//! ```
//!
//! Many connections of one device hold one place among all who wait: so whoever joins or compares again and again, on as many
//! connections as they like, holds others up by one bundle at most.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::limits::{Payer, Pusher};

/// The turns of all devices that are connected to a workspace.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<Pusher, Weak<Semaphore>>>);

impl Turns {
    /// A connection of a device.
    pub(crate) fn reader(&self, payer: Payer) -> Reader {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&payer.pusher).and_then(Weak::upgrade) {
            return Reader { turn, payer };
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Semaphore::new(1));
        turns.insert(payer.pusher, Arc::downgrade(&turn));
        Reader { turn, payer }
    }
}

/// For whom something is read.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    turn: Arc<Semaphore>,
    payer: Payer,
}

impl Reader {
    /// Waits until it is the device's turn, and it may take more. The turn ends with the answer.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        let permit = self.turn.acquire().await.ok();
        loop {
            let wait = self.payer.tally.may_read(self.payer.pusher);
            if wait.is_zero() {
                return Turn { payer: &self.payer, _permit: permit };
            }
            sleep(wait).await;
        }
    }
}

/// The turn of a device.
pub(crate) struct Turn<'a> {
    payer: &'a Payer,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Turn<'_> {
    /// So long it took to read.
    pub(crate) fn took(self, time: Duration) {
        self.payer.tally.has_read(self.payer.pusher, time);
    }
}

/// Something that is being read, or was. It goes on while nobody looks: whoever is busy sending to a client that does not take it must
/// not hold a turn meanwhile. It ends with this.
#[derive(Debug)]
pub(crate) enum Reading<T> {
    Done(Option<T>),
    Underway(JoinHandle<T>),
}

impl<T: Send + 'static> Reading<T> {
    /// Begins.
    pub(crate) fn begin(read: impl Future<Output = T> + Send + 'static) -> Reading<T> {
        let mut read = Box::pin(read);
        // Most of what is live is in memory.
        match read.as_mut().now_or_never() {
            Some(answer) => Reading::Done(Some(answer)),
            None => Reading::Underway(tokio::spawn(read)),
        }
    }

    /// What came of it; none where it panicked, or was answered before. May be dropped and called again.
    pub(crate) async fn answer(&mut self) -> Option<T> {
        match self {
            Reading::Done(answer) => answer.take(),
            Reading::Underway(task) => task.await.ok(),
        }
    }
}

impl<T> Drop for Reading<T> {
    fn drop(&mut self) {
        if let Reading::Underway(task) = self {
            task.abort();
        }
    }
}

/// What comes of some work, and how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    (work(), began.elapsed())
}

#[cfg(test)]
mod tests {
    use samsyn_engine::id::RecordId;
    use samsyn_engine::identity::WorkspaceId;

    use super::*;
    use crate::config::Limits;
    use crate::limits::Tally;

    fn devices<const N: usize>() -> [Payer; N] {
        let (tally, town) = (Arc::new(Tally::new(Limits::default())), WorkspaceId::random());
        [(); N]
            .map(|()| Payer { pusher: Pusher::proven(town, RecordId::random()), tally: Arc::clone(&tally) })
    }

    #[test]
    fn connections_of_one_device_have_one_turn_and_those_of_another_theirs() {
        let (turns, [one, other]) = (Turns::default(), devices());
        let [first, second] = [(); 2].map(|()| turns.reader(one.clone()));
        let elsewhere = turns.reader(other);
        let turn = first.turn().now_or_never().expect("nobody is before it");
        assert!(second.turn().now_or_never().is_none());
        assert!(elsewhere.turn().now_or_never().is_some());
        turn.took(Duration::ZERO);
        assert!(second.turn().now_or_never().is_some());
        // Nobody is remembered who is not connected any more.
        drop((first, second, elsewhere));
        let [another] = devices();
        let _reader = turns.reader(another);
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }

    /// Found by the figures of `benches/hostile.rs`: whoever did not take an acknowledgement held a reader of the log for a minute.
    #[tokio::test]
    async fn what_is_read_holds_no_turn_while_nobody_looks() {
        let (turns, [one]) = (Turns::default(), devices());
        let [first, second] = [(); 2].map(|()| turns.reader(one.clone()));
        let mut reading = Reading::begin(async move {
            let turn = first.turn().await;
            sleep(Duration::from_millis(1)).await;
            turn.took(Duration::ZERO);
            7
        });
        second.turn().await.took(Duration::ZERO);
        assert_eq!(reading.answer().await, Some(7));
        let first = turns.reader(one);
        let endless = Reading::begin(async move {
            let _turn = first.turn().await;
            std::future::pending::<()>().await;
        });
        drop(endless);
        second.turn().await.took(Duration::ZERO);
    }

    #[tokio::test]
    async fn a_device_that_has_had_much_waits_and_is_not_in_anybodys_way() {
        let (turns, [one, other]) = (Turns::default(), devices());
        let (reader, elsewhere) = (turns.reader(one), turns.reader(other));
        reader.turn().await.took(Duration::from_secs(100));
        assert!(reader.turn().now_or_never().is_none());
        assert!(elsewhere.turn().now_or_never().is_some());
    }
}
