//! The relay: checks, logs and fans out the changes of a workspace.
//!
//! ```text
//!  socket ─▶ connection (one task) ─ push ─▶ writer (one thread a workspace) ─▶ Log (SQLite, one fsync for many)
//!    ▲            │                              gate, dependencies, schema          │
//!    │            └── hello ─▶ Access                                                │
//!    └── stretches of the log from this connection's own place ◀── "the head moved" ─┘
//! ```
//!
//! - A push is acknowledged after it is durable, and never before.
//! - What is logged goes out because the log has it: there is no queue for a connection, so a slow reader costs nothing, and
//!   what a broken connection missed follows when it comes back.
//! - Everything that comes from outside passes the engine's gate; a change that fails is refused by name and stops nothing
//!   else.

mod cli;
mod connection;
mod error;
mod http;
pub mod log;
mod recent;
mod registry;
mod workspace;
mod writer;

pub use cli::run;
pub use error::RelayError;
pub use http::{Config, RunningRelay, start};
pub use registry::{CreatedWorkspace, Registry};
