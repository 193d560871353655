//! Whole records on their way to a client, a bundle at a time.

use std::collections::VecDeque;

use samsyn_engine::document::{ChangeHash, Document, EncodedChange};
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::limits::{BATCH_CHANGES, CHANGE_BYTES, RECORDS_BYTES};
use samsyn_engine::sync::{Entry, EntryBody, Records, Wanted};

use crate::log::{Log, LogError, Standing};

/// So many records are looked up at once.
const PAGE: usize = 256;

/// Records that a client is sent, as they stood with the log's first entries.
#[derive(Debug)]
pub(crate) struct Sending {
    as_of: u64,
    source: Source,
    /// What of the current record has not gone out yet.
    rest: VecDeque<Entry>,
    current: Option<Next>,
    below: u64,
    left: u64,
}

/// Which records come next.
#[derive(Debug)]
enum Source {
    /// Every record, what changed last first.
    Newest { page: VecDeque<Standing>, below: u64 },
    /// And then those that have changed again since.
    Changed { page: VecDeque<RecordId>, after: Option<RecordId> },
    /// Those that the client asked for.
    Wanted(VecDeque<Wanted>),
}

/// A record to be sent.
#[derive(Debug)]
struct Next {
    record: RecordId,
    /// What the client has of it.
    known: Vec<ChangeHash>,
    /// Once it is sent, all that changed at this position or later is.
    below: u64,
}

impl Sending {
    /// Every record as it stood with the first `as_of` entries; without those that came with a first sync which broke
    /// off when all that changed at `below` or later had come.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn first_sync(log: &dyn Log, as_of: u64, below: u64) -> Result<Sending, LogError> {
        let below = below.min(as_of.saturating_add(1));
        // Those that have changed since are among them, or will be once their turn comes.
        let changed = log.count(u64::MAX)? - log.count(as_of.saturating_add(1))?;
        let left = log.count(below)? + changed;
        let source = Source::Newest { page: VecDeque::new(), below };
        Ok(Sending { as_of, source, rest: VecDeque::new(), current: None, below, left: left.max(1) })
    }

    /// What a client lacks of the records that it wants.
    pub(crate) fn wanted(as_of: u64, wanted: Vec<Wanted>) -> Sending {
        let left = wanted.len() as u64;
        let source = Source::Wanted(wanted.into());
        Sending { as_of, source, rest: VecDeque::new(), current: None, below: 0, left: left.max(1) }
    }

    /// How many records are still to come; none once all have gone out.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// The next bundle, of about so many bytes.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn next(&mut self, log: &dyn Log, bytes: usize) -> Result<Records, LogError> {
        let most = bytes.min(RECORDS_BYTES);
        let (mut entries, mut size) = (Vec::new(), 0);
        loop {
            while let Some(entry) = self.rest.front() {
                let length = length(entry);
                if !entries.is_empty() && (size + length > most || entries.len() >= BATCH_CHANGES) {
                    return Ok(Records { below: self.below, left: self.left, entries });
                }
                size += length;
                entries.extend(self.rest.pop_front());
            }
            if let Some(sent) = self.current.take() {
                self.below = sent.below;
                // The last bundle alone says that there is nothing left.
                self.left = self.left.saturating_sub(1).max(1);
            }
            let Some(next) = self.source.next(log, self.as_of)? else {
                (self.below, self.left) = (0, 0);
                return Ok(Records { below: 0, left: 0, entries });
            };
            self.rest = load(log, &next, self.as_of)?.into();
            self.current = Some(next);
        }
    }
}

impl Source {
    fn next(&mut self, log: &dyn Log, as_of: u64) -> Result<Option<Next>, LogError> {
        loop {
            match self {
                Source::Newest { page, below } => {
                    if let Some(Standing { record, last }) = page.pop_front() {
                        *below = last;
                        return Ok(Some(Next { record, known: Vec::new(), below: last }));
                    }
                    *page = log.newest(*below, PAGE)?.into();
                    if page.is_empty() {
                        *self = Source::Changed { page: VecDeque::new(), after: None };
                    }
                }
                Source::Changed { page, after } => {
                    if let Some(record) = page.pop_front() {
                        *after = Some(record);
                        return Ok(Some(Next { record, known: Vec::new(), below: 1 }));
                    }
                    *page = log.changed_since(as_of, *after, PAGE)?.into();
                    if page.is_empty() {
                        return Ok(None);
                    }
                }
                Source::Wanted(wanted) => {
                    let next = wanted.pop_front();
                    return Ok(next.map(|Wanted { record, known }| Next { record, known, below: 0 }));
                }
            }
        }
    }
}

/// A record as one document chunk; as its changes where these are fewer, or where it is too large for one.
fn load(log: &dyn Log, next: &Next, as_of: u64) -> Result<Vec<Entry>, LogError> {
    let record = next.record;
    let stored = log.document(record, as_of)?;
    if stored.snapshot.is_empty() && stored.tail.is_empty() {
        return Ok(Vec::new());
    }
    let document = match Document::load(record, &stored.snapshot, &stored.tail) {
        Ok(document) => document,
        Err(error) => {
            // The others must not miss theirs for it.
            tracing::error!(%error, "a document in the log is damaged");
            return Ok(Vec::new());
        }
    };
    let known: Vec<_> = next.known.iter().filter(|hash| document.has(hash)).copied().collect();
    if known.is_empty() {
        let whole = document.save_plain();
        if whole.len() <= CHANGE_BYTES {
            return Ok(vec![Entry { record, body: EntryBody::Document(whole) }]);
        }
    }
    let change = |change: EncodedChange| Entry { record, body: EntryBody::Change(change.bytes) };
    Ok(document.changes_since(&known).into_iter().map(change).collect())
}

fn length(entry: &Entry) -> usize {
    match &entry.body {
        EntryBody::Change(bytes) | EntryBody::Document(bytes) => bytes.len(),
        EntryBody::Known(hash) => hash.0.len(),
    }
}
