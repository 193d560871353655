//! A record as text, for whoever may not change it, and for all once it is removed: in the order and under the captions of the form, and nothing to type into.
//!
//! What is empty is left out. What somebody had typed before they might no longer is shown above, to be copied.

use eframe::egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};
use samsyn_engine::schema::{Caption, Field, FieldPath, FieldType, Kind, Link, Row, Value};

use super::control::{Place, target};
use super::{Form, columns, heading, in_columns, is_short, is_title};
use crate::pages::{Action, Scene, texts};
use crate::state::RecordView;
use crate::widgets::badge;
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::words::path_words;

impl Form {
    /// Draws a record as text.
    pub(super) fn read(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        kind: &'static Kind,
        scene: &mut Scene<'_>,
    ) {
        ui.spacing_mut().item_spacing.y = space::M;
        if !scene.session.may_change(&view.record) {
            let note = RichText::new(scene.say(texts::READ_ONLY)).color(Tokens::of(ui).text_weak);
            ui.add(Label::new(note).wrap());
        }
        drafts(ui, view, scene);
        let mut beside: Vec<&'static Field> = Vec::new();
        let mut section: Option<Caption> = None;
        for field in kind.fields {
            if let Some(next) = field.section {
                self.read_beside(ui, view, &mut beside, scene);
                section = Some(next);
            }
            if view.record.get(field.name).is_empty() {
                continue;
            }
            if let Some(section) = section.take() {
                heading(ui, scene.say(section));
            }
            if is_short(&field.field_type) && !is_title(kind, field) {
                beside.push(field);
                continue;
            }
            self.read_beside(ui, view, &mut beside, scene);
            match field.field_type {
                FieldType::Rows(fields) => self.read_rows(ui, view, (field, fields), scene),
                _ => self.read_field(ui, &Place::of(view, field), scene),
            }
        }
        self.read_beside(ui, view, &mut beside, scene);
        ui.add_space(space::XL);
    }

    fn read_beside(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        fields: &mut Vec<&'static Field>,
        scene: &mut Scene<'_>,
    ) {
        let count = columns(ui);
        for line in std::mem::take(fields).chunks(count) {
            in_columns(ui, count, line, |ui, field| self.read_field(ui, &Place::of(view, field), scene));
        }
    }

    /// A field's caption, and its value below it; all of them where they contradict each other.
    fn read_field(&mut self, ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>) {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XXS;
            let caption = scene.say(place.field.caption);
            ui.label(RichText::new(caption).small().color(Tokens::of(ui).text_weak));
            value(ui, place, scene);
            if let Some(conflict) = place.conflict {
                badge::badge(ui, &texts::values(conflict.writings.len(), scene.language), Tone::Warning);
                let mut none = super::super::conflict::Digits::default();
                super::super::conflict::show(ui, scene, (&place.view.record, conflict), &mut none);
            }
        });
    }

    fn read_rows(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        (list, fields): (&'static Field, &'static [Field]),
        scene: &mut Scene<'_>,
    ) {
        let rows: &[Row] = view.record.get(list.name).rows();
        let caption = format!("{} ({})", scene.say(list.caption), rows.len());
        ui.label(RichText::new(caption).small().color(Tokens::of(ui).text_weak));
        for row in rows {
            let t = Tokens::of(ui);
            let frame = Frame::new()
                .fill(t.raised)
                .stroke(Stroke::new(1.0, t.border))
                .corner_radius(CornerRadius::same(radius::M))
                .inner_margin(Margin::symmetric(space::M as i8, space::S as i8));
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                let filled: Vec<&'static Field> =
                    fields.iter().filter(|field| !row.get(field.name).is_empty()).collect();
                let count = columns(ui);
                for line in filled.chunks(count) {
                    in_columns(ui, count, line, |ui, field| {
                        self.read_field(ui, &Place::in_row(view, list.name, row, field), scene);
                    });
                }
            });
        }
    }
}

/// What somebody typed in the record and what is no part of it.
fn drafts(ui: &mut Ui, view: &RecordView, scene: &Scene<'_>) {
    let of_record = scene.drafts.kept().filter(|(key, _)| key.record == view.record.id);
    let mut texts: Vec<(&FieldPath, &str)> = of_record.map(|(key, text)| (&key.path, text)).collect();
    texts.sort_unstable();
    for (path, text) in texts {
        let words = format!("{}: {text}", path_words(&view.record, path, scene.language));
        crate::pages::banner(ui, Tone::Warning, &scene.say(texts::DRAFT).replace("{}", &words));
    }
}

/// A value: what it refers to can be opened, and what other programs open, by them.
fn value(ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>) {
    let links: Vec<(Link, String)> = scene.links(&place.view.record, place.value);
    if !links.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for (link, title) in links {
                match link.record() {
                    Some(id) if ui.link(&title).clicked() => scene.act(Action::Open(id)),
                    Some(_) => {}
                    None => drop(ui.label(&title)),
                }
            }
        });
        return;
    }
    let words = match place.value {
        Value::Text(text) => text.clone(),
        value => scene.words(&place.view.record, Some(&place.field.field_type), value),
    };
    match target(&place.field.field_type, &words) {
        Some(url) => drop(ui.hyperlink_to(words, url)),
        None => drop(ui.add(Label::new(words).wrap())),
    }
}
