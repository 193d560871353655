//! Names that are written from right to left, among words that are not.
//!
//! A terminal puts the letters of a line in order by Unicode's rules, and by these a Hebrew or Arabic name draws in what stands beside it: of
//! a name, an amount and another name the amount ends up on the wrong side. Each stretch that is written so is set apart (FSI … PDI), so that
//! it is in order in itself and changes the order of nothing else.

use std::borrow::Cow;

use super::plain;

/// A line for a terminal, or one with others set in below it: as [`in_lines`], but nothing in it can look like a line of its own. A line
/// feed stays only before a blank, another line feed or the end; any other came with a name, and is shown by its picture.
pub fn in_a_line(text: &str) -> Cow<'_, str> {
    let forged = |place: usize| text[place + 1..].starts_with(|next| !matches!(next, ' ' | '\n'));
    if !text.match_indices('\n').any(|(place, _)| forged(place)) {
        return in_lines(text);
    }
    let mut whole = String::with_capacity(text.len() + 16);
    for (place, c) in text.char_indices() {
        whole.push(if c == '\n' && forged(place) { LINE_FEED } else { c });
    }
    Cow::Owned(in_lines(&whole).into_owned())
}

/// What stands for a line feed that does not end a line.
const LINE_FEED: char = '\u{240a}';

const APART: char = '\u{2068}';
const END: char = '\u{2069}';

/// Lines for a terminal: as [`plain`] shows them, with what is written from right to left kept in its place.
pub fn in_lines(text: &str) -> Cow<'_, str> {
    let shown = plain(text);
    if !shown.chars().any(is_leftward) {
        return shown;
    }
    let mut out = String::with_capacity(shown.len() + 16);
    let mut rest = shown.as_ref();
    while let Some(begin) = rest.find(is_leftward) {
        let end = begin + stretch(&rest[begin..]);
        out.push_str(&rest[..begin]);
        out.push(APART);
        out.push_str(&rest[begin..end]);
        out.push(END);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// How far a stretch reaches that begins here, in bytes: to its last letter. Digits, single blanks and what stands inside names are part of it;
/// what parts names from each other (two blanks, a comma, a colon, a dot in the middle, an arrow) ends it.
fn stretch(text: &str) -> usize {
    let (mut end, mut before) = (0, ' ');
    for (place, c) in text.char_indices() {
        let inside =
            matches!(c, ' ' | '\u{a0}' | '-' | '\'' | '’' | '"' | '.' | '/' | '&') || c.is_ascii_digit();
        if is_leftward(c) || (end == place && unicode_normalization::char::is_combining_mark(c)) {
            end = place + c.len_utf8();
        } else if !inside || (c == ' ' && before == ' ') {
            break;
        }
        before = c;
    }
    end
}

/// Letters and marks of the scripts that are written from right to left.
fn is_leftward(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{65f}' | '\u{66a}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_from_right_to_left_moves_nothing_beside_it() {
        assert_eq!(in_lines("Anna  12"), "Anna  12");
        assert_eq!(in_lines("שלום  12 · كونغرس, 7"), "\u{2068}שלום\u{2069}  12 · \u{2068}كونغرس\u{2069}, 7");
        assert_eq!(in_lines("Värd: דוד לוי"), "Värd: \u{2068}דוד לוי\u{2069}");
        assert_eq!(
            in_lines("כנס 2029 בסטוקהולם: 9 165 pers."),
            "\u{2068}כנס 2029 בסטוקהולם\u{2069}: 9 165 pers."
        );
        assert_eq!(in_lines("שָׁלוֹם!\nنعم"), "\u{2068}שָׁלוֹם\u{2069}!\n\u{2068}نعم\u{2069}");
        assert_eq!(in_lines("שלום\u{200f} 12"), "\u{2068}שלום\u{200f}\u{2069} 12");
    }

    #[test]
    fn a_name_with_line_feeds_in_it_makes_no_line_of_its_own() {
        assert_eq!(in_a_line("Ek\nsamsyn: allt är raderat"), "Ek␊samsyn: allt är raderat");
        assert_eq!(in_a_line("Ek\n\nsamsyn: a\r\nb"), "Ek\n␊samsyn: a␍␊b");
        // Ours.
        assert_eq!(in_a_line("Flera:\n  a\n  b\n\n    c\n"), "Flera:\n  a\n  b\n\n    c\n");
        assert_eq!(in_a_line("שלום\nx"), "\u{2068}שלום\u{2069}␊x");
    }

    #[test]
    fn orders_about_direction_come_only_from_here() {
        assert_eq!(in_lines("\u{2068}שלום\u{202e}"), "⟨U+2068⟩\u{2068}שלום\u{2069}⟨U+202E⟩");
    }

    proptest! {
        #[test]
        fn what_is_set_apart_ends_in_its_line_and_is_else_the_same(text in "[א-הa-c0-9 ,.:\\-\u{202a}-\u{202e}\u{2066}-\u{2069}\n]{0,40}") {
            let lines = in_lines(&text);
            for line in lines.lines() {
                let mut depth = 0_i32;
                for c in line.chars() {
                    depth += i32::from(c == APART) - i32::from(c == END);
                    prop_assert!((0..=1).contains(&depth), "{line:?}");
                    prop_assert!(depth == 1 || !is_leftward(c), "{line:?}");
                }
                prop_assert_eq!(depth, 0);
            }
            prop_assert_eq!(lines.replace([APART, END], ""), plain(&text).into_owned());
        }
    }
}
