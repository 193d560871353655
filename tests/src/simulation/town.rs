//! Who belongs: invitations, roles, revocations and erasures, as people ask for them; and what must be so with them.
//!
//! What is allowed the relay's own members and rights decide. Here stands only what people were told, and what follows from that
//! being true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::document::{ChangeHash, Document, is_seed_actor};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceId, Invitation, InvitationCode, LONGEST_INVITATION, Managed, Management, ManagementError, MemberId,
    Role, WorkspaceId,
};
use samsyn_engine::replica::{Replica, ReplicaError, SyncNews};
use samsyn_engine::schema::NewRecord;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::{ListQuery, OutboxState, StoreError};
use samsyn_server::InlineConnection;
use samsyn_server::log::care;

use super::disk;
use super::laptop::Laptop;
use super::station::{Station, chance};
use super::world::{Promise, World};
use super::{assert_projection_is_true, assert_same_in, person};

/// Something that is asked of the relay, and the code that somebody will be given for it.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    management: Management,
    code: Option<(InvitationCode, Option<MemberId>)>,
}

/// What people know of who belongs.
pub(super) struct Town {
    workspace: WorkspaceId,
    /// For whom partners work.
    pub(super) organisations: [RecordId; 2],
    /// Codes that somebody was given and that may be good, each with the member whose further device it is for.
    codes: Vec<(InvitationCode, Option<MemberId>)>,
    /// Codes that somebody came in with.
    used: Vec<InvitationCode>,
    /// Devices of which somebody was told that they are let in no more, and which did not come in with an invitation since.
    out: BTreeSet<DeviceId>,
    /// Records of which somebody was told that they are erased.
    erased: BTreeSet<RecordId>,
    /// What stands in a record of a person and nowhere else.
    planted: BTreeMap<RecordId, String>,
    /// Changes that somebody let go of.
    let_go: BTreeSet<ChangeHash>,
    /// Records that were taken away on a laptop, and when.
    withdrawn: BTreeMap<(usize, RecordId), u64>,
    /// When the relay was last set back.
    set_back: Option<u64>,
    /// The coordinator's laptop by which all is measured in the end.
    lead: usize,
}

/// A laptop that says something to the relay, before it is answered.
pub(super) struct Guest {
    device: DeviceId,
    was_admitted: bool,
    belongs: bool,
    /// The code that it comes with, and whether that is good.
    code: Option<(InvitationCode, bool)>,
    /// The relay knows its device by just the key that it comes with.
    is_known: bool,
}

impl Town {
    /// A workspace into which so many are invited, the first of them as its coordinator.
    pub(super) fn new(
        station: &mut Station,
        workspace: WorkspaceId,
        count: usize,
        dice: &mut StdRng,
    ) -> Town {
        let mut town = Town {
            workspace,
            organisations: [RecordId::random(), RecordId::random()],
            codes: Vec::new(),
            used: Vec::new(),
            out: BTreeSet::new(),
            erased: BTreeSet::new(),
            planted: BTreeMap::new(),
            let_go: BTreeSet::new(),
            withdrawn: BTreeMap::new(),
            set_back: None,
            lead: 0,
        };
        for number in 0..count {
            let role = if number == 0 { Role::Coordinator } else { role(dice) };
            let wish = town.invitation((role, None), LONGEST_INVITATION, dice);
            assert_eq!(station.manage(&wish.management), Managed::Done);
            town.codes.extend(wish.code);
        }
        town
    }

    /// The codes of those who are there from the beginning.
    pub(super) fn take_codes(&mut self) -> impl Iterator<Item = InvitationCode> + use<> {
        std::mem::take(&mut self.codes).into_iter().map(|(code, _)| code)
    }

    /// A code with which somebody new may come in; now and then one that somebody has used already.
    pub(super) fn code_for_somebody_new(&mut self, dice: &mut StdRng) -> Option<InvitationCode> {
        if chance(dice, 0.1) && !self.used.is_empty() {
            return Some(self.used[dice.random_range(0..self.used.len())].clone());
        }
        self.code_for(None)
    }

    fn code_for(&mut self, member: Option<MemberId>) -> Option<InvitationCode> {
        let place = self.codes.iter().position(|(_, whose)| *whose == member)?;
        Some(self.codes.remove(place).0)
    }

    fn invitation(&self, (role, member): (Role, Option<MemberId>), seconds: u32, dice: &mut StdRng) -> Wish {
        let code = InvitationCode::random();
        let (key, organisation) = (code.public(self.workspace), self.organisation(role, dice));
        let invitation = Invitation { key, role, organisation, member, seconds };
        Wish { management: Management::Invite { invitation }, code: Some((code, member)) }
    }

    fn organisation(&self, role: Role, dice: &mut StdRng) -> Option<RecordId> {
        let one = self.organisations[dice.random_range(0..self.organisations.len())];
        (role == Role::Partner).then_some(one)
    }

    /// A new record.
    pub(super) fn record(&mut self, dice: &mut StdRng) -> NewRecord {
        let (record, name) = person::record_with_owner(dice, &self.organisations);
        self.planted.extend(name.map(|name| (record.id, name)));
        record
    }
}

/// Most work for the town, and some only read.
fn role(dice: &mut StdRng) -> Role {
    use Role::{Ambassador, Coordinator, Partner, Reader};
    [Coordinator, Ambassador, Ambassador, Ambassador, Partner, Partner, Reader][dice.random_range(0..7)]
}

/// What people do about who belongs.
impl World {
    pub(super) fn town(&mut self) -> &mut Town {
        self.town.as_mut().expect("the workspace has members")
    }

    fn known_town(&self) -> &Town {
        self.town.as_ref().expect("the workspace has members")
    }

    /// Somebody does something about who belongs, or about what was refused or is to be erased.
    pub(super) fn belong(&mut self, who: usize) {
        match self.dice.random_range(0..20) {
            0..3 => self.invite_somebody_new(),
            3..8 => self.give_a_role(who),
            8 => {
                let device = self.laptops[who].look().device();
                self.ask(Management::Revoke { device }, None);
            }
            9 => {
                if let Some(member) = self.member_of(who) {
                    self.ask(Management::Remove { member }, None);
                }
            }
            10..14 => self.erase_somebody(who),
            14 => {
                let workspace = self.known_town().workspace;
                if let Some((code, _)) = self.town().codes.pop() {
                    self.ask(Management::Withdraw { key: code.public(workspace) }, None);
                }
            }
            15 => self.ask(Management::Roster, None),
            16 => self.offer_again(who),
            _ => self.let_go(who),
        }
    }

    /// The relay does not let somebody in: they are given a code, or use the one that they were given.
    pub(super) fn come_back(&mut self, who: usize) {
        let member = self.member_of(who);
        if let Some(code) = self.town().code_for(member) {
            return self.laptops[who].enter(code);
        }
        let role = role(&mut self.dice);
        self.invite((role, member));
    }

    fn invite_somebody_new(&mut self) {
        let role = role(&mut self.dice);
        self.invite((role, None));
    }

    fn invite(&mut self, whom: (Role, Option<MemberId>)) {
        let seconds = self.dice.random_range(60..20_000);
        let town = self.town.as_ref().expect("the workspace has members");
        let Wish { management, code } = town.invitation(whom, seconds, &mut self.dice);
        self.ask(management, code);
    }

    fn give_a_role(&mut self, who: usize) {
        let Some(member) = self.member_of(who) else { return };
        let role = role(&mut self.dice);
        let town = self.town.as_ref().expect("the workspace has members");
        let organisation = town.organisation(role, &mut self.dice);
        self.ask(Management::SetRole { member, role, organisation }, None);
    }

    fn erase_somebody(&mut self, who: usize) {
        let people = |laptop: &Laptop| {
            laptop.look().store().list(&ListQuery::all(&CONTACT)).expect("the store can be read")
        };
        let others = (0..self.laptops.len()).map(|other| (who + other) % self.laptops.len());
        let people = others.map(|who| people(&self.laptops[who])).find(|people| !people.is_empty());
        let people = people.unwrap_or_default();
        if !people.is_empty() {
            let record = people[self.dice.random_range(0..people.len())];
            self.ask(Management::Erase { record }, None);
        }
    }

    /// The member whose device a laptop is, as the relay knows it.
    fn member_of(&mut self, who: usize) -> Option<MemberId> {
        let device = self.laptops[who].look().device();
        let mut members = self.station.roster().members.into_iter();
        let member = members.find(|member| member.devices.iter().any(|known| known.device == device));
        member.map(|member| member.member)
    }

    /// Somebody who is connected asks for it, whatever they are; or whoever sits at the relay does it, and sometimes the power
    /// goes.
    fn ask(&mut self, management: Management, code: Option<(InvitationCode, Option<MemberId>)>) {
        let wish = Wish { management, code };
        let by = self.somebody_who_asks();
        if let Some(link) = &mut self.laptops[by].link
            && !link.is_over
            && link.sync.manage(wish.management.clone())
        {
            link.asked.push_back(wish);
            return;
        }
        if chance(&mut self.dice, 0.15) {
            self.station.crash_managing(&wish.management, &mut self.dice);
            self.tally.crashes += 1;
            return self.cut_all();
        }
        let managed = self.station.manage(&wish.management);
        self.hear_of(wish, managed);
    }

    /// Mostly a coordinator who is connected, where there is one.
    fn somebody_who_asks(&mut self) -> usize {
        let manages = |who: &usize| {
            let laptop = &self.laptops[*who];
            laptop.link.is_some() && laptop.look().grant().is_ok_and(|grant| grant.role.manages())
        };
        let coordinators: Vec<usize> = (0..self.laptops.len()).filter(manages).collect();
        if coordinators.is_empty() || chance(&mut self.dice, 0.2) {
            return self.dice.random_range(0..self.laptops.len());
        }
        coordinators[self.dice.random_range(0..coordinators.len())]
    }

    /// Somebody is told what came of what they asked for.
    fn hear_of(&mut self, wish: Wish, managed: Managed) {
        match (wish.management, managed) {
            (Management::Invite { .. }, Managed::Done) => {
                self.tally.invitations.0 += 1;
                self.town().codes.extend(wish.code);
            }
            (Management::SetRole { .. }, Managed::Done) => self.tally.roles += 1,
            (Management::Revoke { device }, Managed::Done) => self.is_out(&[device]),
            (Management::Remove { member }, Managed::Done) => {
                let members = self.station.roster().members.into_iter();
                let of_member = members.filter(|known| known.member == member);
                let devices = of_member.flat_map(|member| member.devices).map(|device| device.device);
                self.is_out(&devices.collect::<Vec<_>>());
            }
            (Management::Erase { record }, Managed::Done) => {
                self.tally.erasures += 1;
                self.town().erased.insert(record);
            }
            (Management::Withdraw { .. }, Managed::Done) | (Management::Roster, Managed::Roster { .. }) => {}
            (
                wish,
                Managed::Refused {
                    why:
                        why @ (ManagementError::Storage | ManagementError::NoMembers | ManagementError::Other),
                },
            ) => panic!("{wish:?} was not done: {why}"),
            (_, Managed::Refused { .. }) => {}
            (wish, managed) => panic!("{wish:?} came to {managed:?}"),
        }
    }

    /// Somebody was told that these devices are let in no more.
    fn is_out(&mut self, devices: &[DeviceId]) {
        self.tally.revocations += 1;
        for device in devices {
            // They may have been invited again before that was told.
            if self.station.grant(*device).is_none() {
                self.town().out.insert(*device);
            }
        }
    }

    /// Somebody sends what was refused of a record once more.
    fn offer_again(&mut self, who: usize) {
        if let Some(record) = self.refused_record(who) {
            match self.laptops[who].replica().retry_refused_in(record) {
                Ok(_) => {}
                Err(ReplicaError::Store(StoreError::Full)) if self.laptops[who].is_full() => {}
                Err(error) => panic!("what was refused cannot be offered again: {error}"),
            }
        }
    }

    fn refused_record(&mut self, who: usize) -> Option<RecordId> {
        let refused = self.laptops[who].look().store().refused().expect("the store can be read");
        let which = self.dice.random_range(0..refused.len().max(1));
        refused.get(which).map(|refused| refused.record)
    }

    /// Somebody lets go of what was refused of a record. Sometimes the power goes.
    fn let_go(&mut self, who: usize) {
        let crash = !self.calm && chance(&mut self.dice, 0.1);
        if let Some(record) = self.refused_record(who) {
            self.let_go_of(who, record, crash);
        }
    }

    fn let_go_of(&mut self, who: usize, record: RecordId, crash: bool) {
        let names = |world: &World| -> BTreeSet<ChangeHash> {
            let document = world.laptops[who].look().document(record).ok();
            document.iter().flat_map(|document| document.change_names()).map(|change| change.hash).collect()
        };
        let before = names(self);
        let laptop = &mut self.laptops[who];
        let done = match crash {
            true => laptop.crash_in(&mut self.dice, |replica| replica.discard_refused(record)).0,
            false => laptop.replica().discard_refused(record),
        };
        match done {
            Ok(_) => {}
            Err(ReplicaError::Store(StoreError::Full)) if laptop.is_full() || crash => {}
            Err(error) => panic!("what was refused cannot be let go: {error}"),
        }
        let after = names(self);
        self.town().let_go.extend(before.difference(&after));
    }

    /// The relay's operator puts an older copy in its place: as a snapshot of the machine does it, or with the command for it.
    pub(super) fn set_the_town_back(&mut self, to_the_beginning: bool) -> bool {
        if to_the_beginning {
            self.station.set_back_to_the_beginning();
        } else if !self.station.set_back() {
            return false;
        }
        if chance(&mut self.dice, 0.5) {
            self.station.begin_new_life();
        }
        let now = self.now;
        // The copy knows nothing of who was let in no more since.
        let station = &self.station;
        let town = self.town.as_mut().expect("the workspace has members");
        town.out.retain(|device| station.grant(*device).is_none());
        town.set_back = Some(now);
        true
    }
}

/// What must be so while it happens.
impl World {
    /// Who is about to be answered.
    pub(super) fn guest(&mut self, who: usize, there: &InlineConnection) -> Option<Guest> {
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
    fn knows(&mut self, device: DeviceId) -> Option<samsyn_engine::identity::PublicKey> {
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
        let concerns = |entry: &&samsyn_engine::identity::Happening| match entry.what.as_str() {
            "joined" => entry.by == Some(device),
            "revoked" => entry.whom == Some(device),
            "removed" => entry.whom.is_some() && entry.whom == member,
            _ => false,
        };
        roster.history.iter().find(concerns).is_some_and(|entry| entry.what == "joined")
    }

    /// Whoever does not belong is not heard and told nothing; nobody comes in but by a key that the relay knows or by a good
    /// code.
    pub(super) fn is_right(
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
    pub(super) fn note_what_went(&mut self, who: usize, news: &[SyncNews]) {
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

    fn is_erased(&self, record: RecordId) -> bool {
        self.station.log().is_erased(record).expect("the log can be read")
    }
}

/// The weather clears up.
impl World {
    pub(super) fn heal_the_town(&mut self) {
        self.all_is_kept();
        self.find_a_lead();
        for who in 0..self.laptops.len() {
            self.let_back_in(who);
        }
        // Where two laptops are one device the last to come in has the key.
        self.find_a_lead();
        self.cut_all();
        // Some may do more now than as it was refused: they try again.
        for who in self.inside() {
            self.laptops[who].replica().retry_refused().expect("the store can be written");
        }
        let visits = chance(&mut self.dice, 0.5);
        self.come_to_rest(visits);
        self.all_is_kept();
        for who in self.inside() {
            self.let_go_of_all(who);
        }
        self.come_to_rest(false);
        // What a role may not read goes at the next contact, once nothing unsent keeps it.
        for who in self.inside() {
            self.laptops[who].link = None;
            self.settle(who);
        }
    }

    /// A coordinator's laptop that the relay lets in. Where there is none, whoever sits at the relay makes one.
    fn find_a_lead(&mut self) {
        let inside: Vec<usize> = (0..self.laptops.len()).filter(|who| self.can_enter(*who)).collect();
        let is_coordinator = |who: &&usize| self.role_of(**who) == Some(Role::Coordinator);
        let lead = inside.iter().find(is_coordinator).or(inside.first()).copied().unwrap_or(0);
        if !self.can_enter(lead) {
            self.bring_in(lead, Role::Coordinator);
        }
        if self.role_of(lead) != Some(Role::Coordinator) {
            let member = self.member_of(lead).expect("whoever is let in is a member");
            let role = Management::SetRole { member, role: Role::Coordinator, organisation: None };
            assert_eq!(self.station.manage(&role), Managed::Done);
        }
        self.town().lead = lead;
    }

    /// Whoever the relay does not let in is brought in again, or not.
    fn let_back_in(&mut self, who: usize) {
        if self.can_enter(who) {
            return;
        }
        let (code, key) = self.laptops[who].comes_with();
        let code = code.filter(|_| key.is_some());
        // A device that the relay knows by another key does not come in with a code for somebody new.
        if self.member_of(who).is_none() && code.is_some_and(|code| self.station.is_open(&code)) {
            return self.settle(who);
        }
        if chance(&mut self.dice, 0.6) {
            let role = role(&mut self.dice);
            self.bring_in(who, role);
        }
    }

    fn bring_in(&mut self, who: usize, role: Role) {
        let member = self.member_of(who);
        let town = self.town.as_ref().expect("the workspace has members");
        let wish = town.invitation((role, member), LONGEST_INVITATION, &mut self.dice);
        assert_eq!(self.station.manage(&wish.management), Managed::Done);
        self.tally.invitations.0 += 1;
        let (code, _) = wish.code.expect("an invitation has a code");
        self.laptops[who].enter(code);
        self.settle(who);
    }

    fn can_enter(&mut self, who: usize) -> bool {
        let (device, key) = (self.laptops[who].look().device(), self.laptops[who].comes_with().1);
        let key = key.map(|key| key.public());
        key.is_some() && self.station.grant(device).is_some() && self.knows(device) == key
    }

    fn role_of(&self, who: usize) -> Option<Role> {
        self.station.grant(self.laptops[who].look().device()).map(|grant| grant.role)
    }

    /// The laptops that the relay lets in, the coordinator's by which all is measured first.
    fn inside(&mut self) -> Vec<usize> {
        let lead = self.known_town().lead;
        let mut inside: Vec<usize> = (0..self.laptops.len()).filter(|who| self.can_enter(*who)).collect();
        inside.sort_by_key(|who| *who != lead);
        assert_eq!(inside.first(), Some(&lead), "the coordinator is not let in");
        inside
    }

    /// Everybody is connected until nobody has anything more to say.
    fn come_to_rest(&mut self, visits: bool) {
        let (inside, lead) = (self.inside(), self.known_town().lead);
        for round in 0..20 {
            inside.iter().for_each(|who| self.settle(*who));
            if visits {
                inside[1..].iter().for_each(|who| self.visit(lead, *who, 10_000));
            }
            if inside.iter().all(|who| self.unrest_of(*who).is_empty()) {
                return;
            }
            if round == 0 {
                self.station.fold_all();
            }
        }
        let unrest: Vec<_> = inside.iter().flat_map(|who| self.unrest_of(*who)).collect();
        panic!("they never come to rest: {}", unrest.join("; "));
    }

    /// What a laptop lacks of the coordinator's, or the other way round.
    fn unrest_of(&self, who: usize) -> Vec<String> {
        let (lead, replica) = (self.laptops[self.known_town().lead].look(), self.laptops[who].look());
        let outbox = replica.store().outbox_state().expect("the store can be read");
        let mut lacks = Vec::new();
        if outbox.waiting > 0 {
            lacks.push(format!("laptop {who} has {outbox:?}"));
        }
        let unsent = replica.store().unsent().expect("the store can be read");
        let lacks_some = |one: &Replica, other: &Replica, record: RecordId| {
            let theirs = other.document(record).map(|document| document.heads()).unwrap_or_default();
            let ours = one.document(record).ok();
            theirs.iter().any(|head| !ours.as_ref().is_some_and(|document| document.has(head)))
        };
        let (readable, all) = self.readable(who);
        for record in readable.iter().filter(|record| lacks_some(replica, lead, **record)) {
            let role = self.role_of(who);
            lacks.push(format!("laptop {who} ({role:?}, {outbox:?}) lacks something in {record}"));
        }
        for record in replica.store().records().expect("the store can be read") {
            let is_here_alone = !unsent.contains_key(&record) && lacks_some(lead, replica, record);
            if is_here_alone {
                let known = all.contains(&record);
                lacks.push(format!(
                    "only laptop {who} has something in {record} (known: {known}), and does not send it"
                ));
            }
        }
        lacks
    }

    /// The records of the coordinator's laptop that the role of another one may read; and all of them.
    fn readable(&self, who: usize) -> (BTreeSet<RecordId>, BTreeSet<RecordId>) {
        let lead = self.laptops[self.known_town().lead].look();
        let all: BTreeSet<RecordId> =
            lead.store().records().expect("the store can be read").into_iter().collect();
        let kinds = self.role_of(who).expect("whoever is let in has a role").readable();
        let may_read = |record: &RecordId| reads(kinds, &lead.document(*record).expect("it is there"));
        (all.iter().copied().filter(may_read).collect(), all)
    }

    /// What was refused is here with its reason. Somebody lets go of all of it.
    fn let_go_of_all(&mut self, who: usize) {
        let refused = self.laptops[who].look().store().refused().expect("the store can be read");
        let mut records = BTreeSet::new();
        for refused in refused {
            assert!(!refused.reason.is_empty(), "laptop {who} was refused {refused:?}");
            let document = self.laptops[who].look().document(refused.record);
            assert!(document.is_ok_and(|document| document.has(&refused.hash)), "{refused:?} is not here");
            records.insert(refused.record);
        }
        records.into_iter().for_each(|record| self.let_go_of(who, record, false));
    }

    /// Whatever was refused, taken from somebody or not sent: who wrote it has it, or the relay does.
    fn all_is_kept(&self) {
        let town = self.known_town();
        for (change, Promise { record, who }) in &self.promised {
            let replica = self.laptops[*who].look();
            let is_here = replica.document(*record).is_ok_and(|document| self.has(&document, change));
            let erased = replica.store().is_erased(*record).expect("the store can be read");
            let withdrawn = town.withdrawn.contains_key(&(*who, *record));
            assert!(
                is_here || erased || withdrawn || self.was_let_go(*change),
                "laptop {who} has lost an edit that was saved: {change} in {record}"
            );
        }
    }

    fn was_let_go(&self, change: ChangeHash) -> bool {
        let town = self.known_town();
        self.names_of(change).iter().any(|name| town.let_go.contains(name))
    }
}

/// What must be so in the end.
impl World {
    pub(super) fn check_the_town(&mut self) {
        let inside = self.inside();
        let lead = self.laptops[self.known_town().lead].look();
        let outbox = lead.store().outbox_state().expect("the store can be read");
        assert_eq!(outbox, OutboxState::default(), "something of a coordinator's was not sent, or refused");
        inside.iter().for_each(|who| self.has_what_it_may_read(*who));
        self.nothing_is_lost(&inside);
        self.actors_are_bound();
        self.erased_is_gone(&inside);
        care::verify(self.station.path()).expect("the log is whole");
    }

    /// A laptop has what its role may read, as the coordinator has it, and beside that only what waits for others' work.
    fn has_what_it_may_read(&self, who: usize) {
        let (lead, replica) = (self.laptops[self.known_town().lead].look(), self.laptops[who].look());
        assert_projection_is_true(replica);
        let outbox = replica.store().outbox_state().expect("the store can be read");
        let waits = OutboxState { held: outbox.held, ..OutboxState::default() };
        let apart = disk::kept_apart(self.laptops[who].path());
        assert_eq!(
            outbox, waits,
            "something of laptop {who} was not sent, or refused, or kept apart: {apart:?}"
        );
        let unsent = replica.store().unsent().expect("the store can be read");
        let (readable, all) = self.readable(who);
        let kinds = self.role_of(who).expect("whoever is let in has a role").readable();
        let may_read = |document: &Document| reads(kinds, document);
        for record in replica.store().records().expect("the store can be read") {
            if readable.contains(&record) {
                continue;
            }
            assert!(unsent.contains_key(&record), "laptop {who} has {record}, which it may not read");
            let document = replica.document(record).expect("it is there");
            // What came directly from somebody who has not brought it to the relay waits for them.
            if may_read(&document) {
                continue;
            }
            let theirs = all.contains(&record).then(|| lead.document(record).expect("it is there"));
            let own = document.change_names().into_iter().any(|change| {
                let is_own = document.device_of(&change.actor) == Some(replica.device());
                is_own && !theirs.as_ref().is_some_and(|document| document.has(&change.hash))
            });
            assert!(own, "laptop {who} has {record}, which it may not read, with nothing unsent in it");
        }
        assert_same_in(lead, replica, |record| readable.contains(&record) && !unsent.contains_key(&record));
    }

    /// Nothing that somebody was told is safe is lost, but for what was erased or what they let go of.
    fn nothing_is_lost(&self, inside: &[usize]) {
        let town = self.known_town();
        let lead = self.laptops[town.lead].look();
        for (change, Promise { record, who }) in &self.promised {
            let has = |replica: &Replica| {
                replica.document(*record).is_ok_and(|document| self.has(&document, change))
            };
            if has(lead) || self.is_erased(*record) || self.was_let_go(*change) {
                continue;
            }
            // Whoever is not let in keeps it, and whoever waits for others' work does.
            let replica = self.laptops[*who].look();
            let unsent = replica.store().unsent().expect("the store can be read");
            if has(replica) && (!inside.contains(who) || unsent.contains_key(record)) {
                continue;
            }
            // It was on the relay, and on nobody's laptop who could bring it again, as the relay was set back.
            let withdrawn = town.withdrawn.get(&(*who, *record));
            let lost = withdrawn.is_some_and(|when| town.set_back.is_some_and(|back| back >= *when));
            assert!(lost, "an edit that was saved on laptop {who} is lost: {change} in {record}");
        }
    }

    /// Every change stands in the log under a device that says of itself that it wrote it.
    fn actors_are_bound(&self) {
        let (lead, log) = (self.laptops[self.known_town().lead].look(), self.station.log());
        for record in lead.store().records().expect("the store can be read") {
            let document = lead.document(record).expect("it is there");
            for change in document.change_names().into_iter().filter(|change| !is_seed_actor(&change.actor)) {
                let owner = log.owner(&change.actor).expect("the log can be read");
                assert!(owner.is_some(), "nobody's actor has written in {record}");
                assert_eq!(owner, document.device_of(&change.actor), "whose is a change in {record}?");
            }
        }
    }

    /// What was erased is nowhere: in no document, row or search, and in no file of the relay or of those who are let in.
    fn erased_is_gone(&mut self, inside: &[usize]) {
        let erased = self.station.erased();
        let town = self.known_town();
        let lacking = town.erased.iter().find(|record| !erased.iter().any(|(_, known)| known == *record));
        assert_eq!(lacking, None, "an erasure that somebody was told of is forgotten");
        let last = erased.last().map_or(0, |(number, _)| *number);
        let texts: Vec<&String> = erased.iter().filter_map(|(_, record)| town.planted.get(record)).collect();
        assert_eq!(found(self.station.data(), &texts), Vec::<String>::new(), "the relay still has it");
        for who in inside {
            let replica = self.laptops[*who].look();
            let meta = replica.meta().expect("the store can be read");
            assert_eq!(meta.erased_up_to, (last, last), "laptop {who} has not confirmed all erasures");
            for (_, record) in &erased {
                assert!(replica.store().is_erased(*record).expect("the store can be read"));
                assert!(replica.document(*record).is_err(), "laptop {who} still has {record}");
                let rows = replica.store().rows(&[*record]).expect("rows can be read");
                assert_eq!(rows, [None], "laptop {who} still lists {record}");
            }
            for text in &texts {
                let hits = replica.store().search(text, &[CONTACT.name], 10).expect("search works");
                assert!(hits.is_empty(), "laptop {who} still finds {text}");
            }
            let files: Vec<_> = beside(self.laptops[*who].path())
                .into_iter()
                .flat_map(|file| found_in(&file, &texts))
                .collect();
            assert_eq!(files, Vec::<String>::new(), "laptop {who} still has it");
        }
        let devices: Vec<DeviceId> = inside.iter().map(|who| self.laptops[*who].look().device()).collect();
        for erasure in self.station.roster().erasures {
            let waits = erasure.waiting.iter().find(|device| devices.contains(device));
            assert_eq!(waits, None, "a device has confirmed an erasure, and the relay does not know");
        }
    }
}

/// Whether a document is of one of these kinds, where those are not all.
fn reads(kinds: Option<&[&str]>, document: &Document) -> bool {
    let kind = document.kind_name().unwrap_or_default();
    kinds.is_none_or(|kinds| kinds.contains(&kind.as_str()))
}

/// A replica's file and all that lies beside it.
fn beside(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a replica has a name").to_owned();
    let folder = fs::read_dir(path.parent().expect("a replica lies in a folder")).expect("it can be read");
    let files = folder.map(|entry| entry.expect("it can be read").path());
    files
        .filter(|file| file.file_name().is_some_and(|other| other.to_string_lossy().starts_with(&name)))
        .collect()
}

/// The texts that stand in files below a folder.
fn found(folder: &Path, texts: &[&String]) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        all.extend(if path.is_dir() { found(&path, texts) } else { found_in(&path, texts) });
    }
    all
}

/// Of how many letters the beginning of a text may stand elsewhere: a search index does not write again what words share.
const SHARED: usize = 4;

fn found_in(file: &Path, texts: &[&String]) -> Vec<String> {
    if texts.is_empty() {
        return Vec::new();
    }
    let content = fs::read(file).expect("a file can be read").to_ascii_lowercase();
    let texts = texts.iter().map(|text| text[SHARED..].to_ascii_lowercase());
    let mut all: Vec<String> = Vec::new();
    for text in texts {
        let (first, bytes) = (text.as_bytes()[0], text.as_bytes());
        let places = content.iter().enumerate().filter(|(_, byte)| **byte == first);
        if places.into_iter().any(|(place, _)| content[place..].starts_with(bytes)) {
            all.push(format!("{text} in {}", file.display()));
        }
    }
    all
}
