//! What stands before the first record is written: names, and the facts that records need of each other.
//!
//! Contacts refer to organisations, venues to contacts, meetings to venues, and venues, by their holds, to meetings
//! again. So a workspace is made in two steps: an *outline* of each kind (its ids and a few facts), then the records,
//! which may refer to anything in the outlines.
//!
//! ```text
//! seed, today, Size ──▶ World (outlines) ──▶ records of each kind
//! ```

use jiff::civil::Date;

use super::Size;
use super::focus_areas;
use super::meetings::{self, Congress};
use super::organisations::{self, Organisation};
use super::people::{self, Person};
use super::plans;
use super::venues::{self, Place};
use crate::id::RecordId;

/// The outlines of all records.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) today: Date,
    pub(super) focus_areas: Vec<RecordId>,
    pub(super) organisations: Vec<Organisation>,
    pub(super) people: Vec<Person>,
    pub(super) venues: Vec<Place>,
    pub(super) plans: Vec<RecordId>,
    pub(super) meetings: Vec<Congress>,
}

impl World {
    /// The outlines of a workspace.
    pub(super) fn new(seed: u64, today: Date, size: Size) -> Self {
        let organisations = organisations::outline(seed, size.organisations);
        let venues = venues::outline(seed, size.venues, &organisations);
        World {
            seed,
            today,
            focus_areas: focus_areas::outline(seed, size.focus_areas),
            people: people::outline(seed, size.contacts, &organisations),
            plans: plans::outline(seed, size.plans),
            meetings: meetings::outline(seed, today, size.meetings, &venues),
            organisations,
            venues,
        }
    }

    /// The organisation of that name, if this workspace has it.
    pub(super) fn organisation_named(&self, name: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| organisation.name == name)
    }

    /// The focus areas at these places, as far as this workspace has them.
    pub(super) fn areas(&self, places: &[usize]) -> Vec<RecordId> {
        places.iter().filter_map(|place| self.focus_areas.get(*place)).copied().collect()
    }
}
