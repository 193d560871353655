//! One client's connection: a task that reads what it asks for and sends what it lacks.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::identity::{DeviceId, WorkspaceId};
use samsyn_engine::sync::limits::{BATCH_BYTES, BATCH_CHANGES, PUSHES_IN_FLIGHT};
use samsyn_engine::sync::{
    Ack, Batch, Cursor, Entry, EntryBody, ErrorCode, FromRelay, Hello, Push, RelayRequest, RelaySession,
    SyncError, Welcome,
};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::error::RelayError;
use crate::log::LogEntry;
use crate::registry::Registry;
use crate::workspace::Workspace;
use crate::writer::Job;

/// Who has not said hello by then is not a client.
const HELLO: Duration = Duration::from_secs(10);
/// Who has said nothing for so long is gone: a client asks after a third of it.
const IDLE: Duration = Duration::from_secs(60);
/// Who takes so long to take a frame is disconnected; it comes back to where it was.
const SEND: Duration = Duration::from_secs(60);

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the client has left")]
    Left,
    #[error("the client was silent for too long")]
    Silent,
    #[error("the client did not take what it was sent")]
    Slow,
    #[error("the client was not let in")]
    Refused,
    #[error(transparent)]
    Protocol(#[from] SyncError),
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error("a push could not be stored")]
    Storage,
    #[error("the relay stops")]
    Stopping,
}

impl Ended {
    /// What the client is told.
    fn notice(&self) -> Option<(ErrorCode, String)> {
        Some(match self {
            Ended::Left | Ended::Silent | Ended::Slow => return None,
            Ended::Refused => (ErrorCode::Access, samsyn_engine::identity::Refusal.to_string()),
            Ended::Protocol(error) => (error.code(), error.to_string()),
            Ended::Relay(_) | Ended::Storage => {
                let words = "the relay cannot store anything now: nothing is lost, try again later";
                (ErrorCode::Storage, words.to_owned())
            }
            Ended::Stopping => (ErrorCode::Stopping, "the relay is about to stop: try again soon".to_owned()),
        })
    }
}

/// Serves one connection until it ends.
pub(crate) async fn serve(
    mut socket: WebSocket,
    registry: Arc<Registry>,
    workspace: WorkspaceId,
    mut stopping: watch::Receiver<bool>,
) {
    let ended = serve_until_end(&mut socket, &registry, workspace, &mut stopping).await;
    tracing::info!(reason = %ended, "a connection ended");
    if let Some((code, words)) = ended.notice() {
        let _ = timeout(Duration::from_secs(2), send(&mut socket, RelaySession::notice(code, words))).await;
    }
    let _ = timeout(Duration::from_secs(2), socket.send(Message::Close(None))).await;
}

async fn serve_until_end(
    socket: &mut WebSocket,
    registry: &Arc<Registry>,
    workspace: WorkspaceId,
    stopping: &mut watch::Receiver<bool>,
) -> Ended {
    let mut session = RelaySession::new();
    let opened = tokio::select! {
        opened = timeout(HELLO, open(socket, &mut session, registry, workspace)) => opened,
        () = stopped(stopping) => return Ended::Stopping,
    };
    let mut open = match opened {
        Err(_) => return Ended::Silent,
        Ok(Err(ended)) => return ended,
        Ok(Ok(open)) => open,
    };
    match open.run(socket, &mut session, stopping).await {
        Err(ended) => ended,
        Ok(()) => Ended::Left,
    }
}

/// Waits for the hello and answers it.
async fn open(
    socket: &mut WebSocket,
    session: &mut RelaySession,
    registry: &Arc<Registry>,
    addressed: WorkspaceId,
) -> Result<Connection, Ended> {
    let hello = loop {
        let frame = receive(socket).await?;
        match session.receive(&frame)? {
            Some(RelayRequest::Hello(hello)) => break hello,
            Some(RelayRequest::Push(_)) | None => {}
        }
    };
    let (workspace, from) = admit(registry, &hello, addressed).await?;
    session.admitted();
    let mut head = workspace.head();
    let now = *head.borrow_and_update();
    let from = from.unwrap_or(Cursor::start(now.epoch));
    let welcome = Welcome {
        version: session.version(),
        workspace_name: workspace.name().to_owned(),
        epoch: now.epoch,
        from: from.position,
        position: now.position,
    };
    tracing::info!(device = %hello.device, from = from.position, head = now.position, "a client was let in");
    send(socket, FromRelay::Welcome(welcome).encode()).await?;
    let caught_up_at = now.position;
    Ok(Connection {
        workspace,
        device: hello.device,
        head,
        place: from,
        caught_up_at: Some(caught_up_at),
        own: HashSet::new(),
        pushes: FuturesUnordered::new(),
    })
}

/// Whether the client may enter, and the place in the log that it has.
async fn admit(
    registry: &Arc<Registry>,
    hello: &Hello,
    addressed: WorkspaceId,
) -> Result<(Arc<Workspace>, Option<Cursor>), Ended> {
    let registry = Arc::clone(registry);
    let (id, cursor) = (hello.workspace, hello.cursor);
    let workspace = blocking(move || registry.workspace(id)).await?;
    // An unknown workspace and a wrong secret must not be told apart.
    let Some(workspace) = workspace else { return Err(Ended::Refused) };
    let admitted = workspace.access().admit(hello.workspace, hello.device, &hello.credential);
    if admitted.is_err() || hello.workspace != addressed {
        return Err(Ended::Refused);
    }
    let reader = Arc::clone(&workspace);
    let place = blocking(move || cursor.map_or(Ok(None), |cursor| reader.known_place(cursor))).await?;
    Ok((workspace, place))
}

/// A client that was let in.
struct Connection {
    workspace: Arc<Workspace>,
    device: DeviceId,
    head: watch::Receiver<Cursor>,
    /// The place in the log up to which the client was sent everything.
    place: Cursor,
    /// Where the log's head was when the client came; `None` once it has been told that it has it all.
    caught_up_at: Option<u64>,
    /// What this client has pushed on this connection: it needs only the names back.
    own: HashSet<ChangeHash>,
    /// Pushes that are with the writer.
    pushes: FuturesUnordered<PushAnswer>,
}

type PushAnswer = futures_util::future::BoxFuture<'static, Result<Ack, oneshot::error::RecvError>>;

impl Connection {
    async fn run(
        &mut self,
        socket: &mut WebSocket,
        session: &mut RelaySession,
        stopping: &mut watch::Receiver<bool>,
    ) -> Result<(), Ended> {
        loop {
            self.send_what_is_new(socket).await?;
            let room = self.pushes.len() < PUSHES_IN_FLIGHT;
            tokio::select! {
                // Answers first: they free the client to go on.
                biased;
                Some(answer) = self.pushes.next(), if !self.pushes.is_empty() => {
                    let ack = answer.map_err(|_| Ended::Storage)?;
                    send(socket, FromRelay::Ack(ack).encode()).await?;
                }
                () = stopped(stopping) => return self.stop(socket).await,
                moved = self.head.changed() => {
                    moved.map_err(|_| Ended::Stopping)?;
                }
                frame = timeout(IDLE, receive(socket)), if room => {
                    let frame = frame.map_err(|_| Ended::Silent)??;
                    match session.receive(&frame)? {
                        Some(RelayRequest::Push(push)) => self.push(push).await?,
                        Some(RelayRequest::Hello(_)) | None => {}
                    }
                    while let Some(frame) = session.poll_transmit() {
                        send(socket, frame).await?;
                    }
                }
            }
        }
    }

    /// Sends the log's next stretches, as far as it goes now.
    async fn send_what_is_new(&mut self, socket: &mut WebSocket) -> Result<(), Ended> {
        loop {
            let head = self.head.borrow_and_update().position;
            if self.caught_up_at.is_some_and(|position| self.place.position >= position) {
                self.caught_up_at = None;
                send(socket, FromRelay::CaughtUp.encode()).await?;
            }
            if self.place.position >= head {
                return Ok(());
            }
            let (workspace, after) = (Arc::clone(&self.workspace), self.place.position);
            let entries = blocking(move || workspace.read(after, BATCH_CHANGES, BATCH_BYTES)).await?;
            if entries.is_empty() {
                return Ok(());
            }
            let batch = self.batch(&entries);
            send(socket, FromRelay::Batch(batch).encode()).await?;
        }
    }

    fn batch(&mut self, entries: &[Arc<LogEntry>]) -> Batch {
        let mut sent = Vec::with_capacity(entries.len());
        for entry in entries {
            self.place = self.place.then(&entry.hash);
            let body = match self.own.remove(&entry.hash) {
                true => EntryBody::Known(entry.hash),
                false => EntryBody::Change(entry.bytes.clone()),
            };
            sent.push(Entry { record: entry.record, body });
        }
        Batch { position: self.place.position, hash: self.place.hash, entries: sent }
    }

    /// Hands a push to the writer; waits while its queue is full, and so does the client.
    async fn push(&mut self, push: Push) -> Result<(), Ended> {
        let hashes = push.entries.iter().filter_map(|entry| match &entry.body {
            EntryBody::Change(bytes) => samsyn_engine::document::gate::hash_of(bytes),
            EntryBody::Known(_) => None,
        });
        self.own.extend(hashes);
        let (answer, answered) = oneshot::channel();
        let mut job = Job { device: self.device, push, answer };
        loop {
            match self.workspace.submit(job) {
                Ok(()) => break,
                Err(None) => return Err(Ended::Stopping),
                Err(Some(back)) => job = back,
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.pushes.push(answered.boxed());
        Ok(())
    }

    /// What was pushed is answered before the goodbye: it may be durable already, and the client should know.
    async fn stop(&mut self, socket: &mut WebSocket) -> Result<(), Ended> {
        while let Ok(Some(answer)) = timeout(Duration::from_secs(5), self.pushes.next()).await {
            if let Ok(ack) = answer {
                send(socket, FromRelay::Ack(ack).encode()).await?;
            }
        }
        Err(Ended::Stopping)
    }
}

/// Waits until the relay stops.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender lives as long as the relay; where it is gone, so is the relay.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn send(socket: &mut WebSocket, frame: Vec<u8>) -> Result<(), Ended> {
    match timeout(SEND, socket.send(Message::Binary(frame.into()))).await {
        Err(_) => Err(Ended::Slow),
        Ok(Err(_)) => Err(Ended::Left),
        Ok(Ok(())) => Ok(()),
    }
}

/// The next frame. May be dropped at any moment and called again.
async fn receive(socket: &mut WebSocket) -> Result<axum::body::Bytes, Ended> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Binary(frame))) => return Ok(frame),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Text(_))) => return Err(SyncError::Frame("it is text".to_owned()).into()),
            Some(Ok(Message::Close(_))) | None => return Err(Ended::Left),
            // Larger than a frame may be, or no WebSocket.
            Some(Err(error)) => return Err(SyncError::Frame(error.to_string()).into()),
        }
    }
}

/// Runs what reads a file off the threads that serve sockets.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> crate::error::Result<T> + Send + 'static,
) -> Result<T, Ended> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Ended::Relay),
        // A panic of the reader: the client comes back.
        Err(_) => Err(Ended::Storage),
    }
}
