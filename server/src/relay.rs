//! A relay as a whole: starting it, and stopping it so that nothing acknowledged is lost and nobody is left waiting.
//!
//! ```text
//!  Folder ─ lock, look at every log ─▶ bind ─▶ serve ─▶ asked to stop ─▶ no new sockets
//!                                                            ─▶ pushes under way: committed, acknowledged
//!                                                            ─▶ clients told and closed ─▶ logs tidied, closed
//! ```

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;

use samsyn_engine::files::room;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, MissedTickBehavior, interval, timeout, timeout_at};

use crate::config::{Config, Patience};
use crate::error::RelayError;
use crate::folder::{Folder, FolderLock};
use crate::http::{self, Shared};
use crate::hub::Hub;
use crate::limits::Tally;
use crate::listener::{Door, Guard, Listeners, Stay};
use crate::log::{SqliteLog, care};
use crate::meters;
use crate::proxies::Proxies;
use crate::stopping::StopSwitch;
use crate::tls::Source;

/// Sockets beyond the clients': for whoever asks how the relay is, and for answering that it is full.
const SPARE_SOCKETS: usize = 64;

/// A relay that is not running yet.
#[derive(Debug)]
pub struct Relay;

/// A relay that is running. Dropping it leaves it running; [`RunningRelay::shutdown`] stops it.
#[derive(Debug)]
pub struct RunningRelay {
    address: SocketAddr,
    hub: Arc<Hub>,
    places: Arc<Semaphore>,
    most: usize,
    patience: Patience,
    stop: StopSwitch,
    metrics: Option<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
    _lock: FolderLock,
}

impl Relay {
    /// Starts a relay in the current tokio runtime.
    ///
    /// # Errors
    /// Where the data folder cannot be used, a log in it is none or of a newer version, or the address is
    /// taken or beyond loopback.
    pub async fn start(config: Config) -> Result<RunningRelay, RelayError> {
        config.check()?;
        let folder = Folder::open(&config.data)?;
        let mut lock = folder.lock()?;
        let source = config.tls.clone().map(|tls| Source::open(tls, &folder)).transpose()?;
        let acceptor = source.as_ref().map(Source::acceptor).transpose()?;
        for workspace in folder.list()? {
            care::look_after_crash(&folder.log(workspace))?;
            SqliteLog::inspect(&folder.log(workspace))?;
        }
        let listeners = listen(&config).await?;
        let address = listeners.first().local_addr()?;
        announce(&mut lock, address, &config)?;
        let relay = folder.relay_id()?;
        let stop = StopSwitch::new();
        let metrics = tell_numbers(config.metrics, &stop).await?;
        // Not before there is somebody who counts.
        if let Some(source) = &source {
            source.count();
        }
        let hub = Arc::new(Hub::new(folder.clone()));
        let most = config.max_connections.get().min(Semaphore::MAX_PERMITS - SPARE_SOCKETS);
        let places = Arc::new(Semaphore::new(most));
        let (proxies, tally) =
            (Arc::new(Proxies::new(config.proxies.clone())), Arc::new(Tally::new(config.limits)));
        let guard = Guard {
            proxies: Arc::clone(&proxies),
            only_proxies: config.hears_proxies_only(),
            tally: Arc::clone(&tally),
        };
        let shared = Shared {
            hub: Arc::clone(&hub),
            relay,
            folder,
            places: Arc::clone(&places),
            patience: config.patience,
            stopping: stop.listener(),
            proxies,
            tally,
            looked: Mutex::default(),
        };
        let door = Door::new(listeners, acceptor, most + SPARE_SOCKETS, (config.patience.hello, guard));
        let mut tasks = vec![
            serve(door, shared),
            close_unused(Arc::clone(&hub), config.patience, &stop),
            look_who_belongs(Arc::clone(&hub), &stop),
            keep_certificate(source, &stop),
        ];
        let metrics = metrics.map(|(address, task)| {
            tasks.push(task);
            address
        });
        tracing::info!(%address, "the relay is listening");
        Ok(RunningRelay {
            address,
            hub,
            places,
            most,
            patience: config.patience,
            stop,
            metrics,
            tasks,
            _lock: lock,
        })
    }
}

/// Notes where it listens, for whoever makes a workspace.
fn announce(lock: &mut FolderLock, address: SocketAddr, config: &Config) -> Result<(), RelayError> {
    match lock.announce(address) {
        Err(error) if room::says_full(&error) => {
            tracing::warn!("the disk is full: `workspace create` cannot tell where this relay listens");
            Ok(())
        }
        announced => announced.map_err(RelayError::not_writable(&config.data)),
    }
}

/// Tells its numbers to whoever asks there.
async fn tell_numbers(
    at: Option<SocketAddr>,
    stop: &StopSwitch,
) -> Result<Option<(SocketAddr, JoinHandle<()>)>, RelayError> {
    let Some(address) = at else { return Ok(None) };
    let (address, task) = meters::tell(address, stop.listener()).await?;
    tracing::info!(%address, "numbers are told");
    Ok(Some((address, task)))
}

/// Listens at each of its addresses. That a name has one which this computer does not is no reason not to listen at the others.
async fn listen(config: &Config) -> Result<Listeners, RelayError> {
    let bind =
        async |address| TcpListener::bind(address).await.map_err(|error| RelayError::listen(address, error));
    let first = bind(config.listen).await?;
    let port = first.local_addr()?.port();
    let mut others = Vec::new();
    for address in config.listens_at(port).skip(1) {
        match bind(address).await {
            Ok(listener) => others.push(listener),
            Err(error @ RelayError::AddressInUse(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "the relay listens at its other addresses"),
        }
    }
    Ok(Listeners::new(first, others))
}

fn serve(door: Door, shared: Shared) -> JoinHandle<()> {
    let stopping = shared.stopping.clone();
    let service = http::router(Arc::new(shared)).into_make_service_with_connect_info::<Stay>();
    let serving = axum::serve(door, service).with_graceful_shutdown(async move { stopping.wait().await });
    tokio::spawn(async move {
        if let Err(error) = serving.into_future().await {
            tracing::error!(%error, "the relay no longer listens");
        }
    })
}

fn close_unused(hub: Arc<Hub>, patience: Patience, stop: &StopSwitch) -> JoinHandle<()> {
    let stopping = stop.listener();
    tokio::spawn(async move {
        let mut ticks = interval(patience.unused);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                _ = ticks.tick() => hub.close_unused().await,
            }
        }
    })
}

fn keep_certificate(source: Option<Source>, stop: &StopSwitch) -> JoinHandle<()> {
    let stopping = stop.listener();
    tokio::spawn(async move {
        let Some(source) = source else { return };
        tokio::select! {
            () = stopping.wait() => {}
            () = source.keep() => {}
        }
    })
}

/// How often it is looked whether the command line has changed who belongs.
const LOOK_EVERY: Duration = Duration::from_millis(500);

fn look_who_belongs(hub: Arc<Hub>, stop: &StopSwitch) -> JoinHandle<()> {
    let stopping = stop.listener();
    tokio::spawn(async move {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.wait() => return,
                _ = ticks.tick() => hub.look_who_belongs().await,
            }
        }
    })
}

impl RunningRelay {
    /// Where it listens: with the real port where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it tells numbers, if it does.
    pub fn metrics(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Stops it: no new sockets; pushes under way are committed and acknowledged; clients are told; the logs are closed.
    /// Within the time that the configuration gives it. Whatever was acknowledged is durable at any moment anyway.
    pub async fn shutdown(self) {
        self.stop.throw();
        let end = Instant::now() + self.patience.stop;
        let all = u32::try_from(self.most).unwrap_or(u32::MAX);
        // The logs are closed in any case, so the clients get only a part of the time.
        if timeout(self.patience.stop * 2 / 3, self.places.acquire_many(all)).await.is_err() {
            tracing::warn!("not everybody could be told in time that the relay stops");
        }
        if timeout_at(end, self.hub.close()).await.is_err() {
            tracing::warn!("not every log could be closed in time; nothing that was acknowledged is lost");
        }
        self.tasks.iter().for_each(JoinHandle::abort);
        tracing::info!("the relay has stopped");
    }
}
