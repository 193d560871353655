//! What is said on standard error while something is sent, or lists and search are made anew: nobody sits before a command that is silent for minutes and wonders.
//!
//! On a terminal it is one line that is written over; elsewhere a line now and then. What goes fast says nothing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use samsyn_engine::schema::{Caption, Language};
use samsyn_engine::store::listen_to_renewals;

use super::render::Progress;
use crate::explain;
use crate::link::{Sending, Tell};
use crate::state::renewing;

/// So long nothing is said, and so much time lies between two that are.
const FIRST: Duration = Duration::from_secs(2);
const ON_A_TERMINAL: Duration = Duration::from_millis(500);
const ELSEWHERE: Duration = Duration::from_secs(15);

/// Does something that sends, and says how it goes on.
pub(super) fn telling<T>(language: Language, work: impl FnOnce(Tell<'_>) -> T) -> T {
    let mut progress = Progress::new();
    let mut next = Instant::now() + FIRST;
    let mut waited = false;
    work(&mut |sending| {
        let now = Instant::now();
        // That it begins to wait is told at once: from then on nothing moves.
        let stops = sending.waits.is_some() && !std::mem::replace(&mut waited, sending.waits.is_some());
        waited &= sending.waits.is_some();
        if !sending.is_worth_telling() || now < next && !stops {
            return;
        }
        next = now + if progress.is_on_a_terminal() { ON_A_TERMINAL } else { ELSEWHERE };
        progress.tell(&words(sending, language));
    })
}

/// Says how making lists and search anew goes on, whatever opens the replica; where a window shows it, that does.
pub(super) fn tell_renewals(language: Language) {
    let told: Mutex<Option<(Progress, Instant)>> = Mutex::new(None);
    listen_to_renewals(move |renewal| {
        if renewing::note(renewal) {
            return;
        }
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if renewal.done == renewal.of {
            *told = None;
            return;
        }
        let (progress, next) = told.get_or_insert_with(|| (Progress::new(), Instant::now() + FIRST));
        if Instant::now() < *next {
            return;
        }
        *next = Instant::now() + if progress.is_on_a_terminal() { ON_A_TERMINAL } else { ELSEWHERE };
        progress.tell(&explain::renewal(renewal, language));
    });
}

fn words(sending: Sending, language: Language) -> String {
    const SENT: Caption = Caption::new(
        "Skickar: {sent} av {total} ändringar ({percent} %)",
        "Sending: {sent} of {total} changes ({percent} %)",
    );
    const WAITS: Caption = Caption::new(
        ", väntar på sin tur hos reläet, {} s kvar",
        ", waiting for its turn at the relay, {} s to go",
    );
    let said = SENT.get(language).replace("{sent}", &sending.sent().to_string());
    let said = said.replace("{total}", &sending.total.to_string());
    let said = said.replace("{percent}", &sending.percent().to_string());
    match sending.waits {
        Some(seconds) => said + &WAITS.get(language).replace("{}", &seconds.to_string()),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_sent_and_for_how_long_it_waits() {
        let sending = Sending { waiting: 750, total: 1000, waits: None };
        assert_eq!(words(sending, Language::English), "Sending: 250 of 1000 changes (25 %)");
        let waits = Sending { waits: Some(41), ..sending };
        assert!(words(waits, Language::Swedish).ends_with("väntar på sin tur hos reläet, 41 s kvar"));
    }
}
