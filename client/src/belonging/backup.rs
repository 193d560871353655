//! Backing a replica up and putting it back, with its key: the same for the window and the command line.
//!
//! ```text
//!  the replica is     and there is         the backup opens
//!  encrypted          --passphrase         on every computer, with that passphrase
//!  encrypted          a passphrase that    on every computer, with the one that it is locked with now
//!                     it is locked with
//!  encrypted          neither              only where its key is: on this computer
//!  not encrypted      --passphrase         on every computer, with that passphrase (encrypted with a key of its own)
//!  not encrypted      none                 on every computer, for everybody
//! ```

use std::path::{Path, PathBuf};

use samsyn_engine::backup::{self, BackupError, Label, Prepared, Restored};
use samsyn_engine::files::{Draft, Existing, Output, OutputError, Precious};
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::store::{About, FileKey, Held, KeyName, Store, StoreError, key_needed};

use crate::keys::lock::{self, LockError};
use crate::keys::vault::Secret;
use crate::keys::{self, KeyError, Place, Vault};

/// Why something was not backed up or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackingUpError {
    /// The backup, or what is in it.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The backup's file cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The passphrase.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The key cannot be kept on this computer.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is encrypted, and its key is only where it was made.
    #[error(
        "{0} is encrypted, and its key is not on this computer: only where it was made can it be put back, or one that was made with --passphrase"
    )]
    KeyNotHere(PathBuf),
}

impl BackingUpError {
    /// Whether it is a disk that does not take it.
    fn is_of_the_disk(&self) -> bool {
        use BackupError::Store;
        match self {
            BackingUpError::Output(error) => {
                matches!(error, OutputError::Full { .. } | OutputError::ReadOnly { .. })
            }
            BackingUpError::Backup(error) => {
                matches!(error, Store(StoreError::Full | StoreError::ReadOnly(_)))
            }
            BackingUpError::Replica(error) => error.is_of_the_disk(),
            _ => false,
        }
    }
}

impl From<StoreError> for BackingUpError {
    fn from(error: StoreError) -> Self {
        BackingUpError::Replica(error.into())
    }
}

/// Who can open a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// Everybody who has it: it is not encrypted.
    ForEverybody,
    /// Whoever knows the passphrase that was chosen for it.
    WithPassphrase,
    /// Whoever knows the passphrase that the replica is locked with now.
    WithLock,
    /// Whoever is on this computer: the key is nowhere else.
    OnlyHere(Option<Place>),
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The file.
    pub path: PathBuf,
    /// What is in it.
    pub about: About,
    /// Who can open it.
    pub opens: Opens,
}

/// Where a backup is written.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The file, or a folder in which it gets a name of its own.
    pub path: &'a Path,
    /// What becomes of a file that is there.
    pub existing: Existing,
}

/// Backs a replica up, also while others work in it: under a passphrase, where one was chosen. Nothing is written to the replica, so it is
/// backed up also where it cannot be: on a disk that is full, to another one.
///
/// # Errors
/// Where the replica cannot be read, the backup cannot be written, or is not what it should be. What was there before is there still.
pub fn back_up(
    vault: &Vault,
    replica: &Path,
    target: Target<'_>,
    passphrase: Option<&str>,
) -> Result<BackedUp, BackingUpError> {
    let opened = keys::open_or_read_from(vault, replica)?;
    let own = keys::file_key(vault, replica)?;
    let fresh = (own.is_none() && passphrase.is_some()).then(FileKey::random);
    let key = fresh.as_ref().or(own.as_ref());
    let (sealed_key, opens) = sealing(vault, (replica, key), passphrase)?;
    let path = named(target.path, &opened)?;
    let over = (target.existing, Some(Precious::Backup));
    let mut output = Output::begin_over(&path, Some(replica), over)?;
    let (draft, about) = copied((opened.store(), &path), (own.as_ref(), key))?;
    let label = Label {
        made_at: opened.now(),
        software: concat!("samsyn ", env!("CARGO_PKG_VERSION")).to_owned(),
        key: key.map(|key| key.name().to_string()),
        sealed_key,
    };
    backup::pack(&label, draft.path(), &mut output).map_err(|error| output.failed(error))?;
    output.finish()?;
    if backup::verify(&path)? != label {
        return Err(BackupError::Damaged(path).into());
    }
    Ok(BackedUp { path, about, opens })
}

/// A copy of a replica, beside it: what is left there where the program is killed is swept up the next time, and says no more than the
/// replica. Where there is no room, or nothing may be written, it is made where the backup is to stand: of the file as it stands, byte by
/// byte, for SQLite writes beside what it only reads, too.
fn copied(
    (replica, target): (&Store, &Path),
    (own, key): (Option<&FileKey>, Option<&FileKey>),
) -> Result<(Draft, About), BackingUpError> {
    let draft_at = |place: &Path| Draft::file(place).map_err(|error| OutputError::file(place, error));
    let copied = |store: &Store, place: &Path| {
        let draft = draft_at(place)?;
        let about = backup::copy(store, draft.path(), key)?;
        Ok::<_, BackingUpError>((draft, about))
    };
    if !replica.only_reads() {
        match copied(replica, replica.path()) {
            Err(error) if error.is_of_the_disk() => {}
            copied => return copied,
        }
    }
    let beside = draft_at(target)?;
    Store::copy_of_copy(replica.path(), beside.path(), own)?;
    copied(&Store::open_to_read(beside.path(), own)?, target)
}

/// What of the key goes into a backup, and who can open it by that.
fn sealing(
    vault: &Vault,
    (replica, key): (&Path, Option<&FileKey>),
    passphrase: Option<&str>,
) -> Result<(Option<String>, Opens), LockError> {
    let Some(key) = key else { return Ok((None, Opens::ForEverybody)) };
    if let Some(passphrase) = passphrase {
        return Ok((Some(lock::seal_apart(key, passphrase)?), Opens::WithPassphrase));
    }
    Ok(match lock::sealed_key(vault, key.name()) {
        Some(sealed) => (Some(sealed), Opens::WithLock),
        None => {
            let place = vault.place(&Secret::File(key.name()), Some(replica)).ok().flatten();
            (None, Opens::OnlyHere(place))
        }
    })
}

/// The file's name; in a folder, one that says what and when.
fn named(target: &Path, replica: &Replica) -> Result<PathBuf, BackingUpError> {
    if !target.is_dir() {
        return Ok(target.to_owned());
    }
    let name = replica.meta()?.workspace_name;
    let plain = |character: char| if character.is_alphanumeric() { character } else { '-' };
    let name: String = name.chars().map(plain).take(40).collect();
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "samsyn" } else { name };
    let name = format!("{name}-{}", stamp(replica.now()));
    // Several in one second: the later ones are numbered.
    let numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}-{number}")));
    let paths = numbered.map(|name| target.join(format!("{name}.samsyn-backup")));
    Ok(paths.into_iter().find(|path| !path.exists()).unwrap_or_else(|| target.join(name)))
}

/// A moment as part of a file's name.
fn stamp(second: i64) -> String {
    let moment = jiff::Timestamp::from_second(second).unwrap_or_default();
    moment.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d-%H%M%S").to_string()
}

/// What was put back.
#[derive(Debug)]
pub struct PutBack {
    /// The replica, open.
    pub replica: Replica,
    /// What was in the backup.
    pub about: About,
    /// When it was made, where that is known.
    pub made_at: Option<i64>,
    /// What was there before.
    pub restored: Restored,
    /// Where the key rests that was in the backup, if one was.
    pub key: Option<Place>,
}

/// Whether putting a backup back needs a passphrase.
///
/// # Errors
/// [`BackingUpError::KeyNotHere`] where no passphrase would do; where it is no backup.
pub fn needs_passphrase(vault: &Vault, backup: &Path, target: &Path) -> Result<bool, BackingUpError> {
    Ok(matches!(opening(vault, backup, target)?, Opening::Sealed(..)))
}

/// How a backup is opened.
enum Opening {
    Plain,
    With(FileKey),
    Sealed(KeyName, String),
}

fn opening(vault: &Vault, backup: &Path, target: &Path) -> Result<Opening, BackingUpError> {
    let unreadable = |reason| BackupError::File { path: backup.to_owned(), reason };
    let (name, sealed) = if backup::is_backup(backup).map_err(unreadable)? {
        let label = backup::label(backup)?;
        let damaged = |_| BackupError::Damaged(backup.to_owned());
        (label.key.map(|name| name.parse()).transpose().map_err(damaged)?, label.sealed_key)
    } else {
        (key_needed(backup).map_err(unreadable)?, None)
    };
    let Some(name) = name else { return Ok(Opening::Plain) };
    let at_hand = keys::key_named(vault, name, &[target, backup]);
    match (at_hand, sealed) {
        (Some(key), _) => Ok(Opening::With(key)),
        (None, Some(sealed)) => Ok(Opening::Sealed(name, sealed)),
        (None, None) => Err(BackingUpError::KeyNotHere(backup.to_owned())),
    }
}

/// Keeps a key that is not at hand for the replica that is to stand there, before anything needs it: it was in the backup, or lay beside it.
fn keep_where_it_lacks(vault: &Vault, key: &FileKey, target: &Path) -> Result<Option<Place>, KeyError> {
    let secret = Secret::File(key.name());
    match vault.place(&secret, Some(target)) {
        Ok(Some(_)) => Ok(None),
        Ok(None) | Err(_) => vault.keep(&secret, key.secret()).map(Some),
    }
}

/// Puts a backup in the place of a replica, or where none is. What is there gets another name.
///
/// # Errors
/// Where the backup cannot be opened or is damaged, or where somebody works in what is there. Then all is as it was.
pub fn put_back(
    vault: &Vault,
    backup: &Path,
    target: &Path,
    passphrase: Option<&str>,
) -> Result<PutBack, BackingUpError> {
    let key = match opening(vault, backup, target)? {
        Opening::Plain => None,
        Opening::With(key) => Some(key),
        Opening::Sealed(name, sealed) => {
            let passphrase = passphrase.unwrap_or_default();
            Some(lock::unseal_apart((backup, &sealed), name, passphrase)?)
        }
    };
    let made_at = backup::label(backup).ok().map(|label| label.made_at);
    let draft = Draft::file(target).map_err(|error| OutputError::file(target, error))?;
    let about = backup::prepare(backup, draft.path(), key.as_ref())?;
    let place = key.as_ref().map(|key| keep_where_it_lacks(vault, key, target)).transpose()?.flatten();
    let there = keys::file_key(vault, target).ok().flatten();
    let prepared = Prepared { held: Held(draft.path(), key.as_ref()), about: &about };
    let moment = stamp(samsyn_engine::clock::wall_clock());
    let restored = backup::put_in_place(prepared, target, (there.as_ref(), &moment))?;
    Ok(PutBack { replica: keys::open_from(vault, target)?, about, made_at, restored, key: place })
}
