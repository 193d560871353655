//! The relay, on a file that can be torn and set back.

use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::sync::{Epoch, Notice, VERSIONS};
use samsyn_server::log::{Meta, SqliteLog};
use samsyn_server::{Folding, InlineConnection, InlineRelay};

use super::disk::{self, Image};

/// It folds history soon, and in steps that leave much for the next.
const EAGER: Folding = Folding { rest: 3, kept: 12, records: 2, entries: 5 };

/// The relay's machine.
#[derive(Debug)]
pub(super) struct Station {
    path: PathBuf,
    /// None for the moment in which it is down.
    relay: Option<InlineRelay>,
    /// What its operator saved some time ago.
    backup: Option<Image>,
    /// How its log is made anew.
    meta: Meta,
    /// The newest version of the protocol that it speaks.
    speaks: u16,
}

impl Station {
    /// A relay with one empty workspace.
    pub(super) fn new(folder: &Path, workspace: WorkspaceId, secret: &WorkspaceSecret) -> Station {
        let path = folder.join("log.sqlite");
        let (name, secret_hash) = ("Simulated".to_owned(), Some(secret.hash()));
        let meta = Meta { workspace, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
        SqliteLog::create(&path, &meta).expect("a log can be made");
        let mut station = Station { path, relay: None, backup: None, meta, speaks: VERSIONS.1 };
        station.start();
        station
    }

    fn start(&mut self) {
        let relay = InlineRelay::that_folds(&self.path, EAGER);
        self.relay = Some(relay.expect("what a crash leaves can be opened"));
    }

    fn relay(&mut self) -> &mut InlineRelay {
        self.relay.as_mut().expect("the relay is up")
    }

    /// Takes a frame and answers it.
    pub(super) fn receive(
        &mut self,
        there: &mut InlineConnection,
        frame: &[u8],
    ) -> Result<Vec<Vec<u8>>, Notice> {
        self.relay().receive(there, frame)
    }

    /// The next frame that it owes, in a batch of about so many bytes.
    pub(super) fn next(
        &mut self,
        there: &mut InlineConnection,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, Notice> {
        self.relay().next(there, bytes)
    }

    /// The power goes while a frame is being dealt with. What would have been answered is never sent.
    pub(super) fn crash_in(&mut self, there: &mut InlineConnection, frame: &[u8], dice: &mut StdRng) {
        self.crash(dice, |station| drop(station.receive(there, frame)));
    }

    /// Nobody pushes: it folds some history, or SQLite copies its log into the database. Sometimes the power goes while it
    /// does; answers whether it did.
    pub(super) fn keep_house(&mut self, dice: &mut StdRng, crash: bool) -> bool {
        let folds = chance(dice, 0.7);
        let work = |station: &mut Station| match folds {
            true => drop(station.relay().fold()),
            false => disk::checkpoint(&station.path),
        };
        if crash {
            self.crash(dice, work);
        } else {
            work(self);
        }
        crash
    }

    fn crash(&mut self, dice: &mut StdRng, work: impl FnOnce(&mut Station)) {
        let before = Image::of(&self.path);
        work(self);
        let (torn, _) = before.torn(Image::of(&self.path), dice);
        self.put_back(&torn);
    }

    /// Folds all history that it would ever fold.
    pub(super) fn fold_all(&mut self) {
        while self.relay().fold() {}
    }

    /// Its operator saves the file.
    pub(super) fn save(&mut self) {
        self.backup = Some(Image::of(&self.path));
    }

    /// Its operator brings the saved file back. Answers whether there was one.
    pub(super) fn set_back(&mut self) -> bool {
        let Some(backup) = self.backup.take() else { return false };
        self.put_back(&backup);
        true
    }

    /// Its disk is lost, and its operator begins with an empty log.
    pub(super) fn lose_everything(&mut self) {
        self.relay = None;
        self.meta.epoch = Epoch::random();
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
        SqliteLog::create(&self.path, &self.meta).expect("a log can be made");
        self.start();
    }

    /// Its operator installs another version of the program: an older or a newer one.
    pub(super) fn install(&mut self, speaks: u16) {
        self.speaks = speaks;
    }

    /// The relay's side of a new connection.
    pub(super) fn answer(&self) -> InlineConnection {
        InlineConnection::speaking((VERSIONS.0, self.speaks))
    }

    fn put_back(&mut self, image: &Image) {
        self.relay = None;
        image.restore();
        self.start();
    }
}

/// Whether something of this chance comes about.
pub(super) fn chance(dice: &mut StdRng, of: f64) -> bool {
    dice.random_bool(of)
}
