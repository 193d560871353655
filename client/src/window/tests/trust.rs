//! What somebody has typed, done or seen is theirs: nothing of it goes, or becomes something else, without a word.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role as Rank;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::store::{ListQuery, Store};

use super::editing::{contradict, kept};
use super::live::Bureau;
use super::roles::be;
use super::{Desk, make, text};
use crate::pages::Page;

pub(super) fn with_contact() -> (Desk, RecordId) {
    let mut id = None;
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        let cells = [("given", text("Eva")), ("family", text("Ek")), ("notes", text("Spelar cello."))];
        id = Some(make(replica, &CONTACT, &cells));
    });
    (desk, id.unwrap())
}

fn contacts(desk: &Desk) -> Vec<RecordId> {
    Store::open(&desk.path).unwrap().list(&ListQuery::all(&CONTACT)).unwrap()
}

pub(super) fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

impl Desk {
    /// Puts the keyboard into a field and types, without leaving it.
    pub(super) fn begin_to_type(&mut self, role: Role, label: &str, typed: &str) {
        self.until(label, |desk| desk.harness.query_by_role_and_label(role, label).is_some());
        self.harness.get_by_role_and_label(role, label).focus();
        self.harness.run_steps(2);
        self.harness.key_press(Key::End);
        self.harness.run_steps(1);
        self.harness.get_by_role_and_label(role, label).type_text(typed);
        self.harness.run_steps(1);
    }

    /// The same replica in a new window, after the program was killed: it was told nothing.
    fn killed(self, page: Page) -> Desk {
        let Desk { harness, path, _folder } = self;
        drop(harness);
        Desk { harness: super::window(&path, Some(page)), path, _folder }
    }

    /// The same window, in which time passes as slowly as for a person: what is told is there for a while.
    pub(super) fn unhurried(self, page: Page) -> Desk {
        let Desk { harness, path, _folder } = self;
        drop(harness);
        Desk { harness: super::window_at(&path, Some(page), 0.01), path, _folder }
    }

    fn undo(&mut self) {
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        self.harness.run_steps(3);
    }
}

#[test]
fn what_is_typed_is_kept_a_moment_after_the_last_key_and_stands_in_the_record_after_a_kill() {
    let (desk, id) = with_contact();
    let mut desk = desk.unhurried(Page::List(&CONTACT));
    desk.choose("Eva Ek");
    desk.begin_to_type(Role::MultilineTextInput, "Notes", " Ring henne på fredag.");
    desk.harness.run_steps(1);
    assert!(says(&desk, "Saving …") && !says(&desk, "Everything is saved"), "{:?}", desk.shown());
    desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    let typed = "Spelar cello. Ring henne på fredag.";
    assert_eq!(kept(&desk), [typed]);
    assert_eq!(desk.record(id).get("notes"), &text("Spelar cello."), "a field is a change when it is left");

    let mut desk = desk.killed(Page::List(&CONTACT));
    desk.until_stored(id, "notes", &text(typed));
    desk.until("it is said", |desk| {
        says(desk, "What you were typing in “Eva Ek” when the program ended is saved: Notes “Spelar")
    });
    desk.until("it is kept no more", |desk| kept(desk).is_empty());
    desk.until("all is saved", |desk| says(desk, "Everything is saved"));
    let mut desk = desk.killed(Page::List(&CONTACT));
    desk.until("the list", |desk| desk.row("Eva Ek").is_some());
    desk.harness.run_steps(5);
    assert_eq!(desk.record(id).get("notes"), &text(typed), "once");
}

#[test]
fn a_field_that_is_typed_in_is_one_step_to_take_back() {
    let (mut desk, id) = with_contact();
    desk.choose("Eva Ek");
    for words in [" Ring", " henne", " på fredag."] {
        desk.begin_to_type(Role::MultilineTextInput, "Notes", words);
        desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    }
    desk.harness.key_press(Key::Tab);
    desk.until_stored(id, "notes", &text("Spelar cello. Ring henne på fredag."));
    desk.until("it is kept no more", |desk| kept(desk).is_empty());
    desk.click("Undo");
    desk.until_stored(id, "notes", &text("Spelar cello."));
}

#[test]
fn a_new_record_exists_from_its_first_character_and_not_before() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |_| {});
    desk.click("New contact");
    desk.until_input("Given name");
    desk.click("Add a row: e-mail");
    desk.until_input("Address");
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::W);
    desk.until("the form is closed", |desk| desk.input("Given name").is_none());
    desk.until("all is saved", |desk| says(desk, "Everything is saved"));
    assert_eq!(contacts(&desk), []);
    assert!(!desk.harness.state_mut().is_to_be_locked());

    desk.click("New contact");
    desk.begin_to_type(Role::TextInput, "Given name", "E");
    desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    let mut desk = desk.killed(Page::List(&CONTACT));
    desk.until("the record", |desk| desk.row("E").is_some());
    assert_eq!(contacts(&desk).len(), 1);
    // Its making is taken back like any other step.
    desk.click("Undo");
    desk.until("it is gone again", |desk| desk.row("E").is_none());
}

#[test]
fn a_row_exists_from_its_first_character_and_not_before() {
    let (mut desk, id) = with_contact();
    desk.choose("Eva Ek");
    desk.click("Add a row: e-mail");
    desk.until_input("Address");
    desk.until("all is saved", |desk| says(desk, "Everything is saved"));
    assert_eq!(desk.record(id).get("emails").rows().len(), 0);
    desk.write("Address", "eva@example.se");
    desk.until("the row", |desk| desk.record(id).get("emails").rows().len() == 1);
    desk.until_input("Address");
    desk.click("Undo");
    desk.until("no row", |desk| desk.record(id).get("emails").rows().is_empty());
    desk.until("nor in sight", |desk| desk.input("Address").is_none());
    // One that is typed in when the program is killed is made, too.
    desk.click("Add a row: e-mail");
    desk.begin_to_type(Role::TextInput, "Address", "ek@example.se");
    desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    let mut desk = desk.killed(Page::List(&CONTACT));
    desk.until("the row", |desk| desk.record(id).get("emails").rows().len() == 1);
    desk.until("it is kept no more", |desk| kept(desk).is_empty());
}

#[test]
fn a_choice_that_is_taken_back_in_review_is_a_contradiction_again() {
    let mut id = None;
    let mut desk = Desk::new(Some(Page::Review), |replica| {
        let venue = make(replica, &VENUE, &[("name", text("Arena"))]);
        contradict(replica, venue);
        id = Some(venue);
    });
    let id = id.unwrap();
    let values = |desk: &Desk| Replica::open(&desk.path).unwrap().conflicts(id).unwrap().len();
    for chosen in ["Choose this: 500\u{a0}people", "Choose this: 700\u{a0}people"] {
        desk.click(chosen);
        desk.until("it is decided", |desk| values(desk) == 0);
        desk.until("it is done", |desk| says(desk, "Everything is saved"));
        desk.undo();
        desk.until("both are there again", |desk| values(desk) == 1);
        desk.until_shown("Choose this: 500\u{a0}people");
        desk.until_shown("Choose this: 700\u{a0}people");
    }
}

#[test]
fn a_toast_takes_back_what_it_tells_of_and_goes_when_it_no_longer_can() {
    let (desk, id) = with_contact();
    let mut desk = desk.unhurried(Page::List(&CONTACT));
    let toast = "Undo: “Eva Ek” is removed.";
    desk.choose("Eva Ek");
    desk.click("Remove the record");
    desk.until("it is removed", |desk| desk.record(id).removed);
    desk.click("Restore");
    desk.until("it is back", |desk| !desk.record(id).removed);
    desk.until("there is nothing to take back any more", |desk| !says(desk, toast));
    desk.write("Family name", "Alm");
    desk.until_stored(id, "family", &text("Alm"));
    desk.until_shown("Eva Alm");
    desk.click("Remove the record");
    desk.until("it is removed", |desk| desk.record(id).removed);
    // What was done since stays.
    desk.click("Undo: “Eva Alm” is removed.");
    desk.until("it is back", |desk| !desk.record(id).removed);
    assert_eq!(desk.record(id).get("family"), &text("Alm"));
    desk.until("its toast is gone", |desk| !says(desk, "“Eva Alm” is removed."));
}

#[test]
fn everything_is_marked_as_reviewed_after_a_question_without_what_contradicts_and_can_be_taken_back() {
    let desk = Desk::new(Some(Page::Review), |replica| {
        let venue = make(replica, &VENUE, &[("name", text("Arena"))]);
        contradict(replica, venue);
        let mut other = Replica::open(replica.store().path()).unwrap();
        for name in ["Hall", "Sal"] {
            make(&mut other, &VENUE, &[("name", text(name))]);
        }
    });
    let mut desk = desk.unhurried(Page::Review);
    let waits = |desk: &Desk| {
        let queue = Replica::open(&desk.path).unwrap().review_queue().unwrap();
        let mut titles: Vec<String> = queue.into_iter().map(|entry| entry.row.title).collect();
        titles.sort();
        titles
    };
    // What is made here is reviewed already: as if it had come from elsewhere.
    for entry in Store::open(&desk.path).unwrap().list(&ListQuery::all(&VENUE)).unwrap() {
        Replica::open(&desk.path).unwrap().mark_reviewed(entry, &Vec::new()).unwrap();
    }
    desk.until("three wait", |desk| waits(desk).len() == 3 && says(desk, "3 records"));
    desk.click("Mark everything as reviewed");
    desk.until_shown("Mark 2 records as reviewed?");
    desk.until("what stays is said", |desk| says(desk, "1 record with contradictions stays"));
    desk.click("Cancel");
    assert_eq!(waits(&desk).len(), 3);
    desk.click("Mark everything as reviewed");
    desk.click("Mark as reviewed");
    desk.until("it is marked", |desk| waits(desk) == ["Arena"]);
    desk.until("it is told", |desk| says(desk, "2 records are marked as reviewed."));
    desk.undo();
    desk.until("it is taken back", |desk| waits(desk) == ["Arena", "Hall", "Sal"]);
    desk.until("its toast is gone", |desk| !says(desk, "2 records are marked as reviewed."));
}

#[test]
fn what_somebody_else_changes_of_what_is_looked_at_is_told_by_name_with_before_and_after() {
    let bureau = Bureau::new();
    let mut asa = bureau.join();
    let mut bo = bureau.join().unhurried(Page::List(&CONTACT));
    asa.until_shown("Connected");
    bo.until_shown("Connected");
    asa.click("New contact");
    asa.write("Family name", "Ek");
    asa.until("the row", |desk| desk.row("Ek").is_some());
    bo.choose("Ek");
    bo.until_input("Family name");
    asa.write("Family name", "Alm");
    bo.until("who, before and after", |desk| says(desk, "Åsa Berg changed Family name: Ek → Alm"));
    asa.write("Family name", "Ask");
    bo.until("what was seen at first", |desk| says(desk, "Åsa Berg changed Family name: Ek → Ask"));
    asa.harness.get_by_role_and_label(Role::TextInput, "Family name").focus();
    asa.harness.run_steps(2);
    asa.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    asa.harness.key_press(Key::Delete);
    asa.harness.run_steps(2);
    asa.harness.key_press(Key::Tab);
    asa.harness.run_steps(3);
    bo.until("cleared", |desk| says(desk, "Åsa Berg changed Family name: Ek → –"));
    // Who has done it is told nothing.
    assert!(!says(&asa, " changed "));
    // What was typed meanwhile stands, and what it stands in place of is said, with whose it was.
    bo.begin_to_type(Role::TextInput, "Given name", "Bo");
    asa.write("Given name", "Eva");
    bo.until("it has come", |desk| desk.row("Eva").is_some());
    bo.harness.key_press(Key::Tab);
    bo.until("whose", |desk| says(desk, "Åsa Berg changed the field while you were typing, to “Eva”"));
    asa.until("the other's", |desk| desk.row("Bo").is_some());
    asa.click("Remove the record");
    // It is told with what the same person has changed before, while that is still told.
    bo.until("it is told", |desk| says(desk, "Åsa Berg ") && says(desk, "removed the record"));
}

#[test]
fn what_is_typed_in_a_row_that_somebody_else_removes_is_said_and_comes_back_with_it() {
    let bureau = Bureau::new();
    let mut asa = bureau.join();
    let mut bo = bureau.join().unhurried(Page::List(&CONTACT));
    asa.until_shown("Connected");
    bo.until_shown("Connected");
    asa.click("New contact");
    asa.write("Family name", "Ek");
    asa.click("Add a row: e-mail");
    asa.write("Address", "ek@example.se");
    bo.choose("Ek");
    bo.click("ek@example.se, ");
    bo.until("the row", |desk| desk.input("Address").as_deref() == Some("ek@example.se"));
    bo.begin_to_type(Role::TextInput, "Address", ".com");
    asa.click("Remove: ek@example.se");
    bo.until("it is told", |desk| says(desk, "Åsa Berg removed E-mail › ek@example.se"));
    bo.until("what was typed", |desk| says(desk, "A row of “Ek” was removed while you were typing. What you typed stands in it: E-mail › Address “ek@example.se.com”"));
    // What goes on being typed stands in no other field.
    bo.harness.event(eframe::egui::Event::Text("m".to_owned()));
    bo.harness.run_steps(3);
    assert_eq!(
        (bo.input("Given name").as_deref(), bo.input("Family name").as_deref()),
        (Some(""), Some("Ek"))
    );
    let restore = "Restore the row: A row of “Ek” was removed while you were typing. What you typed stands in it: \
                   E-mail › Address “ek@example.se.com”.";
    bo.click(restore);
    asa.until("it is back", |desk| says(desk, "ek@example.se.com"));
}

#[test]
fn who_may_only_read_sees_text_and_is_offered_nothing_that_changes_it() {
    let mut desk = Desk::new(Some(Page::List(&VENUE)), |replica| {
        let venue = make(replica, &VENUE, &[("name", text("Arena"))]);
        contradict(replica, venue);
        be(replica, Rank::Reader);
    });
    desk.choose("Arena");
    desk.until_shown("You can read this record, but not change it.");
    desk.until_shown("500\u{a0}people");
    desk.until_shown("2 values");
    assert!(desk.input("Name").is_none());
    for label in ["Remove the record", "Add a row: spaces", "New venue", "Choose this: 500\u{a0}people"] {
        assert!(desk.harness.query_all_by_label(label).next().is_none(), "{label}");
    }
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    desk.until_shown("Search records and commands");
    let offered: Vec<String> = {
        let options = desk.harness.query_all_by_role(Role::ListBoxOption);
        options.filter_map(|node| node.accesskit_node().label()).collect()
    };
    assert!(offered.iter().any(|label| label == "Go to Venues"), "{offered:?}");
    for label in ["New", "Invite", "Undo", "Send refused", "Sync now", "Mark everything"] {
        assert!(!offered.iter().any(|offered| offered.starts_with(label)), "{label}: {offered:?}");
    }
}

#[test]
fn what_is_typed_when_a_role_is_taken_away_is_kept_and_said_and_stands_in_its_field_when_it_is_given_back() {
    let (mut desk, id) = with_contact();
    desk.choose("Eva Ek");
    desk.begin_to_type(Role::MultilineTextInput, "Notes", " Ring henne.");
    be(&Replica::open(&desk.path).unwrap(), Rank::Reader);
    desk.until("the page follows", |desk| says(desk, "You can read this record, but not change it."));
    desk.until("it is said", |desk| {
        says(desk, "What you typed in “Eva Ek” is kept: Notes “Spelar cello. Ring henne.”")
    });
    desk.until("it is there to be read", |desk| {
        says(desk, "Your draft, not saved in the record: Notes: Spelar")
    });
    assert_eq!(desk.record(id).get("notes"), &text("Spelar cello."));
    assert_eq!(kept(&desk), ["Spelar cello. Ring henne."]);
    be(&Replica::open(&desk.path).unwrap(), Rank::Ambassador);
    let notes = |desk: &Desk| {
        let field = desk.harness.query_by_role_and_label(Role::MultilineTextInput, "Notes")?;
        field.accesskit_node().value()
    };
    desk.until("it stands there again", |desk| notes(desk).as_deref() == Some("Spelar cello. Ring henne."));
    desk.harness.get_by_role_and_label(Role::MultilineTextInput, "Notes").focus();
    desk.harness.run_steps(2);
    desk.harness.key_press(Key::Tab);
    desk.until_stored(id, "notes", &text("Spelar cello. Ring henne."));
}
