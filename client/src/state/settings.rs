//! What a person has chosen for this window. Kept on this device, never shared.

use std::collections::BTreeMap;
use std::path::PathBuf;

use samsyn_engine::identity::InvitationCode;
use samsyn_engine::schema::Language;
use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// One of the ways to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FirstWay {
    /// To come in with a code.
    #[default]
    Join,
    /// To open a file.
    Open,
    /// To make a workspace of one's own.
    Own,
}

/// What somebody has typed who has no workspace yet: there is no replica that could keep it. A code or a passphrase is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FirstPage {
    /// In which way they want to begin.
    pub way: FirstWay,
    /// The workspace's address.
    pub address: String,
    /// Who they are.
    pub name: String,
    /// The file that they want to open.
    pub file: String,
    /// What their own workspace is to be called.
    pub workspace: String,
}

impl FirstPage {
    /// The same without a code, wherever it was typed or pasted: behind the address, in place of it, or in another field. A name is not
    /// taken for a code: it has no figures in it.
    #[must_use]
    pub fn without_code(&self) -> FirstPage {
        let address = self.address.split('#').next().unwrap_or_default();
        FirstPage {
            way: self.way,
            address: without_code(address),
            name: without_code(&self.name),
            file: without_code(&self.file),
            workspace: without_code(&self.workspace),
        }
    }
}

/// What stands before a code; all of it where there is none.
fn without_code(text: &str) -> String {
    let begins = |at: usize| at == 0 || text[..at].ends_with(|c: char| c.is_whitespace() || c == '/');
    let ends = |at: usize| !text[at..].starts_with(|c: char| c.is_alphanumeric() || c == '.');
    let places = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let is_start = |start: &usize| {
        let ends = places().filter(|end| *end > *start && ends(*end)).take(LONGEST_CODE);
        begins(*start) && ends.into_iter().any(|end| is_code(&text[*start..end]))
    };
    match places().find(is_start) {
        Some(start) => text[..start].trim_end().to_owned(),
        None => text.to_owned(),
    }
}

/// Whether words can be taken for a code: four times four figures and letters, or all sixteen at once. Names of hosts have dots, and names of
/// people no figures.
fn is_code(words: &str) -> bool {
    let mut groups = words.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty());
    let is_dotted = words.contains('.');
    let fits = |group: &str| [4, 16].contains(&group.chars().count());
    !is_dotted
        && words.contains(|c: char| c.is_numeric())
        && groups.all(fits)
        && words.parse::<InvitationCode>().is_ok()
}

/// A code has at most so many places at which it could end.
const LONGEST_CODE: usize = 20;

/// What a person has chosen for this window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The language.
    pub language: Language,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// How large text is asked for, where 1 is usual. A narrow window may leave no room for that.
    pub scale: f32,
    /// Whether people are listed as in a register: "Ek, Eva", in the order of family names.
    pub as_register: bool,
    /// The widths that were given to columns, in points: by kind and column.
    pub widths: BTreeMap<String, BTreeMap<String, f32>>,
    /// Whether to stay away from the relay.
    pub offline: bool,
    /// The replica that was opened last by choosing its file, where it is not the one in the data folder.
    pub replica: Option<PathBuf>,
    /// What was typed on the first page, until there is a workspace.
    pub first_page: FirstPage,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            language: Language::default(),
            theme: ThemeChoice::default(),
            scale: 1.0,
            as_register: false,
            widths: BTreeMap::new(),
            offline: false,
            replica: None,
            first_page: FirstPage::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_not_kept_wherever_it_was_typed() {
        let address = "wss://relay.example.se/m0vwdc4z5m08m96qv8d5w5t6pc";
        let code = "V05Y-TPA2-4016-TYMG";
        let kept = |address: &str, name: &str| {
            let page = FirstPage { address: address.into(), name: name.into(), ..FirstPage::default() };
            let kept = page.without_code();
            (kept.address, kept.name)
        };
        for between in ["#", " ", "  ", "\n", "\u{a0}", "/"] {
            let (found, _) = kept(&format!("{address}{between}{code}"), "");
            assert!(found.trim_end_matches('/') == address, "{between:?}: {found}");
        }
        assert_eq!(kept(&format!("{address} {code} gäller till fredag"), "").0, address);
        assert_eq!(kept(&format!("{address}#V05Y"), "").0, address, "half a code");
        assert_eq!(kept(address, code), (address.to_owned(), String::new()));
        assert_eq!(kept(code, "V05Y TPA2 4016 TYMG"), (String::new(), String::new()));
        // These have as many letters as a code.
        for host in [
            "wss://relay1.example.com/m0vwdc4z5m08m96qv8d5w5t6pc",
            "wss://relay1.example.com",
            "relay1.example.com",
        ] {
            assert_eq!(kept(host, "").0, host);
        }
        for name in ["Maria Andersson B", "Karin Bergstrand", "Åsa Berg", "Bo"] {
            assert_eq!(kept(address, name).1, name);
        }
        assert_eq!(
            FirstPage { file: "/hem/åsa/2026-11-28 kopia.samsyn".into(), ..FirstPage::default() }
                .without_code()
                .file,
            "/hem/åsa/2026-11-28 kopia.samsyn"
        );
    }
}
