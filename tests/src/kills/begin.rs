//! What a case begins with.

use std::fs;

use super::scene::{PLANTED, Scene};
use crate::process::{Relay, Workspace, complaint, create_workspace_with_a_secret};

/// A replica with something in it.
pub(super) fn plain(scene: &Scene, _: Option<&Relay>) {
    make(scene, "--no-encryption");
}

pub(super) fn encrypted(scene: &Scene, _: Option<&Relay>) {
    make(scene, "--encrypt");
}

pub(super) fn locked(scene: &Scene, relay: Option<&Relay>) {
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
    scene.write_note("id", &id);
}

pub(super) fn empty(scene: &Scene, _: Option<&Relay>) {
    fs::create_dir_all(scene.desk_folder()).expect("a folder can be made");
}

pub(super) fn exported(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, relay);
    scene.must(&["export", "--json", &scene.in_out("all.json")]);
    scene.must(&["export", "--automerge", &scene.in_out("documents")]);
    scene.must(&["access", &scene.noted("id"), "--to", &scene.in_out("bo")]);
}

/// A replica with a backup of it, and something that was written since.
pub(super) fn backed_up(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, relay);
    scene.must(&["backup", &scene.in_out("a.backup")]);
    scene.must(&["add", "contact", "family=Ek"]);
}

/// A workspace on the relay, and an invitation into it.
pub(super) fn invited(scene: &Scene, relay: Option<&Relay>) {
    invite(scene, &workspace(relay), "coordinator");
}

pub(super) fn joined(scene: &Scene, relay: Option<&Relay>) {
    join(scene, &workspace(relay), "coordinator");
}

pub(super) fn synced(scene: &Scene, relay: Option<&Relay>) {
    joined(scene, relay);
    scene.must(&["sync"]);
}

fn workspace(relay: Option<&Relay>) -> Workspace {
    relay.expect("the case has a relay").create_workspace("Byrån")
}

fn invite(scene: &Scene, workspace: &Workspace, role: &str) {
    empty(scene, None);
    scene.write_note("address", &workspace.address);
    scene.write_note("workspace", workspace.id());
    scene.write_note("code", &workspace.invite(&["--role", role]));
}

fn join(scene: &Scene, workspace: &Workspace, role: &str) {
    invite(scene, workspace, role);
    scene.must(&["join", &workspace.address, "--name", "Åsa", "--encrypt"]);
    plant(scene);
}

/// A relay's folder with a workspace in it that has something, and a backup of it.
pub(super) fn kept(scene: &Scene, relay: Option<&Relay>) {
    synced(scene, relay);
    fs::create_dir(scene.backups()).expect("a folder can be made");
    scene.relay_must(&["backup", &scene.noted("workspace"), "--to", &scene.in_backups("one.sqlite")]);
}

/// A workspace that is only here, and an empty one on the relay.
pub(super) fn alone(scene: &Scene, relay: Option<&Relay>) {
    encrypted(scene, None);
    let made = scene.relay_must(&["workspace", "create", "Byrån", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made).expect("it prints JSON");
    let text = |key: &str| made[key].as_str().expect("it prints texts");
    let relay = &relay.expect("the case has a relay").address;
    scene.write_note("address", &format!("{relay}/{}", text("workspace")));
    scene.write_note("code", text("code"));
}

/// Somebody who belongs already, with another invitation.
pub(super) fn invited_again(scene: &Scene, relay: Option<&Relay>) {
    let workspace = workspace(relay);
    join(scene, &workspace, "coordinator");
    scene.must(&["sync"]);
    let listed = serde_json::from_str(&scene.must(&["members", "--json"])).expect("it prints JSON");
    scene.write_note("code", &workspace.invite(&["--member", text(&member(&listed, "Åsa")["member"])]));
}

/// A colleague who joined, and by what they are called there.
pub(super) fn with_colleague(scene: &Scene, relay: Option<&Relay>) {
    let workspace = workspace(relay);
    join(scene, &workspace, "coordinator");
    scene.must(&["sync"]);
    join_colleague(scene, &workspace, "ambassador");
    let listed = serde_json::from_str(&scene.must(&["members", "--json"])).expect("it prints JSON");
    let theirs = member(&listed, "Maja");
    scene.write_note("member", text(&theirs["member"]));
    scene.write_note("device", text(&theirs["devices"][0]["device"]));
}

fn member<'a>(listed: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let all = listed["members"].as_array().expect("it lists them");
    all.iter().find(|member| member["label"] == name).expect("they joined")
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("it is a text")
}

/// A colleague who has written something that is not here yet.
pub(super) fn with_news_of_a_colleague(scene: &Scene, relay: Option<&Relay>) {
    with_colleague(scene, relay);
    scene.colleague().must(&["add", "contact", "family=Ek"]);
}

/// Work that the relay has refused, because the role was another by then.
pub(super) fn refused(scene: &Scene, relay: Option<&Relay>) {
    let workspace = workspace(relay);
    join_colleague(scene, &workspace, "coordinator");
    join(scene, &workspace, "ambassador");
    scene.must(&["sync"]);
    scene.must(&["set", &scene.noted("id"), "given=Eva"]);
    let listed = scene.colleague().json(&["members"]);
    scene.colleague().must(&["member", "role", text(&member(&listed, "Åsa")["member"]), "reader"]);
    let synced = scene.command(&["sync"]).output().expect("a program starts");
    assert_eq!(synced.status.code(), Some(3), "something is refused");
}

fn join_colleague(scene: &Scene, workspace: &Workspace, role: &str) {
    let desk = scene.colleague();
    fs::create_dir_all(scene.folder.join("colleague")).expect("a folder can be made");
    let joined = workspace.join_with(&desk.path, "Maja", &workspace.invite(&["--role", role]));
    assert!(joined.status.success(), "{}", complaint(&joined));
}

/// A workspace with a secret instead of members, as earlier versions made it.
pub(super) fn with_a_secret(scene: &Scene, _: Option<&Relay>) {
    let (workspace, _) = create_workspace_with_a_secret(&scene.relay(), "Byrån");
    scene.write_note("workspace", &workspace.to_string());
}

/// A replica that is gone, and a backup of it.
pub(super) fn lost(scene: &Scene, relay: Option<&Relay>) {
    backed_up(scene, relay);
    for ending in ["", "-wal", "-shm", "-instance"] {
        let _ = fs::remove_file(format!("{}{ending}", scene.replica().display()));
    }
}
