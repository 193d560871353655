//! Who belongs: everybody with role and devices, and for coordinators what can be changed of it.
//!
//! ```text
//!  relay ──roster──▶ Session ──▶ people ──▶ cards ──▶ dialog (says what happens) ──▶ Action::Manage ──▶ relay
//!  member records ──▶ ┘
//! ```
//!
//! The relay decides who belongs, so without it nothing can be changed here: then there are no buttons, and one sentence
//! says why. Others than coordinators see the same list, as far as it is told to them.

mod invite;
mod relay;
mod role;
pub(crate) mod words;

use std::cell::RefCell;

use eframe::egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Management, PublicKey, Role, Roster};

use self::invite::Invite;
use self::role::RoleChoice;
use super::{Action, Scene, texts};
use crate::link::worker::Asked;
use crate::state::{Laptop, Person, Seen, Standing};
use crate::widgets::badge;
use crate::widgets::dialog::Dialog;
use crate::widgets::icon::{self, Icon};
use crate::widgets::tokens::{Tokens, Tone, radius, space};
use crate::widgets::toolbar::toolbar;
use crate::widgets::{button, dialog};
use crate::widgets::{line, scroll, theme};
use crate::words::moment;

/// The widest that cards are, in points: what belongs together stays together on a wide screen.
const WIDEST: f32 = 900.0;

/// So much of what has happened is shown.
const HAPPENED: usize = 30;

/// The width of a moment, in points.
const DATE: f32 = 104.0;

/// The page's view state.
#[derive(Debug, Default)]
pub(crate) struct MembersPage {
    open: Option<Open>,
}

/// The dialog that is open.
#[derive(Debug)]
enum Open {
    Invite(Box<Invite>),
    Role(Person, RoleChoice),
    Remove(Person),
    Revoke(Person, Laptop),
}

/// What a dialog's contents want next.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Stay,
    Close,
    /// Close, and ask the relay for that.
    Ask(Management),
}

impl MembersPage {
    /// Opens the dialog to invite somebody.
    pub(crate) fn invite(&mut self) {
        self.open = Some(Open::Invite(Box::new(Invite::new(None))));
    }

    /// The relay has answered. Says whether that is shown here already.
    pub(crate) fn answered(&mut self, management: &Management, asked: &Asked, words: &str) -> bool {
        match &mut self.open {
            Some(Open::Invite(invite)) => invite.answered(management, asked, words),
            _ => false,
        }
    }

    /// Draws the page.
    pub(crate) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let people = scene.session.people().unwrap_or_default();
        let roster = scene.session.roster().map(|(roster, at)| (roster.clone(), at));
        let changes = scene.session.standing() == Standing::Manages && scene.session.is_connected();
        let margin = Margin { bottom: space::S as i8, ..Margin::same(space::L as i8) };
        Frame::new().inner_margin(margin).show(ui, |ui| self.head(ui, (&people, changes), scene));
        let frame = Frame::new().inner_margin(Margin { top: 0, ..Margin::same(space::L as i8) });
        frame.show(ui, |ui| {
            scroll::vertical(ui, "members", |ui| {
                ui.set_width(ui.available_width().min(WIDEST));
                ui.spacing_mut().item_spacing.y = space::S;
                notice(ui, (&roster, changes), scene);
                relay::show(ui, scene);
                for person in &people {
                    self.card(ui, (person, changes), scene);
                }
                if let Some((roster, _)) = &roster {
                    invitations(ui, (roster, changes), scene);
                    erasures(ui, (roster, &people), scene);
                    history(ui, (roster, &people), scene);
                }
                ui.add_space(space::XL);
            });
        });
        self.dialog(ui, scene);
    }

    fn head(&mut self, ui: &mut Ui, (people, changes): (&[Person], bool), scene: &Scene<'_>) {
        let belong = people.iter().filter(|person| person.removed_at.is_none()).count();
        let (_, invite) = toolbar(
            ui,
            |ui| {
                super::heading(ui, scene.say(words::MEMBERS), &words::people(belong, scene.language));
            },
            |ui| changes && button::primary(ui, Some(Icon::Plus), scene.say(words::INVITE)).clicked(),
        );
        if invite {
            self.invite();
        }
    }

    /// One person: who, what they are, and their devices.
    fn card(&mut self, ui: &mut Ui, (person, changes): (&Person, bool), scene: &mut Scene<'_>) {
        let gone = person.removed_at.is_some();
        card_frame(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            // Both ends draw with the same page and scene, one after the other.
            let both = RefCell::new((&mut *self, &mut *scene));
            line::ends_at_top(
                ui,
                |ui| who(ui, person, both.borrow().1),
                |ui| {
                    let (page, scene) = &mut *both.borrow_mut();
                    if changes {
                        page.buttons(ui, person, scene);
                    }
                },
            );
            if let Some(organisation) = person.organisation {
                let title = scene.title(organisation);
                ui.label(RichText::new(title).color(Tokens::of(ui).text_weak));
            }
            for laptop in &person.devices {
                self.laptop(ui, (person, laptop), changes && !gone, scene);
            }
        });
    }

    fn buttons(&mut self, ui: &mut Ui, person: &Person, scene: &Scene<'_>) {
        ui.spacing_mut().item_spacing.x = space::XXS;
        let named = |caption: &str| format!("{caption}: {}", person.name);
        let mut pressed = |caption| {
            let caption = scene.say(caption);
            button::quiet(ui, caption).accessible_name(named(caption)).clicked()
        };
        if person.removed_at.is_some() {
            if pressed(words::INVITE_AGAIN) {
                self.open = Some(Open::Invite(Box::new(Invite::new(Some(person.clone())))));
            }
            return;
        }
        if pressed(words::CHANGE_ROLE) {
            let choice = RoleChoice::new(person.role.unwrap_or(Role::Reader), person.organisation);
            self.open = Some(Open::Role(person.clone(), choice));
        }
        if pressed(words::NEW_DEVICE) {
            self.open = Some(Open::Invite(Box::new(Invite::new(Some(person.clone())))));
        }
        if pressed(words::REMOVE) {
            self.open = Some(Open::Remove(person.clone()));
        }
    }

    fn laptop(
        &mut self,
        ui: &mut Ui,
        (person, laptop): (&Person, &Laptop),
        changes: bool,
        scene: &Scene<'_>,
    ) {
        let t = Tokens::of(ui);
        let name = device_name(laptop, scene);
        let told = |ui: &mut Ui| {
            let (tone, seen) = seen(laptop, scene);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                line::flowing(ui, |ui| {
                    badge::status_dot(ui, tone, &seen);
                    let gone = laptop.revoked_at.is_some();
                    ui.label(RichText::new(&name).color(if gone { t.text_weak } else { t.text }));
                    if laptop.is_this {
                        badge::badge(ui, scene.say(words::THIS_DEVICE), Tone::Neutral);
                    }
                    if let Some(at) = laptop.revoked_at {
                        let revoked = format!("{} {}", scene.say(words::REVOKED), moment(at));
                        badge::badge(ui, &revoked, Tone::Danger);
                    }
                });
                {
                    let since = laptop.since.map(|at| scene.say(words::SINCE).replace("{}", &moment(at)));
                    let key = laptop.fingerprint.as_ref();
                    let key = key.map(|key| scene.say(words::KEY).replace("{}", key));
                    let parts: Vec<String> = [since, Some(seen), key]
                        .into_iter()
                        .flatten()
                        .filter(|part| !part.is_empty())
                        .collect();
                    let told = RichText::new(parts.join(" · ")).small().color(t.text_weak);
                    ui.add(Label::new(told).wrap());
                }
            });
        };
        let revoked = |ui: &mut Ui| {
            let caption = scene.say(words::REVOKE);
            changes
                && laptop.revoked_at.is_none()
                && button::quiet(ui, caption).accessible_name(format!("{caption}: {name}")).clicked()
        };
        if line::ends_at_top(ui, told, revoked).1 {
            self.open = Some(Open::Revoke(person.clone(), laptop.clone()));
        }
    }

    fn dialog(&mut self, ui: &Ui, scene: &mut Scene<'_>) {
        let Some(open) = &mut self.open else { return };
        let (title, width) = match open {
            Open::Invite(invite) => (invite.title(scene), 460.0),
            Open::Role(person, _) => (scene.say(words::ROLE_TITLE).replace("{}", &person.name), 460.0),
            Open::Remove(person) => (scene.say(words::REMOVE_TITLE).replace("{}", &person.name), 440.0),
            Open::Revoke(_, laptop) => {
                (scene.say(words::REVOKE_TITLE).replace("{}", &device_name(laptop, scene)), 440.0)
            }
        };
        let dialog = Dialog { title: &title, width, close: scene.say(texts::CLOSE) };
        let shown = dialog.show(ui.ctx(), |ui| match open {
            Open::Invite(invite) => invite.show(ui, scene),
            Open::Role(person, choice) => give_role(ui, (person, choice), scene),
            Open::Remove(person) => remove(ui, person, scene),
            Open::Revoke(person, laptop) => revoke(ui, (person, laptop), scene),
        });
        if shown.closed || shown.inner != Step::Stay {
            self.open = None;
        }
        if let Step::Ask(management) = shown.inner {
            scene.act(Action::Manage(management));
        }
    }
}

fn card_frame(ui: &Ui) -> Frame {
    let t = Tokens::of(ui);
    Frame::new()
        .fill(t.raised)
        .stroke(Stroke::new(1.0, t.border))
        .corner_radius(CornerRadius::same(radius::L))
        .inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Name, and what they are.
fn who(ui: &mut Ui, person: &Person, scene: &Scene<'_>) {
    let t = Tokens::of(ui);
    line::flowing(ui, |ui| {
        icon::show(ui, Icon::Person, t.text_weak);
        let gone = person.removed_at.is_some();
        let name = RichText::new(&person.name).text_style(theme::strong());
        ui.label(if gone { name.color(t.text_weak) } else { name });
        if person.is_me {
            badge::badge(ui, scene.say(words::YOU), Tone::Accent);
        }
        if let Some(role) = person.role.filter(|_| !gone) {
            badge::badge(ui, scene.say(texts::role(role)), Tone::Neutral);
        }
        if let Some(at) = person.removed_at {
            badge::badge(ui, &format!("{} {}", scene.say(words::REMOVED), moment(at)), Tone::Danger);
        }
    });
}

fn device_name(laptop: &Laptop, scene: &Scene<'_>) -> String {
    laptop.name.clone().unwrap_or_else(|| scene.say(words::UNNAMED_DEVICE).to_owned())
}

fn seen(laptop: &Laptop, scene: &Scene<'_>) -> (Tone, String) {
    match laptop.seen {
        Seen::Here if laptop.revoked_at.is_none() && (!laptop.is_this || scene.session.is_connected()) => {
            (Tone::Success, scene.say(words::HERE).to_owned())
        }
        Seen::Wrote(at) => (Tone::Neutral, scene.say(words::WROTE).replace("{}", &moment(at))),
        Seen::Here => (Tone::Neutral, String::new()),
        Seen::NotKnown => (Tone::Neutral, scene.say(words::NOT_SEEN).to_owned()),
    }
}

/// Why nothing can be changed here, where that is so.
fn notice(ui: &mut Ui, (roster, changes): (&Option<(std::sync::Arc<Roster>, i64)>, bool), scene: &Scene<'_>) {
    let (tone, text) = match scene.session.standing() {
        Standing::Unknown => return,
        Standing::Manages if changes => return,
        Standing::Manages => {
            let what = match roster {
                Some((_, at)) => scene.say(words::AS_OF).replace("{}", &moment(*at)),
                None => scene.say(words::BY_WRITING).to_owned(),
            };
            (Tone::Warning, format!("{} {what}", scene.say(words::NOT_CONNECTED)))
        }
        Standing::Alone => (Tone::Neutral, scene.say(words::ALONE).to_owned()),
        Standing::NoMembers => (Tone::Neutral, scene.say(words::NO_MEMBERS).to_owned()),
        Standing::Belongs(_) => (Tone::Neutral, scene.say(words::FOR_COORDINATORS).to_owned()),
    };
    super::banner(ui, tone, &text);
}

/// A heading over a further part of the page.
fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(space::M);
    ui.label(RichText::new(text).text_style(theme::strong()));
}

fn invitations(ui: &mut Ui, (roster, changes): (&Roster, bool), scene: &mut Scene<'_>) {
    if roster.invitations.is_empty() {
        return;
    }
    heading(ui, scene.say(words::OPEN_INVITATIONS));
    let mut withdrawn: Option<PublicKey> = None;
    card_frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XXS;
        for invitation in &roster.invitations {
            let role = scene.say(texts::role(invitation.role));
            let until = scene.say(words::GOOD_UNTIL).replace("{}", &moment(invitation.expires_at));
            let (_, pressed) = toolbar(
                ui,
                |ui| {
                    line::flowing(ui, |ui| {
                        badge::badge(ui, role, Tone::Neutral);
                        ui.label(&until);
                    });
                },
                |ui| {
                    let caption = scene.say(words::WITHDRAW);
                    let name = format!("{caption}: {role}, {until}");
                    changes && button::quiet(ui, caption).accessible_name(name).clicked()
                },
            );
            withdrawn = withdrawn.or(pressed.then_some(invitation.key));
        }
    });
    if let Some(key) = withdrawn {
        scene.act(Action::Manage(Management::Withdraw { key }));
    }
}

/// What was erased, and where that is done.
fn erasures(ui: &mut Ui, (roster, people): (&Roster, &[Person]), scene: &Scene<'_>) {
    if roster.erasures.is_empty() {
        return;
    }
    heading(ui, scene.say(words::ERASURES));
    card_frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS;
        for erasure in roster.erasures.iter().take(HAPPENED) {
            let (tone, state) = confirmations(&erasure.waiting, people, scene);
            ui.horizontal_wrapped(|ui| {
                badge::status_dot(ui, tone, &state);
                ui.label(moment(erasure.at));
                ui.add(Label::new(RichText::new(&state).color(Tokens::of(ui).text_weak)).wrap());
            });
        }
    });
}

/// Who has not said yet that nothing is left of what was erased.
pub(super) fn confirmations(waiting: &[DeviceId], people: &[Person], scene: &Scene<'_>) -> (Tone, String) {
    if waiting.is_empty() {
        return (Tone::Success, scene.say(words::ERASED_EVERYWHERE).to_owned());
    }
    let named = waiting.iter().map(|device| {
        let owner = people.iter().find_map(|person| {
            let laptop = person.devices.iter().find(|laptop| laptop.device == *device)?;
            Some(format!("{} ({})", person.name, device_name(laptop, scene)))
        });
        owner.unwrap_or_else(|| scene.say(texts::SOMEBODY).to_owned())
    });
    let names = named.collect::<Vec<_>>().join(", ");
    (Tone::Warning, scene.say(words::WAITING_FOR).replace("{}", &names))
}

fn history(ui: &mut Ui, (roster, people): (&Roster, &[Person]), scene: &Scene<'_>) {
    if roster.history.is_empty() {
        return;
    }
    let t = Tokens::of(ui);
    let name = |id: RecordId| {
        let is_theirs =
            |person: &&Person| person.member == id || person.devices.iter().any(|laptop| laptop.device == id);
        people.iter().find(is_theirs).map(|person| person.name.clone())
    };
    heading(ui, scene.say(words::HAPPENED));
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        for entry in roster.history.iter().take(HAPPENED) {
            ui.horizontal_top(|ui| {
                let at = RichText::new(moment(entry.at)).small().color(t.text_weak);
                ui.vertical(|ui| {
                    ui.set_width(DATE);
                    ui.label(at);
                });
                ui.add(Label::new(words::happening(entry, scene.language, &name)).wrap());
            });
        }
    });
}

/// The buttons at the end of a dialog: what is done at the left, and the way out of it. Where nothing is offered before, the keyboard is on
/// that: somebody would be shut out.
fn buttons<'s>(
    ui: &mut Ui,
    scene: &mut Scene<'s>,
    done: impl FnOnce(&mut Ui, &mut Scene<'s>) -> Step,
) -> Step {
    ui.horizontal_wrapped(|ui| {
        let step = done(ui, scene);
        let cancel = ui.button(scene.say(words::CANCEL));
        dialog::offer(&cancel);
        if cancel.clicked() { Step::Close } else { step }
    })
    .inner
}

fn paragraph(ui: &mut Ui, text: &str) {
    ui.add(Label::new(text).wrap());
}

fn weak_paragraph(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap());
}

fn give_role(ui: &mut Ui, (person, choice): (&Person, &mut RoleChoice), scene: &mut Scene<'_>) -> Step {
    choice.show(ui, scene);
    ui.add_space(space::XS);
    weak_paragraph(ui, scene.say(words::ROLE_AT_ONCE));
    if person.is_me && choice.role != Role::Coordinator {
        super::banner(ui, Tone::Warning, scene.say(words::ROLE_OWN));
    }
    ui.add_space(space::S);
    let same = person.role == Some(choice.role) && person.organisation == choice.for_whom();
    let (ready, organisation, role) = (choice.is_whole() && !same, choice.for_whom(), choice.role);
    buttons(ui, scene, |ui, scene| {
        let caption = scene.say(words::GIVE_ROLE);
        let given = ui.add_enabled_ui(ready, |ui| button::primary(ui, None, caption)).inner.clicked();
        let wish = Management::SetRole { member: person.member, role, organisation };
        if given { Step::Ask(wish) } else { Step::Stay }
    })
}

fn remove(ui: &mut Ui, person: &Person, scene: &mut Scene<'_>) -> Step {
    paragraph(ui, &scene.say(words::REMOVE_AT_ONCE).replace("{}", &person.name));
    weak_paragraph(ui, &scene.say(words::REMOVE_STAYS).replace("{}", &person.name));
    if person.is_me {
        super::banner(ui, Tone::Warning, scene.say(words::REMOVE_OWN));
    }
    ui.add_space(space::S);
    buttons(ui, scene, |ui, scene| {
        let pressed = button::danger(ui, scene.say(words::REMOVE_NOW)).clicked();
        if pressed { Step::Ask(Management::Remove { member: person.member }) } else { Step::Stay }
    })
}

fn revoke(ui: &mut Ui, (person, laptop): (&Person, &Laptop), scene: &mut Scene<'_>) -> Step {
    paragraph(ui, &scene.say(words::REVOKE_AT_ONCE).replace("{}", &person.name));
    weak_paragraph(ui, scene.say(words::REVOKE_STAYS));
    if laptop.is_this {
        super::banner(ui, Tone::Warning, scene.say(words::REVOKE_OWN));
    }
    ui.add_space(space::S);
    buttons(ui, scene, |ui, scene| {
        let pressed = button::danger(ui, scene.say(words::REVOKE_NOW)).clicked();
        if pressed { Step::Ask(Management::Revoke { device: laptop.device }) } else { Step::Stay }
    })
}
