//! A replica's side of a connection: what the session says is stored, what the store holds is pushed.
//!
//! ```text
//!  frame in ──▶ ClientSession ──▶ events ──▶ one Transaction: gate, documents, cursor ──▶ SyncNews
//!  frame out ◀── ClientSession ◀── outbox (changes that the relay's log is not known to have)
//! ```
//!
//! Three beginnings, one end: a replica with a place in the log reads on from there; one that has nothing gets all
//! records whole ([`arrival`]); one whose place is not known any more compares what it holds with what the relay holds
//! ([`comparing`]). After that the log follows, and the outbox drains.
//!
//! Still without I/O: whoever owns the link (a thread with a socket, a simulation) carries the frames. Every stretch of
//! the log is stored together with the cursor behind it, so a connection can break at any point and the next goes on.

mod arrival;
mod asking;
mod calling;
mod comparing;
mod greeting;
mod identity;
mod news;
mod serving;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Replica;
use crate::document::ChangeHash;
use crate::id::RecordId;
use crate::identity::{Challenge, Credential, DeviceId, DeviceKey, Grant, Management, WorkspaceSecret};
use crate::store::{Meta, Transaction, Withdrawn};
use crate::sync::limits::{BATCH_CHANGES, MOST_PRESENT};
use crate::sync::{
    Allowance, ClientEvent, ClientSession, Cursor, Entry, Erasures, ErrorCode, Hello, Outgoing, Presence,
    Refused, SINCE_FOUNDING, Start, SyncError, VERSIONS,
};
use arrival::Reached;
pub use asking::{Answer, Inquiry};
pub use calling::PeerCall;
use comparing::Comparing;
use greeting::{credential, hello};
use identity::ToldApart;
pub use news::{SyncNews, SyncProblem};
pub use serving::PeerAnswer;

/// A replica's side of one connection.
#[derive(Debug)]
pub struct ReplicaSync {
    session: ClientSession,
    queue: VecDeque<Outgoing>,
    read_up_to: i64,
    workspace_name: String,
    live: bool,
    comparing: Option<Comparing>,
    /// Records of a first sync that are still to come.
    left: u64,
    /// The replica has got a new identity.
    begin_again: bool,
    present: Present,
    /// What was refused may be offered again so often, because something came on which it may build: a relay that goes on
    /// refusing would otherwise be pushed the same for ever.
    offers: Allowance,
}

/// So often at once is offered again what was refused, and then once in a second. The next connection offers it all.
const OFFERS: u64 = 100;

/// Who is here.
#[derive(Debug, Default)]
struct Present {
    others: BTreeMap<DeviceId, Option<RecordId>>,
    /// What somebody has open here, to be told; none where nobody is.
    ours: Option<Option<RecordId>>,
    told: Option<Option<RecordId>>,
}

impl Present {
    /// Takes in who has come, has opened something else, or has gone. Answers who is here.
    fn take(&mut self, presence: &Presence) -> BTreeMap<DeviceId, Option<RecordId>> {
        self.others.extend(presence.here.iter().map(|here| (here.device, here.open)));
        self.others.retain(|device, _| !presence.gone.contains(device));
        while self.others.len() > MOST_PRESENT {
            self.others.pop_last();
        }
        self.others.clone()
    }
}

/// A replica with more records than these that has no place in any log is compared with the relay rather than sent
/// everything: it was in step with another relay, or with other laptops.
const FEW_RECORDS: u64 = 64;

impl ReplicaSync {
    /// Begins a connection at `now` milliseconds.
    ///
    /// # Errors
    /// Where the replica has no relay, or its file cannot be read.
    pub fn begin(replica: &Replica, challenge: Option<&Challenge>, now: u64) -> Result<Self, SyncProblem> {
        ReplicaSync::speaking(VERSIONS, replica, challenge, now)
    }

    /// Begins a connection in these versions of the protocol only, the oldest and the newest: how an older program
    /// behaves.
    ///
    /// # Errors
    /// As [`ReplicaSync::begin`].
    pub fn speaking(
        versions: (u16, u16),
        replica: &Replica,
        challenge: Option<&Challenge>,
        now: u64,
    ) -> Result<Self, SyncProblem> {
        let meta = replica.meta()?;
        let credential = credential(replica, &meta, challenge)?;
        let hello = hello(replica, &meta, credential)?;
        let hello = Hello { versions: (hello.versions.0.max(versions.0), versions.1), ..hello };
        Ok(ReplicaSync {
            session: ClientSession::new(hello, now),
            queue: VecDeque::new(),
            read_up_to: 0,
            workspace_name: meta.workspace_name,
            live: false,
            comparing: None,
            left: 0,
            begin_again: false,
            present: Present::default(),
            offers: Allowance::new(OFFERS, 1),
        })
    }

    /// A frame that came in at `now` milliseconds.
    ///
    /// # Errors
    /// Where the connection has to be closed. What was stored before stays stored.
    pub fn handle_input(
        &mut self,
        replica: &mut Replica,
        frame: &[u8],
        now: u64,
    ) -> Result<Vec<SyncNews>, SyncProblem> {
        let mut news = Vec::new();
        self.goes_on()?;
        let events = self.session.handle_input(frame, now);
        if let Err(SyncError::LogMismatch | SyncError::Frame(_)) = events {
            let mut transaction = replica.store.transaction()?;
            if transaction.does_not_fit()? {
                tracing::warn!(
                    "the relay's log does not fit our place in it, again: the next connection compares"
                );
            }
            transaction.commit()?;
        }
        for event in events? {
            self.take(replica, event, now, &mut news)?;
        }
        Ok(news)
    }

    /// Something came at `now` milliseconds that is no frame of the protocol, and says nothing.
    ///
    /// # Errors
    /// Where there is too much of that: the connection has to be closed.
    pub fn talked(&mut self, now: u64) -> Result<(), SyncProblem> {
        Ok(self.session.talked(now)?)
    }

    /// Nothing more is stored or sent on a connection that has to be begun anew.
    fn goes_on(&self) -> Result<(), SyncProblem> {
        if self.begin_again { Err(SyncProblem::BeginAgain) } else { Ok(()) }
    }

    /// The next frame to send, if there is one. Reads the outbox whenever the relay would take more.
    ///
    /// # Errors
    /// [`SyncProblem::BeginAgain`] where the connection has to be begun anew; where the file cannot be read.
    pub fn poll_transmit(&mut self, replica: &Replica) -> Result<Option<Vec<u8>>, SyncProblem> {
        self.goes_on()?;
        self.tell_presence();
        if self.session.can_push() {
            if self.queue.is_empty() {
                let (changes, last) = replica.store.outbox(self.read_up_to, BATCH_CHANGES)?;
                self.queue.extend(changes);
                self.read_up_to = last;
            }
            self.session.push(&mut self.queue);
        }
        Ok(self.session.poll_transmit())
    }

    /// Says what somebody has open here, for the others to see from now on. Who never says so is not seen.
    pub fn open(&mut self, record: Option<RecordId>) {
        self.present.ours = Some(record);
    }

    /// Asks the relay for something of who belongs, once it has let us in. Says whether it will hear it.
    pub fn manage(&mut self, management: Management) -> bool {
        self.session.manage(management)
    }

    /// Tells what is open here once we are caught up, and when it is something else.
    fn tell_presence(&mut self) {
        let Some(open) = self.present.ours.filter(|_| self.live && self.present.told != self.present.ours)
        else {
            return;
        };
        if self.session.present(open) {
            self.present.told = Some(open);
        }
    }

    /// Whether all that the relay had has come, and nothing of ours is on its way or waits.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_settled(&self, replica: &Replica) -> Result<bool, SyncProblem> {
        Ok(self.is_answered() && replica.store.outbox_state()?.waiting == 0)
    }

    /// Whether all that the relay had has come, and all that was pushed is answered. What was taken of it waits until it has come
    /// by in the log.
    pub fn is_answered(&self) -> bool {
        self.live && self.queue.is_empty() && self.session.in_flight().next().is_none()
    }

    /// Something came at `at` milliseconds that is no whole frame yet: the link lives.
    pub fn heard(&mut self, at: u64) {
        self.session.heard(at);
    }

    /// There is reason to doubt the link at `now` milliseconds: asks at once whether the relay is still there.
    pub fn ask(&mut self, now: u64) {
        self.session.ask(now);
    }

    /// When [`ReplicaSync::handle_timeout`] wants to be called, in milliseconds.
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
        now: u64,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        match event {
            ClientEvent::Welcomed { workspace_name, start, records, changes, grant, meeting_key, erased } => {
                if self.erase(replica, &erased, news)? {
                    return Ok(());
                }
                if let Some(grant) = grant {
                    take_grant(replica, &grant, meeting_key.as_ref(), &start, news)?;
                }
                self.workspace_name.clone_from(&workspace_name);
                self.left = records;
                news.push(SyncNews::Connected { workspace_name, pending: records + changes });
                if matches!(start, Start::Comparison(_)) {
                    news.push(SyncNews::Comparing);
                }
                self.start(replica, start)?;
            }
            ClientEvent::FirstSync { entries, progress, left } => {
                let steps = usize::try_from(self.left.saturating_sub(left)).unwrap_or(0);
                self.left = left;
                self.store(replica, &entries, Reached::FirstSync { progress, left, steps }, news)?;
                if left == 0 {
                    news.push(SyncNews::FirstSynced);
                }
            }
            ClientEvent::Compared(ranges) => self.compared(replica, &ranges, news)?,
            ClientEvent::Wanted { entries, left } => {
                self.store(replica, &entries, Reached::Nowhere, news)?;
                // What was compared is not so any more where this is another copy now.
                if left == 0 && !self.begin_again {
                    self.want_more(replica, news)?;
                }
            }
            ClientEvent::Entries { entries, cursor } => {
                self.store(replica, &entries, Reached::Log(cursor), news)?;
                self.offer_dependents(replica, &entries, now)?;
            }
            ClientEvent::CaughtUp => self.caught_up(replica, news)?,
            ClientEvent::Acknowledged { changes, passed } => acknowledged(replica, &changes, &passed, news)?,
            ClientEvent::Refused { hash, refused } => self.refused(replica, hash, refused, news)?,
            ClientEvent::Present(presence) => news.push(SyncNews::Present(self.present.take(&presence))),
            ClientEvent::Managed(managed) => news.push(SyncNews::Managed(managed)),
            ClientEvent::Waits { seconds } => news.push(SyncNews::Waits { seconds }),
            ClientEvent::Closed(notice) => news.push(SyncNews::Closed(notice)),
        }
        Ok(())
    }

    fn caught_up(&mut self, replica: &mut Replica, news: &mut Vec<SyncNews>) -> Result<(), SyncProblem> {
        self.live = true;
        let now = replica.now();
        let mut transaction = replica.store.transaction()?;
        transaction.caught_up(&self.workspace_name, now)?;
        transaction.offer_again(ErrorCode::MissingDependencies)?;
        transaction.offer_again(ErrorCode::NotYours)?;
        // Whoever has got the right to it since need not think of it.
        transaction.offer_what_is_permitted(replica.device)?;
        transaction.commit()?;
        news.push(SyncNews::CaughtUp);
        Ok(())
    }

    fn refused(
        &mut self,
        replica: &mut Replica,
        hash: ChangeHash,
        refused: Refused,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        if refused.code == ErrorCode::ActorCollision {
            let mut transaction = replica.store.transaction()?;
            let told = identity::refused(&mut transaction, hash)?;
            transaction.commit()?;
            if self.told_apart(told, news) {
                return Ok(());
            }
        }
        let mut transaction = replica.store.transaction()?;
        let is_here = transaction.mark_refused(&hash, refused.code, &refused.words)?;
        transaction.commit()?;
        // It is not where it has got another name since it was pushed.
        if is_here && !replica.store.is_held(&hash)? {
            news.push(SyncNews::Refused { hash, reason: refused.words });
        }
        Ok(())
    }

    /// What came in the log may be what some of ours waits for: it is offered again, without waiting for the next connection.
    fn offer_dependents(
        &mut self,
        replica: &mut Replica,
        entries: &[Entry],
        now: u64,
    ) -> Result<(), SyncProblem> {
        // Once what they wait for is here they are held no more, but refused until they are offered again.
        let outbox = replica.store.outbox_state()?;
        if outbox.held + outbox.refused == 0 || !self.offers.has_room(now) {
            return Ok(());
        }
        let records: BTreeSet<RecordId> = entries.iter().map(|entry| entry.record).collect();
        let mut transaction = replica.store.transaction()?;
        let mut offered = 0;
        for record in records {
            offered += transaction.offer_dependents_again(record)?;
        }
        transaction.commit()?;
        if offered > 0 {
            self.offers.take(now);
            // They stand before what was read last. What is pushed twice by this is taken once.
            self.read_up_to = 0;
            self.queue.clear();
        }
        Ok(())
    }

    /// Erases what the relay says is to be erased. Says whether there was anything: what was offered to the relay on this
    /// connection, our place in its log among it, is not so any more.
    fn erase(
        &mut self,
        replica: &mut Replica,
        erased: &Erasures,
        news: &mut Vec<SyncNews>,
    ) -> Result<bool, SyncProblem> {
        if erased.records.is_empty() {
            replica.store.scrub()?;
            return Ok(false);
        }
        let now = replica.now();
        let mut transaction = replica.store.transaction()?;
        let were_here = transaction.erase(erased, now)?;
        transaction.commit()?;
        replica.store.scrub()?;
        self.begin_again = true;
        if !were_here.is_empty() {
            news.push(SyncNews::Erased(were_here));
        }
        Ok(true)
    }

    /// Stores what came. Where it shows that this is a copy of another replica, this one gets a name of its own.
    fn store(
        &mut self,
        replica: &mut Replica,
        entries: &[Entry],
        reached: Reached,
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        let stored = arrival::store(replica, entries, reached, news)?;
        self.told_apart(stored.told_apart, news);
        Ok(())
    }

    /// Begins anew where changes have other names now. Says whether that is so.
    fn told_apart(&mut self, told: ToldApart, news: &mut Vec<SyncNews>) -> bool {
        let ToldApart { records, names } = told;
        if records.is_empty() {
            return false;
        }
        tracing::warn!(records = records.len(), "a copy of this replica wrote under the same actor");
        self.begin_again = true;
        // What was kept apart because of it comes again, and fits.
        news.retain(|news| !matches!(news, SyncNews::Quarantined { record, .. } if records.contains(record)));
        news.push(SyncNews::NewIdentity { records, names });
        true
    }

    /// Before the log follows.
    fn start(&mut self, replica: &mut Replica, start: Start) -> Result<(), SyncProblem> {
        match start {
            Start::Log => {}
            Start::WholeLog(cursor) => begin_again(replica, &cursor)?,
            Start::Records(progress) => {
                let mut transaction = replica.store.transaction()?;
                transaction.set_first_sync(&progress)?;
                transaction.set_workspace_name(&self.workspace_name)?;
                transaction.commit()?;
            }
            Start::Comparison(cursor) => {
                let (comparing, first) = Comparing::begin(replica, cursor)?;
                self.comparing = Some(comparing);
                self.session.compare(first);
            }
        }
        Ok(())
    }

    fn compared(
        &mut self,
        replica: &mut Replica,
        theirs: &[crate::sync::compare::Range],
        news: &mut Vec<SyncNews>,
    ) -> Result<(), SyncProblem> {
        let Some(comparing) = &mut self.comparing else { return Ok(()) };
        match comparing.differing.take(replica, theirs)? {
            Some(more) => {
                self.session.compare(more);
                Ok(())
            }
            None => self.want_more(replica, news),
        }
    }

    /// The comparison has said all: asks for what we lack, and in the end notes what the relay lacks.
    fn want_more(&mut self, replica: &mut Replica, news: &mut Vec<SyncNews>) -> Result<(), SyncProblem> {
        let Some(comparing) = &mut self.comparing else { return Ok(()) };
        let wanted = comparing.differing.next_wanted(replica)?;
        if !wanted.is_empty() {
            self.session.want(wanted);
            return Ok(());
        }
        let (differences, mended) = comparing.settle(replica)?;
        if !mended.is_empty() {
            news.push(SyncNews::Mended(mended));
        }
        self.comparing = None;
        self.session.follow();
        news.push(SyncNews::Compared { differences });
        Ok(())
    }
}

/// Takes what we may do, as the relay says it, and takes away what we may not read any more.
fn take_grant(
    replica: &mut Replica,
    grant: &Grant,
    meeting_key: Option<&WorkspaceSecret>,
    start: &Start,
    news: &mut Vec<SyncNews>,
) -> Result<(), SyncProblem> {
    let entered = replica.entering.is_some().then(|| replica.key.as_ref().map(DeviceKey::public));
    let mut transaction = replica.store.transaction()?;
    if let Some(key) = entered.flatten() {
        transaction.set_key(&key)?;
    }
    transaction.set_grant(grant, meeting_key)?;
    let withdrawn = withdraw(&mut transaction, grant, start)?;
    transaction.commit()?;
    replica.entering = None;
    if withdrawn != Withdrawn::default() {
        news.push(SyncNews::Withdrawn(withdrawn));
        // Where that fails it is tried again at the next contact.
        if let Err(error) = replica.store.scrub() {
            tracing::warn!(%error, "what was taken away could not be cleared from the file yet");
        }
    }
    Ok(())
}

/// The relay has taken changes of ours. They leave the outbox only when they have come by in the log, with the cursor behind them. A relay
/// that is set back to our very cursor would otherwise have lost them without anything showing it. Those that the cursor is behind already
/// do not come by: another replica brought them here while they were passed.
fn acknowledged(
    replica: &mut Replica,
    changes: &[ChangeHash],
    passed: &[ChangeHash],
    news: &mut Vec<SyncNews>,
) -> Result<(), SyncProblem> {
    let now = replica.now();
    let mut transaction = replica.store.transaction()?;
    transaction.mark_logged(passed)?;
    transaction.contact(now)?;
    transaction.commit()?;
    news.push(SyncNews::Pushed(replica.store.edits_among(changes)?));
    Ok(())
}

/// Takes away what a role may not read any more.
fn withdraw(
    transaction: &mut Transaction<'_>,
    grant: &Grant,
    start: &Start,
) -> Result<Withdrawn, SyncProblem> {
    let Some(readable) = grant.role.readable() else { return Ok(Withdrawn::default()) };
    let end = match start {
        Start::Log => None,
        Start::WholeLog(cursor) | Start::Comparison(cursor) => Some(*cursor),
        Start::Records(progress) => Some(progress.cursor),
    };
    // One that ends before our place was set back: it may lack what it had, and so may one of another epoch.
    let own = transaction.cursor()?;
    let same_log =
        end.is_none_or(|end| own.is_some_and(|own| own.epoch == end.epoch && own.position <= end.position));
    let withdrawn = transaction.withdraw(readable, same_log)?;
    // Our place in the log counts for a replica that has all before it: it must not outlive what is taken away.
    if end.is_some() && !withdrawn.records.is_empty() {
        transaction.begin_comparing()?;
    }
    Ok(withdrawn)
}

/// The relay's log is another than the one we had a place in: read it from its beginning to see what it lacks.
fn begin_again(replica: &mut Replica, cursor: &Cursor) -> Result<(), SyncProblem> {
    let mut transaction = replica.store.transaction()?;
    transaction.begin_reconciling(cursor)?;
    transaction.commit()?;
    Ok(())
}
