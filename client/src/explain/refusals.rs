//! What a relay, or another replica, does not take: a change, or the connection.

use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::sync::{ErrorCode, Notice, reasons};

/// Why the relay refused a change, by the name of its code.
pub fn refused_change(code: &str) -> Caption {
    let is = |known: ErrorCode| code == known.name();
    match code {
        _ if is(ErrorCode::Forbidden) => Caption::new(
            "Din roll lät dig inte skriva det här: rollen får inte ändra den sortens poster, eller så är posten någon annans.",
            "Your role did not let you write this: the role may not change that kind of record, or the record is somebody else's.",
        ),
        _ if is(ErrorCode::Schema) => Caption::new(
            "Med ändringen skulle posten inte längre vara giltig: ett värde är fel eller kommer från en annan version.",
            "With the change the record would no longer be valid: a value is wrong, or comes from another version.",
        ),
        _ if is(ErrorCode::MissingDependencies) => Caption::new(
            "Den bygger på en ändring som reläet inte har, eller som det avvisade.",
            "It builds on a change that the relay does not have, or that it refused.",
        ),
        _ if is(ErrorCode::TooLarge) => Caption::new(
            "Ändringen är för stor. Förkasta den och gör den i mindre steg.",
            "The change is too large. Discard it, and make it in smaller steps.",
        ),
        _ if is(ErrorCode::Erased) => Caption::new(
            "Posten har raderats, så inget mer tas emot i den.",
            "The record was erased, so nothing more is taken in it.",
        ),
        _ if is(ErrorCode::ActorCollision) => Caption::new(
            "En annan kopia av den här filen har skrivit under samma nummer.",
            "Another copy of this file has written under the same number.",
        ),
        _ if is(ErrorCode::Storage) => Caption::new(
            "Reläet kunde inte spara den. Säg till den som driver det, och skicka igen senare.",
            "The relay could not store it. Tell whoever runs it, and send it again later.",
        ),
        _ => Caption::new("Reläet tog inte emot den.", "The relay did not take it."),
    }
}

/// What a relay or another replica said of a change that it did not take, in the person's language; nothing where it has no words in it.
pub fn relay_words(words: &str, language: Language) -> Option<String> {
    reasons::in_language(words, language).filter(|words| !words.is_empty())
}

/// Why the other side ended a connection, in Swedish. Its own words are English.
pub(super) fn refusal(notice: &Notice) -> String {
    let words = match notice.code {
        ErrorCode::Version => "programmet och reläet har olika versioner; en av dem måste uppdateras.",
        ErrorCode::Access => {
            "det släpper inte in den här datorn. Det känner inte arbetsytan eller datorn, inbjudan är använd eller för gammal, eller så har åtkomsten tagits tillbaka. Fråga en koordinator; allt som skrivits här är kvar."
        }
        ErrorCode::Stopping => "det stängs av eller har ändrats. Försöker igen om en stund.",
        ErrorCode::Storage => "reläet kan inte spara just nu. Inget är förlorat; försöker igen.",
        ErrorCode::NotEmpty => "arbetsytan där är inte tom, eller tillhör redan någon. Inget lades i den.",
        ErrorCode::Limited => {
            let again = match notice.again {
                None => String::new(),
                Some(seconds @ ..120) => format!(" Det tar emot mer om {seconds} s."),
                Some(seconds) => format!(" Det tar emot mer om {} min.", seconds.div_ceil(60)),
            };
            return format!(
                "det har tagit emot så mycket som det tar på en gång härifrån. Det som inte är skickat är sparat här, och skickas när det finns plats igen.{again}"
            );
        }
        code => {
            return format!(
                "det gick inte att komma överens ({}). Ditt arbete är sparat här. Händer det igen, uppdatera båda sidor.",
                code.name()
            );
        }
    };
    words.to_owned()
}
