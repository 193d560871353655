//! Two panes side by side with an edge that can be dragged: a list and the record it points at.
//!
//! The edge stands where the person put it, whatever is in the panes: content that is still on its way, or wider than its
//! pane, moves nothing. The place is egui's to remember between runs.

use eframe::egui::{CursorIcon, Id, Key, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo};

use super::theme;
use super::tokens::{Tokens, space};

/// What [`split`] shows, for one frame.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// Tells it from others, and remembers where the edge was dragged to.
    pub id: &'a str,
    /// What a screen reader calls the edge.
    pub name: &'a str,
    /// The width of the right pane until somebody drags it, in points.
    pub right: f32,
    /// The least width of either pane, in points.
    pub least: f32,
}

/// So far the arrow keys move the edge, in points.
const STEP: f32 = 24.0;

/// Shows two panes; the left one takes what the right one leaves. The right pane has a margin of its own, the left
/// one (a table, as a rule) runs to its edges. A double click puts the edge back.
pub fn split<L, R>(
    ui: &mut Ui,
    split: Split<'_>,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let id = Id::unique(("split", split.id));
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let range = split.least..=(area.width() - split.least).max(split.least);
    let kept = ui.data_mut(|data| data.get_persisted::<f32>(id)).unwrap_or(split.right);
    let width = kept.clamp(*range.start(), *range.end());
    let edge = area.right() - width;
    let shown_left = pane(ui, "left", area.with_max_x(edge), area.with_max_x(edge), left);
    let inner = area.with_min_x(edge).shrink(space::L);
    let shown_right = pane(ui, "right", inner, area.with_min_x(edge), right);
    if let Some(width) = drag(ui, split, id, Rect::from_x_y_ranges(edge..=edge, area.y_range()), width) {
        ui.data_mut(|data| data.insert_persisted(id, width.clamp(*range.start(), *range.end())));
    }
    (shown_left, shown_right)
}

fn pane<T>(ui: &mut Ui, name: &str, rect: Rect, clip: Rect, content: impl FnOnce(&mut Ui) -> T) -> T {
    let mut pane = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect));
    pane.shrink_clip_rect(clip);
    content(&mut pane)
}

/// The edge. Answers the right pane's new width.
fn drag(ui: &Ui, split: Split<'_>, id: Id, line: Rect, width: f32) -> Option<f32> {
    let grip = line.expand2(eframe::egui::vec2(4.0, 0.0));
    let response =
        ui.interact(grip, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, split.name));
    let t = Tokens::of(ui);
    let colour = if response.hovered() || response.dragged() { t.accent } else { t.border };
    ui.painter().vline(line.left(), line.y_range(), (1.0, colour));
    if response.has_focus() {
        theme::focus_ring(ui, grip, 2);
    }
    let keys = response.has_focus().then(|| {
        ui.input(|input| {
            let pressed = |key| if input.key_pressed(key) { STEP } else { 0.0 };
            pressed(Key::ArrowLeft) - pressed(Key::ArrowRight)
        })
    });
    if response.double_clicked() {
        return Some(split.right);
    }
    let moved = keys.unwrap_or(0.0) - response.drag_delta().x;
    (moved != 0.0).then_some(width + moved)
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::theme as themes;

    const SPLIT: Split<'static> = Split { id: "test", name: "Kant", right: 300.0, least: 100.0 };

    /// What is in the panes is wider than they are; their widths are what they were given.
    fn widths<'a>() -> Harness<'a, (f32, f32)> {
        Harness::builder().with_size(vec2(900.0, 400.0)).with_context_setup(themes::install).build_ui_state(
            |ui, widths: &mut (f32, f32)| {
                let measure = |ui: &mut Ui| {
                    let width = ui.available_width();
                    ui.allocate_space(vec2(2_000.0, 10.0));
                    width
                };
                *widths = split(ui, SPLIT, measure, measure);
            },
            (0.0, 0.0),
        )
    }

    #[test]
    fn content_moves_no_edge() {
        let mut harness = widths();
        harness.run_steps(10);
        assert_eq!(harness.state().1, 300.0 - 2.0 * space::L);
    }

    #[test]
    fn the_edge_can_be_moved_by_keys_and_never_out_of_the_window() {
        let mut harness = widths();
        harness.run_steps(2);
        harness.get_by_label("Kant").focus();
        harness.run_steps(2);
        harness.key_press(Key::ArrowLeft);
        harness.run_steps(2);
        assert_eq!(harness.state().1, 300.0 + STEP - 2.0 * space::L);
        for _ in 0..60 {
            harness.key_press(Key::ArrowRight);
            harness.run_steps(1);
        }
        harness.run_steps(2);
        assert_eq!(harness.state().1, 100.0 - 2.0 * space::L);
    }
}
