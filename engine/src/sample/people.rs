//! Invented people: where they work, what they may bring to the town, and why the bureau keeps their data.

use jiff::civil::Date;

use super::draw::{Draw, after, workday};
use super::form::Form;
use super::known::KNOWN;
use super::names;
use super::notes;
use super::organisations::{Organisation, Origin};
use super::world::World;
use crate::id::RecordId;
use crate::schema::NewRecord;
use crate::schema::kinds::CONTACT;

/// What the other kinds need to know of a person.
pub(super) struct Person {
    /// Their record.
    pub(super) id: RecordId,
    /// Given name.
    pub(super) given: &'static str,
    /// Family name.
    pub(super) family: &'static str,
    /// The place of the organisation they work at.
    pub(super) organisation: Option<usize>,
}

/// The two people whom a demonstration knows: their names and where they work, by place.
static AMBASSADORS: [(&str, &str, usize); 2] = [("Karin", "Åkerblom", 3), ("Anders", "Hedlund", 11)];

/// The people of a workspace.
pub(super) fn outline(seed: u64, count: usize, organisations: &[Organisation]) -> Vec<Person> {
    (0..count).map(|number| person(seed, number, organisations)).collect()
}

fn person(seed: u64, number: usize, organisations: &[Organisation]) -> Person {
    let draw = &mut Draw::of(seed, "contact", number);
    let id = draw.record_id();
    let organisation = draw.index(organisations.len());
    if let Some((given, family, work)) = AMBASSADORS.get(number) {
        let organisation = (*work < organisations.len()).then_some(*work).or(organisation);
        return Person { id: KNOWN.ambassadors[number], given, family, organisation };
    }
    let (given, family) = names::full_name(seed, number);
    Person { id, given, family, organisation }
}

/// The `number`th person.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let person = &world.people[number];
    let draw = &mut Draw::of(world.seed, "contact/record", number);
    let employer = person.organisation.map(|place| &world.organisations[place]);
    let form = Form::new().text("given", person.given).text("family", person.family);
    let form = reach(number, person, employer, draw, form);
    let form = work(world, person, employer, draw, form);
    let form = relation(world, number, draw, form);
    let form = if number < AMBASSADORS.len() || draw.chance(25) {
        ambassador(world, number, draw, form)
    } else {
        form
    };
    privacy(world.today, draw, form).record(&CONTACT, person.id)
}

fn reach(
    number: usize,
    person: &Person,
    employer: Option<&Organisation>,
    draw: &mut Draw,
    form: Form,
) -> Form {
    let host = employer.map_or_else(|| "example.se".to_owned(), Organisation::mail_host);
    // Names come again in large workspaces: a number keeps two namesakes' addresses apart.
    let namesake = match names::namesakes_before(number) {
        0 => String::new(),
        others => (others + 1).to_string(),
    };
    let local = format!("{}.{}{namesake}", names::plain(person.given), names::plain(person.family));
    let email =
        Form::new().text("address", format!("{local}@{host}")).choice("type", "work").yes_no("primary", true);
    let number_to_call = match number % 2 {
        0 => names::mobile(number / 2).map(|call| (call, "mobile")),
        _ => names::fixed_line(number / 2).map(|call| (call, "work")),
    };
    let phone = number_to_call
        .map(|(call, place)| Form::new().text("number", call).choice("type", place).yes_no("primary", true));
    form.rows("emails", draw, vec![email])
        .rows("phones", draw, phone.into_iter().collect())
        .choice("language", if draw.chance(92) { "sv" } else { "en" })
        .choice("channel", draw.one(["email", "email", "phone", "meeting"]))
}

fn work(
    world: &World,
    person: &Person,
    employer: Option<&Organisation>,
    draw: &mut Draw,
    form: Form,
) -> Form {
    let Some(employer) = employer else { return form };
    let title = title(employer.kind(), draw);
    let begun = draw.day(world.today, -3_600, -200);
    let now = Form::new().link("organisation", employer.id).text("title", title).date("from", begun);
    let before = draw.pick(&world.organisations).filter(|other| other.id != employer.id && draw.chance(20));
    let before = before.map(|other| {
        Form::new()
            .link("organisation", other.id)
            .text("title", self::title(other.kind(), draw))
            .date("from", draw.day(begun, -3_000, -800))
            .date("to", after(begun, -1))
    });
    let area = draw.index(world.focus_areas.len()).unwrap_or_default();
    let areas = match employer.origin {
        Origin::Party(party) if !party.areas.is_empty() => world.areas(party.areas),
        Origin::Association(association) => world.areas(&[association.area]),
        _ => world.areas(&[area]),
    };
    let prefix = match title {
        "Professor" => "Professor",
        "Docent" | "Universitetslektor" => "Dr.",
        _ => "",
    };
    form.text("prefix", prefix)
        .rows("positions", draw, std::iter::once(now).chain(before).collect())
        .links("focus_areas", areas)
        .text("notes", notes::about(draw, person.given))
}

/// What somebody at an organisation of that type may be called.
fn title(kind: &str, draw: &mut Draw) -> &'static str {
    match kind {
        "university" | "institute" => draw.one([
            "Professor",
            "Docent",
            "Universitetslektor",
            "Forskare",
            "Föreståndare",
            "Samverkansledare",
            "Doktorand",
        ]),
        "municipality" | "region" | "authority" => draw.one([
            "Näringslivschef",
            "Utvecklingsstrateg",
            "Evenemangssamordnare",
            "Enhetschef",
            "Kulturstrateg",
            "Säkerhetschef",
        ]),
        "hotel" | "restaurant" | "venue_owner" => {
            draw.one(["Hotelldirektör", "Konferensbokare", "Säljchef", "Köksmästare", "Bankettansvarig"])
        }
        "association" => draw.one([
            "Ordförande",
            "Vice ordförande",
            "Generalsekreterare",
            "Kassör",
            "Styrelseledamot",
            "Kongressansvarig",
        ]),
        "museum" => draw.one(["Museichef", "Programansvarig", "Publikchef", "Intendent"]),
        _ => draw.one([
            "Vd",
            "Affärsutvecklare",
            "Marknadschef",
            "Projektledare",
            "Forskningschef",
            "Kommunikatör",
        ]),
    }
}

fn relation(world: &World, number: usize, draw: &mut Draw, form: Form) -> Form {
    let other = draw.pick(&world.people).map(|person| person.id);
    let other = other.filter(|id| draw.chance(25) && *id != world.people[number].id);
    let row = other.map(|id| {
        Form::new()
            .link("contact", id)
            .choice("relation", draw.one(["colleague", "knows", "knows", "predecessor", "recruited_by"]))
            .text(
                "note",
                draw.one([
                    "",
                    "Sitter i samma programråd",
                    "Skrev ansökan tillsammans",
                    "Gamla kurskamrater",
                ]),
            )
    });
    let follow_up = draw.chance(40).then(|| workday(draw.day(world.today, -20, 120)));
    form.rows("relations", draw, row.into_iter().collect())
        .maybe(follow_up, |form, day| form.date("follow_up", day))
}

fn ambassador(world: &World, number: usize, draw: &mut Draw, form: Form) -> Form {
    let stage = match number {
        0 | 1 => "active",
        _ => draw.one([
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
    let appointed =
        matches!(stage, "appointed" | "trained" | "active").then(|| draw.day(world.today, -700, -120));
    let trained = appointed.filter(|_| stage != "appointed").map(|day| draw.day(day, 14, 100));
    let nominated = if stage == "active" { draw.between(1, 5) } else { 0 };
    let bid = draw.between(0, nominated);
    let won = draw.between(0, bid);
    let associations: Vec<&Organisation> =
        world.organisations.iter().filter(|organisation| organisation.kind() == "association").collect();
    let training = trained.map(|day| {
        Form::new()
            .date("date", day)
            .text("title", "Grundutbildning för ambassadörer")
            .text("note", "En dag på Campus")
    });
    form.choice("ambassador_stage", stage)
        .text("ambassador_field", notes::field_of_work(draw))
        .maybe(draw.pick(&associations), |form, association| {
            form.link("ambassador_association", association.id).text(
                "ambassador_board_role",
                draw.one(["", "Ledamot", "Kassör", "Vetenskaplig sekreterare"]),
            )
        })
        .maybe(appointed, |form, day| form.date("ambassador_appointed", day))
        .maybe(trained, |form, day| form.date("ambassador_trained", day))
        .rows("ambassador_training", draw, training.into_iter().collect())
        .counter("ambassador_nominated", nominated)
        .counter("ambassador_bid", bid)
        .counter("ambassador_won", won)
}

/// Why the bureau may keep all this: every contact has a purpose, a basis and a day of review.
fn privacy(today: Date, draw: &mut Draw, form: Form) -> Form {
    let collected = draw.day(today, -900, -10);
    let basis = draw.one(["public_task", "public_task", "legitimate_interests", "consent"]);
    let form = form
        .text("purpose", "Samarbete om kongresser och möten i regionen")
        .choice("legal_basis", basis)
        .text(
            "source",
            draw.one([
                "Personen själv",
                "Personen själv",
                "Organisationens webbplats",
                "Tips från en ambassadör",
            ]),
        )
        .date("collected_at", collected)
        .date("notice_sent_at", draw.day(collected, 0, 9))
        .date("review_by", after(collected, 1_095));
    let form = if basis == "consent" { form.date("consent_at", collected) } else { form };
    if basis == "consent" && draw.chance(4) {
        return form.date("consent_withdrawn_at", draw.day(today, -9, -1));
    }
    if basis != "consent" && draw.chance(2) {
        return form.date("objection_at", draw.day(today, -9, -1));
    }
    if basis == "public_task" && draw.chance(6) {
        return form
            .yes_no("retention_hold", true)
            .text("retention_ground", "Allmän handling, arkivlagen (1990:782)");
    }
    form
}
