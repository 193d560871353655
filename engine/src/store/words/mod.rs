//! Words as people look for them and as Swedes sort them.
//!
//! ```text
//!  a record's text ─▶ fold ─▶ entry: what it says, and beside it, marked, how else somebody may type that
//!                                    (Łukasz: łukasz, ·lukasz; 070-123 45 67: 070 123 45 67, ·701234567, ·01234567, …)
//!  what is typed ──▶ fold ─▶ Query ─┬─ exactly: all its words as they are typed
//!                                   ├─ loosely: or one of the marked ones
//!                                   └─ forgiving: or words that are nearly the same (see `typo`)
//! ```
//!
//! What is found is marked by the same rules (`marks`), in lists, pickers and the palette.
//!
//! å, ä and ö are letters of their own: `o` finds `ö`, but after what has an `o`; `ö` never finds `o`.

mod fold;
mod marks;
mod phone;
mod query;
mod typo;

use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

pub use fold::{Letter, fold, plain_letters, same};
pub use marks::{marks, nearly, spellings, typed_spellings};
pub(super) use phone::digits as phone_digits;
pub(super) use query::Query;
pub(super) use typo::{Nearness, prefix_nearness};

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

/// What marks a word of the index that does not stand in the text so: of Unicode's private use, which SQLite takes for a letter.
pub(super) const BESIDE: char = '\u{e000}';

/// A text as the index has it: its words, and beside them how else somebody may type them.
pub(super) fn entry(text: &str) -> String {
    let mut entry = fold(text);
    let mut beside = Vec::new();
    for piece in text.split_whitespace() {
        fold::beside(piece, &mut beside);
    }
    phone::of_text(text, &mut beside);
    beside.sort_unstable();
    beside.dedup();
    for word in beside {
        entry.push(' ');
        entry.push(BESIDE);
        entry.push_str(&word);
    }
    entry
}

/// A telephone number as the index has it: it is found by any part of it, however it was written.
pub(super) fn phone_entry(number: &str) -> String {
    let mut entry = fold(number);
    let mut parts = Vec::new();
    phone::parts(number, &mut parts);
    for part in parts {
        entry.push(' ');
        entry.push(BESIDE);
        entry.push_str(&part);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_order() {
        let mut names = vec!["Örjan", "anders", "Åsa", "Zoe", "Ärla", "Bo", "André"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["anders", "André", "Bo", "Zoe", "Åsa", "Ärla", "Örjan"]);
    }

    #[test]
    fn an_entry_has_beside_its_words_how_else_they_are_typed() {
        let marked = |text: &str| -> Vec<String> {
            let entry = entry(text);
            entry.split(' ').filter_map(|word| word.strip_prefix(BESIDE)).map(str::to_owned).collect()
        };
        assert_eq!(marked("Anna Berg"), Vec::<String>::new(), "most words need nothing");
        assert_eq!(marked("Łukasz"), ["lukasz"]);
        assert_eq!(marked("Straße"), ["strasse"]);
        assert_eq!(marked("Søren"), ["soeren", "soren", "sören"]);
        assert_eq!(marked("O’Brien"), ["obrien"]);
        assert!(marked("ring 070-123 45 67").contains(&"701234567".to_owned()));
    }
}
