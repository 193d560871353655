//! How large the next batch is made.
//!
//! A client that has heard nothing for a while takes the link for dead, and hears a batch only when all of it has come.
//! So on a slow link batches must be small; on a fast one large batches compress better and cost less each. The time
//! that a client took for the last one decides.

use std::time::Duration;

use samsyn_engine::sync::limits::BATCH_BYTES;

/// The first batch, and the smallest, in bytes of changes before compression. A larger change makes a larger batch.
const FIRST: usize = 64 * 1024;
const SMALLEST: usize = 8 * 1024;

/// Taken faster than this, the next may be larger; slower than that, it must be smaller.
const FAST: Duration = Duration::from_millis(250);
const SLOW: Duration = Duration::from_secs(2);

/// The size of a client's batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    bytes: usize,
}

impl Pace {
    pub(super) fn new() -> Self {
        Pace { bytes: FIRST }
    }

    /// How many bytes of changes the next batch may have, about.
    pub(super) fn bytes(self) -> usize {
        self.bytes
    }

    /// The last batch was taken in so long.
    pub(super) fn took(&mut self, time: Duration) {
        if time < FAST {
            self.bytes = (self.bytes * 2).min(BATCH_BYTES);
        } else if time > SLOW {
            self.bytes = (self.bytes / 2).max(SMALLEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_links_get_large_batches_and_slow_ones_small() {
        let mut pace = Pace::new();
        (0..20).for_each(|_| pace.took(Duration::from_millis(1)));
        assert_eq!(pace.bytes(), BATCH_BYTES);
        pace.took(Duration::from_secs(1));
        assert_eq!(pace.bytes(), BATCH_BYTES);
        (0..20).for_each(|_| pace.took(Duration::from_secs(5)));
        assert_eq!(pace.bytes(), SMALLEST);
    }
}
