//! A workspace with members, on a relay in this process.

use samsyn_engine::clock::wall_clock;
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    DeviceKey, Invitation, InvitationCode, Managed, Management, Role, Roster, WorkspaceId,
};
use samsyn_engine::replica::Replica;
use samsyn_engine::store::WayIn;
use samsyn_engine::sync::Epoch;
use samsyn_server::log::{Meta, SqliteLog};
use samsyn_server::members::{SqliteMembers, manage};
use samsyn_server::{Config, Folder, Relay, RunningRelay};
use tokio::runtime::Runtime;

use super::Desk;
use crate::keys;
use crate::pages::Page;

/// A relay on a thread of its own, with one workspace.
pub(super) struct Town {
    runtime: Runtime,
    relay: Option<RunningRelay>,
    config: Config,
    pub(super) workspace: WorkspaceId,
    pub(super) folder: tempfile::TempDir,
}

impl Town {
    pub(super) fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let workspace = WorkspaceId::random();
        let meta = Meta {
            workspace,
            name: "Byrån".to_owned(),
            secret_hash: None,
            epoch: Epoch::random(),
            created_at: wall_clock(),
        };
        Folder::open_or_create(folder.path()).unwrap().create(&meta).unwrap();
        let runtime = Runtime::new().unwrap();
        let mut config = Config::new(folder.path());
        let relay = runtime.block_on(Relay::start(config.clone())).unwrap();
        config.listen = relay.address();
        Town { runtime, relay: Some(relay), config, workspace, folder }
    }

    /// The relay's address.
    pub(super) fn relay(&self) -> String {
        format!("ws://{}", self.config.listen)
    }

    /// The relay ends where it is, and goes on somewhere else.
    pub(super) fn move_away(&mut self) -> std::net::SocketAddr {
        if let Some(relay) = self.relay.take() {
            self.runtime.block_on(relay.shutdown());
        }
        self.config.listen.set_port(0);
        let relay = self.runtime.block_on(Relay::start(self.config.clone())).unwrap();
        self.config.listen = relay.address();
        self.relay = Some(relay);
        self.config.listen
    }

    /// The workspace's address.
    pub(super) fn address(&self) -> String {
        format!("{}/{}", self.relay(), self.workspace)
    }

    fn manage(&self, management: &Management) -> Managed {
        let path = Folder::open(self.folder.path()).unwrap().log(self.workspace);
        let (members, log) = (SqliteMembers::open(&path).unwrap(), SqliteLog::open(&path).unwrap());
        manage((&members, &log), None, management, wall_clock()).unwrap()
    }

    /// Who belongs, by the relay's word.
    pub(super) fn roster(&self) -> Roster {
        match self.manage(&Management::Roster) {
            Managed::Roster { roster } => roster,
            other => panic!("{other:?}"),
        }
    }

    /// An invitation, made on the relay itself.
    pub(super) fn invite(&self, role: Role, organisation: Option<RecordId>) -> InvitationCode {
        let code = InvitationCode::random();
        let key = code.public(self.workspace);
        let invitation = Invitation { key, role, organisation, member: None, seconds: 600 };
        assert_eq!(self.manage(&Management::Invite { invitation }), Managed::Done);
        code
    }

    /// Gives a member another role, on the relay itself.
    pub(super) fn set_role(&self, desk: &Desk, role: Role) {
        let member = Replica::open(&desk.path).unwrap().device();
        let wish = Management::SetRole { member, role, organisation: None };
        assert_eq!(self.manage(&wish), Managed::Done);
    }

    /// Somebody's window who has joined with that role. `fill` writes before the relay is met.
    pub(super) fn join(
        &self,
        (name, role): (&str, Role),
        page: Page,
        fill: impl FnOnce(&mut Replica),
    ) -> Desk {
        let code = self.invite(role, None);
        self.join_with((name, &code), page, fill)
    }

    /// The same with a code that somebody was given.
    pub(super) fn join_with(
        &self,
        (name, code): (&str, &InvitationCode),
        page: Page,
        fill: impl FnOnce(&mut Replica),
    ) -> Desk {
        let mut desk = Desk::in_workspace(self.workspace, Some(page), |replica| {
            replica.set_person(name).unwrap();
            let key = DeviceKey::random();
            let way = WayIn::Invited { key: key.public(), code: code.clone() };
            replica.set_relay(&self.relay(), &way).unwrap();
            let beside = replica.store().path().with_file_name("keys");
            keys::keep_in(&keys::Vault::in_folder(&beside), replica.device(), &key).unwrap();
            fill(replica);
        });
        desk.until_shown("Connected");
        desk
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Some(relay) = self.relay.take() {
            self.runtime.block_on(relay.shutdown());
        }
    }
}
