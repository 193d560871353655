//! The window on a disk that is full: it opens, everything can be read, nothing that is typed is lost, and it goes on when there is room.
//! A small disk is mounted for it, that nobody else sees.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use eframe::egui::accesskit::Role;

use super::editing::kept;
use super::trust::{says, with_contact};
use super::{Desk, window_at};
use crate::pages::Page;
use samsyn_engine::schema::kinds::CONTACT;

#[test]
fn on_a_full_disk_the_window_opens_says_what_to_do_and_keeps_what_is_typed() {
    let place = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=4m none '{place}' && TMPDIR='{place}' exec '{test}' --exact {inside} --ignored --nocapture",
        place = place.path().display(),
        test = std::env::current_exe().unwrap().display(),
        inside = "window::tests::disk::inside",
    );
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0";
    // Root may mount; others may where the system lets them have a namespace of their own.
    let flags = if is_root { "-m" } else { "-rm" };
    let output = Command::new("unshare").args([flags, "sh", "-c", &script]).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn fill(disk: &Path) -> PathBuf {
    let filler = disk.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[7; 4096]).is_ok() {}
    filler
}

/// Reads what is there, types, makes room, and finds it kept.
fn goes_on(desk: &mut Desk, disk: &Path, typed: &str) {
    desk.until("the banner", |desk| says(desk, "The disk is full. You can read everything"));
    assert!(says(desk, "kB free") && says(desk, "Samsyn tries again by itself"), "{:?}", desk.shown());
    desk.begin_to_type(Role::MultilineTextInput, "Notes", typed);
    desk.until("it is said", |desk| says(desk, "What you type cannot be saved"));
    assert!(
        !says(desk, "Everything is saved") && !says(desk, "The draft is saved here"),
        "{:?}",
        desk.shown()
    );
    assert!(desk.harness.state_mut().refuses_to_close(), "whoever closes it now is told what is lost");
    fs::remove_file(disk.join("filler")).unwrap();
    desk.until("there is room", |desk| {
        says(desk, "It can be saved again") && !says(desk, "The disk is full")
    });
    desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    assert!(kept(desk)[0].ends_with(typed), "{:?}", kept(desk));
    assert!(!desk.harness.state_mut().refuses_to_close());
}

#[test]
#[ignore = "wants a small disk of its own: the test above mounts one"]
fn inside() {
    let disk = std::env::temp_dir();
    let (desk, _) = with_contact();
    let mut desk = desk.unhurried(Page::List(&CONTACT));
    // It fills up while somebody writes.
    desk.choose("Eva Ek");
    desk.begin_to_type(Role::MultilineTextInput, "Notes", " Ett.");
    desk.until("it is kept", |desk| says(desk, "The draft is saved here"));
    fill(&disk);
    desk.begin_to_type(Role::MultilineTextInput, "Notes", " Två.");
    goes_on(&mut desk, &disk, " Tre.");
    // It was full before the window was opened. What closes tidies up: only then is it filled.
    let Desk { mut harness, path, _folder } = desk;
    harness.state_mut().close();
    drop(harness);
    fill(&disk);
    let harness = window_at(&path, Some(Page::List(&CONTACT)), 0.01);
    let mut desk = Desk { harness, path, _folder };
    desk.choose("Eva Ek");
    goes_on(&mut desk, &disk, " Fyra.");
}
