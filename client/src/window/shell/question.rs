//! What is asked before it is done: it is much at once.

use eframe::egui::{Context, Label};
use samsyn_engine::document::Heads;
use samsyn_engine::id::RecordId;

use super::Shell;
use crate::pages::texts;
use crate::widgets::button;
use crate::widgets::dialog::{self, Dialog};

/// Whether all of these are to be marked as reviewed: as they were when it was asked.
#[derive(Debug)]
pub(super) struct MarkAll {
    records: Vec<(RecordId, Heads)>,
    /// How many contradict and stay.
    contradict: usize,
}

/// The dialog's width, in points.
const WIDTH: f32 = 440.0;

impl Shell {
    /// Whether there is something that could be marked as reviewed without choosing between values.
    pub(super) fn can_mark_all(&self) -> bool {
        self.session.queue().iter().any(|entry| entry.state.conflicts == 0)
    }

    /// Asks whether everything is to be marked as reviewed.
    pub(super) fn ask_to_mark_all(&mut self) {
        let queue = self.session.queue();
        let (plain, contradict): (Vec<_>, Vec<_>) =
            queue.iter().partition(|entry| entry.state.conflicts == 0);
        let records = plain.iter().map(|entry| (entry.state.record, entry.state.heads.clone())).collect();
        self.question = Some(MarkAll { records, contradict: contradict.len() });
    }

    /// Draws the question, and does what it is answered.
    pub(super) fn show_question(&mut self, context: &Context) {
        let language = self.settings.language;
        let Some(question) = &self.question else { return };
        let title = texts::mark_all(question.records.len(), language);
        let dialog = Dialog { title: &title, width: WIDTH, close: texts::CLOSE.get(language) };
        let shown = dialog.show(context, |ui| {
            ui.add(Label::new(texts::MARK_ALL_HINT.get(language)).wrap());
            if question.contradict > 0 {
                ui.add(Label::new(texts::contradict_and_stay(question.contradict, language)).wrap());
            }
            ui.horizontal_wrapped(|ui| {
                let yes = button::primary(ui, None, texts::MARK_AS_REVIEWED.get(language));
                dialog::offer(&yes);
                (yes.clicked(), ui.button(texts::CANCEL.get(language)).clicked())
            })
            .inner
        });
        let (yes, no) = shown.inner;
        if !(yes || no || shown.closed) {
            return;
        }
        context.request_repaint();
        let Some(question) = self.question.take().filter(|_| yes) else { return };
        let told = texts::marked_all(question.records.len(), language);
        let step = self.session.mark_reviewed(question.records);
        self.tell_done(told, Some(step));
    }
}
