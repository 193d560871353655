//! The latest part of a log, in memory: what everybody who is connected is about to read.
//!
//! Each stretch is written as a frame once and then sent to everyone. Who reads further back reads the file; nothing
//! here grows with how far behind somebody is.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use samsyn_engine::sync::Cursor;
use samsyn_engine::sync::limits::{BATCH_BYTES, BATCH_CHANGES};

use crate::frames;
use crate::log::{Entry, Stretch};

/// So many bytes of changes are kept at most, beyond the last stretch.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A stretch of the log and, once somebody needed it, its frame.
#[derive(Debug)]
pub(crate) struct RecentStretch {
    pub(crate) stretch: Stretch,
    frame: OnceLock<Bytes>,
}

impl RecentStretch {
    /// The frame of the whole stretch, with every change in full.
    pub(crate) fn frame(&self) -> Bytes {
        self.frame.get_or_init(|| frames::batch(&self.stretch, self.stretch.after, |_| false)).clone()
    }

    /// How many bytes its changes have.
    pub(crate) fn size(&self) -> usize {
        size(&self.stretch.entries)
    }
}

/// The latest stretches of a log, without gaps between them.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    stretches: VecDeque<Arc<RecentStretch>>,
    bytes: usize,
}

impl Recent {
    /// These entries stand behind `after` now. Entries that do not follow on the others make a new beginning.
    pub(crate) fn extend(&mut self, after: Cursor, entries: Vec<Entry>) {
        if self.stretches.back().is_some_and(|last| last.stretch.end != after) {
            self.clear();
        }
        let (mut place, mut entries) = (after, entries.into_iter().peekable());
        while entries.peek().is_some() {
            let mut stretch = Stretch { after: place.position, entries: Vec::new(), end: place };
            let mut size = 0;
            while size < BATCH_BYTES && stretch.entries.len() < BATCH_CHANGES {
                let Some(entry) = entries.next() else { break };
                size += entry.bytes.len();
                stretch.end = stretch.end.then(&entry.hash);
                stretch.entries.push(entry);
            }
            place = stretch.end;
            self.bytes += size;
            self.stretches.push_back(Arc::new(RecentStretch { stretch, frame: OnceLock::new() }));
        }
        while self.bytes > MOST_BYTES && self.stretches.len() > 1 {
            let Some(oldest) = self.stretches.pop_front() else { break };
            self.bytes -= oldest.size();
        }
    }

    /// The stretch that holds the entry behind `position`, if it ends no later than `up_to`.
    pub(crate) fn behind(&self, position: u64, up_to: u64) -> Option<Arc<RecentStretch>> {
        let number = self.stretches.partition_point(|recent| recent.stretch.end.position <= position);
        let found = self.stretches.get(number)?;
        let fits = found.stretch.after <= position && found.stretch.end.position <= up_to;
        fits.then(|| Arc::clone(found))
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.stretches.clear();
        self.bytes = 0;
    }
}

fn size(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| entry.bytes.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use samsyn_engine::document::ChangeHash;
    use samsyn_engine::id::RecordId;
    use samsyn_engine::sync::Epoch;

    fn entries(numbers: std::ops::Range<u64>, bytes: usize) -> Vec<Entry> {
        let entry = |number: u64| {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_be_bytes());
            Entry { record: RecordId::from_bytes([1; 16]), hash: ChangeHash(hash), bytes: vec![0; bytes] }
        };
        numbers.map(entry).collect()
    }

    fn behind(cursor: Cursor, entries: &[Entry]) -> Cursor {
        entries.iter().fold(cursor, |cursor, entry| cursor.then(&entry.hash))
    }

    #[test]
    fn what_is_recent_is_found_from_any_position_in_it_and_nothing_else_is() {
        let start = Cursor::start(Epoch::random());
        let mut recent = Recent::default();
        let first = entries(0..3, 10);
        let middle = behind(start, &first);
        recent.extend(start, first);
        recent.extend(middle, entries(3..5, 10));
        for (position, after) in [(0, 0), (1, 0), (2, 0), (3, 3), (4, 3)] {
            assert_eq!(recent.behind(position, 9).map(|found| found.stretch.after), Some(after));
        }
        assert!(recent.behind(5, 9).is_none());
        assert!(recent.behind(3, 4).is_none(), "a stretch beyond what was asked for");
    }

    #[test]
    fn memory_is_bounded_and_a_gap_begins_anew() {
        let start = Cursor::start(Epoch::random());
        let mut recent = Recent::default();
        let many = entries(0..5_000, 1_000);
        let end = behind(start, &many);
        recent.extend(start, many);
        assert!(recent.bytes <= MOST_BYTES, "{}", recent.bytes);
        assert!(recent.behind(0, 5_000).is_none());
        assert!(recent.behind(4_999, 5_000).is_some());
        let gap = Cursor { position: end.position + 7, ..end };
        recent.extend(gap, entries(6_000..6_001, 1));
        assert!(recent.behind(4_999, 6_000).is_none());
        assert!(recent.behind(gap.position, gap.position + 1).is_some());
    }
}
