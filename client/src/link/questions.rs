//! What the relay was asked about who belongs, and what of its answers is news.
//!
//! Somebody asks and waits for the answer; or somebody only looks at who belongs, and the link asks again and again for them. Of
//! that they hear what has changed, and nothing otherwise: each thing that is told draws the window.

use std::collections::VecDeque;
use std::time::Duration;

use samsyn_engine::identity::{Managed, Management, Roster};
use tokio::time::Instant;

/// Whoever looks at who belongs sees what others change of it after so long at the latest.
const ASKS_APART: Duration = Duration::from_secs(15);

/// Something that the relay was asked.
#[derive(Debug)]
struct Question {
    management: Management,
    /// Nobody waits for the answer: it is told only where it is another than the last.
    quiet: bool,
}

/// What the relay was asked and has not answered, and what it has told.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// In the order in which it will answer.
    asked: VecDeque<Question>,
    /// When it is to be asked again who belongs; none while nobody looks at that.
    next: Option<Instant>,
    /// Who belongs, as was last told.
    roster: Option<Roster>,
}

impl Questions {
    /// Somebody looks at who belongs, or no longer.
    pub(super) fn watch(&mut self, looks: bool) {
        self.next = looks.then(|| Instant::now() + ASKS_APART);
    }

    /// Whether it is time to ask again who belongs.
    pub(super) fn is_due(&self) -> bool {
        self.next.is_some_and(|next| next <= Instant::now())
    }

    /// The relay was asked for somebody who waits.
    pub(super) fn asked(&mut self, management: Management) {
        self.asked.push_back(Question { management, quiet: false });
    }

    /// The relay was asked who belongs for somebody who looks.
    pub(super) fn asked_again(&mut self) {
        self.asked.push_back(Question { management: Management::Roster, quiet: true });
        self.watch(true);
    }

    /// The relay has answered. Answers what is to be told of it, and which question it was.
    pub(super) fn answered(&mut self, managed: Managed) -> Option<(Management, Managed)> {
        let Question { management, quiet } = self.asked.pop_front()?;
        let mut news = !quiet;
        if let Managed::Roster { roster } = &managed {
            news |= self.roster.as_ref() != Some(roster);
            self.roster = Some(roster.clone());
        }
        news.then_some((management, managed))
    }

    /// The connection has ended. Answers what somebody waits for that will not be answered.
    pub(super) fn unanswered(&mut self) -> Vec<Management> {
        let asked = std::mem::take(&mut self.asked).into_iter().filter(|question| !question.quiet);
        asked.map(|question| question.management).collect()
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::id::RecordId;
    use samsyn_engine::identity::Erasure;

    use super::*;

    fn roster(erased: u64) -> Managed {
        let erasure = |number| Erasure { number, record: RecordId::random(), at: 0, waiting: Vec::new() };
        let erasures = (0..erased).map(erasure).collect();
        Managed::Roster { roster: Roster { erasures, ..Roster::default() } }
    }

    #[test]
    fn whoever_asks_is_answered_and_whoever_looks_hears_what_has_changed() {
        let mut questions = Questions::default();
        questions.asked(Management::Roster);
        assert!(questions.answered(roster(0)).is_some());
        for _ in 0..3 {
            questions.asked_again();
            assert_eq!(questions.answered(roster(0)), None, "nothing is new");
        }
        questions.asked_again();
        assert!(questions.answered(roster(1)).is_some(), "somebody was erased");
        questions.asked(Management::Roster);
        assert!(questions.answered(roster(0)).is_some(), "somebody waits");
        questions.asked_again();
        assert!(questions.answered(Managed::Done).is_none());
        questions.asked(Management::Roster);
        questions.asked_again();
        assert_eq!(questions.unanswered(), [Management::Roster]);
        assert_eq!(questions.answered(roster(0)), None, "a late answer belongs to nothing");
    }

    #[test]
    fn the_relay_is_asked_again_only_while_somebody_looks() {
        let mut questions = Questions::default();
        assert!(!questions.is_due());
        questions.watch(true);
        assert!(!questions.is_due(), "it was asked just now");
        questions.next = Some(Instant::now());
        assert!(questions.is_due());
        questions.asked_again();
        assert!(!questions.is_due());
        questions.next = Some(Instant::now());
        questions.watch(false);
        assert!(!questions.is_due());
    }
}
