//! The theme: turns [`super::tokens`] into egui fonts and styles.
//!
//! [`install`] is called once, when the window's context exists: it loads the fonts and writes a light and a dark
//! style. [`set`] then chooses which of them is in force; it can be called at any time. Both styles differ in
//! colours only, so switching never moves anything.
//!
//! egui's own widgets take everything from these styles, the keyboard focus among it: a focused button or field is
//! outlined in the accent colour, two points wide. Widgets of this layer use [`focus_ring`] for the same.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Rect,
    Shadow, Stroke, StrokeKind, Style, TextStyle, ThemePreference, Ui, Visuals,
    style::{ScrollStyle, Selection, WidgetVisuals, Widgets},
    vec2,
};

use super::tokens::{Tokens, font, height, radius, space};

/// Which of the two styles is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Always light.
    Light,
    /// Always dark.
    Dark,
    /// What the operating system says.
    #[default]
    System,
}

/// Loads the fonts and both styles. Call once for each context, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(egui::Theme::Light, style(&Tokens::LIGHT));
    ctx.set_style_of(egui::Theme::Dark, style(&Tokens::DARK));
    // Where the system says nothing (X11 and most of Wayland do not) an office program is light.
    ctx.options_mut(|options| options.fallback_theme = egui::Theme::Light);
}

/// Chooses light, dark, or what the system prefers, from the next frame on.
pub fn set(ctx: &Context, mode: Mode) {
    ctx.set_theme(match mode {
        Mode::Light => ThemePreference::Light,
        Mode::Dark => ThemePreference::Dark,
        Mode::System => ThemePreference::System,
    });
}

/// The semibold face, for headings and for what is strong within a line.
#[must_use]
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// The text style of a page's or record's title.
#[must_use]
pub fn title() -> TextStyle {
    TextStyle::Name("title".into())
}

/// The text style of strong text at body size.
#[must_use]
pub fn strong() -> TextStyle {
    TextStyle::Name("strong".into())
}

/// Outlines `rect` as the place where the keyboard goes.
pub fn focus_ring(ui: &Ui, rect: Rect, corner: u8) {
    let stroke = Stroke::new(2.0, Tokens::of(ui).accent);
    ui.painter().rect_stroke(rect, corner, stroke, StrokeKind::Inside);
}

const REGULAR: &str = "samsyn-sans";
const SEMIBOLD: &str = "samsyn-sans-semibold";
/// What stands for characters that are not to be acted on (see `samsyn_engine::text`), which no other font has.
const SIGNS: &str = "samsyn-signs";

fn fonts() -> FontDefinitions {
    // egui's own fonts stay as fall-backs: they cover a few symbols and the monospaced family.
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../../assets/samsyn-sans-regular.otf"));
    let semibold = FontData::from_static(include_bytes!("../../assets/samsyn-sans-semibold.otf"));
    fonts.font_data.insert(REGULAR.to_owned(), Arc::new(regular));
    let signs = FontData::from_static(include_bytes!("../../assets/samsyn-signs.otf"));
    fonts.font_data.insert(SEMIBOLD.to_owned(), Arc::new(semibold));
    fonts.font_data.insert(SIGNS.to_owned(), Arc::new(signs));
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| {
        [first, SIGNS].into_iter().map(str::to_owned).chain(fallbacks.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, family(REGULAR));
    fonts.families.insert(FontFamily::Name(SEMIBOLD.into()), family(SEMIBOLD));
    if let Some(mono) = fonts.families.get_mut(&FontFamily::Monospace) {
        mono.extend([REGULAR, SIGNS].map(str::to_owned));
    }
    fonts
}

fn style(t: &Tokens) -> Style {
    let mut style = Style { visuals: visuals(t), ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(font::SMALL)),
        (TextStyle::Body, FontId::proportional(font::BODY)),
        (TextStyle::Button, FontId::proportional(font::BODY)),
        (TextStyle::Monospace, FontId::monospace(font::MONO)),
        (TextStyle::Heading, semibold(font::HEADING)),
        (title(), semibold(font::TITLE)),
        (strong(), semibold(font::BODY)),
    ]
    .into();
    style.animation_time = 0.08;
    // A label that can be selected swallows the click on the row it stands in.
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S - 2.0);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size = vec2(height::CONTROL, height::CONTROL);
    spacing.window_margin = Margin::same(space::M as i8);
    spacing.menu_margin = Margin::same(space::XS as i8 + 2);
    spacing.indent = space::L;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = space::S - 2.0;
    spacing.text_edit_width = 240.0;
    spacing.combo_height = 320.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = scroll();
    style
}

/// Bars that float over the content: thin at rest, wider under the pointer.
fn scroll() -> ScrollStyle {
    let mut scroll = ScrollStyle { bar_width: 10.0, floating_width: 4.0, ..ScrollStyle::floating() };
    // A fading edge would make the last row of a table look like a faded one.
    scroll.fade.strength = 0.0;
    scroll
}

fn visuals(t: &Tokens) -> Visuals {
    let base = if t.dark { Visuals::dark() } else { Visuals::light() };
    let shadow = |y: i8, blur: u8| Shadow {
        offset: [0, y],
        blur,
        spread: 0,
        color: Color32::from_black_alpha(if t.dark { 120 } else { 36 }),
    };
    let mut visuals = Visuals {
        weak_text_color: Some(t.text_weak),
        widgets: widgets(t),
        selection: Selection { bg_fill: t.selection, stroke: Stroke::new(2.0, t.accent) },
        hyperlink_color: t.accent,
        faint_bg_color: t.sunken,
        extreme_bg_color: t.raised,
        text_edit_bg_color: Some(t.raised),
        code_bg_color: t.sunken,
        warn_fg_color: t.warning,
        error_fg_color: t.danger,
        window_corner_radius: CornerRadius::same(radius::L),
        window_shadow: shadow(8, 28),
        window_fill: t.raised,
        window_stroke: Stroke::new(1.0, t.border),
        menu_corner_radius: CornerRadius::same(radius::L),
        panel_fill: t.surface,
        popup_shadow: shadow(4, 16),
        slider_trailing_fill: true,
        disabled_alpha: 0.6,
        ..base
    };
    visuals.text_cursor.stroke = Stroke::new(2.0, t.accent);
    // A caret that blinks draws the whole window twice a second, for as long as a field has the keyboard.
    visuals.text_cursor.blink = false;
    visuals
}

fn widgets(t: &Tokens) -> Widgets {
    let state = |fill: Color32, outline: Stroke, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: outline,
        corner_radius: CornerRadius::same(radius::M),
        fg_stroke: Stroke::new(1.5, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: state(t.surface, Stroke::new(1.0, t.border), t.text),
        inactive: state(t.raised, Stroke::new(1.0, t.border_strong), t.text),
        hovered: state(t.hover, Stroke::new(1.0, t.border_strong), t.text),
        // egui uses this for what is held down and for what has the keyboard focus.
        active: state(t.pressed, Stroke::new(2.0, t.accent), t.text),
        open: state(t.hover, Stroke::new(1.0, t.accent), t.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let ctx = Context::default();
        install(&ctx);
        ctx
    }

    #[test]
    fn the_fonts_hold_what_the_interface_writes() {
        let ctx = context();
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let needed = "ÅÄÖåäöéüß ABC 0123456789 …–—·•→←↑↓✓✗×▲▼△▽⚠±≥≤½€°²³’”«»";
        // All that is shown in place of what acts on a screen, and names of neighbours.
        let acts: String = ('\0'..='\u{9f}').chain(['\u{2028}', '\u{202e}', '\u{feff}']).collect();
        let shown = samsyn_engine::text::one_line(&acts);
        let needed = format!("{needed}{shown}ØøÆæŁłĐđŒœÞþıßŠž\u{301}\u{308}\u{fffd}");
        for font in [FontId::proportional(font::BODY), semibold(font::BODY)] {
            for c in needed.chars() {
                assert!(ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c)), "{c} is missing in {font:?}");
            }
        }
    }

    #[test]
    fn as_the_system_is_light_where_the_system_says_nothing() {
        let ctx = context();
        set(&ctx, Mode::System);
        assert_eq!(ctx.theme(), egui::Theme::Light);
        let told = |theme| egui::RawInput { system_theme: Some(theme), ..egui::RawInput::default() };
        ctx.run_ui(told(egui::Theme::Dark), |_| {}).textures_delta.clear();
        assert_eq!(ctx.theme(), egui::Theme::Dark);
        ctx.run_ui(told(egui::Theme::Light), |_| {}).textures_delta.clear();
        assert_eq!(ctx.theme(), egui::Theme::Light);
    }

    #[test]
    fn both_styles_differ_in_colours_only() {
        let ctx = context();
        let (light, dark) = (ctx.style_of(egui::Theme::Light), ctx.style_of(egui::Theme::Dark));
        assert_eq!(light.spacing, dark.spacing);
        assert_eq!(light.text_styles, dark.text_styles);
        assert_ne!(light.visuals.panel_fill, dark.visuals.panel_fill);
        assert!(!light.interaction.selectable_labels && !dark.interaction.selectable_labels);
    }

    #[test]
    fn focus_is_visible() {
        for t in [Tokens::LIGHT, Tokens::DARK] {
            let widgets = widgets(&t);
            assert_eq!(widgets.active.bg_stroke, Stroke::new(2.0, t.accent));
            assert_ne!(widgets.active.bg_stroke, widgets.inactive.bg_stroke);
        }
    }
}
