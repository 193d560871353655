//! A Gantt chart: rows of bars over a time axis.
//!
//! The chart paints what it is given and changes nothing. Rows come in the order in which they are shown, known by an
//! id of the caller's ([`GanttRow::id`]); what the person wants comes back in [`GanttResponse`], a move only when the bar is
//! let go and always in whole days. Scroll position and zoom stand in a [`GanttState`] that the caller keeps. The chart opens at
//! what is planned, all of it if that can be read, and not at today: a plan may lie far from it. A button shows all of it, however long.
//!
//! The labels stay at the left and the axis at the top while the bars scroll both ways between them. Ctrl with the wheel
//! zooms around the pointer, from days over ISO weeks and months to centuries; only rows in view are painted.
//!
//! - `scale` — days to points, parts of the calendar
//! - `axis` — the axis, weekends, today
//! - `bars` — one bar: picture, drag, keys
//! - `links` — arrows between bars
//! - `state` — zoom and scroll position, kept by the caller

mod axis;
mod bars;
mod links;
mod scale;
mod state;

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    hash::Hash,
    ops::Range,
};

use eframe::egui::{FontId, Id, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, text::LayoutJob, vec2};
use jiff::civil::Date;

pub use self::state::GanttState;
use self::{
    axis::Window,
    bars::ROW,
    scale::{AIR, DAY_WIDTHS, READABLE, Scale},
    state::{Fit, LEAD},
};
use super::{
    button,
    empty_state::empty_state,
    icon::Icon,
    list, theme,
    tokens::{Tokens, Tone, font, space},
    toolbar::toolbar,
};

/// One row. `I` is what the caller knows it by.
#[derive(Clone, Copy, Debug)]
pub struct GanttRow<'a, I> {
    /// Names the row in answers and links. Unique in the chart.
    pub id: I,
    /// What it says.
    pub label: &'a str,
    /// How far it is indented; rows with deeper ones after them are groups.
    pub depth: usize,
    /// Its first day. Without one it has a label and no bar.
    pub start: Option<Date>,
    /// Its last day, included; the first one if not said.
    pub end: Option<Date>,
    /// How much is done, in per cent.
    pub progress: u8,
    /// A point in time instead of a bar.
    pub milestone: bool,
    /// Its colour.
    pub tone: Tone,
    /// Late, or on the way that decides when all is done.
    pub urgent: bool,
    /// Whether the person may move it.
    pub movable: bool,
}

/// One thing waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<I> {
    /// What comes first.
    pub from: I,
    /// What waits for it.
    pub to: I,
}

/// A bar was moved, to these days. Both are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<I> {
    /// Which row.
    pub id: I,
    /// Its new first day.
    pub start: Date,
    /// Its new last day.
    pub end: Date,
}

/// The words of a chart.
#[derive(Clone, Copy, Debug)]
pub struct GanttTexts<'a> {
    /// January to December.
    pub months: [&'a str; 12],
    /// Before the number of a week: "v." or "w".
    pub week: &'a str,
    /// The heading of the labels.
    pub tasks: &'a str,
    /// Scrolls to today.
    pub today: &'a str,
    /// Shows all that is planned.
    pub whole: &'a str,
    /// What is said of an urgent row.
    pub late: &'a str,
    /// How long one day is.
    pub day: &'a str,
    /// How long many are; `{}` stands for the number.
    pub days: &'a str,
    /// Name of the button that shows more time.
    pub zoom_out: &'a str,
    /// Name of the button that shows less time.
    pub zoom_in: &'a str,
    /// Title of the empty chart.
    pub empty: &'a str,
    /// What to do about it.
    pub empty_hint: &'a str,
    /// Title where there are rows, and none of them has a day.
    pub undated: &'a str,
    /// What to do about that.
    pub undated_hint: &'a str,
}

impl GanttTexts<'_> {
    /// Two days as they are read, with how long that is; one day where it is a point in time.
    fn range(&self, (start, end): (Date, Date), milestone: bool) -> String {
        let days = scale::days_between(start, end) + 1;
        match (milestone, days) {
            (true, _) => start.to_string(),
            (false, 1) => format!("{start} · {}", self.day),
            (false, days) => format!("{start} – {end} · {}", self.days.replace("{}", &days.to_string())),
        }
    }
}

/// What a person did with a chart in this frame.
#[derive(Debug)]
pub struct GanttResponse<I> {
    /// A bar was let go in another place.
    pub moved: Option<Moved<I>>,
    /// A row was clicked.
    pub selected: Option<I>,
    /// A row was double-clicked.
    pub opened: Option<I>,
}

impl<I> Default for GanttResponse<I> {
    fn default() -> Self {
        Self { moved: None, selected: None, opened: None }
    }
}

/// What stays free behind the last day when all is shown, for the label of its bar; no more than this part of the view.
const TAIL: (f32, f32) = (160.0, 0.35);

/// No day is wider than this when all is shown, in points: a plan of three days is no poster.
const WIDEST_FIT: f32 = 24.0;

/// A chart, for one frame.
#[derive(Clone, Copy, Debug)]
#[must_use = "a chart shows nothing until `show` is called"]
pub struct Gantt<'a, I> {
    id: &'a str,
    rows: &'a [GanttRow<'a, I>],
    links: &'a [Link<I>],
    today: Date,
    selected: Option<I>,
    opens_at: Option<I>,
    texts: &'a GanttTexts<'a>,
}

impl<'a, I: Copy + Eq + Hash + Debug> Gantt<'a, I> {
    /// A chart of these rows. `id` tells it from other charts in the same place.
    pub const fn new(
        id: &'a str,
        rows: &'a [GanttRow<'a, I>],
        today: Date,
        texts: &'a GanttTexts<'a>,
    ) -> Self {
        Self { id, rows, links: &[], today, selected: None, opens_at: None, texts }
    }

    /// Draws arrows between rows. Links to rows that are not shown are left out.
    pub const fn links(self, links: &'a [Link<I>]) -> Self {
        Self { links, ..self }
    }

    /// Marks a row.
    pub const fn selected(self, selected: Option<I>) -> Self {
        Self { selected, ..self }
    }

    /// The row to begin at where not all that is planned fits. Otherwise the chart begins at the first day.
    pub const fn opens_at(self, row: Option<I>) -> Self {
        Self { opens_at: row, ..self }
    }

    /// Shows the chart in all the room there is.
    pub fn show(self, ui: &mut Ui, state: &mut GanttState) -> GanttResponse<I> {
        if self.rows.is_empty() {
            empty_state(ui, Icon::Bars, self.texts.empty, self.texts.empty_hint, None);
            return GanttResponse::default();
        }
        self.controls(ui, state);
        let area = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(area);
        let whole = ui.interact(area, ui.scope_id().with((self.id, "list")), Sense::hover());
        whole.widget_info(|| WidgetInfo::labeled(Role::List, true, self.texts.tasks));
        let labels = state.labels.min(area.width() * 0.5);
        let chart = area.with_min_x(area.left() + labels);
        let anew = state.fitted.filter(|(_, width)| (width - chart.width()).abs() > 1.0);
        if let Some(fit) = state.fit.or(anew.map(|(fit, _)| fit)) {
            self.fit(fit, state, chart);
        }
        let scale = self.scale(ui, state, chart);
        let mut answer = GanttResponse::default();
        let id = ui.make_persistent_id(self.id);
        let mut inner = ui.new_child(
            eframe::egui::UiBuilder::new()
                .max_rect(chart.with_min_y(area.top() + axis::HEIGHT))
                .id_salt(self.id),
        );
        let asked = state.offset.clamp(0.0, (scale.width() - chart.width()).max(0.0));
        let mut scroll = ScrollArea::both().id_salt("chart").auto_shrink(false);
        scroll = scroll.horizontal_scroll_offset(asked);
        if let Some(down) = state.down.take() {
            scroll = scroll.vertical_scroll_offset(down);
        }
        let output = scroll.show_viewport(&mut inner, |ui, view| {
            let size = vec2(scale.width(), self.rows.len() as f32 * ROW);
            let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
            let window = Window { scale, left: whole.left(), rect: ui.clip_rect() };
            let visible = visible_rows(view.y_range().min, view.height(), self.rows.len());
            self.body(ui, id, &window, whole.top(), visible.clone(), &mut answer);
            (window, whole.top(), visible)
        });
        // The scroll area knows how wide the chart was in the last frame. Where that was less, what was asked for is reached in the next.
        let reached = output.state.clamped_offset().x;
        let elsewhere = (asked - state.reached).abs() > 0.5;
        state.offset = if elsewhere { asked } else { reached };
        state.reached = reached;
        if !elsewhere && (asked - reached).abs() > 0.5 {
            // Somebody scrolls.
            state.fitted = None;
        }
        if (state.offset - reached).abs() > 0.5 {
            ui.ctx().request_repaint();
        }
        let (window, top, visible) = output.inner;
        let strip = chart.with_max_y(area.top() + axis::HEIGHT);
        axis::paint_axis(ui, strip, &Window { rect: strip, ..window }, self.today, self.texts);
        self.labels(ui, id, area.with_max_x(chart.left()), top, visible, &mut answer);
        if self.span().is_none() {
            let mut over = ui.new_child(eframe::egui::UiBuilder::new().max_rect(chart).id_salt("undated"));
            empty_state(&mut over, Icon::Bars, self.texts.undated, self.texts.undated_hint, None);
        }
        answer
    }

    /// The first and the last day of all that is planned.
    fn span(&self) -> Option<(Date, Date)> {
        let days = || self.rows.iter().flat_map(|row| [row.start, row.end]).flatten();
        Some((days().min()?, days().max()?))
    }

    /// Zooms and scrolls so that all that is planned is in view; where that is too much to be read, from the row to begin at.
    fn fit(&self, fit: Fit, state: &mut GanttState, chart: Rect) {
        let Some((first, last)) = self.span() else { return };
        (state.fit, state.fitted) = (None, Some((fit, chart.width())));
        let room = chart.width() - AIR - TAIL.0.min(chart.width() * TAIL.1);
        let days = (scale::days_between(first, last) + 1) as f32;
        let least = if fit == Fit::Readable { READABLE } else { *DAY_WIDTHS.start() };
        state.set_zoom((room / days).clamp(least, WIDEST_FIT));
        let opens = |row: &GanttRow<'_, I>| Some(row.id) == self.opens_at && row.start.is_some();
        let begins = self.rows.iter().position(opens);
        let too_long = days * state.day > room + 1.0;
        let from = begins.filter(|_| too_long).and_then(|index| self.rows[index].start);
        // The first day stands behind some air.
        state.target = Some((from.unwrap_or(first), AIR));
        // A row that lies below the view is brought into it, with the one before.
        let high = chart.height() - axis::HEIGHT;
        let below = begins.filter(|index| (index + 1) as f32 * ROW > high);
        state.down = match fit {
            Fit::Readable => below.map(|index| index.saturating_sub(1) as f32 * ROW),
            Fit::Whole => Some(0.0),
        };
    }

    fn controls(&self, ui: &mut Ui, state: &mut GanttState) {
        let ((whole, today), factor) = toolbar(
            ui,
            |ui| {
                let whole = button::with_icon(ui, Icon::Bars, self.texts.whole).clicked();
                (whole, button::with_icon(ui, Icon::Calendar, self.texts.today).clicked())
            },
            |ui| {
                let farther = button::icon_button(ui, Icon::Dash, self.texts.zoom_out).clicked();
                let closer = button::icon_button(ui, Icon::Plus, self.texts.zoom_in).clicked();
                if closer {
                    1.5
                } else if farther {
                    1.0 / 1.5
                } else {
                    1.0
                }
            },
        );
        if today {
            state.scroll_to(self.today);
        }
        if whole {
            state.show_whole();
        }
        if factor != 1.0 {
            let middle = (ui.available_width() - state.labels) / 2.0;
            state.zoom_by(factor, middle);
        }
    }

    /// The scale of this frame, after zoom and scrolling wishes.
    fn scale(&self, ui: &Ui, state: &mut GanttState, chart: Rect) -> Scale {
        let (zoom, pointer) = ui.input(|input| (input.zoom_delta(), input.pointer.hover_pos()));
        if let Some(pos) = pointer.filter(|pos| zoom != 1.0 && chart.contains(*pos)) {
            state.zoom_by(zoom, pos.x - chart.left());
        }
        let dates = self.rows.iter().flat_map(|row| [row.start, row.end]).flatten();
        let mut scale = Scale::over(dates, self.today, state.day);
        let fill = (chart.width() / scale.day).ceil() as i32;
        scale.days = scale.days.max(fill);
        match state.origin {
            None => state.target = state.target.or(Some((self.today, LEAD))),
            Some(origin) => state.offset += scale::days_between(scale.origin, origin) as f32 * scale.day,
        }
        state.origin = Some(scale.origin);
        if let Some((target, lead)) = state.target.take() {
            state.offset = scale.x(target) - lead.min(chart.width() / 4.0);
        }
        scale
    }

    /// The chart itself: ground, arrows, bars, today.
    fn body(
        &self,
        ui: &Ui,
        id: Id,
        window: &Window,
        top: f32,
        visible: Range<usize>,
        answer: &mut GanttResponse<I>,
    ) {
        axis::paint_ground(ui, window);
        self.paint_rows(ui, window.rect, top, visible.clone());
        self.paint_links(ui, id, window, top, &visible);
        axis::paint_today(ui, window, self.today);
        for index in visible {
            let row = &self.rows[index];
            let rect = row_rect(window.rect, top, index);
            let selected = self.selected == Some(row.id);
            let bar = bars::show(ui, id.with(("bar", row.id)), window, rect, (row, selected), self.texts);
            let Some(bar) = bar else {
                continue;
            };
            if bar.moved.is_some() {
                answer.moved = bar.moved;
            }
            if bar.selected {
                answer.selected = Some(row.id);
            }
            if bar.opened {
                answer.opened = Some(row.id);
            }
        }
    }

    /// A line under each row and the ground of the selected one.
    fn paint_rows(&self, ui: &Ui, area: Rect, top: f32, visible: Range<usize>) {
        let t = Tokens::of(ui);
        for index in visible {
            let rect = row_rect(area, top, index);
            if self.selected == Some(self.rows[index].id) {
                ui.painter().rect_filled(rect, 0.0, t.selection.gamma_multiply(0.5));
            }
            ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, (1.0, t.border.gamma_multiply(0.4)));
        }
    }

    fn paint_links(&self, ui: &Ui, id: Id, window: &Window, top: f32, visible: &Range<usize>) {
        if self.links.is_empty() {
            return;
        }
        let t = Tokens::of(ui);
        let painter = ui.painter_at(window.rect);
        let wanted: HashSet<I> = self.links.iter().flat_map(|link| [link.from, link.to]).collect();
        let places: HashMap<I, (usize, Rect)> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| wanted.contains(&row.id))
            .filter_map(|(index, row)| {
                let dates = bars::shown_dates(ui, id.with(("bar", row.id)), row)?;
                let rect = bars::bar_rect(window, row_rect(window.rect, top, index), dates, row.milestone);
                Some((row.id, (index, rect)))
            })
            .collect();
        for link in self.links {
            let (Some(&(a, from)), Some(&(b, to))) = (places.get(&link.from), places.get(&link.to)) else {
                continue;
            };
            if a.max(b) >= visible.start && a.min(b) < visible.end {
                links::paint(&painter, &t, from, to);
            }
        }
    }

    /// The labels at the left, over whatever scrolls below them.
    fn labels(
        &self,
        ui: &Ui,
        id: Id,
        area: Rect,
        top: f32,
        visible: Range<usize>,
        answer: &mut GanttResponse<I>,
    ) {
        let t = Tokens::of(ui);
        let head = area.with_max_y(area.top() + axis::HEIGHT);
        let painter = ui.painter_at(area);
        painter.rect_filled(head, 0.0, t.sunken);
        let at = pos2(head.left() + space::S, head.bottom() - 11.0);
        let small = FontId::proportional(font::SMALL);
        painter.text(at, eframe::egui::Align2::LEFT_CENTER, self.texts.tasks, small, t.text_weak);
        let body = area.with_min_y(head.bottom());
        let painter = ui.painter_at(body);
        for index in visible {
            let row = &self.rows[index];
            let rect = row_rect(body, top, index);
            let response = ui.interact(rect.intersect(body), id.with(("label", row.id)), Sense::CLICK);
            let selected = self.selected == Some(row.id);
            if selected {
                painter.rect_filled(rect, 0.0, t.selection);
            } else if response.hovered() {
                painter.rect_filled(rect, 0.0, t.hover);
            }
            let group = self.rows.get(index + 1).is_some_and(|next| next.depth > row.depth);
            let font = if group { theme::semibold(font::BODY) } else { FontId::proportional(font::BODY) };
            let left = rect.left() + space::S + row.depth as f32 * space::L;
            let colour = if selected { t.on_selection } else { t.text };
            let mut right = rect.right() - space::S;
            if row.urgent {
                // By a word too: not everybody sees colours.
                let word = ui.painter().layout_no_wrap(
                    self.texts.late.to_owned(),
                    FontId::proportional(font::SMALL),
                    t.danger,
                );
                right -= word.size().x;
                painter.galley(pos2(right, rect.center().y - word.size().y / 2.0), word, t.danger);
                right -= space::S;
            }
            let job = LayoutJob::simple_singleline(row.label.to_owned(), font, colour);
            let galley = list::one_line(ui, job, right - left);
            let response = if galley.elided { response.on_hover_text(row.label) } else { response };
            painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, colour);
            painter.hline(rect.x_range(), rect.bottom() - 0.5, (1.0, t.border.gamma_multiply(0.6)));
            if response.clicked() {
                answer.selected = Some(row.id);
            }
            if response.double_clicked() {
                answer.opened = Some(row.id);
            }
        }
        ui.painter().vline(area.right(), area.y_range(), (1.0, t.border));
        ui.painter().hline(head.x_range(), head.bottom() - 0.5, (1.0, t.border));
    }
}

/// The rows that touch a view that begins `from` points below the first row's top.
fn visible_rows(from: f32, height: f32, rows: usize) -> Range<usize> {
    let first = (from / ROW).floor().max(0.0) as usize;
    let last = ((from + height) / ROW).ceil().max(0.0) as usize;
    first.min(rows)..last.min(rows)
}

fn row_rect(area: Rect, top: f32, index: usize) -> Rect {
    let y = top + index as f32 * ROW;
    Rect::from_x_y_ranges(area.x_range(), y..=y + ROW)
}

#[cfg(test)]
mod tests;
