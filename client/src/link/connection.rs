//! One WebSocket connection to a relay.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use samsyn_engine::address::RelayAddress;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Management;
use samsyn_engine::replica::{Replica, ReplicaSync, SyncNews, SyncProblem};
use samsyn_engine::store::Meta;
use samsyn_engine::sync::SyncError;
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Error as SocketError, Message};

use super::LinkError;
use super::dial::{Socket, Target};
use super::signs::Signs;

/// A connection to the replica's relay.
#[derive(Debug)]
pub struct Connection {
    sink: SplitSink<Socket, Message>,
    stream: SplitStream<Socket>,
    sync: ReplicaSync,
    signs: Arc<Signs>,
    /// When the relay let us in, by the signs' clock.
    welcomed: Option<u64>,
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
        let relay = relay_of(replica)?;
        let signs = Arc::new(Signs::new());
        let (socket, challenge) = target(&meta, relay).reach(&signs).await?;
        let (sink, stream) = socket.split();
        let sync = ReplicaSync::begin(replica, challenge.as_ref(), signs.now())?;
        Ok(Connection { sink, stream, sync, signs, welcomed: None, pending: None, flushed: true })
    }

    /// Sends what is to be sent until something comes. Empty where it was woken only to keep the link alive.
    ///
    /// Reads and writes at the same time: two sides that both only wrote would wait for each other for ever. What is ready
    /// to go goes before what has come, so that who hears much also gets to speak; and what has come is read before the
    /// clock is asked, because it may have come long ago, while this side was busy. May be dropped at any moment and
    /// called again.
    ///
    /// # Errors
    /// Where the connection broke or the other side does not keep to the protocol.
    pub async fn next(&mut self, replica: &mut Replica) -> Result<Vec<SyncNews>, LinkError> {
        loop {
            if self.pending.is_none() {
                self.pending = self.sync.poll_transmit(replica)?.map(|frame| Message::Binary(frame.into()));
            }
            self.sync.heard(self.signs.last());
            let deadline = self.signs.moment(self.sync.poll_timeout());
            let waiting = self.pending.is_some();
            tokio::select! {
                biased;
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
                message = self.stream.next() => return self.take(replica, message),
                () = sleep_until(deadline) => {
                    // A part of a frame may have come just now.
                    self.sync.heard(self.signs.last());
                    self.sync.handle_timeout(self.signs.now())?;
                    return Ok(Vec::new());
                }
            }
        }
    }

    /// There is reason to doubt the link: asks at once whether the relay is still there.
    pub fn doubt(&mut self) {
        self.sync.ask(self.signs.now());
    }

    /// For how long the relay was heard after it let us in.
    pub fn held(&self) -> Duration {
        let welcomed = self.welcomed.unwrap_or(u64::MAX);
        Duration::from_millis(self.signs.last().saturating_sub(welcomed))
    }

    /// Says what somebody has open here, for the others to see.
    pub fn open_record(&mut self, record: Option<RecordId>) {
        self.sync.open(record);
    }

    /// Asks the relay for something of who belongs. Says whether it will hear it.
    pub fn manage(&mut self, management: &Management) -> bool {
        self.sync.manage(management.clone())
    }

    /// Whether both sides have everything.
    ///
    /// # Errors
    /// Where the replica cannot be read.
    pub fn is_settled(&self, replica: &Replica) -> Result<bool, LinkError> {
        Ok(self.sync.is_settled(replica)?)
    }

    /// Whether the relay has said all that there was to say, and has answered all that was pushed: what still waits here has only to
    /// come by in its log.
    pub fn is_answered(&self) -> bool {
        self.sync.is_answered()
    }

    /// Says goodbye. Whether the relay hears it does not matter.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.sink.close()).await;
    }

    fn take(
        &mut self,
        replica: &mut Replica,
        message: Option<Result<Message, SocketError>>,
    ) -> Result<Vec<SyncNews>, LinkError> {
        let (frame, now) = (frame(message)?, self.signs.now());
        let Some(frame) = frame else {
            self.sync.talked(now)?;
            return Ok(Vec::new());
        };
        let news = self.sync.handle_input(replica, &frame, now)?;
        if news.iter().any(|news| matches!(news, SyncNews::Connected { .. })) {
            self.welcomed = Some(now);
        }
        Ok(news)
    }
}

/// Where a replica's relay is.
pub(super) fn relay_of(replica: &Replica) -> Result<RelayAddress, LinkError> {
    let meta = replica.meta().map_err(SyncProblem::from)?;
    let written = meta.relay.ok_or(SyncProblem::NoRelay)?;
    written.parse().map_err(|why| LinkError::Address { address: written, why })
}

/// What to reach, where a replica's relay is there.
pub(super) fn target(meta: &Meta, relay: RelayAddress) -> Target {
    Target { relay, workspace: meta.workspace, met: meta.last_contact.is_some() }
}

/// The frame in a message; none in what the socket deals with by itself.
pub(super) fn frame(message: Option<Result<Message, SocketError>>) -> Result<Option<Bytes>, LinkError> {
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

pub(super) fn broken(error: SocketError) -> LinkError {
    LinkError::Broken(error.to_string())
}
