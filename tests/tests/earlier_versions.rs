//! Files of every earlier format, made by the programs of their time (`tests/files`): today's programs find in them all that
//! was there, and go on with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use samsyn_engine::exchange::record_to_json;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Value;
use samsyn_engine::store::{NewReplica, OutboxState};
use samsyn_server::log::{Log as _, Meta, SqliteLog};
use samsyn_server::{Folder, WhoBelongs};
use samsyn_tests::process::{Desk, Relay, Workspace, complaint, run};
use samsyn_tests::simulation::assert_projection_is_true;
use serde_json::Value as Json;

/// What one version left behind, unpacked.
struct Left {
    folder: tempfile::TempDir,
    /// Which relay's format, by the name of its folder.
    name: String,
    workspace: WorkspaceId,
    /// How many changes the relay said it had.
    changes: u64,
    secret: Option<String>,
}

impl Left {
    fn data(&self) -> PathBuf {
        self.folder.path().join("relay")
    }

    fn log(&self) -> PathBuf {
        self.data().join("workspaces").join(self.workspace.to_string()).join("log.sqlite")
    }

    fn desk(&self, person: &str) -> Desk {
        Desk { path: self.folder.path().join(format!("{person}.samsyn")) }
    }

    /// What that version itself wrote out of a person's replica.
    fn written(&self, person: &str) -> BTreeMap<RecordId, Json> {
        let written = read_json(&kept(&self.name).join(format!("{person}.json")));
        let records = written["records"].as_array().unwrap().iter();
        records.map(|record| (record["id"].as_str().unwrap().parse().unwrap(), record.clone())).collect()
    }

    /// The record about which two contradict each other.
    fn eva(&self) -> RecordId {
        let records = self.written("Bo");
        *records.iter().find(|(_, record)| record["fields"]["given"] == "Eva").unwrap().0
    }
}

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("files").join(name)
}

fn read_json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What each earlier version left, by the relay's format.
fn all_left() -> Vec<Left> {
    let entries = fs::read_dir(kept("")).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.into_iter().map(unpack).collect()
}

fn unpack(name: String) -> Left {
    let (folder, from) = (tempfile::tempdir().unwrap(), kept(&name));
    let listed = read_json(&from.join("workspaces.json"));
    let workspace = listed[0]["workspace"].as_str().unwrap().parse().unwrap();
    let changes = listed[0]["changes"].as_u64().unwrap();
    let secret = fs::read_to_string(from.join("secret")).ok().map(|secret| secret.trim().to_owned());
    let left = Left { folder, name, workspace, changes, secret };
    fs::create_dir_all(left.log().parent().unwrap()).unwrap();
    inflate(&from.join("log.sqlite.zst"), &left.log());
    for person in ["Asa", "Bo"] {
        inflate(&from.join(format!("{person}.samsyn.zst")), &left.desk(person).path);
    }
    let erased = left.data().join("erased");
    fs::create_dir(&erased).unwrap();
    copy_if_there(&from.join("erased"), &erased.join(workspace.to_string()));
    copy_if_there(&from.join("relay.id"), &left.data().join("relay.id"));
    let keys = left.folder.path().join("keys");
    fs::create_dir(&keys).unwrap();
    for key in fs::read_dir(from.join("keys")).into_iter().flatten() {
        let key = key.unwrap();
        fs::copy(key.path(), keys.join(key.file_name())).unwrap();
    }
    left
}

fn inflate(from: &Path, to: &Path) {
    fs::write(to, zstd::decode_all(&*fs::read(from).unwrap()).unwrap()).unwrap();
}

fn copy_if_there(from: &Path, to: &Path) {
    if from.exists() {
        fs::copy(from, to).unwrap();
    }
}

fn format(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn every_earlier_format_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (log, replica) = (folder.path().join("log.sqlite"), folder.path().join("a.samsyn"));
    let workspace = WorkspaceId::random();
    let (name, epoch) = (String::new(), samsyn_engine::sync::Epoch::random());
    SqliteLog::create(&log, &Meta { workspace, name, secret_hash: None, epoch, created_at: 0 }).unwrap();
    let new = NewReplica { workspace, workspace_name: String::new(), relay: None };
    drop(Replica::create(&replica, &new, "Åsa").unwrap());
    let all = all_left();
    let logs: BTreeSet<i64> = all.iter().map(|left| format(&left.log())).collect();
    let replicas: BTreeSet<i64> = all.iter().map(|left| format(&left.desk("Asa").path)).collect();
    let earlier = |newest: i64| (1..newest).collect::<BTreeSet<i64>>();
    assert!(logs.is_superset(&earlier(format(&log))), "a log is missing in tests/files: {logs:?}");
    let known = earlier(format(&replica));
    assert!(replicas.is_superset(&known), "a replica is missing in tests/files: {replicas:?}");
}

/// All that a version wrote out of a replica is in it.
fn assert_whole(left: &Left, person: &str, replica: &Replica) {
    let written = left.written(person);
    let records: BTreeSet<RecordId> = replica.store().records().unwrap().into_iter().collect();
    assert_eq!(records, written.keys().copied().collect(), "{}, {person}", left.name);
    for (id, record) in &written {
        assert_eq!(record_to_json(&replica.record(*id).unwrap()), *record, "{}, {person}", left.name);
    }
    assert_projection_is_true(replica);
}

#[test]
fn an_earlier_replica_has_all_that_was_in_it() {
    for left in all_left() {
        let [asa, bo] = ["Asa", "Bo"].map(|person| Replica::open(&left.desk(person).path).unwrap());
        assert_whole(&left, "Asa", &asa);
        assert_whole(&left, "Bo", &bo);
        let (name, eva) = (&left.name, left.eva());
        assert_eq!(bo.record(eva).unwrap().get("given"), &Value::Text("Eva".to_owned()), "{name}");
        // What was written on the train waits, and nothing else: a name, and a record.
        let waiting = OutboxState { waiting: 2, ..OutboxState::default() };
        assert_eq!(asa.store().outbox_state().unwrap(), waiting, "{name}");
        assert_eq!(bo.store().outbox_state().unwrap(), Default::default(), "{name}");
        // What both wrote at the same time contradicts, and awaits Bo's review.
        let conflicts = asa.conflicts(eva).unwrap();
        let values: BTreeSet<_> =
            conflicts[0].writings.iter().map(|writing| writing.value.as_text().unwrap()).collect();
        assert_eq!((conflicts.len(), values), (1, BTreeSet::from(["Alm", "Ask"])), "{name}");
        let queue = bo.review_queue().unwrap();
        assert_eq!((queue.len(), queue[0].row.id, queue[0].state.conflicts), (1, eva, 1), "{name}");
        // Who did what, and why.
        let (history, people) = (asa.history(eva).unwrap(), asa.people().unwrap());
        let writers: BTreeSet<&str> =
            history.iter().map(|entry| people[&entry.stamp.device.unwrap()].as_str()).collect();
        assert_eq!(writers, BTreeSet::from(["Asa", "Bo"]), "{name}");
        assert!(history.iter().any(|entry| entry.why.as_deref() == Some("gift")), "{name}");
        // It knows where it is, and how far it came.
        let meta = asa.meta().unwrap();
        assert_eq!((meta.workspace, meta.workspace_name.as_str()), (left.workspace, "Byrån"), "{name}");
        assert_eq!(meta.cursor.unwrap().position, left.changes, "{name}");
        assert_eq!(meta.secret.is_some(), left.secret.is_some() || meta.grant.is_some(), "{name}");
    }
}

#[test]
fn an_earlier_log_has_all_that_was_in_it() {
    for left in all_left() {
        let before = fs::read(left.log()).unwrap();
        let (meta, changes) = SqliteLog::inspect(&left.log()).unwrap();
        assert_eq!((meta.workspace, meta.name.as_str(), changes), (left.workspace, "Byrån", left.changes));
        assert_eq!(fs::read(left.log()).unwrap(), before, "{}: it was only looked at", left.name);
        let log = SqliteLog::open(&left.log()).unwrap();
        assert_eq!(log.meta().unwrap(), meta, "{}", left.name);
        assert_eq!(log.head().unwrap().position, left.changes, "{}", left.name);
        let bo = Replica::open(&left.desk("Bo").path).unwrap();
        for id in bo.store().records().unwrap() {
            let stored = log.document(id, u64::MAX).unwrap();
            let document =
                samsyn_engine::document::Document::load(id, &stored.snapshot, &stored.tail).unwrap();
            assert_eq!(record_to_json(&document.read()), left.written("Bo")[&id], "{}", left.name);
            assert_eq!(log.kinds(&[id]).unwrap(), [document.kind_name().unwrap()], "{}", left.name);
        }
        if kept(&left.name).join("erased").exists() {
            let devices =
                ["Asa", "Bo"].map(|person| Replica::open(&left.desk(person).path).unwrap().device());
            assert_eq!(log.confirmed(&devices).unwrap(), [1, 1], "{}: each had said so", left.name);
            let erased = log.erased_after(0, 9).unwrap();
            assert!(erased.len() == 1 && log.is_erased(erased[0].record).unwrap(), "{}", left.name);
        }
        drop(log);
        samsyn_server::log::care::verify(&left.log()).unwrap();
    }
}

#[test]
fn an_earlier_backup_is_put_back_where_nothing_is_and_over_what_is_there() {
    for left in all_left() {
        let elsewhere = Folder::open_or_create(&left.folder.path().join("elsewhere")).unwrap();
        let mut lives = BTreeSet::new();
        for (replace, members) in [(false, WhoBelongs::AsInTheBackup), (true, WhoBelongs::AsBefore)] {
            let put = elsewhere.put_back(&left.log(), replace).unwrap();
            assert_eq!((put.workspace, put.changes, put.members), (left.workspace, left.changes, members));
            assert_eq!(put.kept.is_some(), replace, "{}", left.name);
            let log = elsewhere.log(left.workspace);
            assert_eq!(samsyn_server::log::care::verify(&log).unwrap(), left.changes, "{}", left.name);
            lives.insert(*SqliteLog::inspect(&log).unwrap().0.epoch.as_bytes());
        }
        assert_eq!(lives.len(), 2, "{}: each is a life of its own", left.name);
    }
}

/// Points a replica at where the relay is today.
fn point(desk: &Desk, relay: &Relay) {
    let connection = Connection::open(&desk.path).unwrap();
    let moved = connection
        .execute("UPDATE meta SET value = ? WHERE key = 'relay'", [relay.address.as_bytes()])
        .unwrap();
    assert_eq!(moved, 1);
}

fn titles(desk: &Desk) -> Vec<String> {
    let list = desk.json(&["list", "contact"]);
    list.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn earlier_replicas_and_their_relay_go_on() {
    for left in all_left() {
        let name = &left.name;
        let relay = Relay::start(&left.data(), 0);
        let address = format!("{}/{}", relay.address, left.workspace);
        let workspace = Workspace { address, data: left.data(), code: left.secret.clone() };
        let (asa, bo) = (left.desk("Asa"), left.desk("Bo"));
        point(&asa, &relay);
        point(&bo, &relay);
        asa.must(&["sync"]);
        assert_eq!(Replica::open(&asa.path).unwrap().store().outbox_state().unwrap(), Default::default());
        bo.must(&["sync"]);
        let eva = left.eva().to_string();
        bo.must(&["set", &eva, "family=Alm"]);
        bo.must(&["sync"]);
        asa.must(&["sync"]);
        // Bo decided: nothing contradicts any more, and both have the same.
        assert_eq!(titles(&asa), ["Evalotta Alm", "Resande"], "{name}");
        assert_eq!(asa.json(&["show", &eva]), bo.json(&["show", &eva]), "{name}");
        assert!(Replica::open(&asa.path).unwrap().conflicts(eva.parse().unwrap()).unwrap().is_empty());

        let newcomer = Desk { path: left.folder.path().join("Nils.samsyn") };
        let joined = workspace.join(&newcomer.path, "Nils");
        assert!(joined.status.success(), "{name}: {}", complaint(&joined));
        assert_eq!(titles(&newcomer), titles(&asa), "{name}");
        newcomer.must(&["add", "contact", "family=Ny"]);
        newcomer.must(&["sync"]);
        asa.must(&["sync"]);
        assert_eq!(titles(&asa), ["Evalotta Alm", "Ny", "Resande"], "{name}");

        if kept(name).join("erased").exists() {
            let erasures = asa.json(&["members"])["erasures"].clone();
            assert_eq!(erasures[0]["number"], 1, "{name}");
            // Who came later never had it; Asa and Bo said so to the relay of then.
            let waiting = erasures[0]["waiting"].as_array().unwrap().len();
            assert!(waiting <= 1, "{name}: {erasures}");
            let again = asa.run(&["erase", erasures[0]["record"].as_str().unwrap(), "--yes"]);
            assert!(!again.status.success(), "{name}");
        }
        assert!(relay.stop());
        let (id, data) = (left.workspace.to_string(), left.data());
        let verified = run("samsyn-relay", ["verify", &id, "--data", data.to_str().unwrap()]);
        assert!(verified.status.success(), "{name}: {}", complaint(&verified));
        for desk in [&asa, &bo, &newcomer] {
            assert_projection_is_true(&Replica::open(&desk.path).unwrap());
        }
    }
}
