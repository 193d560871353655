//! Words as Swedes look for them and sort them.

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

static COLLATOR: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    Collator::try_new(locale!("sv").into(), CollatorOptions::default())
        .expect("the collator's own data holds Swedish")
});

/// A key by which texts sort as in a Swedish list: Å, Ä and Ö after Z, upper and lower case together.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    let Ok(()) = COLLATOR.write_sort_key_to(text, &mut key);
    key
}

/// The text as search sees it: lower case, without diacritics but for å, ä and ö, which are letters of their own.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Nothing composes with a space, so each word can be taken for itself; most are plain.
    for word in text.split_inclusive(' ') {
        if word.is_ascii() {
            folded.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            folded.extend(word.nfc().flat_map(char::to_lowercase).flat_map(fold_letter));
        }
    }
    folded
}

fn fold_letter(letter: char) -> impl Iterator<Item = char> {
    let kept = matches!(letter, 'å' | 'ä' | 'ö').then_some(letter);
    let plain =
        kept.is_none().then(|| std::iter::once(letter).nfd().filter(|part| !is_combining_mark(*part)));
    kept.into_iter().chain(plain.into_iter().flatten())
}

/// A query for FTS5 that finds records with all these words, the last ones only begun; `None` where there are no words.
///
/// Nothing in `text` reaches FTS5's own syntax: words are what is alphanumeric, each in quotes.
pub fn query(text: &str) -> Option<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let terms: Vec<String> = words.map(|word| format!("\"{word}\"*")).collect();
    (!terms.is_empty()).then(|| terms.join(" "))
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
    fn swedish_order() {
        let mut names = vec!["Örjan", "anders", "Åsa", "Zoe", "Ärla", "Bo", "André"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["anders", "André", "Bo", "Zoe", "Åsa", "Ärla", "Örjan"]);
    }

    #[test]
    fn a_query_is_only_words() {
        assert_eq!(query("åsa b.erg").as_deref(), Some("\"åsa\"* \"b\"* \"erg\"*"));
        assert_eq!(query("\" OR NEAR( *"), Some("\"or\"* \"near\"*".to_owned()));
        assert_eq!(query(" -- "), None);
    }
}
