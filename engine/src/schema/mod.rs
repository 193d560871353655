//! What a record is.
//!
//! A *record kind* is described in exactly one file of [`kinds`]: its fields, their types, their captions in both
//! languages, which of them make the title, which stand in lists and which are searched. Everything else follows
//! from that description and never repeats it:
//!
//! ```text
//!                    ┌─ form            (client)     one control for each field type
//!                    ├─ table column    (client)
//!  kinds/contact.rs ─┼─ validation      (schema)     before an edit, and in the relay before the log
//!      &Kind         ├─ document layout (document)   which containers a new document is seeded with
//!                    ├─ access          (identity)   who may read and write it, in the relay and in every client
//!                    ├─ diff labels     (review)
//!                    └─ search entry    (store)
//! ```
//!
//! This module knows neither Automerge nor SQLite: [`Value`] is what a field holds, [`FieldType`] what it may hold.

mod access;
mod caption;
mod enumeration;
mod error;
mod field;
mod json;
mod kind;
pub mod kinds;
mod listed;
pub mod order;
mod path;
mod record;
mod text;
mod value;

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

pub use access::{Access, Owner, Right};
pub use caption::{Caption, Language};
pub use enumeration::{Choice, Enumeration};
pub use error::{Question, ValueError};
pub use field::{Field, FieldType, Target, Unit};
pub use json::{cells_from_json, value_from_json};
pub use kind::{Icon, Kind};
pub use kinds::{KINDS, kind};
pub use listed::Due;
pub use path::{FieldPath, PathError};
pub use record::{NewRecord, NewRecordError};
pub use text::{Near, Reading, count_words};
pub(crate) use value::LONGEST_PROSE;
pub use value::{Cells, Coordinates, Currency, DateRange, Link, Money, Row, Scalar, Value, cells_to_json};

/// A hash over all that the kinds say. What was made from records by what the kinds said before is made anew when it is another.
pub fn schema_hash() -> &'static [u8; 32] {
    static HASH: LazyLock<[u8; 32]> = LazyLock::new(|| Sha256::digest(format!("{KINDS:?}")).into());
    &HASH
}

/// The version of the kinds in this program, as exports name it. It rises by one with every release that adds fields or kinds.
pub const SCHEMA_VERSION: u32 = 1;
