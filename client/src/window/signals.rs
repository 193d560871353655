//! Signals that ask the program to end: at the end of a session, by a task manager, by Ctrl+C in the terminal it was started from.
//!
//! The window is closed as by its cross then, so that what is half typed is saved. A second signal ends the program at once: what
//! was typed up to a moment ago is kept all the same (see `shell/typing.rs`).

use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui::{Context, ViewportCommand};

static CAME: AtomicBool = AtomicBool::new(false);

/// Whether the program was asked to end by a signal.
pub(super) fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// Closes the window when the program is asked to end, from now on.
pub(super) fn close_on_signals(context: &Context) {
    let context = context.clone();
    let wait = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::warn!(%error, "signals are not waited for"),
        };
        runtime.block_on(async {
            let mut requests = match Requests::new() {
                Ok(requests) => requests,
                Err(error) => return tracing::warn!(%error, "signals are not waited for"),
            };
            requests.next().await;
            tracing::info!("asked to end: closing the window");
            CAME.store(true, Ordering::Relaxed);
            context.send_viewport_cmd(ViewportCommand::Close);
            context.request_repaint();
            requests.next().await;
            std::process::exit(1);
        });
    };
    if let Err(error) = std::thread::Builder::new().name("signals".to_owned()).spawn(wait) {
        tracing::warn!(%error, "signals are not waited for");
    }
}

#[cfg(unix)]
struct Requests(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Requests {
    fn new() -> std::io::Result<Requests> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        Ok(Requests(kinds.into_iter().map(signal).collect::<std::io::Result<_>>()?))
    }

    /// Waits for the next.
    async fn next(&mut self) {
        let waits = self.0.iter_mut().map(|signal| Box::pin(signal.recv()));
        let _ = futures_util::future::select_all(waits).await;
    }
}

#[cfg(not(unix))]
struct Requests;

#[cfg(not(unix))]
impl Requests {
    fn new() -> std::io::Result<Requests> {
        Ok(Requests)
    }

    /// Waits for the next.
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
