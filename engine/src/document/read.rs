//! What a document says: now, or at any heads.

use automerge::{ChangeHash, ObjId, ObjType, ROOT, Value as Stored};

use super::layout::{self, ORDER, REMOVED};
use super::view::{View, read_scalar};
use super::{Document, FieldConflict, seeds};
use crate::id::{RecordId, RowId};
use crate::identity::Owned;
use crate::schema::{self, Cells, Field, FieldType, Kind, Link, Row, Value};
use crate::text::one_line;

/// A record as it is, or was, at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Which.
    pub id: RecordId,
    /// The name of its kind. One that this version does not know has no cells.
    pub kind: String,
    /// Whether it carries the mark of a removed record.
    pub removed: bool,
    /// Its fields. What is empty is left out.
    pub cells: Cells,
}

impl Record {
    /// The value of one of its fields.
    pub fn get(&self, name: &str) -> &Value {
        self.cells.get(name).unwrap_or(&Value::Empty)
    }

    /// The value at a path; for a row, the row alone.
    pub fn at(&self, path: &schema::FieldPath) -> Value {
        use schema::FieldPath::{Cell, Field, Row as RowPath};
        let row = |list: &str, id: RowId| self.get(list).rows().iter().find(|row| row.id == id);
        match path {
            Field(name) => self.get(name).clone(),
            RowPath(list, id) => row(list, *id).map_or(Value::Empty, |row| Value::Rows(vec![row.clone()])),
            Cell(list, id, name) => row(list, *id).map_or(Value::Empty, |row| row.get(name).clone()),
        }
    }

    /// Its kind, if this version knows it.
    pub fn kind(&self) -> Option<&'static Kind> {
        schema::kind(&self.kind)
    }

    /// What people call it, fit to be shown in one line: the first of the kind's titles that is not empty.
    pub fn title(&self) -> String {
        let Some(kind) = self.kind() else { return String::new() };
        let words = |names: &&[&str]| {
            let parts = names.iter().filter_map(|name| self.get(name).as_text());
            parts.map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        let title = kind.title.iter().map(words).find(|title| !title.is_empty()).unwrap_or_default();
        one_line(&title).into_owned()
    }
}

impl Owned for Record {
    fn kind(&self) -> &str {
        &self.kind
    }

    fn id(&self) -> RecordId {
        self.id
    }

    fn links(&self, field: &str) -> Vec<RecordId> {
        match self.get(field) {
            Value::Link(link) => link.record().into_iter().collect(),
            Value::Links(links) => links.iter().filter_map(Link::record).collect(),
            _ => Vec::new(),
        }
    }
}

/// All that a document says now, read in one go: most of the work is to walk its maps, and one walk does for all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The record.
    pub record: Record,
    /// Its field conflicts, in the order of the form.
    pub conflicts: Vec<FieldConflict>,
}

impl Document {
    /// The record as it is now, with its conflicts.
    pub fn contents(&self) -> Contents {
        self.contents_in(&View::now(&self.automerge))
    }

    /// The same in a view of the document as it is now.
    pub(super) fn contents_in(&self, view: &View<'_>) -> Contents {
        Contents { record: read(view, self.id), conflicts: self.conflicts_in(view) }
    }

    /// The record as it is now.
    pub fn read(&self) -> Record {
        read(&View::now(&self.automerge), self.id)
    }

    /// The record as it was at these heads. Heads that the document does not have are passed over; with its seeds
    /// alone a record is not there yet.
    pub fn read_at(&self, heads: &[ChangeHash]) -> Record {
        let is_seed = |hash: &ChangeHash| {
            let meta = self.automerge.get_change_meta_by_hash(hash);
            meta.is_none_or(|meta| seeds::is_seed_actor(&meta.actor))
        };
        if heads.iter().all(is_seed) {
            return Record { id: self.id, kind: String::new(), removed: false, cells: Cells::new() };
        }
        read(&View::at(&self.automerge, heads), self.id)
    }
}

fn read(view: &View<'_>, id: RecordId) -> Record {
    let kind = view.text(&ROOT, layout::KIND).unwrap_or_default();
    let cells = schema::kind(&kind).map_or_else(Cells::new, |kind| read_cells(view, &ROOT, kind.fields));
    Record { id, kind, removed: view.flag(&ROOT, REMOVED), cells }
}

fn read_cells(view: &View<'_>, object: &ObjId, fields: &'static [Field]) -> Cells {
    let mut cells = Cells::new();
    for field in fields {
        let value = read_field(view, object, field);
        if !value.is_empty() {
            cells.insert(field.name.to_owned(), value);
        }
    }
    cells
}

fn read_field(view: &View<'_>, object: &ObjId, field: &Field) -> Value {
    match (view.get(object, field.name), field.field_type) {
        (None, _) => Value::Empty,
        (Some((Stored::Object(ObjType::Text), text)), FieldType::Prose) => Value::Text(view.prose(&text)),
        (Some((Stored::Object(ObjType::Map), rows)), FieldType::Rows(fields)) => {
            Value::Rows(read_rows(view, &rows, fields))
        }
        (Some((Stored::Object(ObjType::Map), set)), FieldType::EnumerationSet(_)) => {
            Value::Choices(view.members(&set).collect())
        }
        (Some((Stored::Object(ObjType::Map), set)), FieldType::ReferenceSet(_)) => {
            Value::Links(view.members(&set).filter_map(|member| member.parse::<Link>().ok()).collect())
        }
        (Some((Stored::Scalar(scalar), _)), field_type) => read_scalar(&field_type, &scalar),
        (Some((other, _)), _) => Value::Unreadable(other.to_string()),
    }
}

fn read_rows(view: &View<'_>, rows: &ObjId, fields: &'static [Field]) -> Vec<Row> {
    let mut found = Vec::new();
    for key in view.keys(rows) {
        let Ok(id) = key.parse::<RowId>() else { continue };
        let Some((Stored::Object(ObjType::Map), row)) = view.get(rows, &key) else { continue };
        if view.flag(&row, REMOVED) {
            continue;
        }
        let order = view.text(&row, ORDER).unwrap_or_default();
        found.push(Row { id, order, cells: read_cells(view, &row, fields) });
    }
    found.sort_by(|one, other| (&one.order, one.id).cmp(&(&other.order, other.id)));
    found
}
