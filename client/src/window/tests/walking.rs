//! Every page, walked by the keyboard alone: no click, no focus that a test sets. What cannot be reached so fails here.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::kinds::{CONTACT, MEETING, ORGANISATION, PLAN, VENUE};
use samsyn_engine::schema::{Link, Row, Value};

use super::{Desk, make, text};
use crate::pages::Page;

/// A person without a mouse.
pub(super) struct Walker {
    pub(super) desk: Desk,
}

impl Walker {
    pub(super) fn new(desk: Desk) -> Walker {
        let mut walker = Walker { desk };
        walker.desk.harness.run_steps(4);
        walker
    }

    pub(super) fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub(super) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.desk.harness.key_press_modifiers(modifiers, key);
        self.desk.harness.run_steps(4);
    }

    /// Types into whatever has the keyboard.
    pub(super) fn types(&mut self, text: &str) {
        self.desk.harness.event(Event::Text(text.to_owned()));
        self.desk.harness.run_steps(3);
    }

    /// What has the keyboard: its role and name. In a table and in the queue that is the whole, whichever row it is on.
    pub(super) fn at(&self) -> Option<(Role, String)> {
        let mut found = self.desk.harness.query_all_by(|node| node.is_focused());
        // The root is focused where nothing else is.
        let node = found.find(|node| node.accesskit_node().role() != Role::Window)?;
        let node = node.accesskit_node();
        if node.role() == Role::Row {
            let table = self.desk.harness.query_by_role(Role::Grid)?.accesskit_node();
            return Some((table.role(), table.label().unwrap_or_default()));
        }
        Some((node.role(), node.label().unwrap_or_default()))
    }

    pub(super) fn is_at(&self, label: &str) -> bool {
        self.at().is_some_and(|(_, at)| at == label)
    }

    pub(super) fn until_at(&mut self, label: &str) {
        for _ in 0..200 {
            if self.is_at(label) {
                return;
            }
            self.desk.harness.step();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the keyboard is at {:?}, not at {label}\nwhat is shown: {:?}", self.at(), self.desk.shown());
    }

    /// Goes on with Tab until that is reached.
    pub(super) fn tab_to(&mut self, label: &str) {
        let mut passed = Vec::new();
        for _ in 0..200 {
            self.press(Key::Tab);
            if self.is_at(label) {
                return;
            }
            passed.extend(self.at());
        }
        panic!("{label} is not reached with Tab; passed by: {passed:?}");
    }

    /// Makes a record of a kind by the palette.
    fn makes(&mut self, what: &str) {
        self.press_with(Modifiers::COMMAND, Key::K);
        self.types(what);
        self.press(Key::Enter);
    }

    /// Opens the drop-down that has the keyboard and takes what is found for some letters; without letters the second option, as the
    /// first stands for nothing.
    fn chooses(&mut self, letters: &str) {
        let before = self.at();
        self.opens(letters);
        if letters.is_empty() {
            self.press(Key::ArrowDown);
        }
        self.press(Key::Enter);
        assert_eq!(self.at(), before, "the field has the keyboard again");
    }

    /// The same for a set: its list stays open for more, until Esc.
    fn adds(&mut self, letters: &str) {
        let before = self.at();
        self.opens(letters);
        self.press(Key::Enter);
        self.press(Key::Escape);
        assert_eq!(self.at(), before, "the button has the keyboard again");
    }

    fn opens(&mut self, letters: &str) {
        self.press(Key::Enter);
        if !letters.is_empty() {
            self.types(letters);
        }
        self.desk.until("something to choose", |desk| {
            desk.harness.query_all_by_role(Role::ListBoxOption).next().is_some()
        });
    }

    /// The only record of a kind.
    fn only(&mut self, kind: &'static samsyn_engine::schema::Kind) -> RecordId {
        let replica = samsyn_engine::replica::Replica::open(&self.desk.path).unwrap();
        let ids = replica.store().list(&samsyn_engine::store::ListQuery::all(kind)).unwrap();
        assert_eq!(ids.len(), 1, "{}", kind.name);
        ids[0]
    }

    fn until_rows(&mut self, id: RecordId, list: &str, count: usize) -> Vec<Row> {
        self.desk.until(&format!("{count} rows of {list}"), |desk| {
            desk.record(id).get(list).rows().len() == count
        });
        self.desk.record(id).get(list).rows().to_vec()
    }
}

#[test]
fn a_contact_with_two_e_mails() {
    let mut walker = Walker::new(Desk::new(Some(Page::List(&CONTACT)), |_| {}));
    walker.press_with(Modifiers::COMMAND, Key::N);
    walker.until_at("Given name");
    walker.types("Eva");
    walker.tab_to("Family name");
    walker.types("Ek");
    for address in ["eva@example.se", "eva.ek@example.org"] {
        walker.tab_to("Add a row: e-mail");
        walker.press(Key::Enter);
        walker.until_at("Address");
        walker.types(address);
        walker.tab_to("Type");
        walker.chooses("");
    }
    walker.press(Key::Escape);
    let id = walker.only(&CONTACT);
    walker.desk.until_stored(id, "given", &text("Eva"));
    walker.desk.until_stored(id, "family", &text("Ek"));
    let rows = walker.until_rows(id, "emails", 2);
    assert_eq!(rows[0].get("address"), &text("eva@example.se"));
    walker.desk.until("the second address", |desk| {
        desk.record(id).get("emails").rows()[1].get("address") == &text("eva.ek@example.org")
    });
}

#[test]
fn a_venue_with_three_spaces_and_a_hold() {
    let mut walker = Walker::new(Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &MEETING, &[("name", text("Rennäringskongressen"))]);
    }));
    walker.makes("new venue");
    walker.until_at("Name");
    walker.types("Storsjöteatern");
    walker.tab_to("Type");
    walker.chooses("hotel");
    for (name, seats) in [("Stora scenen", "500"), ("Foajén", "200"), ("Lilla scenen", "90")] {
        walker.tab_to("Add a row: spaces");
        walker.press(Key::Enter);
        walker.until_at("Space");
        walker.types(name);
        walker.tab_to("Theatre");
        walker.types(seats);
    }
    walker.tab_to("Add a row: holds");
    walker.press(Key::Enter);
    walker.until_at("Space");
    walker.chooses("");
    walker.tab_to("Days from");
    walker.types("2029-05-12");
    walker.tab_to("Days to");
    walker.types("2029-05-14");
    walker.tab_to("Meeting");
    walker.chooses("renn");
    walker.tab_to("Status");
    walker.chooses("");
    let id = walker.only(&VENUE);
    let spaces = walker.until_rows(id, "spaces", 3);
    assert_eq!(spaces[1].get("name"), &text("Foajén"));
    walker.until_rows(id, "holds", 1);
    walker.desk.until("the hold", |desk| {
        let record = desk.record(id);
        let hold = &record.get("holds").rows()[0];
        matches!(hold.get("dates"), Value::DateRange(_))
            && matches!(hold.get("space"), Value::Link(Link::Row(row)) if *row == spaces[0].id)
            && matches!(hold.get("meeting"), Value::Link(Link::Record(_)))
            && matches!(hold.get("status"), Value::Choice(_))
    });
}

#[test]
fn a_plan_with_five_tasks_and_dependencies() {
    let mut walker = Walker::new(Desk::new(Some(Page::List(&PLAN)), |_| {}));
    walker.press_with(Modifiers::COMMAND, Key::N);
    walker.until_at("Name");
    walker.types("Vinterkongress");
    for (number, title) in
        ["Boka lokal", "Be om anbud", "Skriv program", "Bjud in", "Följ upp"].iter().enumerate()
    {
        walker.tab_to("Add a row: tasks");
        walker.press(Key::Enter);
        walker.until_at("Task");
        walker.types(title);
        walker.tab_to("Start");
        walker.types(&format!("2029-0{}-05", number + 1));
        walker.tab_to("End");
        walker.types(&format!("2029-0{}-20", number + 1));
        if number > 0 {
            walker.tab_to("Depends on: Add");
            walker.adds(if number == 1 { "boka" } else { "anbud" });
        }
    }
    let id = walker.only(&PLAN);
    let tasks = walker.until_rows(id, "tasks", 5);
    walker.desk.until("what waits for what", |desk| {
        let record = desk.record(id);
        let rows = record.get("tasks").rows();
        let waits = |row: &Row, first: &Row| matches!(row.get("depends_on"), Value::Links(links) if links.contains(&Link::Row(first.id)));
        waits(&rows[1], &tasks[0]) && rows[2..].iter().all(|row| waits(row, &tasks[1]))
    });
    // The timeline is reached as well, and so is the way back.
    walker.press(Key::Escape);
    walker.press(Key::Enter);
    walker.until_at("Name");
}

#[test]
fn a_meeting_with_its_association() {
    let mut walker = Walker::new(Desk::new(Some(Page::List(&MEETING)), |replica| {
        make(replica, &ORGANISATION, &[("name", text("Svenska Samernas Riksförbund"))]);
    }));
    walker.press_with(Modifiers::COMMAND, Key::N);
    walker.until_at("Name");
    walker.types("Landsmöte 2031");
    walker.tab_to("Status");
    walker.chooses("");
    walker.tab_to("Association");
    walker.chooses("samernas");
    walker.tab_to("Dates wanted from");
    walker.types("2031-06-01");
    walker.tab_to("Delegates");
    walker.types("450");
    walker.press(Key::Tab);
    let id = walker.only(&MEETING);
    walker.desk.until_stored(id, "delegates", &Value::Number(450.0));
    walker.desk.until("its association", |desk| matches!(desk.record(id).get("association"), Value::Link(_)));
    walker.desk.until("its status", |desk| matches!(desk.record(id).get("status"), Value::Choice(_)));
}

#[test]
fn search_open_edit_undo_and_close() {
    let mut ids = Vec::new();
    let mut walker = Walker::new(Desk::new(Some(Page::List(&CONTACT)), |replica| {
        for (given, family) in [("Eva", "Ek"), ("Bo", "Alm"), ("Åsa", "Berg")] {
            ids.push(make(replica, &CONTACT, &[("given", text(given)), ("family", text(family))]));
        }
    }));
    walker.desk.until("the list", |desk| desk.row("Bo Alm").is_some());
    walker.press_with(Modifiers::COMMAND, Key::F);
    walker.until_at("Search the list");
    walker.types("berg");
    walker
        .desk
        .until("what was found", |desk| desk.row("Åsa Berg").is_some() && desk.row("Eva Ek").is_none());
    walker.press(Key::ArrowDown);
    walker.until_at("Contacts");
    walker.press(Key::Enter);
    walker.until_at("Given name");
    walker.press_with(Modifiers::COMMAND, Key::A);
    walker.types("Åse");
    walker.press(Key::Tab);
    walker.desk.until_stored(ids[2], "given", &text("Åse"));
    // Nothing is being typed in the next field, so undo is the window's.
    walker.press_with(Modifiers::COMMAND, Key::Z);
    walker.desk.until_stored(ids[2], "given", &text("Åsa"));
    walker.press(Key::Escape);
    walker.until_at("Contacts");
    walker.press(Key::Escape);
    walker.desk.until("it is closed", |desk| desk.input("Given name").is_none());
    walker.until_at("Contacts");
}

#[test]
fn review_is_done_with_letters_and_figures_alone() {
    let mut ids = Vec::new();
    let mut walker = Walker::new(Desk::new(Some(Page::Review), |replica| {
        for name in ["Arena", "Badhus", "Centralen"] {
            ids.push(make(replica, &VENUE, &[("name", text(name))]));
        }
        ids.iter().for_each(|id| super::editing::contradict(replica, *id));
    }));
    let chosen = |desk: &Desk| {
        let mut entries = desk.harness.query_all_by_role(Role::ListBoxOption);
        entries
            .find(|node| node.accesskit_node().is_selected() == Some(true))
            .and_then(|node| node.accesskit_node().label())
    };
    walker.desk.until("the queue", |desk| chosen(desk).is_some());
    walker.until_at("Review");
    // Everywhere in the queue, both ways.
    let first = chosen(&walker.desk);
    walker.press(Key::ArrowDown);
    assert_ne!(chosen(&walker.desk), first);
    walker.press(Key::P);
    assert_eq!(chosen(&walker.desk), first);
    walker.press(Key::End);
    let last = chosen(&walker.desk);
    walker.press(Key::N);
    assert_eq!(chosen(&walker.desk), last, "there is no next");
    walker.press(Key::Home);
    while !chosen(&walker.desk).is_some_and(|label| label.starts_with("Arena")) {
        walker.press(Key::N);
    }
    walker.desk.until_shown("Choose this: 500\u{a0}people");
    let second = walker.desk.harness.query_all_by_label_contains("Choose this: ").nth(1).unwrap();
    let wanted: f64 = second
        .accesskit_node()
        .label()
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap();
    walker.press(Key::Num2);
    walker.desk.until_stored(ids[0], "capacity", &Value::Number(wanted));
    // A single letter is heard by nobody while somebody types.
    walker.press(Key::Enter);
    walker.until_at("Name");
    walker.press(Key::R);
    walker.press_with(Modifiers::COMMAND, Key::Num1);
    walker.until_at("Review");
    assert_eq!(walker.desk.harness.query_all_by_role(Role::ListBoxOption).count(), 3);
    for left in (0..3).rev() {
        let undecided =
            |desk: &Desk| desk.harness.query_all_by_label_contains("Choose this: ").next().is_some();
        walker.desk.until("what is looked at", |desk| {
            undecided(desk) || desk.harness.query_all_by_label("Reviewed").next().is_some()
        });
        if undecided(&walker.desk) {
            walker.press(Key::Num1);
            walker.desk.until("it is decided", |desk| !undecided(desk));
        }
        walker.press(Key::R);
        walker
            .desk
            .until("one less", |desk| desk.harness.query_all_by_role(Role::ListBoxOption).count() == left);
    }
    walker.desk.until_shown("Everything is reviewed");
}

#[test]
fn the_keys_are_shown_and_every_page_is_reached() {
    let mut walker = Walker::new(Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("family", text("Ek"))]);
    }));
    walker.until_at("Contacts");
    for key in [Key::F1, Key::Questionmark] {
        if key == Key::Questionmark {
            walker.types("?");
        } else {
            walker.press(key);
        }
        walker.desk.until_shown("In review");
        walker.press_with(Modifiers::COMMAND, Key::Num1);
        walker.press(Key::Escape);
        walker.until_at("Contacts");
    }
    // What was refused is a page only where something was.
    let pages = Page::all().filter(|page| *page != Page::Refused);
    for (page, key) in pages.filter_map(|page| Some((page, page.key()?))) {
        walker.press_with(Modifiers::COMMAND, key);
        let name = page.caption().en.to_owned();
        // An empty review has no queue.
        let at = if page == Page::Review { "Review".to_owned() } else { name };
        walker.until_at(&at);
    }
}
