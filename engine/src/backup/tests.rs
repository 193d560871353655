//! Behaviour of backups: there and back again.

use std::fs;

use super::*;
use crate::id::RecordId;
use crate::identity::WorkspaceId;
use crate::replica::Replica;
use crate::schema::kinds::CONTACT;
use crate::schema::{NewRecord, Value};
use crate::store::{Held, ListQuery, NewReplica};

fn new() -> NewReplica {
    NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".to_owned(), relay: None }
}

fn write(replica: &mut Replica, family: &str) -> RecordId {
    let mut contact = NewRecord::new(&CONTACT);
    contact.cells.insert("family".to_owned(), Value::Text(family.to_owned()));
    replica.create_record(&contact).unwrap().record
}

fn families(replica: &Replica) -> Vec<String> {
    let ids = replica.store().list(&ListQuery::all(&CONTACT)).unwrap();
    replica.store().titles(&ids).unwrap().into_iter().flatten().collect()
}

fn actor(replica: &Replica) -> automerge::ActorId {
    replica.store().actor().unwrap()
}

fn back_up(replica: &Replica, path: &Path, key: Option<&FileKey>) -> About {
    let copied = path.with_extension("copy");
    fs::write(&copied, "").unwrap();
    let about = copy(replica.store(), &copied, key).unwrap();
    let key = key.map(|key| key.name().to_string());
    let label = Label { made_at: replica.now(), software: "samsyn".to_owned(), key, sealed_key: None };
    let mut file = fs::File::create(path).unwrap();
    pack(&label, &copied, &mut file).unwrap();
    fs::remove_file(copied).unwrap();
    assert_eq!(verify(path).unwrap(), label);
    about
}

fn restore(
    backup: &Path,
    target: &Path,
    (key, there): (Option<&FileKey>, Option<&FileKey>),
) -> Result<Restored, BackupError> {
    let draft = target.with_extension("draft");
    fs::write(&draft, "").unwrap();
    let about = prepare(backup, &draft, key)?;
    let prepared = Prepared { held: Held(&draft, key), about: &about };
    put_in_place(prepared, target, (there, "2026-11-28"))
}

#[test]
fn what_was_backed_up_comes_back_as_another_copy_and_what_was_there_is_kept() {
    for key in [None, Some(FileKey::random())] {
        let folder = tempfile::tempdir().unwrap();
        let (path, backup) = (folder.path().join("a.samsyn"), folder.path().join("backup"));
        let key = key.as_ref();
        let mut replica = Replica::create_with(&path, key, &new(), "Åsa").unwrap();
        let before = write(&mut replica, "Berg");
        // Numbers of rows have gaps where something was taken away.
        let gone = write(&mut replica, "Borttagen");
        let mut transaction = Store::open_with(&path, key).unwrap();
        let mut erasing = transaction.transaction().unwrap();
        erasing.erase(&crate::sync::Erasures::first(gone), 0).unwrap();
        erasing.commit().unwrap();
        drop(transaction);
        write(&mut replica, "Ek");
        // Others are at work, and the log is not empty.
        let mut other = Replica::open_with(&path, key).unwrap();
        let about = back_up(&replica, &backup, key);
        assert_eq!((about.records, about.workspace_name.as_str()), (3, "Byrån"));
        let first = actor(&other);
        write(&mut other, "Alm");
        assert!(matches!(restore(&backup, &path, (key, key)), Err(BackupError::Store(StoreError::Busy))));
        drop((replica, other));

        let restored = restore(&backup, &path, (key, key)).unwrap();
        assert_eq!(restored.only_there, Some(1), "Alm is nowhere else");
        let mut replica = Replica::open_with(&path, key).unwrap();
        assert_eq!(families(&replica), ["Berg", "Ek"]);
        assert_eq!(replica.store().search("ek", &[], 10).unwrap().len(), 1);
        assert_eq!(replica.store().search("berg", &[], 10).unwrap()[0].id, before);
        assert_ne!(actor(&replica), first, "it is another copy");
        write(&mut replica, "Gran");
        let kept = restored.kept.unwrap();
        assert_eq!(kept.file_name().unwrap(), "a-replaced-2026-11-28.samsyn");
        assert_eq!(families(&Replica::open_with(&kept, key).unwrap()), ["Alm", "Berg", "Ek"]);
        drop(replica);
        let again = restore(&backup, &path, (key, key)).unwrap();
        assert_ne!(again.kept.as_ref(), Some(&kept), "nothing that is kept is written over");
    }
}

#[test]
fn a_backup_is_put_where_nothing_is_and_in_the_place_of_what_is_ruined() {
    let folder = tempfile::tempdir().unwrap();
    let (path, backup) = (folder.path().join("a.samsyn"), folder.path().join("backup"));
    let mut replica = Replica::create(&path, &new(), "Åsa").unwrap();
    write(&mut replica, "Berg");
    back_up(&replica, &backup, None);
    drop(replica);
    let elsewhere = folder.path().join("b.samsyn");
    assert_eq!(restore(&backup, &elsewhere, (None, None)).unwrap().kept, None);
    assert_eq!(families(&Replica::open(&elsewhere).unwrap()), ["Berg"]);

    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path().join("a.samsyn-wal"), "a log that is none").unwrap();
    assert!(Replica::open(&path).is_err());
    let restored = restore(&backup, &path, (None, None)).unwrap();
    assert_eq!(restored.only_there, None);
    assert_eq!(families(&Replica::open(&path).unwrap()), ["Berg"]);
    let kept = restored.kept.unwrap();
    assert!(fs::read(&kept).unwrap() == whole[..whole.len() / 2]);
    assert_eq!(fs::read(format!("{}-wal", kept.display())).unwrap(), b"a log that is none");
}

#[test]
fn what_is_damaged_or_of_another_workspace_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (path, other, backup) = (at("a.samsyn"), at("b.samsyn"), at("backup"));
    let mut replica = Replica::create(&path, &new(), "Åsa").unwrap();
    write(&mut replica, "Berg");
    back_up(&replica, &backup, None);
    drop(replica);
    drop(Replica::create(&other, &new(), "Bo").unwrap());
    let refused = restore(&backup, &other, (None, None)).unwrap_err();
    assert!(matches!(refused, BackupError::AnotherWorkspace { .. }), "{refused}");
    assert!(families(&Replica::open(&other).unwrap()).is_empty());

    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&backup, bytes).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(restore(&backup, &path, (None, None)), Err(BackupError::Damaged(_))));
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn a_file_that_somebody_has_copied_with_its_log_will_do_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (path, copied) = (at("a.samsyn"), at("copied"));
    let mut replica = Replica::create(&path, &new(), "Åsa").unwrap();
    write(&mut replica, "Berg");
    fs::copy(&path, &copied).unwrap();
    fs::copy(at("a.samsyn-wal"), at("copied-wal")).unwrap();
    write(&mut replica, "Ek");
    drop(replica);
    let before = (fs::read(&copied).unwrap(), fs::read(at("copied-wal")).unwrap());
    restore(&copied, &path, (None, None)).unwrap();
    assert_eq!(families(&Replica::open(&path).unwrap()), ["Berg"]);
    assert!((fs::read(&copied).unwrap(), fs::read(at("copied-wal")).unwrap()) == before);
    fs::write(&copied, "some notes").unwrap();
    assert!(restore(&copied, &path, (None, None)).is_err());
}
