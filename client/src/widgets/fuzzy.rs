//! Fuzzy search over a short list of titles: the palette's and the long drop-downs' way of finding.
//!
//! The matcher is nucleo's (Helix' editor's): letters in order, gaps allowed, starts of words preferred, `o` finds `ö`.
//! It is meant for lists that fit in memory, some hundreds of items; records are searched by the store.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};

/// One item that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where the item stands in the list that was searched.
    pub index: usize,
    /// Which characters of its title matched, ascending, counted in characters.
    pub matched: Vec<u32>,
}

/// The items of `titles` that match `query`, best first; all of them in their own order for a blank query.
pub fn search<'a>(query: &str, titles: impl IntoIterator<Item = &'a str>) -> Vec<Hit> {
    if query.trim().is_empty() {
        return titles.into_iter().enumerate().map(|(index, _)| Hit { index, matched: Vec::new() }).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, Hit)> = Vec::new();
    for (index, title) in titles.into_iter().enumerate() {
        let mut matched = Vec::new();
        let haystack = Utf32Str::new(title, &mut buffer);
        if let Some(score) = pattern.indices(haystack, &mut matcher, &mut matched) {
            matched.sort_unstable();
            matched.dedup();
            hits.push((score, Hit { index, matched }));
        }
    }
    // The sort is stable: equals keep the order of the list.
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 4] = ["Ny kontakt", "Öppna möte", "Exportera kontakter", "Ångra"];

    fn found(query: &str) -> Vec<usize> {
        search(query, TITLES).into_iter().map(|hit| hit.index).collect()
    }

    #[test]
    fn a_blank_query_finds_all_in_order() {
        assert_eq!(found("  "), [0, 1, 2, 3]);
    }

    #[test]
    fn letters_may_have_gaps_and_accents_may_be_left_out() {
        assert_eq!(found("oppna"), [1]);
        assert_eq!(found("NK"), [0, 2], "the starts of words come first");
        assert_eq!(found("kont"), [0, 2]);
        assert!(found("xyz").is_empty());
    }

    #[test]
    fn hits_say_which_letters_matched() {
        assert_eq!(search("nk", TITLES)[0].matched, [0, 3]);
    }
}
