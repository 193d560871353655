//! What was erased, kept where no backup of a log has it: so that a log which is put back from one does not bring people back.
//!
//! ```text
//! DATA/erased/<workspace>      one line for each record, and empty ones; added to and never written anew
//! ```
//!
//! A line that names no record is not passed over: it was damaged, and whom it named would come back. Only the last one may have
//! broken off, without its end, as the power went: nobody was told yet that this record was erased, and it is cut off before the next.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use samsyn_engine::files::{private, sync_folder};
use samsyn_engine::id::RecordId;

use super::super::{LogError, Result};

/// The list of one workspace.
#[derive(Debug)]
pub(super) struct Purged(Option<PathBuf>);

impl Purged {
    /// The list of the workspace whose log stands there: `DATA/workspaces/<workspace>/log.sqlite`. A log that stands elsewhere
    /// has none.
    pub(super) fn beside(log: &Path) -> Purged {
        let workspace = log.parent().filter(|folder| {
            folder.parent().is_some_and(|workspaces| workspaces.file_name() == Some("workspaces".as_ref()))
        });
        let list = workspace
            .and_then(|folder| Some(folder.parent()?.parent()?.join("erased").join(folder.file_name()?)));
        Purged(list)
    }

    /// Where it is, or would be.
    pub(super) fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Whether it is there.
    pub(super) fn is_there(&self) -> bool {
        self.0.as_ref().is_some_and(|path| path.exists())
    }

    /// Adds records.
    ///
    /// # Errors
    /// Where they cannot be stored.
    pub(super) fn note(&self, records: &[RecordId]) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        add(path, records).map_err(|error| unusable(path, &error))
    }

    /// All of them, in the order in which they were added.
    ///
    /// # Errors
    /// Where the list is there and cannot be read, or has a line that names no record.
    pub(super) fn read(&self) -> Result<Vec<RecordId>> {
        let Some(path) = &self.0 else { return Ok(Vec::new()) };
        match fs::read_to_string(path) {
            Ok(text) => records(&text).map_err(|error| unusable(path, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unusable(path, &error)),
        }
    }
}

/// Adds lines, and makes them durable together with the way to them. In one piece, and on lines of their own whatever stands before them:
/// what breaks off is at most these records, which were not said to be erased yet.
fn add(path: &Path, records: &[RecordId]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private::make_folders(folder)?;
    private::tighten(path);
    let mut file = private::options().create(true).read(true).append(true).open(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if broke_off(&text) {
        file.set_len(whole(&text).len() as u64)?;
    }
    let lines: String = records.iter().map(|record| format!("\n{record}\n")).collect();
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    // Each time: a try before this one may have made them and gone no further.
    sync_folder(folder)?;
    match folder.parent().filter(|data| !data.as_os_str().is_empty()) {
        Some(data) => sync_folder(data),
        None => Ok(()),
    }
}

/// The part of a list up to the end of its last whole line.
fn whole(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

/// Whether the last line has no end and names no record.
fn broke_off(text: &str) -> bool {
    text[whole(text).len()..].trim().parse::<RecordId>().is_err() && !text.ends_with('\n') && !text.is_empty()
}

/// The records that the lines of a list name.
fn records(text: &str) -> io::Result<Vec<RecordId>> {
    let text = if broke_off(text) { whole(text) } else { text };
    let lines = text.lines().map(str::trim).zip(1_usize..).filter(|(line, _)| !line.is_empty());
    lines.map(|(line, number)| line.parse::<RecordId>().map_err(|_| no_record(number))).collect()
}

fn no_record(line: usize) -> io::Error {
    let words = format!(
        "line {line} names no record, so it is not known who was erased: put it right from a copy of this file"
    );
    io::Error::new(io::ErrorKind::InvalidData, words)
}

fn unusable(path: &Path, error: &io::Error) -> LogError {
    LogError::Unusable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place for a log, and the list that belongs to it.
    fn place() -> (tempfile::TempDir, Purged, PathBuf) {
        let data = tempfile::tempdir().unwrap();
        let purged = Purged::beside(&data.path().join("workspaces").join("town").join("log.sqlite"));
        let list = data.path().join("erased").join("town");
        (data, purged, list)
    }

    #[test]
    fn what_is_added_is_read_in_its_order_also_behind_a_line_that_has_no_end() {
        let (_data, purged, list) = place();
        let [one, two, three] = [(); 3].map(|()| RecordId::random());
        assert_eq!(purged.read().unwrap(), []);
        purged.note(&[one]).unwrap();
        purged.note(&[two]).unwrap();
        assert_eq!(purged.read().unwrap(), [one, two]);
        // As earlier versions wrote it, and without its end.
        fs::write(&list, format!("{one}\n{two}")).unwrap();
        purged.note(&[three]).unwrap();
        assert_eq!(purged.read().unwrap(), [one, two, three]);
    }

    #[test]
    fn a_line_that_names_no_record_is_said_and_not_passed_over() {
        let (_data, purged, list) = place();
        let record = RecordId::random();
        purged.note(&[record]).unwrap();
        let whole = fs::read_to_string(&list).unwrap();
        let part = &record.to_string()[..9];
        for damaged in [format!("{whole}{part}\n"), format!("{part}\n{whole}"), format!("\0\0\0\n{whole}")] {
            fs::write(&list, damaged).unwrap();
            let refused = purged.read().unwrap_err();
            let LogError::Unusable { path, reason } = &refused else { panic!("{refused}") };
            assert!(*path == list && reason.contains("names no record"), "{reason}");
        }
        fs::write(&list, [0xff, b'\n']).unwrap();
        assert!(purged.read().is_err());
    }

    #[test]
    fn a_last_line_that_broke_off_is_cut_off_before_the_next() {
        let (_data, purged, list) = place();
        let [one, two, three] = [(); 3].map(|()| RecordId::random());
        purged.note(&[one]).unwrap();
        let whole = fs::read_to_string(&list).unwrap();
        for length in 1..two.to_string().len() {
            fs::write(&list, format!("{whole}\n{}", &two.to_string()[..length])).unwrap();
            assert_eq!(purged.read().unwrap(), [one]);
            purged.note(&[three]).unwrap();
            assert_eq!(purged.read().unwrap(), [one, three]);
        }
    }
}
