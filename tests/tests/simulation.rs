//! Some hundred seeds of the simulation with each run of the tests. `simulate` of this package's program runs more.
//!
//! A seed means something only as long as the simulation stays as it is: what a seed has found becomes a test of its own,
//! beside the code that was wrong.

use samsyn_tests::simulation::{Tally, quick_folder, run};

fn all(seeds: impl IntoIterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        match run(seed, &quick_folder()) {
            Ok(run) => tally.add(run),
            Err(words) => panic!("{words}"),
        }
    }
    tally
}

/// Seeds in turn of a workspace with a secret and of one with members.
#[test]
fn whatever_happens_all_end_the_same_and_nothing_is_lost() {
    let tally = all(100_000..100_090);
    assert!(tally.faults > 300 && tally.crashes > 100, "the weather was too fine: {tally:?}");
    let happened = [tally.invitations.1, tally.roles, tally.revocations, tally.erasures, tally.refusals];
    assert!(happened.iter().all(|count| *count > 10), "too little came about in the town: {tally:?}");
    assert!(tally.withdrawals > 0, "nothing was taken from anybody: {tally:?}");
    let (pushed, taken) = tally.hostile;
    assert!(taken > 50 && pushed - taken > 50, "nobody was hostile enough: {tally:?}");
}

#[test]
fn a_seed_takes_the_same_way_again() {
    // With members and with a secret, and both of them with somebody hostile.
    for seed in [7, 8, 9, 12] {
        assert_eq!(run(seed, &quick_folder()), run(seed, &quick_folder()));
    }
}
