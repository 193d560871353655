//! Sockets, before anybody knows who is at the other end: bounded in number, and in how long they may take to say.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// A listener that accepts only so many sockets at a time. The next ones wait in the system's own queue.
pub(crate) struct Door {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Door {
    /// A door for so many; each has `patience` to become a WebSocket, TLS before it where there is any, or to ask what it
    /// wants to ask and go.
    pub(crate) fn new(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        most: usize,
        patience: Duration,
    ) -> Self {
        Door { listener, tls, places: Arc::new(Semaphore::new(most)), patience }
    }
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Frames are whole messages: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let (watched, deadline) = (Arc::default(), Box::pin(sleep(self.patience)));
        let lane = match &self.tls {
            None => Lane::Plain(stream),
            Some(tls) => Lane::Shaking(Box::new(tls.accept(stream))),
        };
        (Guest { lane, watched, deadline, _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// An accepted socket.
#[derive(Debug)]
pub(crate) struct Guest {
    lane: Lane,
    watched: Arc<Watched>,
    deadline: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
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
#[derive(Debug, Default)]
struct Watched {
    stays: AtomicBool,
    came: AtomicU64,
}

/// How a handler says that a guest stays: from then on others watch over it, by what comes from it.
#[derive(Debug, Clone)]
pub(crate) struct Stay(Arc<Watched>);

impl Stay {
    /// The socket has become a WebSocket.
    pub(crate) fn stays(&self) {
        self.0.stays.store(true, Ordering::Relaxed);
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
        self.watched.came.fetch_add(came as u64, Ordering::Relaxed);
        if read.is_pending()
            && !self.watched.stays.load(Ordering::Relaxed)
            && self.deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.lane.poll(context))?).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.lane.poll(context))?).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.lane {
            Lane::Plain(stream) => stream.is_write_vectored(),
            Lane::Tls(stream) => stream.is_write_vectored(),
            Lane::Shaking(_) | Lane::Broken => false,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lane {
            // Nothing was written yet.
            Lane::Shaking(_) | Lane::Broken => Poll::Ready(Ok(())),
            Lane::Plain(stream) => Pin::new(stream).poll_flush(context),
            Lane::Tls(stream) => Pin::new(&mut **stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lane {
            Lane::Shaking(_) | Lane::Broken => Poll::Ready(Ok(())),
            Lane::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Lane::Tls(stream) => Pin::new(&mut **stream).poll_shutdown(context),
        }
    }
}
