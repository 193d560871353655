//! Who is let in, by the relay's own decision: what wire and connections make of it is tested with live relays.

use std::path::PathBuf;

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Credential, DeviceKey, Invitation, InvitationCode, Managed, Role};
use samsyn_engine::sync::Epoch;

use super::*;
use crate::log::{Log as _, Meta, SqliteLog};

const NOW: i64 = 1_795_500_000;
const DAY: u32 = 86_400;

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
    workspace: WorkspaceId,
    members: SqliteMembers,
    log: SqliteLog,
}

struct Laptop {
    device: DeviceId,
    key: DeviceKey,
}

impl Laptop {
    fn new() -> Laptop {
        Laptop { device: DeviceId::random(), key: DeviceKey::random() }
    }
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    let workspace = WorkspaceId::random();
    let (name, epoch) = ("Byrån".to_owned(), Epoch::random());
    SqliteLog::create(&path, &Meta { workspace, name, secret_hash: None, epoch, created_at: NOW }).unwrap();
    let members = SqliteMembers::open(&path).unwrap();
    let log = SqliteLog::open(&path).unwrap();
    Place { _folder: folder, path, workspace, members, log }
}

impl Place {
    fn manage(&self, by: Option<&Laptop>, management: Management) -> Managed {
        manage((&self.members, &self.log), by.map(|laptop| laptop.device), &management, NOW).unwrap()
    }

    fn invite(&self, role: Role) -> InvitationCode {
        let organisation = (role == Role::Partner).then(|| RecordId::from_bytes([8; 16]));
        self.invite_as(Invitation { organisation, ..self.invitation(role) }).unwrap()
    }

    fn invitation(&self, role: Role) -> Invitation {
        let key = InvitationCode::random().public(self.workspace);
        Invitation { key, role, organisation: None, member: None, seconds: DAY }
    }

    fn invite_as(&self, invitation: Invitation) -> std::result::Result<InvitationCode, ManagementError> {
        let code = InvitationCode::random();
        let invitation = Invitation { key: code.public(self.workspace), ..invitation };
        match self.manage(None, Management::Invite { invitation }) {
            Managed::Refused { why } => Err(why),
            _ => Ok(code),
        }
    }

    /// What a device is let in as, that presents this for a challenge of its own.
    fn present(
        &self,
        device: DeviceId,
        credential: &Credential,
        challenge: &Challenge,
        now: i64,
    ) -> Option<Grant> {
        let entering = Entering::proven(self.workspace, device, credential, challenge)?;
        self.members.enter(&entering, now).unwrap()
    }

    fn join(&self, laptop: &Laptop, code: &InvitationCode, now: i64) -> Option<Grant> {
        let challenge = Challenge::of(RecordId::random());
        let who = (self.workspace, laptop.device);
        let credential = Credential::invitation(who, &laptop.key, &challenge, (code, "Åsa"));
        self.present(laptop.device, &credential, &challenge, now)
    }

    fn enter(&self, laptop: &Laptop) -> Option<Grant> {
        let challenge = Challenge::of(RecordId::random());
        let credential = Credential::device((self.workspace, laptop.device), &laptop.key, &challenge);
        self.present(laptop.device, &credential, &challenge, NOW)
    }

    fn somebody(&self, role: Role) -> Laptop {
        let laptop = Laptop::new();
        assert_eq!(self.join(&laptop, &self.invite(role), NOW).unwrap().role, role);
        laptop
    }

    fn roster(&self) -> Roster {
        match self.manage(None, Management::Roster) {
            Managed::Roster { roster } => roster,
            other => panic!("{other:?}"),
        }
    }
}

fn refused(managed: &Managed) -> Option<ManagementError> {
    match managed {
        Managed::Refused { why } => Some(*why),
        _ => None,
    }
}

#[test]
fn whoever_brings_a_workspace_is_the_first_and_a_coordinator_or_is_not_let_in() {
    let place = place();
    let bring = |laptop: &Laptop, code: &InvitationCode| {
        let challenge = Challenge::of(RecordId::random());
        let who = (place.workspace, laptop.device);
        let credential = Credential::invitation(who, &laptop.key, &challenge, (code, "Åsa"));
        let entering = Entering::proven(place.workspace, laptop.device, &credential, &challenge).unwrap();
        let entering = Entering { founds: true, ..entering };
        let may = place.members.may_found(&entering, NOW).unwrap();
        (may, place.members.enter(&entering, NOW).unwrap().map(|grant| grant.role))
    };
    let (asa, bo) = (Laptop::new(), Laptop::new());
    assert_eq!(bring(&asa, &InvitationCode::random()), (None, None));
    let ambassador = place.invite(Role::Ambassador);
    assert_eq!(bring(&asa, &ambassador), (Some(false), None));
    let (first, second) = (place.invite(Role::Coordinator), place.invite(Role::Coordinator));
    assert_eq!(bring(&asa, &first), (Some(true), Some(Role::Coordinator)));
    assert_eq!(bring(&asa, &first).1, Some(Role::Coordinator), "she never heard that it was");
    assert_eq!(bring(&bo, &second), (Some(false), None), "there is somebody");
    assert_eq!(
        place.join(&bo, &second, NOW).unwrap().role,
        Role::Coordinator,
        "the code is as good as before"
    );
}

#[test]
fn an_invitation_works_once_for_one_device_and_not_too_late() {
    let place = place();
    let code = place.invite(Role::Ambassador);
    let (eva, eve) = (Laptop::new(), Laptop::new());
    assert_eq!(place.enter(&eva), None, "nobody knows her yet");
    assert_eq!(place.join(&eva, &code, NOW + i64::from(DAY)), None, "too late");
    let grant = place.join(&eva, &code, NOW + i64::from(DAY) - 1).unwrap();
    assert_eq!(grant, Grant { member: eva.device, role: Role::Ambassador, organisation: None });
    assert_eq!(place.join(&eve, &code, NOW), None, "used");
    assert_eq!(place.join(&eva, &code, NOW), Some(grant.clone()), "she never heard that it was");
    assert_eq!(place.enter(&eva), Some(grant));
    assert_eq!(place.join(&eve, &InvitationCode::random(), NOW), None);
    let forged = Laptop { device: eva.device, key: DeviceKey::random() };
    assert_eq!(place.enter(&forged), None, "another key");
}

#[test]
fn what_was_signed_for_one_connection_opens_no_other() {
    let place = place();
    let eva = place.somebody(Role::Reader);
    let (one, other) = (Challenge::of(RecordId::random()), Challenge::of(RecordId::random()));
    let credential = Credential::device((place.workspace, eva.device), &eva.key, &one);
    assert!(place.present(eva.device, &credential, &one, NOW).is_some());
    assert!(place.present(eva.device, &credential, &other, NOW).is_none(), "replayed");
    assert!(place.present(DeviceId::random(), &credential, &one, NOW).is_none(), "for another device");
    let elsewhere = Credential::device((WorkspaceId::random(), eva.device), &eva.key, &one);
    assert!(place.present(eva.device, &elsewhere, &one, NOW).is_none(), "for another workspace");
}

#[test]
fn nobody_takes_the_place_of_a_device_that_is_known() {
    let place = place();
    let eva = place.somebody(Role::Coordinator);
    let thief = Laptop { device: eva.device, key: DeviceKey::random() };
    assert_eq!(place.join(&thief, &place.invite(Role::Ambassador), NOW), None);
    assert!(place.enter(&eva).is_some());
    // Nor with a key that is another device's.
    let double = Laptop { device: DeviceId::random(), key: eva.key.clone() };
    assert_eq!(place.join(&double, &place.invite(Role::Ambassador), NOW), None);
    // But who lost the key gets in again with an invitation that is for just that person.
    let own = Invitation { member: Some(eva.device), ..place.invitation(Role::Reader) };
    let code = place.invite_as(own).unwrap();
    assert_eq!(place.join(&thief, &code, NOW).unwrap().role, Role::Coordinator, "as what she is");
    assert_eq!(place.enter(&eva), None, "the lost key opens nothing any more");
}

#[test]
fn a_person_may_have_several_devices_and_lose_one() {
    let place = place();
    let boss = place.somebody(Role::Coordinator);
    let first = place.somebody(Role::Ambassador);
    let further = Invitation { member: Some(first.device), ..place.invitation(Role::Ambassador) };
    let second = Laptop::new();
    let grant = place.join(&second, &place.invite_as(further).unwrap(), NOW).unwrap();
    assert_eq!(grant.member, first.device);
    let before = (place.members.meeting_key().unwrap(), place.members.stamp().unwrap());
    let done = place.manage(Some(&boss), Management::Revoke { device: first.device });
    assert_eq!(done, Managed::Done);
    assert!(place.enter(&first).is_none() && place.enter(&second).is_some());
    assert_ne!(place.members.meeting_key().unwrap(), before.0, "the lost one knew it");
    assert!(place.members.stamp().unwrap() > before.1);
    assert_eq!(place.manage(Some(&boss), Management::Remove { member: first.device }), Managed::Done);
    assert!(place.enter(&second).is_none());
    let again = place.manage(Some(&boss), Management::Remove { member: first.device });
    assert_eq!(refused(&again), Some(ManagementError::Unknown));
}

#[test]
fn somebody_who_was_removed_can_be_invited_back_as_something_else() {
    let place = place();
    let boss = place.somebody(Role::Coordinator);
    let eva = place.somebody(Role::Ambassador);
    assert_eq!(place.manage(Some(&boss), Management::Remove { member: eva.device }), Managed::Done);
    let plain = place.invite(Role::Ambassador);
    assert_eq!(place.join(&eva, &plain, NOW), None, "not without that it is said who");
    let back = Invitation { member: Some(eva.device), ..place.invitation(Role::Reader) };
    let again = Laptop { key: DeviceKey::random(), device: eva.device };
    let grant = place.join(&again, &place.invite_as(back).unwrap(), NOW).unwrap();
    assert_eq!((grant.role, grant.member), (Role::Reader, eva.device));
    assert!(place.enter(&eva).is_none() && place.enter(&again).is_some());
}

#[test]
fn only_coordinators_say_who_belongs() {
    let place = place();
    let boss = place.somebody(Role::Coordinator);
    let wishes = [
        Management::Roster,
        Management::Invite { invitation: place.invitation(Role::Coordinator) },
        Management::Withdraw { key: boss.key.public() },
        Management::SetRole { member: boss.device, role: Role::Reader, organisation: None },
        Management::Remove { member: boss.device },
        Management::Revoke { device: boss.device },
    ];
    let stranger = Laptop::new();
    for role in [Role::Ambassador, Role::Partner, Role::Reader] {
        let somebody = place.somebody(role);
        for wish in &wishes {
            for by in [&somebody, &stranger] {
                let answer = place.manage(Some(by), wish.clone());
                assert_eq!(refused(&answer), Some(ManagementError::NotAllowed), "{role}: {wish:?}");
            }
        }
    }
    assert_eq!(place.roster().members.len(), 4);
}

#[test]
fn nobody_locks_everybody_out_but_on_the_relay_itself() {
    let place = place();
    let boss = place.somebody(Role::Coordinator);
    let suicides = [
        Management::SetRole { member: boss.device, role: Role::Reader, organisation: None },
        Management::Remove { member: boss.device },
        Management::Revoke { device: boss.device },
    ];
    for wish in &suicides {
        let answer = place.manage(Some(&boss), wish.clone());
        assert_eq!(refused(&answer), Some(ManagementError::LastCoordinator), "{wish:?}");
    }
    let second = place.somebody(Role::Coordinator);
    assert_eq!(place.manage(Some(&second), suicides[0].clone()), Managed::Done);
    assert_eq!(place.enter(&boss).unwrap().role, Role::Reader);
    assert_eq!(place.manage(None, Management::Remove { member: second.device }), Managed::Done);
    assert!(place.enter(&second).is_none());
}

#[test]
fn invitations_are_bounded_and_can_be_taken_back() {
    let place = place();
    let partner = place.invitation(Role::Partner);
    assert_eq!(place.invite_as(partner).unwrap_err(), ManagementError::Organisation);
    let reader = Invitation { organisation: Some(RecordId::random()), ..place.invitation(Role::Reader) };
    assert_eq!(place.invite_as(reader).unwrap_err(), ManagementError::Organisation);
    for seconds in [0, u32::MAX] {
        let long = Invitation { seconds, ..place.invitation(Role::Reader) };
        assert_eq!(place.invite_as(long).unwrap_err(), ManagementError::Duration);
    }
    let nobodys = Invitation { member: Some(RecordId::random()), ..place.invitation(Role::Reader) };
    assert_eq!(place.invite_as(nobodys).unwrap_err(), ManagementError::Unknown);
    let code = place.invite(Role::Reader);
    let key = code.public(place.workspace);
    assert_eq!(place.manage(None, Management::Withdraw { key }), Managed::Done);
    assert_eq!(place.join(&Laptop::new(), &code, NOW), None);
    let again = place.manage(None, Management::Withdraw { key });
    assert_eq!(refused(&again), Some(ManagementError::Unknown));
    let many = (0..200).find_map(|_| place.invite_as(place.invitation(Role::Reader)).err());
    assert_eq!(many, Some(ManagementError::TooMany));
}

#[test]
fn who_belongs_is_kept_with_its_history_and_seen_by_every_process() {
    let place = place();
    let boss = place.somebody(Role::Coordinator);
    let partner = place.somebody(Role::Partner);
    let other = SqliteMembers::open(&place.path).unwrap();
    let stamp = other.stamp().unwrap();
    let member = partner.device;
    let ambassador = Management::SetRole { member, role: Role::Ambassador, organisation: None };
    assert_eq!(place.manage(Some(&boss), ambassador), Managed::Done);
    assert!(other.stamp().unwrap() > stamp);
    assert_eq!(other.grant(partner.device).unwrap().unwrap().role, Role::Ambassador);
    let roster = place.roster();
    let told: Vec<_> =
        roster.history.iter().map(|entry| (entry.what.as_str(), entry.by, entry.role)).collect();
    assert_eq!(told[0], ("role", Some(boss.device), Some(Role::Ambassador)));
    assert_eq!(told[1], ("joined", Some(partner.device), Some(Role::Partner)));
    assert_eq!(told[2], ("invited", None, Some(Role::Partner)));
    assert_eq!(roster.members[0].label, "Åsa");
}

#[test]
fn who_erased_is_told_and_which_devices_have_not_confirmed() {
    let place = place();
    let (boss, away) = (place.somebody(Role::Coordinator), place.somebody(Role::Ambassador));
    let gone = place.somebody(Role::Reader);
    let removed = place.manage(Some(&boss), Management::Remove { member: gone.device });
    assert_eq!(removed, Managed::Done);
    let (stamp, record) = (place.members.stamp().unwrap(), RecordId::random());
    let refused_to = place.manage(Some(&away), Management::Erase { record });
    assert_eq!(refused(&refused_to), Some(ManagementError::NotAllowed));
    assert!(!place.log.is_erased(record).unwrap());
    assert_eq!(place.manage(Some(&boss), Management::Erase { record }), Managed::Done);
    assert!(place.log.is_erased(record).unwrap());
    assert!(place.members.stamp().unwrap() > stamp, "connections look whether they may stay");
    let again = place.manage(None, Management::Erase { record });
    assert_eq!(refused(&again), Some(ManagementError::Already));

    let roster = place.roster();
    let told = &roster.history[0];
    assert_eq!((told.what.as_str(), told.by, told.whom), ("erased", Some(boss.device), Some(record)));
    let mut both = vec![boss.device, away.device];
    both.sort_unstable();
    let erasure = &roster.erasures[0];
    assert_eq!(
        (erasure.number, erasure.record, &erasure.waiting),
        (1, record, &both),
        "who left is not asked"
    );
    place.log.confirm(away.device, 1).unwrap();
    assert_eq!(place.roster().erasures[0].waiting, [boss.device]);
}
