//! Whether whoever pushed a change may: is it the device's own, and does the role let it write that record.
//!
//! An *actor* writes for one device, the first that it was seen with; from then on nobody else writes under it. In its first
//! change to a record it says which device that is. A coordinator may hand on what other devices wrote (see
//! [`Role::carries`](samsyn_engine::identity::Role::carries)), but only under their own actors.

use std::collections::HashMap;

use samsyn_engine::document::{self, ActorId, Change, Document, Record};
use samsyn_engine::identity::{DeviceId, Forbidden, Grant};
use samsyn_engine::schema::{self, Owner, Right};

use super::refusal::Refusal;
use crate::log::{Log, LogError};

/// The actors that a group of pushes brings, until it is durable.
#[derive(Debug, Default)]
pub(super) struct Actors(HashMap<ActorId, DeviceId>);

impl Actors {
    /// Whether that device, with that grant, may push this change. Notes whose its actor is where nobody knew.
    ///
    /// # Errors
    /// Where the log cannot be read. Inside: why it may not.
    pub(super) fn check(
        &mut self,
        change: &Change,
        (device, grant): (DeviceId, &Grant),
        log: &dyn Log,
    ) -> Result<Result<(), Refusal>, LogError> {
        let actor = change.actor_id();
        if document::is_seed_actor(actor) {
            return Ok(Ok(()));
        }
        let says = document::author_of(change);
        let known = match self.0.get(actor) {
            Some(device) => Some(*device),
            None => log.owner(actor)?,
        };
        let owner = match (known, says) {
            (Some(owner), Some(says)) if owner != says => return Ok(Err(Refusal::anothers_actor())),
            (Some(owner), _) | (None, Some(owner)) => owner,
            (None, None) if change.seq() == 1 => return Ok(Err(Refusal::nobodys())),
            // What it builds on is nowhere: it is refused for that.
            (None, None) => return Ok(Ok(())),
        };
        if owner != device && !grant.role.carries() {
            return Ok(Err(Refusal::another_device()));
        }
        if known.is_none() {
            self.0.insert(actor.clone(), owner);
        }
        Ok(Ok(()))
    }

    /// Whose an actor is that nobody knew before this group.
    pub(super) fn new_owner(&self, actor: &ActorId) -> Option<DeviceId> {
        self.0.get(actor).copied()
    }
}

/// Whether a device may make a document what it is now out of what it was before. A new one that is `named` as a device is may be
/// nothing but what is said of that device.
///
/// # Errors
/// Why not.
pub(super) fn check(
    (device, grant): (DeviceId, &Grant),
    before: &Document,
    after: &Document,
    named: bool,
) -> Result<(), Forbidden> {
    let (role, kind) = (grant.role, after.kind_name().unwrap_or_default());
    let is_of_device = || schema::kind(&kind).is_some_and(|kind| kind.access.owner == Owner::Device);
    if named && !is_of_device() {
        return Err(Forbidden::NotOwn { role, kind });
    }
    match (role.right(&kind), written(after)) {
        (Right::Write, _) => Ok(()),
        // Nothing but the containers that any record of the kind has is nobody's: a device may begin so what is its own by its name.
        (Right::WriteOwn, None) if grant.may_begin(device, &kind, after.id()) => Ok(()),
        (Right::WriteOwn, None) => Err(Forbidden::NotOwn { role, kind }),
        (Right::WriteOwn, Some(after)) => grant.may_write(device, written(before).as_ref(), &after),
        (Right::Read | Right::Nothing, _) => Err(Forbidden::Kind { role, kind }),
    }
}

/// The record in a document; none where nobody has written anything in it yet.
fn written(document: &Document) -> Option<Record> {
    let anybody = document.change_names().iter().any(|change| !document::is_seed_actor(&change.actor));
    anybody.then(|| document.read())
}
