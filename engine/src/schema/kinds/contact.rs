//! A person: somebody who could bring a congress to the town, or help to.
//!
//! A contact holds who the person is, how to reach them, where they have a say (*positions*), how far they have come
//! as an *ambassador* (a local key person who invites their own field's meetings to the town), and, because it is
//! personal data, why the bureau may keep all that. Ambassadors' counts are counters: two people who each note a
//! bid while offline have noted two.

use super::shared::{ADDRESS_ROWS, PLACE};
use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target};

/// A person.
pub static CONTACT: Kind = Kind {
    name: "contact",
    caption: Caption::new("Kontakt", "Contact"),
    plural: Caption::new("Kontakter", "Contacts"),
    new: Caption::new("Ny kontakt", "New contact"),
    icon: Icon::Person,
    title: &[&["given", "family"], &["additional"]],
    register: Some(["family", "given"]),
    internal: false,
    access: Access::PERSONAL,
    fields: &[
        Field::new("prefix", "Titel före namnet", "Prefix", FieldType::Line)
            .section("Namn", "Name")
            .help("Till exempel professor eller dr.", "For example professor or Dr."),
        Field::new("given", "Förnamn", "Given name", FieldType::Line).listed().searched(),
        Field::new("additional", "Mellannamn", "Additional names", FieldType::Line).searched(),
        Field::new("family", "Efternamn", "Family name", FieldType::Line).listed().searched().required(),
        Field::new("suffix", "Tillägg efter namnet", "Suffix", FieldType::Line)
            .help("Till exempel jr eller PhD.", "For example Jr or PhD."),
        Field::new("emails", "E-post", "E-mail", FieldType::Rows(EMAIL_ROWS))
            .listed_by("address", "E-post", "E-mail")
            .section("Kontaktvägar", "How to reach them"),
        Field::new("phones", "Telefon", "Telephone", FieldType::Rows(PHONE_ROWS))
            .listed_by("number", "Telefon", "Telephone"),
        Field::new("addresses", "Adresser", "Addresses", FieldType::Rows(ADDRESS_ROWS)),
        Field::new("language", "Språk", "Language", FieldType::Enumeration(&CONTACT_LANGUAGE))
            .help("Det språk som personen helst får brev på.", "The language they prefer to be written to in."),
        Field::new("channel", "Önskad kontaktväg", "Preferred channel", FieldType::Enumeration(&CHANNEL)),
        Field::new("positions", "Uppdrag", "Positions", FieldType::Rows(POSITION_ROWS))
            .listed_by("organisation", "Organisation", "Organisation")
            .section("Uppdrag och område", "Positions and field")
            .help(
                "Anställningar, förtroendeuppdrag och styrelseposter: där personen har något att säga till om.",
                "Employments, offices and seats on boards: wherever this person has a say.",
            ),
        Field::new(
            "focus_areas",
            "Fokusområden",
            "Focus areas",
            FieldType::ReferenceSet(Target::Records(&["focus_area"])),
        )
        .listed(),
        Field::new(
            "ambassador_stage",
            "Ambassadörsläge",
            "Ambassador stage",
            FieldType::Enumeration(&AMBASSADOR_STAGE),
        )
        .section("Ambassadör", "Ambassador")
        .listed()
        .help(
            "Hur långt vi har kommit med att värva personen som ambassadör.",
            "How far we have come in winning this person as an ambassador.",
        ),
        Field::new("ambassador_field", "Ämne eller bransch", "Field of work", FieldType::Line)
            .searched()
            .help(
                "Det ämne vars möten personen kan locka hit.",
                "The field whose meetings this person can attract.",
            ),
        Field::new(
            "ambassador_association",
            "Förbund",
            "Association",
            FieldType::Reference(Target::Records(&["organisation"])),
        )
        .help(
            "Den förening som personen är med i och som håller kongresser.",
            "The association this person belongs to that holds congresses.",
        ),
        Field::new("ambassador_board_role", "Roll i förbundet", "Role in the association", FieldType::Line),
        Field::new("ambassador_appointed", "Utsedd", "Appointed", FieldType::Date).past(),
        Field::new("ambassador_trained", "Utbildad", "Trained", FieldType::Date).past()
            .help("Dagen då grundutbildningen blev klar.", "The day the basic training was completed."),
        Field::new("ambassador_training", "Utbildningslogg", "Training log", FieldType::Rows(TRAINING_ROWS)),
        Field::new("ambassador_nominated", "Föreslagna möten", "Meetings nominated", FieldType::Counter)
            .help("Möten som personen har tipsat om.", "Meetings this person has brought to our notice."),
        Field::new("ambassador_bid", "Anbud", "Bids", FieldType::Counter)
            .help("Anbud som personen har stått bakom.", "Bids this person has stood behind."),
        Field::new("ambassador_won", "Vunna möten", "Meetings won", FieldType::Counter),
        Field::new("notes", "Anteckningar", "Notes", FieldType::Prose)
            .section("Relationen", "The relation")
            .searched()
            .help(
                "Skriv sådant som personen själv får läsa: den som begär ett registerutdrag ser allt.",
                "Write what this person may read: a subject-access request shows it all.",
            ),
        Field::new("relations", "Relationer", "Relations", FieldType::Rows(RELATION_ROWS)),
        Field::new("follow_up", "Nästa uppföljning", "Next follow-up", FieldType::Date).listed().due(),
        Field::new("purpose", "Ändamål", "Purpose", FieldType::Line)
            .section("Personuppgifter", "Privacy")
            .required()
            .help(
                "Varför vi har uppgifterna, med ord som personen själv skulle förstå.",
                "Why we keep this data, in words this person would understand.",
            ),
        Field::new("legal_basis", "Rättslig grund", "Legal basis", FieldType::Enumeration(&LEGAL_BASIS))
            .required()
            .help("Artikel 6.1 i dataskyddsförordningen.", "Article 6(1) of the GDPR."),
        Field::new("source", "Källa", "Source", FieldType::Line)
            .help("Varifrån uppgifterna kom.", "Where the data came from."),
        Field::new("collected_at", "Uppgifterna insamlade", "Collected on", FieldType::Date).past(),
        Field::new("notice_sent_at", "Information lämnad", "Notice sent on", FieldType::Date).past().help(
            "Senast en månad efter insamlingen när uppgifterna kom från någon annan (artikel 14).",
            "Within a month of collection where the data came from somebody else (article 14).",
        ),
        Field::new("consent_at", "Samtycke lämnat", "Consent given on", FieldType::Date).past(),
        Field::new("consent_withdrawn_at", "Samtycke återkallat", "Consent withdrawn on", FieldType::Date).past(),
        Field::new("objection_at", "Invändning", "Objection on", FieldType::Date).past().help(
            "Dagen då personen invände mot behandlingen (artikel 21).",
            "The day this person objected to the processing (article 21).",
        ),
        Field::new("review_by", "Gallringsprövning", "Review by", FieldType::Date).help(
            "Senast denna dag avgör vi om uppgifterna fortfarande behövs.",
            "By this day we decide whether the data is still needed.",
        ),
        Field::new("retention_hold", "Får inte gallras", "Retention hold", FieldType::YesNo).help(
            "Ja när lag kräver att uppgifterna bevaras: då går personen inte att radera.",
            "Yes where the law requires the data to be kept: this person cannot be erased then.",
        ),
        Field::new("retention_ground", "Grund för bevarande", "Ground for the hold", FieldType::Line)
            .help("Till exempel arkivlagen (1990:782).", "For example the Swedish Archives Act (1990:782)."),
    ],
};

const EMAIL_ROWS: &[Field] = &[
    Field::new("address", "Adress", "Address", FieldType::Email).searched().required(),
    Field::new("type", "Typ", "Type", FieldType::Enumeration(&PLACE)),
    Field::new("primary", "Huvudadress", "Main address", FieldType::YesNo),
];

const PHONE_ROWS: &[Field] = &[
    Field::new("number", "Nummer", "Number", FieldType::Phone).searched().required(),
    Field::new("type", "Typ", "Type", FieldType::Enumeration(&PLACE)),
    Field::new("primary", "Huvudnummer", "Main number", FieldType::YesNo),
];

const POSITION_ROWS: &[Field] = &[
    Field::new(
        "organisation",
        "Organisation",
        "Organisation",
        FieldType::Reference(Target::Records(&["organisation"])),
    )
    .required(),
    Field::new("title", "Befattning", "Title", FieldType::Line).searched(),
    Field::new("from", "Från", "From", FieldType::Date).past(),
    Field::new("to", "Till", "To", FieldType::Date)
        .follows("from")
        .help("Tomt så länge uppdraget pågår.", "Empty as long as the position is held."),
];

const TRAINING_ROWS: &[Field] = &[
    Field::new("date", "Datum", "Date", FieldType::Date).past(),
    Field::new("title", "Utbildning", "Training", FieldType::Line).required(),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

const RELATION_ROWS: &[Field] = &[
    Field::new("contact", "Kontakt", "Contact", FieldType::Reference(Target::Records(&["contact"])))
        .required(),
    Field::new("relation", "Relation", "Relation", FieldType::Enumeration(&RELATION)),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

/// The languages that a letter from the bureau may be in. South Sami, because the town is in its area.
pub static CONTACT_LANGUAGE: Enumeration = Enumeration::new(&[
    Choice::new("sv", "Svenska", "Swedish"),
    Choice::new("en", "Engelska", "English"),
    Choice::new("nb", "Norska", "Norwegian"),
    Choice::new("da", "Danska", "Danish"),
    Choice::new("fi", "Finska", "Finnish"),
    Choice::new("sma", "Sydsamiska", "South Sami"),
    Choice::new("de", "Tyska", "German"),
    Choice::new("fr", "Franska", "French"),
    Choice::new("es", "Spanska", "Spanish"),
    Choice::new("other", "Annat språk", "Another language"),
]);

/// How a person would rather be met.
pub static CHANNEL: Enumeration = Enumeration::new(&[
    Choice::new("email", "E-post", "E-mail"),
    Choice::new("phone", "Telefon", "Telephone"),
    Choice::new("text_message", "Sms", "Text message"),
    Choice::new("meeting", "Personligt möte", "In person"),
    Choice::new("letter", "Brev", "Letter"),
]);

/// How far somebody has come towards being an ambassador.
pub static AMBASSADOR_STAGE: Enumeration = Enumeration::new(&[
    Choice::new("identified", "Identifierad", "Identified"),
    Choice::new("contacted", "Kontaktad", "Contacted"),
    Choice::new("interested", "Intresserad", "Interested"),
    Choice::new("appointed", "Utsedd", "Appointed"),
    Choice::new("trained", "Utbildad", "Trained"),
    Choice::new("active", "Aktiv", "Active"),
    Choice::new("resting", "Vilande", "Resting"),
    Choice::new("declined", "Tackade nej", "Declined"),
]);

/// What one person is to another.
pub static RELATION: Enumeration = Enumeration::new(&[
    Choice::new("colleague", "Kollega", "Colleague"),
    Choice::new("manager", "Chef", "Manager"),
    Choice::new("assistant", "Assistent", "Assistant"),
    Choice::new("predecessor", "Företrädare", "Predecessor"),
    Choice::new("successor", "Efterträdare", "Successor"),
    Choice::new("knows", "Känner", "Knows"),
    Choice::new("recruited_by", "Värvad av", "Recruited by"),
]);

/// The six legal bases of article 6(1) GDPR, in the order of its points (a) to (f).
pub static LEGAL_BASIS: Enumeration = Enumeration::new(&[
    Choice::new("consent", "Samtycke", "Consent"),
    Choice::new("contract", "Avtal", "Contract"),
    Choice::new("legal_obligation", "Rättslig förpliktelse", "Legal obligation"),
    Choice::new("vital_interests", "Skydd för grundläggande intressen", "Vital interests"),
    Choice::new("public_task", "Uppgift av allmänt intresse", "Public task"),
    Choice::new("legitimate_interests", "Berättigat intresse", "Legitimate interests"),
]);
