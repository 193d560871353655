//! A role that changes, with real processes: what it may not read any more leaves the laptop, and comes back with the role.

use samsyn_tests::planted;
use samsyn_tests::process::{Desk, Relay, Workspace, complaint};

/// What nobody else is called.
const PLANTED: [&str; 2] = ["Xylofonsson", "Zebrafiskarnas hemlighet"];

fn join(workspace: &Workspace, folder: &std::path::Path, name: &str, role: &str) -> Desk {
    let folder = folder.join(name);
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("a.samsyn");
    let joined = workspace.join_with(&path, name, &workspace.invite(&["--role", role]));
    assert!(joined.status.success(), "{}", complaint(&joined));
    Desk { path }
}

/// The member of that name.
fn member(desk: &Desk, name: &str) -> String {
    let members = desk.json(&["members"]);
    let all = members["members"].as_array().unwrap();
    let found = all.iter().find(|member| member["label"] == name).unwrap_or_else(|| panic!("{members:#}"));
    found["member"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_role_does_not_read_any_more_leaves_the_laptop_and_comes_back_with_the_role() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"), 0);
    let workspace = relay.create_workspace("Byrån");
    let maja = join(&workspace, folder.path(), "Maja", "coordinator");
    let erik = join(&workspace, folder.path(), "Erik", "ambassador");
    let contact =
        maja.must(&["add", "contact", &format!("family={}", PLANTED[0]), &format!("notes={}", PLANTED[1])]);
    let venue = maja.must(&["add", "venue", "name=Storsjöteatern", &format!("contact={contact}")]);
    let other = maja.must(&["add", "contact", "family=Anteckning"]);
    maja.must(&["sync"]);
    erik.must(&["sync"]);
    let eriks = folder.path().join("Erik");
    assert_eq!(planted::found(&eriks, &PLANTED).len(), 2, "it was planted");
    // He writes in another contact while he is away.
    erik.must(&["set", &other, "given=Ej skickat"]);

    let id = member(&maja, "Erik");
    let hotel = maja.must(&["add", "organisation", "name=Hotell Jämteborg"]);
    maja.must(&["sync"]);
    maja.must(&["member", "role", &id, "partner", "--organisation", &hotel]);
    let said = erik.run(&["sync"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned() + &complaint(&said);
    assert!(said.contains("taken away here: 1.") && said.contains("not sent: 1."), "{said}");
    assert_eq!(planted::found(&eriks, &PLANTED), Vec::<String>::new());
    assert!(erik.must(&["show", &venue]).contains("Storsjöteatern"));
    assert!(erik.must(&["show", &other]).contains("Ej skickat"), "no word of his is lost");
    assert!(!erik.run(&["show", &contact]).status.success());
    assert!(maja.must(&["show", &contact]).contains(PLANTED[0]), "and nobody else lost anything");

    maja.must(&["member", "role", &id, "ambassador"]);
    erik.must(&["sync"]);
    erik.must(&["sync", "--retry"]);
    assert!(erik.must(&["show", &contact]).contains(PLANTED[1]));
    maja.must(&["sync"]);
    assert!(maja.must(&["show", &other]).contains("Ej skickat"));
    assert!(maja.must(&["show", &contact]).contains(PLANTED[0]));
}

/// Found by the simulation: a disk that is set back by hand has no new life of its log, and what it lost is nowhere but on the
/// laptop of somebody who may not read it any more.
#[test]
fn what_a_relay_that_was_set_back_has_lost_is_not_taken_away_with_the_right_to_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("relay");
    let relay = Relay::start(&data, 0);
    let workspace = relay.create_workspace("Byrån");
    let maja = join(&workspace, folder.path(), "Maja", "coordinator");
    let erik = join(&workspace, folder.path(), "Erik", "ambassador");
    let hotel = maja.must(&["add", "organisation", "name=Hotell Jämteborg"]);
    maja.must(&["sync"]);
    erik.must(&["sync"]);
    let (id, port) = (member(&maja, "Erik"), relay.port());
    let log = data.join("workspaces").join(workspace.id()).join("log.sqlite");
    assert!(relay.stop());
    let saved = std::fs::read(&log).unwrap();
    let relay = Relay::start(&data, port);
    let contact = erik.must(&["add", "contact", "family=Ek"]);
    erik.must(&["sync"]);
    erik.must(&["sync"]);
    assert!(relay.stop());
    std::fs::write(&log, saved).unwrap();
    let _relay = Relay::start(&data, port);

    maja.must(&["member", "role", &id, "partner", "--organisation", &hotel]);
    erik.run(&["sync"]);
    erik.run(&["sync"]);
    assert!(erik.must(&["show", &contact]).contains("Ek"), "it is nowhere else");
    maja.must(&["member", "role", &id, "ambassador"]);
    erik.must(&["sync"]);
    erik.must(&["sync", "--retry"]);
    maja.must(&["sync"]);
    assert!(maja.must(&["show", &contact]).contains("Ek"));
}
