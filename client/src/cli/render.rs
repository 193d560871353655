//! How records and differences read on a terminal.

use std::collections::HashMap;
use std::io::Write;

use samsyn_engine::document::{Difference, Record, Stamp};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Cells, Field, FieldType, Kind, Language, Link, Value};

use crate::context::{Context, Failure};
use crate::words::{difference_words, moment};

/// Writes a line to standard output.
pub(super) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Writes JSON to standard output, for people's eyes, too.
pub(super) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    line(format_args!("{value:#}"))
}

/// Turns what a replica holds into words.
pub(super) struct Words<'a> {
    pub(super) replica: &'a Replica,
    pub(super) language: Language,
    people: HashMap<samsyn_engine::identity::DeviceId, String>,
}

impl<'a> Words<'a> {
    pub(super) fn new(replica: &'a Replica, context: &Context) -> Result<Self, Failure> {
        Ok(Words { replica, language: context.language, people: replica.people()? })
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
    fn absent(&self, id: samsyn_engine::id::RecordId) -> String {
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

    pub(super) fn value(&self, record: &Record, field_type: &FieldType, value: &Value) -> String {
        field_type.words(value, self.language, &|link| self.title(record, link))
    }

    /// Who wrote, and when.
    pub(super) fn stamp(&self, stamp: &Stamp) -> String {
        let who = stamp.device.and_then(|device| self.people.get(&device)).map_or("?", String::as_str);
        format!("{who}, {}", moment(stamp.time))
    }

    pub(super) fn difference(&self, record: &Record, difference: &Difference) -> String {
        difference_words(record, difference, self.language, &|link| self.title(record, link))
    }

    /// All filled fields of a record, one a line.
    pub(super) fn record(&self, record: &Record) -> Result<(), Failure> {
        match record.kind() {
            Some(kind) => self.cells(record, kind, &record.cells),
            None => line(format_args!("  (a kind that this version does not know: {})", record.kind)),
        }
    }

    fn cells(&self, record: &Record, kind: &'static Kind, cells: &Cells) -> Result<(), Failure> {
        for field in kind.fields {
            let Some(value) = cells.get(field.name) else { continue };
            let caption = field.caption.get(self.language);
            match (field.field_type, value) {
                (FieldType::Rows(fields), Value::Rows(rows)) => {
                    line(format_args!("  {caption} [{}]:", field.name))?;
                    for row in rows {
                        line(format_args!("    {}  {}", row.id, self.row(record, fields, &row.cells)))?;
                    }
                }
                (field_type, value) => {
                    let text = self.value(record, &field_type, value).replace('\n', "\n      ");
                    line(format_args!("  {caption} [{}]: {text}", field.name))?;
                }
            }
        }
        Ok(())
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
fn row_title(record: &Record, id: samsyn_engine::id::RowId) -> Option<String> {
    let row = record.cells.values().flat_map(|value| value.rows()).find(|row| row.id == id)?;
    ["name", "title"].iter().find_map(|name| row.get(name).as_text()).map(str::to_owned)
}
