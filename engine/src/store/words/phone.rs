//! Telephone numbers: the same number is written in many ways.

/// What people write between the digits of a number.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '−' | '(' | ')' | '/' | '.')
}

/// The fewest digits by which a number is looked for.
const FEWEST: usize = 3;

/// The digits of a number without what stands before them in one country or another: 0701234567 of 070-123 45 67, +46 (0)70-123 45 67
/// and 0046701234567 is 701234567.
pub(crate) fn digits(number: &str) -> Option<String> {
    let number = number.trim();
    let (abroad, rest) = match number.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    if !rest.chars().all(|c| c.is_ascii_digit() || is_between(c)) {
        return None;
    }
    let rest = if abroad { rest.replacen("(0)", "", 1) } else { rest.to_owned() };
    let all: String = rest.chars().filter(char::is_ascii_digit).collect();
    let (abroad, all) = match all.strip_prefix("00") {
        Some(rest) if !abroad => (true, rest.replacen("460", "46", usize::from(number.contains("(0)")))),
        _ => (abroad, all),
    };
    let national = match all.strip_prefix("46") {
        Some(rest) if abroad => rest,
        _ => all.as_str(),
    };
    let plain = national.trim_start_matches('0');
    (plain.len() >= FEWEST).then(|| plain.to_owned())
}

/// The number from each of its digits on: whatever part is typed begins one of these.
pub(super) fn parts(number: &str, found: &mut Vec<String>) {
    // An extension is no part of it.
    let number =
        number.split(|c: char| c.is_alphabetic() || matches!(c, '#' | ',' | ';')).next().unwrap_or_default();
    let Some(digits) = digits(number) else { return };
    found.extend((0..=digits.len() - FEWEST).map(|place| digits[place..].to_owned()));
}

/// The numbers that stand in a text: at least seven digits behind a + or a 0, with nothing but blanks and the like between them.
pub(super) fn of_text(text: &str, found: &mut Vec<String>) {
    if text.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return;
    }
    let fits = |c: char| c.is_ascii_digit() || c == '+' || (is_between(c) && c != '\n');
    for run in text.split(|c: char| !fits(c)) {
        let run = run.trim_matches(is_between);
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        if run.starts_with(['0', '+']) && (7..=20).contains(&digits) {
            parts(run, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_number() {
        for written in [
            "0701234567",
            "070-123 45 67",
            "+46701234567",
            "+46 70 123 45 67",
            "0046 70-123 45 67",
            "+46 (0)70-123 45 67",
            "070/123.45.67",
            "070\u{a0}123\u{a0}45\u{a0}67",
            "0046(0)701234567",
        ] {
            assert_eq!(digits(written).as_deref(), Some("701234567"), "{written}");
        }
        assert_eq!(digits("+44 20 7946 0018").as_deref(), Some("442079460018"));
        assert_eq!(digits("12"), None);
        assert_eq!(digits("Anna 070"), None);
    }

    #[test]
    fn a_number_is_found_from_each_digit_on() {
        let mut found = Vec::new();
        parts("063-14 30 ext 2", &mut found);
        assert_eq!(found, ["631430", "31430", "1430", "430"]);
        let mut found = Vec::new();
        of_text("Den 2026-11-23 kl 10: ring 063-14 30 00, inte 12 000 000.", &mut found);
        assert_eq!(found.first().map(String::as_str), Some("63143000"));
        assert!(!found.iter().any(|part| part.starts_with("2026") || part.starts_with("12")));
    }
}
