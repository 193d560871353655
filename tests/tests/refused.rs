//! Refused work is a state: counted by every sync, listed, and offered again once the role allows it. With real processes.

use std::fs;

use samsyn_tests::process::{Desk, Relay, complaint};

struct Town {
    _folder: tempfile::TempDir,
    _relay: Relay,
    maja: Desk,
    bo: Desk,
}

/// A coordinator, and an ambassador who knows one contact.
fn town() -> (Town, String) {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let at = |name: &str| {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        Desk { path: folder.path().join(name).join("a.samsyn") }
    };
    let (maja, bo) = (at("maja"), at("bo"));
    assert!(workspace.join(&maja.path, "Maja").status.success());
    let id = maja.must(&["add", "contact", "family=Ek"]);
    maja.must(&["sync"]);
    let code = workspace.invite(&["--role", "ambassador"]);
    assert!(workspace.join_with(&bo.path, "Bo", &code).status.success());
    (Town { _folder: folder, _relay: relay, maja, bo }, id)
}

impl Town {
    fn set_role(&self, role: &str) {
        let members = self.maja.json(&["members"]);
        let all = members["members"].as_array().unwrap();
        let bo = all.iter().find(|member| member["label"] == "Bo").unwrap();
        self.maja.must(&["member", "role", bo["member"].as_str().unwrap(), role]);
    }
}

#[test]
fn what_was_refused_is_counted_by_every_sync_listed_and_sent_again_when_the_role_is_given_back() {
    let (town, id) = town();
    let bo = &town.bo;
    bo.must(&["set", &id, "given=Eva"]);
    let new = bo.must(&["add", "contact", "family=Nyström"]);
    town.set_role("reader");
    for _ in 0..3 {
        let synced = bo.run(&["sync"]);
        assert_eq!(synced.status.code(), Some(3), "{}", complaint(&synced));
        assert!(complaint(&synced).contains("refused") && complaint(&synced).contains("samsyn refused"));
        let swedish = bo.command(&["sync"]).env("SAMSYN_LANGUAGE", "sv").output().unwrap();
        assert!(complaint(&swedish).contains("avvisat"), "{}", complaint(&swedish));
        let json = bo.run(&["sync", "--json"]);
        assert_eq!(json.status.code(), Some(3));
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
        assert!(json["refused_in_all"].as_u64().unwrap() > 0, "{json}");
    }
    let listed = bo.must(&["refused"]);
    for words in ["Eva Ek", "Nyström", "only here", "Your role did not let you write this", "Bo"] {
        assert!(listed.contains(words), "{words}: {listed}");
    }
    let json = bo.json(&["refused"]);
    assert_eq!((json.as_array().unwrap().len(), &json[0]["changes"][0]["code"]), (2, &"forbidden".into()));
    assert!(bo.json(&["status"])["refused"].as_u64().unwrap() > 1);
    assert!(bo.must(&["status"]).contains("refused"));

    town.set_role("ambassador");
    // Nobody has to think of it.
    bo.must(&["sync"]);
    assert_eq!(bo.json(&["status"])["refused"], 0);
    assert!(bo.must(&["refused"]).contains("Nothing is refused"));
    town.maja.must(&["sync"]);
    let listed = town.maja.must(&["list", "contact"]);
    assert!(listed.contains("Eva Ek") && listed.contains("Nyström"), "{listed}");
    assert!(town.maja.must(&["show", &new]).contains("Nyström"));
}

#[test]
fn what_was_refused_is_let_go_of_once_somebody_says_so() {
    let (town, id) = town();
    let bo = &town.bo;
    bo.must(&["set", &id, "given=Eva"]);
    let new = bo.must(&["add", "contact", "family=Nyström"]);
    town.set_role("reader");
    assert_eq!(bo.run(&["sync"]).status.code(), Some(3));
    let asked = bo.run(&["refused", "discard", &id]);
    assert!(!asked.status.success() && complaint(&asked).contains("--yes"), "{}", complaint(&asked));
    assert!(String::from_utf8_lossy(&asked.stdout).contains("Eva Ek"), "it says what would go");
    bo.must(&["refused", "discard", &id, "--yes"]);
    assert!(bo.must(&["show", &id]).contains("Ek") && !bo.must(&["show", &id]).contains("Eva"));
    let twice = bo.run(&["refused", "discard", &id, "--yes"]);
    assert!(complaint(&twice).contains("Nothing of the record"), "{}", complaint(&twice));
    // Asked for, it is offered again, and refused again.
    assert!(bo.must(&["refused", "retry", &new]).contains("sent again"));
    assert_eq!(bo.run(&["sync"]).status.code(), Some(3));
    bo.must(&["refused", "discard", &new, "--yes"]);
    assert!(bo.must(&["sync"]).contains("Nothing to send"));
    assert!(!bo.must(&["list", "contact"]).contains("Nyström"));
}
