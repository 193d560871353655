//! Large text in a narrow window: as large as leaves room for every page, and larger again when there is more room.

use std::collections::BTreeSet;

use eframe::egui::{Event, Key, Modifiers, Vec2, vec2};
use egui_kittest::kittest::Queryable;
use samsyn_engine::schema::kinds::CONTACT;

use super::super::scale::NARROWEST;
use super::{Desk, make, painted, text};
use crate::pages::{Command, Page, Resize};

/// A window of that size on the screen, however large what is in it.
fn drawn(desk: &mut Desk, window: Vec2) {
    for _ in 0..4 {
        let zoom = desk.harness.ctx.zoom_factor();
        desk.harness.set_size(window / zoom);
        desk.harness.run_steps(1);
    }
}

fn desk() -> Desk {
    Desk::new(Some(Page::List(&CONTACT)), |replica| {
        make(replica, &CONTACT, &[("given", text("Evalotta")), ("family", text("Destinationsutvecklare"))]);
    })
}

#[test]
fn at_twice_the_size_every_page_has_room_in_the_narrowest_window() {
    let mut desk = desk();
    desk.harness.state_mut().settings.scale = 2.0;
    let mut all = BTreeSet::new();
    for page in Page::all() {
        desk.harness.state_mut().does(Command::Go(page));
        drawn(&mut desk, vec2(340.0, 900.0));
        let room = desk.harness.ctx.content_rect().width();
        assert!(room >= NARROWEST - 0.5, "{room}");
        assert!(desk.harness.ctx.zoom_factor() > 1.0, "as large as there is room for");
        all.extend(painted::faults(&desk.harness).into_iter().map(|fault| format!("{page:?}: {fault}")));
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn text_grows_with_the_window_and_what_was_asked_for_is_remembered() {
    let mut desk = desk();
    desk.harness.state_mut().settings.scale = 2.0;
    for (width, wanted) in [(1360.0, 2.0), (340.0, 1.1), (450.0, 1.5), (1920.0, 2.0)] {
        drawn(&mut desk, vec2(width, 900.0));
        let zoom = desk.harness.ctx.zoom_factor();
        assert!((zoom - wanted).abs() < 0.01, "{zoom} in {width}");
        assert_eq!(desk.harness.state().settings.scale, 2.0);
    }
}

#[test]
fn the_keys_make_text_larger_and_smaller_and_say_where_there_is_no_room() {
    let mut desk = desk();
    let says = |desk: &Desk, words: &str| desk.harness.query_all_by_label_contains(words).next().is_some();
    let press = |desk: &mut Desk, key: Key, width: f32| {
        desk.harness.key_press_modifiers(Modifiers::COMMAND, key);
        drawn(desk, vec2(width, 900.0));
    };
    drawn(&mut desk, vec2(1360.0, 900.0));
    for wanted in [1.1, 1.2, 1.3] {
        press(&mut desk, Key::Plus, 1360.0);
        assert!((desk.harness.ctx.zoom_factor() - wanted).abs() < 0.01);
    }
    assert!(!says(&desk, "Make the window larger"));
    press(&mut desk, Key::Minus, 1360.0);
    assert!((desk.harness.ctx.zoom_factor() - 1.2).abs() < 0.01);
    // Also where a dialog is open.
    press(&mut desk, Key::F1, 1360.0);
    press(&mut desk, Key::Num0, 1360.0);
    assert_eq!(desk.harness.state().settings.scale, 1.0);
    desk.harness.event(Event::Text(String::new()));
    press(&mut desk, Key::Escape, 340.0);
    for _ in 0..4 {
        press(&mut desk, Key::Plus, 340.0);
    }
    assert!(says(&desk, "Text is shown at 110 %. Make the window larger"));
    assert_eq!(desk.harness.query_all_by_label_contains("Make the window larger").count(), 1);
    press(&mut desk, Key::Minus, 340.0);
    assert!((desk.harness.ctx.zoom_factor() - 1.0).abs() < 0.01, "something happens");
    desk.harness.state_mut().does(Command::Resize(Resize::Usual));
    assert_eq!(desk.harness.state().settings.scale, 1.0);
}
