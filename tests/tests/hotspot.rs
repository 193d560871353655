//! Two computers without a relay between them, as real processes: `samsyn serve` on one, `samsyn sync --peer` on the other.

#![allow(clippy::unwrap_used, reason = "what fails in here fails the test")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};

use samsyn_tests::process::{Desk, PATIENCE, Relay, complaint, terminate, wait};

/// A replica that is being served. Ends with the value.
struct Serving {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Serving {
    fn start(desk: &Desk, more: &[&str]) -> Serving {
        let arguments = [&["serve", "--listen", "127.0.0.1:0", "--json"], more].concat();
        let mut child =
            desk.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut serving = Serving { child, output, address: String::new() };
        serving.address = serving.said()["listening"].as_str().unwrap().to_owned();
        serving
    }

    fn said(&mut self) -> serde_json::Value {
        let mut line = String::new();
        // JSON is written over several lines.
        loop {
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended: {line}");
            if let Ok(value) = serde_json::from_str(&line) {
                return value;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two people of one workspace, who both joined while there was a relay. There is none any more.
fn on_a_train(folder: &Path) -> (Desk, Desk) {
    let relay = Relay::start(&folder.join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let desk = |name: &str| {
        let path = folder.join(format!("{name}.samsyn"));
        let joined = workspace.join(&path, name);
        assert!(joined.status.success(), "{}", complaint(&joined));
        Desk { path }
    };
    (desk("Asa"), desk("Bo"))
}

fn families(desk: &Desk) -> Vec<String> {
    let listed = desk.json(&["list", "contact"]);
    let text = listed.to_string();
    ["Ek", "Berg", "Lund"].into_iter().filter(|name| text.contains(name)).map(str::to_owned).collect()
}

#[test]
fn two_computers_have_the_same_after_a_visit_and_the_window_may_write_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (asa, bo) = on_a_train(folder.path());
    asa.must(&["add", "contact", "family=Ek"]);
    bo.must(&["add", "contact", "family=Berg"]);
    let mut serving = Serving::start(&asa, &[]);
    let visit = bo.json(&["sync", "--peer", &serving.address]);
    assert!(visit["pushed"].as_u64().unwrap() >= 2, "{visit}");
    assert_eq!(families(&bo), ["Ek", "Berg"]);
    assert_eq!(serving.said()["error"], serde_json::Value::Null);
    // While it is served its person goes on, and the next visit brings that.
    asa.must(&["add", "contact", "family=Lund"]);
    bo.must(&["sync", "--peer", &serving.address]);
    for desk in [&asa, &bo] {
        assert_eq!(families(desk), ["Ek", "Berg", "Lund"]);
    }
    // Ctrl-C ends it in good order.
    let interrupted =
        std::process::Command::new("kill").arg("-INT").arg(serving.child.id().to_string()).status();
    assert!(interrupted.unwrap().success());
    assert_eq!(wait(&mut serving.child, PATIENCE), Some(true));
}

#[test]
fn what_stands_in_the_way_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (asa, bo) = on_a_train(folder.path());
    let fails = |desk: &Desk, address: &str| {
        let output = desk.run(&["sync", "--peer", address]);
        assert!(!output.status.success());
        complaint(&output)
    };
    // Nobody there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(fails(&bo, &free.to_string()).contains("nobody answers"));
    // A relay there.
    let relay = Relay::start(&folder.path().join("another"), 0);
    let address = relay.address.strip_prefix("ws://").unwrap();
    assert!(fails(&bo, address).contains("is no replica"), "{}", fails(&bo, address));
    // Another workspace there.
    let other = relay.create_workspace("En annan");
    let path = folder.path().join("other.samsyn");
    assert!(other.join(&path, "Mallory").status.success());
    let mut serving = Serving::start(&asa, &[]);
    assert!(fails(&Desk { path }, &serving.address).contains("another workspace"));
    assert!(serving.said()["error"].as_str().unwrap().contains("another workspace"));
    // A replica there, where a relay is looked for.
    let relay_is_a_replica =
        bo.run(&["join", &format!("ws://{}/{}", serving.address, "0".repeat(26)), "--name", "Bo"]);
    assert!(!relay_is_a_replica.status.success());
    // The address is taken.
    let taken = bo.run(&["serve", "--listen", &serving.address]);
    assert!(complaint(&taken).contains("cannot be served"), "{}", complaint(&taken));
}

#[test]
fn a_visit_that_is_killed_in_the_middle_is_made_up_for_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (asa, bo) = on_a_train(folder.path());
    for number in 0..30 {
        asa.must(&["add", "contact", &format!("family=Ek {number}")]);
    }
    let serving = Serving::start(&asa, &[]);
    for pause in [5, 20, 60] {
        let mut visiting =
            bo.command(&["sync", "--peer", &serving.address]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let _ = visiting.kill();
        let _ = visiting.wait();
    }
    bo.must(&["sync", "--peer", &serving.address]);
    let count = |desk: &Desk| desk.json(&["list", "contact"]).as_array().unwrap().len();
    assert_eq!((count(&asa), count(&bo)), (30, 30));
    terminate(&serving.child);
}
