//! A workspace on a relay, as those know it who may enter.

use std::path::Path;

use samsyn_engine::identity::{Credential, DeviceId, WorkspaceId, WorkspaceSecret};
use samsyn_engine::sync::Hello;

use super::{Client, complaint, run};

/// A workspace on a relay: its address and its secret.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub relay: String,
    pub id: WorkspaceId,
    pub secret: WorkspaceSecret,
}

impl Workspace {
    /// Makes one in a data folder, by the command that an operator would give.
    pub fn create(data: &Path, relay: &str) -> Workspace {
        let output = run(["workspace", "create", "Byrån", "--json", "--data", data.to_str().unwrap()]);
        assert!(output.status.success(), "{}", complaint(&output));
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |key: &str| made[key].as_str().unwrap();
        let (id, secret) = (text("workspace").parse().unwrap(), text("secret").parse().unwrap());
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
