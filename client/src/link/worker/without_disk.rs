//! The time before the replica can be written: nothing that came could be stored, so nobody is called. Nothing is held open meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use samsyn_engine::replica::{Replica, ReplicaError, SyncProblem};
use samsyn_engine::store::obstacle;
use tokio::time::{Instant, sleep_until};

use super::{Asked, Command, Link, LinkError, Report, Start, SyncStatus};

/// So long after the disk was full or read-only it is looked again.
const PAUSE: Duration = Duration::from_secs(5);

/// Opens the replica, as soon as its disk lets it be written; none where the thread is to end before that.
pub(super) async fn opened(start: &mut Start) -> Option<Result<Replica, ReplicaError>> {
    loop {
        let refused = match obstacle(&start.path) {
            Some(obstacle) => obstacle.into(),
            None => match crate::keys::open(&start.path) {
                Err(error) if error.is_of_the_disk() => error,
                opened => return Some(opened),
            },
        };
        if let Ok(status) = status(&start.path, refused) {
            (start.tell)(Report::Status(status));
        }
        if !wait(start).await {
            return None;
        }
    }
}

fn status(path: &Path, refused: ReplicaError) -> Result<SyncStatus, ReplicaError> {
    let replica = crate::keys::open_to_read(path)?;
    let meta = replica.meta()?;
    let reason = Arc::new(LinkError::Problem(SyncProblem::Replica(refused)));
    let link = match meta.relay {
        None => Link::Alone,
        Some(_) => Link::Waiting { reason, next: None },
    };
    let outbox = replica.store().outbox_state()?;
    Ok(SyncStatus { link, outbox, last_contact: meta.last_contact })
}

/// Waits a while, and hears what is ordered. Says whether it goes on.
async fn wait(start: &mut Start) -> bool {
    let until = Instant::now() + PAUSE;
    loop {
        tokio::select! {
            order = start.orders.recv() => match order {
                None | Some(Command::Stop) => return false,
                Some(Command::Offline(offline)) => start.offline = offline,
                Some(Command::Manage(management)) => {
                    (start.tell)(Report::Managed(management, Asked::NotConnected));
                }
                Some(_) => {}
            },
            () = sleep_until(until) => return true,
        }
    }
}
