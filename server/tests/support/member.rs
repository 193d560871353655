//! Members of a workspace, with devices that prove themselves.

use std::path::{Path, PathBuf};

use samsyn_engine::document::{Document, Edit, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    CHALLENGE_HEADER, Challenge, Credential, DeviceId, DeviceKey, InvitationCode, WorkspaceId,
};
use samsyn_engine::schema::{Kind, NewRecord, Value};
use samsyn_engine::sync::{Hello, VERSIONS};

use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use super::client::Socket;
use super::{Client, complaint, run};

/// A workspace with members, on a relay that is a process.
#[derive(Debug, Clone)]
pub struct Town {
    pub relay: String,
    pub data: PathBuf,
    pub id: WorkspaceId,
    /// The first coordinator's invitation.
    pub first: InvitationCode,
    /// What a proxy before the relay adds to what is asked of it.
    pub headers: Vec<(&'static str, String)>,
}

impl Town {
    /// Makes one in a data folder, by the command that an operator would give.
    pub fn create(data: &Path, relay: &str) -> Town {
        let output = run(["workspace", "create", "Byrån", "--json", "--data", data.to_str().unwrap()]);
        assert!(output.status.success(), "{}", complaint(&output));
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |key: &str| made[key].as_str().unwrap();
        Town {
            relay: relay.to_owned(),
            data: data.to_owned(),
            id: text("workspace").parse().unwrap(),
            first: text("code").parse().unwrap(),
            headers: Vec::new(),
        }
    }

    /// A command on the relay's own computer: `member remove`, say.
    pub fn operate(&self, command: &[&str], arguments: &[&str]) -> std::process::Output {
        let id = self.id.to_string();
        let place = [id.as_str()];
        run([command, &place, arguments, &["--data", self.data.to_str().unwrap()]].concat())
    }

    /// Invites somebody on the relay's own computer.
    pub fn invite(&self, arguments: &[&str]) -> InvitationCode {
        let output = self.operate(&["invite"], arguments);
        assert!(output.status.success(), "{}", complaint(&output));
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    /// Somebody who has joined with that role.
    pub async fn somebody(&self, arguments: &[&str]) -> Laptop {
        let laptop = Laptop::new();
        let code = self.invite(arguments);
        let mut client = laptop.join(self, &code).await;
        client.until(|client| client.caught_up).await;
        laptop
    }

    /// The address of its WebSocket.
    pub fn url(&self) -> String {
        format!("{}/sync/{}", self.relay, self.id)
    }

    /// The request for its WebSocket, as it comes from the proxy.
    pub fn request(&self) -> Request {
        let mut request = self.url().into_client_request().unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request
    }

    /// A socket, and what the relay asks on it.
    pub async fn knock(&self) -> (Socket, Challenge) {
        let (socket, answer) = tokio_tungstenite::connect_async(self.request()).await.unwrap();
        let challenge = answer.headers()[CHALLENGE_HEADER].to_str().unwrap().parse().unwrap();
        (socket, challenge)
    }
}

/// A device of a member.
#[derive(Debug, Clone)]
pub struct Laptop {
    pub device: DeviceId,
    pub key: DeviceKey,
    pub actor: [u8; 16],
}

impl Laptop {
    pub fn new() -> Laptop {
        let device = DeviceId::random();
        Laptop { device, key: DeviceKey::random(), actor: *RecordId::random().as_bytes() }
    }

    /// The hello with that credential.
    pub fn hello(&self, town: &Town, credential: Credential) -> Hello {
        Hello {
            versions: VERSIONS,
            software: "test".to_owned(),
            workspace: town.id,
            device: self.device,
            credential,
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

    /// A connection on which this is presented for the challenge.
    pub async fn present(&self, town: &Town, credential: impl FnOnce(&Challenge) -> Credential) -> Client {
        let (socket, challenge) = town.knock().await;
        Client::over(socket, self.hello(town, credential(&challenge)))
    }

    /// Enters as a device that is known.
    pub async fn enter(&self, town: &Town) -> Client {
        self.present(town, |challenge| Credential::device((town.id, self.device), &self.key, challenge)).await
    }

    /// Enters as a device that is known, and has come so far before.
    pub async fn enter_from(&self, town: &Town, change: impl FnOnce(&mut Hello)) -> Client {
        let (socket, challenge) = town.knock().await;
        let credential = Credential::device((town.id, self.device), &self.key, &challenge);
        let mut hello = self.hello(town, credential);
        change(&mut hello);
        Client::over(socket, hello)
    }

    /// Comes with an invitation.
    pub async fn join(&self, town: &Town, code: &InvitationCode) -> Client {
        let who = (town.id, self.device);
        self.present(town, |challenge| Credential::invitation(who, &self.key, challenge, (code, "Åsa"))).await
    }

    /// Comes with an invitation, and says that it brings the whole workspace.
    pub async fn bring(&self, town: &Town, code: &InvitationCode) -> Client {
        let (socket, challenge) = town.knock().await;
        let who = (town.id, self.device);
        let credential = Credential::invitation(who, &self.key, &challenge, (code, "Åsa"));
        Client::over(socket, Hello { founds: true, ..self.hello(town, credential) })
    }

    pub fn writer(&self) -> Writer {
        Writer::new(&self.actor, self.device, 1_700_000_000)
    }

    /// A new record that this device has written.
    pub fn record(&self, kind: &'static Kind, cells: &[(&str, Value)]) -> Document {
        let mut new = NewRecord::new(kind);
        new.cells.extend(cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Document::create(&new, &self.writer()).unwrap()
    }

    /// A change of this device to its copy of a record.
    pub fn edit(&self, document: &mut Document, field: &str, value: Value) -> EncodedChange {
        let changes = document.edit(&[Edit::set(field, value)], &self.writer()).unwrap();
        changes.into_iter().next_back().unwrap()
    }
}
