//! Backing the replica up, and putting it back.

use std::path::PathBuf;

use clap::Args;
use samsyn_engine::schema::{Caption, Language};
use serde_json::json;

use super::render::{json as write_json, line};
use super::rest::{Passphrase, rests};
use super::{Json, Overwrite};
use crate::belonging::backup::{self, BackedUp, Opens, PutBack, Target};
use crate::context::{Context, Failure};
use crate::explain;
use crate::keys::Vault;
use crate::words::moment;

/// Write a copy of the replica to one file, and check it. Also while the window is open.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file; or a folder, in which it is named by the workspace and the time.
    file: PathBuf,
    /// Choose a passphrase, with which the copy can be opened on every computer: so also when this one is lost.
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: Passphrase,
    #[command(flatten)]
    overwrite: Overwrite,
    #[command(flatten)]
    json: Json,
}

impl Backup {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let vault = Vault::of_this_person();
        // Whoever names the file that it stands in wants it used.
        let chooses = self.passphrase || self.source.is_named();
        let passphrase = chooses.then(|| self.source.read(true, context.language)).transpose()?;
        let target = Target { path: &self.file, existing: self.overwrite.existing() };
        let made =
            backup::back_up(&vault, &context.path, target, passphrase.as_ref().map(|text| text.as_str()))?;
        if self.json.json {
            return write_json(&json!({
                "file": made.path, "workspace": made.about.workspace, "records": made.about.records,
                "changes": made.about.changes, "unsent": made.about.unsent, "opens": opens_name(&made.opens),
            }));
        }
        said(&made, context.language).into_iter().try_for_each(line)
    }
}

fn opens_name(opens: &Opens) -> &'static str {
    match opens {
        Opens::ForEverybody => "for-everybody",
        Opens::WithPassphrase => "with-passphrase",
        Opens::WithLock => "with-lock",
        Opens::OnlyHere(_) => "only-here",
    }
}

fn said(made: &BackedUp, language: Language) -> Vec<String> {
    const MADE: Caption = Caption::new(
        "Säkerhetskopian {} är skriven och kontrollerad. Poster: {}.",
        "The backup {} is written and checked. Records: {}.",
    );
    vec![MADE.fill(language, &[&made.path.display(), &made.about.records]), who_opens(&made.opens, language)]
}

/// Who can open a backup, and what to do where that is too few or too many.
pub(crate) fn who_opens(opens: &Opens, language: Language) -> String {
    const EVERYBODY: Caption = Caption::new(
        "Den är inte krypterad: den som kommer åt filen kan läsa allt. Med --passphrase krypteras den.",
        "It is not encrypted: whoever gets at the file can read everything. With --passphrase it is encrypted.",
    );
    const PASSPHRASE: Caption = Caption::new(
        "Den är krypterad och kan öppnas på vilken dator som helst med lösenfrasen. Glöms lösenfrasen bort kan ingen annan dator öppna den.",
        "It is encrypted, and can be opened on every computer with the passphrase. If the passphrase is forgotten no other computer can open it.",
    );
    const LOCK: Caption = Caption::new(
        "Den är krypterad och kan öppnas på vilken dator som helst med den lösenfras som arbetsytan låses med nu.",
        "It is encrypted, and can be opened on every computer with the passphrase that the workspace is locked with now.",
    );
    const ONLY_HERE: Caption = Caption::new(
        "Den är krypterad, och nyckeln finns bara på den här datorn: går datorn förlorad kan ingen öppna säkerhetskopian. Gör en med --passphrase för att kunna öppna den på en annan dator.",
        "It is encrypted, and its key is only on this computer: if the computer is lost nobody can open the backup. Make one with --passphrase to be able to open it on another.",
    );
    match opens {
        Opens::ForEverybody => EVERYBODY.get(language).to_owned(),
        Opens::WithPassphrase => PASSPHRASE.get(language).to_owned(),
        Opens::WithLock => LOCK.get(language).to_owned(),
        Opens::OnlyHere(None) => ONLY_HERE.get(language).to_owned(),
        Opens::OnlyHere(Some(place)) => {
            format!("{} ({})", ONLY_HERE.get(language), explain::key_place(place, language))
        }
    }
}

/// Put a backup in the place of the replica, or where there is none yet. What is there is kept under another name.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The file that `samsyn backup` wrote, or a copy of a replica's file.
    file: PathBuf,
    #[command(flatten)]
    source: Passphrase,
    #[command(flatten)]
    json: Json,
}

impl Restore {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let vault = Vault::of_this_person();
        let needed = backup::needs_passphrase(&vault, &self.file, &context.path)?;
        let passphrase = needed.then(|| self.source.read(false, context.language)).transpose()?;
        let passphrase = passphrase.as_ref().map(|text| text.as_str());
        let put = backup::put_back(&vault, &self.file, &context.path, passphrase)?;
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "workspace": put.about.workspace, "records": put.about.records,
                "made_at": put.made_at, "kept": put.restored.kept, "only_there": put.restored.only_there,
                "lacks_key": put.replica.lacks_key()?,
            }));
        }
        lines(&put, context)?.into_iter().try_for_each(line)
    }
}

fn lines(put: &PutBack, context: &Context) -> Result<Vec<String>, Failure> {
    const BACK: Caption =
        Caption::new("{} är återställd och ligger i {}. Poster: {}.", "{} is back, at {}. Records: {}.");
    const AS_OF: Caption = Caption::new("Den är som den var {}.", "It is as it was on {}.");
    const KEPT: Caption =
        Caption::new("Det som låg där förut ligger nu i {}.", "What was there before is now in {}.");
    const ONLY_THERE: Caption = Caption::new(
        "Ändringar i den filen som varken är skickade eller finns i säkerhetskopian: {}. Öppna den med --replica och kör \"samsyn sync\", så skickas de.",
        "Changes in that file that are neither sent nor in the backup: {}. Open it with --replica and say `samsyn sync`, and they are sent.",
    );
    const NOT_OPENED: Caption = Caption::new(
        "Det kunde inte öppnas, så hur mycket som inte var skickat går inte att säga.",
        "It could not be opened, so how much of it was not sent cannot be said.",
    );
    const NO_KEY: Caption = Caption::new(
        "Den här datorn har inte enhetens nyckel, så reläet släpper inte in den än. Be en koordinator om en inbjudan till just dig och använd den: ”Gå in med en kod” i fönstret, eller \"samsyn enter\". Är den gamla datorn förlorad, be att den återkallas.",
        "This computer does not have the device's key, so the relay does not let it in yet. Ask a coordinator for an invitation for just you and use it: \"Enter with a code\" in the window, or `samsyn enter`. If the old computer is lost, ask for it to be revoked.",
    );
    let language = context.language;
    let (name, path) = (&put.about.workspace_name, context.path.display());
    let mut lines = vec![BACK.fill(language, &[name, &path, &put.about.records])];
    if let Some(made_at) = put.made_at {
        lines.push(AS_OF.fill(language, &[&moment(made_at)]));
    }
    if let Some(place) = &put.key {
        lines.push(rests(place, language));
    }
    if let Some(kept) = &put.restored.kept {
        lines.push(KEPT.fill(language, &[&kept.display()]));
        match put.restored.only_there {
            Some(0) => {}
            Some(count) => lines.push(ONLY_THERE.fill(language, &[&count])),
            None => lines.push(NOT_OPENED.get(language).to_owned()),
        }
    }
    if put.replica.lacks_key()? {
        lines.push(NO_KEY.get(language).to_owned());
    }
    Ok(lines)
}
