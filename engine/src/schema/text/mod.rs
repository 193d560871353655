//! What a person types, turned into a value; and a value turned into what a person reads.
//!
//! ```text
//!  text + Reading (language, today) ── FieldType::parse ──▶ Value, or what is wrong, or a question
//!  Value + language ────────────────── FieldType::words ──▶ text
//! ```
//!
//! Two promises hold for every type and language, and a test holds on to them for every field that there is:
//!
//! - **What is shown is read as what it is.** `parse(words(value, language), language)` is the value, so a window can fill a
//!   field with what it shows, and what a command printed can be given back to it.
//! - **Nobody guesses.** A text that can mean two things is a [`Question`](super::Question) with both. So what was shown in one
//!   language and is typed in the other is the same value or a question, never another value.
//!
//! Otherwise reading is lenient: blanks and signs of all kinds, captions in either language, `2,5 mkr`, `v. 20`. The clock is the
//! caller's: what today is, is handed in. References are the caller's, too: only a replica knows titles.
//!
//! - `numeral` digits · `unit` numbers with units · `money`, `currency` amounts · `point` coordinates · `days` dates

mod currency;
mod days;
mod money;
mod numeral;
mod point;
mod unit;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::error::{expected, shortened};
use super::value::Link;
use super::{Enumeration, Field, FieldType, Language, Question, Unit, Value, ValueError};
use crate::text::{one_line, plain, typed};

/// How a text is read: in whose language, on which day, and beside what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The language that the person has chosen.
    pub language: Language,
    /// The day on which it is read.
    pub today: Date,
    /// What a day without a year is near to.
    pub near: Near,
}

/// Which of many 14ths of May is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Near {
    /// The next one, today included.
    Today,
    /// The one nearest to this day, where that is yet to come; otherwise the next.
    Around(Date),
    /// The first on or after this day: it ends what begins there.
    After(Date),
    /// The last on or before this day: it begins what ends there.
    UpTo(Date),
}

impl Near {
    fn day(self, today: Date) -> Date {
        match self {
            Near::Today => today,
            Near::Around(day) | Near::After(day) | Near::UpTo(day) => day,
        }
    }
}

impl Reading {
    /// In that language on that day, beside nothing.
    pub const fn new(language: Language, today: Date) -> Reading {
        Reading { language, today, near: Near::Today }
    }

    /// The same beside something.
    pub const fn near(self, near: Near) -> Reading {
        Reading { near, ..self }
    }

    /// The same for a field that stands among others, in a record or a row; `get` gives what they hold now.
    pub fn beside(self, field: &Field, others: &[Field], get: &dyn Fn(&str) -> Value) -> Reading {
        if field.past {
            return self.near(Near::UpTo(self.today));
        }
        let day = |name: &str| first_day(&get(name));
        let start = field.follows.and_then(day).filter(|start| self.is_recent(*start));
        let end = others.iter().find(|other| other.follows == Some(field.name)).map(|other| other.name);
        self.near(match (start, day(field.name).or_else(|| end.and_then(day))) {
            (Some(start), _) => Near::After(start),
            (None, Some(day)) => Near::Around(day),
            (None, None) => Near::Today,
        })
    }

    /// Whether a start is such that its end is looked for from there on: what began longer ago than a year goes on.
    pub fn is_recent(&self, start: Date) -> bool {
        start.checked_add(1.year()).is_ok_and(|year_on| year_on >= self.today)
    }
}

fn first_day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::DateRange(range) => Some(range.first()),
        _ => None,
    }
}

impl FieldType {
    /// The value that a person means by `text`. Nothing but blanks clears the field.
    ///
    /// # Errors
    /// What is wrong, in words that name what would be right; or a question, where it can mean two things. Rows are refused: they
    /// have no form as one text.
    pub fn parse(&self, text: &str, reading: Reading) -> Result<Value, ValueError> {
        let seen = match self {
            FieldType::Prose => Cow::Borrowed(text),
            _ => typed(text),
        };
        let trimmed = seen.trim();
        if trimmed.is_empty() {
            return Ok(self.cleared());
        }
        // Dashes, blanks and digits of all kinds; the en dash of a range says more than a hyphen.
        let plain = crate::typed::plain(trimmed);
        let plain = plain.trim();
        let value = match self {
            FieldType::Prose => Value::Text(text.replace("\r\n", "\n")),
            FieldType::Line | FieldType::Phone => Value::Text(trimmed.to_owned()),
            FieldType::Email => Value::Text(address(trimmed).to_owned()),
            FieldType::Url => Value::Text(with_scheme(trimmed)),
            FieldType::Number { unit, .. } => unit::number(self, *unit, plain, reading)?,
            FieldType::Counter => unit::whole(self, plain, reading)?,
            FieldType::Money => money::money(plain, reading)?,
            FieldType::Date => days::day(trimmed, reading)?,
            FieldType::DateRange => days::days(trimmed, reading)?,
            FieldType::Enumeration(list) => Value::Choice(choice(list, trimmed)?),
            FieldType::EnumerationSet(list) => Value::Choices(choices(list, trimmed)?),
            FieldType::Reference(_) => Value::Link(link(trimmed)?),
            FieldType::ReferenceSet(_) => Value::Links(members(trimmed).map(link).collect::<Result<_, _>>()?),
            FieldType::Coordinates => Value::Coordinates(point::point(plain)?),
            FieldType::YesNo => Value::YesNo(yes_no(plain)?),
            FieldType::Rows(_) => return Err(ValueError::Type),
        };
        self.check(&value)?;
        Ok(value)
    }

    /// What an empty field of this type holds.
    pub fn cleared(&self) -> Value {
        match self {
            FieldType::Prose => Value::Text(String::new()),
            FieldType::EnumerationSet(_) => Value::Choices(Default::default()),
            FieldType::ReferenceSet(_) => Value::Links(Default::default()),
            _ => Value::Empty,
        }
    }

    /// The value as a person reads it. `title` gives the title of what a reference points at.
    pub fn words(&self, value: &Value, language: Language, title: &dyn Fn(Link) -> String) -> String {
        match (self, value) {
            (FieldType::Number { unit, .. }, Value::Number(_)) => {
                with_unit(&self.bare_words(value, language, title), *unit, language)
            }
            _ => self.bare_words(value, language, title),
        }
    }

    /// The same without the unit, for where that stands beside it already.
    pub fn bare_words(&self, value: &Value, language: Language, title: &dyn Fn(Link) -> String) -> String {
        match (self, value) {
            (_, Value::Empty) => String::new(),
            (FieldType::Enumeration(list), Value::Choice(choice)) => {
                one_line(list.caption(choice, language)).into_owned()
            }
            (FieldType::EnumerationSet(list), Value::Choices(set)) => {
                let mut choices: Vec<&String> = set.iter().collect();
                choices.sort_by_key(|choice| list.rank(choice));
                let captions: Vec<&str> =
                    choices.iter().map(|choice| list.caption(choice, language)).collect();
                one_line(&captions.join(", ")).into_owned()
            }
            (FieldType::Number { unit: Unit::Year, .. }, Value::Number(year)) => year.to_string(),
            (_, Value::Link(link)) => title(*link),
            (_, Value::Links(set)) => {
                let mut titles: Vec<String> = set.iter().map(|link| title(*link)).collect();
                titles.sort();
                titles.join(", ")
            }
            (_, Value::Number(number)) => plain_number(&number.to_string(), language),
            (_, Value::Counter(sum)) => plain_number(&sum.to_string(), language),
            (_, Value::Rows(rows)) => count_words(rows.len() as u64, language),
            (_, Value::Money(money)) => money::words_of(*money, language),
            (_, Value::DateRange(range)) => format!("{} – {}", range.first(), range.last()),
            (_, Value::Coordinates(point)) => format!("{}, {}", point.latitude(), point.longitude()),
            (_, Value::YesNo(yes)) => yes_no_words(*yes, language).to_owned(),
            (_, Value::Date(date)) => date.to_string(),
            (_, Value::Choices(set)) => {
                one_line(&set.iter().cloned().collect::<Vec<_>>().join(", ")).into_owned()
            }
            (FieldType::Prose, Value::Text(text)) => plain(text).into_owned(),
            (_, Value::Text(text) | Value::Choice(text) | Value::Unreadable(text)) => {
                one_line(text).into_owned()
            }
        }
    }
}

/// A count as it is shown everywhere: `9 165` in Swedish, `9,165` in English.
pub fn count_words(count: u64, language: Language) -> String {
    plain_number(&count.to_string(), language)
}

/// A number in plain digits (`-12500.5`) as it is shown.
pub(super) fn plain_number(plain: &str, language: Language) -> String {
    // Nothing tells nought from its negative but the sign.
    numeral::grouped(if plain == "-0" { "0" } else { plain }, language)
}

/// The one value that there is; or the question which of several that fit the field.
fn one_of(
    field_type: &FieldType,
    text: &str,
    readings: impl Iterator<Item = Result<Value, ValueError>>,
) -> Result<Value, ValueError> {
    let mut all: Vec<Result<Value, ValueError>> = readings.collect();
    if all.len() == 1 {
        return all.remove(0);
    }
    let (mut values, mut wrong) = (Vec::new(), ValueError::form(text, expected::NUMBER));
    for reading in all.into_iter().rev() {
        match reading {
            Ok(value) => values.insert(0, value),
            Err(error) => wrong = error,
        }
    }
    if values.is_empty() {
        return Err(wrong);
    }
    Err(ValueError::Question(Question { found: shortened(text), field_type: *field_type, readings: values }))
}

fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|word| !word.is_empty())
}

fn choice(list: &'static Enumeration, text: &str) -> Result<String, ValueError> {
    let found = list.find_by_words(text).map(|choice| choice.value.to_owned());
    found.ok_or_else(|| ValueError::Choice { found: shortened(text), list })
}

/// The members of a set. A caption may have a comma of its own: the longest stretch that is one counts.
fn choices(list: &'static Enumeration, text: &str) -> Result<BTreeSet<String>, ValueError> {
    let mut set = BTreeSet::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let ends = rest.match_indices([',', ';']).map(|(place, _)| place).chain([rest.len()]);
        let ends: Vec<usize> = ends.collect();
        let longest = ends.iter().rev().find_map(|end| Some((list.find_by_words(&rest[..*end])?, *end)));
        let end = match longest {
            Some((choice, end)) => {
                set.insert(choice.value.to_owned());
                end
            }
            None => match rest[..ends[0]].trim() {
                "" => ends[0],
                unknown => return Err(ValueError::Choice { found: shortened(unknown), list }),
            },
        };
        rest = rest[end..].trim_start_matches([',', ';']).trim_start();
    }
    Ok(set)
}

/// The address of what mail programs write: `Anna Berg <anna@example.se>`, `mailto:anna@example.se`.
fn address(text: &str) -> &str {
    let bracketed = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map(|(_, address)| address);
    let address = bracketed.unwrap_or(text).trim();
    address.strip_prefix("mailto:").unwrap_or(address)
}

/// A web address as browsers understand it: without a scheme it is https, and what stands behind a colon may be a port.
fn with_scheme(text: &str) -> String {
    let is_port =
        |rest: &str| rest.split(['/', '?', '#']).next().is_some_and(|port| port.parse::<u16>().is_ok());
    match text.split_once(':') {
        Some((scheme, rest)) if rest.starts_with("//") => format!("{}:{rest}", scheme.to_lowercase()),
        Some((_, rest)) if !is_port(rest) => text.to_owned(),
        _ => format!("https://{text}"),
    }
}

fn link(text: &str) -> Result<Link, ValueError> {
    text.parse().map_err(|_| ValueError::form(text, expected::RECORD))
}

fn yes_no(text: &str) -> Result<bool, ValueError> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "ja" | "j" | "true" | "sant" | "1" | "x" => Ok(true),
        "no" | "n" | "nej" | "false" | "falskt" | "0" => Ok(false),
        _ => Err(ValueError::form(text, expected::YES_NO)),
    }
}

fn yes_no_words(yes: bool, language: Language) -> &'static str {
    match (yes, language) {
        (true, Language::Swedish) => "Ja",
        (false, Language::Swedish) => "Nej",
        (true, Language::English) => "Yes",
        (false, Language::English) => "No",
    }
}

fn with_unit(number: &str, unit: Unit, language: Language) -> String {
    match unit.symbol(language) {
        "" => number.to_owned(),
        symbol => format!("{number}\u{a0}{symbol}"),
    }
}

#[cfg(test)]
mod tests;
