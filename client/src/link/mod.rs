//! The link to the relay: a WebSocket that carries the frames of a [`ReplicaSync`](samsyn_engine::replica::ReplicaSync).
//!
//! [`Connection`] is one connection and knows nothing of trying again; [`worker`] is the thread that keeps a window's
//! replica in step for as long as the window is open. The command line uses [`sync_once`].
//!
//! ```text
//!  worker ──▶ Connection ──▶ dial (TCP, handshake) ──▶ who answers is no relay: stranger
//!    │            └──▶ signs: each byte that comes shows that the link lives
//!    ├──▶ questions: what the relay was asked of who belongs, and what of its answers is news
//!    ├──▶ backoff: how long to wait before the next try
//!    └──▶ surroundings: another network, or a computer that slept, ends the wait
//! ```

mod asking;
mod backoff;
mod connection;
mod dial;
pub mod direct;
mod error;
mod questions;
mod report;
mod sending;
mod signs;
mod stranger;
pub mod surroundings;
pub mod worker;

pub use asking::is_known_at;
pub use connection::Connection;
pub use error::{Elsewhere, LinkError};
pub use sending::{Sending, Tell};

use sending::Course;

use std::time::Duration;

use samsyn_engine::identity::{Managed, Management};
use samsyn_engine::replica::{Replica, SyncNews, SyncProblem};
use samsyn_engine::store::StoreError;
use samsyn_engine::sync::Notice;
use tokio::time::{Instant, timeout, timeout_at};

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
    /// Why some of ours were not taken this time, one entry each.
    pub refused: Vec<String>,
    /// Why some that came were kept apart this time, one entry each.
    pub quarantined: Vec<String>,
    /// Changes of ours that the relay has refused, this time or before, and of which nobody has decided.
    pub refused_in_all: u64,
    /// What came and was kept apart, this time or before.
    pub kept_apart: u64,
}

impl Visit {
    /// Notes what stays after it: it is told with every visit, until it is so no more.
    fn look_at(&mut self, replica: &Replica) -> Result<(), StoreError> {
        let outbox = replica.store().outbox_state()?;
        (self.held, self.refused_in_all, self.kept_apart) = (outbox.held, outbox.refused, outbox.quarantined);
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
            SyncNews::NotTaken { reason } => self.refused.push(reason),
            SyncNews::Refused { reason, .. } => self.refused.push(reason),
            SyncNews::Quarantined { reason, .. } => self.quarantined.push(reason),
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

/// A relay that lives and with which nothing goes on for so long will not go on. The largest frame takes nearly as long
/// on the slowest link.
const STUCK: Duration = Duration::from_secs(600);

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
    let visit = runtime.block_on(visit(replica, STUCK, tell));
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

/// Connects, asks the relay for something of who belongs, and closes.
///
/// # Errors
/// Where the relay cannot be reached, does not let us in, or the connection breaks.
pub fn manage_once(replica: &mut Replica, management: &Management) -> Result<Managed, LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    let managed = runtime.block_on(async { timeout(STUCK, managed(replica, management)).await });
    runtime.shutdown_background();
    managed.unwrap_or_else(|_| Err(LinkError::Broken(STUCK_WORDS.to_owned())))
}

async fn managed(replica: &mut Replica, management: &Management) -> Result<Managed, LinkError> {
    loop {
        match ask(replica, management).await {
            Err(LinkError::Problem(SyncProblem::BeginAgain)) => {}
            managed => return managed,
        }
    }
}

async fn ask(replica: &mut Replica, management: &Management) -> Result<Managed, LinkError> {
    let mut connection = Connection::open(replica).await?;
    loop {
        for news in connection.next(replica).await? {
            match news {
                SyncNews::Connected { .. } if !connection.manage(management) => {
                    return Err(SyncProblem::NoChallenge.into());
                }
                SyncNews::Managed(managed) => {
                    connection.close().await;
                    return Ok(managed);
                }
                SyncNews::Closed(notice) => return Err(LinkError::Closed(notice)),
                _ => {}
            }
        }
    }
}

const STUCK_WORDS: &str = "it answers, but nothing has gone on for a long time";

async fn visit(replica: &mut Replica, patience: Duration, tell: Tell<'_>) -> Result<Visit, LinkError> {
    let mut visit = Visit::default();
    loop {
        match go_on(replica, patience, (&mut visit, &mut *tell)).await {
            Err(LinkError::Problem(SyncProblem::BeginAgain)) => {}
            Err(error) => return Err(error),
            Ok(()) => {
                visit.look_at(replica).map_err(SyncProblem::from)?;
                return Ok(visit);
            }
        }
    }
}

/// One connection, to the point where both sides have everything.
async fn go_on(
    replica: &mut Replica,
    patience: Duration,
    (visit, tell): (&mut Visit, Tell<'_>),
) -> Result<(), LinkError> {
    let mut connection = Connection::open(replica).await?;
    let mut until = Instant::now() + patience;
    let mut course = Course::default();
    while !connection.is_settled(replica)? {
        let news = timeout_at(until, connection.next(replica)).await;
        let news = news.unwrap_or_else(|_| Err(LinkError::Broken(STUCK_WORDS.to_owned())))?;
        if !news.is_empty() {
            until = Instant::now() + patience;
        }
        for news in news {
            if let SyncNews::Waits { seconds } = news {
                course.waits(seconds);
                until += Duration::from_secs(seconds.into());
            }
            visit.note(news).map_err(LinkError::Closed)?;
        }
        let outbox = replica.store().outbox_state().map_err(SyncProblem::from)?;
        tell(course.at(outbox.waiting));
    }
    connection.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
    use samsyn_engine::store::NewReplica;

    use super::*;

    #[test]
    fn a_relay_with_which_nothing_goes_on_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("ws://{}", listener.local_addr().unwrap());
        let idle = std::thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let mut socket = tokio_tungstenite::tungstenite::accept(stream).unwrap();
            while socket.read().is_ok() {}
        });
        let relay = Some((address, WorkspaceSecret::random().into()));
        let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay };
        let mut replica = Replica::create(&folder.path().join("a.samsyn"), &new, "Åsa").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error =
            runtime.block_on(visit(&mut replica, Duration::from_millis(300), &mut |_| {})).unwrap_err();
        assert!(error.to_string().contains(STUCK_WORDS), "{error}");
        idle.join().unwrap();
    }
}
