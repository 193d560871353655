//! What is known about a person, as a whole: written out for them, or erased everywhere.
//!
//! Both are dialogs over the person's record. What is written out is made by the same code as on the command line; who may
//! erase, and whether a law forbids it, is the relay's to decide.

mod erase;
mod export;
pub(super) mod words;

use eframe::egui::{Label, Popup, RichText, Ui};
use samsyn_engine::document::Record;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Management;
use samsyn_engine::schema::kinds::CONTACT;

use self::erase::Erase;
use self::export::Export;
use super::{Action, Scene, texts};
use crate::link::worker::Asked;
use crate::state::Standing;
use crate::widgets::button;
use crate::widgets::dialog::{self, Dialog};
use crate::widgets::icon::Icon;
use crate::widgets::tokens::Tokens;

/// The dialog that is open over a person's record.
#[derive(Debug)]
pub(super) enum Personal {
    Export(Export),
    Erase(Erase),
}

/// The dialogs' width, in points.
const WIDTH: f32 = 480.0;

/// Whether a record is a person's.
pub(super) fn is_person(record: &Record) -> bool {
    record.kind == CONTACT.name
}

/// The menu with what can be done about a person as a whole.
pub(super) fn menu(ui: &mut Ui, record: &Record, scene: &Scene<'_>) -> Option<Personal> {
    let button = button::icon_button(ui, Icon::More, scene.say(words::MORE));
    let mut wanted = None;
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(240.0);
        if ui.button(scene.say(words::EXPORT)).clicked() {
            wanted = Some(Personal::Export(Export::new(record.id, &scene.title_of(record), scene.today)));
        }
        if scene.session.standing() == Standing::Manages && ui.button(scene.say(words::ERASE)).clicked() {
            wanted = Some(Personal::Erase(Erase::new(record.id, scene.title_of(record))));
        }
        // A key closes no menu by itself.
        if wanted.is_some() {
            ui.close();
        }
    });
    wanted
}

impl Personal {
    /// The relay has answered. Says whether it was to this.
    pub(super) fn answered(&mut self, management: &Management, asked: &Asked, words: &str) -> bool {
        match self {
            Personal::Export(_) => false,
            Personal::Erase(erase) => erase.answered(management, asked, words),
        }
    }

    /// Draws the dialog. Says whether it stays open.
    pub(super) fn show(&mut self, ui: &Ui, scene: &mut Scene<'_>) -> bool {
        let title = match self {
            Personal::Export(export) => export.title(scene),
            Personal::Erase(erase) => erase.title(scene),
        };
        let dialog = Dialog { title: &title, width: WIDTH, close: scene.say(texts::CLOSE) };
        let shown = dialog.show(ui.ctx(), |ui| match self {
            Personal::Export(export) => export.show(ui, scene),
            Personal::Erase(erase) => erase.show(ui, scene),
        });
        shown.inner && !shown.closed
    }
}

/// Who has said that nothing is left of a record that was erased, and who has not; where the relay told.
pub(super) fn confirmations(ui: &mut Ui, record: RecordId, scene: &mut Scene<'_>) {
    let people = scene.session.people().unwrap_or_default();
    let Some((roster, _)) = scene.session.roster() else { return };
    let Some(erasure) = roster.erasures.iter().find(|erasure| erasure.record == record) else { return };
    let (tone, state) = super::members::confirmations(&erasure.waiting, &people, scene);
    super::banner(ui, tone, &state);
}

/// The button by which a dialog is left that has nothing more to ask. Says whether it stays open.
fn stays(ui: &mut Ui, caption: &str) -> bool {
    let out = button::primary(ui, None, caption);
    dialog::offer(&out);
    !out.clicked()
}

fn paragraph(ui: &mut Ui, text: &str) {
    ui.add(Label::new(text).wrap());
}

fn weak_paragraph(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap());
}

/// Leaves an erasure to be asked for.
fn ask_to_erase(record: RecordId, scene: &mut Scene<'_>) {
    scene.act(Action::Manage(Management::Erase { record }));
}
