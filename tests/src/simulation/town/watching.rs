//! What must be so while it happens.

use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::SyncNews;
use samsyn_server::InlineConnection;

use super::super::world::{Promise, World};
use super::Guest;

impl World {
    /// Who is about to be answered.
    pub(in crate::simulation) fn guest(&mut self, who: usize, there: &InlineConnection) -> Option<Guest> {
        self.town.as_ref()?;
        let device = self.laptops[who].look().device();
        let belongs = self.station.grant(device).is_some();
        let mut guest =
            Guest { device, was_admitted: there.is_admitted(), belongs, code: None, is_known: false };
        if !guest.was_admitted {
            let (code, key) = self.laptops[who].comes_with();
            let key = key.map(|key| key.public());
            guest.is_known = key.is_some_and(|key| self.knows(device) == Some(key));
            guest.code = code.map(|code| (code.clone(), self.station.is_open(&code)));
        }
        Some(guest)
    }

    /// The key by which the relay knows a device.
    pub(super) fn knows(&mut self, device: DeviceId) -> Option<samsyn_engine::identity::PublicKey> {
        let members = self.station.roster().members.into_iter();
        let mut devices = members.flat_map(|member| member.devices);
        devices.find(|known| known.device == device).map(|known| known.key)
    }

    /// Whether the last that the relay noted of a device, or of its member, is that it joined.
    fn joined_last(&mut self, device: DeviceId) -> bool {
        let roster = self.station.roster();
        let owns = |member: &&samsyn_engine::identity::Member| {
            member.devices.iter().any(|known| known.device == device)
        };
        let member = roster.members.iter().find(owns).map(|member| member.member);
        let concerns = |entry: &&samsyn_engine::identity::AuditEntry| match entry.what.as_str() {
            "joined" => entry.by == Some(device),
            "revoked" => entry.whom == Some(device),
            "removed" => entry.whom.is_some() && entry.whom == member,
            _ => false,
        };
        roster.history.iter().find(concerns).is_some_and(|entry| entry.what == "joined")
    }

    /// Whoever does not belong is not heard and told nothing; nobody comes in but by a key that the relay knows or by a good
    /// code.
    pub(in crate::simulation) fn is_right(
        &mut self,
        who: usize,
        guest: Option<Guest>,
        there: &InlineConnection,
        was_heard: bool,
    ) {
        let Some(guest) = guest else { return };
        if guest.was_admitted {
            assert!(guest.belongs || !was_heard, "laptop {who} does not belong any more, and was heard");
            return;
        }
        if !there.is_admitted() {
            return;
        }
        assert!(self.station.grant(guest.device).is_some(), "laptop {who} was let in and may do nothing");
        let comes_by_code = guest.code.filter(|(_, is_good)| *is_good);
        assert!(guest.is_known || comes_by_code.is_some(), "laptop {who} came in without a key or a code");
        // The relay may have taken its code before, and the answer to that was lost.
        let came_in = comes_by_code.is_some() || self.joined_last(guest.device);
        let town = self.town.as_mut().expect("the workspace has members");
        let was_out = town.out.remove(&guest.device);
        assert!(!was_out || came_in, "laptop {who} is let in no more, and came in");
        if let Some((code, _)) = comes_by_code {
            town.used.push(code);
            self.tally.invitations.1 += 1;
        }
        self.laptops[who].is_out = false;
    }

    /// What a laptop was told of who belongs, of what it may not have any more, and of what was refused.
    pub(in crate::simulation) fn note_what_went(&mut self, who: usize, news: &[SyncNews]) {
        if self.town.is_none() {
            return;
        }
        for news in news {
            match news {
                SyncNews::Managed(managed) => {
                    let link = self.laptops[who].link.as_mut();
                    if let Some(wish) = link.and_then(|link| link.asked.pop_front()) {
                        self.hear_of(wish, managed.clone());
                    }
                }
                SyncNews::Withdrawn(withdrawn) => {
                    self.tally.withdrawals += withdrawn.records.len() as u64;
                    withdrawn.records.iter().for_each(|record| self.was_withdrawn(who, *record));
                }
                SyncNews::Refused { reason, .. } => {
                    self.tally.refusals += 1;
                    assert!(!reason.is_empty(), "a change was refused without a reason");
                }
                _ => {}
            }
        }
    }

    /// A record was taken away on a laptop: all that was written in it there is on the relay.
    fn was_withdrawn(&mut self, who: usize, record: RecordId) {
        let now = self.now;
        self.town().withdrawn.insert((who, record), now);
        if self.known_town().set_back.is_some() || self.is_erased(record) {
            return;
        }
        let of_it = |promise: &Promise| promise.who == who && promise.record == record;
        for (change, _) in self.promised.iter().filter(|(_, promise)| of_it(promise)) {
            let names = self.names_of(*change);
            let log = self.station.log();
            let is_there = |name: &ChangeHash| log.find(name).expect("the log can be read").is_some();
            let let_go = &self.known_town().let_go;
            assert!(
                names.iter().any(|name| is_there(name) || let_go.contains(name)),
                "laptop {who} was taken {record} with work in it that the relay does not have"
            );
        }
    }

    pub(super) fn is_erased(&self, record: RecordId) -> bool {
        self.station.log().is_erased(record).expect("the log can be read")
    }
}
