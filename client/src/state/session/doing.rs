//! What is done: making, editing, reviewing, and taking back and doing again.

use samsyn_engine::document::{Edit, Heads};
use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Batch, Edited, Input};
use samsyn_engine::schema::{Cells, FieldPath, Kind, NewRecord, Row};
use samsyn_engine::store::Unfinished;

use super::super::backend::Request;
use super::super::steps::{Done, StepId, Taken, Way};
use super::{Absence, Session};

impl Session {
    /// Makes a record. Whoever may make only their own makes it their own.
    pub fn create(&mut self, new: NewRecord) {
        let new = self.own(new);
        let entry = Input { makes: Some(new.clone()), ..Input::new(new.id, Vec::new()) };
        self.enter(entry);
    }

    /// Begins a record: it is made with the first thing that is entered in it. Answers its name.
    pub fn begin(&mut self, kind: &'static Kind) -> RecordId {
        let new = self.own(NewRecord::new(kind));
        let id = new.id;
        self.begun.begin(new);
        id
    }

    /// Begins again what was only begun when somebody left it, a record or a row, under the name that it had: a text is kept for it that
    /// could not be saved. Where it is there by now, nothing is done.
    pub(crate) fn begin_again(&mut self, id: RecordId, kind: &'static Kind, path: &FieldPath) {
        if self.is_begun(id, path) {
            return;
        }
        match (self.record(id), path) {
            (None, _)
                if self.is_missing(id) && self.absence(id).is_none_or(|why| why == Absence::NotHere) =>
            {
                self.missing.remove(&id);
                self.begun.begin(self.own(NewRecord { id, ..NewRecord::new(kind) }));
            }
            (Some(view), FieldPath::Cell(list, row, _))
                if view.record.get(list).rows().iter().all(|known| known.id != *row) =>
            {
                let row = Row { id: *row, order: String::new(), cells: Cells::new() };
                // There is nothing in it that could be written.
                let nothing = self.begun.entry(id, vec![Edit::AddRow { list: list.clone(), row }]);
                debug_assert!(nothing.is_none(), "an empty row is only begun");
            }
            _ => {}
        }
    }

    /// A new record; of whoever may make only their own it is theirs.
    fn own(&self, mut new: NewRecord) -> NewRecord {
        if let Some(grant) = self.grant() {
            grant.make_own(&mut new);
        }
        new
    }

    /// Edits a record. What comes of it is told later; edits are made in the order in which they were asked for. Answers the
    /// step by which it can be taken back; none where there is nothing to write (yet).
    pub fn edit(&mut self, id: RecordId, edits: Vec<Edit>) -> Option<StepId> {
        self.edit_typed(id, edits, None)
    }

    /// The same out of a text that somebody typed: it is kept for as long as this is not done.
    pub fn edit_typed(
        &mut self,
        id: RecordId,
        edits: Vec<Edit>,
        typed: Option<Unfinished>,
    ) -> Option<StepId> {
        let entry = self.begun.entry(id, edits)?;
        Some(self.enter(Input { typed, ..entry }))
    }

    /// Does what somebody typed when the program ended, also in what they had only begun.
    pub fn take_up(&mut self, edits: Vec<Edit>, typed: Unfinished) -> Option<StepId> {
        let kind = samsyn_engine::schema::kind(&typed.kind)?;
        let makes = typed.begun.then(|| self.own(NewRecord { id: typed.record, ..NewRecord::new(kind) }));
        let (record, makes_rows) = (typed.record, typed.begun);
        Some(self.enter(Input { record, edits, makes, makes_rows, typed: Some(typed) }))
    }

    fn enter(&mut self, entry: Input) -> StepId {
        self.writing += 1;
        let step = self.steps.begin();
        self.backend.ask(Request::Enter(step, Box::new(entry)));
        step
    }

    /// Makes or edits many records as one step: all of it or nothing. Answers the step, by which it can be taken back as a whole.
    pub fn apply(&mut self, batch: Batch) -> StepId {
        self.writing += 1;
        let step = self.steps.begin();
        self.backend.ask(Request::Apply(step, batch));
        step
    }

    /// What was half typed when the replica was opened, once.
    pub fn take_unfinished(&mut self) -> Vec<Unfinished> {
        std::mem::take(&mut self.unfinished)
    }

    /// Keeps something half typed over the end of the program.
    pub fn keep_unfinished(&mut self, unfinished: Unfinished) {
        self.writing += 1;
        self.backend.ask(Request::Keep(unfinished));
    }

    /// Something half typed that was kept is finished, or taken back.
    pub fn finish(&mut self, unfinished: Unfinished) {
        self.writing += 1;
        self.backend.ask(Request::Finish(unfinished));
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        self.steps.can(Way::Undo)
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        self.steps.can(Way::Redo)
    }

    /// Whether just this step can be taken back: it is done, or will be in a moment, is not taken back, and something of it is left.
    pub fn can_take_back(&self, step: StepId) -> bool {
        self.steps.can_take(step) && !self.steps.find(step).is_some_and(|done| self.is_overtaken(done))
    }

    /// Whether a record that is looked at is seen to be other than a step made it, in all of which that is about.
    fn is_overtaken(&self, done: &Done) -> bool {
        !done.edited().is_empty() && done.edited().iter().all(|edited| self.is_overtaken_in(edited))
    }

    fn is_overtaken_in(&self, edited: &Edited) -> bool {
        let Some(view) = self.records.get(&edited.record) else { return false };
        // What was read before the step says nothing about it.
        let knows = view.history.iter().any(|step| edited.heads.contains(&step.entry.stamp.change));
        knows
            && !edited.differences.is_empty()
            && !edited.differences.iter().any(|difference| difference.stands_in(&view.record))
    }

    /// Takes back the last thing done. Answers what that is, where it is known already.
    pub fn undo(&mut self) -> Option<Done> {
        let taken = self.steps.take_last(Way::Undo);
        self.start(Way::Undo, taken)
    }

    /// Does again what was taken back last. Answers what that is.
    pub fn redo(&mut self) -> Option<Done> {
        let taken = self.steps.take_last(Way::Redo);
        self.start(Way::Redo, taken)
    }

    /// Takes back just this step, whatever was done since. Answers what that is, where it is known already.
    pub fn take_back(&mut self, step: StepId) -> Option<Done> {
        let taken = self.steps.take(step);
        self.start(Way::Undo, taken)
    }

    fn start(&mut self, way: Way, taken: Taken) -> Option<Done> {
        let Taken::Now((id, done)) = taken else { return None };
        self.go(way, (id, done.clone()));
        Some(done)
    }

    pub(super) fn go(&mut self, way: Way, (id, done): (StepId, Done)) {
        self.writing += 1;
        self.backend.ask(Request::Go(way, id, Box::new(done)));
    }

    /// These records were reviewed, as they were when they were shown. Answers the step by which that can be taken back.
    pub fn mark_reviewed(&mut self, records: Vec<(RecordId, Heads)>) -> StepId {
        self.writing += 1;
        let step = self.steps.begin();
        self.backend.ask(Request::Reviewed(step, records));
        step
    }
}
