//! Changing the relay's address, and taking a workspace to a relay, on a thread of its own: the relay may be slow.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::Context;
use samsyn_engine::address::RelayAddress;
use samsyn_engine::schema::Language;

use crate::belonging::moving::{MoveError, move_relay};
use crate::belonging::sharing::{Destination, ShareError, bring};
use crate::explain;
use crate::keys::Vault;
use crate::link::LinkError;
use crate::link::worker::Link;
use crate::pages::relay::{MOVED, RelayDialog, SHARED, Trouble, Wish};
use crate::state::{Session, Standing};

/// What was done.
#[derive(Debug)]
enum Done {
    Moved(Result<RelayAddress, MoveError>),
    Shared(Result<(), ShareError>),
}

/// The dialog, while it is open, and what is under way.
#[derive(Debug, Default)]
pub(super) struct RelayDesk {
    /// Where keys are kept, where that is not the usual place.
    vault: Option<Vault>,
    dialog: Option<RelayDialog>,
    under_way: Option<Receiver<Done>>,
}

impl RelayDesk {
    /// With keys that are kept there.
    pub(super) fn with_keys_in(vault: Vault) -> RelayDesk {
        RelayDesk { vault: Some(vault), ..RelayDesk::default() }
    }

    /// Asks for the address: another one, or the first.
    pub(super) fn open(&mut self, session: &Session) {
        let mut dialog = match session.standing() {
            Standing::Alone => RelayDialog::sharing(),
            _ => match offered(session) {
                Some(relay) => RelayDialog::offered(relay.to_string()),
                None => {
                    let address = session.meta().and_then(|meta| meta.relay.clone());
                    RelayDialog::moving(address.unwrap_or_default())
                }
            },
        };
        // What was begun before is still under way.
        if self.under_way.is_some() {
            dialog.begin();
        }
        self.dialog = Some(dialog);
    }

    /// Draws the dialog, and does what is wanted. Answers in words, once it is done.
    pub(super) fn show(
        &mut self,
        context: &Context,
        session: &Session,
        language: Language,
    ) -> Option<String> {
        let done = self.arrived(language);
        if let Some(dialog) = &mut self.dialog {
            let path = session.path().to_owned();
            match dialog.show(context, language) {
                Wish::Stay => {}
                Wish::Close => self.dialog = None,
                Wish::Move(wish) => {
                    self.begin(context, move |vault| Done::Moved(move_relay(vault, &path, &wish)));
                }
                Wish::Share(address, code) => {
                    self.begin(context, move |vault| Done::Shared(take(vault, &path, (&address, &code))));
                }
            }
        }
        done
    }

    fn begin(&mut self, context: &Context, work: impl FnOnce(&Vault) -> Done + Send + 'static) {
        let (told, hears) = channel();
        let vault = self.vault.clone().unwrap_or_else(Vault::of_this_person);
        let context = context.clone();
        let work = move || {
            // Where nobody listens any more the window is gone; what was done is kept all the same.
            let _ = told.send(work(&vault));
            context.request_repaint();
        };
        let begun = std::thread::Builder::new().name("relay".to_owned()).spawn(work);
        let Some(dialog) = &mut self.dialog else { return };
        match begun {
            Ok(_) => {
                dialog.begin();
                self.under_way = Some(hears);
            }
            Err(error) => dialog.failed(Trouble::Mend(error.to_string())),
        }
    }

    /// What came of it: words where it is done.
    fn arrived(&mut self, language: Language) -> Option<String> {
        let done = self.under_way.as_ref()?.try_recv().ok()?;
        self.under_way = None;
        let (words, trouble) = match done {
            Done::Moved(Ok(relay)) => (MOVED.get(language).replace("{}", &relay.to_string()), None),
            Done::Moved(Err(error)) => (String::new(), Some(of_moving(&error, language))),
            Done::Shared(Ok(())) => (SHARED.get(language).to_owned(), None),
            // It may be there: the window goes on with it, and says how that stands.
            Done::Shared(Err(error @ ShareError::Broken(_))) => {
                (explain::share_error(&error, language), None)
            }
            Done::Shared(Err(error)) => {
                (String::new(), Some(Trouble::Mend(explain::share_error(&error, language))))
            }
        };
        if let Some(trouble) = trouble {
            if let Some(dialog) = &mut self.dialog {
                dialog.failed(trouble);
                return None;
            }
            let (Trouble::Mend(words) | Trouble::Anyway(words) | Trouble::Unencrypted(words)) = trouble;
            return Some(words);
        }
        self.dialog = None;
        Some(words)
    }
}

fn take(vault: &Vault, path: &Path, (address, code): (&str, &str)) -> Result<(), ShareError> {
    bring(vault, path, &Destination::read(address, code)?)
}

fn of_moving(error: &MoveError, language: Language) -> Trouble {
    let words = explain::move_error(error, language);
    match error {
        MoveError::NotKnown(_) | MoveError::NotAsked(_) => Trouble::Anyway(words),
        MoveError::Unencrypted(_) => Trouble::Unencrypted(words),
        _ => Trouble::Mend(words),
    }
}

/// The address at which the relay says it is now, and is to stay.
fn offered(session: &Session) -> Option<&RelayAddress> {
    let Link::Waiting { reason, .. } = &session.status().link else { return None };
    match &**reason {
        LinkError::Moved { to, .. } if to.for_good => Some(&to.relay),
        _ => None,
    }
}
