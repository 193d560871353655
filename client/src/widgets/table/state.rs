//! What a table remembers between frames, and what keys and clicks do to it. No egui here but its modifiers.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::Modifiers;

/// The selected rows, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    rows: BTreeSet<usize>,
}

impl Selection {
    /// Whether row `index` is selected.
    #[must_use]
    pub fn contains(&self, index: usize) -> bool {
        self.rows.contains(&index)
    }

    /// The selected rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().copied()
    }

    /// How many rows are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row, if exactly one is selected.
    #[must_use]
    pub fn single(&self) -> Option<usize> {
        if self.rows.len() == 1 { self.rows.first().copied() } else { None }
    }
}

impl FromIterator<usize> for Selection {
    fn from_iter<I: IntoIterator<Item = usize>>(rows: I) -> Self {
        Self { rows: rows.into_iter().collect() }
    }
}

/// Where the cursor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up(usize),
    Down(usize),
    First,
    Last,
}

/// Selection, cursor and column widths of a table. Kept by the caller, as long as the page lives.
#[derive(Clone, Debug, Default)]
pub struct TableState {
    selection: Selection,
    /// The row that the keyboard is on.
    cursor: Option<usize>,
    /// Where a range began.
    anchor: Option<usize>,
    widths: BTreeMap<String, f32>,
    /// How wide what was seen of each column is, and of which columns that is.
    seen: (u64, BTreeMap<String, f32>),
    /// The row that was on top when that was measured. Whoever scrolls finds the columns where they were.
    measured_at: Option<usize>,
    /// The row on which the pointer went down, until it comes up.
    pub(super) pressed: Option<usize>,
    /// The cursor has to be scrolled into view.
    pub(super) reveal: bool,
    /// The keyboard has to go to the table.
    pub(super) wanted: bool,
}

impl TableState {
    /// The selected rows.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The row that the keyboard is on.
    #[must_use]
    pub fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    /// Selects one row and scrolls it into view.
    pub fn select(&mut self, index: usize) {
        self.click(index, Modifiers::NONE);
        self.reveal = true;
    }

    /// Sends the keyboard to the table when it is next shown.
    pub fn take_keyboard(&mut self) {
        self.wanted = true;
        self.reveal = true;
    }

    /// The keyboard was to go to the table, which is not shown. Answers whether that was so.
    pub fn leave_keyboard(&mut self) -> bool {
        std::mem::take(&mut self.wanted)
    }

    /// Puts the keyboard on a row, and leaves alone what is selected.
    pub fn point_at(&mut self, index: usize) {
        self.cursor = Some(index);
        self.reveal = true;
    }

    /// Selects nothing. The keyboard stays on its row.
    pub fn clear(&mut self) {
        self.selection = Selection::default();
        self.anchor = None;
    }

    /// Follows the rows to their new places: `place` says where a row went, or that it is gone.
    pub fn remap(&mut self, place: impl Fn(usize) -> Option<usize>) {
        self.selection = self.selection.iter().filter_map(&place).collect();
        self.cursor = self.cursor.and_then(&place);
        self.anchor = self.anchor.and_then(&place);
    }

    /// The width that a person gave to a column, in points.
    #[must_use]
    pub fn width(&self, column: &str) -> Option<f32> {
        self.widths.get(column).copied()
    }

    /// Sets the width of a column, in points; [`TableState::widths`] gives back what there is to keep.
    pub fn set_width(&mut self, column: &str, width: f32) {
        self.widths.insert(column.to_owned(), width);
    }

    /// Forgets what was seen of other columns than these.
    pub(super) fn fit(&mut self, columns: u64) {
        if self.seen.0 != columns {
            self.seen = (columns, BTreeMap::new());
            self.measured_at = None;
        }
    }

    /// How wide what was seen of a column is, in points.
    pub(super) fn seen(&self, column: &str) -> Option<f32> {
        self.seen.1.get(column).copied()
    }

    /// Whether rows are measured while the row `first` is on top.
    pub(super) fn measures(&mut self, first: usize) -> bool {
        *self.measured_at.get_or_insert(first) == first
    }

    /// A cell of a column is so wide. Answers whether none was as wide before.
    pub(super) fn see(&mut self, column: &str, width: f32) -> bool {
        let before = self.seen(column);
        if before.is_some_and(|before| width <= before + 0.5) {
            return false;
        }
        self.seen.1.insert(column.to_owned(), width);
        true
    }

    /// The same with widths that were chosen another time.
    #[must_use]
    pub fn with_widths<'a>(mut self, widths: impl Iterator<Item = (&'a str, f32)>) -> Self {
        self.widths.extend(widths.map(|(column, width)| (column.to_owned(), width)));
        self
    }

    /// All widths that were set.
    pub fn widths(&self) -> impl Iterator<Item = (&str, f32)> {
        self.widths.iter().map(|(column, width)| (column.as_str(), *width))
    }

    /// Forgets what a person did to a column's width.
    pub(super) fn reset_width(&mut self, column: &str) {
        self.widths.remove(column);
    }

    /// Drops what lies beyond the last of `rows` rows.
    pub(super) fn clamp(&mut self, rows: usize) {
        if self.selection.rows.last().is_some_and(|&last| last >= rows) {
            self.selection.rows.split_off(&rows);
        }
        self.cursor = self.cursor.and_then(|cursor| rows.checked_sub(1).map(|last| cursor.min(last)));
        self.anchor = self.anchor.filter(|&anchor| anchor < rows);
    }

    /// A click on row `index`. Returns whether the selection changed.
    pub(super) fn click(&mut self, index: usize, modifiers: Modifiers) -> bool {
        let before = self.selection.clone();
        if modifiers.shift {
            self.extend_to(index);
        } else if modifiers.command {
            if !self.selection.rows.remove(&index) {
                self.selection.rows.insert(index);
            }
            self.anchor = Some(index);
        } else {
            self.selection = std::iter::once(index).collect();
            self.anchor = Some(index);
        }
        self.cursor = Some(index);
        self.selection != before
    }

    /// Moves the cursor among `rows` rows. Returns whether the selection changed.
    pub(super) fn step(&mut self, step: Step, rows: usize, modifiers: Modifiers) -> bool {
        let Some(last) = rows.checked_sub(1) else { return false };
        let target = match (step, self.cursor) {
            (Step::First, _) => 0,
            (Step::Last, _) => last,
            (Step::Up(_), None) => last,
            (Step::Down(_), None) => 0,
            (Step::Up(n), Some(cursor)) => cursor.saturating_sub(n),
            (Step::Down(n), Some(cursor)) => cursor.saturating_add(n).min(last),
        };
        self.reveal = true;
        if modifiers.command && !modifiers.shift {
            self.cursor = Some(target);
            return false;
        }
        self.click(target, Modifiers { command: false, ..modifiers })
    }

    /// Selects or drops the cursor's row. Returns whether the selection changed.
    pub(super) fn toggle(&mut self) -> bool {
        self.cursor.is_some_and(|cursor| self.click(cursor, Modifiers::COMMAND))
    }

    /// Selects all of `rows` rows. Returns whether the selection changed.
    pub(super) fn select_all(&mut self, rows: usize) -> bool {
        let before = std::mem::replace(&mut self.selection, (0..rows).collect());
        self.selection != before
    }

    fn extend_to(&mut self, index: usize) {
        let anchor = self.anchor.or(self.cursor).unwrap_or(index);
        self.selection = (anchor.min(index)..=anchor.max(index)).collect();
        self.anchor = Some(anchor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(state: &TableState) -> Vec<usize> {
        state.selection().iter().collect()
    }

    #[test]
    fn arrows_move_and_shift_extends_from_where_it_began() {
        let mut state = TableState::default();
        assert!(state.step(Step::Down(1), 10, Modifiers::NONE));
        state.step(Step::Down(3), 10, Modifiers::NONE);
        assert_eq!((selected(&state), state.cursor()), (vec![3], Some(3)));
        state.step(Step::Down(2), 10, Modifiers::SHIFT);
        assert_eq!(selected(&state), [3, 4, 5]);
        state.step(Step::Up(3), 10, Modifiers::SHIFT);
        assert_eq!(selected(&state), [2, 3], "the range turns around its anchor");
        state.step(Step::Last, 10, Modifiers::NONE);
        assert!(!state.step(Step::Down(1), 10, Modifiers::NONE), "the end is the end");
        assert_eq!(selected(&state), [9]);
    }

    #[test]
    fn ctrl_moves_alone_and_toggles() {
        let mut state = TableState::default();
        state.click(2, Modifiers::NONE);
        assert!(!state.step(Step::Down(2), 10, Modifiers::COMMAND));
        assert_eq!((selected(&state), state.cursor()), (vec![2], Some(4)));
        assert!(state.toggle());
        assert_eq!(selected(&state), [2, 4]);
        state.click(2, Modifiers::COMMAND);
        assert_eq!(selected(&state), [4]);
        state.click(6, Modifiers::SHIFT);
        assert_eq!(selected(&state), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn rows_that_are_gone_are_not_selected() {
        let mut state = TableState::default();
        state.select_all(5);
        state.click(4, Modifiers::SHIFT);
        state.clamp(3);
        assert!(selected(&state).iter().all(|&row| row < 3));
        assert_eq!(state.cursor(), Some(2));
        state.clamp(0);
        assert!(state.selection().is_empty() && state.cursor().is_none());
    }

    #[test]
    fn the_selection_follows_its_rows() {
        let mut state = TableState::default();
        state.click(1, Modifiers::NONE);
        state.click(2, Modifiers::COMMAND);
        state.remap(|row| if row == 1 { None } else { Some(row + 5) });
        assert_eq!((selected(&state), state.cursor()), (vec![7], Some(7)));
    }
}
