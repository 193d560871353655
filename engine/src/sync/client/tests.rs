//! Relays that live and lead nowhere: each connection ends, and says why.

use super::*;
use crate::identity::{DeviceId, WorkspaceId, WorkspaceSecret};
use crate::sync::limits::{PATIENCE, RECORDS_PATIENCE};
use crate::sync::{Endless, Epoch, RollingHash, VERSIONS};

fn session() -> ClientSession {
    let hello = Hello {
        versions: VERSIONS,
        software: "test".to_owned(),
        workspace: WorkspaceId::random(),
        device: DeviceId::random(),
        credential: WorkspaceSecret::random().credential(),
        cursor: None,
        first_sync: None,
        holds_records: false,
        peer: false,
        erased: 0,
        scrubbed: 0,
        erasures: None,
        founds: false,
    };
    ClientSession::new(hello, 0)
}

fn welcome() -> Welcome {
    Welcome {
        version: VERSIONS.1,
        workspace_name: "Byrån".to_owned(),
        epoch: Epoch::from_bytes([1; 16]),
        from: 0,
        position: 0,
        beginning: Beginning::Log,
        hash: None,
        records: 0,
        peer: false,
        grant: None,
        sealed: true,
        meeting_key: None,
        erased: Vec::new(),
    }
}

fn heard(session: &mut ClientSession, message: FromRelay, now: u64) -> Result<(), SyncError> {
    session.handle_input(&message.encode(), now).map(drop)
}

/// One that has come so far, and has pushed something.
fn pushed() -> ClientSession {
    let mut session = session();
    heard(&mut session, FromRelay::Welcome(welcome()), 0).unwrap();
    heard(&mut session, FromRelay::CaughtUp, 0).unwrap();
    let (record, hash) = (RecordId::random(), ChangeHash([1; 32]));
    session.push(&mut VecDeque::from([Outgoing { record, hash, bytes: vec![0; 100] }]));
    session
}

/// What a relay says in a second.
type Says = fn(u64) -> FromRelay;

/// Lets a second pass again and again, in which the relay says this. Answers when and how it ended.
fn until_left(session: &mut ClientSession, mut says: impl FnMut(u64) -> FromRelay) -> (u64, SyncError) {
    for second in 1..100_000 {
        let now = second * 1_000;
        let told = heard(session, says(second), now).and_then(|()| session.handle_timeout(now));
        if let Err(error) = told {
            return (now, error);
        }
        assert!(session.poll_timeout() <= now + RECORDS_PATIENCE, "it wants to be called in time");
    }
    panic!("it never ended");
}

fn batch(position: u64) -> FromRelay {
    FromRelay::Batch(Batch { position, hash: RollingHash::default(), entries: Vec::new() })
}

fn ack(session: &ClientSession) -> FromRelay {
    let id = *session.in_flight.keys().next().unwrap();
    FromRelay::Ack(Ack { id, refused: Vec::new(), passed: Vec::new() })
}

#[test]
fn a_push_that_is_never_answered_is_left_whatever_else_is_said() {
    let says: [(&str, Says, u64); 4] = [
        ("pongs", |_| FromRelay::Pong, PATIENCE),
        ("what others write", batch, PATIENCE),
        ("nobody", |_| FromRelay::Presence(Presence::default()), PATIENCE),
        ("that it waits", |_| FromRelay::Wait(Wait { id: 1, seconds: 60 }), PATIENCE + 60_000),
    ];
    for (what, says, patience) in says {
        let (now, error) = until_left(&mut pushed(), says);
        assert!(matches!(error, SyncError::Idle(_)), "{what}: {error}");
        assert!((patience..patience + 10_000).contains(&now), "{what}: {now}");
    }
}

#[test]
fn whoever_is_answered_goes_on_and_whoever_waits_for_nothing_listens() {
    let mut session = pushed();
    for second in 0..100 {
        let answered = ack(&session);
        heard(&mut session, answered, second * 100_000).unwrap();
        let (record, hash) = (RecordId::random(), ChangeHash([2; 32]));
        session.push(&mut VecDeque::from([Outgoing { record, hash, bytes: vec![0; 100] }]));
        session.handle_timeout(second * 100_000 + 1).unwrap();
    }
    let answered = ack(&session);
    heard(&mut session, answered, 10_000_000).unwrap();
    for hour in 1..100 {
        let now = 10_000_000 + hour * 3_600_000;
        heard(&mut session, batch(hour), now).unwrap();
        heard(&mut session, FromRelay::Pong, now).unwrap();
    }
}

#[test]
fn beginnings_that_never_end_are_left() {
    let (now, error) = until_left(&mut session(), |_| FromRelay::Pong);
    assert_eq!((now, error), (PATIENCE, SyncError::Idle(PATIENCE / 1_000)), "nobody lets in");
    let begun = |welcome: Welcome| {
        let mut session = session();
        heard(&mut session, FromRelay::Welcome(welcome), 0).map(|()| session)
    };
    let hash = Some(RollingHash::default());
    let first = Welcome { beginning: Beginning::Records, hash, records: 1_000, ..welcome() };
    // Alive, and making something ready for ever.
    let records = |left, entries| FromRelay::Records(Records { number: None, below: 9, left, entries });
    let (now, error) = until_left(&mut begun(first.clone()).unwrap(), |_| records(1_000, Vec::new()));
    assert_eq!((now, error), (RECORDS_PATIENCE, SyncError::Idle(RECORDS_PATIENCE / 1_000)));
    // The same record again and again, as fast as it goes.
    let entry = || Entry { record: RecordId::from_bytes([1; 16]), body: EntryBody::Change(vec![1; 50]) };
    let mut again = begun(first).unwrap();
    let ended = (0..1_000_000).find_map(|_| heard(&mut again, records(7, vec![entry()]), 1).err());
    assert_eq!(ended, Some(SyncError::Endless(Endless::Records)));
    // A catch-up that is promised and comes in drops.
    let mut drops = begun(Welcome { position: 1_000_000, ..welcome() }).unwrap();
    let (_, error) = until_left(&mut drops, |second| match second % 60 {
        0 => batch(second),
        _ => FromRelay::Pong,
    });
    assert!(matches!(error, SyncError::Idle(_)), "{error}");
    for announced in [
        Welcome { position: u64::MAX, ..welcome() },
        Welcome { beginning: Beginning::Records, hash, records: u64::MAX, ..welcome() },
    ] {
        assert_eq!(begun(announced).unwrap_err(), SyncError::Endless(Endless::Announced));
    }
}

#[test]
fn what_the_link_itself_says_counts_as_talk() {
    let mut session = pushed();
    let ended = (0..1_000_000).find_map(|_| session.talked(1).err());
    assert_eq!(ended, Some(SyncError::Endless(Endless::Talk)));
}
