//! A place in a relay's log that can be checked.

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Names one life of a relay's log: random, and another one after a restore or a rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Epoch(#[serde(with = "serde_bytes")] [u8; 16]);

impl Epoch {
    /// A new one, at random.
    pub fn random() -> Self {
        Epoch(crate::random::bytes())
    }

    /// The one with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Epoch(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A hash over all changes of a log up to a position: two logs with the same one have the same beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RollingHash(#[serde(with = "serde_bytes")] [u8; 16]);

impl RollingHash {
    /// The hash with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        RollingHash(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The hash after one more change: the first 16 bytes of SHA-256 over this hash and the change's.
    #[must_use]
    pub fn then(&self, change: &ChangeHash) -> RollingHash {
        let digest = Sha256::new().chain_update(self.0).chain_update(change.0).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        RollingHash(bytes)
    }
}

/// The last place in a relay's log that a replica has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which life of the log.
    #[serde(rename = "e")]
    pub epoch: Epoch,
    /// How many changes are in it up to here.
    #[serde(rename = "p")]
    pub position: u64,
    /// What they were.
    #[serde(rename = "h")]
    pub hash: RollingHash,
}

impl Cursor {
    /// The beginning of a log.
    pub fn start(epoch: Epoch) -> Self {
        Cursor { epoch, position: 0, hash: RollingHash::default() }
    }

    /// The place behind one more change.
    #[must_use]
    pub fn then(&self, change: &ChangeHash) -> Cursor {
        Cursor { epoch: self.epoch, position: self.position + 1, hash: self.hash.then(change) }
    }
}
