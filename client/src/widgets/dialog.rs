//! A dialog: one thing that has to be decided or read before anything else goes on.
//!
//! It stands in the middle over a darkened page, takes the keyboard (on its cross, unless what is in it asks for it), and closes by
//! Esc or its cross; a click beside it does nothing, because what stands in a dialog may have been typed or may be shown only once. What is higher than the window
//! scrolls.

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
            take_keyboard(ui, id, &cross);
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

/// Takes the keyboard when the dialog was just opened, unless something in it has it already. On its cross, which does no harm.
fn take_keyboard(ui: &Ui, id: Id, cross: &Response) {
    let frame = ui.ctx().cumulative_frame_nr();
    let drawn: Option<u64> = ui.data(|data| data.get_temp(id));
    ui.data_mut(|data| data.insert_temp(id, frame));
    let just_opened = drawn.is_none_or(|drawn| drawn + 1 < frame);
    let inside = |focused| ui.ctx().read_response(focused).is_some_and(|it| it.layer_id == ui.layer_id());
    if just_opened && !ui.memory(|memory| memory.focused()).is_some_and(inside) {
        cross.request_focus();
    }
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
