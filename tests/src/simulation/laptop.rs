//! A laptop: a replica on a file, a person's clock, and perhaps a link.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::identity::{DeviceKey, InvitationCode};
use samsyn_engine::replica::{Replica, ReplicaError, ReplicaSync, SyncProblem};
use samsyn_engine::store::StoreError;
use samsyn_engine::sync::VERSIONS;
use samsyn_server::InlineConnection;

use super::disk::{self, Image};
use super::link::Link;

/// A laptop.
#[derive(Debug)]
pub(super) struct Laptop {
    path: PathBuf,
    /// None for the moment in which it is off.
    replica: Option<Replica>,
    /// Its connection, where it has one.
    pub(super) link: Option<Link>,
    /// Seconds since 1970, as this laptop believes.
    clock: Arc<AtomicI64>,
    /// Its disk has no room.
    full: bool,
    /// The newest version of the protocol that its program speaks.
    speaks: u16,
    /// Its program is a later version: it writes fields and kinds that this one does not know.
    pub(super) is_newer: bool,
    /// The private key of its device, as it rests in a keyring; none in a workspace with a secret, and where it was lost.
    pub(super) key: Option<DeviceKey>,
    /// A key with which it comes in by an invitation, as long as the program runs that was told of it.
    entering: Option<(DeviceKey, InvitationCode)>,
    /// The relay did not let it in, or it has no key to come in with.
    pub(super) is_out: bool,
    /// How often its power went.
    pub(super) crashes: Rc<Cell<u64>>,
}

impl Laptop {
    /// A laptop with the replica at `path`.
    pub(super) fn new(path: &Path, believes: i64, key: Option<DeviceKey>) -> Laptop {
        let mut laptop = Laptop { key, ..Laptop::off(path, believes) };
        laptop.start();
        laptop
    }

    /// A laptop with a copy of a replica that nothing on it can tell from the original.
    pub(super) fn cloned(path: &Path, believes: i64, key: Option<DeviceKey>) -> Laptop {
        drop(Replica::open_unnoticed_copy(path).expect("a copy can be opened"));
        Laptop::new(path, believes, key)
    }

    fn off(path: &Path, believes: i64) -> Laptop {
        let clock = Arc::new(AtomicI64::new(believes));
        Laptop {
            path: path.to_owned(),
            replica: None,
            link: None,
            clock,
            full: false,
            speaks: VERSIONS.1,
            is_newer: false,
            key: None,
            entering: None,
            is_out: false,
            crashes: Rc::default(),
        }
    }

    fn start(&mut self) {
        let replica = Replica::open(&self.path).expect("what a crash leaves can be opened");
        let clock = Arc::clone(&self.clock);
        let replica = replica.with_clock(move || clock.load(Ordering::Relaxed));
        self.replica = Some(match &self.key {
            Some(key) => replica.with_key(key.clone()),
            None => replica,
        });
        (self.full, self.entering) = (false, None);
    }

    /// Somebody was given a code, and comes in with it and a new key.
    pub(super) fn enter(&mut self, code: InvitationCode) {
        self.restart();
        let key = DeviceKey::random();
        self.replica = self.replica.take().map(|replica| replica.entering(key.clone(), code.clone()));
        (self.entering, self.is_out) = (Some((key, code)), false);
    }

    /// Where the relay has let it in with a new key, that one is kept from now on.
    pub(super) fn keep_key(&mut self) {
        if self.entering.as_ref().is_some_and(|(key, _)| self.known_key_is(key)) {
            self.key = self.entering.take().map(|(key, _)| key);
        }
    }

    fn known_key_is(&self, key: &DeviceKey) -> bool {
        self.look().meta().expect("the store can be read").key == Some(key.public())
    }

    /// The code with which it would come in, if with one; and the key that it would come with, if it has it.
    pub(super) fn comes_with(&self) -> (Option<InvitationCode>, Option<&DeviceKey>) {
        if let Some((key, code)) = &self.entering {
            return (Some(code.clone()), Some(key));
        }
        let meta = self.look().meta().expect("the store can be read");
        (meta.invitation, self.key.as_ref().filter(|key| self.known_key_is(key)))
    }

    /// Its replica.
    pub(super) fn replica(&mut self) -> &mut Replica {
        self.replica.as_mut().expect("the laptop is on")
    }

    /// Its replica, to look at.
    pub(super) fn look(&self) -> &Replica {
        self.replica.as_ref().expect("the laptop is on")
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Time goes by, or somebody sets the clock.
    pub(super) fn turn_clock(&self, by: i64) {
        self.clock.fetch_add(by, Ordering::Relaxed);
    }

    /// Its disk fills up, or somebody makes room.
    pub(super) fn fill_disk(&mut self, full: bool) {
        self.look().store().simulate_full_disk(full).expect("the store can be read");
        self.full = full;
    }

    /// Whether its disk has no room.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Opens a connection. Without the device's key there is none.
    pub(super) fn connect(&mut self, there: InlineConnection, now: u64) {
        let versions = (VERSIONS.0, self.speaks);
        match ReplicaSync::speaking(versions, self.look(), Some(there.challenge()), now) {
            Ok(sync) => self.link = Some(Link::new(sync, there)),
            Err(SyncProblem::NoKey) => self.is_out = true,
            Err(error) => panic!("a laptop cannot connect: {error}"),
        }
    }

    /// Somebody installs another version of the program: an older or a newer one.
    pub(super) fn install(&mut self, speaks: u16, is_newer: bool) {
        self.restart();
        (self.speaks, self.is_newer) = (speaks, is_newer);
    }

    /// The program ends in good order and is started again.
    pub(super) fn restart(&mut self) {
        (self.link, self.replica) = (None, None);
        self.start();
    }

    /// The power goes while something is done to the replica. Answers what came of it, and whether all of it had reached
    /// the disk; nobody has heard of anything else.
    pub(super) fn crash_in<T>(
        &mut self,
        dice: &mut StdRng,
        work: impl FnOnce(&mut Replica) -> T,
    ) -> (T, bool) {
        let before = Image::of(&self.path);
        let done = work(self.replica());
        let (torn, whole) = before.torn(Image::of(&self.path), dice);
        (self.link, self.replica) = (None, None);
        torn.restore();
        self.start();
        self.crashes.set(self.crashes.get() + 1);
        (done, whole)
    }

    /// Nobody waits: it folds some history, or SQLite copies its log into the database. Sometimes the power goes while it
    /// does.
    pub(super) fn keep_house(&mut self, dice: &mut StdRng, crash: bool) {
        let (path, folds, full) = (self.path.clone(), dice.random_bool(0.5), self.full);
        let work = |replica: &mut Replica| match folds {
            true => match replica.fold(None, 5) {
                Err(ReplicaError::Store(StoreError::Full)) if full => {}
                folded => drop(folded.expect("history can be folded")),
            },
            false => disk::checkpoint(&path),
        };
        if crash {
            self.crash_in(dice, work);
        } else {
            work(self.replica());
        }
    }
}
