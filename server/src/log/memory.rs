//! A log in memory, for tests: the contract in its simplest form, and failures on demand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use samsyn_engine::document::{ActorId, ChangeHash};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;
use samsyn_engine::sync::compare::Holding;
use samsyn_engine::sync::{Cursor, Epoch, ErasurePlace, RollingHash};

use super::{
    Append, Damage, Entry, Erase, Erased, Fold, Log, LogError, Meta, Place, Range, ReadScope, Result,
    Snapshot, Standing, StoredDocument, Stretch, bare,
};

/// What the next appends do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mood {
    /// What they should.
    #[default]
    Fine,
    /// Fail, with nothing written.
    Full,
    /// Fail, though all is written: the answer of the disk is lost.
    FullAfterWriting,
}

/// What is stored.
#[derive(Debug, Default, Clone)]
pub(crate) struct State {
    /// The log's life; none as long as it is the first.
    epoch: Option<Epoch>,
    entries: Vec<(Entry, RollingHash)>,
    snapshots: HashMap<RecordId, (Vec<u8>, usize)>,
    dependencies: HashMap<ChangeHash, Vec<ChangeHash>>,
    /// The last change with which a record was folded.
    folded: HashMap<RecordId, u64>,
    looked_at: u64,
    kinds: HashMap<RecordId, String>,
    actors: HashMap<ActorId, DeviceId>,
    erased: Vec<Erased>,
    confirmed: HashMap<DeviceId, u64>,
}

impl State {
    /// Entries with all their bytes.
    fn filled(&self, mut entries: Vec<Entry>) -> Result<Vec<Entry>> {
        let snapshot = |record| Ok(self.snapshots.get(&record).cloned().unwrap_or_default().0);
        bare::fill(&mut entries, snapshot)?;
        Ok(entries)
    }

    fn keep(&mut self, snapshot: &Snapshot, at: usize) {
        self.snapshots.insert(snapshot.record, (snapshot.bytes.clone(), at));
        self.rest(snapshot.record);
    }

    /// Takes a record out, and makes it another log.
    fn take_out(&mut self, record: RecordId, at: i64) {
        let of_record = (1..).zip(&self.entries).filter(|(_, (entry, _))| entry.record == record);
        let gone: Vec<(u64, ChangeHash)> =
            of_record.map(|(position, (entry, _))| (position, entry.hash)).collect();
        let moved =
            |place: u64| place - gone.iter().filter(|(position, _)| *position <= place).count() as u64;
        let mut end = Cursor::start(Epoch::random());
        self.epoch = Some(end.epoch);
        self.entries.retain(|(entry, _)| entry.record != record);
        for (entry, rolling) in &mut self.entries {
            end = end.then(&entry.hash);
            *rolling = end.hash;
        }
        gone.iter().for_each(|(_, hash)| drop(self.dependencies.remove(hash)));
        self.snapshots.remove(&record);
        self.snapshots.values_mut().for_each(|(_, place)| *place = moved(*place as u64) as usize);
        self.folded.remove(&record);
        self.folded.values_mut().for_each(|place| *place = moved(*place));
        self.looked_at = moved(self.looked_at);
        self.kinds.remove(&record);
        self.erased.push(Erased { number: self.erased.len() as u64 + 1, record, at });
    }

    fn has_erased(&self, record: RecordId) -> bool {
        self.erased.iter().any(|erased| erased.record == record)
    }

    fn rest(&mut self, record: RecordId) {
        let last = self.entries.iter().rposition(|(entry, _)| entry.record == record);
        self.folded.insert(record, last.map_or(0, |last| last as u64 + 1));
    }
}

/// A log in memory.
#[derive(Debug)]
pub(crate) struct MemoryLog {
    /// As it was when this was opened.
    meta: Meta,
    state: Arc<Mutex<State>>,
    /// What was erased, where no backup has it.
    purged: Arc<Mutex<Vec<RecordId>>>,
    mood: Mutex<Mood>,
    cursed: Mutex<Option<ChangeHash>>,
    appends: AtomicUsize,
}

impl MemoryLog {
    pub(crate) fn new(meta: Meta) -> Self {
        MemoryLog {
            meta,
            state: Arc::default(),
            purged: Arc::default(),
            mood: Mutex::default(),
            cursed: Mutex::default(),
            appends: AtomicUsize::new(0),
        }
    }

    /// Another handle on the same log, as it is now.
    pub(crate) fn again(&self) -> MemoryLog {
        let epoch = self.state().epoch.unwrap_or(self.meta.epoch);
        let (state, purged) = (Arc::clone(&self.state), Arc::clone(&self.purged));
        MemoryLog { state, purged, ..MemoryLog::new(Meta { epoch, ..self.meta.clone() }) }
    }

    /// All of it, for a backup.
    pub(crate) fn copy(&self) -> State {
        self.state().clone()
    }

    /// Puts a backup in its place: a new life of the log.
    pub(crate) fn put_back(&self, backup: State) {
        let purged = self.purged.lock().unwrap();
        let mut state = self.state();
        *state = State { epoch: Some(Epoch::random()), ..backup };
        for record in purged.iter() {
            if !state.has_erased(*record) {
                state.take_out(*record, 0);
            }
        }
    }

    /// From now on appends do this.
    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// From now on looking for this change panics.
    pub(crate) fn curse(&self, change: ChangeHash) {
        *self.cursed.lock().unwrap() = Some(change);
    }

    /// What the log holds of a record is not what was stored any more.
    pub(crate) fn damage(&self, record: RecordId) {
        let mut state = self.state();
        let of_record = state.entries.iter_mut().filter(|(entry, _)| entry.record == record);
        of_record.for_each(|(entry, _)| entry.bytes.truncate(20));
    }

    /// How many appends there were.
    pub(crate) fn appends(&self) -> usize {
        self.appends.load(Ordering::Relaxed)
    }

    /// The snapshots that are kept, each with the position that it was made at.
    pub(crate) fn snapshot_of(&self, record: RecordId) -> Option<usize> {
        self.state().snapshots.get(&record).map(|(_, position)| *position)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn cursor(&self, state: &State, position: usize) -> Cursor {
        let hash = position.checked_sub(1).map_or_else(RollingHash::default, |last| state.entries[last].1);
        Cursor { epoch: self.meta.epoch, position: position as u64, hash }
    }
}

/// How a record stands.
#[derive(Default)]
struct Stood {
    heads: BTreeSet<ChangeHash>,
    first: u64,
    last: u64,
}

impl MemoryLog {
    fn is_in(&self, scope: ReadScope, record: RecordId) -> bool {
        scope.sees(self.state().kinds.get(&record).map_or("", String::as_str))
    }

    /// How every record stood with the first `as_of` entries.
    fn records(&self, as_of: u64) -> BTreeMap<RecordId, Stood> {
        let state = self.state();
        let mut records: BTreeMap<RecordId, Stood> = BTreeMap::new();
        for (position, (entry, _)) in (1..).zip(&state.entries).take_while(|(position, _)| *position <= as_of)
        {
            let stood = records.entry(entry.record).or_default();
            for dependency in state.dependencies.get(&entry.hash).into_iter().flatten() {
                stood.heads.remove(dependency);
            }
            stood.heads.insert(entry.hash);
            if stood.first == 0 {
                stood.first = position;
            }
            stood.last = position;
        }
        records
    }
}

impl Log for MemoryLog {
    fn meta(&self) -> Result<Meta> {
        Ok(self.meta.clone())
    }

    fn head(&self) -> Result<Cursor> {
        let state = self.state();
        Ok(self.cursor(&state, state.entries.len()))
    }

    fn rolling_at(&self, position: u64) -> Result<Option<RollingHash>> {
        let state = self.state();
        let position = usize::try_from(position).unwrap();
        Ok((position <= state.entries.len()).then(|| self.cursor(&state, position).hash))
    }

    fn read(&self, range: Range) -> Result<Stretch> {
        let state = self.state();
        let (mut entries, mut size, mut position) = (Vec::new(), 0, usize::try_from(range.after).unwrap());
        let last = state.entries.len().min(usize::try_from(range.up_to).unwrap());
        while position < last && size < range.bytes && entries.len() < range.entries {
            let entry = state.entries[position].0.clone();
            size += entry.bytes.len();
            entries.push(entry);
            position += 1;
        }
        let end = self.cursor(&state, position.min(state.entries.len()));
        Ok(Stretch { after: range.after, entries: state.filled(entries)?, end })
    }

    fn find(&self, change: &ChangeHash) -> Result<Option<Place>> {
        let cursed = *self.cursed.lock().unwrap();
        assert_ne!(cursed, Some(*change), "a defect in the checks, as the test wants it");
        let state = self.state();
        let found = (1..).zip(&state.entries).find(|(_, (entry, _))| entry.hash == *change);
        Ok(found.map(|(position, (entry, _))| Place { position, record: entry.record }))
    }

    fn document(&self, record: RecordId, as_of: u64) -> Result<StoredDocument> {
        let state = self.state();
        let end = state.entries.len().min(usize::try_from(as_of).unwrap_or(usize::MAX));
        let snapshot = state.snapshots.get(&record).filter(|(_, folded_at)| *folded_at <= end);
        let (snapshot, folded_at) = snapshot.cloned().unwrap_or_default();
        let behind = state.entries[folded_at..end].iter().map(|(entry, _)| entry);
        let tail = state.filled(behind.filter(|entry| entry.record == record).cloned().collect())?;
        Ok(StoredDocument { snapshot, tail: tail.into_iter().map(|entry| entry.bytes).collect() })
    }

    fn changes(&self, record: RecordId, as_of: u64) -> Result<Vec<Vec<u8>>> {
        let state = self.state();
        let entries = (1..).zip(&state.entries).take_while(|(position, _)| *position <= as_of);
        let of_record = entries.map(|(_, (entry, _))| entry).filter(|entry| entry.record == record);
        Ok(state.filled(of_record.cloned().collect())?.into_iter().map(|entry| entry.bytes).collect())
    }

    fn holdings(
        &self,
        (from, upper): (Option<RecordId>, Option<RecordId>),
        as_of: u64,
        most: usize,
        scope: ReadScope,
    ) -> Result<Vec<Holding>> {
        let records = self.records(as_of).into_iter();
        let inside = records.filter(|(record, _)| {
            self.is_in(scope, *record)
                && from.is_none_or(|from| *record >= from)
                && upper.is_none_or(|upper| *record < upper)
        });
        let holding =
            |(record, state): (RecordId, Stood)| Holding { record, heads: state.heads.into_iter().collect() };
        Ok(inside.take(most).map(holding).collect())
    }

    fn newest(&self, below: u64, most: usize, scope: ReadScope) -> Result<Vec<Standing>> {
        let records = self.records(u64::MAX).into_iter();
        let mut found: Vec<_> = records
            .map(|(record, stood)| Standing { record, last: stood.last })
            .filter(|standing| standing.last < below && self.is_in(scope, standing.record))
            .collect();
        found.sort_by_key(|standing| std::cmp::Reverse(standing.last));
        found.truncate(most);
        Ok(found)
    }

    fn changed_since(
        &self,
        as_of: u64,
        after: Option<RecordId>,
        most: usize,
        scope: ReadScope,
    ) -> Result<Vec<RecordId>> {
        let records = self.records(u64::MAX).into_iter();
        let changed = records.filter(|(record, stood)| {
            self.is_in(scope, *record)
                && stood.first <= as_of
                && stood.last > as_of
                && after.is_none_or(|after| *record > after)
        });
        Ok(changed.take(most).map(|(record, _)| record).collect())
    }

    fn count(&self, below: u64, scope: ReadScope) -> Result<u64> {
        Ok(self.newest(below, usize::MAX, scope)?.len() as u64)
    }

    fn kinds(&self, records: &[RecordId]) -> Result<Vec<String>> {
        let state = self.state();
        Ok(records.iter().map(|record| state.kinds.get(record).cloned().unwrap_or_default()).collect())
    }

    fn owner(&self, actor: &ActorId) -> Result<Option<DeviceId>> {
        Ok(self.state().actors.get(actor).copied())
    }

    fn erase(&self, erase: &Erase) -> Result<bool> {
        let mut purged = self.purged.lock().unwrap();
        let mut state = self.state();
        if state.has_erased(erase.record) {
            return Ok(false);
        }
        purged.push(erase.record);
        state.take_out(erase.record, erase.at);
        Ok(true)
    }

    fn is_erased(&self, record: RecordId) -> Result<bool> {
        Ok(self.state().has_erased(record))
    }

    fn erased_after(&self, number: u64, most: usize) -> Result<Vec<Erased>> {
        let state = self.state();
        Ok(state.erased.iter().filter(|erased| erased.number > number).take(most).copied().collect())
    }

    fn erasures_at(&self, number: u64) -> Result<Option<ErasurePlace>> {
        let state = self.state();
        let Ok(number) = usize::try_from(number) else { return Ok(None) };
        let records = state.erased.get(..number);
        Ok(records.map(|all| all.iter().fold(ErasurePlace::default(), |place, one| place.then(&one.record))))
    }

    fn last_erased(&self, most: usize) -> Result<Vec<Erased>> {
        Ok(self.state().erased.iter().rev().take(most).copied().collect())
    }

    fn confirm(&self, device: DeviceId, up_to: u64) -> Result<()> {
        let mut state = self.state();
        let up_to = up_to.min(state.erased.len() as u64);
        let confirmed = state.confirmed.entry(device).or_default();
        *confirmed = up_to.max(*confirmed);
        Ok(())
    }

    fn confirmed(&self, devices: &[DeviceId]) -> Result<Vec<u64>> {
        let state = self.state();
        Ok(devices.iter().map(|device| state.confirmed.get(device).copied().unwrap_or(0)).collect())
    }

    fn is_current(&self) -> Result<bool> {
        Ok(self.state().epoch.is_none_or(|epoch| epoch == self.meta.epoch))
    }

    fn seal(&self) -> Result<[u8; 32]> {
        Ok([9; 32])
    }

    fn append(&self, append: &Append) -> Result<Cursor> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        let mood = *self.mood.lock().unwrap();
        let mut state = self.state();
        if mood == Mood::Full {
            return Err(LogError::Full);
        }
        let another = state.epoch.is_some_and(|epoch| epoch != self.meta.epoch);
        if another || self.cursor(&state, state.entries.len()) != append.after {
            return Err(LogError::Moved);
        }
        if let Some(new) = append.entries.iter().find(|new| state.has_erased(new.entry.record)) {
            return Err(LogError::Erased(new.entry.record));
        }
        let (mut end, before) = (append.after, state.entries.len());
        for new in &append.entries {
            if state.entries.iter().any(|(entry, _)| entry.hash == new.entry.hash) {
                state.entries.truncate(before);
                return Err(LogError::Database("a change stands in the log already".to_owned()));
            }
            end = end.then(&new.entry.hash);
            state.entries.push((new.entry.clone(), end.hash));
            state.dependencies.insert(new.entry.hash, new.dependencies.clone());
            state.kinds.insert(new.entry.record, new.kind.clone());
        }
        state.actors.extend(append.actors.iter().cloned());
        let folded_at = state.entries.len();
        append.snapshots.iter().for_each(|snapshot| state.keep(snapshot, folded_at));
        if mood == Mood::FullAfterWriting { Err(LogError::Full) } else { Ok(end) }
    }

    fn unfolded(&self, up_to: u64, most: usize) -> Result<Vec<RecordId>> {
        let folded = self.state().folded.clone();
        let unfolded = |standing: &Standing| {
            standing.last <= up_to
                && folded.get(&standing.record).is_none_or(|folded| *folded < standing.last)
        };
        let newest = self.newest(u64::MAX, usize::MAX, ReadScope::ALL)?.into_iter().rev();
        Ok(newest.filter(unfolded).map(|standing| standing.record).take(most).collect())
    }

    fn looked_at(&self) -> Result<u64> {
        Ok(self.state().looked_at)
    }

    fn fold(&self, fold: &Fold) -> Result<()> {
        if *self.mood.lock().unwrap() != Mood::Fine {
            return Err(LogError::Full);
        }
        let mut state = self.state();
        let end = state.entries.len();
        if end as u64 != fold.at || state.epoch.is_some_and(|epoch| epoch != self.meta.epoch) {
            return Err(LogError::Moved);
        }
        fold.snapshots.iter().for_each(|snapshot| state.keep(snapshot, end));
        fold.resting.iter().for_each(|record| state.rest(*record));
        for position in &fold.bare {
            state.entries[usize::try_from(*position).unwrap() - 1].0.bytes.clear();
        }
        state.looked_at = fold.looked_at;
        Ok(())
    }

    fn look_at(&self, _after: u64, _most: usize) -> Result<Option<u64>> {
        Ok(None)
    }

    fn mend(&self) -> Result<Damage> {
        Ok(Damage::default())
    }

    fn tidy(&self) -> Result<()> {
        Ok(())
    }
}
