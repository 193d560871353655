//! Two computers without a relay between them, as real processes: `samsyn serve` on one, `samsyn sync --peer` on the other.

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

/// Two ambassadors who meet on a train, with the relay that they both know; and a coordinator who was not there.
struct Journey {
    _relay: Relay,
    asa: Desk,
    bo: Desk,
    maja: Desk,
}

impl Journey {
    fn new(folder: &Path) -> Journey {
        let relay = Relay::start(&folder.join("relay"), 0);
        let workspace = relay.create_workspace("Byrån");
        let desk = |name: &str, role: &str| {
            let path = folder.join(format!("{name}.samsyn"));
            let joined = workspace.join_with(&path, name, &workspace.invite(&["--role", role]));
            assert!(joined.status.success(), "{}", complaint(&joined));
            Desk { path }
        };
        let (asa, bo) = (desk("Asa", "ambassador"), desk("Bo", "ambassador"));
        Journey { asa, bo, maja: desk("Maja", "coordinator"), _relay: relay }
    }

    /// Asa has written something; Bo got it directly and went on in it.
    fn meet(&self) -> String {
        let id = self.asa.must(&["add", "contact", "family=Ek"]).trim().to_owned();
        let serving = Serving::start(&self.asa, &[]);
        self.bo.must(&["sync", "--peer", &serving.address]);
        self.bo.must(&["set", &id, "given=Eva"]);
        id
    }
}

fn held(desk: &Desk) -> u64 {
    desk.json(&["sync"])["held"].as_u64().unwrap()
}

#[test]
fn what_came_directly_waits_for_whoever_wrote_it_and_nobody_is_bothered_with_that() {
    let folder = tempfile::tempdir().unwrap();
    let journey = Journey::new(folder.path());
    let id = journey.meet();
    // Bo is online first: what is Asa's is not his to hand on, and what he wrote builds on it.
    assert_eq!(held(&journey.bo), 2, "her record, and his edit");
    assert!(!journey.maja.must(&["list", "contact"]).contains("Ek"));
    journey.bo.must(&["add", "contact", "family=Eget"]);
    assert_eq!(held(&journey.bo), 2, "what has nothing to do with it goes");
    journey.maja.must(&["sync"]);
    assert!(journey.maja.must(&["list", "contact"]).contains("Eget"));
    // Then she is; and with that all of it reaches the relay.
    journey.asa.must(&["sync"]);
    assert_eq!(held(&journey.bo), 0);
    journey.maja.must(&["sync"]);
    assert!(journey.maja.must(&["show", &id]).contains("Eva"));
}

/// A window is connected for days: what others' work makes possible is sent as soon as that comes by. (Found by using it.)
#[test]
fn what_waits_goes_on_a_connection_that_is_open_already() {
    use samsyn_client::keys;
    use samsyn_client::link::Connection;
    let folder = tempfile::tempdir().unwrap();
    let journey = Journey::new(folder.path());
    let id = journey.meet();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut bo = keys::open(&journey.bo.path).unwrap();
    runtime.block_on(async {
        let mut connection = Connection::open(&bo).await.unwrap();
        while !connection.is_settled(&bo).unwrap() {
            connection.next(&mut bo).await.unwrap();
        }
        assert_eq!(bo.store().outbox_state().unwrap().held, 2);
        journey.asa.must(&["sync"]);
        let goes_on = async {
            while bo.store().outbox_state().unwrap() != Default::default() {
                connection.next(&mut bo).await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, goes_on).await.expect("what waited is sent");
    });
    journey.maja.must(&["sync"]);
    assert!(journey.maja.must(&["show", &id]).contains("Eva"));
}

#[test]
fn a_coordinator_hands_on_what_others_wrote_who_never_come_online_again() {
    let folder = tempfile::tempdir().unwrap();
    let journey = Journey::new(folder.path());
    let id = journey.meet();
    assert_eq!(held(&journey.bo), 2);
    // Asa's laptop is in the sea. Bo meets the coordinator.
    let serving = Serving::start(&journey.bo, &[]);
    journey.maja.must(&["sync", "--peer", &serving.address]);
    drop(serving);
    let sent = journey.maja.json(&["sync"]);
    assert_eq!((sent["held"].as_u64(), sent["pushed"].as_u64()), (Some(0), Some(2)), "{sent}");
    assert_eq!(held(&journey.bo), 0);
    let history = journey.bo.must(&["show", &id, "--history"]);
    assert!(history.contains("Asa") && history.contains("Bo") && !history.contains("Maja"), "{history}");
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
    // A role from which something is kept.
    let partner = folder.path().join("partner.samsyn");
    let organisation = "0".repeat(26);
    let code = other.invite(&["--role", "partner", "--organisation", &organisation]);
    assert!(other.join_with(&partner, "Hotellet", &code).status.success());
    let partner = Desk { path: partner };
    assert!(fails(&partner, &serving.address).contains("by the relay only"));
    assert!(complaint(&partner.run(&["serve", "--listen", "127.0.0.1:0"])).contains("by the relay only"));
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
