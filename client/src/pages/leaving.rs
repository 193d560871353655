//! Before what is open is closed or locked: what is half typed and no value yet would be lost with it, so it is asked first.

use eframe::egui::{Context, Label, RichText, Ui};
use samsyn_engine::schema::Language;

use super::texts::{self, texts};
use super::{DraftKey, Drafts, edit_of};
use crate::state::Session;
use crate::widgets::button;
use crate::widgets::dialog::Dialog;
use crate::widgets::draft::Commit;
use crate::widgets::tokens::{Tokens, space};
use crate::words::{path_words, today};

texts! {
    TITLE: "Något är halvskrivet", "Something is half typed";
    CLOSING: "Det här kan inte sparas som det står, och går förlorat när fönstret stängs:", "This cannot be saved as it stands, and is lost when the window is closed:";
    LOCKING: "Det här kan inte sparas som det står, och går förlorat när arbetsytan låses:", "This cannot be saved as it stands, and is lost when the workspace is locked:";
    BACK: "Gå tillbaka", "Go back";
    THROW_AND_CLOSE: "Kasta det och stäng", "Throw it away and close";
    THROW_AND_LOCK: "Kasta det och lås", "Throw it away and lock";
}

/// What somebody was about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To close the window.
    Close,
    /// To lock the workspace.
    Lock,
}

/// What somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing yet.
    Stay,
    /// To go on typing.
    Back,
    /// To go on without what is half typed.
    Throw,
}

/// The fields that hold what is no value of theirs, each with what is typed in it.
pub(crate) fn half_typed(drafts: &Drafts, session: &mut Session) -> Vec<(DraftKey, String)> {
    let mut unfit = |key: &DraftKey, commit: Commit| {
        let view = session.record(key.record);
        let current = view.map(|view| view.record.at(&key.path)).unwrap_or_default();
        key.field_type().is_some_and(|kind| edit_of(&kind, key, commit, &current, today()).is_err())
    };
    let found = drafts.uncommitted().filter(|(key, commit)| unfit(key, commit.clone()));
    found.map(|(key, commit)| (key.clone(), commit.text)).collect()
}

/// Asks what is to become of it.
pub(crate) fn ask(
    context: &Context,
    way: Way,
    (held, session): (&[(DraftKey, String)], &mut Session),
    language: Language,
) -> Answer {
    let title = TITLE.get(language);
    let dialog = Dialog { title, width: 460.0, close: texts::CLOSE.get(language) };
    let shown = dialog.show(context, |ui| {
        let lost = if way == Way::Close { CLOSING } else { LOCKING };
        ui.add(Label::new(lost.get(language)).wrap());
        for (key, text) in held {
            field(ui, (key, text), session, language);
        }
        ui.add_space(space::S);
        buttons(ui, way, language)
    });
    if shown.closed { Answer::Back } else { shown.inner }
}

/// Where it stands, and what.
fn field(ui: &mut Ui, (key, text): (&DraftKey, &str), session: &mut Session, language: Language) {
    let place = session.record(key.record).map(|view| {
        let title = match view.record.title() {
            title if title.is_empty() => texts::UNNAMED.get(language).to_owned(),
            title => title,
        };
        format!("{title} › {}", path_words(&view.record, &key.path, language))
    });
    let place = place.unwrap_or_else(|| key.path.to_string());
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XXS;
        ui.add(Label::new(RichText::new(place).small().color(Tokens::of(ui).text_weak)).wrap());
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

fn buttons(ui: &mut Ui, way: Way, language: Language) -> Answer {
    let throw = if way == Way::Close { THROW_AND_CLOSE } else { THROW_AND_LOCK };
    ui.horizontal_wrapped(|ui| {
        let back = button::primary(ui, None, BACK.get(language)).clicked();
        let thrown = button::danger(ui, throw.get(language)).clicked();
        match (back, thrown) {
            (true, _) => Answer::Back,
            (_, true) => Answer::Throw,
            _ => Answer::Stay,
        }
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        super::super::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
