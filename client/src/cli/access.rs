//! Everything that is known about one person, for that person to read: what they may ask for (GDPR, article 15).

use clap::Args;
use samsyn_engine::exchange::record_to_json;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::Hit;
use serde_json::json;

use super::Json;
use super::people::record;
use super::records::history_to_json;
use super::render::{Words, json as write_json, line};
use crate::context::{Context, Failure};

/// So many records in which the name stands are looked at.
const MENTIONS: usize = 1_000;

/// Write everything that is known about one person, for that person to read.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The person's record: its identifier or the beginning of it.
    record: String,
    #[command(flatten)]
    json: Json,
}

/// A record that refers to the person, with the field by which it does.
struct Referrer {
    id: RecordId,
    title: String,
    field: String,
}

impl Access {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.open()?;
        let id = record(&replica, &self.record)?;
        let (referrers, mentions) = (referrers(&replica, id)?, mentions(&replica, id)?);
        if self.json.json {
            return self.json(context, &replica, id, (&referrers, &mentions));
        }
        let words = Words::new(&replica, context)?;
        let say = |caption: Caption| line(format_args!("\n{}", caption.get(context.language)));
        let document = replica.document(id)?;
        let record = document.read();
        line(record.title())?;
        say(WHAT)?;
        words.record(&record)?;
        say(HISTORY)?;
        for entry in document.history() {
            let why = entry.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
            line(format_args!("  {}{why}", words.stamp(&entry.stamp)))?;
            let then = document.read_at(&[entry.stamp.change]);
            for difference in &document.differences_of(&entry) {
                line(format_args!("    {}", words.difference(&then, difference)))?;
            }
        }
        say(REFERRERS)?;
        for Referrer { title, field, .. } in &referrers {
            line(format_args!("  {title} ({field})"))?;
        }
        say(MENTIONED)?;
        for hit in &mentions {
            line(format_args!("  {} ({})", hit.title, kind_words(&hit.kind, context.language)))?;
        }
        line(format_args!("\n{}", NOT_HERE.get(context.language)))
    }

    fn json(
        &self,
        context: &Context,
        replica: &Replica,
        id: RecordId,
        (referrers, mentions): (&[Referrer], &[Hit]),
    ) -> Result<(), Failure> {
        let referrer = |one: &Referrer| json!({"record": one.id, "title": one.title, "field": one.field});
        let mention = |hit: &Hit| json!({"record": hit.id, "kind": hit.kind, "title": hit.title});
        write_json(&json!({
            "record": record_to_json(&replica.record(id)?),
            "history": history_to_json(context, replica, id)?,
            "referred_to_by": referrers.iter().map(referrer).collect::<Vec<_>>(),
            "name_stands_in": mentions.iter().map(mention).collect::<Vec<_>>(),
        }))
    }
}

const WHAT: Caption = Caption::new("Det här finns om personen:", "What is kept about this person:");
const HISTORY: Caption = Caption::new("Vem som har skrivit vad, och när:", "Who wrote what, and when:");
const REFERRERS: Caption =
    Caption::new("Poster som hänvisar till personen:", "Records that refer to this person:");
const MENTIONED: Caption =
    Caption::new("Andra poster där namnet står:", "Other records in which the name stands:");
const NOT_HERE: Caption = Caption::new(
    "Arbete som inte har nått reläet från andras datorer, utskrifter och exporterade filer är inte med.",
    "Work that has not reached the relay from other people's computers, prints and exported files are not in this.",
);

fn kind_words(kind: &str, language: Language) -> String {
    samsyn_engine::schema::kind(kind).map_or(kind.to_owned(), |kind| kind.caption.get(language).to_owned())
}

fn referrers(replica: &Replica, id: RecordId) -> Result<Vec<Referrer>, Failure> {
    let referrers = replica.store().referrers(id)?;
    let ids: Vec<RecordId> = referrers.iter().map(|(id, _)| *id).collect();
    let titles = replica.store().titles(&ids)?;
    let one = |((id, field), title): ((RecordId, String), Option<String>)| Referrer {
        id,
        title: title.unwrap_or_default(),
        field,
    };
    Ok(referrers.into_iter().zip(titles).map(one).collect())
}

/// The other records in which all words of the person's name stand: in notes, say.
fn mentions(replica: &Replica, id: RecordId) -> Result<Vec<Hit>, Failure> {
    let name = replica.record(id)?.title();
    if name.trim().is_empty() {
        return Ok(Vec::new());
    }
    let hits = replica.store().search(&name, &[], MENTIONS)?;
    Ok(hits.into_iter().filter(|hit| hit.id != id).collect())
}
