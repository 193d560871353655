//! What must be so after a command was hit, or was given again.

use std::fs;

use super::place::files;
use super::scene::{Found, PLANTED, Scene};
use crate::planted;
use crate::process::complaint;

pub(super) fn lists(scene: &Scene) -> Found {
    scene.reads(&["list", "contact"], PLANTED)
}

/// Of what is being made either all or nothing is there.
pub(super) fn lists_or_nothing(scene: &Scene) -> Found {
    let listed = lists_member(scene);
    if scene.replica().exists() { listed } else { Ok(()) }
}

pub(super) fn lists_member(scene: &Scene) -> Found {
    scene.reads(&["list", "member"], "Åsa")
}

pub(super) fn opens_or_is_locked(scene: &Scene) -> Found {
    let output = scene.command(&["key"]).output().expect("a program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.contains("locked") { Ok(()) } else { lists(scene) }
}

pub(super) fn is_locked(scene: &Scene) -> Found {
    scene.reads(&["key"], "locked")
}

pub(super) fn relay_is_right(scene: &Scene) -> Found {
    let arguments = ["verify", &scene.noted("workspace")];
    let output = scene.relay_command(&arguments).output().expect("a program starts");
    if output.status.success() { Ok(()) } else { Err(format!("verify: {}", complaint(&output))) }
}

pub(super) fn relay_lists(scene: &Scene) -> Found {
    let output = scene.relay_command(&["workspace", "list"]).output().expect("a program starts");
    // Nothing was there before, so there may be no folder.
    let nothing = !scene.relay().exists();
    if output.status.success() || nothing { Ok(()) } else { Err(complaint(&output)) }
}

pub(super) fn exports(scene: &Scene) -> Found {
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
pub(super) fn is_erased(scene: &Scene) -> Found {
    scene.reads(&["sync"], "")?;
    if scene.reads(&["list", "contact"], PLANTED).is_ok() {
        Err("it is still here".to_owned())
    } else {
        Ok(())
    }
}

pub(super) fn is_erased_at_the_relay(scene: &Scene) -> Found {
    relay_is_right(scene)?;
    let found = planted::found(&scene.relay(), &[PLANTED]);
    if found.is_empty() { Ok(()) } else { Err(format!("it still stands there: {}", found.join(", "))) }
}

/// It syncs, with nothing that would wait, and shows what was there before.
pub(super) fn goes_on(scene: &Scene) -> Found {
    scene.reads(&["sync"], "")?;
    scene.reads(&["status", "--json"], "\"waiting\": 0")?;
    lists(scene)
}

/// What was only here is on the relay.
pub(super) fn is_shared(scene: &Scene) -> Found {
    let address = scene.noted("address");
    is_at(scene, address.rsplit_once('/').map_or("", |(relay, _)| relay))?;
    goes_on(scene)
}

/// The relay is at that address.
pub(super) fn is_at(scene: &Scene, address: &str) -> Found {
    scene.reads(&["relay"], address)
}

/// What was refused is gone, and what was there before is as it was.
pub(super) fn is_let_go(scene: &Scene) -> Found {
    lists(scene)?;
    if scene.reads(&["show", &scene.noted("id")], "Eva").is_ok() {
        return Err("what was let go of is still shown".to_owned());
    }
    goes_on(scene)
}
