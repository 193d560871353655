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
//! changes from the copy directly comes to the very same ones, so that nothing is doubled when both hand them on.

use std::collections::HashMap;

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
    /// The new changes, in an order in which they can be applied.
    pub changes: Vec<EncodedChange>,
    /// The name that each of the old ones has now.
    pub names: HashMap<ChangeHash, ChangeHash>,
}

/// Who is meant by an operation's number.
struct Renaming {
    old: ActorId,
    new: ActorId,
    /// The first change that gets the new name: its number, and that of its first operation.
    seq: u64,
    operation: u64,
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

    /// Who wrote a change.
    pub fn actor_of(&self, change: &ChangeHash) -> Option<ActorId> {
        Some(self.automerge.get_change_meta_by_hash(change)?.actor.into_owned())
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
        let (mut kept, mut written) = (Vec::new(), Vec::new());
        for change in all {
            if renaming.concerns(&change) {
                let renamed = guarded(|| renaming.write(&change)).ok()?;
                renaming.names.insert(change.hash(), renamed.hash());
                written.push(renamed);
            } else {
                kept.push(change);
            }
        }
        let kept = guarded(|| {
            let mut automerge = Automerge::new();
            automerge.apply_changes(kept).map(|()| automerge)
        });
        let mut document = Document { id: self.id, automerge: kept.ok()?.ok()? };
        let count = written.len();
        let received = document.receive(written, &Limits::default()).ok()?;
        let whole = received.changes.len() == count && received.rejected.is_empty();
        whole.then_some(Renamed { document, changes: received.changes, names: renaming.names })
    }
}

impl Renaming {
    fn of(first: &Change, document: &Document) -> Renaming {
        let old = first.actor_id().clone();
        let digest = Sha256::new()
            .chain_update(b"samsyn copy ")
            .chain_update(old.to_bytes())
            .chain_update(first.hash().0)
            .finalize();
        let device = document.automerge.get_author_for_actor(&old);
        let author = device.map(|device| {
            let bytes = device.as_bytes();
            // Automerge's footer of a change: what it is, its length (both fit into seven bits), the author.
            [&[1, bytes.len() as u8][..], bytes].concat()
        });
        Renaming {
            old,
            new: ActorId::from(&digest[..16]),
            seq: first.seq(),
            operation: first.start_op().get(),
            author: author.unwrap_or_default(),
            names: HashMap::new(),
        }
    }

    /// Whether the change gets another name, because it is one of these or built on one.
    fn concerns(&self, change: &Change) -> bool {
        let own = *change.actor_id() == self.old && change.seq() >= self.seq;
        own || change.deps().iter().any(|dependency| self.names.contains_key(dependency))
    }

    fn write(&self, change: &Change) -> Change {
        let mut expanded: ExpandedChange = change.decode();
        if expanded.actor_id == self.old {
            expanded.actor_id = self.new.clone();
            expanded.seq -= self.seq - 1;
            if expanded.seq == 1 && expanded.extra_bytes.is_empty() {
                expanded.extra_bytes.clone_from(&self.author);
            }
        }
        for dependency in &mut expanded.deps {
            *dependency = self.names.get(dependency).copied().unwrap_or(*dependency);
        }
        expanded.deps.sort_unstable();
        expanded.operations.iter_mut().for_each(|operation| self.rewrite(operation));
        Change::from(expanded)
    }

    fn rewrite(&self, operation: &mut Op) {
        if let ObjectId::Id(id) = &mut operation.obj {
            self.rename(id);
        }
        if let Key::Seq(ElementId::Id(id)) = &mut operation.key {
            self.rename(id);
        }
        let renamed = |id: &OpId| {
            let mut id = id.clone();
            self.rename(&mut id);
            id
        };
        // In their order, which the name is a part of.
        operation.pred = operation.pred.iter().map(renamed).collect();
    }

    fn rename(&self, id: &mut OpId) {
        if id.1 == self.old && id.0 >= self.operation {
            id.1.clone_from(&self.new);
        }
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
    fn seeds_and_strangers_are_not_renamed() {
        let document = contact();
        let seed = document.change_names()[0].hash;
        assert!(document.renamed(&seed).is_none());
        assert!(document.renamed(&ChangeHash([7; 32])).is_none());
    }
}
