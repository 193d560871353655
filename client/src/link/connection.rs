//! One WebSocket connection to a relay.

use std::future::poll_fn;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use samsyn_engine::replica::{Replica, ReplicaSync, SyncNews, SyncProblem};
use samsyn_engine::sync::limits::FRAME_BYTES;
use samsyn_engine::sync::{Notice, SyncError};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long reaching the relay may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why there is no connection (any more).
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Nobody answers at the address.
    #[error(
        "the relay at {address} cannot be reached ({reason}): your work is safe here and waits; try again later"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// Why, in the system's words.
        reason: String,
    },
    /// Somebody answers, but no relay.
    #[error(
        "what answers at {address} is not a Samsyn relay ({reason}): check the address, or sign in to the network first"
    )]
    NotARelay {
        /// Where.
        address: String,
        /// What came instead.
        reason: String,
    },
    /// The relay ended the connection.
    #[error("the relay ended the connection: {}", .0.words)]
    Closed(Notice),
    /// The connection broke.
    #[error("the connection to the relay broke ({0}): your work is safe here; it goes on from where it was")]
    Broken(String),
    /// The protocol or the file.
    #[error(transparent)]
    Problem(#[from] SyncProblem),
}

impl LinkError {
    pub(super) fn runtime(error: std::io::Error) -> LinkError {
        LinkError::Broken(error.to_string())
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A connection to the replica's relay.
#[derive(Debug)]
pub struct Connection {
    sink: SplitSink<Socket, Message>,
    stream: SplitStream<Socket>,
    sync: ReplicaSync,
    began: Instant,
    /// A frame that the session has handed out and the socket has not taken yet. It stands here and not in a future,
    /// because futures are dropped when something else happens first, and a frame must not be dropped with them.
    pending: Option<Message>,
    flushed: bool,
}

impl Connection {
    /// Connects to the replica's relay.
    ///
    /// # Errors
    /// Where it cannot be reached, or is none.
    pub async fn open(replica: &Replica) -> Result<Connection, LinkError> {
        let meta = replica.meta().map_err(SyncProblem::from)?;
        let address = meta.relay.ok_or(SyncProblem::NoRelay)?;
        let url = format!("{}/sync/{}", address.trim_end_matches('/'), meta.workspace);
        let (sink, stream) = reach(&address, &url).await?.split();
        let sync = ReplicaSync::begin(replica, 0)?;
        Ok(Connection { sink, stream, sync, began: Instant::now(), pending: None, flushed: true })
    }

    /// Sends what is to be sent until something comes. Empty where it was woken only to keep the link alive.
    ///
    /// Reads and writes at the same time: two sides that both only wrote would wait for each other for ever. May be
    /// dropped at any moment and called again.
    ///
    /// # Errors
    /// Where the connection broke or the other side does not keep to the protocol.
    pub async fn next(&mut self, replica: &mut Replica) -> Result<Vec<SyncNews>, LinkError> {
        loop {
            if self.pending.is_none() {
                self.pending = self.sync.frame_out(replica)?.map(|frame| Message::Binary(frame.into()));
            }
            let deadline = self.began + Duration::from_millis(self.sync.poll_timeout());
            let waiting = self.pending.is_some();
            tokio::select! {
                message = self.stream.next() => {
                    let now = self.now();
                    return match frame(message)? {
                        Some(frame) => Ok(self.sync.frame_in(replica, &frame, now)?),
                        None => Ok(Vec::new()),
                    };
                }
                moved = poll_fn(|context| match waiting {
                    true => self.sink.poll_ready_unpin(context),
                    false => self.sink.poll_flush_unpin(context),
                }), if waiting || !self.flushed => {
                    moved.map_err(broken)?;
                    self.flushed = !waiting;
                    if let Some(message) = self.pending.take() {
                        self.sink.start_send_unpin(message).map_err(broken)?;
                    }
                }
                () = tokio::time::sleep_until(deadline) => {
                    let now = self.now();
                    self.sync.handle_timeout(now)?;
                    return Ok(Vec::new());
                }
            }
        }
    }

    /// Whether both sides have everything.
    ///
    /// # Errors
    /// Where the replica cannot be read.
    pub fn is_settled(&self, replica: &Replica) -> Result<bool, LinkError> {
        Ok(self.sync.is_settled(replica)?)
    }

    /// Says goodbye. Whether the relay hears it does not matter.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.sink.close()).await;
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The frame in a message; none in what the socket deals with by itself.
fn frame(message: Option<Result<Message, SocketError>>) -> Result<Option<Bytes>, LinkError> {
    match message {
        Some(Ok(Message::Binary(frame))) => Ok(Some(frame)),
        None | Some(Ok(Message::Close(_))) => Err(LinkError::Broken("the relay closed it".to_owned())),
        Some(Ok(Message::Text(_))) => {
            Err(SyncProblem::Protocol(SyncError::Frame("it is text".to_owned())).into())
        }
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(broken(error)),
    }
}

fn broken(error: SocketError) -> LinkError {
    LinkError::Broken(error.to_string())
}

async fn reach(address: &str, url: &str) -> Result<Socket, LinkError> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(FRAME_BYTES))
        .max_frame_size(Some(FRAME_BYTES))
        .max_write_buffer_size(4 * FRAME_BYTES);
    let unreachable = |reason: String| LinkError::Unreachable { address: address.to_owned(), reason };
    let not_a_relay = |reason: String| LinkError::NotARelay { address: address.to_owned(), reason };
    let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
    match timeout(PATIENCE, connecting).await {
        Err(_) => Err(unreachable("no answer".to_owned())),
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(SocketError::Io(error))) => Err(unreachable(error.to_string())),
        Ok(Err(SocketError::Http(answer))) if answer.status().as_u16() == 503 => {
            Err(unreachable("it has no room just now, or is being restarted".to_owned()))
        }
        Ok(Err(SocketError::Http(answer))) => Err(not_a_relay(format!("HTTP {}", answer.status()))),
        Ok(Err(error)) => Err(not_a_relay(error.to_string())),
    }
}
