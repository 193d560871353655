//! One workspace's relay without sockets, threads or time: frames in, frames out.
//!
//! For simulations. What a served relay does to a push and how it reads its log is done here by the same writer, the same
//! checks and the same log; only what carries frames is missing. Where the served relay decides by time (how large a
//! batch, when a reader is slow) this one asks its caller.

use std::path::Path;
use std::sync::Arc;

use samsyn_engine::identity::{Access, DeviceId, Managed, ManagementError, SecretAccess};
use samsyn_engine::sync::limits::BATCH_CHANGES;
use samsyn_engine::sync::{
    Ack, Cursor, ErrorCode, FromRelay, Hello, Notice, Push, RelayRequest, RelaySession, SyncError, Wanted,
};
use tokio::sync::mpsc;

use crate::delivery::{self, Begun, Sending, View};
use crate::frames;
use crate::log::{Entry, Log, LogError, Meta, Range, Sight, SqliteLog};
use crate::workspace::Own;
use crate::writer::{Answer, Folding, Job, Outcome, Publish, Writer};

/// A workspace's relay.
pub struct InlineRelay {
    log: Arc<dyn Log>,
    meta: Meta,
    access: SecretAccess,
    writer: Writer<Nobody>,
}

/// A client's connection to it.
#[derive(Debug)]
pub struct InlineConnection {
    session: RelaySession,
    client: Option<Client>,
}

#[derive(Debug)]
struct Client {
    device: DeviceId,
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
        InlineConnection { session: RelaySession::new(), client: None }
    }
}

impl InlineConnection {
    /// A connection to a relay that speaks these versions of the protocol only: how an older one behaves.
    pub fn speaking(versions: (u16, u16)) -> Self {
        InlineConnection { session: RelaySession::speaking(versions), client: None }
    }

    /// Where the comparison stands; there is one, and nothing is on its way.
    fn compares(&self) -> Result<u64, Notice> {
        match self.client.as_ref().map(|client| &client.before) {
            Some(Before::Comparison { as_of, wanted: None }) => Ok(*as_of),
            _ => Err(not_understood(SyncError::Order("a part of a comparison"))),
        }
    }

    fn want(&mut self, records: Vec<Wanted>) -> Result<(), Notice> {
        let as_of = self.compares()?;
        if let Some(client) = &mut self.client {
            let wanted = Some(Sending::wanted((as_of, Sight::ALL), records));
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
        let log: Arc<dyn Log> = Arc::new(SqliteLog::open(path)?);
        let meta = log.meta()?;
        let access = SecretAccess::new(meta.workspace, meta.secret_hash.unwrap_or_default());
        let writer = Writer::new(Arc::clone(&log), log.head()?, Nobody).that_folds(folding);
        Ok(InlineRelay { log, meta, access, writer })
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
    pub fn receive(
        &mut self,
        connection: &mut InlineConnection,
        frame: &[u8],
    ) -> Result<Vec<Vec<u8>>, Notice> {
        let mut answers = match connection.session.receive(frame).map_err(not_understood)? {
            None => Vec::new(),
            Some(RelayRequest::Hello(hello)) => vec![self.welcome(connection, &hello)?],
            Some(RelayRequest::Push(push)) => vec![self.push(connection, push)?],
            // Who is here is told by the served relay: a simulation has nobody who looks.
            Some(RelayRequest::Presence(_)) => Vec::new(),
            Some(RelayRequest::Manage(_)) => {
                let managed = Managed::Refused { why: ManagementError::NoMembers };
                vec![FromRelay::Managed(managed).encode()]
            }
            Some(RelayRequest::Compare(ranges)) => {
                let as_of = connection.compares()?;
                let ours = delivery::compared(&*self.log, (as_of, Sight::ALL), &ranges).map_err(storage)?;
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
    pub fn next(
        &mut self,
        connection: &mut InlineConnection,
        bytes: usize,
    ) -> Result<Option<Vec<u8>>, Notice> {
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
        let stretch = self.log.read(range).map_err(storage)?;
        let frame = frames::batch(&stretch, client.position, |position| client.own.contains(&position));
        client.position = stretch.end.position;
        client.own = client.own.split_off(&(client.position + 1));
        Ok(Some(frame.to_vec()))
    }

    fn welcome(&self, connection: &mut InlineConnection, hello: &Hello) -> Result<Vec<u8>, Notice> {
        let refused = |refusal: &dyn std::fmt::Display| Notice::new(ErrorCode::Access, refusal.to_string());
        self.access
            .admit(hello.workspace, hello.device, &hello.credential)
            .map_err(|refusal| refused(&refusal))?;
        connection.session.admitted();
        let (head, version) = (self.log.head().map_err(storage)?, connection.session.version());
        let (begun, from) =
            delivery::begin(&*self.log, hello, version, (head, View::ALL)).map_err(storage)?;
        let welcome = begun.welcome(version, &self.meta.name, (from, View::ALL), head.position);
        let before = match begun {
            Begun::Log => Before::Nothing,
            Begun::Records(sending) => Before::Records(sending),
            Begun::Comparison => {
                connection.session.admitted_to_compare();
                Before::Comparison { as_of: from.position, wanted: None }
            }
        };
        connection.client = Some(Client {
            device: hello.device,
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
        self.writer.answer(vec![Job { push, device: client.device, grant: None, answer }]);
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
