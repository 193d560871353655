//! Idle is idle: where nothing moves and nobody does anything, nothing asks for another frame.
//!
//! A window that is drawn once a second takes some hundredths of a core for as long as it is open, on a laptop on a train. No time
//! is measured here (`samsyn-tests bench` does that): after each frame egui says when it wants the next one, and that must be never.

use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportId};
use egui_kittest::kittest::Queryable;
use samsyn_engine::document::Edit;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::{CONTACT, PLAN, VENUE};
use samsyn_engine::store::NewReplica;

use super::editing::contradict;
use super::{Desk, make, text, window};
use crate::pages::Page;

/// So many frames in a row that want no other one are rest: answers of the other threads come in between.
const REST: usize = 40;

/// Draws until the window wants no frame any more, or only such as `may` allows.
fn rests_but_for(desk: &mut Desk, what: &str, may: impl Fn(Duration) -> bool) {
    let mut rest = 0;
    let mut next = Duration::ZERO;
    for _ in 0..2_000 {
        desk.harness.step();
        next = desk.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay;
        rest = if next == Duration::MAX || may(next) { rest + 1 } else { 0 };
        if rest == REST {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("{what}: wants a frame in {next:?}: {:?}", desk.harness.ctx.repaint_causes());
}

fn rests(desk: &mut Desk, what: &str) {
    rests_but_for(desk, what, |_| false);
}

fn fill(replica: &mut Replica) {
    make(replica, &CONTACT, &[("given", text("Eva")), ("family", text("Ek"))]);
    let arena = make(replica, &VENUE, &[("name", text("Arena"))]);
    contradict(replica, arena);
    let plan = make(replica, &PLAN, &[("name", text("Vinter"))]);
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let cells = [("title", text("Bud")), ("start", day("2029-01-10")), ("end", day("2029-03-01"))];
    let cells = cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    replica.edit(plan, &[Edit::add_row("tasks", cells)], None).unwrap();
}

#[test]
fn every_page_rests() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), fill);
    desk.until("the list", |desk| desk.row("Eva Ek").is_some());
    rests(&mut desk, "the first page");
    for page in [Page::Review, Page::Members, Page::Refused, Page::List(&VENUE)] {
        let path = desk.path.clone();
        desk.harness = window(&path, Some(page));
        desk.until("the window", |desk| desk.shown().iter().any(|text| text.starts_with("Åsa Berg")));
        rests(&mut desk, &format!("{page:?}"));
    }
}

#[test]
fn a_record_rests_with_the_caret_in_it_and_on_each_of_its_tabs() {
    let mut desk = Desk::new(Some(Page::List(&PLAN)), fill);
    desk.choose("Vinter");
    desk.until_input("Name");
    desk.harness.get_by_role_and_label(Role::TextInput, "Name").focus();
    rests(&mut desk, "a caret in a field");
    for tab in ["Timeline", "History", "Used in"] {
        desk.click(tab);
        rests(&mut desk, tab);
    }
}

#[test]
fn the_palette_and_the_search_field_rest() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), fill);
    desk.until("the list", |desk| desk.row("Eva Ek").is_some());
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::F);
    rests(&mut desk, "a caret in the search field");
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    desk.until_shown("Search records and commands");
    rests(&mut desk, "the palette");
}

/// A toast goes after its time, so its end is a frame. Nothing is drawn until then.
#[test]
fn a_toast_wants_no_frame_before_its_end() {
    let mut desk = Desk::new(Some(Page::List(&CONTACT)), fill);
    desk.choose("Eva Ek");
    desk.click("Remove the record");
    desk.until_shown("“Eva Ek” is removed.");
    rests_but_for(&mut desk, "a toast", |next| next > Duration::from_secs(2));
}

#[test]
fn a_window_rests_while_the_relay_is_out_of_reach() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    // Nobody listens on a port that was just let go of.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = Some((format!("ws://{}", listener.local_addr().unwrap()), WorkspaceSecret::random().into()));
    drop(listener);
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay };
    fill(&mut Replica::create(&path, &new, "Åsa Berg").unwrap());
    let mut desk = Desk { harness: window(&path, Some(Page::List(&CONTACT))), path, _folder: folder };
    desk.until("it is said", |desk| desk.shown().iter().any(|text| text.starts_with("Not connected, ")));
    desk.until("when it is tried again", |desk| {
        desk.shown().iter().any(|text| text.starts_with("Not connected, next try at "))
    });
    rests(&mut desk, "a window without its relay");
}
