//! Commands on who belongs to a workspace. They work on the files; a relay that serves them notices within a second.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use samsyn_engine::clock::wall_clock;
use samsyn_engine::exchange::{roster_lines, roster_to_json};
use samsyn_engine::id::{Beginning, NotOne, RecordId};
use samsyn_engine::identity::{
    DeviceId, Invitation, InvitationCode, Managed, Management, ManagementError, MemberId, Role, Roster,
    WorkspaceId, validity,
};
use serde_json::json;

use super::{say, say_json};
use crate::error::{ROOM, RelayError};
use crate::folder::Folder;
use crate::log::SqliteLog;
use crate::members::{Members, SqliteMembers, manage};

/// Which workspace of which folder.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The workspace: its identifier or the beginning of it.
    workspace: Beginning,
    /// The folder with the workspaces.
    #[arg(long, value_name = "DIR", env = "SAMSYN_RELAY_DATA")]
    data: PathBuf,
}

impl Place {
    /// The workspace, which is there.
    fn workspace(&self) -> Result<WorkspaceId, RelayError> {
        self.workspace.of(Folder::open(&self.data)?.list()?).map_err(|not_one| match not_one {
            NotOne::Nobody(workspace) => RelayError::NoWorkspace { workspace, path: self.data.clone() },
            several => several.into(),
        })
    }

    /// The workspace's log, which is there.
    pub(super) fn log(&self) -> Result<PathBuf, RelayError> {
        let workspace = self.workspace()?;
        let path = Folder::open(&self.data)?.log(workspace);
        if path.exists() {
            return Ok(path);
        }
        Err(RelayError::NoWorkspace { workspace: workspace.to_string(), path: self.data.clone() })
    }

    /// An error of what was done there: where it comes of a full disk, with how much room that takes.
    pub(super) fn told_of_room(&self, error: RelayError) -> RelayError {
        error.with_room(&self.data, ROOM)
    }

    /// The member that is meant.
    fn member(&self, typed: &Beginning) -> Result<MemberId, RelayError> {
        let roster = self.roster()?;
        Ok(typed.of(roster.members.iter().map(|member| member.member))?)
    }

    /// The device that is meant.
    fn device(&self, typed: &Beginning) -> Result<DeviceId, RelayError> {
        let roster = self.roster()?;
        let devices = roster.members.iter().flat_map(|member| &member.devices);
        Ok(typed.of(devices.map(|device| device.device))?)
    }

    /// The record that is meant. One that is not here may be erased all the same: it must not come any more.
    fn record(&self, typed: &Beginning) -> Result<RecordId, RelayError> {
        match typed.whole() {
            Some(whole) => Ok(whole),
            None => Ok(typed.of(SqliteLog::records(&self.log()?)?)?),
        }
    }

    /// Who belongs. Nothing is written for it.
    fn roster(&self) -> Result<Roster, RelayError> {
        let path = self.log()?;
        has_members(&path)?;
        let read = SqliteMembers::open_to_read(&path).and_then(|members| members.roster(wall_clock()));
        read.map_err(|error| self.told_of_room(error.into()))
    }

    fn manage(&self, management: &Management) -> Result<(), RelayError> {
        has_members(&self.log()?)?;
        self.change(management)
    }

    /// The same in a workspace with a secret, too.
    fn change(&self, management: &Management) -> Result<(), RelayError> {
        let path = self.log()?;
        let ask = || {
            let (members, log) = (SqliteMembers::open(&path)?, SqliteLog::open(&path)?);
            Ok(manage((&members, &log), None, management, wall_clock())?)
        };
        match ask().map_err(|error: RelayError| self.told_of_room(error))? {
            Managed::Done | Managed::Roster { .. } => Ok(()),
            Managed::Refused { why } => Err(why.into()),
        }
    }
}

fn has_members(path: &Path) -> Result<(), RelayError> {
    match SqliteLog::inspect(path)?.0.secret_hash {
        None => Ok(()),
        Some(_) => Err(ManagementError::NoMembers.into()),
    }
}

/// Invites the first coordinator, for two days.
pub(super) fn invite_coordinator(
    members: &SqliteMembers,
    workspace: WorkspaceId,
) -> Result<InvitationCode, RelayError> {
    let code = InvitationCode::random();
    let invitation = Invitation {
        key: code.public(workspace),
        role: Role::Coordinator,
        organisation: None,
        member: None,
        seconds: 48 * 60 * 60,
    };
    members.change(None, &Management::Invite { invitation }, wall_clock())??;
    Ok(code)
}

/// Invite somebody.
#[derive(Debug, Args)]
pub(super) struct Invite {
    #[command(flatten)]
    place: Place,
    /// What they will be: coordinator, ambassador, partner or reader.
    #[arg(long, default_value_t = Role::Ambassador)]
    role: Role,
    /// For which organisation a partner works: the name of its record.
    #[arg(long, value_name = "ID")]
    organisation: Option<Beginning>,
    /// It is a further device of this member.
    #[arg(long, value_name = "ID")]
    member: Option<Beginning>,
    /// How long the invitation is good: 30m, 48h, 7d.
    #[arg(long, value_name = "TIME", default_value = "48h", value_parser = validity)]
    expires: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Invite {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let code = InvitationCode::random();
        let invitation = Invitation {
            key: code.public(self.place.workspace()?),
            role: self.role,
            organisation: self.organisation.as_ref().map(|typed| self.place.record(typed)).transpose()?,
            member: self.member.as_ref().map(|typed| self.place.member(typed)).transpose()?,
            seconds: self.expires,
        };
        self.place.manage(&Management::Invite { invitation })?;
        if self.json {
            return say_json(&json!({"code": code.reveal(), "role": self.role, "seconds": self.expires}));
        }
        say(code.reveal())
    }
}

/// Members.
#[derive(Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// List members, their devices, and the invitations that are open.
    List(List),
    /// Give a member another role.
    Role(SetRole),
    /// Let a member in no more, with any device.
    Remove(Remove),
}

/// List.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Give a role.
#[derive(Debug, Args)]
pub(super) struct SetRole {
    #[command(flatten)]
    place: Place,
    /// The member: their identifier or the beginning of it.
    member: Beginning,
    /// What they will be: coordinator, ambassador, partner or reader.
    role: Role,
    /// For which organisation a partner works: the name of its record.
    #[arg(long, value_name = "ID")]
    organisation: Option<Beginning>,
}

/// Remove.
#[derive(Debug, Args)]
pub(super) struct Remove {
    #[command(flatten)]
    place: Place,
    /// The member: their identifier or the beginning of it.
    member: Beginning,
}

impl MemberCommand {
    pub(super) fn run(self) -> Result<(), RelayError> {
        match self {
            MemberCommand::List(list) => list.run(),
            MemberCommand::Role(SetRole { place, member, role, organisation }) => {
                let member = place.member(&member)?;
                let organisation = organisation.map(|typed| place.record(&typed)).transpose()?;
                place.manage(&Management::SetRole { member, role, organisation })
            }
            MemberCommand::Remove(Remove { place, member }) => {
                let member = place.member(&member)?;
                place.manage(&Management::Remove { member })
            }
        }
    }
}

impl List {
    fn run(self) -> Result<(), RelayError> {
        let roster = self.place.roster()?;
        if self.json {
            return say_json(&roster_to_json(&roster));
        }
        roster_lines(&roster).into_iter().try_for_each(say)
    }
}

/// Devices.
#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// Let a device in no more: a laptop was lost.
    Revoke(Revoke),
}

/// Revoke.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    place: Place,
    /// The device: its identifier or the beginning of it.
    device: Beginning,
}

impl DeviceCommand {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let DeviceCommand::Revoke(Revoke { place, device }) = self;
        let device = place.device(&device)?;
        place.manage(&Management::Revoke { device })
    }
}

/// Erase a person.
#[derive(Debug, Args)]
pub(super) struct Erase {
    #[command(flatten)]
    place: Place,
    /// The record of the person: its identifier or the beginning of it.
    record: Beginning,
    /// Do it. It cannot be undone.
    #[arg(long)]
    yes: bool,
}

impl Erase {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let record = self.place.record(&self.record)?;
        if !self.yes {
            return Err(RelayError::NotConfirmed(record));
        }
        let management = Management::Erase { record };
        // A workspace with a secret has people in it, too.
        self.place.change(&management)
    }
}

/// Give a workspace members.
#[derive(Debug, Args)]
pub(super) struct Convert {
    #[command(flatten)]
    place: Place,
}

impl Convert {
    pub(super) fn run(self) -> Result<(), RelayError> {
        let path = self.place.log()?;
        if has_members(&path).is_ok() {
            return Err(ManagementError::Already.into());
        }
        let opened =
            SqliteMembers::open(&path).and_then(|members| members.replace_secret().map(|()| members));
        let members = opened.map_err(|error| self.place.told_of_room(error.into()))?;
        let code = invite_coordinator(&members, self.place.workspace()?)?;
        say(format_args!("code       {}", code.reveal()))?;
        say("")?;
        say(
            "The secret opens nothing any more. Whoever uses the code first, within two days, is the coordinator:",
        )?;
        say("\n    samsyn enter --replica workspace.samsyn\n")?;
        say(
            "The others get invitations from them, and use them in the same way. Nothing that was written is lost.",
        )
    }
}
