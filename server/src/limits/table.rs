//! What is known of many, in bounded memory: whoever was seen longest ago makes room for who comes new.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A table of a fixed capacity.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    most: usize,
    rows: HashMap<K, (u64, V)>,
    /// Who was seen when, the longest ago first.
    order: BTreeMap<u64, K>,
    turn: u64,
}

impl<K: Copy + Eq + Hash, V> Table<K, V> {
    /// For so many, at least one.
    pub(super) fn new(most: usize) -> Self {
        Table { most: most.max(1), rows: HashMap::new(), order: BTreeMap::new(), turn: 0 }
    }

    /// What is known of `key`, or what is new of it; it is the last that was seen.
    pub(super) fn of(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        self.turn += 1;
        match self.rows.get(&key) {
            Some((seen, _)) => drop(self.order.remove(seen)),
            None if self.rows.len() >= self.most => {
                if let Some((_, oldest)) = self.order.pop_first() {
                    self.rows.remove(&oldest);
                }
            }
            None => {}
        }
        self.order.insert(self.turn, key);
        let (seen, value) = self.rows.entry(key).or_insert_with(|| (0, new()));
        *seen = self.turn;
        value
    }

    /// Of how many something is known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_grows_beyond_its_capacity_and_who_was_seen_longest_ago_goes() {
        let mut table = Table::new(3);
        for key in 0..1_000 {
            *table.of(key, || 0) += 1;
            *table.of(7, || 0) += 1;
            assert!(table.len() <= 3 && table.order.len() == table.len());
        }
        let known = |key| table.rows.get(&key).map(|(_, value)| *value);
        assert_eq!(known(7), Some(1_001), "who is seen all the time stays");
        assert_eq!((known(999), known(998), known(997)), (Some(1), Some(1), None));
    }
}
