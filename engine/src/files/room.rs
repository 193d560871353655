//! Whether a disk is full, and how much is free on it.

use std::io;
use std::path::Path;

/// With less than this a disk is full: SQLite's files grow by some pages at a time.
const FULL: u64 = 128 * 1024;

/// How many bytes are free on the disk of a file or folder for whoever runs this program; none where the system does not say.
pub fn free(path: &Path) -> Option<u64> {
    let found = path.ancestors().find(|path| path.as_os_str().is_empty() || path.exists())?;
    #[cfg(unix)]
    {
        let place = if found.as_os_str().is_empty() { Path::new(".") } else { found };
        let disk = rustix::fs::statvfs(place).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        None
    }
}

/// Whether the disk of a file or folder is as good as full: what failed there with another complaint failed for that.
pub fn is_full(path: &Path) -> bool {
    free(path).is_some_and(|free| free < FULL)
}

/// Whether a system's complaint says that there is no room.
pub fn says_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// A number of bytes as people say it: whole megabytes, rounded up.
pub fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000).max(1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_told_also_for_what_is_not_there_yet() {
        let place = tempfile::tempdir().unwrap();
        assert!(free(place.path()).is_some_and(|free| free > 0));
        assert!(free(&place.path().join("a/b/c")).is_some());
        assert!(free(Path::new("nothing-of-that-name")).is_some());
        assert!(!is_full(place.path()));
        assert_eq!((megabytes(1), megabytes(1_000_001)), (1, 2));
    }
}
