//! Commands on who belongs to the workspace: what a coordinator asks the relay, and coming in with an invitation.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use samsyn_engine::address::WorkspaceAddress;
use samsyn_engine::exchange::roster_to_json;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Managed, Management, MemberId, Role, Roster, validity};
use samsyn_engine::schema::{Caption, Language};
use serde_json::json;

use super::Json;
use super::naming::record;
use super::render::{complain, json as write_json, line, picture as draw};
use super::typed::{line_of_file, line_of_input, line_of_variable};
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
    let mut replica = context.open()?;
    match link::manage_once(&mut replica, &management)? {
        Managed::Done => Ok(None),
        Managed::Roster { roster } => Ok(Some(roster)),
        Managed::Refused { why } => Err(Said::each(|language| refusal(why, language).to_owned()).into()),
    }
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
        if let Ok(code) = std::env::var("SAMSYN_CODE") {
            return Ok(line_of_variable(&code).to_string());
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
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const IN: Caption = Caption::new("Du är inne. Din roll: {}.", "You are in. Your role: {}.");
        let code = self.code.read(context.language)?;
        let grant = enter(&Vault::of_this_person(), &context.path, &code)?;
        line(IN.fill(context.language, &[&role(grant.role).get(context.language)]))
    }
}

/// Invite somebody into the workspace.
#[derive(Debug, Args)]
pub(super) struct Invite {
    /// What they will be: coordinator, ambassador, partner or reader.
    #[arg(long, default_value_t = Role::Ambassador)]
    role: Role,
    /// For which organisation a partner works: the name of its record.
    #[arg(long, value_name = "ID")]
    organisation: Option<RecordId>,
    /// It is a further device of this member.
    #[arg(long, value_name = "ID")]
    member: Option<MemberId>,
    /// How long the invitation is good: 30m, 48h, 7d.
    #[arg(long, value_name = "TIME", default_value = "48h", value_parser = validity)]
    expires: u32,
    #[command(flatten)]
    json: Json,
}

impl Invite {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let meta = context.read()?.meta()?;
        let terms = Terms {
            role: self.role,
            organisation: self.organisation,
            member: self.member,
            seconds: self.expires,
        };
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
        line(TOLD.fill(context.language, &[&code.reveal(), address]))
    }
}

/// List the members of the workspace, their devices, and the invitations that are open.
#[derive(Debug, Args)]
pub(super) struct Members {
    /// With what was changed, by whom and when.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    json: Json,
}

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
            for entry in &roster.history {
                let said = happening(entry, context.language, &|id| Some(name(&roster, id)));
                line(format_args!("{}  {said}", moment(entry.at)))?;
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
    /// The member.
    member: MemberId,
    /// What they will be: coordinator, ambassador, partner or reader.
    role: Role,
    /// For which organisation a partner works: the name of its record.
    #[arg(long, value_name = "ID")]
    organisation: Option<RecordId>,
}

/// Remove.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The member.
    member: MemberId,
}

impl Member {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let management = match self {
            Member::Role(SetRole { member, role, organisation }) => {
                Management::SetRole { member: *member, role: *role, organisation: *organisation }
            }
            Member::Remove(Remove { member }) => Management::Remove { member: *member },
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
    /// The device.
    device: DeviceId,
}

impl Device {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let Device::Revoke(Revoke { device }) = self;
        manage(context, Management::Revoke { device: *device }).map(drop)
    }
}
