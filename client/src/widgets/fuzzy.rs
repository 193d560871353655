//! Fuzzy search over a short list of titles: the palette's and the long drop-downs' way of finding.
//!
//! The matcher is nucleo's (Helix' editor's): letters in order, gaps allowed, starts of words preferred. It is given letters as the
//! engine's search folds them, so what is found here and there, and what is marked, are the same: `o` finds `ö` and `ø`, `ö` not `o`.
//! Where nothing matches, words that are nearly the same do. It is meant for lists that fit in memory, some hundreds of items; records are
//! searched by the store.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{AtomKind, CaseMatching, Normalization, Pattern},
};
use samsyn_engine::store::words::{nearly, spellings, typed_spellings};

/// One item that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where the item stands in the list that was searched.
    pub index: usize,
    /// Which characters of its title matched, ascending, counted in characters.
    pub matched: Vec<u32>,
}

/// The items of `titles` that match `query`, best first; where none does, those that nearly do; all of them in their own order for a
/// blank query.
pub fn search<'a>(query: &str, titles: impl Iterator<Item = &'a str> + Clone) -> Vec<Hit> {
    let hits = matching(query, titles.clone());
    if hits.is_empty() { forgiving(query, titles) } else { hits }
}

/// The items whose titles have the letters of `query` in their order, best first.
pub(super) fn matching<'a>(query: &str, titles: impl Iterator<Item = &'a str>) -> Vec<Hit> {
    if query.trim().is_empty() {
        return titles.enumerate().map(|(index, _)| Hit { index, matched: Vec::new() }).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern =
        |query: &String| Pattern::new(query, CaseMatching::Respect, Normalization::Never, AtomKind::Fuzzy);
    let patterns: Vec<Pattern> = typed_spellings(query).iter().map(pattern).collect();
    let scored = titles.enumerate().filter_map(|(index, title)| {
        let (score, matched) = best(&patterns, title, &mut matcher)?;
        Some((std::cmp::Reverse(score), Hit { index, matched }))
    });
    sorted(scored.collect())
}

/// The items in whose titles words stand that are nearly those of `query`, those with the fewest mistakes first.
pub(super) fn forgiving<'a>(query: &str, titles: impl Iterator<Item = &'a str>) -> Vec<Hit> {
    let near = titles.enumerate().filter_map(|(index, title)| {
        let (mistakes, matched) = nearly(query, title)?;
        Some((mistakes, Hit { index, matched }))
    });
    sorted(near.collect())
}

/// How well a title matches in the spelling in which it does so best, and where.
fn best(patterns: &[Pattern], title: &str, matcher: &mut Matcher) -> Option<(u32, Vec<u32>)> {
    let mut best: Option<(u32, Vec<u32>)> = None;
    for letters in spellings(title) {
        let haystack: Vec<char> = letters.iter().map(|letter| letter.letter).collect();
        for pattern in patterns {
            let mut found = Vec::new();
            let score = pattern.indices(Utf32Str::Unicode(&haystack), matcher, &mut found);
            let Some(score) = score.filter(|score| best.as_ref().is_none_or(|(known, _)| score > known))
            else {
                continue;
            };
            let places = found.iter().filter_map(|place| letters.get(*place as usize));
            let mut matched: Vec<u32> = places.flat_map(|letter| letter.places.clone()).collect();
            matched.sort_unstable();
            matched.dedup();
            best = Some((score, matched));
        }
    }
    best
}

/// The sort is stable: equals keep the order of the list.
fn sorted<K: Ord>(mut hits: Vec<(K, Hit)>) -> Vec<Hit> {
    hits.sort_by(|(one, _), (other, _)| one.cmp(other));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 4] = ["Ny kontakt", "Öppna möte", "Exportera kontakter", "Ångra"];

    fn found(query: &str) -> Vec<usize> {
        search(query, TITLES.into_iter()).into_iter().map(|hit| hit.index).collect()
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
        assert_eq!(search("nk", TITLES.into_iter())[0].matched, [0, 3]);
    }

    #[test]
    fn letters_are_folded_as_search_folds_them() {
        let titles = ["O\u{308}ppna möte", "Łódź", "Straße", "ﬁnans", "Køb"];
        let hits = |query: &str| search(query, titles.into_iter());
        for (query, index) in
            [("oppna", 0), ("öppna", 0), ("lodz", 1), ("strasse", 2), ("finans", 3), ("köb", 4)]
        {
            assert_eq!(hits(query).first().map(|hit| hit.index), Some(index), "{query}");
        }
        assert_eq!(
            hits("öppna")[0].matched,
            [0, 1, 2, 3, 4, 5],
            "an accent of its own is part of its letter"
        );
        assert_eq!(hits("kob")[0].matched, [0, 1, 2]);
        assert!(hits("kåb").is_empty(), "å is a letter of its own");
    }

    #[test]
    fn a_slip_is_forgiven_where_nothing_matches() {
        assert_eq!(found("exprotera"), [2]);
        assert_eq!(found("öppan möte"), [1]);
        assert_eq!(search("exprotera", TITLES.into_iter())[0].matched, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(found("exprotera möte").is_empty(), "each word has to be near to one");
    }
}
