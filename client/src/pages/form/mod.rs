//! A record's form, made from its kind's description: one control for each field type, and nothing that knows a kind.
//!
//! ```text
//!  Kind ──▶ fields ──▶ control ──▶ edit ──▶ Action::Edit
//!             │           ▲
//!             └─▶ rows ───┘          (a keyed list: its rows' fields go through the same controls)
//! ```
//!
//! - `edit` — what was typed becomes an edit; no widget in it
//! - `control` — a field type's control
//! - `understood` — what is understood of a text while it is typed, and what is asked
//! - `rows` — keyed lists, edited in place
//! - `reading` — the same as text, for whoever may not change it
//! - this file — sections, and which fields stand side by side

mod control;
mod edit;
mod reading;
mod rows;
mod understood;

use std::collections::HashSet;

use eframe::egui::{Id, Response, RichText, Ui, UiBuilder};
use samsyn_engine::id::RowId;
use samsyn_engine::schema::{Field, FieldPath, FieldType, Kind};

use self::control::Place;
pub(crate) use self::edit::{DraftKey, Drafts, edit_of};
use super::picking::Picking;
use super::{Scene, texts};
use crate::state::RecordView;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, space};

/// Two fields stand side by side where the form is at least this wide, three from one and a half times this on.
const TWO_COLUMNS: f32 = 430.0;

/// The form's view state.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The reference that is being chosen.
    picking: Picking,
    /// The rows that are unfolded.
    open_rows: HashSet<RowId>,
    /// The contradiction that is looked at.
    conflict: Option<FieldPath>,
    /// Where the keyboard is to go.
    goal: Option<Goal>,
}

/// A place in the form that is to get the keyboard as soon as it is drawn: what was asked for may still be on its way.
#[derive(Debug, Clone, PartialEq)]
enum Goal {
    /// The field that a new record begins with.
    First,
    /// A row: its first field, or its line where it is folded.
    Row(RowId),
    /// The button that adds a row to a list.
    Add(&'static str),
}

impl Form {
    /// Sends the keyboard to the field that a new record begins with.
    pub(super) fn take_keyboard(&mut self) {
        self.goal = Some(Goal::First);
    }

    /// Whether the keyboard is on its way to somewhere in the form.
    pub(super) fn expects_keyboard(&self) -> bool {
        self.goal.is_some()
    }

    /// Whether the keyboard was sent to the first field, and the form that was drawn has none that takes it.
    pub(super) fn cannot_take_keyboard(&mut self) -> bool {
        self.goal.take_if(|goal| *goal == Goal::First).is_some()
    }

    /// Gives the keyboard to a control, if that is where it is to go.
    fn arrive(&mut self, goal: &Goal, control: Option<&Response>) {
        if self.goal.as_ref() == Some(goal)
            && let Some(control) = control.filter(|control| control.enabled())
        {
            control.request_focus();
            self.goal = None;
        }
    }

    /// Unfolds a row.
    fn unfold(&mut self, row: RowId) {
        self.open_rows.insert(row);
    }

    /// Unfolds a row, and sends the keyboard to it.
    pub(super) fn enter(&mut self, row: RowId) {
        self.unfold(row);
        self.goal = Some(Goal::Row(row));
    }

    /// Draws the form.
    pub(super) fn show(&mut self, ui: &mut Ui, view: &RecordView, scene: &mut Scene<'_>) {
        let Some(kind) = view.record.kind() else {
            ui.label(scene.say(texts::UNKNOWN_KIND));
            return;
        };
        // What is removed can be restored, and not be changed before that.
        if view.record.removed || !scene.session.may_change(&view.record) {
            self.read(ui, view, kind, scene);
            return;
        }
        ui.spacing_mut().item_spacing.y = space::M;
        let mut beside: Vec<&'static Field> = Vec::new();
        for field in kind.fields {
            let short = is_short(&field.field_type) && !is_title(kind, field);
            if field.section.is_some() || !short {
                self.side_by_side(ui, view, &mut beside, scene);
            }
            if let Some(section) = field.section {
                heading(ui, scene.say(section));
            }
            match field.field_type {
                FieldType::Rows(fields) => self.rows(ui, view, (field, fields), scene),
                _ if short => beside.push(field),
                _ => self.field(ui, view, field, scene),
            }
        }
        self.side_by_side(ui, view, &mut beside, scene);
        ui.add_space(space::XL);
    }

    /// Draws the fields that were gathered, as many in a line as there is room for.
    fn side_by_side(
        &mut self,
        ui: &mut Ui,
        view: &RecordView,
        fields: &mut Vec<&'static Field>,
        scene: &mut Scene<'_>,
    ) {
        let count = columns(ui);
        for line in std::mem::take(fields).chunks(count) {
            in_columns(ui, count, line, |ui, field| self.control(ui, &Place::of(view, field), scene));
            for field in line {
                self.contradiction(ui, &Place::of(view, field), scene);
            }
        }
    }

    fn field(&mut self, ui: &mut Ui, view: &RecordView, field: &'static Field, scene: &mut Scene<'_>) {
        let place = Place::of(view, field);
        self.control(ui, &place, scene);
        self.contradiction(ui, &place, scene);
    }

    /// One field's control.
    fn control(&mut self, ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>) {
        // Under a name of its own a control keeps the keyboard, whatever comes and goes above it.
        let named = UiBuilder::new().scope_id(Id::unique((place.view.record.id, &place.path)));
        let shown = |ui: &mut Ui| control::show(ui, place, scene, &mut self.picking);
        let done = ui.scope_builder(named, shown).inner;
        match place.path.row() {
            Some(row) => self.arrive(&Goal::Row(row), done.control.as_ref()),
            None if is_first(place) => self.arrive(&Goal::First, done.control.as_ref()),
            None => {}
        }
        if done.conflict_clicked {
            let open = self.conflict.as_ref() == Some(&place.path);
            self.conflict = (!open).then(|| place.path.clone());
        }
    }

    /// What contradicts in a field, if somebody looks at it. Over the whole width, below the fields of its line.
    fn contradiction(&self, ui: &mut Ui, place: &Place<'_>, scene: &mut Scene<'_>) {
        if let Some(conflict) =
            place.conflict.filter(|conflict| self.conflict.as_ref() == Some(&conflict.path))
        {
            let mut none = super::conflict::Digits::default();
            super::conflict::show(ui, scene, (&place.view.record, conflict), &mut none);
        }
    }
}

/// How many short fields stand side by side.
fn columns(ui: &Ui) -> usize {
    match ui.available_width() {
        width if width >= 1.8 * TWO_COLUMNS => 3,
        width if width >= TWO_COLUMNS => 2,
        _ => 1,
    }
}

/// Draws things in columns of the same width; a line that is not full leaves room at its end.
fn in_columns<T: Copy>(ui: &mut Ui, count: usize, things: &[T], mut draw: impl FnMut(&mut Ui, T)) {
    let gap = space::L;
    // In a pane that is just being squeezed there may be no room for columns at all.
    if count == 1 || ui.available_width() < 3.0 * gap * count as f32 {
        things.iter().for_each(|thing| draw(ui, *thing));
        return;
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        ui.columns(count, |columns| {
            for (ui, thing) in columns.iter_mut().zip(things) {
                ui.spacing_mut().item_spacing.x = space::S;
                draw(ui, *thing);
            }
        });
    });
}

/// Whether a field needs only part of the form's width.
fn is_short(field_type: &FieldType) -> bool {
    !matches!(
        field_type,
        FieldType::Prose
            | FieldType::Rows(_)
            | FieldType::EnumerationSet(_)
            | FieldType::ReferenceSet(_)
            | FieldType::DateRange
    )
}

/// Whether a new record begins with this field: with the first of its title, whatever stands before it.
fn is_first(place: &Place<'_>) -> bool {
    let Some(kind) = place.view.record.kind() else { return false };
    let first = kind.title.first().and_then(|names| names.first()).copied();
    first.or(kind.fields.first().map(|field| field.name)) == Some(place.field.name)
}

/// Whether a field alone is the record's title: titles are long.
fn is_title(kind: &Kind, field: &Field) -> bool {
    kind.title.first().is_some_and(|names| *names == [field.name])
}

fn heading(ui: &mut Ui, text: &str) {
    let t = Tokens::of(ui);
    ui.add_space(space::S);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.label(RichText::new(text).text_style(theme::strong()).color(t.text));
        let width = ui.available_width();
        let (rect, _) = ui.allocate_exact_size(eframe::egui::vec2(width, 1.0), eframe::egui::Sense::hover());
        ui.painter().rect_filled(rect, 0.0, t.border);
    });
}
