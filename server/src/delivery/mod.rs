//! What a client is sent before the log follows: nothing, all records whole, or what a comparison finds it lacks.
//!
//! ```text
//!  hello ─▶ Beginning ─┬─ Log          its cursor is known                                   ─▶ the log
//!                      ├─ Records      it has nothing: every record, what changed last first ─▶ the log
//!                      └─ Comparison   its cursor is not known: ranges ⇄ ranges, wanted      ─▶ the log
//! ```
//!
//! Everything before the log is told *as the log was at the welcome*, however it grows meanwhile, and nothing is kept
//! for a client but how far it has come. So the log follows from just that place, and a client's place in it says
//! exactly what the client has.

mod beginning;
mod sending;
mod view;

pub(crate) use beginning::{Begun, begin};
pub(crate) use sending::Sending;
pub(crate) use view::View;

use samsyn_engine::id::RecordId;
use samsyn_engine::sync::compare::{self, Holding, Inventory, Range};

use crate::log::{Log, LogError, ReadScope};

/// The records of a log as they stood with its first entries.
pub(crate) struct AsOf<'a> {
    log: &'a dyn Log,
    position: u64,
    scope: ReadScope,
}

impl Inventory for AsOf<'_> {
    type Error = LogError;

    fn holdings(
        &self,
        from: Option<RecordId>,
        upper: Option<RecordId>,
        most: usize,
    ) -> Result<Vec<Holding>, LogError> {
        self.log.holdings((from, upper), self.position, most, self.scope)
    }
}

/// The answer to what a client says it holds.
///
/// # Errors
/// Where the log cannot be read.
pub(crate) fn compared(
    log: &dyn Log,
    (as_of, scope): (u64, ReadScope),
    theirs: &[Range],
) -> Result<Vec<Range>, LogError> {
    compare::respond(&AsOf { log, position: as_of, scope }, theirs)
}
