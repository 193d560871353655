//! Two windows and a relay: what one writes the other sees, and the status line tells the truth.

use std::io::{Read, Write};

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{Language, Value};
use samsyn_engine::sync::Epoch;
use samsyn_server::log::Meta;
use samsyn_server::{Config, Folder, Relay, RunningRelay};
use tokio::runtime::Runtime;

use super::{Desk, make, text};
use crate::link::LinkError;
use crate::pages::Page;

/// A relay in this process, on a thread of its own.
pub(super) struct Bureau {
    runtime: Runtime,
    relay: Option<RunningRelay>,
    config: Config,
    workspace: WorkspaceId,
    secret: WorkspaceSecret,
    _folder: tempfile::TempDir,
}

impl Bureau {
    pub(super) fn new() -> Bureau {
        let folder = tempfile::tempdir().unwrap();
        let (workspace, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
        let (name, secret_hash) = ("Byrån".to_owned(), Some(secret.hash()));
        let meta = Meta { workspace, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
        Folder::open_or_create(folder.path()).unwrap().create(&meta).unwrap();
        let runtime = Runtime::new().unwrap();
        let mut config = Config::new(folder.path());
        let relay = runtime.block_on(Relay::start(config.clone())).unwrap();
        config.listen = relay.address();
        Bureau { runtime, relay: Some(relay), config, workspace, secret, _folder: folder }
    }

    /// A person's window.
    pub(super) fn join(&self) -> Desk {
        Desk::in_workspace(self.workspace, Some(Page::List(&CONTACT)), |replica| {
            replica.set_relay(&format!("ws://{}", self.config.listen), &self.secret.clone().into()).unwrap();
        })
    }

    fn stop(&mut self) {
        let relay = self.relay.take().unwrap();
        self.runtime.block_on(relay.shutdown());
    }

    fn start_again(&mut self) {
        self.relay = Some(self.runtime.block_on(Relay::start(self.config.clone())).unwrap());
    }
}

fn says(desk: &Desk, words: &str) -> bool {
    desk.harness.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn each_sees_who_is_here_and_who_has_the_same_record_open() {
    let bureau = Bureau::new();
    let (mut asa, mut bo) = (bureau.join(), bureau.join());
    asa.until_shown("Connected");
    bo.until_shown("Connected");
    for desk in [&mut asa, &mut bo] {
        desk.until_shown("1 other is connected");
    }
    asa.click("New contact");
    asa.write("Family name", "Ek");
    let place = |desk: &Desk| desk.harness.get_by_role_and_label(Role::TextInput, "Given name").rect();
    asa.until("who changed it last", |desk| says(desk, "Last changed by Åsa Berg"));
    let alone = place(&asa);
    bo.choose("Ek");
    // Everybody in these tests is called the same.
    bo.until_shown("Åsa Berg also has this record open");
    asa.until_shown("Åsa Berg also has this record open");
    assert_eq!(place(&asa), alone, "nothing moves under the hands of whoever types");
    // Who works offline is not seen.
    asa.click("Work offline");
    bo.until("nobody else", |desk| !says(desk, "is here") && !says(desk, "also has this record open"));
}

#[test]
fn what_one_writes_the_other_sees_and_working_offline_holds_it_back() {
    let bureau = Bureau::new();
    let (mut asa, mut bo) = (bureau.join(), bureau.join());
    asa.until_shown("Connected");
    bo.until_shown("Connected");

    asa.click("Work offline");
    asa.until_shown("Working offline");
    asa.click("New contact");
    asa.write("Family name", "Ek");
    asa.until("the count of what waits", |desk| says(desk, "to be sent"));
    asa.until("the row", |desk| desk.row("Ek").is_some());
    bo.harness.run_steps(5);
    assert!(bo.row("Ek").is_none());

    asa.click("Work offline");
    asa.until_shown("Connected");
    asa.until("nothing waits", |desk| !says(desk, "to be sent"));
    bo.until("the row", |desk| desk.row("Ek").is_some());
    bo.choose("Ek");
    bo.write("Given name", "Eva");
    asa.until("what the other wrote", |desk| desk.row("Eva Ek").is_some());
}

#[test]
fn a_relay_that_goes_away_is_said_and_found_again() {
    let mut bureau = Bureau::new();
    let mut asa = bureau.join();
    asa.until_shown("Connected");
    bureau.stop();
    asa.until("it is not connected", |desk| says(desk, "Not connected"));
    let id = {
        let mut replica = samsyn_engine::replica::Replica::open(&asa.path).unwrap();
        make(&mut replica, &CONTACT, &[("family", text("Ek"))])
    };
    asa.until("what waits", |desk| says(desk, "to be sent"));
    bureau.start_again();
    asa.click("Sync now");
    asa.until_shown("Connected");
    asa.until("nothing waits", |desk| !says(desk, "to be sent"));
    let mut bo = bureau.join();
    bo.until("the row", |desk| desk.row("Ek").is_some());
    bo.until_stored(id, "family", &Value::Text("Ek".into()));
}

#[test]
fn a_network_that_wants_somebody_to_sign_in_is_said_in_both_languages() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://login.train.example/\r\n\r\n");
        }
    });
    let mut asa = Desk::in_workspace(WorkspaceId::random(), Some(Page::List(&CONTACT)), |replica| {
        replica.set_relay(&address, &WorkspaceSecret::random().into()).unwrap();
    });
    asa.until("the network's wish", |desk| says(desk, "This network wants you to sign in, "));
    asa.until("the button", |desk| says(desk, "Sync now"));
    let reason = LinkError::SignIn { address, host: Some("login.train.example".to_owned()) };
    let swedish = crate::explain::link_error(&reason, Language::Swedish);
    assert!(swedish.starts_with("Nätet vill att du loggar in först, på login.train.example:"), "{swedish}");
    let english = crate::explain::link_error(&reason, Language::English);
    assert!(english.contains("sign in first, at login.train.example: open a page"), "{english}");
}
