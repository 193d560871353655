//! The relay's command line.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::error::{RelayError, Result};
use crate::http::{Config, start};
use crate::registry::Registry;

/// Merges the changes of Samsyn's workspaces.
#[derive(Debug, Parser)]
#[command(name = "samsyn-relay", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve all workspaces of a data folder, until it is asked to stop (SIGTERM, Ctrl+C).
    Serve(Serve),
    /// Make and list workspaces. Works while the relay serves.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
}

#[derive(Debug, Args)]
struct Data {
    /// The folder with all of the relay's data; made where it is missing.
    #[arg(long, value_name = "FOLDER", env = "SAMSYN_RELAY_DATA")]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    data: Data,
    /// Where to listen: an address of loopback and a port, 0 for any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7400", env = "SAMSYN_RELAY_LISTEN")]
    listen: SocketAddr,
    /// So many clients may be connected at once.
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// How logs are written, on standard error. RUST_LOG says how much.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum WorkspaceCommand {
    /// Make a workspace; prints its address and its secret, which is shown only this once.
    Create {
        /// What people call it.
        name: String,
        #[command(flatten)]
        data: Data,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the workspaces.
    List {
        #[command(flatten)]
        data: Data,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the relay's program with these arguments (the first is its own name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = match cli.command {
        Command::Serve(command) => serve(&command),
        Command::Workspace(WorkspaceCommand::Create { name, data, json }) => create(&name, &data, json),
        Command::Workspace(WorkspaceCommand::List { data, json }) => list(&data, json),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("samsyn-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(text: impl std::fmt::Display) {
    // Who reads it may have seen enough.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn create(name: &str, data: &Data, as_json: bool) -> Result<()> {
    let made = Registry::new(&data.data)?.create(name)?;
    let (id, secret) = (made.id, made.secret.reveal());
    if as_json {
        print(json!({ "workspace": id, "name": name, "secret": secret }));
        return Ok(());
    }
    print(format_args!("workspace  {id}\nsecret     {secret}\n"));
    print("Everybody who is to take part gives, with the relay's address in place of HOST:PORT:\n");
    print(format_args!(
        "  SAMSYN_SECRET={secret} samsyn join ws://HOST:PORT/{id} --name \"Your name\"\n\nThe secret is not shown again."
    ));
    Ok(())
}

fn list(data: &Data, as_json: bool) -> Result<()> {
    let all = Registry::new(&data.data)?.list()?;
    if as_json {
        let all: Vec<_> = all.iter().map(|(id, name)| json!({ "workspace": id, "name": name })).collect();
        print(json!(all));
    } else {
        all.iter().for_each(|(id, name)| print(format_args!("{id}  {name}")));
    }
    Ok(())
}

fn serve(command: &Serve) -> Result<()> {
    log_to_standard_error(command.log_format);
    let config =
        Config { data: command.data.data.clone(), listen: command.listen, connections: command.connections };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(RelayError::Runtime)?;
    runtime.block_on(async {
        let relay = start(&config).await?;
        print(format_args!("listening on ws://{}", relay.address));
        let _ = std::io::stdout().flush();
        tracing::info!(address = %relay.address, "serving");
        asked_to_stop().await;
        tracing::info!("stopping");
        relay.stop().await;
        tracing::info!("stopped");
        Ok(())
    })
}

fn log_to_standard_error(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match format {
        LogFormat::Text => logs.with_ansi(false).try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    // Set already where the relay is part of another program.
    let _ = set;
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
