//! The columns of a change or a document: how much they hold, found out without making any of it.
//!
//! Columns are run-length encoded: a run of four million nulls is five bytes. So every run is counted here, and the sum
//! bounded, before Automerge unfolds it.

use super::reader::Reader;
use super::{GateError, at_most};

/// The bit of a column's specification that says that it is compressed. In a document only.
pub(super) const COMPRESSED: u32 = 8;

/// The column of what operations do, in changes and in documents.
const ACTION: u32 = 0x42;
/// Such an operation marks a part of a text. Automerge takes in marks that end before they begin, and cannot load what it
/// then saves. No record has marks: the gate lets none in.
const MARK: u64 = 7;
/// Such an operation takes away what others wrote.
const DELETE: u64 = 3;

/// The column of the keys of maps, in changes and in documents.
const KEY: u32 = 0x15;
/// No key is longer than this, in bytes: those that records have are names of fields, rows and members, of 64 at most.
const KEY_BYTES: usize = 256;

/// How a column is written: the low three bits of its specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// How many items of the grouped columns belong to each operation.
    Group,
    /// Runs of numbers.
    Unsigned,
    /// Runs of what operations do.
    Action,
    /// Runs of differences of numbers.
    Delta,
    /// Lengths of alternating runs of false and true.
    Boolean,
    /// Runs of texts.
    Text,
    /// Runs of keys of maps.
    Key,
    /// Runs of (length, type) of the values in the column behind it.
    ValueLengths,
    /// The values themselves, one behind the other.
    Values,
}

/// One column.
#[derive(Debug)]
pub(super) struct Column<'a> {
    id: u32,
    encoding: Encoding,
    data: &'a [u8],
}

impl<'a> Column<'a> {
    /// The column of that specification.
    pub(super) fn new(specification: u32, data: &'a [u8]) -> Result<Self, GateError> {
        if specification & COMPRESSED != 0 {
            return Err(GateError::Malformed("a column is compressed"));
        }
        let encoding = match specification & 7 {
            _ if specification == ACTION => Encoding::Action,
            _ if specification == KEY => Encoding::Key,
            0 => Encoding::Group,
            1 | 2 => Encoding::Unsigned,
            3 => Encoding::Delta,
            4 => Encoding::Boolean,
            5 => Encoding::Text,
            6 => Encoding::ValueLengths,
            _ => Encoding::Values,
        };
        Ok(Column { id: specification >> 4, encoding, data })
    }
}

/// How much columns may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// What the rows are, for the error, and how many there may be.
    pub(super) rows: (&'static str, usize),
    /// What is grouped (predecessors, successors, dependencies), and how many there may be in all rows together.
    pub(super) grouped: (&'static str, usize),
}

/// What a column holds.
#[derive(Debug, Default, Clone, Copy)]
struct Held {
    /// So many items.
    items: u64,
    /// The sum of the numbers in it: items of grouped columns, or bytes of values.
    sum: u64,
}

/// Counts what all columns hold. Answers the largest count of rows or of what is grouped.
pub(super) fn count(columns: &[Column<'_>], most: Most) -> Result<usize, GateError> {
    let mut largest = 0;
    let mut group: Option<(u32, u64)> = None;
    for (place, column) in columns.iter().enumerate() {
        let in_group = group.filter(|(id, _)| *id == column.id);
        let held = held(column, if in_group.is_some() { most.grouped } else { most.rows })?;
        match column.encoding {
            Encoding::Group => {
                at_most(most.grouped.0, held.sum, most.grouped.1)?;
                group = Some((column.id, held.sum));
            }
            Encoding::ValueLengths => {
                let behind = columns.get(place + 1).filter(|next| next.id == column.id);
                let bytes = behind.map_or(0, |values| values.data.len() as u64);
                if held.sum != bytes {
                    return Err(GateError::Malformed("its values are not as long as they say"));
                }
            }
            _ => {}
        }
        if in_group.is_some_and(|(_, sum)| sum != held.items) {
            return Err(GateError::Malformed("its groups are not as large as they say"));
        }
        largest = largest.max(held.items);
    }
    // Checked above: no count is larger than what it may be.
    Ok(largest as usize)
}

/// How many of the operations are deletions.
///
/// # Errors
/// Where the column of what they do cannot be read.
pub(super) fn deletions(columns: &[Column<'_>]) -> Result<u64, GateError> {
    let Some(column) = columns.iter().find(|column| column.encoding == Encoding::Action) else {
        return Ok(0);
    };
    let mut reader = Reader::new(column.data);
    let mut deletions = 0_u64;
    while !reader.is_empty() {
        match reader.signed()? {
            0 => drop(reader.unsigned()?),
            count if count > 0 => {
                if reader.unsigned()? == DELETE {
                    deletions = deletions.saturating_add(count.unsigned_abs());
                }
            }
            count => {
                for _ in 0..count.unsigned_abs() {
                    deletions = deletions.saturating_add(u64::from(reader.unsigned()? == DELETE));
                }
            }
        }
    }
    Ok(deletions)
}

/// Counts what a column holds, and refuses it where that is too much.
fn held(column: &Column<'_>, most: (&'static str, usize)) -> Result<Held, GateError> {
    match column.encoding {
        Encoding::Boolean => booleans(column.data, most),
        Encoding::Values => Ok(Held::default()),
        encoding => runs(encoding, column.data, most),
    }
}

fn booleans(data: &[u8], (what, most): (&'static str, usize)) -> Result<Held, GateError> {
    let mut reader = Reader::new(data);
    let mut held = Held::default();
    while !reader.is_empty() {
        held.items = held.items.saturating_add(reader.unsigned()?);
        at_most(what, held.items, most)?;
    }
    Ok(held)
}

/// Runs: a positive count and one value; a negative count and so many values; zero and a count of nulls.
fn runs(encoding: Encoding, data: &[u8], (what, most): (&'static str, usize)) -> Result<Held, GateError> {
    let mut reader = Reader::new(data);
    let mut held = Held::default();
    while !reader.is_empty() {
        match reader.signed()? {
            0 => held.items = held.items.saturating_add(reader.unsigned()?),
            count if count > 0 => {
                let (count, value) = (count.unsigned_abs(), value(encoding, &mut reader)?);
                held.items = held.items.saturating_add(count);
                held.sum = held.sum.saturating_add(value.saturating_mul(count));
            }
            count => {
                let count = count.unsigned_abs();
                held.items = held.items.saturating_add(count);
                at_most(what, held.items, most)?;
                for _ in 0..count {
                    held.sum = held.sum.saturating_add(value(encoding, &mut reader)?);
                }
            }
        }
        at_most(what, held.items, most)?;
    }
    Ok(held)
}

/// Reads one value; answers what of it is summed up.
fn value(encoding: Encoding, reader: &mut Reader<'_>) -> Result<u64, GateError> {
    match encoding {
        Encoding::Action if reader.unsigned()? == MARK => {
            Err(GateError::Malformed("it marks a part of a text, which no record does"))
        }
        Encoding::Action => Ok(0),
        Encoding::Delta => reader.signed().map(|_| 0),
        Encoding::Text | Encoding::Key => {
            let length = reader.unsigned()?;
            if encoding == Encoding::Key {
                at_most("a key", length, KEY_BYTES)?;
            }
            let text = reader.take(length)?;
            std::str::from_utf8(text).map(|_| 0).map_err(|_| GateError::Malformed("a text in it is not text"))
        }
        // The low four bits are the value's type, the rest its length.
        Encoding::ValueLengths => reader.unsigned().map(|meta| meta >> 4),
        _ => reader.unsigned(),
    }
}
