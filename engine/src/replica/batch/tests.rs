use super::*;
use crate::identity::{Grant, Role, WorkspaceId};
use crate::schema::Value;
use crate::schema::kinds::{CONTACT, VENUE};
use crate::store::{ListQuery, NewReplica};

fn fresh() -> (tempfile::TempDir, Replica) {
    let folder = tempfile::tempdir().unwrap();
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Test".to_owned(), relay: None };
    let replica = Replica::create(&folder.path().join("a.samsyn"), &new, "Åsa").unwrap();
    (folder, replica)
}

fn value(replica: &Replica, record: RecordId, field: &str) -> Value {
    replica.record(record).unwrap().get(field).clone()
}

fn named(name: &str) -> NewRecord {
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("family".to_owned(), Value::Text(name.to_owned()));
    new
}

fn family(name: &str) -> Vec<Edit> {
    vec![Edit::set("family", Value::Text(name.to_owned()))]
}

/// What lists show, removed records included.
fn contacts(replica: &Replica) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for removed in [false, true] {
        let ids = replica.store().list(&ListQuery { removed, ..ListQuery::all(&CONTACT) }).unwrap();
        let titles = replica.store().titles(&ids).unwrap();
        all.extend(titles.into_iter().map(|title| (title.unwrap(), removed)));
    }
    all
}

fn state(shown: &[(&str, bool)]) -> Vec<(String, bool)> {
    shown.iter().map(|(name, removed)| ((*name).to_owned(), *removed)).collect()
}

#[test]
fn what_a_batch_did_is_one_step_back_and_forth() {
    let (_folder, mut replica) = fresh();
    let (eva, bo) = (named("Ek"), named("Dahl"));
    let (eva, bo) = (replica.create_record(&eva).unwrap().record, replica.create_record(&bo).unwrap().record);
    let new = named("Berg");
    let batch = Batch::named("Import")
        .because("A list from the fair")
        .create(new.clone())
        .edit(eva, family("Ekström"))
        .remove(bo)
        // Each finds what the one before has left.
        .edit(new.id, family("Bergman"))
        .remove(eva)
        .restore(eva);
    let applied = replica.apply(&batch).unwrap();
    let after = state(&[("Bergman", false), ("Ekström", false), ("Dahl", true)]);
    assert_eq!(contacts(&replica), after);
    assert_eq!(applied.name, "Import");
    let records: Vec<_> = applied.edited.iter().map(|edited| edited.record).collect();
    assert_eq!(records, [new.id, eva, bo], "each record once");
    for id in records {
        let last = replica.history(id).unwrap().pop().unwrap();
        assert_eq!(last.why.as_deref(), Some("A list from the fair"));
    }
    let undone = replica.undo_batch(&applied).unwrap();
    assert_eq!((undone.kept, undone.gone), (vec![], vec![]));
    assert_eq!(contacts(&replica), state(&[("Dahl", false), ("Ek", false), ("Bergman", true)]));
    assert_eq!(undone.applied.name, "Import");
    replica.undo_batch(&undone.applied).unwrap();
    assert_eq!(contacts(&replica), after);
}

#[test]
fn where_one_write_cannot_be_done_none_is() {
    let (_folder, mut replica) = fresh();
    let eva = replica.create_record(&named("Ek")).unwrap().record;
    let before = (contacts(&replica), replica.document(eva).unwrap().heads());
    let nobody = RecordId::from_bytes([9; 16]);
    let bad: [(Batch, RecordId); 4] = [
        (Batch::default().edit(nobody, family("Nej")), nobody),
        (Batch::default().create(NewRecord { id: eva, ..named("Två") }), eva),
        (Batch::default().edit(eva, vec![Edit::set("nothing", Value::Text("x".to_owned()))]), eva),
        (Batch::default().edit(eva, vec![Edit::set("family", Value::YesNo(true))]), eva),
    ];
    for (bad, record) in bad {
        let batch = Batch {
            writes: [Batch::default().edit(eva, family("Ny")).create(named("Ny")).writes, bad.writes]
                .concat(),
            ..bad
        };
        match replica.apply(&batch) {
            Err(ReplicaError::InBatch { number: 3, record: there, .. }) => assert_eq!(there, record),
            other => panic!("{other:?}"),
        }
        assert_eq!((contacts(&replica), replica.document(eva).unwrap().heads()), before);
    }
}

#[test]
fn a_role_is_asked_for_each_write() {
    let (_folder, mut replica) = fresh();
    let venue = replica.create_record(&NewRecord::new(&VENUE)).unwrap().record;
    let mut transaction = replica.store.transaction().unwrap();
    transaction.set_grant(&Grant { role: Role::Reader, ..Grant::unbounded(replica.device) }, None).unwrap();
    transaction.commit().unwrap();
    let own = replica.device;
    let batch = Batch::named("Two").edit(own, vec![Edit::set("name", Value::Text("Eva".to_owned()))]);
    match replica.apply(&batch.clone().remove(venue)) {
        Err(ReplicaError::InBatch { number: 2, record, why }) => {
            assert_eq!(record, venue);
            assert!(matches!(*why, ReplicaError::Forbidden(_)), "{why}");
        }
        other => panic!("{other:?}"),
    }
    assert_ne!(value(&replica, own, "name"), Value::Text("Eva".to_owned()));
    replica.apply(&batch).unwrap();
    assert_eq!(value(&replica, own, "name"), Value::Text("Eva".to_owned()));
}

#[test]
fn taking_back_leaves_what_somebody_wrote_since_and_goes_on_where_a_record_is_gone() {
    let (_folder, mut replica) = fresh();
    let ids: Vec<RecordId> =
        ["Ek", "Dahl", "Berg"].map(|name| replica.create_record(&named(name)).unwrap().record).to_vec();
    let renamed = ids.iter().fold(Batch::named("All"), |batch, id| batch.edit(*id, family("X")));
    let applied = replica.apply(&renamed).unwrap();
    replica.edit(ids[0], &family("Y"), None).unwrap();
    let gone = Applied {
        edited: [
            applied.edited.clone(),
            vec![Edited { record: RecordId::from_bytes([9; 16]), ..applied.edited[0].clone() }],
        ]
        .concat(),
        ..applied
    };
    let undone = replica.undo_batch(&gone).unwrap();
    assert_eq!(undone.kept, [(ids[0], FieldPath::field("family"))]);
    assert_eq!(undone.gone, [RecordId::from_bytes([9; 16])]);
    let names: Vec<_> = ids.iter().map(|id| value(&replica, *id, "family")).collect();
    assert_eq!(names, ["Y", "Dahl", "Berg"].map(|name| Value::Text(name.to_owned())));
}

#[test]
fn of_one_write_alone_it_is_only_said_why() {
    let (_folder, mut replica) = fresh();
    let nobody = RecordId::from_bytes([9; 16]);
    let why = replica.apply(&Batch::named("One").edit(nobody, family("Nej"))).unwrap_err();
    assert!(matches!(why, ReplicaError::NoRecord(record) if record == nobody), "{why}");
}

#[test]
fn where_taking_back_is_not_allowed_it_says_in_which_record_and_takes_nothing_back() {
    let (_folder, mut replica) = fresh();
    let own = replica.device;
    let venue = replica.create_record(&NewRecord::new(&VENUE)).unwrap().record;
    let name = |name: &str| vec![Edit::set("name", Value::Text(name.to_owned()))];
    let applied =
        replica.apply(&Batch::named("Two").edit(venue, name("Arenan")).edit(own, name("Eva"))).unwrap();
    let mut transaction = replica.store.transaction().unwrap();
    transaction.set_grant(&Grant { role: Role::Reader, ..Grant::unbounded(own) }, None).unwrap();
    transaction.commit().unwrap();
    match replica.undo_batch(&applied) {
        Err(ReplicaError::InBatch { number: 1, record, .. }) => assert_eq!(record, venue),
        other => panic!("{other:?}"),
    }
    assert_eq!(value(&replica, own, "name"), Value::Text("Eva".to_owned()));
}

#[test]
fn an_empty_batch_does_nothing() {
    let (_folder, mut replica) = fresh();
    let applied = replica.apply(&Batch::named("Nothing")).unwrap();
    assert_eq!(applied.edited, []);
    assert!(Batch::named("Nothing").is_empty());
    assert_eq!(replica.undo_batch(&applied).unwrap().applied, applied);
}
