//! What is kept across restarts: the account at a directory, and the last certificate of it with its key.
//!
//! ```text
//! DATA/acme/<hash of the directory's address>/account.json
//! DATA/acme/<hash of the directory's address>/certificate.pem   the key, the certificate, those that lead to its authority
//! ```
//!
//! Each directory has its own place, so whoever has tried it with a test directory begins anew with the real one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use instant_acme::AccountCredentials;
use samsyn_engine::files::{private, sync_folder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::RelayError;
use crate::folder::Folder;

const ACCOUNT: &str = "account.json";
const CERTIFICATE: &str = "certificate.pem";

/// What is written to see whether anything can be, and how large it is: more than an account.
const PROBE: &str = "probe";
const PROBE_BYTES: usize = 4096;

/// So much of the hash tells directories apart.
const HASH_BYTES: usize = 8;

/// An account at a directory.
#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    /// Where the authority may write to, as it was told.
    pub(super) contact: Option<String>,
    /// Its key, its name and its directory.
    pub(super) credentials: AccountCredentials,
}

/// The place of one directory.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// The place of that directory, whether it is there or not.
    pub(super) fn at(data: &Folder, directory: &str) -> Kept {
        let hash = Sha256::digest(directory);
        Kept { folder: data.root().join("acme").join(HEXLOWER.encode(&hash[..HASH_BYTES])) }
    }

    /// The same, made where it is not there. Nobody else can look into it.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) fn open(data: &Folder, directory: &str) -> Result<Kept, RelayError> {
        let kept = Kept::at(data, directory);
        let made = make_private(&data.root().join("acme")).and_then(|()| make_private(&kept.folder));
        made.map_err(RelayError::not_writable(&kept.folder))?;
        Ok(kept)
    }

    /// Whether something could be kept now.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn probe(&self) -> io::Result<()> {
        self.write(PROBE, &[0; PROBE_BYTES])?;
        fs::remove_file(self.folder.join(PROBE))
    }

    pub(super) fn account(&self) -> io::Result<Option<Account>> {
        let Some(bytes) = self.read(ACCOUNT)? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    pub(super) fn keep_account(&self, account: &Account) -> io::Result<()> {
        self.write(ACCOUNT, &serde_json::to_vec_pretty(account)?)
    }

    /// The authority knows where it may write to from now on.
    pub(super) fn keep_contact(&self, contact: Option<&str>) -> io::Result<()> {
        let Some(account) = self.account()? else { return Ok(()) };
        self.keep_account(&Account { contact: contact.map(str::to_owned), ..account })
    }

    /// The directory does not know it any more.
    pub(super) fn forget_account(&self) -> io::Result<()> {
        fs::remove_file(self.folder.join(ACCOUNT))
    }

    pub(super) fn certificate(&self) -> io::Result<Option<String>> {
        let bytes = self.read(CERTIFICATE)?;
        bytes.map(|bytes| String::from_utf8(bytes).map_err(io::Error::other)).transpose()
    }

    pub(super) fn keep_certificate(&self, pem: &str) -> io::Result<()> {
        self.write(CERTIFICATE, pem.as_bytes())
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// All of it or nothing is there afterwards, whenever the power fails.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (unfinished, finished) = (self.folder.join(format!(".{name}")), self.folder.join(name));
        let _ = fs::remove_file(&unfinished);
        let mut file = private::create_new(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, finished)?;
        sync_folder(&self.folder)
    }
}

/// A folder of this account alone, whatever it was before.
fn make_private(path: &Path) -> io::Result<()> {
    if !path.is_dir() {
        return private::make_folder(path);
    }
    private::tighten(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_keeps_its_own_and_nobody_else_can_look() {
        let place = tempfile::tempdir().unwrap();
        let data = Folder::open(place.path()).unwrap();
        fs::create_dir(place.path().join("acme")).unwrap();
        let (real, test) = ("https://ca.example/directory", "https://test.ca.example/directory");
        let kept = Kept::open(&data, real).unwrap();
        assert_eq!(kept.certificate().unwrap(), None);
        kept.keep_certificate("one").unwrap();
        kept.keep_certificate("two").unwrap();
        assert_eq!(Kept::open(&data, real).unwrap().certificate().unwrap().as_deref(), Some("two"));
        assert_eq!(Kept::open(&data, test).unwrap().certificate().unwrap(), None);
        assert!(kept.account().unwrap().is_none());
        fs::write(kept.folder.join(ACCOUNT), "nothing of use").unwrap();
        assert!(kept.account().is_err(), "a damaged account is said, not replaced");
        kept.probe().unwrap();
        assert_eq!(fs::read_dir(&kept.folder).unwrap().count(), 2, "nothing is left of looking");
        // In the way of whatever is written.
        fs::create_dir(kept.folder.join(format!(".{PROBE}"))).unwrap();
        assert!(kept.probe().is_err());
        #[cfg(unix)]
        for (path, expected) in [
            (place.path().join("acme"), 0o700),
            (kept.folder.clone(), 0o700),
            (kept.folder.join(CERTIFICATE), 0o600),
        ] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, expected, "{path:?}");
        }
    }
}
