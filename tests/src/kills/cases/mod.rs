//! The commands that write, what each begins with, and what must be so after it.
//!
//! - `local` — what needs nobody else
//! - `shared` — what goes over a relay, or to another computer
//! - `of_relay` — the relay's own commands

mod local;
mod of_relay;
mod shared;

use std::fmt;
use std::process::Command;

use super::company::Beside;
use super::scene::{Found, Scene};
use crate::process::Relay;

/// A command that writes.
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// Who is there meanwhile.
    pub(super) beside: Beside,
    /// Makes what it begins with.
    pub(super) prepare: Prepare,
    /// The command itself.
    pub(super) command: fn(&Scene) -> Command,
    /// The next thing that somebody does after it was hit: works, and shows what was there before.
    pub(super) next: Look,
    /// What the command may say when it is given again, for it may have been done.
    pub(super) again_says: &'static [&'static str],
    /// What must be so once it was given again.
    pub(super) done: Look,
}

type Prepare = fn(&Scene, Option<&Relay>);
type Look = fn(&Scene) -> Found;

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Case {
    /// A command that works when it is given again, and after which the same must be so as before.
    fn new(name: &'static str, prepare: Prepare, command: fn(&Scene) -> Command, next: Look) -> Case {
        Case { name, beside: Beside::Nobody, prepare, command, next, again_says: &[], done: next }
    }

    fn beside(self, beside: Beside) -> Case {
        Case { beside, ..self }
    }

    fn done(self, done: Look) -> Case {
        Case { done, ..self }
    }

    fn again_says(self, again_says: &'static [&'static str]) -> Case {
        Case { again_says, ..self }
    }
}

/// All commands that write.
pub fn all() -> Vec<Case> {
    [local::all(), shared::all(), of_relay::all()].into_iter().flatten().collect()
}
