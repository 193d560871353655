//! Real processes: the relay and the client's command line, as a person starts them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::sync::Epoch;
use samsyn_server::Folder;
use samsyn_server::log::Meta;
use serde_json::Value as Json;

/// How long anything may take before a test gives up. Generous: machines are slow at times.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// The program of that name, built with this very build.
///
/// # Panics
/// Where it cannot be found or built.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let test = std::env::current_exe().expect("a running test has a file");
    let folder = test.ancestors().find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    let folder = folder.expect("tests are built below debug or release").to_owned();
    // Cargo builds a package's programs for that package's own tests only. Fresh ones cost a moment: with a test beside them
    // (any) they are built with the features that all tests have, so nothing that is there is built again.
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--workspace", "--bins", "--test", "fuzz_corpus"]);
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo is there").success(), "the programs could not be built");
    });
    folder.join(name)
}

/// Runs a program to its end.
///
/// # Panics
/// Where it cannot be started.
pub fn run<S: AsRef<OsStr>>(name: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(program(name))
        .env("SAMSYN_LANGUAGE", "en")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("a program starts")
}

/// What a finished program wrote to standard error.
pub fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// Makes a workspace with a secret instead of members, as earlier versions did, in a relay's data folder: its id and its secret.
///
/// # Panics
/// Where it cannot be made.
pub fn create_workspace_with_a_secret(data: &Path, name: &str) -> (WorkspaceId, WorkspaceSecret) {
    let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
    let (name, secret_hash) = (name.to_owned(), Some(secret.hash()));
    let meta = Meta { workspace, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
    let made = Folder::open_or_create(data).and_then(|folder| folder.create(&meta));
    made.expect("a workspace can be made");
    (workspace, secret)
}

/// A relay process. Ends with the value.
#[derive(Debug)]
pub struct Relay {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Its data folder.
    pub data: PathBuf,
    /// Its address: `ws://127.0.0.1:PORT`.
    pub address: String,
}

impl Relay {
    /// Starts a relay on that port of loopback, 0 for any.
    ///
    /// # Panics
    /// Where it does not come up.
    pub fn start(data: &Path, port: u16) -> Relay {
        Relay::start_with(data, port, &[])
    }

    /// The same with further arguments.
    ///
    /// # Panics
    /// Where it does not come up.
    pub fn start_with(data: &Path, port: u16, arguments: &[&str]) -> Relay {
        std::fs::create_dir_all(data).expect("the folder can be made");
        let mut child = Command::new(program("samsyn-relay"))
            .env("SAMSYN_LANGUAGE", "en")
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the relay starts");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        // From here on the process ends with the value, whatever happens.
        let mut relay = Relay { child, output, data: data.to_owned(), address: String::new() };
        let mut line = String::new();
        relay.output.read_line(&mut line).expect("its output can be read");
        let address = line.trim().strip_prefix("listening on ");
        relay.address = address.expect("the relay ended before it listened").to_owned();
        relay
    }

    /// Its port.
    ///
    /// # Panics
    /// Where its address has none.
    pub fn port(&self) -> u16 {
        let port = self.address.rsplit(':').next().and_then(|port| port.parse().ok());
        port.expect("the address ends with a port")
    }

    /// Makes a workspace, and uses up nobody's invitation yet.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn create_workspace(&self, name: &str) -> Workspace {
        let data = self.data.to_str().expect("a test's folder has a plain name");
        let output = run("samsyn-relay", ["workspace", "create", name, "--json", "--data", data]);
        assert!(output.status.success(), "{}", complaint(&output));
        let made: Json = serde_json::from_slice(&output.stdout).expect("it prints JSON");
        let text = |key: &str| made[key].as_str().expect("it prints texts").to_owned();
        let (address, data) = (format!("{}/{}", self.address, text("workspace")), self.data.clone());
        Workspace { address, data, code: None }
    }

    /// Makes a workspace with a secret instead of members, as earlier versions did: its id and its secret.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn create_workspace_with_a_secret(&self, name: &str) -> (WorkspaceId, WorkspaceSecret) {
        create_workspace_with_a_secret(&self.data, name)
    }

    /// Pulls the plug: kill -9.
    ///
    /// # Panics
    /// Where it cannot be ended.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be ended");
        self.child.wait().expect("it has ended");
    }

    /// Asks it to stop (SIGTERM) and waits for it. Says whether it ended well.
    ///
    /// # Panics
    /// Where it does not end in time.
    pub fn stop(mut self) -> bool {
        terminate(&self.child);
        wait(&mut self.child, PATIENCE).expect("the relay stops when it is asked to")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A workspace on a relay.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// `ws://HOST:PORT/WORKSPACE`.
    pub address: String,
    /// The relay's data folder.
    pub data: PathBuf,
    /// What everybody comes with who joins; none for an invitation of their own.
    pub code: Option<String>,
}

impl Workspace {
    /// Its id, as people write it.
    pub fn id(&self) -> &str {
        self.address.rsplit('/').next().unwrap_or_default()
    }

    /// Invites somebody, on the relay itself: with `--role partner` and the like.
    ///
    /// # Panics
    /// Where that fails.
    pub fn invite(&self, arguments: &[&str]) -> String {
        let data = self.data.to_str().expect("a test's folder has a plain name");
        let command = ["invite", self.id(), "--data", data];
        let output = run("samsyn-relay", command.iter().chain(arguments));
        assert!(output.status.success(), "{}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Joins it as a coordinator, with a replica at `path`.
    ///
    /// # Panics
    /// Where the program cannot be started.
    pub fn join(&self, path: &Path, person: &str) -> Output {
        let code = self.code.clone().unwrap_or_else(|| self.invite(&["--role", "coordinator"]));
        self.join_with(path, person, &code)
    }

    /// Joins it with that code, with a replica at `path`. The key is kept beside it.
    ///
    /// # Panics
    /// Where the program cannot be started.
    pub fn join_with(&self, path: &Path, person: &str, code: &str) -> Output {
        let mut child = Command::new(program("samsyn"))
            .env("SAMSYN_LANGUAGE", "en")
            .env("SAMSYN_KEYS", path.with_file_name("keys"))
            .arg("join")
            .arg(&self.address)
            .args(["--name", person, "--replica"])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = child.stdin.take().expect("its input is piped");
        // It may end before it reads; then the pipe is closed.
        let _ = writeln!(input, "{code}");
        drop(input);
        child.wait_with_output().expect("it ends")
    }
}

/// A person's replica, worked on by the command line.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The replica's file.
    pub path: PathBuf,
}

impl Desk {
    /// A command on this replica, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("samsyn"));
        command.env("SAMSYN_LANGUAGE", "en").env("SAMSYN_KEYS", self.path.with_file_name("keys"));
        command.args(arguments).arg("--replica").arg(&self.path).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Runs a command that must succeed and answers what it wrote.
    ///
    /// # Panics
    /// Where it fails.
    pub fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs a command that must succeed with `--json` and answers what it wrote.
    ///
    /// # Panics
    /// Where it fails or writes no JSON.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let text = self.must(&[arguments, &["--json"]].concat());
        serde_json::from_str(&text).expect("it writes JSON")
    }
}

/// Asks a process to stop.
pub fn terminate(child: &Child) {
    let _ = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
}

/// Waits for a process: whether it ended well, or `None` where it has not ended in time.
pub fn wait(child: &mut Child, patience: Duration) -> Option<bool> {
    let end = Instant::now() + patience;
    while Instant::now() < end {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status.success());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}
