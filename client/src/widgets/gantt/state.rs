//! What a chart remembers between frames: zoom, and where it is scrolled to.

use jiff::civil::Date;

use super::scale::DAY_WIDTHS;

/// Where a day stands that is scrolled to, in points from the left of the view.
pub(super) const LEAD: f32 = 160.0;

/// Zoom and scroll position of a chart. Kept by the caller.
#[derive(Clone, Debug)]
pub struct GanttState {
    /// The width of a day, in points.
    pub(super) day: f32,
    /// The origin of the last frame, to keep the view in place when the chart grows to the left.
    pub(super) origin: Option<Date>,
    pub(super) offset: f32,
    /// Where the last frame left it; what differs from that was asked for since.
    pub(super) reached: f32,
    /// Scroll so that this day is so many points from the left of the view.
    pub(super) target: Option<(Date, f32)>,
    /// How far to scroll down, once.
    pub(super) down: Option<f32>,
    /// What is planned is to be shown, as soon as something is.
    pub(super) fit: Option<Fit>,
    /// It is shown since in a view so wide, and nobody has looked elsewhere: in a view of another width it is shown anew.
    pub(super) fitted: Option<(Fit, f32)>,
    /// The left part with the labels, in points.
    pub(super) labels: f32,
}

/// How much of what is planned is shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// All of it if it can be read so; else from where it is to begin.
    Readable,
    /// All of it, however long it is.
    Whole,
}

impl Default for GanttState {
    fn default() -> Self {
        Self {
            day: 18.0,
            origin: None,
            offset: 0.0,
            reached: 0.0,
            target: None,
            down: None,
            fit: Some(Fit::Readable),
            fitted: None,
            labels: 240.0,
        }
    }
}

impl GanttState {
    /// Scrolls to a day, so that it has some of what was before it at its left.
    pub fn scroll_to(&mut self, date: Date) {
        self.target = Some((date, LEAD));
        (self.fit, self.fitted) = (None, None);
    }

    /// Shows all that is planned, however long that is.
    pub fn show_whole(&mut self) {
        self.fit = Some(Fit::Whole);
    }

    /// The width of a day, in points; worth keeping between runs.
    #[must_use]
    pub fn zoom(&self) -> f32 {
        self.day
    }

    /// Sets the width of a day, in points.
    pub fn set_zoom(&mut self, day: f32) {
        self.day = day.clamp(*DAY_WIDTHS.start(), *DAY_WIDTHS.end());
    }

    /// Zooms around a point that lies `anchor` points from the left of the view.
    pub(super) fn zoom_by(&mut self, factor: f32, anchor: f32) {
        let before = self.day;
        self.fitted = None;
        self.set_zoom(self.day * factor);
        self.offset = (self.offset + anchor) * self.day / before - anchor;
    }
}
