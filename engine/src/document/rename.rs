//! The same work under another name: what a copy of a replica wrote as an actor that another copy wrote as, too.
//!
//! Two copies that both write as actor A each make a change that is A's fifth, say. The one that reaches the relay's log
//! first is A's fifth for everybody; the other fits into no document that has it. So the copy that comes second lets A's
//! history end at the fourth and gives the rest another name:
//!
//! ```text
//!  here   A1 ◀─ A2 ◀─ A3' ◀─ A4' ◀─ B7'         log   A1 ◀─ A2 ◀─ A3
//!  then   A1 ◀─ A2 ◀─ N1  ◀─ N2  ◀─ B7"         and   A3 can be merged beside them
//! ```
//!
//! Every operation stays what it was, with its number, at its place in a text, upon the same value: only who is meant by
//! *A's operation number 12* is told apart anew, and as A's numbers rise, the number says which of the two it is. What
//! others (here B) built on it is written anew behind it.
//!
//! **The new name follows from what gets it:** the actor and the first of the changes. A third replica that got these
//! changes from the copy directly, or shares them because it is a copy of the copy, comes to the very same ones: so nothing
//! is doubled when both hand them on. Where such two have gone apart since, the second finds its place under the new name
//! taken, too, and from there on takes yet another, by the same rule.

use std::collections::{BTreeSet, HashMap};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId};
use automerge::{ActorId, Automerge, Change, ChangeHash, ExpandedChange};
use sha2::{Digest, Sha256};

use super::gate::{Limits, guarded};
use super::{Document, EncodedChange, seeds};

/// What became of a document's changes.
#[derive(Debug)]
pub struct Renamed {
    /// The document with the changes under their new names.
    pub document: Document,
    /// Those of the new changes that were not here before, in an order in which they can be applied.
    pub changes: Vec<EncodedChange>,
    /// The name that each of the old ones has now.
    pub names: HashMap<ChangeHash, ChangeHash>,
}

/// What an actor wrote from some change on, and the name that it gets.
struct Stretch {
    /// The number of its first operation.
    operation: u64,
    /// The number of its first change.
    seq: u64,
    name: ActorId,
}

/// Who is meant by an operation's number.
struct Renaming {
    old: ActorId,
    /// In the order of their numbers; one at least.
    stretches: Vec<Stretch>,
    /// What names the device in the first change of an actor.
    author: Vec<u8>,
    names: HashMap<ChangeHash, ChangeHash>,
}

impl Document {
    /// The change of that number that an actor made to this record.
    pub fn change_of(&self, actor: &ActorId, seq: u64) -> Option<ChangeHash> {
        let changes = self.automerge.get_changes_meta(&[]);
        changes.iter().find(|change| change.seq == seq && *change.actor == *actor).map(|change| change.hash)
    }

    /// The document with this change, all later ones of its actor, and what was built on these, written under another
    /// name. None where there is no such change, or it cannot be (a seed is nobody's).
    pub fn renamed(&self, first: &ChangeHash) -> Option<Renamed> {
        let meta = self.automerge.get_change_meta_by_hash(first)?;
        if seeds::is_seed_actor(&meta.actor) {
            return None;
        }
        let all = self.automerge.get_changes(&[]);
        let mut renaming = Renaming::of(all.iter().find(|change| change.hash() == *first)?, self);
        let taken: HashMap<(ActorId, u64), ChangeHash> =
            all.iter().map(|change| ((change.actor_id().clone(), change.seq()), change.hash())).collect();
        let (mut kept, mut written) = (Vec::new(), Vec::new());
        for change in all {
            if renaming.concerns(&change) {
                written.push(guarded(|| renaming.rename(&change, &taken)).ok()?);
            } else {
                kept.push(change);
            }
        }
        let kept = guarded(|| {
            let mut automerge = Automerge::new();
            automerge.apply_changes(kept).map(|()| automerge)
        });
        let mut document = Document { id: self.id, automerge: kept.ok()?.ok()? };
        let received = document.receive(written, &Limits::default()).ok()?;
        // Some may be here already, under these very names: a third replica came to them before, and handed them on.
        let whole = received.rejected.is_empty() && renaming.names.values().all(|name| document.has(name));
        whole.then_some(Renamed { document, changes: received.changes, names: renaming.names })
    }
}

impl Renaming {
    fn of(first: &Change, document: &Document) -> Renaming {
        let old = first.actor_id().clone();
        let device = document.automerge.get_author_for_actor(&old);
        let author = device.map(|device| {
            let bytes = device.as_bytes();
            // Automerge's footer of a change: what it is, its length (both fit into seven bits), the author.
            [&[1, bytes.len() as u8][..], bytes].concat()
        });
        let stretches = vec![Stretch::of(first, &old, first.hash())];
        Renaming { old, stretches, author: author.unwrap_or_default(), names: HashMap::new() }
    }

    /// Whether the change gets another name, because it is one of these or built on one.
    fn concerns(&self, change: &Change) -> bool {
        let own = *change.actor_id() == self.old && change.seq() >= self.stretches[0].seq;
        own || change.deps().iter().any(|dependency| self.names.contains_key(dependency))
    }

    /// Writes the change under another name: the same that others come to, as long as its place there is free.
    fn rename(&mut self, change: &Change, taken: &HashMap<(ActorId, u64), ChangeHash>) -> Change {
        loop {
            let renamed = self.write(change);
            let place = (renamed.actor_id().clone(), renamed.seq());
            let free = taken.get(&place).is_none_or(|there| *there == renamed.hash());
            if free || *change.actor_id() != self.old {
                self.names.insert(change.hash(), renamed.hash());
                return renamed;
            }
            self.stretches.push(Stretch::of(change, &place.0, renamed.hash()));
        }
    }

    fn write(&self, change: &Change) -> Change {
        let mut expanded: ExpandedChange = change.decode();
        if expanded.actor_id == self.old {
            let stretch = self.stretch(expanded.start_op.get()).unwrap_or(&self.stretches[0]);
            expanded.actor_id = stretch.name.clone();
            expanded.seq -= stretch.seq - 1;
            if expanded.seq == 1 && expanded.extra_bytes.is_empty() {
                expanded.extra_bytes.clone_from(&self.author);
            }
        }
        // Two of them may have been the same thing under two names.
        let named = |dependency: &ChangeHash| self.names.get(dependency).copied().unwrap_or(*dependency);
        expanded.deps = expanded.deps.iter().map(named).collect::<BTreeSet<_>>().into_iter().collect();
        expanded.operations.iter_mut().for_each(|operation| self.rewrite(operation));
        Change::from(expanded)
    }

    fn rewrite(&self, operation: &mut Op) {
        if let ObjectId::Id(id) = &mut operation.obj {
            self.redirect(id);
        }
        if let Key::Seq(ElementId::Id(id)) = &mut operation.key {
            self.redirect(id);
        }
        let redirected = |id: &OpId| {
            let mut id = id.clone();
            self.redirect(&mut id);
            id
        };
        // In their order, which the name is a part of, and each once.
        let preds: BTreeSet<OpId> = operation.pred.iter().map(redirected).collect();
        operation.pred = preds.into_iter().collect();
    }

    fn redirect(&self, id: &mut OpId) {
        if id.1 == self.old
            && let Some(stretch) = self.stretch(id.0)
        {
            id.1.clone_from(&stretch.name);
        }
    }

    /// The stretch that the actor's operation of this number is in; none where it is before all of them.
    fn stretch(&self, operation: u64) -> Option<&Stretch> {
        self.stretches.iter().rev().find(|stretch| stretch.operation <= operation)
    }
}

impl Stretch {
    /// From this change on, for which there was no place under this name, where it would have had this hash.
    fn of(first: &Change, name: &ActorId, hash: ChangeHash) -> Stretch {
        let digest = Sha256::new()
            .chain_update(b"samsyn copy ")
            .chain_update(name.to_bytes())
            .chain_update(hash.0)
            .finalize();
        Stretch { operation: first.start_op().get(), seq: first.seq(), name: ActorId::from(&digest[..16]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Edit, Received, Writer};
    use crate::id::RecordId;
    use crate::identity::DeviceId;
    use crate::schema::kinds::CONTACT;
    use crate::schema::{FieldPath, NewRecord, Value};

    fn writer(actor: u8) -> Writer {
        Writer::new(&[actor; 16], DeviceId::from_bytes([actor; 16]), 1_700_000_000)
    }

    fn prose(base: &str, text: &str) -> Edit {
        Edit::Prose { path: FieldPath::field("notes"), base: base.to_owned(), text: text.to_owned() }
    }

    fn contact() -> Document {
        let mut new = NewRecord { id: RecordId::from_bytes([9; 16]), ..NewRecord::new(&CONTACT) };
        new.cells.insert("notes".to_owned(), Value::Text("Ring på fredag".to_owned()));
        Document::create(&new, &writer(1)).unwrap()
    }

    fn edit(document: &mut Document, actor: u8, edits: &[Edit]) {
        assert!(!document.edit(edits, &writer(actor)).unwrap().is_empty());
    }

    fn merge(document: &mut Document, other: &Document) -> Received {
        let changes = other.changes_since(&[]);
        let admitted =
            changes.iter().map(|c| super::super::gate::admit(&c.bytes, &Limits::default()).unwrap());
        document.receive(admitted.collect(), &Limits::default()).unwrap()
    }

    /// A copy and its original that wrote on as the same actor, and a third that wrote behind the copy.
    fn forked() -> (Document, Document) {
        let mut original = contact();
        edit(&mut original, 1, &[Edit::set("given", Value::Text("Eva".to_owned()))]);
        let mut copy = original.clone();
        edit(&mut original, 1, &[prose("Ring på fredag", "Ring genast på fredag")]);
        edit(&mut copy, 1, &[prose("Ring på fredag", "Ring på fredag eller lördag")]);
        edit(&mut copy, 1, &[Edit::Count { path: FieldPath::field("ambassador_nominated"), by: 3 }]);
        edit(&mut copy, 2, &[prose("Ring på fredag eller lördag", "Ring på fredag eller på lördag")]);
        edit(&mut copy, 1, &[Edit::set("family", Value::Text("Ek".to_owned()))]);
        (original, copy)
    }

    fn collided(original: &Document, copy: &Document) -> ChangeHash {
        let there = original.heads()[0];
        let meta = original.automerge.get_change_meta_by_hash(&there).unwrap();
        copy.change_of(&meta.actor, meta.seq).unwrap()
    }

    #[test]
    fn what_collided_reads_the_same_under_another_name_and_then_merges() {
        let (mut original, copy) = forked();
        let rejected = merge(&mut original.clone(), &copy).rejected;
        assert_eq!(rejected.len(), 4, "{rejected:?}");
        let Renamed { document, changes, names } = copy.renamed(&collided(&original, &copy)).unwrap();
        assert_eq!(document.read(), copy.read());
        assert_eq!((changes.len(), names.len()), (4, 4));
        assert!(merge(&mut original, &document).rejected.is_empty());
        let merged = original.read();
        assert_eq!(merged.get("notes"), &Value::Text("Ring genast på fredag eller på lördag".to_owned()));
        assert_eq!(merged.get("ambassador_nominated"), &Value::Counter(3));
        assert_eq!(merged.get("family"), &Value::Text("Ek".to_owned()));
        let devices = original.history().into_iter().map(|entry| entry.stamp.device).collect::<Vec<_>>();
        assert!(devices.iter().all(Option::is_some), "each still says who wrote it: {devices:?}");
        let again = Document::load(original.id(), &original.save(), &[]).unwrap();
        assert_eq!(again.read(), merged);
    }

    #[test]
    fn whoever_renames_the_same_changes_comes_to_the_same_ones() {
        let (original, copy) = forked();
        let first = collided(&original, &copy);
        // Somebody who had a part of it, in another order, and wrote something of their own beside it.
        let mut third = Document::empty(copy.id());
        merge(&mut third, &copy);
        edit(&mut third, 3, &[Edit::set("given", Value::Text("Ewa".to_owned()))]);
        let (mut one, other) = (copy.renamed(&first).unwrap(), third.renamed(&first).unwrap());
        assert!(one.names.iter().all(|(old, new)| other.names[old] == *new));
        assert!(merge(&mut one.document, &other.document).rejected.is_empty());
        assert_eq!(one.document.heads(), other.document.heads());
        assert_eq!(one.document.read(), other.document.read());
    }

    #[test]
    fn what_came_under_its_new_name_before_is_not_there_twice() {
        let mut copy = contact();
        edit(&mut copy, 1, &[Edit::Count { path: FieldPath::field("ambassador_nominated"), by: 3 }]);
        let first = copy.heads()[0];
        let renamed = copy.renamed(&first).unwrap();
        // A third replica has renamed the same, and the relay has handed it on.
        let mut both = copy.clone();
        assert!(merge(&mut both, &renamed.document).rejected.is_empty());
        assert_eq!(
            both.read().get("ambassador_nominated"),
            &Value::Counter(6),
            "for a moment it counts twice"
        );
        let again = both.renamed(&first).unwrap();
        assert_eq!(again.changes, []);
        assert_eq!(again.document.read(), copy.read());
        assert_eq!(again.document.heads(), renamed.document.heads());
    }

    /// Whatever was built on a change and on the same one under its new name is built on one thing afterwards, and says so
    /// once: the gate takes no change that names something twice. (Found by simulation.)
    #[test]
    fn what_was_built_on_both_names_of_a_change_passes_the_gate() {
        let mut copy = contact();
        let count = Edit::Count { path: FieldPath::field("ambassador_nominated"), by: 3 };
        let set = |family: &str| Edit::set("family", Value::Text(family.to_owned()));
        edit(&mut copy, 1, &[count.clone(), set("Ek"), prose("Ring på fredag", "Ring genast på fredag")]);
        let first = copy.heads()[0];
        let mut both = copy.clone();
        assert!(merge(&mut both, &copy.renamed(&first).unwrap().document).rejected.is_empty());
        let text = both.read().get("notes").as_text().unwrap_or_default().to_owned();
        assert_eq!(text, "Ring genast genast på fredag", "for a moment it is there twice");
        edit(&mut both, 2, &[count, set("Alm"), prose(&text, "Ring på fredag")]);
        let again = both.renamed(&first).unwrap();
        for change in again.document.changes_since(&[]) {
            super::super::gate::admit(&change.bytes, &Limits::default()).unwrap();
        }
        let read = again.document.read();
        assert_eq!(read.get("ambassador_nominated"), &Value::Counter(6));
        assert_eq!(read.get("family"), &Value::Text("Alm".to_owned()));
        assert_eq!(read.get("notes"), &Value::Text("Ring på fredag".to_owned()));
        let loaded = Document::load(both.id(), &again.document.save(), &[]).unwrap();
        assert_eq!(loaded.heads(), again.document.heads());
    }

    #[test]
    fn two_that_share_a_beginning_and_went_apart_are_told_apart_again() {
        let count = |by| Edit::Count { path: FieldPath::field("ambassador_nominated"), by };
        let mut shared = contact();
        edit(&mut shared, 1, &[count(1)]);
        let first = shared.heads()[0];
        let (mut one, mut other) = (shared.clone(), shared);
        edit(&mut one, 1, &[count(10)]);
        edit(&mut other, 1, &[count(100)]);
        edit(&mut other, 1, &[count(1_000)]);
        let mut log = one.renamed(&first).unwrap().document;
        // The other hears of the first's new changes before it hears why.
        let mut both = other.clone();
        assert!(merge(&mut both, &log).rejected.is_empty());
        let renamed = both.renamed(&first).unwrap();
        assert!(merge(&mut log, &renamed.document).rejected.is_empty());
        assert_eq!(log.read().get("ambassador_nominated"), &Value::Counter(1_111));
        assert_eq!(log.heads(), renamed.document.heads());
        // Or afterwards, when its own new changes collide again.
        let alone = other.renamed(&first).unwrap();
        let collided = alone.document.change_of(&alone.changes[1].actor, 2).unwrap();
        let again = alone.document.renamed(&collided).unwrap();
        assert!(merge(&mut log, &again.document).changes.is_empty(), "it comes to the very same changes");
    }

    #[test]
    fn seeds_and_strangers_are_not_renamed() {
        let document = contact();
        let seed = document.change_names()[0].hash;
        assert!(document.renamed(&seed).is_none());
        assert!(document.renamed(&ChangeHash([7; 32])).is_none());
    }
}
