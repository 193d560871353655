//! How records and differences are written to a terminal.

use std::io::{self, IsTerminal as _, Write as _};

use samsyn_engine::text::{in_json, plain};

use crate::context::Failure;

pub(super) use crate::told::Words;

/// Writes a line, or some, to standard output. All that people read goes through here, and none of it drives their terminal.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", plain(&text.to_string()))?;
    Ok(())
}

/// Writes a line to standard error: what went wrong, or what somebody is asked for.
pub(super) fn complain(text: impl std::fmt::Display) {
    // Where nobody can be told, nothing more can be done.
    let _ = writeln!(io::stderr(), "{}", plain(&text.to_string()));
}

/// Writes JSON to standard output, for people's eyes, too.
pub(super) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", in_json(&format!("{value:#}")))?;
    Ok(())
}

/// Draws a picture of blocks, dark on light where the terminal lets itself be told: a camera wants it so.
pub(super) fn picture(picture: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    let coloured = out.is_terminal();
    for row in picture.lines().map(plain) {
        match coloured {
            true => writeln!(out, "\u{1b}[30;107m{row}\u{1b}[0m")?,
            false => writeln!(out, "{row}")?,
        }
    }
    Ok(())
}
