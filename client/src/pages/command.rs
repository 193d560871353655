//! Everything a person can do that is not typing into a field: one list that feeds menus, keys and palette.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};
use samsyn_engine::schema::{Caption, KINDS, Kind, Language};

use super::page::Page;
use crate::state::ThemeChoice;

/// To which size text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resize {
    /// A step larger.
    Larger,
    /// A step smaller.
    Smaller,
    /// The usual size.
    Usual,
}

/// Something a person can do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Command {
    /// Show a page.
    Go(Page),
    /// Make a record of a kind and open it.
    New(&'static Kind),
    /// Make a record of the kind whose list is shown.
    NewHere,
    /// Take back the last thing done.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Open the palette.
    Palette,
    /// Move the keyboard to the search field of the list.
    Find,
    /// Close the record at the right.
    CloseRecord,
    /// Work offline, or no longer.
    ToggleOffline,
    /// Try to reach the relay now.
    SyncNow,
    /// Offer again what the relay refused.
    Retry,
    /// Everything was reviewed.
    ReviewedAll,
    /// Invite somebody into the workspace.
    Invite,
    /// Come in again with a code, where the relay does not let this device in.
    Enter,
    /// Change the relay's address, or take to a relay what is only here.
    Relay,
    /// Write a copy of the workspace to a file.
    BackUp,
    /// Lock the workspace with a passphrase.
    Lock,
    /// Read in that language.
    Speak(Language),
    /// Light or dark.
    Theme(ThemeChoice),
    /// Larger or smaller text. Its keys are heard before all others, also where nothing else goes on.
    Resize(Resize),
    /// List people by family name, or by given name.
    AsRegister(bool),
    /// Show which keys there are.
    Keys,
}

impl Command {
    /// All of them, in the order of the palette.
    pub(crate) fn all() -> Vec<Command> {
        let kinds = || KINDS.iter().copied().filter(|kind| !kind.internal);
        let mut all = vec![Command::Go(Page::Review)];
        all.extend(kinds().map(|kind| Command::Go(Page::List(kind))));
        all.extend([Command::Go(Page::Members), Command::Go(Page::Refused)]);
        all.extend(kinds().map(Command::New));
        all.extend([
            Command::Find,
            Command::Undo,
            Command::Redo,
            Command::CloseRecord,
            Command::ToggleOffline,
            Command::SyncNow,
            Command::Retry,
            Command::ReviewedAll,
            Command::Invite,
            Command::Relay,
            Command::BackUp,
            Command::Lock,
            Command::Speak(Language::Swedish),
            Command::Speak(Language::English),
            Command::Theme(ThemeChoice::System),
            Command::Theme(ThemeChoice::Light),
            Command::Theme(ThemeChoice::Dark),
            Command::AsRegister(false),
            Command::AsRegister(true),
            Command::Resize(Resize::Larger),
            Command::Resize(Resize::Smaller),
            Command::Resize(Resize::Usual),
            Command::NewHere,
            Command::Keys,
        ]);
        all
    }

    /// What it is called.
    pub(crate) fn words(self, language: Language) -> String {
        let say = |sv: &'static str, en: &'static str| Caption::new(sv, en).get(language).to_owned();
        match self {
            Command::Go(page) => format!("{} {}", say("Gå till", "Go to"), page.caption().get(language)),
            Command::New(kind) => kind.new.get(language).to_owned(),
            Command::NewHere => say("Ny post i listan", "New record in the list"),
            Command::Undo => say("Ångra", "Undo"),
            Command::Redo => say("Gör om", "Redo"),
            Command::Palette => say("Kommandon", "Commands"),
            Command::Find => say("Sök i listan", "Search the list"),
            Command::CloseRecord => say("Stäng posten", "Close the record"),
            Command::ToggleOffline => say("Arbeta utan nät", "Work offline"),
            Command::SyncNow => say("Synka nu", "Sync now"),
            Command::Retry => say("Skicka avvisade ändringar igen", "Send refused changes again"),
            Command::ReviewedAll => say("Markera allt som granskat", "Mark everything as reviewed"),
            Command::Invite => say("Bjud in någon", "Invite somebody"),
            Command::Enter => say("Gå in med en kod", "Enter with a code"),
            Command::Relay => say("Reläets adress", "The relay's address"),
            Command::BackUp => say("Säkerhetskopiera …", "Back up…"),
            Command::Lock => say("Lås arbetsytan", "Lock the workspace"),
            Command::Speak(Language::Swedish) => "Svenska".to_owned(),
            Command::Speak(Language::English) => "English".to_owned(),
            Command::AsRegister(false) => say("Lista personer efter förnamn", "List people by given name"),
            Command::AsRegister(true) => say("Lista personer efter efternamn", "List people by family name"),
            Command::Theme(ThemeChoice::System) => say("Tema: som systemet", "Theme: as the system"),
            Command::Theme(ThemeChoice::Light) => say("Tema: ljust", "Theme: light"),
            Command::Theme(ThemeChoice::Dark) => say("Tema: mörkt", "Theme: dark"),
            Command::Resize(Resize::Larger) => say("Större text", "Larger text"),
            Command::Resize(Resize::Smaller) => say("Mindre text", "Smaller text"),
            Command::Resize(Resize::Usual) => say("Vanlig textstorlek", "Usual text size"),
            Command::Keys => say("Visa kortkommandon", "Show the keys"),
        }
    }

    /// The keys that do it.
    pub(crate) fn shortcut(self) -> Option<KeyboardShortcut> {
        const SHIFTED: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
        let key = |modifiers, key| Some(KeyboardShortcut::new(modifiers, key));
        match self {
            Command::Undo => key(Modifiers::COMMAND, Key::Z),
            Command::Redo => key(SHIFTED, Key::Z),
            Command::Palette => key(Modifiers::COMMAND, Key::K),
            Command::Find => key(Modifiers::COMMAND, Key::F),
            Command::CloseRecord => key(Modifiers::COMMAND, Key::W),
            Command::SyncNow => key(Modifiers::COMMAND, Key::R),
            Command::NewHere => key(Modifiers::COMMAND, Key::N),
            Command::Lock => key(SHIFTED, Key::L),
            Command::Keys => key(Modifiers::NONE, Key::F1),
            Command::Go(page) => key(Modifiers::COMMAND, page.key()?),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_words_of_its_own_and_no_two_share_keys() {
        for language in Language::ALL {
            let mut words: Vec<String> =
                Command::all().into_iter().map(|command| command.words(language)).collect();
            let count = words.len();
            words.sort();
            words.dedup();
            assert_eq!(words.len(), count);
        }
        let mut keys: Vec<_> =
            Command::all().into_iter().chain([Command::Palette]).filter_map(Command::shortcut).collect();
        let count = keys.len();
        keys.dedup_by(|one, other| one == other);
        assert_eq!(keys.len(), count);
    }
}
