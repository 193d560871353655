//! A client of the protocol, and bare sockets for saying what no client says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use samsyn_engine::document::{ChangeHash, EncodedChange};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Grant, Managed, Management};
use samsyn_engine::sync::compare::Range;
use samsyn_engine::sync::{
    ClientEvent, ClientSession, Cursor, Entry, EntryBody, Erasures, FromRelay, Hello, Notice, Outgoing,
    Refused, Start, Wanted,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{PATIENCE, Workspace};

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A bare WebSocket to the relay, for saying what no client says.
pub async fn socket(url: &str) -> Socket {
    tokio_tungstenite::connect_async(url).await.unwrap().0
}

/// Begins a message, or goes on with one, and never ends it. Says whether the connection took it.
pub async fn send_part(socket: &mut Socket, (opcode, bytes): (Data, usize)) -> bool {
    let frame = Frame::message(vec![0; bytes], OpCode::Data(opcode), false);
    socket.send(Message::Frame(frame)).await.is_ok()
}

/// The notice with which the relay ends a connection, after whatever else it says.
pub async fn notice(socket: &mut Socket) -> Notice {
    let read = async {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Binary(frame) = message else { continue };
            let message = FromRelay::decode(&frame).unwrap();
            if let FromRelay::Notice(notice) = message {
                return notice;
            }
        }
        panic!("the relay closed without a word");
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap()
}

/// A client of the protocol that keeps what comes in memory.
pub struct Client {
    socket: Socket,
    session: ClientSession,
    began: Instant,
    outgoing: VecDeque<Outgoing>,
    pub entries: Vec<Entry>,
    pub cursor: Option<Cursor>,
    pub fresh: bool,
    pub caught_up: bool,
    pub acknowledged: BTreeSet<ChangeHash>,
    pub refused: BTreeMap<ChangeHash, Refused>,
    pub closed: Option<Notice>,
    pub device: DeviceId,
    pub present: BTreeMap<DeviceId, Option<RecordId>>,
    pub told_presence: usize,
    pub grant: Option<Grant>,
    pub knows_meeting_key: bool,
    pub managed: Vec<Managed>,
    pub compared: Vec<Range>,
    pub wanted: Option<u64>,
    /// What it was told to erase.
    pub told: Erasures,
}

impl Client {
    pub async fn connect(url: &str, hello: Hello) -> Client {
        Client::over(socket(url).await, hello)
    }

    /// A client whose system takes little in advance: when it does not read, the relay soon notices.
    pub async fn narrow(workspace: &Workspace) -> Client {
        let tcp = tokio::net::TcpSocket::new_v4().unwrap();
        tcp.set_recv_buffer_size(64 * 1024).unwrap();
        let address = workspace.relay.strip_prefix("ws://").unwrap().parse().unwrap();
        let stream = MaybeTlsStream::Plain(tcp.connect(address).await.unwrap());
        let (socket, _) = tokio_tungstenite::client_async(workspace.url(), stream).await.unwrap();
        let mut client = Client::over(socket, workspace.hello());
        client.until(|client| client.caught_up).await;
        client
    }

    pub fn over(socket: Socket, hello: Hello) -> Client {
        let (cursor, device) = (hello.cursor, hello.device);
        Client {
            socket,
            session: ClientSession::new(hello, 0),
            began: Instant::now(),
            outgoing: VecDeque::new(),
            entries: Vec::new(),
            cursor,
            fresh: false,
            caught_up: false,
            acknowledged: BTreeSet::new(),
            refused: BTreeMap::new(),
            closed: None,
            device,
            present: BTreeMap::new(),
            told_presence: 0,
            grant: None,
            knows_meeting_key: false,
            managed: Vec::new(),
            compared: Vec::new(),
            wanted: None,
            told: Erasures::default(),
        }
    }

    /// Offers changes for the log.
    pub fn offer<'a>(&mut self, record: RecordId, changes: impl IntoIterator<Item = &'a EncodedChange>) {
        for change in changes {
            self.outgoing.push_back(Outgoing { record, hash: change.hash, bytes: change.bytes.clone() });
        }
    }

    /// Offers changes and waits until all are answered.
    pub async fn push<'a>(&mut self, record: RecordId, changes: impl IntoIterator<Item = &'a EncodedChange>) {
        self.offer(record, changes);
        self.until(Client::is_idle).await;
    }

    /// Says what is open here, with the next step. Says whether anybody will hear it.
    pub fn open(&mut self, record: Option<RecordId>) -> bool {
        self.session.present(record)
    }

    /// Asks the relay for something of who belongs, and answers what came of it.
    pub async fn manage(&mut self, management: Management) -> Managed {
        self.until(|client| client.caught_up).await;
        self.managed.clear();
        assert!(self.session.manage(management));
        self.until(|client| !client.managed.is_empty()).await;
        self.managed.remove(0)
    }

    /// Says what it holds, in a comparison, and waits for the answer.
    pub async fn compare(&mut self, ranges: Vec<Range>) {
        self.compared.clear();
        self.session.compare(ranges);
        self.until(|client| !client.compared.is_empty()).await;
    }

    /// Asks for records, in a comparison, and waits for them.
    pub async fn want(&mut self, records: &[RecordId]) {
        self.wanted = None;
        self.session.want(records.iter().map(|id| Wanted { record: *id, known: Vec::new() }).collect());
        self.until(|client| client.wanted == Some(0)).await;
    }

    /// Whether that text stands in anything that came.
    pub fn has_heard(&self, text: &str) -> bool {
        let bytes = |entry: &Entry| match &entry.body {
            EntryBody::Change(bytes) | EntryBody::Document(bytes) => bytes.clone(),
            EntryBody::Known(_) => Vec::new(),
        };
        let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        self.entries.iter().any(|entry| holds(bytes(entry)))
    }

    /// See [`send_part`].
    pub async fn send_part(&mut self, part: (Data, usize)) -> bool {
        send_part(&mut self.socket, part).await
    }

    /// Asks whether the other side is there.
    pub async fn ping(&mut self) {
        let _ = self.socket.send(Message::Ping(vec![0; 100].into())).await;
    }

    /// Sends what was offered, and waits for nothing.
    pub async fn flush_offered(&mut self) {
        self.session.push(&mut self.outgoing);
        self.flush().await;
    }

    /// Sends what is to be sent.
    pub async fn flush(&mut self) {
        while let Some(frame) = self.session.poll_transmit() {
            self.socket.send(Message::Binary(frame.into())).await.unwrap();
        }
    }

    /// Whether everything that was offered is answered.
    pub fn is_idle(&self) -> bool {
        self.outgoing.is_empty() && self.session.in_flight().next().is_none()
    }

    /// Sends and receives until something is so.
    pub async fn until(&mut self, so: impl Fn(&Client) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < end, "waited too long");
            assert!(self.step().await, "the connection ended: {:?}", self.closed);
        }
    }

    /// Receives until the relay ends the connection, and says with which notice it did.
    pub async fn end(&mut self) -> Option<Notice> {
        while self.step().await {}
        self.closed.clone()
    }

    /// Sends what is to be sent and waits for one frame. Says whether the connection is still there.
    pub async fn step(&mut self) -> bool {
        self.session.push(&mut self.outgoing);
        while let Some(frame) = self.session.poll_transmit() {
            if self.socket.send(Message::Binary(frame.into())).await.is_err() {
                break;
            }
        }
        let received =
            tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("the relay says nothing");
        let Some(Ok(message)) = received else { return false };
        if let Message::Binary(frame) = message {
            let now = u64::try_from(self.began.elapsed().as_millis()).unwrap();
            for event in self.session.handle_input(&frame, now).unwrap() {
                self.take(event);
            }
        }
        true
    }

    fn take(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Welcomed { start, grant, meeting_key, erased, .. } => {
                self.told = erased;
                (self.grant, self.knows_meeting_key) = (grant, meeting_key.is_some());
                match start {
                    Start::Log | Start::Records(_) | Start::Comparison(_) => {}
                    Start::WholeLog(cursor) => (self.fresh, self.cursor) = (true, Some(cursor)),
                }
            }
            ClientEvent::FirstSync { entries, progress, .. } => {
                self.entries.extend(entries);
                self.cursor = Some(progress.cursor);
            }
            ClientEvent::Compared(ranges) => self.compared = ranges,
            ClientEvent::Wanted { entries, left } => {
                self.entries.extend(entries);
                self.wanted = Some(left);
            }
            ClientEvent::Entries { entries, cursor } => {
                self.entries.extend(entries);
                self.cursor = Some(cursor);
            }
            ClientEvent::CaughtUp => self.caught_up = true,
            ClientEvent::Waits { .. } => {}
            ClientEvent::Acknowledged { changes, .. } => self.acknowledged.extend(changes),
            ClientEvent::Refused { hash, refused } => drop(self.refused.insert(hash, refused)),
            ClientEvent::Present(presence) => {
                self.told_presence += 1;
                self.present.extend(presence.here.into_iter().map(|here| (here.device, here.open)));
                self.present.retain(|device, _| !presence.gone.contains(device));
            }
            ClientEvent::Managed(managed) => self.managed.push(managed),
            ClientEvent::Closed(notice) => self.closed = Some(notice),
        }
    }

    /// How many changes came in full.
    pub fn in_full(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry.body, EntryBody::Change(_))).count()
    }

    /// How many came by name.
    pub fn by_name(&self) -> usize {
        self.entries.len() - self.in_full()
    }
}
