//! The calendar in the popup: one month, weeks from Monday with their ISO numbers.

use eframe::egui::{
    Align2, FontId, Id, Key, Modifiers, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};
use jiff::{Span, ToSpan, civil::Date};

use super::DateTexts;
use crate::widgets::{
    button,
    icon::Icon,
    list::keep_focus,
    theme,
    tokens::{Tokens, font, radius, space},
};

/// The side of a day, in points.
const DAY: Vec2 = vec2(32.0, 28.0);
/// The width of the column of week numbers.
const WEEK: f32 = 32.0;

/// What is marked in a calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) today: Date,
    pub(super) chosen: Option<Date>,
    /// The other end of a range, so that the days between can be shaded.
    pub(super) other: Option<Date>,
}

/// What a person did in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picked {
    Day(Date),
    Nothing,
}

/// Shows the calendar around `cursor`, which the keyboard and the arrows above move.
pub(super) fn show(
    ui: &mut Ui,
    id: Id,
    cursor: &mut Date,
    marks: Marks,
    texts: &DateTexts<'_>,
) -> Option<Picked> {
    ui.set_width(WEEK + 7.0 * DAY.x);
    ui.spacing_mut().item_spacing = vec2(0.0, space::XS);
    let own = ui.interact(ui.max_rect(), id.with("keys"), Sense::focusable_noninteractive());
    // Its buttons are reached with Tab; behind the last one are the days again.
    let on_button = ui.memory(|memory| memory.focused()).is_some_and(|focused| {
        let there = ui.ctx().read_response(focused);
        focused != own.id && there.is_some_and(|there| there.layer_id == ui.layer_id())
    });
    if !on_button {
        keep_focus(ui.ctx(), own.id);
    }
    if !on_button && keyboard(ui, cursor) {
        return Some(Picked::Day(*cursor));
    }
    heading(ui, cursor, texts);
    let clicked = month(ui, id, *cursor, marks, texts);
    ui.separator();
    let mut picked = clicked.map(Picked::Day);
    ui.horizontal(|ui| {
        if button::quiet(ui, texts.today).clicked() {
            picked = Some(Picked::Day(marks.today));
        }
        ui.add_space(space::S);
        if marks.chosen.is_some() && button::quiet(ui, texts.clear).clicked() {
            picked = Some(Picked::Nothing);
        }
    });
    picked
}

/// Moves the cursor by keys. Returns whether Enter was pressed.
fn keyboard(ui: &Ui, cursor: &mut Date) -> bool {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let year_step = ui.input_mut(|input| {
        let back = input.consume_key(Modifiers::SHIFT, Key::PageUp);
        let on = input.consume_key(Modifiers::SHIFT, Key::PageDown);
        i32::from(on) - i32::from(back)
    });
    if year_step != 0 {
        step(cursor, year_step.years());
    }
    for (key, span) in [
        (Key::ArrowLeft, (-1).days()),
        (Key::ArrowRight, 1.days()),
        (Key::ArrowUp, (-7).days()),
        (Key::ArrowDown, 7.days()),
        (Key::PageUp, (-1).months()),
        (Key::PageDown, 1.months()),
    ] {
        if pressed(key) {
            step(cursor, span);
        }
    }
    if pressed(Key::Home) {
        *cursor = cursor.first_of_month();
    }
    if pressed(Key::End) {
        *cursor = cursor.last_of_month();
    }
    pressed(Key::Enter)
}

/// The first and the last day that the calendar leads to: fields take none before or after.
const FIRST: Date = jiff::civil::date(1800, 1, 1);
const LAST: Date = jiff::civil::date(2200, 12, 31);

/// Moves `cursor`, as far as the calendar leads.
fn step(cursor: &mut Date, span: Span) {
    if let Ok(date) = cursor.checked_add(span).map(|date| date.clamp(FIRST, LAST)) {
        *cursor = date;
    }
}

fn heading(ui: &mut Ui, cursor: &mut Date, texts: &DateTexts<'_>) {
    ui.horizontal(|ui| {
        if button::icon_button(ui, Icon::DoubleLeft, texts.previous_year).clicked() {
            step(cursor, (-1).years());
        }
        if button::icon_button(ui, Icon::Left, texts.previous_month).clicked() {
            step(cursor, (-1).months());
        }
        let name = format!("{} {}", texts.months[month_index(*cursor)], cursor.year());
        let width = ui.available_width() - 2.0 * 28.0;
        let text = eframe::egui::Label::new(RichText::new(name).text_style(theme::strong()));
        ui.add_sized(vec2(width, 28.0), text);
        if button::icon_button(ui, Icon::Right, texts.next_month).clicked() {
            step(cursor, 1.months());
        }
        if button::icon_button(ui, Icon::DoubleRight, texts.next_year).clicked() {
            step(cursor, 1.years());
        }
    });
}

fn month_index(date: Date) -> usize {
    usize::try_from(date.month() - 1).unwrap_or_default()
}

/// The grid of days. Returns the one that was clicked.
fn month(ui: &mut Ui, id: Id, cursor: Date, marks: Marks, texts: &DateTexts<'_>) -> Option<Date> {
    let t = Tokens::of(ui);
    let first = cursor.first_of_month();
    let lead = i64::from(first.weekday().to_monday_zero_offset());
    let size = vec2(WEEK + 7.0 * DAY.x, 22.0 + 6.0 * DAY.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let small = FontId::proportional(font::SMALL);
    for (column, name) in texts.weekdays.iter().enumerate() {
        let x = rect.left() + WEEK + (column as f32 + 0.5) * DAY.x;
        ui.painter().text(
            pos2(x, rect.top() + 11.0),
            Align2::CENTER_CENTER,
            name,
            small.clone(),
            t.text_weak,
        );
    }
    ui.painter().text(
        pos2(rect.left() + WEEK / 2.0, rect.top() + 11.0),
        Align2::CENTER_CENTER,
        texts.week,
        small.clone(),
        t.text_weak,
    );
    let mut clicked = None;
    for row in 0..6_i64 {
        for column in 0..7_i64 {
            let Ok(date) = first.checked_add((row * 7 + column - lead).days()) else { continue };
            let corner = vec2(WEEK + column as f32 * DAY.x, 22.0 + row as f32 * DAY.y);
            let cell = Rect::from_min_size(rect.min + corner, DAY);
            if column == 0 {
                let week = date.iso_week_date().week().to_string();
                let centre = pos2(rect.left() + WEEK / 2.0, cell.center().y);
                ui.painter().text(centre, Align2::CENTER_CENTER, week, small.clone(), t.text_weak);
            }
            if day(ui, cell, id, date, cursor, marks) {
                clicked = Some(date);
            }
        }
    }
    let x = rect.left() + WEEK - 3.0;
    ui.painter().vline(x, rect.y_range().shrink(2.0), Stroke::new(1.0, t.border));
    clicked
}

/// One day. Returns whether it was clicked.
fn day(ui: &Ui, cell: Rect, id: Id, date: Date, cursor: Date, marks: Marks) -> bool {
    let t = Tokens::of(ui);
    let response = ui.interact(cell, id.with(("day", date)), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), date.to_string()));
    let chosen = marks.chosen == Some(date) || marks.other == Some(date);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
    let between = match (marks.chosen, marks.other) {
        (Some(a), Some(b)) => a.min(b) < date && date < a.max(b),
        _ => false,
    };
    if between {
        ui.painter().rect_filled(cell.shrink2(vec2(0.0, 2.0)), 0.0, t.accent_tint);
    }
    let inner = cell.shrink(2.0);
    let colour = match (chosen, date.month() == cursor.month()) {
        (true, _) => t.on_accent,
        (false, true) => t.text,
        (false, false) => t.text_weak,
    };
    if chosen {
        ui.painter().rect_filled(inner, radius::M, t.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(inner, radius::M, t.hover);
    }
    if date == cursor {
        let stroke = Stroke::new(1.5, if chosen { t.text } else { t.accent });
        ui.painter().rect_stroke(inner, radius::M, stroke, StrokeKind::Inside);
    }
    let font =
        if date == marks.today { theme::semibold(font::BODY) } else { FontId::proportional(font::BODY) };
    ui.painter().text(cell.center(), Align2::CENTER_CENTER, date.day(), font, colour);
    if date == marks.today {
        let dot = pos2(cell.center().x, cell.bottom() - 5.0);
        ui.painter().circle_filled(dot, 1.5, if chosen { t.on_accent } else { t.accent });
    }
    response.clicked()
}
