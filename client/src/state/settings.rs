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
        }
    }
}
