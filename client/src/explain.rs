//! Errors in the person's language: what happened, to what, and what to do next.
//!
//! The engine's errors carry English words for logs and scripts. A window says the same in the language it is set to;
//! what is a detail for experts (a system's own words) stays as it is.

mod address;
mod backup;
mod moving;
mod refusals;
mod renewal;

pub use address::address_error;
pub use moving::{move_error, move_error_in_terminal, share_error, share_error_in_terminal};
pub use refusals::{refused_change, relay_words};
pub use renewal::renewal;

use std::path::Path;

use samsyn_engine::document::EditError;
use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::identity::{CodeError, Forbidden};
use samsyn_engine::replica::{ReplicaError, SyncProblem};
use samsyn_engine::schema::{self, Caption, Language, NewRecordError};
use samsyn_engine::store::StoreError;
use samsyn_engine::sync::{ErrorCode, Notice, SyncError};

mod files;

pub(crate) use files::{exchange_error_in_terminal, output_error_in_terminal};
pub use files::{output_error, with_room};

use self::refusals::refusal;
use crate::belonging::enter::EnterError;
use crate::belonging::join::JoinError;
use crate::failure::{full_words, system_words, without_numbers};
use crate::keys::lock::LockError;
use crate::keys::{KeyError, Place, SHORTEST};
use crate::link::LinkError;
use crate::link::direct::DirectError;

pub use backup::backing_up_error;
pub(crate) use backup::backing_up_error_in_terminal;

const IN_BATCH: Caption =
    Caption::new("Inget ändrades. Steg {}, post {}: {}", "Nothing was changed. Step {}, record {}: {}");

/// Why something was not done.
pub fn replica_error(error: &ReplicaError, language: Language) -> String {
    if let ReplicaError::Forbidden(error) = error {
        return forbidden(error, language);
    }
    if let ReplicaError::InBatch { number, record, why } = error {
        let why = replica_error(why, language);
        return IN_BATCH.fill(language, &[number, record, &why]);
    }
    if language == Language::English {
        return error.to_string();
    }
    match error {
        ReplicaError::Store(error) => store_error(error, language),
        ReplicaError::Edit(error) => edit_error(error),
        ReplicaError::New(NewRecordError::UnknownField { field, .. }) => {
            format!("Posten kunde inte skapas: fältet ”{field}” finns inte.")
        }
        ReplicaError::New(NewRecordError::Value { field, error }) => {
            format!("Posten kunde inte skapas: {field}: {}", error.words(language))
        }
        ReplicaError::Forbidden(error) => forbidden(error, language),
        ReplicaError::NoRecord(id) => format!("Posten {id} finns inte här."),
        ReplicaError::RecordExists(id) => format!("Posten {id} finns redan."),
        ReplicaError::TooLarge { most, .. } => {
            format!("Det var för mycket för en enda ändring (högst {most} byte). Gör den i mindre steg.")
        }
        ReplicaError::InBatch { why, .. } => replica_error(why, language),
    }
}

/// Why something was not written to a file.
pub fn exchange_error(error: &ExchangeError, language: Language) -> String {
    match error {
        ExchangeError::Replica(error) => replica_error(error, language),
        ExchangeError::Output(error) => output_error(error, language),
    }
}

/// What a role does not let somebody do.
fn forbidden(error: &Forbidden, language: Language) -> String {
    const KIND: Caption = Caption::new(
        "Din roll i arbetsytan låter dig inte ändra {}. En koordinator kan ge dig en annan.",
        "Your role in this workspace does not let you change {}. A coordinator can give you another.",
    );
    const OWN: Caption = Caption::new(
        "Din roll i arbetsytan låter dig bara ändra dina egna {}, och den här är någon annans.",
        "Your role in this workspace lets you change your own {} only, and this is somebody else's.",
    );
    let (words, name) = match error {
        Forbidden::Kind { kind, .. } => (KIND, kind),
        Forbidden::NotOwn { kind, .. } => (OWN, kind),
    };
    let kind = schema::kind(name);
    let plural = kind.map_or(name.clone(), |kind| kind.plural.get(language).to_lowercase());
    words.get(language).replace("{}", &plural)
}

/// Why a replica's file cannot be used.
pub fn store_error(error: &StoreError, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    match error {
        StoreError::NotThere(path) => format!(
            "Det finns ingen arbetsyta på {}. Skapa en med \"samsyn new\" eller anslut med \"samsyn join\".",
            path.display()
        ),
        StoreError::Exists(path) => {
            format!("Det finns redan en fil på {}. Välj en annan plats.", path.display())
        }
        StoreError::Unfinished(path) => format!(
            "Arbetsytan på {} blev aldrig färdig, och det finns inget i den. Skapa den på nytt med \"samsyn new\" eller anslut med \"samsyn join\".",
            path.display()
        ),
        StoreError::ReadOnly(path) => format!(
            "Det går inte att skriva i {}: filen, mappen eller disken är skrivskyddad för dig. Den går att läsa.",
            path.display()
        ),
        StoreError::NoPlace(path) => format!(
            "{} kan inte skapas: mappen är skrivskyddad för dig. Välj en annan plats.",
            path.display()
        ),
        StoreError::NotAReplica(path) => {
            format!("{} är ingen arbetsyta i Samsyn. Filen lämnades orörd.", path.display())
        }
        StoreError::IsABackup(path) => format!(
            "{} är en säkerhetskopia. Lägg tillbaka den med \"samsyn restore\", eller i fönstret med ”Öppna en fil” på första sidan.",
            path.display()
        ),
        StoreError::Newer { path, .. } => {
            format!("{} är skriven av en nyare Samsyn. Installera den nyare versionen.", path.display())
        }
        StoreError::Encrypted(path) => format!(
            "{} är krypterad, och nyckeln till den finns inte här. Är den låst, lås upp den med \"samsyn unlock\"; annars kan den öppnas där nyckeln finns. Eller så är det ingen arbetsyta i Samsyn, eller så är filens början skadad: lägg då tillbaka en säkerhetskopia med \"samsyn restore\".",
            path.display()
        ),
        StoreError::Unusable { path, reason } => {
            format!("{} kan inte användas: {}", path.display(), system_words(reason, language))
        }
        StoreError::Full => "Disken är full. Inget ändrades; gör plats och försök igen.".to_owned(),
        StoreError::Busy => {
            "Ett annat program skriver i arbetsytan och blir inte klart. Stäng det och försök igen."
                .to_owned()
        }
        StoreError::Document(error) => {
            let words = error.to_string();
            format!("Posten är skadad: {}.", relay_words(&words, language).unwrap_or(words))
        }
        StoreError::Damaged { path, log, reason } => format!(
            "{} är skadad ({}) och lämnades som den är. Lägg tillbaka en säkerhetskopia med \"samsyn restore\", eller anslut på nytt med en inbjudan: då är det som inte hade skickats borta. Behåll {} och, om den finns, {}, så kan någon kanske rädda något ur dem.",
            path.display(),
            system_words(reason, language),
            path.display(),
            log.display()
        ),
        StoreError::Replaced(path) => format!(
            "En annan fil lades på platsen för {}, eller så togs den bort, medan den var öppen. Inget skrivs till den. Stäng alla fönster och kommandon som använder den, och öppna den igen.",
            path.display()
        ),
        StoreError::Database(error) => format!(
            "Arbetsytans fil är skadad eller kan inte skrivas ({error}). Inget ändrades. Fortsätter det, stäng den och lägg tillbaka en säkerhetskopia med \"samsyn restore\". Behåll filen och den -wal som ligger bredvid."
        ),
    }
}

/// What is told where a log that was not the file's own lay beside it.
pub fn set_aside(log: &Path, language: Language) -> String {
    const SET_ASIDE: Caption = Caption::new(
        "Bredvid arbetsytans fil låg en logg (-wal) som inte hör till den, eller som är skadad: filen har lagts tillbaka från en kopia. Loggen ligger nu i {}. Det som bara fanns i den är inte med här.",
        "Beside the workspace's file lay a log (-wal) that is not its own, or is damaged: the file was put back from a copy. The log is now {}. What was only in it is not here.",
    );
    SET_ASIDE.fill(language, &[&log.display()])
}

/// To write a file anew nobody else may have it open.
const OPEN_ELSEWHERE: Caption = Caption::new(
    "Arbetsytan är öppen i ett annat program. Stäng fönstret och allt annat som använder den, och försök igen. Inget ändrades.",
    "the workspace is open in another program: close the window and whatever else uses it, and try again; nothing was changed",
);

/// Why a key was not kept.
pub fn key_error(error: &KeyError, language: Language) -> String {
    if language == Language::English {
        return without_numbers(&error.to_string());
    }
    let path = error.path.display();
    match full_words(&error.reason, language) {
        Some(full) => format!("Nyckeln kan inte sparas i {path}: {full}. Inget ändrades."),
        None => format!(
            "Nyckeln kan inte sparas i {path} ({}). Inget ändrades. Gör mappen skrivbar, eller namnge en annan med SAMSYN_KEYS.",
            system_words(&error.reason.to_string(), language)
        ),
    }
}

/// Where a key rests.
pub fn key_place(place: &Place, language: Language) -> String {
    let keyring = Caption::new("i datorns nyckelring", "in this computer's keyring");
    let session = Caption::new("i minnet tills du loggar ut", "in memory until you log out");
    match place {
        Place::Keyring => keyring.get(language).to_owned(),
        Place::Session => session.get(language).to_owned(),
        Place::File(path) => {
            Caption::new("i {}", "in {}").get(language).replace("{}", &path.display().to_string())
        }
    }
}

/// Why a replica was not locked or unlocked.
pub fn lock_error(error: &LockError, language: Language) -> String {
    if let LockError::Store(StoreError::Busy) = error {
        return OPEN_ELSEWHERE.get(language).to_owned();
    }
    match error {
        LockError::Store(error) => return store_error(error, language),
        LockError::Key(error) => return key_error(error, language),
        LockError::File { path, reason } => return file_error(path, reason, language),
        _ if language == Language::English => return error.to_string(),
        _ => {}
    }
    match error {
        LockError::NotEncrypted(path) => format!(
            "{} är inte krypterad, så det finns inget att låsa. Kryptera den först med \"samsyn encrypt\".",
            path.display()
        ),
        LockError::Already => "Inget ändrades.".to_owned(),
        LockError::StillThere(place) => format!(
            "Nyckeln är låst med lösenfrasen, men den finns kvar öppet, {}. Ta bort den där själv.",
            key_place(place, language)
        ),
        LockError::Store(error) => store_error(error, language),
        LockError::Key(error) => key_error(error, language),
        LockError::Short => {
            format!(
                "Lösenfrasen är för kort: använd minst {SHORTEST} tecken, till exempel fyra ord som ingen annan skulle sätta ihop."
            )
        }
        LockError::Unseen(character) => format!(
            "Lösenfrasen har ett tecken som inte syns (U+{:04X}). Den som skriver den igen kan inte veta det: utelämna det. Inget ändrades.",
            u32::from(*character)
        ),
        LockError::NotSealed => "Nyckeln kunde inte låsas. Inget ändrades.".to_owned(),
        LockError::Passphrase => "Det är inte rätt lösenfras. Inget ändrades.".to_owned(),
        LockError::NotLocked(path) => format!(
            "{} har aldrig låsts med en lösenfras här, och nyckeln finns inte på den här datorn. Den kan öppnas där den krypterades.",
            path.display()
        ),
        LockError::Damaged { path, reason } => format!(
            "{} är ingen låst nyckel ({}). Hämta tillbaka den från en säkerhetskopia, eller anslut på nytt med en inbjudan.",
            path.display(),
            system_words(reason, language)
        ),
        LockError::File { path, reason } => file_error(path, reason, language),
        LockError::Stretching(reason) => {
            format!("Lösenfrasen kunde inte bearbetas ({reason}). Stäng andra program och försök igen.")
        }
    }
}

/// Why a file that is no replica cannot be used.
fn file_error(path: &Path, reason: &std::io::Error, language: Language) -> String {
    const FULL: Caption = Caption::new("{} kan inte skrivas: {}.", "{} cannot be written: {}");
    const FILE: Caption = Caption::new(
        "{} kan inte användas ({}). Inget ändrades; kontrollera att mappen finns och att du får skriva i den.",
        "{} cannot be used ({}): nothing was changed; look whether its folder is there and you may write to it",
    );
    match full_words(reason, language) {
        Some(full) => FULL.fill(language, &[&path.display(), &full]),
        None => FILE.fill(language, &[&path.display(), &system_words(&reason.to_string(), language)]),
    }
}

fn edit_error(error: &EditError) -> String {
    match error {
        EditError::UnknownKind(kind) => {
            format!(
                "Den här versionen känner inte till \"{kind}\". Installera en nyare Samsyn för att ändra posten."
            )
        }
        EditError::UnknownField { path, .. } => format!("Fältet \"{path}\" finns inte."),
        EditError::NoRow { .. } => "Raden finns inte längre.".to_owned(),
        EditError::RowExists { .. } => "Raden finns redan.".to_owned(),
        EditError::Value { path, error } => format!("{path}: {}", error.words(Language::Swedish)),
        EditError::Document(reason) => format!("Posten kunde inte skrivas: {reason}"),
    }
}

/// Why there is no connection.
pub fn link_error(error: &LinkError, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    match error {
        LinkError::Unreachable { address, reason } => {
            let reason = system_words(reason, language);
            format!("Reläet på {address} nås inte ({reason}). Ditt arbete är sparat här och väntar.")
        }
        LinkError::SignIn { address, host } => {
            let place = host.as_ref().map(|host| format!(", på {host}")).unwrap_or_default();
            format!(
                "Nätet vill att du loggar in först{place}: öppna en sida i webbläsaren och gör det. Ditt arbete är sparat här och väntar. (Kommer ingen sådan sida, kontrollera adressen {address}.)"
            )
        }
        LinkError::NotARelay { address, .. } => format!(
            "Det som svarar på {address} är inget relä. Kontrollera adressen, eller logga in på nätet först."
        ),
        LinkError::NotTrusted { address, why } => format!(
            "Det som svarar på {address} visar inte att det är det reläet ({}). Inget sades till det. Kontrollera adressen och datorns datum, eller logga in på nätet först. Ditt arbete är sparat här och väntar.",
            why.words(language)
        ),
        LinkError::Moved { address, to } => moving::moved(address, to),
        LinkError::Address { address, why } => format!(
            "Reläets adress i den här arbetsytan, {address}, kan inte användas: {}. Ge den en annan med \"samsyn relay ADRESS\". Ditt arbete är sparat här och väntar.",
            address_error(why, language)
        ),
        LinkError::Closed(notice) => format!("Reläet avslutade: {}", refusal(notice)),
        LinkError::Broken(_) => {
            "Anslutningen bröts. Ditt arbete är sparat här; det fortsätter där det var.".to_owned()
        }
        LinkError::Anew(times) => format!(
            "Reläet har fått programmet att börja om {times} gånger, varje gång av en ny anledning, så anslutningen avbröts. Ditt arbete är sparat här och väntar. Säg till den som driver reläet och försök igen senare."
        ),
        LinkError::NotLogged(seconds) => format!(
            "Reläet säger att det har det som skickades, men på {seconds} sekunder har inget av det dykt upp i dess logg. Ditt arbete är sparat här och väntar. Försök igen senare, och säg till den som driver reläet om det fortsätter."
        ),
        LinkError::Problem(problem) => sync_problem(problem),
    }
}

/// What is said of another side that leads nowhere, in Swedish; none of any other error.
fn leads_nowhere(error: &SyncError) -> Option<String> {
    const AND_NOW: &str = "Det som finns här är kvar och väntar. Försök igen senare, och säg till den som driver den andra sidan om det fortsätter.";
    match error {
        SyncError::Idle(seconds) => Some(format!(
            "Den andra sidan svarar, men på {seconds} sekunder har inget hänt, så anslutningen avbröts. {AND_NOW}"
        )),
        SyncError::Endless(what) => Some(format!(
            "Den andra sidan blir aldrig klar ({}), så anslutningen avbröts. {AND_NOW}",
            what.caption().get(Language::Swedish)
        )),
        SyncError::Later(seconds) => Some(format!(
            "Den andra sidan tar emot det som skickades först om {} min. Det som finns här är kvar och väntar. Försök igen då.",
            seconds.div_ceil(60)
        )),
        _ => None,
    }
}

/// What keeps a replica from being synced, in Swedish.
fn sync_problem(problem: &SyncProblem) -> String {
    let words = match problem {
        SyncProblem::NoRelay => {
            "Arbetsytan finns bara på den här datorn. Ta den till ett relä med \"samsyn share ADRESS\", eller i fönstret under Medlemmar."
        }
        SyncProblem::NoKey => {
            "Den här datorn har ingen nyckel till arbetsytan, så reläet släpper inte in den. Be en koordinator om en inbjudan till just dig och använd den: ”Gå in med en kod” i fönstret, eller \"samsyn enter\". Allt som skrivits här är kvar."
        }
        SyncProblem::NotDirectly => "Din roll i arbetsytan synkar bara genom reläet.",
        SyncProblem::NoChallenge => {
            "Reläet är för gammalt för en arbetsyta med medlemmar: det måste uppdateras."
        }
        SyncProblem::BeginAgain => "Den här kopian har fått ett eget namn och ansluter på nytt.",
        SyncProblem::Replica(error) => return replica_error(error, Language::Swedish),
        SyncProblem::Protocol(SyncError::Dead(_)) => {
            "Anslutningen är död: reläet har tystnat. Ditt arbete är sparat här."
        }
        SyncProblem::Protocol(SyncError::Frame(_)) => {
            "Det som svarar skickar något som inget relä skickar: det kan vara en annan version, eller inget relä. Ditt arbete är sparat här."
        }
        SyncProblem::Protocol(error) => {
            return leads_nowhere(error).unwrap_or_else(|| refusal(&Notice::new(error.code(), "")));
        }
    };
    words.to_owned()
}

/// Why the relay is out of reach of somebody who is not in yet: nothing is kept here that could be safe.
fn not_reached(error: &LinkError, language: Language) -> String {
    if language == Language::English {
        return format!("{}. Nothing is kept on this computer yet.", error.before_joining());
    }
    let why = match error {
        LinkError::Unreachable { address, reason } => {
            let reason = system_words(reason, language);
            format!(
                "Reläet på {address} nås inte ({reason}). Kontrollera adressen, eller försök igen senare."
            )
        }
        LinkError::SignIn { address, host } => {
            let place = host.as_ref().map(|host| format!(", på {host}")).unwrap_or_default();
            format!(
                "Nätet vill att du loggar in först{place}: öppna en sida i webbläsaren, gör det och försök sedan igen. (Kommer ingen sådan sida, kontrollera adressen {address}.)"
            )
        }
        LinkError::Moved { address, to } => format!(
            "Reläet på {address} säger att det finns på {}. Fråga den som bjöd in dig, och gå med där.",
            to.relay
        ),
        LinkError::NotTrusted { address, why } => format!(
            "Det som svarar på {address} visar inte att det är det reläet ({}). Inget sades till det. Kontrollera adressen och datorns datum, eller logga in på nätet först.",
            why.words(language)
        ),
        error => link_error(error, language),
    };
    format!("{why} Inget är sparat på den här datorn än.")
}

/// Why somebody did not join.
pub fn join_error(error: &JoinError, language: Language) -> String {
    const NO_NAME: Caption = Caption::new(
        "Skriv ditt namn: andra behöver det för att se vem som har skrivit vad.",
        "Type your name: others need it to see who wrote what.",
    );
    const ADDRESS_LIKE: Caption = Caption::new(
        "{} Den ska se ut som wss://HOST/ARBETSYTA, som det står i inbjudan.",
        "{} It looks like wss://HOST/WORKSPACE, as it stands in the invitation.",
    );
    const IS_ALONE: Caption = Caption::new(
        "På {} finns redan en arbetsyta, bara på den här datorn: ta den till reläet med \"samsyn share ADRESS\" (i fönstret under Medlemmar), eller välj en annan plats.",
        "There is already a workspace at {}, only on this computer: take it to the relay with `samsyn share ADDRESS` (in the window under Members), or choose another place.",
    );
    const JOINED: Caption = Caption::new(
        "Arbetsytan finns redan på {}: öppna den, eller kom in igen med en ny inbjudan (\"samsyn enter\").",
        "This workspace is at {} already: open that one, or come in with another invitation (`samsyn enter`).",
    );
    const EXISTS: Caption = Caption::new(
        "Det finns redan en fil på {}: öppna den, eller välj en annan plats.",
        "There is already a file at {}: open that one, or choose another place.",
    );
    const NOT_LET_IN: Caption = Caption::new(
        "Reläet släpper inte in dig: koden är felskriven, använd eller för gammal, eller så finns inte arbetsytan där. Kontrollera adress och kod, eller be koordinatorn om en ny.",
        "The relay does not let you in: the code is mistyped, used or too old, or the workspace is not there. Check address and code, or ask the coordinator for a new one.",
    );
    const NOT_THERE: Caption = Caption::new(
        "Det finns ingen fil på {}. Kontrollera namnet.",
        "There is no file at {}. Check the name.",
    );
    let say = |caption: Caption, what: &str| caption.get(language).replace("{}", what);
    match error {
        JoinError::NoName => say(NO_NAME, ""),
        JoinError::Address(error) => say(ADDRESS_LIKE, &address::sentence(error, language)),
        JoinError::Workspace(error) => Caption::new("Arbetsytans namn: {}", "The workspace's name: {}")
            .fill(language, &[&error.words(language)]),
        JoinError::Code(_) => say(NO_CODE, ""),
        JoinError::Exists(path) => say(EXISTS, &path.display().to_string()),
        JoinError::Alone(path) => say(IS_ALONE, &path.display().to_string()),
        JoinError::Joined(path) => say(JOINED, &path.display().to_string()),
        JoinError::Replica(ReplicaError::Store(StoreError::NotThere(path))) => {
            say(NOT_THERE, &path.display().to_string())
        }
        JoinError::Replica(error) => replica_error(error, language),
        JoinError::Key(error) => key_error(error, language),
        JoinError::Refused(notice) if notice.code == ErrorCode::Access => say(NOT_LET_IN, ""),
        JoinError::Refused(notice) => link_error(&LinkError::Closed(notice.clone()), language),
        JoinError::NotReached(error) => not_reached(error, language),
        JoinError::Broken(_) if language == Language::English => error.to_string(),
        JoinError::Broken(error) => format!(
            "{} Arbetsytan finns på den här datorn nu: hämta resten med \"samsyn sync\".",
            link_error(error, language)
        ),
    }
}

/// Why somebody did not join, for whoever typed a command: the error's own English words name what the command line has against it.
pub fn join_error_in_terminal(error: &JoinError, language: Language) -> String {
    match language {
        Language::English => error.to_string(),
        Language::Swedish => join_error(error, language),
    }
}

/// What is said of a code that is none.
const NO_CODE: Caption = Caption::new(
    "Det är ingen inbjudningskod. Den har 16 bokstäver och siffror, som AB12-CD34-EF56-GH78.",
    "That is no invitation code. It has 16 letters and digits, such as AB12-CD34-EF56-GH78.",
);

/// Why a code is none.
pub fn code_error(_: &CodeError, language: Language) -> String {
    NO_CODE.get(language).to_owned()
}

/// Why somebody did not come in on a replica that is here already.
pub fn enter_error(error: &EnterError, language: Language) -> String {
    const OF_ANOTHER: Caption = Caption::new(
        "Den inbjudan gäller en annan arbetsyta. Använd den där den hör hemma, i en annan fil.",
        "That invitation is for another workspace. Use it to join that one, in another file.",
    );
    const NOT_LET_IN: Caption = Caption::new(
        "Reläet släpper inte in den här enheten: koden är felskriven, använd eller för gammal, eller så är den inte till just dig. Be koordinatorn om en ny under Medlemmar, vid ditt namn. Allt som skrivits här är kvar.",
        "The relay does not let this device in: the code is mistyped, used or too old, or it is not for just you. Ask the coordinator for a new one, made beside your name under Members. Everything written here stays.",
    );
    match error {
        EnterError::Code(_) => NO_CODE.get(language).to_owned(),
        EnterError::OtherWorkspace => OF_ANOTHER.get(language).to_owned(),
        EnterError::Replica(error) => replica_error(error, language),
        EnterError::Key(error) => key_error(error, language),
        EnterError::NotIn(LinkError::Closed(notice)) if notice.code == ErrorCode::Access => {
            NOT_LET_IN.get(language).to_owned()
        }
        EnterError::NotIn(error) => link_error(error, language),
        EnterError::Broken(_) if language == Language::English => error.to_string(),
        EnterError::Broken(error) => format!("Du är inne. {}", link_error(error, language)),
    }
}

/// Why two computers could not sync directly.
pub fn direct_error(error: &DirectError, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    match error {
        DirectError::Unreachable { address, reason } => format!(
            "Ingen svarar på {address} ({}). Kontrollera att båda datorerna är på samma nät och att \"samsyn serve\" är igång på den andra.",
            system_words(reason, language)
        ),
        DirectError::Address(error) => address::sentence(error, language),
        DirectError::NotAReplica(address) => format!(
            "Det som svarar på {address} är ingen kopia som delas med \"samsyn serve\". Kontrollera adressen."
        ),
        DirectError::Stranger => {
            "Kopian där hör till en annan arbetsyta, eller har en annan hemlighet. Inget har utbytts.".to_owned()
        }
        DirectError::Closed(notice) => {
            format!("Den andra kopian avslutade: {}", refusal(notice))
        }
        DirectError::Broken(_) => {
            "Anslutningen bröts. Det som hann komma är kvar, och nästa besök fortsätter där. Försök igen."
                .to_owned()
        }
        DirectError::NotServed { address, reason } => format!(
            "Det går inte att dela på {address} ({}). Prova en annan adress med --listen.",
            system_words(reason, language)
        ),
        DirectError::Problem(SyncProblem::NoRelay) => {
            "Arbetsytan finns bara på den här datorn. Anslut den till ett relä först: då har den en hemlighet som båda datorerna känner till.".to_owned()
        }
        DirectError::Problem(SyncProblem::NotDirectly) => {
            "Din roll i arbetsytan synkar bara genom reläet: utan det emellan skulle andra lämna över sådant som inte är för dig.".to_owned()
        }
        DirectError::Problem(SyncProblem::Replica(error)) => replica_error(error, language),
        DirectError::Problem(SyncProblem::Protocol(error)) => leads_nowhere(error)
            .unwrap_or_else(|| format!("Den andra kopian: {}", refusal(&Notice::new(error.code(), "")))),
        // The others are of relays only.
        DirectError::Problem(problem @ (SyncProblem::BeginAgain | SyncProblem::NoKey | SyncProblem::NoChallenge)) => {
            sync_problem(problem)
        }
    }
}
