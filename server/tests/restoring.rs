//! A workspace is put back from a backup under a relay that serves it, with devices connected and writing: nothing that was
//! acknowledged is lost, nobody who was removed is let in again, and nobody who was erased comes back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Client, Desk, Laptop, Process, Town, complaint, program, run};
use samsyn_engine::document::ChangeHash;
use samsyn_engine::identity::{Managed, Management};
use samsyn_engine::schema::Value;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::sync::ErrorCode;
use samsyn_server::log::{Log, Range, SqliteLog, care};

/// What nobody else is called.
const PLANTED: &str = "Xylofonsson";

/// A relay that serves a town with a coordinator.
struct Place {
    folder: tempfile::TempDir,
    relay: Process,
    town: Town,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let relay = Process::start(&folder.path().join("data"));
        let town = Town::create(&relay.data, &relay.address);
        Place { folder, relay, town }
    }

    async fn coordinator(&self) -> Laptop {
        self.town.somebody(&["--role", "coordinator"]).await
    }

    /// One with a contact of that family name, which its coordinator has pushed and can push behind.
    async fn with(family: &str) -> (Place, Laptop, Client) {
        let place = Place::new();
        let boss = place.coordinator().await;
        let mut client = caught_up(boss.enter(&place.town).await).await;
        let document = boss.record(&CONTACT, &[("family", Value::Text(family.to_owned()))]);
        client.push(document.id(), &document.changes_since(&[])).await;
        (place, boss, client)
    }

    fn back_up(&self) -> PathBuf {
        let backup = self.folder.path().join("backup.sqlite");
        let done = self.town.operate(&["backup"], &["--to", text(&backup)]);
        assert!(done.status.success(), "{}", complaint(&done));
        backup
    }

    fn log(&self) -> PathBuf {
        self.relay.data.join("workspaces").join(self.town.id.to_string()).join("log.sqlite")
    }

    /// What was replaced, the oldest first.
    fn kept(&self) -> Vec<PathBuf> {
        let all =
            std::fs::read_dir(self.relay.data.join("workspaces")).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut kept: Vec<_> = all.filter(|path| name(path).starts_with(".replaced-")).collect();
        kept.sort();
        kept.into_iter().map(|path| path.join("log.sqlite")).collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn restore(data: &Path, backup: &Path, arguments: &[&str]) -> Result<String, String> {
    let done = run([&["restore", text(backup), "--data", text(data)], arguments].concat());
    if done.status.success() { Ok(String::from_utf8(done.stdout).unwrap()) } else { Err(complaint(&done)) }
}

/// The names of all changes in a log.
fn changes(log: &Path) -> BTreeSet<ChangeHash> {
    let log = SqliteLog::open(log).unwrap();
    let end = log.head().unwrap().position;
    let mut names = BTreeSet::new();
    let mut after = 0;
    while after < end {
        let stretch = log.read(Range { after, up_to: end, entries: 10_000, bytes: usize::MAX }).unwrap();
        names.extend(stretch.entries.iter().map(|entry| entry.hash));
        after = stretch.end.position;
    }
    names
}

async fn caught_up(mut client: Client) -> Client {
    client.until(|client| client.caught_up).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_put_back_under_those_who_write_and_what_was_acknowledged_is_there_or_kept() {
    let (place, boss, mut first) = Place::with("Före").await;
    let backup = place.back_up();
    let in_backup = changes(&backup);

    // Two who write without a pause, each until their connection is ended.
    let writing = [boss.clone(), place.coordinator().await].map(|laptop| {
        let town = place.town.clone();
        tokio::spawn(async move {
            let mut client = caught_up(laptop.enter(&town).await).await;
            let mut document = laptop.record(&CONTACT, &[]);
            client.offer(document.id(), &document.changes_since(&[]));
            for number in 0.. {
                let change = laptop.edit(&mut document, "family", Value::Text(format!("Ek {number}")));
                client.offer(document.id(), [&change]);
                if !client.step().await {
                    break;
                }
            }
            (client.acknowledged, client.closed.map(|notice| notice.code))
        })
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let data = place.relay.data.clone();
    let put = tokio::task::spawn_blocking(move || restore(&data, &backup, &["--replace"])).await.unwrap();
    let said = put.unwrap();
    assert!(said.contains("is kept in") && said.contains("a new life"), "{said}");
    assert!(said.contains("who belongs is as it was"), "{said}");

    let mut acknowledged = BTreeSet::new();
    for one in writing {
        let (changes, code) = one.await.unwrap();
        // Storage, where just then something was being pushed: it is not acknowledged, and comes again.
        assert!(matches!(code, Some(ErrorCode::Stopping | ErrorCode::Storage)), "{code:?}");
        acknowledged.extend(changes);
    }
    assert_eq!(first.end().await.map(|notice| notice.code), Some(ErrorCode::Stopping));
    let [kept] = &*place.kept() else { panic!("one was kept: {:?}", place.kept()) };
    care::verify(kept).unwrap();
    let kept = changes(kept);
    assert!(acknowledged.len() > 2 && acknowledged.is_subset(&kept), "all that was acknowledged is kept");
    // The relay serves the backup, and takes on.
    care::verify(&place.log()).unwrap();
    assert_eq!(changes(&place.log()), in_backup);
    let mut again = caught_up(boss.enter(&place.town).await).await;
    assert!(again.has_heard("Före") && !again.has_heard("Ek "));
    let document = boss.record(&CONTACT, &[("family", Value::Text("Efter".to_owned()))]);
    again.push(document.id(), &document.changes_since(&[])).await;
    assert!(again.refused.is_empty() && !again.acknowledged.is_empty());
    let left: Vec<_> = std::fs::read_dir(place.relay.data.join("workspaces")).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing unfinished is left: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_was_removed_since_is_let_in_again_and_who_came_since_stays() {
    let place = Place::new();
    let boss = place.coordinator().await;
    let (removed, revoked) = (place.town.somebody(&[]).await, place.town.somebody(&[]).await);
    let open = place.town.invite(&[]);
    let backup = place.back_up();
    let mut client = caught_up(boss.enter(&place.town).await).await;
    for management in
        [Management::Remove { member: removed.device }, Management::Revoke { device: revoked.device }]
    {
        assert_eq!(client.manage(management).await, Managed::Done);
    }
    let (late, newcomer) = (Laptop::new(), place.town.somebody(&["--role", "reader"]).await);
    caught_up(late.join(&place.town, &open).await).await;
    let data = place.relay.data.clone();
    restore(&data, &backup, &["--replace"]).unwrap();
    for laptop in [&removed, &revoked] {
        let mut client = laptop.enter(&place.town).await;
        assert_eq!(client.end().await.map(|notice| notice.code), Some(ErrorCode::Access));
    }
    // The invitation that was open when the backup was made was used since.
    let mut twice = Laptop::new().join(&place.town, &open).await;
    assert_eq!(twice.end().await.map(|notice| notice.code), Some(ErrorCode::Access));
    for laptop in [&boss, &late, &newcomer] {
        assert!(caught_up(laptop.enter(&place.town).await).await.grant.is_some());
    }
    let mut client = caught_up(boss.enter(&place.town).await).await;
    let Managed::Roster { roster } = client.manage(Management::Roster).await else { panic!("no roster") };
    assert!(roster.history.iter().any(|happening| happening.what == "restored" && happening.by.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_was_erased_since_comes_back() {
    let place = Place::new();
    let boss = place.coordinator().await;
    let mut client = caught_up(boss.enter(&place.town).await).await;
    let person = boss.record(&CONTACT, &[("family", Value::Text(PLANTED.to_owned()))]);
    let other = boss.record(&CONTACT, &[("family", Value::Text("Kvar".to_owned()))]);
    for document in [&person, &other] {
        client.push(document.id(), &document.changes_since(&[])).await;
    }
    let backup = place.back_up();
    assert!(holds(&backup, PLANTED), "it was planted");
    assert_eq!(client.manage(Management::Erase { record: person.id() }).await, Managed::Done);
    restore(&place.relay.data, &backup, &["--replace"]).unwrap();
    let mut again = caught_up(boss.enter(&place.town).await).await;
    assert!(again.has_heard("Kvar") && !again.has_heard(PLANTED));
    again.push(person.id(), &person.changes_since(&[])).await;
    assert!(again.refused.values().all(|refused| refused.code == ErrorCode::Erased));
    drop(again);
    let found = files(&place.relay.data).into_iter().filter(|file| holds(file, PLANTED)).collect::<Vec<_>>();
    assert_eq!(found, Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_leaves_the_one_or_the_other_whole() {
    let place = Place::new();
    let boss = place.coordinator().await;
    let mut client = caught_up(boss.enter(&place.town).await).await;
    for _ in 0..30 {
        let desk = boss.record(&CONTACT, &[("notes", Value::Text(crate::support::random_text(10_000)))]);
        client.push(desk.id(), &desk.changes_since(&[])).await;
    }
    let backup = place.back_up();
    let after = boss.record(&CONTACT, &[("family", Value::Text("Efter".to_owned()))]);
    client.push(after.id(), &after.changes_since(&[])).await;
    let (old, new) = (changes(&place.log()), changes(&backup));
    let mut seen = BTreeSet::new();
    for milliseconds in (0..120).step_by(8) {
        let mut child = crate::support::command()
            .args(["restore", text(&backup), "--replace", "--data", text(&place.relay.data)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        care::verify(&place.log()).unwrap();
        let now = changes(&place.log());
        assert!(now == old || now == new, "killed after {milliseconds} ms");
        seen.insert(now == new);
        if now == new {
            let mut client = caught_up(boss.enter(&place.town).await).await;
            client.push(after.id(), &after.changes_since(&[])).await;
        }
    }
    assert!(seen.contains(&false), "some were killed before they were done");
    restore(&place.relay.data, &backup, &["--replace"]).unwrap();
    assert_eq!(changes(&place.log()), new);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_is_said_and_changes_nothing() {
    let (place, boss, mut client) = Place::with("Ek").await;
    let backup = place.back_up();
    let good = std::fs::read(&backup).unwrap();
    let refused = |arguments: &[&str], words: &str| {
        let said = restore(&place.relay.data, &backup, arguments).unwrap_err();
        assert!(said.contains(words), "{said}");
        assert_eq!(place.kept(), Vec::<PathBuf>::new());
    };
    refused(&[], "--replace");
    std::fs::write(&backup, b"nothing of all that").unwrap();
    refused(&["--replace"], "not a log");
    std::fs::write(&backup, &good).unwrap();
    rusqlite::Connection::open(&backup)
        .unwrap()
        .execute("DELETE FROM entries WHERE position = 1", [])
        .unwrap();
    refused(&["--replace"], "position 2");
    std::fs::remove_file(&backup).unwrap();
    refused(&["--replace"], text(&backup));
    // Nobody was disturbed.
    let document = boss.record(&CONTACT, &[("family", Value::Text("Al".to_owned()))]);
    client.push(document.id(), &document.changes_since(&[])).await;
    assert!(client.closed.is_none());

    // What is there cannot be used: then a relay that has it open must not go on with it.
    std::fs::write(&backup, &good).unwrap();
    std::fs::write(place.log(), vec![7; 64 * 1024]).unwrap();
    refused(&["--replace"], "already serves");
    let Place { relay, folder, town } = place;
    let data = relay.data.clone();
    relay.kill();
    let said = restore(&data, &backup, &["--replace"]).unwrap();
    assert!(said.contains("is as it was when the backup was made"), "{said}");
    let relay = Process::start(&data);
    let town = Town { relay: relay.address.clone(), ..town };
    assert!(caught_up(boss.enter(&town).await).await.has_heard("Ek"));
    drop(folder);
}

/// To a database a limit on its files is what a full disk is.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_for_it_all_is_as_it_was() {
    let place = Place::new();
    let boss = place.coordinator().await;
    let mut client = caught_up(boss.enter(&place.town).await).await;
    let push = |notes: String| boss.record(&CONTACT, &[("notes", Value::Text(notes))]);
    for _ in 0..10 {
        let desk = push(crate::support::random_text(10_000));
        client.push(desk.id(), &desk.changes_since(&[])).await;
    }
    let backup = place.back_up();
    let after = push("Efter".to_owned());
    client.push(after.id(), &after.changes_since(&[])).await;
    let old = changes(&place.log());
    let mut took = Vec::new();
    // In blocks of 512 bytes: at first the copy of the backup has no room, then what is kept, then the log.
    for blocks in [200, 600, 1_200, 16_000] {
        let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"");
        let done = Command::new("sh")
            .args(["-c", &script, program(), "restore", text(&backup), "--replace", "--data"])
            .arg(&place.relay.data)
            .output()
            .unwrap();
        took.push(done.status.success());
        if done.status.success() {
            break;
        }
        assert!(!complaint(&done).is_empty(), "it says why");
        care::verify(&place.log()).unwrap();
        assert_eq!(changes(&place.log()), old);
        assert_eq!(place.kept(), Vec::<PathBuf>::new());
        let left = std::fs::read_dir(place.relay.data.join("workspaces")).unwrap().count();
        assert_eq!(left, 1, "nothing unfinished is left");
    }
    assert!(took.len() > 2 && took.ends_with(&[true]), "{took:?}");
    assert_eq!(changes(&place.log()), changes(&backup));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_put_back_at_once_one_waits_for_another_word() {
    let (place, _boss, _client) = Place::with("Ek").await;
    let backup = place.back_up();
    let before = changes(&place.log());
    let mut done = 0;
    for _ in 0..5 {
        let start = || {
            let (data, backup) = (place.relay.data.clone(), backup.clone());
            std::thread::spawn(move || restore(&data, &backup, &["--replace"]))
        };
        for restored in [start(), start(), start()] {
            match restored.join().unwrap() {
                Ok(_) => done += 1,
                Err(said) => assert!(said.contains("another command"), "{said}"),
            }
        }
        assert_eq!(changes(&place.log()), before);
    }
    assert_eq!(place.kept().len(), done);
    assert!(done >= 5, "one of them always does it");
    assert_eq!(care::verify(&place.log()).unwrap(), before.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_gets_members_under_those_who_are_in_by_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path());
    let workspace = relay.workspace();
    let mut client = workspace.join().await;
    let mut desk = Desk::new("Ek");
    client.push(desk.id(), &desk.all()).await;
    let given = run(["workspace", "members", &workspace.id.to_string(), "--data", text(folder.path())]);
    assert!(given.status.success(), "{}", complaint(&given));
    let said = String::from_utf8(given.stdout).unwrap();
    let code = said.lines().find_map(|line| line.strip_prefix("code")).unwrap().trim();
    // What is pushed from here on is not taken, however soon it comes.
    let late = desk.edit("Al");
    client.offer(desk.id(), [&late]);
    let notice = client.end().await.unwrap();
    assert!(matches!(notice.code, ErrorCode::Stopping | ErrorCode::Storage), "{notice:?}");
    assert!(!client.acknowledged.contains(&late.hash));
    let mut out = Client::connect(&workspace.url(), workspace.hello()).await;
    assert_eq!(out.end().await.map(|notice| notice.code), Some(ErrorCode::Access));
    let town = Town {
        relay: relay.address.clone(),
        data: folder.path().to_owned(),
        id: workspace.id,
        first: code.parse().unwrap(),
        headers: Vec::new(),
    };
    let boss = Laptop::new();
    let boss_in = caught_up(boss.join(&town, &town.first).await).await;
    assert!(boss_in.has_heard("Ek") && !boss_in.has_heard("Al"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_a_relay_writes_to_is_put_back_with_all_that_was_acknowledged() {
    let (place, _boss, client) = Place::with("Ek").await;
    // It is still in the write-ahead log beside the file.
    let elsewhere = place.folder.path().join("elsewhere");
    restore(&elsewhere, &place.log(), &[]).unwrap();
    let log = elsewhere.join("workspaces").join(place.town.id.to_string()).join("log.sqlite");
    assert!(client.acknowledged.is_subset(&changes(&log)) && !client.acknowledged.is_empty());
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(file: &Path, text: &str) -> bool {
    let content = std::fs::read(file).unwrap();
    content.windows(text.len()).any(|part| part == text.as_bytes())
}
