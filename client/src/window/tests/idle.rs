//! Idle is idle: where nothing moves and nobody does anything, nothing asks for another frame.
//!
//! A window that is drawn once a second takes some hundredths of a core for as long as it is open, on a laptop on a train. No time
//! is measured here (`samsyn-tests bench` does that): after each frame egui says when it wants the next one, and that must be never.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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
use super::{Desk, make, over, text, window};
use crate::link::worker::Link;
use crate::pages::{Command, Page};
use crate::state::Session;

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
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    replica_of(&path, address);
    let mut desk = Desk { harness: window(&path, Some(Page::List(&CONTACT))), path, _folder: folder };
    desk.until("it is said", |desk| desk.shown().iter().any(|text| text.starts_with("Not connected, ")));
    desk.until("when it is tried again", |desk| {
        desk.shown().iter().any(|text| text.starts_with("Not connected, next try at "))
    });
    rests(&mut desk, "a window without its relay");
}

fn replica_of(path: &Path, relay: SocketAddr) {
    let relay = Some((format!("ws://{relay}"), WorkspaceSecret::random().into()));
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay };
    fill(&mut Replica::create(path, &new, "Åsa Berg").unwrap());
}

/// A relay that lets everybody wait for a while and hangs up: each try takes its time. Where it is, and how often it was tried.
fn slow_relay() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, tries) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
    let counted = Arc::clone(&tries);
    std::thread::spawn(move || {
        for called in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1_200));
            drop(called);
        }
    });
    (address, tries)
}

/// Hours in a train: each try fails after a while. Nobody asked for them, so none is shown, and the window is woken where the time of
/// the next try is another minute and for nothing else. A try that somebody asks for is shown at once.
#[test]
fn tries_that_nobody_asked_for_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let (address, tries) = slow_relay();
    replica_of(&path, address);
    let woken = Arc::<AtomicUsize>::default();
    let wake = Arc::clone(&woken);
    let session = Session::open(&path, false, move || {
        wake.fetch_add(1, Ordering::SeqCst);
    })
    .unwrap();
    let harness = over(session, (&path, Some(Page::List(&CONTACT))), 0.25);
    let mut desk = Desk { harness, path, _folder: folder };
    let link = |desk: &Desk| desk.harness.state().session.status().link.clone();
    let minute = |desk: &Desk| match link(desk) {
        Link::Waiting { next, .. } => next,
        _ => None,
    };
    desk.until("the first try has failed", |desk| minute(desk).is_some());
    rests(&mut desk, "a window without its relay");
    let (first, before) = (tries.load(Ordering::SeqCst), woken.load(Ordering::SeqCst));
    let mut minutes = vec![minute(&desk)];
    while tries.load(Ordering::SeqCst) < first + 3 {
        desk.harness.step();
        let now = minute(&desk);
        assert!(now.is_some(), "{:?} is shown", link(&desk));
        minutes.extend(Some(now).filter(|now| minutes.last() != Some(now)));
        std::thread::sleep(Duration::from_millis(5));
    }
    let woken = woken.load(Ordering::SeqCst) - before;
    assert!(woken < minutes.len(), "woken {woken} times for {minutes:?}");
    desk.harness.state_mut().does(Command::SyncNow);
    desk.until_shown("Connecting …");
}
