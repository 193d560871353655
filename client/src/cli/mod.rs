//! The command line: the same things as in the window, on the same replica, also while the window is open.
//!
//! Every command writes what it has to say to standard output (with `--json` as JSON), and what went wrong as one
//! sentence to standard error with a non-zero exit: 2 where the command could not be understood, 3 where a sync went through and some
//! of it waits for somebody to decide, 1 otherwise.

mod access;
mod backup;
mod direct;
mod fields;
mod findings;
mod help;
mod members;
mod naming;
mod people;
mod progress;
mod records;
mod refused;
mod relay;
pub(crate) mod render;
mod rest;
pub(crate) mod review;
mod status;
#[cfg(test)]
mod swedish;
mod sync;
mod typed;
mod usage;
mod workspace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use samsyn_engine::files::{Existing, private};
use samsyn_engine::schema::{Caption, Language, count_words};
use samsyn_engine::store::StoreError;
use samsyn_engine::text::Guard;
use samsyn_server::spoken::help::in_language;
use samsyn_server::spoken::language_here;

use crate::context::{Context, Failure, Said};
use crate::explain;

/// Shared knowledge of a convention bureau, with or without a network.
#[derive(Debug, Parser)]
#[command(name = "samsyn", version, about, max_term_width = 100)]
struct Cli {
    /// The replica's file. Without it: the one in your data folder.
    #[arg(long, global = true, env = "SAMSYN_REPLICA", value_name = "FILE")]
    replica: Option<PathBuf>,
    /// The language of what is read and written here: sv or en. Without it: SAMSYN_LANGUAGE, else that of the system, English where it
    /// has another.
    #[arg(long, global = true, value_name = "sv|en", value_parser = usage::parse_language)]
    language: Option<Language>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the window (the same as no command).
    Open,
    /// Make a replica of a new workspace that is only on this device.
    New(workspace::New),
    /// Make a replica of a workspace that a relay has, or connect the replica to one.
    Join(workspace::Join),
    /// Take a workspace that is only on this computer to a relay, as its first coordinator.
    Share(relay::Share),
    /// Show the workspace's relay, or change its address.
    Relay(relay::Relay),
    /// Come in with an invitation, on a replica that is here already.
    Enter(members::Enter),
    /// Invite somebody into the workspace.
    Invite(members::Invite),
    /// List the members of the workspace.
    Members(members::Members),
    /// Give a member another role, or let one in no more.
    #[command(subcommand)]
    Member(members::Member),
    /// Let a device in no more.
    #[command(subcommand)]
    Device(members::Device),
    /// Write everything that is known about one person, for that person to read.
    Access(access::Access),
    /// Erase a person: the record, its history, here and on every device.
    Erase(members::Erase),
    /// List the kinds of records, or the fields of a kind: their names, and what may be written into them.
    Fields(fields::Fields),
    /// List the records of a kind.
    List(records::List),
    /// Show a record, or its history.
    Show(records::Show),
    /// Write fields of a record.
    Set(records::Set),
    /// Add a record, or a row to a list in a record.
    Add(records::Add),
    /// Mark a record, or a row in it, as removed; or bring it back.
    Remove(records::Remove),
    /// Find records by words.
    Search(records::Search),
    /// Exchange changes with the relay, or with another computer, once.
    ///
    /// Ends with 0 where both sides have everything, with 3 where the exchange went through and some of it waits for somebody to decide
    /// (the relay has refused it, or it came and was kept apart), and with 1 where there was no exchange.
    Sync(sync::Sync),
    /// List what the relay has refused, with the reasons; send it again, or let it go.
    Refused(refused::Refused),
    /// Say how this replica stands: what waits, what was refused, what is kept apart, and when the relay was last met.
    Status(status::Status),
    /// Let another computer sync with this replica directly, without a relay.
    Serve(direct::Serve),
    /// What awaits review: what changed, who did it, what contradicts.
    Review(review::Review),
    /// What is wrong, or will be soon: personal data without a legal basis, or kept too long.
    Findings(findings::Findings),
    /// Encrypt the replica where it rests.
    Encrypt(rest::Encrypt),
    /// Let the replica rest unencrypted.
    Decrypt(rest::Decrypt),
    /// Put the replica's key under a passphrase: nobody opens it until it is unlocked.
    Lock(rest::Lock),
    /// Take the replica's key from under its passphrase.
    Unlock(rest::Unlock),
    /// Say whether the replica is encrypted, and where its key rests.
    Key(rest::Key),
    /// Write a copy of the replica to one file, and check it. Also while the window is open.
    Backup(backup::Backup),
    /// Put a backup in the place of the replica, or where there is none yet. What is there is kept under another name.
    Restore(backup::Restore),
    /// Write everything to files that other programs read.
    Export(workspace::Export),
    /// Make a sample workspace, let three people work in it, and open it at Review.
    Demo(crate::demo::Demo),
    /// Run the demo's relay. The relay for real use is the program `samsyn-relay`.
    #[command(hide = true, disable_help_flag = true)]
    DemoRelay {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// Output for programs.
#[derive(Debug, Clone, Copy, Args)]
struct Json {
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// How much of a list is shown: all of it where nobody says otherwise.
#[derive(Debug, Clone, Copy, Args)]
struct Most {
    /// At most so many.
    #[arg(long, value_name = "NUMBER")]
    most: Option<usize>,
}

impl Most {
    /// What is shown of it.
    fn of<T>(self, all: &[T]) -> &[T] {
        &all[..self.most.map_or(all.len(), |most| most.min(all.len()))]
    }

    /// Says that there is more than what was shown, if there is.
    fn tell(self, shown: usize, all: usize, language: Language) {
        if shown < all {
            render::complain(
                SOME_OF.fill(
                    language,
                    &[&count_words(shown as u64, language), &count_words(all as u64, language)],
                ),
            );
        }
    }
}

const SOME_OF: Caption = Caption::new(
    "{} av {} visas. Visa fler med --most ANTAL.",
    "{} of {} are shown. Show more with --most NUMBER.",
);

/// What is done with a file that stands where something is to be written.
#[derive(Debug, Clone, Copy, Args)]
struct Overwrite {
    /// Replace what an earlier one has written there.
    #[arg(long)]
    overwrite: bool,
}

impl Overwrite {
    fn existing(self) -> Existing {
        if self.overwrite { Existing::Replace } else { Existing::Keep }
    }
}

/// Runs the program with these arguments (the first is its own name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = usage::wanted(&arguments);
    let cli = match parse(&arguments, language) {
        Ok(cli) => cli,
        Err(error) => return usage::tell(&error, language),
    };
    log_to_standard_error();
    let language = cli.language.unwrap_or_else(language_here);
    match execute(cli, language) {
        Ok(code) => code,
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            render::complain(format_args!("samsyn: {}", failure.explain(language)));
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[OsString], language: Language) -> Result<Cli, clap::Error> {
    let matches = in_language(Cli::command(), language, help::TEXTS).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// Logs are for whoever looks for a fault: silent unless RUST_LOG asks for them. The relay has its own.
fn log_to_standard_error() {
    if std::env::var_os("RUST_LOG").is_some() {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(|| Guard::new(std::io::stderr()))
            .with_ansi(false);
        // Set already where the client is part of another program.
        let _ = logs.try_init();
    }
}

fn execute(cli: Cli, language: Language) -> Result<ExitCode, Failure> {
    if let Some(Command::DemoRelay { arguments }) = cli.command {
        return Ok(samsyn_server::run(std::iter::once("samsyn-relay".into()).chain(arguments)));
    }
    progress::tell_renewals(language);
    let named = cli.replica.is_some();
    let path = match cli.replica {
        Some(path) => path,
        None => default_path(makes_a_file(cli.command.as_ref()))?,
    };
    let context = Context { path, language };
    carry_out(cli.command, &context, named).map_err(|failure| with_room(failure, &context))
}

fn carry_out(command: Option<Command>, context: &Context, named: bool) -> Result<ExitCode, Failure> {
    match command {
        None | Some(Command::Open) => return crate::window::open(context, named),
        Some(Command::New(command)) => command.run(context)?,
        Some(Command::Join(command)) => return command.run(context),
        Some(Command::Share(command)) => return command.run(context),
        Some(Command::Relay(command)) => command.run(context)?,
        Some(Command::Enter(command)) => return command.run(context),
        Some(Command::Invite(command)) => command.run(context)?,
        Some(Command::Members(command)) => command.run(context)?,
        Some(Command::Member(command)) => command.run(context)?,
        Some(Command::Device(command)) => command.run(context)?,
        Some(Command::Access(command)) => command.run(context)?,
        Some(Command::Erase(command)) => command.run(context)?,
        Some(Command::Fields(command)) => command.run(context)?,
        Some(Command::List(command)) => command.run(context)?,
        Some(Command::Show(command)) => command.run(context)?,
        Some(Command::Set(command)) => command.run(context)?,
        Some(Command::Add(command)) => command.run(context)?,
        Some(Command::Remove(command)) => command.run(context)?,
        Some(Command::Search(command)) => command.run(context)?,
        Some(Command::Sync(command)) => return command.run(context),
        Some(Command::Refused(command)) => command.run(context)?,
        Some(Command::Status(command)) => command.run(context)?,
        Some(Command::Serve(command)) => command.run(context)?,
        Some(Command::Review(command)) => command.run(context)?,
        Some(Command::Findings(command)) => command.run(context)?,
        Some(Command::Encrypt(command)) => command.run(context)?,
        Some(Command::Decrypt(command)) => command.run(context)?,
        Some(Command::Lock(command)) => command.run(context)?,
        Some(Command::Unlock(command)) => command.run(context)?,
        Some(Command::Key(command)) => command.run(context)?,
        Some(Command::Backup(command)) => command.run(context)?,
        Some(Command::Restore(command)) => command.run(context)?,
        Some(Command::Export(command)) => command.run(context)?,
        Some(Command::Demo(command)) => return command.run(context.language),
        Some(Command::DemoRelay { .. }) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the disk was full: how much is free, and how much it takes.
fn with_room(failure: Failure, context: &Context) -> Failure {
    if !failure.comes_of(|error: &StoreError| matches!(error, StoreError::Full)) {
        return failure;
    }
    Said::each(|language| explain::with_room(&failure.explain(language), &context.path, language)).into()
}

/// Whether a command may make the replica's file.
fn makes_a_file(command: Option<&Command>) -> bool {
    use Command::{Join, New, Open, Restore};
    command.is_none_or(|command| matches!(command, Open | New(_) | Join(_) | Restore(_)))
}

/// The replica in the person's data folder.
fn default_path(to_make: bool) -> Result<PathBuf, Failure> {
    const NO_HOME: Caption = Caption::new(
        "Det finns ingen hemmapp för dina data: ange var arbetsytans fil ligger med --replica FIL.",
        "there is no home folder for your data: say where the replica is with --replica FILE",
    );
    let folders =
        directories::ProjectDirs::from("se", "Samsyn", "Samsyn").ok_or_else(|| Said::new(NO_HOME, &[]))?;
    let made = private::make_folders(folders.data_dir());
    // Who reads something that is elsewhere, or nowhere, is not kept from it.
    if to_make {
        made.map_err(|error| Said::file(folders.data_dir(), &error))?;
    }
    private::tighten(folders.data_dir());
    Ok(folders.data_dir().join("workspace.samsyn"))
}

/// A reader that has seen enough (`samsyn list contact | head`) is no failure.
fn is_broken_pipe(failure: &Failure) -> bool {
    failure.is(|error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belonging::backup::BackingUpError;
    use crate::belonging::enter::EnterError;
    use crate::belonging::join::JoinError;
    use crate::belonging::moving::MoveError;
    use crate::belonging::sharing::ShareError;
    use crate::keys::KeyError;
    use crate::keys::lock::LockError;
    use crate::link::direct::DirectError;
    use crate::link::{Distrust, LinkError};
    use samsyn_engine::backup::BackupError;
    use samsyn_engine::exchange::ExchangeError;
    use samsyn_engine::id::RecordId;
    use samsyn_engine::replica::{ReplicaError, SyncProblem};

    fn said(failure: impl Into<Failure>, language: Language) -> String {
        failure.into().explain(language)
    }

    /// Each way in which a command can fail for the replica's file, wrapped as it comes.
    fn failures_of_the_file(error: impl Fn() -> StoreError) -> Vec<Failure> {
        let replica = || ReplicaError::from(error());
        let problem = || SyncProblem::from(error());
        let link = || LinkError::from(problem());
        vec![
            error().into(),
            replica().into(),
            ReplicaError::InBatch { number: 1, record: RecordId::random(), why: Box::new(replica()) }.into(),
            ExchangeError::from(replica()).into(),
            link().into(),
            DirectError::from(problem()).into(),
            LockError::from(error()).into(),
            BackingUpError::from(error()).into(),
            BackingUpError::from(BackupError::from(error())).into(),
            BackingUpError::from(LockError::from(error())).into(),
            EnterError::from(replica()).into(),
            EnterError::NotIn(link()).into(),
            EnterError::Broken(link()).into(),
            JoinError::from(replica()).into(),
            JoinError::NotReached(link()).into(),
            JoinError::Broken(link()).into(),
            MoveError::from(replica()).into(),
            MoveError::NotAsked(link()).into(),
            ShareError::from(replica()).into(),
            ShareError::NotReached(link()).into(),
            ShareError::Broken(link()).into(),
        ]
    }

    #[test]
    fn a_full_disk_is_known_by_what_it_is_whatever_it_is_wrapped_in_and_not_by_words() {
        let is_full = |failure: &Failure| failure.comes_of(|error| matches!(error, StoreError::Full));
        let full = failures_of_the_file(|| StoreError::Full);
        assert!(full.iter().all(is_full), "{:?}", full.iter().find(|failure| !is_full(failure)));
        // A workspace may be called what the error says.
        let words = StoreError::Full.to_string();
        let mut others = failures_of_the_file(|| StoreError::NotThere(words.clone().into()));
        others.push(Said::new(Caption::new("{}", "{}"), &[&words]).into());
        assert!(!others.iter().any(is_full), "{:?}", others.iter().find(|failure| is_full(failure)));
    }

    #[test]
    fn what_keeps_somebody_from_joining_is_said_in_their_language() {
        let key = || KeyError { path: "keys".into(), reason: std::io::Error::other("full") };
        let swedish = [
            (said(JoinError::NoName, Language::Swedish), "Skriv ditt namn"),
            (said(JoinError::Key(key()), Language::Swedish), "Nyckeln kan inte sparas i keys (full)"),
            (said(key(), Language::Swedish), "Nyckeln kan inte sparas i keys (full)"),
            (said(JoinError::Broken(LinkError::Broken("reset".into())), Language::Swedish), "hämta resten"),
        ];
        for (said, words) in swedish {
            assert!(said.contains(words), "\"{said}\" does not say \"{words}\"");
        }
        let reason = || "no answer".to_owned();
        let address = || "wss://host".to_owned();
        let not_reached: [fn(String, String) -> LinkError; 3] = [
            |address, reason| LinkError::Unreachable { address, reason },
            |address, _| LinkError::NotTrusted { address, why: Distrust::Expired },
            |address, _| LinkError::SignIn { address, host: None },
        ];
        for error in not_reached {
            for (language, kept, safe) in [
                (Language::Swedish, "Inget är sparat", "sparat här"),
                (Language::English, "nothing is kept", "safe here"),
            ] {
                let said = said(JoinError::NotReached(error(address(), reason())), language);
                assert!(said.contains(kept) && !said.contains(safe), "{said}");
                assert!(said.contains("wss://host"), "{said}");
            }
        }
        let there = said(JoinError::Exists("a.samsyn".into()), Language::English);
        assert!(there.contains("--replica"), "{there}");
    }
}
