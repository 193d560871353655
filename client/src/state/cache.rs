//! Rows that were in sight: bounded, and shown until a newer version of them is here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use samsyn_engine::id::RecordId;
use samsyn_engine::store::RowView;

/// How many rows are kept: many times what fits on a screen, a fraction of what is in a workspace.
const MOST: usize = 2_000;

#[derive(Debug)]
struct Kept {
    row: Arc<RowView>,
    /// At which state of the file it was read.
    age: u64,
    used: u64,
}

/// Rows by record.
#[derive(Debug, Default)]
pub(super) struct RowCache {
    kept: HashMap<RecordId, Kept>,
    wanted: HashSet<RecordId>,
    asked: HashSet<RecordId>,
    missing: HashSet<RecordId>,
    age: u64,
    clock: u64,
}

impl RowCache {
    /// The row, if there is one; asks for it where it is not here or may be out of date.
    pub(super) fn get(&mut self, id: RecordId) -> Option<Arc<RowView>> {
        self.clock += 1;
        let kept = self.kept.get_mut(&id);
        let fresh = kept.as_ref().is_some_and(|kept| kept.age == self.age);
        if !fresh && !self.asked.contains(&id) && !self.missing.contains(&id) {
            self.wanted.insert(id);
        }
        kept.map(|kept| {
            kept.used = self.clock;
            Arc::clone(&kept.row)
        })
    }

    /// What has been missed since the last call.
    pub(super) fn take_wanted(&mut self) -> Vec<RecordId> {
        let wanted: Vec<RecordId> = self.wanted.drain().collect();
        self.asked.extend(&wanted);
        wanted
    }

    /// The answer to one question: what it asked for, and the rows that came. What it asked for and did not come is not there; what
    /// other questions asked for, which are still under way, is another matter.
    pub(super) fn put(&mut self, asked: &[RecordId], rows: Vec<RowView>) {
        let mut gone: HashSet<RecordId> = asked.iter().copied().collect();
        for row in rows {
            self.clock += 1;
            gone.remove(&row.id);
            self.missing.remove(&row.id);
            let kept = Kept { age: self.age, used: self.clock, row: Arc::new(row) };
            self.kept.insert(kept.row.id, kept);
        }
        asked.iter().for_each(|id| {
            self.asked.remove(id);
        });
        for gone in gone {
            // What was here before and is not any more was erased: it must not go on being shown.
            self.kept.remove(&gone);
            self.missing.insert(gone);
        }
        self.shrink();
    }

    /// Whether it was asked for and is not there.
    pub(super) fn is_missing(&self, id: RecordId) -> bool {
        self.missing.contains(&id)
    }

    /// The file has changed: everything may be out of date.
    pub(super) fn grow_old(&mut self) {
        self.age += 1;
        self.asked.clear();
        self.missing.clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    fn shrink(&mut self) {
        if self.kept.len() <= MOST {
            return;
        }
        let mut uses: Vec<u64> = self.kept.values().map(|kept| kept.used).collect();
        let middle = uses.len() / 2;
        let (_, limit, _) = uses.select_nth_unstable(middle);
        let limit = *limit;
        self.kept.retain(|_, kept| kept.used > limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: RecordId) -> RowView {
        RowView {
            id,
            kind: "contact".into(),
            title: "A".into(),
            removed: false,
            conflicts: 0,
            created: 0,
            changed: 0,
            changed_by: None,
            cells: Default::default(),
        }
    }

    #[test]
    fn a_row_is_asked_for_once_and_shown_until_a_newer_comes() {
        let mut cache = RowCache::default();
        let id = RecordId::random();
        assert!(cache.get(id).is_none());
        assert_eq!(cache.take_wanted(), [id]);
        assert!(cache.get(id).is_none());
        assert_eq!(cache.take_wanted(), []);
        cache.put(&[id], vec![row(id)]);
        assert!(cache.get(id).is_some());
        assert_eq!(cache.take_wanted(), []);
        cache.grow_old();
        assert!(cache.get(id).is_some(), "the old one is shown meanwhile");
        assert_eq!(cache.take_wanted(), [id]);
    }

    #[test]
    fn what_is_not_there_is_not_asked_for_in_every_frame() {
        let mut cache = RowCache::default();
        let id = RecordId::random();
        cache.get(id);
        cache.take_wanted();
        cache.put(&[id], vec![]);
        assert!(cache.is_missing(id));
        cache.get(id);
        assert_eq!(cache.take_wanted(), []);
    }

    #[test]
    fn memory_is_bounded_while_scrolling() {
        let mut cache = RowCache::default();
        for _ in 0..200 {
            let ids: Vec<RecordId> = (0..100).map(|_| RecordId::random()).collect();
            cache.put(&ids, ids.iter().copied().map(row).collect());
        }
        assert!(cache.len() <= MOST);
    }

    /// Somebody scrolls through more rows than are kept, faster than they are read: several questions are under way at once.
    #[test]
    fn an_answer_says_nothing_about_what_other_questions_asked_for() {
        let mut cache = RowCache::default();
        let ids: Vec<RecordId> = (0..3 * MOST).map(|_| RecordId::random()).collect();
        let questions: Vec<&[RecordId]> = ids.chunks(50).collect();
        for two in questions.chunks(2) {
            for question in two {
                assert!(question.iter().all(|id| cache.get(*id).is_none()));
                let mut wanted = cache.take_wanted();
                wanted.sort_unstable();
                let mut asked = question.to_vec();
                asked.sort_unstable();
                assert_eq!(wanted, asked);
            }
            for question in two {
                let waiting = two.last().unwrap();
                cache.put(question, question.iter().copied().map(row).collect());
                assert!(
                    waiting.iter().all(|id| !cache.is_missing(*id)),
                    "nobody has said that it is not there"
                );
            }
        }
        for question in &questions {
            // On the way back some have been let go of: these are asked for again.
            let let_go: Vec<RecordId> =
                question.iter().copied().filter(|id| cache.get(*id).is_none()).collect();
            let wanted: HashSet<RecordId> = cache.take_wanted().into_iter().collect();
            assert!(let_go.iter().all(|id| wanted.contains(id)), "it would stay a placeholder for ever");
            cache.put(&let_go, let_go.iter().copied().map(row).collect());
        }
    }
}
