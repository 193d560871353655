//! What memory a relay takes: with many records, while somebody new gets all of them, and with many idle connections.

use samsyn_engine::sync::Cursor;
use samsyn_server::log::{Log, SqliteLog};

use super::Failure;
use super::relay::RelayProcess;
use super::row::Row;
use super::samsyn::Town;
use super::socket::Client;

/// A relay with so many records, a client that gets all of them, and so many that do nothing.
///
/// # Errors
/// Where a file cannot be written or the relay is gone.
pub(super) fn relay_memory(documents: usize, idle: usize) -> Result<Vec<Row>, Failure> {
    let town = Town::of(documents)?;
    let end = end(&town)?;
    let mut relay = RelayProcess::start(&town.data())?;
    let url = format!("{}/sync/{}", relay.address, town.workspace.id());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let row = |case: &str, (now, peak): (u64, u64), seconds| Row {
            case: case.to_owned(),
            system: "samsyn relay".to_owned(),
            documents: documents as u64,
            seconds,
            peak_rss: Some(peak),
            note: format!("{} MB now; the relay's process alone", now / 1_000_000),
            ..Row::default()
        };
        let began = std::time::Instant::now();
        drop(Client::join(&url, town.workspace.hello(None)).await?);
        let seconds = Some(began.elapsed().as_secs_f64());
        let mut rows = vec![row("relay memory: all sent to somebody new", relay.memory()?, seconds)];
        let mut clients = Vec::with_capacity(idle);
        for _ in 0..idle {
            clients.push(Client::join(&url, town.workspace.hello(Some(end))).await?);
        }
        rows.push(row(&format!("relay memory: {idle} idle connections"), relay.memory()?, None));
        Ok(rows)
    })
}

fn end(town: &Town) -> Result<Cursor, Failure> {
    Ok(SqliteLog::open(&town.log())?.head()?)
}
