//! Which pages there are.

use eframe::egui::Key;
use samsyn_engine::schema::{Caption, KINDS, Kind};

use super::keys::DIGITS;
use super::{members, refused, texts};
use crate::widgets::icon::Icon;

/// What the middle of the window shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Page {
    /// What awaits review.
    Review,
    /// The records of a kind.
    List(&'static Kind),
    /// Who belongs.
    Members,
    /// What the relay refused.
    Refused,
}

impl Page {
    /// All pages, in the order of the sidebar.
    pub(crate) fn all() -> impl Iterator<Item = Page> {
        let lists = KINDS.iter().copied().filter(|kind| !kind.internal).map(Page::List);
        std::iter::once(Page::Review).chain(lists).chain([Page::Members, Page::Refused])
    }

    /// What it is called.
    pub(crate) fn caption(self) -> Caption {
        match self {
            Page::Review => texts::REVIEW,
            Page::List(kind) => kind.plural,
            Page::Members => members::words::MEMBERS,
            Page::Refused => refused::REFUSED,
        }
    }

    /// Its sign.
    pub(crate) fn icon(self) -> Icon {
        match self {
            Page::Review => Icon::Review,
            Page::List(kind) => kind_icon(kind),
            Page::Members => Icon::People,
            Page::Refused => Icon::Warning,
        }
    }

    /// The key that shows it, together with Ctrl: 1 to 9, in the order of the sidebar.
    pub(crate) fn key(self) -> Option<Key> {
        let place = Page::all().position(|page| page == self)?;
        DIGITS.get(place).copied()
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
