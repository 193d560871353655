//! A replica's side of a visit to another replica, without a relay: the side that calls.
//!
//! ```text
//!  hello ─▶ compare ⇄ compare ─▶ want ─▶ records ─▶ merged
//!        ─▶ what the other lacks: record by record out of the documents ─▶ push ─▶ ack ─▶ both have the same
//! ```
//!
//! Another replica is no relay: what it has is in no log, and may be lost with the laptop. So nothing here touches our
//! place in the relay's log, nor what waits for it. What comes is kept as what comes from elsewhere is: it waits in the
//! outbox, and whichever of the two meets the relay first hands it on.
//!
//! A visit that breaks off is followed by another, which finds what is left.

use std::collections::{BTreeMap, VecDeque};

use super::arrival::{self, Reached};
use super::comparing::Differing;
use super::{SyncNews, SyncProblem, hello};
use crate::document::Heads;
use crate::id::RecordId;
use crate::replica::Replica;
use crate::sync::limits::BATCH_CHANGES;
use crate::sync::{ClientEvent, ClientSession, Hello, Outgoing};

/// A visit to another replica.
#[derive(Debug)]
pub struct PeerCall {
    session: ClientSession,
    differing: Differing,
    /// The records of which the other lacks something, with its heads.
    lacks: BTreeMap<RecordId, Heads>,
    queue: VecDeque<Outgoing>,
    live: bool,
}

impl PeerCall {
    /// Begins a visit at `now` milliseconds.
    ///
    /// # Errors
    /// Where the workspace has no secret by which two replicas of it know each other, or the file cannot be read.
    pub fn begin(replica: &Replica, now: u64) -> Result<PeerCall, SyncProblem> {
        let meta = replica.meta()?;
        let secret = meta.secret.as_ref().ok_or_else(|| SyncProblem::without_secret(&meta))?;
        let hello = Hello {
            peer: true,
            cursor: None,
            first_sync: None,
            holds_records: true,
            ..hello(replica, &meta, secret.credential())?
        };
        Ok(PeerCall {
            session: ClientSession::new(hello, now),
            differing: Differing::default(),
            lacks: BTreeMap::new(),
            queue: VecDeque::new(),
            live: false,
        })
    }

    /// A frame that came in at `now` milliseconds.
    ///
    /// # Errors
    /// Where the visit cannot go on. What was stored before stays stored.
    pub fn handle_input(
        &mut self,
        replica: &mut Replica,
        frame: &[u8],
        now: u64,
    ) -> Result<Vec<SyncNews>, SyncProblem> {
        let mut news = Vec::new();
        for event in self.session.handle_input(frame, now)? {
            self.take(replica, event, &mut news)?;
        }
        Ok(news)
    }

    /// The next frame to send, if there is one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn poll_transmit(&mut self, replica: &Replica) -> Result<Option<Vec<u8>>, SyncProblem> {
        if self.session.can_push() {
            self.fill_queue(replica)?;
            self.session.push(&mut self.queue);
        }
        Ok(self.session.poll_transmit())
    }

    /// Whether both have the same now.
    pub fn is_done(&self) -> bool {
        let nothing_left = self.lacks.is_empty() && self.queue.is_empty();
        self.live && nothing_left && self.session.in_flight().next().is_none()
    }

    /// When [`PeerCall::handle_timeout`] wants to be called, in milliseconds.
    pub fn poll_timeout(&self) -> u64 {
        self.session.poll_timeout()
    }

    /// Time has passed.
    ///
    /// # Errors
    /// Where the link is dead: the connection has to be closed.
    pub fn handle_timeout(&mut self, now: u64) -> Result<(), SyncProblem> {
        Ok(self.session.handle_timeout(now)?)
    }

    fn take(
        &mut self,
        replica: &mut Replica,
        event: ClientEvent,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        match event {
            ClientEvent::Welcomed { workspace_name, .. } => {
                news.push(SyncNews::Connected { workspace_name, pending: 0 });
                self.session.compare(Differing::first(replica)?);
            }
            ClientEvent::Compared(ranges) => match self.differing.take(replica, &ranges)? {
                Some(more) => self.session.compare(more),
                None => self.want_more(replica, news)?,
            },
            ClientEvent::Wanted { entries, left } => {
                let stored = arrival::store(replica, &entries, Reached::Peer, news)?;
                let reason = |rejected: arrival::Rejected| SyncNews::NotTaken { reason: rejected.why.words };
                news.extend(stored.rejected.into_iter().map(reason));
                if left == 0 {
                    self.want_more(replica, news)?;
                }
            }
            ClientEvent::CaughtUp => self.live = true,
            ClientEvent::Acknowledged { changes, .. } => {
                news.push(SyncNews::Pushed(replica.store.edits_among(&changes)?));
            }
            ClientEvent::Refused { refused, .. } => news.push(SyncNews::NotTaken { reason: refused.words }),
            ClientEvent::Closed(notice) => news.push(SyncNews::Closed(notice)),
            // The session has no log and no first sync where it was welcomed to compare.
            ClientEvent::FirstSync { .. }
            | ClientEvent::Entries { .. }
            | ClientEvent::Present(_)
            | ClientEvent::Waits { .. }
            | ClientEvent::Managed(_) => {}
        }
        Ok(())
    }

    fn want_more(&mut self, replica: &Replica, news: &mut Vec<SyncNews>) -> Result<(), SyncProblem> {
        let wanted = self.differing.next_wanted(replica)?;
        if !wanted.is_empty() {
            self.session.want(wanted);
            return Ok(());
        }
        self.lacks = std::mem::take(&mut self.differing).into_differences();
        news.push(SyncNews::Compared { differences: self.lacks.len() });
        self.session.follow();
        Ok(())
    }

    /// Takes the next records of which the other lacks something, as many as make a push.
    fn fill_queue(&mut self, replica: &Replica) -> Result<(), SyncProblem> {
        while self.queue.len() < BATCH_CHANGES {
            let Some((record, theirs)) = self.lacks.pop_first() else { break };
            let Some(document) = replica.store.document(record)? else { continue };
            let known: Vec<_> = theirs.into_iter().filter(|head| document.has(head)).collect();
            let outgoing = document.changes_since(&known).into_iter();
            self.queue.extend(outgoing.map(|change| Outgoing {
                record,
                hash: change.hash,
                bytes: change.bytes,
            }));
        }
        Ok(())
    }
}
