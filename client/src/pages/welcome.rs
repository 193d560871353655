//! The first page of whoever has no workspace yet: come in with a code, open a file, or make one of one's own.
//!
//! It only says what is wanted. Making, joining and opening take their time, and are done by the window meanwhile.

use std::path::{Path, PathBuf};

use eframe::egui::{Label, RichText, Ui};
use samsyn_engine::backup;
use samsyn_engine::identity::InvitationCode;
use samsyn_engine::schema::{Caption, Language};
use zeroize::Zeroizing;

use super::at_rest::secret;
use super::texts::texts;
use crate::state::{FirstPage, FirstWay};
use crate::widgets::button;
use crate::widgets::field::Field;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, space};

texts! {
    WELCOME: "Välkommen till Samsyn", "Welcome to Samsyn";
    HINT: "Det finns ingen arbetsyta på den här datorn än.", "There is no workspace on this computer yet.";
    JOIN: "Gå med", "Join";
    OPEN: "Öppna en fil", "Open a file";
    OWN: "Skapa en egen", "Create your own";
    JOIN_HINT: "Skriv adressen och koden som du har fått av en koordinator. Arbetsytan hämtas hit, och sedan kan du arbeta i den även utan nät.", "Type the address and the code that a coordinator gave you. The workspace is copied here, and then you can work in it without a network, too.";
    ADDRESS: "Adress", "Address";
    ADDRESS_LIKE: "wss://HOST/ARBETSYTA", "wss://HOST/WORKSPACE";
    CODE: "Kod", "Code";
    NAME: "Ditt namn", "Your name";
    NAME_HINT: "Andra ser det bredvid det du skriver.", "Others see it beside what you write.";
    JOIN_NOW: "Gå med", "Join";
    JOINING: "Hämtar arbetsytan …", "Getting the workspace …";
    OPENING: "Öppnar arbetsytan …", "Opening the workspace …";
    RESTORING: "Lägger tillbaka säkerhetskopian …", "Putting the backup back …";
    MAKING: "Skapar arbetsytan …", "Creating the workspace …";
    OPEN_HINT: "En arbetsyta som redan finns på den här datorn: en fil som slutar på .samsyn.", "A workspace that is on this computer already: a file that ends with .samsyn.";
    FILE: "Fil", "File";
    OPEN_NOW: "Öppna", "Open";
    BACKUP_HINT: "Det är en säkerhetskopia. Den läggs tillbaka som arbetsytan på den här datorn; finns det redan en arbetsyta här får den ett annat namn.", "That is a backup. It is put back as the workspace on this computer; if there is one here already, that gets another name.";
    PASSPHRASE: "Lösenfras", "Passphrase";
    PASSPHRASE_HINT: "Den som valdes när säkerhetskopian gjordes. Den behövs inte på den dator där kopian gjordes.", "The one that was chosen when the backup was made. It is not needed on the computer that it was made on.";
    RESTORE_NOW: "Lägg tillbaka", "Put back";
    OWN_HINT: "En arbetsyta som bara finns på den här datorn, för dig själv.", "A workspace that is only on this computer, for yourself.";
    WORKSPACE: "Arbetsytans namn", "The workspace's name";
    OWN_NOW: "Skapa arbetsyta", "Create workspace";
    KEPT_AT: "Sparas i {}", "Kept in {}";
}

/// What whoever has no workspace wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Begin {
    /// To come in with a code.
    Join {
        /// The workspace's address; the code may follow behind a #.
        address: String,
        /// The code.
        code: String,
        /// Who they are.
        name: String,
    },
    /// To open this replica.
    Open(PathBuf),
    /// To put a backup back.
    Restore {
        /// The backup.
        backup: PathBuf,
        /// What opens its key, where that takes a passphrase.
        passphrase: Zeroizing<String>,
    },
    /// To make a workspace of their own.
    Own {
        /// What it is called.
        workspace: String,
        /// Who they are.
        name: String,
    },
}

/// What somebody chose to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    /// A replica, or something that is none: that shows when it is opened.
    Replica,
    /// A backup.
    Backup,
    /// A backup with its key in it, under a passphrase.
    SealedBackup,
}

impl Chosen {
    fn of(path: &Path) -> Chosen {
        match backup::label(path) {
            Ok(label) if label.sealed_key.is_some() => Chosen::SealedBackup,
            Ok(_) => Chosen::Backup,
            Err(_) => Chosen::Replica,
        }
    }
}

/// The page's view state.
#[derive(Debug)]
pub(crate) struct Welcome {
    typed: FirstPage,
    code: String,
    /// What is in the file that was typed last.
    chosen: (String, Chosen),
    passphrase: Zeroizing<String>,
    /// Where a new replica will be.
    place: PathBuf,
    /// Why the last try did not succeed.
    trouble: Option<String>,
    busy: bool,
    /// The keyboard has to go to the first field.
    focus: bool,
}

impl Welcome {
    /// The page with what was typed before; a new replica will be at `place`.
    pub(crate) fn new(place: &Path, typed: &FirstPage) -> Self {
        Welcome {
            typed: typed.clone(),
            code: String::new(),
            chosen: (String::new(), Chosen::Replica),
            passphrase: Zeroizing::default(),
            place: place.to_owned(),
            trouble: None,
            busy: false,
            focus: true,
        }
    }

    /// What is to be kept of what was typed.
    pub(crate) fn typed(&self) -> FirstPage {
        self.typed.without_code()
    }

    /// What was wanted is under way.
    pub(crate) fn begin(&mut self) {
        (self.busy, self.trouble) = (true, None);
    }

    /// What was wanted was not done. What was typed stays.
    pub(crate) fn failed(&mut self, why: String) {
        (self.busy, self.trouble, self.focus) = (false, Some(why), true);
    }

    /// Draws the page. Says what is wanted, once; a language that was chosen is changed in `language`.
    pub(crate) fn show(&mut self, ui: &mut Ui, language: &mut Language) -> Option<Begin> {
        let t = Tokens::of(ui);
        super::alone(ui, |ui| {
            ui.label(RichText::new(WELCOME.get(*language)).text_style(theme::title()));
            ui.label(RichText::new(HINT.get(*language)).color(t.text_weak));
            ui.add_space(space::S);
            let (free, speaks) = (!self.busy, *language);
            let wanted = ui.add_enabled_ui(free, |ui| super::card(ui, |ui| self.card(ui, speaks))).inner;
            ui.add_space(space::M);
            languages(ui, language);
            wanted
        })
    }

    fn card(&mut self, ui: &mut Ui, language: Language) -> Option<Begin> {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for (way, caption) in [(FirstWay::Join, JOIN), (FirstWay::Open, OPEN), (FirstWay::Own, OWN)] {
                if ui.selectable_label(self.typed.way == way, caption.get(language)).clicked() {
                    (self.typed.way, self.trouble, self.focus) = (way, None, true);
                }
            }
        });
        let entered = self.fields(ui, language);
        if let Some(trouble) = &self.trouble {
            super::banner(ui, Tone::Danger, trouble);
        }
        self.end(ui, language, entered)
    }

    /// The fields. Says whether Enter was pressed in one: that is the button.
    fn fields(&mut self, ui: &mut Ui, language: Language) -> bool {
        let hint = match self.typed.way {
            FirstWay::Join => JOIN_HINT,
            FirstWay::Open => OPEN_HINT,
            FirstWay::Own => OWN_HINT,
        };
        ui.add(Label::new(hint.get(language)).wrap());
        let say = |caption: Caption| caption.get(language);
        let focus = !self.busy && std::mem::take(&mut self.focus);
        match self.typed.way {
            FirstWay::Join => {
                let like = say(ADDRESS_LIKE);
                let mut entered =
                    super::line(ui, Field::new(say(ADDRESS)), like, (&mut self.typed.address, focus));
                // Both may have been copied in one. Whoever types it so is not interrupted before the code is whole.
                if let Some((address, code)) = self.typed.address.clone().split_once('#')
                    && code.parse::<InvitationCode>().is_ok()
                {
                    (self.typed.address, self.code) = (address.trim().to_owned(), code.trim().to_owned());
                }
                entered |=
                    super::line(ui, Field::new(say(CODE)), "AB12-CD34-EF56-GH78", (&mut self.code, false));
                entered
                    | super::line(
                        ui,
                        Field::new(say(NAME)).help(say(NAME_HINT)),
                        "",
                        (&mut self.typed.name, false),
                    )
            }
            FirstWay::Open => self.file(ui, language, focus),
            FirstWay::Own => {
                let entered =
                    super::line(ui, Field::new(say(WORKSPACE)), "", (&mut self.typed.workspace, focus));
                entered | super::line(ui, Field::new(say(NAME)), "", (&mut self.typed.name, false))
            }
        }
    }

    /// Which file. A backup is told by what it begins with, and may need a passphrase.
    fn file(&mut self, ui: &mut Ui, language: Language, focus: bool) -> bool {
        let mut entered = super::line(ui, Field::new(FILE.get(language)), "", (&mut self.typed.file, focus));
        if self.chosen.0 != self.typed.file {
            self.chosen = (self.typed.file.clone(), Chosen::of(Path::new(self.typed.file.trim())));
        }
        if self.chosen.1 != Chosen::Replica {
            ui.add(Label::new(BACKUP_HINT.get(language)).wrap());
        }
        if self.chosen.1 == Chosen::SealedBackup {
            let field = Field::new(PASSPHRASE.get(language)).help(PASSPHRASE_HINT.get(language));
            entered |= secret(ui, field, &mut self.passphrase, &mut false);
        }
        entered
    }

    /// The button, and where what comes of it will be.
    fn end(&self, ui: &mut Ui, language: Language, entered: bool) -> Option<Begin> {
        let t = Tokens::of(ui);
        if self.busy {
            let words = match (self.typed.way, self.chosen.1) {
                (FirstWay::Join, _) => JOINING,
                (FirstWay::Open, Chosen::Replica) => OPENING,
                (FirstWay::Open, _) => RESTORING,
                (FirstWay::Own, _) => MAKING,
            };
            ui.horizontal_wrapped(|ui| super::opening::busy(ui, words.get(language), language));
            return None;
        }
        let (caption, begin, filled) = self.wanted();
        let button = ui.add_enabled_ui(filled, |ui| button::primary(ui, None, caption.get(language))).inner;
        if self.typed.way != FirstWay::Open || self.chosen.1 != Chosen::Replica {
            let kept = KEPT_AT.get(language).replace("{}", &self.place.display().to_string());
            ui.add(Label::new(RichText::new(kept).small().color(t.text_weak)).wrap());
        }
        (button.clicked() || entered && filled).then_some(begin)
    }

    /// What the button says, what is wanted by it, and whether everything it needs was typed.
    fn wanted(&self) -> (Caption, Begin, bool) {
        let filled = |texts: &[&str]| texts.iter().all(|text| !text.trim().is_empty());
        let name = self.typed.name.clone();
        match self.typed.way {
            FirstWay::Join => {
                let (address, code) = (self.typed.address.clone(), self.code.clone());
                let whole = filled(&[&address, &name]) && (filled(&[&code]) || address.contains('#'));
                (JOIN_NOW, Begin::Join { address, code, name }, whole)
            }
            FirstWay::Open => {
                let path = PathBuf::from(self.typed.file.trim());
                match self.chosen.1 {
                    Chosen::Replica => (OPEN_NOW, Begin::Open(path), filled(&[&self.typed.file])),
                    // On the computer that it was made on the key is at hand.
                    Chosen::Backup | Chosen::SealedBackup => {
                        let passphrase = self.passphrase.clone();
                        (RESTORE_NOW, Begin::Restore { backup: path, passphrase }, true)
                    }
                }
            }
            FirstWay::Own => {
                let workspace = self.typed.workspace.trim().to_owned();
                let whole = filled(&[&workspace, &name]);
                (OWN_NOW, Begin::Own { workspace, name }, whole)
            }
        }
    }
}

fn languages(ui: &mut Ui, language: &mut Language) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for other in Language::ALL {
            let name = super::Command::Speak(other).words(other);
            if ui.selectable_label(*language == other, name).clicked() {
                *language = other;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }
}
