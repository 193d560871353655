//! What sync costs: bytes, frames and round trips follow what changed, not how many records there are.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use samsyn_engine::document::Edit;
use samsyn_engine::replica::{Replica, ReplicaSync, SyncNews};
use samsyn_engine::sample::{Size, workspace_of};
use samsyn_engine::schema::Value;
use samsyn_server::{InlineConnection, InlineRelay};
use samsyn_tests::simulation::assert_same;
use samsyn_tests::wire::{Traffic, Workspace, sync};

struct Town {
    folder: tempfile::TempDir,
    workspace: Workspace,
    relay: InlineRelay,
    asa: Replica,
    bo: Replica,
}

impl Town {
    /// A relay and two replicas in step, with so many contacts.
    fn of(contacts: usize) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::default();
        let mut relay = workspace.relay(&folder.path().join("log"));
        let mut asa = workspace.replica(&folder.path().join("asa"), "Åsa");
        let mut bo = workspace.replica(&folder.path().join("bo"), "Bo");
        let size = Size { contacts, organisations: 4, venues: 2, plans: 1, meetings: 1, focus_areas: 2 };
        asa.create_records(&workspace_of(1, date(2026, 11, 24), size)).unwrap();
        sync(&mut asa, &mut relay);
        sync(&mut bo, &mut relay);
        sync(&mut asa, &mut relay);
        Town { folder, workspace, relay, asa, bo }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Åsa writes into ten records. Answers what their changes come to, compressed together.
    fn ten_changes(&mut self) -> usize {
        let (_, last) = self.asa.store().outbox(0, 100_000).unwrap();
        for id in self.asa.store().records().unwrap().into_iter().skip(20).take(10) {
            let edit = Edit::set("notes_source", Value::Text("Ringde i tisdags".to_owned()));
            let name = Edit::set("name", Value::Text("Ringde i tisdags".to_owned()));
            let given = Edit::set("given", Value::Text("Tisdag".to_owned()));
            let done = [edit, name, given].into_iter().any(|edit| self.asa.edit(id, &[edit], None).is_ok());
            assert!(done, "a record has one of these fields");
        }
        let (changes, _) = self.asa.store().outbox(last, 100_000).unwrap();
        assert_eq!(changes.len(), 10);
        let together: Vec<u8> = changes.iter().flat_map(|change| change.bytes.clone()).collect();
        zstd::bulk::compress(&together, 3).unwrap().len()
    }

    /// The relay's files as they were some time ago are put back.
    fn set_back(&mut self, log: &Path) {
        let away = self.workspace.relay(&self.path("elsewhere"));
        drop(std::mem::replace(&mut self.relay, away));
        for suffix in ["", "-wal", "-shm"] {
            let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
            let _ = fs::remove_file(name(&self.path("log")));
            if name(log).exists() {
                fs::copy(name(log), name(&self.path("log"))).unwrap();
            }
        }
        self.relay = InlineRelay::open(&self.path("log")).unwrap();
    }

    fn save(&self) -> PathBuf {
        let saved = self.path("saved");
        for suffix in ["", "-wal"] {
            let _ = fs::copy(
                format!("{}{suffix}", self.path("log").display()),
                format!("{}{suffix}", saved.display()),
            );
        }
        saved
    }
}

#[test]
fn catching_up_takes_one_round_trip_and_the_bytes_of_what_changed_however_many_records_there_are() {
    let costs = [40, 400].map(|contacts| {
        let mut town = Town::of(contacts);
        let compressed = town.ten_changes();
        sync(&mut town.asa, &mut town.relay);
        let (traffic, _) = sync(&mut town.bo, &mut town.relay);
        assert_same(&town.asa, &town.bo);
        let most = compressed * 12 / 10 + 300;
        assert!(traffic.down <= most, "{traffic:?}, ten changes compressed: {compressed}");
        assert_eq!(traffic.round_trips, 1, "{traffic:?}");
        // A position is a byte longer in a longer log.
        assert!(traffic.up < 200, "{traffic:?}");
        traffic.frames
    });
    assert_eq!(costs[0], costs[1]);
}

#[test]
fn who_is_new_gets_far_fewer_bytes_than_the_changes_and_in_one_round_trip() {
    let mut town = Town::of(400);
    let mut cilla = town.workspace.replica(&town.path("cilla"), "Cilla");
    let (traffic, news) = sync(&mut cilla, &mut town.relay);
    assert_eq!(news.iter().filter(|news| matches!(news, SyncNews::FirstSynced)).count(), 1);
    let changes: usize = {
        let ids = town.asa.store().records().unwrap();
        let of = |id| town.asa.document(id).unwrap().changes_since(&[]);
        ids.into_iter().flat_map(of).map(|change| change.bytes.len()).sum()
    };
    assert!(traffic.down * 4 < changes, "{traffic:?}, {changes} bytes of changes");
    // The second is her own record on its way.
    assert!(traffic.round_trips <= 2, "{traffic:?}");
    sync(&mut town.asa, &mut town.relay);
    sync(&mut cilla, &mut town.relay);
    assert_same(&town.asa, &cilla);
}

#[test]
fn a_relay_that_was_set_back_gets_its_tail_again_at_the_cost_of_what_it_lost() {
    let costs = [40, 400].map(|contacts| {
        let mut town = Town::of(contacts);
        let saved = town.save();
        town.ten_changes();
        sync(&mut town.asa, &mut town.relay);
        sync(&mut town.bo, &mut town.relay);
        town.set_back(&saved);

        let (traffic, news) = sync(&mut town.bo, &mut town.relay);
        assert!(news.contains(&SyncNews::Compared { differences: 10 }), "{news:?}");
        let mut cilla = town.workspace.replica(&town.path("cilla"), "Cilla");
        sync(&mut cilla, &mut town.relay);
        sync(&mut town.asa, &mut town.relay);
        sync(&mut town.bo, &mut town.relay);
        sync(&mut cilla, &mut town.relay);
        assert_same(&town.asa, &cilla);
        assert_same(&town.asa, &town.bo);
        traffic
    });
    let bytes = |traffic: &Traffic| traffic.up + traffic.down;
    assert!(costs.iter().all(|traffic| traffic.round_trips <= 6), "{costs:?}");
    // For each difference the fingerprints and names of its neighbours, and the change itself; whatever the number of
    // records. (For a hundred thousand see the tests of the comparison.)
    assert!(costs.iter().all(|traffic| bytes(traffic) < 10 * 2_000), "{costs:?}");
}

#[test]
fn a_relay_that_lost_everything_gets_it_back_from_one_who_has_it_and_sends_it_on_to_who_does_not() {
    let mut town = Town::of(120);
    let empty = town.path("empty");
    drop(town.workspace.relay(&empty));
    town.set_back(&empty);
    town.ten_changes();
    let (_, news) = sync(&mut town.asa, &mut town.relay);
    assert!(news.iter().any(|news| matches!(news, SyncNews::Compared { differences } if *differences > 120)));
    let (_, news) = sync(&mut town.bo, &mut town.relay);
    assert!(news.contains(&SyncNews::Compared { differences: 10 }), "{news:?}");
    assert_same(&town.asa, &town.bo);
}

#[test]
fn what_came_with_a_first_sync_that_broke_off_is_not_kept_from_another_relay() {
    let mut town = Town::of(60);
    let mut cilla = town.workspace.replica(&town.path("cilla"), "Cilla");
    let mut begun = ReplicaSync::begin(&cilla, None, 0).unwrap();
    let mut there = InlineConnection::default();
    let hello = begun.poll_transmit(&cilla).unwrap().unwrap();
    for frame in town.relay.handle_input(&mut there, &hello).unwrap() {
        begun.handle_input(&mut cilla, &frame, 0).unwrap();
    }
    let some = town.relay.poll_transmit(&mut there, 10_000).unwrap().unwrap();
    begun.handle_input(&mut cilla, &some, 0).unwrap();
    let came = cilla.store().records().unwrap();
    assert!((2..30).contains(&came.len()), "{} records came", came.len());
    assert_eq!(cilla.meta().unwrap().workspace_name, "Counted", "usable while it runs");
    assert_eq!(cilla.store().unreviewed().unwrap(), [], "who joins has not missed years");

    // The relay loses all it has, and those who had it are away. Somebody new is there before Cilla comes back.
    let empty = town.path("empty");
    drop(town.workspace.relay(&empty));
    town.set_back(&empty);
    let mut dag = town.workspace.replica(&town.path("dag"), "Dag");
    sync(&mut dag, &mut town.relay);
    sync(&mut cilla, &mut town.relay);
    sync(&mut dag, &mut town.relay);
    assert!(came.iter().all(|id| dag.document(*id).is_ok()), "what Cilla had is on the relay");
    assert_same(&cilla, &dag);
}
