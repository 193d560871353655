//! What somebody sees whose role does not let them do everything.

use egui_kittest::kittest::Queryable;
use samsyn_engine::identity::{Grant, Role};
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{Link, Value};
use samsyn_engine::store::Store;

use super::{Desk, make, text};
use crate::pages::Page;

/// What the relay said when it was last met.
pub(super) fn be(replica: &samsyn_engine::replica::Replica, role: Role) {
    let grant = Grant { role, ..Grant::unbounded(replica.device()) };
    let mut store = Store::open(replica.store().path()).unwrap();
    let mut transaction = store.transaction().unwrap();
    transaction.set_grant(&grant, None).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn a_reader_is_told_so_and_is_offered_nothing_that_they_may_not_do() {
    let mut desk = Desk::new(Some(Page::List(&VENUE)), |replica| {
        make(replica, &VENUE, &[("name", text("Arena"))]);
        be(replica, Role::Reader);
    });
    desk.until_shown("Åsa Berg · Reader");
    desk.choose("Arena");
    desk.until_shown("You can read this record, but not change it.");
    assert!(desk.harness.query_all_by_label("New venue").next().is_none(), "nothing to make one with");
    desk.click("Meetings");
    desk.until_shown("What others create appears here. Your role in this workspace lets you read it.");
}

#[test]
fn a_reference_to_somebody_who_was_erased_says_so() {
    let mut desk = Desk::new(Some(Page::List(&VENUE)), |replica| {
        let eva = make(replica, &CONTACT, &[("family", text("Ek"))]);
        make(replica, &VENUE, &[("name", text("Arena")), ("contact", Value::Link(Link::Record(eva)))]);
        let mut store = Store::open(replica.store().path()).unwrap();
        let mut transaction = store.transaction().unwrap();
        assert_eq!(transaction.erase(&samsyn_engine::sync::Erasures::first(eva), 0).unwrap().len(), 1);
        transaction.commit().unwrap();
        assert!(store.scrub().unwrap());
    });
    desk.choose("Arena");
    desk.until("it says so", |desk| {
        desk.harness.query_all_by_label_contains("(erased)").next().is_some()
            || desk.harness.query_all_by_value("(erased)").next().is_some()
    });
}
