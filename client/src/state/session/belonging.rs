//! Who belongs, what whoever works here may do, and what the relay is asked about it.

use std::sync::Arc;
use std::time::Instant;

use samsyn_engine::document::Record;
use samsyn_engine::identity::{Grant, Management, Roster};
use samsyn_engine::replica::SyncProblem;
use samsyn_engine::schema::Kind;
use samsyn_engine::sync::ErrorCode;

use super::super::backend::Request;
use super::super::people::{Person, Sources};
use super::{LOOK_AGAIN, Session, Standing};
use crate::link::LinkError;
use crate::link::worker::{Asked, Command, Link as RelayLink};

impl Session {
    /// Who says who belongs, and whether whoever works here may.
    pub fn standing(&self) -> Standing {
        let Some(meta) = self.meta() else { return Standing::Unknown };
        match (&meta.relay, &meta.grant) {
            (None, _) => Standing::Alone,
            // On its way to a relay that has not let it in yet.
            _ if meta.was_alone_as.is_some() => Standing::Alone,
            (_, Some(grant)) if grant.role.manages() => Standing::Manages,
            (_, Some(grant)) => Standing::Belongs(grant.role),
            // Whoever was invited and has not met the relay since is told nothing yet.
            (_, None) if meta.key.is_some() => Standing::Unknown,
            (_, None) => Standing::NoMembers,
        }
    }

    /// Whether the relay can be asked for something now.
    pub fn is_connected(&self) -> bool {
        matches!(
            self.status.link,
            RelayLink::Live | RelayLink::Sending { .. } | RelayLink::Comparing | RelayLink::CatchingUp { .. }
        )
    }

    /// Who belongs, as far as it is known here; none in the first moment. Asks for what may be out of date.
    pub fn people(&mut self) -> Option<Vec<Person>> {
        if !self.belonging.known_fresh {
            self.belonging.known_fresh = true;
            self.backend.ask(Request::Known);
        }
        let manages = self.standing() == Standing::Manages;
        if manages {
            self.look_who_belongs();
        }
        let (meta, known) = (self.meta()?, self.belonging.known.as_ref()?);
        let here = (meta.device, meta.grant.as_ref());
        // What the relay told a coordinator is out of date for somebody who is none any more.
        let roster = self.belonging.roster.as_ref().filter(|_| manages).map(|(roster, _)| &**roster);
        Some(Sources { known, roster, here, present: &self.present }.people())
    }

    /// What the relay told of who belongs, and when that was; none where it did not.
    pub fn roster(&self) -> Option<(&Arc<Roster>, i64)> {
        let roster = self.belonging.roster.as_ref().filter(|_| self.standing() == Standing::Manages);
        roster.map(|(roster, at)| (roster, *at))
    }

    /// Asks the relay who belongs, where that may have changed since it last said so; as long as this is called in each frame the link
    /// goes on looking by itself, and tells what changed.
    pub fn look_who_belongs(&mut self) {
        self.belonging.looked.0 = true;
        let now = Instant::now();
        let due = self.belonging.next.is_none_or(|next| next <= now);
        if due && !self.belonging.asked && self.is_connected() {
            (self.belonging.asked, self.belonging.next) = (true, Some(now + LOOK_AGAIN));
            self.sync.send(Command::Manage(Management::Roster));
        }
    }

    /// Asks the relay to change who belongs. What comes of it is told by [`Session::next_answer`].
    pub fn manage(&mut self, management: Management) {
        self.sync.send(Command::Manage(management));
    }

    /// This device has come in with another key: it connects with that one from now on.
    pub fn take_new_key(&mut self) {
        self.sync.send(Command::NewKey);
        self.backend.ask(Request::Overview);
    }

    /// Whether the relay does not let this device in, or would not without its key.
    pub fn is_kept_out(&self) -> bool {
        let RelayLink::Waiting { reason, .. } = &self.status.link else { return false };
        match &**reason {
            LinkError::Closed(notice) => notice.code == ErrorCode::Access,
            LinkError::Problem(SyncProblem::NoKey) => true,
            _ => false,
        }
    }

    /// The next thing that came of what the relay was asked for.
    pub fn next_answer(&mut self) -> Option<(Management, Asked)> {
        self.belonging.answers.pop_front()
    }

    pub(super) fn grant(&self) -> Option<&Grant> {
        self.meta().and_then(|meta| meta.grant.as_ref())
    }

    /// Whether the role of whoever works here lets them make records of a kind.
    pub fn may_make(&self, kind: &'static Kind) -> bool {
        self.grant().is_none_or(|grant| grant.may_make(kind))
    }

    /// Whether the role of whoever works here lets them change this record as it is now.
    pub fn may_change(&self, record: &Record) -> bool {
        let Some(meta) = self.meta() else { return false };
        let Some(grant) = &meta.grant else { return true };
        grant.may_write(meta.device, Some(record), record).is_ok()
    }
}
