//! Words for people, in both languages.

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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Language::from_locale("sv_SE.UTF-8"), Some(Language::Swedish));
        assert_eq!(Language::from_locale("en-GB"), Some(Language::English));
        assert_eq!(Language::from_locale("C.UTF-8"), None);
    }
}
