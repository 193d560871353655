//! What serving is told: by a file, by the environment and by flags, each over the one before.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use clap::Args;
use samsyn_engine::address::Endpoint;
use serde::Deserialize;

use crate::acme::Acme;
use crate::config::{Config, Limits};
use crate::error::RelayError;
use crate::logging::LogFormat;
use crate::proxies::Network;
use crate::tls::{Tls, TlsFiles};

/// What a file may say. The same names as the flags; the limits, and what is for ACME, stand in tables of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    data: Option<PathBuf>,
    listen: Option<String>,
    max_connections: Option<NonZeroUsize>,
    log_format: Option<LogFormat>,
    insecure: Option<bool>,
    metrics: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    #[serde(default)]
    proxies: Vec<Network>,
    #[serde(default)]
    limits: LimitSettings,
    acme: Option<WrittenAcme>,
}

/// For which names a certificate is asked for, and of whom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAcme {
    domains: Vec<String>,
    contact: Option<String>,
    directory: Option<String>,
}

impl Written {
    fn read(path: &Path) -> Result<Written, RelayError> {
        let wrong = |reason: String| RelayError::Settings { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().replace('\n', "; ")))
    }
}

/// How to serve. Flags and variables stand over the file.
#[derive(Debug, Args)]
pub(super) struct ServeSettings {
    /// A file (TOML) with settings of the names below, `data = "…"` for instance; the limits in a table `[limits]`, what is for ACME in `[acme]`.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_CONFIG")]
    config: Option<PathBuf>,
    /// The folder with the workspaces.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: Option<PathBuf>,
    /// Where to listen: an address or a name of this computer and a port, 127.0.0.1:7400 if nothing is said; port 0 for any that is
    /// free. Of a name all its addresses.
    #[arg(long, value_name = "HOST[:PORT]", env = "SAMSYN_RELAY_LISTEN")]
    listen: Option<String>,
    /// The certificate to show, in PEM, with those that lead to one that clients trust. Looked at again when it is renewed.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Have a certificate for these names, with commas between, by ACME, and renew it without anybody: what people reach this relay
    /// by, on port 443. By this you agree to the terms of the authority, Let's Encrypt if no other is named.
    #[arg(long, value_name = "NAME,…", env = "SAMSYN_RELAY_ACME_DOMAINS", value_delimiter = ',')]
    acme_domains: Vec<String>,
    /// An e-mail address that the authority may write to.
    #[arg(long, value_name = "ADDRESS", env = "SAMSYN_RELAY_ACME_CONTACT")]
    acme_contact: Option<String>,
    /// The authority's directory, https://….
    #[arg(long, value_name = "URL", env = "SAMSYN_RELAY_ACME_DIRECTORY")]
    acme_directory: Option<String>,
    /// Listen beyond loopback without TLS, to everybody: in a closed network.
    #[arg(long)]
    insecure: bool,
    /// The proxies that have TLS and come for others: addresses and networks such as 10.0.0.0/8, with commas between. Only they
    /// are believed whom they come for, and beyond this computer nobody else is heard without TLS.
    #[arg(long, value_name = "ADDRESS,…", env = "SAMSYN_RELAY_PROXIES", value_delimiter = ',')]
    proxies: Vec<Network>,
    /// Where to tell numbers to Prometheus, at /metrics: an address that only the operator reaches.
    #[arg(long, value_name = "HOST:PORT", env = "SAMSYN_RELAY_METRICS")]
    metrics: Option<String>,
    /// How many clients may be connected at once, 2000 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_MAX_CONNECTIONS")]
    max_connections: Option<NonZeroUsize>,
    #[command(flatten)]
    limits: LimitSettings,
    /// How log lines are written to standard error (how many: the variable RUST_LOG, for instance debug).
    #[arg(long, value_enum, env = "SAMSYN_RELAY_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// How much one address and one device get; what is not said is as usual.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitSettings {
    /// How many may be connected at once from one address, 500 if nothing is said. An office has one address.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_CONNECTIONS_PER_ADDRESS")]
    connections_per_address: Option<NonZeroU32>,
    /// How many connections one device may have at once, 20 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_CONNECTIONS_PER_DEVICE")]
    connections_per_device: Option<NonZeroU32>,
    /// How many may connect from one address in a minute, 1000 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_HANDSHAKES_PER_MINUTE")]
    handshakes_per_minute: Option<NonZeroU32>,
    /// How often in a minute what comes from one address may fail to prove that it belongs, 60 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_REFUSALS_PER_MINUTE")]
    refusals_per_minute: Option<NonZeroU32>,
    /// How many changes of one device are taken in a second, 2000 if nothing is said, after a minute's worth of them at once; who
    /// pushes more waits.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_CHANGES_PER_SECOND")]
    changes_per_second: Option<NonZeroU32>,
    /// How many bytes of changes of one device are taken in a day, 1073741824 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_BYTES_PER_DAY")]
    bytes_per_day: Option<NonZeroU64>,
    /// How many seconds of work in a minute the changes of one device may make, 12 if nothing is said; who makes more waits.
    #[arg(long, value_name = "SECONDS", env = "SAMSYN_RELAY_WORK_PER_MINUTE")]
    work_per_minute: Option<NonZeroU32>,
}

impl LimitSettings {
    /// These over those.
    fn over(&self, below: Limits) -> Limits {
        Limits {
            connections_per_address: self.connections_per_address.unwrap_or(below.connections_per_address),
            connections_per_device: self.connections_per_device.unwrap_or(below.connections_per_device),
            handshakes_per_minute: self.handshakes_per_minute.unwrap_or(below.handshakes_per_minute),
            refusals_per_minute: self.refusals_per_minute.unwrap_or(below.refusals_per_minute),
            changes_per_second: self.changes_per_second.unwrap_or(below.changes_per_second),
            bytes_per_day: self.bytes_per_day.unwrap_or(below.bytes_per_day),
            work_per_minute: self.work_per_minute.unwrap_or(below.work_per_minute),
        }
    }
}

impl ServeSettings {
    /// What comes of all that was said.
    ///
    /// # Errors
    /// Where something is missing, or the file cannot be used.
    pub(super) fn settle(self) -> Result<(Config, LogFormat), RelayError> {
        let written = match &self.config {
            Some(path) => Written::read(path)?,
            None => Written::default(),
        };
        let data = self.data.or(written.data).ok_or(RelayError::NoData)?;
        let files = match (self.tls_cert.or(written.tls_cert), self.tls_key.or(written.tls_key)) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(RelayError::HalfOfTls),
        };
        let acme = acme((self.acme_domains, self.acme_contact, self.acme_directory), written.acme)?;
        let tls = match (files, acme) {
            (Some(_), Some(_)) => return Err(RelayError::TwoCertificates),
            (files, acme) => files.map(Tls::Files).or(acme.map(Tls::Acme)),
        };
        let usual = Config::new(data);
        let listen = self.listen.or(written.listen).unwrap_or_else(|| "127.0.0.1".to_owned());
        let (listen, listen_also) = addresses("--listen", &listen, Some(Config::PORT))?;
        let metrics = self.metrics.or(written.metrics);
        let metrics = metrics.map(|metrics| addresses("--metrics", &metrics, None)).transpose()?;
        let config = Config {
            listen,
            listen_also,
            tls,
            metrics: metrics.map(|(address, _)| address),
            insecure: self.insecure || written.insecure.unwrap_or(false),
            max_connections: self
                .max_connections
                .or(written.max_connections)
                .unwrap_or(usual.max_connections),
            proxies: if self.proxies.is_empty() { written.proxies } else { self.proxies },
            limits: self.limits.over(written.limits.over(usual.limits)),
            ..usual
        };
        Ok((config, self.log_format.or(written.log_format).unwrap_or_default()))
    }
}

/// The addresses of a host of this computer, IPv4 before IPv6: the first with its port, and the others.
fn addresses(
    what: &'static str,
    text: &str,
    usual_port: Option<u16>,
) -> Result<(SocketAddr, Vec<IpAddr>), RelayError> {
    let wrong = |why| RelayError::Address { what, text: text.escape_debug().take(80).collect(), why };
    let endpoint = Endpoint::to_listen(text, usual_port).map_err(wrong)?;
    let found: io::Result<BTreeSet<SocketAddr>> =
        endpoint.to_look_up().to_socket_addrs().map(Iterator::collect);
    let unknown = |reason: String| RelayError::NoSuchHost { what, address: endpoint.clone(), reason };
    let mut found = found.map_err(|error| unknown(error.to_string()))?.into_iter();
    let first = found.next().ok_or_else(|| unknown("it has no address".to_owned()))?;
    Ok((first, found.map(|address| address.ip()).collect()))
}

/// What is said of ACME by flags and variables, over what is written of it; none where nothing is.
fn acme(
    (domains, contact, directory): (Vec<String>, Option<String>, Option<String>),
    written: Option<WrittenAcme>,
) -> Result<Option<Acme>, RelayError> {
    if domains.is_empty() && contact.is_none() && directory.is_none() && written.is_none() {
        return Ok(None);
    }
    let below = written.unwrap_or(WrittenAcme { domains: Vec::new(), contact: None, directory: None });
    let domains = if domains.is_empty() { below.domains } else { domains };
    Ok(Some(Acme::new(domains, contact.or(below.contact), directory.or(below.directory))?))
}
