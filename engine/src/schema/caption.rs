//! Words for people, in both languages.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The languages a person can read Samsyn in. Switched at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Swedish, the language of the town.
    #[default]
    #[serde(rename = "sv")]
    Swedish,
    /// English, the language of the congresses.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both, in the order a menu shows them.
    pub const ALL: [Language; 2] = [Language::Swedish, Language::English];

    /// The ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Swedish => "sv",
            Language::English => "en",
        }
    }

    /// The language of a locale name such as `sv_SE.UTF-8` or `en-GB`, if it is one of ours.
    pub fn from_locale(locale: &str) -> Option<Language> {
        let code = locale.split(['_', '-', '.']).next()?;
        Language::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

/// One text in both languages. Made only with both, so that none can be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caption {
    /// Swedish.
    pub sv: &'static str,
    /// English.
    pub en: &'static str,
}

impl Caption {
    /// A caption in Swedish and English.
    pub const fn new(sv: &'static str, en: &'static str) -> Self {
        Caption { sv, en }
    }

    /// The text in `language`.
    pub const fn get(&self, language: Language) -> &'static str {
        match language {
            Language::Swedish => self.sv,
            Language::English => self.en,
        }
    }

    /// The text in `language` with its holes filled: each `{}` takes the next of `holes`, `{0}` the first, `{1}` the second, for
    /// where the two languages name them in another order. What is filled in is never taken for a hole.
    pub fn fill(&self, language: Language, holes: &[&dyn fmt::Display]) -> String {
        let mut filled = String::new();
        let (mut rest, mut next) = (self.get(language), 0);
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, hole)| Some((before, hole.split_once('}')?)))
        {
            let place = if name.is_empty() { Some(next) } else { name.parse().ok() };
            next += usize::from(name.is_empty());
            filled.push_str(before);
            match place.and_then(|place: usize| holes.get(place)) {
                Some(hole) => filled.push_str(&hole.to_string()),
                None => filled.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        filled + rest
    }

    /// What fills the holes of a text that is this caption, filled: the way back from [`Caption::fill`], for captions whose holes stand in
    /// their order (`{}`). `None` where it is another text.
    pub fn holes(&self, language: Language, text: &str) -> Option<Vec<String>> {
        let mut pieces = self.get(language).split("{}");
        let mut rest = text.strip_prefix(pieces.next()?)?;
        let mut holes = Vec::new();
        let mut pieces = pieces.peekable();
        while let Some(piece) = pieces.next() {
            let end = match (piece, pieces.peek()) {
                ("", None) => rest.len(),
                (last, None) => rest.len() - last.len() * usize::from(rest.ends_with(last)),
                (piece, Some(_)) => rest.find(piece)?,
            };
            let (hole, after) = rest.split_at(end);
            holes.push(hole.to_owned());
            rest = after.strip_prefix(piece)?;
        }
        rest.is_empty().then_some(holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_once_and_in_either_order() {
        let caption = Caption::new("{1} före {0}", "{} before {}, {name}");
        let holes: [&dyn fmt::Display; 2] = [&"{1}", &7];
        assert_eq!(caption.fill(Language::English, &holes), "{1} before 7, {name}");
        assert_eq!(caption.fill(Language::Swedish, &holes), "7 före {1}");
        assert_eq!(Caption::new("}{", "").fill(Language::Swedish, &[]), "}{");
    }

    #[test]
    fn what_filled_the_holes_is_read_back() {
        let caption = Caption::new("", "{} is {}, at most {} m");
        let read = |text: &str| caption.holes(Language::English, text);
        assert_eq!(read("x is 5, at most 7 m"), Some(vec!["x".into(), "5".into(), "7".into()]));
        assert_eq!(read("x is 5, at most 7"), None);
        assert_eq!(read("x was 5, at most 7 m"), None);
        let plain = Caption::new("", "it is gone");
        assert_eq!(plain.holes(Language::English, "it is gone"), Some(Vec::new()));
        assert_eq!(plain.holes(Language::English, "it is gone now"), None);
    }

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Language::from_locale("sv_SE.UTF-8"), Some(Language::Swedish));
        assert_eq!(Language::from_locale("en-GB"), Some(Language::English));
        assert_eq!(Language::from_locale("C.UTF-8"), None);
    }
}
