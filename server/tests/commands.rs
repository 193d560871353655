//! The command line, as an operator uses it; and what it says when something is wrong: one sentence, what and what next.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::support::{Client, Laptop, Process, Town, complaint, run};
use samsyn_engine::identity::{DeviceId, Role};
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::sync::ErrorCode;

fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let output = run(arguments);
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {said:?} does not say {word:?}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn wrong_usage_is_one_sentence_that_points_to_the_help() {
    let help = "see `samsyn-relay --help`";
    refused(&["--flag"], 2, &["--flag", help]);
    refused(&["serve", "--data", "x", "--port", "1"], 2, &["--port", help]);
    refused(&["serve"], 2, &["--data", help]);
    refused(&["serve", "--data", "x", "--listen", "localhost:99999"], 2, &["99999", "--listen", help]);
    refused(&["serve", "--data", "x", "--log-format", "yaml"], 2, &["yaml", help]);
    refused(&["dance"], 2, &["dance", help]);
    refused(&[], 2, &["serve", "workspace", help]);
    refused(&["workspace"], 2, &[help]);
    refused(&["workspace", "create", "--data", "x"], 2, &["NAME", help]);
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["workspace", "create", "--help"], &["--version"]]
    {
        let output = run(arguments);
        assert!(output.status.success() && output.stderr.is_empty() && !output.stdout.is_empty());
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (none, file) = (folder.path().join("none"), folder.path().join("file"));
    fs::write(&file, "a letter").unwrap();
    refused(&["serve", "--data", text(&none)], 1, &["none", "workspace create"]);
    assert!(!none.exists());
    refused(&["workspace", "list", "--data", text(&none)], 1, &["none"]);
    refused(&["serve", "--data", text(&file)], 1, &["file", "not a folder", "--data"]);
    refused(&["workspace", "create", "Byrån", "--data", text(&file)], 1, &["not a folder"]);
    let deep = folder.path().join("a").join("b");
    refused(&["workspace", "create", "Byrån", "--data", text(&deep)], 1, &["cannot be written"]);
    // Even an administrator cannot write here.
    if Path::new("/proc/self").exists() {
        refused(&["serve", "--data", "/proc"], 1, &["/proc", "cannot be written"]);
        refused(&["workspace", "create", "Byrån", "--data", "/proc/self"], 1, &["cannot be written"]);
    }
}

#[test]
fn an_address_that_is_taken_or_not_ours_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |address: &str, words: &[&str]| {
        refused(&["serve", "--data", text(folder.path()), "--listen", address], 1, words);
    };
    serve(&address, &[&address, "in use", "--listen"]);
    // For documentation only (RFC 5737).
    serve("192.0.2.1:7400", &["192.0.2.1:7400", "encrypted", "--listen"]);
    serve("0.0.0.0:0", &["0.0.0.0:0", "encrypted", "--listen"]);
}

#[test]
fn two_relays_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let serve = ["serve", "--data", text(folder.path()), "--listen", "127.0.0.1:0"];
    refused(&serve, 1, &["another relay", "--data"]);
    relay.kill();
    drop(Process::start(folder.path()));
}

#[test]
fn a_file_that_is_no_log_or_of_a_newer_version_is_said_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(["workspace", "create", "Byrån", "--json", "--data", text(folder.path())]);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let log = folder.path().join("workspaces").join(made["workspace"].as_str().unwrap()).join("log.sqlite");
    let good = fs::read(&log).unwrap();
    let serve = ["serve", "--data", text(folder.path()), "--listen", "127.0.0.1:0"];
    let list = ["workspace", "list", "--data", text(folder.path())];

    // SQLite's file format: the header's bytes 60 to 63 are the user version, 68 to 71 the application's id.
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let mut other = good.clone();
    other[68..72].copy_from_slice(&7_u32.to_be_bytes());
    for (content, words) in [
        (newer, &["format 99", "install the newer one"][..]),
        (other, &["not a log", "left as it was"]),
        (b"this is a letter, not a database ".repeat(200), &["not a log", "left as it was"]),
    ] {
        fs::write(&log, &content).unwrap();
        refused(&serve, 1, words);
        refused(&list, 1, words);
        assert_eq!(fs::read(&log).unwrap(), content);
    }
    fs::write(&log, good).unwrap();
    drop(Process::start(folder.path()));
}

/// A relay's settings, as `config check` reads them.
struct Settings {
    folder: tempfile::TempDir,
    /// What they are unless something else is said.
    usual: String,
}

impl Settings {
    fn new() -> Settings {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let mut settings = Settings { folder, usual: String::new() };
        settings.usual = format!(
            "data = {:?}\nlisten = \"127.0.0.1:7411\"\nmax_connections = 7\nlog_format = \"json\"\n",
            settings.data()
        );
        settings
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What is said of a file with these settings, with this address in the environment and these flags: with the code where it fails.
    fn check(&self, settings: &str, variable: Option<&str>, flags: &[&str]) -> String {
        let file = self.folder.path().join("relay.toml");
        fs::write(&file, settings).unwrap();
        let mut command = crate::support::command();
        command.args(["config", "check", "--config", text(&file)]).args(flags);
        if let Some(listen) = variable {
            command.env("SAMSYN_RELAY_LISTEN", listen);
        }
        let output = command.output().unwrap();
        if output.status.success() {
            return String::from_utf8(output.stdout).unwrap();
        }
        let complaint = crate::support::complaint(&output);
        let complaint = complaint.trim_start_matches("samsyn-relay: ");
        format!("{}: {complaint}", output.status.code().unwrap())
    }

    /// Each of these settings with these flags comes to these words.
    fn all_say(&self, cases: &[(&str, &[&str], &str)]) {
        for (settings, flags, words) in cases {
            let said = self.check(settings, None, flags);
            assert!(said.contains(words), "{words}: {said}");
        }
    }
}

/// What is said of a setting.
fn setting(said: &str, name: &str) -> String {
    let found = said.lines().find(|line| line.starts_with(name)).unwrap();
    found.strip_prefix(name).unwrap().trim().to_owned()
}

#[test]
fn settings_come_from_a_file_over_it_variables_and_over_both_flags() {
    let settings = Settings::new();
    let (usual, data) = (settings.usual.as_str(), settings.data());
    let said = settings.check(usual, None, &[]);
    for part in [":7411", "7\n", "json", text(&data)] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(settings.check(usual, Some("127.0.0.1:7412"), &[]).contains(":7412"));
    assert!(settings.check(usual, Some("127.0.0.1:7412"), &["--listen", "127.0.0.1:7413"]).contains(":7413"));
    settings.all_say(&[
        ("dato = 1", &[], "1: the settings in"),
        ("data = 1", &[], "1: the settings in"),
        ("", &[], "2: say where the workspaces are"),
        (&format!("{usual}tls_cert = \"one.pem\""), &[], "2: TLS needs both"),
        (usual, &["--tls-cert", "none.pem", "--tls-key", "none.key"], "none.pem cannot be used"),
        (usual, &["--listen", "0.0.0.0:1"], "--insecure"),
        (usual, &["--data", "/nowhere"], "there is no data folder"),
        (usual, &["--listen", "0.0.0.0:1", "--insecure"], "0.0.0.0:1"),
    ]);
}

/// Who comes for others, and how much one gets.
#[test]
fn limits_and_proxies_are_settings_too() {
    let settings = Settings::new();
    let usual = settings.usual.as_str();
    let limited = format!(
        "{usual}proxies = [\"10.0.0.0/8\", \"::1\"]\n[limits]\nrefusals_per_minute = 9\nbytes_per_day = 77\n"
    );
    let said = settings.check(&limited, None, &["--refusals-per-minute", "11", "--changes-per-second", "13"]);
    for (name, value) in [
        ("connections_per_address", "500"),
        ("connections_per_device", "20"),
        ("handshakes_per_minute", "1000"),
        ("refusals_per_minute", "11"),
        ("changes_per_second", "13"),
        ("bytes_per_day", "77"),
    ] {
        assert_eq!(setting(&said, name), value);
    }
    assert_eq!(setting(&said, "proxies"), "10.0.0.0/8, ::1: nobody else is heard from beyond this computer");
    let beyond = ["--listen", "0.0.0.0:1", "--proxies", "192.0.2.1,192.0.2.2"];
    let said = settings.check(usual, None, &beyond);
    assert!(setting(&said, "proxies").starts_with("192.0.2.1, 192.0.2.2: nobody else"), "{said}");
    let said = settings.check(usual, None, &[&beyond[..], &["--insecure"]].concat());
    assert_eq!(setting(&said, "proxies"), "192.0.2.1, 192.0.2.2");
    settings.all_say(&[
        (&format!("{usual}proxies = [\"10.0.0.0/33\"]"), &[], "neither an address nor a network"),
        (&format!("{usual}[limits]\nbytes_per_day = 0"), &[], "1: the settings in"),
        (&format!("{usual}[limits]\nbites_per_day = 1"), &[], "bites_per_day"),
        (&usual.replace("max_connections = 7", "max_connections = 0"), &[], "1: the settings in"),
        (usual, &["--max-connections", "0"], "--max-connections"),
        (usual, &["--proxies", "::ffff:10.0.0.0/8"], "say the IPv4 network itself"),
        (usual, &["--proxies", "here"], "neither an address nor a network"),
        (usual, &["--bytes-per-day", "0"], "--bytes-per-day"),
    ]);
}

#[test]
fn a_certificate_by_acme_is_a_setting_too() {
    let settings = Settings::new();
    let usual = settings.usual.as_str();
    let by_acme =
        format!("{usual}[acme]\ndomains = [\"Relay.example.se\"]\ncontact = \"drift@example.se\"\n");
    let said = settings.check(&by_acme, None, &[]);
    let from =
        "from https://acme-v02.api.letsencrypt.org/directory (mailto:drift@example.se): none is kept yet";
    assert_eq!(setting(&said, "certificate"), format!("by ACME for relay.example.se {from}"));
    assert!(setting(&said, "listen").starts_with("wss://"), "{said}");
    let others = ["--acme-domains", "a.se,b.se", "--acme-directory", "https://ca.example/"];
    let said = settings.check(&by_acme, None, &others);
    let expected = "by ACME for a.se, b.se from https://ca.example/ (";
    assert!(setting(&said, "certificate").starts_with(expected), "{said}");
    settings.all_say(&[
        (&by_acme, &["--tls-cert", "a.pem", "--tls-key", "a.key"], "2: a certificate comes from files"),
        (&by_acme, &["--acme-directory", "http://ca.example/"], "is no ACME directory"),
        (&format!("{usual}[acme]\ndomains = []"), &[], "ACME needs the names"),
        (&format!("{usual}[acme]\ndomains = [\"192.0.2.1\"]"), &[], "no address"),
    ]);
}

#[test]
fn what_the_guide_shows_of_settings_is_right() {
    let settings = Settings::new();
    let data = settings.data();
    let check = |content: &str| settings.check(content, None, &["--data", text(&data)]);
    let shown = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating/samsyn-relay.toml");
    let shown = fs::read_to_string(shown).unwrap();
    let said = check(&shown);
    assert_eq!(setting(&said, "listen"), "wss://0.0.0.0:443");
    let expected = "by ACME for relay.example.se from https://acme-v02.";
    assert!(setting(&said, "certificate").starts_with(expected), "{said}");
    // And what it says of usual values is so.
    let usual = check("");
    for name in [
        "max_connections",
        "connections_per_address",
        "connections_per_device",
        "handshakes_per_minute",
        "refusals_per_minute",
        "changes_per_second",
        "bytes_per_day",
        "work_per_minute",
        "proxies",
    ] {
        assert_eq!(setting(&said, name), setting(&usual, name), "{name}");
    }
    let files = shown
        .replace("# tls_", "tls_")
        .replace("[acme]\n", "")
        .lines()
        .filter(|line| !["domains", "contact", "directory"].iter().any(|name| line.starts_with(name)))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(check(&files).contains("fullchain.pem cannot be used"));
}

#[test]
fn a_workspace_is_made_and_listed_and_its_invitation_is_shown_once_and_in_no_argument() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = run(["workspace", "create", "Östersunds byrå", "--data", text(&data)]);
    assert!(made.status.success());
    let said = String::from_utf8(made.stdout).unwrap();
    let value = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let (workspace, code) = (value("workspace"), value("code"));
    let join = said.lines().find(|line| line.contains("samsyn join")).unwrap();
    assert!(join.contains(&format!("ws://127.0.0.1:7400/{workspace}")) && !join.contains(&code), "{join}");
    assert!(said.contains("SAMSYN_CODE"));

    let listed = run(["workspace", "list", "--json", "--data", text(&data)]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["workspace"], workspace.as_str());
    assert_eq!(listed[0]["name"], "Östersunds byrå");
    assert_eq!(listed[0]["changes"], 0);
    let listed = run(["workspace", "list", "--data", text(&data)]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains("Östersunds byrå"));

    let kept = fs::read(data.join("workspaces").join(&workspace).join("log.sqlite")).unwrap();
    assert!(!kept.windows(code.len()).any(|bytes| bytes == code.as_bytes()), "the code is kept nowhere");
    for name in ["", "  ", "two\nlines", &"x".repeat(201)] {
        refused(&["workspace", "create", name, "--data", text(&data)], 1, &["workspace's name"]);
    }
}

#[test]
fn the_printed_address_is_where_the_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let create = |more: &[&str]| {
        let arguments =
            [&["workspace", "create", "Byrån", "--json", "--data", text(folder.path())], more].concat();
        let made: serde_json::Value = serde_json::from_slice(&run(arguments).stdout).unwrap();
        made["address"].as_str().unwrap().to_owned()
    };
    assert!(create(&[]).starts_with(&format!("{}/", relay.address)));
    assert!(create(&["--address", "relay.example.se:7400"]).starts_with("ws://relay.example.se:7400/"));
}

#[test]
fn it_says_whether_it_lives_and_whether_it_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    assert_eq!(status(&relay, "/healthz"), 200);
    assert_eq!(status(&relay, "/readyz"), 200);
    // The folder is taken away under it.
    let elsewhere = folder.path().with_extension("moved");
    fs::rename(folder.path(), &elsewhere).unwrap();
    let mut ready = 200;
    while ready == 200 {
        ready = status(&relay, "/readyz");
    }
    fs::rename(&elsewhere, folder.path()).unwrap();
    assert_eq!((ready, status(&relay, "/healthz")), (503, 200));
}

#[tokio::test]
async fn its_logs_are_lines_of_json_and_say_nothing_of_secrets_people_or_records() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("relay.log");
    let mut command = crate::support::command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data"]).arg(folder.path());
    command.env("RUST_LOG", "trace").stderr(fs::File::create(&log).unwrap());
    let mut relay = Process::spawn(command, folder.path());
    let workspace = relay.workspace();
    let mut client = workspace.join().await;
    let mut desk = crate::support::Desk::new("Hemlighetsson");
    client.push(desk.id(), &desk.all()).await;
    desk.edit("not sent");
    client.push(desk.id(), [&desk.edit("Hemlighetsson again")]).await;
    assert_eq!(client.refused.len(), 1);
    let stranger =
        samsyn_engine::sync::Hello { credential: crate::support::wrong_secret(), ..workspace.hello() };
    crate::support::Client::connect(&workspace.url(), stranger).await.end().await;
    relay.ask_to_stop();
    client.end().await;
    assert_eq!(relay.code(), Some(0));

    let written = fs::read_to_string(log).unwrap();
    let lines: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let said = |words: &str| lines.iter().any(|line| line["message"] == words);
    assert!(said("the relay is listening") && said("a device is connected") && said("changes were refused"));
    assert!(said("the relay has stopped"));
    let secret = workspace.secret.reveal();
    for private in [secret.as_str(), "Hemlighetsson", "Byrån"] {
        assert!(!written.contains(private), "{private} stands in the log");
    }
}

#[test]
fn a_browser_at_its_address_is_told_what_this_is_and_nothing_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let made = run(["workspace", "create", "Hemliga byrån", "--json", "--data", text(folder.path())]);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let workspace = made["workspace"].as_str().unwrap();
    let shown = answer(&relay, "GET", "/", "");
    let (head, page) = shown.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let header = |name: &str| {
        let found = head.lines().filter_map(|line| line.split_once(": "));
        let found: Vec<_> = found.filter(|(other, _)| other.eq_ignore_ascii_case(name)).collect();
        assert!(found.len() <= 1, "{name}: {found:?}");
        found.first().map(|(_, value)| (*value).to_owned())
    };
    assert_eq!(header("content-type").unwrap(), "text/html; charset=utf-8");
    assert_eq!(header("x-content-type-options").unwrap(), "nosniff");
    assert_eq!(header("referrer-policy").unwrap(), "no-referrer");
    let policy = header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(header("set-cookie"), None);
    assert!(page.contains("Be en koordinator") && page.contains("Ask a coordinator"), "{page}");
    assert!(page.contains("samsyn join") && page.trim_end().ends_with("</html>"), "{page}");
    for private in [workspace, "Hemliga", &relay.address["ws://".len()..]] {
        assert!(!shown.contains(private), "{private} is shown");
    }
    // The same for everybody, wherever they think that they are.
    let elsewhere = answer(&relay, "GET", "/", "Cookie: a=b\r\nReferer: http://evil.example/\r\n");
    assert_eq!(elsewhere.split_once("\r\n\r\n").unwrap().1, page);
    for path in [
        "/index.html",
        "/favicon.ico",
        "/sync",
        "/sync/",
        "/metrics",
        "//",
        "/%2e%2e/",
        &format!("/{workspace}"),
    ] {
        let answer = answer(&relay, "GET", path, "");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(!answer.contains("html"), "{path}: {answer}");
    }
    assert!(answer(&relay, "POST", "/", "Content-Length: 0\r\n").starts_with("HTTP/1.1 405 "));
    // Who asks for a WebSocket is a program with the wrong address.
    let upgrade =
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let program = answer(&relay, "GET", "/", upgrade);
    assert!(program.starts_with("HTTP/1.1 404 ") && !program.contains("html"), "{program}");
}

/// What a command says that succeeds on a workspace which is served.
fn done(town: &Town, command: &[&str], arguments: &[&str]) -> String {
    let output = town.operate(command, arguments);
    assert!(output.status.success(), "{command:?}: {}", complaint(&output));
    String::from_utf8(output.stdout).unwrap()
}

async fn inside(laptop: &Laptop, town: &Town) -> Client {
    let mut client = laptop.enter(town).await;
    client.until(|client| client.caught_up).await;
    client
}

async fn ended(client: &mut Client) -> Option<ErrorCode> {
    client.end().await.map(|notice| notice.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_on_a_workspace_works_while_people_are_connected_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(&folder.path().join("data"));
    let town = Town::create(&relay.data, &relay.address);
    let boss = town.somebody(&["--role", "coordinator"]).await;
    let (removed, revoked, reader) =
        (town.somebody(&[]).await, town.somebody(&[]).await, town.somebody(&[]).await);
    let mut client = inside(&boss, &town).await;
    let person = boss.record(&CONTACT, &[("family", Value::Text("Ek".to_owned()))]);
    let other = boss.record(&CONTACT, &[("family", Value::Text("Al".to_owned()))]);
    for document in [&person, &other] {
        client.push(document.id(), &document.changes_since(&[])).await;
    }

    let listed = run(["workspace", "list", "--data", text(&relay.data)]);
    assert!(String::from_utf8(listed.stdout).unwrap().contains(&town.id.to_string()));
    let name = |device: DeviceId| device.to_string();
    assert!(done(&town, &["member", "list"], &["--json"]).contains(&name(reader.device)));
    let numbers = |town: &Town| -> serde_json::Value {
        serde_json::from_str(&done(town, &["stats"], &["--json"])).unwrap()
    };
    assert_eq!((&numbers(&town)["changes"], &numbers(&town)["erased"]), (&4.into(), &0.into()));
    assert!(done(&town, &["verify"], &[]).contains("4 changes, and all of it is right"));
    done(&town, &["compact"], &[]);
    let backup = folder.path().join("backup.sqlite");
    assert!(done(&town, &["backup"], &["--to", text(&backup)]).contains("4 changes"));
    assert!(client.closed.is_none(), "nobody was disturbed by any of that");

    let mut out = inside(&removed, &town).await;
    done(&town, &["member", "remove"], &[&name(removed.device)]);
    assert_eq!(ended(&mut out).await, Some(ErrorCode::Access));
    let mut out = inside(&revoked, &town).await;
    done(&town, &["device", "revoke"], &[&name(revoked.device)]);
    assert_eq!(ended(&mut out).await, Some(ErrorCode::Access));
    let mut changed = inside(&reader, &town).await;
    done(&town, &["member", "role"], &[&name(reader.device), "reader"]);
    assert_eq!(ended(&mut changed).await, Some(ErrorCode::Stopping));
    let role = inside(&reader, &town).await.grant.map(|grant| grant.role);
    assert_eq!(role, Some(Role::Reader));

    done(&town, &["erase"], &[&person.id().to_string(), "--yes"]);
    assert_eq!(ended(&mut client).await, Some(ErrorCode::Stopping));
    let mut client = inside(&boss, &town).await;
    assert!(client.has_heard("Al") && !client.has_heard("Ek"));
    let put = run(["restore", text(&backup), "--replace", "--data", text(&relay.data)]);
    assert!(put.status.success(), "{}", complaint(&put));
    assert_eq!(ended(&mut client).await, Some(ErrorCode::Stopping));
    let client = inside(&boss, &town).await;
    assert!(client.has_heard("Al") && !client.has_heard("Ek"));
    assert_eq!((&numbers(&town)["changes"], &numbers(&town)["erased"]), (&2.into(), &1.into()));
    assert!(done(&town, &["verify"], &[]).contains("2 changes, and all of it is right"));
}

fn status(relay: &Process, path: &str) -> u16 {
    answer(relay, "GET", path, "").split(' ').nth(1).unwrap().parse().unwrap()
}

fn answer(relay: &Process, method: &str, path: &str, headers: &str) -> String {
    let address = relay.address.strip_prefix("ws://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Connection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
