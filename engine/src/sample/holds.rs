//! Which rooms are kept for which congress.
//!
//! The sample holds no room twice by mistake: a congress takes the smallest room that seats it and is free; where the
//! only ones that do are already optioned it gets the next option, and where they are booked it gets none. What
//! contradicts is for the people of a demonstration to bring about.

use jiff::civil::Date;

use super::draw::after;
use super::form::Form;
use super::halls::Space;
use super::meetings::Congress;
use super::world::World;
use crate::schema::DateRange;

/// A room kept for a congress.
struct Hold<'a> {
    space: &'a Space,
    congress: &'a Congress,
    days: DateRange,
    definite: bool,
    rank: usize,
}

/// The holds of the `number`th venue.
pub(super) fn of_venue(world: &World, number: usize) -> Vec<Form> {
    let spaces = &world.venues[number].spaces;
    let mut holds: Vec<Hold> = Vec::new();
    for congress in world.meetings.iter().filter(|congress| congress.venue == Some(number)) {
        if let Some(definite) = congress.holds_definitely() {
            holds.extend(hold(spaces, &holds, congress, definite));
        }
    }
    holds.iter().map(|hold| form(hold, world.today)).collect()
}

/// The hold that a congress gets beside those that are there already.
fn hold<'a>(spaces: &'a [Space], holds: &[Hold], congress: &'a Congress, definite: bool) -> Option<Hold<'a>> {
    // The day before it begins is for building up.
    let days = DateRange::new(after(congress.dates.first(), -1), congress.dates.last());
    let others = |space: &Space| -> Vec<bool> {
        let same = holds.iter().filter(|hold| hold.space.id == space.id && hold.days.overlaps(&days));
        same.map(|hold| hold.definite).collect()
    };
    let seats = |space: &&Space| space.hall.capacity("theatre").unwrap_or_default();
    let mut open: Vec<&Space> = spaces.iter().filter(|space| seats(space) >= congress.delegates).collect();
    open.retain(|space| !others(space).contains(&true));
    open.sort_by_key(seats);
    let free = open.iter().find(|space| others(space).is_empty());
    let space = *free.or(open.first().filter(|_| !definite))?;
    Some(Hold { space, congress, days, definite, rank: others(space).len() + 1 })
}

fn form(hold: &Hold, today: Date) -> Form {
    let form = Form::new()
        .row("space", hold.space.id)
        .dates("dates", hold.days)
        .link("meeting", hold.congress.id)
        .choice("set_up", "theatre");
    if hold.definite {
        return form.choice("status", "definite");
    }
    form.choice("status", "option")
        .number("rank", hold.rank as f64)
        .date("expires", after(today, 30 + 14 * hold.rank as i64))
        .text("note", "Plenum; grupprum bokas när programmet är klart.")
}
