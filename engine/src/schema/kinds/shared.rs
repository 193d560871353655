//! What several kinds have in common: an address, levels, the standing of a piece of work.
//!
//! A kind takes from here only what means the same thing wherever it stands, so that a filter or a rule that was
//! written for one kind is right for the other. What merely looks alike stays with its own kind.

use crate::schema::{Choice, Enumeration, Field, FieldType};

/// Where an address or a number reaches somebody.
pub static PLACE: Enumeration = Enumeration::new(&[
    Choice::new("work", "Arbete", "Work"),
    Choice::new("mobile", "Mobil", "Mobile"),
    Choice::new("home", "Hem", "Home"),
    Choice::new("other", "Annan", "Other"),
]);

/// How likely or how grave something is.
pub static LEVEL: Enumeration = Enumeration::new(&[
    Choice::new("low", "Låg", "Low"),
    Choice::new("medium", "Medel", "Medium"),
    Choice::new("high", "Hög", "High"),
]);

/// Street and number.
pub(super) const STREET: Field = Field::new("street", "Gatuadress", "Street", FieldType::Line);

/// Postal code, written `831 25` in Sweden.
pub(super) const POSTAL_CODE: Field = Field::new("postal_code", "Postnummer", "Postal code", FieldType::Line);

/// Town.
pub(super) const TOWN: Field = Field::new("town", "Ort", "Town", FieldType::Line).searched();

/// Country, by its name in the workspace's language.
pub(super) const COUNTRY: Field = Field::new("country", "Land", "Country", FieldType::Line);

/// The rows of a list of addresses.
pub(super) const ADDRESS_ROWS: &[Field] =
    &[Field::new("type", "Typ", "Type", FieldType::Enumeration(&PLACE)), STREET, POSTAL_CODE, TOWN, COUNTRY];
