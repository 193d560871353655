//! What a program that was killed has left beside a replica: drafts of all that is made in this folder, by us and by earlier versions.
//!
//! A replica that is being decrypted lies there in clear for a while. So everything that opens one looks: a command, the window,
//! whatever erases a person.

use std::path::Path;

use crate::files::{self, folder_of, with_ending};

/// Takes away what is left beside a replica and in its folder; also where none is there yet.
pub fn sweep(path: &Path) {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    files::sweep(folder_of(&full));
    if full.is_file() {
        sweep_of_before(&full);
    }
}

/// Earlier versions wrote a replica anew as `NAME-anew`, and its companion as `NAME-instance-PROCESS`.
fn sweep_of_before(path: &Path) {
    for ending in ["-anew", "-anew-journal", "-anew-wal", "-anew-shm"] {
        remove(&with_ending(path, ending));
    }
    let Some(name) = with_ending(path, "-instance-").file_name().map(|name| name.to_owned()) else { return };
    for entry in std::fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let rest = found.as_encoded_bytes().strip_prefix(name.as_encoded_bytes());
        if rest.is_some_and(|process| !process.is_empty() && process.iter().all(u8::is_ascii_digit)) {
            remove(&entry.path());
        }
    }
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "what was left could not be taken away");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_earlier_versions_left_goes_and_what_only_looks_like_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let left =
            ["a.samsyn-anew", "a.samsyn-anew-wal", "a.samsyn-instance-4711", ".samsyn-00000000000000aa"];
        let stays =
            ["a.samsyn", "a.samsyn-instance", "a.samsyn-instance-x", "b.samsyn-anew", "b.samsyn-instance-1"];
        left.iter().chain(&stays).for_each(|name| fs::write(at(name), "x").unwrap());
        sweep(&at("a.samsyn"));
        assert!(left.iter().all(|name| !at(name).exists() || cfg!(not(unix))));
        assert!(stays.iter().all(|name| at(name).exists()));
    }
}
