//! Identifiers of records and of rows inside them.
//!
//! Both are random, so that two replicas that never met cannot pick the same one, and neither says anything about
//! what it names: no person's name ends up in a key, a log line or a file name.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::LazyLock;

/// The letters of an identifier.
const LETTERS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// Base 32 in lower case without padding and without letters that look like digits (Crockford's alphabet).
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(LETTERS);
    specification.translate.from.push_str("ABCDEFGHJKMNPQRSTVWXYZ");
    specification.translate.to.push_str("abcdefghjkmnpqrstvwxyz");
    specification.encoding().expect("a fixed alphabet of 32 distinct symbols is a valid encoding")
});

/// Bytes in the alphabet of identifiers, five bits a character.
pub(crate) fn base32(bytes: &[u8]) -> String {
    BASE32.encode(bytes)
}

/// The bytes of a text in the alphabet of identifiers.
pub(crate) fn from_base32(text: &str) -> Option<Vec<u8>> {
    BASE32.decode(text.as_bytes()).ok()
}

/// A text as it was meant whose letters somebody has read from paper: O for 0, I and L for 1, U for V. The alphabet has none of them.
pub(crate) fn unmistakable(text: &str) -> String {
    let meant = |letter: char| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        'u' => 'v',
        other => other,
    };
    text.chars().map(meant).collect()
}

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an identifier: expected {1} of the characters 0-9 and a-z without i, l, o, u")]
pub struct IdError(String, usize);

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $characters:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// A new one, at random.
            pub fn random() -> Self {
                Self(crate::random::bytes())
            }

            /// The one with these bytes.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The one with these bytes, if there are as many as there must be.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE32.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = || IdError(text.chars().take(64).collect(), $characters);
                let bytes = BASE32.decode(text.as_bytes()).map_err(|_| wrong())?;
                Self::from_slice(&bytes).ok_or_else(wrong)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier! {
    /// Names one record, and so one document, everywhere and for ever. Written as 26 characters.
    RecordId, 16, 26
}

identifier! {
    /// Names one row of a keyed list inside a record. Written as 16 characters.
    RowId, 10, 16
}

/// What a person typed for an identifier: all of it, or its beginning, in letters of either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning(String);

/// Why a beginning is not that of one alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOne<I: fmt::Display> {
    /// It is that of none.
    #[error("none begins with \"{0}\"")]
    Nobody(String),
    /// It is that of several.
    #[error("several begin with \"{found}\", write more of it:{}", lines(among))]
    Several {
        /// What was typed.
        found: String,
        /// These.
        among: Vec<I>,
    },
}

fn lines<I: fmt::Display>(among: &[I]) -> String {
    among.iter().map(|one| format!("\n  {one}")).collect()
}

impl FromStr for Beginning {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = crate::typed::bare(text).to_lowercase();
        let longest = 26;
        let is_one = (1..=longest).contains(&text.len()) && text.chars().all(|c| LETTERS.contains(c));
        if is_one { Ok(Beginning(text)) } else { Err(IdError(text.chars().take(64).collect(), longest)) }
    }
}

impl fmt::Display for Beginning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Beginning {
    /// The identifier itself, where all of it was typed.
    pub fn whole(&self) -> Option<RecordId> {
        self.0.parse().ok()
    }

    /// The only one of these that begins so.
    ///
    /// # Errors
    /// Where it is none or several.
    pub fn of<I: fmt::Display>(&self, all: impl IntoIterator<Item = I>) -> Result<I, NotOne<I>> {
        let mut fit: Vec<I> = all.into_iter().filter(|id| id.to_string().starts_with(&self.0)).collect();
        match (fit.pop(), fit.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(NotOne::Nobody(self.0.clone())),
            (Some(last), false) => {
                fit.push(last);
                Err(NotOne::Several { found: self.0.clone(), among: fit })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unambiguous_beginning_names_one() {
        let ids = ["b1c6", "b1d7", "whb8"];
        let begin = |text: &str| text.parse::<Beginning>().unwrap().of(ids);
        assert_eq!(begin("W"), Ok("whb8"));
        assert_eq!(begin(" b1c "), Ok("b1c6"));
        assert_eq!(begin("x"), Err(NotOne::Nobody("x".into())));
        assert_eq!(begin("b1"), Err(NotOne::Several { found: "b1".into(), among: vec!["b1c6", "b1d7"] }));
        for text in ["", "Åsa", "il", &"0".repeat(27)] {
            assert!(text.parse::<Beginning>().is_err(), "{text}");
        }
        let id = RecordId::random();
        assert_eq!(id.to_string().parse::<Beginning>().unwrap().whole(), Some(id));
    }

    #[test]
    fn an_id_survives_being_written_down() {
        let id = RecordId::random();
        assert_eq!(id.to_string().len(), 26);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        let row = RowId::random();
        assert_eq!(row.to_string().len(), 16);
        assert_eq!(row.to_string().parse(), Ok(row));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "abc", "not an id", "ilou", &"0".repeat(27)] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
    }
}
