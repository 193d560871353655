//! The real program, where there is a display: how soon it is usable, and what it costs while nothing goes on.
//!
//! ```text
//!  Xvfb, X11 or Wayland ◀── samsyn (a replica whose relay is out of reach, everything in it waiting)
//!                             ▲            └──▶ /proc/PID/stat: the time of a core that it has had
//!                             └── xdotool: keys, to a field, the palette, another page (X11 only)
//! ```
//!
//! Whatever is on the screen, a window in which nothing moves is to take less than half a hundredth of a core.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Failure, Figure, milliseconds};
use crate::process::program;

/// What is on the screen, and the keys that bring it there: what begins with `=` is typed as it stands.
const STATES: [(&str, &[&str]); 7] = [
    ("idle, a list, the relay out of reach: of a core", &[]),
    ("idle, a caret in the search field: of a core", &["ctrl+f"]),
    ("idle, the palette: of a core", &["Escape", "ctrl+k"]),
    ("idle, a record and a caret in it: of a core", &["Escape", "ctrl+3", "Down", "Return"]),
    ("idle, Review: of a core", &["ctrl+k", "=Go to Review", "Return"]),
    (
        "idle, a toast, and when it has gone: of a core",
        &["ctrl+k", "=Mark everything", "Return", "Tab", "Return"],
    ),
    (
        "idle, a plan's timeline: of a core",
        &["ctrl+6", "Down", "Return", "shift+Tab", "shift+Tab", "shift+Tab", "Return"],
    ),
];

/// So long a window has to come to rest after a key.
const SETTLES: Duration = Duration::from_secs(3);

/// Whether there is a display to open a window on.
pub(super) fn has_display() -> bool {
    let shown = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    shown("DISPLAY") || shown("WAYLAND_DISPLAY")
}

/// The program, as somebody starts it who has never chosen anything. Ends with the value.
struct Window(Child);

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From the program's start to the moment when it says that it is usable; then `rest` of doing nothing in each state.
pub(super) fn window(path: &Path, rest: Duration) -> Result<Vec<Figure>, Failure> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new(program("samsyn"));
    command.arg("--replica").arg(path).env("RUST_LOG", "samsyn_client=info").env("SAMSYN_LANGUAGE", "en");
    command.env("HOME", home.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let began = Instant::now();
    let mut window = Window(command.spawn()?);
    let output = window.0.stderr.take().ok_or("the window has no standard error")?;
    let mut lines = BufReader::new(output).lines();
    let usable = lines.find(|line| line.as_ref().map_or(true, |line| line.contains("the window is usable")));
    usable.ok_or("the window ended before it was usable")??;
    let usable = milliseconds(began);
    // What it goes on to say is read, or it would wait for somebody who does.
    std::thread::spawn(move || lines.for_each(drop));
    let mut figures = vec![Figure("first usable window, from the program's start", usable, "ms")];
    figures.extend(at_rest(window.0.id(), rest)?);
    Ok(figures)
}

/// What the process takes in each state, in hundredths of a core.
fn at_rest(process: u32, rest: Duration) -> Result<Vec<Figure>, Failure> {
    let has_keyboard = focus(process);
    let mut figures = Vec::new();
    for (what, keys) in STATES {
        if !(keys.is_empty() || has_keyboard && press(keys)) {
            eprintln!("no xdotool, or no X11: what idle windows cost is measured as far as no key is needed");
            break;
        }
        sleep(SETTLES);
        let (began, before) = (Instant::now(), ticks(process)?);
        sleep(rest);
        let took = (ticks(process)? - before) as f64 / TICKS_PER_SECOND;
        figures.push(Figure(what, 100.0 * took / began.elapsed().as_secs_f64(), "%"));
    }
    Ok(figures)
}

/// Gives the window the keyboard: where nothing manages windows nobody else does. Says whether it has it.
fn focus(process: u32) -> bool {
    let process = process.to_string();
    // Any name will do, but without one what is to be done is taken for it.
    let found = ["search", "--onlyvisible", "--all", "--pid", &process, "--name", "."];
    let mut command = Command::new("xdotool");
    command.args(found).arg("windowfocus").args(["getwindowfocus", "getwindowpid"]);
    let has_it = command.stderr(Stdio::null()).output();
    has_it.is_ok_and(|has_it| String::from_utf8_lossy(&has_it.stdout).trim() == process)
}

/// Presses keys one after the other, each when the one before has been dealt with. Says whether that could be done.
fn press(keys: &[&str]) -> bool {
    keys.iter().all(|key| {
        let mut command = Command::new("xdotool");
        match key.strip_prefix('=') {
            Some(text) => command.args(["type", "--", text]),
            None => command.args(["key", "--", key]),
        };
        let pressed = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        sleep(Duration::from_millis(400));
        pressed.is_ok_and(|status| status.success())
    })
}

/// Linux counts a process's time in these, whatever its own clock (`man 5 proc`, `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// The time of a core that a process has had, all its threads together.
fn ticks(process: u32) -> Result<u64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name in brackets, and may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let user = fields.get(11).ok_or("the system does not say how much time a process has had")?;
    let system = fields.get(12).ok_or("the system does not say how much time a process has had")?;
    Ok(user.parse::<u64>()? + system.parse::<u64>()?)
}
