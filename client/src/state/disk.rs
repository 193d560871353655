//! Whether the file can be written, and what could not be: it is tried again, until there is room or somebody has changed what was in
//! the way.
//!
//! ```text
//!  opened to read ─┐
//!  a write fails ──┴▶ in the way: told ──every few seconds──▶ opened to write, what is typed kept ──▶ told that it is over
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::store::{StoreError, Unfinished, obstacle};

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(2);

/// What is known of the disk.
#[derive(Debug)]
pub(super) struct Disk {
    /// Why nothing can be written.
    in_the_way: Option<Arc<ReplicaError>>,
    /// What is typed and could not be kept, or taken from what is kept.
    waiting: Vec<Waiting>,
    next: Instant,
}

#[derive(Debug)]
struct Waiting {
    text: Unfinished,
    keeps: bool,
}

impl Disk {
    /// Of a replica that was just opened.
    pub(super) fn of(replica: &Replica) -> Disk {
        let in_the_way = replica.only_reads().then(|| {
            let path = replica.store().path();
            let error = obstacle(path).unwrap_or_else(|| StoreError::ReadOnly(path.to_owned()));
            Arc::new(error.into())
        });
        Disk { in_the_way, waiting: Vec::new(), next: Instant::now() + PAUSE }
    }

    /// Why nothing can be written now.
    pub(super) fn in_the_way(&self) -> Option<&Arc<ReplicaError>> {
        self.in_the_way.as_ref()
    }

    /// Learns what came of a write. Says whether something else is to be told than before.
    pub(super) fn learn(&mut self, error: Option<&Arc<ReplicaError>>) -> bool {
        let Some(error) = error.filter(|error| error.is_of_the_disk()) else { return false };
        let before = self.in_the_way.replace(Arc::clone(error));
        before.is_none_or(|before| before.to_string() != error.to_string())
    }

    /// What is typed could not be kept: it is tried again. Something later in its place needs the earlier no more.
    pub(super) fn wait_for(&mut self, text: &Unfinished, keeps: bool) {
        self.settled(text);
        self.waiting.push(Waiting { text: text.clone(), keeps });
    }

    /// What is typed need not be tried again.
    pub(super) fn settled(&mut self, text: &Unfinished) {
        let is_it = |known: &Unfinished| {
            (known.record, &known.path, &known.part) == (text.record, &text.path, &text.part)
        };
        self.waiting.retain(|waiting| !is_it(&waiting.text));
    }

    /// Whether it is to be tried again now.
    pub(super) fn is_due(&self) -> bool {
        self.in_the_way.is_some() && Instant::now() >= self.next
    }

    /// Tries again. Says whether something else is to be told than before.
    pub(super) fn try_again(&mut self, replica: &mut Replica) -> bool {
        self.next = Instant::now() + PAUSE;
        match replica.open_to_write().and_then(|()| self.write(replica)) {
            Err(error) if error.is_of_the_disk() => return self.learn(Some(&Arc::new(error))),
            // Somebody else is writing: later.
            Err(ReplicaError::Store(StoreError::Busy)) => return false,
            Err(error) => tracing::warn!(%error, "what was typed could not be kept"),
            Ok(()) => {}
        }
        self.in_the_way = None;
        true
    }

    fn write(&mut self, replica: &mut Replica) -> Result<(), ReplicaError> {
        replica.try_writing()?;
        while let Some(Waiting { text, keeps }) = self.waiting.first() {
            match keeps {
                true => replica.keep_unfinished(text)?,
                false => replica.finish(text)?,
            }
            self.waiting.remove(0);
        }
        Ok(())
    }
}
