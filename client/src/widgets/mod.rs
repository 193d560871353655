//! The widget layer: everything the window is painted with, and nothing about what it is painted for.

pub mod badge;
pub mod button;
pub mod date_popup;
pub mod draft;
pub mod field;
pub mod fuzzy;
pub mod icon;
pub(crate) mod list;
pub mod picker;
pub mod table;
pub mod theme;
pub mod tokens;
