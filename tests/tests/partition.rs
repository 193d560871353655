//! A link that breaks, goes dead without a word, and comes back: what was written meanwhile arrives, every time.
//!
//! The worker is the window's, the relay a real process, and a proxy between them makes the weather. Nothing here asserts a
//! time: each wait is for a state.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use samsyn_client::link::LinkError;
use samsyn_client::link::network_monitor::{NetworkMonitor, NetworkState};
use samsyn_client::link::worker::{Link, Report, SyncStatus, SyncWorker};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};
use samsyn_engine::replica::{Replica, SyncProblem};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::store::{ListQuery, NewReplica};
use samsyn_engine::sync::SyncError;
use samsyn_tests::partition::{Proxy, Weather};
use samsyn_tests::process::Relay;

/// How long a state may take to come. A dead link takes a while to be noticed, and machines are slow at times.
const PATIENCE: Duration = Duration::from_secs(180);

/// NetworkMonitor in which nothing happens but what a test does.
struct Still(Arc<Mutex<NetworkState>>);

impl NetworkMonitor for Still {
    fn look(&mut self) -> NetworkState {
        self.0.lock().unwrap().clone()
    }
}

fn still() -> Arc<Mutex<NetworkState>> {
    let state =
        NetworkState { addresses: ["192.168.1.7".parse().unwrap()].into(), wall: SystemTime::UNIX_EPOCH };
    Arc::new(Mutex::new(state))
}

/// A person with a window open, as far as sync goes.
struct Person {
    path: PathBuf,
    told: Arc<Mutex<Vec<SyncStatus>>>,
    _worker: SyncWorker,
}

impl Person {
    fn new(
        folder: &Path,
        name: &str,
        (workspace, secret): (WorkspaceId, &WorkspaceSecret),
        address: &str,
    ) -> Person {
        Person::with_monitor(still(), folder, name, (workspace, secret), address)
    }

    fn with_monitor(
        state: Arc<Mutex<NetworkState>>,
        folder: &Path,
        name: &str,
        (workspace, secret): (WorkspaceId, &WorkspaceSecret),
        address: &str,
    ) -> Person {
        let path = folder.join(format!("{name}.samsyn"));
        let relay = Some((address.to_owned(), secret.clone().into()));
        let new = NewReplica { workspace, workspace_name: "Byrån".into(), relay };
        Replica::create(&path, &new, name).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = {
            let told = Arc::clone(&told);
            move |report| {
                if let Report::Status(status) = report {
                    told.lock().unwrap().push(status);
                }
            }
        };
        let worker = SyncWorker::start_in(Box::new(Still(state)), path.clone(), false, tell);
        Person { path, told, _worker: worker }
    }

    /// Writes as another process does: the worker finds it in the file.
    fn writes(&self, family: &str, notes: &str) {
        let mut new = NewRecord::new(&CONTACT);
        new.cells.insert("family".into(), Value::Text(family.into()));
        new.cells.insert("notes".into(), Value::Text(notes.into()));
        Replica::open(&self.path).unwrap().create_record(&new).unwrap();
    }

    fn waiting(&self) -> u64 {
        Replica::open(&self.path).unwrap().store().outbox_state().unwrap().waiting
    }

    fn contacts(&self) -> usize {
        Replica::open(&self.path).unwrap().store().list(&ListQuery::all(&CONTACT)).unwrap().len()
    }

    /// What the replica holds: the heads of every record.
    fn holds(&self, records: &[RecordId]) -> BTreeMap<RecordId, Option<Vec<String>>> {
        let replica = Replica::open(&self.path).unwrap();
        let heads = |id: &RecordId| {
            let document = replica.store().document(*id).unwrap()?;
            Some(document.heads().iter().map(ToString::to_string).collect())
        };
        records.iter().map(|id| (*id, heads(id))).collect()
    }

    /// Waits until the link has stood so at some time since `from`.
    fn until_told(&self, from: usize, what: &str, so: impl Fn(&Link) -> bool) {
        until(what, || self.told.lock().unwrap().iter().skip(from).any(|status| so(&status.link)));
    }

    fn until_live(&self) {
        until("a live link", || self.told.lock().unwrap().last().is_some_and(|told| told.link == Link::Live));
    }

    fn so_far(&self) -> usize {
        self.told.lock().unwrap().len()
    }
}

fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "it did not come: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn waits_because(link: &Link, so: impl Fn(&LinkError) -> bool) -> bool {
    matches!(link, Link::Waiting { reason, .. } if so(reason))
}

fn is_dead(error: &LinkError) -> bool {
    matches!(error, LinkError::Problem(SyncProblem::Protocol(SyncError::Dead(_))))
}

/// A relay and two people: the first behind a proxy, the other not.
struct Town {
    proxy: Proxy,
    asa: Person,
    bo: Person,
    keys: (WorkspaceId, WorkspaceSecret),
    _relay: Relay,
    folder: tempfile::TempDir,
}

impl Town {
    fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start(&folder.path().join("relay"), 0);
        let (id, secret) = relay.create_workspace_with_a_secret("Byrån");
        let proxy = Proxy::start(relay.address.trim_start_matches("ws://").parse().unwrap());
        let asa = Person::new(folder.path(), "Asa", (id, &secret), &proxy.address);
        let bo = Person::new(folder.path(), "Bo", (id, &secret), &relay.address);
        asa.until_live();
        bo.until_live();
        Town { proxy, asa, bo, keys: (id, secret), _relay: relay, folder }
    }

    /// Both write.
    fn write(&self, round: usize) {
        self.asa.writes(&format!("Ask {round}"), "Spelar cello.");
        self.bo.writes(&format!("Berg {round}"), "Bor i Åre.");
    }

    /// Waits until nothing waits and both hold the same, so many contacts among it.
    fn settle(&self, contacts: usize) {
        until("empty outboxes", || self.asa.waiting() == 0 && self.bo.waiting() == 0);
        until("the same on both sides", || {
            let (asa, bo) = (all(&self.asa), all(&self.bo));
            self.asa.contacts() == contacts && asa == bo && self.asa.holds(&asa) == self.bo.holds(&bo)
        });
    }
}

/// The records that the replica holds.
fn all(person: &Person) -> Vec<RecordId> {
    let replica = Replica::open(&person.path).unwrap();
    let mut ids: Vec<_> = replica.store().records().unwrap();
    ids.sort_unstable();
    ids
}

#[test]
fn after_every_cut_and_stall_what_was_written_arrives() {
    let town = Town::new();
    for round in 0..6 {
        let weather = if round % 2 == 0 { Weather::Cut } else { Weather::Stalled };
        let from = town.asa.so_far();
        town.write(2 * round);
        town.proxy.set(weather);
        town.write(2 * round + 1);
        match round {
            // It goes on before anybody has noticed.
            0 | 1 => {}
            _ if weather == Weather::Cut => {
                town.asa.until_told(from, "a cut link", |link| waits_because(link, |_| true));
            }
            _ => town.asa.until_told(from, "a dead link", |link| waits_because(link, is_dead)),
        }
        town.proxy.set(Weather::Fair);
        town.settle(4 * (round + 1));
    }
}

/// A text that does not compress well.
fn long_text() -> String {
    let text: String = (0..20_000).map(|number: u64| format!("{:x} ", number * 2_654_435_761)).collect();
    text[..180_000].to_owned()
}

#[test]
fn a_push_that_stalls_half_way_is_made_again() {
    let town = Town::new();
    let from = town.asa.so_far();
    // Larger than what lies in buffers on the way: it stands still in the middle of a frame.
    town.proxy.set(Weather::Stalled);
    for round in 0..8 {
        town.asa.writes(&format!("Ek {round}"), &long_text());
    }
    town.asa.until_told(from, "a dead link", |link| waits_because(link, is_dead));
    town.proxy.set(Weather::Fair);
    town.settle(8);
}

/// One frame takes longer than a dead link is waited for, in both directions.
#[test]
fn a_slow_link_is_not_taken_for_a_dead_one() {
    let town = Town::new();
    for round in 0..2 {
        town.bo.writes(&format!("Ek {round}"), &long_text());
    }
    town.settle(2);
    town.proxy.set(Weather::Slow);
    let keys = (town.keys.0, &town.keys.1);
    let cia = Person::new(town.folder.path(), "Cia", keys, &town.proxy.address);
    cia.writes("Lind", &long_text());
    until("all that the others have, and an empty outbox", || cia.contacts() == 3 && cia.waiting() == 0);
    let told = cia.told.lock().unwrap();
    let broken = told.iter().find(|told| matches!(told.link, Link::Waiting { .. }));
    assert_eq!(broken, None, "it was never lost");
    drop(told);
    town.proxy.set(Weather::Fair);
    town.settle(3);
}

#[test]
fn an_idle_link_that_went_dead_is_noticed_and_found_again() {
    let town = Town::new();
    let from = town.asa.so_far();
    town.proxy.set(Weather::Stalled);
    town.asa.until_told(from, "a dead link", |link| waits_because(link, is_dead));
    town.proxy.set(Weather::Fair);
    town.asa.until_live();
    town.write(0);
    town.settle(2);
}

#[test]
fn a_network_that_wants_somebody_to_sign_in_is_said_and_then_the_relay_is_found() {
    let town = Town::new();
    let from = town.asa.so_far();
    town.proxy.set(Weather::Portal("login.train.example"));
    town.write(0);
    town.asa.until_told(from, "a page to sign in on", |link| {
        let host = Some("login.train.example");
        waits_because(
            link,
            |error| matches!(error, LinkError::SignIn { host: said, .. } if said.as_deref() == host),
        )
    });
    assert!(town.asa.waiting() > 0);
    town.proxy.set(Weather::Fair);
    town.settle(2);
}

/// A relay's address at which something answers that is no relay, with the moments in which it was asked.
fn no_relay(answer: &'static str) -> (String, Arc<Mutex<Vec<Instant>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            counted.lock().unwrap().push(Instant::now());
            let _ = stream.read(&mut [0; 4_096]);
            let _ = write!(stream, "HTTP/1.1 {answer}\r\n\r\n");
        }
    });
    (address, asked)
}

/// Whoever waits behind a page to sign in on tries again after five seconds at the earliest. In a network that changes
/// with every look the next try comes before a pause could have been over.
#[test]
fn a_network_that_changes_ends_the_wait() {
    let folder = tempfile::tempdir().unwrap();
    let (address, asked) = no_relay("511 Network Authentication Required");
    let state = still();
    let keys = (WorkspaceId::random(), &WorkspaceSecret::random());
    let _person = Person::with_monitor(Arc::clone(&state), folder.path(), "Asa", keys, &address);
    let sooner = || {
        let asked = asked.lock().unwrap();
        asked.windows(2).any(|two| two[1] - two[0] < Duration::from_secs(4))
    };
    let end = Instant::now() + PATIENCE;
    for last in (1..=250_u8).cycle() {
        if sooner() {
            break;
        }
        assert!(Instant::now() < end, "the change was not noticed");
        state.lock().unwrap().addresses = [std::net::IpAddr::from([10, 0, 0, last])].into();
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// On a train the relay is out of reach for hours. Nothing that is told means a window that is not drawn.
#[test]
fn while_the_relay_is_out_of_reach_nothing_is_told_but_the_minute_of_the_next_try() {
    let folder = tempfile::tempdir().unwrap();
    let (address, asked) = no_relay("404 Not Found");
    let keys = (WorkspaceId::random(), &WorkspaceSecret::random());
    let person = Person::new(folder.path(), "Asa", keys, &address);
    until("five tries", || asked.lock().unwrap().len() >= 5);
    let told = person.told.lock().unwrap();
    let waits = |status: &SyncStatus| match &status.link {
        Link::Waiting { next, .. } => Some(*next),
        _ => None,
    };
    let minutes: Vec<Option<i64>> = told.iter().filter_map(waits).collect();
    let each_once = minutes.windows(2).all(|two| two[0] < two[1]);
    assert!(!minutes.is_empty() && each_once, "{minutes:?}");
    assert!(minutes.iter().all(|minute| minute.is_some_and(|minute| minute % 60 == 0)), "{minutes:?}");
}
