//! How far making lists and search anew has come, for whoever waits for it before a window.
//!
//! A replica is opened in many threads, and what opening it makes anew is told in one place of the process (see
//! `samsyn_engine::store::listen_to_renewals`). What is told there is noted here, and the window looks at it when it is drawn.
//!
//! ```text
//!  a thread opens a replica ──▶ the process's listener ──▶ note ──wake──▶ a frame: now()
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};

use samsyn_engine::store::Renewal;

/// Wakes whoever shows it.
type Wake = Box<dyn Fn() + Send>;

struct Watched {
    now: Option<Renewal>,
    wake: Option<Wake>,
}

static WATCHED: Mutex<Watched> = Mutex::new(Watched { now: None, wake: None });

fn watched() -> MutexGuard<'static, Watched> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes how far it has come. Says whether a window shows that.
pub(crate) fn note(renewal: Renewal) -> bool {
    let mut watched = watched();
    watched.now = (renewal.done < renewal.of).then_some(renewal);
    watched.wake.as_ref().inspect(|wake| wake()).is_some()
}

/// How far it has come; nothing where nothing is made anew.
pub(crate) fn now() -> Option<Renewal> {
    watched().now
}

/// Wakes whoever shows it: what they wait for may be there.
pub(crate) fn wake() {
    watched().wake.as_ref().inspect(|wake| wake());
}

/// From now on a window shows it, and is woken by this.
pub(crate) fn watch(wake: impl Fn() + Send + 'static) {
    watched().wake = Some(Box::new(wake));
}
