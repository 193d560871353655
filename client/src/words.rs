//! What happened, in words: shared by window and command line.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use samsyn_engine::document::{Difference, Record};
use samsyn_engine::id::RowId;
use samsyn_engine::review::{Finding, Problem, QuickFix, Stand};
use samsyn_engine::schema::{Caption, Field, FieldPath, FieldType, Language, Link, Row, Value};

use samsyn_engine::text::plain;

use crate::widgets::diff_text::{self, Fate};

/// A moment in this device's time zone: `2026-11-23 14:05`.
pub fn moment(seconds: i64) -> String {
    let Ok(timestamp) = Timestamp::from_second(seconds) else { return seconds.to_string() };
    timestamp.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time of the day in this device's time zone: `14:05`.
pub fn clock(seconds: i64) -> String {
    let Ok(timestamp) = Timestamp::from_second(seconds) else { return seconds.to_string() };
    timestamp.to_zoned_datetime(TimeZone::system()).strftime("%H:%M").to_string()
}

/// Today, by this device's clock and time zone.
pub fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::system()).date()
}

/// What a row is called: its name, its title, or the first of its fields that has words.
pub fn row_words(fields: &[Field], row: &Row, language: Language, title: &dyn Fn(Link) -> String) -> String {
    let words = |field: &Field| {
        let text = field.field_type.words(row.get(field.name), language, title);
        (!text.is_empty()).then_some(text)
    };
    let named = ["name", "title"].iter().find_map(|name| fields.iter().find(|field| field.name == *name));
    named.and_then(words).or_else(|| fields.iter().find_map(words)).unwrap_or_else(|| "–".to_owned())
}

/// Where in a record something stands: `E-post › anna@example.se › Typ`.
pub fn path_words(record: &Record, path: &FieldPath, language: Language) -> String {
    let Some(kind) = record.kind() else { return path.to_string() };
    let caption = |name: &str| kind.field(name).map_or(name, |field| field.caption.get(language)).to_owned();
    let row_name = |list: &str, id: RowId| {
        let fields = kind.row_fields(list).unwrap_or_default();
        let row = record.get(list).rows().iter().find(|row| row.id == id);
        row.map_or_else(String::new, |row| row_words(fields, row, language, &|link| link.to_string()))
    };
    match path {
        FieldPath::Field(name) => caption(name),
        FieldPath::Row(list, row) => format!("{} › {}", caption(list), row_name(list, *row)),
        FieldPath::Cell(list, row, _) => {
            let inner = kind.field_at(path).map_or("", |field| field.caption.get(language));
            format!("{} › {} › {inner}", caption(list), row_name(list, *row))
        }
    }
}

/// A difference in one line: `Telefon: 063-14 30 00 → 063-14 30 01`.
pub fn difference_words(
    record: &Record,
    difference: &Difference,
    language: Language,
    title: &dyn Fn(Link) -> String,
) -> String {
    const CREATED: Caption = Caption::new("Ny post", "New record");
    const REMOVED: Caption = Caption::new("Borttagen", "Removed");
    const RESTORED: Caption = Caption::new("Återställd", "Restored");
    const ADDED: Caption = Caption::new("tillagd", "added");
    const TAKEN: Caption = Caption::new("borttagen", "removed");
    const MOVED: Caption = Caption::new("flyttad", "moved");
    let kind = record.kind();
    let list_row = |list: &str, row: &Row| {
        let fields = kind.and_then(|kind| kind.row_fields(list)).unwrap_or_default();
        let caption = kind.and_then(|kind| kind.field(list)).map_or("", |field| field.caption.get(language));
        format!("{caption} › {}", row_words(fields, row, language, title))
    };
    match difference {
        Difference::Created => CREATED.get(language).to_owned(),
        Difference::Removed => REMOVED.get(language).to_owned(),
        Difference::Restored => RESTORED.get(language).to_owned(),
        Difference::RowAdded { list, row } => format!("{} {}", list_row(list, row), ADDED.get(language)),
        Difference::RowRemoved { list, row } => format!("{} {}", list_row(list, row), TAKEN.get(language)),
        Difference::RowMoved { list, row, .. } => {
            let path = path_words(record, &FieldPath::Row(list.clone(), *row), language);
            format!("{path} {}", MOVED.get(language))
        }
        Difference::Field { path, before, after } => {
            let field_type = kind.and_then(|kind| kind.field_at(path)).map(|field| field.field_type);
            let path = path_words(record, path, language);
            if let (Some(FieldType::Prose), Some(before)) = (field_type, before.as_text()) {
                return format!("{path}: {}", prose_words(before, after.as_text().unwrap_or_default()));
            }
            let words = |value: &Value| value_words(field_type.as_ref(), value, language, title);
            format!("{path}: {} → {}", words(before), words(after))
        }
    }
}

/// What changed in a text, in one line: `[-gone-]`, `{+come+}`, and of what stayed only what stands beside it.
fn prose_words(before: &str, after: &str) -> String {
    let pieces = diff_text::words(&plain(before), &plain(after));
    let last = pieces.len().saturating_sub(1);
    let told = pieces.iter().enumerate().map(|(place, piece)| match piece.fate {
        Fate::Kept => beside(&piece.text, (place > 0, place < last)),
        Fate::Inserted => format!(" {{+{}+}} ", piece.text.trim()),
        Fate::Deleted => format!(" [-{}-] ", piece.text.trim()),
    });
    told.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of a text that stayed: the words behind a change and those in front of the next, if there are any.
fn beside(text: &str, (behind, in_front): (bool, bool)) -> String {
    const WORDS: usize = 5;
    let words: Vec<&str> = text.split_whitespace().collect();
    let (first, last) = (if behind { WORDS } else { 0 }, if in_front { WORDS } else { 0 });
    if words.len() <= first + last + 1 {
        return text.to_owned();
    }
    let (first, last) = (words[..first].join(" "), words[words.len() - last..].join(" "));
    format!(" {first} … {last} ")
}

/// A value in words; a dash where there is nothing.
pub fn value_words(
    field_type: Option<&FieldType>,
    value: &Value,
    language: Language,
    title: &dyn Fn(Link) -> String,
) -> String {
    let words = field_type.map_or_else(String::new, |field_type| field_type.words(value, language, title));
    if words.is_empty() { "–".to_owned() } else { words }
}

/// What is wrong, and what to do about it.
pub fn problem_words(finding: &Finding, language: Language) -> String {
    const PASSED: Caption = Caption::new(
        "Senast {} skulle ni ha avgjort om uppgifterna fortfarande behövs. Sätt en ny dag eller radera personen.",
        "By {} you were to decide whether this data is still needed. Set another day, or erase the person.",
    );
    const PASSED_HELD: Caption = Caption::new(
        "Senast {} skulle ni ha avgjort om uppgifterna fortfarande behövs. De får inte gallras: sätt en ny dag.",
        "By {} you were to decide whether this data is still needed. It may not be erased: set another day.",
    );
    const NEAR: Caption = Caption::new(
        "Avgör senast {} om uppgifterna fortfarande behövs.",
        "Decide by {} whether this data is still needed.",
    );
    const NO_BASIS: Caption = Caption::new(
        "Rättslig grund saknas. Ange den eller radera personen.",
        "There is no legal basis for this data. Note one, or erase the person.",
    );
    const REMOVED: Caption = Caption::new(
        "Posten är borttagen men uppgifterna finns kvar tills personen raderas.",
        "The record is removed, but its data is kept until the person is erased.",
    );
    let words = match finding.problem {
        Problem::ReviewBy { by, stand, held } => {
            let caption = match (stand, held) {
                (Stand::Near, _) => NEAR,
                (Stand::Passed, true) => PASSED_HELD,
                (Stand::Passed, false) => PASSED,
            };
            caption.get(language).replace("{}", &by.to_string())
        }
        Problem::NoLegalBasis => NO_BASIS.get(language).to_owned(),
    };
    if finding.removed { format!("{words} {}", REMOVED.get(language)) } else { words }
}

/// What one click does about it.
pub fn way_out_words(quick_fix: &QuickFix, language: Language) -> String {
    const NEEDED: Caption = Caption::new("Behövs till {}", "Needed until {}");
    const CONSENT: Caption = Caption::new("Samtycket är grunden", "The consent is the basis");
    match quick_fix {
        QuickFix::DecideAgain(by) => NEEDED.get(language).replace("{}", &by.to_string()),
        QuickFix::RestOnConsent => CONSENT.get(language).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_text_only_what_changed_is_told_with_what_stands_beside_it() {
        let before =
            "En lång inledning som ingen har rört alls. Spelar cello. Bor i Åre med tre katter och en hund.";
        let after =
            "En lång inledning som ingen har rört alls. Spelar fiol. Bor i Åre med tre katter och en hund.";
        assert_eq!(
            prose_words(before, after),
            "… ingen har rört alls. Spelar [-cello.-] {+fiol.+} Bor i Åre med tre …"
        );
        assert_eq!(prose_words("", "Ny text."), "{+Ny text.+}");
    }
}
