//! The widget layer: everything the window is painted with, and nothing about what it is painted for.
//!
//! Nothing here knows a contact, a replica or a document. Values and words go in as arguments, what the person wants
//! comes out as a typed answer, and no widget changes a model: so the same table shows venues and changes alike, the
//! language can be switched between two frames, and every widget can be tested alone.
//!
//! - [`tokens`] and [`theme`]: distances, colours, fonts, for light and dark. Start here when something looks wrong. [`system_fonts`]: what ours lack.
//! - [`icon`], [`button`], [`badge`], [`qr`]: the small parts.
//! - [`draft`] and [`field`]: forms. [`draft`] keeps half-typed text alive; read it before building a form.
//! - [`date_popup`], [`picker`], [`palette`] and [`dialog`]: what opens over the page. The first three share [`fuzzy`] and the list in `list`.
//! - [`table`] and [`gantt`]: many things at once.
//! - [`focus`] and [`scroll`]: where the keyboard is, and that it is seen. `typed_ahead`: keys wait until it is there. [`mod@line`]: two ends, drawn in the order in which they are read.
//! - [`sidebar`], [`toolbar`], [`split`], [`empty_state`], [`toast`], [`diff_text`]: the frame around it all.
//!
//! `cargo run --example gallery` shows every widget in light and dark.

pub mod badge;
pub mod button;
pub mod date_popup;
pub mod dialog;
pub mod diff_text;
pub mod draft;
pub mod empty_state;
pub mod field;
pub mod focus;
pub mod fuzzy;
pub mod gantt;
pub mod heading;
pub mod icon;
pub mod line;
pub(crate) mod list;
pub mod palette;
pub mod picker;
pub mod qr;
pub mod scroll;
pub mod sidebar;
pub mod split;
pub mod system_fonts;
pub mod table;
pub mod theme;
pub mod toast;
pub mod tokens;
pub mod toolbar;
pub(crate) mod typed_ahead;

/// Prepares a context for what is drawn with this layer: its fonts and colours, and how keys come in. Once for each.
pub fn prepare(context: &eframe::egui::Context) {
    theme::install(context);
    typed_ahead::install(context);
}
