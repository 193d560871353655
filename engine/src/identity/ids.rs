//! Names of workspaces and devices.

use crate::id::RecordId;

/// Names a workspace on a relay. Random, not a secret.
pub type WorkspaceId = RecordId;

/// Names a device of a person. It is also the id of the `member` record that says whose it is, and what every change
/// made on it carries as its author.
pub type DeviceId = RecordId;

/// Names a person in a workspace. It is the id of the first device with which they joined.
pub type MemberId = RecordId;
