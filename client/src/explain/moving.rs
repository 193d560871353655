//! Why a workspace was not taken to a relay, or to a relay's other address, in the person's language.

use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::sync::ErrorCode;

use super::{NO_CODE, address, key_error, link_error, not_reached, replica_error};
use crate::belonging::moving::MoveError;
use crate::belonging::sharing::ShareError;
use crate::failure::system_words;
use crate::link::{Elsewhere, LinkError};

/// Why the relay's address was not changed.
pub fn move_error(error: &MoveError, language: Language) -> String {
    const ALONE: Caption = Caption::new(
        "Arbetsytan finns bara på den här datorn. Ta den till ett relä först.",
        "This workspace is only on this computer. Take it to a relay first.",
    );
    const OTHER: Caption = Caption::new(
        "Adressen går till en annan arbetsyta. Inget ändrades.",
        "That is the address of another workspace. Nothing was changed.",
    );
    const UNENCRYPTED: Caption = Caption::new(
        "Hittills är det du skickar krypterat på vägen, och till {} skulle det inte vara det. Inget ändrades.",
        "Until now what you send is encrypted on the way, and to {} it would not be. Nothing was changed.",
    );
    const NOT_KNOWN: Caption = Caption::new(
        "Reläet på {} har inte den här arbetsytan, eller släpper inte in den här datorn. Inget ändrades.",
        "The relay at {} does not have this workspace, or does not let this computer in. Nothing was changed.",
    );
    const NOT_ASKED: Caption = Caption::new(
        "{} Ingen kunde alltså svara på om arbetsytan finns där, och inget ändrades.",
        "{} So nobody could say whether this workspace is there, and nothing was changed.",
    );
    let say = |caption: Caption, what: &str| caption.get(language).replace("{}", what);
    match error {
        MoveError::Address(error) => address::sentence(error, language),
        MoveError::Replica(error) => replica_error(error, language),
        MoveError::Alone => say(ALONE, ""),
        MoveError::OtherWorkspace { .. } => say(OTHER, ""),
        MoveError::Unencrypted(relay) => say(UNENCRYPTED, &relay.to_string()),
        MoveError::NotKnown(relay) => say(NOT_KNOWN, &relay.to_string()),
        MoveError::NotAsked(error) => say(NOT_ASKED, &not_asked(error, language)),
    }
}

/// The same on the command line, with what it has against it.
pub fn move_error_in_terminal(error: &MoveError, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    let way_on = match error {
        MoveError::Unencrypted(_) => " Säg --unencrypted om det är meningen.",
        MoveError::NotKnown(_) | MoveError::NotAsked(_) => " Säg --anyway för att byta ändå.",
        MoveError::Alone => " Det görs med: samsyn share ADRESS",
        _ => "",
    };
    format!("{}{way_on}", move_error(error, language))
}

/// Why a workspace was not taken to a relay, on the command line.
pub fn share_error_in_terminal(error: &ShareError, language: Language) -> String {
    match language {
        Language::English => error.to_string(),
        Language::Swedish => share_error(error, language),
    }
}

fn not_asked(error: &LinkError, language: Language) -> String {
    match (error, language) {
        (LinkError::Unreachable { address, reason }, Language::English) => {
            format!("The relay at {address} cannot be reached ({reason}).")
        }
        (LinkError::Unreachable { address, reason }, Language::Swedish) => {
            format!("Reläet på {address} nås inte ({}).", system_words(reason, language))
        }
        (error, Language::English) => format!("{error}."),
        (error, Language::Swedish) => link_error(error, language),
    }
}

/// Why a workspace was not taken to a relay.
pub fn share_error(error: &ShareError, language: Language) -> String {
    const SHARED: Caption =
        Caption::new("Arbetsytan finns redan på ett relä, {}.", "This workspace is on a relay already, {}.");
    const TAKEN: Caption = Caption::new(
        "Arbetsytan på den adressen är inte tom, eller tillhör redan någon, och två arbetsytor blandas inte. Be den som driver reläet om en ny, med en inbjudan till dess koordinator. Inget ändrades.",
        "The workspace at that address is not empty, or belongs to somebody already, and two workspaces are not mixed. Ask whoever runs the relay for a new one, with an invitation for its coordinator. Nothing was changed.",
    );
    const NOT_LET_IN: Caption = Caption::new(
        "Reläet släpper inte in dig: koden är felskriven, använd eller för gammal, eller så finns inte arbetsytan där. Kontrollera adress och kod, eller be den som driver reläet om en ny. Inget ändrades.",
        "The relay does not let you in: the code is mistyped, used or too old, or the workspace is not there. Check address and code, or ask whoever runs the relay for a new one. Nothing was changed.",
    );
    const GOES_ON: Caption = Caption::new(
        "{} Det fortsätter av sig självt när reläet nås, eller med \"samsyn sync\".",
        "{} It goes on by itself once the relay is reached, or with `samsyn sync`.",
    );
    let say = |caption: Caption, what: &str| caption.get(language).replace("{}", what);
    match error {
        ShareError::Address(error) => address::sentence(error, language),
        ShareError::Code(_) => say(NO_CODE, ""),
        ShareError::Replica(error) => replica_error(error, language),
        ShareError::Key(error) => key_error(error, language),
        ShareError::Shared(relay) => say(SHARED, relay),
        ShareError::Taken => say(TAKEN, ""),
        ShareError::Refused(notice) if notice.code == ErrorCode::Access => say(NOT_LET_IN, ""),
        ShareError::Refused(notice) => link_error(&LinkError::Closed(notice.clone()), language),
        ShareError::NotReached(error) => not_reached(error, language),
        ShareError::Broken(error) => say(GOES_ON, &link_error(error, language)),
    }
}

/// That a relay is elsewhere, in Swedish.
pub(super) fn moved(before: &str, to: &Elsewhere) -> String {
    let Elsewhere { relay, for_good, opens } = to;
    match (for_good, opens) {
        (true, false) => format!(
            "Reläet på {before} säger att det har flyttat till {relay}. Byt till den adressen, i fönstret eller med \"samsyn relay {relay}\". Ditt arbete är sparat här och väntar."
        ),
        (true, true) => format!(
            "Reläet på {before} säger att det har flyttat till {relay}, där inget är krypterat på vägen. Fråga den som driver det innan du byter med \"samsyn relay {relay} --unencrypted\". Ditt arbete är sparat här och väntar."
        ),
        (false, _) => format!(
            "Reläet på {before} säger att det tills vidare finns på {relay}. Adressen här är kvar som den är. Försök igen senare, eller fråga den som driver det. Ditt arbete är sparat här och väntar."
        ),
    }
}
