//! Days and stretches of days as people say them: `12 maj 2029`, `14/5`, `om två veckor`, `v. 20`, `12–14 maj`.
//!
//! ```text
//!  text ─ fold ─▶ tokens ──▶ grammar: one day, week or month ──▶ day()      a date
//!                  (a number, a month, a weekday …)   └─▶ range: two of them ─▶ days()   a range
//! ```
//!
//! Both languages are understood in both. What can be read in two ways (`3/4` in English, `nästa fredag`, `26-04-03`) is read in
//! each, and where that gives different days it is a question. A day without a year is the next such day, or the one that fits
//! what stands beside it: see [`Near`](super::Near).

mod grammar;
mod range;
mod tokens;

use jiff::civil::Date;

use self::grammar::{First, Length, Span};
use super::{Near, Reading, one_of};
use crate::schema::error::{expected, shortened};
use crate::schema::{DateRange, FieldType, Language, Value, ValueError};

/// Years beyond these are slips of the finger.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// The day that a person means. A week means its first day, or as the end of something its last.
pub(super) fn day(text: &str, reading: Reading) -> Result<Value, ValueError> {
    let spans = readings(reading.language, |style| grammar::spans(&tokens::fold(text), style, reading));
    let one = |span: Span| match (span.length, reading.near) {
        (Length::Month, _) => None,
        (_, Near::After(_)) => Some((span.last, span.last)),
        _ => Some((span.first, span.first)),
    };
    let days = spans.into_iter().filter_map(one).collect();
    resolved(&FieldType::Date, text, days, |(day, _)| Value::Date(day))
}

/// The first and the last day that a person means. One day alone is both.
pub(super) fn days(text: &str, reading: Reading) -> Result<Value, ValueError> {
    let ranges = readings(reading.language, |style| range::ranges(&tokens::fold(text), style, reading));
    resolved(&FieldType::DateRange, text, ranges, |(first, last)| {
        Value::DateRange(DateRange::new(first, last))
    })
}

/// What a text means in each style of writing that is common in a language, each meaning once.
fn readings<T: PartialEq>(language: Language, read: impl Fn(First) -> Vec<T>) -> Vec<T> {
    let (common, rare): (&[First], &[First]) = match language {
        Language::Swedish => (&[First::Day, First::Year], &[First::Month]),
        Language::English => (&[First::Day, First::Month, First::Year], &[]),
    };
    let all = |styles: &[First]| {
        let mut found = Vec::new();
        for reading in styles.iter().flat_map(|style| read(*style)) {
            if !found.contains(&reading) {
                found.push(reading);
            }
        }
        found
    };
    let found = all(common);
    if found.is_empty() { all(rare) } else { found }
}

fn resolved(
    field_type: &FieldType,
    text: &str,
    found: Vec<(Date, Date)>,
    value: impl Fn((Date, Date)) -> Value,
) -> Result<Value, ValueError> {
    if found.is_empty() {
        let expected = if *field_type == FieldType::Date { expected::DAY } else { expected::DAYS };
        return Err(match tokens::has_time(text) {
            true => ValueError::TimeOfDay { found: shortened(text) },
            false => ValueError::form(text, expected),
        });
    }
    let in_reach =
        |(first, last): &(Date, Date)| YEARS.contains(&first.year()) && YEARS.contains(&last.year());
    let mut near: Vec<(Date, Date)> = Vec::new();
    for days in found.into_iter().filter(in_reach) {
        if !near.contains(&days) {
            near.push(days);
        }
    }
    if near.is_empty() {
        return Err(ValueError::Year { found: shortened(text) });
    }
    one_of(field_type, text, near.into_iter().map(|days| Ok(value(days))))
}

#[cfg(test)]
mod tests;
