//! Where a device's private key rests between two starts of the program: in a file that only its owner can read, apart from
//! the replica. So whoever copies a replica, or finds a backup of one, has nothing that a relay lets in.
//!
//! ```text
//! <your data folder>/keys/<device>.key        or below the folder that SAMSYN_KEYS names
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use samsyn_engine::identity::{DeviceId, DeviceKey};
use samsyn_engine::replica::{Replica, ReplicaError};

/// A key could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("this computer's key cannot be kept in {path} ({reason}): without it the relay would let nobody in")]
pub struct KeyError {
    path: PathBuf,
    reason: io::Error,
}

/// Where the keys are.
fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("SAMSYN_KEYS") {
        return Some(PathBuf::from(folder));
    }
    let folders = directories::ProjectDirs::from("se", "Samsyn", "Samsyn")?;
    Some(folders.data_local_dir().join("keys"))
}

/// Opens a replica with the key that this computer has for it, if it has one.
///
/// # Errors
/// Where the replica cannot be opened.
pub fn open(path: &Path) -> Result<Replica, ReplicaError> {
    Ok(unlock(Replica::open(path)?))
}

/// The same replica with the key that this computer has for it, if it has one.
#[must_use]
pub fn unlock(replica: Replica) -> Replica {
    let beside = replica.store().path().parent().map(|folder| folder.join("keys"));
    let found = [folder(), beside].into_iter().flatten().find_map(|folder| read(&folder, replica.device()));
    match found {
        Some(key) => replica.with_key(key),
        None => replica,
    }
}

fn read(folder: &Path, device: DeviceId) -> Option<DeviceKey> {
    let bytes = fs::read(file(folder, device)).ok()?;
    Some(DeviceKey::from_bytes(&bytes.try_into().ok()?))
}

fn file(folder: &Path, device: DeviceId) -> PathBuf {
    folder.join(format!("{device}.key"))
}

/// Keeps a device's key on this computer.
///
/// # Errors
/// Where it cannot be written.
pub fn keep(device: DeviceId, key: &DeviceKey) -> Result<(), KeyError> {
    let folder = folder().ok_or_else(|| KeyError {
        path: PathBuf::from("~"),
        reason: io::Error::new(io::ErrorKind::NotFound, "there is no home folder"),
    })?;
    keep_in(&folder, device, key)
}

/// Keeps a device's key in a folder, which is made where it is not there.
///
/// # Errors
/// Where it cannot be written.
pub fn keep_in(folder: &Path, device: DeviceId, key: &DeviceKey) -> Result<(), KeyError> {
    let path = file(folder, device);
    write(folder, &path, key).map_err(|reason| KeyError { path, reason })
}

/// Takes away a key of a device that never was let in.
pub fn forget(device: DeviceId) {
    if let Some(folder) = folder() {
        let _ = fs::remove_file(file(&folder, device));
    }
}

/// Under another name first: a key is there as a whole or not at all.
fn write(folder: &Path, path: &Path, key: &DeviceKey) -> io::Result<()> {
    let mut maker = DirBuilder::new();
    maker.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.create(folder)?;
    let unfinished = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(&key.to_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_again_and_nobody_else_can_read_it() {
        let place = tempfile::tempdir().unwrap();
        let (device, key) = (DeviceId::random(), DeviceKey::random());
        let folder = place.path().join("deep").join("keys");
        keep_in(&folder, device, &key).unwrap();
        assert_eq!(read(&folder, device).unwrap().public(), key.public());
        assert!(read(&folder, DeviceId::random()).is_none());
        let other = DeviceKey::random();
        keep_in(&folder, device, &other).unwrap();
        assert_eq!(read(&folder, device).unwrap().public(), other.public(), "a new one takes its place");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&file(&folder, device))), (0o700, 0o600));
        }
    }
}
