//! A contradiction: all values that several people wrote, side by side, to pick one.

use eframe::egui::{Align, Button, CornerRadius, Frame, Label, Layout, RichText, Ui};
use samsyn_engine::document::{Edit, FieldConflict, Record};
use samsyn_engine::schema::FieldType;

use super::{Action, Scene, texts};
use crate::widgets::badge;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::words::path_words;

/// Shows a contradiction with the field's caption above it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>, record: &Record, conflict: &FieldConflict) {
    let t = Tokens::of(ui);
    let frame = Frame::new()
        .fill(t.tone(Tone::Warning).bg)
        .corner_radius(CornerRadius::same(radius::L))
        .inner_margin(space::M);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        ui.horizontal_wrapped(|ui| {
            let path = path_words(record, &conflict.path, scene.language);
            ui.label(RichText::new(path).text_style(theme::strong()));
            ui.label(RichText::new(scene.say(texts::CONFLICT_HINT)).color(t.text_weak));
        });
        for number in 0..conflict.writings.len() {
            writing(ui, scene, record, conflict, number);
        }
    });
}

/// One of the values: what, who and when, and the button that picks it.
fn writing(ui: &mut Ui, scene: &mut Scene<'_>, record: &Record, conflict: &FieldConflict, number: usize) {
    let t = Tokens::of(ui);
    let writing = &conflict.writings[number];
    let field_type: Option<FieldType> =
        record.kind().and_then(|kind| kind.field_at(&conflict.path)).map(|field| field.field_type);
    let words = scene.words(record, field_type.as_ref(), &writing.value);
    let frame = Frame::new()
        .fill(t.raised)
        .corner_radius(CornerRadius::same(radius::M))
        .inner_margin(eframe::egui::Margin::symmetric(space::M as i8, space::S as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        // In a narrow pane the button stands below what it chooses.
        if ui.available_width() < 300.0 {
            ui.spacing_mut().item_spacing.y = space::XS;
            value(ui, &words, &scene.stamp(&writing.stamp));
            choose(ui, scene, record, (conflict, number), &words);
            return;
        }
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                choose(ui, scene, record, (conflict, number), &words);
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = space::XXS;
                    value(ui, &words, &scene.stamp(&writing.stamp));
                });
            });
        });
    });
}

/// What was written, by whom and when.
fn value(ui: &mut Ui, words: &str, stamp: &str) {
    let t = Tokens::of(ui);
    ui.add(Label::new(RichText::new(words).text_style(theme::strong())).wrap());
    ui.add(Label::new(RichText::new(stamp).small().color(t.text_weak)).wrap());
}

/// The button that picks a value, and whether it is the one that is shown meanwhile.
fn choose(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    record: &Record,
    (conflict, number): (&FieldConflict, usize),
    words: &str,
) {
    let writing = &conflict.writings[number];
    let caption = scene.say(texts::CHOOSE_THIS);
    if scene.session.may_change(record)
        && ui.add(Button::new(caption)).accessible_name(format!("{caption}: {words}")).clicked()
    {
        let edit = Edit::Set { path: conflict.path.clone(), value: writing.value.clone() };
        let told = scene.say(texts::DECIDED).replace("{}", words);
        scene.act(Action::EditAndTell(record.id, vec![edit], told));
    }
    if writing.shown {
        badge::badge(ui, scene.say(texts::SHOWN_NOW), Tone::Neutral);
    }
}
