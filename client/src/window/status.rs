//! The status line: whether what you did is saved, and whether others have it. Never better than the truth.

use eframe::egui::{Id, Label, RichText, Ui, UiBuilder};
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::schema::{Caption, Language};

use crate::explain;
use crate::link::LinkError;
use crate::link::worker::Link;
use crate::pages::{Action, Command, Drafts, Page, texts};
use crate::state::{Session, Settings};
use crate::widgets::tokens::{Tone, height, space, width};
use crate::widgets::{badge, button, line};
use crate::words::{clock, moment};

/// The height of the line, in points.
pub(super) const HEIGHT: f32 = 34.0;

/// From this width of the line on everything is shown, in points.
const ROOMY: f32 = 760.0;

/// How it stands with what is typed in fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    /// Nothing is.
    Nothing,
    /// Something is that is kept, and no change yet: only this computer has it.
    Kept,
    /// Something is that is not kept yet.
    Unkept,
}

impl Typing {
    /// How it stands with these drafts.
    pub(super) fn of(drafts: &Drafts) -> Typing {
        match (drafts.has_unkept(), drafts.has_uncommitted()) {
            (true, _) => Typing::Unkept,
            (false, true) => Typing::Kept,
            (false, false) => Typing::Nothing,
        }
    }
}

/// What is said of whether everything is saved, and whether that is to be said however narrow the window is.
fn saved(session: &Session, typing: Typing) -> (Caption, bool) {
    match typing {
        _ if session.cannot_keep() => (texts::CANNOT_SAVE, true),
        Typing::Unkept => (texts::SAVING, true),
        _ if session.is_writing() => (texts::SAVING, true),
        Typing::Kept => (texts::DRAFT_SAVED, false),
        Typing::Nothing => (texts::SAVED, false),
    }
}
/// What is said of records that a disk has damaged.
const DAMAGED_HINT: Caption = Caption::new(
    "Datorns disk har ändrat något i de här posterna. Samsyn hämtar dem igen från reläet vid nästa kontakt. Blir de inte hela då, lägg tillbaka en säkerhetskopia.",
    "This computer's disk has changed something in these records. Samsyn gets them again from the relay at the next contact. Where they do not become whole, put a backup back.",
);

/// The same where there is no relay.
const DAMAGED_ALONE: Caption = Caption::new(
    "Datorns disk har ändrat något i de här posterna, och det finns inget relä att hämta dem igen från. Lägg tillbaka en säkerhetskopia.",
    "This computer's disk has changed something in these records, and there is no relay to get them again from. Put a backup back.",
);

/// What is said of what came and could not be taken in.
const KEPT_APART_HINT: Caption = Caption::new(
    "Sådant som kom från reläet men inte kunde tas in: det går inte ihop, eller kommer från en nyare version. ”Skicka avvisade ändringar igen” bland kommandona hämtar det igen.",
    "What came from the relay and could not be taken in: it does not fit, or is of a newer version. \"Send refused changes again\" among the commands asks for it again.",
);

/// Draws the status line.
pub(super) fn show(ui: &mut Ui, session: &Session, settings: &Settings, typing: Typing) -> Vec<Action> {
    let language = settings.language;
    let status = session.status();
    let mut wanted = Vec::new();
    let (tone, words, detail) = link(&status.link, language);
    let sending = matches!(status.link, Link::Sending { .. });
    let (live, alone) = (status.link == Link::Live || sending, status.link == Link::Alone);
    // In a narrow window what needs to be acted on comes first.
    let (roomy, narrow) = (ui.available_width() > ROOMY, ui.available_width() < width::WITH_SIDEBAR);
    let left = |ui: &mut Ui| {
        badge::status_dot(ui, tone, &words);
        let label = ui.add(Label::new(&words).truncate());
        if let Some(detail) = detail {
            label.on_hover_text(detail);
        }
        if let Some(contact) = status.last_contact.filter(|_| !live && roomy) {
            ui.weak(texts::last_contact(&moment(contact), language));
        }
        if live && roomy {
            others(ui, session, language);
        }
    };
    let right = |ui: &mut Ui| {
        let outbox = &status.outbox;
        let pressed = narrow && (outbox.refused > 0 || sending);
        if outbox.waiting > 0 && !alone && !pressed && (!sending || roomy) {
            badge::badge(ui, &texts::waiting(outbox.waiting, language), Tone::Accent);
        }
        if outbox.held > 0 && roomy {
            let held = badge::badge(ui, &texts::held(outbox.held, language), Tone::Neutral);
            held.on_hover_text(texts::HELD_HINT.get(language));
        }
        if outbox.refused > 0 {
            badge::badge(ui, &texts::refused(outbox.refused, language), Tone::Danger);
            if button::quiet(ui, texts::SHOW.get(language)).clicked() {
                wanted.push(Command::Go(Page::Refused));
            }
        }
        if status.outbox.quarantined > 0 && roomy {
            let apart = texts::kept_apart(status.outbox.quarantined, language);
            badge::badge(ui, &apart, Tone::Warning).on_hover_text(KEPT_APART_HINT.get(language));
        }
        if status.outbox.damaged > 0 {
            let damaged = texts::damaged(status.outbox.damaged, language);
            let hint = if alone { DAMAGED_ALONE } else { DAMAGED_HINT };
            badge::badge(ui, &damaged, Tone::Danger).on_hover_text(hint.get(language));
        }
        wanted.extend(what_helps(ui, session, language, roomy));
        let (saved, always) = saved(session, typing);
        if roomy || always {
            ui.label(RichText::new(saved.get(language)).weak());
        }
        // What stands before it comes and goes. Under a name of its own the switch stays the same between the press and the release
        // of a button, whatever happens in between. In a narrow window it is in the menu.
        let named = UiBuilder::new().scope_id(Id::unique("offline switch"));
        ui.scope_builder(named, |ui| {
            let mut offline = settings.offline;
            if !alone && !narrow && ui.checkbox(&mut offline, texts::OFFLINE_SWITCH.get(language)).changed() {
                wanted.push(Command::ToggleOffline);
            }
        });
    };
    ui.spacing_mut().item_spacing.x = space::S;
    ui.add_space((HEIGHT - height::CONTROL) / 2.0);
    line::ends(ui, left, right);
    wanted.into_iter().map(Action::Command).collect()
}

/// Buttons for what helps where there is no connection. Trying again helps nobody who is not let in.
fn what_helps(ui: &mut Ui, session: &Session, language: Language, roomy: bool) -> Option<Command> {
    if session.is_kept_out() {
        let is_asked = button::quiet(ui, &Command::Enter.words(language)).clicked();
        return is_asked.then_some(Command::Enter);
    }
    let Link::Waiting { reason, .. } = &session.status().link else { return None };
    let elsewhere =
        may_be_elsewhere(reason, roomy) && button::quiet(ui, &Command::Relay.words(language)).clicked();
    let again = button::quiet(ui, texts::SYNC_NOW.get(language)).clicked();
    elsewhere.then_some(Command::Relay).or(again.then_some(Command::SyncNow))
}

/// Whether another address may be what is needed: the relay says so, or what stands there is none. Where nobody answers it is mostly
/// the network: then it is offered where there is room.
fn may_be_elsewhere(reason: &LinkError, roomy: bool) -> bool {
    match reason {
        LinkError::Moved { .. }
        | LinkError::Address { .. }
        | LinkError::NotARelay { .. }
        | LinkError::NotTrusted { .. } => true,
        LinkError::Unreachable { .. } => roomy,
        _ => false,
    }
}

/// Who else is connected: how many, and on a closer look who.
fn others(ui: &mut Ui, session: &Session, language: Language) {
    let mut names: Vec<&str> = session.others().map(|(name, _)| name).collect();
    if names.is_empty() {
        return;
    }
    names.sort_unstable();
    ui.weak(texts::others_here(names.len(), language)).on_hover_text(names.join("\n"));
}

/// How the link stands: its colour, a few words, and more of them where something is wrong.
fn link(link: &Link, language: Language) -> (Tone, String, Option<String>) {
    let say = |tone, caption: samsyn_engine::schema::Caption| (tone, caption.get(language).to_owned(), None);
    match link {
        Link::Alone => say(Tone::Neutral, texts::SYNC_ALONE),
        Link::Offline => say(Tone::Neutral, texts::SYNC_OFFLINE),
        Link::Connecting => say(Tone::Warning, texts::SYNC_CONNECTING),
        Link::CatchingUp { received, pending } => {
            (Tone::Accent, texts::catching_up(*received, *pending, language), None)
        }
        Link::Comparing => say(Tone::Accent, texts::SYNC_COMPARING),
        Link::Live => say(Tone::Success, texts::SYNC_LIVE),
        Link::Sending { percent, waits } => (Tone::Accent, texts::sending(*percent, *waits, language), None),
        Link::Waiting { reason, next } => {
            let next = next.map(clock);
            let words = match &**reason {
                LinkError::Problem(SyncProblem::Replica(error)) if error.is_of_the_disk() => {
                    texts::SYNC_NO_DISK.get(language).to_owned()
                }
                LinkError::SignIn { .. } => texts::waiting_for_sign_in(next, language),
                LinkError::Moved { .. } => texts::RELAY_MOVED.get(language).to_owned(),
                _ => texts::waiting_for_relay(next, language),
            };
            (Tone::Warning, words, Some(explain::link_error(reason, language)))
        }
    }
}
