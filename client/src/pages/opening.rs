//! The page in front of a replica that takes its time to open: after a new version its lists are made anew.

use std::path::Path;

use eframe::egui::{Label, ProgressBar, RichText, Ui};
use samsyn_engine::schema::Language;
use samsyn_engine::store::Renewal;

use super::texts::texts;
use crate::explain;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};

texts! {
    OPENING: "Öppnar arbetsytan …", "Opening the workspace …";
    PATIENCE: "Det tar en stund. Allt är kvar.", "This takes a moment. Everything is there.";
}

/// Draws the page over a replica's file.
pub(crate) fn show(ui: &mut Ui, file: &Path, language: Language) {
    super::alone(ui, |ui| {
        ui.label(RichText::new(OPENING.get(language)).text_style(theme::title()));
        ui.add_space(space::S);
        super::card(ui, |ui| {
            match crate::state::renewing::now() {
                Some(renewal) => progress(ui, renewal, language),
                None => drop(ui.add(Label::new(PATIENCE.get(language)).wrap())),
            }
            let file = RichText::new(file.display().to_string()).small().color(Tokens::of(ui).text_weak);
            ui.add(Label::new(file).wrap());
        });
    });
}

/// How far making lists and search anew has come. Nothing moves by itself in it: what is drawn takes from what is worked on.
pub(super) fn progress(ui: &mut Ui, renewal: Renewal, language: Language) {
    let t = Tokens::of(ui);
    ui.add(Label::new(explain::renewal(renewal, language)).wrap());
    let part = renewal.done as f32 / renewal.of.max(1) as f32;
    ui.add(ProgressBar::new(part).fill(t.accent).desired_height(space::S));
}

/// What is under way, in a line; and how far it has come, where lists are made anew in it.
pub(super) fn busy(ui: &mut Ui, words: &str, language: Language) {
    if let Some(renewal) = crate::state::renewing::now() {
        progress(ui, renewal, language);
        return;
    }
    ui.spinner();
    ui.label(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
