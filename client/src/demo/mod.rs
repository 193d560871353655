//! The demo, on real input: a sample workspace, a real relay, three people, one week without a network.
//!
//! ```text
//!  relay process ◀── coordinator (makes the sample workspace)
//!       ▲ ▲
//!       │ └── ambassador-1 ┐ both get a copy, go offline, edit the same
//!       └──── ambassador-2 ┘ things, come back ─▶ what merged, what awaits
//! ```
//!
//! Nothing in it is made up: the relay is a process on loopback, the replicas are files, what is printed is read from the
//! coordinator's replica. `script` says what the ambassadors do.

mod ground;
mod relay;
mod script;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use samsyn_engine::clock::wall_clock;
use samsyn_engine::files::{Draft, OutputError, room, sweep};
use samsyn_engine::identity::{DeviceKey, Invitation, InvitationCode, Managed, Management, Role};
use samsyn_engine::replica::Replica;
use samsyn_engine::sample;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::{NewReplica, WayIn};

use crate::cli::render::line;
use crate::cli::review::print_all as print_review;
use crate::context::{Context, Failure, Said};
use crate::keys;
use crate::link::{manage_once, sync_once};
use crate::pages::members::words::refusal;
use relay::{RelayProcess, Workspace};

/// Make a sample workspace, let three people work in it, and open it at Review.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keep the data in this folder: the replicas ambassador-1, ambassador-2 and coordinator, and the relay's.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Do not open the window.
    #[arg(long)]
    no_window: bool,
}

const FILES: [&str; 3] = ["ambassador-1.samsyn", "ambassador-2.samsyn", "coordinator.samsyn"];

/// The same sample workspace each time, around today.
const SEED: u64 = 63;

impl Demo {
    pub(crate) fn run(&self, language: Language) -> Result<ExitCode, Failure> {
        // Where nothing is to be kept the folder goes away at the end, after the window and the relay.
        let (folder, _temporary) = match &self.keep {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = temporary()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        ground::clear(&folder)?;
        let say = Say(language);
        let played = RelayProcess::start(&folder.join("relay")).and_then(|relay| {
            say.line(Caption::new("Reläet körs på", "The relay runs at"), &relay.address)?;
            play(&folder, &relay, say)?;
            Ok(relay)
        });
        let _relay = played.map_err(|error| without_room(&folder, error))?;
        let context = Context { path: folder.join(FILES[2]), language };
        print_review(&keys::open(&context.path)?, &context)?;
        if self.keep.is_some() {
            say.line(Caption::new("Allt finns kvar i", "Everything is kept in"), folder.display())?;
        }
        if self.no_window || !crate::window::has_display() {
            if !self.no_window {
                say.line(
                    Caption::new(
                        "Ingen skärm, så inget fönster öppnas. På en dator med skärm öppnas koordinatorns granskning",
                        "No display, so no window is opened. On a computer with a display the coordinator's review opens",
                    ),
                    "",
                )?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        crate::window::open_at_review(&context)
    }
}

/// Where a demo ended for want of room nothing of it stays, and that is what is said.
fn without_room(folder: &Path, error: Failure) -> Failure {
    if !room::is_full(folder) {
        return error;
    }
    let full = OutputError::Full { path: folder.to_owned(), free: room::free(folder) };
    if let Err(error) = ground::clear(folder) {
        tracing::warn!(error = error.explain(Language::English), "what was made of a demo is still there");
    }
    full.into()
}

/// What is said on the way, in the person's language.
#[derive(Clone, Copy)]
struct Say(Language);

impl Say {
    fn line(self, caption: Caption, rest: impl std::fmt::Display) -> Result<(), Failure> {
        line(format_args!("{} {rest}", caption.get(self.0)))
    }
}

/// Three people get a copy each, two edit offline, all meet again.
fn play(folder: &Path, relay: &RelayProcess, say: Say) -> Result<(), Failure> {
    let workspace = relay.create_workspace("Östersunds kongressbyrå")?;
    // The bureau has been at work for a while: what it has was written a month ago.
    let month = 30 * 86_400;
    let coordinator = join(folder, 2, &workspace, ("Maja Lindqvist", workspace.code.parse()?))?;
    let mut coordinator = coordinator.with_clock(move || wall_clock() - month);
    let today = crate::words::today();
    let records = sample::workspace(SEED, today);
    say.line(
        Caption::new("Exempelbyrån skapas, poster:", "Making the sample bureau, records:"),
        records.len(),
    )?;
    coordinator.create_records(&records)?;
    sync_once(&mut coordinator)?;
    let mut ambassador = |number, person| {
        let code = invite(&mut coordinator, &workspace)?;
        join(folder, number, &workspace, (person, code))
    };
    let mut first = ambassador(0, "Erik Norberg")?;
    let mut second = ambassador(1, "Sara Åström")?;
    for replica in [&mut first, &mut second] {
        let visit = sync_once(replica)?;
        say.line(
            Caption::new("En ambassadör hämtar sin kopia, ändringar:", "An ambassador gets a copy, changes:"),
            visit.received,
        )?;
        replica.mark_all_reviewed()?;
    }
    sync_once(&mut coordinator)?;
    coordinator.mark_all_reviewed()?;
    drop(coordinator);

    say.line(
        Caption::new(
            "Båda ambassadörerna reser och arbetar utan nät",
            "Both ambassadors travel and work offline",
        ),
        "…",
    )?;
    // Their clocks say when they did it: one three days ago, the other the day before yesterday.
    let day = 86_400;
    let mut first = first.with_clock(move || wall_clock() - 3 * day);
    let mut second = second.with_clock(move || wall_clock() - 2 * day);
    let edits = script::first_ambassador(&mut first)? + script::second_ambassador(&mut second)?;
    say.line(Caption::new("Ändringar som väntar på nätet:", "Edits that wait for a network:"), edits)?;

    // The first one once more, for what the second brought.
    for number in [0, 1, 0] {
        let visit = sync_once(if number == 0 { &mut first } else { &mut second })?;
        say.line(
            Caption::new(
                "En ambassadör är tillbaka: skickade, sammanfogade poster:",
                "An ambassador is back: sent, records merged:",
            ),
            format_args!("{}, {}", visit.pushed, visit.records),
        )?;
    }
    let mut coordinator = keys::open(&folder.join(FILES[2]))?;
    let visit = sync_once(&mut coordinator)?;
    say.line(
        Caption::new(
            "Koordinatorn hämtar allt, poster som ändrats:",
            "The coordinator gets everything, records changed:",
        ),
        visit.records,
    )?;
    let queue = coordinator.review_queue()?;
    let contradicting = queue.iter().filter(|entry| entry.state.conflicts > 0).count();
    say.line(
        Caption::new(
            "\nAtt granska (poster, varav med motsägelser):",
            "\nTo review (records, of these with contradictions):",
        ),
        format_args!("{}, {contradicting}\n", queue.len()),
    )
}

/// Joins with an invitation. The key is kept beside the replica, so that all of the demo is in its folder.
fn join(
    folder: &Path,
    number: usize,
    workspace: &Workspace,
    (person, code): (&str, InvitationCode),
) -> Result<Replica, Failure> {
    let key = DeviceKey::random();
    let way = WayIn::Invited { key: key.public(), code };
    let new = NewReplica {
        workspace: workspace.id,
        workspace_name: String::new(),
        relay: Some((workspace.relay.clone(), way)),
    };
    let replica = Replica::create(&folder.join(FILES[number]), &new, person)?;
    keys::keep_in(&keys::Vault::in_folder(&folder.join("keys")), replica.device(), &key)?;
    Ok(replica.with_key(key))
}

/// Asks the relay to let an ambassador in who comes with this code.
fn invite(coordinator: &mut Replica, workspace: &Workspace) -> Result<InvitationCode, Failure> {
    let code = InvitationCode::random();
    let invitation = Invitation {
        key: code.public(workspace.id),
        role: Role::Ambassador,
        organisation: None,
        member: None,
        seconds: 3_600,
    };
    match manage_once(coordinator, &Management::Invite { invitation })? {
        Managed::Refused { why } => Err(Said::each(|language| refusal(why, language).to_owned()).into()),
        _ => Ok(code),
    }
}

/// A folder that goes away at the end, or with the next demo where this one is killed.
fn temporary() -> Result<Draft, Failure> {
    let folder = std::env::temp_dir();
    sweep(&folder);
    Draft::folder(&folder.join("demo")).map_err(|error| Said::file(&folder, &error).into())
}
