//! Copies of a replica that nothing local can tell apart: the relay's log does, and nobody's work is lost.

use std::path::Path;

use samsyn_engine::document::Edit;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Replica, SyncNews};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{FieldPath, NewRecord, Value};
use samsyn_server::InlineRelay;
use samsyn_tests::simulation::{assert_projection_is_true, assert_same};
use samsyn_tests::wire::{Workspace, sync};

fn prose(replica: &mut Replica, record: RecordId, text: &str) {
    let base = replica.record(record).unwrap().get("notes").as_text().unwrap_or_default().to_owned();
    let edit = Edit::Prose { path: FieldPath::field("notes"), base, text: text.to_owned() };
    replica.edit(record, &[edit], None).unwrap();
}

/// A replica and a copy of its whole machine, with one record that both know.
fn cloned(folder: &Path, relay: &mut InlineRelay, workspace: &Workspace) -> (Replica, Replica, RecordId) {
    let (path, copy) = (folder.join("original.samsyn"), folder.join("copy.samsyn"));
    let mut original = workspace.replica(&path, "Åsa Berg");
    let record = original.create_record(&NewRecord::new(&CONTACT)).unwrap().record;
    prose(&mut original, record, "Ring på fredag");
    sync(&mut original, relay);
    drop(original);
    std::fs::copy(&path, &copy).unwrap();
    let (original, copy) = (Replica::open(&path).unwrap(), Replica::open_unnoticed_copy(&copy).unwrap());
    assert_eq!(original.store().actor().unwrap(), copy.store().actor().unwrap());
    (original, copy, record)
}

fn all_is_sent(replica: &Replica) {
    assert_eq!(replica.store().outbox_state().unwrap(), Default::default());
}

#[test]
fn a_copy_that_the_log_tells_apart_takes_a_new_identity_and_its_work_survives() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut relay = workspace.relay(&folder.path().join("log"));
    let (mut original, mut copy, record) = cloned(folder.path(), &mut relay, &workspace);
    prose(&mut original, record, "Ring genast på fredag");
    prose(&mut copy, record, "Ring på fredag eller lördag");
    copy.edit(record, &[Edit::set("family", Value::Text("Ek".to_owned()))], Some("hon gifte sig")).unwrap();
    let only_here = copy.create_record(&NewRecord::new(&CONTACT)).unwrap().record;

    sync(&mut original, &mut relay);
    let (_, news) = sync(&mut copy, &mut relay);
    let told =
        news.iter().any(|news| matches!(news, SyncNews::NewIdentity { records, .. } if *records == [record]));
    assert!(told, "{news:?}");
    sync(&mut original, &mut relay);

    assert_same(&original, &copy);
    let merged = original.record(record).unwrap();
    assert_eq!(merged.get("notes"), &Value::Text("Ring genast på fredag eller lördag".to_owned()));
    assert_eq!(merged.get("family"), &Value::Text("Ek".to_owned()));
    let why = original.history(record).unwrap().into_iter().filter_map(|entry| entry.why).collect::<Vec<_>>();
    assert_eq!(why, ["hon gifte sig"]);
    assert!(original.record(only_here).is_ok());
    for replica in [&original, &copy] {
        all_is_sent(replica);
        assert_projection_is_true(replica);
    }
    assert_ne!(original.store().actor().unwrap(), copy.store().actor().unwrap());
    // They go on without meeting in each other's way again.
    prose(&mut original, record, "Ring genast");
    prose(&mut copy, record, "Ring genast på fredag eller lördag, helst före lunch");
    for replica in [&mut original, &mut copy] {
        let (_, news) = sync(replica, &mut relay);
        assert!(!news.iter().any(|news| matches!(news, SyncNews::NewIdentity { .. })));
    }
    sync(&mut original, &mut relay);
    assert_same(&original, &copy);
}

#[test]
fn what_somebody_has_reviewed_stays_reviewed_under_its_new_name() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut relay = workspace.relay(&folder.path().join("log"));
    let (mut original, mut copy, record) = cloned(folder.path(), &mut relay, &workspace);
    prose(&mut original, record, "Ring genast på fredag");
    prose(&mut copy, record, "Ring på fredag eller lördag");
    sync(&mut original, &mut relay);
    copy.mark_all_reviewed().unwrap();
    sync(&mut copy, &mut relay);
    let waiting = copy.review_queue().unwrap();
    let of_record: Vec<_> = waiting.iter().filter(|entry| entry.row.id == record).collect();
    assert_eq!(of_record.len(), 1, "what the other copy wrote awaits review");
    let item = copy.review(record).unwrap();
    let news = copy.document(record).unwrap().history_since(&copy.store().reviewed(record).unwrap());
    assert_eq!(news.len(), 1, "and that alone: {item:?}");
}

#[test]
fn three_copies_of_one_machine_all_keep_what_they_wrote() {
    let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
    let mut relay = workspace.relay(&folder.path().join("log"));
    let (mut original, copy, record) = cloned(folder.path(), &mut relay, &workspace);
    drop(copy);
    let mut copies: Vec<_> = (0..3)
        .map(|number| {
            let path = folder.path().join(format!("copy-{number}.samsyn"));
            std::fs::copy(folder.path().join("copy.samsyn"), &path).unwrap();
            Replica::open_unnoticed_copy(&path).unwrap()
        })
        .collect();
    for (number, copy) in copies.iter_mut().enumerate() {
        let by = i64::try_from(number).unwrap() + 1;
        let count = Edit::Count { path: FieldPath::field("ambassador_won"), by };
        copy.edit(record, std::slice::from_ref(&count), None).unwrap();
        copy.edit(record, &[count], None).unwrap();
    }
    for _ in 0..2 {
        for copy in &mut copies {
            sync(copy, &mut relay);
        }
    }
    sync(&mut original, &mut relay);
    assert_eq!(original.record(record).unwrap().get("ambassador_won"), &Value::Counter(12));
    for copy in &copies {
        all_is_sent(copy);
        assert_same(&original, copy);
    }
}
