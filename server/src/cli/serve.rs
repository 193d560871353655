//! Serving, and looking whether one could.

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};

use super::settings::ServeSettings;
use super::{language, say};
use crate::acme;
use crate::config::Config;
use crate::error::RelayError;
use crate::folder::Folder;
use crate::logging::{self, LogFormat};
use crate::relay::Relay;
use crate::signals::{self, StopRequests};
use crate::spoken::in_language;
use crate::tls::{self, Tls};

/// Serves until the system asks to stop.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: ServeSettings,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let (config, log_format) = self.settings.settle()?;
        logging::start(log_format);
        check_clock(SystemTime::now())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve(config));
        // What still waits for the disk then has nobody who waits for it.
        runtime.shutdown_timeout(Duration::from_secs(1));
        served
    }
}

/// Whether answers can be dated.
fn check_clock(now: SystemTime) -> Result<(), RelayError> {
    if now < SystemTime::UNIX_EPOCH { Err(RelayError::Clock) } else { Ok(()) }
}

async fn serve(config: Config) -> Result<(), RelayError> {
    signals::outlive_the_limit_on_files()?;
    // Before anybody can know that we listen: who asks at once is heard.
    let mut requests = StopRequests::listen()?;
    let scheme = scheme(&config);
    let files = files_needed(&config);
    if let Some(allowed) = signals::open_many_files().filter(|allowed| *allowed < files) {
        tracing::warn!(
            allowed,
            needed = files,
            "this process may have too few files open for as many connections as the settings allow: who comes when they are used up waits; raise the limit (`ulimit -n`, `LimitNOFILE` of systemd), or lower `max_connections`"
        );
    }
    let relay = Relay::start(config).await?;
    say(format_args!("listening on {scheme}://{}", relay.address()))?;
    if let Some(address) = relay.metrics() {
        say(format_args!("numbers at http://{address}/metrics"))?;
    }
    requests.next().await?;
    relay.shutdown().await;
    Ok(())
}

/// So many files are open where as many connections are as may be: a socket each, and beside them logs, certificates and the program itself.
fn files_needed(config: &Config) -> u64 {
    const BESIDE: u64 = 200;
    (config.max_connections.get() as u64).saturating_add(BESIDE)
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
        let (config, log_format) = serve.settings.settle()?;
        config.check()?;
        let folder = Folder::open(&config.data)?;
        folder.probe().map_err(RelayError::not_writable(&config.data))?;
        let certificate = certificate(&config, &folder)?;
        for (name, value) in shown(&config, (certificate, log_format)) {
            let value = in_language(&value, language());
            say(format_args!("{name:<25}{value}"))?;
        }
        Ok(())
    }
}

fn listens(config: &Config) -> String {
    let address = |address| format!("{}://{address}", scheme(config));
    config.listens_at(config.listen.port()).map(address).collect::<Vec<_>>().join(", ")
}

/// What the settings come to, by their names.
fn shown(config: &Config, (certificate, log_format): (String, LogFormat)) -> Vec<(&'static str, String)> {
    let limits = config.limits;
    vec![
        ("data", config.data.display().to_string()),
        ("listen", listens(config)),
        ("certificate", certificate),
        ("proxies", proxies(config)),
        ("metrics", config.metrics.map_or("none".to_owned(), |address| format!("http://{address}/metrics"))),
        ("max_connections", config.max_connections.to_string()),
        ("connections_per_address", limits.connections_per_address.to_string()),
        ("connections_per_device", limits.connections_per_device.to_string()),
        ("handshakes_per_minute", limits.handshakes_per_minute.to_string()),
        ("refusals_per_minute", limits.refusals_per_minute.to_string()),
        ("changes_per_second", limits.changes_per_second.to_string()),
        ("bytes_per_day", limits.bytes_per_day.to_string()),
        ("work_per_minute", limits.work_per_minute.to_string()),
        ("log_format", format!("{log_format:?}").to_lowercase()),
    ]
}

/// Where the certificate is from, if it can be used or asked for.
fn certificate(config: &Config, folder: &Folder) -> Result<String, RelayError> {
    match &config.tls {
        None => Ok("none".to_owned()),
        Some(Tls::Files(files)) => {
            let standing = tls::check(files)?;
            let (certificate, key) = (files.certificate.display(), files.key.display());
            Ok(format!("{certificate} with the key {key}: it {standing}"))
        }
        Some(Tls::Acme(settings)) => {
            let kept = acme::kept(settings, folder);
            let kept = kept.map_or("none is kept yet".to_owned(), |standing| {
                let anew = if standing.is_good() { "" } else { ", and another is asked for at start" };
                format!("the one that is kept {standing}{anew}")
            });
            let (names, contact) =
                (settings.names().join(", "), settings.contact().unwrap_or("nobody to write to"));
            Ok(format!("by ACME for {names} from {} ({contact}): {kept}", settings.directory()))
        }
    }
}

fn proxies(config: &Config) -> String {
    if config.proxies.is_empty() {
        return "none".to_owned();
    }
    let named = config.proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match config.hears_proxies_only() {
        true => format!("{named}: nobody else is heard from beyond this computer"),
        false => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_is_said_at_the_start() {
        let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert!(matches!(check_clock(early), Err(RelayError::Clock)));
        assert!(check_clock(SystemTime::UNIX_EPOCH).is_ok());
    }
}
