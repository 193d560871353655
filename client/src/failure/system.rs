//! What the operating system says of what went wrong, in the person's language.
//!
//! Systems say it in English whatever a program is set to. The number that stands with it says the same in any language.

use std::io::{Error, ErrorKind};

use samsyn_engine::schema::{Caption, Language};

/// A system's reason in the person's language. What has no words of ours stays as it is: a detail for experts. In English a system has
/// words enough, and only its number is left out.
pub(crate) fn system_words(reason: &str, language: Language) -> String {
    let numbered = reason.rsplit_once(" (os error ");
    let number = numbered.and_then(|(_, rest)| rest.split(')').next()?.parse().ok());
    if language == Language::English {
        return numbered.filter(|_| number.is_some()).map_or(reason, |(words, _)| words).to_owned();
    }
    let kind = number.map(|number| Error::from_raw_os_error(number).kind());
    kind.and_then(known)
        .map(|caption| caption.get(language).to_owned())
        .or_else(|| {
            SAID.iter().find(|said| reason.ends_with(said.en)).map(|said| said.get(language).to_owned())
        })
        .unwrap_or_else(|| reason.to_owned())
}

/// The same words without the numbers that a system gives its complaints: its words stand before them.
pub(crate) fn without_numbers(words: &str) -> String {
    let mut pieces = words.split(" (os error ");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |said, piece| match piece.split_once(')') {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => said + rest,
        _ => said + " (os error " + piece,
    })
}

/// Whether a system's complaint is a full disk, in words of a person's language that say what to do.
pub(crate) fn full_words(error: &Error, language: Language) -> Option<&'static str> {
    const ROOM: Caption = Caption::new(
        "disken är full. Gör plats på den och försök igen",
        "the disk is full: make room on it and try again",
    );
    samsyn_engine::files::room::says_full(error).then(|| ROOM.get(language))
}

fn known(kind: ErrorKind) -> Option<Caption> {
    Some(match kind {
        ErrorKind::NotFound => Caption::new("det finns inte", "it is not there"),
        ErrorKind::PermissionDenied => Caption::new("du har inte rätt till det", "permission denied"),
        ErrorKind::AlreadyExists => Caption::new("det finns redan", "it is there already"),
        ErrorKind::StorageFull => Caption::new("disken är full", "the disk is full"),
        ErrorKind::QuotaExceeded => Caption::new("ditt utrymme på disken är slut", "your quota is used up"),
        ErrorKind::ReadOnlyFilesystem => Caption::new("disken kan bara läsas", "the disk is read-only"),
        ErrorKind::FileTooLarge => Caption::new("filen blir för stor", "the file becomes too large"),
        ErrorKind::IsADirectory => Caption::new("det är en mapp", "it is a folder"),
        ErrorKind::NotADirectory => Caption::new("det är ingen mapp", "it is no folder"),
        ErrorKind::DirectoryNotEmpty => Caption::new("mappen är inte tom", "the folder is not empty"),
        ErrorKind::InvalidFilename => Caption::new("namnet går inte att använda", "the name is no good"),
        ErrorKind::ConnectionRefused => Caption::new("ingen tar emot där", "connection refused"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Caption::new("förbindelsen bröts", "the connection broke")
        }
        ErrorKind::NotConnected => Caption::new("ingen förbindelse", "no connection"),
        ErrorKind::HostUnreachable => Caption::new("datorn nås inte", "the host is out of reach"),
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            Caption::new("nätet nås inte", "the network is out of reach")
        }
        ErrorKind::TimedOut => Caption::new("inget svar i tid", "no answer in time"),
        ErrorKind::AddrInUse => Caption::new("adressen används redan", "the address is in use"),
        ErrorKind::AddrNotAvailable => {
            Caption::new("adressen finns inte på den här datorn", "the address is not of this computer")
        }
        ErrorKind::OutOfMemory => Caption::new("minnet är slut", "out of memory"),
        ErrorKind::ResourceBusy => Caption::new("den används av något annat", "it is in use"),
        _ => return None,
    })
}

/// What comes without a number, from the standard library or from libraries.
const SAID: &[Caption] = &[
    Caption::new("den är tom", "it is empty"),
    Caption::new("den går inte att läsa med sin nyckel", "it cannot be read with its key"),
    Caption::new("den börjar inte som den gjorde", "it does not begin as it did"),
    Caption::new("den går inte att öppna", "it cannot be opened"),
    Caption::new("en post är inte vad den var", "is not what it was"),
    Caption::new("databasen är skadad", "database disk image is malformed"),
    Caption::new("disken ger fel", "disk I/O error"),
    Caption::new("det är en mapp", "is a directory"),
    Caption::new("inget svar i tid", "no answer in time"),
    Caption::new("filen är ingen text", "stream did not contain valid UTF-8"),
    Caption::new("adressen går inte att tolka", "invalid socket address"),
    Caption::new("porten går inte att tolka", "invalid port value"),
    Caption::new("datorn med det namnet hittas inte", "Name or service not known"),
    Caption::new("namnet kan inte slås upp just nu", "Temporary failure in name resolution"),
    Caption::new("datorn med det namnet hittas inte", "No address associated with hostname"),
    Caption::new("det tog slut för tidigt", "failed to fill whole buffer"),
    Caption::new("datorn har ingen adress", "the host has no address"),
    Caption::new(
        "det är fullt där just nu, eller startas om",
        "it has no room just now, or is being restarted",
    ),
    Caption::new(
        "för många har anslutit från det här nätet alldeles nyss",
        "too many came from this network's address just now",
    ),
    Caption::new("förbindelsen bröts", "connection closed before message completed"),
    Caption::new("förbindelsen bröts", "Handshake not finished"),
    Caption::new("förbindelsen bröts", "tls handshake eof"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_speaks_swedish_where_there_are_words_and_its_own_way_else() {
        let denied = Error::from_raw_os_error(13).to_string();
        assert_eq!(system_words(&denied, Language::Swedish), "du har inte rätt till det");
        assert_eq!(system_words(&denied, Language::English), "Permission denied");
        assert_eq!(
            without_numbers("a (Permission denied (os error 13)) and b (os error x)"),
            "a (Permission denied) and b (os error x)"
        );
        let name = "failed to lookup address information: Name or service not known";
        assert_eq!(system_words(name, Language::Swedish), "datorn med det namnet hittas inte");
        assert_eq!(system_words("the moon is full", Language::Swedish), "the moon is full");
    }
}
