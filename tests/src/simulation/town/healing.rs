//! The weather clears up, and everybody comes to rest.

use std::collections::BTreeSet;

use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{LONGEST_INVITATION, Managed, Management, Role};
use samsyn_engine::replica::Replica;

use super::super::station::chance;
use super::super::world::{Promise, World};
use super::{reads, role};

impl World {
    pub(in crate::simulation) fn heal_the_town(&mut self) {
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

    pub(super) fn role_of(&self, who: usize) -> Option<Role> {
        self.station.grant(self.laptops[who].look().device()).map(|grant| grant.role)
    }

    /// The laptops that the relay lets in, the coordinator's by which all is measured first.
    pub(in crate::simulation) fn inside(&mut self) -> Vec<usize> {
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
    pub(super) fn readable(&self, who: usize) -> (BTreeSet<RecordId>, BTreeSet<RecordId>) {
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

    pub(super) fn was_let_go(&self, change: ChangeHash) -> bool {
        let town = self.known_town();
        self.names_of(change).iter().any(|name| town.let_go.contains(name))
    }
}
