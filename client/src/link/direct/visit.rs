//! A visit to another replica.

use std::time::{Duration, Instant};

use samsyn_engine::address::Endpoint;
use samsyn_engine::replica::{PeerCall, Replica, SyncProblem};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Channel, DirectError, PORT};
use crate::link::Visit;

/// How long reaching the other may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Visits the replica that is served at `address` (`HOST` or `HOST:PORT`), until both have the same.
///
/// # Errors
/// Where nobody answers, the other is a stranger, or the connection breaks. What was stored stays stored.
pub fn visit(replica: &mut Replica, address: &str) -> Result<Visit, DirectError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let address = Endpoint::to_call(address, PORT)?;
        let meta = replica.meta().map_err(SyncProblem::from)?;
        let secret = meta.secret.clone().ok_or_else(|| SyncProblem::without_secret(&meta))?;
        let stream = reach(&address).await?;
        let mut channel = Channel::call(stream, (meta.workspace, &secret), &address.to_string()).await?;
        let mut visit = Visit::default();
        go_on(replica, &mut channel, &mut visit).await?;
        channel.close().await;
        visit.look_at(replica).map_err(SyncProblem::from)?;
        Ok(visit)
    })
}

async fn reach(address: &Endpoint) -> Result<TcpStream, DirectError> {
    let unreachable = |reason: String| DirectError::Unreachable { address: address.to_string(), reason };
    let stream = timeout(PATIENCE, TcpStream::connect(address.to_look_up())).await;
    let stream = stream.map_err(|_| unreachable("no answer".to_owned()))?;
    let stream = stream.map_err(|error| unreachable(error.to_string()))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends what is to be sent, then hears what comes, in turns: the other never says more than it is asked for. Where it does, or
/// leads nowhere, the session finds it, as with a relay; each message has its time in the channel.
async fn go_on(
    replica: &mut Replica,
    channel: &mut Channel<TcpStream>,
    visit: &mut Visit,
) -> Result<(), DirectError> {
    let began = Instant::now();
    let mut call = PeerCall::begin(replica, 0)?;
    loop {
        while let Some(frame) = call.poll_transmit(replica)? {
            channel.send(&frame).await?;
        }
        if call.is_done() {
            return Ok(());
        }
        let frame = channel.receive().await?;
        let frame = frame.ok_or_else(|| DirectError::Broken("the other replica closed it".to_owned()))?;
        let now = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        for news in call.handle_input(replica, &frame, now)? {
            visit.note(news).map_err(DirectError::Closed)?;
        }
    }
}
