//! How a replica rests on the disk, with real processes: encrypted, locked, unlocked, and what somebody finds who has the files.

use std::path::Path;
use std::process::Output;

use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_tests::planted;
use samsyn_tests::process::{Desk, Relay, complaint};

/// What nobody else is called.
const PLANTED: [&str; 2] = ["Xylofonsson", "Zebrafiskarnas hemlighet"];

const PASSPHRASE: &str = "älg under bordet 7";

fn desk(folder: &Path, arguments: &[&str]) -> Desk {
    let desk = Desk { path: folder.join("a.samsyn") };
    desk.must(&[&["new", "Byrån", "--name", "Åsa"], arguments].concat());
    desk
}

fn plant(desk: &Desk) -> String {
    desk.must(&["add", "contact", &format!("family={}", PLANTED[0]), &format!("notes={}", PLANTED[1])])
}

fn with_passphrase(desk: &Desk, passphrase: &str, arguments: &[&str]) -> Output {
    desk.command(arguments).env("SAMSYN_PASSPHRASE", passphrase).output().unwrap()
}

fn must_with(desk: &Desk, passphrase: &str, arguments: &[&str]) -> String {
    let output = with_passphrase(desk, passphrase, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn nothing_that_was_written_stands_in_the_files_of_an_encrypted_replica() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &["--encrypt"]);
    plant(&desk);
    // Somebody works in it while the files are looked at: the write-ahead log is there, too.
    let open = samsyn_client::keys::file_key(
        &samsyn_client::keys::Vault::in_folder(&folder.path().join("keys")),
        &desk.path,
    );
    let mut open = Replica::open_with(&desk.path, open.unwrap().as_ref()).unwrap();
    plant(&desk);
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("family".to_owned(), Value::Text(PLANTED[0].to_owned()));
    open.create_record(&new).unwrap();
    assert!(folder.path().join("a.samsyn-wal").metadata().unwrap().len() > 0);
    assert_eq!(planted::found(folder.path(), &PLANTED), Vec::<String>::new());
    drop(open);
    assert!(desk.must(&["list", "contact"]).contains(PLANTED[0]));
    assert!(desk.must(&["search", "zebrafiskarnas"]).contains(PLANTED[0]));
    let key = desk.json(&["key"]);
    assert_eq!((&key["encrypted"], &key["place"]), (&true.into(), &"file".into()));
}

#[test]
fn a_replica_of_before_is_encrypted_and_comes_back_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &[]);
    assert_eq!(desk.json(&["key"])["encrypted"], false);
    let id = plant(&desk);
    assert!(!planted::found(folder.path(), &PLANTED).is_empty(), "it was planted");
    let before = desk.must(&["show", &id]);

    let open = Replica::open(&desk.path).unwrap();
    let refused = desk.run(&["encrypt"]);
    assert!(complaint(&refused).contains("open in another program"), "{}", complaint(&refused));
    assert_eq!(desk.json(&["key"])["encrypted"], false);
    drop(open);

    let said = desk.must(&["encrypt"]);
    assert!(said.contains("is encrypted") && said.contains("samsyn lock"), "{said}");
    assert_eq!(planted::found(folder.path(), &PLANTED), Vec::<String>::new());
    assert_eq!(desk.must(&["show", &id]), before);
    assert!(desk.must(&["encrypt"]).contains("already"));
    desk.must(&["set", &id, "given=Eva"]);

    let backup = Desk { path: folder.path().join("backup.samsyn") };
    std::fs::copy(&desk.path, &backup.path).unwrap();
    assert!(desk.must(&["decrypt"]).contains("not encrypted any more"));
    assert!(desk.must(&["decrypt"]).contains("nothing was changed"));
    assert!(desk.must(&["show", &id]).contains("Eva"));
    assert_eq!(backup.json(&["key"])["encrypted"], true);
    assert!(backup.must(&["show", &id]).contains("Eva"), "a copy that was made before can be opened still");
}

#[cfg(unix)]
#[test]
fn a_file_with_other_names_is_not_left_behind_unencrypted() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &[]);
    plant(&desk);
    let linked = Desk { path: folder.path().join("linked.samsyn") };
    std::os::unix::fs::symlink(&desk.path, &linked.path).unwrap();
    linked.must(&["encrypt"]);
    assert_eq!(planted::found(folder.path(), &PLANTED), Vec::<String>::new());
    assert!(std::fs::symlink_metadata(&linked.path).unwrap().is_symlink());
    assert!(desk.must(&["list", "contact"]).contains(PLANTED[0]));
    desk.must(&["decrypt"]);
    std::fs::hard_link(&desk.path, folder.path().join("second.samsyn")).unwrap();
    let refused = desk.run(&["encrypt"]);
    assert!(complaint(&refused).contains("second name"), "{}", complaint(&refused));
    assert!(desk.must(&["list", "contact"]).contains(PLANTED[0]));
}

#[test]
fn what_is_locked_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &["--encrypt"]);
    let id = plant(&desk);
    assert!(desk.must(&["unlock"]).contains("not locked"));
    let short = with_passphrase(&desk, "kort", &["lock"]);
    assert!(complaint(&short).contains("at least 12"), "{}", complaint(&short));
    assert!(desk.must(&["show", &id]).contains(PLANTED[0]), "nothing was locked");

    must_with(&desk, PASSPHRASE, &["lock"]);
    assert!(must_with(&desk, PASSPHRASE, &["lock"]).contains("already"));
    assert_eq!(desk.json(&["key"])["locked"], true);
    for arguments in
        [&["list", "contact"][..], &["set", &id, "given=Eva"], &["sync"], &["encrypt"], &["decrypt"]]
    {
        let refused = desk.run(arguments);
        let said = complaint(&refused) + &String::from_utf8_lossy(&refused.stdout);
        assert!(said.contains("encrypted"), "{arguments:?}: {said}");
        assert!(arguments == ["encrypt"] || !refused.status.success(), "{arguments:?}");
    }
    let wrong = with_passphrase(&desk, "älg under bordet 8", &["unlock"]);
    assert!(complaint(&wrong).contains("not the passphrase"), "{}", complaint(&wrong));
    assert!(!desk.run(&["list", "contact"]).status.success());

    must_with(&desk, PASSPHRASE, &["unlock"]);
    assert!(desk.must(&["show", &id]).contains(PLANTED[0]));
    // The second time another passphrase locks nothing: it would be thought to be the one that opens it.
    let other = with_passphrase(&desk, "en helt annan fras", &["lock"]);
    assert!(complaint(&other).contains("not the passphrase"), "{}", complaint(&other));
    assert!(desk.must(&["show", &id]).contains(PLANTED[0]), "nothing was locked");
    must_with(&desk, "en helt annan fras", &["lock", "--change"]);
    assert!(!with_passphrase(&desk, PASSPHRASE, &["unlock"]).status.success());
    must_with(&desk, "en helt annan fras", &["unlock"]);
    assert!(desk.must(&["show", &id]).contains(PLANTED[0]));
}

#[test]
fn a_key_that_is_lost_is_said_and_the_file_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), &["--encrypt"]);
    let id = plant(&desk);
    std::fs::rename(folder.path().join("keys"), folder.path().join("elsewhere")).unwrap();
    let before = std::fs::read(&desk.path).unwrap();
    let refused = desk.run(&["show", &id]);
    assert!(complaint(&refused).contains("its key is not here"), "{}", complaint(&refused));
    let refused = with_passphrase(&desk, PASSPHRASE, &["unlock"]);
    assert!(complaint(&refused).contains("never locked"), "{}", complaint(&refused));
    assert!(std::fs::read(&desk.path).unwrap() == before);
    std::fs::rename(folder.path().join("elsewhere"), folder.path().join("keys")).unwrap();
    assert!(desk.must(&["show", &id]).contains(PLANTED[0]));
}

#[test]
fn an_encrypted_replica_syncs_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let plain = Desk { path: folder.path().join("bo").join("b.samsyn") };
    std::fs::create_dir(folder.path().join("bo")).unwrap();
    assert!(workspace.join(&plain.path, "Bo").status.success());
    let code = workspace.invite(&["--role", "coordinator"]);
    std::fs::create_dir(folder.path().join("asa")).unwrap();
    let desk = Desk { path: folder.path().join("asa").join("a.samsyn") };
    let joined = desk
        .command(&["join", &workspace.address, "--name", "Åsa", "--encrypt"])
        .env("SAMSYN_CODE", code)
        .output()
        .unwrap();
    assert!(joined.status.success(), "{}", complaint(&joined));
    plant(&plain);
    plain.must(&["sync"]);
    desk.must(&["sync"]);
    assert!(desk.must(&["list", "contact"]).contains(PLANTED[0]));
    assert_eq!(planted::found(&folder.path().join("asa"), &PLANTED), Vec::<String>::new());
    // An invitation that is good for nothing leaves neither a replica nor a key behind.
    let path = folder.path().join("eve").join("e.samsyn");
    std::fs::create_dir(folder.path().join("eve")).unwrap();
    let eve = Desk { path };
    let arguments = ["join", &workspace.address, "--name", "Eve", "--encrypt"];
    let code = workspace.invite(&[]);
    let used = Desk { path: folder.path().join("eve").join("used.samsyn") };
    assert!(used.command(&arguments).env("SAMSYN_CODE", &code).output().unwrap().status.success());
    let keys = || std::fs::read_dir(folder.path().join("eve").join("keys")).unwrap().count();
    let before = keys();
    let refused = eve.command(&arguments).env("SAMSYN_CODE", &code).output().unwrap();
    assert!(!refused.status.success() && !eve.path.exists(), "{}", complaint(&refused));
    assert_eq!(keys(), before);
}
