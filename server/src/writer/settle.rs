//! Which of the changes that were pushed for one record can be taken.
//!
//! Most of the time all of them, at once: one merge, one check of the merged record. Where that fails each push is
//! tried by itself, and where a push fails it is halved until the guilty change stands alone; so one bad change costs a
//! few merges and takes only those with it that build on it. A push has only so many merges to spend: whoever pushes
//! nothing but bad changes pays with their own, not with everybody's time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use samsyn_engine::document::{ChangeHash, ReceiveError, Received};
use samsyn_engine::identity::Forbidden;

use super::refusal::Refusal;

/// So many merges may fail for one push and record, where the record is not large.
pub(super) const MOST_FAILURES: usize = 32;

/// A change that passed the gate by itself. `C` is the gate's own form of it.
#[derive(Debug, Clone)]
pub(super) struct Admitted<C> {
    /// Its name.
    pub(super) hash: ChangeHash,
    /// Which push of the group it came with.
    pub(super) push: usize,
    /// What it builds on.
    pub(super) dependencies: Vec<ChangeHash>,
    /// The change.
    pub(super) change: C,
}

/// The document that changes are offered to.
pub(super) trait Record<C> {
    /// Whether it has that change.
    fn has(&self, change: &ChangeHash) -> bool;

    /// So many merges may fail for one push.
    fn failures(&self) -> usize {
        MOST_FAILURES
    }

    /// Merges changes that build on what it has and on each other, if the merged record fits its kind.
    fn receive(&mut self, changes: Vec<C>) -> Result<Received, NotTaken>;
}

/// Why changes were not taken together.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTaken {
    /// They do not fit the document.
    #[error(transparent)]
    Unfit(#[from] ReceiveError),
    /// Whoever pushed them may not write that.
    #[error("{why}")]
    Forbidden {
        /// Why not.
        why: Forbidden,
        /// Nor any part of it.
        all: bool,
    },
}

/// What became of the changes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Settled {
    /// Those that are in the document now, each behind what it builds on.
    pub(super) accepted: Vec<ChangeHash>,
    /// The others.
    pub(super) refused: Vec<(ChangeHash, Refusal)>,
}

/// Offers changes to a document, in the order of their pushes. None of them is in it yet.
pub(super) fn settle<C: Clone>(record: &mut impl Record<C>, changes: Vec<Admitted<C>>) -> Settled {
    let mut settled = Settled::default();
    let Err((mut changes, error)) = merge(record, changes, &mut settled) else { return settled };
    changes.sort_by_key(|change| change.push);
    let pushes: Vec<_> = changes.chunk_by(|one, other| one.push == other.push).collect();
    if let [only] = pushes.as_slice() {
        let mut failures = record.failures();
        halve(record, only.to_vec(), &error, &mut failures, &mut settled);
    } else {
        // The failure is nobody's yet.
        for push in pushes {
            let mut failures = record.failures();
            offer(record, push.to_vec(), &mut failures, &mut settled);
        }
    }
    settled
}

/// Merges what can be merged of a push.
fn offer<C: Clone>(
    record: &mut impl Record<C>,
    changes: Vec<Admitted<C>>,
    failures: &mut usize,
    settled: &mut Settled,
) {
    if *failures == 0 {
        settled.refuse(&changes, &Refusal::not_tried());
    } else if let Err((changes, error)) = merge(record, changes, settled) {
        halve(record, changes, &error, failures, settled);
    }
}

/// Changes of one push failed together: the one that did is refused, or both halves are tried.
fn halve<C: Clone>(
    record: &mut impl Record<C>,
    mut first: Vec<Admitted<C>>,
    error: &NotTaken,
    failures: &mut usize,
    settled: &mut Settled,
) {
    *failures -= 1;
    let hopeless = matches!(error, NotTaken::Forbidden { all: true, .. });
    if first.len() == 1 || hopeless {
        return settled.refuse(&first, &Refusal::from(error));
    }
    let second = first.split_off(first.len() / 2);
    offer(record, first, failures, settled);
    offer(record, second, failures, settled);
}

/// Merges changes at once. Where that fails nothing is changed and they come back, in causal order and without those
/// that build on what is nowhere.
fn merge<C: Clone>(
    record: &mut impl Record<C>,
    changes: Vec<Admitted<C>>,
    settled: &mut Settled,
) -> Result<(), (Vec<Admitted<C>>, NotTaken)> {
    let (ready, orphans) = in_causal_order(record, changes);
    settled.refuse(&orphans, &Refusal::missing_dependencies());
    if ready.is_empty() {
        return Ok(());
    }
    match record.receive(ready.iter().map(|admitted| admitted.change.clone()).collect()) {
        Ok(received) => {
            sort_out(record, &ready, &received, settled);
            Ok(())
        }
        Err(error) => Err((ready, error)),
    }
}

impl Settled {
    fn refuse<C>(&mut self, changes: &[Admitted<C>], refusal: &Refusal) {
        self.refused.extend(changes.iter().map(|change| (change.hash, refusal.clone())));
    }
}

/// What the document has now was accepted, whatever else it says.
fn sort_out<C>(record: &impl Record<C>, offered: &[Admitted<C>], received: &Received, settled: &mut Settled) {
    for Admitted { hash, .. } in offered {
        if record.has(hash) {
            settled.accepted.push(*hash);
        } else {
            let reason = received.rejected.iter().find(|(rejected, _)| rejected == hash);
            let refusal = reason.map_or_else(Refusal::missing_dependencies, |(_, error)| error.into());
            settled.refused.push((*hash, refusal));
        }
    }
}

/// The changes each behind what it builds on, otherwise as they came; and those that build on what is nowhere. However
/// they came: the time follows the number of changes and dependencies.
fn in_causal_order<C>(
    record: &impl Record<C>,
    changes: Vec<Admitted<C>>,
) -> (Vec<Admitted<C>>, Vec<Admitted<C>>) {
    let numbers: HashMap<_, _> =
        changes.iter().zip(0..).map(|(change, number)| (change.hash, number)).collect();
    let mut missing = vec![0_usize; changes.len()];
    let mut dependents = vec![Vec::new(); changes.len()];
    for (change, number) in changes.iter().zip(0_usize..) {
        for hash in change.dependencies.iter().filter(|hash| !record.has(hash)) {
            missing[number] += 1;
            // What is nowhere is waited for in vain.
            if let Some(dependency) = numbers.get(hash) {
                let dependency: usize = *dependency;
                dependents[dependency].push(number);
            }
        }
    }
    let mut next: BinaryHeap<_> =
        (0..changes.len()).filter(|number| missing[*number] == 0).map(Reverse).collect();
    let (mut changes, mut ready): (Vec<_>, _) = (changes.into_iter().map(Some).collect(), Vec::new());
    while let Some(Reverse(number)) = next.pop() {
        ready.extend(changes[number].take());
        for dependent in std::mem::take(&mut dependents[number]) {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                next.push(Reverse(dependent));
            }
        }
    }
    (ready, changes.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use samsyn_engine::document::DocumentError;
    use samsyn_engine::id::RecordId;
    use samsyn_engine::sync::ErrorCode;

    /// Has what it was given, but for the changes in `bad`, with which it fits nothing; counts the merges.
    #[derive(Default)]
    struct Fake {
        has: HashSet<ChangeHash>,
        bad: HashSet<u8>,
        merges: usize,
    }

    impl Record<u8> for Fake {
        fn has(&self, change: &ChangeHash) -> bool {
            self.has.contains(change)
        }

        fn receive(&mut self, changes: Vec<u8>) -> Result<Received, NotTaken> {
            self.merges += 1;
            if changes.iter().any(|change| self.bad.contains(change)) {
                let (record, reason) = (RecordId::from_bytes([0; 16]), "bad".to_owned());
                return Err(ReceiveError::from(DocumentError::Layout { record, reason }).into());
            }
            self.has.extend(changes.iter().map(|change| name(*change)));
            Ok(Received { changes: Vec::new(), rejected: Vec::new(), collided: Vec::new() })
        }
    }

    fn name(number: u8) -> ChangeHash {
        ChangeHash([number; 32])
    }

    fn change(number: u8, dependencies: &[u8]) -> Admitted<u8> {
        let dependencies = dependencies.iter().copied().map(name).collect();
        Admitted { hash: name(number), push: 0, dependencies, change: number }
    }

    fn chain(numbers: std::ops::RangeInclusive<u8>) -> Vec<Admitted<u8>> {
        numbers.map(|number| change(number, &[number - 1])).collect()
    }

    #[test]
    fn what_is_good_is_taken_with_one_merge_in_causal_order() {
        let mut fake = Fake { has: [name(0)].into(), ..Fake::default() };
        let mut changes = chain(1..=9);
        changes.reverse();
        let settled = settle(&mut fake, changes);
        assert_eq!(settled.accepted, (1..=9).map(name).collect::<Vec<_>>());
        assert_eq!((settled.refused, fake.merges), (Vec::new(), 1));
    }

    #[test]
    fn what_came_in_order_stays_as_it_came_and_what_waits_for_several_comes_behind_all() {
        let mut fake = Fake { has: [name(0)].into(), ..Fake::default() };
        let changes =
            vec![change(9, &[1, 2, 3]), change(3, &[]), change(1, &[0]), change(4, &[3]), change(2, &[1])];
        assert_eq!(settle(&mut fake, changes).accepted, [3, 1, 4, 2, 9].map(name));
    }

    #[test]
    fn one_bad_change_takes_only_its_dependents_with_it() {
        let mut fake = Fake { has: [name(0)].into(), bad: [5].into(), ..Fake::default() };
        let mut changes = chain(1..=8);
        changes.extend([change(20, &[0]), change(21, &[4, 20]), change(22, &[21, 6])]);
        let settled = settle(&mut fake, changes);
        assert_eq!(settled.accepted, [1, 2, 3, 4, 20, 21].map(name));
        let refused: Vec<_> = settled.refused.iter().map(|(hash, why)| (hash.0[0], why.code)).collect();
        let missing = ErrorCode::MissingDependencies;
        let expected = [(5, ErrorCode::Schema), (6, missing), (7, missing), (8, missing), (22, missing)];
        let mut sorted = refused.clone();
        sorted.sort_by_key(|(number, _)| *number);
        assert_eq!(sorted, expected);
        assert!(fake.merges <= 9, "{}", fake.merges);
    }

    #[test]
    fn a_bad_push_costs_the_others_one_merge_and_itself_no_more_than_a_push_may() {
        let mut fake = Fake { bad: (100..=255).collect(), ..Fake::default() };
        let good = (1..=50).map(|number| change(number, &[]));
        let bad = (100..=255).map(|number| Admitted { push: 1, ..change(number, &[]) });
        let later = (60..=70).map(|number| Admitted { push: 2, ..change(number, &[]) });
        let settled = settle(&mut fake, good.chain(bad).chain(later).collect());
        assert_eq!(settled.accepted, (1..=50).chain(60..=70).map(name).collect::<Vec<_>>());
        assert_eq!(settled.refused.len(), 156);
        assert!(settled.refused.iter().all(|(_, why)| why.code == ErrorCode::Schema));
        assert_eq!(fake.merges, 1 + MOST_FAILURES + 2);
    }

    /// Somebody's push into a record that they may not write at all is refused with just that reason, at the cost of one merge.
    #[test]
    fn what_is_forbidden_as_a_whole_is_refused_as_a_whole() {
        struct Closed(usize);
        impl Record<u8> for Closed {
            fn has(&self, _: &ChangeHash) -> bool {
                false
            }
            fn receive(&mut self, _: Vec<u8>) -> Result<Received, NotTaken> {
                self.0 += 1;
                let (role, kind) = (samsyn_engine::identity::Role::Reader, "plan".to_owned());
                Err(NotTaken::Forbidden { why: Forbidden::Kind { role, kind }, all: true })
            }
        }
        let mut closed = Closed(0);
        let changes = vec![change(1, &[]), change(2, &[1]), change(3, &[2])];
        let settled = settle(&mut closed, changes);
        assert!(settled.refused.iter().all(|(_, why)| why.code == ErrorCode::Forbidden));
        assert_eq!((settled.refused.len(), closed.0), (3, 1));
    }

    #[test]
    fn what_builds_on_nothing_known_is_refused_without_a_merge() {
        let mut fake = Fake::default();
        let settled = settle(&mut fake, chain(3..=5));
        assert_eq!((settled.accepted.len(), settled.refused.len(), fake.merges), (0, 3, 0));
    }
}
