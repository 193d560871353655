//! The link to the relay: a WebSocket that carries the frames of a [`ReplicaSync`](samsyn_engine::replica::ReplicaSync).
//!
//! [`Connection`] is one connection and knows nothing of trying again; [`worker`] is the thread that keeps a window's
//! replica in step for as long as the window is open. The command line uses [`sync_once`].

mod connection;
pub mod direct;
pub mod worker;

pub use connection::{Connection, LinkError};

use samsyn_engine::replica::{Replica, SyncNews, SyncProblem};
use samsyn_engine::sync::Notice;

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
    /// Why the relay did not take some, one entry each.
    pub refused: Vec<String>,
    /// Why some that came were kept apart, one entry each.
    pub quarantined: Vec<String>,
}

impl Visit {
    /// Adds what happened. A relay that ends the connection makes it an error.
    fn note(&mut self, news: SyncNews) -> Result<(), Notice> {
        match news {
            SyncNews::Merged { records, changes } => {
                self.records += records.len();
                self.received += changes;
            }
            SyncNews::Pushed(count) => self.pushed += count,
            SyncNews::NewIdentity { records, .. } => self.told_apart += records.len(),
            SyncNews::Refused { reason, .. } => self.refused.push(reason),
            SyncNews::NotTaken { reason } => self.refused.push(reason),
            SyncNews::Quarantined { reason, .. } => self.quarantined.push(reason),
            SyncNews::Closed(notice) => return Err(notice),
            SyncNews::Connected { .. }
            | SyncNews::Comparing
            | SyncNews::FirstSynced
            | SyncNews::Compared { .. }
            | SyncNews::CaughtUp => {}
        }
        Ok(())
    }
}

/// Connects, goes on until both sides have everything, and closes.
///
/// # Errors
/// Where the relay cannot be reached, does not let us in, or the connection breaks. What was stored stays stored.
pub fn sync_once(replica: &mut Replica) -> Result<Visit, LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    runtime.block_on(async {
        let mut visit = Visit::default();
        loop {
            match go_on(replica, &mut visit).await {
                Err(LinkError::Problem(SyncProblem::BeginAgain)) => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(visit),
            }
        }
    })
}

/// One connection, to the point where both sides have everything.
async fn go_on(replica: &mut Replica, visit: &mut Visit) -> Result<(), LinkError> {
    let mut connection = Connection::open(replica).await?;
    while !connection.is_settled(replica)? {
        for news in connection.next(replica).await? {
            visit.note(news).map_err(LinkError::Closed)?;
        }
    }
    connection.close().await;
    Ok(())
}
