//! Commands on who belongs to the workspace: what a coordinator asks the relay, and coming in with an invitation.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use samsyn_engine::address::WorkspaceAddress;
use samsyn_engine::exchange::roster_to_json;
use samsyn_engine::id::{Beginning, NotOne, RecordId};
use samsyn_engine::identity::{AUDIT_ENTRIES, Managed, Management, Role, Roster, validity};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::ORGANISATION;
use samsyn_engine::schema::{Caption, Cells, Language, Target};
use serde_json::json;

use super::naming::{Targets, record};
use super::render::{complain, json as write_json, line, paragraphs, picture as draw};
use super::sync::tell_unsettled;
use super::typed::{line_of_file, line_of_input, line_of_variable};
use super::{Json, Most};
use crate::belonging::enter::enter;
use crate::belonging::erasing::{Referrer, Touched};
use crate::belonging::invite::{Terms, Ticket};
use crate::belonging::join::JoinError;
use crate::context::{Context, Failure, Said};
use crate::keys::Vault;
use crate::link;
use crate::pages::members::words::{happening, refusal};
use crate::pages::texts::role;

/// Asks the relay, and answers with who belongs where that was asked.
fn manage(context: &Context, management: Management) -> Result<Option<Roster>, Failure> {
    match link::manage_once(&context.ask()?, &management)? {
        Managed::Done => Ok(None),
        Managed::Roster { roster } => Ok(Some(roster)),
        Managed::Refused { why } => Err(Said::each(|language| refusal(why, language).to_owned()).into()),
    }
}

/// What an identifier on the command line is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Member,
    Device,
}

impl Named {
    /// The one whose identifier is that, or begins so. Only the relay knows who belongs: it is asked where the identifier is not whole.
    fn find(self, context: &Context, typed: &Beginning) -> Result<RecordId, Failure> {
        const NO_MEMBER: Caption = Caption::new(
            "Ingen medlem har en beteckning som börjar med ”{}”. Beteckningarna visas med \"samsyn members\".",
            "No member has an identifier that begins with “{}”: `samsyn members` shows them.",
        );
        const NO_DEVICE: Caption = Caption::new(
            "Ingen enhet har en beteckning som börjar med ”{}”. Beteckningarna visas med \"samsyn members\".",
            "No device has an identifier that begins with “{}”: `samsyn members` shows them.",
        );
        const SEVERAL: Caption = Caption::new(
            "Flera har en beteckning som börjar med ”{}”. Skriv mer av den:{}",
            "Several have an identifier that begins with “{}”. Write more of it:{}",
        );
        if let Some(whole) = typed.whole() {
            return Ok(whole);
        }
        let roster = manage(context, Management::Roster)?.unwrap_or_default();
        typed.of(self.all(&roster)).map_err(|not_one| match not_one {
            NotOne::Nobody(found) if self == Named::Member => Said::new(NO_MEMBER, &[&found]).into(),
            NotOne::Nobody(found) => Said::new(NO_DEVICE, &[&found]).into(),
            NotOne::Several { found, among } => {
                let line = |id: &RecordId| format!("\n  {id}  {}", name(&roster, *id));
                Said::new(SEVERAL, &[&found, &among.iter().map(line).collect::<String>()]).into()
            }
        })
    }

    fn all(self, roster: &Roster) -> Vec<RecordId> {
        let members = roster.members.iter();
        match self {
            Named::Member => members.map(|member| member.member).collect(),
            Named::Device => members.flat_map(|member| &member.devices).map(|device| device.device).collect(),
        }
    }
}

/// The organisation that a person means for whom a partner works.
fn organisation(replica: &Replica, text: Option<&str>) -> Result<Option<RecordId>, Failure> {
    let Some(text) = text else { return Ok(None) };
    const KINDS: &[&str] = &[ORGANISATION.name];
    let targets = Targets::of(replica, Target::Records(KINDS), &Cells::new())?;
    Ok(targets.one(text)?.record())
}

/// The invitation that a person types, or that stands in a file or in the variable SAMSYN_CODE.
#[derive(Debug, Args)]
pub(super) struct Code {
    /// The file in which the invitation's code stands. Without it: the variable SAMSYN_CODE, or standard input.
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
}

impl Code {
    /// The address of a workspace, and the code: what stands behind its #, or is read here once the address is one.
    pub(super) fn beside(&self, address: &str, language: Language) -> Result<(String, String), Failure> {
        if let Some((address, code)) = address.split_once('#') {
            return Ok((address.to_owned(), code.to_owned()));
        }
        // Nobody is asked for a code that is of no use.
        address.parse::<WorkspaceAddress>().map_err(JoinError::from)?;
        Ok((address.to_owned(), self.read(language)?))
    }

    pub(super) fn read(&self, language: Language) -> Result<String, Failure> {
        if let Some(path) = &self.code_file {
            return Ok(line_of_file(path)?.to_string());
        }
        if let Some(code) = line_of_variable("SAMSYN_CODE")? {
            return Ok(code.to_string());
        }
        if std::io::stdin().is_terminal() {
            complain(ASK.get(language));
            let mut code = String::new();
            std::io::stdin().read_line(&mut code)?;
            return Ok(code);
        }
        Ok(line_of_input()?.to_string())
    }
}

const ASK: Caption = Caption::new("Inbjudans kod, sedan Enter:", "The invitation's code, then Enter:");

/// Come in with an invitation, on a replica that is here already.
#[derive(Debug, Args)]
pub(super) struct Enter {
    #[command(flatten)]
    code: Code,
}

impl Enter {
    pub(super) fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        const IN: Caption = Caption::new("Du är inne. Din roll: {}.", "You are in. Your role: {}.");
        let code = self.code.read(context.language)?;
        let (grant, visit) = enter(&Vault::of_this_person(), &context.path, &code)?;
        line(IN.fill(context.language, &[&role(grant.role).get(context.language)]))?;
        Ok(tell_unsettled(&visit, false, context.language))
    }
}

/// Invite somebody into the workspace.
#[derive(Debug, Args)]
pub(super) struct Invite {
    /// What they will be: coordinator, ambassador, partner or reader.
    #[arg(long, default_value_t = Role::Ambassador)]
    role: Role,
    /// For which organisation a partner works: its title, or the identifier of its record.
    #[arg(long, value_name = "ORGANISATION")]
    organisation: Option<String>,
    /// It is a further device of this member: their identifier or the beginning of it, as `samsyn members` shows it.
    #[arg(long, value_name = "ID")]
    member: Option<Beginning>,
    /// How long the invitation is good: 30m, 48h, 7d.
    #[arg(long, value_name = "TIME", default_value = "48h", value_parser = validity)]
    expires: u32,
    #[command(flatten)]
    json: Json,
}

impl Invite {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (meta, organisation) = {
            let replica = context.read()?;
            (replica.meta()?, organisation(&replica, self.organisation.as_deref())?)
        };
        let member = self.member.as_ref().map(|member| Named::Member.find(context, member)).transpose()?;
        let terms = Terms { role: self.role, organisation, member, seconds: self.expires };
        let (ticket, invitation) = Ticket::new(&meta, &terms);
        manage(context, Management::Invite { invitation })?;
        let Ticket { code, address } = &ticket;
        if self.json.json {
            return write_json(&json!({
                "code": code.reveal(), "role": self.role, "seconds": self.expires, "address": address,
            }));
        }
        if let Ok(picture) = QrCode::new(ticket.link().as_bytes()) {
            draw(&picture.render::<Dense1x2>().quiet_zone(true).build())?;
        }
        const TOLD: Caption = Caption::new(
            "kod      {0}\nadress   {1}\n\nKoden fungerar en gång. Ge båda till den som ska komma in, som använder dem så här:\n\n    samsyn join {1} --name \"Ditt namn\"",
            "code     {0}\naddress  {1}\n\nIt works once. Give both to the person who is to come in; they use them with\n\n    samsyn join {1} --name \"Your name\"",
        );
        paragraphs(&TOLD.fill(context.language, &[&code.reveal(), address]))
    }
}

/// List the members of the workspace, their devices, and the invitations that are open.
#[derive(Debug, Args)]
pub(super) struct Members {
    /// With what was changed, by whom and when.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

/// What a relay tells of what is older than so many is not told.
const OLDER: Caption = Caption::new(
    "Reläet berättar bara om de senaste ändringarna: äldre visas inte.",
    "The relay tells only the latest changes: older ones are not shown.",
);

impl Members {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let roster = manage(context, Management::Roster)?.unwrap_or_default();
        if self.json.json {
            return write_json(&roster_to_json(&roster));
        }
        lines_of(&roster, context.language).into_iter().try_for_each(line)?;
        for erasure in &roster.erasures {
            const GONE: Caption = Caption::new(
                "raderad {}  {}  inget finns kvar på någon enhet",
                "erased {}  {}  nothing is left on any device",
            );
            const WAITING: Caption = Caption::new(
                "raderad {}  {}  enheter som inte har bekräftat än: {}",
                "erased {}  {}  devices that have not confirmed yet: {}",
            );
            let waiting = erasure.waiting.len();
            let caption = if waiting == 0 { GONE } else { WAITING };
            line(caption.fill(context.language, &[&erasure.record, &moment(erasure.at), &waiting]))?;
        }
        if self.history {
            let shown = self.most.of(&roster.history);
            for entry in shown {
                let said = happening(entry, context.language, &|id| Some(name(&roster, id)));
                line(format_args!("{}  {said}", moment(entry.at)))?;
            }
            self.most.tell(shown.len(), roster.history.len(), context.language);
            if roster.history.len() >= AUDIT_ENTRIES {
                complain(OLDER.get(context.language));
            }
        }
        Ok(())
    }
}

/// Each member with their devices, in lines.
fn lines_of(roster: &Roster, language: Language) -> Vec<String> {
    const REMOVED: Caption = Caption::new("  borttagen", "  removed");
    const REVOKED: Caption = Caption::new("  återkallad", "  revoked");
    const DEVICE: Caption = Caption::new("    enhet {}  {}{}", "    device {}  {}{}");
    const NOBODY: Caption = Caption::new("Ingen har anslutit än.", "Nobody has joined yet.");
    const OPEN: Caption = Caption::new("Öppna inbjudningar: {}", "Open invitations: {}");
    let state = |gone: bool, caption: Caption| if gone { caption.get(language) } else { "" };
    let mut lines = Vec::new();
    for member in &roster.members {
        let role = role(member.role).get(language).to_lowercase();
        let removed = state(member.removed_at.is_some(), REMOVED);
        lines.push(format!("{}  {role:<11}  {}{removed}", member.member, member.label));
        for device in &member.devices {
            let revoked = state(device.revoked_at.is_some(), REVOKED);
            lines.push(DEVICE.fill(language, &[&device.device, &device.key.fingerprint(), &revoked]));
        }
    }
    if lines.is_empty() {
        lines.push(NOBODY.get(language).to_owned());
    }
    if !roster.invitations.is_empty() {
        lines.push(OPEN.fill(language, &[&roster.invitations.len()]));
    }
    lines
}

/// What a member or a device's member is called; a record that was erased has no name any more.
fn name(roster: &Roster, id: RecordId) -> String {
    let is_theirs = |member: &&samsyn_engine::identity::Member| {
        member.member == id || member.devices.iter().any(|device| device.device == id)
    };
    roster.members.iter().find(is_theirs).map_or_else(|| id.to_string(), |member| member.label.clone())
}

fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|moment| moment.to_string()).unwrap_or_default()
}

/// Give a member another role, or let one in no more.
#[derive(Debug, Subcommand)]
pub(super) enum Member {
    /// Give a member another role.
    Role(SetRole),
    /// Let a member in no more, with any device.
    Remove(Remove),
}

/// Give a role.
#[derive(Debug, Args)]
pub(super) struct SetRole {
    /// The member: their identifier or the beginning of it, as `samsyn members` shows it.
    member: Beginning,
    /// What they will be: coordinator, ambassador, partner or reader.
    role: Role,
    /// For which organisation a partner works: its title, or the identifier of its record.
    #[arg(long, value_name = "ORGANISATION")]
    organisation: Option<String>,
}

/// Remove.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The member: their identifier or the beginning of it, as `samsyn members` shows it.
    member: Beginning,
}

impl Member {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let management = match self {
            Member::Role(SetRole { member, role, organisation: text }) => {
                let organisation = organisation(&context.read()?, text.as_deref())?;
                let member = Named::Member.find(context, member)?;
                Management::SetRole { member, role: *role, organisation }
            }
            Member::Remove(Remove { member }) => {
                Management::Remove { member: Named::Member.find(context, member)? }
            }
        };
        manage(context, management).map(drop)
    }
}

/// Erase a person.
#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The record: its identifier or the beginning of it.
    record: String,
    /// Do it. It cannot be undone.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    json: Json,
}

const ERASED: Caption = Caption::new(
    "{} är raderad här och på reläet. Andra enheter följer vid sin nästa kontakt.",
    "{} is erased here and on the relay. Other devices follow at their next contact.",
);
const HISTORY: Caption = Caption::new(
    "  Ändringar, hela dess historik: {}",
    "  Changes, which are all there is of its history: {}",
);
const REFERS: Caption = Caption::new(
    "  {} hänvisar till posten ({}), och kommer att hänvisa till någon som är raderad",
    "  {} refers to it ({}), and will refer to somebody who was erased",
);
const NOT_ERASED: Caption = Caption::new(
    "Inget raderades. Det går inte att ångra, så lägg till --yes för att göra det.",
    "Nothing was erased. It cannot be undone, so say --yes to do it.",
);

impl Erase {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (replica, language) = (context.read()?, context.language);
        let id = record(&replica, &self.record)?;
        let Touched { title, changes, referrers, .. } = Touched::of(&replica, id)?;
        drop(replica);
        if self.yes {
            manage(context, Management::Erase { record: id })?;
            // Here, too, and at once.
            link::sync_once(&mut context.open()?)?;
        }
        if self.json.json {
            let referring: Vec<_> =
                referrers.iter().map(|one| json!({"record": one.id, "field": one.field})).collect();
            return write_json(&json!({
                "record": id, "changes": changes, "referrers": referring, "erased": self.yes,
            }));
        }
        if self.yes {
            return line(ERASED.fill(language, &[&id]));
        }
        line(format_args!("{title}"))?;
        line(HISTORY.fill(language, &[&changes]))?;
        for Referrer { title, field, .. } in &referrers {
            line(REFERS.fill(language, &[title, field]))?;
        }
        Err(Said::new(NOT_ERASED, &[]).into())
    }
}

/// Let a device in no more.
#[derive(Debug, Subcommand)]
pub(super) enum Device {
    /// Let a device in no more: a laptop was lost.
    Revoke(Revoke),
}

/// Revoke.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The device: its identifier or the beginning of it, as `samsyn members` shows it.
    device: Beginning,
}

impl Device {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let Device::Revoke(Revoke { device }) = self;
        let device = Named::Device.find(context, device)?;
        manage(context, Management::Revoke { device }).map(drop)
    }
}
