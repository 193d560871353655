//! How a device shows that it belongs, and who decides.
//!
//! On a relay by its key (see `entrance`): whose keys are let in is kept by the relay, with roles. Between two laptops that
//! meet without one, and in workspaces of before there were members, by a secret that all of them know: only its hash is
//! kept where it is checked, and compared in constant time, so that neither a copy of a disk nor the time that an answer takes
//! gives it away.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entrance::{Challenge, Entrance};
use super::invitation::InvitationCode;
use super::key::{DeviceKey, PublicKey, Signature};
use super::{DeviceId, Grant, WorkspaceId};
use crate::typed;

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
    /// The device's key, and that it is its own. Since version 4.
    Device(Box<Proof>),
    /// The same from a device that is not known yet, and that it was invited. Since version 4.
    Invitation(Box<Invited>),
}

/// What a device presents that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The device's key, and that it is its own.
    #[serde(rename = "p")]
    pub proof: Proof,
    /// The invitation's public key.
    #[serde(rename = "i")]
    pub invitation: PublicKey,
    /// The entrance, signed with the invitation's private key.
    #[serde(rename = "j")]
    pub signature: Signature,
    /// Whose device it is, in words.
    #[serde(rename = "l")]
    pub label: String,
}

/// What a device says of itself, and that it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Its key.
    #[serde(rename = "k")]
    pub key: PublicKey,
    /// What it adds to the relay's challenge.
    #[serde(rename = "n", with = "serde_bytes")]
    pub nonce: [u8; 32],
    /// The entrance, signed.
    #[serde(rename = "g")]
    pub signature: Signature,
}

impl Proof {
    /// The entrance that was signed, if that device signed it for this challenge.
    pub fn entrance<'a>(
        &self,
        (workspace, device): (WorkspaceId, DeviceId),
        challenge: &'a Challenge,
    ) -> Option<Entrance<'a>> {
        let entrance = Entrance { workspace, device, key: self.key, challenge, nonce: self.nonce };
        entrance.is_signed(&self.signature).then_some(entrance)
    }
}

impl Credential {
    /// The proof of a device that is known.
    pub fn device(
        (workspace, device): (WorkspaceId, DeviceId),
        key: &DeviceKey,
        challenge: &Challenge,
    ) -> Credential {
        let nonce = crate::random::bytes();
        let entrance = Entrance { workspace, device, key: key.public(), challenge, nonce };
        Credential::Device(Box::new(Proof { key: key.public(), nonce, signature: entrance.sign(key) }))
    }

    /// The proof of a device that comes with an invitation.
    pub fn invitation(
        (workspace, device): (WorkspaceId, DeviceId),
        key: &DeviceKey,
        challenge: &Challenge,
        (code, label): (&InvitationCode, &str),
    ) -> Credential {
        let nonce = crate::random::bytes();
        let entrance = Entrance { workspace, device, key: key.public(), challenge, nonce };
        Credential::Invitation(Box::new(Invited {
            proof: Proof { key: key.public(), nonce, signature: entrance.sign(key) },
            invitation: code.public(workspace),
            signature: code.sign(&entrance),
            label: label.chars().take(LONGEST_LABEL).collect(),
        }))
    }
}

/// The longest words by which a device says whose it is, in characters.
pub const LONGEST_LABEL: usize = 200;

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(hidden)")
    }
}

/// Decides who may connect. One is asked for each connection, before anything of the workspace is read.
pub trait Access: Send + Sync {
    /// What this device may do in this workspace.
    ///
    /// # Errors
    /// Why it may not enter. The words go to the device; they never say which part of what it presented was wrong.
    fn admit(
        &self,
        workspace: WorkspaceId,
        device: DeviceId,
        credential: &Credential,
    ) -> Result<Grant, Refusal>;
}

/// A device was not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the relay does not let this device in: it does not know the workspace or the device, the invitation is used up or too old, the secret is wrong, or access was withdrawn"
)]
pub struct Refusal;

/// A workspace's secret: 32 random bytes, written as 43 characters (base 64, RFC 4648 section 5).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceSecret(#[serde(with = "serde_bytes")] [u8; 32]);

impl WorkspaceSecret {
    /// A new one, at random.
    pub fn random() -> Self {
        WorkspaceSecret(crate::random::bytes())
    }

    /// The one with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        WorkspaceSecret(bytes)
    }

    /// Its bytes, to be kept by whoever hands it to members.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
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
        // Its letters are both cases and two marks, so that only what stands around them and how a dash looks can be mended.
        let plain = typed::bare(text).replace(' ', "");
        let bytes = BASE64URL_NOPAD.decode(plain.as_bytes()).map_err(|_| SecretError)?;
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
        device: DeviceId,
        credential: &Credential,
    ) -> Result<Grant, Refusal> {
        let Credential::WorkspaceSecret { secret } = credential else { return Err(Refusal) };
        let same = equal_in_constant_time(&hash(secret), &self.hash);
        if same && workspace == self.workspace { Ok(Grant::unbounded(device)) } else { Err(Refusal) }
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
        assert_eq!(access.admit(here, device, &secret.credential()), Ok(Grant::unbounded(device)));
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
        let pasted = format!(" ”{}”\u{feff}\n", secret.reveal().replace('-', "–"));
        assert_eq!(pasted.parse(), Ok(secret.clone()));
        assert!("too short".parse::<WorkspaceSecret>().is_err());
    }
}
