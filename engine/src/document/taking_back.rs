//! Taking a step back: the state of before, not only its words.
//!
//! A step is what stands between two heads of a document. Taking it back is a new change, for everybody, that lets the
//! step's own operations count no more and those count again that it had written over:
//!
//! ```text
//!  before      9 000 (Bo)  11 500 (Eva)     a contradiction: two values nobody has chosen between
//!  the step    9 500                        written over both
//!  taken back  9 000       11 500           both again, and still a contradiction
//! ```
//!
//! One change cannot hold two values that contradict: the second would be written over the first. So each of them is a
//! change of its own that knows nothing of the others, and each has an actor of its own, a fresh one: an actor's changes follow
//! each other. They build on the step alone, so what somebody wrote at the same time as the step is not written over, either.
//! (Actors are ordered by their names, and the last wins: the value that was shown gets the last name and is shown again.)
//!
//! What somebody has written over the step since is theirs and stays: it is named in [`TakenBack::kept`]. The same goes for
//! a row or a record that would be gone again although somebody has written in it since. Prose and counters lose only what
//! the step put there.

use std::collections::BTreeSet;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value as Stored};

use super::edit::{self, Edit, EditError};
use super::gate::guarded;
use super::layout::{self, ORDER, REMOVED};
use super::view::View;
use super::{Difference, Document, EncodedChange, Heads, Record, Writer, differences};
use crate::id::RowId;
use crate::schema::{Field, FieldPath, FieldType, Kind};

/// What taking a step back did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The changes that do it; none where there was nothing (any more) to take back.
    pub changes: Vec<EncodedChange>,
    /// What was left as it is, because somebody has written there since.
    pub kept: Vec<FieldPath>,
}

/// Where something stands that is one value at a time, unless people contradict each other: a register, a mark, a member of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The keys that lead to its map, from the root on.
    within: Vec<String>,
    /// Its key there.
    key: String,
    /// What it belongs to; none for the record as a whole.
    path: Option<FieldPath>,
}

/// A value, and the operation that wrote it.
type Written = (ScalarValue, ObjId);

/// What is to be written at a place; none where it is to be as if nobody had written there.
type Writing = (Place, Option<ScalarValue>);

/// What stood at a place at three times.
#[derive(Debug, Default)]
struct Times {
    /// The heads at the step's end.
    end: Heads,
    before: Vec<Written>,
    after: Vec<Written>,
    now: Vec<Written>,
}

/// Writings that build on the same heads. Each layer is a change that knows nothing of the others; the first is to win.
#[derive(Debug)]
struct Beside {
    heads: Heads,
    layers: Vec<Vec<Writing>>,
}

/// How a step is taken back.
#[derive(Debug, Default)]
struct Plan {
    plain: Vec<Writing>,
    edits: Vec<Edit>,
    beside: Vec<Beside>,
    kept: Vec<FieldPath>,
}

/// The record at three times.
struct Records {
    before: Record,
    after: Record,
    now: Record,
}

impl Document {
    /// Takes back what was done between these heads.
    ///
    /// # Errors
    /// Where this version does not know the record's kind. The document is as it was.
    pub fn take_back(
        &mut self,
        (before, after): (&[ChangeHash], &[ChangeHash]),
        writer: &Writer,
    ) -> Result<TakenBack, EditError> {
        let name = self.kind_name().unwrap_or_default();
        let kind = self.kind().ok_or(EditError::UnknownKind(name))?;
        guarded(|| {
            let plan = self.plan(kind, (before, after));
            self.carry_out(kind, plan, writer)
        })?
    }

    fn carry_out(
        &mut self,
        kind: &'static Kind,
        plan: Plan,
        writer: &Writer,
    ) -> Result<TakenBack, EditError> {
        let heads = self.heads();
        let mut next = self.clone();
        next.prepare(kind, writer)?;
        let mut transaction = next.automerge.transaction();
        for writing in &plan.plain {
            write(&mut transaction, writing)?;
        }
        for edit in &plan.edits {
            edit::make(&mut transaction, kind, edit)?;
        }
        if transaction.pending_ops() > 0 {
            transaction.commit_with(edit::options(writer));
        } else {
            transaction.rollback();
        }
        for beside in &plan.beside {
            self.write_beside(&mut next, beside, writer)?;
        }
        let changes = match next.heads() == heads || plan.is_empty() {
            true => Vec::new(),
            false => {
                *self = next;
                self.changes_since(&heads)
            }
        };
        Ok(TakenBack { changes, kept: plan.kept })
    }

    /// Writes values into `next` that know nothing of each other.
    fn write_beside(&self, next: &mut Document, beside: &Beside, writer: &Writer) -> Result<(), EditError> {
        let mut actors: Vec<[u8; 16]> = beside.layers.iter().map(|_| crate::random::bytes()).collect();
        actors.sort_unstable();
        for (layer, actor) in beside.layers.iter().zip(actors.iter().rev()) {
            let automerge = self.automerge.fork_at(&beside.heads)?;
            let mut past = Document { id: self.id, automerge };
            past.write_as(&Writer { actor: ActorId::from(&actor[..]), ..writer.clone() });
            let mut transaction = past.automerge.transaction();
            for writing in layer {
                write_one_of(&mut transaction, writing)?;
            }
            transaction.commit_with(edit::options(writer));
            next.automerge.apply_changes(past.automerge.get_changes(&beside.heads))?;
        }
        Ok(())
    }

    fn plan(&self, kind: &'static Kind, (before, after): (&[ChangeHash], &[ChangeHash])) -> Plan {
        let records = Records { before: self.read_at(before), after: self.read_at(after), now: self.read() };
        let mut plan = Plan::default();
        if records.before.kind.is_empty() {
            plan.take_back_making(&records);
            return plan;
        }
        let views = [before, after].map(|heads| View::at(&self.automerge, heads));
        let now = View::now(&self.automerge);
        let (places, new_rows) = places(kind, &views[0], &views[1]);
        for place in places {
            let [was, is] = [&views[0], &views[1]].map(|view| place.read(view));
            if same(&was, &is) {
                continue;
            }
            let times = Times { end: after.to_vec(), before: was, after: is, now: place.read(&now) };
            self.take_back_writing(&mut plan, place, &times, &records);
        }
        for (list, row) in new_rows {
            plan.take_back_row(list, row, &records);
        }
        plan.take_back_amounts(kind, &records);
        plan
    }

    /// Takes back what the step wrote at a place.
    fn take_back_writing(&self, plan: &mut Plan, place: Place, times: &Times, records: &Records) {
        let (ours, gone) = (without(&times.after, &times.before), without(&times.before, &times.after));
        let rest = without(&times.now, &ours);
        let written_over = ours.iter().any(|own| !has(&times.now, own));
        // A step that took something away left nothing of its own: what stands there now and did not then is others'.
        let written_since = ours.is_empty() && !without(&rest, &times.after).is_empty();
        if written_over || written_since {
            plan.keep(place.path);
            return;
        }
        let knows = |later: &Written, earlier: &Written| self.knows(later, earlier);
        let back: Vec<Written> =
            gone.into_iter().filter(|gone| !rest.iter().any(|other| knows(other, gone))).collect();
        let hides = place.key == REMOVED && back.iter().any(|(mark, _)| *mark == ScalarValue::Boolean(true));
        if hides && place.is_written_since(records) {
            plan.keep(place.path);
            return;
        }
        match (back.as_slice(), rest.is_empty()) {
            // Where it stays removed although this is taken back, somebody else removed it, too.
            ([], false) if place.key == REMOVED => {
                plan.keep(place.path.clone());
                plan.put_beside(self.heads_of(&ours), &place, vec![None]);
            }
            ([], false) => plan.put_beside(self.heads_of(&ours), &place, vec![None]),
            ([], true) => plan.plain.push((place, None)),
            ([(value, _)], true) => plan.plain.push((place, Some(value.clone()))),
            (several, _) if ours.is_empty() => {
                for written in several {
                    let heads = self.heads_of(std::slice::from_ref(written));
                    plan.put_beside(heads, &place, vec![Some(written.0.clone())]);
                }
                // Choosing the value that is shown anyway writes nothing: it only takes the others away. What comes back now is
                // numbered higher, so what was shown is written again as well, behind the step, to be shown again.
                if let ([shown], true) = (rest.as_slice(), times.before.last() == rest.first()) {
                    plan.put_beside(times.end.clone(), &place, vec![Some(shown.0.clone())]);
                }
            }
            (several, _) => {
                // Automerge names the one that wins last.
                let values = several.iter().rev().map(|(value, _)| Some(value.clone())).collect();
                plan.put_beside(self.heads_of(&ours), &place, values);
            }
        }
    }

    /// Whether whoever wrote `later` knew of `earlier`.
    fn knows(&self, (_, later): &Written, (_, earlier): &Written) -> bool {
        let hash = |operation| self.automerge.hash_for_opid(operation);
        let (Some(later), Some(earlier)) = (hash(later), hash(earlier)) else { return false };
        !self.automerge.get_changes_meta(&[later]).iter().any(|change| change.hash == earlier)
    }

    /// The changes that made these operations.
    fn heads_of(&self, written: &[Written]) -> Heads {
        let hashes = written.iter().filter_map(|(_, operation)| self.automerge.hash_for_opid(operation));
        hashes.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.edits.is_empty() && self.beside.is_empty()
    }

    fn keep(&mut self, path: Option<FieldPath>) {
        // Of the record as a whole it is said by the fields that somebody has written.
        self.kept.extend(path.filter(|path| !self.kept.contains(path)));
    }

    /// Writes these values beside each other, the first of which is to win.
    fn put_beside(&mut self, heads: Heads, place: &Place, values: Vec<Option<ScalarValue>>) {
        let known = self.beside.iter().position(|beside| beside.heads == heads);
        let known = known.unwrap_or_else(|| {
            self.beside.push(Beside { heads, layers: Vec::new() });
            self.beside.len() - 1
        });
        let layers = &mut self.beside[known].layers;
        for (number, value) in values.into_iter().enumerate() {
            if layers.len() <= number {
                layers.push(Vec::new());
            }
            layers[number].push((place.clone(), value));
        }
    }

    /// A record that was made is taken back as a whole, unless others have written in it: its fields stay, should it come back.
    fn take_back_making(&mut self, records: &Records) {
        let since = differences(&records.after, &records.now);
        if since.iter().all(|difference| *difference == Difference::Removed) {
            self.edits.push(Edit::Remove);
        }
        since.iter().filter_map(Difference::path).for_each(|path| self.keep(Some(path)));
    }

    fn take_back_row(&mut self, list: String, row: RowId, records: &Records) {
        let path = FieldPath::Row(list.clone(), row);
        match records.now.at(&path) {
            now if now.is_empty() => {}
            now if now == records.after.at(&path) => self.edits.push(Edit::RemoveRow { list, row }),
            _ => self.keep(Some(path)),
        }
    }

    /// Takes back what was put into prose and counters.
    fn take_back_amounts(&mut self, kind: &'static Kind, records: &Records) {
        for difference in differences(&records.before, &records.after) {
            let Difference::Field { path, .. } = &difference else { continue };
            let field_type = kind.field_at(path).map(|field| field.field_type);
            if let Some(FieldType::Prose | FieldType::Counter) = field_type {
                self.edits.push(difference.inverse(field_type.as_ref()));
            }
        }
    }
}

impl Place {
    fn new(within: &[&str], key: &str, path: Option<FieldPath>) -> Place {
        Place { within: within.iter().map(|key| (*key).to_owned()).collect(), key: key.to_owned(), path }
    }

    fn read(&self, view: &View<'_>) -> Vec<Written> {
        let map = self.within.iter().try_fold(ROOT, |map, key| Some(view.get(&map, key)?.1));
        let all = map.map(|map| view.all(&map, &self.key)).unwrap_or_default();
        let scalar = |(value, operation): (Stored<'_>, ObjId)| Some((value.as_scalar()?.clone(), operation));
        all.into_iter().filter_map(scalar).collect()
    }

    /// Whether somebody has written since in what it marks.
    fn is_written_since(&self, records: &Records) -> bool {
        match &self.path {
            Some(path) => records.now.at(path) != records.after.at(path),
            None => !differences(&records.after, &records.now).is_empty(),
        }
    }
}

fn has(all: &[Written], (_, operation): &Written) -> bool {
    all.iter().any(|(_, other)| other == operation)
}

fn without(all: &[Written], others: &[Written]) -> Vec<Written> {
    all.iter().filter(|one| !has(others, one)).cloned().collect()
}

fn same(one: &[Written], other: &[Written]) -> bool {
    one.len() == other.len() && one.iter().all(|written| has(other, written))
}

/// Writes a value, or lets a place be as if nobody had written there.
fn write(transaction: &mut Transaction<'_>, (place, value): &Writing) -> Result<(), EditError> {
    let map = map_of(transaction, place)?;
    let key = place.key.as_str();
    match value {
        Some(value) => transaction.put(&map, key, value.clone())?,
        None if transaction.get(&map, key)?.is_some() => transaction.delete(&map, key)?,
        None => {}
    }
    Ok(())
}

/// The same for one of several values beside each other. Automerge writes no value over the same one, but here it is to be written:
/// it stands for another than the one there. So something else is written first, for all of them: whose number is higher wins.
fn write_one_of(transaction: &mut Transaction<'_>, writing: &Writing) -> Result<(), EditError> {
    let (place, Some(value)) = writing else { return write(transaction, writing) };
    let map = map_of(transaction, place)?;
    let there = transaction.get_all(&map, place.key.as_str())?;
    let is_there = |other: &ScalarValue| there.iter().any(|(stored, _)| stored.as_scalar() == Some(other));
    let others = [ScalarValue::Null, false.into(), true.into()];
    if let Some(other) = others.into_iter().find(|other| other != value && !is_there(other)) {
        transaction.put(&map, place.key.as_str(), other)?;
    }
    write(transaction, writing)
}

fn map_of(transaction: &Transaction<'_>, place: &Place) -> Result<ObjId, EditError> {
    let gone = || EditError::Document(format!("there is no {} to write", place.key));
    place.within.iter().try_fold(ROOT, |map, key| {
        let found = transaction.get(&map, key.as_str())?;
        found.map(|(_, found)| found).ok_or_else(gone)
    })
}

/// All places that are there at one of these two times, and the rows that are there only at the second.
fn places(kind: &'static Kind, before: &View<'_>, after: &View<'_>) -> (Vec<Place>, Vec<(String, RowId)>) {
    let (mut places, mut new_rows) = (vec![Place::new(&[], REMOVED, None)], Vec::new());
    for field in kind.fields {
        let FieldType::Rows(fields) = field.field_type else {
            let path = FieldPath::field(field.name);
            field_places(&mut places, (&[], field), &path, [before, after]);
            continue;
        };
        for key in keys(after, &[field.name]) {
            let Ok(row) = key.parse::<RowId>() else { continue };
            let within = [field.name, key.as_str()];
            if map(before, &within).is_none() {
                new_rows.push((field.name.to_owned(), row));
                continue;
            }
            let path = FieldPath::Row(field.name.to_owned(), row);
            places.extend([REMOVED, ORDER].map(|mark| Place::new(&within, mark, Some(path.clone()))));
            for inner in fields {
                let path = FieldPath::cell(field.name, row, inner.name);
                field_places(&mut places, (&within, inner), &path, [before, after]);
            }
        }
    }
    (places, new_rows)
}

fn field_places(
    places: &mut Vec<Place>,
    (within, field): (&[&str], &Field),
    path: &FieldPath,
    views: [&View<'_>; 2],
) {
    match field.field_type {
        FieldType::EnumerationSet(_) | FieldType::ReferenceSet(_) => {
            let within: Vec<&str> = within.iter().copied().chain([field.name]).collect();
            let members: BTreeSet<String> = views.iter().flat_map(|view| keys(view, &within)).collect();
            places.extend(members.iter().map(|member| Place::new(&within, member, Some(path.clone()))));
        }
        field_type if field_type.is_register() && layout::container(&field_type).is_none() => {
            places.push(Place::new(within, field.name, Some(path.clone())));
        }
        _ => {}
    }
}

fn map(view: &View<'_>, within: &[&str]) -> Option<ObjId> {
    within.iter().try_fold(ROOT, |map, key| match view.get(&map, key)? {
        (Stored::Object(ObjType::Map), found) => Some(found),
        _ => None,
    })
}

fn keys(view: &View<'_>, within: &[&str]) -> Vec<String> {
    map(view, within).map(|map| view.keys(&map)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
