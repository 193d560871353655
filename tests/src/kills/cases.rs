//! The commands that write, what each begins with, and what must be so after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::files;
use crate::planted;
use crate::process::{Desk, Relay, Workspace, complaint, program};

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

    fn desk(&self) -> Desk {
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

    fn note(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn noted(&self, name: &str) -> String {
        fs::read_to_string(self.note(name)).expect("it was noted")
    }

    /// What was written for people until now.
    pub(super) fn outputs(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(&self.out())
            .into_iter()
            .map(|path| (path.clone(), fs::read(path).unwrap_or_default()))
            .collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desk().command(arguments);
        command.env("SAMSYN_PASSPHRASE", PASSPHRASE);
        if let Ok(code) = fs::read_to_string(self.note("code")) {
            command.env("SAMSYN_CODE", code);
        }
        command
    }

    fn must(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("a program starts");
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn relay_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("samsyn-relay"));
        command.args(arguments).arg("--data").arg(self.relay());
        command
    }

    fn relay_must(&self, arguments: &[&str]) -> String {
        let output = self.relay_command(arguments).output().expect("a program starts");
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A command that only reads works, and shows what must be there.
    fn reads(&self, arguments: &[&str], shows: &str) -> Found {
        let output = self.command(arguments).output().expect("a program starts");
        if !output.status.success() {
            return Err(format!("{arguments:?} does not work afterwards: {}", complaint(&output)));
        }
        let said = String::from_utf8_lossy(&output.stdout);
        if said.contains(shows) { Ok(()) } else { Err(format!("{arguments:?} does not show {shows}")) }
    }
}

type Found = Result<(), String>;

/// A command that writes.
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// Whether a relay runs meanwhile.
    pub(super) relay: bool,
    /// Makes what it begins with.
    pub(super) prepare: fn(&Scene, Option<&Relay>),
    /// The command itself.
    pub(super) command: fn(&Scene) -> Command,
    /// The next thing that somebody does after it was hit: works, and shows what was there before.
    pub(super) next: fn(&Scene) -> Found,
    /// What the command may say when it is given again, for it may have been done.
    pub(super) again_says: &'static [&'static str],
    /// What must be so once it was given again.
    pub(super) done: fn(&Scene) -> Found,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A replica with something in it.
fn plain(scene: &Scene, _: Option<&Relay>) {
    make(scene, "--no-encryption");
}

fn encrypted(scene: &Scene, _: Option<&Relay>) {
    make(scene, "--encrypt");
}

fn locked(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, relay);
    scene.must(&["lock"]);
}

fn make(scene: &Scene, at_rest: &str) {
    empty(scene, None);
    scene.must(&["new", "Byrån", "--name", "Åsa", at_rest]);
    plant(scene);
    fs::create_dir(scene.out()).expect("a folder can be made");
}

fn plant(scene: &Scene) {
    let id = scene.must(&["add", "contact", &format!("family={PLANTED}"), "given=Bo"]);
    fs::write(scene.note("id"), id).expect("a file can be written");
}

fn empty(scene: &Scene, _: Option<&Relay>) {
    fs::create_dir_all(scene.desk_folder()).expect("a folder can be made");
}

fn exported(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, relay);
    let (out, id) = (scene.out(), scene.noted("id"));
    let text = |name: &str| out.join(name).display().to_string();
    scene.must(&["export", "--json", &text("all.json")]);
    scene.must(&["export", "--automerge", &text("documents")]);
    scene.must(&["access", &id, "--to", &text("bo")]);
}

/// A replica with a backup of it, and something that was written since.
fn backed_up(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, relay);
    scene.must(&["backup", &scene.out().join("a.backup").display().to_string()]);
    scene.must(&["add", "contact", "family=Ek"]);
}

/// A workspace on the relay, and an invitation into it.
fn invited(scene: &Scene, relay: Option<&Relay>) {
    empty(scene, None);
    let workspace = workspace(relay);
    fs::write(scene.note("address"), &workspace.address).expect("a file can be written");
    fs::write(scene.note("code"), workspace.invite(&["--role", "coordinator"]))
        .expect("a file can be written");
}

fn joined(scene: &Scene, relay: Option<&Relay>) {
    invited(scene, relay);
    scene.must(&["join", &scene.noted("address"), "--name", "Åsa", "--encrypt"]);
    plant(scene);
}

fn synced(scene: &Scene, relay: Option<&Relay>) {
    joined(scene, relay);
    scene.must(&["sync"]);
}

fn workspace(relay: Option<&Relay>) -> Workspace {
    relay.expect("the case has a relay").create_workspace("Byrån")
}

/// A relay's folder with a workspace in it that has something, and a backup of it.
fn kept(scene: &Scene, relay: Option<&Relay>) {
    synced(scene, relay);
    let workspace = scene.noted("address").rsplit('/').next().unwrap_or_default().to_owned();
    fs::write(scene.note("workspace"), &workspace).expect("a file can be written");
    fs::create_dir(scene.backups()).expect("a folder can be made");
    scene.relay_must(&[
        "backup",
        &workspace,
        "--to",
        &scene.backups().join("one.sqlite").display().to_string(),
    ]);
}

fn lists(scene: &Scene) -> Found {
    scene.reads(&["list", "contact"], PLANTED)
}

/// Of what is being made either all or nothing is there.
fn lists_or_nothing(scene: &Scene) -> Found {
    let listed = lists_member(scene);
    if scene.replica().exists() { listed } else { Ok(()) }
}

fn lists_member(scene: &Scene) -> Found {
    scene.reads(&["list", "member"], "Åsa")
}

fn opens_or_is_locked(scene: &Scene) -> Found {
    let output = scene.command(&["key"]).output().expect("a program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.contains("locked") { Ok(()) } else { lists(scene) }
}

fn is_locked(scene: &Scene) -> Found {
    scene.reads(&["key"], "locked")
}

fn relay_is_right(scene: &Scene) -> Found {
    let arguments = ["verify", &scene.noted("workspace")];
    let output = scene.relay_command(&arguments).output().expect("a program starts");
    if output.status.success() { Ok(()) } else { Err(format!("verify: {}", complaint(&output))) }
}

fn relay_lists(scene: &Scene) -> Found {
    let output = scene.relay_command(&["workspace", "list"]).output().expect("a program starts");
    // Nothing was there before, so there may be no folder.
    let nothing = !scene.relay().exists();
    if output.status.success() || nothing { Ok(()) } else { Err(complaint(&output)) }
}

fn exports(scene: &Scene) -> Found {
    lists(scene)?;
    for path in files(&scene.out()) {
        let content = fs::read(&path).map_err(|error| error.to_string())?;
        let is_json = path.extension().is_some_and(|ending| ending == "json");
        if is_json && serde_json::from_slice::<serde_json::Value>(&content).is_err() {
            return Err(format!("{} is not whole", path.display()));
        }
    }
    Ok(())
}

/// The next contact does what was left to do; then nothing of it is shown, or stands in a file.
fn is_erased(scene: &Scene) -> Found {
    scene.reads(&["sync"], "")?;
    if scene.reads(&["list", "contact"], PLANTED).is_ok() {
        Err("it is still here".to_owned())
    } else {
        Ok(())
    }
}

fn is_erased_at_the_relay(scene: &Scene) -> Found {
    relay_is_right(scene)?;
    let found = planted::found(&scene.relay(), &[PLANTED]);
    if found.is_empty() { Ok(()) } else { Err(format!("it still stands there: {}", found.join(", "))) }
}

/// All commands that write.
pub fn all() -> Vec<Case> {
    let case = |name,
                prepare: fn(&Scene, Option<&Relay>),
                command: fn(&Scene) -> Command,
                next: fn(&Scene) -> Found| Case {
        name,
        relay: false,
        prepare,
        command,
        next,
        again_says: &[],
        done: next,
    };
    let local = vec![
        Case {
            again_says: &["already"],
            done: lists_member,
            ..case(
                "new",
                empty,
                |s| s.command(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]),
                lists_or_nothing,
            )
        },
        Case {
            again_says: &["already"],
            done: lists_member,
            ..case(
                "new-encrypted",
                empty,
                |s| s.command(&["new", "Byrån", "--name", "Åsa", "--encrypt"]),
                lists_or_nothing,
            )
        },
        case("add", plain, |s| s.command(&["add", "contact", "family=Ek"]), lists),
        case("add-encrypted", encrypted, |s| s.command(&["add", "contact", "family=Ek"]), lists),
        case("set", encrypted, |s| s.command(&["set", &s.noted("id"), "given=Eva"]), lists),
        case(
            "remove",
            encrypted,
            |s| s.command(&["remove", &s.noted("id")]),
            |s| s.reads(&["show", &s.noted("id")], PLANTED),
        ),
        case("review", encrypted, |s| s.command(&["review", "--done"]), lists),
        case("encrypt", plain, |s| s.command(&["encrypt"]), lists),
        case("decrypt", encrypted, |s| s.command(&["decrypt"]), lists),
        case("list", encrypted, |s| s.command(&["list", "contact"]), lists),
        Case { done: is_locked, ..case("lock", encrypted, |s| s.command(&["lock"]), opens_or_is_locked) },
        Case { done: lists, ..case("unlock", locked, |s| s.command(&["unlock"]), opens_or_is_locked) },
        case(
            "export-json",
            exported,
            |s| {
                s.command(&[
                    "export",
                    "--overwrite",
                    "--json",
                    &s.out().join("all.json").display().to_string(),
                ])
            },
            exports,
        ),
        case(
            "export-automerge",
            exported,
            |s| {
                s.command(&[
                    "export",
                    "--overwrite",
                    "--automerge",
                    &s.out().join("documents").display().to_string(),
                ])
            },
            exports,
        ),
        case(
            "access",
            exported,
            |s| {
                s.command(&[
                    "access",
                    &s.noted("id"),
                    "--overwrite",
                    "--to",
                    &s.out().join("bo").display().to_string(),
                ])
            },
            exports,
        ),
        Case {
            again_says: &["is there already", "a Samsyn replica"],
            ..case(
                "backup",
                exported,
                |s| s.command(&["backup", &s.out().join("a.backup").display().to_string()]),
                exports,
            )
        },
        case(
            "restore",
            backed_up,
            |s| s.command(&["restore", &s.out().join("a.backup").display().to_string()]),
            lists,
        ),
        case(
            "demo",
            empty,
            |s| {
                let mut command = Command::new(program("samsyn"));
                command.args(["demo", "--no-window", "--keep"]).arg(s.folder.join("demo"));
                command
            },
            |_| Ok(()),
        ),
    ];
    let with_relay = vec![
        Case {
            relay: true,
            again_says: &["already"],
            done: lists_member,
            ..case(
                "join",
                invited,
                |s| s.command(&["join", &s.noted("address"), "--name", "Åsa", "--encrypt"]),
                lists_or_nothing,
            )
        },
        Case { relay: true, ..case("sync", joined, |s| s.command(&["sync"]), lists) },
        Case {
            relay: true,
            again_says: &["done before", "was erased"],
            done: is_erased,
            ..case(
                "erase",
                synced,
                |s| s.command(&["erase", &s.noted("id"), "--yes"]),
                |s| s.reads(&["list", "member"], "Åsa"),
            )
        },
    ];
    let of_the_relay = vec![
        case("relay-create", |_, _| {}, |s| s.relay_command(&["workspace", "create", "Byrån"]), relay_lists),
        Case {
            relay: true,
            again_says: &["is there already", "a relay's log"],
            ..case(
                "relay-backup",
                kept,
                |s| {
                    s.relay_command(&[
                        "backup",
                        &s.noted("workspace"),
                        "--to",
                        &s.backups().join("two.sqlite").display().to_string(),
                    ])
                },
                relay_is_right,
            )
        },
        Case {
            relay: true,
            ..case(
                "relay-restore",
                kept,
                |s| {
                    s.relay_command(&[
                        "restore",
                        &s.backups().join("one.sqlite").display().to_string(),
                        "--replace",
                    ])
                },
                relay_is_right,
            )
        },
        Case {
            relay: true,
            ..case(
                "relay-compact",
                kept,
                |s| s.relay_command(&["compact", &s.noted("workspace")]),
                relay_is_right,
            )
        },
        Case {
            relay: true,
            ..case(
                "relay-invite",
                kept,
                |s| s.relay_command(&["invite", &s.noted("workspace")]),
                relay_is_right,
            )
        },
        Case {
            relay: true,
            again_says: &["done before"],
            done: is_erased_at_the_relay,
            ..case(
                "relay-erase",
                kept,
                |s| s.relay_command(&["erase", &s.noted("workspace"), &s.noted("id"), "--yes"]),
                relay_is_right,
            )
        },
    ];
    local.into_iter().chain(with_relay).chain(of_the_relay).collect()
}
