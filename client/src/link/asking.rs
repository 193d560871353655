//! Asking a relay at another address whether it has this workspace, before that address is kept.

use futures_util::{SinkExt as _, StreamExt as _};
use samsyn_engine::address::RelayAddress;
use samsyn_engine::replica::{Inquiry, Replica, SyncProblem};
use tokio::time::{Duration, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::LinkError;
use super::connection::{broken, frame, target};
use super::signs::Signs;

/// How long a relay that was reached may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the relay at that address whether it has this replica's workspace and lets this device in. Nothing is changed, here or there.
///
/// # Errors
/// Where nobody answers, no relay does, or it does not let this device in.
pub fn is_known_at(replica: &Replica, relay: &RelayAddress) -> Result<(), LinkError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(LinkError::runtime)?;
    let known = runtime.block_on(async { timeout(PATIENCE, ask(replica, relay)).await });
    runtime.shutdown_background();
    known.unwrap_or_else(|_| Err(LinkError::Broken("it does not answer".to_owned())))
}

async fn ask(replica: &Replica, relay: &RelayAddress) -> Result<(), LinkError> {
    let meta = replica.meta().map_err(SyncProblem::from)?;
    let signs = std::sync::Arc::new(Signs::new());
    let (mut socket, challenge) = target(&meta, relay.clone()).reach(&signs).await?;
    let mut inquiry = Inquiry::begin(replica, challenge.as_ref(), signs.now())?;
    loop {
        while let Some(out) = inquiry.poll_transmit() {
            socket.send(Message::Binary(out.into())).await.map_err(broken)?;
        }
        let Some(came) = frame(socket.next().await)? else { continue };
        if let Some(answer) = inquiry.handle_input(&came, signs.now())? {
            let _ = timeout(Duration::from_secs(2), socket.close(None)).await;
            return answer.map_err(LinkError::Closed);
        }
    }
}
