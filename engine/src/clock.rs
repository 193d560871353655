//! What time it is on this device, unless a simulation has asked for another.
//!
//! A simulation has to take the same way again from the same seed. The time stands in every change, so in its hash, and the
//! order of hashes decides which of two changes comes first. So a thread can be given a time, as it can be given a seed
//! ([`crate::random`]).

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

thread_local! {
    static SIMULATED: Cell<Option<i64>> = const { Cell::new(None) };
}

/// This device's clock, in seconds since 1970-01-01 UTC; 0 where it is set to a time before.
pub fn wall_clock() -> i64 {
    SIMULATED.get().unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Does something at a time that stands still, in seconds since 1970-01-01 UTC, on this thread.
#[cfg(feature = "testing")]
pub fn standing_at<T>(time: i64, work: impl FnOnce() -> T) -> T {
    /// Puts the time back that was there before, also where the work panics.
    struct Restore(Option<i64>);
    impl Drop for Restore {
        fn drop(&mut self) {
            SIMULATED.set(self.0);
        }
    }
    let _restore = Restore(SIMULATED.replace(Some(time)));
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_only_for_what_was_asked() {
        let before = wall_clock();
        assert_eq!(standing_at(7, wall_clock), 7);
        let told = standing_at(7, || (standing_at(8, wall_clock), wall_clock()));
        assert_eq!(told, (8, 7), "one within another");
        assert!(wall_clock() >= before);
    }
}
