//! One day, one week or one month, out of its words.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span as Time, ToSpan};

use super::tokens::{Period, Token, tokens};
use crate::schema::text::{Near, Reading};

/// Which of several numbers comes first, where nothing in the text says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// `3/4` is the third of April.
    Day,
    /// `3/4` is the fourth of March.
    Month,
    /// `26-04-03` is in 2026.
    Year,
}

/// What a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: Date,
    pub(super) last: Date,
    pub(super) length: Length,
    /// Whether its year is said, so that nothing beside it moves it.
    pub(super) fixed: bool,
}

/// How long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Day,
    Week,
    Month,
}

impl Span {
    fn day(day: Date, fixed: bool) -> Span {
        Span { first: day, last: day, length: Length::Day, fixed }
    }

    /// The ISO week of that number.
    fn week(year: i16, week: i8, fixed: bool) -> Option<Span> {
        let first = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        Some(Span { first, last: moved(first, 6.days())?, length: Length::Week, fixed })
    }

    fn week_of(day: Date) -> Option<Span> {
        let week = day.iso_week_date();
        Span::week(week.year(), week.week(), true)
    }

    fn month(year: i16, month: i8, fixed: bool) -> Option<Span> {
        let first = Date::new(year, month, 1).ok()?;
        Some(Span { first, last: first.last_of_month(), length: Length::Month, fixed })
    }

    /// The day of a week.
    fn weekday(self, weekday: Weekday) -> Option<Span> {
        let on = i64::from(weekday.to_monday_zero_offset());
        (self.length == Length::Week)
            .then(|| moved(self.first, on.days()))
            .flatten()
            .map(|day| Span::day(day, self.fixed))
    }
}

fn moved(day: Date, time: Time) -> Option<Date> {
    day.checked_add(time).ok()
}

/// What a folded text can mean as one day, week or month. Mostly that is nothing or one thing.
pub(super) fn spans(text: &str, style: First, reading: Reading) -> Vec<Span> {
    if let Some(days) = phrase(text) {
        return moved(reading.today, days.days()).map(|day| Span::day(day, true)).into_iter().collect();
    }
    let from_now = [" from now", " from today", " fran nu", " fran idag", " fran i dag"];
    let text = match from_now.iter().find_map(|now| text.strip_suffix(now)) {
        Some(time) => format!("in {time}"),
        None => text.to_owned(),
    };
    tokens(&text).map_or_else(Vec::new, |tokens| of_tokens(&tokens, style, reading))
}

/// Days that have words of their own: how far they are from today.
fn phrase(text: &str) -> Option<i64> {
    Some(match text {
        "idag" | "i dag" | "today" => 0,
        "imorgon" | "i morgon" | "imorron" | "i morron" | "tomorrow" => 1,
        "overmorgon" | "i overmorgon" | "iovermorgon" | "day after tomorrow" | "the day after tomorrow" => 2,
        "igar" | "i gar" | "yesterday" => -1,
        "forrgar" | "i forrgar" | "iforrgar" | "day before yesterday" | "the day before yesterday" => -2,
        _ => return None,
    })
}

fn of_tokens(tokens: &[Token<'_>], style: First, reading: Reading) -> Vec<Span> {
    use Token::{Ago, Count, In, Month, Next, Number, This, Week, Weekday};
    let period = Token::Period;
    let one = |span: Option<Span>| span.into_iter().collect::<Vec<_>>();
    match tokens {
        [Weekday(day)] | [This, Weekday(day)] => one(coming(*day, reading).map(|day| Span::day(day, false))),
        // The coming one, or that of next week: people mean either.
        [Next, Weekday(day)] => {
            let next_week = of_tokens(&[Next, period(Period::Week)], style, reading);
            let mut days: Vec<Span> = one(coming(*day, reading).map(|day| Span::day(day, true)));
            days.extend(next_week.into_iter().filter_map(|week| week.weekday(*day)));
            days.dedup();
            days
        }
        [Next, Token::Period(Period::Week)] => one(moved(reading.today, 7.days()).and_then(Span::week_of)),
        [This, Token::Period(Period::Week)] => one(Span::week_of(reading.today)),
        [Next, Token::Period(Period::Month)] => {
            let month = moved(reading.today.first_of_month(), 1.month());
            one(month.and_then(|first| Span::month(first.year(), first.month(), true)))
        }
        [This, Token::Period(Period::Month)] => {
            one(Span::month(reading.today.year(), reading.today.month(), true))
        }
        [Weekday(day), rest @ ..] => on_weekday(of_tokens(rest, style, reading), *day),
        [rest @ .., Weekday(day)] => {
            of_tokens(rest, style, reading).into_iter().filter_map(|span| span.weekday(*day)).collect()
        }
        [In, rest @ ..] if matches!(rest, [Week | Token::Period(Period::Week), Number(_), ..]) => {
            of_tokens(rest, style, reading)
        }
        [In, count, Token::Period(length)] => one(from_today(count, *length, 1, reading)),
        [count @ (Count(_) | Number(_)), Token::Period(length), Ago] => {
            one(from_today(count, *length, -1, reading))
        }
        [Month(month)] => one(fitting(reading, |year| Span::month(year, *month, false))),
        [Month(month), Number(year)] if year.len() == 4 => {
            one(full_year(year, reading).and_then(|year| Span::month(year, *month, true)))
        }
        [Number(day), Month(month)] | [Month(month), Number(day)] => {
            one(small(day).and_then(|day| without_year(*month, day, reading)))
        }
        [Number(day), Month(month), Number(year)]
        | [Number(day), Month(month), Token::Mark('-'), Number(year)]
        | [Number(day), Token::Mark('-' | '/'), Month(month), Token::Mark('-' | '/'), Number(year)]
        | [Month(month), Number(day), Number(year)]
            if day.len() <= 2 =>
        {
            one(with_year(year, &month.to_string(), day, reading))
        }
        [Number(year), Month(month), Number(day)] if year.len() == 4 => {
            one(with_year(year, &month.to_string(), day, reading))
        }
        _ => week(tokens, reading).map_or_else(|| one(numbers(tokens, style, reading)), |week| vec![week]),
    }
}

/// The day of a week; or the day itself, if it is that day of the week.
fn on_weekday(spans: Vec<Span>, weekday: Weekday) -> Vec<Span> {
    let on = |span: Span| match span.length {
        Length::Week => span.weekday(weekday),
        Length::Day => Some(span).filter(|span| span.first.weekday() == weekday),
        Length::Month => None,
    };
    spans.into_iter().filter_map(on).collect()
}

/// The first such weekday after today, or on or after what the day follows; before what it is up to, the last.
fn coming(weekday: Weekday, reading: Reading) -> Option<Date> {
    let (from, which) = match reading.near {
        Near::After(day) => (moved(day, (-1).days())?, 1),
        Near::UpTo(day) => (moved(day, 1.day())?, -1),
        Near::Today | Near::Around(_) => (reading.today, 1),
    };
    from.nth_weekday(which, weekday).ok()
}

/// So many days, weeks, months or years from today.
fn from_today(count: &Token<'_>, period: Period, direction: i64, reading: Reading) -> Option<Span> {
    let count = match count {
        Token::Count(count) => i64::from(*count),
        Token::Number(digits) if digits.len() <= 4 => digits.parse().ok()?,
        _ => return None,
    };
    let count = count * direction;
    let time = match period {
        Period::Day => count.days(),
        Period::Week => count.weeks(),
        Period::Month => count.months(),
        Period::Year => count.years(),
    };
    moved(reading.today, time).map(|day| Span::day(day, true))
}

/// `v 20`, `vecka 20 2029`, `2029-W20`, `2029-W20-5`.
fn week(tokens: &[Token<'_>], reading: Reading) -> Option<Span> {
    use Token::{Mark, Number};
    let (year, week, day) = match tokens {
        [sign, Number(week)] if is_week(sign) => (None, week, None),
        [sign, Number(week), Number(year)] | [sign, Number(week), Mark(_), Number(year)]
            if is_week(sign) && year.len() == 4 =>
        {
            (Some(year), week, None)
        }
        [Number(year), sign, Number(week)] | [Number(year), Mark('-'), sign, Number(week)]
            if is_week(sign) =>
        {
            (Some(year), week, None)
        }
        [Number(year), Mark('-'), sign, Number(week), Mark('-'), Number(day)] if is_week(sign) => {
            (Some(year), week, Some(day))
        }
        _ => return None,
    };
    let week = small(week)?;
    let span = match year {
        Some(year) => Span::week(full_year(year, reading)?, week, true)?,
        None => fitting(reading, |year| Span::week(year, week, false))?,
    };
    match day {
        Some(day) => span.weekday(Weekday::from_monday_one_offset(small(day)?).ok()?),
        None => Some(span),
    }
}

fn is_week(token: &Token<'_>) -> bool {
    matches!(token, Token::Week | Token::Period(Period::Week))
}

/// Digits and marks alone.
fn numbers(tokens: &[Token<'_>], style: First, reading: Reading) -> Option<Span> {
    use Token::{Mark, Number};
    match tokens {
        [Number(all)] if all.len() == 8 => with_year(&all[..4], &all[4..6], &all[6..], reading),
        [Number(all)] if all.len() == 6 => six_digits(all, style, reading),
        [Number(day)] if day.len() <= 2 => day_of_month(small(day)?, reading),
        [Number(one), Number(other)] | [Number(one), Mark('.'), Number(other)] => {
            without_year(small(other)?, small(one)?, reading)
        }
        [Number(one), Mark(_), Number(other)] => {
            let (day, month) = if style == First::Month { (other, one) } else { (one, other) };
            without_year(small(month)?, small(day)?, reading)
        }
        [Number(one), Number(other), Number(last)] => three_numbers([one, other, last], None, style, reading),
        [Number(one), Mark(_), Number(other), Number(last)] => {
            three_numbers([one, other, last], Some('/'), style, reading)
        }
        [Number(one), Mark(first), Number(other), Mark(second), Number(last)] => {
            let mark = if first == second { Some(*first) } else { None };
            three_numbers([one, other, last], mark, style, reading)
        }
        _ => None,
    }
}

/// `260503`: in Swedish the year comes first; in English that is one of the ways.
fn six_digits(all: &str, style: First, reading: Reading) -> Option<Span> {
    let [one, other, last] = [&all[..2], &all[2..4], &all[4..]];
    let year_first = reading.language == crate::schema::Language::Swedish || style == First::Year;
    match style {
        _ if year_first => with_year(one, other, last, reading),
        First::Month => with_year(last, one, other, reading),
        _ => with_year(last, other, one, reading),
    }
}

/// Three numbers; `mark` is what stands between them, where it is the same.
fn three_numbers(
    [one, other, last]: [&str; 3],
    mark: Option<char>,
    style: First,
    reading: Reading,
) -> Option<Span> {
    if one.len() == 4 {
        return with_year(one, other, last, reading);
    }
    let unsure = matches!(mark, Some('-' | '/'));
    match style {
        First::Year if unsure && last.len() == 2 && one.len() == 2 => with_year(one, other, last, reading),
        First::Month if unsure => with_year(last, one, other, reading),
        _ => with_year(last, other, one, reading),
    }
}

fn with_year(year: &str, month: &str, day: &str, reading: Reading) -> Option<Span> {
    let day = Date::new(full_year(year, reading)?, small(month)?, small(day)?).ok()?;
    Some(Span::day(day, true))
}

/// A year of four digits, or of two: the one that is not more than fifty years ahead.
fn full_year(year: &str, reading: Reading) -> Option<i16> {
    let number: i16 = year.parse().ok()?;
    match year.len() {
        4 => Some(number),
        2 if 2000 + number <= reading.today.year() + 50 => Some(2000 + number),
        2 => Some(1900 + number),
        _ => None,
    }
}

fn small(digits: &str) -> Option<i8> {
    if digits.len() > 2 { None } else { digits.parse().ok() }
}

fn without_year(month: i8, day: i8, reading: Reading) -> Option<Span> {
    fitting(reading, |year| Date::new(year, month, day).ok().map(|day| Span::day(day, false)))
}

/// Of what comes every year, the one that is meant (see [`Near`]).
fn fitting(reading: Reading, of_year: impl Fn(i16) -> Option<Span>) -> Option<Span> {
    let centre = reading.near.day(reading.today);
    // Leap days come every fourth year, or after eight.
    let years = centre.year() - 9..=centre.year() + 9;
    best(reading, years.filter_map(of_year))
}

/// The day of that number in the month that is meant.
fn day_of_month(day: i8, reading: Reading) -> Option<Span> {
    let centre = reading.near.day(reading.today).first_of_month();
    let months = (-12..=12_i64).filter_map(|on| moved(centre, on.months()));
    best(
        reading,
        months
            .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
            .map(|day| Span::day(day, false)),
    )
}

/// Out of candidates in the order of time, the one that is meant.
fn best(reading: Reading, mut candidates: impl Iterator<Item = Span>) -> Option<Span> {
    let today = reading.today;
    match reading.near {
        Near::After(day) => candidates.find(|span| span.last >= day),
        Near::UpTo(day) => candidates.filter(|span| span.first <= day).last(),
        Near::Around(day) if day >= today => {
            let distance = |span: &Span| (span.first - day).get_days().abs();
            candidates.filter(|span| span.last >= today).min_by_key(distance)
        }
        Near::Today | Near::Around(_) => candidates.find(|span| span.last >= today),
    }
}
