//! A client that was let in: what it lacks goes out, what it pushes comes in.

use std::future::ready;
use std::sync::Arc;

use axum::body::Bytes;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Managed, ManagementError};
use samsyn_engine::sync::limits::{PRESENCE_PAUSE, PUSHES_IN_FLIGHT};
use samsyn_engine::sync::{
    Ack, Cursor, ErrorCode, FromRelay, Push, RelayRequest, RelaySession, SINCE_FOUNDING, SyncError, Wait,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant, sleep, sleep_until};

use super::End;
use super::held::Held;
use super::link::{Incoming, Link};
use super::pace::Pace;
use crate::delivery::{Begun, Sending};
use crate::frames;
use crate::limits::Seat;
use crate::log::{LogError, ReadScope};
use crate::presence::{self, Told};
use crate::reading::{Reader, Reading};
use crate::stopping::Stopping;
use crate::workspace::{Admitted, Own, Workspace, written_anew};
use crate::writer::{Answer, By, Job, Outcome};

/// A connection that names fewer of its own changes sends more; one that never reads must not grow the relay.
const MOST_OWN: usize = 100_000;

/// Whether there is room for another push of its device is looked at again after so long.
const ROOM_AGAIN: Duration = Duration::from_millis(100);

/// A client's connection after its welcome.
pub(super) struct Live {
    session: RelaySession,
    device: DeviceId,
    admitted: Admitted,
    workspace: Arc<Workspace>,
    stamps: watch::Receiver<u64>,
    ends: watch::Receiver<Cursor>,
    before: Before,
    /// What is being read for the client. Meanwhile it is heard, and answered.
    preparing: Option<Preparing>,
    reader: Reader,
    /// A part of a comparison that came while something was being read.
    later: Option<RelayRequest>,
    /// The last entry that the client was sent.
    position: u64,
    /// The end of the catch-up, until it is told.
    catching_up_to: Option<u64>,
    /// Entries behind our position that this very connection pushed.
    own: Own,
    in_flight: usize,
    /// Pushes that came and wait to be handed over.
    held: Held,
    pace: Pace,
    answer: mpsc::Sender<Answer>,
    answers: mpsc::Receiver<Answer>,
    people: Option<People>,
}

/// What a client that wants to be seen has to do with the others.
struct People {
    seat: presence::Seat,
    told: Told,
    /// When they may be told again.
    next: Instant,
}

/// So long nothing is told of who is here after it was.
const PAUSE: Duration = Duration::from_millis(PRESENCE_PAUSE);

/// Something that is being read.
type Preparing = Reading<Result<Prepared, LogError>>;

/// Something that can be sent.
enum Prepared {
    /// Of what comes before the log, and what is to be sent after it.
    Before(Bytes, Before),
    /// Entries of the log up to that position.
    Batch(Bytes, u64),
    /// An answer in the comparison of the log as it stood there.
    Compared(Bytes, u64),
}

/// What comes before the log.
#[derive(Debug)]
enum Before {
    /// Some of it is being read.
    Underway,
    /// Nothing, or nothing any more.
    Nothing,
    /// Whole records.
    Records(Sending),
    /// A comparison, as the log stood here.
    Comparison(u64),
    /// What was wanted in it.
    Wanted(u64, Sending),
}

impl Live {
    /// A client for which the log follows behind `from`, and that was promised it up to `position`.
    pub(super) fn new(
        session: RelaySession,
        (device, admitted): (DeviceId, Admitted),
        (workspace, held): (Arc<Workspace>, Held),
        begun: Begun,
        (from, position): (u64, u64),
    ) -> Self {
        let before = match begun {
            Begun::Log => Before::Nothing,
            Begun::Records(sending) => Before::Records(sending),
            Begun::Comparison => Before::Comparison(from),
        };
        // Room for every answer that can be under way: the writer never waits for a connection.
        let (answer, answers) = mpsc::channel(PUSHES_IN_FLIGHT);
        Live {
            session,
            device,
            admitted,
            // Whatever was changed since it was let in is looked at first.
            stamps: {
                let mut stamps = workspace.stamps();
                stamps.mark_changed();
                stamps
            },
            ends: workspace.ends(),
            before,
            preparing: None,
            reader: workspace.reader(held.payer()),
            later: None,
            position: from,
            catching_up_to: Some(position),
            own: Own::new(),
            in_flight: 0,
            held,
            pace: Pace::new(),
            workspace,
            answer,
            answers,
            people: None,
        }
    }

    /// Serves the client until the end.
    pub(super) async fn run(&mut self, link: &mut Link, stopping: &Stopping) -> End {
        loop {
            let more = match self.before {
                Before::Nothing => {
                    self.catching_up_to.is_some() || self.position < self.ends.borrow().position
                }
                Before::Underway | Before::Records(_) | Before::Wanted(..) => true,
                Before::Comparison(_) => false,
            };
            let more = more || self.preparing.is_some();
            let deadline = link.deadline();
            // One more than may be under way: a ping stands behind it, or a client that does not keep to what is allowed.
            let has_room = self.held.has_room();
            let reads =
                self.in_flight + self.held.count() <= PUSHES_IN_FLIGHT && self.later.is_none() && has_room;
            let done = tokio::select! {
                biased;
                () = stopping.wait() => return self.finish(link).await,
                moved = self.stamps.changed() => match moved {
                    Ok(()) => self.may_stay().await,
                    Err(_) => Err(End::closed()),
                },
                Some(answer) = self.answers.recv() => self.answered(link, answer).await,
                incoming = link.receive(), if reads => match incoming {
                    Ok(incoming) => self.take(link, incoming).await,
                    Err(end) => Err(end),
                },
                push = self.held.next(), if self.in_flight < PUSHES_IN_FLIGHT => self.hand_over(push).await,
                // Another connection of its device may make room.
                () = sleep(ROOM_AGAIN), if !has_room => Ok(()),
                prepared = prepared(&mut self.preparing) => self.send_prepared(link, prepared).await,
                () = ready(()), if more && self.preparing.is_none() => self.prepare(link).await,
                () = outdated(&mut self.people), if !more => self.tell_presence(link).await,
                moved = self.ends.changed(), if !more => {
                    moved.map_err(|_| End::closed())
                }
                () = sleep_until(deadline), if reads => link.silent().await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn take(&mut self, link: &mut Link, incoming: Incoming) -> Result<(), End> {
        let Incoming::Frame(frame) = incoming else { return Ok(()) };
        match self.session.handle_input(&frame)? {
            Some(RelayRequest::Push(push)) => {
                let id = push.id;
                let seconds = self.held.take(push)?.as_secs_f64().ceil() as u32;
                if seconds > 0 && self.session.version() >= SINCE_FOUNDING {
                    link.send(FromRelay::Wait(Wait { id, seconds }).encode()).await?;
                }
            }
            Some(part @ (RelayRequest::Compare(_) | RelayRequest::Want(_) | RelayRequest::Follow)) => {
                match self.preparing {
                    Some(_) => self.later = Some(part),
                    None => self.compare(part)?,
                }
            }
            Some(RelayRequest::Presence(open)) => self.be_seen(open),
            Some(RelayRequest::Manage(management)) => {
                let managed = self.workspace.manage(self.device, management).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "who belongs to a workspace cannot be stored");
                    Managed::Refused { why: ManagementError::Storage }
                });
                link.send(FromRelay::Managed(managed).encode()).await?;
            }
            Some(RelayRequest::Hello(_)) | None => {}
        }
        while let Some(frame) = self.session.poll_transmit() {
            link.send(frame).await?;
        }
        Ok(())
    }

    /// A part of a comparison came, and nothing is on its way.
    fn compare(&mut self, part: RelayRequest) -> Result<(), End> {
        let as_of = self.compares()?;
        let scope = self.scope();
        match part {
            RelayRequest::Compare(ranges) => {
                self.before = Before::Underway;
                let (workspace, reader) = (Arc::clone(&self.workspace), self.reader.clone());
                self.preparing = Some(Reading::begin(async move {
                    let ours = workspace.compared(&reader, (as_of, scope), ranges).await?;
                    Ok(Prepared::Compared(FromRelay::Compare(ours).encode().into(), as_of))
                }));
            }
            RelayRequest::Want(wanted) => {
                self.before = Before::Wanted(as_of, Sending::wanted((as_of, scope), wanted));
            }
            _ => self.before = Before::Nothing,
        }
        Ok(())
    }

    async fn hand_over(&mut self, (push, seats): (Push, Arc<[Seat]>)) -> Result<(), End> {
        self.in_flight += 1;
        let (device, grant) = (self.device, self.admitted.grant.clone());
        let (payer, answer) = (Some(self.held.payer()), self.answer.clone());
        for part in Job::parts(push, &By { device, grant, payer, answer, seats }) {
            self.workspace.push(part).await.map_err(|_| End::stopping())?;
        }
        Ok(())
    }

    fn scope(&self) -> ReadScope {
        self.admitted.view.scope()
    }

    /// It was changed who belongs: ends the connection of whoever does not any more, or is something else now.
    async fn may_stay(&mut self) -> Result<(), End> {
        self.stamps.mark_unchanged();
        if !self.workspace.is_current().await.map_err(|error| End::storage(&error))? {
            return Err(End::Told(written_anew()));
        }
        if self.admitted.grant.is_none() {
            return Ok(());
        }
        let now = self.workspace.grant(self.device).await.map_err(|error| End::storage(&error))?;
        self.admitted.may_stay(now.as_ref()).map_err(End::Told)
    }

    /// Lets the others see what is open at this client, and tells it of them from now on.
    fn be_seen(&mut self, open: Option<RecordId>) {
        let people = self.people.get_or_insert_with(|| {
            let room = self.workspace.room();
            let (seat, told) = (room.enter(self.device), Told::nothing(room, self.device));
            People { seat, told, next: Instant::now() }
        });
        people.seat.open(open);
    }

    async fn tell_presence(&mut self, link: &mut Link) -> Result<(), End> {
        let Some(people) = &mut self.people else { return Ok(()) };
        people.next = Instant::now() + PAUSE;
        let Some(mut news) = people.told.news() else { return Ok(()) };
        let scope = self.admitted.view.scope();
        if !scope.is_all() {
            let open = news.here.iter().filter_map(|here| here.open).collect();
            let seen = self.workspace.seen(open, scope).await.map_err(|error| End::storage(&error))?;
            for here in &mut news.here {
                here.open = here.open.filter(|record| seen.contains(record));
            }
        }
        link.send(FromRelay::Presence(news).encode()).await
    }

    /// Where the comparison stands; there is one, and nothing is on its way.
    fn compares(&self) -> Result<u64, End> {
        match self.before {
            Before::Comparison(as_of) => Ok(as_of),
            _ => Err(SyncError::Order("a part of a comparison").into()),
        }
    }

    async fn answered(&mut self, link: &mut Link, answer: Answer) -> Result<(), End> {
        self.in_flight -= 1;
        // While too many were under way the socket was not read, and silence meant nothing.
        link.hear();
        let Outcome::Logged { refused, places } = answer.outcome else {
            return Err(End::told(
                ErrorCode::Storage,
                "the relay could not store what was pushed, and has taken nothing of it: try again later",
            ));
        };
        let last = places.iter().map(|place| place.position).max().unwrap_or(0);
        let (passed, ahead) = frames::split(places, self.position);
        self.own.extend(ahead.into_iter().take(MOST_OWN.saturating_sub(self.own.len())));
        // Whoever connects after this acknowledgement must find what it acknowledges.
        self.ends.wait_for(|end| end.position >= last).await.map_err(|_| End::closed())?;
        link.send(FromRelay::Ack(Ack { id: answer.push, refused, passed }).encode()).await
    }

    /// Begins to read the next of what comes before the log; then the next batch, or tells that there is none before the
    /// promised position.
    async fn prepare(&mut self, link: &mut Link) -> Result<(), End> {
        let (sending, compares) = match std::mem::replace(&mut self.before, Before::Underway) {
            Before::Records(sending) => (sending, None),
            Before::Wanted(as_of, sending) => (sending, Some(as_of)),
            before => {
                self.before = before;
                return self.prepare_log(link).await;
            }
        };
        let (workspace, reader) = (Arc::clone(&self.workspace), self.reader.clone());
        let how = (self.session.number_records(), self.pace.bytes());
        self.preparing = Some(Reading::begin(async move {
            let (frame, more) = workspace.records(&reader, sending, how).await?;
            let before = match (more, compares) {
                (Some(sending), Some(as_of)) => Before::Wanted(as_of, sending),
                (Some(sending), None) => Before::Records(sending),
                (None, Some(as_of)) => Before::Comparison(as_of),
                (None, None) => Before::Nothing,
            };
            Ok(Prepared::Before(frame, before))
        }));
        Ok(())
    }

    async fn prepare_log(&mut self, link: &mut Link) -> Result<(), End> {
        let end = self.ends.borrow_and_update().position;
        // The answers to everything up to that end are here by now: the writer hands them out first.
        while let Ok(answer) = self.answers.try_recv() {
            self.answered(link, answer).await?;
        }
        if self.catching_up_to.is_some_and(|position| self.position >= position) {
            self.catching_up_to = None;
            return link.send(FromRelay::CaughtUp.encode()).await;
        }
        let (workspace, reader) = (Arc::clone(&self.workspace), self.reader.clone());
        let (position, bytes, view) = (self.position, self.pace.bytes(), self.admitted.view);
        let own: Own = self.own.range(position + 1..=end).copied().collect();
        self.preparing = Some(Reading::begin(async move {
            let (frame, position) = workspace.batch(&reader, (position, end), bytes, (&own, view)).await?;
            Ok(Prepared::Batch(frame, position))
        }));
        Ok(())
    }

    async fn send_prepared(
        &mut self,
        link: &mut Link,
        prepared: Result<Prepared, LogError>,
    ) -> Result<(), End> {
        self.preparing = None;
        match prepared.map_err(|error| End::storage(&error))? {
            Prepared::Before(frame, before) => {
                self.before = before;
                self.send_at_pace(link, frame).await?;
            }
            Prepared::Batch(frame, position) => {
                self.send_at_pace(link, frame).await?;
                self.position = position;
                self.own = self.own.split_off(&(position + 1));
            }
            Prepared::Compared(frame, as_of) => {
                self.before = Before::Comparison(as_of);
                link.send(frame).await?;
            }
        }
        match self.later.take() {
            Some(part) => self.compare(part),
            None => Ok(()),
        }
    }

    async fn send_at_pace(&mut self, link: &mut Link, frame: Bytes) -> Result<(), End> {
        let began = Instant::now();
        link.send(frame).await?;
        self.pace.took(began.elapsed());
        Ok(())
    }

    /// The relay stops: what is under way is answered, then the client is told.
    async fn finish(&mut self, link: &mut Link) -> End {
        while self.in_flight > 0 {
            let Some(answer) = self.answers.recv().await else { break };
            if let Err(end) = self.answered(link, answer).await {
                return end;
            }
        }
        End::stopping()
    }
}

/// What was being read, once it is; never where nothing is. May be dropped and called again.
async fn prepared(preparing: &mut Option<Preparing>) -> Result<Prepared, LogError> {
    match preparing {
        Some(reading) => {
            let stopped = || Err(LogError::Database("reading it panicked".to_owned()));
            reading.answer().await.unwrap_or_else(stopped)
        }
        None => std::future::pending().await,
    }
}

/// Waits until there is something to tell of who is here, and it may be told. May be dropped and called again.
async fn outdated(people: &mut Option<People>) {
    match people {
        Some(people) => {
            people.told.outdated().await;
            sleep_until(people.next).await;
        }
        None => std::future::pending().await,
    }
}
