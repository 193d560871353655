//! The help texts in the person's language.
//!
//! The doc comments of commands and options are the English ones; clap makes the program's help out of them. For Swedish each text is replaced
//! by that of one table, and with it what clap says by itself.
//!
//! ```text
//!  Cli::command() (English) ── in_language ──▶ the same command, its texts looked up in a table ──▶ parsed, shown
//! ```

use clap::builder::StyledStr;
use clap::{Arg, Command};
use samsyn_engine::schema::Language;

/// A program's texts and the names of its values: English, Swedish. Neither ends in a full stop: clap takes it away.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// What commands and arguments say.
    pub said: &'static [(&'static str, &'static str)],
    /// What stands in the place of a value, such as `FILE`.
    pub names: &'static [(&'static str, &'static str)],
}

impl Texts {
    fn swedish(self, english: &str) -> Option<&'static str> {
        [SAID_BY_CLAP, self.said]
            .into_iter()
            .flatten()
            .find(|(known, _)| *known == english)
            .map(|(_, sv)| *sv)
    }

    fn name(self, english: &str) -> Option<&'static str> {
        self.names.iter().find(|(known, _)| *known == english).map(|(_, sv)| *sv)
    }

    /// A text in Swedish. Every one has a place in the table, or a test of the program fails.
    fn translated(self, english: &str) -> String {
        self.swedish(english).unwrap_or(english).to_owned()
    }
}

const SAID_BY_CLAP: &[(&str, &str)] = &[
    ("Print help", "Visa den här hjälpen"),
    ("Print help (see more with '--help')", "Visa hjälpen (mer med --help)"),
    ("Print help (see a summary with '-h')", "Visa hjälpen (kortare med -h)"),
    ("Print version", "Visa versionen"),
    (
        "Print this message or the help of the given subcommand(s)",
        "Visa den här hjälpen, eller den för ett kommando",
    ),
];

const TEMPLATE: &str = "{about-with-newline}\nAnvändning: {usage}\n\n{all-args}{after-help}";

/// The command with its help in a language.
pub fn in_language(command: Command, language: Language, texts: Texts) -> Command {
    match language {
        Language::English => command,
        Language::Swedish => {
            let mut command = command;
            // Only then does it have what clap puts into it by itself.
            command.build();
            swedish(command, texts)
        }
    }
}

fn swedish(command: Command, texts: Texts) -> Command {
    let translate = |text: Option<&StyledStr>| text.map(|text| texts.translated(&text.to_string()));
    let (about, long) = (translate(command.get_about()), translate(command.get_long_about()));
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("Kommandon")
        .subcommand_value_name("KOMMANDO");
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(long) = long {
        command = command.long_about(long);
    }
    let arguments: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    for id in arguments {
        command = command.mut_arg(id, |argument| in_swedish(argument, texts));
    }
    // "[OPTIONS]" is clap's own.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim_start().replace("[OPTIONS]", "[FLAGGOR]");
    command = command.override_usage(usage);
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |inner| swedish(inner, texts));
    }
    command
}

fn in_swedish(argument: Arg, texts: Texts) -> Arg {
    let heading = if argument.is_positional() { "Argument" } else { "Flaggor" };
    let behind = behind(&argument);
    let said = |text: Option<&StyledStr>| text.map(|text| texts.translated(&text.to_string()) + &behind);
    let (help, long) = (said(argument.get_help()), said(argument.get_long_help()));
    let names = argument.get_value_names().unwrap_or_default();
    let names: Option<Vec<&'static str>> = names.iter().map(|name| texts.name(name)).collect();
    let takes_value = argument.get_action().takes_values();
    let argument =
        argument.help_heading(heading).hide_env(true).hide_default_value(true).hide_possible_values(true);
    let argument = match help {
        Some(help) => argument.help(help),
        None => argument,
    };
    let argument = match long {
        Some(long) => argument.long_help(long),
        None => argument,
    };
    match names {
        Some(names) if takes_value && !names.is_empty() => argument.value_names(names),
        _ => argument,
    }
}

/// What clap would put behind a text in English.
fn behind(argument: &Arg) -> String {
    let mut behind = String::new();
    if !argument.get_action().takes_values() {
        return behind;
    }
    let values: Vec<String> =
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        behind.push_str(&format!(" [{}]", values.join(", ")));
    }
    let defaults = argument.get_default_values().iter().filter_map(|value| value.to_str());
    let defaults: Vec<&str> = defaults.filter(|value| !value.is_empty()).collect();
    if !defaults.is_empty() {
        behind.push_str(&format!(" [annars: {}]", defaults.join(", ")));
    }
    if let Some(variable) = argument.get_env() {
        behind.push_str(&format!(" [variabel: {}]", variable.to_string_lossy()));
    }
    behind
}

/// What of a program's help the table has no Swedish for, and what it has that no help says.
pub fn lacking(mut command: Command, texts: Texts) -> Vec<String> {
    command.build();
    let (mut said, mut names) = (Vec::new(), Vec::new());
    collect(&command, &mut said, &mut names);
    let unsaid = texts.said.iter().filter(|(english, _)| !said.iter().any(|text| text == english));
    let unsaid = unsaid.map(|(english, _)| format!("nothing says \"{english}\""));
    let missing =
        said.iter().filter(|text| !text.is_empty() && texts.swedish(text).is_none_or(str::is_empty));
    let missing = missing.chain(names.iter().filter(|name| texts.name(name).is_none()));
    let mut lacking: Vec<String> =
        missing.map(|text| format!("no Swedish for \"{text}\"")).chain(unsaid).collect();
    lacking.sort();
    lacking.dedup();
    lacking
}

/// All texts and all names of values that the help of a command and of those below it has.
fn collect(command: &Command, said: &mut Vec<String>, names: &mut Vec<String>) {
    let abouts = [command.get_about(), command.get_long_about()].into_iter().flatten();
    said.extend(abouts.map(ToString::to_string));
    for argument in command.get_arguments() {
        said.extend(
            [argument.get_help(), argument.get_long_help()].into_iter().flatten().map(ToString::to_string),
        );
        if argument.get_action().takes_values() {
            names.extend(argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string));
        }
    }
    command.get_subcommands().for_each(|inner| collect(inner, said, names));
}
