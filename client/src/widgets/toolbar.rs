//! A bar of controls above a page: what acts on it at the left, what filters or describes it at the right.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::tokens::{height, space};

/// Shows a bar with one group at each end. Returns what the closures return.
pub fn toolbar<L, R>(
    ui: &mut Ui,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let size = vec2(ui.available_width(), height::CONTROL);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(height::CONTROL);
        ui.spacing_mut().item_spacing.x = space::XS + 2.0;
        let left = left(ui);
        let right = ui.with_layout(Layout::right_to_left(Align::Center), right).inner;
        (left, right)
    })
    .inner
}
