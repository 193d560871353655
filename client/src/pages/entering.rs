//! Coming in again with a code: a dialog over whatever page is there.
//!
//! It only says what is wanted. The relay may be slow, so that is done by the window meanwhile.

use eframe::egui::{Context, Label, Ui};
use samsyn_engine::schema::Language;

use super::texts::{self, texts};
use crate::widgets::button;
use crate::widgets::dialog::Dialog;
use crate::widgets::field::Field;
use crate::widgets::tokens::{Tone, space};

texts! {
    TITLE: "Gå in med en kod", "Enter with a code";
    HINT: "Reläet släpper inte in den här datorn. Be en koordinator skapa en inbjudan vid ditt namn under Medlemmar, och skriv koden här. Allt som är skrivet på den här datorn är kvar och skickas när du är inne.", "The relay does not let this computer in. Ask a coordinator to create an invitation beside your name under Members, and type the code here. Everything written on this computer stays, and is sent when you are in.";
    CODE: "Kod", "Code";
    ENTER: "Gå in", "Enter";
    ENTERING: "Frågar reläet …", "Asking the relay …";
    ENTERED: "Du är inne, som {}.", "You are in, as {}.";
    CANCEL: "Avbryt", "Cancel";
}

/// The dialog's view state.
#[derive(Debug, Default)]
pub(crate) struct Entering {
    code: String,
    trouble: Option<String>,
    busy: bool,
    /// The keyboard has gone to the field.
    focused: bool,
}

/// What came of showing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing yet.
    Stay,
    /// To leave it.
    Close,
    /// To come in with this code.
    Enter(String),
}

impl Entering {
    /// What was wanted is under way.
    pub(crate) fn begin(&mut self) {
        (self.busy, self.trouble) = (true, None);
    }

    /// It was not let in. What was typed stays.
    pub(crate) fn failed(&mut self, why: String) {
        (self.busy, self.trouble) = (false, Some(why));
    }

    /// Draws it. What is under way goes on, also where the dialog is closed.
    pub(crate) fn show(&mut self, context: &Context, language: Language) -> Wish {
        let title = TITLE.get(language);
        let dialog = Dialog { title, width: 440.0, close: texts::CLOSE.get(language) };
        let shown = dialog.show(context, |ui| self.contents(ui, language));
        if shown.closed { Wish::Close } else { shown.inner }
    }

    fn contents(&mut self, ui: &mut Ui, language: Language) -> Wish {
        ui.add(Label::new(HINT.get(language)).wrap());
        let (free, focus) = (!self.busy, !std::mem::replace(&mut self.focused, true));
        let code = Field::new(CODE.get(language));
        let line = |ui: &mut Ui| super::line(ui, code, "AB12-CD34-EF56-GH78", (&mut self.code, focus));
        let entered = ui.add_enabled_ui(free, line).inner;
        if let Some(trouble) = &self.trouble {
            super::banner(ui, Tone::Danger, trouble);
        }
        ui.add_space(space::S);
        if self.busy {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(ENTERING.get(language));
            });
            return Wish::Stay;
        }
        let filled = !self.code.trim().is_empty();
        ui.horizontal_wrapped(|ui| {
            let caption = ENTER.get(language);
            let pressed = ui.add_enabled_ui(filled, |ui| button::primary(ui, None, caption)).inner.clicked();
            if ui.button(CANCEL.get(language)).clicked() {
                return Wish::Close;
            }
            if pressed || entered && filled { Wish::Enter(self.code.clone()) } else { Wish::Stay }
        })
        .inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        super::super::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
