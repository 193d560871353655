//! Joining: from what a person was given (an address, a code, and who they are) to a replica that the relay lets in.

use std::path::{Path, PathBuf};

use samsyn_engine::address::{AddressError, RelayAddress, WorkspaceAddress};
use samsyn_engine::files::with_ending;
use samsyn_engine::identity::{CodeError, DeviceKey, InvitationCode, WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{Newborn, Replica, ReplicaError};
use samsyn_engine::schema::{FieldType, Value, ValueError};
use samsyn_engine::store::{
    ErasedUpTo, FileKey, Meta, NewReplica, StoreError, WayIn, is_unfinished, key_needed,
};
use samsyn_engine::sync::{ErrorCode, Notice};
use samsyn_engine::text;
use samsyn_engine::typed;

use crate::keys::{self, Encryption, KeyError, Place, Vault};
use crate::link::{self, LinkError, Visit};

/// Why somebody did not join. Nothing was left behind, but for [`JoinError::Broken`].
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// They did not say who they are.
    #[error("your name is empty: others need it to see who wrote what")]
    NoName,
    /// The address is none.
    #[error("{0} (expected wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE)")]
    Address(#[from] AddressError),
    /// The workspace's name is none: it has something in it that is no text, or is too long.
    #[error("the workspace's name: {0}")]
    Workspace(ValueError),
    /// The code is none.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// Where the replica is to be there is something.
    #[error("there is already a file at {}: choose another place with --replica", .0.display())]
    Exists(PathBuf),
    /// There is a workspace that no relay has.
    #[error(
        "there is already a workspace at {}, only on this computer: take it to that relay with `samsyn share ADDRESS`, or choose another place with --replica", .0.display()
    )]
    Alone(PathBuf),
    /// There is this very workspace.
    #[error(
        "this workspace is at {} already: say `samsyn sync`, or `samsyn enter` to come in with another invitation", .0.display()
    )]
    Joined(PathBuf),
    /// The replica could not be made.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// This computer's key could not be kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The relay did not let them in.
    #[error("not joined: {}", .0.words)]
    Refused(Notice),
    /// The relay is out of reach.
    #[error("not joined, and nothing is kept here yet: {} (or join now and sync later with --no-sync)", .0.before_joining())]
    NotReached(#[source] LinkError),
    /// The relay was reached, and perhaps let them in; the connection ended before all had come. The replica stays, and gets the
    /// rest later.
    #[error("{0}; the workspace is on this computer now, and gets the rest with `samsyn sync`")]
    Broken(#[source] LinkError),
}

/// Where to join, and with what.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The relay's address: `wss://HOST`.
    pub relay: RelayAddress,
    /// The workspace.
    pub workspace: WorkspaceId,
    given: Given,
}

/// What a person was given.
#[derive(Debug, Clone)]
enum Given {
    Code(InvitationCode),
    /// The secret of a workspace that has no members.
    Secret(WorkspaceSecret),
}

impl Entry {
    /// Reads what a person was given: an address and a code, or both in the address with a # between them.
    ///
    /// # Errors
    /// Where one of the two is none.
    pub fn read(address: &str, code: &str) -> Result<Entry, JoinError> {
        let address = typed::bare(address);
        let (address, code) = address.split_once('#').unwrap_or((&address, code));
        let WorkspaceAddress { relay, workspace } = address.parse()?;
        let given = match code.parse::<WorkspaceSecret>() {
            Ok(secret) => Given::Secret(secret),
            Err(_) => Given::Code(code.parse()?),
        };
        Ok(Entry { relay, workspace, given })
    }

    fn way_in(&self, key: &DeviceKey) -> WayIn {
        match &self.given {
            Given::Secret(secret) => secret.clone().into(),
            Given::Code(code) => WayIn::Invited { key: key.public(), code: code.clone() },
        }
    }
}

/// The name of whoever joins, if it is one.
///
/// # Errors
/// Where it is empty.
pub fn person(name: &str) -> Result<&str, JoinError> {
    match name.trim() {
        "" => Err(JoinError::NoName),
        name => Ok(name),
    }
}

/// Where a replica is made, and how it rests there.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its file.
    pub replica: &'a Path,
    /// Where keys are kept.
    pub vault: &'a Vault,
    /// Whether it is encrypted.
    pub encryption: Encryption,
}

/// A replica that was made.
#[derive(Debug)]
pub struct Made {
    /// The replica.
    pub replica: Replica,
    /// Where the key rests that it is encrypted with, if it is.
    pub key: Option<Place>,
}

impl Site<'_> {
    /// Makes a replica; `device_key` is that of its device, where it has one. Killed at any moment, either all of it is there or
    /// nothing but keys to nothing.
    fn make(
        &self,
        new: &NewReplica,
        person: &str,
        device_key: Option<&DeviceKey>,
    ) -> Result<Made, JoinError> {
        self.clear_stub();
        let (key, place) = keys::draw_file_key(self.vault, self.encryption)?.unzip();
        let made = self.make_with(key.as_ref(), (new, person), device_key);
        // Whatever went wrong: what the file needs that is there is not thrown away.
        if made.is_err() && key_needed(self.replica).ok().flatten() != key.as_ref().map(FileKey::name) {
            key.iter().for_each(|key| keys::forget_key(self.vault, key.name()));
        }
        Ok(Made { replica: made?, key: place })
    }

    fn make_with(
        &self,
        key: Option<&FileKey>,
        (new, person): (&NewReplica, &str),
        device_key: Option<&DeviceKey>,
    ) -> Result<Replica, JoinError> {
        let newborn = Newborn::begin(self.replica, key, new, person)?;
        let device = newborn.device();
        // Before it has its name: without its key the replica is let in nowhere.
        let kept = device_key.map_or(Ok(()), |key| keys::keep_in(self.vault, device, key));
        let made = kept.map_err(JoinError::from).and_then(|()| Ok(newborn.finish(key)?));
        if made.is_err() && device_key.is_some() {
            keys::forget(self.vault, device);
        }
        made
    }

    /// Takes away what an earlier version left that was killed as it made an encrypted replica: there is nothing in it.
    fn clear_stub(&self) {
        let key = keys::file_key(self.vault, self.replica).ok().flatten();
        if key.is_some_and(|key| is_unfinished(self.replica, Some(&key))) {
            self.clear();
        }
    }

    /// Takes away what was made here just now. Its key last: killed before that, the next command can open what is left.
    fn clear(&self) {
        let key = keys::name_of_key(self.replica);
        for ending in ["-wal", "-shm", "-journal", "-instance", ""] {
            let _ = std::fs::remove_file(with_ending(self.replica, ending));
        }
        key.into_iter().for_each(|key| keys::forget_key(self.vault, key));
    }
}

/// Makes a replica of a new workspace that is only on this device.
///
/// # Errors
/// Where it cannot be made.
pub fn found(site: Site<'_>, workspace: &str, name: &str) -> Result<Made, JoinError> {
    let name = person(name)?;
    let workspace_name = text::typed(workspace).trim().to_owned();
    FieldType::Line.check(&Value::Text(workspace_name.clone())).map_err(JoinError::Workspace)?;
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name, relay: None };
    site.make(&new, name, None)
}

/// Makes the replica, without asking the relay for anything yet.
///
/// # Errors
/// Where it cannot be made.
pub fn prepare(site: Site<'_>, entry: &Entry, name: &str) -> Result<Made, JoinError> {
    let name = person(name)?;
    let key = DeviceKey::random();
    let way = entry.way_in(&key);
    let invited = matches!(way, WayIn::Invited { .. });
    let relay = Some((entry.relay.to_string(), way));
    let new = NewReplica { workspace: entry.workspace, workspace_name: String::new(), relay };
    let made = match site.make(&new, name, invited.then_some(&key)) {
        Err(JoinError::Replica(ReplicaError::Store(StoreError::Exists(_)))) => {
            return Err(is_there(site, entry));
        }
        made => made?,
    };
    Ok(if invited { Made { replica: made.replica.with_key(key), ..made } } else { made })
}

/// Why there is no place for a new replica: what is there already says what was meant, perhaps.
fn is_there(site: Site<'_>, entry: &Entry) -> JoinError {
    let path = || site.replica.to_owned();
    match keys::open_from(site.vault, site.replica).and_then(|replica| replica.meta()) {
        Ok(meta) if meta.relay.is_none() => JoinError::Alone(path()),
        Ok(meta) if meta.workspace == entry.workspace => JoinError::Joined(path()),
        _ => JoinError::Exists(path()),
    }
}

/// The first meeting tells whether the invitation is good. Where it is not, nothing is left behind.
///
/// # Errors
/// Where the relay does not let us in, or is out of reach; [`JoinError::Broken`] where it had let us in and not all has come.
pub fn first_sync(site: Site<'_>, mut replica: Replica) -> Result<(Replica, Visit), JoinError> {
    match link::sync_once(&mut replica) {
        Ok(visit) => Ok((replica, visit)),
        Err(error) => Err(ended(site, replica, error)),
    }
}

/// Why somebody did not join, where the first meeting ended so. Takes away what was made only where the relay never let it in: an
/// invitation that is used up lets nobody in again, so the key that it was used with must not go.
fn ended(site: Site<'_>, replica: Replica, error: LinkError) -> JoinError {
    // Where that cannot be read nothing is taken away, either.
    let is_strange = replica.meta().is_ok_and(|meta| !was_let_in(&meta) && !is_in_doubt(&meta, &error));
    let error = match error {
        LinkError::Closed(notice) if is_strange => JoinError::Refused(notice),
        error if is_strange && error.is_before_hello() => JoinError::NotReached(error),
        error => return JoinError::Broken(error),
    };
    let device = replica.device();
    // Closing it writes beside it: first it is closed, then it is taken away.
    drop(replica);
    site.clear();
    keys::forget(site.vault, device);
    error
}

/// Whether the relay has let a new replica in: it said what the device may do, or something came. Where a workspace has a secret
/// instead of members only the latter shows it.
fn was_let_in(meta: &Meta) -> bool {
    let came = meta.cursor.is_some() || meta.first_sync.is_some() || meta.last_contact.is_some();
    // What was erased is told before anything else, and the connection begins anew after it.
    meta.grant.is_some() || came || meta.erased != ErasedUpTo::default()
}

/// Whether the relay may have let it in, and used up the invitation, before it could say so: it stops, or cannot read its log.
fn is_in_doubt(meta: &Meta, error: &LinkError) -> bool {
    let LinkError::Closed(notice) = error else { return false };
    meta.invitation.is_some() && matches!(notice.code, ErrorCode::Stopping | ErrorCode::Storage)
}

impl From<StoreError> for JoinError {
    fn from(error: StoreError) -> JoinError {
        JoinError::Replica(error.into())
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::Grant;
    use samsyn_engine::store::Store;

    use super::*;

    /// Somebody has made the replica with an invitation, and not met the relay yet.
    struct Newcomer {
        path: PathBuf,
        vault: Vault,
        folder: tempfile::TempDir,
    }

    impl Newcomer {
        fn new() -> Newcomer {
            let folder = tempfile::tempdir().unwrap();
            let vault = Vault::in_folder(&folder.path().join("keys"));
            Newcomer { path: folder.path().join("a.samsyn"), vault, folder }
        }

        fn site(&self) -> Site<'_> {
            Site { replica: &self.path, vault: &self.vault, encryption: Encryption::Always }
        }

        fn invited(&self) -> Replica {
            let address = format!("wss://host/{}", WorkspaceId::random());
            let entry = Entry::read(&address, &InvitationCode::random().reveal()).unwrap();
            prepare(self.site(), &entry, "Bo").unwrap().replica
        }

        /// The files that are there: the replica's, and the keys.
        fn left(&self) -> Vec<PathBuf> {
            let files = |folder: &Path| {
                let entries = std::fs::read_dir(folder).into_iter().flatten();
                entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect::<Vec<_>>()
            };
            [files(self.folder.path()), files(&self.folder.path().join("keys"))].concat()
        }
    }

    fn closed(code: ErrorCode) -> LinkError {
        LinkError::Closed(Notice::new(code, "no"))
    }

    fn unreachable() -> LinkError {
        LinkError::Unreachable { address: "wss://host".to_owned(), reason: "no answer".to_owned() }
    }

    #[test]
    fn whoever_was_never_let_in_leaves_nothing_behind() {
        for (error, refused) in [(closed(ErrorCode::Access), true), (unreachable(), false)] {
            let bo = Newcomer::new();
            let replica = bo.invited();
            assert!(bo.left().len() >= 3, "the replica, its key, and the device's: {:?}", bo.left());
            match ended(bo.site(), replica, error) {
                JoinError::Refused(_) => assert!(refused),
                JoinError::NotReached(_) => assert!(!refused),
                other => panic!("{other}"),
            }
            assert_eq!(bo.left(), Vec::<PathBuf>::new());
        }
    }

    #[test]
    fn whoever_was_let_in_keeps_replica_and_key_however_the_first_meeting_ends() {
        let codes = [ErrorCode::Stopping, ErrorCode::Limited, ErrorCode::Access];
        for error in codes.map(closed).into_iter().chain([unreachable()]) {
            let bo = Newcomer::new();
            let replica = bo.invited();
            let device = replica.device();
            drop(replica);
            let key = keys::file_key(&bo.vault, &bo.path).unwrap();
            let mut store = Store::open_with(&bo.path, key.as_ref()).unwrap();
            let mut transaction = store.transaction().unwrap();
            transaction.set_grant(&Grant::unbounded(device), None).unwrap();
            transaction.commit().unwrap();
            drop(store);
            let replica = Replica::open_with(&bo.path, key.as_ref()).unwrap();
            assert!(matches!(ended(bo.site(), replica, error), JoinError::Broken(_)));
            assert!(bo.path.exists());
            let has_key = bo.left().iter().any(|path| path.ends_with(format!("keys/{device}.key")));
            assert!(has_key && keys::file_key(&bo.vault, &bo.path).is_ok());
        }
    }

    #[test]
    fn an_invitation_that_may_be_used_up_is_not_thrown_away() {
        let bo = Newcomer::new();
        let replica = bo.invited();
        assert!(matches!(ended(bo.site(), replica, closed(ErrorCode::Stopping)), JoinError::Broken(_)));
        assert!(bo.path.exists());
        // A secret lets in as often as somebody comes.
        let eva = Newcomer::new();
        let address = format!("wss://host/{}", WorkspaceId::random());
        let entry = Entry::read(&address, &WorkspaceSecret::random().reveal()).unwrap();
        let replica = prepare(eva.site(), &entry, "Eva").unwrap().replica;
        assert!(matches!(ended(eva.site(), replica, closed(ErrorCode::Stopping)), JoinError::Refused(_)));
        assert_eq!(eva.left(), Vec::<PathBuf>::new());
    }

    #[test]
    fn a_replica_that_could_not_be_finished_leaves_nothing_behind_and_another_file_is_left_alone() {
        let bo = Newcomer::new();
        // The file is there by then: its person cannot be written into it.
        assert!(matches!(found(bo.site(), "Byrån", "Bo\nBerg"), Err(JoinError::Replica(_))));
        assert_eq!(bo.left(), Vec::<PathBuf>::new());
        std::fs::write(&bo.path, "somebody else's").unwrap();
        assert!(found(bo.site(), "Byrån", "Bo").is_err());
        assert_eq!(bo.left(), vec![bo.path.clone()]);
        assert_eq!(std::fs::read(&bo.path).unwrap(), b"somebody else's");
    }

    #[test]
    fn an_address_that_is_none_makes_no_replica() {
        let (id, code) = (WorkspaceId::random(), InvitationCode::random().reveal());
        let read = |address: &str| Entry::read(address, &code);
        assert_eq!(
            read(&format!("ws://LOCALHOST:7400/{id}/")).unwrap().relay.to_string(),
            "ws://localhost:7400"
        );
        for wrong in
            ["", "ws://host", &format!("ws:///{id}"), "ws://host/notanid", &format!("ws://host:99999/{id}")]
        {
            assert!(matches!(read(wrong), Err(JoinError::Address(_))), "{wrong}");
        }
    }

    #[test]
    fn a_code_stands_apart_or_in_the_address_and_a_secret_is_one_too() {
        let (id, code) = (WorkspaceId::random(), InvitationCode::random());
        let (address, written) = (format!("wss://host/{id}"), code.reveal());
        let is_code = |entry: Entry| matches!(entry.given, Given::Code(given) if given == code);
        assert!(is_code(Entry::read(&address, &written).unwrap()));
        assert!(is_code(Entry::read(&format!(" {address}#{written} "), "").unwrap()));
        let secret = WorkspaceSecret::random();
        let entry = Entry::read(&address, &secret.reveal()).unwrap();
        assert!(matches!(entry.given, Given::Secret(given) if given == secret));
        assert!(matches!(Entry::read(&address, "ABCD"), Err(JoinError::Code(_))));
        assert!(matches!(Entry::read("host", &written), Err(JoinError::Address(_))));
        assert!(matches!(person("  "), Err(JoinError::NoName)));
    }
}
