//! Two days and what parts them.

use jiff::civil::Date;

use super::grammar::{First, Span, spans};
use super::tokens::{Token, tokens};
use crate::schema::text::{Near, Reading};

/// What surely stands between two days.
const PARTED: &[&str] = &[
    " till ",
    " t.o.m. ",
    " tom ",
    " to ",
    " until ",
    " through ",
    " – ",
    " — ",
    " -- ",
    "–",
    "—",
    "--",
    "…",
    "...",
    "..",
    "→",
    " - ",
];

/// All that a folded text can mean as a first and a last day.
pub(super) fn ranges(text: &str, style: First, reading: Reading) -> Vec<(Date, Date)> {
    let text = between(text);
    if let Some((first, last)) = PARTED.iter().find_map(|parted| text.split_once(parted)) {
        return pairs(first, last, style, reading);
    }
    let mut found: Vec<(Date, Date)> =
        spans(&text, style, reading).iter().map(|span| (span.first, span.last)).collect();
    for (place, sign) in text.match_indices(['-', '/', ' ']) {
        let (first, last) = (text[..place].trim(), text[place + sign.len()..].trim());
        // A blank or a slash parts only whole dates: both are also inside of one.
        if sign == "-" || is_whole(first) && is_whole(last) {
            found.extend(pairs(first, last, style, reading));
        }
    }
    found
}

/// `from … to …`, `between … and …`, with the words taken for what they say.
fn between(text: &str) -> String {
    for (from, and) in [("mellan ", " och "), ("between ", " and ")] {
        if let Some((first, last)) = text.strip_prefix(from).and_then(|rest| rest.split_once(and)) {
            return format!("{first} – {last}");
        }
    }
    let from = ["fran och med ", "fr.o.m. ", "fran ", "from "];
    from.iter().find_map(|from| text.strip_prefix(from)).unwrap_or(text).to_owned()
}

/// Whether it is a date of three numbers, the year first.
fn is_whole(text: &str) -> bool {
    let Some(tokens) = tokens(text) else { return false };
    matches!(tokens.as_slice(), [Token::Number(year), Token::Mark('-'), Token::Number(_), Token::Mark('-'), Token::Number(_)] if year.len() == 4)
}

fn pairs(first: &str, last: &str, style: First, reading: Reading) -> Vec<(Date, Date)> {
    if let (Some(first), Some(last)) = (bare_day(first), bare_day(last)) {
        // "14-5" is no stretch from the 14th to the 5th of the month after.
        if first > last {
            return Vec::new();
        }
    }
    let last = completed(first, last);
    let at = |near| Reading { near, ..reading };
    let mut found = Vec::new();
    for end in spans(&last, style, reading) {
        for start in starts(first, (end, bare_day(&last).is_none()), style, reading) {
            if end.fixed {
                found.extend(ordered(start, end));
            } else {
                let ends = spans(&last, style, at(Near::After(start.first)));
                found.extend(ends.into_iter().filter_map(|end| ordered(start, end)));
            }
        }
    }
    found
}

/// What the first half can mean before this end.
fn starts(first: &str, (end, takes_month): (Span, bool), style: First, reading: Reading) -> Vec<Span> {
    let at = |near| Reading { near, ..reading };
    // A bare number takes its month from the end.
    if end.fixed || bare_day(first).is_some() && takes_month {
        return spans(first, style, at(Near::UpTo(end.last)));
    }
    spans(first, style, reading)
}

/// The number of a day alone.
fn bare_day(text: &str) -> Option<u8> {
    match tokens(text)?.as_slice() {
        [Token::Number(day)] if day.len() <= 2 => day.parse().ok(),
        _ => None,
    }
}

/// Two whole dates may stand in the wrong order; anything else in the wrong order is no range.
fn ordered(start: Span, end: Span) -> Option<(Date, Date)> {
    if start.first <= end.last {
        return Some((start.first, end.last));
    }
    (start.fixed && end.fixed).then_some((end.first, start.last))
}

/// The second half with what it has in common with the first: `v 20–22`, `May 12–14, 2029`.
fn completed(first: &str, last: &str) -> String {
    let (Some(before), Some(after)) = (tokens(first), tokens(last)) else { return last.to_owned() };
    let month = before.iter().find_map(|token| match token {
        Token::Month(month) => Some(*month),
        _ => None,
    });
    match (before.as_slice(), after.as_slice()) {
        ([Token::Week | Token::Period(_), ..], [Token::Number(_), ..]) => format!("v {last}"),
        (_, [Token::Number(day), Token::Number(year)]) if day.len() <= 2 && year.len() == 4 => match month {
            Some(month) => format!("{day}.{month}.{year}"),
            None => last.to_owned(),
        },
        _ => last.to_owned(),
    }
}
