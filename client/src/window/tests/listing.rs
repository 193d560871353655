//! What lists show of records, and how they are made from a form beside them.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, ORGANISATION, VENUE};
use samsyn_engine::schema::{Cells, Link, Value};
use samsyn_engine::store::ListQuery;

use super::{Desk, make, text};
use crate::pages::Page;

fn add_row(replica: &mut Replica, id: RecordId, list: &str, cells: &[(&str, Value)]) {
    let cells: Cells = cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    replica.edit(id, &[Edit::add_row(list, cells)], None).unwrap();
}

fn people(replica: &mut Replica) {
    let employer = make(replica, &ORGANISATION, &[("name", text("Fjällbolaget"))]);
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let eva = [("given", text("Eva")), ("family", text("Ek")), ("follow_up", day("2020-01-31"))];
    let eva = make(replica, &CONTACT, &eva);
    add_row(replica, eva, "emails", &[("address", text("eva@example.se"))]);
    let main = ("primary", Value::YesNo(true));
    add_row(replica, eva, "phones", &[("number", text("063-14 30 00"))]);
    add_row(replica, eva, "phones", &[("number", text("070-123 45 67")), main]);
    let link = Value::Link(Link::Record(employer));
    add_row(replica, eva, "positions", &[("organisation", link)]);
    make(replica, &CONTACT, &[("given", text("Östen")), ("family", text("Alm"))]);
}

#[test]
fn a_contact_is_listed_with_organisation_mail_and_telephone_and_what_is_late_says_so() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), people);
    let all = ["eva@example.se", "070-123 45 67", "Fjällbolaget", "2020-01-31 · overdue"];
    desk.until("all of it", |desk| {
        desk.row("Eva Ek").is_some_and(|row| all.iter().all(|part| row.contains(part)))
    });
    assert_eq!(
        desk.row("Östen Alm").as_deref(),
        Some("Östen Alm"),
        "what is not there, and no count of nothing"
    );
}

fn order(desk: &Desk) -> Vec<String> {
    let rows = desk.harness.query_all_by_role(Role::Row);
    let mut rows: Vec<(f32, String)> = rows
        .filter_map(|node| Some((node.rect().top(), node.accesskit_node().label()?)))
        .map(|(top, label)| (top, label.split(" · ").next().unwrap_or_default().to_owned()))
        .collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    rows.into_iter().map(|(_, label)| label).collect()
}

#[test]
fn people_are_listed_by_family_name_where_somebody_likes() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), people);
    desk.until("by given name", |desk| {
        let order = order(desk);
        order.len() == 2 && order[0].starts_with("Eva Ek") && order[1].starts_with("Östen Alm")
    });
    desk.click("Settings");
    desk.click("Family name first: Ek, Eva");
    desk.until("by family name", |desk| {
        let order = order(desk);
        order.len() == 2 && order[0].starts_with("Alm, Östen") && order[1].starts_with("Ek, Eva")
    });
    desk.click("Name");
    desk.until("the other way", |desk| order(desk).first().is_some_and(|row| row.starts_with("Ek, Eva")));
    assert!(desk.harness.state().settings().as_register, "it is remembered");
}

#[test]
fn a_width_that_somebody_chose_is_remembered() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), people);
    desk.until("the list", |desk| desk.row("Eva Ek").is_some());
    desk.harness.run_steps(3);
    let edge =
        desk.harness.get_by_role_and_label(Role::Button, "Name").rect().right_center() - vec2(2.0, 0.0);
    desk.harness.hover_at(edge);
    desk.harness.drag_at(edge);
    desk.harness.run_steps(2);
    desk.harness.hover_at(edge + vec2(50.0, 0.0));
    desk.harness.run_steps(2);
    desk.harness.drop_at(edge + vec2(50.0, 0.0));
    desk.harness.run_steps(2);
    let widths = &desk.harness.state().settings().widths;
    assert!(widths["contact"].contains_key(""), "{widths:?}");
}

/// The organisation is not there yet: it is made from the venue's form, without leaving it.
#[test]
fn a_picker_that_finds_nothing_makes_what_was_meant_and_points_at_it() {
    let mut venue = None;
    let mut desk = Desk::new(Some(Page::List(&VENUE)), |replica| {
        venue = Some(make(replica, &VENUE, &[("name", text("Arena"))]));
    });
    desk.choose("Arena");
    desk.press(Role::ComboBox, "Organisation");
    desk.until_input("Search");
    desk.harness.get_by_role_and_label(Role::TextInput, "Search").type_text("Fjällbolaget");
    desk.until_shown("Create “Fjällbolaget”");
    desk.harness.key_press(Key::Enter);
    let made = |desk: &Desk| {
        Replica::open(&desk.path).unwrap().store().list(&ListQuery::all(&ORGANISATION)).unwrap()
    };
    desk.until("it is made", |desk| made(desk).len() == 1);
    let link = Value::Link(Link::Record(made(&desk)[0]));
    desk.until_stored(venue.unwrap(), "organisation", &link);
    assert_eq!(desk.record(made(&desk)[0]).title(), "Fjällbolaget");
    desk.until("the form stays, and the list shows it", |desk| {
        let row = desk.row("Arena").is_some_and(|row| row.contains("Fjällbolaget"));
        row && desk.input("Name").as_deref() == Some("Arena")
    });
}

#[test]
fn contacts_are_sorted_by_what_lists_show_of_their_rows() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        for (given, mail, phone, employer) in [
            ("Eva", "z@example.se", "070-100 00 00", "Bolaget"),
            ("Östen", "a@example.se", "070-300 00 00", "Ängen"),
            ("Bo", "m@example.se", "070-200 00 00", "Åkeriet"),
        ] {
            let employer = make(replica, &ORGANISATION, &[("name", text(employer))]);
            let person = make(replica, &CONTACT, &[("given", text(given)), ("family", text("Ek"))]);
            add_row(replica, person, "emails", &[("address", text(mail))]);
            add_row(replica, person, "phones", &[("number", text(phone))]);
            add_row(replica, person, "positions", &[("organisation", Value::Link(Link::Record(employer)))]);
        }
    });
    let sorted = |desk: &mut Desk, column: &str, wanted: [&str; 3]| {
        desk.until(&format!("sorted by {column}: {wanted:?}"), |desk| {
            let order = order(desk);
            order.len() == 3 && order.iter().zip(wanted).all(|(row, name)| row.starts_with(name))
        });
    };
    for (column, wanted) in [
        ("E-mail", ["Östen", "Bo", "Eva"]),
        ("Telephone", ["Eva", "Bo", "Östen"]),
        // A to Ö as Swedes have it.
        ("Organisation", ["Eva", "Bo", "Östen"]),
    ] {
        desk.press(Role::Button, column);
        sorted(&mut desk, column, wanted);
        desk.press(Role::Button, column);
        let [first, second, third] = wanted;
        sorted(&mut desk, column, [third, second, first]);
    }
    // By the column of family names both are one: the given name decides, whichever stands first.
    desk.press(Role::Button, "Name");
    sorted(&mut desk, "Name", ["Bo", "Eva", "Östen"]);
    desk.click("Settings");
    desk.click("Family name first: Ek, Eva");
    sorted(&mut desk, "Name", ["Ek, Bo", "Ek, Eva", "Ek, Östen"]);
}
