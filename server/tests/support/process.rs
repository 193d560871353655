//! The relay as an operator starts it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::{PATIENCE, Workspace};

/// Runs `samsyn-relay` to its end.
pub fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    command().args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The program under test, which speaks English whatever the system's language is.
pub fn command() -> Command {
    let mut command = Command::new(program());
    in_english(&mut command);
    command
}

/// Where the test has not said in which language.
fn in_english(command: &mut Command) {
    const LANGUAGE: &str = "SAMSYN_LANGUAGE";
    if command.get_envs().all(|(name, _)| name != LANGUAGE) {
        command.env(LANGUAGE, "en");
    }
}

/// The program under test.
pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_samsyn-relay")
}

/// What a finished program wrote to standard error.
pub fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// A relay process. Ends with the value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    pub data: PathBuf,
    pub address: String,
}

impl Process {
    /// Starts a relay on any port of loopback.
    pub fn start(data: &Path) -> Process {
        let mut command = command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        if std::env::var_os("RUST_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        Process::spawn(command, data)
    }

    /// Starts a relay with a command of the test's own.
    pub fn spawn(mut command: Command, data: &Path) -> Process {
        std::fs::create_dir_all(data).unwrap();
        in_english(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Process { child, output, data: data.to_owned(), address }
    }

    /// The next line that it says.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Makes a workspace while the relay runs.
    pub fn workspace(&self) -> Workspace {
        Workspace::create(&self.data, &self.address)
    }

    /// The files of a workspace.
    pub fn files(&self, workspace: &Workspace) -> Vec<String> {
        let folder = self.data.join("workspaces").join(workspace.id.to_string());
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// The most memory that it had so far, in KiB (proc(5), VmHWM).
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Its files may grow again, after `ulimit -S -f`.
    #[cfg(target_os = "linux")]
    pub fn lift_the_limit_on_files(&self) {
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--pid", &self.child.id().to_string(), "--fsize=unlimited:"]);
        assert!(prlimit.status().unwrap().success());
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
    }

    /// Its exit code, once it has ended.
    pub fn code(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the relay does not end");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
