//! The relay's web server: the WebSocket, and whether all is well.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::sync::limits::FRAME_BYTES;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use crate::connection;
use crate::error::{RelayError, Result};
use crate::registry::Registry;

/// How long stopping may take.
const STOPPING: Duration = Duration::from_secs(10);

/// What a relay is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder with all its data.
    pub data: PathBuf,
    /// Where it listens: port 0 takes any that is free.
    pub listen: SocketAddr,
    /// So many clients may be connected at once.
    pub connections: usize,
}

/// A relay that runs.
#[derive(Debug)]
pub struct RunningRelay {
    /// Where it listens.
    pub address: SocketAddr,
    registry: Arc<Registry>,
    stop: watch::Sender<bool>,
    alive: mpsc::Receiver<()>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Shared {
    registry: Arc<Registry>,
    stopping: watch::Receiver<bool>,
    room: Arc<Semaphore>,
    /// Held by each connection; when all are gone the last one has said goodbye.
    alive: mpsc::Sender<()>,
}

/// Starts a relay.
///
/// # Errors
/// Where the data folder or the address cannot be used.
pub async fn start(config: &Config) -> Result<RunningRelay> {
    let address = config.listen;
    if !address.ip().is_loopback() {
        return Err(RelayError::NotLoopback(address));
    }
    let registry = Arc::new(Registry::new(&config.data)?);
    let explain = |error: std::io::Error| RelayError::Listen { address, reason: error.to_string() };
    let listener = TcpListener::bind(address).await.map_err(explain)?;
    let address = listener.local_addr().map_err(explain)?;
    let (stop, stopping) = watch::channel(false);
    let (held, alive) = mpsc::channel(1);
    let room = Arc::new(Semaphore::new(config.connections));
    let shared = Shared { registry: Arc::clone(&registry), stopping: stopping.clone(), room, alive: held };
    let server = tokio::spawn(serve(listener, shared, stopping));
    Ok(RunningRelay { address, registry, stop, alive, server })
}

async fn serve(listener: TcpListener, shared: Shared, mut stopping: watch::Receiver<bool>) {
    let router = Router::new()
        .route("/sync/{workspace}", get(sync))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(shared);
    let stopped = async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the web server ended");
    }
}

impl RunningRelay {
    /// Stops: nobody new, what was pushed is stored and answered, everybody is told. Takes some seconds at most.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let everybody_gone = async {
            let _ = (&mut self.server).await;
            // The server held the last sender but those of the connections.
            while self.alive.recv().await.is_some() {}
        };
        if tokio::time::timeout(STOPPING, everybody_gone).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        let registry = Arc::clone(&self.registry);
        let _ = tokio::task::spawn_blocking(move || registry.close()).await;
    }
}

async fn sync(
    State(shared): State<Shared>,
    Path(workspace): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "a web page of another site may not connect\n").into_response();
    }
    let Ok(workspace) = workspace.parse::<WorkspaceId>() else {
        return (StatusCode::NOT_FOUND, "that is no address of a workspace\n").into_response();
    };
    let Ok(permit) = Arc::clone(&shared.room).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many are connected: try again later\n")
            .into_response();
    };
    upgrade
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES)
        .max_write_buffer_size(2 * FRAME_BYTES)
        .on_upgrade(move |socket| serve_one(socket, shared, workspace, permit))
}

async fn serve_one(
    socket: axum::extract::ws::WebSocket,
    shared: Shared,
    workspace: WorkspaceId,
    permit: OwnedSemaphorePermit,
) {
    let Shared { registry, stopping, alive, .. } = shared;
    connection::serve(socket, registry, workspace, stopping).await;
    drop((permit, alive));
}

/// A browser says which page it comes from. Our clients are no browsers and say nothing.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (headers.contains_key(header::ORIGIN), text(header::ORIGIN), text(header::HOST)) {
        (false, ..) => true,
        (true, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}

/// Ready to store what comes: not while stopping, and not where the disk does not take it.
async fn ready(State(shared): State<Shared>) -> Response {
    if *shared.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    let registry = Arc::clone(&shared.registry);
    match tokio::task::spawn_blocking(move || registry.probe()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the data folder cannot be written\n").into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}
