//! What the relay has refused: a state that lasts until somebody sends it again or lets it go.

use clap::{Args, Subcommand};
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{RefusedEntry, RefusedRecord, Replica};
use samsyn_engine::schema::Caption;
use serde_json::json;

use super::naming::record;
use super::render::{Words, json as write_json, line};
use super::{Json, Most};
use crate::context::{Context, Failure, Said};
use crate::explain;

/// List what the relay has refused, with the reasons; send it again, or let it go.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Refused {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Offer it again with the next sync: all of it, or what is of one record. What was refused for a role is offered again by itself once
    /// the role allows it.
    Retry {
        /// The record: its identifier or the beginning of it.
        record: Option<String>,
    },
    /// Let go of what was refused of a record, and of what was built on it. It cannot be undone.
    Discard {
        /// The record: its identifier or the beginning of it.
        record: String,
        /// Do it. Without it, only say what would go.
        #[arg(long)]
        yes: bool,
    },
}

const NOTHING: Caption = Caption::new("Inget är avvisat.", "Nothing is refused.");
const ONLY_HERE: Caption = Caption::new("finns bara här", "only here");

impl Refused {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let Some(action) = &self.action else { return self.list(&context.read()?, context) };
        let mut replica = context.open()?;
        match action {
            Action::Retry { record: None } => {
                let count = replica.retry_refused()?;
                offered(count, context)
            }
            Action::Retry { record: Some(text) } => {
                let id = record(&replica, text)?;
                let count = replica.retry_refused_in(id)?;
                offered(count, context)
            }
            Action::Discard { record: text, yes } => discard(&mut replica, (text, *yes), context),
        }
    }
}

impl Refused {
    fn list(&self, replica: &Replica, context: &Context) -> Result<(), Failure> {
        let refused = replica.refused_records()?;
        let shown = self.most.of(&refused);
        let words = Words::new(replica, context)?;
        match (self.json.json, shown) {
            (true, _) => {
                write_json(&json!(shown.iter().map(|refused| to_json(&words, refused)).collect::<Vec<_>>()))?
            }
            (false, []) => line(NOTHING.get(context.language))?,
            (false, _) => shown.iter().try_for_each(|refused| print(&words, refused))?,
        }
        self.most.tell(shown.len(), refused.len(), context.language);
        Ok(())
    }
}

fn print(words: &Words<'_>, refused: &RefusedRecord) -> Result<(), Failure> {
    let (record, language) = (&refused.record, words.language);
    let kind = record.kind().map_or(record.kind.as_str(), |kind| kind.caption.get(language));
    let only_here = if refused.is_new { format!("  ({})", ONLY_HERE.get(language)) } else { String::new() };
    line(format_args!("{kind}: {}  {}{only_here}", record.title(), record.id))?;
    for change in &refused.changes {
        line(format_args!("  ! {}", explain::refused_change(&change.code).get(language)))?;
        if let Some(reason) = explain::relay_words(&change.reason, language) {
            line(format_args!("    {reason}"))?;
        }
        print_differences(words, refused, change)?;
    }
    Ok(())
}

fn print_differences(
    words: &Words<'_>,
    refused: &RefusedRecord,
    change: &RefusedEntry,
) -> Result<(), Failure> {
    let who = words.stamp(&change.entry.stamp);
    change.differences.iter().try_for_each(|difference| {
        line(format_args!("    {}   [{who}]", words.difference(&refused.record, difference)))
    })
}

fn to_json(words: &Words<'_>, refused: &RefusedRecord) -> serde_json::Value {
    let record = &refused.record;
    let change = |change: &RefusedEntry| {
        let differences = change
            .differences
            .iter()
            .map(|difference| words.difference(record, difference))
            .collect::<Vec<_>>();
        json!({
            "code": change.code, "reason": change.reason, "change": change.entry.stamp.change.to_string(),
            "device": change.entry.stamp.device, "time": change.entry.stamp.time, "words": differences,
        })
    };
    json!({
        "record": record.id, "kind": record.kind, "title": record.title(), "only_here": refused.is_new,
        "changes": refused.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn offered(count: usize, context: &Context) -> Result<(), Failure> {
    const OFFERED: Caption = Caption::new(
        "Ändringar som skickas igen vid nästa synkning: {}.",
        "Changes that are sent again with the next sync: {}.",
    );
    let caption = if count == 0 { NOTHING } else { OFFERED };
    line(caption.fill(context.language, &[&count]))
}

fn discard(replica: &mut Replica, (text, yes): (&str, bool), context: &Context) -> Result<(), Failure> {
    const NOT_REFUSED: Caption = Caption::new(
        "Inget av posten {} är avvisat. Inget ändrades.",
        "Nothing of the record {} is refused: nothing was changed.",
    );
    const NOT_DONE: Caption = Caption::new(
        "Inget släpptes. Det går inte att ångra, så lägg till --yes för att göra det.",
        "Nothing was let go. It cannot be undone, so say --yes to do it.",
    );
    const DONE: Caption = Caption::new("Ändringar som har släppts: {}.", "Changes that were let go: {}.");
    let id: RecordId = record(replica, text)?;
    let found = replica.refused_records()?.into_iter().find(|refused| refused.record.id == id);
    let Some(refused) = found else { return Err(Said::new(NOT_REFUSED, &[&id]).into()) };
    if !yes {
        print(&Words::new(replica, context)?, &refused)?;
        return Err(Said::new(NOT_DONE, &[]).into());
    }
    let count = replica.discard_refused(id)?;
    line(DONE.fill(context.language, &[&count]))
}
