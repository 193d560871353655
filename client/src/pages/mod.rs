//! Pages: view state, and a function that draws it.
//!
//! A page reads the [`Session`](crate::state::Session) and answers with [`Action`]s. It never changes a record itself:
//! actions are drained in one place, the window's shell, after everything has been drawn.

mod controls;
mod form;
mod gantt;
mod history;
mod list;
mod record;
mod review;
pub(crate) mod texts;

use eframe::egui::Key;
use samsyn_engine::document::{Edit, Heads};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{Caption, KINDS, Kind};

pub(crate) use list::ListPage;
pub(crate) use record::RecordPane;
pub(crate) use review::ReviewPage;

use crate::window::commands::Command;

/// What the middle of the window shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Page {
    /// What awaits review.
    Review,
    /// The records of a kind.
    List(&'static Kind),
}

impl Page {
    /// All pages, in the order of the sidebar.
    pub(crate) fn all() -> impl Iterator<Item = Page> {
        let lists = KINDS.iter().copied().filter(|kind| !kind.internal).map(Page::List);
        std::iter::once(Page::Review).chain(lists)
    }

    /// What it is called.
    pub(crate) fn caption(self) -> Caption {
        match self {
            Page::Review => texts::REVIEW,
            Page::List(kind) => kind.plural,
        }
    }

    /// The key that shows it, together with Ctrl: 1 to 9, in the order of the sidebar.
    pub(crate) fn key(self) -> Option<Key> {
        const KEYS: [Key; 9] =
            [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
        let place = Page::all().position(|page| page == self)?;
        KEYS.get(place).copied()
    }
}

/// What drawing asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Show a record at the right.
    Open(RecordId),
    /// Edit a record.
    Edit(RecordId, Vec<Edit>),
    /// These records were reviewed as they were shown.
    Reviewed(Vec<(RecordId, Heads)>),
    /// Anything of the list of commands.
    Command(Command),
}
