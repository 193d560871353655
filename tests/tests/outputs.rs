//! What is written where, by real processes: never onto something that must not be lost, for its owner only, whole or not at all, and
//! on a disk that is full or read-only nothing but words.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use samsyn_tests::kills::{Fault, Tally, all, hit};
use samsyn_tests::process::{Desk, complaint, program, run};

fn desk(folder: &Path, name: &str) -> Desk {
    let desk = Desk { path: folder.join(name) };
    desk.must(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]);
    desk.must(&["add", "contact", "family=Ek", "given=Bo"]);
    desk
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file below a folder with what is in it.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn no_output_lands_on_a_replica_a_log_or_what_lies_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let mine = desk(place, "a");
    desk(place, "b");
    let closed = Desk { path: place.join("c") };
    closed.must(&["new", "Byrån", "--name", "Åsa", "--encrypt"]);
    let data = place.join("relay");
    let made = run("samsyn-relay", ["workspace", "create", "Byrån", "--json", "--data", text(&data)]);
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let workspace = made["workspace"].as_str().unwrap();
    let log = data.join("workspaces").join(workspace).join("log.sqlite");
    std::os::unix::fs::symlink(place.join("b"), place.join("link")).unwrap();
    fs::hard_link(place.join("b"), place.join("second name")).unwrap();
    let id = mine.must(&["add", "contact", "family=Alm"]);
    let before = contents(place);

    let treasures =
        ["a", "b", "c", "a-wal", "b-instance", "link", "second name"].map(|name| place.join(name));
    for target in treasures.iter().chain([&log, &data.join("relay.id")]) {
        let target = text(target);
        for arguments in [
            vec!["export", "--json", target],
            vec!["export", "--automerge", target],
            vec!["export", "--json", target, "--overwrite"],
            vec!["export", "--automerge", target, "--overwrite"],
        ] {
            // Nobody has served the folder yet.
            if target.ends_with("relay.id") && !Path::new(target).exists() {
                continue;
            }
            let refused = mine.run(&arguments);
            assert!(!refused.status.success(), "{arguments:?}");
            assert!(
                complaint(&refused).contains(target.rsplit('/').next().unwrap())
                    || target.ends_with("link")
                    || target.ends_with("log.sqlite"),
                "{}",
                complaint(&refused)
            );
        }
        let refused = run("samsyn-relay", ["backup", workspace, "--to", target, "--data", text(&data)]);
        assert!(!refused.status.success(), "backup onto {target}");
    }
    assert_eq!(contents(place), before);

    // What is there is replaced only where that is said.
    let out = place.join("out.json");
    mine.must(&["export", "--json", text(&out)]);
    fs::write(&out, "old").unwrap();
    let refused = mine.run(&["export", "--json", text(&out)]);
    assert!(complaint(&refused).contains("--overwrite"), "{}", complaint(&refused));
    assert_eq!(fs::read(&out).unwrap(), b"old");
    mine.must(&["export", "--json", text(&out), "--overwrite"]);
    let to = place.join("bo");
    mine.must(&["access", &id, "--to", text(&to)]);
    assert!(!mine.run(&["access", &id, "--to", text(&to)]).status.success());
    mine.must(&["access", &id, "--to", text(&to), "--overwrite"]);
}

#[test]
fn a_backup_gives_way_to_a_backup_only_and_what_is_no_file_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let mine = desk(place, "a");
    let id = mine.must(&["add", "contact", "family=Alm"]);
    let (backup, pipe) = (place.join("kept"), place.join("pipe"));
    mine.must(&["backup", text(&backup)]);
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let before = fs::read(&backup).unwrap();
    let refuses = |arguments: &[&str], words: &str| {
        let refused = mine.run(arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(complaint(&refused).contains(words), "{arguments:?}: {}", complaint(&refused));
    };
    for what in ["--json", "--automerge"] {
        refuses(&["export", what, text(&backup), "--overwrite"], "a backup of a replica");
    }
    assert_eq!(fs::read(&backup).unwrap(), before);
    mine.must(&["backup", text(&backup), "--overwrite"]);
    // Nobody reads from the pipe: whoever looked into it would wait for ever.
    for target in ["/dev/full", text(&pipe)] {
        refuses(&["backup", target, "--overwrite"], "a pipe or a device");
        refuses(&["access", &id, "--to", target], "a pipe or a device");
        refuses(&["export", "--automerge", target, "--overwrite"], target);
    }
    refuses(&["access", &id, "--to", &format!("{}/", text(place))], "is a folder");
    refuses(&["access", &id, "--to", ".."], "is a folder");
    assert!(!place.join(".txt").exists());
}

#[test]
fn whatever_the_umask_nobody_else_reads_what_is_made_and_what_was_open_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    fs::set_permissions(place, PermissionsExt::from_mode(0o755)).unwrap();
    let (desk, home) = (place.join("desk"), place.join("home"));
    fs::create_dir(&desk).unwrap();
    let replica = desk.join("a.samsyn");
    let script = format!(
        "umask 000
        set -e
        samsyn='{samsyn}'; relay='{relay}'
        export SAMSYN_LANGUAGE=en HOME='{home}'; unset XDG_DATA_HOME
        mkdir -m 0700 \"$HOME\"
        $samsyn new Byrån --name Åsa --no-encryption
        export SAMSYN_REPLICA='{replica}' SAMSYN_KEYS='{desk}/keys'
        $samsyn new Byrån --name Åsa --encrypt
        id=$($samsyn add contact family=Ek)
        $samsyn export --json '{desk}/out.json' --automerge '{desk}/out'
        $samsyn access $id --to '{desk}/ek'
        workspace=$($relay workspace create Byrån --data '{desk}/relay' --json | sed 's/.*\"workspace\": *\"\\([^\"]*\\)\".*/\\1/')
        $relay backup $workspace --data '{desk}/relay' --to '{desk}/backup.sqlite'",
        samsyn = program("samsyn").display(),
        relay = program("samsyn-relay").display(),
        home = home.display(),
        replica = replica.display(),
        desk = desk.display(),
    );
    let done = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert!(done.status.success(), "{}", complaint(&done));
    assert_private(&desk);
    assert_private(&home.join(".local/share/samsyn"));
    assert!(home.join(".local/share/samsyn/workspace.samsyn").exists());

    // As earlier versions made them.
    let open = |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    [replica.clone(), desk.join("a.samsyn-instance")].iter().for_each(|path| open(path, 0o644));
    open(&desk.join("relay"), 0o755);
    Desk { path: replica.clone() }.must(&["add", "contact", "family=Alm"]);
    assert!(run("samsyn-relay", ["workspace", "list", "--data", text(&desk.join("relay"))]).status.success());
    assert_private(&desk);
}

/// Nothing below a folder that other accounts could read.
fn assert_private(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = path.metadata().unwrap();
        let wanted = if found.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(found.permissions().mode() & 0o777, wanted, "{}", path.display());
        if found.is_dir() {
            assert_private(&path);
        }
    }
}

/// Runs a script in which things can be mounted that nobody else sees.
pub(crate) fn with_mounts(script: &str) -> Output {
    let unshare = |flags: &str| {
        Command::new("unshare")
            .args([flags, "sh", "-c", script])
            .env("SAMSYN", program("samsyn"))
            .env("RELAY", program("samsyn-relay"))
            .env("SAMSYN_LANGUAGE", "en")
            .output()
            .unwrap()
    };
    // Root may; others may where the system lets them have a namespace of their own.
    if is_root() { unshare("-m") } else { unshare("-rm") }
}

pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

pub(crate) fn assert_ended_well(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", complaint(output));
}

/// What is asked for in each: it prints what was wrong and ends with 1.
pub(crate) const HELPERS: &str = r#"
    fail() { echo "FAILED: $*"; exit 1; }
    works() { "$@" >out 2>err || fail "$* does not work: $(cat err)"; }
    shows() { words=$1; shift; works "$@"; grep -q "$words" out || fail "$* does not show $words: $(cat out)"; }
    refuses() { words=$1; shift; if "$@" >out 2>err; then fail "$* works"; fi; grep -q "$words" err || fail "$* does not say $words: $(cat err)"; }
    clean() { left=$(find "$1" -name '.samsyn-*' -o -name '*-instance-*' -o -name '*-anew' -o -empty -type f ! -name '*-wal' ! -name '*.lock'); [ -z "$left" ] || fail "left behind: $left"; }
"#;

#[test]
fn on_a_full_disk_everything_can_be_read_and_what_cannot_be_written_says_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let script = format!(
        r#"cd '{place}'; {HELPERS}
        mount -t tmpfs -o size=4m none disk
        export SAMSYN_REPLICA=disk/a.samsyn SAMSYN_KEYS=disk/keys
        works $SAMSYN new Byrån --name Åsa --encrypt
        works $SAMSYN add contact family=Ek
        works $SAMSYN export --json disk/out.json
        cp disk/out.json earlier
        dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
        shows Ek $SAMSYN list contact
        shows Ek $SAMSYN search ek
        works $SAMSYN review
        works $SAMSYN findings
        works $SAMSYN export --json elsewhere.json
        refuses 'MB are needed' $SAMSYN add contact family=Alm
        refuses 'disk is full' $SAMSYN export --json disk/out.json --overwrite
        refuses 'disk is full' $SAMSYN export --json disk/new.json
        refuses 'MB are needed' $SAMSYN decrypt
        refuses 'full' $SAMSYN --replica disk/b.samsyn new Två --name Åsa
        refuses 'Disken är full' $SAMSYN --language sv add contact family=Alm
        cmp disk/out.json earlier || fail 'the earlier export is another'
        clean disk
        rm disk/filler
        works $SAMSYN add contact family=Alm
        shows Alm $SAMSYN list contact
        clean disk
        # A log that its program left, and no room for an index of it.
        mkdir disk/killed; cp -a disk/a.samsyn disk/killed/; sync
        "#,
        place = folder.path().display(),
    );
    assert_ended_well(&with_mounts(&script));
}

#[test]
fn a_relay_without_room_says_so_and_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let script = format!(
        r#"cd '{place}'; {HELPERS}
        mount -t tmpfs -o size=3m none disk
        export SAMSYN_RELAY_DATA=disk/data
        works $RELAY workspace create Byrån --json
        workspace=$(sed -n 's/.*"workspace": *"\([^"]*\)".*/\1/p' out)
        works $RELAY backup $workspace --to backup.sqlite
        dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
        refuses 'room' $RELAY workspace create Två
        refuses 'room' $RELAY backup $workspace --to disk/backup.sqlite
        refuses 'room' $RELAY restore backup.sqlite --replace
        [ ! -e disk/backup.sqlite ] || fail 'half a backup'
        clean disk
        rm disk/filler
        works $RELAY verify $workspace
        works $RELAY restore backup.sqlite --replace
        works $RELAY verify $workspace
        "#,
        place = folder.path().display(),
    );
    assert_ended_well(&with_mounts(&script));
}

#[test]
fn a_relay_on_a_full_disk_starts_serves_what_there_is_and_takes_more_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let script = format!(
        r#"cd '{place}'; {HELPERS}
        mount -t tmpfs -o size=6m none disk
        export SAMSYN_RELAY_DATA=disk/data SAMSYN_KEYS=keys SAMSYN_REPLICA=a.samsyn
        port=0
        begin() {{
            $RELAY serve --listen 127.0.0.1:$port >listening 2>log & relay=$!
            for i in $(seq 200); do grep -q listening listening && break; kill -0 $relay 2>/dev/null || fail "it does not start: $(cat log)"; sleep 0.1; done
            port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' listening)
        }}
        end() {{ kill $1 $relay; wait $relay 2>/dev/null; rm listening; }}
        works $RELAY workspace create Byrån --json
        code=$(sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' out)
        workspace=$(sed -n 's/.*"workspace": *"\([^"]*\)".*/\1/p' out)
        begin
        export SAMSYN_CODE=$code
        works $SAMSYN join ws://127.0.0.1:$port/$workspace --name Åsa --no-encryption
        works $SAMSYN add contact family=Ek
        works $SAMSYN sync
        works $SAMSYN invite --json
        SAMSYN_CODE=$(sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' out)
        works $SAMSYN --replica b.samsyn join ws://127.0.0.1:$port/$workspace --name Bo --no-encryption
        works $SAMSYN add contact family=Alm
        works $SAMSYN sync
        # Killed with all of it open, and then ended in good order: in the second case SQLite has nothing beside the file any more.
        for how in -9 -TERM -9; do
            dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null || true
            end $how
            dd if=/dev/zero of=disk/filler2 bs=512 2>/dev/null || true
            begin
            grep -q 'make room' log || fail "it does not say what to do: $(cat log)"
            works $SAMSYN --replica b.samsyn sync
            shows Alm $SAMSYN --replica b.samsyn list contact
            works $SAMSYN members
            works $SAMSYN add contact family=Nytt
            # There may be room in a page that is there already; refused or taken, it is not lost.
            $SAMSYN sync >out 2>err || grep -q relay err || fail "it is not said: $(cat err)"
        done
        rm disk/filler disk/filler2
        end -TERM
        begin
        works $SAMSYN sync
        works $SAMSYN --replica b.samsyn sync
        shows Nytt $SAMSYN --replica b.samsyn list contact
        end -TERM
        works $RELAY verify $workspace
        "#,
        place = folder.path().display(),
    );
    assert_ended_well(&with_mounts(&script));
}

#[test]
fn what_is_read_only_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    // What a killed program leaves: all of it is in the write-ahead log.
    let desk = desk(folder.path(), "a.samsyn");
    let open = samsyn_engine::replica::Replica::open(&desk.path).unwrap();
    desk.must(&["add", "contact", "family=Alm"]);
    let killed = folder.path().join("disk/killed");
    fs::create_dir(&killed).unwrap();
    for ending in ["", "-wal"] {
        let name = format!("a.samsyn{ending}");
        fs::copy(folder.path().join(&name), killed.join(&name)).unwrap();
    }
    drop(open);
    fs::copy(&desk.path, folder.path().join("disk/a.samsyn")).unwrap();
    let script = format!(
        r#"cd '{place}'; {HELPERS}
        mount --bind disk disk && mount -o remount,bind,ro disk
        for replica in disk/a.samsyn disk/killed/a.samsyn; do
            export SAMSYN_REPLICA=$replica
            shows Alm $SAMSYN list contact
            shows Alm $SAMSYN search alm
            works $SAMSYN show $(cut -c1-26 out | head -1) || true
            works $SAMSYN export --json out-$(basename $(dirname $replica)).json
            refuses 'read-only' $SAMSYN add contact family=Nej
            refuses 'skrivskyddad' $SAMSYN --language sv add contact family=Nej
            refuses 'read-only' $SAMSYN encrypt
        done
        refuses 'read-only' $SAMSYN --replica disk/new.samsyn new Två --name Åsa
        refuses 'read-only' $SAMSYN export --json disk/out.json
        "#,
        place = folder.path().display(),
    );
    assert_ended_well(&with_mounts(&script));
}

#[test]
fn a_demo_clears_nothing_but_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mine = desk(folder.path(), "coordinator.samsyn");
    let before = contents(folder.path());
    let refused = run("samsyn", ["demo", "--no-window", "--keep", text(folder.path())]);
    assert!(complaint(&refused).contains("belongs to no earlier demo"), "{}", complaint(&refused));
    assert_eq!(contents(folder.path()), before);
    assert!(mine.must(&["list", "contact"]).contains("Ek"));
}

#[test]
fn what_an_earlier_version_left_when_it_was_killed_while_making_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Desk { path: folder.path().join("a.samsyn") };
    // SQLite's header, its write-ahead mode, and nothing else.
    rusqlite::Connection::open(&stub.path).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
    let said = complaint(&stub.run(&["list", "contact"]));
    assert!(said.contains("broken off") && said.contains("samsyn new"), "{said}");
    stub.must(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]);
    assert!(stub.must(&["list", "member"]).contains("Åsa"));
    let theirs = folder.path().join("b.samsyn");
    rusqlite::Connection::open(&theirs).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    let refused = Desk { path: theirs }.run(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]);
    assert!(complaint(&refused).contains("already a file"), "{}", complaint(&refused));
}

/// All points are hit by hand: `samsyn-tests kills`.
#[test]
fn commands_that_are_hit_where_they_write_leave_everything_right() {
    let mut tally = Tally::default();
    for (name, fault, first, every) in [
        ("new-encrypted", Fault::Kill, 1, 12),
        ("add-encrypted", Fault::Kill, 3, 12),
        ("decrypt", Fault::Kill, 2, 6),
        ("export-json", Fault::Kill, 1, 5),
        ("export-json", Fault::Full, 1, 5),
        ("add-encrypted", Fault::Full, 2, 15),
        ("relay-create", Fault::Kill, 4, 15),
        ("share", Fault::Kill, 20, 25),
        ("enter", Fault::Kill, 25, 6),
    ] {
        let cases = all();
        let case = cases.iter().find(|case| case.name == name).unwrap();
        hit(case, fault, (first, every), &mut tally);
    }
    assert!(tally.failures.is_empty(), "{:#?}", tally.failures);
    assert!(tally.passed > 10, "{tally:?}");
}
