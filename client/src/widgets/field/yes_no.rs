//! A question with yes, no, or nothing said.

use eframe::egui::{Button, Ui};

use super::Field;

/// The words of a yes-or-no field.
#[derive(Clone, Copy, Debug)]
pub struct YesNoTexts<'a> {
    /// The one answer.
    pub yes: &'a str,
    /// The other.
    pub no: &'a str,
}

/// What a yes-or-no field did in this frame.
#[derive(Clone, Copy, Debug)]
pub struct YesNoResponse {
    /// The new value, once; `Some(None)` when the answer was taken back.
    pub changed: Option<Option<bool>>,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

impl Field<'_> {
    /// Yes, no, or not said. Pressing the answer that is set takes it back.
    pub fn yes_no(&self, ui: &mut Ui, value: Option<bool>, texts: YesNoTexts<'_>) -> YesNoResponse {
        let shown = self.show(ui, |ui, _| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let mut changed = None;
            for (answer, text) in [(true, texts.yes), (false, texts.no)] {
                let set = value == Some(answer);
                let response =
                    ui.add(Button::new(text).selected(set).min_size(eframe::egui::vec2(56.0, 0.0)));
                // "Yes" alone says nothing to somebody who hears it.
                let response = response.accessible_name(format!("{}: {text}", self.caption));
                if response.clicked() {
                    changed = Some(if set { None } else { Some(answer) });
                }
            }
            changed
        });
        YesNoResponse { changed: shown.inner, conflict_clicked: shown.conflict_clicked }
    }
}
