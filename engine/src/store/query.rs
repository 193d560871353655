//! Lists and search, answered from the projection without loading a document.

use std::cmp::Ordering;

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};
use serde_json::Value as Json;

use super::words::{Query, phone_digits, same, sort_key};
use super::{Result, Store, StoreError, record_id};
use crate::id::RecordId;
use crate::identity::DeviceId;
use crate::schema::{self, Cells, Field, FieldType, Kind, Value, cells_from_json};

/// What a list shows and in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// Which kind.
    pub kind: &'static Kind,
    /// Only records in which search finds all these words; all where it is empty.
    pub search: String,
    /// Only records that pass all of these.
    pub filters: Vec<Filter>,
    /// In which order; by title where there is none.
    pub sort: Option<Sort>,
    /// Whether it shows the removed records instead of the others.
    pub removed: bool,
}

impl ListQuery {
    /// All records of a kind, by title.
    pub fn all(kind: &'static Kind) -> Self {
        ListQuery { kind, search: String::new(), filters: Vec::new(), sort: None, removed: false }
    }
}

/// An order by a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The field's name.
    pub field: String,
    /// From the last to the first.
    pub descending: bool,
}

/// A test that a record must pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field's name.
    pub field: String,
    /// The test.
    pub test: Test,
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this value (as it is stored), or this is one of its members.
    Is(String),
    /// It is this text, but for case, blanks and forms of letters; a telephone number by its digits.
    Says(String),
    /// It holds something.
    Filled,
    /// It holds nothing.
    Empty,
    /// It is a day, this one or an earlier one.
    UpTo(Date),
}

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Its records, in its order.
    pub ids: Vec<RecordId>,
    /// Whether the words that were searched stand in none, and these have nearly the same.
    pub near: bool,
}

/// A record as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    /// Which.
    pub id: RecordId,
    /// The name of its kind.
    pub kind: String,
    /// Its title; may be empty.
    pub title: String,
    /// Whether it carries the mark of a removed record.
    pub removed: bool,
    /// How many field conflicts it has.
    pub conflicts: u32,
    /// When it was made, by the clock of the device that did (seconds since 1970-01-01 UTC).
    pub created: i64,
    /// When it was last changed, likewise.
    pub changed: i64,
    /// By which device.
    pub changed_by: Option<DeviceId>,
    /// Its fields, without prose.
    pub cells: Cells,
}

const COLUMNS: &str =
    "r.record, r.kind, r.title, r.removed, r.conflicts, r.created, r.changed, r.changed_by, r.cells";

impl Store {
    /// The names of all records of a list, in its order. Cheap for tens of thousands: rows themselves are fetched with
    /// [`Store::rows`] as they come into sight.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn list(&self, list: &ListQuery) -> Result<Vec<RecordId>> {
        Ok(self.listed(list)?.ids)
    }

    /// The same; where no record has the words that are searched, those with nearly the same.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn listed(&self, list: &ListQuery) -> Result<Listed> {
        if list.search.trim().is_empty() {
            return Ok(Listed { ids: self.list_of(list, None)?, near: false });
        }
        let Some(query) = Query::read(&list.search) else { return Ok(Listed::default()) };
        let ids = self.list_of(list, Some(query.loosely()))?;
        if !ids.is_empty() {
            return Ok(Listed { ids, near: false });
        }
        let Some(forgiving) = self.forgiving(&query)? else { return Ok(Listed::default()) };
        let ids = self.list_of(list, Some(forgiving))?;
        Ok(Listed { near: !ids.is_empty(), ids })
    }

    fn list_of(&self, list: &ListQuery, words: Option<String>) -> Result<Vec<RecordId>> {
        let (mut conditions, mut values) = (String::new(), Vec::new());
        if let Some(words) = words {
            conditions.push_str(" AND r.rowid IN (SELECT rowid FROM search WHERE search MATCH ?)");
            values.push(words);
        }
        for filter in list.filters.iter().filter(|filter| list.kind.field(&filter.field).is_some()) {
            // The name is one of the kind's own, not the caller's text.
            let path = format!("$.{}", filter.field);
            match &filter.test {
                Test::Is(value) => {
                    // SQLite gives answers as 1 and 0; as they are stored they are words.
                    conditions.push_str(
                        " AND EXISTS (SELECT 1 FROM json_each(r.cells, ?) j WHERE
                          CASE WHEN j.type IN ('true', 'false') THEN j.type ELSE CAST(j.value AS TEXT) END = ?)",
                    );
                    values.extend([path, value.clone()]);
                }
                // Letters are compared by rules of our own.
                Test::Says(_) => {}
                Test::Filled => {
                    conditions.push_str(" AND json_extract(r.cells, ?) IS NOT NULL");
                    values.push(path);
                }
                Test::Empty => {
                    conditions.push_str(" AND json_extract(r.cells, ?) IS NULL");
                    values.push(path);
                }
                Test::UpTo(day) => {
                    // Days are stored so that their text has their order.
                    conditions.push_str(" AND json_extract(r.cells, ?) <= ?");
                    values.extend([path, day.to_string()]);
                }
            }
        }
        let mut ids = self.sorted_list(list, &conditions, values)?;
        for filter in &list.filters {
            if let (Test::Says(text), Some(field)) = (&filter.test, list.kind.field(&filter.field)) {
                self.keep_those_that_say(&mut ids, field, text)?;
            }
        }
        Ok(ids)
    }

    fn keep_those_that_say(&self, ids: &mut Vec<RecordId>, field: &Field, text: &str) -> Result<()> {
        let comparable = |text: &str| match field.field_type {
            FieldType::Phone => phone_digits(text).unwrap_or_else(|| same(text)),
            _ => same(text),
        };
        let (path, wanted) = (format!("$.{}", field.name), comparable(text));
        let mut cell =
            self.connection.prepare_cached("SELECT json_extract(cells, ?1) FROM rows WHERE record = ?2")?;
        let mut kept = Vec::new();
        for id in ids.iter() {
            let found: Option<String> =
                cell.query_row(params![path, id.as_bytes()], |row| row.get(0)).optional()?.flatten();
            if found.is_some_and(|found| comparable(&found) == wanted) {
                kept.push(*id);
            }
        }
        *ids = kept;
        Ok(())
    }

    fn sorted_list(&self, list: &ListQuery, conditions: &str, values: Vec<String>) -> Result<Vec<RecordId>> {
        match list.sort.as_ref().and_then(|sort| Some((list.kind.field(&sort.field)?, sort.descending))) {
            None => self.list_by_title(list, conditions, values),
            Some((field, descending)) => self.list_by_field(list, (conditions, values), field, descending),
        }
    }

    fn list_by_title(
        &self,
        list: &ListQuery,
        conditions: &str,
        values: Vec<String>,
    ) -> Result<Vec<RecordId>> {
        let direction = match &list.sort {
            Some(Sort { descending: true, .. }) => "DESC",
            _ => "ASC",
        };
        let sql = format!(
            "SELECT r.record FROM rows r WHERE r.kind = ? AND r.removed = {}{conditions}
             ORDER BY r.sort_key {direction}, r.record",
            i32::from(list.removed),
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters = std::iter::once(list.kind.name.to_owned()).chain(values);
        let ids = statement.query_map(params_from_iter(parameters), |row| record_id(row.get_ref(0)?))?;
        ids.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    fn list_by_field(
        &self,
        list: &ListQuery,
        (conditions, values): (&str, Vec<String>),
        field: &'static Field,
        descending: bool,
    ) -> Result<Vec<RecordId>> {
        let sql = format!(
            "SELECT r.record, json_extract(r.cells, ?), t.title FROM rows r
             LEFT JOIN links l ON l.record = r.record AND l.field = ?
             LEFT JOIN rows t ON t.record = l.target
             WHERE r.kind = ? AND r.removed = {}{conditions}
             GROUP BY r.record ORDER BY r.sort_key, r.record",
            i32::from(list.removed),
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let first = [format!("$.{}", field.name), field.name.to_owned(), list.kind.name.to_owned()];
        let rows = statement.query_map(params_from_iter(first.into_iter().chain(values)), |row| {
            let value =
                if field.shows.is_some() { self.shown_value(field, row)? } else { sort_value(field, row)? };
            Ok((record_id(row.get_ref(0)?)?, value))
        })?;
        let mut rows: Vec<(RecordId, SortValue)> = rows.collect::<rusqlite::Result<_>>()?;
        // Stable: equal values stay in the order of their titles. What is empty comes last either way.
        rows.sort_by(|(_, one), (_, other)| match (one, other) {
            (SortValue::Nothing, SortValue::Nothing) => Ordering::Equal,
            (SortValue::Nothing, _) => Ordering::Greater,
            (_, SortValue::Nothing) => Ordering::Less,
            _ if descending => other.compare(one),
            _ => one.compare(other),
        });
        Ok(rows.into_iter().map(|(id, _)| id).collect())
    }

    /// What a keyed list sorts by: what lists show of it.
    fn shown_value(&self, field: &'static Field, row: &Row<'_>) -> rusqlite::Result<SortValue> {
        let Some(json) = row.get::<_, Option<String>>(1)? else { return Ok(SortValue::Nothing) };
        let json = serde_json::from_str(&json).unwrap_or_default();
        let object = serde_json::Map::from_iter([(field.name.to_owned(), json)]);
        let cells = cells_from_json(std::slice::from_ref(field), &object);
        let text = match cells.get(field.name).map(|value| field.in_lists(value).1) {
            Some(Value::Link(link)) => {
                let mut titles =
                    self.connection.prepare_cached("SELECT title FROM rows WHERE record = ?1")?;
                let id = link.record().map(|id| id.as_bytes().to_vec());
                titles.query_row([id], |row| row.get::<_, String>(0)).optional()?
            }
            Some(value) => value.as_text().map(str::to_owned),
            None => None,
        };
        let text = text.filter(|text| !text.is_empty());
        Ok(text.map_or(SortValue::Nothing, |text| SortValue::Words(sort_key(&text))))
    }

    /// The rows of these records, in the same order; `None` where there is no such record.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn rows(&self, ids: &[RecordId]) -> Result<Vec<Option<RowView>>> {
        let sql = format!("SELECT {COLUMNS} FROM rows r WHERE r.record = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        ids.iter()
            .map(|id| {
                let mut rows = statement.query_map(params![id.as_bytes()], row_view)?;
                Ok(rows.next().transpose()?)
            })
            .collect()
    }

    /// The titles of these records; `None` where there is no such record.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn titles(&self, ids: &[RecordId]) -> Result<Vec<Option<String>>> {
        let mut statement = self.connection.prepare_cached("SELECT title FROM rows WHERE record = ?1")?;
        ids.iter()
            .map(|id| {
                let mut rows = statement.query_map(params![id.as_bytes()], |row| row.get(0))?;
                Ok(rows.next().transpose()?)
            })
            .collect()
    }

    /// How many records of each kind there are that are not removed.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn counts(&self) -> Result<Vec<(String, u64)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT kind, count(*) FROM rows WHERE NOT removed GROUP BY kind")?;
        let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        counts.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }

    /// The records that refer to this one, with the field by which they do.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn referrers(&self, id: RecordId) -> Result<Vec<(RecordId, String)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT l.record, l.field FROM links l JOIN rows r ON r.record = l.record
             WHERE l.target = ?1 AND NOT r.removed ORDER BY r.kind, r.sort_key",
        )?;
        let rows = statement
            .query_map(params![id.as_bytes()], |row| Ok((record_id(row.get_ref(0)?)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>().map_err(StoreError::from)
    }
}

fn row_view(row: &Row<'_>) -> rusqlite::Result<RowView> {
    let kind: String = row.get(1)?;
    let json: Json = serde_json::from_str(row.get_ref(8)?.as_str()?).unwrap_or(Json::Null);
    let cells = match (schema::kind(&kind), json.as_object()) {
        (Some(kind), Some(object)) => cells_from_json(kind.fields, object),
        _ => Cells::new(),
    };
    let device: Option<Vec<u8>> = row.get(7)?;
    Ok(RowView {
        id: record_id(row.get_ref(0)?)?,
        kind,
        title: row.get(2)?,
        removed: row.get(3)?,
        conflicts: row.get(4)?,
        created: row.get(5)?,
        changed: row.get(6)?,
        changed_by: device.and_then(|bytes| DeviceId::from_slice(&bytes)),
        cells,
    })
}

/// What a field's value sorts by.
#[derive(Debug)]
enum SortValue {
    Nothing,
    Number(f64),
    Words(Vec<u8>),
}

impl SortValue {
    fn compare(&self, other: &SortValue) -> Ordering {
        match (self, other) {
            (SortValue::Number(one), SortValue::Number(other)) => one.total_cmp(other),
            (SortValue::Words(one), SortValue::Words(other)) => one.cmp(other),
            (SortValue::Number(_), _) => Ordering::Less,
            (_, SortValue::Number(_)) => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

/// Numbers by size, enumerations in their own order, references by the title of what they point at, the rest as words.
fn sort_value(field: &Field, row: &Row<'_>) -> rusqlite::Result<SortValue> {
    use rusqlite::types::ValueRef;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match (row.get_ref(1)?, field.field_type) {
        (ValueRef::Null, _) => SortValue::Nothing,
        (ValueRef::Integer(number), _) => SortValue::Number(number as f64),
        (ValueRef::Real(number), _) => SortValue::Number(number),
        (ValueRef::Text(value), FieldType::Enumeration(list)) => {
            SortValue::Number(list.rank(&text(value)) as f64)
        }
        (ValueRef::Text(value), FieldType::Money) => {
            let amount = text(value).parse::<schema::Money>().ok();
            amount.map_or(SortValue::Nothing, |money| SortValue::Number(money.hundredths as f64))
        }
        (ValueRef::Text(_), FieldType::Reference(_) | FieldType::ReferenceSet(_)) => match row.get_ref(2)? {
            ValueRef::Text(title) => SortValue::Words(sort_key(&text(title))),
            _ => SortValue::Nothing,
        },
        (ValueRef::Text(value), FieldType::Rows(_) | FieldType::EnumerationSet(_)) => {
            let members = serde_json::from_slice::<Vec<Json>>(value).map_or(0, |list| list.len());
            SortValue::Number(members as f64)
        }
        (ValueRef::Text(value), _) => SortValue::Words(sort_key(&text(value))),
        (ValueRef::Blob(_), _) => SortValue::Nothing,
    })
}
