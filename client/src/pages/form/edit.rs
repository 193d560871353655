//! From what was typed to an edit: no widget, no session.

use std::hash::Hash;

use jiff::civil::Date;
use samsyn_engine::document::{Edit, Record};
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{DateRange, FieldPath, FieldType, Language, Near, Reading, Value, ValueError};
use samsyn_engine::store::Unfinished;

use crate::widgets::draft::{self, Commit};

/// Which part of a field a draft belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// The first day of a range.
    First,
    /// The last day of a range.
    Last,
}

/// What names a text field for as long as the program runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DraftKey {
    /// The record.
    pub(crate) record: RecordId,
    /// The name of its kind: drafts outlive the record's being in sight.
    pub(crate) kind: &'static str,
    /// Where in it.
    pub(crate) path: FieldPath,
    /// Which part.
    pub(crate) part: Part,
}

impl Part {
    pub(super) const ALL: [Part; 3] = [Part::Whole, Part::First, Part::Last];

    /// How it is written down.
    const fn name(self) -> &'static str {
        match self {
            Part::Whole => "whole",
            Part::First => "first",
            Part::Last => "last",
        }
    }
}

impl DraftKey {
    /// What is half typed there, as the replica keeps it.
    pub(crate) fn unfinished(&self, commit: Commit) -> Unfinished {
        Unfinished {
            record: self.record,
            kind: self.kind.to_owned(),
            path: self.path.clone(),
            part: self.part.name().to_owned(),
            base: commit.base,
            text: commit.text,
            begun: false,
        }
    }

    /// Where something stands that the replica kept; none where this version has no such field.
    pub(crate) fn of(unfinished: &Unfinished) -> Option<DraftKey> {
        let kind = samsyn_engine::schema::kind(&unfinished.kind)?;
        let part = Part::ALL.into_iter().find(|part| part.name() == unfinished.part)?;
        let path = unfinished.path.clone();
        let key = DraftKey { record: unfinished.record, kind: kind.name, path, part };
        key.field_type().is_some().then_some(key)
    }

    /// The type of the field that is typed in.
    pub(crate) fn field_type(&self) -> Option<FieldType> {
        samsyn_engine::schema::kind(self.kind)?.field_at(&self.path).map(|field| field.field_type)
    }

    /// Where it is, in words: `Website`, `E-mail › Address`.
    pub(crate) fn words(&self, language: Language) -> String {
        let caption = |path: &FieldPath| {
            samsyn_engine::schema::kind(self.kind)
                .and_then(|kind| kind.field_at(path))
                .map_or("", |field| field.caption.get(language))
        };
        let field = caption(&self.path);
        match &self.path {
            FieldPath::Cell(list, ..) => {
                format!("{} › {field}", caption(&FieldPath::field(list.clone())))
            }
            _ => field.to_owned(),
        }
    }

    /// How what is typed there is read: a day without a year is near to what stands beside it in the record.
    pub(crate) fn reading(&self, reading: Reading, record: &Record) -> Reading {
        let Some(kind) = samsyn_engine::schema::kind(self.kind) else { return reading };
        let Some(field) = kind.field_at(&self.path) else { return reading };
        if let (Part::Last, Value::DateRange(range)) = (self.part, record.at(&self.path)) {
            let near =
                if reading.is_recent(range.first()) { Near::After(range.first()) } else { Near::Today };
            return reading.near(near);
        }
        match &self.path {
            FieldPath::Cell(list, row, _) => {
                let fields = kind.row_fields(list).unwrap_or_default();
                let cell = |name: &str| record.at(&FieldPath::cell(list, *row, name));
                reading.beside(field, fields, &cell)
            }
            _ => reading.beside(field, kind.fields, &|name| record.get(name).clone()),
        }
    }
}

/// Everything that is half typed in the window.
pub(crate) type Drafts = draft::Drafts<DraftKey>;

/// The edit that a person means who left a text field. `current` is the field's value as it is now.
///
/// # Errors
/// Why the text is no value of the field.
pub(crate) fn edit_of(
    field_type: &FieldType,
    key: &DraftKey,
    commit: Commit,
    current: &Value,
    reading: Reading,
) -> Result<Edit, ValueError> {
    let path = key.path.clone();
    Ok(match field_type {
        FieldType::Prose => Edit::Prose { path, base: commit.base, text: commit.text },
        FieldType::Counter => {
            let number = |text: &str| match field_type.parse(text, reading) {
                Ok(Value::Counter(number)) => Ok(number),
                Ok(_) => Ok(0),
                Err(error) => Err(error),
            };
            let by = number(&commit.text)?.saturating_sub(number(&commit.base).unwrap_or(0));
            Edit::Count { path, by }
        }
        FieldType::DateRange if key.part != Part::Whole => {
            Edit::Set { path, value: end_of(&commit.text, current, key.part, reading)? }
        }
        _ => Edit::Set { path, value: field_type.parse(&commit.text, reading)? },
    })
}

/// The range one of whose ends was typed. Somebody may type all of it into one end: `12–14 maj`.
fn end_of(text: &str, current: &Value, part: Part, reading: Reading) -> Result<Value, ValueError> {
    let day = match FieldType::Date.parse(text, reading) {
        Ok(value) => return Ok(with_end(current, part, &value)),
        Err(error) => error,
    };
    match (FieldType::DateRange.parse(text, reading), day) {
        (Ok(range), _) => Ok(range),
        (Err(ValueError::Question(question)), ValueError::Form { .. }) => Err(ValueError::Question(question)),
        (Err(_), day) => Err(day),
    }
}

/// A range with another first or last day; or another range, where that was meant.
pub(super) fn with_end(current: &Value, part: Part, value: &Value) -> Value {
    match value {
        Value::Date(day) => moved(current, part, Some(*day)),
        Value::DateRange(_) => value.clone(),
        _ => Value::Empty,
    }
}

/// A range one of whose ends was set. Where that leaves the ends in the wrong order the other end moves along, so that
/// the stay keeps its length; an end alone makes a range of one day; an end that is taken away takes the range away.
pub(super) fn moved(current: &Value, part: Part, day: Option<Date>) -> Value {
    let Some(day) = day else { return Value::Empty };
    let Value::DateRange(range) = current else { return Value::DateRange(DateRange::new(day, day)) };
    let length = range.last() - range.first();
    let (first, last) = match part {
        Part::Last if day < range.first() => (day.checked_sub(length).unwrap_or(day), day),
        Part::Last => (range.first(), day),
        _ if day > range.last() => (day, day.checked_add(length).unwrap_or(day)),
        _ => (day, range.last()),
    };
    Value::DateRange(DateRange::new(first, last))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use samsyn_engine::schema::{Language, Unit};

    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn key() -> DraftKey {
        let path = FieldPath::field("family");
        DraftKey { record: RecordId::from_bytes([1; 16]), kind: "contact", path, part: Part::Whole }
    }

    fn typed(field_type: FieldType, base: &str, text: &str) -> Result<Edit, ValueError> {
        let commit = Commit { base: base.to_owned(), text: text.to_owned() };
        edit_of(&field_type, &key(), commit, &Value::Empty, Reading::new(Language::Swedish, TODAY))
    }

    #[test]
    fn what_was_typed_becomes_what_was_meant() {
        let path = key().path;
        let set = |value| Ok(Edit::Set { path: path.clone(), value });
        assert_eq!(typed(FieldType::Line, "", " Berg "), set(Value::Text("Berg".into())));
        assert_eq!(typed(FieldType::Line, "Berg", " "), set(Value::Empty));
        assert_eq!(typed(FieldType::count(Unit::Persons), "", "9 165"), set(Value::Number(9165.0)));
        assert_eq!(typed(FieldType::Counter, "3", "5"), Ok(Edit::Count { path: path.clone(), by: 2 }));
        assert_eq!(typed(FieldType::Counter, "3", ""), Ok(Edit::Count { path: path.clone(), by: -3 }));
        assert_eq!(typed(FieldType::Date, "", "24/12"), set(Value::Date(date(2026, 12, 24))));
        let prose = Edit::Prose { path: path.clone(), base: "a".into(), text: "ab ".into() };
        assert_eq!(typed(FieldType::Prose, "a", "ab "), Ok(prose));
    }

    #[test]
    fn what_is_kept_is_found_again_where_it_was_typed() {
        let commit = Commit { base: "a".to_owned(), text: "b".to_owned() };
        for part in Part::ALL {
            let key = DraftKey { part, ..key() };
            assert_eq!(DraftKey::of(&key.unfinished(commit.clone())), Some(key));
        }
        let path = FieldPath::field("of another version");
        assert_eq!(DraftKey::of(&DraftKey { path, ..key() }.unfinished(commit)), None);
    }

    #[test]
    fn what_is_no_value_is_refused_with_a_reason() {
        for field_type in [FieldType::Email, FieldType::Date, FieldType::DateRange, FieldType::Counter] {
            assert!(typed(field_type, "", "x").is_err(), "{field_type:?}");
        }
    }

    #[test]
    fn an_end_is_read_beside_its_start() {
        let meeting = samsyn_engine::schema::kind("meeting").expect("there are meetings");
        let dates = Value::DateRange(DateRange::new(date(2029, 5, 12), date(2029, 5, 12)));
        let cells = [("dates".to_owned(), dates.clone())].into();
        let id = RecordId::from_bytes([1; 16]);
        let record = Record { id, kind: meeting.name.to_owned(), removed: false, cells };
        let typed = |part, text: &str| {
            let key = DraftKey { record: id, kind: meeting.name, path: FieldPath::field("dates"), part };
            let reading = key.reading(Reading::new(Language::Swedish, TODAY), &record);
            let commit = Commit { base: String::new(), text: text.to_owned() };
            match edit_of(&FieldType::DateRange, &key, commit, &dates, reading) {
                Ok(Edit::Set { value: Value::DateRange(range), .. }) => Some((range.first(), range.last())),
                _ => None,
            }
        };
        let may = |day| date(2029, 5, day);
        assert_eq!(typed(Part::Last, "14/5"), Some((may(12), may(14))));
        assert_eq!(typed(Part::First, "14/5"), Some((may(14), may(14))));
        assert_eq!(typed(Part::Last, "10/1"), Some((may(12), date(2030, 1, 10))));
        assert_eq!(typed(Part::First, "14–16 maj 2029"), Some((may(14), may(16))), "all of it in one end");
        assert_eq!(typed(Part::First, "x"), None);
    }

    #[test]
    fn a_stay_that_is_moved_keeps_its_length() {
        let stay = |one, other| Value::DateRange(DateRange::new(date(2027, 5, one), date(2027, 5, other)));
        let day = |day| Some(date(2027, 5, day));
        assert_eq!(moved(&Value::Empty, Part::First, day(3)), stay(3, 3));
        assert_eq!(moved(&stay(3, 5), Part::First, day(4)), stay(4, 5));
        assert_eq!(moved(&stay(3, 5), Part::First, day(10)), stay(10, 12));
        assert_eq!(moved(&stay(13, 15), Part::Last, day(10)), stay(8, 10));
        assert_eq!(moved(&stay(3, 5), Part::Last, day(10)), stay(3, 10));
        assert_eq!(moved(&stay(3, 5), Part::Last, None), Value::Empty);
    }
}
