//! The time axis, weekends and the line of today: what lies behind and above the bars.

use eframe::egui::{FontId, Rect, Stroke, Ui, pos2};
use jiff::civil::{Date, Weekday};

use super::{
    GanttTexts,
    scale::{Grain, Scale},
};
use crate::widgets::{
    theme,
    tokens::{Tokens, font},
};

/// The height of the axis, in points: two lines.
pub(super) const HEIGHT: f32 = 44.0;

/// Where the chart's time is on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) scale: Scale,
    /// The screen's x of the scale's origin.
    pub(super) left: f32,
    /// The part of the screen that shows the chart.
    pub(super) rect: Rect,
}

impl Window {
    pub(super) fn x(&self, date: Date) -> f32 {
        self.left + self.scale.x(date)
    }

    /// The first and last day in view.
    pub(super) fn days(&self) -> (Date, Date) {
        let at = |x: f32| self.scale.date(x - self.left);
        (at(self.rect.left()), at(self.rect.right()))
    }
}

/// Paints weekends and the lines between parts.
pub(super) fn paint_ground(ui: &Ui, window: &Window) {
    let t = Tokens::of(ui);
    let (first, last) = window.days();
    let y = window.rect.y_range();
    let painter = ui.painter_at(window.rect);
    if window.scale.day >= 4.0 {
        for day in Scale::parts(Grain::Days, first, last) {
            if matches!(day.from.weekday(), Weekday::Saturday | Weekday::Sunday) {
                let rect = Rect::from_x_y_ranges(window.x(day.from)..=window.x(day.to), y);
                painter.rect_filled(rect, 0.0, t.weekend);
            }
        }
    }
    let lines = match window.scale.grain() {
        Grain::Days | Grain::Weeks => Grain::Weeks,
        coarse => coarse,
    };
    for part in Scale::parts(lines, first, last) {
        painter.vline(window.x(part.from).round(), y, Stroke::new(1.0, t.border.gamma_multiply(0.6)));
    }
}

/// Paints the line of today over the bars.
pub(super) fn paint_today(ui: &Ui, window: &Window, today: Date) {
    let t = Tokens::of(ui);
    let x = window.x(today) + window.scale.day / 2.0;
    ui.painter_at(window.rect).vline(x, window.rect.y_range(), Stroke::new(1.5, t.accent));
}

/// What the month of a day is called.
fn month<'a>(date: Date, texts: &GanttTexts<'a>) -> &'a str {
    texts.months[usize::from(date.month().unsigned_abs()) - 1]
}

/// Paints the axis into `rect`, above the chart.
pub(super) fn paint_axis(ui: &Ui, rect: Rect, window: &Window, today: Date, texts: &GanttTexts<'_>) {
    let t = Tokens::of(ui);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, t.sunken);
    let (first, last) = window.days();
    let middle = rect.center().y;
    let grain = window.scale.grain();
    let tick = Stroke::new(1.0, t.border);
    // Upper line: months with their year, or years alone when months or quarters stand below; nothing above years.
    let upper = match grain {
        Grain::Days | Grain::Weeks => Some(Grain::Months),
        Grain::Months | Grain::Quarters => Some(Grain::Years(1)),
        Grain::Years(_) => None,
    };
    let years = upper == Some(Grain::Years(1));
    for part in upper.into_iter().flat_map(|upper| Scale::parts(upper, first, last)) {
        let name = match years {
            true => part.from.year().to_string(),
            false => format!("{} {}", month(part.from, texts), part.from.year()),
        };
        let x = window.x(part.from);
        painter.vline(x.round(), rect.top()..=middle, tick);
        // The name stays in view as long as its month does.
        let galley = painter.layout_no_wrap(name, theme::semibold(font::SMALL), t.text);
        let left = x.max(rect.left()).min(window.x(part.to) - galley.size().x - 12.0) + 6.0;
        painter.galley(pos2(left, rect.top() + 4.0), galley, t.text);
    }
    for part in Scale::parts(grain, first, last) {
        let (from, to) = (window.x(part.from), window.x(part.to));
        painter.vline(from.round(), middle..=rect.bottom(), tick);
        let now = part.from <= today && today < part.to;
        let name = match grain {
            Grain::Days => part.from.day().to_string(),
            Grain::Weeks => format!("{}{}", texts.week, part.from.iso_week_date().week()),
            Grain::Months | Grain::Quarters => month(part.from, texts).chars().take(3).collect(),
            Grain::Years(_) => part.from.year().to_string(),
        };
        let (font, colour) = if now {
            (theme::semibold(font::SMALL), t.accent)
        } else {
            (FontId::proportional(font::SMALL), t.text_weak)
        };
        let centre = pos2(f32::midpoint(from, to), middle + 11.0);
        let galley = painter.layout_no_wrap(name, font, colour);
        if galley.size().x <= to - from - 2.0 {
            painter.galley(centre - galley.size() / 2.0, galley, colour);
        }
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, tick);
}
