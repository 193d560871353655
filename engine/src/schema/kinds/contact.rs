//! A person: somebody who could bring a congress to the town, or help to.

use crate::schema::{Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target};

/// A person.
pub static CONTACT: Kind = Kind {
    name: "contact",
    caption: Caption::new("Kontakt", "Contact"),
    plural: Caption::new("Kontakter", "Contacts"),
    icon: Icon::Person,
    title: &[&["given", "family"]],
    internal: false,
    fields: &[
        Field::new("given", "Förnamn", "Given name", FieldType::Line).listed().searched(),
        Field::new("family", "Efternamn", "Family name", FieldType::Line).listed().searched().required(),
        Field::new(
            "emails",
            "E-post",
            "E-mail",
            FieldType::Rows(&[
                Field::new("address", "Adress", "Address", FieldType::Email).searched(),
                Field::new("type", "Typ", "Type", FieldType::Enumeration(&PLACE)),
                Field::new("primary", "Primär", "Primary", FieldType::YesNo),
            ]),
        ),
        Field::new(
            "focus_areas",
            "Fokusområden",
            "Focus areas",
            FieldType::ReferenceSet(Target::Records(&["focus_area"])),
        ),
        Field::new("notes", "Anteckningar", "Notes", FieldType::Prose).searched(),
    ],
};

/// Where an address or a number reaches somebody.
pub static PLACE: Enumeration =
    Enumeration::new(&[Choice::new("work", "Arbete", "Work"), Choice::new("home", "Hem", "Home")]);
