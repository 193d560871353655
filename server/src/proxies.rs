//! From where somebody comes who comes through a proxy.
//!
//! A proxy that ends TLS connects from its own address, and says in a header for whom. Anybody can write such a header, so
//! it is believed only from the addresses that the operator has named, and in it only what these have added: it is read from its
//! end, up to the first address that is none of theirs.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Deserializer};

/// So many stations of a way are looked at.
const STATIONS: usize = 32;

/// So many bits stand before an IPv4 address that is written as IPv6: `::ffff:0:0/96`.
const MAPPED_BITS: u8 = 96;

/// Where each proxy that only adds to what was there adds the address that it was called from.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// An address, or all that begin alike: `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why something is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
    /// It is nothing of the kind.
    #[error("\"{0}\" is neither an address nor a network such as 10.0.0.0/8")]
    Neither(String),
    /// It begins as IPv4 addresses do that are written as IPv6, and is wider than all of them.
    #[error(
        "\"{0}\" is wider than all IPv4 addresses that are written as IPv6 (::ffff:0:0/96): say the IPv4 network itself, such as 10.0.0.0/8"
    )]
    WiderThanMapped(String),
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Between commas people put blanks.
        let text = text.trim();
        let cut = || text.escape_debug().take(80).collect::<String>();
        let no_network = || NoNetwork::Neither(cut());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| no_network())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = prefix.map_or(Ok(whole), str::parse).map_err(|_| no_network())?;
        if prefix > whole {
            return Err(no_network());
        }
        // Whoever comes is looked at as IPv4 where they are, so the network has to be, too.
        match (address, address.to_canonical()) {
            (IpAddr::V6(_), canonical @ IpAddr::V4(_)) => {
                let prefix = prefix.checked_sub(MAPPED_BITS);
                let prefix = prefix.ok_or_else(|| NoNetwork::WiderThanMapped(cut()))?;
                Ok(Network { address: canonical, prefix })
            }
            (address, _) => Ok(Network { address, prefix }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, self.prefix) {
            (IpAddr::V4(address), 32) => write!(f, "{address}"),
            (IpAddr::V6(address), 128) => write!(f, "{address}"),
            (address, prefix) => write!(f, "{address}/{prefix}"),
        }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let begin_alike = |one: u128, other: u128, bits: u32| {
            let differ = (one ^ other).checked_shr(bits - u32::from(self.prefix)).unwrap_or(0);
            differ == 0
        };
        match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                begin_alike(u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(other)) => begin_alike(one.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

/// A request comes from two places at once, if one believes its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "X-Forwarded-For and Forwarded name two addresses: a proxy has to pass on only the one that it writes, and remove the other"
)]
pub(crate) struct TwoOrigins;

/// The proxies that are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proxies(Vec<Network>);

impl Proxies {
    pub(crate) fn new(networks: Vec<Network>) -> Self {
        Proxies(networks)
    }

    /// Whether that is one of them.
    pub(crate) fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.holds(address))
    }

    /// From where a request comes that came over a connection from `peer`. Where a proxy says nothing of use, that is the proxy.
    ///
    /// # Errors
    /// Where both headers are there and name two. A proxy knows one of them and passes on the other as it came: which of them it
    /// wrote cannot be seen here. To believe either, or neither, would let whoever adds a header be counted as somebody else, or as
    /// nobody.
    pub(crate) fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, TwoOrigins> {
        let peer = peer.to_canonical();
        if !self.hold(peer) {
            return Ok(peer);
        }
        let lines = |name: &str| {
            let lines = headers.get_all(name).iter();
            // One strange byte of the client's must not take away what the proxy wrote behind it.
            let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
            (!lines.is_empty()).then(|| lines.join(","))
        };
        let plain = lines(X_FORWARDED_FOR).map(|line| self.last(peer, line.rsplit(',').map(station)));
        let standard = lines(header::FORWARDED.as_str())
            .map(|line| self.last(peer, split_from_end(&line, ',').into_iter().map(forwarded_for)));
        match (plain, standard) {
            (None, None) => Ok(peer),
            (Some(one), Some(other)) if one != other => Err(TwoOrigins),
            (Some(one), _) | (None, Some(one)) => Ok(one),
        }
    }

    /// The first station, from the end of the way, that is no proxy of ours; where all are, the first of the way.
    fn last(&self, peer: IpAddr, stations: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut last = peer;
        for station in stations.take(STATIONS) {
            let Some(station) = station else { return last };
            last = station;
            if !self.hold(station) {
                return station;
            }
        }
        last
    }
}

/// An address as headers have it: with a port or without, IPv6 in brackets or without.
fn station(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    address.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// The `for` of an element of `Forwarded` (RFC 7239); none where there is more than one, of which nobody knows whose it is.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = split_from_end(element, ';').into_iter().filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, value) = named.next()?;
    if named.next().is_some() {
        return None;
    }
    let value = value.trim();
    station(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

/// The parts of a text between separators that stand in no quotes, the last first. What is quoted is found from the end, too: there
/// stands what a proxy has added, and a quote that its client left open before it must not swallow it.
fn split_from_end(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut end, mut quoted) = (Vec::new(), text.len(), false);
    for (at, character) in text.char_indices().rev() {
        let before = &text[..at];
        quoted ^= character == '"' && !ends_in_escape(before);
        if character == separator && !quoted {
            parts.push(&text[at + separator.len_utf8()..end]);
            end = at;
        }
    }
    parts.push(&text[..end]);
    parts
}

/// Whether what stands behind it in quotes is taken as it is: a quote there ends nothing.
fn ends_in_escape(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies::new(networks.iter().map(|network| network.parse().unwrap()).collect())
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn networks_hold_what_begins_alike() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            (" 127.0.0.1 ", "127.0.0.1", "127.0.0.2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("::1", "::1", "::2"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("192.0.2.129/25", "192.0.2.200", "192.0.2.100"),
        ] {
            let known = proxies(&[network]);
            assert!(known.hold(ip(inside)), "{network} {inside}");
            assert!(!known.hold(ip(outside)), "{network} {outside}");
        }
        for written in ["10.0.0.0/8", "127.0.0.1", "::1", "2001:db8::/32"] {
            assert_eq!(written.parse::<Network>().unwrap().to_string(), written);
        }
        // An IPv4 address on a socket for both.
        assert!(proxies(&["10.0.0.0/8"]).hold(ip("::ffff:10.1.1.1")));
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0", "a/8", "10.0.0.0/-1", "10.0.0.0/8/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_ipv4_network_that_is_written_as_ipv6_is_that_network() {
        for (written, same) in [
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:a00:1/128", "10.0.0.1"),
        ] {
            let network: Network = written.parse().unwrap();
            assert_eq!(network, same.parse().unwrap(), "{written}");
            assert!(proxies(&[written]).hold(ip("10.0.0.1")), "{written}");
        }
        for wide in ["::ffff:10.0.0.0/95", "::ffff:10.0.0.0/0"] {
            let refused = wide.parse::<Network>();
            assert!(matches!(refused, Err(NoNetwork::WiderThanMapped(_))), "{wide} {refused:?}");
        }
    }

    #[test]
    fn only_a_proxy_is_believed_and_only_what_proxies_have_added() {
        let known = proxies(&["127.0.0.1", "10.0.0.0/8"]);
        let origin =
            |peer: &str, lines: &[(&'static str, &str)]| known.origin(ip(peer), &headers(lines)).unwrap();
        // Whoever is no proxy says what they like.
        assert_eq!(origin("203.0.113.9", &[(XFF, "198.51.100.1")]), ip("203.0.113.9"));
        assert_eq!(origin("203.0.113.9", &[("forwarded", "for=198.51.100.1")]), ip("203.0.113.9"));
        for (lines, expected) in [
            (&[(XFF, "203.0.113.9")][..], "203.0.113.9"),
            (&[(XFF, " 203.0.113.9 , 10.1.1.1 ")], "203.0.113.9"),
            // What stands before the first stranger was written by nobody knows whom.
            (&[(XFF, "127.0.0.1, 198.51.100.1, 203.0.113.9")], "203.0.113.9"),
            (&[(XFF, "198.51.100.1"), (XFF, "203.0.113.9, 10.2.3.4")], "203.0.113.9"),
            (&[(XFF, "203.0.113.9:1234")], "203.0.113.9"),
            (&[(XFF, "2001:db8::7")], "2001:db8::7"),
            (&[(XFF, "[2001:db8::7]:443")], "2001:db8::7"),
            (&[(XFF, "10.7.7.7, 10.1.1.1")], "10.7.7.7"),
            (&[("forwarded", "for=203.0.113.9;proto=https")], "203.0.113.9"),
            (&[("forwarded", "For=\"[2001:db8::7]:80\";by=10.1.1.1, for=10.1.1.1")], "2001:db8::7"),
            (&[("forwarded", "for=\"a, for=198.51.100.1\", for=203.0.113.9")], "203.0.113.9"),
            // A quote that the client left open.
            (&[("forwarded", "for=198.51.100.1;x=\", for=203.0.113.9")], "203.0.113.9"),
            (&[("forwarded", "for=198.51.100.1;x=\\\", for=203.0.113.9")], "203.0.113.9"),
            (&[("forwarded", "\"\"\", for=\"[2001:db8::7]:80\"")], "2001:db8::7"),
            // What the proxy quotes of its client ends nothing.
            (&[("forwarded", r#"for=203.0.113.9;host="a\", for=198.51.100.1;b=\"""#)], "203.0.113.9"),
            (&[("forwarded", r#"for=203.0.113.9;host="a;for=198.51.100.1""#)], "203.0.113.9"),
            // Two in one element: nobody knows which of them the proxy wrote.
            (&[("forwarded", "for=198.51.100.1;for=203.0.113.9")], "127.0.0.1"),
            // Nothing of use: the last station that is known, the proxy itself.
            (&[], "127.0.0.1"),
            (&[(XFF, "")], "127.0.0.1"),
            (&[(XFF, "unknown")], "127.0.0.1"),
            (&[(XFF, "198.51.100.1, unknown, 10.1.1.1")], "10.1.1.1"),
            (&[("forwarded", "for=_hidden")], "127.0.0.1"),
            (&[("forwarded", "proto=https")], "127.0.0.1"),
            (&[(XFF, "203.0.113.9"), ("forwarded", "for=203.0.113.9")], "203.0.113.9"),
        ] {
            assert_eq!(origin("127.0.0.1", lines), ip(expected), "{lines:?}");
        }
        let none = proxies(&[]);
        assert_eq!(none.origin(ip("127.0.0.1"), &headers(&[(XFF, "203.0.113.9")])), Ok(ip("127.0.0.1")));
        // One of them was passed on as it came, and nobody knows which.
        for forged in ["for=198.51.100.1", "for=unknown", "for=127.0.0.1", ""] {
            let both = headers(&[(XFF, "203.0.113.9"), ("forwarded", forged)]);
            assert_eq!(known.origin(ip("127.0.0.1"), &both), Err(TwoOrigins), "{forged}");
            assert_eq!(none.origin(ip("127.0.0.1"), &both), Ok(ip("127.0.0.1")), "nobody is believed");
        }
    }

    #[test]
    fn a_byte_that_is_no_text_takes_nothing_away() {
        let known = proxies(&["127.0.0.1"]);
        for (name, line) in
            [(XFF, &b"\xff, 203.0.113.9"[..]), ("forwarded", b"for=198.51.100.1;x=\xff, for=203.0.113.9")]
        {
            let mut headers = HeaderMap::new();
            headers.append(name, axum::http::HeaderValue::from_bytes(line).unwrap());
            assert_eq!(known.origin(ip("127.0.0.1"), &headers), Ok(ip("203.0.113.9")), "{name}");
        }
    }

    #[test]
    fn nothing_that_stands_in_a_header_makes_it_panic_or_is_followed_for_ever() {
        let known = proxies(&["0.0.0.0/0", "::/0"]);
        let long = "10.0.0.1,".repeat(10_000);
        for line in
            [long.as_str(), "\"", "[", "]", "[]", ":", "[::1", "for=\"", "=;=,=", ";;;,,,", "\"\"\"\""]
        {
            for name in [XFF, "forwarded"] {
                known.origin(ip("192.0.2.1"), &headers(&[(name, line)])).unwrap();
            }
        }
    }
}
