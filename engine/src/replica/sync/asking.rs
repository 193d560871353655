//! Asking a relay whether it has this workspace and lets this device in: before a replica is given its address.
//!
//! Nothing of what it says is stored, and nothing is sent but who asks.

use super::{SyncProblem, credential, hello};
use crate::identity::Challenge;
use crate::replica::Replica;
use crate::sync::{ClientEvent, ClientSession, Notice};

/// The question, for as long as the connection lasts that it is asked over.
#[derive(Debug)]
pub struct Inquiry {
    session: ClientSession,
}

impl Inquiry {
    /// Begins at `now` milliseconds.
    ///
    /// # Errors
    /// Where the replica has no way in, or its file cannot be read.
    pub fn begin(replica: &Replica, challenge: Option<&Challenge>, now: u64) -> Result<Inquiry, SyncProblem> {
        let meta = replica.meta()?;
        let credential = credential(replica, &meta, challenge)?;
        Ok(Inquiry { session: ClientSession::new(hello(replica, &meta, credential)?, now) })
    }

    /// The next frame to send, if there is one.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.session.poll_transmit()
    }

    /// A frame that came in at `now` milliseconds. Answers, once the relay has: that it lets us in, or why not.
    ///
    /// # Errors
    /// Where the other side does not keep to the protocol.
    pub fn handle_input(
        &mut self,
        frame: &[u8],
        now: u64,
    ) -> Result<Option<Result<(), Notice>>, SyncProblem> {
        let events = self.session.handle_input(frame, now)?;
        Ok(events.into_iter().find_map(|event| match event {
            ClientEvent::Welcomed { .. } => Some(Ok(())),
            ClientEvent::Closed(notice) => Some(Err(notice)),
            _ => None,
        }))
    }
}
