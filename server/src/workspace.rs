//! A workspace that is open: its log, its writer, and the end of the log for everybody who is connected.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use axum::body::Bytes;
use samsyn_engine::clock::wall_clock;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    Access as _, Challenge, DeviceId, Grant, Managed, Management, ManagementError, Refusal, SecretAccess,
    WorkspaceId, WorkspaceSecret,
};
use samsyn_engine::sync::compare::Range as CompareRange;
use samsyn_engine::sync::limits::BATCH_CHANGES;
use samsyn_engine::sync::{Cursor, ErrorCode, FromRelay, Hello, Notice, Records, Welcome};
use tokio::sync::{Semaphore, mpsc, watch};

use crate::delivery::{self, Begun, Sending, View};
use crate::erasures;
use crate::frames;
use crate::limits::Payer;
use crate::log::{self, Entry, Log, LogError, Meta, Range, ReadScope};
use crate::members::{Entering, Members, manage};
use crate::presence::Room;
use crate::reading::{Reader, Turns, timed};
use crate::recent::Recent;
use crate::writer::{Job, Publish, QUEUE, Work, Writer};

/// So many connections of a workspace read the file at the same time.
const READING: usize = 4;

/// The positions of entries that a connection pushed and has not been sent yet.
pub(crate) type Own = BTreeSet<u64>;

/// An open workspace.
pub(crate) struct Workspace {
    id: WorkspaceId,
    name: String,
    access: Access,
    stamps: watch::Sender<u64>,
    log: Arc<dyn Log>,
    ends: watch::Receiver<Cursor>,
    recent: Arc<Mutex<Recent>>,
    queue: Mutex<Option<mpsc::Sender<Work>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    reading: Semaphore,
    turns: Turns,
    room: Arc<Room>,
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Workspace({})", self.id)
    }
}

/// Who may enter.
#[derive(Clone)]
pub(crate) enum Access {
    /// Who knows the secret.
    Secret(SecretAccess),
    /// Who is a member.
    Members(Arc<dyn Members>),
}

impl Access {
    /// That of a workspace: by its members, if it has no secret.
    pub(crate) fn of(meta: &Meta, members: Arc<dyn Members>) -> Access {
        match meta.secret_hash {
            Some(hash) => Access::Secret(SecretAccess::new(meta.workspace, hash)),
            None => Access::Members(members),
        }
    }

    /// Who belongs, where that is kept.
    pub(crate) fn members(&self) -> Option<Arc<dyn Members>> {
        match self {
            Access::Secret(_) => None,
            Access::Members(members) => Some(Arc::clone(members)),
        }
    }

    /// Lets a client in, or not: it has to be what it says, and to belong. What it is asked to sign it has to have signed. Waits for
    /// the disk where there are members.
    ///
    /// # Errors
    /// Where that cannot be read or stored.
    pub(crate) fn admit(
        &self,
        log: &dyn Log,
        hello: &Hello,
        (challenge, now): (&Challenge, i64),
    ) -> Result<Admission, LogError> {
        let Hello { workspace, device, credential, .. } = hello;
        let members = match self {
            Access::Secret(access) => {
                let admitted = access.admit(*workspace, *device, credential).is_ok() && !hello.founds;
                let all = || Admitted { grant: None, meeting_key: None, view: View::ALL };
                return Ok(if admitted { Admission::In(all()) } else { Admission::Away });
            }
            Access::Members(members) => members,
        };
        let Some(entering) = Entering::proven(*workspace, *device, credential, challenge) else {
            return Ok(Admission::Away);
        };
        let entering = Entering { founds: hello.founds, ..entering };
        // One that has come in before goes on with what it began.
        if hello.founds && members.enter(&Entering { invited: None, ..entering }, now)?.is_none() {
            match members.may_found(&entering, now)? {
                None => return Ok(Admission::Away),
                Some(true) if log.head()?.position == 0 => {}
                Some(_) => return Ok(Admission::Taken),
            }
        }
        let Some(grant) = members.enter(&entering, now)? else { return Ok(Admission::Away) };
        let meeting_key = if grant.role.meets() { Some(members.meeting_key()?) } else { None };
        match erasures::confirm(log, *device, hello) {
            // It is said again with the next hello; that it cannot be noted keeps nobody from reading.
            Err(LogError::Full) => {
                tracing::warn!("the disk is full: what a device has erased could not be noted")
            }
            confirmed => confirmed?,
        }
        let view = View::of(Some(&grant), log)?;
        Ok(Admission::In(Admitted { grant: Some(grant), meeting_key, view }))
    }
}

/// Whether somebody is let in.
#[derive(Debug)]
pub(crate) enum Admission {
    /// They are.
    In(Admitted),
    /// They are not.
    Away,
    /// They could be, but bring a whole workspace where there is one already.
    Taken,
}

/// Who was let in.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    /// What they may do; none where the workspace has a secret instead of members.
    pub(crate) grant: Option<Grant>,
    /// By what the workspace's devices know each other without a relay, where they may.
    pub(crate) meeting_key: Option<WorkspaceSecret>,
    /// What they may see of the log.
    pub(crate) view: View,
}

impl Admitted {
    /// Their welcome, with what they may do and what is to be erased where they are.
    pub(crate) fn welcome(&self, welcome: Welcome, erased: Vec<(u64, RecordId)>) -> Welcome {
        Welcome {
            grant: self.grant.clone(),
            meeting_key: self.meeting_key.clone(),
            // What came before would not know what to do with it.
            erased: if welcome.version < 4 { Vec::new() } else { erased },
            ..welcome
        }
    }

    /// Whether they may stay as they are, now that they may do this.
    ///
    /// # Errors
    /// With the notice that ends their connection.
    pub(crate) fn may_stay(&self, now: Option<&Grant>) -> Result<(), Notice> {
        match (&self.grant, now) {
            (None, _) => Ok(()),
            (Some(before), Some(now)) if now == before => Ok(()),
            (Some(_), Some(_)) => {
                Err(Notice::new(ErrorCode::Stopping, "your role was changed: connect again"))
            }
            (Some(_), None) => Err(Notice::new(ErrorCode::Access, Refusal.to_string())),
        }
    }
}

/// What ends a connection to a log that is another one now.
pub(crate) fn written_anew() -> Notice {
    Notice::new(ErrorCode::Stopping, "the log was written anew: connect again")
}

/// The workspace takes no more pushes: it is being closed.
#[derive(Debug)]
pub(crate) struct Closed;

/// Shows new entries to those who are connected.
struct Ends {
    recent: Arc<Mutex<Recent>>,
    ends: watch::Sender<Cursor>,
}

impl Publish for Ends {
    fn publish(&self, after: Cursor, entries: Vec<Entry>, end: Cursor) {
        let mut recent = lock(&self.recent);
        if entries.is_empty() {
            recent.clear()
        } else {
            recent.extend(after, entries)
        }
        // With the lock held: whoever sees the end finds the entries before it.
        self.ends.send_replace(end);
    }
}

impl Workspace {
    /// Opens a workspace over its log and starts its writer. Waits for the disk.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn open(log: Arc<dyn Log>, members: Arc<dyn Members>) -> Result<Workspace, LogError> {
        let meta = log.meta()?;
        let access = Access::of(&meta, Arc::clone(&members));
        let Meta { workspace: id, name, .. } = meta;
        let (head, stamp) = (log.head()?, members.stamp()?);
        let (ends, receiver) = watch::channel(head);
        let recent = Arc::<Mutex<Recent>>::default();
        let (sender, queue) = mpsc::channel(QUEUE);
        let writer = Writer::new(Arc::clone(&log), head, Ends { recent: Arc::clone(&recent), ends })
            .of(access.members())
            .with_lane(sender.downgrade())
            .map_err(no_thread)?;
        let writer = thread::Builder::new()
            .name("log writer".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(no_thread)?;
        Ok(Workspace {
            id,
            name,
            access,
            stamps: watch::channel(stamp).0,
            log,
            ends: receiver,
            recent,
            queue: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(writer)),
            reading: Semaphore::new(READING),
            turns: Turns::default(),
            room: Arc::default(),
        })
    }

    /// Who is connected.
    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Lets a client in, or not (none): it has to be what it says, and to belong.
    ///
    /// # Errors
    /// Where that cannot be read or stored.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        hello: &Hello,
        challenge: Challenge,
    ) -> Result<Admission, LogError> {
        let (access, hello) = (self.access.clone(), hello.clone());
        let admitted = self.read(move |log| access.admit(log, &hello, (&challenge, wall_clock())));
        let admitted = admitted.await?;
        // Somebody may have joined just now.
        self.look_who_belongs().await?;
        Ok(admitted)
    }

    /// What a device may do now; none where it may not stay.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) async fn grant(self: &Arc<Self>, device: DeviceId) -> Result<Option<Grant>, LogError> {
        let Access::Members(members) = &self.access else { return Ok(None) };
        let members = Arc::clone(members);
        self.read(move |_| members.grant(device)).await
    }

    /// Changes who belongs, or tells it.
    ///
    /// # Errors
    /// Where that cannot be read or stored.
    pub(crate) async fn manage(
        self: &Arc<Self>,
        by: DeviceId,
        management: Management,
    ) -> Result<Managed, LogError> {
        let Access::Members(members) = &self.access else {
            return Ok(Managed::Refused { why: ManagementError::NoMembers });
        };
        let members = Arc::clone(members);
        let managed =
            self.read(move |log| manage((&*members, log), Some(by), &management, wall_clock())).await?;
        self.look_who_belongs().await?;
        Ok(managed)
    }

    /// Looks whether it was changed who belongs, or the log is another one now, perhaps by another process; and tells all
    /// connections.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) async fn look_who_belongs(self: &Arc<Self>) -> Result<(), LogError> {
        let members = match &self.access {
            Access::Members(members) => Some(Arc::clone(members)),
            Access::Secret(_) => None,
        };
        let look =
            move |log: &dyn Log| Ok((members.map(|members| members.stamp()).transpose()?, log.is_current()?));
        let (stamp, is_current) = self.read(look).await?;
        self.stamps.send_if_modified(|known| {
            let before = *known;
            *known = if is_current { stamp.unwrap_or(before) } else { before + 1 };
            *known != before
        });
        Ok(())
    }

    /// Whether the log is still the one that was opened: otherwise this has to be closed, and opened anew.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) async fn is_current(self: &Arc<Self>) -> Result<bool, LogError> {
        self.read(|log| log.is_current()).await
    }

    /// What is to be erased on a device that says hello like this, in that version.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) async fn erasures(
        self: &Arc<Self>,
        hello: &Hello,
        version: u16,
    ) -> Result<Vec<(u64, RecordId)>, LogError> {
        let hello = hello.clone();
        self.read(move |log| erasures::told(log, &hello, version)).await
    }

    /// Moves whenever it was changed who belongs.
    pub(crate) fn stamps(&self) -> watch::Receiver<u64> {
        self.stamps.subscribe()
    }

    /// Of these records those that are in scope.
    ///
    /// # Errors
    /// Where that cannot be read.
    pub(crate) async fn seen(
        self: &Arc<Self>,
        records: Vec<RecordId>,
        scope: ReadScope,
    ) -> Result<BTreeSet<RecordId>, LogError> {
        self.read(move |log| seen(log, records, scope)).await
    }

    /// The end of the log, now and whenever it moves.
    pub(crate) fn ends(&self) -> watch::Receiver<Cursor> {
        self.ends.clone()
    }

    /// Hands a push to the writer; waits while too many others wait.
    ///
    /// # Errors
    /// Where the workspace is being closed.
    pub(crate) async fn push(&self, job: Job) -> Result<(), Closed> {
        let queue = lock(&self.queue).clone().ok_or(Closed)?;
        queue.send(Work::Push(job)).await.map_err(|_| Closed)
    }

    /// How a client's connection begins, where the log is shown up to `end`; and from where the log follows.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) async fn begin(
        self: &Arc<Self>,
        hello: &Hello,
        version: u16,
        end: (Cursor, View),
    ) -> Result<(Begun, Cursor), LogError> {
        let hello = hello.clone();
        self.read(move |log| delivery::begin(log, &hello, version, end)).await
    }

    /// The answer to what a client says it holds, as the log was with its first `as_of` entries.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) async fn compared(
        self: &Arc<Self>,
        reader: &Reader,
        as_of: (u64, ReadScope),
        theirs: Vec<CompareRange>,
    ) -> Result<Vec<CompareRange>, LogError> {
        self.read_for(reader, move |log| delivery::compared(log, as_of, &theirs)).await
    }

    /// The next bundle of whole records, as a frame of that number, and what is to be sent after it.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) async fn records(
        self: &Arc<Self>,
        reader: &Reader,
        mut sending: Sending,
        (number, bytes): (u64, usize),
    ) -> Result<(Bytes, Option<Sending>), LogError> {
        self.read_for(reader, move |log| {
            let records = Records { number: Some(number), ..sending.next(log, bytes)? };
            let more = (records.left > 0).then_some(sending);
            Ok((FromRelay::Records(records).encode().into(), more))
        })
        .await
    }

    /// The next batch behind a position and not beyond another, of about so many bytes of changes, as a frame; and the
    /// position behind it.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) async fn batch(
        self: &Arc<Self>,
        reader: &Reader,
        (position, up_to): (u64, u64),
        bytes: usize,
        (own, view): (&Own, View),
    ) -> Result<(Bytes, u64), LogError> {
        if view.is_sealed() {
            return self.partial_batch(reader, (position, up_to), bytes, (own, view)).await;
        }
        let recent = lock(&self.recent).behind(position, up_to);
        if let Some(recent) = recent.filter(|recent| recent.size() <= bytes) {
            let end = recent.stretch.end.position;
            let whole = recent.stretch.after == position && own.range(position + 1..=end).next().is_none();
            let frame = if whole {
                recent.frame()
            } else {
                frames::batch(&recent.stretch, position, |position| own.contains(&position))
            };
            return Ok((frame, end));
        }
        let own: Own = own.range(position + 1..=up_to).copied().collect();
        self.read_for(reader, move |log| {
            let range = Range { after: position, up_to, bytes, entries: BATCH_CHANGES };
            let stretch = log.read(range)?.checked()?;
            if stretch.entries.is_empty() {
                return Err(LogError::Database(format!("nothing stands behind position {position}")));
            }
            let frame = frames::batch(&stretch, position, |position| own.contains(&position));
            Ok((frame, stretch.end.position))
        })
        .await
    }

    /// The same for somebody who does not see all of the log.
    async fn partial_batch(
        self: &Arc<Self>,
        reader: &Reader,
        (position, up_to): (u64, u64),
        bytes: usize,
        (own, view): (&Own, View),
    ) -> Result<(Bytes, u64), LogError> {
        let own: Own = own.range(position + 1..=up_to).copied().collect();
        self.read_for(reader, move |log| {
            let range = Range { after: position, up_to, bytes, entries: BATCH_CHANGES };
            let (frame, end) = partial_batch(log, range, &own, view)?;
            if end == position {
                return Err(LogError::Database(format!("nothing stands behind position {position}")));
            }
            Ok((frame, end))
        })
        .await
    }

    /// Finishes the pushes that wait and ends the writer. Waits for the disk.
    pub(crate) fn close(&self) {
        lock(&self.queue).take();
        let writer = lock(&self.writer).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!(workspace = %self.id, "the writer ended with a panic");
        }
    }

    /// A connection of a device, for which the log will be read.
    pub(crate) fn reader(&self, payer: Payer) -> Reader {
        self.turns.reader(payer)
    }

    /// Reads the log for a device, once it is its turn.
    async fn read_for<T: Send + 'static>(
        self: &Arc<Self>,
        reader: &Reader,
        read: impl FnOnce(&dyn Log) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let turn = reader.turn().await;
        let (answer, took) = self.read(move |log| Ok(timed(|| read(log)))).await?;
        turn.took(took);
        answer
    }

    /// Reads the log on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&dyn Log) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let permit = self.reading.acquire().await;
        let log = Arc::clone(&self.log);
        let read = move || {
            let answer = read(&*log);
            if let Err(LogError::Damaged(_)) = &answer {
                log::mend(&*log);
            }
            answer
        };
        let done = tokio::task::spawn_blocking(read).await;
        drop(permit);
        done.unwrap_or_else(|error| Err(LogError::Database(error.to_string())))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Without its queue the writer ends by itself.
        lock(&self.queue).take();
    }
}

/// The batch of a stretch of the log for somebody who does not see all of it, and the position behind it.
///
/// # Errors
/// Where the log cannot be read.
pub(crate) fn partial_batch(
    log: &dyn Log,
    range: Range,
    own: &Own,
    view: View,
) -> Result<(Bytes, u64), LogError> {
    let stretch = log.read(range)?.checked()?;
    let records = stretch.entries.iter().map(|entry| entry.record).collect();
    let seen = seen(log, records, view.scope())?;
    let frame = frames::partial(
        &stretch,
        view.told(stretch.end),
        |record| seen.contains(&record),
        |position| own.contains(&position),
    );
    Ok((frame, stretch.end.position))
}

/// Of these records those that are in scope.
fn seen(log: &dyn Log, mut records: Vec<RecordId>, scope: ReadScope) -> Result<BTreeSet<RecordId>, LogError> {
    records.sort_unstable();
    records.dedup();
    let kinds = log.kinds(&records)?;
    Ok(records
        .into_iter()
        .zip(kinds)
        .filter(|(_, kind)| scope.sees(kind))
        .map(|(record, _)| record)
        .collect())
}

fn no_thread(error: std::io::Error) -> LogError {
    LogError::Database(format!("its writer cannot be started: {error}"))
}

/// Nothing that holds these locks can leave what is behind them half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
