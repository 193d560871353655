//! What a connection has to tell, and why it may have to end.

use std::collections::{BTreeMap, HashMap};

use crate::document::ChangeHash;
use crate::id::RecordId;
use crate::identity::{DeviceId, Managed};
use crate::replica::ReplicaError;
use crate::store::{Erased, Mended, Meta, Withdrawn};
use crate::sync::{Notice, SyncError};

/// What a connection brought about, for whoever shows it to a person.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncNews {
    /// The relay let us in; so much will come before we are caught up.
    Connected {
        /// The workspace's name.
        workspace_name: String,
        /// How many changes will come, and whole records before them.
        pending: u64,
    },
    /// Changes of others were merged into these records.
    Merged {
        /// Which records.
        records: Vec<RecordId>,
        /// How many changes came, known ones included; each whole record counts as one.
        changes: usize,
    },
    /// All records have come whole: the log follows.
    FirstSynced,
    /// Our place in the log is not known any more: what we hold and what the relay holds is being compared.
    Comparing,
    /// What we hold and what the relay holds was compared.
    Compared {
        /// How many records differed.
        differences: usize,
    },
    /// We have all that the relay has.
    CaughtUp,
    /// So many of our changes are now safe on the relay.
    Pushed(usize),
    /// The relay did not take a change. It is kept here, with the reason.
    Refused {
        /// Which.
        hash: ChangeHash,
        /// Why, for people.
        reason: String,
    },
    /// Another copy of this replica has written under the same name: what was written here has a name of its own now, and
    /// is on its way under that. The connection has to be begun anew.
    NewIdentity {
        /// The records in which both had written.
        records: Vec<RecordId>,
        /// The name that each of the changes has now.
        names: HashMap<ChangeHash, ChangeHash>,
    },
    /// Another replica did not take a change. Nothing changes by that here.
    NotTaken {
        /// Why, for people.
        reason: String,
    },
    /// These records were erased, here as everywhere. The connection has to be begun anew.
    Erased(Vec<Erased>),
    /// These records were taken away here: the role of whoever works here may not read them any more.
    Withdrawn(Withdrawn),
    /// These records were damaged here, and are written anew from what was whole here and what the relay has.
    Mended(Vec<Mended>),
    /// What came of something that was asked of who belongs.
    Managed(Managed),
    /// What was pushed waits for its turn: this device has pushed more than the relay takes from one at once.
    Waits {
        /// In so many seconds it is taken.
        seconds: u32,
    },
    /// Who else is connected now, and what each has open.
    Present(BTreeMap<DeviceId, Option<RecordId>>),
    /// Something that came did not pass the gate. It is kept apart.
    Quarantined {
        /// For which record.
        record: RecordId,
        /// Why, for people.
        reason: String,
    },
    /// The relay ends the connection.
    Closed(Notice),
}

/// Why a connection has to end.
#[derive(Debug, thiserror::Error)]
pub enum SyncProblem {
    /// The other side does not keep to the protocol, or is gone.
    #[error(transparent)]
    Protocol(#[from] SyncError),
    /// This side cannot store what comes.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// This replica has a new identity, or records were erased: the connection is to be begun anew, at once.
    #[error("this replica has changed in a way that needs a new connection: connect again")]
    BeginAgain,
    /// This replica has no relay.
    #[error("this workspace is only on this computer: take it to a relay with `samsyn share ADDRESS`")]
    NoRelay,
    /// The role of whoever works here keeps something from them, or them from writing: so others are met by the relay only.
    #[error(
        "your role in this workspace syncs by the relay only: without it between you others would hand over what is not for you"
    )]
    NotDirectly,
    /// The device's private key is not here: the file was brought from another computer, or the key was lost.
    #[error(
        "this computer has no key for this replica, so the relay would not let it in: ask a coordinator for an invitation, and use it with `samsyn enter`; all that was written here is kept"
    )]
    NoKey,
    /// The relay does not ask for proofs: it is of a version that has no members.
    #[error("the relay is too old for a workspace with members: it must be updated")]
    NoChallenge,
}

impl SyncProblem {
    /// Why two computers cannot know each other directly in a workspace in which this one knows no secret.
    pub fn without_secret(meta: &Meta) -> SyncProblem {
        if meta.grant.is_some() { SyncProblem::NotDirectly } else { SyncProblem::NoRelay }
    }
}

impl From<crate::store::StoreError> for SyncProblem {
    fn from(error: crate::store::StoreError) -> Self {
        SyncProblem::Replica(error.into())
    }
}
