//! Checking a group of pushes: what of it can go into the log, and in which order.
//!
//! ```text
//!  pushes ─▶ admit each change by itself ─▶ in the log already? ─▶ settle by record ─▶ one order for all
//!              (gate: size, form)             (taken, no entry)      (merge, schema)     (causal, else as pushed)
//! ```
//!
//! Changes do not concern each other before they are merged, and records not at all: both steps run on all cores. Documents are opened
//! as far as there is room for them, checked, and closed before the next ones are.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use samsyn_engine::document::gate::{self, Limits};
use samsyn_engine::document::{ActorId, Change, ChangeHash, Document, Received};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, Forbidden, Grant, Role};
use samsyn_engine::parallel;
use samsyn_engine::sync::limits::CHANGE_BYTES;
use samsyn_engine::sync::{Entry, EntryBody};

use super::documents::{Documents, Open, Opened};
use super::job::Job;
use super::refusal::Refusal;
use super::rights::{self, Actors};
use super::settle::{self, Admitted, NotTaken, Record, settle};
use super::verdicts::{Slot, Verdicts};
use crate::log::{Log, LogError, mend};
use crate::members::Members;
use crate::reading::timed;

/// A change that can go into the log.
#[derive(Debug)]
pub(super) struct Accepted {
    /// The record it belongs to.
    pub(super) record: RecordId,
    /// Its name.
    pub(super) hash: ChangeHash,
    /// The change chunk, uncompressed.
    pub(super) bytes: Vec<u8>,
    /// What it builds on.
    pub(super) dependencies: Vec<ChangeHash>,
    /// The device that pushed it (first).
    pub(super) device: DeviceId,
    /// Who wrote it.
    pub(super) actor: ActorId,
    /// The name of its record's kind.
    pub(super) kind: String,
    /// Where it was pushed: more than once, if two clients have it.
    pub(super) places: Vec<Slot>,
    /// Its place among the others of the group: as pushed, as far as the causal order lets it.
    turn: Slot,
}

/// What a group of pushes comes to, before it is durable.
#[derive(Debug)]
pub(super) struct Checked {
    /// What was refused, and what was in the log before.
    pub(super) verdicts: Verdicts,
    /// What is new, in the order of the log.
    pub(super) accepted: Vec<Accepted>,
    /// Whose the actors are that were not seen before.
    pub(super) actors: Actors,
    /// The documents with it.
    pub(super) opened: Opened,
    /// How long each push took, wherever it shared its record with others a part of that.
    pub(super) work: Vec<Duration>,
}

/// A change that passed the gate by itself and is not in the log.
struct Candidate {
    admitted: Admitted<Change>,
    bytes: Vec<u8>,
    device: DeviceId,
    grant: Option<Grant>,
    places: Vec<Slot>,
}

/// Candidates by record, as they came.
type Candidates = BTreeMap<RecordId, Vec<Candidate>>;

/// Checks a group of pushes against the log and its documents.
///
/// # Errors
/// Where the log cannot be read.
pub(super) fn check(
    group: &[Job],
    documents: &mut Documents,
    (log, members): (&dyn Log, Option<&dyn Members>),
) -> Result<Checked, LogError> {
    let limits = Limits { change_bytes: CHANGE_BYTES, ..Limits::of_log() };
    let mut verdicts = Verdicts::new(group.len());
    let mut actors = Actors::default();
    let mut work = vec![Duration::ZERO; group.len()];
    let candidates = candidates(group, log, &limits, (&mut verdicts, &mut actors, &mut work))?;
    let mut checked = Checked { verdicts, accepted: Vec::new(), actors, opened: Opened::default(), work };
    let mut waiting: VecDeque<_> = candidates.into_iter().collect();
    loop {
        let offers = open_some(&mut waiting, documents, (log, members), &mut checked.verdicts)?;
        offer_each(offers, &limits, &mut checked);
        if waiting.is_empty() {
            break;
        }
        documents.close(&mut checked.opened);
    }
    checked.accepted.sort_by_key(|change| change.turn);
    Ok(checked)
}

/// What candidates are offered to: the document, and whether it is new and bears the name of a device.
type Offered = (Open, Vec<Candidate>, bool);

/// Opens the documents of those that wait, one at least, as long as there is room for them.
fn open_some(
    waiting: &mut VecDeque<(RecordId, Vec<Candidate>)>,
    documents: &mut Documents,
    (log, members): (&dyn Log, Option<&dyn Members>),
    verdicts: &mut Verdicts,
) -> Result<Vec<Offered>, LogError> {
    let mut offers: Vec<Offered> = Vec::new();
    while let Some((record, _)) = waiting.front()
        && (offers.is_empty() || documents.has_room_for(*record)?)
        && let Some((record, candidates)) = waiting.pop_front()
    {
        match documents.open(record)? {
            Ok(open) => {
                let is_new = open.document.heads().is_empty();
                let named = match members.filter(|_| is_new) {
                    Some(members) => members.grant(record)?.is_some(),
                    None => false,
                };
                offers.push((open, candidates, named));
            }
            Err(error) => {
                tracing::error!(%error, "a document in the log is damaged");
                if mend(log) {
                    return Err(LogError::Moved);
                }
                let places = candidates.iter().flat_map(|candidate| &candidate.places);
                places.for_each(|place| verdicts.refuse(*place, &Refusal::damaged()));
            }
        }
    }
    Ok(offers)
}

/// Offers candidates to their documents, on all cores, and notes what comes of it.
fn offer_each(offers: Vec<Offered>, limits: &Limits, checked: &mut Checked) {
    let offer = |(open, candidates, named): Offered| {
        let pushes: Vec<usize> = candidates.iter().map(|candidate| candidate.admitted.push).collect();
        let (offered, took) = timed(|| offer(open, candidates, (limits, named)));
        (offered, pushes, took)
    };
    for ((open, outcome), pushes, took) in parallel::each(offers, offer) {
        let each = took / u32::try_from(pushes.len()).unwrap_or(u32::MAX).max(1);
        pushes.into_iter().for_each(|push| checked.work[push] += each);
        outcome.refused.iter().for_each(|(place, refusal)| checked.verdicts.refuse(*place, refusal));
        // A record that still has no change is not one of ours to remember.
        if !open.document.heads().is_empty() {
            checked.opened.open.push(open);
        }
        checked.accepted.extend(outcome.accepted);
    }
}

/// The changes that passed the gate and are new. What did not, and what is in the log, gets its verdict here.
fn candidates(
    group: &[Job],
    log: &dyn Log,
    limits: &Limits,
    (verdicts, actors, work): (&mut Verdicts, &mut Actors, &mut [Duration]),
) -> Result<Candidates, LogError> {
    let mut found = Candidates::new();
    let mut seen: HashMap<(ChangeHash, RecordId), usize> = HashMap::new();
    let all: Vec<_> = entries(group).collect();
    let admitted = parallel::each(all.iter().collect(), |(_, _, entry)| timed(|| admit(entry, limits)));
    for ((slot, job, entry), (admitted, took)) in all.into_iter().zip(admitted) {
        work[slot.push] += took;
        let record = entry.record;
        let (change, bytes) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                verdicts.refuse(slot, &refusal);
                continue;
            }
        };
        if log.is_erased(record)? {
            verdicts.refuse(slot, &Refusal::erased());
            continue;
        }
        let of_record = found.entry(record).or_default();
        let hash = change.hash();
        // Pushed under two records it fits one of them at most: its record's name is in what it builds on.
        match (seen.get(&(hash, record)), log.find(&hash)?) {
            (_, Some(place)) if place.record == record => verdicts.take(slot, place.position),
            (_, Some(_)) => verdicts.refuse(slot, &Refusal::of_another_record()),
            (Some(number), None) => of_record[*number].places.push(slot),
            (None, None) => {
                if let Some(grant) = &job.by.grant
                    && let Err(refusal) = actors.check(&change, (job.by.device, grant), log)?
                {
                    verdicts.refuse(slot, &refusal);
                    continue;
                }
                seen.insert((hash, record), of_record.len());
                let dependencies = change.deps().to_vec();
                let admitted = Admitted { hash, push: slot.push, dependencies, change };
                let grant = job.by.grant.clone();
                of_record.push(Candidate {
                    admitted,
                    bytes,
                    device: job.by.device,
                    grant,
                    places: vec![slot],
                });
            }
        }
    }
    found.retain(|_, candidates| !candidates.is_empty());
    Ok(found)
}

/// Every change of the group with its place.
fn entries(group: &[Job]) -> impl Iterator<Item = (Slot, &Job, &Entry)> {
    group.iter().enumerate().flat_map(|(push, job)| {
        job.push.entries.iter().enumerate().map(move |(number, entry)| (Slot { push, number }, job, entry))
    })
}

/// A pushed change that passes the gate, with its bytes as they will stand in the log.
fn admit(entry: &Entry, limits: &Limits) -> Result<(Change, Vec<u8>), Refusal> {
    let EntryBody::Change(bytes) = &entry.body else { return Err(Refusal::named_only()) };
    let change = gate::admit(bytes, limits).map_err(|error| Refusal::from(&error))?;
    let bytes = change.raw_bytes().to_vec();
    // Compressed it was within the bound. But it goes out uncompressed, and no client takes more than the bound.
    if bytes.len() > CHANGE_BYTES {
        return Err(Refusal::too_large(bytes.len()));
    }
    Ok((change, bytes))
}

/// What a candidate has beside what is settled.
struct Other {
    bytes: Vec<u8>,
    dependencies: Vec<ChangeHash>,
    device: DeviceId,
    actor: ActorId,
    places: Vec<Slot>,
}

/// A document that changes are offered to.
struct Offer<'a> {
    document: &'a mut Document,
    limits: &'a Limits,
    /// By whom, where that is somebody who may not write everything.
    by: Option<(DeviceId, Grant)>,
    /// Whether it is new, and bears the name of a device.
    named: bool,
}

impl Record<Change> for Offer<'_> {
    fn has(&self, change: &ChangeHash) -> bool {
        self.document.has(change)
    }

    fn failures(&self) -> usize {
        // A merge takes as long as the document is large.
        (500_000 / self.document.size().max(1)).clamp(4, settle::MOST_FAILURES)
    }

    fn receive(&mut self, changes: Vec<Change>) -> Result<Received, NotTaken> {
        let Some((device, grant)) = &self.by else { return Ok(self.document.receive(changes, self.limits)?) };
        let before = self.document.clone();
        let received = self.document.receive(changes, self.limits)?;
        let check = || rights::check((*device, grant), &before, self.document, self.named);
        if !received.changes.is_empty()
            && let Err(why) = check()
        {
            // Of a new record no part is anybody's before the whole is.
            let all = matches!(why, Forbidden::Kind { .. }) || before.heads().is_empty();
            *self.document = before;
            return Err(NotTaken::Forbidden { why, all });
        }
        Ok(received)
    }
}

/// What became of the changes of one record.
struct Outcome {
    accepted: Vec<Accepted>,
    refused: Vec<(Slot, Refusal)>,
}

/// Offers the changes of one record to its document. Who may write everything is offered together with the others who may;
/// what somebody else pushed, by itself, so that it shows what comes of just that.
fn offer(mut open: Open, candidates: Vec<Candidate>, how: (&Limits, bool)) -> (Open, Outcome) {
    let mut all = Outcome { accepted: Vec::new(), refused: Vec::new() };
    let by = |candidate: &Candidate| {
        let bounded = candidate.grant.clone().filter(|grant| grant.role != Role::Coordinator)?;
        Some((candidate.device, bounded))
    };
    let mut rest = candidates.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (by_whom, push) = (by(&first), first.admitted.push);
        let mut together = vec![first];
        while let Some(next) = rest.next_if(|next| match by_whom {
            None => by(next).is_none(),
            Some(_) => next.admitted.push == push,
        }) {
            together.push(next);
        }
        let outcome = offer_together(&mut open, together, how, by_whom);
        all.accepted.extend(outcome.accepted);
        all.refused.extend(outcome.refused);
    }
    (open, all)
}

/// Offers changes together. Those that are taken share the places in which they came, in causal order.
fn offer_together(
    open: &mut Open,
    candidates: Vec<Candidate>,
    (limits, named): (&Limits, bool),
    by: Option<(DeviceId, Grant)>,
) -> Outcome {
    let record = open.document.id();
    let (mut admitted, mut others) = (Vec::new(), HashMap::new());
    for candidate in candidates {
        let Candidate { admitted: offered, bytes, device, places, .. } = candidate;
        let (dependencies, actor) = (offered.dependencies.clone(), offered.change.actor_id().clone());
        others.insert(offered.hash, Other { bytes, dependencies, device, actor, places });
        admitted.push(offered);
    }
    let settled = settle(&mut Offer { document: &mut open.document, limits, by, named }, admitted);
    let kind = open.document.kind_name().unwrap_or_default();
    let places = |hash: &ChangeHash| others.get(hash).map(|other| other.places.clone()).unwrap_or_default();
    let refuse = |(hash, refusal): (ChangeHash, Refusal)| {
        places(&hash).into_iter().map(move |place| (place, refusal.clone()))
    };
    let refused = settled.refused.into_iter().flat_map(refuse).collect();
    let mut turns: Vec<Slot> =
        settled.accepted.iter().filter_map(|hash| others.get(hash)?.places.first().copied()).collect();
    turns.sort_unstable();
    let accepted = settled.accepted.into_iter().zip(turns).filter_map(|(hash, turn)| {
        let Other { bytes, dependencies, device, actor, places } = others.remove(&hash)?;
        let kind = kind.clone();
        Some(Accepted { record, hash, bytes, dependencies, device, actor, kind, places, turn })
    });
    let accepted: Vec<_> = accepted.collect();
    open.grown_by(accepted.iter().map(|change| change.bytes.as_slice()));
    Outcome { accepted, refused }
}
