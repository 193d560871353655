//! Review on a terminal.

use clap::Args;
use samsyn_engine::document::{FieldConflict, Record};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Caption;
use samsyn_engine::text::one_line;
use serde_json::json;

use super::naming::record;
use super::render::{Words, json as write_json, line};
use super::{Json, Most};
use crate::context::{Context, Failure};
use crate::words::path_words;

/// What awaits review: what changed, who did it, what contradicts.
#[derive(Debug, Args)]
pub(crate) struct Review {
    /// Only this record.
    record: Option<String>,
    /// Mark it as reviewed after showing it; without a record: everything but what contradicts.
    #[arg(long)]
    done: bool,
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

impl Review {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut replica = if self.done { context.open()? } else { context.read()? };
        let only = self.record.as_deref().map(|text| record(&replica, text)).transpose()?;
        let shown = show(&replica, context, only, (self.most, self.json))?;
        if self.done {
            // Just what was shown: what came in the meantime is still to be seen.
            replica.mark_all_of(&shown)?;
        }
        Ok(())
    }
}

type Shown = Vec<(samsyn_engine::id::RecordId, samsyn_engine::document::Heads)>;

fn show(
    replica: &Replica,
    context: &Context,
    only: Option<samsyn_engine::id::RecordId>,
    (most, Json { json: as_json }): (Most, Json),
) -> Result<Shown, Failure> {
    let words = Words::new(replica, context)?;
    let (mut shown, mut all) = (Vec::new(), Vec::new());
    let mut queue = replica.review_queue()?;
    queue.retain(|entry| only.is_none_or(|id| id == entry.row.id));
    let looked_at = most.of(&queue);
    for entry in looked_at {
        let item = replica.review(entry.row.id)?;
        let record = replica.record(entry.row.id)?;
        if as_json {
            all.push(item_to_json(&words, &record, &item));
        } else {
            print_item(&words, &record, &item)?;
        }
        // What contradicts is looked at one by one.
        if only.is_some() || item.conflicts.is_empty() {
            shown.push((item.record, item.heads));
        }
    }
    match (as_json, queue.is_empty()) {
        (true, _) => write_json(&json!(all))?,
        (false, true) => match only {
            Some(id) => line(NOT_WAITING.fill(words.language, &[&id]))?,
            None => line(NOTHING.get(words.language))?,
        },
        (false, false) => {}
    }
    most.tell(looked_at.len(), queue.len(), words.language);
    Ok(shown)
}

fn print_item(
    words: &Words<'_>,
    record: &Record,
    item: &samsyn_engine::review::ReviewItem,
) -> Result<(), Failure> {
    let kind = record.kind().map_or(record.kind.as_str(), |kind| kind.caption.get(words.language));
    line(format_args!("{kind}: {}  {}", record.title(), record.id))?;
    print_conflicts(words, record, &item.conflicts)?;
    for change in &item.changes {
        let writers: Vec<String> = change.writers.iter().map(|stamp| words.stamp(stamp)).collect();
        line(format_args!("  {}   [{}]", words.difference(record, &change.difference), writers.join("; ")))?;
        for reason in &change.reasons {
            line(format_args!("    \"{}\"", one_line(reason)))?;
        }
    }
    Ok(())
}

const NOT_WAITING: Caption =
    Caption::new("{}: inget i den posten väntar på granskning.", "{}: nothing in that record awaits review.");
const NOTHING: Caption = Caption::new("Inget väntar på granskning.", "Nothing awaits review.");

/// What contradicts, all values side by side, the shown one marked.
const DECIDE: Caption = Caption::new("avgör med", "decide with");

pub(super) fn print_conflicts(
    words: &Words<'_>,
    record: &Record,
    conflicts: &[FieldConflict],
) -> Result<(), Failure> {
    for conflict in conflicts {
        line(format_args!("  ! {}", path_words(record, &conflict.path, words.language)))?;
        let field = record.kind().and_then(|kind| kind.field_at(&conflict.path));
        for writing in &conflict.writings {
            let value = field
                .map_or_else(String::new, |field| words.value(record, &field.field_type, &writing.value));
            let mark = if writing.shown { "*" } else { " " };
            line(format_args!("    {mark} {value}   [{}]", words.stamp(&writing.stamp)))?;
        }
        let decide = DECIDE.get(words.language);
        line(format_args!("      {decide}: samsyn set {} {}=…", record.id, conflict.path))?;
    }
    Ok(())
}

fn item_to_json(
    words: &Words<'_>,
    record: &Record,
    item: &samsyn_engine::review::ReviewItem,
) -> serde_json::Value {
    let stamp = |stamp: &samsyn_engine::document::Stamp| json!({ "device": stamp.device, "time": stamp.time, "change": stamp.change.to_string() });
    let changes: Vec<_> = item
        .changes
        .iter()
        .map(|change| {
            json!({
                "path": change.difference.path(),
                "words": words.difference(record, &change.difference),
                "writers": change.writers.iter().map(stamp).collect::<Vec<_>>(),
                "reasons": change.reasons,
            })
        })
        .collect();
    let conflicts: Vec<_> = item
        .conflicts
        .iter()
        .map(|conflict| {
            let writings = conflict.writings.iter().map(|writing| {
                json!({ "value": writing.value.to_json(), "shown": writing.shown, "by": stamp(&writing.stamp) })
            });
            json!({ "path": conflict.path, "values": writings.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "record": record.id, "kind": record.kind, "title": record.title(),
        "changes": changes, "conflicts": conflicts,
    })
}

/// Prints what awaits review, for the demo.
pub(crate) fn print_all(replica: &Replica, context: &Context) -> Result<(), Failure> {
    show(replica, context, None, (Most { most: None }, Json { json: false })).map(drop)
}
