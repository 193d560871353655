//! How far somebody has come with what was erased: a place that can be checked, as a cursor is one in the log.
//!
//! ```text
//!  hello: number, hash ──▶ does the relay's own list have that hash at that number?
//!                            yes: it tells what comes behind           ──▶ goes on
//!                            no:  it tells all of it, and counts nothing ──▶ begins again at 1
//! ```
//!
//! A number alone says nothing: after a restore without the list of what was erased, or from a relay that lies, the same number
//! stands for another record. So the number goes with a hash over the records, and nobody has a place but by the records
//! that lead to it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{RollingHash, SyncError};
use crate::id::RecordId;

/// A place among a workspace's erasures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErasurePlace {
    /// How many there are up to here.
    pub number: u64,
    /// Of which records they were, in their order.
    pub hash: RollingHash,
}

impl ErasurePlace {
    /// The place behind the erasure of one more record.
    #[must_use]
    pub fn then(self, record: &RecordId) -> ErasurePlace {
        let digest =
            Sha256::new().chain_update(self.hash.as_bytes()).chain_update(record.as_bytes()).finalize();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        ErasurePlace { number: self.number.saturating_add(1), hash: RollingHash::from_bytes(hash) }
    }

    /// The one number that clients of versions 4 and 5 are told instead, which know no hash and say again what they heard: a part of
    /// the hash is in it, so that a number of another list is none of this one.
    pub fn marked(self) -> u64 {
        if self.number == 0 {
            return 0;
        }
        let [a, b, c, d, ..] = *self.hash.as_bytes();
        (self.number << 32) | u64::from(u32::from_be_bytes([a, b, c, d]))
    }

    /// The number in one that [`ErasurePlace::marked`] has made.
    pub fn in_marked(marked: u64) -> u64 {
        marked >> 32
    }
}

/// What a relay tells of what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasures {
    /// The records, in the order in which they were erased.
    pub records: Vec<RecordId>,
    /// The place behind the last of them.
    pub place: ErasurePlace,
    /// Whether that is counted from the beginning: the relay knew nothing of the place that it was told.
    pub anew: bool,
}

impl Erasures {
    /// One that is the first of all.
    pub fn first(record: RecordId) -> Erasures {
        Erasures { records: vec![record], place: ErasurePlace::default().then(&record), anew: false }
    }

    /// Reads what a relay tells to somebody who has come up to `ours`. They go on from there, or begin with the first: what has other
    /// numbers leads to no place, and none is believed.
    ///
    /// # Errors
    /// Where their numbers are not those that they have to have.
    pub fn read(ours: ErasurePlace, told: &[(u64, RecordId)]) -> Result<Erasures, SyncError> {
        let reads = |from: ErasurePlace| {
            told.iter().try_fold(from, |place, (number, record)| {
                let next = place.then(record);
                (*number == next.number || *number == next.marked()).then_some(next)
            })
        };
        let records = || told.iter().map(|(_, record)| *record).collect();
        if let Some(place) = reads(ours) {
            return Ok(Erasures { records: records(), place, anew: false });
        }
        let place =
            reads(ErasurePlace::default()).ok_or(SyncError::Order("erasures whose numbers lead nowhere"))?;
        Ok(Erasures { records: records(), place, anew: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    /// The place behind these records.
    fn behind(records: &[u8]) -> ErasurePlace {
        records.iter().fold(ErasurePlace::default(), |place, number| place.then(&record(*number)))
    }

    #[test]
    fn what_is_told_goes_on_or_begins_anew_and_leads_to_the_place_behind_its_records() {
        let first = Erasures::read(ErasurePlace::default(), &[(1, record(1)), (2, record(2))]).unwrap();
        assert_eq!((first.place, first.anew), (behind(&[1, 2]), false));
        let more = Erasures::read(first.place, &[(3, record(3))]).unwrap();
        assert_eq!((more.place, more.anew), (behind(&[1, 2, 3]), false));
        let anew = Erasures::read(more.place, &[(1, record(9))]).unwrap();
        assert_eq!((anew.place, anew.anew), (behind(&[9]), true));
        let nothing = Erasures::read(more.place, &[]).unwrap();
        assert_eq!((nothing.place, nothing.anew, nothing.records.len()), (more.place, false, 0));
    }

    #[test]
    fn a_number_to_which_no_records_lead_is_not_believed() {
        let ours = behind(&[1, 2]);
        for told in [
            vec![(u64::MAX, record(3))],
            vec![(i64::MAX as u64, record(3))],
            vec![(0, record(3))],
            vec![(2, record(3))],
            vec![(4, record(3))],
            vec![(3, record(3)), (5, record(4))],
            vec![(3, record(3)), (3, record(4))],
            vec![(1, record(3)), (3, record(4))],
            // A marked number of other records.
            vec![(behind(&[1, 2, 4]).marked(), record(3))],
        ] {
            assert!(Erasures::read(ours, &told).is_err(), "{told:?}");
        }
    }

    #[test]
    fn marked_numbers_rise_and_are_none_of_another_list() {
        let (one, two, other) = (behind(&[1]), behind(&[1, 2]), behind(&[2]));
        assert!(one.marked() < two.marked() && one.marked() != other.marked());
        assert_eq!((ErasurePlace::default().marked(), ErasurePlace::in_marked(two.marked())), (0, 2));
        let read = Erasures::read(one, &[(two.marked(), record(2))]).unwrap();
        assert_eq!((read.place, read.anew), (two, false));
        let read = Erasures::read(other, &[(one.marked(), record(1)), (two.marked(), record(2))]).unwrap();
        assert_eq!((read.place, read.anew), (two, true));
    }
}
