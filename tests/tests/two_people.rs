//! Two people's programs against a real relay, with the plug pulled in the middle.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use samsyn_engine::replica::Replica;
use samsyn_tests::process::{Desk, Relay, Workspace, complaint, run, terminate, wait};
use serde_json::json;

struct Bureau {
    folder: tempfile::TempDir,
    relay: Relay,
    workspace: Workspace,
}

impl Bureau {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"), 0);
        let workspace = relay.create_workspace("Byrån");
        Bureau { folder, relay, workspace }
    }

    fn join(&self, person: &str) -> Desk {
        let path = self.folder.path().join(format!("{person}.samsyn"));
        let output = self.workspace.join(&path, person);
        assert!(output.status.success(), "{}", complaint(&output));
        Desk { path }
    }

    /// Pulls the plug of the relay and starts it again at the same address.
    fn restart(&mut self, pull: bool) {
        let (data, port) = (self.relay.data.clone(), self.relay.port());
        let relay = std::mem::replace(&mut self.relay, Relay::start(&self.folder.path().join("stand-in"), 0));
        if pull {
            relay.kill()
        } else {
            assert!(relay.stop())
        }
        self.relay = Relay::start(&data, port);
    }
}

fn families(desk: &Desk) -> Vec<String> {
    let list = desk.json(&["list", "contact"]);
    list.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_two_write_offline_is_merged_and_reviewed() {
    let bureau = Bureau::new();
    let (asa, bo) = (bureau.join("Asa"), bureau.join("Bo"));
    let id = asa.must(&["add", "contact", "given=Eva", "family=Ek", "notes=Spelar cello."]);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    bo.must(&["review", "--done"]);

    asa.must(&["set", &id, "family=Ask", "notes=Spelar cello. Bor i Åre.", "--why", "gift"]);
    bo.must(&["set", &id, "family=Alm", "notes=Eva spelar cello."]);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    asa.must(&["sync"]);

    let (one, other) = (asa.json(&["show", &id]), bo.json(&["show", &id]));
    assert_eq!(one, other);
    assert_eq!(one["fields"]["notes"], "Eva spelar cello. Bor i Åre.");
    let review = bo.json(&["review"]);
    let values = review[0]["conflicts"][0]["values"].as_array().unwrap();
    let mut names: Vec<_> = values.iter().map(|value| value["value"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Alm", "Ask"]);
    let words = bo.must(&["review"]);
    assert!(words.contains("Asa") && words.contains("gift"), "{words}");

    bo.must(&["set", &id, "family=Alm"]);
    bo.must(&["review", "--done"]);
    assert_eq!(bo.json(&["review"]), json!([]));
    bo.must(&["sync"]);
    asa.must(&["sync"]);
    assert_eq!(asa.json(&["show", &id])["fields"]["family"], "Alm");
}

#[test]
fn a_relay_whose_plug_is_pulled_has_all_that_it_acknowledged() {
    let mut bureau = Bureau::new();
    let asa = bureau.join("Asa");
    for round in 0..4 {
        asa.must(&["add", "contact", &format!("family=Berg {round}")]);
        asa.must(&["sync"]);
        bureau.restart(round % 2 == 0);
    }
    let bo = bureau.join("Bo");
    assert_eq!(families(&bo).len(), 4);
}

/// Both compare with the relay that does not know their places any more, over real sockets: each gives it what it lost,
/// and takes what the other gave it.
#[test]
fn a_relay_whose_folder_was_set_back_gets_its_tail_from_both_who_have_it() {
    let mut bureau = Bureau::new();
    let (asa, bo) = (bureau.join("Asa"), bureau.join("Bo"));
    let id = asa.must(&["add", "contact", "given=Eva", "family=Ek"]);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    let (data, saved) = (bureau.relay.data.clone(), bureau.folder.path().join("saved"));
    // Stopped in good order, so that what is copied is whole.
    let port = bureau.relay.port();
    let stand_in = Relay::start(&bureau.folder.path().join("another"), 0);
    assert!(std::mem::replace(&mut bureau.relay, stand_in).stop());
    copy_folder(&data, &saved);
    bureau.relay = Relay::start(&data, port);

    asa.must(&["set", &id, "notes=Talade i Lund."]);
    asa.must(&["add", "contact", "family=Alm"]);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    bo.must(&["set", &id, "given=Eva Maria"]);
    bo.must(&["add", "contact", "family=Ask"]);
    bo.must(&["sync"]);

    let stand_in = Relay::start(&bureau.folder.path().join("third"), 0);
    std::mem::replace(&mut bureau.relay, stand_in).kill();
    std::fs::remove_dir_all(&data).unwrap();
    copy_folder(&saved, &data);
    bureau.relay = Relay::start(&data, port);
    for desk in [&asa, &bo, &asa] {
        desk.must(&["sync"]);
    }
    assert_eq!(families(&asa).len(), 3);
    assert_eq!(families(&asa), families(&bo));
    assert_eq!(asa.json(&["show", &id]), bo.json(&["show", &id]));
    let cilla = bureau.join("Cilla");
    assert_eq!(families(&cilla), families(&bo), "the relay has all of it again");
    assert_eq!(cilla.json(&["show", &id])["fields"]["notes"], "Talade i Lund.");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_client_whose_plug_is_pulled_at_any_moment_loses_nothing_it_had_written() {
    let bureau = Bureau::new();
    let (asa, bo) = (bureau.join("Asa"), bureau.join("Bo"));
    let mut written = 0;
    for round in 0..12_u64 {
        // So many records that pushing them takes a while; the plug is pulled a little later each time.
        for number in 0..6 {
            asa.must(&["add", "contact", &format!("family=Berg {round:02}-{number}")]);
            written += 1;
        }
        let mut syncing = asa.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 7));
        syncing.kill().unwrap();
        syncing.wait().unwrap();
    }
    assert_eq!(families(&asa).len(), written);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    assert_eq!(families(&bo), families(&asa));
    let replica = Replica::open(&asa.path).unwrap();
    assert_eq!(replica.store().outbox_state().unwrap().waiting, 0);
}

#[test]
fn both_plugs_are_pulled_while_both_push() {
    let mut bureau = Bureau::new();
    let desks = [bureau.join("Asa"), bureau.join("Bo")];
    for round in 0..5_u64 {
        let mut syncing = Vec::new();
        for (number, desk) in desks.iter().enumerate() {
            desk.must(&["add", "venue", &format!("name=Sal {round}-{number}")]);
            syncing
                .push(desk.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        }
        std::thread::sleep(Duration::from_millis(5 + round * 11));
        bureau.restart(true);
        for mut process in syncing {
            // It fails, or it was faster; either way it ends by itself.
            assert!(wait(&mut process, samsyn_tests::process::PATIENCE).is_some());
        }
    }
    for _ in 0..2 {
        desks.iter().for_each(|desk| drop(desk.must(&["sync"])));
    }
    let lists: Vec<_> = desks.iter().map(|desk| desk.json(&["list", "venue"])).collect();
    assert_eq!(lists[0], lists[1]);
    assert_eq!(lists[0].as_array().unwrap().len(), 10);
}

#[test]
fn a_relay_that_is_asked_to_stop_ends_well_while_others_push() {
    let bureau = Bureau::new();
    let asa = bureau.join("Asa");
    for number in 0..20 {
        asa.must(&["add", "contact", &format!("family=Berg {number}")]);
    }
    let mut syncing = asa.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let Bureau { relay, folder, .. } = bureau;
    assert!(relay.stop());
    assert!(wait(&mut syncing, samsyn_tests::process::PATIENCE).is_some());
    drop(folder);
}

#[test]
fn a_window_less_program_works_on_a_replica_that_another_has_open() {
    let bureau = Bureau::new();
    let asa = bureau.join("Asa");
    let open = Replica::open(&asa.path).unwrap();
    let id = asa.must(&["add", "contact", "family=Ek"]);
    assert_eq!(open.record(id.parse().unwrap()).unwrap().title(), "Ek");
}

/// A workspace of before there were members is given some; and a code that is mistyped costs nothing.
#[test]
fn a_workspace_with_a_secret_gets_members_and_everybody_enters_with_what_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let (id, secret) = relay.create_workspace_with_a_secret("Byrån");
    let (data, address) = (relay.data.clone(), format!("{}/{id}", relay.address));
    let workspace = Workspace { address, data: data.clone(), code: None };
    let desk = |name: &str| {
        let path = folder.path().join(format!("{name}.samsyn"));
        let joined = workspace.join_with(&path, name, &secret.reveal());
        assert!(joined.status.success(), "{}", complaint(&joined));
        samsyn_tests::process::Desk { path }
    };
    let (asa, bo) = (desk("Asa"), desk("Bo"));
    bo.must(&["add", "contact", "family=Ek"]);
    let text = data.to_str().unwrap();
    let given = run("samsyn-relay", ["workspace", "members", workspace.id(), "--data", text]);
    assert!(given.status.success(), "{}", complaint(&given));
    let said = String::from_utf8(given.stdout).unwrap();
    let code = said.lines().find_map(|line| line.strip_prefix("code")).unwrap().trim();
    // The secret opens nothing any more, and what was written waits.
    assert!(complaint(&bo.run(&["sync"])).contains("does not let this device in"));
    let enter = |desk: &samsyn_tests::process::Desk, code: &str| {
        desk.command(&["enter"]).env("SAMSYN_CODE", code).output().unwrap()
    };
    let wrong = enter(&asa, "AAAA-AAAA-AAAA-AAAA");
    assert!(complaint(&wrong).contains("does not let this device in"), "{}", complaint(&wrong));
    let entered = enter(&asa, code);
    assert!(String::from_utf8_lossy(&entered.stdout).contains("Your role: "), "{}", complaint(&entered));
    let mistyped = enter(&asa, "AAAA-AAAA-AAAA-AAAA");
    assert!(!mistyped.status.success());
    asa.must(&["sync"]);
    let invited = asa.json(&["invite"]);
    assert!(enter(&bo, invited["code"].as_str().unwrap()).status.success());
    asa.must(&["sync"]);
    assert!(asa.must(&["list", "contact"]).contains("Ek"), "what waited has come");
}

#[test]
fn bad_input_gets_one_sentence_and_a_code() {
    let bureau = Bureau::new();
    let asa = bureau.join("Asa");
    let path = |name: &str| bureau.folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("notes.txt"), "my notes, which are not a replica at all".repeat(50)).unwrap();
    let gone = Relay::start(&bureau.folder.path().join("other"), 0);
    let elsewhere = gone.create_workspace("Annan");
    let nobody_listens = elsewhere.clone();
    gone.kill();

    let used = bureau.workspace.invite(&[]);
    assert!(bureau.workspace.join_with(std::path::Path::new(&path("d")), "Dag", &used).status.success());
    let wrong_code = Workspace { code: Some(used), ..bureau.workspace.clone() };
    let no_code = Workspace { code: Some("hello".into()), ..bureau.workspace.clone() };
    let cases = [
        (asa.run(&["--frobnicate"]), 2, "--frobnicate"),
        (asa.run(&["list", "dragon"]), 1, "dragon"),
        (asa.run(&["show", "zzzz"]), 1, "zzzz"),
        (asa.run(&["set", "zzzz", "family"]), 1, "zzzz"),
        (asa.run(&["add", "contact", "follow_up=someday"]), 1, "follow_up"),
        (asa.run(&["add", "contact", "dragon=1"]), 1, "dragon"),
        (run("samsyn", ["list", "contact", "--replica", &path("missing.samsyn")]), 1, "samsyn new"),
        (run("samsyn", ["list", "contact", "--replica", &path("notes.txt")]), 1, "not a Samsyn replica"),
        (
            run("samsyn", ["list", "contact", "--replica", bureau.folder.path().to_str().unwrap()]),
            1,
            "cannot be used",
        ),
        (
            run("samsyn", ["new", "Byrå", "--name", "Eva", "--replica", asa.path.to_str().unwrap()]),
            1,
            "already a file",
        ),
        (wrong_code.join(std::path::Path::new(&path("a")), "Eve"), 1, "used up"),
        (no_code.join(std::path::Path::new(&path("b")), "Eve"), 1, "invitation code"),
        (nobody_listens.join(std::path::Path::new(&path("c")), "Eve"), 1, "cannot be reached"),
    ];
    for (output, code, words) in cases {
        let complaint = complaint(&output);
        assert_eq!(output.status.code(), Some(code), "{complaint}");
        assert!(complaint.contains(words), "\"{complaint}\" does not say \"{words}\"");
        assert!(code == 2 || complaint.lines().count() == 1, "{complaint}");
    }
    for name in ["a", "b", "c"] {
        assert!(!std::path::Path::new(&path(name)).exists(), "a failed join leaves nothing behind");
    }
    assert_eq!(std::fs::read(path("notes.txt")).unwrap().len(), 40 * 50);
}

#[test]
fn a_replica_whose_relay_is_away_goes_on_working() {
    let bureau = Bureau::new();
    let asa = bureau.join("Asa");
    let Bureau { relay, folder, .. } = bureau;
    relay.kill();
    let id = asa.must(&["add", "contact", "family=Ek"]);
    let output = asa.run(&["sync"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("your work is safe"), "{}", complaint(&output));
    asa.must(&["set", &id, "given=Eva"]);
    assert_eq!(asa.json(&["show", &id])["title"], "Eva Ek");
    drop(folder);
}

#[test]
fn the_demo_without_a_display_prints_its_review_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().join("kept");
    let common = ["Jämtkraft Arena", "Erik Norberg", "Sara Åström"];
    let swedish: (&[&str], _) = (&[], ["9 165", "9 500", "avgör med"]);
    let english: (&[&str], _) = (&["--language", "en"], ["9,165", "9,500", "decide with"]);
    for (arguments, words) in [swedish, english] {
        let mut demo = std::process::Command::new(samsyn_tests::process::program("samsyn"))
            .args(["demo", "--keep"])
            .arg(&keep)
            .args(arguments)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            // Found by hand: a relay that speaks Swedish was waited for without an end.
            .env_remove("SAMSYN_LANGUAGE")
            .env("LC_ALL", "sv_SE.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ended = wait(&mut demo, samsyn_tests::process::PATIENCE * 3);
        if ended.is_none() {
            terminate(&demo);
        }
        assert_eq!(ended, Some(true));
        let output = demo.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).replace('\u{a0}', " ");
        for words in common.into_iter().chain(words) {
            assert!(text.contains(words), "\"{words}\" is not in:\n{text}");
        }
    }
    for name in ["ambassador-1", "ambassador-2", "coordinator"] {
        Replica::open(&keep.join(format!("{name}.samsyn"))).unwrap();
    }
}
