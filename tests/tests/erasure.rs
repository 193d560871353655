//! Erasing a person, with real processes: afterwards nothing of them stands in any file, and nothing brings them back.

use std::path::PathBuf;

use samsyn_tests::planted;
use samsyn_tests::process::{Desk, Relay, Workspace, complaint};
use serde_json::Value as Json;

/// What nobody else is called.
const PLANTED: [&str; 3] = ["Xylofonsson", "xylofon.planterad@example.se", "Zebrafiskarnas hemlighet"];

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

    fn join(&self, name: &str, arguments: &[&str]) -> Desk {
        let path = self.folder.path().join(format!("{name}.samsyn"));
        let code = self.workspace.invite(arguments);
        let joined = self.workspace.join_with(&path, name, &code);
        assert!(joined.status.success(), "{}", complaint(&joined));
        Desk { path }
    }

    fn log(&self) -> PathBuf {
        self.workspace.data.join("workspaces").join(self.workspace.id())
    }
}

/// A contact with all that is planted in it, written in several steps.
fn plant(desk: &Desk) -> String {
    let id = desk.must(&["add", "contact", "given=Eva", &format!("family={}", PLANTED[0])]);
    let id = id.trim().to_owned();
    desk.must(&["set", &id, &format!("notes={}", PLANTED[2])]);
    desk.must(&["add", "emails", &format!("address={}", PLANTED[1]), "--to", &id]);
    id
}

fn json(desk: &Desk, arguments: &[&str]) -> Json {
    serde_json::from_str(&desk.must(arguments)).unwrap()
}

#[test]
fn a_person_who_is_erased_stands_in_no_file_any_more_and_does_not_come_back() {
    let town = Town::new();
    let coordinator = town.join("Maja", &["--role", "coordinator"]);
    let away = town.join("Erik", &[]);
    let id = plant(&coordinator);
    let venue = coordinator.must(&["add", "venue", "name=Storsjöteatern", &format!("contact={id}")]);
    coordinator.must(&["add", "contact", "family=Kvar"]);
    coordinator.must(&["sync"]);
    away.must(&["sync"]);
    assert!(!planted::found(town.folder.path(), &PLANTED).is_empty(), "it was planted");

    // First one sees what it touches, and nothing happens.
    let seen = coordinator.run(&["erase", &id]);
    let said = String::from_utf8_lossy(&seen.stdout);
    assert!(!seen.status.success() && said.contains("Storsjöteatern") && said.contains(PLANTED[0]), "{said}");
    assert!(complaint(&seen).contains("--yes"));
    // Somebody who may not is told so.
    let refused = away.run(&["erase", &id, "--yes"]);
    assert!(complaint(&refused).contains("Only a coordinator"), "{}", complaint(&refused));
    // Erik writes in it once more, without a network.
    away.must(&["set", &id, "given=Evalotta"]);

    coordinator.must(&["erase", &id, "--yes"]);
    let left = planted::found(town.folder.path(), &PLANTED);
    assert!(left.iter().all(|place| place.contains("Erik")), "{left:#?}");
    let ledger = json(&coordinator, &["members", "--json"])["erasures"].clone();
    assert_eq!(
        (ledger[0]["record"].as_str(), ledger[0]["waiting"].as_array().unwrap().len()),
        (Some(&*id), 1)
    );

    // Erik comes online: what is there of her goes, his unsent work on her, too; and he is told.
    let met = json(&away, &["sync", "--json"]);
    assert_eq!((&met["erased"], &met["erased_unsent"]), (&Json::from(1), &Json::from(1)), "{met}");
    away.must(&["sync"]);
    assert_eq!(planted::found(town.folder.path(), &PLANTED), Vec::<String>::new());
    assert!(!away.run(&["show", &id]).status.success());
    let ledger = json(&coordinator, &["members", "--json"])["erasures"].clone();
    assert_eq!(ledger[0]["waiting"].as_array().unwrap().len(), 0, "{ledger}");
    // The others are all there, and go on.
    for desk in [&coordinator, &away] {
        assert!(desk.must(&["list", "contact"]).contains("Kvar"));
        assert!(desk.must(&["show", venue.trim()]).contains("Storsjöteatern"));
        assert_eq!(desk.must(&["search", "xylofonsson"]).trim(), "");
    }
    away.must(&["add", "contact", "family=Nytt"]);
    away.must(&["sync"]);
    coordinator.must(&["sync"]);
    assert!(coordinator.must(&["list", "contact"]).contains("Nytt"));
    let again = coordinator.run(&["erase", &id, "--yes"]);
    assert!(!again.status.success());
}

#[test]
fn all_that_is_known_about_a_person_can_be_written_out_for_them() {
    let town = Town::new();
    let coordinator = town.join("Maja", &["--role", "coordinator"]);
    let id = plant(&coordinator);
    coordinator.must(&["set", &id, "given=Evalotta", "--why", "hon vill det"]);
    coordinator.must(&["add", "venue", "name=Storsjöteatern", &format!("contact={id}")]);
    let about = format!("description=Fråga Evalotta {}", PLANTED[0]);
    coordinator.must(&["add", "venue", "name=Jamtli", &about]);
    let written = coordinator.must(&["access", &id]);
    for part in [PLANTED[0], PLANTED[1], PLANTED[2], "Maja", "hon vill det", "Storsjöteatern", "Jamtli"] {
        assert!(written.contains(part), "{part} is missing in\n{written}");
    }
    let known = json(&coordinator, &["access", &id, "--json"]);
    assert_eq!(known["history"].as_array().unwrap().len(), 4);
    assert_eq!(known["referred_to_by"][0]["title"], "Storsjöteatern");
    assert_eq!(known["name_stands_in"][0]["title"], "Jamtli");
}

#[test]
fn a_backup_of_before_does_not_bring_anybody_back() {
    let mut town = Town::new();
    let coordinator = town.join("Maja", &["--role", "coordinator"]);
    let id = plant(&coordinator);
    coordinator.must(&["sync"]);
    let port = town.relay.as_ref().unwrap().port();
    assert!(town.relay.take().unwrap().stop());
    let backup = town.folder.path().join("backup.sqlite");
    std::fs::copy(town.log().join("log.sqlite"), &backup).unwrap();
    town.relay = Some(Relay::start(&town.workspace.data, port));
    coordinator.must(&["erase", &id, "--yes"]);
    assert!(town.relay.take().unwrap().stop());
    std::fs::copy(&backup, town.log().join("log.sqlite")).unwrap();
    std::fs::remove_file(&backup).unwrap();
    town.relay = Some(Relay::start(&town.workspace.data, port));
    coordinator.must(&["add", "contact", "family=Efteråt"]);
    coordinator.must(&["sync"]);
    let newcomer = town.join("Nya", &[]);
    let listed = newcomer.must(&["list", "contact"]);
    assert!(listed.contains("Efteråt") && !listed.contains(PLANTED[0]), "{listed}");
    assert!(town.relay.take().unwrap().stop());
    assert_eq!(planted::found(town.folder.path(), &PLANTED), Vec::<String>::new());
}

#[test]
fn what_the_law_wants_kept_and_what_is_no_person_is_not_erased() {
    let town = Town::new();
    let coordinator = town.join("Maja", &["--role", "coordinator"]);
    let id = plant(&coordinator);
    coordinator.must(&["set", &id, "retention_hold=true", "retention_ground=Arkivlagen"]);
    let venue = coordinator.must(&["add", "venue", "name=Storsjöteatern"]);
    coordinator.must(&["sync"]);
    let held = coordinator.run(&["erase", &id, "--yes"]);
    assert!(complaint(&held).contains("retention hold"), "{}", complaint(&held));
    let hall = coordinator.run(&["erase", venue.trim(), "--yes"]);
    assert!(complaint(&hall).contains("Only a person"), "{}", complaint(&hall));
    assert!(coordinator.must(&["show", &id]).contains(PLANTED[0]));
}
