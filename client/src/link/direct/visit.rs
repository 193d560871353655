//! A visit to another replica.

use std::time::{Duration, Instant};

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
        let address = with_port(address);
        let meta = replica.meta().map_err(SyncProblem::from)?;
        let secret = meta.secret.clone().ok_or_else(|| SyncProblem::without_secret(&meta))?;
        let stream = reach(&address).await?;
        let mut channel = Channel::call(stream, (meta.workspace, &secret), &address).await?;
        let mut visit = Visit::default();
        go_on(replica, &mut channel, &mut visit).await?;
        channel.close().await;
        Ok(visit)
    })
}

async fn reach(address: &str) -> Result<TcpStream, DirectError> {
    let unreachable = |reason: String| DirectError::Unreachable { address: address.to_owned(), reason };
    let stream = timeout(PATIENCE, TcpStream::connect(address)).await;
    let stream = stream.map_err(|_| unreachable("no answer".to_owned()))?;
    let stream = stream.map_err(|error| unreachable(error.to_string()))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends what is to be sent, then hears what comes, in turns: the other never says more than it is asked for.
async fn go_on(
    replica: &mut Replica,
    channel: &mut Channel<TcpStream>,
    visit: &mut Visit,
) -> Result<(), DirectError> {
    let began = Instant::now();
    let mut call = PeerCall::begin(replica, 0)?;
    loop {
        while let Some(frame) = call.frame_out(replica)? {
            channel.send(&frame).await?;
        }
        if call.is_done() {
            return Ok(());
        }
        let frame = channel.receive().await?;
        let frame = frame.ok_or_else(|| DirectError::Broken("the other replica closed it".to_owned()))?;
        let now = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        for news in call.frame_in(replica, &frame, now)? {
            visit.note(news).map_err(DirectError::Closed)?;
        }
    }
}

/// The address with a port.
fn with_port(address: &str) -> String {
    let has_port = address.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'))
    });
    match (has_port, address.contains(':') && !address.starts_with('[')) {
        (true, _) => address.to_owned(),
        (false, true) => format!("[{address}]:{PORT}"),
        (false, false) => format!("{address}:{PORT}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_leave_out_the_port() {
        assert_eq!(with_port("192.168.1.7"), "192.168.1.7:7401");
        assert_eq!(with_port("laptop.local:9000"), "laptop.local:9000");
        assert_eq!(with_port("fe80::1"), "[fe80::1]:7401");
        assert_eq!(with_port("[::1]:9000"), "[::1]:9000");
        assert_eq!(with_port("[::1]"), "[::1]:7401");
    }
}
