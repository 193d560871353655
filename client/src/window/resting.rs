//! A replica that is locked or is being locked. Its passphrase is worked on by a thread of its own: that takes a moment.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::{CentralPanel, Context, Frame, Ui};
use samsyn_engine::replica::ReplicaError;
use zeroize::Zeroizing;

use super::scale;
use super::shell::mode;
use crate::explain;
use crate::keys::Vault;
use crate::keys::lock::{self, LockError, Rest};
use crate::pages::{AtRest, Purpose, Wanted};
use crate::state::{Session, Settings};
use crate::widgets::theme;
use crate::widgets::tokens::Tokens;

/// What stands in the window meanwhile.
pub(super) struct Resting {
    vault: Vault,
    path: PathBuf,
    settings: Settings,
    page: AtRest,
    under_way: UnderWay,
}

/// What is worked on meanwhile.
enum UnderWay {
    Nothing,
    /// The passphrase.
    Passphrase(Receiver<Result<(), LockError>>),
    /// The replica is being opened: that takes a moment where it is large, or somebody else has it.
    Opening(Receiver<Result<Session, ReplicaError>>),
}

impl Resting {
    /// In front of a locked replica.
    pub(super) fn locked((vault, path): (Vault, &Path), settings: Settings) -> Resting {
        let page = AtRest::new(Purpose::Unlock, path);
        Resting { vault, path: path.to_owned(), settings, page, under_way: UnderWay::Nothing }
    }

    /// In front of one that is to be locked. It must not be open any more once the passphrase is there.
    pub(super) fn locking((vault, path): (Vault, &Path), settings: Settings) -> Resting {
        let before = lock::was_locked(&vault, path);
        let page = AtRest::new(if before { Purpose::Lock } else { Purpose::Choose }, path);
        Resting { vault, path: path.to_owned(), settings, page, under_way: UnderWay::Nothing }
    }

    /// Which replica it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the person has chosen.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Draws a frame. Answers with the session over the replica, once it is open.
    pub(super) fn show(&mut self, ui: &mut Ui) -> Option<Session> {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        scale::follow(&context, &mut self.settings);
        let session = self.arrived(&context);
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let language = self.settings.language;
        let wanted = CentralPanel::default().frame(frame).show(ui, |ui| self.page.show(ui, language)).inner;
        match wanted {
            Some(Wanted::Passphrase(passphrase)) => self.begin(passphrase, &context),
            Some(Wanted::Cancel) => self.open(&context),
            None => {}
        }
        session
    }

    /// Opens what was unlocked, or not locked after all.
    fn open(&mut self, context: &Context) {
        let (path, offline) = (self.path.clone(), self.settings.offline);
        let wake = context.clone();
        match on_thread("open", context, move || super::front::session(&path, offline, &wake)) {
            Ok(hears) => {
                self.page.open();
                self.under_way = UnderWay::Opening(hears);
            }
            Err(error) => self.page.failed(error.to_string()),
        }
    }

    fn begin(&mut self, passphrase: Zeroizing<String>, context: &Context) {
        let (vault, path, purpose) = (self.vault.clone(), self.path.clone(), self.page.purpose());
        match on_thread("passphrase", context, move || carry_out(purpose, (&vault, &path), &passphrase)) {
            Ok(hears) => {
                self.page.begin();
                self.under_way = UnderWay::Passphrase(hears);
            }
            Err(error) => self.page.failed(error.to_string()),
        }
    }

    /// Takes what came of what was under way: the session, where it was opened.
    fn arrived(&mut self, context: &Context) -> Option<Session> {
        match std::mem::replace(&mut self.under_way, UnderWay::Nothing) {
            UnderWay::Nothing => {}
            UnderWay::Passphrase(hears) => match hears.try_recv() {
                Ok(done) => self.passphrase_done(done, context),
                Err(_) => self.under_way = UnderWay::Passphrase(hears),
            },
            UnderWay::Opening(hears) => match hears.try_recv() {
                Ok(Ok(session)) => return Some(session),
                Ok(Err(error)) => self.page.failed(explain::replica_error(&error, self.settings.language)),
                Err(_) => self.under_way = UnderWay::Opening(hears),
            },
        }
        None
    }

    fn passphrase_done(&mut self, done: Result<(), LockError>, context: &Context) {
        match done {
            Ok(()) if self.page.purpose() == Purpose::Unlock => self.open(context),
            Ok(()) => self.page = AtRest::new(Purpose::Unlock, &self.path),
            Err(error) => self.page.failed(explain::lock_error(&error, self.settings.language)),
        }
    }
}

/// Does something on a thread of its own, and wakes the window when it is done.
fn on_thread<T: Send + 'static>(
    name: &str,
    context: &Context,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<Receiver<T>> {
    let (told, hears) = channel();
    let context = context.clone();
    let work = move || {
        // Where nobody listens any more the window is gone.
        let _ = told.send(work());
        context.request_repaint();
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(work)?;
    Ok(hears)
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
