//! What lists, search and boards read instead of documents: made from a document whenever it changes.

use std::sync::OnceLock;

use rusqlite::{Connection, params};

use super::meta::{self, PROJECTION};
use super::words::{entry, phone_entry, sort_key};
use super::{Result, Store, Stored, stored};
use crate::document::{Contents, Document, Record};
use crate::id::RecordId;
use crate::parallel;
use crate::schema::{Cells, Field, FieldType, Link, Value, cells_to_json, schema_hash};

/// Rises when this module writes something else for the same document.
const FORM: u32 = 3;

/// What the file notes to know whether its projections are of these kinds and this projection.
fn version() -> Vec<u8> {
    [&schema_hash()[..], &FORM.to_be_bytes()].concat()
}

/// Whether the projections are of another version of the program.
pub(super) fn is_outdated(connection: &Connection) -> Result<bool> {
    Ok(meta::get(connection, PROJECTION)? != Some(version()))
}

/// How far making lists and search anew has come. For as many records as a bureau has that takes seconds, for some ten thousands half a
/// minute: whoever waits for it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// Records that are done.
    pub done: u64,
    /// Records in all.
    pub of: u64,
}

static LISTENER: OnceLock<Box<dyn Fn(Renewal) + Send + Sync>> = OnceLock::new();

/// Has a process told whenever opening a replica makes its lists and search anew: as it begins, now and then, and as it ends. Files are
/// opened in many places and threads, and told of in one: so the first listener is the process's.
pub fn listen_to_renewals(listener: impl Fn(Renewal) + Send + Sync + 'static) {
    let _ = LISTENER.set(Box::new(listener));
}

fn tell(done: usize, of: usize) {
    if let Some(listener) = LISTENER.get() {
        listener(Renewal { done: done as u64, of: of as u64 });
    }
}

/// So many documents are in memory at once while all are made anew.
const AT_ONCE: usize = 256;

/// Makes all projections anew where a newer version of the program describes records otherwise.
pub(super) fn renew_if_outdated(store: &mut Store) -> Result<()> {
    if !is_outdated(&store.connection)? {
        return Ok(());
    }
    let ids = store.records()?;
    let transaction = store.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut damaged = Vec::new();
    for (number, some) in ids.chunks(AT_ONCE).enumerate() {
        tell(number * AT_ONCE, ids.len());
        damaged.extend(renew(&transaction, some)?);
    }
    super::damage::note(&transaction, &damaged)?;
    meta::put(&transaction, PROJECTION, &version())?;
    transaction.commit()?;
    tell(ids.len(), ids.len());
    Ok(())
}

/// Reads documents with all cores, and writes what follows from them. Of those that are damaged lists and search stay as they are; answers
/// these.
fn renew(connection: &Connection, ids: &[RecordId]) -> Result<Vec<RecordId>> {
    let read = |(id, stored): (RecordId, Result<Option<Stored>>)| {
        let projection = stored.and_then(|stored| {
            let Some(stored) = stored else { return Ok(None) };
            let document = stored.document()?;
            Ok(Some(Projection::of(&document, document.contents())))
        });
        (id, projection)
    };
    let stored: Vec<_> = ids.iter().map(|id| (*id, stored(connection, *id))).collect();
    parallel::ahead(stored, read, |projections| {
        let mut damaged = Vec::new();
        for (id, projection) in projections {
            let projection = match projection {
                Err(error) if super::is_of_a_record(&error) => {
                    damaged.push(id);
                    continue;
                }
                projection => projection?,
            };
            let Some(projection) = projection else { continue };
            let row = projection.write(connection)?;
            write_words(connection, row, projection.words.as_ref())?;
        }
        Ok(damaged)
    })
}

/// Writes a document's row and links. Answers the number of the row, and what is to be found by searching.
pub(super) fn write(connection: &Connection, document: &Document) -> Result<(i64, Option<Words>)> {
    let projection = Projection::of(document, document.contents());
    Ok((projection.write(connection)?, projection.words))
}

/// Title and text of a record, folded.
pub(super) type Words = (String, String);

/// Has a row found by these words, and by no others.
///
/// What takes words back into a savepoint makes the index write all that it holds in memory: so this comes last in a
/// transaction, for all its rows. (For a thousand records that is half of what storing them takes.)
pub(super) fn write_words(connection: &Connection, row: i64, words: Option<&Words>) -> Result<()> {
    connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute(params![row])?;
    if let Some((title, body)) = words {
        connection
            .prepare_cached("INSERT INTO search (rowid, title, body) VALUES (?1, ?2, ?3)")?
            .execute(params![row, title, body])?;
    }
    Ok(())
}

/// A document as lists and search read it.
#[derive(Debug)]
pub(super) struct Projection {
    record: RecordId,
    kind: String,
    title: String,
    sort_key: Vec<u8>,
    removed: bool,
    conflicts: i64,
    created: i64,
    changed: i64,
    changed_by: Option<Vec<u8>>,
    /// All fields but prose, as JSON.
    cells: String,
    links: Vec<(String, RecordId)>,
    /// None of a removed record.
    pub(super) words: Option<Words>,
}

impl Projection {
    /// Makes it of a document and what that says: without the file.
    pub(super) fn of(document: &Document, contents: Contents) -> Projection {
        let Contents { record, conflicts } = contents;
        let title = record.title();
        let (first, last) = document.first_and_last().unzip();
        Projection {
            sort_key: sort_key(&title),
            removed: record.removed,
            conflicts: conflicts.len() as i64,
            created: first.map_or(0, |first| first.time),
            changed: last.as_ref().map_or(0, |last| last.time),
            changed_by: last.and_then(|last| last.device).map(|device| device.as_bytes().to_vec()),
            cells: serde_json::Value::Object(cells_to_json(&listable(&record))).to_string(),
            links: links(&record.cells),
            words: (!record.removed).then(|| (entry(&title), searched(&record))),
            record: record.id,
            kind: record.kind,
            title,
        }
    }

    /// Writes all but the words in the place of the one before. Answers the number of its row.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn write(&self, connection: &Connection) -> Result<i64> {
        let row = self.write_row(connection)?;
        self.write_links(connection)?;
        Ok(row)
    }

    fn write_row(&self, connection: &Connection) -> Result<i64> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO rows (record, kind, title, sort_key, removed, conflicts, created, changed, changed_by, cells)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (record) DO UPDATE SET kind = ?2, title = ?3, sort_key = ?4, removed = ?5, conflicts = ?6,
                 created = ?7, changed = ?8, changed_by = ?9, cells = ?10
             RETURNING rowid",
        )?;
        Ok(statement.query_row(
            params![
                self.record.as_bytes(),
                self.kind,
                self.title,
                self.sort_key,
                self.removed,
                self.conflicts,
                self.created,
                self.changed,
                self.changed_by,
                self.cells,
            ],
            |row| row.get(0),
        )?)
    }

    fn write_links(&self, connection: &Connection) -> Result<()> {
        let record = self.record.as_bytes();
        connection.prepare_cached("DELETE FROM links WHERE record = ?1")?.execute(params![record])?;
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO links (record, field, target) VALUES (?1, ?2, ?3)")?;
        for (field, target) in &self.links {
            insert.execute(params![record, field, target.as_bytes()])?;
        }
        Ok(())
    }
}

/// The fields without prose, which is long and shown nowhere but in the record itself.
fn listable(record: &Record) -> Cells {
    let Some(kind) = record.kind() else { return Cells::new() };
    let fields = kind.fields.iter().filter(|field| field.field_type != FieldType::Prose);
    let filled = fields.filter_map(|field| record.cells.get(field.name).map(|value| (field.name, value)));
    filled.map(|(name, value)| (name.to_owned(), value.clone())).collect()
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

/// All of a record's text that is searched, folded.
fn searched(record: &Record) -> String {
    let mut words = Vec::new();
    if let Some(kind) = record.kind() {
        searched_words(kind.fields, &record.cells, &mut words);
    }
    words.join("\n")
}

fn searched_words(fields: &'static [Field], cells: &Cells, words: &mut Vec<String>) {
    for field in fields {
        match (field.field_type, cells.get(field.name)) {
            (FieldType::Rows(inner), Some(Value::Rows(rows))) => {
                rows.iter().for_each(|row| searched_words(inner, &row.cells, words));
            }
            (FieldType::Phone, Some(value)) if field.searched => {
                words.extend(value.as_text().map(phone_entry));
            }
            (_, Some(value)) if field.searched => words.extend(value.as_text().map(entry)),
            _ => {}
        }
    }
}
