//! The bodies of the fuzz targets: the same files that the ordinary tests run, without the rest of their crate.

#[path = "../../src/fuzz/mod.rs"]
mod targets;

pub use targets::*;
