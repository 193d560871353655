//! A workspace on a relay, as those know it who may enter.

use std::path::Path;

use samsyn_engine::identity::{Credential, DeviceId, WorkspaceId, WorkspaceSecret};
use samsyn_engine::sync::{Epoch, Hello};
use samsyn_server::Folder;
use samsyn_server::log::Meta;

use super::Client;

/// A workspace on a relay: its address and its secret. One of before there were members; those have tests of their own.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub relay: String,
    pub id: WorkspaceId,
    pub secret: WorkspaceSecret,
}

impl Workspace {
    /// Makes one in a data folder.
    pub fn create(data: &Path, relay: &str) -> Workspace {
        let (id, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
        let (name, secret_hash) = ("Byrån".to_owned(), Some(secret.hash()));
        let meta = Meta { workspace: id, name, secret_hash, epoch: Epoch::random(), created_at: 0 };
        Folder::open_or_create(data).unwrap().create(&meta).unwrap();
        Workspace { relay: relay.to_owned(), id, secret }
    }

    /// The address of its WebSocket.
    pub fn url(&self) -> String {
        format!("{}/sync/{}", self.relay, self.id)
    }

    /// The hello of a new device.
    pub fn hello(&self) -> Hello {
        Hello {
            versions: (1, 1),
            software: "test".to_owned(),
            workspace: self.id,
            device: DeviceId::random(),
            credential: self.secret.credential(),
            cursor: None,
            first_sync: None,
            holds_records: false,
            peer: false,
            erased: 0,
            scrubbed: 0,
            erasures: None,
            founds: false,
        }
    }

    /// A connection that has caught up.
    pub async fn join(&self) -> Client {
        let mut client = Client::connect(&self.url(), self.hello()).await;
        client.until(|client| client.caught_up).await;
        client
    }
}

/// A secret that opens nothing.
pub fn wrong_secret() -> Credential {
    WorkspaceSecret::random().credential()
}
