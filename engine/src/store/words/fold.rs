//! Letters: which are the same to whoever looks for something.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::typed;

/// The text as search sees it: ligatures and full width undone, lower case, nothing that is not seen, without diacritics but for å,
/// ä and ö, which are letters of their own.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Nothing composes with a space, so each word can be taken for itself; most are plain.
    for word in text.split_inclusive(' ') {
        if word.is_ascii() {
            folded.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            folded.extend(letters(&typed(word)).flat_map(fold_letter));
        }
    }
    folded
}

/// Composed letters in lower case, with all that is only another form of them undone.
fn letters(word: &str) -> impl Iterator<Item = char> {
    word.nfkc().flat_map(char::to_lowercase)
}

pub(super) fn fold_letter(letter: char) -> impl Iterator<Item = char> {
    let kept = matches!(letter, 'å' | 'ä' | 'ö').then_some(letter);
    let plain =
        kept.is_none().then(|| std::iter::once(letter).nfd().filter(|part| !is_combining_mark(*part)));
    kept.into_iter().chain(plain.into_iter().flatten())
}

/// A letter of a text, and which of its characters it came from: an accent of its own, and what is not seen, belong to the letter before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The letter.
    pub letter: char,
    /// The characters that it came from, counted in characters.
    pub places: Range<u32>,
}

/// The letters of a text in lower case, with all that is only another form of them undone: for whoever shows where something was found.
pub(super) fn letters_of(text: &str) -> Vec<Letter> {
    let mut found: Vec<Letter> = Vec::new();
    let mut all = text.chars().zip(0_u32..).peekable();
    while let Some((c, place)) = all.next() {
        let (mut cluster, mut end) = (String::from(c), place + 1);
        while let Some((mark, place)) = all.next_if(|(c, _)| is_combining_mark(*c)) {
            cluster.push(mark);
            end = place + 1;
        }
        let before = found.len();
        let places = place..end;
        found.extend(letters(&typed(&cluster)).map(|letter| Letter { letter, places: places.clone() }));
        if let (true, Some(last)) = (found.len() == before, found.last_mut()) {
            last.places.end = end;
        }
    }
    found
}

/// The nearest letters that are on every keyboard, of a folded letter: `o` for `ö`, `ss` for `ß`.
pub fn plain_letters(letter: char) -> Option<&'static str> {
    Some(match letter {
        'å' | 'ä' => "a",
        'ö' | 'ø' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ı' => "i",
        'þ' => "th",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ĸ' => "k",
        _ => return None,
    })
}

/// The letters of our own that neighbours' letters are to a Swede.
pub(super) fn swedish(letter: char) -> Option<&'static str> {
    match letter {
        'ø' => Some("ö"),
        'æ' => Some("ä"),
        _ => None,
    }
}

/// How a letter is written out where there is no key for it.
pub(super) fn written_out(letter: char) -> Option<&'static str> {
    match letter {
        'å' => Some("aa"),
        'ä' => Some("ae"),
        'ö' | 'ø' => Some("oe"),
        'ü' => Some("ue"),
        _ => None,
    }
}

/// The word with other letters in the place of some; `None` where there is none of these.
fn spelled(word: &str, other: impl Fn(char) -> Option<&'static str>) -> Option<String> {
    word.contains(|letter| other(letter).is_some()).then(|| {
        let mut spelled = String::new();
        for letter in word.chars() {
            match other(letter) {
                Some(letters) => spelled.push_str(letters),
                None => spelled.push(letter),
            }
        }
        spelled
    })
}

/// What stands inside names and is left out by some: apostrophes and hyphens.
pub(super) fn is_joint(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '-' | '‐' | '‑' | '–')
}

/// The parts of a folded piece of text between blanks, and these written as one word where apostrophes or hyphens hold them together.
pub(super) fn parts(piece: &str) -> (Vec<String>, Option<String>) {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let folded = fold(piece);
    let separate = words(&folded);
    let inner = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let has_letters = inner.contains(char::is_alphabetic);
    let joined = (has_letters && inner.contains(is_joint)).then(|| inner.replace(is_joint, ""));
    // Held together otherwise, by a full stop or an @, it is no word.
    let joined = joined.filter(|word| word.chars().all(char::is_alphanumeric) && separate.len() > 1);
    (separate, joined)
}

/// How else somebody may type the words of a piece of text.
pub(super) fn beside(piece: &str, found: &mut Vec<String>) {
    if piece.is_ascii() && !piece.contains(is_joint) {
        return;
    }
    let (separate, joined) = parts(piece);
    found.extend(joined.clone());
    for word in separate.iter().chain(&joined) {
        found.extend(spelled(word, plain_letters));
        found.extend(spelled(word, swedish));
    }
    // Before its dots are gone.
    let lower: String = letters(&typed(piece)).collect();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2) {
        found.extend(spelled(word, written_out).map(|word| fold(&word)));
    }
}

/// A typed word in the letters of every keyboard, where it has letters that Swedes have not: who types `łukasz` finds Lukasz, too.
pub(super) fn without_foreign(word: &str) -> Option<String> {
    spelled(word, |letter| match letter {
        'å' | 'ä' | 'ö' => None,
        letter => plain_letters(letter),
    })
}

/// The same for the letters that are å, ä or ö to a Swede.
pub(super) fn as_a_swede(word: &str) -> Option<String> {
    spelled(word, swedish)
}

/// A text as it is compared with another that is to be the same: forms of letters, case, and how many blanks there are do not count.
pub fn same(text: &str) -> String {
    let seen: Cow<'_, str> = typed(text);
    let words: Vec<String> = seen.split_whitespace().map(|word| letters(word).collect()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_letters_stay_and_others_fold() {
        assert_eq!(fold("Åsa KÖRNER"), "åsa körner");
        assert_eq!(fold("A\u{30a}sa"), "åsa");
        assert_eq!(fold("André Müller, Café"), "andre muller, cafe");
        assert_eq!(fold("ÅRE Och a \u{30a}b"), "åre och a b");
    }

    #[test]
    fn other_forms_of_letters_are_the_letters() {
        assert_eq!(fold("ﬁnans ＡＢＣ"), "finans abc");
        assert_eq!(fold("Öster\u{ad}sund\u{200b}"), "östersund");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("m² №5"), "m2 no5");
    }

    #[test]
    fn a_found_letter_knows_where_it_stands() {
        let found: Vec<(u32, u32, char)> = letters_of("E\u{301}\u{ad}ﬁx")
            .iter()
            .map(|letter| (letter.places.start, letter.places.end, letter.letter))
            .collect();
        assert_eq!(found, [(0, 3, 'é'), (3, 4, 'f'), (3, 4, 'i'), (4, 5, 'x')]);
    }

    #[test]
    fn the_same_name_is_the_same_however_it_is_written() {
        assert_eq!(same(" ÖSTERSUNDS  kommun "), same("östersunds\u{a0}kommun"));
        assert_eq!(same("O\u{308}stersund"), same("östersund"));
        assert_eq!(same("Ｂergﬁna"), same("bergfina"));
        assert_ne!(same("Ostersund"), same("Östersund"));
        assert_ne!(same("Café"), same("Cafe"));
    }

    #[test]
    fn names_that_are_held_together_are_one_word_and_several() {
        assert_eq!(parts("O'Brien"), (vec!["o".into(), "brien".into()], Some("obrien".into())));
        assert_eq!(parts("Anna-Karin,"), (vec!["anna".into(), "karin".into()], Some("annakarin".into())));
        assert_eq!(parts("a.b@c.se").1, None);
        assert_eq!(parts("070-123").1, None);
    }
}
