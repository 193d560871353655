//! The host in an address: a name or an IP address.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{AddressError, cut};

/// The longest name (RFC 1035), and the longest part of one.
const NAME_BYTES: usize = 253;
const LABEL_BYTES: usize = 63;

/// A host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, in lower case and in ASCII, without a dot at its end.
    Name(String),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, and by which network card it is reached where that has to be said.
    V6(Ipv6Addr, Option<String>),
}

impl Host {
    /// Whether that is this computer itself.
    pub fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::V4(address) => address.is_loopback(),
            Host::V6(address, _) => address.to_canonical().is_loopback(),
        }
    }

    /// As the system looks it up.
    pub fn to_look_up(&self) -> String {
        match self {
            Host::V6(address, Some(zone)) => format!("{address}%{zone}"),
            Host::V6(address, None) => address.to_string(),
            other => other.to_string(),
        }
    }

    /// As it stands in what is said to it (RFC 6874: the zone is this computer's business).
    pub(super) fn without_zone(&self) -> String {
        match self {
            Host::V6(address, _) => format!("[{address}]"),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::V4(address) => write!(f, "{address}"),
            Host::V6(address, None) => write!(f, "[{address}]"),
            Host::V6(address, Some(zone)) => write!(f, "[{address}%{zone}]"),
        }
    }
}

/// A name or an IPv4 address.
pub(super) fn named(text: &str) -> Result<Host, AddressError> {
    if text.is_empty() {
        return Err(AddressError::NoHost);
    }
    let wrong = || AddressError::Host(cut(text));
    let ascii = idna::domain_to_ascii(text).map_err(|_| wrong())?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    if !(1..=NAME_BYTES).contains(&name.len()) || !name.split('.').all(is_label) {
        return Err(wrong());
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    if is_number(last) {
        // The last part of a name is never a number. Half an address is none, whatever systems make of it.
        return name.parse().map(Host::V4).map_err(|_| wrong());
    }
    Ok(Host::Name(name.to_owned()))
}

/// An IPv6 address, if it is one: `fe80::1`, `fe80::1%eth0`, and as it stands in addresses of pages `fe80::1%25eth0`.
pub(super) fn ipv6(text: &str) -> Option<Host> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let zone = zone.map(|zone| zone.strip_prefix("25").filter(|rest| !rest.is_empty()).unwrap_or(zone));
    let plain = |zone: &str| {
        !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let address = address.parse().ok()?;
    zone.is_none_or(plain).then(|| Host::V6(address, zone.map(str::to_owned)))
}

fn is_label(label: &str) -> bool {
    let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    inside && (1..=LABEL_BYTES).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal =
        label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digits(label) || hexadecimal
}
