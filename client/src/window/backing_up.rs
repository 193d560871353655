//! Backing the workspace up, on a thread of its own: a large one takes a while.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::Context;
use samsyn_engine::files::Existing;
use samsyn_engine::schema::Language;
use zeroize::Zeroizing;

use crate::belonging::backup::{BackedUp, BackingUpError, Target, back_up};
use crate::explain;
use crate::keys::Vault;
use crate::pages::backing_up::{BackingUp, Wish};

/// The dialog, while it is open, and what is under way.
#[derive(Debug, Default)]
pub(super) struct Backups {
    /// Where keys are kept, where that is not the usual place.
    vault: Option<Vault>,
    dialog: Option<BackingUp>,
    under_way: Option<Receiver<Result<BackedUp, BackingUpError>>>,
}

impl Backups {
    /// With keys that are kept there.
    pub(super) fn with_keys_in(vault: Vault) -> Backups {
        Backups { vault: Some(vault), ..Backups::default() }
    }

    /// Asks where to.
    pub(super) fn open(&mut self) {
        let mut dialog = BackingUp::new(&folder());
        // What was begun before is still under way.
        if self.under_way.is_some() {
            dialog.begin();
        }
        self.dialog = Some(dialog);
    }

    /// Draws the dialog over the replica in that file, and does what is wanted.
    pub(super) fn show(&mut self, context: &Context, replica: &std::path::Path, language: Language) {
        self.arrived(language);
        let Some(dialog) = &mut self.dialog else { return };
        match dialog.show(context, language) {
            Wish::Stay => {}
            Wish::Close => self.dialog = None,
            Wish::BackUp(path, passphrase) => self.begin((replica.to_owned(), path), passphrase, context),
        }
    }

    fn begin(
        &mut self,
        (replica, path): (PathBuf, PathBuf),
        passphrase: Option<Zeroizing<String>>,
        context: &Context,
    ) {
        let (told, hears) = channel();
        let vault = self.vault.clone().unwrap_or_else(Vault::of_this_person);
        let context = context.clone();
        let work = move || {
            let target = Target { path: &path, existing: Existing::Keep };
            let passphrase = passphrase.as_ref().map(|text| text.as_str());
            // Where nobody listens any more the window is gone; what was made is there all the same.
            let _ = told.send(back_up(&vault, &replica, target, passphrase));
            context.request_repaint();
        };
        let begun = std::thread::Builder::new().name("backup".to_owned()).spawn(work);
        let Some(dialog) = &mut self.dialog else { return };
        match begun {
            Ok(_) => {
                dialog.begin();
                self.under_way = Some(hears);
            }
            Err(error) => dialog.failed(error.to_string()),
        }
    }

    fn arrived(&mut self, language: Language) {
        let Some(done) = self.under_way.as_ref().and_then(|hears| hears.try_recv().ok()) else { return };
        self.under_way = None;
        // Whoever has closed the dialog meanwhile is told all the same.
        let dialog = self.dialog.get_or_insert_with(|| BackingUp::new(&folder()));
        match done {
            Ok(made) => dialog.done(made),
            Err(error) => dialog.failed(explain::backing_up_error(&error, language)),
        }
    }
}

/// Where people keep what they do not want to lose.
fn folder() -> PathBuf {
    let folders = directories::UserDirs::new();
    let found = folders
        .as_ref()
        .map(|folders| folders.document_dir().unwrap_or_else(|| folders.home_dir()).to_owned());
    found.unwrap_or_else(std::env::temp_dir)
}
