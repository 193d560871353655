//! A stream that notes every sign of life of the other side.
//!
//! A WebSocket tells of a message when all of it has come; on a slow link that takes a while, and looks like silence.
//! Here each byte that comes counts. So does a full send buffer that takes more again: the other side has taken what lay
//! in front. That the system takes something into an empty buffer shows nothing.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// So much of what comes first is kept: enough to recognise who it is that answers.
const FIRST_BYTES: usize = 4 * 1024;

/// What a stream has shown of the other side.
#[derive(Debug)]
pub(super) struct Signs {
    began: Instant,
    last: AtomicU64,
    first: Mutex<Vec<u8>>,
}

impl Signs {
    /// None yet. The clock begins now.
    pub(super) fn new() -> Signs {
        Signs { began: Instant::now(), last: AtomicU64::new(0), first: Mutex::new(Vec::new()) }
    }

    /// Milliseconds since the clock began.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The moment that is so many milliseconds after the clock began.
    pub(super) fn moment(&self, milliseconds: u64) -> Instant {
        self.began + Duration::from_millis(milliseconds)
    }

    /// When the last sign came, in milliseconds since the clock began.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// The first that came, up to a bound.
    pub(super) fn first(&self) -> Vec<u8> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    fn came(&self, bytes: &[u8]) {
        self.note();
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let room = FIRST_BYTES.saturating_sub(first.len());
        first.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// A stream that notes signs of life.
#[derive(Debug)]
pub(super) struct Noted<S> {
    stream: S,
    signs: Arc<Signs>,
    full: bool,
}

impl<S> Noted<S> {
    /// Notes the signs of this stream there.
    pub(super) fn new(stream: S, signs: Arc<Signs>) -> Self {
        Noted { stream, signs, full: false }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let came = &buffer.filled()[before..];
        if !came.is_empty() {
            self.signs.came(came);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if self.full && matches!(written, Poll::Ready(Ok(_))) {
            self.signs.note();
        }
        self.full = written.is_pending();
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
