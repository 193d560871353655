//! The workspaces that are open, by name. Each is opened at the first hello and closed when nobody was connected for
//! a while; so memory follows who works now, and a workspace that was made a moment ago is found.

use std::collections::HashMap;
use std::sync::Arc;

use samsyn_engine::identity::{Access, Refusal, SecretAccess, WorkspaceId};
use samsyn_engine::sync::Hello;
use tokio::sync::Mutex;

use crate::folder::Folder;
use crate::log::{LogError, SqliteLog};
use crate::workspace::Workspace;

/// Why a client does not get in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Turned {
    /// It may not.
    #[error(transparent)]
    Away(#[from] Refusal),
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
    /// Why not. Whether the workspace is unknown or the secret wrong is not told.
    pub(crate) async fn admit(&self, address: WorkspaceId, hello: &Hello) -> Result<Arc<Workspace>, Turned> {
        let admit = |access: &dyn Access| access.admit(hello.workspace, hello.device, &hello.credential);
        if address != hello.workspace || !self.folder.log(address).exists() {
            // The same work as for a wrong secret.
            admit(&SecretAccess::new(address, [0; 32]))?;
            return Err(Refusal.into());
        }
        let workspace = self.open(address).await?;
        admit(workspace.access())?;
        Ok(workspace)
    }

    async fn open(&self, id: WorkspaceId) -> Result<Arc<Workspace>, LogError> {
        let place = Arc::clone(self.places.lock().await.entry(id).or_default());
        let mut place = place.lock().await;
        if let Some(workspace) = &*place {
            return Ok(Arc::clone(workspace));
        }
        let path = self.folder.log(id);
        let opened = blocking(move || Workspace::open(Arc::new(SqliteLog::open(&path)?))).await?;
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
