//! The documents that all systems are measured with: contacts of the sample workspace, each with some history by two people.

use automerge::{ActorId, Automerge};
use samsyn_engine::document::{Document, Edit, Writer};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::parallel;
use samsyn_engine::sample::{Size, workspace_of};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};

/// A day that does not change, so that the documents do not.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 25);

/// How many changes each has behind the ones that made it.
const EDITS: usize = 4;

fn writer(number: u8) -> Writer {
    Writer::new(&[number; 16], DeviceId::from_bytes([number; 16]), 1_795_500_000)
}

/// So many contacts as a person would enter them.
pub(super) fn contacts(count: usize) -> Vec<NewRecord> {
    let size = Size { contacts: count, organisations: 40, venues: 4, plans: 2, meetings: 4, focus_areas: 8 };
    let all = workspace_of(7, TODAY, size).into_iter();
    all.filter(|new| new.kind.name == CONTACT.name).take(count).collect()
}

/// The edit with which somebody changes a contact.
pub(super) fn edit(number: usize) -> Edit {
    Edit::set("given", Value::Text(format!("Eva {number}")))
}

/// So many documents with their histories.
pub(super) fn documents(count: usize) -> Vec<Document> {
    with_histories(contacts(count))
}

/// These records as documents, each with some history.
pub(super) fn with_histories(records: Vec<NewRecord>) -> Vec<Document> {
    parallel::each(records, |new| {
        let mut document = Document::create(&new, &writer(1)).expect("the sample's records fit their kinds");
        for number in 0..EDITS {
            let by = writer(if number % 2 == 0 { 2 } else { 1 });
            let field = if number < 2 { "family" } else { "given" };
            let edit = Edit::set(field, Value::Text(format!("Eva {number}")));
            document.edit(&[edit], &by).expect("an edit that fits");
        }
        document
    })
}

/// The same as plain Automerge documents.
pub(super) fn automerge_documents(count: usize) -> Vec<Automerge> {
    documents(count)
        .iter()
        .map(|document| Automerge::load(&document.save()).expect("a saved document can be loaded"))
        .collect()
}

/// Somebody changes one of these.
pub(super) fn change(document: &mut Automerge, number: usize) {
    use automerge::transaction::Transactable;
    document.set_actor(ActorId::from(&[9; 16][..]));
    let written = document.transact::<_, _, automerge::AutomergeError>(|all| {
        all.put(automerge::ROOT, "given", format!("Eva {number}"))
    });
    written.expect("a field can be written");
}
