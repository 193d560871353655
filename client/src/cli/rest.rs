//! Commands on how the replica rests on the disk: encrypted or not, its key at hand or under a passphrase.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;
use samsyn_engine::schema::{Caption, Language};
use serde_json::json;
use zeroize::Zeroizing;

use super::Json;
use super::render::{json as write_json, line};
use super::typed::{line_of_file, line_of_input, line_of_variable};
use crate::belonging::join::Site;
use crate::context::{Context, Failure, Said};
use crate::explain;
use crate::keys::lock::{self, LockError, Rest};
use crate::keys::{Encryption, Place, Vault};

/// Whether a new replica is encrypted.
#[derive(Debug, Args)]
pub(super) struct AtRest {
    /// Encrypt the replica, also where the system has no keyring for its key.
    #[arg(long)]
    encrypt: bool,
    /// Do not encrypt the replica.
    #[arg(long, conflicts_with = "encrypt")]
    no_encryption: bool,
}

impl AtRest {
    /// Where the replica is made, and how it rests.
    pub(super) fn site<'a>(&self, replica: &'a Path, vault: &'a Vault) -> Site<'a> {
        let encryption = match (self.encrypt, self.no_encryption) {
            (true, _) => Encryption::Always,
            (_, true) => Encryption::Never,
            _ => Encryption::WithKeyring,
        };
        Site { replica, vault, encryption }
    }

    /// Says how a new replica rests; nothing where it is not encrypted because somebody said so.
    pub(super) fn say(&self, place: Option<&Place>, context: &Context) -> Result<(), Failure> {
        const PLAIN: Caption = Caption::new(
            "Den är inte krypterad: datorn har ingen nyckelring. Kryptera den med \"samsyn encrypt\".",
            "It is not encrypted, for this computer has no keyring: encrypt it with `samsyn encrypt`.",
        );
        const NOT_TAKEN: Caption = Caption::new(
            "Den är inte krypterad: datorns nyckelring tog inte emot nyckeln. Lås upp nyckelringen och kryptera den med \"samsyn encrypt\".",
            "It is not encrypted, for this computer's keyring took no key: unlock the keyring, and encrypt it with `samsyn encrypt`.",
        );
        const ENCRYPTED: Caption = Caption::new("Den är krypterad.", "It is encrypted.");
        let language = context.language;
        match place {
            Some(place) => line(format_args!("{} {}", ENCRYPTED.get(language), rests(place, language))),
            None if self.no_encryption => Ok(()),
            None if Vault::of_this_person().has_keyring() => line(NOT_TAKEN.get(language)),
            None => line(PLAIN.get(language)),
        }
    }
}

/// Encrypt the replica where it rests.
#[derive(Debug, Args)]
pub(super) struct Encrypt {}

impl Encrypt {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const ALREADY: Caption =
            Caption::new("{} är redan krypterad.", "{} is encrypted already: nothing was changed.");
        const DONE: Caption = Caption::new("{} är krypterad.", "{} is encrypted.");
        match lock::encrypt(&Vault::of_this_person(), &context.path) {
            Ok(place) => line(format_args!("{} {}", named(DONE, context), rests(&place, context.language))),
            Err(LockError::Already) => line(named(ALREADY, context)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Let the replica rest unencrypted.
#[derive(Debug, Args)]
pub(super) struct Decrypt {}

impl Decrypt {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const NOT: Caption =
            Caption::new("{} är inte krypterad.", "{} is not encrypted: nothing was changed.");
        const DONE: Caption = Caption::new(
            "{} är inte krypterad längre: den som kommer åt disken kan läsa den. Nyckeln är kvar för kopior och säkerhetskopior.",
            "{} is not encrypted any more: whoever gets at the disk can read it. Its key is kept, for copies and backups.",
        );
        match lock::decrypt(&Vault::of_this_person(), &context.path) {
            Ok(()) => line(named(DONE, context)),
            Err(LockError::Already) => line(named(NOT, context)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where a passphrase comes from.
#[derive(Debug, Args)]
pub(super) struct Passphrase {
    /// The file whose first line is the passphrase. Without it: the variable SAMSYN_PASSPHRASE, or you are asked.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// Whether somebody said in which file it stands.
    pub(super) fn is_named(&self) -> bool {
        self.passphrase_file.is_some()
    }

    /// Reads it; somebody who chooses one types it twice.
    pub(super) fn read(&self, chooses: bool, language: Language) -> Result<Zeroizing<String>, Failure> {
        if let Some(path) = &self.passphrase_file {
            return line_of_file(path);
        }
        if let Some(passphrase) = line_of_variable("SAMSYN_PASSPHRASE")? {
            return Ok(passphrase);
        }
        if std::io::stdin().is_terminal() { ask(chooses, language) } else { line_of_input() }
    }
}

fn ask(chooses: bool, language: Language) -> Result<Zeroizing<String>, Failure> {
    const PASSPHRASE: Caption = Caption::new("Lösenfras: ", "Passphrase: ");
    const AGAIN: Caption = Caption::new("Lösenfrasen igen: ", "Passphrase again: ");
    const DIFFER: Caption = Caption::new(
        "Lösenfraserna är olika. Inget ändrades; försök igen.",
        "the passphrases differ: nothing was changed; try again",
    );
    let read = |caption: Caption| rpassword::prompt_password(caption.get(language)).map(Zeroizing::new);
    let passphrase = read(PASSPHRASE)?;
    if chooses && !lock::is_same_passphrase(&passphrase, &read(AGAIN)?) {
        return Err(Said::new(DIFFER, &[]).into());
    }
    Ok(passphrase)
}

/// Put the replica's key under a passphrase.
#[derive(Debug, Args)]
pub(super) struct Lock {
    #[command(flatten)]
    passphrase: Passphrase,
    /// Choose a new passphrase, instead of the one that it was locked with before.
    #[arg(long)]
    change: bool,
}

impl Lock {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const ALREADY: Caption =
            Caption::new("{} är redan låst.", "{} is locked already: nothing was changed.");
        const LOCKED: Caption = Caption::new(
            "{} är låst. Ett fönster som har den öppen behåller den tills det stängs. Lås upp med \"samsyn unlock\"; utan lösenfrasen kan ingen öppna den.",
            "{} is locked. A window that has it open keeps it until it is closed. Unlock it with `samsyn unlock`; without the passphrase nobody can open it.",
        );
        let (vault, path) = (Vault::of_this_person(), &context.path);
        // Nobody is asked for a passphrase that is good for nothing.
        match lock::rest(&vault, path).map_err(LockError::from)? {
            Rest::Plain => return Err(LockError::NotEncrypted(path.clone()).into()),
            Rest::Locked(..) => return line(named(ALREADY, context)),
            Rest::Open(..) | Rest::Closed(_) => {}
        }
        let chooses = self.change || !lock::was_locked(&vault, path);
        let passphrase = self.passphrase.read(chooses, context.language)?;
        lock::lock(&vault, path, (&passphrase, self.change))?;
        line(named(LOCKED, context))
    }
}

/// Take the replica's key from under its passphrase.
#[derive(Debug, Args)]
pub(super) struct Unlock {
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Unlock {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const NOT_LOCKED: Caption =
            Caption::new("{} är inte låst.", "{} is not locked: nothing was changed.");
        const DONE: Caption = Caption::new("{} är upplåst.", "{} is unlocked.");
        let (vault, path) = (Vault::of_this_person(), &context.path);
        match lock::rest(&vault, path).map_err(LockError::from)? {
            Rest::Plain | Rest::Open(..) => return line(named(NOT_LOCKED, context)),
            Rest::Closed(_) => return Err(LockError::NotLocked(path.clone()).into()),
            Rest::Locked(..) => {}
        }
        let place = lock::unlock(&vault, path, &self.passphrase.read(false, context.language)?)?;
        line(format_args!("{} {}", named(DONE, context), rests(&place, context.language)))
    }
}

/// Say whether the replica is encrypted, and where its key rests.
#[derive(Debug, Args)]
pub(super) struct Key {
    #[command(flatten)]
    json: Json,
}

impl Key {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        const PLAIN: Caption = Caption::new(
            "{} är inte krypterad: den som kommer åt disken kan läsa den.",
            "{} is not encrypted: whoever gets at the disk can read it.",
        );
        const ENCRYPTED: Caption = Caption::new("{} är krypterad.", "{} is encrypted.");
        const LOCKED: Caption = Caption::new(
            "{} är krypterad och låst: lås upp den med \"samsyn unlock\".",
            "{} is encrypted and locked: unlock it with `samsyn unlock`.",
        );
        const GONE: Caption = Caption::new(
            "{} är krypterad, och nyckeln finns inte här.",
            "{} is encrypted, and its key is not here.",
        );
        let rest = lock::rest(&Vault::of_this_person(), &context.path).map_err(LockError::from)?;
        if self.json.json {
            let (name, place) = match &rest {
                Rest::Plain => (None, None),
                Rest::Open(name, place) => (Some(name), Some(place_name(place))),
                Rest::Locked(name, _) | Rest::Closed(name) => (Some(name), None),
            };
            return write_json(&json!({
                "replica": context.path, "encrypted": name.is_some(), "key": name.map(ToString::to_string),
                "locked": matches!(rest, Rest::Locked(..)), "place": place,
            }));
        }
        match rest {
            Rest::Plain => line(named(PLAIN, context)),
            Rest::Open(_, place) => {
                line(format_args!("{} {}", named(ENCRYPTED, context), rests(&place, context.language)))
            }
            Rest::Locked(..) => line(named(LOCKED, context)),
            Rest::Closed(_) => line(named(GONE, context)),
        }
    }
}

fn named(caption: Caption, context: &Context) -> String {
    caption.get(context.language).replace("{}", &context.path.display().to_string())
}

/// Where a key rests, in a sentence.
pub(super) fn rests(place: &Place, language: Language) -> String {
    const RESTS: Caption = Caption::new("Nyckeln ligger {}.", "Its key rests {}.");
    const READABLE: Caption = Caption::new(
        " Den som har både den och arbetsytans fil kan läsa allt: lås den med \"samsyn lock\".",
        " Whoever has both that and the replica can read everything: lock it with `samsyn lock`.",
    );
    let mut words = RESTS.get(language).replace("{}", &explain::key_place(place, language));
    if matches!(place, Place::File(_)) {
        words.push_str(READABLE.get(language));
    }
    words
}

fn place_name(place: &Place) -> &'static str {
    match place {
        Place::Keyring => "keyring",
        Place::Session => "session",
        Place::File(_) => "file",
    }
}
