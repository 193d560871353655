//! The data is the people's, with or without us: out of a replica in forms that others read.

mod roster;

use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::document::Record;
use crate::files::{Existing, FolderOutput, OutputError, Stream};
use crate::replica::{Replica, ReplicaError};
use crate::schema::{SCHEMA_VERSION, cells_to_json};
use crate::text::in_json;

pub use roster::{roster_lines, roster_to_json};

/// Why an export did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// A file.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl From<crate::store::StoreError> for ExchangeError {
    fn from(error: crate::store::StoreError) -> Self {
        ExchangeError::Replica(error.into())
    }
}

/// Writes every document as `KIND/ID.automerge` below `folder`, in Automerge's standard format with its whole history.
/// Answers how many.
///
/// # Errors
/// Where the replica cannot be read or the folder cannot be written; then there is none, or the one of before.
pub fn export_automerge(
    replica: &Replica,
    folder: &Path,
    existing: Existing,
) -> Result<usize, ExchangeError> {
    const ENDING: &str = "automerge";
    let output = FolderOutput::begin(folder, Some(replica.store().path()), (existing, ENDING))?;
    let ids = replica.store().records()?;
    for id in &ids {
        let document = replica.document(*id)?;
        // A kind's name comes from others: as a folder it must be a plain word.
        let kind = document.kind_name().unwrap_or_default();
        let plain = kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !kind.is_empty();
        let folder = if plain { kind.as_str() } else { "unknown" };
        output.write(folder, &format!("{id}.{ENDING}"), &document.save())?;
    }
    output.finish()?;
    Ok(ids.len())
}

/// Writes every record, removed ones included, as one JSON file. Answers how many.
///
/// # Errors
/// Where the replica cannot be read or the file cannot be written; then there is none, or the one of before.
pub fn export_json(replica: &Replica, path: &Path, existing: Existing) -> Result<usize, ExchangeError> {
    let mut output = Stream::begin(path, Some(replica.store().path()), existing)?;
    let meta = replica.meta()?;
    let head = json!({ "workspace": meta.workspace, "name": meta.workspace_name, "schema": SCHEMA_VERSION });
    let ids = replica.store().records()?;
    let mut out = BufWriter::new(&mut output);
    let written = write_records(replica, &mut out, &head, &ids)?.and_then(|()| out.flush());
    drop(out);
    written.map_err(|error| output.failed(error))?;
    output.finish()?;
    Ok(ids.len())
}

/// One record after the other, so that the file never stands in memory as a whole.
fn write_records(
    replica: &Replica,
    out: &mut impl Write,
    head: &Json,
    ids: &[crate::id::RecordId],
) -> Result<std::io::Result<()>, ExchangeError> {
    let mut write = |text: String| out.write_all(in_json(&text).as_bytes());
    if let Err(error) = write(format!("{{\"samsyn\":{head},\"records\":[")) {
        return Ok(Err(error));
    }
    for (number, id) in ids.iter().enumerate() {
        let record = record_to_json(&replica.record(*id)?);
        let separator = if number == 0 { "\n" } else { ",\n" };
        if let Err(error) = write(format!("{separator}{record}")) {
            return Ok(Err(error));
        }
    }
    Ok(write("\n]}\n".to_owned()))
}

/// A record as JSON: its id, its kind, whether it is removed, and its fields by name.
pub fn record_to_json(record: &Record) -> Json {
    json!({
        "id": record.id,
        "kind": record.kind,
        "title": record.title(),
        "removed": record.removed,
        "fields": cells_to_json(&record.cells),
    })
}
