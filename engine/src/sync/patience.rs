//! For how long, and for how much talk, one goes on with a side that lives and brings nothing.
//!
//! [`Pulse`](super::pulse::Pulse) finds the side that is silent. This finds the one that answers every question and still leads
//! nowhere: broken, or made so. Every loop of a session has a bound here or beside it, so that each connection ends:
//!
//! | what goes on | what bounds it |
//! | --- | --- |
//! | nothing comes that is waited for | [`PATIENCE`]; [`RECORDS_PATIENCE`] where whole records are made ready |
//! | a frame comes byte by byte | [`FRAME_PATIENCE`] |
//! | it comes, but hardly | what is useful grants [`GRANTED`] and the time of its bytes, and no more |
//! | pongs, waits, presence and answers that nobody asked for | [`TALK`] at once, then some each second |
//! | a push is told to wait, again and again | [`LONGEST_WAIT`]: longer, and one comes again later; the first word counts |
//! | records without an end | what was announced ([`MOST_RECORDS`]); pieces of one record ([`RECORD_PIECES`]) |
//! | a catch-up without an end | what was announced ([`MOST_CHANGES`]), and a few batches beyond |
//! | a comparison without an end | rounds that find nothing, and records that nobody has (`replica/sync/comparing.rs`) |
//! | what is offered again and again | `replica/sync/mod.rs` |
//! | a connection that has to be begun anew, for ever | whoever owns the link counts that (the client's `link/anew.rs`) |

use super::error::Endless;
use super::limits::{
    FRAME_PATIENCE, GRANTED, LONGEST_WAIT, MOST_CHANGES, MOST_RECORDS, PATIENCE, RECORD_PIECES,
    RECORDS_PATIENCE, SLOWEST_LINK, TALK, TALK_EACH_SECOND,
};
use super::{FromRelay, SyncError, Welcome};

/// Something that may be done so often at once, and then so often in a second.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// Thousandths of a time that are left.
    left: u64,
    most: u64,
    each_second: u64,
    at: u64,
}

impl Allowance {
    /// So often at once, then so often in each second.
    pub(crate) fn new(most: u64, each_second: u64) -> Allowance {
        Allowance { left: most * 1_000, most, each_second, at: 0 }
    }

    /// Whether once more is allowed at `now` milliseconds.
    pub(crate) fn has_room(&mut self, now: u64) -> bool {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.left = self.left.saturating_add(passed.saturating_mul(self.each_second)).min(self.most * 1_000);
        self.left >= 1_000
    }

    /// Once more, at `now` milliseconds. Says whether that is allowed.
    pub(crate) fn take(&mut self, now: u64) -> bool {
        let allowed = self.has_room(now);
        self.left -= if allowed { 1_000 } else { 0 };
        allowed
    }
}

/// What a message is worth to somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Nothing: it may come now and then.
    Talk,
    /// It is good to have, and nobody waits for it.
    Unawaited,
    /// It is a part of what is waited for.
    Part,
    /// It is just what is waited for.
    All,
}

impl Worth {
    pub(super) fn of(message: &FromRelay, catching_up: bool) -> Worth {
        match message {
            FromRelay::Pong | FromRelay::Presence(_) | FromRelay::Managed(_) | FromRelay::Wait(_) => {
                Worth::Talk
            }
            // A sign of life while records are made ready.
            FromRelay::Records(records) if records.entries.is_empty() && records.left > 0 => Worth::Talk,
            FromRelay::Records(_) => Worth::Part,
            FromRelay::Batch(_) if catching_up => Worth::Part,
            FromRelay::Batch(_) => Worth::Unawaited,
            FromRelay::Welcome(_)
            | FromRelay::Compare(_)
            | FromRelay::CaughtUp
            | FromRelay::Ack(_)
            | FromRelay::Notice(_) => Worth::All,
        }
    }
}

/// What a session waits for, as far as its patience goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanting {
    /// Nothing: it may listen for years.
    Nothing,
    /// The next word.
    Word,
    /// Whole records, which the other side has to make ready.
    Records,
    /// Answers to pushes of so many bytes, that were told to wait for so many seconds.
    Answers { bytes: usize, seconds: u32 },
}

impl Wanting {
    /// How long that may take, in milliseconds; none where nothing is waited for.
    fn patience(self) -> Option<u64> {
        match self {
            Wanting::Nothing => None,
            Wanting::Word => Some(PATIENCE),
            Wanting::Records => Some(RECORDS_PATIENCE),
            Wanting::Answers { bytes, seconds } => {
                Some(PATIENCE + travel(bytes) + u64::from(seconds) * 1_000)
            }
        }
    }
}

/// How long so many bytes take on the slowest link, in milliseconds.
fn travel(bytes: usize) -> u64 {
    bytes as u64 * 1_000 / SLOWEST_LINK
}

/// How long a session has been waiting. Times are milliseconds of the session's clock.
#[derive(Debug)]
pub(super) struct Patience {
    talk: Allowance,
    /// Since when, but for what was granted meanwhile; none where nothing is waited for.
    since: Option<u64>,
    /// The latest that is known.
    now: u64,
    /// When the last whole frame came.
    whole: u64,
    /// When a part of the next did.
    part: u64,
}

impl Patience {
    pub(super) fn new(now: u64) -> Patience {
        let talk = Allowance::new(TALK, TALK_EACH_SECOND);
        Patience { talk, since: Some(now), now, whole: now, part: now }
    }

    /// A part of a frame came at that time.
    pub(super) fn part(&mut self, at: u64) {
        self.part = self.part.max(at);
    }

    /// A whole frame came.
    pub(super) fn frame(&mut self, now: u64) {
        (self.now, self.whole) = (self.now.max(now), now);
    }

    /// It was talk.
    ///
    /// # Errors
    /// Where there was too much of it.
    pub(super) fn talk(&mut self) -> Result<(), SyncError> {
        if self.talk.take(self.now) { Ok(()) } else { Err(SyncError::Endless(Endless::Talk)) }
    }

    /// It was a part of what is waited for.
    pub(super) fn brought(&mut self, bytes: usize) {
        let now = self.now;
        self.since = self.since.map(|since| (since + GRANTED + travel(bytes)).min(now));
    }

    /// It was all that was waited for.
    pub(super) fn satisfied(&mut self) {
        self.since = None;
    }

    /// Time has passed.
    ///
    /// # Errors
    /// [`SyncError::Idle`] where it is enough.
    pub(super) fn tick(&mut self, now: u64, wanting: Wanting) -> Result<(), SyncError> {
        self.now = self.now.max(now);
        let Some(patience) = wanting.patience() else {
            self.since = None;
            return Ok(());
        };
        let waited = self.now - *self.since.get_or_insert(self.now);
        if waited < self.with_what_comes(patience) { Ok(()) } else { Err(SyncError::Idle(waited / 1_000)) }
    }

    /// When [`Patience::tick`] wants to be called, if ever.
    pub(super) fn deadline(&self, wanting: Wanting) -> Option<u64> {
        let patience = wanting.patience()?;
        // At once where it is not known yet since when.
        Some(self.since.map_or(self.now, |since| since + self.with_what_comes(patience)))
    }

    /// A frame that is on its way may be large and the link slow.
    fn with_what_comes(&self, patience: u64) -> u64 {
        if self.part > self.whole { patience.max(FRAME_PATIENCE) } else { patience }
    }
}

/// How far what a welcome has promised has come.
#[derive(Debug)]
pub(super) struct Promised {
    /// The place in the log up to which the catch-up goes.
    position: u64,
    /// Batches behind it, before the other side says that we are caught up.
    beyond: u32,
    /// The least that was said to be left of the records.
    left: u64,
    /// Messages of records since that became less.
    pieces: u32,
}

/// A batch may overshoot the place that was promised, and a few more do no harm.
const BEYOND: u32 = 64;

impl Promised {
    /// Nothing yet.
    pub(super) fn nothing() -> Promised {
        Promised { position: 0, beyond: 0, left: u64::MAX, pieces: 0 }
    }

    /// What a welcome promises.
    ///
    /// # Errors
    /// Where that is more than any workspace has.
    pub(super) fn by(welcome: &Welcome) -> Result<Promised, SyncError> {
        let changes = welcome.position.saturating_sub(welcome.from);
        if welcome.records > MOST_RECORDS || changes > MOST_CHANGES {
            return Err(SyncError::Endless(Endless::Announced));
        }
        Ok(Promised { position: welcome.position, ..Promised::nothing() })
    }

    /// Other records are asked for.
    pub(super) fn wanted(&mut self) {
        (self.left, self.pieces) = (u64::MAX, 0);
    }

    /// Records came, and so many are left.
    ///
    /// # Errors
    /// Where it is always the same ones.
    pub(super) fn records(&mut self, left: u64) -> Result<(), SyncError> {
        if left < self.left {
            (self.left, self.pieces) = (left, 0);
            return Ok(());
        }
        self.pieces += 1;
        if self.pieces > RECORD_PIECES { Err(SyncError::Endless(Endless::Records)) } else { Ok(()) }
    }

    /// A batch came in the catch-up, behind that place.
    ///
    /// # Errors
    /// Where all that was promised has come long ago.
    pub(super) fn batch(&mut self, behind: u64) -> Result<(), SyncError> {
        if behind >= self.position {
            self.beyond += 1;
        }
        if self.beyond > BEYOND { Err(SyncError::Endless(Endless::CatchUp)) } else { Ok(()) }
    }
}

/// For how long a push waits that was told so.
///
/// # Errors
/// [`SyncError::Later`] where nobody waits that long.
pub(super) fn wait(seconds: u32) -> Result<u32, SyncError> {
    if seconds > LONGEST_WAIT { Err(SyncError::Later(seconds)) } else { Ok(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_and_brings_nothing_is_left_in_the_end() {
        for (wanting, patience) in [
            (Wanting::Word, PATIENCE),
            (Wanting::Records, RECORDS_PATIENCE),
            (Wanting::Answers { bytes: 0, seconds: 0 }, PATIENCE),
            (Wanting::Answers { bytes: 0, seconds: 60 }, PATIENCE + 60_000),
        ] {
            let mut waiting = Patience::new(0);
            let mut now = 0;
            let ended = loop {
                now += 2_000;
                waiting.frame(now);
                if let Err(error) = waiting.talk().and_then(|()| waiting.tick(now, wanting)) {
                    break error;
                }
                assert!(waiting.deadline(wanting).is_some_and(|deadline| deadline <= patience));
            };
            assert_eq!((ended, now), (SyncError::Idle(patience / 1_000), patience));
        }
    }

    #[test]
    fn who_waits_for_nothing_listens_for_ever() {
        let mut waiting = Patience::new(0);
        for hour in 1..10_000 {
            waiting.frame(hour * 3_600_000);
            waiting.talk().unwrap();
            waiting.tick(hour * 3_600_000, Wanting::Nothing).unwrap();
            assert_eq!(waiting.deadline(Wanting::Nothing), None);
        }
        // What begins then begins then.
        assert_eq!(waiting.deadline(Wanting::Word), Some(9_999 * 3_600_000));
        waiting.tick(10_000 * 3_600_000, Wanting::Word).unwrap();
    }

    #[test]
    fn who_brings_something_in_good_time_is_granted_more_and_who_trickles_is_not() {
        let last = |apart: u64| {
            let mut waiting = Patience::new(0);
            (1..5_000).map(|number| number * apart).find(|now| {
                waiting.frame(*now);
                waiting.brought(1_000);
                waiting.tick(*now, Wanting::Word).is_err()
            })
        };
        assert_eq!(last(GRANTED), None);
        assert!(last(2 * GRANTED).is_some_and(|ended| ended < 20 * GRANTED));
    }

    #[test]
    fn a_large_frame_on_a_slow_link_has_its_time_and_what_it_took_is_granted() {
        let mut waiting = Patience::new(0);
        for second in 1..500 {
            waiting.part(second * 1_000);
            waiting.tick(second * 1_000, Wanting::Word).unwrap();
        }
        waiting.frame(500_000);
        waiting.brought(2_000_000);
        waiting.tick(500_000, Wanting::Word).unwrap();
        // But none that never ends.
        for second in 500..=FRAME_PATIENCE / 1_000 + 500 {
            waiting.part(second * 1_000);
            if waiting.tick(second * 1_000, Wanting::Word).is_err() {
                return;
            }
        }
        panic!("a frame came for ever");
    }

    #[test]
    fn talk_is_allowed_and_a_flood_of_it_is_not() {
        let mut waiting = Patience::new(0);
        for second in 0..10_000 {
            waiting.frame(second * 1_000);
            (0..TALK_EACH_SECOND).for_each(|_| waiting.talk().unwrap());
        }
        let more = (0..2 * TALK).filter(|_| waiting.talk().is_ok()).count() as u64;
        assert!(more <= TALK, "{more}");
        assert_eq!(waiting.talk(), Err(SyncError::Endless(Endless::Talk)));
    }

    #[test]
    fn pieces_of_one_record_come_to_an_end_and_many_records_do_not_count() {
        let mut promised = Promised::nothing();
        for left in (1..1_000_000).rev() {
            promised.records(left).unwrap();
        }
        let pieces = (0..u32::MAX).find(|_| promised.records(1).is_err());
        assert_eq!(pieces, Some(RECORD_PIECES));
    }
}
