//! What somebody might try who should not be in, or who is in and wants more: each against a live relay process.
//!
//! Every attack has a name, and must fail in the way that is written beside it. How many there are stands in
//! `docs/security.md`; a test holds on to that. What else is refused at the door is in `door.rs`.

mod erasures;
mod hostile;
mod limits;
mod unread;

use std::collections::BTreeSet;

use crate::support::{Client, Laptop, Process, Town, notice};
use futures_util::SinkExt;
use samsyn_engine::document::{Document, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    Challenge, Credential, DeviceId, DeviceKey, Grant, Invitation, InvitationCode, Managed, Management,
    ManagementError, Proof, PublicKey, Role, Signature, WorkspaceId, WorkspaceSecret,
};
use samsyn_engine::schema::kinds::{CONTACT, FOCUS_AREA, MEETING, MEMBER, ORGANISATION, PLAN, VENUE};
use samsyn_engine::schema::{Kind, Link, NewRecord, Value};
use samsyn_engine::sync::compare::{Fingerprint, Held, Range};
use samsyn_engine::sync::{ErrorCode, FromClient, Hello, Push};
use tokio_tungstenite::tungstenite::Message;

/// What was tried, by name.
#[derive(Default)]
struct Attacks(BTreeSet<String>);

impl Attacks {
    fn tried(&mut self, name: impl Into<String>) {
        let name = name.into();
        assert!(self.0.insert(name.clone()), "{name} was tried before");
    }

    /// A client that must be shown out, without a word of the workspace.
    async fn shown_out(&mut self, name: &str, mut client: Client) {
        let notice = client.end().await;
        assert_eq!(notice.map(|notice| notice.code), Some(ErrorCode::Access), "{name}");
        assert!(client.grant.is_none() && client.entries.is_empty() && !client.caught_up, "{name}");
        self.tried(name);
    }

    /// A push of which nothing may be taken.
    async fn refused(
        &mut self,
        name: &str,
        client: &mut Client,
        (record, changes): (RecordId, Vec<EncodedChange>),
        code: ErrorCode,
    ) {
        let last = changes.last().unwrap().hash;
        client.push(record, &changes).await;
        let found = client.refused.get(&last).map(|refused| refused.code);
        assert_eq!(found, Some(code), "{name}: {:?}", client.refused.get(&last));
        self.tried(name);
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn link(id: RecordId) -> Value {
    Value::Link(Link::Record(id))
}

/// All that is in a document, to be pushed.
fn all(document: &Document) -> (RecordId, Vec<EncodedChange>) {
    (document.id(), document.changes_since(&[]))
}

async fn caught_up(mut client: Client) -> Client {
    client.until(|client| client.caught_up).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_fails_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let town = Town::create(&relay.data, &relay.address);
    let boss = Laptop::new();
    let mut boss_in = caught_up(boss.join(&town, &town.first).await).await;
    let mut attacks = Attacks::default();
    at_the_door(&mut attacks, &town, &boss, &mut boss_in).await;
    with_invitations(&mut attacks, &town, &boss, &mut boss_in).await;
    out_of_turn(&mut attacks, &town, &boss).await;
    under_anothers_name(&mut attacks, &town, &boss).await;
    beyond_the_role(&mut attacks, &town, &boss).await;
    reading_what_is_kept_back(&mut attacks, &town, &boss).await;
    after_losing_access(&mut attacks, &town, &mut boss_in).await;
    too_much(&mut attacks, &town).await;
    limits::beyond_the_limits(&mut attacks).await;
    hostile::by_members(&mut attacks).await;
    erasures::believed_by_a_number(&mut attacks).await;
    unread::never_whole(&mut attacks).await;
    // After all of it the relay serves, and holds just what it should.
    assert!(caught_up(boss.enter(&town).await).await.has_heard("Hemlig"));

    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security.md")).unwrap();
    let count = attacks.0.len();
    assert!(
        page.contains(&format!("**{count} attacks**")),
        "docs/security.md says another number than {count}"
    );
    assert!(count >= 60, "{count}");
}

async fn at_the_door(attacks: &mut Attacks, town: &Town, boss: &Laptop, boss_in: &mut Client) {
    let stranger = Laptop::new();
    let secret = |secret: [u8; 32]| Credential::WorkspaceSecret { secret: secret.to_vec() };
    for (name, credential) in [
        ("a secret of one's own", WorkspaceSecret::random().credential()),
        ("the secret of zeros", secret([0; 32])),
        ("no secret at all", Credential::WorkspaceSecret { secret: Vec::new() }),
    ] {
        attacks.shown_out(name, boss.present(town, |_| credential).await).await;
    }
    attacks.shown_out("an unknown device", stranger.enter(town).await).await;
    let thief = Laptop { key: DeviceKey::random(), ..boss.clone() };
    attacks.shown_out("a known device with another key", thief.enter(town).await).await;
    let other = Laptop { device: DeviceId::random(), ..boss.clone() };
    attacks.shown_out("a known key for another device", other.enter(town).await).await;

    // What was overheard on one connection.
    let (_, overheard) = town.knock().await;
    let who = (town.id, boss.device);
    let replayed = Credential::device(who, &boss.key, &overheard);
    attacks.shown_out("a proof replayed", boss.present(town, |_| replayed).await).await;
    type Forgery<'a> = &'a dyn Fn(&Challenge) -> Credential;
    let proofs: [(&str, Forgery<'_>); 5] = [
        ("a proof for another relay", &|challenge| {
            let elsewhere = Challenge { relay: RecordId::random(), ..*challenge };
            Credential::device(who, &boss.key, &elsewhere)
        }),
        ("a proof for another workspace", &|challenge| {
            Credential::device((WorkspaceId::random(), boss.device), &boss.key, challenge)
        }),
        ("a proof for another device", &|challenge| {
            Credential::device((town.id, DeviceId::random()), &boss.key, challenge)
        }),
        ("a signature with one bit changed", &|challenge| {
            change_proof(Credential::device(who, &boss.key, challenge), |proof| {
                let mut bytes = *proof.signature.as_bytes();
                bytes[5] ^= 1;
                proof.signature = Signature::from_bytes(bytes);
            })
        }),
        ("another nonce than was signed", &|challenge| {
            change_proof(Credential::device(who, &boss.key, challenge), |proof| proof.nonce[0] ^= 1)
        }),
    ];
    for (name, credential) in proofs {
        attacks.shown_out(name, boss.present(town, |challenge| credential(challenge)).await).await;
    }
    let nothing = Proof {
        key: PublicKey::from_bytes([0; 32]),
        nonce: [0; 32],
        signature: Signature::from_bytes([0; 64]),
    };
    let weak = Credential::Device(Box::new(nothing));
    attacks.shown_out("a key and a signature of zeros", boss.present(town, |_| weak).await).await;
    let older = boss.enter_from(town, |hello| {
        hello.versions = (1, 3);
        hello.credential = WorkspaceSecret::random().credential();
    });
    attacks.shown_out("an older version, which knows no keys", older.await).await;
    let elsewhere = boss.enter_from(town, |hello| hello.workspace = WorkspaceId::random()).await;
    attacks.shown_out("another workspace in the hello", elsewhere).await;
    let unknown = Town { id: WorkspaceId::random(), ..town.clone() };
    attacks.shown_out("an unknown workspace", boss.enter(&unknown).await).await;
    let second = Town::create(&town.data, &town.relay);
    attacks.shown_out("a member of another workspace", boss.enter(&second).await).await;
    assert_eq!(boss_in.grant.as_ref().unwrap().role, Role::Coordinator);
}

fn change_proof(mut credential: Credential, change: impl FnOnce(&mut Proof)) -> Credential {
    match &mut credential {
        Credential::Device(proof) => change(proof),
        Credential::Invitation(invited) => change(&mut invited.proof),
        Credential::WorkspaceSecret { .. } => {}
    }
    credential
}

async fn with_invitations(attacks: &mut Attacks, town: &Town, boss: &Laptop, boss_in: &mut Client) {
    let eve = Laptop::new();
    attacks.shown_out("a code made up", eve.join(town, &InvitationCode::random()).await).await;
    attacks.shown_out("the first coordinator's code again", eve.join(town, &town.first).await).await;
    let code = town.invite(&[]);
    let eva = Laptop::new();
    caught_up(eva.join(town, &code).await).await;
    attacks.shown_out("a used code, by another device", eve.join(town, &code).await).await;
    let thief = Laptop { key: DeviceKey::random(), ..eva.clone() };
    attacks
        .shown_out("a used code, by the same device with another key", thief.join(town, &code).await)
        .await;

    let short = InvitationCode::random();
    let invitation = invitation(town, &short, Role::Ambassador, 1);
    assert_eq!(boss_in.manage(Management::Invite { invitation }).await, Managed::Done);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    attacks.shown_out("an expired code", eve.join(town, &short).await).await;
    let taken_back = town.invite(&[]);
    let key = taken_back.public(town.id);
    assert_eq!(boss_in.manage(Management::Withdraw { key }).await, Managed::Done);
    attacks.shown_out("a code that was taken back", eve.join(town, &taken_back).await).await;
    let second = Town::create(&town.data, &town.relay);
    attacks.shown_out("another workspace's code", eve.join(town, &second.invite(&[])).await).await;

    // Eve overhears how somebody joins, and is faster.
    let code = town.invite(&[]);
    let who = (town.id, eva.device);
    let stolen = eve
        .present(town, |challenge| {
            let theirs = Credential::invitation(who, &eva.key, challenge, (&code, "Eva"));
            let own = Credential::invitation((town.id, eve.device), &eve.key, challenge, (&code, "Eve"));
            match (theirs, own) {
                (Credential::Invitation(theirs), Credential::Invitation(mut own)) => {
                    own.signature = theirs.signature;
                    Credential::Invitation(own)
                }
                _ => unreachable!(),
            }
        })
        .await;
    attacks.shown_out("somebody else's signature of an invitation", stolen).await;
    let public = eve
        .present(town, |challenge| {
            // All that a copy of the relay's disk says of the invitation.
            let own = Credential::invitation((town.id, eve.device), &eve.key, challenge, (&code, "Eve"));
            match own {
                Credential::Invitation(mut own) => {
                    own.signature = own.proof.signature;
                    Credential::Invitation(own)
                }
                _ => unreachable!(),
            }
        })
        .await;
    attacks.shown_out("an invitation by what the relay keeps of it", public).await;
    let usurper = Laptop { key: DeviceKey::random(), ..boss.clone() };
    attacks.shown_out("a good code in a known device's name", usurper.join(town, &code).await).await;
    let double = Laptop { device: DeviceId::random(), ..boss.clone() };
    attacks.shown_out("a good code with a known device's key", double.join(town, &code).await).await;
    let member = eva.device.to_string();
    let further = town.invite(&["--member", member.as_str()]);
    attacks
        .shown_out("somebody's further device in another's name", usurper.join(town, &further).await)
        .await;
    // A whole workspace is brought into none that is somebody's.
    let made_up = eve.bring(town, &InvitationCode::random()).await;
    attacks.shown_out("a whole workspace, with a code made up", made_up).await;
    for role in ["coordinator", "ambassador"] {
        let code = town.invite(&["--role", role]);
        let mut client = eve.bring(town, &code).await;
        assert_eq!(client.end().await.map(|notice| notice.code), Some(ErrorCode::NotEmpty));
        assert!(client.grant.is_none() && !client.caught_up);
        attacks.tried(format!("a whole workspace into somebody's, with a code for a {role}"));
    }
    // The code itself is still good.
    let joined = caught_up(eve.join(town, &code).await).await;
    assert_eq!(joined.grant.unwrap().role, Role::Ambassador);
}

fn invitation(town: &Town, code: &InvitationCode, role: Role, seconds: u32) -> Invitation {
    Invitation { key: code.public(town.id), role, organisation: None, member: None, seconds }
}

async fn out_of_turn(attacks: &mut Attacks, town: &Town, boss: &Laptop) {
    let push = || FromClient::Push(Push { id: 1, entries: Vec::new() });
    let manage = || FromClient::Manage(Management::Roster);
    let want = || FromClient::Want(Vec::new());
    for (name, message) in [
        ("a push before the hello", push()),
        ("a wish of who belongs before the hello", manage()),
        ("records wanted before the hello", want()),
        ("a presence before the hello", FromClient::Presence(None)),
    ] {
        let (mut socket, _) = town.knock().await;
        socket.send(Message::Binary(message.encode().into())).await.unwrap();
        assert_eq!(notice(&mut socket).await.code, ErrorCode::Order, "{name}");
        attacks.tried(name);
    }
    for (name, message) in [
        ("records wanted without a comparison", want()),
        ("the log followed without a comparison", FromClient::Follow),
    ] {
        let (mut socket, challenge) = town.knock().await;
        let hello = boss.hello(town, Credential::device((town.id, boss.device), &boss.key, &challenge));
        for message in [FromClient::Hello(hello), message] {
            socket.send(Message::Binary(message.encode().into())).await.unwrap();
        }
        assert_eq!(notice(&mut socket).await.code, ErrorCode::Order, "{name}");
        attacks.tried(name);
    }
    let (mut socket, challenge) = town.knock().await;
    let hello = || boss.hello(town, Credential::device((town.id, boss.device), &boss.key, &challenge));
    for _ in 0..2 {
        let _ = socket.send(Message::Binary(FromClient::Hello(hello()).encode().into())).await;
    }
    assert_eq!(notice(&mut socket).await.code, ErrorCode::Order);
    attacks.tried("a second hello");
}

async fn under_anothers_name(attacks: &mut Attacks, town: &Town, boss: &Laptop) {
    let (eva, mallory) = (town.somebody(&[]).await, town.somebody(&[]).await);
    let mut eva_in = caught_up(eva.enter(town).await).await;
    let mut venue = eva.record(&VENUE, &[("name", text("Storsjöteatern"))]);
    let (id, changes) = all(&venue);
    eva_in.push(id, &changes).await;
    assert!(eva_in.refused.is_empty(), "{:?}", eva_in.refused);

    let mut mallory_in = caught_up(mallory.enter(town).await).await;
    let not_yours = ErrorCode::NotYours;
    let next = eva.edit(&mut venue.clone(), "name", text("Stulen"));
    attacks.refused("another device's next change", &mut mallory_in, (id, vec![next]), not_yours).await;
    let new = eva.record(&VENUE, &[("name", text("Påhittad"))]);
    attacks.refused("a new record in another device's name", &mut mallory_in, all(&new), not_yours).await;
    let as_eva = Writer::new(RecordId::random().as_bytes(), eva.device, 0);
    let fresh = Document::create(&NewRecord::new(&VENUE), &as_eva).unwrap();
    attacks
        .refused("another's device under an actor of one's own", &mut mallory_in, all(&fresh), not_yours)
        .await;
    let hijack = Writer::new(&eva.actor, mallory.device, 0);
    let hijacked = Document::create(&NewRecord::new(&VENUE), &hijack).unwrap();
    attacks
        .refused(
            "another's actor under one's own device",
            &mut mallory_in,
            all(&hijacked),
            ErrorCode::Forbidden,
        )
        .await;
    let stranger = Writer::new(RecordId::random().as_bytes(), DeviceId::random(), 0);
    let unknown = Document::create(&NewRecord::new(&VENUE), &stranger).unwrap();
    attacks.refused("a device that nobody knows", &mut mallory_in, all(&unknown), not_yours).await;

    // Even who may hand on others' work may not change whose it is.
    let mut boss_in = caught_up(boss.enter(town).await).await;
    let hijack = Writer::new(&eva.actor, boss.device, 0);
    let hijacked = Document::create(&NewRecord::new(&VENUE), &hijack).unwrap();
    attacks
        .refused("a coordinator under another's actor", &mut boss_in, all(&hijacked), ErrorCode::Forbidden)
        .await;
    let carried = eva.edit(&mut venue, "name", text("Teatern"));
    boss_in.push(id, [&carried]).await;
    assert!(boss_in.acknowledged.contains(&carried.hash), "a coordinator hands on what others wrote");
    // What is in the log already is there once, whoever brings it again.
    let before = caught_up(boss.enter(town).await).await.cursor;
    mallory_in.push(id, [&carried]).await;
    assert!(mallory_in.acknowledged.contains(&carried.hash));
    assert_eq!(caught_up(boss.enter(town).await).await.cursor, before);
    attacks.tried("what is in the log, pushed again by somebody else");
}

/// A record of that kind that somebody writes, and pushes.
fn written(by: &Laptop, kind: &'static Kind) -> (RecordId, Vec<EncodedChange>) {
    all(&by.record(kind, &[]))
}

async fn beyond_the_role(attacks: &mut Attacks, town: &Town, boss: &Laptop) {
    let (ours, theirs) = (RecordId::random(), RecordId::random());
    let partner = town.somebody(&["--role", "partner", "--organisation", &ours.to_string()]).await;
    let reader = town.somebody(&["--role", "reader"]).await;
    let ambassador = town.somebody(&[]).await;
    let mut partner_in = caught_up(partner.enter(town).await).await;
    let mut reader_in = caught_up(reader.enter(town).await).await;
    let forbidden = ErrorCode::Forbidden;
    for kind in [&CONTACT, &ORGANISATION, &FOCUS_AREA, &MEETING, &VENUE, &PLAN] {
        let name = format!("a reader writes a {}", kind.name);
        attacks.refused(&name, &mut reader_in, written(&reader, kind), forbidden).await;
    }
    for kind in [&CONTACT, &ORGANISATION, &FOCUS_AREA, &MEETING] {
        let name = format!("a partner writes a {}", kind.name);
        attacks.refused(&name, &mut partner_in, written(&partner, kind), forbidden).await;
    }
    let later =
        |by: &Laptop| all(&Document::create_as_newer(RecordId::random(), "payroll", &by.writer()).unwrap());
    attacks.refused("a reader writes an unknown kind", &mut reader_in, later(&reader), forbidden).await;
    attacks.refused("a partner writes an unknown kind", &mut partner_in, later(&partner), forbidden).await;

    // A partner's own, and others'.
    let own = partner.record(&VENUE, &[("name", text("Vårt")), ("organisation", link(ours))]);
    let (id, changes) = all(&own);
    partner_in.push(id, &changes).await;
    assert!(partner_in.acknowledged.contains(&changes.last().unwrap().hash), "its own");
    let mut given = own.clone();
    let give = partner.edit(&mut given, "organisation", link(theirs));
    attacks.refused("a partner gives its venue away", &mut partner_in, (id, vec![give]), forbidden).await;
    let mut emptied = own.clone();
    let empty = partner.edit(&mut emptied, "organisation", Value::Empty);
    attacks
        .refused("a partner makes its venue nobody's", &mut partner_in, (id, vec![empty]), forbidden)
        .await;
    let nobodys = partner.record(&VENUE, &[("name", text("Ingens"))]);
    attacks
        .refused("a partner makes a venue that is nobody's", &mut partner_in, all(&nobodys), forbidden)
        .await;
    let fake = partner.record(&VENUE, &[("organisation", link(theirs))]);
    attacks.refused("a partner makes another's venue", &mut partner_in, all(&fake), forbidden).await;

    let mut boss_in = caught_up(boss.enter(town).await).await;
    let venue = boss.record(&VENUE, &[("name", text("Deras")), ("organisation", link(theirs))]);
    let plan = boss.record(&PLAN, &[("name", text("Plan")), ("owner", link(theirs))]);
    for document in [&venue, &plan] {
        boss_in.push(document.id(), &document.changes_since(&[])).await;
    }
    assert!(boss_in.refused.is_empty(), "{:?}", boss_in.refused);
    let write = |document: &Document, field: &str, value: Value| {
        let mut copy = document.clone();
        (copy.id(), vec![partner.edit(&mut copy, field, value)])
    };
    let tries = [
        ("a partner writes another's venue", write(&venue, "name", text("Vårt nu"))),
        ("a partner takes another's venue", write(&venue, "organisation", link(ours))),
        ("a partner writes another's plan", write(&plan, "name", text("Vår nu"))),
        ("a partner takes another's plan", write(&plan, "owner", link(ours))),
    ];
    for (name, change) in tries {
        attacks.refused(name, &mut partner_in, change, forbidden).await;
    }
    // First taken, then written, in one push.
    let mut copy = venue.clone();
    let steps = vec![
        partner.edit(&mut copy, "organisation", link(ours)),
        partner.edit(&mut copy, "name", text("Vårt nu")),
    ];
    let last = steps[1].hash;
    partner_in.push(copy.id(), &steps).await;
    assert!(partner_in.refused.contains_key(&last));
    attacks.tried("a partner takes and writes another's venue in one push");

    let mut ambassador_in = caught_up(ambassador.enter(town).await).await;
    for (who, by, client) in [
        ("an ambassador", &ambassador, &mut ambassador_in),
        ("a partner", &partner, &mut partner_in),
        ("a reader", &reader, &mut reader_in),
    ] {
        let member = NewRecord { id: boss.device, ..NewRecord::new(&MEMBER) };
        let forged = Document::create(&member, &by.writer()).unwrap();
        let name = format!("{who} writes the record of another device");
        attacks.refused(&name, client, all(&forged), forbidden).await;
        let key = DeviceKey::random().public();
        let role = Role::Coordinator;
        let wishes = [
            ("lists the members", Management::Roster),
            (
                "invites a coordinator",
                Management::Invite {
                    invitation: Invitation { key, role, organisation: None, member: None, seconds: 60 },
                },
            ),
            ("takes an invitation back", Management::Withdraw { key }),
            (
                "makes itself a coordinator",
                Management::SetRole { member: by.device, role, organisation: None },
            ),
            ("removes the coordinator", Management::Remove { member: boss.device }),
            ("revokes the coordinator's device", Management::Revoke { device: boss.device }),
        ];
        for (what, wish) in wishes {
            let answer = client.manage(wish).await;
            assert_eq!(answer, Managed::Refused { why: ManagementError::NotAllowed }, "{who} {what}");
            attacks.tried(format!("{who} {what}"));
        }
    }
}

async fn reading_what_is_kept_back(attacks: &mut Attacks, town: &Town, boss: &Laptop) {
    let ours = RecordId::random();
    let partner = town.somebody(&["--role", "partner", "--organisation", &ours.to_string()]).await;
    let mut boss_in = caught_up(boss.enter(town).await).await;
    let contact = boss.record(&CONTACT, &[("family", text("Hemlig"))]);
    let venue = boss.record(&VENUE, &[("name", text("Synlig")), ("contact", link(contact.id()))]);
    for document in [&contact, &venue] {
        boss_in.push(document.id(), &document.changes_since(&[])).await;
    }
    let seen = |client: &Client| {
        let about = client.entries.iter().any(|entry| entry.record == contact.id());
        about || client.has_heard("Hemlig")
    };
    let mut first = caught_up(partner.enter(town).await).await;
    assert!(first.has_heard("Synlig") && !seen(&first));
    attacks.tried("contacts in a partner's first sync");
    assert!(!first.knows_meeting_key && boss_in.knows_meeting_key);
    attacks.tried("a partner's device meets others without the relay");
    let (sealed, truth) = (first.cursor.unwrap(), caught_up(boss.enter(town).await).await.cursor.unwrap());
    assert!(sealed.position == truth.position && sealed.hash != truth.hash);
    attacks.tried("a partner tries guesses against the log's hash");

    let edited = boss.edit(&mut contact.clone(), "given", text("Hemligare"));
    let live = boss.edit(&mut venue.clone(), "name", text("Synligare"));
    boss_in.push(contact.id(), [&edited]).await;
    boss_in.push(venue.id(), [&live]).await;
    first.until(|client| client.has_heard("Synligare")).await;
    assert!(!seen(&first));
    attacks.tried("contacts in what a partner is sent live");
    let again = caught_up(partner.enter_from(town, |hello| hello.cursor = Some(sealed)).await).await;
    assert!(again.has_heard("Synligare") && !seen(&again));
    assert!(again.entries.len() < first.entries.len(), "it went on from its place");
    attacks.tried("contacts in a partner's catch-up");

    // An unsealed place, which a partner cannot know, is none.
    let compares = |hello: &mut Hello| hello.cursor = Some(truth);
    let mut comparing = partner.enter_from(town, compares).await;
    let everything = Range { upper: None, held: Held::Fingerprint(Fingerprint([0; 16])) };
    comparing.until(|client| client.grant.is_some()).await;
    let mut ranges = vec![everything];
    for _ in 0..20 {
        comparing.compare(ranges).await;
        let named = comparing.compared.iter().filter_map(|range| match &range.held {
            Held::Records(records) => Some(records),
            _ => None,
        });
        assert!(named.flatten().all(|holding| holding.record != contact.id()));
        ranges = comparing.compared.clone();
        if ranges.iter().all(|range| !matches!(range.held, Held::Fingerprint(_))) {
            break;
        }
        for range in &mut ranges {
            if matches!(range.held, Held::Fingerprint(_)) {
                range.held = Held::Fingerprint(Fingerprint([0; 16]));
            }
        }
    }
    attacks.tried("contacts in what a partner compares");
    comparing.want(&[contact.id(), venue.id()]).await;
    assert!(comparing.has_heard("Synligare") && !seen(&comparing));
    attacks.tried("a partner wants a contact by its id");

    // The coordinator has the contact open; the partner sees that somebody is here, not with whom.
    assert!(boss_in.open(Some(contact.id())));
    boss_in.flush().await;
    assert!(first.open(None));
    first.until(|client| client.present.contains_key(&boss.device)).await;
    assert_eq!(first.present[&boss.device], None);
    attacks.tried("which contact somebody has open");
    let same_id = NewRecord { id: contact.id(), ..NewRecord::new(&VENUE) };
    let over = Document::create(&same_id, &partner.writer()).unwrap();
    first.push(contact.id(), &over.changes_since(&[])).await;
    assert!(first.refused.values().all(|refused| !refused.words.contains("Hemlig")));
    assert!(!first.refused.is_empty());
    attacks.tried("a partner writes a venue over a contact");
}

async fn after_losing_access(attacks: &mut Attacks, town: &Town, boss_in: &mut Client) {
    let access = Some(ErrorCode::Access);
    let ended = async |mut client: Client| client.end().await.map(|notice| notice.code);
    // Told by a coordinator.
    let (eva, bo) = (town.somebody(&[]).await, town.somebody(&[]).await);
    let member = eva.device.to_string();
    let second = town.somebody(&["--member", member.as_str()]).await;
    let further = town.invite(&["--member", member.as_str()]);
    let (open, open_second) =
        (caught_up(eva.enter(town).await).await, caught_up(second.enter(town).await).await);
    let old = open.cursor;
    assert_eq!(boss_in.manage(Management::Revoke { device: eva.device }).await, Managed::Done);
    assert_eq!(ended(open).await, access, "at once, also where it is connected");
    attacks.tried("an open connection of a revoked device");
    attacks.shown_out("a revoked device", eva.enter(town).await).await;
    attacks
        .shown_out(
            "a revoked device with its old cursor",
            eva.enter_from(town, |hello| hello.cursor = old).await,
        )
        .await;
    assert_eq!(boss_in.manage(Management::Remove { member: eva.device }).await, Managed::Done);
    assert_eq!(ended(open_second).await, access);
    attacks.tried("an open connection of a removed member's other device");
    attacks.shown_out("a removed member's other device", second.enter(town).await).await;
    attacks.shown_out("a removed member's open invitation", Laptop::new().join(town, &further).await).await;

    // On the relay's own computer, while it serves.
    let open = caught_up(bo.enter(town).await).await;
    assert!(town.operate(&["member", "remove"], &[&bo.device.to_string()]).status.success());
    assert_eq!(ended(open).await, access);
    attacks.tried("an open connection of a member whom the operator removed");

    // Another role: what was open with the old one ends, and with the new one less can be read.
    let dag = town.somebody(&[]).await;
    let open = caught_up(dag.enter(town).await).await;
    assert!(open.has_heard("Hemlig"));
    let old = open.cursor;
    let set = Management::SetRole {
        member: dag.device,
        role: Role::Partner,
        organisation: Some(RecordId::random()),
    };
    assert_eq!(boss_in.manage(set).await, Managed::Done);
    assert_eq!(ended(open).await, Some(ErrorCode::Stopping));
    attacks.tried("an open connection with a role of before");
    let mut again = dag.enter_from(town, |hello| hello.cursor = old).await;
    again.until(|client| client.grant.is_some()).await;
    let grant = again.grant.clone().unwrap();
    assert!(matches!(grant, Grant { role: Role::Partner, .. }));
    assert!(
        !again.has_heard("Hemlig") && again.cursor == old,
        "the place of before is none: it has to compare"
    );
    attacks.tried("a cursor from a role that could read more");
}

async fn too_much(attacks: &mut Attacks, town: &Town) {
    let mallory = town.somebody(&[]).await;
    let hello = |challenge: &Challenge| {
        let credential = Credential::device((town.id, mallory.device), &mallory.key, challenge);
        FromClient::Hello(mallory.hello(town, credential)).encode()
    };
    // A run of four million nulls in a push of some hundred bytes, inside a zstd bomb.
    let zeros = vec![0_u8; 64 * 1024 * 1024];
    let bomb = zstd::bulk::compress(&zeros, 19).unwrap();
    let frame =
        [&[2, 0xa2, 0x61, 0x69, 0x01, 0x61, 0x62, 0x59][..], &(bomb.len() as u16).to_be_bytes(), &bomb]
            .concat();
    let (mut socket, challenge) = town.knock().await;
    for frame in [hello(&challenge), frame] {
        socket.send(Message::Binary(frame.into())).await.unwrap();
    }
    assert_eq!(notice(&mut socket).await.code, ErrorCode::TooLarge);
    attacks.tried("a push that inflates to sixty-four megabytes");
    let nested = [vec![8], vec![0xa1, 0x61, 0x6d], vec![0x81; 100_000]].concat();
    let (mut socket, challenge) = town.knock().await;
    for frame in [hello(&challenge), nested] {
        socket.send(Message::Binary(frame.into())).await.unwrap();
    }
    assert_eq!(notice(&mut socket).await.code, ErrorCode::Frame);
    attacks.tried("a wish that nests a hundred thousand deep");
    // Words that are kept are cut.
    let (long, code) = (Laptop::new(), town.invite(&[]));
    let credential = |challenge: &Challenge| {
        let mut credential =
            Credential::invitation((town.id, long.device), &long.key, challenge, (&code, "x"));
        if let Credential::Invitation(invited) = &mut credential {
            invited.label = "\u{1b}[2J".repeat(100_000);
        }
        credential
    };
    caught_up(long.present(town, credential).await).await;
    let listed = String::from_utf8(town.operate(&["member", "list"], &[]).stdout).unwrap();
    assert!(!listed.contains('\u{1b}') && listed.lines().all(|line| line.len() < 600), "{listed}");
    attacks.tried("a name of four hundred kilobytes of control characters");
}
