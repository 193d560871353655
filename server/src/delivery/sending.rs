//! Whole records on their way to a client, a bundle at a time.

use std::collections::{HashSet, VecDeque};

use samsyn_engine::document::gate::{self, can_go_whole, is_sound};
use samsyn_engine::document::{ChangeHash, EncodedChange};
use samsyn_engine::id::RecordId;
use samsyn_engine::sync::limits::CHANGE_BYTES;
use samsyn_engine::sync::{Bundles, Entry, EntryBody, Piece, Records, Wanted};

use crate::log::{Damage, Log, LogError, ReadScope, Standing, StoredDocument, mend};

/// So many records are looked up at once.
const PAGE: usize = 256;

/// Records that a client is sent, as they stood with the log's first entries.
#[derive(Debug)]
pub(crate) struct Sending {
    as_of: u64,
    scope: ReadScope,
    source: Source,
    bundles: Bundles,
}

/// Which records come next.
#[derive(Debug)]
enum Source {
    /// Every record, what changed last first.
    Newest { page: VecDeque<Standing>, below: u64 },
    /// And then those that have changed again since.
    Changed { page: VecDeque<RecordId>, after: Option<RecordId> },
    /// Those that the client asked for.
    Wanted(VecDeque<Wanted>),
}

/// A record to be sent.
#[derive(Debug)]
struct Next {
    record: RecordId,
    /// What the client has of it.
    known: Vec<ChangeHash>,
    /// Once it is sent, all that changed at this position or later is.
    below: u64,
}

impl Sending {
    /// Every record as it stood with the first `as_of` entries; without those that came with a first sync which broke
    /// off when all that changed at `below` or later had come.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn first_sync(
        log: &dyn Log,
        (as_of, scope): (u64, ReadScope),
        below: u64,
    ) -> Result<Sending, LogError> {
        let below = below.min(as_of.saturating_add(1));
        // Those that have changed since are among them, or will be once their turn comes.
        let changed = log.count(u64::MAX, scope)? - log.count(as_of.saturating_add(1), scope)?;
        let left = log.count(below, scope)? + changed;
        let source = Source::Newest { page: VecDeque::new(), below };
        Ok(Sending { as_of, scope, source, bundles: Bundles::new(below, left) })
    }

    /// What a client lacks of the records that it wants. Of one that is out of its scope there is nothing, as of one that is
    /// not there.
    pub(crate) fn wanted((as_of, scope): (u64, ReadScope), wanted: Vec<Wanted>) -> Sending {
        let left = wanted.len() as u64;
        let source = Source::Wanted(wanted.into());
        Sending { as_of, scope, source, bundles: Bundles::new(0, left) }
    }

    /// How many records are still to come; none once all have gone out.
    pub(crate) fn left(&self) -> u64 {
        self.bundles.left()
    }

    /// The next bundle, of about so many bytes.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(crate) fn next(&mut self, log: &dyn Log, bytes: usize) -> Result<Records, LogError> {
        let Sending { as_of, scope, source, bundles } = self;
        bundles.next(bytes, || {
            let Some(next) = source.next(log, (*as_of, *scope))? else { return Ok(None) };
            let seen = scope.is_all() || log.kinds(&[next.record])?.iter().all(|kind| scope.sees(kind));
            let entries = if seen { load(log, &next, *as_of)? } else { Vec::new() };
            Ok(Some(Piece { entries, below: next.below }))
        })
    }
}

impl Source {
    fn next(&mut self, log: &dyn Log, (as_of, scope): (u64, ReadScope)) -> Result<Option<Next>, LogError> {
        loop {
            match self {
                Source::Newest { page, below } => {
                    if let Some(Standing { record, last }) = page.pop_front() {
                        *below = last;
                        return Ok(Some(Next { record, known: Vec::new(), below: last }));
                    }
                    *page = log.newest(*below, PAGE, scope)?.into();
                    if page.is_empty() {
                        *self = Source::Changed { page: VecDeque::new(), after: None };
                    }
                }
                Source::Changed { page, after } => {
                    if let Some(record) = page.pop_front() {
                        *after = Some(record);
                        return Ok(Some(Next { record, known: Vec::new(), below: 1 }));
                    }
                    *page = log.changed_since(as_of, *after, PAGE, scope)?.into();
                    if page.is_empty() {
                        return Ok(None);
                    }
                }
                Source::Wanted(wanted) => {
                    let next = wanted.pop_front();
                    return Ok(next.map(|Wanted { record, known }| Next { record, known, below: 0 }));
                }
            }
        }
    }
}

/// So many changes are sent behind a snapshot as they are, rather than making a new document of both.
const SHORT_TAIL: usize = 8;

/// A record as one document chunk, perhaps with some changes behind it; as its changes where these are fewer, or where it
/// is too large for one. A heavy one is not loaded for it.
fn load(log: &dyn Log, next: &Next, as_of: u64) -> Result<Vec<Entry>, LogError> {
    let record = next.record;
    let stored = log.document(record, as_of)?;
    if stored.snapshot.is_empty() && stored.tail.is_empty() {
        return Ok(Vec::new());
    }
    if next.known.is_empty() && can_go_as_it_is(&stored) {
        if !std::iter::once(&stored.snapshot).chain(&stored.tail).all(|chunk| is_sound(chunk)) {
            return Err(LogError::Damaged(Damage::of(record)));
        }
        let whole = Entry { record, body: EntryBody::Document(stored.snapshot) };
        let tail = stored.tail.into_iter().map(|bytes| Entry { record, body: EntryBody::Change(bytes) });
        return Ok(std::iter::once(whole).chain(tail).collect());
    }
    if stored.is_heavy() {
        drop(stored);
        let logged = logged(log, next, as_of)?;
        let is_whole = |entry: &Entry| matches!(&entry.body, EntryBody::Change(bytes) if is_sound(bytes));
        if !logged.iter().all(is_whole) && mend(log) {
            return Err(LogError::Damaged(Damage::of(record)));
        }
        return Ok(logged);
    }
    let document = match stored.load(record) {
        Ok(document) => document,
        Err(error) => {
            // The client gets what was logged and keeps apart what it cannot use: nothing is missing without a word.
            tracing::error!(%error, "a document in the log is damaged");
            if mend(log) {
                return Err(LogError::Damaged(Damage::of(record)));
            }
            return logged(log, next, as_of);
        }
    };
    let known: Vec<_> = next.known.iter().filter(|hash| document.has(hash)).copied().collect();
    if known.is_empty() {
        let whole = document.save_plain();
        if whole.len() <= CHANGE_BYTES && can_go_whole(&whole) {
            return Ok(vec![Entry { record, body: EntryBody::Document(whole) }]);
        }
    }
    let change = |change: EncodedChange| Entry { record, body: EntryBody::Change(change.bytes) };
    Ok(document.changes_since(&known).into_iter().map(change).collect())
}

/// Whether what is stored is what is to be sent: without asking Automerge.
fn can_go_as_it_is(stored: &StoredDocument) -> bool {
    // Most tails are short: then nobody needs to know what it weighs.
    (1..=CHANGE_BYTES).contains(&stored.snapshot.len())
        && (stored.tail.len() <= SHORT_TAIL || stored.is_heavy())
        && can_go_whole(&stored.snapshot)
}

/// The changes of a record that a client lacks, as they were logged.
fn logged(log: &dyn Log, next: &Next, as_of: u64) -> Result<Vec<Entry>, LogError> {
    let mut known: HashSet<ChangeHash> = next.known.iter().copied().collect();
    // Backwards: so all that builds on a change comes before it, and what is known is known with all that it builds on.
    let lacks = |bytes: &Vec<u8>| {
        let is_known = gate::hash_of(bytes).is_some_and(|hash| known.contains(&hash));
        if is_known {
            known.extend(gate::dependencies_of(bytes).unwrap_or_default());
        }
        !is_known
    };
    let mut lacking: Vec<_> = log.changes(next.record, as_of)?.into_iter().rev().filter(lacks).collect();
    lacking.reverse();
    let entry = |bytes| Entry { record: next.record, body: EntryBody::Change(bytes) };
    Ok(lacking.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use samsyn_engine::document::gate::{Limits, admit_document};
    use samsyn_engine::document::{Document, Edit, Writer};
    use samsyn_engine::identity::{DeviceId, WorkspaceId};
    use samsyn_engine::schema::kinds::CONTACT;
    use samsyn_engine::schema::{NewRecord, Value};
    use samsyn_engine::sync::Epoch;
    use samsyn_engine::sync::limits::RECORDS_BYTES;

    use super::*;
    use crate::log::memory::MemoryLog;
    use crate::log::{Append, Meta, NewEntry};

    fn writer() -> Writer {
        Writer::new(&[1; 16], DeviceId::from_bytes([2; 16]), 1_700_000_000)
    }

    fn log() -> Arc<MemoryLog> {
        let (workspace, name) = (WorkspaceId::random(), "Byrån".to_owned());
        Arc::new(MemoryLog::new(Meta {
            workspace,
            name,
            secret_hash: Some([7; 32]),
            epoch: Epoch::random(),
            created_at: 0,
        }))
    }

    fn add(log: &MemoryLog, record: RecordId, changes: Vec<EncodedChange>) {
        let entry = |change: EncodedChange| NewEntry {
            entry: crate::log::Entry { record, hash: change.hash, bytes: change.bytes },
            dependencies: Vec::new(),
            device: DeviceId::from_bytes([2; 16]),
            kind: "contact".to_owned(),
        };
        let (after, entries) = (log.head().unwrap(), changes.into_iter().map(entry).collect());
        log.append(&Append { after, entries, snapshots: Vec::new(), actors: Vec::new(), received_at: 0 })
            .unwrap();
    }

    fn contact(log: &MemoryLog) -> Document {
        let document = Document::create(&NewRecord::new(&CONTACT), &writer()).unwrap();
        add(log, document.id(), document.changes_since(&[]));
        document
    }

    /// Everything that is sent in bundles of so many bytes, and how it ends.
    fn all(log: &MemoryLog, mut sending: Sending, bytes: usize) -> Vec<Records> {
        let mut sent = Vec::new();
        loop {
            sent.push(sending.next(log, bytes).unwrap());
            if sent.last().is_some_and(|records| records.left == 0) {
                return sent;
            }
            assert!(sent.len() < 100, "it has no end");
        }
    }

    fn records(sent: &[Records]) -> Vec<RecordId> {
        let mut records: Vec<_> =
            sent.iter().flat_map(|sent| &sent.entries).map(|entry| entry.record).collect();
        records.dedup();
        records
    }

    #[test]
    fn what_changed_last_comes_first_and_goes_on_where_it_broke_off() {
        let log = log();
        let documents: Vec<_> = (0..5).map(|_| contact(&log)).collect();
        let newest: Vec<_> = documents.iter().rev().map(Document::id).collect();
        let end = log.head().unwrap().position;
        let sent = all(&log, Sending::first_sync(&*log, (end, ReadScope::ALL), u64::MAX).unwrap(), 1);
        assert_eq!(records(&sent), newest);
        let left: Vec<_> = sent.iter().map(|sent| sent.left).collect();
        assert!(left.is_sorted_by(|one, other| one > other), "{left:?}");
        for broke in &sent[..sent.len() - 1] {
            let again = all(&log, Sending::first_sync(&*log, (end, ReadScope::ALL), broke.below).unwrap(), 1);
            let had = sent.iter().take_while(|sent| sent.below >= broke.below);
            let had: Vec<_> = records(&had.cloned().collect::<Vec<_>>());
            assert!(newest.iter().all(|id| had.contains(id) || records(&again).contains(id)));
            assert!(again.len() <= sent.len());
        }
    }

    #[test]
    fn what_changes_meanwhile_is_sent_as_it_was_and_no_record_is_missed() {
        let log = log();
        let mut documents: Vec<_> = (0..4).map(|_| contact(&log)).collect();
        let end = log.head().unwrap().position;
        let mut sending = Sending::first_sync(&*log, (end, ReadScope::ALL), u64::MAX).unwrap();
        let first = sending.next(&*log, 1).unwrap();
        // One that has not been sent is written, and one that has; and a new one is made.
        let heads = documents[0].heads();
        for document in [0, 3] {
            let edit = Edit::set("given", Value::Text("Åsa".to_owned()));
            let changes = documents[document].edit(&[edit], &writer()).unwrap();
            add(&log, documents[document].id(), changes);
        }
        let made = contact(&log).id();
        let sent = [vec![first], all(&log, sending, 1)].concat();
        assert!(documents.iter().all(|document| records(&sent).contains(&document.id())));
        assert!(!records(&sent).contains(&made), "it comes with the log");
        let of_first =
            sent.iter().flat_map(|sent| &sent.entries).find(|entry| entry.record == documents[0].id());
        let Some(Entry { body: EntryBody::Document(whole), .. }) = of_first else { panic!("it came whole") };
        let document = admit_document(whole, &Limits::default()).unwrap();
        assert_eq!(document.get_heads(), heads, "as it was");
    }

    /// A contact of more operations than are loaded for anybody who only wants to have it, and all its changes as they were logged.
    fn heavy(log: &MemoryLog) -> (Document, Vec<Vec<u8>>) {
        let mut document = contact(log);
        let known = document.heads();
        for letters in [60_000, 0, 60_000] {
            let edit = Edit::set("notes", Value::Text("a".repeat(letters)));
            document.edit(&[edit], &writer()).unwrap();
        }
        add(log, document.id(), document.changes_since(&known));
        let changes = log.changes(document.id(), u64::MAX).unwrap();
        (document, changes)
    }

    fn bodies(sent: &[Records]) -> Vec<EntryBody> {
        sent.iter().flat_map(|sent| &sent.entries).map(|entry| entry.body.clone()).collect()
    }

    #[test]
    fn a_heavy_record_goes_as_it_was_logged_from_where_it_is_known() {
        let log = log();
        let (document, changes) = heavy(&log);
        let end = log.head().unwrap().position;
        let changes: Vec<EntryBody> = changes.into_iter().map(EntryBody::Change).collect();
        let first = Sending::first_sync(&*log, (end, ReadScope::ALL), u64::MAX).unwrap();
        assert_eq!(bodies(&all(&log, first, RECORDS_BYTES)), changes);
        for place in 1..changes.len() {
            let EntryBody::Change(known) = &changes[place - 1] else { panic!("a change") };
            let known = vec![gate::hash_of(known).unwrap(), ChangeHash([9; 32])];
            let wanted = vec![Wanted { record: document.id(), known }];
            let sent = all(&log, Sending::wanted((end, ReadScope::ALL), wanted), RECORDS_BYTES);
            assert_eq!(bodies(&sent), changes[place..], "behind change {place}");
        }
    }

    #[test]
    fn a_heavy_record_with_a_snapshot_goes_as_that_and_what_came_behind_it() {
        let log = log();
        let (mut document, _) = heavy(&log);
        let snapshot = crate::log::Snapshot::of(&document);
        let whole = EntryBody::Document(snapshot.bytes.clone());
        log.append(&Append {
            after: log.head().unwrap(),
            entries: Vec::new(),
            snapshots: vec![snapshot],
            actors: Vec::new(),
            received_at: 0,
        })
        .unwrap();
        let edits = 2 * SHORT_TAIL;
        for number in 0..edits {
            let edit = Edit::set("given", Value::Text(format!("Åsa {number}")));
            let changes = document.edit(&[edit], &writer()).unwrap();
            add(&log, document.id(), changes);
        }
        let end = log.head().unwrap().position;
        let first = Sending::first_sync(&*log, (end, ReadScope::ALL), u64::MAX).unwrap();
        let sent = bodies(&all(&log, first, RECORDS_BYTES));
        assert_eq!((sent.len(), &sent[0]), (1 + edits, &whole));
    }

    #[test]
    fn of_a_damaged_document_comes_what_was_logged() {
        let log = log();
        let (good, bad) = (contact(&log), contact(&log));
        log.damage(bad.id());
        let end = log.head().unwrap().position;
        let sent =
            all(&log, Sending::first_sync(&*log, (end, ReadScope::ALL), u64::MAX).unwrap(), RECORDS_BYTES);
        assert_eq!(records(&sent), [bad.id(), good.id()]);
        let wanted = vec![Wanted { record: bad.id(), known: Vec::new() }];
        assert_eq!(
            records(&all(&log, Sending::wanted((end, ReadScope::ALL), wanted), RECORDS_BYTES)),
            [bad.id()]
        );
    }
}
