//! A connection from its beginning on: whatever a relay says, and in whatever order, a client's side of it neither panics nor grows, and
//! what it says itself can be read.

use std::collections::VecDeque;

use samsyn_engine::document::ChangeHash;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Credential, DeviceId, WorkspaceId};
use samsyn_engine::sync::{
    ClientEvent, ClientSession, FromClient, Hello, Outgoing, RelaySession, Start, VERSIONS, Wanted,
};

/// So many frames are looked at of any input.
const FRAMES: usize = 200;

/// Frames one after the other: for each a byte of how much time passes before it, two of its length, and itself.
fn frames(bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    while let [time, high, low, data @ ..] = rest {
        let (frame, behind) = data.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(data.len()));
        frames.push((u64::from(*time) * 500, frame));
        rest = behind;
    }
    frames.truncate(FRAMES);
    frames
}

fn hello() -> Hello {
    Hello {
        versions: VERSIONS,
        software: "samsyn 0.1.0".to_owned(),
        workspace: WorkspaceId::from_bytes([0x22; 16]),
        device: DeviceId::from_bytes([0x33; 16]),
        credential: Credential::WorkspaceSecret { secret: vec![0x44; 32] },
        cursor: None,
        first_sync: None,
        holds_records: true,
        peer: false,
        erased: 0,
        erasures: None,
        scrubbed: 0,
        founds: false,
    }
}

/// All that a relay says on one connection.
pub fn session(bytes: &[u8]) {
    let mut session = ClientSession::new(hello(), 0);
    let (mut now, mut waiting) = (0, VecDeque::new());
    for (passed, frame) in frames(bytes) {
        now += passed;
        if session.handle_timeout(now).is_err() {
            return;
        }
        let Ok(events) = session.handle_input(frame, now) else { return };
        for event in events {
            go_on(&mut session, &event);
        }
        let (record, hash) = (RecordId::from_bytes([3; 16]), ChangeHash([3; 32]));
        waiting.push_back(Outgoing { record, hash, bytes: vec![7; 100] });
        session.push(&mut waiting);
        while let Some(frame) = session.poll_transmit() {
            FromClient::decode(&frame).expect("what a client says can be read");
        }
        assert!(session.poll_timeout() >= session.poll_timeout().min(now), "it has a next moment");
    }
}

/// What a replica says to that.
fn go_on(session: &mut ClientSession, event: &ClientEvent) {
    match event {
        ClientEvent::Welcomed { start: Start::Comparison(_), .. } => session.compare(Vec::new()),
        ClientEvent::Compared(ranges) if ranges.len() > 1 => session.compare(Vec::new()),
        ClientEvent::Compared(_) => {
            session.want(vec![Wanted { record: RecordId::from_bytes([3; 16]), known: Vec::new() }]);
        }
        ClientEvent::Wanted { left: 0, .. } => session.follow(),
        _ => {}
    }
}

/// All that a client says on one connection, to a side that lets it in.
pub fn relay_session(bytes: &[u8]) {
    let mut session = RelaySession::new();
    for (_, frame) in frames(bytes) {
        match session.handle_input(frame) {
            Ok(Some(samsyn_engine::sync::RelayRequest::Hello(_))) => session.admitted_to_compare(),
            Ok(_) => {}
            Err(_) => return,
        }
        while let Some(frame) = session.poll_transmit() {
            samsyn_engine::sync::FromRelay::decode(&frame).expect("what a relay says can be read");
        }
    }
}
