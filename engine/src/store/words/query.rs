//! What somebody typed, as questions to the index.
//!
//! Nothing that is typed reaches FTS5's own syntax: words are what is alphanumeric, each in quotes.

use super::fold::{as_a_swede, parts, without_foreign};
use super::{BESIDE, phone};

/// One thing that must be found: any of these will do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// The words as they are typed: all of them, each perhaps only begun.
    words: Vec<String>,
    /// Single words that will do instead, as they stand in the index.
    instead: Vec<String>,
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    terms: Vec<Term>,
}

impl Query {
    /// Reads what was typed; `None` where there are no words.
    pub(crate) fn read(text: &str) -> Option<Query> {
        let mut terms = Vec::new();
        let pieces: Vec<&str> = text.split_whitespace().collect();
        let mut rest = pieces.as_slice();
        while !rest.is_empty() {
            let (term, taken) = number(rest).unwrap_or_else(|| (word(rest[0]), 1));
            terms.extend(term);
            rest = &rest[taken..];
        }
        (!terms.is_empty()).then_some(Query { terms })
    }

    /// Finds records in which all of it stands as it is typed.
    pub(crate) fn exactly(&self) -> String {
        self.said(|term| all_of(&term.words))
    }

    /// Finds these, and those in which it stands in other letters.
    pub(crate) fn loosely(&self) -> String {
        self.said(|term| any_of(term, std::iter::empty()))
    }

    /// Finds these, and those in which words stand that are nearly the same: what `near` says of each word that is typed.
    pub(crate) fn forgiving(&self, mut near: impl FnMut(&str) -> Vec<String>) -> String {
        let said: Vec<String> = self
            .terms
            .iter()
            .map(|term| match term.words.as_slice() {
                [word] => any_of(term, near(word).into_iter()),
                words => {
                    let each = |word: &String| {
                        let alone = Term { words: vec![word.clone()], instead: Vec::new() };
                        any_of(&alone, near(word).into_iter())
                    };
                    let all = words.iter().map(each).collect::<Vec<_>>().join(" AND ");
                    match term.instead.as_slice() {
                        [] => all,
                        instead => format!("(({all}) OR {})", quoted(instead, "OR")),
                    }
                }
            })
            .collect();
        said.join(" AND ")
    }

    /// The words that are typed.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().flat_map(|term| term.words.iter().map(String::as_str))
    }

    fn said(&self, term: impl Fn(&Term) -> String) -> String {
        self.terms.iter().map(term).collect::<Vec<_>>().join(" AND ")
    }
}

fn quoted(words: &[String], between: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    quoted.join(&format!(" {between} "))
}

fn all_of(words: &[String]) -> String {
    match words {
        [_] => quoted(words, "AND"),
        words => format!("({})", quoted(words, "AND")),
    }
}

fn any_of(term: &Term, near: impl Iterator<Item = String>) -> String {
    let mut any = vec![all_of(&term.words)];
    if let [word] = term.words.as_slice() {
        any.push(format!("\"{BESIDE}{word}\"*"));
    }
    any.extend(term.instead.iter().map(|word| format!("\"{word}\"*")));
    // What is near is a whole word of the index.
    any.extend(near.map(|word| format!("\"{word}\"")));
    match any.as_slice() {
        [only] => only.clone(),
        any => format!("({})", any.join(" OR ")),
    }
}

/// A telephone number in as many pieces as it was typed in.
fn number(pieces: &[&str]) -> Option<(Option<Term>, usize)> {
    let is_part = |piece: &&&str| {
        piece.contains(|c: char| c.is_ascii_digit())
            && piece.chars().all(|c| c.is_ascii_digit() || "+-()/.‐‑–−".contains(c))
    };
    let taken = pieces.iter().take_while(is_part).count();
    let whole = pieces[..taken].join(" ");
    let digits = phone::digits(&whole)?;
    let words = pieces[..taken].iter().flat_map(|piece| parts(piece).0).collect();
    Some((Some(Term { words, instead: vec![format!("{BESIDE}{digits}")] }), taken))
}

fn word(piece: &str) -> Option<Term> {
    let (words, joined) = parts(piece);
    let mut instead: Vec<String> =
        joined.iter().flat_map(|word| [word.clone(), format!("{BESIDE}{word}")]).collect();
    if let [word] = words.as_slice() {
        let other = [without_foreign(word), as_a_swede(word)];
        instead
            .extend(other.into_iter().flatten().flat_map(|word| [word.clone(), format!("{BESIDE}{word}")]));
    }
    (!words.is_empty()).then_some(Term { words, instead })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exactly(text: &str) -> Option<String> {
        Query::read(text).map(|query| query.exactly())
    }

    #[test]
    fn a_query_is_only_words() {
        assert_eq!(exactly("åsa b.erg").as_deref(), Some("\"åsa\"* AND (\"b\"* AND \"erg\"*)"));
        assert_eq!(exactly("\" OR NEAR( *").as_deref(), Some("\"or\"* AND \"near\"*"));
        assert_eq!(exactly(" -- "), None);
        assert_eq!(exactly("\u{e000}\"x").as_deref(), Some("\"x\"*"));
    }

    #[test]
    fn a_number_is_one_thing_in_however_many_pieces() {
        let query = Query::read("anna +46 70-123 45 67").unwrap();
        assert_eq!(query.terms.len(), 2);
        assert_eq!(query.terms[1].instead, [format!("{BESIDE}701234567")]);
    }

    #[test]
    fn a_name_that_is_held_together_is_looked_for_both_ways() {
        let loosely = Query::read("anna-karin").unwrap().loosely();
        assert!(loosely.contains("\"annakarin\"*") && loosely.contains("\"karin\"*"), "{loosely}");
    }
}
