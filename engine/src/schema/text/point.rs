//! Points on the earth, as maps and people write them: `63.1792, 14.6357`, `63,1792; 14,6357`, `N 63° 10' 45" E 14° 38' 8"`.
//!
//! Degrees never reach a thousand, so a comma or point inside one of them is a decimal sign. Latitude comes first unless
//! letters say otherwise.

use super::numeral::is_minus;
use crate::schema::error::expected;
use crate::schema::{Coordinates, ValueError};

/// The point that a person means.
pub(super) fn point(text: &str) -> Result<Coordinates, ValueError> {
    let wrong = || ValueError::form(text, expected::POINT);
    let (latitude, longitude) = degrees(text).ok_or_else(wrong)?;
    Coordinates::new(latitude, longitude).ok_or_else(wrong)
}

fn degrees(text: &str) -> Option<(f64, f64)> {
    if let Some(uri) = text.strip_prefix("geo:") {
        // Parameters (RFC 5870) stand behind a semicolon.
        let (latitude, longitude) = uri.split(';').next()?.split_once(',')?;
        return Some((decimal(latitude)?, decimal(longitude)?));
    }
    let (first, second) = halves(text)?;
    match (Angle::of(first)?, Angle::of(second)?) {
        (
            Angle { axis: Some(Axis::East), degrees: longitude },
            Angle { axis: Some(Axis::North), degrees: latitude },
        ) => Some((latitude, longitude)),
        (Angle { axis: None, degrees: latitude }, Angle { axis: None, degrees: longitude })
        | (
            Angle { axis: Some(Axis::North), degrees: latitude },
            Angle { axis: Some(Axis::East), degrees: longitude },
        ) => Some((latitude, longitude)),
        _ => None,
    }
}

/// The two angles. A comma parts them where a blank follows it or where both have points for decimals.
fn halves(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if let Some(halves) =
        text.split_once(';').or_else(|| text.split_once(", ")).or_else(|| text.split_once(",\u{a0}"))
    {
        return Some(halves);
    }
    if text.matches(',').count() == 1 && (text.contains('.') || text.contains('°')) {
        return text.split_once(',');
    }
    // "63° 10' N 14° 38' E": behind the letter of the first. "N 63.18 E 14.64": before the letter of the second.
    let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| Axis::of(*c).is_some()).collect();
    if let [(first, letter), (second, _)] = letters.as_slice() {
        let place = if *first == 0 { *second } else { first + letter.len_utf8() };
        return Some(text.split_at(place));
    }
    if letters.is_empty() && !text.contains('°') { text.split_once(char::is_whitespace) } else { None }
}

/// The axis that an angle is measured along.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Axis {
    North,
    East,
}

impl Axis {
    /// The axis of a letter, and whether it points the other way. In Swedish, east is Ö or O and west is V.
    fn of(letter: char) -> Option<(Axis, bool)> {
        Some(match letter.to_ascii_uppercase() {
            'N' => (Axis::North, false),
            'S' => (Axis::North, true),
            'E' | 'O' | 'Ö' | 'ö' => (Axis::East, false),
            'W' | 'V' => (Axis::East, true),
            _ => return None,
        })
    }
}

struct Angle {
    axis: Option<Axis>,
    degrees: f64,
}

impl Angle {
    fn of(text: &str) -> Option<Angle> {
        let text = text.trim();
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
        let (axis, turned) = match letters.as_slice() {
            [] => (None, false),
            [letter] => Axis::of(*letter).map(|(axis, turned)| (Some(axis), turned))?,
            _ => return None,
        };
        let digits = text.trim_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
        let (negative, digits) = match digits.strip_prefix(is_minus) {
            Some(rest) => (true, rest),
            None => (false, digits),
        };
        // A letter and a sign contradict each other.
        if negative && axis.is_some() {
            return None;
        }
        let parted = |c: char| c.is_whitespace() || "°'\"′″’”º".contains(c);
        let parts: Vec<&str> = digits.split(parted).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() || parts.len() > 3 || parts.iter().any(|part| part.starts_with(['-', '+'])) {
            return None;
        }
        let (last, whole) = parts.split_last()?;
        let whole_parts_are_whole = whole.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let values: Vec<f64> = parts.iter().map(|part| decimal(part)).collect::<Option<_>>()?;
        if !whole_parts_are_whole || decimal(last)? < 0.0 || values.iter().skip(1).any(|part| *part >= 60.0) {
            return None;
        }
        let degrees = values.iter().rev().fold(0.0, |sum, part| sum / 60.0 + part);
        Some(Angle { axis, degrees: if negative != turned { -degrees } else { degrees } })
    }
}

/// A number with a decimal point or comma, and nothing else.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".").replace(is_minus, "-");
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    text.parse().ok().filter(|_| plain && text.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_points_in_many_ways() {
        let same = [
            "63.1792, 14.6357",
            "63.1792,14.6357",
            "63.1792 14.6357",
            "63,1792; 14,6357",
            "63,1792, 14,6357",
            "63,1792 14,6357",
            "geo:63.1792,14.6357",
            "geo:63.1792,14.6357;u=35",
            "63.1792° N, 14.6357° E",
            "63,1792° N, 14,6357° Ö",
            "N 63.1792 E 14.6357",
            "14.6357 E, 63.1792 N",
            "63.1792N 14.6357E",
        ];
        for text in same {
            assert_eq!(point(text), Ok(Coordinates::new(63.1792, 14.6357).unwrap()), "{text}");
        }
        assert_eq!(point("63, 14"), Ok(Coordinates::new(63.0, 14.0).unwrap()));
        assert_eq!(point("−33.5, −70.25"), Ok(Coordinates::new(-33.5, -70.25).unwrap()));
        assert_eq!(point("33.5 S, 70.25 V"), Ok(Coordinates::new(-33.5, -70.25).unwrap()));
        assert_eq!(point("63° 10' 30\" N 14° 30' E"), Ok(Coordinates::new(63.175, 14.5).unwrap()));
        assert_eq!(point("63°10.5′N 14°30′E"), Ok(Coordinates::new(63.175, 14.5).unwrap()));
    }

    #[test]
    fn half_a_point_is_none() {
        for text in [
            "63.1792",
            "63,1792",
            "63,14",
            "91, 14",
            "63, 181",
            "63 N 14 N",
            "NaN, 1",
            "1e1, 2",
            "63° 75' N 14° E",
            "inf, inf",
        ] {
            assert!(point(text).is_err(), "{text}");
        }
    }
}
