//! What is damaged in a log, record by record: for whoever runs the relay, and for the relay itself, which writes what is left of such a
//! record anew and gets the rest from those who have it.

use std::collections::BTreeMap;
use std::fmt;

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;

use super::Log;

/// What is wrong in a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damage {
    /// The records that are not as they were written, in the order of their ids.
    pub records: Vec<DamagedRecord>,
    /// The order of the entries, or what is noted of them beside the records, is not right. It can be made anew.
    pub order: Option<String>,
}

/// A record that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRecord {
    /// Which.
    pub record: RecordId,
    /// The name of its kind; empty where nobody knows it.
    pub kind: String,
    /// How many of its changes are lost here, as far as can be told. Where there are none, only what follows from them was damaged.
    pub lost: usize,
    /// How many are whole and wait for these, because they build on them.
    pub aside: usize,
    /// The devices that had pushed what is lost, as far as can be told, and what their people call themselves.
    pub devices: BTreeMap<DeviceId, String>,
    /// What is whole of it stands in the log as it should: what is lost was taken out, and is waited for.
    pub taken_out: bool,
}

impl Damage {
    /// Of one record of which nothing else is known.
    pub fn of(record: RecordId) -> Damage {
        Damage { records: vec![DamagedRecord::nothing_of(record, String::new())], order: None }
    }

    /// Whether the log is in order without what is lost.
    pub fn is_taken_out(&self) -> bool {
        self.order.is_none() && self.records.iter().all(|record| record.taken_out)
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.records.is_empty() && self.order.is_none()
    }

    /// How many changes are lost here.
    pub fn lost(&self) -> usize {
        self.records.iter().map(|record| record.lost).sum()
    }
}

impl DamagedRecord {
    /// One of which nothing is lost yet.
    pub(super) fn nothing_of(record: RecordId, kind: String) -> DamagedRecord {
        DamagedRecord { record, kind, lost: 0, aside: 0, devices: BTreeMap::new(), taken_out: false }
    }
}

/// Has a log written anew where something in it was found damaged, and tells what was. Says whether it is another log now.
pub(crate) fn mend(log: &dyn Log) -> bool {
    let damage = match log.mend() {
        Ok(damage) if damage.is_none() => return false,
        Ok(damage) => damage,
        Err(error) => {
            tracing::error!(%error, "a log is damaged and could not be written anew: put a backup back");
            return false;
        }
    };
    tracing::error!(%damage, "what is whole of a damaged log was written anew; what is lost comes with the next sync of whoever has it");
    for record in &damage.records {
        tracing::error!("{record}");
    }
    true
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.records[..], &self.order) {
            ([], Some(order)) => write!(f, "the log is not in order: {order}"),
            ([], None) => write!(f, "nothing is damaged"),
            ([only], None) => write!(f, "record {} of the log is damaged", only.record),
            ([only], Some(order)) => write!(f, "record {} of the log is damaged, and {order}", only.record),
            (more, None) => write!(f, "{} records of the log are damaged", more.len()),
            (more, Some(order)) => write!(f, "{} records of the log are damaged, and {order}", more.len()),
        }
    }
}

impl fmt::Display for DamagedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind.is_empty() { "unknown" } else { &self.kind };
        let Self { record, lost, .. } = self;
        if *lost == 0 {
            return write!(
                f,
                "record {record} ({kind}): nothing of what was pushed is lost; the relay makes it right by itself"
            );
        }
        let device = |(device, label): (&DeviceId, &String)| match label.as_str() {
            "" => device.to_string(),
            label => format!("{device} ({label})"),
        };
        match self.devices.iter().map(device).collect::<Vec<_>>().join(", ") {
            devices if devices.is_empty() => {
                write!(
                    f,
                    "record {record} ({kind}): {lost} changes are lost here; any device that has them can push them again"
                )
            }
            devices => write!(
                f,
                "record {record} ({kind}): {lost} changes are lost here; to push them again: {devices}, or any other device that has them"
            ),
        }
    }
}
