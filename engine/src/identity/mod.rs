//! Who is who: workspaces, devices, and how one gets in.
//!
//! Nothing here uses anything else of ours. The whole question of *access* passes one seam, [`Access`] on the relay
//! and [`Credential`] on the client, so that keys, roles and invitations can take the place of the workspace secret
//! without a change anywhere else.

mod access;
mod ids;

pub use access::{Access, Credential, Refusal, SecretAccess, SecretError, WorkspaceSecret};
pub use ids::{DeviceId, WorkspaceId};
