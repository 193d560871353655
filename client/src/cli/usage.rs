//! A command line that could not be understood, in the person's language.
//!
//! clap says in English what is wrong, in a form of its own. What it found is data, too: from that the Swedish sentence is made.

use std::process::ExitCode;

use clap::error::ErrorKind;
use samsyn_engine::schema::Language;
use samsyn_server::spoken::{language_here, usage};

use super::render::complain_at_length;

/// Says it, and answers with the program's exit code. Help and version are no failures.
pub(super) fn tell(error: &clap::Error, language: Language) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
        }
        _ => complain_at_length(&words(error, language)),
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
        Language::Swedish => format!("samsyn: {} Mer hjälp finns med --help.", usage::swedish(error, reason)),
    }
}

/// Why a value is none, where that is known.
fn reason(source: &(dyn std::error::Error + 'static)) -> String {
    match source.is::<LanguageError>() {
        true => ": språken är sv och en".to_owned(),
        false => usage::reason(source),
    }
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
pub(super) fn wanted(arguments: &[std::ffi::OsString]) -> Language {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let behind = texts.windows(2).find(|pair| pair[0] == "--language").map(|pair| pair[1]);
    let within = texts.iter().find_map(|text| text.strip_prefix("--language="));
    behind.or(within).and_then(Language::from_locale).unwrap_or_else(language_here)
}
