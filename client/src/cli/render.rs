//! How records and differences are written to a terminal.

use std::io::{self, IsTerminal as _, Write as _};

use samsyn_engine::text::{in_a_line, in_json, in_lines, one_line};

use crate::context::Failure;

pub(super) use crate::told::Words;

/// Writes a line to standard output, perhaps with others set in below it. All that people read goes through here or [`paragraphs`], and none
/// of it drives their terminal, or looks like a line that the program did not write.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", in_a_line(&text.to_string()))?;
    Ok(())
}

/// Writes lines of our own, in which nothing stands that others wrote.
pub(super) fn paragraphs(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", in_lines(text))?;
    Ok(())
}

/// Writes a line to standard error: what went wrong, or what somebody is asked for.
pub(crate) fn complain(text: impl std::fmt::Display) {
    // Where nobody can be told, nothing more can be done.
    let _ = writeln!(io::stderr(), "{}", in_a_line(&text.to_string()));
}

/// Writes lines to standard error that answer what was typed.
pub(super) fn complain_at_length(text: &str) {
    // As above.
    let _ = writeln!(io::stderr(), "{}", in_lines(text));
}

/// How something goes on, on standard error: on a terminal in one line that is written over.
#[derive(Debug)]
pub(super) struct Progress {
    terminal: bool,
    written: bool,
}

impl Progress {
    pub(super) fn new() -> Progress {
        Progress { terminal: io::stderr().is_terminal(), written: false }
    }

    pub(super) fn is_on_a_terminal(&self) -> bool {
        self.terminal
    }

    pub(super) fn tell(&mut self, words: &str) {
        if !self.terminal {
            return complain(words);
        }
        self.written = true;
        // Where nobody can be told, nothing else is wrong.
        let _ = write!(io::stderr(), "\r\u{1b}[2K{}", in_lines(&one_line(words)))
            .and_then(|()| io::stderr().flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.written {
            let _ = write!(io::stderr(), "\r\u{1b}[2K").and_then(|()| io::stderr().flush());
        }
    }
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
    for row in picture.lines().map(one_line) {
        match coloured {
            true => writeln!(out, "\u{1b}[30;107m{row}\u{1b}[0m")?,
            false => writeln!(out, "{row}")?,
        }
    }
    Ok(())
}
