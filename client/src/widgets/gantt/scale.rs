//! The time scale: days to points and back, and which marks an axis of this scale carries. No egui here.

use jiff::{Span, ToSpan, civil::Date};

/// The narrowest and widest day, in points. So narrow a century has room in the smallest chart.
pub(super) const DAY_WIDTHS: std::ops::RangeInclusive<f32> = 0.002..=56.0;

/// With narrower days than this bars are hardly told apart, in points: nothing is so narrow before somebody wants it.
pub(super) const READABLE: f32 = 1.5;

/// So much is free at least before the first day, in points.
pub(super) const AIR: f32 = 24.0;

/// A year's number has room in this, in points.
const YEAR: f32 = 44.0;

/// Maps days to points. Day 0 is `origin`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) origin: Date,
    pub(super) day: f32,
    /// How many days the chart is long.
    pub(super) days: i32,
}

/// How fine the lower line of the axis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    Days,
    Weeks,
    Months,
    Quarters,
    /// So many at once.
    Years(i16),
}

/// A part of an axis: from its first day up to the next part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) from: Date,
    pub(super) to: Date,
}

/// Whole days from `a` to `b`.
pub(super) fn days_between(a: Date, b: Date) -> i32 {
    // A difference of civil dates in days always fits.
    a.until(b).map_or(0, |span| span.get_days())
}

/// `date` moved by `days`, to the end of the calendar at most.
pub(super) fn shifted(date: Date, days: i32) -> Date {
    let end = if days < 0 { Date::MIN } else { Date::MAX };
    Span::new().try_days(days).and_then(|span| date.checked_add(span)).unwrap_or(end)
}

impl Scale {
    /// A scale over all of `dates` and `today`, with air at both ends, starting on a Monday.
    pub(super) fn over(dates: impl Iterator<Item = Date>, today: Date, day: f32) -> Self {
        let (first, last) =
            dates.fold((today, today), |(first, last), date| (first.min(date), last.max(date)));
        // Three weeks and three months, and as many points where days are narrow.
        let days = |least: i32, points: f32| least.max((points / day).ceil() as i32);
        let early = shifted(first, -days(21, AIR));
        let origin = shifted(early, -i32::from(early.weekday().to_monday_zero_offset()));
        Self { origin, day, days: days_between(origin, last) + days(90, 4.0 * AIR) }
    }

    /// Where `date` begins, in points from the origin.
    pub(super) fn x(&self, date: Date) -> f32 {
        days_between(self.origin, date) as f32 * self.day
    }

    /// The whole width, in points.
    pub(super) fn width(&self) -> f32 {
        self.days as f32 * self.day
    }

    /// A distance in points as whole days, to the nearest.
    pub(super) fn snap(&self, points: f32) -> i32 {
        (points / self.day).round() as i32
    }

    /// The day at `x` points from the origin.
    pub(super) fn date(&self, x: f32) -> Date {
        shifted(self.origin, (x / self.day).floor() as i32)
    }

    /// How fine the axis is at this scale.
    pub(super) fn grain(&self) -> Grain {
        match self.day {
            day if day >= 16.0 => Grain::Days,
            day if day >= 4.5 => Grain::Weeks,
            day if day >= 1.0 => Grain::Months,
            day if day >= 0.3 => Grain::Quarters,
            day => {
                let fits = |years: &i16| f32::from(*years) * 365.0 * day >= YEAR;
                Grain::Years([1, 2, 5, 10, 20, 50, 100, 200].into_iter().find(fits).unwrap_or(500))
            }
        }
    }

    /// The parts of `grain` that touch the days from `first` to `last`.
    pub(super) fn parts(grain: Grain, first: Date, last: Date) -> Vec<Part> {
        let mut from = match grain {
            Grain::Days => first,
            Grain::Weeks => shifted(first, -i32::from(first.weekday().to_monday_zero_offset())),
            Grain::Months => first.first_of_month(),
            Grain::Quarters => {
                let back = i32::from(first.month() - 1) % 3;
                first.first_of_month().saturating_sub(back.months())
            }
            Grain::Years(step) => {
                let year = first.year() - first.year().rem_euclid(step);
                Date::new(year, 1, 1).unwrap_or(Date::MIN)
            }
        };
        let mut parts = Vec::new();
        while from <= last {
            let to = match grain {
                Grain::Days => shifted(from, 1),
                Grain::Weeks => shifted(from, 7),
                Grain::Months => shifted(from.last_of_month(), 1),
                Grain::Quarters => from.saturating_add(3.months()),
                Grain::Years(step) => from.saturating_add(i32::from(step).years()),
            };
            if to <= from {
                break;
            }
            parts.push(Part { from, to });
            from = to;
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn scale() -> Scale {
        Scale::over([date(2026, 12, 1), date(2027, 2, 1)].into_iter(), date(2026, 11, 23), 10.0)
    }

    #[test]
    fn starts_on_a_monday_with_air_at_both_ends() {
        let scale = scale();
        assert_eq!(scale.origin, date(2026, 11, 2));
        assert!(scale.date(scale.width()) > date(2027, 4, 1));
    }

    #[test]
    fn points_and_days_agree() {
        let scale = scale();
        for day in [date(2026, 11, 23), date(2027, 1, 1)] {
            assert_eq!(scale.date(scale.x(day)), day);
            assert_eq!(scale.date(scale.x(day) + 9.9), day);
        }
        assert_eq!((scale.snap(14.0), scale.snap(-16.0), scale.snap(4.9)), (1, -2, 0));
    }

    #[test]
    fn parts_follow_the_calendar() {
        let weeks = Scale::parts(Grain::Weeks, date(2026, 12, 30), date(2027, 1, 5));
        assert_eq!(weeks.iter().map(|part| part.from.iso_week_date().week()).collect::<Vec<_>>(), [53, 1]);
        let months = Scale::parts(Grain::Months, date(2026, 12, 30), date(2027, 2, 1));
        assert_eq!(months.iter().map(|part| part.from.month()).collect::<Vec<_>>(), [12, 1, 2]);
        assert_eq!(Scale::parts(Grain::Days, date(2026, 2, 27), date(2026, 3, 1)).len(), 3);
        let quarters = Scale::parts(Grain::Quarters, date(2026, 12, 30), date(2027, 4, 1));
        assert_eq!(quarters.iter().map(|part| part.from.month()).collect::<Vec<_>>(), [10, 1, 4]);
        let years = Scale::parts(Grain::Years(5), date(2026, 12, 30), date(2031, 1, 1));
        assert_eq!(years.iter().map(|part| part.from.year()).collect::<Vec<_>>(), [2025, 2030]);
    }

    #[test]
    fn the_calendar_ends_and_the_chart_does_not() {
        let scale = Scale::over([date(1800, 1, 1), date(9999, 12, 31)].into_iter(), date(2026, 1, 1), 0.002);
        assert_eq!(scale.date(scale.width() * 2.0), Date::MAX);
        assert_eq!(scale.date(-1e9), Date::MIN);
        for day in [0.002, 0.02, 0.2, 0.5, 1.0, 4.5, 16.0] {
            let grain = Scale { day, ..scale }.grain();
            let (first, last) = (date(9990, 1, 1), Date::MAX);
            assert!(!Scale::parts(grain, first, last).is_empty(), "{day}");
        }
    }
}
