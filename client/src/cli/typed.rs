//! A line that somebody typed into a file, a variable or a pipe: a passphrase, a code.
//!
//! Editors and shells put things around it that are no part of it: a byte order mark, the end of the line as one or two characters, or
//! all of it in UTF-16, as on Windows. The line is what stands there without them.

use std::io::{self, Read};
use std::path::Path;

use samsyn_engine::schema::Caption;
use zeroize::Zeroizing;

use crate::context::{Failure, Said};

/// More is no line that anybody types.
const MOST: u64 = 10_000;

const NOT_TEXT: Caption = Caption::new(
    "{} är ingen text (UTF-8 eller UTF-16). Inget ändrades.",
    "{} is no text (UTF-8 or UTF-16): nothing was changed",
);

/// The first line of a file.
pub(super) fn line_of_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let line = std::fs::File::open(path).and_then(line_of).map_err(|error| Said::file(path, &error))?;
    Ok(line.ok_or_else(|| Said::new(NOT_TEXT, &[&path.display()]))?)
}

/// The first line of what is piped in.
pub(super) fn line_of_input() -> Result<Zeroizing<String>, Failure> {
    const INPUT: Caption = Caption::new("Det som skickades in", "What was piped in");
    let not_text = || Said::each(|language| NOT_TEXT.fill(language, &[&INPUT.get(language)]));
    Ok(line_of(io::stdin())?.ok_or_else(not_text)?)
}

/// The first line of a variable, if it is set.
pub(super) fn line_of_variable(name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    const VARIABLE: Caption = Caption::new("Variabeln {}", "The variable {}");
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let value = value
        .into_string()
        .map(Zeroizing::new)
        .map_err(|_| Said::each(|language| NOT_TEXT.fill(language, &[&VARIABLE.fill(language, &[&name])])))?;
    Ok(Some(first_line(&value)))
}

/// The first line; none where it is no text.
fn line_of(input: impl Read) -> io::Result<Option<Zeroizing<String>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    input.take(MOST).read_to_end(&mut bytes)?;
    Ok(decode(&bytes).map(|text| first_line(&text)))
}

fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes)?,
        bytes => std::str::from_utf8(bytes).ok()?.to_owned(),
    };
    Some(Zeroizing::new(text))
}

/// Empty lines before it are none that anybody meant.
fn first_line(text: &str) -> Zeroizing<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start_matches(['\n', '\r']);
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    Zeroizing::new(text[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_was_typed_whatever_an_editor_puts_around_it() {
        let wide = |mark: u16, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let text = "älg under bordet\r\nmer";
            std::iter::once(mark).chain(text.encode_utf16()).flat_map(unit).collect()
        };
        for bytes in [
            "älg under bordet".as_bytes().to_vec(),
            "älg under bordet\n".into(),
            "\r\n\nälg under bordet".into(),
            "älg under bordet\r\nmer".into(),
            "\u{feff}älg under bordet\r\n".into(),
            "älg under bordet\r".into(),
            wide(0xfeff, u16::to_le_bytes),
            wide(0xfeff, u16::to_be_bytes),
        ] {
            let line = line_of(bytes.as_slice()).unwrap().unwrap();
            assert_eq!(line.as_str(), "älg under bordet", "{bytes:?}");
        }
        assert_eq!(line_of(&b""[..]).unwrap().unwrap().as_str(), "");
        assert!(line_of(&[0xc3, 0x28][..]).unwrap().is_none(), "no text");
        assert_eq!(first_line("kod\r").as_str(), "kod");
    }
}
