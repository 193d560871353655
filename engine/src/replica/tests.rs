//! Behaviour of replicas that meet through a relay's log, here one in memory.

use std::collections::BTreeSet;

use super::*;
use crate::document::{ChangeHash, Writer, gate};
use crate::files::Existing;
use crate::identity::{WorkspaceId, WorkspaceSecret};
use crate::schema::FieldPath;
use crate::schema::kinds::{CONTACT, PLAN};
use crate::sync::{
    Ack, Batch, Cursor, Entry, EntryBody, Epoch, ErrorCode, FromClient, FromRelay, RelayRequest,
    RelaySession, Welcome,
};

/// A relay without checks or disk: the log and what the protocol says about it.
struct Log {
    epoch: Epoch,
    entries: Vec<(Entry, ChangeHash)>,
}

impl Log {
    fn new() -> Self {
        Log { epoch: Epoch::random(), entries: Vec::new() }
    }

    fn cursor_at(&self, position: u64) -> Cursor {
        self.entries[..position as usize].iter().fold(Cursor::start(self.epoch), |c, (_, hash)| c.then(hash))
    }

    /// Answers one frame of a client.
    fn answer(&mut self, session: &mut RelaySession, frame: &[u8]) -> Vec<Vec<u8>> {
        match session.handle_input(frame).unwrap() {
            None => session.poll_transmit().into_iter().collect(),
            Some(RelayRequest::Hello(hello)) => {
                session.admitted();
                let head = self.entries.len() as u64;
                let from = match hello.cursor {
                    Some(c) if c.position <= head && self.cursor_at(c.position) == c => c.position,
                    _ => 0,
                };
                let welcome = Welcome {
                    version: 1,
                    workspace_name: "Test".into(),
                    epoch: self.epoch,
                    from,
                    position: head,
                    beginning: crate::sync::Beginning::Log,
                    hash: None,
                    records: 0,
                    peer: false,
                    grant: None,
                    sealed: false,
                    meeting_key: None,
                    erased: Vec::new(),
                };
                vec![
                    FromRelay::Welcome(welcome).encode(),
                    self.batch(from, &BTreeSet::new()),
                    FromRelay::CaughtUp.encode(),
                ]
            }
            Some(RelayRequest::Presence(_) | RelayRequest::Manage(_)) => Vec::new(),
            Some(RelayRequest::Compare(_) | RelayRequest::Want(_) | RelayRequest::Follow) => {
                panic!("this relay has nothing to compare")
            }
            Some(RelayRequest::Push(push)) => {
                let before = self.entries.len() as u64;
                let mut own = BTreeSet::new();
                for entry in push.entries {
                    let EntryBody::Change(bytes) = &entry.body else { panic!() };
                    let hash = gate::admit(bytes, &gate::Limits::default()).unwrap().hash();
                    own.insert(hash);
                    if self.entries.iter().all(|(_, known)| *known != hash) {
                        self.entries.push((entry, hash));
                    }
                }
                vec![
                    FromRelay::Ack(Ack { id: push.id, refused: vec![], passed: vec![] }).encode(),
                    self.batch(before, &own),
                ]
            }
        }
    }

    fn batch(&self, from: u64, own: &BTreeSet<ChangeHash>) -> Vec<u8> {
        let entries = self.entries[from as usize..].iter().map(|(entry, hash)| match own.contains(hash) {
            true => Entry { record: entry.record, body: EntryBody::Known(*hash) },
            false => entry.clone(),
        });
        let cursor = self.cursor_at(self.entries.len() as u64);
        let entries = entries.collect();
        FromRelay::Batch(Batch { position: cursor.position, hash: cursor.hash, entries }).encode()
    }
}

struct Bench {
    folder: tempfile::TempDir,
    workspace: WorkspaceId,
    secret: WorkspaceSecret,
}

impl Bench {
    fn new() -> Self {
        Bench {
            folder: tempfile::tempdir().unwrap(),
            workspace: WorkspaceId::random(),
            secret: WorkspaceSecret::random(),
        }
    }

    fn replica(&self, person: &str) -> Replica {
        let new = NewReplica {
            workspace: self.workspace,
            workspace_name: "Test".into(),
            relay: Some(("ws://relay".into(), self.secret.clone().into())),
        };
        Replica::create(&self.folder.path().join(person), &new, person).unwrap()
    }
}

/// Connects, and goes on until nothing more is said.
fn sync(replica: &mut Replica, log: &mut Log) -> Vec<SyncNews> {
    let mut sync = ReplicaSync::begin(replica, None, 0).unwrap();
    let mut session = RelaySession::new();
    let mut news = Vec::new();
    while let Some(frame) = sync.poll_transmit(replica).unwrap() {
        for answer in log.answer(&mut session, &frame) {
            news.extend(sync.handle_input(replica, &answer, 0).unwrap());
        }
    }
    assert!(sync.is_settled(replica).unwrap());
    news
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn contact(replica: &mut Replica, family: &str) -> RecordId {
    let mut new = NewRecord::new(&CONTACT);
    new.cells.insert("family".into(), text(family));
    replica.create_record(&new).unwrap().record
}

fn family(replica: &Replica, id: RecordId) -> String {
    replica.record(id).unwrap().get("family").as_text().unwrap_or_default().to_owned()
}

#[test]
fn what_one_writes_the_other_reads_and_both_know_who() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    assert_eq!(family(&other, id), "Berg");
    sync(&mut one, &mut log);
    for replica in [&one, &other] {
        let people: BTreeSet<String> = replica.people().unwrap().into_values().collect();
        assert_eq!(people, ["Bo".to_owned(), "Åsa".to_owned()].into());
        assert_eq!(replica.store().outbox_state().unwrap(), Default::default());
    }
    let author = other.history(id).unwrap()[0].stamp.device.unwrap();
    assert_eq!(other.people().unwrap()[&author], "Åsa");
}

#[test]
fn a_second_sync_with_nothing_new_brings_nothing() {
    let bench = Bench::new();
    let (mut one, mut log) = (bench.replica("Åsa"), Log::new());
    contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    let news = sync(&mut one, &mut log);
    assert!(matches!(&news[0], SyncNews::Connected { pending: 0, .. }), "{news:?}");
    assert!(news.iter().all(|news| !matches!(news, SyncNews::Pushed(_))));
}

#[test]
fn review_shows_others_changes_with_their_writers_and_conflicts() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    assert_eq!(one.review_queue().unwrap(), []);
    assert_eq!(other.review_queue().unwrap(), [], "who joins has not missed what was before");
    let later = contact(&mut one, "Alm");
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    let queue: Vec<RecordId> = other.review_queue().unwrap().iter().map(|entry| entry.row.id).collect();
    assert_eq!(queue, [later], "a new record of somebody else");
    other.mark_all_reviewed().unwrap();

    one.edit(id, &[Edit::set("family", text("Berglund"))], Some("married")).unwrap();
    other.edit(id, &[Edit::set("family", text("Bergman"))], None).unwrap();
    assert_eq!(other.review_queue().unwrap(), []);
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);

    let queue = other.review_queue().unwrap();
    assert_eq!((queue.len(), queue[0].state.conflicts), (1, 1));
    let item = other.review(id).unwrap();
    assert_eq!(item.conflicts.len(), 1);
    assert_eq!(item.conflicts[0].writings.len(), 2);

    let decision = Edit::Set { path: item.conflicts[0].path.clone(), value: text("Bergman") };
    other.edit(id, &[decision], None).unwrap();
    let heads = other.document(id).unwrap().heads();
    other.mark_reviewed(id, &heads).unwrap();
    assert_eq!(other.review_queue().unwrap(), []);

    sync(&mut other, &mut log);
    sync(&mut one, &mut log);
    assert_eq!(one.conflicts(id).unwrap(), []);
    assert_eq!(one.record(id).unwrap(), other.record(id).unwrap());
    let writers = &one.review(id).unwrap().changes[0].writers;
    assert!(writers.iter().any(|stamp| stamp.device == Some(other.device())));
}

#[test]
fn a_relay_that_lost_everything_gets_it_back_from_its_clients() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    for number in 0..40 {
        one.edit(id, &[Edit::set("family", text(&format!("Berg {number}")))], None).unwrap();
    }
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    contact(&mut other, "Ek");
    sync(&mut other, &mut log);
    let had: BTreeSet<ChangeHash> = log.entries.iter().map(|(_, hash)| *hash).collect();

    let mut log = Log::new();
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    let has: BTreeSet<ChangeHash> = log.entries.iter().map(|(_, hash)| *hash).collect();
    assert_eq!(has, had);

    // It lost only its tail: another life of the log with the same beginning.
    log.entries.truncate(3);
    log.epoch = Epoch::random();
    sync(&mut other, &mut log);
    sync(&mut one, &mut log);
    assert_eq!(log.entries.len(), had.len());
}

#[test]
fn garbage_in_the_log_is_kept_apart_and_stops_nothing_else() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    // A change whose predecessor is missing: well-formed, but of no use.
    let mut stray = one.document(id).unwrap();
    let writer = Writer {
        actor: automerge::ActorId::from(&[9; 16][..]),
        device: DeviceId::random(),
        now: 0,
        why: None,
    };
    stray.edit(&[Edit::set("given", text("A"))], &writer).unwrap();
    let change = stray.edit(&[Edit::set("given", text("B"))], &writer).unwrap().remove(0);
    let entry = Entry { record: id, body: EntryBody::Change(change.bytes) };
    log.entries.push((entry, change.hash));

    let news = sync(&mut other, &mut log);
    assert!(news.iter().any(|news| matches!(news, SyncNews::Quarantined { .. })), "{news:?}");
    assert_eq!(family(&other, id), "Berg");
    assert_eq!(other.store().outbox_state().unwrap().quarantined, 1);
    assert_eq!(other.meta().unwrap().cursor.unwrap().position, log.entries.len() as u64);
}

#[test]
fn undo_takes_back_ones_own_and_leaves_the_others() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let id = contact(&mut replica, "Berg");
    let first =
        replica.edit(id, &[Edit::set("family", text("Ek")), Edit::set("given", text("Eva"))], None).unwrap();
    replica.edit(id, &[Edit::set("family", text("Ask"))], None).unwrap();
    let undone = replica.undo(&first).unwrap();
    assert_eq!(undone.kept, [FieldPath::field("family")]);
    assert_eq!(family(&replica, id), "Ask");
    assert_eq!(replica.record(id).unwrap().get("given"), &Value::Empty);
    let redone = replica.undo(&undone.edited).unwrap();
    assert_eq!(redone.kept, []);
    assert_eq!(replica.record(id).unwrap().get("given"), &text("Eva"));
}

#[test]
fn a_choice_that_is_taken_back_is_a_contradiction_again_for_everybody_who_has_synced_it() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    one.edit(id, &[Edit::set("family", text("Ek"))], None).unwrap();
    other.edit(id, &[Edit::set("family", text("Alm"))], None).unwrap();
    for _ in 0..2 {
        sync(&mut one, &mut log);
        sync(&mut other, &mut log);
    }
    let before = one.conflicts(id).unwrap();
    assert_eq!((before.len(), &before), (1, &other.conflicts(id).unwrap()));
    // The value that is shown anyway: no word changes, and still it is a step.
    let shown = before[0].writings[0].value.clone();
    let choice = one.edit(id, &[Edit::set("family", shown)], None).unwrap();
    assert!(choice.wrote() && choice.differences.is_empty());
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    assert_eq!(other.conflicts(id).unwrap(), []);
    let undone = one.undo(&choice).unwrap();
    assert_eq!(undone.kept, []);
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    for replica in [&one, &other] {
        let now = replica.conflicts(id).unwrap();
        let seen = |conflicts: &[FieldConflict]| -> Vec<_> {
            let all = conflicts.iter().flat_map(|conflict| &conflict.writings);
            all.map(|writing| (writing.value.clone(), writing.stamp.device, writing.shown)).collect()
        };
        assert_eq!(seen(&now), seen(&before));
        assert_eq!(replica.review_queue().unwrap().len(), 1, "it awaits review again");
        assert_eq!(replica.store().outbox_state().unwrap(), Default::default());
    }
    one.undo(&undone.edited).unwrap();
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    assert_eq!(other.conflicts(id).unwrap(), []);
}

#[test]
fn what_is_entered_and_the_text_it_was_typed_as_are_never_both_there_nor_both_gone() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let path = FieldPath::field("notes");
    let typed = |record, begun| Unfinished {
        record,
        kind: "contact".to_owned(),
        path: path.clone(),
        part: "whole".to_owned(),
        base: String::new(),
        text: "Spelar cello.".to_owned(),
        begun,
    };
    let prose = Edit::Prose { path: path.clone(), base: String::new(), text: "Spelar cello.".to_owned() };
    // A record and a row that are only begun are made with the first thing that is entered in them.
    let new = NewRecord::new(&CONTACT);
    let id = new.id;
    let unfinished = typed(id, true);
    replica.keep_unfinished(&unfinished).unwrap();
    let row = crate::id::RowId::random();
    let address = Edit::Set { path: FieldPath::cell("emails", row, "address"), value: text("a@example.se") };
    let entry =
        Input { makes: Some(new), typed: Some(unfinished.clone()), ..Input::new(id, vec![prose.clone()]) };
    let made = replica.enter(&entry).unwrap();
    assert_eq!(replica.store().unfinished().unwrap(), []);
    assert!(made.differences.contains(&Difference::Created));
    let entry = Input { makes_rows: true, ..Input::new(id, vec![address.clone()]) };
    replica.enter(&entry).unwrap();
    replica.enter(&entry).unwrap();
    assert_eq!(replica.record(id).unwrap().get("emails").rows().len(), 1);
    let row = crate::id::RowId::random();
    let elsewhere =
        Edit::Set { path: FieldPath::cell("emails", row, "address"), value: text("b@example.se") };
    assert!(replica.enter(&Input::new(id, vec![elsewhere])).is_err(), "a row that was never begun");
    // What is not done is kept.
    let grant = Grant { role: crate::identity::Role::Reader, ..Grant::unbounded(replica.device()) };
    let mut transaction = replica.store.transaction().unwrap();
    transaction.set_grant(&grant, None).unwrap();
    transaction.commit().unwrap();
    let entry = Input { typed: Some(typed(id, false)), ..Input::new(id, vec![prose]) };
    assert!(matches!(replica.enter(&entry), Err(ReplicaError::Forbidden(_))));
    assert_eq!(replica.store().unfinished().unwrap(), [typed(id, false)]);
    assert_eq!(replica.record(id).unwrap().at(&path), text("Spelar cello."));
}

#[test]
fn what_was_marked_as_reviewed_is_unmarked_again_unless_somebody_has_reviewed_it_since() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let (berg, ek) = (contact(&mut replica, "Berg"), contact(&mut replica, "Ek"));
    let heads = |replica: &Replica, id| replica.document(id).unwrap().heads();
    for id in [berg, ek] {
        replica.mark_reviewed(id, &Vec::new()).unwrap();
    }
    assert_eq!(replica.review_queue().unwrap().len(), 2);
    let all = [(berg, heads(&replica, berg)), (ek, heads(&replica, ek))];
    let marked = replica.mark_all_of(&all).unwrap();
    assert_eq!(replica.review_queue().unwrap().len(), 0);
    replica.edit(ek, &[Edit::set("given", text("Eva"))], None).unwrap();
    let restored = replica.restore_marks(&marked).unwrap();
    assert_eq!(restored.len(), 1);
    let queue = replica.review_queue().unwrap();
    assert_eq!(queue.iter().map(|entry| entry.row.id).collect::<Vec<_>>(), [berg]);
    replica.restore_marks(&restored).unwrap();
    assert_eq!(replica.review_queue().unwrap().len(), 0);
}

#[test]
fn undoing_a_new_record_removes_it_and_redoing_brings_it_back_whole() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let mut new = NewRecord::new(&PLAN);
    new.cells.insert("name".into(), text("Bud"));
    let made = replica.create_record(&new).unwrap();
    let undone = replica.undo(&made).unwrap();
    assert!(replica.record(new.id).unwrap().removed);
    replica.undo(&undone.edited).unwrap();
    let record = replica.record(new.id).unwrap();
    assert!(!record.removed);
    assert_eq!(record.title(), "Bud");
}

#[test]
fn what_is_too_large_is_refused_before_it_is_written() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let id = contact(&mut replica, "Berg");
    let before = replica.record(id).unwrap();
    assert!(replica.edit(id, &[Edit::set("notes", text(&"å".repeat(200_001)))], None).is_err());
    assert!(matches!(
        replica.edit(RecordId::random(), &[Edit::Remove], None),
        Err(ReplicaError::NoRecord(_))
    ));
    assert_eq!(replica.record(id).unwrap(), before);
}

#[test]
fn exports_are_complete_and_any_automerge_opens_them() {
    let bench = Bench::new();
    let mut replica = bench.replica("Åsa");
    let id = contact(&mut replica, "Berg");
    replica.edit(id, &[Edit::set("notes", text("cello"))], None).unwrap();
    let folder = bench.folder.path().join("out");
    assert_eq!(crate::exchange::export_automerge(&replica, &folder, Existing::Keep).unwrap(), 2);
    let bytes = std::fs::read(folder.join(format!("contact/{id}.automerge"))).unwrap();
    let document = automerge::Automerge::load(&bytes).unwrap();
    let (_, notes) = automerge::ReadDoc::get(&document, automerge::ROOT, "notes").unwrap().unwrap();
    assert_eq!(automerge::ReadDoc::text(&document, notes).unwrap(), "cello");

    let file = bench.folder.path().join("out.json");
    assert_eq!(crate::exchange::export_json(&replica, &file, Existing::Keep).unwrap(), 2);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let records = json["records"].as_array().unwrap();
    let record = records.iter().find(|record| record["id"] == id.to_string()).unwrap();
    assert_eq!(record["fields"]["family"], "Berg");
    assert!(FromClient::decode(&[3]).is_ok());
}

/// Found by simulation. The acknowledgement came, the log's stretch with the change in it did not any more, and then the
/// relay was set back to exactly where the replica's cursor is: nothing shows that the change is not there.
#[test]
fn what_was_acknowledged_and_not_seen_in_the_log_is_pushed_again() {
    let bench = Bench::new();
    let (mut one, mut log) = (bench.replica("Åsa"), Log::new());
    sync(&mut one, &mut log);
    let before = log.entries.len();
    let id = contact(&mut one, "Berg");

    let mut sync_of_one = ReplicaSync::begin(&one, None, 0).unwrap();
    let mut session = RelaySession::new();
    let mut acknowledged = false;
    while let Some(frame) = sync_of_one.poll_transmit(&one).unwrap() {
        for answer in log.answer(&mut session, &frame) {
            if !acknowledged {
                let news = sync_of_one.handle_input(&mut one, &answer, 0).unwrap();
                acknowledged = news.iter().any(|news| matches!(news, SyncNews::Pushed(_)));
            }
        }
        if acknowledged {
            break;
        }
    }
    assert!(acknowledged && log.entries.len() > before);

    log.entries.truncate(before);
    sync(&mut one, &mut log);
    let mut other = bench.replica("Bo");
    sync(&mut other, &mut log);
    assert_eq!(family(&other, id), "Berg");
}

/// Found by simulation. A refusal for want of what a change builds on is no verdict: what it lacked may be there now.
#[test]
fn what_was_refused_for_want_of_another_change_is_offered_again_by_itself() {
    let bench = Bench::new();
    let (mut one, mut log) = (bench.replica("Åsa"), Log::new());
    sync(&mut one, &mut log);
    let id = contact(&mut one, "Berg");
    let hash = one.document(id).unwrap().heads()[0];
    let refuse = |replica: &mut Replica, code| {
        let mut transaction = replica.store.transaction().unwrap();
        transaction.mark_refused(&hash, code, "no").unwrap();
        transaction.commit().unwrap();
    };
    refuse(&mut one, ErrorCode::Schema);
    sync(&mut one, &mut log);
    assert_eq!(one.store().outbox_state().unwrap().refused, 1, "a verdict stands until somebody asks again");
    refuse(&mut one, ErrorCode::MissingDependencies);
    sync(&mut one, &mut log);
    assert_eq!(one.store().outbox_state().unwrap(), Default::default());
}

/// As the relay says it of all that waits.
fn refuse_all(replica: &mut Replica) {
    let (waiting, _) = replica.store.outbox(0, 1_000).unwrap();
    let mut transaction = replica.store.transaction().unwrap();
    for change in waiting {
        transaction.mark_refused(&change.hash, ErrorCode::Forbidden, "no").unwrap();
    }
    transaction.commit().unwrap();
}

#[test]
fn refused_work_that_is_let_go_leaves_the_record_as_the_relay_has_it_and_writing_goes_on() {
    let bench = Bench::new();
    let (mut one, mut other, mut log) = (bench.replica("Åsa"), bench.replica("Bo"), Log::new());
    let id = contact(&mut one, "Berg");
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    one.edit(id, &[Edit::set("given", text("Eva"))], None).unwrap();
    refuse_all(&mut one);
    // What was built on it waits in vain.
    one.edit(id, &[Edit::set("family", text("Ek"))], None).unwrap();
    let before = one.store().actor().unwrap();
    assert_eq!(one.discard_refused(id).unwrap(), 2);
    assert_ne!(one.store().actor().unwrap(), before, "the numbers that are gone are never used again");
    let record = one.record(id).unwrap();
    assert_eq!((record.get("family"), record.get("given")), (&text("Berg"), &Value::Empty));
    assert_eq!(one.store().rows(&[id]).unwrap()[0].as_ref().unwrap().title, "Berg");
    assert_eq!(one.store().search("eva", &[], 10).unwrap(), [], "nor is it found");
    assert_eq!(one.store().outbox_state().unwrap(), Default::default());
    assert!(one.review_queue().unwrap().iter().all(|entry| entry.row.id != id), "it was nobody else's work");
    assert_eq!(one.discard_refused(id).unwrap(), 0, "there is no more of it");
    one.edit(id, &[Edit::set("given", text("Lina"))], None).unwrap();
    sync(&mut one, &mut log);
    sync(&mut other, &mut log);
    assert_eq!(other.record(id).unwrap(), one.record(id).unwrap());
    drop(one);
    let one = Replica::open(&bench.folder.path().join("Åsa")).unwrap();
    assert_eq!(one.record(id).unwrap().title(), "Lina Berg");
}

#[test]
fn a_refused_record_that_is_let_go_is_not_there_any_more_and_others_refused_work_stays() {
    let bench = Bench::new();
    let (mut one, mut log) = (bench.replica("Åsa"), Log::new());
    sync(&mut one, &mut log);
    let (id, kept) = (contact(&mut one, "Berg"), contact(&mut one, "Ek"));
    refuse_all(&mut one);
    assert!(one.store().refused().unwrap().iter().any(|refused| refused.record == id));
    assert!(one.discard_refused(id).unwrap() > 0);
    assert!(matches!(one.record(id), Err(ReplicaError::NoRecord(_))));
    assert!(one.store().refused().unwrap().iter().all(|refused| refused.record == kept));
    assert!(one.retry_refused_in(kept).unwrap() > 0);
    sync(&mut one, &mut log);
    assert_eq!(one.record(kept).unwrap().title(), "Ek");
    assert_eq!(one.store().outbox_state().unwrap(), Default::default());
}

#[test]
fn what_only_waits_for_others_work_is_not_let_go() {
    let bench = Bench::new();
    let mut one = bench.replica("Åsa");
    let id = contact(&mut one, "Berg");
    let mut transaction = one.store.transaction().unwrap();
    let grant = Grant { role: crate::identity::Role::Ambassador, ..Grant::unbounded(id) };
    transaction.set_grant(&grant, None).unwrap();
    let document = transaction.document(id).unwrap();
    let hash = document.heads()[0];
    transaction.mark_refused(&hash, ErrorCode::NotYours, "another device wrote this").unwrap();
    transaction.commit().unwrap();
    assert_eq!(one.store().outbox_state().unwrap().held, 1);
    assert_eq!(one.discard_refused(id).unwrap(), 0);
    assert_eq!(one.record(id).unwrap().title(), "Berg");
}
