//! The chart under pointer and keyboard.

use eframe::egui::{Key, Modifiers, Pos2, Vec2};
use egui_kittest::{Harness, kittest::Queryable};
use jiff::civil::date;

use super::scale::DAY_WIDTHS;
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
    whole: "Hela planen",
    late: "försenad",
    day: "1 dag",
    days: "{} dagar",
    undated: "Inga datum",
    undated_hint: "Ge dem datum",
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
    // Days of a known width, so that drags can be reckoned.
    harness.state_mut().state.set_zoom(18.0);
    harness.state_mut().state.scroll_to(TODAY);
    harness.run();
    harness
}

/// A chart of other rows, which open at row 9.
fn chart(rows: Vec<GanttRow<'static, u8>>) -> Harness<'static, (Page, Vec<GanttRow<'static, u8>>)> {
    let show = |ui: &mut Ui, (page, rows): &mut (Page, Vec<GanttRow<'static, u8>>)| {
        Gantt::new("g", rows, TODAY, &TEXTS).opens_at(Some(9)).show(ui, &mut page.state);
    };
    let mut harness = Harness::builder()
        .with_size([900.0, 300.0])
        .with_context_setup(theme::install)
        .build_ui_state(show, (Page::default(), rows));
    harness.run();
    harness
}

/// What is written on the screen.
fn written<S>(harness: &Harness<'_, S>) -> String {
    use eframe::egui::Shape;
    let texts = harness.output().shapes.iter().filter_map(|shape| match &shape.shape {
        Shape::Text(text) => Some(text.galley.text().to_owned()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn between(label: &'static str, id: u8, start: Date, end: Date) -> GanttRow<'static, u8> {
    GanttRow { id, label, start: Some(start), end: Some(end), ..TASK }
}

#[test]
fn a_chart_opens_at_all_that_is_planned_wherever_today_is() {
    for year in [2024, 2026, 2029, 2041] {
        let rows = vec![
            between("Först", 1, date(year, 1, 10), date(year, 2, 1)),
            between("Sist", 2, date(year, 5, 1), date(year, 6, 30)),
        ];
        let harness = chart(rows);
        let (first, last) =
            (harness.get_by_label_contains("Först, ").rect(), harness.get_by_label_contains("Sist, ").rect());
        assert!(first.left() >= 240.0 && last.right() <= 900.0, "{year}: {first} {last}");
        assert!(last.right() - first.left() > 300.0, "{year}: and it uses the room: {first} {last}");
        assert!(written(&harness).contains(&year.to_string()), "{year}: the axis says when that is");
    }
}

#[test]
fn in_a_wider_view_all_is_shown_anew_until_somebody_looks_elsewhere() {
    let mut harness = chart(vec![between("Bud", 1, date(2029, 1, 1), date(2029, 12, 31))]);
    let width = |harness: &Harness<'_, (Page, Vec<GanttRow<'static, u8>>)>| {
        harness.get_by_label_contains("Bud, ").rect().width()
    };
    let narrow = width(&harness);
    harness.set_size(vec2(1500.0, 300.0));
    harness.run_steps(3);
    let wide = width(&harness);
    assert!(wide > 1.5 * narrow, "{narrow} {wide}");
    harness.get_by_label("Zooma ut").click();
    harness.run_steps(3);
    let zoomed = width(&harness);
    harness.set_size(vec2(1400.0, 300.0));
    harness.run_steps(3);
    assert!((width(&harness) - zoomed).abs() < 1.0, "whoever has zoomed keeps that");
}

#[test]
fn a_short_plan_is_not_blown_up() {
    let harness = chart(vec![between("Kort", 1, date(2029, 5, 1), date(2029, 5, 3))]);
    let rect = harness.get_by_label_contains("Kort, ").rect();
    assert!((rect.width() - 3.0 * WIDEST_FIT).abs() < 1.0 && rect.left() < 300.0, "{rect}");
}

#[test]
fn of_a_plan_that_does_not_fit_the_first_open_task_is_shown() {
    let mut rows: Vec<_> =
        (10..60).map(|id| between("Gjort", id, date(2020, 1, 1), date(2020, 2, 1))).collect();
    rows.push(between("Öppet", 9, date(2025, 3, 1), date(2025, 9, 1)));
    let harness = chart(rows);
    let rect = harness.get_by_label_contains("Öppet, ").rect();
    assert!(rect.left() >= 240.0 && rect.right() <= 900.0 && rect.bottom() <= 300.0, "{rect}");
}

#[test]
fn the_button_shows_the_whole_of_a_plan_however_long_and_however_narrow_the_window() {
    for (width, until) in [(340.0, 2027), (340.0, 2040), (900.0, 2031), (900.0, 2126), (1920.0, 2399)] {
        let rows = vec![
            between("Först", 9, date(2026, 1, 10), date(2026, 2, 1)),
            between("Sist", 2, date(until, 5, 1), date(until, 12, 30)),
        ];
        let mut harness = chart(rows);
        harness.set_size(vec2(width, 300.0));
        harness.run_steps(3);
        harness.get_by_label("Hela planen").click();
        harness.run_steps(4);
        let (first, last) =
            (harness.get_by_label_contains("Först, ").rect(), harness.get_by_label_contains("Sist, ").rect());
        let labels = 240.0_f32.min(width / 2.0);
        assert!(first.left() >= labels && last.right() <= width, "{width} to {until}: {first} {last}");
        assert!(last.right() > labels + (width - labels) * 0.5, "{width} to {until}: and it uses the room");
        let written = written(&harness);
        assert!(written.contains("20") || written.contains("2100"), "the axis has years: {written}");
        // In a window of another width it is whole as well.
        harness.set_size(vec2(width + 60.0, 300.0));
        harness.run_steps(4);
        let last = harness.get_by_label_contains("Sist, ").rect();
        assert!(last.right() <= width + 60.0 && last.left() > labels, "{last}");
    }
}

#[test]
fn the_days_of_a_moved_bar_are_shown_whole_in_a_narrow_window() {
    use eframe::egui::Shape;
    let mut harness = chart(vec![between("Bud", 1, date(2029, 12, 20), date(2030, 1, 12))]);
    harness.set_size(vec2(300.0, 300.0));
    harness.run_steps(3);
    harness.get_by_label_contains("Bud, ").focus();
    harness.run_steps(3);
    let tag = harness.output().shapes.iter().find_map(|shape| match &shape.shape {
        Shape::Text(text) if text.galley.text().contains("24 dagar") => {
            Some((text.visual_bounding_rect(), shape.clip_rect))
        }
        _ => None,
    });
    let (words, clip) = tag.unwrap();
    assert!(clip.contains_rect(words) && words.left() >= 0.0 && words.right() <= 300.0, "{words} in {clip}");
}

#[test]
fn a_plan_without_days_says_so_and_is_shown_when_it_has_some() {
    let mut harness = chart(vec![GanttRow { start: None, end: None, ..TASK }]);
    assert!(written(&harness).contains("Inga datum") && written(&harness).contains("Bud"));
    harness.state_mut().1 = vec![between("Bud", 1, date(2029, 5, 1), date(2029, 8, 3))];
    // The scroll bar takes its time.
    harness.run_steps(60);
    assert!(!written(&harness).contains("Inga datum"));
    let rect = harness.get_by_label_contains("Bud, ").rect();
    assert!(rect.left() >= 240.0 && rect.right() <= 900.0, "{rect}");
}

#[test]
fn a_button_shows_the_whole_plan_again() {
    let mut harness = chart(vec![between("Bud", 1, date(2029, 5, 1), date(2029, 8, 3))]);
    let before = harness.get_by_label_contains("Bud, ").rect();
    harness.get_by_label("I dag").click();
    harness.run();
    harness.get_by_label("Zooma in").click();
    harness.run();
    harness.get_by_label("Hela planen").click();
    harness.run();
    let after = harness.get_by_label_contains("Bud, ").rect();
    assert!((before.left() - after.left()).abs() < 2.0 && (before.width() - after.width()).abs() < 2.0);
}

#[test]
fn the_days_are_shown_while_a_bar_is_moved() {
    let mut harness = harness();
    let from = bar(&harness, "Bud, ").center();
    assert!(!written(&harness).contains("dagar"), "at rest the chart is quiet");
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from + vec2(18.0 * 3.0, 0.0));
    harness.run();
    assert!(written(&harness).contains("2026-11-28 – 2026-12-03 · 6 dagar"), "{}", written(&harness));
    harness.get_by_label_contains("2026-11-28 – 2026-12-03 · 6 dagar");
    harness.drop_at(from + vec2(18.0 * 3.0, 0.0));
    harness.run();
    // The keyboard is on this bar.
    let rect = bar(&harness, "Beslut, ");
    harness.get_by_label_contains("Beslut, ").focus();
    harness.run();
    assert!(written(&harness).contains("2026-12-04"), "a milestone has one day: {rect}");
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
fn what_the_keyboard_comes_to_is_selected_by_tab_and_by_the_arrows() {
    let mut harness = harness();
    harness.get_by_label_contains("Bud, ").focus();
    harness.run();
    assert_eq!(harness.state().selected.last(), Some(&1));
    for key in [Key::ArrowDown, Key::ArrowUp] {
        let before = harness.state().selected.len();
        harness.key_press(key);
        harness.run_steps(3);
        assert!(harness.state().selected.len() > before, "{key:?}");
    }
    assert_eq!(harness.state().selected.last(), Some(&1));
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
