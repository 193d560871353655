//! Commands on the relay: where it is, and taking to one what is only here.

use std::process::ExitCode;

use clap::Args;
use samsyn_engine::schema::Caption;
use serde_json::json;

use super::Json;
use super::members::Code;
use super::progress::telling;
use super::render::{json as write_json, line};
use super::sync::tell_unsettled;
use crate::belonging::moving::{Move, move_relay};
use crate::belonging::sharing::{Destination, share};
use crate::context::{Context, Failure};
use crate::keys::Vault;
use crate::words::moment;

/// Show the workspace's relay, or change its address.
#[derive(Debug, Args)]
pub(super) struct Relay {
    /// The address from now on: wss://HOST or ws://HOST:PORT; the workspace may stand behind it. Whoever is there is asked first
    /// whether they have this workspace. What waits to be sent goes there.
    address: Option<String>,
    /// Change it also where nobody can be asked there now, or whoever is asked does not know this workspace.
    #[arg(long, requires = "address")]
    anyway: bool,
    /// Change it also where what you send would no longer be encrypted on the way.
    #[arg(long, requires = "address")]
    unencrypted: bool,
    #[command(flatten)]
    json: Json,
}

impl Relay {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let Relay { address, anyway, unencrypted, json } = self;
        if let Some(address) = address {
            let wish = Move { address, anyway, unencrypted };
            move_relay(&Vault::of_this_person(), &context.path, &wish)?;
        }
        show(context, json)
    }
}

fn show(context: &Context, json: Json) -> Result<(), Failure> {
    const NONE: Caption = Caption::new(
        "Arbetsytan {} finns bara på den här datorn. Ta den till ett relä med: samsyn share ADRESS",
        "The workspace {} is only on this computer. Take it to a relay with: samsyn share ADDRESS",
    );
    const RELAY: Caption = Caption::new("relä       {}", "relay      {}");
    const WORKSPACE: Caption = Caption::new("arbetsyta  {}", "workspace  {}");
    const MET: Caption = Caption::new("kontakt    {}", "contact    {}");
    const NEVER: Caption = Caption::new("aldrig", "never");
    const WAITING: Caption = Caption::new("väntar     {} ändringar", "waiting    {} changes");
    let replica = context.read()?;
    let (meta, outbox) = (replica.meta()?, replica.store().outbox_state()?);
    if json.json {
        return write_json(&json!({
            "relay": meta.relay, "workspace": meta.workspace, "last_contact": meta.last_contact,
            "waiting": outbox.waiting,
        }));
    }
    let Some(relay) = meta.relay else {
        return line(NONE.get(context.language).replace("{}", &meta.workspace.to_string()));
    };
    let say = |caption: Caption, what: &str| caption.get(context.language).replace("{}", what);
    line(say(RELAY, &relay))?;
    line(say(WORKSPACE, &meta.workspace.to_string()))?;
    let met = meta.last_contact.map_or_else(|| say(NEVER, ""), moment);
    line(say(MET, &met))?;
    line(say(WAITING, &outbox.waiting.to_string()))
}

/// Take a workspace that is only on this computer to a relay, as its first coordinator.
///
/// Whoever runs the relay makes an empty workspace there (samsyn-relay workspace create NAME) and hands over its address and code.
/// Everything that is in yours goes there, with who wrote it and when; others are invited afterwards.
#[derive(Debug, Args)]
pub(super) struct Share {
    /// The address of the empty workspace: wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE; its code may follow behind a #.
    address: String,
    #[command(flatten)]
    code: Code,
    #[command(flatten)]
    json: Json,
}

impl Share {
    pub(super) fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let (address, code) = self.code.beside(&self.address, context.language)?;
        let to = Destination::read(&address, &code)?;
        let shared =
            telling(context.language, |tell| share(&Vault::of_this_person(), &context.path, to, tell))?;
        if self.json.json {
            let (name, visit) = (&shared.name, &shared.visit);
            write_json(&json!({
                "name": name, "address": shared.address.to_string(), "workspace": shared.address.workspace,
                "pushed": visit.pushed, "refused": visit.refused,
            }))?;
            return Ok(tell_unsettled(visit, false, context.language));
        }
        const DONE: Caption = Caption::new(
            "{name} finns nu på {address}, och du är dess koordinator. Skickade ändringar: {count}. Bjud in andra med: samsyn invite",
            "{name} is at {address} now, and you are its coordinator. Changes sent: {count}. Invite others with: samsyn invite",
        );
        let words = DONE.get(context.language).replace("{name}", &shared.name);
        let words = words.replace("{address}", &shared.address.to_string());
        line(words.replace("{count}", &shared.visit.pushed.to_string()))?;
        Ok(tell_unsettled(&shared.visit, false, context.language))
    }
}
