//! Rows and cells: what they say and how they are painted.

use eframe::egui::{FontId, Painter, Rect, Ui, pos2, text::LayoutJob, vec2};

use super::{Align, Column, Lane};
use crate::widgets::{
    badge,
    icon::{self, Icon},
    list, theme,
    tokens::{Tokens, Tone, font, height, radius, space},
};

/// How a cell's text is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As text.
    #[default]
    Plain,
    /// As text that is read second.
    Weak,
    /// As text that is read first.
    Strong,
    /// In the colour of a tone.
    Toned(Tone),
    /// As a badge.
    Badge(Tone),
    /// As a bar, filled to so many per cent, with the text after it.
    Progress(u8),
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// An icon before the text.
    pub icon: Option<Icon>,
    /// How it looks.
    pub look: Look,
}

impl Cell {
    /// A cell of plain text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Gives it another look.
    #[must_use]
    pub fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }

    /// Puts an icon before it.
    #[must_use]
    pub fn icon(self, icon: Icon) -> Self {
        Self { icon: Some(icon), ..self }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// One row: a cell for each column, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Cell>,
    /// A mark at the left edge: something about this row wants attention.
    pub mark: Option<Tone>,
    /// Painted weakly: removed, past, or otherwise out of play.
    pub faded: bool,
}

impl Row {
    /// A row of these cells.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), mark: None, faded: false }
    }

    /// Puts a mark at the left edge.
    #[must_use]
    pub fn mark(self, mark: impl Into<Option<Tone>>) -> Self {
        Self { mark: mark.into(), ..self }
    }

    /// Paints the row weakly.
    #[must_use]
    pub fn faded(self, faded: bool) -> Self {
        Self { faded, ..self }
    }

    /// The row as a screen reader says it.
    pub(super) fn spoken(&self) -> String {
        let texts: Vec<_> =
            self.cells.iter().map(|cell| cell.text.as_str()).filter(|t| !t.is_empty()).collect();
        texts.join(", ")
    }
}

/// The room that a cell takes whole, in points.
pub(super) fn natural(ui: &Ui, cell: &Cell) -> f32 {
    let font = font_of(cell.look);
    let text = ui.painter().layout_no_wrap(cell.text.clone(), font, Tokens::of(ui).text).size().x;
    let icon = if cell.icon.is_some() { icon::SIZE + space::XS } else { 0.0 };
    let look = match cell.look {
        Look::Progress(_) => PROGRESS,
        Look::Badge(_) if !cell.text.is_empty() => 12.0,
        _ => 0.0,
    };
    // A point for what is rounded away.
    text + icon + look + 2.0 * space::S + 1.0
}

fn font_of(look: Look) -> FontId {
    match look {
        Look::Badge(_) => FontId::proportional(font::SMALL),
        Look::Strong => theme::semibold(font::BODY),
        _ => FontId::proportional(font::BODY),
    }
}

/// The room of a bar of progress before its text, in points.
const PROGRESS: f32 = 56.0;

/// Paints `row` into `rect`.
pub(super) fn paint_row(
    ui: &Ui,
    rect: Rect,
    columns: &[Column<'_>],
    lanes: &[Lane],
    row: &Row,
    selected: bool,
) {
    let t = Tokens::of(ui);
    if let Some(tone) = row.mark {
        let bar = Rect::from_min_size(rect.min + vec2(0.0, 3.0), vec2(3.0, rect.height() - 6.0));
        ui.painter().rect_filled(bar, 1.0, badge::dot_colour(&t, tone));
    }
    for ((cell, column), lane) in row.cells.iter().zip(columns).zip(lanes) {
        let room = lane.of(rect).shrink2(vec2(space::S, 0.0));
        let brush =
            Brush { ui, painter: ui.painter().with_clip_rect(ui.clip_rect().intersect(room)), t, selected };
        brush.cell(cell, room, column.align, row.faded);
    }
}

/// Paints where a row will be.
pub(super) fn paint_placeholder(ui: &Ui, rect: Rect, columns: &[Column<'_>], lanes: &[Lane], index: usize) {
    let fill = Tokens::of(ui).neutral_tint.gamma_multiply(0.7);
    for (i, (_, lane)) in columns.iter().zip(lanes).enumerate() {
        let room = lane.of(rect).shrink2(vec2(space::S, 0.0));
        // Uneven lengths look like text; the same ones each frame do not flicker.
        let part = 0.45 + 0.4 * ((index * 7 + i * 13) % 10) as f32 / 10.0;
        let bar = Rect::from_center_size(room.center(), vec2(room.width(), 8.0));
        ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * part), radius::S, fill);
    }
}

struct Brush<'a> {
    ui: &'a Ui,
    painter: Painter,
    t: Tokens,
    selected: bool,
}

impl Brush<'_> {
    fn cell(&self, cell: &Cell, mut room: Rect, align: Align, faded: bool) {
        let t = &self.t;
        let plain = if self.selected { t.on_selection } else { t.text };
        let weak = if self.selected { t.on_selection } else { t.text_weak };
        let colour = match cell.look {
            Look::Weak => weak,
            Look::Toned(tone) if !self.selected => t.tone(tone).fg,
            Look::Badge(tone) => t.tone(tone).fg,
            _ if faded => weak,
            _ => plain,
        };
        if let Some(icon) = cell.icon {
            icon.paint(&self.painter, icon::leading(room), if self.selected { plain } else { weak });
            room.min.x += icon::SIZE + space::XS;
        }
        if let Look::Progress(percent) = cell.look {
            let bar = Rect::from_center_size(room.left_center() + vec2(24.0, 0.0), vec2(48.0, 6.0));
            self.painter.rect_filled(bar, radius::S, if self.selected { t.raised } else { t.neutral_tint });
            let done = bar.with_max_x(bar.left() + bar.width() * f32::from(percent.min(100)) / 100.0);
            self.painter.rect_filled(done, radius::S, t.accent);
            room.min.x += PROGRESS;
        }
        let badge = matches!(cell.look, Look::Badge(_)) && !cell.text.is_empty();
        let font = font_of(cell.look);
        if badge {
            room = room.shrink2(vec2(6.0, 0.0));
        }
        let job = LayoutJob::simple_singleline(cell.text.clone(), font, colour);
        let galley = list::one_line(self.ui, job, room.width());
        let x = match align {
            Align::Left => room.left(),
            Align::Centre => room.center().x - galley.size().x / 2.0,
            Align::Right => room.right() - galley.size().x,
        };
        if badge && let Look::Badge(tone) = cell.look {
            let size = vec2(galley.size().x + 12.0, height::BADGE);
            let back = Rect::from_min_size(pos2(x - 6.0, room.center().y - size.y / 2.0), size);
            self.painter.rect_filled(back, radius::S, t.tone(tone).bg);
        }
        self.painter.galley(pos2(x, room.center().y - galley.size().y / 2.0), galley, colour);
    }
}
