//! The body: visible rows, and what keys and clicks on them mean.

use std::ops::Range;

use eframe::egui::{
    EventFilter, Id, Key, Modifiers, PointerButton, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo,
    vec2,
};

use super::{Lane, Row, Selection, Table, TableState, cell, focusable, state::Step};
use crate::widgets::{
    theme,
    tokens::{Tokens, height, radius},
};

#[derive(Debug)]
pub(super) struct Body {
    pub(super) response: Response,
    pub(super) selected: Option<Selection>,
    pub(super) opened: Option<usize>,
    pub(super) menu: Option<usize>,
    pub(super) pressed: bool,
    pub(super) visible: Range<usize>,
}

/// What happened to the rows in a frame.
#[derive(Debug, Default)]
struct Happened {
    changed: bool,
    opened: Option<usize>,
    menu: Option<usize>,
    /// A row was pressed, so the keyboard belongs to the table.
    pressed: bool,
}

pub(super) fn show(
    ui: &mut Ui,
    id: Id,
    table: &Table<'_>,
    lanes: &[Lane],
    state: &mut TableState,
    mut fetch: impl FnMut(usize) -> Option<Row>,
) -> Body {
    let view = ui.max_rect();
    let body = focusable(ui, view, id, table.name);
    let mut happened = Happened::default();
    if !ui.input(|input| input.pointer.any_down() || input.pointer.any_released()) {
        state.pressed = None;
    }
    if std::mem::take(&mut state.wanted) {
        body.request_focus();
    }
    if body.has_focus() {
        keyboard(ui, body.id, table.rows, view.height(), state, &mut happened);
    }
    let mut area = ScrollArea::vertical().id_salt("rows").auto_shrink(false);
    if std::mem::take(&mut state.reveal)
        && let Some(offset) = revealing(ui, id, state, view.height())
    {
        area = area.vertical_scroll_offset(offset);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let (mut visible, mut widened) = (0..0, false);
    let output = area.show_rows(ui, height::ROW, table.rows, |ui, range| {
        visible = range.clone();
        let measures = state.measures(range.start);
        for index in range {
            let (rect, _) = ui.allocate_exact_size(vec2(view.width(), height::ROW), Sense::hover());
            let row = fetch(index);
            if let Some(row) = row.as_ref().filter(|_| measures) {
                widened |= measure(ui, table, row, state);
            }
            row_at(ui, rect, id, table, lanes, state, index, row.as_ref(), &mut happened);
        }
    });
    if widened {
        // The columns are as wide as what is in them from the next frame on.
        ui.ctx().request_repaint();
    }
    ui.ctx().data_mut(|data| data.insert_temp(id.with("offset"), output.state.clamped_offset().y));
    if happened.pressed {
        body.request_focus();
    }
    describe(ui, &body, id, table, state);
    if body.has_focus() && state.cursor().is_none() {
        theme::focus_ring(ui, view.intersect(ui.clip_rect()), radius::S);
    }
    Body {
        response: body,
        selected: happened.changed.then(|| state.selection().clone()),
        opened: happened.opened,
        menu: happened.menu,
        pressed: happened.pressed,
        visible,
    }
}

/// Notes how wide a row's cells are. Answers whether one is wider than all before.
fn measure(ui: &Ui, table: &Table<'_>, row: &Row, state: &mut TableState) -> bool {
    let cells = table.columns.iter().zip(&row.cells);
    cells.fold(false, |widened, (column, cell)| state.see(column.id, cell::natural(ui, cell)) || widened)
}

/// What is cut of the cell under the pointer can be read whole.
fn tell_cut(ui: &Ui, response: &Response, (rect, lanes): (Rect, &[Lane]), row: &Row) {
    let Some(at) = response.hover_pos() else { return };
    let mut cells = row.cells.iter().zip(lanes);
    let under = cells.find(|(_, lane)| lane.of(rect).x_range().contains(at.x));
    if let Some((cell, lane)) = under
        && cell::natural(ui, cell) > lane.width + 0.5
    {
        response.clone().on_hover_text_at_pointer(&cell.text);
    }
}

/// Tells screen readers about the grid as a whole.
fn describe(ui: &Ui, body: &Response, id: Id, table: &Table<'_>, state: &TableState) {
    ui.ctx().accesskit_node_builder(body.id, |node| {
        node.set_row_count(table.rows);
        node.set_column_count(table.columns.len());
        node.set_multiselectable();
        if let Some(cursor) = state.cursor() {
            node.set_active_descendant(id.with(("row", cursor)).accesskit_id());
        }
    });
}

/// One visible row: where it reacts, and how it looks.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct for it would only repeat the names")]
fn row_at(
    ui: &Ui,
    rect: Rect,
    id: Id,
    table: &Table<'_>,
    lanes: &[Lane],
    state: &mut TableState,
    index: usize,
    row: Option<&Row>,
    happened: &mut Happened,
) {
    let t = Tokens::of(ui);
    let response = ui.interact(rect, id.with(("row", index)), Sense::CLICK);
    // Selecting on the press, not on the release, is what makes a list feel quick. A click without a press comes from a
    // screen reader, or from a pointer that was quicker than a frame.
    let modifiers = ui.input(|input| input.modifiers);
    let pressed = response.is_pointer_button_down_on() && ui.input(|input| input.pointer.primary_pressed());
    if pressed || response.clicked() && state.pressed != Some(index) {
        happened.changed |= state.click(index, modifiers);
        happened.pressed = true;
    }
    if pressed {
        state.pressed = Some(index);
    } else if response.clicked() {
        state.pressed = None;
    }
    if response.clicked_by(PointerButton::Secondary) {
        if !state.selection().contains(index) {
            happened.changed |= state.click(index, Modifiers::NONE);
        }
        (happened.menu, happened.pressed) = (Some(index), true);
    }
    if response.double_clicked() {
        happened.opened = Some(index);
    }
    let selected = state.selection().contains(index);
    let label = row.map(Row::spoken).unwrap_or_default();
    response.widget_info(|| WidgetInfo::labeled(Role::Row, ui.is_enabled(), &label));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(selected);
        node.set_row_index(index);
    });
    if selected {
        ui.painter().rect_filled(rect, 0.0, t.selection);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.hover);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, (1.0, t.border.gamma_multiply(0.6)));
    if let Some(row) = row {
        tell_cut(ui, &response, (rect, lanes), row);
    }
    match row {
        Some(row) => cell::paint_row(ui, rect, table.columns, lanes, row, selected),
        None => cell::paint_placeholder(ui, rect, table.columns, lanes, index),
    }
    if state.cursor() == Some(index) && ui.memory(|memory| memory.has_focus(id.with("body"))) {
        theme::focus_ring(ui, rect.intersect(ui.clip_rect()), radius::S);
    }
}

fn keyboard(ui: &Ui, body: Id, rows: usize, view: f32, state: &mut TableState, happened: &mut Happened) {
    let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, tab: false, escape: false };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(body, arrows));
    let page = ((view / height::ROW) as usize).saturating_sub(1).max(1);
    for (key, step) in [
        (Key::ArrowUp, Step::Up(1)),
        (Key::ArrowDown, Step::Down(1)),
        (Key::PageUp, Step::Up(page)),
        (Key::PageDown, Step::Down(page)),
        (Key::Home, Step::First),
        (Key::End, Step::Last),
    ] {
        for modifiers in [Modifiers::SHIFT, Modifiers::COMMAND, Modifiers::NONE] {
            let times = ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
            for _ in 0..times {
                happened.changed |= state.step(step, rows, modifiers);
            }
        }
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::A) {
        happened.changed |= state.select_all(rows);
    }
    if pressed(Modifiers::NONE, Key::Space) || pressed(Modifiers::COMMAND, Key::Space) {
        happened.changed |= state.toggle();
    }
    if pressed(Modifiers::NONE, Key::Enter) {
        // Where no row is marked yet it is the first one.
        happened.opened = state.cursor().or((rows > 0).then_some(0));
    }
}

/// The scroll offset that brings the cursor into view, if it is not there.
fn revealing(ui: &Ui, id: Id, state: &TableState, view: f32) -> Option<f32> {
    let top = state.cursor()? as f32 * height::ROW;
    let offset: f32 = ui.ctx().data(|data| data.get_temp(id.with("offset"))).unwrap_or_default();
    let target = offset.clamp((top + height::ROW - view).max(0.0), top);
    (target != offset).then_some(target)
}
