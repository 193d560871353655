//! Where the keyboard is: that it never goes lost, and that it is seen.
//!
//! egui gives the keyboard to one widget and takes it away when that widget is gone or Esc is pressed. What is missing there is
//! what people expect of every program: what opens over the page (a drop-down, a calendar, a menu, a dialog, the palette) gives
//! the keyboard back to what had it before; Esc steps out of what is innermost, and only that; and what gets the keyboard is scrolled
//! into view.
//!
//! - [`Focus`] is kept by whoever draws the window, and asked at the end of each frame.
//! - [`reveal`] is called at the end of what scrolls; [`super::scroll`] does so.
//! - `over_page` is called by what stands over the page and keeps everything else from going on.
//! - `expect` is called by whoever has sent the keyboard to what is not there yet.
//! - [`page_hears`] says whether a single letter is meant for the page.

use eframe::egui::{Context, Id, Key, Popup, Rect, Role, Sense, Ui, Vec2, WidgetInfo};

use super::tokens::space;

/// Follows the keyboard from frame to frame.
#[derive(Debug, Default)]
pub struct Focus {
    /// What had the keyboard when the last frame ended.
    last: Option<Id>,
    /// What had the keyboard before a dialog or the palette opened, while one is open.
    under_dialog: Option<Option<Id>>,
    /// The same for a popup. One may be open in a dialog.
    under_popup: Option<Option<Id>>,
    /// What the keyboard was taken from in the last frame, and nothing else has got it.
    taken_from: Option<Id>,
    /// The keyboard is nowhere, as what had it is gone.
    lost: bool,
}

/// Esc was pressed and is meant for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteppedOut {
    /// What had the keyboard until then.
    pub from: Option<Id>,
}

impl Focus {
    /// What had the keyboard when the last frame ended.
    #[must_use]
    pub fn last(&self) -> Option<Id> {
        self.last
    }

    /// To be called at the end of each frame. Gives the keyboard back where something that was open is gone. Answers whether Esc
    /// was pressed with nothing open, and nobody took it for themselves.
    pub fn end_of_frame(&mut self, context: &Context) -> Option<SteppedOut> {
        let was_open = self.under_dialog.is_some() || self.under_popup.is_some();
        let before = self.last;
        let popup = follow(&mut self.under_popup, Popup::is_any_open(context), before);
        // What a menu opens gives the keyboard back to what the menu belongs to: the menu is gone.
        let beneath = popup.or(self.under_popup.flatten()).or(before);
        let dialog = follow(&mut self.under_dialog, dialog_is_open(context), beneath);
        let now = context.memory(|memory| memory.focused());
        // Whoever chose something may have sent the keyboard elsewhere meanwhile: that holds.
        if let Some(back) = dialog.or(popup).filter(|_| now.is_none() || now == before) {
            context.memory_mut(|memory| memory.request_focus(back));
        }
        self.last = context.memory(|memory| memory.focused());
        let escaped = context.input(|input| input.key_pressed(Key::Escape));
        self.notice_loss(context, before.filter(|_| !escaped));
        (escaped && !was_open && now.is_none()).then_some(SteppedOut { from: before })
    }
}

impl Focus {
    /// Whether the keyboard is nowhere because what had it is gone, or can't be pressed any more. Told once.
    pub fn is_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// What is there and can be pressed has let go of the keyboard itself: a field in which Enter was pressed. That is no loss.
    fn notice_loss(&mut self, context: &Context, before: Option<Id>) {
        let is_gone = |id: &Id| context.read_response(*id).is_none_or(|response| !response.enabled());
        let nowhere = self.last.is_none() && self.under_dialog.is_none() && self.under_popup.is_none();
        // Whether it is gone may be seen only in the frame after.
        let held = before.or(self.taken_from).filter(|_| nowhere);
        self.lost = held.as_ref().is_some_and(is_gone);
        self.taken_from = before.filter(|_| nowhere && !self.lost);
    }
}

/// Takes note of whether something is open. Answers what gets the keyboard back, once it is closed.
fn follow(under: &mut Option<Option<Id>>, open: bool, before: Option<Id>) -> Option<Id> {
    match (open, under.is_some()) {
        (true, false) => {
            *under = Some(before);
            None
        }
        (false, true) => under.take().flatten(),
        _ => None,
    }
}

fn mark() -> Id {
    Id::unique("what stands over the page")
}

/// Says that something stands over the page in this frame, and nothing goes on behind it.
pub(crate) fn over_page(context: &Context) {
    let frame = context.cumulative_frame_nr();
    context.data_mut(|data| data.insert_temp(mark(), frame));
}

fn dialog_is_open(context: &Context) -> bool {
    let drawn: Option<u64> = context.data(|data| data.get_temp(mark()));
    drawn == Some(context.cumulative_frame_nr())
}

/// Whether a dialog or the palette was there when the last frame was drawn, or is there in this one.
pub(crate) fn is_over_page(context: &Context) -> bool {
    let drawn: Option<u64> = context.data(|data| data.get_temp(mark()));
    drawn.is_some_and(|drawn| drawn + 1 >= context.cumulative_frame_nr())
}

/// Whether single letters are meant for the page: nobody types, and nothing is open over it.
#[must_use]
pub fn page_hears(context: &Context) -> bool {
    !context.text_edit_focused() && !is_over_page(context) && !Popup::is_any_open(context)
}

fn expected() -> Id {
    Id::unique("what the next key is for")
}

/// Says that what the next key is for is on its way in this frame: keys wait for it (see [`super::typed_ahead`]).
pub(crate) fn expect(context: &Context) {
    let frame = context.cumulative_frame_nr();
    context.data_mut(|data| data.insert_temp(expected(), frame));
}

/// Whether that was said when the last frame was drawn.
pub(crate) fn is_coming(context: &Context) -> bool {
    let said: Option<u64> = context.data(|data| data.get_temp(expected()));
    said.is_some_and(|said| said + 1 >= context.cumulative_frame_nr())
}

/// A place for the keyboard where there is nothing else that could take it, at the top of `ui`: the next stop is the first button. It is
/// there while it is `wanted` or has the keyboard. Answers its id.
pub(crate) fn land(ui: &Ui, id: Id, name: &str, wanted: bool) -> Id {
    if wanted || ui.memory(|memory| memory.has_focus(id)) {
        let place = Rect::from_min_size(ui.max_rect().min, Vec2::splat(1.0));
        let top = ui.interact(place, id, Sense::focusable_noninteractive());
        top.widget_info(|| WidgetInfo::labeled(Role::Heading, true, name));
        if wanted {
            top.request_focus();
        }
    }
    id
}

/// Scrolls what has the keyboard into view, when it has just got it. To be called at the end of what a scroll area holds.
pub fn reveal(ui: &Ui) {
    let Some(id) = ui.memory(|memory| memory.focused()) else { return };
    let revealed = Id::unique("what was scrolled into view");
    if ui.data(|data| data.get_temp::<Id>(revealed)) == Some(id) {
        return;
    }
    let Some(response) = ui.ctx().read_response(id) else { return };
    if response.layer_id == ui.layer_id() && ui.min_rect().contains(response.rect.center()) {
        ui.data_mut(|data| data.insert_temp(revealed, id));
        // What stands above it, a caption as a rule, is seen as well.
        let mut rect = response.rect.expand(space::S);
        rect.min.y -= space::XL;
        ui.scroll_to_rect(rect, None);
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Key, TextEdit, vec2};
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;
    use crate::widgets::dialog::Dialog;
    use crate::widgets::{scroll, theme};

    #[derive(Default)]
    struct State {
        focus: Focus,
        dialog: bool,
        stepped: usize,
        text: String,
    }

    fn page(ui: &mut Ui, state: &mut State) {
        ui.add(TextEdit::singleline(&mut state.text)).accessible_name("Text");
        if ui.button("Question").clicked() {
            state.dialog = true;
        }
        let menu = ui.button("Menu");
        Popup::menu(&menu).show(|ui| ui.button("Entry").clicked());
        scroll::vertical(ui, "far", |ui| {
            for number in 0..40 {
                let _ = ui.button(format!("Button {number}"));
            }
        });
        if state.dialog {
            let dialog = Dialog { title: "Sure?", width: 200.0, close: "Close" };
            state.dialog = !dialog.show(ui.ctx(), |ui| ui.button("Yes").clicked()).closed;
        }
        state.stepped += usize::from(state.focus.end_of_frame(ui.ctx()).is_some());
    }

    fn harness() -> Harness<'static, State> {
        let mut harness = Harness::builder()
            .with_size(vec2(400.0, 300.0))
            .with_context_setup(theme::install)
            .build_ui_state(page, State::default());
        harness.run_steps(3);
        harness
    }

    fn press(harness: &mut Harness<'_, State>, key: Key) {
        harness.key_press(key);
        harness.run_steps(3);
    }

    #[test]
    fn what_was_open_gives_the_keyboard_back() {
        for label in ["Question", "Menu"] {
            let mut harness = harness();
            harness.get_by_label(label).focus();
            harness.run_steps(2);
            press(&mut harness, Key::Enter);
            assert!(harness.query_by_label("Yes").or(harness.query_by_label("Entry")).is_some(), "{label}");
            press(&mut harness, Key::Escape);
            assert!(harness.query_by_label("Yes").or(harness.query_by_label("Entry")).is_none(), "{label}");
            assert!(harness.get_by_label(label).is_focused(), "{label}");
            assert_eq!(harness.state().stepped, 0, "that was for what was open");
            press(&mut harness, Key::Escape);
            assert_eq!(harness.state().stepped, 1);
        }
    }

    #[test]
    fn what_gets_the_keyboard_is_scrolled_into_view() {
        let mut harness = harness();
        harness.get_by_label("Button 0").focus();
        harness.run_steps(2);
        for _ in 0..30 {
            press(&mut harness, Key::Tab);
        }
        harness.run_steps(20);
        let button = harness.get_by_label("Button 30");
        assert!(button.is_focused() && button.rect().bottom() <= 300.0 && button.rect().top() > 60.0);
    }
}
