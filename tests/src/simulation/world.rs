//! The world of one seed: who is in it, what happens, and what must be so in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use samsyn_engine::clock::standing_at;
use samsyn_engine::document::{ChangeHash, Document};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Credential, DeviceKey, InvitationCode, WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{Edited, PeerAnswer, PeerCall, Replica, ReplicaError, SyncNews, SyncProblem};
use samsyn_engine::store::{NewReplica, StoreError, WayIn};
use samsyn_engine::sync::limits::BATCH_BYTES;
use samsyn_engine::sync::{ErrorCode, Notice, RelaySession, VERSIONS};

mod healing;
mod traffic;

use super::disk::Image;
use super::hostile::Hostile;
use super::laptop::Laptop;
use super::link::Link;
use super::station::{Station, chance};
use super::town::Town;
use super::{Tally, assert_projection_is_true, assert_same, person};

/// When it begins: a Tuesday in November 2026.
pub(super) const BEGINNING: i64 = 1_795_500_000;
/// More laptops than this do not come about by copying.
pub(super) const MOST_LAPTOPS: usize = 6;

/// What somebody needs to join.
pub(super) struct Invitation {
    pub(super) workspace: WorkspaceId,
    secret: WorkspaceSecret,
}

impl Invitation {
    /// Why the relay lets somebody in who knows the workspace's secret.
    pub(super) fn credential(&self) -> Credential {
        self.secret.credential()
    }

    /// A laptop with a new replica: with the workspace's secret, or in one with members with the code that somebody was given.
    pub(super) fn laptop(
        &self,
        folder: &Path,
        number: usize,
        clock: i64,
        code: Option<InvitationCode>,
    ) -> Laptop {
        let path = folder.join(format!("{number}.samsyn"));
        let key = code.as_ref().map(|_| DeviceKey::random());
        let way = match (code, &key) {
            (Some(code), Some(key)) => WayIn::Invited { key: key.public(), code },
            _ => self.secret.clone().into(),
        };
        let relay = Some(("ws://relay".to_owned(), way));
        let new = NewReplica { workspace: self.workspace, workspace_name: "Simulated".to_owned(), relay };
        let create = || Replica::create(&path, &new, &format!("Person {number}"));
        drop(standing_at(clock, create).expect("a replica can be made"));
        Laptop::new(&path, clock, key)
    }
}

/// That somebody was told that an edit is safe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    pub(super) record: RecordId,
    /// On which laptop.
    pub(super) who: usize,
}

pub(super) struct World {
    pub(super) dice: StdRng,
    pub(super) folder: PathBuf,
    pub(super) invitation: Invitation,
    pub(super) laptops: Vec<Laptop>,
    pub(super) station: Station,
    /// Who belongs, where the workspace has members.
    pub(super) town: Option<Town>,
    /// A member whose program is not ours, in some seeds.
    pub(super) hostile: Option<Hostile>,
    /// Milliseconds since the beginning.
    pub(super) now: u64,
    /// What somebody was told is safe: the record's heads after each edit that reached a disk. By laptop and record, the
    /// heads of an edit stand for all before it.
    pub(super) promised: BTreeMap<ChangeHash, Promise>,
    /// The names that changes got which collided with those of another copy; perhaps not for long, where the power went.
    renamed: BTreeMap<ChangeHash, BTreeSet<ChangeHash>>,
    pub(super) tally: Tally,
    pub(super) calm: bool,
    /// The power goes more rarely: more comes to its end.
    is_gentle: bool,
    /// A laptop wants to begin its connection anew.
    again: bool,
}

impl World {
    /// Some laptops with fresh replicas, and a relay.
    pub(super) fn new(seed: u64, folder: &Path) -> World {
        let mut dice = StdRng::seed_from_u64(seed ^ 0x5eed);
        let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
        let has_members = seed % 2 == 1;
        let mut station = Station::new(folder, workspace, (!has_members).then_some(&secret), BEGINNING);
        let invitation = Invitation { workspace, secret };
        let count = dice.random_range(2..=4);
        let mut town = has_members.then(|| Town::new(&mut station, workspace, count, &mut dice));
        let mut codes = town.iter_mut().flat_map(Town::take_codes);
        // Clocks are wrong by up to a day.
        let mut clock = || BEGINNING + dice.random_range(-86_400..86_400);
        let mut laptops: Vec<Laptop> =
            (0..count).map(|number| invitation.laptop(folder, number, clock(), codes.next())).collect();
        drop(codes);
        laptops[0].is_newer = dice.random_bool(0.3);
        let is_gentle = dice.random_bool(0.5);
        World {
            dice,
            folder: folder.to_owned(),
            invitation,
            laptops,
            station,
            town,
            hostile: Hostile::of(seed),
            now: 0,
            promised: BTreeMap::new(),
            renamed: BTreeMap::new(),
            tally: Tally::default(),
            calm: false,
            is_gentle,
            again: false,
        }
    }

    /// What the run came to so far.
    pub(super) fn tally(&self) -> Tally {
        let crashes = self.laptops.iter().map(|laptop| laptop.crashes.get()).sum::<u64>();
        let histories = self.histories();
        Tally { milliseconds: self.now, crashes: self.tally.crashes + crashes, histories, ..self.tally }
    }

    /// A hash of what every laptop has: the heads of each record.
    fn histories(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for replica in self.laptops.iter().map(Laptop::look) {
            let mut records = replica.store().records().expect("the store can be read");
            records.sort_unstable();
            for record in records {
                let heads = replica.document(record).expect("a record that is listed is there").heads();
                (record, heads).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    /// Days of work, with all that goes wrong. Where there are members they go on after all have been in step once: what leaves a
    /// laptop has to have been there.
    pub(super) fn live(&mut self) {
        if self.town.is_none() {
            let steps = self.dice.random_range(60..260);
            return self.work(steps);
        }
        for _ in 0..2 {
            let steps = self.dice.random_range(40..200);
            self.work(steps);
            self.heal();
            self.check();
            self.calm = false;
        }
        let steps = self.dice.random_range(10..60);
        self.work(steps);
    }

    fn work(&mut self, steps: usize) {
        for _ in 0..steps {
            let milliseconds = self.dice.random_range(1..30_000);
            self.pass(milliseconds);
            self.is_pestered();
            let who = self.dice.random_range(0..self.laptops.len());
            let most = if self.town.is_some() { 145 } else { 110 };
            match self.dice.random_range(0..most) {
                0..30 => self.edit(who),
                30..36 => self.undo_nothing_and_look(who),
                36..50 if self.laptops[who].is_out => self.come_back(who),
                36..50 => self.connect(who),
                50..86 => self.carry(who),
                86..89 => self.fault(|world| world.laptops[who].link.take().is_some()),
                89..92 => self.fault(|world| {
                    let link = world.laptops[who].link.as_mut();
                    link.is_some_and(|link| link.spoil(&mut world.dice))
                }),
                92 => self.laptops[who].restart(),
                93 => self.fault(|world| {
                    world.laptops[who].turn_clock(world.dice.random_range(-100_000..100_000));
                    true
                }),
                94 => self.fault(|world| world.copy(who)),
                95 => self.station.save(),
                96 => self.fault(|world| {
                    let full = chance(&mut world.dice, 0.6);
                    world.laptops[who].fill_disk(full);
                    full
                }),
                97 => self.fault(|world| world.trouble_the_relay()),
                98 => self.fault(|world| world.install(who)),
                99 => self.fault(|world| world.join()),
                100..105 => self.keep_house(who),
                105..109 => self.meet(who),
                109 => self.fault(|world| {
                    world.cut_all();
                    true
                }),
                _ => self.belong(who),
            }
        }
    }

    /// Time goes by.
    fn pass(&mut self, milliseconds: u64) {
        let seconds = |milliseconds: u64| i64::try_from(milliseconds / 1_000).unwrap_or(0);
        self.now += milliseconds;
        if self.town.is_some() {
            self.station.set_clock(BEGINNING + seconds(self.now));
        }
    }

    /// Whether the power goes just now; in a gentle world more rarely.
    fn power_goes(&mut self, of: f64) -> bool {
        !self.calm && chance(&mut self.dice, if self.is_gentle { of / 6.0 } else { of })
    }

    fn fault(&mut self, what: impl FnOnce(&mut World) -> bool) {
        if what(self) {
            self.tally.faults += 1;
        }
    }

    pub(super) fn cut_all(&mut self) {
        self.laptops.iter_mut().for_each(|laptop| laptop.link = None);
    }

    /// Somebody edits, or makes a record. Sometimes the power goes while it is being written.
    pub(super) fn edit(&mut self, who: usize) {
        let records = self.laptops[who].look().store().records().expect("the store can be read");
        let crash = !self.calm && chance(&mut self.dice, 0.06);
        let (laptop, dice) = (&mut self.laptops[who], &mut self.dice);
        let full = laptop.is_full();
        let done = if laptop.is_newer && chance(dice, 0.4) {
            let write = newer_work(&records, dice);
            if crash { told(laptop.crash_in(dice, write)) } else { Some(write(laptop.replica())) }
        } else if records.is_empty() || chance(dice, 0.12) {
            let new = match &mut self.town {
                Some(town) => town.record(dice),
                None => person::record(dice),
            };
            let make = |replica: &mut Replica| replica.create_record(&new);
            if crash { told(laptop.crash_in(dice, make)) } else { Some(make(laptop.replica())) }
        } else {
            let id = records[dice.random_range(0..records.len())];
            let record = laptop.look().record(id).expect("a record that is listed is there");
            let gives = self.town.as_ref().filter(|_| dice.random_bool(0.1));
            let edit = match gives {
                Some(town) => person::give(&record, dice, &town.organisations),
                None => person::edit(&record, dice),
            };
            let Some(edit) = edit else { return };
            let write = |replica: &mut Replica| replica.edit(id, &[edit], None);
            if crash { told(laptop.crash_in(dice, write)) } else { Some(write(laptop.replica())) }
        };
        if let Some(done) = done {
            self.promise(who, done, full);
        }
    }

    /// Somebody was told that it is saved: from now on it must never be lost.
    fn promise(&mut self, who: usize, done: Result<Edited, ReplicaError>, full: bool) {
        match done {
            Ok(edited) => {
                self.tally.edits += 1;
                self.tally.newer_edits += u64::from(self.laptops[who].is_newer);
                let document = self.laptops[who].look().document(edited.record).expect("it was just written");
                let promise = Promise { record: edited.record, who };
                self.promised.extend(document.heads().into_iter().map(|head| (head, promise)));
            }
            // What another has removed meanwhile, or what is too large, is refused in words.
            Err(ReplicaError::Edit(_) | ReplicaError::TooLarge { .. }) => {}
            // So is what the role does not allow.
            Err(ReplicaError::Forbidden(_)) if self.town.is_some() => {}
            Err(ReplicaError::Store(StoreError::Full)) if full => {}
            Err(error) => panic!("an edit failed: {error}"),
        }
    }

    fn undo_nothing_and_look(&mut self, who: usize) {
        let queue = self.laptops[who].look().review_queue().expect("the queue can be read");
        if let Some(entry) = queue.first() {
            let item = self.laptops[who].look().review(entry.row.id).expect("it can be reviewed");
            match self.laptops[who].replica().mark_reviewed(item.record, &item.heads) {
                Ok(()) => {}
                Err(ReplicaError::Store(StoreError::Full)) if self.laptops[who].is_full() => {}
                Err(error) => panic!("a mark could not be set: {error}"),
            }
        }
    }

    pub(super) fn connect(&mut self, who: usize) {
        if self.laptops[who].link.is_none() {
            self.laptops[who].connect(self.station.answer(), self.now);
        }
    }

    /// The relay is set back to an older copy, or loses all it has.
    fn trouble_the_relay(&mut self) -> bool {
        self.cut_all();
        let loses = chance(&mut self.dice, if self.town.is_some() { 0.1 } else { 0.25 });
        if self.town.is_some() {
            return self.set_the_town_back(loses);
        }
        if loses {
            self.station.lose_everything();
            return true;
        }
        self.station.set_back()
    }

    /// Somebody installs another version of the program, on a laptop or on the relay.
    fn install(&mut self, who: usize) -> bool {
        // Who does not speak the newest version knows of no members.
        let oldest = if self.town.is_some() { VERSIONS.1 } else { VERSIONS.0 };
        let speaks = self.dice.random_range(oldest..=VERSIONS.1);
        if chance(&mut self.dice, 0.5) {
            let is_newer = speaks == VERSIONS.1 && chance(&mut self.dice, 0.7);
            self.laptops[who].install(speaks, is_newer);
        } else {
            self.cut_all();
            self.station.install(speaks);
        }
        true
    }

    /// Somebody new joins, with an empty replica.
    fn join(&mut self) -> bool {
        if self.laptops.len() >= MOST_LAPTOPS {
            return false;
        }
        let number = self.laptops.len();
        let code = match &mut self.town {
            None => None,
            Some(town) => match town.code_for_somebody_new(&mut self.dice) {
                None => return false,
                code => code,
            },
        };
        let laptop = self.invitation.laptop(&self.folder, number, BEGINNING, code);
        self.laptops.push(laptop);
        true
    }

    /// Two people meet where there is no relay, and sync directly. Often they have to part before it is done.
    fn meet(&mut self, who: usize) {
        let whom = (who + self.dice.random_range(1..self.laptops.len())) % self.laptops.len();
        let most = self.dice.random_range(1..60);
        self.visit(who, whom, most);
    }

    /// One visits another, until both have the same or so many frames have gone by.
    pub(super) fn visit(&mut self, who: usize, whom: usize, most: usize) {
        let Ok([one, other]) = self.laptops.get_disjoint_mut([who, whom]) else { return };
        let mut call = match PeerCall::begin(one.look(), self.now) {
            Ok(call) => call,
            // Not everybody may: some have never been let in, and some roles sync by the relay only.
            Err(SyncProblem::NotDirectly | SyncProblem::NoRelay) if self.town.is_some() => return,
            Err(error) => panic!("a visit cannot begin: {error}"),
        };
        let mut answer = PeerAnswer::new();
        self.tally.visits += 1;
        for _ in 0..most {
            if call.is_done() {
                return;
            }
            let up = call.poll_transmit(one.look()).expect("a replica can be read");
            let (frame, hears) = match up {
                Some(frame) => (frame, true),
                None => match answer.poll_transmit(other.look()).expect("a replica can be read") {
                    Some(frame) => (frame, false),
                    None => continue,
                },
            };
            let crash = !self.calm && chance(&mut self.dice, 0.03);
            let listener = if hears { &mut *other } else { &mut *one };
            let mut hear = |replica: &mut Replica| match hears {
                true => answer.handle_input(replica, &frame),
                false => call.handle_input(replica, &frame, 0),
            };
            if crash {
                drop(listener.crash_in(&mut self.dice, hear));
                return;
            }
            match hear(listener.replica()) {
                // They know different secrets: one of them has not met the relay since somebody left.
                Ok(news) if news.iter().any(|news| matches!(news, SyncNews::Closed(_))) => return,
                Ok(_) => {}
                Err(SyncProblem::Replica(ReplicaError::Store(StoreError::Full))) if listener.is_full() => {
                    return;
                }
                Err(SyncProblem::NotDirectly | SyncProblem::NoRelay) if self.town.is_some() => return,
                Err(error) => panic!("two replicas cannot go on: {error}"),
            }
        }
    }

    /// Nobody is doing anything: the relay folds history, databases copy their logs into their files.
    fn keep_house(&mut self, who: usize) {
        let crash = chance(&mut self.dice, 0.3);
        if chance(&mut self.dice, 0.6) {
            if self.station.keep_house(&mut self.dice, crash) {
                self.tally.crashes += 1;
                self.cut_all();
            }
        } else {
            self.laptops[who].keep_house(&mut self.dice, crash);
        }
    }

    /// Somebody copies the file, with all that belongs to it, to another machine, and works on in both. Half of the time in
    /// a way that only the relay's log can notice.
    fn copy(&mut self, who: usize) -> bool {
        if self.laptops.len() >= MOST_LAPTOPS {
            return false;
        }
        let path = self.folder.join(format!("{}.samsyn", self.laptops.len()));
        Image::of(self.laptops[who].path()).copy_to(&path);
        // A cloned machine has the keyring of the other. Who copies a file alone has not, unless they copy that, too.
        let (clones, takes_key) = (chance(&mut self.dice, 0.5), self.town.is_some());
        let takes_key = takes_key && (clones || chance(&mut self.dice, 0.5));
        let key = self.laptops[who].key.clone().filter(|_| takes_key);
        if clones {
            self.laptops.push(Laptop::cloned(&path, BEGINNING, key));
            return true;
        }
        let copy = Laptop::new(&path, BEGINNING, key);
        let actor = |laptop: &Laptop| laptop.look().store().actor().expect("the store can be read");
        assert_ne!(actor(&self.laptops[who]), actor(&copy), "a copy writes as an actor of its own");
        self.laptops.push(copy);
        true
    }
}

type Work = Box<dyn FnOnce(&mut Replica) -> Result<Edited, ReplicaError>>;

/// Something that only a later version of the program can do.
fn newer_work(records: &[RecordId], dice: &mut StdRng) -> Work {
    if records.is_empty() || chance(dice, 0.2) {
        let kind = person::NEWER_KINDS[dice.random_range(0..person::NEWER_KINDS.len())];
        return Box::new(move |replica| replica.create_as_newer(kind));
    }
    let (id, edit) = (records[dice.random_range(0..records.len())], person::newer_edit(dice));
    Box::new(move |replica| replica.edit_as_newer(id, &edit))
}

/// What a person heard of what was done while the power went.
pub(super) fn told<T>((done, whole): (T, bool)) -> Option<T> {
    whole.then_some(done)
}
