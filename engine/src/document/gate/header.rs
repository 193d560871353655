//! A change's own header: what it builds on, whose it is, and which columns follow.

use std::ops::RangeInclusive;

use automerge::ChangeHash;

use super::columns::{self, COMPRESSED, Column, Most};
use super::reader::Reader;
use super::{GateError, Limits, at_most};

const HASH_BYTES: u64 = 32;
/// Automerge's own actors are 16 bytes; other programs use up to this many.
const ACTOR_BYTES: usize = 64;
/// No change begins with a larger number of an operation. Automerge counts in 32 bits, and stops the program where they do not suffice.
pub(super) const NUMBERS: u64 = 2_147_483_648;
/// A change may leave out numbers up to here, and none beyond: so whatever was let in, three thousand million numbers are left for
/// those who go on from it, and who goes on right behind it is let in.
pub(super) const NUMBERS_LEFT_OUT: u64 = 1_073_741_824;
/// The times that a change may have: the years 1 to 9999, in seconds since 1970 (RFC 3339). Automerge writes the
/// differences of times, and they must be numbers, too.
pub const TIMES: RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// There are 12 columns today; newer versions may add some.
const COLUMNS: usize = 64;

/// What a change's body says it builds on.
pub(super) fn dependencies(body: &[u8]) -> Option<Vec<ChangeHash>> {
    let mut reader = Reader::new(body);
    let count = reader.unsigned().ok()?;
    (0..count).map(|_| reader.take(HASH_BYTES).ok()?.try_into().ok().map(ChangeHash)).collect()
}

/// Checks a change's body. Answers how many operations its columns hold at most.
pub(super) fn check(body: &[u8], limits: &Limits) -> Result<usize, GateError> {
    let mut reader = Reader::new(body);
    hashes(&mut reader, "the number of dependencies", limits.dependencies)?;
    actor(&mut reader)?;
    let seq = reader.unsigned()?;
    let start = reader.unsigned()?;
    if seq == 0 || start == 0 || seq > limits.changes as u64 || start > NUMBERS {
        return Err(GateError::Malformed("its number is out of range"));
    }
    if !TIMES.contains(&reader.signed()?) {
        return Err(GateError::Malformed("its time is out of range"));
    }
    let message = reader.unsigned()?;
    at_most("the message", message, limits.message_bytes)?;
    if std::str::from_utf8(reader.take(message)?).is_err() {
        return Err(GateError::Malformed("its message is not text"));
    }
    let others = reader.unsigned()?;
    at_most("the number of actors", others, limits.actors)?;
    for _ in 0..others {
        actor(&mut reader)?;
    }
    let specifications = specifications(&mut reader)?;
    let columns = split(&mut reader, &specifications)?;
    at_most("the footer", reader.rest().len() as u64, limits.footer_bytes)?;
    let most = ("the number of operations", limits.operations);
    let operations = columns::count(&columns, Most { rows: most, grouped: most })?;
    if let Some(growth) = &limits.growth {
        let most =
            growth.free_operations.saturating_add(growth.operations_per_byte.saturating_mul(body.len()));
        let written = (operations as u64).saturating_sub(columns::deletions(&columns)?);
        at_most("the number of operations for its size", written, most)?;
    }
    Ok(operations)
}

/// How many deletions a change's body holds.
pub(super) fn deletions(body: &[u8]) -> Result<u64, GateError> {
    let mut reader = Reader::new(body);
    let count = reader.unsigned()?;
    reader.take(count.saturating_mul(HASH_BYTES))?;
    actor(&mut reader)?;
    let (_seq, _start, _time) = (reader.unsigned()?, reader.unsigned()?, reader.signed()?);
    let message = reader.unsigned()?;
    reader.take(message)?;
    for _ in 0..reader.unsigned()? {
        actor(&mut reader)?;
    }
    let specifications = specifications(&mut reader)?;
    columns::deletions(&split(&mut reader, &specifications)?)
}

/// An actor's name behind its length.
pub(super) fn actor<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], GateError> {
    let length = reader.unsigned()?;
    at_most("an actor's name", length, ACTOR_BYTES)?;
    reader.take(length)
}

/// Names of changes: how many, and then each.
pub(super) fn hashes<'a>(
    reader: &mut Reader<'a>,
    what: &'static str,
    most: usize,
) -> Result<Vec<&'a [u8]>, GateError> {
    let count = reader.unsigned()?;
    at_most(what, count, most)?;
    let hashes: Vec<&[u8]> = (0..count).map(|_| reader.take(HASH_BYTES)).collect::<Result<_, _>>()?;
    if hashes.is_sorted_by(|one, other| one < other) {
        Ok(hashes)
    } else {
        Err(GateError::Malformed("the changes that it builds on are not in order"))
    }
}

/// Which columns there are, and how long each is.
pub(super) fn specifications(reader: &mut Reader<'_>) -> Result<Vec<(u32, u64)>, GateError> {
    let count = reader.unsigned()?;
    at_most("the number of columns", count, COLUMNS)?;
    let mut found: Vec<(u32, u64)> = Vec::new();
    for _ in 0..count {
        let raw = reader.unsigned()?;
        let specification =
            u32::try_from(raw).map_err(|_| GateError::Malformed("a column has no proper name"))?;
        // Whether a column is compressed does not count for its place.
        if found.last().is_some_and(|(last, _)| *last & !COMPRESSED >= specification & !COMPRESSED) {
            return Err(GateError::Malformed("its columns are not in order"));
        }
        found.push((specification, reader.unsigned()?));
    }
    Ok(found)
}

fn split<'a>(reader: &mut Reader<'a>, specifications: &[(u32, u64)]) -> Result<Vec<Column<'a>>, GateError> {
    let column = |(specification, length): &(u32, u64)| Column::new(*specification, reader.take(*length)?);
    specifications.iter().map(column).collect()
}
