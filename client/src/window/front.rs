//! What stands in the window: the welcome of whoever has no workspace yet, a locked workspace's passphrase, or the shell over a
//! replica.
//!
//! ```text
//!  Opening ──opened──────────────────────────────────────────────┐  (only where that takes its time)
//!                                                                ▼
//!  Welcome ──Begin──▶ a thread: join, make or open ──path──▶ Session ──▶ Shell ──lock──▶ AtRest
//!     ▲────────────────── why not ◀──┘                          ▲                          │
//!                                                               └──unlocked── a thread ◀───┘
//! ```

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use eframe::egui::{CentralPanel, Context, Frame, Ui};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::{Caption, Language};

use super::is_locked;
use super::resting::Resting;
use super::scale;
use super::shell::{Shell, mode};
use crate::belonging::backup::{BackingUpError, put_back};
use crate::belonging::join::{self, Entry, JoinError, Site};
use crate::explain;
use crate::keys::{Encryption, Vault};
use crate::pages::{Begin, Page, Welcome, opening};
use crate::state::{FirstPage, Session, Settings, renewing};
use crate::widgets::theme;
use crate::widgets::tokens::Tokens;

/// Where things are kept on this computer.
#[derive(Debug, Clone)]
pub struct Home {
    /// Where the replica is made that somebody begins with.
    pub replica: PathBuf,
    /// Where keys are kept.
    pub vault: Vault,
}

impl Home {
    fn site(&self) -> Site<'_> {
        Site { replica: &self.replica, vault: &self.vault, encryption: Encryption::default() }
    }
}

/// Everything in the window.
pub struct Front {
    pub(super) home: Home,
    stands: Stands,
}

/// What stands in it now.
enum Stands {
    /// Nobody has a workspace yet.
    Welcome(Box<Beginning>),
    /// A replica is locked, or is being locked.
    AtRest(Box<Resting>),
    /// A replica takes its time to open.
    Opening(Box<Opening>),
    /// A replica is open, this one.
    Open(Box<Shell>, PathBuf),
}

/// A replica that is being looked at by a thread of its own: whether it can be opened, and what has to be made anew in it is.
pub(super) struct LookedAt {
    path: PathBuf,
    hears: Receiver<Result<(), ReplicaError>>,
}

impl LookedAt {
    fn begin(path: &Path) -> std::io::Result<LookedAt> {
        let (told, hears) = channel();
        let whose = path.to_owned();
        let work = move || {
            // Where nobody listens any more the window is gone.
            let _ = told.send(crate::keys::open_or_read(&whose).map(drop));
            renewing::wake();
        };
        std::thread::Builder::new().name("look".to_owned()).spawn(work)?;
        Ok(LookedAt { path: path.to_owned(), hears })
    }

    /// One of which somebody else tells.
    #[cfg(test)]
    pub(super) fn of(path: &Path, hears: Receiver<Result<(), ReplicaError>>) -> LookedAt {
        LookedAt { path: path.to_owned(), hears }
    }

    /// Waits for its end.
    pub(super) fn wait(self) -> Result<(), ReplicaError> {
        self.hears.recv().unwrap_or(Ok(()))
    }
}

/// Looks whether a replica can be opened. Answers with what goes on, where that takes its time.
pub(super) fn look_at(path: &Path) -> Result<Option<LookedAt>, ReplicaError> {
    let looked_at = match LookedAt::begin(path) {
        Ok(looked_at) => looked_at,
        // Without a thread it is waited for.
        Err(_) => return crate::keys::open_or_read(path).map(|_| None),
    };
    match looked_at.hears.recv_timeout(super::AT_ONCE) {
        Ok(opened) => opened.map(|()| None),
        Err(_) => Ok(Some(looked_at)),
    }
}

/// What is waited for.
struct Opening {
    home: Home,
    looked_at: LookedAt,
    settings: Settings,
    page: Option<Page>,
}

/// Somebody who has no workspace yet.
pub(super) struct Beginning {
    home: Home,
    settings: Settings,
    welcome: Welcome,
    /// What is under way: the replica that is there now, or why there is none.
    under_way: Option<Receiver<Result<Begun, NotBegun>>>,
}

/// Why there is still no replica.
#[derive(Debug, thiserror::Error)]
enum NotBegun {
    #[error(transparent)]
    Join(#[from] JoinError),
    #[error(transparent)]
    PutBack(#[from] BackingUpError),
}

impl NotBegun {
    fn words(&self, language: Language) -> String {
        match self {
            NotBegun::Join(error) => explain::join_error(error, language),
            NotBegun::PutBack(error) => explain::backing_up_error(error, language),
        }
    }
}

/// A replica that was made, joined, found or put back.
struct Begun {
    path: PathBuf,
    /// The session over it; none where it is locked.
    session: Option<Session>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("home", &self.home).finish_non_exhaustive()
    }
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
        let session = session(path, settings.offline, context)?;
        let shell = Shell::new(session, settings, page).keeping_keys_in(home.vault.clone());
        Ok(Front { home, stands: Stands::Open(Box::new(shell), path.to_owned()) })
    }

    /// In front of a replica that takes its time to open, and is shown at a page then.
    pub(super) fn opening(
        (home, looked_at): (Home, LookedAt),
        (settings, page): (Settings, Option<Page>),
    ) -> Front {
        let opening = Opening { home: home.clone(), looked_at, settings, page };
        Front { home, stands: Stands::Opening(Box::new(opening)) }
    }

    /// Over the replica of a home, at its first list.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(home: Home, settings: Settings, context: &Context) -> Result<Front, ReplicaError> {
        let path = home.replica.clone();
        Front::over((home, &path), (settings, None), context)
    }

    /// For somebody who has no workspace yet.
    pub fn welcome(home: Home, settings: Settings) -> Front {
        let welcome = Welcome::new(&home.replica, &settings.first_page);
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
    pub fn locked((home, path): (Home, &Path), settings: Settings) -> Front {
        let resting = Resting::locked((home.vault.clone(), path), settings);
        Front { home, stands: Stands::AtRest(Box::new(resting)) }
    }

    /// What the person has chosen.
    pub(super) fn settings(&self) -> &Settings {
        match &self.stands {
            Stands::Welcome(beginning) => &beginning.settings,
            Stands::AtRest(resting) => resting.settings(),
            Stands::Opening(opening) => &opening.settings,
            Stands::Open(shell, _) => shell.settings(),
        }
    }

    /// Draws a frame and does what was asked for in it.
    pub fn show(&mut self, ui: &mut Ui) {
        let context = ui.ctx().clone();
        match &mut self.stands {
            Stands::Welcome(beginning) => {
                if let Some(stands) = beginning.show(ui) {
                    self.stands = stands;
                    context.request_repaint();
                }
            }
            Stands::AtRest(resting) => {
                if let Some(session) = resting.show(ui) {
                    let (settings, path) = (resting.settings().clone(), resting.path().to_owned());
                    let shell = Shell::new(session, settings, None).keeping_keys_in(self.home.vault.clone());
                    self.stands = Stands::Open(Box::new(shell), path);
                    context.request_repaint();
                }
            }
            Stands::Opening(opening) => {
                if let Some(front) = opening.show(ui) {
                    *self = front;
                    context.request_repaint();
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

    /// Whether what is there is shown.
    pub(super) fn is_usable(&mut self) -> bool {
        match &mut self.stands {
            Stands::Welcome(_) | Stands::AtRest(_) => true,
            Stands::Opening(_) => false,
            Stands::Open(shell, _) => shell.is_usable(),
        }
    }

    /// Whether closing the window now would lose what somebody has typed, and they have not been told so yet.
    pub(super) fn refuses_to_close(&mut self) -> bool {
        match &mut self.stands {
            Stands::Open(shell, _) => shell.refuses_to_close(),
            _ => false,
        }
    }

    /// Saves what is half typed. To be called before the window is gone.
    pub fn close(&mut self) {
        if let Stands::Open(shell, _) = &mut self.stands {
            shell.close();
        }
    }
}

/// The session over a replica, which wakes the window.
pub(super) fn session(path: &Path, offline: bool, context: &Context) -> Result<Session, ReplicaError> {
    let context = context.clone();
    Session::open(path, offline, move || context.request_repaint())
}

impl Opening {
    /// Draws a frame. Answers what stands there next, once it is open or cannot be.
    fn show(&mut self, ui: &mut Ui) -> Option<Front> {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        scale::follow(&context, &mut self.settings);
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let (path, language) = (&self.looked_at.path, self.settings.language);
        CentralPanel::default().frame(frame).show(ui, |ui| opening::show(ui, path, language));
        let opened = match self.looked_at.hears.try_recv() {
            Ok(opened) => opened,
            Err(TryRecvError::Empty) => return None,
            // It panicked, which was said: then opening it says what is wrong, or works.
            Err(TryRecvError::Disconnected) => Ok(()),
        };
        let (home, settings) = (self.home.clone(), self.settings.clone());
        let over = (home.clone(), path.as_path());
        let front = opened.and_then(|()| Front::over(over, (settings.clone(), self.page), &context));
        Some(front.unwrap_or_else(|error| Front::not_opened((home, settings), &error)))
    }
}

impl Beginning {
    /// Draws a frame. Answers what stands there next, once there is a replica.
    fn show(&mut self, ui: &mut Ui) -> Option<Stands> {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        scale::follow(&context, &mut self.settings);
        let next = self.arrived();
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let language = &mut self.settings.language;
        let wanted =
            CentralPanel::default().frame(frame).show(ui, |ui| self.welcome.show(ui, language)).inner;
        self.settings.first_page = self.welcome.typed();
        if let Some(begin) = wanted {
            self.begin(begin, &context);
        }
        next
    }

    /// Does what is wanted, on a thread of its own: the relay may be slow, and a workspace large.
    fn begin(&mut self, begin: Begin, context: &Context) {
        let (told, hears) = channel();
        let (home, offline, context) = (self.home.clone(), self.settings.offline, context.clone());
        let work = move || {
            let begun =
                carry_out(begin, &home).and_then(|path| Ok(Begun::open(&home, path, offline, &context)?));
            // Where nobody listens any more the window is gone.
            let _ = told.send(begun);
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
    fn arrived(&mut self) -> Option<Stands> {
        let done = self.under_way.as_ref()?.try_recv().ok()?;
        self.under_way = None;
        match done {
            Ok(begun) => Some(self.over(begun)),
            Err(error) => {
                self.welcome.failed(error.words(self.settings.language));
                None
            }
        }
    }

    /// The shell over a replica; its passphrase's page, where it is locked. A file that was chosen is remembered.
    fn over(&self, Begun { path, session }: Begun) -> Stands {
        let chosen = (path != self.home.replica).then(|| path.clone());
        let settings =
            Settings { replica: chosen, first_page: FirstPage::default(), ..self.settings.clone() };
        match session {
            Some(session) => {
                let shell = Shell::new(session, settings, None).keeping_keys_in(self.home.vault.clone());
                Stands::Open(Box::new(shell), path)
            }
            None => Stands::AtRest(Box::new(Resting::locked((self.home.vault.clone(), &path), settings))),
        }
    }
}

impl Begun {
    /// Opens it, where it is not locked: then the window asks for its passphrase.
    fn open(home: &Home, path: PathBuf, offline: bool, context: &Context) -> Result<Begun, JoinError> {
        let session = if is_locked(home, &path) { None } else { Some(session(&path, offline, context)?) };
        Ok(Begun { path, session })
    }
}

/// Makes, joins or opens. Answers which replica is to be opened.
fn carry_out(begin: Begin, home: &Home) -> Result<PathBuf, NotBegun> {
    let path = match begin {
        Begin::Open(path) => path,
        Begin::Restore { backup, passphrase } => {
            drop(put_back(&home.vault, &backup, &home.replica, Some(&passphrase))?);
            home.replica.clone()
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
pub(super) const NO_WORKSPACE: Caption = Caption::new(
    "Du har ingen arbetsyta än: anslut med \"samsyn join ADRESS --name NAMN\" eller gör en egen med \"samsyn new ARBETSYTA --name NAMN\".",
    "You have no workspace yet: join one with \"samsyn join ADDRESS --name NAME\" or make your own with \"samsyn new WORKSPACE --name NAME\".",
);
