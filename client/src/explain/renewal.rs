//! How far making lists and search anew has come, in words.

use samsyn_engine::schema::{Caption, Language, count_words};
use samsyn_engine::store::Renewal;

/// What is being made anew, how far that has come, and why.
pub fn renewal(renewal: Renewal, language: Language) -> String {
    const ANEW: Caption = Caption::new(
        "Gör om listor och sökning: {} av {} poster. Det behövs en gång, efter en ny version eller när filen har ändrats av något annat.",
        "Making lists and search anew: {} of {} records. That is needed once, after a new version or when something else has touched the file.",
    );
    ANEW.fill(language, &[&count_words(renewal.done, language), &count_words(renewal.of, language)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_lists_and_search_have_come() {
        let anew = Renewal { done: 2_560, of: 20_000 };
        assert!(renewal(anew, Language::English).contains("2,560 of 20,000 records"));
        assert!(renewal(anew, Language::Swedish).contains("2\u{a0}560 av 20\u{a0}000 poster"));
    }
}
