//! Erasing a person: what it touches, that the name is typed, and who has confirmed.

use eframe::egui::{Align2, Label, RichText, TextEdit, Ui, vec2};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Managed, Management};

use super::{confirmations, paragraph, weak_paragraph, words};
use crate::belonging::erasing::{Kept, Referrer, Touched};
use crate::explain;
use crate::link::worker::Asked;
use crate::pages::{Scene, banner, members, record, texts};
use crate::state::Looked;
use crate::widgets::field::Field;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, height, space};
use crate::widgets::{button, dialog};

/// So many of the records that refer to a person are named.
const NAMED: usize = 12;

/// A person who is about to be erased.
#[derive(Debug)]
pub(in crate::pages) struct Erase {
    record: RecordId,
    name: String,
    typed: String,
    /// Whether it has been looked at in this dialog, and not only in one of before.
    looked: bool,
    /// Whether the keyboard went to the name that is to be typed.
    asked: bool,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// What it touches is looked at; why the relay did not do it the last time.
    Looking(Option<String>),
    Asking,
    Erased,
}

impl Erase {
    pub(super) fn new(record: RecordId, name: String) -> Self {
        Erase { record, name, typed: String::new(), looked: false, asked: false, stage: Stage::Looking(None) }
    }

    pub(super) fn title(&self, scene: &Scene<'_>) -> String {
        match self.stage {
            Stage::Erased => self.name.clone(),
            _ => scene.say(words::ERASE_TITLE).replace("{}", &self.name),
        }
    }

    /// The relay has answered. Says whether it was to this.
    pub(super) fn answered(&mut self, management: &Management, asked: &Asked, words: &str) -> bool {
        let ours = *management == Management::Erase { record: self.record };
        if !ours || !matches!(self.stage, Stage::Asking) {
            return false;
        }
        self.stage = match asked {
            Asked::Answered(Managed::Done) => Stage::Erased,
            _ => Stage::Looking(Some(words.to_owned())),
        };
        true
    }

    /// Draws it. Says whether it stays open.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
        match &self.stage {
            Stage::Looking(_) => self.look(ui, scene),
            Stage::Asking => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(scene.say(words::ASKING));
                });
                true
            }
            Stage::Erased => {
                paragraph(ui, &scene.say(words::ERASED).replace("{}", &self.name));
                confirmations(ui, self.record, scene);
                ui.add_space(space::S);
                super::stays(ui, scene.say(words::DONE))
            }
        }
    }

    fn look(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
        if !std::mem::replace(&mut self.looked, true) {
            scene.session.look_anew();
        }
        match scene.session.touched(self.record) {
            Looked::Looking => {
                hints(ui, scene);
                ui.spinner();
                true
            }
            Looked::Gone => over(ui, Tone::Neutral, scene.say(words::GONE), scene),
            Looked::Failed(error) => {
                over(ui, Tone::Danger, &explain::replica_error(&error, scene.language), scene)
            }
            Looked::Found(touched) => self.decide(ui, &touched, scene),
        }
    }

    fn decide(&mut self, ui: &mut Ui, touched: &Touched, scene: &mut Scene<'_>) -> bool {
        hints(ui, scene);
        touches(ui, touched, scene);
        if let Stage::Looking(Some(why)) = &self.stage {
            banner(ui, Tone::Danger, why);
        }
        let may = match &touched.kept {
            Some(kept) => {
                let kept = match kept {
                    Kept::Hold(ground) => {
                        let ground = ground.as_deref().unwrap_or(scene.say(words::NO_GROUND));
                        scene.say(words::HOLD).replace("{}", ground)
                    }
                    Kept::NotAPerson => {
                        let why = samsyn_engine::identity::ManagementError::NotAPerson;
                        members::words::refusal(why, scene.language).to_owned()
                    }
                };
                banner(ui, Tone::Danger, &kept);
                false
            }
            None if !scene.session.is_connected() => {
                banner(ui, Tone::Warning, scene.say(words::NOT_CONNECTED));
                false
            }
            None => true,
        };
        if may {
            self.type_name(ui, scene);
        }
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            let typed = self.typed.trim() == self.name.trim();
            let erase = scene.say(words::ERASE_NOW);
            if may && ui.add_enabled_ui(typed, |ui| button::danger(ui, erase)).inner.clicked() {
                super::ask_to_erase(self.record, scene);
                self.stage = Stage::Asking;
            }
            let cancel = ui.button(scene.say(words::CANCEL));
            dialog::offer(&cancel);
            !cancel.clicked()
        })
        .inner
    }

    /// Whoever types a name has read whose it is.
    fn type_name(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        ui.add_space(space::XS);
        Field::new(scene.say(words::TYPE_NAME)).show(ui, |ui, label| {
            let edit = TextEdit::singleline(&mut self.typed).align(Align2::LEFT_CENTER);
            let edit = edit.desired_width(f32::INFINITY).min_size(vec2(0.0, height::CONTROL));
            let edit = ui.add(edit).labelled_by(label);
            if !std::mem::replace(&mut self.asked, true) {
                edit.request_focus();
            }
        });
    }
}

/// What erasing means, whoever it is.
fn hints(ui: &mut Ui, scene: &Scene<'_>) {
    paragraph(ui, scene.say(words::ERASE_HINT));
    weak_paragraph(ui, scene.say(words::NOT_EVERYWHERE));
}

/// Says why there is nothing to decide. Says whether it stays open.
fn over(ui: &mut Ui, tone: Tone, why: &str, scene: &Scene<'_>) -> bool {
    banner(ui, tone, why);
    ui.add_space(space::S);
    super::stays(ui, scene.say(texts::CLOSE))
}

/// What goes, and what will point at nobody.
fn touches(ui: &mut Ui, touched: &Touched, scene: &mut Scene<'_>) {
    let t = Tokens::of(ui);
    ui.add_space(space::XS);
    let caption = if touched.changes == 1 { words::ONE_CHANGE } else { words::CHANGES };
    let changes = scene
        .say(caption)
        .replace("{}", &samsyn_engine::schema::count_words(touched.changes as u64, scene.language));
    ui.label(RichText::new(changes).text_style(theme::strong()));
    if touched.referrers.is_empty() {
        ui.label(scene.say(words::NO_REFERRERS));
        return;
    }
    ui.add(Label::new(scene.say(words::REFERRERS)).wrap());
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing.y = space::XS;
        for Referrer { id, title, field } in touched.referrers.iter().take(NAMED) {
            let caption = record::field_caption(*id, field, scene);
            ui.horizontal_wrapped(|ui| {
                ui.label("•");
                ui.label(title);
                ui.label(RichText::new(caption).small().color(t.text_weak));
            });
        }
        if let Some(more) = touched.referrers.len().checked_sub(NAMED).filter(|more| *more > 0) {
            ui.label(RichText::new(format!("+ {more}")).color(t.text_weak));
        }
    });
}
