//! What lists, search and boards read instead of documents: made from a document whenever it changes.

use rusqlite::{Connection, params};

use super::meta::{self, PROJECTION};
use super::words::{fold, sort_key};
use super::{Result, Store, load};
use crate::document::{Document, Record};
use crate::id::RecordId;
use crate::schema::{Cells, Field, FieldType, Link, SCHEMA_VERSION, Value, cells_to_json};

/// Rises when this module writes something else for the same document.
const FORM: u32 = 2;

/// What the file notes to know whether its projections are of this version of kinds and projection.
fn version() -> Vec<u8> {
    format!("{SCHEMA_VERSION}.{FORM}").into_bytes()
}

/// Makes all projections anew where a newer version of the program describes records otherwise.
pub(super) fn renew_if_outdated(store: &mut Store) -> Result<()> {
    if meta::get(&store.connection, PROJECTION)? == Some(version()) {
        return Ok(());
    }
    let ids = store.records()?;
    let transaction = store.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for id in ids {
        if let Some(document) = load(&transaction, &store.cache, id)? {
            write(&transaction, &document)?;
        }
    }
    meta::put(&transaction, PROJECTION, &version())?;
    transaction.commit()?;
    Ok(())
}

/// Writes a document's row, links and search entry.
pub(super) fn write(connection: &Connection, document: &Document) -> Result<()> {
    let record = document.read();
    let rowid = write_row(connection, document, &record)?;
    write_links(connection, &record)?;
    write_search(connection, rowid, &record)
}

fn write_row(connection: &Connection, document: &Document, record: &Record) -> Result<i64> {
    let title = record.title();
    let cells = serde_json::Value::Object(cells_to_json(&listable(record))).to_string();
    let (first, last) = document.first_and_last().unzip();
    let mut statement = connection.prepare_cached(
        "INSERT INTO rows (record, kind, title, sort_key, removed, conflicts, created, changed, changed_by, cells)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (record) DO UPDATE SET kind = ?2, title = ?3, sort_key = ?4, removed = ?5, conflicts = ?6,
             created = ?7, changed = ?8, changed_by = ?9, cells = ?10
         RETURNING rowid",
    )?;
    Ok(statement.query_row(
        params![
            record.id.as_bytes(),
            record.kind,
            title,
            sort_key(&title),
            record.removed,
            document.conflicts().len() as i64,
            first.map_or(0, |first| first.time),
            last.as_ref().map_or(0, |last| last.time),
            last.and_then(|last| last.device).map(|device| device.as_bytes().to_vec()),
            cells,
        ],
        |row| row.get(0),
    )?)
}

/// The fields without prose, which is long and shown nowhere but in the record itself.
fn listable(record: &Record) -> Cells {
    let Some(kind) = record.kind() else { return Cells::new() };
    let fields = kind.fields.iter().filter(|field| field.field_type != FieldType::Prose);
    let filled = fields.filter_map(|field| record.cells.get(field.name).map(|value| (field.name, value)));
    filled.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

fn write_links(connection: &Connection, record: &Record) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM links WHERE record = ?1")?
        .execute(params![record.id.as_bytes()])?;
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO links (record, field, target) VALUES (?1, ?2, ?3)")?;
    for (field, target) in links(&record.cells) {
        insert.execute(params![record.id.as_bytes(), field, target.as_bytes()])?;
    }
    Ok(())
}

/// The records that these fields refer to, each with the field's path without rows: `positions.organisation`.
fn links(cells: &Cells) -> Vec<(String, RecordId)> {
    let mut found = Vec::new();
    for (name, value) in cells {
        match value {
            Value::Link(Link::Record(target)) => found.push((name.clone(), *target)),
            Value::Links(set) => {
                found.extend(set.iter().filter_map(Link::record).map(|id| (name.clone(), id)))
            }
            Value::Rows(rows) => {
                let inside = rows.iter().flat_map(|row| links(&row.cells));
                found.extend(inside.map(|(inner, target)| (format!("{name}.{inner}"), target)));
            }
            _ => {}
        }
    }
    found
}

fn write_search(connection: &Connection, rowid: i64, record: &Record) -> Result<()> {
    connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute(params![rowid])?;
    if record.removed {
        return Ok(());
    }
    let mut words = Vec::new();
    if let Some(kind) = record.kind() {
        searched_words(kind.fields, &record.cells, &mut words);
    }
    connection
        .prepare_cached("INSERT INTO search (rowid, title, body) VALUES (?1, ?2, ?3)")?
        .execute(params![rowid, fold(&record.title()), fold(&words.join("\n"))])?;
    Ok(())
}

fn searched_words<'a>(fields: &'static [Field], cells: &'a Cells, words: &mut Vec<&'a str>) {
    for field in fields {
        match (field.field_type, cells.get(field.name)) {
            (FieldType::Rows(inner), Some(Value::Rows(rows))) => {
                rows.iter().for_each(|row| searched_words(inner, &row.cells, words));
            }
            (_, Some(value)) if field.searched => words.extend(value.as_text()),
            _ => {}
        }
    }
}
