//! Two replicas that sync directly: `samsyn serve` on one computer, `samsyn sync --peer` on the other, with nothing between
//! them but a phone's hotspot.
//!
//! ```text
//!  visit ─ PeerCall ⇄ Channel ⇄ TCP ⇄ Channel ⇄ PeerAnswer ─ serve
//! ```
//!
//! There is no relay that both trust and no certificate, but both know the workspace's secret. [`Channel`] makes a Noise
//! channel of it: neither says the secret, each sees that the other knows it before anything else is said, and whoever
//! listens on the hotspot hears nothing. What goes over it is in `docs/protocol.md`, section 9.

mod channel;
mod error;
mod serve;
mod visit;

pub use channel::Channel;
pub use error::DirectError;
pub use serve::{Served, Server};
pub use visit::visit;

/// Where a replica is served, where nothing else is said.
pub const PORT: u16 = 7401;
