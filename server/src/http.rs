//! The relay's addresses.
//!
//! | address | answer |
//! | --- | --- |
//! | `GET /` | a page for whoever comes with a browser |
//! | `GET /sync/WORKSPACE` | a WebSocket that speaks the sync protocol (`docs/protocol.md`) |
//! | `GET /healthz` | 200 while the process lives |
//! | `GET /readyz` | 200 while it takes pushes: storage can be written and it is not about to stop; else 503 |

use std::net::IpAddr;
use std::sync::{Arc, Once};

use axum::Router;
use axum::extract::{ConnectInfo, Path, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use samsyn_engine::identity::{CHALLENGE_HEADER, Challenge, RelayId, WorkspaceId};
use samsyn_engine::sync::limits::FRAME_BYTES;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, Instant};

use crate::config::Patience;
use crate::connection::{self, Visit};
use crate::folder::Folder;
use crate::hub::Hub;
use crate::limits::{Enough, Tally};
use crate::listener::Stay;
use crate::page;
use crate::proxies::Proxies;
use crate::stopping::Stopping;

/// What is set aside for reading from, and for writing to, a socket, in bytes. For larger frames it grows.
const SOCKET_BUFFER: usize = 4 * 1024;

/// The last look at the storage counts for so long: who asks often must not make the disk busy.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Whether the operator was told that a proxy passes on what it should not.
static TWO_ORIGINS: Once = Once::new();

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) hub: Arc<Hub>,
    pub(crate) relay: RelayId,
    pub(crate) folder: Folder,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) patience: Patience,
    pub(crate) stopping: Stopping,
    pub(crate) proxies: Arc<Proxies>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) looked: Mutex<Option<(Instant, bool)>>,
}

/// The relay's addresses over what they share.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route("/sync/{workspace}", get(sync))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .layer(map_response(leave))
        .with_state(shared)
}

/// Whoever was answered goes: nobody has a second thing to ask, and a socket on which one could is somebody else's place.
async fn leave(mut response: Response) -> Response {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn sync(
    State(shared): State<Arc<Shared>>,
    Path(workspace): Path<String>,
    ConnectInfo(stay): ConnectInfo<Stay>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Ok(workspace) = workspace.parse::<WorkspaceId>() else {
        return (StatusCode::NOT_FOUND, "there is no such workspace\n").into_response();
    };
    if !same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "pages of other origins may not connect\n").into_response();
    }
    let from = match shared.proxies.origin(stay.from(), &headers) {
        Ok(from) => from,
        Err(two) => {
            // Once: whoever comes with two can come often.
            TWO_ORIGINS.call_once(|| tracing::warn!(proxy = %stay.from(), "a request was refused: {two}"));
            return (StatusCode::BAD_REQUEST, format!("{two}\n")).into_response();
        }
    };
    let seat = match shared.tally.visit(from) {
        Ok(seat) => seat,
        Err(enough) => return too_many(enough),
    };
    let place = match shared.place() {
        Ok(place) => place,
        Err(words) => return (StatusCode::SERVICE_UNAVAILABLE, words).into_response(),
    };
    let challenge = Challenge::of(shared.relay);
    let visit = shared.visit(workspace, challenge, from);
    let mut response = upgrade
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES)
        // Every connection has these buffers, also one on which nothing is said for hours.
        .read_buffer_size(SOCKET_BUFFER)
        .write_buffer_size(SOCKET_BUFFER)
        .max_write_buffer_size(2 * FRAME_BYTES)
        .on_upgrade(move |socket| async move {
            stay.stays();
            connection::serve((socket, stay), visit).await;
            drop((place, seat));
        });
    if let Ok(challenge) = challenge.to_string().parse() {
        response.headers_mut().insert(CHALLENGE_HEADER, challenge);
    }
    response
}

async fn ready(State(shared): State<Arc<Shared>>) -> (StatusCode, &'static str) {
    if shared.stopping.asked() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if shared.storage_is_writable().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the storage cannot be written\n")
    }
}

impl Shared {
    fn place(&self) -> Result<OwnedSemaphorePermit, &'static str> {
        if self.stopping.asked() {
            return Err("the relay is about to stop\n");
        }
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| "too many are connected: try again later\n")
    }

    fn visit(&self, workspace: WorkspaceId, challenge: Challenge, from: IpAddr) -> Visit {
        let (hub, stopping, tally) = (Arc::clone(&self.hub), self.stopping.clone(), Arc::clone(&self.tally));
        Visit { hub, workspace, challenge, from, patience: self.patience, stopping, tally }
    }

    async fn storage_is_writable(&self) -> bool {
        let mut looked = self.looked.lock().await;
        if let Some((_, writable)) = looked.filter(|(when, _)| when.elapsed() < LOOK_EVERY) {
            return writable;
        }
        let folder = self.folder.clone();
        let writable =
            tokio::task::spawn_blocking(move || folder.probe()).await.is_ok_and(|probed| probed.is_ok());
        *looked = Some((Instant::now(), writable));
        writable
    }
}

/// A limit was met, which is told the way HTTP has for it.
fn too_many(enough: Enough) -> Response {
    let seconds = enough.seconds();
    let words = format!("too many have come from your address: try again in {seconds} seconds\n");
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], words).into_response()
}

/// Browsers say which page opens a WebSocket. Programs say nothing and may.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host_of_page = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match (host_of_page, text(header::HOST)) {
        (Some(page), Some(here)) => page.eq_ignore_ascii_case(here),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "relay.example.se:7400".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[tokio::test]
    async fn who_was_answered_is_sent_away_and_a_websocket_stays() {
        let left = |status: StatusCode| leave(status.into_response());
        for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS] {
            assert_eq!(left(status).await.headers()[header::CONNECTION], "close", "{status}");
        }
        let upgraded = left(StatusCode::SWITCHING_PROTOCOLS).await;
        assert!(!upgraded.headers().contains_key(header::CONNECTION), "it says so itself");
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        assert!(same_origin(&headers(None)));
        assert!(same_origin(&headers(Some("http://Relay.example.se:7400"))));
        for other in ["http://evil.example", "http://relay.example.se", "null", "relay.example.se:7400"] {
            assert!(!same_origin(&headers(Some(other))), "{other}");
        }
    }
}
