//! Reading and writing dates as people do.

use jiff::civil::Date;

/// Writes a date: `2026-11-23`.
#[must_use]
pub fn write(date: Date) -> String {
    date.to_string()
}

/// Reads a date that a person typed, leniently: `2026-11-23`, `20261123`, `23.11.2026`, `23/11-26`, `23/11`, `23`.
///
/// What is left out is taken from `today`; a year of two digits belongs to this century. The year stands first when
/// it has four digits, otherwise the day does, as in all of Europe.
#[must_use]
pub fn parse(text: &str, today: Date) -> Option<Date> {
    let text = text.trim();
    let separator = |c: char| matches!(c, '-' | '/' | '.' | ' ' | '\u{2212}' | '–');
    let parts: Vec<&str> = text.split(separator).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| !part.chars().all(|c| c.is_ascii_digit())) {
        return None;
    }
    match parts.as_slice() {
        [all] if all.len() == 8 => date(&all[..4], &all[4..6], &all[6..]),
        [all] if all.len() == 6 => date(&all[..2], &all[2..4], &all[4..]),
        [day] if day.len() <= 2 => {
            number(day).and_then(|day| Date::new(today.year(), today.month(), day).ok())
        }
        [year, month, day] if year.len() == 4 => date(year, month, day),
        [day, month, year] => date(year, month, day),
        [day, month] => date(&today.year().to_string(), month, day),
        _ => None,
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let full: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    Date::new(full, number(month)?, number(day)?).ok()
}

fn number(digits: &str) -> Option<i8> {
    if digits.len() > 2 { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn reads_what_people_type() {
        for text in
            ["2026-09-03", " 2026-9-3 ", "20260903", "260903", "3/9", "3.9.2026", "03/09 2026", "3/9-26"]
        {
            assert_eq!(parse(text, TODAY), Some(date(2026, 9, 3)), "{text}");
        }
        assert_eq!(parse("7", TODAY), Some(date(2026, 11, 7)));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in ["", "i morgon", "2026-02-30", "32", "1/2/3/4", "2026", "12-x", "300/1", "2026-001-1"] {
            assert_eq!(parse(text, TODAY), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(write(TODAY), "2026-11-23");
        assert_eq!(parse(&write(TODAY), TODAY), Some(TODAY));
    }
}
