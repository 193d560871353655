use super::*;
use crate::identity::WorkspaceId;
use crate::store::{FileKey, NewReplica, Store};

fn replica(path: &Path, key: Option<&FileKey>) -> Store {
    let new =
        NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None };
    Store::create_with(path, key, &new).unwrap()
}

fn write(target: &Path, source: Option<&Path>, existing: Existing) -> Result<(), OutputError> {
    let mut output = Stream::begin(target, source, existing)?;
    output.write_all(b"new").unwrap();
    output.finish()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let file = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap_or_default())
    };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(file).collect();
    files.sort();
    files
}

#[test]
fn nothing_is_written_onto_a_replica_or_what_lies_beside_it_whatever_was_said() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let key = FileKey::random();
    let open = [replica(&at("a"), None), replica(&at("b"), None), replica(&at("c"), Some(&key))];
    #[cfg(unix)]
    for (from, to) in [("a", "link"), ("b", "linked-b"), ("a-instance", "link-instance")] {
        std::os::unix::fs::symlink(at(from), at(to)).unwrap();
        fs::hard_link(at(from), at(&format!("hard-{to}"))).unwrap();
    }
    let before = files(place.path());
    let source = at("a");
    for (target, _) in &before {
        for existing in [Existing::Keep, Existing::Replace] {
            let refused = write(&at(target), Some(&source), existing);
            assert!(
                matches!(refused, Err(OutputError::Itself(_) | OutputError::Precious { .. })),
                "{target}: {refused:?}"
            );
        }
    }
    assert!(matches!(
        write(&at("c-journal"), Some(&source), Existing::Keep),
        Err(OutputError::Precious { .. })
    ));
    assert!(matches!(
        FolderOutput::begin(&at("b"), Some(&source), (Existing::Replace, "automerge")),
        Err(OutputError::Precious { .. })
    ));
    assert_eq!(files(place.path()), before);
    drop(open);
}

#[test]
fn what_is_there_is_replaced_only_where_that_was_said_and_only_by_what_is_whole() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("export.json");
    write(&target, None, Existing::Keep).unwrap();
    fs::write(&target, "old").unwrap();
    assert!(matches!(write(&target, None, Existing::Keep), Err(OutputError::Exists(_))));
    let broken_off = Output::begin(&target, None, Existing::Replace).unwrap();
    drop(broken_off);
    assert_eq!(files(place.path()), [("export.json".to_owned(), b"old".to_vec())]);
    // Somebody else may be quicker: then theirs stays.
    let output = Output::begin(&place.path().join("late"), None, Existing::Keep).unwrap();
    fs::write(place.path().join("late"), "theirs").unwrap();
    assert!(matches!(output.finish(), Err(OutputError::Exists(_))));
    write(&target, None, Existing::Replace).unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"new");
    assert!(matches!(write(place.path(), None, Existing::Replace), Err(OutputError::IsAFolder(_))));
    assert!(matches!(write(&place.path().join("no/b"), None, Existing::Keep), Err(OutputError::NoFolder(_))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        // A link stays one, and what it leads to is replaced.
        let link = place.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        fs::write(&target, "old").unwrap();
        write(&link, None, Existing::Replace).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_as_it_is() {
    write(Path::new("/dev/null"), None, Existing::Keep).unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    assert!(matches!(
        Output::begin(Path::new("/dev/null"), None, Existing::Replace),
        Err(OutputError::NotAFile(_))
    ));
}

#[test]
fn a_folder_is_replaced_as_a_whole_and_only_one_that_holds_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("documents");
    let write = |names: &[&str], existing| {
        let output = FolderOutput::begin(&target, None, (existing, "automerge"))?;
        names.iter().try_for_each(|name| output.write("contact", name, b"x"))?;
        output.finish()
    };
    let listed = || {
        let names = files(&target.join("contact")).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(files(place.path()).len(), 1, "nothing else is left");
        names
    };
    write(&["a.automerge"], Existing::Keep).unwrap();
    assert!(matches!(write(&["b.automerge"], Existing::Keep), Err(OutputError::Exists(_))));
    assert_eq!(listed(), ["a.automerge"]);
    write(&["b.automerge"], Existing::Replace).unwrap();
    assert_eq!(listed(), ["b.automerge"], "nothing of the earlier one is mixed in");
    fs::write(target.join("contact/letter.txt"), "Hej").unwrap();
    assert!(matches!(write(&["c.automerge"], Existing::Replace), Err(OutputError::NotAnExport(_))));
    assert_eq!(listed(), ["b.automerge", "letter.txt"]);
    fs::remove_dir_all(&target).unwrap();
    fs::create_dir(&target).unwrap();
    write(&["d.automerge"], Existing::Keep).unwrap();
    assert_eq!(listed(), ["d.automerge"]);
}
