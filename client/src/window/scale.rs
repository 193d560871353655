//! How large everything is: as somebody has asked for, as far as the window leaves room for the pages.
//!
//! ```text
//!  Ctrl++ Ctrl+− Ctrl+0, menu ──▶ asked for (settings, remembered) ──┐
//!  the window ──▶ the most that leaves room for every page ──────────┴──▶ egui's zoom
//! ```
//!
//! Every page has room from [`NARROWEST`] on. A narrow window takes larger text only as far as that; it grows when the window does.

use eframe::egui::gui_zoom::kb_shortcuts::{ZOOM_IN, ZOOM_IN_SECONDARY, ZOOM_OUT, ZOOM_RESET};
use eframe::egui::{Context, Vec2};

use crate::pages::Resize;
use crate::state::Settings;

/// Every page has room in a window so wide and so high, in points.
pub(super) const NARROWEST: f32 = 300.0;
pub(super) const LOWEST: f32 = 240.0;

/// The smallest and the largest that can be asked for.
const LEAST: f32 = 0.5;
const MOST: f32 = 3.0;

/// How fine the most that has room is: a window whose edge is dragged does not need fonts of each size.
const STEPS: f32 = 20.0;

/// How large everything is in a window of that size, which is given in points of the usual size.
pub(super) fn effective(asked: f32, window: Vec2) -> f32 {
    let room = (window.x / NARROWEST).min(window.y / LOWEST);
    // Rounding must not take away what fits exactly.
    let most = ((room + 0.001) * STEPS).floor() / STEPS;
    asked.min(most.max(1.0))
}

/// What is asked for after somebody wants it larger or smaller than it is now.
pub(super) fn resized(resize: Resize, (asked, now): (f32, f32)) -> f32 {
    let step = |from: f32, by: f32| ((from + by) * 10.0).round().clamp(10.0 * LEAST, 10.0 * MOST) / 10.0;
    match resize {
        Resize::Usual => 1.0,
        // What has no room already is not asked for more of: it would come all at once in a larger window.
        Resize::Larger if now < asked => asked,
        Resize::Larger => step(now, 0.1),
        Resize::Smaller => step(now.min(asked), -0.1),
    }
}

/// Follows the window and the keys, in every frame, whatever is shown. Answers whether larger text was asked for that has no room.
pub(super) fn follow(context: &Context, settings: &mut Settings) -> bool {
    context.options_mut(|options| options.zoom_with_keyboard = false);
    let pressed = context.input_mut(|input| {
        let larger = input.consume_shortcut(&ZOOM_IN) || input.consume_shortcut(&ZOOM_IN_SECONDARY);
        let smaller = input.consume_shortcut(&ZOOM_OUT);
        let usual = input.consume_shortcut(&ZOOM_RESET);
        [(larger, Resize::Larger), (smaller, Resize::Smaller), (usual, Resize::Usual)]
            .into_iter()
            .find_map(|(pressed, resize)| pressed.then_some(resize))
    });
    let refused = pressed.is_some_and(|resize| resize_to(context, settings, resize));
    keep(context, settings);
    refused
}

/// Asks for a larger or smaller text. Answers whether there is no room for it.
pub(super) fn resize_to(context: &Context, settings: &mut Settings, resize: Resize) -> bool {
    let window = window(context);
    let now = effective(settings.scale, window);
    settings.scale = resized(resize, (settings.scale, now));
    keep(context, settings);
    resize == Resize::Larger && effective(settings.scale, window) < settings.scale
}

fn keep(context: &Context, settings: &Settings) {
    let wanted = effective(settings.scale, window(context));
    if (wanted - context.zoom_factor()).abs() > 0.001 {
        context.set_zoom_factor(wanted);
    }
}

/// The window's size in points of the usual size.
fn window(context: &Context) -> Vec2 {
    context.content_rect().size() * context.zoom_factor()
}

/// The text's size, in per cent of the usual one.
pub(super) fn percent(context: &Context) -> u32 {
    (context.zoom_factor() * 100.0).round() as u32
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;

    #[test]
    fn a_narrow_or_low_window_takes_text_as_large_as_leaves_room() {
        for asked in [0.8_f32, 1.0, 1.5, 2.0, 3.0] {
            for width in [340.0_f32, 480.0, 600.0, 900.0, 1360.0, 1920.0] {
                for height in [320.0_f32, 860.0] {
                    let now = effective(asked, vec2(width, height));
                    assert!(now <= asked && now >= asked.min(1.0));
                    assert!(width / now >= NARROWEST - 0.5 && height / now >= LOWEST - 0.5);
                }
            }
        }
        assert_eq!(effective(2.0, vec2(1920.0, 1080.0)), 2.0);
        assert_eq!(effective(2.0, vec2(600.0, 860.0)), 2.0);
        assert_eq!(effective(2.0, vec2(340.0, 860.0)), 1.1);
        // A smaller window than any was asked for does not make text smaller than usual.
        assert_eq!(effective(1.0, vec2(200.0, 100.0)), 1.0);
        assert_eq!(effective(0.8, vec2(200.0, 100.0)), 0.8);
    }

    #[test]
    fn each_press_is_a_tenth_and_what_has_no_room_is_not_gathered() {
        assert_eq!(resized(Resize::Larger, (1.0, 1.0)), 1.1);
        assert_eq!(resized(Resize::Larger, (2.0, 1.1)), 2.0);
        assert_eq!(resized(Resize::Smaller, (2.0, 1.1)), 1.0, "something happens");
        assert_eq!(resized(Resize::Smaller, (0.5, 0.5)), 0.5);
        assert_eq!(resized(Resize::Larger, (3.0, 3.0)), 3.0);
        assert_eq!(resized(Resize::Usual, (2.0, 1.1)), 1.0);
    }
}
