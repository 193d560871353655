//! What a disk does to a replica, one bit at a time, and to a relay's log under real processes: it is told, and mended by whoever has what
//! is lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params};
use samsyn_engine::document::Edit;
use samsyn_engine::exchange::record_to_json;
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Replica, ReplicaSync, SyncNews};
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{FieldPath, NewRecord, Value};
use samsyn_engine::store::ErasedUpTo;
use samsyn_engine::sync::{
    Batch, Beginning, Cursor, Entry, EntryBody, ErasurePlace, FromRelay, RollingHash, Welcome,
};
use samsyn_server::InlineRelay;
use samsyn_tests::process::{Desk, Relay, complaint, program, run};
use samsyn_tests::simulation::assert_projection_is_true;
use samsyn_tests::wire::{Workspace, sync};
use serde_json::{Value as Json, json};

/// A replica that has everything, and a relay that has it, too.
struct Place {
    folder: tempfile::TempDir,
    workspace: Workspace,
    good: PathBuf,
    texts: BTreeMap<RecordId, String>,
}

fn prose(replica: &mut Replica, record: RecordId, text: &str) {
    let base = replica.record(record).unwrap().get("notes").as_text().unwrap_or_default().to_owned();
    let edit = Edit::Prose { path: FieldPath::field("notes"), base, text: text.to_owned() };
    replica.edit(record, &[edit], None).unwrap();
}

/// What all records say, with who wrote what; in place of one that cannot be read its name alone.
fn texts(replica: &Replica) -> BTreeMap<RecordId, String> {
    let text = |record: RecordId| match (replica.record(record), replica.history(record)) {
        (Ok(read), Ok(history)) => (record, format!("{} {history:?}", record_to_json(&read))),
        _ => (record, String::new()),
    };
    replica.store().records().unwrap().into_iter().map(text).collect()
}

impl Place {
    fn new() -> (Place, InlineRelay) {
        let (folder, workspace) = (tempfile::tempdir().unwrap(), Workspace::default());
        let mut relay = workspace.relay(&folder.path().join("log"));
        let mut asa = workspace.replica(&folder.path().join("asa.samsyn"), "Åsa");
        let good = folder.path().join("bo.samsyn");
        let mut bo = workspace.replica(&good, "Bo");
        for number in 0..6 {
            let kind = if number % 2 == 0 { &CONTACT } else { &VENUE };
            let record = asa.create_record(&NewRecord::new(kind)).unwrap().record;
            let field = if number % 2 == 0 { "family" } else { "name" };
            let edit = Edit::set(field, Value::Text(format!("Namn {number}")));
            asa.edit(record, &[edit], Some("för ordningens skull")).unwrap();
            sync(&mut asa, &mut relay);
            sync(&mut bo, &mut relay);
            let edit = Edit::set(field, Value::Text(format!("Nytt namn {number}")));
            bo.edit(record, &[edit], None).unwrap();
            if number % 2 == 0 {
                prose(&mut bo, record, "Ring på fredag");
            }
            sync(&mut bo, &mut relay);
            // Some are folded, and some not.
            if number == 3 {
                while bo.fold(None, 5).unwrap().is_some() {}
            }
        }
        let texts = texts(&bo);
        drop((asa, bo));
        assert!(!folder.path().join("bo.samsyn-wal").exists(), "all is in the one file");
        (Place { folder, workspace, good, texts }, relay)
    }

    fn copy(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::copy(&self.good, &path).unwrap();
        path
    }
}

fn flip(cell: Cell, dice: &mut StdRng) -> Option<Cell> {
    let mut flipped = |mut bytes: Vec<u8>| {
        let place = (!bytes.is_empty()).then(|| dice.random_range(0..bytes.len()))?;
        bytes[place] ^= 1 << dice.random_range(0..8);
        Some(bytes)
    };
    match cell {
        Cell::Blob(bytes) => flipped(bytes).map(Cell::Blob),
        Cell::Text(text) => String::from_utf8(flipped(text.into_bytes())?).ok().map(Cell::Text),
        Cell::Integer(number) => Some(Cell::Integer(number ^ (1 << dice.random_range(0..63)))),
        Cell::Null | Cell::Real(_) => None,
    }
}

const COLUMNS: [(&str, &[&str]); 2] = [
    (
        "changes",
        &[
            "hash", "record", "actor", "seq", "device", "time", "own", "logged", "folded", "bytes", "bytes",
            "bytes", "bytes",
        ],
    ),
    ("documents", &["record", "kind", "heads", "revision", "snapshot", "snapshot", "snapshot"]),
];

/// Flips a bit of some value. Says where, if anything was changed.
fn damage(path: &Path, dice: &mut StdRng) -> Option<String> {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").unwrap();
    let (table, columns) = COLUMNS[dice.random_range(0..COLUMNS.len())];
    let column = columns[dice.random_range(0..columns.len())];
    let count = format!("SELECT count(*) FROM {table} WHERE {column} IS NOT NULL");
    let count: u64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
    let row = dice.random_range(0..count);
    let select = format!(
        "SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY rowid LIMIT 1 OFFSET {row}"
    );
    let (id, cell): (i64, Cell) =
        connection.query_row(&select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let flipped = flip(cell, dice)?;
    let update = format!("UPDATE {table} SET {column} = ? WHERE rowid = ?");
    connection.execute(&update, params![flipped, id]).ok().map(|_| format!("{table}.{column}, row {row}"))
}

fn look(replica: &mut Replica) -> usize {
    let mut found = 0;
    loop {
        let (some, is_last) = replica.look_for_damage(4).unwrap();
        found += some.len();
        if is_last {
            return found;
        }
    }
}

#[test]
fn a_bit_that_flips_in_a_replica_is_told_and_mended_from_the_relay() {
    let (place, mut relay) = Place::new();
    let (mut told, mut mended) = (0, 0);
    for seed in 0..300 {
        let mut dice = StdRng::seed_from_u64(seed);
        let path = place.copy(&format!("{seed}.samsyn"));
        let Some(at) = damage(&path, &mut dice) else { continue };
        let at = format!("seed {seed}: {at}");
        let mut replica = Replica::open(&path).unwrap_or_else(|error| panic!("{at}: {error}"));
        let found = look(&mut replica);
        if found == 0 {
            assert_eq!(texts(&replica), place.texts, "{at}: nothing was told");
        } else {
            told += 1;
            assert!(replica.store().outbox_state().unwrap().damaged > 0, "{at}");
            // It stays told, also where the program is started again.
            drop(replica);
            replica = Replica::open(&path).unwrap();
            assert!(replica.store().outbox_state().unwrap().damaged > 0, "{at}");
        }
        let (_, news) = sync(&mut replica, &mut relay);
        let of_it = news.iter().filter_map(|news| match news {
            SyncNews::Mended(mended) => Some(mended.clone()),
            _ => None,
        });
        let of_it: Vec<_> = of_it.flatten().collect();
        assert_eq!(of_it.is_empty(), found == 0, "{at}: {news:?}");
        assert!(of_it.iter().all(|mended| mended.lost == 0), "{at}: {of_it:?}");
        mended += of_it.len();
        assert_eq!(look(&mut replica), 0, "{at}");
        assert_eq!(texts(&replica), place.texts, "{at}");
        assert_eq!(replica.store().outbox_state().unwrap(), Default::default(), "{at}");
        assert_projection_is_true(&replica);
        drop(replica);
        fs::remove_file(&path).unwrap();
    }
    assert!(told > 150 && mended >= told, "{told} told, {mended} mended");
}

#[test]
fn what_was_not_sent_of_a_damaged_record_is_kept_and_what_nobody_has_is_said_to_be_lost() {
    let (place, mut relay) = Place::new();
    let path = place.copy("unsent.samsyn");
    let record = *place.texts.keys().next().unwrap();
    let mut replica = Replica::open(&path).unwrap();
    let field = if replica.record(record).unwrap().kind == "contact" { "family" } else { "name" };
    for text in ["Ett", "Två", "Tre"] {
        replica.edit(record, &[Edit::set(field, Value::Text(text.to_owned()))], None).unwrap();
    }
    drop(replica);
    let connection = Connection::open(&path).unwrap();
    // The second of three is gone, and so is what builds on it; the first is whole.
    let second = "SELECT number FROM changes WHERE NOT logged ORDER BY number LIMIT 1 OFFSET 1";
    let number: i64 = connection.query_row(second, [], |row| row.get(0)).unwrap();
    connection.execute("UPDATE changes SET bytes = x'00' WHERE number = ?", [number]).unwrap();
    drop(connection);
    let mut replica = Replica::open(&path).unwrap();
    assert!(replica.record(record).is_err(), "it is not shown as if it were whole");
    let (_, news) = sync(&mut replica, &mut relay);
    let lost: Vec<_> = news
        .iter()
        .filter_map(|news| match news {
            SyncNews::Mended(mended) => {
                Some(mended.iter().map(|one| (one.record, one.lost)).collect::<Vec<_>>())
            }
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(lost, [(record, 2)], "{news:?}");
    assert_eq!(replica.record(record).unwrap().get(field), &Value::Text("Ett".to_owned()));
    assert_eq!(replica.store().outbox_state().unwrap(), Default::default(), "the first was sent");
    let mut other = place.workspace.replica(&place.folder.path().join("other.samsyn"), "Siv");
    sync(&mut other, &mut relay);
    assert_eq!(other.record(record).unwrap().get(field), &Value::Text("Ett".to_owned()));
}

/// A welcome of a relay whose log is at this place, which goes on from there to the next.
fn welcome(cursor: Cursor, erased: Vec<(u64, RecordId)>) -> Vec<u8> {
    FromRelay::Welcome(Welcome {
        version: 6,
        workspace_name: "Byrån".to_owned(),
        epoch: cursor.epoch,
        from: cursor.position,
        position: cursor.position + 1,
        beginning: Beginning::Log,
        hash: None,
        records: 0,
        peer: false,
        grant: None,
        sealed: false,
        meeting_key: None,
        erased,
    })
    .encode()
}

#[test]
fn where_what_comes_does_not_fit_twice_the_place_is_given_up_and_the_next_connection_compares() {
    let (place, mut relay) = Place::new();
    let mut replica = Replica::open(&place.copy("behind.samsyn")).unwrap();
    let mut rest = place.workspace.replica(&place.folder.path().join("rest.samsyn"), "Siv");
    sync(&mut rest, &mut relay);
    let some = rest.store().records().unwrap()[0];
    let change = rest.document(some).unwrap().changes_since(&[]).pop().unwrap();
    for garbled in [false, true] {
        let cursor = replica.meta().unwrap().cursor.unwrap();
        for again in [false, true] {
            let mut bytes = change.bytes.clone();
            if garbled {
                bytes[0] ^= 1;
            }
            let entry = Entry { record: some, body: EntryBody::Change(bytes) };
            let hash = RollingHash::from_bytes([9; 16]);
            let batch = FromRelay::Batch(Batch { position: cursor.position + 1, hash, entries: vec![entry] });
            let mut session = ReplicaSync::begin(&replica, None, 0).unwrap();
            session.handle_input(&mut replica, &welcome(cursor, Vec::new()), 0).unwrap();
            assert!(session.handle_input(&mut replica, &batch.encode(), 0).is_err());
            let meta = replica.meta().unwrap();
            let expected = if again { (None, true) } else { (Some(cursor), false) };
            assert_eq!((meta.cursor, meta.reconciling), expected, "garbled: {garbled}, again: {again}");
        }
        let (_, news) = sync(&mut replica, &mut relay);
        assert!(news.iter().any(|news| matches!(news, SyncNews::Compared { .. })), "{news:?}");
        let meta = replica.meta().unwrap();
        assert!(meta.cursor.is_some() && !meta.reconciling);
    }
}

#[test]
fn a_number_of_an_erasure_to_which_no_records_lead_is_not_kept_and_erases_nothing() {
    let (place, mut relay) = Place::new();
    let mut replica = Replica::open(&place.copy("told.samsyn")).unwrap();
    let cursor = replica.meta().unwrap().cursor.unwrap();
    let [one, two] = [0, 1].map(|number| *place.texts.keys().nth(number).unwrap());
    for told in [
        vec![(i64::MAX as u64, one)],
        vec![(u64::MAX, one)],
        vec![(2, one)],
        vec![(1, one), (3, two)],
        vec![(1, one), (1, two)],
    ] {
        let mut session = ReplicaSync::begin(&replica, None, 0).unwrap();
        assert!(session.handle_input(&mut replica, &welcome(cursor, told), 0).is_err());
        assert_eq!(replica.meta().unwrap().erased, ErasedUpTo::default());
        assert_eq!(texts(&replica), place.texts);
    }
    // Told rightly it is done, and a relay that counts anew is heard anew.
    let first = ErasurePlace::default().then(&one);
    for (told, expected) in [(vec![(1, one)], first), (vec![(1, two)], ErasurePlace::default().then(&two))] {
        let mut session = ReplicaSync::begin(&replica, None, 0).unwrap();
        session.handle_input(&mut replica, &welcome(cursor, told), 0).unwrap();
        let erased = replica.meta().unwrap().erased;
        assert_eq!((erased.up_to, erased.nothing_left), (expected, expected));
    }
    assert!(replica.document(one).is_err() && replica.document(two).is_err(), "what was erased stays so");
    // A relay that knows nothing of that tells nothing, and all else goes on.
    sync(&mut replica, &mut relay);
}

/// A relay's process with two people.
struct Town {
    folder: tempfile::TempDir,
    relay: Option<Relay>,
    id: String,
    data: PathBuf,
    asa: Desk,
    bo: Desk,
}

impl Town {
    fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"), 0);
        let workspace = relay.create_workspace("Byrån");
        let join = |name: &str, role: &str| {
            let path = folder.path().join(format!("{name}.samsyn"));
            let joined = workspace.join_with(&path, name, &workspace.invite(&["--role", role]));
            assert!(joined.status.success(), "{}", complaint(&joined));
            Desk { path }
        };
        let (asa, bo) = (join("Asa", "coordinator"), join("Bo", "ambassador"));
        let (id, data) = (workspace.id().to_owned(), workspace.data.clone());
        Town { folder, relay: Some(relay), id, data, asa, bo }
    }

    /// The relay is stopped, something is done to its log, and it is started again at the same place.
    fn while_stopped(&mut self, work: impl FnOnce(&Connection)) {
        let relay = self.relay.take().unwrap();
        let port = relay.port();
        assert!(relay.stop());
        work(&Connection::open(self.log()).unwrap());
        self.relay = Some(Relay::start(&self.data, port));
    }

    fn log(&self) -> PathBuf {
        self.data.join("workspaces").join(&self.id).join("log.sqlite")
    }

    fn operate(&self, command: &str, more: &[&str]) -> std::process::Output {
        let place = [command, &self.id, "--data", self.data.to_str().unwrap()];
        run("samsyn-relay", [&place[..], more].concat())
    }

    /// Until it has gone well: a relay that writes its log anew asks to be called again.
    fn sync(&self, desk: &Desk) {
        for _ in 0..3 {
            if desk.run(&["sync"]).status.success() {
                return;
            }
        }
        desk.must(&["sync"]);
    }
}

fn titles(desk: &Desk) -> Vec<Json> {
    desk.json(&["list", "contact"]).as_array().unwrap().iter().map(|row| row["title"].clone()).collect()
}

#[test]
fn a_damaged_log_is_found_told_and_healed_by_the_next_who_has_what_is_lost() {
    let mut town = Town::new();
    let eva = town.asa.must(&["add", "contact", "family=Ek"]).trim().to_owned();
    town.asa.must(&["sync"]);
    town.bo.must(&["sync"]);
    town.asa.must(&["set", &eva, "family=Ask"]);
    town.asa.must(&["add", "contact", "family=Lind"]);
    town.asa.must(&["sync"]);
    let mut damaged = 0;
    town.while_stopped(|log| {
        // The last change to Eva, which Bo has not heard of: one bit of it.
        let record: RecordId = eva.parse().unwrap();
        let (position, mut bytes): (i64, Vec<u8>) = log
            .query_row(
                "SELECT position, bytes FROM entries WHERE record = ? ORDER BY position DESC LIMIT 1",
                [record.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        damaged =
            log.execute("UPDATE entries SET bytes = ? WHERE position = ?", params![bytes, position]).unwrap();
    });
    assert_eq!(damaged, 1);
    let backup = town.folder.path().join("backup.sqlite");
    for (command, more) in [("verify", vec![]), ("backup", vec!["--to", backup.to_str().unwrap()])] {
        let said = town.operate(command, &more);
        let out = String::from_utf8_lossy(&said.stdout).into_owned();
        // The relay may have found it by itself meanwhile.
        assert!(
            !said.status.success() && out.contains(&eva) && out.contains("(Asa)"),
            "{command}: {out} {}",
            complaint(&said)
        );
        assert!(complaint(&said).contains("damaged"), "{}", complaint(&said));
    }
    let mut swedish = std::process::Command::new(program("samsyn-relay"));
    swedish.env("SAMSYN_LANGUAGE", "sv").args(["verify", &town.id, "--data"]).arg(&town.data);
    let swedish = swedish.output().unwrap();
    let said = String::from_utf8_lossy(&swedish.stdout).into_owned();
    assert!(
        said.contains("1 ändringar är förlorade här") && complaint(&swedish).contains("skadad"),
        "{said}"
    );
    // Who is behind that place gets all the rest.
    town.sync(&town.bo);
    assert_eq!(titles(&town.bo), [json!("Ek"), json!("Lind")]);
    assert!(!town.operate("verify", &[]).status.success(), "it is told as long as it is so");
    // Who has it brings it, without doing anything else than syncing.
    town.sync(&town.asa);
    let verified = town.operate("verify", &[]);
    assert!(
        verified.status.success(),
        "{} {}",
        String::from_utf8_lossy(&verified.stdout),
        complaint(&verified)
    );
    town.sync(&town.bo);
    assert_eq!(titles(&town.bo), [json!("Ask"), json!("Lind")]);
    let again = town.folder.path().join("again.sqlite");
    assert!(town.operate("backup", &["--to", again.to_str().unwrap()]).status.success());
}

#[test]
fn a_damaged_backup_is_not_put_back_unless_that_is_wanted_and_then_what_is_whole() {
    let mut town = Town::new();
    town.asa.must(&["add", "contact", "family=Ek"]);
    town.asa.must(&["add", "contact", "family=Lind"]);
    town.asa.must(&["sync"]);
    let backup = town.folder.path().join("backup.sqlite");
    assert!(town.operate("backup", &["--to", backup.to_str().unwrap()]).status.success());
    let log = Connection::open(&backup).unwrap();
    let last = "UPDATE entries SET bytes = x'00' WHERE position = (SELECT max(position) FROM entries)";
    assert_eq!(log.execute(last, []).unwrap(), 1);
    drop(log);
    let restore = |more: &[&str]| {
        let place = ["restore", backup.to_str().unwrap(), "--replace", "--data", town.data.to_str().unwrap()];
        run("samsyn-relay", [&place[..], more].concat())
    };
    let refused = restore(&[]);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(
        !refused.status.success() && said.contains("--damaged") && said.contains("1 changes are lost"),
        "{said}"
    );
    assert!(town.operate("verify", &[]).status.success(), "nothing was changed");
    let put = restore(&["--damaged"]);
    assert!(put.status.success(), "{}", complaint(&put));
    assert!(!town.operate("verify", &[]).status.success(), "something is missing");
    town.sync(&town.asa);
    let verified = town.operate("verify", &[]);
    assert!(verified.status.success(), "{}", complaint(&verified));
    town.sync(&town.bo);
    assert_eq!(titles(&town.bo).len(), 2);
    town.relay.take().unwrap().stop();
}

#[test]
fn a_damaged_replica_says_so_in_both_languages_and_is_mended_by_a_sync() {
    let town = Town::new();
    let eva = town.asa.must(&["add", "contact", "family=Ek"]).trim().to_owned();
    town.asa.must(&["sync"]);
    let spoil = || {
        let connection = Connection::open(&town.asa.path).unwrap();
        let record: RecordId = eva.parse().unwrap();
        let spoilt = connection
            .execute(
                "UPDATE documents SET heads = x'00' || substr(heads, 2) WHERE record = ?",
                [record.as_bytes()],
            )
            .unwrap();
        assert_eq!(spoilt, 1);
    };
    spoil();
    let shown = town.asa.run(&["show", &eva]);
    assert!(!shown.status.success() && complaint(&shown).contains("damaged"), "{}", complaint(&shown));
    let synced = town.asa.must(&["sync"]);
    assert!(synced.contains("whole again: 1"), "{synced}");
    assert_eq!(titles(&town.asa), [json!("Ek")]);
    assert!(town.asa.must(&["show", &eva]).contains("Ek"));
    spoil();
    let synced = town.asa.command(&["sync"]).env("SAMSYN_LANGUAGE", "sv").output().unwrap();
    let synced = String::from_utf8_lossy(&synced.stdout).into_owned();
    assert!(synced.contains("hela igen: 1"), "{synced}");
    let synced = town.asa.json(&["sync"]);
    assert_eq!((&synced["mended"], &synced["damaged"]), (&json!(0), &json!(0)));
}
