//! Where attacks are tried: a relay's process with a workspace, in each of the circumstances that a log can be in. Whatever is tried is tried
//! in all of them, and after it somebody joins: they have what was there before, what honest people wrote meanwhile, and nothing that was refused.

use std::collections::{BTreeMap, BTreeSet};

use samsyn_engine::document::ChangeHash;
use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::sync::{Entry, EntryBody};

use super::*;
use crate::support::{complaint, run};

/// What a log may have been through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Circumstances {
    /// Nothing.
    Grown,
    /// The relay was killed, and its history compacted.
    Compacted,
    /// The disk was lost, and a backup put back onto another.
    Restored,
}

impl Circumstances {
    const ALL: [Circumstances; 3] = [Circumstances::Grown, Circumstances::Compacted, Circumstances::Restored];

    /// As it stands before the name of what is tried.
    pub(super) fn name(self) -> &'static str {
        match self {
            Circumstances::Grown => "as it grew",
            Circumstances::Compacted => "after a kill and compaction",
            Circumstances::Restored => "after a restore",
        }
    }
}

/// A relay with a workspace, and its coordinator.
pub(super) struct Stage {
    folder: tempfile::TempDir,
    arguments: &'static [&'static str],
    process: Option<Process>,
    /// The lines that the relay said behind where it listens.
    pub(super) said: String,
    pub(super) town: Town,
    pub(super) boss: Laptop,
    pub(super) now: Circumstances,
    /// All changes that somebody who joined has had.
    known: BTreeMap<RecordId, BTreeSet<ChangeHash>>,
}

/// Tries something in all circumstances, on one relay that was started so: with what is made once, before anything happens to the log.
pub(super) fn everywhere<P>(
    arguments: &'static [&'static str],
    make: impl AsyncFn(&Stage) -> P,
    attack: impl AsyncFn(&mut Attacks, &Stage, &mut P),
) -> Attacks {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut attacks = Attacks::default();
        let mut stage = Stage::new(arguments).await;
        let mut with = make(&stage).await;
        for circumstances in Circumstances::ALL {
            stage.comes_to(circumstances);
            attacks.now = circumstances.name();
            let there = Witness::enters(&stage).await;
            attack(&mut attacks, &stage, &mut with).await;
            stage.is_whole_for_who_joins(&attacks, there).await;
        }
        attacks
    })
}

impl Stage {
    async fn new(arguments: &'static [&'static str]) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (process, said) = start(&data, arguments);
        let town = Town::create(&data, &process.address);
        let boss = Laptop::new();
        drop(caught_up(boss.join(&town, &town.first).await).await);
        let process = Some(process);
        let (now, known) = (Circumstances::Grown, BTreeMap::new());
        Stage { folder, arguments, process, said, town, boss, now, known }
    }

    fn comes_to(&mut self, now: Circumstances) {
        self.now = now;
        match now {
            Circumstances::Grown => {}
            Circumstances::Compacted => {
                self.kill();
                self.start(self.town.data.clone());
                self.compact();
            }
            Circumstances::Restored => {
                let backup = self.folder.path().join("backup.sqlite");
                let done = self.town.operate(&["backup"], &["--to", backup.to_str().unwrap()]);
                assert!(done.status.success(), "{}", complaint(&done));
                self.kill();
                let data = self.folder.path().join("new");
                let put = run(["restore", backup.to_str().unwrap(), "--data", data.to_str().unwrap()]);
                assert!(put.status.success(), "{}", complaint(&put));
                self.start(data);
                self.compact();
            }
        }
    }

    fn compact(&self) {
        let done = self.town.operate(&["compact"], &[]);
        assert!(done.status.success(), "{}", complaint(&done));
    }

    fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }

    fn start(&mut self, data: std::path::PathBuf) {
        let (process, said) = start(&data, self.arguments);
        self.town = Town { relay: process.address.clone(), data, ..self.town.clone() };
        (self.process, self.said) = (Some(process), said);
    }

    /// Whoever joins has what was there before, what comes to who was there meanwhile, and nothing that was refused.
    async fn is_whole_for_who_joins(&mut self, attacks: &Attacks, there: Witness) {
        let there = there.catches_up(self).await;
        let joiner = caught_up(self.town.somebody(&[]).await.enter(&self.town).await).await;
        let (there, came) = (documents(&there), documents(&joiner.entries));
        let heads = |all: &BTreeMap<RecordId, Document>| -> Vec<_> {
            all.iter().map(|(id, document)| (*id, document.heads())).collect()
        };
        assert_eq!(heads(&there), heads(&came), "{}", attacks.now);
        for (id, document) in came {
            let changes: BTreeSet<_> =
                document.changes_since(&[]).into_iter().map(|change| change.hash).collect();
            assert!(changes.is_disjoint(&attacks.refused), "{}: {id} has what was refused", attacks.now);
            let before = self.known.insert(id, changes).unwrap_or_default();
            assert!(self.known[&id].is_superset(&before), "{}: {id} has less than before", attacks.now);
        }
    }
}

fn start(data: &std::path::Path, arguments: &[&str]) -> (Process, String) {
    let mut command = crate::support::command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(arguments);
    command.stderr(std::process::Stdio::null());
    let mut relay = Process::spawn(command, data);
    let said = if arguments.contains(&"--metrics") { relay.line() } else { String::new() };
    (relay, said)
}

/// Somebody who has come as far as the log went before anything was tried.
struct Witness {
    laptop: Laptop,
    client: Client,
}

impl Witness {
    async fn enters(stage: &Stage) -> Witness {
        let laptop = stage.town.somebody(&[]).await;
        let client = caught_up(laptop.enter(&stage.town).await).await;
        Witness { laptop, client }
    }

    /// Comes again, and goes on from there.
    async fn catches_up(self, stage: &Stage) -> Vec<Entry> {
        let Witness { laptop, client } = self;
        let (mut entries, cursor) = (client.entries, client.cursor);
        let again = laptop.enter_from(&stage.town, |hello| hello.cursor = cursor).await;
        entries.extend(caught_up(again).await.entries);
        entries
    }
}

/// The records that such entries make, as a client of ours takes them.
fn documents(entries: &[Entry]) -> BTreeMap<RecordId, Document> {
    let mut documents: BTreeMap<RecordId, Document> = BTreeMap::new();
    for Entry { record, body, .. } in entries {
        let came = documents.entry(*record).or_insert_with(|| Document::empty(*record));
        match body {
            EntryBody::Document(bytes) => {
                let whole = gate::admit_document(bytes, &Limits::default()).unwrap();
                *came = Document::whole(*record, whole).unwrap().0;
            }
            EntryBody::Change(bytes) => {
                let change = gate::admit(bytes, &Limits::default()).unwrap();
                let received = came.receive(vec![change], &Limits::default()).unwrap();
                assert!(received.rejected.is_empty(), "{record}: {:?}", received.rejected);
            }
            EntryBody::Known(_) => {}
        }
    }
    documents
}

/// What was made before something happened to the log, and is tried again after it.
#[derive(Default)]
pub(super) struct Before {
    codes: Vec<(String, InvitationCode)>,
    laptops: Vec<(String, Laptop)>,
    proofs: Vec<(String, Laptop, Credential)>,
    /// What only some may read.
    pub(super) kept_back: Vec<RecordId>,
}

impl Before {
    pub(super) fn code(&mut self, name: &str, stage: &Stage, code: &InvitationCode) {
        self.codes.push((format!("{name}, {}", stage.now.name()), code.clone()));
    }

    pub(super) fn laptop(&mut self, name: &str, stage: &Stage, laptop: &Laptop) {
        self.laptops.push((format!("{name}, {}", stage.now.name()), laptop.clone()));
    }

    pub(super) fn proof(&mut self, name: &str, stage: &Stage, (laptop, proof): (&Laptop, Credential)) {
        self.proofs.push((format!("{name}, {}", stage.now.name()), laptop.clone(), proof));
    }

    /// Everything that had no access before has none now.
    pub(super) async fn is_tried_again(&self, attacks: &mut Attacks, stage: &Stage) {
        for (name, code) in &self.codes {
            attacks.shown_out(name, Laptop::new().join(&stage.town, code).await).await;
        }
        for (name, laptop) in &self.laptops {
            attacks.shown_out(name, laptop.enter(&stage.town).await).await;
        }
        for (name, laptop, proof) in &self.proofs {
            attacks.shown_out(name, laptop.present(&stage.town, |_| proof.clone()).await).await;
        }
    }
}
