//! What people type.

use std::sync::LazyLock;

use samsyn_engine::schema::{Field, FieldType, Language, kinds::KINDS};

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

/// Text behind one byte that chooses a field: an error, or a value that fits the field, comes back from where it is stored,
/// and can be told in words.
pub fn parse(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let field_type = &TYPES[usize::from(*choice) % TYPES.len()];
    let Ok(value) = field_type.parse(&String::from_utf8_lossy(text)) else { return };
    // Blanks clear a field; that a list or a count cannot be cleared so, the edit says.
    if !value.is_empty() {
        field_type.check(&value).expect("what was read fits the field");
    }
    if let Some(scalar) = value.to_scalar().filter(|_| field_type.is_register()) {
        assert_eq!(field_type.read(&scalar), value, "what is stored is read as what it was");
    }
    for language in [Language::Swedish, Language::English] {
        let _ = field_type.words(&value, language, &|link| link.to_string());
    }
}
