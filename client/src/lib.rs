//! client
pub mod widgets;
