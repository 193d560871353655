//! A replica's side of a visit by another replica, without a relay: the side that answers.
//!
//! It speaks as a relay does, with the same messages, but has no log: every visit begins with a comparison, and what is
//! pushed goes through the same gate into the same store as all that comes from elsewhere. It says in its welcome that it is
//! no relay, and turns away whoever looks for one.
//!
//! A visitor who asks and asks and brings nothing is turned away in the end ([`IDLE_FRAMES`]).
//!
//! Nothing is remembered of a visit. The replica may be written to meanwhile, by its person or by others that visit it: each
//! answer is of that moment.

use std::collections::VecDeque;

use super::arrival::{self, Reached};
use super::{SyncNews, SyncProblem};
use crate::document::{EncodedChange, gate};
use crate::identity::{Access, SecretAccess};
use crate::replica::Replica;
use crate::sync::compare;
use crate::sync::limits::{CHANGE_BYTES, RECORDS_BYTES};
use crate::sync::{
    Ack, Beginning, Bundles, Endless, Entry, EntryBody, Epoch, ErrorCode, FromRelay, Hello, Piece, Push,
    Refused, RelayRequest, RelaySession, RollingHash, SyncError, Wanted, Welcome,
};

/// A visit by another replica.
#[derive(Debug)]
pub struct PeerAnswer {
    session: RelaySession,
    outgoing: VecDeque<Vec<u8>>,
    /// What was wanted, as long as it has not gone out.
    wanted: Option<(VecDeque<Wanted>, Bundles)>,
    turned_away: bool,
    /// Frames since something came that was new.
    idle: u32,
}

/// A visitor may say so much without bringing anything new: a comparison of a hundred thousand records that all differ needs a
/// hundredth of it.
const IDLE_FRAMES: u32 = 20_000;

impl Default for PeerAnswer {
    fn default() -> Self {
        PeerAnswer::new()
    }
}

impl PeerAnswer {
    /// A visit that has not said anything yet.
    pub fn new() -> PeerAnswer {
        let session = RelaySession::new();
        PeerAnswer { session, outgoing: VecDeque::new(), wanted: None, turned_away: false, idle: 0 }
    }

    /// A frame that came in.
    ///
    /// # Errors
    /// Where this replica cannot read or store. What the visitor does wrong it is told: see [`PeerAnswer::is_over`].
    pub fn handle_input(
        &mut self,
        replica: &mut Replica,
        frame: &[u8],
    ) -> Result<Vec<SyncNews>, SyncProblem> {
        let mut news = Vec::new();
        if self.turned_away {
            return Ok(news);
        }
        self.idle += 1;
        if self.idle > IDLE_FRAMES {
            let error = SyncError::Endless(Endless::Talk);
            self.turn_away(error.code(), &error.to_string());
            return Ok(news);
        }
        match self.session.handle_input(frame) {
            Ok(Some(request)) => self.answer(replica, request, &mut news)?,
            Ok(None) => {}
            Err(error) => self.turn_away(error.code(), &error.to_string()),
        }
        while let Some(frame) = self.session.poll_transmit() {
            self.outgoing.push_back(frame);
        }
        let is_new =
            |news: &SyncNews| matches!(news, SyncNews::Merged { records, .. } if !records.is_empty());
        if news.iter().any(is_new) {
            self.idle = 0;
        }
        Ok(news)
    }

    /// The next frame to send, if there is one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn poll_transmit(&mut self, replica: &Replica) -> Result<Option<Vec<u8>>, SyncProblem> {
        if let Some(frame) = self.outgoing.pop_front() {
            return Ok(Some(frame));
        }
        let Some((wanted, bundles)) = &mut self.wanted else { return Ok(None) };
        let mut records = bundles.next(RECORDS_BYTES, || {
            let Some(wanted) = wanted.pop_front() else { return Ok(None) };
            piece(replica, wanted).map(Some)
        })?;
        if records.left == 0 {
            self.wanted = None;
        }
        records.number = Some(self.session.number_records());
        Ok(Some(FromRelay::Records(records).encode()))
    }

    /// Whether the visitor was told that it has to go: once all frames are sent.
    pub fn is_over(&self) -> bool {
        self.turned_away && self.outgoing.is_empty()
    }

    fn turn_away(&mut self, code: ErrorCode, words: &str) {
        self.outgoing.push_back(RelaySession::notice(code, words));
        self.wanted = None;
        self.turned_away = true;
    }

    fn answer(
        &mut self,
        replica: &mut Replica,
        request: RelayRequest,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        // A side that wants records says nothing until the last of them has come.
        if self.wanted.is_some() {
            self.turn_away(ErrorCode::Order, &SyncError::Order("something before its records").to_string());
            return Ok(());
        }
        match request {
            RelayRequest::Hello(hello) => self.hello(replica, &hello, news)?,
            RelayRequest::Compare(ranges) => {
                let ours = compare::respond(&replica.store, &ranges)?;
                self.outgoing.push_back(FromRelay::Compare(ours).encode());
            }
            RelayRequest::Want(wanted) => {
                let bundles = Bundles::new(0, wanted.len() as u64);
                self.wanted = Some((wanted.into(), bundles));
            }
            // Whoever syncs directly sits beside us.
            RelayRequest::Presence(_) => {}
            RelayRequest::Manage(_) => {
                self.turn_away(ErrorCode::Order, &SyncError::Order("a wish that is for a relay").to_string())
            }
            RelayRequest::Follow => self.outgoing.push_back(FromRelay::CaughtUp.encode()),
            RelayRequest::Push(push) => {
                let ack = take(replica, &push, news)?;
                self.outgoing.push_back(FromRelay::Ack(ack).encode());
            }
        }
        Ok(())
    }

    fn hello(
        &mut self,
        replica: &Replica,
        hello: &Hello,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        let meta = replica.meta()?;
        let secret = meta.secret.as_ref().ok_or_else(|| SyncProblem::without_secret(&meta))?;
        if !hello.peer {
            self.turn_away(ErrorCode::Order, &SyncError::NoRelay.to_string());
            return Ok(());
        }
        let access = SecretAccess::new(meta.workspace, secret.hash());
        if let Err(refusal) = access.admit(hello.workspace, hello.device, &hello.credential) {
            self.turn_away(ErrorCode::Access, &refusal.to_string());
            return Ok(());
        }
        self.session.admitted_to_compare();
        let workspace_name = meta.workspace_name;
        news.push(SyncNews::Connected { workspace_name: workspace_name.clone(), pending: 0 });
        self.outgoing.push_back(
            FromRelay::Welcome(Welcome {
                version: self.session.version(),
                workspace_name,
                // There is no log. Whoever takes this for a place in one has not read that we are no relay.
                epoch: Epoch::random(),
                from: 0,
                position: 0,
                beginning: Beginning::Comparison,
                hash: Some(RollingHash::default()),
                records: 0,
                peer: true,
                grant: None,
                sealed: false,
                meeting_key: None,
                erased: Vec::new(),
            })
            .encode(),
        );
        Ok(())
    }
}

/// Stores what was pushed. Answers what was not taken.
fn take(replica: &mut Replica, push: &Push, news: &mut Vec<SyncNews>) -> Result<Ack, SyncProblem> {
    let stored = arrival::store(replica, &push.entries, Reached::Peer, news)?;
    let refused = |rejected: arrival::Rejected| Refused {
        number: u32::try_from(rejected.number).unwrap_or(u32::MAX),
        code: rejected.why.code,
        words: rejected.why.words,
    };
    let mut refused: Vec<Refused> = stored.rejected.into_iter().map(refused).collect();
    refused.sort_by_key(|refused| refused.number);
    Ok(Ack { id: push.id, refused, passed: Vec::new() })
}

/// What somebody lacks of a record: all of it as one document, or the changes behind those that it has.
fn piece(replica: &Replica, wanted: Wanted) -> Result<Piece, SyncProblem> {
    let Wanted { record, known } = wanted;
    let Some(document) = replica.store.document(record)? else { return Ok(Piece::default()) };
    let known: Vec<_> = known.into_iter().filter(|hash| document.has(hash)).collect();
    if known.is_empty() {
        let whole = document.save_plain();
        if whole.len() <= CHANGE_BYTES && gate::can_go_whole(&whole) {
            return Ok(Piece { entries: vec![Entry { record, body: EntryBody::Document(whole) }], below: 0 });
        }
    }
    let entry = |change: EncodedChange| Entry { record, body: EntryBody::Change(change.bytes) };
    Ok(Piece { entries: document.changes_since(&known).into_iter().map(entry).collect(), below: 0 })
}
