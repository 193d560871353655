//! Toasts: what just happened, in a corner, with at most one thing to do about it.
//!
//! Toasts never ask and never block. They queue up to [`Toasts::MOST`]; the oldest goes first. Each stays some seconds,
//! longer when there is an action or a warning, and as long as the pointer is on it; what is wrong stays until it is
//! dismissed. The caller learns which toast's action was pressed by the number it got when it pushed the toast, and takes
//! away by it what can no longer be done.
//!
//! A toast ends at a moment, not after so many frames: where nothing else is drawn, one frame is asked for at that moment.

use std::{collections::VecDeque, time::Duration};

use eframe::egui::{Align, Align2, Area, Context, Frame, Id, Label, Layout, Order, Role, Stroke, Ui, vec2};

use super::{
    badge, button,
    icon::{self, Icon},
    tokens::{Tokens, Tone, height, radius, space},
};

/// The width of a toast, in points, where the window is wide enough.
const WIDTH: f32 = 340.0;

/// What is said, and what can be done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toast {
    /// What happened.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
    /// What can be done about it: "Undo".
    pub action: Option<String>,
}

#[derive(Clone, Debug)]
struct Shown {
    number: u64,
    toast: Toast,
    /// When it ends, by egui's time; not known before it was shown.
    ends: Option<f64>,
}

/// The toasts that are shown. Keep one for the window.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    queue: VecDeque<Shown>,
    last: u64,
}

impl Toasts {
    /// No more toasts than this are shown at once.
    pub const MOST: usize = 4;

    /// Shows a toast from the next frame on. Returns its number. What is still shown in the same words, and offers nothing, is no news
    /// twice: it starts anew under this number.
    pub fn push(&mut self, toast: Toast) -> u64 {
        self.queue.retain(|shown| shown.toast != toast || toast.action.is_some());
        self.last += 1;
        self.queue.push_back(Shown { number: self.last, toast, ends: None });
        if self.queue.len() > Self::MOST {
            self.queue.pop_front();
        }
        self.last
    }

    /// Takes a toast away, if it is still shown.
    pub fn remove(&mut self, number: u64) {
        self.queue.retain(|shown| shown.number != number);
    }

    /// Whether a toast is still shown.
    #[must_use]
    pub fn is_shown(&self, number: u64) -> bool {
        self.queue.iter().any(|shown| shown.number == number)
    }

    /// Whether a toast is still shown, and says that.
    #[must_use]
    pub fn says(&self, number: u64, toast: &Toast) -> bool {
        self.queue.iter().any(|shown| shown.number == number && shown.toast == *toast)
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Shows the toasts at the lower right. `dismiss` names the cross. Returns the toast whose action was pressed.
    pub fn show(&mut self, ctx: &Context, dismiss: &str) -> Option<u64> {
        let now = ctx.input(|input| input.time);
        self.begin(now);
        if self.queue.is_empty() {
            return None;
        }
        let mut gone: Option<u64> = None;
        let mut acted = None;
        let area = Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-space::L, -space::XXL - space::XS))
            .role(Role::Alert);
        let hovered = area
            .show(ctx, |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                for shown in &self.queue {
                    match card(ui, &shown.toast, dismiss) {
                        Pressed::Nothing => {}
                        Pressed::Cross => gone = Some(shown.number),
                        Pressed::Action => (gone, acted) = (Some(shown.number), Some(shown.number)),
                    }
                }
            })
            .response
            .contains_pointer();
        if hovered {
            self.stay(now);
        } else if let Some(next) = self.next_end() {
            ctx.request_repaint_after(Duration::from_secs_f64((next - now).max(0.0)));
        }
        self.queue.retain(|shown| Some(shown.number) != gone);
        acted
    }

    /// Lets those go whose time is over, and notes when that of the new ones is.
    fn begin(&mut self, now: f64) {
        self.queue.retain(|shown| shown.ends.is_none_or(|ends| now < ends));
        for shown in &mut self.queue {
            shown.ends.get_or_insert_with(|| now + lifetime(&shown.toast));
        }
    }

    /// They are under the pointer: none ends before it has been away for a moment. Moving it away draws a frame.
    fn stay(&mut self, now: f64) {
        for shown in &mut self.queue {
            shown.ends = Some(shown.ends.unwrap_or(now).max(now + READING));
        }
    }

    fn next_end(&self) -> Option<f64> {
        let ends = self.queue.iter().filter_map(|shown| shown.ends).filter(|ends| ends.is_finite());
        ends.min_by(f64::total_cmp)
    }
}

/// So long a toast stays at least after the pointer was on it, in seconds.
const READING: f64 = 3.0;

/// How long a toast stays, in seconds.
fn lifetime(toast: &Toast) -> f64 {
    match (toast.tone, &toast.action) {
        (Tone::Danger, _) => f64::INFINITY,
        (Tone::Warning, _) | (_, Some(_)) => 10.0,
        _ => 5.0,
    }
}

enum Pressed {
    Nothing,
    Cross,
    Action,
}

fn card(ui: &mut Ui, toast: &Toast, dismiss: &str) -> Pressed {
    let t = Tokens::of(ui);
    let colour = badge::dot_colour(&t, if toast.tone == Tone::Neutral { Tone::Accent } else { toast.tone });
    let frame = Frame::popup(ui.style()).corner_radius(radius::L).stroke(Stroke::new(1.0, t.border));
    frame
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 4.0 * space::L));
                ui.add_space(space::XS);
                icon::show(ui, icon_of(toast.tone), colour);
                let cross = 28.0 + space::S;
                let action =
                    toast.action.as_ref().map_or(0.0, |text| 24.0 + 8.0 * text.chars().count() as f32);
                // In the middle of the line where it is one, like what stands beside it.
                let room = vec2(ui.available_width() - cross - action, height::CONTROL);
                ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                    ui.set_width(room.x);
                    ui.add(Label::new(&toast.text).wrap());
                });
                // Read alone, the button says what it does to what.
                let acted = toast.action.as_ref().is_some_and(|action| {
                    button::quiet(ui, action).accessible_name(format!("{action}: {}", toast.text)).clicked()
                });
                let right = Layout::right_to_left(Align::Center);
                let crossed =
                    ui.with_layout(right, |ui| button::icon_button(ui, Icon::Close, dismiss).clicked()).inner;
                match (acted, crossed) {
                    (true, _) => Pressed::Action,
                    (_, true) => Pressed::Cross,
                    _ => Pressed::Nothing,
                }
            })
            .inner
        })
        .inner
}

fn icon_of(tone: Tone) -> Icon {
    match tone {
        Tone::Neutral | Tone::Accent => Icon::Info,
        Tone::Success => Icon::Check,
        Tone::Warning | Tone::Danger => Icon::Warning,
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::theme;

    fn toast(text: &str, tone: Tone, action: Option<&str>) -> Toast {
        Toast { text: text.into(), tone, action: action.map(Into::into) }
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut toasts = Toasts::default();
        (0..20).for_each(|i| {
            toasts.push(toast(&i.to_string(), Tone::Neutral, None));
        });
        assert_eq!(toasts.len(), Toasts::MOST);
        assert_eq!(toasts.queue.front().map(|shown| shown.toast.text.as_str()), Some("16"));
    }

    #[test]
    fn what_says_the_same_and_offers_nothing_does_not_pile_up() {
        let mut toasts = Toasts::default();
        let first = toasts.push(toast("Disken är full", Tone::Danger, None));
        let other = toasts.push(toast("Sparat", Tone::Success, None));
        let again = toasts.push(toast("Disken är full", Tone::Danger, None));
        assert_eq!(toasts.len(), 2);
        assert!(!toasts.is_shown(first) && toasts.is_shown(other) && toasts.is_shown(again));
        // What each offers is something of its own.
        let undo = || toast("Borttaget", Tone::Neutral, Some("Ångra"));
        let numbers = [toasts.push(undo()), toasts.push(undo())];
        assert!(numbers.iter().all(|number| toasts.says(*number, &undo())));
    }

    #[test]
    fn what_is_wrong_stays_and_the_rest_goes() {
        let mut toasts = Toasts::default();
        toasts.push(toast("Sparat", Tone::Success, None));
        toasts.push(toast("Borttaget", Tone::Neutral, Some("Ångra")));
        toasts.push(toast("Nekat", Tone::Danger, None));
        toasts.begin(100.0);
        assert_eq!(toasts.next_end(), Some(105.0));
        toasts.begin(106.0);
        assert_eq!(toasts.len(), 2);
        toasts.stay(109.0);
        toasts.begin(111.0);
        assert_eq!(toasts.len(), 2, "the pointer was on them");
        toasts.begin(600.0);
        assert_eq!(toasts.len(), 1);
        assert_eq!(toasts.next_end(), None, "nothing is to be drawn for it");
    }

    #[test]
    fn a_toast_ends_at_its_time_however_little_is_drawn_until_then() {
        let mut harness =
            Harness::builder().with_step_dt(9.0).with_context_setup(theme::install).build_ui_state(
                |ui, toasts: &mut Toasts| {
                    toasts.show(ui.ctx(), "Stäng");
                },
                Toasts::default(),
            );
        harness.state_mut().push(toast("Borttaget", Tone::Neutral, Some("Ångra")));
        // Frames come nine seconds apart.
        harness.step();
        harness.step();
        assert_eq!(harness.state().len(), 1);
        harness.step();
        assert!(harness.state().is_empty());
    }

    #[test]
    fn one_line_of_words_stands_in_line_with_the_button() {
        for (text, lines) in
            [("Borttaget", 1), ("Det som togs bort finns kvar och kan återställas när som helst.", 2)]
        {
            let mut toasts = Toasts::default();
            toasts.push(toast(text, Tone::Neutral, Some("Ångra")));
            let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
                |ui, toasts: &mut Toasts| {
                    toasts.show(ui.ctx(), "Stäng");
                },
                toasts,
            );
            harness.run_steps(3);
            let (words, button) =
                (harness.get_by_label(text).rect(), harness.get_by_label_contains("Ångra: ").rect());
            assert!((words.center().y - button.center().y).abs() < 2.0, "{lines}: {words} {button}");
            assert!(words.right() <= button.left(), "{lines}: {words} {button}");
        }
    }

    #[test]
    fn an_action_is_reported_once_and_ends_the_toast() {
        let mut toasts = Toasts::default();
        toasts.push(toast("Sparat", Tone::Success, None));
        let number = toasts.push(toast("Borttaget", Tone::Neutral, Some("Ångra")));
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, (toasts, acted): &mut (Toasts, Vec<u64>)| acted.extend(toasts.show(ui.ctx(), "Stäng")),
            (toasts, Vec::new()),
        );
        harness.run_steps(3);
        harness.get_by_label("Ångra: Borttaget").click();
        harness.run_steps(3);
        assert_eq!(harness.state().1, [number]);
        harness.get_by_label("Stäng").click();
        harness.run_steps(3);
        assert!(harness.state().0.is_empty());
    }
}
