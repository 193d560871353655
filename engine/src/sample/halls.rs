//! What a room takes, worked out from its measures.
//!
//! Capacities by set-up are not public, so those of the sample are synthetic: area divided by what one person needs
//! in that set-up. They fit the measures and each other, as real ones do.

use super::draw::Draw;
use super::form::Form;
use crate::id::RowId;
use crate::schema::kinds::SETUPS;

/// How a room is furnished.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Seating {
    /// Chairs and tables that can be moved: every set-up.
    Loose,
    /// Rows of seats that are screwed down: theatre only.
    Fixed,
    /// A field, a pitch or a barn: for standing and for stands.
    Open,
}

/// A room as it is written down.
#[derive(Clone, Copy)]
pub(super) struct Hall {
    /// Its name.
    pub(super) name: &'static str,
    /// Width, length and height in metres.
    pub(super) measures: (f64, f64, f64),
    /// How it is furnished.
    pub(super) seating: Seating,
    /// How many parts it can be divided into; 1 for a room that cannot.
    pub(super) partitions: u32,
    /// Whether it has daylight.
    pub(super) daylight: bool,
}

impl Hall {
    /// A room with movable chairs and daylight.
    pub(super) const fn room(name: &'static str, width: f64, length: f64, height: f64) -> Self {
        let seating = Seating::Loose;
        Hall { name, measures: (width, length, height), seating, partitions: 1, daylight: true }
    }

    /// A room with fixed rows, without daylight.
    pub(super) const fn rows(name: &'static str, width: f64, length: f64, height: f64) -> Self {
        let seating = Seating::Fixed;
        Hall { name, measures: (width, length, height), seating, partitions: 1, daylight: false }
    }

    /// An open floor.
    pub(super) const fn open(name: &'static str, width: f64, length: f64, height: f64) -> Self {
        let seating = Seating::Open;
        Hall { name, measures: (width, length, height), seating, partitions: 1, daylight: false }
    }

    /// The same, divided into that many parts.
    pub(super) const fn parts(mut self, partitions: u32) -> Self {
        self.partitions = partitions;
        self
    }

    /// The same, without daylight.
    pub(super) const fn dark(mut self) -> Self {
        self.daylight = false;
        self
    }

    /// How many it takes in a set-up; `None` where it cannot be furnished so.
    pub(super) fn capacity(&self, set_up: &str) -> Option<u32> {
        let allowed = match self.seating {
            Seating::Loose => true,
            Seating::Fixed => set_up == "theatre",
            Seating::Open => matches!(set_up, "reception" | "exhibition"),
        };
        let (tenths, most) = need(set_up)?;
        // Nobody sets one table in a hall.
        let lost_in_it = most <= 50 && self.area() > 250.0;
        let people = ((self.area() * 10.0).round() as u32 / tenths).min(most);
        let rounded = if people > 50 { people / 10 * 10 } else { people };
        (allowed && !lost_in_it && rounded >= 6).then_some(rounded)
    }

    /// The most it takes when people sit in rows, or stand where nobody sits.
    pub(super) fn most(&self) -> u32 {
        self.capacity("theatre").or(self.capacity("reception")).unwrap_or_default()
    }

    fn area(&self) -> f64 {
        let (width, length, _) = self.measures;
        (width * length * 10.0).round() / 10.0
    }

    /// The row of a venue's spaces.
    pub(super) fn form(&self) -> Form {
        let (width, length, height) = self.measures;
        let filled = Form::new()
            .text("name", self.name)
            .number("width", width)
            .number("length", length)
            .number("area", self.area())
            .whole("partitions", self.partitions)
            .yes_no("daylight", self.daylight)
            .text("note", "Exempeldata: mått och kapacitet är påhittade.");
        let height = (height > 0.0).then_some(height);
        let filled = filled.maybe(height, |form, height| form.number("height", height));
        SETUPS.choices.iter().fold(filled, |form, set_up| {
            let field = format!("capacity_{}", set_up.value);
            form.maybe(self.capacity(set_up.value), |form, people| form.whole(&field, people))
        })
    }
}

/// The tenths of a square metre that one person needs in a set-up, and the most people that it makes sense for.
fn need(set_up: &str) -> Option<(u32, u32)> {
    Some(match set_up {
        "theatre" => (11, 5_000),
        "classroom" => (19, 600),
        "cabaret" => (22, 600),
        "banquet" => (17, 1_200),
        "reception" => (9, 8_000),
        "boardroom" => (26, 30),
        "u_shape" => (29, 45),
        "hollow_square" => (27, 50),
        "exhibition" => (40, 2_000),
        _ => return None,
    })
}

/// A room of a venue, under its name there.
pub(super) struct Space {
    pub(super) id: RowId,
    pub(super) hall: Hall,
}

impl Space {
    /// These rooms under new names.
    pub(super) fn all(halls: &[Hall], draw: &mut Draw) -> Vec<Space> {
        halls.iter().map(|hall| Space { id: draw.row_id(), hall: *hall }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_up_has_a_need() {
        assert!(SETUPS.choices.iter().all(|set_up| need(set_up.value).is_some()));
    }

    #[test]
    fn a_room_takes_more_people_the_less_each_needs() {
        let hall = Hall::room("Salen", 20.0, 22.0, 5.0);
        let capacity = |set_up| hall.capacity(set_up).unwrap();
        assert!(capacity("reception") > capacity("theatre"));
        assert!(capacity("theatre") > capacity("banquet") && capacity("banquet") > capacity("cabaret"));
        assert_eq!(capacity("theatre"), 400);
    }

    #[test]
    fn rows_that_are_screwed_down_stay_rows() {
        let hall = Hall::rows("Hörsalen", 15.0, 20.0, 6.0);
        assert_eq!(hall.capacity("banquet"), None);
        assert!(hall.capacity("theatre").is_some());
    }
}
