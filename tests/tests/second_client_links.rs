//! The second client where links break, files are copied, roles change and somebody stays connected: the parts of
//! `docs/protocol.md` that one sync after the other does not come by.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout};

use samsyn_tests::javascript::{Scripted, Town, assert_same};
use samsyn_tests::process::{Desk, PATIENCE, Relay, complaint, run, wait};
use serde_json::{Value as Json, json};

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

#[test]
fn a_link_that_breaks_and_a_relay_that_comes_back_lose_nothing() {
    let Town { folder, relay, workspace } = Town::create();
    let town_folder = folder.path().to_owned();
    let port = relay.port();
    let jill = {
        let code = workspace.invite(&["--role", "coordinator"]);
        fs::create_dir(town_folder.join("Jill")).unwrap();
        Scripted::join(&town_folder.join("Jill/state.json"), &workspace.address, "Jill", &code)
    };
    jill.json(&["add", "contact", "family=Ek"]);
    jill.json(&["sync"]);
    relay.kill();
    jill.json(&["add", "contact", "family=Alm"]);
    assert!(!jill.run(&["sync"]).status.success(), "nobody answers");
    assert_eq!(jill.json(&["status"])["waiting"], 2, "and nothing is lost");
    let relay = Relay::start(&town_folder.join("relay"), port);
    let synced = jill.json(&["sync"]);
    assert_eq!((&synced["began"], &synced["sent"]), (&json!("log"), &json!(2)));
    // A relay that lost everything but who belongs gets it back.
    let backup = town_folder.join("backup.sqlite");
    let data = town_folder.join("relay");
    let on_the_relay = |command: &[&str]| {
        let output = run("samsyn-relay", command.iter().chain(&["--data", data.to_str().unwrap()]));
        assert!(output.status.success(), "{command:?}: {}", complaint(&output));
    };
    on_the_relay(&["backup", workspace.id(), "--to", backup.to_str().unwrap()]);
    jill.json(&["add", "contact", "family=Berg"]);
    jill.json(&["sync"]);
    on_the_relay(&["restore", backup.to_str().unwrap(), "--replace"]);
    let synced = jill.json(&["sync"]);
    assert_eq!(
        (&synced["began"], &synced["differed"], &synced["sent"]),
        (&json!("comparison"), &json!(1), &json!(2))
    );
    let code = workspace.invite(&["--role", "reader"]);
    let desk = Desk { path: town_folder.join("Bo.samsyn") };
    assert!(workspace.join_with(&desk.path, "Bo", &code).status.success());
    assert_eq!(desk.json(&["list", "contact"]).as_array().unwrap().len(), 3);
    drop(relay);
}

#[test]
fn a_first_sync_that_breaks_goes_on_where_it_was() {
    let town = Town::create();
    let jill = town.scripted("Jill", &["coordinator"]);
    let notes = format!("notes={}", "Vi sågs i Östersund, och det var kallt. ".repeat(120));
    jill.json(&["add", "contact", "family=Ek", &notes, "--times", "40"]);
    jill.json(&["sync"]);
    let jim = town.scripted("Jim", &["ambassador"]);
    // As a device that has nothing yet, with the key that was let in.
    let mut state: Json = serde_json::from_slice(&fs::read(&jim.state).unwrap()).unwrap();
    for (key, nothing) in [("records", json!({})), ("cursor", json!(null)), ("first", json!(null))] {
        state[key] = nothing;
    }
    fs::write(&jim.state, state.to_string()).unwrap();
    let mut breaks = 0;
    let began = loop {
        // The welcome and one more frame.
        let synced = jim.run(&["sync", "--cut", "2"]);
        if synced.status.success() {
            break serde_json::from_slice::<Json>(&synced.stdout).unwrap()["began"].clone();
        }
        assert!(complaint(&synced).contains("the link was cut"), "{}", complaint(&synced));
        breaks += 1;
        assert!(breaks < 40, "it does not come any further");
    };
    assert!(breaks >= 3, "it came in pieces: {breaks}");
    assert_eq!(began, "log", "in the end there was nothing before the log");
    assert_eq!(jim.json(&["status"])["records"], 42);
    let asa = town.desk("Åsa", "reader");
    jim.json(&["sync"]);
    assert_same(&asa, &jim);
}

/// Section 10: nobody notices until the log brings what the other copy wrote.
#[test]
fn copies_of_a_file_are_told_apart_and_both_keep_their_work() {
    let town = Town::create();
    let jill = town.scripted("Jill", &["coordinator"]);
    let asa = town.desk("Åsa", "coordinator");
    let eva = jill.json(&["add", "contact", "family=Ek", "notes=Hon sa ja."]);
    let eva = text(&eva["id"]);
    jill.json(&["sync"]);
    let copy = Scripted { state: jill.state.with_file_name("copy.json") };
    fs::copy(&jill.state, &copy.state).unwrap();
    jill.json(&["set", eva, "given=Eva", "notes=Hon sa ja, och tackade."]);
    copy.json(&["set", eva, "given=Ewa", "notes=I går: Hon sa ja."]);
    copy.json(&["set", eva, "notes=I går kväll: Hon sa ja."]);
    jill.json(&["sync"]);
    let told = copy.json(&["sync"]);
    assert_eq!((&told["began"], &told["sent"]), (&json!("comparison"), &json!(2)), "it gave up its place");
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    jill.json(&["sync"]);
    copy.json(&["sync"]);
    assert_same(&asa, &jill);
    assert_same(&asa, &copy);
    let both = copy.json(&["show", eva]);
    assert_eq!(both["notes"], "I går kväll: Hon sa ja, och tackade.");
    assert_eq!(both["_contradict"]["given"].as_array().unwrap().len(), 2);
    // Both write on, under different names.
    jill.json(&["set", eva, "given=Eva"]);
    jill.json(&["sync"]);
    copy.json(&["set", eva, "additional=Maria"]);
    assert_eq!(copy.json(&["sync"])["began"], "log");
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert_same(&asa, &jill);
    assert!(town.operate("verify", &[]).contains("right"));
}

#[test]
fn what_a_role_does_not_read_any_more_leaves_the_second_client() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let hotel = asa.must(&["add", "organisation", "name=Hotell Jämteborg", "type=hotel"]);
    let [contact, other] = ["Ek", "Alm"].map(|name| asa.must(&["add", "contact", &format!("family={name}")]));
    asa.must(&["sync"]);
    let jill = town.scripted("Jill", &["ambassador"]);
    let device = text(&jill.json(&["status"])["device"]).to_owned();
    jill.json(&["set", &other, "given=Ej skickat"]);
    asa.must(&["sync"]);
    asa.must(&["member", "role", &device, "partner", "--organisation", &hotel]);
    jill.json(&["sync"]);
    assert!(jill.fails(&["show", &contact]).contains("no record"));
    let status = jill.json(&["status"]);
    assert_eq!(
        (&status["refused"][0]["code"], &status["waiting"]),
        (&json!("forbidden"), &json!(0)),
        "{status}"
    );
    assert_eq!(jill.json(&["show", &other])["given"], "Ej skickat", "no word is lost");
    asa.must(&["member", "role", &device, "ambassador"]);
    jill.json(&["sync"]);
    asa.must(&["sync"]);
    assert!(asa.must(&["show", &other]).contains("Ej skickat"));
    assert_eq!(jill.json(&["show", &contact])["family"], "Ek");
    assert_same(&asa, &jill);
}

/// A second client that stays connected.
struct Listening {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Listening {
    fn start(scripted: &Scripted, arguments: &[&str]) -> Listening {
        let mut child = scripted.command([&["listen"], arguments].concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Listening { child, lines }
    }

    fn next(&mut self) -> Json {
        let line = self.lines.next().expect("it goes on").unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_stays_connected_hears_at_once_what_is_new_and_that_they_do_not_belong_any_more() {
    let town = Town::create();
    let asa = town.desk("Åsa", "coordinator");
    let [jill, jim] = ["Jill", "Jim"].map(|name| town.scripted(name, &["ambassador"]));
    let eva = asa.must(&["add", "contact", "family=Ek"]);
    asa.must(&["sync"]);
    jim.json(&["sync"]);
    let device = |who: &Scripted| text(&who.json(&["status"])["device"]).to_owned();
    let [jills, jims] = [device(&jill), device(&jim)];
    let mut listening = Listening::start(&jill, &["--open", ""]);
    let mut open = Listening::start(&jim, &["--open", &eva]);
    // Both are seen by each other, and what the one has open.
    let here = loop {
        let news = listening.next();
        if news["here"][0][1] == json!(eva) {
            break news;
        }
    };
    assert_eq!(here["here"], json!([[jims, eva]]));
    assert_eq!(open.next()["here"], json!([[jills, null]]));
    // What is pushed comes by.
    asa.must(&["set", &eva, "given=Eva"]);
    asa.must(&["sync"]);
    while listening.next()["position"].is_null() {}
    // Whoever is let in no more hears it.
    asa.must(&["device", "revoke", &jims]);
    assert_eq!(wait(&mut open.child, PATIENCE), Some(false));
    assert!(jim.fails(&["sync"]).starts_with("access: "));
    let gone = loop {
        let news = listening.next();
        if !news["gone"][0].is_null() {
            break news["gone"][0].clone();
        }
    };
    assert_eq!(gone, json!(jims));
    drop(listening);
    assert_eq!(jill.json(&["show", &eva])["given"], "Eva", "it was kept as it came");
}
