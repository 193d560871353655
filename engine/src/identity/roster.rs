//! Who belongs to a workspace, what became of that, and what a coordinator asks the relay to change of it.
//!
//! The relay decides, in the order in which it is asked: who may enter is not merged out of what several people wrote at the
//! same time, or a removed coordinator could write themselves in again from a laptop that was away.

use serde::{Deserialize, Serialize};

use super::{DeviceId, Invitation, MemberId, PublicKey, Role};
use crate::id::RecordId;

/// So many changes of who belongs are told at most, the newest ones.
pub const AUDIT_ENTRIES: usize = 200;

/// Everybody who belongs, and who did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The members, in the order in which they came.
    #[serde(rename = "m")]
    pub members: Vec<Member>,
    /// The invitations that are open.
    #[serde(rename = "i", default)]
    pub invitations: Vec<OpenInvitation>,
    /// What was changed, the newest first; no more than [`AUDIT_ENTRIES`].
    #[serde(rename = "h", default)]
    pub history: Vec<AuditEntry>,
    /// What was erased, the last first, and where that is done.
    #[serde(rename = "e", default)]
    pub erasures: Vec<Erasure>,
}

/// A record that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its number among the workspace's erasures, from 1.
    #[serde(rename = "n")]
    pub number: u64,
    /// Which record.
    #[serde(rename = "e")]
    pub record: RecordId,
    /// When, in seconds since 1970-01-01 UTC by the relay's clock.
    #[serde(rename = "t")]
    pub at: i64,
    /// The devices that may still connect and have not said that nothing of it is left on them.
    #[serde(rename = "w")]
    pub waiting: Vec<DeviceId>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    #[serde(rename = "m")]
    pub member: MemberId,
    /// What they called themselves when they joined.
    #[serde(rename = "l")]
    pub label: String,
    /// What they are.
    #[serde(rename = "r")]
    pub role: Role,
    /// For whom a partner works.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<RecordId>,
    /// When they were removed, in seconds since 1970-01-01 UTC by the relay's clock.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<i64>,
    /// Their devices.
    #[serde(rename = "d")]
    pub devices: Vec<Device>,
}

/// A device of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Which.
    #[serde(rename = "d")]
    pub device: DeviceId,
    /// Its key.
    #[serde(rename = "k")]
    pub key: PublicKey,
    /// When it joined, in seconds since 1970-01-01 UTC by the relay's clock.
    #[serde(rename = "t")]
    pub joined_at: i64,
    /// When it was revoked.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
}

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// Its public key.
    #[serde(rename = "k")]
    pub key: PublicKey,
    /// What whoever comes with it will be.
    #[serde(rename = "r")]
    pub role: Role,
    /// Until when it is good, in seconds since 1970-01-01 UTC by the relay's clock.
    #[serde(rename = "t")]
    pub expires_at: i64,
}

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, in seconds since 1970-01-01 UTC by the relay's clock.
    #[serde(rename = "t")]
    pub at: i64,
    /// By which device; none where it was done on the relay itself.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DeviceId>,
    /// What: `invited`, `withdrew`, `joined`, `role`, `removed`, `revoked`, `erased` or `restored`.
    #[serde(rename = "w")]
    pub what: String,
    /// Whom it concerns: a member or a device; none for an invitation.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<RecordId>,
    /// The role, where one was given.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// What a coordinator asks of the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum Management {
    /// To tell who belongs.
    Roster,
    /// To let somebody in who comes with this.
    Invite {
        /// The invitation.
        #[serde(rename = "i")]
        invitation: Invitation,
    },
    /// To let nobody in any more with this.
    Withdraw {
        /// The invitation's key.
        #[serde(rename = "k")]
        key: PublicKey,
    },
    /// To give a member another role.
    SetRole {
        /// Whom.
        #[serde(rename = "m")]
        member: MemberId,
        /// Which.
        #[serde(rename = "r")]
        role: Role,
        /// For whom a partner works.
        #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
        organisation: Option<RecordId>,
    },
    /// To let a member in no more, with any device.
    Remove {
        /// Whom.
        #[serde(rename = "m")]
        member: MemberId,
    },
    /// To erase a person's record, with its history, here and on every device.
    Erase {
        /// Which.
        #[serde(rename = "e")]
        record: RecordId,
    },
    /// To let a device in no more.
    Revoke {
        /// Which.
        #[serde(rename = "d")]
        device: DeviceId,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum Managed {
    /// It is done.
    Done,
    /// Who belongs.
    Roster {
        /// That.
        #[serde(rename = "r")]
        roster: Roster,
    },
    /// It was not done.
    Refused {
        /// Why.
        #[serde(rename = "w")]
        why: ManagementError,
    },
}

/// Why a change of who belongs was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ManagementError {
    /// Only coordinators say who belongs.
    #[error("only a coordinator can do that")]
    NotAllowed,
    /// There is no such member, device or invitation.
    #[error("there is no such member, device or invitation in this workspace")]
    Unknown,
    /// It was done before.
    #[error("that was done before: nothing is changed")]
    Already,
    /// Without it nobody could say any more who belongs.
    #[error("that would leave the workspace without a coordinator: make somebody else one first")]
    LastCoordinator,
    /// A partner works for an organisation, and others for none.
    #[error("a partner needs an organisation, and no other role has one")]
    Organisation,
    /// An invitation is good for a while, and not for too long.
    #[error("an invitation is good for two weeks at most")]
    Duration,
    /// It is no person.
    #[error("only a person's record can be erased: others are removed")]
    NotAPerson,
    /// The law wants it kept.
    #[error("the record has a retention hold: it says why, and has to be taken away first")]
    Hold,
    /// So many open invitations are enough.
    #[error("too many invitations are open: withdraw some, or wait until they expire")]
    TooMany,
    /// This workspace has a secret, and no members.
    #[error(
        "this workspace has a secret instead of members: whoever runs the relay can change that with `samsyn-relay workspace members`"
    )]
    NoMembers,
    /// The relay could not store it.
    #[error("the relay could not store that: try again later")]
    Storage,
    /// A reason of a newer version.
    #[serde(other)]
    #[error("the relay did not do that, for a reason that this version does not know")]
    Other,
}
