//! What is wrong, on the review page, with its way out.

use eframe::egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;
use jiff::ToSpan as _;
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::CONTACT;

use super::{Desk, make, text};
use crate::pages::Page;
use crate::words::today;

#[test]
fn what_is_wrong_is_put_right_by_one_click_and_taken_back_by_another() {
    let passed = Value::Date(jiff::civil::date(2020, 1, 31));
    let (mut eva, consent) = (None, Value::Choice("consent".to_owned()));
    let mut desk = Desk::new(Some(Page::Review), |replica| {
        let cells = [
            ("family", text("Ek")),
            ("consent_at", Value::Date(jiff::civil::date(2019, 5, 2))),
            ("review_by", passed.clone()),
        ];
        eva = Some(make(replica, &CONTACT, &cells));
    });
    let eva = eva.unwrap();
    // What is wrong waits for a look as what is changed does.
    desk.until("it counts", |desk| desk.harness.query_by_role_and_label(Part::Tab, "Review, 2").is_some());
    desk.harness.get_by_role_and_label(Part::Tab, "Review, 2").hover();
    desk.until_shown("0 records to review, 2 things to put right");
    desk.until_shown("To put right");
    desk.until_shown(
        "By 2020-01-31 you were to decide whether this data is still needed. Set another day, or erase the person.",
    );
    desk.click("The consent is the basis: Ek");
    desk.until_stored(eva, "legal_basis", &consent);
    let again = today().checked_add(1.year()).unwrap();
    desk.click(&format!("Needed until {again}: Ek"));
    desk.until_stored(eva, "review_by", &Value::Date(again));
    desk.until("nothing is left", |desk| desk.harness.query_all_by_label("To put right").next().is_none());
    desk.click("Undo");
    desk.until_stored(eva, "review_by", &passed);
    // It shows the record that it is about.
    desk.press(Part::Tab, "Review, 1");
    desk.until_shown("To put right");
}
