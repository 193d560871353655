//! A member whose program is not ours: it comes, pushes what no program of ours would make into whatever it can read, and goes.
//!
//! Every third seed has one. It has dice of its own, so that the other seeds take the way that they took before. Nothing here knows
//! what the relay has to refuse: that is for the relay. What must be so in the end is what must be so anyway; everybody else
//! has the same, keeps what they wrote, can use all that the log has, and goes on.

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt, SeedableRng};
use samsyn_engine::document::{Document, Edit, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    Challenge, Credential, DeviceId, DeviceKey, Invitation, InvitationCode, LONGEST_INVITATION, Management,
    Role, WorkspaceId,
};
use samsyn_engine::schema::kinds::{CONTACT, MEMBER, PLAN, VENUE};
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::sync::{Entry, EntryBody, ErrorCode, FromClient, FromRelay, Hello, Push, VERSIONS};

use super::station::chance;
use super::world::{BEGINNING, World};
use crate::fuzz;

/// Somebody with a laptop and a program of their own.
pub(super) struct Hostile {
    dice: StdRng,
    device: DeviceId,
    key: DeviceKey,
    /// With what it comes in the next time, where it is not known yet; and as what.
    code: Option<InvitationCode>,
    role: Role,
}

impl Hostile {
    /// The one of that seed, if it has one.
    pub(super) fn of(seed: u64) -> Option<Hostile> {
        if !seed.is_multiple_of(3) {
            return None;
        }
        let mut dice = StdRng::seed_from_u64(seed ^ 0xbad);
        let (mut device, mut key) = ([0; 16], [0; 32]);
        dice.fill_bytes(&mut device);
        dice.fill_bytes(&mut key);
        let role = [Role::Reader, Role::Partner, Role::Ambassador][dice.random_range(0..3)];
        let (device, key) = (DeviceId::from_bytes(device), DeviceKey::from_bytes(&key));
        Some(Hostile { dice, device, key, code: None, role })
    }

    /// Whether it does something now.
    fn comes(&mut self) -> bool {
        chance(&mut self.dice, 0.15)
    }

    fn credential(&self, workspace: WorkspaceId, challenge: &Challenge) -> Credential {
        let who = (workspace, self.device);
        match &self.code {
            Some(code) => Credential::invitation(who, &self.key, challenge, (code, "Nils")),
            None => Credential::device(who, &self.key, challenge),
        }
    }

    fn writer(&mut self) -> Writer {
        let mut actor = [7; 16];
        self.dice.fill_bytes(&mut actor[..2]);
        Writer::new(&actor, self.device, BEGINNING)
    }

    /// What it pushes into a record.
    fn made(&mut self, document: &Document) -> Vec<Vec<u8>> {
        match self.dice.random_range(0..4) {
            // Beside each other, each under a name of its own.
            0 => (0..self.dice.random_range(1..60)).flat_map(|_| self.edited(document)).collect(),
            1 => self.edited(document).into_iter().collect(),
            _ => (0..self.dice.random_range(1..8)).filter_map(|_| self.forged(document)).collect(),
        }
    }

    fn edited(&mut self, document: &Document) -> Option<Vec<u8>> {
        let names = ["family", "name", "given", "notes"];
        let field = names[self.dice.random_range(0..names.len())];
        let edit = Edit::set(field, Value::Text(format!("Elak {}", self.dice.random_range(0..9))));
        let writer = self.writer();
        document.clone().edit(&[edit], &writer).ok()?.pop().map(|change| change.bytes)
    }

    fn forged(&mut self, document: &Document) -> Option<Vec<u8>> {
        let mut program = vec![0; 64];
        self.dice.fill_bytes(&mut program);
        fuzz::made_up(&program, self.device, document)
    }

    /// Records of nobody, or under a name that is somebody's.
    fn of_nobody(&mut self, devices: &[DeviceId]) -> Option<(RecordId, Vec<Vec<u8>>)> {
        let kind = [&CONTACT, &VENUE, &PLAN, &MEMBER][self.dice.random_range(0..4)];
        let mut id = [0; 16];
        self.dice.fill_bytes(&mut id);
        let somebodys = devices.get(self.dice.random_range(0..devices.len().max(1)));
        let id =
            somebodys.copied().filter(|_| self.dice.random_bool(0.5)).unwrap_or(RecordId::from_bytes(id));
        let new = NewRecord { id, ..NewRecord::new(kind) };
        let document = Document::create(&new, &self.writer()).ok()?;
        let mut changes: Vec<Vec<u8>> =
            document.changes_since(&[]).into_iter().map(|change| change.bytes).collect();
        // Often the seed alone, which is nobody's.
        changes.truncate(self.dice.random_range(1..4));
        Some((id, changes))
    }
}

impl World {
    /// The hostile member, where there is one, comes now and then.
    pub(super) fn is_pestered(&mut self) {
        let Some(mut hostile) = self.hostile.take() else { return };
        if hostile.comes() {
            self.pester(&mut hostile);
        }
        self.hostile = Some(hostile);
    }

    fn pester(&mut self, hostile: &mut Hostile) {
        self.let_in(hostile);
        let mut there = self.station.answer();
        let hello = Hello {
            versions: VERSIONS,
            software: "elak 1".to_owned(),
            workspace: self.invitation.workspace,
            device: hostile.device,
            credential: match self.town {
                Some(_) => hostile.credential(self.invitation.workspace, there.challenge()),
                None => self.invitation.credential(),
            },
            cursor: None,
            first_sync: None,
            holds_records: false,
            peer: false,
            erased: 0,
            erasures: None,
            scrubbed: 0,
            founds: false,
        };
        // It may not be let in any more: then it asks again another time.
        if self.station.receive(&mut there, &FromClient::Hello(hello).encode()).is_err() {
            hostile.code = None;
            return;
        }
        hostile.code = None;
        for id in 1..=hostile.dice.random_range(1..4) {
            let Some((record, changes)) = self.what_it_pushes(hostile) else { continue };
            let entry = |bytes| Entry { record, body: EntryBody::Change(bytes) };
            let entries: Vec<Entry> = changes.into_iter().map(entry).collect();
            let pushed = entries.len() as u64;
            let answered = self.station.receive(&mut there, &FromClient::Push(Push { id, entries }).encode());
            let Ok(answers) = answered else { return };
            for answer in answers {
                if let FromRelay::Ack(ack) = FromRelay::decode(&answer).expect("a relay's answer can be read")
                {
                    self.tally.hostile.0 += pushed;
                    self.tally.hostile.1 += pushed - ack.refused.len() as u64;
                }
            }
        }
    }

    /// Whoever sits at the relay has invited it, not knowing.
    fn let_in(&mut self, hostile: &mut Hostile) {
        if self.town.is_none() || self.station.grant(hostile.device).is_some() {
            return;
        }
        let code = InvitationCode::random();
        let town = self.town();
        let organisation = (hostile.role == Role::Partner).then_some(town.organisations[0]);
        let key = code.public(self.invitation.workspace);
        let role = hostile.role;
        let invitation = Invitation { key, role, organisation, member: None, seconds: LONGEST_INVITATION };
        self.station.manage(&Management::Invite { invitation });
        hostile.code = Some(code);
    }

    fn what_it_pushes(&mut self, hostile: &mut Hostile) -> Option<(RecordId, Vec<Vec<u8>>)> {
        if chance(&mut hostile.dice, 0.2) {
            // Whose records it has seen: a device that the relay has never heard of has a name that nobody can guess.
            let devices = self.laptops.iter().map(|laptop| laptop.look().device());
            let is_seen = |device: &DeviceId| {
                let kinds = self.station.log().kinds(&[*device]).expect("the log can be read");
                kinds.iter().any(|kind| !kind.is_empty())
            };
            let devices: Vec<DeviceId> = devices.filter(is_seen).collect();
            return hostile.of_nobody(&devices);
        }
        let laptop = &self.laptops[hostile.dice.random_range(0..self.laptops.len())];
        let records = laptop.look().store().records().expect("the store can be read");
        let record = *records.get(hostile.dice.random_range(0..records.len().max(1)))?;
        let document = laptop.look().document(record).expect("a record that is listed is there");
        Some((record, hostile.made(&document)))
    }

    /// After all that everybody else goes on, and what they do is taken.
    pub(super) fn go_on(&mut self) {
        if self.hostile.take().is_none() {
            return;
        }
        self.calm = true;
        for who in 0..self.laptops.len() {
            (0..5).for_each(|_| self.edit(who));
        }
        for who in self.whoever_is_in() {
            self.settle(who);
            for refused in self.laptops[who].look().store().refused().expect("the store can be read") {
                // That is for roles and erasures to say; nothing that the hostile one did may be a reason.
                let honest = [
                    ErrorCode::Forbidden,
                    ErrorCode::NotYours,
                    ErrorCode::MissingDependencies,
                    ErrorCode::Erased,
                ];
                let is_honest = honest.iter().any(|code| refused.code == code.name());
                assert!(is_honest, "laptop {who}: honest work was refused: {refused:?}");
            }
        }
        self.heal();
        self.check();
    }

    fn whoever_is_in(&mut self) -> Vec<usize> {
        match self.town {
            Some(_) => self.inside(),
            None => (0..self.laptops.len()).collect(),
        }
    }
}
