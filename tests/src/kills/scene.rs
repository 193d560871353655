//! Where a case plays: the same folder each time, with the same names in it, and programs started in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::files;
use crate::process::{Desk, complaint, program};

/// What was found wrong, in words.
pub(super) type Found = Result<(), String>;

/// What nobody else is called: it was written and acknowledged before anything was hit.
pub(super) const PLANTED: &str = "Xylofonsson";
const PASSPHRASE: &str = "älg under bordet 7";

/// Where a case plays: one folder, with the same names in it each time.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) folder: PathBuf,
}

impl Scene {
    pub(super) fn at(folder: &Path) -> Scene {
        Scene { folder: folder.to_owned() }
    }

    pub(super) fn relay(&self) -> PathBuf {
        self.folder.join("relay")
    }

    pub(super) fn desk_folder(&self) -> PathBuf {
        self.folder.join("desk")
    }

    pub(super) fn keys(&self) -> PathBuf {
        self.desk_folder().join("keys")
    }

    pub(super) fn replica(&self) -> PathBuf {
        self.desk_folder().join("a.samsyn")
    }

    pub(super) fn desk(&self) -> Desk {
        Desk { path: self.replica() }
    }

    /// Where things are written for people.
    pub(super) fn out(&self) -> PathBuf {
        self.desk_folder().join("out")
    }

    /// Where backups are written.
    pub(super) fn backups(&self) -> PathBuf {
        self.folder.join("backups")
    }

    /// Where the demo is made.
    pub(super) fn demo(&self) -> PathBuf {
        self.folder.join("demo")
    }

    /// Whether something lies where it was written for somebody.
    pub(super) fn is_for_people(&self, path: &Path) -> bool {
        [self.out(), self.backups(), self.demo()].iter().any(|folder| path.starts_with(folder))
    }

    /// A file there, as an argument.
    pub(super) fn in_out(&self, name: &str) -> String {
        self.out().join(name).display().to_string()
    }

    /// A file there, as an argument.
    pub(super) fn in_backups(&self, name: &str) -> String {
        self.backups().join(name).display().to_string()
    }

    /// Somebody else's replica, on another computer.
    pub(super) fn colleague(&self) -> Desk {
        Desk { path: self.folder.join("colleague").join("a.samsyn") }
    }

    /// The relay's address by another name of this computer.
    pub(super) fn under_another_name(&self) -> String {
        let address = self.noted("address").replace("127.0.0.1", "localhost");
        address.rsplit_once('/').map_or(address.clone(), |(relay, _)| relay.to_owned())
    }

    fn note(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes down what a later step needs to know.
    pub(super) fn write_note(&self, name: &str, content: &str) {
        fs::write(self.note(name), content).expect("a file can be written");
    }

    /// What was written down.
    pub(super) fn noted(&self, name: &str) -> String {
        fs::read_to_string(self.note(name)).expect("it was noted")
    }

    /// What was written for people until now.
    pub(super) fn outputs(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(&self.out())
            .into_iter()
            .map(|path| (path.clone(), fs::read(path).unwrap_or_default()))
            .collect()
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desk().command(arguments);
        command.env("SAMSYN_PASSPHRASE", PASSPHRASE);
        if let Ok(code) = fs::read_to_string(self.note("code")) {
            command.env("SAMSYN_CODE", code);
        }
        command
    }

    pub(super) fn must(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("a program starts");
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(super) fn relay_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("samsyn-relay"));
        command.args(arguments).arg("--data").arg(self.relay());
        command
    }

    pub(super) fn relay_must(&self, arguments: &[&str]) -> String {
        let output = self.relay_command(arguments).output().expect("a program starts");
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The same command, ended where it does not end by itself.
    pub(super) fn at_most_a_minute(&self, command: &Command) -> Command {
        self.wrapped("timeout", &["60"], command)
    }

    /// A relay that is asked to stop as soon as it listens. Ends as the relay does.
    pub(super) fn serves_until_it_listens(&self) -> Command {
        let script =
            "exec 3< <(exec \"$0\" \"$@\"); pid=$!; read -r line <&3; kill -TERM $pid 2>/dev/null; wait $pid";
        let serve = self.relay_command(&["serve", "--listen", "127.0.0.1:0"]);
        self.wrapped("bash", &["-c", script], &serve)
    }

    fn wrapped(&self, outer: &str, arguments: &[&str], command: &Command) -> Command {
        let mut wrapped = Command::new(outer);
        wrapped.args(arguments).arg(command.get_program()).args(command.get_args());
        wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        wrapped
    }

    /// A backup can be put back on a computer that has none of the keys, and shows what must be in it.
    pub(super) fn restores_elsewhere(&self, backup: &str) -> Found {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let desk = Desk { path: folder.path().join("a.samsyn") };
        let restored = desk.command(&["restore", backup]).env("SAMSYN_PASSPHRASE", PASSPHRASE).output();
        let restored = restored.expect("a program starts");
        if !restored.status.success() {
            return Err(format!("it is not put back elsewhere: {}", complaint(&restored)));
        }
        let listed = desk.run(&["list", "contact"]);
        let shown = String::from_utf8_lossy(&listed.stdout).contains(PLANTED);
        if shown {
            Ok(())
        } else {
            Err(format!("put back elsewhere it lacks {PLANTED}: {}", complaint(&listed)))
        }
    }

    /// A command that only reads works, and shows what must be there.
    pub(super) fn reads(&self, arguments: &[&str], shows: &str) -> Found {
        let output = self.command(arguments).output().expect("a program starts");
        if !output.status.success() {
            return Err(format!("{arguments:?} does not work afterwards: {}", complaint(&output)));
        }
        let said = String::from_utf8_lossy(&output.stdout);
        if said.contains(shows) { Ok(()) } else { Err(format!("{arguments:?} does not show {shows}")) }
    }
}
