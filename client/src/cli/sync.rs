//! Exchanging changes once, with the relay or with another computer.
//!
//! What it brought is told once. What waits for somebody to decide is a state: every sync counts it and ends with a code of its own, until
//! that is done.

use std::process::ExitCode;

use clap::Args;
use samsyn_engine::schema::{Caption, Language, count_words};
use serde_json::json;

use super::Json;
use super::progress::telling;
use super::render::{complain, json as write_json, line};
use crate::context::{Context, Failure, Said};
use crate::explain;
use crate::failure::Explain as _;
use crate::link;

/// What the program ends with where the exchange went through, and some of it waits for somebody to decide.
const UNSETTLED: u8 = 3;

/// What a person is told whose replica turned out to be a copy.
const TOLD_APART: Caption = Caption::new(
    "Den här filen är en kopia: någon annan kopia har skrivit under samma namn. Kopian har nu ett eget namn, och allt som skrivits här är kvar.",
    "This file is a copy: another copy has written under the same name. It has a name of its own now, and all that was written here is kept.",
);

/// What a visit to the relay brought, in a sentence.
fn summary(visit: &link::Visit, language: Language) -> String {
    let sent = match visit.pushed {
        0 => Caption::new("Inget att skicka", "Nothing to send"),
        1 => Caption::new("1 ändring skickad", "1 change sent"),
        _ => Caption::new("{} ändringar skickade", "{} changes sent"),
    };
    let changed = match visit.records {
        0 => Caption::new("inget nytt från andra", "nothing new from others"),
        1 => Caption::new("1 post ändrad av andra", "1 record changed by others"),
        _ => Caption::new("{} poster ändrade av andra", "{} records changed by others"),
    };
    let number = |caption: Caption, count: usize| {
        caption.get(language).replace("{}", &count_words(count as u64, language))
    };
    format!("{}, {}.", number(sent, visit.pushed), number(changed, visit.records))
}

/// What a person is told who has others' work that the relay does not have.
const HELD: Caption = Caption::new(
    "{} ändringar väntar på andras arbete: de når reläet när den som skrev, eller en koordinator, är där.",
    "{} changes wait for others' work: they reach the relay when whoever wrote it, or a coordinator, does.",
);

/// What a person is told where records were erased, perhaps some that they had written in.
fn erased(visit: &link::Visit, language: Language) -> String {
    let gone = Caption::new(
        "{} personer har raderats överallt, alltså också här.",
        "{} people were erased everywhere, so here as well.",
    );
    let unsent = Caption::new(
        " {} ändringar av dem, som inte hade skickats, raderades också.",
        " {} changes to them that had not been sent were erased, too.",
    );
    let mut words = gone.get(language).replace("{}", &count_words(visit.erased as u64, language));
    if visit.erased_unsent > 0 {
        words.push_str(
            &unsent.get(language).replace("{}", &count_words(visit.erased_unsent as u64, language)),
        );
    }
    words
}

/// What a person is told whose role reads less than before.
fn withdrawn(visit: &link::Visit, language: Language) -> String {
    let gone = Caption::new(
        "Med din roll i arbetsytan kan du inte längre läsa allt. Poster som har tagits bort här: {}.",
        "Your role in this workspace does not read everything any more. Records taken away here: {}.",
    );
    let kept = Caption::new(
        " Poster som är kvar här, eftersom du har skrivit i dem och det inte är skickat än: {}.",
        " Kept, for you wrote in them and it is not sent: {}.",
    );
    let mut words = gone.get(language).replace("{}", &count_words(visit.withdrawn as u64, language));
    if visit.withdrawn_kept > 0 {
        words
            .push_str(&kept.get(language).replace("{}", &count_words(visit.withdrawn_kept as u64, language)));
    }
    words
}

/// What a person is told where a disk had damaged records here, and they are whole again.
fn mended(visit: &link::Visit, language: Language) -> String {
    const MENDED: Caption = Caption::new(
        "Poster som var skadade på den här datorn och är hela igen: {}.",
        "Records that were damaged on this computer, and are whole again: {}.",
    );
    const LOST: Caption = Caption::new(
        " Ändringar i dem som varken finns här eller på reläet längre: {}. Titta igenom posterna, och lägg tillbaka en säkerhetskopia om något viktigt saknas.",
        " Changes to them that neither this computer nor the relay has any more: {}. Look through these records, and put a backup back if something that matters is missing.",
    );
    let mut words = MENDED.fill(language, &[&visit.mended]);
    if visit.mended_lost > 0 {
        words.push_str(&LOST.fill(language, &[&visit.mended_lost]));
    }
    words
}

/// So many records are looked at before each sync, whether a disk has done something to them.
const LOOKED_AT: usize = 1_000;

/// Exchange changes with the relay, or with another computer, once.
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// With the computer at this address, on which `samsyn serve` runs, instead of the relay.
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "retry")]
    peer: Option<String>,
    #[command(flatten)]
    json: Json,
    /// Offer again what the relay has refused, and ask again for what came and was kept apart.
    #[arg(long)]
    retry: bool,
}

impl Sync {
    pub(super) fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let mut replica = context.open()?;
        if self.retry {
            replica.retry_refused()?;
        }
        replica.look_for_damage(LOOKED_AT)?;
        let (language, with_peer) = (context.language, self.peer.is_some());
        let visit = match &self.peer {
            Some(address) => link::direct::visit(&mut replica, address)?,
            None => telling(language, |tell| link::sync_telling(&mut replica, tell))?,
        };
        if self.json.json {
            write_json(&json!({
                "pushed": visit.pushed, "received": visit.received, "records": visit.records,
                "refused": visit.refused, "quarantined": visit.quarantined, "told_apart": visit.told_apart,
                "erased": visit.erased, "erased_unsent": visit.erased_unsent,
                "held": visit.held, "withdrawn": visit.withdrawn, "withdrawn_kept": visit.withdrawn_kept,
                "refused_in_all": visit.refused_in_all, "kept_apart": visit.kept_apart,
                "mended": visit.mended, "mended_lost": visit.mended_lost, "damaged": visit.damaged,
            }))?;
        } else {
            line(summary(&visit, language))?;
            if visit.held > 0 {
                line(HELD.fill(language, &[&count_words(visit.held, language)]))?;
            }
            if visit.erased > 0 {
                line(erased(&visit, language))?;
            }
            if visit.withdrawn + visit.withdrawn_kept > 0 {
                line(withdrawn(&visit, language))?;
            }
            if visit.mended > 0 {
                line(mended(&visit, language))?;
            }
            if visit.told_apart > 0 {
                line(TOLD_APART.get(language))?;
            }
        }
        Ok(tell_unsettled(&visit, with_peer, language))
    }
}

/// Tells what an exchange has left for somebody to decide. Answers with how a command ends of which it was part.
pub(super) fn tell_unsettled(visit: &link::Visit, with_peer: bool, language: Language) -> ExitCode {
    let unsettled = unsettled(visit, with_peer);
    for said in &unsettled {
        complain(format_args!("samsyn: {}", said.explain(language)));
    }
    if unsettled.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(UNSETTLED) }
}

/// What stands in place of a reason that has no words in the person's language.
fn code_words(language: Language) -> String {
    Caption::new("skälet är okänt för den här versionen.", "this version does not know the reason.")
        .get(language)
        .to_owned()
}

/// What waits for somebody to decide: told with every sync, until they have.
fn unsettled(visit: &link::Visit, with_peer: bool) -> Vec<Said> {
    const NOT_TAKEN: Caption = Caption::new(
        "Den andra kopian tog inte emot {} ändringar. De är kvar här. Den första: {}",
        "The other replica did not take {} changes. They are kept here. The first: {}",
    );
    const REFUSED: Caption = Caption::new(
        "Ändringar som reläet har avvisat, och som bara finns här: {}. Se dem med \"samsyn refused\"; skicka dem igen eller släpp dem.",
        "Changes that the relay has refused, and that are only here: {}. See them with `samsyn refused`, and send them again or let them go.",
    );
    const APART: Caption = Caption::new(
        "Sådant som kom men inte kunde tas in, och är lagt åt sidan: {}. Se det med \"samsyn status\"; \"samsyn sync --retry\" hämtar det igen.",
        "What came and could not be taken in, and is kept apart: {}. See it with `samsyn status`; `samsyn sync --retry` asks for it again.",
    );
    const DAMAGED: Caption = Caption::new(
        "Poster som är skadade på den här datorn, och som reläet inte har: {}. Lägg tillbaka en säkerhetskopia med \"samsyn restore\".",
        "Records that are damaged on this computer, and that the relay does not have: {}. Put a backup back with `samsyn restore`.",
    );
    let mut said = Vec::new();
    if visit.damaged > 0 {
        said.push(Said::new(DAMAGED, &[&visit.damaged]));
    }
    if let (true, Some(reason)) = (with_peer, visit.refused.first()) {
        let reason =
            |language| explain::relay_words(reason, language).unwrap_or_else(|| code_words(language));
        said.push(Said::each(|language| {
            NOT_TAKEN.fill(language, &[&visit.refused.len(), &reason(language)])
        }));
    }
    if visit.refused_in_all > 0 {
        said.push(Said::new(REFUSED, &[&visit.refused_in_all]));
    }
    if visit.kept_apart > 0 {
        said.push(Said::new(APART, &[&visit.kept_apart]));
    }
    said
}
