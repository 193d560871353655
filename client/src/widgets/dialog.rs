//! A dialog: one thing that has to be decided or read before anything else goes on.
//!
//! It stands in the middle over a darkened page, takes the keyboard, and closes by Esc or its cross; a click beside it does nothing, because
//! what stands in a dialog may have been typed or may be shown only once. What is higher than the window scrolls.
//!
//! The keyboard is in the field that asks for it; otherwise on what is offered by [`offer`]: the answer that most give, or, where something
//! would be lost, the one that does no harm. Without either it is on the cross. Where what has it goes, as the dialog shows something else, it
//! goes to what is offered then; where it can only not be used for a while, it gets the keyboard back.

use eframe::egui::{
    Area, Color32, Context, Frame, Id, Key, Label, Modal, Modifiers, Response, RichText, ScrollArea, Ui,
    style::ScrollStyle,
};

use super::{
    button, focus,
    icon::Icon,
    theme,
    tokens::{font, space},
};

/// What a dialog is.
#[derive(Clone, Copy, Debug)]
pub struct Dialog<'a> {
    /// What it is about.
    pub title: &'a str,
    /// Its width, in points; it is never wider than the window.
    pub width: f32,
    /// The name of its cross.
    pub close: &'a str,
}

/// What came of showing it in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<R> {
    /// What the closure returned.
    pub inner: R,
    /// The person wants it closed.
    pub closed: bool,
}

impl Dialog<'_> {
    /// Shows the dialog around what the closure draws.
    pub fn show<R>(&self, context: &Context, contents: impl FnOnce(&mut Ui) -> R) -> Shown<R> {
        let id = Id::unique("dialog");
        focus::over_page(context);
        let room = context.content_rect();
        let area: Area = Modal::default_area(id).accessible_name(self.title);
        let modal = Modal::new(id).area(area).backdrop_color(Color32::from_black_alpha(90));
        let frame = Frame::popup(&context.global_style()).inner_margin(space::XL);
        let answer = modal.frame(frame).show(context, |ui| {
            ui.set_width(self.width.min(room.width() - 4.0 * space::XL));
            ui.spacing_mut().item_spacing.y = space::S;
            let cross = self.head(ui);
            let most = (room.height() - 2.0 * space::XL - 100.0).max(120.0);
            // What does not fit is seen to go on: the buttons stand at the end.
            ui.spacing_mut().scroll = ScrollStyle { floating: false, bar_width: 6.0, ..ui.spacing().scroll };
            // Without the least height a dialog that once had little in it would never grow: its room is what it had before.
            let body =
                ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]);
            let inner = body.show(ui, |ui| {
                ui.set_width(ui.available_width());
                contents(ui)
            });
            keep_keyboard(ui, id, &cross);
            (inner.inner, cross.clicked())
        });
        let (inner, crossed) = answer.inner;
        let top = answer.is_top_modal && !answer.any_popup_open;
        let escaped = top && context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if crossed || escaped {
            context.request_repaint();
        }
        Shown { inner, closed: crossed || escaped }
    }

    /// The title, and the cross at its right.
    fn head(&self, ui: &mut Ui) -> Response {
        let room = ui.available_width() - 36.0;
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(room);
                let title = RichText::new(self.title).font(theme::semibold(font::HEADING));
                ui.add(Label::new(title).wrap());
            });
            button::icon_button(ui, Icon::Close, self.close)
        })
        .inner
    }
}

/// Why nothing in a dialog has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    /// What had it cannot be used for now.
    ForNow,
    /// It is gone. What stands in its place may be something else.
    ForGood,
}

impl Lost {
    /// Of something that had the keyboard; none where it could have it still.
    fn of(had: Id, ui: &Ui) -> Option<Lost> {
        match ui.ctx().read_response(had).filter(|it| it.sense.is_focusable()) {
            Some(it) => (!it.enabled()).then_some(Lost::ForNow),
            None => Some(Lost::ForGood),
        }
    }
}

/// Where the keyboard is in a dialog, from frame to frame.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    /// The last frame in which the dialog was drawn.
    frame: u64,
    /// What in it had the keyboard last.
    had: Option<Id>,
    /// Nothing has the keyboard, and why.
    lost: Option<Lost>,
    /// It is on the cross only because nothing was offered yet.
    by_default: bool,
}

/// Says that this gets the keyboard in a dialog where nothing in it asks for it. The first that is offered gets it.
pub fn offer(response: &Response) {
    if !response.enabled() {
        return;
    }
    let frame = response.ctx.cumulative_frame_nr();
    let offered = (frame, response.id);
    response.ctx.data_mut(|data| {
        let first: &mut (u64, Id) = data.get_temp_mut_or(offered_mark(), offered);
        if first.0 != frame {
            *first = offered;
        }
    });
}

fn offered_mark() -> Id {
    Id::unique("what a dialog offers the keyboard")
}

/// Gives the keyboard to something in the dialog when it was just opened, or when what had it is gone.
fn keep_keyboard(ui: &Ui, id: Id, cross: &Response) {
    let frame = ui.ctx().cumulative_frame_nr();
    let before: Option<Kept> =
        ui.data(|data| data.get_temp(id)).filter(|kept: &Kept| kept.frame + 1 >= frame);
    let just_opened = before.is_none();
    let mut kept = Kept { frame, ..before.unwrap_or_default() };
    let offered: Option<(u64, Id)> = ui.data(|data| data.get_temp(offered_mark()));
    let offered = offered.filter(|(at, _)| *at == frame).map(|(_, id)| id);
    let focused = ui.memory(|memory| memory.focused());
    let inside = |id: &Id| ui.ctx().read_response(*id).is_some_and(|it| it.layer_id == ui.layer_id());
    let goes = if just_opened && focused.filter(inside).is_none() {
        kept.by_default = offered.is_none();
        Some(offered.unwrap_or(cross.id))
    } else if focused == Some(cross.id) && kept.by_default {
        offered
    } else if focused.is_none() {
        let lost = kept.had.and_then(|had| Lost::of(had, ui));
        let back = kept.had.filter(|_| kept.lost == Some(Lost::ForNow) && lost.is_none());
        kept.lost = if kept.lost == Some(Lost::ForGood) { kept.lost } else { lost.or(kept.lost) };
        back.or(offered.filter(|_| kept.lost.is_some()))
    } else {
        None
    };
    if let Some(goes) = goes {
        ui.memory_mut(|memory| memory.request_focus(goes));
    }
    let now = goes.or(focused);
    kept.by_default &= now == Some(cross.id);
    kept.lost = kept.lost.filter(|_| now.is_none());
    kept.had = now.or(kept.had);
    ui.data_mut(|data| data.insert_temp(id, kept));
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;

    const DIALOG: Dialog<'static> = Dialog { title: "Ta bort?", width: 400.0, close: "Stäng" };

    fn harness() -> Harness<'static, u32> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, closed: &mut u32| {
                *closed += u32::from(DIALOG.show(ui.ctx(), |ui| ui.label("Det går inte att ångra.")).closed);
            },
            0,
        );
        harness.run_steps(3);
        harness
    }

    #[test]
    fn it_is_closed_by_its_cross_and_by_escape_once_each() {
        let mut harness = harness();
        harness.get_by_label("Stäng").click();
        harness.run_steps(3);
        assert_eq!(*harness.state(), 1);
        harness.key_press(Key::Escape);
        harness.run_steps(3);
        assert_eq!(*harness.state(), 2);
    }

    /// What a dialog asks, step by step.
    #[derive(Default)]
    struct Asking {
        step: u32,
        text: String,
    }

    /// A field that cannot be used while something is under way, and a question behind it whose second answer does no harm.
    fn asking(ui: &mut Ui, asking: &mut Asking) {
        DIALOG.show(ui.ctx(), |ui| match asking.step {
            0 | 1 => {
                let field = eframe::egui::TextEdit::singleline(&mut asking.text);
                let field = ui.add_enabled(asking.step == 0, field).accessible_name("Namn");
                offer(&field);
            }
            2 => drop(ui.spinner()),
            _ => {
                let _ = ui.button("Ta bort");
                offer(&ui.button("Avbryt"));
            }
        });
    }

    #[test]
    fn the_keyboard_is_on_what_is_offered_however_the_dialog_changes() {
        let mut harness =
            Harness::builder().with_context_setup(theme::install).build_ui_state(asking, Asking::default());
        let mut goes_to = |step, label: Option<&str>| {
            harness.state_mut().step = step;
            harness.run_steps(4);
            let focused = label.is_none_or(|label| harness.get_by_label(label).is_focused());
            assert!(focused, "{label:?} in step {step}");
        };
        goes_to(0, Some("Namn"));
        goes_to(1, None);
        goes_to(0, Some("Namn"));
        goes_to(2, None);
        goes_to(3, Some("Avbryt"));
        // A dialog that has nothing to offer at first is on its cross, but not for longer.
        let state = Asking { step: 2, ..Asking::default() };
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(asking, state);
        harness.run_steps(4);
        assert!(harness.get_by_label("Stäng").is_focused());
        harness.state_mut().step = 3;
        harness.run_steps(4);
        assert!(harness.get_by_label("Avbryt").is_focused());
    }

    #[test]
    fn what_is_in_it_is_read_and_a_click_beside_it_does_not_close_it() {
        let mut harness = harness();
        harness.get_by_label("Det går inte att ångra.");
        harness.drag_at(eframe::egui::pos2(5.0, 5.0));
        harness.drop_at(eframe::egui::pos2(5.0, 5.0));
        harness.run_steps(3);
        assert_eq!(*harness.state(), 0);
    }
}
