//! Asking a relay without syncing: at another address, whether it has this workspace, before that address is kept; and what is asked of
//! who belongs. Nothing that comes is stored, so nothing has to be written for it.

use futures_util::{SinkExt as _, StreamExt as _};
use samsyn_engine::address::RelayAddress;
use samsyn_engine::identity::{Managed, Management};
use samsyn_engine::replica::{Answer, Inquiry, Replica, SyncProblem};
use tokio::time::{Duration, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::connection::{broken, frame, relay_of, target};
use super::dial::Socket;
use super::signs::Signs;
use super::{LinkError, STUCK, STUCK_WORDS};

/// How long a relay that was reached may take to answer whether it has a workspace.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the relay at that address whether it has this replica's workspace and lets this device in. Nothing is changed, here or there.
///
/// # Errors
/// Where nobody answers, no relay does, or it does not let this device in.
pub fn is_known_at(replica: &Replica, relay: &RelayAddress) -> Result<(), LinkError> {
    within(PATIENCE, "it does not answer", async {
        let mut asking = Asking::begin(replica, relay.clone()).await?;
        asking.let_in().await?;
        asking.close().await;
        Ok(())
    })
}

/// Connects, asks the relay for something of who belongs, and closes. Nothing is written here.
///
/// # Errors
/// Where the relay cannot be reached, does not let us in, or the connection breaks.
pub fn manage_once(replica: &Replica, management: &Management) -> Result<Managed, LinkError> {
    within(STUCK, STUCK_WORDS, async {
        let mut asking = Asking::begin(replica, relay_of(replica)?).await?;
        asking.let_in().await?;
        let managed = asking.managed(management).await?;
        asking.close().await;
        Ok(managed)
    })
}

fn within<T>(
    patience: Duration,
    words: &str,
    asked: impl Future<Output = Result<T, LinkError>>,
) -> Result<T, LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    let answered = runtime.block_on(async { timeout(patience, asked).await });
    // A look-up of a name that hangs must not keep the program from ending.
    runtime.shutdown_background();
    answered.unwrap_or_else(|_| Err(LinkError::Broken(words.to_owned())))
}

/// A connection over which something is asked.
struct Asking {
    socket: Socket,
    inquiry: Inquiry,
    signs: std::sync::Arc<Signs>,
}

impl Asking {
    async fn begin(replica: &Replica, relay: RelayAddress) -> Result<Asking, LinkError> {
        let meta = replica.meta().map_err(SyncProblem::from)?;
        let signs = std::sync::Arc::new(Signs::new());
        let (socket, challenge) = target(&meta, relay).reach(&signs).await?;
        let inquiry = Inquiry::begin(replica, challenge.as_ref(), signs.now())?;
        Ok(Asking { socket, inquiry, signs })
    }

    /// Until the relay has let us in.
    async fn let_in(&mut self) -> Result<(), LinkError> {
        while !matches!(self.answer().await?, Answer::LetIn) {}
        Ok(())
    }

    async fn managed(&mut self, management: &Management) -> Result<Managed, LinkError> {
        if !self.inquiry.manage(management) {
            return Err(SyncProblem::NoChallenge.into());
        }
        loop {
            if let Answer::Managed(managed) = self.answer().await? {
                return Ok(managed);
            }
        }
    }

    /// The next thing that the relay says to what is asked.
    async fn answer(&mut self) -> Result<Answer, LinkError> {
        loop {
            while let Some(out) = self.inquiry.poll_transmit() {
                self.socket.send(Message::Binary(out.into())).await.map_err(broken)?;
            }
            self.inquiry.heard(self.signs.last());
            let deadline = self.signs.moment(self.inquiry.poll_timeout());
            let came = tokio::select! {
                biased;
                message = self.socket.next() => frame(message)?,
                () = sleep_until(deadline) => {
                    self.inquiry.heard(self.signs.last());
                    self.inquiry.handle_timeout(self.signs.now())?;
                    continue;
                }
            };
            let Some(came) = came else { continue };
            match self.inquiry.handle_input(&came, self.signs.now())? {
                Some(Answer::Closed(notice)) => return Err(LinkError::Closed(notice)),
                Some(answer) => return Ok(answer),
                None => {}
            }
        }
    }

    /// Says goodbye. Whether the relay hears it does not matter.
    async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.socket.close(None)).await;
    }
}
