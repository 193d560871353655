//! Who is it that answers in the relay's place?
//!
//! On trains, in hotels and at congresses a network answers for everybody until a person has signed in: with a page, by
//! sending the program elsewhere, or with something that is no HTTP at all. The person is told just that, rather than that
//! the relay is broken. Read is the beginning of what came, a bounded part, and nothing of it is followed.

use samsyn_engine::address::{Encryption, RelayAddress};
use samsyn_engine::identity::WorkspaceId;
use tokio_tungstenite::tungstenite::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use tokio_tungstenite::tungstenite::http::{Response, Uri};

use super::{Elsewhere, LinkError};

/// The longest name of a host.
const HOST_BYTES: usize = 253;

/// What came in answer to the request for a WebSocket.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Nothing,
    Http {
        status: u16,
        html: bool,
        location: Option<String>,
    },
    /// A page, without HTTP before it.
    Page,
    /// A TLS record.
    Tls,
    Other,
}

impl Answer {
    /// What was read as HTTP, also where it came over TLS.
    pub(super) fn of(response: &Response<Option<Vec<u8>>>) -> Answer {
        let header = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let body = response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        Answer::Http {
            status: response.status().as_u16(),
            html: header(CONTENT_TYPE).map_or_else(|| is_page(&body), |kind| contains(kind, "html")),
            location: header(LOCATION).map(str::to_owned),
        }
    }
}

/// What stands in the relay's place.
#[derive(Debug)]
pub(super) struct Stranger<'a> {
    /// Where the relay should be.
    pub(super) relay: &'a RelayAddress,
    /// Which workspace was asked for.
    pub(super) workspace: WorkspaceId,
    /// Whether the relay was met before: then the address is right, and something stands between.
    pub(super) met: bool,
    /// What the WebSocket or the system says, for whatever is not recognised.
    pub(super) reason: String,
}

impl Stranger<'_> {
    /// Why there is no connection, by the first that came.
    pub(super) fn recognise(self, first: &[u8]) -> LinkError {
        self.of(answer(first))
    }

    /// Why there is no connection, by what came.
    pub(super) fn of(self, answer: Answer) -> LinkError {
        match answer {
            Answer::Nothing => self.unreachable(),
            Answer::Http { status: 511, location, .. } => self.sign_in(location.as_deref()),
            Answer::Http { status: status @ 300..=399, location: Some(to), .. } => self.led(status, &to),
            Answer::Http { status: 200..=299, html: true, .. } | Answer::Page => self.sign_in(None),
            Answer::Http { status: 502..=504, .. } => {
                Stranger { reason: "it has no room just now, or is being restarted".to_owned(), ..self }
                    .unreachable()
            }
            Answer::Http { status: 429, .. } => {
                let reason = "too many came from this network's address just now".to_owned();
                Stranger { reason, ..self }.unreachable()
            }
            // Part of a handshake may have come before the link broke: the reason then says more than the status.
            Answer::Http { status: 101, .. } => self.not_a_relay(),
            Answer::Http { status, .. } => {
                Stranger { reason: format!("HTTP {status}"), ..self }.not_a_relay()
            }
            Answer::Tls | Answer::Other if self.met => self.sign_in(None),
            Answer::Tls => Stranger { reason: "it speaks TLS".to_owned(), ..self }.not_a_relay(),
            Answer::Other => self.not_a_relay(),
        }
    }

    /// Somebody sends us elsewhere. A network that wants a person to sign in leads to a page of its own; who leads to this very
    /// workspace is a relay that has moved, or whoever stands in its place. Over TLS it is the relay itself in any case.
    fn led(self, status: u16, to: &str) -> LinkError {
        let there = self.elsewhere(to);
        let (for_good, is_workspace) =
            (matches!(status, 301 | 308), there.as_ref().is_some_and(|there| there.1));
        match there {
            Some((relay, _)) if is_workspace || (self.relay.is_encrypted() && for_good) => {
                let opens = self.relay.is_encrypted() && relay.is_open_to_others();
                let to = Box::new(Elsewhere { relay, for_good, opens });
                LinkError::Moved { address: self.relay.to_string(), to }
            }
            _ if self.leads_away(to) => self.sign_in(Some(to)),
            _ => Stranger { reason: format!("HTTP {status}"), ..self }.not_a_relay(),
        }
    }

    /// The relay at which somebody says this one is, if it is another, and whether they name this workspace there.
    fn elsewhere(&self, to: &str) -> Option<(RelayAddress, bool)> {
        let (relay, workspace) = RelayAddress::read(to, None).ok()?;
        let same = workspace.is_none_or(|workspace| workspace == self.workspace);
        (same && relay != *self.relay).then_some((relay, workspace.is_some()))
    }

    fn leads_away(&self, to: &str) -> bool {
        let host = host(to);
        host.is_some_and(|host| {
            RelayAddress::read(&host, Some(Encryption::Plain))
                .map_or(true, |(other, _)| other.host() != self.relay.host())
        })
    }

    fn sign_in(self, page: Option<&str>) -> LinkError {
        let host = page.and_then(host).filter(|host| host.len() <= HOST_BYTES);
        LinkError::SignIn { address: self.relay.to_string(), host }
    }

    fn unreachable(self) -> LinkError {
        LinkError::Unreachable { address: self.relay.to_string(), reason: self.reason }
    }

    fn not_a_relay(self) -> LinkError {
        LinkError::NotARelay { address: self.relay.to_string(), reason: self.reason }
    }
}

/// The host in the address of a page.
fn host(to: &str) -> Option<String> {
    to.parse::<Uri>().ok()?.host().map(str::to_owned)
}

fn answer(first: &[u8]) -> Answer {
    if first.is_empty() {
        return Answer::Nothing;
    }
    // A handshake or an alert, of any version.
    if matches!(first, [21 | 22, 3, ..]) {
        return Answer::Tls;
    }
    let text = String::from_utf8_lossy(first);
    let (head, body) = split(&text);
    let mut lines = head.lines();
    let Some(status) = lines.next().and_then(status) else {
        return if is_page(&text) { Answer::Page } else { Answer::Other };
    };
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let header = |name: &str| {
        let found = headers.iter().find(|(other, _)| other.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    };
    let html = header("content-type").map_or_else(|| is_page(body), |kind| contains(kind, "html"));
    Answer::Http { status, html, location: header("location").map(str::to_owned) }
}

/// Head and body of an answer.
fn split(text: &str) -> (&str, &str) {
    text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((text, ""))
}

/// The status in a line such as `HTTP/1.1 200 OK`.
fn status(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/")?.split_whitespace().nth(1)?.parse().ok()
}

fn is_page(text: &str) -> bool {
    let start = text.trim_start().get(..14).unwrap_or(text.trim_start());
    contains(start, "<html") || contains(start, "<!doctype html")
}

fn contains(text: &str, lower: &str) -> bool {
    text.to_ascii_lowercase().contains(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4h248h2484h248h2484h248h24";

    fn at(address: &str, first: &[u8], met: bool) -> LinkError {
        let (relay, workspace) = (address.parse().unwrap(), ID.parse().unwrap());
        Stranger { relay: &relay, workspace, met, reason: "no WebSocket".to_owned() }.recognise(first)
    }

    fn recognise(first: &[u8], met: bool) -> LinkError {
        at("ws://relay.example:4300", first, met)
    }

    fn led(address: &str, status: u16, to: &str) -> LinkError {
        at(address, format!("HTTP/1.1 {status} X\r\nLocation: {to}\r\n\r\n").as_bytes(), true)
    }

    #[test]
    fn a_relay_that_has_moved_says_where_and_nothing_is_followed() {
        let moved = |address: &str, status: u16, to: &str| match led(address, status, to) {
            LinkError::Moved { to, .. } => Some((to.relay.to_string(), to.for_good, to.opens)),
            _ => None,
        };
        let (plain, tls) = ("ws://relay.example:4300", "wss://relay.example");
        let other = format!("https://new.example/sync/{ID}");
        let there = |for_good| Some(("wss://new.example".to_owned(), for_good, false));
        for (status, for_good) in [(301, true), (308, true), (302, false), (307, false), (303, false)] {
            assert_eq!(moved(plain, status, &other), there(for_good), "{status}");
            assert_eq!(moved(tls, status, &other), there(for_good), "{status}");
        }
        let upgraded = moved(plain, 301, &format!("https://relay.example/sync/{ID}"));
        assert_eq!(upgraded, Some(("wss://relay.example".to_owned(), true, false)));
        assert_eq!(moved(tls, 308, "https://new.example/"), there(true));
        let opened = Some(("ws://new.example:7400".to_owned(), true, true));
        assert_eq!(moved(tls, 301, &format!("ws://new.example:7400/sync/{ID}")), opened);
        // A page to sign in on, another workspace, the very same place, or nothing that is an address.
        for to in [
            "http://login.train.example/?to=x",
            "http://login.train.example/",
            "https://new.example/sync/0000000000000000000000000e",
            "ws://relay.example:4300/",
            "https://bo:hemligt@new.example/",
            "https://new.example:99999/",
            "/login",
            "",
        ] {
            assert_eq!(moved(plain, 301, to), None, "{to}");
        }
        assert_eq!(moved(tls, 302, "https://login.train.example/"), None, "for now, and to no relay");
    }

    #[test]
    fn what_came_over_tls_is_read_as_well() {
        let response = Response::builder().status(503).header(CONTENT_TYPE, "text/html").body(None).unwrap();
        let (relay, workspace) = ("wss://relay.example".parse().unwrap(), ID.parse().unwrap());
        let stranger = Stranger { relay: &relay, workspace, met: true, reason: String::new() };
        assert!(matches!(stranger.of(Answer::of(&response)), LinkError::Unreachable { .. }));
    }

    fn signs_in(first: &str) -> Option<String> {
        match recognise(first.as_bytes(), false) {
            LinkError::SignIn { host, .. } => host.or(Some(String::new())),
            _ => None,
        }
    }

    #[test]
    fn a_network_that_wants_a_person_to_sign_in_is_recognised() {
        let elsewhere = Some("login.train.example".to_owned());
        for (first, host) in [
            ("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>", Some(String::new())),
            ("HTTP/1.0 200 OK\ncontent-type: TEXT/HTML\n\n", Some(String::new())),
            ("HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html><title>Hej</title>", Some(String::new())),
            ("\n<HTML><body>Welcome on board", Some(String::new())),
            ("HTTP/1.1 302 Found\r\nLocation: http://login.train.example/?to=x\r\n\r\n", elsewhere.clone()),
            ("HTTP/1.1 307 X\r\nlocation:https://login.train.example\r\n\r\n", elsewhere.clone()),
            ("HTTP/1.1 511 Network Authentication Required\r\n\r\n", Some(String::new())),
            ("HTTP/1.1 511 X\r\nLocation: https://login.train.example/\r\n\r\n", elsewhere),
        ] {
            assert_eq!(signs_in(first), host, "{first}");
        }
    }

    #[test]
    fn others_who_answer_are_not_taken_for_one() {
        for first in [
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>",
            "HTTP/1.1 403 Forbidden\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
            "HTTP/1.1 301 Moved\r\nLocation: https://relay.example/sync\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n",
            "SSH-2.0-OpenSSH_9.6\r\n",
            "\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}F",
        ] {
            let error = recognise(first.as_bytes(), false);
            assert!(matches!(error, LinkError::NotARelay { .. }), "{first}: {error}");
        }
        for first in [
            "",
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "HTTP/1.1 502 Bad Gateway\r\n\r\n",
            "HTTP/1.1 429 Too Many Requests\r\n\r\n",
        ] {
            let error = recognise(first.as_bytes(), false);
            assert!(matches!(error, LinkError::Unreachable { .. }), "{first}: {error}");
        }
    }

    #[test]
    fn where_the_relay_was_met_before_something_stands_between() {
        for first in ["\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}F", "Please sign in"] {
            let error = recognise(first.as_bytes(), true);
            assert!(matches!(error, LinkError::SignIn { .. }), "{first}: {error}");
        }
        let error = recognise(b"HTTP/1.1 404 Not Found\r\n\r\n", true);
        assert!(matches!(error, LinkError::NotARelay { .. }), "the relay may have moved: {error}");
    }

    #[test]
    fn nothing_that_comes_makes_it_panic() {
        use rand::rngs::SmallRng;
        use rand::{RngExt, SeedableRng};
        let mut random = SmallRng::seed_from_u64(20_261_125);
        let seeds: [&[u8]; 3] = [
            b"HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\nContent-Type: text/html\r\n\r\n<html>",
            b"<!doctype html>",
            "HTTP/1.1 200 ÅÄÖ\n\n<ÅÄÖÅÄÖÅÄÖÅÄÖÅÄÖ".as_bytes(),
        ];
        for _ in 0..20_000 {
            let mut bytes = seeds[random.random_range(0..seeds.len())].to_vec();
            for _ in 0..random.random_range(1..5) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = random.random();
            }
            bytes.truncate(random.random_range(0..=bytes.len()));
            assert!(recognise(&bytes, random.random()).to_string().len() < 2_000);
        }
    }
}
