//! The demo's relay: a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use samsyn_engine::files::private;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::schema::Caption;

use crate::context::{Failure, Said};
use crate::failure::system_words;

/// What `workspace create` printed.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) relay: String,
    pub(super) id: WorkspaceId,
    /// The invitation of its first coordinator.
    pub(super) code: String,
}

/// A relay that runs until this is dropped.
#[derive(Debug)]
pub(super) struct RelayProcess {
    child: Child,
    /// Kept open: a relay must not die of a closed pipe.
    _output: BufReader<ChildStdout>,
    data: PathBuf,
    pub(super) address: String,
}

impl RelayProcess {
    /// Starts a relay on a free port of loopback.
    pub(super) fn start(data: &Path) -> Result<RelayProcess, Failure> {
        private::make_folders(data).map_err(|error| Said::file(data, &error))?;
        let mut command = program()?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let log = std::fs::File::create(data.join("relay.log"))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| not_started(&error.to_string()))?;
        let output = child.stdout.take().ok_or_else(|| not_started("no output"))?;
        let mut output = BufReader::new(output);
        let address = read_address(&mut output).inspect_err(|_| drop(child.kill()))?;
        Ok(RelayProcess { child, _output: output, data: data.to_owned(), address })
    }

    /// Makes a workspace, by the same command that an operator would give.
    pub(super) fn create_workspace(&self, name: &str) -> Result<Workspace, Failure> {
        let output =
            program()?.args(["workspace", "create", name, "--json", "--data"]).arg(&self.data).output()?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(not_made(&reason).into());
        }
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
        let id = text("workspace").parse().map_err(|_| not_made(&String::from_utf8_lossy(&output.stdout)))?;
        Ok(Workspace { relay: self.address.clone(), id, code: text("code") })
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        ask_to_stop(&self.child);
        let patience = Instant::now() + Duration::from_secs(10);
        while Instant::now() < patience {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// SIGTERM, by the system's own program: a safe interface to signals is not in the standard library.
fn ask_to_stop(child: &Child) {
    let asked = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        tracing::debug!("the relay could not be asked to stop");
    }
}

/// This program, as the relay.
fn program() -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("demo-relay");
    Ok(command)
}

/// The address that the relay says it listens on.
fn read_address(output: &mut impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        // What stands around it is in the language of the system.
        if let Some(address) = line.split_whitespace().find(|word| word.starts_with("ws://")) {
            return Ok(address.to_owned());
        }
        line.clear();
    }
    const ENDED: Caption = Caption::new(
        "Demons relä slutade innan det tog emot någon: se relay.log i demons mapp (--keep).",
        "The demo's relay ended before it listened: see relay.log in the demo's folder (--keep).",
    );
    Err(Said::new(ENDED, &[]).into())
}

fn not_started(reason: &str) -> Said {
    const NOT_STARTED: Caption =
        Caption::new("Demons relä kunde inte startas: {}", "The demo's relay could not be started: {}");
    Said::each(|language| NOT_STARTED.fill(language, &[&system_words(reason, language)]))
}

fn not_made(reason: &str) -> Said {
    const NOT_MADE: Caption =
        Caption::new("Demons arbetsyta kunde inte skapas: {}", "The demo's workspace could not be made: {}");
    Said::new(NOT_MADE, &[&reason])
}
