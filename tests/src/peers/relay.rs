//! The relay as a process of its own, for its memory and its pushes.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use samsyn_server::{Config, Relay};

use super::{Failure, memory};

/// A relay process. Ends with the value.
pub(super) struct RelayProcess {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Its address, such as `ws://127.0.0.1:12345`.
    pub(super) address: String,
}

impl RelayProcess {
    /// Starts a relay over a data folder.
    ///
    /// # Errors
    /// Where it does not start.
    pub(super) fn start(data: &Path) -> Result<RelayProcess, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["peers", "--relay"])
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("a process has an input")?;
        let output = child.stdout.take().ok_or("a process has an output")?;
        let mut relay = RelayProcess { child, input, output: BufReader::new(output), address: String::new() };
        relay.address = relay.line()?;
        Ok(relay)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// What memory it has now and what it had at most, in bytes.
    ///
    /// # Errors
    /// Where it is gone.
    pub(super) fn memory(&mut self) -> Result<(u64, u64), Failure> {
        self.input.write_all(b"m\n")?;
        let line = self.line()?;
        let mut numbers = line.split(' ').map(str::parse);
        let mut next = || numbers.next().ok_or("two numbers")?.map_err(Failure::from);
        Ok((next()?, next()?))
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a relay until nobody asks any more; answers each line with its memory.
///
/// # Errors
/// Where it cannot be started.
pub(super) fn serve(data: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let relay = Relay::start(Config::new(data)).await?;
        println!("ws://{}", relay.address());
        let asked = tokio::task::spawn_blocking(|| {
            let mut buffer = [0; 2];
            while std::io::stdin().read_exact(&mut buffer).is_ok() {
                let (now, peak) = memory();
                println!("{now} {peak}");
            }
        });
        asked.await?;
        relay.shutdown().await;
        Ok(())
    })
}
