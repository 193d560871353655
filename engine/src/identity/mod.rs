//! Who is who: workspaces, devices, members, their roles, and how one gets in.
//!
//! Nothing here uses anything else of ours but identifiers.
//!
//! ```text
//!  code ──▶ Invitation ──┐                       ┌─▶ Grant: whose device, which role
//!  key ──▶ Entrance ─────┴─ Credential ─▶ relay ─┤
//!           ▲ Challenge ◀────────────────────────┘      Role ─▶ table: who reads and writes which kind
//! ```

mod access;
mod entrance;
mod ids;
mod invitation;
mod key;
mod role;
mod roster;

pub use access::{
    Access, Credential, Invited, LONGEST_LABEL, Proof, Refusal, SecretAccess, SecretError, WorkspaceSecret,
};
pub use entrance::{CHALLENGE_HEADER, Challenge, ChallengeError, Entrance, RelayId};
pub use ids::{DeviceId, MemberId, WorkspaceId};
pub use invitation::{CodeError, Invitation, InvitationCode, LONGEST_INVITATION, ValidityError, validity};
pub use key::{DeviceKey, PublicKey, Signature};
pub use role::{Forbidden, Grant, Owned, Role, RoleError};
pub use roster::{
    AUDIT_ENTRIES, AuditEntry, Device, Erasure, Managed, Management, ManagementError, Member, OpenInvitation,
    Roster,
};
