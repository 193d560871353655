//! What stands where there is nothing yet: why it is empty, and the one thing to do about it.

use eframe::egui::{Label, RichText, Sense, Ui, Vec2};

use super::{
    button,
    icon::Icon,
    theme,
    tokens::{Tokens, font, space},
};

/// Shows an empty state in the middle of the room there is. Returns whether its action was pressed.
pub fn empty_state(ui: &mut Ui, icon: Icon, title: &str, hint: &str, action: Option<&str>) -> bool {
    let t = Tokens::of(ui);
    let above = (ui.available_height() * 0.4 - 80.0).clamp(space::M, 240.0);
    ui.vertical_centered(|ui| {
        ui.add_space(above);
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(64.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 32.0, t.neutral_tint);
        icon.paint(ui.painter(), rect.shrink(18.0), t.text_weak);
        ui.add_space(space::S);
        ui.label(RichText::new(title).font(theme::semibold(font::HEADING)));
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(420.0));
            ui.add(Label::new(RichText::new(hint).color(t.text_weak)).wrap());
        });
        ui.add_space(space::S);
        action.is_some_and(|action| button::primary(ui, None, action).clicked())
    })
    .inner
}
