//! Somebody backs the workspace up in the window, and puts it back from the first page.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use samsyn_engine::backup;
use samsyn_engine::schema::kinds::CONTACT;

use super::{Desk, make, text};
use crate::pages::Page;

fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn somebody_backs_up_where_they_say_and_is_told_who_can_open_it() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("family", text("Ek"))]);
    });
    desk.until("the contact", |desk| desk.row("Ek").is_some());
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    desk.until_input("Search records and commands");
    desk.harness.get_by_role_and_label(Role::TextInput, "Search records and commands").type_text("back up");
    desk.click("Back up…");
    let file = desk.path.with_file_name("monday.samsyn-backup");
    // Onto the workspace itself nothing is written.
    desk.write("File or folder", &desk.path.display().to_string());
    desk.press(Role::Button, "Back up");
    desk.until("it is refused", |desk| says(desk, "choose another name"));
    desk.write("File or folder", &file.display().to_string());
    desk.press(Role::Button, "Back up");
    desk.until("it is done", |desk| says(desk, "Done and checked:") && says(desk, "It is not encrypted"));
    assert_eq!(backup::verify(&file).unwrap().key, None);
    desk.harness.key_press(Key::Escape);
    desk.until("it is closed", |desk| !says(desk, "Done and checked:"));
    assert!(desk.row("Ek").is_some());
}
