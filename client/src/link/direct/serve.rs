//! Serving a replica to others of its workspace, until its person ends it.
//!
//! Each visitor has a thread and a handle on the file of its own: one who is slow, or who falls silent, holds up nobody
//! else, and the window stays open meanwhile. A visit has an end: each message has its time in the channel, and a visitor from whom
//! nothing new has come for long, or who asks for the same again and again, is left ([`PeerAnswer`]).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use samsyn_engine::address::Endpoint;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{PeerAnswer, SyncNews, SyncProblem};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Duration, Instant};

use super::{Channel, DirectError, PORT};

/// So many visit at once at most. Who comes later waits at the door.
const VISITORS: usize = 4;

/// A visit in which nothing has changed here, and nothing was handed over, for so long is over.
const IDLE: Duration = Duration::from_secs(600);

/// What a visit brought, for whoever serves.
#[derive(Debug)]
pub struct Served {
    /// From where it came.
    pub from: SocketAddr,
    /// How many records changed here; or why the visit came to nothing.
    pub changed: Result<usize, DirectError>,
}

/// A replica that is being served.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    path: PathBuf,
    workspace: WorkspaceId,
    secret: WorkspaceSecret,
    places: Arc<Semaphore>,
    tell: UnboundedSender<Served>,
    told: UnboundedReceiver<Served>,
}

impl Server {
    /// Listens at that address: at the first that can be had, where a name has several.
    ///
    /// # Errors
    /// Where the address is none or is taken, or the workspace has no secret by which two replicas of it know each other.
    pub async fn start(path: &Path, address: &str) -> Result<Server, DirectError> {
        let endpoint = Endpoint::to_listen(address, Some(PORT))?;
        let meta = crate::keys::open(path).and_then(|replica| replica.meta()).map_err(SyncProblem::from)?;
        let secret = meta.secret.clone().ok_or_else(|| SyncProblem::without_secret(&meta))?;
        let not_served = |error: std::io::Error| DirectError::NotServed {
            address: endpoint.to_string(),
            reason: error.to_string(),
        };
        let listener = TcpListener::bind(endpoint.to_look_up()).await.map_err(not_served)?;
        let (tell, told) = unbounded_channel();
        let places = Arc::new(Semaphore::new(VISITORS));
        Ok(Server { listener, path: path.to_owned(), workspace: meta.workspace, secret, places, tell, told })
    }

    /// Where it listens: with the real port where 0 was asked for.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn address(&self) -> Result<SocketAddr, DirectError> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until a visit has ended, and answers what it brought. Others go on meanwhile. May be dropped and called again.
    ///
    /// # Errors
    /// Where nobody can come in any more.
    pub async fn next(&mut self) -> Result<Served, DirectError> {
        loop {
            tokio::select! {
                Some(served) = self.told.recv() => return Ok(served),
                arrived = arrive(&self.listener, &self.places) => {
                    let (stream, from, place) = arrived?;
                    let visitor = Visitor {
                        path: self.path.clone(),
                        workspace: self.workspace,
                        secret: self.secret.clone(),
                    };
                    let tell = self.tell.clone();
                    let handle = tokio::runtime::Handle::current();
                    tokio::task::spawn_blocking(move || {
                        let changed = handle.block_on(visitor.serve(stream));
                        // Nobody asks any more where it is being ended.
                        let _ = tell.send(Served { from, changed });
                        drop(place);
                    });
                }
            }
        }
    }
}

type Arrived = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn arrive(listener: &TcpListener, places: &Arc<Semaphore>) -> Result<Arrived, DirectError> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(|error| DirectError::Broken(error.to_string()))?;
    let (stream, from) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, from, place))
}

struct Visitor {
    path: PathBuf,
    workspace: WorkspaceId,
    secret: WorkspaceSecret,
}

impl Visitor {
    /// One visit, to its end. Answers how many records changed here.
    async fn serve(self, stream: TcpStream) -> Result<usize, DirectError> {
        let mut channel = Channel::answer(stream, (self.workspace, &self.secret)).await?;
        let mut replica = crate::keys::open(&self.path).map_err(SyncProblem::from)?;
        let mut answer = PeerAnswer::new();
        let (mut changed, mut until) = (0, Instant::now() + IDLE);
        while let Some(frame) = channel.receive().await? {
            for news in answer.handle_input(&mut replica, &frame)? {
                if let SyncNews::Merged { records, .. } = news {
                    changed += records.len();
                    until = Instant::now() + IDLE;
                }
            }
            let mut frames = 0;
            while let Some(frame) = answer.poll_transmit(&replica)? {
                channel.send(&frame).await?;
                frames += 1;
            }
            if frames > 1 {
                until = Instant::now() + IDLE;
            }
            if answer.is_over() || until < Instant::now() {
                break;
            }
        }
        channel.close().await;
        Ok(changed)
    }
}
