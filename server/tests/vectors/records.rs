//! What the page says of records: their fields, their seeds, and the largest that stands in them.

use data_encoding::HEXLOWER;
use samsyn_engine::document::{Document, EncodedChange, Writer, is_seed_actor};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::kinds::{CONTACT, MEMBER};
use samsyn_engine::schema::{Field, FieldType, KINDS, Kind, NewRecord, Target, order};

use super::page::{block, constant, example, page, row, written};

/// What the page says of a field's type.
fn described(field_type: &FieldType) -> String {
    let words = |list: &samsyn_engine::schema::Enumeration| {
        list.choices.iter().map(|choice| choice.value).collect::<Vec<_>>().join(", ")
    };
    match field_type {
        FieldType::Line => "line".to_owned(),
        FieldType::Prose => "prose".to_owned(),
        FieldType::Number { decimals, range: (lowest, highest), .. } => {
            let whole = if *decimals == 0 { "whole " } else { "" };
            format!("{whole}number {lowest} to {highest}")
        }
        FieldType::Money => "money".to_owned(),
        FieldType::Date => "day".to_owned(),
        FieldType::DateRange => "days".to_owned(),
        FieldType::Email => "e-mail".to_owned(),
        FieldType::Phone => "telephone".to_owned(),
        FieldType::Url => "web address".to_owned(),
        FieldType::Enumeration(list) => format!("one of {}", words(list)),
        FieldType::EnumerationSet(list) => format!("any of {}", words(list)),
        FieldType::Reference(Target::Records(kinds)) => format!("record: {}", kinds.join(", ")),
        FieldType::Reference(Target::Rows(list)) => format!("row: {list}"),
        FieldType::ReferenceSet(Target::Records(kinds)) => format!("records: {}", kinds.join(", ")),
        FieldType::ReferenceSet(Target::Rows(list)) => format!("rows: {list}"),
        FieldType::Rows(_) => "list of".to_owned(),
        FieldType::Coordinates => "point".to_owned(),
        FieldType::Counter => "counter".to_owned(),
        FieldType::YesNo => "yes-or-no".to_owned(),
    }
}

fn fields(fields: &[Field], indent: &str) -> String {
    let line = |field: &Field| {
        let since = if field.since == 1 { String::new() } else { format!(" since {}", field.since) };
        let rows = match field.field_type {
            FieldType::Rows(inner) => self::fields(inner, &format!("{indent}  ")),
            _ => String::new(),
        };
        format!("{indent}{}: {}{since}\n{rows}", field.name, described(&field.field_type))
    };
    fields.iter().map(line).collect()
}

#[test]
fn every_field_of_every_kind_stands_in_the_page() {
    let all = KINDS.iter().map(|kind| (kind.name, fields(kind.fields, "")));
    let differ: Vec<_> = all.filter(|(name, fields)| block(&format!("kind {name}")) != *fields).collect();
    let blocks = differ.iter().map(|(name, fields)| format!("```kind {name}\n{fields}```\n"));
    assert!(differ.is_empty(), "these have changed:\n\n{}", blocks.collect::<String>());
    assert_eq!(page().matches("```kind ").count(), KINDS.len(), "a kind that is not there any more");
}

/// A record as it is made, with nothing in it yet.
fn made(kind: &'static Kind) -> Vec<EncodedChange> {
    let writer = Writer::new(&[0x22; 16], DeviceId::from_bytes([0x33; 16]), 1_790_000_000);
    let new = NewRecord { id: RecordId::from_bytes([0x11; 16]), ..NewRecord::new(kind) };
    Document::create(&new, &writer).unwrap().changes_since(&[])
}

#[test]
fn a_record_begins_as_the_page_says() {
    let changes = made(&MEMBER);
    let hex = |change: &EncodedChange| HEXLOWER.encode(&change.bytes);
    assert_eq!(hex(&changes[0]), HEXLOWER.encode(&example("seed")), "its seed");
    assert_eq!(hex(&changes[1]), HEXLOWER.encode(&example("first-change")), "what its device writes first");
    assert_eq!(changes.len(), 2);
    assert_eq!(hex(&made(&CONTACT)[0]), HEXLOWER.encode(&example("seed-contact")), "with containers");
    // The last letter of an id has two bits too many.
    assert!("z".repeat(26).parse::<RecordId>().is_err() && "w".repeat(26).parse::<RecordId>().is_ok());
}

/// Section 10: the same work under another name.
#[test]
fn a_change_is_written_anew_as_the_page_says() {
    let writer = Writer::new(&[0x22; 16], DeviceId::from_bytes([0x33; 16]), 1_790_000_000);
    let new = NewRecord { id: RecordId::from_bytes([0x11; 16]), ..NewRecord::new(&MEMBER) };
    let document = Document::create(&new, &writer).unwrap();
    let changes = document.changes_since(&[]);
    let renamed = document.renamed(&changes[1].hash).unwrap();
    let [again] = renamed.changes.as_slice() else { panic!("one change was written anew") };
    assert_eq!(HEXLOWER.encode(&again.bytes), HEXLOWER.encode(&example("renamed")));
}

#[test]
fn the_seeds_of_all_kinds() {
    let seed = |kind: &&'static Kind| {
        let seeds: Vec<_> = made(kind).into_iter().filter(|change| is_seed_actor(&change.actor)).collect();
        let [seed] = seeds.as_slice() else {
            panic!("the page says that all kinds have one generation: {}", kind.name)
        };
        format!("{} {}\n", kind.name, seed.hash)
    };
    assert_eq!(block("seeds"), KINDS.iter().map(seed).collect::<String>());
}

#[test]
fn places_between_places() {
    assert_eq!(order::between(None, None), "V");
    assert_eq!(order::between(None, Some("V")), "F");
    assert_eq!(order::between(Some("V"), None), "k");
    assert_eq!(order::between(Some("1"), Some("2")), "1V");
    let says = "Between nothing and nothing stands `V`, before `V` stands `F`, behind `V` stands `k`, between `1` and `2` stands `1V`";
    assert!(page().contains(says));
}

#[test]
fn the_limits_of_records() {
    let page = page();
    let layout = "engine/src/document/layout.rs";
    let value = "engine/src/schema/value.rs";
    let prose = written(constant(value, "LONGEST_PROSE"));
    assert!(page.contains(&format!("| prose | {prose} characters (Unicode scalar values) |")));
    let line = written(constant(value, "LONGEST_LINE"));
    assert_eq!(row(&page, "a text in a register"), format!("{prose} bytes; clients write {line} characters"));
    for (words, bytes) in [("the name of its kind", "name.len() > 64"), ("a key of a set", "key.len() <= 64")]
    {
        assert!(super::page::source(layout).contains(bytes), "{bytes}");
        assert_eq!(row(&page, words), "64 bytes");
    }
}
