//! The link to the relay: a WebSocket that carries the frames of a [`ReplicaSync`](samsyn_engine::replica::ReplicaSync).
//!
//! [`Connection`] is one connection and knows nothing of trying again; [`worker`] is the thread that keeps a window's
//! replica in step for as long as the window is open. The command line uses [`sync_once`].
//!
//! ```text
//!  asking: what a relay is asked without a sync, by a connection of its own that stores nothing
//!  worker ──▶ Connection ──▶ dial (TCP, handshake) ──▶ who answers is no relay: stranger
//!    │            └──▶ signs: each byte that comes shows that the link lives
//!    ├──▶ questions: what the relay was asked of who belongs, and what of its answers is news
//!    ├──▶ backoff: how long to wait before the next try
//!    ├──▶ anew: how often a connection is begun anew at once
//!    └──▶ network_monitor: another network, or a computer that slept, ends the wait
//! ```

mod anew;
mod asking;
mod backoff;
mod connection;
mod dial;
pub mod direct;
mod error;
pub mod network_monitor;
mod questions;
mod report;
mod sending;
mod signs;
mod stranger;
pub mod worker;

pub use asking::{is_known_at, manage_once};
pub use connection::Connection;
pub use error::{Distrust, Elsewhere, LinkError};
pub use sending::{Sending, Tell};

use anew::Anew;
use sending::Course;

use std::time::Duration;

use samsyn_engine::replica::{Replica, SyncNews, SyncProblem};
use samsyn_engine::store::StoreError;
use samsyn_engine::sync::{ErrorCode, Notice};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// What one visit to the relay brought about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Visit {
    /// Changes of ours that are safe on the relay now.
    pub pushed: usize,
    /// Changes that came, known ones included.
    pub received: usize,
    /// Records that changed here.
    pub records: usize,
    /// Records in which another copy of this replica had written under the same name.
    pub told_apart: usize,
    /// Records that were erased here, because they were erased everywhere.
    pub erased: usize,
    /// Changes of ours to these that had not reached the relay.
    pub erased_unsent: usize,
    /// Records that were taken away here, because the role may not read them any more.
    pub withdrawn: usize,
    /// Records that the role may not read any more, kept because something was written in them that is not sent.
    pub withdrawn_kept: usize,
    /// Changes that cannot reach the relay before others' work does.
    pub held: u64,
    /// Why some of ours were not taken this time, one entry each, up to `MOST_REASONS`.
    pub refused: Vec<String>,
    /// Why some that came were kept apart this time, one entry each, up to `MOST_REASONS`.
    pub quarantined: Vec<String>,
    /// Changes of ours that the relay has refused, this time or before, and of which nobody has decided.
    pub refused_in_all: u64,
    /// What came and was kept apart, this time or before.
    pub kept_apart: u64,
    /// Records that were damaged here and are written anew.
    pub mended: usize,
    /// Changes to these that neither this computer nor the relay has any more.
    pub mended_lost: usize,
    /// Records that are still damaged here.
    pub damaged: u64,
}

impl Visit {
    /// Notes what stays after it: it is told with every visit, until it is so no more.
    fn look_at(&mut self, replica: &Replica) -> Result<(), StoreError> {
        let outbox = replica.store().outbox_state()?;
        (self.held, self.refused_in_all, self.kept_apart) = (outbox.held, outbox.refused, outbox.quarantined);
        self.damaged = outbox.damaged;
        self.withdrawn_kept = usize::try_from(replica.store().kept_unreadable()?).unwrap_or(usize::MAX);
        Ok(())
    }

    /// Adds what happened. A relay that ends the connection makes it an error.
    fn note(&mut self, news: SyncNews) -> Result<(), Notice> {
        match news {
            SyncNews::Merged { records, changes } => {
                self.records += records.len();
                self.received += changes;
            }
            SyncNews::Pushed(count) => self.pushed += count,
            SyncNews::NewIdentity { records, .. } => self.told_apart += records.len(),
            SyncNews::Withdrawn(withdrawn) => {
                self.withdrawn += withdrawn.records.len();
                self.withdrawn_kept = withdrawn.kept;
            }
            SyncNews::Erased(erased) => {
                self.erased += erased.len();
                self.erased_unsent += erased.iter().map(|erased| erased.unsent).sum::<usize>();
            }
            SyncNews::Mended(mended) => {
                self.mended += mended.len();
                self.mended_lost += mended.iter().map(|mended| mended.lost).sum::<usize>();
            }
            SyncNews::NotTaken { reason } | SyncNews::Refused { reason, .. } => {
                keep_reason(&mut self.refused, reason);
            }
            SyncNews::Quarantined { reason, .. } => keep_reason(&mut self.quarantined, reason),
            SyncNews::Closed(notice) => return Err(notice),
            SyncNews::Connected { .. }
            | SyncNews::Comparing
            | SyncNews::FirstSynced
            | SyncNews::Present(_)
            | SyncNews::Managed(_)
            | SyncNews::Waits { .. }
            | SyncNews::Compared { .. }
            | SyncNews::CaughtUp => {}
        }
        Ok(())
    }
}

/// So many reasons of one visit are kept.
const MOST_REASONS: usize = 1_000;

fn keep_reason(reasons: &mut Vec<String>, reason: String) {
    if reasons.len() < MOST_REASONS {
        reasons.push(reason);
    }
}

/// Being let in, or asking the relay for something, takes no longer, with all that comes before it.
const STUCK: Duration = Duration::from_secs(600);

/// What the relay has acknowledged comes by in its log in this time: it has it already when it says so.
const LOGGED_WITHIN: Duration = Duration::from_secs(120);

/// Connects, goes on until both sides have everything, and closes.
///
/// # Errors
/// Where the relay cannot be reached, does not let us in, or the connection breaks. What was stored stays stored.
pub fn sync_once(replica: &mut Replica) -> Result<Visit, LinkError> {
    sync_telling(replica, &mut |_| {})
}

/// The same, and tells again and again how far what is sent has gone.
///
/// # Errors
/// As [`sync_once`].
pub fn sync_telling(replica: &mut Replica, tell: Tell<'_>) -> Result<Visit, LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    let visit = runtime.block_on(visit(replica, LOGGED_WITHIN, tell));
    // A look-up of a name that hangs must not keep the program from ending.
    runtime.shutdown_background();
    visit
}

/// Connects until the relay has let this replica in, and closes. Whoever keeps it in step does the rest.
///
/// # Errors
/// Where the relay cannot be reached, does not let us in, or the connection breaks.
pub fn come_in(replica: &mut Replica) -> Result<(), LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    let entered = runtime.block_on(async { timeout(STUCK, entered(replica)).await });
    runtime.shutdown_background();
    entered.unwrap_or_else(|_| Err(LinkError::Broken(STUCK_WORDS.to_owned())))
}

async fn entered(replica: &mut Replica) -> Result<(), LinkError> {
    let mut anew = Anew::default();
    loop {
        match let_in(replica).await {
            Err(LinkError::Problem(SyncProblem::BeginAgain)) => begin_again(&mut anew).await?,
            entered => return entered,
        }
    }
}

async fn let_in(replica: &mut Replica) -> Result<(), LinkError> {
    let mut connection = Connection::open(replica).await?;
    loop {
        for news in connection.next(replica).await? {
            match news {
                SyncNews::Connected { .. } => {
                    connection.close().await;
                    return Ok(());
                }
                SyncNews::Closed(notice) => return Err(LinkError::Closed(notice)),
                _ => {}
            }
        }
    }
}

/// Waits before the connection is begun anew.
async fn begin_again(anew: &mut Anew) -> Result<(), LinkError> {
    let Some(pause) = anew.pause() else { return Err(LinkError::Anew(anew.times())) };
    sleep(pause).await;
    Ok(())
}

/// A relay that says it stops is tried again so often, each time after a moment.
const STOPPED: u32 = 3;
const IN_A_MOMENT: Duration = Duration::from_millis(500);

const STUCK_WORDS: &str = "it answers, but nothing has gone on for a long time";

async fn visit(replica: &mut Replica, logged: Duration, tell: Tell<'_>) -> Result<Visit, LinkError> {
    let (mut visit, mut anew) = (Visit::default(), Anew::default());
    loop {
        match go_on(replica, logged, (&mut visit, &mut *tell)).await {
            Err(LinkError::Problem(SyncProblem::BeginAgain)) => begin_again(&mut anew).await?,
            // The relay has written its log anew, or the role was changed: what is not answered is sent with the next.
            Err(LinkError::Closed(notice))
                if notice.code == ErrorCode::Stopping && anew.times() < STOPPED =>
            {
                begin_again(&mut anew).await?;
                sleep(IN_A_MOMENT).await;
            }
            Err(error) => return Err(error),
            Ok(()) => {
                visit.look_at(replica).map_err(SyncProblem::from)?;
                return Ok(visit);
            }
        }
    }
}

/// One connection, to the point where both sides have everything. How long it waits for the relay's next word is the
/// session's business; that what was acknowledged comes by in the log within `logged` is this one's.
async fn go_on(
    replica: &mut Replica,
    logged: Duration,
    (visit, tell): (&mut Visit, Tell<'_>),
) -> Result<(), LinkError> {
    let mut connection = Connection::open(replica).await?;
    let (mut course, mut until, mut least) = (Course::default(), None, u64::MAX);
    while !connection.is_settled(replica)? {
        let news = match until {
            None => connection.next(replica).await?,
            Some(until) => match timeout_at(until, connection.next(replica)).await {
                Ok(news) => news?,
                Err(_) => return Err(LinkError::NotLogged(logged.as_secs())),
            },
        };
        for news in news {
            if let SyncNews::Waits { seconds } = news {
                course.waits(seconds);
            }
            visit.note(news).map_err(LinkError::Closed)?;
        }
        let waiting = replica.store().outbox_state().map_err(SyncProblem::from)?.waiting;
        if !connection.is_answered() || waiting < least {
            (until, least) = (None, waiting);
        }
        if connection.is_answered() {
            until = until.or(Some(Instant::now() + logged));
        }
        tell(course.at(waiting));
    }
    connection.close().await;
    Ok(())
}

#[cfg(test)]
mod tests;
