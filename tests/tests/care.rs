//! Looking after a relay: backups while it serves, putting one back, and damage that is found.

use std::path::{Path, PathBuf};

use samsyn_engine::id::RecordId;
use samsyn_tests::process::{Desk, Relay, Workspace, complaint, run};

struct Town {
    folder: tempfile::TempDir,
    relay: Option<Relay>,
    workspace: Workspace,
}

impl Town {
    fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"), 0);
        let workspace = relay.create_workspace("Byrån");
        Town { folder, relay: Some(relay), workspace }
    }

    fn join(&self, name: &str) -> Desk {
        let path = self.folder.path().join(format!("{name}.samsyn"));
        let joined = self.workspace.join(&path, name);
        assert!(joined.status.success(), "{}", complaint(&joined));
        Desk { path }
    }

    fn operate(&self, command: &str, arguments: &[&str]) -> Result<String, String> {
        let data = self.workspace.data.to_str().unwrap();
        let output = run("samsyn-relay", [&[command], arguments, &["--data", data]].concat());
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap()),
            false => Err(complaint(&output)),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_that_was_made_while_the_relay_served_is_put_back_and_the_rest_comes_from_the_laptops() {
    let town = Town::new();
    let (asa, bo) = (town.join("Asa"), town.join("Bo"));
    asa.must(&["add", "contact", "family=Före"]);
    asa.must(&["sync"]);
    let (id, backup) = (town.workspace.id().to_owned(), town.at("backup.sqlite"));
    let said = town.operate("backup", &[&id, "--to", text(&backup)]).unwrap();
    assert!(said.contains("all of it is right"), "{said}");
    let again = town.operate("backup", &[&id, "--to", text(&backup)]).unwrap_err();
    assert!(again.contains("is a relay's log") && again.contains("another name"), "{again}");
    bo.must(&["add", "contact", "family=Efter"]);
    bo.must(&["sync"]);
    asa.must(&["sync"]);

    let there = town.operate("restore", &[text(&backup)]).unwrap_err();
    assert!(there.contains("--replace"), "{there}");
    let restored = town.operate("restore", &[text(&backup), "--replace"]).unwrap();
    assert!(restored.contains("is kept in") && restored.contains("a new life"), "{restored}");
    // Who has it brings it back; nobody writes anything for that.
    bo.must(&["sync"]);
    let newcomer = town.join("Nya");
    let listed = newcomer.must(&["list", "contact"]);
    assert!(listed.contains("Före") && listed.contains("Efter"), "{listed}");
    assert!(town.operate("verify", &[&id]).unwrap().contains("all of it is right"));
    let stats: serde_json::Value =
        serde_json::from_str(&town.operate("stats", &[&id, "--json"]).unwrap()).unwrap();
    assert_eq!(stats["records"]["contact"], 2, "{stats}");
}

#[test]
fn a_backup_is_put_back_on_another_machine() {
    let mut town = Town::new();
    let asa = town.join("Asa");
    asa.must(&["add", "contact", "family=Flyttad"]);
    asa.must(&["sync"]);
    let (id, backup, elsewhere) =
        (town.workspace.id().to_owned(), town.at("backup.sqlite"), town.at("elsewhere"));
    town.operate("backup", &[&id, "--to", text(&backup)]).unwrap();
    let port = town.relay.as_ref().unwrap().port();
    assert!(town.relay.take().unwrap().stop());
    let restored = run("samsyn-relay", ["restore", text(&backup), "--data", text(&elsewhere)]);
    assert!(restored.status.success(), "{}", complaint(&restored));
    town.relay = Some(Relay::start(&elsewhere, port));
    // Members and keys are in it: everybody gets in as before.
    asa.must(&["add", "contact", "family=Framme"]);
    let sent: serde_json::Value = serde_json::from_str(&asa.must(&["sync", "--json"])).unwrap();
    assert_eq!(sent["pushed"], 1, "{sent}");
}

#[test]
fn numbers_are_told_on_a_listener_of_their_own_and_name_nobody() {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let relay = Relay::start_with(&folder.path().join("relay"), 0, &["--metrics", &free]);
    let get = |address: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let workspace = relay.create_workspace("Hemlighetsbyrån");
    let town = Town { folder, relay: Some(relay), workspace };
    let asa = town.join("Asa");
    asa.must(&["add", "contact", "family=Ek"]);
    asa.must(&["sync"]);
    let numbers = get(&free);
    let logged = numbers.lines().find(|line| line.starts_with("samsyn_changes_logged_total ")).unwrap();
    assert_eq!(logged, "samsyn_changes_logged_total 4", "two records with their seeds");
    assert!(numbers.contains("samsyn_commit_seconds_bucket") && numbers.contains("samsyn_admitted_total"));
    assert!(!numbers.contains(town.workspace.id()) && !numbers.contains("Hemlig"));
    let address = town.relay.as_ref().unwrap().address.trim_start_matches("ws://").to_owned();
    assert!(get(&address).starts_with("HTTP/1.1 404"), "not by the way that clients come");
}

#[test]
fn damage_is_found() {
    let mut town = Town::new();
    let asa = town.join("Asa");
    for number in 0..30 {
        asa.must(&["add", "contact", &format!("family=Ek {number}")]);
    }
    asa.must(&["sync"]);
    assert!(town.relay.take().unwrap().stop());
    let id = town.workspace.id().to_owned();
    let log = town.workspace.data.join("workspaces").join(&id).join("log.sqlite");
    let good = std::fs::read(&log).unwrap();
    let sql = |statement: &str| {
        std::fs::write(&log, &good).unwrap();
        rusqlite::Connection::open(&log).unwrap().execute_batch(statement).unwrap();
        town.operate("verify", &[&id]).unwrap_err()
    };
    let record: [u8; 16] = rusqlite::Connection::open(&log)
        .unwrap()
        .query_row("SELECT record FROM records WHERE first = 5", [], |row| row.get(0))
        .unwrap();
    let named = format!("record {} of the log is damaged", RecordId::from_bytes(record));
    let cases = [
        ("DELETE FROM entries WHERE position = 7", "position 8"),
        ("UPDATE entries SET rolling = zeroblob(16) WHERE position = 9", "position 9"),
        ("UPDATE records SET heads = zeroblob(32) WHERE first = 5", &named),
        (
            "UPDATE entries SET bytes = zeroblob(50) WHERE position = 6; UPDATE meta SET looked_at = 0; DELETE FROM documents",
            "",
        ),
    ];
    for (statement, words) in cases {
        let said = sql(statement);
        assert!(said.contains(words) && !said.is_empty(), "{statement}: {said}");
    }
    std::fs::write(&log, b"nothing of all that").unwrap();
    assert!(town.operate("verify", &[&id]).unwrap_err().contains("not a log"));
    std::fs::write(&log, good).unwrap();
    assert!(town.operate("verify", &[&id]).is_ok());
}

#[test]
fn a_workspace_is_compacted_while_the_relay_serves_and_nothing_that_is_read_is_another() {
    let town = Town::new();
    let asa = town.join("Asa");
    let ids: Vec<String> =
        (0..4).map(|number| asa.must(&["add", "contact", &format!("family=Ek{number}")])).collect();
    for round in 0..20 {
        for id in &ids {
            asa.must(&["set", id, &format!("notes=Anteckning {round}, och en till")]);
        }
    }
    asa.must(&["sync"]);
    let id = town.workspace.id().to_owned();
    let compact = || -> serde_json::Value {
        serde_json::from_str(&town.operate("compact", &[&id, "--json"]).unwrap()).unwrap()
    };
    assert!(compact()["steps"].as_u64().unwrap() > 0);
    assert_eq!(compact()["steps"], 0, "there is no more to fold");
    assert!(town.operate("verify", &[&id]).unwrap().contains("all of it is right"));
    // The relay that serves goes on with it.
    asa.must(&["set", &ids[0], "given=Eva"]);
    asa.must(&["sync"]);
    let bo = town.join("Bo");
    for id in &ids {
        assert_eq!(bo.json(&["show", id]), asa.json(&["show", id]));
    }
    let whole = |desk: &Desk| desk.must(&["show", &ids[0], "--history"]).lines().count();
    assert!(whole(&bo) >= 20, "history is kept");
    assert!(town.operate("verify", &[&id]).unwrap().contains("all of it is right"));
}
