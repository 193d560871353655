//! The relay's address, and taking to a relay what is only here: a dialog over whatever page is there.
//!
//! It only says what is wanted. The relay may be slow, so that is done by the window meanwhile.

use eframe::egui::{Checkbox, Context, Label, Ui};
use samsyn_engine::identity::InvitationCode;
use samsyn_engine::schema::{Caption, Language};

use super::texts::{self, texts};
use crate::belonging::moving::Move;
use crate::widgets::button;
use crate::widgets::dialog::Dialog;
use crate::widgets::field::Field;
use crate::widgets::tokens::{Tone, space};

texts! {
    MOVE_TITLE: "Reläets adress", "The relay's address";
    MOVE_HINT: "Om reläet har flyttat: skriv den nya adressen, som du får av den som driver det. Allt på den här datorn är kvar, och det som inte är skickat skickas dit. Reläet där tillfrågas först om det har arbetsytan.", "If the relay has moved, type the address that whoever runs it gave you. Everything on this computer stays, and what is not sent goes there. The relay there is asked first whether it has this workspace.";
    OFFERED: "Reläet säger att det har flyttat till adressen nedan. Byt om det stämmer. Är du osäker, fråga den som driver det. Allt på den här datorn är kvar, och det som inte är skickat skickas dit.", "The relay says that it has moved to the address below. Take it if that is right. If in doubt, ask whoever runs the relay. Everything on this computer stays, and what is not sent goes there.";
    SHARE_TITLE: "Dela arbetsytan via ett relä", "Take the workspace to a relay";
    SHARE_HINT: "Arbetsytan finns bara på den här datorn. Be den som driver ett relä att skapa en tom arbetsyta där, och skriv adressen och koden som du får. Allt som finns här följer med, också vem som skrev vad och när. Du blir koordinator och kan sedan bjuda in andra.", "This workspace is only on this computer. Ask whoever runs a relay to make an empty workspace there, and type the address and the code that you are given. Everything in it goes along, with who wrote what and when. You become its coordinator, and can invite others then.";
    ADDRESS: "Adress", "Address";
    RELAY_LIKE: "wss://HOST", "wss://HOST";
    WORKSPACE_LIKE: "wss://HOST/ARBETSYTA", "wss://HOST/WORKSPACE";
    CODE: "Kod", "Code";
    MOVE: "Byt adress", "Change the address";
    MOVE_ANYWAY: "Byt ändå", "Change it all the same";
    UNENCRYPTED: "Det jag skickar behöver inte vara krypterat på vägen", "What I send need not be encrypted on the way";
    SHARE: "Dela arbetsytan", "Take it there";
    ASKING: "Frågar reläet …", "Asking the relay …";
    MOVED: "Reläets adress är nu {}.", "The relay's address is {} now.";
    SHARED: "Arbetsytan är på väg till reläet, och du är dess koordinator. Längst ner i fönstret syns hur långt den har kommit.", "The workspace is on its way to the relay, and you are its coordinator. The bottom of the window shows how far it has come.";
    CANCEL: "Avbryt", "Cancel";
}

/// What the dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Another address.
    Moving {
        /// Whether the relay itself has said which.
        offered: bool,
    },
    /// A workspace that has no relay yet.
    Sharing,
}

/// Why the last try came to nothing, and what could be said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Something is to be typed anew.
    Mend(String),
    /// It could be done all the same.
    Anyway(String),
    /// It could be done where nothing need be encrypted.
    Unencrypted(String),
}

/// The dialog's view state.
#[derive(Debug)]
pub(crate) struct RelayDialog {
    what_for: For,
    address: String,
    code: String,
    unencrypted: bool,
    trouble: Option<Trouble>,
    busy: bool,
    /// The keyboard has gone to the field.
    focused: bool,
}

/// What came of showing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing yet.
    Stay,
    /// To leave it.
    Close,
    /// To change the address.
    Move(Move),
    /// To take the workspace to this address with this code.
    Share(String, String),
}

impl RelayDialog {
    /// To change the address, which is this one until now.
    pub(crate) fn moving(address: String) -> RelayDialog {
        RelayDialog::new(For::Moving { offered: false }, address)
    }

    /// To change the address to the one at which the relay says that it is.
    pub(crate) fn offered(address: String) -> RelayDialog {
        RelayDialog::new(For::Moving { offered: true }, address)
    }

    /// To take a workspace to a relay that has none yet.
    pub(crate) fn sharing() -> RelayDialog {
        RelayDialog::new(For::Sharing, String::new())
    }

    fn new(what_for: For, address: String) -> RelayDialog {
        RelayDialog {
            what_for,
            address,
            code: String::new(),
            unencrypted: false,
            trouble: None,
            busy: false,
            focused: false,
        }
    }

    /// What was wanted is under way.
    pub(crate) fn begin(&mut self) {
        (self.busy, self.trouble) = (true, None);
    }

    /// It was not done. What was typed stays.
    pub(crate) fn failed(&mut self, trouble: Trouble) {
        (self.busy, self.trouble) = (false, Some(trouble));
    }

    /// Draws it. What is under way goes on, also where the dialog is closed.
    pub(crate) fn show(&mut self, context: &Context, language: Language) -> Wish {
        let title = match self.what_for {
            For::Moving { .. } => MOVE_TITLE,
            For::Sharing => SHARE_TITLE,
        };
        let dialog = Dialog { title: title.get(language), width: 480.0, close: texts::CLOSE.get(language) };
        let shown = dialog.show(context, |ui| self.contents(ui, language));
        if shown.closed { Wish::Close } else { shown.inner }
    }

    fn contents(&mut self, ui: &mut Ui, language: Language) -> Wish {
        let hint = match self.what_for {
            For::Moving { offered: true } => OFFERED,
            For::Moving { offered: false } => MOVE_HINT,
            For::Sharing => SHARE_HINT,
        };
        ui.add(Label::new(hint.get(language)).wrap());
        let focus = !std::mem::replace(&mut self.focused, true);
        let entered = ui.add_enabled_ui(!self.busy, |ui| self.fields(ui, language, focus)).inner;
        match &self.trouble {
            Some(Trouble::Mend(why) | Trouble::Anyway(why)) => super::banner(ui, Tone::Danger, why),
            Some(Trouble::Unencrypted(why)) => {
                super::banner(ui, Tone::Danger, why);
                ui.add(Checkbox::new(&mut self.unencrypted, UNENCRYPTED.get(language)));
            }
            None => {}
        }
        ui.add_space(space::S);
        if self.busy {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(ASKING.get(language));
            });
            return Wish::Stay;
        }
        self.end(ui, language, entered)
    }

    /// The fields. Says whether Enter was pressed in one.
    fn fields(&mut self, ui: &mut Ui, language: Language, focus: bool) -> bool {
        let say = |caption: Caption| caption.get(language);
        let like = if self.what_for == For::Sharing { WORKSPACE_LIKE } else { RELAY_LIKE };
        let before = self.address.clone();
        let mut entered = super::line(ui, Field::new(say(ADDRESS)), say(like), (&mut self.address, focus));
        if self.address != before {
            // What was said of another address says nothing of this one.
            (self.trouble, self.unencrypted) = (None, false);
        }
        if self.what_for == For::Sharing {
            // Both may have been copied in one. Whoever types it so is not interrupted before the code is whole.
            if let Some((address, code)) = self.address.clone().split_once('#')
                && code.parse::<InvitationCode>().is_ok()
            {
                (self.address, self.code) = (address.trim().to_owned(), code.trim().to_owned());
            }
            let code = Field::new(say(CODE));
            entered |= super::line(ui, code, "AB12-CD34-EF56-GH78", (&mut self.code, false));
        }
        entered
    }

    /// The buttons.
    fn end(&self, ui: &mut Ui, language: Language, entered: bool) -> Wish {
        let sharing = self.what_for == For::Sharing;
        let code = !sharing || self.address.contains('#') || !self.code.trim().is_empty();
        let filled = !self.address.trim().is_empty() && code;
        let anyway = matches!(self.trouble, Some(Trouble::Anyway(_)));
        ui.horizontal(|ui| {
            let caption = if sharing { SHARE } else { MOVE }.get(language);
            let pressed = ui.add_enabled_ui(filled, |ui| button::primary(ui, None, caption)).inner.clicked();
            let all_the_same = anyway && ui.button(MOVE_ANYWAY.get(language)).clicked();
            if ui.button(CANCEL.get(language)).clicked() {
                return Wish::Close;
            }
            match (sharing, pressed || entered && filled || all_the_same) {
                (_, false) => Wish::Stay,
                (true, true) => Wish::Share(self.address.clone(), self.code.clone()),
                (false, true) => Wish::Move(Move {
                    address: self.address.clone(),
                    anyway: all_the_same,
                    unencrypted: self.unencrypted,
                }),
            }
        })
        .inner
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        super::super::texts::assert_in_both_languages(super::ALL_TEXTS);
    }
}
