//! A WebSocket as the relay uses it: whole binary frames in and out, and a clock that notices who is gone.
//!
//! Whatever comes is a sign of life, also a part of a frame: on a slow link a large push takes longer than the relay's
//! patience, and the answer to a ping stands behind it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::StreamExt;
use samsyn_engine::sync::limits::FRAME_BYTES;
use samsyn_engine::sync::{ErrorCode, FromRelay, Notice, SyncError};
use tokio::time::{Instant, sleep, timeout};

use super::End;
use crate::config::Patience;
use crate::limits::{Enough, Pusher, Tally};
use crate::listener::{Stay, TooMuchUnread};
use crate::meters;
use crate::stopping::Stopping;

/// What stands before the contents of a control frame of a client (RFC 6455, section 5.2): its opcode, its length and its mask.
const CONTROL_HEAD: u64 = 6;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A frame of the protocol.
    Frame(Bytes),
    /// A sign of life.
    Alive,
}

/// One WebSocket.
pub(super) struct Link {
    socket: WebSocket,
    stay: Stay,
    patience: Patience,
    stopping: Stopping,
    /// How many bytes had come when the other side was last heard.
    came: u64,
    heard: Instant,
    asked: Option<Instant>,
    deaf: bool,
}

impl Link {
    pub(super) fn new((socket, stay): (WebSocket, Stay), patience: Patience, stopping: Stopping) -> Self {
        let (came, heard) = (stay.came(), Instant::now());
        Link { socket, stay, patience, stopping, came, heard, asked: None, deaf: false }
    }

    /// The next that comes in. May be dropped at any moment and called again.
    ///
    /// # Errors
    /// Where the other side is gone, or sends what it must not.
    pub(super) async fn receive(&mut self) -> Result<Incoming, End> {
        let message = self.socket.next().await;
        self.hear();
        match message {
            Some(Ok(Message::Binary(frame))) => {
                self.stay.is_read();
                Ok(Incoming::Frame(frame))
            }
            Some(Ok(Message::Ping(words) | Message::Pong(words))) => {
                // It may stand between the parts of a message: those are not whole for it.
                self.stay.is_read_between(CONTROL_HEAD + words.len() as u64);
                Ok(Incoming::Alive)
            }
            Some(Ok(Message::Text(_))) => {
                Err(End::told(ErrorCode::Frame, "the relay understands binary frames only"))
            }
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(error)) => {
                self.deaf = true;
                Err(unreadable(&error))
            }
        }
    }

    /// Sends a frame; waits while the other side is slow to take it.
    ///
    /// # Errors
    /// Where the other side is gone.
    pub(super) async fn send(&mut self, frame: impl Into<Bytes>) -> Result<(), End> {
        self.put(Message::Binary(frame.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        let too_slow = too_slow(self.patience, self.stopping.clone());
        tokio::select! {
            biased;
            sent = self.socket.send(message) => sent.map_err(|_| End::Gone),
            () = too_slow => Err(End::Gone),
        }
    }

    /// The other side is this device: what comes counts for it.
    pub(super) fn is_of(&self, device: Pusher, tally: &Arc<Tally>) {
        self.stay.is_of(device, tally);
    }

    /// Something shows that the other side lives.
    pub(super) fn hear(&mut self) {
        (self.heard, self.asked) = (Instant::now(), None);
        self.came = self.stay.came();
    }

    /// When [`Link::silent`] wants to be called, if nothing is heard until then.
    pub(super) fn deadline(&self) -> Instant {
        let Patience { ask, silence, .. } = self.patience;
        self.asked.map_or(self.heard + ask, |asked| asked + silence.saturating_sub(ask))
    }

    /// No message was heard until the deadline: asks, or gives up, unless a part of one has come.
    ///
    /// # Errors
    /// Where it was asked before and nothing came.
    pub(super) async fn silent(&mut self) -> Result<(), End> {
        if self.stay.came() != self.came {
            self.hear();
            return Ok(());
        }
        if self.asked.is_some() {
            let seconds = self.patience.silence.as_secs();
            return Err(End::told(ErrorCode::Other, format!("nothing was heard for {seconds} seconds")));
        }
        self.asked = Some(Instant::now());
        self.put(Message::Ping(Bytes::new())).await
    }

    /// Tells why the connection ends, closes, and stays for a moment: a connection that is torn down while the other
    /// side still sends takes the last words with it.
    pub(super) async fn goodbye(mut self, notice: Notice) {
        let _ = timeout(self.patience.goodbye, self.last_words(notice)).await;
    }

    async fn last_words(&mut self, notice: Notice) {
        let notice = FromRelay::Notice(notice).encode();
        let close = Message::Close(Some(CloseFrame { code: close_code::NORMAL, reason: "".into() }));
        let said = self.socket.send(Message::Binary(notice.into())).await.is_ok()
            && self.socket.send(close).await.is_ok();
        if said && self.deaf {
            sleep(Duration::MAX).await;
        }
        while said && matches!(self.socket.next().await, Some(Ok(_))) {}
    }
}

/// Until a client has taken too long to take a frame: a while, and only a moment once the relay is about to stop, so
/// that who does not read holds up nobody.
async fn too_slow(patience: Patience, stopping: Stopping) {
    let about_to_stop = async {
        stopping.wait().await;
        sleep(patience.goodbye).await;
    };
    tokio::select! {
        () = sleep(patience.send) => {}
        () = about_to_stop => {}
    }
}

/// Why nothing more can be read. The socket's error is of a library that is not ours to name; what it says of a
/// message above the limit is held on to by a test.
fn unreadable(error: &axum::Error) -> End {
    if error.to_string().contains("too long") {
        let too_large = SyncError::TooLarge { what: "a frame", size: FRAME_BYTES + 1, most: FRAME_BYTES };
        return End::told(too_large.code(), format!("a frame is too large: the most is {FRAME_BYTES} bytes"));
    }
    if TooMuchUnread::is_behind(error) {
        meters::limited("unread");
        let words = "too much has come at once that is not whole: what was not sent is safe where it is";
        return End::enough(words, Enough(Duration::from_secs(15)));
    }
    End::Gone
}
