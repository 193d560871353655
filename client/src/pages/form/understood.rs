//! What is understood of a text while it is typed, and what is asked where it can mean two things.
//!
//! While somebody types `om två veckor` or `2,5 mkr`, the day or the amount that it makes floats under the field: nothing in
//! the form moves. Once the field is left, a text that can mean two things stays as it is, with the question under it and one
//! button for each answer.

use eframe::egui::{Response, RichText, Tooltip, Ui};
use jiff::civil::Date;
use samsyn_engine::document::Edit;
use samsyn_engine::schema::{FieldType, Language, Question, Value, ValueError};

use super::control::Place;
use super::edit::Part;
use crate::pages::{Scene, texts};

/// The part of a place whose text is not taken yet, and why.
pub(super) fn held(place: &Place<'_>, scene: &Scene<'_>) -> Option<(Part, ValueError)> {
    let who = (scene.language, scene.today);
    Part::ALL.into_iter().find_map(|part| {
        let key = place.key(part);
        let text = scene.drafts.text(&key).filter(|_| scene.drafts.is_held(&key))?;
        Some((part, place.read(part, text, who).err()?))
    })
}

/// One button for each thing that a text can mean.
pub(super) fn ask(ui: &mut Ui, place: &Place<'_>, part: Part, question: &Question, scene: &mut Scene<'_>) {
    ui.horizontal_wrapped(|ui| {
        for (value, words) in question.readings.iter().zip(question.words(scene.language)) {
            if ui.button(&words).clicked() {
                place.take(scene, part, value);
            }
        }
    });
}

/// Floats what is understood under a field that is typed in, where it is not just what stands there.
pub(super) fn tell(place: &Place<'_>, part: Part, response: &Response, scene: &Scene<'_>) {
    let key = place.key(part);
    if !response.has_focus() || !scene.drafts.is_edited(&key) {
        return;
    }
    let Some(text) = scene.drafts.text(&key) else { return };
    let read = place.read(part, text, (scene.language, scene.today));
    let Some(words) = words(&place.field.field_type, text, read, scene.language) else { return };
    Tooltip::always_open(response.ctx.clone(), response.layer_id, response.id, response.rect)
        .show(|ui| ui.label(RichText::new(format!("= {words}"))));
}

/// What was understood, for types whose values people write in ways of their own.
fn words(
    field_type: &FieldType,
    text: &str,
    read: Result<Edit, ValueError>,
    language: Language,
) -> Option<String> {
    use FieldType::{Coordinates, Date, DateRange, Money, Number};
    if !matches!(field_type, Number { .. } | Money | Date | DateRange | Coordinates) {
        return None;
    }
    match read {
        Ok(Edit::Set { value, .. }) if !value.is_empty() => {
            let bare = field_type.bare_words(&value, language, &|link| link.to_string());
            let says_nothing = !matches!(field_type, Date | DateRange) && alike(text, &bare);
            (!says_nothing).then(|| of_value(field_type, &value, language))
        }
        Err(ValueError::Question(question)) => {
            let all = question.readings.iter().map(|value| of_value(&question.field_type, value, language));
            Some(all.collect::<Vec<_>>().join(texts::EITHER.get(language)))
        }
        _ => None,
    }
}

/// Whether two texts differ in nothing but blanks.
fn alike(one: &str, other: &str) -> bool {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    dense(one) == dense(other)
}

/// A value in words; a day with the day of the week, so that a wrong year is seen.
fn of_value(field_type: &FieldType, value: &Value, language: Language) -> String {
    match value {
        Value::Date(day) => texts::day(*day, language),
        Value::DateRange(range) if range.first() == range.last() => texts::day(range.first(), language),
        Value::DateRange(range) => stretch(range.first(), range.last(), language),
        value => field_type.words(value, language, &|link| link.to_string()),
    }
}

fn stretch(first: Date, last: Date, language: Language) -> String {
    format!("{} – {}", texts::day(first, language), texts::day(last, language))
}

#[cfg(test)]
mod tests {
    use samsyn_engine::schema::{FieldPath, Reading, Unit};

    use super::*;

    fn told(field_type: FieldType, text: &str, language: Language) -> Option<String> {
        let reading = Reading::new(language, jiff::civil::date(2026, 11, 28));
        let set = |value| Edit::Set { path: FieldPath::field("x"), value };
        words(&field_type, text, field_type.parse(text, reading).map(set), language)
    }

    #[test]
    fn what_is_understood_is_told_where_it_says_more_than_what_stands_there() {
        use Language::{English, Swedish};
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told(FieldType::Date, "om två veckor", Swedish), some("lördag 12 december 2026"));
        assert_eq!(told(FieldType::Date, "14/5", English), some("Friday 14 May 2027"));
        assert_eq!(
            told(FieldType::Date, "3/4", English),
            some("Saturday 3 April 2027 or Thursday 4 March 2027")
        );
        assert_eq!(told(FieldType::Money, "2,5 mkr", Swedish), some("2\u{a0}500\u{a0}000\u{a0}SEK"));
        assert_eq!(
            told(FieldType::Money, "125,000", Swedish),
            some("125\u{a0}000\u{a0}SEK eller 125\u{a0}SEK")
        );
        assert_eq!(told(FieldType::count(Unit::Persons), "9165", Swedish), None);
        assert_eq!(told(FieldType::measure(Unit::Metres), "3 km", Swedish), some("3\u{a0}000\u{a0}m"));
        assert_eq!(told(FieldType::Date, "snart", Swedish), None);
        assert_eq!(told(FieldType::Line, "3 km", Swedish), None);
    }
}
