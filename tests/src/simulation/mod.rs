//! Many laptops, one relay, and everything that goes wrong between and under them, out of one seed.
//!
//! ```text
//!   seed ──▶ dice ──▶ World ─┬─ Laptop × n   a real Replica on a real file, a clock that is wrong
//!                            ├─ Link × n     frames on their way, late, doubled, swapped, cut
//!                            ├─ Station      the relay's own writer, checks, members and log, on a real file
//!                            └─ Town         who belongs, as people know it: invitations, erasures (every second seed)
//!                      │
//!                      ├─ step, step, step …          whatever the dice say: work, meet, connect, crash, copy, …
//!                      ├─ heal: everybody back, everybody connected, until nothing more is said
//!                      └─ check: all the same, nothing lost, rows and search say what the documents say;
//!                                with members: each has what its role may read and nothing else, what was refused was kept,
//!                                what was erased is in no file, and whoever is out got nothing more
//! ```
//!
//! Nothing here has threads or sockets, time is a number, and ids and actors come from the seed too
//! (`samsyn_engine::random`), and the time of day (`samsyn_engine::clock`): a seed takes the same way again.
//!
//! Seeds with an odd number have a workspace with members, the others one with a secret. Every third has a member whose program is not ours
//! (`hostile`): it pushes what it likes, and after everything else has been checked everybody else goes on.
//!
//! A *crash* is what a file looks like when the power goes: `disk` says how that is made.

mod check;
mod disk;
mod hostile;
mod laptop;
mod link;
mod person;
mod station;
mod town;
mod world;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub use check::{assert_projection_is_true, assert_same, assert_same_in, projection};

use samsyn_engine::clock::standing_at;
use samsyn_engine::random::seeded;
use world::{BEGINNING, World};

/// What runs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs whose replicas all ended the same, with nothing lost.
    pub passed: u64,
    /// Runs that did not.
    pub failed: u64,
    /// Simulated milliseconds.
    pub milliseconds: u64,
    /// Edits that people made.
    pub edits: u64,
    /// Those of them that were made with a later version of the program than this one.
    pub newer_edits: u64,
    /// Links cut, frames lost, doubled or swapped, clocks set, files copied, relays set back.
    pub faults: u64,
    /// First syncs by whole records that ran to their end.
    pub first_syncs: u64,
    /// Comparisons that ran to their end.
    pub comparisons: u64,
    /// Copies that only the relay's log could tell apart.
    pub new_identities: u64,
    /// Visits of one laptop to another, without the relay.
    pub visits: u64,
    /// Moments at which the power went while something was being written.
    pub crashes: u64,
    /// Invitations, and of them those that somebody came in with.
    pub invitations: (u64, u64),
    /// Members that got another role.
    pub roles: u64,
    /// Devices and members that were let in no more.
    pub revocations: u64,
    /// Records of people that were erased.
    pub erasures: u64,
    /// Records that were taken away where a role may not read them any more.
    pub withdrawals: u64,
    /// Changes that the relay refused.
    pub refusals: u64,
    /// Changes that a hostile member pushed, and of them those that were taken.
    pub hostile: (u64, u64),
    /// A hash of all histories in the end, so that two runs of a seed can be told apart; of several seeds, of all.
    pub histories: u64,
}

impl Tally {
    /// Adds another run.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.milliseconds += other.milliseconds;
        self.edits += other.edits;
        self.newer_edits += other.newer_edits;
        self.faults += other.faults;
        self.first_syncs += other.first_syncs;
        self.comparisons += other.comparisons;
        self.new_identities += other.new_identities;
        self.visits += other.visits;
        self.crashes += other.crashes;
        self.invitations.0 += other.invitations.0;
        self.invitations.1 += other.invitations.1;
        self.roles += other.roles;
        self.revocations += other.revocations;
        self.erasures += other.erasures;
        self.withdrawals += other.withdrawals;
        self.refusals += other.refusals;
        self.hostile.0 += other.hostile.0;
        self.hostile.1 += other.hostile.1;
        self.histories ^= other.histories;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { edits, newer_edits, faults, crashes, first_syncs, comparisons, .. } = self;
        let (hours, (invited, joined)) = (self.milliseconds / 3_600_000, self.invitations);
        writeln!(
            f,
            "{hours} simulated hours, {edits} edits ({newer_edits} with a later version), {faults} faults, {crashes} crash points, \
             {first_syncs} first syncs, {comparisons} comparisons, {} visits, {} new identities",
            self.visits, self.new_identities
        )?;
        write!(
            f,
            "{invited} invitations ({joined} used), {} new roles, {} revocations, {} erasures, {} records taken away, \
             {} changes refused, {} pushed by hostile members ({} taken)",
            self.roles,
            self.revocations,
            self.erasures,
            self.withdrawals,
            self.refusals,
            self.hostile.0,
            self.hostile.1
        )
    }
}

/// Runs one seed below `folder`, which should be on a disk that is quick to sync.
///
/// # Errors
/// With what went wrong, and how to see it again.
pub fn run(seed: u64, folder: &Path) -> Result<Tally, String> {
    let live = || {
        let place = tempfile::tempdir_in(folder).expect("a folder can be made");
        let mut world = World::new(seed, place.path());
        world.live();
        world.heal();
        world.check();
        world.go_on();
        world.tally()
    };
    match catch_unwind(AssertUnwindSafe(|| standing_at(BEGINNING, || seeded(seed, live)))) {
        Ok(tally) => Ok(Tally { passed: 1, ..tally }),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
            Err(format!(
                "seed {seed}: {words}\n  again: cargo run --release -p samsyn-tests -- simulate --seeds 1 --from {seed}"
            ))
        }
    }
}

/// A folder that is quick to sync, where there is one: crashes are simulated, so nothing has to reach a real disk.
pub fn quick_folder() -> std::path::PathBuf {
    let memory = Path::new("/dev/shm");
    // It may be there and not be ours to write to.
    if tempfile::tempdir_in(memory).is_ok() { memory.to_owned() } else { std::env::temp_dir() }
}
