//! The command line: `samsyn-relay serve`, `config`, `workspace`, `invite`, `member`, `device`, `erase`, `backup`,
//! `restore`, `verify` and `stats`.

mod care;
mod members;
mod serve;
mod settings;
mod texts;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use samsyn_engine::address::{AddressError, Encryption, RelayAddress};
use samsyn_engine::clock::wall_clock;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::schema::Language;
use samsyn_engine::sync::Epoch;
use samsyn_engine::text::{in_a_line, in_json, unwritable};
use serde_json::json;

use crate::config::Config;
use crate::error::RelayError;
use crate::folder::Folder;
use crate::log::{Meta, SqliteLog};
use crate::members::SqliteMembers;
use crate::proxies::NoNetwork;
use crate::spoken::{self, help, in_language, language_here as language};

/// The longest name of a workspace, in characters.
const LONGEST_NAME: usize = 200;

/// Samsyn's relay: keeps the changes of workspaces and passes them on.
#[derive(Debug, Parser)]
#[command(name = "samsyn-relay", version, arg_required_else_help = true, subcommand_required = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the workspaces of a data folder until asked to stop (SIGTERM, Ctrl-C).
    Serve(serve::Serve),
    /// Look at settings.
    #[command(subcommand)]
    Config(serve::Settings),
    /// Make workspaces and list them. Works while a relay serves the folder, too.
    #[command(subcommand)]
    Workspace(Workspace),
    /// Invite somebody into a workspace. Works while a relay serves the folder, too.
    Invite(members::Invite),
    /// List members, give them other roles, remove them. Works while a relay serves the folder, too.
    #[command(subcommand)]
    Member(members::MemberCommand),
    /// Write a copy of a workspace to a file, and verify it. Works while a relay serves the folder, too.
    Backup(care::Backup),
    /// Put a workspace back from a backup. Works while a relay serves the folder, too.
    Restore(care::Restore),
    /// Look whether all of a workspace is right: its file, its log, its documents. Works while a relay serves the folder, too.
    Verify(care::Verify),
    /// Keep the history of a workspace in as little room as it takes, now (a relay does it by itself while nobody writes). Works
    /// while a relay serves the folder, too.
    Compact(care::Compact),
    /// Numbers of a workspace. Works while a relay serves the folder, too.
    Stats(care::Stats),
    /// Erase a person: the record, its history, here at once and on every device at its next contact. Works while a relay
    /// serves the folder, too.
    Erase(members::Erase),
    /// Let a device in no more. Works while a relay serves the folder, too.
    #[command(subcommand)]
    Device(members::DeviceCommand),
}

#[derive(Debug, Subcommand)]
enum Workspace {
    /// Make a workspace, and print its address and an invitation for its first coordinator.
    Create(Create),
    /// Give a workspace that has a secret, as earlier versions made it, members instead. Works while a relay serves
    /// the folder, too.
    Members(members::Convert),
    /// List the workspaces.
    List(List),
}

#[derive(Debug, Args)]
struct Create {
    /// What people will call it.
    name: String,
    /// The folder with the workspaces. Made if it is not there.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: PathBuf,
    /// How people reach the relay, for the printed address: HOST:PORT, or with wss:// before it where it has TLS. Without it:
    /// where the folder is served now.
    #[arg(long, value_name = "[wss://]HOST[:PORT]")]
    address: Option<String>,
    /// Make it under this name instead of one drawn at random: for a workspace that is only on somebody's computers, as `samsyn
    /// relay` shows it there. They take it here with `samsyn share`.
    #[arg(long, value_name = "WORKSPACE")]
    id: Option<WorkspaceId>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    /// The folder with the workspaces.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the relay's command line with these arguments, the program's name first.
///
/// Exit codes: 0 done, 1 it could not be done, 2 the arguments are wrong. Whatever goes wrong is one sentence on
/// standard error.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let command = help::in_language(Cli::command(), language(), texts::TEXTS);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let done = match cli.command {
        Command::Serve(command) => command.run(),
        Command::Config(command) => command.run(),
        Command::Workspace(Workspace::Create(command)) => command.run(),
        Command::Workspace(Workspace::List(command)) => command.run(),
        Command::Workspace(Workspace::Members(command)) => command.run(),
        Command::Invite(command) => command.run(),
        Command::Member(command) => command.run(),
        Command::Device(command) => command.run(),
        Command::Erase(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Stats(command) => command.run(),
        Command::Compact(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has had enough of it.
        Err(RelayError::System(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(
            error @ (RelayError::NoData
            | RelayError::HalfOfTls
            | RelayError::TwoCertificates
            | RelayError::Address { .. }),
        ) => {
            complain(format_args!("{error}: see `samsyn-relay --help`"));
            ExitCode::from(2)
        }
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Help as it is; an error as one sentence that says where help is.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        complain("say what to do, serve or workspace for instance: see `samsyn-relay --help`");
        return ExitCode::from(2);
    }
    if language() == Language::Swedish {
        let reason = |source: &(dyn std::error::Error + 'static)| match source.is::<NoNetwork>() {
            true => ": ange en adress eller ett nät som 10.0.0.0/8".to_owned(),
            false => spoken::usage::reason(source),
        };
        let sentence = spoken::usage::swedish(error, reason);
        complain(format_args!("{sentence} Mer hjälp finns med \"samsyn-relay --help\"."));
        return ExitCode::from(2);
    }
    let rendered = error.to_string();
    let first = rendered.split("\n\n").next().unwrap_or_default();
    let sentence = first.trim_start_matches("error: ").split_whitespace().collect::<Vec<_>>().join(" ");
    complain(format_args!("{sentence}: see `samsyn-relay --help`"));
    ExitCode::from(2)
}

/// One sentence on standard error.
fn complain(sentence: impl std::fmt::Display) {
    // Where nobody can be told, the exit code has to do.
    let _ = writeln!(
        io::stderr(),
        "samsyn-relay: {}",
        in_a_line(&without_numbers(&in_language(&sentence.to_string(), language())))
    );
}

/// Without the numbers that a system gives its complaints: its words stand before them.
fn without_numbers(sentence: &str) -> String {
    let mut pieces = sentence.split(" (os error ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |said, piece| match piece.split_once(')') {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => said + rest,
        _ => said + " (os error " + piece,
    })
}

impl Create {
    fn run(self) -> Result<(), RelayError> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || unwritable(name, false).is_some() {
            return Err(RelayError::Name(self.name.escape_debug().take(80).collect()));
        }
        let reached = self.address.as_deref().map(reached_at).transpose()?;
        let folder = Folder::open_or_create(&self.data)?;
        let meta = Meta {
            workspace: self.id.unwrap_or_else(WorkspaceId::random),
            name: name.to_owned(),
            secret_hash: None,
            epoch: Epoch::random(),
            created_at: wall_clock(),
        };
        if folder.log(meta.workspace).exists() {
            return Err(RelayError::Exists(meta.workspace));
        }
        folder.create(&meta)?;
        let members = SqliteMembers::open(&folder.log(meta.workspace))?;
        let code = members::invite_coordinator(&members, meta.workspace)?;
        let relay = reached.unwrap_or_else(|| format!("ws://{}", reachable_at(folder.served_at())));
        let address = format!("{relay}/{}", meta.workspace);
        let join = format!("samsyn join {address} --name \"Your name\" --replica workspace.samsyn");
        let share = format!("samsyn share {address} --replica workspace.samsyn");
        if self.json {
            return say_json(&json!({
                "workspace": meta.workspace, "name": name, "code": code.reveal(),
                "address": address, "join": join, "share": share,
            }));
        }
        say(format_args!("workspace  {}", meta.workspace))?;
        say(format_args!("address    {address}"))?;
        say(format_args!("code       {}", code.reveal()))?;
        say("")?;
        say(
            "The code makes whoever uses it first the workspace's coordinator, within two days. They enter with",
        )?;
        say(format_args!("\n    {join}\n"))?;
        say(
            "which asks for the code, or takes it from the variable SAMSYN_CODE. The coordinator invites the others.",
        )?;
        say(format_args!(
            "Whoever has a workspace already that is only on their computer takes it here with\n\n    {share}"
        ))
    }
}

/// The address of a relay as an operator says it, which may leave out that nothing is encrypted.
fn reached_at(text: &str) -> Result<String, RelayError> {
    let wrong = |why| RelayError::Address {
        what: "the relay's address (--address)",
        text: text.escape_debug().take(80).collect(),
        why,
    };
    match RelayAddress::read(text, Some(Encryption::Plain)).map_err(wrong)? {
        (relay, None) => Ok(relay.to_string()),
        (_, Some(workspace)) => Err(wrong(AddressError::Path(workspace.to_string()))),
    }
}

/// How people on this machine reach the relay, or how the address of others looks.
fn reachable_at(served: Option<SocketAddr>) -> String {
    match served {
        Some(address) if address.ip().is_unspecified() => format!("HOST:{}", address.port()),
        Some(address) => address.to_string(),
        None => format!("127.0.0.1:{}", Config::PORT),
    }
}

impl List {
    fn run(self) -> Result<(), RelayError> {
        let folder = Folder::open(&self.data)?;
        let mut listed = Vec::new();
        for workspace in folder.list()? {
            listed.push(SqliteLog::inspect(&folder.log(workspace))?);
        }
        if self.json {
            let list: Vec<_> = listed
                .iter()
                .map(|(meta, changes)| {
                    json!({
                        "workspace": meta.workspace, "name": meta.name, "changes": changes,
                        "created_at": meta.created_at,
                    })
                })
                .collect();
            return say_json(&json!(list));
        }
        for (meta, changes) in &listed {
            say(format_args!("{}  {changes:>9} changes  {}", meta.workspace, meta.name))?;
        }
        if listed.is_empty() {
            say("no workspaces yet: make one with `samsyn-relay workspace create NAME`")?;
        }
        Ok(())
    }
}

/// One line on standard output, at once.
fn say(line: impl std::fmt::Display) -> Result<(), RelayError> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", in_a_line(&in_language(&line.to_string(), language())))?;
    Ok(output.flush()?)
}

/// JSON on standard output, at once.
fn say_json(value: &serde_json::Value) -> Result<(), RelayError> {
    let mut output = io::stdout().lock();
    writeln!(output, "{}", in_json(&value.to_string()))?;
    Ok(output.flush()?)
}
