//! A prepared folder, its copies, and what is looked at in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::{Connection, OpenFlags};

use super::cases::Case;
use super::company::{Beside, Company};
use super::scene::{Found, PLANTED, Scene};
use super::strace::{self, Fault, Point};
use crate::planted;
use crate::process::{Relay, complaint};

/// So often a command is run to hit it at a call that it does not come to with the same number each time.
const TRIES: usize = 5;

/// What a case begins with.
pub(super) struct Prepared {
    folder: tempfile::TempDir,
    /// Where a relay was meanwhile, and another will be.
    port: u16,
}

impl Prepared {
    pub(super) fn new(case: &Case) -> Prepared {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let scene = Scene::at(&folder.path().join("scene"));
        fs::create_dir_all(&scene.folder).expect("a folder can be made");
        let relay = (case.beside != Beside::Nobody).then(|| Relay::start(&scene.relay(), 0));
        let port = relay.as_ref().map_or(0, Relay::port);
        (case.prepare)(&scene, relay.as_ref());
        relay.map(Relay::stop);
        Prepared { folder, port }
    }

    /// A copy, with whoever is there meanwhile.
    fn copy(&self, case: &Case, name: &str) -> (Scene, Company) {
        // Always of the same name, so that a command does the same each time.
        let to = self.folder.path().join(name);
        let _ = fs::remove_dir_all(&to);
        copy(&self.folder.path().join("scene"), &to);
        let scene = Scene::at(&to);
        let company = Company::begin(case.beside, &scene, self.port);
        (scene, company)
    }

    pub(super) fn points(&self, case: &Case, fault: Fault) -> Vec<Point> {
        let (scene, _company) = self.copy(case, "copy");
        let (output, points) = strace::points(&(case.command)(&scene), &scene.folder, fault);
        assert!(output.status.success(), "{} works where nothing hits it: {}", case.name, complaint(&output));
        points
    }

    /// Hits a copy at a point, and looks at what is left.
    /// Says whether it could be hit there.
    pub(super) fn hit(&self, case: &Case, point: &Point, fault: Fault) -> Result<bool, String> {
        let tried = (0..TRIES).find_map(|_| {
            let (scene, company) = self.copy(case, "copy");
            let before = scene.outputs();
            let hit = strace::hit(&(case.command)(&scene), point, fault, &scene.folder)?;
            Some((scene, company, before, hit))
        });
        let Some((scene, _company, before, hit)) = tried else { return Ok(false) };
        said(&hit, fault)?;
        if !hit.status.success() {
            kept(&before)?;
        }
        (case.next)(&scene)?;
        sound(&scene)?;
        // Where somebody has things written it is only looked when something is written there again.
        litter(&scene.folder, &|path| !scene.is_for_people(path))?;
        in_clear(&scene)?;
        let again = (case.command)(&scene).output().expect("a program starts");
        let words = complaint(&again);
        let may_say = case.again_says.iter().any(|says| words.contains(says));
        if !again.status.success() && !may_say {
            return Err(format!("it does not work when it is given again: {words}"));
        }
        (case.done)(&scene)?;
        sound(&scene)?;
        litter(&scene.folder, &|_| true)?;
        in_clear(&scene)?;
        Ok(true)
    }
}

/// A command that fails says so in words of ours.
fn said(output: &Output, fault: Fault) -> Found {
    let words = complaint(output);
    if words.contains("panicked") {
        return Err(format!("it panicked: {words}"));
    }
    if fault != Fault::Kill && !output.status.success() && words.is_empty() {
        return Err("it failed and did not say why".to_owned());
    }
    Ok(())
}

/// What was written for people before is as it was, or the new one is there as a whole: the command may have been hit after that.
fn kept(before: &[(PathBuf, Vec<u8>)]) -> Found {
    for (path, content) in before {
        let now = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let is_whole = match samsyn_engine::backup::is_backup(path) {
            Ok(true) => samsyn_engine::backup::verify(path).is_ok(),
            _ => now.len() >= 2 && content.ends_with(&now[now.len() - 2..]),
        };
        if now != *content && !is_whole {
            return Err(format!("{} is neither what it was nor a whole new one", path.display()));
        }
    }
    Ok(())
}

/// All files that are databases are sound ones.
fn sound(scene: &Scene) -> Found {
    for path in files(&scene.folder) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".samsyn") || name.ends_with(".sqlite") {
            check(&path, scene).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

fn check(path: &Path, scene: &Scene) -> Result<(), String> {
    let words = |error: rusqlite::Error| error.to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(words)?;
    if let Some(key) = samsyn_engine::store::key_needed(path).map_err(|error| error.to_string())? {
        let Ok(secret) = fs::read(scene.keys().join(format!("{key}.file-key"))) else { return Ok(()) };
        let key = format!("x'{}{key}'", data_encoding::HEXLOWER.encode(&secret));
        connection.pragma_update_and_check(None, "key", key, |_| Ok(())).map_err(words)?;
    }
    let said: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0)).map_err(words)?;
    if said == "ok" { Ok(()) } else { Err(said) }
}

/// Nothing is left that is of no use to anybody.
fn litter(folder: &Path, is_looked_at: &dyn Fn(&Path) -> bool) -> Found {
    for path in files(folder).into_iter().filter(|path| is_looked_at(path)) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_unfinished = path.ancestors().any(|part| {
            let name = part.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(".samsyn-") || name.starts_with(".new-")
        });
        let is_odd = name.ends_with("-anew")
            || name.contains("-instance-")
            || name.ends_with(".new")
            || name.contains("probe-");
        let is_empty = path.metadata().is_ok_and(|found| found.len() == 0);
        // SQLite's own, which it uses again or takes away.
        let may_be_empty =
            [".lock", "-wal", "-shm", "-journal", ".log"].iter().any(|end| name.ends_with(end));
        // A list to which lines are added, and in which there is none yet.
        let is_list = path.parent().is_some_and(|folder| folder.ends_with("erased"));
        if is_unfinished || is_odd || is_empty && !may_be_empty && !is_list {
            return Err(format!("{} is left behind", path.display()));
        }
    }
    Ok(())
}

/// What stands in an encrypted replica stands nowhere else beside it.
fn in_clear(scene: &Scene) -> Found {
    let is_encrypted = samsyn_engine::store::key_needed(&scene.replica()).is_ok_and(|key| key.is_some());
    if !is_encrypted {
        return Ok(());
    }
    let desk = scene.desk_folder();
    let found = planted::found(&desk, &[PLANTED]);
    let found: Vec<_> = found.into_iter().filter(|found| !found.contains("/out/")).collect();
    if found.is_empty() { Ok(()) } else { Err(format!("in clear: {}", found.join(", "))) }
}

/// All files below a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            all.extend(files(&entry.path()));
        } else {
            all.push(entry.path());
        }
    }
    all
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(done.is_ok_and(|status| status.success()), "a folder can be copied");
}
