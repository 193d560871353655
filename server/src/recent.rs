//! The log's last changes in memory, so that what everybody is sent is not read from disk for everybody. Bounded.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::log::LogEntry;

/// How many bytes of changes are kept at most.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A gapless stretch at the end of the log.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    entries: VecDeque<Arc<LogEntry>>,
    bytes: usize,
}

impl Recent {
    /// Takes note of what was appended.
    pub(crate) fn push(&mut self, entries: impl IntoIterator<Item = LogEntry>) {
        for entry in entries {
            self.bytes += entry.bytes.len();
            self.entries.push_back(Arc::new(entry));
        }
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.bytes.len();
        }
    }

    /// The changes behind `after`, as [`Log::read`](crate::log::Log::read) gives them; `None` where they may not be here.
    pub(crate) fn read(&self, after: u64, changes: usize, bytes: usize) -> Option<Vec<Arc<LogEntry>>> {
        let first = self.entries.front()?.position;
        if after + 1 < first {
            return None;
        }
        let mut size = 0;
        let behind = self.entries.iter().skip((after + 1 - first) as usize).take(changes);
        let fitting = behind.take_while(|entry| {
            let fits = size < bytes;
            size += entry.bytes.len();
            fits
        });
        Some(fitting.cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::document::ChangeHash;
    use samsyn_engine::id::RecordId;

    use super::*;

    fn entry(position: u64, size: usize) -> LogEntry {
        LogEntry {
            position,
            record: RecordId::from_bytes([1; 16]),
            hash: ChangeHash([0; 32]),
            bytes: vec![0; size],
        }
    }

    #[test]
    fn it_answers_only_where_it_has_everything() {
        let mut recent = Recent::default();
        assert!(recent.read(0, 10, 10).is_none());
        recent.push((5..10).map(|position| entry(position, 10)));
        assert!(recent.read(3, 10, 1_000).is_none());
        assert_eq!(recent.read(4, 10, 1_000).unwrap().len(), 5);
        assert_eq!(recent.read(9, 10, 1_000).unwrap().len(), 0);
        assert_eq!(recent.read(4, 2, 1_000).unwrap().len(), 2);
        assert_eq!(recent.read(4, 10, 11).unwrap().len(), 2);
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::default();
        recent.push((1..100).map(|position| entry(position, 1024 * 1024)));
        assert!(recent.bytes <= MOST_BYTES);
        assert_eq!(recent.entries.len(), 4);
    }
}
