//! The relay has another address: a replica is given it, with all that waits in it.
//!
//! The workspace, this device's key, its place in the relay's log and what is not sent stay what they are. Before the address is
//! kept, whoever is there is asked whether they have this workspace and let this device in; nothing else is said to them. What it
//! is about to be encrypted no more is done only where that was said.

use std::path::Path;

use samsyn_engine::address::{AddressError, RelayAddress};
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::sync::ErrorCode;

use crate::keys::{self, Vault};
use crate::link::{self, LinkError};

/// Why the address was not changed. Everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// It is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The replica cannot be opened or written.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// This workspace has no relay.
    #[error("this workspace is only on this computer: take it to a relay with `samsyn share ADDRESS`")]
    Alone,
    /// The address is of another workspace.
    #[error("that is the address of another workspace ({theirs}, this one is {ours}): nothing was changed")]
    OtherWorkspace {
        /// Which is meant.
        theirs: WorkspaceId,
        /// Which this is.
        ours: WorkspaceId,
    },
    /// What is said would be read on the way.
    #[error(
        "until now what you send is encrypted on the way, and to {0} it would not be: nothing was changed; say --unencrypted if that is meant"
    )]
    Unencrypted(RelayAddress),
    /// Whoever is there does not have this workspace, or does not let this device in.
    #[error(
        "the relay at {0} does not have this workspace, or does not let this computer in: nothing was changed; say --anyway to change it all the same"
    )]
    NotKnown(RelayAddress),
    /// Nobody was reached there who could be asked.
    #[error(
        "nothing was changed, for nobody could be asked whether this workspace is there: {0} (or say --anyway)"
    )]
    NotAsked(#[source] LinkError),
}

/// Another address for the relay, and what was said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Move {
    /// The address; the workspace may stand behind it.
    pub address: String,
    /// To change it also where nobody can be asked there, or whoever is asked does not know this workspace.
    pub anyway: bool,
    /// To change it also where nothing is encrypted on the way any more.
    pub unencrypted: bool,
}

/// Gives the replica another address for its relay, and answers with it.
///
/// # Errors
/// Why not.
pub fn move_relay(vault: &Vault, path: &Path, wish: &Move) -> Result<RelayAddress, MoveError> {
    let (relay, named) = RelayAddress::read(&wish.address, None)?;
    let mut replica = keys::open_from(vault, path)?;
    let meta = replica.meta()?;
    let before = meta.relay.as_deref().ok_or(MoveError::Alone)?;
    if let Some(theirs) = named.filter(|named| *named != meta.workspace) {
        return Err(MoveError::OtherWorkspace { theirs, ours: meta.workspace });
    }
    let was_encrypted = before.parse::<RelayAddress>().is_ok_and(|before| !before.is_open_to_others());
    if was_encrypted && relay.is_open_to_others() && !wish.unencrypted {
        return Err(MoveError::Unencrypted(relay));
    }
    if !wish.anyway {
        link::is_known_at(&replica, &relay).map_err(|error| not_known(&relay, error))?;
    }
    replica.move_relay(&relay)?;
    Ok(relay)
}

fn not_known(relay: &RelayAddress, error: LinkError) -> MoveError {
    match error {
        LinkError::Closed(notice) if notice.code == ErrorCode::Access => MoveError::NotKnown(relay.clone()),
        error => MoveError::NotAsked(error),
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::{DeviceKey, InvitationCode};
    use samsyn_engine::replica::Replica;
    use samsyn_engine::store::{NewReplica, WayIn};

    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        workspace: WorkspaceId,
    }

    impl Place {
        fn new(relay: Option<&str>) -> Place {
            let place = Place { folder: tempfile::tempdir().unwrap(), workspace: WorkspaceId::random() };
            let (key, code) = (DeviceKey::random().public(), InvitationCode::random());
            let relay = relay.map(|relay| (relay.to_owned(), WayIn::Invited { key, code }));
            let new = NewReplica { workspace: place.workspace, workspace_name: "Byrån".into(), relay };
            drop(Replica::create(&place.path(), &new, "Åsa").unwrap());
            place
        }

        fn path(&self) -> std::path::PathBuf {
            self.folder.path().join("a.samsyn")
        }

        fn go(&self, address: &str, anyway: bool, unencrypted: bool) -> Result<String, MoveError> {
            let vault = Vault::in_folder(&self.folder.path().join("keys"));
            let wish = Move { address: address.to_owned(), anyway, unencrypted };
            move_relay(&vault, &self.path(), &wish).map(|relay| relay.to_string())
        }

        fn relay(&self) -> Option<String> {
            Replica::open(&self.path()).unwrap().meta().unwrap().relay
        }
    }

    #[test]
    fn an_address_is_kept_only_where_it_is_of_this_workspace_and_as_safe_as_before() {
        let place = Place::new(Some("wss://old.example"));
        let refused = |address: &str, anyway| place.go(address, anyway, false).unwrap_err();
        assert!(matches!(refused("new.example", true), MoveError::Address(_)));
        let other = format!("wss://new.example/{}", WorkspaceId::random());
        assert!(matches!(refused(&other, true), MoveError::OtherWorkspace { .. }));
        assert!(matches!(refused("ws://new.example", true), MoveError::Unencrypted(_)));
        // Nobody listens there.
        assert!(matches!(refused("ws://127.0.0.1:1", false), MoveError::NotAsked(_)));
        assert_eq!(place.relay().as_deref(), Some("wss://old.example"), "nothing was changed");

        let whole = format!("WSS://New.example:443/{}/", place.workspace);
        assert_eq!(place.go(&whole, true, false).unwrap(), "wss://new.example");
        assert_eq!(place.relay().as_deref(), Some("wss://new.example"));
        assert_eq!(place.go("ws://new.example", true, true).unwrap(), "ws://new.example");
        assert!(place.go("ws://other.example", true, false).is_ok(), "it was not encrypted before");
    }

    #[test]
    fn a_workspace_that_has_no_relay_is_taken_to_one_in_another_way() {
        assert!(matches!(Place::new(None).go("wss://a.example", true, true), Err(MoveError::Alone)));
        let of_before = Place::new(Some("ws://host:99999"));
        assert!(of_before.go("wss://a.example", true, false).is_ok(), "what is no address is mended so");
    }
}
