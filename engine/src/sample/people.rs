//! Invented people: where they work, what they may bring to the town, and why the bureau keeps their data.

use jiff::civil::Date;

use super::ambassadors::{self, AMBASSADORS, Ambassador};
use super::draw::{Draw, after, workday};
use super::form::Form;
use super::known::KNOWN;
use super::names;
use super::notes;
use super::organisations::{Organisation, Origin};
use super::titles;
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
    /// What is written down of them, of the two whom a demonstration knows.
    known: Option<&'static Ambassador>,
}

/// The people of a workspace.
pub(super) fn outline(seed: u64, count: usize, organisations: &[Organisation]) -> Vec<Person> {
    (0..count).map(|number| person(seed, number, organisations)).collect()
}

fn person(seed: u64, number: usize, organisations: &[Organisation]) -> Person {
    let draw = &mut Draw::of(seed, "contact", number);
    let id = draw.record_id();
    let organisation = draw.index(organisations.len());
    if let (Some(known), Some(id)) = (AMBASSADORS.get(number), KNOWN.ambassadors.get(number)) {
        let organisation = Some(known.work.0).filter(|work| *work < organisations.len()).or(organisation);
        return Person {
            id: *id,
            given: known.given,
            family: known.family,
            organisation,
            known: Some(known),
        };
    }
    let (given, family) = names::full_name(seed, number);
    Person { id, given, family, organisation, known: None }
}

/// The `number`th person.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let person = &world.people[number];
    let draw = &mut Draw::of(world.seed, "contact/record", number);
    let employer = person.organisation.map(|place| &world.organisations[place]);
    let notes = person.known.map_or_else(|| notes::about(draw, person.given), |known| known.notes.to_owned());
    let form = Form::new().text("given", person.given).text("family", person.family).text("notes", notes);
    let form = reach(number, person, employer, draw, form);
    let form = form.maybe(employer, |form, employer| work(world, person, employer, draw, form));
    let form = relation(world, number, draw, form);
    let form = if person.known.is_some() || draw.chance(25) {
        ambassadors::filled(world, person.known, draw, form)
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

fn work(world: &World, person: &Person, employer: &Organisation, draw: &mut Draw, form: Form) -> Form {
    let drawn = titles::title(employer, draw);
    let title = person.known.map_or(drawn, |known| known.work.1);
    let begun = draw.day(world.today, -3_600, -200);
    let now = Form::new().link("organisation", employer.id).text("title", title).date("from", begun);
    let before = draw.pick(&world.organisations).filter(|other| other.id != employer.id && draw.chance(20));
    let before = before.map(|other| {
        Form::new()
            .link("organisation", other.id)
            .text("title", titles::title(other, draw))
            .date("from", draw.day(begun, -3_000, -800))
            .date("to", after(begun, -1))
    });
    form.text("prefix", titles::prefix(title))
        .rows("positions", draw, std::iter::once(now).chain(before).collect())
        .links("focus_areas", areas(world, person, employer, draw))
}

/// One or two subjects: those of the organisation, where it has any.
fn areas(world: &World, person: &Person, employer: &Organisation, draw: &mut Draw) -> Vec<RecordId> {
    if let Some(known) = person.known {
        return world.areas(known.areas);
    }
    let anything = draw.index(world.focus_areas.len()).unwrap_or_default();
    let of_employer: &[usize] = match employer.origin {
        Origin::Party(party) => party.areas,
        Origin::Association(association) => &[association.area],
        Origin::Company => &[],
    };
    let own = draw.pick(of_employer).copied().unwrap_or(anything);
    if draw.chance(20) { world.areas(&[own, anything]) } else { world.areas(&[own]) }
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

/// Why the bureau may keep all this: every contact has a purpose, a basis and a day of review.
fn privacy(today: Date, draw: &mut Draw, form: Form) -> Form {
    let collected = draw.day(today, -900, -10);
    let basis = draw.one(["public_task", "public_task", "legitimate_interests", "consent"]);
    let form = form
        .text("purpose", "Samarbete om kongresser och möten i regionen")
        .choice("legal_basis", basis)
        .text("source", "Exempeldata: personen är påhittad")
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
