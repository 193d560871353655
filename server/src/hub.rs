//! The workspaces that are open, by name. Each is opened at the first hello and closed when nobody was connected for
//! a while; so memory follows who works now, and a workspace that was made a moment ago is found.

use std::collections::HashMap;
use std::sync::Arc;

use samsyn_engine::identity::{Challenge, Refusal, WorkspaceId};
use samsyn_engine::sync::Hello;
use tokio::sync::Mutex;

use crate::folder::Folder;
use crate::log::{LogError, SqliteLog};
use crate::members::SqliteMembers;
use crate::meters;
use crate::workspace::{Admission, Admitted, Workspace};

/// Why a client does not get in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Turned {
    /// It may not.
    #[error(transparent)]
    Away(#[from] Refusal),
    /// It brings a whole workspace, and there is one already.
    #[error(
        "this workspace is not empty, or belongs to somebody already: nothing was put into it; a workspace is taken to one that was just made"
    )]
    Taken,
    /// The relay cannot.
    #[error(transparent)]
    Back(#[from] LogError),
}

/// A workspace's place: locked while it is opened or closed, so that there is never a second writer.
type Place = Arc<Mutex<Option<Arc<Workspace>>>>;

/// The workspaces of a data folder.
#[derive(Debug)]
pub(crate) struct Hub {
    folder: Folder,
    places: Mutex<HashMap<WorkspaceId, Place>>,
}

impl Hub {
    /// Over a folder; nothing is open.
    pub(crate) fn new(folder: Folder) -> Self {
        Hub { folder, places: Mutex::default() }
    }

    /// Lets a client in, or not.
    ///
    /// # Errors
    /// Why not. Whether the workspace or the device is unknown, or what it presents wrong, is not told.
    pub(crate) async fn admit(
        &self,
        address: WorkspaceId,
        hello: &Hello,
        challenge: Challenge,
    ) -> Result<(Arc<Workspace>, Admitted), Turned> {
        if address != hello.workspace || !self.folder.log(address).exists() {
            return Err(Refusal.into());
        }
        let workspace = self.open(address).await?;
        match workspace.admit(hello, challenge).await? {
            Admission::In(admitted) => Ok((workspace, admitted)),
            Admission::Away => Err(Refusal.into()),
            Admission::Taken => Err(Turned::Taken),
        }
    }

    /// Looks in every open workspace whether it was changed who belongs.
    pub(crate) async fn look_who_belongs(&self) {
        let places: Vec<_> = self.places.lock().await.values().map(Arc::clone).collect();
        for place in places {
            // One that is being opened or closed just now has nobody to tell.
            let Ok(workspace) = place.try_lock().map(|place| place.clone()) else { continue };
            if let Some(workspace) = workspace
                && let Err(error) = workspace.look_who_belongs().await
            {
                tracing::error!(%error, "who belongs to a workspace cannot be read");
            }
        }
    }

    async fn open(&self, id: WorkspaceId) -> Result<Arc<Workspace>, LogError> {
        let place = Arc::clone(self.places.lock().await.entry(id).or_default());
        let mut place = place.lock().await;
        if let Some(workspace) = &*place {
            if workspace.is_current().await? {
                return Ok(Arc::clone(workspace));
            }
            // Something was erased: it is another log now. Whoever is still connected to this one is being told.
            if let Some(workspace) = place.take() {
                close(id, workspace).await;
            }
        }
        let path = self.folder.log(id);
        let open = move || {
            let log = SqliteLog::open(&path)?;
            let members = SqliteMembers::beside(&log)?;
            Workspace::open(Arc::new(log), Arc::new(members))
        };
        let opened = blocking(open).await?;
        metrics::gauge!(meters::WORKSPACES).increment(1.0);
        tracing::info!(workspace = %id, position = opened.ends().borrow().position, "a workspace was opened");
        Ok(Arc::clone(place.insert(Arc::new(opened))))
    }

    /// Closes the workspaces that nobody is connected to.
    pub(crate) async fn close_unused(&self) {
        let places: Vec<_> =
            self.places.lock().await.iter().map(|(id, place)| (*id, Arc::clone(place))).collect();
        for (id, place) in places {
            let mut place = place.lock().await;
            // Only the place itself has it, and nobody gets it from there while we hold the place.
            let unused = place.as_ref().is_some_and(|workspace| Arc::strong_count(workspace) == 1);
            if let Some(workspace) = place.take_if(|_| unused) {
                close(id, workspace).await;
            }
        }
    }

    /// Closes all of them, with all that was pushed safe.
    pub(crate) async fn close(&self) {
        for (id, place) in self.places.lock().await.drain() {
            if let Some(workspace) = place.lock().await.take() {
                close(id, workspace).await;
            }
        }
    }
}

async fn close(id: WorkspaceId, workspace: Arc<Workspace>) {
    metrics::gauge!(meters::WORKSPACES).decrement(1.0);
    let closed = blocking(move || {
        workspace.close();
        Ok(())
    });
    match closed.await {
        Ok(()) => tracing::info!(workspace = %id, "a workspace was closed"),
        Err(error) => tracing::error!(workspace = %id, %error, "a workspace was not closed properly"),
    }
}

/// Work that waits for the disk, on a thread that may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(LogError::Database(error.to_string())))
}
