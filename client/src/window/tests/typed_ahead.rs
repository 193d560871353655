//! Somebody is quicker than the window is drawn: keys come together, and each goes where it was meant to go.

use eframe::egui::{Event, Key, Modifiers};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::store::ListQuery;

use super::editing::contradict;
use super::{Desk, make, text};
use crate::pages::Page;
use crate::widgets::typed_ahead::tests::{key, typed};

const PALETTE: &str = "Search records and commands";
const SEARCH: &str = "Search the list";

fn desk(page: Page) -> Desk {
    let mut desk = Desk::new(Some(page), |replica| {
        make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]);
        make(replica, &CONTACT, &[("given", text("Örjan")), ("family", text("Östersund"))]);
        let arena = make(replica, &VENUE, &[("name", text("Arena"))]);
        contradict(replica, arena);
    });
    desk.until("the window", |desk| desk.shown().iter().any(|text| text.starts_with("Åsa Berg")));
    desk.harness.run_steps(5);
    desk
}

/// All of it comes before another frame is drawn.
fn at_once<const N: usize>(desk: &mut Desk, events: [Vec<Event>; N]) {
    desk.harness.input_mut().events.extend(events.into_iter().flatten());
    desk.harness.step();
}

fn plain(what: Key) -> Vec<Event> {
    key(what, Modifiers::NONE)
}

fn ctrl(what: Key) -> Vec<Event> {
    key(what, Modifiers::COMMAND)
}

#[test]
fn what_is_looked_for_stands_in_the_palette_whole_and_does_nothing_on_the_page() {
    // On the review page these letters mark as reviewed, go on, open and choose a value.
    for page in [Page::Review, Page::List(&CONTACT), Page::Members] {
        for opens in [Key::K, Key::F] {
            let mut desk = desk(page);
            let field = if opens == Key::F && page == Page::List(&CONTACT) { SEARCH } else { PALETTE };
            at_once(&mut desk, [ctrl(opens), typed("rno1östersund")]);
            desk.until(field, |desk| desk.input(field).as_deref() == Some("rno1östersund"));
            assert_eq!(desk.harness.state().session.queue().len(), 1, "nothing was reviewed");
            let replica = Replica::open(&desk.path).unwrap();
            let arena = replica.store().list(&ListQuery::all(&VENUE)).unwrap()[0];
            assert!(!replica.conflicts(arena).unwrap().is_empty(), "nothing was chosen");
        }
    }
}

#[test]
fn enter_behind_what_is_looked_for_opens_what_is_found_for_it() {
    let mut desk = desk(Page::Review);
    at_once(&mut desk, [ctrl(Key::K), typed("östersund"), plain(Key::Enter)]);
    desk.until("the record", |desk| desk.input("Family name").as_deref() == Some("Östersund"));
}

#[test]
fn enter_in_the_search_field_goes_to_what_is_found_for_all_that_was_typed() {
    let mut desk = desk(Page::List(&CONTACT));
    at_once(&mut desk, [ctrl(Key::F), typed("östersund"), plain(Key::Enter), typed("Bo")]);
    desk.until("the record", |desk| desk.input("Family name").as_deref() == Some("Östersund"));
    desk.until("what was typed", |desk| desk.input("Given name").is_some_and(|name| name.contains("Bo")));
}

#[test]
fn a_new_record_is_filled_in_as_fast_as_one_types() {
    let mut desk = desk(Page::List(&VENUE));
    at_once(&mut desk, [ctrl(Key::N), typed("norra hallen"), plain(Key::Tab), plain(Key::Escape)]);
    desk.until("the venue", |desk| {
        let replica = Replica::open(&desk.path).unwrap();
        let venues = replica.store().list(&ListQuery::all(&VENUE)).unwrap();
        let name = |id| replica.record(id).unwrap().get("name").clone();
        venues.into_iter().any(|id| name(id) == Value::Text("norra hallen".into()))
    });
}

#[test]
fn a_record_that_is_still_being_read_gets_what_is_typed_for_it() {
    let mut desk = desk(Page::List(&CONTACT));
    at_once(&mut desk, [plain(Key::ArrowDown), plain(Key::Enter), ctrl(Key::A), typed("nora")]);
    desk.until("the field", |desk| desk.input("Given name").as_deref() == Some("nora"));
}
