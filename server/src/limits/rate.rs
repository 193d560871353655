//! So much in so long, kept as one moment for each of whom it is asked (the generic cell rate algorithm).
//!
//! All of a rate may be used at once after a pause; from then on it comes back evenly. What was taken beyond it is a debt that
//! has to pass first: so what was let through at the same moment, before anybody could count it, is counted all the same.

use std::time::{Duration, Instant};

/// So much in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    most: u64,
    per: Duration,
}

/// When all of a rate is there again for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used(Instant);

impl Used {
    /// Nothing is used.
    pub(super) fn nothing(now: Instant) -> Used {
        Used(now)
    }
}

impl Rate {
    /// `most` of something in that time; at least 1.
    pub(super) fn new(most: u64, per: Duration) -> Rate {
        Rate { most: most.max(1), per }
    }

    /// Takes so much, also where it is not there any more. Answers how long to wait until it would have been.
    pub(super) fn take(self, used: &mut Used, amount: u64, now: Instant) -> Duration {
        let full = used.0.max(now);
        // A moment that the clock cannot tell is beyond what anybody waits for.
        used.0 = full.checked_add(self.time(amount)).unwrap_or(full);
        self.wait(*used, 0, now)
    }

    /// How long until so much is there; nothing where it is there now.
    pub(super) fn wait(self, used: Used, amount: u64, now: Instant) -> Duration {
        let missing = used.0.saturating_duration_since(now) + self.time(amount.min(self.most));
        missing.saturating_sub(self.per)
    }

    /// In what time so much comes back.
    fn time(self, amount: u64) -> Duration {
        let nanos = self.per.as_nanos().saturating_mul(u128::from(amount)) / u128::from(self.most);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn all_of_it_is_there_at_once_and_comes_back_evenly() {
        let (rate, mut now) = (Rate::new(60, MINUTE), Instant::now());
        let mut used = Used::nothing(now);
        for _ in 0..60 {
            assert_eq!(rate.wait(used, 1, now), Duration::ZERO);
            assert_eq!(rate.take(&mut used, 1, now), Duration::ZERO);
        }
        assert_eq!(rate.wait(used, 1, now), SECOND);
        assert_eq!(rate.wait(used, 10, now), 10 * SECOND);
        now += 10 * SECOND;
        assert_eq!(rate.wait(used, 10, now), Duration::ZERO);
        assert_eq!(rate.wait(used, 11, now), SECOND);
        // Never more than all of it, however long nothing was taken.
        now += 100 * MINUTE;
        assert_eq!(rate.take(&mut used, 60, now), Duration::ZERO);
        assert_eq!(rate.wait(used, 1, now), SECOND);
    }

    #[test]
    fn what_was_taken_beyond_it_is_a_debt() {
        let (rate, now) = (Rate::new(60, MINUTE), Instant::now());
        let mut used = Used::nothing(now);
        assert_eq!(rate.take(&mut used, 90, now), 30 * SECOND);
        assert_eq!(rate.wait(used, 1, now), 31 * SECOND);
        assert_eq!(rate.wait(used, 1, now + 31 * SECOND), Duration::ZERO);
    }

    #[test]
    fn no_number_is_too_large_for_it() {
        let (rate, now) = (Rate::new(1, 100_000 * MINUTE), Instant::now());
        let mut used = Used::nothing(now);
        for _ in 0..100 {
            rate.take(&mut used, u64::MAX, now);
        }
        assert!(rate.wait(used, u64::MAX, now) > MINUTE || used == Used::nothing(now));
    }
}
