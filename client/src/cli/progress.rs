//! What is said on standard error while something is sent, or lists and search are made anew: nobody sits before a command that is silent for minutes and wonders.
//!
//! On a terminal it is one line that is written over; elsewhere a line now and then. What goes fast says nothing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use samsyn_engine::schema::{Caption, Language, count_words};
use samsyn_engine::store::{Renewal, listen_to_renewals};

use super::render::Progress;
use crate::link::{Sending, Tell};

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

/// Says how making lists and search anew goes on, whatever opens the replica.
pub(super) fn tell_renewals(language: Language) {
    let told: Mutex<Option<(Progress, Instant)>> = Mutex::new(None);
    listen_to_renewals(move |renewal| {
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
        progress.tell(&renewed(renewal, language));
    });
}

fn renewed(renewal: Renewal, language: Language) -> String {
    const ANEW: Caption = Caption::new(
        "Gör om listor och sökning: {done} av {of} poster. Det behövs en gång, efter en ny version eller när filen har ändrats av något annat.",
        "Making lists and search anew: {done} of {of} records. That is needed once, after a new version or when something else has touched the file.",
    );
    let said = ANEW.get(language).replace("{done}", &count_words(renewal.done, language));
    said.replace("{of}", &count_words(renewal.of, language))
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
    fn how_far_lists_and_search_have_come() {
        let renewal = Renewal { done: 2_560, of: 20_000 };
        assert!(renewed(renewal, Language::English).contains("2,560 of 20,000 records"));
        assert!(renewed(renewal, Language::Swedish).contains("2\u{a0}560 av 20\u{a0}000 poster"));
    }

    #[test]
    fn how_much_is_sent_and_for_how_long_it_waits() {
        let sending = Sending { waiting: 750, total: 1000, waits: None };
        assert_eq!(words(sending, Language::English), "Sending: 250 of 1000 changes (25 %)");
        let waits = Sending { waits: Some(41), ..sending };
        assert!(words(waits, Language::Swedish).ends_with("väntar på sin tur hos reläet, 41 s kvar"));
    }
}
