//! Where the workspace's relay is, beside who belongs to it: and the way to one, for a workspace that has none.

use eframe::egui::{Label, RichText, Ui};

use super::words;
use crate::pages::{Action, Command, Scene};
use crate::widgets::tokens::Tokens;
use crate::widgets::{button, line};

/// Shows where the relay is, or that there is none yet, and what leads further.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(meta) = scene.session.meta() else { return };
    let pressed = match meta.relay.as_ref().filter(|_| meta.was_alone_as.is_none()) {
        None => button::primary(ui, None, scene.say(words::TAKE_TO_RELAY)).clicked(),
        Some(relay) => {
            let place = scene.say(words::RELAY_AT).replace("{}", relay);
            let place = RichText::new(place).color(Tokens::of(ui).text_weak);
            let change = |ui: &mut Ui| button::quiet(ui, scene.say(words::CHANGE_RELAY)).clicked();
            line::ends_at_top(ui, |ui| ui.add(Label::new(place).wrap()), change).1
        }
    };
    if pressed {
        scene.act(Action::Command(Command::Relay));
    }
}
