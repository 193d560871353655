//! Commands on the workspace as a whole: making, joining, syncing, exporting.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args};
use samsyn_engine::exchange::{export_automerge, export_json};
use samsyn_engine::schema::{Caption, count_words};
use serde_json::json;

use super::members::Code;
use super::render::{json as write_json, line};
use super::rest::AtRest;
use super::sync::tell_unsettled;
use super::{Json, Overwrite};
use crate::belonging::join::{self, Entry, Made};
use crate::context::{Context, Failure};
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
    pub(super) fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
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
            write_json(&json!({
                "replica": context.path, "workspace": workspace, "name": meta.workspace_name,
                "device": replica.device(), "received": visit.received, "records": visit.records,
                "kept_apart": visit.kept_apart, "encrypted": key.is_some(),
            }))?;
            return Ok(tell_unsettled(&visit, false, context.language));
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
        self.at_rest.say(key.as_ref(), context)?;
        Ok(tell_unsettled(&visit, false, context.language))
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
