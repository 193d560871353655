//! How a person names a kind, a field or a value on the command line.

use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Cells, Field, FieldType, KINDS, Kind, Reading, Value};
use samsyn_engine::store::words::nearly;

use super::naming::Targets;
use crate::context::{Failure, Said};
use crate::failure::Explain as _;

/// The kind that a person means: its name, or its caption in either language.
pub(super) fn kind(text: &str) -> Result<&'static Kind, Failure> {
    let wanted = text.to_lowercase();
    let means = |kind: &&&Kind| {
        let words = [kind.caption, kind.plural].map(|caption| [caption.sv, caption.en]).concat();
        kind.name == wanted || words.iter().any(|word| word.to_lowercase() == wanted)
    };
    KINDS.iter().find(means).copied().ok_or_else(|| {
        let made = || KINDS.iter().filter(|kind| !kind.internal);
        let names = made().map(|kind| kind.name);
        const NO_KIND: Caption = Caption::new(
            "”{}” är inget slags post. Slagen är {}.",
            "There is no kind “{}”. The kinds are {}.",
        );
        let said = Said::new(NO_KIND, &[&text, &names.collect::<Vec<_>>().join(", ")]);
        with_nearest_names(said, text, made().map(|kind| (kind.name, kind.caption))).into()
    })
}

/// What is said, and the names that are spelled nearly so, or whose captions are.
pub(super) fn with_nearest_names(
    said: Said,
    typed: &str,
    named: impl Iterator<Item = (&'static str, Caption)>,
) -> Said {
    const NEAREST: Caption = Caption::new("{} Menade du {}?", "{} Did you mean {}?");
    const SHOWN: usize = 3;
    let mistakes = |(name, caption): (&'static str, Caption)| {
        // One word of several is near to much; where it is that word, it may be meant.
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).count();
        let ways = [name, caption.sv, caption.en].into_iter().filter_map(|way| {
            let (mistakes, _) = nearly(typed, way)?;
            (mistakes == 0 || words(way) == words(typed)).then_some(mistakes)
        });
        Some((ways.min()?, name, caption))
    };
    let mut near: Vec<(usize, &str, Caption)> = named.filter_map(mistakes).collect();
    near.sort_by_key(|(mistakes, ..)| *mistakes);
    near.truncate(SHOWN);
    if near.is_empty() {
        return said;
    }
    Said::each(|language| {
        let names: Vec<String> = near
            .iter()
            .map(|(_, name, caption)| match caption.get(language) {
                shown if shown.eq_ignore_ascii_case(name) => (*name).to_owned(),
                shown => format!("{name} ({shown})"),
            })
            .collect();
        NEAREST.fill(language, &[&said.explain(language), &names.join(", ")])
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
