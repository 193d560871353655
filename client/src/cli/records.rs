//! Commands on records.

use clap::Args;
use samsyn_engine::document::{Edit, Record};
use samsyn_engine::exchange::record_to_json;
use samsyn_engine::id::RowId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{
    self, Caption, Cells, Field, FieldPath, FieldType, Kind, Language, NewRecord, Reading, Value,
    cells_to_json, count_words,
};
use samsyn_engine::store::{Filter, Hit, ListQuery, Listed, RowView, Sort, Test};
use samsyn_engine::text::one_line;
use serde_json::json;

use super::naming::record;
use super::people::{assignment, kind, value, with_nearest_names};
use super::render::{Words, complain, json as write_json, line};
use super::{Json, Most, SOME_OF};
use crate::context::{Context, Failure, Said};
use crate::told::history_to_json;
use crate::words::path_words;

/// List the records of a kind.
#[derive(Debug, Args)]
pub(super) struct List {
    /// The kind: meeting, contact, organisation, venue, plan, focus_area.
    kind: String,
    /// Only records in which all these words stand.
    #[arg(long, default_value = "")]
    search: String,
    /// Only records whose FIELD is VALUE, written as for `set`; VALUE empty: whose FIELD is empty.
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    conditions: Vec<String>,
    /// In the order of this field; with a minus before it from the last to the first.
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    sort: Option<String>,
    /// The removed ones instead.
    #[arg(long)]
    removed: bool,
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

impl List {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        let list = self.query(&replica, context.reading())?;
        let Listed { ids, near } = replica.store().listed(&list)?;
        if near {
            complain(NEAR_ALONE.get(context.language));
        }
        let words = Words::new(&replica, context)?;
        // Page by page: a list may be long, memory is not.
        let mut all = Vec::new();
        let shown = self.most.of(&ids);
        for page in shown.chunks(500) {
            for row in replica.store().rows(page)?.into_iter().flatten() {
                if self.json.json {
                    all.push(row_to_json(&row));
                } else {
                    print_row(&words, list.kind, &row)?;
                }
            }
        }
        if self.json.json {
            write_json(&json!(all))?;
        }
        self.most.tell(shown.len(), ids.len(), context.language);
        Ok(())
    }

    fn query(&self, replica: &Replica, reading: Reading) -> Result<ListQuery, Failure> {
        let kind = kind(&self.kind)?;
        let known = |name: &str| kind.field(name).ok_or_else(|| no_field(kind.name, kind.fields, name));
        let mut filters = Vec::new();
        for condition in &self.conditions {
            let (name, wanted) = assignment(condition)?;
            let field = known(name)?;
            let tests = tests(replica, field, wanted, reading)?;
            filters.extend(tests.into_iter().map(|test| Filter { field: name.to_owned(), test }));
        }
        let sort = match self.sort.as_deref() {
            None => None,
            Some(name) => {
                let (field, descending) = name.strip_prefix('-').map_or((name, false), |rest| (rest, true));
                Some(Sort { field: known(field)?.name.to_owned(), descending })
            }
        };
        Ok(ListQuery { kind, search: self.search.clone(), filters, sort, removed: self.removed })
    }
}

const UNFILTERED: Caption = Caption::new(
    "{} är löpande text eller en lista. Sök efter ord i den med --search.",
    "{} is running text or a list. Look for words in it with --search.",
);

/// The tests that a record passes whose field is what is written here. Of a set, each member that is named is one.
fn tests(replica: &Replica, field: &Field, wanted: &str, reading: Reading) -> Result<Vec<Test>, Failure> {
    if wanted.trim().is_empty() {
        return match field.field_type {
            // Lists know no running text.
            FieldType::Prose => Err(Said::new(UNFILTERED, &[&field.name]).into()),
            _ => Ok(vec![Test::Empty]),
        };
    }
    if matches!(field.field_type, FieldType::Prose | FieldType::Rows(_)) {
        return Err(Said::new(UNFILTERED, &[&field.name]).into());
    }
    let value = value((replica, &Cells::new()), field, wanted, reading)?;
    let by_letters =
        matches!(field.field_type, FieldType::Line | FieldType::Email | FieldType::Phone | FieldType::Url);
    Ok(match value.to_scalar() {
        _ if by_letters => vec![Test::Says(stored(&value))],
        Some(_) => vec![Test::Is(stored(&value))],
        None => value.members().into_iter().map(Test::Is).collect(),
    })
}

/// A value as it is stored, as one text.
fn stored(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn row_to_json(row: &RowView) -> serde_json::Value {
    json!({
        "id": row.id, "kind": row.kind, "title": row.title, "removed": row.removed,
        "conflicts": row.conflicts, "fields": cells_to_json(&row.cells),
    })
}

fn print_row(words: &Words<'_>, kind: &'static Kind, row: &RowView) -> Result<(), Failure> {
    let mark = if row.conflicts > 0 { " (!)" } else { "" };
    line(format_args!("{}  {}{mark}  {}", row.id, row.title, words.beside_title(kind, row)))
}

/// What somebody is typing in a window, or was when the program ended: it is here and nowhere else.
fn print_drafts(context: &Context, replica: &Replica, record: &Record) -> Result<(), Failure> {
    const DRAFT: Caption = Caption::new(
        "utkast, inte sparat i posten än: {path}: {text}",
        "draft, not saved in the record yet: {path}: {text}",
    );
    let drafts = replica.store().unfinished()?.into_iter().filter(|draft| draft.record == record.id);
    for draft in drafts {
        let path = path_words(record, &draft.path, context.language);
        line(DRAFT.get(context.language).replace("{path}", &path).replace("{text}", &draft.text))?;
    }
    Ok(())
}

/// Show a record, or its history.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The record's identifier, or the beginning of it.
    record: String,
    /// Who changed what, when and why.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        let id = record(&replica, &self.record)?;
        if self.history { self.history(context, &replica, id) } else { self.state(context, &replica, id) }
    }

    fn state(
        &self,
        context: &Context,
        replica: &Replica,
        id: samsyn_engine::id::RecordId,
    ) -> Result<(), Failure> {
        let document = replica.document(id)?;
        let record = document.read();
        if self.json.json {
            return write_json(&record_to_json(&record));
        }
        let words = Words::new(replica, context)?;
        const REMOVED: Caption = Caption::new(" (borttagen)", " (removed)");
        let removed = if record.removed { REMOVED.get(context.language) } else { "" };
        let kind = record.kind().map_or(record.kind.as_str(), |kind| kind.caption.get(context.language));
        line(format_args!("{kind}: {}{removed}  {id}", record.title()))?;
        words.record(&record).into_iter().try_for_each(line)?;
        super::review::print_conflicts(&words, &record, &document.conflicts())?;
        print_drafts(context, replica, &record)
    }

    fn history(
        &self,
        context: &Context,
        replica: &Replica,
        id: samsyn_engine::id::RecordId,
    ) -> Result<(), Failure> {
        if self.json.json {
            return write_json(&history_to_json(&Words::new(replica, context)?, id)?);
        }
        let document = replica.document(id)?;
        let words = Words::new(replica, context)?;
        let all = document.history();
        // The newest are what somebody wants to see first, and they stand last.
        let shown = &all[all.len() - self.most.of(&all).len()..];
        for entry in shown {
            let record = document.read_at(&[entry.stamp.change]);
            let differences = document.differences_of(entry);
            let why = entry.why.as_ref().map_or(String::new(), |why| format!(": {}", one_line(why)));
            line(format_args!("{}{why}", words.stamp(&entry.stamp)))?;
            for difference in &differences {
                line(format_args!("  {}", words.difference(&record, difference)))?;
            }
        }
        self.most.tell(shown.len(), all.len(), context.language);
        Ok(())
    }
}

/// Write fields of a record.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The record's identifier, or the beginning of it.
    record: String,
    /// What to write: FIELD=VALUE, or LIST.ROW.FIELD=VALUE; nothing after the sign clears the field.
    #[arg(required = true, value_name = "FIELD=VALUE")]
    values: Vec<String>,
    /// Why: kept in the history.
    #[arg(long)]
    why: Option<String>,
    #[command(flatten)]
    json: Json,
}

impl Set {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut replica = context.open()?;
        let id = record(&replica, &self.record)?;
        let kind = known_kind(&replica, id)?;
        let mut edits = Vec::new();
        // A day without a year is read beside what the same command has written.
        let mut cells = replica.record(id)?.cells;
        for text in &self.values {
            let (path, text) = assignment(text)?;
            let path: FieldPath = path.parse()?;
            let unknown = || match &path {
                FieldPath::Cell(list, _, name) if kind.row_fields(list).is_some() => {
                    no_field(list, kind.row_fields(list).unwrap_or_default(), name)
                }
                FieldPath::Field(name) => no_field(kind.name, kind.fields, name),
                path => no_field(kind.name, kind.fields, &path.to_string()),
            };
            let field = kind.field_at(&path).ok_or_else(unknown)?;
            if let FieldType::Rows(_) = field.field_type {
                const IS_LIST: Caption = Caption::new(
                    "{1} är en lista: lägg till i den med \"samsyn add --to {0} {1} FÄLT=VÄRDE\".",
                    "{1} is a list: add to it with `samsyn add --to {0} {1} FIELD=VALUE`.",
                );
                return Err(Said::new(IS_LIST, &[&id, &path]).into());
            }
            let reading = context.reading();
            let reading = match &path {
                FieldPath::Cell(list, row, _) => {
                    let row =
                        cells.get(list).and_then(|value| value.rows().iter().find(|known| known.id == *row));
                    let row = row.map(|row| row.cells.clone()).unwrap_or_default();
                    beside(reading, field, kind.row_fields(list).unwrap_or_default(), &row)
                }
                _ => beside(reading, field, kind.fields, &cells),
            };
            let value = value((&replica, &cells), field, text, reading)?;
            put(&mut cells, &path, &value);
            edits.push(Edit::Set { value, path });
        }
        let edited = replica.edit(id, &edits, self.why.as_deref())?;
        report_edit(&replica, context, &edited, self.json)
    }
}

/// How a text is read for a field that stands among others.
fn beside(reading: Reading, field: &Field, fields: &[Field], cells: &Cells) -> Reading {
    reading.beside(field, fields, &|name| cells.get(name).cloned().unwrap_or_default())
}

/// Puts a value where a path leads.
fn put(cells: &mut Cells, path: &FieldPath, value: &Value) {
    match path {
        FieldPath::Field(name) => {
            cells.insert(name.clone(), value.clone());
        }
        FieldPath::Cell(list, id, name) => {
            let Some(Value::Rows(rows)) = cells.get_mut(list) else { return };
            if let Some(row) = rows.iter_mut().find(|row| row.id == *id) {
                row.cells.insert(name.clone(), value.clone());
            }
        }
        FieldPath::Row(..) => {}
    }
}

/// Says which day was understood, where it was written in another way: nothing else that `add` says shows it.
fn understood(field: &Field, text: &str, value: &Value, language: Language) {
    const UNDERSTOOD: Caption = Caption::new("{}: ”{}” är {}", "{}: “{}” is {}");
    let words = field.field_type.words(value, language, &|link| link.to_string());
    if matches!(value, Value::Date(_) | Value::DateRange(_)) && words != text.trim() {
        complain(UNDERSTOOD.fill(language, &[&field.name, &text.trim(), &words]));
    }
}

fn known_kind(replica: &Replica, id: samsyn_engine::id::RecordId) -> Result<&'static Kind, Failure> {
    const NEWER: Caption = Caption::new(
        "Den här versionen känner inte till postens slag: installera en nyare Samsyn.",
        "This version does not know the record's kind: install a newer Samsyn.",
    );
    Ok(replica.document(id)?.kind().ok_or_else(|| Said::new(NEWER, &[]))?)
}

/// What is said where a kind or a list has no such field.
fn no_field(owner: &str, fields: &[Field], name: &str) -> Said {
    const NO_FIELD: Caption = Caption::new(
        "{} har inget fält ”{}”. Fälten visas med \"samsyn fields\".",
        "{} has no field “{}”. `samsyn fields` shows what there is.",
    );
    let named = fields.iter().map(|field| (field.name, field.caption));
    with_nearest_names(Said::new(NO_FIELD, &[&owner, &name]), name, named)
}

fn report_edit(
    replica: &Replica,
    context: &Context,
    edited: &samsyn_engine::replica::Edited,
    json: Json,
) -> Result<(), Failure> {
    let record = replica.record(edited.record)?;
    if json.json {
        return write_json(&record_to_json(&record));
    }
    let words = Words::new(replica, context)?;
    if edited.differences.is_empty() {
        const SAME: Caption =
            Caption::new("Inget att ändra: det var redan så.", "Nothing to change: it was so already.");
        return line(SAME.get(context.language));
    }
    edited.differences.iter().try_for_each(|difference| line(words.difference(&record, difference)))
}

/// Add a record, or a row to a list in a record.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The kind of the record; with --to the list that gets a row.
    kind: String,
    /// What its fields hold.
    #[arg(value_name = "FIELD=VALUE")]
    values: Vec<String>,
    /// Add a row to this record instead of adding a record.
    #[arg(long, value_name = "RECORD")]
    to: Option<String>,
    #[command(flatten)]
    json: Json,
}

impl Add {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut replica = context.open()?;
        match &self.to {
            Some(to) => self.add_row(context, &mut replica, to),
            None => self.add_record(context, &mut replica),
        }
    }

    fn add_record(&self, context: &Context, replica: &mut Replica) -> Result<(), Failure> {
        let kind = kind(&self.kind)?;
        let mut new = NewRecord::new(kind);
        new.cells =
            cells((replica, &Cells::new()), (kind.name, kind.fields), &self.values, context.reading())?;
        replica.create_record(&new)?;
        if self.json.json { write_json(&record_to_json(&replica.record(new.id)?)) } else { line(new.id) }
    }

    fn add_row(&self, context: &Context, replica: &mut Replica, to: &str) -> Result<(), Failure> {
        let id = record(replica, to)?;
        let kind = known_kind(replica, id)?;
        const NO_LIST: Caption = Caption::new("{} har ingen lista ”{}”.", "{} has no list “{}”.");
        let is_list = |field: &&Field| matches!(field.field_type, FieldType::Rows(_));
        let lists = || kind.fields.iter().filter(is_list).map(|field| (field.name, field.caption));
        let no_list =
            || with_nearest_names(Said::new(NO_LIST, &[&kind.name, &self.kind]), &self.kind, lists());
        let fields = kind.row_fields(&self.kind).ok_or_else(no_list)?;
        let others = replica.record(id)?.cells;
        let cells = cells((replica, &others), (&self.kind, fields), &self.values, context.reading())?;
        let edited = replica.edit(id, &[Edit::add_row(&self.kind, cells)], None)?;
        report_edit(replica, context, &edited, self.json)
    }
}

fn cells(
    (replica, record): (&Replica, &Cells),
    (owner, fields): (&str, &'static [Field]),
    values: &[String],
    reading: Reading,
) -> Result<Cells, Failure> {
    let mut cells = Cells::new();
    for text in values {
        let (name, text) = assignment(text)?;
        let unknown = || no_field(owner, fields, name);
        let field = fields.iter().find(|field| field.name == name).ok_or_else(unknown)?;
        let value: Value = value((replica, record), field, text, beside(reading, field, fields, &cells))?;
        understood(field, text, &value, reading.language);
        if !value.is_empty() {
            cells.insert(name.to_owned(), value);
        }
    }
    Ok(cells)
}

/// Mark a record, or a row in it, as removed; or bring it back.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The record's identifier, or the beginning of it.
    record: String,
    /// A row of it, as LIST.ROW.
    row: Option<String>,
    /// Bring it back.
    #[arg(long)]
    restore: bool,
    #[command(flatten)]
    json: Json,
}

impl Remove {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut replica = context.open()?;
        let id = record(&replica, &self.record)?;
        let edit = match &self.row {
            None if self.restore => Edit::Restore,
            None => Edit::Remove,
            Some(path) => self.row_edit(path)?,
        };
        let edited = replica.edit(id, &[edit], None)?;
        report_edit(&replica, context, &edited, self.json)
    }

    fn row_edit(&self, path: &str) -> Result<Edit, Failure> {
        let (list, row): (String, RowId) = match path.parse()? {
            FieldPath::Row(list, row) => (list, row),
            _ => return Err(Said::new(NOT_A_ROW, &[&path]).into()),
        };
        Ok(if self.restore { Edit::RestoreRow { list, row } } else { Edit::RemoveRow { list, row } })
    }
}

const NOT_A_ROW: Caption = Caption::new(
    "”{}” är ingen rad: skriv LISTA.RAD, med radens beteckning som den står i \"samsyn show\".",
    "“{}” is not a row: write LIST.ROW, with the row's identifier as it stands in `samsyn show`.",
);

/// Find records by words.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// Words, or their beginnings.
    #[arg(required = true)]
    words: Vec<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    most: usize,
    #[command(flatten)]
    json: Json,
}

impl Search {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        let found = replica.store().find(&self.words.join(" "), &[], self.most)?;
        if self.json.json {
            let hit = |hit: &Hit| json!({"id": hit.id, "kind": hit.kind, "title": hit.title});
            let all = |hits: &[Hit]| hits.iter().map(hit).collect::<Vec<_>>();
            return write_json(&json!({
                "hits": all(&found.hits), "total": found.total, "near": all(&found.near),
            }));
        }
        let language = context.language;
        found.hits.iter().try_for_each(|hit| print_hit(hit, language))?;
        match (found.hits.is_empty(), found.near.is_empty()) {
            (true, true) => complain(NOTHING.fill(language, &[&self.words.join(" ")])),
            (true, false) => line(NEAR_ALONE.get(language))?,
            (false, false) => line(NEAR_TOO.get(language))?,
            (false, true) => {}
        }
        found.near.iter().try_for_each(|hit| print_hit(hit, language))?;
        let shown = found.hits.len();
        if found.total > shown as u64 {
            complain(SOME_OF.fill(
                language,
                &[&count_words(shown as u64, language), &count_words(found.total, language)],
            ));
        }
        Ok(())
    }
}

const NOTHING: Caption = Caption::new(
    "Inga träffar på ”{}”, inte heller på något som liknar det.",
    "Nothing is found for “{}”, nor for anything like it.",
);
const NEAR_ALONE: Caption = Caption::new(
    "Inga exakta träffar. Menade du någon av dessa?",
    "No exact matches. Did you mean one of these?",
);
const NEAR_TOO: Caption = Caption::new("Eller menade du någon av dessa?", "Or did you mean one of these?");

fn print_hit(hit: &Hit, language: Language) -> Result<(), Failure> {
    let caption = schema::kind(&hit.kind).map_or(hit.kind.as_str(), |kind| kind.caption.get(language));
    line(format_args!("{}  {}: {}", hit.id, one_line(caption), hit.title))
}
