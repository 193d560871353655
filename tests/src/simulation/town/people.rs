//! What people do about who belongs.

use std::collections::BTreeSet;

use rand::RngExt;
use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceId, InvitationCode, Managed, Management, ManagementError, MemberId, Role,
};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::{ListQuery, StoreError};

use super::super::laptop::Laptop;
use super::super::station::chance;
use super::super::world::World;
use super::{Town, Wish, role};

impl World {
    pub(in crate::simulation) fn town(&mut self) -> &mut Town {
        self.town.as_mut().expect("the workspace has members")
    }

    pub(super) fn known_town(&self) -> &Town {
        self.town.as_ref().expect("the workspace has members")
    }

    /// Somebody does something about who belongs, or about what was refused or is to be erased.
    pub(in crate::simulation) fn belong(&mut self, who: usize) {
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
    pub(in crate::simulation) fn come_back(&mut self, who: usize) {
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
    pub(super) fn member_of(&mut self, who: usize) -> Option<MemberId> {
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
            if !link.is_spoiled {
                link.asked.push_back(wish);
            }
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
    pub(super) fn hear_of(&mut self, wish: Wish, managed: Managed) {
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

    pub(super) fn let_go_of(&mut self, who: usize, record: RecordId, crash: bool) {
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
    pub(in crate::simulation) fn set_the_town_back(&mut self, to_the_beginning: bool) -> bool {
        if to_the_beginning {
            self.station.set_back_to_the_beginning();
        } else if !self.station.set_back() {
            return false;
        }
        if chance(&mut self.dice, 0.5) {
            self.station.bump_epoch();
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
