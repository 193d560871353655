//! What is higher than its pane scrolls.

use eframe::egui::scroll_area::State;
use eframe::egui::{AsIdSalt, Context, ScrollArea, Ui};

use super::{focus, tokens::space};

/// Shows content of any height in all the room there is. `id` tells it from others in the same pane. What gets the keyboard in
/// it is scrolled into view.
pub fn vertical<R>(ui: &mut Ui, id: impl AsIdSalt, content: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
    let shown = area.show(ui, |ui| {
        // Room for the scroll bar, and for the ring around what has the keyboard.
        ui.set_width((ui.available_width() - space::S).max(0.0));
        let inner = content(ui);
        focus::reveal(ui);
        inner
    });
    shown.inner
}

/// Forgets how far everything was scrolled. egui keeps that over the end of the program: whoever comes back would begin in the
/// middle of a form.
pub fn forget(context: &Context) {
    context.data_mut(|data| data.remove_by_type::<State>());
}

#[cfg(test)]
mod tests {
    use eframe::egui::Id;

    use super::*;

    #[test]
    fn how_far_something_was_scrolled_is_forgotten_and_nothing_else() {
        let context = Context::default();
        let (scrolled, width) = (Id::unique("form"), Id::unique("width"));
        State::default().store(&context, scrolled);
        context.data_mut(|data| data.insert_persisted(width, 520.0_f32));
        forget(&context);
        assert!(State::load(&context, scrolled).is_none());
        assert_eq!(context.data_mut(|data| data.get_persisted::<f32>(width)), Some(520.0));
    }
}
