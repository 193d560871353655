//! A device's key pair (Ed25519, RFC 8032).
//!
//! A device makes its key itself and never shows the private half to anybody. Where that half rests between two starts of
//! the program is the client's business; nothing here writes it anywhere.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A private key. Prints nothing of itself, and is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// A new one, at random.
    pub fn random() -> Self {
        DeviceKey::from_bytes(&crate::random::bytes())
    }

    /// The one with these bytes (RFC 8032, section 5.1.5: the private key).
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        DeviceKey(SigningKey::from_bytes(bytes))
    }

    /// Its bytes, to keep where only its owner can read them.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The half that everybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a statement. What is signed must say what it is for, so that no signature means two things.
    pub fn sign(&self, statement: &[u8]) -> Signature {
        Signature(self.0.sign(statement).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(hidden)")
    }
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublicKey(#[serde(with = "serde_bytes")] [u8; 32]);

impl PublicKey {
    /// The one with these bytes. Whether they are a key at all shows when something is verified with it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        PublicKey(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the owner of the private half signed this statement. Strict: keys and signatures of small order, by which
    /// one signature can be made to fit many statements, are none.
    pub fn has_signed(&self, statement: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(&self.0) else { return false };
        key.verify_strict(statement, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
    }

    /// Some characters by which two people can find out, over the telephone, that they mean the same key.
    pub fn fingerprint(&self) -> String {
        let hash = crate::id::base32(&Sha256::digest(self.0)[..10]);
        let groups = hash.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", BASE64URL_NOPAD.encode(&self.0))
    }
}

/// A signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature(#[serde(with = "serde_bytes")] [u8; 64]);

impl Signature {
    /// The one with these bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Signature(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn it_signs_as_the_standard_says() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let private = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = DeviceKey::from_bytes(&private.try_into().unwrap());
        let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        assert_eq!(key.public().as_bytes()[..], public[..]);
        let signature = hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.sign(&[0x72]).as_bytes()[..], signature[..]);
        assert!(key.public().has_signed(&[0x72], &key.sign(&[0x72])));
    }

    #[test]
    fn another_statement_another_key_and_no_key_are_told_apart() {
        let (key, other) = (DeviceKey::random(), DeviceKey::random());
        let signature = key.sign(b"one");
        assert!(!key.public().has_signed(b"other", &signature));
        assert!(!other.public().has_signed(b"one", &signature));
        for bytes in [[0; 32], [0xff; 32], [1; 32]] {
            assert!(!PublicKey::from_bytes(bytes).has_signed(b"one", &signature));
            assert!(!PublicKey::from_bytes(bytes).has_signed(b"one", &Signature::from_bytes([0; 64])));
        }
    }

    #[test]
    fn a_private_key_never_prints_itself() {
        let key = DeviceKey::from_bytes(&[7; 32]);
        assert_eq!(format!("{key:?}"), "DeviceKey(hidden)");
        assert_eq!(key.public().fingerprint().len(), 19);
    }
}
