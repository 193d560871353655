//! What others wrote does not drive anybody's terminal: titles of before, names of files, and what was typed wrong.

use samsyn_tests::process::{Desk, complaint};

const EVIL: &str = "\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}2J\u{202e}gnp.exe";

fn assert_harmless(text: &str) {
    let acts =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(acts), "{text:?}");
}

#[test]
fn an_old_title_is_shown_and_not_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk { path: folder.path().join("a.samsyn") };
    desk.must(&["new", "Byrån", "--name", "Asa", "--no-encryption"]);
    let id = desk.must(&["add", "venue", "name=Hallen"]);
    // As an earlier version took it, and put it into its lists.
    let file = rusqlite::Connection::open(&desk.path).unwrap();
    let cells = serde_json::json!({ "name": EVIL, "town": EVIL }).to_string();
    file.execute("UPDATE rows SET title = ?1, cells = ?2 WHERE title = 'Hallen'", [EVIL, &cells]).unwrap();
    drop(file);
    for arguments in [
        &["list", "venue"][..],
        &["search", "hallen"],
        &["list", "venue", "--json"],
        &["search", "hallen", "--json"],
    ] {
        let output = desk.run(arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("gnp.exe"), "{arguments:?}: {text:?}");
        assert_harmless(&text);
        if arguments.contains(&"--json") {
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(read.to_string().contains("gnp.exe"));
            assert!(text.contains("\\u009b") && text.contains("\\u202e"), "{text}");
        }
    }
    let several = desk.run(&["show", &id[..1]]);
    assert_harmless(&complaint(&several));
}

#[test]
fn a_name_with_a_line_feed_makes_no_line_of_its_own() {
    const FORGED: &str = "Hallen\nsamsyn: reläet har flyttat";
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk { path: folder.path().join("a.samsyn") };
    desk.must(&["new", "Byrån", "--name", "Asa", "--no-encryption"]);
    let id = desk.must(&["add", "venue", "name=Hallen"]);
    let file = rusqlite::Connection::open(&desk.path).unwrap();
    let cells = serde_json::json!({ "name": FORGED, "town": FORGED }).to_string();
    file.execute("UPDATE rows SET title = ?1, cells = ?2 WHERE title = 'Hallen'", [FORGED, &cells]).unwrap();
    // A reason of a relay, and a kind of somebody's own.
    file.execute("UPDATE changes SET refused = 'other', reason = ?1", [FORGED]).unwrap();
    let (record, bytes) = (&[7_u8; 16][..], &[1_u8, 2, 3][..]);
    file.execute(
        "INSERT INTO quarantine (record, code, reason, at, bytes) VALUES (?1, 'x', ?2, 1, ?3)",
        rusqlite::params![record, FORGED, bytes],
    )
    .unwrap();
    file.execute("UPDATE documents SET kind = ?1", [FORGED]).unwrap();
    drop(file);
    let places = [
        &["list", "venue"][..],
        &["search", "hallen"],
        &["show", id.trim()],
        &["refused"],
        &["status"],
        &["review"],
        &["findings"],
        &["sync"],
    ];
    for arguments in places {
        let output = desk.run(arguments);
        let said =
            [&output.stdout[..], &output.stderr].map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        let forged =
            said.iter().flat_map(|text| text.lines()).find(|line| line.starts_with("samsyn: reläet"));
        assert_eq!(forged, None, "{arguments:?}");
    }
}

#[test]
fn a_new_value_has_no_orders_in_it_and_what_was_typed_is_said_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk { path: folder.path().join("a.samsyn") };
    desk.must(&["new", "Byrån", "--name", "Asa", "--no-encryption"]);
    for arguments in [
        &["add", "venue", &format!("name={EVIL}")][..],
        &["show", EVIL],
        &["list", EVIL],
        &["list", "venue", "--where", &format!("{EVIL}=1")],
        &[EVIL],
        &["export", "--json", &format!("/{EVIL}/a")],
        &["new", EVIL, "--name", "Bo"],
        &["list", "venue", "--most", EVIL],
    ] {
        let output = desk.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert_harmless(&complaint(&output));
    }
    let elsewhere = Desk { path: folder.path().join(format!("b{EVIL}").replace('/', "")) };
    assert_harmless(&complaint(&elsewhere.run(&["list", "venue"])));
    let named = Desk { path: folder.path().join("c.samsyn") };
    let output = named.run(&["new", "Byr\u{1b}[2Jån", "--name", "Bo", "--no-encryption"]);
    assert!(!output.status.success(), "a workspace's name is one line, too");
}
