//! From admitted changes to a document that has them: what fits is applied at once, what does not is named.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use automerge::{ActorId, Automerge, Change, ChangeHash, ReadDoc};

use super::{GateError, Limits, chain, chunk, document, growth, guarded, header};

/// A document after changes from outside.
#[derive(Debug)]
pub struct Applied {
    /// The document with all that could be applied. The one that was given is as it was.
    pub document: Automerge,
    /// The changes that were not applied, with the reason of each.
    pub rejected: Vec<(ChangeHash, GateError)>,
    /// The changes that are new, in an order in which they can be applied.
    pub applied: Vec<ChangeHash>,
}

/// Applies admitted changes to a clone of the document. Changes that it has already are passed over.
///
/// One bad change takes nothing good along: whatever depends on it is refused with it, and named; the rest is applied.
///
/// # Errors
/// Where the document itself cannot be worked with.
pub fn apply(document: &Automerge, changes: Vec<Change>, limits: &Limits) -> Result<Applied, GateError> {
    let sorted = Sorting::new(document, changes).sort(limits);
    let clone = guarded(|| document.clone())?;
    if sorted.good.is_empty() {
        return Ok(Applied { document: clone, rejected: sorted.rejected, applied: Vec::new() });
    }
    let failures = limits.growth.as_ref().map_or(usize::MAX, |growth| growth.failures);
    let mut trial =
        Trial { document: clone, limits, failures, applied: Vec::new(), rejected: sorted.rejected };
    trial.offer(&sorted.good);
    Ok(Applied { document: trial.document, rejected: trial.rejected, applied: trial.applied })
}

/// Changes on trial: together where they pass together, which is much faster, and else ever fewer of them.
struct Trial<'a> {
    document: Automerge,
    limits: &'a Limits,
    /// So many merges may still fail.
    failures: usize,
    applied: Vec<ChangeHash>,
    rejected: Vec<(ChangeHash, GateError)>,
}

impl Trial<'_> {
    /// Applies what can be applied of changes that are in a causal order.
    fn offer(&mut self, changes: &[Change]) {
        if self.failures == 0 {
            self.rejected.extend(changes.iter().map(|change| (change.hash(), GateError::NotTried)));
            return;
        }
        match attempt(&self.document, changes, self.limits) {
            Ok(next) => {
                self.document = next;
                self.applied.extend(changes.iter().map(Change::hash));
            }
            Err(error) => {
                self.failures -= 1;
                self.offer_halves(changes, error);
            }
        }
    }

    fn offer_halves(&mut self, changes: &[Change], error: GateError) {
        if let [only] = changes {
            self.rejected.push((only.hash(), error));
            return;
        }
        let (first, second) = changes.split_at(changes.len() / 2);
        for half in [first, second] {
            let half = self.without_dependents(half);
            if !half.is_empty() {
                self.offer(&half);
            }
        }
    }

    /// Those that do not build on what was refused. The others are refused for it.
    fn without_dependents(&mut self, changes: &[Change]) -> Vec<Change> {
        let mut refused: HashSet<ChangeHash> = self.rejected.iter().map(|(hash, _)| *hash).collect();
        let mut left = Vec::new();
        for change in changes {
            match change.deps().iter().find(|dependency| refused.contains(*dependency)) {
                None => left.push(change.clone()),
                Some(dependency) => {
                    refused.insert(change.hash());
                    self.rejected.push((change.hash(), GateError::DependsOnRefused(*dependency)));
                }
            }
        }
        left
    }
}

/// Why these changes cannot all be applied, if so: what is wrong with the first of them. Without applying any.
pub(super) fn refused(document: &Automerge, changes: Vec<Change>, limits: &Limits) -> Option<GateError> {
    Sorting::new(document, changes).sort(limits).rejected.into_iter().next().map(|(_, error)| error)
}

/// Applies changes to a clone and looks whether the result can be trusted.
fn attempt(document: &Automerge, changes: &[Change], limits: &Limits) -> Result<Automerge, GateError> {
    guarded(|| {
        let mut next = document.clone();
        next.apply_changes(changes.to_vec()).map_err(|_| GateError::Breaks)?;
        // A change that was put aside is accepted in silence.
        let all_there = changes.iter().all(|change| next.get_change_meta_by_hash(&change.hash()).is_some());
        if !all_there || !reads_back(document, &next, changes) || !is_loadable(&next, limits) {
            return Err(GateError::Breaks);
        }
        growth::check(document, &next, limits)?;
        Ok(next)
    })?
}

/// Whether the document still knows what the changes were. It does not keep them but makes them anew from its operations, as
/// loading does; what it cannot make anew, or makes into something else, would be lost, or could never be loaded.
fn reads_back(before: &Automerge, after: &Automerge, changes: &[Change]) -> bool {
    let again: HashSet<ChangeHash> =
        after.get_changes(&before.get_heads()).iter().map(Change::hash).collect();
    changes.iter().all(|change| again.contains(&change.hash()))
}

/// Whether what would be stored can be read again. Not for large documents, where it would cost too much: for those the
/// canonical form that [`super::admit`] asks for has to do.
fn is_loadable(document: &Automerge, limits: &Limits) -> bool {
    // Ten bytes an operation is more than a document takes that is worth the check.
    if document.stats().num_ops > limits.reload_bytes as u64 {
        return true;
    }
    // Not compressed: it is only to be read again, at once.
    let saved = document.save_nocompress();
    if saved.len() > limits.reload_bytes {
        return true;
    }
    Automerge::load(&saved).is_ok_and(|again| again.get_heads() == document.get_heads())
}

/// Puts changes in an order in which they can be applied, and sorts out those that cannot.
///
/// A change waits for what it builds on, and for its actor's last before it, on which nothing in its form makes it build. Whatever
/// waits for nothing any more is decided, the lowest numbers first (Kahn, "Topological sorting of large networks", 1962).
struct Sorting<'a> {
    document: &'a Automerge,
    incoming: BTreeMap<ChangeHash, Change>,
    /// The last number and the last operation of each actor that the incoming changes are by.
    last: HashMap<ActorId, (u64, u64)>,
    /// The last operation of each change that was let through.
    max_op: HashMap<ChangeHash, u64>,
    operations: u64,
    queue: Queue,
    refused: HashSet<ChangeHash>,
    sorted: Sorted,
}

#[derive(Default)]
struct Sorted {
    good: Vec<Change>,
    rejected: Vec<(ChangeHash, GateError)>,
}

/// What waits for what.
#[derive(Default)]
struct Queue {
    /// For how many of the incoming ones that a change builds on it waits still.
    waits_for: HashMap<ChangeHash, usize>,
    /// The changes that build on one.
    awaited_by: HashMap<ChangeHash, Vec<ChangeHash>>,
    /// What waits for nothing any more, by number.
    ready: BTreeSet<(u64, ChangeHash)>,
    /// What waits for its actor's last alone, by actor and number.
    behind: BTreeMap<(ActorId, u64), Vec<ChangeHash>>,
}

impl Queue {
    fn of(incoming: &BTreeMap<ChangeHash, Change>) -> Queue {
        let mut queue = Queue::default();
        for (hash, change) in incoming {
            let builds_on: BTreeSet<_> =
                change.deps().iter().filter(|dependency| incoming.contains_key(*dependency)).collect();
            if builds_on.is_empty() {
                queue.ready.insert((change.seq(), *hash));
            }
            for dependency in &builds_on {
                queue.awaited_by.entry(**dependency).or_default().push(*hash);
            }
            queue.waits_for.insert(*hash, builds_on.len());
        }
        queue
    }

    /// The next one that waits for nothing. Where there is none, one that waits for its actor's last in vain, and that it does so.
    fn next(&mut self) -> Option<(ChangeHash, bool)> {
        if let Some((_, hash)) = self.ready.pop_first() {
            return Some((hash, false));
        }
        let mut first = self.behind.first_entry()?;
        let hash = first.get_mut().pop();
        if first.get().is_empty() {
            first.remove();
        }
        hash.map(|hash| (hash, true))
    }

    /// Whatever waits for this one waits for it no more.
    fn decided(&mut self, hash: &ChangeHash, incoming: &BTreeMap<ChangeHash, Change>) {
        for waiting in self.awaited_by.remove(hash).unwrap_or_default() {
            let Some(left) = self.waits_for.get_mut(&waiting) else { continue };
            *left -= 1;
            if *left == 0 {
                self.ready.insert((incoming[&waiting].seq(), waiting));
            }
        }
    }

    /// The actor's change of that number was let through: the one behind it waits no more.
    fn follows(&mut self, actor: &ActorId, seq: u64) {
        let next = seq.saturating_add(1);
        for hash in self.behind.remove(&(actor.clone(), next)).unwrap_or_default() {
            self.ready.insert((next, hash));
        }
    }
}

impl<'a> Sorting<'a> {
    fn new(document: &'a Automerge, changes: Vec<Change>) -> Self {
        let fresh = changes.into_iter().map(|change| (change.hash(), change));
        let incoming: BTreeMap<_, _> =
            fresh.filter(|(hash, _)| document.get_change_meta_by_hash(hash).is_none()).collect();
        let mut last: HashMap<ActorId, (u64, u64)> =
            incoming.values().map(|change| (change.actor_id().clone(), (0, 0))).collect();
        if !incoming.is_empty() {
            for meta in document.get_changes_meta(&[]) {
                if let Some((seq, operation)) = last.get_mut(meta.actor.as_ref()) {
                    *seq = (*seq).max(meta.seq);
                    *operation = (*operation).max(meta.max_op);
                }
            }
        }
        let operations = document.stats().num_ops;
        let queue = Queue::of(&incoming);
        Sorting {
            document,
            incoming,
            last,
            max_op: HashMap::new(),
            operations,
            queue,
            refused: HashSet::new(),
            sorted: Sorted::default(),
        }
    }

    fn sort(mut self, limits: &Limits) -> Sorted {
        while let Some((hash, in_vain)) = self.queue.next() {
            let change = &self.incoming[&hash];
            match self.check(change, limits) {
                Err(GateError::SequenceGap) if !in_vain => {
                    let place = (change.actor_id().clone(), change.seq());
                    self.queue.behind.entry(place).or_default().push(hash);
                    continue;
                }
                Ok(()) => self.let_through(hash),
                Err(error) => {
                    self.refused.insert(hash);
                    self.sorted.rejected.push((hash, error));
                }
            }
            self.queue.decided(&hash, &self.incoming);
        }
        self.sorted
    }

    fn let_through(&mut self, hash: ChangeHash) {
        let change = self.incoming[&hash].clone();
        let last = last_operation(&change);
        self.last.insert(change.actor_id().clone(), (change.seq(), last));
        self.max_op.insert(hash, last);
        self.operations += change.len() as u64;
        self.queue.follows(change.actor_id(), change.seq());
        self.sorted.good.push(change);
    }

    fn check(&self, change: &Change, limits: &Limits) -> Result<(), GateError> {
        let mut missing = Vec::new();
        let mut last_before = 0;
        for dependency in change.deps() {
            if let Some(last) = self.max_op.get(dependency) {
                last_before = last_before.max(*last);
            } else if let Some(meta) = self.document.get_change_meta_by_hash(dependency) {
                last_before = last_before.max(meta.max_op);
            } else if self.refused.contains(dependency) {
                return Err(GateError::DependsOnRefused(*dependency));
            } else {
                missing.push(*dependency);
            }
        }
        if !missing.is_empty() {
            return Err(GateError::MissingDependencies(missing));
        }
        let (last_seq, last_own) = self.last.get(change.actor_id()).copied().unwrap_or_default();
        if change.seq() <= last_seq {
            return Err(GateError::ActorCollision);
        }
        if change.seq() > last_seq + 1 {
            return Err(GateError::SequenceGap);
        }
        // A saved document does not say where a change's operations begin. It is taken to be behind the last of what the
        // change builds on: so that must not be before its actor's own last.
        let may_begin = chain::may_begin(change.start_op().get(), last_before, change.is_empty());
        if !may_begin || last_before < last_own {
            return Err(GateError::OperationNumbers);
        }
        if limits.growth.is_some() {
            // There is nothing to delete but what was written. (Several may delete the same.)
            let deletions = header::deletions(chunk::body(change.raw_bytes())?)?;
            let most = document::FREE_OPERATIONS as u64 + self.operations.saturating_mul(16);
            if deletions > most {
                return Err(GateError::TooLarge { what: "the number of deletions", size: deletions, most });
            }
        }
        let size = self.operations + change.len() as u64;
        let most = limits.document_operations;
        if size > most {
            return Err(GateError::TooLarge { what: "the record's history", size, most });
        }
        Ok(())
    }
}

fn last_operation(change: &Change) -> u64 {
    change.start_op().get() + change.len() as u64 - 1
}
