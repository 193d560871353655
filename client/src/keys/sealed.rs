//! A replica's key under a passphrase: so that the key itself need not be at hand while nobody works.
//!
//! ```text
//!  passphrase ──Argon2id (RFC 9106)──▶ 32 bytes ──XChaCha20-Poly1305──▶ the file's key, sealed: <name>.locked
//! ```
//!
//! The sealed key is a small JSON file. What it was stretched with stands in it, so that a later version may stretch more; the
//! name of the key is sealed with it, so that none passes for another. It stays where it is when the key is unlocked: the same
//! passphrase opens it the next time.
//!
//! How a passphrase was prepared before it was stretched stands in it, too. Earlier versions took it as it was typed: such a seal is
//! opened all the same, whichever way the passphrase is typed now ([`passphrase`]), and made anew.

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
use super::passphrase::{self, Unfit};
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
    /// How the passphrase was prepared; where that does not stand here it was taken as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passphrase: Option<String>,
    salt: String,
    nonce: String,
    sealed: String,
}

/// What stands in a file whose passphrase was prepared as RFC 8265 says.
const PREPARED: &str = "OpaqueString";

/// Seals a key with a passphrase and writes it to `path`.
pub(super) fn seal(path: &Path, key: &FileKey, typed: &str) -> Result<(), LockError> {
    let text = seal_to_text(key, typed)?;
    write(path, &text)
}

/// The sealed key, as it stands in its file.
pub(super) fn seal_to_text(key: &FileKey, typed: &str) -> Result<Vec<u8>, LockError> {
    let prepared = passphrase::choose(typed, SHORTEST).map_err(|unfit| match unfit {
        Unfit::Short => LockError::Short,
        Unfit::Unseen(character) => LockError::Unseen(character),
    })?;
    let (salt, nonce): ([u8; 16], [u8; 24]) = (random(), random());
    let name = key.name().to_string();
    let payload = Payload { msg: key.secret(), aad: name.as_bytes() };
    let sealed = cipher(&prepared, &salt, WORK)?
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| LockError::NotSealed)?;
    let (salt, nonce, sealed) = (BASE64.encode(&salt), BASE64.encode(&nonce), BASE64.encode(&sealed));
    let passphrase = Some(PREPARED.to_owned());
    let locked = Locked { samsyn_locked_key: 1, name, argon2id: WORK, passphrase, salt, nonce, sealed };
    serde_json::to_vec_pretty(&locked).map_err(|_| LockError::NotSealed)
}

fn write(path: &Path, text: &[u8]) -> Result<(), LockError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    vault::write(folder, path, text).map_err(|reason| LockError::File { path: path.to_owned(), reason })
}

/// The key that was sealed in `path`. A seal of an earlier version is made anew, so that from now on it opens however the same
/// passphrase is typed.
pub(super) fn unseal(path: &Path, name: KeyName, typed: &str) -> Result<FileKey, LockError> {
    let text = fs::read(path).map_err(|reason| LockError::File { path: path.to_owned(), reason })?;
    let Unsealed { key, is_prepared } = unseal_text((path, &text), name, typed)?;
    // A passphrase that could not be chosen now keeps its seal.
    if !is_prepared
        && let Ok(anew) = seal_to_text(&key, typed)
        && let Err(error) = write(path, &anew)
    {
        tracing::warn!(%error, "a sealed key could not be made anew; it opens as before");
    }
    Ok(key)
}

/// A key that was sealed.
pub(super) struct Unsealed {
    pub(super) key: FileKey,
    /// Its passphrase was prepared before it was stretched.
    is_prepared: bool,
}

/// The key that was sealed in this text, which stands in `path`.
pub(super) fn unseal_text(
    (path, text): (&Path, &[u8]),
    name: KeyName,
    typed: &str,
) -> Result<Unsealed, LockError> {
    let locked: Locked = serde_json::from_slice(text).map_err(|error| damaged(path, &error.to_string()))?;
    if locked.samsyn_locked_key != 1 {
        return Err(damaged(path, "a newer Samsyn has written it"));
    }
    let is_prepared = match locked.passphrase.as_deref() {
        None => false,
        Some(PREPARED) => true,
        Some(_) => return Err(damaged(path, "a newer Samsyn has written it")),
    };
    let decoded =
        |text: &str| BASE64.decode(text.as_bytes()).map_err(|error| damaged(path, &error.to_string()));
    let (salt, nonce, sealed) = (decoded(&locked.salt)?, decoded(&locked.nonce)?, decoded(&locked.sealed)?);
    let nonce = <[u8; 24]>::try_from(nonce).map_err(|_| damaged(path, "its nonce has another length"))?;
    let Work { memory, passes, lanes } = locked.argon2id;
    if memory > MOST.memory || passes > MOST.passes || lanes > MOST.lanes {
        return Err(damaged(path, "it asks for more work than a passphrase is"));
    }
    let aad = name.to_string();
    for passphrase in passphrase::tries(typed, is_prepared) {
        let payload = Payload { msg: &sealed, aad: aad.as_bytes() };
        let opened = cipher(&passphrase, &salt, locked.argon2id)?.decrypt(&XNonce::from(nonce), payload);
        if let Ok(secret) = opened.map(Zeroizing::new) {
            let secret =
                secret.as_slice().try_into().map_err(|_| damaged(path, "its key has another length"))?;
            return Ok(Unsealed { key: FileKey::kept(name, secret), is_prepared });
        }
    }
    Err(LockError::Passphrase)
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

    /// A seal as an earlier version made it: the passphrase as it was typed, and no word about it.
    fn seal_as_before(path: &Path, key: &FileKey, typed: &str) {
        let (salt, nonce) = ([1; 16], [2; 24]);
        let name = key.name().to_string();
        let payload = Payload { msg: key.secret(), aad: name.as_bytes() };
        let sealed = cipher(typed, &salt, WORK).unwrap().encrypt(&XNonce::from(nonce), payload).unwrap();
        let (salt, nonce, sealed) = (BASE64.encode(&salt), BASE64.encode(&nonce), BASE64.encode(&sealed));
        let locked =
            Locked { samsyn_locked_key: 1, name, argon2id: WORK, passphrase: None, salt, nonce, sealed };
        fs::write(path, serde_json::to_vec(&locked).unwrap()).unwrap();
    }

    #[test]
    fn a_passphrase_opens_from_every_keyboard_and_file() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.locked");
        let (composed, decomposed) = ("\u{e4}lg under bordet 7", "a\u{308}lg under bordet 7");
        let marked = format!("\u{feff}{composed}");
        for (chosen, typed) in [(composed, decomposed), (decomposed, composed), (composed, &marked)] {
            let key = FileKey::random();
            seal(&path, &key, chosen).unwrap();
            assert_eq!(unseal(&path, key.name(), typed).unwrap().secret(), key.secret(), "{typed:?}");
        }
    }

    #[test]
    fn a_seal_of_an_earlier_version_opens_and_is_made_anew() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.locked");
        let (composed, decomposed) = ("\u{e4}lg under bordet 7", "a\u{308}lg under bordet 7");
        let (marked, spaced) = (format!("\u{feff}{composed}"), "fyra\u{a0}ord som ingen annan");
        for (sealed_with, typed) in [
            (composed, composed),
            (decomposed, decomposed),
            (composed, decomposed),
            (decomposed, composed),
            (&marked, composed),
            (spaced, spaced),
        ] {
            let key = FileKey::random();
            seal_as_before(&path, &key, sealed_with);
            assert!(matches!(unseal(&path, key.name(), "another one entirely"), Err(LockError::Passphrase)));
            assert_eq!(unseal(&path, key.name(), typed).unwrap().secret(), key.secret(), "{sealed_with:?}");
            assert!(fs::read_to_string(&path).unwrap().contains(PREPARED), "it is made anew");
            assert_eq!(unseal(&path, key.name(), typed).unwrap().secret(), key.secret());
        }
        // What could not be chosen now opens for ever as it was typed.
        let (key, odd) = (FileKey::random(), "tolv tecken\u{200b}!");
        seal_as_before(&path, &key, odd);
        for _ in 0..2 {
            assert_eq!(unseal(&path, key.name(), odd).unwrap().secret(), key.secret());
        }
        assert!(!fs::read_to_string(&path).unwrap().contains(PREPARED));
    }

    #[test]
    fn a_short_passphrase_locks_nothing() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.locked");
        assert!(matches!(seal(&path, &FileKey::random(), "elva tecken"), Err(LockError::Short)));
        let unseen = seal(&path, &FileKey::random(), "tolv \u{200b}tecken och fler").unwrap_err();
        assert!(unseen.to_string().contains("U+200B"), "{unseen}");
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
