//! Finding out how two sets of records differ, when no cursor says it: range-based set reconciliation over
//! (record, heads).
//!
//! ```text
//!  client                                               relay (or another client)
//!    │ ── all my records have fingerprint 5f… ─────────▶  │  mine have another: in 32 parts they have
//!    │ ◀── same, same, 81…, same, 07…, … ─────────────── │   these fingerprints
//!    │ ── in the third part: 1c…, 9a…, … ──────────────▶  │
//!    │ ◀── there I hold: a at {x}, b at {y, z} ────────── │   few enough to name them
//!    ▼
//!  the records whose heads differ, with theirs
//! ```
//!
//! Rounds follow the logarithm of the number of records, bytes follow the number of differences. The side that
//! answers keeps nothing between two messages. Both need only to walk their records in the order of their ids.
//!
//! Source: Aljoscha Meyer, "Range-Based Set Reconciliation", SRDS 2023, <https://arxiv.org/abs/2212.13567>. A
//! fingerprint here is SHA-256 over the range's items in order (the paper's are sums, to be kept in a tree): both sides
//! read ranges from a database anyway, and nobody can craft two sets with the same one.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use sha2::{Digest, Sha256};

use super::limits::{COMPARED_NAMES, COMPARED_RANGES};
use crate::id::RecordId;

/// A range with so many records or fewer is not divided, its records are named.
const FEW: usize = 16;

/// A range with more is divided into so many parts.
const PARTS: usize = 32;

/// So many records are read at once.
const PAGE: usize = 1_000;

/// A record that one side holds, as it holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Which.
    pub record: RecordId,
    /// Its heads, sorted.
    pub heads: Vec<ChangeHash>,
}

/// The first 16 bytes of SHA-256 over the records of a range, each with its heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 16]);

/// What one side says of the records behind the range before, up to and without `upper`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Where it ends; none in the last range of a message.
    pub upper: Option<RecordId>,
    /// What stands in it.
    pub held: Held,
}

/// What one side holds in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The same as the other side, or what was said of it is enough.
    Same,
    /// Records with this fingerprint.
    Fingerprint(Fingerprint),
    /// Just these records.
    Records(Vec<Holding>),
}

/// The records of one side, in the order of their ids.
pub trait Inventory {
    /// Why it could not be read.
    type Error;

    /// The first `most` records from `from` on and below `upper`.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn holdings(
        &self,
        from: Option<RecordId>,
        upper: Option<RecordId>,
        most: usize,
    ) -> Result<Vec<Holding>, Self::Error>;
}

/// What a comparison says first: one fingerprint over everything.
///
/// # Errors
/// Where the records cannot be read.
pub fn begin<I: Inventory>(mine: &I) -> Result<Vec<Range>, I::Error> {
    let everything = Span { from: None, upper: None };
    let summary = summarise(mine, everything)?;
    Ok(vec![Range { upper: None, held: Held::Fingerprint(summary.fingerprint) }])
}

/// The answer of the side that did not begin.
///
/// # Errors
/// Where the records cannot be read.
pub fn respond<I: Inventory>(mine: &I, theirs: &[Range]) -> Result<Vec<Range>, I::Error> {
    answer(mine, theirs, |answer, span, records| answer.name(mine, span, records))
}

/// The side that began takes an answer: it says more where that is needed, and notes the differences that it found.
/// Each stands with the heads that the other side has, none where it does not have the record. The comparison has ended
/// when there is nothing more to say.
///
/// # Errors
/// Where the records cannot be read.
pub fn take<I: Inventory>(
    mine: &I,
    theirs: &[Range],
    differences: &mut BTreeMap<RecordId, Vec<ChangeHash>>,
) -> Result<Option<Vec<Range>>, I::Error> {
    let ranges = answer(mine, theirs, |answer, span, records| {
        differ(mine, span, records, differences)?;
        answer.say(span, Held::Same);
        Ok(())
    })?;
    let more = ranges.iter().any(|range| range.held != Held::Same);
    Ok(more.then_some(ranges))
}

/// Goes through what the other side says, range by range, as far as there is room for what is to be said of it. What the
/// two sides do otherwise is what they do where the other has named its records.
fn answer<I: Inventory>(
    mine: &I,
    theirs: &[Range],
    mut named: impl FnMut(&mut Answer, Span, &[Holding]) -> Result<(), I::Error>,
) -> Result<Vec<Range>, I::Error> {
    let mut answer = Answer::default();
    let mut from = None;
    for range in theirs {
        let span = Span { from, upper: range.upper };
        if answer.is_full() {
            answer.rest(mine, Span { upper: None, ..span })?;
            break;
        }
        match &range.held {
            Held::Same => answer.say(span, Held::Same),
            Held::Fingerprint(fingerprint) => answer.divide(mine, span, fingerprint)?,
            Held::Records(records) => named(&mut answer, span, records)?,
        }
        from = range.upper;
    }
    Ok(answer.ranges)
}

/// Where a range stands.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Option<RecordId>,
    upper: Option<RecordId>,
}

/// How much stands in it, and what.
struct Summary {
    fingerprint: Fingerprint,
    count: usize,
}

/// What is being answered.
#[derive(Default)]
struct Answer {
    ranges: Vec<Range>,
    /// Records and heads in them: a record that many write at once has many heads.
    names: usize,
}

/// How many names a record comes to.
fn names(holding: &Holding) -> usize {
    1 + holding.heads.len()
}

impl Answer {
    fn is_full(&self) -> bool {
        // Room for one more range that is divided.
        self.names >= COMPARED_NAMES || self.ranges.len() + PARTS + 2 >= COMPARED_RANGES
    }

    fn say(&mut self, span: Span, held: Held) {
        match self.ranges.last_mut() {
            Some(last) if last.held == Held::Same && held == Held::Same => last.upper = span.upper,
            _ => self.ranges.push(Range { upper: span.upper, held }),
        }
    }

    /// No room for more: one fingerprint for all that was not gone into, and the other side asks again.
    fn rest<I: Inventory>(&mut self, mine: &I, span: Span) -> Result<(), I::Error> {
        let summary = summarise(mine, span)?;
        self.say(span, Held::Fingerprint(summary.fingerprint));
        Ok(())
    }

    /// The other side has this fingerprint: says where ours differ.
    fn divide<I: Inventory>(&mut self, mine: &I, span: Span, theirs: &Fingerprint) -> Result<(), I::Error> {
        let summary = summarise(mine, span)?;
        if summary.fingerprint == *theirs {
            self.say(span, Held::Same);
        } else if summary.count <= FEW {
            let holdings = mine.holdings(span.from, span.upper, FEW)?;
            self.tell(span, holdings);
        } else {
            self.part(mine, span, summary.count.div_ceil(PARTS))?;
        }
        Ok(())
    }

    /// Fingerprints of parts with so many records each.
    fn part<I: Inventory>(&mut self, mine: &I, span: Span, each: usize) -> Result<(), I::Error> {
        let mut part = Fingerprinting::default();
        let mut from = span.from;
        visit(mine, span, |holding| {
            if part.count == each {
                let upper = Some(holding.record);
                let done = std::mem::take(&mut part).finish();
                self.say(Span { from, upper }, Held::Fingerprint(done.fingerprint));
                from = upper;
            }
            part.add(&holding);
        })?;
        self.say(Span { from, ..span }, Held::Fingerprint(part.finish().fingerprint));
        Ok(())
    }

    /// The other side has just these records: says which are ours, as far as there is room.
    fn name<I: Inventory>(&mut self, mine: &I, span: Span, theirs: &[Holding]) -> Result<(), I::Error> {
        let room = COMPARED_NAMES.saturating_sub(self.names);
        let mut holdings = mine.holdings(span.from, span.upper, room + 2)?;
        let all = holdings.len() < room + 2;
        if all && holdings == theirs {
            self.say(span, Held::Same);
            return Ok(());
        }
        let mut told = 0;
        let fits = holdings.iter().take_while(|holding| {
            told += names(holding);
            told <= room
        });
        // One at least, or there would be no end.
        let fits = fits.count().max(1);
        if fits >= holdings.len() {
            self.tell(span, holdings);
            return Ok(());
        }
        let next = Some(holdings[fits].record);
        holdings.truncate(fits);
        self.tell(Span { upper: next, ..span }, holdings);
        self.rest(mine, Span { from: next, ..span })
    }

    fn tell(&mut self, span: Span, holdings: Vec<Holding>) {
        self.names += holdings.iter().map(names).sum::<usize>();
        self.say(span, Held::Records(holdings));
    }
}

/// Notes where the records of a range differ from the other side's.
fn differ<I: Inventory>(
    mine: &I,
    span: Span,
    theirs: &[Holding],
    differences: &mut BTreeMap<RecordId, Vec<ChangeHash>>,
) -> Result<(), I::Error> {
    let mut others: BTreeMap<RecordId, &Vec<ChangeHash>> =
        theirs.iter().map(|holding| (holding.record, &holding.heads)).collect();
    visit(mine, span, |holding| match others.remove(&holding.record) {
        Some(heads) if *heads == holding.heads => {}
        other => {
            differences.insert(holding.record, other.cloned().unwrap_or_default());
        }
    })?;
    differences.extend(others.into_iter().map(|(record, heads)| (record, heads.clone())));
    Ok(())
}

fn summarise<I: Inventory>(mine: &I, span: Span) -> Result<Summary, I::Error> {
    let mut fingerprinting = Fingerprinting::default();
    visit(mine, span, |holding| fingerprinting.add(&holding))?;
    Ok(fingerprinting.finish())
}

/// Walks over a range, a page at a time.
fn visit<I: Inventory>(mine: &I, span: Span, mut each: impl FnMut(Holding)) -> Result<(), I::Error> {
    let mut from = span.from;
    loop {
        let mut page = mine.holdings(from, span.upper, PAGE + 1)?;
        let next = (page.len() > PAGE).then(|| page.pop()).flatten();
        page.into_iter().for_each(&mut each);
        match next {
            Some(holding) => from = Some(holding.record),
            None => return Ok(()),
        }
    }
}

#[derive(Default)]
struct Fingerprinting {
    digest: Sha256,
    count: usize,
}

impl Fingerprinting {
    fn add(&mut self, holding: &Holding) {
        self.count += 1;
        self.digest.update(holding.record.as_bytes());
        // How many follow, so that no two lists of records have the same bytes.
        self.digest.update((holding.heads.len() as u32).to_be_bytes());
        holding.heads.iter().for_each(|head| self.digest.update(head.0));
    }

    fn finish(self) -> Summary {
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&self.digest.finalize()[..16]);
        Summary { fingerprint: Fingerprint(fingerprint), count: self.count }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::sync::{FromClient, FromRelay};

    #[derive(Debug, Clone, Default)]
    struct Shelf(BTreeMap<RecordId, Vec<ChangeHash>>);

    impl Inventory for Shelf {
        type Error = Infallible;

        fn holdings(
            &self,
            from: Option<RecordId>,
            upper: Option<RecordId>,
            most: usize,
        ) -> Result<Vec<Holding>, Infallible> {
            let from = from.unwrap_or(RecordId::from_bytes([0; 16]));
            let inside = self.0.range(from..).take_while(|(id, _)| upper.is_none_or(|upper| **id < upper));
            let holding = |(record, heads): (&RecordId, &Vec<ChangeHash>)| Holding {
                record: *record,
                heads: heads.clone(),
            };
            Ok(inside.take(most).map(holding).collect())
        }
    }

    fn record(number: u32) -> RecordId {
        let mut bytes = [0; 16];
        // Spread over the whole space, as random ids are.
        bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
        RecordId::from_bytes(bytes)
    }

    fn heads(number: u8) -> Vec<ChangeHash> {
        vec![ChangeHash([number; 32])]
    }

    /// Differences found, messages both ways, and the ranges and records in them.
    fn compare(mine: &Shelf, theirs: &Shelf) -> (BTreeMap<RecordId, Vec<ChangeHash>>, usize, usize) {
        let (mut found, mut messages, mut said) = (BTreeMap::new(), 0, 0);
        let mut next = Some(begin(mine).unwrap());
        while let Some(ranges) = next {
            let answer = respond(theirs, &ranges).unwrap();
            messages += 2;
            for range in ranges.iter().chain(&answer) {
                said += 1 + if let Held::Records(records) = &range.held { records.len() } else { 0 };
            }
            assert!(messages < 1_000, "a comparison has no end");
            next = take(mine, &answer, &mut found).unwrap();
        }
        (found, messages, said)
    }

    fn expected(mine: &Shelf, theirs: &Shelf) -> BTreeMap<RecordId, Vec<ChangeHash>> {
        let all = mine.0.keys().chain(theirs.0.keys());
        let differing = all.filter(|id| mine.0.get(id) != theirs.0.get(id));
        differing.map(|id| (*id, theirs.0.get(id).cloned().unwrap_or_default())).collect()
    }

    proptest! {
        #[test]
        fn just_the_differences_are_found(
            common in prop::collection::btree_set(0_u32..2_000, 0..400),
            mine in prop::collection::btree_map(0_u32..2_000, 1_u8..4, 0..60),
            theirs in prop::collection::btree_map(0_u32..2_000, 1_u8..4, 0..60),
        ) {
            let shelf = |own: &BTreeMap<u32, u8>| {
                let common = common.iter().map(|number| (record(*number), heads(0)));
                Shelf(common.chain(own.iter().map(|(number, head)| (record(*number), heads(*head)))).collect())
            };
            let (one, other) = (shelf(&mine), shelf(&theirs));
            prop_assert_eq!(compare(&one, &other).0, expected(&one, &other));
        }
    }

    #[test]
    fn the_cost_follows_what_differs_and_rounds_the_logarithm() {
        let all = |count: u32| Shelf((0..count).map(|number| (record(number), heads(0))).collect());
        for count in [1_000, 10_000, 100_000] {
            let (mine, mut theirs) = (all(count), all(count));
            assert_eq!(compare(&mine, &theirs).1, 2, "nothing differs: one message each way");
            for number in 0..10 {
                theirs.0.insert(record(number * 97), heads(1));
            }
            let (found, messages, said) = compare(&mine, &theirs);
            assert_eq!(found.len(), 10);
            assert!(messages <= 8, "{count}: {messages} messages");
            assert!(said <= 10 * 8 * PARTS, "{count}: {said} ranges and records");
        }
    }

    #[test]
    fn messages_stay_within_a_frame_also_where_records_have_many_heads() {
        let heads = |count: u16| -> Vec<ChangeHash> {
            let mut heads: Vec<_> = (0..count).map(|_| ChangeHash(crate::random::bytes())).collect();
            heads.sort_unstable();
            heads
        };
        let theirs = Shelf((0..3_000).map(|number| (record(number), heads(40))).collect());
        let mut mine = Shelf::default();
        // And some with as many as there may be.
        mine.0.extend((0..200).map(|number| (record(number + 5_000), heads(1_000))));
        for (one, other) in [(&mine, &theirs), (&theirs, &mine)] {
            let (mut found, mut next) = (BTreeMap::new(), Some(begin(one).unwrap()));
            while let Some(ranges) = next {
                let question = FromClient::Compare(ranges).encode();
                let FromClient::Compare(ranges) = FromClient::decode(&question).unwrap() else { panic!() };
                let answer = FromRelay::Compare(respond(other, &ranges).unwrap()).encode();
                let FromRelay::Compare(ranges) = FromRelay::decode(&answer).unwrap() else { panic!() };
                next = take(one, &ranges, &mut found).unwrap();
            }
            assert_eq!(found, expected(one, other));
        }
    }

    #[test]
    fn one_who_has_nothing_learns_of_all_in_messages_of_bounded_size() {
        let theirs = Shelf((0..20_000).map(|number| (record(number), heads(0))).collect());
        let (found, ..) = compare(&Shelf::default(), &theirs);
        assert_eq!(found.len(), 20_000);
        let (found, messages, _) = compare(&theirs, &Shelf::default());
        assert_eq!(
            (found.len(), messages),
            (20_000, 2),
            "and one who has all learns at once that they have none"
        );
        assert!(found.values().all(Vec::is_empty));
    }
}
