//! One client's connection, from its hello to its end: one task, one socket.
//!
//! ```text
//!            ┌────────────────────────── Live ──────────────────────────┐
//!  frames ──▶│ RelaySession ──Push──▶ writer's queue ──Answer──▶ ack    │──▶ frames
//!            │ end of the log moved ──▶ read on from our own position   │
//!            └──────────────────────────────────────────────────────────┘
//! ```
//!
//! A connection holds its own position in the log and sends what stands behind it, a batch at a time and no faster
//! than the client takes them. There is no queue of what a client has yet to get, so a slow one costs nothing; catching
//! up and being live are the same thing.
//!
//! While more pushes are under way than the protocol allows, the socket is not read: the client waits, not the relay. Who pushes
//! faster than the relay takes it from one device waits, too (`held`); nothing is refused for it.

mod held;
mod link;
mod live;
mod pace;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::ws::WebSocket;
use samsyn_engine::identity::{Challenge, WorkspaceId};
use samsyn_engine::sync::{ErrorCode, FromRelay, Hello, Notice, RelayRequest, RelaySession, SyncError};
use tokio::time::{Instant, sleep_until, timeout};

use crate::config::Patience;
use crate::delivery::Begun;
use crate::hub::{Hub, Turned};
use crate::limits::{Enough, Pusher, Seat, Tally};
use crate::listener::Stay;
use crate::log::LogError;
use crate::meters;
use crate::stopping::Stopping;
use crate::workspace::{Admitted, Workspace, written_anew};
use held::Held;
use link::{Incoming, Link};
use live::Live;

/// Why a connection ends.
#[derive(Debug)]
enum End {
    /// The client closed it, or is gone.
    Gone,
    /// The relay ends it and says why.
    Told(Notice),
}

impl End {
    fn told(code: ErrorCode, words: impl Into<String>) -> End {
        End::Told(Notice::new(code, words))
    }

    /// Somebody has had as much as the relay gives, and there is room again later.
    fn enough(words: impl Into<String>, enough: Enough) -> End {
        End::Told(Notice { again: Some(enough.seconds()), ..Notice::new(ErrorCode::Limited, words) })
    }

    fn stopping() -> End {
        End::told(ErrorCode::Stopping, "the relay is about to stop: connect again in a moment")
    }

    fn closed() -> End {
        End::told(ErrorCode::Storage, "the workspace was closed: connect again")
    }

    fn storage(error: &LogError) -> End {
        if let LogError::Damaged(_) = error {
            // It was written anew as that was found.
            return End::Told(written_anew());
        }
        tracing::error!(%error, "a log cannot be read");
        End::told(ErrorCode::Storage, "the relay cannot read this workspace now: try again later")
    }
}

impl From<SyncError> for End {
    fn from(error: SyncError) -> End {
        End::told(error.code(), error.to_string())
    }
}

/// What a connection needs of the relay.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The workspaces.
    pub(crate) hub: Arc<Hub>,
    /// The workspace in the address.
    pub(crate) workspace: WorkspaceId,
    /// What the client was asked to sign.
    pub(crate) challenge: Challenge,
    /// From where the client comes.
    pub(crate) from: IpAddr,
    /// How long to wait for what.
    pub(crate) patience: Patience,
    /// Whether the relay is about to stop.
    pub(crate) stopping: Stopping,
    /// How much anybody has asked for already.
    pub(crate) tally: Arc<Tally>,
}

/// Serves a client until it leaves or has to.
pub(crate) async fn serve(guest: (WebSocket, Stay), visit: Visit) {
    let mut link = Link::new(guest, visit.patience, visit.stopping.clone());
    let ended = match visit.enter(&mut link).await {
        Ok((mut live, _seat)) => {
            metrics::gauge!(meters::CONNECTED).increment(1.0);
            let end = live.run(&mut link, &visit.stopping).await;
            metrics::gauge!(meters::CONNECTED).decrement(1.0);
            end
        }
        Err(end) => end,
    };
    match ended {
        End::Gone => tracing::debug!(workspace = %visit.workspace, "a connection ended"),
        End::Told(notice) => {
            tracing::info!(workspace = %visit.workspace, code = ?notice.code, "a connection was ended");
            link.goodbye(notice).await;
        }
    }
}

impl Visit {
    /// From the first frame to the welcome.
    async fn enter(&self, link: &mut Link) -> Result<(Live, Seat), End> {
        let mut session = RelaySession::new();
        let hello = tokio::select! {
            hello = timeout(self.patience.hello, first(link, &mut session)) => hello.unwrap_or_else(|_| {
                Err(End::told(ErrorCode::Order, "no hello came in time"))
            })?,
            () = self.stopping.wait() => return Err(End::stopping()),
        };
        let admitted = self.admit(&hello).await?;
        let pusher = self.pusher(&hello, &admitted.1);
        let seat = self.tally.enter(pusher).map_err(|enough| {
            End::enough("this computer is connected too often already: what ends is free again soon", enough)
        })?;
        link.is_of(pusher, &self.tally);
        session.admitted();
        let held = Held::nothing(pusher, Arc::clone(&self.tally));
        let (live, welcome) = self.welcome((session, held), &hello, admitted).await?;
        link.send(welcome).await?;
        Ok((live, seat))
    }

    async fn admit(&self, hello: &Hello) -> Result<(Arc<Workspace>, Admitted), End> {
        // Whatever it presents: who has tried too often is told nothing of it.
        self.tally.hello(self.from).map_err(|enough| {
            let seconds = enough.seconds();
            let words = format!(
                "too many tries from your address were refused: nothing was looked at; try again in {seconds} seconds"
            );
            End::enough(words, enough)
        })?;
        let told = Instant::now() + self.patience.refusal;
        let turned = match self.hub.admit(self.workspace, hello, self.challenge).await {
            Ok(admitted) => {
                metrics::counter!(meters::ADMITTED).increment(1);
                return Ok(admitted);
            }
            Err(turned) => turned,
        };
        metrics::counter!(meters::TURNED_AWAY).increment(1);
        if let Turned::Away(_) = turned {
            self.tally.refused(self.from);
            tracing::info!(workspace = %self.workspace, address = %self.from, "a hello was refused");
        }
        sleep_until(told).await;
        Err(match turned {
            Turned::Away(refusal) => End::told(ErrorCode::Access, refusal.to_string()),
            Turned::Taken => End::told(ErrorCode::NotEmpty, Turned::Taken.to_string()),
            Turned::Back(error) => End::storage(&error),
        })
    }

    /// Whom what it does counts for.
    fn pusher(&self, hello: &Hello, admitted: &Admitted) -> Pusher {
        match &admitted.grant {
            Some(_) => Pusher::proven(self.workspace, hello.device),
            None => Pusher::claimed(self.workspace, hello.device, self.from),
        }
    }

    async fn welcome(
        &self,
        (mut session, held): (RelaySession, Held),
        hello: &Hello,
        (workspace, admitted): (Arc<Workspace>, Admitted),
    ) -> Result<(Live, Vec<u8>), End> {
        let version = session.version();
        let mut ends = workspace.ends();
        let end = *ends.borrow_and_update();
        let begun = workspace.begin(hello, version, (end, admitted.view)).await;
        let (begun, from) = begun.map_err(|error| End::storage(&error))?;
        // What is durable is shown in a moment; nobody is promised a log that ends in front of its own place.
        let shown = ends.wait_for(|end| end.position >= from.position).await;
        let position = shown.map_err(|_| End::closed())?.position;
        tracing::info!(
            workspace = %self.workspace, device = %hello.device, software = %hello.software.escape_debug(),
            version, from = from.position, position, "a device is connected"
        );
        let erased = workspace.erasures(hello, version).await.map_err(|error| End::storage(&error))?;
        let welcome = begun.welcome(version, workspace.name(), (from, admitted.view), position);
        let welcome = admitted.welcome(welcome, erased);
        if matches!(begun, Begun::Comparison) {
            session.admitted_to_compare();
        }
        let who = (hello.device, admitted);
        let live = Live::new(session, who, (workspace, held), begun, (from.position, position));
        Ok((live, FromRelay::Welcome(welcome).encode()))
    }
}

/// The hello that a connection must begin with.
async fn first(link: &mut Link, session: &mut RelaySession) -> Result<Hello, End> {
    loop {
        let Incoming::Frame(frame) = link.receive().await? else { continue };
        if let Some(RelayRequest::Hello(hello)) = session.handle_input(&frame)? {
            return Ok(hello);
        }
    }
}
