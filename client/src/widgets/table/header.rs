//! The header: captions, the mark of the order, and the edges that resize.

use eframe::egui::{
    CursorIcon, FontId, Id, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, text::LayoutJob, vec2,
};

use super::{Align, Column, Direction, Lane, SortRequest, Table, TableState};
use crate::widgets::{
    icon::Icon,
    list, theme,
    tokens::{Tokens, font, radius, space},
};

/// No column gets narrower than this, in points.
const NARROWEST: f32 = 40.0;

/// The room of the mark of an order, in points.
const ARROW: f32 = 14.0;

#[derive(Debug, Default)]
pub(super) struct Headed {
    pub(super) sort: Option<SortRequest>,
    pub(super) resized: bool,
}

pub(super) fn show(
    ui: &Ui,
    rect: Rect,
    id: Id,
    table: &Table<'_>,
    lanes: &[Lane],
    state: &mut TableState,
) -> Headed {
    let mut headed = Headed::default();
    ui.painter().rect_filled(rect, 0.0, Tokens::of(ui).sunken);
    for (column, lane) in table.columns.iter().zip(lanes) {
        let cell = lane.of(rect);
        let order = table.sort.filter(|(sorted, _)| *sorted == column.id).map(|(_, direction)| direction);
        if caption(ui, cell, id, column, order) {
            let direction = match order {
                Some(Direction::Ascending) => Direction::Descending,
                _ => Direction::Ascending,
            };
            headed.sort = Some(SortRequest { column: column.id.to_owned(), direction });
        }
        headed.resized |= edge(ui, cell, id, column, state);
    }
    headed
}

/// The room that a caption takes with the mark of an order, in points.
pub(super) fn natural(ui: &Ui, column: &Column<'_>) -> f32 {
    let mark = if column.sortable { ARROW } else { 0.0 };
    let text = ui.painter().layout_no_wrap(
        column.caption.to_owned(),
        theme::semibold(font::SMALL),
        Tokens::of(ui).text,
    );
    text.size().x + mark + 2.0 * space::S
}

/// One caption. Returns whether another order is wanted.
fn caption(ui: &Ui, cell: Rect, id: Id, column: &Column<'_>, order: Option<Direction>) -> bool {
    let t = Tokens::of(ui);
    let sense = if column.sortable { Sense::click() } else { Sense::hover() };
    let response = ui.interact(cell, id.with(("header", column.id)), sense);
    let role = if column.sortable { Role::Button } else { Role::ColumnHeader };
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), column.caption));
    if let Some(order) = order {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_sort_direction(match order {
                Direction::Ascending => eframe::egui::accesskit::SortDirection::Ascending,
                Direction::Descending => eframe::egui::accesskit::SortDirection::Descending,
            });
        });
    }
    if response.hovered() && column.sortable {
        ui.painter().rect_filled(cell, 0.0, t.hover);
    }
    if response.has_focus() {
        theme::focus_ring(ui, cell, radius::S);
    }
    let mut room = cell.shrink2(vec2(space::S, 0.0));
    let colour = if order.is_some() { t.text } else { t.text_weak };
    let arrow = if order.is_some() { ARROW } else { 0.0 };
    let font = if order.is_some() { theme::semibold(font::SMALL) } else { FontId::proportional(font::SMALL) };
    let job = LayoutJob::simple_singleline(column.caption.to_owned(), font, colour);
    let galley = list::one_line(ui, job, room.width() - arrow);
    let width = galley.size().x + arrow;
    room.min.x = match column.align {
        Align::Left => room.left(),
        Align::Centre => room.center().x - width / 2.0,
        Align::Right => room.right() - width,
    };
    let text_width = galley.size().x;
    ui.painter().galley(pos2(room.left(), room.center().y - galley.size().y / 2.0), galley, colour);
    if let Some(order) = order {
        let centre = pos2(room.left() + text_width + 8.0, room.center().y);
        let icon = if order == Direction::Ascending { Icon::SortUp } else { Icon::SortDown };
        icon.paint(ui.painter(), Rect::from_center_size(centre, Vec2::splat(14.0)), colour);
    }
    response.clicked()
}

/// The right edge of a column: drag to resize, double-click to undo that. Returns whether it was let go.
fn edge(ui: &Ui, cell: Rect, id: Id, column: &Column<'_>, state: &mut TableState) -> bool {
    let t = Tokens::of(ui);
    let grip = Rect::from_center_size(cell.right_center() - vec2(2.0, 0.0), vec2(7.0, cell.height()));
    let response = ui.interact(grip, id.with(("edge", column.id)), Sense::CLICK | Sense::DRAG);
    let active = response.hovered() || response.dragged();
    let inset = if active { 2.0 } else { 8.0 };
    let colour = if active { t.accent } else { t.border };
    ui.painter().vline(cell.right() - 0.5, cell.y_range().shrink(inset), (1.0, colour));
    if active {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeColumn);
    }
    if response.dragged() {
        state.set_width(column.id, (cell.width() + response.drag_delta().x).max(NARROWEST));
    }
    if response.double_clicked() {
        state.reset_width(column.id);
    }
    response.drag_stopped() || response.double_clicked()
}
