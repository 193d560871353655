//! A replica that is locked or is being locked. Its passphrase is worked on by a thread of its own: that takes a moment.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::{CentralPanel, Context, Frame, Ui};
use samsyn_engine::replica::ReplicaError;
use zeroize::Zeroizing;

use super::shell::mode;
use crate::explain;
use crate::keys::Vault;
use crate::keys::lock::{self, LockError, Rest};
use crate::pages::{AtRest, Purpose, Wanted};
use crate::state::Settings;
use crate::widgets::theme;
use crate::widgets::tokens::Tokens;

/// What stands in the window meanwhile.
pub(super) struct Resting {
    vault: Vault,
    path: PathBuf,
    settings: Settings,
    page: AtRest,
    under_way: Option<Receiver<Result<(), LockError>>>,
}

impl Resting {
    /// In front of a locked replica.
    pub(super) fn locked((vault, path): (Vault, &Path), settings: Settings) -> Resting {
        let page = AtRest::new(Purpose::Unlock, path);
        Resting { vault, path: path.to_owned(), settings, page, under_way: None }
    }

    /// In front of one that is to be locked. It must not be open any more once the passphrase is there.
    pub(super) fn locking((vault, path): (Vault, &Path), settings: Settings) -> Resting {
        let before = lock::was_locked(&vault, path);
        let page = AtRest::new(if before { Purpose::Lock } else { Purpose::Choose }, path);
        Resting { vault, path: path.to_owned(), settings, page, under_way: None }
    }

    /// Which replica it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the person has chosen.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// It was unlocked and cannot be opened all the same.
    pub(super) fn failed(&mut self, error: &ReplicaError) {
        self.page.failed(explain::replica_error(error, self.settings.language));
    }

    /// Draws a frame. Says whether the replica is to be opened now.
    pub(super) fn show(&mut self, ui: &mut Ui) -> bool {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        let unlocked = self.arrived();
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let language = self.settings.language;
        let wanted = CentralPanel::default().frame(frame).show(ui, |ui| self.page.show(ui, language)).inner;
        match wanted {
            Some(Wanted::Passphrase(passphrase)) => self.begin(passphrase, &context),
            Some(Wanted::Cancel) => return true,
            None => {}
        }
        unlocked
    }

    fn begin(&mut self, passphrase: Zeroizing<String>, context: &Context) {
        let (told, hears) = channel();
        let (vault, path, purpose) = (self.vault.clone(), self.path.clone(), self.page.purpose());
        let context = context.clone();
        let work = move || {
            // Where nobody listens any more the window is gone.
            let _ = told.send(carry_out(purpose, (&vault, &path), &passphrase));
            context.request_repaint();
        };
        match std::thread::Builder::new().name("passphrase".to_owned()).spawn(work) {
            Ok(_) => {
                self.page.begin();
                self.under_way = Some(hears);
            }
            Err(error) => self.page.failed(error.to_string()),
        }
    }

    /// Takes what came of the passphrase. Says whether the replica is unlocked by it.
    fn arrived(&mut self) -> bool {
        let Some(Ok(done)) = self.under_way.as_ref().map(Receiver::try_recv) else { return false };
        self.under_way = None;
        match done {
            Ok(()) if self.page.purpose() == Purpose::Unlock => true,
            Ok(()) => {
                self.page = AtRest::new(Purpose::Unlock, &self.path);
                false
            }
            Err(error) => {
                self.page.failed(explain::lock_error(&error, self.settings.language));
                false
            }
        }
    }
}

fn carry_out(purpose: Purpose, (vault, path): (&Vault, &Path), passphrase: &str) -> Result<(), LockError> {
    if purpose == Purpose::Unlock {
        return or_already(lock::unlock(vault, path, passphrase).map(drop));
    }
    // What is not encrypted yet is, for that.
    if lock::rest(vault, path)? == Rest::Plain {
        or_already(lock::encrypt(vault, path).map(drop))?;
    }
    or_already(lock::lock(vault, path, (passphrase, purpose == Purpose::Choose)))
}

/// What somebody has done meanwhile, in a terminal, is done.
fn or_already(done: Result<(), LockError>) -> Result<(), LockError> {
    match done {
        Err(LockError::Already) => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::WorkspaceId;
    use samsyn_engine::replica::Replica;
    use samsyn_engine::store::NewReplica;

    use super::*;

    #[test]
    fn what_was_locked_or_unlocked_meanwhile_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let (path, vault) = (folder.path().join("a.samsyn"), Vault::in_folder(&folder.path().join("keys")));
        let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "A".into(), relay: None };
        drop(Replica::create(&path, &new, "Åsa").unwrap());
        let passphrase = "älg under bordet 7";
        carry_out(Purpose::Choose, (&vault, &path), passphrase).unwrap();
        carry_out(Purpose::Lock, (&vault, &path), passphrase).unwrap();
        assert!(matches!(lock::rest(&vault, &path), Ok(Rest::Locked(..))));
        let wrong = carry_out(Purpose::Unlock, (&vault, &path), "älg under bordet 8");
        assert!(matches!(wrong, Err(LockError::Passphrase)));
        carry_out(Purpose::Unlock, (&vault, &path), passphrase).unwrap();
        carry_out(Purpose::Unlock, (&vault, &path), passphrase).unwrap();
        assert!(matches!(lock::rest(&vault, &path), Ok(Rest::Open(..))));
    }
}
