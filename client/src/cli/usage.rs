//! A command line that could not be understood, in the person's language.
//!
//! clap says in English what is wrong, in a form of its own. What it found is data, too: from that the Swedish sentence is made.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use samsyn_engine::id::IdError;
use samsyn_engine::identity::{RoleError, ValidityError};
use samsyn_engine::schema::Language;

use super::render::complain;

/// Says it, and answers with the program's exit code. Help and version are no failures.
pub(super) fn tell(error: &clap::Error, language: Language) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
        }
        _ => complain(words(error, language)),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What is wrong, and where to read on.
pub(super) fn words(error: &clap::Error, language: Language) -> String {
    // Without a command clap shows the help, which says what there is.
    let shows_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    match language {
        Language::English => error.render().to_string().trim_end().to_owned(),
        Language::Swedish if shows_help => {
            format!("Ange vad som ska göras. Kommandona:\n\n{}", error.render().to_string().trim_end())
        }
        Language::Swedish => format!("samsyn: {} Mer hjälp finns med --help.", swedish(error)),
    }
}

fn swedish(error: &clap::Error) -> String {
    let said = |kind| error.get(kind).map(texts).unwrap_or_default();
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let quoted =
        |texts: &[String]| texts.iter().map(|text| format!("”{text}”")).collect::<Vec<_>>().join(", ");
    let sentence = match error.kind() {
        ErrorKind::UnknownArgument => format!("{} finns inte.", quoted(&argument)),
        ErrorKind::InvalidSubcommand => {
            format!("Kommandot {} finns inte.", quoted(&said(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::InvalidValue if value.iter().all(String::is_empty) => {
            format!("{} behöver ett värde.", argument.join(", "))
        }
        ErrorKind::InvalidValue => {
            format!("{} går inte att använda för {}.", quoted(&value), argument.join(", "))
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map_or_else(String::new, reason);
            format!("{} går inte att använda för {}{why}.", quoted(&value), argument.join(", "))
        }
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg);
            match other.is_empty() {
                true => format!("{} får bara anges en gång.", argument.join(", ")),
                false => {
                    format!("{} kan inte användas tillsammans med {}.", argument.join(", "), other.join(", "))
                }
            }
        }
        ErrorKind::MissingRequiredArgument => format!("Det här saknas: {}.", argument.join(", ")),
        ErrorKind::MissingSubcommand => "Ange vad som ska göras.".to_owned(),
        ErrorKind::NoEquals => {
            format!("{} ska skrivas med ett likhetstecken före värdet.", argument.join(", "))
        }
        ErrorKind::TooManyValues => {
            format!("{} är ett värde för mycket för {}.", quoted(&value), argument.join(", "))
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{} har fel antal värden.", argument.join(", "))
        }
        ErrorKind::InvalidUtf8 => "Ett argument är ingen giltig text.".to_owned(),
        _ => "Kommandot går inte att förstå.".to_owned(),
    };
    let choices: Vec<String> =
        [ContextKind::ValidValue, ContextKind::ValidSubcommand].into_iter().flat_map(said).collect();
    let suggested: Vec<String> =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
            .into_iter()
            .flat_map(said)
            .collect();
    let mut sentence = sentence;
    if !choices.is_empty() {
        sentence.push_str(&format!(" Möjligt är {}.", choices.join(", ")));
    }
    if !suggested.is_empty() {
        sentence.push_str(&format!(" Menade du {}?", suggested.join(", ")));
    }
    sentence
}

fn texts(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect(),
        ContextValue::Number(number) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

/// Why a value is none, where that is known.
fn reason(source: &(dyn std::error::Error + 'static)) -> String {
    let why = if source.is::<IdError>() {
        "en beteckning har siffror och bokstäver som i \"samsyn show\""
    } else if source.is::<RoleError>() {
        "rollerna är coordinator, ambassador, partner och reader"
    } else if source.is::<ValidityError>() {
        "skriv till exempel 30m, 48h eller 7d, och högst 14d"
    } else if source.is::<std::num::ParseIntError>() {
        "det ska vara ett heltal"
    } else if source.is::<LanguageError>() {
        "språken är sv och en"
    } else {
        return String::new();
    };
    format!(": {why}")
}

/// A text that names no language of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected sv or en")]
pub(super) struct LanguageError;

/// Reads the name of a language, or of a place where it is spoken.
pub(super) fn parse_language(text: &str) -> Result<Language, LanguageError> {
    Language::from_locale(text).ok_or(LanguageError)
}

/// The language that whoever typed these arguments wants, also where the rest of them cannot be understood.
pub(super) fn wanted(arguments: &[std::ffi::OsString]) -> Option<Language> {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let behind = texts.windows(2).find(|pair| pair[0] == "--language").map(|pair| pair[1]);
    let within = texts.iter().find_map(|text| text.strip_prefix("--language="));
    let set = std::env::var("SAMSYN_LANGUAGE").ok();
    behind.or(within).or(set.as_deref()).and_then(Language::from_locale)
}
