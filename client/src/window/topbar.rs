//! The bar at the top of a narrow window, where the sidebar has no room: it opens the menu, and searches.

use eframe::egui::{Frame, Label, Margin, RichText, Ui};

use crate::pages::{Action, Command, texts};
use crate::state::{Session, Settings};
use crate::widgets::icon::Icon;
use crate::widgets::tokens::space;
use crate::widgets::{button, line, theme};

/// Its height, in points.
pub(super) const HEIGHT: f32 = 40.0;

/// Draws the bar. The menu is opened and closed by it.
pub(super) fn show(ui: &mut Ui, session: &Session, settings: &Settings, menu: &mut bool) -> Vec<Action> {
    let language = settings.language;
    let frame = Frame::new().inner_margin(Margin::symmetric(space::S as i8, 6));
    let pressed = frame.show(ui, |ui| {
        line::ends(
            ui,
            |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let (sign, caption) =
                    if *menu { (Icon::Close, texts::CLOSE) } else { (Icon::Menu, texts::MENU) };
                let pressed = button::icon_button(ui, sign, caption.get(language)).clicked();
                let workspace = session.meta().map_or("Samsyn", |meta| meta.workspace_name.as_str());
                ui.add(Label::new(RichText::new(workspace).text_style(theme::strong())).truncate());
                pressed
            },
            |ui| button::icon_button(ui, Icon::Search, texts::SEARCH_ALL.get(language)).clicked(),
        )
    });
    let (opened, searched) = pressed.inner;
    *menu ^= opened;
    searched.then_some(Action::Command(Command::Palette)).into_iter().collect()
}
