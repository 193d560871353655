//! Numerals: digits as people write them, and as Samsyn shows them.
//!
//! # The rule
//!
//! *What Samsyn shows in a language is read in that language as what it is. What can mean two things is a question.*
//!
//! Groups of thousands may be set apart by blanks, apostrophes, commas or points; a decimal sign is a comma or a point.
//! Almost always the digits say which is which: `1.250,50`, `2,500,000`, `12,5`, `1 250.5` and `0,125` have one reading.
//! Left is one case: **one comma or point alone, with one to three digits before it and exactly three behind it**
//! (`125,000`, `1.250`). It can be thousands or three decimals, so it is a question, in either language and for every type
//! of field. The exception is what is shown: English shows thousands behind commas, so in English `125,000` is 125 000. That
//! this never meets decimals is seen to on the way out: a number is never shown with exactly three decimals (a fourth, a
//! zero, is put behind them).

use crate::schema::Language;

/// More digits than this no field needs; and as many fit the arithmetic with room for units.
const MOST_DIGITS: usize = 28;

/// An exact decimal number: `digits` divided by ten to the power of `places`, with as few places as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    fn new(negative: bool, whole: &str, part: &str) -> Option<Decimal> {
        let part = part.trim_end_matches('0');
        let digits: i128 = format!("0{whole}{part}").parse().ok()?;
        Some(Decimal {
            digits: if negative { -digits } else { digits },
            places: u32::try_from(part.len()).ok()?,
        })
    }

    /// How many digits it has after the decimal sign.
    pub(super) fn places(self) -> u32 {
        self.places
    }

    /// It times `times` divided by `per`, if that comes out even (to nine places more).
    pub(super) fn scaled(self, times: i128, per: i128) -> Option<Decimal> {
        let mut scaled = Decimal { digits: self.digits.checked_mul(times)?, places: self.places };
        for _ in 0..9 {
            if scaled.digits % per == 0 {
                break;
            }
            scaled = Decimal { digits: scaled.digits.checked_mul(10)?, places: scaled.places + 1 };
        }
        (scaled.digits % per == 0).then(|| Decimal { digits: scaled.digits / per, ..scaled }.shortest())
    }

    fn shortest(self) -> Decimal {
        match self {
            Decimal { digits, places: 1.. } if digits % 10 == 0 => {
                Decimal { digits: digits / 10, places: self.places - 1 }.shortest()
            }
            short => short,
        }
    }

    /// The sum of two.
    pub(super) fn plus(self, other: Decimal) -> Option<Decimal> {
        let places = self.places.max(other.places);
        let digits = |one: Decimal| one.digits.checked_mul(10_i128.checked_pow(places - one.places)?);
        Some(Decimal { digits: digits(self)?.checked_add(digits(other)?)?, places }.shortest())
    }

    /// So many of its 10^-`places`, if it has no more places than that.
    pub(super) fn in_units_of(self, places: u32) -> Option<i64> {
        let more = places.checked_sub(self.places)?;
        self.digits.checked_mul(10_i128.checked_pow(more)?)?.try_into().ok()
    }

    /// The nearest floating point number.
    pub(super) fn to_f64(self) -> Option<f64> {
        // Through text, which is rounded once.
        format!("{}e-{}", self.digits, self.places).parse().ok()
    }
}

/// All that a numeral can mean: nothing where it is none, one number where it is certain, two where it is a question.
pub(super) fn read(text: &str, language: Language) -> Vec<Decimal> {
    let text = text.trim();
    let unsigned = text.trim_start_matches(is_minus);
    let negative = unsigned.len() < text.len();
    let unsigned = if negative { unsigned } else { text.strip_prefix('+').unwrap_or(text) };
    match Digits::of(unsigned.trim_start()) {
        Some(digits) if !double_sign(text) => digits.readings(negative, language),
        _ => Vec::new(),
    }
}

fn double_sign(text: &str) -> bool {
    text.chars().take_while(|c| is_minus(*c)).count() > 1
}

/// Whether a character says that a number is negative: hyphen, minus, and the dash that some keyboards make of them.
pub(super) fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{2013}')
}

/// Whether a character can stand inside a numeral.
pub(super) fn is_inside(c: char) -> bool {
    c.is_ascii_digit() || separator(c).is_some()
}

/// One of each kind of separator.
fn separator(c: char) -> Option<char> {
    match c {
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}' => Some(' '),
        '\'' | '\u{2019}' => Some('\''),
        ',' | '.' => Some(c),
        _ => None,
    }
}

/// Runs of digits, and what stands between them.
struct Digits {
    runs: Vec<String>,
    separators: Vec<char>,
}

impl Digits {
    fn of(text: &str) -> Option<Digits> {
        let mut digits = Digits { runs: vec![String::new()], separators: Vec::new() };
        for c in text.chars() {
            if c.is_ascii_digit() {
                digits.runs.last_mut()?.push(c);
            } else {
                digits.separators.push(separator(c)?);
                digits.runs.push(String::new());
            }
        }
        let length: usize = digits.runs.iter().map(String::len).sum();
        let ends = digits.runs.last().is_some_and(|run| !run.is_empty());
        (ends && length <= MOST_DIGITS).then_some(digits)
    }

    fn readings(&self, negative: bool, language: Language) -> Vec<Decimal> {
        let whole = self.whole().and_then(|whole| Decimal::new(negative, &whole, ""));
        let parted = self.parted().and_then(|(whole, part)| Decimal::new(negative, &whole, part));
        match (whole, parted) {
            // Both are possible only behind one comma or point. English shows thousands behind a comma.
            (Some(whole), Some(_)) if language == Language::English && self.separators == [','] => {
                vec![whole]
            }
            (whole, parted) => whole.into_iter().chain(parted).collect(),
        }
    }

    /// The digits as those of a whole number, if that is what they can be.
    fn whole(&self) -> Option<String> {
        grouped_digits(&self.runs, &self.separators)
    }

    /// The digits before and after a decimal sign, if there can be one.
    fn parted(&self) -> Option<(String, &str)> {
        let (point, before) = self.separators.split_last()?;
        let (part, runs) = self.runs.split_last()?;
        if !matches!(point, ',' | '.') || before.contains(point) {
            return None;
        }
        if before.is_empty() {
            Some((runs[0].clone(), part))
        } else {
            Some((grouped_digits(runs, before)?, part))
        }
    }
}

/// One run, or runs that are groups of three, all set apart alike.
fn grouped_digits(runs: &[String], separators: &[char]) -> Option<String> {
    let (first, rest) = runs.split_first()?;
    let grouped = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && rest.iter().all(|run| run.len() == 3)
        && separators.iter().all(|separator| *separator == separators[0]);
    (rest.is_empty() && !first.is_empty() || grouped).then(|| runs.concat())
}

/// How a number in plain digits (`-12500.5`) is shown: `−12 500,5` in Swedish, `-12,500.5` in English.
pub(crate) fn grouped(plain: &str, language: Language) -> String {
    let (group, point, minus) = match language {
        Language::Swedish => ('\u{a0}', ',', "\u{2212}"),
        Language::English => (',', '.', "-"),
    };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| (minus, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push(point);
        out.push_str(part);
    }
    // Three decimals could be thousands to whoever reads it in another language.
    if part.len() == 3 {
        out.push('0');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, language: Language) -> Vec<f64> {
        read(text, language).into_iter().filter_map(Decimal::to_f64).collect()
    }

    #[test]
    fn what_has_one_reading_is_read_in_both_languages() {
        let certain = [
            ("125000", 125_000.0),
            ("125 000", 125_000.0),
            ("125\u{a0}000", 125_000.0),
            ("125\u{202f}000", 125_000.0),
            ("125\u{2009}000,5", 125_000.5),
            ("125'000", 125_000.0),
            ("125’000.25", 125_000.25),
            ("2,500,000", 2_500_000.0),
            ("2.500.000", 2_500_000.0),
            ("1.250,50", 1250.5),
            ("1,250.50", 1250.5),
            ("1,250,000.125", 1_250_000.125),
            ("1 250,500", 1250.5),
            ("12,5", 12.5),
            ("12.5", 12.5),
            ("1250,500", 1250.5),
            ("0,125", 0.125),
            (",5", 0.5),
            ("-3", -3.0),
            ("−3,25", -3.25),
            ("– 1 250", -1250.0),
            ("+7", 7.0),
            ("007", 7.0),
            ("12,0000", 12.0),
        ];
        for (text, number) in certain {
            for language in Language::ALL {
                assert_eq!(plain(text, language), [number], "{text} in {language:?}");
            }
        }
    }

    #[test]
    fn three_digits_behind_a_lone_separator_are_a_question() {
        for (text, language) in [
            ("125,000", Language::Swedish),
            ("125.000", Language::Swedish),
            ("125.000", Language::English),
            ("-1.250", Language::English),
        ] {
            assert_eq!(plain(text, language).len(), 2, "{text} in {language:?}");
        }
        assert_eq!(plain("1,250", Language::Swedish), [1250.0, 1.25]);
        assert_eq!(plain("125,000", Language::English), [125_000.0], "as English shows it");
    }

    #[test]
    fn what_is_no_numeral_has_no_reading() {
        for text in [
            "",
            "-",
            "--5",
            "1,2,3",
            "12 34",
            "1 2500",
            "1.250.50",
            "1,250,50",
            "12,",
            "12.",
            ",",
            "1e3",
            "inf",
            "NaN",
            "1,00,000",
            "1 250'000",
            "1.250,500,000",
            "٣",
            "½",
            "0x10",
            "9999999999999999999999999999999",
        ] {
            assert!(read(text, Language::English).is_empty(), "{text}");
            assert!(read(text, Language::Swedish).is_empty(), "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_alike_everywhere() {
        assert_eq!(grouped("9165", Language::Swedish), "9\u{a0}165");
        assert_eq!(grouped("-1250000.5", Language::Swedish), "\u{2212}1\u{a0}250\u{a0}000,5");
        assert_eq!(grouped("-1250000.5", Language::English), "-1,250,000.5");
        assert_eq!(grouped("1.125", Language::Swedish), "1,1250", "never three decimals");
        assert_eq!(grouped("999", Language::English), "999");
    }
}
