//! What stands in the window: the welcome of whoever has no workspace yet, a locked workspace's passphrase, or the shell over a
//! replica.
//!
//! ```text
//!  Welcome ──Begin──▶ a thread: join, make or open ──path──▶ Session ──▶ Shell ──lock──▶ AtRest
//!     ▲────────────────── why not ◀──┘                          ▲                          │
//!                                                               └──unlocked── a thread ◀───┘
//! ```

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::{CentralPanel, Context, Frame, Ui};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::Language;

use super::is_locked;
use super::resting::Resting;
use super::shell::{Shell, mode};
use crate::belonging::join::{self, Entry, JoinError, Site};
use crate::explain;
use crate::keys::{self, Encryption, Vault};
use crate::pages::{Begin, Page, Welcome};
use crate::state::{Session, Settings};
use crate::widgets::theme;
use crate::widgets::tokens::Tokens;

/// Where things are kept on this computer.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// Where the replica is made that somebody begins with.
    pub(super) replica: PathBuf,
    /// Where keys are kept.
    pub(super) vault: Vault,
}

impl Home {
    fn site(&self) -> Site<'_> {
        Site { replica: &self.replica, vault: &self.vault, encryption: Encryption::default() }
    }
}

/// Everything in the window.
pub(super) struct Front {
    home: Home,
    stands: Stands,
}

/// What stands in it now.
enum Stands {
    /// Nobody has a workspace yet.
    Welcome(Box<Beginning>),
    /// A replica is locked, or is being locked.
    AtRest(Box<Resting>),
    /// A replica is open, this one.
    Open(Box<Shell>, PathBuf),
}

/// Somebody who has no workspace yet.
pub(super) struct Beginning {
    home: Home,
    settings: Settings,
    welcome: Welcome,
    /// What is under way: the replica that can be opened, or why not.
    under_way: Option<Receiver<Result<PathBuf, JoinError>>>,
}

impl Front {
    /// Over a replica, at a page.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub(super) fn over(
        (home, path): (Home, &Path),
        (settings, page): (Settings, Option<Page>),
        context: &Context,
    ) -> Result<Front, ReplicaError> {
        let shell = opened(path, (settings, page), context)?;
        Ok(Front { home, stands: Stands::Open(Box::new(shell), path.to_owned()) })
    }

    /// For somebody who has no workspace yet.
    pub(super) fn welcome(home: Home, settings: Settings) -> Front {
        let welcome = Welcome::new(&home.replica);
        let beginning = Beginning { home: home.clone(), settings, welcome, under_way: None };
        Front { home, stands: Stands::Welcome(Box::new(beginning)) }
    }

    /// For somebody who has a workspace that cannot be opened, and is told why.
    pub(super) fn not_opened((home, settings): (Home, Settings), error: &ReplicaError) -> Front {
        let why = explain::replica_error(error, settings.language);
        let mut front = Front::welcome(home, settings);
        if let Stands::Welcome(beginning) = &mut front.stands {
            beginning.welcome.failed(why);
        }
        front
    }

    /// In front of a replica that is locked.
    pub(super) fn locked((home, path): (Home, &Path), settings: Settings) -> Front {
        let resting = Resting::locked((home.vault.clone(), path), settings);
        Front { home, stands: Stands::AtRest(Box::new(resting)) }
    }

    /// What the person has chosen.
    pub(super) fn settings(&self) -> &Settings {
        match &self.stands {
            Stands::Welcome(beginning) => &beginning.settings,
            Stands::AtRest(resting) => resting.settings(),
            Stands::Open(shell, _) => shell.settings(),
        }
    }

    /// Draws a frame and does what was asked for in it.
    pub(super) fn show(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        match &mut self.stands {
            Stands::Welcome(beginning) => {
                if let Some(stands) = beginning.show(ui) {
                    self.stands = stands;
                    context.request_repaint();
                }
            }
            Stands::AtRest(resting) => {
                if resting.show(ui) {
                    self.open_again(&context);
                }
            }
            Stands::Open(shell, path) => {
                shell.show(ui);
                if shell.is_to_be_locked() {
                    shell.close();
                    let (vault, settings) = (self.home.vault.clone(), shell.settings().clone());
                    let resting = Resting::locking((vault, path), settings);
                    // What was open is let go of by this: nobody else must have it open while it is locked.
                    self.stands = Stands::AtRest(Box::new(resting));
                    context.request_repaint();
                }
            }
        }
    }

    /// Opens what was unlocked, or not locked.
    fn open_again(&mut self, context: &Context) {
        let Stands::AtRest(resting) = &mut self.stands else { return };
        let path = resting.path().to_owned();
        match opened(&path, (resting.settings().clone(), None), context) {
            Ok(shell) => self.stands = Stands::Open(Box::new(shell), path),
            Err(error) => resting.failed(&error),
        }
        context.request_repaint();
    }

    /// Whether what is there is shown.
    pub(super) fn is_usable(&mut self) -> bool {
        match &mut self.stands {
            Stands::Welcome(_) | Stands::AtRest(_) => true,
            Stands::Open(shell, _) => shell.is_usable(),
        }
    }

    /// Saves what is half typed. To be called before the window is gone.
    pub(super) fn close(&mut self) {
        if let Stands::Open(shell, _) = &mut self.stands {
            shell.close();
        }
    }
}

/// The shell over a replica.
fn opened(
    path: &Path,
    (settings, page): (Settings, Option<Page>),
    context: &Context,
) -> Result<Shell, ReplicaError> {
    let context = context.clone();
    let session = Session::open(path, settings.offline, move || context.request_repaint())?;
    Ok(Shell::new(session, settings, page))
}

impl Beginning {
    /// Draws a frame. Answers what stands there next, once there is a replica.
    fn show(&mut self, ui: &mut Ui) -> Option<Stands> {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        let next = self.arrived(&context);
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let language = &mut self.settings.language;
        let wanted =
            CentralPanel::default().frame(frame).show(ui, |ui| self.welcome.show(ui, language)).inner;
        if let Some(begin) = wanted {
            self.begin(begin, &context);
        }
        next
    }

    /// Does what is wanted, on a thread of its own: the relay may be slow, and a workspace large.
    fn begin(&mut self, begin: Begin, context: &Context) {
        let (told, hears) = channel();
        let (home, context) = (self.home.clone(), context.clone());
        let work = move || {
            // Where nobody listens any more the window is gone.
            let _ = told.send(carry_out(begin, &home));
            context.request_repaint();
        };
        match std::thread::Builder::new().name("begin".to_owned()).spawn(work) {
            Ok(_) => {
                self.welcome.begin();
                self.under_way = Some(hears);
            }
            Err(error) => self.welcome.failed(error.to_string()),
        }
    }

    /// What stands over what was made or opened meanwhile.
    fn arrived(&mut self, context: &Context) -> Option<Stands> {
        let done = self.under_way.as_ref()?.try_recv().ok()?;
        self.under_way = None;
        match done.and_then(|path| self.over(path, context)) {
            Ok(next) => Some(next),
            Err(error) => {
                self.welcome.failed(explain::join_error(&error, self.settings.language));
                None
            }
        }
    }

    /// The shell over a replica; its passphrase's page, where it is locked. A file that was chosen is remembered.
    fn over(&self, path: PathBuf, context: &Context) -> Result<Stands, JoinError> {
        let chosen = (path != self.home.replica).then(|| path.clone());
        let settings = Settings { replica: chosen, ..self.settings.clone() };
        if is_locked(&self.home, &path) {
            let resting = Resting::locked((self.home.vault.clone(), &path), settings);
            return Ok(Stands::AtRest(Box::new(resting)));
        }
        let shell = opened(&path, (settings, None), context)?;
        Ok(Stands::Open(Box::new(shell), path))
    }
}

/// Makes, joins or opens. Answers which replica can be opened, or is locked.
fn carry_out(begin: Begin, home: &Home) -> Result<PathBuf, JoinError> {
    let path = match begin {
        Begin::Open(path) => {
            // Where it is only locked, the window asks for its passphrase.
            if !is_locked(home, &path) {
                drop(keys::open(&path)?);
            }
            path
        }
        Begin::Own { workspace, name } => {
            drop(join::found(home.site(), &workspace, &name)?);
            home.replica.clone()
        }
        Begin::Join { address, code, name } => {
            come_in(home, &Entry::read(&address, &code)?, &name)?;
            home.replica.clone()
        }
    };
    Ok(path)
}

fn come_in(home: &Home, entry: &Entry, name: &str) -> Result<(), JoinError> {
    let made = join::prepare(home.site(), entry, name)?;
    match join::first_sync(home.site(), made.replica) {
        // It is in, or may be: the window gets the rest, and says how that stands.
        Ok(_) | Err(JoinError::Broken(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What to say to somebody without a workspace who has no screen, either.
pub(super) fn no_workspace(language: Language) -> &'static str {
    const FIRST: samsyn_engine::schema::Caption = samsyn_engine::schema::Caption::new(
        "Du har ingen arbetsyta än: anslut med \"samsyn join ADRESS --name NAMN\" eller gör en egen med \"samsyn new ARBETSYTA --name NAMN\".",
        "You have no workspace yet: join one with \"samsyn join ADDRESS --name NAME\" or make your own with \"samsyn new WORKSPACE --name NAME\".",
    );
    FIRST.get(language)
}
