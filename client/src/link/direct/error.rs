//! Why a visit to another replica came to nothing.

use samsyn_engine::address::AddressError;
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::sync::Notice;

/// Why two replicas could not sync directly. What was stored stays stored.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// The address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Nobody answers there.
    #[error(
        "nobody answers at {address} ({reason}): check that both computers are on the same network and that `samsyn serve` runs on the other"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// Why, in the system's words.
        reason: String,
    },
    /// Somebody answers, but no replica that is served.
    #[error("what answers at {0} is no replica that is served by `samsyn serve`: check the address")]
    NotAReplica(String),
    /// The other knows another secret, or has another workspace.
    #[error(
        "the replica there belongs to another workspace, or its secret is another: nothing was exchanged"
    )]
    Stranger,
    /// The other ended it and said why.
    #[error("the other replica ended the visit: {}", .0.words)]
    Closed(Notice),
    /// It broke off.
    #[error(
        "the connection broke ({0}): what had come is kept, and the next visit goes on from there; try again"
    )]
    Broken(String),
    /// The place where this replica is to be served is taken, or is none.
    #[error("the replica cannot be served at {address} ({reason}): try another address with --listen")]
    NotServed {
        /// Where.
        address: String,
        /// Why, in the system's words.
        reason: String,
    },
    /// The protocol or the file.
    #[error(transparent)]
    Problem(#[from] SyncProblem),
}

impl From<std::io::Error> for DirectError {
    fn from(error: std::io::Error) -> Self {
        DirectError::Broken(error.to_string())
    }
}
