//! The second client, in JavaScript (`tests/javascript`): what it needs is looked for, its packages are fetched once, and each
//! of its commands is a process.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::documented::top;
use crate::process::complaint;

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
