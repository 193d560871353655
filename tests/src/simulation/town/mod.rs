//! Who belongs: invitations, roles, revocations and erasures, as people ask for them; and what must be so with them.
//!
//! What is allowed the relay's own members and rights decide. Here stands only what people were told, and what follows from that
//! being true.

mod ending;
mod healing;
mod people;
mod watching;

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::document::{ChangeHash, Document};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceId, Invitation, InvitationCode, LONGEST_INVITATION, Managed, Management, MemberId, Role,
    WorkspaceId,
};
use samsyn_engine::schema::NewRecord;

use super::person;
use super::station::{Station, chance};

/// Something that is asked of the relay, and the code that somebody will be given for it.
#[derive(Debug, Clone)]
pub(in crate::simulation) struct Wish {
    management: Management,
    code: Option<(InvitationCode, Option<MemberId>)>,
}

/// What people know of who belongs.
pub(in crate::simulation) struct Town {
    workspace: WorkspaceId,
    /// For whom partners work.
    pub(in crate::simulation) organisations: [RecordId; 2],
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
pub(in crate::simulation) struct Guest {
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
    pub(in crate::simulation) fn new(
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
    pub(in crate::simulation) fn take_codes(&mut self) -> impl Iterator<Item = InvitationCode> + use<> {
        std::mem::take(&mut self.codes).into_iter().map(|(code, _)| code)
    }

    /// A code with which somebody new may come in; now and then one that somebody has used already.
    pub(in crate::simulation) fn code_for_somebody_new(
        &mut self,
        dice: &mut StdRng,
    ) -> Option<InvitationCode> {
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
    pub(in crate::simulation) fn record(&mut self, dice: &mut StdRng) -> NewRecord {
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

/// Whether a document is of one of these kinds, where those are not all.
fn reads(kinds: Option<&[&str]>, document: &Document) -> bool {
    let kind = document.kind_name().unwrap_or_default();
    kinds.is_none_or(|kinds| kinds.contains(&kind.as_str()))
}
