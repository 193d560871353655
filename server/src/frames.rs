//! Frames that the relay sends, from what stands in its log.

use axum::body::Bytes;
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::{Batch, Cursor, Entry as Sent, EntryBody, FromRelay, Logged};

use crate::log::{Entry, Stretch};

/// The batch of a stretch for somebody who does not see all of it: what is out of scope is left out, and the place behind it
/// is told as `told` says. Entries whose position is one of the receiver's `own` go by name.
pub(crate) fn partial(
    stretch: &Stretch,
    told: Cursor,
    seen: impl Fn(RecordId) -> bool,
    own: impl Fn(u64) -> bool,
) -> Bytes {
    let numbered = (stretch.after + 1..).zip(&stretch.entries);
    let sent = numbered.filter(|(_, entry)| seen(entry.record)).map(|(place, entry)| sent(entry, own(place)));
    let batch = Batch { position: told.position, hash: told.hash, entries: sent.collect() };
    FromRelay::Batch(batch).encode().into()
}

fn sent(entry: &Entry, is_own: bool) -> Sent {
    let body = match is_own {
        true => EntryBody::Known(entry.hash),
        false => EntryBody::Change(entry.bytes.clone()),
    };
    Sent { record: entry.record, body }
}

/// What stands in the log where a reader at `position` has been; and the positions of the rest, which comes by.
pub(crate) fn split(places: Vec<Logged>, position: u64) -> (Vec<Logged>, Vec<u64>) {
    let (passed, ahead): (Vec<_>, Vec<_>) = places.into_iter().partition(|place| place.position <= position);
    (passed, ahead.into_iter().map(|place| place.position).collect())
}

/// The batch of a stretch from behind `position` on. Entries whose position is one of the receiver's `own` go by name.
pub(crate) fn batch(stretch: &Stretch, position: u64, own: impl Fn(u64) -> bool) -> Bytes {
    let passed = usize::try_from(position.saturating_sub(stretch.after)).unwrap_or(usize::MAX);
    let numbered = (stretch.after + 1..).zip(&stretch.entries).skip(passed);
    let sent = numbered.map(|(position, entry)| sent(entry, own(position)));
    let batch = Batch { position: stretch.end.position, hash: stretch.end.hash, entries: sent.collect() };
    FromRelay::Batch(batch).encode().into()
}
