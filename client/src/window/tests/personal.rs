//! All about one person: written out for them, and erased everywhere.

use eframe::egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{Link, Value};
use samsyn_engine::store::Store;

use super::town::Town;
use super::{Desk, make, text};
use crate::pages::Page;

fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

fn shows(desk: &Desk, label: &str) -> bool {
    desk.harness.query_all_by_label(label).next().is_some()
}

/// A contact to whom a venue refers.
fn eva(replica: &mut Replica) -> RecordId {
    let cells = [("given", text("Eva")), ("family", text("Ek")), ("notes", text("Spelar cello."))];
    let id = make(replica, &CONTACT, &cells);
    make(replica, &VENUE, &[("name", text("Arena")), ("contact", Value::Link(Link::Record(id)))]);
    id
}

fn erase(desk: &mut Desk) {
    desk.choose("Eva Ek");
    desk.until_input("Family name");
    desk.click("More about this person");
    desk.click("Erase this person …");
    desk.until_shown("Erase Eva Ek everywhere?");
}

/// Whether the button that erases can be pressed; none where there is none.
fn ready(desk: &Desk) -> Option<bool> {
    let button = desk.harness.query_by_role_and_label(Part::Button, "Erase everywhere")?;
    Some(!button.accesskit_node().is_disabled())
}

fn type_name(desk: &mut Desk, name: &str) {
    let label = "Type the person's name to confirm";
    desk.until_input(label);
    desk.harness.get_by_role_and_label(Part::TextInput, label).focus();
    desk.harness.run_steps(2);
    desk.harness.get_by_role_and_label(Part::TextInput, label).type_text(name);
    desk.harness.run_steps(3);
}

#[test]
fn all_that_is_known_about_somebody_is_written_to_two_files() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        eva(replica);
    });
    desk.choose("Eva Ek");
    desk.until_input("Family name");
    desk.click("More about this person");
    assert!(!shows(&desk, "Erase this person …"), "there is no relay that could erase everywhere");
    desk.click("Export all that is known …");
    let place = desk.path.with_file_name("Eva.Ek");
    desk.write("File", &place.display().to_string());
    desk.click("Write the files");
    desk.until_shown("Written:");
    let read = |ending: &str| std::fs::read_to_string(format!("{}{ending}", place.display())).unwrap();
    let known = read(".txt");
    for part in ["Eva Ek", "Spelar cello.", "Who wrote what, and when:", "Åsa Berg", "Arena"] {
        assert!(known.contains(part), "{part} is missing in\n{known}");
    }
    let json: serde_json::Value = serde_json::from_str(&read(".json")).unwrap();
    assert_eq!(json["referred_to_by"][0]["title"], "Arena");
    desk.click("Done");
    // What is there already is not written over.
    desk.click("More about this person");
    desk.click("Export all that is known …");
    desk.write("File", &place.display().to_string());
    desk.click("Write the files");
    desk.until("it says so", |desk| says(desk, "is there already"));
    assert_eq!(read(".txt"), known);
    // Unless somebody says so.
    std::fs::write(format!("{}.txt", place.display()), "old").unwrap();
    desk.click("Replace the files that are there");
    desk.until_shown("Written:");
    assert_eq!(read(".txt"), known);
}

#[test]
fn a_person_is_erased_after_the_name_was_typed_and_it_is_told_who_has_confirmed() {
    let town = Town::new();
    let mut id = None;
    let mut maja =
        town.join(("Maja", Role::Coordinator), Page::List(&CONTACT), |replica| id = Some(eva(replica)));
    let id = id.unwrap();
    let mut bo = town.join(("Bo", Role::Ambassador), Page::List(&CONTACT), |_| {});
    bo.choose("Eva Ek");
    bo.until_input("Family name");
    bo.click("More about this person");
    assert!(!shows(&bo, "Erase this person …"), "only coordinators erase");
    bo.click("Work offline");

    erase(&mut maja);
    maja.until("what refers to it", |desk| says(desk, "Arena") && says(desk, "changes: the whole history"));
    type_name(&mut maja, "Eva");
    assert_eq!(ready(&maja), Some(false), "that is not her name");
    type_name(&mut maja, " Ek");
    maja.until("her name", |desk| ready(desk) == Some(true));
    maja.click("Erase everywhere");
    maja.until("it is done", |desk| says(desk, "Eva Ek is erased on the relay"));
    maja.until("who has not confirmed", |desk| says(desk, "Waiting for confirmation from Bo"));
    maja.click("Done");
    maja.until_shown("This person was erased");
    assert!(maja.row("Eva Ek").is_none());

    bo.click("Work offline");
    bo.until("she is gone there, too", |desk| desk.row("Eva Ek").is_none() && says(desk, "was erased"));
    maja.until("all have confirmed", |desk| says(desk, "Nothing is left on any device"));
    assert!(Replica::open(&bo.path).unwrap().record(id).is_err());
}

#[test]
fn a_retention_hold_and_a_missing_relay_say_why_nothing_is_erased() {
    let town = Town::new();
    let mut id = None;
    let mut maja =
        town.join(("Maja", Role::Coordinator), Page::List(&CONTACT), |replica| id = Some(eva(replica)));
    maja.click("Work offline");
    erase(&mut maja);
    maja.until("only the relay can", |desk| says(desk, "only it can erase everywhere"));
    assert_eq!(ready(&maja), None);
    maja.click("Cancel");
    maja.click("Work offline");
    maja.until_shown("Connected");
    {
        let mut replica = Replica::open(&maja.path).unwrap();
        let hold = [("retention_hold", Value::YesNo(true)), ("retention_ground", text("Arkivlagen"))];
        let edits = hold.map(|(field, value)| samsyn_engine::document::Edit::set(field, value));
        replica.edit(id.unwrap(), &edits, None).unwrap();
    }
    maja.click("More about this person");
    maja.click("Erase this person …");
    maja.until("the hold", |desk| says(desk, "has a retention hold") && says(desk, "Arkivlagen"));
    assert_eq!(ready(&maja), None);
}

#[test]
fn whoever_is_erased_meanwhile_is_said_to_be_gone() {
    let town = Town::new();
    let mut id = None;
    let mut maja =
        town.join(("Maja", Role::Coordinator), Page::List(&CONTACT), |replica| id = Some(eva(replica)));
    maja.click("Work offline");
    erase(&mut maja);
    maja.until("what it touches", |desk| says(desk, "changes: the whole history"));
    {
        let mut store = Store::open(&maja.path).unwrap();
        let mut transaction = store.transaction().unwrap();
        transaction.erase(&samsyn_engine::sync::Erasures::first(id.unwrap()), 1_790_000_000).unwrap();
        transaction.commit().unwrap();
    }
    maja.until("she is gone", |desk| says(desk, "somebody else has erased it"));
    assert_eq!(ready(&maja), None);
}
