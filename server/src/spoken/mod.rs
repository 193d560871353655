//! What the programs say on a command line, in the person's language.
//!
//! - `help` the help texts, by a table of each program · `usage` what is wrong with arguments, out of what clap found
//! - `errors` the relay's own sentences
//!
//! The program `samsyn` holds the relay for its demo, so the first two stand here once for both.

mod errors;
pub mod help;
pub mod usage;

use samsyn_engine::schema::Language;

pub(crate) use errors::in_language;

/// The language in which the programs speak where nobody has said otherwise on the command line or in the window: what is chosen for
/// Samsyn, else the system's. English where that is another, or none, as in the locale C.
pub fn language_here() -> Language {
    chosen_language().or_else(system_language).unwrap_or(Language::English)
}

/// The language that the system is set to, if it is one of ours. As POSIX orders the variables: the first that is set decides.
fn system_language() -> Option<Language> {
    let mut set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    set.find(|locale| !locale.is_empty()).and_then(|locale| Language::from_locale(&locale))
}

/// The language that somebody has chosen for our programs.
fn chosen_language() -> Option<Language> {
    std::env::var("SAMSYN_LANGUAGE").ok().and_then(|name| Language::from_locale(&name))
}
