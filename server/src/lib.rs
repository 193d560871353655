//! Samsyn's relay: keeps what a workspace's devices push, durably and in one order, and passes it on.
//!
//! ```text
//!                 ┌────────────────────────── relay ───────────────────────────┐
//!  clients ⇄ WebSocket ⇄ connection ──push──▶ writer ──▶ Log (SQLite, one file) │
//!                 │          ▲                  │ gate, dependencies, schema    │
//!                 │          └── batches, acks ◀┴─ end of the log moved         │
//!                 └─────────────────────────────────────────────────────────────┘
//! ```
//!
//! | module | what it does |
//! | --- | --- |
//! | `cli` | the command line: [`run`] |
//! | [`Relay`], [`RunningRelay`] | a relay in the current process, for tests and for whoever embeds one |
//! | `http`, `listener`, `tls` | addresses and sockets |
//! | `acme` | a certificate of an authority, renewed by the relay itself |
//! | `validity` | from when until when a certificate is good, and saying so |
//! | `page` | what a browser sees at the relay's address |
//! | `connection` | one client: hello, catch-up, live, pushes |
//! | `delivery` | what a client is sent before the log follows: whole records, a comparison |
//! | `hub`, `workspace`, `recent` | what is open, and what all its connections share |
//! | `presence` | who is connected, and what each has open |
//! | `writer` | checks pushes and commits them in groups |
//! | [`log`] | what is durable |
//! | `limits`, `proxies` | how much one address and one device get; from where somebody comes who comes through a proxy |
//! | `meters` | numbers for Prometheus |
//! | [`members`] | who belongs, and what they may do |
//! | `folder` | where it lies |
//!
//! The protocol is `samsyn_engine::sync`, in words `docs/protocol.md`. Whether a change is good is decided by
//! `samsyn_engine::document`, by the same code as in the clients.

mod acme;
mod cli;
mod config;
mod connection;
mod delivery;
mod erasures;
mod error;
mod folder;
mod frames;
mod http;
mod hub;
#[cfg(feature = "testing")]
mod inline;
mod limits;
mod listener;
pub mod log;
mod logging;
pub mod members;
mod meters;
mod page;
mod presence;
mod proxies;
mod reading;
mod recent;
mod relay;
mod signals;
pub mod spoken;
mod stopping;
mod tls;
mod validity;
mod workspace;
mod writer;

pub use acme::{Acme, AcmeSettingsError};
pub use cli::run;
pub use config::{Config, Limits, Patience};
pub use error::RelayError;
pub use folder::{Folder, FolderLock, PutBack, WhoBelongs};
#[cfg(feature = "testing")]
pub use inline::{InlineConnection, InlineRelay};
pub use proxies::{Network, NoNetwork};
pub use relay::{Relay, RunningRelay};
pub use tls::{Tls, TlsFiles};
pub use writer::Folding;
