//! What somebody is in a workspace, and what follows from it.
//!
//! Each kind says who may read and write its records ([`Access`]). The relay applies it in both directions: what a role may not
//! read never leaves it, what a role may not write never enters its log. The client applies the same table before that, so
//! that nobody finds out on landing what they may not do.
//!
//! | kind | coordinator | ambassador | partner | reader |
//! | --- | --- | --- | --- | --- |
//! | `contact` | writes | writes | - | reads |
//! | `organisation`, `focus_area`, `meeting` | writes | writes | reads | reads |
//! | `venue`, `plan` | writes | writes | writes its organisation's | reads |
//! | `member` | writes | writes its own device's | writes its own device's | writes its own device's |
//! | any other (of a later version) | writes | writes | - | reads |
//!
//! Who writes its own makes its own, too: an organisation's records say so from their first change on, and a device has one record about
//! itself, under its own name. That name is no other record's: else whoever sees a device come in could take it first.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{DeviceId, MemberId};
use crate::id::RecordId;
use crate::schema::{self, Access, Caption, KINDS, Kind, Link, NewRecord, Owner, Right, Value};

/// What a member is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the workspace: invites, gives roles, revokes, erases, reviews.
    Coordinator,
    /// Works for the town: reads and writes everything but who belongs.
    Ambassador,
    /// A hotel, a hall, a company: sees everything but people, and writes what is its own.
    Partner,
    /// Reads.
    Reader,
}

impl Role {
    /// All of them, the one that may do most first.
    pub const ALL: [Role; 4] = [Role::Coordinator, Role::Ambassador, Role::Partner, Role::Reader];

    /// Its name, on the wire, in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Role::Coordinator => "coordinator",
            Role::Ambassador => "ambassador",
            Role::Partner => "partner",
            Role::Reader => "reader",
        }
    }

    /// What people call it.
    pub fn caption(self) -> Caption {
        match self {
            Role::Coordinator => Caption::new("Koordinator", "Coordinator"),
            Role::Ambassador => Caption::new("Ambassadör", "Ambassador"),
            Role::Partner => Caption::new("Partner", "Partner"),
            Role::Reader => Caption::new("Läsare", "Reader"),
        }
    }

    /// What it may do with records of a kind.
    pub fn right(self, kind: &str) -> Right {
        self.right_by(&access(kind))
    }

    /// What it may do with records of which that holds.
    fn right_by(self, access: &Access) -> Right {
        match self {
            Role::Coordinator => Right::Write,
            Role::Ambassador => access.ambassador,
            Role::Partner => access.partner,
            Role::Reader => access.reader,
        }
    }

    /// The kinds that it may read, where that is not all of them.
    pub fn readable(self) -> Option<&'static [&'static str]> {
        static READABLE: LazyLock<[Option<Vec<&str>>; 4]> = LazyLock::new(|| {
            Role::ALL.map(|role| {
                let reads = |access: &Access| role.right_by(access) >= Right::Read;
                let reads_all = reads(&Access::UNKNOWN) && KINDS.iter().all(|kind| reads(&kind.access));
                let readable =
                    || KINDS.iter().filter(|kind| reads(&kind.access)).map(|kind| kind.name).collect();
                (!reads_all).then(readable)
            })
        });
        READABLE[self as usize].as_deref()
    }

    /// Whether it may say who belongs.
    pub fn manages(self) -> bool {
        self == Role::Coordinator
    }

    /// Whether its devices may exchange everything with others directly, without the relay between them that would keep from
    /// them what they may not read, and from the others what they may not write.
    pub fn meets(self) -> bool {
        matches!(self, Role::Coordinator | Role::Ambassador)
    }

    /// Whether it may hand on what other devices wrote and the relay does not have: a relay that lost its tail gets it back
    /// so, and what was exchanged directly by somebody who never comes online again.
    pub fn carries(self) -> bool {
        self == Role::Coordinator
    }
}

impl Role {
    /// What it is called in Swedish: whoever reads that may type it.
    fn swedish(self) -> &'static str {
        match self {
            Role::Coordinator => "koordinator",
            Role::Ambassador => "ambassadör",
            Role::Partner => "partner",
            Role::Reader => "läsare",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no role: expected coordinator, ambassador, partner or reader")]
pub struct RoleError(String);

impl std::str::FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let wanted = text.trim().to_lowercase();
        let is = |role: &Role| [role.name(), role.swedish()].contains(&wanted.as_str());
        let named = Role::ALL.into_iter().find(is);
        named.ok_or_else(|| RoleError(text.chars().take(40).collect()))
    }
}

/// Who may do what with the records of a kind.
fn access(kind: &str) -> Access {
    schema::kind(kind).map_or(Access::UNKNOWN, |kind| kind.access)
}

/// What a device may do in a workspace, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whose device it is.
    #[serde(rename = "m")]
    pub member: MemberId,
    /// What that member is.
    #[serde(rename = "r")]
    pub role: Role,
    /// For whom a partner works.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<RecordId>,
}

/// A record, as far as it decides who may write it.
pub trait Owned {
    /// The name of its kind.
    fn kind(&self) -> &str;

    /// Its own name.
    fn id(&self) -> RecordId;

    /// The records that one of its fields refers to.
    fn links(&self, field: &str) -> Vec<RecordId>;
}

/// Somebody may not write that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Their role writes no record of the kind.
    #[error("a {role} may not write records of the kind {kind}")]
    Kind {
        /// What they are.
        role: Role,
        /// The kind.
        kind: String,
    },
    /// Their role writes only its own, and this is not.
    #[error("a {role} may write only its own {kind} records, and this is another's")]
    NotOwn {
        /// What they are.
        role: Role,
        /// The kind.
        kind: String,
    },
}

impl Grant {
    /// A grant without bounds: in a workspace without a relay, and in one that has a secret instead of members.
    pub fn unbounded(device: DeviceId) -> Grant {
        Grant { member: device, role: Role::Coordinator, organisation: None }
    }

    /// Whether this device may make a record what it is now out of what it was before. None before: it is new.
    ///
    /// Who may write only their own may neither take others' records nor give theirs away: the record has to be theirs
    /// before and afterwards.
    ///
    /// # Errors
    /// Why not.
    pub fn may_write<R: Owned>(
        &self,
        device: DeviceId,
        before: Option<&R>,
        after: &R,
    ) -> Result<(), Forbidden> {
        let (role, kind) = (self.role, after.kind().to_owned());
        match role.right(&kind) {
            Right::Write => Ok(()),
            Right::WriteOwn
                if self.owns(device, after) && before.is_none_or(|before| self.owns(device, before)) =>
            {
                Ok(())
            }
            Right::WriteOwn => Err(Forbidden::NotOwn { role, kind }),
            Right::Read | Right::Nothing => Err(Forbidden::Kind { role, kind }),
        }
    }

    /// Whether this device may make records of a kind at all; who writes only their own makes them their own.
    pub fn may_make(&self, kind: &Kind) -> bool {
        match self.role.right(kind.name) {
            Right::Write => true,
            Right::WriteOwn => self.organisation.is_some() && !kind.access.owner_fields().is_empty(),
            Right::Read | Right::Nothing => false,
        }
    }

    /// Whether this device may begin a record in which nothing is written yet, so that it shows by its name alone whose it will be.
    pub fn may_begin(&self, device: DeviceId, kind: &str, record: RecordId) -> bool {
        match self.role.right(kind) {
            Right::Write => true,
            Right::WriteOwn => access(kind).owner == Owner::Device && record == device,
            Right::Read | Right::Nothing => false,
        }
    }

    /// Makes a new record the own one of whoever may write only their own.
    pub fn make_own(&self, new: &mut NewRecord) {
        if self.role.right(new.kind.name) != Right::WriteOwn {
            return;
        }
        if let (Some(organisation), Some(field)) = (self.organisation, new.kind.access.owner_fields().first())
        {
            new.cells.insert((*field).to_owned(), Value::Link(Link::Record(organisation)));
        }
    }

    fn owns<R: Owned>(&self, device: DeviceId, record: &R) -> bool {
        match (access(record.kind()).owner, self.organisation) {
            (Owner::Device, _) => record.id() == device,
            (Owner::Organisation(fields), Some(organisation)) => {
                fields.iter().any(|field| record.links(field).contains(&organisation))
            }
            (Owner::Organisation(_), None) | (Owner::Nobody, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Paper(&'static str, Vec<(&'static str, RecordId)>);

    impl Owned for Paper {
        fn kind(&self) -> &str {
            self.0
        }

        fn id(&self) -> RecordId {
            RecordId::from_bytes([9; 16])
        }

        fn links(&self, field: &str) -> Vec<RecordId> {
            self.1.iter().filter(|(name, _)| *name == field).map(|(_, id)| *id).collect()
        }
    }

    fn id(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    fn grant(role: Role) -> Grant {
        Grant { member: id(1), role, organisation: Some(id(5)) }
    }

    fn may(role: Role, before: Option<Paper>, after: Paper) -> bool {
        grant(role).may_write(id(1), before.as_ref(), &after).is_ok()
    }

    #[test]
    fn the_table() {
        use Right::*;
        let kinds = ["contact", "organisation", "focus_area", "meeting", "venue", "plan", "member", "later"];
        let expected = [
            (Role::Coordinator, [Write; 8]),
            (Role::Ambassador, [Write, Write, Write, Write, Write, Write, WriteOwn, Write]),
            (Role::Partner, [Nothing, Read, Read, Read, WriteOwn, WriteOwn, WriteOwn, Nothing]),
            (Role::Reader, [Read, Read, Read, Read, Read, Read, WriteOwn, Read]),
        ];
        for (role, rights) in expected {
            assert_eq!(kinds.map(|kind| role.right(kind)), rights, "{role}");
            for kind in kinds {
                let reads = role.readable().is_none_or(|readable| readable.contains(&kind));
                assert_eq!(reads, role.right(kind) >= Read, "{role} {kind}");
            }
        }
    }

    #[test]
    fn a_partner_writes_its_own_and_can_neither_take_nor_give_away() {
        let own = || Paper("venue", vec![("organisation", id(5))]);
        let others = || Paper("venue", vec![("organisation", id(6))]);
        assert!(may(Role::Partner, Some(own()), own()));
        assert!(may(Role::Partner, None, own()), "a new one");
        assert!(!may(Role::Partner, Some(others()), others()));
        assert!(!may(Role::Partner, Some(others()), own()), "taken");
        assert!(!may(Role::Partner, Some(own()), others()), "given away");
        let part = || Paper("plan", vec![("owner", id(6)), ("partners", id(7)), ("partners", id(5))]);
        assert!(may(Role::Partner, Some(part()), part()));
        assert!(!may(Role::Partner, None, Paper("contact", vec![("organisation", id(5))])));
        let homeless = Grant { organisation: None, ..grant(Role::Partner) };
        assert!(homeless.may_write(id(1), None, &own()).is_err());
    }

    #[test]
    fn who_writes_only_their_own_makes_new_records_their_own() {
        use crate::schema::kinds::{CONTACT, PLAN, VENUE};
        for kind in crate::schema::KINDS.iter().filter(|kind| !kind.internal) {
            for role in Role::ALL {
                let grant = grant(role);
                let mut new = NewRecord::new(kind);
                grant.make_own(&mut new);
                let writer = crate::document::Writer::new(&[1; 16], id(1), 0);
                let made = crate::document::Document::create(&new, &writer).unwrap().read();
                assert_eq!(
                    grant.may_make(kind),
                    grant.may_write(id(1), None, &made).is_ok(),
                    "{role} {}",
                    kind.name
                );
            }
        }
        let homeless = Grant { organisation: None, ..grant(Role::Partner) };
        assert!(!homeless.may_make(&VENUE) && grant(Role::Partner).may_make(&PLAN));
        assert!(!grant(Role::Partner).may_make(&CONTACT));
    }

    #[test]
    fn everybody_writes_about_the_own_device_and_no_other() {
        for role in Role::ALL {
            let of = |device| grant(role).may_write(device, None, &Paper("member", Vec::new())).is_ok();
            assert!(of(id(9)));
            assert_eq!(of(id(8)), role == Role::Coordinator, "{role}");
        }
    }

    #[test]
    fn a_reader_writes_nothing() {
        assert!(!may(Role::Reader, None, Paper("plan", vec![("owner", id(5))])));
        assert_eq!("reader".parse(), Ok(Role::Reader));
        assert_eq!("Läsare".parse(), Ok(Role::Reader), "as somebody reads it");
        assert!("readers".parse::<Role>().is_err());
    }
}
