//! Congresses: each held by an invented association, in one of the standings that a bureau's work goes through.

use jiff::civil::Date;

use super::associations::{ASSOCIATIONS, Association};
use super::draw::{Draw, after, monday};
use super::form::Form;
use super::known::KNOWN;
use super::rotation;
use super::venues::Place;
use super::world::World;
use crate::id::RecordId;
use crate::schema::kinds::MEETING;
use crate::schema::{DateRange, NewRecord};

/// What the other kinds need to know of a congress.
pub(super) struct Congress {
    /// Its record.
    pub(super) id: RecordId,
    /// The days wanted.
    pub(super) dates: DateRange,
    /// How many come.
    pub(super) delegates: u32,
    /// The place of the venue that it would be held at, if one is large enough.
    pub(super) venue: Option<usize>,
    association: &'static Association,
    standing: &'static Standing,
}

impl Congress {
    /// Whether a room is kept for it, and then whether definitely.
    pub(super) fn holds_definitely(&self) -> Option<bool> {
        match self.standing.status {
            "definite" => Some(true),
            "tentative" => Some(false),
            _ => None,
        }
    }
}

/// A standing, and how far away in time a congress of that standing is.
struct Standing {
    status: &'static str,
    stage: &'static str,
    lost_because: Option<&'static str>,
    /// Days from today; negative is before.
    away: i64,
}

const fn open(status: &'static str, stage: &'static str, away: i64) -> Standing {
    Standing { status, stage, lost_because: None, away }
}

const fn lost(status: &'static str, because: &'static str, away: i64) -> Standing {
    Standing { status, stage: "lost", lost_because: Some(because), away }
}

static STANDINGS: [Standing; 20] = [
    open("tentative", "bid_submitted", 420),
    open("inquiry", "rfp_received", 560),
    open("prospect", "researched", 700),
    open("definite", "won", 200),
    open("definite", "delivered", -60),
    lost("turned_down", "hotel_capacity", 300),
    open("prospect", "host_contacted", 800),
    open("tentative", "site_visit", 480),
    open("definite", "won", 330),
    open("definite", "followed_up", -210),
    lost("cancelled", "not_held", 120),
    open("inquiry", "identified", 900),
    open("prospect", "host_committed", 640),
    open("tentative", "decision", 510),
    lost("turned_down", "competitor", 400),
    open("definite", "won", 95),
    open("tentative", "bid_prepared", 600),
    open("definite", "followed_up", -330),
    open("prospect", "researched", 1_000),
    lost("turned_down", "access", 250),
];

/// The congresses of a workspace.
pub(super) fn outline(seed: u64, today: Date, count: usize, venues: &[Place]) -> Vec<Congress> {
    (0..count).map(|number| congress(seed, today, number, venues)).collect()
}

fn congress(seed: u64, today: Date, number: usize, venues: &[Place]) -> Congress {
    let draw = &mut Draw::of(seed, "meeting", number);
    let drawn = draw.record_id();
    let id = if number == 0 { KNOWN.meeting } else { drawn };
    let standing = &STANDINGS[number % STANDINGS.len()];
    let association = &ASSOCIATIONS[number % ASSOCIATIONS.len()];
    // A demonstration counts on the first one's figure.
    let more = if number == 0 { 0 } else { draw.between(-4, 4) * 5 };
    let delegates = (i64::from(association.delegates) + more).max(50) as u32;
    // Congresses begin on a Monday, Tuesday or Wednesday.
    let week = season(monday(after(today, standing.away + draw.between(-14, 14))), standing.away);
    let first = after(week, draw.between(0, 2));
    let dates = DateRange::new(first, after(first, association.days - 1));
    let venue = draw.pick(&fitting(venues, delegates)).copied();
    Congress { id, dates, delegates, venue, association, standing }
}

/// The places of the venues in town that can seat so many.
fn fitting(venues: &[Place], delegates: u32) -> Vec<usize> {
    let fits = |place: &usize| venues[*place].is_near() && venues[*place].seats() >= delegates;
    (0..venues.len()).filter(fits).collect()
}

/// The nearest week to that of `monday` in which congresses are held (not in July, not around Christmas), further
/// away from today.
fn season(monday: Date, away: i64) -> Date {
    let quiet = |day: Date| match day.month() {
        7 => true,
        12 => day.day() > 9,
        1 => day.day() < 8,
        _ => false,
    };
    let mut week = monday;
    while quiet(week) || quiet(after(week, 4)) {
        week = after(week, if away < 0 { -7 } else { 7 });
    }
    week
}

/// The `number`th congress.
pub(super) fn record(world: &World, number: usize) -> NewRecord {
    let congress = &world.meetings[number];
    let draw = &mut Draw::of(world.seed, "meeting/record", number);
    let Congress { association, standing, .. } = *congress;
    let form = Form::new()
        .text("name", format!("{} {}", association.congress, congress.dates.first().year()))
        .choice("category", if association.days > 3 { "congress" } else { "conference" })
        .choice("status", standing.status)
        .choice("stage", standing.stage)
        .maybe(standing.lost_because, |form, because| form.choice("lost_because", because))
        .choice("frequency", association.frequency);
    let form = parties(world, number, congress, draw, form);
    let form = size(congress, draw, form);
    let form = decision(world.today, congress, draw, form);
    let form = rotation::of(association, congress.dates.first().year(), draw, form);
    let form = rooms(world, congress, draw, form);
    value(congress, draw, form).record(&MEETING, congress.id)
}

fn parties(world: &World, number: usize, congress: &Congress, draw: &mut Draw, form: Form) -> Form {
    let association = world.organisation_named(congress.association.name).map(|holder| holder.id);
    let host = match number {
        0 => world.people.first(),
        _ => draw.pick(&world.people),
    };
    let plan = match number {
        0 => world.plans.get(1),
        _ => draw.pick(&world.plans).filter(|_| draw.chance(30)),
    };
    form.maybe(association, |form, association| form.link("association", association))
        .maybe(host, |form, host| form.link("host", host.id))
        .maybe(world.focus_areas.get(congress.association.area), |form, area| form.link("focus_area", *area))
        .links("plans", plan.copied())
}

fn size(congress: &Congress, draw: &mut Draw, form: Form) -> Form {
    let week = |weeks: i64| {
        let days = |day| after(day, 7 * weeks);
        DateRange::new(days(congress.dates.first()), days(congress.dates.last()))
    };
    let alternative = draw.chance(60).then(|| {
        Form::new().dates("dates", week(draw.one([-2, -1, 1, 2]))).text("note", "Går också för förbundet")
    });
    let format = draw.one(["in_person", "in_person", "hybrid"]);
    form.dates("dates", congress.dates)
        .yes_no("flexible", alternative.is_some())
        .rows("alternatives", draw, alternative.into_iter().collect())
        .choice("format", format)
        .whole("delegates", congress.delegates)
        .whole("accompanying", congress.delegates / 20)
        .text("requirements", requirements(congress, format))
}

fn requirements(congress: &Congress, format: &str) -> String {
    let delegates = congress.delegates;
    let groups = 3 + delegates / 120;
    let remote = if format == "hybrid" {
        " Plenum sänds, och deltagare på distans ska kunna ställa frågor."
    } else {
        ""
    };
    format!(
        "Plenum i biosittning för {delegates}, {groups} grupprum för fyrtio och plats för utställning.{remote}\n\n\
         Middag för alla den andra kvällen, gärna på annan plats än plenum. Hotell inom gångavstånd eller med buss. \
         Minst en lokal med hörslinga, och hela vägen utan trappsteg."
    )
}

fn decision(today: Date, congress: &Congress, draw: &mut Draw, form: Form) -> Form {
    let undecided = matches!(congress.standing.status, "inquiry" | "prospect" | "tentative");
    let due = after(congress.dates.first(), -300).max(after(today, 45));
    let (by, how) = draw.one([
        ("Förbundets styrelse", "Omröstning efter anbud"),
        ("Rådet med en ledamot från varje land", "Presentation och omröstning på förra kongressen"),
        ("Programkommittén", "Enighet efter visningsresa"),
        ("Årsmötet", "Styrelsens förslag läggs fram för beslut"),
    ]);
    let form = form.text("decision_by", by).text("decision_how", how);
    if undecided { form.date("decision_due", due) } else { form }
}

/// Venues considered, and room nights: a peak in the middle, fewer on the nights around it.
fn rooms(world: &World, congress: &Congress, draw: &mut Draw, form: Form) -> Form {
    let other = draw.pick(&fitting(&world.venues, congress.delegates)).copied();
    let considered = congress.venue.into_iter().chain(other).map(|place| world.venues[place].id);
    let nights = congress.association.days;
    let night = |number: i64| {
        let share = if number == 0 || number == nights - 1 { 55 } else { 82 };
        room_night(congress, after(congress.dates.first(), number - 1), congress.delegates * share / 100)
    };
    form.links("venues", considered).rows("room_nights", draw, (0..nights).map(night).collect())
}

fn room_night(congress: &Congress, night: Date, requested: u32) -> Form {
    let form = Form::new().date("night", night).whole("requested", requested);
    let proposed = requested * 92 / 100;
    match (congress.standing.status, congress.standing.stage) {
        ("definite", "delivered" | "followed_up") => form
            .whole("proposed", proposed)
            .whole("contracted", requested * 85 / 100)
            .whole("picked_up", requested * 78 / 100),
        ("definite", _) => form.whole("proposed", proposed).whole("contracted", requested * 85 / 100),
        ("tentative" | "turned_down" | "cancelled", _) => form.whole("proposed", proposed),
        _ => form,
    }
}

/// What it turns over: delegate days times what a delegate spent in a day in 2016, about 3,500 crowns.
fn value(congress: &Congress, draw: &mut Draw, form: Form) -> Form {
    let (delegates, days) = (i64::from(congress.delegates), congress.association.days);
    let held = matches!(congress.standing.stage, "followed_up");
    let outcomes = held.then(|| {
        let outcome = |kind, text| Form::new().choice("type", kind).text("text", text);
        vec![
            outcome("collaboration", "Två forskargrupper söker medel tillsammans"),
            outcome("knowledge", "Kommunens ledare var med på öppna dagen och tog med sig tre förslag"),
        ]
    });
    form.crowns("expected_value", delegates * days * 3_500)
        .crowns("budget", delegates * draw.between(28, 52) * 100)
        .rows("outcomes", draw, outcomes.unwrap_or_default())
}
