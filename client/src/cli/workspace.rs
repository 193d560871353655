//! Commands on the workspace as a whole: making, joining, syncing, exporting.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use samsyn_engine::exchange::{export_automerge, export_json};
use samsyn_engine::schema::{Caption, Language, count_words};
use serde_json::json;

use super::members::Code;
use super::progress::telling;
use super::render::{json as write_json, line};
use super::rest::AtRest;
use super::{Json, Overwrite};
use crate::belonging::join::{self, Entry, Made};
use crate::context::{Context, Failure, Said};
use crate::keys::Vault;
use crate::link;

/// Make a replica of a new workspace that is only on this device.
#[derive(Debug, Args)]
pub(super) struct New {
    /// What people call the workspace.
    workspace: String,
    /// Your name, for others to see who wrote what.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    at_rest: AtRest,
    #[command(flatten)]
    json: Json,
}

impl New {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let vault = Vault::of_this_person();
        let site = self.at_rest.site(&context.path, &vault);
        let Made { replica, key } = join::found(site, &self.workspace, &self.name)?;
        let workspace = replica.meta()?.workspace;
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "workspace": workspace, "device": replica.device(),
                "encrypted": key.is_some(),
            }));
        }
        const READY: Caption = Caption::new("{} är klar och ligger i {}", "{} is ready at {}");
        line(READY.fill(context.language, &[&self.workspace, &context.path.display()]))?;
        self.at_rest.say(key.as_ref(), context)
    }
}

/// Make a replica of a workspace that a relay has, or connect the replica to one.
#[derive(Debug, Args)]
pub(super) struct Join {
    /// The workspace's address: wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE, as stands in the invitation; its code may follow behind a #.
    address: String,
    /// Your name, for others to see who wrote what.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    code: Code,
    /// Do not get what is there now.
    #[arg(long)]
    no_sync: bool,
    #[command(flatten)]
    at_rest: AtRest,
    #[command(flatten)]
    json: Json,
}

impl Join {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let name = join::person(&self.name)?;
        let (address, code) = self.code.beside(&self.address, context.language)?;
        let entry = Entry::read(&address, &code)?;
        let workspace = entry.workspace;
        let vault = Vault::of_this_person();
        let site = self.at_rest.site(&context.path, &vault);
        let Made { replica, key } = join::prepare(site, &entry, name)?;
        let (replica, visit) =
            if self.no_sync { (replica, link::Visit::default()) } else { join::first_sync(site, replica)? };
        let meta = replica.meta()?;
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "workspace": workspace, "name": meta.workspace_name,
                "device": replica.device(), "received": visit.received, "records": visit.records,
                "encrypted": key.is_some(),
            }));
        }
        const MADE: Caption = Caption::new(
            "{} är skapad. Den är tom än: hämta posterna med \"samsyn sync\".",
            "Made {}. It has nothing yet: get the records with `samsyn sync`.",
        );
        const JOINED: Caption = Caption::new(
            "Ansluten till {}. Poster: {}. Arbetsytan ligger i {}",
            "Joined {}. Records: {}. It is at {}",
        );
        let path = context.path.display();
        if self.no_sync {
            line(MADE.fill(context.language, &[&path]))?;
        } else {
            line(JOINED.fill(
                context.language,
                &[&meta.workspace_name, &count_words(visit.records as u64, context.language), &path],
            ))?;
        }
        self.at_rest.say(key.as_ref(), context)
    }
}

/// What a person is told whose replica turned out to be a copy.
const TOLD_APART: Caption = Caption::new(
    "Den här filen är en kopia: någon annan kopia har skrivit under samma namn. Kopian har nu ett eget namn, och allt som skrivits här är kvar.",
    "This file is a copy: another copy has written under the same name. It has a name of its own now, and all that was written here is kept.",
);

/// What a visit to the relay brought, in a sentence.
fn summary(visit: &link::Visit, language: Language) -> String {
    let sent = match visit.pushed {
        0 => Caption::new("Inget att skicka", "Nothing to send"),
        1 => Caption::new("1 ändring skickad", "1 change sent"),
        _ => Caption::new("{} ändringar skickade", "{} changes sent"),
    };
    let changed = match visit.records {
        0 => Caption::new("inget nytt från andra", "nothing new from others"),
        1 => Caption::new("1 post ändrad av andra", "1 record changed by others"),
        _ => Caption::new("{} poster ändrade av andra", "{} records changed by others"),
    };
    let number = |caption: Caption, count: usize| {
        caption.get(language).replace("{}", &count_words(count as u64, language))
    };
    format!("{}, {}.", number(sent, visit.pushed), number(changed, visit.records))
}

/// What a person is told who has others' work that the relay does not have.
const HELD: Caption = Caption::new(
    "{} ändringar väntar på andras arbete: de når reläet när den som skrev, eller en koordinator, är där.",
    "{} changes wait for others' work: they reach the relay when whoever wrote it, or a coordinator, does.",
);

/// What a person is told where records were erased, perhaps some that they had written in.
fn erased(visit: &link::Visit, language: Language) -> String {
    let gone = Caption::new(
        "{} personer har raderats överallt, alltså också här.",
        "{} people were erased everywhere, so here as well.",
    );
    let unsent = Caption::new(
        " {} ändringar av dem, som inte hade skickats, raderades också.",
        " {} changes to them that had not been sent were erased, too.",
    );
    let mut words = gone.get(language).replace("{}", &count_words(visit.erased as u64, language));
    if visit.erased_unsent > 0 {
        words.push_str(
            &unsent.get(language).replace("{}", &count_words(visit.erased_unsent as u64, language)),
        );
    }
    words
}

/// What a person is told whose role reads less than before.
fn withdrawn(visit: &link::Visit, language: Language) -> String {
    let gone = Caption::new(
        "Med din roll i arbetsytan kan du inte längre läsa allt. Poster som har tagits bort här: {}.",
        "Your role in this workspace does not read everything any more. Records taken away here: {}.",
    );
    let kept = Caption::new(
        " Poster som är kvar här, eftersom du har skrivit i dem och det inte är skickat än: {}.",
        " Kept, for you wrote in them and it is not sent: {}.",
    );
    let mut words = gone.get(language).replace("{}", &count_words(visit.withdrawn as u64, language));
    if visit.withdrawn_kept > 0 {
        words
            .push_str(&kept.get(language).replace("{}", &count_words(visit.withdrawn_kept as u64, language)));
    }
    words
}

/// Exchange changes with the relay, or with another computer, once.
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// With the computer at this address, on which `samsyn serve` runs, instead of the relay.
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "retry")]
    peer: Option<String>,
    #[command(flatten)]
    json: Json,
    /// Offer again what the relay has refused.
    #[arg(long)]
    retry: bool,
}

impl Sync {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut replica = context.open()?;
        if self.retry {
            replica.retry_refused()?;
        }
        let visit = match &self.peer {
            Some(address) => link::direct::visit(&mut replica, address)?,
            None => telling(context.language, |tell| link::sync_telling(&mut replica, tell))?,
        };
        if self.json.json {
            write_json(&json!({
                "pushed": visit.pushed, "received": visit.received, "records": visit.records,
                "refused": visit.refused, "quarantined": visit.quarantined, "told_apart": visit.told_apart,
                "erased": visit.erased, "erased_unsent": visit.erased_unsent,
                "held": visit.held, "withdrawn": visit.withdrawn, "withdrawn_kept": visit.withdrawn_kept,
            }))?;
        } else {
            line(summary(&visit, context.language))?;
            if visit.held > 0 {
                line(HELD.fill(context.language, &[&count_words(visit.held, context.language)]))?;
            }
            if visit.erased > 0 {
                line(erased(&visit, context.language))?;
            }
            if visit.withdrawn + visit.withdrawn_kept > 0 {
                line(withdrawn(&visit, context.language))?;
            }
            if visit.told_apart > 0 {
                line(TOLD_APART.get(context.language))?;
            }
        }
        match (visit.refused.first(), visit.quarantined.first()) {
            (Some(reason), _) => {
                const BY_PEER: Caption = Caption::new(
                    "Den andra kopian avvisade ändringar: {}. De är kvar här. Den första: {}",
                    "The other replica refused changes: {}. They are kept here. The first: {}",
                );
                const BY_RELAY: Caption = Caption::new(
                    "Reläet avvisade ändringar: {}. De är kvar här. Den första: {}",
                    "The relay refused changes: {}. They are kept here. The first: {}",
                );
                let caption = if self.peer.is_some() { BY_PEER } else { BY_RELAY };
                Err(Said::new(caption, &[&visit.refused.len(), reason]).into())
            }
            (None, Some(reason)) => {
                const APART: Caption = Caption::new(
                    "Ändringar som kom men inte kunde tas in, och hålls för sig: {}. Den första: {}",
                    "Changes that came and were kept apart: {}. The first: {}",
                );
                Err(Said::new(APART, &[&visit.quarantined.len(), reason]).into())
            }
            (None, None) => Ok(()),
        }
    }
}

/// Write everything to files that other programs read.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("form").required(true).multiple(true).args(["automerge", "json"])))]
pub(super) struct Export {
    /// Every document as KIND/ID.automerge below this folder, with its whole history.
    #[arg(long, value_name = "FOLDER")]
    automerge: Option<PathBuf>,
    /// Every record in one JSON file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Export {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        if let Some(folder) = &self.automerge {
            let count = export_automerge(&replica, folder, self.overwrite.existing())?;
            const WROTE: Caption =
                Caption::new("Dokument skrivna under {}: {}", "Documents written below {}: {}");
            line(
                WROTE.fill(
                    context.language,
                    &[&folder.display(), &count_words(count as u64, context.language)],
                ),
            )?;
        }
        if let Some(path) = &self.json {
            let count = export_json(&replica, path, self.overwrite.existing())?;
            const WROTE: Caption = Caption::new("Poster skrivna till {}: {}", "Records written to {}: {}");
            line(
                WROTE
                    .fill(context.language, &[&path.display(), &count_words(count as u64, context.language)]),
            )?;
        }
        Ok(())
    }
}
