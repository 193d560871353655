//! The relay, on a file that can be torn and set back.

use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceId, Grant, InvitationCode, Managed, Management, RelayId, Roster, WorkspaceId, WorkspaceSecret,
};
use samsyn_engine::sync::{Epoch, Notice, VERSIONS};
use samsyn_server::log::{Log, Meta, SqliteLog, restoring};
use samsyn_server::{Folder, Folding, InlineConnection, InlineRelay};

use super::disk::{self, Image};

/// It folds history soon, and in steps that leave much for the next.
const EAGER: Folding = Folding { rest: 3, kept: 12, records: 2, entries: 5 };

/// The relay's machine.
#[derive(Debug)]
pub(super) struct Station {
    path: PathBuf,
    /// The list of what was erased, which no backup has.
    list: PathBuf,
    name: RelayId,
    /// What its clock says, in seconds since 1970.
    clock: i64,
    /// None for the moment in which it is down.
    relay: Option<InlineRelay>,
    /// What its operator saved some time ago.
    backup: Option<Image>,
    /// What its operator saved as the workspace was made.
    first: Image,
    /// How its log is made anew.
    meta: Meta,
    /// The newest version of the protocol that it speaks.
    speaks: u16,
}

impl Station {
    /// A relay with one empty workspace: with a secret, or with members of whom there are none yet.
    pub(super) fn new(
        folder: &Path,
        workspace: WorkspaceId,
        secret: Option<&WorkspaceSecret>,
        clock: i64,
    ) -> Station {
        let data = folder.join("relay");
        let folder = Folder::open_or_create(&data).expect("a folder can be made");
        let (name, secret_hash) = ("Simulated".to_owned(), secret.map(WorkspaceSecret::hash));
        let meta = Meta { workspace, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
        folder.create(&meta).expect("a log can be made");
        let path = folder.log(workspace);
        let mut station = Station {
            list: data.join("erased").join(workspace.to_string()),
            name: folder.relay_id().expect("a relay has a name"),
            clock,
            relay: None,
            backup: None,
            first: Image::of(&path),
            path,
            meta,
            speaks: VERSIONS.1,
        };
        station.start();
        station
    }

    fn start(&mut self) {
        let relay = InlineRelay::that_folds(&self.path, EAGER);
        let mut relay = relay.expect("what a crash leaves can be opened");
        relay.set_clock(self.clock);
        self.relay = Some(relay);
    }

    /// Its clock says this now.
    pub(super) fn set_clock(&mut self, clock: i64) {
        self.clock = clock;
        self.relay().set_clock(clock);
    }

    fn look(&self) -> &InlineRelay {
        self.relay.as_ref().expect("the relay is up")
    }

    /// The log, to look at.
    pub(super) fn log(&self) -> &dyn Log {
        self.look().log()
    }

    /// What a device may do.
    pub(super) fn grant(&self, device: DeviceId) -> Option<Grant> {
        self.look().grant(device).expect("who belongs can be read")
    }

    /// Who belongs.
    pub(super) fn roster(&mut self) -> Roster {
        match self.relay().manage(None, &Management::Roster).expect("who belongs can be read") {
            Managed::Roster { roster } => roster,
            other => panic!("the relay tells its operator {other:?}"),
        }
    }

    /// Whether somebody could come in with that code now.
    pub(super) fn is_open(&mut self, code: &InvitationCode) -> bool {
        let key = code.public(self.meta.workspace);
        self.roster().invitations.iter().any(|open| open.key == key)
    }

    /// What was erased.
    pub(super) fn erased(&self) -> Vec<(u64, RecordId)> {
        let erased = self.log().erased_after(0, usize::MAX >> 1).expect("the log can be read");
        erased.into_iter().map(|erased| (erased.number, erased.record)).collect()
    }

    /// The file of its log.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where all that it keeps lies.
    pub(super) fn data(&self) -> &Path {
        self.list.parent().and_then(Path::parent).expect("the list lies in the data folder")
    }

    /// Somebody sits at the relay and says who belongs.
    pub(super) fn manage(&mut self, management: &Management) -> Managed {
        self.relay().manage(None, management).expect("who belongs can be stored")
    }

    /// The power goes while somebody does that. What came of it nobody has heard.
    pub(super) fn crash_managing(&mut self, management: &Management, dice: &mut StdRng) {
        self.crash(dice, |station| drop(station.manage(management)));
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
        self.relay().handle_input(there, frame)
    }

    /// The next frame that it owes, in a batch of about so many bytes.
    pub(super) fn next(
        &mut self,
        there: &mut InlineConnection,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, Notice> {
        self.relay().poll_transmit(there, bytes)
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
        let (before, listed) = (Image::of(&self.path), self.listed());
        work(self);
        let erased = self.listed();
        // Of an erasure the list is durable first: before that, or with a part of a line, nothing has happened.
        if erased != listed && chance(dice, 0.4) {
            let same = listed.iter().zip(&erased).take_while(|(one, other)| one == other).count();
            let cut = dice.random_range(same..=erased.len());
            std::fs::write(&self.list, &erased[..cut]).expect("a file can be written");
            return self.put_back(&before);
        }
        let (torn, _) = before.torn(Image::of(&self.path), dice);
        self.put_back(&torn);
    }

    fn listed(&self) -> Vec<u8> {
        std::fs::read(&self.list).unwrap_or_default()
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

    /// Its disk is lost but for what was erased, and its operator has only what was saved as the workspace was made.
    pub(super) fn set_back_to_the_beginning(&mut self) {
        let first = self.first.clone();
        self.put_back(&first);
    }

    /// The saved file was put back with the command for it, which gives the log a new life.
    pub(super) fn bump_epoch(&mut self) {
        self.relay = None;
        restoring::prepare(&self.path, &self.path).expect("a log can be written");
        self.start();
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
        InlineConnection::speaking((VERSIONS.0, self.speaks)).at(self.name)
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
