//! Who belongs to a workspace: members with roles, their devices with keys, invitations that are open, and what became of it.
//!
//! ```text
//!  hello ─▶ Entering (proof checked) ─▶ Members::enter ─▶ Grant, or not let in
//!  coordinator ─▶ Management ─▶ manage ─┬▶ Members::change ─▶ Managed   (over a connection, or on the command line)
//!                                       ├▶ Log::erase
//!                                       └─ stamp moves ─▶ every connection looks whether it may stay
//! ```
//!
//! [`Members`] is all that the relay knows of where this is kept. [`SqliteMembers`] keeps it beside the log, in the same
//! file: so a backup of one is a backup of the other, and the command line changes it while a relay serves.

mod managing;
mod sqlite;
#[cfg(test)]
mod tests;

use std::fmt;

use samsyn_engine::identity::{
    Challenge, Credential, DeviceId, Grant, Management, ManagementError, PublicKey, Roster, WorkspaceId,
    WorkspaceSecret,
};

use crate::log::Result;
pub use managing::manage;
pub use sqlite::SqliteMembers;

/// A device that is itself: it has signed our challenge.
#[derive(Debug)]
pub struct Entering<'a> {
    /// Which.
    pub device: DeviceId,
    /// Its key.
    pub key: PublicKey,
    /// The invitation with which it comes, and whose device it says it is.
    pub invited: Option<(PublicKey, &'a str)>,
    /// It brings the whole workspace: nobody may belong yet, and it has to be invited as a coordinator.
    pub founds: bool,
}

impl<'a> Entering<'a> {
    /// The device, if all that it presents is signed for just this workspace and this challenge.
    pub fn proven(
        workspace: WorkspaceId,
        device: DeviceId,
        credential: &'a Credential,
        challenge: &Challenge,
    ) -> Option<Entering<'a>> {
        match credential {
            Credential::Device(proof) => {
                proof.entrance((workspace, device), challenge)?;
                Some(Entering { device, key: proof.key, invited: None, founds: false })
            }
            Credential::Invitation(invited) => {
                let entrance = invited.proof.entrance((workspace, device), challenge)?;
                let holds_it = entrance.is_invited(&invited.invitation, &invited.signature);
                let invitation = Some((invited.invitation, invited.label.as_str()));
                holds_it.then_some(Entering {
                    device,
                    key: invited.proof.key,
                    invited: invitation,
                    founds: false,
                })
            }
            Credential::WorkspaceSecret { .. } => None,
        }
    }
}

/// Who belongs to one workspace. Every method may wait for a disk.
pub trait Members: Send + Sync + fmt::Debug {
    /// Lets a device in, and says what it may do; none where it may not enter. With an invitation it becomes a member's
    /// device at once, and the invitation is used.
    ///
    /// # Errors
    /// Where it cannot be read or stored.
    fn enter(&self, entering: &Entering<'_>, now: i64) -> Result<Option<Grant>>;

    /// Whether a device that comes with an invitation could be the first: as a coordinator, where nobody else belongs. None where its
    /// invitation is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn may_found(&self, entering: &Entering<'_>, now: i64) -> Result<Option<bool>>;

    /// What a device may do now; none where it may do nothing (any more).
    ///
    /// # Errors
    /// Where it cannot be read.
    fn grant(&self, device: DeviceId) -> Result<Option<Grant>>;

    /// Changes who belongs, or says why not. Whether the device may is for the caller to know; `by` none: on the relay itself,
    /// where everything is allowed. What changes nothing of who belongs is done elsewhere, and is not done here.
    ///
    /// # Errors
    /// Where it cannot be read or stored.
    fn change(
        &self,
        by: Option<DeviceId>,
        management: &Management,
        now: i64,
    ) -> Result<std::result::Result<(), ManagementError>>;

    /// Who belongs, and what became of it. What was erased is the log's to tell.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn roster(&self, now: i64) -> Result<Roster>;

    /// By what the workspace's devices know each other without a relay.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn meeting_key(&self) -> Result<WorkspaceSecret>;

    /// A number that rises whenever who belongs has changed, or something was erased, whoever did it.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn stamp(&self) -> Result<u64>;
}
