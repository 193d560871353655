//! Where in a title stands what somebody looked for, and whether a title is nearly what they typed.
//!
//! A title is taken apart into words whose letters know their places. Each word is compared in all the spellings in which the index has
//! it, so what search finds is what is marked:
//!
//! ```text
//!  title ─▶ letters with places ─▶ words ─▶ as they are, and as somebody else types them (łukasz, lukasz)
//!                                              └─ begins with what is typed, else nearly ─▶ places
//! ```

use unicode_normalization::UnicodeNormalization;

use super::fold::{
    Letter, as_a_swede, fold_letter, is_joint, letters_of, parts, plain_letters, swedish, without_foreign,
    written_out,
};
use super::typo::{Nearness, prefix_nearness};

/// Which characters of a title are what somebody looked for, ascending and counted in characters.
pub fn marks(query: &str, title: &str) -> Vec<u32> {
    let words = words_of(title);
    let mut marked: Vec<u32> = Vec::new();
    for piece in query.split_whitespace() {
        let (separate, joined) = parts(piece);
        let whole = joined.and_then(|word| found(&word, &words));
        let each = || separate.iter().filter_map(|word| found(word, &words)).flat_map(|found| found.places);
        marked.extend(whole.map_or_else(|| each().collect::<Vec<_>>(), |found| found.places));
    }
    marked.sort_unstable();
    marked.dedup();
    marked
}

/// How many mistakes lie between what was typed and words of a title, and which of its characters these words have; `None` where one of the
/// words that were typed has none that is near.
pub fn nearly(query: &str, title: &str) -> Option<(usize, Vec<u32>)> {
    let words = words_of(title);
    let (mut mistakes, mut marked, mut any) = (0, Vec::new(), false);
    for word in query.split_whitespace().flat_map(|piece| parts(piece).0) {
        let found = found(&word, &words)?;
        any = true;
        mistakes += found.mistakes;
        marked.extend(found.places);
    }
    marked.sort_unstable();
    marked.dedup();
    any.then_some((mistakes, marked))
}

/// A title as it folds, and as somebody else may type it; each letter with the places of the characters that it came from.
pub fn spellings(title: &str) -> Vec<Vec<Letter>> {
    let lower = letters_of(title);
    let folded = folded(&lower);
    let mut all = vec![folded];
    for other in [plain_letters, swedish] {
        let spelled = spelled(&all[0], other);
        if !all.contains(&spelled) {
            all.push(spelled);
        }
    }
    let long = self::folded(&spelled(&lower, written_out));
    if !all.contains(&long) {
        all.push(long);
    }
    all
}

/// What somebody typed as it folds, and in the letters that a title may have instead.
pub fn typed_spellings(query: &str) -> Vec<String> {
    let folded = super::fold(query);
    let mut all = vec![folded];
    for other in [without_foreign, as_a_swede] {
        if let Some(spelled) = other(&all[0]).filter(|spelled| !all.contains(spelled)) {
            all.push(spelled);
        }
    }
    all
}

fn folded(lower: &[Letter]) -> Vec<Letter> {
    let fold = |letter: &Letter| {
        let places = letter.places.clone();
        fold_letter(letter.letter).map(move |letter| Letter { letter, places: places.clone() })
    };
    lower.iter().flat_map(fold).collect()
}

fn spelled(letters: &[Letter], other: fn(char) -> Option<&'static str>) -> Vec<Letter> {
    let mut spelled = Vec::with_capacity(letters.len());
    for letter in letters {
        match other(letter.letter) {
            None => spelled.push(letter.clone()),
            Some(instead) => {
                spelled.extend(instead.chars().map(|c| Letter { letter: c, places: letter.places.clone() }))
            }
        }
    }
    spelled
}

/// The words of a title in all spellings: each for itself, and those that apostrophes or hyphens hold together as one.
fn words_of(title: &str) -> Vec<Vec<Letter>> {
    let mut words: Vec<Vec<Letter>> = Vec::new();
    for letters in spellings(title) {
        for piece in letters.split(|letter| letter.letter.is_whitespace()) {
            let separate = piece.split(|letter| !letter.letter.is_alphanumeric());
            let separate: Vec<&[Letter]> = separate.filter(|word| !word.is_empty()).collect();
            if separate.len() > 1 {
                let joined = piece.iter().filter(|letter| !is_joint(letter.letter));
                words.push(joined.filter(|letter| letter.letter.is_alphanumeric()).cloned().collect());
            }
            words.extend(separate.into_iter().map(<[Letter]>::to_vec));
        }
    }
    words
}

/// A word of a title that is what was typed, or nearly.
struct FoundWord {
    mistakes: usize,
    places: Vec<u32>,
}

fn found(typed: &str, words: &[Vec<Letter>]) -> Option<FoundWord> {
    let others = [Some(typed.to_owned()), without_foreign(typed), as_a_swede(typed)];
    let typed: Vec<Vec<char>> =
        others.into_iter().flatten().map(|word| word.nfc().collect::<Vec<char>>()).collect();
    typed.iter().find_map(|typed| begun(typed, words)).or_else(|| near(&typed[0], words))
}

fn begun(typed: &[char], words: &[Vec<Letter>]) -> Option<FoundWord> {
    let begins = |word: &&Vec<Letter>| {
        word.len() >= typed.len()
            && typed.iter().zip(word.iter()).all(|(typed, letter)| *typed == letter.letter)
    };
    let places: Vec<u32> =
        words.iter().filter(begins).flat_map(|word| places(&word[..typed.len()])).collect();
    (!places.is_empty()).then_some(FoundWord { mistakes: 0, places })
}

fn near(typed: &[char], words: &[Vec<Letter>]) -> Option<FoundWord> {
    let nearness = |word: &Vec<Letter>| {
        let text: String = word.iter().map(|letter| letter.letter).collect();
        prefix_nearness(typed, &text)
    };
    let nearest =
        words.iter().filter_map(|word| Some((nearness(word)?, word))).min_by_key(|(nearness, _)| *nearness);
    let (nearness, word) = nearest?;
    let (mistakes, length) = match nearness {
        Nearness::Whole(mistakes) => (mistakes, word.len()),
        Nearness::Begun(mistakes) => (mistakes, typed.len().min(word.len())),
    };
    Some(FoundWord { mistakes, places: places(&word[..length]) })
}

fn places(letters: &[Letter]) -> Vec<u32> {
    letters.iter().flat_map(|letter| letter.places.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The title with brackets around what is marked.
    fn marked(query: &str, title: &str) -> String {
        let marks = marks(query, title);
        let is = |place: usize| marks.contains(&(place as u32));
        let mut out = String::new();
        for (place, c) in title.chars().enumerate() {
            if is(place) && !(place > 0 && is(place - 1)) {
                out.push('[');
            }
            out.push(c);
            if is(place) && !is(place + 1) {
                out.push(']');
            }
        }
        out
    }

    #[test]
    fn what_was_looked_for_is_marked_in_whatever_letters_it_stands() {
        for (query, title, shown) in [
            ("åker", "Karin Åkerblom", "Karin [Åker]blom"),
            ("aker", "Karin Åkerblom", "Karin [Åker]blom"),
            ("aaker", "Karin Åkerblom", "Karin [Åker]blom"),
            ("lukasz", "Łukasz Berg", "[Łukasz] Berg"),
            ("łukasz", "Lukasz Berg", "[Lukasz] Berg"),
            ("sören", "Søren Holm", "[Søren] Holm"),
            ("strass", "Hauptstraße Straße 1", "Hauptstraße [Straß]e 1"),
            ("thor", "Þórr Hall", "[Þór]r Hall"),
            ("istanbul", "İstanbul", "[İstanbul]"),
            ("diyarb", "Dıyarbakır", "[Dıyarb]akır"),
            ("finans", "ﬁnanshuset", "[ﬁnans]huset"),
            ("abc", "ＡＢＣ Hallen", "[ＡＢＣ] Hallen"),
            ("öster", "O\u{308}stersunds kommun", "[O\u{308}ster]sunds kommun"),
            ("oster", "O\u{308}stersunds kommun", "[O\u{308}ster]sunds kommun"),
            ("östersund", "Öster\u{ad}sund", "[Öster\u{ad}sund]"),
            ("obrien", "Pat O’Brien", "Pat [O]’[Brien]"),
            ("annakarin", "Anna-Karin Ek", "[Anna]-[Karin] Ek"),
            ("soeren", "Sören", "[Sören]"),
        ] {
            assert_eq!(marked(query, title), shown, "{query}");
        }
    }

    #[test]
    fn what_is_nearly_the_same_is_marked_too() {
        assert_eq!(marked("karn akerblm", "Karin Åkerblom"), "[Karin] [Åkerblom]");
        assert_eq!(marked("kongerss", "Kongresscentrum Åre"), "[Kongress]centrum Åre");
        assert_eq!(marked("xyz", "Karin Åkerblom"), "Karin Åkerblom");
        assert_eq!(marked("karin berg", "Karin Åkerblom"), "[Karin] Åkerblom", "berg stands elsewhere");
    }

    #[test]
    fn a_title_is_nearly_what_was_typed_where_each_word_is() {
        assert_eq!(
            nearly("exprtera kontakter", "Exportera kontakter").map(|(mistakes, _)| mistakes),
            Some(1)
        );
        assert_eq!(nearly("granksning", "Granskning").map(|(mistakes, _)| mistakes), Some(1));
        assert_eq!(nearly("exportera möten", "Exportera kontakter"), None);
        assert_eq!(nearly(" - ", "Exportera"), None);
    }
}
