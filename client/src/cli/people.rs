//! How a person names a kind, a field or a value on the command line.

use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Cells, Field, FieldType, KINDS, Kind, Reading, Value};

use super::naming::Targets;
use crate::context::{Failure, Said};

/// The kind that a person means: its name, or its caption in either language.
pub(super) fn kind(text: &str) -> Result<&'static Kind, Failure> {
    let wanted = text.to_lowercase();
    let means = |kind: &&&Kind| {
        let words = [kind.caption, kind.plural].map(|caption| [caption.sv, caption.en]).concat();
        kind.name == wanted || words.iter().any(|word| word.to_lowercase() == wanted)
    };
    KINDS.iter().find(means).copied().ok_or_else(|| {
        let names = KINDS.iter().filter(|kind| !kind.internal).map(|kind| kind.name);
        const NO_KIND: Caption = Caption::new(
            "”{}” är inget slags post. Slagen är {}.",
            "There is no kind “{}”. The kinds are {}.",
        );
        Said::new(NO_KIND, &[&text, &names.collect::<Vec<_>>().join(", ")]).into()
    })
}

/// A `FIELD=VALUE` argument.
pub(super) fn assignment(text: &str) -> Result<(&str, &str), Failure> {
    const NO_SIGN: Caption = Caption::new("”{}” är inte FÄLT=VÄRDE.", "“{}” is not FIELD=VALUE.");
    text.split_once('=').ok_or_else(|| Said::new(NO_SIGN, &[&text]).into())
}

/// The value that a person means for a field, in a record that holds these cells. References may be given as identifier or as title.
pub(super) fn value(
    (replica, cells): (&Replica, &Cells),
    field: &Field,
    text: &str,
    reading: Reading,
) -> Result<Value, Failure> {
    let targets = |target| Targets::of(replica, target, cells);
    let read = match field.field_type {
        FieldType::Reference(target) if !text.trim().is_empty() => {
            targets(target)?.one(text).map(Value::Link)
        }
        FieldType::ReferenceSet(target) => targets(target)?.set(text).map(Value::Links),
        field_type => field_type.parse(text, reading).map_err(Failure::from),
    };
    read.map_err(|error| Said::each(|language| format!("{}: {}", field.name, error.explain(language))).into())
}
