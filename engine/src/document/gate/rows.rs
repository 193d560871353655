//! The columns of a document's operations, unfolded into rows.
//!
//! Only for what was counted before (see [`super::columns`]) and loaded by Automerge: what is made here is bounded by the
//! former, and the latter has looked whether the columns are as long as each other.

use super::GateError;
use super::reader::Reader;

/// An operation's name as the document has it: its number, and its actor's place in the document's table. Ordered as
/// Automerge orders them: the table is sorted.
pub(super) type Id = (i64, u64);

/// What an operation is about, in its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// A key of a map.
    Name(&'a str),
    /// The beginning of a sequence.
    Head,
    /// An element of a sequence.
    Element(Id),
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) id: Id,
    /// `None` is the root.
    pub(super) object: Option<Id>,
    pub(super) key: Key<'a>,
    /// Whether it makes a new element, behind its key.
    pub(super) insert: bool,
    pub(super) action: u64,
    pub(super) value: Value<'a>,
    /// The operations that took its place.
    pub(super) successors: Vec<Id>,
}

/// An operation's value, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// One of sixteen types.
    pub(super) of_type: u8,
    pub(super) bytes: &'a [u8],
}

/// The operations that stand in these columns (specification and data).
///
/// # Errors
/// Where they have marks, or a row is about nothing or several things.
pub(super) fn rows<'a>(columns: impl Fn(u32) -> &'a [u8]) -> Result<Vec<Row<'a>>, GateError> {
    if !columns(0x94).is_empty() || !columns(0xa5).is_empty() {
        return Err(GateError::Malformed("it has marks"));
    }
    let mut ids = Ids { numbers: Differences::new(columns(0x23)), actors: Runs::numbers(columns(0x21)) };
    let mut object_numbers = Runs::numbers(columns(0x02));
    let mut object_actors = Runs::numbers(columns(0x01));
    let mut keys = Ids { numbers: Differences::new(columns(0x13)), actors: Runs::numbers(columns(0x11)) };
    let mut names = Runs::new(columns(0x15), text);
    let mut inserts = Booleans::new(columns(0x34));
    let mut actions = Runs::numbers(columns(0x42));
    let (mut metas, mut values) = (Runs::numbers(columns(0x56)), Reader::new(columns(0x57)));
    let mut groups = Runs::numbers(columns(0x80));
    let mut successors =
        Ids { numbers: Differences::new(columns(0x83)), actors: Runs::numbers(columns(0x81)) };
    let mut rows = Vec::new();
    while let (Some(number), Some(actor)) = ids.both()? {
        let object = match (object_numbers.item()?, object_actors.item()?) {
            (Some(number), Some(actor)) => Some((signed(number)?, actor)),
            (None, None) => None,
            _ => return Err(UNFIT),
        };
        let key = match (names.item()?, keys.both()?) {
            (Some(name), (None, None)) => Key::Name(name),
            (None, (Some(0), None)) => Key::Head,
            (None, (Some(number), Some(actor))) => Key::Element((number, actor)),
            _ => return Err(UNFIT),
        };
        let meta = metas.item()?.ok_or(UNFIT)?;
        let value = Value { of_type: (meta & 0xf) as u8, bytes: values.take(meta >> 4)? };
        let mut successor = |_| match successors.both()? {
            (Some(number), Some(actor)) => Ok((number, actor)),
            _ => Err(UNFIT),
        };
        rows.push(Row {
            id: (number, actor),
            object,
            key,
            insert: inserts.item()?,
            action: actions.item()?.ok_or(UNFIT)?,
            value,
            successors: (0..groups.item()?.ok_or(UNFIT)?).map(&mut successor).collect::<Result<_, _>>()?,
        });
    }
    Ok(rows)
}

const UNFIT: GateError = GateError::Malformed("its columns do not fit together");

fn signed(number: u64) -> Result<i64, GateError> {
    i64::try_from(number).map_err(|_| UNFIT)
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<&'a str, GateError> {
    let length = reader.unsigned()?;
    std::str::from_utf8(reader.take(length)?).map_err(|_| UNFIT)
}

/// Runs: a positive count and one value; a negative count and so many values; zero and a count of nulls. A column that is
/// not there holds nulls only.
pub(super) struct Runs<'a, T> {
    reader: Reader<'a>,
    read: fn(&mut Reader<'a>) -> Result<T, GateError>,
    run: Run<T>,
    /// So many more of the run.
    left: u64,
}

enum Run<T> {
    Same(Option<T>),
    Each,
}

impl<'a> Runs<'a, u64> {
    /// Runs of numbers.
    pub(super) fn numbers(data: &'a [u8]) -> Self {
        Runs::new(data, Reader::unsigned)
    }
}

impl<'a> Runs<'a, i64> {
    /// Runs of differences of numbers.
    pub(super) fn differences(data: &'a [u8]) -> Self {
        Runs::new(data, Reader::signed)
    }
}

impl<'a, T: Copy> Runs<'a, T> {
    fn new(data: &'a [u8], read: fn(&mut Reader<'a>) -> Result<T, GateError>) -> Self {
        Runs { reader: Reader::new(data), read, run: Run::Same(None), left: 0 }
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0 && self.reader.is_empty()
    }

    /// The next item; `None` for a null, and for all behind the end.
    pub(super) fn item(&mut self) -> Result<Option<T>, GateError> {
        if self.is_over() {
            return Ok(None);
        }
        if self.left == 0 {
            self.begin()?;
        }
        self.left = self.left.checked_sub(1).ok_or(UNFIT)?;
        match self.run {
            Run::Same(value) => Ok(value),
            Run::Each => (self.read)(&mut self.reader).map(Some),
        }
    }

    fn begin(&mut self) -> Result<(), GateError> {
        let count = self.reader.signed()?;
        (self.run, self.left) = match count {
            0 => (Run::Same(None), self.reader.unsigned()?),
            count if count > 0 => (Run::Same(Some((self.read)(&mut self.reader)?)), count.unsigned_abs()),
            count => (Run::Each, count.unsigned_abs()),
        };
        Ok(())
    }
}

/// Runs of differences, each to the number before.
struct Differences<'a> {
    runs: Runs<'a, i64>,
    number: i64,
}

impl<'a> Differences<'a> {
    fn new(data: &'a [u8]) -> Self {
        Differences { runs: Runs::differences(data), number: 0 }
    }

    fn item(&mut self) -> Result<Option<i64>, GateError> {
        let Some(difference) = self.runs.item()? else { return Ok(None) };
        self.number = self.number.checked_add(difference).ok_or(UNFIT)?;
        Ok(Some(self.number))
    }
}

/// Names of operations, in two columns.
struct Ids<'a> {
    numbers: Differences<'a>,
    actors: Runs<'a, u64>,
}

impl Ids<'_> {
    fn both(&mut self) -> Result<(Option<i64>, Option<u64>), GateError> {
        Ok((self.numbers.item()?, self.actors.item()?))
    }
}

/// Lengths of runs of false and true, in turns. A column that is not there holds false only.
struct Booleans<'a> {
    reader: Reader<'a>,
    value: bool,
    left: u64,
}

impl<'a> Booleans<'a> {
    fn new(data: &'a [u8]) -> Self {
        // The first run is of false.
        Booleans { reader: Reader::new(data), value: true, left: 0 }
    }

    fn item(&mut self) -> Result<bool, GateError> {
        while self.left == 0 {
            if self.reader.is_empty() {
                return Ok(false);
            }
            self.left = self.reader.unsigned()?;
            self.value = !self.value;
        }
        self.left -= 1;
        Ok(self.value)
    }
}
