//! Small marks: badges, chips and status dots.
//!
//! A badge says something about the thing beside it; a chip is a thing of its own that can be taken away; a dot is a
//! badge without words, for places where its meaning stands next to it.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Color32, FontId, Rect, Response, Role, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::{
    button,
    icon::Icon,
    list, theme,
    tokens::{Pair, Tokens, Tone, font, height, radius, space},
};

/// Shows a badge: a word or a number on a quiet tint.
pub fn badge(ui: &mut Ui, text: &str, tone: Tone) -> Response {
    let response = paint(ui, None, text, Tokens::of(ui).tone(tone), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// A badge that can be pressed.
pub fn button(ui: &mut Ui, icon: Icon, text: &str, tone: Tone) -> Response {
    let response = paint(ui, Some(icon), text, Tokens::of(ui).tone(tone), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    if response.has_focus() {
        theme::focus_ring(ui, response.rect, radius::S);
    }
    response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand)
}

/// What happened to a chip.
#[derive(Debug)]
pub struct ChipResponse {
    /// The chip itself was clicked.
    pub clicked: bool,
    /// Its cross was.
    pub removed: bool,
}

/// The room of a chip's cross, in points.
const CROSS: f32 = 24.0;

/// Shows a chip. With `remove`, the name of the action, it carries a cross.
pub fn chip(ui: &mut Ui, text: &str, tone: Tone, remove: Option<&str>) -> ChipResponse {
    let pair = Tokens::of(ui).tone(tone);
    let cross = if remove.is_some() { CROSS } else { 10.0 };
    let most = (ui.max_rect().width() - 10.0 - cross).max(40.0);
    let job = LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(font::BODY), pair.fg);
    let galley = list::one_line(ui, job, most);
    // The room is taken as a whole, so that a line that wraps knows whether the chip still fits.
    let size = vec2(10.0 + galley.size().x + cross, height::CONTROL - space::XS);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, height::CONTROL / 2.0, pair.bg);
    let words = rect.with_max_x(rect.right() - cross);
    let label = ui.interact(words, ui.next_auto_id().with("chip"), Sense::CLICK);
    ui.skip_ahead_auto_ids(1);
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().galley(pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0), galley, pair.fg);
    if label.has_focus() {
        theme::focus_ring(ui, rect, (height::CONTROL / 2.0) as u8);
    }
    let removed = remove.is_some_and(|name| {
        let square = Rect::from_center_size(
            pos2(rect.right() - CROSS / 2.0 - 1.0, rect.center().y),
            Vec2::splat(20.0),
        );
        let mut child = ui.new_child(UiBuilder::new().max_rect(square));
        button::small_icon_button(&mut child, Icon::Close, name).clicked()
    });
    ChipResponse { clicked: label.clicked(), removed }
}

/// Shows a dot in the colour of `tone`. `name` is its tooltip and its name for screen readers.
pub fn status_dot(ui: &mut Ui, tone: Tone, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, dot_colour(&Tokens::of(ui), tone));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    response.on_hover_text(name)
}

/// The colour of a dot or bar in `tone`.
#[must_use]
pub(crate) fn dot_colour(t: &Tokens, tone: Tone) -> Color32 {
    match tone {
        Tone::Neutral => t.border_strong,
        Tone::Warning => t.warning_mark,
        _ => t.tone(tone).fg,
    }
}

fn paint(ui: &mut Ui, icon: Option<Icon>, text: &str, colours: Pair, sense: Sense) -> Response {
    let font = FontId::proportional(font::SMALL);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, colours.fg);
    let lead = if icon.is_some() { 15.0 } else { 0.0 };
    let width = (galley.size().x + lead + 2.0 * 6.0).max(height::BADGE);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height::BADGE), sense);
    ui.painter().rect_filled(rect, radius::S, colours.bg);
    if let Some(icon) = icon {
        let square = Rect::from_center_size(pos2(rect.left() + 12.0, rect.center().y), Vec2::splat(12.0));
        icon.paint(ui.painter(), square, colours.fg);
    }
    let x = rect.left() + (width - lead - galley.size().x) / 2.0 + lead;
    ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, colours.fg);
    response
}
