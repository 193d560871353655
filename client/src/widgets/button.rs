//! Buttons: plain with an icon, primary, quiet, and icon alone.
//!
//! All are egui buttons inside, so that keyboard, focus and accessibility come from there; this module adds icons
//! painted in the theme's colours and the one filled, primary button that a page may have. An icon alone always takes
//! a name, which is its tooltip and what a screen reader says.

use eframe::egui::{Button, Color32, Rect, Response, RichText, Stroke, Ui, Vec2, WidgetText, vec2};

use super::{
    icon::{self, Icon},
    tokens::{Tokens, height, space},
};

/// The room that an icon alone takes behind something, in points.
pub const ROOM: f32 = height::CONTROL + space::XXS;

/// A button with an icon before its text.
pub fn with_icon(ui: &mut Ui, icon: Icon, text: &str) -> Response {
    let colour = Tokens::of(ui).text;
    let response = ui.add(Button::new(indented(ui, text, colour)));
    paint_leading(ui, icon, &response, colour);
    response
}

/// The one action of a page that stands out: filled with the accent colour.
pub fn primary(ui: &mut Ui, icon: Option<Icon>, text: &str) -> Response {
    let t = Tokens::of(ui);
    let label: WidgetText = match icon {
        Some(_) => indented(ui, text, t.on_accent),
        None => RichText::new(text).color(t.on_accent).into(),
    };
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for (state, fill) in [
            (&mut widgets.inactive, t.accent),
            (&mut widgets.hovered, t.accent_hover),
            (&mut widgets.active, t.accent_hover),
        ] {
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::new(1.0, fill);
        }
        widgets.active.bg_stroke = Stroke::new(2.0, t.text);
        let response = ui.add(Button::new(label));
        if let Some(icon) = icon {
            paint_leading(ui, icon, &response, t.on_accent);
        }
        response
    })
    .inner
}

/// What cannot be taken back, or shuts somebody out: in the colours of danger, and never the only way on.
pub fn danger(ui: &mut Ui, text: &str) -> Response {
    let t = Tokens::of(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.weak_bg_fill = t.danger_tint;
            state.bg_stroke = Stroke::new(1.0, t.danger);
        }
        widgets.active.bg_stroke = Stroke::new(2.0, t.danger);
        ui.add(Button::new(RichText::new(text).color(t.danger)))
    })
    .inner
}

/// A button without a frame until the pointer or the keyboard is on it, for actions that repeat in every row.
pub fn quiet(ui: &mut Ui, text: &str) -> Response {
    let colour = Tokens::of(ui).accent;
    ui.add(Button::new(RichText::new(text).color(colour)).frame_when_inactive(false))
}

/// An icon alone. `name` is its tooltip and its name for screen readers.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_button_sized(ui, icon, name, height::CONTROL)
}

/// An icon alone on a smaller square, for use inside chips and fields.
pub fn small_icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_button_sized(ui, icon, name, height::CONTROL - space::S)
}

fn icon_button_sized(ui: &mut Ui, icon: Icon, name: &str, side: f32) -> Response {
    let button = Button::new("").frame_when_inactive(false).min_size(Vec2::splat(side));
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding = Vec2::ZERO;
            ui.spacing_mut().interact_size = Vec2::splat(side);
            ui.add(button)
        })
        .inner;
    let t = Tokens::of(ui);
    let colour = match (response.enabled(), response.hovered()) {
        (false, _) => t.text_weak.gamma_multiply(0.6),
        (true, true) => t.text,
        (true, false) => t.text_weak,
    };
    let size = if side < height::CONTROL { icon::SIZE - 3.0 } else { icon::SIZE };
    icon.paint(ui.painter(), Rect::from_center_size(response.rect.center(), Vec2::splat(size)), colour);
    response.accessible_name(name).on_hover_text(name)
}

/// `text` with room before it for an icon.
fn indented(ui: &Ui, text: &str, colour: Color32) -> WidgetText {
    use eframe::egui::{FontSelection, TextFormat, text::LayoutJob};
    let font_id = FontSelection::Default.resolve(ui.style());
    let mut job = LayoutJob::default();
    job.append(text, icon::SIZE + space::XS, TextFormat { font_id, color: colour, ..TextFormat::default() });
    job.into()
}

fn paint_leading(ui: &Ui, icon: Icon, response: &Response, colour: Color32) {
    let inner = response.rect.shrink2(vec2(ui.spacing().button_padding.x, 0.0));
    let colour = if response.enabled() { colour } else { colour.gamma_multiply(0.6) };
    icon.paint(ui.painter(), icon::leading(inner), colour);
}
