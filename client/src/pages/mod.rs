//! Pages: view state, and a function that draws it.
//!
//! ```text
//!  list ────▶ record ─┬─▶ form ──▶ conflict
//!                     ├─▶ chart
//!  review ───────┐    ├─▶ history
//!                ▼    └─▶ referrers
//!            conflict
//! ```
//!
//! A page is handed a [`Scene`]: it reads the session and leaves [`Action`]s. It never changes a record itself:
//! actions are carried out in one place, the window's shell, after everything has been drawn.

mod chart;
mod conflict;
mod form;
mod history;
mod list;
mod record;
mod review;
mod scene;
pub(crate) mod texts;

use eframe::egui::Key;
use samsyn_engine::document::{Edit, Heads};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{Caption, KINDS, Kind};

pub(crate) use form::{DraftKey, Drafts, edit_of};
pub(crate) use list::ListPage;
pub(crate) use record::RecordPane;
pub(crate) use review::ReviewPage;
pub(crate) use scene::Scene;

use crate::widgets::icon::Icon;
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

    /// Its sign.
    pub(crate) fn icon(self) -> Icon {
        match self {
            Page::Review => Icon::Review,
            Page::List(kind) => kind_icon(kind),
        }
    }

    /// The key that shows it, together with Ctrl: 1 to 9, in the order of the sidebar.
    pub(crate) fn key(self) -> Option<Key> {
        const KEYS: [Key; 9] = [
            Key::Num1,
            Key::Num2,
            Key::Num3,
            Key::Num4,
            Key::Num5,
            Key::Num6,
            Key::Num7,
            Key::Num8,
            Key::Num9,
        ];
        let place = Page::all().position(|page| page == self)?;
        KEYS.get(place).copied()
    }
}

/// The sign of a kind.
pub(crate) fn kind_icon(kind: &Kind) -> Icon {
    use samsyn_engine::schema::Icon as Sign;
    match kind.icon {
        Sign::Person => Icon::Person,
        Sign::Organisation => Icon::Building,
        Sign::Venue => Icon::Pin,
        Sign::Plan => Icon::Bars,
        Sign::Meeting => Icon::Calendar,
        Sign::FocusArea => Icon::Target,
    }
}

/// What drawing asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Show a record at the right.
    Open(RecordId),
    /// Edit a record.
    Edit(RecordId, Vec<Edit>),
    /// Edit a record, and offer to take it back.
    EditAndTell(RecordId, Vec<Edit>, String),
    /// These records were reviewed as they were shown.
    Reviewed(Vec<(RecordId, Heads)>),
    /// Anything of the list of commands.
    Command(Command),
}
