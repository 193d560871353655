//! Panics of Automerge, caught.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::GateError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic over input from outside. Whatever `work` was given to change must be thrown away on an error.
///
/// The panic's message is not printed: it is expected, and could hold what somebody sent. Needs `panic = "unwind"`.
///
/// # Errors
/// [`GateError::Panicked`].
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, GateError> {
    quiet_while_guarded();
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    done.map_err(|_| GateError::Panicked)
}

/// Once for the process: a hook that says nothing for guarded work and hands everything else to the one before.
fn quiet_while_guarded() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                before(panic);
            }
        }));
    });
}
