//! The sync protocol, versions 1 to 6, as two state machines without I/O.
//!
//! ```text
//!  replica ──push──▶ ClientSession ──frames──▶ (any link) ──▶ RelaySession ──Push──▶ the relay's log
//!     ▲                    │                                       ▲                      │
//!     └───── Entries ──────┘ ◀──────────── frames ◀────────────────┴──── batch, ack ◀─────┘
//! ```
//!
//! Bytes come in, bytes and events go out; time is handed in as milliseconds of any clock that does not run backwards.
//! No sockets, no threads, no randomness: so a test can run many clients and a relay in one deterministic simulation,
//! over any link it likes to invent.
//!
//! The relay keeps one totally ordered *log* for each workspace, in causal order. A client's place in it is a
//! [`Cursor`]: what it lacks is all that stands behind. The protocol in words, with the limits, is in
//! `docs/protocol.md`; the limits are in [`limits`].

mod bundles;
mod client;
pub mod compare;
mod cursor;
mod erasures;
mod error;
pub mod limits;
mod message;
mod patience;
mod pulse;
pub mod reasons;
mod relay;
mod wire;

pub use bundles::{Bundles, Piece};
pub use client::{ClientEvent, ClientSession, Outgoing, Start};
pub use cursor::{Cursor, Epoch, RollingHash};
pub use erasures::{ErasurePlace, Erasures};
pub use error::{Endless, ErrorCode, SyncError};
pub use message::{
    Ack, Batch, Beginning, Entry, EntryBody, FirstSync, FromClient, FromRelay, Hello, Here, Logged, Notice,
    Presence, Push, Records, Refused, Wait, Wanted, Welcome,
};
pub(crate) use patience::Allowance;
pub use relay::{RelayRequest, RelaySession};

/// The oldest and the newest protocol version that this program speaks.
///
/// Version 2 brought the first sync by whole records, and the comparison by ranges; version 3 who is here; version 4 devices
/// with keys, members and roles; version 5 a workspace that is taken to a relay, and pushes that are told that they wait; version 6 a place among
/// what was erased that can be checked.
pub const VERSIONS: (u16, u16) = (1, 6);

/// The first version in which a relay lets somebody in who brings the whole workspace, and in which it says that a push waits.
pub const SINCE_FOUNDING: u16 = 5;

/// The first version in which what was erased is numbered from 1 without a gap, and a client says by a hash which of it it means.
pub const SINCE_ERASURE_PLACES: u16 = 6;
