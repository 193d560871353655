//! How a replica's file rests: encrypted or not, its key at hand or under a passphrase. And what changes that.
//!
//! The window and the command line do the same by these.

use std::io;
use std::path::{Path, PathBuf};

use samsyn_engine::store::{FileKey, KeyName, StoreError, encrypt_anew, key_needed, sweep_beside};

use super::passphrase;
use super::sealed::{SHORTEST, seal, seal_to_text, unseal, unseal_text};
use super::vault::{KeyError, Place, Secret, Vault};
use super::{Encryption, draw_file_key, file_key};

/// A replica was not locked or unlocked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file is not encrypted, or cannot be read.
    #[error("{0} is not encrypted, so there is nothing to lock: encrypt it first with `samsyn encrypt`")]
    NotEncrypted(PathBuf),
    /// It is locked, or it is open.
    #[error("nothing was changed")]
    Already,
    /// The key is sealed, and there is another copy of it in the open.
    #[error(
        "the key is locked with the passphrase, but it is still there in the open, {0}: take it away there yourself"
    )]
    StillThere(Place),
    /// The replica's file cannot be used.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The key cannot be kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The passphrase is too short.
    #[error(
        "the passphrase is too short: use at least {SHORTEST} characters, for instance four words that nobody would put together"
    )]
    Short,
    /// It has a character that nobody sees.
    #[error(
        "the passphrase has a character that nobody sees (U+{:04X}): whoever types it again cannot know; leave it out. Nothing was changed",
        u32::from(*.0)
    )]
    Unseen(char),
    /// The system could not seal it.
    #[error("the key could not be sealed: nothing was changed")]
    NotSealed,
    /// It is another one.
    #[error("that is not the passphrase: nothing was changed")]
    Passphrase,
    /// There is nothing to unlock.
    #[error(
        "{0} was never locked with a passphrase here, and its key is nowhere on this computer: it can be opened where it was encrypted"
    )]
    NotLocked(PathBuf),
    /// The file is none of ours, or damaged.
    #[error(
        "{path} is no locked key ({reason}): restore it from a backup, or get the workspace anew with an invitation"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It cannot be written or read.
    #[error("{path} cannot be used ({reason})")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why, in the operating system's words.
        reason: io::Error,
    },
    /// The passphrase could not be stretched: there is too little memory.
    #[error("the passphrase could not be worked on ({0}): close other programs and try again")]
    Stretching(argon2::Error),
}

/// How a replica's file rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// Not encrypted.
    Plain,
    /// Encrypted, and its key is at hand there.
    Open(KeyName, Place),
    /// Encrypted, and its key is under a passphrase.
    Locked(KeyName, PathBuf),
    /// Encrypted, and its key is nowhere on this computer.
    Closed(KeyName),
}

/// How a replica's file rests.
///
/// # Errors
/// Where it is not there, or cannot be read.
pub fn rest(vault: &Vault, replica: &Path) -> Result<Rest, StoreError> {
    if !replica.exists() {
        return Err(StoreError::NotThere(replica.to_owned()));
    }
    // Whoever asks whether it is encrypted is not told so while a copy lies beside it in clear.
    sweep_beside(replica);
    vault.sweep();
    let unusable =
        |error: io::Error| StoreError::Unusable { path: replica.to_owned(), reason: error.to_string() };
    let Some(name) = key_needed(replica).map_err(unusable)? else { return Ok(Rest::Plain) };
    let locked = path(vault, name).filter(|path| path.exists());
    match (vault.place(&Secret::File(name), Some(replica)), &locked) {
        (Ok(Some(place)), _) => return Ok(Rest::Open(name, place)),
        // With the passphrase it can be opened whatever the keyring says.
        (Ok(None), _) | (Err(_), Some(_)) => {}
        (Err(error), None) => {
            return Err(StoreError::Unusable { path: replica.to_owned(), reason: error.to_string() });
        }
    }
    Ok(locked.map_or(Rest::Closed(name), |path| Rest::Locked(name, path)))
}

/// Encrypts a replica. Answers where its key rests.
///
/// # Errors
/// [`LockError::Already`] where it is encrypted; [`StoreError::Busy`] where somebody has it open.
pub fn encrypt(vault: &Vault, replica: &Path) -> Result<Place, LockError> {
    if rest(vault, replica)? != Rest::Plain {
        return Err(LockError::Already);
    }
    // Always: so there is one.
    let (key, place) = draw_file_key(vault, Encryption::Always)?.ok_or(LockError::Already)?;
    match encrypt_anew(replica, None, Some(&key)) {
        Ok(()) => Ok(place),
        Err(error) => {
            // Whatever went wrong: what the file needs now is not thrown away.
            if key_needed(replica).is_ok_and(|needed| needed != Some(key.name())) {
                vault.forget(&Secret::File(key.name()));
            }
            Err(error.into())
        }
    }
}

/// Lets a replica rest unencrypted. Its key stays where it is: copies and backups of the encrypted file need it.
///
/// # Errors
/// [`LockError::Already`] where it is; [`StoreError::Encrypted`] where its key is not at hand; [`StoreError::Busy`] where somebody
/// has it open.
pub fn decrypt(vault: &Vault, replica: &Path) -> Result<(), LockError> {
    if rest(vault, replica)? == Rest::Plain {
        return Err(LockError::Already);
    }
    let key = file_key(vault, replica)?.ok_or(LockError::Already)?;
    Ok(encrypt_anew(replica, Some(&key), None)?)
}

/// Whether locking asks for the passphrase that a replica was locked with before, rather than for a new one.
pub fn was_locked(vault: &Vault, replica: &Path) -> bool {
    let name = key_needed(replica).ok().flatten();
    name.and_then(|name| path(vault, name)).is_some_and(|path| path.exists())
}

/// Puts a replica's key under a passphrase, and forgets it. The passphrase has to be the one of before, unless it is to be changed.
///
/// # Errors
/// [`LockError::Already`] where it is locked. Nothing was changed then, but for [`LockError::StillThere`].
pub fn lock(vault: &Vault, replica: &Path, (passphrase, change): (&str, bool)) -> Result<(), LockError> {
    let name = match rest(vault, replica)? {
        Rest::Plain => return Err(LockError::NotEncrypted(replica.to_owned())),
        Rest::Locked(..) => return Err(LockError::Already),
        Rest::Open(name, _) | Rest::Closed(name) => name,
    };
    let key = file_key(vault, replica)?.ok_or(LockError::Already)?;
    let locked = path(vault, name).ok_or_else(KeyError::homeless)?;
    if change || !locked.exists() {
        seal(&locked, &key, passphrase)?;
    }
    // Nothing is forgotten that does not come back.
    if unseal(&locked, name, passphrase)?.secret() != key.secret() {
        return Err(LockError::Passphrase);
    }
    let beside = || vault.place(&Secret::File(name), Some(replica)).ok().flatten();
    match vault.forget(&Secret::File(name)).or_else(beside) {
        Some(place) => Err(LockError::StillThere(place)),
        None => Ok(()),
    }
}

/// Takes a replica's key from under its passphrase. Answers where it rests now.
///
/// # Errors
/// [`LockError::Already`] where it is not locked, [`LockError::Passphrase`] where it is another passphrase.
pub fn unlock(vault: &Vault, replica: &Path, passphrase: &str) -> Result<Place, LockError> {
    let (name, locked) = match rest(vault, replica)? {
        Rest::Plain | Rest::Open(..) => return Err(LockError::Already),
        Rest::Closed(_) => return Err(LockError::NotLocked(replica.to_owned())),
        Rest::Locked(name, locked) => (name, locked),
    };
    let key = unseal(&locked, name, passphrase)?;
    Ok(vault.keep_unlocked(&Secret::File(name), key.secret())?)
}

/// A replica's key under the passphrase that it is or was locked with, as it is kept here; none where it never was.
pub fn sealed_key(vault: &Vault, name: KeyName) -> Option<String> {
    std::fs::read_to_string(path(vault, name)?).ok()
}

/// A key under a passphrase, to be kept elsewhere than here.
///
/// # Errors
/// Where the passphrase is none to choose.
pub fn seal_apart(key: &FileKey, passphrase: &str) -> Result<String, LockError> {
    String::from_utf8(seal_to_text(key, passphrase)?).map_err(|_| LockError::NotSealed)
}

/// The key of that name, out of what [`sealed_key`] or [`seal_apart`] gave, which stands in the file `path`.
///
/// # Errors
/// [`LockError::Passphrase`] where it is another passphrase; where it is no sealed key.
pub fn unseal_apart(
    (path, sealed): (&Path, &str),
    name: KeyName,
    passphrase: &str,
) -> Result<FileKey, LockError> {
    Ok(unseal_text((path, sealed.as_bytes()), name, passphrase)?.key)
}

/// How many characters something typed has as a passphrase, however its letters are made up.
pub fn passphrase_length(typed: &str) -> usize {
    passphrase::length(typed)
}

/// Whether two typed texts are one passphrase, however their letters are made up.
pub fn is_same_passphrase(one: &str, other: &str) -> bool {
    passphrase::are_same(one, other)
}

/// Where the locked key of that name is, or is to be.
fn path(vault: &Vault, name: KeyName) -> Option<PathBuf> {
    vault.folder().map(|folder| folder.join(format!("{name}.locked")))
}
