//! Why something was not written to a path that a person named.

use std::path::Path;

use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::files::{OutputError, Precious, room};
use samsyn_engine::schema::{Caption, Language};

use crate::failure::system_words;

/// Why a command did not write something: as [`output_error`], with what to say to it instead.
pub(crate) fn output_error_in_terminal(error: &OutputError, language: Language) -> String {
    const OVERWRITE: Caption = Caption::new(
        "{} finns redan. Välj ett annat namn, eller lägg till --overwrite för att ersätta den.",
        "{} is there already: choose another name, or say --overwrite to replace it.",
    );
    match error {
        OutputError::Exists(path) => OVERWRITE.fill(language, &[&path.display()]),
        error => output_error(error, language),
    }
}

/// The same of an export.
pub(crate) fn exchange_error_in_terminal(error: &ExchangeError, language: Language) -> String {
    match error {
        ExchangeError::Output(error) => output_error_in_terminal(error, language),
        ExchangeError::Replica(error) => super::replica_error(error, language),
    }
}

/// Why something was not written.
pub fn output_error(error: &OutputError, language: Language) -> String {
    let about =
        |caption: Caption, path: &Path| caption.get(language).replace("{path}", &path.display().to_string());
    match error {
        OutputError::Exists(path) => about(EXISTS, path),
        OutputError::NotAFile(path) => about(NOT_A_FILE, path),
        OutputError::Itself(path) => about(ITSELF, path),
        OutputError::Precious { path, what } => {
            about(PRECIOUS, path).replace("{what}", treasure(*what).get(language))
        }
        OutputError::IsAFolder(path) => about(IS_A_FOLDER, path),
        OutputError::NotAnExport(path) => about(NOT_AN_EXPORT, path),
        OutputError::NoFolder(path) => about(NO_FOLDER, path),
        OutputError::Full { path, free } => {
            let free = free.map(|free| FREE.get(language).replace("{}", &(free / 1_000).to_string()));
            about(FULL, path).replace("{free}", &free.unwrap_or_default())
        }
        OutputError::ReadOnly { path, reason } => {
            about(READ_ONLY, path).replace("{reason}", &system_words(&reason.to_string(), language))
        }
        OutputError::File { path, reason } => {
            about(FILE, path).replace("{reason}", &system_words(&reason.to_string(), language))
        }
    }
}

/// What was said of a full disk, and how much there is to be made room for. A replica that is written anew lies there twice meanwhile.
pub fn with_room(words: &str, replica: &Path, language: Language) -> String {
    const WHERE: Caption = Caption::new(
        "{words} Disken med {path} har {free} kB lediga; det behövs {needed} MB.",
        "{words} The disk with {path} has {free} kB free; {needed} MB are needed.",
    );
    let Some(free) = room::free(replica) else { return words.to_owned() };
    let size = replica.metadata().map_or(0, |found| found.len());
    WHERE
        .get(language)
        .replace("{words}", &format!("{}.", words.trim_end_matches('.')))
        .replace("{path}", &replica.display().to_string())
        .replace("{free}", &(free / 1_000).to_string())
        .replace("{needed}", &room::megabytes(size + SPARE).to_string())
}

/// What a replica takes beside itself while it is worked in: its write-ahead log with its index.
const SPARE: u64 = 10_000_000;

const EXISTS: Caption = Caption::new(
    "{path} finns redan. Välj ett annat namn, eller ersätt den.",
    "{path} is there already: choose another name, or replace it.",
);
const ITSELF: Caption = Caption::new(
    "{path} är arbetsytans egen fil. Den lämnades orörd; välj ett annat namn.",
    "{path} is the workspace's own file: it was left as it is; choose another name.",
);
const PRECIOUS: Caption = Caption::new(
    "{path} är {what}. Filen lämnades orörd; välj ett annat namn.",
    "{path} is {what}: it was left as it is; choose another name.",
);
const NOT_A_FILE: Caption = Caption::new(
    "{path} är ett rör eller en enhet, inte en fil. Ange ett filnamn.",
    "{path} is a pipe or a device, and no file: name a file.",
);
const IS_A_FOLDER: Caption =
    Caption::new("{path} är en mapp. Ange en fil i den.", "{path} is a folder: name a file in it.");
const NOT_AN_EXPORT: Caption = Caption::new(
    "I {path} finns annat än en tidigare export. Inget ändrades; ange en mapp som inte finns än.",
    "{path} has something else in it than an earlier export: nothing was changed; name a folder that is not there yet.",
);
const NO_FOLDER: Caption = Caption::new(
    "Mappen {path} finns inte. Skapa den först, eller välj en annan plats.",
    "There is no folder {path}: make it first, or choose another place.",
);
const FULL: Caption = Caption::new(
    "Disken är full{free}, så {path} skrevs inte. Gör plats på den disken eller välj en annan.",
    "The disk is full{free}, so {path} was not written: make room on that disk, or choose another one.",
);
const FREE: Caption = Caption::new(" ({} kB är lediga)", " ({} kB are free)");
const READ_ONLY: Caption = Caption::new(
    "Det går inte att skriva till {path}: den är skrivskyddad för dig ({reason}). Välj en annan plats.",
    "{path} cannot be written to, it is read-only for you ({reason}): choose another place.",
);
const FILE: Caption = Caption::new(
    "{path} kan inte skrivas ({reason}). Välj en annan plats eller ett annat namn.",
    "{path} cannot be written ({reason}). Choose another place, or another name.",
);

fn treasure(what: Precious) -> Caption {
    match what {
        Precious::Replica => Caption::new("en arbetsyta i Samsyn", "a Samsyn replica"),
        Precious::Encrypted => Caption::new(
            "en krypterad arbetsyta i Samsyn, eller går inte att skilja från en sådan",
            "an encrypted Samsyn replica, or cannot be told from one",
        ),
        Precious::Log => Caption::new("ett reläs logg", "a relay's log"),
        Precious::Companion => Caption::new(
            "en del av en arbetsyta, en logg eller en annan databas",
            "part of a replica, a log or another database",
        ),
        Precious::Backup => Caption::new("en säkerhetskopia av en arbetsyta", "a backup of a replica"),
        Precious::Database => Caption::new("en databas", "a database"),
        Precious::Key => Caption::new("en nyckel", "a key"),
        Precious::RelayData => Caption::new("en del av ett reläs data", "part of a relay's data"),
    }
}
