//! Somebody is quicker than the window is drawn: keys come together, and each goes where it was meant to go.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, ORGANISATION, VENUE};
use samsyn_engine::schema::{Link, Value};
use samsyn_engine::store::ListQuery;

use egui_kittest::kittest::Queryable;

use super::editing::contradict;
use super::{Desk, make, text, window_at};
use crate::pages::Page;
use crate::widgets::typed_ahead::tests::{key, typed};

const PALETTE: &str = "Search records and commands";
const SEARCH: &str = "Search the list";

fn desk(page: Page) -> Desk {
    let desk = Desk::new(Some(page), |replica| {
        make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]);
        make(replica, &CONTACT, &[("given", text("Örjan")), ("family", text("Östersund"))]);
        let arena = make(replica, &VENUE, &[("name", text("Arena"))]);
        contradict(replica, arena);
    });
    let mut desk = on_a_screen(desk, page);
    desk.until("the window", |desk| desk.shown().iter().any(|text| text.starts_with("Åsa Berg")));
    desk.harness.run_steps(5);
    desk
}

/// The same in a window in which frames follow each other as they do on a screen: a key that waits counts seconds.
fn on_a_screen(desk: Desk, page: Page) -> Desk {
    let Desk { harness, path, _folder } = desk;
    drop(harness);
    Desk { harness: window_at(&path, Some(page), 1.0 / 60.0), path, _folder }
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

/// What a picker or a drop-down is opened, asked and answered with comes at once, and is the answer to all of it.
#[test]
fn what_is_chosen_is_what_was_typed_and_not_what_stood_there_before() {
    let (mut ids, mut eva) = (Vec::new(), None);
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        eva = Some(make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]));
        for name in ["Arenabolaget", "Bandyförbundet", "Curlingförbundet", "Östersunds förening"] {
            ids.push(make(replica, &ORGANISATION, &[("name", text(name))]));
        }
    });
    let mut desk = on_a_screen(desk, Page::List(&CONTACT));
    let eva = eva.unwrap();
    desk.choose("Eva Ek");
    desk.until_input("Given name");
    for (name, id) in [("curling", ids[2]), ("östersunds", ids[3]), ("bandy", ids[1])] {
        desk.harness.get_by_role_and_label(Role::ComboBox, "Association").focus();
        desk.harness.run_steps(3);
        at_once(&mut desk, [plain(Key::Enter), typed(name), plain(Key::Enter)]);
        desk.until_stored(eva, "ambassador_association", &Value::Link(Link::Record(id)));
    }
    desk.harness.get_by_role_and_label(Role::ComboBox, "Preferred channel").focus();
    desk.harness.run_steps(3);
    at_once(&mut desk, [plain(Key::Enter), plain(Key::ArrowDown), plain(Key::ArrowDown), plain(Key::Enter)]);
    desk.until("a choice", |desk| matches!(desk.record(eva).get("channel"), Value::Choice(_)));
}
