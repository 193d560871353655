//! What is in the pictures: a sample workspace, and a workspace of several people on a relay in this process.
//!
//! ```text
//!  Made ─┬─ sample.samsyn      one person, with something that contradicts and something that is wrong
//!        ├─ locked.samsyn      behind a passphrase
//!        ├─ long.samsyn        with names of eighty letters
//!        ├─ damaged.samsyn     with a record that a disk has changed
//!        └─ relay ◀── maja.samsyn (a coordinator), bo.samsyn (an ambassador who is only a reader since), Eva
//! ```

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui;
use samsyn_client::keys::lock;
use samsyn_client::keys::{self, Vault};
use samsyn_client::state::{Session, Settings};
use samsyn_client::window::{Front, Home};
use samsyn_client::words::today;
use samsyn_engine::clock::wall_clock;
use samsyn_engine::document::{Document, Edit, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceId, DeviceKey, Invitation, InvitationCode, Managed, Management, Role, WorkspaceId,
};
use samsyn_engine::replica::Replica;
use samsyn_engine::sample::{self, Size};
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{KINDS, NewRecord, Value};
use samsyn_engine::store::{ListQuery, NewReplica, Origin, Store, WayIn};
use samsyn_engine::sync::Epoch;
use samsyn_server::log::{Meta, SqliteLog};
use samsyn_server::members::{SqliteMembers, manage};
use samsyn_server::{Config, Folder, Relay, RunningRelay};
use tokio::runtime::Runtime;

use crate::Trouble;

const NAME: &str = "Jämtland Härjedalen Convention";

/// Whose window it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody's: there is no workspace yet.
    Welcome,
    /// There is one behind a passphrase.
    Locked,
    /// One person's.
    Sample,
    /// One in which everything has a very long name.
    Long,
    /// One in which a disk has changed something.
    Damaged,
    /// A coordinator's, among others.
    Maja,
    /// One's who may only read since, and has written before knowing.
    Bo,
}

impl Stage {
    /// What it is called on the command line, and in the name of a picture.
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// All that the pictures show.
pub(crate) struct Made {
    folder: PathBuf,
    _relay: Town,
}

impl Made {
    /// Makes it all in a folder.
    pub(crate) fn new(folder: &Path) -> Result<Made, Trouble> {
        let of = |stage: Stage| replica(folder, stage);
        let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: NAME.into(), relay: None };
        private_folders(folder)?;
        fill(&mut Replica::create(&of(Stage::Sample), &new, "Åsa Berg")?)?;
        drop(Replica::create(&of(Stage::Locked), &new, "Åsa Berg")?);
        long(&of(Stage::Long))?;
        damaged(&of(Stage::Damaged))?;
        let vault = vault(folder, Stage::Locked);
        lock::encrypt(&vault, &of(Stage::Locked))?;
        lock::lock(&vault, &of(Stage::Locked), ("älg under bordet 7", true))?;
        let town = Town::new(&folder.join("relay"))?;
        town.settle(folder)?;
        Ok(Made { folder: folder.to_owned(), _relay: town })
    }

    /// The window of somebody.
    pub(crate) fn open(
        &self,
        stage: Stage,
        settings: Settings,
        context: &egui::Context,
    ) -> Result<Front, Trouble> {
        let path = replica(&self.folder, stage);
        let home = Home { replica: path.clone(), vault: vault(&self.folder, stage) };
        Ok(match stage {
            Stage::Welcome => Front::welcome(home, settings),
            Stage::Locked => Front::locked((home, &path), settings),
            Stage::Sample | Stage::Long | Stage::Damaged | Stage::Maja | Stage::Bo => {
                Front::open(home, settings, context)?
            }
        })
    }
}

fn private_folders(folder: &Path) -> Result<(), Trouble> {
    use Stage::{Bo, Damaged, Locked, Long, Maja, Sample, Welcome};
    for stage in [Welcome, Locked, Sample, Long, Damaged, Maja, Bo] {
        std::fs::create_dir_all(folder.join(format!("{stage:?}")))?;
    }
    Ok(())
}

fn replica(folder: &Path, stage: Stage) -> PathBuf {
    folder.join(format!("{stage:?}")).join("workspace.samsyn")
}

fn vault(folder: &Path, stage: Stage) -> Vault {
    Vault::in_folder(&folder.join(format!("{stage:?}")).join("keys"))
}

/// A sample workspace, with something that contradicts and something that is wrong.
fn fill(replica: &mut Replica) -> Result<(), Trouble> {
    let size = Size { contacts: 60, ..Size::default() };
    let records = sample::workspace_of(63, today(), size);
    for record in &records {
        replica.create_record(record)?;
    }
    let mut contact = NewRecord::new(&CONTACT);
    contact.cells.insert("family".to_owned(), Value::Text("Ek".to_owned()));
    contact.cells.insert("review_by".to_owned(), Value::Date(today().yesterday()?));
    replica.create_record(&contact)?;
    // Sorted first, so that they are in sight: letters that the window's own fonts lack.
    for (given, family) in [
        ("小明 (1)", "王"),
        ("太郎 (2)", "山田"),
        ("철수 (3)", "김"),
        ("שרה (4)", "לוי"),
        ("محمد (5)", "علي"),
        ("🎉 (6)", "Åsa"),
    ] {
        let mut contact = NewRecord::new(&CONTACT);
        contact.cells.insert("given".to_owned(), Value::Text(given.to_owned()));
        contact.cells.insert("family".to_owned(), Value::Text(family.to_owned()));
        replica.create_record(&contact)?;
    }
    for venue in records.iter().filter(|record| record.kind.name == VENUE.name).take(2) {
        contradict(replica, venue.id)?;
    }
    Ok(())
}

/// A workspace in which everything has eighty letters, one word of forty among them.
fn long(path: &Path) -> Result<(), Trouble> {
    const NAME: &str = "Nordisk konferens om forskningsinfrastrukturfinansieringsfrågorna i fjällvärlden";
    const PERSON: &str = "Anna-Karin Margareta Lindqvist-Wallenstråle von Bergenhielm";
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: NAME.into(), relay: None };
    let mut replica = Replica::create(path, &new, PERSON)?;
    let mut venue = None;
    for kind in KINDS.iter().filter(|kind| !kind.internal) {
        for number in 1..=3 {
            let mut record = NewRecord::new(kind);
            for field in kind.title.iter().filter_map(|names| names.last()) {
                record.cells.insert((*field).to_owned(), Value::Text(format!("{NAME} {number}")));
            }
            replica.create_record(&record)?;
            venue = Some(record.id).filter(|_| kind.name == VENUE.name).or(venue);
        }
    }
    venue.map_or(Ok(()), |venue| contradict(&mut replica, venue))
}

/// A workspace with a contact whose document is not as it was written.
fn damaged(path: &Path) -> Result<(), Trouble> {
    const BEFORE: &[u8] = b"Xylofonsson";
    const AFTER: &[u8] = b"Xylofonssen";
    let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: NAME.into(), relay: None };
    let mut replica = Replica::create(path, &new, "Åsa Berg")?;
    let mut contact = NewRecord::new(&CONTACT);
    contact.cells.insert("given".to_owned(), Value::Text("Eva".to_owned()));
    contact.cells.insert("family".to_owned(), Value::Text("Xylofonsson".to_owned()));
    replica.create_record(&contact)?;
    drop(replica);
    let mut bytes = std::fs::read(path)?;
    let places: Vec<usize> =
        (0..bytes.len() - BEFORE.len()).filter(|place| bytes[*place..].starts_with(BEFORE)).collect();
    places.into_iter().for_each(|place| bytes[place..place + AFTER.len()].copy_from_slice(AFTER));
    Ok(std::fs::write(path, bytes)?)
}

/// Two people write a capacity without knowing of each other.
fn contradict(replica: &mut Replica, id: RecordId) -> Result<(), Trouble> {
    let mut other = replica.document(id)?;
    let writer = Writer::new(DeviceId::random().as_bytes(), DeviceId::random(), 1_790_000_000);
    let theirs = other.edit(&[Edit::set("capacity", Value::Number(700.0))], &writer)?;
    replica.edit(id, &[Edit::set("capacity", Value::Number(500.0))], None)?;
    let bytes: Vec<Vec<u8>> = theirs.iter().map(|change| change.bytes.clone()).collect();
    let merged = Document::load(id, &replica.document(id)?.save(), &bytes)?;
    let mut store = Store::open(replica.store().path())?;
    let mut transaction = store.transaction()?;
    transaction.save(&merged, &theirs, Origin::Log)?;
    transaction.commit()?;
    Ok(())
}

/// A relay on threads of its own, with one workspace.
struct Town {
    runtime: Runtime,
    relay: Option<RunningRelay>,
    config: Config,
    workspace: WorkspaceId,
}

impl Town {
    fn new(folder: &Path) -> Result<Town, Trouble> {
        std::fs::create_dir_all(folder)?;
        let workspace = WorkspaceId::random();
        let epoch = Epoch::random();
        let meta =
            Meta { workspace, name: NAME.to_owned(), secret_hash: None, epoch, created_at: wall_clock() };
        Folder::open_or_create(folder)?.create(&meta)?;
        let (runtime, config) = (Runtime::new()?, Config::new(folder));
        let relay = runtime.block_on(Relay::start(config.clone()))?;
        Ok(Town { runtime, relay: Some(relay), config, workspace })
    }

    fn address(&self) -> String {
        self.relay.as_ref().map(|relay| format!("ws://{}", relay.address())).unwrap_or_default()
    }

    fn manage(&self, management: &Management) -> Result<(), Trouble> {
        let path = Folder::open(&self.config.data)?.log(self.workspace);
        let (members, log) = (SqliteMembers::open(&path)?, SqliteLog::open(&path)?);
        match manage((&members, &log), None, management, wall_clock())? {
            Managed::Done => Ok(()),
            other => Err(format!("the relay answers {other:?}").into()),
        }
    }

    fn invite(&self, role: Role) -> Result<InvitationCode, Trouble> {
        let code = InvitationCode::random();
        let key = code.public(self.workspace);
        let invitation = Invitation { key, role, organisation: None, member: None, seconds: 86_400 };
        self.manage(&Management::Invite { invitation })?;
        Ok(code)
    }

    /// A replica whose person has joined with that role.
    fn join(&self, path: &Path, (name, role): (&str, Role)) -> Result<Replica, Trouble> {
        let new = NewReplica { workspace: self.workspace, workspace_name: NAME.into(), relay: None };
        let mut replica = Replica::create(path, &new, name)?;
        let (key, code) = (DeviceKey::random(), self.invite(role)?);
        replica.set_relay(&self.address(), &WayIn::Invited { key: key.public(), code })?;
        keys::keep_in(&Vault::in_folder(&path.with_file_name("keys")), replica.device(), &key)?;
        Ok(replica)
    }

    /// Three people write, one after the other; one of them goes on writing when they may not any more.
    fn settle(&self, folder: &Path) -> Result<(), Trouble> {
        let (maja, bo) = (replica(folder, Stage::Maja), replica(folder, Stage::Bo));
        fill(&mut self.join(&maja, ("Maja-Lena Nyström", Role::Coordinator))?)?;
        meet(&maja)?;
        let mut of_bo = self.join(&bo, ("Bo Alm", Role::Ambassador))?;
        meet(&bo)?;
        let eva = folder.join("Welcome").join("eva.samsyn");
        drop(self.join(&eva, ("Eva Ek", Role::Ambassador))?);
        meet(&eva)?;
        let _open = self.invite(Role::Reader)?;
        let contacts = of_bo.store().list(&ListQuery::all(&CONTACT))?;
        let name = |text: &str| Edit::set("given", Value::Text(text.to_owned()));
        for id in contacts.iter().take(3) {
            of_bo.edit(*id, &[name("Nils"), Edit::set("suffix", Value::Text("PhD".to_owned()))], None)?;
        }
        meet(&bo)?;
        meet(&maja)?;
        let member = of_bo.device();
        self.manage(&Management::SetRole { member, role: Role::Reader, organisation: None })?;
        for id in contacts.iter().skip(3).take(2) {
            of_bo.edit(*id, &[name("Karin")], None)?;
        }
        Ok(())
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(relay) = self.relay.take() {
            self.runtime.block_on(relay.shutdown());
        }
    }
}

/// Meets the relay until nothing waits any more.
fn meet(path: &Path) -> Result<(), Trouble> {
    use samsyn_client::link::worker::Link;
    let mut session = Session::open(path, false, || {})?;
    let patience = Instant::now() + Duration::from_secs(60);
    while Instant::now() < patience {
        session.pump();
        let status = session.status();
        if status.link == Link::Live && status.outbox.waiting == 0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{} has not met the relay: {:?}", path.display(), session.status()).into())
}
