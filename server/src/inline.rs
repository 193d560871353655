//! One workspace's relay without sockets, threads or time: frames in, frames out.
//!
//! For simulations. What a served relay does to a push and how it reads its log is done here by the same writer, the same
//! checks and the same log, and who may enter and stay is decided by the same members; only what carries frames is missing.
//! Where the served relay decides by time (how large a batch, when a reader is slow, which invitation is too old) this one asks
//! its caller.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use samsyn_engine::clock::wall_clock;
use samsyn_engine::identity::{
    Challenge, DeviceId, Grant, Managed, Management, ManagementError, Refusal, RelayId,
};
use samsyn_engine::sync::limits::BATCH_CHANGES;
use samsyn_engine::sync::{
    Ack, Cursor, ErrorCode, FromRelay, Hello, Notice, Push, RelayRequest, RelaySession, SyncError, Wanted,
};
use tokio::sync::mpsc;

use crate::delivery::{self, Begun, Sending};
use crate::erasures;
use crate::frames;
use crate::log::{Entry, Log, LogError, Meta, Range, ReadScope, SqliteLog};
use crate::members::{Members, SqliteMembers, manage};
use crate::workspace::{self, Access, Admission, Admitted, Own};
use crate::writer::{Answer, By, Folding, Job, Outcome, Publish, Writer};

/// A workspace's relay.
pub struct InlineRelay {
    path: PathBuf,
    folding: Folding,
    log: Arc<dyn Log>,
    meta: Meta,
    members: Arc<dyn Members>,
    access: Access,
    writer: Writer<Nobody>,
    /// What its clock says, in seconds since 1970-01-01 UTC.
    now: i64,
    /// Rises whenever it may have been changed who belongs, or the log is another one.
    stamp: u64,
    /// Rises whenever the log is another one.
    life: u64,
}

/// A client's connection to it.
#[derive(Debug)]
pub struct InlineConnection {
    session: RelaySession,
    challenge: Challenge,
    client: Option<Client>,
}

#[derive(Debug)]
struct Client {
    device: DeviceId,
    admitted: Admitted,
    /// When it was last looked at whether it may stay.
    stamp: u64,
    life: u64,
    /// What comes before the log.
    before: Before,
    /// The last entry that it was sent.
    position: u64,
    /// The end of the catch-up, until it is told.
    catching_up_to: Option<u64>,
    /// Entries behind its position that this very connection pushed.
    own: Own,
}

/// What comes before the log.
#[derive(Debug)]
enum Before {
    /// Nothing, or nothing any more.
    Nothing,
    /// Whole records.
    Records(Sending),
    /// A comparison, as the log stood here; with what was wanted, as long as it has not gone out.
    Comparison { as_of: u64, wanted: Option<Sending> },
}

/// There are no readers to tell: they ask.
#[derive(Debug)]
struct Nobody;

impl Publish for Nobody {
    fn publish(&self, _: Cursor, _: Vec<Entry>, _: Cursor) {}
}

impl std::fmt::Debug for InlineRelay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InlineRelay").field("meta", &self.meta).finish_non_exhaustive()
    }
}

impl Default for InlineConnection {
    fn default() -> Self {
        InlineConnection::over(RelaySession::new())
    }
}

impl InlineConnection {
    /// A connection to a relay that speaks these versions of the protocol only: how an older one behaves.
    pub fn speaking(versions: (u16, u16)) -> Self {
        InlineConnection::over(RelaySession::speaking(versions))
    }

    fn over(session: RelaySession) -> Self {
        InlineConnection { session, challenge: Challenge::of(RelayId::random()), client: None }
    }

    /// The same connection to a relay of that name.
    #[must_use]
    pub fn at(self, relay: RelayId) -> Self {
        InlineConnection { challenge: Challenge::of(relay), ..self }
    }

    /// What the client is asked to sign.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// Whether the client was let in.
    pub fn is_admitted(&self) -> bool {
        self.client.is_some()
    }

    /// Whether some of the log is kept from the client.
    pub fn is_sealed(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.admitted.view.is_sealed())
    }

    /// Where the comparison stands; there is one, and nothing is on its way.
    fn compares(&self) -> Result<(u64, ReadScope), Notice> {
        match self.client.as_ref().map(|client| (&client.before, client.admitted.view.scope())) {
            Some((Before::Comparison { as_of, wanted: None }, scope)) => Ok((*as_of, scope)),
            _ => Err(not_understood(SyncError::Order("a part of a comparison"))),
        }
    }

    fn want(&mut self, records: Vec<Wanted>) -> Result<(), Notice> {
        let (as_of, scope) = self.compares()?;
        if let Some(client) = &mut self.client {
            let wanted = Some(Sending::wanted((as_of, scope), records));
            client.before = Before::Comparison { as_of, wanted };
        }
        Ok(())
    }

    fn follow(&mut self) {
        if let Some(client) = &mut self.client {
            client.before = Before::Nothing;
        }
    }
}

impl Before {
    /// The next of what comes before the log, if it is not its turn yet. Inside: nothing, where the client has to say
    /// something first.
    fn next(
        &mut self,
        (log, session): (&dyn Log, &mut RelaySession),
        bytes: usize,
    ) -> Result<Option<Option<Vec<u8>>>, Notice> {
        let sending = match self {
            Before::Nothing => return Ok(None),
            Before::Records(sending) => sending,
            Before::Comparison { wanted: None, .. } => return Ok(Some(None)),
            Before::Comparison { wanted: Some(sending), .. } => sending,
        };
        let mut records = sending.next(log, bytes).map_err(storage)?;
        records.number = Some(session.number_records());
        if records.left == 0 {
            match self {
                Before::Comparison { wanted, .. } => *wanted = None,
                other => *other = Before::Nothing,
            }
        }
        Ok(Some(Some(FromRelay::Records(records).encode())))
    }
}

impl InlineRelay {
    /// Opens the relay over the log at `path`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open(path: &Path) -> Result<InlineRelay, LogError> {
        InlineRelay::that_folds(path, Folding::default())
    }

    /// Opens the relay over the log at `path`; it folds history so.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn that_folds(path: &Path, folding: Folding) -> Result<InlineRelay, LogError> {
        let (log, members) = (SqliteLog::open(path)?, SqliteMembers::open(path)?);
        let (log, members): (Arc<dyn Log>, Arc<dyn Members>) = (Arc::new(log), Arc::new(members));
        let meta = log.meta()?;
        let access = Access::of(&meta, Arc::clone(&members));
        let writer =
            Writer::new(Arc::clone(&log), log.head()?, Nobody).that_folds(folding).of(access.members());
        let (path, now) = (path.to_owned(), wall_clock());
        Ok(InlineRelay { path, folding, log, meta, members, access, writer, now, stamp: 0, life: 0 })
    }

    /// The same relay, whose clock says this, in seconds since 1970-01-01 UTC.
    pub fn set_clock(&mut self, now: i64) {
        self.now = now;
    }

    /// The log, to look at.
    pub fn log(&self) -> &dyn Log {
        &*self.log
    }

    /// What a device may do now; none where it may do nothing, or the workspace has a secret instead of members.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn grant(&self, device: DeviceId) -> Result<Option<Grant>, LogError> {
        match &self.access {
            Access::Members(members) => members.grant(device),
            Access::Secret(_) => Ok(None),
        }
    }

    /// Changes who belongs, or tells it: for a device, or for whoever sits at the relay (none).
    ///
    /// # Errors
    /// Where that cannot be read or stored.
    pub fn manage(&mut self, by: Option<DeviceId>, management: &Management) -> Result<Managed, LogError> {
        if let Access::Secret(_) = self.access {
            return Ok(Managed::Refused { why: ManagementError::NoMembers });
        }
        let managed = manage((&*self.members, &*self.log), by, management, self.now)?;
        self.look_who_belongs()?;
        Ok(managed)
    }

    /// Whether it may have been changed who belongs. A log out of which something was erased is opened anew.
    fn look_who_belongs(&mut self) -> Result<(), LogError> {
        self.stamp += 1;
        if self.log.is_current()? {
            return Ok(());
        }
        let anew = InlineRelay::that_folds(&self.path, self.folding)?;
        *self = InlineRelay { now: self.now, stamp: self.stamp, life: self.life + 1, ..anew };
        Ok(())
    }

    /// Whether a client may stay.
    fn may_stay(&self, connection: &mut InlineConnection) -> Result<(), Notice> {
        let Some(client) = &mut connection.client else { return Ok(()) };
        if client.life != self.life {
            return Err(workspace::written_anew());
        }
        if std::mem::replace(&mut client.stamp, self.stamp) == self.stamp {
            return Ok(());
        }
        client.admitted.may_stay(self.grant(client.device).map_err(storage)?.as_ref())
    }

    /// The end of the log.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn head(&self) -> Result<Cursor, LogError> {
        self.log.head()
    }

    /// Folds some history, as a served relay does while nobody pushes. Says whether there is more.
    pub fn fold(&mut self) -> bool {
        self.writer.fold();
        !self.writer.is_folded()
    }

    /// Takes a client's frame and answers it.
    ///
    /// # Errors
    /// With the notice that ends the connection.
    pub fn handle_input(
        &mut self,
        connection: &mut InlineConnection,
        frame: &[u8],
    ) -> Result<Vec<Vec<u8>>, Notice> {
        self.may_stay(connection)?;
        let mut answers = match connection.session.handle_input(frame).map_err(not_understood)? {
            None => Vec::new(),
            Some(RelayRequest::Hello(hello)) => vec![self.welcome(connection, &hello)?],
            Some(RelayRequest::Push(push)) => vec![self.push(connection, push)?],
            // Who is here is told by the served relay: a simulation has nobody who looks.
            Some(RelayRequest::Presence(_)) => Vec::new(),
            Some(RelayRequest::Manage(management)) => {
                let by = connection.client.as_ref().map(|client| client.device);
                let managed = self.manage(by, &management);
                let managed = managed.unwrap_or(Managed::Refused { why: ManagementError::Storage });
                vec![FromRelay::Managed(managed).encode()]
            }
            Some(RelayRequest::Compare(ranges)) => {
                let as_of = connection.compares()?;
                let ours = delivery::compared(&*self.log, as_of, &ranges).map_err(storage)?;
                vec![FromRelay::Compare(ours).encode()]
            }
            Some(RelayRequest::Want(wanted)) => {
                connection.want(wanted)?;
                Vec::new()
            }
            Some(RelayRequest::Follow) => {
                connection.compares()?;
                connection.follow();
                Vec::new()
            }
        };
        while let Some(frame) = connection.session.poll_transmit() {
            answers.push(frame);
        }
        Ok(answers)
    }

    /// The next frame that the client is owed without having asked: a batch, or that it has caught up.
    ///
    /// # Errors
    /// With the notice that ends the connection.
    pub fn poll_transmit(
        &mut self,
        connection: &mut InlineConnection,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, Notice> {
        self.may_stay(connection)?;
        let Some(client) = &mut connection.client else { return Ok(None) };
        if let Some(sent) = client.before.next((&*self.log, &mut connection.session), bytes)? {
            return Ok(sent);
        }
        let up_to = self.log.head().map_err(storage)?.position;
        if client.catching_up_to.is_some_and(|position| client.position >= position) {
            client.catching_up_to = None;
            return Ok(Some(FromRelay::CaughtUp.encode()));
        }
        if client.position >= up_to {
            return Ok(None);
        }
        let range = Range { after: client.position, up_to, bytes, entries: BATCH_CHANGES };
        let (log, view) = (&*self.log, client.admitted.view);
        let (frame, end) = if view.is_sealed() {
            workspace::partial_batch(log, range, &client.own, view).map_err(storage)?
        } else {
            let stretch = log.read(range).map_err(storage)?;
            let is_own = |position| client.own.contains(&position);
            (frames::batch(&stretch, client.position, is_own), stretch.end.position)
        };
        client.position = end;
        client.own = client.own.split_off(&(client.position + 1));
        Ok(Some(frame.to_vec()))
    }

    fn welcome(&mut self, connection: &mut InlineConnection, hello: &Hello) -> Result<Vec<u8>, Notice> {
        let admitted = self.access.admit(&*self.log, hello, (&connection.challenge, self.now));
        let admitted = match admitted.map_err(storage)? {
            Admission::In(admitted) => admitted,
            Admission::Away => return Err(Notice::new(ErrorCode::Access, Refusal.to_string())),
            Admission::Taken => return Err(Notice::new(ErrorCode::NotEmpty, "it is not empty")),
        };
        connection.session.admitted();
        let (head, version) = (self.log.head().map_err(storage)?, connection.session.version());
        let (begun, from) =
            delivery::begin(&*self.log, hello, version, (head, admitted.view)).map_err(storage)?;
        let erased = erasures::told(&*self.log, hello, version).map_err(storage)?;
        let welcome = begun.welcome(version, &self.meta.name, (from, admitted.view), head.position);
        let welcome = admitted.welcome(welcome, erased);
        let before = match begun {
            Begun::Log => Before::Nothing,
            Begun::Records(sending) => Before::Records(sending),
            Begun::Comparison => {
                connection.session.admitted_to_compare();
                Before::Comparison { as_of: from.position, wanted: None }
            }
        };
        // Somebody may have joined just now, or a device have got another key.
        self.look_who_belongs().map_err(storage)?;
        connection.client = Some(Client {
            device: hello.device,
            admitted,
            stamp: self.stamp,
            life: self.life,
            before,
            position: from.position,
            catching_up_to: Some(head.position),
            own: Own::new(),
        });
        Ok(FromRelay::Welcome(welcome).encode())
    }

    fn push(&mut self, connection: &mut InlineConnection, push: Push) -> Result<Vec<u8>, Notice> {
        let Some(client) = &mut connection.client else {
            return Err(not_understood(SyncError::Order("a push before the welcome")));
        };
        let (answer, mut answers) = mpsc::channel(1);
        let grant = client.admitted.grant.clone();
        let by = By { device: client.device, grant, payer: None, answer, seats: Arc::from([]) };
        Job::parts(push, &by).into_iter().for_each(|part| self.writer.answer(vec![part]));
        match answers.try_recv() {
            Ok(Answer { push, outcome: Outcome::Logged { refused, places }, .. }) => {
                let (passed, ahead) = frames::split(places, client.position);
                client.own.extend(ahead);
                Ok(FromRelay::Ack(Ack { id: push, refused, passed }).encode())
            }
            _ => Err(storage(LogError::Full)),
        }
    }
}

fn not_understood(error: SyncError) -> Notice {
    Notice::new(error.code(), error.to_string())
}

fn storage(error: LogError) -> Notice {
    Notice::new(ErrorCode::Storage, error.to_string())
}
