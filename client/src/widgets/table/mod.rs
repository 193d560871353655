//! A table over rows that are fetched as they come into view.
//!
//! The table knows how many rows there are and asks a closure for those it is about to paint; a row that is not there
//! yet (`None`) paints as a quiet placeholder, so scrolling never waits. It holds no data: what is selected, where the
//! cursor is and how wide the columns are stand in a [`TableState`] that the caller keeps, and everything that the person
//! wants comes back in a [`TableResponse`].
//!
//! ```text
//! let answer = Table::new("contacts", texts.contacts, &columns, list.len())
//!     .sorted_by("name", Direction::Ascending)
//!     .show(ui, &mut state, |index| list.row(index));
//! list.load(answer.visible);
//! ```
//!
//! The whole table is one stop of the keyboard, like a list box: arrows, Page Up and Down, Home and End move the cursor
//! (with Shift they extend the selection, with Ctrl they leave it alone), Space toggles, Ctrl+A selects all, Enter
//! opens. The pointer does the same: click, Shift+click, Ctrl+click, double click. For screen readers the table is a grid,
//! the cursor's row its active descendant, and every visible row is a node named by its cells' text.
//!
//! Rows are known by index. When the rows behind the indexes change (another order, a new row above), the caller, who
//! alone knows which record went where, moves the selection with [`TableState::remap`].
//!
//! - [`state`](self) — selection, cursor and widths, without egui: what keys and clicks do to them
//! - `fit` — how wide columns are: as wide as what is in them, within the room there is
//! - `header` — captions, sorting, resizing
//! - `body` — the visible rows
//! - `cell` — what a row consists of and how it is painted

mod body;
mod cell;
mod fit;
mod header;
mod state;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use eframe::egui::{Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

pub use self::{
    cell::{Cell, Look, Row},
    state::{Selection, TableState},
};
use super::tokens::{Tokens, height, space};

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Marks.
    Centre,
    /// Figures.
    Right,
}

/// In which order a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Small to large, A to Ö.
    Ascending,
    /// The other way.
    Descending,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Names the column in answers and in [`TableState`].
    pub id: &'a str,
    /// What its header says.
    pub caption: &'a str,
    /// Its width in points until it is known what is in it.
    pub width: f32,
    /// Where its cells stand.
    pub align: Align,
    /// Whether a click on the header asks for another order.
    pub sortable: bool,
    /// Whether it is read first, and gives way last where room is short.
    pub stretch: bool,
}

impl<'a> Column<'a> {
    /// A column of words, `width` points wide, that cannot be sorted.
    #[must_use]
    pub const fn new(id: &'a str, caption: &'a str, width: f32) -> Self {
        Self { id, caption, width, align: Align::Left, sortable: false, stretch: false }
    }

    /// For figures.
    #[must_use]
    pub const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }

    /// For marks.
    #[must_use]
    pub const fn centre(self) -> Self {
        Self { align: Align::Centre, ..self }
    }

    /// A click on the header asks for another order.
    #[must_use]
    pub const fn sortable(self) -> Self {
        Self { sortable: true, ..self }
    }

    /// Is read first, and gives way last where room is short.
    #[must_use]
    pub const fn stretch(self) -> Self {
        Self { stretch: true, ..self }
    }
}

/// The order that a click on a header asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortRequest {
    /// The column's id.
    pub column: String,
    /// The direction.
    pub direction: Direction,
}

/// What a table did in this frame.
#[derive(Debug)]
pub struct TableResponse {
    /// egui's response of the body, which holds the keyboard.
    pub response: Response,
    /// Another order is wanted.
    pub sort: Option<SortRequest>,
    /// The selection changed, to this.
    pub selected: Option<Selection>,
    /// This row was double-clicked, or Enter was pressed on it.
    pub opened: Option<usize>,
    /// This row was clicked with the secondary button; it is selected now.
    pub menu: Option<usize>,
    /// A row was pressed: what is selected was pointed at, not passed by with the arrows.
    pub pressed: bool,
    /// The rows in view: those that were fetched.
    pub visible: Range<usize>,
    /// A column was resized; the widths in the state are worth keeping.
    pub resized: bool,
}

/// A table, for one frame.
#[derive(Clone, Copy, Debug)]
#[must_use = "a table shows nothing until `show` is called"]
pub struct Table<'a> {
    id: &'a str,
    name: &'a str,
    columns: &'a [Column<'a>],
    rows: usize,
    sort: Option<(&'a str, Direction)>,
}

impl<'a> Table<'a> {
    /// A table of `rows` rows. `id` tells it from other tables in the same place, `name` is what a screen reader says.
    pub const fn new(id: &'a str, name: &'a str, columns: &'a [Column<'a>], rows: usize) -> Self {
        Self { id, name, columns, rows, sort: None }
    }

    /// Marks the column by which the rows are sorted.
    pub const fn sorted_by(self, column: &'a str, direction: Direction) -> Self {
        Self { sort: Some((column, direction)), ..self }
    }

    /// Shows the table in all the room there is. `fetch` is asked for visible rows only.
    pub fn show(
        self,
        ui: &mut Ui,
        state: &mut TableState,
        fetch: impl FnMut(usize) -> Option<Row>,
    ) -> TableResponse {
        state.clamp(self.rows);
        let id = ui.make_persistent_id(self.id);
        let area = ui.available_rect_before_wrap();
        state.fit(self.fingerprint());
        let lanes = self.lanes(ui, state, area.width());
        let width = lanes.last().map_or(0.0, |lane| lane.left + lane.width).max(area.width());
        // One horizontal scroll area around header and body keeps both in step; the body scrolls vertically inside.
        let output = ScrollArea::horizontal().id_salt(id).auto_shrink(false).show(ui, |ui| {
            let top = ui.max_rect().min;
            let header = Rect::from_min_size(top, vec2(width, height::ROW));
            let rest = Rect::from_min_max(header.left_bottom(), top + vec2(width, area.height()));
            ui.expand_to_include_rect(header.union(rest));
            let headed = header::show(ui, header, id, &self, &lanes, state);
            let mut ui = ui.new_child(UiBuilder::new().max_rect(rest).id_salt("rows"));
            (headed, body::show(&mut ui, id, &self, &lanes, state, fetch))
        });
        let (headed, body) = output.inner;
        ui.painter().hline(area.x_range(), area.top() + height::ROW, (1.0, Tokens::of(ui).border));
        TableResponse {
            response: body.response,
            sort: headed.sort,
            selected: body.selected,
            opened: body.opened,
            menu: body.menu,
            pressed: body.pressed,
            visible: body.visible,
            resized: headed.resized,
        }
    }

    /// Changes when what was measured means nothing any more: other columns, another language.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.columns.iter().for_each(|column| (column.id, column.caption).hash(&mut hasher));
        hasher.finish()
    }

    /// Where each column stands, in points from the left.
    fn lanes(&self, ui: &Ui, state: &TableState, room: f32) -> Vec<Lane> {
        let wish = |column: &Column<'_>| {
            let seen = state.seen(column.id).unwrap_or(column.width).max(header::natural(ui, column));
            let chosen = state.width(column.id);
            fit::Wish {
                natural: chosen.unwrap_or(seen.min(fit::MOST)),
                fixed: chosen.is_some(),
                first: column.stretch,
                grows: column.align != Align::Right,
            }
        };
        let wishes: Vec<fit::Wish> = self.columns.iter().map(wish).collect();
        // What stands first begins where the words above the table do.
        let mut x = EDGE;
        let lane = |width: f32| {
            x += width;
            Lane { left: x - width, width }
        };
        fit::widths(&wishes, room - EDGE).into_iter().map(lane).collect()
    }
}

/// The room at the left of the first column, in points.
const EDGE: f32 = space::S;

/// The room of a column in this frame, in points from the table's left edge.
#[derive(Clone, Copy, Debug)]
struct Lane {
    left: f32,
    width: f32,
}

impl Lane {
    /// The column's part of `row`.
    fn of(self, row: Rect) -> Rect {
        Rect::from_min_size(row.min + vec2(self.left, 0.0), vec2(self.width, row.height()))
    }
}

/// The part of a table that holds the keyboard.
fn focusable(ui: &Ui, rect: Rect, id: eframe::egui::Id, name: &str) -> Response {
    let response = ui.interact(rect, id.with("body"), Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, name));
    response
}

#[cfg(test)]
mod tests;
