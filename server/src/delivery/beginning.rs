//! How a connection begins.

use samsyn_engine::sync::{Beginning, Cursor, Hello, Welcome};

use super::{Sending, View};
use crate::log::{Log, LogError};

/// How a connection begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// Nothing comes before the log.
    Log,
    /// Whole records come before it.
    Records(Sending),
    /// A comparison comes before it.
    Comparison,
}

/// Decides how the connection of a client begins that speaks `version`, where the log ends at `end`. Answers the place
/// from which the log will follow, too.
///
/// # Errors
/// Where the log cannot be read.
pub(crate) fn begin(
    log: &dyn Log,
    hello: &Hello,
    version: u16,
    (end, view): (Cursor, View),
) -> Result<(Begun, Cursor), LogError> {
    if let Some(cursor) = known(log, hello.cursor, (end, view))? {
        return Ok((Begun::Log, cursor));
    }
    let start = Cursor::start(end.epoch);
    if version < 2 {
        return Ok((Begun::Log, start));
    }
    if let Some(first) = hello.first_sync
        && let Some(cursor) = known(log, Some(first.cursor), (end, view))?
    {
        let sending = Sending::first_sync(log, (cursor.position, view.scope()), first.below)?;
        return Ok((Begun::Records(sending), cursor));
    }
    if hello.cursor.is_some() || hello.holds_records {
        return Ok((Begun::Comparison, end));
    }
    if end.position == 0 {
        return Ok((Begun::Log, start));
    }
    Ok((Begun::Records(Sending::first_sync(log, (end.position, view.scope()), u64::MAX)?), end))
}

/// The true place of a cursor, if it is told of one in this log.
fn known(
    log: &dyn Log,
    cursor: Option<Cursor>,
    (end, view): (Cursor, View),
) -> Result<Option<Cursor>, LogError> {
    let Some(cursor) = cursor.filter(|cursor| cursor.epoch == end.epoch) else { return Ok(None) };
    let Some(hash) = log.rolling_at(cursor.position)? else { return Ok(None) };
    let place = Cursor { hash, ..cursor };
    // Before anything was told the place is the beginning, as everybody knows it.
    let beginning = cursor == Cursor::start(end.epoch);
    Ok((beginning || view.told(place) == cursor).then_some(place))
}

impl Begun {
    /// The welcome that says so.
    pub(crate) fn welcome(
        &self,
        version: u16,
        name: &str,
        (from, view): (Cursor, View),
        position: u64,
    ) -> Welcome {
        let (beginning, records) = match self {
            Begun::Log => (Beginning::Log, 0),
            Begun::Records(sending) => (Beginning::Records, sending.left()),
            Begun::Comparison => (Beginning::Comparison, 0),
        };
        Welcome {
            version,
            workspace_name: name.to_owned(),
            epoch: from.epoch,
            from: from.position,
            position,
            beginning,
            hash: (beginning != Beginning::Log).then_some(view.told(from).hash),
            records,
            peer: false,
            grant: None,
            sealed: view.is_sealed(),
            meeting_key: None,
            erased: Vec::new(),
        }
    }
}
