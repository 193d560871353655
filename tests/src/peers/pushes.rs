//! How many pushes a second a relay makes durable, and how long each waits; beside what SQLite itself commits in groups of
//! the same size on the same disk.

use std::time::Instant;

use rusqlite::Connection;
use samsyn_engine::document::{Document, Edit, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::sync::Outgoing;

use super::Failure;
use super::documents::contacts;
use super::relay::RelayProcess;
use super::row::Row;
use super::samsyn::Town;
use super::socket::Client;

/// So many changes are pushed in all, by all writers together.
const CHANGES: usize = 3_000;

/// So many changes are made to a record before its writer goes on to the next.
const TO_ONE_RECORD: usize = 25;

/// What a writer has to push: some changes to each of these records.
fn work(number: usize, records: &[NewRecord]) -> Result<Vec<Outgoing>, Failure> {
    let mut actor = [7; 16];
    actor[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let writer = Writer::new(&actor, DeviceId::from_bytes(actor), 1_795_500_000);
    let mut work = Vec::new();
    for new in records {
        let mut document = Document::create(new, &writer)?;
        let record = document.id();
        for edit in 0..TO_ONE_RECORD {
            let edit = Edit::set("given", Value::Text(format!("Eva {edit}")));
            document.edit(&[edit], &writer)?;
        }
        let outgoing = |change: EncodedChange| Outgoing { record, hash: change.hash, bytes: change.bytes };
        work.extend(document.changes_since(&[]).into_iter().map(outgoing));
    }
    Ok(work)
}

/// Pushes by so many writers at once, each waiting for its answer before it pushes the next change.
///
/// # Errors
/// Where the relay is gone.
pub(super) fn pushes(writers: usize) -> Result<Vec<Row>, Failure> {
    let town = Town::of(0)?;
    let relay = RelayProcess::start(&town.data())?;
    let url = format!("{}/sync/{}", relay.address, town.workspace.id());
    let each = (CHANGES / writers / TO_ONE_RECORD).max(1);
    let contacts = contacts(writers * each);
    let shares = contacts.chunks(each).enumerate();
    let work: Vec<_> = shares.map(|(number, records)| work(number, records)).collect::<Result<_, _>>()?;
    let size = work[0].last().map_or(0, |change| change.bytes.len());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (seconds, mut times) = runtime.block_on(async {
        let mut clients = Vec::new();
        for _ in 0..writers {
            clients.push(Client::join(&url, town.workspace.hello(None)).await?);
        }
        let began = Instant::now();
        let all: Vec<_> =
            clients.into_iter().zip(work).map(|(client, work)| tokio::spawn(write(client, work))).collect();
        let mut times = Vec::new();
        for one in all {
            times.extend(one.await??);
        }
        Ok::<_, Failure>((began.elapsed().as_secs_f64(), times))
    })?;
    times.sort_by(f64::total_cmp);
    let rate = times.len() as f64 / seconds;
    let sqlite = sqlite(writers, size)?;
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize] * 1_000.0;
    let row = |system: &str, note: String| Row {
        case: format!("pushes: {writers} writers"),
        system: system.to_owned(),
        note,
        ..Row::default()
    };
    let note = format!(
        "{rate:.0} a second; waited {:.1} ms (median), {:.1} ms (99 of 100); {:.2} × SQLite's rate",
        at(0.5),
        at(0.99),
        rate / sqlite
    );
    Ok(vec![row("samsyn", note), row("SQLite alone", format!("{sqlite:.0} a second, {writers} in a commit"))])
}

/// Answers how long each push waited, in seconds.
async fn write(mut client: Client, work: Vec<Outgoing>) -> Result<Vec<f64>, Failure> {
    let mut times = Vec::with_capacity(work.len());
    for change in work {
        let began = Instant::now();
        client.push(change).await?;
        times.push(began.elapsed().as_secs_f64());
    }
    Ok(times)
}

/// How many rows of that size SQLite makes durable a second, so many in a commit, into a table like the relay's.
fn sqlite(in_a_commit: usize, size: usize) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let mut connection = Connection::open(folder.path().join("alone.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE entries (position INTEGER PRIMARY KEY, record BLOB, hash BLOB UNIQUE, bytes BLOB, rolling BLOB)",
    )?;
    let began = Instant::now();
    let mut rows = 0;
    while rows < CHANGES {
        let transaction = connection.transaction()?;
        for _ in 0..in_a_commit {
            let (record, hash) = (RecordId::random(), [RecordId::random(), RecordId::random()]);
            let hash: Vec<u8> = hash.iter().flat_map(|half| *half.as_bytes()).collect();
            transaction
                .prepare_cached("INSERT INTO entries (record, hash, bytes, rolling) VALUES (?, ?, ?, ?)")?
                .execute((record.as_bytes(), hash, vec![7_u8; size], record.as_bytes()))?;
            rows += 1;
        }
        transaction.commit()?;
    }
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}
