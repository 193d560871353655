//! Serving, and what it is told: by a file, by the environment and by flags, each over the one before.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::say;
use crate::config::Config;
use crate::error::RelayError;
use crate::folder::Folder;
use crate::logging::{self, LogFormat};
use crate::relay::Relay;
use crate::signals::{self, StopRequests};
use crate::tls::{self, TlsFiles};

/// What a file may say. The same names as the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    max_connections: Option<usize>,
    log_format: Option<LogFormat>,
    insecure: Option<bool>,
    metrics: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
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
pub(super) struct Serve {
    /// A file (TOML) with settings of the names below, `data = "…"` for instance.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_CONFIG")]
    config: Option<PathBuf>,
    /// The folder with the workspaces.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: Option<PathBuf>,
    /// Where to listen: address and port, 127.0.0.1:7400 if nothing is said; port 0 for any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", env = "SAMSYN_RELAY_LISTEN")]
    listen: Option<SocketAddr>,
    /// The certificate to show, in PEM, with those that lead to one that clients trust. Looked at again when it is renewed.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM.
    #[arg(long, value_name = "FILE", env = "SAMSYN_RELAY_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Listen beyond loopback without TLS: behind a proxy that has it, or in a closed network.
    #[arg(long)]
    insecure: bool,
    /// Where to tell numbers to Prometheus, at /metrics: an address that only the operator reaches.
    #[arg(long, value_name = "ADDRESS:PORT", env = "SAMSYN_RELAY_METRICS")]
    metrics: Option<SocketAddr>,
    /// How many clients may be connected at once, 2000 if nothing is said.
    #[arg(long, value_name = "NUMBER", env = "SAMSYN_RELAY_MAX_CONNECTIONS")]
    max_connections: Option<usize>,
    /// How log lines are written to standard error (how many: the variable RUST_LOG, for instance debug).
    #[arg(long, value_enum, env = "SAMSYN_RELAY_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

impl Serve {
    /// What comes of all that was said.
    fn settle(self) -> Result<(Config, LogFormat), RelayError> {
        let written = match &self.config {
            Some(path) => Written::read(path)?,
            None => Written::default(),
        };
        let data = self.data.or(written.data).ok_or(RelayError::NoData)?;
        let tls = match (self.tls_cert.or(written.tls_cert), self.tls_key.or(written.tls_key)) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => return Err(RelayError::HalfOfTls),
        };
        let usual = Config::new(data);
        let usual_address = SocketAddr::from(([127, 0, 0, 1], Config::PORT));
        let config = Config {
            listen: self.listen.or(written.listen).unwrap_or(usual_address),
            tls,
            metrics: self.metrics.or(written.metrics),
            insecure: self.insecure || written.insecure.unwrap_or(false),
            max_connections: self
                .max_connections
                .or(written.max_connections)
                .unwrap_or(usual.max_connections),
            ..usual
        };
        Ok((config, self.log_format.or(written.log_format).unwrap_or_default()))
    }

    pub(super) fn run(self) -> Result<(), RelayError> {
        let (config, log_format) = self.settle()?;
        logging::start(log_format);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve(config));
        // What still waits for the disk then has nobody who waits for it.
        runtime.shutdown_timeout(Duration::from_secs(1));
        served
    }
}

async fn serve(config: Config) -> Result<(), RelayError> {
    signals::outlive_the_limit_on_files()?;
    // Before anybody can know that we listen: who asks at once is heard.
    let mut requests = StopRequests::listen()?;
    let scheme = scheme(&config);
    let relay = Relay::start(config).await?;
    say(format_args!("listening on {scheme}://{}", relay.address()))?;
    if let Some(address) = relay.metrics() {
        say(format_args!("numbers at http://{address}/metrics"))?;
    }
    requests.next().await?;
    relay.shutdown().await;
    Ok(())
}

fn scheme(config: &Config) -> &'static str {
    if config.tls.is_some() { "wss" } else { "ws" }
}

/// Settings.
#[derive(Debug, Subcommand)]
pub(super) enum Settings {
    /// Look whether a relay would start with these settings, and print what they come to. Serves nobody.
    Check(Serve),
}

impl Settings {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let Settings::Check(serve) = self;
        let (config, log_format) = serve.settle()?;
        config.check()?;
        Folder::open(&config.data)?.probe().map_err(RelayError::not_writable(&config.data))?;
        if let Some(files) = &config.tls {
            tls::check(files)?;
        }
        say(format_args!("data             {}", config.data.display()))?;
        say(format_args!("listen           {}://{}", scheme(&config), config.listen))?;
        say(format_args!("max_connections  {}", config.max_connections))?;
        say(format_args!("log_format       {log_format:?}").to_string().to_lowercase())
    }
}
