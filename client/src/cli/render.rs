//! How records and differences are written to a terminal.

use std::io::Write;

use crate::context::Failure;

pub(super) use crate::told::Words;

/// Writes a line to standard output.
pub(super) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Writes a line to standard error: what went wrong, or what somebody is asked for.
pub(super) fn complain(text: impl std::fmt::Display) {
    // Where nobody can be told, nothing more can be done.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes JSON to standard output, for people's eyes, too.
pub(super) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    line(format_args!("{value:#}"))
}
