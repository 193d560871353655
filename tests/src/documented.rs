//! The commands that the documents name, read out of them, so that a test can run each as a reader would.
//!
//! A reader copies whole lines out of `sh` blocks, and tries what stands in a sentence as `` `samsyn …` ``. Both are
//! commands here. What a test has not run, or has no reason not to run, is listed in the end; so is what a test
//! runs that no document names. Neither the documents nor the test can move away from the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The programs whose commands are looked for in sentences.
const PROGRAMS: [&str; 5] = ["samsyn", "samsyn-relay", "samsyn-tests", "cargo", ".ci/run"];

/// Its sentences quote texts that are signed, such as `` `samsyn join 1` ``; they are no commands.
const NO_COMMANDS_IN_SENTENCES: &str = "docs/protocol.md";

/// A command, and the document that names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Documented {
    /// The command as it is written there, without the comment behind it.
    pub command: String,
    /// The document, from the top of the source.
    pub document: String,
    /// It stands in a block, to be copied as it is. In sentences the beginning of a command may stand for all of it.
    pub whole: bool,
}

/// The documents' commands, and which of them were run.
#[derive(Debug)]
pub struct Commands {
    all: Vec<Documented>,
    run: BTreeSet<String>,
}

impl Commands {
    /// Reads all documents.
    ///
    /// # Panics
    /// Where they cannot be read.
    pub fn read() -> Commands {
        let mut all = Vec::new();
        for document in documents() {
            let text = std::fs::read_to_string(top().join(&document)).expect("a document can be read");
            all.extend(of_document(&document, &text));
        }
        Commands { all, run: BTreeSet::new() }
    }

    /// Takes note that this command is run.
    ///
    /// # Panics
    /// Where no document names it.
    pub fn runs(&mut self, command: &str) {
        let named = self.all.iter().any(|documented| documented.command == command);
        assert!(named, "no document names `{command}`: has it been changed there?");
        self.run.insert(command.to_owned());
    }

    /// What no test has run.
    pub fn left(&self) -> Vec<&Documented> {
        self.all.iter().filter(|documented| !self.covers(documented)).collect()
    }

    fn covers(&self, documented: &Documented) -> bool {
        let begins = |run: &String| !documented.whole && begins_with(run, &documented.command);
        self.run.contains(&documented.command) || self.run.iter().any(begins)
    }
}

/// Whether a command that was run is a longer form of what a sentence names: `samsyn --replica a lock` of `samsyn lock`. What
/// stands in capitals is whatever the reader puts there.
fn begins_with(run: &str, named: &str) -> bool {
    let placeholder = |word: &str| word.chars().all(|letter| letter.is_ascii_uppercase());
    let plain = |command: &str| {
        let words = command.split_whitespace().map(|word| if placeholder(word) { "…" } else { word });
        let mut words: Vec<String> = words.map(str::to_owned).collect();
        if let Some(place) = words.iter().position(|word| word == "--replica") {
            words.drain(place..(place + 2).min(words.len()));
        }
        words
    };
    plain(run).starts_with(&plain(named))
}

/// The top of the source.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of it").to_owned()
}

/// All documents, from the top of the source.
fn documents() -> Vec<String> {
    let mut found: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "tests/files/README.md"].map(str::to_owned).into();
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(top().join(&folder)).expect("a folder of documents can be read") {
            let path = folder.join(entry.expect("its entries can be read").file_name());
            match path.extension() {
                Some(extension) if extension == "md" => found.push(path.display().to_string()),
                _ if top().join(&path).is_dir() => folders.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn of_document(document: &str, text: &str) -> Vec<Documented> {
    let mut found = Vec::new();
    let mut block: Option<&str> = None;
    for line in text.lines() {
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            block = if block.is_some() { None } else { Some(fence.trim()) };
            continue;
        }
        let (commands, whole) = match block {
            Some("sh") => (of_shell(line).into_iter().collect(), true),
            Some(_) => continue,
            None if document == NO_COMMANDS_IN_SENTENCES => continue,
            None => (of_sentence(line), false),
        };
        let documented =
            commands.into_iter().map(|command| Documented { command, document: document.to_owned(), whole });
        found.extend(documented);
    }
    found
}

/// The command in a line of a block, without the comment.
fn of_shell(line: &str) -> Option<String> {
    let command = line.split_once(" #").map_or(line, |(command, _)| command).trim();
    (!command.is_empty() && !command.starts_with('#')).then(|| command.to_owned())
}

/// What stands in a line of prose between backquotes and begins with a program of ours.
fn of_sentence(line: &str) -> Vec<String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let ours = |text: &&str| text.split(' ').next().is_some_and(|first| PROGRAMS.contains(&first));
    quoted.filter(ours).map(|text| text.trim_end_matches([' ', '…']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_blocks_and_sentences() {
        let text = "Try `samsyn lock`, not `Replica::edit`.\n```sh\n# first\nsamsyn list a   # all\n\n```\n```toml\na = 1\n```\n";
        let found = of_document("README.md", text);
        let commands: Vec<(&str, bool)> =
            found.iter().map(|documented| (documented.command.as_str(), documented.whole)).collect();
        assert_eq!(commands, [("samsyn lock", false), ("samsyn list a", true)]);
    }

    #[test]
    fn a_sentence_may_name_the_beginning_of_a_command() {
        assert!(begins_with("samsyn --replica a.samsyn lock --minutes 5", "samsyn lock"));
        assert!(begins_with("samsyn erase PERSON", "samsyn erase RECORD"));
        assert!(!begins_with("samsyn --replica a.samsyn lock", "samsyn unlock"));
    }
}
