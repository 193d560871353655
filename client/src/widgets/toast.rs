//! Toasts: what just happened, in a corner, with at most one thing to do about it.
//!
//! Toasts never ask and never block. They queue up to [`Toasts::MOST`]; the oldest goes first. Each stays some seconds,
//! longer when there is an action or a warning, and as long as the pointer is on it; what is wrong stays until it is
//! dismissed. The caller learns which toast's action was pressed by the number it got when it pushed the toast.

use std::{collections::VecDeque, time::Duration};

use eframe::egui::{Align2, Area, Context, Frame, Id, Label, Order, Role, Stroke, Ui, vec2};

use super::{
    badge, button,
    icon::{self, Icon},
    tokens::{Tokens, Tone, radius, space},
};

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
    /// Seconds left. Counted only while shown and not under the pointer.
    left: f32,
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

    /// Shows a toast from the next frame on. Returns its number.
    pub fn push(&mut self, toast: Toast) -> u64 {
        self.last += 1;
        let left = lifetime(&toast);
        self.queue.push_back(Shown { number: self.last, toast, left });
        if self.queue.len() > Self::MOST {
            self.queue.pop_front();
        }
        self.last
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
        if !hovered {
            self.age(ctx.input(|input| input.stable_dt));
            let next = self.queue.iter().map(|shown| shown.left).fold(f32::INFINITY, f32::min);
            if next.is_finite() {
                ctx.request_repaint_after(Duration::from_secs_f32(next.clamp(0.05, 1.0)));
            }
        }
        self.queue.retain(|shown| Some(shown.number) != gone);
        acted
    }

    fn age(&mut self, seconds: f32) {
        for shown in &mut self.queue {
            shown.left -= seconds;
        }
        self.queue.retain(|shown| shown.left > 0.0);
    }
}

/// How long a toast stays, in seconds.
fn lifetime(toast: &Toast) -> f32 {
    match (toast.tone, &toast.action) {
        (Tone::Danger, _) => f32::INFINITY,
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
                ui.set_width(340.0);
                ui.add_space(space::XS);
                icon::show(ui, icon_of(toast.tone), colour);
                let cross = 28.0 + space::S;
                let action =
                    toast.action.as_ref().map_or(0.0, |text| 24.0 + 8.0 * text.chars().count() as f32);
                ui.vertical(|ui| {
                    ui.set_width(ui.available_width() - cross - action);
                    ui.add(Label::new(&toast.text).wrap());
                });
                let acted = toast.action.as_ref().is_some_and(|action| button::quiet(ui, action).clicked());
                let right = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
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
    fn what_is_wrong_stays_and_the_rest_goes() {
        let mut toasts = Toasts::default();
        toasts.push(toast("Sparat", Tone::Success, None));
        toasts.push(toast("Borttaget", Tone::Neutral, Some("Ångra")));
        toasts.push(toast("Nekat", Tone::Danger, None));
        toasts.age(6.0);
        assert_eq!(toasts.len(), 2);
        toasts.age(600.0);
        assert_eq!(toasts.len(), 1);
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
        harness.get_by_label("Ångra").click();
        harness.run_steps(3);
        assert_eq!(harness.state().1, [number]);
        harness.get_by_label("Stäng").click();
        harness.run_steps(3);
        assert!(harness.state().0.is_empty());
    }
}
