//! What can go wrong between a client and a relay.

use serde::{Deserialize, Serialize};

use crate::document::gate::GateError;
use crate::schema::{Caption, Language};

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
    /// The other side lives, and what is waited for does not come.
    #[error(
        "the other side answers, but for {0} seconds nothing has gone on: it was left; what is here is kept and waits; try again later, and if it stays so tell whoever runs it"
    )]
    Idle(u64),
    /// The other side goes on without an end.
    #[error(
        "the other side does not come to an end ({0}): it was left; what is here is kept and waits; try again later, and if it stays so tell whoever runs it"
    )]
    Endless(Endless),
    /// The other side takes what was pushed only in so many seconds.
    #[error(
        "the other side takes what was sent only in {} minutes: what is here is kept and waits; try again then",
        .0.div_ceil(60)
    )]
    Later(u32),
}

/// What has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endless {
    /// It says what nobody waits for, by the thousand.
    Talk,
    /// It announces more than any workspace has.
    Announced,
    /// It sends pieces of the same records again and again.
    Records,
    /// It sends more of the log than it has promised.
    CatchUp,
    /// It finds something else at each round of a comparison, or nothing at all.
    Comparison,
}

impl Endless {
    /// What it is, for people.
    pub const fn caption(self) -> Caption {
        match self {
            Endless::Talk => {
                Caption::new("den säger sådant som ingen väntar på", "it says what nobody waits for")
            }
            Endless::Announced => Caption::new(
                "den säger att mer ska komma än någon arbetsyta rymmer",
                "it announces more than any workspace has",
            ),
            Endless::Records => Caption::new(
                "den skickar delar av samma poster om och om igen",
                "it sends parts of the same records again and again",
            ),
            Endless::CatchUp => Caption::new(
                "den skickar mer än den har lovat, utan slut",
                "it sends more than it has promised, without an end",
            ),
            Endless::Comparison => Caption::new(
                "jämförelsen av det som finns på båda sidor leder ingenvart",
                "the comparison of what both sides hold leads nowhere",
            ),
        }
    }
}

impl std::fmt::Display for Endless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.caption().get(Language::English))
    }
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
            SyncError::Dead(_) | SyncError::Idle(_) | SyncError::Endless(_) | SyncError::Later(_) => {
                ErrorCode::Other
            }
        }
    }
}
