//! A path, as SQLite takes it for just that.
//!
//! SQLite reads a name that begins with `file:` as an address with switches behind a `?`, and `:memory:` or an empty name as no file at
//! all. For whoever names a file these are names like any other. A path that begins with a folder is taken as it is; and it is
//! handed over as the bytes that it is, for not every name is Unicode.

use std::path::{Path, PathBuf};

use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;

use crate::files::peek;

/// The path of a database, to be opened (as a [`Path`]) or attached (as a parameter of a statement).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal(PathBuf);

impl Literal {
    /// That path, and nothing else. From here on the process may have it open (`files::peek`).
    pub fn of(path: &Path) -> Literal {
        peek::will_open(path);
        // An absolute one begins with its root, and stays what it is.
        Literal(Path::new(".").join(path))
    }
}

impl AsRef<Path> for Literal {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl ToSql for Literal {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            Ok(ToSqlOutput::Borrowed(rusqlite::types::ValueRef::Text(self.0.as_os_str().as_bytes())))
        }
        #[cfg(not(unix))]
        {
            Ok(ToSqlOutput::from(self.0.to_string_lossy().into_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::Replica;
    use crate::schema::Value;
    use crate::store::cipher::tests::{family, new, write};
    use crate::store::{FileKey, Store, encrypt_anew};

    #[test]
    fn a_name_is_a_name_whatever_stands_in_it() {
        assert_eq!(Literal::of(Path::new("file:x?mode=memory")).as_ref(), Path::new("./file:x?mode=memory"));
        assert_eq!(Literal::of(Path::new("/file:x")).as_ref(), Path::new("/file:x"));
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "file:x",
            "file:y?mode=memory",
            ":memory:",
            "50%25 #1?.samsyn",
            "x?vfs=none",
            "a\u{308}\n'\".samsyn",
        ] {
            let path = folder.path().join(name);
            survives(&path);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_need_not_be_unicode() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        survives(&folder.path().join(std::ffi::OsStr::from_bytes(b"bur\xe5.samsyn")));
    }

    /// A replica that is made there is there, also encrypted anew.
    fn survives(path: &Path) {
        let key = FileKey::random();
        let mut replica = Replica::create(path, &new(), "Åsa").unwrap();
        let id = write(&mut replica, "Berg");
        drop(replica);
        assert!(path.metadata().unwrap().len() > 0, "{}", path.display());
        encrypt_anew(path, None, Some(&key)).unwrap();
        let replica = Replica::open_with(path, Some(&key)).unwrap();
        assert_eq!(family(&replica, id), Value::Text("Berg".to_owned()));
        drop(replica);
        drop(Store::open_with(path, Some(&key)).unwrap());
    }
}
