//! What this computer must keep for itself, apart from every replica: the private keys by which relays know its devices, and the
//! keys that encrypted replicas are opened with. So whoever copies a replica, or finds a backup of one, has nothing that a relay
//! lets in, and of an encrypted one nothing to read.
//!
//! ```text
//!  replica's file ──name──▶ vault ──▶ its key ──▶ opened ──device──▶ vault ──▶ the device's key ──▶ what a relay lets in
//!                             ▲
//!                             └── lock (passphrase) ⇄ unlock
//! ```
//!
//! - [`vault`]: the places where keys rest: the system's keyring, the login session, a folder.
//! - [`lock`]: how a replica rests, and what changes that: encrypting, locking, unlocking.
//! - `sealed`: a key under a passphrase; `passphrase`: what was typed, as one.

pub mod lock;
mod passphrase;
mod sealed;
pub mod vault;

use std::path::Path;

use samsyn_engine::identity::{DeviceId, DeviceKey};
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::store::{FileKey, KeyName, StoreError, key_needed};

pub use sealed::SHORTEST;
use vault::Secret;
pub use vault::{KeyError, Place, Vault};

/// Opens a replica with the keys that this computer has for it: that of its file, where it is encrypted, and that of its device.
///
/// # Errors
/// Where the replica cannot be opened; [`StoreError::Encrypted`] where its key is not at hand.
pub fn open(path: &Path) -> Result<Replica, ReplicaError> {
    open_from(&Vault::of_this_person(), path)
}

/// The same, with the keys of a vault.
///
/// # Errors
/// As [`open`].
pub fn open_from(vault: &Vault, path: &Path) -> Result<Replica, ReplicaError> {
    vault.sweep();
    let key = file_key(vault, path)?;
    let mut replica = Replica::open_with(path, key.as_ref())?;
    if let Some(key) = device_key(vault, &replica) {
        replica.take_key(key);
    }
    Ok(replica)
}

/// Opens a replica only to read it: also on a full disk, or where it is read-only.
///
/// # Errors
/// As [`open`].
pub fn open_to_read(path: &Path) -> Result<Replica, ReplicaError> {
    let vault = Vault::of_this_person();
    vault.sweep();
    let key = file_key(&vault, path)?;
    Replica::open_to_read(path, key.as_ref())
}

/// The same, with this device's key: to ask the relay something for which nothing has to be written here.
///
/// # Errors
/// As [`open`].
pub fn open_to_ask(path: &Path) -> Result<Replica, ReplicaError> {
    let vault = Vault::of_this_person();
    vault.sweep();
    read_with_key(&vault, path)
}

/// Opens a replica to work in it. Where its disk is full or read-only it is only read, until [`Replica::open_to_write`] goes well.
///
/// # Errors
/// As [`open`], but for what only keeps it from being written.
pub fn open_or_read(path: &Path) -> Result<Replica, ReplicaError> {
    open_or_read_from(&Vault::of_this_person(), path)
}

/// The same, with the keys of a vault.
///
/// # Errors
/// As [`open_or_read`].
pub fn open_or_read_from(vault: &Vault, path: &Path) -> Result<Replica, ReplicaError> {
    match open_from(vault, path) {
        Err(error) if error.is_of_the_disk() => {}
        opened => return opened,
    }
    read_with_key(vault, path)
}

fn read_with_key(vault: &Vault, path: &Path) -> Result<Replica, ReplicaError> {
    let mut replica = Replica::open_to_read(path, file_key(vault, path)?.as_ref())?;
    if let Some(key) = device_key(vault, &replica) {
        replica.take_key(key);
    }
    Ok(replica)
}

/// Looks once more for the device's key of a replica that lacks it: the keyring may have been locked before.
pub fn look_again(replica: &mut Replica) {
    if replica.lacks_key().is_ok_and(|lacks| lacks)
        && let Some(key) = device_key(&Vault::of_this_person(), replica)
    {
        replica.take_key(key);
    }
}

/// Takes the device's key that is kept now: another has taken the place of the one before.
pub fn take_kept(replica: &mut Replica) {
    if let Some(key) = device_key(&Vault::of_this_person(), replica) {
        replica.take_key(key);
    }
}

/// Whether the relay knows a replica's device by a key that is not at hand.
pub fn lacks_device_key(vault: &Vault, replica: &Replica) -> Result<bool, ReplicaError> {
    Ok(replica.meta()?.key.is_some() && device_key(vault, replica).is_none())
}

/// Without it the replica can be worked in all the same; only the relay does not let it in.
fn device_key(vault: &Vault, replica: &Replica) -> Option<DeviceKey> {
    let (device, path) = (replica.device(), replica.store().path());
    let kept = |secret| {
        let found = vault.find(&secret, Some(path)).unwrap_or_else(|error| {
            tracing::warn!(%error, "a device's key is not at hand");
            None
        })?;
        Some(DeviceKey::from_bytes(found.as_slice().try_into().ok()?))
    };
    let known = replica.meta().ok()?.key;
    let fits = |key: &DeviceKey| known.is_none_or(|known| known == key.public());
    let key = kept(Secret::Device(device));
    if key.as_ref().is_some_and(fits) {
        return key;
    }
    // The relay has let it in with another one, and whoever asked was killed before that was kept for good.
    match kept(Secret::Entering(device)).filter(fits) {
        Some(entered) if keep_in(vault, device, &entered).is_ok() => {
            vault.forget(&Secret::Entering(device));
            Some(entered)
        }
        entered => entered.or(key),
    }
}

/// Keeps the key with which a device asks to be let in: it is all that lets it in once the invitation is used up.
///
/// # Errors
/// Where it cannot be written.
pub fn keep_entering(vault: &Vault, device: DeviceId, key: &DeviceKey) -> Result<(), KeyError> {
    vault.keep(&Secret::Entering(device), &key.to_bytes()).map(drop)
}

/// The key with which a device asked to be let in, where nobody knows what the relay said to it.
pub fn kept_entering(vault: &Vault, replica: &Replica) -> Option<DeviceKey> {
    let found = vault.find(&Secret::Entering(replica.device()), Some(replica.store().path())).ok()??;
    Some(DeviceKey::from_bytes(found.as_slice().try_into().ok()?))
}

/// Takes away what [`keep_entering`] has kept.
pub fn forget_entering(vault: &Vault, device: DeviceId) {
    vault.forget(&Secret::Entering(device));
}

/// The key that a replica's file is encrypted with; none where it is not.
///
/// # Errors
/// [`StoreError::Encrypted`] where the key is not at hand; where the file cannot be read.
pub fn file_key(vault: &Vault, path: &Path) -> Result<Option<FileKey>, StoreError> {
    let unusable =
        |error: std::io::Error| StoreError::Unusable { path: path.to_owned(), reason: error.to_string() };
    let Some(name) = key_needed(path).map_err(unusable)? else { return Ok(None) };
    let found = vault.find(&Secret::File(name), Some(path));
    let found =
        found.map_err(|error| StoreError::Unusable { path: path.to_owned(), reason: error.to_string() })?;
    let secret = found.and_then(|bytes| bytes.as_slice().try_into().ok());
    match secret {
        Some(secret) => Ok(Some(FileKey::kept(name, secret))),
        None => Err(StoreError::Encrypted(path.to_owned())),
    }
}

/// The key of that name, if it is at hand, also beside one of these files.
pub fn key_named(vault: &Vault, name: KeyName, beside: &[&Path]) -> Option<FileKey> {
    let found = beside.iter().find_map(|path| vault.find(&Secret::File(name), Some(path)).ok().flatten())?;
    found.as_slice().try_into().ok().map(|secret| FileKey::kept(name, secret))
}

/// Whether a new replica is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Where the system has a keyring to keep the key in.
    #[default]
    WithKeyring,
    /// In any case: without a keyring the key rests in a file.
    Always,
    /// Not.
    Never,
}

/// Draws the key for a new replica, if it is to have one, and keeps it: before anything is encrypted with it.
///
/// # Errors
/// Where it is to be encrypted in any case and the key cannot be kept.
pub fn draw_file_key(vault: &Vault, encryption: Encryption) -> Result<Option<(FileKey, Place)>, KeyError> {
    let wanted = match encryption {
        Encryption::WithKeyring => vault.has_keyring(),
        Encryption::Always => true,
        Encryption::Never => false,
    };
    if !wanted {
        return Ok(None);
    }
    let key = FileKey::random();
    match vault.keep(&Secret::File(key.name()), key.secret()) {
        Ok(Place::Keyring) => Ok(Some((key, Place::Keyring))),
        // It has a keyring that takes nothing: so it has none.
        Ok(_) if encryption == Encryption::WithKeyring => {
            vault.forget(&Secret::File(key.name()));
            Ok(None)
        }
        Ok(place) => Ok(Some((key, place))),
        Err(error) => Err(error),
    }
}

/// The name of the key that a replica is encrypted with.
pub fn name_of_key(path: &Path) -> Option<KeyName> {
    key_needed(path).ok().flatten()
}

/// Takes away the key of a replica that was taken away, or never made.
pub fn forget_key(vault: &Vault, name: KeyName) {
    vault.forget(&Secret::File(name));
}

/// Keeps a device's key on this computer.
///
/// # Errors
/// Where it cannot be written.
pub fn keep(device: DeviceId, key: &DeviceKey) -> Result<(), KeyError> {
    Vault::of_this_person().keep(&Secret::Device(device), &key.to_bytes()).map(drop)
}

/// Keeps a device's key.
///
/// # Errors
/// Where it cannot be written.
pub fn keep_in(vault: &Vault, device: DeviceId, key: &DeviceKey) -> Result<(), KeyError> {
    vault.keep(&Secret::Device(device), &key.to_bytes()).map(drop)
}

/// Takes away a key of a device that never was let in.
pub fn forget(vault: &Vault, device: DeviceId) {
    vault.forget(&Secret::Device(device));
}
