//! Commands on how the replica rests on the disk: encrypted or not, its key at hand or under a passphrase.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::{FileKey, KeyName, StoreError, encrypt_anew, key_needed};
use serde_json::json;
use zeroize::Zeroizing;

use super::Json;
use super::render::{json as write_json, line};
use crate::belonging::join::Site;
use crate::context::{Context, Failure};
use crate::keys::lock::{self, LockError};
use crate::keys::vault::Secret;
use crate::keys::{Encryption, Place, Vault, draw_file_key, file_key};

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
        const ENCRYPTED: Caption = Caption::new("Den är krypterad.", "It is encrypted.");
        let language = context.language;
        match place {
            Some(place) => line(format_args!("{} {}", ENCRYPTED.get(language), rests(place, language))),
            None if self.no_encryption => Ok(()),
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
        let vault = Vault::of_this_person();
        if name_of(&context.path)?.is_some() {
            return line(named(ALREADY, context));
        }
        let Some((key, place)) = draw_file_key(&vault, Encryption::Always)? else { return Ok(()) };
        if let Err(error) = encrypt_anew(&context.path, None, Some(&key)) {
            vault.forget(&Secret::File(key.name()));
            return Err(not_rewritten(error, context));
        }
        line(format_args!("{} {}", named(DONE, context), rests(&place, context.language)))
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
            "{} är inte krypterad längre: den som kommer åt disken kan läsa den.",
            "{} is not encrypted any more: whoever gets at the disk can read it.",
        );
        let vault = Vault::of_this_person();
        let Some(key) = file_key(&vault, &context.path).map_err(explained(context))? else {
            name_of(&context.path)?;
            return line(named(NOT, context));
        };
        encrypt_anew(&context.path, Some(&key), None).map_err(|error| not_rewritten(error, context))?;
        vault.forget(&Secret::File(key.name()));
        if let Some(locked) = lock::path(&vault, key.name()) {
            let _ = std::fs::remove_file(locked);
        }
        line(named(DONE, context))
    }
}

/// Where a passphrase comes from.
#[derive(Debug, Args)]
struct Passphrase {
    /// The file whose first line is the passphrase. Without it: the variable SAMSYN_PASSPHRASE, or you are asked.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// Reads it; somebody who chooses one types it twice.
    fn read(&self, chooses: bool, language: Language) -> Result<Zeroizing<String>, Failure> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            return Ok(first_line(&text.map_err(|error| format!("{}: {error}", path.display()))?));
        }
        if let Ok(passphrase) = std::env::var("SAMSYN_PASSPHRASE") {
            return Ok(Zeroizing::new(passphrase));
        }
        if std::io::stdin().is_terminal() {
            return ask(chooses, language);
        }
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().take(10_000).read_to_string(&mut text)?;
        Ok(first_line(&text))
    }
}

fn first_line(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())
}

fn ask(chooses: bool, language: Language) -> Result<Zeroizing<String>, Failure> {
    const PASSPHRASE: Caption = Caption::new("Lösenfras: ", "Passphrase: ");
    const AGAIN: Caption = Caption::new("Samma en gång till: ", "The same once more: ");
    const DIFFER: Caption = Caption::new(
        "Det var två olika lösenfraser. Inget ändrades; försök igen.",
        "those were two different passphrases: nothing was changed; try again",
    );
    let read = |caption: Caption| rpassword::prompt_password(caption.get(language)).map(Zeroizing::new);
    let passphrase = read(PASSPHRASE)?;
    if chooses && passphrase != read(AGAIN)? {
        return Err(DIFFER.get(language).into());
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
        const NOT_ENCRYPTED: Caption = Caption::new(
            "{} är inte krypterad, så det finns inget att låsa. Kryptera den först med \"samsyn encrypt\".",
            "{} is not encrypted, so there is nothing to lock: encrypt it first with `samsyn encrypt`",
        );
        const ALREADY: Caption =
            Caption::new("{} är redan låst.", "{} is locked already: nothing was changed.");
        const LOCKED: Caption = Caption::new(
            "{} är låst. Ett fönster som har den öppen behåller den tills det stängs. Lås upp med \"samsyn unlock\"; utan lösenfrasen kan ingen öppna den.",
            "{} is locked. A window that has it open keeps it until it is closed. Unlock it with `samsyn unlock`; without the passphrase nobody can open it.",
        );
        let vault = Vault::of_this_person();
        let Some(name) = name_of(&context.path)? else { return Err(named(NOT_ENCRYPTED, context).into()) };
        let locked = lock::path(&vault, name).filter(|path| path.exists());
        let key = match (file_key(&vault, &context.path), &locked) {
            (Ok(Some(key)), _) => key,
            (Err(StoreError::Encrypted(_)), Some(_)) => return line(named(ALREADY, context)),
            (Ok(None), _) => return Err(named(NOT_ENCRYPTED, context).into()),
            (Err(error), _) => return Err(explained(context)(error)),
        };
        self.seal(&vault, &key, (locked.filter(|_| !self.change), context.language))?;
        if !vault.forget(&Secret::File(name)) || file_key(&vault, &context.path).is_ok() {
            return Err(still_there(&vault, name, context).into());
        }
        line(named(LOCKED, context))
    }

    /// Makes sure that there is a sealed key that this passphrase opens.
    fn seal(
        &self,
        vault: &Vault,
        key: &FileKey,
        (locked, language): (Option<PathBuf>, Language),
    ) -> Result<(), Failure> {
        let passphrase = self.passphrase.read(locked.is_none(), language)?;
        let path = match locked {
            Some(path) => path,
            None => {
                let path = lock::path(vault, key.name())
                    .ok_or("there is no home folder to keep the locked key in")?;
                lock::seal(&path, key, &passphrase)?;
                path
            }
        };
        // Nothing is forgotten that does not come back.
        let opened = lock::unseal(&path, key.name(), &passphrase)?;
        if opened.secret() == key.secret() { Ok(()) } else { Err(LockError::Passphrase.into()) }
    }
}

/// A key that lies beside the replica, or that the keyring does not give up.
fn still_there(vault: &Vault, name: KeyName, context: &Context) -> String {
    const STILL: Caption = Caption::new(
        "Nyckeln är låst med lösenfrasen, men den finns kvar öppet. {} Ta bort den där själv.",
        "the key is locked with the passphrase, but it is still there in the open. {} Take it away there yourself.",
    );
    let place = vault.place(&Secret::File(name), Some(&context.path));
    let words = place.map(|place| rests(&place, context.language)).unwrap_or_default();
    STILL.get(context.language).replace("{}", &words)
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
        let vault = Vault::of_this_person();
        let name = match (name_of(&context.path)?, file_key(&vault, &context.path)) {
            (Some(name), Err(StoreError::Encrypted(_))) => name,
            (_, Err(error)) => return Err(explained(context)(error)),
            (_, Ok(_)) => return line(named(NOT_LOCKED, context)),
        };
        let locked = lock::path(&vault, name).filter(|path| path.exists());
        let locked = locked.ok_or_else(|| LockError::NotLocked(context.path.clone()))?;
        let key = lock::unseal(&locked, name, &self.passphrase.read(false, context.language)?)?;
        let place = vault.keep_unlocked(&Secret::File(name), key.secret())?;
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
        let vault = Vault::of_this_person();
        let name = name_of(&context.path)?;
        let place = name.and_then(|name| vault.place(&Secret::File(name), Some(&context.path)));
        let is_locked = name.and_then(|name| lock::path(&vault, name)).is_some_and(|path| path.exists())
            && place.is_none();
        if self.json.json {
            return write_json(&json!({
                "replica": context.path, "encrypted": name.is_some(), "key": name.map(|name| name.to_string()),
                "locked": is_locked, "place": place.as_ref().map(place_name),
            }));
        }
        match (name, place) {
            (None, _) => line(named(PLAIN, context)),
            (_, Some(place)) => {
                line(format_args!("{} {}", named(ENCRYPTED, context), rests(&place, context.language)))
            }
            (_, None) if is_locked => line(named(LOCKED, context)),
            (_, None) => line(named(GONE, context)),
        }
    }
}

/// The name of the key that the replica needs.
fn name_of(path: &Path) -> Result<Option<KeyName>, Failure> {
    if !path.exists() {
        return Err(samsyn_engine::replica::ReplicaError::Store(StoreError::NotThere(path.to_owned())).into());
    }
    key_needed(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn named(caption: Caption, context: &Context) -> String {
    caption.get(context.language).replace("{}", &context.path.display().to_string())
}

/// Where a key rests, in a sentence.
pub(super) fn rests(place: &Place, language: Language) -> String {
    const KEYRING: Caption =
        Caption::new("Nyckeln ligger i datorns nyckelring.", "Its key rests in this computer's keyring.");
    const SESSION: Caption = Caption::new(
        "Nyckeln ligger i minnet tills du loggar ut.",
        "Its key rests in memory until you log out.",
    );
    const FILE: Caption = Caption::new(
        "Nyckeln ligger i {}: den som har både den och repliken kan läsa allt. Lås den med \"samsyn lock\".",
        "Its key rests in {}: whoever has both that and the replica can read everything. Lock it with `samsyn lock`.",
    );
    match place {
        Place::Keyring => KEYRING.get(language).to_owned(),
        Place::Session => SESSION.get(language).to_owned(),
        Place::File(path) => FILE.get(language).replace("{}", &path.display().to_string()),
    }
}

fn place_name(place: &Place) -> &'static str {
    match place {
        Place::Keyring => "keyring",
        Place::Session => "session",
        Place::File(_) => "file",
    }
}

fn explained(_: &Context) -> impl Fn(StoreError) -> Failure {
    |error| samsyn_engine::replica::ReplicaError::Store(error).into()
}

/// Writing it anew needs it alone.
fn not_rewritten(error: StoreError, context: &Context) -> Failure {
    const OPEN: Caption = Caption::new(
        "{} är öppen i ett annat program. Stäng fönstret och allt annat som använder den, och försök igen. Inget ändrades.",
        "{} is open in another program: close the window and whatever else uses it, and try again; nothing was changed",
    );
    match error {
        StoreError::Busy => named(OPEN, context).into(),
        error => explained(context)(error),
    }
}
