//! Items of the sidebar: where one can go, where one is, and what waits there.

use eframe::egui::{FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, text::LayoutJob, vec2};

use super::{
    icon::{self, Icon},
    list, theme,
    tokens::{Tokens, Tone, font, height, radius, space},
};

/// The height of an item, in points.
const HEIGHT: f32 = 32.0;

/// Shows one item over the whole width. `count` is what waits there, as it is read: all of it, however much.
pub fn item(ui: &mut Ui, icon: Icon, caption: &str, count: Option<(&str, Tone)>, selected: bool) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click());
    response.widget_info(|| {
        let spoken = count.map_or_else(|| caption.to_owned(), |(count, _)| format!("{caption}, {count}"));
        WidgetInfo::selected(Role::Tab, ui.is_enabled(), selected, spoken)
    });
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(selected));
    if selected {
        ui.painter().rect_filled(rect, radius::M, t.selection);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius::M, t.hover);
    }
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let colour = if selected { t.on_selection } else { t.text };
    let icon_colour = if selected { t.accent } else { t.text_weak };
    icon.paint(ui.painter(), icon::leading(inner), icon_colour);
    let mut right = inner.right();
    if let Some((count, tone)) = count {
        right = paint_count(ui, inner, count, tone) - space::XS;
    }
    let left = inner.left() + icon::SIZE + 10.0;
    let font = if selected { theme::semibold(font::BODY) } else { FontId::proportional(font::BODY) };
    let job = LayoutJob::simple_singleline(caption.to_owned(), font, colour);
    let galley = list::one_line(ui, job, right - left);
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, colour);
    if response.has_focus() {
        theme::focus_ring(ui, rect, radius::M);
    }
    response
}

/// The number at the right edge. Returns its left edge.
fn paint_count(ui: &Ui, inner: Rect, count: &str, tone: Tone) -> f32 {
    let pair = Tokens::of(ui).tone(tone);
    let galley = ui.painter().layout_no_wrap(count.to_owned(), FontId::proportional(font::SMALL), pair.fg);
    let width = (galley.size().x + 10.0).max(height::BADGE);
    let centre = pos2(inner.right() - width / 2.0 + 4.0, inner.center().y);
    let back = Rect::from_center_size(centre, vec2(width, height::BADGE));
    ui.painter().rect_filled(back, height::BADGE / 2.0, pair.bg);
    ui.painter().galley(centre - galley.size() / 2.0, galley, pair.fg);
    back.left()
}
