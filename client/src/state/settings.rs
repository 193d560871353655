//! What a person has chosen for this window. Kept on this device, never shared.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
    /// The same without a code that stands behind the address.
    #[must_use]
    pub fn without_code(&self) -> FirstPage {
        let address = self.address.split('#').next().unwrap_or_default().to_owned();
        FirstPage { address, ..self.clone() }
    }
}

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
