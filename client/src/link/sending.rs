//! How far what waits has gone, for whoever looks on: a large push takes minutes, and a relay takes only so much at once.

use std::time::{Duration, Instant};

/// So many changes on their way are worth a word.
const MANY: u64 = 200;

/// How far what is being sent has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sending {
    /// So many changes are not safe on the relay yet,
    pub waiting: u64,
    /// of so many that there were.
    pub total: u64,
    /// For how many seconds the relay lets it wait, where it does.
    pub waits: Option<u64>,
}

impl Sending {
    /// So many have gone.
    pub fn sent(self) -> u64 {
        self.total.saturating_sub(self.waiting)
    }

    /// Whether it takes long enough for somebody to wonder.
    pub fn is_worth_telling(self) -> bool {
        self.waiting > 0 && (self.total >= MANY || self.waits.is_some())
    }

    /// The same in whole percent.
    pub fn percent(self) -> u64 {
        (self.sent() * 100).checked_div(self.total).unwrap_or(100)
    }
}

/// Who is told how far it has gone.
pub type Tell<'a> = &'a mut dyn FnMut(Sending);

/// Keeps count over a time in which something waits.
#[derive(Debug, Default)]
pub(super) struct Course {
    total: u64,
    until: Option<Instant>,
}

impl Course {
    /// The relay lets it wait for so long.
    pub(super) fn waits(&mut self, seconds: u32) {
        self.until = Some(Instant::now() + Duration::from_secs(seconds.into()));
    }

    /// So many wait now.
    pub(super) fn at(&mut self, waiting: u64) -> Sending {
        if waiting == 0 {
            *self = Course::default();
        }
        self.total = self.total.max(waiting);
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        let waits = left.filter(|left| !left.is_zero()).map(|left| left.as_secs() + 1);
        Sending { waiting, total: self.total, waits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_most_is_all_and_it_begins_anew_when_nothing_waits() {
        let mut course = Course::default();
        assert_eq!(course.at(0).percent(), 100);
        assert_eq!((course.at(200).percent(), course.at(50).percent(), course.at(50).sent()), (0, 75, 150));
        assert_eq!(course.at(400).percent(), 0, "more was written meanwhile");
        assert!(course.at(400).is_worth_telling() && !Course::default().at(4).is_worth_telling());
        course.waits(60);
        assert!(course.at(400).waits.is_some_and(|seconds| (1..=61).contains(&seconds)));
        assert_eq!(course.at(0), Sending { waiting: 0, total: 0, waits: None });
    }
}
