//! Why a change is not taken, in both languages.
//!
//! On the wire a reason is a code and English words with numbers in them. Whoever reads Swedish gets the same sentence in Swedish: it is made
//! out of the English one, by the table from which relays fill theirs. A reason of a newer version has no Swedish words here; its code has.
//!
//! ```text
//!  relay: Caption + numbers ── fill ──▶ English words ── wire, outbox ──▶ in_language: Caption found, numbers read ──▶ Swedish
//! ```

use crate::identity::Role;
use crate::schema::{Caption, Language};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident: $sv:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Caption = Caption::new($sv, $en);)*
        /// All that relays and replicas say of a change that they do not take.
        pub const ALL: &[Caption] = &[$($name),*];
    };
}

reasons! {
    /// It was named where it must stand in full.
    NAMED_ONLY: "ändringen är bara nämnd, och måste skickas i sin helhet", "a pushed change must stand in full";
    /// It is too large; how many bytes, and how many are taken.
    CHANGE_TOO_LARGE: "ändringen har {} byte, och högst {} tas emot", "the change has {} bytes, the most is {}";
    /// The log has it as a change of another record.
    OTHER_RECORD: "i loggen hör ändringen till en annan post", "the log has this change as one of another record";
    /// What it builds on is not there.
    BUILDS_ON_MISSING: "den bygger på ändringar som reläet inte har eller har avvisat", "the change builds on changes that the relay does not have or has refused";
    /// It was not tried.
    NOT_TRIED: "för många andra ändringar som skickades samtidigt passar inte i posten: den här prövades inte", "too many other changes of the same push do not fit this record: this one was not tried";
    /// Its actor is another device's.
    OTHERS_NAME: "ändringen säger att den är en enhets, men är skriven under en annans namn", "the change says that it is one device's and was written under another's name";
    /// Its record was erased.
    ERASED: "posten är raderad, och inget mer av den tas emot", "the record was erased: nothing of it is taken any more";
    /// It is nobody's.
    NOBODYS: "ändringen säger inte vilken enhet som skrev den", "the change does not say which device wrote it";
    /// It is another device's.
    ANOTHER_DEVICE: "en annan enhet skrev den: den når reläet därifrån, eller genom en koordinator", "another device wrote this: it reaches the relay from there, or by a coordinator";
    /// The relay's copy is damaged.
    DAMAGED: "reläets kopia av posten är skadad: säg till den som driver det", "the relay's copy of this record is damaged: tell whoever runs it";
    /// The role does not write that kind: role, kind.
    KIND: "rollen {} får inte skriva poster av slaget {}", "a {} may not write records of the kind {}";
    /// The role writes its own only: role, kind.
    NOT_OWN: "rollen {} får bara skriva sina egna poster av slaget {}, och den här är någon annans", "a {} may write only its own {} records, and this is another's";
    /// Something is too large: what, how large, how large it may be.
    TOO_LARGE: "för stor: {1}, och högst {2} går", "{} is too large: {}, the most is {}";
    /// It is not well-formed: how.
    MALFORMED: "den är inte välformad", "it is not well-formed: {}";
    /// Its checksum is wrong.
    CHECKSUM: "kontrollsumman stämmer inte: den skadades på vägen", "its checksum is wrong: it was damaged on the way";
    /// It is no change.
    CHUNK: "det är något annat än en ändring ({})", "it is another kind of chunk ({})";
    /// It is not in the canonical form.
    NOT_CANONICAL: "den är inte skriven i den enda form som gäller", "it is not written in the canonical form";
    /// It cannot be read.
    UNREADABLE: "den går inte att läsa", "it cannot be read";
    /// Reading it failed.
    PANICKED: "den gick inte att läsa, på ett sätt som inte ska kunna hända", "reading it failed in a way that should not be";
    /// It builds on what is not here: how many.
    NOT_HERE: "ändringar som den bygger på och som inte finns här: {}", "it builds on {} changes that are not here";
    /// It builds on a change that was refused.
    ON_REFUSED: "den bygger på ändringen {}, som avvisades", "it builds on change {}, which was refused";
    /// A database was copied.
    COLLISION: "en annan ändring har samma nummer: filen är en kopia", "another change stands under the same actor and number: a database was copied";
    /// Its number does not follow.
    GAP: "dess nummer kommer inte direkt efter det förra", "its number does not follow the last of its actor";
    /// Its operations are misnumbered.
    OPERATIONS: "dess delar är inte numrerade efter dem som den bygger på", "its operations are not numbered behind those that it builds on";
    /// The document would break.
    BREAKS: "med den skulle posten inte gå att läsa mer", "with it the document could not be loaded any more";
    /// It was not looked at.
    NOT_LOOKED_AT: "för många av ändringarna som kom samtidigt avvisades: den här prövades inte", "too many of the changes that came with it were refused: it was not looked at";
    /// The document is damaged.
    DOCUMENT: "posten {} är skadad", "the document of record {} is damaged";
    /// It does not fit its kind: record, how.
    MISFIT: "posten {} passar inte i sitt slag: {}", "record {} does not fit its kind: {}";
    /// Its name does not stand in it.
    NO_NAME: "den har inte sitt eget namn i sig", "it does not carry its own name";
    /// Written twice.
    TWICE: "namnet eller slaget är skrivet två gånger", "its name or kind was written twice";
    /// No kind.
    NO_KIND: "den säger inte av vilket slag den är", "it does not say what kind it is";
    /// No kind's name.
    KIND_NAME: "slagets namn är inget namn", "the name of its kind is not one";
    /// Not a seed.
    NO_SEED: "en ändring i fröets namn är inget frö", "a change in the name of its seeds is none of them";
    /// The seed is not there.
    LACKS_SEED: "fröet för dess slag saknas", "it lacks the seed of its kind";
    /// Its name or kind is another than at first.
    WRITTEN_OVER: "namnet eller slaget är överskrivet", "its name or kind was written over";
    /// A container in the place of another: field.
    IN_PLACE: "{} är lagt i stället för det som fanns", "{} was put in the place of the one that there is";
    /// A container is gone: field.
    TAKEN_AWAY: "{} är borttaget", "{} was taken away";
    /// Of another type: field.
    STORED: "{} har en annan typ än fältets", "{} is stored as something else than its type";
    /// Unknown scalar: field.
    SCALAR: "{} har ett värde som inget fält kan ha", "{} holds a kind of value that no field has";
    /// Unreadable: field.
    VALUE: "{} har inget värde av fältets typ", "{} does not hold a value of its type";
    /// Too long: field.
    LONG: "{} är för långt", "{} is too long";
    /// Row's name: field.
    ROW_NAME: "{} har en rad utan riktigt namn", "{} has a row without a proper name";
    /// No row: field.
    ROW: "{} har en rad som inte är någon", "{} has a row that is none";
    /// No member: field.
    MEMBER: "{} har något i sig som inte hör dit", "{} has a member that is none";
}

/// The reason in a language; nothing where its words are not known in it.
pub fn in_language(words: &str, language: Language) -> Option<String> {
    if language == Language::English {
        return Some(words.to_owned());
    }
    let (caption, holes) =
        ALL.iter().find_map(|caption| Some((caption, caption.holes(Language::English, words)?)))?;
    let names = [KIND, NOT_OWN].contains(caption);
    // What stands in a hole may be a reason itself.
    let filled: Vec<String> = holes
        .iter()
        .map(|hole| {
            let name = names.then(|| name_words(hole, language)).flatten();
            name.or_else(|| in_language(hole, language)).unwrap_or_else(|| grouped(hole, language))
        })
        .collect();
    let holes: Vec<&dyn std::fmt::Display> =
        filled.iter().map(|hole| hole as &dyn std::fmt::Display).collect();
    Some(caption.fill(language, &holes))
}

/// What people call a role or a kind of this name.
fn name_words(name: &str, language: Language) -> Option<String> {
    let role = Role::ALL.into_iter().find(|role| role.name() == name).map(Role::caption);
    let caption = role.or_else(|| crate::schema::kind(name).map(|kind| kind.caption))?;
    Some(caption.get(language).to_lowercase())
}

/// A number as it is shown; other words as they are.
fn grouped(hole: &str, language: Language) -> String {
    hole.parse().map_or_else(|_| hole.to_owned(), |number: u64| crate::schema::count_words(number, language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentError;
    use crate::document::gate::GateError;
    use crate::id::RecordId;
    use crate::identity::{Forbidden, Role};

    fn swedish(words: &str) -> String {
        in_language(words, Language::Swedish).unwrap_or_else(|| panic!("no Swedish words for \"{words}\""))
    }

    #[test]
    fn what_the_gate_says_has_swedish_words() {
        let all = [
            GateError::TooLarge { what: "the record's history", size: 5_000_001, most: 5_000_000 },
            GateError::Malformed("a column"),
            GateError::Checksum,
            GateError::Kind(4),
            GateError::NotCanonical,
            GateError::Unreadable,
            GateError::Panicked,
            GateError::MissingDependencies(Vec::new()),
            GateError::DependsOnRefused(automerge::ChangeHash([7; 32])),
            GateError::ActorCollision,
            GateError::SequenceGap,
            GateError::OperationNumbers,
            GateError::Breaks,
            GateError::NotTried,
        ];
        for error in all {
            assert_ne!(swedish(&error.to_string()), error.to_string());
        }
        assert_eq!(
            swedish("the change has 4194305 bytes, the most is 4194304"),
            "ändringen har 4\u{a0}194\u{a0}305 byte, och högst 4\u{a0}194\u{a0}304 tas emot"
        );
    }

    #[test]
    fn what_stands_in_a_reason_is_in_the_same_language() {
        let record = RecordId::from_bytes([1; 16]);
        let error = DocumentError::Layout { record, reason: "notes is too long".to_owned() };
        assert_eq!(
            swedish(&error.to_string()),
            format!("posten {record} passar inte i sitt slag: notes är för långt")
        );
        let error = Forbidden::NotOwn { role: Role::Partner, kind: "venue".to_owned() };
        assert!(swedish(&error.to_string()).contains("rollen partner"), "{error}");
        let error = Forbidden::Kind { role: Role::Reader, kind: "contact".to_owned() };
        assert_eq!(swedish(&error.to_string()), "rollen läsare får inte skriva poster av slaget kontakt");
        let later = "a reader may not write records of the kind sponsor";
        assert!(swedish(later).contains("slaget sponsor"), "a kind of a later version: {}", swedish(later));
    }

    #[test]
    fn words_of_a_newer_version_are_not_guessed() {
        assert_eq!(in_language("the moon is full", Language::Swedish), None);
        assert_eq!(in_language("the moon is full", Language::English).as_deref(), Some("the moon is full"));
    }

    #[test]
    fn no_two_reasons_are_mistaken_for_each_other() {
        for (place, caption) in ALL.iter().enumerate() {
            let first = ALL.iter().position(|other| other.holes(Language::English, caption.en).is_some());
            assert_eq!(first, Some(place), "{}", caption.en);
        }
    }
}
