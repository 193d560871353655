//! Putting a log back from a copy, also under a relay that serves it.
//!
//! ```text
//! copy ─ brought up to date, what was erased since taken out
//!      ─▶ nothing there, or nothing that can be used: it becomes the log, with a new life
//!      ─▶ a log is there: in one transaction of it
//!           what is there is kept in a file beside it (nobody can write meanwhile: all that was acknowledged is in it)
//!           its entries, documents and records give way to the copy's
//!           what was erased is taken out once more; the log has a new life
//! ```
//!
//! After that transaction every relay finds another epoch in the file: it takes no more pushes for the old one, ends the
//! connections, and opens the log anew. A process that is killed before it leaves the log as it was.
//!
//! Who belongs stays as it is in the log that is there. A backup is older: with it would come back who was removed since,
//! and every laptop that was revoked because it was lost.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use samsyn_engine::clock::wall_clock;
use samsyn_engine::id::RecordId;
use samsyn_engine::store::Literal;
use samsyn_engine::sync::Epoch;

use super::super::{Erase, Result};
use super::open::Way;
use super::open::failed;
use super::purged::Purged;
use super::{erasing, open};

/// Makes a copy ready to take the place of the log at `place`: brings it up to date, and takes out what was erased there since
/// it was made. Answers with the list of what was erased there, where nothing can be told from it: it is not there, or is another's.
///
/// # Errors
/// Where it is no log, or cannot be written.
pub fn prepare(copy: &Path, place: &Path) -> Result<Option<PathBuf>> {
    let mut connection = open::open(copy, Way::Shared)?;
    let purged = Purged::beside(place);
    let listed: BTreeSet<RecordId> = purged.read()?.into_iter().collect();
    let has_all = erasing::all_erased(&connection)?.iter().all(|record| listed.contains(record));
    let says_nothing = !purged.is_there() || !has_all;
    erasing::erase_again(&mut connection, &purged, wall_clock())?;
    bump_epoch(&connection).map_err(failed)?;
    // Everything into the one file, and nothing of what was erased beside it.
    connection.close().map_err(|(_, error)| failed(error))?;
    Ok(purged.path().filter(|_| says_nothing).map(Path::to_owned))
}

/// Whether a log is there whose file is sound: what it says of itself, and the order of its pages.
pub fn is_sound(log: &Path) -> bool {
    let Ok(connection) = open::identify_by(log, Way::Shared) else { return false };
    let said = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    said.is_ok_and(|said| said == "ok")
}

/// Puts what a copy holds, which was made ready for that, in the place of what the log holds; what was there is kept by `keep`,
/// while nobody can write to it. Who belongs stays.
///
/// # Errors
/// Where one of the two cannot be read, or nothing can be written. Then the log is as it was.
pub fn exchange(log: &Path, copy: &Path, keep: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut connection = open::open(log, Way::Shared)?;
    connection.execute("ATTACH ? AS copy", [Literal::of(copy)]).map_err(failed)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // From here on nobody else writes, and what another connection reads is all that was ever acknowledged.
    keep()?;
    let gone = gone(&transaction, &Purged::beside(log))?;
    put_in_place(&transaction, &gone, wall_clock()).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    // It is done: what is left to do is done by the next who opens the log, too.
    let tidied = connection.execute("DETACH copy", []).map_err(failed);
    if let Err(error) = tidied.and_then(|_| erasing::clear_log(|| erasing::empty_log(&connection))) {
        tracing::warn!(%error, "the write-ahead log could not be emptied");
    }
    Ok(())
}

/// What was erased so far, in the order in which it was.
fn gone(connection: &Connection, purged: &Purged) -> Result<Vec<RecordId>> {
    let mut all = erasing::all_erased(connection)?;
    all.extend(purged.read()?);
    Ok(all)
}

fn put_in_place(transaction: &Transaction<'_>, gone: &[RecordId], at: i64) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("restore.sql"))?;
    for record in gone {
        erasing::take_one_out(transaction, &Erase { record: *record, by: None, at })?;
    }
    transaction.execute(
        "INSERT INTO happenings (at, by_device, what, whom) VALUES (?, NULL, 'restored', NULL)",
        [at],
    )?;
    bump_epoch(transaction)
}

/// Gives a log a life of its own: whoever has a place in the old one compares with it, and brings it what it lost.
pub(crate) fn bump_epoch(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET epoch = ?", [Epoch::random().as_bytes()]).map(drop)
}
