//! Backups, copies that people make themselves, and damaged files, with real processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use samsyn_tests::process::{Desk, Relay, complaint};

const PASSPHRASE: &str = "älg under bordet 7";

fn desk(folder: &Path, name: &str, arguments: &[&str]) -> Desk {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    let desk = Desk { path: folder.join("a.samsyn") };
    desk.must(&[&["new", "Byrån", "--name", "Åsa"], arguments].concat());
    desk
}

fn with_passphrase(desk: &Desk, arguments: &[&str]) -> Output {
    desk.command(arguments).env("SAMSYN_PASSPHRASE", PASSPHRASE).output().unwrap()
}

fn beside(desk: &Desk, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", desk.path.display()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a command that was killed leaves: its files while it is at work, put back when it is through.
fn left_by_a_crash(desk: &Desk) -> Vec<(PathBuf, Vec<u8>)> {
    let key = samsyn_client::keys::file_key(
        &samsyn_client::keys::Vault::in_folder(&desk.path.with_file_name("keys")),
        &desk.path,
    );
    let mut open = samsyn_engine::replica::Replica::open_with(&desk.path, key.unwrap().as_ref()).unwrap();
    let mut contact = samsyn_engine::schema::NewRecord::new(&samsyn_engine::schema::kinds::CONTACT);
    contact.cells.insert("family".into(), samsyn_engine::schema::Value::Text("Unsent".to_owned()));
    open.create_record(&contact).unwrap();
    let names = [desk.path.clone(), beside(desk, "-wal"), beside(desk, "-instance")];
    names.into_iter().map(|name| (name.clone(), fs::read(name).unwrap())).collect()
}

fn put(files: &[(PathBuf, Vec<u8>)]) {
    files.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
}

#[test]
fn a_backup_is_put_back_on_the_same_computer_and_what_was_there_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("plain", &[][..]), ("encrypted", &["--encrypt"])] {
        let desk = desk(folder.path(), name, arguments);
        desk.must(&["add", "contact", "family=Berg"]);
        let backup = folder.path().join(format!("{name}.backup"));
        let made = desk.json(&["backup", text(&backup)]);
        let opens = if name == "plain" { "for-everybody" } else { "only-here" };
        assert_eq!((&made["records"], &made["opens"]), (&2.into(), &opens.into()));
        let again = desk.run(&["backup", text(&backup)]);
        assert!(complaint(&again).contains("--overwrite"), "{}", complaint(&again));
        assert!(desk.must(&["backup", text(&backup), "--overwrite"]).contains("checked"));
        desk.must(&["add", "contact", "family=Ek"]);

        let said = desk.must(&["restore", text(&backup)]);
        assert!(said.contains("is back") && said.contains("neither sent nor in the backup: 1"), "{said}");
        let listed = desk.must(&["list", "contact"]);
        assert!(listed.contains("Berg") && !listed.contains("Ek"), "{listed}");
        desk.must(&["add", "contact", "family=Alm"]);
        let kept = fs::read_dir(desk.path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
        let kept = kept.filter(|path| text(path).contains("-replaced-") && text(path).ends_with(".samsyn"));
        let kept = Desk { path: kept.last().unwrap() };
        assert!(kept.must(&["list", "contact"]).contains("Ek"));
    }
}

#[test]
fn a_backup_under_a_passphrase_is_put_back_on_another_computer() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = |name: &str| {
        let folder = folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        Desk { path: folder.join("a.samsyn") }
    };
    for (name, arguments) in [("plain", &[][..]), ("encrypted", &["--encrypt"])] {
        let desk = desk(folder.path(), name, arguments);
        desk.must(&["add", "contact", "family=Xylofonsson"]);
        let backup = folder.path().join(format!("{name}.backup"));
        let made = with_passphrase(&desk, &["backup", text(&backup), "--passphrase"]);
        assert!(made.status.success(), "{}", complaint(&made));
        let bytes = fs::read(&backup).unwrap();
        assert!(!bytes.windows(11).any(|part| part == b"Xylofonsson"), "nothing of it can be read");

        let other = elsewhere(&format!("{name}-other"));
        let mut wrong = other.command(&["restore", text(&backup)]);
        let wrong = wrong.env("SAMSYN_PASSPHRASE", "en helt annan fras").output().unwrap();
        assert!(complaint(&wrong).contains("not the passphrase"), "{}", complaint(&wrong));
        assert!(!other.path.exists());
        // The same letters from another keyboard.
        let typed = PASSPHRASE.replace('ä', "a\u{308}");
        let back =
            other.command(&["restore", text(&backup)]).env("SAMSYN_PASSPHRASE", typed).output().unwrap();
        assert!(back.status.success(), "{}", complaint(&back));
        assert!(other.must(&["list", "contact"]).contains("Xylofonsson"));
        assert_eq!(other.json(&["key"])["encrypted"], true);
    }
    let desk = desk(folder.path(), "lost", &["--encrypt"]);
    let backup = folder.path().join("lost.backup");
    assert!(desk.must(&["backup", text(&backup)]).contains("only on this computer"));
    let other = elsewhere("lost-other");
    let refused = other.run(&["restore", text(&backup)]);
    assert!(complaint(&refused).contains("its key is not on this computer"), "{}", complaint(&refused));
    assert!(!other.path.exists());
    // Where it was locked once, the sealed key goes with it.
    assert!(with_passphrase(&desk, &["lock"]).status.success());
    assert!(with_passphrase(&desk, &["unlock"]).status.success());
    let backup = folder.path().join("locked.backup");
    assert_eq!(desk.json(&["backup", text(&backup)])["opens"], "with-lock");
    let back = with_passphrase(&other, &["restore", text(&backup)]);
    assert!(back.status.success(), "{}", complaint(&back));
}

#[test]
fn a_backup_is_never_written_over_what_it_is_made_from_and_a_damaged_one_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "asa", &[]);
    desk.must(&["add", "contact", "family=Berg"]);
    let whole = fs::read(&desk.path).unwrap();
    for target in [desk.path.clone(), beside(&desk, "-instance")] {
        assert!(!desk.run(&["backup", text(&target), "--overwrite"]).status.success(), "{target:?}");
    }
    assert_eq!(desk.must(&["list", "contact"]).lines().count(), 1);
    assert!(!whole.is_empty());
    let backup = folder.path().join("backup");
    desk.must(&["backup", text(&backup)]);
    let bytes = fs::read(&backup).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [&bytes[..bytes.len() - 1], &bytes[..100], &flipped, b"", b"some notes"] {
        fs::write(&backup, damaged).unwrap();
        let refused = desk.run(&["restore", text(&backup)]);
        assert!(!refused.status.success(), "{}", complaint(&refused));
        assert!(desk.must(&["list", "contact"]).contains("Berg"));
    }
    assert!(!desk.run(&["restore", text(&folder.path().join("none"))]).status.success());
}

#[test]
fn a_copy_that_is_put_back_beside_an_old_log_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("plain", &[][..]), ("encrypted", &["--encrypt"])] {
        let desk = desk(folder.path(), name, arguments);
        desk.must(&["add", "contact", "family=Berg"]);
        let copy = fs::read(&desk.path).unwrap();
        desk.must(&["add", "contact", "family=Ek"]);
        let left = left_by_a_crash(&desk);
        put(&left);
        fs::write(&desk.path, &copy).unwrap();
        let added = desk.run(&["add", "contact", "family=Alm"]);
        assert!(added.status.success(), "{}", complaint(&added));
        assert!(complaint(&added).contains("-wal-set-aside-1"), "{}", complaint(&added));
        let listed = desk.must(&["list", "contact"]);
        assert!(listed.contains("Berg") && listed.contains("Alm") && !listed.contains("Ek"), "{listed}");
        assert_eq!(fs::read(beside(&desk, "-wal-set-aside-1")).unwrap(), left[1].1);
        // Whoever puts back what a crash has left has all of it.
        put(&left);
        let listed = desk.must(&["list", "contact"]);
        assert!(listed.contains("Ek") && listed.contains("Unsent"), "{listed}");
    }
}

#[test]
fn a_log_of_another_replica_beside_a_file_that_nobody_has_touched_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("plain", &[][..]), ("encrypted", &["--encrypt"])] {
        let mine = desk(folder.path(), name, arguments);
        mine.must(&["add", "contact", "family=Berg"]);
        let other = desk(folder.path(), &format!("{name} of somebody else"), arguments);
        let theirs = left_by_a_crash(&other);
        fs::write(beside(&mine, "-wal"), &theirs[1].1).unwrap();
        let added = mine.run(&["add", "contact", "family=Alm"]);
        assert!(added.status.success(), "{name}: {}", complaint(&added));
        assert!(complaint(&added).contains("-wal-set-aside-1"), "{name}: {}", complaint(&added));
        let listed = mine.must(&["list", "contact"]);
        let has = |family: &str| listed.contains(family);
        assert!(has("Berg") && has("Alm") && !has("Unsent"), "{name}: {listed}");
    }
}

#[test]
fn a_damaged_file_acknowledges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("plain", &[][..]), ("encrypted", &["--encrypt"])] {
        let desk = desk(folder.path(), name, arguments);
        let id = desk.must(&["add", "contact", "family=Berg"]);
        let whole = fs::read(&desk.path).unwrap();
        let page = whole.len() / 4096 / 2 * 4096;
        let mut ruined = [whole.clone(), whole.clone()];
        ruined[0].truncate(page);
        ruined[1][page..page + 4096].fill(0);
        for bytes in ruined {
            fs::write(&desk.path, &bytes).unwrap();
            for command in
                [&["add", "contact", "family=Ek"][..], &["set", &id, "given=Eva"], &["list", "contact"]]
            {
                let refused = desk.run(command);
                assert!(!refused.status.success() && refused.stdout.is_empty(), "{command:?}");
                let said = complaint(&refused);
                assert!(said.contains("-wal") && said.contains("samsyn restore"), "{command:?}: {said}");
            }
            let swedish = desk.command(&["list", "contact"]).env("SAMSYN_LANGUAGE", "sv").output().unwrap();
            assert!(complaint(&swedish).contains("är skadad"), "{}", complaint(&swedish));
            assert!(fs::read(&desk.path).unwrap() == bytes, "it is as it was");
        }
        fs::write(&desk.path, &whole).unwrap();
        assert!(desk.must(&["list", "contact"]).contains("Berg"));
    }
}

#[test]
fn a_replica_that_is_put_back_on_a_new_computer_comes_in_again_with_an_invitation() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let at = |name: &str| {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        Desk { path: folder.path().join(name).join("a.samsyn") }
    };
    let (asa, new) = (at("asa"), at("new"));
    assert!(workspace.join(&asa.path, "Åsa").status.success());
    let maja = at("maja");
    assert!(workspace.join(&maja.path, "Maja").status.success());
    asa.must(&["add", "contact", "family=Berg"]);
    let backup = folder.path().join("backup");
    asa.must(&["backup", text(&backup)]);
    // After the backup it is sent, and others go on.
    asa.must(&["sync"]);
    maja.must(&["add", "contact", "family=Ek"]);
    maja.must(&["sync"]);

    let said = new.must(&["restore", text(&backup)]);
    assert!(said.contains("samsyn enter"), "{said}");
    assert!(new.must(&["list", "contact"]).contains("Berg"));
    assert!(!new.run(&["sync"]).status.success());
    let member =
        asa.json(&["members"])["members"].as_array().unwrap().iter().find_map(|member| {
            (member["label"] == "Åsa").then(|| member["member"].as_str().unwrap().to_owned())
        });
    let code = workspace.invite(&["--member", &member.unwrap()]);
    let entered = new.command(&["enter"]).env("SAMSYN_CODE", code).output().unwrap();
    assert!(entered.status.success(), "{}", complaint(&entered));
    new.must(&["sync"]);
    let listed = new.must(&["list", "contact"]);
    assert!(listed.contains("Ek") && listed.matches("Berg").count() == 1, "{listed}");
    assert_eq!(new.json(&["status"])["waiting"], 0);
}
