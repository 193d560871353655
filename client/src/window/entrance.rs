//! Coming in again with a code, on a thread of its own: the relay may be slow.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::Context;
use samsyn_engine::identity::Grant;
use samsyn_engine::schema::Language;

use crate::belonging::enter::{EnterError, enter};
use crate::explain;
use crate::keys::Vault;
use crate::pages::entering::{ENTERED, Entering, Wish};
use crate::pages::texts;
use crate::state::Session;

/// The dialog, while it is open, and what is under way.
#[derive(Debug, Default)]
pub(super) struct Entrance {
    /// Where keys are kept, where that is not the usual place.
    vault: Option<Vault>,
    dialog: Option<Entering>,
    under_way: Option<Receiver<Result<Grant, EnterError>>>,
}

impl Entrance {
    /// With keys that are kept there.
    pub(super) fn with_keys_in(vault: Vault) -> Entrance {
        Entrance { vault: Some(vault), ..Entrance::default() }
    }

    /// Asks for a code.
    pub(super) fn open(&mut self) {
        let mut dialog = Entering::default();
        // What was begun before is still under way.
        if self.under_way.is_some() {
            dialog.begin();
        }
        self.dialog = Some(dialog);
    }

    /// Draws the dialog, and does what is wanted. Answers in words, once this device has come in.
    pub(super) fn show(
        &mut self,
        context: &Context,
        session: &Session,
        language: Language,
    ) -> Option<String> {
        let entered = self.arrived(language);
        if let Some(dialog) = &mut self.dialog {
            match dialog.show(context, language) {
                Wish::Stay => {}
                Wish::Close => self.dialog = None,
                Wish::Enter(code) => self.begin(session.path().to_owned(), code, context),
            }
        }
        entered
    }

    fn begin(&mut self, path: PathBuf, code: String, context: &Context) {
        let (told, hears) = channel();
        let vault = self.vault.clone().unwrap_or_else(Vault::of_this_person);
        let context = context.clone();
        let work = move || {
            // Where nobody listens any more the window is gone; what was let in is kept all the same.
            // What the exchange came to stands in the status line.
            let _ = told.send(enter(&vault, &path, &code).map(|(grant, _)| grant));
            context.request_repaint();
        };
        let begun = std::thread::Builder::new().name("enter".to_owned()).spawn(work);
        let Some(dialog) = &mut self.dialog else { return };
        match begun {
            Ok(_) => {
                dialog.begin();
                self.under_way = Some(hears);
            }
            Err(error) => dialog.failed(error.to_string()),
        }
    }

    /// What came of it: words where this device is in.
    fn arrived(&mut self, language: Language) -> Option<String> {
        let done = self.under_way.as_ref()?.try_recv().ok()?;
        self.under_way = None;
        let words = match done {
            Ok(grant) => {
                let role = texts::role(grant.role).get(language).to_lowercase();
                ENTERED.get(language).replace("{}", &role)
            }
            // It is in: the window gets the rest.
            Err(error @ EnterError::Broken(_)) => explain::enter_error(&error, language),
            Err(error) => {
                let why = explain::enter_error(&error, language);
                let dialog = self.dialog.get_or_insert_default();
                dialog.failed(why);
                return None;
            }
        };
        self.dialog = None;
        Some(words)
    }
}
