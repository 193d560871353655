//! Frames that the relay sends, from what stands in its log.

use axum::body::Bytes;
use samsyn_engine::sync::{Batch, Entry as Sent, EntryBody, FromRelay};

use crate::log::Stretch;

/// The batch of a stretch from behind `position` on. Entries whose position is one of the receiver's `own` go by name.
pub(crate) fn batch(stretch: &Stretch, position: u64, own: impl Fn(u64) -> bool) -> Bytes {
    let passed = usize::try_from(position.saturating_sub(stretch.after)).unwrap_or(usize::MAX);
    let numbered = (stretch.after + 1..).zip(&stretch.entries).skip(passed);
    let sent = numbered.map(|(position, entry)| Sent {
        record: entry.record,
        body: if own(position) {
            EntryBody::Known(entry.hash)
        } else {
            EntryBody::Change(entry.bytes.clone())
        },
    });
    let batch = Batch { position: stretch.end.position, hash: stretch.end.hash, entries: sent.collect() };
    FromRelay::Batch(batch).encode().into()
}
