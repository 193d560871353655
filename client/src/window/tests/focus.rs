//! Where the keyboard goes: that it is never lost, whatever opens, closes or is removed.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{Cells, Value};

use super::walking::Walker;
use super::{Desk, make, text};
use crate::pages::Page;

fn with_mails(count: usize) -> (Walker, RecordId) {
    let mut id = None;
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        let contact = make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]);
        for number in 0..count {
            let address = text(&format!("eva{number}@example.se"));
            let cells: Cells = [("address".to_owned(), address)].into_iter().collect();
            replica.edit(contact, &[Edit::add_row("emails", cells)], None).unwrap();
        }
        id = Some(contact);
    });
    let mut walker = Walker::new(desk);
    walker.desk.until("the contact", |desk| desk.row("Eva Ek").is_some());
    (walker, id.unwrap())
}

fn in_record(count: usize) -> (Walker, RecordId) {
    let (mut walker, id) = with_mails(count);
    walker.press(Key::ArrowDown);
    walker.press(Key::Enter);
    walker.until_at("Given name");
    (walker, id)
}

#[test]
fn a_list_is_entered_and_left_by_keys_and_the_keyboard_is_on_the_row_again() {
    let (mut walker, _) = with_mails(0);
    walker.until_at("Contacts");
    // The arrows show what they come to, and stay in the list.
    walker.press(Key::ArrowDown);
    walker.desk.until_input("Given name");
    assert!(walker.is_at("Contacts"));
    walker.press(Key::Enter);
    walker.until_at("Given name");
    walker.press(Key::Escape);
    walker.until_at("Contacts");
    assert!(walker.desk.input("Given name").is_some(), "the record is still open");
    walker.press(Key::Escape);
    walker.desk.until("it is closed", |desk| desk.input("Given name").is_none());
    walker.until_at("Contacts");
    walker.press(Key::Enter);
    walker.until_at("Given name");
}

#[test]
fn escape_takes_back_what_is_typed_and_stays_in_the_field() {
    let (mut walker, id) = in_record(0);
    walker.types("lina");
    walker.press(Key::Escape);
    assert!(walker.is_at("Given name"));
    assert_eq!(walker.desk.input("Given name").as_deref(), Some("Eva"));
    walker.press(Key::Escape);
    walker.until_at("Contacts");
    assert_eq!(walker.desk.record(id).get("given"), &text("Eva"));
}

#[test]
fn enter_and_space_open_a_drop_down_and_escape_gives_the_keyboard_back() {
    for key in [Key::Enter, Key::Space] {
        let (mut walker, id) = in_record(0);
        walker.tab_to("Language");
        walker.press(key);
        walker.desk.until("the options", |desk| {
            desk.harness.query_all_by_role(Role::ListBoxOption).next().is_some()
        });
        walker.press(Key::Escape);
        assert!(walker.desk.harness.query_all_by_role(Role::ListBoxOption).next().is_none());
        assert!(walker.is_at("Language"), "{:?}", walker.at());
        assert_eq!(walker.desk.record(id).get("language"), &Value::Empty);
        assert!(walker.desk.input("Given name").is_some(), "that was for the drop-down alone");
    }
}

#[test]
fn a_calendar_opens_with_enter_and_gives_the_keyboard_back() {
    let (mut walker, id) = in_record(0);
    walker.tab_to("Next follow-up");
    walker.press(Key::Tab);
    let button = walker.at();
    walker.press(Key::Enter);
    assert_ne!(walker.at(), button, "the calendar has it");
    assert_eq!(walker.desk.record(id).get("follow_up"), &Value::Empty, "nothing is picked by opening it");
    walker.press(Key::Escape);
    assert_eq!(walker.at(), button);
}

#[test]
fn a_field_comes_before_the_buttons_behind_it() {
    let (mut walker, _) = in_record(1);
    walker.tab_to("eva0@example.se, ");
    walker.press(Key::Enter);
    let mut passed = Vec::new();
    for _ in 0..14 {
        walker.press(Key::Tab);
        passed.extend(walker.at().map(|(_, label)| label));
    }
    let place = |label: &str| passed.iter().position(|at| at.starts_with(label));
    let places =
        ["Address", "Open: Address", "Type", "Remove: eva0@example.se", "Add a row: e-mail"].map(place);
    assert!(places.is_sorted() && places[0].is_some(), "{passed:?}");
}

#[test]
fn after_a_row_was_removed_the_keyboard_is_at_the_next() {
    let (mut walker, id) = in_record(3);
    walker.tab_to("Remove: eva1@example.se");
    walker.press(Key::Enter);
    walker.until_at("eva2@example.se, ");
    walker.tab_to("Remove: eva2@example.se");
    walker.press(Key::Enter);
    walker.until_at("eva0@example.se, ");
    walker.tab_to("Remove: eva0@example.se");
    walker.press(Key::Enter);
    walker.until_at("Add a row: e-mail");
    walker.desk.until("no row", |desk| desk.record(id).get("emails").rows().is_empty());
}

#[test]
fn a_row_that_was_moved_to_an_end_keeps_the_keyboard() {
    let (mut walker, _) = in_record(2);
    walker.tab_to("Move up: eva1@example.se");
    walker.press(Key::Enter);
    walker.until_at("eva1@example.se, ");
}

#[test]
fn a_dialog_gives_the_keyboard_back_to_the_button_that_opened_it() {
    let (mut walker, _) = in_record(0);
    walker.press_with(Modifiers::SHIFT, Key::Tab);
    while !walker.is_at("More about this person") {
        assert!(walker.at().is_some(), "it is in none of the buttons above");
        walker.press_with(Modifiers::SHIFT, Key::Tab);
    }
    walker.press(Key::Enter);
    walker.press(Key::Tab);
    walker.press(Key::Enter);
    walker.until_at("File");
    walker.press(Key::Escape);
    walker.until_at("More about this person");
}

#[test]
fn what_the_palette_and_undo_open_stands_with_its_own_list() {
    let mut venue = None;
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("family", text("Ek"))]);
        venue = Some(make(replica, &VENUE, &[("name", text("Badhuset"))]));
    });
    let mut walker = Walker::new(desk);
    let venue = venue.unwrap();
    let at_venues = |desk: &Desk| {
        let tabs = desk.harness.query_all_by_role(Role::Tab);
        let mut chosen = tabs.filter(|node| node.accesskit_node().is_selected() == Some(true));
        chosen.next().is_some_and(|node| {
            node.accesskit_node().label().is_some_and(|label| label.starts_with("Venues"))
        })
    };
    walker.press_with(Modifiers::COMMAND, Key::K);
    walker.types("badhu");
    walker.desk.until("it is found", |desk| {
        desk.harness
            .query_all_by_role(Role::ListBoxOption)
            .any(|node| node.accesskit_node().label().as_deref() == Some("Badhuset"))
    });
    walker.press(Key::Enter);
    walker.until_at("Name");
    walker.desk.until("its list", |desk| at_venues(desk) && desk.row("Badhuset").is_some());
    walker.press_with(Modifiers::COMMAND, Key::A);
    walker.types("Simhallen");
    walker.press(Key::Tab);
    walker.desk.until_stored(venue, "name", &text("Simhallen"));
    walker.press_with(Modifiers::COMMAND, Key::Num3);
    walker.desk.until("another list", |desk| !at_venues(desk));
    walker.press_with(Modifiers::COMMAND, Key::Z);
    walker.desk.until_stored(venue, "name", &text("Badhuset"));
    walker.desk.until("its list", |desk| at_venues(desk) && desk.row("Badhuset").is_some());
}

#[test]
fn in_a_narrow_window_there_is_one_pane_at_a_time_with_a_way_back() {
    let (mut walker, _) = with_mails(0);
    walker.desk.harness.set_size(eframe::egui::vec2(340.0, 700.0));
    walker.desk.harness.run_steps(4);
    assert!(walker.desk.harness.query_all_by_role(Role::Tab).next().is_none(), "no sidebar");
    walker.press(Key::ArrowDown);
    assert!(walker.desk.row("Eva Ek").is_some(), "the arrows leave the list where it is");
    walker.press(Key::Enter);
    walker.until_at("Given name");
    assert!(walker.desk.row("Eva Ek").is_none());
    walker.press(Key::Escape);
    walker.until_at("Contacts");
    walker.press(Key::Enter);
    walker.until_at("Given name");
    walker.desk.click("Back to the list");
    walker.until_at("Contacts");
    walker.desk.click("Menu");
    walker.desk.until("the pages", |desk| desk.harness.query_all_by_role(Role::Tab).count() > 4);
    walker.press(Key::Escape);
    walker.until_at("Contacts");
    walker.desk.click("Menu");
    walker.desk.press(Role::Tab, "Venues");
    walker.until_at("Venues");
}
