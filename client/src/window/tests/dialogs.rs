//! What opens over the page, by keyboard alone: opened, gone through, and left with Esc, which gives the keyboard back.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role as Membership;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, MEETING, ORGANISATION, PLAN, VENUE};
use samsyn_engine::schema::{Cells, Link, Value};
use samsyn_engine::store::{ListQuery, Store};

use super::town::Town;
use super::walking::Walker;
use super::{Desk, make, text};
use crate::pages::Page;

fn says(walker: &Walker, words: &str) -> bool {
    walker.desk.harness.query_all_by_label_contains(words).next().is_some()
}

impl Walker {
    pub(super) fn until_says(&mut self, words: &str) {
        self.desk.until(words, |desk| desk.harness.query_all_by_label_contains(words).next().is_some());
    }

    pub(super) fn until_not(&mut self, words: &str) {
        self.desk.until(words, |desk| desk.harness.query_all_by_label_contains(words).next().is_none());
    }

    /// Goes back with Shift and Tab until that is reached.
    fn back_to(&mut self, label: &str) {
        for _ in 0..60 {
            self.press_with(Modifiers::SHIFT, Key::Tab);
            if self.is_at(label) {
                return;
            }
        }
        panic!("{label} is not reached with Shift+Tab; the keyboard is at {:?}", self.at());
    }

    /// Opens what a button opens, and has the keyboard in it.
    pub(super) fn opens_with(&mut self, button: &str, shown: &str) {
        assert!(self.is_at(button), "{:?}", self.at());
        self.press(Key::Enter);
        self.until_says(shown);
        self.desk.until("the keyboard is in it", |desk| {
            desk.harness.query_all_by(|node| node.is_focused()).any(|node| {
                let node = node.accesskit_node();
                node.role() != Role::Window && node.label().as_deref() != Some(button)
            })
        });
    }

    /// Esc closes what is open, and the button that opened it has the keyboard.
    pub(super) fn leaves(&mut self, button: &str, shown: &str) {
        self.press(Key::Escape);
        self.until_not(shown);
        self.until_at(button);
    }
}

fn with_contact() -> Walker {
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]);
    });
    let mut walker = Walker::new(desk);
    walker.desk.until("the contact", |desk| desk.row("Eva Ek").is_some());
    walker.until_at("Contacts");
    walker
}

#[test]
fn the_settings_are_changed_and_left() {
    let mut walker = with_contact();
    walker.press_with(Modifiers::COMMAND, Key::F);
    walker.back_to("Settings");
    walker.press(Key::Enter);
    walker.until_says("Family name first: Ek, Eva");
    walker.leaves("Settings", "Family name first: Ek, Eva");
    walker.press(Key::Enter);
    walker.until_says("Family name first: Ek, Eva");
    walker.tab_to("Dark");
    walker.press(Key::Enter);
    walker.until_not("Family name first: Ek, Eva");
    walker.until_at("Settings");
    assert_eq!(walker.desk.harness.state().settings().theme, crate::state::ThemeChoice::Dark);
}

#[test]
fn somebody_is_invited_and_the_button_has_the_keyboard_again() {
    let town = Town::new();
    let maja = town.join(("Maja", Membership::Coordinator), Page::Members, |_| {});
    let mut walker = Walker::new(maja);
    walker.desk.until_shown("Invite");
    walker.tab_to("Invite");
    walker.opens_with("Invite", "Good for");
    walker.leaves("Invite", "Good for");
    walker.opens_with("Invite", "Good for");
    walker.tab_to("Good for");
    walker.press(Key::Enter);
    walker.until_says("two weeks");
    walker.press(Key::Escape);
    walker.until_at("Good for");
    assert!(says(&walker, "Create invitation"), "that was for the drop-down alone");
    walker.tab_to("Create invitation");
    walker.press(Key::Enter);
    // It is shown once: the keyboard is on what does no harm.
    walker.until_at("Copy the code");
    walker.press(Key::Enter);
    walker.until_says("Copied");
    walker.tab_to("Done");
    walker.press(Key::Enter);
    walker.until_not("Copy the code");
    walker.until_at("Invite");
}

#[test]
fn questions_are_answered_with_no_and_give_the_keyboard_back() {
    let town = Town::new();
    let mut maja = town.join(("Maja", Membership::Coordinator), Page::Members, |_| {});
    let bo = town.join(("Bo", Membership::Ambassador), Page::List(&CONTACT), |_| {});
    maja.until_shown("Remove: Bo");
    let mut walker = Walker::new(maja);
    for (button, asks, answer) in [
        ("Change role: Bo", "Which role is Bo to have?", "Ambassador"),
        ("Remove: Bo", "Remove Bo from the workspace?", "Cancel"),
        ("New device: Bo", "One more device for Bo", "Create invitation"),
    ] {
        walker.tab_to(button);
        walker.opens_with(button, asks);
        walker.leaves(button, asks);
        walker.opens_with(button, asks);
        // A question is answered with no by whoever presses Enter once more; a form begins with what is chosen.
        walker.until_at(answer);
        if !walker.is_at("Cancel") {
            walker.tab_to("Cancel");
        }
        walker.press(Key::Enter);
        walker.until_not(asks);
        walker.until_at(button);
    }
    assert_eq!(town.roster().members.len(), 2, "nothing was done");
    drop(bo);
}

#[test]
fn the_relays_dialog_is_typed_into_and_left() {
    let mut walker = Walker::new(Desk::new(Some(Page::Members), |_| {}));
    walker.desk.until_shown("Take it to a relay …");
    walker.tab_to("Take it to a relay …");
    walker.opens_with("Take it to a relay …", "Take the workspace to a relay");
    walker.until_at("Address");
    walker.types("relay.example.se/x");
    walker.tab_to("Code");
    walker.types("AB12-CD34-EF56-GH78");
    walker.press(Key::Enter);
    walker.until_says("put wss:// before it");
    walker.leaves("Take it to a relay …", "Take the workspace to a relay");
}

#[test]
fn a_backup_is_made_and_the_list_has_the_keyboard_again() {
    let mut walker = with_contact();
    let file = walker.desk.path.with_file_name("monday.samsyn-backup");
    walker.press_with(Modifiers::COMMAND, Key::K);
    walker.types("back up");
    walker.press(Key::Enter);
    walker.until_at("File or folder");
    walker.press_with(Modifiers::COMMAND, Key::A);
    walker.types(&file.display().to_string());
    walker.press(Key::Enter);
    walker.until_says("Done and checked:");
    walker.press(Key::Escape);
    walker.until_not("Done and checked:");
    walker.until_at("Contacts");
    assert!(file.exists());
}

#[test]
fn the_question_whether_all_is_reviewed_gives_the_keyboard_back() {
    let mut walker = Walker::new(Desk::new(Some(Page::Review), |replica| {
        for name in ["Hall", "Sal"] {
            let venue = make(replica, &VENUE, &[("name", text(name))]);
            // What is made here is reviewed already: as if it had come from elsewhere.
            replica.mark_reviewed(venue, &Vec::new()).unwrap();
        }
    }));
    walker.until_says("2 records");
    walker.until_at("Review");
    walker.back_to("Mark everything as reviewed");
    walker.opens_with("Mark everything as reviewed", "Mark 2 records as reviewed?");
    walker.leaves("Mark everything as reviewed", "Mark 2 records as reviewed?");
    walker.opens_with("Mark everything as reviewed", "Mark 2 records as reviewed?");
    // It can be taken back, so that is the answer that the keyboard is on.
    walker.until_at("Mark as reviewed");
    walker.press(Key::Enter);
    walker.desk.until_shown("Everything is reviewed");
    // The button can't be pressed any more: the page has the keyboard.
    walker.until_at("Review");
}

#[test]
fn the_keys_are_read_and_left_from_wherever_somebody_was() {
    let mut walker = with_contact();
    walker.press(Key::ArrowDown);
    walker.press(Key::Enter);
    walker.until_at("Given name");
    walker.tab_to("Language");
    walker.press(Key::F1);
    walker.until_says("In the timeline");
    walker.leaves("Language", "In the timeline");
}

fn plan(replica: &mut Replica) -> RecordId {
    let plan = make(replica, &PLAN, &[("name", text("Vinterkongress"))]);
    for (title, start, end) in
        [("Boka lokal", "2029-01-08", "2029-01-12"), ("Be om anbud", "2029-01-15", "2029-01-26")]
    {
        let day = |day: &str| Value::Date(day.parse().unwrap());
        let cells: Cells = [("title", text(title)), ("start", day(start)), ("end", day(end))]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        replica.edit(plan, &[Edit::add_row("tasks", cells)], None).unwrap();
    }
    plan
}

#[test]
fn a_task_is_moved_on_the_timeline_and_opened_from_it() {
    let mut id = None;
    let mut walker = Walker::new(Desk::new(Some(Page::List(&PLAN)), |replica| id = Some(plan(replica))));
    let id = id.unwrap();
    walker.desk.until("the plan", |desk| desk.row("Vinterkongress").is_some());
    walker.press(Key::ArrowDown);
    walker.press(Key::Enter);
    walker.until_at("Name");
    walker.back_to("Timeline");
    walker.press(Key::Enter);
    walker.until_says("Boka lokal, 2029-01-08 – 2029-01-12");
    walker.tab_to("Boka lokal, 2029-01-08 – 2029-01-12 · 5 days, 0 %");
    walker.press_with(Modifiers::ALT, Key::ArrowRight);
    // The days are said by its name, which a screen reader reads anew.
    walker.until_at("Boka lokal, 2029-01-09 – 2029-01-13 · 5 days, 0 %");
    walker.press_with(Modifiers::ALT | Modifiers::SHIFT, Key::ArrowRight);
    walker.until_at("Boka lokal, 2029-01-09 – 2029-01-14 · 6 days, 0 %");
    let ends = |walker: &Walker| {
        let record = walker.desk.record(id);
        let task = &record.get("tasks").rows()[0];
        (task.get("start").clone(), task.get("end").clone())
    };
    let day = |day: &str| Value::Date(day.parse().unwrap());
    assert_eq!(ends(&walker), (day("2029-01-09"), day("2029-01-14")));
    // The next one is reached with Tab, and opened where its fields are.
    walker.press(Key::Tab);
    assert!(walker.at().is_some_and(|(_, name)| name.starts_with("Be om anbud, ")), "{:?}", walker.at());
    walker.press(Key::Enter);
    walker.until_at("Task");
    assert_eq!(
        walker
            .desk
            .harness
            .query_all_by(|node| node.is_focused())
            .next()
            .and_then(|node| node.accesskit_node().value())
            .as_deref(),
        Some("Be om anbud")
    );
    walker.press(Key::Escape);
    walker.until_at("Plans");
}

#[test]
fn a_year_is_passed_in_the_calendar_by_keys() {
    let mut id = None;
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        let day = Value::Date("2029-05-12".parse().unwrap());
        id = Some(make(replica, &CONTACT, &[("family", text("Ek")), ("follow_up", day)]));
    });
    let mut walker = Walker::new(desk);
    walker.desk.until("the contact", |desk| desk.row("Ek").is_some());
    walker.press(Key::ArrowDown);
    walker.press(Key::Enter);
    walker.until_at("Given name");
    walker.tab_to("Next follow-up");
    walker.press(Key::Tab);
    walker.press(Key::Enter);
    walker.press_with(Modifiers::SHIFT, Key::PageDown);
    walker.press_with(Modifiers::SHIFT, Key::PageDown);
    walker.press_with(Modifiers::SHIFT, Key::PageUp);
    walker.press(Key::PageDown);
    walker.press(Key::ArrowRight);
    walker.press(Key::Enter);
    let day = Value::Date("2030-06-13".parse().unwrap());
    walker.desk.until_stored(id.unwrap(), "follow_up", &day);
    // Its buttons are reached as well, and pressed with Enter. Behind the last one the days have the keyboard again.
    walker.press(Key::Tab);
    walker.press(Key::Enter);
    walker.tab_to("Next year");
    walker.press(Key::Enter);
    walker.press(Key::Enter);
    walker.tab_to("Previous month");
    walker.press(Key::Enter);
    assert!(walker.is_at("Previous month"), "it stays open: {:?}", walker.at());
    let buttons = ["Previous month", "Next month", "Next year", "Today", "Clear the date", "Previous year"];
    for _ in 0..buttons.len() {
        if !buttons.iter().any(|button| walker.is_at(button)) {
            break;
        }
        walker.press(Key::Tab);
    }
    walker.press(Key::ArrowLeft);
    walker.press(Key::Enter);
    let day = Value::Date("2032-05-12".parse().unwrap());
    walker.desk.until_stored(id.unwrap(), "follow_up", &day);
}

#[test]
fn a_picker_that_finds_nothing_makes_a_record_by_keys() {
    let mut id = None;
    let desk = Desk::new(Some(Page::List(&MEETING)), |replica| {
        id = Some(make(replica, &MEETING, &[("name", text("Landsmöte 2031"))]));
    });
    let mut walker = Walker::new(desk);
    let id = id.unwrap();
    walker.desk.until("the meeting", |desk| desk.row("Landsmöte").is_some());
    walker.press(Key::ArrowDown);
    walker.press(Key::Enter);
    walker.until_at("Name");
    walker.tab_to("Association");
    walker.press(Key::Enter);
    walker.types("Renägarförbundet");
    walker.until_says("Create “Renägarförbundet”");
    walker.press(Key::Enter);
    walker.until_at("Association");
    let made = |walker: &Walker| {
        Store::open(&walker.desk.path).unwrap().list(&ListQuery::all(&ORGANISATION)).unwrap()
    };
    walker.desk.until("it is made", |desk| {
        Store::open(&desk.path).unwrap().list(&ListQuery::all(&ORGANISATION)).unwrap().len() == 1
    });
    let organisation = made(&walker)[0];
    walker.desk.until_stored(id, "association", &Value::Link(Link::Record(organisation)));
    // A set offers the same.
    walker.tab_to("Plans behind it: Add");
    walker.press(Key::Enter);
    walker.types("Vinterplanen");
    walker.until_says("Create “Vinterplanen”");
    walker.press(Key::Escape);
    walker.until_at("Plans behind it: Add");
}

#[test]
fn an_invitation_is_taken_back_by_keys() {
    let town = Town::new();
    let maja = town.join(("Maja", Membership::Coordinator), Page::Members, |_| {});
    town.invite(Membership::Reader, None);
    let mut walker = Walker::new(maja);
    walker.until_says("Withdraw: Reader");
    for _ in 0..60 {
        walker.press(Key::Tab);
        if walker.at().is_some_and(|(_, at)| at.starts_with("Withdraw: Reader")) {
            break;
        }
    }
    walker.press(Key::Enter);
    walker.desk.until_shown("The invitation is no longer valid.");
    walker.until_not("Withdraw: Reader");
    assert!(town.roster().invitations.is_empty());
    // The button is gone: the page has the keyboard, and goes on being walked.
    walker.until_at("Members");
    walker.tab_to("Invite");
}

#[test]
fn somebody_is_removed_and_gets_another_role_by_keys() {
    let town = Town::new();
    let maja = town.join(("Maja", Membership::Coordinator), Page::Members, |_| {});
    let bo = town.join(("Bo", Membership::Ambassador), Page::List(&CONTACT), |_| {});
    let mut walker = Walker::new(maja);
    walker.desk.until_shown("Remove: Bo");
    walker.tab_to("Change role: Bo");
    walker.opens_with("Change role: Bo", "Which role is Bo to have?");
    walker.until_at("Ambassador");
    walker.tab_to("Reader");
    walker.press(Key::Space);
    walker.tab_to("Give the role");
    walker.press(Key::Enter);
    walker.desk.until_shown("Bo: The role was changed.");
    walker.until_at("Change role: Bo");
    walker.tab_to("Remove: Bo");
    walker.opens_with("Remove: Bo", "Remove Bo from the workspace?");
    walker.until_at("Cancel");
    walker.press_with(Modifiers::SHIFT, Key::Tab);
    walker.until_at("Remove from the workspace");
    walker.press(Key::Enter);
    walker.desk.until_shown("Bo: The member was removed, and is no longer let in.");
    assert!(town.roster().members.iter().any(|member| member.removed_at.is_some()));
    walker.until_at("Members");
    drop(bo);
}

#[test]
fn the_relays_address_is_changed_by_keys() {
    let mut town = Town::new();
    let maja = town.join(("Maja", Membership::Coordinator), Page::Members, |_| {});
    let mut walker = Walker::new(maja);
    walker.desk.until_shown("Change the address …");
    let address = town.move_away();
    walker.until_says("Not connected");
    walker.tab_to("Change the address …");
    walker.opens_with("Change the address …", "If the relay has moved");
    walker.until_at("Address");
    walker.press_with(Modifiers::COMMAND, Key::A);
    walker.types("ws://127.0.0.1:1");
    walker.press(Key::Enter);
    // What was typed stays, and the field has the keyboard again as soon as it can be typed into.
    walker.until_says("cannot be reached");
    walker.desk.until("the field has the keyboard", |desk| {
        let mut focused = desk.harness.query_all_by(|node| node.is_focused());
        focused.any(|node| node.accesskit_node().label().as_deref() == Some("Address"))
    });
    walker.press_with(Modifiers::COMMAND, Key::A);
    walker.types(&format!("ws://{address}"));
    walker.press(Key::Enter);
    walker.until_says("The relay's address is ");
    walker.desk.until_shown("Connected");
}
