//! Comparing a replica with a relay that does not know its place in the log any more: one that was restored from a
//! backup, lost its data, or is another one.
//!
//! ```text
//!  ranges ⇄ ranges … ──▶ differences: record ─▶ the relay's heads
//!        ──▶ want the records of which we lack something ──▶ merged
//!        ──▶ what the relay lacks of the others waits in the outbox ──▶ follow the log
//! ```
//!
//! The relay answers as its log was at the welcome; our cursor is that place. From the beginning to the end of it the
//! file says that there is no cursor, so a connection that breaks on the way is followed by another comparison, which
//! finds what is left.
//!
//! Whoever answers something else each time would be compared with for ever. So a comparison ends where many rounds in a row
//! find nothing (each goes down to a thirty-second part of what differs), where there are far more rounds than differences, or
//! where more records are named that are not here than any workspace has.

use std::collections::{BTreeMap, VecDeque};

use super::SyncProblem;
use crate::document::Heads;
use crate::id::RecordId;
use crate::replica::Replica;
use crate::store::{Mended, is_of_a_record};
use crate::sync::compare::{self, Range};
use crate::sync::limits::{EMPTY_ROUNDS, KNOWN_CHANGES, MADE_UP_RECORDS, WANTED_RECORDS};
use crate::sync::{Cursor, Endless, SyncError, Wanted};

/// So many records are settled in one transaction: the file is not kept from others for longer.
const SETTLED_AT_ONCE: usize = 200;

/// A comparison with a relay under way.
#[derive(Debug)]
pub(super) struct Comparing {
    /// From where the log follows.
    cursor: Cursor,
    /// The records that had unsent changes as it began, with their heads. Those that do not differ are on the relay.
    unsent: BTreeMap<RecordId, Heads>,
    /// What is found.
    pub(super) differing: Differing,
}

/// What a comparison finds, with a relay or with another replica.
#[derive(Debug, Default)]
pub(super) struct Differing {
    /// The records that differ, with the other side's heads.
    differences: BTreeMap<RecordId, Heads>,
    /// Those of which we may lack something; none before the comparison has said all.
    wanted: Option<VecDeque<RecordId>>,
    rounds: Rounds,
}

/// How a comparison goes on.
#[derive(Debug, Default)]
struct Rounds {
    all: usize,
    /// Those after which no more differences were known than before, since there were more.
    empty: u32,
    /// How many records were known to differ.
    found: usize,
}

/// So many rounds a comparison may have, whatever it finds, and one more for each few differences: a message names thousands
/// of records, but few of those that many write at once.
const ROUNDS: usize = 64;
const DIFFERENCES_A_ROUND: usize = 4;

impl Rounds {
    /// One more, after which so many records are known to differ, and so many of them are not here.
    fn one_more(&mut self, found: usize, not_here: usize) -> Result<(), SyncError> {
        self.all += 1;
        self.empty = if found > self.found { 0 } else { self.empty + 1 };
        self.found = found;
        let too_many = self.all > ROUNDS + found / DIFFERENCES_A_ROUND || self.empty > EMPTY_ROUNDS;
        match too_many || not_here > MADE_UP_RECORDS {
            true => Err(SyncError::Endless(Endless::Comparison)),
            false => Ok(()),
        }
    }
}

impl Comparing {
    /// Begins, and says what to say first.
    pub(super) fn begin(
        replica: &mut Replica,
        cursor: Cursor,
    ) -> Result<(Comparing, Vec<Range>), SyncProblem> {
        let mut transaction = replica.store.transaction()?;
        transaction.begin_comparing()?;
        transaction.note_damage(&[])?;
        transaction.commit()?;
        let unsent = replica.store.unsent()?;
        let comparing = Comparing { cursor, unsent, differing: Differing::default() };
        Ok((comparing, Differing::first(replica)?))
    }

    /// All that we lacked has come: notes what the relay has, and with it what it lacks. Answers how many records
    /// differed.
    pub(super) fn settle(&mut self, replica: &mut Replica) -> Result<(usize, Vec<Mended>), SyncProblem> {
        let mut differences = std::mem::take(&mut self.differing).into_differences();
        let differing = differences.len();
        let mut theirs = std::mem::take(&mut self.unsent);
        theirs.append(&mut differences);
        let theirs: Vec<_> = theirs.into_iter().collect();
        let mut mended = Vec::new();
        let mut transaction = replica.store.transaction()?;
        transaction.note_damage(&[])?;
        // Twice: what a disk has put under a name that is none goes back as the record is mended that it belongs to.
        for _ in 0..2 {
            for record in transaction.damaged()? {
                mended.extend(transaction.end_mending(record)?);
            }
        }
        let damaged = transaction.damaged()?;
        transaction.commit()?;
        let theirs: Vec<_> = theirs.into_iter().filter(|(record, _)| !damaged.contains(record)).collect();
        for some in theirs.chunks(SETTLED_AT_ONCE) {
            let mut transaction = replica.store.transaction()?;
            for (record, heads) in some {
                transaction.logged_up_to(*record, heads)?;
            }
            transaction.commit()?;
        }
        let mut transaction = replica.store.transaction()?;
        transaction.end_comparing(&self.cursor)?;
        transaction.commit()?;
        Ok((differing, mended))
    }
}

impl Differing {
    /// What is said first.
    pub(super) fn first(replica: &Replica) -> Result<Vec<Range>, SyncProblem> {
        Ok(compare::begin(&replica.store)?)
    }

    /// The records that differ, with the other side's heads.
    pub(super) fn into_differences(self) -> BTreeMap<RecordId, Heads> {
        self.differences
    }

    /// Takes what the other side says. Answers what to say next; nothing when all is said.
    pub(super) fn take(
        &mut self,
        replica: &Replica,
        theirs: &[Range],
    ) -> Result<Option<Vec<Range>>, SyncProblem> {
        let more = compare::take(&replica.store, theirs, &mut self.differences)?;
        let found = self.differences.len();
        let here = usize::try_from(replica.store.count()?).unwrap_or(usize::MAX);
        self.rounds.one_more(found, found.saturating_sub(here))?;
        Ok(more)
    }

    /// The next records to ask for; none when all have been.
    pub(super) fn next_wanted(&mut self, replica: &Replica) -> Result<Vec<Wanted>, SyncProblem> {
        let differences = &self.differences;
        let wanted = self.wanted.get_or_insert_with(|| {
            let there = differences.iter().filter(|(_, heads)| !heads.is_empty());
            there.map(|(record, _)| *record).collect()
        });
        let mut next = Vec::new();
        while next.len() < WANTED_RECORDS {
            let Some(record) = wanted.pop_front() else { break };
            let document = match replica.store.document(record) {
                // What is whole of it is merged with what comes.
                Err(error) if is_of_a_record(&error) => None,
                document => document?,
            };
            let lacks = |theirs: &Heads| match &document {
                Some(document) => theirs.iter().any(|head| !document.has(head)),
                None => true,
            };
            if differences.get(&record).is_some_and(lacks) {
                let known = document.map(|document| document.sample(KNOWN_CHANGES)).unwrap_or_default();
                next.push(Wanted { record, known });
            }
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_that_finds_nothing_or_always_something_else_has_an_end() {
        let rounds = |found: fn(usize) -> usize| {
            let mut rounds = Rounds::default();
            (1..).find(|round| rounds.one_more(found(*round), 0).is_err()).unwrap_or(usize::MAX)
        };
        assert!(rounds(|_| 0) <= 40, "nothing");
        assert!(rounds(|round| round) <= 200, "one more each time");
        // An honest one finds thousands in each.
        let mut honest = Rounds::default();
        (1..200).for_each(|round| honest.one_more(round * 5_000, 0).unwrap());
        assert!(honest.one_more(1_000_000, MADE_UP_RECORDS + 1).is_err());
    }
}
