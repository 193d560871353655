//! Commands that go over a relay, or to another computer.

use super::Case;
use crate::kills::after::{
    goes_on, is_at, is_erased, is_let_go, is_shared, lists, lists_member, lists_or_nothing,
};
use crate::kills::begin::{
    alone, invited, invited_again, joined, refused, synced, with_colleague, with_news_of_a_colleague,
};
use crate::kills::company::Beside;

/// Nobody answers there.
const ELSEWHERE: &str = "ws://127.0.0.1:1";

pub(super) fn all() -> Vec<Case> {
    let all = [entering(), working(), managing(), moving()].into_iter().flatten();
    all.map(|case| case.beside(Beside::Relay)).chain(directly()).collect()
}

fn entering() -> Vec<Case> {
    vec![
        Case::new(
            "join",
            invited,
            |s| s.command(&["join", &s.noted("address"), "--name", "Åsa", "--encrypt"]),
            lists_or_nothing,
        )
        .again_says(&["already"])
        .done(lists_member),
        Case::new("share", alone, |s| s.command(&["share", &s.noted("address")]), lists)
            .again_says(&["on a relay already"])
            .done(is_shared),
        Case::new("enter", invited_again, |s| s.command(&["enter"]), lists)
            .again_says(&["used"])
            .done(goes_on),
    ]
}

fn working() -> Vec<Case> {
    vec![
        Case::new("sync", joined, |s| s.command(&["sync"]), lists),
        Case::new("refused-retry", refused, |s| s.command(&["refused", "retry"]), lists)
            .again_says(&["Nothing"]),
        Case::new(
            "refused-discard",
            refused,
            |s| s.command(&["refused", "discard", &s.noted("id"), "--yes"]),
            lists,
        )
        .again_says(&["Nothing of the record"])
        .done(is_let_go),
    ]
}

fn managing() -> Vec<Case> {
    vec![
        Case::new("invite", synced, |s| s.command(&["invite"]), goes_on),
        Case::new(
            "member-role",
            with_colleague,
            |s| s.command(&["member", "role", &s.noted("member"), "reader"]),
            goes_on,
        )
        .done(|s| s.reads(&["members"], "reader")),
        Case::new(
            "member-remove",
            with_colleague,
            |s| s.command(&["member", "remove", &s.noted("member")]),
            goes_on,
        )
        .again_says(&["not there any more"]),
        Case::new(
            "device-revoke",
            with_colleague,
            |s| s.command(&["device", "revoke", &s.noted("device")]),
            goes_on,
        )
        .again_says(&["not there any more"]),
        Case::new(
            "erase",
            synced,
            |s| s.command(&["erase", &s.noted("id"), "--yes"]),
            |s| s.reads(&["list", "member"], "Åsa"),
        )
        .again_says(&["done before", "was erased"])
        .done(is_erased),
    ]
}

fn moving() -> Vec<Case> {
    // By another name of it, whoever asks is answered by the same relay.
    vec![
        Case::new("relay", joined, |s| s.command(&["relay", &s.under_another_name()]), lists)
            .done(|s| is_at(s, &s.under_another_name()).and_then(|()| goes_on(s))),
        Case::new("relay-anyway", joined, |s| s.command(&["relay", "--anyway", ELSEWHERE]), lists)
            .done(|s| is_at(s, ELSEWHERE)),
    ]
}

/// Between two computers without a relay.
fn directly() -> Vec<Case> {
    vec![
        Case::new(
            "sync-peer",
            with_news_of_a_colleague,
            |s| s.command(&["sync", "--peer", &s.noted("peer")]),
            lists,
        )
        .beside(Beside::Colleague)
        .done(|s| s.reads(&["list", "contact"], "Ek")),
        Case::new(
            "serve",
            with_news_of_a_colleague,
            |s| s.at_most_a_minute(&s.command(&["serve", "--once", "--listen", &s.noted("peer")])),
            lists,
        )
        .beside(Beside::Visitor)
        .done(|s| s.reads(&["list", "contact"], "Ek")),
    ]
}
