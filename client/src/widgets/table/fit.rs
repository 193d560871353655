//! How wide columns are: as wide as what is in them, within the room there is.
//!
//! ```text
//!  rows in view ──▶ the widest cell of each column (kept in the state) ──┐
//!  captions ─────────────────────────────────────────────────────────────┼──▶ widths
//!  what a person has dragged (stays as it is) ───────────────────────────┘
//! ```
//!
//! Where there is room for everything, what is left is shared out; where there is not, the widest give way first, so that a long
//! name is cut before a short date is. No egui here.

/// No column asks for more than this, in points: what is longer is read in a tooltip.
pub(super) const MOST: f32 = 480.0;

/// Columns that give way keep this much, in points: a telephone number, or a day with a word that it is overdue, is never cut. The rest is
/// scrolled to.
const LEAST: f32 = 150.0;

/// Where all that is scrolled to anyway, a column takes what is in it, but no more than this (in points), and no more than this part of the
/// room: what stands beside it is seen to be there.
const EASE: f32 = 260.0;
const PART: f32 = 0.75;

/// What is read first keeps so many times as much as others.
const FIRST: f32 = 2.0;

/// What a column asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wish {
    /// The room that all of its cells take.
    pub(super) natural: f32,
    /// A person has chosen it: it is no other.
    pub(super) fixed: bool,
    /// It is read first, and gives way last.
    pub(super) first: bool,
    /// Whether it looks no worse with more room. Figures do: they would stand far from everything.
    pub(super) grows: bool,
}

impl Wish {
    /// The width where no column may be wider than `cap`.
    fn at_most(self, cap: f32) -> f32 {
        if self.fixed {
            return self.natural;
        }
        let weight = if self.first { FIRST } else { 1.0 };
        self.natural.min(weight * cap.max(LEAST))
    }
}

impl Wish {
    /// The width where there is not room for all columns however far they give way.
    fn scrolled(self, room: f32) -> f32 {
        let (least, most) = if self.first { (FIRST * LEAST, FIRST * EASE) } else { (LEAST, EASE) };
        if self.fixed { self.natural } else { self.natural.min(least.max(most.min(PART * room))) }
    }
}

/// The widths of columns in `room` points. Wider than that together where each has given way as far as it can.
pub(super) fn widths(wishes: &[Wish], room: f32) -> Vec<f32> {
    let sum = |cap: f32| wishes.iter().map(|wish| wish.at_most(cap)).sum::<f32>();
    let left = room - sum(f32::INFINITY);
    if left >= 0.0 {
        return grown(wishes, left);
    }
    if sum(LEAST) > room {
        return wishes.iter().map(|wish| wish.scrolled(room)).collect();
    }
    let (mut low, mut high) = (0.0, wishes.iter().fold(0.0_f32, |most, wish| most.max(wish.natural)));
    // Halving finds the cap to a fraction of a point, whatever the columns.
    for _ in 0..24 {
        let middle = f32::midpoint(low, high);
        if sum(middle) > room { high = middle } else { low = middle }
    }
    wishes.iter().map(|wish| wish.at_most(low)).collect()
}

/// What is left goes to those that may grow, to each as it is wide.
fn grown(wishes: &[Wish], left: f32) -> Vec<f32> {
    let grows = |wish: &&Wish| wish.grows && !wish.fixed;
    let base: f32 = wishes.iter().filter(grows).map(|wish| wish.natural).sum();
    let more = |wish: &Wish| if grows(&wish) && base > 0.0 { left * wish.natural / base } else { 0.0 };
    wishes.iter().map(|wish| wish.natural + more(wish)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(natural: f32) -> Wish {
        Wish { natural, fixed: false, first: false, grows: true }
    }

    fn all(widths: &[f32]) -> f32 {
        widths.iter().sum()
    }

    #[test]
    fn what_there_is_room_for_is_not_cut_and_the_room_is_used() {
        let wishes = [wish(300.0), wish(100.0), Wish { grows: false, ..wish(60.0) }];
        let found = widths(&wishes, 860.0);
        assert!((all(&found) - 860.0).abs() < 0.5);
        assert_eq!(found[2], 60.0, "figures stay beside each other");
        assert!(found.iter().zip(&wishes).all(|(width, wish)| *width >= wish.natural));
        assert!((found[0] / found[1] - 3.0).abs() < 0.01);
    }

    #[test]
    fn where_room_is_short_the_widest_give_way_first() {
        let wishes = [wish(400.0), wish(90.0), wish(300.0)];
        let found = widths(&wishes, 500.0);
        assert!((all(&found) - 500.0).abs() < 0.5);
        assert_eq!(found[1], 90.0, "a date is not cut for a name's sake");
        assert!((found[0] - found[2]).abs() < 0.5);
    }

    #[test]
    fn what_is_read_first_keeps_most() {
        let found = widths(&[Wish { first: true, ..wish(400.0) }, wish(400.0), wish(400.0)], 600.0);
        assert!((found[0] - 2.0 * found[1]).abs() < 1.0, "{found:?}");
    }

    #[test]
    fn what_is_scrolled_to_anyway_is_not_cut_but_leaves_its_neighbour_in_sight() {
        let found = widths(&[Wish { first: true, ..wish(180.0) }, wish(230.0), wish(900.0)], 340.0);
        assert_eq!(found[..2], [180.0, 230.0]);
        assert!(found[2] <= 0.75 * 340.0 + 0.1, "{found:?}");
    }

    #[test]
    fn what_somebody_chose_stays_and_nothing_vanishes() {
        let found = widths(&[Wish { fixed: true, ..wish(500.0) }, wish(300.0), wish(300.0)], 400.0);
        assert_eq!(found[0], 500.0);
        assert!(found[1..].iter().all(|width| *width >= LEAST - 0.1), "{found:?}");
        assert_eq!(widths(&[], 100.0), Vec::<f32>::new());
        assert_eq!(widths(&[wish(20.0)], 0.0), [20.0], "what is narrow already stays");
    }
}
