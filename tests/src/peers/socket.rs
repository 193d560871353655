//! A client that speaks the protocol and keeps nothing: what the relay is measured with.

use std::collections::VecDeque;
use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use samsyn_engine::sync::limits::FRAME_BYTES;
use samsyn_engine::sync::{ClientEvent, ClientSession, Hello, Outgoing};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::Failure;

/// A connection to a relay.
pub(super) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: ClientSession,
    began: Instant,
    caught_up: bool,
}

/// The first byte of a stretch of the log (`docs/protocol.md`, section 3).
const BATCH: u8 = 66;

impl Client {
    /// Connects, and waits until it has all that the relay has.
    ///
    /// # Errors
    /// Where the relay cannot be reached or does not let it in.
    pub(super) async fn join(url: &str, hello: Hello) -> Result<Client, Failure> {
        let config =
            WebSocketConfig::default().max_message_size(Some(FRAME_BYTES)).max_frame_size(Some(FRAME_BYTES));
        let (socket, _) = connect_async_with_config(url, Some(config), true).await?;
        let mut client =
            Client { socket, session: ClientSession::new(hello, 0), began: Instant::now(), caught_up: false };
        client.until(|event| matches!(event, ClientEvent::CaughtUp)).await?;
        client.caught_up = true;
        Ok(client)
    }

    /// Pushes one change and waits until it is durable.
    ///
    /// # Errors
    /// Where the relay refuses it, or is gone.
    pub(super) async fn push(&mut self, change: Outgoing) -> Result<(), Failure> {
        self.session.push(&mut VecDeque::from([change]));
        self.until(|event| matches!(event, ClientEvent::Acknowledged { changes, .. } if !changes.is_empty()))
            .await
    }

    async fn until(&mut self, wanted: impl Fn(&ClientEvent) -> bool) -> Result<(), Failure> {
        loop {
            while let Some(frame) = self.session.poll_transmit() {
                self.socket.send(Message::Binary(frame.into())).await?;
            }
            let message = self.socket.next().await.ok_or("the relay closed the connection")??;
            let Message::Binary(frame) = message else { continue };
            // The relay is measured, on the same two cores: what others pushed is taken off the wire and no more.
            if self.caught_up && frame.first() == Some(&BATCH) {
                continue;
            }
            let now = u64::try_from(self.began.elapsed().as_millis())?;
            let events = self.session.handle_input(&frame, now)?;
            for event in &events {
                match event {
                    ClientEvent::Refused { refused, .. } => return Err(refused.words.clone().into()),
                    ClientEvent::Closed(notice) => return Err(notice.words.clone().into()),
                    _ => {}
                }
            }
            if events.iter().any(&wanted) {
                return Ok(());
            }
        }
    }
}
