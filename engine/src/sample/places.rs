//! What is written down of a place, and some places that do not exist.
//!
//! The places that do are in [`real_places`](super::real_places).

use super::halls::Hall;

/// A place as it is written down.
pub(super) struct Facts {
    pub(super) name: &'static str,
    /// Its type, by the stored name.
    pub(super) kind: &'static str,
    /// Who runs it, by the organisation's name; empty for nobody in the sample.
    pub(super) organisation: &'static str,
    pub(super) street: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) town: &'static str,
    /// Degrees north and east, where they are published.
    pub(super) position: Option<(f64, f64)>,
    /// The most people, where it is published, and who says so.
    pub(super) capacity: Option<(u32, &'static str)>,
    /// Guest rooms. Synthetic.
    pub(super) rooms: u32,
    pub(super) halls: &'static [Hall],
    pub(super) description: &'static str,
}

impl Facts {
    /// A place of that name, type and town, with its rooms and what is said of it.
    pub(super) const fn new(
        name: &'static str,
        kind: &'static str,
        town: &'static str,
        halls: &'static [Hall],
        description: &'static str,
    ) -> Self {
        Facts {
            name,
            kind,
            organisation: "",
            street: "",
            postal_code: "",
            town,
            position: None,
            capacity: None,
            rooms: 0,
            halls,
            description,
        }
    }

    /// The same, run by that organisation.
    pub(super) const fn run_by(mut self, organisation: &'static str) -> Self {
        self.organisation = organisation;
        self
    }

    /// The same, at that street and postal code.
    pub(super) const fn at(mut self, street: &'static str, postal_code: &'static str) -> Self {
        self.street = street;
        self.postal_code = postal_code;
        self
    }

    /// The same, at that position in degrees north and east.
    pub(super) const fn position(mut self, north: f64, east: f64) -> Self {
        self.position = Some((north, east));
        self
    }

    /// The same, with a published capacity and who says so.
    pub(super) const fn takes(mut self, people: u32, source: &'static str) -> Self {
        self.capacity = Some((people, source));
        self
    }

    /// The same, with that many guest rooms.
    pub(super) const fn sleeps(mut self, rooms: u32) -> Self {
        self.rooms = rooms;
        self
    }
}

/// Places that do not exist, to fill a workspace of any size.
pub(super) static INVENTED: [Facts; 5] = [
    Facts::new(
        "Storsjögårdens konferens",
        "conference_facility",
        "Östersund",
        &[Hall::room("Sjösalen", 12.0, 20.0, 3.6).parts(2), Hall::room("Båthuset", 8.0, 12.0, 3.0)],
        "Konferensgård vid vattnet med egen brygga, bastu och kök som lagar av vad trakten ger.",
    )
    .sleeps(32),
    Facts::new(
        "Tallhöjdens hotell",
        "hotel",
        "Östersund",
        &[Hall::room("Tallsalen", 14.0, 22.0, 3.4).parts(2), Hall::room("Kotten", 6.0, 8.0, 2.7)],
        "Hotell på höjden öster om centrum, spårnära och med god parkering.",
    )
    .sleeps(95),
    Facts::new(
        "Lokstallarna",
        "other",
        "Östersund",
        &[Hall::room("Stall 1", 18.0, 34.0, 8.0), Hall::room("Stall 2", 14.0, 20.0, 7.0)],
        "Tegelbyggnad från järnvägens tid, ombyggd för mässor och banketter. Rå yta: teknik hyrs in.",
    ),
    Facts::new(
        "Fäbodvallens festlada",
        "restaurant",
        "Brunflo",
        &[Hall::room("Ladan", 10.0, 18.0, 5.0), Hall::open("Gårdsplanen", 20.0, 25.0, 0.0)],
        "Festlada med veranda, en halvtimme från staden. Bufféer med ost, röding och mjukkaka.",
    ),
    Facts::new(
        "Vallens kursgård",
        "conference_facility",
        "Krokom",
        &[Hall::room("Storstugan", 9.0, 14.0, 3.2), Hall::room("Loftet", 6.0, 9.0, 2.6)],
        "Kursgård i skogsbrynet för styrelser och forskargrupper som vill vara i fred.",
    )
    .sleeps(24),
];
