//! A relay as a process, and a small client of the protocol for it.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the benchmark beside the tests uses its part of this"
)]

mod client;
mod desk;
mod member;
mod process;
mod workspace;

use std::time::Duration;

pub use client::{Client, Socket, notice, send_part, socket};
pub use desk::{Desk, random_text};
pub use member::{Laptop, Town};
pub use process::{Process, command, complaint, program, run};
pub use workspace::{Workspace, wrong_secret};

/// How long anything may take before a test gives up. Generous: machines are slow at times.
pub const PATIENCE: Duration = Duration::from_secs(180);
