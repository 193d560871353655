//! A copy of the file as it is at one moment, in one file; and whether such a copy is whole, with all that is in it.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::cipher::FileKey;
use super::encrypting::{export, take_alone};
use super::{Result, Store, StoreError, heads_from_blob, intact, meta, open, record_id, stamp};
use crate::document::Document;
use crate::files::{peek, private, room, with_ending};
use crate::identity::{DeviceId, WorkspaceId};

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Of which workspace it is.
    pub workspace: WorkspaceId,
    /// What people call that.
    pub workspace_name: String,
    /// On which device it was made.
    pub device: DeviceId,
    /// How many records there are, removed ones included.
    pub records: u64,
    /// How many changes.
    pub changes: u64,
    /// How many of them are not known to be in the relay's log.
    pub unsent: u64,
}

impl About {
    fn of(connection: &Connection) -> Result<About> {
        let meta = meta::read(connection)?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        Ok(About {
            workspace: meta.workspace,
            workspace_name: meta.workspace_name,
            device: meta.device,
            records: count("SELECT count(*) FROM documents")?,
            changes: count("SELECT count(*) FROM changes")?,
            unsent: count("SELECT count(*) FROM changes WHERE NOT logged")?,
        })
    }
}

/// Another file, and its key, where it has one.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a>(pub &'a Path, pub Option<&'a FileKey>);

impl Held<'_> {
    /// The names of all changes in it.
    fn changes(self) -> Result<HashSet<Vec<u8>>> {
        let connection = intact::check(self.0, self.1)?;
        let mut statement = connection.prepare("SELECT hash FROM changes")?;
        let hashes = statement.query_map([], |row| row.get(0))?;
        Ok(hashes.collect::<rusqlite::Result<_>>()?)
    }
}

impl Store {
    /// Copies the file as it is now to `draft`, an empty file, encrypted with this key, where there is one. What others write meanwhile is
    /// not in the copy. Answers what is in it.
    ///
    /// # Errors
    /// Where it cannot be read, or the copy cannot be written.
    pub fn copy_to(&self, draft: &Path, key: Option<&FileKey>) -> Result<About> {
        self.guard()?;
        // What is only read is not written to by this either; the copy is.
        let reads = |reads: bool| match self.only_reads {
            true => Ok(self.connection.pragma_update(None, "query_only", reads)?),
            false => Ok::<_, StoreError>(()),
        };
        reads(false)?;
        let exported = export(&self.connection, (draft, key), About::of);
        reads(true)?;
        exported.map_err(|error| open::told_by_the_disk(draft, error))
    }

    /// Copies a file that nobody works in, with the log beside it, where there is one, to `draft`, an empty file: all of it is in the one
    /// file then. The file is not written to.
    ///
    /// # Errors
    /// Where it cannot be read with this key, or the copy cannot be written.
    pub fn copy_of_copy(path: &Path, draft: &Path, key: Option<&FileKey>) -> Result<()> {
        let copy = |from: &Path, to: &Path| {
            let mut to = private::options().create(true).truncate(true).open(to)?;
            peek::copy(from, &mut to)
        };
        let copied = copy(path, draft).and_then(|()| match stamp::log_is_empty(path) {
            true => Ok(()),
            false => copy(&with_ending(path, "-wal"), &with_ending(draft, "-wal")),
        });
        copied.map_err(|error| match room::says_full(&error) {
            true => StoreError::Full,
            false => StoreError::Unusable { path: path.to_owned(), reason: error.to_string() },
        })?;
        let (connection, _) = open::open(draft, key)?;
        take_alone(&connection)
    }

    /// Whether somebody has a file open, as far as that can be seen.
    pub fn is_in_use(path: &Path) -> bool {
        intact::is_in_use(path)
    }

    /// What a file holds.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn look_into(path: &Path, key: Option<&FileKey>) -> Result<About> {
        About::of(&open::open(path, key)?.0)
    }

    /// How many changes somebody wrote in a file that are neither in `other` nor known to be in the relay's log. All of it is in the one
    /// file afterwards.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where somebody has it open; where it cannot be opened.
    pub fn only_in(path: &Path, key: Option<&FileKey>, other: Held<'_>) -> Result<u64> {
        let (connection, _) = open::open(path, key)?;
        let held = other.changes()?;
        let mut statement =
            connection.prepare("SELECT hash FROM changes WHERE NOT logged AND device IS NOT NULL")?;
        let unsent = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let unsent = unsent.collect::<rusqlite::Result<Vec<_>>>()?;
        drop(statement);
        take_alone(&connection)?;
        Ok(unsent.iter().filter(|hash| !held.contains(*hash)).count() as u64)
    }

    /// Looks at every part of a file that nobody has open: its pages, its indexes, and that each document is what it is said to be.
    /// Nothing is written to it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where something is wrong with it; as [`Store::open_with`].
    pub fn examine(path: &Path, key: Option<&FileKey>) -> Result<About> {
        let connection = intact::check(path, key)?;
        if key.is_some() {
            check_pages(path, &connection)?;
        }
        check_documents(path, &connection)?;
        About::of(&connection)
    }
}

/// Each page of an encrypted file has a code of its own: also those that are not in use.
fn check_pages(path: &Path, connection: &Connection) -> Result<()> {
    let wrong = connection
        .prepare("PRAGMA cipher_integrity_check")?
        .query_row([], |row| row.get::<_, String>(0))
        .optional()?;
    wrong.map_or(Ok(()), |reason| Err(intact::damaged(path, reason)))
}

fn check_documents(path: &Path, connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT record, heads, snapshot FROM documents")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = record_id(row.get_ref(0)?)?;
        let heads = heads_from_blob(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
        let snapshot = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        let document = Document::load(id, snapshot, &super::tail(connection, id)?)?;
        if document.heads() != heads {
            return Err(intact::damaged(path, format!("record {id} is not what it was")));
        }
    }
    Ok(())
}
