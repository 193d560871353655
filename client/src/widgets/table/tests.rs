//! The table as a person meets it: by keyboard, pointer and screen reader.

use eframe::egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable};

use super::*;
use crate::widgets::theme;

#[derive(Default)]
struct Page {
    state: TableState,
    fetched: Vec<usize>,
    sort: Vec<SortRequest>,
    opened: Vec<usize>,
    selections: usize,
    visible: Range<usize>,
}

const COLUMNS: [Column<'static>; 2] =
    [Column::new("name", "Namn", 160.0).sortable().stretch(), Column::new("seats", "Platser", 90.0).right()];

fn harness() -> Harness<'static, Page> {
    let show = |ui: &mut Ui, page: &mut Page| {
        page.fetched.clear();
        let mut fetched = Vec::new();
        let answer = Table::new("t", "Lokaler", &COLUMNS, 1000).sorted_by("name", Direction::Ascending).show(
            ui,
            &mut page.state,
            |index| {
                fetched.push(index);
                (index != 3)
                    .then(|| Row::new([format!("Sal {index}").into(), Cell::new(format!("{}", index * 10))]))
            },
        );
        page.fetched = fetched;
        page.sort.extend(answer.sort);
        page.opened.extend(answer.opened);
        page.selections += usize::from(answer.selected.is_some());
        page.visible = answer.visible;
    };
    let mut harness = Harness::builder()
        .with_size([400.0, 300.0])
        // Two clicks in a row are a double click only if they are quick.
        .with_step_dt(0.02)
        .with_context_setup(theme::install)
        .build_ui_state(show, Page::default());
    harness.run();
    harness
}

fn selected(harness: &Harness<'_, Page>) -> Vec<usize> {
    harness.state().state.selection().iter().collect()
}

#[test]
fn only_visible_rows_are_fetched() {
    let harness = harness();
    let page = harness.state();
    assert!(page.fetched.len() < 15, "{:?}", page.fetched);
    assert_eq!(page.visible.clone().collect::<Vec<_>>(), page.fetched);
}

#[test]
fn rows_are_found_by_their_text_and_selected_by_the_pointer() {
    let mut harness = harness();
    harness.get_by_label("Sal 2, 20").click();
    harness.run();
    assert_eq!(selected(&harness), [2]);
    harness.get_by_label("Sal 5, 50").click_modifiers(Modifiers::SHIFT);
    harness.run();
    assert_eq!(selected(&harness), [2, 3, 4, 5]);
    harness.get_by_label("Sal 4, 40").click_modifiers(Modifiers::COMMAND);
    harness.run();
    assert_eq!(selected(&harness), [2, 3, 5]);
    assert_eq!(harness.state().selections, 3, "each change is reported once");
}

#[test]
fn a_click_within_one_frame_selects() {
    let mut harness = harness();
    let pos = harness.get_by_label("Sal 2, 20").rect().center();
    let button = |pressed| eframe::egui::Event::PointerButton {
        pos,
        button: eframe::egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(pos);
    harness.run();
    harness.input_mut().events.extend([button(true), button(false)]);
    harness.run();
    assert_eq!(selected(&harness), [2]);
    assert_eq!(harness.state().selections, 1);
}

#[test]
fn a_screen_reader_can_select() {
    let mut harness = harness();
    harness.get_by_label("Sal 2, 20").click_accesskit();
    harness.run();
    assert_eq!(selected(&harness), [2]);
}

#[test]
fn the_keyboard_moves_the_selection_and_keeps_it_in_view() {
    let mut harness = harness();
    harness.get_by_label("Lokaler").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(selected(&harness), [1]);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    assert_eq!(selected(&harness), [1, 2]);
    harness.key_press(Key::End);
    harness.run();
    assert_eq!(selected(&harness), [999]);
    assert!(harness.state().visible.contains(&999));
    harness.key_press(Key::PageUp);
    harness.run();
    assert!(selected(&harness)[0] < 999);
    harness.key_press(Key::Home);
    harness.run();
    assert!(harness.state().visible.contains(&0));
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().opened, [0]);
}

#[test]
fn enter_on_arrival_opens_the_first_row() {
    let mut harness = harness();
    harness.get_by_role(Role::Grid).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().opened, [0]);
}

#[test]
fn a_double_click_opens() {
    let mut harness = harness();
    for _ in 0..2 {
        harness.get_by_label("Sal 4, 40").click();
    }
    harness.run();
    assert_eq!(harness.state().opened, [4]);
}

#[test]
fn headers_ask_for_another_order() {
    let mut harness = harness();
    harness.get_by_label("Namn").click();
    harness.run();
    let asked = SortRequest { column: "name".into(), direction: Direction::Descending };
    assert_eq!(harness.state().sort, [asked]);
    harness.get_by_label("Platser").click();
    harness.run();
    assert_eq!(harness.state().sort.len(), 1, "a column that cannot be sorted stays quiet");
}

#[test]
fn edges_resize_columns() {
    let mut harness = harness();
    let header = harness.get_by_label("Namn").rect();
    let edge = header.right_center() - vec2(2.0, 0.0);
    harness.hover_at(edge);
    harness.drag_at(edge);
    harness.run();
    harness.hover_at(edge - vec2(60.0, 0.0));
    harness.run();
    harness.drop_at(edge - vec2(60.0, 0.0));
    harness.run();
    assert_eq!(harness.state().state.width("name"), Some(header.width() - 60.0));
}
