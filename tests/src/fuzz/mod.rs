//! What the fuzzer runs, as plain functions, so that ordinary tests run the same.
//!
//! ```text
//! tests/fuzz/corpus/TARGET/* ─┬─▶ tests/tests/fuzz_corpus.rs   each file and a thousand mutations, in every test run
//!                             └─▶ cargo fuzz run TARGET        as long as one likes, guided by coverage
//!                                        │
//!                                        ▼
//!                                  TARGETS: bytes in; a panic is a finding
//! ```
//!
//! A target panics where what it was given breaks a promise: that nothing from outside panics out of the gate or a decoder,
//! that what passes the gate can be stored and read again, that what was decoded can be sent on; and over whole sequences, that what
//! a log takes everybody takes, in whatever form, and that a connection on which anything may be said has an end.
//!
//! The package in `tests/fuzz` compiles these files on their own: the fuzzer then does not instrument a window. So they use
//! nothing else of this crate.

pub mod chunk;
mod gate;
mod sequence;
mod session;
mod wire;
mod words;

pub use gate::{columns, document, gate, gate_document, gate_repaired};
pub use sequence::{made_up, sequence};
pub use session::{relay_session, session};
pub use wire::{bundle, from_client, from_relay};
pub use words::parse;

/// A target: it takes any bytes.
pub type Target = fn(&[u8]);

/// All targets, by the name of their corpus.
pub const TARGETS: [(&str, Target); 12] = [
    ("gate", gate),
    ("gate_repaired", gate_repaired),
    ("gate_document", gate_document),
    ("columns", columns),
    ("from_client", from_client),
    ("from_relay", from_relay),
    ("bundle", bundle),
    ("document", document),
    ("parse", parse),
    ("sequence", sequence),
    ("session", session),
    ("relay_session", relay_session),
];
