//! A line with two ends: words or a field at the left, what acts on them at the right.
//!
//! What is drawn first is what the keyboard comes to first and what a screen reader says first. So the left end is drawn
//! first, although its width is what the right end leaves: that width is remembered, and a frame in which it is not known yet, or
//! is another one, is drawn a second time before anybody sees it. Where there is no room for both, the right end stands below the left one.

use eframe::egui::{Align, Layout, Rect, TextWrapMode, Ui, UiBuilder, pos2, vec2};

use super::tokens::{height, space, width};

/// Shows a line, both ends in the middle of its height. Returns what the closures return.
pub fn ends<L, R>(ui: &mut Ui, left: impl FnOnce(&mut Ui) -> L, right: impl FnOnce(&mut Ui) -> R) -> (L, R) {
    both(ui, Align::Center, left, right)
}

/// The same with both ends at the top: the left one may be of many lines.
pub fn ends_at_top<L, R>(
    ui: &mut Ui,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    both(ui, Align::Min, left, right)
}

/// Shows words and marks behind each other, in as many lines as they need.
pub fn flowing<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let flow = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        content(ui)
    };
    ui.vertical(|ui| ui.horizontal_wrapped(flow).inner).inner
}

fn both<L, R>(
    ui: &mut Ui,
    align: Align,
    left: impl FnOnce(&mut Ui) -> L,
    right: impl FnOnce(&mut Ui) -> R,
) -> (L, R) {
    let id = ui.next_auto_id().with("ends");
    let known: Option<Known> = ui.data(|data| data.get_temp(id));
    let before = known.unwrap_or(Known { right: 0.0, height: height::CONTROL, left: 0.0, drawn: 0.0 });
    let area = ui.available_rect_before_wrap();
    let gap = if before.right > 0.0 { ui.spacing().item_spacing.x } else { 0.0 };
    let below = area.width() < before.right + gap + before.left.max(width::LINE);
    let line = Rect::from_min_size(area.min, vec2(area.width(), before.height));
    let edge = if below { area.right() } else { area.right() - before.right - gap };
    let mut at_left = ui.new_child(
        UiBuilder::new().id_salt("left").max_rect(line.with_max_x(edge)).layout(Layout::left_to_right(align)),
    );
    let told_left = left(&mut at_left);
    let used = at_left.min_rect();
    let room = if below {
        let top = used.bottom() + ui.spacing().item_spacing.y;
        Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), height::CONTROL))
    } else {
        line.with_min_x(area.right() - before.right)
    };
    // Below there is the whole width, and more than one line where that is needed.
    let layout = Layout::left_to_right(if below { Align::Center } else { align }).with_main_wrap(below);
    let mut at_right = ui.new_child(UiBuilder::new().id_salt("right").max_rect(room).layout(layout));
    if !below {
        // Its room follows from its width: words that were broken into lines to fit would never be seen to need more.
        at_right.style_mut().wrap_mode = Some(TextWrapMode::Extend);
    }
    let told_right = right(&mut at_right);
    let other = at_right.min_rect();
    // Where it stands below and did not fit into one line, how wide it would be is not seen.
    let wrapped = below && other.height() > height::CONTROL + 1.0;
    let right = if wrapped { before.right } else { other.width() };
    // What stands in the middle of a line fills its height, so a line only ever looks as high as it was. Where it is more than one line of
    // words high and what is in it has become another, its height is measured anew, from the least.
    let is_another = known.is_some_and(|known| {
        known.height > 1.5 * height::CONTROL && (far(known.drawn, used.width()) || far(known.right, right))
    });
    let now = Known {
        right,
        height: if is_another { height::CONTROL } else { used.height().max(other.height()) },
        drawn: used.width(),
        left: match below {
            true => before.left.min(used.width()),
            false if used.right() > edge + 1.0 => used.width(),
            false => before.left,
        },
    };
    if known.is_none_or(|known| known.differs_from(now)) {
        ui.data_mut(|data| data.insert_temp(id, now));
        ui.ctx().request_discard("the ends of a line");
    }
    let bottom = used.bottom().max(other.bottom());
    ui.advance_cursor_after_rect(area.with_max_y(bottom.max(area.top())));
    (told_left, told_right)
}

/// What a line was like in the frame before, in points.
#[derive(Clone, Copy)]
struct Known {
    /// The width of its right end.
    right: f32,
    /// Its height.
    height: f32,
    /// The width of its left end, where that does not give way and once did not fit.
    left: f32,
    /// The width of its left end as it was drawn.
    drawn: f32,
}

impl Known {
    fn differs_from(self, other: Known) -> bool {
        far(self.right, other.right)
            || far(self.height, other.height)
            || far(self.left, other.left)
            || far(self.drawn, other.drawn)
    }
}

fn far(one: f32, another: f32) -> bool {
    (one - another).abs() > 0.5
}

#[cfg(test)]
mod tests {
    use eframe::egui::Key;
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::theme;

    fn harness(width: f32) -> Harness<'static> {
        let mut harness = Harness::builder()
            .with_size(vec2(width, 200.0))
            .with_context_setup(theme::install)
            .build_ui(|ui| {
                ends(
                    ui,
                    |ui| ui.button("Left"),
                    |ui| {
                        let _ = ui.button("One");
                        ui.button("Two")
                    },
                );
                let _ = ui.button("Under");
            });
        harness.run_steps(3);
        harness
    }

    #[test]
    fn the_right_end_stands_at_the_edge_and_the_keyboard_comes_to_it_last() {
        let mut harness = harness(400.0);
        let (left, one, two) = (
            harness.get_by_label("Left").rect(),
            harness.get_by_label("One").rect(),
            harness.get_by_label("Two").rect(),
        );
        assert!(left.right() < one.left() && one.right() < two.left());
        assert!((one.center().y - left.center().y).abs() < 1.0);
        assert!(two.right() > 380.0 && harness.get_by_label("Under").rect().top() >= left.bottom());
        for label in ["Left", "One", "Two", "Under"] {
            harness.key_press(Key::Tab);
            harness.run_steps(1);
            assert!(harness.get_by_label(label).is_focused(), "{label}");
        }
    }

    #[test]
    fn what_has_settled_is_drawn_once_a_frame() {
        for width in [400.0, 150.0, 90.0] {
            let harness = harness(width);
            assert_eq!(harness.output().platform_output.num_completed_passes, 1, "{width}");
        }
    }

    #[test]
    fn a_line_is_as_high_as_what_is_in_it_however_high_it_was() {
        let heights = [20.0, 90.0, 20.0];
        let mut harness = Harness::builder()
            .with_size(vec2(700.0, 200.0))
            .with_context_setup(theme::install)
            .build_ui_state(
                |ui, high: &mut f32| {
                    ends(
                        ui,
                        |ui| {
                            ui.allocate_exact_size(vec2(100.0 + *high, *high), eframe::egui::Sense::hover());
                            ui.label("Left")
                        },
                        |ui| ui.button("Words that could stand in two lines"),
                    );
                    let _ = ui.button("Under");
                },
                0.0,
            );
        for high in heights {
            *harness.state_mut() = high;
            harness.run_steps(4);
            let under = harness.get_by_label("Under").rect().top();
            let button = harness.get_by_label("Words that could stand in two lines").rect();
            assert!(under < high.max(button.height()) + 30.0, "{high}: {under}");
            assert!((button.height() - height::CONTROL).abs() < 4.0, "{high}: {button}");
            assert!(
                (harness.get_by_label("Left").rect().center().y - button.center().y).abs() < 1.5,
                "{high}"
            );
        }
    }

    #[test]
    fn without_room_the_right_end_stands_below() {
        let harness = harness(150.0);
        let (left, one) = (harness.get_by_label("Left").rect(), harness.get_by_label("One").rect());
        assert!(one.top() >= left.bottom());
        assert!(harness.get_by_label("Under").rect().top() >= one.bottom());
    }
}
