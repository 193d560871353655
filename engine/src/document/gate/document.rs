//! A whole document from outside, as one chunk: what its changes would come to, one by one, and nothing else.
//!
//! ```text
//! bytes ─▶ chunk    size, header, exact length, SHA-256 checksum
//!       ─▶ prefix   actors and heads: counted, in order
//!       ─▶ columns  of changes and of operations: known ones only, inflated under our cap, every run counted
//!       ─▶ Automerge loads it, guarded; the heads must be those of the changes that it finds
//!       ─▶ changes  each within the limits of a change, numbered as a change has to be
//!       ─▶ a new document made of these changes, written, must be the same bytes
//! ```
//!
//! The last step is the one that counts. Heads name the changes, but Automerge does not look whether a document's operations
//! are all of its changes, nor whether they stand in the order that the changes give: two replicas with the same heads could
//! read different texts. Written back as the same bytes it also is a document that can be stored and loaded again, since
//! these very bytes were loaded.
//!
//! To make the changes and apply them takes three times as long as all the rest. So what they would come to is first found
//! out by looking where everything stands ([`super::order`], [`super::chain`]). That answers for nearly all documents; those
//! that it does not answer for take the long way. What passes by looking passes by applying: the tests and the fuzzer go
//! both ways and compare.

use std::borrow::Cow;

use automerge::{Automerge, Change, LoadOptions, VerificationMode};

use super::columns::{self, COMPRESSED, Column, Most};
use super::reader::{Reader, write_unsigned};
use super::rows::Row;
use super::{GateError, Limits, apply, at_most, chain, chunk, guarded, header, order, rows};

/// The columns of a document's changes: actor, number, last operation, time, message, dependencies, footer.
const CHANGE_COLUMNS: [u32; 9] = [0x01, 0x03, 0x13, 0x23, 0x35, 0x40, 0x43, 0x56, 0x57];
/// The columns of a document's operations: object, key, name, insert, action, value, successors, expand, mark.
const OPERATION_COLUMNS: [u32; 16] =
    [0x01, 0x02, 0x11, 0x13, 0x15, 0x21, 0x23, 0x34, 0x42, 0x56, 0x57, 0x80, 0x81, 0x83, 0x94, 0xa5];

/// On average. Devices that all write and hear each other in turns come to as many as there are devices.
const DEPENDENCIES_PER_CHANGE: usize = 10;

/// What people write takes about a byte an operation, and two a change. So much more is allowed to what repeats itself
/// before it is taken for a bomb of run lengths, ...
const OPERATIONS_PER_BYTE: usize = 16;
const CHANGES_PER_BYTE: usize = 1;
/// ... and so much to any document.
pub(super) const FREE_OPERATIONS: usize = 20_000;
pub(super) const FREE_CHANGES: usize = 2_000;
const INFLATED: &str = "a document, inflated,";

/// A document of more operations than these is *heavy*. To load it, to apply its changes anew, or to look at each of its operations
/// takes some hundred bytes of memory for each of them, and up to ten seconds in all: so that is not done only to pass it on.
pub const HEAVY: usize = 100_000;

/// Reads one document chunk from outside: a whole document, as `save` writes it.
///
/// What comes out is what its changes give when each of them passes [`super::admit`]'s limits and [`apply`](super::apply)'s
/// rules. It was not checked against a kind or an owner: that is the caller's.
///
/// # Errors
/// Why it was not let in.
pub fn admit_document(bytes: &[u8], limits: &Limits) -> Result<Automerge, GateError> {
    let plain = plain(chunk::read_document(bytes, limits)?, limits)?;
    let options = || LoadOptions::new().verification_mode(VerificationMode::Check);
    let document = guarded(|| Automerge::load_with_options(&plain.chunk, options()))?;
    let document = document.map_err(|_| GateError::Unreadable)?;
    // Where looking itself fails, that is no answer either.
    if !guarded(|| is_as_applied(&document, &plain, limits)).unwrap_or(false) {
        apply_anew(&document, &plain, limits)?;
    }
    Ok(document)
}

/// Whether a document of our own, as `save` writes it, holds no more than one that comes as a whole may.
///
/// # Errors
/// What there is too much of.
pub(super) fn weigh(bytes: &[u8], limits: &Limits) -> Result<(), GateError> {
    // What does not go as a whole goes as its changes: its size is no bound.
    let limits = Limits { inflated_bytes: usize::MAX, ..limits.clone() };
    plain(chunk::body(bytes)?, &limits).map(drop)
}

/// Whether a document chunk of our own would be let in as a whole: else its changes have to go one by one. A log of before relays
/// looked at what records grow to may hold such, and so may one of a heavy document that grew change by change.
pub fn can_go_whole(chunk: &[u8]) -> bool {
    let of_changes = |body| Ok(plain(body, &Limits::default())?.stands_as_applied());
    chunk::body(chunk).and_then(of_changes).unwrap_or(false)
}

/// How many operations a document chunk claims to hold, or successors of operations where those are more, without making any of them.
/// `None` where that cannot be told.
pub fn operations_in_document(chunk: &[u8]) -> Option<usize> {
    let limits = Limits { inflated_bytes: usize::MAX, ..Limits::default() };
    chunk::body(chunk).and_then(|body| Ok(plain(body, &limits)?.operations)).ok()
}

/// Whether it is certain, without applying them, that its changes come to the document, and pass each for itself.
pub(super) fn is_as_applied(document: &Automerge, plain: &Plain<'_>, limits: &Limits) -> bool {
    if plain.operations > HEAVY {
        return false;
    }
    let Ok(rows) = plain.rows() else { return false };
    let changes = document.get_changes_meta(&[]);
    let Some(numbers) = chain::Numbers::of(&changes, plain.actors, limits) else { return false };
    let Some(operations) = order::operations(&rows, limits) else { return false };
    numbers.are_those_of(operations.into_iter())
        && chain::is_written_so(|specification| column(&plain.of_changes, specification))
        && document.save_nocompress() == plain.chunk
}

/// Applies its changes anew, each of them within the limits, and looks whether the same document comes of them.
pub(super) fn apply_anew(document: &Automerge, plain: &Plain<'_>, limits: &Limits) -> Result<(), GateError> {
    let changes = guarded(|| document.get_changes(&[]))?;
    check_changes(&changes, limits)?;
    let again = guarded(|| {
        let mut again = Automerge::new();
        again.apply_changes(changes).map_err(|_| GateError::Breaks)?;
        Ok(again.save_nocompress())
    })??;
    if again == plain.chunk { Ok(()) } else { Err(GateError::NotCanonical) }
}

/// Each change on its own, and all of them together as if they came one by one.
fn check_changes(changes: &[Change], limits: &Limits) -> Result<(), GateError> {
    for change in changes {
        let bytes = change.raw_bytes();
        at_most("a change", bytes.len() as u64, limits.inflated_bytes)?;
        header::check(chunk::body(bytes)?, limits)?;
    }
    let refused = guarded(|| apply::refused(&Automerge::new(), changes.to_vec(), limits))?;
    refused.map_or(Ok(()), Err)
}

/// A document chunk with all columns inflated.
pub(super) struct Plain<'a> {
    chunk: Vec<u8>,
    /// How many actors are in its table.
    actors: usize,
    /// How many operations there are, or successors where those are more.
    operations: usize,
    pub(super) of_changes: Vec<Inflated<'a>>,
    of_operations: Vec<Inflated<'a>>,
}

impl Plain<'_> {
    /// Whether its changes stand in the order in which Automerge applies them when they all come at once.
    fn stands_as_applied(&self) -> bool {
        chain::stands_as_applied(|specification| column(&self.of_changes, specification)).unwrap_or(false)
    }

    /// Its operations.
    pub(super) fn rows(&self) -> Result<Vec<Row<'_>>, GateError> {
        rows::rows(|specification| column(&self.of_operations, specification))
    }
}

/// What a column holds: nothing where it is not there.
fn column<'a>(columns: &'a [Inflated<'_>], specification: u32) -> &'a [u8] {
    columns.iter().find(|(of, _)| *of == specification).map_or(&[], |(_, data)| data)
}

/// The chunk with all columns inflated, after everything in it was counted.
pub(super) fn plain<'a>(body: &'a [u8], limits: &Limits) -> Result<Plain<'a>, GateError> {
    let mut reader = Reader::new(body);
    let (actors, heads) = prefix(&mut reader, limits)?;
    let mut plain = body[..body.len() - reader.rest().len()].to_vec();
    let of_changes = header::specifications(&mut reader)?;
    let of_operations = header::specifications(&mut reader)?;
    let mut left = limits.inflated_bytes;
    let mut inflate = |specifications: &[(u32, u64)], known: &[u32]| {
        let one = |(specification, length): &(u32, u64)| {
            inflate(*specification, reader.take(*length)?, known, &mut left)
        };
        specifications.iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    let of_changes = inflate(&of_changes, &CHANGE_COLUMNS)?;
    let of_operations = inflate(&of_operations, &OPERATION_COLUMNS)?;
    for columns in [&of_changes, &of_operations] {
        write_specifications(columns, &mut plain);
    }
    of_changes.iter().chain(&of_operations).for_each(|(_, data)| plain.extend(data.iter()));
    let changes = count_changes(&of_changes, plain.len(), limits)?;
    let operations = count_operations(&of_operations, plain.len(), limits)?;
    plain.extend(reader.rest());
    head_indexes(&mut reader, heads, changes)?;
    Ok(Plain { chunk: chunk::write_document(&plain), actors, operations, of_changes, of_operations })
}

/// Actors and heads. Answers how many there are of each.
fn prefix(reader: &mut Reader<'_>, limits: &Limits) -> Result<(usize, usize), GateError> {
    let count = reader.unsigned()?;
    // A change names its own actor apart from the others.
    at_most("the number of actors", count, limits.actors + 1)?;
    let actors: Vec<&[u8]> = (0..count).map(|_| header::actor(reader)).collect::<Result<_, _>>()?;
    if !actors.is_sorted_by(|one, other| one < other) {
        return Err(GateError::Malformed("its actors are not in order"));
    }
    // The next change depends on all of them.
    let heads = header::hashes(reader, "the number of heads", limits.dependencies)?;
    Ok((actors.len(), heads.len()))
}

/// A column's specification without the mark of compression, and its data.
pub(super) type Inflated<'a> = (u32, Cow<'a, [u8]>);

/// Inflates one column. `left` is what all of them together may still take.
fn inflate<'a>(
    specification: u32,
    data: &'a [u8],
    known: &[u32],
    left: &mut usize,
) -> Result<Inflated<'a>, GateError> {
    let plain = specification & !COMPRESSED;
    if !known.contains(&plain) {
        return Err(GateError::Malformed("it has a column that documents do not have"));
    }
    let data = if specification & COMPRESSED == 0 {
        at_most(INFLATED, data.len() as u64, *left)?;
        Cow::Borrowed(data)
    } else {
        Cow::Owned(chunk::inflate(data, INFLATED, *left)?)
    };
    *left -= data.len();
    Ok((plain, data))
}

fn write_specifications(columns: &[Inflated<'_>], out: &mut Vec<u8>) {
    write_unsigned(columns.len() as u64, out);
    for (specification, data) in columns {
        write_unsigned(u64::from(*specification), out);
        write_unsigned(data.len() as u64, out);
    }
}

/// How many changes there are; refused where there are too many, in all or for so few bytes.
fn count_changes(columns: &[Inflated<'_>], bytes: usize, limits: &Limits) -> Result<usize, GateError> {
    let most = limits.changes.min(FREE_CHANGES + bytes * CHANGES_PER_BYTE);
    let grouped = ("the number of dependencies", most * DEPENDENCIES_PER_CHANGE);
    columns::count(&borrowed(columns)?, Most { rows: ("the number of changes", most), grouped })
}

fn count_operations(columns: &[Inflated<'_>], bytes: usize, limits: &Limits) -> Result<usize, GateError> {
    let most = usize::try_from(limits.document_operations).unwrap_or(usize::MAX);
    let rows = ("the number of operations", most.min(FREE_OPERATIONS + bytes * OPERATIONS_PER_BYTE));
    columns::count(&borrowed(columns)?, Most { rows, grouped: rows })
}

fn borrowed<'a>(columns: &'a [Inflated<'_>]) -> Result<Vec<Column<'a>>, GateError> {
    columns.iter().map(|(specification, data)| Column::new(*specification, data)).collect()
}

/// Where the heads stand among the changes.
fn head_indexes(reader: &mut Reader<'_>, heads: usize, changes: usize) -> Result<(), GateError> {
    for _ in 0..heads {
        if reader.unsigned()? >= changes as u64 {
            return Err(GateError::Malformed("a head is not one of its changes"));
        }
    }
    if reader.is_empty() { Ok(()) } else { Err(GateError::Malformed("something stands behind it")) }
}
