//! Inviting: what they will be and for how long; then the code, large, with a picture, once.

use eframe::egui::{Color32, FontId, Label, RichText, Ui};
use samsyn_engine::clock::wall_clock;
use samsyn_engine::identity::{Management, Role};
use samsyn_engine::schema::Caption;

use super::role::RoleChoice;
use super::{Step, words};
use crate::belonging::invite::{Terms, Ticket};
use crate::link::worker::Asked;
use crate::pages::{Action, Scene, texts};
use crate::state::Person;
use crate::widgets::badge;
use crate::widgets::field::{ChoiceTexts, Choices, Field};
use crate::widgets::icon::Icon;
use crate::widgets::qr::Picture;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, font, space};
use crate::widgets::{button, dialog};
use crate::words::moment;

/// How large a code is where there is room for that, in points.
const LARGEST_CODE: f32 = 26.0;

/// The side of the picture, in points.
const SIDE: f32 = 210.0;

/// An invitation that is being made.
#[derive(Debug)]
pub(super) struct Invite {
    choice: RoleChoice,
    /// Whose device it is for, where they are known already.
    whose: Option<Person>,
    /// Which of the times it is good for.
    time: usize,
    stage: Stage,
}

/// How far it has come.
#[derive(Debug)]
enum Stage {
    /// It is being chosen; why the relay did not take the last one.
    Choosing(Option<String>),
    /// The relay is being asked.
    Asking(Made),
    /// It is there.
    Made(Made),
}

#[derive(Debug)]
struct Made {
    management: Management,
    ticket: Ticket,
    picture: Option<Picture>,
    role: Role,
    until: i64,
    copied: bool,
}

impl Invite {
    /// For somebody new, for a further device of somebody, or for somebody who was removed.
    pub(super) fn new(whose: Option<Person>) -> Self {
        let role = whose.as_ref().and_then(|person| person.role).unwrap_or(Role::Ambassador);
        let organisation = whose.as_ref().and_then(|person| person.organisation);
        let choice = RoleChoice::new(role, organisation);
        Invite { choice, whose, time: 1, stage: Stage::Choosing(None) }
    }

    pub(super) fn title(&self, scene: &Scene<'_>) -> String {
        match &self.whose {
            Some(person) if person.removed_at.is_some() => {
                scene.say(words::AGAIN_TITLE).replace("{}", &person.name)
            }
            Some(person) => scene.say(words::DEVICE_TITLE).replace("{}", &person.name),
            None => scene.say(words::INVITE_TITLE).to_owned(),
        }
    }

    /// The relay has answered. Says whether it was to this.
    pub(super) fn answered(&mut self, management: &Management, asked: &Asked, words: &str) -> bool {
        let Stage::Asking(made) = &self.stage else { return false };
        if made.management != *management {
            return false;
        }
        let before = std::mem::replace(&mut self.stage, Stage::Choosing(None));
        self.stage = match (before, asked) {
            (Stage::Asking(made), Asked::Answered(samsyn_engine::identity::Managed::Done)) => {
                Stage::Made(made)
            }
            _ => Stage::Choosing(Some(words.to_owned())),
        };
        true
    }

    pub(super) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> Step {
        match &mut self.stage {
            Stage::Made(made) => {
                let hint = match &self.whose {
                    None => words::HAND_OVER,
                    Some(person) if person.removed_at.is_some() => words::AGAIN_HAND_OVER,
                    Some(_) => words::DEVICE_HINT,
                };
                made.show(ui, scene, hint)
            }
            Stage::Asking(_) => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(scene.say(words::ASKING));
                });
                Step::Stay
            }
            Stage::Choosing(_) => self.choose(ui, scene),
        }
    }

    fn choose(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> Step {
        // Who belongs keeps their role; who comes back comes back as what is chosen.
        if self.whose.as_ref().is_none_or(|person| person.removed_at.is_some()) {
            self.choice.show(ui, scene);
        } else {
            ui.add(Label::new(scene.say(words::DEVICE_HINT)).wrap());
        }
        ui.add_space(space::S);
        let titles: Vec<&str> = words::TIMES.iter().map(|(_, caption)| scene.say(*caption)).collect();
        let texts = ChoiceTexts {
            none: None,
            filter: scene.say(texts::SEARCH),
            no_match: scene.say(texts::NOTHING_FOUND),
        };
        let choices = Choices { titles: &titles, chosen: Some(self.time), texts };
        let times = Field::new(scene.say(words::GOOD_FOR)).width(200.0).choice(ui, choices);
        if let Some(Some(time)) = times.changed {
            self.time = time;
        }
        if let Stage::Choosing(Some(why)) = &self.stage {
            ui.add(Label::new(RichText::new(why).color(Tokens::of(ui).danger)).wrap());
        }
        if !scene.session.is_connected() {
            crate::pages::banner(ui, Tone::Warning, scene.say(words::NOTHING_CHANGED));
        }
        ui.add_space(space::S);
        super::buttons(ui, scene, |ui, scene| {
            let ready = self.choice.is_whole() && scene.session.is_connected();
            let make = scene.say(words::MAKE_INVITATION);
            let made = ui.add_enabled_ui(ready, |ui| button::primary(ui, None, make)).inner;
            dialog::offer(&made);
            if made.clicked() {
                self.make(scene);
            }
            Step::Stay
        })
    }

    fn make(&mut self, scene: &mut Scene<'_>) {
        let Some(meta) = scene.session.meta() else { return };
        let (seconds, _) = words::TIMES[self.time];
        let terms = Terms {
            role: self.choice.role,
            organisation: self.choice.for_whom(),
            member: self.whose.as_ref().map(|person| person.member),
            seconds,
        };
        let (ticket, invitation) = Ticket::new(meta, &terms);
        let picture = Picture::of(&ticket.link());
        let (management, until) = (Management::Invite { invitation }, wall_clock() + i64::from(seconds));
        scene.act(Action::Manage(management.clone()));
        self.stage =
            Stage::Asking(Made { management, ticket, picture, role: terms.role, until, copied: false });
    }
}

/// The monospaced font in which words have room in a line, so large at most: whoever reads out a code that is broken in two leaves out a
/// part of it.
fn in_one_line(ui: &Ui, words: &str, most: f32) -> FontId {
    let width = |size: f32| {
        let galley = ui.painter().layout_no_wrap(words.to_owned(), FontId::monospace(size), Color32::WHITE);
        galley.size().x
    };
    let room = (ui.available_width() - 1.0).max(1.0);
    // Letters are of whole pixels: what fits by the numbers may still be too wide by some.
    let sizes = std::iter::successors(Some((most * room / width(most)).min(most)), |size| Some(size - 0.5));
    FontId::monospace(sizes.take(20).find(|size| width(*size) <= room).unwrap_or(font::MONO))
}

impl Made {
    /// The code is large enough to be read over somebody's shoulder, or over the telephone.
    fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>, hint: Caption) -> Step {
        let t = Tokens::of(ui);
        let code = self.ticket.code.reveal();
        ui.vertical_centered(|ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            let large = in_one_line(ui, &code, LARGEST_CODE);
            ui.add(Label::new(RichText::new(&code).font(large).color(t.text)).extend().selectable(true));
            if let Some(picture) = &self.picture {
                picture.show(ui, SIDE.min(ui.available_width()), scene.say(words::PICTURE));
            }
        });
        let role = scene.say(texts::role(self.role));
        ui.vertical_centered(|ui| badge::badge(ui, role, Tone::Neutral));
        let address = RichText::new(&self.ticket.address).font(FontId::monospace(font::MONO));
        ui.label(RichText::new(scene.say(words::ADDRESS)).small().color(t.text_weak));
        ui.add(Label::new(address).wrap().selectable(true));
        ui.horizontal_wrapped(|ui| {
            // The code is shown once: a key too many must not close it.
            let copy = button::with_icon(ui, Icon::Document, scene.say(words::COPY_CODE));
            dialog::offer(&copy);
            if copy.clicked() {
                self.copy(ui, &code);
            }
            if button::with_icon(ui, Icon::Link, scene.say(words::COPY_BOTH)).clicked() {
                self.copy(ui, &self.ticket.link());
            }
            if self.copied {
                badge::badge(ui, scene.say(words::COPIED), Tone::Success);
            }
        });
        let until = scene.say(words::WORKS_ONCE).replace("{}", &moment(self.until));
        ui.add(Label::new(RichText::new(until).text_style(theme::strong())).wrap());
        ui.add(Label::new(RichText::new(scene.say(hint)).color(t.text_weak)).wrap());
        ui.add_space(space::S);
        let done = button::primary(ui, None, scene.say(words::DONE)).clicked();
        if done { Step::Close } else { Step::Stay }
    }

    fn copy(&mut self, ui: &Ui, text: &str) {
        ui.copy_text(text.to_owned());
        self.copied = true;
    }
}
