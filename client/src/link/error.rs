//! Why there is no connection to the relay.

use samsyn_engine::address::AddressError;
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::sync::Notice;

/// Why there is no connection (any more).
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The address that this replica has for its relay is none: an earlier version took it.
    #[error(
        "the relay's address in this replica, {address}, cannot be used: {why}; give it another with `samsyn relay ADDRESS`; your work is safe here and waits"
    )]
    Address {
        /// What stands there.
        address: String,
        /// What is wrong with it.
        why: AddressError,
    },
    /// Nobody answers at the address.
    #[error(
        "the relay at {address} cannot be reached ({reason}): your work is safe here and waits; try again later"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// Why, in the system's words.
        reason: String,
    },
    /// The network answers in the relay's place, with a page on which to sign in: a captive portal.
    #[error(
        "this network wants you to sign in first{}: open a page in your browser and do so; your work is safe here and waits (if no such page comes, check the address {address})",
        .host.as_ref().map(|host| format!(", at {host}")).unwrap_or_default()
    )]
    SignIn {
        /// Where the relay should be.
        address: String,
        /// The host of the page, where it is named.
        host: Option<String>,
    },
    /// Somebody answers, but no relay.
    #[error(
        "what answers at {address} is not a Samsyn relay ({reason}): check the address, or sign in to the network first"
    )]
    NotARelay {
        /// Where.
        address: String,
        /// What came instead.
        reason: String,
    },
    /// Who answers does not prove to be who stands in the address.
    #[error(
        "what answers at {address} does not prove to be that relay ({reason}): nothing was said to it; check the address and this computer's date, or sign in to the network first; your work is safe here and waits"
    )]
    NotTrusted {
        /// Where.
        address: String,
        /// What TLS says of it.
        reason: String,
    },
    /// The relay ended the connection.
    #[error("the relay ended the connection: {}", .0.words)]
    Closed(Notice),
    /// The connection broke.
    #[error("the connection to the relay broke ({0}): your work is safe here; it goes on from where it was")]
    Broken(String),
    /// The protocol or the file.
    #[error(transparent)]
    Problem(#[from] SyncProblem),
}

impl LinkError {
    /// The same in words for somebody who is not in yet: they have no work here that could be safe.
    pub(crate) fn before_joining(&self) -> String {
        match self {
            LinkError::Unreachable { address, reason } => {
                format!(
                    "the relay at {address} cannot be reached ({reason}): check the address, or try again later"
                )
            }
            LinkError::SignIn { address, host } => {
                let place = host.as_ref().map(|host| format!(", at {host}")).unwrap_or_default();
                format!(
                    "this network wants you to sign in first{place}: open a page in your browser and do so, then try again (if no such page comes, check the address {address})"
                )
            }
            LinkError::NotTrusted { address, reason } => {
                format!(
                    "what answers at {address} does not prove to be that relay ({reason}): nothing was said to it; check the address and this computer's date, or sign in to the network first"
                )
            }
            error => error.to_string(),
        }
    }

    pub(super) fn runtime(error: std::io::Error) -> LinkError {
        LinkError::Broken(error.to_string())
    }
}

impl PartialEq for LinkError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}
