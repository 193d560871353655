//! How a device shows a relay that it is itself, without saying anything that could be used again.
//!
//! ```text
//!  relay  ──── challenge: who I am, 32 random bytes ────▶  device
//!  device ──── hello: its key, 32 random bytes of its own, a signature over all of it ────▶  relay
//! ```
//!
//! The challenge comes with the answer that opens the WebSocket, so it costs no round trip. It is good for that one
//! connection. What is signed names the workspace, the device, the relay and both random numbers: a signature that was
//! overheard is worth nothing on another connection, to another relay, or in another workspace.

use data_encoding::BASE64URL_NOPAD;

use super::key::{DeviceKey, PublicKey, Signature};
use super::{DeviceId, WorkspaceId};
use crate::id::RecordId;

/// Names a relay. Random, not a secret; a device keeps the one that it joined at.
pub type RelayId = RecordId;

/// What a relay gives to be signed: its name, and bytes that are new on each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// Which relay asks.
    pub relay: RelayId,
    /// What nobody could know before.
    pub bytes: [u8; 32],
}

/// The name of the header of an HTTP answer in which a challenge stands.
pub const CHALLENGE_HEADER: &str = "samsyn-challenge";

/// A text that is no challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the relay's challenge is not one")]
pub struct ChallengeError;

impl Challenge {
    /// A new one.
    pub fn of(relay: RelayId) -> Challenge {
        Challenge { relay, bytes: crate::random::bytes() }
    }
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.relay, BASE64URL_NOPAD.encode(&self.bytes))
    }
}

impl std::str::FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        let (relay, bytes) = text.split_once('.').ok_or(ChallengeError)?;
        let relay = relay.parse().map_err(|_| ChallengeError)?;
        let bytes = BASE64URL_NOPAD.decode(bytes.as_bytes()).map_err(|_| ChallengeError)?;
        Ok(Challenge { relay, bytes: bytes.try_into().map_err(|_| ChallengeError)? })
    }
}

/// What a device signs to enter. Every part has a fixed length, so no two entrances are the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// Into which workspace.
    pub workspace: WorkspaceId,
    /// Which device.
    pub device: DeviceId,
    /// Its key.
    pub key: PublicKey,
    /// What the relay asked.
    pub challenge: &'a Challenge,
    /// What the device adds.
    pub nonce: [u8; 32],
}

impl Entrance<'_> {
    /// The statement that is signed.
    fn statement(&self, purpose: &[u8; 16]) -> Vec<u8> {
        [
            &purpose[..],
            self.workspace.as_bytes(),
            self.device.as_bytes(),
            self.key.as_bytes(),
            self.challenge.relay.as_bytes(),
            &self.challenge.bytes,
            &self.nonce,
        ]
        .concat()
    }

    /// The device's signature.
    pub fn sign(&self, key: &DeviceKey) -> Signature {
        key.sign(&self.statement(ENTER))
    }

    /// Whether the device has signed it.
    pub fn is_signed(&self, signature: &Signature) -> bool {
        self.key.has_signed(&self.statement(ENTER), signature)
    }

    /// The signature with an invitation's key.
    pub(super) fn sign_with_invitation(&self, invitation: &DeviceKey) -> Signature {
        invitation.sign(&self.statement(JOIN))
    }

    /// Whether it was signed with an invitation's key.
    pub fn is_invited(&self, invitation: &PublicKey, signature: &Signature) -> bool {
        invitation.has_signed(&self.statement(JOIN), signature)
    }
}

const ENTER: &[u8; 16] = b"samsyn enter 1\0\0";
const JOIN: &[u8; 16] = b"samsyn join 1\0\0\0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_survives_the_header() {
        let challenge = Challenge::of(RelayId::random());
        assert_eq!(challenge.to_string().parse(), Ok(challenge));
        for wrong in ["", ".", "x.y", &challenge.to_string()[1..], &format!("{challenge}A")] {
            assert!(wrong.parse::<Challenge>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_good_for_just_what_it_was_made_for() {
        let (key, challenge) = (DeviceKey::random(), Challenge::of(RelayId::random()));
        let entrance = Entrance {
            workspace: WorkspaceId::random(),
            device: DeviceId::random(),
            key: key.public(),
            challenge: &challenge,
            nonce: [1; 32],
        };
        let signature = entrance.sign(&key);
        assert!(entrance.is_signed(&signature));
        let another = Challenge::of(challenge.relay);
        let elsewhere = Challenge { relay: RelayId::random(), ..challenge };
        let others = [
            Entrance { workspace: WorkspaceId::random(), ..entrance },
            Entrance { device: DeviceId::random(), ..entrance },
            Entrance { key: DeviceKey::random().public(), ..entrance },
            Entrance { challenge: &another, ..entrance },
            Entrance { challenge: &elsewhere, ..entrance },
            Entrance { nonce: [2; 32], ..entrance },
        ];
        assert!(others.iter().all(|other| !other.is_signed(&signature)));
        assert!(!entrance.is_invited(&key.public(), &signature), "for another purpose");
    }
}
