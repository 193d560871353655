//! The page in front of a replica that is locked, or is being locked: its passphrase.
//!
//! It only says what is wanted. A passphrase takes a moment to work on, and that is done by the window meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use eframe::egui::{Align2, Key, Label, RichText, TextEdit, Ui, vec2};
use samsyn_engine::schema::Language;
use zeroize::Zeroizing;

use super::texts::texts;
use crate::keys::SHORTEST;
use crate::keys::lock::{is_same_passphrase, passphrase_length};
use crate::widgets::button;
use crate::widgets::field::Field;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, Tone, height, space};

texts! {
    LOCKED: "Arbetsytan är låst", "The workspace is locked";
    LOCKED_HINT: "Den är krypterad på den här datorn. Skriv lösenfrasen för att öppna den.", "It is encrypted on this computer. Type the passphrase to open it.";
    UNLOCK: "Lås upp", "Unlock";
    UNLOCKING: "Låser upp …", "Unlocking …";
    OPENING: "Öppnar arbetsytan …", "Opening the workspace …";
    LOCK_IT: "Lås arbetsytan", "Lock the workspace";
    LOCK_HINT: "Arbetsytan stängs och kan inte öppnas på den här datorn utan lösenfrasen. Under tiden synkas inget. Skriv den lösenfras som den låstes med förra gången.", "The workspace is closed, and cannot be opened on this computer without the passphrase. Meanwhile nothing is synced. Type the passphrase that it was locked with last time.";
    CHOOSE_HINT: "Välj en lösenfras: minst {} tecken, till exempel fyra ord som ingen annan skulle sätta ihop. Arbetsytan krypteras med den och stängs. Glöms lösenfrasen bort kan ingen öppna arbetsytan igen, och det som inte är skickat är förlorat.", "Choose a passphrase: at least {} characters, for example four words that nobody would put together. The workspace is encrypted with it and closed. If the passphrase is forgotten nobody can open the workspace again, and what is not sent is lost.";
    LOCK: "Lås", "Lock";
    LOCKING: "Låser …", "Locking …";
    CANCEL: "Avbryt", "Cancel";
    PASSPHRASE: "Lösenfras", "Passphrase";
    AGAIN: "Lösenfrasen igen", "Passphrase again";
    DIFFER: "Lösenfraserna är olika.", "The passphrases differ.";
    SHORT: "Minst {} tecken.", "At least {} characters.";
}

/// What the passphrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To open what is locked.
    Unlock,
    /// To lock with the one of before.
    Lock,
    /// To lock with a new one.
    Choose,
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// To go on with this passphrase.
    Passphrase(Zeroizing<String>),
    /// To leave it.
    Cancel,
}

/// The page's view state.
#[derive(Debug)]
pub(crate) struct AtRest {
    purpose: Purpose,
    file: String,
    passphrase: Zeroizing<String>,
    again: Zeroizing<String>,
    trouble: Option<String>,
    busy: Option<Busy>,
    focus: bool,
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    /// The passphrase is worked on.
    Passphrase,
    /// The replica is being opened since then.
    Opening(Instant),
}

/// What is done within this time is done without a word: a line that only flashes up says nothing.
const UNSAID: Duration = Duration::from_millis(300);

impl AtRest {
    /// The page for a replica's file.
    pub(crate) fn new(purpose: Purpose, file: &Path) -> AtRest {
        AtRest {
            purpose,
            file: file.display().to_string(),
            passphrase: Zeroizing::default(),
            again: Zeroizing::default(),
            trouble: None,
            busy: None,
            focus: true,
        }
    }

    /// What it is for.
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What was wanted is under way.
    pub(crate) fn begin(&mut self) {
        (self.busy, self.trouble) = (Some(Busy::Passphrase), None);
    }

    /// The replica is being opened.
    pub(crate) fn open(&mut self) {
        (self.busy, self.trouble) = (Some(Busy::Opening(Instant::now())), None);
    }

    /// What was wanted was not done.
    pub(crate) fn failed(&mut self, why: String) {
        (self.busy, self.trouble, self.focus) = (None, Some(why), true);
    }

    /// Draws the page. Says what is wanted, once.
    pub(crate) fn show(&mut self, ui: &mut Ui, language: Language) -> Option<Wanted> {
        super::alone(ui, |ui| {
            let title = if self.purpose == Purpose::Unlock { LOCKED } else { LOCK_IT };
            ui.label(RichText::new(title.get(language)).text_style(theme::title()));
            ui.add_space(space::S);
            let free = self.busy.is_none();
            ui.add_enabled_ui(free, |ui| super::card(ui, |ui| self.fields(ui, language))).inner
        })
    }

    fn fields(&mut self, ui: &mut Ui, language: Language) -> Option<Wanted> {
        ui.add(Label::new(self.hint(language)).wrap());
        let passphrase = Field::new(PASSPHRASE.get(language));
        let mut entered = secret(ui, passphrase, &mut self.passphrase, &mut self.focus);
        if self.purpose == Purpose::Choose {
            entered = secret(ui, Field::new(AGAIN.get(language)), &mut self.again, &mut false);
        }
        if let Some(trouble) = &self.trouble {
            super::banner(ui, Tone::Danger, trouble);
        }
        let wanted = self.end(ui, entered, language);
        let file = RichText::new(&self.file).small().color(Tokens::of(ui).text_weak);
        ui.add(Label::new(file).wrap());
        wanted
    }

    fn hint(&self, language: Language) -> String {
        let caption = match self.purpose {
            Purpose::Unlock => LOCKED_HINT,
            Purpose::Lock => LOCK_HINT,
            Purpose::Choose => CHOOSE_HINT,
        };
        caption.get(language).replace("{}", &SHORTEST.to_string())
    }

    /// The buttons, and what is under way.
    fn end(&mut self, ui: &mut Ui, entered: bool, language: Language) -> Option<Wanted> {
        if let Some(busy) = self.busy {
            self.under_way(ui, busy, language);
            return None;
        }
        let (mut go, mut cancel) = (entered, false);
        ui.horizontal(|ui| {
            let words = if self.purpose == Purpose::Unlock { UNLOCK } else { LOCK };
            let filled = !self.passphrase.is_empty();
            let button = ui.add_enabled_ui(filled, |ui| button::primary(ui, None, words.get(language)));
            go |= button.inner.clicked();
            if self.purpose != Purpose::Unlock {
                cancel = button::quiet(ui, CANCEL.get(language)).clicked();
            }
        });
        if cancel {
            return Some(Wanted::Cancel);
        }
        if !go || self.passphrase.is_empty() {
            return None;
        }
        self.trouble = self.unfit(language);
        self.focus = self.trouble.is_some();
        // What was typed is not kept any longer than it is of use.
        self.trouble.is_none().then(|| {
            self.again = Zeroizing::default();
            Wanted::Passphrase(std::mem::take(&mut self.passphrase))
        })
    }

    /// What is under way, in the height of the buttons.
    fn under_way(&self, ui: &mut Ui, busy: Busy, language: Language) {
        let words = match busy {
            Busy::Passphrase if self.purpose == Purpose::Unlock => UNLOCKING,
            Busy::Passphrase => LOCKING,
            Busy::Opening(_) => OPENING,
        };
        ui.horizontal_wrapped(|ui| {
            ui.set_min_height(height::CONTROL);
            if let Busy::Opening(since) = busy
                && let Some(left) = UNSAID.checked_sub(since.elapsed())
            {
                ui.ctx().request_repaint_after(left);
                return;
            }
            super::opening::busy(ui, words.get(language), language);
        });
    }

    /// Why a new passphrase is none.
    fn unfit(&self, language: Language) -> Option<String> {
        if self.purpose != Purpose::Choose {
            return None;
        }
        if passphrase_length(&self.passphrase) < SHORTEST {
            return Some(SHORT.get(language).replace("{}", &SHORTEST.to_string()));
        }
        (!is_same_passphrase(&self.passphrase, &self.again)).then(|| DIFFER.get(language).to_owned())
    }
}

/// A line whose text is not shown. Says whether it was ended with Enter.
pub(super) fn secret(ui: &mut Ui, field: Field<'_>, text: &mut String, focus: &mut bool) -> bool {
    let mut entered = false;
    field.show(ui, |ui, label| {
        let edit = TextEdit::singleline(text).password(true).align(Align2::LEFT_CENTER);
        let edit = edit.desired_width(f32::INFINITY).min_size(vec2(0.0, height::CONTROL));
        let edit = ui.add(edit).labelled_by(label);
        if std::mem::take(focus) {
            edit.request_focus();
        }
        entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    });
    entered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        crate::pages::texts::assert_in_both_languages(ALL_TEXTS);
    }

    #[test]
    fn a_new_passphrase_is_long_enough_and_typed_twice() {
        let mut page = AtRest::new(Purpose::Choose, Path::new("a.samsyn"));
        let unfit = |page: &mut AtRest, passphrase: &str, again: &str| {
            (*page.passphrase, *page.again) = (passphrase.to_owned(), again.to_owned());
            page.unfit(Language::English)
        };
        assert!(unfit(&mut page, "elva tecken", "elva tecken").is_some_and(|why| why.contains("12")));
        assert!(unfit(&mut page, "älg under bordet", "älg under borde").is_some());
        assert_eq!(unfit(&mut page, "älg under bordet", "älg under bordet"), None);
        assert_eq!(unfit(&mut page, "\u{e4}lg under bordet", "a\u{308}lg under bordet"), None);
        assert!(unfit(&mut page, &"a\u{308}".repeat(11), &"a\u{308}".repeat(11)).is_some());
    }
}
