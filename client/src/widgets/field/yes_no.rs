//! A question with yes, no, or nothing said.

use eframe::egui::{Button, Response, Ui};

use super::Field;

/// The width of an answer, in points, where there is room.
const WIDTH: f32 = 56.0;

/// The words of a yes-or-no field.
#[derive(Clone, Copy, Debug)]
pub struct YesNoTexts<'a> {
    /// The one answer.
    pub yes: &'a str,
    /// The other.
    pub no: &'a str,
}

/// What a yes-or-no field did in this frame.
#[derive(Clone, Debug)]
pub struct YesNoResponse {
    /// egui's response of the first answer.
    pub response: Response,
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
            let width = WIDTH.min((ui.available_width() - 2.0) / 2.0);
            if width < WIDTH {
                ui.spacing_mut().button_padding.x = 2.0;
            }
            let mut changed = None;
            let [yes, _] = [(true, texts.yes), (false, texts.no)].map(|(answer, text)| {
                let set = value == Some(answer);
                let response =
                    ui.add(Button::new(text).selected(set).min_size(eframe::egui::vec2(width, 0.0)));
                // "Yes" alone says nothing to somebody who hears it.
                let response = response.accessible_name(format!("{}: {text}", self.caption));
                if response.clicked() {
                    changed = Some(if set { None } else { Some(answer) });
                }
                response
            });
            (yes, changed)
        });
        let (response, changed) = shown.inner;
        self.describe(&response);
        YesNoResponse { response, changed, conflict_clicked: shown.conflict_clicked }
    }
}
