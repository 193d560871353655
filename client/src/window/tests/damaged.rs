//! A record in which a disk has changed something.

use std::fs;

use egui_kittest::kittest::Queryable;
use samsyn_engine::schema::kinds::CONTACT;

use super::{Desk, make, text, window};
use crate::pages::Page;

/// What nobody else is called, and what a disk makes of it.
const BEFORE: &[u8] = b"Xylofonsson";
const AFTER: &[u8] = b"Xylofonssen";

/// The window is closed, a bit flips wherever that name stands, and it is opened again.
fn with_a_damaged_disk(desk: Desk) -> Desk {
    let Desk { mut harness, path, _folder } = desk;
    harness.state_mut().close();
    drop(harness);
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<usize> =
        (0..bytes.len() - BEFORE.len()).filter(|place| bytes[*place..].starts_with(BEFORE)).collect();
    assert!(!places.is_empty(), "it stands in the file");
    places.into_iter().for_each(|place| bytes[place..place + AFTER.len()].copy_from_slice(AFTER));
    fs::write(&path, bytes).unwrap();
    Desk { harness: window(&path, Some(Page::List(&CONTACT))), path, _folder }
}

#[test]
fn a_damaged_record_says_so_where_it_would_be_shown() {
    let desk = Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Xylofonsson"))]);
        make(replica, &CONTACT, &[("given", text("Bo")), ("family", text("Ek"))]);
    });
    let mut desk = with_a_damaged_disk(desk);
    desk.until("the list", |desk| desk.row("Eva").is_some() && desk.row("Bo Ek").is_some());
    desk.choose("Eva");
    desk.until_shown("The record is damaged");
    let advice = "This computer's disk has changed something in it, and there is no relay to get it again from. Put a backup back.";
    assert!(desk.shown().iter().any(|shown| shown == advice), "{:?}", desk.shown());
    assert!(
        desk.harness.query_by_label_contains("is damaged:").is_none(),
        "once is enough: {:?}",
        desk.shown()
    );
    // The others are not concerned.
    desk.choose("Bo Ek");
    desk.until_input("Family name");
}
