//! What a device is told of what was erased, and what is counted of what it says.
//!
//! ```text
//!  hello: up to which it has erased (number, hash) ─▶ the log's own list has that place? ─▶ told: what comes behind; counted
//!                                                     it has not, or no hash was said   ─▶ told: all; nothing is counted
//! ```
//!
//! A number that this log does not know may be of another list: of the log that this one was put in the place of, without the list of what
//! was erased, or of a relay that lied. To such a device everything is told: erasing twice does no harm, and being passed over would.

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::limits::ERASURES;
use samsyn_engine::sync::{ErasurePlace, Hello, SINCE_ERASURE_PLACES};

use crate::log::{Log, Result};

/// The place up to which a device has erased, if this log knows it.
fn known(log: &dyn Log, hello: &Hello) -> Result<Option<ErasurePlace>> {
    if hello.erased == 0 {
        return Ok(Some(ErasurePlace::default()));
    }
    match hello.erasures {
        Some(hash) => Ok(log.erasures_at(hello.erased)?.filter(|place| place.hash == hash)),
        None => marked(log, hello.erased),
    }
}

/// The place that a client of version 4 or 5 says by one number.
fn marked(log: &dyn Log, number: u64) -> Result<Option<ErasurePlace>> {
    Ok(log.erasures_at(ErasurePlace::in_marked(number))?.filter(|place| place.marked() == number))
}

/// Counts that nothing is left on a device of what it says, as far as this log knows that.
///
/// # Errors
/// Where that cannot be read or stored.
pub(crate) fn confirm(log: &dyn Log, device: DeviceId, hello: &Hello) -> Result<()> {
    let Some(erased) = known(log, hello)? else { return Ok(()) };
    let scrubbed = match hello.erasures {
        Some(_) => hello.scrubbed.min(erased.number),
        None => marked(log, hello.scrubbed)?.map_or(0, |scrubbed| scrubbed.number.min(erased.number)),
    };
    if scrubbed > 0 { log.confirm(device, scrubbed) } else { Ok(()) }
}

/// What is to be erased on a device that says hello like this, each with the number that it is told in that version.
///
/// # Errors
/// Where that cannot be read.
pub(crate) fn told(log: &dyn Log, hello: &Hello, version: u16) -> Result<Vec<(u64, RecordId)>> {
    let mut place = known(log, hello)?.unwrap_or_default();
    let erased = log.erased_after(place.number, ERASURES)?;
    let number = |erased: crate::log::Erased| {
        place = place.then(&erased.record);
        let number = if version < SINCE_ERASURE_PLACES { place.marked() } else { place.number };
        (number, erased.record)
    };
    Ok(erased.into_iter().map(number).collect())
}
