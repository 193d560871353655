//! Whether a value is one of its field's, and reading one out of what is stored.

use super::*;

impl FieldType {
    /// The value that a register's canonical form stands for. What does not fit becomes [`Value::Unreadable`].
    pub fn read(&self, scalar: &Scalar) -> Value {
        let read = match (self, scalar) {
            (_, Scalar::Null) => Some(Value::Empty),
            (
                FieldType::Line | FieldType::Prose | FieldType::Email | FieldType::Phone | FieldType::Url,
                Scalar::Text(text),
            ) => Some(Value::Text(text.clone())),
            (FieldType::Enumeration(_), Scalar::Text(text)) => Some(Value::Choice(text.clone())),
            (FieldType::Number { .. }, Scalar::Whole(number)) => Some(Value::Number(*number as f64)),
            (FieldType::Number { .. }, Scalar::Number(number)) => Some(Value::Number(*number)),
            (FieldType::Counter, Scalar::Whole(sum)) => Some(Value::Counter(*sum)),
            (FieldType::YesNo, Scalar::YesNo(yes)) => Some(Value::YesNo(*yes)),
            (FieldType::Money, Scalar::Text(text)) => text.parse().ok().map(Value::Money),
            (FieldType::Date, Scalar::Text(text)) => text.parse().ok().map(Value::Date),
            (FieldType::DateRange, Scalar::Text(text)) => text.parse().ok().map(Value::DateRange),
            (FieldType::Reference(_), Scalar::Text(text)) => text.parse().ok().map(Value::Link),
            (FieldType::Coordinates, Scalar::Text(text)) => text.parse().ok().map(Value::Coordinates),
            _ => None,
        };
        read.unwrap_or_else(|| Value::Unreadable(unreadable(scalar)))
    }

    /// Whether `value` may be written into a field of this type.
    ///
    /// # Errors
    /// What is wrong with it, in words that name what would be right.
    pub fn check(&self, value: &Value) -> Result<(), ValueError> {
        match (self, value) {
            (FieldType::Rows(_) | FieldType::Counter, Value::Empty) => Err(ValueError::Type),
            (_, Value::Empty) => Ok(()),
            (FieldType::Line, Value::Text(text)) => check_line(text),
            (FieldType::Prose, Value::Text(text)) => {
                check_length(text, LONGEST_PROSE).and(check_characters(text, true))
            }
            (FieldType::Email, Value::Text(text)) => check_line(text).and(check_email(text)),
            (FieldType::Phone, Value::Text(text)) => check_line(text).and(check_phone(text)),
            (FieldType::Url, Value::Text(text)) => check_line(text).and(check_url(text)),
            (FieldType::Number { decimals, range, .. }, Value::Number(number)) => {
                check_number(*number, *decimals, *range)
            }
            (FieldType::Enumeration(list), Value::Choice(choice)) => list.check(choice),
            (FieldType::EnumerationSet(list), Value::Choices(set)) => {
                set.iter().try_for_each(|choice| list.check(choice))
            }
            (FieldType::Reference(_), Value::Link(_))
            | (FieldType::ReferenceSet(_), Value::Links(_))
            | (FieldType::Money, Value::Money(_))
            | (FieldType::Date, Value::Date(_))
            | (FieldType::DateRange, Value::DateRange(_))
            | (FieldType::Coordinates, Value::Coordinates(_))
            | (FieldType::Counter, Value::Counter(_))
            | (FieldType::YesNo, Value::YesNo(_)) => Ok(()),
            _ => Err(ValueError::Type),
        }
    }
}

impl crate::schema::Enumeration {
    fn check(&'static self, choice: &str) -> Result<(), ValueError> {
        if self.find(choice).is_some() {
            return Ok(());
        }
        Err(ValueError::Choice { found: shortened(choice), list: self })
    }
}

fn unreadable(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => String::new(),
        Scalar::Text(text) => text.clone(),
        Scalar::Whole(number) => number.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::YesNo(yes) => yes.to_string(),
    }
}

fn check_length(text: &str, most: usize) -> Result<(), ValueError> {
    // No text has more characters than bytes.
    let length = if text.len() > most { text.chars().count() } else { 0 };
    if length > most { Err(ValueError::TooLong { length, most }) } else { Ok(()) }
}

fn check_line(text: &str) -> Result<(), ValueError> {
    if text.contains(['\n', '\r']) {
        return Err(ValueError::form(text, expected::ONE_LINE));
    }
    check_length(text, LONGEST_LINE).and(check_characters(text, false))
}

fn check_characters(text: &str, prose: bool) -> Result<(), ValueError> {
    match unwritable(text, prose) {
        Some(character) => Err(ValueError::Character { found: shortened(text), character }),
        None => Ok(()),
    }
}

/// Something before an @, a host with a dot after it, and no blanks: more would refuse addresses that work.
fn check_email(text: &str) -> Result<(), ValueError> {
    let plausible = text.rsplit_once('@').is_some_and(|(local, host)| {
        let labels = host.split('.').all(|label| !label.is_empty());
        !local.is_empty() && host.contains('.') && labels && !text.contains(char::is_whitespace)
    });
    if plausible { Ok(()) } else { Err(ValueError::form(text, expected::EMAIL)) }
}

/// At least three digits, and nothing but what people write between them, with whatever dashes and blanks. It is kept as it was typed.
fn check_phone(text: &str) -> Result<(), ValueError> {
    /// What stands before an extension.
    const INNER: &[&str] = &["anknytning", "ankn", "ext", "växel", "vx", "x"];
    let plain = crate::typed::plain(text).to_lowercase();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let mut words = plain.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let inner = words.all(|word| INNER.contains(&word)) && !plain.starts_with(char::is_alphabetic);
    let rest =
        inner && plain.chars().all(|c| c.is_ascii_digit() || c.is_alphabetic() || "+-()/. #,;".contains(c));
    if (3..=20).contains(&digits) && rest { Ok(()) } else { Err(ValueError::form(text, expected::PHONE)) }
}

fn check_url(text: &str) -> Result<(), ValueError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plausible = rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !text.contains(char::is_whitespace)
    });
    if plausible { Ok(()) } else { Err(ValueError::form(text, expected::URL)) }
}

fn check_number(number: f64, decimals: u8, (lowest, highest): (f64, f64)) -> Result<(), ValueError> {
    if !(lowest..=highest).contains(&number) {
        return Err(ValueError::Range {
            found: number.to_string(),
            lowest: lowest.to_string(),
            highest: highest.to_string(),
        });
    }
    if decimals == 0 && number.fract() != 0.0 {
        return Err(ValueError::Decimals { found: number.to_string(), most: 0 });
    }
    Ok(())
}
