//! Commands on the workspace as a whole: making, joining, syncing, exporting.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use samsyn_engine::exchange::{export_automerge, export_json};
use samsyn_engine::identity::{DeviceKey, WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::{NewReplica, WayIn};
use serde_json::json;

use super::Json;
use super::members::Code;
use super::render::{json as write_json, line};
use super::rest::AtRest;
use crate::context::{Context, Failure};
use crate::keys::{self, Place, Vault};
use crate::link::{self, LinkError};

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
        let name = person(&self.name)?;
        let workspace = WorkspaceId::random();
        let new = NewReplica { workspace, workspace_name: self.workspace.clone(), relay: None };
        let (replica, place) = create(context, &new, (name, &self.at_rest))?;
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "workspace": workspace, "device": replica.device(),
                "encrypted": place.is_some(),
            }));
        }
        line(format_args!("{} is ready at {}", self.workspace, context.path.display()))?;
        self.at_rest.say(place.as_ref(), context)
    }
}

/// Makes a replica that rests as it is to rest. Answers where its key is, if it has one.
fn create(
    context: &Context,
    new: &NewReplica,
    (person, at_rest): (&str, &AtRest),
) -> Result<(Replica, Option<Place>), Failure> {
    let vault = Vault::of_this_person();
    let (key, place) = keys::draw_file_key(&vault, at_rest.encryption())?.unzip();
    match Replica::create_with(&context.path, key.as_ref(), new, person) {
        Ok(replica) => Ok((replica, place)),
        Err(error) => {
            key.iter().for_each(|key| keys::forget_file_key(&vault, key));
            Err(error.into())
        }
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
        let name = person(&self.name)?;
        let (address, code) = match self.address.split_once('#') {
            Some((address, code)) => (address, code.to_owned()),
            None => (self.address.as_str(), self.code.read()?),
        };
        let (relay, workspace) = parse_address(address)?;
        let key = DeviceKey::random();
        let way = way_in(code.trim(), &key)?;
        if context.path.exists() {
            return Err(format!(
                "there is already a file at {}: choose another place with --replica",
                context.path.display()
            )
            .into());
        }
        let invited = matches!(way, WayIn::Invited { .. });
        let new = NewReplica { workspace, workspace_name: String::new(), relay: Some((relay, way)) };
        let (mut replica, place) = create(context, &new, (name, &self.at_rest))?;
        if invited {
            keys::keep(replica.device(), &key).inspect_err(|_| remove_replica(&context.path))?;
            replica = replica.with_key(key);
        }
        let visit =
            if self.no_sync { link::Visit::default() } else { self.first_sync(context, &mut replica)? };
        let meta = replica.meta()?;
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "workspace": workspace, "name": meta.workspace_name,
                "device": replica.device(), "received": visit.received, "records": visit.records,
                "encrypted": place.is_some(),
            }));
        }
        if self.no_sync {
            let path = context.path.display();
            line(format_args!("made {path}: it has nothing yet, get the records with `samsyn sync`"))?;
        } else {
            line(format_args!(
                "joined {} with {} records, at {}",
                meta.workspace_name,
                visit.records,
                context.path.display()
            ))?;
        }
        self.at_rest.say(place.as_ref(), context)
    }

    /// The first meeting tells whether the invitation is good. Where it is not, nothing must be left behind; where the relay
    /// is only out of reach, the replica stays and can be worked in.
    fn first_sync(&self, context: &Context, replica: &mut Replica) -> Result<link::Visit, Failure> {
        match link::sync_once(replica) {
            Ok(visit) => Ok(visit),
            Err(LinkError::Closed(notice)) => {
                keys::forget(replica.device());
                remove_replica(&context.path);
                Err(format!("not joined: {}", notice.words).into())
            }
            Err(
                error @ (LinkError::Unreachable { .. }
                | LinkError::SignIn { .. }
                | LinkError::NotTrusted { .. }
                | LinkError::NotARelay { .. }),
            ) => {
                keys::forget(replica.device());
                remove_replica(&context.path);
                Err(format!("not joined: {error} (or join now and sync later with --no-sync)").into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// How to get in with what the person was given: an invitation's code, or the secret of a workspace that has no members.
fn way_in(given: &str, key: &DeviceKey) -> Result<WayIn, Failure> {
    if let Ok(secret) = given.parse::<WorkspaceSecret>() {
        return Ok(secret.into());
    }
    Ok(WayIn::Invited { key: key.public(), code: given.parse()? })
}

/// Takes away a replica that this very command has made.
fn remove_replica(path: &std::path::Path) {
    keys::forget_key_of(path);
    for ending in ["", "-wal", "-shm", "-instance"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

fn person(name: &str) -> Result<&str, Failure> {
    match name.trim() {
        "" => Err("your name is empty: others need it to see who wrote what".into()),
        name => Ok(name),
    }
}

/// Splits `ws://HOST:PORT/WORKSPACE` into the relay's address and the workspace.
pub(crate) fn parse_address(address: &str) -> Result<(String, WorkspaceId), Failure> {
    let wrong = || {
        format!(
            "\"{address}\" is no address of a workspace: expected wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE"
        )
    };
    let (relay, workspace) = address.trim_end_matches('/').rsplit_once('/').ok_or_else(wrong)?;
    let schemes = ["wss://", "ws://"];
    let found = schemes.iter().find_map(|scheme| Some((scheme, relay.strip_prefix(scheme)?)));
    let (scheme, host) = found.filter(|(_, host)| !host.is_empty()).ok_or_else(wrong)?;
    let workspace = workspace.parse().map_err(|_| wrong())?;
    Ok((format!("{scheme}{host}"), workspace))
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
    let number = |caption: Caption, count: usize| caption.get(language).replace("{}", &count.to_string());
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
    let mut words = gone.get(language).replace("{}", &visit.erased.to_string());
    if visit.erased_unsent > 0 {
        words.push_str(&unsent.get(language).replace("{}", &visit.erased_unsent.to_string()));
    }
    words
}

/// What a person is told whose role reads less than before.
fn withdrawn(visit: &link::Visit, language: Language) -> String {
    let gone = Caption::new(
        "Din roll i arbetsytan läser inte allt längre. Borttagna poster här: {}.",
        "Your role in this workspace does not read everything any more. Records taken away here: {}.",
    );
    let kept = Caption::new(
        " Kvar, för du har skrivit i dem och det är inte skickat: {}.",
        " Kept, for you wrote in them and it is not sent: {}.",
    );
    let mut words = gone.get(language).replace("{}", &visit.withdrawn.to_string());
    if visit.withdrawn_kept > 0 {
        words.push_str(&kept.get(language).replace("{}", &visit.withdrawn_kept.to_string()));
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
            None => link::sync_once(&mut replica)?,
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
                line(HELD.get(context.language).replace("{}", &visit.held.to_string()))?;
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
                let count = visit.refused.len();
                let who = if self.peer.is_some() { "the other replica" } else { "the relay" };
                Err(format!("{who} refused {count} changes; they are kept here. The first: {reason}").into())
            }
            (None, Some(reason)) => {
                let count = visit.quarantined.len();
                Err(format!("{count} changes that came were kept apart. The first: {reason}").into())
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
}

impl Export {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.open()?;
        if let Some(folder) = &self.automerge {
            let count = export_automerge(&replica, folder)?;
            line(format_args!("wrote {count} documents below {}", folder.display()))?;
        }
        if let Some(path) = &self.json {
            let count = export_json(&replica, path)?;
            line(format_args!("wrote {count} records to {}", path.display()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_relay_and_workspace() {
        let id = WorkspaceId::random();
        assert_eq!(
            parse_address(&format!("ws://127.0.0.1:7400/{id}")).unwrap(),
            ("ws://127.0.0.1:7400".into(), id)
        );
        for wrong in ["", "ws://host", "http://host/x", &format!("ws:///{id}"), "ws://host/notanid"] {
            assert!(parse_address(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_address(&format!("wss://host/{id}")).unwrap(), ("wss://host".into(), id));
    }
}
