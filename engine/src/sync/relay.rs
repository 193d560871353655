//! The relay's side of a connection.

use super::compare::Range;
use super::{ErrorCode, FromClient, FromRelay, Hello, Notice, Push, SyncError, VERSIONS, Wanted};
use crate::id::RecordId;
use crate::identity::Management;

/// What a client wants of the relay.
#[derive(Debug, Clone)]
pub enum RelayRequest {
    /// To be let in. The relay answers with a welcome and what the client lacks, or with a notice.
    Hello(Hello),
    /// Changes for the log. The relay answers with an acknowledgement once they are durable.
    Push(Push),
    /// To compare what both hold. The relay answers with what it holds.
    Compare(Vec<Range>),
    /// Records that it lacks changes of. The relay answers with these.
    Want(Vec<Wanted>),
    /// That the log follows, after a comparison.
    Follow,
    /// That the others see what somebody has open.
    Presence(Option<RecordId>),
    /// That something is changed of who belongs, or told of it. The relay answers with what came of it.
    Manage(Management),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    AwaitingHello,
    Deciding,
    Comparing,
    Open,
}

/// The relay's side of one connection: keeps to the order of messages and agrees on a version. What it answers with is
/// the relay's business.
#[derive(Debug)]
pub struct RelaySession {
    phase: Phase,
    versions: (u16, u16),
    version: u16,
    pongs: usize,
    records: u64,
}

impl Default for RelaySession {
    fn default() -> Self {
        RelaySession::new()
    }
}

impl RelaySession {
    /// A session whose first message has not come yet.
    pub fn new() -> Self {
        RelaySession::speaking(VERSIONS)
    }

    /// The session of a relay that speaks just these versions, the oldest and the newest: how an older one behaves.
    pub fn speaking(versions: (u16, u16)) -> Self {
        RelaySession { phase: Phase::AwaitingHello, versions, version: versions.1, pongs: 0, records: 0 }
    }

    /// A frame that came in. `None` where it asks for nothing but a [`RelaySession::poll_transmit`].
    ///
    /// # Errors
    /// Where the client does not keep to the protocol: tell it ([`RelaySession::notice`]) and close.
    pub fn handle_input(&mut self, frame: &[u8]) -> Result<Option<RelayRequest>, SyncError> {
        match (self.phase, FromClient::decode(frame)?) {
            (Phase::AwaitingHello, FromClient::Hello(hello)) => {
                self.version = common_version(hello.versions, self.versions)?;
                self.phase = Phase::Deciding;
                Ok(Some(RelayRequest::Hello(hello)))
            }
            (Phase::AwaitingHello, _) => Err(SyncError::Order("something before its hello")),
            (_, FromClient::Hello(_)) => Err(SyncError::Order("a second hello")),
            (Phase::Open, FromClient::Push(push)) => Ok(Some(RelayRequest::Push(push))),
            (_, FromClient::Push(_)) => Err(SyncError::Order("a push before it has caught up")),
            (Phase::Comparing, FromClient::Compare(ranges)) => Ok(Some(RelayRequest::Compare(ranges))),
            (Phase::Comparing, FromClient::Want(wanted)) => Ok(Some(RelayRequest::Want(wanted))),
            (Phase::Comparing, FromClient::Follow) => {
                self.phase = Phase::Open;
                Ok(Some(RelayRequest::Follow))
            }
            (_, FromClient::Compare(_) | FromClient::Want(_) | FromClient::Follow) => {
                Err(SyncError::Order("a part of a comparison"))
            }
            (Phase::Deciding, FromClient::Presence(_)) => {
                Err(SyncError::Order("a presence before its welcome"))
            }
            (_, FromClient::Presence(open)) if self.version >= 3 => Ok(Some(RelayRequest::Presence(open))),
            (_, FromClient::Presence(_)) => Err(SyncError::Order("a presence in a version that has none")),
            (Phase::Deciding, FromClient::Manage(_)) => Err(SyncError::Order("a wish before its welcome")),
            (_, FromClient::Manage(management)) if self.version >= 4 => {
                Ok(Some(RelayRequest::Manage(management)))
            }
            (_, FromClient::Manage(_)) => Err(SyncError::Order("a wish in a version that has none")),
            (_, FromClient::Ping) => {
                self.pongs = 1;
                Ok(None)
            }
        }
    }

    /// The version that both speak.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The relay has let the client in.
    pub fn admitted(&mut self) {
        self.phase = Phase::Open;
    }

    /// The relay has let the client in, and both compare what they hold before the log follows.
    pub fn admitted_to_compare(&mut self) {
        self.phase = Phase::Comparing;
    }

    /// The number of the next message of records.
    pub fn number_records(&mut self) -> u64 {
        let number = self.records;
        self.records += 1;
        number
    }

    /// The next frame that the session itself wants to send.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let waiting = std::mem::take(&mut self.pongs);
        (waiting > 0).then(|| FromRelay::Pong.encode())
    }

    /// The frame that tells a client why its connection ends.
    pub fn notice(code: ErrorCode, words: impl Into<String>) -> Vec<u8> {
        FromRelay::Notice(Notice::new(code, words)).encode()
    }
}

fn common_version(theirs: (u16, u16), ours: (u16, u16)) -> Result<u16, SyncError> {
    let newest = theirs.1.min(ours.1);
    if newest >= theirs.0.max(ours.0) { Ok(newest) } else { Err(SyncError::Version { theirs, ours }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_both_speak_is_taken() {
        assert_eq!(common_version((1, 9), VERSIONS), Ok(VERSIONS.1));
        assert_eq!(common_version((0, 1), VERSIONS), Ok(1));
        assert_eq!(common_version(VERSIONS, (1, 1)), Ok(1), "an older relay");
        assert_eq!(common_version((1, 1), VERSIONS), Ok(1), "an older client");
        let error = common_version((7, 9), VERSIONS).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Version);
        assert!(error.to_string().contains("must be updated"));
    }
}
