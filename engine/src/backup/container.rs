//! A backup's file: one file, with all that is needed to put the replica back.
//!
//! ```text
//!  [ SAMSYN-BACKUP 1\n ][ 4 bytes: length of the label ][ label: JSON ][ the replica, encrypted as it was ][ 32 bytes: SHA-256 of all before ]
//! ```
//!
//! It begins as no database does, so nobody works in it by mistake, and nobody takes a copy of it for a replica. The sum at its end tells
//! a file that is cut short or damaged anywhere. What the label says can be read by everybody, so it says no more than is needed to
//! find the key: nothing about the workspace where that is encrypted.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::BackupError;
use crate::files::{is_backup, room};
use crate::store::StoreError;

const MAGIC: &[u8; 16] = b"SAMSYN-BACKUP 1\n";

const SUM: usize = 32;

/// No label is longer: whoever could put a file in the place of ours must not make us fill memory.
const LONGEST_LABEL: u32 = 64 * 1024;

/// What can be read of a backup without any key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// When it was made, in seconds since 1970-01-01 UTC, by that computer's clock.
    pub made_at: i64,
    /// The program that made it.
    pub software: String,
    /// The name of the key that the replica in it is encrypted with; none where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// That key under a passphrase, as the program keeps it; none where the key is only where the replica was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_key: Option<String>,
}

/// Writes a backup of the replica in `replica`.
///
/// # Errors
/// Where it cannot be read or written.
pub(super) fn pack(label: &Label, replica: &Path, output: &mut impl Write) -> io::Result<()> {
    let mut output = Summing { inner: output, sum: Sha256::new() };
    let label = serde_json::to_vec(label)?;
    let length = u32::try_from(label.len()).map_err(io::Error::other)?;
    output.write_all(MAGIC)?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(&label)?;
    io::copy(&mut File::open(replica)?, &mut output)?;
    let sum = output.sum.finalize();
    output.inner.write_all(&sum)?;
    output.inner.flush()
}

/// Reads all of a backup, and writes the replica in it to `replica`. Nothing that is written is of use before this has ended well.
///
/// # Errors
/// Where it is no backup, of a newer version, damaged, or cannot be read or written.
pub(super) fn unpack(path: &Path, replica: &mut impl Write) -> Result<Label, BackupError> {
    let unreadable = |reason| BackupError::File { path: path.to_owned(), reason };
    let (mut input, label, payload) = begin(path)?;
    let mut hasher = Sha256::new();
    let mut beginning =
        vec![0; usize::try_from(payload.start).map_err(io::Error::other).map_err(unreadable)?];
    input.seek(SeekFrom::Start(0)).and_then(|_| input.read_exact(&mut beginning)).map_err(unreadable)?;
    hasher.update(&beginning);
    let mut output = Summing { inner: replica, sum: hasher };
    let copied = io::copy(&mut (&mut input).take(payload.end - payload.start), &mut output);
    let copied = copied.map_err(|error| if room::says_full(&error) { full() } else { unreadable(error) })?;
    let mut sum = [0; SUM];
    let whole = copied == payload.end - payload.start && input.read_exact(&mut sum).is_ok();
    if !whole || output.sum.finalize()[..] != sum {
        return Err(BackupError::Damaged(path.to_owned()));
    }
    output.inner.flush().map_err(|error| if room::says_full(&error) { full() } else { unreadable(error) })?;
    Ok(label)
}

/// Nobody who only reads has no room.
fn full() -> BackupError {
    BackupError::Store(StoreError::Full)
}

/// What can be read of a backup without looking at the whole of it.
///
/// # Errors
/// Where it is no backup, of a newer version, or cannot be read.
pub fn label(path: &Path) -> Result<Label, BackupError> {
    begin(path).map(|(_, label, _)| label)
}

/// Opens a backup, and says where in it the replica is.
fn begin(path: &Path) -> Result<(File, Label, std::ops::Range<u64>), BackupError> {
    let unreadable = |reason| BackupError::File { path: path.to_owned(), reason };
    let damaged = || BackupError::Damaged(path.to_owned());
    if !is_backup(path).map_err(unreadable)? {
        return Err(BackupError::NotABackup(path.to_owned()));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let (mut magic, mut label_length) = ([0; MAGIC.len()], [0; 4]);
    file.read_exact(&mut magic).map_err(|_| damaged())?;
    if &magic != MAGIC {
        return Err(BackupError::Newer(path.to_owned()));
    }
    file.read_exact(&mut label_length).map_err(|_| damaged())?;
    let label_length = u32::from_be_bytes(label_length);
    if label_length > LONGEST_LABEL {
        return Err(damaged());
    }
    let mut label = vec![0; usize::try_from(label_length).map_err(|_| damaged())?];
    file.read_exact(&mut label).map_err(|_| damaged())?;
    let label = serde_json::from_slice(&label).map_err(|_| damaged())?;
    let start = (MAGIC.len() + 4) as u64 + u64::from(label_length);
    let end = length.checked_sub(SUM as u64).filter(|end| *end > start).ok_or_else(damaged)?;
    Ok((file, label, start..end))
}

/// Passes on what is written, and sums it up.
struct Summing<'a, W> {
    inner: &'a mut W,
    sum: Sha256,
}

impl<W: Write> Write for Summing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(folder: &Path) -> (Label, Vec<u8>, Vec<u8>) {
        let label = Label {
            made_at: 1_700_000_000,
            software: "samsyn".to_owned(),
            key: Some("ab".to_owned()),
            sealed_key: None,
        };
        let replica: Vec<u8> = (0..100_000_u32).map(|number| (number % 251) as u8).collect();
        std::fs::write(folder.join("replica"), &replica).unwrap();
        let mut file = Vec::new();
        pack(&label, &folder.join("replica"), &mut file).unwrap();
        (label, replica, file)
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let folder = tempfile::tempdir().unwrap();
        let (made, replica, file) = packed(folder.path());
        let path = folder.path().join("backup");
        std::fs::write(&path, &file).unwrap();
        let mut out = Vec::new();
        assert_eq!(unpack(&path, &mut out).unwrap(), made);
        assert!(out == replica && is_backup(&path).unwrap() && label(&path).unwrap() == made);
    }

    #[test]
    fn no_byte_of_it_may_be_another_and_none_may_lack() {
        let folder = tempfile::tempdir().unwrap();
        let (_, _, file) = packed(folder.path());
        let path = folder.path().join("backup");
        let refused = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            unpack(&path, &mut io::sink()).unwrap_err()
        };
        for at in (0..200).chain((200..file.len()).step_by(997)).chain(file.len() - SUM..file.len()) {
            let mut changed = file.clone();
            changed[at] ^= 0x10;
            refused(&changed);
        }
        for length in [0, 1, 15, 16, 19, 20, 60, 300, file.len() / 2, file.len() - 1] {
            refused(&file[..length]);
        }
        assert!(matches!(refused(&[&file[..], b"x"].concat()), BackupError::Damaged(_)));
        assert!(matches!(refused(b"SQLite format 3\0"), BackupError::NotABackup(_)));
        let newer = [b"SAMSYN-BACKUP 2\n", &file[16..]].concat();
        assert!(matches!(refused(&newer), BackupError::Newer(_)));
    }
}
