//! A contradiction: all values that several people wrote, side by side, to pick one.

use eframe::egui::{Button, Context, CornerRadius, Frame, Label, Modifiers, RichText, Ui};
use samsyn_engine::document::{Edit, FieldConflict, Record};
use samsyn_engine::schema::FieldType;

use super::keys::DIGITS;
use super::{Action, Scene, texts};
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::widgets::{badge, focus, line, theme};
use crate::words::path_words;

/// The figures that choose among the values that are shown: 1 the first of the first contradiction, and so on.
#[derive(Debug, Default)]
pub(super) struct Digits {
    /// Whether there are any here.
    offered: bool,
    /// Whether they are heard now.
    heard: bool,
    /// How many values have been shown.
    shown: usize,
}

impl Digits {
    /// They are heard unless somebody types or something is open over the page.
    pub(super) fn offered(context: &Context) -> Digits {
        Digits { offered: true, heard: focus::page_hears(context), shown: 0 }
    }

    /// The figure of the next value, if there is one for it, and whether it was pressed.
    fn next(&mut self, ui: &Ui) -> Option<(usize, bool)> {
        let key = *DIGITS.get(self.shown).filter(|_| self.offered)?;
        self.shown += 1;
        let pressed = self.heard && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        Some((self.shown, pressed))
    }
}

/// Shows a contradiction with the field's caption above it. Without figures it is chosen from by its buttons alone.
pub(super) fn show(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    (record, conflict): (&Record, &FieldConflict),
    digits: &mut Digits,
) {
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
            writing(ui, scene, record, (conflict, number), digits);
        }
    });
}

/// One of the values: what, who and when, and the button that picks it.
fn writing(
    ui: &mut Ui,
    scene: &mut Scene<'_>,
    record: &Record,
    (conflict, number): (&FieldConflict, usize),
    digits: &mut Digits,
) {
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
        let stamp = scene.stamp(&writing.stamp);
        let said = |ui: &mut Ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = space::XXS;
                value(ui, &words, &stamp);
            });
        };
        let choice = |ui: &mut Ui| choose(ui, scene, record, (conflict, number), (&words, digits));
        line::ends_at_top(ui, said, choice);
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
    (words, digits): (&str, &mut Digits),
) {
    let writing = &conflict.writings[number];
    if writing.shown {
        badge::badge(ui, scene.say(texts::SHOWN_NOW), Tone::Neutral);
    }
    let caption = scene.say(texts::CHOOSE_THIS);
    let mut chosen = false;
    if scene.session.may_change(record) {
        let (figure, pressed) = digits.next(ui).unzip();
        let shown = figure.map_or_else(|| caption.to_owned(), |figure| format!("{caption}  {figure}"));
        let button = ui.add(Button::new(shown)).accessible_name(format!("{caption}: {words}"));
        chosen = button.clicked() || pressed == Some(true);
    }
    if chosen {
        let edit = Edit::Set { path: conflict.path.clone(), value: writing.value.clone() };
        let told = texts::DECIDED.fill(
            scene.language,
            &[&scene.title_of(record), &path_words(record, &conflict.path, scene.language), &words],
        );
        scene.act(Action::EditAndTell(record.id, vec![edit], told));
    }
}
