//! Commands that need nobody else.

use std::process::Command;

use super::Case;
use crate::kills::after::{exports, is_locked, lists, lists_member, lists_or_nothing, opens_or_is_locked};
use crate::kills::begin::{backed_up, empty, encrypted, exported, locked, lost, plain};
use crate::kills::scene::PLANTED;
use crate::process::program;

pub(super) fn all() -> Vec<Case> {
    [making(), editing(), resting(), writing_out()].into_iter().flatten().collect()
}

fn making() -> Vec<Case> {
    vec![
        Case::new(
            "new",
            empty,
            |s| s.command(&["new", "Byrån", "--name", "Åsa", "--no-encryption"]),
            lists_or_nothing,
        )
        .again_says(&["already"])
        .done(lists_member),
        Case::new(
            "new-encrypted",
            empty,
            |s| s.command(&["new", "Byrån", "--name", "Åsa", "--encrypt"]),
            lists_or_nothing,
        )
        .again_says(&["already"])
        .done(lists_member),
        Case::new(
            "demo",
            empty,
            |s| {
                let mut command = Command::new(program("samsyn"));
                command.args(["demo", "--no-window", "--keep"]).arg(s.demo());
                command
            },
            |_| Ok(()),
        ),
    ]
}

fn editing() -> Vec<Case> {
    vec![
        Case::new("add", plain, |s| s.command(&["add", "contact", "family=Ek"]), lists),
        Case::new("add-encrypted", encrypted, |s| s.command(&["add", "contact", "family=Ek"]), lists),
        Case::new("set", encrypted, |s| s.command(&["set", &s.noted("id"), "given=Eva"]), lists),
        Case::new(
            "remove",
            encrypted,
            |s| s.command(&["remove", &s.noted("id")]),
            |s| s.reads(&["show", &s.noted("id")], PLANTED),
        ),
        Case::new("review", encrypted, |s| s.command(&["review", "--done"]), lists),
        Case::new("list", encrypted, |s| s.command(&["list", "contact"]), lists),
    ]
}

fn resting() -> Vec<Case> {
    vec![
        Case::new("encrypt", plain, |s| s.command(&["encrypt"]), lists),
        Case::new("decrypt", encrypted, |s| s.command(&["decrypt"]), lists),
        Case::new("lock", encrypted, |s| s.command(&["lock"]), opens_or_is_locked).done(is_locked),
        Case::new("unlock", locked, |s| s.command(&["unlock"]), opens_or_is_locked).done(lists),
    ]
}

fn writing_out() -> Vec<Case> {
    vec![
        Case::new(
            "export-json",
            exported,
            |s| s.command(&["export", "--overwrite", "--json", &s.in_out("all.json")]),
            exports,
        ),
        Case::new(
            "export-automerge",
            exported,
            |s| s.command(&["export", "--overwrite", "--automerge", &s.in_out("documents")]),
            exports,
        ),
        Case::new(
            "access",
            exported,
            |s| s.command(&["access", &s.noted("id"), "--overwrite", "--to", &s.in_out("bo")]),
            exports,
        ),
        Case::new("backup", exported, |s| s.command(&["backup", &s.in_out("a.backup")]), exports)
            .again_says(&["is there already", "a Samsyn replica"]),
        Case::new(
            "backup-passphrase",
            backed_up,
            |s| s.command(&["backup", "--passphrase", "--overwrite", &s.in_out("a.backup")]),
            exports,
        )
        .done(|s| s.restores_elsewhere(&s.in_out("a.backup"))),
        Case::new("restore", backed_up, |s| s.command(&["restore", &s.in_out("a.backup")]), lists),
        Case::new(
            "restore-lost",
            lost,
            |s| s.command(&["restore", &s.in_out("a.backup")]),
            |s| {
                let listed = lists(s);
                if s.replica().exists() { listed } else { Ok(()) }
            },
        )
        .done(lists),
    ]
}
