//! A replica's key under a passphrase: so that the key itself need not be at hand while nobody works.
//!
//! ```text
//!  passphrase ──Argon2id (RFC 9106)──▶ 32 bytes ──XChaCha20-Poly1305──▶ the file's key, sealed: <name>.locked
//! ```
//!
//! The sealed key is a small JSON file. What it was stretched with stands in it, so that a later version may stretch more; the
//! name of the key is sealed with it, so that none passes for another. It stays where it is when the key is unlocked: the same
//! passphrase opens it the next time.

use std::fs;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use rand::Rng as _;
use samsyn_engine::store::{FileKey, KeyName};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lock::LockError;
use super::vault;

/// A passphrase has at least so many characters: whoever holds the file can try as long as they like.
pub const SHORTEST: usize = 12;

/// How much work a passphrase is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Work {
    /// KiB of memory.
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// RFC 9106's second recommended option: 64 MiB and three passes, for where memory is shared with others; on one core.
const WORK: Work = Work { memory: 64 * 1024, passes: 3, lanes: 1 };

/// Whoever could put a file in the place of ours must not make us work for hours.
const MOST: Work = Work { memory: 1024 * 1024, passes: 20, lanes: 16 };

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Locked {
    /// The layout of this file.
    samsyn_locked_key: u32,
    /// The key's name.
    name: String,
    argon2id: Work,
    salt: String,
    nonce: String,
    sealed: String,
}

/// Seals a key with a passphrase and writes it to `path`.
pub(super) fn seal(path: &Path, key: &FileKey, passphrase: &str) -> Result<(), LockError> {
    if passphrase.chars().count() < SHORTEST {
        return Err(LockError::Short);
    }
    let (salt, nonce): ([u8; 16], [u8; 24]) = (random(), random());
    let name = key.name().to_string();
    let payload = Payload { msg: key.secret(), aad: name.as_bytes() };
    let sealed = cipher(passphrase, &salt, WORK)?
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| damaged(path, "it could not be sealed"))?;
    let (salt, nonce, sealed) = (BASE64.encode(&salt), BASE64.encode(&nonce), BASE64.encode(&sealed));
    let locked = Locked { samsyn_locked_key: 1, name, argon2id: WORK, salt, nonce, sealed };
    let text = serde_json::to_vec_pretty(&locked).map_err(|error| damaged(path, &error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    vault::write(folder, path, &text).map_err(|reason| LockError::File { path: path.to_owned(), reason })
}

/// The key that was sealed in `path`.
pub(super) fn unseal(path: &Path, name: KeyName, passphrase: &str) -> Result<FileKey, LockError> {
    let text = fs::read(path).map_err(|reason| LockError::File { path: path.to_owned(), reason })?;
    let locked: Locked = serde_json::from_slice(&text).map_err(|error| damaged(path, &error.to_string()))?;
    if locked.samsyn_locked_key != 1 {
        return Err(damaged(path, "a newer Samsyn has written it"));
    }
    let decoded =
        |text: &str| BASE64.decode(text.as_bytes()).map_err(|error| damaged(path, &error.to_string()));
    let (salt, nonce, sealed) = (decoded(&locked.salt)?, decoded(&locked.nonce)?, decoded(&locked.sealed)?);
    let nonce = <[u8; 24]>::try_from(nonce).map_err(|_| damaged(path, "its nonce has another length"))?;
    let Work { memory, passes, lanes } = locked.argon2id;
    if memory > MOST.memory || passes > MOST.passes || lanes > MOST.lanes {
        return Err(damaged(path, "it asks for more work than a passphrase is"));
    }
    let aad = name.to_string();
    let payload = Payload { msg: &sealed, aad: aad.as_bytes() };
    let secret = cipher(passphrase, &salt, locked.argon2id)?
        .decrypt(&XNonce::from(nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| LockError::Passphrase)?;
    let secret = secret.as_slice().try_into().map_err(|_| damaged(path, "its key has another length"))?;
    Ok(FileKey::kept(name, secret))
}

fn cipher(passphrase: &str, salt: &[u8], work: Work) -> Result<XChaCha20Poly1305, LockError> {
    let params =
        Params::new(work.memory, work.passes, work.lanes, Some(32)).map_err(LockError::Stretching)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(LockError::Stretching)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn damaged(path: &Path, reason: &str) -> LockError {
    LockError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "älg under bordet 7";

    #[test]
    fn a_key_comes_back_with_its_passphrase_and_with_no_other() {
        let place = tempfile::tempdir().unwrap();
        let (path, key) = (place.path().join("keys").join("a.locked"), FileKey::random());
        seal(&path, &key, PASSPHRASE).unwrap();
        let opened = unseal(&path, key.name(), PASSPHRASE).unwrap();
        assert_eq!((opened.secret(), opened.name()), (key.secret(), key.name()));
        for wrong in ["", "älg under bordet 8", "alg under bordet 7"] {
            assert!(matches!(unseal(&path, key.name(), wrong), Err(LockError::Passphrase)), "{wrong}");
        }
        let other = FileKey::random().name();
        assert!(matches!(unseal(&path, other, PASSPHRASE), Err(LockError::Passphrase)), "another's name");
        let text = fs::read(&path).unwrap();
        assert!(!text.windows(8).any(|part| key.secret().windows(8).any(|secret| secret == part)));
    }

    #[test]
    fn a_short_passphrase_locks_nothing() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.locked");
        assert!(matches!(seal(&path, &FileKey::random(), "elva tecken"), Err(LockError::Short)));
        assert!(!path.exists());
    }

    #[test]
    fn what_was_tampered_with_is_not_opened_and_costs_no_more_than_it_may() {
        let place = tempfile::tempdir().unwrap();
        let (path, key) = (place.path().join("a.locked"), FileKey::random());
        seal(&path, &key, PASSPHRASE).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for (from, to) in [
            ("\"memory\": 65536", "\"memory\": 4000000000"),
            ("\"passes\": 3", "\"passes\": 400000"),
            ("\"samsyn_locked_key\": 1", "\"samsyn_locked_key\": 2"),
            ("\"nonce\": \"", "\"nonce\": \"AAAA"),
            ("{", "["),
        ] {
            fs::write(&path, whole.replacen(from, to, 1)).unwrap();
            let error = unseal(&path, key.name(), PASSPHRASE).unwrap_err();
            assert!(matches!(error, LockError::Damaged { .. }), "{from}: {error}");
        }
        fs::write(&path, whole.replacen("\"passes\": 3", "\"passes\": 2", 1)).unwrap();
        assert!(matches!(unseal(&path, key.name(), PASSPHRASE), Err(LockError::Passphrase)));
    }
}
