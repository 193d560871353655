//! A document without some of its changes: as if they had never been written here.
//!
//! In a merged history that is no way to take something back, because others have the changes. It is for work that reached nobody:
//! what a relay refused. What was built on it goes with it, because it says nothing without it.

use std::collections::BTreeSet;

use automerge::{ActorId, Automerge, Change, ChangeHash};

use super::gate::guarded;
use super::{Document, DocumentError, seeds};

/// What is left of a document, and what is not.
#[derive(Debug)]
pub struct Discarded {
    /// The document without the changes; none where nothing is left that anybody wrote.
    pub document: Option<Document>,
    /// What is left where that is seeds alone, which are nobody's.
    pub seeds: Option<Document>,
    /// The changes that are gone, each behind what it builds on.
    pub gone: Vec<ChangeHash>,
    /// Who wrote them.
    pub actors: BTreeSet<ActorId>,
}

impl Document {
    /// These changes, or in place of each that does not pass the nearest before it that do.
    pub fn nearest(&self, heads: &[ChangeHash], passes: impl Fn(&ChangeHash) -> bool) -> Vec<ChangeHash> {
        let (mut found, mut seen, mut next) = (BTreeSet::new(), BTreeSet::new(), heads.to_vec());
        while let Some(hash) = next.pop() {
            if !seen.insert(hash) {
                continue;
            }
            if passes(&hash) {
                found.insert(hash);
            } else if let Some(meta) = self.automerge.get_change_meta_by_hash(&hash) {
                next.extend(meta.deps.iter().copied());
            }
        }
        found.into_iter().collect()
    }

    /// The document without these changes, and without what was built on them.
    ///
    /// # Errors
    /// [`DocumentError::Damaged`] where what is left makes no document.
    pub fn without(&self, dropped: &BTreeSet<ChangeHash>) -> Result<Discarded, DocumentError> {
        let (mut left, mut gone, mut actors) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut away: BTreeSet<ChangeHash> = BTreeSet::new();
        for change in self.automerge.get_changes(&[]) {
            let hash = change.hash();
            if dropped.contains(&hash) || change.deps().iter().any(|dependency| away.contains(dependency)) {
                away.insert(hash);
                gone.push(hash);
                actors.insert(change.actor_id().clone());
            } else {
                left.push(change);
            }
        }
        if left.is_empty() {
            return Ok(Discarded { document: None, seeds: None, gone, actors });
        }
        let anybodys = |change: &Change| !seeds::is_seed_actor(change.actor_id());
        let is_somebodys = left.iter().any(anybodys);
        let automerge = guarded(|| {
            let mut automerge = Automerge::new();
            automerge.apply_changes(left).map(|()| automerge)
        });
        let automerge = automerge.ok().and_then(Result::ok).ok_or(DocumentError::Damaged(self.id))?;
        let left = Some(Document { id: self.id, automerge });
        let (document, seeds) = if is_somebodys { (left, None) } else { (None, left) };
        Ok(Discarded { document, seeds, gone, actors })
    }
}
