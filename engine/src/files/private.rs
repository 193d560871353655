//! Who may read a file: its owner, and nobody else on the computer, whatever the system's umask.
//!
//! Elsewhere than on Unix a person's folders are private as they are.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// From now on everything that this process makes is its owner's only: also what libraries make. For the beginning of a program.
pub fn keep_to_ourselves() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Options that make a file which only its owner reads.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a new file.
///
/// # Errors
/// Where there is something already, or nothing can be made.
pub fn create_new(path: &Path) -> io::Result<File> {
    options().read(true).create_new(true).open(path)
}

/// Makes a folder, and those above it that are not there, each for its owner only.
///
/// # Errors
/// Where that is not possible.
pub fn make_folders(path: &Path) -> io::Result<()> {
    folder_maker().recursive(true).create(path)
}

/// Makes a folder that is not there.
///
/// # Errors
/// Where it is there, or cannot be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    folder_maker().create(path)
}

fn folder_maker() -> DirBuilder {
    // What is set on it elsewhere than on Unix: nothing.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut maker = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker
}

/// Whether whoever runs this program may write to what is there, as far as the system says.
pub fn may_write(path: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    std::fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

/// Takes from others what they may do with a file or folder of ours that an earlier version, or somebody else's program, has made.
/// What belongs to another account, and what is not there, is left as it is.
pub fn tighten(path: &Path) {
    #[cfg(unix)]
    if let Err(error) = unix::tighten(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "others may look into this, and that cannot be changed");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    pub(super) fn tighten(path: &Path) -> io::Result<()> {
        let found = fs::metadata(path)?;
        let (mode, ours) = (found.mode(), found.uid() == rustix::process::geteuid().as_raw());
        let plain = found.is_file() || found.is_dir();
        if ours && plain && mode & 0o077 != 0 {
            fs::set_permissions(path, Permissions::from_mode(mode & 0o7700))?;
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_others_could_read_they_can_not_any_more() {
        let place = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (folder, file) = (place.path().join("deep/folder"), place.path().join("file"));
        make_folders(&folder).unwrap();
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
        assert_eq!((mode(&folder), mode(folder.parent().unwrap())), (0o700, 0o700));
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        [&folder, &file].into_iter().for_each(|path| tighten(path));
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        tighten(&place.path().join("nothing"));
    }
}
