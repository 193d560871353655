//! What stands in the window: the welcome of whoever has no workspace yet, or the shell over a replica.
//!
//! ```text
//!  Welcome ──Begin──▶ a thread: join, make or open ──path──▶ Session ──▶ Shell
//!     ▲────────────────── why not ◀──┘
//! ```

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use eframe::egui::{CentralPanel, Context, Frame, Ui};
use samsyn_engine::schema::Language;

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
pub(super) enum Front {
    /// Nobody has a workspace yet.
    Welcome(Box<Beginning>),
    /// A replica is open.
    Open(Box<Shell>),
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
    /// Over a replica.
    pub(super) fn over(session: Session, settings: Settings, page: Option<Page>) -> Front {
        Front::Open(Box::new(Shell::new(session, settings, page)))
    }

    /// For somebody who has no workspace yet.
    pub(super) fn welcome(home: Home, settings: Settings) -> Front {
        let welcome = Welcome::new(&home.replica);
        Front::Welcome(Box::new(Beginning { home, settings, welcome, under_way: None }))
    }

    /// What the person has chosen.
    pub(super) fn settings(&self) -> &Settings {
        match self {
            Front::Welcome(beginning) => &beginning.settings,
            Front::Open(shell) => shell.settings(),
        }
    }

    /// Draws a frame and does what was asked for in it.
    pub(super) fn show(&mut self, ui: &mut Ui) {
        match self {
            Front::Open(shell) => shell.show(ui),
            Front::Welcome(beginning) => {
                if let Some(shell) = beginning.show(ui) {
                    *self = Front::Open(Box::new(shell));
                    ui.ctx().request_repaint();
                }
            }
        }
    }

    /// Whether what is there is shown.
    pub(super) fn is_usable(&mut self) -> bool {
        match self {
            Front::Welcome(_) => true,
            Front::Open(shell) => shell.is_usable(),
        }
    }

    /// Saves what is half typed. To be called before the window is gone.
    pub(super) fn close(&mut self) {
        if let Front::Open(shell) = self {
            shell.close();
        }
    }
}

impl Beginning {
    /// Draws a frame. Answers the shell once there is a replica.
    fn show(&mut self, ui: &mut Ui) -> Option<Shell> {
        let context = ui.ctx().clone();
        theme::set(&context, mode(self.settings.theme));
        let shell = self.arrived(&context);
        let frame = Frame::new().fill(Tokens::of(ui).surface);
        let language = &mut self.settings.language;
        let wanted =
            CentralPanel::default().frame(frame).show(ui, |ui| self.welcome.show(ui, language)).inner;
        if let Some(begin) = wanted {
            self.begin(begin, &context);
        }
        shell
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

    /// The shell over what was made or opened meanwhile.
    fn arrived(&mut self, context: &Context) -> Option<Shell> {
        let done = self.under_way.as_ref()?.try_recv().ok()?;
        self.under_way = None;
        let language = self.settings.language;
        let context = context.clone();
        let opened = done.and_then(|path| {
            let session = Session::open(&path, self.settings.offline, move || context.request_repaint())?;
            Ok((path, session))
        });
        match opened {
            Ok((path, session)) => {
                let chosen = (path != self.home.replica).then_some(path);
                let settings = Settings { replica: chosen, ..self.settings.clone() };
                Some(Shell::new(session, settings, None))
            }
            Err(error) => {
                self.welcome.failed(explain::join_error(&error, language));
                None
            }
        }
    }
}

/// Makes, joins or opens. Answers which replica can be opened.
fn carry_out(begin: Begin, home: &Home) -> Result<PathBuf, JoinError> {
    let path = match begin {
        Begin::Open(path) => {
            drop(keys::open(&path)?);
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
