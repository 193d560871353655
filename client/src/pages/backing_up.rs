//! Backing the workspace up: a dialog over whatever page is there. It says where to, and who will be able to open it.
//!
//! It only says what is wanted. Copying a large workspace takes a while, and that is done by the window meanwhile.

use std::path::PathBuf;

use eframe::egui::{Context, Label, RichText, Ui};
use samsyn_engine::schema::Language;
use zeroize::Zeroizing;

use super::at_rest::secret;
use super::texts::{self, texts};
use crate::belonging::backup::{BackedUp, Opens};
use crate::keys::SHORTEST;
use crate::keys::lock::{is_same_passphrase, passphrase_length};
use crate::widgets::button;
use crate::widgets::dialog::{self, Dialog};
use crate::widgets::field::Field;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, space};

texts! {
    TITLE: "Säkerhetskopiera", "Back up";
    HINT: "Hela arbetsytan skrivs till en fil och kontrolleras, också det som inte är skickat än. Du kan arbeta vidare under tiden. Filen läggs tillbaka med ”Öppna en fil” på första sidan, eller med \"samsyn restore\".", "The whole workspace is written to one file and checked, also what is not sent yet. You can go on working meanwhile. The file is put back with \"Open a file\" on the first page, or with `samsyn restore`.";
    FILE: "Fil eller mapp", "File or folder";
    FILE_HINT: "I en mapp får filen ett namn av arbetsytan och tiden.", "In a folder the file is named by the workspace and the time.";
    PASSPHRASE: "Lösenfras (kan utelämnas)", "Passphrase (may be left out)";
    PASSPHRASE_HINT: "Med en lösenfras kan kopian öppnas på en annan dator, också när den här är förlorad. Utan den öppnas en krypterad arbetsytas kopia bara här.", "With a passphrase the copy can be opened on another computer, also when this one is lost. Without it the copy of an encrypted workspace opens only here.";
    AGAIN: "Lösenfrasen igen", "Passphrase again";
    DIFFER: "Lösenfraserna är olika.", "The passphrases differ.";
    SHORT: "Minst {} tecken.", "At least {} characters.";
    GO: "Säkerhetskopiera", "Back up";
    WORKING: "Skriver och kontrollerar …", "Writing and checking …";
    DONE: "Klar och kontrollerad:", "Done and checked:";
    OPENS_EVERYBODY: "Den är inte krypterad: den som kommer åt filen kan läsa allt.", "It is not encrypted: whoever gets at the file can read everything.";
    OPENS_PASSPHRASE: "Den kan öppnas på vilken dator som helst med lösenfrasen. Förvara lösenfrasen någon annanstans än filen.", "It can be opened on every computer with the passphrase. Keep the passphrase elsewhere than the file.";
    OPENS_LOCK: "Den kan öppnas på vilken dator som helst med den lösenfras som arbetsytan låses med nu.", "It can be opened on every computer with the passphrase that the workspace is locked with now.";
    OPENS_HERE: "Den kan bara öppnas på den här datorn, där nyckeln finns. Går datorn förlorad kan ingen öppna den: gör en med lösenfras för det.", "It can be opened only on this computer, where its key is. If the computer is lost nobody can open it: make one with a passphrase for that.";
    CANCEL: "Avbryt", "Cancel";
    CLOSE: "Stäng", "Close";
}

/// What came of showing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing yet.
    Stay,
    /// To leave it.
    Close,
    /// To back up there, under this passphrase, where there is one.
    BackUp(PathBuf, Option<Zeroizing<String>>),
}

/// How far it has come.
#[derive(Debug, Default)]
enum Stage {
    /// Somebody chooses; why the last try did not succeed.
    #[default]
    Choosing,
    Working,
    Done(BackedUp),
}

/// The dialog's view state.
#[derive(Debug, Default)]
pub(crate) struct BackingUp {
    path: String,
    passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
    trouble: Option<String>,
    stage: Stage,
    /// The keyboard has gone to the first field.
    focused: bool,
}

impl BackingUp {
    /// The dialog; where nothing else is typed, into this folder.
    pub(crate) fn new(folder: &std::path::Path) -> BackingUp {
        BackingUp { path: folder.display().to_string(), ..BackingUp::default() }
    }

    /// What was wanted is under way.
    pub(crate) fn begin(&mut self) {
        (self.stage, self.trouble) = (Stage::Working, None);
    }

    /// It was not done. Where to stays.
    pub(crate) fn failed(&mut self, why: String) {
        (self.stage, self.trouble) = (Stage::Choosing, Some(why));
    }

    /// It was done.
    pub(crate) fn done(&mut self, made: BackedUp) {
        (self.stage, self.trouble) = (Stage::Done(made), None);
    }

    /// Draws it. What is under way goes on, also where the dialog is closed.
    pub(crate) fn show(&mut self, context: &Context, language: Language) -> Wish {
        let dialog = Dialog { title: TITLE.get(language), width: 480.0, close: texts::CLOSE.get(language) };
        let shown = dialog.show(context, |ui| match &self.stage {
            Stage::Done(made) => done(ui, made, language),
            Stage::Choosing | Stage::Working => self.choose(ui, language),
        });
        if shown.closed { Wish::Close } else { shown.inner }
    }

    fn choose(&mut self, ui: &mut Ui, language: Language) -> Wish {
        let say = |caption: samsyn_engine::schema::Caption| caption.get(language);
        ui.add(Label::new(say(HINT)).wrap());
        let free = matches!(self.stage, Stage::Choosing);
        let focus = !std::mem::replace(&mut self.focused, true);
        let mut entered = false;
        ui.add_enabled_ui(free, |ui| {
            let file = Field::new(say(FILE)).help(say(FILE_HINT));
            entered |= super::line(ui, file, "", (&mut self.path, focus));
            let field = Field::new(say(PASSPHRASE)).help(say(PASSPHRASE_HINT));
            entered |= secret(ui, field, &mut self.passphrase, &mut false);
            if !self.passphrase.is_empty() {
                entered |= secret(ui, Field::new(say(AGAIN)), &mut self.again, &mut false);
            }
        });
        if let Some(trouble) = &self.trouble {
            super::banner(ui, Tone::Danger, trouble);
        }
        ui.add_space(space::S);
        if !free {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(say(WORKING));
            });
            return Wish::Stay;
        }
        let filled = !self.path.trim().is_empty();
        let (pressed, cancelled) = ui
            .horizontal(|ui| {
                let go = ui.add_enabled_ui(filled, |ui| button::primary(ui, None, say(GO))).inner.clicked();
                (go, ui.button(say(CANCEL)).clicked())
            })
            .inner;
        if cancelled {
            return Wish::Close;
        }
        if pressed || (entered && filled) { self.wanted(language) } else { Wish::Stay }
    }

    /// What is wanted, where what was typed will do.
    fn wanted(&mut self, language: Language) -> Wish {
        self.trouble = self.unfit(language);
        if self.trouble.is_some() {
            return Wish::Stay;
        }
        // What was typed is not kept any longer than it is of use.
        self.again = Zeroizing::default();
        let passphrase = std::mem::take(&mut self.passphrase);
        let passphrase = (!passphrase.is_empty()).then_some(passphrase);
        Wish::BackUp(PathBuf::from(self.path.trim()), passphrase)
    }

    fn unfit(&self, language: Language) -> Option<String> {
        if self.passphrase.is_empty() {
            return None;
        }
        if passphrase_length(&self.passphrase) < SHORTEST {
            return Some(SHORT.fill(language, &[&SHORTEST]));
        }
        (!is_same_passphrase(&self.passphrase, &self.again)).then(|| DIFFER.get(language).to_owned())
    }
}

fn done(ui: &mut Ui, made: &BackedUp, language: Language) -> Wish {
    let opens = match made.opens {
        Opens::ForEverybody => OPENS_EVERYBODY,
        Opens::WithPassphrase => OPENS_PASSPHRASE,
        Opens::WithLock => OPENS_LOCK,
        Opens::OnlyHere(_) => OPENS_HERE,
    };
    ui.label(RichText::new(DONE.get(language)).text_style(theme::strong()));
    let path = RichText::new(made.path.display().to_string()).color(Tokens::of(ui).text);
    ui.add(Label::new(path).wrap().selectable(true));
    ui.add(Label::new(opens.get(language)).wrap());
    ui.add_space(space::S);
    let close = button::primary(ui, None, CLOSE.get(language));
    dialog::offer(&close);
    if close.clicked() { Wish::Close } else { Wish::Stay }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        super::super::texts::assert_in_both_languages(ALL_TEXTS);
    }

    #[test]
    fn a_passphrase_is_left_out_or_long_enough_and_typed_twice() {
        let mut dialog = BackingUp::new(std::path::Path::new("stick"));
        let wanted = |dialog: &mut BackingUp, passphrase: &str, again: &str| {
            (*dialog.passphrase, *dialog.again) = (passphrase.to_owned(), again.to_owned());
            dialog.wanted(Language::English)
        };
        assert_eq!(wanted(&mut dialog, "", ""), Wish::BackUp("stick".into(), None));
        for (passphrase, again) in [("elva tecken", "elva tecken"), ("tolv tecken!", "tolv tecken?")] {
            assert_eq!(wanted(&mut dialog, passphrase, again), Wish::Stay, "{passphrase}");
        }
        let passphrase = "älg under bordet";
        let wish = wanted(&mut dialog, passphrase, passphrase);
        assert_eq!(wish, Wish::BackUp("stick".into(), Some(Zeroizing::new(passphrase.to_owned()))));
    }
}
