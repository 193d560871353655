//! The frame around all pages, and the one place where what was asked for is done.
//!
//! - `telling` — what is told of texts that somebody typed
//! - `typing` — what is typed, from the key to the document
//! - `offers` — what toasts offer to do, and what others did meanwhile
//! - `question` — what is asked before it is done

mod offers;
mod question;
mod telling;
mod typing;

use std::sync::Arc;

use eframe::egui::{Color32, Context, Frame, Id, Margin, Rect, Ui, UiBuilder, ViewportCommand};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{KINDS, Kind, count_words, kind};
use samsyn_engine::store::Found;

use self::offers::{Offer, Told};
use self::question::MarkAll;
use self::telling::Untold;
use super::backing_up::Backups;
use super::entrance::Entrance;
use super::moving::Moving;
use super::relay::RelayDesk;
use super::status::Typing;
use super::{banner, scale, sidebar, status, title_of, topbar};
use crate::keys::Vault;
use crate::pages::{
    Action, Beside, Command, DraftKey, Drafts, ListPage, MembersPage, Page, RecordPane, RefusedPage,
    ReviewPage, Scene, keys, members, texts,
};
use crate::state::{Overwritten, Session, Settings, Standing, ThemeChoice};
use crate::widgets::palette::{Item, Palette, PaletteTexts};
use crate::widgets::split::{Split, split};
use crate::widgets::theme::{self, Mode};
use crate::widgets::toast::{Toast, Toasts};
use crate::widgets::tokens::{Tokens, Tone, space, width};
use crate::words::today;

/// Everything in the window.
pub struct Shell {
    pub(super) session: Session,
    pub(super) settings: Settings,
    pub(super) drafts: Drafts,
    pub(super) page: Page,
    pub(super) lists: Vec<ListPage>,
    pub(super) review: ReviewPage,
    members: MembersPage,
    refused: RefusedPage,
    pub(super) record: Option<RecordPane>,
    /// Where the keyboard is, and where it goes.
    pub(super) moving: Moving,
    pub(super) palette: Palette,
    toasts: Toasts,
    /// What toasts offer.
    offers: Vec<(u64, Offer)>,
    /// What toasts tell of others' changes.
    told: Vec<Told>,
    /// What is to be told of others' changes once it is known what they refer to.
    to_tell: Vec<Overwritten>,
    /// What is to be told of texts that somebody typed, and waits for the names of their records.
    untold: Vec<Untold>,
    /// Where texts are kept that could not be saved, and what they were typed in was only begun.
    only_begun: Vec<DraftKey>,
    /// What is asked before it is done.
    question: Option<MarkAll>,
    /// What the status line says of what is typed.
    said: Typing,
    title: Arc<str>,
    theme: Option<ThemeChoice>,
    /// Somebody was told what closing the window would lose.
    warned: bool,
    /// Somebody wants the workspace locked.
    locks: bool,
    /// Somebody comes in again with a code.
    entrance: Entrance,
    /// Somebody changes the relay's address, or takes the workspace to one.
    relay: RelayDesk,
    /// Somebody backs the workspace up.
    backups: Backups,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell")
            .field("page", &self.page)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl Shell {
    /// The shell over a session, at the first list.
    pub fn open(session: Session, settings: Settings) -> Self {
        Shell::new(session, settings, None)
    }

    /// The shell over a session. Without a page: Review where something awaits, otherwise the first list.
    pub(crate) fn new(session: Session, settings: Settings, page: Option<Page>) -> Self {
        let kinds = KINDS.iter().copied().filter(|kind| !kind.internal);
        let lists = kinds.map(|kind| ListPage::new(kind, settings.widths.get(kind.name)));
        let lists: Vec<ListPage> = lists.collect();
        let first = lists.first().map_or(Page::Review, |list| Page::List(list.kind()));
        let mut shell = Shell {
            session,
            settings,
            drafts: Drafts::new(),
            page: page.unwrap_or(first),
            lists,
            review: ReviewPage::default(),
            members: MembersPage::default(),
            refused: RefusedPage::default(),
            record: None,
            moving: Moving::default(),
            palette: Palette::default(),
            toasts: Toasts::default(),
            offers: Vec::new(),
            told: Vec::new(),
            to_tell: Vec::new(),
            untold: Vec::new(),
            only_begun: Vec::new(),
            question: None,
            said: Typing::Nothing,
            title: "".into(),
            theme: None,
            warned: false,
            locks: false,
            entrance: Entrance::default(),
            relay: RelayDesk::default(),
            backups: Backups::default(),
        };
        shell.arrive();
        shell
    }

    /// Keeps keys there, where this device comes in with another.
    pub(crate) fn keeping_keys_in(mut self, vault: Vault) -> Shell {
        self.relay = RelayDesk::with_keys_in(vault.clone());
        self.backups = Backups::with_keys_in(vault.clone());
        self.entrance = Entrance::with_keys_in(vault);
        self
    }

    /// Whether somebody wants the workspace locked, told once: then it has to be closed.
    pub(crate) fn is_to_be_locked(&mut self) -> bool {
        std::mem::take(&mut self.locks)
    }

    /// What the person has chosen.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Draws a frame and does what was asked for in it.
    pub fn show(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        if scale::follow(&context, &mut self.settings) {
            self.tell_no_room(&context);
        }
        self.session.pump();
        self.take_up();
        self.begin_again();
        self.apply_settings(&context);
        self.follow_record();
        let mut actions: Vec<Action> = self.keys(&context).into_iter().map(Action::Command).collect();
        actions.extend(self.panels(ui));
        actions.extend(self.overlays(&context));
        self.enter(&context);
        self.settle_relay(&context);
        self.backups.show(&context, self.session.path(), self.settings.language);
        self.step_out(&context);
        actions.into_iter().for_each(|action| self.carry_out(action, &context));
        self.keep_drafts(&context);
        self.await_what_comes(&context);
        self.tell();
        self.tell_typed();
        self.tell_answers();
        self.withdraw_offers();
        let in_sight: Vec<RecordId> =
            self.record.iter().map(RecordPane::id).chain(self.review.chosen()).collect();
        // What is typed in a field that is gone is kept in the next frame: what was only begun is still known then.
        let typed = self.drafts.uncommitted().map(|key| key.record);
        let in_sight: Vec<RecordId> = in_sight.into_iter().chain(typed).collect();
        // Of what is only begun the others know nothing.
        let open = self.record.as_ref().map(RecordPane::id);
        self.session.tell_open(open.filter(|id| !self.session.is_only_begun(*id)));
        self.session.keep_only(&in_sight);
        self.session.ask_for_missing();
    }

    /// Whether the page shows what is there: its list has been read, and the row on top.
    pub fn is_usable(&mut self) -> bool {
        let Page::List(kind) = self.page else { return self.session.meta().is_some() };
        let Some(list) = self.lists.iter().find(|list| list.kind() == kind) else { return false };
        let first = list.first();
        self.session.meta().is_some()
            && list.is_read()
            && first.is_none_or(|id| self.session.row(id).is_some())
    }

    fn apply_settings(&mut self, context: &Context) {
        if self.theme != Some(self.settings.theme) {
            self.theme = Some(self.settings.theme);
            theme::set(context, mode(self.settings.theme));
        }
        let title = title_of(self.session.meta().map(|meta| meta.workspace_name.as_str()));
        if title != self.title {
            self.title = title;
            context.send_viewport_cmd(ViewportCommand::Title(self.title.to_string()));
        }
    }

    fn panels(&mut self, ui: &mut Ui) -> Vec<Action> {
        let t = Tokens::of(ui);
        let area = banner::show(ui, &self.session, self.settings.language);
        let (above, bar) = area.split_top_bottom_at_y(area.bottom() - status::HEIGHT);
        let mut actions = Vec::new();
        // In the order in which the keyboard goes: to the sidebar, the page, and the status line last.
        let wide = area.width() >= width::WITH_SIDEBAR;
        let page = if wide {
            let (side, page) = above.split_left_right_at_x(above.left() + width::SIDEBAR);
            actions.extend(self.sidebar(ui, side));
            page
        } else {
            let (top, page) = above.split_top_bottom_at_y(above.top() + topbar::HEIGHT);
            let menu = &mut self.moving.menu;
            actions.extend(region(ui, "topbar", top, t.sunken, |ui| {
                topbar::show(ui, &self.session, &self.settings, menu)
            }));
            page
        };
        if self.moving.menu && !wide {
            actions.extend(self.sidebar(ui, page));
        } else {
            self.moving.menu = false;
            actions.extend(region(ui, "page", page, t.surface, |ui| self.middle(ui)));
        }
        actions.extend(region(ui, "status", bar, t.sunken, |ui| {
            let frame = Frame::new().inner_margin(Margin::symmetric(space::M as i8, 0));
            self.said = Typing::of(&self.drafts);
            frame.show(ui, |ui| status::show(ui, &self.session, &self.settings, self.said)).inner
        }));
        actions
    }

    fn sidebar(&mut self, ui: &mut Ui, area: Rect) -> Vec<Action> {
        let fill = Tokens::of(ui).sunken;
        region(ui, "sidebar", area, fill, |ui| {
            let frame = Frame::new().inner_margin(space::M);
            frame.show(ui, |ui| sidebar::show(ui, &mut self.session, &self.settings, self.page)).inner
        })
    }

    fn middle(&mut self, ui: &mut Ui) -> Vec<Action> {
        let mut scene = Scene {
            session: &mut self.session,
            drafts: &mut self.drafts,
            language: self.settings.language,
            as_register: self.settings.as_register,
            today: today(),
            actions: Vec::new(),
        };
        self.moving.land(ui, self.page.caption().get(self.settings.language));
        let kind = match self.page {
            Page::Review => {
                self.review.show(ui, &mut scene);
                return scene.actions;
            }
            Page::Members => {
                self.members.show(ui, &mut scene);
                return scene.actions;
            }
            Page::Refused => {
                self.refused.show(ui, &mut scene);
                return scene.actions;
            }
            Page::List(kind) => kind,
        };
        let Some(list) = self.lists.iter_mut().find(|list| list.kind() == kind) else { return scene.actions };
        let room = ui.available_width() >= width::TWO_PANES;
        self.moving.beside = room && !self.record.as_ref().is_some_and(RecordPane::is_wide);
        let beside = Beside { open: self.record.as_ref().map(RecordPane::id), room };
        let Some(record) = &mut self.record else {
            pane(ui, "list", |ui| list.show(ui, beside, &mut scene));
            return scene.actions;
        };
        // Too narrow for two: the record is what somebody asked for last.
        if !self.moving.beside {
            Frame::new()
                .inner_margin(space::L)
                .show(ui, |ui| pane(ui, "record", |ui| record.show(ui, room, &mut scene)));
            return scene.actions;
        }
        let name = texts::EDGE.get(self.settings.language);
        let panes = Split { id: "record", name, right: width::RECORD, least: width::PANE };
        // Both panes draw with the same scene, one after the other: what is at the right is drawn first.
        let scene = std::cell::RefCell::new(scene);
        split(
            ui,
            panes,
            |ui| pane(ui, "list", |ui| list.show(ui, beside, &mut scene.borrow_mut())),
            |ui| pane(ui, "record", |ui| record.show(ui, true, &mut scene.borrow_mut())),
        );
        scene.into_inner().actions
    }

    fn overlays(&mut self, context: &Context) -> Vec<Action> {
        let language = self.settings.language;
        let chosen = self.show_palette(context);
        self.moving.keys &= !(self.moving.keys && keys::show(context, language));
        let pressed = self.toasts.show(context, texts::CLOSE.get(language));
        if let Some(toast) = pressed {
            self.accept(toast);
        }
        self.show_question(context);
        chosen.into_iter().collect()
    }

    /// Whether a command does something here and now: only what does is offered.
    pub(super) fn offers_command(&self, command: Command) -> bool {
        let session = &self.session;
        let has_relay = session.meta().is_some_and(|meta| meta.relay.is_some());
        match command {
            Command::New(kind) => session.may_make(kind),
            Command::NewHere => self.can_make_here(),
            Command::Undo => session.can_undo(),
            Command::Redo => session.can_redo(),
            Command::CloseRecord => self.record.is_some(),
            Command::ToggleOffline | Command::SyncNow => has_relay,
            Command::Retry => session.status().outbox.refused + session.status().outbox.quarantined > 0,
            Command::Go(Page::Refused) => session.status().outbox.refused > 0,
            Command::ReviewedAll => self.can_mark_all(),
            Command::Invite => session.standing() == Standing::Manages,
            Command::Enter => session.is_kept_out(),
            Command::Go(_)
            | Command::Palette
            | Command::Find
            | Command::Keys
            | Command::Relay
            | Command::BackUp
            | Command::Lock
            | Command::AsRegister(_)
            | Command::Speak(_)
            | Command::Resize(_)
            | Command::Theme(_) => true,
        }
    }

    fn show_palette(&mut self, context: &Context) -> Option<Action> {
        #[derive(Clone, Copy)]
        enum Choice {
            Command(Command),
            Record(RecordId),
        }
        if !self.palette.is_open() {
            return None;
        }
        let language = self.settings.language;
        let query = self.palette.query().to_owned();
        let found = match query.trim() {
            "" => Found::default(),
            _ => self.session.search(&query, &[]),
        };
        let commands: Vec<(Command, String, String)> = Command::all()
            .into_iter()
            .filter(|command| self.offers_command(*command))
            .map(|command| {
                let keys = command.shortcut().map(|keys| context.format_shortcut(&keys));
                (command, command.words(language), keys.unwrap_or_default())
            })
            .collect();
        let of_commands = commands.iter().map(|(command, words, keys)| Item {
            id: Choice::Command(*command),
            title: words,
            detail: "",
            shortcut: keys,
            found: false,
        });
        let near = texts::DID_YOU_MEAN.get(language);
        let (shown, all) = (found.hits.len() as u64, found.total);
        let more = match shown < all {
            true => texts::SOME_SHOWN
                .fill(language, &[&count_words(shown, language), &count_words(all, language)]),
            false => String::new(),
        };
        let hits = found.hits.iter().map(|hit| (hit, "")).chain(found.near.iter().map(|hit| (hit, near)));
        let of_records = hits.map(|(hit, shortcut)| Item {
            id: Choice::Record(hit.id),
            title: if hit.title.is_empty() { texts::UNNAMED.get(language) } else { &hit.title },
            detail: kind(&hit.kind).map_or("", |kind| kind.caption.get(language)),
            // At the end of the line, where commands have their keys.
            shortcut,
            found: true,
        });
        let items: Vec<Item<'_, Choice>> = of_commands.chain(of_records).collect();
        let words = PaletteTexts {
            prompt: texts::SEARCH_ALL.get(language),
            no_match: texts::NOTHING_FOUND.get(language),
            more: &more,
        };
        self.palette.show(context, &items, words).map(|choice| match choice {
            Choice::Command(command) => Action::Command(command),
            Choice::Record(id) => Action::Open(id),
        })
    }

    fn carry_out(&mut self, action: Action, context: &Context) {
        match action {
            Action::Open(id) => self.show_record(id, true),
            Action::Glance(id) => self.show_record(id, false),
            Action::Create(new) => self.session.create(new),
            Action::Edit(id, edits) => drop(self.edit(id, edits)),
            Action::EditAndTell(id, edits, told) => {
                let step = self.edit(id, edits);
                self.tell_done(told, step);
            }
            Action::Apply(batch) => {
                let told = batch.name().to_owned();
                let step = self.session.apply(batch);
                self.tell_done(told, Some(step));
            }
            Action::Reviewed(records) => drop(self.session.mark_reviewed(records)),
            Action::RetryIn(id) => self.session.retry_refused_in(id),
            Action::Discard(id) => self.session.discard_refused(id),
            Action::WriteDossier(id, path, existing) => {
                self.session.write_dossier(id, (path, existing), self.settings.language);
            }
            Action::Widths(kind, widths) => {
                self.settings.widths.insert(kind.name.to_owned(), widths);
            }
            Action::Manage(management) => self.session.manage(management),
            Action::Command(command) => self.run(command, context),
        }
    }

    /// Does something for a test, as if it had been asked for in the window.
    #[cfg(test)]
    pub(super) fn does(&mut self, command: Command) {
        self.run(command, &Context::default());
    }

    fn run(&mut self, command: Command, context: &Context) {
        match command {
            Command::Go(page) => self.go(page),
            Command::New(kind) => self.create(kind),
            Command::NewHere => self.create_here(),
            Command::Keys => self.moving.keys = true,
            Command::Undo | Command::Redo => self.take_back(command == Command::Undo),
            Command::Palette => self.palette.open(),
            Command::Find => self.find(),
            Command::CloseRecord => self.close_record(),
            Command::ToggleOffline => {
                self.settings.offline = !self.settings.offline;
                self.session.set_offline(self.settings.offline);
            }
            Command::SyncNow => {
                self.settings.offline = false;
                self.session.sync_now();
            }
            Command::Retry => self.session.retry_refused(),
            Command::ReviewedAll => self.ask_to_mark_all(),
            Command::Invite => {
                self.go(Page::Members);
                // Whoever may not, or has no relay now, is told so by the page.
                if self.session.standing() == Standing::Manages && self.session.is_connected() {
                    self.members.invite();
                }
            }
            Command::Enter => self.entrance.open(),
            Command::Relay => self.relay.open(&self.session),
            Command::BackUp => self.backups.open(),
            Command::Lock => self.locks = true,
            Command::Speak(language) => self.settings.language = language,
            Command::Theme(theme) => self.settings.theme = theme,
            Command::Resize(resize) => {
                if scale::resize_to(context, &mut self.settings, resize) {
                    self.tell_no_room(context);
                }
            }
            Command::AsRegister(as_register) => self.settings.as_register = as_register,
        }
        context.request_repaint();
    }

    /// Shows the form of a new record. It is made with the first thing that is entered in it.
    pub(super) fn create(&mut self, kind: &'static Kind) {
        if !self.session.may_make(kind) {
            return;
        }
        let id = self.session.begin(kind);
        self.moving.menu = false;
        self.page = Page::List(kind);
        self.record = Some(RecordPane::new(id, true));
    }

    /// Tells that larger text has no room in this window.
    fn tell_no_room(&mut self, context: &Context) {
        let text = texts::no_room_for_larger(scale::percent(context), self.settings.language);
        self.toasts.push(Toast { text, tone: Tone::Neutral, action: None });
    }

    /// Tells what came of what the relay was asked for.
    fn tell_answers(&mut self) {
        let language = self.settings.language;
        while let Some((management, asked)) = self.session.next_answer() {
            let (done, text) = members::words::outcome(&management, &asked, language);
            let record = self.record.as_mut();
            let shown = self.members.answered(&management, &asked, &text)
                || record.is_some_and(|record| record.answered(&management, &asked, &text));
            if !shown {
                let text = match members::words::subject(&management, &mut self.session) {
                    Some(subject) => format!("{subject}: {text}"),
                    None => text,
                };
                let tone = if done { Tone::Success } else { Tone::Danger };
                self.toasts.push(Toast { text, tone, action: None });
            }
        }
    }

    /// Changes the relay's address, or takes the workspace to one, and tells of it.
    fn settle_relay(&mut self, context: &Context) {
        let Some(text) = self.relay.show(context, &self.session, self.settings.language) else { return };
        self.session.take_new_key();
        self.toasts.push(Toast { text, tone: Tone::Neutral, action: None });
    }

    /// Comes in again with a code, and tells of it.
    fn enter(&mut self, context: &Context) {
        let language = self.settings.language;
        let Some(entered) = self.entrance.show(context, &self.session, language) else { return };
        self.session.take_new_key();
        let toast = Toast { text: entered, tone: Tone::Success, action: None };
        self.toasts.push(toast);
    }
}

/// A part of the window, filled.
fn region<R>(ui: &mut Ui, name: &str, area: Rect, fill: Color32, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.painter().rect_filled(area, 0.0, fill);
    let mut part = ui.new_child(UiBuilder::new().id_salt(name).max_rect(area));
    part.shrink_clip_rect(area);
    content(&mut part)
}

/// A pane that is the same whatever stands beside it: what has the keyboard in it keeps it, and what was scrolled stays where it was.
fn pane<R>(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    let room = ui.available_rect_before_wrap();
    let same = UiBuilder::new().scope_id(Id::unique(("pane", name))).max_rect(room);
    ui.scope_builder(same, content).inner
}

/// What a person has chosen, for the theme.
pub(super) fn mode(theme: ThemeChoice) -> Mode {
    match theme {
        ThemeChoice::System => Mode::System,
        ThemeChoice::Light => Mode::Light,
        ThemeChoice::Dark => Mode::Dark,
    }
}
