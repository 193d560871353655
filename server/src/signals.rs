//! What the system tells this process, and what it lets it have.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for the system asking this process to stop.
#[derive(Debug)]
pub(crate) struct StopRequests {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
}

impl StopRequests {
    /// Listens from now on. Before, a request simply ends the process.
    ///
    /// # Errors
    /// Where the system does not let us.
    pub(crate) fn listen() -> io::Result<StopRequests> {
        Ok(StopRequests {
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Until the next request: SIGTERM or SIGINT, or Ctrl-C elsewhere.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    pub(crate) async fn next(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            Ok(())
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    }
}

/// From now on a file at the size limit of this process (`ulimit -f`) is like a full disk: writing to it fails, and whoever
/// wrote is told. Without a handler the system ends the process instead (SIGXFSZ, setrlimit(2)).
///
/// # Errors
/// Where the system does not let us.
pub(crate) fn outlive_the_limit_on_files() -> io::Result<()> {
    // The handler stays when the stream of signals is dropped, and nobody needs to read that.
    #[cfg(unix)]
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)?;
    Ok(())
}

/// Lets this process have as many files open as the system allows it: each connection is one, and the limit that a shell gives is low.
/// Answers how many that are; none where there is no limit, or the system does not say.
pub(crate) fn open_many_files() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current == maximum {
            return current;
        }
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        if raised.is_ok() { maximum } else { current }
    }
    #[cfg(not(unix))]
    None
}
