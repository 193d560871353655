//! What is left of a damaged record: from its entries, from entries that a disk has put under another name, and from its snapshot, which
//! gives back each of its changes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use samsyn_engine::document::{ChangeHash, Document, gate};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::DeviceId;

use super::super::super::{DamagedRecord, Entry, NewEntry, Result};
use super::super::open::failed;
use super::super::{folding, records};
use super::{LOGGED, Logged, all_of, ids, rows, rows_are_gone, sum as sum_of};

/// The document that a snapshot of this record holds, under whatever name a disk has put it.
fn snapshot_of(connection: &Connection, record: RecordId) -> rusqlite::Result<Option<Document>> {
    let own = "SELECT record FROM documents WHERE record NOT IN (SELECT record FROM records)";
    let names = ids(connection, own)?;
    let load = |name: RecordId| {
        let snapshot = folding::snapshot(connection, name).ok().filter(|snapshot| !snapshot.is_empty())?;
        Document::load(record, &snapshot, &[]).ok().filter(|document| document.says_it_is() == Some(record))
    };
    Ok(std::iter::once(record).chain(names).find_map(load))
}

/// What is left of a record.
pub(super) struct Salvage {
    pub(super) record: RecordId,
    /// What can be written anew, in causal order.
    pub(super) whole: Vec<NewEntry>,
    /// What is whole and builds on what is lost.
    pub(super) aside: Vec<NewEntry>,
    /// What is lost, and who had pushed it, where that is known.
    lost: BTreeMap<ChangeHash, Option<DeviceId>>,
    pub(super) received_at: i64,
}

impl Salvage {
    /// What is left of these records. What one seems to lack may stand under another's name.
    pub(super) fn of_all(
        connection: &Connection,
        records: &BTreeSet<RecordId>,
    ) -> rusqlite::Result<Vec<Salvage>> {
        let mut all = Vec::new();
        for record in records {
            all.push(Salvage::of(connection, *record)?);
        }
        let there = |salvage: &Salvage| {
            salvage.whole.iter().chain(&salvage.aside).map(|new| new.entry.hash).collect::<Vec<_>>()
        };
        let there: HashSet<ChangeHash> = all.iter().flat_map(there).collect();
        let mut elsewhere =
            connection.prepare("SELECT EXISTS (SELECT 1 FROM entries WHERE hash = ? AND record <> ?)")?;
        for salvage in &mut all {
            let lost = std::mem::take(&mut salvage.lost);
            for (hash, device) in lost {
                let stands = params![hash.0, salvage.record.as_bytes()];
                if !there.contains(&hash) && !elsewhere.query_row(stands, |row| row.get::<_, bool>(0))? {
                    salvage.lost.insert(hash, device);
                }
            }
        }
        Ok(all)
    }

    fn of(connection: &Connection, record: RecordId) -> rusqlite::Result<Salvage> {
        let is_known = records::standing(connection, record)?.is_some();
        let rows = rows(connection, record)?;
        let labelled = || rows.iter().filter(|row| row.is_labelled);
        let mut devices: BTreeMap<_, _> = labelled().map(|row| (row.hash, row.device)).collect();
        let received_at = labelled().map(|row| row.received_at).max().unwrap_or(0);
        let mut lost: BTreeMap<_, _> = devices.iter().map(|(hash, device)| (*hash, Some(*device))).collect();
        // A head that nothing else speaks of is one only where rows are gone: otherwise a disk has made it up.
        let gone = rows_are_gone(connection)?;
        for head in records::heads_of(connection, record)?.into_iter().filter(|_| gone) {
            lost.entry(head).or_insert(None);
        }
        let mut have: BTreeMap<ChangeHash, Vec<u8>> = BTreeMap::new();
        have.extend(rows.iter().filter(|row| row.is_labelled || is_known).filter_map(Logged::whole));
        // Under another's name, where the sum says that it is this one's.
        let strays = format!("{LOGGED} WHERE record NOT IN (SELECT record FROM records)");
        for (stray, sum) in all_of(connection, &strays)? {
            let Some((hash, bytes)) = stray.whole() else { continue };
            if sum == sum_of(record, &hash, stray.device.as_bytes(), stray.received_at) {
                devices.insert(hash, stray.device);
                have.insert(hash, bytes);
            }
        }
        // A snapshot gives back each of its changes.
        if let Some(document) = snapshot_of(connection, record)? {
            for change in document.changes_since(&[]) {
                if let Some(author) = document.device_of(&change.actor) {
                    devices.entry(change.hash).or_insert(author);
                }
                have.entry(change.hash).or_insert(change.bytes);
            }
        }
        let mut salvage = Salvage { record, whole: Vec::new(), aside: Vec::new(), lost, received_at };
        salvage.sort_out(have, &devices);
        Ok(salvage)
    }

    /// Puts what there is into causal order, as far as it stands on itself.
    fn sort_out(&mut self, have: BTreeMap<ChangeHash, Vec<u8>>, devices: &BTreeMap<ChangeHash, DeviceId>) {
        let nobody = DeviceId::from_bytes([0; 16]);
        let (mut waiting, mut stands): (Vec<NewEntry>, HashSet<ChangeHash>) = (Vec::new(), HashSet::new());
        for (hash, bytes) in have {
            self.lost.remove(&hash);
            let dependencies = gate::dependencies_of(&bytes).unwrap_or_default();
            let entry = Entry { record: self.record, hash, bytes };
            let device = devices.get(&hash).copied().unwrap_or(nobody);
            waiting.push(NewEntry { entry, dependencies, device, kind: String::new() });
        }
        loop {
            let (ready, rest): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|new| new.dependencies.iter().all(|dependency| stands.contains(dependency)));
            waiting = rest;
            if ready.is_empty() {
                break;
            }
            stands.extend(ready.iter().map(|new| new.entry.hash));
            self.whole.extend(ready);
        }
        let known: HashSet<ChangeHash> = waiting.iter().map(|new| new.entry.hash).collect();
        for new in &waiting {
            let lacking =
                new.dependencies.iter().filter(|hash| !stands.contains(*hash) && !known.contains(*hash));
            for hash in lacking {
                self.lost.entry(*hash).or_insert(None);
            }
        }
        self.aside = waiting;
        let kind = self.document().and_then(|document| document.kind_name()).unwrap_or_default();
        self.whole.iter_mut().for_each(|new| new.kind.clone_from(&kind));
    }

    fn document(&self) -> Option<Document> {
        let whole: Vec<_> = self.whole.iter().map(|new| new.entry.bytes.clone()).collect();
        Document::load(self.record, &[], &whole).ok()
    }

    pub(super) fn told(&self, connection: &Connection) -> Result<DamagedRecord> {
        let kind = records::kinds(connection, &[self.record]).map_err(failed)?.pop().unwrap_or_default();
        let (lost, aside) = (self.lost.len(), self.aside.len());
        let mut told = DamagedRecord { lost, aside, ..DamagedRecord::nothing_of(self.record, kind) };
        for device in self.lost.values().flatten() {
            told.devices.insert(*device, label(connection, *device).map_err(failed)?);
        }
        Ok(told)
    }

    /// Takes the record out, and puts what is whole of it to the end.
    pub(super) fn write_anew(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for table in ["documents", "entries", "records"] {
            let delete = format!("DELETE FROM {table} WHERE record = ?");
            transaction.execute(&delete, [self.record.as_bytes()])?;
        }
        let mut lose = transaction.prepare_cached(
            "INSERT INTO missing (hash, record, device, bytes, received_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )?;
        for (hash, device) in &self.lost {
            let device = device.map(|device| *device.as_bytes());
            lose.execute(params![hash.0, self.record.as_bytes(), device, None::<Vec<u8>>, self.received_at])?;
        }
        for NewEntry { entry, device, .. } in &self.aside {
            let (hash, bytes) = (entry.hash.0, &entry.bytes);
            lose.execute(params![hash, entry.record.as_bytes(), device.as_bytes(), bytes, self.received_at])?;
        }
        Ok(())
    }
}

/// What the person of a device calls themselves; empty where nobody knows it.
pub(super) fn label(connection: &Connection, device: DeviceId) -> rusqlite::Result<String> {
    let label = connection
        .prepare_cached("SELECT label FROM devices JOIN members USING (member) WHERE device = ?")?
        .query_row([device.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(label.unwrap_or_default())
}
