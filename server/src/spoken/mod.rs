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

/// The language that the system is set to, as POSIX orders the variables, if it is one of ours.
pub fn system_language() -> Option<Language> {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    set.filter(|locale| !locale.is_empty()).find_map(|locale| Language::from_locale(&locale))
}

/// The language that somebody has chosen for our programs.
pub fn chosen_language() -> Option<Language> {
    std::env::var("SAMSYN_LANGUAGE").ok().and_then(|name| Language::from_locale(&name))
}
