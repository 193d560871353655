//! The records that a demonstration can count on.
//!
//! Their names are the same whatever the seed, so that a script, a test or a page of the guide can say "Jämtkraft
//! Arena" without searching for it.

use crate::id::{RecordId, RowId};

/// The names of the records that every sample workspace holds, if its [`Size`](super::Size) leaves room for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The venue Jämtkraft Arena. Sources disagree about its capacity: 9,165, or "over 9,500"; the record begins with
    /// an older 8,466, so that either is a change.
    pub arena: RecordId,
    /// The space in it that meetings are held in, the restaurant above the pitch.
    pub arena_space: RowId,
    /// The plan to recruit and train ambassadors.
    pub plan: RecordId,
    /// Three tasks of that plan, each waiting for the one before it: recruiting (in progress, 40 % done), training
    /// and appointing them.
    pub plan_tasks: [RowId; 3],
    /// A congress that a bid has been submitted for, with 480 delegates.
    pub meeting: RecordId,
    /// Two people who are ambassadors: Karin Åkerblom, who does research, is the local host of `meeting`;
    /// Anders Hedlund runs a company.
    pub ambassadors: [RecordId; 2],
    /// The focus area of winter sports, agreed by the parties.
    pub focus_area: RecordId,
    /// The bureau itself, as an organisation.
    pub bureau: RecordId,
}

/// The names of the well-known records.
pub const KNOWN: Known = Known {
    arena: RecordId::from_bytes(*b"sample/v/arena.."),
    arena_space: RowId::from_bytes(*b"s/restaur."),
    plan: RecordId::from_bytes(*b"sample/p/ambass."),
    plan_tasks: [
        RowId::from_bytes(*b"t/recruit."),
        RowId::from_bytes(*b"t/train..."),
        RowId::from_bytes(*b"t/appoint."),
    ],
    meeting: RecordId::from_bytes(*b"sample/m/winter."),
    ambassadors: [RecordId::from_bytes(*b"sample/c/karin.."), RecordId::from_bytes(*b"sample/c/anders.")],
    focus_area: RecordId::from_bytes(*b"sample/f/winter."),
    bureau: RecordId::from_bytes(*b"sample/o/bureau."),
};
