//! What is said on standard error while something is sent: nobody sits before a command that is silent for minutes and wonders.
//!
//! On a terminal it is one line that is written over; elsewhere a line now and then. What goes fast says nothing.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

use samsyn_engine::schema::{Caption, Language};

use crate::link::{Sending, Tell};

/// So long nothing is said, and so much time lies between two that are.
const FIRST: Duration = Duration::from_secs(2);
const ON_A_TERMINAL: Duration = Duration::from_millis(500);
const ELSEWHERE: Duration = Duration::from_secs(15);

/// Does something that sends, and says how it goes on.
pub(super) fn telling<T>(language: Language, work: impl FnOnce(Tell<'_>) -> T) -> T {
    let terminal = stderr().is_terminal();
    let mut next = Instant::now() + FIRST;
    let (mut written, mut waited) = (false, false);
    let done = work(&mut |sending| {
        let now = Instant::now();
        // That it begins to wait is told at once: from then on nothing moves.
        let stops = sending.waits.is_some() && !std::mem::replace(&mut waited, sending.waits.is_some());
        waited &= sending.waits.is_some();
        if !sending.is_worth_telling() || now < next && !stops {
            return;
        }
        next = now + if terminal { ON_A_TERMINAL } else { ELSEWHERE };
        let words = words(sending, language);
        // Where nobody can be told, nothing else is wrong.
        let _ = match terminal {
            true => write!(stderr(), "\r\u{1b}[2K{words}").and_then(|()| stderr().flush()),
            false => writeln!(stderr(), "{words}"),
        };
        written = terminal;
    });
    if written {
        let _ = write!(stderr(), "\r\u{1b}[2K").and_then(|()| stderr().flush());
    }
    done
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
