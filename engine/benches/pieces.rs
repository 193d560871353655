//! How long the engine's pieces take, each beside what it is built on.
//!
//! ```sh
//! cargo bench -p samsyn-engine
//! ```
//!
//! A piece that checks is shown beside what does the same without checking: read the ratio, not the time. What the whole
//! takes, over a wire and on a disk, is measured by `samsyn-tests peers`: see `docs/benchmarks.md`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::document::{Automerge, Change, ChangeHash, Document, Edit, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::Replica;
use samsyn_engine::sample;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::store::NewReplica;
use samsyn_engine::sync::compare::{self, Fingerprint, Held, Holding, Inventory, Range};
use samsyn_engine::sync::{Entry, EntryBody, FromClient, Push};

/// Without optimisation nothing is timed: that every piece runs to its end is seen at a small size.
const SMALL: bool = cfg!(debug_assertions);

/// How often a contact was edited.
const EDITS: &[usize] = if SMALL { &[6, 20] } else { &[6, 100, 1_000] };

/// How many records a replica holds.
const RECORDS: usize = if SMALL { 20 } else { 2_000 };

/// How many records two replicas compare.
const SHELVES: &[u32] = if SMALL { &[100] } else { &[1_000, 10_000, 100_000] };

fn main() {
    divan::main();
}

fn writer(number: u8) -> Writer {
    Writer::new(&[number; 16], RecordId::from_bytes([number; 16]), 1_795_500_000)
}

/// A contact of the sample workspace.
fn new_contact() -> NewRecord {
    let all = sample::workspace(1, jiff::civil::date(2026, 11, 24));
    all.into_iter().find(|record| record.kind.name == "contact").expect("the sample has contacts")
}

/// A contact that people have written in, `edits` times.
fn contact(edits: usize) -> Document {
    let mut document = Document::create(&new_contact(), &writer(1)).expect("a sample record fits");
    for number in 0..edits {
        let edit = Edit::set("given", Value::Text(format!("Åsa {number}")));
        let by = writer(1 + (number % 3) as u8);
        document.edit(&[edit], &by).expect("a contact has a given name");
    }
    document
}

/// A contact, and a change to it that it does not have yet.
fn contact_and_change(edits: usize) -> (Document, EncodedChange) {
    let document = contact(edits);
    let mut next = document.clone();
    let edit = Edit::set("family", Value::Text("Berglund".to_owned()));
    let change = next.edit(&[edit], &writer(9)).expect("a contact has a family name").remove(0);
    (document, change)
}

/// One change, from bytes.
mod change {
    use super::*;

    #[divan::bench]
    fn parsed_by_automerge(bencher: Bencher) {
        let (_, change) = contact_and_change(6);
        bencher.with_inputs(|| change.bytes.clone()).bench_values(Change::from_bytes);
    }

    #[divan::bench]
    fn admitted_by_the_gate(bencher: Bencher) {
        let (_, change) = contact_and_change(6);
        bencher.bench(|| gate::admit(black_box(&change.bytes), &Limits::default()));
    }
}

/// One change, taken into a document that has had so many.
mod receive {
    use super::*;

    #[divan::bench(args = EDITS)]
    fn applied_by_automerge(bencher: Bencher, edits: usize) {
        let (document, change) = contact_and_change(edits);
        let automerge = Automerge::load(&document.save()).expect("a saved document can be loaded");
        let change = Change::from_bytes(change.bytes).expect("a change of our own can be read");
        bencher
            .with_inputs(|| (automerge.clone(), change.clone()))
            .bench_refs(|(automerge, change)| automerge.apply_changes([change.clone()]));
    }

    #[divan::bench(args = EDITS)]
    fn received_through_the_gate(bencher: Bencher, edits: usize) {
        let (document, change) = contact_and_change(edits);
        let change = gate::admit(&change.bytes, &Limits::default()).expect("a change of our own is admitted");
        bencher
            .with_inputs(|| document.clone())
            .bench_refs(|document| document.receive(vec![change.clone()], &Limits::default()));
    }
}

/// A whole document, from bytes.
mod whole {
    use super::*;

    #[divan::bench(args = EDITS)]
    fn loaded_by_automerge(bencher: Bencher, edits: usize) {
        let bytes = contact(edits).save_plain();
        bencher.counter(BytesCount::of_slice(&bytes)).bench(|| Automerge::load(black_box(&bytes)));
    }

    #[divan::bench(args = EDITS)]
    fn admitted_by_the_gate(bencher: Bencher, edits: usize) {
        let bytes = contact(edits).save_plain();
        let counter = BytesCount::of_slice(&bytes);
        bencher.counter(counter).bench(|| gate::admit_document(black_box(&bytes), &Limits::default()));
    }

    #[divan::bench(args = EDITS)]
    fn saved(bencher: Bencher, edits: usize) {
        let document = contact(edits);
        bencher.bench(|| document.save());
    }

    #[divan::bench(args = EDITS)]
    fn read(bencher: Bencher, edits: usize) {
        let document = contact(edits);
        bencher.bench(|| document.read());
    }
}

/// What a person does.
mod edit {
    use super::*;

    #[divan::bench(args = EDITS)]
    fn in_memory(bencher: Bencher, edits: usize) {
        let document = contact(edits);
        let edit = [Edit::set("family", Value::Text("Berglund".to_owned()))];
        bencher
            .with_inputs(|| document.clone())
            .bench_refs(|document| document.edit(&edit, &writer(1)).expect("a contact has a family name"));
    }
}

/// A replica's file, as it is and encrypted.
mod at_rest {
    use samsyn_engine::store::{FileKey, ListQuery};

    use super::*;

    /// Whether it is encrypted, and with what.
    fn key(encrypted: bool) -> Option<FileKey> {
        encrypted.then(FileKey::random)
    }

    fn replica(path: &std::path::Path, key: Option<&FileKey>, records: usize) -> Replica {
        let new = NewReplica {
            workspace: samsyn_engine::identity::WorkspaceId::random(),
            workspace_name: "Bench".to_owned(),
            relay: None,
        };
        let mut replica = Replica::create_with(path, key, &new, "Bench").expect("a replica can be made");
        let records: Vec<_> =
            (0..records).map(|_| NewRecord { id: RecordId::random(), ..new_contact() }).collect();
        for some in records.chunks(500) {
            replica.create_records(some).expect("sample records fit");
        }
        replica
    }

    #[divan::bench(args = [false, true])]
    fn durable_edit(bencher: Bencher, encrypted: bool) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut replica = replica(&folder.path().join("bench.samsyn"), key(encrypted).as_ref(), 0);
        let id = replica.create_record(&new_contact()).expect("a sample record fits").record;
        let mut number = 0;
        bencher.bench_local(|| {
            number += 1;
            let edit = Edit::set("family", Value::Text(format!("Berglund {number}")));
            replica.edit(id, &[edit], None).expect("a replica can be written")
        });
    }

    #[divan::bench(args = [false, true], sample_count = 20)]
    fn opened_and_listed(bencher: Bencher, encrypted: bool) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (path, key) = (folder.path().join("bench.samsyn"), key(encrypted));
        let kind = new_contact().kind;
        drop(replica(&path, key.as_ref(), RECORDS));
        bencher.bench_local(|| {
            let replica = Replica::open_with(&path, key.as_ref()).expect("a replica can be opened");
            let ids = replica.store().list(&ListQuery::all(kind)).expect("it can be read");
            replica.store().rows(&ids).expect("it can be read")
        });
    }
}

/// The protocol.
mod protocol {
    use super::*;

    struct Shelf(BTreeMap<RecordId, Vec<ChangeHash>>);

    impl Shelf {
        fn of(count: u32) -> Shelf {
            let holding = |number: u32| {
                let mut bytes = [0; 16];
                bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
                (RecordId::from_bytes(bytes), vec![ChangeHash([7; 32])])
            };
            Shelf((0..count).map(holding).collect())
        }
    }

    impl Inventory for Shelf {
        type Error = Infallible;

        fn holdings(
            &self,
            from: Option<RecordId>,
            upper: Option<RecordId>,
            most: usize,
        ) -> Result<Vec<Holding>, Infallible> {
            let from = from.unwrap_or(RecordId::from_bytes([0; 16]));
            let inside = self.0.range(from..).take_while(|(id, _)| upper.is_none_or(|upper| **id < upper));
            let holding = |(record, heads): (&RecordId, &Vec<ChangeHash>)| Holding {
                record: *record,
                heads: heads.clone(),
            };
            Ok(inside.take(most).map(holding).collect())
        }
    }

    #[divan::bench(args = SHELVES)]
    fn comparison_begun(bencher: Bencher, records: u32) {
        let shelf = Shelf::of(records);
        bencher.bench(|| compare::begin(&shelf));
    }

    #[divan::bench(args = SHELVES)]
    fn comparison_answered(bencher: Bencher, records: u32) {
        let shelf = Shelf::of(records);
        let differs = [Range { upper: None, held: Held::Fingerprint(Fingerprint([0; 16])) }];
        bencher.bench(|| compare::respond(&shelf, black_box(&differs)));
    }

    fn push() -> FromClient {
        let entry = |_| {
            let (document, change) = contact_and_change(1);
            Entry { record: document.id(), body: EntryBody::Change(change.bytes) }
        };
        FromClient::Push(Push { id: 1, entries: (0..100).map(entry).collect() })
    }

    #[divan::bench]
    fn push_of_100_encoded(bencher: Bencher) {
        let push = push();
        bencher.bench(|| push.encode());
    }

    #[divan::bench]
    fn push_of_100_decoded(bencher: Bencher) {
        let frame = push().encode();
        bencher.bench(|| FromClient::decode(black_box(&frame)));
    }
}
