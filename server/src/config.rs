//! What can be set on a relay, and what it does where nothing is set.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use crate::error::RelayError;
use crate::proxies::Network;
use crate::tls::Tls;

/// Where a relay keeps its data, where it listens, and how patient it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder with the workspaces' logs. It must be there.
    pub data: PathBuf,
    /// Where to listen; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Where else, on the same port, as far as it can be had: a name may have several addresses.
    pub listen_also: Vec<IpAddr>,
    /// Where the certificate to show is from; none to speak plainly.
    pub tls: Option<Tls>,
    /// To speak plainly also beyond loopback: behind a proxy that has TLS, or in a closed network.
    pub insecure: bool,
    /// Where to tell numbers to Prometheus; none for nowhere.
    pub metrics: Option<SocketAddr>,
    /// So many clients at once; the next is asked to come again later.
    pub max_connections: NonZeroUsize,
    /// The proxies whose word is taken for where somebody comes from. One that speaks plainly beyond loopback, because they have
    /// TLS, hears nobody but them and loopback.
    pub proxies: Vec<Network>,
    /// How much one address and one device get.
    pub limits: Limits,
    /// How long times are.
    pub patience: Patience,
}

impl Config {
    /// Whether a relay may listen there, and so.
    ///
    /// # Errors
    /// Where nothing would be encrypted on the way, and nobody has said that it is to be so.
    pub fn check(&self) -> Result<(), RelayError> {
        let encrypted = self.tls.is_some() || self.insecure || self.hears_proxies_only();
        match self.listens_at(self.listen.port()).find(|address| !address.ip().is_loopback()) {
            Some(address) if !encrypted => Err(RelayError::NotLoopback(address)),
            _ => Ok(()),
        }
    }

    /// All addresses at which it listens, where the first has got this port.
    pub(crate) fn listens_at(&self, port: u16) -> impl Iterator<Item = SocketAddr> + '_ {
        let also = self.listen_also.iter().map(move |address| SocketAddr::new(*address, port));
        std::iter::once(SocketAddr::new(self.listen.ip(), port)).chain(also)
    }

    /// Whether only proxies, which have TLS, may call from beyond this computer. Who has said that nothing need be encrypted is
    /// heard by everybody.
    pub(crate) fn hears_proxies_only(&self) -> bool {
        !self.proxies.is_empty() && self.tls.is_none() && !self.insecure
    }

    /// The default port: of no meaning, and not registered for anything else.
    pub const PORT: u16 = 7400;

    /// A relay over `data` that listens on any free port of loopback.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Config {
            data: data.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            listen_also: Vec::new(),
            tls: None,
            insecure: false,
            metrics: None,
            max_connections: NonZeroUsize::new(2_000).unwrap_or(NonZeroUsize::MIN),
            proxies: Vec::new(),
            limits: Limits::default(),
            patience: Patience::default(),
        }
    }
}

/// How much one address and one device get. Generous: nobody who works meets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// So many connections of one address at once. An office has one address.
    pub connections_per_address: NonZeroU32,
    /// So many connections of one device at once. It needs one; those of before that are dead count until it is noticed.
    pub connections_per_device: NonZeroU32,
    /// So many connections from one address in a minute.
    pub handshakes_per_minute: NonZeroU32,
    /// So many times in a minute what comes from one address may fail to prove that it belongs.
    pub refusals_per_minute: NonZeroU32,
    /// So many changes of one device each second, after a minute's worth of them at once; who pushes more waits.
    pub changes_per_second: NonZeroU32,
    /// So many bytes of changes of one device in a day.
    pub bytes_per_day: NonZeroU64,
    /// So many seconds of work in a minute the changes of one device may make; who makes more waits.
    pub work_per_minute: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        // Of those none is 0, which would be taken for 1.
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Limits {
            connections_per_address: number(500),
            connections_per_device: number(20),
            handshakes_per_minute: number(1_000),
            refusals_per_minute: number(60),
            changes_per_second: number(2_000),
            bytes_per_day: NonZeroU64::new(1024 * 1024 * 1024).unwrap_or(NonZeroU64::MIN),
            work_per_minute: number(12),
        }
    }
}

/// How long the relay waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the first byte of a connection until its hello has come.
    pub hello: Duration,
    /// Nothing heard for so long: ask (a WebSocket ping, which every client answers by itself).
    pub ask: Duration,
    /// Nothing heard for so long: the client is gone.
    pub silence: Duration,
    /// A frame that the client does not take for so long: it is gone.
    pub send: Duration,
    /// Every refusal at the door is answered so long after the hello, whatever its reason was, so that the time tells
    /// nothing and guessing is slow.
    pub refusal: Duration,
    /// For the other side to close after it was told why.
    pub goodbye: Duration,
    /// From being asked to stop until everything is left as it is.
    pub stop: Duration,
    /// A workspace that nobody is connected to is closed after so long.
    pub unused: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            hello: Duration::from_secs(10),
            ask: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            send: Duration::from_secs(60),
            refusal: Duration::from_millis(300),
            goodbye: Duration::from_secs(2),
            stop: Duration::from_secs(9),
            unused: Duration::from_secs(60),
        }
    }
}
