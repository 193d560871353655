//! What a replica holds, in words: records, differences, who and when. For terminals, and for files that people read.

use std::collections::HashMap;

use samsyn_engine::document::{Difference, HistoryEntry, Record, Stamp};
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::{Replica, ReplicaError};
use samsyn_engine::schema::{Caption, Cells, Field, FieldType, Kind, Language, Link, Value};
use samsyn_engine::store::RowView;
use samsyn_engine::text::one_line;
use serde_json::json;

use crate::context::Context;
use crate::words::{difference_words, moment};

/// Turns what a replica holds into words.
pub(crate) struct Words<'a> {
    pub(crate) replica: &'a Replica,
    pub(crate) language: Language,
    people: HashMap<DeviceId, String>,
}

impl<'a> Words<'a> {
    /// In the language of a command.
    pub(crate) fn new(replica: &'a Replica, context: &Context) -> Result<Self, ReplicaError> {
        Words::in_language(replica, context.language)
    }

    pub(crate) fn in_language(replica: &'a Replica, language: Language) -> Result<Self, ReplicaError> {
        Ok(Words { replica, language, people: replica.people()? })
    }

    /// What a reference points at.
    fn title(&self, record: &Record, link: Link) -> String {
        match link {
            Link::Record(id) => {
                let titles = self.replica.store().titles(&[id]).unwrap_or_default();
                titles.into_iter().flatten().next().unwrap_or_else(|| self.absent(id))
            }
            Link::Row(id) => row_title(record, id).unwrap_or_else(|| id.to_string()),
        }
    }

    /// What stands in place of the title of a record that is not here.
    fn absent(&self, id: RecordId) -> String {
        const ERASED: Caption = Caption::new("(raderad)", "(erased)");
        const HIDDEN: Caption = Caption::new("(dold)", "(hidden)");
        if self.replica.store().is_erased(id).unwrap_or(false) {
            return ERASED.get(self.language).to_owned();
        }
        // To somebody from whom some kinds are kept, what is not here is one of these.
        match self.replica.grant() {
            Ok(grant) if grant.role.readable().is_some() => HIDDEN.get(self.language).to_owned(),
            _ => id.to_string(),
        }
    }

    pub(crate) fn value(&self, record: &Record, field_type: &FieldType, value: &Value) -> String {
        field_type.words(value, self.language, &|link| self.title(record, link))
    }

    /// What lists show of a record beside its title: what tells it from others of that title.
    pub(crate) fn beside_title(&self, kind: &'static Kind, row: &RowView) -> String {
        let record =
            Record { id: row.id, kind: row.kind.clone(), removed: row.removed, cells: row.cells.clone() };
        let shown = kind.listed().filter(|field| !kind.title.iter().any(|names| names.contains(&field.name)));
        let filled = shown.filter_map(|field| Some(field.in_lists(row.cells.get(field.name)?)));
        let filled = filled.filter(|(_, value)| !value.is_empty());
        let values: Vec<String> = filled.map(|(of, value)| self.value(&record, &of, value)).collect();
        values.join(" · ")
    }

    /// Who wrote, and when.
    pub(crate) fn stamp(&self, stamp: &Stamp) -> String {
        let who = stamp.device.and_then(|device| self.people.get(&device)).map_or("?", String::as_str);
        format!("{who}, {}", moment(stamp.time))
    }

    pub(crate) fn difference(&self, record: &Record, difference: &Difference) -> String {
        difference_words(record, difference, self.language, &|link| self.title(record, link))
    }

    /// All filled fields of a record, in lines.
    pub(crate) fn record(&self, record: &Record) -> Vec<String> {
        const UNKNOWN: Caption = Caption::new(
            "  (ett slag som den här versionen inte känner till: {})",
            "  (a kind that this version does not know: {})",
        );
        match record.kind() {
            Some(kind) => self.cells(record, kind, &record.cells),
            None => vec![UNKNOWN.fill(self.language, &[&one_line(&record.kind)])],
        }
    }

    fn cells(&self, record: &Record, kind: &'static Kind, cells: &Cells) -> Vec<String> {
        let mut lines = Vec::new();
        for field in kind.fields {
            let Some(value) = cells.get(field.name) else { continue };
            let caption = field.caption.get(self.language);
            match (field.field_type, value) {
                (FieldType::Rows(fields), Value::Rows(rows)) => {
                    lines.push(format!("  {caption} [{}]:", field.name));
                    let row = |row: &samsyn_engine::schema::Row| {
                        format!("    {}  {}", row.id, self.row(record, fields, &row.cells))
                    };
                    lines.extend(rows.iter().map(row));
                }
                (field_type, value) => {
                    let text = self.value(record, &field_type, value).replace('\n', "\n      ");
                    lines.push(format!("  {caption} [{}]: {text}", field.name));
                }
            }
        }
        lines
    }

    fn row(&self, record: &Record, fields: &'static [Field], cells: &Cells) -> String {
        let filled = fields.iter().filter_map(|field| cells.get(field.name).map(|value| (field, value)));
        let parts = filled.map(|(field, value)| {
            format!("{}: {}", field.caption.get(self.language), self.value(record, &field.field_type, value))
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// What a row of a record is called: the first of its fields that is text.
fn row_title(record: &Record, id: RowId) -> Option<String> {
    let row = record.cells.values().flat_map(|value| value.rows()).find(|row| row.id == id)?;
    ["name", "title"].iter().find_map(|name| row.get(name).as_text()).map(|text| one_line(text).into_owned())
}

/// A record's history for programs: who changed what, when and why.
pub(crate) fn history_to_json(words: &Words<'_>, id: RecordId) -> Result<serde_json::Value, ReplicaError> {
    let document = words.replica.document(id)?;
    let entry = |entry: HistoryEntry| {
        let record = document.read_at(&[entry.stamp.change]);
        let differences = document.differences_of(&entry);
        let lines: Vec<String> = differences.iter().map(|d| words.difference(&record, d)).collect();
        json!({
            "change": entry.stamp.change.to_string(), "device": entry.stamp.device,
            "person": entry.stamp.device.and_then(|device| words.people.get(&device)),
            "time": entry.stamp.time, "why": entry.why, "differences": lines,
        })
    };
    Ok(document.history().into_iter().map(entry).collect())
}
