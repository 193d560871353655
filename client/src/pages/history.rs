//! A record's history: who, on which device, when and why; the newest first.

use eframe::egui::{Label, RichText, Ui};
use samsyn_engine::document::{Difference, Record};
use samsyn_engine::schema::{FieldPath, FieldType, Value};
use samsyn_engine::text::plain;

use super::scene::title_in;
use super::{Scene, texts};
use crate::state::{HistoryStep, RecordView};
use crate::widgets::tokens::{Tokens, space};
use crate::widgets::{diff_text, scroll, theme};
use crate::words::{moment, path_words};

/// A difference is cut after so many characters: prose can be long.
const LONGEST: usize = 300;

/// Draws the history.
pub(super) fn show(ui: &mut Ui, view: &RecordView, scene: &Scene<'_>) {
    scroll::vertical(ui, "history", |ui| {
        for step in view.history.iter().rev() {
            entry(ui, &view.record, step, scene);
            ui.add_space(space::M);
        }
    });
}

fn is_prose(record: &Record, path: &FieldPath) -> bool {
    let field = record.kind().and_then(|kind| kind.field_at(path));
    field.is_some_and(|field| field.field_type == FieldType::Prose)
}

/// One change: who and when, why, and what is different through it.
pub(super) fn entry(ui: &mut Ui, record: &Record, step: &HistoryStep, scene: &Scene<'_>) {
    let t = Tokens::of(ui);
    let stamp = &step.entry.stamp;
    ui.horizontal_wrapped(|ui| {
        let who = stamp.device.and_then(|device| scene.session.person(device));
        ui.label(RichText::new(who.unwrap_or(scene.say(texts::SOMEBODY))).text_style(theme::strong()));
        ui.label(RichText::new(moment(stamp.time)).small().color(t.text_weak));
        if let Some(why) = &step.entry.why {
            ui.label(RichText::new(format!("”{why}”")).italics());
        }
    });
    if step.differences.is_empty() {
        ui.label(RichText::new(scene.say(texts::NO_VISIBLE_CHANGE)).color(t.text_weak));
    }
    for difference in &step.differences {
        if let Difference::Field { path, before, after } = difference
            && is_prose(record, path)
        {
            let text = |value: &Value| plain(value.as_text().unwrap_or_default()).into_owned();
            ui.label(RichText::new(path_words(record, path, scene.language)).color(t.text_weak));
            diff_text::diff_text(ui, &diff_text::words(&text(before), &text(after)));
            continue;
        }
        let words = crate::words::difference_words(record, difference, scene.language, &|link| {
            title_in(&step.titles, link)
        });
        let cut: String = words.chars().take(LONGEST).collect();
        let cut = if cut.len() < words.len() { format!("{cut}…") } else { cut };
        ui.add(Label::new(cut).wrap());
    }
}
