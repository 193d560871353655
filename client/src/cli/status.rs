//! How a replica stands: all that is a state, in one place, to be asked for at any time. No network is needed for it.

use clap::Args;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::{KeptApart, Meta, OutboxState};
use serde_json::json;

use super::Json;
use super::render::{json as write_json, line};
use crate::context::{Context, Failure};
use crate::explain;
use crate::keys::{Vault, lacks_device_key};
use crate::pages::texts::role;
use crate::words::moment;

/// Say how this replica stands: what waits, what was refused, what is kept apart, and when the relay was last met.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    json: Json,
}

/// All of it.
struct Standing {
    meta: Meta,
    outbox: OutboxState,
    kept_apart: Vec<KeptApart>,
    /// Records that the role may not read, kept for what was written in them here.
    unreadable: u64,
    /// Records that are referred to and not here.
    missing: u64,
    /// Records that were erased everywhere.
    erased: usize,
    /// Whether the relay knows this device by a key that is not here.
    lacks_key: bool,
}

impl Status {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let standing = Standing::of(&context.read()?)?;
        if self.json.json {
            return write_json(&standing.to_json());
        }
        standing.lines(context.language).into_iter().try_for_each(line)
    }
}

impl Standing {
    fn of(replica: &Replica) -> Result<Standing, Failure> {
        let store = replica.store();
        Ok(Standing {
            meta: replica.meta()?,
            outbox: store.outbox_state()?,
            kept_apart: store.kept_apart()?,
            unreadable: store.kept_unreadable()?,
            missing: store.missing()?,
            erased: store.erased()?.len(),
            lacks_key: lacks_device_key(&Vault::of_this_person(), replica)?,
        })
    }

    fn to_json(&self) -> serde_json::Value {
        let apart = |apart: &KeptApart| json!({ "record": apart.record, "code": apart.code, "reason": apart.reason, "time": apart.at });
        json!({
            "workspace": self.meta.workspace, "name": self.meta.workspace_name, "device": self.meta.device,
            "relay": self.meta.relay, "last_contact": self.meta.last_contact,
            "role": self.meta.grant.as_ref().map(|grant| grant.role.name()),
            "waiting": self.outbox.waiting, "held": self.outbox.held, "refused": self.outbox.refused,
            "kept_unreadable": self.unreadable, "lacks_key": self.lacks_key,
            "missing": self.missing, "damaged": self.outbox.damaged, "erased": self.erased,
            "kept_apart": self.kept_apart.iter().map(apart).collect::<Vec<_>>(),
        })
    }

    fn lines(&self, language: Language) -> Vec<String> {
        const ALONE: Caption = Caption::new(
            "Relä: inget, arbetsytan finns bara här.",
            "Relay: none, the workspace is only here.",
        );
        const RELAY: Caption = Caption::new("Relä: {}", "Relay: {}");
        const CONTACT: Caption = Caption::new("Senaste kontakt: {}", "Last contact: {}");
        const ROLE: Caption = Caption::new("Din roll: {}", "Your role: {}");
        let mut lines = vec![self.meta.workspace_name.clone()];
        match &self.meta.relay {
            Some(address) => lines.push(RELAY.fill(language, &[address])),
            None => lines.push(ALONE.get(language).to_owned()),
        }
        if let Some(contact) = self.meta.last_contact {
            lines.push(CONTACT.fill(language, &[&moment(contact)]));
        }
        if let Some(grant) = &self.meta.grant {
            lines.push(ROLE.fill(language, &[&role(grant.role).get(language)]));
        }
        lines.extend(self.counts(language));
        let reason = |apart: &KeptApart| {
            let words = explain::relay_words(&apart.reason, language);
            words.unwrap_or_else(|| explain::refused_change(&apart.code).get(language).to_owned())
        };
        lines.extend(
            self.kept_apart
                .iter()
                .map(|apart| format!("  ! {}  {}  {}", apart.record, moment(apart.at), reason(apart))),
        );
        lines
    }

    /// What is not as it should be, counted; one line where all is.
    fn counts(&self, language: Language) -> Vec<String> {
        const WAITING: Caption =
            Caption::new("Ändringar som väntar på att skickas: {}", "Changes that wait to be sent: {}");
        const HELD: Caption = Caption::new(
            "Ändringar som väntar på andras arbete: {}",
            "Changes that wait for others' work: {}",
        );
        const REFUSED: Caption = Caption::new(
            "Ändringar som reläet har avvisat: {} (\"samsyn refused\" visar dem)",
            "Changes that the relay has refused: {} (`samsyn refused` lists them)",
        );
        const UNREADABLE: Caption = Caption::new(
            "Poster som din roll inte får läsa men som är kvar, eftersom något i dem inte är skickat: {}",
            "Records that your role may not read, kept because something in them is not sent: {}",
        );
        const APART: Caption = Caption::new(
            "Sådant som kom men inte kunde tas in, och är lagt åt sidan: {} (\"samsyn sync --retry\" hämtar det igen)",
            "What came and could not be taken in, and is kept apart: {} (`samsyn sync --retry` asks for it again)",
        );
        const DAMAGED: Caption = Caption::new(
            "Poster som är skadade på den här datorn: {} (\"samsyn sync\" hämtar dem igen från reläet)",
            "Records that are damaged on this computer: {} (`samsyn sync` gets them again from the relay)",
        );
        const DAMAGED_ALONE: Caption = Caption::new(
            "Poster som är skadade på den här datorn: {} (det finns inget relä att hämta dem igen från: lägg tillbaka en säkerhetskopia med \"samsyn restore\")",
            "Records that are damaged on this computer: {} (there is no relay to get them again from: put a backup back with `samsyn restore`)",
        );
        const NO_KEY: Caption = Caption::new(
            "Enhetens nyckel finns inte här, så reläet släpper inte in den: be en koordinator om en inbjudan och använd \"samsyn enter\".",
            "This device's key is not here, so the relay does not let it in: ask a coordinator for an invitation, and use `samsyn enter`.",
        );
        const MISSING: Caption = Caption::new(
            "Poster som det hänvisas till och som inte finns här: {}",
            "Records that are referred to and are not here: {}",
        );
        const HIDDEN: Caption = Caption::new(
            "Poster som det hänvisas till och som inte finns här, för att din roll inte får läsa dem eller för att de inte har kommit: {}",
            "Records that are referred to and are not here, for your role may not read them or they have not come: {}",
        );
        const ERASED: Caption =
            Caption::new("Poster som har raderats överallt: {}", "Records that were erased everywhere: {}");
        const ALL_SENT: Caption = Caption::new("Allt är skickat.", "Everything is sent.");
        let counted = [
            (WAITING, self.outbox.waiting),
            (HELD, self.outbox.held),
            (REFUSED, self.outbox.refused),
            (UNREADABLE, self.unreadable),
            (APART, self.outbox.quarantined),
            (if self.meta.relay.is_some() { DAMAGED } else { DAMAGED_ALONE }, self.outbox.damaged),
        ];
        let reads_all = self.meta.grant.as_ref().is_none_or(|grant| grant.role.readable().is_none());
        let absent = [(if reads_all { MISSING } else { HIDDEN }, self.missing), (ERASED, self.erased as u64)];
        let told = |(caption, count): (Caption, u64)| (count > 0).then(|| caption.fill(language, &[&count]));
        let counted = counted.into_iter();
        let mut lines: Vec<String> = counted.filter_map(told).collect();
        if lines.is_empty() && self.meta.relay.is_some() {
            lines.push(ALL_SENT.get(language).to_owned());
        }
        lines.extend(absent.into_iter().filter_map(told));
        if self.lacks_key {
            lines.push(NO_KEY.get(language).to_owned());
        }
        lines
    }
}
