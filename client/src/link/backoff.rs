//! How long to wait before the next try.
//!
//! The longest pause doubles with each failure, up to a minute: people on trains come out of the tunnel and want to go on.
//! The pause itself is any time up to that ("full jitter"), so that a hundred laptops whose relay was restarted do not
//! return in the same second. Only a connection that held for a while begins the count anew: a relay that lets in and
//! drops is not hammered. A network that wants a person to sign in is another matter: that is done within a minute, and
//! nobody is hammered but the network's own page. A relay that says when there is room again is taken at its word, up to an hour.

use std::time::Duration;

use rand::{Rng, RngExt};
use samsyn_engine::sync::{ErrorCode, Notice};

use super::LinkError;

/// The shortest pause.
const LEAST: Duration = Duration::from_millis(250);

/// The longest pause after the first failure.
const FIRST: Duration = Duration::from_secs(1);

/// The longest pause of all.
const MOST: Duration = Duration::from_secs(60);

/// The pauses while a network wants a person to sign in.
const PORTAL: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(10));

/// The longest pause that a relay can ask for: whatever it says, somebody who was away for long finds it again.
const ASKED: Duration = Duration::from_secs(60 * 60);

/// A connection that the relay was heard on for so long after its welcome has worked.
const STEADY: Duration = Duration::from_secs(10);

/// The failures since a connection has last worked.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A connection ended on which the relay was heard for so long after its welcome. Says whether it has worked.
    pub(super) fn held(&mut self, time: Duration) -> bool {
        let worked = time >= STEADY;
        if worked {
            self.reset();
        }
        worked
    }

    /// Begins anew: the network has changed, or somebody wants to try now.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after this failure.
    pub(super) fn pause(&mut self, error: &LinkError, random: &mut impl Rng) -> Duration {
        if matches!(error, LinkError::SignIn { .. }) {
            return random.random_range(PORTAL.0..=PORTAL.1);
        }
        let most = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        let pause = random.random_range(LEAST..=most);
        if let LinkError::Closed(Notice { code: ErrorCode::Limited, again: Some(seconds), .. }) = error {
            // Sooner there is nothing to be had, and a little later not everybody comes at once. A relay that says each time that
            // there is room at once is a failure like any other.
            let least = Duration::from_secs(u64::from(*seconds)).clamp(FIRST, ASKED);
            return random.random_range(least..=least + least / 10).max(pause);
        }
        pause
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    fn random() -> SmallRng {
        SmallRng::seed_from_u64(20_261_125)
    }

    fn broken() -> LinkError {
        LinkError::Broken("it was cut".to_owned())
    }

    /// Pauses after so many failures in a row, many times over.
    fn pauses(failures: usize) -> Vec<Duration> {
        let mut random = random();
        let last = |_| {
            let mut backoff = Backoff::default();
            (0..failures).map(|_| backoff.pause(&broken(), &mut random)).last().unwrap_or_default()
        };
        (0..2_000).map(last).collect()
    }

    #[test]
    fn pauses_are_spread_over_a_time_that_doubles_up_to_a_minute() {
        for failures in 1..200 {
            let most = Duration::from_secs(1 << (failures - 1).min(6)).min(MOST);
            let pauses = pauses(failures);
            assert!(pauses.iter().all(|pause| (LEAST..=most).contains(pause)), "{failures}");
            let early = pauses.iter().filter(|pause| **pause < (LEAST + most) / 2).count();
            assert!((850..1_150).contains(&early), "{failures}: half of them in the first half, {early}");
        }
    }

    #[test]
    fn a_relay_that_lets_in_and_drops_is_not_hammered() {
        let (mut backoff, mut random) = (Backoff::default(), random());
        let mut whole = Duration::ZERO;
        for _ in 0..1_000 {
            backoff.held(Duration::from_secs(1));
            whole += backoff.pause(&broken(), &mut random);
        }
        assert!(whole > Duration::from_secs(25_000), "a thousand tries take {whole:?}");
    }

    #[test]
    fn what_has_worked_or_changed_begins_anew() {
        let mut random = random();
        let anew: [fn(&mut Backoff); 2] = [|backoff| assert!(backoff.held(STEADY)), Backoff::reset];
        for begin in anew {
            let mut backoff = Backoff::default();
            for _ in 0..500 {
                for _ in 0..10 {
                    backoff.pause(&broken(), &mut random);
                }
                begin(&mut backoff);
                assert!(backoff.pause(&broken(), &mut random) <= FIRST);
            }
        }
    }

    #[test]
    fn a_relay_that_says_when_there_is_room_again_is_taken_at_its_word_up_to_an_hour() {
        let (mut backoff, mut random) = (Backoff::default(), random());
        let limited =
            |again| LinkError::Closed(Notice { again, ..Notice::new(ErrorCode::Limited, "enough") });
        for (again, least) in
            [(0, FIRST), (30, Duration::from_secs(30)), (864, Duration::from_secs(864)), (u32::MAX, ASKED)]
        {
            for _ in 0..500 {
                backoff.reset();
                let pause = backoff.pause(&limited(Some(again)), &mut random);
                assert!((least..=least + least / 10).contains(&pause), "{again}: {pause:?}");
            }
        }
        let whole: Duration = (0..1_000).map(|_| backoff.pause(&limited(Some(0)), &mut random)).sum();
        assert!(whole > Duration::from_secs(25_000), "one that always says so is not hammered: {whole:?}");
        backoff.reset();
        assert!(backoff.pause(&limited(None), &mut random) <= FIRST, "without a word as after any failure");
    }

    #[test]
    fn a_network_that_wants_a_person_to_sign_in_is_tried_often() {
        let (mut backoff, mut random) = (Backoff::default(), random());
        let portal = LinkError::SignIn { address: "ws://relay.example".to_owned(), host: None };
        for _ in 0..500 {
            let pause = backoff.pause(&portal, &mut random);
            assert!((PORTAL.0..=PORTAL.1).contains(&pause), "{pause:?}");
        }
        assert!(backoff.pause(&broken(), &mut random) <= FIRST, "and counts for nothing afterwards");
    }
}
