//! Closed lists of values that a field can be one of.

use super::{Caption, Language};

/// One value of an [`Enumeration`].
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored and exported: short, lower case, ASCII, never changed once released.
    pub value: &'static str,
    /// What a person reads.
    pub caption: Caption,
}

impl Choice {
    /// A value with its caption in Swedish and English.
    pub const fn new(value: &'static str, sv: &'static str, en: &'static str) -> Self {
        Choice { value, caption: Caption::new(sv, en) }
    }
}

/// A closed list of values in the order in which a person should see and sort them.
///
/// A value that is not in the list is not an error when it is *read*: a newer version may have written it, and an
/// older one must leave it as it is. It is an error when it is *written*.
#[derive(Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// The values.
    pub choices: &'static [Choice],
}

impl Enumeration {
    /// An enumeration of these values.
    pub const fn new(choices: &'static [Choice]) -> Self {
        Enumeration { choices }
    }

    /// The choice that is stored as `value`.
    pub fn find(&self, value: &str) -> Option<&'static Choice> {
        self.choices.iter().find(|choice| choice.value == value)
    }

    /// The choice that a person means by `text`: the stored value or either caption, whatever the case.
    pub fn find_by_words(&self, text: &str) -> Option<&'static Choice> {
        let wanted = text.trim().to_lowercase();
        self.choices.iter().find(|choice| {
            choice.value == wanted
                || choice.caption.sv.to_lowercase() == wanted
                || choice.caption.en.to_lowercase() == wanted
        })
    }

    /// The caption of `value`, or `value` itself where a newer version wrote one that we do not know.
    pub fn caption<'a>(&self, value: &'a str, language: Language) -> &'a str {
        self.find(value).map_or(value, |choice| choice.caption.get(language))
    }

    /// The place of `value` in the list, for sorting; unknown values come last.
    pub fn rank(&self, value: &str) -> usize {
        self.choices.iter().position(|choice| choice.value == value).unwrap_or(self.choices.len())
    }
}
