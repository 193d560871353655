//! Pages: view state, and a function that draws it.
//!
//! ```text
//!  list ────▶ record ─┬─▶ form ──▶ conflict
//!                     ├─▶ chart
//!  review ─┬─────┐    ├─▶ history
//!          │     ▼    └─▶ referrers
//!          │ conflict
//!          └▶ findings
//! ```
//!
//! A page is handed a [`Scene`]: it reads the session and leaves [`Action`]s. It never changes a record itself:
//! actions are carried out in one place, the window's shell, after everything has been drawn.

mod chart;
mod command;
mod conflict;
mod findings;
mod form;
mod history;
mod list;
mod page;
mod record;
mod review;
mod scene;
pub(crate) mod texts;

use samsyn_engine::document::{Edit, Heads};
use samsyn_engine::id::RecordId;

pub(crate) use command::Command;
pub(crate) use form::{DraftKey, Drafts, edit_of};
pub(crate) use list::ListPage;
pub(crate) use page::{Page, kind_icon};
pub(crate) use record::RecordPane;
pub(crate) use review::ReviewPage;
pub(crate) use scene::Scene;

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
