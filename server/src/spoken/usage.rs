//! A command line that could not be understood, in Swedish.
//!
//! clap says in English what is wrong, in a form of its own. What it found is data, too: from that the Swedish sentence is made.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use samsyn_engine::id::IdError;
use samsyn_engine::identity::{RoleError, ValidityError};

/// What is wrong, in Swedish, with why a value is none where `reason` knows it.
pub fn swedish(error: &clap::Error, reason: impl Fn(&(dyn std::error::Error + 'static)) -> String) -> String {
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

/// Why a value is none, where that is known to every program.
pub fn reason(source: &(dyn std::error::Error + 'static)) -> String {
    let why = if source.is::<IdError>() {
        "en beteckning har siffror och bokstäver, utan i, l, o och u"
    } else if source.is::<RoleError>() {
        "rollerna är koordinator, ambassadör, partner och läsare"
    } else if source.is::<ValidityError>() {
        "skriv till exempel 30m, 48h eller 7d, och högst 14d"
    } else if source.is::<std::num::ParseIntError>() {
        "det ska vara ett heltal"
    } else {
        return String::new();
    };
    format!(": {why}")
}
