//! What was done here and can be taken back: each step by its number, so that whoever offers to take one back means that one.
//!
//! ```text
//!  begin ──▶ under way ──done──▶ undo ──take back──▶ (backend) ──▶ redo
//!                 │                ▲                                 │
//!                 └─failed─▶ gone  └─────────── (backend) ◀──do again┘
//! ```
//!
//! A step that is under way can be taken back, too: that is done as soon as it is done.

use samsyn_engine::id::RecordId;
use samsyn_engine::replica::{Applied, Edited, Marked};

/// How many steps can be taken back.
const MOST: usize = 200;

/// Names a step for as long as the window is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StepId(u64);

/// What a step did: what is needed to take it back.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// A record was made or edited.
    Edited(Edited),
    /// Many records were made or edited as one step.
    Applied(Applied),
    /// Records were noted as reviewed.
    Marked(Vec<Marked>),
}

/// In which direction a step is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is taken back.
    Undo,
    /// It is done again.
    Redo,
}

impl Way {
    const fn other(self) -> Way {
        match self {
            Way::Undo => Way::Redo,
            Way::Redo => Way::Undo,
        }
    }
}

impl Done {
    /// The record that it was in, if it was in one.
    pub fn record(&self) -> Option<RecordId> {
        match self.edited() {
            [edited] => Some(edited.record),
            _ => None,
        }
    }

    /// What it did in each of the records that it made or edited.
    pub fn edited(&self) -> &[Edited] {
        match self {
            Done::Edited(edited) => std::slice::from_ref(edited),
            Done::Applied(applied) => &applied.edited,
            Done::Marked(_) => &[],
        }
    }

    /// Whether there is anything to take back of it.
    pub fn did_something(&self) -> bool {
        match self {
            Done::Edited(_) | Done::Applied(_) => self.edited().iter().any(Edited::wrote),
            Done::Marked(marked) => !marked.is_empty(),
        }
    }
}

/// A step with what it did.
pub(super) type Step = (StepId, Done);

/// What asking for a step back came to.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    /// There is none.
    Nothing,
    /// It is to be done now.
    Now(Step),
    /// As soon as it is done.
    Later,
}

/// All steps of a window.
#[derive(Debug, Default)]
pub(super) struct Steps {
    last: u64,
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// Steps that are not done yet, and whether each is to be taken back at once.
    under_way: Vec<(StepId, bool)>,
}

impl Steps {
    /// A step begins.
    pub(super) fn begin(&mut self) -> StepId {
        self.last += 1;
        self.under_way.push((StepId(self.last), false));
        StepId(self.last)
    }

    /// A step is done. Answers it where it is to be taken back at once.
    pub(super) fn done(&mut self, id: StepId, done: Done) -> Option<Step> {
        let back = self.end(id);
        if !done.did_something() {
            return None;
        }
        self.redo.clear();
        if back {
            return Some((id, done));
        }
        self.remember(Way::Undo, (id, done));
        None
    }

    /// A step was not done.
    pub(super) fn failed(&mut self, id: StepId) {
        self.end(id);
    }

    fn end(&mut self, id: StepId) -> bool {
        let place = self.under_way.iter().position(|(step, _)| *step == id);
        place.is_some_and(|place| self.under_way.remove(place).1)
    }

    fn stack(&mut self, way: Way) -> &mut Vec<Step> {
        match way {
            Way::Undo => &mut self.undo,
            Way::Redo => &mut self.redo,
        }
    }

    fn remember(&mut self, way: Way, step: Step) {
        let steps = self.stack(way);
        if steps.len() >= MOST {
            steps.remove(0);
        }
        steps.push(step);
    }

    /// The last step is to be taken back, or done again.
    pub(super) fn take_last(&mut self, way: Way) -> Taken {
        if way == Way::Undo
            && let Some((_, back)) = self.under_way.iter_mut().rev().find(|(_, back)| !*back)
        {
            *back = true;
            return Taken::Later;
        }
        self.stack(way).pop().map_or(Taken::Nothing, Taken::Now)
    }

    /// Just this step is to be taken back.
    pub(super) fn take(&mut self, id: StepId) -> Taken {
        if let Some((_, back)) = self.under_way.iter_mut().find(|(step, _)| *step == id) {
            *back = true;
            return Taken::Later;
        }
        let place = self.undo.iter().position(|(step, _)| *step == id);
        place.map_or(Taken::Nothing, |place| Taken::Now(self.undo.remove(place)))
    }

    /// A step was gone this way: it can be gone the other way now.
    pub(super) fn gone(&mut self, way: Way, (id, done): Step) {
        if done.did_something() {
            self.remember(way.other(), (id, done));
        }
    }

    /// A step could not be gone this way: it can be tried again.
    pub(super) fn not_gone(&mut self, way: Way, step: Step) {
        self.remember(way, step);
    }

    /// Whether there is a step to go this way.
    pub(super) fn can(&self, way: Way) -> bool {
        match way {
            Way::Undo => !self.undo.is_empty() || self.under_way.iter().any(|(_, back)| !back),
            Way::Redo => !self.redo.is_empty(),
        }
    }

    /// Whether just this step can be taken back.
    pub(super) fn can_take(&self, id: StepId) -> bool {
        self.undo.iter().any(|(step, _)| *step == id)
            || self.under_way.iter().any(|(step, back)| *step == id && !back)
    }

    /// What a step did that can be taken back.
    pub(super) fn find(&self, id: StepId) -> Option<&Done> {
        self.undo.iter().find(|(step, _)| *step == id).map(|(_, done)| done)
    }

    /// What was done in a record is not taken back or done again any more.
    pub(super) fn forget(&mut self, record: RecordId) {
        for steps in [&mut self.undo, &mut self.redo] {
            steps.retain_mut(|(_, done)| {
                if let Done::Applied(applied) = done {
                    applied.edited.retain(|edited| edited.record != record);
                }
                done.record() != Some(record) && done.did_something()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn did(record: u8) -> Done {
        let record = RecordId::from_bytes([record; 16]);
        Done::Marked(vec![Marked { record, before: Vec::new(), after: Vec::new() }])
    }

    #[test]
    fn whoever_means_a_step_gets_that_one_and_no_other() {
        let mut steps = Steps::default();
        let (first, second) = (steps.begin(), steps.begin());
        steps.done(first, did(1));
        steps.done(second, did(2));
        assert!(steps.can_take(first) && steps.can_take(second));
        assert_eq!(steps.take(first), Taken::Now((first, did(1))));
        assert_eq!(steps.take(first), Taken::Nothing, "it is taken back already");
        steps.gone(Way::Undo, (first, did(1)));
        assert!(!steps.can_take(first) && steps.can(Way::Redo));
        assert_eq!(steps.take_last(Way::Undo), Taken::Now((second, did(2))));
        assert!(!steps.can(Way::Undo));
        steps.not_gone(Way::Undo, (second, did(2)));
        assert!(steps.can_take(second), "where it failed it can be tried again");
    }

    #[test]
    fn a_step_that_is_under_way_is_taken_back_when_it_is_done() {
        let mut steps = Steps::default();
        let first = steps.begin();
        steps.done(first, did(1));
        let second = steps.begin();
        assert_eq!(steps.take_last(Way::Undo), Taken::Later, "not the one before");
        assert!(!steps.can_take(second));
        assert_eq!(steps.done(second, did(2)), Some((second, did(2))));
        let third = steps.begin();
        assert_eq!(steps.take(third), Taken::Later);
        steps.failed(third);
        assert_eq!(steps.take_last(Way::Undo), Taken::Now((first, did(1))));
    }

    #[test]
    fn what_did_nothing_is_no_step() {
        let mut steps = Steps::default();
        let step = steps.begin();
        steps.done(step, Done::Marked(Vec::new()));
        assert!(!steps.can(Way::Undo) && !steps.can_take(step));
    }
}
