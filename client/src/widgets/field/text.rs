//! Text fields: one line, and prose that grows.
//!
//! Both show the draft of their key while there is one and the model's value otherwise; [`super::super::draft`] decides
//! what is committed when. Enter commits a line; in prose it begins a new line, and Ctrl+Enter commits.

use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Align2, Key, Modifiers, Response, TextEdit, Ui, vec2};

use samsyn_engine::text::{pasted_line, pasted_prose};

use super::{Field, FieldResponse};
use crate::widgets::{
    draft::{DraftKey, Drafts, Outcome, Seen},
    tokens::{height, space},
};

/// The least width of a control, in points.
const LEAST: f32 = 48.0;

/// How a text is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// One line.
    Line,
    /// Many lines, at least so many.
    Prose(usize),
}

/// The bare text control over a draft, without a row around it. The date field is built from it as well.
pub(crate) struct TextEditing<'a> {
    pub(crate) edit: Edit,
    pub(crate) hint: &'a str,
    pub(crate) width: f32,
    pub(crate) valid: &'a dyn Fn(&str) -> bool,
}

/// What the bare control did: its response, and what happened to the draft.
pub(crate) struct Edited {
    pub(crate) response: Response,
    pub(crate) outcome: Outcome,
}

impl TextEditing<'_> {
    pub(crate) fn show<K: DraftKey>(
        self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: &str,
    ) -> Edited {
        let (now, frame) = (ui.input(|input| input.time), ui.ctx().cumulative_frame_nr());
        let before = drafts.shown(key, value, now);
        let mut text = before.clone();
        let id = ui.make_persistent_id(key);
        let had_focus = ui.memory(|memory| memory.has_focus(id));
        if !had_focus {
            // The caret stands behind the text for whoever comes by the keyboard, and not where it stood in another text, before somebody
            // else wrote this one.
            ui.data_mut(|data| data.remove::<TextEditState>(id));
        }
        if had_focus && self.edit != Edit::Line {
            let commit = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
            if commit {
                ui.memory_mut(|memory| memory.surrender_focus(id));
            }
        }
        let response = ui.add(self.control(&mut text).id(id));
        if text != before {
            text = match self.edit {
                Edit::Line => pasted_line(&text),
                Edit::Prose(_) => pasted_prose(&text),
            }
            .into_owned();
        }
        let seen = Seen {
            text: &text,
            focused: ui.memory(|memory| memory.has_focus(id)),
            escaped: ui.input(|input| input.key_pressed(Key::Escape)),
            valid: (self.valid)(&text),
            now,
            frame,
        };
        let outcome = drafts.update(key, &before, seen);
        // Esc takes back what was typed and stays; once more it leaves the field.
        if matches!(outcome, Outcome::Reverted(_)) {
            response.request_focus();
        }
        if outcome != Outcome::Quiet {
            ui.ctx().request_repaint();
        }
        Edited { response, outcome }
    }

    fn control<'t>(&self, text: &'t mut String) -> TextEdit<'t> {
        let edit = match self.edit {
            Edit::Line => TextEdit::singleline(text).align(Align2::LEFT_CENTER),
            Edit::Prose(rows) => TextEdit::multiline(text).desired_rows(rows).margin(vec2(10.0, 7.0)),
        };
        edit.hint_text(self.hint.to_owned()).desired_width(self.width).min_size(vec2(0.0, height::CONTROL))
    }
}

impl Field<'_> {
    /// A text in one line. `key` names the field for as long as the program runs.
    pub fn text_line<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: &str,
    ) -> FieldResponse {
        self.text(ui, drafts, (key, value), (Edit::Line, &|_| true), |_| {})
    }

    /// A text in one line that has to be of a certain form. What is not stays as it was typed until it is, or until the
    /// person takes it back; the caller says why by [`Field::error`] while [`Drafts::is_held`].
    pub fn text_checked<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: &str,
        valid: &dyn Fn(&str) -> bool,
    ) -> FieldResponse {
        self.text_checked_beside(ui, drafts, key, value, valid, |_| {})
    }

    /// The same with something behind the control, in the room that [`Field::room_beside`] left for it.
    pub fn text_checked_beside<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: &str,
        valid: &dyn Fn(&str) -> bool,
        beside: impl FnOnce(&mut Ui),
    ) -> FieldResponse {
        self.text(ui, drafts, (key, value), (Edit::Line, valid), beside)
    }

    /// Prose: grows with its text. The commit carries what the person saw and what they made of it.
    pub fn text_area<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        key: &K,
        value: &str,
    ) -> FieldResponse {
        self.text(ui, drafts, (key, value), (Edit::Prose(self.rows), &|_| true), |_| {})
    }

    fn text<K: DraftKey>(
        &self,
        ui: &mut Ui,
        drafts: &mut Drafts<K>,
        (key, value): (&K, &str),
        (edit, valid): (Edit, &dyn Fn(&str) -> bool),
        beside: impl FnOnce(&mut Ui),
    ) -> FieldResponse {
        let shown = self.show(ui, |ui, label| {
            let width = self.control_width(ui);
            if self.beside > 0.0 {
                ui.spacing_mut().item_spacing.x = space::XXS;
            }
            let edited = TextEditing { edit, hint: self.hint, width, valid }.show(ui, drafts, key, value);
            beside(ui);
            Edited { response: edited.response.labelled_by(label), ..edited }
        });
        self.describe(&shown.inner.response);
        let editing = drafts.is_edited(key);
        FieldResponse::new(shown.inner, editing, shown.conflict_clicked)
    }

    /// The width for a control that takes what there is, less the unit behind it.
    pub(crate) fn control_width(&self, ui: &Ui) -> f32 {
        self.width.unwrap_or_else(|| {
            let unit = if self.unit_is_below(ui) { 0.0 } else { self.unit_width(ui) };
            (ui.available_width() - unit - self.beside).max(LEAST).min(self.most)
        })
    }

    /// Whether the unit stands below the control: there is no room for both.
    pub(crate) fn unit_is_below(&self, ui: &Ui) -> bool {
        self.width.is_none() && self.unit.is_some() && ui.available_width() - self.unit_width(ui) < LEAST
    }

    fn unit_width(&self, ui: &Ui) -> f32 {
        self.unit.map_or(0.0, |unit| {
            let font = eframe::egui::TextStyle::Body.resolve(ui.style());
            let galley = ui.painter().layout_no_wrap(unit.to_owned(), font, eframe::egui::Color32::WHITE);
            galley.size().x + ui.spacing().item_spacing.x
        })
    }
}

impl FieldResponse {
    pub(crate) fn new(edited: Edited, editing: bool, conflict_clicked: bool) -> Self {
        let (committed, reverted) = match edited.outcome {
            Outcome::Quiet => (None, None),
            Outcome::Committed(commit) => (Some(commit), None),
            Outcome::Reverted(text) => (None, Some(text)),
        };
        Self { response: edited.response, committed, reverted, editing, conflict_clicked }
    }
}
