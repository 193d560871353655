//! Form fields: one row of a form, and the controls that go into it.
//!
//! A [`Field`] is built for one frame: it says how the row looks (caption, help, error, conflict, unit) and ends in the
//! control, which returns what the person did. The caption names the control for screen readers; help and error
//! become its description.
//!
//! ```text
//! let answer = Field::new(texts.name).help(texts.name_help).text_line(ui, &mut drafts, &key, &contact.name);
//! if let Some(commit) = answer.committed {
//!     commands.push(Command::SetText(key, commit));
//! }
//! ```
//!
//! | control | takes | answers |
//! | --- | --- | --- |
//! | [`Field::text_line`], [`Field::text_area`] | a text | [`FieldResponse::committed`], see [`super::draft`] |
//! | [`Field::choice`] | options and the chosen one | [`ChoiceResponse::changed`] |
//! | [`Field::choice_set`] | options and the chosen ones | [`SetResponse::action`] |
//! | [`Field::yes_no`] | yes, no, or not said | the new value |
//! | `Field::date`, `Field::date_range` | dates | see [`super::date_popup`] |
//! | `Field::reference` | a title | see [`super::picker`] |
//! | [`Field::show`] | anything | what your closure returns |

mod choice;
mod choice_set;
mod text;
mod yes_no;

use eframe::egui::{Align, Id, Layout, Response, RichText, Stroke, Ui, accesskit::Invalid, vec2};

pub(crate) use self::{
    choice::drop_down_button,
    text::{Edit, TextEditing},
};
pub use self::{
    choice::{ChoiceResponse, ChoiceTexts, Choices, filter},
    choice_set::{SetAction, SetResponse, SetTexts},
    yes_no::{YesNoResponse, YesNoTexts},
};
use super::{
    badge,
    draft::Commit,
    icon::{self, Icon},
    tokens::{Tokens, Tone, height, space},
};

/// How one row of a form looks in this frame.
#[derive(Clone, Copy, Debug)]
#[must_use = "a field shows nothing until it ends in a control"]
pub struct Field<'a> {
    caption: &'a str,
    help: Option<&'a str>,
    hint: &'a str,
    error: Option<&'a str>,
    conflict: Option<&'a str>,
    unit: Option<&'a str>,
    caption_width: Option<f32>,
    width: Option<f32>,
    most: f32,
    beside: f32,
    rows: usize,
    enabled: bool,
}

/// What a text field did in this frame.
#[derive(Debug)]
#[must_use = "a committed text that nobody looks at is lost"]
pub struct FieldResponse {
    /// egui's response of the control itself.
    pub response: Response,
    /// The finished edit, once.
    pub committed: Option<Commit>,
    /// The text that the person took back with Esc, once; offer it for undo.
    pub reverted: Option<String>,
    /// Whether the field holds text that is not committed.
    pub editing: bool,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

/// What [`Field::show`] did in this frame.
#[derive(Debug)]
pub struct Shown<R> {
    /// What the closure returned.
    pub inner: R,
    /// The conflict badge was clicked.
    pub conflict_clicked: bool,
}

impl<'a> Field<'a> {
    /// A field with its caption above.
    pub fn new(caption: &'a str) -> Self {
        Self {
            caption,
            help: None,
            hint: "",
            error: None,
            conflict: None,
            unit: None,
            caption_width: None,
            width: None,
            most: f32::INFINITY,
            beside: 0.0,
            rows: 3,
            enabled: true,
        }
    }

    /// Weak text under the control.
    pub fn help(self, help: impl Into<Option<&'a str>>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// What an empty text field shows.
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// What is wrong with the value. Text fields with an error from the caller still commit: the model decides.
    pub fn error(self, error: impl Into<Option<&'a str>>) -> Self {
        Self { error: error.into(), ..self }
    }

    /// The text of a badge that says that the field holds several concurrent values; it can be clicked.
    pub fn conflict(self, badge: impl Into<Option<&'a str>>) -> Self {
        Self { conflict: badge.into(), ..self }
    }

    /// What the value is counted in; weak, after the control.
    pub fn unit(self, unit: impl Into<Option<&'a str>>) -> Self {
        Self { unit: unit.into(), ..self }
    }

    /// Puts the caption to the left, in a column of this width, instead of above.
    pub fn caption_left(self, width: f32) -> Self {
        Self { caption_width: Some(width), ..self }
    }

    /// The width of the control; without it, a text takes what there is and a number what it needs.
    pub fn width(self, width: f32) -> Self {
        Self { width: Some(width), ..self }
    }

    /// The most that the control takes of the width that there is.
    pub fn at_most(self, most: f32) -> Self {
        Self { most, ..self }
    }

    /// Leaves so much room behind the control, for [`Field::text_checked_beside`].
    pub fn room_beside(self, beside: f32) -> Self {
        Self { beside, ..self }
    }

    /// The least number of lines of [`Field::text_area`]; 3 if not said.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// Whether the value can be changed.
    pub fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// Shows the row around a control of the caller's own. The closure gets the id of the caption, for
    /// [`Response::labelled_by`]; controls that it leaves without a name are named by the caption as well.
    pub fn show<R>(&self, ui: &mut Ui, control: impl FnOnce(&mut Ui, Id) -> R) -> Shown<R> {
        let Some(width) = self.caption_width else {
            return ui
                .vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = space::XS;
                    let caption = |ui: &mut Ui| {
                        ui.spacing_mut().interact_size.y = height::BADGE;
                        ui.horizontal_wrapped(|ui| self.caption_row(ui)).inner
                    };
                    let (label, conflict_clicked) = ui.scope(caption).inner;
                    Shown { inner: self.body(ui, label, control), conflict_clicked }
                })
                .inner;
        };
        ui.horizontal_top(|ui| {
            let line = ui.spacing().interact_size.y;
            let column = ui.allocate_ui_with_layout(vec2(width, line), Layout::top_down(Align::Min), |ui| {
                ui.set_min_width(width);
                ui.spacing_mut().item_spacing.y = space::XXS;
                ui.add_space((line - ui.text_style_height(&eframe::egui::TextStyle::Body)) / 2.0);
                self.caption_row(ui)
            });
            let (label, conflict_clicked) = column.inner;
            let inner = ui
                .vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = space::XS;
                    self.body(ui, label, control)
                })
                .inner;
            Shown { inner, conflict_clicked }
        })
        .inner
    }

    pub(crate) fn caption(&self) -> &'a str {
        self.caption
    }

    /// Shows `error`, unless the caller has said what is wrong.
    pub(crate) fn error_unless_set(&mut self, error: Option<&'a str>) {
        self.error = self.error.or(error);
    }

    fn caption_row(&self, ui: &mut Ui) -> (Id, bool) {
        let text = RichText::new(self.caption).color(Tokens::of(ui).text_weak);
        let text = if self.caption_width.is_some() { text } else { text.small() };
        let label = ui.label(text).id;
        let clicked =
            self.conflict.is_some_and(|text| badge::button(ui, Icon::Warning, text, Tone::Warning).clicked());
        (label, clicked)
    }

    fn body<R>(&self, ui: &mut Ui, label: Id, control: impl FnOnce(&mut Ui, Id) -> R) -> R {
        let inner = ui
            .add_enabled_ui(self.enabled, |ui| {
                ui.horizontal(|ui| {
                    if self.error.is_some() {
                        outline_as_wrong(ui);
                    }
                    let below = self.unit_is_below(ui);
                    let inner = ui.label_inputs_by(label, |ui| control(ui, label));
                    if let Some(unit) = self.unit.filter(|_| !below) {
                        ui.weak(unit);
                    }
                    (inner, below)
                })
                .inner
            })
            .inner;
        let (inner, below) = inner;
        if let Some(unit) = self.unit.filter(|_| below) {
            ui.label(RichText::new(unit).small().weak());
        }
        if let Some(help) = self.help {
            ui.label(RichText::new(help).small().weak());
        }
        if let Some(error) = self.error {
            error_line(ui, error);
        }
        inner
    }

    /// Tells screen readers what the row says beside the caption.
    pub(crate) fn describe(&self, response: &Response) {
        let text = [self.error, self.help].into_iter().flatten().collect::<Vec<_>>().join(" ");
        response.ctx.accesskit_node_builder(response.id, |node| {
            if !text.is_empty() {
                node.set_description(text.clone());
            }
            if self.error.is_some() {
                node.set_invalid(Invalid::True);
            }
        });
    }
}

/// Gives the controls that follow in `ui` the outline of something wrong.
fn outline_as_wrong(ui: &mut Ui) {
    let stroke = Stroke::new(1.5, Tokens::of(ui).danger);
    let widgets = &mut ui.visuals_mut().widgets;
    widgets.inactive.bg_stroke = stroke;
    widgets.hovered.bg_stroke = stroke;
}

/// One line that says what is wrong.
fn error_line(ui: &mut Ui, error: &str) {
    let colour = Tokens::of(ui).danger;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        icon::show(ui, Icon::Warning, colour);
        ui.add(eframe::egui::Label::new(RichText::new(error).small().color(colour)).wrap());
    });
}
