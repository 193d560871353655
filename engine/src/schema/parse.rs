//! What a person types, turned into a value; and a value turned into what a person reads.
//!
//! Reading is lenient (a decimal comma or point, `25 000 kr`, a caption in either language), writing is exact.
//! References are the caller's: only a replica knows titles.

use jiff::civil::Date;

use super::value::Link;
use super::{Coordinates, Currency, DateRange, FieldType, Language, Money, Unit, Value, ValueError};

/// Why a text is not a value of a field.
pub type ParseError = ValueError;

impl FieldType {
    /// The value that a person means by `text`. Nothing but blanks clears the field.
    ///
    /// # Errors
    /// What is wrong, in words that name what would be right. Rows are refused: they have no form as one text.
    pub fn parse(&self, text: &str) -> Result<Value, ParseError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(self.cleared());
        }
        let value = match self {
            FieldType::Prose => Value::Text(text.to_owned()),
            FieldType::Line | FieldType::Email | FieldType::Phone => Value::Text(trimmed.to_owned()),
            FieldType::Url => Value::Text(with_scheme(trimmed)),
            FieldType::Number { .. } => Value::Number(number(trimmed)?),
            FieldType::Money => Value::Money(money(trimmed)?),
            FieldType::Date => Value::Date(day(trimmed)?),
            FieldType::DateRange => Value::DateRange(days(trimmed)?),
            FieldType::Enumeration(list) => Value::Choice(
                list.find_by_words(trimmed).map_or_else(|| trimmed.to_owned(), |c| c.value.to_owned()),
            ),
            FieldType::EnumerationSet(list) => Value::Choices(
                members(trimmed)
                    .map(|word| {
                        list.find_by_words(word).map_or_else(|| word.to_owned(), |c| c.value.to_owned())
                    })
                    .collect(),
            ),
            FieldType::Reference(_) => Value::Link(link(trimmed)?),
            FieldType::ReferenceSet(_) => Value::Links(members(trimmed).map(link).collect::<Result<_, _>>()?),
            FieldType::Coordinates => Value::Coordinates(point(trimmed)?),
            FieldType::Counter => Value::Counter(whole(trimmed)?),
            FieldType::YesNo => Value::YesNo(yes_no(trimmed)?),
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
            (_, Value::Empty) => String::new(),
            (FieldType::Enumeration(list), Value::Choice(choice)) => {
                list.caption(choice, language).to_owned()
            }
            (FieldType::EnumerationSet(list), Value::Choices(set)) => {
                let mut choices: Vec<&String> = set.iter().collect();
                choices.sort_by_key(|choice| list.rank(choice));
                let captions: Vec<&str> =
                    choices.iter().map(|choice| list.caption(choice, language)).collect();
                captions.join(", ")
            }
            (FieldType::Number { unit, decimals, .. }, Value::Number(number)) => {
                with_unit(&number_words(*number, *decimals, *unit, language), *unit, language)
            }
            (_, Value::Link(link)) => title(*link),
            (_, Value::Links(set)) => {
                let mut titles: Vec<String> = set.iter().map(|link| title(*link)).collect();
                titles.sort();
                titles.join(", ")
            }
            (FieldType::Rows(_), Value::Rows(rows)) => rows.len().to_string(),
            (_, Value::Number(number)) => number.to_string(),
            (_, Value::Money(money)) => money_words(*money, language),
            (_, Value::DateRange(range)) => format!("{} – {}", range.first(), range.last()),
            (_, Value::Coordinates(point)) => format!("{}, {}", point.latitude(), point.longitude()),
            (_, Value::YesNo(yes)) => yes_no_words(*yes, language).to_owned(),
            (_, Value::Counter(sum)) => sum.to_string(),
            (_, Value::Date(date)) => date.to_string(),
            (_, Value::Choices(set)) => set.iter().cloned().collect::<Vec<_>>().join(", "),
            (_, Value::Rows(rows)) => rows.len().to_string(),
            (_, Value::Text(text) | Value::Choice(text) | Value::Unreadable(text)) => text.clone(),
        }
    }
}

fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|word| !word.is_empty())
}

fn with_scheme(text: &str) -> String {
    if text.contains(':') { text.to_owned() } else { format!("https://{text}") }
}

/// The text without what stands between groups of thousands, and with a decimal point.
fn plain_digits(text: &str) -> String {
    let blanks = |c: &char| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'');
    text.chars().filter(blanks).map(|c| if c == ',' { '.' } else { c }).collect()
}

fn number(text: &str) -> Result<f64, ValueError> {
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c == '%' || c == '²' || c == ' ');
    let number: f64 = plain_digits(digits).parse().map_err(|_| ValueError::form(text, "a number"))?;
    if number.is_finite() { Ok(number) } else { Err(ValueError::form(text, "a number")) }
}

fn whole(text: &str) -> Result<i64, ValueError> {
    plain_digits(text).parse().map_err(|_| ValueError::form(text, "a whole number"))
}

fn money(text: &str) -> Result<Money, ValueError> {
    let wrong = || ValueError::form(text, "an amount such as 125 000 SEK");
    let start = text.find(|c: char| c.is_ascii_digit() || c == '-').ok_or_else(wrong)?;
    let end = text.rfind(|c: char| c.is_ascii_digit()).ok_or_else(wrong)? + 1;
    if end <= start {
        return Err(wrong());
    }
    let code = format!("{}{}", &text[..start], &text[end..]).trim().to_uppercase();
    let currency = match code.as_str() {
        "" | "KR" | ":-" => Currency::SEK,
        "€" => Currency::EUR,
        code => Currency::from_code(code).ok_or_else(wrong)?,
    };
    let amount: f64 = plain_digits(&text[start..end]).parse().map_err(|_| wrong())?;
    let hundredths = (amount * 100.0).round();
    if hundredths.abs() > 9e15 {
        return Err(wrong());
    }
    Ok(Money { hundredths: hundredths as i64, currency })
}

fn day(text: &str) -> Result<Date, ValueError> {
    text.parse().map_err(|_| ValueError::form(text, "a day such as 2026-11-23"))
}

fn days(text: &str) -> Result<DateRange, ValueError> {
    let wrong = || ValueError::form(text, "two days such as 2026-11-23 – 2026-11-25");
    let separators = ["/", " – ", " - ", "–", "..", " "];
    let halves = separators.iter().find_map(|separator| text.split_once(separator));
    match halves {
        Some((first, last)) => {
            let part = |text: &str| day(text.trim()).map_err(|_| wrong());
            Ok(DateRange::new(part(first)?, part(last)?))
        }
        None => day(text).map(|only| DateRange::new(only, only)).map_err(|_| wrong()),
    }
}

fn link(text: &str) -> Result<Link, ValueError> {
    text.parse().map_err(|_| ValueError::form(text, "the identifier of a record"))
}

fn point(text: &str) -> Result<Coordinates, ValueError> {
    let canonical = if text.starts_with("geo:") { text.to_owned() } else { format!("geo:{text}") };
    canonical.parse().map_err(|_| ValueError::form(text, "a point such as 63.1792, 14.6357"))
}

fn yes_no(text: &str) -> Result<bool, ValueError> {
    match text.to_lowercase().as_str() {
        "yes" | "ja" | "true" | "1" | "x" => Ok(true),
        "no" | "nej" | "false" | "0" => Ok(false),
        _ => Err(ValueError::form(text, "yes or no")),
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

fn number_words(number: f64, decimals: u8, unit: Unit, language: Language) -> String {
    if unit == Unit::Year {
        return number.to_string();
    }
    let fixed = format!("{:.*}", usize::from(decimals), number);
    let trimmed =
        if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.') } else { &fixed };
    grouped(trimmed, language)
}

fn money_words(money: Money, language: Language) -> String {
    let canonical = money.to_string();
    let amount = canonical.split(' ').next().unwrap_or_default();
    let short = amount.strip_suffix(".00").unwrap_or(amount);
    format!("{}\u{a0}{}", grouped(short, language), money.currency.code())
}

/// Digits in groups of three: `12 500,5` in Swedish, `12,500.5` in English.
fn grouped(number: &str, language: Language) -> String {
    let (group, point) = match language {
        Language::Swedish => ('\u{a0}', ','),
        Language::English => (',', '.'),
    };
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
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
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn words(field_type: FieldType, value: Value, language: Language) -> String {
        field_type.words(&value, language, &|link| link.to_string())
    }

    #[test]
    fn people_write_numbers_in_many_ways() {
        let field_type = FieldType::measure(Unit::Metres);
        for text in ["1250,5", "1 250.5", "1\u{a0}250,50 m"] {
            assert_eq!(field_type.parse(text), Ok(Value::Number(1250.5)), "{text}");
        }
        assert!(field_type.parse("many").is_err());
        assert_eq!(words(field_type, Value::Number(1250.5), Language::Swedish), "1\u{a0}250,5\u{a0}m");
        assert_eq!(words(field_type, Value::Number(1250.5), Language::English), "1,250.5\u{a0}m");
    }

    #[test]
    fn people_write_amounts_in_many_ways() {
        for text in ["125000", "125 000 kr", "SEK 125 000,00", "125000.00 SEK"] {
            assert_eq!(FieldType::Money.parse(text), Ok(Value::Money(Money::sek(125_000))), "{text}");
        }
        let euros = Value::Money(Money { hundredths: 50, currency: Currency::EUR });
        assert_eq!(FieldType::Money.parse("€0.50"), Ok(euros));
        assert!(FieldType::Money.parse("kr").is_err());
        assert!(FieldType::Money.parse("12 kronor och 5").is_err());
    }

    #[test]
    fn days_and_ranges() {
        let range = DateRange::new(date(2027, 5, 1), date(2027, 5, 3));
        for text in ["2027-05-01/2027-05-03", "2027-05-01 – 2027-05-03", "2027-05-03 2027-05-01"] {
            assert_eq!(FieldType::DateRange.parse(text), Ok(Value::DateRange(range)), "{text}");
        }
        assert!(FieldType::Date.parse("2027-02-30").is_err());
    }

    #[test]
    fn blanks_clear_a_field() {
        assert_eq!(FieldType::Date.parse("  "), Ok(Value::Empty));
        assert_eq!(FieldType::Prose.parse(""), Ok(Value::Text(String::new())));
    }
}
