//! What the relay refused, in the window: it says why, and somebody sends it again or lets go of it.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role;
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::CONTACT;

use super::town::Town;
use super::{Desk, make, text};
use crate::pages::Page;

fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

/// Bo has changed a contact without a network, and made one; meanwhile his role was taken from him.
fn refused() -> (Town, Desk, Desk, RecordId) {
    let town = Town::new();
    let mut id = None;
    let maja = town.join(("Maja", Role::Coordinator), Page::List(&CONTACT), |replica| {
        id = Some(make(replica, &CONTACT, &[("family", text("Ek"))]));
    });
    let id = id.unwrap();
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    bo.until("the contact", |desk| desk.row("Ek").is_some());
    bo.click("Work offline");
    bo.until_shown("Working offline");
    bo.choose("Ek");
    bo.write("Given name", "Eva");
    bo.until_stored(id, "given", &text("Eva"));
    bo.click("New contact");
    bo.write("Family name", "Nyström");
    bo.until("the new one", |desk| desk.row("Nyström").is_some());
    town.set_role(&bo, Role::Reader);
    bo.click("Work offline");
    bo.until("it is said", |desk| says(desk, " refused"));
    bo.click("Show");
    bo.until_shown("Refused changes");
    (town, maja, bo, id)
}

#[test]
fn what_was_refused_is_shown_with_record_reason_and_who_and_can_be_sent_again() {
    let (town, mut maja, mut bo, id) = refused();
    bo.until("the reason", |desk| says(desk, "Your role did not let you write this"));
    assert!(says(&bo, "The relay says: a reader may not write records of the kind contact"));
    bo.until("what and who", |desk| says(desk, "Given name: – → Eva") && says(desk, "Bo"));
    bo.until("that it is nowhere else", |desk| says(desk, "only here") && says(desk, "Open: Nyström"));
    assert!(maja.row("Eva Ek").is_none(), "nobody else sees it");
    bo.click("Open: Eva Ek");
    bo.until_shown("You can read this record, but not change it.");
    bo.click("Show");
    // A coordinator gives the role back: now it is sent by itself, and taken.
    town.set_role(&bo, Role::Ambassador);
    bo.until_shown("Bo · Ambassador");
    maja.until("it has come", |desk| desk.row("Eva Ek").is_some());
    maja.until("the other has come", |desk| desk.row("Nyström").is_some());
    bo.until_shown("Nothing is refused");
    assert_eq!(maja.record(id).get("given"), &text("Eva"));
}

#[test]
fn what_was_refused_can_be_let_go_of_after_it_was_said_what_goes() {
    let (_town, maja, mut bo, id) = refused();
    bo.click("Discard: Eva Ek");
    bo.until("what goes", |desk| says(desk, "The record is then as it is on the relay"));
    bo.click("Cancel");
    assert_eq!(bo.record(id).get("given"), &text("Eva"), "nothing was done");
    bo.click("Discard: Eva Ek");
    bo.click("Discard the changes");
    bo.until_stored(id, "given", &Value::Empty);
    // The list moves up when it goes, and a click in that moment meets nothing.
    bo.until("it goes from the page", |desk| !says(desk, "Discard: Eva Ek"));
    bo.click("Discard: Nyström");
    bo.until("it goes as a whole", |desk| says(desk, "so all of it is removed from this computer"));
    bo.click("Discard the changes");
    bo.until_shown("Nothing is refused");
    bo.until("nor in the status line", |desk| !says(desk, " refused") || says(desk, "Nothing is refused"));
    bo.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    bo.until("the list", |desk| desk.row("Ek").is_some());
    assert!(bo.row("Nyström").is_none());
    assert_eq!(maja.record(id), bo.record(id));
}
