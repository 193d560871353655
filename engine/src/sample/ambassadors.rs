//! Ambassadors: people who invite their own field's congresses to the town.
//!
//! Two of them are written out, for demonstrations; the others are drawn.

use super::draw::Draw;
use super::form::Form;
use super::organisations::Organisation;
use super::world::World;

/// Somebody whom a demonstration knows.
pub(super) struct Ambassador {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    /// The place of the organisation they work at, and what they are there.
    pub(super) work: (usize, &'static str),
    /// The places of their subjects.
    pub(super) areas: &'static [usize],
    pub(super) notes: &'static str,
    field: &'static str,
    /// The place of their association.
    association: usize,
}

/// The two whom a demonstration knows.
pub(super) static AMBASSADORS: [Ambassador; 2] = [
    Ambassador {
        given: "Karin",
        family: "Åkerblom",
        work: (3, "Professor"),
        areas: &[0],
        notes: "Leder en forskargrupp om uthållighet i kyla. Sitter i programrådet för den nordiska kongressen och vill ha \
                den hit nästa gång.\n\nHar lovat att prata med styrelsen. Behöver en bild av var alla ska bo och hur man \
                tar sig från hotellen till arenan.",
        field: "Vinteridrottens fysiologi",
        association: 24,
    },
    Ambassador {
        given: "Anders",
        family: "Hedlund",
        work: (26, "Vd"),
        areas: &[1],
        notes: "Driver ett företag som gör sensorer för skidor. Känner utställarna i branschen och tar gärna emot besök i \
                verkstaden.\n\nRing hellre än att mejla; är ofta på resa utan uppkoppling.",
        field: "Idrottsteknik",
        association: 27,
    },
];

/// What is filled in for somebody who is, or may become, an ambassador.
pub(super) fn filled(world: &World, known: Option<&Ambassador>, draw: &mut Draw, form: Form) -> Form {
    let stage = match known {
        Some(_) => "active",
        None => draw.one([
            "identified",
            "identified",
            "contacted",
            "interested",
            "appointed",
            "trained",
            "active",
            "declined",
        ]),
    };
    let nominated = if stage == "active" { draw.between(1, 5) } else { 0 };
    let bid = draw.between(0, nominated);
    let won = draw.between(0, bid);
    let form = association(world, known, draw, form);
    let form = training(world, stage, draw, form);
    form.choice("ambassador_stage", stage)
        .text("ambassador_field", known.map_or_else(|| field_of_work(draw), |known| known.field))
        .counter("ambassador_nominated", nominated)
        .counter("ambassador_bid", bid)
        .counter("ambassador_won", won)
}

fn association(world: &World, known: Option<&Ambassador>, draw: &mut Draw, form: Form) -> Form {
    let associations: Vec<&Organisation> = world
        .organisations
        .iter()
        .filter(|other| other.kind() == "association" && other.is_invented())
        .collect();
    let drawn = draw.pick(&associations).copied();
    let own = known.and_then(|known| world.organisations.get(known.association));
    form.maybe(own.or(drawn), |form, association| {
        form.link("ambassador_association", association.id)
            .text("ambassador_board_role", draw.one(["", "Ledamot", "Suppleant", "Vetenskaplig sekreterare"]))
    })
}

/// When they were appointed and trained, as far as they have come.
fn training(world: &World, stage: &str, draw: &mut Draw, form: Form) -> Form {
    let appointed =
        matches!(stage, "appointed" | "trained" | "active").then(|| draw.day(world.today, -700, -120));
    let trained = appointed.filter(|_| stage != "appointed").map(|day| draw.day(day, 14, 100));
    let row = trained.map(|day| {
        Form::new()
            .date("date", day)
            .text("title", "Grundutbildning för ambassadörer")
            .text("note", "En dag på Campus")
    });
    form.maybe(appointed, |form, day| form.date("ambassador_appointed", day))
        .maybe(trained, |form, day| form.date("ambassador_trained", day))
        .rows("ambassador_training", draw, row.into_iter().collect())
}

/// What somebody's field may be.
fn field_of_work(draw: &mut Draw) -> &'static str {
    draw.one([
        "Vinteridrottens fysiologi",
        "Idrottsteknik",
        "Gastronomi och måltidsvetenskap",
        "Turismvetenskap",
        "Kriskommunikation",
        "Fjällräddning",
        "Skogsekologi",
        "Fiberteknik",
        "Vård på distans",
        "Folkhälsa i glesbygd",
        "Dokumentärfilm",
        "Samisk kultur och historia",
        "Snö och is",
        "Friluftsliv och ledarskap",
    ])
}
