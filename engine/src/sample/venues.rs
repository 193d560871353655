//! Venues, with their spaces and holds.

use super::draw::Draw;
use super::form::Form;
use super::halls::Space;
use super::holds;
use super::known::KNOWN;
use super::organisations::Organisation;
use super::places::{Facts, INVENTED};
use super::real_places::REAL;
use super::world::World;
use crate::id::RecordId;
use crate::schema::kinds::VENUE;
use crate::schema::{Coordinates, NewRecord};

/// What the other kinds need to know of a venue.
pub(super) struct Place {
    /// Its record.
    pub(super) id: RecordId,
    /// Its name.
    pub(super) name: String,
    /// The place of the organisation that runs it.
    pub(super) organisation: Option<usize>,
    /// Its rooms.
    pub(super) spaces: Vec<Space>,
    facts: &'static Facts,
    real: bool,
}

impl Place {
    /// How many its largest room takes that people can sit in.
    pub(super) fn seats(&self) -> u32 {
        let seats = self.spaces.iter().filter_map(|space| space.hall.capacity("theatre"));
        seats.max().unwrap_or_default()
    }

    /// Whether it is in or near the town, so that a congress can use it together with others.
    pub(super) fn is_near(&self) -> bool {
        self.facts.town != "Åre"
    }
}

/// The venues of a workspace: the real ones, then invented ones.
pub(super) fn outline(seed: u64, count: usize, organisations: &[Organisation]) -> Vec<Place> {
    (0..count).map(|number| place(seed, number, organisations)).collect()
}

fn place(seed: u64, number: usize, organisations: &[Organisation]) -> Place {
    let draw = &mut Draw::of(seed, "venue", number);
    let id = draw.record_id();
    let (facts, name) = facts(number);
    let organisation = organisations.iter().position(|runner| runner.name == facts.organisation);
    let mut spaces = Space::all(facts.halls, draw);
    let id = if number == 0 { KNOWN.arena } else { id };
    if let (0, Some(first)) = (number, spaces.first_mut()) {
        first.id = KNOWN.arena_space;
    }
    Place { id, name, organisation, spaces, facts, real: number < REAL.len() }
}

fn facts(number: usize) -> (&'static Facts, String) {
    if let Some(facts) = REAL.get(number) {
        return (facts, facts.name.to_owned());
    }
    let number = number - REAL.len();
    let facts = &INVENTED[number % INVENTED.len()];
    match number / INVENTED.len() {
        0 => (facts, facts.name.to_owned()),
        round => (facts, format!("{} {}", facts.name, round + 1)),
    }
}

/// The `number`th venue.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let place = &world.venues[number];
    let draw = &mut Draw::of(world.seed, "venue/record", number);
    let facts = place.facts;
    let form = Form::new()
        .text("name", place.name.as_str())
        .choice("type", facts.kind)
        .text("description", facts.description)
        .text("street", facts.street)
        .text("postal_code", facts.postal_code)
        .text("town", facts.town)
        .text("country", "Sverige")
        .text("capacity_source", source(place))
        .whole("capacity", capacity(place));
    let form = located(place, form);
    let form = run(world, place, draw, form);
    let form = equipped(place, draw, form);
    let spaces = place.spaces.iter().map(|space| (space.id, space.hall.form())).collect();
    form.named_rows("spaces", spaces)
        .rows("holds", draw, holds::of_venue(world, number))
        .record(&VENUE, place.id)
}

fn capacity(place: &Place) -> u32 {
    let published = place.facts.capacity.map(|(people, _)| people);
    published.unwrap_or_else(|| place.spaces.iter().map(|space| space.hall.most()).sum())
}

fn source(place: &Place) -> String {
    match (place.real, place.facts.capacity) {
        (true, Some((_, source))) => {
            format!("{source}. Exempeldata: lokalernas mått och kapacitet är påhittade")
        }
        (true, None) => "Exempeldata: kapacitet, mått och rum är påhittade".to_owned(),
        (false, _) => "Exempeldata: anläggningen är påhittad".to_owned(),
    }
}

/// Where a published position says it is, and how far that is in a straight line from the station and the airport.
fn located(place: &Place, form: Form) -> Form {
    const STATION: (f64, f64) = (63.1706, 14.6375);
    const AIRPORT: (f64, f64) = (63.1944, 14.5003);
    form.maybe(place.facts.position, |form, here| {
        form.maybe(Coordinates::new(here.0, here.1), |form, point| form.point("coordinates", point))
            .number("distance_station", kilometres(here, STATION))
            .number("distance_airport", kilometres(here, AIRPORT))
    })
}

/// The distance between two points that are near each other, to a tenth of a kilometre.
fn kilometres(one: (f64, f64), other: (f64, f64)) -> f64 {
    const KILOMETRES_IN_A_DEGREE: f64 = 111.2;
    let north = one.0 - other.0;
    let east = (one.1 - other.1) * one.0.to_radians().cos();
    (north.hypot(east) * KILOMETRES_IN_A_DEGREE * 10.0).round() / 10.0
}

fn run(world: &World, place: &Place, draw: &mut Draw, form: Form) -> Form {
    let Some(runner) = place.organisation else { return form };
    let staff: Vec<RecordId> = world
        .people
        .iter()
        .filter(|person| person.organisation == Some(runner))
        .map(|person| person.id)
        .collect();
    form.link("organisation", world.organisations[runner].id)
        .maybe(draw.pick(&staff).copied(), |form, contact| form.link("contact", contact))
}

fn equipped(place: &Place, draw: &mut Draw, form: Form) -> Form {
    let of = |draw: &mut Draw, all: &[&'static str], percent| -> Vec<&'static str> {
        all.iter().copied().filter(|_| draw.chance(percent)).collect()
    };
    let technical =
        ["projector", "sound_system", "stage", "streaming", "technician", "interpretation", "loading_dock"];
    let comfort = ["catering", "cloakroom", "parking", "ev_charging", "bicycle_parking", "eco_label"];
    let mut facilities = [of(draw, &technical, 55), of(draw, &comfort, 60), vec!["wifi"]].concat();
    if place.facts.rooms > 0 {
        facilities.extend(["restaurant", "bar", "sauna"]);
    }
    let mut accessibility = of(draw, &["step_free", "accessible_toilet", "accessible_parking"], 85);
    accessibility.extend(of(
        draw,
        &["lift", "hearing_loop", "wheelchair_places", "quiet_room", "stage_access"],
        45,
    ));
    let rooms = (place.facts.rooms > 0).then_some(place.facts.rooms);
    form.choices("facilities", &facilities)
        .choices("accessibility", &accessibility)
        .maybe(rooms, |form, rooms| form.whole("rooms", rooms).whole("beds", rooms * 9 / 5))
}
