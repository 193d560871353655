//! Where a relay is: addresses as people type them, a relay that moves, and a workspace that is taken to one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use samsyn_tests::process::{Desk, Relay, Workspace, complaint, program, run};
use serde_json::Value as Json;

const ID: &str = "4h248h2484h248h2484h248h24";

fn desk(folder: &Path, name: &str) -> Desk {
    std::fs::create_dir_all(folder.join(name)).unwrap();
    Desk { path: folder.join(name).join("a.samsyn") }
}

/// Somebody's workspace that is only on their computer.
fn alone(folder: &Path, name: &str) -> Desk {
    let desk = desk(folder, name);
    desk.must(&["new", "Byrån", "--name", name]);
    desk
}

fn said(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    let said = complaint(output);
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn families(desk: &Desk) -> Vec<String> {
    let list = desk.json(&["list", "contact"]);
    list.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

fn new_workspace(relay: &Relay, name: &str, arguments: &[&str]) -> Json {
    let data = relay.data.to_str().unwrap();
    let command = ["workspace", "create", name, "--json", "--data", data, "--address", &relay.address[5..]];
    let output = run("samsyn-relay", command.iter().chain(arguments));
    assert!(output.status.success(), "{}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn both(made: &Json) -> String {
    format!("{}#{}", made["address"].as_str().unwrap(), made["code"].as_str().unwrap())
}

#[test]
fn an_address_that_is_none_is_said_in_both_languages_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "bo");
    for (address, english, swedish) in [
        (format!("ws://localhost:99999/{ID}"), "\"99999\" is no port", "”99999” är ingen port"),
        (format!("ws://:7400/{ID}"), "names no host", "saknar värd"),
        (format!("wss://bo:hemligt@localhost/{ID}"), "before the @", "före @"),
        (format!("ftp://localhost/{ID}"), "not with ftp://", "inte med ftp://"),
        (format!("localhost/{ID}"), "put wss:// before it", "skriv wss:// framför"),
        ("ws://localhost".to_owned(), "names no workspace", "vilken arbetsyta"),
        (format!("ws://::1:7400/{ID}"), "in brackets", "inom hakparenteser"),
        (format!("ws://localhost/{ID}?x=1"), "holds no ?", "har inget ?"),
    ] {
        for (language, words) in [("en", english), ("sv", swedish)] {
            let mut join = desk.command(&["join", &address, "--name", "Bo", "--language", language]);
            let said = said(&join.env("SAMSYN_CODE", "AB12-CD34-EF56-GH78").output().unwrap());
            assert!(said.contains(words) && !said.contains("hemligt"), "{address}: {said}");
        }
    }
    assert!(!desk.path.exists());
    // One that an earlier version took is told, and mended.
    let eva = alone(folder.path(), "eva");
    let secret = samsyn_engine::identity::WorkspaceSecret::random();
    let mut replica = samsyn_engine::replica::Replica::open(&eva.path).unwrap();
    replica.set_relay("ws://localhost:99999", &secret.into()).unwrap();
    drop(replica);
    let told = said(&eva.run(&["sync"]));
    assert!(told.contains("ws://localhost:99999, cannot be used: \"99999\" is no port"), "{told}");
    eva.must(&["relay", "ws://localhost:9", "--anyway"]);
    assert!(said(&eva.run(&["sync"])).contains("cannot be reached"));
    let said = said(&alone(folder.path(), "asa").run(&["serve", "--listen", "localhost:99999"]));
    assert!(said.contains("\"99999\" is no port"), "{said}");
}

#[test]
fn a_file_may_be_called_as_sqlite_calls_what_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:x", "file:y?mode=memory", ":memory:", "50%25 #1?"] {
        let samsyn = |arguments: &[&str]| {
            let mut command = Command::new(program("samsyn"));
            command.current_dir(folder.path()).env("SAMSYN_KEYS", folder.path().join("keys"));
            let output = command.args(arguments).args(["--replica", name]).output().unwrap();
            assert!(output.status.success(), "{name}: {}", complaint(&output));
            String::from_utf8(output.stdout).unwrap()
        };
        samsyn(&["new", "Byrån", "--name", "Åsa"]);
        samsyn(&["add", "contact", "family=Ek"]);
        assert!(samsyn(&["list", "contact"]).contains("Ek"), "{name}");
        assert!(folder.path().join(name).metadata().unwrap().len() > 0, "{name} is a file like any other");
    }
    let made = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(!made.into_iter().any(|name| name == "x" || name == "y"), "nothing else was made");
}

#[test]
fn a_relay_listens_at_all_addresses_of_a_name_and_says_what_is_wrong_with_others() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |listen: &str| {
        let mut command = Command::new(program("samsyn-relay"));
        command.env("SAMSYN_LANGUAGE", "en");
        command.args(["serve", "--listen", listen, "--data"]).arg(folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for (listen, words) in [
        ("localhost:99999", "\"99999\" is no port"),
        (":7400", "names no host"),
        ("no-such-host.invalid:7400", "is not known here"),
        ("0.0.0.0:0", "can be reached from other machines"),
    ] {
        let said = said(&serve(listen).output().unwrap());
        assert!(said.contains(words), "{listen}: {said}");
    }
    let mut relay = serve("localhost:0").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(relay.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().rsplit(':').next().unwrap().to_owned();
    assert!(line.starts_with("listening on ws://127.0.0.1:"), "{line}");
    let answers = |host: &str| {
        let Ok(mut stream) = std::net::TcpStream::connect(format!("{host}:{port}")) else { return false };
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).is_ok() && answer.contains("200 OK")
    };
    let (ipv4, ipv6) = (answers("127.0.0.1"), answers("[::1]"));
    relay.kill().unwrap();
    relay.wait().unwrap();
    assert!(ipv4);
    // Not every computer has IPv6, and localhost need not have that address.
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    let named =
        std::net::ToSocketAddrs::to_socket_addrs("localhost:0").unwrap().any(|address| address.is_ipv6());
    assert_eq!(ipv6, has_ipv6 && named);
}

#[test]
fn a_replica_follows_its_relay_with_what_waits_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let bo = desk(folder.path(), "bo");
    assert!(workspace.join(&bo.path, "Bo").status.success());
    bo.must(&["add", "contact", "family=Ek"]);
    let (data, before) = (relay.data.clone(), relay.address.clone());
    assert!(relay.stop());
    assert!(!bo.run(&["sync"]).status.success());

    // Nobody is there, or somebody who does not have it: nothing is changed.
    let other = Relay::start(&folder.path().join("other"), 0);
    let refused = said(&bo.run(&["relay", &other.address]));
    assert!(refused.contains("does not have this workspace") && refused.contains("--anyway"), "{refused}");
    let refused = said(&bo.run(&["relay", "ws://127.0.0.1:1"]));
    assert!(refused.contains("nothing was changed"), "{refused}");
    let refused = said(&bo.run(&["relay", &format!("{}/{ID}", other.address)]));
    assert!(refused.contains("another workspace"), "{refused}");
    assert_eq!(bo.json(&["relay"])["relay"], before.as_str());

    let moved = Relay::start(&data, 0);
    let shown = bo.json(&["relay", &format!("{}/{}", moved.address, workspace.id())]);
    assert_eq!((&shown["relay"], &shown["waiting"]), (&moved.address.as_str().into(), &1.into()));
    assert_eq!(bo.json(&["sync"])["pushed"], 1, "a record, with what is in it");
    // Those who come later come to where it is now.
    let invited = bo.json(&["invite"]);
    assert_eq!(invited["address"], format!("{}/{}", moved.address, workspace.id()));
    let eva = desk(folder.path(), "eva");
    let there = Workspace { address: invited["address"].as_str().unwrap().to_owned(), ..workspace };
    assert!(there.join_with(&eva.path, "Eva", invited["code"].as_str().unwrap()).status.success());
    assert_eq!(families(&eva), ["Ek"]);
    // On the train nobody can be asked.
    bo.must(&["relay", "wss://relay.example.se", "--anyway"]);
    let refused = said(&bo.run(&["relay", "ws://relay.example.se", "--anyway"]));
    assert!(refused.contains("--unencrypted"), "{refused}");
    assert!(
        said(&bo.command(&["relay", "ws://relay.example.se", "--language", "sv"]).output().unwrap())
            .contains("krypterat")
    );
}

/// Answers every request like that, until the test ends.
fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn a_relay_that_says_where_it_is_now_is_not_followed_but_told() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let bo = desk(folder.path(), "bo");
    assert!(workspace.join(&bo.path, "Bo").status.success());
    bo.must(&["add", "contact", "family=Ek"]);
    let location = format!("{}/sync/{}", relay.address.replace("ws://", "http://"), workspace.id());
    let answer = |status: &str| {
        answering(format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
    };
    for status in ["301 Moved Permanently", "308 Permanent Redirect"] {
        bo.must(&["relay", &answer(status), "--anyway"]);
        let told = said(&bo.run(&["sync"]));
        let words = format!("has moved to {0}: take that address with `samsyn relay {0}`", relay.address);
        assert!(told.contains(&words), "{told}");
    }
    let old = answer("307 Temporary Redirect");
    bo.must(&["relay", &old, "--anyway"]);
    let told = said(&bo.run(&["sync"]));
    assert!(told.contains(&format!("is at {} for the time being", relay.address)), "{told}");
    assert_eq!(bo.json(&["relay"])["relay"], old, "it was told, and not kept");
    // Whoever joins there is told, and nothing is left behind.
    let eva = desk(folder.path(), "eva");
    let there = Workspace { address: format!("{}/{}", answer("301 X"), workspace.id()), ..workspace.clone() };
    let told = said(&there.join(&eva.path, "Eva"));
    assert!(told.contains(&relay.address) && !eva.path.exists(), "{told}");

    bo.must(&["relay", &relay.address]);
    assert_eq!(bo.json(&["sync"])["pushed"], 1, "a record, with what is in it");
}

#[test]
fn a_workspace_that_was_only_here_is_taken_to_a_relay_with_all_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let asa = alone(folder.path(), "asa");
    let id = asa.must(&["add", "contact", "family=Ek", "given=Eva"]);
    asa.must(&["set", &id, "family=Ask", "--why", "gift"]);
    for number in 0..80 {
        asa.must(&["add", "contact", &format!("family=Nummer {number:02}")]);
    }
    let history = asa.must(&["show", &id, "--history"]);
    // Whoever tries to join with it is told how it is done.
    let made = new_workspace(&relay, "Kongressbyrån", &[]);
    let told = said(&asa.run(&["join", &both(&made), "--name", "Åsa"]));
    assert!(told.contains("samsyn share ADDRESS"), "{told}");

    let shared = asa.json(&["share", &both(&made)]);
    assert_eq!((&shared["name"], &shared["workspace"]), (&"Kongressbyrån".into(), &made["workspace"]));
    assert!(shared["pushed"].as_u64().unwrap() >= 41, "{shared}");
    assert_eq!(asa.json(&["sync"])["pushed"], 0);
    assert_eq!(asa.must(&["show", &id, "--history"]), history, "who wrote what, and when, is as it was");
    let members = asa.json(&["members"]);
    assert_eq!(members["members"][0]["role"], "coordinator", "{members}");

    // Others come in, have everything, and write.
    let invited = asa.json(&["invite"]);
    let bo = desk(folder.path(), "bo");
    let (address, data) = (invited["address"].as_str().unwrap().to_owned(), relay.data.clone());
    let workspace = Workspace { address, data, code: None };
    let joined = workspace.join_with(&bo.path, "Bo", invited["code"].as_str().unwrap());
    assert!(joined.status.success(), "{}", complaint(&joined));
    assert_eq!((families(&bo).len(), bo.must(&["show", &id, "--history"])), (81, history));
    bo.must(&["add", "contact", "family=Alm"]);
    bo.must(&["sync"]);
    asa.must(&["sync"]);
    assert_eq!(families(&asa).len(), 82);

    // It is there now: it is not taken anywhere else, and nobody else's is put into it.
    let other = new_workspace(&relay, "En annan", &[]);
    assert!(said(&asa.run(&["share", &both(&other)])).contains("on a relay already"));
    let eva = alone(folder.path(), "eva");
    eva.must(&["add", "contact", "family=Dahl"]);
    let before = eva.json(&["relay"]);
    for role in ["coordinator", "ambassador"] {
        let code = workspace.invite(&["--role", role]);
        let told = said(&eva.run(&["share", &format!("{}#{code}", workspace.address)]));
        assert!(told.contains("not empty") && told.contains("nothing was changed"), "{told}");
        assert_eq!(eva.json(&["relay"]), before);
    }
    let told = said(&eva.run(&["share", &format!("{}#AB12-CD34-EF56-GH78", workspace.address)]));
    assert!(told.contains("nothing was changed"), "{told}");
    assert_eq!(families(&eva), ["Dahl"]);
    assert_eq!(bo.json(&["sync"])["received"].as_u64(), Some(0), "nobody has seen anything of it");
    eva.must(&["share", &both(&other)]);
}

#[test]
fn a_workspace_that_is_made_for_somebodys_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let asa = alone(folder.path(), "asa");
    asa.must(&["add", "contact", "family=Ek"]);
    let id = asa.json(&["relay"])["workspace"].as_str().unwrap().to_owned();
    let made = new_workspace(&relay, "Byrån", &["--id", &id]);
    assert_eq!(made["workspace"], id.as_str());
    asa.must(&["share", &both(&made)]);
    // Nobody's is overwritten by making it once more.
    let data = relay.data.to_str().unwrap();
    let output = run("samsyn-relay", ["workspace", "create", "Byrån", "--data", data, "--id", &id]);
    assert!(said(&output).contains("is there already"));
    asa.must(&["add", "contact", "family=Alm"]);
    asa.must(&["sync"]);
    assert_eq!(families(&asa).len(), 2);
}

#[test]
fn killed_at_any_moment_it_is_taken_there_in_the_end_once() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    for moment in [0, 5, 10, 20, 40, 80, 160] {
        let name = format!("asa-{moment}");
        let asa = alone(folder.path(), &name);
        for number in 0..3 {
            asa.must(&["add", "contact", &format!("family=Nummer {number}")]);
        }
        let made = new_workspace(&relay, &name, &[]);
        let mut share = asa.command(&["share", &both(&made)]);
        let mut share = share.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        share.kill().unwrap();
        share.wait().unwrap();
        // Begun or not, the same command goes on with it; where it was in already, the next sync does.
        let again = asa.run(&["share", &both(&made)]);
        if !again.status.success() {
            assert!(complaint(&again).contains("on a relay already"), "{}", complaint(&again));
            asa.must(&["sync"]);
        }
        let code = asa.json(&["invite"]);
        let bo = desk(folder.path(), &format!("bo-{moment}"));
        let address = made["address"].as_str().unwrap().to_owned();
        let workspace = Workspace { address, data: relay.data.clone(), code: None };
        assert!(workspace.join_with(&bo.path, "Bo", code["code"].as_str().unwrap()).status.success());
        assert_eq!(families(&bo).len(), 3);
        assert_eq!(asa.json(&["members"])["members"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_push_that_waits_for_its_turn_says_so() {
    let folder = tempfile::tempdir().unwrap();
    // A second's worth, and a minute's at once: what is more has to wait.
    let relay = Relay::start_with(&folder.path().join("relay"), 0, &["--changes-per-second", "30"]);
    let asa = alone(folder.path(), "asa");
    let mut replica = samsyn_engine::replica::Replica::open(&asa.path).unwrap();
    let records: Vec<_> = (0..1_300)
        .map(|number| {
            let mut new = samsyn_engine::schema::NewRecord::new(&samsyn_engine::schema::kinds::CONTACT);
            let family = samsyn_engine::schema::Value::Text(format!("Nummer {number}"));
            new.cells.insert("family".to_owned(), family);
            new
        })
        .collect();
    replica.create_records(&records).unwrap();
    drop(replica);
    let made = new_workspace(&relay, "Byrån", &[]);
    let output = asa.run(&["share", &both(&made), "--json"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let told = complaint(&output);
    assert!(told.contains("of 1301 changes") && told.contains("waiting for its turn at the relay"), "{told}");
    let shared: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shared["pushed"], 1301);
}
