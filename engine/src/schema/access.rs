//! Who may read and write the records of a kind.
//!
//! A kind says so in its own file; [`Role::right`](crate::identity::Role::right) reads it, and through that the relay and every client.
//! A coordinator writes everything, so no kind says anything of coordinators.

/// What may be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Not even read it.
    Nothing,
    /// Read it.
    Read,
    /// Read it, and write it where it is one's own ([`Owner`]).
    WriteOwn,
    /// Read and write it.
    Write,
}

/// By what a record is somebody's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is nobody's.
    Nobody,
    /// It is that of the organisations to which one of these fields refers. Who makes one as their own is written into the first.
    Organisation(&'static [&'static str]),
    /// It is that of the device whose name it bears.
    Device,
}

/// What each role may do with the records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// An ambassador.
    pub ambassador: Right,
    /// A partner.
    pub partner: Right,
    /// A reader.
    pub reader: Right,
    /// By what a record is somebody's own.
    pub owner: Owner,
}

impl Access {
    /// Whoever works for the town writes, everybody else reads.
    pub const COMMON: Access =
        Access { ambassador: Right::Write, partner: Right::Read, reader: Right::Read, owner: Owner::Nobody };

    /// The same for what is about people: partners do not see it.
    pub const PERSONAL: Access = Access { partner: Right::Nothing, ..Access::COMMON };

    /// The same for what partners have, too: they write their organisation's, by these fields.
    pub const fn of_organisation(fields: &'static [&'static str]) -> Access {
        Access { partner: Right::WriteOwn, owner: Owner::Organisation(fields), ..Access::COMMON }
    }

    /// Each device writes the record about itself, and no other.
    pub const OF_DEVICE: Access = Access {
        ambassador: Right::WriteOwn,
        partner: Right::WriteOwn,
        reader: Right::WriteOwn,
        owner: Owner::Device,
    };

    /// What holds for the kinds of later versions, of which this one knows only the name.
    pub const UNKNOWN: Access = Access::PERSONAL;

    /// The fields by which a record is an organisation's own; none where it is nobody's, or a device's.
    pub const fn owner_fields(&self) -> &'static [&'static str] {
        match self.owner {
            Owner::Organisation(fields) => fields,
            Owner::Nobody | Owner::Device => &[],
        }
    }
}
