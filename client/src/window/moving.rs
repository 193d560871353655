//! How one moves about in the window: to a page, into a record, out of it, by keys as by the pointer.
//!
//! ```text
//!  sidebar ──Enter──▶ list ──Enter──▶ record ──Esc──▶ its row in the list ──Esc──▶ record closed
//!                      ▲ ▲
//!   search ──↓, Enter──┘ └── palette, undo, links: the record's own list is shown with it
//! ```
//!
//! In a window that is too narrow one pane is shown at a time: the menu, the list or the record, each with a way back.
//! Which keys there are is said by [`crate::pages::keys`].

use eframe::egui::{Context, Event, Id, Ui};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{KINDS, kind};

use super::shell::Shell;
use crate::pages::{Command, ListPage, Page, RecordPane};
use crate::widgets::focus::{self, Focus};

/// Where the keyboard is, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Moving {
    focus: Focus,
    /// The record that is to be shown, as soon as it is known to which list it belongs.
    opening: Option<Opening>,
    /// Somebody has come to a page, and the keyboard has to go there.
    arrives: bool,
    /// Whether the list stands beside the record.
    pub(super) beside: bool,
    /// In a narrow window: the sidebar is shown in place of the page.
    pub(super) menu: bool,
    /// The dialog that shows the keys is open.
    pub(super) keys: bool,
}

#[derive(Debug, Clone, Copy)]
struct Opening {
    record: RecordId,
    /// Whether the keyboard goes with it.
    enters: bool,
}

impl Moving {
    /// Takes the keyboard at the top of a page that has no list: the next stop is its first button.
    pub(super) fn land(&mut self, ui: &Ui, name: &str) {
        focus::land(ui, Id::unique("page"), name, std::mem::take(&mut self.arrives));
    }
}

impl Shell {
    /// The commands whose keys were pressed. A text field in which something is being typed keeps undo and redo for that.
    pub(super) fn keys(&self, context: &Context) -> Vec<Command> {
        // Where a question waits, nothing goes on behind it.
        if focus::is_over_page(context) {
            return Vec::new();
        }
        let typing = context.text_edit_focused() && (self.drafts.has_uncommitted() || self.is_searching());
        let of_text = |command: &Command| matches!(command, Command::Undo | Command::Redo);
        let all = Command::all().into_iter().chain([Command::Palette]);
        let wanted = all.filter(|command| !(typing && of_text(command)) && self.offers_command(*command));
        // Longer combinations first: Ctrl+Shift+Z must not be taken for Ctrl+Z.
        let mut keyed: Vec<_> = wanted.filter_map(|command| Some((command, command.shortcut()?))).collect();
        keyed.sort_by_key(|(_, keys)| !keys.modifiers.shift);
        context.input_mut(|input| {
            keyed.retain(|(_, keys)| input.consume_shortcut(keys));
        });
        let asks = focus::page_hears(context)
            && context.input(|input| input.events.contains(&Event::Text("?".into())));
        keyed.into_iter().map(|(command, _)| command).chain(asks.then_some(Command::Keys)).collect()
    }

    /// Shows a page, and sends the keyboard there.
    pub(super) fn go(&mut self, page: Page) {
        // The record at the right belongs to the list it was opened from.
        if page != self.page {
            self.record = None;
        }
        self.page = page;
        (self.moving.menu, self.moving.opening) = (false, None);
        self.arrive();
    }

    /// Sends the keyboard to what the page is about.
    pub(super) fn arrive(&mut self) {
        match self.page {
            Page::List(_) => {
                if let Some(list) = self.list() {
                    list.take_keyboard();
                }
            }
            Page::Review => self.review.take_keyboard(),
            Page::Members | Page::Refused => self.moving.arrives = true,
        }
    }

    /// Whether the search field of a list has the keyboard.
    fn is_searching(&self) -> bool {
        self.lists.iter().any(|list| list.is_search(self.moving.focus.last()))
    }

    fn list(&mut self) -> Option<&mut ListPage> {
        let Page::List(kind) = self.page else { return None };
        self.lists.iter_mut().find(|list| list.kind() == kind)
    }

    /// Moves the keyboard to the search field of the list, or searches everything.
    pub(super) fn find(&mut self) {
        self.moving.menu = false;
        // In place of the list there is nothing to search.
        if !self.moving.beside {
            self.record = None;
        }
        match self.list() {
            Some(list) => list.focus_search(),
            None => self.palette.open(),
        }
    }

    /// Closes the record. The keyboard stays on its row.
    pub(super) fn close_record(&mut self) {
        self.record = None;
        self.arrive();
    }

    /// Esc was pressed, and nothing was open over the page.
    pub(super) fn step_out(&mut self, context: &Context) {
        let stepped = self.moving.focus.end_of_frame(context);
        if self.moving.focus.is_lost() {
            self.regain();
        }
        let Some(stepped) = stepped else { return };
        if std::mem::take(&mut self.moving.menu) {
            self.arrive();
            return;
        }
        if self.page == Page::Review {
            self.review.step_out();
            return;
        }
        let (beside, open) = (self.moving.beside, self.record.is_some());
        let Some(list) = self.list() else { return };
        let in_list = list.is_table(stepped.from);
        list.step_out(stepped.from);
        if open && (in_list || !beside) {
            self.close_record();
        }
    }

    /// Says where what the next key is for is still on its way: a record, or what a search finds.
    pub(super) fn await_what_comes(&mut self, context: &Context) {
        let enters = self.moving.opening.is_some_and(|opening| opening.enters);
        let record = self.record.as_ref().is_some_and(RecordPane::expects_keyboard);
        let found = self.session.has_searched(self.palette.query());
        if enters || record || self.palette.awaits_found() && !found {
            focus::expect(context);
        }
    }

    /// What had the keyboard is gone: it goes to what is nearest.
    fn regain(&mut self) {
        match &mut self.record {
            Some(record) => record.regain_keyboard(),
            None => self.arrive(),
        }
    }

    /// Whether a record can be made of the kind whose list is shown.
    pub(super) fn can_make_here(&self) -> bool {
        matches!(self.page, Page::List(kind) if self.session.may_make(kind))
    }

    /// Makes a record of the kind whose list is shown.
    pub(super) fn create_here(&mut self) {
        if let Page::List(kind) = self.page {
            self.create(kind);
        }
    }

    /// Takes back the last thing done, or does it again, and shows where that was.
    pub(super) fn take_back(&mut self, undo: bool) {
        let done = if undo { self.session.undo() } else { self.session.redo() };
        self.show_done(done.as_ref());
    }

    /// Shows a record with the list of its kind, and goes into it or leaves the keyboard where it is.
    pub(super) fn show_record(&mut self, record: RecordId, enters: bool) {
        self.moving.opening = Some(Opening { record, enters });
        self.follow_record();
    }

    /// Shows the record that is to be shown, once its list is known. Until then everything stays as it is.
    pub(super) fn follow_record(&mut self) {
        let Some(Opening { record: id, enters }) = self.moving.opening else { return };
        let of_row = self.session.row(id).map(|row| row.kind.clone());
        // Of what was just changed the record may be here before its row is.
        let name = of_row.or_else(|| self.session.record(id).map(|view| view.record.kind.clone()));
        // What is not here says so itself.
        let never = self.session.absence(id).is_some() || self.session.is_missing(id);
        if name.is_none() && !never {
            return;
        }
        self.moving.opening = None;
        self.moving.menu = false;
        let of_record = name.and_then(|name| kind(&name)).filter(|kind| !kind.internal);
        self.page = match (of_record, self.page) {
            (Some(kind), _) => Page::List(kind),
            (None, Page::List(kind)) => Page::List(kind),
            (None, _) => Page::List(KINDS[0]),
        };
        let open = self.record.take_if(|record| record.id() == id);
        let mut pane = open.unwrap_or_else(|| RecordPane::new(id, false));
        if enters {
            pane.take_keyboard();
        }
        self.record = Some(pane);
    }
}
