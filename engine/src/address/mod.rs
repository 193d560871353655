//! Addresses, read once and by one type each, wherever a person types or pastes one.
//!
//! ```text
//!  wss://relay.example.se/4h24…   WorkspaceAddress  what is handed over with an invitation
//!  wss://relay.example.se         RelayAddress      where a relay is; what a replica keeps
//!  192.0.2.7:7401, localhost      Endpoint          where to listen, and which other computer to call
//! ```
//!
//! Each is understood or refused with words that say what is wrong. Nothing is guessed: a port that is none never becomes the
//! usual one. What is written out again is always the same for the same place: names in lower case and in ASCII (`xn--…`), IPv6 in
//! brackets, no port where it is the usual one.
//!
//! Names are not looked up here, and nothing is connected: that is the business of whoever has sockets.

mod host;

use std::fmt;
use std::str::FromStr;

pub use host::Host;

use crate::identity::WorkspaceId;
use crate::typed;

/// Why a text is no address. It repeats only the part that is wrong, and never a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is nothing.
    #[error("the address is empty")]
    Empty,
    /// It begins with what no relay speaks.
    #[error("an address of a relay begins with wss:// or ws://, not with {0}://")]
    Scheme(String),
    /// Whether it is encrypted is not said.
    #[error(
        "the address does not say how to reach the relay: put wss:// before it, or ws:// where the relay has no TLS"
    )]
    NoScheme,
    /// It holds a name and a password.
    #[error(
        "the address holds a user name or a password (before the @): leave them out, a relay knows people by their devices' keys"
    )]
    Credentials,
    /// It names no host.
    #[error("the address names no host: one is missing before the port or the slash")]
    NoHost,
    /// It names something that can be none.
    #[error("\"{0}\" cannot be a host: expected a name such as relay.example.se, or an IP address")]
    Host(String),
    /// IPv6, and where the port begins cannot be seen.
    #[error("an IPv6 address stands in brackets, [::1]:7400 for instance: \"{0}\" can be read in two ways")]
    Brackets(String),
    /// It is no port.
    #[error("\"{0}\" is no port: expected a number from {1} to 65535")]
    Port(String, u16),
    /// There is a colon and no port, or a port is needed.
    #[error("the port is missing: expected HOST:PORT")]
    NoPort,
    /// There is a blank in it.
    #[error("there is a blank in the address: it may be two things, or have been broken in two")]
    Blank,
    /// It asks for something.
    #[error("the address of a relay holds no ?: leave out what stands behind it")]
    Query,
    /// A code, or something else, stands behind it.
    #[error("there is a # in the address: only an invitation has one, with its code behind it")]
    Fragment,
    /// What stands behind the host is no path.
    #[error("\"{0}\" is no path on a relay: nothing but the workspace belongs behind the host")]
    Path(String),
    /// It is the address of a relay only.
    #[error("the address names no workspace: its name stands behind the host, 26 letters and digits")]
    NoWorkspace,
    /// It names something that is no workspace.
    #[error(
        "\"{0}\" is no workspace: expected the 26 letters and digits behind the host as you were given them"
    )]
    Workspace(String),
    /// There is more than host and port.
    #[error("only a host and a port are expected here, such as 192.0.2.7:7401, and nothing else")]
    NotOnlyHost,
}

/// Where a relay is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelayAddress {
    encrypted: bool,
    host: Host,
    port: u16,
    /// Empty, or begins with a slash and does not end with one.
    path: String,
}

/// Where a workspace is: on which relay, and which.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WorkspaceAddress {
    /// The relay.
    pub relay: RelayAddress,
    /// The workspace.
    pub workspace: WorkspaceId,
}

impl RelayAddress {
    /// Reads the address of a relay, and the workspace where one stands behind it. Without `wss://` or `ws://` before it, it is
    /// encrypted as `usual` says; none where that has to be said.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        text: &str,
        usual: Option<Encryption>,
    ) -> Result<(RelayAddress, Option<WorkspaceId>), AddressError> {
        let text = typed::bare(text);
        let (relay, path) = parts(&text, usual)?;
        let (prefix, last) = path.rsplit_once('/').unwrap_or(("", ""));
        let Some(workspace) = workspace(last) else {
            return Ok((RelayAddress { path: clean(path)?, ..relay }, None));
        };
        // What a client asks for: a relay that has moved is told about by that.
        let prefix = prefix.strip_suffix("/sync").unwrap_or(prefix);
        Ok((RelayAddress { path: clean(prefix)?, ..relay }, Some(workspace)))
    }

    /// Whether what is said to it is encrypted on the way.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Its host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether what is said to it can be read on the way by others: it is not encrypted, and goes beyond this computer.
    pub fn is_open_to_others(&self) -> bool {
        !self.encrypted && !self.host.is_loopback()
    }

    /// What a client asks for, to sync a workspace. Which network card leads there is of no interest to the other side.
    pub fn sync(&self, workspace: WorkspaceId) -> String {
        let (scheme, port) = (self.scheme(), self.shown_port());
        format!("{scheme}://{}{port}{}/sync/{workspace}", self.host.without_zone(), self.path)
    }

    fn scheme(&self) -> &'static str {
        if self.encrypted { "wss" } else { "ws" }
    }

    fn shown_port(&self) -> String {
        if self.port == usual_port(self.encrypted) { String::new() } else { format!(":{}", self.port) }
    }
}

/// Whether something is encrypted on the way, where an address does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// `wss://`.
    Encrypted,
    /// `ws://`.
    Plain,
}

impl FromStr for RelayAddress {
    type Err = AddressError;

    /// The address of a relay without a workspace.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        match RelayAddress::read(text, None)? {
            (relay, None) => Ok(relay),
            (_, Some(workspace)) => Err(AddressError::Path(workspace.to_string())),
        }
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}{}", self.scheme(), self.host, self.shown_port(), self.path)
    }
}

impl FromStr for WorkspaceAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match RelayAddress::read(text, None)? {
            (relay, Some(workspace)) => Ok(WorkspaceAddress { relay, workspace }),
            (relay, None) if relay.path.is_empty() => Err(AddressError::NoWorkspace),
            (relay, None) => {
                Err(AddressError::Workspace(cut(relay.path.rsplit('/').next().unwrap_or_default())))
            }
        }
    }
}

impl fmt::Display for WorkspaceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.relay, self.workspace)
    }
}

/// A host and a port: where to listen, or whom to call directly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    host: Host,
    port: u16,
}

impl Endpoint {
    /// Reads which other computer to call: `HOST` or `HOST:PORT`. An IPv6 address without a port needs no brackets.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn to_call(text: &str, usual_port: u16) -> Result<Endpoint, AddressError> {
        let (host, port) = Endpoint::parts(text, 1)?;
        Ok(Endpoint { host, port: port.unwrap_or(usual_port) })
    }

    /// Reads where to listen; port 0 is any that is free. Where no port is said it is the usual one, or has to be said where there
    /// is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn to_listen(text: &str, usual_port: Option<u16>) -> Result<Endpoint, AddressError> {
        let (host, port) = Endpoint::parts(text, 0)?;
        Ok(Endpoint { host, port: port.or(usual_port).ok_or(AddressError::NoPort)? })
    }

    /// The host and the port, to be looked up.
    pub fn to_look_up(&self) -> (String, u16) {
        (self.host.to_look_up(), self.port)
    }

    fn parts(text: &str, least: u16) -> Result<(Host, Option<u16>), AddressError> {
        let text = typed::bare(text);
        check(&text)?;
        if text.contains("://") {
            return Err(AddressError::NotOnlyHost);
        }
        // Without a port nothing can be read in two ways.
        match host::ipv6(&text) {
            Some(host) => Ok((host, None)),
            None if text.contains('@') => Err(AddressError::Credentials),
            None if text.contains(['/', '?', '#']) => Err(AddressError::NotOnlyHost),
            None => authority(&text, least),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The relay that a text names, without a path, and the path behind it without slashes at its end.
fn parts(text: &str, usual: Option<Encryption>) -> Result<(RelayAddress, &str), AddressError> {
    check(text)?;
    let (encrypted, rest) = match (text.split_once("://"), usual) {
        (Some((scheme, rest)), _) => (is_encrypted(scheme)?, rest),
        (None, Some(usual)) => (usual == Encryption::Encrypted, text),
        (None, None) => return Err(AddressError::NoScheme),
    };
    let (before, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = authority(before, 1)?;
    match path.find(['?', '#']).and_then(|at| path[at..].chars().next()) {
        Some('?') => return Err(AddressError::Query),
        Some(_) => return Err(AddressError::Fragment),
        None => {}
    }
    let port = port.unwrap_or(usual_port(encrypted));
    Ok((RelayAddress { encrypted, host, port, path: String::new() }, path.trim_end_matches('/')))
}

fn usual_port(encrypted: bool) -> u16 {
    if encrypted { 443 } else { 80 }
}

/// A page's address says the same with other words.
fn is_encrypted(scheme: &str) -> Result<bool, AddressError> {
    match scheme.to_ascii_lowercase().as_str() {
        "wss" | "https" => Ok(true),
        "ws" | "http" => Ok(false),
        _ => Err(AddressError::Scheme(cut(scheme))),
    }
}

/// What no address is.
fn check(text: &str) -> Result<(), AddressError> {
    match text {
        "" => Err(AddressError::Empty),
        text if text.contains(' ') => Err(AddressError::Blank),
        text if text.contains(char::is_control) => Err(AddressError::Host(cut(text))),
        _ => Ok(()),
    }
}

/// Reads `HOST` or `HOST:PORT`. The port is at least `least`.
fn authority(text: &str, least: u16) -> Result<(Host, Option<u16>), AddressError> {
    if text.contains('@') {
        return Err(AddressError::Credentials);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let wrong = || AddressError::Host(cut(text));
        let (inside, behind) = rest.split_once(']').ok_or_else(wrong)?;
        let host = host::ipv6(inside).ok_or_else(wrong)?;
        return match behind.strip_prefix(':') {
            Some(port) => Ok((host, Some(self::port(port, least)?))),
            None if behind.is_empty() => Ok((host, None)),
            None => Err(wrong()),
        };
    }
    let Some((name, port)) = text.split_once(':') else {
        return Ok((host::named(text)?, None));
    };
    if port.contains(':') {
        return Err(AddressError::Brackets(cut(text)));
    }
    let host = host::named(name)?;
    Ok((host, Some(self::port(port, least)?)))
}

fn port(text: &str, least: u16) -> Result<u16, AddressError> {
    if text.is_empty() {
        return Err(AddressError::NoPort);
    }
    let wrong = || AddressError::Port(cut(text), least);
    // A sign would be read as well.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().ok().filter(|port| *port >= least).ok_or_else(wrong)
}

/// A path of plain segments, as it was.
fn clean(path: &str) -> Result<String, AddressError> {
    let plain = |segment: &str| {
        let letters = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        letters && !segment.is_empty() && segment != "." && segment != ".."
    };
    match path.strip_prefix('/').is_none_or(|rest| rest.split('/').all(plain)) {
        true => Ok(path.to_owned()),
        false => Err(AddressError::Path(cut(path))),
    }
}

/// The workspace that stands there, also where somebody has typed letters that look like digits.
fn workspace(segment: &str) -> Option<WorkspaceId> {
    crate::id::unmistakable(segment).parse().ok()
}

/// The beginning of a text, in letters that do nothing.
fn cut(text: &str) -> String {
    text.escape_debug().take(80).collect()
}

#[cfg(test)]
mod tests;
