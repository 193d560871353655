//! An organisation: an association that holds congresses, a company with rooms, an authority that must agree.
//!
//! One kind for all of them, because the same organisation is often several at once: the university owns halls,
//! employs ambassadors and is a party to the bureau. What differs is the *type*; whether the bureau is *sanctioned*
//! (formally backed) by a party stands in a section of its own.

use super::shared::ADDRESS_ROWS;
use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target};

/// An organisation.
pub static ORGANISATION: Kind = Kind {
    name: "organisation",
    caption: Caption::new("Organisation", "Organisation"),
    plural: Caption::new("Organisationer", "Organisations"),
    new: Caption::new("Ny organisation", "New organisation"),
    icon: Icon::Organisation,
    title: &[&["name"]],
    register: None,
    internal: false,
    access: Access::COMMON,
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line)
            .section("Organisation", "Organisation")
            .listed()
            .searched()
            .required(),
        Field::new("type", "Typ", "Type", FieldType::Enumeration(&ORGANISATION_TYPE)).listed().required(),
        Field::new("parent", "Del av", "Part of", FieldType::Reference(Target::Records(&["organisation"])))
            .listed()
            .help(
                "Den organisation som denna hör till: en institution till sitt universitet.",
                "The organisation this one belongs to: a department to its university.",
            ),
        Field::new(
            "focus_areas",
            "Fokusområden",
            "Focus areas",
            FieldType::ReferenceSet(Target::Records(&["focus_area"])),
        )
        .listed(),
        Field::new("website", "Webbplats", "Website", FieldType::Url)
            .section("Kontaktvägar", "How to reach it")
            .searched(),
        Field::new("email", "E-post", "E-mail", FieldType::Email).searched(),
        Field::new("phone", "Telefon", "Telephone", FieldType::Phone),
        Field::new("addresses", "Adresser", "Addresses", FieldType::Rows(ADDRESS_ROWS)),
        Field::new("sanction_status", "Sanktionerat", "Sanction", FieldType::Enumeration(&SANCTION_STATUS))
            .section("Intressent", "Stakeholder")
            .listed()
            .help(
                "Om organisationen formellt har ställt sig bakom kongressbyrån.",
                "Whether the organisation has formally backed the convention bureau.",
            ),
        Field::new("sanction_date", "Beslutsdatum", "Date of decision", FieldType::Date).past(),
        Field::new("sanction_decider", "Beslutat av", "Decided by", FieldType::Line).help(
            "Den instans eller befattning som beslutade, till exempel kommunstyrelsen.",
            "The body or office that decided, for example the municipal executive board.",
        ),
        Field::new("engagement", "Engagemang", "Engagement", FieldType::Enumeration(&ENGAGEMENT))
            .listed()
            .help(
                "Hur väl arbetet är förankrat: hur mycket organisationen gör i praktiken.",
                "How well the work is anchored: how much the organisation does in practice.",
            ),
        Field::new("notes", "Anteckningar", "Notes", FieldType::Prose)
            .section("Anteckningar", "Notes")
            .searched(),
    ],
};

/// What an organisation is.
pub static ORGANISATION_TYPE: Enumeration = Enumeration::new(&[
    Choice::new("association", "Förening eller förbund", "Association"),
    Choice::new("university", "Universitet eller högskola", "University"),
    Choice::new("municipality", "Kommun", "Municipality"),
    Choice::new("region", "Region", "Region"),
    Choice::new("authority", "Myndighet", "Authority"),
    Choice::new("destination_company", "Destinationsbolag", "Destination company"),
    Choice::new("company", "Företag", "Company"),
    Choice::new("hotel", "Hotell", "Hotel"),
    Choice::new("venue_owner", "Anläggningsägare", "Venue owner"),
    Choice::new("restaurant", "Restaurang", "Restaurant"),
    Choice::new("carrier", "Transportföretag", "Carrier"),
    Choice::new("congress_organiser", "Kongressarrangör", "Congress organiser"),
    Choice::new("institute", "Forskningsinstitut", "Research institute"),
    Choice::new("museum", "Museum eller kulturinstitution", "Museum or cultural institution"),
    Choice::new("media", "Medier", "Media"),
    Choice::new("other", "Annan", "Other"),
]);

/// Whether a party has formally backed the bureau.
pub static SANCTION_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("not_asked", "Inte tillfrågad", "Not asked"),
    Choice::new("asked", "Tillfrågad", "Asked"),
    Choice::new("conditional", "Sanktionerat med villkor", "Sanctioned with conditions"),
    Choice::new("sanctioned", "Sanktionerat", "Sanctioned"),
    Choice::new("declined", "Avböjt", "Declined"),
]);

/// How much a party does in practice.
pub static ENGAGEMENT: Enumeration = Enumeration::new(&[
    Choice::new("unaware", "Känner inte till byrån", "Unaware"),
    Choice::new("informed", "Informerad", "Informed"),
    Choice::new("takes_part", "Deltar", "Takes part"),
    Choice::new("drives", "Driver på", "Drives"),
]);
