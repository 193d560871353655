//! A writer that lets nothing through to a terminal but text.

use std::io::{self, Write};

use super::one_line;

/// Writes text to `W` as [`one_line`] shows it: for logs, in which names and addresses of others stand. What is written at once is one
/// line: only the line feed at its end ends one, so that no name makes a line of its own.
#[derive(Debug)]
pub struct Guard<W> {
    inner: W,
    /// The beginning of a character whose rest is still to come.
    begun: Vec<u8>,
}

impl<W: Write> Guard<W> {
    /// Guards a writer.
    pub fn new(inner: W) -> Self {
        Guard { inner, begun: Vec::new() }
    }
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(_) => self.begun.len(),
            // No error length: it may still become a character.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.begun.len(),
        };
        let rest = self.begun.split_off(whole);
        let text = String::from_utf8_lossy(&self.begun).into_owned();
        self.begun = rest;
        let (line, end) = text.strip_suffix('\n').map_or((text.as_str(), ""), |line| (line, "\n"));
        self.inner.write_all(one_line(line).as_bytes())?;
        self.inner.write_all(end.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_text_however_it_is_cut_and_nothing_else() {
        let mut out = Vec::new();
        let mut guard = Guard::new(&mut out);
        for byte in "Åre \u{1b}[2J\u{9b}\n".bytes() {
            guard.write_all(&[byte]).unwrap();
        }
        guard.write_all(b"\xff!\n").unwrap();
        guard.write_all("Ek\nERROR allt är raderat\n".as_bytes()).unwrap();
        guard.flush().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Åre ␛[2J⟨U+009B⟩\n\u{fffd}!\nEk␊ERROR allt är raderat\n"
        );
    }
}
