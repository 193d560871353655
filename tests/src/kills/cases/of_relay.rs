//! The relay's own commands. But for serving they work while it serves, too.

use super::Case;
use crate::kills::after::{is_erased_at_the_relay, relay_is_right, relay_lists};
use crate::kills::begin::{kept, with_a_secret, with_colleague};
use crate::kills::company::Beside;
use crate::kills::scene::Scene;

pub(super) fn all() -> Vec<Case> {
    let alone = vec![
        Case::new(
            "relay-create",
            |_, _| {},
            |s| s.relay_command(&["workspace", "create", "Byrån"]),
            relay_lists,
        ),
        Case::new(
            "relay-members",
            with_a_secret,
            |s| s.relay_command(&["workspace", "members", &s.noted("workspace")]),
            relay_is_right,
        )
        .again_says(&["done before"]),
        Case::new("relay-config-check", kept, |s| s.relay_command(&["config", "check"]), relay_is_right)
            .beside(Beside::RelayThatEnded),
        Case::new("relay-serve", kept, Scene::serves_until_it_listens, relay_is_right)
            .beside(Beside::RelayThatEnded),
    ];
    alone.into_iter().chain(beside_a_relay().into_iter().map(|case| case.beside(Beside::Relay))).collect()
}

fn beside_a_relay() -> Vec<Case> {
    vec![
        Case::new(
            "relay-backup",
            kept,
            |s| s.relay_command(&["backup", &s.noted("workspace"), "--to", &s.in_backups("two.sqlite")]),
            relay_is_right,
        )
        .again_says(&["is there already", "a relay's log"]),
        Case::new(
            "relay-restore",
            kept,
            |s| s.relay_command(&["restore", &s.in_backups("one.sqlite"), "--replace"]),
            relay_is_right,
        ),
        Case::new(
            "relay-verify",
            kept,
            |s| s.relay_command(&["verify", &s.noted("workspace")]),
            relay_is_right,
        ),
        Case::new(
            "relay-compact",
            kept,
            |s| s.relay_command(&["compact", &s.noted("workspace")]),
            relay_is_right,
        ),
        Case::new(
            "relay-invite",
            kept,
            |s| s.relay_command(&["invite", &s.noted("workspace")]),
            relay_is_right,
        ),
        Case::new(
            "relay-member-role",
            with_colleague,
            |s| s.relay_command(&["member", "role", &s.noted("workspace"), &s.noted("member"), "reader"]),
            relay_is_right,
        ),
        Case::new(
            "relay-member-remove",
            with_colleague,
            |s| s.relay_command(&["member", "remove", &s.noted("workspace"), &s.noted("member")]),
            relay_is_right,
        )
        .again_says(&["there is no such"]),
        Case::new(
            "relay-device-revoke",
            with_colleague,
            |s| s.relay_command(&["device", "revoke", &s.noted("workspace"), &s.noted("device")]),
            relay_is_right,
        )
        .again_says(&["there is no such"]),
        Case::new(
            "relay-erase",
            kept,
            |s| s.relay_command(&["erase", &s.noted("workspace"), &s.noted("id"), "--yes"]),
            relay_is_right,
        )
        .again_says(&["done before"])
        .done(is_erased_at_the_relay),
    ]
}
