//! Every command that writes, killed at each system call by which it writes, or told there that the disk is full or read-only: and
//! then it is looked at what it leaves behind.
//!
//! ```text
//!  prepared folder ──copy──▶ the command once, watched by strace ──▶ its points: the calls that write below that folder
//!        │
//!        └──copy, for each point and fault──▶ the command, hit there ──▶ the next command ──▶ looked at ──▶ the same command again
//! ```
//!
//! What must be so, whatever was hit: what was there before is there and can be read, the files are sound, nothing of an encrypted
//! replica stands anywhere in clear, what was not finished is gone after the next command, and the same command works when it is given
//! again. A command that was not killed says why it failed, or has done what it was asked to.
//!
//! It wants `strace` and Linux.

mod after;
mod begin;
mod cases;
mod company;
mod place;
mod scene;
mod strace;

use std::process::ExitCode;

use clap::Args;

pub use cases::{Case, all};
pub use strace::Fault;

/// Which commands are hit, and where.
#[derive(Debug, Args)]
pub struct Kills {
    /// Only these commands, by name. Without any: all.
    commands: Vec<String>,
    /// Only every so many points.
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Begin with this point.
    #[arg(long, default_value_t = 0)]
    from: usize,
    /// Only this fault: kill, full or read-only.
    #[arg(long)]
    fault: Option<Fault>,
    /// List the commands and do nothing.
    #[arg(long)]
    list: bool,
}

/// How many points held, and what was found at the others.
#[derive(Debug, Default)]
pub struct Tally {
    /// At how many points all was as it must be.
    pub passed: usize,
    /// At how many something else was hit each time: a call there is none of a disk's.
    pub missed: usize,
    /// What was not, with the point at which.
    pub failures: Vec<String>,
}

impl Kills {
    /// Hits them, and prints what was found.
    pub fn run(&self) -> ExitCode {
        let cases = all();
        if self.list {
            cases.iter().for_each(|case| println!("{}", case.name));
            return ExitCode::SUCCESS;
        }
        let unknown = self.commands.iter().find(|name| !cases.iter().any(|case| case.name == *name));
        if let Some(name) = unknown {
            eprintln!("samsyn-tests: there is no command \"{name}\" to be hit: --list shows them");
            return ExitCode::FAILURE;
        }
        let wanted =
            |case: &&Case| self.commands.is_empty() || self.commands.iter().any(|name| name == case.name);
        let mut tally = Tally::default();
        for case in cases.iter().filter(wanted) {
            let before = (tally.passed, tally.failures.len());
            self.hit(case, &mut tally);
            let (passed, failed) = (tally.passed - before.0, tally.failures.len() - before.1);
            println!("{:<28} {passed} passed, {failed} failed", case.name);
        }
        println!(
            "{} passed, {} failed, {} could not be hit",
            tally.passed,
            tally.failures.len(),
            tally.missed
        );
        if tally.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn hit(&self, case: &Case, tally: &mut Tally) {
        let faults = Fault::ALL.into_iter().filter(|fault| self.fault.is_none_or(|only| only == *fault));
        for fault in faults {
            hit(case, fault, (self.from, self.every), tally);
        }
    }
}

/// Hits a command at every so many of its points, beginning with one.
pub fn hit(case: &Case, fault: Fault, (from, every): (usize, usize), tally: &mut Tally) {
    let prepared = place::Prepared::new(case);
    let points = prepared.points(case, fault);
    for (number, point) in points.iter().enumerate().skip(from).step_by(every.max(1)) {
        match prepared.hit(case, point, fault) {
            Ok(true) => tally.passed += 1,
            Ok(false) => tally.missed += 1,
            Err(found) => {
                let failure = format!("{} {fault} at point {number} ({point}): {found}", case.name);
                eprintln!("{failure}");
                tally.failures.push(failure);
            }
        }
    }
}
