//! Chance that can be repeated.
//!
//! Every record draws from a stream of its own, named by the workspace's seed, a word and the record's number:
//!
//! ```text
//! (seed, "contact", 17) ──SHA-256──▶ StdRng ──▶ id, name, dates, …
//! ```
//!
//! So contact 17 is the same person in a workspace of forty and of forty thousand, and a field that is added to the
//! sample of one kind shifts nothing in the others.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

use crate::id::{RecordId, RowId};

/// One stream of chance.
pub(super) struct Draw(StdRng);

impl Draw {
    /// The stream of the `number`th `what` of the workspace with this seed.
    pub(super) fn of(seed: u64, what: &str, number: usize) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update((number as u64).to_le_bytes());
        hash.update(what.as_bytes());
        Draw(StdRng::from_seed(hash.finalize().into()))
    }

    /// The name of a record.
    pub(super) fn record_id(&mut self) -> RecordId {
        RecordId::from_bytes(self.0.random())
    }

    /// The name of a row.
    pub(super) fn row_id(&mut self) -> RowId {
        RowId::from_bytes(self.0.random())
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// Yes, in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent.min(100), 100)
    }

    /// One of what is there, if anything is.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.index(from.len())?)
    }

    /// One of these.
    pub(super) fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        const { assert!(N > 0, "there must be something to draw from") };
        of[self.0.random_range(0..N)]
    }

    /// A place in a list of that length.
    pub(super) fn index(&mut self, length: usize) -> Option<usize> {
        (length > 0).then(|| self.0.random_range(0..length))
    }

    /// A day between `low` and `high` days after `day`; negative is before.
    pub(super) fn day(&mut self, day: Date, low: i64, high: i64) -> Date {
        after(day, self.between(low, high))
    }
}

/// The day that many days after `day`; negative is before. Stops at the ends of the calendar.
pub(super) fn after(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// `day`, or the Monday after it where it is a Saturday or a Sunday.
pub(super) fn workday(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day.saturating_add(2.days()),
        Weekday::Sunday => day.saturating_add(1.day()),
        _ => day,
    }
}

/// The Monday of the week of `day`.
pub(super) fn monday(day: Date) -> Date {
    after(day, -i64::from(day.weekday().to_monday_zero_offset()))
}
