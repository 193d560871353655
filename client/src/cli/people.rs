//! How a person names a record, a field or a value on the command line.

use samsyn_engine::id::RecordId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Field, FieldType, KINDS, Kind, Link, Reading, Target, Value};
use samsyn_engine::store::ListQuery;

use crate::context::{Failure, Said};
use crate::failure::Explain;

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

const NO_RECORD: Caption = Caption::new(
    "Ingen post har beteckningen ”{}”. Leta upp den med \"samsyn search\".",
    "There is no record “{}”: find its identifier with `samsyn search`.",
);
const SEVERAL: Caption = Caption::new(
    "”{}” är början på {} beteckningar. Skriv mer av den.",
    "“{}” is the beginning of {} identifiers: write more of it.",
);

/// The record that a person means: its identifier or the beginning of it, as long as only one has it.
pub(super) fn record(replica: &Replica, text: &str) -> Result<RecordId, Failure> {
    if let Ok(id) = text.parse::<RecordId>() {
        return Ok(id);
    }
    let wanted = text.to_lowercase();
    let ids = replica.store().records()?;
    let found: Vec<RecordId> = ids.into_iter().filter(|id| id.to_string().starts_with(&wanted)).collect();
    match (found.as_slice(), wanted.len()) {
        ([only], 4..) => Ok(*only),
        ([] | [_], _) => Err(Said::new(NO_RECORD, &[&text]).into()),
        _ => Err(Said::new(SEVERAL, &[&text, &found.len()]).into()),
    }
}

/// A `FIELD=VALUE` argument.
pub(super) fn assignment(text: &str) -> Result<(&str, &str), Failure> {
    const NO_SIGN: Caption = Caption::new("”{}” är inte FÄLT=VÄRDE.", "“{}” is not FIELD=VALUE.");
    text.split_once('=').ok_or_else(|| Said::new(NO_SIGN, &[&text]).into())
}

/// The value that a person means for a field. References may be given as identifier or as title.
pub(super) fn value(
    replica: &Replica,
    field: &Field,
    text: &str,
    reading: Reading,
) -> Result<Value, Failure> {
    let in_field =
        |error: &dyn Explain| Said::each(|language| format!("{}: {}", field.name, error.explain(language)));
    let link = |kinds, text: &str| -> Result<Link, Failure> {
        match link(replica, kinds, text)? {
            Ok(link) => Ok(link),
            Err(said) => Err(in_field(&said).into()),
        }
    };
    match field.field_type {
        FieldType::Reference(Target::Records(kinds)) if !text.trim().is_empty() => {
            Ok(Value::Link(link(kinds, text)?))
        }
        FieldType::ReferenceSet(Target::Records(kinds)) => {
            let members = text.split([',', ';']).map(str::trim).filter(|member| !member.is_empty());
            Ok(Value::Links(members.map(|member| link(kinds, member)).collect::<Result<_, _>>()?))
        }
        field_type => Ok(field_type.parse(text, reading).map_err(|error| in_field(&error))?),
    }
}

const NOT_CALLED: Caption = Caption::new("Ingen post heter ”{}”.", "No record is called “{}”.");
const SEVERAL_CALLED: Caption = Caption::new(
    "{} poster heter ”{}”. Ange beteckningen.",
    "{} records are called “{}”: give an identifier.",
);

fn link(replica: &Replica, kinds: &[&str], text: &str) -> Result<Result<Link, Said>, Failure> {
    if let Ok(id) = text.trim().parse::<RecordId>() {
        return Ok(Ok(Link::Record(id)));
    }
    let mut found = Vec::new();
    for kind in kinds.iter().filter_map(|name| samsyn_engine::schema::kind(name)) {
        let ids = replica.store().list(&ListQuery { search: text.to_owned(), ..ListQuery::all(kind) })?;
        let titles = replica.store().titles(&ids)?;
        let same = |title: &Option<String>| {
            title.as_ref().is_some_and(|title| title.eq_ignore_ascii_case(text.trim()))
        };
        found.extend(ids.into_iter().zip(titles).filter(|(_, title)| same(title)).map(|(id, _)| id));
    }
    Ok(match found.as_slice() {
        [only] => Ok(Link::Record(*only)),
        [] => Err(Said::new(NOT_CALLED, &[&text])),
        _ => Err(Said::new(SEVERAL_CALLED, &[&found.len(), &text])),
    })
}
