//! Identifiers of records and of rows inside them.
//!
//! Both are random, so that two replicas that never met cannot pick the same one, and neither says anything about
//! what it names: no person's name ends up in a key, a log line or a file name.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::LazyLock;

/// Base 32 in lower case without padding and without letters that look like digits (Crockford's alphabet).
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
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

#[cfg(test)]
mod tests {
    use super::*;

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
