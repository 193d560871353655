//! Two panes side by side with an edge that can be dragged: a list and the record it points at.

use eframe::egui::{CentralPanel, Frame, Panel, Ui};

use super::tokens::{Tokens, space};

/// What [`split`] shows, for one frame.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// Tells it from others, and remembers where the edge was dragged to.
    pub id: &'a str,
    /// The width of the right pane until somebody drags it, in points.
    pub right: f32,
    /// The least width of either pane, in points.
    pub least: f32,
}

/// Shows two panes; the left one takes what the right one leaves. The right pane has a margin of its own, the left
/// one (a table, as a rule) runs to its edges.
pub fn split<L, R>(
    ui: &mut Ui,
    split: Split<'_>,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let most = (ui.available_width() - split.least).max(split.least);
    let frame = Frame::new().fill(Tokens::of(ui).surface).inner_margin(space::L);
    let right = Panel::right(split.id)
        .resizable(true)
        .default_size(split.right.min(most))
        .size_range(split.least..=most)
        .frame(frame)
        .show(ui, right)
        .inner;
    let left = CentralPanel::default().frame(Frame::new()).show(ui, left).inner;
    (left, right)
}
