//! A record's history: who, on which device, when and why; the newest first.

use eframe::egui::{RichText, Ui};
use samsyn_engine::schema::Language;

use super::texts;
use crate::state::{RecordView, Session};
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};
use crate::words::moment;

/// Draws the history.
pub(super) fn show(ui: &mut Ui, view: &RecordView, session: &mut Session, language: Language) {
    let tokens = Tokens::of(ui);
    for step in view.history.iter().rev() {
        ui.horizontal_wrapped(|ui| {
            let who = step.entry.stamp.device.and_then(|device| session.person(device));
            let who = who.unwrap_or(texts::SOMEBODY.get(language)).to_owned();
            ui.label(RichText::new(who).text_style(theme::strong()));
            ui.label(RichText::new(moment(step.entry.stamp.time)).color(tokens.text_weak));
            if let Some(why) = &step.entry.why {
                ui.label(RichText::new(format!("”{why}”")).italics());
            }
        });
        for difference in &step.differences {
            let words = crate::words::difference_words(&view.record, difference, language, &|link| {
                step.titles.iter().find(|(known, _)| *known == link).map_or_else(|| "…".to_owned(), |(_, t)| t.clone())
            });
            let words: String = words.chars().take(300).collect();
            ui.label(RichText::new(words).color(tokens.text));
        }
        ui.add_space(space::S);
    }
}
