//! How often a connection may be begun anew in one go.
//!
//! A connection is begun anew, and at once, when this replica has got another name, or records were erased: each is done once. A
//! relay that always has another reason would have this program connect tens of thousands of times a minute, and write each time.
//! So some are free, as many as there are honest reasons for; then there are pauses that grow; then it is enough.

use std::time::Duration;

/// So many follow at once.
const FREE: u32 = 4;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(4);

/// So many are made in all by somebody who comes once.
const MOST: u32 = 12;

/// The beginnings anew so far.
#[derive(Debug, Default)]
pub(super) struct Anew {
    times: u32,
}

impl Anew {
    /// One more. Answers how long to wait before it; none where it is one too many.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        self.times += 1;
        match self.times {
            times if times <= FREE => Some(Duration::ZERO),
            times if times > MOST => None,
            times => Some(FIRST.saturating_mul(1 << (times - FREE - 1)).min(LONGEST)),
        }
    }

    /// One more, for somebody who stays and has pauses of their own. Says whether it may follow at once.
    pub(super) fn is_free(&mut self) -> bool {
        self.times = self.times.saturating_add(1);
        self.times <= FREE
    }

    /// How many there were.
    pub(super) fn times(&self) -> u32 {
        self.times
    }

    /// A connection has worked.
    pub(super) fn reset(&mut self) {
        self.times = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_follow_at_once_then_there_are_pauses_and_then_it_is_enough() {
        let mut anew = Anew::default();
        let pauses: Vec<_> = std::iter::from_fn(|| anew.pause()).collect();
        assert_eq!(pauses.len(), MOST as usize);
        assert!(pauses.is_sorted() && pauses[3].is_zero() && !pauses[4].is_zero());
        let whole: Duration = pauses.iter().sum();
        assert!(whole < Duration::from_secs(60), "somebody waits for it: {whole:?}");
        assert!(!anew.is_free());
        anew.reset();
        assert!(anew.is_free());
    }
}
