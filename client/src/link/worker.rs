//! The thread that keeps a window's replica in step with the relay.
//!
//! It opens the replica's file for itself: what it stores is there for everybody, and nobody waits for it. It tells what
//! happens through a callback and takes [`Command`]s. Losing the connection is the normal case: it tries again after a
//! pause that doubles, with some chance in it so that a hundred laptops do not return in the same second.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Replica, SyncNews, SyncProblem};
use samsyn_engine::store::OutboxState;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use super::connection::{Connection, LinkError};

/// How the replica stands with the relay. Never better than the truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// This workspace has no relay.
    Alone,
    /// Somebody chose to work offline.
    Offline,
    /// On the way to the relay.
    Connecting,
    /// The relay sends what came while we were away.
    CatchingUp {
        /// So many changes have come,
        received: u64,
        /// of so many.
        pending: u64,
    },
    /// The relay does not know our place in its log any more: what both hold is being compared.
    Comparing,
    /// Connected, with all that the relay has.
    Live,
    /// Not connected: why, and when the next try is.
    Waiting {
        /// Why, for people.
        reason: Arc<LinkError>,
        /// Seconds until the next try.
        seconds: u64,
    },
}

/// How sync stands, for the status line.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncStatus {
    /// The link.
    pub link: Link,
    /// What waits here.
    pub outbox: OutboxState,
    /// When the relay was last met, in seconds since 1970-01-01 UTC.
    pub last_contact: Option<i64>,
}

/// What the worker tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Sync stands otherwise than before.
    Status(SyncStatus),
    /// Records changed because of others.
    Merged(Vec<RecordId>),
}

/// What the worker is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Work offline, or no longer.
    Offline(bool),
    /// There is something new in the outbox, or somebody wants to try now.
    Nudge,
    /// End.
    Stop,
}

/// The worker's handle. Dropped, it ends the thread.
#[derive(Debug)]
pub struct SyncWorker {
    commands: UnboundedSender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl SyncWorker {
    /// Starts the thread for the replica at `path`.
    pub fn start(path: PathBuf, offline: bool, tell: impl Fn(Report) + Send + 'static) -> SyncWorker {
        let (commands, orders) = unbounded_channel();
        let body = move || run(path, offline, orders, Box::new(tell));
        let thread = std::thread::Builder::new().name("sync".to_owned()).spawn(body);
        if let Err(error) = &thread {
            tracing::error!(%error, "the sync thread could not be started");
        }
        SyncWorker { commands, thread: thread.ok() }
    }

    /// Tells the worker something. It may have ended; then nobody listens.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }
}

impl Drop for SyncWorker {
    fn drop(&mut self) {
        self.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Tell = Box<dyn Fn(Report) + Send>;

fn run(path: PathBuf, offline: bool, orders: UnboundedReceiver<Command>, tell: Tell) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the sync thread has no runtime"),
    };
    match Replica::open(&path) {
        Ok(replica) => {
            let told = Mutex::new(None);
            let unfolded = Some(None);
            let worker = Worker { replica, offline, orders, tell, told, failures: 0, unfolded };
            runtime.block_on(worker.run());
        }
        Err(error) => tracing::error!(%error, "the sync thread cannot open the replica"),
    }
}

struct Worker {
    replica: Replica,
    offline: bool,
    orders: UnboundedReceiver<Command>,
    tell: Tell,
    told: Mutex<Option<SyncStatus>>,
    failures: u32,
    /// Behind which record history may be left to fold; none where there is none.
    unfolded: Option<Option<RecordId>>,
}

/// So many records are folded at once: the file is kept from the window for no more than a frame or two.
const FOLDED_AT_ONCE: usize = 16;

/// Why a connection, or a pause, ended.
enum Ended {
    Stop,
    Again,
    Failed(LinkError),
}

impl Worker {
    async fn run(mut self) {
        loop {
            let ended = if self.replica.meta().is_ok_and(|meta| meta.relay.is_none()) {
                self.pause(Link::Alone, None).await
            } else if self.offline {
                self.pause(Link::Offline, None).await
            } else {
                self.connection().await
            };
            match ended {
                Ended::Stop => return,
                Ended::Again => {}
                Ended::Failed(error) => {
                    tracing::info!(%error, "not connected");
                    self.failures += 1;
                    let pause = pause_after(self.failures);
                    let link = Link::Waiting { reason: Arc::new(error), seconds: pause.as_secs() };
                    if matches!(self.pause(link, Some(pause)).await, Ended::Stop) {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for an order, or for the time to pass.
    async fn pause(&mut self, link: Link, time: Option<Duration>) -> Ended {
        self.status(link.clone());
        let until = tokio::time::Instant::now() + time.unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
        loop {
            let order = tokio::select! {
                order = self.orders.recv() => order,
                () = tokio::time::sleep_until(until) => return Ended::Again,
                // Others write to the file, too; what waits is told.
                () = sleep(Duration::from_secs(1)) => {
                    self.status(left_of(&link, until));
                    continue;
                }
            };
            match order {
                None | Some(Command::Stop) => return Ended::Stop,
                Some(Command::Offline(offline)) => {
                    (self.offline, self.failures) = (offline, 0);
                    return Ended::Again;
                }
                Some(Command::Nudge) if matches!(link, Link::Alone) => return Ended::Again,
                Some(Command::Nudge) => self.status(left_of(&link, until)),
            }
        }
    }

    async fn connection(&mut self) -> Ended {
        self.status(Link::Connecting);
        let mut connection = match Connection::open(&self.replica).await {
            Ok(connection) => connection,
            Err(error) => return Ended::Failed(error),
        };
        let mut link = Link::Connecting;
        loop {
            // Between two frames: orders, and every second a look at what other processes put into the outbox.
            let order = tokio::select! {
                order = self.orders.recv() => Some(order),
                news = connection.next(&mut self.replica) => {
                    match news {
                        Err(LinkError::Problem(SyncProblem::BeginAgain)) => return Ended::Again,
                        Err(error) => return Ended::Failed(error),
                        Ok(news) => {
                            if let Err(error) = self.note(news, &mut link) {
                                return Ended::Failed(error);
                            }
                        }
                    }
                    None
                }
                () = sleep(Duration::from_secs(1)) => {
                    self.fold();
                    None
                }
            };
            match order {
                None | Some(Some(Command::Nudge)) => self.status(link.clone()),
                Some(None | Some(Command::Stop)) => {
                    connection.close().await;
                    return Ended::Stop;
                }
                Some(Some(Command::Offline(offline))) => {
                    self.offline = offline;
                    if offline {
                        connection.close().await;
                        return Ended::Again;
                    }
                }
            }
        }
    }

    fn note(&mut self, news: Vec<SyncNews>, link: &mut Link) -> Result<(), LinkError> {
        for news in news {
            match news {
                SyncNews::Connected { pending, .. } => *link = Link::CatchingUp { received: 0, pending },
                SyncNews::Comparing => *link = Link::Comparing,
                SyncNews::Merged { records, changes } => {
                    if let Link::CatchingUp { received, .. } = link {
                        *received += changes as u64;
                    }
                    if !records.is_empty() {
                        (self.tell)(Report::Merged(records));
                    }
                }
                SyncNews::CaughtUp => {
                    *link = Link::Live;
                    self.failures = 0;
                }
                SyncNews::NewIdentity { records, .. } => (self.tell)(Report::Merged(records)),
                SyncNews::Closed(notice) => return Err(LinkError::Closed(notice)),
                SyncNews::Pushed(_) => self.unfolded = Some(None),
                SyncNews::FirstSynced
                | SyncNews::Compared { .. }
                | SyncNews::Refused { .. }
                | SyncNews::NotTaken { .. }
                | SyncNews::Quarantined { .. } => {}
            }
        }
        Ok(())
    }

    /// Nothing has come or gone for a second: folds some history, if there is any.
    fn fold(&mut self) {
        let Some(after) = self.unfolded else { return };
        self.unfolded = match self.replica.fold(after, FOLDED_AT_ONCE) {
            Ok(last) => last.map(Some),
            Err(error) => {
                tracing::warn!(%error, "history could not be folded; nothing is lost");
                None
            }
        };
    }

    /// Tells how sync stands, if it stands otherwise than was last told.
    fn status(&self, link: Link) {
        let outbox = self.replica.store().outbox_state().unwrap_or_default();
        let last_contact = self.replica.meta().ok().and_then(|meta| meta.last_contact);
        let status = SyncStatus { link, outbox, last_contact };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&status) {
            *told = Some(status.clone());
            (self.tell)(Report::Status(status));
        }
    }
}

impl PartialEq for LinkError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// The same, with the seconds that are left of a pause.
fn left_of(link: &Link, until: tokio::time::Instant) -> Link {
    match link {
        Link::Waiting { reason, .. } => {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            Link::Waiting { reason: Arc::clone(reason), seconds: left.as_secs() }
        }
        other => other.clone(),
    }
}

/// One second after the first failure, doubling up to a minute, with up to half of it added by chance.
fn pause_after(failures: u32) -> Duration {
    let seconds = 2_u64.saturating_pow(failures.saturating_sub(1).min(6)).min(60);
    Duration::from_millis(seconds * 1_000 + rand::random_range(0..=seconds * 500))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute_and_a_half() {
        for failures in 1..100 {
            let pause = pause_after(failures).as_secs_f64();
            assert!((1.0..=90.0).contains(&pause), "{failures}: {pause}");
        }
        assert!(pause_after(1) < Duration::from_secs(2));
        assert!(pause_after(20) >= Duration::from_secs(60));
    }
}
