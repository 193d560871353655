//! The seam of access: how a device shows that it belongs, and how a relay decides.
//!
//! Today a workspace has one secret that all its devices know. The relay keeps only its hash, and compares in
//! constant time, so that neither a copy of its disk nor the time it takes to answer gives the secret away.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{DeviceId, WorkspaceId};

/// What a device presents when it connects.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum Credential {
    /// The secret that all devices of the workspace share.
    WorkspaceSecret {
        /// The secret's 32 bytes.
        #[serde(with = "serde_bytes", rename = "s")]
        secret: Vec<u8>,
    },
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(hidden)")
    }
}

/// Decides who may connect. One is asked for each connection, before anything of the workspace is read.
pub trait Access: Send + Sync {
    /// Whether this device may take part in this workspace.
    ///
    /// # Errors
    /// Why not. The words go to the device; they never say which part of what it presented was wrong.
    fn admit(&self, workspace: WorkspaceId, device: DeviceId, credential: &Credential)
    -> Result<(), Refusal>;
}

/// A device was not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the relay does not know this workspace, or the secret is wrong")]
pub struct Refusal;

/// A workspace's secret: 32 random bytes, written as 43 characters (base 64, RFC 4648 section 5).
#[derive(Clone, PartialEq, Eq)]
pub struct WorkspaceSecret([u8; 32]);

impl WorkspaceSecret {
    /// A new one, at random.
    pub fn random() -> Self {
        WorkspaceSecret(crate::random::bytes())
    }

    /// What the relay keeps of it. A plain hash is enough: the secret is random and long, so nobody can try them all.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }

    /// The secret as a device presents it.
    pub fn credential(&self) -> Credential {
        Credential::WorkspaceSecret { secret: self.0.to_vec() }
    }

    /// A key for that purpose alone, by which two devices of the workspace show each other that they know the secret without
    /// saying it: SHA-256 over the purpose and the secret.
    pub fn key_for(&self, purpose: &str) -> [u8; 32] {
        Sha256::new().chain_update(purpose).chain_update([0]).chain_update(self.0).finalize().into()
    }

    /// The secret written out, to hand to a person or to keep in a replica.
    pub fn reveal(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }
}

impl fmt::Debug for WorkspaceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkspaceSecret(hidden)")
    }
}

/// A text that is not a workspace secret. It does not repeat the text: it may be nearly right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is not a workspace secret: expected the 43 characters that `samsyn-relay workspace create` printed"
)]
pub struct SecretError;

impl FromStr for WorkspaceSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let bytes = BASE64URL_NOPAD.decode(text.trim().as_bytes()).map_err(|_| SecretError)?;
        bytes.try_into().map(WorkspaceSecret).map_err(|_| SecretError)
    }
}

/// [`Access`] by the secret of one workspace.
#[derive(Debug, Clone)]
pub struct SecretAccess {
    workspace: WorkspaceId,
    hash: [u8; 32],
}

impl SecretAccess {
    /// Access to `workspace` for whoever knows the secret with this hash.
    pub fn new(workspace: WorkspaceId, hash: [u8; 32]) -> Self {
        SecretAccess { workspace, hash }
    }
}

impl Access for SecretAccess {
    fn admit(
        &self,
        workspace: WorkspaceId,
        _device: DeviceId,
        credential: &Credential,
    ) -> Result<(), Refusal> {
        let Credential::WorkspaceSecret { secret } = credential;
        let same = equal_in_constant_time(&hash(secret), &self.hash);
        if same && workspace == self.workspace { Ok(()) } else { Err(Refusal) }
    }
}

fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

fn equal_in_constant_time(one: &[u8; 32], other: &[u8; 32]) -> bool {
    use subtle::ConstantTimeEq;
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_of_the_workspace_opens_it() {
        let (secret, other) = (WorkspaceSecret::random(), WorkspaceSecret::random());
        let (here, elsewhere) = (WorkspaceId::random(), WorkspaceId::random());
        let device = DeviceId::random();
        let access = SecretAccess::new(here, secret.hash());
        assert_eq!(access.admit(here, device, &secret.credential()), Ok(()));
        assert_eq!(access.admit(here, device, &other.credential()), Err(Refusal));
        assert_eq!(access.admit(elsewhere, device, &secret.credential()), Err(Refusal));
        let short = Credential::WorkspaceSecret { secret: vec![1, 2, 3] };
        assert_eq!(access.admit(here, device, &short), Err(Refusal));
    }

    #[test]
    fn a_secret_survives_being_written_down_and_never_prints_itself() {
        let secret = WorkspaceSecret::random();
        assert_eq!(secret.reveal().parse(), Ok(secret.clone()));
        assert!(!format!("{secret:?} {:?}", secret.credential()).contains(&secret.reveal()));
        assert!("too short".parse::<WorkspaceSecret>().is_err());
    }
}
