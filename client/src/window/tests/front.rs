//! Somebody who has no workspace yet: they come in with a code, open a file, or make one of their own.

use std::path::PathBuf;
use std::time::Duration;

use eframe::egui::accesskit::Role as Part;
use eframe::egui::{Context, Event, Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::files::Existing;
use samsyn_engine::identity::{InvitationCode, Role, WorkspaceId};
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::Language;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::store::NewReplica;

use super::super::Start;
use super::super::front::{Front, Home};
use super::town::Town;
use super::{make, text};
use crate::belonging::backup::{Target, back_up};
use crate::keys::{Vault, lock};
use crate::pages::Page;
use crate::state::{FirstPage, Settings};
use crate::widgets;

/// The window of somebody who has none.
pub(super) struct Door {
    pub(super) harness: Harness<'static, Front>,
    replica: PathBuf,
    folder: tempfile::TempDir,
}

impl Door {
    pub(super) fn new() -> Door {
        Door::with(Front::welcome)
    }

    /// A window that begins so.
    fn with(begin: impl FnOnce(Home, Settings) -> Front) -> Door {
        let folder = tempfile::tempdir().unwrap();
        let replica = folder.path().join("workspace.samsyn");
        let settings = Settings { language: Language::English, ..Settings::default() };
        let home = Home { replica: replica.clone(), vault: Vault::in_folder(&folder.path().join("keys")) };
        let harness = Harness::builder()
            .with_size(vec2(1360.0, 860.0))
            .with_context_setup(widgets::prepare)
            .build_ui_state(|ui, front: &mut Front| front.show(ui), begin(home, settings));
        Door { harness, replica, folder }
    }

    fn until(&mut self, what: &str, so: impl Fn(&Door) -> bool) {
        for _ in 0..3_000 {
            self.harness.step();
            if so(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not come: {what}");
    }

    fn says(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    pub(super) fn press(&mut self, label: &str) {
        self.harness.get_all_by_role_and_label(Part::Button, label).last().unwrap().click();
        self.harness.run_steps(3);
    }

    fn write(&mut self, label: &str, text: &str) {
        self.write_into(Part::TextInput, label, text);
    }

    /// Writes what is not shown.
    fn write_secret(&mut self, label: &str, text: &str) {
        self.write_into(Part::PasswordInput, label, text);
    }

    fn write_into(&mut self, part: Part, label: &str, text: &str) {
        self.harness.get_by_role_and_label(part, label).focus();
        self.harness.run_steps(2);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.run_steps(1);
        self.harness.get_by_role_and_label(part, label).type_text(text);
        self.harness.run_steps(3);
    }

    /// The files that are there of a replica and its keys.
    fn left(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.collect()
    }
}

#[test]
fn somebody_comes_in_with_the_code_that_they_were_given() {
    let town = Town::new();
    let maja = town.join(("Maja", Role::Coordinator), Page::List(&CONTACT), |replica| {
        make(replica, &CONTACT, &[("family", text("Ek"))]);
    });
    let code = town.invite(Role::Ambassador, None);
    let mut door = Door::new();
    door.harness.run_steps(3);
    assert!(door.says("There is no workspace on this computer yet."));
    // A code that nobody knows leaves nothing behind, and what was typed stays.
    door.write("Address", &town.address());
    door.write("Code", &InvitationCode::random().reveal());
    door.write("Your name", "Bo");
    door.press("Join");
    door.until("it is refused", |door| door.says("The relay does not let you in: the code is mistyped"));
    assert_eq!(door.left(), Vec::<PathBuf>::new());
    // Address and code may have been copied in one.
    door.write("Address", &format!("{}#{}", town.address(), code.reveal()));
    door.harness.key_press(Key::Enter);
    door.until("the window", |door| door.says("Bo · Ambassador") && door.says("Connected"));
    let replica = Replica::open(&door.replica).unwrap();
    assert_eq!(replica.meta().unwrap().workspace, town.workspace);
    assert_eq!(town.roster().members.len(), 2);
    drop(maja);
}

#[test]
fn in_front_of_a_replica_that_takes_its_time_it_is_said_how_far_it_has_come() {
    use samsyn_engine::store::Renewal;

    use crate::state::renewing;
    use crate::window::front::LookedAt;

    for fails in [false, true] {
        let (tells, hears) = std::sync::mpsc::channel();
        let mut door = Door::with(|home, settings| {
            let new =
                NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
            let mut replica = Replica::create(&home.replica, &new, "Åsa").unwrap();
            make(&mut replica, &CONTACT, &[("family", text("Ek"))]);
            let looked_at = LookedAt::of(&home.replica, hears);
            Front::opening((home, looked_at), (settings, Some(Page::List(&CONTACT))))
        });
        door.harness.run_steps(3);
        assert!(door.says("Opening the workspace"));
        renewing::note(Renewal { done: 2_560, of: 20_000 });
        door.harness.run_steps(2);
        assert!(door.says("Making lists and search anew: 2,560 of 20,000 records"));
        renewing::note(Renewal { done: 20_000, of: 20_000 });
        let error = samsyn_engine::store::StoreError::Full;
        tells.send(if fails { Err(error.into()) } else { Ok(()) }).unwrap();
        match fails {
            false => door.until("the list", |door| door.says("Ek")),
            true => door.until("why not", |door| door.says("disk is full")),
        }
    }
}

#[test]
fn what_was_typed_wrong_is_said_before_anybody_is_asked() {
    let mut door = Door::new();
    door.harness.run_steps(3);
    door.write("Address", "relay.example.se");
    door.write("Code", "AB12-CD34-EF56-GH78");
    door.write("Your name", "Bo");
    door.press("Join");
    door.until("it is no address", |door| door.says("put wss:// before it"));
    door.write("Address", &format!("ws://127.0.0.1:1/{}", WorkspaceId::random()));
    door.write("Code", "AB12");
    door.press("Join");
    door.until("it is no code", |door| door.says("That is no invitation code"));
    door.write("Code", "AB12-CD34-EF56-GH78");
    door.press("Join");
    door.until("nobody answers", |door| door.says("cannot be reached"));
    assert_eq!(door.left(), Vec::<PathBuf>::new());
}

#[test]
fn somebody_opens_a_file_that_is_there_and_goes_on_with_it_the_next_time() {
    let mut door = Door::new();
    let other = door.folder.path().join("other.samsyn");
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Andra".into(), relay: None };
    drop(Replica::create(&other, &new, "Åsa Berg").unwrap());
    door.harness.run_steps(3);
    door.press("Open a file");
    door.write("File", &door.folder.path().join("none.samsyn").display().to_string());
    door.press("Open");
    door.until("it is not there", |door| door.says("There is no file at"));
    door.write("File", &other.display().to_string());
    door.press("Open");
    door.until("the window", |door| door.says("Andra") && door.says("Åsa Berg"));
    assert_eq!(door.harness.state().settings().replica.as_ref(), Some(&other));
}

#[test]
fn somebody_puts_a_backup_back_with_its_passphrase() {
    let mut door = Door::new();
    let (elsewhere, backup) = (door.folder.path().join("old.samsyn"), door.folder.path().join("monday"));
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Andra".into(), relay: None };
    drop(Replica::create(&elsewhere, &new, "Åsa Berg").unwrap());
    let target = Target { path: &backup, existing: Existing::Keep };
    let old = Vault::in_folder(&door.folder.path().join("old-keys"));
    back_up(&old, &elsewhere, target, Some("älg under bordet 7")).unwrap();
    std::fs::remove_file(&elsewhere).unwrap();
    door.harness.run_steps(3);
    door.press("Open a file");
    door.write("File", &backup.display().to_string());
    door.until("it is a backup", |door| door.says("That is a backup"));
    door.write_secret("Passphrase", "älg under bordet 8");
    door.press("Put back");
    door.until("it is another", |door| door.says("not the passphrase"));
    assert!(!door.replica.exists());
    door.write_secret("Passphrase", "älg under bordet 7");
    door.press("Put back");
    door.until("the window", |door| door.says("Andra") && door.says("Åsa Berg"));
    assert!(door.replica.exists());
}

#[test]
fn somebody_opens_a_file_that_is_locked_with_its_passphrase() {
    let mut door = Door::new();
    let (other, passphrase) = (door.folder.path().join("other.samsyn"), "älg under bordet 7");
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Andra".into(), relay: None };
    drop(Replica::create(&other, &new, "Åsa Berg").unwrap());
    let vault = Vault::in_folder(&door.folder.path().join("keys"));
    lock::encrypt(&vault, &other).unwrap();
    lock::lock(&vault, &other, (passphrase, true)).unwrap();
    door.harness.run_steps(3);
    door.press("Open a file");
    door.write("File", &other.display().to_string());
    door.press("Open");
    door.until("the question", |door| door.says("The workspace is locked"));
    assert_eq!(door.harness.state().settings().replica.as_ref(), Some(&other));
    door.write_secret("Passphrase", passphrase);
    door.press("Unlock");
    door.until("the window", |door| door.says("Andra") && door.says("Åsa Berg"));
    assert_eq!(door.harness.state().settings().replica.as_ref(), Some(&other));
}

#[test]
fn a_file_that_was_opened_last_time_and_cannot_be_any_more_says_why() {
    let mut door = Door::with(|home, settings| {
        let last = home.replica.with_file_name("other.samsyn");
        std::fs::write(&last, "my notes, which are not a replica at all".repeat(50)).unwrap();
        let settings = Settings { replica: Some(last), ..settings };
        super::super::front(home, (Start::Welcome, None), settings, &Context::default()).unwrap()
    });
    door.until("why", |door| door.says("is not a Samsyn replica"));
    assert!(door.says("Welcome to Samsyn"));
}

#[test]
fn the_keyboard_begins_in_the_first_field_and_everything_is_done_without_a_mouse() {
    let mut door = Door::new();
    door.harness.run_steps(3);
    let at = |door: &Door| {
        let mut found = door.harness.query_all_by(|node| node.is_focused() && node.label().is_some());
        found.next().and_then(|node| node.accesskit_node().label())
    };
    let press = |door: &mut Door, key: Key| {
        door.harness.key_press(key);
        door.harness.run_steps(3);
    };
    let types = |door: &mut Door, text: &str| {
        door.harness.event(Event::Text(text.to_owned()));
        door.harness.run_steps(3);
    };
    assert_eq!(at(&door).as_deref(), Some("Address"));
    door.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    door.harness.run_steps(3);
    assert_eq!(at(&door).as_deref(), Some("Create your own"));
    press(&mut door, Key::Enter);
    assert_eq!(at(&door).as_deref(), Some("The workspace's name"));
    types(&mut door, "Min byrå");
    press(&mut door, Key::Tab);
    types(&mut door, "Åsa Berg");
    press(&mut door, Key::Enter);
    door.until("the window", |door| door.says("Min byrå") && door.says("Only on this computer"));
    door.until("the keyboard is on the page", |door| at(door).is_some());
}

#[test]
fn somebody_makes_a_workspace_of_their_own() {
    let mut door = Door::new();
    door.harness.run_steps(3);
    door.press("Create your own");
    door.write("The workspace's name", "Min byrå");
    door.write("Your name", "Åsa Berg");
    door.press("Create workspace");
    door.until("the window", |door| door.says("Min byrå") && door.says("Only on this computer"));
    assert_eq!(door.harness.state().settings().replica, None);
    assert!(door.replica.exists());
}

#[test]
fn somebody_locks_the_workspace_and_opens_it_again_with_the_passphrase() {
    let mut door = Door::new();
    door.harness.run_steps(3);
    door.press("Create your own");
    door.write("The workspace's name", "Min byrå");
    door.write("Your name", "Åsa Berg");
    door.press("Create workspace");
    door.until("the window", |door| door.says("Min byrå") && door.says("Only on this computer"));
    let lock = |door: &mut Door| {
        door.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
        door.until("the question", |door| door.says("Lock the workspace"));
    };
    lock(&mut door);
    door.press("Cancel");
    door.until("the window", |door| door.says("Min byrå"));
    // What is not encrypted yet is, by locking it.
    lock(&mut door);
    door.write_secret("Passphrase", "älg under bordet 7");
    door.write_secret("Passphrase again", "älg under bordet 8");
    door.press("Lock");
    door.until("they differ", |door| door.says("passphrases differ"));
    door.write_secret("Passphrase again", "älg under bordet 7");
    door.press("Lock");
    door.until("it is locked", |door| door.says("The workspace is locked"));
    let file = std::fs::read(&door.replica).unwrap();
    assert!(!file.starts_with(b"SQLite") && Replica::open(&door.replica).is_err());

    door.write_secret("Passphrase", "älg under bordet 8");
    door.press("Unlock");
    door.until("it is another", |door| door.says("not the passphrase"));
    door.write_secret("Passphrase", "älg under bordet 7");
    door.press("Unlock");
    door.until("the window", |door| door.says("Min byrå") && door.says("Only on this computer"));
    // The second time the one of before is asked for.
    lock(&mut door);
    assert!(!door.says("Passphrase again"));
    door.write_secret("Passphrase", "älg under bordet 7");
    door.press("Lock");
    door.until("it is locked", |door| door.says("The workspace is locked"));
}

#[test]
fn the_windows_title_is_the_programs_until_a_workspace_is_open() {
    use super::super::title_of;
    assert_eq!(&*title_of(None), "Samsyn", "no identifier");
    let mut door = Door::new();
    let title = |door: &Door| {
        let outputs = &door.harness.output().viewport_output;
        let commands = outputs.values().flat_map(|output| &output.commands);
        commands
            .filter_map(|command| match command {
                eframe::egui::ViewportCommand::Title(title) => Some(title.clone()),
                _ => None,
            })
            .next_back()
    };
    door.harness.run_steps(3);
    assert_eq!(title(&door), None, "what the window was opened with stays");
    door.press("Create your own");
    door.write("The workspace's name", "Min byrå");
    door.write("Your name", "Åsa Berg");
    let named = std::cell::RefCell::new(None);
    door.press("Create workspace");
    door.until("the title", |door| {
        let mut named = named.borrow_mut();
        *named = named.take().or_else(|| title(door));
        named.as_deref().is_some_and(|title| title == "Min byrå – Samsyn")
    });
}

/// The keyboard alone, as somebody who comes in the morning: no click, no focus that the test sets.
#[test]
fn a_locked_workspace_is_unlocked_by_keys_alone() {
    let mut door = Door::new();
    let (path, passphrase) = (door.replica.clone(), "älg under bordet 7");
    let vault = Vault::in_folder(&door.folder.path().join("keys"));
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Byrån".into(), relay: None };
    drop(Replica::create(&path, &new, "Åsa Berg").unwrap());
    lock::encrypt(&vault, &path).unwrap();
    lock::lock(&vault, &path, (passphrase, true)).unwrap();
    let home = Home { replica: path.clone(), vault };
    let settings = Settings { language: Language::English, ..Settings::default() };
    *door.harness.state_mut() = Front::locked((home, &path), settings);
    let types = |door: &mut Door, text: &str| {
        door.harness.event(Event::Text(text.to_owned()));
        door.harness.key_press(Key::Enter);
        door.harness.run_steps(2);
    };
    door.until("the question", |door| door.says("The workspace is locked"));
    door.harness.run_steps(2);
    types(&mut door, "älg under bordet 8");
    door.until("it is another", |door| door.says("not the passphrase"));
    types(&mut door, passphrase);
    door.until("the window", |door| door.says("Byrån") && door.says("Only on this computer"));
    // The page of the workspace has the keyboard.
    door.until("the keyboard", |door| {
        let mut focused = door.harness.query_all_by(|node| node.is_focused());
        focused.any(|node| node.accesskit_node().role() != Part::Window)
    });
}

#[test]
fn what_is_typed_on_the_first_page_is_there_at_the_next_start_but_for_what_is_secret() {
    let mut door = Door::new();
    door.harness.run_steps(3);
    let code = InvitationCode::random().reveal();
    door.write("Address", &format!("wss://relay.example.se/x#{code}"));
    door.write("Your name", "Åsa Berg");
    door.write("Code", &code);
    door.press("Create your own");
    door.write("The workspace's name", "Min byrå");
    // As the window keeps it when it is closed, by a signal too.
    let settings = door.harness.state().settings().clone();
    let kept = format!("{settings:?}");
    assert!(!kept.contains(&code) && !kept.contains(code.split('-').next().unwrap()), "{kept}");
    let home = door.harness.state().home.clone();
    *door.harness.state_mut() = Front::welcome(home, settings);
    door.harness.run_steps(3);
    let input = |door: &Door, label: &str| {
        door.harness.get_by_role_and_label(Part::TextInput, label).accesskit_node().value()
    };
    assert_eq!(input(&door, "The workspace's name").as_deref(), Some("Min byrå"));
    assert_eq!(input(&door, "Your name").as_deref(), Some("Åsa Berg"));
    door.press("Join");
    assert_eq!(input(&door, "Address").as_deref(), Some("wss://relay.example.se/x"));
    assert_eq!(input(&door, "Code").as_deref(), Some(""));
    // Once there is a workspace it is of no use any more.
    door.press("Create your own");
    door.press("Create workspace");
    door.until("the window", |door| door.says("Min byrå") && door.says("Only on this computer"));
    assert_eq!(door.harness.state().settings().first_page, FirstPage::default());
}
