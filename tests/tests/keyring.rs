//! The system's keyring, a real one: a session bus of the test's own, and GNOME's keyring on it, with a home of their own.
//!
//! Needs the Debian packages `dbus` and `gnome-keyring`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use samsyn_tests::planted;
use samsyn_tests::process::{Relay, complaint, program};

/// What nobody else is called.
const PLANTED: [&str; 1] = ["Xylofonsson"];

/// A login session with a keyring. Ends with the test.
struct Session {
    home: PathBuf,
    bus: String,
    child: Child,
}

/// The keyring's program has a capability that a container may not give: a copy has none, and does without. It goes with its bus.
const START: &str = r#"
set -eu
mkdir -p "$HOME/bin"
cp "$(command -v gnome-keyring-daemon)" "$HOME/bin/keyring"
printf 'password' | "$HOME/bin/keyring" --unlock --components=secrets >/dev/null 2>&1
echo "$DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
"#;

impl Session {
    fn start(folder: &Path) -> Session {
        let home = folder.join("home");
        std::fs::create_dir_all(home.join("run")).unwrap();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c", START]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = at_home(&mut command, &home).spawn();
        let mut child = child.expect("dbus-run-session starts: install the packages dbus and gnome-keyring");
        let mut bus = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut bus).unwrap();
        let bus = bus.trim().to_owned();
        assert!(bus.starts_with("unix:"), "no keyring came up: install the packages dbus and gnome-keyring");
        Session { home, bus, child }
    }

    fn command(&self, replica: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("samsyn"));
        at_home(&mut command, &self.home).env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        command.env("SAMSYN_LANGUAGE", "en").env_remove("SAMSYN_KEYS").stdin(Stdio::null());
        command.args(arguments).arg("--replica").arg(replica);
        command
    }

    fn must(&self, replica: &Path, arguments: &[&str]) -> String {
        said(arguments, self.command(replica, arguments).output().unwrap())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // What it waits for ends.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn at_home<'c>(command: &'c mut Command, home: &Path) -> &'c mut Command {
    for folder in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(folder);
    }
    command.env("HOME", home).env("XDG_RUNTIME_DIR", home.join("run"))
}

fn said(arguments: &[&str], output: Output) -> String {
    assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The files below a folder that keys are kept in.
fn key_files(home: &Path) -> Vec<PathBuf> {
    let keys = home.join(".local/share/samsyn/keys");
    std::fs::read_dir(keys).map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default()
}

#[test]
fn with_a_keyring_replicas_are_encrypted_and_no_key_is_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::start(folder.path());
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let desks = folder.path().join("desk");
    std::fs::create_dir(&desks).unwrap();
    let replica = desks.join("a.samsyn");
    let mut joining = session.command(&replica, &["join", &workspace.address, "--name", "Åsa"]);
    let code = workspace.invite(&["--role", "coordinator"]);
    let joined = said(&["join"], joining.env("SAMSYN_CODE", code).output().unwrap());
    assert!(joined.contains("rests in this computer's keyring"), "{joined}");
    assert_eq!(key_files(&session.home), Vec::<PathBuf>::new());

    let id = session.must(&replica, &["add", "contact", &format!("family={}", PLANTED[0])]);
    // By the device's key the relay knows it again, from another process.
    session.must(&replica, &["sync"]);
    assert!(session.must(&replica, &["show", &id]).contains(PLANTED[0]));
    assert_eq!(planted::found(&desks, &PLANTED), Vec::<String>::new());
    assert_eq!(planted::found(&session.home, &PLANTED), Vec::<String>::new());

    // Whoever takes the file, or works without the keyring, reads nothing.
    let mut stolen = session.command(&replica, &["show", &id]);
    let stolen = stolen.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere").output().unwrap();
    assert!(complaint(&stolen).contains("its key is not here"), "{}", complaint(&stolen));

    let mut locking = session.command(&replica, &["lock"]);
    said(&["lock"], locking.env("SAMSYN_PASSPHRASE", "älg under bordet 7").output().unwrap());
    let locked = session.command(&replica, &["show", &id]).output().unwrap();
    assert!(complaint(&locked).contains("samsyn unlock"), "{}", complaint(&locked));
    // As somebody types it, or a script pipes it.
    let mut unlocking = session.command(&replica, &["unlock"]).stdin(Stdio::piped()).spawn().unwrap();
    unlocking.stdin.take().unwrap().write_all("älg under bordet 7\n".as_bytes()).unwrap();
    assert!(unlocking.wait().unwrap().success());
    assert!(session.must(&replica, &["key"]).contains("rests in this computer's keyring"));
    assert!(session.must(&replica, &["show", &id]).contains(PLANTED[0]));
}

#[test]
fn without_a_keyring_nothing_is_encrypted_that_nobody_asked_for_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir_all(home.join("run")).unwrap();
    let run = |arguments: &[&str], passphrase: &str| {
        let mut command = Command::new(program("samsyn"));
        at_home(&mut command, &home).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        command.env("SAMSYN_LANGUAGE", "en").env_remove("SAMSYN_KEYS").stdin(Stdio::null());
        command
            .env("SAMSYN_PASSPHRASE", passphrase)
            .args(arguments)
            .arg("--replica")
            .arg(home.join("a.samsyn"));
        said(arguments, command.output().unwrap())
    };
    assert!(run(&["new", "Byrån", "--name", "Åsa"], "").contains("no keyring"));
    assert!(run(&["encrypt"], "").contains("file-key"));
    assert!(run(&["lock"], "älg under bordet 7").contains("is locked"));
    // What was unlocked is in memory, and gone when the session is.
    assert!(run(&["unlock"], "älg under bordet 7").contains("until you log out"));
    run(&["list", "contact"], "");
    std::fs::remove_dir_all(home.join("run")).unwrap();
    assert!(run(&["key"], "").contains("locked"));
}
