//! A bar of controls above a page: what acts on it at the left, what filters or describes it at the right.

use eframe::egui::Ui;

use super::{line, tokens::space};

/// Shows a bar with one group at each end. Returns what the closures return.
pub fn toolbar<L, R>(
    ui: &mut Ui,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS + 2.0;
        line::ends(ui, left, right)
    })
    .inner
}
