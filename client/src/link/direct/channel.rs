//! Frames between two that know the same secret, over a byte stream that anybody may listen to.
//!
//! ```text
//!  caller ── "samsyn direct 1\n", e, psk ──▶ server     each message: its length (2 bytes), then the message
//!         ◀─ "samsyn direct 1\n", e, ee ───             from here on both know that the other knows the secret
//!         ⇄ pieces of frames, encrypted ⇄               each piece: is there more of the frame (1 byte), then bytes
//! ```
//!
//! The handshake is `Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s` (The Noise Protocol Framework, revision 34): the key that both
//! have follows from the workspace's secret, both sides add a key of that moment, so what was recorded cannot be read even by
//! who learns the secret later. The workspace's name is in the prologue: both must mean the same.

use std::time::Duration;

use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::sync::limits::FRAME_BYTES;
use snow::{Builder, HandshakeState, TransportState};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::DirectError;

const GREETING: &[u8; 16] = b"samsyn direct 1\n";
const PATTERN: &str = "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s";
const PURPOSE: &str = "samsyn direct";

/// The longest message of Noise, in bytes, and what of it is the seal.
const MESSAGE: usize = 65_535;
const SEAL: usize = 16;
/// What of a frame goes into one message, behind the byte that says whether there is more.
const PIECE: usize = MESSAGE - SEAL - 1;

/// A frame comes in so many messages at most: ours are full, but for the last.
const PIECES: usize = 1_024;

/// How long one message may take to come, or to be taken, once it is awaited: some seconds of work on the other side, and a slow link.
const PATIENCE: Duration = Duration::from_secs(30);
/// The handshake is two small messages.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// An encrypted channel for frames.
pub struct Channel<S> {
    stream: S,
    noise: TransportState,
}

impl<S> std::fmt::Debug for Channel<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Channel")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Channel<S> {
    /// The side that calls.
    ///
    /// # Errors
    /// [`DirectError::NotAReplica`] where something else answers, [`DirectError::Stranger`] where the other does not know
    /// the secret.
    pub async fn call(
        mut stream: S,
        (workspace, secret): (WorkspaceId, &WorkspaceSecret),
        address: &str,
    ) -> Result<Self, DirectError> {
        let mut noise = handshake(workspace, secret, Side::Calls)?;
        let mut message = vec![0; MESSAGE];
        let length = noise.write_message(&[], &mut message).map_err(broken)?;
        // At once: who understands nothing of the greeting may hang up before anything else can be said.
        let mut first = GREETING.to_vec();
        write(&mut first, &message[..length]).await?;
        stream.write_all(&first).await?;
        let mut greeting = [0; GREETING.len()];
        let read = timeout(HANDSHAKE, stream.read_exact(&mut greeting)).await;
        if !matches!(read, Ok(Ok(_))) || greeting != *GREETING {
            return Err(DirectError::NotAReplica(address.to_owned()));
        }
        // Who does not know the secret hears nothing more than the greeting.
        let answer = read_within(&mut stream, HANDSHAKE).await.map_err(|_| DirectError::Stranger)?;
        noise.read_message(&answer, &mut message).map_err(|_| DirectError::Stranger)?;
        let noise = noise.into_transport_mode().map_err(broken)?;
        Ok(Channel { stream, noise })
    }

    /// The side that is called.
    ///
    /// # Errors
    /// As [`Channel::call`].
    pub async fn answer(
        mut stream: S,
        (workspace, secret): (WorkspaceId, &WorkspaceSecret),
    ) -> Result<Self, DirectError> {
        let mut noise = handshake(workspace, secret, Side::Answers)?;
        let mut greeting = [0; GREETING.len()];
        let read = timeout(HANDSHAKE, stream.read_exact(&mut greeting)).await;
        if !matches!(read, Ok(Ok(_))) || greeting != *GREETING {
            return Err(DirectError::NotAReplica("?".to_owned()));
        }
        stream.write_all(GREETING).await?;
        let called = read_within(&mut stream, HANDSHAKE).await?;
        let mut message = vec![0; MESSAGE];
        noise.read_message(&called, &mut message).map_err(|_| DirectError::Stranger)?;
        let length = noise.write_message(&[], &mut message).map_err(broken)?;
        write(&mut stream, &message[..length]).await?;
        let noise = noise.into_transport_mode().map_err(broken)?;
        Ok(Channel { stream, noise })
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// Where the connection broke.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), DirectError> {
        let mut message = vec![0; MESSAGE];
        let pieces = frame.chunks(PIECE).count().max(1);
        for number in 0..pieces {
            let piece = frame.chunks(PIECE).nth(number).unwrap_or_default();
            let plain = [&[u8::from(number + 1 < pieces)][..], piece].concat();
            let length = self.noise.write_message(&plain, &mut message).map_err(broken)?;
            write_within(&mut self.stream, &message[..length], PATIENCE).await?;
        }
        self.stream.flush().await?;
        Ok(())
    }

    /// The next frame; none where the other has closed in good order.
    ///
    /// # Errors
    /// Where the connection broke, or what came was not sealed by the other.
    pub async fn receive(&mut self) -> Result<Option<Vec<u8>>, DirectError> {
        let mut frame = Vec::new();
        let mut plain = vec![0; MESSAGE];
        for _ in 0..PIECES {
            let message = match read_within(&mut self.stream, PATIENCE).await {
                Ok(message) => message,
                Err(error) if frame.is_empty() && error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            };
            let length = self.noise.read_message(&message, &mut plain).map_err(broken)?;
            let (more, piece) = plain[..length].split_first().ok_or_else(|| broken("an empty message"))?;
            frame.extend_from_slice(piece);
            if frame.len() > FRAME_BYTES {
                return Err(broken("a frame is too large"));
            }
            match more {
                0 => return Ok(Some(frame)),
                1 => {}
                _ => return Err(broken("a message cannot be read")),
            }
        }
        Err(broken("a frame comes in too many pieces"))
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.stream.shutdown()).await;
    }
}

#[derive(Clone, Copy)]
enum Side {
    Calls,
    Answers,
}

fn handshake(
    workspace: WorkspaceId,
    secret: &WorkspaceSecret,
    side: Side,
) -> Result<HandshakeState, DirectError> {
    let key = secret.key_for(PURPOSE);
    let builder = Builder::new(PATTERN.parse().map_err(broken)?);
    let builder = builder.prologue(workspace.as_bytes()).and_then(|builder| builder.psk(0, &key));
    let built = match side {
        Side::Calls => builder.and_then(|builder| builder.build_initiator()),
        Side::Answers => builder.and_then(|builder| builder.build_responder()),
    };
    built.map_err(broken)
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, message: &[u8]) -> std::io::Result<()> {
    let length = u16::try_from(message.len()).map_err(std::io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(message).await
}

/// Sends a message, if the other takes it in time.
async fn write_within<S: AsyncWrite + Unpin>(
    stream: &mut S,
    message: &[u8],
    patience: Duration,
) -> std::io::Result<()> {
    let written = timeout(patience, write(stream, message)).await;
    written.map_err(|_| std::io::Error::other("the other side takes nothing any more"))?
}

/// A message, if it comes in time.
async fn read_within<S: AsyncRead + Unpin>(stream: &mut S, patience: Duration) -> std::io::Result<Vec<u8>> {
    let read = async {
        let mut length = [0; 2];
        stream.read_exact(&mut length).await?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message).await?;
        Ok(message)
    };
    timeout(patience, read).await.map_err(|_| std::io::Error::other("nothing was heard for too long"))?
}

fn broken(error: impl std::fmt::Display) -> DirectError {
    DirectError::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
    }

    type Ends = (Result<Channel<DuplexStream>, DirectError>, Result<Channel<DuplexStream>, DirectError>);

    async fn ends(one: (WorkspaceId, &WorkspaceSecret), other: (WorkspaceId, &WorkspaceSecret)) -> Ends {
        let (here, there) = duplex(1024);
        tokio::join!(Channel::call(here, one, "there"), Channel::answer(there, other))
    }

    #[test]
    fn frames_of_any_size_come_as_they_were_sent() {
        run(async {
            let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
            let (one, other) = ends((workspace, &secret), (workspace, &secret)).await;
            let (mut one, mut other) = (one.unwrap(), other.unwrap());
            for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, FRAME_BYTES] {
                let frame: Vec<u8> = (0..size).map(|place| (place % 251) as u8).collect();
                let (sent, received) = tokio::join!(one.send(&frame), other.receive());
                sent.unwrap();
                assert_eq!(received.unwrap(), Some(frame));
            }
            one.close().await;
            assert_eq!(other.receive().await.unwrap(), None);
        });
    }

    #[test]
    fn a_frame_of_nothing_that_never_ends_and_one_that_nobody_takes_have_an_end() {
        run(async {
            let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
            let (one, other) = ends((workspace, &secret), (workspace, &secret)).await;
            let (mut one, mut other) = (one.unwrap(), other.unwrap());
            let flood = async {
                let mut message = vec![0; 100];
                loop {
                    let length = one.noise.write_message(&[1], &mut message).unwrap();
                    write(&mut one.stream, &message[..length]).await.unwrap();
                }
            };
            tokio::select! {
                () = flood => {}
                received = other.receive() => assert!(received.is_err()),
            }
            let message = vec![0; 2_000];
            let written = write_within(&mut other.stream, &message, Duration::from_millis(10)).await;
            assert!(written.is_err(), "nobody reads");
        });
    }

    #[test]
    fn only_who_knows_the_secret_of_the_workspace_gets_in() {
        run(async {
            let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
            let wrong = WorkspaceSecret::random();
            for other in [(workspace, &wrong), (WorkspaceId::random(), &secret)] {
                let (one, other) = ends((workspace, &secret), other).await;
                assert!(matches!(one, Err(DirectError::Stranger)), "{one:?}");
                assert!(matches!(other, Err(DirectError::Stranger)), "{other:?}");
            }
        });
    }

    #[test]
    fn what_is_no_replica_is_told_apart() {
        run(async {
            let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
            let (here, mut there) = duplex(1024);
            there.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
            let called = Channel::call(here, (workspace, &secret), "there").await;
            assert!(matches!(called, Err(DirectError::NotAReplica(_))), "{called:?}");
            let (mut here, there) = duplex(1024);
            here.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            assert!(Channel::answer(there, (workspace, &secret)).await.is_err());
        });
    }

    #[test]
    fn what_goes_over_it_cannot_be_read_nor_changed_nor_said_twice() {
        run(async {
            let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
            for spoil in [false, true] {
                let (one, other) = ends((workspace, &secret), (workspace, &secret)).await;
                let (mut one, mut other) = (one.unwrap(), other.unwrap());
                let mut message = vec![0; 100];
                let length = one.noise.write_message(b"\0Ring Eva Ek genast", &mut message).unwrap();
                assert!(!message.windows(3).any(|window| window == b"Eva"));
                if spoil {
                    message[length - 1] ^= 1;
                } else {
                    write(&mut one.stream, &message[..length]).await.unwrap();
                    assert!(other.receive().await.is_ok());
                }
                // Changed on the way, or recorded and said again.
                write(&mut one.stream, &message[..length]).await.unwrap();
                assert!(other.receive().await.is_err());
            }
        });
    }
}
