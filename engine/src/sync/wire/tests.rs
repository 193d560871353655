use super::*;
use crate::identity::{
    AuditEntry, Challenge, DeviceId, DeviceKey, Erasure, Grant, Invitation, InvitationCode, ManagementError,
    Member, OpenInvitation, Role, Roster, WorkspaceId, WorkspaceSecret,
};
use crate::sync::{
    Ack, Beginning, Cursor, Epoch, ErrorCode, FirstSync, Logged, Notice, Refused, VERSIONS, Wait, Welcome,
};

fn hello() -> FromClient {
    FromClient::Hello(Hello {
        versions: VERSIONS,
        software: "samsyn 0.1.0".to_owned(),
        workspace: WorkspaceId::random(),
        device: DeviceId::random(),
        credential: WorkspaceSecret::random().credential(),
        cursor: Some(Cursor::start(Epoch::random())),
        first_sync: Some(FirstSync { cursor: Cursor::start(Epoch::random()), below: 7 }),
        holds_records: true,
        peer: false,
        erased: 0,
        scrubbed: 0,
        erasures: None,
        founds: false,
    })
}

fn messages() -> Vec<FromRelay> {
    let entries = vec![
        Entry { record: RecordId::random(), body: EntryBody::Change(vec![1, 2, 3]) },
        Entry { record: RecordId::random(), body: EntryBody::Known(ChangeHash([7; 32])) },
    ];
    let refused = Refused { number: 3, code: ErrorCode::Schema, words: "no".to_owned() };
    let epoch = Epoch::random();
    vec![
        FromRelay::Welcome(Welcome {
            version: 1,
            workspace_name: "Östersund".to_owned(),
            epoch,
            from: 0,
            position: 7,
            beginning: Beginning::Records,
            hash: Some(RollingHash::default()),
            records: 5,
            peer: false,
            grant: Some(Grant {
                organisation: Some(RecordId::random()),
                ..Grant::unbounded(DeviceId::random())
            }),
            sealed: true,
            meeting_key: Some(WorkspaceSecret::random()),
            erased: vec![(3, RecordId::random())],
        }),
        FromRelay::Batch(Batch { position: 2, hash: RollingHash::default(), entries }),
        FromRelay::CaughtUp,
        FromRelay::Ack(Ack { id: 9, refused: vec![refused], passed: Vec::new() }),
        FromRelay::Ack(Ack { id: 10, refused: Vec::new(), passed: vec![Logged { number: 0, position: 3 }] }),
        FromRelay::Notice(Notice::new(ErrorCode::Access, "who?")),
        FromRelay::Notice(Notice { again: Some(864), ..Notice::new(ErrorCode::Limited, "enough") }),
        FromRelay::Pong,
        FromRelay::Records(Records {
            number: Some(7),
            below: 3,
            left: 4,
            entries: vec![Entry { record: RecordId::random(), body: EntryBody::Document(vec![1, 2]) }],
        }),
        FromRelay::Compare(compared()),
        FromRelay::Managed(Managed::Done),
        FromRelay::Wait(Wait { id: 7, seconds: 41 }),
        FromRelay::Managed(Managed::Refused { why: ManagementError::LastCoordinator }),
        FromRelay::Managed(Managed::Roster { roster: roster() }),
        FromRelay::Presence(Presence {
            here: vec![
                Here { device: DeviceId::random(), open: Some(RecordId::random()) },
                Here { device: DeviceId::random(), open: None },
            ],
            gone: vec![DeviceId::random()],
        }),
    ]
}

fn roster() -> Roster {
    let (id, key) = (RecordId::random(), DeviceKey::random().public());
    Roster {
        members: vec![Member {
            member: id,
            label: "Åsa".to_owned(),
            role: Role::Partner,
            organisation: Some(id),
            removed_at: Some(9),
            devices: vec![crate::identity::Device { device: id, key, joined_at: 7, revoked_at: None }],
        }],
        invitations: vec![OpenInvitation { key, role: Role::Reader, expires_at: 8 }],
        erasures: vec![Erasure { number: 1, record: id, at: 3, waiting: vec![id] }],
        history: vec![AuditEntry {
            at: 1,
            by: Some(id),
            what: "joined".to_owned(),
            whom: Some(id),
            role: None,
        }],
    }
}

#[test]
fn proofs_and_what_is_asked_of_who_belongs_survive_the_wire() {
    let (workspace, device, key) = (WorkspaceId::random(), DeviceId::random(), DeviceKey::random());
    let (code, challenge) = (InvitationCode::random(), Challenge::of(RecordId::random()));
    let FromClient::Hello(plain) = hello() else { unreachable!() };
    let known = Credential::device((workspace, device), &key, &challenge);
    let invited = Credential::invitation((workspace, device), &key, &challenge, (&code, "Åsa"));
    for credential in [known, invited] {
        let frame = FromClient::Hello(Hello { workspace, device, credential, ..plain.clone() }).encode();
        let Ok(FromClient::Hello(hello)) = FromClient::decode(&frame) else { panic!("a hello is one") };
        let (proof, invitation) = match &hello.credential {
            Credential::Device(proof) => (&**proof, None),
            Credential::Invitation(invited) => {
                let key = code.public(workspace);
                assert_eq!((invited.label.as_str(), invited.invitation), ("Åsa", key));
                (&invited.proof, Some((&invited.invitation, &invited.signature)))
            }
            Credential::WorkspaceSecret { .. } => panic!("it came back as something else"),
        };
        let entrance = proof.entrance((workspace, device), &challenge).expect("it is signed");
        assert!(invitation.is_none_or(|(key, signature)| entrance.is_invited(key, signature)));
        assert!(proof.entrance((workspace, device), &Challenge::of(RecordId::random())).is_none());
    }
    let (member, role) = (device, Role::Partner);
    let invitation = Invitation {
        key: key.public(),
        role,
        organisation: Some(RecordId::random()),
        member: Some(member),
        seconds: 60,
    };
    for management in [
        Management::Roster,
        Management::Invite { invitation },
        Management::Withdraw { key: key.public() },
        Management::SetRole { member, role, organisation: None },
        Management::Remove { member },
        Management::Revoke { device },
    ] {
        let frame = FromClient::Manage(management.clone()).encode();
        assert!(matches!(FromClient::decode(&frame), Ok(FromClient::Manage(again)) if again == management));
    }
}

fn compared() -> Vec<Range> {
    let heads = vec![ChangeHash([1; 32]), ChangeHash([2; 32])];
    let holding = Holding { record: RecordId::from_bytes([5; 16]), heads };
    let upper = |byte| Some(RecordId::from_bytes([byte; 16]));
    vec![
        Range { upper: upper(2), held: Held::Same },
        Range { upper: upper(4), held: Held::Fingerprint(Fingerprint([7; 16])) },
        Range { upper: None, held: Held::Records(vec![holding]) },
    ]
}

#[test]
fn comparisons_and_wishes_survive_the_wire_and_ranges_out_of_order_do_not() {
    let frame = FromClient::Compare(compared()).encode();
    assert!(matches!(FromClient::decode(&frame), Ok(FromClient::Compare(ranges)) if ranges == compared()));
    let wanted = vec![Wanted { record: RecordId::random(), known: vec![ChangeHash([9; 32])] }];
    let frame = FromClient::Want(wanted.clone()).encode();
    assert!(matches!(FromClient::decode(&frame), Ok(FromClient::Want(again)) if again == wanted));
    assert!(matches!(FromClient::decode(&FromClient::Follow.encode()), Ok(FromClient::Follow)));
    let mut swapped = compared();
    swapped.swap(0, 1);
    assert!(FromClient::decode(&FromClient::Compare(swapped).encode()).is_err());
    let open = compared()[..2].to_vec();
    assert!(FromClient::decode(&FromClient::Compare(open).encode()).is_err(), "the last has no end");
    let document = Entry { record: RecordId::random(), body: EntryBody::Document(vec![1]) };
    let push = FromClient::Push(Push { id: 1, entries: vec![document] });
    assert!(FromClient::decode(&push.encode()).is_err(), "nobody pushes documents");
}

#[test]
fn messages_survive_the_wire() {
    for message in messages() {
        assert_eq!(FromRelay::decode(&message.encode()), Ok(message));
    }
    let FromClient::Hello(one) = hello() else { unreachable!() };
    let FromClient::Hello(other) = FromClient::decode(&FromClient::Hello(one.clone()).encode()).unwrap()
    else {
        panic!("a hello came back as something else")
    };
    assert_eq!((one.workspace, one.device, one.cursor), (other.workspace, other.device, other.cursor));
}

#[test]
fn a_code_is_called_as_it_stands_on_the_wire() {
    use ErrorCode::*;
    let all = [
        Version,
        Access,
        Forbidden,
        NotYours,
        Frame,
        Order,
        TooLarge,
        Malformed,
        MissingDependencies,
        ActorCollision,
        Schema,
        LogMismatch,
        Erased,
        Stopping,
        Storage,
        Limited,
        Other,
    ];
    for code in all {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
}

#[test]
fn a_code_of_a_newer_version_is_kept_apart() {
    let mut body = Vec::new();
    let newer = serde_json::json!({"c": "moon-phase", "w": "wait", "x": 1});
    ciborium::into_writer(&newer, &mut body).unwrap();
    let frame = [vec![NOTICE], body].concat();
    let expected = Notice::new(ErrorCode::Other, "wait");
    assert_eq!(FromRelay::decode(&frame), Ok(FromRelay::Notice(expected)));
}

#[test]
fn every_truncated_or_flipped_frame_is_an_error_or_a_message_and_never_a_panic() {
    for frame in messages().iter().map(FromRelay::encode).chain([hello().encode()]) {
        for end in 0..frame.len() {
            let _ = FromRelay::decode(&frame[..end]);
            let _ = FromClient::decode(&frame[..end]);
            let mut flipped = frame.clone();
            flipped[end] ^= 0x5a;
            let _ = FromRelay::decode(&flipped);
            let _ = FromClient::decode(&flipped);
        }
    }
    assert!(FromRelay::decode(&[]).is_err());
    assert!(FromClient::decode(&[200, 1, 2]).is_err());
}

#[test]
fn bombs_are_refused_before_they_grow() {
    let zeros = zstd::bulk::compress(&vec![0; 64 * 1024 * 1024], 19).unwrap();
    assert!(zeros.len() < 64 * 1024);
    let bomb = frame(PUSH, &PushBody { id: 1, bundle: zeros.into() });
    assert!(matches!(FromClient::decode(&bomb), Err(SyncError::TooLarge { .. })));

    // A CBOR array that claims to hold four thousand million entries.
    let claims = zstd::bulk::compress(&[0x9a, 0xff, 0xff, 0xff, 0xff], 1).unwrap();
    let bomb = frame(PUSH, &PushBody { id: 1, bundle: claims.into() });
    assert!(FromClient::decode(&bomb).is_err());

    // Nested a thousand deep.
    let nested = [vec![HELLO], vec![0x81; 1000]].concat();
    assert!(FromClient::decode(&nested).is_err());

    let large = Entry { record: RecordId::random(), body: EntryBody::Change(vec![0; CHANGE_BYTES + 1]) };
    let push = FromClient::Push(Push { id: 1, entries: vec![large] });
    assert!(matches!(FromClient::decode(&push.encode()), Err(SyncError::TooLarge { .. })));
    assert!(FromClient::decode(&vec![PING; FRAME_BYTES + 1]).is_err());
}
