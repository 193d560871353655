//! What can go wrong between a client and a relay.

use serde::{Deserialize, Serialize};

use crate::document::gate::GateError;

/// Why a change or a connection was refused. The code is for programs and for translation, the words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The two have no protocol version in common.
    Version,
    /// The device may not enter: unknown, revoked, or without a proof.
    Access,
    /// Its role does not let it write that. Since version 4.
    Forbidden,
    /// Another device wrote that, and it is for that device to push it. Since version 4.
    NotYours,
    /// A frame could not be read.
    Frame,
    /// A message came at a time when it makes no sense.
    Order,
    /// A frame, batch, change or field is larger than allowed.
    TooLarge,
    /// A change is not well-formed.
    Malformed,
    /// A change builds on changes that the relay does not have.
    MissingDependencies,
    /// Another change stands under the same actor and number: a copied database.
    ActorCollision,
    /// With the change the record would not fit its kind.
    Schema,
    /// The client's place in the log does not match the log.
    LogMismatch,
    /// The record was erased. Since version 4.
    Erased,
    /// The relay is about to stop.
    Stopping,
    /// The relay could not store it: its disk is full or broken. Nothing was acknowledged.
    Storage,
    /// The workspace has something in it, or belongs to somebody, already. Since version 5.
    NotEmpty,
    /// The device or its address has asked for more than the relay gives at once. Nothing of it was acknowledged.
    Limited,
    /// A code of a newer version.
    #[serde(other)]
    Other,
}

impl ErrorCode {
    /// Its name, as it stands on the wire.
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::Version => "version",
            ErrorCode::Access => "access",
            ErrorCode::Forbidden => "forbidden",
            ErrorCode::NotYours => "not-yours",
            ErrorCode::Frame => "frame",
            ErrorCode::Order => "order",
            ErrorCode::TooLarge => "too-large",
            ErrorCode::Malformed => "malformed",
            ErrorCode::MissingDependencies => "missing-dependencies",
            ErrorCode::ActorCollision => "actor-collision",
            ErrorCode::Schema => "schema",
            ErrorCode::LogMismatch => "log-mismatch",
            ErrorCode::Erased => "erased",
            ErrorCode::Stopping => "stopping",
            ErrorCode::Storage => "storage",
            ErrorCode::NotEmpty => "not-empty",
            ErrorCode::Limited => "limited",
            ErrorCode::Other => "other",
        }
    }
}

impl From<&GateError> for ErrorCode {
    /// What a change that the gate did not let in is refused for.
    fn from(error: &GateError) -> Self {
        match error {
            GateError::TooLarge { .. } => ErrorCode::TooLarge,
            GateError::MissingDependencies(_) | GateError::DependsOnRefused(_) => {
                ErrorCode::MissingDependencies
            }
            GateError::ActorCollision | GateError::SequenceGap => ErrorCode::ActorCollision,
            // As `Refusal::not_tried`: it may be good, and can be pushed again.
            GateError::NotTried => ErrorCode::Schema,
            _ => ErrorCode::Malformed,
        }
    }
}

/// A connection has to end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// What came could not be read.
    #[error("the other side sent something that is no message ({0}): it may be another version, or no relay")]
    Frame(String),
    /// What came is larger than allowed.
    #[error("the other side sent more than is allowed: {what} of {size} bytes, the most is {most}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large.
        size: usize,
        /// How large it may be.
        most: usize,
    },
    /// A message came at a time when it makes no sense.
    #[error("the other side sent {0} out of turn")]
    Order(&'static str),
    /// No protocol version in common.
    #[error(
        "the other side speaks protocol versions {theirs:?}, this program {ours:?}: one of them must be updated"
    )]
    Version {
        /// Oldest and newest of the other side.
        theirs: (u16, u16),
        /// Oldest and newest of this program.
        ours: (u16, u16),
    },
    /// The relay's log is not the one that the cursor is of.
    #[error("the relay's log has changed behind this replica's place in it")]
    LogMismatch,
    /// A relay answered where another replica was looked for.
    #[error("that is a relay and no other replica: use `samsyn sync` without --peer")]
    ARelay,
    /// Another replica answered where a relay was looked for.
    #[error("that is another replica and no relay: use `samsyn sync --peer`")]
    NoRelay,
    /// Nothing was heard for too long.
    #[error("the connection is dead: nothing was heard for {0} seconds")]
    Dead(u64),
}

impl SyncError {
    /// The code that tells the other side.
    pub fn code(&self) -> ErrorCode {
        match self {
            SyncError::Frame(_) => ErrorCode::Frame,
            SyncError::TooLarge { .. } => ErrorCode::TooLarge,
            SyncError::Order(_) => ErrorCode::Order,
            SyncError::Version { .. } => ErrorCode::Version,
            SyncError::LogMismatch => ErrorCode::LogMismatch,
            SyncError::ARelay | SyncError::NoRelay => ErrorCode::Order,
            SyncError::Dead(_) => ErrorCode::Other,
        }
    }
}
