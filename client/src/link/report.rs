//! What the thread that keeps a window's replica in step tells, and what it is told: plain values, that neither side waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Managed, Management};
use samsyn_engine::store::{Mended, OutboxState};

use super::LinkError;

/// How the replica stands with the relay. Never better than the truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// This workspace has no relay.
    Alone,
    /// Somebody chose to work offline.
    Offline,
    /// On the way to the relay, for the first time or because somebody wants it.
    Connecting,
    /// The relay sends what came while we were away.
    CatchingUp {
        /// So many changes have come,
        received: u64,
        /// of so many.
        pending: u64,
    },
    /// The relay does not know our place in its log any more: what both hold is being compared.
    Comparing,
    /// Connected, with all that the relay has.
    Live,
    /// The same, and much of ours is on its way.
    Sending {
        /// So many hundredths of it are safe on the relay.
        percent: u64,
        /// Whether the relay lets it wait for its turn.
        waits: bool,
    },
    /// Not connected: why, and when the next try is.
    Waiting {
        /// Why, for people.
        reason: Arc<LinkError>,
        /// The minute in which the next try is, in seconds since 1970-01-01 UTC; none while nobody is called, as nothing could be stored.
        /// No more exact than it is shown: each other value wakes the window, and a train is hours without a network. While a try is
        /// under way that nobody asked for it stays as it is.
        next: Option<i64>,
    },
}

/// How sync stands, for the status line.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncStatus {
    /// The link.
    pub link: Link,
    /// What waits here.
    pub outbox: OutboxState,
    /// When the relay was last met, in seconds since 1970-01-01 UTC.
    pub last_contact: Option<i64>,
}

/// What the worker tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Sync stands otherwise than before.
    Status(SyncStatus),
    /// Records changed because of others.
    Merged(Vec<RecordId>),
    /// Records were damaged here, and are whole again.
    Mended(Vec<Mended>),
    /// Who else is connected, and what each has open.
    Present(BTreeMap<DeviceId, Option<RecordId>>),
    /// What came of something that was asked of who belongs.
    Managed(Management, Asked),
}

/// What came of something that was asked of who belongs.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// The relay's answer.
    Answered(Managed),
    /// There was no connection: the relay has not heard it, and nothing was changed.
    NotConnected,
    /// The connection ended before the answer came: it may be done or not.
    Unanswered,
    /// The relay is of a version that has no members.
    TooOld,
}

/// What the worker is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Work offline, or no longer.
    Offline(bool),
    /// Somebody opened a record, or none.
    Open(Option<RecordId>),
    /// There is something new in the outbox, or somebody wants to try now.
    Nudge,
    /// Ask the relay for something of who belongs. It is asked on the connection that there is, or not at all: what somebody
    /// wants done at once must not be done at some later time.
    Manage(Management),
    /// Somebody looks at who belongs, or no longer: until then the relay is asked again and again, and what has changed is told.
    Watch(bool),
    /// This device has come in with another key, which is kept: connect with that one.
    NewKey,
    /// End.
    Stop,
}
