//! An open workspace: who may enter, its log to read, and the way to its writer.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use samsyn_engine::identity::{Access, SecretAccess, WorkspaceId};
use samsyn_engine::sync::Cursor;
use tokio::sync::watch;

use crate::error::{RelayError, Result};
use crate::log::{Log, LogEntry};
use crate::recent::Recent;
use crate::writer::{Job, Writer};

/// So many pushes may wait for the writer; who pushes more waits.
const QUEUE: usize = 256;

/// An open workspace.
pub(crate) struct Workspace {
    name: String,
    access: Box<dyn Access>,
    reader: Mutex<Box<dyn Log>>,
    recent: Arc<Mutex<Recent>>,
    jobs: Mutex<Option<SyncSender<Job>>>,
    head: watch::Receiver<Cursor>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").field("head", &self.head.borrow().position).finish_non_exhaustive()
    }
}

impl Workspace {
    /// Opens a workspace over two handles on its log: one to read, one for the writer's thread.
    pub(crate) fn open(id: WorkspaceId, reader: Box<dyn Log>, log: Box<dyn Log>) -> Result<Workspace> {
        let (jobs, inbox) = sync_channel(QUEUE);
        let (moved, head) = watch::channel(log.head()?);
        let recent = Arc::new(Mutex::new(Recent::default()));
        let writer = Writer::new(log, Arc::clone(&recent), moved);
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run(&inbox))
            .map_err(RelayError::Runtime)?;
        Ok(Workspace {
            name: reader.name()?,
            access: Box::new(SecretAccess::new(id, reader.secret_hash()?)),
            reader: Mutex::new(reader),
            recent,
            jobs: Mutex::new(Some(jobs)),
            head,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn access(&self) -> &dyn Access {
        self.access.as_ref()
    }

    /// Tells whenever the log's head has moved.
    pub(crate) fn head(&self) -> watch::Receiver<Cursor> {
        self.head.clone()
    }

    /// The place in the log that a client claims, if the log has it.
    pub(crate) fn known_place(&self, claimed: Cursor) -> Result<Option<Cursor>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(reader.cursor_at(claimed.position)?.filter(|cursor| *cursor == claimed))
    }

    /// The log's changes behind a position.
    pub(crate) fn read(&self, after: u64, changes: usize, bytes: usize) -> Result<Vec<Arc<LogEntry>>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner).read(after, changes, bytes);
        if let Some(entries) = recent {
            return Ok(entries);
        }
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(reader.read(after, changes, bytes)?.into_iter().map(Arc::new).collect())
    }

    /// Hands a push to the writer. The job comes back where the queue is full; `None` where the writer has ended.
    pub(crate) fn submit(&self, job: Job) -> std::result::Result<(), Option<Job>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(jobs) = jobs.as_ref() else { return Err(None) };
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) => Some(job),
            TrySendError::Disconnected(_) => None,
        })
    }

    /// Ends the writer after what it was given before.
    pub(crate) fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}
