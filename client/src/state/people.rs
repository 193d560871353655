//! Who belongs, put together from the two places that know of it.
//!
//! The relay keeps who may enter, as what, with which devices; it tells coordinators. What people have written about
//! themselves (`member` records) is merged like everything else and is here for everybody, also without a network.

use std::collections::{BTreeMap, HashMap};

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Grant, Member, MemberId, Role, Roster};
use samsyn_engine::text::one_line;

/// What is known of a device by what was written on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Which.
    pub device: DeviceId,
    /// Whose it is, in words.
    pub person: String,
    /// What it calls itself.
    pub name: String,
    /// When it was first written on, by its own clock (seconds since 1970-01-01 UTC).
    pub since: i64,
    /// When it was last written on, as far as that has come here.
    pub wrote: Option<i64>,
}

/// Somebody who belongs, or did.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who.
    pub member: MemberId,
    /// What they call themselves.
    pub name: String,
    /// What they are, as far as that is told here.
    pub role: Option<Role>,
    /// For whom a partner works.
    pub organisation: Option<RecordId>,
    /// When they were removed.
    pub removed_at: Option<i64>,
    /// Whether it is whoever works here.
    pub is_me: bool,
    /// Their devices.
    pub devices: Vec<Laptop>,
}

/// A device of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Laptop {
    /// Which.
    pub device: DeviceId,
    /// What it calls itself, where it has said so.
    pub name: Option<String>,
    /// By what its key is told from others, as far as that is told here.
    pub fingerprint: Option<String>,
    /// Since when it is there.
    pub since: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was last seen.
    pub seen: Seen,
    /// Whether it is this one.
    pub is_this: bool,
}

/// When a device was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is connected now.
    Here,
    /// What it wrote then has come here.
    Wrote(i64),
    /// Nothing of it has come here.
    NotKnown,
}

/// What to put together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    /// What is known by what was written.
    pub(super) known: &'a [Known],
    /// What the relay told, where it did.
    pub(super) roster: Option<&'a Roster>,
    /// This device, and what the relay lets it do.
    pub(super) here: (DeviceId, Option<&'a Grant>),
    /// Who else is connected.
    pub(super) present: &'a BTreeMap<DeviceId, Option<RecordId>>,
}

impl Sources<'_> {
    /// Who belongs: whoever works here first, then the others in the order in which they came, and those who were removed.
    pub(super) fn people(&self) -> Vec<Person> {
        let known: HashMap<DeviceId, &Known> = self.known.iter().map(|known| (known.device, known)).collect();
        let mut people: Vec<Person> = match self.roster {
            Some(roster) => roster.members.iter().map(|member| self.member(member, &known)).collect(),
            None => self.known.iter().map(|one| self.stranger(one, &known)).collect(),
        };
        people.sort_by_key(|person| (!person.is_me, person.removed_at.is_some()));
        people
    }

    fn member(&self, member: &Member, known: &HashMap<DeviceId, &Known>) -> Person {
        // A name that was corrected later is right in the record, not on the relay.
        let named = known.get(&member.member).map(|known| known.person.clone());
        let devices = member.devices.iter().map(|device| Laptop {
            fingerprint: Some(device.key.fingerprint()),
            since: Some(device.joined_at),
            revoked_at: device.revoked_at,
            ..self.laptop(device.device, known)
        });
        let devices: Vec<Laptop> = devices.collect();
        Person {
            member: member.member,
            name: named
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| one_line(&member.label).into_owned()),
            role: Some(member.role),
            organisation: member.organisation,
            removed_at: member.removed_at,
            is_me: devices.iter().any(|laptop| laptop.is_this),
            devices,
        }
    }

    /// Somebody of whom only what they have written is known: which devices are one person's is not told here.
    fn stranger(&self, one: &Known, known: &HashMap<DeviceId, &Known>) -> Person {
        let (this, grant) = self.here;
        let grant = grant.filter(|grant| one.device == this || grant.member == one.device);
        Person {
            member: one.device,
            name: one.person.clone(),
            role: grant.map(|grant| grant.role),
            organisation: grant.and_then(|grant| grant.organisation),
            removed_at: None,
            is_me: one.device == this,
            devices: vec![self.laptop(one.device, known)],
        }
    }

    fn laptop(&self, device: DeviceId, known: &HashMap<DeviceId, &Known>) -> Laptop {
        let known = known.get(&device);
        let is_this = device == self.here.0;
        let seen = match known.and_then(|known| known.wrote) {
            _ if is_this || self.present.contains_key(&device) => Seen::Here,
            Some(wrote) => Seen::Wrote(wrote),
            None => Seen::NotKnown,
        };
        Laptop {
            device,
            name: known.map(|known| known.name.clone()).filter(|name| !name.is_empty()),
            fingerprint: None,
            since: known.map(|known| known.since),
            revoked_at: None,
            seen,
            is_this,
        }
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::identity::{Device, DeviceKey};

    use super::*;

    fn id(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    fn known(number: u8, person: &str) -> Known {
        Known { device: id(number), person: person.into(), name: "Laptop".into(), since: 5, wrote: Some(9) }
    }

    fn member(number: u8, label: &str, devices: &[u8]) -> Member {
        let device = |number: &u8| Device {
            device: id(*number),
            key: DeviceKey::random().public(),
            joined_at: 7,
            revoked_at: None,
        };
        Member {
            member: id(number),
            label: label.into(),
            role: Role::Ambassador,
            organisation: None,
            removed_at: None,
            devices: devices.iter().map(device).collect(),
        }
    }

    #[test]
    fn what_the_relay_says_and_what_people_wrote_make_one_list() {
        let gone = Member { removed_at: Some(8), ..member(3, "Bo", &[3]) };
        let members = vec![gone, member(4, "Cia", &[4]), member(1, "Asa", &[1, 2])];
        let roster = Roster { members, ..Roster::default() };
        let known = [known(1, "Åsa"), known(3, "Bo")];
        let present = [(id(2), None)].into();
        let sources =
            Sources { known: &known, roster: Some(&roster), here: (id(1), None), present: &present };
        let people = sources.people();
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Åsa", "Cia", "Bo"], "oneself first, under the corrected name; the removed last");
        assert!(people[0].is_me && people[0].devices[0].is_this);
        assert_eq!(people[0].devices.iter().map(|device| device.seen).collect::<Vec<_>>(), [Seen::Here; 2]);
        assert_eq!(people[1].devices[0].seen, Seen::NotKnown);
        assert_eq!((people[2].devices[0].seen, people[2].devices[0].since), (Seen::Wrote(9), Some(7)));
    }

    #[test]
    fn without_the_relays_word_only_the_own_role_is_known() {
        let grant = Grant { member: id(1), role: Role::Reader, organisation: None };
        let known = [known(3, "Bo"), known(1, "Åsa")];
        let (here, present) = ((id(1), Some(&grant)), BTreeMap::new());
        let people = Sources { known: &known, roster: None, here, present: &present }.people();
        assert_eq!(people.iter().map(|person| person.role).collect::<Vec<_>>(), [Some(Role::Reader), None]);
        assert!(people[0].is_me && !people[1].is_me);
    }
}
