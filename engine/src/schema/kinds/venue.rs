//! A venue: a place that can take people in, to meet, to eat or to sleep.
//!
//! ```text
//! venue ─┬─ spaces   the rooms that can be let, each with its measures and what it takes by set-up
//!        └─ holds    which space is kept for which meeting on which days
//! ```
//!
//! A *hold* is an option (ranked: the first option is asked first, and each runs out) or definite. Two holds on one
//! space and the same days merge without a conflict and are still wrong; review finds them.

use super::shared::{COUNTRY, POSTAL_CODE, STREET, TOWN};
use crate::schema::{Access, Caption, Choice, Enumeration, Field, FieldType, Icon, Kind, Target, Unit};

/// A place.
pub static VENUE: Kind = Kind {
    name: "venue",
    caption: Caption::new("Anläggning", "Venue"),
    plural: Caption::new("Anläggningar", "Venues"),
    new: Caption::new("Ny anläggning", "New venue"),
    icon: Icon::Venue,
    title: &[&["name"]],
    register: None,
    internal: false,
    access: Access::of_organisation(&["organisation"]),
    fields: &[
        Field::new("name", "Namn", "Name", FieldType::Line)
            .section("Anläggning", "Venue")
            .listed()
            .searched()
            .required(),
        Field::new("type", "Typ", "Type", FieldType::Enumeration(&VENUE_TYPE)).listed().required(),
        Field::new(
            "organisation",
            "Organisation",
            "Organisation",
            FieldType::Reference(Target::Records(&["organisation"])),
        )
        .listed()
        .help("Den som äger eller driver anläggningen.", "Who owns or runs the venue."),
        Field::new(
            "contact",
            "Kontaktperson",
            "Contact",
            FieldType::Reference(Target::Records(&["contact"])),
        )
        .help("Den som svarar på frågor om lediga dagar.", "Who answers questions about free days."),
        Field::new("capacity", "Kapacitet", "Capacity", FieldType::count(Unit::Persons)).listed().help(
            "Flest personer på en gång i hela anläggningen.",
            "The most people at one time in the whole venue.",
        ),
        Field::new("capacity_source", "Källa till kapaciteten", "Source of the capacity", FieldType::Line)
            .help(
                "Uppgifter går isär: skriv vem som har sagt det.",
                "Figures differ: write down who gave this one.",
            ),
        Field::new("description", "Beskrivning", "Description", FieldType::Prose).searched(),
        Field::new("website", "Webbplats", "Website", FieldType::Url),
        STREET.section("Läge", "Location").searched(),
        POSTAL_CODE,
        TOWN.listed(),
        COUNTRY,
        Field::new("coordinates", "Koordinater", "Coordinates", FieldType::Coordinates).help(
            "Latitud och longitud i grader (WGS 84), till exempel 63.1792, 14.6357.",
            "Latitude and longitude in degrees (WGS 84), for example 63.1792, 14.6357.",
        ),
        Field::new(
            "distance_station",
            "Avstånd till stationen",
            "Distance to the station",
            FieldType::measure(Unit::Kilometres),
        ),
        Field::new(
            "distance_airport",
            "Avstånd till flygplatsen",
            "Distance to the airport",
            FieldType::measure(Unit::Kilometres),
        ),
        Field::new("rooms", "Hotellrum", "Guest rooms", FieldType::count(Unit::None))
            .section("Boende", "Beds")
            .listed(),
        Field::new("beds", "Bäddar", "Beds", FieldType::count(Unit::None)),
        Field::new("spaces", "Lokaler", "Spaces", FieldType::Rows(SPACE_ROWS)).section("Lokaler", "Spaces"),
        Field::new(
            "facilities",
            "Utrustning och service",
            "Facilities",
            FieldType::EnumerationSet(&FACILITY),
        ),
        Field::new(
            "accessibility",
            "Tillgänglighet",
            "Accessibility",
            FieldType::EnumerationSet(&ACCESSIBILITY),
        ),
        Field::new("accessibility_note", "Om tillgängligheten", "About the accessibility", FieldType::Prose),
        Field::new("holds", "Bokningslägen", "Holds", FieldType::Rows(HOLD_ROWS))
            .section("Bokningslägen", "Holds")
            .help(
                "Preliminära och fasta bokningar: vilken lokal som hålls för vilket möte och vilka dagar.",
                "Options and bookings: which space is kept for which meeting on which days.",
            ),
    ],
};

const SPACE_ROWS: &[Field] = &[
    Field::new("name", "Lokal", "Space", FieldType::Line).searched().required(),
    Field::new("width", "Bredd", "Width", FieldType::measure(Unit::Metres)),
    Field::new("length", "Längd", "Length", FieldType::measure(Unit::Metres)),
    Field::new("height", "Takhöjd", "Height", FieldType::measure(Unit::Metres)),
    Field::new("area", "Yta", "Area", FieldType::measure(Unit::SquareMetres)),
    Field::new("partitions", "Delbar i", "Partitions", FieldType::count(Unit::None))
        .one("inte delbar", "not divisible")
        .help(
            "Antal delar som lokalen kan delas i; 1 om den inte går att dela.",
            "How many parts the space can be divided into; 1 where it cannot be divided.",
        ),
    Field::new("daylight", "Dagsljus", "Daylight", FieldType::YesNo),
    capacity("capacity_theatre", "Biosittning", "Theatre"),
    capacity("capacity_classroom", "Skolsittning", "Classroom"),
    capacity("capacity_cabaret", "Öar", "Cabaret"),
    capacity("capacity_banquet", "Bankett", "Banquet"),
    capacity("capacity_reception", "Mingel", "Reception"),
    capacity("capacity_boardroom", "Styrelsesittning", "Boardroom"),
    capacity("capacity_u_shape", "U-bord", "U-shape"),
    capacity("capacity_hollow_square", "Fyrkant", "Hollow square"),
    capacity("capacity_exhibition", "Utställning", "Exhibition"),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

const HOLD_ROWS: &[Field] = &[
    Field::new("space", "Lokal", "Space", FieldType::Reference(Target::Rows("spaces")))
        .required()
        .help("Tomt när hela anläggningen hålls.", "Empty where the whole venue is held."),
    Field::new("dates", "Dagar", "Days", FieldType::DateRange).required(),
    Field::new("meeting", "Möte", "Meeting", FieldType::Reference(Target::Records(&["meeting"]))),
    Field::new("status", "Läge", "Status", FieldType::Enumeration(&HOLD_STATUS)).required(),
    Field::new(
        "rank",
        "Rang",
        "Rank",
        FieldType::Number { unit: Unit::None, decimals: 0, range: (1.0, 99.0) },
    )
    .help(
        "1 för den första preliminärbokningen, 2 för den andra.",
        "1 for the first option, 2 for the second.",
    ),
    Field::new("expires", "Gäller till", "Expires", FieldType::Date)
        .help("Sista dagen som preliminärbokningen gäller.", "The last day an option stands."),
    Field::new("set_up", "Möblering", "Set-up", FieldType::Enumeration(&SETUPS)),
    Field::new("note", "Anmärkning", "Note", FieldType::Line),
];

const fn capacity(name: &'static str, sv: &'static str, en: &'static str) -> Field {
    Field::new(name, sv, en, FieldType::count(Unit::Persons))
}

/// How a space can be furnished. Each has a field of its own in a space: see [`capacity_field`].
pub static SETUPS: Enumeration = Enumeration::new(&[
    Choice::new("theatre", "Biosittning", "Theatre"),
    Choice::new("classroom", "Skolsittning", "Classroom"),
    Choice::new("cabaret", "Öar", "Cabaret"),
    Choice::new("banquet", "Bankett", "Banquet"),
    Choice::new("reception", "Mingel", "Reception"),
    Choice::new("boardroom", "Styrelsesittning", "Boardroom"),
    Choice::new("u_shape", "U-bord", "U-shape"),
    Choice::new("hollow_square", "Fyrkant", "Hollow square"),
    Choice::new("exhibition", "Utställning", "Exhibition"),
]);

/// The field of a space that holds how many people it takes in this set-up; `None` for what is no set-up.
pub fn capacity_field(set_up: &str) -> Option<&'static Field> {
    SETUPS.find(set_up)?;
    SPACE_ROWS.iter().find(|field| field.name.strip_prefix("capacity_") == Some(set_up))
}

/// How firmly a space is kept.
pub static HOLD_STATUS: Enumeration = Enumeration::new(&[
    Choice::new("option", "Preliminärbokning", "Option"),
    Choice::new("definite", "Fast bokning", "Definite"),
    Choice::new("released", "Släppt", "Released"),
]);

/// What a venue is.
pub static VENUE_TYPE: Enumeration = Enumeration::new(&[
    Choice::new("congress_centre", "Kongresscenter", "Congress centre"),
    Choice::new("arena", "Arena", "Arena"),
    Choice::new("hotel", "Hotell", "Hotel"),
    Choice::new("university", "Universitet", "University"),
    Choice::new("theatre", "Teater eller konserthus", "Theatre or concert hall"),
    Choice::new("cinema", "Biograf", "Cinema"),
    Choice::new("museum", "Museum", "Museum"),
    Choice::new("restaurant", "Restaurang", "Restaurant"),
    Choice::new("conference_facility", "Konferensanläggning", "Conference facility"),
    Choice::new("outdoors", "Utomhus", "Outdoors"),
    Choice::new("historic", "Historisk miljö", "Historic setting"),
    Choice::new("other", "Annan", "Other"),
]);

/// What a venue offers.
pub static FACILITY: Enumeration = Enumeration::new(&[
    Choice::new("wifi", "Trådlöst nät", "Wi-Fi"),
    Choice::new("projector", "Projektor och duk", "Projector and screen"),
    Choice::new("sound_system", "Ljudanläggning", "Sound system"),
    Choice::new("stage", "Scen", "Stage"),
    Choice::new("streaming", "Direktsändning", "Streaming"),
    Choice::new("interpretation", "Tolkbås", "Interpretation booths"),
    Choice::new("technician", "Tekniker på plats", "Technician on site"),
    Choice::new("catering", "Förtäring", "Catering"),
    Choice::new("restaurant", "Restaurang", "Restaurant"),
    Choice::new("bar", "Bar", "Bar"),
    Choice::new("cloakroom", "Garderob", "Cloakroom"),
    Choice::new("loading_dock", "Lastkaj", "Loading dock"),
    Choice::new("parking", "Parkering", "Parking"),
    Choice::new("ev_charging", "Laddplatser", "EV charging"),
    Choice::new("bicycle_parking", "Cykelparkering", "Bicycle parking"),
    Choice::new("sauna", "Bastu", "Sauna"),
    Choice::new("gym", "Gym", "Gym"),
    Choice::new("eco_label", "Miljömärkt", "Eco-labelled"),
]);

/// What makes a venue usable by everyone.
pub static ACCESSIBILITY: Enumeration = Enumeration::new(&[
    Choice::new("step_free", "Utan trappsteg", "Step-free"),
    Choice::new("lift", "Hiss", "Lift"),
    Choice::new("accessible_toilet", "Tillgänglig toalett", "Accessible toilet"),
    Choice::new("wheelchair_places", "Rullstolsplatser", "Wheelchair places"),
    Choice::new("stage_access", "Ramp till scenen", "Step-free stage"),
    Choice::new("hearing_loop", "Hörslinga", "Hearing loop"),
    Choice::new("tactile_signs", "Taktila skyltar", "Tactile signs"),
    Choice::new("quiet_room", "Vilrum", "Quiet room"),
    Choice::new("accessible_parking", "Tillgänglig parkering", "Accessible parking"),
    Choice::new("accessible_bedrooms", "Tillgängliga hotellrum", "Accessible guest rooms"),
    Choice::new("assistance_dogs", "Assistanshund välkommen", "Assistance dogs welcome"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_up_has_a_capacity_of_the_same_caption() {
        for choice in SETUPS.choices {
            let field = capacity_field(choice.value).expect(choice.value);
            assert_eq!(field.caption, choice.caption, "{}", choice.value);
        }
        let capacities = SPACE_ROWS.iter().filter(|field| field.name.starts_with("capacity_"));
        assert_eq!(capacities.count(), SETUPS.choices.len());
        assert_eq!(capacity_field("standing"), None);
    }
}
