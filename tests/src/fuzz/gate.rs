//! The gate and what stands behind it.

use std::sync::LazyLock;

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, Change, ObjType, ROOT, ReadDoc, ScalarValue};
use samsyn_engine::document::Document;
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::id::RecordId;

use super::chunk;

/// Tighter than in use, so that whatever is let in stays small, and a run is fast. Nothing is loaded again before it is
/// trusted, as with documents that are too large for that: so a target sees what the gate itself lets through.
fn limits() -> Limits {
    Limits {
        change_bytes: 128 * 1024,
        inflated_bytes: 512 * 1024,
        operations: 20_000,
        document_operations: 40_000,
        changes: 2_000,
        reload_bytes: 0,
        ..Limits::default()
    }
}

/// A small document with a text, a counter, a list and a map, by two who wrote at the same time.
static SMALL: LazyLock<Automerge> = LazyLock::new(|| {
    let mut one = Automerge::new().with_actor(ActorId::from(&[1; 16][..]));
    write(&mut one).expect("a new document can be written");
    let mut other = one.fork().with_actor(ActorId::from(&[2; 16][..]));
    for document in [&mut one, &mut other] {
        let mut transaction = document.transaction();
        transaction.put(ROOT, "name", "Åsa").expect("a map can be written");
        transaction.increment(ROOT, "count", 2).expect("a counter can be incremented");
        transaction.commit();
    }
    one.merge(&mut other).expect("two that were one can be merged");
    one
});

fn write(document: &mut Automerge) -> Result<(), automerge::AutomergeError> {
    let mut transaction = document.transaction();
    let text = transaction.put_object(ROOT, "notes", ObjType::Text)?;
    transaction.splice_text(&text, 0, 0, "cello")?;
    transaction.put(ROOT, "count", ScalarValue::counter(1))?;
    let list = transaction.put_object(ROOT, "list", ObjType::List)?;
    transaction.insert(&list, 0, 1.5)?;
    let map = transaction.put_object(ROOT, "map", ObjType::Map)?;
    transaction.put(&map, "a", true)?;
    transaction.commit();
    Ok(())
}

/// A change from outside, as it came: what is admitted is applied to nothing and to a small document, and what comes of it
/// can be stored and loaded.
pub fn gate(bytes: &[u8]) {
    let Ok(change) = gate::admit(bytes, &limits()) else { return };
    let again = gate::admit(change.raw_bytes(), &limits()).expect("what was admitted is admitted again");
    assert_eq!(again.hash(), change.hash());
    assert_eq!(gate::hash_of(change.raw_bytes()), Some(change.hash()));
    apply(&Automerge::new(), change.clone());
    apply(&SMALL, change);
}

fn apply(document: &Automerge, change: Change) {
    let hash = change.hash();
    let Ok(applied) = gate::apply(document, vec![change], &limits()) else { return };
    if applied.applied.is_empty() {
        return assert_eq!(applied.document.get_heads(), document.get_heads());
    }
    assert!(applied.document.get_change_meta_by_hash(&hash).is_some(), "it is there");
    can_be_stored(&applied.document);
}

fn can_be_stored(document: &Automerge) {
    let again = Automerge::load(&document.save()).expect("what passed the gate can be loaded");
    assert_eq!(again.get_heads(), document.get_heads());
    assert_eq!(again.hydrate(None), document.hydrate(None), "and reads the same");
}

/// As [`gate()`], with a right length and checksum, so that the fuzzer reaches what stands behind the checksum.
pub fn gate_repaired(bytes: &[u8]) {
    gate(&chunk::repaired(bytes));
}

/// A change made of columns: for each one byte that names it, one of its length, and its data. The fuzzer need not find out
/// how a change is put together.
pub fn columns(bytes: &[u8]) {
    /// All that a change has, and one that it has not.
    const KNOWN: [u8; 15] =
        [0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73, 0x94, 0xa5, 0xb6];
    let mut columns = std::collections::BTreeMap::new();
    let mut rest = bytes;
    while let [name, length, data @ ..] = rest {
        let (data, behind) = data.split_at(usize::from(*length).min(data.len()));
        columns.insert(KNOWN[usize::from(*name) % KNOWN.len()], data);
        rest = behind;
    }
    let mut body = vec![0, 16];
    body.extend([7; 16]);
    // Its number, its first operation, its time, no message, one other actor: the one of the small document.
    body.extend([1, 1, 0, 0, 1, 16]);
    body.extend([1; 16]);
    chunk::write_unsigned(columns.len() as u64, &mut body);
    for (name, data) in &columns {
        chunk::write_unsigned(u64::from(*name), &mut body);
        chunk::write_unsigned(data.len() as u64, &mut body);
    }
    columns.values().for_each(|data| body.extend(*data));
    gate(&chunk::around(chunk::CHANGE, &body));
}

/// A whole document from outside, as it came and with a right length and checksum: what is admitted can be stored, and is
/// exactly what its changes give.
pub fn gate_document(bytes: &[u8]) {
    for bytes in [bytes, &chunk::around(chunk::DOCUMENT, chunk::body(bytes))] {
        let Ok(document) = gate::admit_document(bytes, &limits()) else { continue };
        can_be_stored(&document);
        let mut rebuilt = Automerge::new();
        rebuilt.apply_changes(document.get_changes(&[])).expect("its changes can be applied");
        assert_eq!(rebuilt.get_heads(), document.get_heads());
        assert_eq!(rebuilt.hydrate(None), document.hydrate(None));
        assert_eq!(rebuilt.save_nocompress(), document.save_nocompress());
        assert!(document.get_missing_deps(&[]).is_empty(), "nothing waits in it");
    }
}

/// What a store gives back, damaged or not: as a snapshot, and as a change behind none.
pub fn document(bytes: &[u8]) {
    let id = RecordId::from_bytes([3; 16]);
    let tail = [bytes.to_vec()];
    for document in [Document::load(id, bytes, &[]), Document::load(id, &[], &tail)].into_iter().flatten() {
        let _ = document.heads();
        let _ = document.kind_name();
    }
}
