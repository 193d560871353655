//! At the door, with invitations, and by saying things before it is their turn.

use super::*;

pub(super) async fn at_the_door(attacks: &mut Attacks, stage: &Stage, before: &mut Before) {
    let (town, boss) = (&stage.town, &stage.boss);
    let boss_in = caught_up(boss.enter(town).await).await;
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
    before.proof("a proof from before", stage, (boss, replayed.clone()));
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

pub(super) async fn with_invitations(attacks: &mut Attacks, stage: &Stage, before: &mut Before) {
    let (town, boss) = (&stage.town, &stage.boss);
    let boss_in = &mut caught_up(boss.enter(town).await).await;
    let eve = Laptop::new();
    attacks.shown_out("a code made up", eve.join(town, &InvitationCode::random()).await).await;
    attacks.shown_out("the first coordinator's code again", eve.join(town, &town.first).await).await;
    let code = town.invite(&[]);
    let eva = Laptop::new();
    caught_up(eva.join(town, &code).await).await;
    before.code("a code that was used before", stage, &code);
    attacks.shown_out("a used code, by another device", eve.join(town, &code).await).await;
    let thief = Laptop { key: DeviceKey::random(), ..eva.clone() };
    attacks
        .shown_out("a used code, by the same device with another key", thief.join(town, &code).await)
        .await;

    let short = InvitationCode::random();
    let invitation = invitation(town, &short, Role::Ambassador, 1);
    assert_eq!(boss_in.manage(Management::Invite { invitation }).await, Managed::Done);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    before.code("a code that was too old before", stage, &short);
    attacks.shown_out("an expired code", eve.join(town, &short).await).await;
    let taken_back = town.invite(&[]);
    let key = taken_back.public(town.id);
    assert_eq!(boss_in.manage(Management::Withdraw { key }).await, Managed::Done);
    before.code("a code that was taken back before", stage, &taken_back);
    attacks.shown_out("a code that was taken back", eve.join(town, &taken_back).await).await;
    let second = Town::create(&town.data, &town.relay);
    attacks.shown_out("another workspace's code", eve.join(town, &second.invite(&[])).await).await;

    let code = town.invite(&[]);
    by_what_was_overheard(attacks, town, (&eva, &eve), &code).await;
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

/// Eve overhears how Eva joins, and is faster.
async fn by_what_was_overheard(
    attacks: &mut Attacks,
    town: &Town,
    (eva, eve): (&Laptop, &Laptop),
    code: &InvitationCode,
) {
    let who = (town.id, eva.device);
    let stolen = eve
        .present(town, |challenge| {
            let theirs = Credential::invitation(who, &eva.key, challenge, (code, "Eva"));
            let own = Credential::invitation((town.id, eve.device), &eve.key, challenge, (code, "Eve"));
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
            let own = Credential::invitation((town.id, eve.device), &eve.key, challenge, (code, "Eve"));
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
}

fn invitation(town: &Town, code: &InvitationCode, role: Role, seconds: u32) -> Invitation {
    Invitation { key: code.public(town.id), role, organisation: None, member: None, seconds }
}

pub(super) async fn out_of_turn(attacks: &mut Attacks, stage: &Stage) {
    let (town, boss) = (&stage.town, &stage.boss);
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
