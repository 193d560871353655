//! A meeting: a congress to win first, and to host then.
//!
//! Two things are told apart that are easily mixed up. The *status* is a standing that the whole trade counts by:
//! a definite meeting is one whatever bureau says it. The *stage* is this bureau's own way of working towards it.
//! Whether a meeting counts in the statistics (ICCA, SNCVB) is not a field: it follows from organiser, category,
//! frequency, delegates, nights and rotation.

use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target, Unit};

/// A congress or another meeting.
pub static MEETING: Kind = Kind {
    name: "meeting",
    caption: Caption::new("Möte", "Meeting"),
    plural: Caption::new("Möten", "Meetings"),
    new: Caption::new("Nytt möte", "New meeting"),
    icon: Icon::Meeting,
    title: &[&["name"]],
    register: None,
    internal: false,
    access: Access::COMMON,
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line)
            .section("Möte", "Meeting")
            .listed()
            .searched()
            .required(),
        Field::new("category", "Slag", "Category", FieldType::Enumeration(&MEETING_CATEGORY)).help(
            "Företagsmöten, mässor, evenemang och tävlingar räknas inte i kongresstatistiken.",
            "Company meetings, fairs, events and competitions do not count as congresses in statistics.",
        ),
        Field::new("status", "Status", "Status", FieldType::Enumeration(&MEETING_STATUS))
            .listed()
            .required()
            .help(
                "Branschens ord. Avböjt: blev aldrig fast bokat. Avbokat: var fast bokat.",
                "The trade's word. Turned down: never was definite. Cancelled: was definite.",
            ),
        Field::new("stage", "Steg", "Stage", FieldType::Enumeration(&MEETING_STAGE))
            .listed()
            .help("Hur långt vårt eget arbete har kommit.", "How far our own work has come."),
        Field::new(
            "lost_because",
            "Förlorat på grund av",
            "Lost because",
            FieldType::Enumeration(&LOST_BECAUSE),
        ),
        Field::new(
            "association",
            "Förbund",
            "Association",
            FieldType::Reference(Target::Records(&["organisation"])),
        )
        .listed()
        .help("Den organisation vars möte det är.", "The organisation whose meeting it is."),
        Field::new("host", "Lokal värd", "Local host", FieldType::Reference(Target::Records(&["contact"])))
            .help("Den här på orten som bjuder hit mötet.", "The person here who invites the meeting."),
        Field::new(
            "focus_area",
            "Fokusområde",
            "Focus area",
            FieldType::Reference(Target::Records(&["focus_area"])),
        ),
        Field::new(
            "plans",
            "Planer bakom mötet",
            "Plans behind it",
            FieldType::ReferenceSet(Target::Records(&["plan"])),
        )
        .help("De projekt som ledde hit mötet.", "The projects that led to this meeting."),
        Field::new("dates", "Önskade dagar", "Dates wanted", FieldType::DateRange)
            .section("Tid och storlek", "Time and size")
            .listed(),
        Field::new(
            "alternatives",
            "Andra möjliga dagar",
            "Alternative dates",
            FieldType::Rows(ALTERNATIVE_ROWS),
        ),
        Field::new("flexible", "Flexibla dagar", "Flexible dates", FieldType::YesNo),
        Field::new("format", "Form", "Format", FieldType::Enumeration(&MEETING_FORMAT)),
        Field::new("delegates", "Deltagare", "Delegates", FieldType::count(Unit::Persons)).listed(),
        Field::new("accompanying", "Medföljande", "Accompanying persons", FieldType::count(Unit::Persons)),
        Field::new("requirements", "Krav", "Requirements", FieldType::Prose).searched().help(
            "Lokaler, teknik, mat, boende, transporter: det som förfrågan kräver.",
            "Rooms, equipment, food, beds, transport: what the request asks for.",
        ),
        Field::new("frequency", "Hur ofta", "Frequency", FieldType::Enumeration(&MEETING_FREQUENCY))
            .section("Turordning och konkurrens", "Rotation and competition"),
        Field::new("rotation", "Tidigare orter", "Rotation history", FieldType::Rows(ROTATION_ROWS)),
        Field::new("competitors", "Konkurrenter", "Competitors", FieldType::Rows(COMPETITOR_ROWS)),
        Field::new("decision_by", "Vem som beslutar", "Who decides", FieldType::Line)
            .section("Beslut", "Decision"),
        Field::new("decision_how", "Hur beslutet fattas", "How it is decided", FieldType::Line),
        Field::new("decision_due", "Beslut senast", "Decision due", FieldType::Date)
            .listed()
            .due_unless("status", &["definite", "turned_down", "cancelled"]),
        Field::new(
            "venues",
            "Tänkbara anläggningar",
            "Venues considered",
            FieldType::ReferenceSet(Target::Records(&["venue"])),
        )
        .section("Plats och boende", "Rooms and beds"),
        Field::new("room_nights", "Rumsnätter", "Room nights", FieldType::Rows(ROOM_NIGHT_ROWS))
            .help("En rad för varje natt.", "One row for each night."),
        Field::new("budget", "Mötets budget", "Budget", FieldType::Money).section("Värde", "Value"),
        Field::new("expected_value", "Väntat värde för regionen", "Expected value", FieldType::Money).help(
            "Vad mötet väntas omsätta i regionen.",
            "What the meeting is expected to turn over in the region.",
        ),
        Field::new("outcomes", "Resultat", "Outcomes", FieldType::Rows(OUTCOME_ROWS)).help(
            "Vad mötet ledde till: kontakter, samarbeten, kunskap.",
            "What the meeting led to: contacts, collaborations, knowledge.",
        ),
        Field::new("documents", "Dokument", "Documents", FieldType::Rows(DOCUMENT_ROWS)),
    ],
};

const ALTERNATIVE_ROWS: &[Field] = &[
    Field::new("dates", "Dagar", "Days", FieldType::DateRange).required(),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

const ROTATION_ROWS: &[Field] = &[
    Field::new("year", "År", "Year", FieldType::year()),
    Field::new("city", "Ort", "City", FieldType::Line).searched(),
    Field::new("county", "Län", "County", FieldType::Line).help(
        "Bara för orter i Sverige: statistiken frågar efter det.",
        "Only for Sweden: statistics ask for it.",
    ),
    Field::new("country", "Land", "Country", FieldType::Line),
    Field::new("delegates", "Deltagare", "Delegates", FieldType::count(Unit::Persons)),
];

const COMPETITOR_ROWS: &[Field] = &[
    Field::new("city", "Ort", "City", FieldType::Line).searched().required(),
    Field::new("country", "Land", "Country", FieldType::Line),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

const ROOM_NIGHT_ROWS: &[Field] = &[
    Field::new("night", "Natt", "Night", FieldType::Date)
        .required()
        .help("Ankomstdagen.", "The day of arrival."),
    Field::new("requested", "Önskade", "Requested", FieldType::count(Unit::RoomNights)),
    Field::new("proposed", "Erbjudna", "Proposed", FieldType::count(Unit::RoomNights)),
    Field::new("contracted", "Avtalade", "Contracted", FieldType::count(Unit::RoomNights)),
    Field::new("picked_up", "Utfall", "Picked up", FieldType::count(Unit::RoomNights)),
];

const OUTCOME_ROWS: &[Field] = &[
    Field::new("type", "Typ", "Type", FieldType::Enumeration(&OUTCOME_TYPE)),
    Field::new("text", "Resultat", "Outcome", FieldType::Line).searched().required(),
    Field::new("contact", "Kontakt", "Contact", FieldType::Reference(Target::Records(&["contact"]))),
];

const DOCUMENT_ROWS: &[Field] = &[
    Field::new("title", "Dokument", "Document", FieldType::Line).searched().required(),
    Field::new("link", "Länk", "Link", FieldType::Url),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

/// A meeting's standing, in the words of the trade.
pub static MEETING_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("inquiry", "Förfrågan", "Inquiry"),
    Choice::new("prospect", "Prospekt", "Prospect"),
    Choice::new("tentative", "Preliminärt", "Tentative"),
    Choice::new("definite", "Fast bokat", "Definite"),
    Choice::new("turned_down", "Avböjt", "Turned down"),
    Choice::new("cancelled", "Avbokat", "Cancelled"),
]);

/// How far the bureau's own work has come.
pub static MEETING_STAGE: Enumeration = Enumeration::new(&[
    Choice::new("identified", "Identifierat", "Identified"),
    Choice::new("researched", "Kartlagt", "Researched"),
    Choice::new("host_contacted", "Värd kontaktad", "Host contacted"),
    Choice::new("host_committed", "Värd har sagt ja", "Host committed"),
    Choice::new("rfp_received", "Förfrågan mottagen", "RFP received"),
    Choice::new("bid_prepared", "Anbud förberett", "Bid prepared"),
    Choice::new("bid_submitted", "Anbud lämnat", "Bid submitted"),
    Choice::new("site_visit", "Visning", "Site visit"),
    Choice::new("decision", "Väntar på beslut", "Decision"),
    Choice::new("won", "Vunnet", "Won"),
    Choice::new("lost", "Förlorat", "Lost"),
    Choice::new("delivered", "Genomfört", "Delivered"),
    Choice::new("followed_up", "Uppföljt", "Followed up"),
]);

/// Why a meeting went elsewhere.
pub static LOST_BECAUSE: Enumeration = Enumeration::new(&[
    Choice::new("dates", "Dagarna", "Dates"),
    Choice::new("hotel_capacity", "Hotellkapaciteten", "Hotel capacity"),
    Choice::new("venue_capacity", "Lokalkapaciteten", "Venue capacity"),
    Choice::new("price", "Priset", "Price"),
    Choice::new("access", "Resvägar och flyg", "Access and flights"),
    Choice::new("no_local_host", "Lokal värd saknades", "No local host"),
    Choice::new("politics", "Politik eller turordning", "Politics or rotation"),
    Choice::new("competitor", "En konkurrent", "Competitor"),
    Choice::new("withdrawn", "Drogs tillbaka", "Withdrawn"),
    Choice::new("not_held", "Mötet hölls inte", "Not held"),
    Choice::new("unknown", "Okänt", "Unknown"),
]);

/// What sort of meeting it is. Only the first two count as congresses in Swedish statistics.
pub static MEETING_CATEGORY: Enumeration = Enumeration::new(&[
    Choice::new("congress", "Kongress", "Congress"),
    Choice::new("conference", "Konferens", "Conference"),
    Choice::new("company_meeting", "Företagsmöte", "Company meeting"),
    Choice::new("fair", "Mässa", "Fair"),
    Choice::new("event", "Evenemang", "Event"),
    Choice::new("sports_competition", "Idrottstävling", "Sports competition"),
]);

/// How people take part.
pub static MEETING_FORMAT: Enumeration = Enumeration::new(&[
    Choice::new("in_person", "På plats", "In person"),
    Choice::new("hybrid", "Hybrid", "Hybrid"),
    Choice::new("virtual", "Digitalt", "Virtual"),
]);

/// How often a meeting is held.
pub static MEETING_FREQUENCY: Enumeration = Enumeration::new(&[
    Choice::new("several_a_year", "Flera gånger om året", "Several times a year"),
    Choice::new("annual", "Varje år", "Every year"),
    Choice::new("biennial", "Vartannat år", "Every second year"),
    Choice::new("triennial", "Vart tredje år", "Every third year"),
    Choice::new("quadrennial", "Vart fjärde år", "Every fourth year"),
    Choice::new("irregular", "Oregelbundet", "Irregularly"),
    Choice::new("once", "En gång", "Once"),
]);

/// Whether a meeting of this frequency is *regular*, as ICCA and SNCVB ask. An unknown frequency is not.
pub fn is_regular(frequency: &str) -> bool {
    MEETING_FREQUENCY.find(frequency).is_some() && !matches!(frequency, "irregular" | "once")
}

/// What a meeting led to.
pub static OUTCOME_TYPE: Enumeration = Enumeration::new(&[
    Choice::new("contact", "Ny kontakt", "Contact made"),
    Choice::new("collaboration", "Samarbete", "Collaboration"),
    Choice::new("knowledge", "Ny kunskap", "Knowledge brought home"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_is_regular_when_its_frequency_says_so() {
        assert!(is_regular("annual") && is_regular("quadrennial"));
        assert!(!is_regular("once") && !is_regular("irregular") && !is_regular(""));
    }
}
