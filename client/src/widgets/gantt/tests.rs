//! The chart under pointer and keyboard.

use eframe::egui::{Key, Modifiers, Pos2, Vec2};
use egui_kittest::{Harness, kittest::Queryable};
use jiff::civil::date;

use super::*;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
const TEXTS: GanttTexts<'static> = GanttTexts {
    months: MONTHS,
    week: "v.",
    tasks: "Uppgifter",
    today: "I dag",
    zoom_out: "Zooma ut",
    zoom_in: "Zooma in",
    empty: "Inga uppgifter",
    empty_hint: "Lägg till en",
};
const TODAY: Date = date(2026, 11, 23);

const TASK: GanttRow<'static, u8> = GanttRow {
    id: 1,
    label: "Bud",
    depth: 0,
    start: Some(date(2026, 11, 25)),
    end: Some(date(2026, 11, 30)),
    progress: 50,
    milestone: false,
    tone: Tone::Accent,
    urgent: false,
    movable: true,
};

#[derive(Default)]
struct Page {
    state: GanttState,
    moved: Vec<Moved<u8>>,
    selected: Vec<u8>,
}

fn harness() -> Harness<'static, Page> {
    let rows = [
        TASK,
        GanttRow {
            id: 2,
            label: "Beslut",
            milestone: true,
            start: Some(date(2026, 12, 4)),
            end: None,
            ..TASK
        },
        GanttRow { id: 3, label: "Låst", movable: false, ..TASK },
    ];
    let links = [Link { from: 1, to: 2 }, Link { from: 1, to: 99 }];
    let show = move |ui: &mut Ui, page: &mut Page| {
        let answer = Gantt::new("g", &rows, TODAY, &TEXTS).links(&links).show(ui, &mut page.state);
        page.moved.extend(answer.moved);
        page.selected.extend(answer.selected);
    };
    let mut harness = Harness::builder()
        .with_size([900.0, 300.0])
        .with_context_setup(theme::install)
        .build_ui_state(show, Page::default());
    harness.run();
    harness
}

fn bar(harness: &Harness<'_, Page>, label: &str) -> Rect {
    harness.get_by_label_contains(label).rect()
}

fn drag(harness: &mut Harness<'_, Page>, from: Pos2, by: Vec2) {
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from + by / 2.0);
    harness.run();
    harness.hover_at(from + by);
    harness.run();
    assert!(harness.state().moved.is_empty(), "nothing is said before the bar is let go");
    harness.drop_at(from + by);
    harness.run();
}

#[test]
fn a_bar_moves_by_whole_days() {
    let mut harness = harness();
    let from = bar(&harness, "Bud, ").center();
    drag(&mut harness, from, vec2(18.0 * 3.0 + 7.0, 40.0));
    let there = Moved { id: 1, start: date(2026, 11, 28), end: date(2026, 12, 3) };
    assert_eq!(harness.state().moved, [there]);
}

#[test]
fn its_ends_move_alone_and_never_cross() {
    let mut harness = harness();
    let rect = bar(&harness, "Bud, ");
    drag(&mut harness, rect.right_center() - vec2(2.0, 0.0), vec2(-36.0, 0.0));
    assert_eq!(
        harness.state_mut().moved.pop().map(|m| (m.start, m.end)),
        Some((date(2026, 11, 25), date(2026, 11, 28)))
    );
    drag(&mut harness, rect.left_center() + vec2(2.0, 0.0), vec2(900.0, 0.0));
    assert_eq!(
        harness.state().moved.last().map(|m| (m.start, m.end)),
        Some((date(2026, 11, 30), date(2026, 11, 30)))
    );
}

#[test]
fn a_drag_that_returns_says_nothing() {
    let mut harness = harness();
    let from = bar(&harness, "Bud, ").center();
    drag(&mut harness, from, vec2(5.0, 20.0));
    assert!(harness.state().moved.is_empty());
}

#[test]
fn what_is_locked_stays() {
    let mut harness = harness();
    let from = bar(&harness, "Låst, ").center();
    drag(&mut harness, from, vec2(90.0, 0.0));
    assert!(harness.state().moved.is_empty());
}

#[test]
fn milestones_move_and_the_keyboard_moves_too() {
    let mut harness = harness();
    let from = bar(&harness, "Beslut, ").center();
    drag(&mut harness, from, vec2(18.0, 0.0));
    assert_eq!(harness.state_mut().moved.pop().map(|m| m.start), Some(date(2026, 12, 5)));
    harness.get_by_label_contains("Bud, ").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT | Modifiers::SHIFT, Key::ArrowRight);
    harness.run();
    let days: Vec<_> = harness.state().moved.iter().map(|m| (m.start.day(), m.end.day())).collect();
    assert_eq!(days, [(24, 29), (25, 1)]);
}

#[test]
fn a_click_selects() {
    let mut harness = harness();
    harness.get_by_label_contains("Bud, ").click();
    harness.run();
    assert_eq!(harness.state().selected.last(), Some(&1));
    assert!(harness.state().moved.is_empty());
}

#[test]
fn zoom_keeps_what_is_under_the_pointer() {
    let mut state = GanttState { offset: 180.0, ..GanttState::default() };
    let day_at = |state: &GanttState| (state.offset + 90.0) / state.day;
    let before = day_at(&state);
    state.zoom_by(2.0, 90.0);
    assert!((day_at(&state) - before).abs() < 1e-3);
    state.zoom_by(100.0, 90.0);
    assert_eq!(state.zoom(), *DAY_WIDTHS.end());
}

#[test]
fn buttons_zoom() {
    let mut harness = harness();
    let before = bar(&harness, "Bud, ").width();
    harness.get_by_label("Zooma ut").click();
    harness.run();
    assert!(bar(&harness, "Bud, ").width() < before);
}

#[test]
fn only_rows_in_view_are_painted() {
    assert_eq!(visible_rows(0.0, 100.0, 1000), 0..4);
    assert_eq!(visible_rows(ROW * 10.0 + 1.0, 100.0, 1000), 10..14);
    assert_eq!(visible_rows(0.0, 1000.0, 2), 0..2);
}
