//! Whether the relay is still there: when to ask, and when no answer is an answer.
//!
//! Every sign of life sets the clock back: a frame, and also a part of one ([`Pulse::heard_at`]), because a large frame
//! takes its time on a slow link. After some silence the session asks with a ping; only a question that was asked and
//! not answered makes a link dead, so a process that slept, or was busy, asks first. Who waits for an answer asks
//! sooner than an idle link, but grants a large push the time that it needs on the slowest link we serve.

use super::SyncError;
use super::limits::{
    ANSWER_WITHIN, PING_AFTER, PING_AFTER_PUSH, SLOWEST_LINK, UNDERWAY_BYTES, WELCOME_WITHIN,
};

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Nothing: the link is idle, or only listens.
    Nothing,
    /// To be let in, for which a busy relay may need a while.
    Welcome,
    /// Answers to pushes of so many bytes.
    Answers(usize),
}

impl Awaited {
    /// How long the answer to a ping may take, in milliseconds: it stands behind what was pushed.
    fn patience(self) -> u64 {
        match self {
            Awaited::Nothing => ANSWER_WITHIN,
            Awaited::Welcome => WELCOME_WITHIN,
            Awaited::Answers(bytes) => {
                let underway = bytes.min(UNDERWAY_BYTES) as u64;
                ANSWER_WITHIN + underway * 1_000 / SLOWEST_LINK
            }
        }
    }
}

/// The signs of life of the other side. Times are milliseconds of the session's clock.
#[derive(Debug)]
pub(super) struct Pulse {
    heard: u64,
    asked: Option<u64>,
    /// Since when an answer is known to be waited for.
    waiting: Option<u64>,
}

impl Pulse {
    /// The other side was heard just now.
    pub(super) fn new(now: u64) -> Self {
        Pulse { heard: now, asked: None, waiting: None }
    }

    /// A whole message came.
    pub(super) fn answered(&mut self, now: u64) {
        self.heard = self.heard.max(now);
        (self.asked, self.waiting) = (None, None);
    }

    /// Something came at that time: it may lie in the past, and may be told again and again.
    pub(super) fn heard_at(&mut self, at: u64) {
        self.heard = self.heard.max(at);
        self.asked = self.asked.filter(|asked| *asked >= at);
    }

    /// When [`Pulse::tick`] wants to be called.
    pub(super) fn deadline(&self, awaited: Awaited) -> u64 {
        if let Some(asked) = self.asked {
            return asked + awaited.patience();
        }
        let idle = self.heard + PING_AFTER;
        match awaited {
            Awaited::Answers(_) => {
                // At once where it is not known yet since when they are waited for.
                let soon = self.waiting.map_or(self.heard, |since| since.max(self.heard) + PING_AFTER_PUSH);
                soon.min(idle)
            }
            Awaited::Nothing | Awaited::Welcome => idle,
        }
    }

    /// Time has passed. Says whether a ping has to be sent.
    ///
    /// # Errors
    /// [`SyncError::Dead`] where one was sent and nothing came in time.
    pub(super) fn tick(&mut self, now: u64, awaited: Awaited) -> Result<bool, SyncError> {
        match awaited {
            Awaited::Answers(_) => self.waiting = self.waiting.or(Some(now)),
            Awaited::Nothing | Awaited::Welcome => self.waiting = None,
        }
        if now < self.deadline(awaited) {
            return Ok(false);
        }
        if self.asked.is_some() {
            return Err(SyncError::Dead(now.saturating_sub(self.heard) / 1_000));
        }
        Ok(self.ask(now))
    }

    /// Asks without waiting any longer. Says whether a ping has to be sent: not while one waits for its answer.
    pub(super) fn ask(&mut self, now: u64) -> bool {
        let silent = self.asked.is_none();
        self.asked = self.asked.or(Some(now));
        silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets the time pass from deadline to deadline until the link is dead. Answers when it asked, and when it gave up.
    fn until_dead(pulse: &mut Pulse, awaited: Awaited) -> (u64, u64) {
        let mut asked = None;
        loop {
            let now = pulse.deadline(awaited);
            match pulse.tick(now, awaited) {
                Ok(true) => assert_eq!(asked.replace(now), None, "it asks once"),
                Ok(false) => {}
                Err(error) => {
                    assert_eq!(error, SyncError::Dead(now / 1_000));
                    return (asked.expect("nothing is dead before it was asked"), now);
                }
            }
        }
    }

    #[test]
    fn silence_is_asked_about_and_then_it_is_the_end() {
        let idle = PING_AFTER + ANSWER_WITHIN;
        assert_eq!(until_dead(&mut Pulse::new(0), Awaited::Nothing), (PING_AFTER, idle));
        let welcome = PING_AFTER + WELCOME_WITHIN;
        assert_eq!(until_dead(&mut Pulse::new(0), Awaited::Welcome), (PING_AFTER, welcome));
    }

    #[test]
    fn who_waits_for_an_answer_asks_sooner_and_grants_a_large_push_its_time() {
        let (asked, dead) = until_dead(&mut Pulse::new(0), Awaited::Answers(300));
        assert_eq!(asked, PING_AFTER_PUSH);
        assert!(dead < PING_AFTER + ANSWER_WITHIN, "{dead}");
        let (_, large) = until_dead(&mut Pulse::new(0), Awaited::Answers(UNDERWAY_BYTES));
        let (_, larger) = until_dead(&mut Pulse::new(0), Awaited::Answers(100 * UNDERWAY_BYTES));
        assert!(large > dead + 10_000, "{large}");
        assert_eq!(large, larger, "what has not left this device is noticed by that");
    }

    #[test]
    fn a_push_after_a_long_idle_time_is_given_a_moment() {
        let mut pulse = Pulse::new(0);
        let awaited = Awaited::Answers(300);
        assert_eq!(pulse.tick(4_000, awaited), Ok(false));
        assert_eq!(pulse.deadline(awaited), PING_AFTER, "never later than an idle link would ask");
        pulse.heard_at(4_500);
        assert_eq!(pulse.deadline(awaited), 4_500 + PING_AFTER_PUSH);
    }

    #[test]
    fn a_part_of_a_frame_is_a_sign_of_life() {
        let mut pulse = Pulse::new(0);
        for second in (4..400).step_by(4) {
            pulse.heard_at(second * 1_000);
            let now = second * 1_000 + 3_999;
            assert_eq!(pulse.tick(now, Awaited::Nothing), Ok(false), "{second}");
        }
    }

    #[test]
    fn what_came_before_the_question_does_not_answer_it() {
        let mut pulse = Pulse::new(0);
        assert!(pulse.ask(1_000));
        assert!(!pulse.ask(1_500), "one question at a time");
        pulse.heard_at(900);
        assert_eq!(pulse.deadline(Awaited::Nothing), 1_000 + ANSWER_WITHIN);
        pulse.heard_at(1_100);
        assert_eq!(pulse.deadline(Awaited::Nothing), 1_100 + PING_AFTER);
        assert_eq!(pulse.tick(1_200, Awaited::Nothing), Ok(false));
    }

    #[test]
    fn a_process_that_slept_asks_before_it_gives_up() {
        let mut pulse = Pulse::new(0);
        assert_eq!(pulse.tick(3_600_000, Awaited::Nothing), Ok(true));
        assert_eq!(pulse.tick(3_601_000, Awaited::Nothing), Ok(false));
        pulse.answered(3_602_000);
        assert_eq!(pulse.deadline(Awaited::Nothing), 3_602_000 + PING_AFTER);
    }
}
