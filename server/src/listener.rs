//! Sockets, before anybody knows who is at the other end: bounded in number, in how long they may take to say, and in how much of a
//! message that is not whole yet is held of them.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

use crate::limits::{Pusher, Seat, Tally, UNKNOWN_BYTES, UNREAD_BYTES};
use crate::proxies::Proxies;

/// So much is heard on every connection, whatever came on others: a request for a WebSocket, with what proxies add to it, and a hello.
const FEW_BYTES: u64 = 8 * 1024;

/// Why a socket cannot be read any more on which too much has come that is not whole.
#[derive(Debug, thiserror::Error)]
#[error("too much came that is not whole")]
pub(crate) struct TooMuchUnread;

impl TooMuchUnread {
    /// Whether an error comes of that, whatever it was wrapped in on its way.
    pub(crate) fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let is_it = |error: &(dyn Error + 'static)| {
            let system = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            system.is_some_and(|inner| inner.is::<TooMuchUnread>())
        };
        std::iter::successors(Some(error), |&error| error.source()).any(is_it)
    }
}

/// A listener that accepts only so many sockets at a time. The next ones wait in the system's own queue.
pub(crate) struct Door {
    listeners: Listeners,
    tls: Option<TlsAcceptor>,
    places: Arc<Semaphore>,
    patience: Duration,
    guard: Guard,
}

/// Where a relay listens: at one address or several.
pub(crate) struct Listeners {
    first: TcpListener,
    others: Vec<TcpListener>,
}

impl Listeners {
    pub(crate) fn new(first: TcpListener, others: Vec<TcpListener>) -> Self {
        Listeners { first, others }
    }

    /// The one whose address is told.
    pub(crate) fn first(&self) -> &TcpListener {
        &self.first
    }

    /// The next socket of any of them.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            let accepted = poll_fn(|context| {
                let all = std::iter::once(&self.first).chain(&self.others);
                let mut polled = all.map(|listener| listener.poll_accept(context));
                polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
            });
            match accepted.await {
                Ok(accepted) => return accepted,
                Err(error) => after(&error).await,
            }
        }
    }
}

/// Who broke off while waiting concerns nobody else. Where there are no sockets left, others may be given back in a while.
async fn after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no socket can be accepted: trying again in a second");
        sleep(Duration::from_secs(1)).await;
    }
}

/// Who is heard at all.
pub(crate) struct Guard {
    /// Who comes for others, and is therefore not counted here.
    pub(crate) proxies: Arc<Proxies>,
    /// Whether only these are heard, and who is on this computer.
    pub(crate) only_proxies: bool,
    /// How often the others have come.
    pub(crate) tally: Arc<Tally>,
}

impl Guard {
    /// What an accepted socket counts as; none where it is to be closed.
    fn admit(&self, from: IpAddr) -> Option<Seat> {
        if self.proxies.hold(from) {
            return Some(Seat::default());
        }
        if self.only_proxies && !from.to_canonical().is_loopback() {
            tracing::debug!(address = %from, "a socket was closed: only proxies are heard");
            return None;
        }
        self.tally.socket(from)
    }
}

impl Door {
    /// A door for so many; each has `patience` to become a WebSocket, TLS before it where there is any, or to ask what it
    /// wants to ask and go.
    pub(crate) fn new(
        listeners: Listeners,
        tls: Option<TlsAcceptor>,
        most: usize,
        (patience, guard): (Duration, Guard),
    ) -> Self {
        Door { listeners, tls, places: Arc::new(Semaphore::new(most)), patience, guard }
    }
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address, seat) = loop {
            let (stream, address) = self.listeners.accept().await;
            // Closed at once, before TLS, which is what costs something.
            if let Some(seat) = self.guard.admit(address.ip()) {
                break (stream, address, seat);
            }
        };
        // Frames are whole messages: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let (watched, deadline) = (
            Arc::new(Watched::new(address.ip(), self.guard.tally.unknown())),
            Box::pin(sleep(self.patience)),
        );
        let lane = match &self.tls {
            None => Lane::Plain(stream),
            Some(tls) => Lane::Shaking(Box::new(tls.accept(stream))),
        };
        (Guest { lane, watched, deadline, _place: (place, seat) }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listeners.first.local_addr()
    }
}

/// An accepted socket.
#[derive(Debug)]
pub(crate) struct Guest {
    lane: Lane,
    watched: Arc<Watched>,
    deadline: Pin<Box<Sleep>>,
    _place: (Option<OwnedSemaphorePermit>, Seat),
}

/// What a guest's bytes go over. The handshake of TLS is done with the first that is read or written: who is slow at it keeps
/// nobody else from the door, and has no more time for it than for anything before the hello.
enum Lane {
    Plain(TcpStream),
    Shaking(Box<Accept<TcpStream>>),
    Tls(Box<TlsStream<TcpStream>>),
    /// The handshake failed.
    Broken,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Lane::Plain(_) => "Plain",
            Lane::Shaking(_) => "Shaking",
            Lane::Tls(_) => "Tls",
            Lane::Broken => "Broken",
        })
    }
}

/// Both ways of bytes.
trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl Lane {
    /// What to read from and write to, once there is something.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<&mut dyn Stream>> {
        if let Lane::Shaking(shaking) = self {
            match Pin::new(&mut **shaking).poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(stream)) => *self = Lane::Tls(Box::new(stream)),
                Poll::Ready(Err(error)) => {
                    *self = Lane::Broken;
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(match self {
            Lane::Plain(stream) => Ok(stream),
            Lane::Tls(stream) => Ok(&mut **stream),
            Lane::Shaking(_) | Lane::Broken => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

/// What is known of a guest.
#[derive(Debug)]
struct Watched {
    from: IpAddr,
    stays: AtomicBool,
    came: AtomicU64,
    unread: Mutex<Unread>,
}

/// How much has come of a message that is not whole.
#[derive(Debug)]
struct Unread {
    seat: Seat,
    /// Which device it is, once it was let in.
    device: Option<(Pusher, Arc<Tally>)>,
}

impl Unread {
    /// Whether so many bytes more are too much, of all that this counts with. Few bytes of one connection never are.
    fn grow(&mut self, bytes: u64) -> bool {
        let most = if self.device.is_some() { UNREAD_BYTES } else { UNKNOWN_BYTES };
        let (own, all) = self.seat.grow(bytes);
        own > FEW_BYTES && all > most
    }
}

impl Watched {
    fn new(from: IpAddr, seat: Seat) -> Watched {
        let (stays, came) = (AtomicBool::default(), AtomicU64::default());
        Watched { from, stays, came, unread: Mutex::new(Unread { seat, device: None }) }
    }

    /// So many bytes have come.
    fn read(&self, bytes: u64) -> io::Result<()> {
        self.came.fetch_add(bytes, Ordering::Relaxed);
        let is_too_much = self.unread.lock().unwrap_or_else(PoisonError::into_inner).grow(bytes);
        if is_too_much { Err(io::Error::other(TooMuchUnread)) } else { Ok(()) }
    }
}

/// How a handler says that a guest stays: from then on others watch over it, by what comes from it.
#[derive(Debug, Clone)]
pub(crate) struct Stay(Arc<Watched>);

impl Stay {
    /// The socket has become a WebSocket.
    pub(crate) fn stays(&self) {
        self.0.stays.store(true, Ordering::Relaxed);
    }

    /// Who is at the other end of the connection; perhaps a proxy.
    pub(crate) fn from(&self) -> IpAddr {
        self.0.from
    }

    /// It was let in: from now on what comes counts for this device.
    pub(crate) fn is_of(&self, device: Pusher, tally: &Arc<Tally>) {
        let seat = tally.unread(device);
        *self.unread() = Unread { seat, device: Some((device, Arc::clone(tally))) };
    }

    /// A whole message was read.
    pub(crate) fn is_read(&self) {
        let mut unread = self.unread();
        if let Some((device, tally)) = &unread.device {
            unread.seat = tally.unread(*device);
        }
    }

    /// A control frame of so many bytes was read.
    pub(crate) fn is_read_between(&self, bytes: u64) {
        self.unread().seat.shrink(bytes);
    }

    fn unread(&self) -> MutexGuard<'_, Unread> {
        self.0.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes have come.
    pub(crate) fn came(&self) -> u64 {
        self.0.came.load(Ordering::Relaxed)
    }
}

impl Connected<IncomingStream<'_, Door>> for Stay {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Stay(Arc::clone(&stream.io().watched))
    }
}

impl Guest {
    /// What came of reading or writing; where that has to wait, and the guest has had its time without becoming a WebSocket, that it
    /// is over. Who sends requests and takes no answers waits while it is written to, never while it is read from.
    fn in_time<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_pending()
            && !self.watched.stays.load(Ordering::Relaxed)
            && self.deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = match self.lane.poll(context) {
            Poll::Ready(Ok(stream)) => Pin::new(stream).poll_read(context, buffer),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        };
        let came = buffer.filled().len() - before;
        if let Err(too_much) = self.watched.read(came as u64) {
            return Poll::Ready(Err(too_much));
        }
        self.in_time(context, read)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match self.lane.poll(context) {
            Poll::Ready(Ok(stream)) => Pin::new(stream).poll_write(context, bytes),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        };
        self.in_time(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match self.lane.poll(context) {
            Poll::Ready(Ok(stream)) => Pin::new(stream).poll_write_vectored(context, bytes),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        };
        self.in_time(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.lane {
            Lane::Plain(stream) => stream.is_write_vectored(),
            Lane::Tls(stream) => stream.is_write_vectored(),
            Lane::Shaking(_) | Lane::Broken => false,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match &mut self.lane {
            // Nothing was written yet.
            Lane::Shaking(_) | Lane::Broken => Poll::Ready(Ok(())),
            Lane::Plain(stream) => Pin::new(stream).poll_flush(context),
            Lane::Tls(stream) => Pin::new(&mut **stream).poll_flush(context),
        };
        self.in_time(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = match &mut self.lane {
            Lane::Shaking(_) | Lane::Broken => Poll::Ready(Ok(())),
            Lane::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Lane::Tls(stream) => Pin::new(&mut **stream).poll_shutdown(context),
        };
        self.in_time(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::config::Limits;

    fn guard(only_proxies: bool) -> Guard {
        let proxies = vec!["192.0.2.0/24".parse().unwrap()];
        let few = NonZeroU32::new(2).unwrap();
        let limits = Limits { connections_per_address: few, ..Limits::default() };
        Guard { proxies: Arc::new(Proxies::new(proxies)), only_proxies, tally: Arc::new(Tally::new(limits)) }
    }

    fn heard(guard: &Guard, from: &str) -> bool {
        guard.admit(from.parse().unwrap()).is_some()
    }

    #[test]
    fn who_speaks_plainly_to_proxies_hears_nobody_else_from_beyond_this_computer() {
        let guard = guard(true);
        for from in ["192.0.2.7", "::ffff:192.0.2.7", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(heard(&guard, from), "{from}");
        }
        for from in ["198.51.100.1", "::ffff:198.51.100.1", "192.0.3.7", "2001:db8::1", "10.0.0.1"] {
            assert!(!heard(&guard, from), "{from}");
        }
        assert!(heard(&self::guard(false), "198.51.100.1"));
    }

    /// A guest that has had its time, and whose other side takes nothing.
    async fn guest(stays: bool) -> (Guest, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, address) = listener.accept().await.unwrap();
        let watched = Watched { stays: stays.into(), ..Watched::new(address.ip(), Seat::default()) };
        let deadline = Box::pin(sleep(Duration::from_millis(50)));
        let place = (None, Seat::default());
        (Guest { lane: Lane::Plain(stream), watched: Arc::new(watched), deadline, _place: place }, client)
    }

    #[tokio::test]
    async fn who_takes_no_answers_has_no_longer_than_who_asks_nothing() {
        let long = Duration::from_secs(60);
        for vectored in [false, true] {
            let (mut guest, _client) = guest(false).await;
            let part = [7; 64 * 1024];
            let write_on = async {
                loop {
                    let written = match vectored {
                        false => guest.write(&part).await,
                        true => guest.write_vectored(&[io::IoSlice::new(&part)]).await,
                    };
                    if let Err(error) = written {
                        return error.kind();
                    }
                }
            };
            assert_eq!(tokio::time::timeout(long, write_on).await, Ok(io::ErrorKind::TimedOut));
        }
        // Over a WebSocket others watch.
        let (mut guest, _client) = guest(true).await;
        let write_on = async { while guest.write(&[7; 64 * 1024]).await.is_ok() {} };
        assert!(tokio::time::timeout(Duration::from_millis(500), write_on).await.is_err());
    }

    #[test]
    fn a_proxy_comes_for_many_and_is_not_counted_for_them() {
        let guard = guard(false);
        let seats = |from: &str| {
            let from = from.parse().unwrap();
            (0..50).filter_map(|_| guard.admit(from)).collect::<Vec<_>>().len()
        };
        assert_eq!((seats("192.0.2.7"), seats("198.51.100.1")), (50, 4));
    }
}
