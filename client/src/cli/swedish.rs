//! With Swedish set, whatever goes wrong is said in Swedish: every command that there is, given what it cannot use.

use std::path::Path;

use clap::{ArgAction, Command, CommandFactory as _, Parser as _};
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::{CONTACT, ORGANISATION};
use samsyn_engine::schema::{Language, NewRecord, Value};
use samsyn_engine::store::NewReplica;

use super::{Cli, execute, usage};

/// Words that stand in nearly every English sentence and in no Swedish one.
const ENGLISH: &[&str] = &[
    "the", "is", "not", "of", "cannot", "there", "with", "and", "was", "were", "which", "that", "this",
    "your", "must", "error", "expected", "nothing", "already", "usage", "does", "has", "to", "it", "or",
    "an",
];

/// These wait for somebody, or open a window.
const LEFT_OUT: &[&str] = &["open", "demo", "demo-relay", "serve", "help"];

/// What the program says to these arguments; nothing where it does what it is asked to.
fn said(replica: &Path, arguments: &[String]) -> Option<String> {
    let first = ["samsyn".to_owned(), "--replica".to_owned(), replica.display().to_string()];
    match Cli::try_parse_from(first.iter().chain(arguments)) {
        Err(error) => Some(usage::words(&error, Language::Swedish)),
        Ok(cli) => execute(cli, Language::Swedish).err().map(|failure| failure.explain(Language::Swedish)),
    }
}

fn assert_swedish(said: &str, arguments: &[String]) {
    // What an option is called is not a word.
    let sentence: Vec<&str> = said.split_whitespace().filter(|word| !word.starts_with("--")).collect();
    let sentence = sentence.join(" ");
    // An identifier is one word, whatever letters stand in it side by side.
    let words = sentence.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let english: Vec<String> = words.filter(|word| ENGLISH.contains(&word.as_str())).collect();
    assert_eq!(english, Vec::<String>::new(), "{arguments:?}: {said}");
    assert!(!said.trim().is_empty(), "{arguments:?}");
}

/// Every command without commands below it, by its words.
fn leaves(command: &Command, before: &[String], found: &mut Vec<(Vec<String>, Command)>) {
    for inner in command.get_subcommands().filter(|inner| !LEFT_OUT.contains(&inner.get_name())) {
        let words = [before, &[inner.get_name().to_owned()]].concat();
        if inner.has_subcommands() {
            leaves(inner, &words, found);
        } else {
            found.push((words, inner.clone()));
        }
    }
}

/// The command with a word of no sense for everything that takes a value.
fn filled(words: &[String], command: &Command) -> Vec<String> {
    let mut arguments = words.to_vec();
    let takes = |argument: &&clap::Arg| {
        matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) && !argument.is_global_set()
    };
    for argument in command.get_arguments().filter(takes) {
        if let Some(long) = argument.get_long() {
            arguments.push(format!("--{long}"));
        }
        arguments.push("qvzx".to_owned());
    }
    arguments
}

#[test]
fn every_command_says_in_swedish_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("saknas").join("a.samsyn");
    let mut found = Vec::new();
    leaves(&Cli::command(), &[], &mut found);
    assert!(found.len() > 20, "{}", found.len());
    let mut heard = 0;
    for (words, command) in &found {
        let with =
            |more: &[&str]| [words.clone(), more.iter().map(|text| (*text).to_owned()).collect()].concat();
        let mut cases = vec![with(&["--qvzx"]), filled(words, command)];
        if command.get_arguments().any(|argument| argument.is_required_set()) {
            cases.push(words.clone());
        }
        for arguments in cases {
            if let Some(said) = said(&missing, &arguments) {
                assert_swedish(&said, &arguments);
                heard += 1;
            }
        }
    }
    assert!(heard > 40, "{heard}");
}

#[test]
fn what_is_wrong_with_a_record_a_field_or_a_value_is_said_in_swedish() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.samsyn");
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
    let mut replica = Replica::create(&path, &new, "Åsa").unwrap();
    let mut ids = Vec::new();
    for (kind, field) in [(&CONTACT, "family"), (&ORGANISATION, "name"), (&ORGANISATION, "name")] {
        let mut new = NewRecord::new(kind);
        new.cells.insert(field.to_owned(), Value::Text("Östersunds kommun".to_owned()));
        ids.push(replica.create_record(&new).unwrap().record.to_string());
    }
    drop(replica);
    let contact = ids[0].as_str();
    let unknown = samsyn_engine::id::RecordId::random().to_string();
    let cases: &[&[&str]] = &[
        &["show", "qvzx"],
        &["show", &unknown],
        &["review", "qvzx"],
        &["review", &unknown],
        &["access", "Östersund"],
        &["erase", contact],
        &["remove", contact, "qvzx"],
        &["remove", contact, "emails.0123456789abcdef"],
        &["list", "qvzx"],
        &["list", "contact", "--where", "qvzx"],
        &["list", "contact", "--where", "qvzx=1"],
        &["list", "contact", "--sort", "qvzx"],
        &["set", contact, "qvzx=1"],
        &["set", contact, "qvzx"],
        &["set", contact, "a.b.c.d=1"],
        &["set", contact, "emails=a@example.se"],
        &["set", contact, "review_by=qvzx"],
        &["set", contact, "family=a\u{1b}[2J"],
        &["add", "qvzx"],
        &["add", "contact", "qvzx=1"],
        &["add", "emails", "--to", contact, "address=qvzx"],
        &["add", "qvzx", "--to", contact],
        &["add", "positions", "--to", contact, "organisation=Östersunds kommun"],
        &["add", "positions", "--to", contact, "organisation=qvzx"],
        &["add", "positions", "--to", contact, &format!("organisation={contact}")],
        &["sync"],
        &["invite"],
        &["members"],
        &["invite", "--role", "qvzx"],
        &["invite", "--expires", "qvzx"],
        &["member", "role", &unknown, "qvzx"],
        &["search"],
        &["search", "a", "--most", "qvzx"],
        &["serch"],
        &["export"],
        &["export", "--json", "/saknas/mapp/a.json"],
        &["new", "Byrån", "--name", "Åsa"],
        &["new", "Byrån", "--name", " "],
        &["lock"],
    ];
    for case in cases {
        let arguments: Vec<String> = case.iter().map(|text| (*text).to_owned()).collect();
        let said = said(&path, &arguments).unwrap_or_else(|| panic!("{arguments:?} was done"));
        assert_swedish(&said, &arguments);
    }
}
