//! What any implementation of [`Log`](super::Log) must pass.

use samsyn_engine::document::{Document, Edit};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};

use super::{Log, NewEntry};

/// Runs the suite on a new, empty log named "Byrån"; `open` opens it once more.
pub(super) fn run<L: Log>(mut log: L, open: impl Fn() -> L) {
    assert_eq!(log.name().unwrap(), "Byrån");
    assert_eq!(log.secret_hash().unwrap(), [7; 32]);
    let start = log.head().unwrap();
    assert_eq!(start.position, 0);
    assert_eq!(log.cursor_at(0).unwrap(), Some(start));
    assert_eq!(log.cursor_at(1).unwrap(), None);
    assert_eq!(log.cursor_at(u64::MAX).unwrap(), None);
    assert!(log.read(0, 10, 1_000).unwrap().is_empty());

    let mut document = new_document();
    let mut written = document.changes_since(&[]);
    for number in 0..100 {
        let edit = Edit::set("family", Value::Text(format!("Berg {number}")));
        let changes = document.edit(&[edit], &writer()).unwrap();
        written.extend(changes);
    }
    let entry = |change: &samsyn_engine::document::EncodedChange| NewEntry {
        record: document.id(),
        hash: change.hash,
        bytes: change.bytes.clone(),
        device: DeviceId::from_bytes([1; 16]),
    };
    let entries: Vec<NewEntry> = written.iter().map(entry).collect();

    // In stretches, the document handed over with each: a log may fold it or not.
    let mut cursor = start;
    for stretch in entries.chunks(7) {
        let state = partial(&document, &written, cursor.position as usize + stretch.len());
        let next = log.append(stretch, &[&state]).unwrap();
        cursor = stretch.iter().fold(cursor, |cursor, entry| cursor.then(&entry.hash));
        assert_eq!(next, cursor);
    }
    for log in [&log, &open()] {
        assert_eq!(log.head().unwrap(), cursor);
        assert!(entries.iter().all(|entry| log.has(&entry.hash).unwrap()));
        assert_eq!(log.document(document.id()).unwrap().heads(), document.heads());
        assert_eq!(log.cursor_at(1).unwrap(), Some(start.then(&entries[0].hash)));
        let all = log.read(0, 1_000, usize::MAX).unwrap();
        assert_eq!(all.len(), entries.len());
        assert!(all.iter().enumerate().all(|(place, entry)| entry.position == place as u64 + 1));
        assert_eq!(log.read(3, 2, usize::MAX).unwrap(), all[3..5]);
        assert_eq!(log.read(3, 100, 1).unwrap(), all[3..4], "at least one, however large");
    }
    // A name that is there already: nothing of the batch is appended.
    let other = new_document();
    let mut batch: Vec<NewEntry> = other.changes_since(&[]).iter().map(entry).collect();
    batch.push(entries[0].clone());
    assert!(log.append(&batch, &[]).is_err());
    assert_eq!(log.head().unwrap(), cursor);
    assert!(!log.has(&batch[0].hash).unwrap());
    assert!(log.document(other.id()).unwrap().heads().is_empty());
}

/// The document with only its first changes.
fn partial(
    document: &Document,
    written: &[samsyn_engine::document::EncodedChange],
    count: usize,
) -> Document {
    let tail: Vec<Vec<u8>> = written[..count].iter().map(|change| change.bytes.clone()).collect();
    Document::load(document.id(), &[], &tail).unwrap()
}

fn new_document() -> Document {
    Document::create(&NewRecord::new(&CONTACT), &writer()).unwrap()
}

fn writer() -> samsyn_engine::document::Writer {
    samsyn_engine::document::Writer::new(&[3; 16], DeviceId::from_bytes([1; 16]), 0)
}
