//! What people type.

use std::sync::LazyLock;

use samsyn_engine::schema::{DateRange, Field, FieldType, Language, Reading, kinds::KINDS};
use samsyn_engine::text::plain;

/// The types of all fields that there are.
static TYPES: LazyLock<Vec<FieldType>> = LazyLock::new(|| {
    let mut types = Vec::new();
    KINDS.iter().for_each(|kind| collect(kind.fields, &mut types));
    types
});

fn collect(fields: &'static [Field], types: &mut Vec<FieldType>) {
    for field in fields {
        if let FieldType::Rows(fields) = field.field_type {
            collect(fields, types);
        }
        if !types.contains(&field.field_type) {
            types.push(field.field_type);
        }
    }
}

/// Text behind one byte that chooses a field: in either language an error, or a value that fits the field, comes back from where
/// it is stored, and is read again out of the words that it is told in.
pub fn parse(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let field_type = &TYPES[usize::from(*choice) % TYPES.len()];
    Language::ALL
        .into_iter()
        .for_each(|language| parse_in(field_type, &String::from_utf8_lossy(text), language));
}

fn parse_in(field_type: &FieldType, text: &str, language: Language) {
    let day: DateRange = "2026-11-28/2026-11-28".parse().expect("this is a range");
    let reading = Reading::new(language, day.first());
    let Ok(value) = field_type.parse(text, reading) else { return };
    // Blanks clear a field; that a list or a count cannot be cleared so, the edit says.
    if !value.is_empty() {
        field_type.check(&value).expect("what was read fits the field");
    }
    if let Some(scalar) = value.to_scalar().filter(|_| field_type.is_register()) {
        assert_eq!(field_type.read(&scalar), value, "what is stored is read as what it was");
    }
    // What nobody sees in running text is shown by pictures, which are other characters: there people edit the text itself.
    if *field_type == FieldType::Prose && value.as_text().is_some_and(|text| plain(text) != text) {
        return;
    }
    let shown = field_type.words(&value, language, &|link| link.to_string());
    assert_eq!(field_type.parse(&shown, reading), Ok(value), "what is shown is read as what it is");
}
