//! Whole records on their way to somebody who lacks them, a message at a time.

use std::collections::VecDeque;

use super::limits::{BATCH_CHANGES, RECORDS_BYTES};
use super::{Entry, EntryBody, Records};

/// One record to be sent.
#[derive(Debug, Default)]
pub struct Piece {
    /// What goes out of it: documents and changes, in causal order. A large record is more than one message.
    pub entries: Vec<Entry>,
    /// Once it is sent, all that changed at this position of the log or later is; 0 outside of a first sync.
    pub below: u64,
}

/// What is left to be sent. Where the records come from is the sender's business: it is asked for one at a time.
#[derive(Debug)]
pub struct Bundles {
    /// What of the current record has not gone out yet.
    rest: VecDeque<Entry>,
    current: Option<u64>,
    below: u64,
    left: u64,
}

impl Bundles {
    /// So many records, of which those have come already whose last change stands at `below` or behind it.
    pub fn new(below: u64, left: u64) -> Self {
        Bundles { rest: VecDeque::new(), current: None, below, left: left.max(1) }
    }

    /// How many records are still to come; none once all have gone out.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next message, of about so many bytes. `next` gives the next record.
    ///
    /// # Errors
    /// Where a record cannot be read.
    pub fn next<E>(
        &mut self,
        bytes: usize,
        mut next: impl FnMut() -> Result<Option<Piece>, E>,
    ) -> Result<Records, E> {
        let most = bytes.min(RECORDS_BYTES);
        let (mut entries, mut size) = (Vec::new(), 0);
        loop {
            while let Some(entry) = self.rest.front() {
                let length = length(entry);
                if !entries.is_empty() && (size + length > most || entries.len() >= BATCH_CHANGES) {
                    return Ok(Records { number: None, below: self.below, left: self.left, entries });
                }
                size += length;
                entries.extend(self.rest.pop_front());
            }
            if let Some(below) = self.current.take() {
                self.below = below;
                // The last bundle alone says that there is nothing left.
                self.left = self.left.saturating_sub(1).max(1);
            }
            let Some(piece) = next()? else {
                (self.below, self.left) = (0, 0);
                return Ok(Records { number: None, below: 0, left: 0, entries });
            };
            (self.rest, self.current) = (piece.entries.into(), Some(piece.below));
        }
    }
}

fn length(entry: &Entry) -> usize {
    match &entry.body {
        EntryBody::Change(bytes) | EntryBody::Document(bytes) => bytes.len(),
        EntryBody::Known(hash) => hash.0.len(),
    }
}
