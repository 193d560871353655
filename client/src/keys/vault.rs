//! The places where keys rest.
//!
//! ```text
//!  the system's keyring        Secret Service, Keychain, Credential Manager: where there is one, and it takes them
//!  the login session           $XDG_RUNTIME_DIR/samsyn/…    in memory, gone at logout: what was unlocked without a keyring
//!  a folder                    <your data folder>/keys/…    readable for its owner only
//!  beside the replica          <its folder>/keys/…          read, never written: what a demonstration or a stick brings along
//! ```
//!
//! `SAMSYN_KEYS` names another folder, and then that is the only place: a stick that is taken out, or the folder of a test.
//! Files are looked at before the keyring is asked: most openings of a replica need not wake it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use samsyn_engine::files::{self, Draft, private, room, with_ending};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::store::KeyName;
use zeroize::Zeroizing;

/// How the keyring lists what is ours.
const SERVICE: &str = "Samsyn";

/// A key could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the key cannot be kept in {path}{}", why(reason))]
pub struct KeyError {
    /// Which file.
    pub path: PathBuf,
    /// Why, in the operating system's words.
    pub reason: io::Error,
}

/// Why not, and what to do about it.
fn why(reason: &io::Error) -> String {
    match room::says_full(reason) {
        true => ": the disk is full; nothing was changed; make room on it and try again".to_owned(),
        false => format!(
            " ({reason}): nothing was changed; make the folder writable, or name another one with SAMSYN_KEYS"
        ),
    }
}

impl KeyError {
    pub(super) fn homeless() -> KeyError {
        let reason = io::Error::new(io::ErrorKind::NotFound, "there is no home folder");
        KeyError { path: PathBuf::from("~"), reason }
    }
}

/// The keyring did not answer: whether something is kept in it nobody knows now.
#[derive(Debug, thiserror::Error)]
#[error("this computer's keyring does not answer ({0}): unlock it and try again")]
pub struct NoAnswer(keyring::Error);

/// What is kept, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The private key of a device.
    Device(DeviceId),
    /// The key with which a device asks to be let in, until the relay has said that it is.
    Entering(DeviceId),
    /// The key of a replica's file.
    File(KeyName),
}

impl Secret {
    fn entry(&self) -> String {
        match self {
            Secret::Device(device) => format!("device {device}"),
            Secret::Entering(device) => format!("entering {device}"),
            Secret::File(name) => format!("replica {name}"),
        }
    }

    fn file(&self) -> String {
        match self {
            Secret::Device(device) => format!("{device}.key"),
            Secret::Entering(device) => format!("{device}.entering"),
            Secret::File(name) => format!("{name}.file-key"),
        }
    }
}

/// Where a key rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The system's keyring.
    Keyring,
    /// In memory, until logout.
    Session,
    /// This file.
    File(PathBuf),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Keyring => f.write_str("in this computer's keyring"),
            Place::Session => f.write_str("in memory until you log out"),
            Place::File(path) => write!(f, "in {}", path.display()),
        }
    }
}

/// The places of one person on this computer.
#[derive(Debug, Clone)]
pub struct Vault {
    keyring: bool,
    session: Option<PathBuf>,
    folder: Option<PathBuf>,
}

impl Vault {
    /// The places of whoever runs this program.
    pub fn of_this_person() -> Vault {
        if let Some(folder) = std::env::var_os("SAMSYN_KEYS") {
            return Vault::in_folder(Path::new(&folder));
        }
        let session = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("samsyn"));
        let folders = directories::ProjectDirs::from("se", "Samsyn", "Samsyn");
        let folder = folders.map(|folders| folders.data_local_dir().join("keys"));
        // Tests leave the keyring of whoever runs them alone; `tests/tests/keyring.rs` has one of its own.
        Vault { keyring: !cfg!(test), session, folder }
    }

    /// A folder only.
    pub fn in_folder(folder: &Path) -> Vault {
        Vault { keyring: false, session: None, folder: Some(folder.to_owned()) }
    }

    /// Takes away what a program that was killed has left where keys are written: it may be one, in clear.
    pub fn sweep(&self) {
        self.session.iter().chain(&self.folder).for_each(|folder| {
            files::sweep(folder);
        });
    }

    /// Whether there is a keyring.
    pub fn has_keyring(&self) -> bool {
        self.keyring && keyring::Entry::store_status().is_ok()
    }

    /// The folder; none where there is no home folder either.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What is kept under that name, if it is at hand; also what lies beside a replica.
    ///
    /// # Errors
    /// Where the keyring may have it and does not say.
    pub fn find(
        &self,
        secret: &Secret,
        replica: Option<&Path>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, NoAnswer> {
        let files = self.files(secret, replica).into_iter();
        match files.filter_map(|(_, path)| fs::read(path).ok()).next() {
            Some(bytes) => Ok(Some(Zeroizing::new(bytes))),
            None => self.ask(secret),
        }
    }

    /// Where what is kept under that name rests.
    ///
    /// # Errors
    /// Where the keyring may have it and does not say.
    pub fn place(&self, secret: &Secret, replica: Option<&Path>) -> Result<Option<Place>, NoAnswer> {
        let found = self.files(secret, replica).into_iter().find(|(_, path)| path.exists());
        match found {
            Some((place, _)) => Ok(Some(place)),
            None => Ok(self.ask(secret)?.map(|_| Place::Keyring)),
        }
    }

    fn ask(&self, secret: &Secret) -> Result<Option<Zeroizing<Vec<u8>>>, NoAnswer> {
        match self.entry(secret).map(|entry| entry.get_secret()) {
            None | Some(Err(keyring::Error::NoEntry)) => Ok(None),
            Some(Ok(bytes)) => Ok(Some(Zeroizing::new(bytes))),
            Some(Err(error)) => Err(NoAnswer(error)),
        }
    }

    /// Keeps something for good: in the keyring, or else in the folder.
    ///
    /// # Errors
    /// Where it can be kept nowhere.
    pub fn keep(&self, secret: &Secret, bytes: &[u8]) -> Result<Place, KeyError> {
        if self.keep_in_keyring(secret, bytes) {
            return Ok(Place::Keyring);
        }
        self.keep_in_folder(secret, bytes)
    }

    /// Keeps something that was unlocked: in the keyring, or else until logout. Where the system has neither, in the folder.
    ///
    /// # Errors
    /// Where it can be kept nowhere.
    pub fn keep_unlocked(&self, secret: &Secret, bytes: &[u8]) -> Result<Place, KeyError> {
        if self.keep_in_keyring(secret, bytes) {
            return Ok(Place::Keyring);
        }
        match self.session.as_deref().map(|folder| write(folder, &folder.join(secret.file()), bytes)) {
            Some(Ok(())) => Ok(Place::Session),
            _ => self.keep_in_folder(secret, bytes),
        }
    }

    /// Takes it away, wherever it is. Answers where it is still, if it could not be taken away from there.
    pub fn forget(&self, secret: &Secret) -> Option<Place> {
        for (_, path) in self.files(secret, None) {
            let _ = fs::remove_file(path);
        }
        let deleted = self.entry(secret).map(|entry| entry.delete_credential());
        match deleted {
            None | Some(Ok(()) | Err(keyring::Error::NoEntry)) => self.place(secret, None).ok().flatten(),
            Some(Err(_)) => Some(Place::Keyring),
        }
    }

    /// Says whether it rests there now: what cannot be read back is not kept.
    fn keep_in_keyring(&self, secret: &Secret, bytes: &[u8]) -> bool {
        let Some(entry) = self.entry(secret) else { return false };
        let kept = entry.set_secret(bytes).and_then(|()| entry.get_secret()).map(Zeroizing::new);
        match kept {
            Ok(kept) if kept.as_slice() == bytes => true,
            Ok(_) => false,
            Err(error) => {
                tracing::info!(%error, "the keyring takes nothing");
                false
            }
        }
    }

    fn keep_in_folder(&self, secret: &Secret, bytes: &[u8]) -> Result<Place, KeyError> {
        let Some(folder) = &self.folder else { return Err(KeyError::homeless()) };
        let path = folder.join(secret.file());
        match write(folder, &path, bytes) {
            Ok(()) => Ok(Place::File(path)),
            Err(reason) => Err(KeyError { path, reason }),
        }
    }

    fn entry(&self, secret: &Secret) -> Option<keyring::Entry> {
        self.has_keyring().then(|| keyring::Entry::new(SERVICE, &secret.entry()).ok()).flatten()
    }

    fn files(&self, secret: &Secret, replica: Option<&Path>) -> Vec<(Place, PathBuf)> {
        let mut files = Vec::new();
        if let Some(folder) = &self.session {
            files.push((Place::Session, folder.join(secret.file())));
        }
        let beside = replica.and_then(Path::parent).map(|folder| folder.join("keys"));
        for folder in self.folder.iter().chain(&beside) {
            let path = folder.join(secret.file());
            files.push((Place::File(path.clone()), path));
        }
        files
    }
}

/// Writes a file that only its owner can read, under another name first: it is there as a whole or not at all. A key is there before
/// anything needs it, also after a power cut.
pub(super) fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    private::make_folders(folder)?;
    files::sweep(folder);
    // What earlier versions left where they were killed.
    let _ = fs::remove_file(with_ending(path, ".new"));
    let draft = Draft::file(path)?;
    draft.open_file().write_all(bytes)?;
    draft.put_in_the_place_of(path)
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::DeviceKey;
    use samsyn_engine::store::FileKey;

    use super::*;

    #[test]
    fn a_key_is_found_again_and_nobody_else_can_read_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("deep").join("keys");
        let vault = Vault::in_folder(&folder);
        let (device, key) = (Secret::Device(DeviceId::random()), DeviceKey::random());
        let kept = vault.keep(&device, &key.to_bytes()).unwrap();
        assert_eq!(vault.place(&device, None).unwrap(), Some(kept.clone()));
        let found = |secret: &Secret| vault.find(secret, None).unwrap().map(|bytes| bytes.to_vec());
        assert_eq!(found(&device), Some(key.to_bytes().to_vec()));
        assert_eq!(found(&Secret::Device(DeviceId::from_bytes([0; 16]))), None);
        let other = DeviceKey::random().to_bytes();
        vault.keep(&device, &other).unwrap();
        assert_eq!(found(&device), Some(other.to_vec()), "a new one takes its place");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let Place::File(path) = kept else { panic!("{kept:?}") };
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        }
    }

    #[test]
    fn what_is_unlocked_without_a_keyring_is_gone_with_the_session_and_what_is_forgotten_everywhere() {
        let place = tempfile::tempdir().unwrap();
        let (session, folder) = (place.path().join("run"), place.path().join("keys"));
        let vault = Vault { session: Some(session.clone()), ..Vault::in_folder(&folder) };
        let key = FileKey::random();
        let secret = Secret::File(key.name());
        assert_eq!(vault.keep_unlocked(&secret, key.secret()).unwrap(), Place::Session);
        assert!(fs::read_dir(&folder).is_err(), "nothing of it is on the disk");
        fs::remove_dir_all(&session).unwrap();
        assert_eq!(vault.place(&secret, None).unwrap(), None);
        vault.keep_unlocked(&secret, key.secret()).unwrap();
        vault.keep(&secret, key.secret()).unwrap();
        assert_eq!(vault.forget(&secret), None);
        assert_eq!(vault.place(&secret, None).unwrap(), None);
    }

    #[test]
    fn what_lies_beside_the_replica_is_found_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let (stick, key) = (place.path().join("stick"), FileKey::random());
        let secret = Secret::File(key.name());
        Vault::in_folder(&stick.join("keys")).keep(&secret, key.secret()).unwrap();
        let (vault, replica) = (Vault::in_folder(&place.path().join("home")), stick.join("a.samsyn"));
        let found = |replica| vault.find(&secret, replica).unwrap();
        assert_eq!(found(Some(&replica)).unwrap().as_slice(), key.secret());
        assert_eq!(vault.forget(&secret), None);
        assert!(found(Some(&replica)).is_some() && found(None).is_none());
    }

    #[test]
    fn where_nothing_can_be_kept_it_says_where_and_why() {
        let place = tempfile::tempdir().unwrap();
        let taken = place.path().join("taken");
        fs::write(&taken, "a file").unwrap();
        let error = Vault::in_folder(&taken).keep(&Secret::Device(DeviceId::random()), &[1]).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        let nowhere = Vault { keyring: false, session: None, folder: None };
        assert!(nowhere.keep(&Secret::Device(DeviceId::random()), &[1]).is_err());
    }
}
