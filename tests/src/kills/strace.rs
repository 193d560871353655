//! strace: which calls of a command write below a folder, and the same command hit at one of them.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::process::{Command, Output};
use std::str::FromStr;

/// The calls by which files change.
const CALLS: &[&str] = &[
    "openat",
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "copy_file_range",
    "sendfile",
];

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed (SIGKILL) as it begins the call.
    Kill,
    /// The disk is full: from this call on whatever needs room fails with ENOSPC.
    Full,
    /// The disk is read-only: this call and all like it fail with EROFS.
    ReadOnly,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 3] = [Fault::Kill, Fault::Full, Fault::ReadOnly];

    /// Whether it can happen in such a call.
    fn fits(self, call: &str) -> bool {
        match self {
            Fault::Kill => true,
            Fault::Full => !matches!(call, "unlink" | "unlinkat" | "rmdir" | "chmod" | "fchmod" | "fchmodat"),
            Fault::ReadOnly => !matches!(call, "write" | "pwrite64" | "writev" | "fsync" | "fdatasync"),
        }
    }

    fn injection(self, point: &Point) -> String {
        let Point { call, number, .. } = point;
        match self {
            Fault::Kill => format!("{call}:signal=KILL:when={number}"),
            // What is said to a terminal or a pipe is written, too, and what is read is opened: only this one.
            Fault::Full if matches!(call.as_str(), "write" | "writev" | "openat") => {
                format!("{call}:error=ENOSPC:when={number}")
            }
            Fault::Full => format!("{call}:error=ENOSPC:when={number}+"),
            Fault::ReadOnly if call == "openat" => format!("{call}:error=EROFS:when={number}"),
            Fault::ReadOnly => format!("{call}:error=EROFS:when={number}+"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Kill => "kill",
            Fault::Full => "full",
            Fault::ReadOnly => "read-only",
        })
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        let found = Fault::ALL.into_iter().find(|fault| fault.to_string() == text);
        found.ok_or_else(|| "expected kill, full or read-only".to_owned())
    }
}

/// A call of a command that writes.
#[derive(Debug, Clone)]
pub(super) struct Point {
    call: String,
    /// The how manieth of its name, beginning with 1, in its thread.
    number: usize,
    /// As strace shows it.
    shown: String,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.call, self.number, self.shown)
    }
}

/// Runs a command to its end and answers with the calls by which it changes something below `folder`.
pub(super) fn points(command: &Command, folder: &Path, fault: Fault) -> (Output, Vec<Point>) {
    let log = folder.with_extension("strace");
    let mut watched = Command::new("strace");
    watched.args(["-f", "-y", "-qq", "-s", "0", "-e", "signal=none", "-o"]).arg(&log);
    // Not every kind of machine has all of them.
    let calls = CALLS.iter().map(|call| format!("?{call}")).collect::<Vec<_>>();
    watched.arg(format!("-etrace={}", calls.join(",")));
    let output = under(watched, command).output().expect("strace is installed");
    let text = std::fs::read_to_string(&log).expect("strace writes what it has seen");
    let _ = std::fs::remove_file(&log);
    let mut points = parse(&text, folder);
    points.retain(|point| fault.fits(&point.call));
    (output, points)
}

/// Runs a command that is hit at a point. Nothing, where not a disk failed but what threads say to each other by: that is written, too, and
/// not equally often each time. Where it is killed one call is as good as another.
pub(super) fn hit(command: &Command, point: &Point, fault: Fault, folder: &Path) -> Option<Output> {
    let log = folder.with_extension("strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-s", "0", "-e", "signal=none", "-o"]).arg(&log);
    strace.arg(format!("-etrace={}", point.call)).arg(format!("-einject={}", fault.injection(point)));
    let output = under(strace, command).output().expect("strace is installed");
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(&log);
    (fault == Fault::Kill || !is_missed(&text)).then_some(output)
}

/// Whether a call was hit that no disk has anything to do with.
fn is_missed(text: &str) -> bool {
    text.lines().any(|line| line.ends_with("(INJECTED)") && line.contains("<anon_inode:"))
}

/// A command, run by another one with the same surroundings.
fn under(mut outer: Command, command: &Command) -> Command {
    outer.arg(command.get_program()).args(command.get_args()).stdin(std::process::Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// The points in what strace wrote: lines such as `4711  pwrite64(5</tmp/x/a.samsyn>, ""..., 4096, 0) = 4096`.
fn parse(text: &str, folder: &Path) -> Vec<Point> {
    let folder = folder.display().to_string();
    let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
    let mut points = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let Some((call, arguments)) = rest.split_once('(') else { continue };
        // The second half of a call that another thread came between.
        if !CALLS.contains(&call) {
            continue;
        }
        let number = numbers.entry((thread, call)).or_default();
        *number += 1;
        let writes = call != "openat" || arguments.contains("O_CREAT");
        if writes && arguments.contains(&folder) {
            let shown = rest.replace(&folder, "…");
            points.push(Point { call: call.to_owned(), number: *number, shown });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_hit_elsewhere_is_missed() {
        let at = |line: &str| is_missed(&format!("7  write(3</t/a>, \"\"..., 5) = 5\n{line}"));
        assert!(at(
            "7  write(9<anon_inode:[eventfd]>, \"\"..., 8) = -1 ENOSPC (No space left on device) (INJECTED)"
        ));
        assert!(!at("7  write(3</t/a>, \"\"..., 8) = -1 ENOSPC (No space left on device) (INJECTED)"));
        assert!(!at("7  write(9<anon_inode:[eventfd]>, \"\"..., 8) = 8"));
    }

    #[test]
    fn only_calls_that_write_below_the_folder_are_points_and_all_are_counted() {
        let text = "7  openat(AT_FDCWD</>, \"/lib/x\", O_RDONLY) = 3\n\
                    7  openat(AT_FDCWD</>, \"/t/a\", O_RDWR|O_CREAT, 0600) = 3\n\
                    7  write(1<pipe:[1]>, \"\"..., 5) = 5\n\
                    8  write(3</t/a>, \"\"..., 5 <unfinished ...>\n\
                    7  write(3</t/a>, \"\"..., 5) = 5\n\
                    8  <... write resumed>) = 5\n";
        let points = parse(text, Path::new("/t"));
        let found: Vec<_> = points.iter().map(|point| (point.call.as_str(), point.number)).collect();
        assert_eq!(found, [("openat", 2), ("write", 1), ("write", 2)]);
    }
}
