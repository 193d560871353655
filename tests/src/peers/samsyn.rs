//! Samsyn itself: real replicas and a real relay on real files, in lock step.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use samsyn_engine::document::{Document, EncodedChange, gate};
use samsyn_engine::identity::DeviceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::ListQuery;
use samsyn_server::log::{Append, Entry, Log, NewEntry, SqliteLog};
use samsyn_server::{Folder, InlineRelay};

use super::documents::{self, contacts, documents, with_histories};
use super::link::Weather;
use super::row::Row;
use super::{Failure, Scale};
use crate::wire::{Workspace, sync, sync_over};

/// So many documents are made at once: each takes some 20 KiB of memory.
const AT_ONCE: usize = 5_000;

/// A workspace with so many records on its relay.
pub(super) struct Town {
    folder: tempfile::TempDir,
    /// The workspace.
    pub(super) workspace: Workspace,
}

impl Town {
    /// Makes it.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub(super) fn of(count: usize) -> Result<Town, Failure> {
        let town = Town { folder: tempfile::tempdir()?, workspace: Workspace::default() };
        Folder::open_or_create(&town.data())?;
        std::fs::create_dir_all(town.log().parent().ok_or("a file lies in a folder")?)?;
        drop(town.workspace.relay(&town.log()));
        let log = SqliteLog::open(&town.log())?;
        for some in contacts(count).chunks(AT_ONCE) {
            append(&log, &with_histories(some.to_vec()))?;
        }
        log.tidy()?;
        Ok(town)
    }

    /// The relay's data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("relay")
    }

    /// Its log.
    pub(super) fn log(&self) -> PathBuf {
        let folder = Folder::open(&self.data()).expect("the folder was just made");
        folder.log(self.workspace.id())
    }

    /// The relay, with its history folded as it is when nobody has pushed for a while.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(super) fn relay(&self) -> Result<InlineRelay, Failure> {
        let mut relay = InlineRelay::open(&self.log())?;
        while relay.fold() {}
        Ok(relay)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.samsyn"))
    }

    fn replica(&self, name: &str) -> Replica {
        self.workspace.replica(&self.path(name), name)
    }
}

/// Puts documents into a log, change by change, as if they had been pushed.
fn append(log: &SqliteLog, documents: &[Document]) -> Result<(), Failure> {
    let device = DeviceId::from_bytes([1; 16]);
    let entry = |document: &Document, change: EncodedChange| NewEntry {
        dependencies: gate::dependencies_of(&change.bytes).unwrap_or_default(),
        entry: Entry { record: document.id(), hash: change.hash, bytes: change.bytes },
        device,
        kind: document.kind_name().unwrap_or_default(),
    };
    let all = documents.iter().flat_map(|document| {
        document.changes_since(&[]).into_iter().map(move |change| entry(document, change))
    });
    let after = log.head()?;
    log.append(&Append {
        after,
        entries: all.collect(),
        snapshots: Vec::new(),
        actors: Vec::new(),
        received_at: 1_795_500_000,
    })?;
    Ok(())
}

/// A clock of work that was done, and of waiting for a link that was not there.
struct Stopwatch {
    began: Instant,
    waited: Duration,
}

impl Stopwatch {
    fn start() -> Self {
        Stopwatch { began: Instant::now(), waited: Duration::ZERO }
    }

    fn seconds(&self) -> f64 {
        (self.began.elapsed() + self.waited).as_secs_f64()
    }
}

/// One visit of a replica to the relay, over a link.
fn visit(replica: &mut Replica, relay: &mut InlineRelay, weather: Weather) -> Row {
    let mut link = weather.link();
    let mut watch = Stopwatch::start();
    let (traffic, _) = sync_over(replica, relay, &mut |up, down| {
        if let Some(link) = &mut link {
            watch.waited += link.one_way(up) + link.one_way(down);
        }
    });
    Row {
        system: "samsyn".to_owned(),
        bytes_up: Some(traffic.up as u64),
        bytes_down: Some(traffic.down as u64),
        messages: Some(traffic.frames as u64),
        round_trips: Some(traffic.round_trips as u64),
        seconds: Some(watch.seconds()),
        ..Row::default()
    }
}

/// A client that was away while ten records changed.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn reconnect(Scale { documents, changed, weather }: Scale) -> Result<Row, Failure> {
    let town = Town::of(documents)?;
    let mut relay = town.relay()?;
    let (mut asa, mut bo) = (town.replica("Asa"), town.replica("Bo"));
    sync(&mut asa, &mut relay);
    sync(&mut bo, &mut relay);
    sync(&mut asa, &mut relay);
    let contacts = asa.store().list(&ListQuery::all(&CONTACT))?;
    for (number, id) in contacts.iter().step_by(documents / changed).take(changed).enumerate() {
        asa.edit(*id, &[documents::edit(number)], None)?;
    }
    sync(&mut asa, &mut relay);
    Ok(visit(&mut bo, &mut relay, weather))
}

/// Somebody new.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn first_sync(Scale { documents, weather, .. }: Scale) -> Result<Row, Failure> {
    let town = Town::of(documents)?;
    let mut relay = town.relay()?;
    let mut new = town.replica("Ny");
    Ok(visit(&mut new, &mut relay, weather))
}

/// Opening a replica of so many records, up to the list of all of them; and what it and the log take on the disk, beside
/// the documents saved one by one.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn opening_and_storage(documents: usize) -> Result<Vec<Row>, Failure> {
    let town = Town::of(documents)?;
    let unfolded = std::fs::metadata(town.log())?.len();
    let mut relay = town.relay()?;
    let mut replica = town.replica("Ny");
    sync(&mut replica, &mut relay);
    drop((replica, relay));
    let path = town.path("Ny");
    let began = Instant::now();
    let replica = Replica::open(&path)?;
    let listed = replica.store().list(&ListQuery::all(&CONTACT))?.len();
    let opening = Row {
        case: "opening".to_owned(),
        system: "samsyn".to_owned(),
        documents: documents as u64,
        seconds: Some(began.elapsed().as_secs_f64()),
        note: format!("{listed} contacts listed in their order"),
        ..Row::default()
    };
    let saved: u64 = documents_saved(documents);
    let row = |system: &str, bytes: u64| Row {
        case: "storage".to_owned(),
        system: system.to_owned(),
        documents: documents as u64,
        note: format!("{:.1} MB, {:.2} × the documents", bytes as f64 / 1e6, bytes as f64 / saved as f64),
        ..Row::default()
    };
    Ok(vec![
        opening,
        row("saved one by one", saved),
        row("samsyn replica", size(&path)?),
        row("samsyn relay, folded", size(&town.log())?),
        row("samsyn relay, not folded", unfolded),
    ])
}

/// What the documents take when each is saved by itself.
fn documents_saved(count: usize) -> u64 {
    let some = documents(count.min(AT_ONCE));
    let bytes: u64 = some.iter().map(|document| document.save().len() as u64).sum();
    bytes * count as u64 / some.len().max(1) as u64
}

/// A database with its write-ahead log copied into it.
fn size(path: &Path) -> Result<u64, Failure> {
    let connection = rusqlite::Connection::open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::metadata(path)?.len())
}
