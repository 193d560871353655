//! Who has sent as much as the relay takes, with real processes: is told so, loses nothing, and goes on when there is room.

use samsyn_tests::process::{Desk, Relay, complaint};

#[test]
fn who_has_sent_a_days_worth_is_told_and_what_was_not_sent_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let relay = Relay::start_with(&data, 0, &["--bytes-per-day", "3000"]);
    let workspace = relay.create_workspace("Byrån");
    let desk = |name: &str| {
        let path = folder.path().join(name).join("a.samsyn");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let joined = workspace.join(&path, name);
        assert!(joined.status.success(), "{}", complaint(&joined));
        Desk { path }
    };
    let (asa, bo) = (desk("Åsa"), desk("Bo"));
    // Words that do not compress: the numbers in a row, each other than the ones before.
    let notes = |from: u64| {
        (from..from + 400).map(|number| format!("{:x} ", number * 0x9e37_79b9)).collect::<String>()
    };
    let mut told = None;
    for number in 0..10 {
        asa.must(&["add", "contact", "family=Ek", &format!("notes={}", notes(number * 1_000))]);
        let output = asa.run(&["sync"]);
        if !output.status.success() {
            told = Some(complaint(&output));
            break;
        }
    }
    let told = told.expect("ten times a day's worth was taken");
    assert!(told.contains("as much as the relay takes from one in a day"), "{told}");
    assert!(told.contains("is safe where it is") && told.lines().count() == 1, "{told}");
    let written = asa.json(&["list", "contact"]).as_array().unwrap().len();
    // Another has room of its own, and hears what was taken.
    bo.must(&["add", "contact", "family=Alm"]);
    bo.must(&["sync"]);
    assert!(bo.json(&["list", "contact"]).as_array().unwrap().len() < written + 1);
    // The operator gives more.
    let port = relay.port();
    assert!(relay.stop());
    let _relay = Relay::start(&data, port);
    asa.must(&["sync"]);
    bo.must(&["sync"]);
    assert_eq!(bo.json(&["list", "contact"]).as_array().unwrap().len(), written + 1);
}
