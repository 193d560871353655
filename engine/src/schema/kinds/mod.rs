//! The record kinds, one file each.

mod contact;

pub use contact::CONTACT;

use super::Kind;

/// All kinds, in the order of the sidebar.
pub static KINDS: &[&Kind] = &[&CONTACT];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}
