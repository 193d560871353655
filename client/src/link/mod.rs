//! The link to the relay: a WebSocket that carries the frames of a [`ReplicaSync`](samsyn_engine::replica::ReplicaSync).
//!
//! [`Connection`] is one connection and knows nothing of trying again; [`worker`] is the thread that keeps a window's
//! replica in step for as long as the window is open. The command line uses [`sync_once`].
//!
//! ```text
//!  worker ──▶ Connection ──▶ dial (TCP, handshake) ──▶ who answers is no relay: stranger
//!    │            └──▶ signs: each byte that comes shows that the link lives
//!    ├──▶ backoff: how long to wait before the next try
//!    └──▶ surroundings: another network, or a computer that slept, ends the wait
//! ```

mod backoff;
mod connection;
mod dial;
mod error;
mod signs;
mod stranger;
pub mod surroundings;
pub mod worker;

pub use connection::Connection;
pub use error::LinkError;

use samsyn_engine::replica::{Replica, SyncNews};
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
            SyncNews::Refused { reason, .. } => self.refused.push(reason),
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
        let mut connection = Connection::open(replica).await?;
        let mut visit = Visit::default();
        while !connection.is_settled(replica)? {
            for news in connection.next(replica).await? {
                visit.note(news).map_err(LinkError::Closed)?;
            }
        }
        connection.close().await;
        Ok(visit)
    })
}
