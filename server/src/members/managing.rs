//! What a coordinator, or whoever sits at the relay, asks of it: who may ask, and what of it concerns the log.

use samsyn_engine::document::Document;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Erasure, Managed, Management, ManagementError, Roster};
use samsyn_engine::schema::Value;

use super::Members;
use crate::log::{Erase, Log, Result};

/// So many erasures are told, the last ones.
const TOLD: usize = 200;

/// Does what a device asks for, or whoever sits at the relay (none), where everything is allowed.
///
/// # Errors
/// Where it cannot be read or stored.
pub fn manage(
    (members, log): (&dyn Members, &dyn Log),
    by: Option<DeviceId>,
    management: &Management,
    now: i64,
) -> Result<Managed> {
    if let Some(device) = by
        && !members.grant(device)?.is_some_and(|grant| grant.role.manages())
    {
        return Ok(Managed::Refused { why: ManagementError::NotAllowed });
    }
    let done = match management {
        Management::Roster => return Ok(Managed::Roster { roster: roster(members, log, now)? }),
        Management::Erase { record } => erase(log, &Erase { record: *record, by, at: now })?,
        management => members.change(by, management, now)?,
    };
    Ok(done.map_or_else(|why| Managed::Refused { why }, |()| Managed::Done))
}

fn erase(log: &dyn Log, erase: &Erase) -> Result<std::result::Result<(), ManagementError>> {
    if let Some(why) = keeps(log, erase.record)? {
        return Ok(Err(why));
    }
    Ok(if log.erase(erase)? { Ok(()) } else { Err(ManagementError::Already) })
}

/// Why a record is not to be erased, if so: it is no person's, or the law wants it kept.
fn keeps(log: &dyn Log, record: RecordId) -> Result<Option<ManagementError>> {
    let stored = log.document(record, u64::MAX)?;
    if stored.snapshot.is_empty() && stored.tail.is_empty() {
        return Ok(None);
    }
    let Ok(document) = Document::load(record, &stored.snapshot, &stored.tail) else { return Ok(None) };
    let read = document.read();
    Ok(match (read.kind.as_str(), read.get("retention_hold")) {
        (_, Value::YesNo(true)) => Some(ManagementError::Hold),
        ("contact", _) => None,
        _ => Some(ManagementError::NotAPerson),
    })
}

/// Who belongs, with what was erased and the devices that have not said yet that nothing of it is left on them.
fn roster(members: &dyn Members, log: &dyn Log, now: i64) -> Result<Roster> {
    let roster = members.roster(now)?;
    let belong = roster.members.iter().filter(|member| member.removed_at.is_none());
    let devices = belong.flat_map(|member| &member.devices).filter(|device| device.revoked_at.is_none());
    let mut devices: Vec<DeviceId> = devices.map(|device| device.device).collect();
    devices.sort_unstable();
    let confirmed = log.confirmed(&devices)?;
    let waiting = |number: u64| {
        let behind = devices.iter().zip(&confirmed).filter(|(_, confirmed)| **confirmed < number);
        behind.map(|(device, _)| *device).collect()
    };
    let erasures = log.last_erased(TOLD)?.into_iter().map(|erased| Erasure {
        number: erased.number,
        record: erased.record,
        at: erased.at,
        waiting: waiting(erased.number),
    });
    Ok(Roster { erasures: erasures.collect(), ..roster })
}
