//! The second client, in JavaScript (`tests/javascript`): what it needs is looked for, its packages are fetched once, and each
//! of its commands is a process.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use crate::documented::top;
use crate::process::{Desk, Relay, Workspace, complaint, run};

/// The oldest Node that it runs on: that of Debian 12.
const OLDEST_NODE: u32 = 18;

/// Where the second client stands, with its packages in it.
///
/// # Panics
/// Where Node is not installed or too old, or its packages cannot be fetched. Each says what to do.
pub fn folder() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    READY.get_or_init(|| {
        let folder = top().join("tests/javascript");
        look_for_node();
        fetch_packages(&folder);
        folder
    })
}

fn look_for_node() {
    let version = Command::new("node").arg("--version").output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let number = |version: &str| version.trim_start_matches('v').split('.').next()?.parse::<u32>().ok();
    assert!(
        version.as_deref().and_then(number).is_some_and(|number| number >= OLDEST_NODE),
        "the second client needs Node {OLDEST_NODE} or newer, and here is {}: install it (`sudo apt-get install nodejs npm`), as README says under \"Test it\"",
        version.as_deref().unwrap_or("none"),
    );
}

/// Fetches the packages that the lock file names, unless just these are there.
fn fetch_packages(folder: &Path) {
    let lock = fs::read(folder.join("package-lock.json")).expect("the lock file can be read");
    let mark = folder.join("node_modules/.fetched-by");
    if fs::read(&mark).is_ok_and(|fetched| fetched == lock) {
        return;
    }
    let fetch = Command::new("npm").arg("ci").current_dir(folder).stdin(Stdio::null()).output();
    let fetch =
        fetch.expect("npm is installed: `sudo apt-get install npm`, as README says under \"Test it\"");
    assert!(
        fetch.status.success(),
        "the second client's packages could not be fetched. Once they are there, no network is needed any more: run `npm ci` in {} where npm's registry can be reached. npm says: {}",
        folder.display(),
        complaint(&fetch),
    );
    fs::write(mark, lock).expect("what was fetched can be noted");
}

/// A device of the second client: a file, and commands on it.
#[derive(Debug, Clone)]
pub struct Scripted {
    /// The file in which it keeps everything.
    pub state: PathBuf,
}

impl Scripted {
    /// Joins a workspace with that code.
    ///
    /// # Panics
    /// Where it is not let in.
    pub fn join(state: &Path, address: &str, name: &str, code: &str) -> Scripted {
        let scripted = Scripted { state: state.to_owned() };
        let mut join = scripted.command(["join", address, "--name", name]);
        let mut child = join.stdin(Stdio::piped()).spawn().expect("Node starts");
        // It may end before it reads; then the pipe is closed.
        let _ = writeln!(child.stdin.take().expect("its input is piped"), "{code}");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", complaint(&output));
        scripted
    }

    /// A command, not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new("node");
        command.arg(folder().join("samsyn.js")).args(arguments).arg("--state").arg(&self.state);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("Node starts")
    }

    /// Runs a command that must succeed, and answers what it printed.
    ///
    /// # Panics
    /// Where it fails, or prints no JSON.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    /// Runs a command that must fail, and answers its words.
    ///
    /// # Panics
    /// Where it succeeds.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?} succeeded");
        complaint(&output)
    }
}

/// A relay with a workspace, where some work with the command line and some with the second client.
#[derive(Debug)]
pub struct Town {
    /// Where everybody keeps what is theirs.
    pub folder: tempfile::TempDir,
    /// The relay.
    pub relay: Relay,
    /// The workspace.
    pub workspace: Workspace,
}

impl Town {
    /// An empty one.
    ///
    /// # Panics
    /// Where the relay cannot be started.
    pub fn create() -> Town {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let relay = Relay::start(&folder.path().join("relay"), 0);
        let workspace = relay.create_workspace("Byrån");
        Town { folder, relay, workspace }
    }

    /// Somebody's own folder.
    fn own(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).expect("a folder can be made");
        folder
    }

    /// Somebody who works with the command line.
    ///
    /// # Panics
    /// Where they are not let in.
    pub fn desk(&self, name: &str, role: &str) -> Desk {
        self.desk_with(name, &self.workspace.invite(&["--role", role]))
    }

    /// The same with a code that they have.
    ///
    /// # Panics
    /// Where they are not let in.
    pub fn desk_with(&self, name: &str, code: &str) -> Desk {
        let path = self.own(name).join("a.samsyn");
        let joined = self.workspace.join_with(&path, name, code);
        assert!(joined.status.success(), "{}", complaint(&joined));
        Desk { path }
    }

    /// Somebody who works with the second client: the role, and what else is said to invite somebody.
    ///
    /// # Panics
    /// Where they are not let in.
    pub fn scripted(&self, name: &str, role: &[&str]) -> Scripted {
        let code = self.workspace.invite(&[&["--role"], role].concat());
        Scripted::join(&self.own(name).join("state.json"), &self.workspace.address, name, &code)
    }

    /// What an operator asks of the relay: the command, what stands behind the workspace's id, and what it printed.
    ///
    /// # Panics
    /// Where it fails.
    pub fn operate(&self, command: &str, rest: &[&str]) -> String {
        let data = self.workspace.data.to_str().expect("a test's folder has a plain name");
        let output = run("samsyn-relay", [&[command, self.workspace.id(), "--data", data], rest].concat());
        assert!(output.status.success(), "{command}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The heads of all documents of a desk, by record.
fn heads(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    const READ: &str = "what was exported can be read";
    let out = desk.path.with_file_name("out");
    desk.must(&["export", "--automerge", &out.display().to_string(), "--overwrite"]);
    let files = |folder: &Path| fs::read_dir(folder).expect(READ).map(|entry| entry.expect(READ).path());
    let read = |file: PathBuf| {
        let document = automerge::Automerge::load(&fs::read(&file).expect(READ)).expect(READ);
        let mut heads: Vec<_> = document.get_heads().iter().map(ToString::to_string).collect();
        heads.sort();
        (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), heads)
    };
    files(&out).flat_map(|kind| files(&kind).collect::<Vec<_>>()).map(read).collect()
}

/// The same of the second client.
fn heads_of(scripted: &Scripted) -> BTreeMap<String, Vec<String>> {
    serde_json::from_value(scripted.json(&["status"])["heads"].clone()).expect("it prints heads by record")
}

/// Both have the same, nothing waits and nothing is kept apart.
///
/// # Panics
/// Where that is not so.
pub fn assert_same(desk: &Desk, scripted: &Scripted) {
    assert_eq!(heads(desk), heads_of(scripted));
    let status = scripted.json(&["status"]);
    assert_eq!(
        (&status["waiting"], &status["apart"], &status["refused"]),
        (&json!(0), &json!([]), &json!([]))
    );
}
