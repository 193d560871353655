//! What a field holds.
//!
//! A [`Value`] is typed; what stands in a document or a JSON file is a [`Scalar`], in one canonical form for each
//! type (a date is `2026-11-23`, an amount `125000.00 SEK`, a point `geo:63.1792,14.6357`). The way back never
//! fails: what this version cannot read becomes [`Value::Unreadable`], is shown as it stands, and is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde_json::json;

use super::error::{expected, shortened};
use super::{FieldType, ValueError};
use crate::id::{IdError, RecordId, RowId};
use crate::text::unwritable;

mod check;

/// The value of one field at one time.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing: never filled in, or cleared.
    #[default]
    Empty,
    /// A line, prose, an e-mail address, a telephone number or a web address.
    Text(String),
    /// A number.
    Number(f64),
    /// An amount.
    Money(Money),
    /// A day.
    Date(Date),
    /// A first and a last day.
    DateRange(DateRange),
    /// One of an enumeration, by its stored name.
    Choice(String),
    /// Some of an enumeration, by their stored names.
    Choices(BTreeSet<String>),
    /// A reference to a record or a row.
    Link(Link),
    /// References.
    Links(BTreeSet<Link>),
    /// The rows of a keyed list that are there, in their order.
    Rows(Vec<Row>),
    /// A point on the earth.
    Coordinates(Coordinates),
    /// A counter's sum.
    Counter(i64),
    /// Yes or no.
    YesNo(bool),
    /// What this version cannot read as the field's type.
    Unreadable(String),
}

/// The fields of a row, or of a whole record, by name. What is empty is left out.
pub type Cells = BTreeMap<String, Value>;

/// One row of a keyed list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name in the list, for ever.
    pub id: RowId,
    /// Its fractional order key: rows are sorted by (order, id).
    pub order: String,
    /// Its fields.
    pub cells: Cells,
}

impl Row {
    /// The value of one of its fields.
    pub fn get(&self, name: &str) -> &Value {
        self.cells.get(name).unwrap_or(&Value::Empty)
    }
}

/// What a reference points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// Another record.
    Record(RecordId),
    /// A row of a keyed list of the same record.
    Row(RowId),
}

impl Link {
    /// The record it points at, if it points at one.
    pub fn record(&self) -> Option<RecordId> {
        match self {
            Link::Record(id) => Some(*id),
            Link::Row(_) => None,
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Link::Record(id) => id.fmt(f),
            Link::Row(id) => id.fmt(f),
        }
    }
}

impl FromStr for Link {
    type Err = IdError;

    /// The two kinds of identifier differ in length, so the text says which it is.
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Link::Row).or_else(|_| text.parse().map(Link::Record))
    }
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Swedish crown.
    pub const SEK: Currency = Currency(*b"SEK");
    /// The euro.
    pub const EUR: Currency = Currency(*b"EUR");

    /// The currency of that code: three capital ASCII letters.
    pub fn from_code(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Currency(bytes))
    }

    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in hundredths of a currency's unit. Written `125000.00 SEK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Hundredths (öre, cents).
    pub hundredths: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// So many whole crowns.
    pub const fn sek(crowns: i64) -> Money {
        Money { hundredths: crowns * 100, currency: Currency::SEK }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.hundredths < 0 { "-" } else { "" };
        let all = self.hundredths.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", all / 100, all % 100, self.currency.code())
    }
}

impl FromStr for Money {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::form(text, expected::MONEY);
        let (amount, code) = text.split_once(' ').ok_or_else(wrong)?;
        let currency = Currency::from_code(code).ok_or_else(wrong)?;
        let (sign, digits) = amount.strip_prefix('-').map_or((1, amount), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "00"));
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(part) || part.len() != 2 {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let part: i64 = part.parse().map_err(|_| wrong())?;
        let hundredths =
            whole.checked_mul(100).and_then(|whole| whole.checked_add(part)).ok_or_else(wrong)?;
        Ok(Money { hundredths: sign * hundredths, currency })
    }
}

/// A first and a last day, both included; the first is never after the last. Written `2026-11-23/2026-11-25`
/// (ISO 8601 interval).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    first: Date,
    last: Date,
}

impl DateRange {
    /// The range between two days, whichever comes first.
    pub fn new(one: Date, other: Date) -> DateRange {
        DateRange { first: one.min(other), last: one.max(other) }
    }

    /// The first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day, still part of the range.
    pub fn last(&self) -> Date {
        self.last
    }

    /// Whether the two share a day.
    pub fn overlaps(&self, other: &DateRange) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.last)
    }
}

impl FromStr for DateRange {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::form(text, expected::DAYS);
        let (first, last) = text.split_once('/').ok_or_else(wrong)?;
        let first = first.parse().map_err(|_| wrong())?;
        let last = last.parse().map_err(|_| wrong())?;
        Ok(DateRange::new(first, last))
    }
}

/// A point on the earth in degrees (WGS 84). Written as a `geo` URI (RFC 5870): `geo:63.1792,14.6357`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinates {
    latitude: f64,
    longitude: f64,
}

impl Coordinates {
    /// The point, if it is one: latitude -90 to 90, longitude -180 to 180.
    pub fn new(latitude: f64, longitude: f64) -> Option<Coordinates> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_earth.then_some(Coordinates { latitude, longitude })
    }

    /// Degrees north.
    pub fn latitude(&self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(&self) -> f64 {
        self.longitude
    }
}

impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "geo:{},{}", self.latitude, self.longitude)
    }
}

impl FromStr for Coordinates {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError::form(text, expected::POINT);
        let (latitude, longitude) =
            text.strip_prefix("geo:").and_then(|rest| rest.split_once(',')).ok_or_else(wrong)?;
        let degrees = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
        Coordinates::new(degrees(latitude)?, degrees(longitude)?).ok_or_else(wrong)
    }
}

/// A value in the form in which a register stands in a document and in JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Cleared.
    Null,
    /// Text, and everything with a canonical form as text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// Yes or no.
    YesNo(bool),
}

impl Value {
    /// Whether there is nothing: empty, no text, no members, no rows.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(text) => text.is_empty(),
            Value::Choices(set) => set.is_empty(),
            Value::Links(set) => set.is_empty(),
            Value::Rows(rows) => rows.is_empty(),
            _ => false,
        }
    }

    /// The text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Choice(text) | Value::Unreadable(text) => Some(text),
            _ => None,
        }
    }

    /// The rows of a keyed list; none for anything else.
    pub fn rows(&self) -> &[Row] {
        match self {
            Value::Rows(rows) => rows,
            _ => &[],
        }
    }

    /// The members of a set as they are stored; none for anything else.
    pub fn members(&self) -> BTreeSet<String> {
        match self {
            Value::Choices(set) => set.clone(),
            Value::Links(set) => set.iter().map(Link::to_string).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// The canonical form of a register's value; `None` for types that are no registers.
    pub fn to_scalar(&self) -> Option<Scalar> {
        Some(match self {
            Value::Empty => Scalar::Null,
            Value::Text(text) | Value::Choice(text) | Value::Unreadable(text) => Scalar::Text(text.clone()),
            Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Scalar::Whole(*number as i64)
            }
            Value::Number(number) => Scalar::Number(*number),
            Value::Money(money) => Scalar::Text(money.to_string()),
            Value::Date(date) => Scalar::Text(date.to_string()),
            Value::DateRange(range) => Scalar::Text(range.to_string()),
            Value::Link(link) => Scalar::Text(link.to_string()),
            Value::Coordinates(point) => Scalar::Text(point.to_string()),
            Value::Counter(sum) => Scalar::Whole(*sum),
            Value::YesNo(yes) => Scalar::YesNo(*yes),
            Value::Choices(_) | Value::Links(_) | Value::Rows(_) => return None,
        })
    }

    /// The value as JSON, lossless together with the field's type.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Choices(set) => json!(set),
            Value::Links(set) => set.iter().map(Link::to_string).collect(),
            Value::Rows(rows) => rows.iter().map(row_to_json).collect(),
            register => match register.to_scalar() {
                Some(Scalar::Text(text)) => text.into(),
                Some(Scalar::Whole(number)) => number.into(),
                Some(Scalar::Number(number)) => json!(number),
                Some(Scalar::YesNo(yes)) => yes.into(),
                Some(Scalar::Null) | None => serde_json::Value::Null,
            },
        }
    }
}

fn row_to_json(row: &Row) -> serde_json::Value {
    let mut object = cells_to_json(&row.cells);
    object.insert("id".to_owned(), row.id.to_string().into());
    object.insert("_order".to_owned(), row.order.clone().into());
    serde_json::Value::Object(object)
}

/// Fields as a JSON object; what is empty is left out.
pub fn cells_to_json(cells: &Cells) -> serde_json::Map<String, serde_json::Value> {
    let filled = cells.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| (name.clone(), value.to_json())).collect()
}

/// The longest text of one line, in characters (Unicode scalar values).
pub(crate) const LONGEST_LINE: usize = 2_000;

/// The longest prose, in characters (Unicode scalar values): as Automerge counts them, so that the gate agrees.
pub(crate) const LONGEST_PROSE: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Unit;
    use jiff::civil::date;

    #[test]
    fn registers_survive_their_canonical_form() {
        let range = DateRange::new(date(2027, 5, 3), date(2027, 5, 1));
        let point = Coordinates::new(63.1792, 14.6357).unwrap();
        let pairs = [
            (FieldType::Line, Value::Text("Åre".into())),
            (FieldType::measure(Unit::Metres), Value::Number(2.5)),
            (FieldType::count(Unit::Persons), Value::Number(300.0)),
            (FieldType::Money, Value::Money(Money { hundredths: -5, currency: Currency::EUR })),
            (FieldType::Date, Value::Date(date(2027, 5, 3))),
            (FieldType::DateRange, Value::DateRange(range)),
            (FieldType::Coordinates, Value::Coordinates(point)),
            (FieldType::YesNo, Value::YesNo(false)),
            (FieldType::Line, Value::Empty),
        ];
        for (field_type, value) in pairs {
            let scalar = value.to_scalar().unwrap();
            assert_eq!(field_type.read(&scalar), value, "{scalar:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_shown_and_not_lost() {
        let odd = Scalar::Text("in spring".into());
        assert_eq!(FieldType::Date.read(&odd), Value::Unreadable("in spring".into()));
        assert_eq!(FieldType::Line.read(&Scalar::Whole(7)), Value::Unreadable("7".into()));
    }

    #[test]
    fn a_value_of_the_wrong_form_is_refused_with_words() {
        let text = |text: &str| Value::Text(text.to_owned());
        let percent = FieldType::percent();
        assert!(FieldType::Email.check(&text("anna@example.se")).is_ok());
        assert!(FieldType::Email.check(&text("anna at example")).is_err());
        assert!(FieldType::Phone.check(&text("+46 63-14 30 00")).is_ok());
        let typed = "+46\u{202f}63–14\u{2011}30−00\u{200b} ext ７";
        let reading = crate::schema::Reading::new(crate::schema::Language::Swedish, date(2026, 11, 28));
        let read = FieldType::Phone.parse(typed, reading);
        let seen = typed.replace('\u{200b}', "");
        assert_eq!(read, Ok(text(&seen)), "it is kept as it was typed, but for what nobody sees");
        for wrong in ["call me", "12", "070*123", "٠٧٠١٢٣", "070\n123"] {
            assert!(FieldType::Phone.check(&text(wrong)).is_err(), "{wrong}");
        }
        assert!(FieldType::Url.check(&text("https://östersund.se/möten")).is_ok());
        assert!(FieldType::Url.check(&text("javascript:alert(1)")).is_err());
        assert!(FieldType::Line.check(&text("two\nlines")).is_err());
        let orders = ["\u{1b}]52;c;aGVq\u{7}", "\u{9b}2J", "a\tb", "a\u{7f}", "a\u{2028}b"];
        for order in orders {
            let error = FieldType::Line.check(&text(order)).unwrap_err();
            assert!(matches!(error, ValueError::Character { .. }), "{error}");
            assert_eq!(unwritable(&error.to_string(), false), None);
        }
        assert!(FieldType::Prose.check(&text("two\nlines\tand a tab")).is_ok());
        assert!(FieldType::Prose.check(&text("an order \u{1b}[2J")).is_err());
        let error = percent.check(&Value::Number(101.0)).unwrap_err().to_string();
        assert_eq!(error, "101 is not between 0 and 100.");
        assert!(percent.check(&Value::Number(f64::NAN)).is_err());
        assert!(percent.check(&text("half")).is_err());
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!("125000.05 SEK".parse(), Ok(Money { hundredths: 12_500_005, currency: Currency::SEK }));
        assert_eq!(Money::sek(1).to_string(), "1.00 SEK");
        for wrong in ["1 SEK1", "1.5 SEK", "x SEK", "1.00", "99999999999999999999.00 SEK", "-.00 SEK"] {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
    }
}
