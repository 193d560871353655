//! Bars and milestones: how they look, and how they are dragged.
//!
//! Each bar is one interactive area with a spoken name. Where the drag begins decides what it does: near an end it moves
//! that end, elsewhere the whole bar. While it lasts, only the picture moves; the answer comes on release, in whole days.
//! Alt and the arrow keys do the same for a focused bar, one day a press; with Shift they move its end. Enter opens it.

use eframe::egui::{
    CursorIcon, FontId, Id, Key, LayerId, Modifiers, Order, Rect, Response, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, text::LayoutJob, vec2,
};
use jiff::civil::Date;

use super::{GanttRow, GanttTexts, Moved, axis::Window, scale::shifted};
use crate::widgets::{
    badge, list,
    tokens::{Tokens, Tone, font, height, radius, space},
};

/// How near to an end of a bar a drag moves that end, in points.
const GRIP: f32 = 7.0;
/// A label with less room than this is left out, in points: the name stands at the left as well.
const LEAST_LABEL: f32 = 40.0;

/// What a drag changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grip {
    Start,
    Whole,
    End,
}

/// A drag under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drag {
    grip: Grip,
    /// Where the pointer took hold, in points from the scale's origin, so that scrolling does not disturb.
    from: f32,
    days: i32,
}

impl Drag {
    /// `dates` as this drag would leave them.
    fn apply(self, dates: (Date, Date)) -> (Date, Date) {
        moved(dates, self.grip, self.days)
    }
}

/// Moves a range by whole days; an end never passes the other.
pub(super) fn moved((start, end): (Date, Date), grip: Grip, days: i32) -> (Date, Date) {
    match grip {
        Grip::Whole => (shifted(start, days), shifted(end, days)),
        Grip::Start => (shifted(start, days).min(end), end),
        Grip::End => (start, shifted(end, days).max(start)),
    }
}

/// The rectangle of a bar in a row.
pub(super) fn bar_rect(window: &Window, row: Rect, (start, end): (Date, Date), milestone: bool) -> Rect {
    let y = row.center().y;
    if milestone {
        let x = window.x(start) + window.scale.day / 2.0;
        return Rect::from_center_size(pos2(x, y), vec2(16.0, 16.0));
    }
    let (left, right) = (window.x(start), window.x(shifted(end, 1)));
    Rect::from_x_y_ranges(left..=right.max(left + 4.0), y - 8.0..=y + 8.0)
}

/// What a bar did in a frame.
#[derive(Debug)]
pub(super) struct Bar<I> {
    pub(super) moved: Option<Moved<I>>,
    pub(super) selected: bool,
    pub(super) opened: bool,
}

/// The first and last day of a row as they are on screen: while its bar is dragged, where the drag would leave them.
pub(super) fn shown_dates<I>(ui: &Ui, id: Id, row: &GanttRow<'_, I>) -> Option<(Date, Date)> {
    let dates = (row.start?, row.end.or(row.start)?);
    let drag: Option<Drag> = ui.ctx().data(|data| data.get_temp(id));
    Some(drag.map_or(dates, |drag| drag.apply(dates)))
}

/// One bar: paints it, and answers what was done with it.
pub(super) fn show<I: Copy>(
    ui: &Ui,
    id: Id,
    window: &Window,
    row_rect: Rect,
    (row, selected): (&GanttRow<'_, I>, bool),
    texts: &GanttTexts<'_>,
) -> Option<Bar<I>> {
    let dates = (row.start?, row.end.or(row.start)?);
    let drag: Option<Drag> = ui.ctx().data(|data| data.get_temp(id));
    let shown = shown_dates(ui, id, row)?;
    let rect = bar_rect(window, row_rect, shown, row.milestone);
    let sense = if row.movable { Sense::click_and_drag() } else { Sense::click() };
    let response = ui.interact(rect.intersect(window.rect), id, sense);
    let range = texts.range(shown, row.milestone);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, ui.is_enabled(), spoken(row, &range, texts)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(selected));
    paint(ui, window, rect, row, selected || response.has_focus());
    let change = if row.movable {
        dragged(ui, id, window, &response, drag, dates, row.milestone)
            .or_else(|| keyed(ui, &response, dates, row.milestone))
    } else {
        None
    };
    if drag.is_some() || response.has_focus() {
        tag(ui, id, window.rect, rect, &range);
    } else if response.hovered() {
        let done = if row.milestone { String::new() } else { format!("\n{} %", row.progress) };
        let late = if row.urgent { format!("\n{}", texts.late) } else { String::new() };
        response.clone().on_hover_text_at_pointer(format!("{}\n{range}{done}{late}", row.label));
    }
    Some(Bar {
        moved: change.filter(|change| *change != dates).map(|(start, end)| Moved { id: row.id, start, end }),
        selected: response.clicked() || came_to(ui, &response),
        opened: response.double_clicked() || entered(ui, &response),
    })
}

/// Follows a drag. Returns the new dates when it ends.
fn dragged(
    ui: &Ui,
    id: Id,
    window: &Window,
    response: &Response,
    drag: Option<Drag>,
    dates: (Date, Date),
    milestone: bool,
) -> Option<(Date, Date)> {
    let pointer = ui.input(|input| input.pointer.latest_pos()).map(|pos| pos.x);
    let rect = bar_rect(window, response.rect, dates, milestone);
    let grip_at = |x: f32| match rect {
        _ if milestone || rect.width() < 3.0 * GRIP => Grip::Whole,
        _ if x < rect.left() + GRIP => Grip::Start,
        _ if x > rect.right() - GRIP => Grip::End,
        _ => Grip::Whole,
    };
    if response.hovered() || drag.is_some() {
        let grip = drag.map(|drag| drag.grip).or(pointer.map(grip_at)).unwrap_or(Grip::Whole);
        ui.ctx().set_cursor_icon(if grip == Grip::Whole {
            CursorIcon::Grab
        } else {
            CursorIcon::ResizeHorizontal
        });
    }
    if response.drag_started() {
        let from = ui.input(|input| input.pointer.press_origin()).map(|pos| pos.x)?;
        let drag = Drag { grip: grip_at(from), from: from - window.left, days: 0 };
        ui.ctx().data_mut(|data| data.insert_temp(id, drag));
        return None;
    }
    let mut drag = drag?;
    if let Some(x) = pointer {
        drag.days = window.scale.snap(x - window.left - drag.from);
    }
    let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
    if response.dragged() && !cancelled {
        ui.ctx().data_mut(|data| data.insert_temp(id, drag));
        return None;
    }
    ui.ctx().data_mut(|data| data.remove::<Drag>(id));
    (response.drag_stopped() && !cancelled).then(|| drag.apply(dates))
}

/// Alt and an arrow move a focused bar by a day; with Shift, its end.
fn keyed(ui: &Ui, response: &Response, dates: (Date, Date), milestone: bool) -> Option<(Date, Date)> {
    if !response.has_focus() {
        return None;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    for (key, days) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
        if !milestone && pressed(Modifiers::ALT | Modifiers::SHIFT, key) {
            return Some(moved(dates, Grip::End, days));
        }
        if pressed(Modifiers::ALT, key) {
            return Some(moved(dates, Grip::Whole, days));
        }
    }
    None
}

/// Whether the keyboard has just come to a bar. By the arrows it comes between two frames, which egui calls no gain.
fn came_to(ui: &Ui, response: &Response) -> bool {
    let key = Id::unique("the bar that has the keyboard");
    if !response.has_focus() {
        return false;
    }
    let before: Option<Id> = ui.data(|data| data.get_temp(key));
    ui.data_mut(|data| data.insert_temp(key, response.id));
    before != Some(response.id)
}

/// Enter goes into a focused bar's row.
fn entered(ui: &Ui, response: &Response) -> bool {
    response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
}

/// A bar as a screen reader says it.
fn spoken<I>(row: &GanttRow<'_, I>, range: &str, texts: &GanttTexts<'_>) -> String {
    let late = if row.urgent { format!(", {}", texts.late) } else { String::new() };
    match row.milestone {
        true => format!("{}, {range}{late}", row.label),
        false => format!("{}, {range}, {} %{late}", row.label, row.progress),
    }
}

/// The days of a bar that is being moved, beside it and over everything else: whoever moves it looks at them. Where the chart is narrower
/// than they are, they begin over the labels.
fn tag(ui: &Ui, id: Id, view: Rect, bar: Rect, range: &str) {
    let t = Tokens::of(ui);
    let layer = LayerId::new(Order::Tooltip, id.with("tag"));
    let painter = ui.ctx().layer_painter(layer);
    let galley = painter.layout_no_wrap(range.to_owned(), FontId::proportional(font::SMALL), t.text);
    let size = galley.size() + 2.0 * vec2(space::S, space::XS);
    let above = bar.top() - size.y - space::XS;
    let y = if above >= view.top() { above } else { bar.bottom() + space::XS };
    let window = ui.ctx().content_rect();
    let left = view.left().min(view.right() - size.x).max(window.left());
    let x = (bar.center().x - size.x / 2.0).clamp(left, (view.right() - size.x).max(left));
    let rect = Rect::from_min_size(pos2(x, y), size);
    painter.rect(rect, radius::S, t.raised, Stroke::new(1.0, t.border_strong), StrokeKind::Inside);
    painter.galley(rect.min + vec2(space::S, space::XS), galley, t.text);
}

fn paint<I>(ui: &Ui, window: &Window, rect: Rect, row: &GanttRow<'_, I>, marked: bool) {
    let t = Tokens::of(ui);
    let painter = ui.painter_at(window.rect);
    let tone = if row.tone == Tone::Neutral { Tone::Accent } else { row.tone };
    let strong = badge::dot_colour(&t, if row.urgent { Tone::Danger } else { tone });
    let pale = t.tone(if row.urgent { Tone::Danger } else { tone }).bg;
    if row.milestone {
        let c = rect.center();
        let corners = [vec2(0.0, -8.0), vec2(8.0, 0.0), vec2(0.0, 8.0), vec2(-8.0, 0.0)].map(|v| c + v);
        let outline = Stroke::new(if marked { 2.0 } else { 0.0 }, t.text);
        painter.add(Shape::convex_polygon(corners.to_vec(), strong, outline));
    } else {
        painter.rect_filled(rect, radius::S, pale);
        let done = rect.with_max_x(rect.left() + rect.width() * f32::from(row.progress.min(100)) / 100.0);
        painter.with_clip_rect(done.intersect(window.rect)).rect_filled(
            rect,
            radius::S,
            strong.gamma_multiply(0.55),
        );
        let outline = Stroke::new(if marked { 2.0 } else { 1.0 }, if marked { t.text } else { strong });
        painter.rect_stroke(rect, radius::S, outline, StrokeKind::Inside);
    }
    // The label follows the bar, where it never lies on a colour it was not made for, and leaves room for an arrow.
    let left = rect.right() + space::L;
    let room = window.rect.right() - space::XS - left;
    if room < LEAST_LABEL {
        return;
    }
    let job =
        LayoutJob::simple_singleline(row.label.to_owned(), FontId::proportional(font::SMALL), t.text_weak);
    let galley = list::one_line(ui, job, room);
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, t.text_weak);
}

/// The height of a row, in points.
pub(super) const ROW: f32 = height::ROW;
