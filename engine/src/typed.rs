//! What people type and paste, before anything is read from it.
//!
//! A code that went through a letter, a chat or a telephone comes back with other dashes, other blanks, letters that nobody sees,
//! or digits of another width. They look like what was meant, and mean it.

use unicode_normalization::UnicodeNormalization as _;

/// The text with what looks alike made alike: every dash is `-`, every blank a space, letters and digits have their usual width,
/// and what is not seen is gone. Upper and lower case stay.
///
/// ```
/// assert_eq!(samsyn_engine::typed::plain("ＡＢ１２\u{2011}cd34\u{a0}–\u{200b}5"), "AB12-cd34 -5");
/// ```
pub fn plain(text: &str) -> String {
    text.nfkc().filter(|character| !is_unseen(*character)).map(look_alike).collect()
}

/// The same without what stands around it: blanks, and the marks in which people put what they quote.
pub fn bare(text: &str) -> String {
    let plain = plain(text);
    plain.trim_matches(|character: char| character.is_whitespace() || is_quote(character)).to_owned()
}

fn look_alike(character: char) -> char {
    match character {
        // Hyphens, dashes, bars, the minus sign and a bullet that looks like one.
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' => '-',
        character if character.is_whitespace() => ' ',
        character => character,
    }
}

/// What takes no room: soft hyphens, marks of direction, joiners, marks of the order of bytes, variation selectors.
pub(crate) fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn is_quote(character: char) -> bool {
    "\"'`<>()“”„‘’‚«»‹›".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for dash in ['-', '‐', '\u{2011}', '‒', '–', '—', '―', '−', '﹣', '－', '⁃'] {
            assert_eq!(plain(&format!("a{dash}b")), "a-b", "U+{:04X}", u32::from(dash));
        }
        for blank in [' ', '\t', '\n', '\u{a0}', '\u{2007}', '\u{2009}', '\u{202f}', '\u{3000}'] {
            assert_eq!(plain(&format!("a{blank}b")), "a b", "U+{:04X}", u32::from(blank));
        }
        for unseen in ['\u{200b}', '\u{200e}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{202c}'] {
            assert_eq!(plain(&format!("a{unseen}b")), "ab", "U+{:04X}", u32::from(unseen));
        }
        assert_eq!(plain("Åsa Öst"), "Åsa Öst");
    }

    #[test]
    fn quotes_and_blanks_around_it_are_no_part_of_it() {
        for text in ["wss://a", " wss://a\n", "<wss://a>", "”wss://a”", "\u{feff}\"wss://a\"\u{a0}"] {
            assert_eq!(bare(text), "wss://a", "{text}");
        }
    }
}
