//! What people do to records: everything that the schema has, anywhere.

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::document::{Edit, NewerEdit, Record};
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::schema::kinds::{CONTACT, PLAN, VENUE};
use samsyn_engine::schema::{
    Cells, Field, FieldPath, FieldType, Language, Link, NewRecord, Reading, Row, Target, Value, order,
};

const WORDS: [&str; 8] = ["Åsa", "Berg", "Älv", "Öst", "Kafé", "Norr", "Fjäll", "Sjö"];

fn word(dice: &mut StdRng) -> String {
    WORDS[dice.random_range(0..WORDS.len())].to_owned()
}

/// A new record.
pub(super) fn record(dice: &mut StdRng) -> NewRecord {
    let kind = [&CONTACT, &PLAN, &VENUE][dice.random_range(0..3)];
    let mut new = NewRecord::new(kind);
    for names in kind.title {
        for name in *names {
            if kind.field(name).is_some_and(|field| field.field_type == FieldType::Line) {
                new.cells.insert((*name).to_owned(), Value::Text(word(dice)));
            }
        }
    }
    new
}

/// A new record in a workspace with members: a contact has a name that nobody else has, which is answered, too; anything else is
/// often one of these organisations'.
pub(super) fn record_with_owner(
    dice: &mut StdRng,
    organisations: &[RecordId],
) -> (NewRecord, Option<String>) {
    let mut new = record(dice);
    if new.kind.name == CONTACT.name {
        let name = format!("{:016x}Xylofon", dice.random_range(0..=u64::MAX));
        new.cells.insert("family".to_owned(), Value::Text(name.clone()));
        return (new, Some(name));
    }
    if dice.random_bool(0.7) {
        let owner = if new.kind.name == VENUE.name { "organisation" } else { "owner" };
        new.cells.insert(owner.to_owned(), Value::Link(organisation(dice, organisations)));
    }
    (new, None)
}

fn organisation(dice: &mut StdRng, all: &[RecordId]) -> Link {
    Link::Record(all[dice.random_range(0..all.len())])
}

/// Somebody gives a record to another organisation, or has another take part in it; nothing where the dice found nothing.
pub(super) fn give(record: &Record, dice: &mut StdRng, organisations: &[RecordId]) -> Option<Edit> {
    let is_organisation =
        |target: &Target| matches!(target, Target::Records(kinds) if *kinds == ["organisation"]);
    let fields = record.kind()?.fields.iter().filter(|field| match &field.field_type {
        FieldType::Reference(target) | FieldType::ReferenceSet(target) => is_organisation(target),
        _ => false,
    });
    let fields: Vec<_> = fields.collect();
    let field = fields.get(dice.random_range(0..fields.len().max(1)))?;
    let (path, link) = (FieldPath::field(field.name), organisation(dice, organisations));
    Some(match field.field_type {
        FieldType::Reference(_) => Edit::Set { path, value: Value::Link(link) },
        _ => {
            let member = [link.to_string()].into_iter().collect();
            let (include, exclude) =
                if dice.random_bool(0.6) { (member, [].into()) } else { ([].into(), member) };
            Edit::Members { path, include, exclude }
        }
    })
}

/// The kinds that only a later version of the program knows.
pub(super) const NEWER_KINDS: [&str; 2] = ["sponsorship", "excursion"];

/// Something that a person does in a later version of the program.
pub(super) fn newer_edit(dice: &mut StdRng) -> NewerEdit {
    let names = ["loyalty", "carbon", "pets"];
    match dice.random_range(0..4) {
        // Known fields, with choices that are not.
        0 => {
            let name = ["channel", "status"][dice.random_range(0..2)];
            NewerEdit::Set { name: name.to_owned(), text: "pigeon".to_owned() }
        }
        1 => {
            let name = format!("{}_set", names[dice.random_range(0..names.len())]);
            NewerEdit::Include { name, member: word(dice) }
        }
        _ => NewerEdit::Set { name: names[dice.random_range(0..names.len())].to_owned(), text: word(dice) },
    }
}

/// Something that a person does to a record; nothing where the dice found nothing to do.
pub(super) fn edit(record: &Record, dice: &mut StdRng) -> Option<Edit> {
    if dice.random_bool(0.03) {
        return Some(if record.removed { Edit::Restore } else { Edit::Remove });
    }
    let fields = record.kind()?.fields;
    let field = &fields[dice.random_range(0..fields.len())];
    match field.field_type {
        FieldType::Rows(inner) => rows(record, field, inner, dice),
        _ => value(&FieldPath::field(field.name), field, record.get(field.name), dice),
    }
}

fn rows(record: &Record, list: &Field, fields: &[Field], dice: &mut StdRng) -> Option<Edit> {
    let (name, rows) = (list.name.to_owned(), record.get(list.name).rows());
    let pick = |dice: &mut StdRng| rows.get(dice.random_range(0..rows.len().max(1))).cloned();
    match dice.random_range(0..6) {
        0 | 1 => {
            let row = Row { id: RowId::random(), order: String::new(), cells: Cells::new() };
            Some(Edit::AddRow { list: name, row })
        }
        2 => Some(Edit::RemoveRow { list: name, row: pick(dice)?.id }),
        3 => {
            let first = rows.first().map(|row| row.order.as_str());
            Some(Edit::MoveRow { list: name, row: pick(dice)?.id, order: order::between(None, first) })
        }
        _ => {
            let (row, field) = (pick(dice)?, &fields[dice.random_range(0..fields.len())]);
            value(&FieldPath::cell(list.name, row.id, field.name), field, row.get(field.name), dice)
        }
    }
}

fn value(path: &FieldPath, field: &Field, current: &Value, dice: &mut StdRng) -> Option<Edit> {
    let path = path.clone();
    let set = |value| Some(Edit::Set { path: path.clone(), value });
    let read = |text: &str| {
        let reading = Reading::new(Language::Swedish, jiff::civil::date(2026, 11, 28));
        field.field_type.parse(text, reading).ok()
    };
    if field.field_type.is_register() && dice.random_bool(0.15) {
        return set(Value::Empty);
    }
    match field.field_type {
        FieldType::Line => set(Value::Text(word(dice))),
        FieldType::Prose => Some(prose(path.clone(), current.as_text().unwrap_or_default(), dice)),
        FieldType::Number { range, .. } => {
            set(Value::Number(range.0.max(1.0) + f64::from(dice.random_range(0..9_u8))))
        }
        FieldType::Counter => Some(Edit::Count { path: path.clone(), by: dice.random_range(-2..4) }),
        FieldType::YesNo => set(Value::YesNo(dice.random_bool(0.5))),
        FieldType::Enumeration(list) => {
            let choice = &list.choices[dice.random_range(0..list.choices.len())];
            set(Value::Choice(choice.value.to_owned()))
        }
        FieldType::EnumerationSet(list) => {
            let choice = list.choices[dice.random_range(0..list.choices.len())].value.to_owned();
            let (with, without) =
                if dice.random_bool(0.7) { (vec![choice], vec![]) } else { (vec![], vec![choice]) };
            let (include, exclude) = (with.into_iter().collect(), without.into_iter().collect());
            Some(Edit::Members { path: path.clone(), include, exclude })
        }
        FieldType::Money => set(read("125 000 kr")?),
        FieldType::Date => set(read("2027-05-03")?),
        FieldType::DateRange => set(read("2027-05-03 – 2027-05-05")?),
        FieldType::Email => set(Value::Text("eva@example.se".into())),
        FieldType::Phone => set(Value::Text("+46 63 14 30 00".into())),
        FieldType::Url => set(Value::Text("https://example.se".into())),
        FieldType::Coordinates => set(read("63.1792, 14.6357")?),
        FieldType::Reference(_) | FieldType::ReferenceSet(_) | FieldType::Rows(_) => None,
    }
}

/// Writes some letters somewhere into a text, over some that stood there.
fn prose(path: FieldPath, base: &str, dice: &mut StdRng) -> Edit {
    let mut letters: Vec<char> = base.chars().collect();
    let at = dice.random_range(0..=letters.len());
    let end = (at + dice.random_range(0..4)).min(letters.len());
    letters.splice(at..end, word(dice).chars().chain(" ".chars()));
    letters.truncate(400);
    Edit::Prose { path, base: base.to_owned(), text: letters.into_iter().collect() }
}
