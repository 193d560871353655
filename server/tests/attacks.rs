//! What somebody might try who should not be in, or who is in and wants more: each against a live relay process.
//!
//! Every attack has a name, and must fail in the way that is written beside it; each is tried in all circumstances that a log can be in
//! (`stage.rs`). How many there are stands in `docs/security.md`; a test holds on to that. What else is refused at the door is in `door.rs`.

mod access;
mod entering;
mod erasures;
mod hostile;
mod limits;
mod roles;
mod stage;
mod unread;

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::support::{Client, Laptop, Process, Town, notice};
use futures_util::SinkExt;
use samsyn_engine::document::{ChangeHash, Document, EncodedChange, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{
    Challenge, Credential, DeviceId, DeviceKey, Grant, Invitation, InvitationCode, Managed, Management,
    ManagementError, Proof, PublicKey, Role, Signature, WorkspaceId, WorkspaceSecret,
};
use samsyn_engine::schema::kinds::{CONTACT, FOCUS_AREA, MEETING, MEMBER, ORGANISATION, PLAN, VENUE};
use samsyn_engine::schema::{Kind, Link, NewRecord, Value};
use samsyn_engine::sync::compare::{Fingerprint, Held, Range};
use samsyn_engine::sync::{ErrorCode, FromClient, Hello, Push};
use stage::{Before, Stage, everywhere};
use tokio_tungstenite::tungstenite::Message;

/// What was tried.
#[derive(Default)]
struct Attacks {
    /// By name, behind the circumstances.
    tried: BTreeSet<String>,
    /// The circumstances.
    now: &'static str,
    /// What was refused, and is in nobody's copy of a record.
    refused: BTreeSet<ChangeHash>,
}

impl Attacks {
    fn tried(&mut self, name: impl AsRef<str>) {
        let name = format!("{}: {}", self.now, name.as_ref());
        assert!(self.tried.insert(name.clone()), "{name} was tried before");
    }

    /// The same change by somebody who may make it: a seed, say, which is nobody's.
    fn taken_after_all(&mut self, changes: &[EncodedChange]) {
        self.refused.retain(|hash| changes.iter().all(|change| change.hash != *hash));
    }

    /// A client that must be shown out, without a word of the workspace.
    async fn shown_out(&mut self, name: &str, mut client: Client) {
        let notice = client.end().await;
        let now = self.now;
        assert_eq!(notice.map(|notice| notice.code), Some(ErrorCode::Access), "{now}: {name}");
        assert!(client.grant.is_none() && client.entries.is_empty() && !client.caught_up, "{now}: {name}");
        self.tried(name);
    }

    /// A push of which nothing may be taken.
    async fn refused(
        &mut self,
        name: &str,
        client: &mut Client,
        (record, changes): (RecordId, Vec<EncodedChange>),
        code: ErrorCode,
    ) {
        let last = changes.last().unwrap().hash;
        client.push(record, &changes).await;
        let found = client.refused.get(&last).map(|refused| refused.code);
        assert_eq!(found, Some(code), "{}, {name}: {:?}", self.now, client.refused.get(&last));
        self.refused.extend(
            changes.iter().map(|change| change.hash).filter(|hash| client.refused.contains_key(hash)),
        );
        self.tried(name);
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn link(id: RecordId) -> Value {
    Value::Link(Link::Record(id))
}

/// All that is in a document, to be pushed.
fn all(document: &Document) -> (RecordId, Vec<EncodedChange>) {
    (document.id(), document.changes_since(&[]))
}

async fn caught_up(mut client: Client) -> Client {
    client.until(|client| client.caught_up).await;
    client
}

/// Attacks on one relay, in all circumstances.
type Group = fn() -> Attacks;

/// Those that last longest come first.
const GROUPS: &[Group] = &[
    limits::too_much_work,
    hostile::by_members,
    erasures::believed_by_a_number,
    || everywhere(&[], async |_| Before::default(), by_anybody),
    unread::never_whole,
    limits::of_a_device,
    limits::of_an_address,
    limits::of_who_guesses,
    limits::from_no_proxy,
    limits::through_a_proxy,
];

/// So many relays are attacked at once: mostly one waits.
const AT_ONCE: usize = 3;

async fn by_anybody(attacks: &mut Attacks, stage: &Stage, before: &mut Before) {
    before.is_tried_again(attacks, stage).await;
    entering::at_the_door(attacks, stage, before).await;
    entering::with_invitations(attacks, stage, before).await;
    entering::out_of_turn(attacks, stage).await;
    roles::under_anothers_name(attacks, stage).await;
    roles::beyond_the_role(attacks, stage).await;
    access::reading_what_is_kept_back(attacks, stage, before).await;
    access::after_losing_access(attacks, stage, before).await;
    unread::too_much(attacks, stage).await;
    // After all of it the relay serves, and holds just what it should.
    assert!(caught_up(stage.boss.enter(&stage.town).await).await.has_heard("Hemlig"));
}

#[test]
fn every_attack_fails_as_it_should() {
    let waiting = Mutex::new(GROUPS.iter());
    let next = || waiting.lock().unwrap().next();
    let tried = std::thread::scope(|scope| {
        let work = || {
            let mut tried = BTreeSet::new();
            while let Some(group) = next() {
                tried.append(&mut group().tried);
            }
            tried
        };
        let threads = [(); AT_ONCE].map(|()| scope.spawn(work));
        threads.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let count: usize = tried.iter().map(BTreeSet::len).sum();
    assert_eq!(tried.into_iter().flatten().collect::<BTreeSet<_>>().len(), count, "one was tried twice");

    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security.md")).unwrap();
    assert!(
        page.contains(&format!("**{count} attacks**")),
        "docs/security.md says another number than {count}"
    );
}
