//! A workspace to try things out in: a bureau's contacts, venues, plans and meetings around Östersund.
//!
//! A pure function of a seed, a day and a size, used by the demonstration, the tests and the benchmarks:
//!
//! ```text
//! seed, today, Size ─▶ World (outlines) ─┬─ focus_areas
//!                                        ├─ organisations ◀─ parties, associations
//!                                        ├─ people        ◀─ names, titles, notes, ambassadors
//!                                        ├─ venues        ◀─ real_places, places, halls, holds
//!                                        ├─ plans         ◀─ portfolio, playbooks
//!                                        └─ meetings      ◀─ associations, rotation
//!                                              │
//!                                              ▼
//!                                        Vec<NewRecord>
//! ```
//!
//! Places are real, with public facts only; what is not public (measures, capacities by set-up, guest rooms, a
//! party's stand) is synthetic and says so where it stands. People, associations and companies are invented, write
//! from `example.se` and answer on numbers that are kept for fiction. All dates lie around `today`, so that a
//! demonstration is never out of date. Nothing in the sample contradicts anything else in it: what a review finds
//! there, somebody has brought about.

mod ambassadors;
mod associations;
mod draw;
mod focus_areas;
mod form;
mod halls;
mod holds;
mod known;
mod meetings;
mod names;
mod notes;
mod organisations;
mod parties;
mod people;
mod places;
mod plans;
mod playbooks;
mod portfolio;
mod real_places;
mod rotation;
#[cfg(test)]
mod tests;
mod titles;
mod venues;
mod world;

use jiff::civil::Date;

pub use known::{KNOWN, Known};

use crate::schema::NewRecord;
use world::World;

/// How many records of each kind a sample workspace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// People.
    pub contacts: usize,
    /// Organisations: up to 24 real ones, then invented ones.
    pub organisations: usize,
    /// Venues: up to 20 real ones, then invented ones.
    pub venues: usize,
    /// Plans.
    pub plans: usize,
    /// Congresses.
    pub meetings: usize,
    /// Focus areas.
    pub focus_areas: usize,
}

impl Default for Size {
    /// A bureau after its first years.
    fn default() -> Self {
        Size { contacts: 400, organisations: 60, venues: 25, plans: 12, meetings: 20, focus_areas: 8 }
    }
}

impl Size {
    /// How many records that are in all.
    pub fn records(&self) -> usize {
        self.contacts + self.organisations + self.venues + self.plans + self.meetings + self.focus_areas
    }
}

/// The sample workspace of the usual size.
pub fn workspace(seed: u64, today: Date) -> Vec<NewRecord> {
    workspace_of(seed, today, Size::default())
}

/// A sample workspace of that size. A larger one holds the people, places and plans of a smaller one and more,
/// though they may know others. The records of [`KNOWN`] are there as far as the size allows: they are the first of
/// their kind (two contacts).
pub fn workspace_of(seed: u64, today: Date, size: Size) -> Vec<NewRecord> {
    let world = World::new(seed, today, size);
    let of = |count: usize, record: fn(&World, usize) -> NewRecord| {
        (0..count).map(|number| record(&world, number)).collect::<Vec<_>>()
    };
    [
        of(size.focus_areas, focus_areas::record),
        of(size.organisations, organisations::record),
        of(size.contacts, people::record),
        of(size.venues, venues::record),
        of(size.plans, plans::record),
        of(size.meetings, meetings::record),
    ]
    .concat()
}
