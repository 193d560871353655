//! Pages: view state, and a function that draws it.
//!
//! ```text
//!  list ────▶ record ─┬─▶ form ──▶ conflict
//!                     ├─▶ chart
//!  review ─┬─────┐    ├─▶ history
//!          │     ▼    └─▶ referrers
//!          │ conflict
//!          └▶ findings
//!  members, refused, record ──▶ dialogs (personal: all about one person)
//! ```
//!
//! A page is handed a [`Scene`]: it reads the session and leaves [`Action`]s. It never changes a record itself:
//! actions are carried out in one place, the window's shell, after everything has been drawn.

mod at_rest;
pub(crate) mod backing_up;
mod chart;
mod command;
mod conflict;
pub(crate) mod entering;
mod findings;
mod form;
mod history;
pub(crate) mod keys;
mod list;
pub(crate) mod members;
pub(crate) mod opening;
mod page;
mod personal;
mod picking;
mod record;
mod refused;
pub(crate) mod relay;
mod review;
mod scene;
pub(crate) mod texts;
mod welcome;

use std::collections::BTreeMap;
use std::path::PathBuf;

use eframe::egui::{
    Align2, Color32, CornerRadius, Frame, Key, Label, RichText, ScrollArea, Stroke, TextEdit, TextStyle, Ui,
    vec2,
};
use samsyn_engine::document::{Edit, Heads};
use samsyn_engine::files::Existing;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Management;
use samsyn_engine::replica::Batch;
use samsyn_engine::schema::{Kind, NewRecord};

use crate::widgets::field::Field;
use crate::widgets::icon::{self, Icon};
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, height, radius, space};

pub(crate) use at_rest::{AtRest, Purpose, Wanted};
pub(crate) use command::{Command, Resize};
pub(crate) use form::{DraftKey, Drafts, edit_of};
pub(crate) use list::{Beside, ListPage};
pub(crate) use members::MembersPage;
pub(crate) use page::{Page, kind_icon};
pub(crate) use record::RecordPane;
pub(crate) use refused::RefusedPage;
pub(crate) use review::ReviewPage;
pub(crate) use scene::Scene;
pub(crate) use welcome::{Begin, Welcome};

/// What drawing asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Show a record, and send the keyboard to it.
    Open(RecordId),
    /// Show a record beside the list, where the keyboard stays.
    Glance(RecordId),
    /// Edit a record.
    Edit(RecordId, Vec<Edit>),
    /// Make a record, beside what is shown.
    Create(NewRecord),
    /// Edit a record, and offer to take it back.
    EditAndTell(RecordId, Vec<Edit>, String),
    /// Make or edit many records as one step, and offer to take it back.
    Apply(Batch),
    /// These records were reviewed as they were shown.
    Reviewed(Vec<(RecordId, Heads)>),
    /// Offer again what the relay refused of a record.
    RetryIn(RecordId),
    /// Let go of what the relay refused of a record.
    Discard(RecordId),
    /// Write all that is known about a person to two files.
    WriteDossier(RecordId, PathBuf, Existing),
    /// Ask the relay to change who belongs.
    Manage(Management),
    /// Columns of the list of a kind have been given these widths.
    Widths(&'static Kind, BTreeMap<String, f32>),
    /// Anything of the list of commands.
    Command(Command),
}

/// The width of what stands alone in the window, in points.
const ALONE: f32 = 520.0;

/// Draws what stands alone in the window, in the middle and not too wide: the window has no workspace open.
fn alone<T>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> T) -> T {
    let inner = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let width = ALONE.min(ui.available_width() - 2.0 * space::L);
        let side = ((ui.available_width() - width) / 2.0).max(space::L);
        ui.add_space((ui.available_height() * 0.12).clamp(space::L, 90.0));
        let row = ui.horizontal_top(|ui| {
            ui.add_space(side);
            let column = ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = space::S;
                content(ui)
            });
            column.inner
        });
        row.inner
    });
    inner.inner
}

/// A field of one line, which takes the keyboard where it is to. Says whether Enter was pressed in it.
fn line(ui: &mut Ui, field: Field<'_>, like: &str, (text, focus): (&mut String, bool)) -> bool {
    let shown = field.show(ui, |ui, label| {
        let edit = TextEdit::singleline(text).hint_text(like).align(Align2::LEFT_CENTER);
        let edit = edit.desired_width(f32::INFINITY).min_size(vec2(0.0, height::CONTROL));
        let edit = ui.add(edit).labelled_by(label);
        if focus {
            edit.request_focus();
        }
        edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    });
    shown.inner
}

/// The title of a page, and how many things are on it.
fn heading(ui: &mut Ui, title: &str, count: &str) {
    let wide = |text: &str, style: TextStyle| {
        let font = style.resolve(ui.style());
        ui.painter().layout_no_wrap(text.to_owned(), font, Color32::WHITE).size().x
    };
    let both = wide(title, theme::title()) + wide(count, TextStyle::Body) + space::S;
    let title = Label::new(RichText::new(title).text_style(theme::title())).wrap();
    let count = Label::new(RichText::new(count).weak()).wrap();
    if both < ui.available_width() {
        ui.add(title);
        ui.add(count);
    } else {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(title);
            ui.add(count);
        });
    }
}

/// Draws a card.
fn card<T>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> T) -> T {
    let t = Tokens::of(ui);
    let frame = Frame::new()
        .fill(t.raised)
        .stroke(Stroke::new(1.0, t.border))
        .corner_radius(CornerRadius::same(radius::L))
        .inner_margin(space::XL);
    let inner = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::M;
        content(ui)
    });
    inner.inner
}

/// Something that holds for all of a page or dialog, over its width.
fn banner(ui: &mut Ui, tone: Tone, text: &str) {
    let pair = Tokens::of(ui).tone(tone);
    let frame =
        Frame::new().fill(pair.bg).corner_radius(CornerRadius::same(radius::L)).inner_margin(space::M);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let sign = if tone == Tone::Neutral { Icon::Info } else { Icon::Warning };
            icon::show(ui, sign, pair.fg);
            ui.add(Label::new(RichText::new(sentence(text)).color(pair.fg)).wrap());
        });
    });
}

/// With a capital: what went wrong is said in a line of its own, and errors begin without one.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
