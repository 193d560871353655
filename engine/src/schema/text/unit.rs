//! Numbers with what they are counted in.
//!
//! A field has one unit. What is typed in another is converted where that is exact (`3 km` into metres, `90 min` into
//! hours) and refused with words where it is not: a unit is never passed over.

use super::numeral::{self, Decimal};
use super::{Reading, one_of};
use crate::schema::error::{expected, shortened};
use crate::schema::{FieldType, Language, Unit, Value, ValueError};

/// A word for a unit: so many (`times` / `per`) of the field's own.
struct Word {
    word: &'static str,
    times: i128,
    per: i128,
}

const fn word(word: &'static str, times: i128, per: i128) -> Word {
    Word { word, times, per }
}

const PIECES: &[Word] = &[word("st", 1, 1), word("stycken", 1, 1), word("pcs", 1, 1)];

const PERSONS: &[Word] = &[
    word("pers", 1, 1),
    word("person", 1, 1),
    word("personer", 1, 1),
    word("people", 1, 1),
    word("persons", 1, 1),
    word("deltagare", 1, 1),
    word("delegates", 1, 1),
    word("gäster", 1, 1),
    word("guests", 1, 1),
    word("platser", 1, 1),
    word("seats", 1, 1),
    word("pax", 1, 1),
    word("st", 1, 1),
];

const METRES: &[Word] = &[
    word("m", 1, 1),
    word("meter", 1, 1),
    word("meters", 1, 1),
    word("metre", 1, 1),
    word("metres", 1, 1),
    word("km", 1000, 1),
    word("kilometer", 1000, 1),
    word("dm", 1, 10),
    word("cm", 1, 100),
    word("centimeter", 1, 100),
    word("mm", 1, 1000),
    word("millimeter", 1, 1000),
];

const SQUARE_METRES: &[Word] = &[
    word("m²", 1, 1),
    word("m2", 1, 1),
    word("kvm", 1, 1),
    word("kvadratmeter", 1, 1),
    word("sqm", 1, 1),
    word("sq m", 1, 1),
    word("square metres", 1, 1),
    word("square meters", 1, 1),
    word("ha", 10_000, 1),
    word("hektar", 10_000, 1),
];

const KILOMETRES: &[Word] = &[
    word("km", 1, 1),
    word("kilometer", 1, 1),
    word("kilometers", 1, 1),
    word("kilometre", 1, 1),
    word("kilometres", 1, 1),
    word("mil", 10, 1),
    word("m", 1, 1000),
    word("meter", 1, 1000),
    word("metres", 1, 1000),
    word("meters", 1, 1000),
];

const PERCENT: &[Word] = &[
    word("%", 1, 1),
    word("procent", 1, 1),
    word("percent", 1, 1),
    word("per cent", 1, 1),
    word("pct", 1, 1),
];

const HOURS: &[Word] = &[
    word("tim", 1, 1),
    word("timme", 1, 1),
    word("timmar", 1, 1),
    word("h", 1, 1),
    word("hr", 1, 1),
    word("hrs", 1, 1),
    word("hour", 1, 1),
    word("hours", 1, 1),
    word("min", 1, 60),
    word("minut", 1, 60),
    word("minuter", 1, 60),
    word("minute", 1, 60),
    word("minutes", 1, 60),
];

const DAYS: &[Word] = &[
    word("dagar", 1, 1),
    word("dag", 1, 1),
    word("d", 1, 1),
    word("days", 1, 1),
    word("day", 1, 1),
    word("dygn", 1, 1),
    word("veckor", 7, 1),
    word("vecka", 7, 1),
    word("weeks", 7, 1),
    word("week", 7, 1),
];

const ROOM_NIGHTS: &[Word] = &[
    word("rumsnätter", 1, 1),
    word("rumsnatt", 1, 1),
    word("room nights", 1, 1),
    word("room night", 1, 1),
    word("roomnights", 1, 1),
    word("nätter", 1, 1),
    word("nights", 1, 1),
];

fn words_of(unit: Unit) -> &'static [Word] {
    match unit {
        Unit::None => PIECES,
        Unit::Persons => PERSONS,
        Unit::Metres => METRES,
        Unit::SquareMetres => SQUARE_METRES,
        Unit::Kilometres => KILOMETRES,
        Unit::Percent => PERCENT,
        Unit::Hours => HOURS,
        Unit::Days => DAYS,
        Unit::Year => &[],
        Unit::RoomNights => ROOM_NIGHTS,
    }
}

/// Words for powers of ten that stand before a unit.
const POWERS: &[(&str, i128)] = &[
    ("tusen", 1_000),
    ("thousand", 1_000),
    ("miljon", 1_000_000),
    ("miljoner", 1_000_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
];

/// The number that a person means in a field of this type.
pub(super) fn number(
    field_type: &FieldType,
    unit: Unit,
    text: &str,
    reading: Reading,
) -> Result<Value, ValueError> {
    let readings = match hours_and_minutes(unit, text) {
        Some(hours) => vec![hours],
        None => readings(unit, text, reading.language)?,
    };
    let most = match field_type {
        FieldType::Number { decimals, .. } => *decimals,
        _ => 0,
    };
    let value = |decimal: Decimal| {
        if decimal.places() > u32::from(most) {
            return Err(ValueError::Decimals { found: shortened(text), most });
        }
        let value =
            decimal.to_f64().map(Value::Number).ok_or_else(|| ValueError::form(text, expected::NUMBER))?;
        field_type.check(&value).map(|()| value)
    };
    one_of(field_type, text, readings.into_iter().map(value))
}

/// The whole number that a person means.
pub(super) fn whole(field_type: &FieldType, text: &str, reading: Reading) -> Result<Value, ValueError> {
    let wrong = || ValueError::form(text, expected::WHOLE);
    let readings = readings(Unit::None, text, reading.language)?;
    let value = |decimal: Decimal| decimal.in_units_of(0).map(Value::Counter).ok_or_else(wrong);
    one_of(field_type, text, readings.into_iter().map(value))
}

/// All that the numeral can mean, in the field's unit.
fn readings(unit: Unit, text: &str, language: Language) -> Result<Vec<Decimal>, ValueError> {
    let (numeral, words) = split(text);
    let mut readings = numeral::read(numeral, language);
    let names_a_unit = words.contains(|c: char| c.is_alphabetic() || c == '%');
    if readings.is_empty() || !(words.trim().is_empty() || names_a_unit) {
        return Err(ValueError::form(text, expected::NUMBER));
    }
    let words = words.to_lowercase();
    let words = words.trim().trim_end_matches('.');
    let power = POWERS.iter().find_map(|(word, power)| Some((words.strip_prefix(word)?, *power)));
    let (rest, power) = match power {
        Some((rest, power)) if rest.is_empty() || rest.starts_with(char::is_whitespace) => {
            (rest.trim(), power)
        }
        _ => (words, 1),
    };
    let wrong = || ValueError::Unit { found: shortened(text), unit };
    let (times, per) = match rest {
        "" => (1, 1),
        rest => {
            let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
            let word = words_of(unit).iter().find(|word| word.word == rest).ok_or_else(wrong)?;
            (word.times, word.per)
        }
    };
    if power > 1 {
        // Nobody is shown "1,250 thousand": what is read so was written by whoever writes decimals so.
        readings = numeral::read(numeral, Language::Swedish);
    }
    readings.into_iter().map(|decimal| decimal.scaled(times * power, per).ok_or_else(wrong)).collect()
}

/// The numeral in front, and the words behind it.
fn split(text: &str) -> (&str, &str) {
    let signs = text.len() - text.trim_start_matches(|c| numeral::is_minus(c) || c == '+').len();
    let inside = text[signs..].find(|c| !numeral::is_inside(c)).map_or(text.len(), |end| signs + end);
    text.split_at(inside)
}

/// `1 h 30 min`, `1h30` or `1:30` as hours.
fn hours_and_minutes(unit: Unit, text: &str) -> Option<Decimal> {
    if unit != Unit::Hours {
        return None;
    }
    let lower = text.to_lowercase();
    let parts = ["timmar", "timme", "tim", "hours", "hour", "hrs", "h", ":"];
    let (hours, minutes) = parts.iter().find_map(|part| lower.split_once(part))?;
    let minutes = minutes.trim().trim_start_matches("och ").trim_start_matches("and ").trim();
    let minutes = minutes.trim_end_matches(|c: char| c.is_alphabetic() || c == '.').trim();
    let digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let hours = hours.trim();
    if !digits(hours) || !digits(minutes) || minutes.parse::<u32>().is_ok_and(|minutes| minutes > 59) {
        return None;
    }
    let one = |text: &str| numeral::read(text, Language::Swedish).first().copied();
    one(hours)?.plus(one(minutes)?.scaled(1, 60)?)
}
