//! Reaching what stands at an address: a TCP connection, and the handshake that makes it a WebSocket.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use samsyn_engine::address::RelayAddress;
use samsyn_engine::identity::{CHALLENGE_HEADER, Challenge, WorkspaceId};
use samsyn_engine::sync::limits::{FRAME_BYTES, UNDERWAY_BYTES};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use super::signs::{Noted, Signs};
use super::stranger::{Answer, Stranger};
use super::{Distrust, LinkError};

/// How long reaching the relay may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long one of several addresses of a host may take: a network can have a way for one kind of them only.
const PATIENCE_EACH: Duration = Duration::from_secs(5);

/// A WebSocket whose signs of life are noted.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<Noted<TcpStream>>>;

/// What to reach.
#[derive(Debug)]
pub(super) struct Target {
    /// The relay.
    pub(super) relay: RelayAddress,
    /// The workspace on it.
    pub(super) workspace: WorkspaceId,
    /// Whether the relay was met before.
    pub(super) met: bool,
}

impl Target {
    /// Connects, and becomes a WebSocket.
    ///
    /// # Errors
    /// Where nobody answers, or no relay.
    pub(super) async fn reach(&self, signs: &Arc<Signs>) -> Result<(Socket, Option<Challenge>), LinkError> {
        let reason = match timeout(PATIENCE, self.shake_hands(signs)).await {
            Ok(Ok(socket)) => return Ok(socket),
            Ok(Err(SocketError::Url(error))) => {
                let (address, reason) = (self.relay.to_string(), error.to_string());
                return Err(LinkError::NotARelay { address, reason });
            }
            Ok(Err(SocketError::Http(response))) => {
                let stranger = self.stranger(format!("HTTP {}", response.status().as_u16()));
                return Err(stranger.of(Answer::of(&response)));
            }
            Ok(Err(SocketError::Io(error))) => match distrust(&error) {
                Some(why) => {
                    return Err(LinkError::NotTrusted { address: self.relay.to_string(), why });
                }
                None => error.to_string(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        Err(self.stranger(reason).recognise(&signs.first()))
    }

    fn stranger(&self, reason: String) -> Stranger<'_> {
        Stranger { relay: &self.relay, workspace: self.workspace, met: self.met, reason }
    }

    /// The challenge stands in the answer; a relay of an earlier version gives none.
    async fn shake_hands(&self, signs: &Arc<Signs>) -> Result<(Socket, Option<Challenge>), SocketError> {
        let connector = match self.relay.is_encrypted() {
            false => Connector::Plain,
            true => Connector::Rustls(trust()?),
        };
        let stream = connect(&self.relay.host().to_look_up(), self.relay.port()).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(FRAME_BYTES))
            .max_frame_size(Some(FRAME_BYTES))
            .max_write_buffer_size(4 * FRAME_BYTES);
        let noted = Noted::new(stream, Arc::clone(signs));
        let url = self.relay.sync(self.workspace);
        let (socket, answer) =
            client_async_tls_with_config(url, noted, Some(config), Some(connector)).await?;
        let challenge =
            answer.headers().get(CHALLENGE_HEADER).and_then(|text| text.to_str().ok()?.parse().ok());
        Ok((socket, challenge))
    }
}

/// What TLS says of a certificate, or of an answer that is no TLS, where it is that.
fn distrust(error: &io::Error) -> Option<Distrust> {
    error.get_ref()?.downcast_ref::<rustls::Error>().map(Distrust::from)
}

/// Whom this computer trusts: its own store of certificates, or the file that SSL_CERT_FILE names.
fn trust() -> Result<Arc<ClientConfig>, SocketError> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(trust) = TRUST.get() {
        return Ok(Arc::clone(trust));
    }
    let mut roots = RootCertStore::empty();
    // One that cannot be read is no reason not to trust the others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| io::Error::other(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(TRUST.get_or_init(|| Arc::new(config))))
}

/// Connects to the first of the host's addresses that answers.
async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut addresses = lookup_host((host, port)).await?.peekable();
    let mut problem = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    while let Some(address) = addresses.next() {
        let connecting = connect_to(address);
        let connected = match addresses.peek() {
            None => connecting.await,
            Some(_) => match timeout(PATIENCE_EACH, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")),
            },
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => problem = error,
        }
    }
    Err(problem)
}

/// The send buffer is kept small: what lies in it is not known to have gone anywhere.
async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_send_buffer_size(u32::try_from(UNDERWAY_BYTES).unwrap_or(u32::MAX))?;
    socket.connect(address).await
}
