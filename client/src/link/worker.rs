//! The thread that keeps a window's replica in step with the relay.
//!
//! It opens the replica's file for itself: what it stores is there for everybody, and nobody waits for it. It tells what
//! happens through a callback and takes [`Command`]s. Losing the connection is the normal case: it tries again after a
//! pause, and at once when the network has changed or the computer has slept. A connection that lives through either is
//! asked at once whether it still lives. One that has to be begun anew is, at once; where that does not end there are pauses as
//! after any failure (`anew`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Management;
use samsyn_engine::replica::{Replica, SyncNews, SyncProblem};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until};

mod without_disk;

use super::anew::Anew;
use super::backoff::Backoff;
use super::network_monitor::{NetworkMonitor, ThisComputer, Watch};
use super::questions::Questions;
use super::sending::{Course, Sending};
use super::{Connection, LinkError};

pub use super::report::{Asked, Command, Link, Report, SyncStatus};

/// The worker's handle. Dropped, it ends the thread.
#[derive(Debug)]
pub struct SyncWorker {
    commands: UnboundedSender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl SyncWorker {
    /// Starts the thread for the replica at `path`.
    pub fn start(path: PathBuf, offline: bool, tell: impl Fn(Report) + Send + 'static) -> SyncWorker {
        SyncWorker::start_in(Box::new(ThisComputer), path, offline, tell)
    }

    /// Starts the thread with this monitor, for tests that change what it sees.
    pub fn start_in(
        monitor: Box<dyn NetworkMonitor>,
        path: PathBuf,
        offline: bool,
        tell: impl Fn(Report) + Send + 'static,
    ) -> SyncWorker {
        let (commands, orders) = unbounded_channel();
        let start = Start { monitor, path, offline, orders, tell: Box::new(tell) };
        let thread = std::thread::Builder::new().name("sync".to_owned()).spawn(|| run(start));
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

/// What the thread begins with.
struct Start {
    monitor: Box<dyn NetworkMonitor>,
    path: PathBuf,
    offline: bool,
    orders: UnboundedReceiver<Command>,
    tell: Tell,
}

fn run(start: Start) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "the sync thread has no runtime"),
    };
    let mut start = start;
    match runtime.block_on(without_disk::opened(&mut start)) {
        Some(Ok(replica)) => {
            runtime.block_on(async { Worker::new(replica, start).run().await });
        }
        Some(Err(error)) => tracing::error!(%error, "the sync thread cannot open the replica"),
        None => {}
    }
    // A look-up of a name that hangs must not keep a window from closing.
    runtime.shutdown_background();
}

struct Worker {
    replica: Replica,
    offline: bool,
    orders: UnboundedReceiver<Command>,
    tell: Tell,
    told: Mutex<Option<SyncStatus>>,
    backoff: Backoff,
    anew: Anew,
    watch: Watch,
    /// Why there is no connection, until there is one.
    trouble: Option<Arc<LinkError>>,
    /// Behind which record history may be left to fold; none where there is none.
    unfolded: Option<Option<RecordId>>,
    /// Each record was looked at, whether it is as it was written.
    looked_at_all: bool,
    /// What somebody has open here.
    open: Option<RecordId>,
    /// What the relay was asked for and has not answered, in the order in which it will.
    questions: Questions,
    /// How far what waits has gone, while there is a connection.
    course: Mutex<Course>,
    /// The relay's address, as it was when something was last begun. Another command may change it.
    relay: Option<String>,
    /// When to look again for a key of this device that is not here.
    next_look: Instant,
}

/// How often this looks whether somebody else has written to the file.
const LOOK: Duration = Duration::from_secs(1);

/// So many records are folded at once: the file is kept from the window for no more than a frame or two.
const FOLDED_AT_ONCE: usize = 16;

/// So many records are looked at in one step, whether a disk has done something to them.
const LOOKED_AT_ONCE: usize = 50;

/// So much time passes before a key that was not at hand is looked for again.
const LOOKS_APART: Duration = Duration::from_secs(300);

/// Why a connection, or a pause, ended.
enum Ended {
    Stop,
    Again,
    Failed(LinkError),
}

impl Worker {
    fn new(replica: Replica, start: Start) -> Worker {
        let Start { monitor, offline, orders, tell, .. } = start;
        let watch = Watch::new(monitor);
        let (told, backoff) = (Mutex::new(None), Backoff::default());
        let relay = replica.store().relay().ok().flatten();
        Worker {
            replica,
            offline,
            orders,
            tell,
            told,
            backoff,
            anew: Anew::default(),
            watch,
            trouble: None,
            unfolded: Some(None),
            looked_at_all: false,
            open: None,
            questions: Questions::default(),
            course: Mutex::default(),
            relay,
            // It was looked for as the replica was opened.
            next_look: Instant::now() + LOOKS_APART,
        }
    }

    async fn run(mut self) {
        loop {
            self.look_where();
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
                    let pause = self.backoff.pause(&error, &mut rand::rng());
                    let reason = Arc::new(error);
                    self.trouble = Some(Arc::clone(&reason));
                    let link = Link::Waiting { reason, next: Some(minute_after(pause)) };
                    if matches!(self.pause(link, Some(pause)).await, Ended::Stop) {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for an order, for the time to pass, or for a change around us that makes a try worth while.
    async fn pause(&mut self, link: Link, time: Option<Duration>) -> Ended {
        let until = Instant::now() + time.unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
        let mut told_at = None;
        loop {
            // Others write to the file, too; what waits is told. It is counted only where something was written: with much waiting
            // that takes its time, and nothing else happens here.
            let version = self.replica.store().data_version().ok();
            if version.is_none() || version != told_at {
                told_at = version;
                if self.is_elsewhere() {
                    return Ended::Again;
                }
                self.status(link.clone());
            }
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Command::Nudge) if link == Link::Alone => return Ended::Again,
                    order => if let Some(ended) = self.obey(order) { return ended },
                },
                () = sleep_until(until) => return Ended::Again,
                _ = self.watch.change() => {
                    self.backoff.reset();
                    return Ended::Again;
                }
                () = sleep(LOOK) => {}
            }
        }
    }

    /// What an order brings to an end. Who works offline, or no longer, or wants to try now, begins anew.
    fn obey(&mut self, order: Option<Command>) -> Option<Ended> {
        match order {
            None | Some(Command::Stop) => Some(Ended::Stop),
            Some(Command::Nudge) => None,
            Some(Command::Open(record)) => {
                self.open = record;
                None
            }
            Some(Command::Manage(management)) => {
                (self.tell)(Report::Managed(management, Asked::NotConnected));
                None
            }
            Some(Command::Watch(looks)) => {
                self.questions.watch(looks);
                None
            }
            Some(Command::NewKey) => {
                crate::keys::take_kept(&mut self.replica);
                self.trouble = None;
                self.backoff.reset();
                Some(Ended::Again)
            }
            Some(Command::Offline(offline)) => {
                (self.offline, self.trouble) = (offline, None);
                self.backoff.reset();
                Some(Ended::Again)
            }
        }
    }

    /// Begins where the relay is now. Where that is another place than before, what went wrong there counts no more, and this device
    /// may have a key that it had not.
    fn look_where(&mut self) {
        let Ok(relay) = self.replica.store().relay() else { return };
        if self.relay != relay {
            crate::keys::take_kept(&mut self.replica);
            self.relay = relay;
            self.trouble = None;
            self.backoff.reset();
        }
    }

    /// Whether the relay's address was changed meanwhile, here or by another command: nothing goes on at the old one.
    fn is_elsewhere(&self) -> bool {
        self.replica.store().relay().is_ok_and(|relay| relay != self.relay)
    }

    /// A keyring that is locked asks somebody to unlock it: not at every try.
    fn look_for_key(&mut self) {
        let now = Instant::now();
        if self.next_look <= now {
            self.next_look = now + LOOKS_APART;
            crate::keys::look_again(&mut self.replica);
        }
    }

    /// From the first try until there is no connection any more.
    async fn connection(&mut self) -> Ended {
        self.course = Mutex::default();
        let mut link = self.while_trying();
        self.look_for_key();
        let mut connection = match self.open(&mut link).await {
            Ok(connection) => connection,
            Err(ended) => return ended,
        };
        connection.open_record(self.open);
        let ended = self.keep(&mut connection, &mut link).await;
        // Of others nothing is known without a connection.
        (self.tell)(Report::Present(BTreeMap::new()));
        for management in self.questions.unanswered() {
            (self.tell)(Report::Managed(management, Asked::Unanswered));
        }
        if self.backoff.held(connection.held()) {
            self.anew.reset();
        }
        if !matches!(ended, Ended::Failed(_)) {
            connection.close().await;
        }
        ended
    }

    /// What is told while a try is under way. One that follows a failed one of its own accord changes nothing for anybody: the window would be
    /// drawn twice for each, for hours.
    fn while_trying(&self) -> Link {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = told.as_ref().map(|told| told.link.clone());
        waiting.filter(|_| self.trouble.is_some()).unwrap_or(Link::Connecting)
    }

    /// Connects. What was begun in another network leads nowhere, so a change begins anew.
    async fn open(&mut self, link: &mut Link) -> Result<Connection, Ended> {
        self.status(link.clone());
        let order = {
            let opening = Connection::open(&self.replica);
            tokio::pin!(opening);
            loop {
                tokio::select! {
                    opened = &mut opening => return opened.map_err(Ended::Failed),
                    order = self.orders.recv() => match order {
                        Some(Command::Nudge) => {}
                        // The try is under way already, and somebody wants to see it.
                        Some(Command::Offline(false)) => {
                            self.trouble = None;
                            self.backoff.reset();
                            *link = Link::Connecting;
                            self.status(link.clone());
                        }
                        Some(Command::Open(record)) => self.open = record,
                        Some(Command::Watch(looks)) => self.questions.watch(looks),
                        Some(Command::Manage(management)) => {
                            (self.tell)(Report::Managed(management, Asked::NotConnected));
                        }
                        order => break order,
                    },
                    _ = self.watch.change() => return Err(Ended::Again),
                }
            }
        };
        Err(self.obey(order).unwrap_or(Ended::Again))
    }

    /// Keeps both sides in step for as long as the connection holds.
    async fn keep(&mut self, connection: &mut Connection, link: &mut Link) -> Ended {
        loop {
            // Between two frames: orders, and every second a look at what other processes put into the outbox.
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Command::Offline(false)) => {
                        if matches!(link, Link::Waiting { .. }) {
                            *link = Link::Connecting;
                        }
                        connection.doubt();
                    }
                    Some(Command::Manage(management)) => self.ask(connection, link, management),
                    order => {
                        if let Some(ended) = self.obey(order) {
                            return ended;
                        }
                        connection.open_record(self.open);
                    }
                },
                news = connection.next(&mut self.replica) => {
                    match news.and_then(|news| self.note(news, link)) {
                        Ok(()) => {}
                        Err(LinkError::Problem(SyncProblem::BeginAgain)) => return self.begin_again(),
                        Err(error) => return Ended::Failed(error),
                    }
                }
                _ = self.watch.change() => connection.doubt(),
                () = sleep(Duration::from_secs(1)) => {
                    self.fold();
                    if self.look_for_damage() {
                        // The next connection compares, and gets what is damaged anew.
                        return Ended::Again;
                    }
                    self.look_who_belongs(connection, link);
                }
            }
            if self.is_elsewhere() {
                return Ended::Again;
            }
            self.status(link.clone());
        }
    }

    /// The connection has to be begun anew: at once, unless the relay always has another reason.
    fn begin_again(&mut self) -> Ended {
        match self.anew.is_free() {
            true => Ended::Again,
            false => Ended::Failed(LinkError::Anew(self.anew.times())),
        }
    }

    /// Asks who belongs, where somebody looks at that and it was not asked for a while.
    fn look_who_belongs(&mut self, connection: &mut Connection, link: &Link) {
        if *link == Link::Live && self.questions.is_due() && connection.manage(&Management::Roster) {
            self.questions.asked_again();
        }
    }

    /// Asks the relay, if it has let us in.
    fn ask(&mut self, connection: &mut Connection, link: &Link, management: Management) {
        let answer = match link {
            Link::CatchingUp { .. } | Link::Comparing | Link::Live if connection.manage(&management) => {
                return self.questions.asked(management);
            }
            Link::CatchingUp { .. } | Link::Comparing | Link::Live => Asked::TooOld,
            _ => Asked::NotConnected,
        };
        (self.tell)(Report::Managed(management, answer));
    }

    fn note(&mut self, news: Vec<SyncNews>, link: &mut Link) -> Result<(), LinkError> {
        for news in news {
            match news {
                SyncNews::Connected { pending, .. } => {
                    self.trouble = None;
                    *link = Link::CatchingUp { received: 0, pending };
                }
                SyncNews::Comparing => *link = Link::Comparing,
                SyncNews::Merged { records, changes } => {
                    if let Link::CatchingUp { received, .. } = link {
                        *received += changes as u64;
                    }
                    if !records.is_empty() {
                        (self.tell)(Report::Merged(records));
                    }
                }
                SyncNews::CaughtUp => *link = Link::Live,
                SyncNews::Present(others) => (self.tell)(Report::Present(others)),
                SyncNews::NewIdentity { records, .. } => (self.tell)(Report::Merged(records)),
                SyncNews::Withdrawn(withdrawn) => (self.tell)(Report::Merged(withdrawn.records)),
                SyncNews::Mended(mended) => (self.tell)(Report::Mended(mended)),
                SyncNews::Erased(erased) => {
                    let records = erased.into_iter().map(|erased| erased.record).collect();
                    (self.tell)(Report::Merged(records));
                }
                SyncNews::Closed(notice) => return Err(LinkError::Closed(notice)),
                SyncNews::Pushed(_) => self.unfolded = Some(None),
                SyncNews::Waits { seconds } => self.course().waits(seconds),
                SyncNews::Managed(managed) => {
                    if let Some((management, managed)) = self.questions.answered(managed) {
                        (self.tell)(Report::Managed(management, Asked::Answered(managed)));
                    }
                }
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

    /// Nothing has come or gone for a second: looks whether some more records are as they were written, once through all of them. Says
    /// whether one was not.
    fn look_for_damage(&mut self) -> bool {
        if self.looked_at_all {
            return false;
        }
        match self.replica.look_for_damage(LOOKED_AT_ONCE) {
            Ok((damaged, is_last)) => {
                self.looked_at_all = is_last;
                !damaged.is_empty()
            }
            Err(error) => {
                tracing::warn!(%error, "it could not be looked whether the records are as they were written");
                self.looked_at_all = true;
                false
            }
        }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells how sync stands, if it stands otherwise than was last told.
    fn status(&self, link: Link) {
        let outbox = self.replica.store().outbox_state().unwrap_or_default();
        let link = if link == Link::Live { live(self.course().at(outbox.waiting)) } else { link };
        let last_contact = self.replica.meta().ok().and_then(|meta| meta.last_contact);
        let status = SyncStatus { link, outbox, last_contact };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.as_ref() != Some(&status) {
            *told = Some(status.clone());
            (self.tell)(Report::Status(status));
        }
    }
}

/// The minute of the clock on the wall in which a pause is over, in seconds since 1970-01-01 UTC.
fn minute_after(pause: Duration) -> i64 {
    let then = SystemTime::now() + pause;
    let seconds = then.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds - seconds % 60).unwrap_or(i64::MAX)
}

/// A live link, over which something is sent.
fn live(sending: Sending) -> Link {
    match sending.is_worth_telling() {
        true => Link::Sending { percent: sending.percent(), waits: sending.waits.is_some() },
        false => Link::Live,
    }
}
