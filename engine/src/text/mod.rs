//! Text that others wrote, made fit to be read: on a terminal, in a window, a log or a file.
//!
//! A title is data. A terminal takes some of its characters for orders (move the cursor, fill the clipboard), a reader's eye is
//! deceived by others (letters in reverse order, nothing where there is something). So what people read goes through here, once,
//! at the end of its way:
//!
//! ```text
//!  a title, a value in one line ─▶ one_line ─┐
//!  prose, a line of output ──────▶ plain ────┼─▶ people       ESC is ␛, an override ⟨U+202E⟩
//!  a line on a terminal ─────────▶ in_a_line ┤                and what is written from right to left stays in its place;
//!  lines of our own ─────────────▶ in_lines ─┤                a line feed in a name is ␊
//!  JSON ─────────────────────────▶ in_json ──┴─▶ programs     the same as \u001b, \u202e: nothing is lost
//! ```
//!
//! What somebody types is held to the same: [`unwritable`] finds what no new value may have, [`typed`] takes out what came along
//! unseen when it was copied. What is written already stays as it is.

mod direction;
mod guard;

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;

pub use direction::{in_a_line, in_lines};
pub use guard::Guard;

/// What a character does beside being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Nothing: a letter, a sign, a blank.
    Plain,
    /// It orders a device about, or ends the line.
    Control,
    /// It turns the order of letters around, or is not seen at all.
    Hidden,
}

/// `before` is what stands in front of it: some scripts, and pictures, are put together by characters that are not seen.
fn sort(c: char, before: Option<char>) -> Sort {
    match c {
        '\u{2028}' | '\u{2029}' => Sort::Control,
        _ if c.is_control() => Sort::Control,
        // Joiners, marks of direction and variants belong to letters of other scripts than ours, and to pictures.
        '\u{200c}'..='\u{200f}' | '\u{61c}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            let belongs =
                before.is_some_and(|before| before >= '\u{590}' && sort(before, None) == Sort::Plain);
            // A digit in a box, a trade mark as a picture.
            let pictured = c == '\u{fe0f}' && before.is_some_and(|before| !before.is_alphabetic());
            if belongs || pictured { Sort::Plain } else { Sort::Hidden }
        }
        _ if is_hidden(c) => Sort::Hidden,
        _ => Sort::Plain,
    }
}

/// Whether a character is never seen wherever it stands: Unicode's overrides, isolates, fillers and tags.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The most marks that any script puts on one letter. More of them are written over the lines above and below.
const MOST_MARKS: usize = 6;

/// The characters of a text, each with its sort.
fn sorted(text: &str) -> impl Iterator<Item = (char, Sort)> {
    let (mut before, mut marks) = (None, 0);
    text.chars().map(move |c| {
        let is_mark =
            is_combining_mark(c) && !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
        marks = if is_mark { marks + 1 } else { 0 };
        // A mark belongs to a letter: at the beginning it would be put on what somebody else wrote.
        let astray = is_mark && (marks > MOST_MARKS || before.is_none());
        let found = if astray { Sort::Hidden } else { sort(c, before) };
        // A joiner stands between two letters: what follows a variant is seen as following the letter.
        before = (!matches!(c, '\u{fe00}'..='\u{fe0f}') || before.is_none()).then_some(c).or(before);
        (c, found)
    })
}

/// Nearly all text is: so it is looked at first.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || sorted(text).all(|(_, sort)| sort == Sort::Plain)
}

/// A text in one line: whatever is no letter, sign or blank is shown by a picture.
pub fn one_line(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// A text of many lines: the same, but line feeds and tabs stay.
pub fn plain(text: &str) -> Cow<'_, str> {
    shown(text, |c| matches!(c, '\n' | '\t'))
}

fn shown(text: &str, kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut all = sorted(text).peekable();
    while let Some((c, sort)) = all.next() {
        match sort {
            Sort::Plain => out.push(c),
            _ if kept(c) => out.push(c),
            // Lines of another system end in both.
            Sort::Control if c == '\r' && kept('\n') && matches!(all.peek(), Some(('\n', _))) => {}
            _ => {
                let mut times = 1;
                while all.next_if(|next| *next == (c, sort)).is_some() {
                    times += 1;
                }
                pictures(c, times, &mut out);
            }
        }
    }
    Cow::Owned(out)
}

/// A picture for each; of very many of the same one, with how many there are.
fn pictures(c: char, times: usize, out: &mut String) {
    const SHOWN: usize = 3;
    for _ in 0..times.min(SHOWN) {
        picture(c, out);
    }
    if times > SHOWN {
        let _ = write!(out, "⟨×{times}⟩");
    }
}

/// What stands for a character that is not to be acted on: Unicode's own pictures, its number where there is none.
fn picture(c: char, out: &mut String) {
    match c {
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\u{7f}' => out.push('\u{2421}'),
        // Writing to a string does not fail.
        _ => drop(write!(out, "⟨U+{:04X}⟩", u32::from(c))),
    }
}

/// JSON that can be looked at, too: in its texts all such characters are escaped. It says the same as before.
pub fn in_json(json: &str) -> Cow<'_, str> {
    // JSON itself escapes what is below the blank, and its own line feeds are no text.
    let escaped = |c: char| c >= '\u{7f}' && sort(c, None) != Sort::Plain;
    if !json.chars().any(escaped) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if escaped(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The first character that no new value may have. Prose may have line feeds and tabs.
pub fn unwritable(text: &str, prose: bool) -> Option<char> {
    let found = |&(c, sort): &(char, Sort)| sort == Sort::Control && !(prose && matches!(c, '\n' | '\t'));
    sorted(text).find(found).map(|(c, _)| c)
}

/// What somebody means who typed or pasted a line: without what came along unseen.
pub fn typed(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(sorted(text).filter(|(_, sort)| *sort != Sort::Hidden).map(|(c, _)| c).collect())
}

/// A text that was pasted where only one line fits: what ends lines is a blank there, other orders to a device are left out.
pub fn pasted_line(text: &str) -> Cow<'_, str> {
    match unwritable(text, false) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().filter_map(|c| ends_line(c, ' ')).collect()),
    }
}

/// A text that was typed or pasted as prose: each end of a line is a line feed, other orders to a device are left out.
pub fn pasted_prose(text: &str) -> Cow<'_, str> {
    match unwritable(text, true) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let whole = text.replace("\r\n", "\n");
            Cow::Owned(
                whole.chars().filter_map(|c| if c == '\t' { Some(c) } else { ends_line(c, '\n') }).collect(),
            )
        }
    }
}

/// `end` for what ends a line or a page, nothing for other controls.
fn ends_line(c: char, end: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(end),
        c if c.is_control() => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_orders_a_terminal_about_is_shown_by_pictures() {
        assert_eq!(one_line("\u{1b}]52;c;ZXZpbA==\u{7}Hallen"), "␛]52;c;ZXZpbA==␇Hallen");
        assert_eq!(one_line("a\u{9b}2Jb\u{7f}"), "a⟨U+009B⟩2Jb␡");
        assert_eq!(one_line("Anna\nroot"), "Anna␊root");
        assert_eq!(plain("ett\r\ntvå\ttre\r\u{1b}[2J\u{2028}"), "ett\ntvå\ttre␍␛[2J⟨U+2028⟩");
    }

    #[test]
    fn what_deceives_the_eye_is_shown_and_what_belongs_to_a_script_stays() {
        assert_eq!(one_line("gnp.\u{202e}exe"), "gnp.⟨U+202E⟩exe");
        assert_eq!(one_line("Anna\u{200b}\u{e0041}"), "Anna⟨U+200B⟩⟨U+E0041⟩");
        assert_eq!(one_line("a\u{200d}b\u{200e}"), "a⟨U+200D⟩b⟨U+200E⟩");
        for written in [
            "Åsa Körner",
            "می\u{200c}خواهم",
            "👩\u{200d}💻",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "שלום\u{200f}",
            "25\u{a0}000",
        ] {
            assert_eq!(one_line(written), written);
            assert_eq!(typed(written), written);
        }
    }

    #[test]
    fn floods_of_marks_and_of_what_is_not_seen_stay_in_their_line() {
        assert_eq!(one_line(&format!("A{}!", "\u{301}".repeat(5))), format!("A{}!", "\u{301}".repeat(5)));
        let shown = format!("A{}⟨U+0301⟩⟨U+0301⟩⟨U+0301⟩⟨×94⟩!", "\u{301}".repeat(6));
        assert_eq!(one_line(&format!("A{}!", "\u{301}".repeat(100))), shown);
        assert_eq!(one_line("\u{338}Anna"), "⟨U+0338⟩Anna", "it would strike through what stands before");
        assert_eq!(one_line(&"\0".repeat(9)), "␀␀␀⟨×9⟩");
        assert_eq!(typed(&format!("A{}!", "\u{301}".repeat(100))), format!("A{}!", "\u{301}".repeat(6)));
        assert_eq!(typed("\u{338}Anna"), "Anna");
        // Vowels and accents of other scripts, several on one letter.
        for written in ["בְּרֵאשִׁ֖ית", "ที่", "Vi\u{302}\u{323}t", "ক্ষ্ম্য"]
        {
            assert_eq!(one_line(written), written);
        }
    }

    #[test]
    fn json_says_the_same_in_characters_that_do_nothing() {
        let value = serde_json::json!({"a": "\u{1b}\u{9b}\u{7f}\u{202e}\u{e0041}\u{2028}å👩\u{200d}💻"});
        let text = format!("{value:#}");
        let escaped = in_json(&text);
        assert!(escaped.contains("\\u009b") && escaped.contains("\\u007f") && escaped.contains("\\udb40"));
        assert!(escaped.chars().all(|c| c == '\n' || sort(c, None) == Sort::Plain), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn what_is_typed_loses_what_came_along_unseen_and_a_paste_its_lines() {
        assert_eq!(typed("\u{202a}+46 63-14 30 00\u{202c}"), "+46 63-14 30 00");
        assert_eq!(typed("\u{feff}Öster\u{ad}sund"), "Östersund");
        assert_eq!(pasted_line("Storgatan 1\n831 30\tÖstersund\u{1b}[0m"), "Storgatan 1 831 30 Östersund[0m");
        assert_eq!(pasted_prose("ett\r\ntvå\u{2028}tre\tfyra\u{7}"), "ett\ntvå\ntre\tfyra");
        assert_eq!(unwritable("a\tb", true), None);
        assert_eq!(unwritable("a\tb", false), Some('\t'));
        assert_eq!(unwritable("a\u{85}b", true), Some('\u{85}'));
    }

    proptest! {
        #[test]
        fn nothing_that_acts_comes_through(text in "\\PC*|[\\x00-\\x{9f}\\u{2000}-\\u{2070}a-c]*") {
            let line = one_line(&text);
            prop_assert!(sorted(&line).all(|(_, sort)| sort == Sort::Plain), "{line:?}");
            let lines = plain(&text);
            prop_assert_eq!(unwritable(&lines, true), None);
            // What was made fit once is fit.
            prop_assert_eq!(one_line(&line).into_owned(), line.into_owned());
            prop_assert_eq!(unwritable(&pasted_line(&text), false), None);
            prop_assert_eq!(unwritable(&pasted_prose(&text), true), None);
        }
    }
}
