//! A workspace that is only on this computer is taken to a relay, with all that is in it and who wrote it when.
//!
//! Whoever runs the relay makes an empty workspace there and hands over its address and the invitation of its first coordinator, as
//! always. The replica takes that workspace's name (an id that nothing else in it repeats), comes in with the invitation and sends
//! everything. The relay lets nobody in like that where there is something or somebody already (docs/decisions/0022).
//!
//! ```text
//!  key kept ─▶ one transaction: relay, key, invitation, the workspace's new name, the one of before
//!          ─▶ first meeting ─┬▶ let in: the name of before is forgotten, and all is sent
//!                            ├▶ not let in, or nobody there: taken back, as it was
//!                            └▶ broken off in between: the next sync goes on
//! ```

use std::path::Path;

use samsyn_engine::address::{AddressError, WorkspaceAddress};
use samsyn_engine::identity::{CodeError, DeviceKey, InvitationCode};
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::store::WayIn;
use samsyn_engine::sync::{ErrorCode, Notice};
use samsyn_engine::typed;

use crate::keys::{self, KeyError, Vault};
use crate::link::{self, LinkError, Tell, Visit};

/// Why a workspace was not taken to a relay. It is only here, as it was, but for [`ShareError::Broken`].
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// The address is none.
    #[error("{0} (expected wss://HOST/WORKSPACE or ws://HOST:PORT/WORKSPACE)")]
    Address(#[from] AddressError),
    /// The code is none.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The replica cannot be opened or written.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// This computer's key could not be kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It is on a relay already.
    #[error("this workspace is on a relay already, {0}: change its address with `samsyn relay ADDRESS`")]
    Shared(String),
    /// The relay did not let it in.
    #[error("not shared, and nothing was changed: {}", .0.words)]
    Refused(Notice),
    /// There is something in that workspace.
    #[error(
        "not shared, and nothing was changed: the workspace at that address is not empty, or belongs to somebody already, and two workspaces are not mixed; ask for one that was just made, with an invitation for its coordinator (or join that one in another file: samsyn --replica FILE join ADDRESS)"
    )]
    Taken,
    /// The relay is out of reach, or too old.
    #[error("not shared, and nothing was changed: {}", .0.before_joining())]
    NotReached(#[source] LinkError),
    /// The relay was reached, and perhaps let it in; the connection ended before all was sent.
    #[error("{0}; say `samsyn sync` to go on with it")]
    Broken(#[source] LinkError),
}

/// A workspace that is on a relay now.
#[derive(Debug)]
pub struct Shared {
    /// What it is called there.
    pub name: String,
    /// Its address.
    pub address: WorkspaceAddress,
    /// What the first meeting brought.
    pub visit: Visit,
}

/// Where a workspace is to be taken to.
#[derive(Debug)]
pub struct Destination {
    address: WorkspaceAddress,
    code: InvitationCode,
}

impl Destination {
    /// Reads what a person was given: an address and a code, or both in the address with a # between them.
    ///
    /// # Errors
    /// Where one of the two is none.
    pub fn read(address: &str, code: &str) -> Result<Destination, ShareError> {
        let address = typed::bare(address);
        let (address, code) = address.split_once('#').unwrap_or((&address, code));
        Ok(Destination { address: address.parse()?, code: code.parse()? })
    }
}

/// Takes the replica's workspace to a relay, and sends what is in it; tells again and again how far that has gone.
///
/// # Errors
/// Why not.
pub fn share(vault: &Vault, path: &Path, to: Destination, tell: Tell<'_>) -> Result<Shared, ShareError> {
    let Begun { mut replica, drawn } = begin(vault, path, &to)?;
    match link::sync_telling(&mut replica, tell) {
        Ok(visit) => Ok(Shared { name: replica.meta()?.workspace_name, address: to.address, visit }),
        Err(error) => Err(ended((vault, drawn), replica, error)?),
    }
}

/// The same, until the relay has let the replica in: for a window, whose link sends the rest and says how far it has come.
///
/// # Errors
/// Why not.
pub fn bring(vault: &Vault, path: &Path, to: &Destination) -> Result<(), ShareError> {
    let Begun { mut replica, drawn } = begin(vault, path, to)?;
    match link::come_in(&mut replica) {
        Ok(()) => Ok(()),
        Err(error) => Err(ended((vault, drawn), replica, error)?),
    }
}

/// A replica that is on its way.
struct Begun {
    replica: Replica,
    /// Whether its key was drawn for this. Another may be that of a file that this one is a copy of.
    drawn: bool,
}

/// Notes where it is taken to, before anything is said there: whatever happens from then on, it is known what was begun.
fn begin(vault: &Vault, path: &Path, to: &Destination) -> Result<Begun, ShareError> {
    let mut replica = keys::open_from(vault, path)?;
    let meta = replica.meta()?;
    if let Some(relay) = meta.relay.filter(|_| meta.was_alone_as.is_none()) {
        return Err(ShareError::Shared(relay));
    }
    // The relay may know this key already, where it was broken off in between.
    let drawn = replica.key().is_none();
    let key = replica.key().cloned().unwrap_or_else(DeviceKey::random);
    if drawn {
        keys::keep_in(vault, replica.device(), &key)?;
    }
    let way = WayIn::Invited { key: key.public(), code: to.code.clone() };
    replica.begin_sharing(&to.address, &way)?;
    Ok(Begun { replica: replica.with_key(key), drawn })
}

/// Why it was not shared, where the first meeting ended so. Takes it back where the relay has never let it in.
fn ended(
    (vault, drawn): (&Vault, bool),
    mut replica: Replica,
    error: LinkError,
) -> Result<ShareError, ReplicaError> {
    if replica.meta()?.was_alone_as.is_none() {
        return Ok(ShareError::Broken(error));
    }
    let why = match error {
        // It stops, or cannot read its log: it may have let us in, and used up the invitation, before it could say so.
        LinkError::Closed(notice) if matches!(notice.code, ErrorCode::Stopping | ErrorCode::Storage) => {
            return Ok(ShareError::Broken(LinkError::Closed(notice)));
        }
        LinkError::Closed(notice) if notice.code == ErrorCode::NotEmpty => ShareError::Taken,
        LinkError::Closed(notice) => ShareError::Refused(notice),
        error if error.is_before_hello() => ShareError::NotReached(error),
        error => return Ok(ShareError::Broken(error)),
    };
    replica.end_sharing()?;
    if drawn {
        keys::forget(vault, replica.device());
    }
    Ok(why)
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::WorkspaceId;
    use samsyn_engine::store::NewReplica;

    use super::*;

    #[test]
    fn whoever_is_not_let_in_has_the_workspace_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (path, vault) = (folder.path().join("a.samsyn"), Vault::in_folder(&folder.path().join("keys")));
        let before = WorkspaceId::random();
        let new = NewReplica { workspace: before, workspace_name: "Byrån".into(), relay: None };
        drop(Replica::create(&path, &new, "Åsa").unwrap());
        let to = || {
            let address = format!("ws://127.0.0.1:1/{}", WorkspaceId::random());
            Destination::read(&address, &InvitationCode::random().reveal()).unwrap()
        };
        let kept = || std::fs::read_dir(folder.path().join("keys")).map_or(0, Iterator::count);
        for code in [ErrorCode::Access, ErrorCode::NotEmpty, ErrorCode::Limited] {
            let Begun { replica, drawn } = begin(&vault, &path, &to()).unwrap();
            assert_ne!(replica.meta().unwrap().workspace, before);
            let why = ended((&vault, drawn), replica, LinkError::Closed(Notice::new(code, "no"))).unwrap();
            assert!(matches!(why, ShareError::Refused(_) | ShareError::Taken), "{why}");
            let meta = Replica::open(&path).unwrap().meta().unwrap();
            assert_eq!((meta.workspace, meta.relay, meta.key), (before, None, None));
            assert_eq!((meta.was_alone_as, kept()), (None, 0));
        }
        // Nobody listens there.
        assert!(matches!(share(&vault, &path, to(), &mut |_| {}), Err(ShareError::NotReached(_))));
        assert_eq!(Replica::open(&path).unwrap().meta().unwrap().relay, None);
    }

    #[test]
    fn what_may_have_been_let_in_stays_begun_and_another_code_goes_on_with_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let (path, vault) = (folder.path().join("a.samsyn"), Vault::in_folder(&folder.path().join("keys")));
        let before = WorkspaceId::random();
        let new = NewReplica { workspace: before, workspace_name: "Byrån".into(), relay: None };
        drop(Replica::create(&path, &new, "Åsa").unwrap());
        let address = format!("wss://relay.example/{}", WorkspaceId::random());
        let to = || Destination::read(&address, &InvitationCode::random().reveal()).unwrap();
        let Begun { replica, drawn } = begin(&vault, &path, &to()).unwrap();
        let key = replica.meta().unwrap().key;
        let broken = LinkError::Broken("reset".to_owned());
        assert!(matches!(ended((&vault, drawn), replica, broken), Ok(ShareError::Broken(_))));
        let Begun { replica, drawn } = begin(&vault, &path, &to()).unwrap();
        let meta = replica.meta().unwrap();
        assert_eq!((meta.key, meta.was_alone_as, drawn), (key, Some(before), false));
        // Refused in the end it is taken back; a key that was not drawn for this try is not this one's to take away.
        let refused = LinkError::Closed(Notice::new(ErrorCode::Access, "no"));
        assert!(matches!(ended((&vault, drawn), replica, refused), Ok(ShareError::Refused(_))));
        assert_eq!(Replica::open(&path).unwrap().meta().unwrap().workspace, before);
        assert!(keys::open_from(&vault, &path).unwrap().key().is_some());
    }
}
