//! Why there is no connection to the relay.

use rustls::{CertificateError, Error as TlsError};
use samsyn_engine::address::{AddressError, RelayAddress};
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::schema::{Caption, Language};
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
        "what answers at {address} does not prove to be that relay ({}): nothing was said to it; check the address and this computer's date, or sign in to the network first; your work is safe here and waits",
        .why.words(Language::English)
    )]
    NotTrusted {
        /// Where.
        address: String,
        /// What is wrong with their certificate, as far as it is known.
        why: Distrust,
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

/// Why whoever answers is not believed to be who stands in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// The certificate is for another name.
    OtherName,
    /// It is not good yet.
    NotYet,
    /// It has run out.
    Expired,
    /// Nobody whom this computer trusts has issued it.
    UnknownIssuer,
    /// It is what an authority signs others with.
    OfAnIssuer,
    /// Whoever issued it has taken it back.
    Revoked,
    /// None was shown.
    NoCertificate,
    /// It is no good for another reason.
    Invalid,
    /// What answers does not speak TLS as it should.
    NoTls,
}

impl From<&TlsError> for Distrust {
    fn from(error: &TlsError) -> Distrust {
        match error {
            TlsError::InvalidCertificate(why) => Distrust::of(why),
            TlsError::NoCertificatesPresented => Distrust::NoCertificate,
            _ => Distrust::NoTls,
        }
    }
}

impl Distrust {
    fn of(why: &CertificateError) -> Distrust {
        use CertificateError as Why;
        match why {
            Why::NotValidForName | Why::NotValidForNameContext { .. } => Distrust::OtherName,
            Why::NotValidYet | Why::NotValidYetContext { .. } => Distrust::NotYet,
            Why::Expired | Why::ExpiredContext { .. } => Distrust::Expired,
            Why::UnknownIssuer => Distrust::UnknownIssuer,
            Why::Revoked => Distrust::Revoked,
            Why::Other(other) if other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) => {
                Distrust::OfAnIssuer
            }
            _ => Distrust::Invalid,
        }
    }

    /// In words for people.
    pub(crate) fn words(self, language: Language) -> &'static str {
        let caption = match self {
            Distrust::OtherName => {
                Caption::new("certifikatet gäller ett annat namn", "its certificate is for another name")
            }
            Distrust::NotYet => {
                Caption::new("certifikatet gäller inte än", "its certificate is not good yet")
            }
            Distrust::Expired => Caption::new("certifikatet har gått ut", "its certificate has run out"),
            Distrust::UnknownIssuer => Caption::new(
                "ingen som den här datorn litar på har utfärdat certifikatet",
                "nobody whom this computer trusts has issued its certificate",
            ),
            Distrust::OfAnIssuer => {
                Caption::new("certifikatet är en utfärdares eget", "its certificate is an authority's own")
            }
            Distrust::Revoked => Caption::new("certifikatet är återkallat", "its certificate is revoked"),
            Distrust::NoCertificate => Caption::new("det har inget certifikat", "it has no certificate"),
            Distrust::Invalid => Caption::new("certifikatet är inte giltigt", "its certificate is not valid"),
            Distrust::NoTls => Caption::new(
                "det svarar inte med TLS som det ska",
                "it does not answer with TLS as it should",
            ),
        };
        caption.get(language)
    }
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
            LinkError::NotTrusted { address, why } => {
                format!(
                    "what answers at {address} does not prove to be that relay ({}): nothing was said to it; check the address and this computer's date, or sign in to the network first",
                    why.words(Language::English)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;

    use super::*;

    #[test]
    fn what_tls_says_of_a_certificate_is_known_by_its_type() {
        let of = |why| Distrust::from(&TlsError::InvalidCertificate(why));
        let of_an_issuer = OtherError(Arc::new(webpki::Error::CaUsedAsEndEntity));
        let known = [
            (of(CertificateError::NotValidForName), Distrust::OtherName),
            (of(CertificateError::NotValidYet), Distrust::NotYet),
            (of(CertificateError::Expired), Distrust::Expired),
            (of(CertificateError::UnknownIssuer), Distrust::UnknownIssuer),
            (of(CertificateError::Revoked), Distrust::Revoked),
            (of(CertificateError::Other(of_an_issuer)), Distrust::OfAnIssuer),
            (of(CertificateError::BadEncoding), Distrust::Invalid),
            (Distrust::from(&TlsError::NoCertificatesPresented), Distrust::NoCertificate),
            // Words are not looked at.
            (Distrust::from(&TlsError::General("certificate expired".to_owned())), Distrust::NoTls),
        ];
        for (found, meant) in known {
            assert_eq!(found, meant);
        }
    }
}
