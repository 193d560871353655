//! What must be so whatever happened: replicas that have met are the same, and rows and search say what documents say.

use std::collections::BTreeMap;

use samsyn_engine::id::RecordId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::KINDS;
use samsyn_engine::schema::{self, FieldType};
use samsyn_engine::store::{ListQuery, RowView};

/// All rows of all kinds, removed ones included.
///
/// # Panics
/// Where the replica cannot be read.
pub fn projection(replica: &Replica) -> BTreeMap<RecordId, RowView> {
    let mut all = BTreeMap::new();
    for kind in KINDS {
        for removed in [false, true] {
            let query = ListQuery { removed, ..ListQuery::all(kind) };
            let ids = replica.store().list(&query).expect("a list can be read");
            let rows = replica.store().rows(&ids).expect("rows can be read");
            all.extend(rows.into_iter().flatten().map(|row| (row.id, row)));
        }
    }
    all.extend(unlisted(replica));
    all
}

/// The rows of kinds that only a later version of the program lists.
fn unlisted(replica: &Replica) -> BTreeMap<RecordId, RowView> {
    let records = replica.store().records().expect("the store can be read");
    let rows = replica.store().rows(&records).expect("rows can be read").into_iter().flatten();
    rows.filter(|row| schema::kind(&row.kind).is_none()).map(|row| (row.id, row)).collect()
}

/// The projection says what the documents say, and search finds what is there.
///
/// # Panics
/// Where it does not.
pub fn assert_projection_is_true(replica: &Replica) {
    let rows = projection(replica);
    let mut records = replica.store().records().expect("the store can be read");
    records.sort_unstable();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), records, "each record has a row");
    for (id, row) in rows {
        let document = replica.document(id).expect("a record with a row has a document");
        let record = document.read();
        assert_eq!((row.title, row.removed), (record.title(), record.removed));
        assert_eq!(row.conflicts as usize, document.conflicts().len());
        let Some(kind) = record.kind() else { continue };
        for field in kind.fields.iter().filter(|field| field.field_type != FieldType::Prose) {
            assert_eq!(row.cells.get(field.name), record.cells.get(field.name), "{}", field.name);
        }
        let title = record.title();
        if !title.is_empty() && !record.removed {
            let hits = replica.store().search(&title, &[kind.name], 10_000).expect("search works");
            assert!(hits.iter().any(|hit| hit.id == id), "search does not find \"{title}\"");
        }
    }
}

/// Two replicas hold the same: documents, what contradicts in them, and what lists show.
///
/// # Panics
/// Where they differ.
pub fn assert_same(one: &Replica, other: &Replica) {
    assert_same_in(one, other, |_| true);
}

/// The same, of some records alone: others may be there or not.
///
/// # Panics
/// Where they differ.
pub fn assert_same_in(one: &Replica, other: &Replica, of: impl Fn(RecordId) -> bool) {
    let rows = |replica: &Replica| {
        let rows = projection(replica).into_iter().filter(|(id, _)| of(*id));
        rows.collect::<BTreeMap<_, _>>()
    };
    let (rows, theirs) = (rows(one), rows(other));
    assert_eq!(rows, theirs, "lists differ");
    for id in rows.keys() {
        let document = |replica: &Replica| replica.document(*id).expect("it is there");
        let (ours, theirs) = (document(one), document(other));
        assert_eq!(ours.heads(), theirs.heads(), "histories of {id} differ");
        assert_eq!(ours.everything(), theirs.everything(), "what later versions wrote into {id} differs");
        let record = |replica: &Replica| replica.record(*id).expect("it is there");
        assert_eq!(record(one), record(other), "{id} differs");
        let conflicts = |replica: &Replica| replica.conflicts(*id).expect("it is there");
        assert_eq!(conflicts(one), conflicts(other), "contradictions in {id} differ");
    }
}
