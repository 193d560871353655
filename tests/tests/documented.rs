//! Every command that the documents name is run, as a reader would: by a shell, in the order of the story that they tell, with
//! what stands in capitals replaced by what the commands before have printed. Those of the build are run by `.ci/run`, at a
//! small size; a test looks that it does.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use samsyn_tests::documented::{Commands, top};
use samsyn_tests::process::{PATIENCE, complaint, create_workspace_with_a_secret, program, terminate, wait};

/// What is not run, and why.
const NOT_RUN: [(&str, &str); 14] = [
    (
        "sudo apt-get install gcc libssl-dev pkg-config ca-certificates",
        "of the machine: `.ci/run` installs these",
    ),
    (
        "sudo useradd --system --home-dir /var/lib/samsyn-relay --shell /usr/sbin/nologin samsyn-relay",
        "of the machine",
    ),
    ("sudo systemctl enable --now samsyn-relay", "wants a machine that systemd runs"),
    (
        "docker run -d --name samsyn --stop-timeout 15 -v samsyn:/data -p 443:7400 -e SAMSYN_RELAY_ACME_DOMAINS=relay.example.se samsyn-relay",
        "wants a container engine",
    ),
    (
        "docker exec samsyn samsyn-relay workspace create \"Kongressbyrån\" --address wss://relay.example.se",
        "wants a container engine",
    ),
    (".ci/run", "runs this test"),
    ("cargo test --workspace", "runs this test"),
    ("cargo test --workspace --test all roles::", "a part of what runs this test"),
    ("cargo build", "runs before this test"),
    ("cargo run", "the beginning of others"),
    ("cargo deny", "run by `.ci/run`"),
    ("samsyn demo-relay", "run by the demo"),
    ("cargo build --locked --release --package samsyn-server", "a part of what `.ci/run` builds"),
    ("samsyn-tests bench", "run by `.ci/run` under its long name"),
];

/// A folder with a shell in it that finds this build's programs.
struct Shell {
    folder: tempfile::TempDir,
    /// What stands in the documents, and what is put in its place.
    instead: Vec<(&'static str, String)>,
}

impl Shell {
    fn new() -> Shell {
        Shell { folder: tempfile::tempdir().unwrap(), instead: Vec::new() }
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn put(&mut self, documented: &'static str, real: impl Into<String>) {
        self.instead.retain(|(name, _)| *name != documented);
        self.instead.push((documented, real.into()));
    }

    fn in_place_of(&self, documented: &str) -> &str {
        &self.instead.iter().find(|(name, _)| *name == documented).unwrap().1
    }

    /// A documented command, not started yet.
    fn command(&self, commands: &mut Commands, documented: &str) -> Command {
        self.command_with(commands, documented, "")
    }

    /// The same where a sentence names only its beginning.
    fn command_with(&self, commands: &mut Commands, documented: &str, rest: &str) -> Command {
        commands.runs(documented);
        let command = format!("{documented}{rest}");
        let real = self.instead.iter().fold(command, |text, (name, real)| text.replace(name, real));
        let programs = program("samsyn").parent().unwrap().to_owned();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {real}")]).current_dir(self.folder.path());
        command.env("PATH", path).env("SAMSYN_LANGUAGE", "en").env("SAMSYN_KEYS", self.at("keys"));
        command.env("SAMSYN_REPLICA", self.at("asa.samsyn"));
        command.env("HOME", self.folder.path()).env("SAMSYN_PASSPHRASE", "älg under bordet 7");
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
        command
    }

    fn output(&self, commands: &mut Commands, documented: &str) -> Output {
        self.command(commands, documented).output().unwrap()
    }

    /// Runs a documented command that must succeed, and answers what it printed.
    fn must(&self, commands: &mut Commands, documented: &str) -> String {
        let output = self.output(commands, documented);
        assert!(output.status.success(), "`{documented}`: {}", complaint(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts a documented command that listens, and answers where.
    fn listens(&self, commands: &mut Commands, documented: &str) -> (Listening, String) {
        let mut child = self.command(commands, documented).stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let running = Listening(child);
        let mut lines = BufReader::new(output).lines();
        let address = lines.find_map(|line| {
            let line = line.ok()?;
            let word = line.split_whitespace().find(|word| word.contains("127.0.0.1:"))?;
            Some(word.trim_end_matches(['.', ',']).to_owned())
        });
        (running, address.unwrap_or_else(|| panic!("`{documented}` does not say where it listens")))
    }
}

/// A process that ends with the value.
struct Listening(Child);

impl Listening {
    /// As by Ctrl+C in the terminal that it was started from.
    fn stop(mut self) {
        terminate(&self.0);
        assert_eq!(wait(&mut self.0, PATIENCE), Some(true));
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The JSON that a command prints which no document names: only to know what to put in place of a word in capitals.
fn asked(shell: &Shell, arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(program(arguments[0]))
        .args(&arguments[1..])
        .current_dir(shell.folder.path())
        .env("SAMSYN_LANGUAGE", "en")
        .env("SAMSYN_KEYS", shell.at("keys"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_command_that_the_documents_name_does_what_they_say() {
    let mut commands = Commands::read();
    let mut shell = Shell::new();
    for (command, _) in NOT_RUN {
        commands.runs(command);
    }
    for command in small() {
        commands.runs(&command);
    }
    relay_is_set_up(&mut commands, &mut shell);
    let relay = workspace_is_shared(&mut commands, &mut shell);
    people_work(&mut commands, &mut shell);
    replica_is_backed_up(&mut commands, &mut shell);
    two_meet_without_a_relay(&mut commands, &mut shell);
    relay_is_looked_after(&mut commands, &mut shell);
    people_leave(&mut commands, &mut shell);
    somebody_comes_back(&mut commands, &shell);
    a_workspace_is_taken_to_a_relay(&mut commands, &shell);
    relay.stop();
    an_old_workspace_gets_members(&mut commands, &mut shell);
    files_of_a_version_are_made(&mut commands, &shell);
    let left: Vec<String> =
        commands.left().iter().map(|left| format!("{}: {}", left.document, left.command)).collect();
    assert!(left.is_empty(), "documented, and run by nothing:\n{}", left.join("\n"));
}

/// `docs/operating`: with folders of this test's in place of the machine's.
fn relay_is_set_up(commands: &mut Commands, shell: &mut Shell) {
    for folder in ["bin", "etc", "docs/operating", "target/release"] {
        fs::create_dir_all(shell.at(folder)).unwrap();
    }
    for file in ["samsyn-relay.toml", "samsyn-relay.service"] {
        fs::copy(top().join("docs/operating").join(file), shell.at("docs/operating").join(file)).unwrap();
    }
    fs::copy(program("samsyn-relay"), shell.at("target/release/samsyn-relay")).unwrap();
    shell.put("sudo -u samsyn-relay ", "");
    shell.put("sudo ", "");
    shell.put(" -o samsyn-relay ", " ");
    shell.put("/usr/local/bin/", "bin/");
    shell.put("/var/lib/samsyn-relay", "var");
    shell.put("/etc/systemd/system/", "etc/");
    shell.put("/etc/samsyn-relay.toml", "etc/samsyn-relay.toml");
    shell.must(commands, "sudo install -m 0755 target/release/samsyn-relay /usr/local/bin/");
    shell.must(commands, "sudo install -d -m 0700 -o samsyn-relay /var/lib/samsyn-relay");
    assert_eq!(fs::metadata(shell.at("var")).unwrap().permissions().mode() & 0o777, 0o700);
    shell.must(commands, "sudo install -m 0644 docs/operating/samsyn-relay.toml /etc/samsyn-relay.toml");
    // The file as it stands names a folder of the machine's; "then edit it", it says.
    let settings = fs::read_to_string(shell.at("etc/samsyn-relay.toml")).unwrap();
    let edited = settings.replace("/var/lib/samsyn-relay", shell.at("var").to_str().unwrap());
    fs::write(shell.at("etc/samsyn-relay.toml"), edited).unwrap();
    let said = shell
        .must(commands, "sudo -u samsyn-relay samsyn-relay config check --config /etc/samsyn-relay.toml");
    assert!(said.contains("relay.example.se"), "{said}");
    shell.must(commands, "sudo install -m 0644 docs/operating/samsyn-relay.service /etc/systemd/system/");
    let made = shell.must(
        commands,
        "sudo -u samsyn-relay samsyn-relay workspace create \"Kongressbyrån\" --data /var/lib/samsyn-relay --address wss://relay.example.se",
    );
    assert!(made.contains("wss://relay.example.se/"), "{made}");
}

/// README, "Use it": a workspace that two people are in.
fn workspace_is_shared(commands: &mut Commands, shell: &mut Shell) -> Listening {
    shell.must(commands, "samsyn-relay workspace create \"Kongressbyrån\" --data relay-data");
    shell.put("127.0.0.1:7400", "127.0.0.1:0");
    let (relay, address) =
        shell.listens(commands, "samsyn-relay serve --data relay-data --listen 127.0.0.1:7400");
    shell.put("127.0.0.1:7400", address.trim_start_matches("ws://"));
    let workspaces = asked(shell, &["samsyn-relay", "workspace", "list", "--data", "relay-data", "--json"]);
    let workspace = workspaces[0]["workspace"].as_str().unwrap().to_owned();
    shell.put("WORKSPACE", workspace);
    join(commands, shell, &["--role", "coordinator"], "Åsa Berg", "asa.samsyn");
    let window = shell.output(commands, "samsyn --replica asa.samsyn");
    assert!(complaint(&window).contains("display"), "without a display it says so: {}", complaint(&window));
    let invited = shell.must(commands, "samsyn --replica asa.samsyn invite --role ambassador");
    assert!(invited.contains('█') || invited.contains('▀'), "a picture: {invited}");
    join(commands, shell, &["--role", "ambassador"], "Bo Ek", "bo.samsyn");
    relay
}

/// Joins by the documented command, and types the code that it asks for.
fn join(commands: &mut Commands, shell: &Shell, role: &[&str], name: &str, replica: &str) {
    let workspace = shell.in_place_of("WORKSPACE");
    let invite = [&["samsyn-relay", "invite", workspace, "--data", "relay-data", "--json"], role].concat();
    let code = asked(shell, &invite)["code"].as_str().unwrap().to_owned();
    let documented = "samsyn join ws://127.0.0.1:7400/WORKSPACE --name \"Åsa Berg\" --replica asa.samsyn";
    let mut shell_of_theirs = Shell { folder: tempfile::tempdir().unwrap(), instead: shell.instead.clone() };
    shell_of_theirs.put("Åsa Berg", name);
    shell_of_theirs.put("asa.samsyn", replica);
    let mut command = shell_of_theirs.command(commands, documented);
    command.current_dir(shell.folder.path()).env("SAMSYN_KEYS", shell.at("keys"));
    let output = typed(command, &code);
    assert!(output.status.success(), "{}", complaint(&output));
}

/// Runs a command, and types a line that it asks for.
fn typed(mut command: Command, line: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    child.wait_with_output().unwrap()
}

/// README: the same things as in the window.
fn people_work(commands: &mut Commands, shell: &mut Shell) {
    let asa = "samsyn --replica asa.samsyn";
    shell.must(commands, &format!("{asa} add focus_area name=Vintersport"));
    let eva =
        shell.must(commands, &format!("{asa} add contact given=Eva family=Ek focus_areas=\"Vintersport\""));
    shell.put("4f7k…", &eva);
    shell.put("PERSON", &eva);
    assert!(shell.must(commands, &format!("{asa} fields contact")).contains("legal_basis"));
    assert!(shell.must(commands, &format!("{asa} list contact --sort family")).contains("Eva Ek"));
    shell.must(commands, &format!("{asa} list contact --where legal_basis=Samtycke"));
    let meeting = format!("{asa} add meeting name=Kongressen status=tentative \"dates=12–14 maj 2029\"");
    shell.must(commands, &format!("{meeting} \"budget=2,5 mkr\""));
    assert!(shell.must(commands, &format!("{asa} search ek")).contains("Eva Ek"));
    shell.put("WORDS", "ek");
    assert!(shell.must(commands, "samsyn search WORDS --json").contains("\"near\""));
    shell.must(commands, &format!("{asa} set 4f7k… follow_up=2027-01-15 --why \"ring efter nyår\""));
    assert!(shell.must(commands, &format!("{asa} sync")).contains("sent"));
    assert!(shell.must(commands, &format!("{asa} refused")).contains("Nothing is refused"));
    assert!(shell.must(commands, &format!("{asa} status")).contains("Everything is sent"));
    shell.must(commands, &format!("{asa} review"));
    shell.must(commands, &format!("{asa} findings"));
    shell.must(commands, &format!("{asa} export --automerge out/ --json out.json"));
    assert!(fs::read_to_string(shell.at("out.json")).unwrap().contains("Ek"));
    assert!(shell.must(commands, &format!("{asa} access PERSON")).contains("Ek"));
    assert!(shell.must(commands, &format!("{asa} key")).contains("encrypt"));
}

/// README and `docs/backup.md`: a backup, here and on another computer.
fn replica_is_backed_up(commands: &mut Commands, shell: &mut Shell) {
    for (documented, folder) in [("/media/stick", "stick"), ("/srv/nightly", "nightly")] {
        fs::create_dir(shell.at(folder)).unwrap();
        shell.put(documented, folder);
    }
    fs::write(shell.at("passphrase"), "fyra ord som ingen annan\r\n").unwrap();
    shell.put("/root/passphrase", "passphrase");
    shell.must(commands, "samsyn backup /media/stick");
    let asa = "samsyn --replica asa.samsyn";
    assert!(shell.must(commands, &format!("{asa} backup /media/stick --passphrase")).contains("passphrase"));
    shell.must(commands, "samsyn backup monday.samsyn-backup --passphrase");
    shell.must(commands, "samsyn backup /srv/nightly --passphrase-file /root/passphrase --json");
    assert_eq!(fs::read_dir(shell.at("nightly")).unwrap().count(), 1);
    assert!(shell.must(commands, "samsyn restore monday.samsyn-backup").contains("is back"));
    shell.must(commands, &format!("{asa} restore monday.samsyn-backup"));
    shell.must(commands, "samsyn --replica other.samsyn restore monday.samsyn-backup");
    assert!(shell.must(commands, &format!("{asa} list contact --sort family")).contains("Eva Ek"));
    shell.must(commands, &format!("{asa} sync"));
}

/// README: two computers on the same hotspot.
fn two_meet_without_a_relay(commands: &mut Commands, shell: &mut Shell) {
    shell.put("0.0.0.0:7401", "127.0.0.1:0");
    let (serving, address) =
        shell.listens(commands, "samsyn --replica asa.samsyn serve --listen 0.0.0.0:7401");
    shell.put("192.168.43.17", address);
    // It has the secret that the channel is sealed with from the relay.
    asked(shell, &["samsyn", "sync", "--json", "--replica", "bo.samsyn"]);
    shell.must(commands, "samsyn --replica bo.samsyn sync --peer 192.168.43.17");
    drop(serving);
}

/// `docs/operating`: day by day, while it serves.
fn relay_is_looked_after(commands: &mut Commands, shell: &mut Shell) {
    let members = asked(shell, &["samsyn", "members", "--json", "--replica", "asa.samsyn"]);
    let mut all = members["members"].as_array().unwrap().iter();
    let bo = all.find(|member| member["label"] == "Bo Ek").unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    shell.put("MEMBER", text(&bo["member"]));
    shell.put("DEVICE", text(&bo["devices"][0]["device"]));
    shell.put("FILE", "backup.sqlite");
    let on_the_relay = |shell: &Shell, commands: &mut Commands, documented: &str| {
        let mut command = shell.command(commands, documented);
        command.env("SAMSYN_RELAY_DATA", "relay-data");
        let output = command.output().unwrap();
        assert!(output.status.success(), "`{documented}`: {}", complaint(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for documented in [
        "samsyn-relay member list WORKSPACE",
        "samsyn-relay invite WORKSPACE --role coordinator",
        "samsyn-relay invite WORKSPACE --member MEMBER",
        "samsyn-relay compact WORKSPACE",
        "samsyn-relay stats WORKSPACE",
        "samsyn-relay verify WORKSPACE",
        "samsyn-relay backup WORKSPACE --to FILE",
        "samsyn-relay restore FILE --replace",
    ] {
        on_the_relay(shell, commands, documented);
    }
    assert!(shell.at("backup.sqlite").exists());
    let another =
        asked(shell, &["samsyn", "add", "contact", "family=Alm", "--json", "--replica", "asa.samsyn"]);
    asked(shell, &["samsyn", "sync", "--json", "--replica", "asa.samsyn"]);
    shell.put("RECORD", text(&another["id"]));
    on_the_relay(shell, commands, "samsyn-relay erase WORKSPACE RECORD --yes");
    shell.instead.retain(|(name, _)| *name != "RECORD");
}

/// README: who belongs, and who does not any more.
fn people_leave(commands: &mut Commands, shell: &mut Shell) {
    let asa = "samsyn --replica asa.samsyn";
    assert!(shell.must(commands, &format!("{asa} members")).contains("Bo Ek"));
    shell.must(commands, &format!("{asa} member role MEMBER reader"));
    shell.must(commands, &format!("{asa} device revoke DEVICE"));
    let shown = shell.output(commands, &format!("{asa} erase PERSON"));
    assert!(complaint(&shown).contains("--yes") || String::from_utf8_lossy(&shown.stdout).contains("--yes"));
    let mut command = shell.command(commands, "samsyn-relay member remove WORKSPACE MEMBER");
    assert!(command.env("SAMSYN_RELAY_DATA", "relay-data").status().unwrap().success());
    // No keyring here, which is where a new replica is encrypted by itself.
    shell.must(commands, "samsyn encrypt");
    shell.must(commands, &format!("{asa} lock"));
    assert!(!shell.output(commands, &format!("{asa} list contact --sort family")).status.success());
    shell.must(commands, "samsyn unlock");
    shell.must(commands, "samsyn decrypt");
    let mut alone = shell.command_with(commands, "samsyn new", " Mitt --name Åsa");
    assert!(alone.env("SAMSYN_REPLICA", shell.at("alone.samsyn")).status().unwrap().success());
}

/// Somebody who was removed is asked back, and comes in on the replica that is there.
fn somebody_comes_back(commands: &mut Commands, shell: &Shell) {
    let workspace = shell.in_place_of("WORKSPACE");
    let invite = ["samsyn-relay", "invite", workspace, "--data", "relay-data", "--json", "--member"];
    let code = asked(shell, &[&invite[..], &[shell.in_place_of("MEMBER")]].concat());
    let mut enter = shell.command(commands, "samsyn enter");
    enter.env("SAMSYN_REPLICA", shell.at("bo.samsyn"));
    let output = typed(enter, code["code"].as_str().unwrap());
    assert!(output.status.success(), "{}", complaint(&output));
}

/// README: what was only on one computer is taken to a relay, and a relay has another address.
fn a_workspace_is_taken_to_a_relay(commands: &mut Commands, shell: &Shell) {
    let create = ["samsyn-relay", "workspace", "create", "Mitt", "--data", "relay-data", "--json"];
    let made = asked(shell, &create);
    let mut there = Shell { folder: tempfile::tempdir().unwrap(), instead: shell.instead.clone() };
    there.put("WORKSPACE", made["workspace"].as_str().unwrap());
    let mut share =
        there.command(commands, "samsyn --replica alone.samsyn share ws://127.0.0.1:7400/WORKSPACE");
    share.current_dir(shell.folder.path()).env("SAMSYN_KEYS", shell.at("keys"));
    let output = typed(share, made["code"].as_str().unwrap());
    assert!(output.status.success(), "{}", complaint(&output));

    let relay = format!("ws://{}", shell.in_place_of("127.0.0.1:7400"));
    assert!(shell.must(commands, "samsyn --replica asa.samsyn relay").contains(&relay));
    there.put("wss://relay.example.org", relay);
    let mut moved = there.command(commands, "samsyn --replica asa.samsyn relay wss://relay.example.org");
    moved.current_dir(shell.folder.path()).env("SAMSYN_KEYS", shell.at("keys"));
    let output = moved.output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
}

/// A workspace of an earlier version, with a secret for all, is given members.
fn an_old_workspace_gets_members(commands: &mut Commands, shell: &mut Shell) {
    let (workspace, _) = create_workspace_with_a_secret(&shell.at("relay-data"), "Gamla byrån");
    shell.put("WORKSPACE", workspace.to_string());
    let mut command = shell.command(commands, "samsyn-relay workspace members WORKSPACE");
    assert!(command.env("SAMSYN_RELAY_DATA", "relay-data").status().unwrap().success());
}

/// `tests/files`: what the next format's folder is made with, here with the programs of today.
fn files_of_a_version_are_made(commands: &mut Commands, shell: &Shell) {
    commands.runs("git worktree add ../before COMMIT && (cd ../before && cargo build --bins)");
    commands.runs("tests/files/make ../before/target/debug tests/files/7");
    let programs = program("samsyn").parent().unwrap().to_owned();
    let out = shell.at("files");
    let made = Command::new(top().join("tests/files/make")).arg(&programs).arg(&out).output().unwrap();
    assert!(made.status.success(), "{}", complaint(&made));
    for file in ["log.sqlite.zst", "Asa.samsyn.zst", "Bo.samsyn.zst", "Asa.json", "erased"] {
        assert!(Path::new(&out).join(file).exists(), "{file}");
    }
}

/// The documented commands that `.ci/run` says it runs at a small size.
fn small() -> Vec<String> {
    let script = fs::read_to_string(top().join(".ci/run")).unwrap();
    let lines = script.lines().filter_map(|line| line.trim_start().strip_prefix("small \""));
    lines.filter_map(|line| line.split_once("\" ")).map(|(documented, _)| documented.to_owned()).collect()
}

/// Neither Cargo nor the compiler misses a file of tests that nobody names.
#[test]
fn every_file_of_tests_belongs_to_the_one_program() {
    for crate_of_tests in ["tests", "server"] {
        let folder = top().join(crate_of_tests).join("tests");
        let named = fs::read_to_string(folder.join("all.rs")).unwrap();
        let manifest = fs::read_to_string(folder.join("../Cargo.toml")).unwrap();
        for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let belongs = named.lines().any(|line| line == format!("mod {name};"))
                || manifest.contains(&format!("name = \"{name}\""));
            assert!(belongs || name == "all", "{} is run by nobody", file.display());
        }
    }
}

/// A reader holds a file of that length in mind.
#[test]
fn no_source_file_is_longer_than_six_hundred_lines() {
    let mut folders: Vec<_> = ["engine", "server", "client", "tests"].map(|name| top().join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= 600, "{} has {lines} lines", path.display());
            }
        }
    }
}
