//! Asking a relay something without syncing: whether it has this workspace and lets this device in, before a replica is given its
//! address; and what is asked of who belongs.
//!
//! Nothing of what it says is stored, and nothing is sent but who asks and what. So it is asked from a disk that is full or may only be
//! read, too.

use super::{SyncProblem, credential, hello};
use crate::identity::{Challenge, Managed, Management};
use crate::replica::Replica;
use crate::sync::{ClientEvent, ClientSession, Notice};

/// The question, for as long as the connection lasts that it is asked over.
#[derive(Debug)]
pub struct Inquiry {
    session: ClientSession,
}

/// What a relay says to it.
#[derive(Debug)]
pub enum Answer {
    /// It has the workspace, and lets this device in.
    LetIn,
    /// What came of what was asked of who belongs.
    Managed(Managed),
    /// It has ended the connection, and says why.
    Closed(Notice),
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

    /// Asks for something of who belongs, once the relay has let us in. Says whether it will hear it: it may be too old.
    pub fn manage(&mut self, management: &Management) -> bool {
        self.session.manage(management.clone())
    }

    /// A frame that came in at `now` milliseconds. Answers what it says; none where that is nothing to the question.
    ///
    /// # Errors
    /// Where the other side does not keep to the protocol.
    pub fn handle_input(&mut self, frame: &[u8], now: u64) -> Result<Option<Answer>, SyncProblem> {
        let events = self.session.handle_input(frame, now)?;
        Ok(events.into_iter().find_map(|event| match event {
            ClientEvent::Welcomed { .. } => Some(Answer::LetIn),
            ClientEvent::Managed(managed) => Some(Answer::Managed(managed)),
            ClientEvent::Closed(notice) => Some(Answer::Closed(notice)),
            _ => None,
        }))
    }

    /// A sign of life that is no whole frame came at `at` milliseconds.
    pub fn heard(&mut self, at: u64) {
        self.session.heard(at);
    }

    /// When [`Inquiry::handle_timeout`] wants to be called, in milliseconds.
    pub fn poll_timeout(&self) -> u64 {
        self.session.poll_timeout()
    }

    /// Time has passed: asks whether the relay is still there, or finds that it is not.
    ///
    /// # Errors
    /// Where it is not: the connection must be closed.
    pub fn handle_timeout(&mut self, now: u64) -> Result<(), SyncProblem> {
        Ok(self.session.handle_timeout(now)?)
    }
}
