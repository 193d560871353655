//! Why there is no connection to the relay.

use samsyn_engine::address::{AddressError, RelayAddress};
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::sync::{Notice, SyncError};

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
    /// The relay says that it is elsewhere. Nothing of that is followed: a person decides.
    #[error("the relay at {address} says that it {}", .to.in_words())]
    Moved {
        /// Where it was.
        address: String,
        /// Where it says it is.
        to: Box<Elsewhere>,
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
    /// The relay has made this program connect anew again and again, and nothing has come of it.
    #[error(
        "the relay has made this program begin anew {0} times, and each time there was another reason: it was left; your work is safe here and waits; tell whoever runs the relay, and try again later"
    )]
    Anew(u32),
    /// All that was sent has arrived, and does not stand in the relay's log.
    #[error(
        "the relay says that it has what was sent, but for {0} seconds it did not come by in its log: your work is safe here and waits; try again later, and if it stays so tell whoever runs the relay"
    )]
    NotLogged(u64),
    /// The protocol or the file.
    #[error(transparent)]
    Problem(#[from] SyncProblem),
}

/// Where a relay says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its address there.
    pub relay: RelayAddress,
    /// Whether it is to stay there.
    pub for_good: bool,
    /// Whether it was encrypted where it was, and what is said to it there can be read on the way.
    pub opens: bool,
}

impl Elsewhere {
    fn in_words(&self) -> String {
        let Elsewhere { relay, for_good, opens } = self;
        match (for_good, opens) {
            (true, false) => format!(
                "has moved to {relay}: take that address with `samsyn relay {relay}`; your work is safe here and waits"
            ),
            (true, true) => format!(
                "has moved to {relay}, where nothing is encrypted on the way: ask whoever runs it before you take that address with `samsyn relay {relay} --unencrypted`; your work is safe here and waits"
            ),
            (false, _) => format!(
                "is at {relay} for the time being: its address stays as it is here; try again later, or ask whoever runs it; your work is safe here and waits"
            ),
        }
    }
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
            LinkError::Moved { address, to } => {
                format!(
                    "the relay at {address} says that it is at {}: ask whoever invited you, and join with that address",
                    to.relay
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

    /// Whether it ended before this device has said who it is: then the relay has let nobody in.
    pub(crate) fn is_before_hello(&self) -> bool {
        match self {
            LinkError::Address { .. }
            | LinkError::Unreachable { .. }
            | LinkError::SignIn { .. }
            | LinkError::Moved { .. }
            | LinkError::NotARelay { .. }
            | LinkError::NotTrusted { .. } => true,
            LinkError::Problem(SyncProblem::NoChallenge) => true,
            LinkError::Problem(SyncProblem::Protocol(SyncError::Version { .. })) => true,
            LinkError::Closed(_)
            | LinkError::Broken(_)
            | LinkError::Anew(_)
            | LinkError::NotLogged(_)
            | LinkError::Problem(_) => false,
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
